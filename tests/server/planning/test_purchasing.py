"""Lines into orders: one for each supplier and place, under a reference that is found again."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktrim_client.models import OrderPlanRow, Product, PurchaseOrder, Supplier
from stocktrim_mcp_server.planning.catalogue import NO_SUPPLIER, Catalogue, OpenOrder, join
from stocktrim_mcp_server.planning.plan import paid_for, reorder_plan
from stocktrim_mcp_server.planning.purchasing import (
    Wanted,
    drafted_before,
    in_orders,
    is_of_plan,
    odd_quantity,
    planned_orders,
    reference_of,
    right_quantity,
    wanted_of,
    why_not,
)
from stocktrim_mcp_server.planning.replenishment import Limits
from tests.server.planning.accounts import SUPPLIERS, plan_rows, products

DAY = date(2026, 11, 23)
LATER = date(2026, 11, 24)


def wanted(code: str = "A", quantity: float = 12, price: float | None = 2.0, **row: Any) -> Wanted:
    item = join(OrderPlanRow(code=code, product_id=code, **row), None, "ACME")
    return Wanted(item, code, "ACME", None, quantity, price)


@given(plan_rows, products)
def test_every_line_is_on_one_order_of_its_supplier_and_place(rows: list[OrderPlanRow], known: list[Product]) -> None:
    plan = reorder_plan(rows, Catalogue(known, SUPPLIERS))
    lines = [one for line in plan.lines if (one := wanted_of(line)) is not None]
    orders = planned_orders(lines)
    assert sorted(id(line) for order in orders for line in order.lines) == sorted(map(id, lines))
    assert len({(order.supplier, order.location) for order in orders}) == len(orders)
    for order in orders:
        assert {(line.supplier, line.location) for line in order.lines} == {(order.supplier, order.location)}
        assert order.unpriced == sum(line.cost is None for line in order.lines)
        assert (order.cost or 0) == pytest.approx(sum(line.cost or 0 for line in order.lines), abs=0.01)
    placed = [order.supplier != NO_SUPPLIER for order in orders]
    assert placed == sorted(placed, reverse=True)
    costs = [order.cost or 0 for order in orders if order.supplier != NO_SUPPLIER]
    assert costs == sorted(costs, reverse=True)


@given(plan_rows, products, st.floats(0, 50_000))
def test_a_budget_keeps_of_a_plan_what_the_plan_itself_would(
    rows: list[OrderPlanRow], known: list[Product], budget: float
) -> None:
    catalogue = Catalogue(known, SUPPLIERS)
    whole, asked = reorder_plan(rows, catalogue), reorder_plan(rows, catalogue, budget=budget)
    kept, left_out = paid_for(whole, whole.lines, budget)
    assert sorted(line.mark for line in kept) == sorted(line.mark for line in asked.lines)
    assert sorted(line.mark for line, _ in left_out) == sorted(line.mark for line, _ in asked.left_out)


def test_a_price_of_nothing_is_a_price_and_no_price_is_no_cost() -> None:
    (order,) = planned_orders([wanted(price=0.0), wanted("B", price=None), wanted("C", 3, 1.111)])
    assert [line.cost for line in order.lines] == [0.0, None, 3.33]
    assert (order.cost, order.unpriced) == (3.33, 1)
    (bare,) = planned_orders([wanted(price=None)])
    assert (bare.cost, bare.unpriced) == (None, 1)


@pytest.mark.parametrize(
    ("supplier", "slug"),
    [
        ("HIKARI", "HIKARI"),
        ("Okafor Textiles", "OKAFOR-TEXTI"),
        ("LEAF & CO.", "LEAF-CO"),
        ("Café Zürich", "CAFE-ZURICH"),
        ("光ガラス", "SUPPLIER"),
        ("  ", "SUPPLIER"),
        ("A/b?c#%", "A-B-C"),
        ("ELEVEN CHAR AND MORE", "ELEVEN-CHAR"),
    ],
)
def test_a_reference_is_readable_and_safe_in_any_address(supplier: str, slug: str) -> None:
    reference = reference_of(DAY, supplier, None, "ABCDEFGHIJ")
    assert re.fullmatch(rf"PO-20261123-{slug}-[A-Z2-7]{{4}}", reference)
    assert is_of_plan(reference, "ABCDEFGHIJ", supplier, [None])


def test_an_order_of_a_plan_is_known_by_plan_supplier_and_place_on_any_day() -> None:
    reference = reference_of(DAY, "ACME", "MAIN", "ABCDEFGHIJ", [])
    assert is_of_plan(reference_of(LATER, "ACME", "MAIN", "ABCDEFGHIJ"), "ABCDEFGHIJ", "ACME", [None, "MAIN"])
    assert not is_of_plan(reference, "ABCDEFGHIK", "ACME", ["MAIN"])
    assert not is_of_plan(reference, "ABCDEFGHIJ", "ACNE", ["MAIN"])
    assert not is_of_plan(reference, "ABCDEFGHIJ", "ACME", [None, "SHOP"])
    assert not is_of_plan("PO-00012", "ABCDEFGHIJ", "ACME", ["MAIN"])
    assert not is_of_plan(f"{reference} ", "ABCDEFGHIJ", "ACME", ["MAIN"])


def known_as(reference: str, status: str = "Draft", supplier: str = "ACME") -> PurchaseOrder:
    return PurchaseOrder(reference=reference, status=status, supplier_code=supplier)


@pytest.mark.parametrize("status", ["Draft", "Sent"])
def test_an_order_of_lines_is_found_on_its_day_and_while_a_draft_over_midnight(status: str) -> None:
    (order,) = planned_orders([wanted("A"), wanted("B", 3)])
    catalogue = Catalogue([], SUPPLIERS)
    present = [known_as("PO-00012"), known_as(reference_of(DAY, "ACME", None, None, order.lines), status)]
    assert drafted_before(order, None, DAY, None, present, catalogue) is present[1]
    over_midnight = drafted_before(order, None, LATER, None, present, catalogue)
    assert over_midnight is (present[1] if status == "Draft" else None)
    assert drafted_before(order, None, LATER + timedelta(days=1), None, present, catalogue) is None
    assert drafted_before(order, "MAIN", DAY, None, present, catalogue) is None
    again = known_as(reference_of(LATER, "ACME", None, None, order.lines))
    assert drafted_before(order, None, LATER, None, [*present, again], catalogue) is again


def test_an_order_of_a_plan_is_found_on_any_day_in_any_status() -> None:
    (order,) = planned_orders([wanted("A")])
    catalogue = Catalogue([], SUPPLIERS)
    mine = known_as(reference_of(DAY, "ACME", None, "ABCDEFGHIJ"), "Sent")
    for day in (DAY, LATER, LATER + timedelta(days=90)):
        assert drafted_before(order, None, day, "ABCDEFGHIJ", [mine], catalogue) is mine
        assert drafted_before(order, None, day, "ABCDEFGHIK", [mine], catalogue) is None
        assert drafted_before(order, "MAIN", day, "ABCDEFGHIJ", [mine], catalogue) is None
    other = known_as(reference_of(DAY, "ACME", None, "ABCDEFGHIJ"), supplier="OTHER")
    assert drafted_before(order, None, LATER, "ABCDEFGHIJ", [other], catalogue) is None


def test_an_order_without_a_plan_is_known_by_day_supplier_place_and_lines() -> None:
    lines = [wanted("A"), wanted("B", 3, None)]
    reference = reference_of(DAY, "ACME", None, None, lines)
    assert reference == reference_of(DAY, "ACME", None, None, lines[::-1])
    others = [
        reference_of(LATER, "ACME", None, None, lines),
        reference_of(DAY, "ACME", "MAIN", None, lines),
        reference_of(DAY, "OTHER", None, None, lines),
        reference_of(DAY, "ACME", None, None, lines[:1]),
        reference_of(DAY, "ACME", None, None, [wanted("A", 13), lines[1]]),
        reference_of(DAY, "ACME", None, None, [wanted("A", price=2.5), lines[1]]),
    ]
    assert len({reference, *others}) == 7


@pytest.mark.parametrize(
    ("quantity", "minimum", "batch", "right"),
    [
        (10, None, None, 10),
        (10, 0, 0, 10),
        (10, 24, None, 24),
        (25, None, 12, 24),
        (30, None, 12, 36),
        (31, None, 12, 36),
        (1, None, 12, 12),
        (7, 30, 12, 36),
        (36, 30, 12, 36),
        (2.5, None, 2.5, 2.5),
        (0.7, None, 0.1, 0.7),
        (25, 10, -3, 25),
    ],
)
def test_the_nearest_right_quantity_is_whole_packs_and_no_less_than_the_minimum(
    quantity: float, minimum: float | None, batch: float | None, right: float
) -> None:
    assert right_quantity(quantity, Limits(minimum, batch)) == pytest.approx(right)


@given(st.floats(0.01, 5_000), st.none() | st.floats(0, 500), st.none() | st.floats(0, 50))
def test_a_right_quantity_is_right_itself(quantity: float, minimum: float | None, batch: float | None) -> None:
    batch = None if batch is None else round(batch, 2)
    right = right_quantity(quantity, Limits(minimum, batch))
    assert right_quantity(right, Limits(minimum, batch)) == pytest.approx(right)
    assert right >= (minimum or 0) - 1e-5


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        (24, None),
        (25, "no multiple of the pack of 12: nearest right 24"),
        (5, "below the minimum of 24 and no multiple of the pack of 12: nearest right 24"),
        (12, "below the minimum of 24: nearest right 24"),
    ],
)
def test_an_odd_quantity_is_told_with_the_nearest_right_one(quantity: float, said: str | None) -> None:
    assert odd_quantity(quantity, Limits(24, 12)) == said


def test_what_cannot_be_ordered_says_why() -> None:
    known = [
        Product(code="FINE", product_id="1", supplier_code="ACME"),
        Product(code="GONE", product_id="2", supplier_code="ACME", discontinued=True),
        Product(code="ORPHAN", product_id="3"),
        Product(code="STRANGE", product_id="4", supplier_code="NOBODY"),
    ]
    codes = [*(one.code for one in known), "NEW"]
    catalogue = Catalogue(known, [Supplier(code="ACME")])
    plan = reorder_plan([OrderPlanRow(code=code, order_quantity=5) for code in codes], catalogue)
    why = {line.item.row.code: why_not(line, catalogue) for line in plan.lines}
    assert why.pop("FINE") is None
    assert {code: (said or "").split(":")[0] for code, said in why.items()} == {
        "GONE": "discontinued",
        "ORPHAN": "no supplier",
        "STRANGE": "StockTrim has no supplier 'NOBODY'",
        "NEW": "no supplier",
    }


def test_open_orders_are_told_in_a_breath() -> None:
    orders = [
        OpenOrder(reference="PO-1", status="Sent", quantity=24),
        OpenOrder(reference="?", status="Draft", quantity=1.5),
        OpenOrder(reference="PO-2", status="Sent", quantity=6, overdue="open 75 days, lead time 60: 15 days overdue"),
    ]
    assert in_orders(orders) == "24 on Sent PO-1, 1.5 on Draft ?, 6 on Sent PO-2, 15 days overdue"
