"""Logging to stderr, where hosts collect it: stdout is the protocol's."""

import logging
import sys

from stocktrim_mcp_server.settings import LogLevel

CHATTY = ("httpx", "httpx2", "httpcore", "httpcore2", "h11", "asyncio", "sse_starlette", "mcp.client")
"""Libraries that would log addresses with their queries, or whole messages; our transport logs each call itself."""


def configure(level: LogLevel) -> None:
    """Before the server is made: the SDK would otherwise set up a handler of its own."""
    logging.basicConfig(
        level=level,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        force=True,
    )
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
