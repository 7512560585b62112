"""The reorder plan as a computation: what holds for any account."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktrim_client.models import OrderPlanRow, Product, ProductSupplier, Supplier
from stocktrim_mcp_server.planning.cover import URGENCIES
from stocktrim_mcp_server.planning.plan import NO_SUPPLIER, ReorderPlan, reorder_plan, window

COMPUTED = datetime(2026, 11, 22, 22, tzinfo=UTC)
SUPPLIERS = (
    Supplier(code="ACME", name="Acme Ltd", supplier_id=7, external_id="V-1"),
    Supplier(code="7", name="Seven"),
    Supplier(name="No Code", supplier_id=9, external_id="V-9"),
)

codes = st.sampled_from(["A", "B", "C", "a|b", "☕", "007", "X Y"])
quantities = st.none() | st.floats(-5, 5_000).map(lambda value: round(value, 2))
costs = st.none() | st.floats(0, 900).map(lambda value: round(value, 2))
days = st.none() | st.integers(-60, 400)
rows = st.builds(
    OrderPlanRow,
    code=codes,
    location=st.sampled_from([None, "MAIN", "SHOP"]),
    category=st.sampled_from([None, "Tea", "Mugs"]),
    order_quantity=quantities,
    unit_cost=costs,
    days_until_stock_out=days,
    days_until_order=days,
    calculated_at=st.just(COMPUTED),
    error=st.sampled_from([None, None, "No lead time."]),
)
plan_rows = st.lists(rows, max_size=25, unique_by=lambda row: (row.code, row.location))
products = st.lists(
    st.builds(
        Product,
        code=codes,
        product_id=codes,
        unit_cost=costs,
        supplier_code=st.sampled_from([None, "ACME", "7", "ghost"]),
        suppliers=st.sampled_from([(), (ProductSupplier(supplier="9", name="No Code"),)]),
    ),
    max_size=7,
    unique_by=lambda product: product.code,
)


def all_lines(plan: ReorderPlan) -> list[tuple[str, str, str | None]]:
    return [(group.supplier, row.product, row.location) for group in plan.groups for row in group.rows]


@given(plan_rows, products)
def test_every_suggested_row_is_one_line_and_totals_add_up(rows: list[OrderPlanRow], known: list[Product]) -> None:
    plan = reorder_plan(rows, known, SUPPLIERS)
    wanted = Counter((row.code, row.location) for row in rows if (row.order_quantity or 0) > 0)
    assert Counter((product, place) for _, product, place in all_lines(plan)) == wanted
    assert plan.total_lines == sum(group.lines for group in plan.groups) == wanted.total()
    lines = [line for group in plan.groups for line in group.rows]
    priced = [line.line_cost for line in lines if line.line_cost is not None]
    assert (plan.unpriced_lines or 0) == len(lines) - len(priced)
    assert plan.total_cost == (pytest.approx(sum(priced), abs=0.01) if priced else None)
    for group in plan.groups:
        assert group.cost is None or group.cost == pytest.approx(
            sum(line.line_cost or 0 for line in group.rows), abs=0.01
        )
    for line in lines:
        assert line.line_cost is None or line.line_cost == pytest.approx(
            line.order_quantity * (line.unit_cost or 0), abs=0.01
        )


@given(plan_rows, products)
def test_order_and_grouping_do_not_depend_on_the_order_of_the_account(
    rows: list[OrderPlanRow], known: list[Product]
) -> None:
    usual = reorder_plan(rows, known, SUPPLIERS)
    assert reorder_plan(rows[::-1], known[::-1], SUPPLIERS) == usual
    groups = [group.supplier for group in usual.groups]
    assert len(set(groups)) == len(groups)
    assert NO_SUPPLIER not in groups[:-1]


@given(plan_rows, products)
def test_the_most_pressing_comes_first(rows: list[OrderPlanRow], known: list[Product]) -> None:
    for group in reorder_plan(rows, known, SUPPLIERS).groups:
        ranks = [len(URGENCIES) if row.urgency is None else URGENCIES.index(row.urgency) for row in group.rows]
        assert ranks == sorted(ranks)


@given(plan_rows, products, st.integers(1, 9))
def test_windows_cover_every_line_once(rows: list[OrderPlanRow], known: list[Product], limit: int) -> None:
    plan = reorder_plan(rows, known, SUPPLIERS)
    part = window(plan, limit)
    assert [group.supplier for group in part.groups] == [group.supplier for group in plan.groups]
    met = all_lines(part)
    while part.next_cursor is not None:
        part = window(plan, limit, int(part.next_cursor))
        assert 0 < len(all_lines(part)) <= limit
        assert all(group.rows for group in part.groups)
        assert (part.total_lines, part.total_cost) == (plan.total_lines, plan.total_cost)
        met += all_lines(part)
    assert met == all_lines(plan)


@given(plan_rows, products, st.sampled_from(URGENCIES))
def test_the_urgency_filter_only_drops_what_is_known_to_be_less_urgent(
    rows: list[OrderPlanRow], known: list[Product], least: str
) -> None:
    kept = URGENCIES[: URGENCIES.index(least) + 1]  # pyright: ignore[reportArgumentType]
    everything, plan = reorder_plan(rows, known, SUPPLIERS), reorder_plan(rows, known, SUPPLIERS, urgencies=kept)
    lines = [line for group in everything.groups for line in group.rows]
    assert plan.total_lines == sum(1 for line in lines if line.urgency is None or line.urgency in kept)


@pytest.mark.parametrize(
    ("product", "supplier"),
    [
        (Product(code="A", product_id="1", supplier_code="ACME"), "ACME"),
        (Product(code="A", product_id="1", supplier_code="V-1"), "ACME"),
        (Product(code="A", product_id="1", supplier_code="Acme Ltd"), "ACME"),
        (Product(code="A", product_id="1", supplier_code="7"), "7"),
        (Product(code="A", product_id="1", supplier_code="9"), "No Code"),
        (Product(code="A", product_id="1", supplier_code="ghost"), "ghost"),
        (Product(code="A", product_id="1", suppliers=(ProductSupplier(supplier="V-9"),)), "No Code"),
        (Product(code="A", product_id="1", suppliers=(ProductSupplier(supplier="", name="Acme Ltd"),)), "ACME"),
        (Product(code="A", product_id="1"), NO_SUPPLIER),
        (None, NO_SUPPLIER),
    ],
)
def test_a_line_goes_to_its_supplier_however_the_product_names_it(product: Product | None, supplier: str) -> None:
    row = OrderPlanRow(code="A", order_quantity=1)
    plan = reorder_plan([row], [product] if product else [], SUPPLIERS)
    assert [group.supplier for group in plan.groups] == [supplier]


def test_a_line_says_why_and_by_when() -> None:
    row = OrderPlanRow(
        code="A",
        name="Tea",
        order_quantity=10,
        unit_cost=0,
        days_until_stock_out=3,
        days_until_order=-2,
        daily_demand=1.5,
        lead_time_days=5,
        is_uncertain=True,
        made_of_count=2,
        is_discontinued=True,
        error="Odd.",
        calculated_at=COMPUTED,
    )
    plan = reorder_plan([row], [], [])
    line = plan.groups[0].rows[0]
    assert line.flags == ("no cost", "weak forecast", "made from parts", "discontinued", "not in catalogue", "Odd.")
    assert (line.urgency, line.order_by, line.daily_demand, line.lead_time_days) == ("late", date(2026, 11, 20), 1.5, 5)
    assert (line.unit_cost, line.line_cost) == (None, None)
    assert plan.warnings == (
        "1 line(s) have no cost in StockTrim and are not in the totals.",
        "1 line(s) have no supplier in StockTrim.",
        "1 line(s) seem to be made from parts rather than bought; their cost is in the totals.",
    )


def test_what_could_not_be_computed_is_named_within_the_filters() -> None:
    rows = [
        OrderPlanRow(code="A", category="Tea", error="No lead time."),
        OrderPlanRow(code="B", category="Mugs", error="No lead time."),
    ]
    (warning,) = reorder_plan(rows, [], [], only_categories=["tea"]).warnings
    assert warning == "StockTrim could not compute 1 product(s), so they are missing here: A."
