"""The reorder plan as a computation: what holds for any account."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktrim_client.models import OrderPlanRow, Product, ProductSupplier, PurchaseOrder, PurchaseOrderLine, Supplier
from stocktrim_mcp_server.planning.catalogue import EVERYTHING, NO_SUPPLIER, Catalogue, Filters
from stocktrim_mcp_server.planning.cover import URGENCIES, Urgency
from stocktrim_mcp_server.planning.plan import Grouping, Plan, Row, WholePlan, reorder_plan, window
from tests.server.planning.accounts import COMPUTED, SUPPLIERS, orders, plan_rows, products

ALL = 10_000
groupings = st.sampled_from(["supplier", "category", "location", "urgency"])


def plan_of(
    rows: Sequence[OrderPlanRow],
    known: Sequence[Product] = (),
    filters: Filters = EVERYTHING,
    *,
    suppliers: Sequence[Supplier] = SUPPLIERS,
    orders: Sequence[PurchaseOrder] = (),
    **options: Any,
) -> WholePlan:
    return reorder_plan(rows, Catalogue(known, suppliers, orders=orders), filters, **options)


def whole(plan: WholePlan, *, detail: bool = True) -> Plan:
    return window(plan, ALL, detail=detail)


def rows_of(plan: Plan) -> list[Row]:
    return [row for group in plan.groups for row in group.rows]


def met(plan: Plan) -> list[tuple[str, str, str | None]]:
    kept = [(group.key, row.product, row.location) for group in plan.groups for row in group.rows]
    return kept + [("left out", line.product, line.location) for line in plan.left_out]


@given(plan_rows, products)
def test_every_suggested_row_is_one_line_and_totals_add_up(rows: list[OrderPlanRow], known: list[Product]) -> None:
    plan = whole(plan_of(rows, known))
    wanted = Counter((row.code, row.location) for row in rows if (row.order_quantity or 0) > 0)
    assert Counter((product, place) for _, product, place in met(plan)) == wanted
    assert plan.total_lines == sum(group.lines for group in plan.groups) == wanted.total()
    lines = rows_of(plan)
    priced = [line.line_cost for line in lines if line.line_cost is not None]
    assert (plan.unpriced_lines or 0) == len(lines) - len(priced)
    assert plan.total_cost == (pytest.approx(sum(priced), abs=0.01) if priced else None)
    for group in plan.groups:
        assert group.cost is None or group.cost == pytest.approx(
            sum(line.line_cost or 0 for line in group.rows), abs=0.01
        )
    for line in lines:
        assert line.order_quantity > 0
        assert line.line_cost is None or line.line_cost == pytest.approx(
            line.order_quantity * (line.unit_cost or 0), abs=0.01
        )


@given(plan_rows, products, orders, groupings, st.none() | st.floats(0, 100_000))
def test_the_same_account_in_any_order_is_the_same_plan(
    rows: list[OrderPlanRow], known: list[Product], held: list[PurchaseOrder], group_by: Grouping, budget: float | None
) -> None:
    usual = whole(plan_of(rows, known, orders=held, group_by=group_by, budget=budget))
    other = whole(plan_of(rows[::-1], known[::-1], orders=held[::-1], group_by=group_by, budget=budget))
    assert other == usual
    assert re.fullmatch("[A-Z2-7]{10}", usual.plan_id)
    groups = [group.key for group in usual.groups]
    assert len(set(groups)) == len(groups)
    assert not {NO_SUPPLIER, "no category", "whole business", "not computed"} & set(groups[:-1])


FULL = OrderPlanRow(
    code="A",
    category="Tea",
    order_quantity=10,
    unit_cost=4.0,
    unit_price=9.0,
    days_until_stock_out=3,
    days_until_order=-2,
    on_hand=5.0,
    on_order=2.0,
    daily_demand=1.5,
    lead_demand=20.0,
    forecast_period_demand=30.0,
    safety_stock=4.0,
    lead_time_days=5,
    reorder_frequency_days=7,
    manufacturing_days=1,
    minimum_order_quantity=6.0,
    batch_size=2.0,
    minimum_shelf_level=1.0,
    maximum_shelf_level=90.0,
    is_uncertain=False,
    is_discontinued=False,
    calculated_at=COMPUTED,
)
TEA = Product(code="A", product_id="1", supplier_code="ACME")
DRAFT = PurchaseOrder(reference="PO-1", status="Draft", lines=(PurchaseOrderLine(product_id="1", quantity=4),))


@pytest.mark.parametrize(
    "changed",
    [
        *(
            {name: value + 1}
            for name, value in FULL.model_dump().items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        ),
        {"is_uncertain": True},
        {"is_discontinued": True},
        {"category": "Mugs"},
        {"location": "MAIN"},
        {"error": "Odd."},
        {"code": "B"},
        {"calculated_at": COMPUTED.replace(day=21)},
    ],
    ids=str,
)
def test_any_changed_figure_gives_another_plan(changed: dict[str, Any]) -> None:
    before, after = plan_of([FULL], [TEA]), plan_of([FULL.model_copy(update=changed)], [TEA])
    assert after.plan_id != before.plan_id


def test_a_changed_catalogue_order_filter_or_option_gives_another_plan() -> None:
    usual = plan_of([FULL], [TEA], orders=[DRAFT])
    others = [
        plan_of([FULL], [TEA]),
        plan_of([FULL], [TEA], orders=[DRAFT.model_copy(update={"status": "Approved"})]),
        plan_of([FULL], [TEA.model_copy(update={"supplier_code": "7"})], orders=[DRAFT]),
        plan_of([FULL], [TEA.model_copy(update={"discontinued": True})], orders=[DRAFT]),
        plan_of([FULL], [TEA], Filters(categories=["Tea"]), orders=[DRAFT]),
        plan_of([FULL], [TEA], Filters(horizon_days=30), orders=[DRAFT]),
        plan_of([FULL], [TEA], Filters(urgencies=["late"]), orders=[DRAFT]),
        plan_of([FULL], [TEA], orders=[DRAFT], budget=100),
        plan_of([FULL], [TEA], orders=[DRAFT], budget=200),
        plan_of([FULL, OrderPlanRow(code="B", error="No lead time.")], [TEA], orders=[DRAFT]),
    ]
    assert len({usual.plan_id, *(one.plan_id for one in others)}) == len(others) + 1


def test_neither_the_words_of_a_filter_nor_how_it_is_shown_make_another_plan() -> None:
    usual = plan_of([FULL], [TEA], Filters(suppliers=["ACME", "7"], urgencies=["late", "due"]))
    other = plan_of([FULL], [TEA], Filters(suppliers=["7 ", "acme", "Acme"], urgencies=["due", "late"]))
    assert other.plan_id == usual.plan_id
    shown = plan_of([FULL], [TEA], Filters(suppliers=["acme", "7"], urgencies={"late", "due"}), group_by="category")
    assert shown.plan_id == usual.plan_id


@given(plan_rows, products, groupings)
def test_the_most_pressing_comes_first(rows: list[OrderPlanRow], known: list[Product], group_by: Grouping) -> None:
    firsts: list[int] = []
    for group in whole(plan_of(rows, known, group_by=group_by)).groups:
        ranks = [len(URGENCIES) if row.urgency is None else URGENCIES.index(row.urgency) for row in group.rows]
        assert ranks == sorted(ranks)
        firsts += ranks[:1] if group.key not in (NO_SUPPLIER, "no category", "whole business") else []
    assert firsts == sorted(firsts)


@given(plan_rows, products, groupings, st.none() | st.floats(0, 200_000), st.integers(1, 9))
def test_windows_cover_every_line_once(
    rows: list[OrderPlanRow], known: list[Product], group_by: Grouping, budget: float | None, limit: int
) -> None:
    plan = plan_of(rows, known, group_by=group_by, budget=budget)
    part, seen, shown = window(plan, limit), 0, list[tuple[str, str, str | None]]()
    while True:
        assert part.total_lines + (part.left_out_lines or 0) == len(plan.lines) + len(plan.left_out)
        assert len(met(part)) <= limit
        shown += met(part)
        seen += 1
        if part.next_cursor is None:
            break
        assert met(part)
        part = window(plan, limit, part.next_cursor)
        assert all(group.rows for group in part.groups)
    assert shown == met(whole(plan))
    assert seen == max(1, -(-len(shown) // limit))


def test_a_cursor_of_another_plan_or_grouping_starts_anew_and_says_so() -> None:
    rows = [FULL, FULL.model_copy(update={"code": "B"})]
    before, after = plan_of(rows), plan_of([rows[0], rows[1].model_copy(update={"order_quantity": 11.0})])
    cursor = window(before, 1).next_cursor
    assert cursor is not None
    assert window(before, 1, f" {cursor.lower()} ").warnings == before.warnings
    stale = window(after, 1, cursor)
    assert f"belongs to plan {before.plan_id}, which is stale" in stale.warnings[0]
    assert f"plan {after.plan_id} from its start" in stale.warnings[0]
    assert rows_of(stale) == rows_of(window(after, 1))
    regrouped = window(plan_of(rows, group_by="category"), 1, cursor)
    assert "another grouping" in regrouped.warnings[0]
    assert "none is left after 90" in window(before, 1, f"{before.plan_id}-s90").warnings[0]


@pytest.mark.parametrize("cursor", ["x", "50", "ABCDEFGHIJ-55", "ABCDEFGHIJ-s", "ABCDEFGHIJ-s٣", "ABCDEFGHI1-s5"])
def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match="none of a plan's"):
        window(plan_of([FULL]), 1, cursor)


def test_many_groups_are_counted_and_the_first_are_named() -> None:
    rows = [OrderPlanRow(code=f"P{at:02}", category=f"C{at:02}", order_quantity=1) for at in range(30)]
    first = window(plan_of(rows, group_by="category"), 3)
    assert first.total_groups == 30
    assert [bool(group.rows) for group in first.groups] == [True] * 3 + [False] * 6
    assert sum(group.lines for group in first.groups) == 9


@given(plan_rows, products, st.sampled_from(URGENCIES))
def test_the_urgency_filter_only_drops_what_is_known_to_be_less_urgent(
    rows: list[OrderPlanRow], known: list[Product], least: Urgency
) -> None:
    kept = URGENCIES[: URGENCIES.index(least) + 1]
    lines = rows_of(whole(plan_of(rows, known)))
    plan = whole(plan_of(rows, known, Filters(urgencies=kept)))
    assert plan.total_lines == sum(1 for line in lines if line.urgency is None or line.urgency in kept)


@pytest.mark.parametrize(
    ("left", "until", "within"), [(3, 9, True), (3, 10, False), (None, 9, True), (9, None, True), (10, None, False),
                                  (0, 99, True), (None, None, True), (40, -1, True)]
)  # fmt: skip
def test_a_horizon_keeps_what_is_to_be_ordered_in_its_days(left: int | None, until: int | None, within: bool) -> None:
    row = OrderPlanRow(code="A", order_quantity=1, days_until_stock_out=left, days_until_order=until)
    plan = plan_of([row], filters=Filters(horizon_days=9))
    assert len(plan.lines) == within
    assert any("within 9 days" in warning for warning in plan.warnings) == (not within)


def test_no_value_of_a_filter_is_dropped_and_a_strange_one_is_said() -> None:
    rows = [
        OrderPlanRow(code=code, product_id=code * 2, category=category, location=place, order_quantity=1)
        for code, category, place in [("A", "Tea", "MAIN"), ("B", "Mugs", "SHOP"), ("C", None, None)]
    ]
    known = [
        Product(code="A", product_id="AA", supplier_code="ACME"),
        Product(code="B", product_id="BB", supplier_code="7"),
        Product(code="C", product_id="CC"),
    ]
    cases = [
        (Filters(suppliers=["acme ltd", "7", "NOBODY"]), {"A", "B"}, "no supplier 'NOBODY'"),
        (Filters(suppliers=[NO_SUPPLIER]), {"C"}, None),
        (Filters(categories=["TEA", "mugs", "Boats"]), {"A", "B"}, "no category 'Boats'"),
        (Filters(products=["a", "CC", "Z"]), {"A", "C"}, "no product 'Z'"),
        (Filters(locations=["main", "Shop", "MOON"]), {"A", "B"}, "no location 'MOON'"),
        (Filters(suppliers=["ACME", "7"], categories=["Mugs"]), {"B"}, None),
        (Filters(categories=[" "]), {"A", "B", "C"}, None),
    ]
    for filters, expected, said in cases:
        plan = plan_of(rows, known, filters)
        assert {line.item.row.code for line in plan.lines} == expected
        strange = [warning for warning in plan.warnings if "knows no" in warning]
        assert bool(strange) == (said is not None)
        assert said is None or said in strange[0]


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
        (
            Product(
                code="A", product_id="1", suppliers=(ProductSupplier(supplier="gone"), ProductSupplier(supplier="V-1"))
            ),
            "ACME",
        ),
        (Product(code="A", product_id="1", suppliers=(ProductSupplier(supplier="gone"),)), "gone"),
        (Product(code="A", product_id="1"), NO_SUPPLIER),
        (None, NO_SUPPLIER),
    ],
)
def test_a_line_goes_to_its_supplier_however_the_product_names_it(product: Product | None, supplier: str) -> None:
    plan = plan_of([OrderPlanRow(code="A", order_quantity=1)], [product] if product else [])
    assert [group.key for group in plan.groups] == [supplier]


def test_a_line_says_why_and_by_when() -> None:
    row = FULL.model_copy(
        update={"unit_cost": 0.0, "is_uncertain": True, "made_of_count": 2, "is_discontinued": True, "error": "Odd."}
    )
    (line,) = rows_of(whole(plan_of([row])))
    assert line.flags == ("no cost", "weak forecast", "made from parts", "discontinued", "not in catalogue", "Odd.")
    assert (line.urgency, line.order_by, line.daily_demand, line.lead_time_days) == ("late", date(2026, 11, 20), 1.5, 5)
    assert (line.unit_cost, line.line_cost, line.lost_margin_a_day) == (None, None, None)


def test_detail_tells_demand_lead_time_and_what_a_day_without_stock_loses() -> None:
    plan = plan_of([FULL], [TEA])
    (line,) = rows_of(whole(plan))
    # 30 units over 5 + 1 + 7 days, at 9 - 4 a unit.
    assert line.lost_margin_a_day == pytest.approx(5 * 30 / 13, abs=0.01)
    (short,) = rows_of(whole(plan, detail=False))
    assert (short.lost_margin_a_day, short.daily_demand, short.lead_time_days, short.unit_cost) == (None,) * 4
    assert short.supplier is None
    (by_category,) = rows_of(whole(plan_of([FULL], [TEA], group_by="category")))
    assert by_category.supplier == "ACME"


def order(status: str, quantity: float, place: str | None = None, received: bool = False) -> PurchaseOrder:
    line = PurchaseOrderLine(product_id="1", quantity=quantity, received_at=COMPUTED if received else None)
    return PurchaseOrder(reference=f"PO-{status}", status=status, location_code=place, lines=(line,))


@pytest.mark.parametrize(
    ("held", "flag"),
    [
        ([order("Draft", 10)], "already ordered"),
        ([order("Approved", 12)], "already ordered"),
        ([order("Draft", 4), order("Approved", 6)], "already ordered"),
        ([order("Draft", 4)], "partly ordered already"),
        ([order("Sent", 2)], None),
        ([order("Sent", 5)], "partly ordered already"),
        ([order("Sent", 12)], "already ordered"),
        ([order("Received", 50)], None),
        ([order("Draft", 50, received=True)], None),
        ([order("Draft", 0)], None),
    ],
)
def test_nothing_is_ordered_twice(held: list[PurchaseOrder], flag: str | None) -> None:
    """FULL suggests 10, and StockTrim counts 2 on order."""
    plan = plan_of([FULL], [TEA], orders=held)
    (line,) = rows_of(whole(plan))
    assert [one for one in line.flags if "ordered" in one] == ([flag] if flag else [])
    said = [warning for warning in plan.warnings if "order twice" in warning]
    assert len(said) == bool(flag)
    if flag:
        assert said[0] == plan.warnings[0]
        assert f"{held[0].status} PO-{held[0].status}" in said[0]
    assert {one.reference for one in line.open_orders} == {
        one.reference
        for one in held
        if one.status != "Received" and one.lines[0].quantity and one.lines[0].received_at is None
    }


def test_an_order_to_another_place_is_no_order_for_a_line_of_this_place() -> None:
    held = [order("Draft", 10, "SHOP"), order("Approved", 3)]
    here = FULL.model_copy(update={"location": "MAIN"})
    (line,) = rows_of(whole(plan_of([here], [TEA], orders=held)))
    assert [one.reference for one in line.open_orders] == ["PO-Approved"]
    (anywhere,) = rows_of(whole(plan_of([FULL], [TEA], orders=held)))
    assert [one.reference for one in anywhere.open_orders] == ["PO-Approved", "PO-Draft"]


@given(plan_rows, products, st.floats(0, 2_000_000))
def test_a_budget_is_never_exceeded_and_every_line_is_kept_or_left_out_with_a_reason(
    rows: list[OrderPlanRow], known: list[Product], budget: float
) -> None:
    everything, plan = whole(plan_of(rows, known)), whole(plan_of(rows, known, budget=budget))
    kept = [(row.product, row.location) for row in rows_of(plan)]
    left = [(line.product, line.location) for line in plan.left_out]
    assert Counter(kept + left) == Counter((row.product, row.location) for row in rows_of(everything))
    assert sum(round((row.line_cost or 0) * 100) for row in rows_of(plan)) <= budget * 100 + 1e-6
    assert all(row.line_cost is not None for row in rows_of(plan))
    assert plan.left_out_lines == (len(left) or None)
    spare = budget - (plan.total_cost or 0)
    for line in plan.left_out:
        assert line.why
        assert line.line_cost is None or line.line_cost > spare - 0.01
    days = {(row.code, row.location): row.days_until_stock_out for row in rows}
    for line in plan.left_out:
        assert (line.runs_dry_on is None) == (days[line.product, line.location] is None)


def test_a_budget_goes_to_the_lines_that_lose_most_margin_for_the_money() -> None:
    def row(code: str, cost: float, price: float | None, days_left: int) -> OrderPlanRow:
        return FULL.model_copy(
            update={"code": code, "unit_cost": cost, "unit_price": price, "days_until_stock_out": days_left}
        )

    rows = [
        row("DEAR", 8.0, 10.0, 0),
        row("GOOD", 4.0, 12.0, 0),
        row("CALM", 4.0, 12.0, 400),
        row("PART", 4.0, None, 0),
        row("LOSS", 5.0, 4.0, 0),
        row("NONE", 0.0, 12.0, -3),
    ]
    plan = whole(plan_of(rows, budget=90.0))
    # Per unit of cost: GOOD 2, PART the median (2), DEAR 0.25; CALM does not run out, LOSS loses nothing by it.
    assert {row.product for row in rows_of(plan)} == {"GOOD", "PART"}
    assert [line.product for line in plan.left_out][:1] == ["DEAR"]
    left = {line.product: line for line in plan.left_out}
    assert left.keys() == {"DEAR", "CALM", "LOSS", "NONE"}
    assert "no cost" in left["NONE"].why
    assert left["NONE"].runs_dry_on == COMPUTED.date()
    assert left["CALM"].runs_dry_on == date(2027, 12, 27)
    assert left["CALM"].lost_margin is None
    assert plan.left_out_cost == 80.0 + 40.0 + 50.0


def test_what_could_not_be_computed_is_named_within_the_filters() -> None:
    rows = [
        OrderPlanRow(code="A", category="Tea", error="No lead time."),
        OrderPlanRow(code="B", category="Mugs", error="No lead time."),
    ]
    (warning,) = plan_of(rows, filters=Filters(categories=["tea"])).warnings
    assert warning == "StockTrim could not compute 1 product(s), so they are missing here: A."
