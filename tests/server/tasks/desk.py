"""A buyer's desk: a StockTrim of any size, the server before it, and an assistant that has nothing but its tools."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mcp import Client
from mcp_types import CallToolResult, TextContent

from stocktrim_client import StockTrimClient
from stocktrim_client.journal import MemoryJournal
from stocktrim_client.sandbox import Quirks, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import Settings

MONDAY = date(2026, 11, 23)
WEEK = 7 * 86_400
CHARACTERS_A_TOKEN = 4
SLOWEST = 600.0


@dataclass
class Clock:
    """Seconds since the desk was opened, moved by sleeping alone."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Assistant:
    """Asks tools as a host lets a model do, and counts what a model must read for it: the text channel."""

    client: Client
    calls: int = 0
    characters: int = 0
    asked: list[str] = field(default_factory=list[str])

    @property
    def tokens(self) -> int:
        return round(self.characters / CHARACTERS_A_TOKEN)

    async def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured part of an answer.

        Raises: RuntimeError for a refusal, which no script here should meet.
        """
        result = await self.client.call_tool(tool, arguments)
        text = _text(result)
        self.calls += 1
        self.characters += len(text)
        self.asked.append(tool)
        if result.is_error or result.structured_content is None:
            raise RuntimeError(f"{tool} {arguments}: {text}")
        return result.structured_content

    async def agree(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Have a change shown, say yes to it, and give the answer of the call that made it."""
        shown = await self.ask(tool, **arguments)
        return await self.ask(tool, **arguments, confirm_token=shown["confirm_token"])


def _text(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


@dataclass(frozen=True)
class Desk:
    """One account at one time."""

    sandbox: Sandbox
    app: App
    clock: Clock

    @asynccontextmanager
    async def assistant(self) -> AsyncGenerator[Assistant]:
        """A new session."""
        async with Client(server.build(self.app)) as client:
            yield Assistant(client)

    async def a_week_later(self) -> None:
        """Next Monday: sand mugs and brushes sold out, drippers came in, and the forecast has run."""
        shop = self.sandbox.shop
        for key, product in list(shop.products.items()):
            stock = {"MUG-SAND": 0.0, "..": 0.0, "V60-02": 9_000.0}.get(product.get("productCodeReadable", key))
            if stock is not None:
                shop.products[key] = product | {"stockOnHand": stock}
        shop.changed()
        self.clock.seconds += WEEK
        async with self.assistant() as assistant:
            await assistant.agree("run_forecast")
        self.clock.seconds += self.sandbox.forecast.seconds


@asynccontextmanager
async def desk(products: int, first_page: int = 0) -> AsyncGenerator[Desk]:
    """A desk on a Monday morning; in its StockTrim, pages count from this number."""
    clock = Clock()
    pages = Quirks(
        first_page=1 if first_page else 0,
        orders_first_page=1 if first_page else 0,
        plan_first_page=1 if first_page else 0,
        plan_per_page_cap=1_000,
    )
    sandbox = Sandbox(products, today=MONDAY, clock=clock, sleep=clock.sleep, quirks=pages)

    def connect(settings: Settings) -> StockTrimClient:
        journal = MemoryJournal()
        return StockTrimClient(
            "sandbox", "sandbox", transport=sandbox, sleep=clock.sleep, journal=journal, now=sandbox.now
        )

    # What a call waits for is a matter of the clock on the wall: a slow machine is no other answer.
    app = App(Settings(sandbox=True, log_level="ERROR", call_seconds=SLOWEST), connect, now=sandbox.now)
    try:
        yield Desk(sandbox, app, clock)
    finally:
        await app.aclose()
