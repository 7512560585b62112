"""Every kind of client a host may be: by transport, by era of the protocol, by what can be asked of it."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal, NamedTuple, get_args

import uvicorn
from mcp import Client, ClientSession, StdioServerParameters
from mcp.client import Transport as ClientTransport
from mcp.client.session import ClientRequestContext
from mcp.client.sse import sse_client
from mcp.server.mcpserver import MCPServer
from mcp_types import (
    CallToolResult,
    ClientCapabilities,
    ElicitationCapability,
    ElicitRequestParams,
    ElicitResult,
    ErrorData,
    TextContent,
    UrlElicitationCapability,
)

from stocktrim_client.operations import OPERATIONS
from stocktrim_client.sandbox import Recorded, Sandbox
from tests.server.stdio import environment

Transport = Literal["memory", "stdio", "http", "stateless", "sse"]
"""`stateless` is HTTP without sessions: an older client cannot be asked there, whatever it says of itself."""
Reached = MCPServer[Any] | StdioServerParameters | ClientTransport | str
"""What a client connects to."""

Era = Literal["auto", "legacy"]
Asking = Literal["form", "url", "none"]
Answer = Literal["accept", "decline", "cancel", "nothing"]


class Combination(NamedTuple):
    """One kind of client."""

    transport: Transport
    era: Era
    asking: Asking

    @property
    def is_asked(self) -> bool:
        """Whether it is asked unless the owner says otherwise."""
        return self.era == "auto" and self.asking == "form"

    @property
    def can_be_asked(self) -> bool:
        return self.asking == "form" and (self.transport, self.era) != ("stateless", "legacy")


COMBINATIONS = [Combination(*one) for one in product(get_args(Transport), get_args(Era), get_args(Asking))]
"""A transport more is a word more in `Transport` and a case more in `opened`."""


@dataclass
class Person:
    """Whoever sits before the host: answers every question in one way, and keeps what was asked."""

    answer: Answer = "accept"
    content: dict[str, Any] | None = field(default_factory=lambda: {"apply": True})
    questions: list[str] = field(default_factory=list[str])
    before_answering: Callable[[], object] = lambda: None
    error: ErrorData | None = None
    """What a host says that fails to ask."""

    async def __call__(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult | ErrorData:
        self.questions.append(params.message)
        if self.answer == "nothing":
            await asyncio.Event().wait()
            raise AssertionError("nobody answers")
        self.before_answering()
        if self.error is not None:
            return self.error
        return ElicitResult(action=self.answer, content=self.content if self.answer == "accept" else None)


class _UrlSession(ClientSession):
    """A client that opens web pages for people, and cannot show them a question."""

    def _build_capabilities(self, version: str) -> ClientCapabilities:
        capabilities = super()._build_capabilities(version)
        pages = ElicitationCapability(url=UrlElicitationCapability())
        return capabilities.model_copy(update={"elicitation": pages})


class _UrlClient(Client):
    async def _build_session(self, exit_stack: AsyncExitStack) -> ClientSession:
        dispatcher = await self._connect(exit_stack, self.mode, self.raise_exceptions)
        return _UrlSession(dispatcher=dispatcher, elicitation_callback=self.elicitation_callback)


@asynccontextmanager
async def reachable(built: MCPServer[Any], transport: Transport) -> AsyncGenerator[str | ClientTransport]:
    """The server on a port of this machine, and what a client connects to."""
    app = built.sse_app() if transport == "sse" else built.streamable_http_app(stateless_http=transport == "stateless")
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, ws="none", timeout_graceful_shutdown=1)
    listening = uvicorn.Server(config)
    running = asyncio.create_task(listening.serve())
    try:
        # uvicorn says by a flag alone that it listens.
        while not listening.started:  # noqa: ASYNC110 - see above
            await asyncio.sleep(0)
        port = listening.servers[0].sockets[0].getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        yield sse_client(f"{address}/sse") if transport == "sse" else f"{address}/mcp"
    finally:
        listening.should_exit = True
        await running


@asynccontextmanager
async def connected(to: Reached, era: Era, asking: Asking, person: Person) -> AsyncGenerator[Client]:
    """A client of this kind, with this person before it."""
    kind = _UrlClient if asking == "url" else Client
    async with kind(to, mode=era, elicitation_callback=None if asking == "none" else person) as client:
        yield client


def process(address: str, **settings: object) -> StdioServerParameters:
    """The server as a host starts it, for the StockTrim at an address."""
    said = {f"STOCKTRIM_{name.upper()}": str(value) for name, value in settings.items()}
    account = {"STOCKTRIM_API_AUTH_ID": "sandbox", "STOCKTRIM_API_AUTH_SIGNATURE": "sandbox"}
    env = environment({**account, "STOCKTRIM_API_URL": address, "STOCKTRIM_LOG_LEVEL": "ERROR", **said})
    return StdioServerParameters(command=sys.executable, args=["-W", "error", "-m", "stocktrim_mcp_server"], env=env)


def text_of(result: CallToolResult) -> str:
    """What a host that shows only text gives the model."""
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


def report_of(result: CallToolResult) -> dict[str, Any]:
    """What a host that shows only structure gives it. A refusal has none."""
    assert not result.is_error, text_of(result)
    assert result.structured_content is not None
    return result.structured_content


READS = {one.name for one in OPERATIONS if one.retry == "read"}


def writes(sandbox: Sandbox) -> list[Recorded]:
    """The requests that may have changed something; what is no operation at all is counted as well."""
    return [one for one in sandbox.requests if one.operation not in READS]
