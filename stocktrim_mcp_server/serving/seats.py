"""Whose server is whose: one for each account and menu, so that nothing of one can be asked of another.

A caller's settings say the account and the menu. For each account there is one `App`, with one client; for each menu of
it one *seat*: a server with its own sessions.
"""

import asyncio
import logging
from collections.abc import Callable

from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from stocktrim_client import StockTrimClient
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.keys import Keys
from stocktrim_mcp_server.server import HouseServer
from stocktrim_mcp_server.settings import Settings

MCP_PATH = "/mcp"
SSE_PATH = "/sse"
MESSAGES_PATH = "/messages/"

GUARDED = TransportSecuritySettings(enable_dns_rebinding_protection=False)
"""Every request has passed the guard of the whole site."""

FULL = "So many streams are open that this server opens no more: its owner can allow more (STOCKTRIM_MAX_SESSIONS)."

Build = Callable[[App], HouseServer]

_log = logging.getLogger(__name__)


class Seat:
    """One server, with the sessions of those who meet it."""

    def __init__(self, app: App, build: Build = server.build) -> None:
        """Raises: SettingsError where the settings name a tool or a group that is none."""
        self.asgi = application(app, build)
        self._most = app.settings.http.max_sessions
        self._answering, self._listening = set[object](), set[asyncio.Timeout]()
        self._ready, self._left = asyncio.Event(), asyncio.Event()
        # A task of its own: what is opened for all its requests must not be closed by one of them.
        self._held = asyncio.create_task(self._hold())

    async def _hold(self) -> None:
        try:
            async with self.asgi.router.lifespan_context(self.asgi):
                self._ready.set()
                await self._left.wait()
        finally:
            self._ready.set()

    @property
    def is_answering(self) -> bool:
        """Whether a request is under way; a stream only listens, once it has begun."""
        return bool(self._answering)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request, is_stream, send = object(), scope["method"] in ("GET", "HEAD"), _one_answer(send)
        if is_stream and len(self._listening) >= self._most:
            await PlainTextResponse(f"{FULL}\n", status_code=503)(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if is_stream:
                self._answering.discard(request)
            await send(message)

        until_left = asyncio.timeout(None)
        self._answering.add(request)
        if is_stream:
            self._listening.add(until_left)
        try:
            async with until_left:
                await self._ready.wait()
                await self.asgi(scope, receive, told)
        except TimeoutError:
            if not until_left.expired():
                raise
            # Of a stream that has begun, this is its end.
            await PlainTextResponse(status_code=503)(scope, receive, send)
        finally:
            self._answering.discard(request)
            self._listening.discard(until_left)

    async def aclose(self) -> None:
        """End its sessions, and its streams: those of server-sent events do not end by themselves."""
        while self._listening:
            self._listening.pop().reschedule(0)
        self._left.set()
        await self._held


def _one_answer(send: Send) -> Send:
    """After a stream of events the SDK answers a second time, which would be logged as a fault."""
    is_begun = is_told = False

    async def told(message: Message) -> None:
        nonlocal is_begun, is_told
        is_start = message["type"] == "http.response.start"
        if is_told or (is_start and is_begun):
            return
        is_begun, is_told = True, not is_start and not message.get("more_body")
        await send(message)

    return told


def application(app: App, build: Build = server.build) -> Starlette:
    """The server of one seat as an ASGI application. Raises: SettingsError as `server.build`."""
    built, http = build(app), app.settings.http
    if app.settings.transport == "sse":
        return built.sse_app(
            sse_path=SSE_PATH,
            message_path=MESSAGES_PATH,
            max_request_body_size=http.max_body_bytes,
            transport_security=GUARDED,
        )
    return built.streamable_http_app(
        streamable_http_path=MCP_PATH,
        stateless_http=http.stateless,
        max_request_body_size=http.max_body_bytes,
        session_idle_timeout=http.idle_seconds,
        max_sessions=http.max_sessions,
        transport_security=GUARDED,
    )


class Account:
    """One account, and the seats at it. `stays`: it makes no room for others, and takes none of theirs."""

    def __init__(self, app: App) -> None:
        self.app, self.stays = app, False
        self._seats: dict[Settings, Seat] = {}

    @property
    def in_use(self) -> bool:
        """Whether something is being answered; a stream that only listens can be opened again."""
        return self.app.calls.under_way > 0 or any(seat.is_answering for seat in self._seats.values())

    def seat(self, settings: Settings) -> Seat:
        """The seat of a menu. Raises: SettingsError as `Seat`."""
        if settings not in self._seats:
            self._seats[settings] = Seat(self.app.beside(settings))
        return self._seats[settings]

    async def aclose(self) -> None:
        """End its sessions and its connections."""
        for seat in self._seats.values():
            await seat.aclose()
        await self.app.aclose()


class Accounts:
    """Those in use, so many at most: the one that was not asked for longest goes."""

    def __init__(
        self,
        most: int,
        connect: Callable[[Settings], StockTrimClient],
        keys: Keys,
        open_app: Callable[[App], object],
        *,
        read_only: bool = False,
    ) -> None:
        """`read_only`: nobody may change anything, so that no client of theirs can."""
        self._most, self._connect, self._keys, self._open_app = most, connect, keys, open_app
        self._read_only, self._is_ending = read_only, False
        self._held: dict[Settings, Account] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def of(self, settings: Settings) -> Account:
        """The account these settings name."""
        # Without its menu: whoever has the same settings but for that shares a client.
        key = settings.model_copy(update={"read_only": self._read_only, "toolsets": (), "tools": ()})
        held = self._held.pop(key, None)
        if held is None:
            app = App(key, self._connect, keys=self._keys)
            app.calls.is_ending = self._is_ending
            self._open_app(app)
            held = Account(app)
        # At the end of the line, whose beginning goes first.
        self._held[key] = held
        self._make_room(held)
        return held

    def _make_room(self, wanted: Account) -> None:
        passing = {key: one for key, one in self._held.items() if not one.stays}
        idle = [key for key, one in passing.items() if one is not wanted and not one.in_use]
        for key in idle[: max(0, len(passing) - self._most)]:
            _log.info("An account that was not asked for longest is closed: %d are held.", self._most)
            closing = asyncio.create_task(self._held.pop(key).aclose())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def drained(self, seconds: float) -> int:
        """Begin no more calls, and wait for those under way. How many are left after so long."""
        self._is_ending = True
        held = [one.app.calls for one in self._held.values()]
        return sum(await asyncio.gather(*(calls.drained(seconds) for calls in held)))

    def hurry(self) -> None:
        """Wait for calls no longer."""
        for one in self._held.values():
            one.app.calls.hurry()

    async def aclose(self) -> None:
        """End all sessions and connections."""
        held, self._held = [*self._held.values()], {}
        for one in held:
            await one.aclose()
        await asyncio.gather(*self._closing)
