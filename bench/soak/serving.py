"""`python -m bench.soak.serving`: our HTTP server; for each line on stdin it says what it holds, until stdin ends."""

import asyncio
import gc
import json
import os
import signal
import sys
from collections.abc import Sized
from dataclasses import asdict
from urllib.parse import urlsplit

from mcp.server.streamable_http_manager import StreamableHTTPASGIApp
from starlette.routing import Route

from bench.soak import holding
from stocktrim_mcp_server import logs
from stocktrim_mcp_server.serving import serve
from stocktrim_mcp_server.serving.seats import Seat
from stocktrim_mcp_server.serving.site import Site
from stocktrim_mcp_server.settings import from_env


async def main() -> None:
    """Serve as the environment says; the first line is the address. The end of stdin drains it, as SIGTERM does."""
    settings = from_env(os.environ)
    logs.configure(settings.log_level)
    site, listening = Site(settings), serve.bound(settings)
    print(serve.address(listening, settings), flush=True)
    telling = asyncio.create_task(_tell(site, urlsplit(settings.api_url).port or 0))
    await serve.serve(site, listening, settings.drain_seconds)
    await telling


async def _tell(site: Site, upstream_port: int) -> None:
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while await lines.readline():
        gc.collect()
        (account,) = site.accounts._held.values()
        (seat,) = account._seats.values()
        stocktrim = account.app.stocktrim
        held = {
            "sessions": len(_sessions(seat)),
            "tasks": holding.tasks(),
            "slots": holding.slots_taken(stocktrim),
            "attempts": holding.attempts(stocktrim),
            **asdict(holding.of_process(os.getpid(), upstream_port)),
        }
        print(json.dumps(held), flush=True)
    os.kill(os.getpid(), signal.SIGTERM)


def _sessions(seat: Seat) -> Sized:
    (route,) = seat.asgi.routes
    assert isinstance(route, Route)
    assert isinstance(route.app, StreamableHTTPASGIApp)
    return route.app.session_manager._server_instances


if __name__ == "__main__":
    asyncio.run(main())
