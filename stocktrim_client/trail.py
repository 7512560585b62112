"""How far an attempt got, by what httpx shows of it."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from stocktrim_client import retry
from stocktrim_client.retry import Phase


class CallerLeftError(httpx.TransportError):
    """The caller left before the request did: it stays here."""


class Trail:
    """Listens to httpx's trace events of one attempt and knows how far it got."""

    __slots__ = ("_chained", "_empty", "_seen", "_tunnelling", "_under_way", "abandoned", "head", "phase")

    def __init__(self, request: httpx.Request) -> None:
        headers = request.headers
        self._empty = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
        self._chained: Callable[[str, dict[str, Any]], Awaitable[None]] | None = request.extensions.get("trace")
        self._seen = False
        self._tunnelling = False
        self._under_way: Callable[[], None] | None = None
        self.phase = Phase.NOT_SENT
        self.head: httpx.Response | None = None
        self.abandoned = False

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        self._seen = True
        self.under_way()
        name = event.partition(".")[2]
        if name == "send_request_headers.started":
            # A proxy's CONNECT is traced like a request, but nothing of ours has left with it.
            self._tunnelling = getattr(info.get("request"), "method", b"") == b"CONNECT"
            if not self._tunnelling:
                if self.abandoned:
                    raise CallerLeftError("the caller left before the request did")
                self._rise(Phase.SENT if self._empty else Phase.INCOMPLETE)
        elif self._tunnelling:
            pass
        elif name == "send_request_body.complete":
            self._rise(Phase.SENT)
        elif name == "receive_response_headers.complete":
            self._rise(Phase.RESPONDED)
        if self._chained is not None:
            await self._chained(event, info)

    def once_under_way(self, then: Callable[[], None]) -> None:
        """Call `then` once: at the first sign of a connection, or when told to."""
        self._under_way = then

    def under_way(self) -> None:
        if self._under_way is not None:
            then, self._under_way = self._under_way, None
            then()

    def _rise(self, phase: Phase) -> None:
        self.phase = max(self.phase, phase)

    def responded(self, head: httpx.Response) -> None:
        self._seen, self.phase, self.head = True, Phase.RESPONDED, head

    def broken_off(self, error: Exception) -> Phase:
        """The phase in which `error` ended the attempt."""
        if not self._seen:
            return retry.untraced_phase(error)
        # An HTTP/2 server that refuses a stream promises not to have looked at it.
        if self.phase is Phase.SENT and retry.is_refused_stream(error):
            return Phase.NOT_SENT
        return self.phase

    def left_behind(self) -> Phase:
        """The phase to assume when the caller leaves and the attempt goes on: what has begun to go may yet arrive."""
        if not self._seen or self.phase is Phase.INCOMPLETE:
            return Phase.SENT
        return self.phase
