"""A site on a port of this machine, in this process, so that a test sees both of its sides."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import uvicorn

from stocktrim_client import StockTrimClient
from stocktrim_mcp_server import server
from stocktrim_mcp_server.serving.serve import bound
from stocktrim_mcp_server.serving.site import Site
from stocktrim_mcp_server.settings import Http, Settings


def http_settings(**more: object) -> Settings:
    """For a sandbox, at any free port; `more` of `Http`."""
    http = Http.model_validate({"port": 0, **more})
    return Settings(sandbox=True, transport="streamable-http", http=http, log_level="ERROR")


@asynccontextmanager
async def opened(
    settings: Settings, connect: Callable[[Settings], StockTrimClient] = server.connect
) -> AsyncGenerator[tuple[Site, str]]:
    """The site, and its address without a path."""
    site, listening = Site(settings, connect), bound(settings)
    config = uvicorn.Config(site.asgi, log_config=None, ws="none", timeout_graceful_shutdown=1)
    web = uvicorn.Server(config)
    running = asyncio.create_task(web.serve([listening]))
    try:
        # uvicorn says by a flag alone that it listens.
        while not web.started:  # noqa: ASYNC110 - see above
            await asyncio.sleep(0)
        yield site, _address(listening)
    finally:
        await site.accounts.aclose()
        web.should_exit = True
        await running


def _address(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}"
