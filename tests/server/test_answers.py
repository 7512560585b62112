"""One result, said twice."""

import inspect
import json
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_types import TextContent
from pydantic import BaseModel, Field

from stocktrim_client.models import Model
from stocktrim_mcp_server.answers import (
    CUT,
    LIST,
    MOST_CHARACTERS,
    MOST_REFUSED,
    SMALL,
    answer,
    number,
    published,
    refusal,
    slim,
    text_of,
    unwritten,
    visible,
)
from stocktrim_mcp_server.toolbox import ToolFunction
from stocktrim_mcp_server.tools import EVERY


class Stock(Model):
    place: str
    units: float | None = None


class Item(Model):
    code: str
    name: str | None = None
    cost: float | None = None
    stock: tuple[Stock, ...] = ()
    flags: tuple[str, ...] = ()


class Group(Model):
    supplier: str
    rows: tuple[Item, ...] = ()


class Report(Model):
    as_of: datetime | None = None
    due: date | None = None
    ready: bool | None = None
    items: tuple[Item, ...]
    groups: tuple[Group, ...] = ()
    total: int | None = None
    next_cursor: str | None = None
    warnings: tuple[str, ...] = ()


def said(result: BaseModel) -> str:
    block = answer(result).content[0]
    assert isinstance(block, TextContent)
    return block.text


def test_warnings_come_first_then_values_then_lists_then_totals() -> None:
    report = Report(
        as_of=datetime(2026, 11, 23, 8, tzinfo=UTC),
        due=date(2026, 12, 1),
        ready=False,
        items=(
            Item(code="A", cost=1.5, stock=(Stock(place="MAIN", units=3),), flags=("no cost", "late")),
            Item(code="B"),
        ),
        total=7,
        next_cursor="2",
        warnings=("Old figures.",),
    )
    assert said(report) == (
        "Warning: Old figures.\n\n"
        "as of: 2026-11-23 08:00 UTC\ndue: 2026-12-01\nready: no\n\n"
        "| code | cost | stock | flags |\n| --- | --- | --- | --- |\n"
        "| A | 1.5 | MAIN (units 3) | no cost, late |\n| B |  |  |  |\n\n"
        "total: 7, next cursor: 2"
    )


class Wide(Model):
    """More columns than a table has."""

    code: str
    why: str
    steps: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    note: str = Field(default="for our own sentences", exclude=True)
    a: int = 0
    b: int = 0
    c: int = 0
    d: int = 0
    e: int = 0
    f: int = 0
    g: int = 0
    h: int = 0
    i: int = 0
    j: int = 0
    k: int = 0
    last: int = 15


class Wides(Model):
    items: tuple[Wide, ...]


def test_a_wide_record_has_its_long_texts_and_lists_on_lines_of_their_own() -> None:
    long = "a reason that is told in more words than fit beside other figures"
    one = Wide(code="A", why=long, steps=("first " * 6, "## then " * 5), marks=("x", "y"))
    first, why, *steps = text_of(Wides(items=(one,))).splitlines()
    assert first.startswith("code: A, marks: x, y, a: 0, ")
    assert first.endswith(", last: 15")
    assert why == f"why: {long}"
    assert steps == ["steps:", f"  {'first ' * 6}", f"  {'## then ' * 5}"]
    assert len(text_of(Wides(items=(one, one))).split("\n\n")) == 2


def test_what_is_excluded_is_in_neither_channel() -> None:
    wide = Wides(items=(Wide(code="A", why="B"),))
    assert "own sentences" not in text_of(wide)
    assert "own sentences" not in str(answer(wide).structured_content)


def test_groups_have_a_heading_and_a_table_each() -> None:
    report = Report(items=(), groups=(Group(supplier="S", rows=(Item(code="A"), Item(code="B"))), Group(supplier="T")))
    assert said(report) == "## supplier: S\n\n| code |\n| --- |\n| A |\n| B |\n\n## supplier: T"


def test_structured_content_has_no_nulls_and_no_empty_lists_but_required_ones() -> None:
    report = Report(items=(), groups=(Group(supplier="S"),))
    assert answer(report).structured_content == {"items": [], "groups": [{"supplier": "S"}]}
    assert answer(Report(items=())).structured_content == {"items": []}


def test_nothing_at_all_is_said_to_be_nothing() -> None:
    assert text_of(Report(items=())) == "Nothing."


def test_a_bar_in_a_cell_makes_the_table_a_list_so_that_codes_stay_as_they_are() -> None:
    assert said(Report(items=(Item(code="A|B", name="x"), Item(code="C")))) == "code: A|B, name: x\n\ncode: C"


def test_hidden_characters_are_written_out_in_both_channels() -> None:
    report = Report(items=(Item(code="A\u202eB", name="two\nlines\u200b", flags=("\x1b[31m",)),), warnings=("\u2066w",))
    structured = answer(report).structured_content
    assert structured == {
        "items": [{"code": "A\\u202eB", "name": "two\\u000alines\\u200b", "flags": ["\\u001b[31m"]}],
        "warnings": ["\\u2066w"],
    }
    assert "A\\u202eB" in said(report)
    assert "two\\u000alines\\u200b" in said(report)
    assert "Warning: \\u2066w" in said(report)


def test_refusals_hide_nothing_either() -> None:
    block = refusal("StockTrim says: \u202eevil\u202c\nsecond line").content[0]
    assert isinstance(block, TextContent)
    assert block.text == "StockTrim says: \\u202eevil\\u202c\nsecond line"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (0.0, "0"),
        (-0.0, "0"),
        (-0.00001, "-0.00001"),
        (0.000123456, "0.0001235"),
        (0.0012345, "0.0012"),
        (0.00099999, "0.001"),
        (1e-9 + 1e-12, "0.000000001001"),
        (-2.5e-20, "-2.5e-20"),
        (1.5e300, "1.5e+300"),
        (1200.50, "1200.5"),
        (100.0, "100"),
        (0.1 + 0.2, "0.3"),
        (1e15, "1000000000000000"),
        (float("nan"), "not a number"),
        (float("inf"), "not a number"),
    ],
)
def test_numbers_are_written_as_people_do(value: float, text: str) -> None:
    assert number(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_number_is_shown_as_another(value: float) -> None:
    text = number(value)
    assert float(text) == pytest.approx(value, rel=1e-3, abs=0.0 if abs(value) < SMALL else 5e-5)
    assert len(text) < 30


@given(st.text())
def test_what_was_written_out_can_be_read_back_and_nothing_stays_hidden(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    if "\\" not in text and not any(0xD800 <= ord(one) <= 0xDFFF for one in text):
        assert unwritten(shown) == text


class Published(Model):
    when: datetime
    day: date | None
    place: Literal["here", "there"]
    sure: bool
    share: float
    codes: tuple[str, ...]
    rows: tuple[Item, ...]
    cells: tuple[tuple[str | float | None, ...], ...]
    first: Item
    left_out: Annotated[tuple[Item, ...], LIST] = ()
    groups: tuple[Group, ...] = ()
    note: str | None = None
    warnings: tuple[str, ...] = ()
    next_cursor: str | None = None


def test_what_is_published_names_what_is_always_there_and_what_to_go_on_with() -> None:
    text = {"type": "string"}
    assert published(Published) == {
        "type": "object",
        "properties": {
            "when": text,
            "day": text,
            "place": {"type": "string", "enum": ["here", "there"]},
            "sure": {"type": "boolean"},
            "share": {"type": "number"},
            "codes": {"type": "array", "items": text},
            "rows": {"type": "array", "items": {"type": "object"}},
            "cells": {"type": "array", "items": {"type": "array", "items": {}}},
            "first": {"type": "object"},
            "left_out": {"type": "array"},
            "groups": {"type": "array", "items": {"type": "object"}},
            "next_cursor": text,
        },
        "required": ["when", "day", "place", "sure", "share", "codes", "rows", "cells", "first"],
    }


class Strange(Model):
    what: bytes


def test_a_type_no_answer_has_fails_at_the_start() -> None:
    with pytest.raises(TypeError, match="bytes"):
        published(Strange)


@pytest.mark.parametrize("function", [f for one in EVERY for f in (*one.reads, *one.writes, *one.deletes)])
def test_what_is_published_agrees_with_pydantics_own_schema(function: ToolFunction) -> None:
    result = inspect.signature(function, eval_str=True).return_annotation
    whole = slim(result.model_json_schema(mode="serialization"))
    shown = published(result)
    assert shown.get("required", []) == [
        name for name in whole["properties"] if result.model_fields[name].is_required()
    ]
    for name, shape in shown["properties"].items():
        assert shape["type"] == whole["properties"][name]["type"], name
        assert shape.get("enum") == whole["properties"][name].get("enum"), name
        if "items" in shape:
            assert shape["items"].get("type") == whole["properties"][name]["items"].get("type"), name


class Columnar(Model):
    age: str = "3 minutes"
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...] = ()
    total: int = 2


def test_columns_and_rows_are_one_table_under_their_own_headings() -> None:
    shown = said(Columnar(columns=("order_qty", "code"), rows=((12.50, "A\u200b"), (None, "B"))))
    assert shown == ("age: 3 minutes\n\n| order_qty | code |\n| --- | --- |\n| 12.5 | A\\u200b |\n|  | B |\n\ntotal: 2")
    assert "| order_qty | code |" in said(Columnar(columns=("order_qty", "code")))


def test_a_bar_in_a_cell_or_a_heading_splits_no_column() -> None:
    assert "code: A|B, units: 3" in said(Columnar(columns=("code", "units"), rows=(("A|B", 3),)))
    assert "a || b: 1" in said(Columnar(columns=("a || b",), rows=((1,),)))


def sizes(result: BaseModel, *more: str) -> tuple[str, dict[str, Any]]:
    sent = answer(result, *more)
    (block,) = sent.content
    assert isinstance(block, TextContent)
    assert sent.structured_content is not None
    assert len(block.text) <= MOST_CHARACTERS
    assert len(json.dumps(sent.structured_content, ensure_ascii=False)) <= MOST_CHARACTERS * 1.1
    return block.text, sent.structured_content


MANY = tuple(Item(code=f"SKU-{number:06}", name="n" * 40, flags=("late",)) for number in range(5_000))


@pytest.mark.parametrize(
    "result",
    [
        Report(items=MANY, total=5_000, next_cursor="go on", warnings=("Old figures.",)),
        Report(items=(), groups=(Group(supplier="HIKARI", rows=MANY), Group(supplier="ACME", rows=MANY))),
        Report(items=(Item(code="A", stock=tuple(Stock(place=f"P{number}") for number in range(20_000))),)),
        Report(items=(Item(code="A", name="x" * 500_000), *MANY)),
        Report(items=MANY[:10], warnings=tuple(f"There is no product {number}." for number in range(10_000))),
    ],
    ids=["a list", "groups", "a list in a record", "a long text", "warnings"],
)
def test_what_is_too_long_for_a_host_is_cut_and_says_so_in_both_channels(result: Report) -> None:
    text, structured = sizes(result)
    assert text.startswith(f"Warning: {CUT}")
    assert structured["warnings"][0] == CUT
    assert max(len(text), len(json.dumps(structured, ensure_ascii=False))) > MOST_CHARACTERS / 4
    assert "next_cursor" not in structured
    assert "go on" not in text
    assert structured.get("total") == result.total
    assert ("Old figures." in text) == ("Old figures." in result.warnings)
    for item in structured["items"]:
        assert item["code"] in text


def test_a_table_without_field_names_is_cut_too() -> None:
    rows = tuple((f"SKU-{number}", number) for number in range(20_000))
    text, structured = sizes(Columnar(columns=("code", "units"), rows=rows, total=20_000))
    assert 1_000 < len(structured["rows"]) < 20_000
    assert structured["rows"][-1][0] in text
    assert (structured["columns"], structured["total"]) == (["code", "units"], 20_000)


def test_what_fits_is_sent_as_it_is() -> None:
    fits = Report(items=MANY[:400], next_cursor="go on")
    text, structured = sizes(fits)
    assert (len(structured["items"]), structured["next_cursor"]) == (400, "go on")
    assert "warnings" not in structured
    assert "Warning" not in text


def test_what_is_said_of_an_answer_stands_before_its_own_warnings_in_both_channels() -> None:
    text, structured = sizes(Report(items=(), warnings=("Old figures.",)), "Default \u202e used.")
    assert text.startswith("Warning: Default \\u202e used.\n\nWarning: Old figures.")
    assert structured["warnings"] == ["Default \\u202e used.", "Old figures."]


@pytest.mark.parametrize("result", [Report(items=MANY), Report(items=())])
def test_what_is_said_of_an_answer_cannot_make_it_too_long(result: Report) -> None:
    text, structured = sizes(result, *("\u202e" * 200_000 for _ in range(500)))
    assert text.startswith(f"Warning: {CUT}" if result.items else "Warning: \\u202e")
    assert structured["items"] or not result.items


def test_an_error_is_bounded() -> None:
    (block,) = refusal("no " * 50_000).content
    assert isinstance(block, TextContent)
    assert len(block.text) <= MOST_REFUSED + 1


def test_of_several_lists_each_has_its_name() -> None:
    class Two(BaseModel):
        groups: tuple[Group, ...] = ()
        items: tuple[Item, ...] = ()
        left_out: tuple[Item, ...] = ()

    few = Two(groups=(Group(supplier="S", rows=(Item(code="A"),)),), left_out=(Item(code="B"),))
    assert said(few) == "## supplier: S\n\n| code |\n| --- |\n| A |\n\n## left out\n\n| code |\n| --- |\n| B |"
    assert said(Two(left_out=(Item(code="B"),))) == "| code |\n| --- |\n| B |"
