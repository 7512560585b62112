"""`python -m bench.buyer ADDRESS`: a process that serves an account, is asked as by a host, and prints what that took.

A process of its own, so that its memory is the server's with an account on hand, and an in-memory host's.
"""

import asyncio
import json
import sys
import time
from typing import Any

from mcp import Client
from mcp_types import CallToolResult, TextContent

from bench.on_hand import resident
from bench.processes import ours
from stocktrim_client import StockTrimClient
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import Settings

LATER: dict[str, dict[str, Any]] = {
    "get_reorder_plan": {"horizon_days": 14},
    "get_reorder_plan with a budget": {"budget": 20_000},
    "explain_reorder": {"products": ["V60-02", "MUG-SAGE"]},
    "simulate_reorder": {"demand_change_pct": 20},
    "check_planning_data": {},
    "search": {"query": "gooseneck kettle"},
    "get_suppliers": {},
    "find_purchase_orders": {"status": ["Open"]},
    "query_data": {
        "sql": "SELECT category, count(*), sum(on_hand * unit_cost) FROM products GROUP BY 1 ORDER BY 3 DESC"
    },
}
"""What is asked after the first answer; of the name, the first word is the tool."""

TIMES = 8


async def _served(address: str) -> dict[str, Any]:
    def connect(settings: Settings) -> StockTrimClient:
        return ours(address)

    app = App(Settings(log_level="ERROR"), connect)
    found: dict[str, Any] = {"later ms": {}}
    server.rest_collector(app)
    async with Client(server.build(app)) as client:
        menu = [
            tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in (await client.list_tools()).tools
        ]
        found["menu characters"] = len(json.dumps(menu, ensure_ascii=False, separators=(",", ":")))
        found["instructions characters"] = len(client.instructions or "")
        found["tools"] = len(menu)
        # Connects, reads no records, and has the host load what it checks answers with.
        await _asked(client, "get_status", {})
        began = time.perf_counter()
        plan = await _asked(client, "get_reorder_plan", {})
        found["first s"] = time.perf_counter() - began
        found["plan characters"] = len(plan)
        standing = app.stocktrim.snapshot.standing("products", "order_plan", "purchase_orders")
        assert standing.is_complete, standing.warnings
        found["rows"], found["orders"] = standing.of("products").rows, standing.of("purchase_orders").rows
        await app.stocktrim.snapshot.need()
        for name, arguments in LATER.items():
            times = [await _milliseconds(client, name.split()[0], arguments) for _ in range(TIMES)]
            # The first of a kind also makes what the later ones use.
            found["later ms"][name] = max(times[1:])
        found["used MB"] = resident()
        await app.stocktrim.snapshot.refresh()
        await _asked(client, "get_reorder_plan", {})
        found["refreshed MB"] = resident()
    await app.aclose()
    return found


async def _milliseconds(client: Client, tool: str, arguments: dict[str, Any]) -> float:
    began = time.perf_counter()
    await _asked(client, tool, arguments)
    return 1000 * (time.perf_counter() - began)


async def _asked(client: Client, tool: str, arguments: dict[str, Any]) -> str:
    result: CallToolResult = await client.call_tool(tool, arguments)
    text = "\n".join(block.text for block in result.content if isinstance(block, TextContent))
    if result.is_error:
        raise RuntimeError(f"{tool}: {text}")
    return text


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_served(sys.argv[1]))))
