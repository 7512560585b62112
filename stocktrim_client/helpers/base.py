"""What every helper does: call a generated operation, say in whose words it failed."""

from collections.abc import Awaitable, Generator
from contextlib import contextmanager
from typing import TypeVar

import httpx

from stocktrim_client.changes import Changes
from stocktrim_client.errors import NotFoundError, UnexpectedAnswerError
from stocktrim_client.generated.client import Client
from stocktrim_client.generated.errors import UnexpectedStatus

T = TypeVar("T")

NO_CONTENT = 204


class Helper:
    """The verbs of one domain, over generated operations."""

    def __init__(self, api: Client, changes: Changes) -> None:
        self._api = api
        self._changes = changes


@contextmanager
def answer_of(operation: str) -> Generator[None]:
    """Around a generated call and the reading of its result: a body that is not as documented is said to be that."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, UnexpectedStatus) as error:
        raise UnexpectedAnswerError.unreadable(operation, error) from error


async def found(call: Awaitable[T]) -> T | None:
    """Await a read: StockTrim says 404 for "none", for single records and for lists; 204 can mean nothing else."""
    try:
        answer = await call
    except NotFoundError:
        return None
    except UnexpectedStatus as error:
        if error.status_code == NO_CONTENT:
            return None
        raise
    return None if isinstance(answer, httpx.Response) and answer.status_code == NO_CONTENT else answer


async def sent(operation: str, call: Awaitable[object]) -> None:
    """Await a write. What it answers is not used: the record is read back, as several answers are not as documented."""
    with answer_of(operation):
        await call
