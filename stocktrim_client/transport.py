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
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx

from stocktrim_client import retry, verdicts
from stocktrim_client.attempt import Attempt, Sender, copy_of
from stocktrim_client.discretion import Secrets, answered, hush, sending
from stocktrim_client.errors import StockTrimError
from stocktrim_client.operations import Operation, find_operation
from stocktrim_client.pause import Pause
from stocktrim_client.pool import Pool, Pools
from stocktrim_client.problems import says_gone
from stocktrim_client.retry import DEFAULT_POLICY, Ending, Phase, RetryPolicy
from stocktrim_client.trail import Trail
from stocktrim_client.wording import Hide, as_it_is, clean

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


call_id: ContextVar[str | None] = ContextVar("stocktrim_call_id", default=None)
"""What the program above calls the work it is at: ids of the requests sent for it begin so, and lead there."""

_begun_in: ContextVar[Context | None] = ContextVar("stocktrim_begun_in", default=None)

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
    hide: Hide = field(default=as_it_is, repr=False, compare=False)


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


class _PauseError(httpx.PoolTimeout):
    """StockTrim's pause outlasts the call."""

    def __init__(self, seconds: float) -> None:
        super().__init__("StockTrim asked for a pause")
        self.seconds = seconds


def origin() -> Context:
    """Where the work at hand was begun, for whoever tells whose it is; a task of `apart` knows it by this alone."""
    return _begun_in.get() or copy_context()


def apart() -> Context:
    """A context for work that outlives the call it is begun in: no deadline and no preview of that call holds in it."""
    own = Context()
    own.run(_begun_in.set, origin())
    return own


def _new_id() -> str:
    above = origin().get(call_id)
    return os.urandom(6).hex() if above is None else f"{above}.{os.urandom(3).hex()}"


def _resolve(answer: asyncio.Future[Attempt | None], attempt: Attempt | None) -> None:
    if not answer.done():
        answer.set_result(attempt)


def checked_address(base_url: str | httpx.URL, name: str = "The base URL") -> httpx.URL:
    """The base URL, if it can be one.

    Raises: ValueError that does not repeat it, as people paste addresses with a password in them.
    """
    try:
        base = httpx.URL(base_url)
    except httpx.InvalidURL:
        # Its text may quote what it met.
        base = httpx.URL()
    if base.userinfo:
        raise ValueError(f"{name} holds a user name or password: leave them out, StockTrim signs in by other means.")
    if base.scheme not in ("http", "https") or not base.host or not 0 < _port(base) < 65536:
        raise ValueError(f"{name} is no address; it must be one such as https://api.stocktrim.com.")
    return base


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, _port(url)


def _port(url: httpx.URL) -> int:
    return {"http": 80, "https": 443}.get(url.scheme, 0) if url.port is None else url.port


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: what is sent to it passes no wire."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _blank_keys(operation: Operation, url: httpx.URL) -> list[str]:
    given = url.params
    return [name for name in operation.key if not all(value.strip() for value in given.get_list(name) or [""])]


async def _answers_gone(response: httpx.Response) -> bool:
    """Read a copy, so that httpx still finds the answer unread."""
    copy = copy_of(response)
    try:
        await copy.aread()
    except httpx.DecodingError:
        return copy.status_code in (404, 410)
    return says_gone(copy)


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
        base = checked_address(base_url)
        self._host = base.host
        self._origin = _origin(base)
        self._prefix = base.raw_path.decode("ascii").rstrip("/")
        values = (auth_id.strip(), auth_signature.strip())
        self._unusable = " and ".join(
            f"the auth {name} {'holds characters no header can' if value else 'is missing'}"
            for name, value in zip(("id", "signature"), values, strict=True)
            if not (value and value.isascii() and value.isprintable())
        )
        self._confidential = base.scheme == "https" or is_loopback(base.host)
        self._policy = policy
        self._read_only = read_only
        self._monotonic, self._random, self._sleep = monotonic, random, sleep
        self._on_attempt = on_attempt
        self._pools = Pools(inner, policy, monotonic, wall)
        self._hide = Secrets(*values)
        signature = [(name, value.encode()) for name, value in zip(_SECRET_NAMES, values, strict=True)]
        self._sender = Sender(policy, signature, http2=http2, monotonic=monotonic, wall=wall)
        self._tokens = policy.budget
        self._pause = Pause(policy.longest_retry_after)
        hush()

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
                    answered.set(request.url)
                    return await self._conclude(call, attempt, doubted)
                await self._sleep(delay)
        except asyncio.CancelledError:
            self._report(call, "cancelled by its caller" + (", outcome unknown" if call.unknown else ""), logging.INFO)
            raise
        finally:
            self._pause.learn(call, answered=False)

    def _begin(self, request: httpx.Request) -> _Call:
        wishes, now = _wishes.get(), self._monotonic()
        path = request.url.raw_path.partition(b"?")[0].decode("ascii").removeprefix(self._prefix)
        operation = find_operation(request.method, path)
        return _Call(
            operation,
            kind=retry.effective_class(operation.retry, operation.keyed, wishes.vouched),
            request_id=wishes.request_id or _new_id(),
            bulk=wishes.bulk,
            started=now,
            ends=min((one.ends(self._monotonic) for one in wishes.deadlines), default=now + self._policy.deadline),
        )

    def _refuse(self, call: _Call, request: httpx.Request) -> None:
        """Raise for what must not leave, before anything does."""
        told, operation = call.told(call.started), call.operation
        error: StockTrimError | None = None
        if self._pools.closed:
            error = verdicts.not_sent(told, "this client has been closed. Make a new one.")
        elif _origin(request.url) != self._origin:
            error = verdicts.not_sent(told, "the address is not StockTrim's. Credentials go nowhere else.")
        elif not self._confidential:
            error = verdicts.not_sent(told, "the base URL is plain http to another machine. Use https.")
        elif self._read_only and operation.retry != "read":
            error = verdicts.read_only(told)
        elif operation.retry == "delete" and (blank := _blank_keys(operation, request.url)):
            error = verdicts.not_sent(
                told, f"{' and '.join(blank)} is missing, and without it too much could be deleted."
            )
        elif self._unusable:
            error = verdicts.no_credentials(told, self._unusable)
        elif call.ends <= call.started:
            error = verdicts.not_sent(told, "the time allowed for it had run out. Nothing was changed.")
        if error is not None:
            self._report(call, type(error).__name__, logging.ERROR)
            raise error

    def _next_delay(self, call: _Call, ending: Ending) -> float | None:
        now = self._monotonic()
        if self._pools.closed:
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
        self._pause.learn(call, ending.answered)
        if ending.status == 429 and ending.answered:
            pause, now = ending.retry_after or delay or 0.0, self._monotonic()
            self._pause.ask(now, pause)
            if delay is not None and delay >= pause:
                call.waited_for = now + pause
        if delay is not None:
            self._tokens -= 1
            log.warning(
                "%s: %s, retry %d/%d in %.2f s, request %s",
                call.operation.name,
                ending.reason,
                call.attempts,
                self._policy.retries,
                delay,
                call.request_id,
            )
        elif ending.answered and retry.is_settled(ending):
            self._tokens = min(self._policy.budget, self._tokens + self._policy.budget_per_success)

    def _tell(self, call: _Call, attempt: Attempt, delay: float | None) -> None:
        if self._on_attempt is not None:
            ending = attempt.ending
            error = None if ending.error is None else type(ending.error).__name__
            self._on_attempt(
                AttemptEvent(
                    operation=call.operation,
                    request_id=call.request_id,
                    attempt=call.attempts,
                    phase=ending.phase,
                    status=ending.status,
                    error=error,
                    seconds=attempt.seconds,
                    delay=delay,
                )
            )

    async def _conclude(self, call: _Call, attempt: Attempt, doubted: bool) -> httpx.Response:
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
            if error is not None:
                self._hide.hide_in(error)
            raise raised from error
        confirmed = doubted and call.kind == "delete" and await _answers_gone(response)
        if confirmed:
            response = httpx.Response(204, stream=httpx.ByteStream(b""))
        response.extensions["stocktrim"] = call.told(
            now, confirmed=confirmed, retry_after=ending.retry_after, hide=self._hide
        )
        # "No such record" is how StockTrim answers a read that finds nothing.
        fine = response.status_code < 400 or (call.kind == "read" and response.status_code in (404, 410))
        words = "unknown" if call.unknown else "confirmed" if confirmed else ""
        self._report(
            call, f"{response.status_code} {words}".rstrip(), logging.INFO if fine else logging.ERROR, size=attempt.size
        )
        return response

    async def _attempt(self, call: _Call, request: httpx.Request) -> Attempt:
        """One attempt, as a task of its own: a caller that is cancelled leaves at once, the attempt ends by itself."""
        try:
            pool = await self._admit(call)
        except httpx.PoolTimeout as error:
            return Attempt(Ending(Phase.NOT_SENT, error=error))
        call.attempts += 1
        began, trail = self._monotonic(), Trail(request)
        # Awaiting a future of our own is the shield: cancelling the caller cancels that, not the attempt.
        answer: asyncio.Future[Attempt | None] = pool.loop.create_future()
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
            attempt = self._sender.given_up(trail)
        attempt.seconds = self._monotonic() - began
        if log.isEnabledFor(logging.DEBUG):
            self._report_attempt(call, attempt)
        return attempt

    async def _run(
        self, pool: Pool, call: _Call, request: httpx.Request, trail: Trail, answer: asyncio.Future[Attempt | None]
    ) -> Attempt:
        sending.set(True)
        attempt = await self._sender.send(
            pool, request, trail, ends=call.ends, read_timeout=call.operation.read_timeout
        )
        _resolve(answer, attempt)
        return attempt

    def _ended(self, pool: Pool, answer: asyncio.Future[Attempt | None], task: asyncio.Task[Attempt]) -> None:
        self._pools.ended(pool, task)
        if task.cancelled():
            _resolve(answer, Attempt(Ending(Phase.SENT, error=httpx.CloseError("the transport was closed"))))
        elif (bug := task.exception()) is not None and not answer.done():
            answer.set_exception(bug)

    async def _admit(self, call: _Call) -> Pool:
        """Wait for a slot, and for the end of a pause that StockTrim asked for; whoever leaves gives the slot back."""
        while True:
            pool, left = self._pools.current(), call.ends - self._monotonic()
            await pool.enter(call.bulk, self._policy.pool_timeout, left)
            now = self._monotonic()
            left = call.ends - now
            pause, news = self._pause.left(now, call.waited_for), self._pause.news(now)
            if self._pools.holds(pool) and news is None and pause <= 0 < left:
                self._pause.go(call, now)
                return pool
            pool.leave(call.bulk)
            if left <= 0:
                raise httpx.PoolTimeout("the time for the whole call is up")
            if pause >= left:
                raise _PauseError(pause)
            if pause > 0:
                call.waited_for = self._pause.ends
                longer = pause * (1 + self._policy.jitter * self._random())
                await self._sleep(longer if longer < left else pause)
            elif news is not None:
                await self._hear(news, left)

    async def _hear(self, news: asyncio.Event, left: float) -> None:
        try:
            async with asyncio.timeout(left):
                await news.wait()
        except TimeoutError:
            raise _PauseError(self._policy.longest_retry_after) from None

    async def aclose(self) -> None:
        """Close every connection; attempts whose caller has left get a moment to end."""
        await self._pools.aclose()

    def _report(self, call: _Call, outcome: str, level: int, *, size: int = 0) -> None:
        # Never a query, a body, a credential, or a header that is not on the list.
        if log.isEnabledFor(level):
            operation, milliseconds = call.operation, 1000 * (self._monotonic() - call.started)
            log.log(
                level,
                "%s: %s %s -> %s, %d attempt%s, %.0f ms, %d bytes, request %s",
                operation.name,
                operation.method,
                operation.path,
                outcome,
                call.attempts,
                "" if call.attempts == 1 else "s",
                milliseconds,
                size,
                call.request_id,
            )

    def _report_attempt(self, call: _Call, attempt: Attempt) -> None:
        shown = ""
        if attempt.response is not None:
            found = attempt.response.headers
            shown = ", ".join(
                f"{name}: {clean(found[name], hide=self._hide)}" for name in LOGGED_HEADERS if name in found
            )
        log.debug(
            "%s: attempt %d, %s, %s, request %s",
            call.operation.name,
            call.attempts,
            attempt.ending.reason,
            shown or "no headers",
            call.request_id,
        )

    def _report_late(self, call: _Call, task: asyncio.Task[Attempt]) -> None:
        """The outcome of an attempt that its caller did not wait for."""
        broken = task.cancelled() or task.exception() is not None
        if call.kind != "read":
            ending = None if broken else task.result().ending
            status = None if ending is None else ending.status
            unsent = ending is not None and ending.status is None and ending.phase <= Phase.INCOMPLETE
            late = "not sent" if unsent else "unknown" if status is None else str(status)
            log.info("%s: outcome after its caller left: %s, request %s", call.operation.name, late, call.request_id)
