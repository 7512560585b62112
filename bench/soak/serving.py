"""`python -m bench.soak.serving`: our HTTP server; for each line on stdin it says what it holds, until stdin ends."""

import asyncio
import gc
import json
import os
import sys
from dataclasses import asdict
from urllib.parse import urlsplit

import uvicorn

from bench.soak import holding
from stocktrim_mcp_server import logs, server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import from_env


async def main() -> None:
    """Serve on a free port of this machine; the first line is the address."""
    settings = from_env(os.environ)
    logs.configure(settings.log_level)
    app = App(settings, server.connect)
    built = server.build(app)
    server.rest_collector(app)
    config = uvicorn.Config(built.streamable_http_app(), host="127.0.0.1", port=0, log_config=None, ws="none")
    listening = uvicorn.Server(config)
    running = asyncio.create_task(listening.serve())
    while not listening.started:  # noqa: ASYNC110 - uvicorn says so by a flag alone
        await asyncio.sleep(0.01)
    print(f"http://127.0.0.1:{listening.servers[0].sockets[0].getsockname()[1]}/mcp", flush=True)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    port = urlsplit(settings.api_url).port or 0
    while await lines.readline():
        gc.collect()
        held = {
            "sessions": len(built.session_manager._server_instances),
            "tasks": holding.tasks(),
            "slots": holding.slots_taken(app.stocktrim),
            "attempts": holding.attempts(app.stocktrim),
            **asdict(holding.of_process(os.getpid(), port)),
        }
        print(json.dumps(held), flush=True)
    listening.should_exit = True
    await running
    await app.aclose()


if __name__ == "__main__":
    asyncio.run(main())
