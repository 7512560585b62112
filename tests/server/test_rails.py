"""The owner's guard rails, as tables."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from stocktrim_client.changes import Change, FieldChange
from stocktrim_client.models import OrderPlanRow, Product, PurchaseOrder, PurchaseOrderLine
from stocktrim_mcp_server.planning.cautions import usual_quantities
from stocktrim_mcp_server.rails import SETTINGS, Known, Rails, lines_of, moves_up, products_of, stops

Line = tuple[str, float, float | None]


def lines(*each: Line) -> tuple[dict[str, Any], ...]:
    return tuple({"product_id": product, "quantity": many, "unit_price": price} for product, many, price in each)


def order(
    *after: Line, before: tuple[Line, ...] | None = None, key: str = "PO-7", status: tuple[str, str] | None = None
) -> Change:
    """A purchase order saved with these lines; `before`: those it has now, of one that is there."""
    fields = (FieldChange(field="lines", before=None if before is None else lines(*before), after=lines(*after)),)
    if status is not None:
        fields += (FieldChange(field="status", before=status[0], after=status[1]),)
    return Change(kind="create" if before is None else "change", noun="purchase order", key=key, fields=fields)


def moved(before: str | None, after: str | None, key: str = "PO-7") -> Change:
    """A purchase order of which the status alone becomes another."""
    fields = (FieldChange(field="status", before=before, after=after),)
    return Change(kind="change", noun="purchase order", key=key, fields=fields)


def there(*each: Line) -> dict[str, PurchaseOrder | None]:
    """The order, as it is in StockTrim."""
    held = tuple(PurchaseOrderLine.model_validate(one) for one in lines(*each))
    return {"PO-7": PurchaseOrder(reference="PO-7", lines=held)}


def costing(**costs: float | None) -> dict[str, Product]:
    """A catalogue, in which the code of the product a is A-1."""
    return {
        one: Product(code=f"{one.upper()}-1", product_id=one, unit_cost=cost, unit_price=9_999)
        for one, cost in costs.items()
    }


TWO = order(("a", 10, 50), ("b", 5, 20))
"""Worth 600."""
USUAL = Known(usual={"a": 4, "b": 1_000, "c": 1_000})
VALUE = "(STOCKTRIM_MAX_ORDER_VALUE)."
FACTOR = "(STOCKTRIM_MAX_QUANTITY_FACTOR)."


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
                "The new purchase order 'PO-7' is worth at least 5,000, without 'b'; the owner's limit is 4,999 "
                "(STOCKTRIM_MAX_ORDER_VALUE).",
            ),
        ),
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
    found = stops(changes, Rails(**rails), Known(usual={"a": 4, "b": 1_000}))
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
    assert [one.rail for one in stops((change,), ALL_OF_THEM, USUAL)] == rails_met


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
        moved("Sent", "Draft"),
        Change(
            kind="change",
            noun="purchase order",
            key="PO-7",
            fields=(FieldChange(field="ordered_at", before="2026-11-01", after="2026-11-02"),),
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
    assert stops((change,), ALL_OF_THEM, USUAL) == ()


def test_an_undo_keeps_to_the_number_of_records_alone() -> None:
    rails = ALL_OF_THEM.model_copy(update={"max_records": 1})
    assert [one.rail for one in stops((TWO, TWO), rails, Known(), restores=True)] == ["records"]


def test_a_line_given_in_two_halves_is_one_quantity() -> None:
    halves = order(("a", 5, 1), ("a", 5, 1))
    (found,) = stops((halves,), Rails(max_quantity_factor=2), USUAL)
    assert "orders 10 of 'a'" in found.text


@pytest.mark.parametrize(
    ("change", "known", "said"),
    [
        # At nothing, at next to nothing, and at less than nothing.
        (order(("a", 100, 0)), {"a": 7.4}, "is worth 740 at what its products cost in StockTrim"),
        (order(("a", 100, 0.01)), {"a": 7.4}, "is worth 740 at what its products cost in StockTrim"),
        (order(("a", 100, -3)), {"a": 7.4}, "is worth 740 at what its products cost in StockTrim"),
        (order(("a", 100, None)), {"a": 7.4}, "is worth 740 at what its products cost in StockTrim"),
        (order(("a", 100, 7.4)), {"a": 7.4}, "is worth 740"),
        (order(("a", 100, 8)), {"a": 7.4}, "is worth 800"),
        (order(("a", 100, 8)), {"a": None}, "is worth 800"),
        (order(("a", 100, 8)), {"a": -1}, "is worth 800"),
        (order(("a", 100, 8)), {}, "is worth 800"),
        (order(("a", 10, 10)), {"a": 10}, None),
        # What is below nothing takes nothing away.
        (order(("a", 100, 8), ("b", 1, -100_000)), {"b": 5}, "is worth 805 at what its products cost in StockTrim"),
        (order(("a", 100, 8), ("a", -99, 8)), {"a": 8}, "is worth 800"),
        (order(("a", 100, 8), ("b", -99, 8)), {"b": 8}, "is worth 800"),
        (order(("a", 10, 10), ("b", -99, 8)), {"b": 80}, None),
        # Not known is not nothing.
        (
            order(("a", 1, None)),
            {"a": None},
            "holds products with neither a price nor a cost, so its value is not known: 'A-1'",
        ),
        (
            order(("a", 1, 0)),
            {"a": 0},
            "holds products with neither a price nor a cost, so its value is not known: 'A-1'",
        ),
        (
            order(("a", 1, 1), ("b", 1, None)),
            {"a": 1},
            "holds products with neither a price nor a cost, so its value is not known: 'b'",
        ),
        (order(("a", 9, 90), ("b", 1, None)), {"b": None}, "is worth at least 810, without 'B-1'"),
        (
            order(("a", 1, 1)),
            None,
            "holds products of which the cost could not be read, so its value is not known: 'a'",
        ),
        # What was there before is no news; more of it is.
        (order(("a", 2, 1), ("b", 4, None), before=(("a", 1, 1), ("b", 4, None))), {"b": None}, None),
        (order(("b", 3, None), before=(("b", 4, None),)), {"b": None}, None),
        (
            order(("b", 5, None), before=(("b", 4, None),)),
            {"b": None},
            "holds products with neither a price nor a cost, so its value is not known: 'B-1'",
        ),
        (order(("a", 3, 1), before=(("a", 4, 1),)), None, None),
        (
            order(("a", 4, 1), before=(("a", 3, 1),)),
            None,
            "holds products of which the cost could not be read, so its value is not known: 'a'",
        ),
        (
            order(("a", 50, 9), ("b", 1, None), before=(("a", 60, 9),)),
            {"b": None},
            "is worth at least 450, without 'B-1'",
        ),
        (order(("a", 90, 0), before=(("a", 91, 0),)), {"a": 7.4}, None),
        (
            order(("a", 92, 0), before=(("a", 91, 7.4),)),
            {"a": 7.4},
            "is worth 680.8 at what its products cost in StockTrim",
        ),
        (order(("a", 50, 9), before=(("a", 60, 9), ("b", 1, -1_000))), {"b": None}, None),
    ],
)
def test_an_order_is_worth_what_its_products_cost_at_least(
    change: Change, known: dict[str, float | None] | None, said: str | None
) -> None:
    products = None if known is None else costing(**known)
    what = "The new purchase order 'PO-7'" if change.kind == "create" else "The purchase order 'PO-7'"
    expected = () if said is None else (f"{what} {said}; the owner's limit is 100 {VALUE}",)
    found = stops((change,), Rails(max_order_value=100), Known(products=products))
    assert tuple(one.text for one in found) == expected
    assert {one.rail for one in found} <= {"order_value"}


@pytest.mark.parametrize(
    ("before", "after", "goes_up"),
    [
        ("Draft", "Approved", True),
        ("Draft", "Sent", True),
        ("Draft", "Received", True),
        ("Approved", "Sent", True),
        ("Approved", "Received", True),
        (None, "Sent", True),
        ("Parked", "Approved", True),
        ("Sent", "Received", False),
        ("Received", "Sent", False),
        ("Received", "Approved", False),
        ("Sent", "Approved", False),
        ("Approved", "Draft", False),
        ("Sent", "Draft", False),
        ("Parked", "Draft", False),
    ],
)
def test_an_order_that_goes_up_is_judged_as_a_whole(before: str | None, after: str, goes_up: bool) -> None:
    change, known = moved(before, after), Known(there(("a", 10, 49), ("b", 5, 20)), costing(a=50), {"a": 4, "b": 5})
    assert moves_up(change) == goes_up
    found = stops((change,), ALL_OF_THEM, known)
    assert [one.rail for one in found] == (["order_value", "order_lines", "quantity"] if goes_up else [])
    if goes_up:
        assert found[0].text == (
            "The purchase order 'PO-7' is worth 600 at what its products cost in StockTrim; the owner's limit is 100 "
            f"{VALUE}"
        )
        assert stops((change,), Rails(max_order_value=600, max_order_lines=2, max_quantity_factor=2.5), known) == ()


def test_an_order_that_goes_up_is_judged_as_a_whole_where_its_lines_change_as_well() -> None:
    smaller = order(("a", 9, 50), ("b", 5, 20), before=(("a", 10, 50), ("b", 6, 20)), status=("Draft", "Sent"))
    assert [one.rail for one in stops((smaller,), ALL_OF_THEM, USUAL)] == ["order_value", "order_lines", "quantity"]
    back = order(("a", 9, 50), ("b", 5, 20), before=(("a", 10, 50), ("b", 6, 20)), status=("Sent", "Draft"))
    assert stops((back,), ALL_OF_THEM, USUAL) == ()


@pytest.mark.parametrize("orders", [{}, {"PO-7": None}])
def test_an_order_that_goes_up_and_cannot_be_read_passes_every_limit(orders: dict[str, PurchaseOrder | None]) -> None:
    found = stops((moved("Draft", "Sent"),), ALL_OF_THEM, Known(orders))
    assert [one.rail for one in found] == ["order_value", "order_lines", "quantity"]
    assert found[0].text == (
        "The purchase order 'PO-7' could not be read again, so what it holds is not known; the owner's limit is 100 "
        f"{VALUE}"
    )
    assert [one.rail for one in stops((moved("Draft", "Sent"),), Rails(max_order_lines=9), Known(orders))] == [
        "order_lines"
    ]
    assert stops((moved("Draft", "Sent"),), Rails(max_records=9), Known(orders)) == ()


@pytest.mark.parametrize(
    ("change", "known", "said"),
    [
        (order(("new", 1, 1)), Known(), ": 'new'"),
        (order(("a", 1, 1)), Known(usual={"a": 0}), ": 'a'"),
        (order(("a", 1, 1)), Known(products=costing(a=1)), ": 'A-1'"),
        (
            order(("a", 1, 1), ("b", 1, 1), ("c", 1, 1)),
            Known(usual={"b": 1}, unread=("the order plan",)),
            ", as the order plan could not be read: 'a', 'c'",
        ),
        (
            order(("a", 1, 1)),
            Known(unread=("the purchase orders", "the order plan")),
            ", as the purchase orders and the order plan could not be read: 'a'",
        ),
        (order(("a", 1, 1), before=(("a", 1, 2),)), Known(), None),
        (order(("a", 1, 1), ("b", 1, 1), before=(("a", 2, 2),)), Known(), ": 'b'"),
        (order(("a", 0, 1), ("b", -1, 1)), Known(), None),
    ],
)
def test_what_is_not_known_to_be_usual_is_more_than_that(change: Change, known: Known, said: str | None) -> None:
    text = f"This call orders products of which no usual quantity is known{said}; the owner's limit is 9 x {FACTOR}"
    found = stops((change,), Rails(max_quantity_factor=9), known)
    assert [(one.rail, one.text) for one in found] == ([] if said is None else [("quantity", text)])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ((order(("a", 4, 1)), order(("a", 4, 1), key="PO-8")), None),
        (
            (order(("a", 4, 1)), order(("a", 3, 1), ("a", 2, 1), key="PO-8")),
            "This call orders 9 of 'a' on 2 orders, 2.2 x the usual 4",
        ),
        (
            (order(("a", 4, 1)), order(("b", 3, 1), key="PO-8"), order(("a", 7, 1), before=(("a", 7, 1),), key="PO-9")),
            "This call orders 11 of 'a' on 2 orders, 2.8 x the usual 4",
        ),
        ((order(("a", 4, 1), key="PO-8"), order(("a", 7, 1), before=(("a", 11, 1),))), None),
        # What goes up was not allowed before, whatever else goes down.
        (
            (
                order(("a", 10, 1), before=(("a", 10, 1),), status=("Draft", "Sent")),
                order(("a", 5, 1), before=(("a", 20, 1),), key="PO-8"),
            ),
            "This call orders 15 of 'a' on 2 orders, 3.8 x the usual 4",
        ),
        (
            (order(("a", 9, 1)), order(("a", -5, 1), key="PO-8")),
            "The new purchase order 'PO-7' orders 9 of 'a', 2.2 x the usual 4",
        ),
        ((order(("a", 400, 1)),), "The new purchase order 'PO-7' orders 400 of 'a', 100 x the usual 4"),
        ((order(("b", 1, 1), before=(("a", 99, 1),)),), None),
        (
            (order(("a", 9, 1), before=(("a", 9, 1),), status=("Draft", "Sent")),),
            "The purchase order 'PO-7' orders 9 of 'a', 2.2 x the usual 4",
        ),
    ],
)
def test_a_quantity_is_that_of_the_whole_call(changes: tuple[Change, ...], said: str | None) -> None:
    found = stops(changes, Rails(max_quantity_factor=2), USUAL)
    expected = [] if said is None else [f"{said}; the owner's limit is 2 x {FACTOR}"]
    assert [one.text for one in found] == expected


def test_of_many_products_the_first_are_named() -> None:
    many = order(*((f"p{at:02}", 1, None) for at in range(13)))
    (found,) = stops((many,), Rails(max_order_value=1), Known())
    assert found.text.endswith(f"'p08', 'p09' and 3 more; the owner's limit is 1 {VALUE}")


@pytest.mark.parametrize(
    ("rails", "of_orders"),
    [
        ({}, False),
        ({"max_records": 1}, False),
        ({"max_order_value": 1}, True),
        ({"max_order_lines": 1}, True),
        ({"max_quantity_factor": 1}, True),
    ],
)
def test_limits_of_orders_need_to_know_them(rails: dict[str, Any], of_orders: bool) -> None:
    assert Rails(**rails).of_orders == of_orders


def test_what_must_be_known_is_told_by_the_changes() -> None:
    change = order(("a", 1, 1), ("b", 1, 1), before=(("b", 1, 1), ("c", 1, 1)))
    assert products_of(change) == {"a", "b", "c"}
    assert products_of(change.model_copy(update={"kind": "delete"})) == frozenset()
    assert products_of(change.model_copy(update={"noun": "supplier"})) == frozenset()
    nameless = FieldChange(field="lines", before=({"product_id": None, "quantity": 1},), after=lines(("a", 1, 1)))
    assert products_of(change.model_copy(update={"fields": (nameless,)})) == {"a"}
    assert products_of(moved("Draft", "Sent")) == frozenset()
    assert lines_of(moved("Draft", "Sent")) is None
    assert lines_of(TWO) == ((), lines(("a", 10, 50), ("b", 5, 20)))
    assert not moves_up(TWO)
    assert not moves_up(moved("Draft", "Sent").model_copy(update={"noun": "supplier"}))


def test_several_orders_are_each_judged() -> None:
    found = stops(
        (TWO, order(("a", 1, 1), key="PO-8"), order(("a", 1, 900), key="PO-9")), Rails(max_order_value=500), Known()
    )
    assert ["PO-7" in found[0].text, "PO-9" in found[1].text, len(found)] == [True, True, 2]


def test_a_long_reference_is_cut() -> None:
    (found,) = stops((order(("a", 1, 900), key="x" * 500),), Rails(max_order_value=500), Known())
    assert len(found.text) < 200


def test_usual_is_the_mean_of_placed_orders_or_what_stocktrim_suggests_whichever_is_more() -> None:
    def bought(status: str, *each: tuple[str, float | None]) -> PurchaseOrder:
        held = tuple(PurchaseOrderLine(product_id=product or None, quantity=many) for product, many in each)
        return PurchaseOrder(reference="PO", status=status, ordered_at=datetime(2026, 1, 1, tzinfo=UTC), lines=held)

    orders = [
        bought("Received", ("a", 10), ("a", 10), ("b", 6)),
        bought("Sent", ("a", 40), ("b", None), ("", 7), ("b", -9)),
        bought("Draft", ("a", 9_000), ("c", 5)),
    ]
    rows = [
        OrderPlanRow(code="A-1", product_id="a", order_quantity=20),
        OrderPlanRow(code="B-1", product_id="b", location="MAIN", order_quantity=5),
        OrderPlanRow(code="B-1", product_id="b", location="SHOP", order_quantity=4),
        OrderPlanRow(code="D-1", order_quantity=3),
        OrderPlanRow(code="E-1", product_id="e", order_quantity=0),
        OrderPlanRow(code="F-1", product_id="f"),
        OrderPlanRow(code="G-1", product_id="g", order_quantity=-3),
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
            "lines of an order up to 40, records a call up to 20, quantity of a product up to 2.5 x the usual; beyond "
            "it nothing is sent",
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


LINES = st.lists(st.tuples(st.sampled_from("abc"), st.floats(-1e6, 1e6), st.none() | st.floats(-1e6, 1e6)), max_size=6)
KNOWN = st.builds(
    Known,
    products=st.none() | st.just(costing(a=3, b=None)),
    usual=st.dictionaries(st.sampled_from("abc"), st.floats(0, 1e6)),
)


@given(LINES, LINES, st.floats(1, 1e6), KNOWN)
def test_a_higher_limit_never_stops_more_and_an_order_left_as_it_is_is_never_stopped(
    before: list[Line], after: list[Line], most: float, known: Known
) -> None:
    rails = Rails(max_order_value=most, max_order_lines=1, max_quantity_factor=1)
    wider = Rails(max_order_value=most * 2, max_order_lines=2, max_quantity_factor=2)
    change = order(*after, before=tuple(before))
    assert len(stops((change,), wider, known)) <= len(stops((change,), rails, known))
    assert stops((order(*before, before=tuple(before)),), rails, known) == ()


@given(LINES, st.floats(1, 1e6), KNOWN)
def test_what_could_not_be_ordered_cannot_be_drafted_by_others_and_then_placed(
    held: list[Line], most: float, known: Known
) -> None:
    rails = Rails(max_order_value=most, max_order_lines=2, max_quantity_factor=2)
    made = [one.rail for one in stops((order(*held),), rails, known)]
    placed = [one.rail for one in stops((moved("Draft", "Sent"),), rails, known._replace(orders=there(*held)))]
    assert placed == made


@given(LINES, st.tuples(st.sampled_from("abc"), st.floats(-1e6, 0), st.none() | st.floats(-1e6, 1e6)), KNOWN)
def test_a_line_of_nothing_and_a_price_below_it_let_nothing_through(
    held: list[Line], nothing: Line, known: Known
) -> None:
    rails = Rails(max_order_value=50, max_quantity_factor=2)
    stopped = {one.rail for one in stops((order(*held),), rails, known)}
    assert stopped <= {one.rail for one in stops((order(*held, nothing),), rails, known)}
    cheap = [(product, many, -1.0) for product, many, _ in held]
    without = [(product, many, None) for product, many, _ in held]
    assert stops((order(*cheap),), rails, known) == stops((order(*without),), rails, known)
