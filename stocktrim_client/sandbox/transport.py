"""The sandbox as an httpx transport: it stands where the wire would be."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote_to_bytes

import httpx

from stocktrim_client.sandbox.answers import Answer, RefusedError, refusal
from stocktrim_client.sandbox.faults import Fault, Faults
from stocktrim_client.sandbox.forecast import Forecast, breathe
from stocktrim_client.sandbox.quirks import Quirks
from stocktrim_client.sandbox.routes import Account, Ask, Route, find_route
from stocktrim_client.sandbox.shop import Shop, text_of

__all__ = ["Recorded", "Reply", "Sandbox"]

FOREVER = 3600.0
PIECE = 65_536
RECORDS = 100_000
SECRETS = frozenset({"api-auth-id", "api-auth-signature", "authorization", "cookie"})
HTML = b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Something broke.</h1></body></html>"


class Recorded(NamedTuple):
    """One request as it came in, without its credentials."""

    operation: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


class Reply(NamedTuple):
    """What to do on the wire: an answer, and the trouble that befalls it."""

    answer: Answer | None
    fault: Fault | None = None


class Sandbox(httpx.AsyncBaseTransport):
    """A StockTrim in memory. Give it to httpx as a transport, or put it behind `serve`."""

    def __init__(
        self,
        products: int = 24,
        *,
        customers: int = 40,
        today: date | None = None,
        # A default that all sandboxes may share: it is frozen.
        quirks: Quirks = Quirks(),  # noqa: B008 - frozen
        latency: float = 0.0,
        forecast_seconds: float = 60.0,
        auth_id: str = "sandbox",
        auth_signature: str = "sandbox",
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        seed: int = 1,
    ) -> None:
        self.quirks = quirks
        self.latency = latency
        self.auth_id = auth_id
        self.auth_signature = auth_signature
        self.faults = Faults()
        self.requests: list[Recorded] = []
        self._clock = clock
        self._sleep = sleep
        self._started = clock()
        self._start = (
            datetime.now(UTC) if today is None else datetime(today.year, today.month, today.day, 8, 0, tzinfo=UTC)
        )
        self.shop = Shop(
            products,
            customers=customers,
            now=self._start,
            seed=seed,
            codeless_supplier=quirks.null_supplier_codes,
            bare_order=quirks.bare_orders,
        )
        calculated = text_of(self._start - timedelta(hours=2))
        self.forecast = Forecast(self.shop, clock, forecast_seconds, calculated)
        self._account = Account(self.shop, self.forecast, quirks, self.now, self.nap)

    def now(self) -> datetime:
        """The time in this StockTrim: it goes with the clock it was given."""
        return self._start + timedelta(seconds=self._clock() - self._started)

    def date_header(self) -> str:
        """The time as HTTP says it."""
        return format_datetime(self.now(), usegmt=True)

    async def nap(self, seconds: float) -> None:
        """Wait, in the time this sandbox was given."""
        if seconds > 0:
            await self._sleep(seconds)

    async def reply(self, method: str, target: bytes, headers: Mapping[str, str], body: bytes) -> Reply:
        """What to send for a request: its answer, and the trouble that was asked for.

        The target is the raw one of the request line; header names are in lower case.
        """
        path, _, raw_query = target.partition(b"?")
        segments = _segments(path)
        query = {
            name.lower(): value
            for name, value in parse_qsl(raw_query.decode("ascii", "replace"), keep_blank_values=True)
        }
        refused: RefusedError | None = None
        route: Route | None = None
        values: dict[str, str] = {}
        try:
            route, values = find_route(method, segments)
        except RefusedError as no:
            refused = no
        name = route.name if route else ""
        shown = "/" + "/".join(segments)
        kept = {key: value for key, value in headers.items() if key not in SECRETS}
        if len(self.requests) > RECORDS:
            del self.requests[: RECORDS // 2]
        self.requests.append(Recorded(name, method, shown, query, kept, body))
        fault = self.faults.take(name, method, shown)
        await self.nap(self.latency)
        if fault is not None and not fault.applied and fault.kind in ("status", "html", "reset", "silence"):
            return Reply(_faulty_answer(fault), fault)
        try:
            self._admit(headers)
            if refused is not None:
                raise refused
            assert route is not None
            ask = Ask(values, query, _parsed(route, headers, body))
            answered = await route.responder(self._account, ask)
        except RefusedError as no:
            answered = refusal(no, self.quirks)
        if fault is not None and fault.kind in ("status", "html", "reset", "silence"):
            return Reply(_faulty_answer(fault), fault)
        if fault is not None and fault.kind == "malformed":
            answered = Answer(answered.status, (b'{"results":[{"id":1,', *answered.pieces[:1]), answered.headers)
        return Reply(answered, fault)

    def _admit(self, headers: Mapping[str, str]) -> None:
        if headers.get("api-auth-id") == self.auth_id and headers.get("api-auth-signature") == self.auth_signature:
            return
        raise RefusedError(
            self.quirks.unauthorized, "Invalid authorization headers: auth id or signature is not valid."
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, as a server would, or fail as a connection would."""
        body = await request.aread()
        headers = {name.lower(): value for name, value in request.headers.items()}
        limit = request.extensions.get("timeout", {}).get("read")
        patience = FOREVER if limit is None else float(limit)
        if self.latency > patience:
            await self.nap(patience)
            raise httpx.ReadTimeout("The sandbox took longer than the read timeout.", request=request)
        answered, fault = await self.reply(request.method, request.url.raw_path, headers, body)
        if fault is not None:
            await self._fail_before(fault, patience, request)
        if answered is None:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
        length = {"content-length": str(answered.length)} if answered.status != 204 else {}
        stream = _Stream(answered, fault, self._sleep, patience)
        return httpx.Response(
            answered.status,
            headers={"date": self.date_header(), **answered.headers, **length},
            stream=stream,
            request=request,
        )

    async def _fail_before(self, fault: Fault, patience: float, request: httpx.Request) -> None:
        if fault.kind == "silence":
            await self.nap(patience)
            raise httpx.ReadTimeout("The sandbox did not answer.", request=request)
        if fault.kind == "reset":
            raise httpx.ReadError("The sandbox reset the connection.", request=request)
        if fault.kind == "delay":
            await self.nap(min(fault.seconds, patience))
            if fault.seconds > patience:
                raise httpx.ReadTimeout("The sandbox took longer than the read timeout.", request=request)

    async def aclose(self) -> None:
        """Nothing to close: pools come and go, the sandbox stays."""


class _Stream(httpx.AsyncByteStream):
    """A body in pieces, with the trouble that may befall it."""

    def __init__(
        self, answered: Answer, fault: Fault | None, sleep: Callable[[float], Awaitable[None]], patience: float
    ) -> None:
        self._answered = answered
        self._fault = fault
        self._sleep = sleep
        self._patience = patience

    async def __aiter__(self) -> AsyncIterator[bytes]:
        kind = self._fault.kind if self._fault else ""
        if self._fault is not None and kind in ("truncate", "trickle"):
            body = b"".join(self._answered.pieces)
            if kind == "truncate":
                yield body[: len(body) // 2]
                raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")
            for start in range(0, len(body), max(1, len(body) // 8)):
                await self._sleep(min(self._fault.seconds, self._patience))
                if self._fault.seconds > self._patience:
                    raise httpx.ReadTimeout("The sandbox stalled in the middle of the body.")
                yield body[start : start + max(1, len(body) // 8)]
            return
        given = 0
        for piece in self._answered.pieces:
            yield piece
            given += len(piece)
            if given > PIECE:
                given = 0
                await breathe()


def _faulty_answer(fault: Fault) -> Answer | None:
    if fault.kind in ("reset", "silence"):
        return None
    body = fault.body.encode() if isinstance(fault.body, str) else fault.body
    headers = {name.lower(): value for name, value in fault.headers.items()}
    if fault.kind == "html":
        return Answer(fault.status, (body or HTML,), {"content-type": "text/html; charset=utf-8"} | headers)
    return Answer(fault.status, (body,) if body else (), headers)


def _segments(path: bytes) -> list[str]:
    """The words of a path, decoded once; bare dots walk as in any server, a last slash means nothing."""
    words: list[bytes] = []
    for word in path.strip(b"/").split(b"/"):
        if word == b"..":
            del words[-1:]
        elif word not in (b"", b"."):
            words.append(word)
    return [unquote_to_bytes(word).decode("utf-8", "replace") for word in words]


def _parsed(route: Route, headers: Mapping[str, str], body: bytes) -> Any:
    """The body of a request that has one.

    Raises: RefusedError 415 for another content type than JSON, 400 for what cannot be read.
    """
    if not route.takes_body:
        return None
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/json", "text/json") and not kind.endswith("+json"):
        raise RefusedError(415)
    if not body.strip():
        raise RefusedError(400, errors={"": ["A non-empty request body is required."]})
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, errors={"$": [f"The body is not JSON: {error}."]}) from None
