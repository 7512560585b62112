"""What the end of a call means: the error it is told by, and the response hook that raises it."""

import codecs
import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, TypedDict, cast

import httpx

from stocktrim_client.errors import (
    AppliedUnreadableError,
    BusyError,
    Circumstances,
    ConflictError,
    CredentialsError,
    DeadlineError,
    InvalidRequestError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    ReadOnlyError,
    RefusedError,
    ServiceError,
    StockTrimError,
    UnexpectedAnswerError,
)
from stocktrim_client.problems import Problem, read_problem, without_markup
from stocktrim_client.retry import Ending, Meaning, Phase, meaning
from stocktrim_client.wording import (
    LONGEST_READ,
    Hide,
    after_strange_answer,
    as_doing,
    as_it_is,
    bad_field,
    broke,
    quote,
    reading_back,
    seconds_of,
)

STREAM = "stocktrim_stream"
"""Request extension: when true the answer's body is handed up unread, and is the caller's to close."""

_WHERE_CREDENTIALS_ARE = (
    "Check STOCKTRIM_API_AUTH_ID and STOCKTRIM_API_AUTH_SIGNATURE: StockTrim shows both values in the Help section of "
    "go.stocktrim.com, or under its API settings."
)
_SPEAKS_OF_AUTHORIZATION = re.compile(r"(?i)\bauthori[sz]ation\b|\bunauthori[sz]ed\b|\bauth[- ]?(id|signature)\b")


class BodyTooLargeError(httpx.DecodingError):
    """A body that outgrew what this client is ready to hold; the rest was not read."""


class Described(Protocol):
    """What a message needs to know of an operation."""

    @property
    def name(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def retry(self) -> str: ...
    @property
    def verify(self) -> str | None: ...
    @property
    def answers(self) -> tuple[tuple[int, str], ...]: ...


class Told(Protocol):
    """What the transport knows of a call when it ends; answers carry it in `extensions["stocktrim"]`."""

    @property
    def operation(self) -> Described: ...
    @property
    def attempts(self) -> int: ...
    @property
    def elapsed(self) -> float: ...
    @property
    def request_id(self) -> str: ...
    @property
    def unknown(self) -> bool: ...
    @property
    def hide(self) -> Hide: ...


def _took(told: Told) -> str:
    return f"({told.attempts} attempt{'' if told.attempts == 1 else 's'}, {seconds_of(told.elapsed)})"


def _circumstances(told: Told, phase: Phase | None) -> Circumstances:
    return Circumstances(
        operation=told.operation.name,
        attempts=told.attempts,
        elapsed=told.elapsed,
        phase=phase,
        request_id=told.request_id,
    )


def _unknown(told: Told, why: str, phase: Phase, status: int | None) -> OutcomeUnknownError:
    verify = told.operation.verify
    return OutcomeUnknownError(
        f"{as_doing(told.operation.summary)} may or may not have succeeded: {why} {_took(told)}. Do not repeat it. "
        f"First {reading_back(verify)}: if the change is there, it was applied.",
        verify=verify,
        status=status,
        **_circumstances(told, phase),
    )


def no_answer(told: Told, ending: Ending, *, host: str, applied: bool) -> StockTrimError:
    """The error of a call that ended without an answer to hand up; `applied` if a write was answered with success."""
    doing, why = as_doing(told.operation.summary), broke(ending.error, host)
    if applied:
        verify = told.operation.verify
        return AppliedUnreadableError(
            f"{doing} succeeded, but StockTrim's answer was lost on its way: {why} {_took(told)}. Do not repeat it. "
            f"To see the result, {reading_back(verify)}.",
            verify=verify,
            status=ending.status,
            **_circumstances(told, ending.phase),
        )
    if told.unknown:
        received = (
            "an earlier attempt may have arrived, and then"
            if ending.phase <= Phase.INCOMPLETE
            else "the request left, but"
        )
        return _unknown(told, f"{received} {why}", ending.phase, None)
    if ending.phase <= Phase.INCOMPLETE:
        return NotSentError(
            f"{doing} was not done: {why} {_took(told)}. Nothing was changed, and it is safe to try again.",
            **_circumstances(told, ending.phase),
        )
    return DeadlineError(
        f"{doing} got no answer: {why} {_took(told)}. Nothing was changed; try again later, or ask for less.",
        **_circumstances(told, ending.phase),
    )


def not_sent(told: Told, why: str) -> NotSentError:
    """Refused here, before anything was sent."""
    return NotSentError(
        f"{as_doing(told.operation.summary)} was not sent: {why}", **_circumstances(told, Phase.NOT_SENT)
    )


def read_only(told: Told) -> ReadOnlyError:
    """Refused here: the call would change StockTrim."""
    return ReadOnlyError(
        f"{as_doing(told.operation.summary)} was not sent: this connection may only read. Nothing was changed.",
        **_circumstances(told, Phase.NOT_SENT),
    )


def no_credentials(told: Told, why: str) -> CredentialsError:
    """Refused here: there is nothing usable to sign in with."""
    return CredentialsError(
        f"{as_doing(told.operation.summary)} was not sent: {why}. {_WHERE_CREDENTIALS_ARE}",
        status=401,
        **_circumstances(told, Phase.NOT_SENT),
    )


def still_busy(told: Told, retry_after: float) -> BusyError:
    """Refused here: StockTrim asked for a pause that outlasts the call."""
    return BusyError(
        f"{as_doing(told.operation.summary)} was not sent: StockTrim asked for a pause that lasts another "
        f"{seconds_of(retry_after)}. Nothing was changed; try again after that.",
        status=429,
        retry_after=retry_after,
        **_circumstances(told, Phase.NOT_SENT),
    )


@dataclass(frozen=True, slots=True)
class _Nameless:
    """Stands in where an answer did not come through our transport."""

    name: str = ""
    summary: str = ""
    retry: str = "read"
    verify: str | None = None
    answers: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Untold:
    operation: Described = _Nameless()
    attempts: int = 1
    elapsed: float = 0.0
    request_id: str = ""
    unknown: bool = False
    retry_after: float | None = None
    hide: Hide = as_it_is


async def raise_for_answer(response: httpx.Response) -> None:
    """httpx response hook: raise what the answer means, before anything parses it."""
    if response.is_success and response.request.extensions.get(STREAM):
        return
    told = _told(response)
    await _read(response, told)
    if not response.is_success:
        refused = _refused(response.status_code, read_problem(response, told.hide), told)
        if isinstance(refused, NotFoundError):
            refused.is_web_page = response.headers.get("content-type", "").lower().startswith("text/html")
        raise refused
    if _is_no_document(response, told.operation):
        raise unexpected_answer(told.operation, response, None)


_UNTOLD = _Untold()


def _told(response: httpx.Response) -> _Untold:
    return cast("_Untold", response.extensions.get("stocktrim", _UNTOLD))


async def _read(response: httpx.Response, told: _Untold) -> None:
    try:
        await response.aread()
    except httpx.DecodingError as error:
        if response.is_success:
            raise unexpected_answer(told.operation, response, error) from error
        raise _refused(response.status_code, Problem(), told) from error


async def raise_for_raw_answer(response: httpx.Response) -> None:
    """The hook for raw operations, whose generated parsers raise errors of their own.

    What shows without the schema is raised here: an undocumented status, a body that is no JSON, a list where an
    object belongs. For that a small body is parsed; of a larger one the ends are looked at, as parsing it twice would
    cost more than it tells. What lies deeper, such as a field that is missing, stays the parser's KeyError, TypeError
    or ValueError; helpers say UnexpectedAnswerError for those too.
    """
    await raise_for_answer(response)
    if response.request.extensions.get(STREAM):
        return
    operation = _told(response).operation
    status = response.status_code
    for documented, openings in operation.answers:
        if documented == status:
            if openings and not _is_json(response.content, openings):
                break
            return
    else:
        if not operation.answers and _has_a_name(status):
            return
    raise unexpected_answer(operation, response)


async def raise_for_nameless_answer(response: httpx.Response) -> None:
    """The hook where answers are to be handed back: raise for what generated code cannot hand back.

    That is a status without a name, such as a proxy's 522, and a body that cannot be unpacked.
    """
    if response.request.extensions.get(STREAM):
        return
    told = _told(response)
    await _read(response, told)
    if not _has_a_name(response.status_code):
        await raise_for_answer(response)
        raise unexpected_answer(told.operation, response)


_NAMES = frozenset(HTTPStatus)
_SMALL = 50_000
_CLOSINGS = {b"[": b"]", b"{": b"}"}


def _has_a_name(status: int) -> bool:
    return status in _NAMES


def _is_json(body: bytes, openings: str) -> bool:
    """Whether a body begins with one of `openings` and ends alike; a small one is parsed."""
    start = body[:1]
    if start not in _CLOSINGS:
        start = body[:200].lstrip().removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if start not in _CLOSINGS or start.decode() not in openings:
        return False
    if len(body) > _SMALL:
        return body[-200:].rstrip().endswith(_CLOSINGS[start])
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _is_no_document(response: httpx.Response, operation: Described) -> bool:
    """Whether a success is a web page, or a read's answer holds nothing at all."""
    start = response.content[:200].strip()
    if start.startswith(b"<"):
        return True
    nothing = not start or (start == b"null" and len(response.content) < 200)
    return nothing and operation.retry == "read" and response.status_code == 200


def unexpected_answer(
    operation: Described, response: httpx.Response, cause: Exception | None = None
) -> UnexpectedAnswerError:
    """The error for a success that is not what `operation` documents."""
    told = cast("Told | None", response.extensions.get("stocktrim"))
    hide = told.hide if told else as_it_is
    field = bad_field(cause) if cause else None
    body = b"" if isinstance(cause, httpx.DecodingError) else response.content.strip()
    if isinstance(cause, BodyTooLargeError):
        form = "its body is larger than any answer should be, and was not read to its end"
    elif isinstance(cause, httpx.DecodingError):
        form = "its compressed body cannot be unpacked"
    elif operation.answers and response.status_code not in dict(operation.answers):
        form = "this status is not documented here"
    elif not _has_a_name(response.status_code):
        form = "no such status is known"
    elif body[:1] == b"<":
        form = f"it sent a web page: {quote(without_markup(hide(response.text[:LONGEST_READ])), hide)}"
    elif not body or body == b"null":
        form = "it sent nothing" if not body else "it sent null"
    else:
        form = f"{quote(field)} does not fit" if field else "its body does not fit"
    return UnexpectedAnswerError(
        f"{as_doing(operation.summary)}: StockTrim answered {response.status_code}, but not in the documented form: "
        f"{form}. {after_strange_answer(operation.retry == 'read')}",
        status=response.status_code,
        field=field,
        **(_circumstances(told, Phase.RESPONDED) if told else Circumstances(operation=operation.name)),
    )


def _refused(status: int, problem: Problem, told: _Untold) -> StockTrimError:
    doing, circumstances = as_doing(told.operation.summary), _circumstances(told, Phase.RESPONDED)
    if told.unknown:
        return _unknown(
            told, f"StockTrim answered {status}, which leaves open whether it acted", Phase.RESPONDED, status
        )
    if status < 400:
        return UnexpectedAnswerError(
            f"{doing}: StockTrim answered with a redirect ({status}), which its API never does. Check the base URL.",
            status=status,
            **circumstances,
        )
    said = f"{status}: {quote(problem.said())}" if problem.said() else str(status)
    given = _Given(status=status, title=problem.title, detail=problem.detail, field_errors=dict(problem.field_errors))
    if status in (401, 403) or (status == 400 and _SPEAKS_OF_AUTHORIZATION.search(problem.said())):
        return CredentialsError(
            f"{doing} was refused: StockTrim did not accept the credentials ({said}). {_WHERE_CREDENTIALS_ARE}",
            **given,
            **circumstances,
        )
    if meaning(status, told.retry_after) is Meaning.NOT_ACTED:
        when = f"in {seconds_of(told.retry_after)}" if told.retry_after else "in a few minutes"
        return BusyError(
            f"{doing} was not done: StockTrim is busy ({said}) {_took(told)}. Nothing was changed; try again {when}.",
            retry_after=told.retry_after,
            **given,
            **circumstances,
        )
    kind, message = _final(status, doing, said, _took(told))
    return kind(message, **given, **circumstances)


class _Given(TypedDict):
    status: int
    title: str
    detail: str
    field_errors: dict[str, tuple[str, ...]]


def _final(status: int, doing: str, said: str, took: str) -> tuple[type[RefusedError], str]:
    if status in (404, 410):
        return NotFoundError, f"{doing} failed: StockTrim knows no such record ({said}). Check the code or reference."
    if status == 409:
        return (
            ConflictError,
            f"{doing} was refused: it contradicts what StockTrim holds ({said}). Read the record again first.",
        )
    if status < 500:
        return (
            InvalidRequestError,
            f"{doing} was refused: StockTrim did not accept the request ({said}). Correct it first.",
        )
    return ServiceError, f"{doing} failed: StockTrim has a fault of its own ({said}) {took}. Try again later."
