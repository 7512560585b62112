"""A client for StockTrim: typed, resilient, and careful with writes."""

from stocktrim_client.changes import Change, ChangeReport
from stocktrim_client.client import StockTrimClient
from stocktrim_client.errors import (
    AppliedUnreadableError,
    BusyError,
    ConflictError,
    CredentialsError,
    DeadlineError,
    InvalidRequestError,
    NotApprovedError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    ReadOnlyError,
    RefusedError,
    ServiceError,
    StockTrimError,
    UnexpectedAnswerError,
)
from stocktrim_client.retry import RetryPolicy

__version__ = "0.1.0"

__all__ = [
    "AppliedUnreadableError",
    "BusyError",
    "Change",
    "ChangeReport",
    "ConflictError",
    "CredentialsError",
    "DeadlineError",
    "InvalidRequestError",
    "NotApprovedError",
    "NotFoundError",
    "NotSentError",
    "OutcomeUnknownError",
    "ReadOnlyError",
    "RefusedError",
    "RetryPolicy",
    "ServiceError",
    "StockTrimClient",
    "StockTrimError",
    "UnexpectedAnswerError",
    "__version__",
]
