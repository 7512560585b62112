"""Pasted tables: what was meant is read, what could mean two things is not."""

import csv
import io
import json
from datetime import date
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktrim_mcp_server.pasted import MOST_CHARACTERS, Column, Fault, Row, rows
from stocktrim_mcp_server.planning.spelling import day, days, number

COLUMNS = {
    "code": Column(("sku", "product", "item code"), required=True),
    "on_hand": Column(("stock on hand", "qty", "count"), "number"),
    "note": Column(),
    "service_level": Column((), "share"),
    "sold_on": Column(("date", "order date"), "date"),
}


def values(text: str) -> list[dict[str, Any]]:
    """The rows of a table without a fault."""
    pasted = rows(text, COLUMNS)
    assert pasted.faults == ()
    return [dict(row.values) for row in pasted.rows]


def fault(text: str) -> str:
    """The one fault of a table, as `line: said`."""
    (only,) = rows(text, COLUMNS).faults
    return only.said if only.line is None else f"{only.line}: {only.said}"


@pytest.mark.parametrize(
    "text",
    [
        "code,on_hand\nV60,12.5",
        "\ufeffSKU,Stock on Hand\r\nV60,12.5\r\n",
        "sku;qty\nV60;12,5",
        "Item Code\tCount\nV60\t12,5",
        '"Product", "Qty."\n "V60", "12.5"',
        "\n\nCODE,On-Hand\n\nV60,12.5\n,\n",
        '[{"code": "V60", "on_hand": 12.5}]',
        '{"rows": [{"SKU": "V60", "Qty": "12.5"}, {}]}',
        "| code | on_hand |\n|---|---:|\n| V60 | 12.5 |",
        "code | qty\n--- | ---\nV60 | 12.5",
        "```csv\ncode,on_hand\nV60,12.5\n```",
        '```json\n[{"code": "V60", "on_hand": 12.5, "note": null}]\n```',
    ],
)
def test_one_table_is_read_however_it_is_written(text: str) -> None:
    assert values(text) == [{"code": "V60", "on_hand": 12.5}]


def test_rows_keep_the_number_of_the_line_they_begin_on() -> None:
    text = 'code,note\n\nA,"two\nlines"\nB,one\n'
    assert rows(text, COLUMNS).rows == (
        Row(3, {"code": "A", "note": "two\nlines"}),
        Row(5, {"code": "B", "note": "one"}),
    )


def test_markdown_keeps_its_lines_and_its_escaped_bars() -> None:
    pasted = rows("\n| code | note |\n| --- | --- |\n| A\\|1 | x |\n\n| B | |\n", COLUMNS)
    assert pasted.rows == (Row(4, {"code": "A|1", "note": "x"}), Row(6, {"code": "B"}))


def test_codes_stay_as_they_are_written() -> None:
    assert values("code\n000123\n=1+1\n 12 ")[0] == {"code": "000123"}
    assert values('[{"code": 4711}]') == [{"code": "4711"}]
    assert fault('[{"code": 4711.0}]') == "1: code: 4711.0 is a number: write it as text, in quotes"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The table is empty"),
        (",,\n,", "The table is empty"),
        ("code,on_hand\n", "The table has no rows."),
        ("[]", "The table has no rows."),
        ("V60,12\nV61,3", "The first line must name the columns: code (needed), on_hand,"),
        ("code,onhnad\nV60,1", "There is no column 'onhnad'. Did you mean 'on_hand'?"),
        ("code,colour,size\nV60,1,2", "There is no column 'colour'. Nor 'size'. Columns: code (needed),"),
        ("on_hand,note\n1,x", "There is no column code. Columns:"),
        ("code,sku\nA,B", "'code' and 'sku' are both code"),
        ("code,on_hand\n,3", "2: code is missing"),
        ("code,on_hand\nA,1\nB,1,5", "3: 3 values for 2 columns"),
        ('code,note\nA,"never closed\nB,x', "2: the quotes cannot be read"),
        ('code,note\nA,"x"y', "2: the quotes cannot be read"),
        ("code,on_hand\nA,many", "2: on_hand: 'many' is no number: write it as 1234.50"),
        ("code,on_hand\nA,95%", "2: on_hand: '95%' is no number"),
        ('[{"code": "A"', "1: This is no JSON that can be read"),
        ('{"code": "A"}', "JSON is a list of objects"),
        ('{"rows": "A"}', "JSON is a list of objects"),
        ("[1]", "1: this is no JSON object"),
        ('[{"code": "A", "sku": "B"}]', "1: code is said twice"),
        ('[{"code": "A", "code": "B"}]', "1: code is said twice"),
        ('[{"code": "A", "qnty": 1}]', "1: there is no column 'qnty'. Did you mean 'qty'?"),
        ('[{"code": ["A"]}]', '1: code: ["A"] is no text'),
        ('[{"code": "A", "on_hand": true}]', "1: on_hand: true is no number"),
        ('[{"code": "A", "on_hand": 1e300}]', "1: on_hand: no number is meant to be larger"),
        ('[{"code": "A", "on_hand": 1e999}]', "1: on_hand: no number is meant to be larger"),
        ('[{"code": "A", "on_hand": NaN}]', "This is no JSON that can be read: NaN is no number."),
        ('[{"code": "A", "sold_on": 46000}]', "1: sold_on: 46000 is a number"),
        ("[" * 50_000, "This is no JSON that can be read"),
        ("x" * (MOST_CHARACTERS + 1), "The table has 100,001 characters"),
    ],
)
def test_what_cannot_be_meant_is_said_by_its_line(text: str, said: str) -> None:
    assert fault(text).startswith(said)


def test_every_fault_is_named_and_the_other_rows_are_read() -> None:
    pasted = rows("code,on_hand,sold_on\nA,x,03/04/2026\nB,2,2026-01-31\n,3,", COLUMNS)
    assert pasted.rows == (Row(3, {"code": "B", "on_hand": 2.0, "sold_on": date(2026, 1, 31)}),)
    assert [(one.line, one.said.partition(":")[0]) for one in pasted.faults] == [
        (2, "on_hand"),
        (2, "sold_on"),
        (4, "code is missing"),
    ]


@pytest.mark.parametrize("form", ["csv", "json", "markdown"])
def test_more_rows_than_a_call_takes_are_refused_with_their_number(form: str) -> None:
    def table(count: int) -> str:
        codes = [f"P{at}" for at in range(count)]
        if form == "json":
            return json.dumps([{"code": code} for code in codes])
        return "| code |\n|---|\n" + "\n".join(codes) if form == "markdown" else "code\n" + "\n".join(codes)

    assert len(values(table(50))) == 50
    assert fault(table(51)) == "The table has 51 rows; at most 50 are taken at once."
    assert rows(table(3), COLUMNS, most=2).faults == (
        Fault(None, "The table has 3 rows; at most 2 are taken at once."),
    )


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("12", 12),
        ("-3", -3),
        ("\u22123", -3),
        ("+7", 7),
        ("0", 0),
        (".5", 0.5),
        ("1234.5", 1234.5),
        ("1.234", 1.234),
        ("1,234.50", 1234.5),
        ("1,234,567", 1234567),
        ("1.234.567", 1234567),
        ("$1,234.50", 1234.5),
        ("€ 12.50", 12.5),
        ("12.50 £", 12.5),
        ("-$5", -5),
        ("1 234.50", 1234.5),
        ("1\u00a0234", 1234),
        ("1'234.50", 1234.5),
        ("1\u2019234", 1234),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, meant: float) -> None:
    assert number(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("12,5", 12.5),
        ("0,125", 0.125),
        ("1.234,50", 1234.5),
        ("1,234.50", 1234.5),
        ("1 234,5", 1234.5),
        ("1234,567", 1234.567),
        ("12.5", 12.5),
        ("1,2340", 1.234),
    ],
)
def test_a_decimal_comma_is_read_where_it_can_be_one(text: str, meant: float) -> None:
    assert number(text, decimal_comma=True) == meant


@pytest.mark.parametrize(
    ("text", "decimal_comma", "said"),
    [
        ("1,234", False, "'1,234' may be 1234 or 1.234: write 1234 or 1.234"),
        ("-1,234", False, "'-1,234' may be -1234 or -1.234: write -1234 or -1.234"),
        ("1,234", True, "'1,234' may be 1234 or 1.234: write 1234 or 1,2340"),
        ("1.234", True, "'1.234' may be 1234 or 1.234: write 1234 or 1,2340"),
        ("1,020", False, "'1,020' may be 1020 or 1.020: write 1020 or 1.02"),
        ("1.020", True, "'1.020' may be 1020 or 1.020: write 1020 or 1,02"),
        ("2,000", False, "'2,000' may be 2000 or 2.000: write 2000 or 2"),
        ("12,5", False, "'12,5' has a decimal comma: write 12.5"),
        ("-1.234,50", False, "'-1.234,50' has a decimal comma: write -1234.50"),
        *[
            (text, comma, "is no number: write it as 1234.50")
            for text in (
                "",
                "-",
                "--5",
                "(5)",
                "1e3",
                "12 pcs",
                "1,23,456.7",
                "12.",
                "1.2.3",
                "٣",
                "nan",
                "1" * 16,
                "5-",
            )
            for comma in (True, False)
        ],
    ],
)
def test_a_number_that_could_be_two_or_none_is_refused(text: str, decimal_comma: bool, said: str) -> None:
    with pytest.raises(ValueError, match=r"may be|decimal comma|no number") as refused:
        number(text, decimal_comma=decimal_comma)
    assert str(refused.value).endswith(said)


@pytest.mark.parametrize(
    ("text", "meant"), [("95%", 0.95), ("95 %", 0.95), ("0.5%", 0.005), ("0.95", 0.95), ("95", 95.0), ("97.5%", 0.975)]
)
def test_a_share_may_carry_a_percent_sign(text: str, meant: float) -> None:
    assert values(f"code,service_level\nA,{text}") == [{"code": "A", "service_level": meant}]


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-03",
        "2026/4/3",
        "2026.04.03",
        "20260403",
        "2026-04-03T10:00:00Z",
        "2026-04-03 23:59:59.5 +02:00",
        "3 April 2026",
        "3rd Apr 2026",
        "3-Apr-2026",
        "3. April 2026",
        "April 3, 2026",
        "apr 3rd 2026",
    ],
)
def test_a_day_is_read_in_every_form_that_means_one(text: str) -> None:
    assert day(text) == date(2026, 4, 3)


def test_a_day_in_figures_is_read_where_only_one_can_be_meant() -> None:
    assert day("25/12/2026") == day("12/25/2026") == day("25.12.2026") == date(2026, 12, 25)
    assert day("03/03/2026") == date(2026, 3, 3)
    with pytest.raises(ValueError, match="'03/04/2026' may be 3 April or 4 March: write 2026-04-03 or 2026-03-04"):
        day("03/04/2026")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-13-01",
        "2026-02-30",
        "31/02/2026",
        "3 Foo 2026",
        "03/04/26",
        "46000",
        "2026",
        "0000-01-01",
    ],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no day: write it as 2026-01-31"):
        day(text)


# Tables that others made

SENT = {
    "code": Column(("sku", "item no"), required=True),
    "cost": Column(("trade price",), "number"),
    "called": Column(("description",), checks=True),
}


@pytest.mark.parametrize(
    "text",
    [
        "Price list 2026\n\nSKU,Trade price (EUR),Colour\nA,1.5,red\nB,-,\n",
        "Price list 2026;;\n\nItem No.;Trade Price ex. VAT;Colour\nA;1,5;red\nB;n/a;",
        "# Price list 2026\n\n| SKU | Trade price | Colour |\n|---|---|---|\n| A | 1.50 | red |\n| B |  | |",
    ],
)
def test_lines_above_the_header_and_strange_columns_are_passed_over_and_said(text: str) -> None:
    pasted = rows(text, SENT, as_sent=True)
    first, second = pasted.rows
    assert (first.values, first.blank, first.keys) == ({"cost": 1.5}, (), ("A",))
    assert (second.values, second.blank, second.keys) == ({}, ("cost",), ("B",))
    assert text.splitlines()[first.line - 1].lstrip("| ").startswith("A")
    title, strange = pasted.said
    assert title.startswith("Passed over above the header: '")
    assert "Price list 2026" in title
    assert strange == "Columns that are not understood, and change nothing: 'Colour'."
    assert [*pasted.heads] == ["code", "cost"]


def test_of_json_that_others_made_names_are_read_as_columns_are() -> None:
    text = '[{"sku": "A", "Trade price": "1.50", "colour": "red"}, {"sku": "B", "item no": 7, "cost": null}]'
    pasted = rows(text, SENT, as_sent=True)
    assert pasted.faults == (Fault(None, "'Trade price' and 'cost' are both cost: leave one of them out."),)
    pasted = rows(text.replace(', "cost": null', ""), SENT, as_sent=True)
    assert [(row.values, row.blank, row.keys) for row in pasted.rows] == [
        ({"cost": 1.5}, (), ("A", "")),
        ({}, ("cost",), ("B", "7")),
    ]
    assert pasted.said == ("Columns that are not understood, and change nothing: 'colour'.",)
    assert rows('[{"sku": "A", "cost": 1, "cost": 2}]', SENT, as_sent=True).faults == (
        Fault(1, "a name is said twice"),
    )
    assert rows('[7, {"sku": "A", "cost": 1}]', SENT, as_sent=True).faults[0].line == 1


def test_the_header_is_the_line_that_names_the_key_and_a_value() -> None:
    pasted = rows("SKU means our code\nSKU\nCode,Description,Cost\nA,Cup,2", SENT, as_sent=True)
    assert [(row.line, row.values) for row in pasted.rows] == [(4, {"called": "Cup", "cost": 2.0})]
    assert pasted.said == ("Passed over above the header: 'SKU means our code', 'SKU'.",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Colour,Size\nred,2", "None of the columns names the product: 'Colour', 'Size'. Call one 'code'."),
        (
            "SKU,Description,Price incl. VAT\nA,Cup,2",
            "None of the columns 'SKU', 'Description', 'Price incl. VAT' holds what can be changed.",
        ),
        ("SKU,Cost per case\nA,2", "None of the columns 'SKU', 'Cost per case' holds what can be changed."),
        ("SKU,Cost,Trade price\nA,2,3", "'Cost' and 'Trade price' are both cost: leave one of them out."),
        ("SKU,Cost\nA,2 of 3", "cost: '2 of 3' is no number"),
        ("SKU,Cost\n", "The table has no rows."),
        ("\n", "The table is empty"),
    ],
)
def test_of_a_table_that_others_made_what_cannot_be_meant_is_refused(text: str, said: str) -> None:
    (fault,) = rows(text, SENT, as_sent=True).faults
    assert fault.said.startswith(said)


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20).map(str.strip)
CODES = CELLS.filter(bool)
TABLES = st.lists(
    st.fixed_dictionaries(
        {"code": CODES},
        optional={
            "on_hand": st.integers(-9_999_900, 9_999_900).map(lambda hundredths: hundredths / 100),
            "note": CODES,
            "sold_on": st.dates(),
        },
    ),
    min_size=1,
    max_size=50,
)


@given(TABLES, st.permutations(list(COLUMNS)), st.sampled_from([",", ";", "\t"]), st.sampled_from(["", "\ufeff"]))
def test_what_the_csv_module_writes_is_read_back(
    table: list[dict[str, Any]], order: list[str], mark: Literal[",", ";", "\t"], begin: str
) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, order, delimiter=mark)
    writer.writeheader()
    for row in table:
        # What two readings would share is refused elsewhere: 1.2 is written 1.20.
        writer.writerow({name: f"{one:.2f}" if isinstance(one, float) else one for name, one in row.items()})
    assert values(begin + out.getvalue()) == table


@given(TABLES, st.booleans(), st.booleans())
def test_what_the_json_module_writes_is_read_back(table: list[dict[str, Any]], wrapped: bool, escaped: bool) -> None:
    whole = {"rows": table} if wrapped else table
    assert values(json.dumps(whole, default=str, ensure_ascii=escaped)) == table


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for columns in (COLUMNS, {"code": Column(required=True)}):
        pasted = rows(text, columns)
        assert pasted.rows or pasted.faults
        again = rows(f"code,on_hand\n{text}", columns)
        assert again.rows or again.faults
        sent = rows(text, columns, as_sent=True)
        assert sent.rows or sent.faults


@given(st.floats(-1e12, 1e12).map(lambda value: round(value, 2)), st.booleans())
def test_a_number_is_the_same_in_every_spelling(value: float, decimal_comma: bool) -> None:
    english = f"{value:,.2f}"
    assert number(english) == number(f"{value:.2f}") == value
    if decimal_comma:
        swapped = english.translate(str.maketrans(",.", ".,"))
        assert number(swapped, decimal_comma=True) == number(english, decimal_comma=True) == value


@pytest.mark.parametrize(
    ("text", "meant"), [("21", 21), ("21 days", 21), ("1 Day", 1), ("8 weeks", 56), ("3 wks", 21), ("2.5", 2.5)]
)
def test_days_may_be_said_in_weeks(text: str, meant: float) -> None:
    assert days(text) == meant


@pytest.mark.parametrize("text", ["2 months", "2-3 weeks", "10 working days", "4-6", "1.5 weeks", "soon"])
def test_what_is_no_number_of_days_is_refused_in_words_that_fit(text: str) -> None:
    with pytest.raises(ValueError, match="is no number of days: write it as 21, 21 days or 3 weeks"):
        days(text)
