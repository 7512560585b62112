"""A site on a port of this machine, until the process is told to end; then what is under way is finished first."""

import errno
import logging
import socket
from contextlib import nullcontext
from types import FrameType

import uvicorn
from sse_starlette.sse import AppStatus
from starlette.types import Receive, Scope, Send

from stocktrim_mcp_server import telemetry
from stocktrim_mcp_server.calls import Calls
from stocktrim_mcp_server.serving.seats import MCP_PATH, SSE_PATH
from stocktrim_mcp_server.serving.site import Site
from stocktrim_mcp_server.settings import Settings, SettingsError

STREAM_SECONDS = 5
"""How long answers may take to be sent once every call has ended."""

KEEP_ALIVE_SECONDS = 75
"""Longer than a proxy keeps its connections, so that it never sends into one that is just being closed."""

_log = logging.getLogger(__name__)


def bound(settings: Settings) -> socket.socket:
    """The port, taken. Raises: SettingsError for an address that is not this machine's, or a port in use."""
    host, port = settings.http.host, settings.http.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.create_server((host, port), family=family, backlog=2_048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(f"Port {port} is in use: choose another (--port; 0 is any that is free).") from error
        raise SettingsError(f"This machine cannot listen at {host}, port {port}: {error.strerror}.") from error
    # By its protocol asyncio knows that small answers are to be sent at once, and not 40 ms later.
    return socket.socket(made.family, made.type, socket.IPPROTO_TCP, made.detach())


def address(listening: socket.socket, settings: Settings) -> str:
    """Where hosts reach it."""
    host, port = listening.getsockname()[:2]
    path = SSE_PATH if settings.transport == "sse" else MCP_PATH
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{path}"


async def serve(site: Site, listening: socket.socket, drain_seconds: float) -> None:
    """Serve until SIGINT or SIGTERM; a second one ends it at once."""
    answers = Calls()

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        # A stream that waits to be told something never ends by itself.
        with answers.one() if scope.get("method") == "POST" else nullcontext():
            await site.asgi(scope, receive, send)

    # It would break off every answer that is a stream as soon as the process is told to end.
    AppStatus.disable_automatic_graceful_drain()
    config = uvicorn.Config(
        counted,
        log_config=None,
        log_level="warning",
        access_log=False,
        ws="none",
        # Nobody may say for another where a request comes from.
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STREAM_SECONDS,
    )
    await _Server(config, site, answers, drain_seconds).serve([listening])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, site: Site, answers: Calls, drain_seconds: float) -> None:
        super().__init__(config)
        self._site, self._answers, self._drain_seconds = site, answers, drain_seconds

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Refuse connections, so that a proxy asks another server; let calls end; then end what is left open."""
        for one in self.servers:
            one.close()
        for connection in [*self.server_state.connections]:
            # One that waits is closed; one with a call is closed after its answer.
            connection.shutdown()
        left = await self._site.accounts.drained(self._drain_seconds)
        if left:
            _log.warning("%d call(s) did not end in %g s and are given up.", left, self._drain_seconds)
        else:
            # A call has ended before its answer is sent.
            await self._answers.drained(STREAM_SECONDS)
        AppStatus.should_exit = True
        # Before the connections: streams that only wait for something to be told would never end.
        await self._site.accounts.aclose()
        await super().shutdown(sockets)
        # The signal is raised again after this, and would end the process before Python does.
        telemetry.flush()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit:
            self._site.accounts.hurry()
            self._answers.hurry()
            self.force_exit = True
        super().handle_exit(sig, frame)
