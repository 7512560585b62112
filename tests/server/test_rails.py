"""The owner's guard rails, as tables."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from stocktrim_client.changes import Change, FieldChange
from stocktrim_client.models import OrderPlanRow, PurchaseOrder, PurchaseOrderLine
from stocktrim_mcp_server.rails import SETTINGS, Rails, stops, usual_quantities

Line = tuple[str, float, float | None]


def lines(*each: Line) -> tuple[dict[str, Any], ...]:
    return tuple({"product_id": product, "quantity": many, "unit_price": price} for product, many, price in each)


def order(*after: Line, before: tuple[Line, ...] | None = None, key: str = "PO-7") -> Change:
    """A purchase order saved with these lines; `before`: those it has now, of one that is there."""
    fields = (FieldChange(field="lines", before=None if before is None else lines(*before), after=lines(*after)),)
    return Change(kind="create" if before is None else "change", noun="purchase order", key=key, fields=fields)


TWO = order(("a", 10, 50), ("b", 5, 20))
"""Worth 600."""


@pytest.mark.parametrize(
    ("changes", "rails", "said"),
    [
        ((TWO,), {}, ()),
        ((TWO,), {"max_order_value": 600}, ()),
        (
            (TWO,),
            {"max_order_value": 599.99},
            ("The new purchase order 'PO-7' is worth 600; the owner's limit is 599.99 (STOCKTRIM_MAX_ORDER_VALUE).",),
        ),
        (
            (order(("a", 100, 50), ("b", 5, None)),),
            {"max_order_value": 4999},
            (
                "The new purchase order 'PO-7' is worth at least 5,000 (1 of its 2 lines without a price); the owner's "
                "limit is 4,999 (STOCKTRIM_MAX_ORDER_VALUE).",
            ),
        ),
        ((order(("a", 100, None)),), {"max_order_value": 1}, ()),
        ((TWO,), {"max_order_lines": 2}, ()),
        (
            (TWO,),
            {"max_order_lines": 1},
            ("The new purchase order 'PO-7' has 2 lines; the owner's limit is 1 (STOCKTRIM_MAX_ORDER_LINES).",),
        ),
        ((TWO, TWO), {"max_records": 2}, ()),
        (
            (TWO, TWO, TWO),
            {"max_records": 2},
            ("This call changes 3 records; the owner's limit is 2 (STOCKTRIM_MAX_RECORDS).",),
        ),
        ((TWO,), {"max_quantity_factor": 2.5}, ()),
        (
            (TWO,),
            {"max_quantity_factor": 2},
            (
                "The new purchase order 'PO-7' orders 10 of 'a', 2.5 x the usual 4; the owner's limit is 2 x "
                "(STOCKTRIM_MAX_QUANTITY_FACTOR).",
            ),
        ),
    ],
)
def test_what_passes_a_limit_is_named_with_the_figure_the_limit_and_its_setting(
    changes: tuple[Change, ...], rails: dict[str, Any], said: tuple[str, ...]
) -> None:
    found = stops(changes, Rails(**rails), {"a": 4})
    assert tuple(one.text for one in found) == said
    assert all(one.setting == SETTINGS[one.rail] and one.setting in one.text for one in found)


ALL_OF_THEM = Rails(max_order_value=100, max_order_lines=1, max_quantity_factor=2)


@pytest.mark.parametrize(
    ("change", "rails_met"),
    [
        (order(("a", 9, 50), ("b", 5, 20), before=(("a", 10, 50), ("b", 5, 20))), []),
        (order(("a", 10, 49), ("b", 5, 20), before=(("a", 10, 50), ("b", 5, 20))), []),
        (order(("a", 11, 10), ("b", 5, 20), before=(("a", 10, 50), ("b", 5, 20))), ["quantity"]),
        (order(("a", 11, 50), ("b", 5, 20), before=(("a", 10, 50), ("b", 5, 20))), ["order_value", "quantity"]),
        (order(("a", 10, 50), ("b", 5, None), before=(("a", 10, 50), ("b", 5, 20))), ["order_value"]),
        (order(("a", 1, 1), ("b", 1, 1), ("c", 1, 1), before=(("a", 1, 1), ("b", 1, 1))), ["order_lines"]),
        (order(("a", 1, 1), ("c", 1, 1), before=(("a", 1, 1), ("b", 1, 1))), []),
        (order(("a", 5, 1), ("a", 4, 1), before=(("a", 8, 1),)), ["order_lines", "quantity"]),
    ],
)
def test_an_order_that_was_beyond_a_limit_is_only_stopped_where_it_grows(change: Change, rails_met: list[str]) -> None:
    assert [one.rail for one in stops((change,), ALL_OF_THEM, {"a": 4})] == rails_met


@pytest.mark.parametrize(
    "change",
    [
        Change(kind="delete", noun="purchase order", key="PO-7", fields=(FieldChange(field="lines", before=lines()),)),
        Change(
            kind="delete",
            noun="purchase order",
            key="PO-7",
            fields=(FieldChange(field="lines", before=lines(("a", 99, 99), ("b", 1, 1))),),
        ),
        Change(
            kind="change",
            noun="purchase order",
            key="PO-7",
            fields=(FieldChange(field="status", before="Draft", after="Sent"),),
        ),
        Change(
            kind="change",
            noun="product",
            key="a",
            fields=(FieldChange(field="lines", after=lines(("a", 99, 99), ("b", 1, 1))),),
        ),
    ],
)
def test_deletions_and_what_has_no_lines_have_no_value(change: Change) -> None:
    assert stops((change,), ALL_OF_THEM, {"a": 4}) == ()


def test_an_undo_keeps_to_the_number_of_records_alone() -> None:
    rails = ALL_OF_THEM.model_copy(update={"max_records": 1})
    assert [one.rail for one in stops((TWO, TWO), rails, {"a": 4}, restores=True)] == ["records"]


def test_a_line_given_in_two_halves_is_one_quantity() -> None:
    halves = order(("a", 5, 1), ("a", 5, 1))
    (found,) = stops((halves,), Rails(max_quantity_factor=2), {"a": 4})
    assert "orders 10 of 'a'" in found.text


def test_of_what_nobody_ever_ordered_nothing_is_said() -> None:
    assert stops((order(("new", 1e6, 1)),), Rails(max_quantity_factor=1.1), {}) == ()


def test_several_orders_are_each_judged() -> None:
    found = stops(
        (TWO, order(("a", 1, 1), key="PO-8"), order(("a", 1, 900), key="PO-9")), Rails(max_order_value=500), {}
    )
    assert ["PO-7" in found[0].text, "PO-9" in found[1].text, len(found)] == [True, True, 2]


def test_a_long_reference_is_cut() -> None:
    (found,) = stops((order(("a", 1, 900), key="x" * 500),), Rails(max_order_value=500), {})
    assert len(found.text) < 200


def test_usual_is_the_mean_of_placed_orders_or_what_stocktrim_suggests_whichever_is_more() -> None:
    def bought(status: str, *each: tuple[str, float | None]) -> PurchaseOrder:
        held = tuple(PurchaseOrderLine(product_id=product, quantity=many) for product, many in each)
        return PurchaseOrder(reference="PO", status=status, ordered_at=datetime(2026, 1, 1, tzinfo=UTC), lines=held)

    orders = [
        bought("Received", ("a", 10), ("a", 10), ("b", 6)),
        bought("Sent", ("a", 40), ("b", None)),
        bought("Draft", ("a", 9_000), ("c", 5)),
    ]
    rows = [
        OrderPlanRow(code="A-1", product_id="a", order_quantity=20),
        OrderPlanRow(code="B-1", product_id="b", location="MAIN", order_quantity=5),
        OrderPlanRow(code="B-1", product_id="b", location="SHOP", order_quantity=4),
        OrderPlanRow(code="D-1", order_quantity=3),
        OrderPlanRow(code="E-1", product_id="e", order_quantity=0),
    ]
    assert usual_quantities(orders, rows) == {"a": 30, "b": 9, "D-1": 3}


@pytest.mark.parametrize(
    ("rails", "said"),
    [
        ({}, None),
        (
            {"max_order_value": 5000, "mode": "warn"},
            "an order's value up to 5,000; beyond it a warning",
        ),
        (
            {"max_order_lines": 40, "max_records": 20, "max_quantity_factor": 2.5},
            "lines of an order up to 40, records a call up to 20, quantity of a line up to 2.5 x the usual; beyond it "
            "nothing is sent",
        ),
    ],
)
def test_what_is_in_force_is_one_line(rails: dict[str, Any], said: str | None) -> None:
    assert Rails(**rails).in_words() == said


@pytest.mark.parametrize("name", ["max_order_value", "max_order_lines", "max_records", "max_quantity_factor"])
@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan")])
def test_no_limit_is_nothing_or_endless(name: str, value: float) -> None:
    with pytest.raises(ValidationError):
        Rails.model_validate({name: value})


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(0.01, 1e6), st.none() | st.floats(0, 1e6)), max_size=6),
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(0.01, 1e6), st.none() | st.floats(0, 1e6)), max_size=6),
    st.floats(1, 1e6),
)
def test_a_higher_limit_never_stops_more_and_an_order_left_as_it_is_is_never_stopped(
    before: list[Line], after: list[Line], most: float
) -> None:
    usual = {"a": 10.0, "b": 0.0}
    rails = Rails(max_order_value=most, max_order_lines=1, max_quantity_factor=1)
    wider = Rails(max_order_value=most * 2, max_order_lines=2, max_quantity_factor=2)
    change = order(*after, before=tuple(before))
    assert len(stops((change,), wider, usual)) <= len(stops((change,), rails, usual))
    assert stops((order(*before, before=tuple(before)),), rails, usual) == ()
