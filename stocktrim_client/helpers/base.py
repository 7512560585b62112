"""What every helper does: read through a generated operation, send a write, say in whose words either failed."""

from collections.abc import Awaitable, Collection, Generator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx

from stocktrim_client.changes import Changes
from stocktrim_client.errors import NotFoundError, UnexpectedAnswerError
from stocktrim_client.generated.client import Client
from stocktrim_client.generated.errors import UnexpectedStatus
from stocktrim_client.models.base import Draft
from stocktrim_client.operations import OPERATIONS

T = TypeVar("T")
D = TypeVar("D", bound=Draft)

NO_CONTENT = 204

_NAMED = {operation.name: operation for operation in OPERATIONS}


class Helper:
    """The verbs of one domain, over generated operations."""

    def __init__(self, api: Client, changes: Changes) -> None:
        self._api = api
        self._changes = changes

    async def _send(self, operation: str, *, body: Any = None, query: Mapping[str, str] | None = None) -> None:
        """Make a write. What a success answers is not read: often it is not as documented, and the record is read back.

        Raises: StockTrimError for every answer but a success.
        """
        sent = _NAMED[operation]
        await self._api.get_async_httpx_client().request(sent.method, sent.path, json=body, params=query)


def as_it_was(draft: type[D], was: Mapping[str, Any], fields: Collection[str] | None, **key: Any) -> D:
    """A draft that makes a record what a journal says it was: of the fields named, or all that it held.

    A named field that was empty is set to nothing, so that saving clears it.
    """
    held = {field for field in draft.model_fields if was.get(field) is not None}
    chosen = held if fields is None else draft.model_fields.keys() & set(fields)
    return draft.model_validate({field: was.get(field) for field in draft.model_fields if field in chosen} | key)


def body_of(response: httpx.Response) -> bytes:
    """The body, and the response ready to go: httpx ties it to itself, and would leave megabytes to the collector."""
    response.stream = httpx.ByteStream(b"")
    return response.content


@contextmanager
def answer_of(operation: str) -> Generator[None]:
    """Around a generated call and the reading of its result: a body that is not as documented is said to be that."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, UnexpectedStatus) as error:
        raise UnexpectedAnswerError.unreadable(operation, error) from error


async def found(call: Awaitable[T], *, odd_path: bool = False) -> T | None:
    """Await a read: StockTrim says 404 for "none", for single records and for lists; 204 can mean nothing else.

    `odd_path`: a code stands in the path that a web server may refuse by itself, with a page of its own.
    Raises: UnexpectedAnswerError where a web page says 404: StockTrim's API sends none, so another server answered.
    """
    try:
        answer = await call
    except NotFoundError as error:
        if error.is_web_page and not odd_path:
            raise _somewhere_else(error) from error
        return None
    except UnexpectedStatus as error:
        if error.status_code == NO_CONTENT:
            return None
        raise
    return None if isinstance(answer, httpx.Response) and answer.status_code == NO_CONTENT else answer


def _somewhere_else(error: NotFoundError) -> UnexpectedAnswerError:
    reading = error.operation.replace("_", " ")
    return UnexpectedAnswerError(
        f"{reading.capitalize()}: a web page answered {error.status}, so this does not look like the address of "
        "StockTrim's API. Check STOCKTRIM_API_URL (in Python: base_url). Nothing was changed.",
        operation=error.operation,
        status=error.status,
        attempts=error.attempts,
        elapsed=error.elapsed,
        phase=error.phase,
        request_id=error.request_id,
    )
