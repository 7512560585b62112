"""What a model reads of the menu and of the commonest answers, beside what the SDK would have made of the same."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

from mcp import Client
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.tools import Tool
from mcp_types import TextContent

from bench.figures import Figure
from bench.planning import CHARACTERS_A_TOKEN
from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.tools import offered

TODAY = date(2026, 11, 23)

COMMONEST: tuple[tuple[str, dict[str, Any]], ...] = (
    ("get_reorder_plan", {}),
    ("explain_reorder", {"products": ["V60-02", "MUG-SAGE"]}),
    ("simulate_reorder", {"demand_change_pct": 20}),
    ("check_planning_data", {}),
    ("search", {"query": "gooseneck kettle"}),
    ("get_products", {"codes": ["V60-02", "MUG-SAGE"]}),
    ("get_suppliers", {}),
    ("get_sales_history", {"products": ["V60-02"]}),
    ("find_purchase_orders", {"status": ["Sent"]}),
    ("get_status", {}),
)


async def measure(*, products: int = 3_000) -> list[Figure]:
    """The same functions over the same account, registered by us and as the SDK registers a function."""
    sandbox = Sandbox(products, today=TODAY)
    settings = Settings(log_level="ERROR")
    app = App(
        settings,
        lambda _: StockTrimClient("sandbox", "sandbox", transport=sandbox),
        now=lambda: datetime(TODAY.year, TODAY.month, TODAY.day, 8, tzinfo=UTC),
    )
    async with Client(server.build(app)) as ours, Client(_as_it_comes(app)) as plain:
        await app.stocktrim.snapshot.need()
        read = [("the menu", await _menu(ours), await _menu(plain))]
        for tool, arguments in COMMONEST:
            read.append(
                (tool, await _answer(ours, tool, arguments), await _answer(plain, tool, arguments, as_it_comes=True))
            )
    await app.aclose()
    return [
        Figure(
            f"what a model reads: {name}, beside the SDK's own way",
            measured=here / CHARACTERS_A_TOKEN,
            unit="tokens",
            floor=there / CHARACTERS_A_TOKEN,
            floor_is=f"The same functions over the same {products:,} products, registered as the SDK does it: schemas "
            "as generated, answers as indented JSON with nulls. Ours: the longer of both channels, as hosts show one "
            f"of them. Characters / {CHARACTERS_A_TOKEN}.",
            at_most=1.0,
        )
        for name, here, there in read
    ]


def _as_it_comes(app: App) -> MCPServer[App]:
    @asynccontextmanager
    async def lend(_: MCPServer[App]) -> AsyncGenerator[App]:
        yield app

    functions = [function for one in offered(app.settings) for function in (*one.reads, *one.writes, *one.deletes)]
    tools = [Tool.from_function(function, structured_output=True) for function in functions]
    return MCPServer("plain", tools=tools, lifespan=lend, log_level="ERROR")


async def _menu(client: Client) -> int:
    tools = (await client.list_tools()).tools
    menu = [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in tools]
    return len(json.dumps(menu, ensure_ascii=False, separators=(",", ":")))


async def _answer(client: Client, tool: str, arguments: dict[str, Any], *, as_it_comes: bool = False) -> int:
    """How long the text is, or what says the same in structured form; as it comes both are the same JSON."""
    result = await client.call_tool(tool, arguments)
    if result.is_error:
        raise RuntimeError(f"{tool}: {result.content}")
    text = "\n".join(block.text for block in result.content if isinstance(block, TextContent))
    if as_it_comes:
        return len(text)
    return max(len(text), len(json.dumps(result.structured_content, ensure_ascii=False, separators=(",", ":"))))
