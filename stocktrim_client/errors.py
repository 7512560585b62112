"""What goes wrong, and the response hook that raises it.

StockTrimError
├─ NotSentError               never left, or not whole: nothing was changed
├─ OutcomeUnknownError        a write that may have been applied; `verify` names the read that settles it
├─ AppliedUnreadableError     a write was applied, its answer was lost
├─ DeadlineError              a read got no whole answer in time
├─ UnexpectedAnswerError      an answer, but not the documented one
├─ ReadOnlyError              refused here: this client may only read
└─ RefusedError               StockTrim's own no, with its `status`
   ├─ CredentialsError        401, 403, a 400 that speaks of authorization
   ├─ NotFoundError           404, 410
   ├─ InvalidRequestError     400, 422, every other 4xx
   ├─ ConflictError           409
   ├─ BusyError               408, 425, 429, 503 with a time to come back, once retrying is over
   └─ ServiceError            other 5xx on a read; 501, 505, 511

A message says what happened, to what, and what to do next. It holds no header, no credential and no whole body.
"""

import html
import json
import re
import socket
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypedDict, Unpack, cast

import httpx

from stocktrim_client.retry import Ending, Meaning, Phase, causes, certificate_error, meaning

LONGEST_QUOTE = 200
"""Characters of text from outside that may stand in a message."""

STREAM = "stocktrim_stream"
"""Request extension: when true the answer's body is handed up unread, and is the caller's to close."""

_LONGEST_READ = 20_000
_MOST_FIELDS = 20


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


class Circumstances(TypedDict, total=False):
    """What every error can be told of the call it ended."""

    operation: str
    attempts: int
    elapsed: float
    phase: Phase | None
    request_id: str


class StockTrimError(Exception):
    """Anything that kept a call from its answer.

    Units: `elapsed` in seconds, sleeps between attempts included.
    None: `phase`, it is not known how far the last attempt got.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        attempts: int = 0,
        elapsed: float = 0.0,
        phase: Phase | None = None,
        request_id: str = "",
    ) -> None:
        super().__init__(message)
        self.operation = operation
        self.attempts = attempts
        self.elapsed = elapsed
        self.phase = phase
        self.request_id = request_id

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __reduce__(self) -> tuple[Callable[..., "StockTrimError"], tuple[object, ...]]:
        return _restore, (type(self), self.args, self.__dict__.copy())


def _restore(kind: type[StockTrimError], args: tuple[object, ...], state: dict[str, object]) -> StockTrimError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class NotSentError(StockTrimError):
    """The request never left, or not whole: nothing was changed and repeating is safe."""


class OutcomeUnknownError(StockTrimError):
    """A write that may have been applied; repeating could do it twice.

    None: `verify`, no read is known to settle it; `status`, no answer came.
    """

    def __init__(
        self, message: str, *, verify: str | None = None, status: int | None = None, **told: Unpack[Circumstances]
    ) -> None:
        super().__init__(message, **told)
        self.verify = verify
        self.status = status


class AppliedUnreadableError(StockTrimError):
    """A write was answered with success and the answer's body was lost.

    None: `verify`, no read is known that shows the result.
    """

    def __init__(
        self, message: str, *, verify: str | None = None, status: int | None = None, **told: Unpack[Circumstances]
    ) -> None:
        super().__init__(message, **told)
        self.verify = verify
        self.status = status


class DeadlineError(StockTrimError):
    """A read got no whole answer before its attempts or its time ran out."""


class UnexpectedAnswerError(StockTrimError):
    """StockTrim answered, but not as documented.

    None: `status`, it is no longer known; `field`, no single field is to blame.
    """

    def __init__(
        self, message: str, *, status: int | None = None, field: str | None = None, **told: Unpack[Circumstances]
    ) -> None:
        super().__init__(message, **told)
        self.status = status
        self.field = field

    @classmethod
    def unreadable(cls, operation: str, cause: Exception) -> Self:
        """For an answer of `operation` that a parser could not read."""
        field = _bad_field(cause)
        where = f" at {quote(field)}" if field else ""
        return cls(
            f"{_doing(operation.replace('_', ' '))}: StockTrim answered, but not in the documented form{where}. "
            f"{_after_strange_answer(operation.partition('_')[0] in _READING)}",
            operation=operation,
            field=field,
        )


class ReadOnlyError(StockTrimError):
    """This client may only read; nothing was sent."""


class RefusedError(StockTrimError):
    """StockTrim said no."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        title: str = "",
        detail: str = "",
        field_errors: Mapping[str, tuple[str, ...]] | None = None,
        **told: Unpack[Circumstances],
    ) -> None:
        super().__init__(message, **told)
        self.status = status
        self.title = title
        self.detail = detail
        self.field_errors = dict(field_errors or {})


class CredentialsError(RefusedError):
    """StockTrim did not accept the credentials, or there are none."""


class NotFoundError(RefusedError):
    """StockTrim knows no such record; with `is_web_page`, something else than its API may have said so."""

    is_web_page = False


class InvalidRequestError(RefusedError):
    """StockTrim did not accept the request as it stands."""


class ConflictError(RefusedError):
    """The request contradicts what StockTrim holds."""


class BusyError(RefusedError):
    """StockTrim asks to come back later, and retrying is over.

    Units: `retry_after` in seconds.
    None: `retry_after`, StockTrim named no time.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        status: int = 0,
        title: str = "",
        detail: str = "",
        field_errors: Mapping[str, tuple[str, ...]] | None = None,
        **told: Unpack[Circumstances],
    ) -> None:
        super().__init__(message, status=status, title=title, detail=detail, field_errors=field_errors, **told)
        self.retry_after = retry_after


class ServiceError(RefusedError):
    """StockTrim has a fault of its own."""


def clean(text: str, longest: int = LONGEST_QUOTE) -> str:
    """One line of plain text: control, zero-width and direction-changing characters removed, cut to `longest`."""
    kept = "".join(_plain(character) for character in text[:_LONGEST_READ])
    line = " ".join(kept.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _plain(character: str) -> str:
    if character.isspace():
        return " "
    # Category C: controls, zero-width and bidi marks, tags, surrogates. Variation selectors can smuggle text too.
    hidden = unicodedata.category(character)[0] == "C" or "\U000e0100" <= character <= "\U000e01ef"
    return "" if hidden else character


def quote(text: str) -> str:
    """Text from outside, cleaned and in quotation marks that it cannot close."""
    return '"' + clean(text).replace('"', "'") + '"'


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error body said, cleaned; empty where it said nothing."""

    title: str = ""
    detail: str = ""
    field_errors: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def said(self) -> str:
        """The most useful of it, as one line."""
        fields = "; ".join(
            f"{field}: {' '.join(texts)}" if field else " ".join(texts) for field, texts in self.field_errors
        )
        return clean(fields or self.detail or self.title)


def read_problem(response: httpx.Response) -> Problem:
    """The error body of a response that has been read: JSON object, JSON text, text, a web page, or nothing."""
    text = response.text[:_LONGEST_READ].strip().lstrip("\ufeff")
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return Problem(detail=clean(_without_markup(text) if text.startswith("<") else text))
    if isinstance(found, dict):
        return _read_members(cast("dict[str, Any]", found))
    if isinstance(found, list):
        return Problem(detail=clean(" ".join(_texts(cast("list[object]", found)))))
    return Problem(detail=clean(found) if isinstance(found, str) else "")


def _read_members(members: dict[str, Any]) -> Problem:
    lowered = {name.lower(): value for name, value in members.items()}
    detail = next(
        (
            lowered[name]
            for name in ("detail", "message", "error", "error_description")
            if isinstance(lowered.get(name), str)
        ),
        "",
    )
    title, errors = lowered.get("title"), lowered.get("errors")
    fields: list[tuple[str, tuple[str, ...]]] = []
    if isinstance(errors, dict):
        for name, value in list(cast("dict[str, object]", errors).items())[:_MOST_FIELDS]:
            fields.append((clean(name), tuple(clean(one) for one in _texts(value))))
    elif errors:
        fields.append(("", tuple(clean(one) for one in _texts(errors))))
    return Problem(
        title=clean(title) if isinstance(title, str) else "", detail=clean(detail), field_errors=tuple(fields)
    )


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [item for item in items[:_MOST_FIELDS] if isinstance(item, str)]


def _without_markup(page: str) -> str:
    bare = re.sub(r"(?is)<(script|style|head)\b.*?(</\1\s*>|$)", _title_of, page[:10_000])
    return html.unescape(re.sub(r"<[^>]*>?", " ", bare))


def _title_of(element: re.Match[str]) -> str:
    title = re.search(r"(?is)<title[^>]*>(.*?)</title", element[0]) if element[1].lower() == "head" else None
    return f" {title[1]}. " if title else " "


_READING = frozenset({"list", "get", "find", "read"})
_WHERE_CREDENTIALS_ARE = (
    "Check STOCKTRIM_API_AUTH_ID and STOCKTRIM_API_AUTH_SIGNATURE: StockTrim shows both values in the Help section of "
    "go.stocktrim.com, or under its API settings."
)


def _doing(summary: str) -> str:
    """'Save a product' -> 'Saving a product'."""
    verb, space, rest = summary.partition(" ")
    if not verb.isalpha() or verb.isupper():
        return f"The request {quote(summary)}" if summary else "The request"
    verb = verb.capitalize()
    if re.fullmatch(r"[^aeiou][aeiou][^aeiou]", verb.lower()):
        verb += verb[-1]
    return f"{verb.removesuffix('e')}ing{space}{rest}"


def _reading_back(verify: str | None) -> str:
    """'list_purchase_orders' -> 'read the purchase orders'."""
    if verify is None:
        return "look it up in StockTrim"
    return f"read the {verify.partition('_')[2].replace('_', ' ')}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds >= 9.95 else f"{seconds:.1f} s"


def _took(told: Told) -> str:
    return f"({told.attempts} attempt{'' if told.attempts == 1 else 's'}, {_seconds(told.elapsed)})"


def _after_strange_answer(reading: bool) -> str:
    if reading:
        return "Nothing was changed. Trying again will probably meet the same; report it if it stays."
    return "The change was probably made: read the record back, and do not repeat the change before that."


def _bad_field(cause: Exception) -> str | None:
    return str(cause.args[0]) if isinstance(cause, KeyError) and cause.args else None


_BROKE: tuple[tuple[type[Exception], str], ...] = (
    (httpx.PoolTimeout, "all connections stayed busy"),
    (httpx.ConnectTimeout, "connecting to {host} took too long"),
    (httpx.ReadTimeout, "no whole answer came in time"),
    (TimeoutError, "no whole answer came in time"),
    (httpx.WriteTimeout, "sending took too long"),
    (httpx.ProxyError, "the proxy did not let the connection through"),
    (httpx.ConnectError, "no connection to {host} could be made"),
    (httpx.UnsupportedProtocol, "addresses of this kind are not supported"),
    (httpx.LocalProtocolError, "the request cannot be written as HTTP"),
    (httpx.RemoteProtocolError, "the connection ended early, or what came was not HTTP"),
    (httpx.NetworkError, "the connection broke"),
)


def _broke(error: Exception | None, host: str) -> str:
    """What a failure without an answer was, in our own words."""
    if error is None:
        return "no answer came"
    refused = certificate_error(error)
    if refused is not None:
        why = clean(getattr(refused, "verify_message", "") or "the check failed", 100)
        return (
            f"the certificate of {host} is not trusted: {why}. If your company inspects traffic, its root certificate "
            "must be in the system's store"
        )
    if any(isinstance(link, socket.gaierror) for link in causes(error)):
        return f"the name {host} could not be found"
    words = next((words for kind, words in _BROKE if isinstance(error, kind)), "the connection failed")
    return words.format(host=host)


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
        f"{_doing(told.operation.summary)} may or may not have succeeded: {why} {_took(told)}. Do not repeat it. "
        f"First {_reading_back(verify)}: if the change is there, it was applied.",
        verify=verify,
        status=status,
        **_circumstances(told, phase),
    )


def no_answer(told: Told, ending: Ending, *, host: str, applied: bool) -> StockTrimError:
    """The error of a call that ended without an answer to hand up; `applied` if a write was answered with success."""
    doing, why = _doing(told.operation.summary), _broke(ending.error, host)
    if applied:
        verify = told.operation.verify
        return AppliedUnreadableError(
            f"{doing} succeeded, but StockTrim's answer was lost on its way: {why} {_took(told)}. Do not repeat it. "
            f"To see the result, {_reading_back(verify)}.",
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
    return NotSentError(f"{_doing(told.operation.summary)} was not sent: {why}", **_circumstances(told, Phase.NOT_SENT))


def read_only(told: Told) -> ReadOnlyError:
    """Refused here: the call would change StockTrim."""
    return ReadOnlyError(
        f"{_doing(told.operation.summary)} was not sent: this connection may only read. Nothing was changed.",
        **_circumstances(told, Phase.NOT_SENT),
    )


def no_credentials(told: Told, why: str) -> CredentialsError:
    """Refused here: there is nothing usable to sign in with."""
    return CredentialsError(
        f"{_doing(told.operation.summary)} was not sent: {why}. {_WHERE_CREDENTIALS_ARE}",
        status=401,
        **_circumstances(told, Phase.NOT_SENT),
    )


def still_busy(told: Told, retry_after: float) -> BusyError:
    """Refused here: StockTrim asked for a pause that outlasts the call."""
    return BusyError(
        f"{_doing(told.operation.summary)} was not sent: StockTrim asked for a pause that lasts another "
        f"{_seconds(retry_after)}. Nothing was changed; try again after that.",
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


@dataclass(frozen=True, slots=True)
class _Untold:
    operation: Described = _Nameless()
    attempts: int = 1
    elapsed: float = 0.0
    request_id: str = ""
    unknown: bool = False
    retry_after: float | None = None


async def raise_for_answer(response: httpx.Response) -> None:
    """httpx response hook: raise what the answer means, before anything parses it."""
    if response.is_success and response.request.extensions.get(STREAM):
        return
    told = cast("_Untold", response.extensions.get("stocktrim", _Untold()))
    try:
        await response.aread()
    except httpx.DecodingError as error:
        if response.is_success:
            raise unexpected_answer(told.operation, response, error) from error
        raise _refused(response.status_code, Problem(), told) from error
    if not response.is_success:
        refused = _refused(response.status_code, read_problem(response), told)
        if isinstance(refused, NotFoundError):
            refused.is_web_page = response.headers.get("content-type", "").lower().startswith("text/html")
        raise refused
    if _is_no_document(response, told.operation):
        raise unexpected_answer(told.operation, response, None)


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
    field = _bad_field(cause) if cause else None
    body = b"" if isinstance(cause, httpx.DecodingError) else response.content.strip()
    if isinstance(cause, httpx.DecodingError):
        form = "its compressed body cannot be unpacked"
    elif body[:1] == b"<":
        form = f"it sent a web page: {quote(_without_markup(response.text[:_LONGEST_READ]))}"
    elif not body or body == b"null":
        form = "it sent nothing" if not body else "it sent null"
    else:
        form = f"{quote(field)} does not fit" if field else "its body does not fit"
    return UnexpectedAnswerError(
        f"{_doing(operation.summary)}: StockTrim answered {response.status_code}, but not in the documented form: "
        f"{form}. {_after_strange_answer(operation.retry == 'read')}",
        status=response.status_code,
        field=field,
        **(_circumstances(told, Phase.RESPONDED) if told else Circumstances(operation=operation.name)),
    )


_SPEAKS_OF_AUTHORIZATION = re.compile(r"(?i)\bauthori[sz]ation\b|\bunauthori[sz]ed\b|\bauth[- ]?(id|signature)\b")
_SPEAKS_OF_ABSENCE = re.compile(r"(?i)\bnot found\b|\b(does|did) not exist\b|\bcould not (be )?f(i|ou)nd\b")


def says_gone(response: httpx.Response) -> bool:
    """Whether a response that has been read says that the record does not exist."""
    if response.status_code in (404, 410):
        return True
    return response.status_code == 400 and bool(_SPEAKS_OF_ABSENCE.search(read_problem(response).said()))


def _refused(status: int, problem: Problem, told: _Untold) -> StockTrimError:
    doing, circumstances = _doing(told.operation.summary), _circumstances(told, Phase.RESPONDED)
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
        when = f"in {_seconds(told.retry_after)}" if told.retry_after else "in a few minutes"
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
