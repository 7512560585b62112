"""What goes wrong; verdicts.py says when.

StockTrimError
├─ NotSentError               never left, or not whole: nothing was changed
│  └─ NotApprovedError        kept back here: it is not what was approved
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

from collections.abc import Callable, Mapping
from typing import Self, TypedDict, Unpack

from stocktrim_client.retry import Phase
from stocktrim_client.wording import READING, after_strange_answer, as_doing, bad_field, quote


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
    None: `phase`, it is not known how far the last attempt got; `change_id`, no change was on its way.
    """

    change_id: str | None = None
    """The journal entry of the change it ended."""

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


class NotApprovedError(NotSentError):
    """A change other than those that were approved; nothing was sent."""


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
        field = bad_field(cause)
        where = f" at {quote(field)}" if field else ""
        return cls(
            f"{as_doing(operation.replace('_', ' '))}: StockTrim answered, but not in the documented form{where}. "
            f"{after_strange_answer(operation.partition('_')[0] in READING)}",
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
