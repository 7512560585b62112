"""Between wire words and house words: values, bodies too large to parse in one go, lists that come in pages."""

import asyncio
import json
import re
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Generator, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, Self, TypeVar, cast
from weakref import WeakKeyDictionary

from pydantic import ValidationError

from stocktrim_client.errors import InvalidRequestError
from stocktrim_client.generated.types import UNSET
from stocktrim_client.models.base import Model

T = TypeVar("T")
S = TypeVar("S")
M = TypeVar("M", bound=Model)

Keep = Callable[[M], M]
"""Handed each record as it is read, some of them twice; gives the one to go on with: itself, or one equal to it."""

Words = Mapping[str, str]
"""House word -> wire word, for the fields that mean the same."""

AHEAD = 16
"""Pages of one list asked for ahead. The transport sends 8 at a time: the others stand ready while pages are parsed."""

_HALF = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair."""

SLICE_SECONDS = 0.001
"""Longest stretch of parsing before other calls get a turn."""

SLICES_A_TURN = 10
"""Slices of one body before another body gets its turn: enough for a page, not for a large answer."""


def read(model: type[M], wire: object, words: Words, **known: Any) -> M:
    """One generated object as a house model; what is unset or null there is None here.

    Raises: ValueError naming the first field that holds something else than documented.
    """
    values = {house: plain(getattr(wire, attribute, None)) for house, attribute in words.items()}
    return build(model, {**values, **known})


def build(model: type[M], values: dict[str, Any]) -> M:
    """A model from plain values; a fraction where whole days are documented is rounded rather than refused."""
    for field, value in values.items():
        if isinstance(value, str) and not value.isascii() and _HALF.search(value):
            # Of a name that was cut within an emoji: nothing that writes UTF-8 could pass it on.
            values = {**values, field: _HALF.sub("\ufffd", value)}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        fractions = [fault["loc"][0] for fault in error.errors() if fault["type"] == "int_from_float"]
        if not fractions or len(fractions) < error.error_count():
            raise
        return model.model_validate({**values, **{str(field): round(values[str(field)]) for field in fractions}})


def plain(value: Any) -> Any:
    """A wire value without the generator's UNSET; dates as UTC, the zone StockTrim leaves out."""
    if value is UNSET:
        return None
    if isinstance(value, datetime):
        return utc(value)
    return value


def utc(value: object) -> datetime | None:
    """A date-time of StockTrim's.

    Units: UTC is assumed where no zone is given.
    None: nothing, unreadable text, or the framework's zero date (year 1), which stands for nothing.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if not isinstance(value, datetime) or value.year <= 1:
        return None
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        # The framework's last date, with an offset: near enough.
        return value.replace(tzinfo=UTC)


def wire_time(value: datetime) -> datetime:
    """A date-time as StockTrim was seen to accept it: UTC, without an offset.

    Raises: ValueError for one without a zone, which would be taken for this machine's.
    """
    if value.tzinfo is None:
        raise ValueError(f"{value.isoformat()} has no time zone; give it one, such as UTC.")
    return value.astimezone(UTC).replace(tzinfo=None)


def set_fields(draft: Model, words: Words) -> dict[str, Any]:
    """The fields that were set on a draft, in the generated constructor's words; nothing else is sent."""
    values = {words[field]: getattr(draft, field) for field in draft.model_fields_set if field in words}
    return {word: wire_time(value) if isinstance(value, datetime) else value for word, value in values.items()}


def items(value: Any) -> list[Any]:
    """An answer's list: itself, an object alone as a list of one, and nothing (unset, null) as none."""
    if value is None or value is UNSET:
        return []
    return cast(list[Any], value) if isinstance(value, list) else [value]


def in_path(code: str, *, surely: bool = False) -> bool:
    """Whether `code` can be asked for in a URL's path.

    A dot or two would be taken for a folder and dropped, encoded or not. `surely` also leaves out slashes and percent
    signs, which many web frameworks decode once too often or not at all.
    """
    return code not in {".", ".."} and not (surely and any(mark in code for mark in "/\\%"))


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


def keeping(convert: Callable[[S], M], keep: Keep[M] | None) -> Callable[[S], M]:
    """A conversion after which `keep` has its say."""
    return convert if keep is None else lambda item: keep(convert(item))


async def in_slices(items: Iterable[S], convert: Callable[[S], T]) -> list[T]:
    """Convert many items without holding up other calls for more than a blink.

    Eight pages converted side by side take turns: together, too, they hold the event loop for one slice at a time.
    """
    converted: list[T] = []
    remaining = iter(items)
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())
    while True:
        async with turn:
            # Some slices a turn: were eight pages ready together, their next requests would leave together, too.
            for _ in range(SLICES_A_TURN):
                until = time.perf_counter() + SLICE_SECONDS
                for item in remaining:
                    converted.append(convert(item))
                    if time.perf_counter() > until:
                        break
                else:
                    return converted
                # Everything but a conversion may run now.
                await asyncio.sleep(0)


_SPACE = " \t\r\n"
_decode = json.JSONDecoder().raw_decode


class Body:
    """A large JSON answer, decoded one row at a time: `json.loads` of 20 MB would stop every other call.

    `rows()` goes through the array that is the body, or the body's member `member`, where null is no rows; then
    `others` holds the body's other members, and `met` says whether there was such a member.
    Raises: ValueError where the text is no such JSON.
    """

    def __init__(self, content: bytes, member: str | None = None) -> None:
        self._content = content
        self._text = ""
        self._member = member
        self.others: dict[str, Any] = {}
        self.met = member is None

    def rows(self) -> Iterator[Any]:
        # Only now: even this takes its time, and whoever goes through the rows has waited for his turn.
        self._text = self._content.decode("utf-8-sig")
        at = self._skip(0)
        if self._member is None:
            at = yield from self._array(at)
        else:
            at = yield from self._object(at, self._member)
            if self.others.get(self._member) is not None:
                raise ValueError(f"{self._member} is not a list")
        if self._skip(at) != len(self._text):
            raise ValueError("text after the end of the JSON value")

    def _object(self, at: int, member: str) -> Generator[Any, None, int]:
        at = self._expect(at, "{")
        if self._text[at : at + 1] == "}":
            return at + 1
        while True:
            name, at = _decode(self._text, at)
            at = self._expect(self._skip(at), ":")
            self.met = self.met or name == member
            if name == member and self._text[at : at + 1] == "[":
                at = yield from self._array(at)
            else:
                self.others[name], at = _decode(self._text, at)
            at = self._skip(at)
            if self._text[at : at + 1] == "}":
                return at + 1
            at = self._expect(at, ",")

    def _array(self, at: int) -> Generator[Any, None, int]:
        at = self._expect(at, "[")
        if self._text[at : at + 1] == "]":
            return at + 1
        while True:
            row, at = _decode(self._text, at)
            yield row
            at = self._skip(at)
            if self._text[at : at + 1] == "]":
                return at + 1
            at = self._expect(at, ",")

    def _expect(self, at: int, mark: str) -> int:
        if self._text[at : at + 1] != mark:
            raise ValueError(f"expected {mark!r} at character {at}")
        return self._skip(at + 1)

    def _skip(self, at: int) -> int:
        while self._text[at : at + 1] in _SPACE and at < len(self._text):
            at += 1
        return at


class Seen:
    """Rows met so far, by identity, so that a page given twice adds nothing."""

    def __init__(self) -> None:
        self._known: set[Hashable] = set()

    def fresh(self, page: Iterable[T], identity: Callable[[T], Hashable | None]) -> list[T]:
        """The rows of a page that were on no page before. Equal rows without identity on one page all count."""
        rows: list[T] = []
        here: Counter[Hashable] = Counter()
        for row in page:
            key = identity(row)
            if key is None:
                # Models are frozen: their fields make their hash.
                same = cast(Hashable, row)
                here[same] += 1
                key = (same, here[same])
            if key not in self._known:
                self._known.add(key)
                rows.append(row)
        return rows


class Sheet(NamedTuple, Generic[T]):
    """One page as it came; `more` is what it says of a next one.

    None: it does not say.
    """

    rows: Sequence[T]
    more: bool | None = None


Fetch = Callable[[int | None], Awaitable[Sheet[T]]]
"""Fetches a page by its number, or without one the page StockTrim begins with."""


def is_last(number: int | None, *, rows: int, fresh: int, more: bool | None = None, asked: int | None = None) -> bool:
    """Whether a list ends with page `number`, which holds `rows` rows, `fresh` of them on no page before it.

    A page without rows is past the end. So is one with nothing new, but for page 1: where counting starts there, it is
    the first page again. A first page longer than was `asked` for is the whole list, unless it says there is more.
    Nothing else ends a list: a page may be short because a row is hidden, and that there is no next page (`more`) may
    be said of every page.

    None: `number`, the page was asked for without one; `asked`, no size was.
    """
    if not rows:
        return True
    if number is None:
        return asked is not None and rows > asked and more is not True
    return not fresh and number > 1


async def first_page(fetch: Fetch[T]) -> tuple[int | None, Sheet[T]]:
    """The first page and the number it has: none, or 1 where no number means the page before that."""
    first = await fetch(None)
    return (None, first) if first.rows else (1, await _numbered(fetch)(1))


async def all_pages(fetch: Fetch[T], identity: Callable[[T], Hashable | None], *, asked: int | None = None) -> list[T]:
    """Every row of a list whose first page number is not known; `asked` is the page size asked for, if one can be.

    The first page is asked for without a number, then 1, 2, ...: where counting starts at 1, page 1 repeats the first
    and adds nothing. `is_last` says where it ends; a page that StockTrim refuses to count that far for is past the end.
    """
    seen = Seen()
    number, first = await first_page(fetch)
    rows = seen.fresh(first.rows, identity)
    if is_last(number, rows=len(first.rows), fresh=len(rows), more=first.more, asked=asked):
        return rows
    # Most lists are short: two pages, or the one that proves the first to be all.
    width = 1 if first.more is False else 2
    async with _Ahead(_numbered(fetch), number or 0) as pages:
        while True:
            number, page = await pages.next(width)
            fresh = seen.fresh(page.rows, identity)
            rows += fresh
            if is_last(number, rows=len(page.rows), fresh=len(fresh)):
                return rows
            # After a short page there probably is none; and the first one again says nothing.
            more = fresh and len(page.rows) >= len(first.rows) and page.more is not False
            width = AHEAD if more else 1


def _numbered(fetch: Fetch[T]) -> Callable[[int], Awaitable[Sheet[T]]]:
    async def page(number: int) -> Sheet[T]:
        try:
            return await fetch(number)
        except InvalidRequestError:
            if number == 1:
                # Only where another number is accepted was it this one that went too far.
                await fetch(0)
            return Sheet([])

    return page


class _Ahead(Generic[T]):
    """The pages after number `last` in order, asked for ahead of their turn."""

    def __init__(self, fetch: Callable[[int], Awaitable[Sheet[T]]], last: int) -> None:
        self._fetch = fetch
        self._last = self._asked = last
        self._coming: deque[asyncio.Future[Sheet[T]]] = deque()

    async def next(self, width: int) -> tuple[int, Sheet[T]]:
        """The next page; until it is there, `width` pages in all are asked for."""
        while len(self._coming) < width:
            self._asked += 1
            self._coming.append(asyncio.ensure_future(self._fetch(self._asked)))
        self._last += 1
        return self._last, await self._coming.popleft()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for page in self._coming:
            page.cancel()
        await asyncio.gather(*self._coming, return_exceptions=True)
