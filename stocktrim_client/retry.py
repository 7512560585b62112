"""When a request is repeated, and how long to wait first: functions of their arguments, no clock, no I/O.

The rule: repeat when the request is known not to have been acted on, or when repeating is harmless; otherwise report.
Decided by what a repeat of the operation would do and by how far the failed attempt got, never by HTTP method.
"""

import math
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum, IntEnum

import httpx


class Phase(IntEnum):
    """How far an attempt got. Within one attempt it only rises."""

    NOT_SENT = 0
    INCOMPLETE = 1
    SENT = 2
    RESPONDED = 3


class Meaning(Enum):
    """What a status says about the request that got it."""

    DONE = "done"
    NOT_ACTED = "the server did not act"
    DOUBTFUL = "the server may have acted"
    FINAL = "final"


@dataclass(frozen=True)
class RetryPolicy:
    """Every number of the transport's patience.

    Units: seconds, unless the name says otherwise; `largest_body` in bytes, as sent and unpacked.
    None: `retries_of_500`, a 500 is repeated as often as any other failure.
    """

    retries: int = 5
    retries_of_500: int | None = None
    first_delay: float = 1.0
    longest_delay: float = 16.0
    jitter: float = 0.25
    deadline: float = 90.0
    connect_timeout: float = 5.0
    read_timeout: float = 30.0
    write_timeout: float = 30.0
    pool_timeout: float = 10.0
    longest_retry_after: float = 60.0
    oldest_set: float = 60.0
    budget: float = 20.0
    budget_per_success: float = 0.5
    concurrency: int = 32
    bulk_concurrency: int = 8
    keepalive_expiry: float = 30.0
    keepalive_connections: int = 20
    wake_jump: float = 5.0
    closing_grace: float = 1.0
    largest_body: int = 100_000_000

    def limits(self) -> httpx.Limits:
        """The pool that fits: room for every caller, and as much again for attempts whose caller has left."""
        return httpx.Limits(
            max_connections=2 * self.concurrency,
            max_keepalive_connections=self.keepalive_connections,
            keepalive_expiry=self.keepalive_expiry,
        )


DEFAULT_POLICY = RetryPolicy()


@dataclass(frozen=True, slots=True)
class Ending:
    """How one attempt ended: with an answer's status, with an error, or with both when a body was lost.

    Units: `retry_after` in seconds.
    None: `retry_after`, the server named no usable time.
    """

    phase: Phase
    status: int | None = None
    error: Exception | None = None
    retry_after: float | None = None
    replayable: bool = field(default=True, kw_only=True)

    @property
    def answered(self) -> bool:
        """Whether there is a whole answer to hand up."""
        return self.status is not None and self.error is None

    @property
    def reason(self) -> str:
        """For the log: no text from outside."""
        if self.error is None:
            return f"status {self.status}"
        return f"{type(self.error).__name__} in phase {self.phase.name}"


# The classes of operation that may be sent again after a failure that leaves it open whether they were acted on.
IDEMPOTENT = frozenset({"read", "upsert", "set", "delete"})

_NOT_ACTED = frozenset({408, 425, 429})
_FINAL_SERVER_ERRORS = frozenset({501, 505, 511})
# After a doubtful attempt these say nothing about it: a gate in front of StockTrim answered.
_SETTLES_NOTHING = frozenset({401, 403, 407, 408, 425, 429})

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_NEVER_RETRIED = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.PoolTimeout)
_REFUSED_STREAM = 7  # HTTP/2's error code, RFC 9113 section 7


def effective_class(retry: str, keyed: str | None, vouched: str | None) -> str:
    """The class after the caller has vouched for a key: a keyed create is then an upsert."""
    return "upsert" if keyed is not None and vouched == keyed else retry


def untraced_phase(error: Exception) -> Phase:
    """The phase of a failure that showed no trace event: a sandbox, a mock, a full pool."""
    return Phase.NOT_SENT if isinstance(error, _NEVER_SENT) else Phase.SENT


def meaning(status: int, retry_after: float | None = None) -> Meaning:
    """What `status` says; a 503 says that nothing was done only if it names a time to come back."""
    if status < 300:
        return Meaning.DONE
    if status in _NOT_ACTED or (status == 503 and retry_after is not None):
        return Meaning.NOT_ACTED
    if status >= 500 and status not in _FINAL_SERVER_ERRORS:
        return Meaning.DOUBTFUL
    return Meaning.FINAL


def is_settled(ending: Ending) -> bool:
    """Whether an answer ends the doubt that an earlier attempt of the same write left."""
    if not ending.answered or ending.status is None:
        return False
    found = meaning(ending.status, ending.retry_after)
    refused = found is Meaning.FINAL and ending.status < 500 and ending.status not in _SETTLES_NOTHING
    return refused or found is Meaning.DONE


def is_ambiguous(kind: str, ending: Ending) -> bool:
    """Whether a write that ended so may have been applied."""
    if kind == "read":
        return False
    if ending.status is not None:
        return meaning(ending.status, ending.retry_after) is Meaning.DOUBTFUL
    return ending.phase >= Phase.SENT


def is_applied_unread(kind: str, ending: Ending) -> bool:
    """Whether a write was answered with success and its body was lost."""
    return kind != "read" and ending.error is not None and ending.status is not None and ending.status < 300


def is_repeatable(kind: str, ending: Ending) -> bool:
    """Whether sending again is safe, by class and phase or status; nothing is said about time or number."""
    if not ending.replayable and ending.phase > Phase.NOT_SENT:
        return False
    if ending.error is not None:
        if is_never_retried(ending.error):
            return False
        if ending.phase <= Phase.INCOMPLETE:
            return True
        return kind in IDEMPOTENT if ending.phase is Phase.SENT else kind == "read"
    if ending.status is None:
        return False
    found = meaning(ending.status, ending.retry_after)
    return found is Meaning.NOT_ACTED or (found is Meaning.DOUBTFUL and kind in IDEMPOTENT)


def is_never_retried(error: Exception) -> bool:
    """Errors that another attempt would only meet again."""
    return isinstance(error, _NEVER_RETRIED) or certificate_error(error) is not None


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it, nearest first."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__


def certificate_error(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """The refused certificate behind `error`, if that is what it was."""
    return next((link for link in causes(error) if isinstance(link, ssl.SSLCertVerificationError)), None)


def is_refused_stream(error: BaseException) -> bool:
    """Whether an HTTP/2 server says that it did not look at the request."""
    details = (detail for link in causes(error) for detail in link.args)
    return any(getattr(detail, "error_code", None) == _REFUSED_STREAM for detail in details)


def parse_retry_after(value: str | None, date: str | None, wall: float) -> float | None:
    """Seconds to wait by a Retry-After header: a number, or a date counted from the answer's own `date`.

    Units: `wall` in seconds since 1970, used when the answer bears no date.
    None: there is no header, or it makes no sense.
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        then = _parse_date(value)
        if then is None:
            return None
        now = _parse_date(date)
        seconds = then - (wall if now is None else now)
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _parse_date(value: str | None) -> float | None:
    if not value:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()


def backoff(policy: RetryPolicy, retry: int, chance: float) -> float:
    """The usual wait before the `retry`-th retry, from 1; `chance` is a random number from 0 to 1."""
    # Beyond 2**32 any sensible ceiling is reached; the power must not overflow.
    plain = min(policy.longest_delay, policy.first_delay * 2 ** min(retry - 1, 32))
    return plain * (1 + policy.jitter * (2 * chance - 1))


def patience(policy: RetryPolicy, retry: int, retry_after: float | None, chance: float) -> float:
    """How long to wait: as the server wishes and up to a quarter more, never less; else the usual backoff."""
    if retry_after:
        return retry_after * (1 + policy.jitter * chance)
    return backoff(policy, retry, chance)


def next_delay(
    policy: RetryPolicy,
    kind: str,
    ending: Ending,
    *,
    retry: int,
    elapsed: float,
    left: float,
    tokens: float,
    random: Callable[[], float],
) -> float | None:
    """How long to wait before the `retry`-th retry.

    Units: seconds; `left` is what remains of the deadline, `elapsed` what the call has taken.
    None: there is no retry: it would not be safe, or the number, the time or the budget is used up.
    """
    allowed = policy.retries
    if ending.answered and ending.status == 500 and policy.retries_of_500 is not None:
        allowed = min(allowed, policy.retries_of_500)
    if retry > allowed or tokens < 1 or not is_repeatable(kind, ending):
        return None
    if ending.retry_after is not None and ending.retry_after > min(policy.longest_retry_after, left):
        return None
    delay = patience(policy, retry, ending.retry_after, random())
    too_old = kind == "set" and elapsed + delay > policy.oldest_set
    return None if too_old or delay >= left else delay
