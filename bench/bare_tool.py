"""`python -m bench.bare_tool ADDRESS [--http]`: the floor of a tool call: on the bare SDK, with one GET."""

import argparse
import asyncio
from typing import Any

import httpx
import uvicorn
from mcp.server.mcpserver import MCPServer
from pydantic import BaseModel

from bench.processes import raw, said_where

PATH = "/api/Products"
SHOWN = (
    *("productId", "productCodeReadable", "name", "category", "subCategory", "cost", "price", "leadTime"),
    *("serviceLevel", "minimumOrderQuantity", "batchSize", "stockOnHand", "stockOnOrder", "supplierCode"),
    *("suppliers", "stockLocations"),
)
"""As much as our answer says."""


class Found(BaseModel):
    """Products as they came."""

    items: list[dict[str, Any]]
    total: int


def build(http: httpx.AsyncClient) -> MCPServer[Any]:
    """What anyone would write: a GET, its rows, nothing else."""
    server = MCPServer[Any]("bare", log_level="ERROR")

    @server.tool()
    async def get_products(codes: list[str]) -> Found:
        """Products by code."""
        rows = (await http.get(PATH, params={"code": codes[0]})).json()
        return Found(items=[{name: row[name] for name in SHOWN if name in row} for row in rows], total=len(rows))

    return server


async def _serve(address: str, *, over_http: bool) -> None:
    async with raw(address) as http:
        server = build(http)
        if not over_http:
            await server.run_stdio_async()
            return
        config = uvicorn.Config(server.streamable_http_app(), host="127.0.0.1", port=0, log_config=None, ws="none")
        await said_where(uvicorn.Server(config))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--http", action="store_true")
    options = parser.parse_args()
    asyncio.run(_serve(options.address, over_http=options.http))
