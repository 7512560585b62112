"""Which requests are looked at: those that name this server as it is known, and come from no strange web page.

A page that a person visits can make a browser call any server the browser reaches, under whatever name it pleases.
"""

import logging
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from stocktrim_mcp_server.answers import visible
from stocktrim_mcp_server.settings import Http

LOOPBACK = ("127.0.0.1", "localhost", "::1")
NAME_SHOWN = 200

_log = logging.getLogger(__name__)


class Guard:
    """Around the whole site, health included."""

    def __init__(self, app: ASGIApp, http: Http) -> None:
        own = urlsplit(http.public_url) if http.public_url else None
        self._app = app
        self._hosts = {*LOOPBACK, *map(_bare, http.allowed_hosts)}
        self._origins = {one.rstrip("/") for one in http.allowed_origins}
        if own:
            self._hosts.add(own.netloc.casefold())
            self._origins.add(f"{own.scheme}://{own.netloc}".casefold())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not self._knows(hosts[0]):
            said = f"This server is not known as {_shown(hosts)}: its owner can allow it (STOCKTRIM_ALLOWED_HOSTS)."
            await _refused(421, said)(scope, receive, send)
        elif len(origins) > 1 or not all(map(self._welcomes, origins)):
            said = f"Pages of {_shown(origins)} may not call this server: its owner can allow them "
            await _refused(403, f"{said}(STOCKTRIM_ALLOWED_ORIGINS).")(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _knows(self, host: str) -> bool:
        host = host.casefold()
        return host in self._hosts or _name_of(host) in self._hosts

    def _welcomes(self, origin: str) -> bool:
        origin = origin.casefold()
        if origin in self._origins:
            return True
        scheme, _, host = origin.partition("://")
        return scheme in ("http", "https") and _name_of(host) in LOOPBACK


def _refused(status: int, said: str) -> PlainTextResponse:
    _log.warning(said)
    return PlainTextResponse(f"{said}\n", status_code=status)


def _shown(said: Iterable[str]) -> str:
    return repr(visible(", ".join(said))[:NAME_SHOWN])


def _bare(allowed: str) -> str:
    """As it stands in a header: people paste addresses, and write IPv6 without brackets."""
    return _name_of(allowed) if allowed.startswith("[") and allowed.endswith("]") else allowed.rpartition("://")[2]


def _name_of(host: str) -> str:
    """A host without its port; what is none as it stands is nobody's name."""
    if host.startswith("["):
        name, bracket, port = host[1:].partition("]")
        port = port.removeprefix(":") if port.startswith(":") else "" if not port else "x"
    else:
        name, bracket, port = host.partition(":")
        bracket = bracket or "]"
    return name.removesuffix(".") if bracket and (not port or port.isdecimal()) else ""
