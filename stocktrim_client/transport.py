"""ResilientAsyncTransport: the one place where requests leave.

It adds the credentials, refuses what must not be sent, sends, waits, sends again where retry.py says so, and writes
one log line a call. It hands up the last answer, or raises where there is none.
"""

import asyncio
import ipaddress
import logging
import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import httpx

from stocktrim_client import retry, verdicts
from stocktrim_client.errors import StockTrimError
from stocktrim_client.operations import Operation, find_operation
from stocktrim_client.problems import says_gone
from stocktrim_client.retry import DEFAULT_POLICY, Ending, Phase, RetryPolicy
from stocktrim_client.verdicts import STREAM
from stocktrim_client.wording import clean

log = logging.getLogger("stocktrim_client.transport")

_SECRET_NAMES = (b"api-auth-id", b"api-auth-signature")
LOGGED_HEADERS = (
    "content-type",
    "content-length",
    "retry-after",
    "date",
    "x-request-id",
    "request-id",
    "x-correlation-id",
)


class _Deadline:
    """A moment shared by all requests inside one `calling`, told on the clock of the transport that asks."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._entered = time.monotonic()
        self._ends: dict[Callable[[], float], float] = {}

    def ends(self, clock: Callable[[], float]) -> float:
        if clock not in self._ends:
            spent = time.monotonic() - self._entered
            self._ends[clock] = clock() + self._seconds - spent
        return self._ends[clock]


@dataclass(frozen=True, slots=True)
class _Wishes:
    vouched: str | None = None
    deadlines: tuple[_Deadline, ...] = ()
    request_id: str | None = None
    bulk: bool = False


_NO_WISHES = _Wishes()
_wishes: ContextVar[_Wishes] = ContextVar("stocktrim_wishes", default=_NO_WISHES)


@contextmanager
def calling(
    *,
    vouched: str | None = None,
    deadline: float | None = None,
    request_id: str | None = None,
    bulk: bool | None = None,
) -> Generator[None]:
    """Say something about the requests sent inside; what is None stays as an outer `calling` said it.

    `vouched` names the key the caller guarantees to be set, `bulk` keeps to the share of the pool for bulk reading.
    Units: `deadline` in seconds from now, for all requests inside together; an outer, earlier deadline still holds.
    """
    outer = _wishes.get()
    wishes = _Wishes(
        vouched=outer.vouched if vouched is None else vouched,
        deadlines=outer.deadlines if deadline is None else (*outer.deadlines, _Deadline(deadline)),
        request_id=outer.request_id if request_id is None else request_id,
        bulk=outer.bulk if bulk is None else bulk,
    )
    token = _wishes.set(wishes)
    try:
        yield
    finally:
        _wishes.reset(token)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call went; an answer carries it in `extensions["stocktrim"]`.

    Units: `elapsed` and `retry_after` in seconds.
    None: `retry_after`, the answer named no usable time.
    """

    operation: Operation
    attempts: int
    elapsed: float
    request_id: str
    unknown: bool = False
    confirmed: bool = False
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class AttemptEvent:
    """One attempt, for metrics. Whoever is told must not raise.

    Units: `seconds` the attempt took, `delay` in seconds before the next one.
    None: `status`, no answer came; `error`, one did; `delay`, this was the last attempt.
    """

    operation: Operation
    request_id: str
    attempt: int
    phase: Phase
    status: int | None
    error: str | None
    seconds: float
    delay: float | None


@dataclass(slots=True)
class _Call:
    """One logical call on its way."""

    operation: Operation
    kind: str
    request_id: str
    bulk: bool
    started: float
    ends: float
    attempts: int = 0
    unknown: bool = False
    waited_for: float = float("-inf")

    def told(self, now: float, **more: Any) -> Outcome:
        return Outcome(self.operation, self.attempts, now - self.started, self.request_id, self.unknown, **more)


class _CallerLeftError(httpx.TransportError):
    """The caller left before the request did: it stays here."""


class _PauseError(httpx.PoolTimeout):
    """StockTrim's pause outlasts the call."""

    def __init__(self, seconds: float) -> None:
        super().__init__("StockTrim asked for a pause")
        self.seconds = seconds


class _Trail:
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
                    raise _CallerLeftError("the caller left before the request did")
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


class _Received(httpx.AsyncByteStream):
    """A body read before; handed on in its chunks, so that decoding a large one lets others run in between."""

    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk
            await asyncio.sleep(0)


@dataclass(slots=True)
class _Attempt:
    """What came of one attempt; `response` unless `ending` is an error."""

    ending: Ending
    response: httpx.Response | None = None
    size: int = 0
    seconds: float = 0.0


def _whole(head: httpx.Response, chunks: list[bytes]) -> httpx.Response:
    """The answer with its raw body in memory."""
    stream = httpx.ByteStream(b"".join(chunks)) if len(chunks) < 2 else _Received(chunks)
    if head.is_closed:
        # Made from bytes by a transport without a wire: httpx would not see it end, nor time it.
        return httpx.Response(head.status_code, headers=head.headers, stream=stream, extensions=head.extensions)
    head.stream = stream
    head.extensions.pop("network_stream", None)
    return head


def _bodiless(head: httpx.Response) -> httpx.Response:
    """The answer without its body, which was lost."""
    headers = [(name, value) for name, value in head.headers.multi_items() if name not in _BODY_HEADERS]
    return httpx.Response(head.status_code, headers=headers, stream=httpx.ByteStream(b""))


_BODY_HEADERS = ("content-encoding", "content-length", "transfer-encoding")


def _resolve(answer: asyncio.Future[_Attempt | None], attempt: _Attempt | None) -> None:
    if not answer.done():
        answer.set_result(attempt)


class _Pool:
    """One inner transport with the loop it belongs to, the slots before it and the attempts on it."""

    def __init__(self, inner: httpx.AsyncBaseTransport, policy: RetryPolicy) -> None:
        self.inner = inner
        self.loop = asyncio.get_running_loop()
        self.running: set[asyncio.Task[_Attempt]] = set()
        self.retired = False
        self._slots = asyncio.Semaphore(policy.concurrency)
        self._bulk_slots = asyncio.Semaphore(policy.bulk_concurrency)
        self._freed = 0
        self._door = asyncio.Lock()
        self._traces = isinstance(inner, httpx.AsyncHTTPTransport)

    async def hand_on(self, request: httpx.Request, trail: _Trail) -> httpx.Response:
        """Send through the connections, one request finding its own at a time.

        httpcore would show the same idle connection to all that come together; all but one would have to ask again.
        """
        if not self._traces:
            return await self.inner.handle_async_request(request)
        await self._door.acquire()
        trail.once_under_way(self._door.release)
        try:
            return await self.inner.handle_async_request(request)
        finally:
            trail.under_way()

    async def enter(self, bulk: bool, longest: float, left: float) -> None:
        """Take a slot. A queue that does not move for `longest` seconds is given up; bulk reading waits its turn."""
        if bulk:
            await self._take(self._bulk_slots, left, left)
        taken = False
        try:
            await self._take(self._slots, longest, left)
            taken = True
        finally:
            if bulk and not taken:
                self._bulk_slots.release()

    async def _take(self, slots: asyncio.Semaphore, longest: float, left: float) -> None:
        if not slots.locked():
            await slots.acquire()
            return
        ends = self.loop.time() + left
        while True:
            freed = self._freed
            try:
                async with asyncio.timeout(min(longest, ends - self.loop.time())):
                    await slots.acquire()
                    return
            except TimeoutError:
                if freed == self._freed or self.loop.time() >= ends:
                    raise httpx.PoolTimeout("no other call made room in time") from None

    def leave(self, bulk: bool) -> None:
        self._freed += 1
        self._slots.release()
        if bulk:
            self._bulk_slots.release()

    async def close(self, grace: float) -> None:
        """Wait briefly for attempts whose caller has left, then end them and close the connections."""
        if self.running:
            await asyncio.wait(self.running, timeout=grace)
        for task in self.running:
            task.cancel()
        if self.running:
            await asyncio.wait(self.running)
        await self.inner.aclose()


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme, 0)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _blank_keys(operation: Operation, url: httpx.URL) -> list[str]:
    given = url.params
    return [name for name in operation.key if not all(value.strip() for value in given.get_list(name) or [""])]


async def _answers_gone(response: httpx.Response) -> bool:
    """Read a copy, so that httpx still finds the answer unread."""
    copy = httpx.Response(response.status_code, headers=response.headers, stream=response.stream)
    try:
        await copy.aread()
    except httpx.DecodingError:
        return copy.status_code in (404, 410)
    return says_gone(copy)


_sending: ContextVar[bool] = ContextVar("stocktrim_sending", default=False)
_answered: ContextVar[httpx.URL | None] = ContextVar("stocktrim_answered", default=None)


class _Discretion(logging.Filter):
    """Keeps our requests out of the logs of httpx (whole URLs), httpcore (all headers) and hpack (credentials).

    Their lines about anyone else's requests pass. Ours say the same, without the secrets.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if _sending.get():
            return False
        # httpx logs the very URL object of the request that has just been answered, in the same task.
        url = _answered.get()
        return url is None or not isinstance(record.args, tuple) or all(one is not url for one in record.args)


_discretion = _Discretion()
_TALKATIVE = ("connection", "http11", "http2", "proxy", "socks")
_QUIETED = (
    *("httpx", "httpx2", "hpack.hpack", "hpack.table"),
    *(f"{library}.{part}" for library in ("httpcore", "httpcore2") for part in _TALKATIVE),
)


def _hush() -> None:
    for name in _QUIETED:
        logging.getLogger(name).addFilter(_discretion)


class ResilientAsyncTransport(httpx.AsyncBaseTransport):
    """Sends each call as often as is safe, and no oftener. One instance for one pair of credentials.

    `inner` makes the transport below: at the first call, after the machine has slept, and in another event loop.
    With `http2` each attempt is timed as a task, because a read timeout of one stream would end its neighbours.
    """

    def __init__(
        self,
        inner: Callable[[], httpx.AsyncBaseTransport],
        *,
        base_url: str | httpx.URL,
        auth_id: str,
        auth_signature: str,
        policy: RetryPolicy = DEFAULT_POLICY,
        read_only: bool = False,
        http2: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        random: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        on_attempt: Callable[[AttemptEvent], None] | None = None,
    ) -> None:
        base = httpx.URL(base_url)
        self._inner = inner
        self._host = base.host
        self._origin = _origin(base)
        self._prefix = base.raw_path.decode("ascii").rstrip("/")
        values = (auth_id.strip(), auth_signature.strip())
        self._usable = all(value and value.isascii() and value.isprintable() for value in values)
        self._secrets = [(name, value.encode()) for name, value in zip(_SECRET_NAMES, values, strict=True)]
        self._confidential = base.scheme == "https" or _is_loopback(base.host)
        self._policy = policy
        self._read_only = read_only
        self._http2 = http2
        self._monotonic, self._wall, self._random, self._sleep = monotonic, wall, random, sleep
        self._on_attempt = on_attempt
        self._pool: _Pool | None = None
        self._retired: set[_Pool] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self._closed = False
        self._drift = 0.0
        self._tokens = policy.budget
        self._pause_ends = float("-inf")
        _hush()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base {self._host}{', read-only' if self._read_only else ''})"

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        call = self._begin(request)
        self._refuse(call, request)
        try:
            while True:
                attempt = await self._attempt(call, request)
                ending, doubted = attempt.ending, call.unknown
                call.unknown = retry.is_ambiguous(call.kind, ending) or (doubted and not retry.is_settled(ending))
                delay = self._next_delay(call, ending)
                self._learn(call, ending, delay)
                self._tell(call, attempt, delay)
                if delay is None:
                    _answered.set(request.url)
                    return await self._conclude(call, attempt, doubted)
                await self._sleep(delay)
        except asyncio.CancelledError:
            self._report(call, "cancelled by its caller" + (", outcome unknown" if call.unknown else ""), logging.INFO)
            raise

    def _begin(self, request: httpx.Request) -> _Call:
        wishes, now = _wishes.get(), self._monotonic()
        path = request.url.raw_path.partition(b"?")[0].decode("ascii").removeprefix(self._prefix)
        operation = find_operation(request.method, path)
        return _Call(
            operation,
            kind=retry.effective_class(operation.retry, operation.keyed, wishes.vouched),
            request_id=wishes.request_id or os.urandom(6).hex(),
            bulk=wishes.bulk,
            started=now,
            ends=min((one.ends(self._monotonic) for one in wishes.deadlines), default=now + self._policy.deadline),
        )

    def _refuse(self, call: _Call, request: httpx.Request) -> None:
        """Raise for what must not leave, before anything does."""
        told, operation = call.told(call.started), call.operation
        error: StockTrimError | None = None
        if _origin(request.url) != self._origin:
            error = verdicts.not_sent(told, "the address is not StockTrim's. Credentials go nowhere else.")
        elif not self._confidential:
            error = verdicts.not_sent(told, "the base URL is plain http to another machine. Use https.")
        elif self._read_only and operation.retry != "read":
            error = verdicts.read_only(told)
        elif operation.retry == "delete" and (blank := _blank_keys(operation, request.url)):
            error = verdicts.not_sent(
                told, f"{' and '.join(blank)} is missing, and without it too much could be deleted."
            )
        elif not self._usable:
            error = verdicts.no_credentials(told, "the credentials are missing or hold characters no header can")
        elif call.ends <= call.started:
            error = verdicts.not_sent(told, "the time allowed for it had run out. Nothing was changed.")
        if error is not None:
            self._report(call, type(error).__name__, logging.ERROR)
            raise error

    def _next_delay(self, call: _Call, ending: Ending) -> float | None:
        now = self._monotonic()
        if self._closed:
            return None
        return retry.next_delay(
            self._policy,
            call.kind,
            ending,
            retry=call.attempts,
            elapsed=now - call.started,
            left=call.ends - now,
            tokens=self._tokens,
            random=self._random,
        )

    def _learn(self, call: _Call, ending: Ending, delay: float | None) -> None:
        """What one attempt means for the calls beside it: the budget, and the pause after a 429."""
        if ending.status == 429 and ending.answered:
            pause = ending.retry_after or delay or 0.0
            ends = self._monotonic() + pause
            self._pause_ends = max(self._pause_ends, ends)
            if delay is not None and delay >= pause:
                call.waited_for = ends
        if delay is not None:
            self._tokens -= 1
            log.warning(
                "%s: %s, retry %d/%d in %.2f s, request %s",
                *(call.operation.name, ending.reason, call.attempts, self._policy.retries, delay, call.request_id),
            )
        elif ending.answered and retry.is_settled(ending):
            self._tokens = min(self._policy.budget, self._tokens + self._policy.budget_per_success)

    def _tell(self, call: _Call, attempt: _Attempt, delay: float | None) -> None:
        if self._on_attempt is not None:
            ending = attempt.ending
            error = None if ending.error is None else type(ending.error).__name__
            self._on_attempt(
                AttemptEvent(
                    *(call.operation, call.request_id, call.attempts, ending.phase, ending.status, error),
                    seconds=attempt.seconds,
                    delay=delay,
                )
            )

    async def _conclude(self, call: _Call, attempt: _Attempt, doubted: bool) -> httpx.Response:
        """Hand up the last answer, or raise what its absence means."""
        now, ending, response = self._monotonic(), attempt.ending, attempt.response
        if response is None:
            told = call.told(now)
            error = ending.error
            if isinstance(error, _PauseError) and not call.unknown:
                raised = verdicts.still_busy(told, error.seconds)
            else:
                applied = retry.is_applied_unread(call.kind, ending)
                raised = verdicts.no_answer(told, ending, host=self._host, applied=applied)
            self._report(call, f"{type(raised).__name__}, {ending.reason}", logging.ERROR)
            raise raised from error
        confirmed = doubted and call.kind == "delete" and await _answers_gone(response)
        if confirmed:
            response = httpx.Response(204, stream=httpx.ByteStream(b""))
        response.extensions["stocktrim"] = call.told(now, confirmed=confirmed, retry_after=ending.retry_after)
        # "No such record" is how StockTrim answers a read that finds nothing.
        fine = response.status_code < 400 or (call.kind == "read" and response.status_code in (404, 410))
        words = "unknown" if call.unknown else "confirmed" if confirmed else ""
        self._report(
            call, f"{response.status_code} {words}".rstrip(), logging.INFO if fine else logging.ERROR, size=attempt.size
        )
        return response

    async def _attempt(self, call: _Call, request: httpx.Request) -> _Attempt:
        """One attempt, as a task of its own: a caller that is cancelled leaves at once, the attempt ends by itself."""
        try:
            pool = await self._admit(call)
        except httpx.PoolTimeout as error:
            return _Attempt(Ending(Phase.NOT_SENT, error=error))
        call.attempts += 1
        began, trail = self._monotonic(), _Trail(request)
        # Awaiting a future of our own is the shield: cancelling the caller cancels that, not the attempt.
        answer: asyncio.Future[_Attempt | None] = pool.loop.create_future()
        task = pool.loop.create_task(self._run(pool, call, request, trail, answer))
        pool.running.add(task)
        task.add_done_callback(partial(self._ended, pool, answer))
        alarm = pool.loop.call_later(call.ends - began, _resolve, answer, None)
        try:
            attempt = await answer
        except asyncio.CancelledError:
            trail.abandoned = True
            call.unknown = call.unknown or (call.kind != "read" and trail.left_behind() >= Phase.SENT)
            task.add_done_callback(partial(self._report_late, call))
            raise
        finally:
            alarm.cancel()
            pool.leave(call.bulk)
        if attempt is None:
            trail.abandoned = True
            task.add_done_callback(partial(self._report_late, call))
            attempt = self._given_up(trail)
        attempt.seconds = self._monotonic() - began
        if log.isEnabledFor(logging.DEBUG):
            self._report_attempt(call, attempt)
        return attempt

    async def _run(
        self, pool: _Pool, call: _Call, request: httpx.Request, trail: _Trail, answer: asyncio.Future[_Attempt | None]
    ) -> _Attempt:
        _sending.set(True)
        attempt = await self._send(pool, call, request, trail)
        _resolve(answer, attempt)
        return attempt

    def _ended(self, pool: _Pool, answer: asyncio.Future[_Attempt | None], task: asyncio.Task[_Attempt]) -> None:
        pool.running.discard(task)
        self._close_idle(pool)
        if task.cancelled():
            _resolve(answer, _Attempt(Ending(Phase.SENT, error=httpx.CloseError("the transport was closed"))))
        elif (bug := task.exception()) is not None and not answer.done():
            answer.set_exception(bug)

    def _given_up(self, trail: _Trail) -> _Attempt:
        """What to assume of an attempt that is still running when the time for the whole call is up."""
        if trail.head is not None and trail.head.status_code >= 300:
            return self._answered(trail.head, None)
        status = None if trail.head is None else trail.head.status_code
        return _Attempt(Ending(trail.left_behind(), status, httpx.ReadTimeout("the time for the whole call is up")))

    async def _admit(self, call: _Call) -> _Pool:
        """Wait for a slot, and for the end of a pause that StockTrim asked for; whoever leaves gives the slot back."""
        while True:
            pool, left = self._current_pool(), call.ends - self._monotonic()
            await pool.enter(call.bulk, self._policy.pool_timeout, left)
            now = self._monotonic()
            left = call.ends - now
            # A pause slept through once is over, whatever a clock that ran slow meanwhile may say.
            pause = self._pause_ends - now if self._pause_ends > call.waited_for else 0.0
            if pool is self._pool and pause <= 0 < left:
                return pool
            pool.leave(call.bulk)
            if left <= 0:
                raise httpx.PoolTimeout("the time for the whole call is up")
            if pause >= left:
                raise _PauseError(pause)
            if pause > 0:
                call.waited_for = self._pause_ends
                longer = pause * (1 + self._policy.jitter * self._random())
                await self._sleep(longer if longer < left else pause)

    def _current_pool(self) -> _Pool:
        """The pool of this event loop; a fresh one after the machine has slept, when every connection is dead."""
        if self._closed:
            raise RuntimeError("Cannot send a request, as the transport has been closed.")
        drift, loop = self._wall() - self._monotonic(), asyncio.get_running_loop()
        woke = drift - self._drift > self._policy.wake_jump
        self._drift = drift
        if self._pool is None or woke or self._pool.loop is not loop:
            old, self._pool = self._pool, _Pool(self._inner(), self._policy)
            # Connections of another loop can only be closed by that loop: they are left to it.
            if old is not None and old.loop is loop:
                self._retired.add(old)
                self._close_idle(old)
        return self._pool

    def _close_idle(self, pool: _Pool) -> None:
        if pool in self._retired and not pool.running:
            self._retired.discard(pool)
            closing = asyncio.create_task(pool.inner.aclose())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def _send(self, pool: _Pool, call: _Call, request: httpx.Request, trail: _Trail) -> _Attempt:
        timeouts = self._timeouts(call)
        # One stream's read timeout would end its neighbours on the same HTTP/2 connection: time the task instead.
        as_task = timeouts.pop("read") if self._http2 else None
        replayable = isinstance(request.stream, httpx.ByteStream)
        try:
            if as_task is None:
                chunks = await self._exchange(pool, call, self._signed(request, trail, timeouts), trail)
            else:
                async with asyncio.timeout(as_task):
                    chunks = await self._exchange(pool, call, self._signed(request, trail, timeouts), trail)
        except (httpx.TransportError, OSError) as error:
            if trail.head is None or trail.head.status_code < 300:
                status = None if trail.head is None else trail.head.status_code
                return _Attempt(Ending(trail.broken_off(error), status, error, replayable=replayable))
            return self._answered(trail.head, None, replayable)
        assert trail.head is not None
        return self._answered(trail.head, chunks or [], replayable, live=chunks is None)

    async def _exchange(self, pool: _Pool, call: _Call, request: httpx.Request, trail: _Trail) -> list[bytes] | None:
        """Send and receive; None where the caller reads the body himself, which he may of a success only."""
        head = await pool.hand_on(request, trail)
        trail.responded(head)
        return None if request.extensions.get(STREAM) and head.is_success else await self._read(call, head)

    def _timeouts(self, call: _Call) -> dict[str, float]:
        left, policy = call.ends - self._monotonic(), self._policy
        return {
            "connect": min(policy.connect_timeout, left),
            "read": min(call.operation.read_timeout or policy.read_timeout, left),
            "write": min(policy.write_timeout, left),
            "pool": min(policy.pool_timeout, left),
        }

    def _signed(self, request: httpx.Request, trail: _Trail, timeouts: dict[str, float]) -> httpx.Request:
        """A copy with the credentials: the caller's own request never holds them."""
        headers = [pair for pair in request.headers.raw if pair[0].lower() not in _SECRET_NAMES]
        headers += self._secrets
        extensions = {**request.extensions, "trace": trail, "timeout": timeouts}
        return httpx.Request(request.method, request.url, headers=headers, stream=request.stream, extensions=extensions)

    async def _read(self, call: _Call, head: httpx.Response) -> list[bytes]:
        """The raw body in chunks. A body that drips past the deadline is given up between two of them."""
        stream = cast("httpx.AsyncByteStream", head.stream)
        chunks: list[bytes] = []
        try:
            async for chunk in stream:
                chunks.append(chunk)
                if self._monotonic() >= call.ends:
                    raise httpx.ReadTimeout("the body outlasted the time for the whole call")
        finally:
            await stream.aclose()
        return chunks

    def _answered(
        self, head: httpx.Response, chunks: list[bytes] | None, replayable: bool = True, *, live: bool = False
    ) -> _Attempt:
        """An attempt with an answer; `chunks` is None where its body was lost, `live` where it is not read here."""
        status, after = head.status_code, None
        if status >= 400:
            after = retry.parse_retry_after(head.headers.get("retry-after"), head.headers.get("date"), self._wall())
        ending = Ending(Phase.RESPONDED, status, retry_after=after, replayable=replayable)
        if chunks is None:
            return _Attempt(ending, _bodiless(head))
        return _Attempt(ending, head if live else _whole(head, chunks), sum(map(len, chunks)))

    async def aclose(self) -> None:
        """Close every connection; attempts whose caller has left get a moment to end."""
        self._closed = True
        pools = [*self._retired, *([self._pool] if self._pool else [])]
        self._pool = None
        self._retired.clear()
        loop = asyncio.get_running_loop()
        for pool in pools:
            if pool.loop is loop:
                await pool.close(self._policy.closing_grace)
        if self._closing:
            await asyncio.wait(self._closing)

    def _report(self, call: _Call, outcome: str, level: int, *, size: int = 0) -> None:
        # Never a query, a body, a credential, or a header that is not on the list.
        if log.isEnabledFor(level):
            operation, milliseconds = call.operation, 1000 * (self._monotonic() - call.started)
            log.log(
                level,
                "%s: %s %s -> %s, %d attempt%s, %.0f ms, %d bytes, request %s",
                *(operation.name, operation.method, operation.path, outcome, call.attempts),
                *("" if call.attempts == 1 else "s", milliseconds, size, call.request_id),
            )

    def _report_attempt(self, call: _Call, attempt: _Attempt) -> None:
        shown = ""
        if attempt.response is not None:
            found = attempt.response.headers
            shown = ", ".join(f"{name}: {clean(found[name])}" for name in LOGGED_HEADERS if name in found)
        log.debug(
            "%s: attempt %d, %s, %s", call.operation.name, call.attempts, attempt.ending.reason, shown or "no headers"
        )

    def _report_late(self, call: _Call, task: asyncio.Task[_Attempt]) -> None:
        """The outcome of an attempt that its caller did not wait for."""
        broken = task.cancelled() or task.exception() is not None
        if call.kind != "read":
            ending = None if broken else task.result().ending
            status = None if ending is None else ending.status
            unsent = ending is not None and ending.status is None and ending.phase <= Phase.INCOMPLETE
            late = "not sent" if unsent else "unknown" if status is None else str(status)
            log.info("%s: outcome after its caller left: %s, request %s", call.operation.name, late, call.request_id)
