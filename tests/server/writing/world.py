"""One StockTrim, one journal, and the server processes that come and go before it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from mcp import Client
from mcp.server.mcpserver import MCPServer
from mcp_types import CallToolResult

from stocktrim_client import StockTrimClient
from stocktrim_client.changes import in_door
from stocktrim_client.journal import FileJournal, Record, _line
from stocktrim_client.operations import Operation, find_operation
from stocktrim_client.sandbox import Quirks, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import ApprovalMode, Settings
from tests.conftest import TODAY, Clock
from tests.server.writing.clients import Person


class Killed(BaseException):
    """The process has ended: none of its code runs any more, or if it does, to no effect."""


class Sent(NamedTuple):
    """A request that may change something, with the journal entry it was sent under."""

    change_id: str | None
    operation: Operation
    body: bytes


class Life:
    """How many more steps a process has to live. None: as many as it likes.

    Looking costs none before it first writes to its journal: how much it looks at first is a matter of chance.
    """

    def __init__(self) -> None:
        self.left: int | None = None
        self.is_over = False
        self.has_begun = False

    def step(self, *, is_look: bool = False) -> None:
        """Raises: Killed at the step that is its last, and at each that would follow."""
        if self.left is not None and not self.is_over and (self.has_begun or not is_look):
            self.left -= 1
            self.is_over = self.left < 0
        if self.is_over:
            raise Killed


class Wire(httpx.AsyncBaseTransport):
    """The way of one process to StockTrim: it may end before a request leaves, and before its answer arrives."""

    def __init__(self, sandbox: Sandbox, life: Life, sent: list[Sent]) -> None:
        self._sandbox = sandbox
        self._life = life
        self._sent = sent

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        operation = find_operation(request.method, request.url.raw_path.decode().partition("?")[0])
        is_look = operation.retry == "read"
        self._life.step(is_look=is_look)
        if not is_look:
            self._sent.append(Sent(in_door.get(), operation, await request.aread()))
        try:
            return await self._sandbox.handle_async_request(request)
        finally:
            self._life.step(is_look=is_look)


class Log(FileJournal):
    """The journal of one process: it may end before a line is written, within it, and after it."""

    def __init__(self, folder: Path, life: Life, now: Callable[[], datetime]) -> None:
        super().__init__(folder, now=now)
        self._life = life

    async def append(self, entry: Record) -> None:
        # In no thread of its own: one that writes on after the end of its process would be no such thing.
        self._life.step()
        self._life.has_begun = True
        line = _line(entry)
        try:
            self._life.step()
        except Killed:
            self._tear(line)
            raise
        self._append(line)
        self._life.step()

    def _tear(self, line: bytes) -> None:
        """Leave half a line, as a kill within a write does."""
        for path in sorted(self._folder.glob("*.jsonl"))[-1:]:
            with path.open("ab") as file:
                file.write(line[: len(line) // 2])


@dataclass
class World:
    """A StockTrim with its owner's folder, and the one server process there is at a time."""

    folder: Path
    sandbox: Sandbox
    clock: Clock
    settings: Settings
    sent: list[Sent] = field(default_factory=list[Sent])
    life: Life = field(default_factory=Life)
    app: App = field(init=False)
    built: MCPServer[App] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """A new process on the same folder."""
        life = self.life = Life()

        def connect(settings: Settings) -> StockTrimClient:
            return StockTrimClient(
                "sandbox",
                "sandbox",
                transport=Wire(self.sandbox, life, self.sent),
                journal=Log(self.folder, life, self.sandbox.now),
                sleep=self.clock.sleep,
                now=self.sandbox.now,
            )

        self.app, self.built = _served(self.settings.approval)
        # To describe every tool takes longer than all that is done with them here: the server is built once.
        vars(self.app).clear()
        App.__init__(self.app, self.settings, connect, self.sandbox.now)

    async def call(self, person: Person | None, tool: str, arguments: Mapping[str, Any]) -> CallToolResult | None:
        """A call of a host with a person, or with nobody to be asked. None: the process ended in it."""
        try:
            async with Client(self.built, elicitation_callback=person) as client:
                result = await client.call_tool(tool, dict(arguments))
        except BaseExceptionGroup as group:
            if group.split(Killed)[1] is not None:
                raise
            return None
        return None if self.life.is_over else result

    async def end(self) -> None:
        """End the process."""
        self.life.is_over = True
        await self.app.aclose()

    def journal(self) -> list[dict[str, Any]]:
        """Every line that can be read, the oldest first."""
        entries = [dict(one) for one in FileJournal(self.folder).read() if one is not None]
        return entries[::-1]


@cache
def _served(approval: ApprovalMode) -> tuple[App, MCPServer[App]]:
    app = App(_settings(approval), server.connect)
    return app, server.build(app)


def _settings(approval: ApprovalMode) -> Settings:
    return Settings(sandbox=True, log_level="ERROR", approval=approval)


def world(folder: Path, quirks: Quirks, *, products: int = 6, approval: ApprovalMode = "auto") -> World:
    """A small shop, since many are needed."""
    clock = Clock()
    sandbox = Sandbox(products, customers=2, today=TODAY, clock=clock, sleep=clock.sleep, quirks=quirks)
    return World(folder, sandbox, clock, _settings(approval))
