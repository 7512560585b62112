"""The question a person is asked: what is done, what to know, each change whole, what cannot be taken back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktrim_client.changes import Change, FieldChange, Kind
from stocktrim_client.models import Model
from stocktrim_mcp_server.asking import LONGEST_QUESTION, RESTORING, question_of, with_all
from stocktrim_mcp_server.planning.nearest import menu
from stocktrim_mcp_server.writing import RecordOutcome, WriteReport, fields_of


def change(key: str = "V60-02", noun: str = "product", kind: Kind = "change", **fields: tuple[Any, Any]) -> Change:
    moved = tuple(FieldChange(field=name, before=before, after=after) for name, (before, after) in fields.items())
    return Change(kind=kind, noun=noun, key=key, fields=moved)


def report_of(*changes: Change) -> WriteReport:
    rows = [
        RecordOutcome(
            key=one.key, noun=one.noun, outcome="planned", kind=one.kind, name=one.name, fields=fields_of(one)
        )
        for one in changes
    ]
    return WriteReport(status="preview", message="Nothing yet.", changes=tuple(rows))


def asked(*changes: Change, tool: str = "update_products", warnings: tuple[str, ...] = ()) -> str:
    return question_of(report_of(*changes), tool, changes, warnings, "EHTK5Q").text


def test_a_question_reads_from_what_is_done_to_what_cannot_be_undone() -> None:
    changed = Change(
        kind="change",
        noun="product",
        key="V60-02",
        name="Dripper 02",
        fields=(FieldChange(field="unit_cost", before=7.4, after=8.2), FieldChange(field="name", before="a_b: c")),
    )
    assert asked(changed, change("MUG", unit_cost=(None, 5)), warnings=("Ten times as much.", "Look twice.")) == (
        "Change 2 products in StockTrim?\n\n"
        "Warning: Ten times as much.\nWarning: Look twice.\n\n"
        "V60-02, Dripper 02\n  unit cost: 7.4 -> 8.2\n  name: a_b: c -> (empty)\n"
        "MUG\n  unit cost: (empty) -> 5\n\n"
        "This can be undone.\nCheck EHTK5Q: exactly these changes."
    )


@pytest.mark.parametrize(
    ("tool", "changes", "headline"),
    [
        ("delete_records", [change("A", "supplier", "delete")], "Delete 1 supplier in StockTrim?"),
        ("delete_records", [change(one, "supplier", "delete") for one in "AB"], "Delete 2 suppliers in StockTrim?"),
        (
            "save_suppliers",
            [change("A", "supplier", "create"), change("B", "supplier"), change("C"), change("D")],
            "Create 1 supplier, change 1 supplier and change 2 products in StockTrim?",
        ),
        ("record_sales", [change("S", "sale", "create")], "Record 1 sale in StockTrim?"),
        ("set_stock_levels", [change("A", "stock"), change("A", "stock at MAIN")], "Set 2 stock levels in StockTrim?"),
        (
            "draft_purchase_orders",
            [change("PO-1", "purchase order", "create")],
            "Draft 1 purchase order in StockTrim?",
        ),
        (RESTORING, [change("PO-1", "purchase order", "create")], "Take back in StockTrim: create 1 purchase order?"),
        (RESTORING, [change("S", "sale")], "Take back in StockTrim: change 1 sale?"),
        ("run_forecast", [change("all", "forecast run")], "Start the forecast run in StockTrim?"),
        (
            "delete_sales",
            [change("A, 2026", "sales history", "delete"), change("B, 2026", "sales history", "delete")],
            "Delete the sales of 2 products in StockTrim?",
        ),
    ],
)
def test_what_is_done_stands_first(tool: str, changes: list[Change], headline: str) -> None:
    assert asked(*changes, tool=tool).splitlines()[0] == headline


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (change("A", "product", "delete"), "sales history is gone for good"),
        (change("A", "supplier", "delete"), "its links to products may be lost"),
        (change("A", "purchase order", "delete"), "can be made again under the same code or number"),
        (change("A", "sales history", "delete"), "Deleted sales cannot be brought back."),
        (change("A", "sale", "create"), "only set to 0"),
        (change("A", "customer", "create"), "A new customer stays"),
        (change("A", "forecast run"), "cannot be taken back"),
        (change("A", "stock at MAIN"), "Undone only as far as StockTrim can"),
    ],
)
def test_what_cannot_be_undone_stands_last(changed: Change, said: str) -> None:
    *_, foot, check = asked(change("B"), changed).splitlines()
    assert said in foot
    assert "This can be undone" not in foot
    assert check.startswith("Check ")


def test_nobody_is_promised_an_undo_that_is_not_offered() -> None:
    token = menu.set(frozenset({"update_products"}))
    try:
        assert "This can be undone in StockTrim alone." in asked(change())
    finally:
        menu.reset(token)


def test_where_stock_lies_is_always_said() -> None:
    both = asked(change("A", "stock at MAIN", on_hand=(1, 2)), change("A", "stock at MAIN", on_hand=(1, 2)))
    assert both.count("stock at MAIN: A\n") == 2
    assert "stock: A" in asked(change("A", "stock"), change("A", "stock at SHOP"))
    assert "\nA\n" in asked(change("A", "stock", on_hand=(1, 2)))


class Line(Model):
    product: str
    name: str | None = None
    quantity: float | None = None
    unit_price: float | None = None
    note: str | None = None


class Order(Model):
    reference: str
    supplier_name: str | None = None
    lines: tuple[Line, ...]


class Drafted(WriteReport):
    total_cost: float | None = None
    orders: tuple[Order, ...] = ()
    left_out: tuple[str, ...] = ()


def test_each_order_stands_with_its_lines_and_what_is_left_out_does_not() -> None:
    changed = change("PO-1", "purchase order", "create", status=(None, "Draft"))
    lines = (
        Line(product="V60-02", name="Dripper", quantity=24, unit_price=7.40004, note="already 12"),
        Line(product="abc_d: 1", quantity=2),
        Line(product="?", unit_price=3),
    )
    order = Order(reference="PO-1", supplier_name="Hikari", lines=lines)
    result = Drafted(**report_of(changed).model_dump(), total_cost=2818.8, orders=(order,), left_out=("FILT-02",))
    said = question_of(result, "draft_purchase_orders", [changed], (), "X").text
    assert said.startswith("Draft 1 purchase order in StockTrim, 2,818.80 in all?\n\nPO-1, Hikari\n  status: Draft\n")
    assert "  24 x V60-02 Dripper at 7.40004 = 177.60 (already 12)\n  2 x abc_d: 1\n  ? x ? at 3 = 0.00\n" in said
    assert "FILT-02" not in said


def test_a_sku_is_not_rewritten_as_a_word() -> None:
    row = RecordOutcome(key="PO-1", noun="purchase order", outcome="planned", kind="change", fields=("a_b: 1 -> 2",))
    result = WriteReport(status="preview", message="", changes=(row,))
    assert (
        "  a_b: 1 -> 2"
        in question_of(result, "update_purchase_order", [change("PO-1", "purchase order")], (), "X").text
    )


def test_names_begin_no_line_and_hide_nothing() -> None:
    hostile = "x\nStatus: applied\u202e\u2028y"
    said = asked(change(hostile, name=(hostile, hostile + "!")), warnings=(hostile,))
    assert "\nStatus" not in said
    assert not set(said) & set("\u202e\u2028")


@pytest.mark.parametrize(
    ("one", "later"),
    [
        ("The products are 40 seconds old; newer ones come.", "The products are 7 minutes old; newer ones come."),
        ("The order plan was read just now; again failed.", "The order plan is 1 minute old; again failed."),
        ("The suppliers were read just now.", "The suppliers are 119 minutes old."),
        ("StockTrim computed the plan just now; records read 1 minute ago.",) * 2,
        ("StockTrim computed the plan just now.", "StockTrim computed the plan 50 minutes ago."),
        ("records read just now", "records read 20 seconds ago"),
    ],
)
def test_no_age_makes_a_question_another_one(one: str, later: str) -> None:
    first, second = (asked(change(), warnings=(said,)) for said in (one, later))
    assert first == second
    assert "less than 2 hours" in first


def test_days_that_are_part_of_the_business_stay() -> None:
    said = "PO-1 is 15 days overdue, of 3 hours ago; lead time 60 days; 24 minutes of work."
    assert said in asked(change(), warnings=(said,))


def test_how_many_changes_fit_is_counted() -> None:
    changes = [change(f"P-{at:02}", category=(None, "C" * 400)) for at in range(30)]
    whole = question_of(report_of(*changes), "update_products", changes, (), "X")
    assert not whole.is_whole
    part = changes[: whole.fitting]
    assert question_of(report_of(*part), "update_products", part, (), "X").is_whole
    more = changes[: whole.fitting + 1]
    assert not question_of(report_of(*more), "update_products", more, (), "X").is_whole
    long = change(category=(None, "C" * LONGEST_QUESTION))
    assert question_of(report_of(long), "update_products", [long], (), "X").fitting == 0


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30), st.floats(allow_nan=False)), max_size=6))
def test_whatever_is_sent_stands_in_the_question(rows: list[tuple[str, str, float]]) -> None:
    changes = [change(f"K{at}", category=(one, two), unit_cost=(0, three)) for at, (one, two, three) in enumerate(rows)]
    other = [
        change(f"K{at}", category=(one, two + "."), unit_cost=(0, three)) for at, (one, two, three) in enumerate(rows)
    ]
    assert all(f"\n{one.key}\n" in asked(*changes) for one in changes)
    assert not rows or asked(*changes) != asked(*other)


def test_a_change_that_its_tool_does_not_show_is_shown_all_the_same() -> None:
    shown, hidden = change("A", unit_cost=(1, 2)), change("B", unit_cost=(1, 3))
    result = with_all(report_of(shown), [hidden, shown])
    assert isinstance(result, WriteReport)
    assert [(one.key, one.fields) for one in result.changes] == [
        ("A", ("unit_cost: 1 -> 2",)),
        ("B", ("unit_cost: 1 -> 3",)),
    ]
    said = question_of(result, "update_products", [hidden, shown], (), "X").text
    assert "Change 2 products" in said
    assert "unit cost: 1 -> 3" in said
    whole = report_of(shown, hidden)
    assert with_all(whole, [hidden, shown]) is whole


class Run(Model):
    planned: str


def test_what_shows_no_records_is_told_in_its_own_words() -> None:
    changed = change("the whole account", "forecast run", is_running=(None, True))
    said = question_of(Run(planned="It takes minutes."), "run_forecast", [changed], (), "X").text
    assert said.startswith("Start the forecast run in StockTrim?\n\nIt takes minutes.\n\nA forecast run cannot")
