"""What a tool call of ours costs beside one on the bare SDK that makes the same GET."""

import json
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Literal

from mcp import Client, StdioServerParameters
from mcp.server.mcpserver import MCPServer

from bench import bare_tool
from bench.clean import ENVIRON
from bench.figures import Figure, median, spread
from bench.overhead import interleaved
from bench.processes import ROOT, bare_upstream, ours, raw
from stocktrim_client.sandbox import Sandbox
from stocktrim_client.sandbox.routes.products import product_of
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import Settings

CODE = "30000001"
ARGUMENTS: dict[str, Any] = {"codes": [CODE], "include": ["planning", "stock"]}
"""One product read live: exactly one GET."""

ACCOUNT = {"STOCKTRIM_API_AUTH_ID": "sandbox", "STOCKTRIM_API_AUTH_SIGNATURE": "sandbox"}

Era = Literal["auto", "legacy"]
MODERN: Era = "auto"
LEGACY: Era = "legacy"
ERAS = {MODERN: "2026-07-28", LEGACY: "2025-11-25"}

NAME = "a tool call that makes one GET"


def body() -> bytes:
    """What StockTrim answers for the product."""
    sandbox = Sandbox()
    return json.dumps([product_of(sandbox._account, sandbox.shop.products[CODE], {})]).encode()


def environ(address: str) -> dict[str, str]:
    """What a process of our server is told."""
    return {**ENVIRON, **ACCOUNT, "STOCKTRIM_API_URL": address, "STOCKTRIM_LOG_LEVEL": "ERROR"}


async def measure(*, rounds: int = 20, calls: int = 50) -> list[Figure]:
    """Calls of both servers take turns, in memory in both eras and over stdio."""
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(bare_upstream(body()))
        http = await stack.enter_async_context(raw(address))
        app = App(Settings(log_level="ERROR"), lambda settings: ours(address))
        stack.push_async_callback(app.aclose)
        built, bare = server.build(app), bare_tool.build(http)
        targets: tuple[tuple[Era, float | None], ...] = ((MODERN, 1.15), (LEGACY, None))
        figures = [
            await _compared(f"{NAME}, in memory, {ERAS[era]}", built, bare, era, rounds, calls, at_most)
            for era, at_most in targets
        ]
        there = _process("-m", "bench.bare_tool", address)
        here = _process("-m", "stocktrim_mcp_server", env=environ(address))
        return [*figures, await _compared(f"{NAME}, over stdio", here, there, MODERN, rounds, max(1, calls // 5), None)]


def _process(*arguments: str, env: dict[str, str] | None = None) -> StdioServerParameters:
    return StdioServerParameters(command=sys.executable, args=[*arguments], env=env or ENVIRON, cwd=str(ROOT))


async def _compared(
    name: str,
    here: MCPServer[Any] | StdioServerParameters,
    there: MCPServer[Any] | StdioServerParameters,
    era: Era,
    rounds: int,
    calls: int,
    at_most: float | None,
) -> Figure:
    async with Client(here, mode=era) as ours_, Client(there, mode=era) as bare:
        size = len(json.dumps(await asked(ours_, ARGUMENTS)))
        floor_size = len(json.dumps(await asked(bare, {"codes": [CODE]})))
        lanes: dict[str, Callable[[], Awaitable[object]]] = {
            "ours": lambda: asked(ours_, ARGUMENTS),
            "bare": lambda: asked(bare, {"codes": [CODE]}),
        }
        times = await interleaved(lanes, rounds, calls)
    return Figure(
        name,
        measured=median([one for each in times["ours"] for one in each]),
        unit="ms",
        floor=median([one for each in times["bare"] for one in each]),
        floor_is="`bench/bare_tool.py`: a tool on the bare SDK that makes the same GET by `httpx.AsyncClient` on a "
        f"warm connection and answers with its fields ({floor_size} characters, ours {size}). Both through the SDK's "
        "own client, which checks each answer by its schema; the calls take turns one by one. p50 of all calls; range: "
        "p50 of each round.",
        at_most=at_most,
        spread=spread([median(a) / median(b) for a, b in zip(times["ours"], times["bare"], strict=True)]),
    )


async def asked(client: Client, arguments: dict[str, Any]) -> dict[str, Any]:
    """The product's answer. Raises: RuntimeError where there is none."""
    result = await client.call_tool("get_products", arguments)
    if result.is_error or result.structured_content is None:
        raise RuntimeError(f"get_products: {result.content}")
    return result.structured_content
