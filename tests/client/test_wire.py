"""Between wire words and house words, without a wire: values, large bodies, pages."""

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stocktrim_client.errors import InvalidRequestError
from stocktrim_client.generated.types import UNSET
from stocktrim_client.helpers import wire
from stocktrim_client.helpers.wire import (
    Body,
    Sheet,
    all_pages,
    build,
    in_path,
    in_slices,
    is_last,
    items,
    utc,
    wire_time,
)
from stocktrim_client.models.base import Model

# --- values

JULY = datetime(2026, 7, 1, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("2026-07-01T10:30:00", JULY),
        ("2026-07-01T10:30:00Z", JULY),
        ("2026-07-01T10:30:00.000", JULY),
        ("2026-07-01T10:30:00.0000000Z", JULY),
        ("2026-07-01T22:30:00+12:00", JULY),
        (" 2026-07-01T10:30:00 ", JULY),
        (datetime(2026, 7, 1, 10, 30), JULY),  # noqa: DTZ001 - as StockTrim sends it
        (JULY.astimezone(timezone(timedelta(hours=-3))), JULY),
        ("2026-07-01", datetime(2026, 7, 1, tzinfo=UTC)),
        ("2025-10-30T22:21:33.307", datetime(2025, 10, 30, 22, 21, 33, 307000, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00+10:00", None),
        ("9999-12-31T23:59:59-05:00", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("", None),
        ("soon", None),
        (None, None),
        (5, None),
    ],
)
def test_dates_are_read_as_utc_whatever_their_form(value: object, meant: datetime | None) -> None:
    assert utc(value) == meant


def test_dates_are_written_in_utc_without_an_offset() -> None:
    assert wire_time(datetime(2026, 7, 1, 22, 30, tzinfo=timezone(timedelta(hours=12)))).isoformat() == (
        "2026-07-01T10:30:00"
    )


def test_a_date_without_a_zone_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        wire_time(datetime(2026, 7, 1))  # noqa: DTZ001 - what is refused


class Days(Model):
    days: int | None = None
    pause: int | None = None
    code: str | None = None


def test_a_character_that_was_cut_in_half_is_replaced_and_a_whole_one_kept() -> None:
    assert build(Days, {"code": json.loads('"caf\u00e9 \\ud83c\\udf75 \\ud83c"')}).code == "caf\u00e9 \U0001f375 \ufffd"


def test_a_fraction_where_whole_days_are_meant_is_rounded() -> None:
    assert build(Days, {"days": 14.6, "pause": 2.0, "code": None}) == Days(days=15, pause=2)


def test_a_number_where_text_is_meant_becomes_text() -> None:
    assert build(Days, {"code": 30000002}).code == "30000002"


def test_a_number_in_text_is_read() -> None:
    assert build(Days, {"days": "14"}).days == 14


@pytest.mark.parametrize("value", ["soon", [1], {"a": 1}])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="days"):
        build(Days, {"days": value, "pause": 1.5})


def test_an_object_alone_is_a_list_of_one_and_nothing_is_none() -> None:
    assert (items([1, 2]), items({"id": 1}), items(None), items(UNSET)) == ([1, 2], [{"id": 1}], [], [])


@pytest.mark.parametrize(
    ("code", "possible", "sure"),
    [("A-1", True, True), (".", False, False), ("..", False, False), ("a/b", True, False), ("5%", True, False)],
)
def test_which_codes_a_path_can_hold(code: str, possible: bool, sure: bool) -> None:
    assert (in_path(code), in_path(code, surely=True)) == (possible, sure)


# --- large bodies

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
INDENT = st.sampled_from([None, 0, 1, "\t", "\r\n  "])


def _text(value: object, indent: Any, ascii_only: bool) -> bytes:
    return json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")


@settings(deadline=None)
@given(st.lists(JSON, max_size=6), INDENT, st.sampled_from([b"", b" ", b"\r\n\t"]))
def test_an_array_read_row_by_row_is_what_json_reads(value: list[Any], indent: Any, space: bytes) -> None:
    content = space + _text(value, indent, True) + space
    assert list(Body(content).rows()) == json.loads(content) == value


@settings(deadline=None)
@given(
    st.dictionaries(st.text().filter(lambda name: name != "results"), JSON, max_size=4),
    st.lists(JSON, max_size=5) | st.none(),
    st.integers(0, 4),
    INDENT,
)
def test_a_member_read_row_by_row_is_what_json_reads(
    others: dict[str, Any], results: list[Any] | None, place: int, indent: Any
) -> None:
    members = list(others.items())
    members.insert(place, ("results", results))
    content = _text(dict(members), indent, True)
    body = Body(content, "results")
    assert list(body.rows()) == (results or [])
    assert {name: value for name, value in body.others.items() if name != "results"} == others
    assert body.met


def test_a_byte_order_mark_is_no_part_of_the_body() -> None:
    assert list(Body(b'\xef\xbb\xbf[{"a":"\xc3\xa9"}]').rows()) == [{"a": "é"}]


def test_a_body_without_the_member_says_so() -> None:
    body = Body(b'{"message": "later"}', "results")
    assert list(body.rows()) == []
    assert not body.met


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"{}", b"[1", b"[1,]", b"[1 2]", b"[1]]", b"[1] x", b"<html>", b'"text"', b"7", b"[\xff]", b"[,1]"],
)
def test_an_array_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        list(Body(content).rows())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b'{"results": [1}',
        b'{"results": [1]',
        b'{"results": {"a": 1}}',
        b'{"results": "none"}',
        b'{"results" [1]}',
        b'{"results": [1],}',
        b'{"results": [1]} {}',
        b"{results: []}",
    ],
)
def test_an_object_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        list(Body(content, "results").rows())


async def test_a_long_conversion_lets_others_run_in_between() -> None:
    turns = 0

    async def beside() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    def slow(number: int) -> int:
        until = time.perf_counter() + wire.SLICE_SECONDS
        while time.perf_counter() < until:
            pass
        return -number

    other = asyncio.create_task(beside())
    assert await in_slices(range(10), slow) == [-number for number in range(10)]
    other.cancel()
    assert turns >= 10


# --- pages


class Server:
    """A list in pages of `size`, its first page number being what nobody knows."""

    def __init__(
        self,
        count: int,
        *,
        size: int = 50,
        first: int = 0,
        below: str = "first",
        past: str = "nothing",
        says: bool = False,
        unpaged: bool = False,
        nameless: str = "first",
    ) -> None:
        self.rows = list(range(count))
        self.size, self.first, self.below, self.past, self.says = size, first, below, past, says
        self.unpaged, self.nameless = unpaged, nameless
        self.asked: list[int | None] = []
        self.running = self.peak = 0

    async def fetch(self, number: int | None) -> Sheet[int]:
        self.asked.append(number)
        self.running += 1
        self.peak = max(self.peak, self.running)
        try:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        finally:
            self.running -= 1
        return Sheet(*self._answer(number))

    def _answer(self, number: int | None) -> tuple[Sequence[int], bool | None]:
        if self.unpaged:
            return self.rows, None
        if number is None:
            number = self.first if self.nameless == "first" else 0
        if number < self.first:
            if self.below == "empty":
                return [], False if self.says else None
            number = self.first
        page = number - self.first
        last = max(0, (len(self.rows) - 1) // self.size)
        if page > last and self.past == "refused":
            raise InvalidRequestError(f"page {number}", status=400)
        if page > last and self.past == "clamped":
            page = last
        shown = self.rows[page * self.size : (page + 1) * self.size]
        return shown, (page < last if self.says else None)


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100, 2500])
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("below", ["first", "empty"])
@pytest.mark.parametrize("past", ["nothing", "clamped", "refused"])
@pytest.mark.parametrize("says", [False, True])
@pytest.mark.parametrize("nameless", ["first", "zero"])
async def test_no_row_is_lost_or_repeated_however_pages_are_numbered(
    count: int, first: int, below: str, past: str, says: bool, nameless: str
) -> None:
    server = Server(count, first=first, below=below, past=past, says=says, nameless=nameless)
    assert await all_pages(server.fetch, lambda row: row) == server.rows
    pages = max(1, -(-count // 50))
    assert len(server.asked) <= pages + 2 + wire.AHEAD
    assert server.peak <= wire.AHEAD


@pytest.mark.parametrize("size", [1, 7, 20, 50, 1000])
async def test_the_size_of_a_page_is_found_out(size: int) -> None:
    server = Server(123, size=size, first=1)
    assert await all_pages(server.fetch, lambda row: row) == server.rows


async def test_pages_are_asked_for_ahead_of_their_turn() -> None:
    server = Server(2500)
    await all_pages(server.fetch, lambda row: row)
    assert server.peak == wire.AHEAD


@pytest.mark.parametrize("first", [0, 1])
async def test_a_short_list_costs_few_calls(first: int) -> None:
    for count in (1, 30, 50, 99):
        server = Server(count, first=first)
        await all_pages(server.fetch, lambda row: row)
        assert len(server.asked) <= 3 + (first == 1 and count > 50)


async def test_a_list_that_says_where_it_ends_costs_one_call_more() -> None:
    server = Server(40, says=True)
    assert await all_pages(server.fetch, lambda row: row) == server.rows
    assert server.asked == [None, 1]


async def test_a_list_that_always_says_it_ends_is_read_on() -> None:
    server = Server(130, size=20, first=1)

    async def denying(number: int | None) -> Sheet[int]:
        return Sheet((await server.fetch(number)).rows, False)

    assert await all_pages(denying, lambda row: row, asked=1000) == server.rows


@pytest.mark.parametrize("first", [0, 1])
async def test_a_short_page_in_the_middle_ends_nothing(first: int) -> None:
    server = Server(130, first=first)

    async def hiding(number: int | None) -> Sheet[int]:
        rows = (await server.fetch(number)).rows
        return Sheet([row for row in rows if row != 60])

    assert await all_pages(hiding, lambda row: row) == [row for row in server.rows if row != 60]


async def test_a_list_whose_pages_cannot_be_asked_for_by_number_is_an_error() -> None:
    async def refusing(number: int | None) -> Sheet[int]:
        if number is not None:
            raise InvalidRequestError("page", status=400)
        return Sheet(range(50))

    with pytest.raises(InvalidRequestError):
        await all_pages(refusing, lambda row: row)


@pytest.mark.parametrize(
    ("number", "rows", "fresh", "more", "asked", "last"),
    [
        (None, 0, 0, None, None, True),
        (None, 50, 50, None, None, False),
        (None, 20, 20, False, 1000, False),
        (None, 1001, 1001, None, 1000, True),
        (None, 1001, 1001, False, 1000, True),
        (None, 1001, 1001, True, 1000, False),
        (1, 50, 0, None, None, False),
        (1, 0, 0, True, None, True),
        (2, 49, 49, None, None, False),
        (2, 50, 1, False, None, False),
        (2, 50, 0, True, None, True),
        (3, 0, 0, None, None, True),
    ],
)
def test_which_page_is_the_last(
    number: int | None, rows: int, fresh: int, more: bool | None, asked: int | None, last: bool
) -> None:
    assert is_last(number, rows=rows, fresh=fresh, more=more, asked=asked) is last


async def test_an_answer_longer_than_asked_for_is_the_whole() -> None:
    server = Server(300, unpaged=True)
    assert await all_pages(server.fetch, lambda row: row, asked=100) == server.rows
    assert server.asked == [None]


async def test_a_list_that_knows_no_pages_is_read_once() -> None:
    server = Server(80, unpaged=True)
    assert await all_pages(server.fetch, lambda row: row, asked=100) == server.rows
    assert len(server.asked) <= 2 + wire.AHEAD


async def test_a_list_that_always_says_more_ends() -> None:
    server = Server(120, past="clamped")

    async def boasting(number: int | None) -> Sheet[int]:
        return Sheet((await server.fetch(number)).rows, True)

    assert await all_pages(boasting, lambda row: row) == server.rows


async def test_equal_rows_without_identity_on_one_page_all_count() -> None:
    pages = [["a", "a", "b"], ["a", "a", "b"], ["c", "a"]]

    async def fetch(number: int | None) -> Sheet[str]:
        number = number or 0
        return Sheet(pages[number] if number < len(pages) else [])

    assert await all_pages(fetch, lambda row: None) == ["a", "a", "b", "c"]


@pytest.mark.parametrize("broken", [None, 1, 2, 7, 20])
async def test_a_page_that_fails_fails_the_whole(broken: int | None) -> None:
    server = Server(2500)

    async def fetch(number: int | None) -> Sheet[int]:
        if number == broken:
            raise ConnectionError(f"page {number}")
        return await server.fetch(number)

    with pytest.raises(ConnectionError):
        await all_pages(fetch, lambda row: row)
    assert server.running == 0


async def test_leaving_in_the_middle_leaves_no_call_behind() -> None:
    server = Server(2500)
    reading = asyncio.create_task(all_pages(server.fetch, lambda row: row))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    asked = len(server.asked)
    await asyncio.sleep(0.01)
    assert len(server.asked) == asked
