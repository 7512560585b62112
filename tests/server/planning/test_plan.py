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
from stocktrim_mcp_server.planning.cover import URGENCIES
from stocktrim_mcp_server.planning.plan import Grouping, WholePlan, reorder_plan
from stocktrim_mcp_server.planning.told import Plan, Row, window
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
    kept += [("left out", line.product, line.location) for line in plan.left_out]
    return kept + [("set aside", line.product, line.location) for line in plan.set_aside]


@given(plan_rows, products, orders)
def test_every_suggested_row_is_one_line_and_totals_add_up(
    rows: list[OrderPlanRow], known: list[Product], held: list[PurchaseOrder]
) -> None:
    plan = whole(plan_of(rows, known, orders=held))
    wanted = Counter((row.code, row.location) for row in rows if (row.order_quantity or 0) > 0)
    assert Counter((product, place) for _, product, place in met(plan)) == wanted
    assert plan.total_lines == sum(group.lines for group in plan.groups) == wanted.total() - len(plan.set_aside)
    assert plan.suggested_lines == wanted.total()
    assert plan.set_aside_lines == (len(plan.set_aside) or None)
    lines = rows_of(plan)
    assert plan.suggested_cost is None or plan.suggested_cost >= (plan.total_cost or 0) - 0.01
    priced = [line.line_cost for line in lines if line.line_cost is not None]
    assert (plan.unpriced_lines or 0) == len(lines) - len(priced)
    assert plan.total_cost == (pytest.approx(sum(priced), abs=0.01) if priced else None)
    for group in plan.groups:
        assert group.cost is None or group.cost == pytest.approx(
            sum(line.line_cost or 0 for line in group.rows), abs=0.01
        )
    for line in lines:
        assert line.to_buy > 0
        assert line.suggested is None or line.to_buy < line.suggested
        assert line.line_cost is None or line.line_cost == pytest.approx(line.to_buy * (line.unit_cost or 0), abs=0.01)
        assert sum(order.quantity for order in line.open_orders) > 0 or line.suggested is None
    parts = (plan.total_cost, plan.left_out_cost, plan.set_aside_cost, plan.partly_ordered_cost)
    assert sum(part or 0 for part in parts) == pytest.approx(plan.suggested_cost or 0, abs=0.01)


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


@given(plan_rows, products, orders, st.none() | st.floats(0, 100_000))
def test_questions_to_one_catalogue_do_not_disturb_each_other(
    rows: list[OrderPlanRow], known: list[Product], held: list[PurchaseOrder], budget: float | None
) -> None:
    catalogue = Catalogue(known, SUPPLIERS, orders=held)
    alone = whole(plan_of(rows, known, orders=held, budget=budget, today=date(2026, 11, 23)))
    reorder_plan(rows, catalogue, Filters(suppliers=["ACME"], horizon_days=3), today=date(2027, 1, 1))
    after = whole(reorder_plan(rows, catalogue, budget=budget, today=date(2026, 11, 23)))
    assert after == alone


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
        plan_of([FULL], [TEA], orders=[DRAFT], budget=100),
        plan_of([FULL], [TEA], orders=[DRAFT], budget=200),
        plan_of([FULL, OrderPlanRow(code="B", error="No lead time.")], [TEA], orders=[DRAFT]),
    ]
    assert len({usual.plan_id, *(one.plan_id for one in others)}) == len(others) + 1


def test_neither_the_words_of_a_filter_nor_how_it_is_shown_make_another_plan() -> None:
    usual = plan_of([FULL], [TEA], Filters(suppliers=["ACME", "7"], horizon_days=9))
    other = plan_of([FULL], [TEA], Filters(suppliers=["7 ", "acme", "Acme"], horizon_days=9))
    assert other.plan_id == usual.plan_id
    shown = plan_of([FULL], [TEA], Filters(suppliers=["acme", "7"], horizon_days=9), group_by="category")
    assert shown.plan_id == usual.plan_id


@given(plan_rows, products, groupings)
def test_the_most_pressing_comes_first(rows: list[OrderPlanRow], known: list[Product], group_by: Grouping) -> None:
    firsts: list[int] = []
    for group in whole(plan_of(rows, known, group_by=group_by)).groups:
        ranks = [len(URGENCIES) if row.urgency is None else URGENCIES.index(row.urgency) for row in group.rows]
        assert ranks == sorted(ranks)
        firsts += ranks[:1] if group.key not in (NO_SUPPLIER, "no category", "whole business") else []
    assert firsts == sorted(firsts)


@given(plan_rows, products, orders, groupings, st.none() | st.floats(0, 200_000), st.integers(1, 9))
def test_windows_cover_every_line_once(
    rows: list[OrderPlanRow],
    known: list[Product],
    held: list[PurchaseOrder],
    group_by: Grouping,
    budget: float | None,
    limit: int,
) -> None:
    plan = plan_of(rows, known, orders=held, group_by=group_by, budget=budget)
    part, seen, shown = window(plan, limit), 0, list[tuple[str, str, str | None]]()
    while True:
        assert part.total_lines == len(plan.lines)
        assert (part.left_out_lines, part.set_aside_lines) == (len(plan.left_out) or None, len(plan.set_aside) or None)
        assert len(met(part)) <= limit
        shown += met(part)
        seen += 1
        if part.next_cursor is None:
            break
        assert met(part)
        part = window(plan, limit, part.next_cursor)
        assert all(group.rows for group in part.groups)
        assert (part.warnings, part.notes, part.more_groups) == ((), None, ())
    assert shown == met(whole(plan))
    assert seen == max(1, -(-len(shown) // limit))


def test_a_cursor_of_another_plan_or_grouping_starts_anew_and_says_so() -> None:
    rows = [FULL, FULL.model_copy(update={"code": "B"})]
    rows[0] = rows[0].model_copy(update={"unit_cost": None})
    before, after = plan_of(rows), plan_of([rows[0], rows[1].model_copy(update={"order_quantity": 11.0})])
    cursor = window(before, 1).next_cursor
    assert cursor is not None
    assert before.warnings
    assert window(before, 1, f" {cursor.lower()} ").warnings == ()
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


def test_many_groups_are_counted_and_the_next_ones_named_in_a_line_each() -> None:
    rows = [
        FULL.model_copy(update={"code": f"P{at:02}", "category": f"C{at:02}", "unit_price": 90.0 - at})
        for at in range(30)
    ]
    first = window(plan_of(rows, group_by="category"), 3)
    assert first.total_groups == 30
    assert [group.key for group in first.groups] == ["C00", "C01", "C02"]
    assert [group.split()[0] for group in first.more_groups] == [f"C{at:02}" for at in range(3, 9)]
    assert "(1 dry before delivery; cost 40.00; lost margin " in first.more_groups[0]


def test_groups_come_by_urgency_then_by_what_waiting_loses() -> None:
    def row(code: str, price: float, left: int, until: int) -> OrderPlanRow:
        return FULL.model_copy(
            update={
                "code": code,
                "category": code,
                "unit_price": price,
                "on_order": 0.0,
                "days_until_stock_out": left,
                "days_until_order": until,
            }
        )

    rows = [row("OUT", 5.0, 0, -9), row("DEAR", 50.0, 1, -5), row("DUE", 900.0, 3, 2), row("CALM", 5.0, 90, -1)]
    groups = whole(plan_of(rows, group_by="category")).groups
    assert [group.key for group in groups] == ["DEAR", "OUT", "CALM", "DUE"]
    assert [group.state for group in groups] == ["1 dry before delivery", "1 out now", "1 order date passed", "1 due"]
    # A week without stock at 30 units in 13 days, but no more than the 10 to buy: at 46 and at 1 a unit.
    assert [group.lost_margin for group in groups[:3]] == [460.0, 10.0, None]
    lines = rows_of(whole(plan_of(rows)))
    assert [(line.product, line.dry_days) for line in lines] == [("OUT", 6), ("DEAR", 5), ("CALM", None), ("DUE", 3)]


@given(plan_rows, products, st.integers(0, 60))
def test_a_horizon_drops_only_what_is_known_to_be_later(
    rows: list[OrderPlanRow], known: list[Product], days: int
) -> None:
    computed = plan_of(rows, known)
    plan = plan_of(rows, known, Filters(horizon_days=days))
    for line in computed.lines:
        until, left = line.item.row.days_until_order, line.item.row.days_until_stock_out
        due = until if until is not None else left
        later = line.urgency not in ("late", None) and due is not None and due > days
        assert any(one.item.row is line.item.row for one in plan.lines) == (not later)


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
        update={"unit_cost": 0.0, "is_uncertain": True, "on_hand": -4.0, "is_discontinued": True, "error": "Odd."}
    )
    (line,) = rows_of(whole(plan_of([row])))
    assert line.flags == (
        "negative stock: count first, likely too many",
        "no cost",
        "weak forecast",
        "discontinued",
        "not in catalogue",
        "Odd.",
    )
    assert (line.urgency, line.order_by, line.sold_per_day, line.lead_time_days) == ("late", date(2026, 11, 20), 1.5, 5)
    assert line.on_hand == -4
    assert (line.unit_cost, line.line_cost, line.lost_margin_a_day) == (None, None, None)


def test_detail_tells_demand_lead_time_and_what_a_day_without_stock_loses() -> None:
    plan = plan_of([FULL], [TEA])
    (line,) = rows_of(whole(plan))
    # 30 units over 5 + 1 + 7 days, at 9 - 4 a unit.
    assert line.lost_margin_a_day == pytest.approx(5 * 30 / 13, abs=0.01)
    # Days are by the forecast; what was sold of late stands beside it under its own name.
    assert (line.forecast_per_day, line.sold_per_day) == (pytest.approx(30 / 13, abs=1e-3), 1.5)
    (short,) = rows_of(whole(plan, detail=False))
    assert (short.lost_margin_a_day, short.sold_per_day, short.lead_time_days, short.unit_cost) == (None,) * 4
    assert (short.forecast_per_day, short.lost_margin) == (None,) * 2
    assert short.supplier is None
    (by_category,) = rows_of(whole(plan_of([FULL], [TEA], group_by="category")))
    assert by_category.supplier == "ACME"


def order(status: str, quantity: float, place: str | None = None, received: bool = False) -> PurchaseOrder:
    line = PurchaseOrderLine(product_id="1", quantity=quantity, received_at=COMPUTED if received else None)
    return PurchaseOrder(reference=f"PO-{status}", status=status, location_code=place, lines=(line,))


@pytest.mark.parametrize(
    ("held", "rest"),
    [
        ([order("Draft", 10)], 0),
        ([order("Approved", 12)], 0),
        ([order("Draft", 4), order("Approved", 6)], 0),
        ([order("Draft", 4)], 6),
        ([order("Draft", 5)], 6),
        ([order("Sent", 2)], 10),
        ([order("Sent", 5)], 8),
        ([order("Sent", 12)], 0),
        ([order("Received", 50)], 10),
        ([order("Draft", 50, received=True)], 10),
        ([order("Draft", 0)], 10),
    ],
)
def test_nothing_is_ordered_twice(held: list[PurchaseOrder], rest: float) -> None:
    """FULL suggests 10 in packs of 2, and StockTrim counts 2 on order."""
    computed = plan_of([FULL], [TEA], orders=held, today=date(2026, 11, 23))
    plan = whole(computed)
    assert (plan.suggested_lines, plan.suggested_cost) == (1, 40.0)
    assert plan.total_cost == (4.0 * rest or None)
    assert {one.reference for one in computed.suggested[0].orders} == {
        one.reference
        for one in held
        if one.status != "Received" and one.lines[0].quantity and one.lines[0].received_at is None
    }
    if rest:
        (line,) = rows_of(plan)
        assert plan.set_aside == ()
        assert (line.suggested, line.to_buy) == (10 if rest < 10 else None, rest)
        assert any(flag.endswith("of 10 ordered already") for flag in line.flags) == (rest < 10)
    else:
        (aside,) = plan.set_aside
        assert plan.groups == ()
        assert f"{held[0].status} PO-{held[0].status}" in aside.why
        assert ("send it" in aside.why) == (held[0].status != "Sent")
        assert "order twice" in plan.warnings[0]
        assert f"{held[0].status} PO-{held[0].status}" in plan.warnings[0]


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ([order("Draft", 10)], "on Draft PO-Draft, not sent: send it, the stock"),
        (
            [order("Draft", 4), order("Approved", 6)],
            "on 2 orders, which hold the 10 units together: Approved PO-Approved (never marked Sent: send it) and "
            "Draft PO-Draft (not sent: send it), the stock",
        ),
        (
            [order("Draft", 4), order("Approved", 9)],
            "on 2 orders, which hold 13 units together (10 suggested): Approved PO-Approved",
        ),
        (
            [order("Draft", 4).model_copy(update={"reference": f"PO-{number}"}) for number in range(5)],
            "PO-0 (not sent: send it), Draft PO-1 (not sent: send it), Draft PO-2 (not sent: send it) and 2 more, the",
        ),
    ],
)
def test_several_orders_that_hold_a_line_are_told_in_one_sentence(held: list[PurchaseOrder], said: str) -> None:
    (aside,) = whole(plan_of([FULL], [TEA], orders=held, today=date(2026, 11, 23))).set_aside
    assert said in aside.why


def test_a_rest_that_its_supplier_may_refuse_is_flagged() -> None:
    row = FULL.model_copy(update={"minimum_order_quantity": 8})
    (line,) = rows_of(whole(plan_of([row], [TEA], orders=[order("Draft", 4)])))
    assert line.to_buy == 6
    assert "6 is below the minimum of 8: nearest right 8, or add it to Draft PO-Draft" in line.flags
    (line,) = rows_of(whole(plan_of([row], [TEA], orders=[order("Approved", 4)])))
    assert "6 is below the minimum of 8: nearest right 8" in line.flags
    (line,) = rows_of(whole(plan_of([row], [TEA])))
    assert not any("minimum" in flag for flag in line.flags)


def test_what_is_made_here_is_set_aside_for_its_parts() -> None:
    made = FULL.model_copy(update={"made_of_count": 3})
    plan = whole(plan_of([made, FULL.model_copy(update={"code": "B"})], [TEA]))
    assert [row.product for row in rows_of(plan)] == ["B"]
    (aside,) = plan.set_aside
    assert (aside.product, aside.suggested, aside.why) == (
        "A",
        10,
        "made from 3 part(s): make it, and buy the parts",
    )
    assert "buy the parts. A." in plan.warnings[0]
    assert (plan.suggested_cost, plan.total_cost) == (80.0, 40.0)


def test_an_order_to_another_place_is_no_order_for_a_line_of_this_place() -> None:
    held = [order("Draft", 10, "SHOP"), order("Approved", 30)]
    here = FULL.model_copy(update={"location": "MAIN"})
    (line,) = rows_of(whole(plan_of([here], [TEA], orders=held)))
    assert [one.reference for one in line.open_orders] == ["PO-Approved"]
    # One order without a place would otherwise cover the product at every place.
    assert line.suggested is None
    assert "orders without a place may hold it" in line.flags
    there = FULL.model_copy(update={"location": "SHOP"})
    assert whole(plan_of([there], [TEA], orders=held)).set_aside_lines == 1
    anywhere = plan_of([FULL], [TEA], orders=held)
    assert [one.reference for one in anywhere.suggested[0].orders] == ["PO-Approved", "PO-Draft"]


def test_an_order_that_should_have_come_is_said_to_be_overdue_and_by_what_rule() -> None:
    sent = order("Sent", 2).model_copy(update={"supplier_code": "ACME", "ordered_at": COMPUTED.replace(day=1)})
    known = [SUPPLIERS[0].model_copy(update={"lead_time_days": 9})]
    plan = plan_of([FULL], [TEA], suppliers=known, orders=[sent], today=date(2026, 11, 23))
    (line,) = rows_of(whole(plan))
    assert [one.overdue for one in line.open_orders] == ["open 22 days, its supplier's lead time 9: 13 days overdue"]
    assert (
        plan.warnings[0]
        == "1 open order(s) that hold these products are overdue: chase or cancel them first. PO-Sent. "
        "1 in all: find_purchase_orders, status Overdue."
    )
    early = plan_of([FULL], [TEA], suppliers=known, orders=[sent], today=date(2026, 11, 10))
    assert early.plan_id == plan.plan_id
    assert early.lines[0].orders[0].overdue is None


@pytest.mark.parametrize(
    ("status", "left", "why"),
    [
        ("Draft", 11, "on Draft PO-Draft, not sent: send it, the stock runs dry in 11 days"),
        ("Approved", 0, "on Approved PO-Approved, never marked Sent: send it, the stock is out"),
        ("Draft", None, "on Draft PO-Draft, not sent: send it"),
        ("Sent", 11, "on Sent PO-Sent, to come, the stock runs dry in 11 days"),
    ],
)
def test_a_line_on_an_order_nobody_sent_says_to_send_it_or_that_it_is_too_old(
    status: str, left: int | None, why: str
) -> None:
    row = FULL.model_copy(update={"days_until_stock_out": left})
    held = order(status, 20).model_copy(update={"ordered_at": COMPUTED.replace(day=20)})
    soon = whole(plan_of([row], [TEA], orders=[held], today=date(2026, 11, 23)))
    assert [one.why for one in soon.set_aside] == [why]
    assert f"Before the cut-off, most urgent first: A {why}." in soon.warnings[0]
    # Its lead time is 5 days: what has been open for 50 covers nothing any more.
    held = held.model_copy(update={"ordered_at": COMPUTED.replace(month=10, day=4), "supplier_code": "ACME"})
    known = [SUPPLIERS[0].model_copy(update={"lead_time_days": 5})]
    (old,) = whole(plan_of([row], [TEA], suppliers=known, orders=[held], today=date(2026, 11, 23))).set_aside
    said = {
        "Draft": "open 50 days and not sent: send it or delete it",
        "Approved": "open 50 days and never marked Sent: send it or delete it",
        "Sent": "open 50 days, its supplier's lead time 5: 45 days overdue: chase it, or cancel it and buy",
    }
    assert said[status] in old.why


@given(plan_rows, products, orders, st.none() | st.floats(0, 100_000))
def test_what_is_already_ordered_or_made_here_is_never_bought(
    rows: list[OrderPlanRow], known: list[Product], held: list[PurchaseOrder], budget: float | None
) -> None:
    rows = [row.model_copy(update={"made_of_count": 2}) if row.code == "B" else row for row in rows]
    plan = plan_of(rows, known, orders=held, budget=budget)
    for line in [*plan.lines, *(line for line, _ in plan.left_out)]:
        assert line.item.row.code != "B"
        assert line.to_buy > 0
        assert line.to_buy >= line.quantity - line.ordered - 1e-6
    for line, why in plan.set_aside:
        assert line.ordered >= line.quantity or line.item.row.made_of_count
        assert why


@given(plan_rows, products, orders, st.floats(0, 2_000_000))
def test_a_budget_is_never_exceeded_and_every_line_is_kept_or_left_out_with_a_reason(
    rows: list[OrderPlanRow], known: list[Product], held: list[PurchaseOrder], budget: float
) -> None:
    everything = whole(plan_of(rows, known, orders=held))
    plan = whole(plan_of(rows, known, orders=held, budget=budget))
    assert plan.set_aside == everything.set_aside
    assert plan.lost_margin == everything.lost_margin
    assert (plan.lost_margin_avoided or 0) + (plan.left_out_lost_margin or 0) == pytest.approx(
        plan.lost_margin or 0, abs=0.02
    )
    assert plan.unspent == pytest.approx(budget - (plan.total_cost or 0), abs=0.01)
    kept = [(row.product, row.location) for row in rows_of(plan)]
    left = [(line.product, line.location) for line in plan.left_out]
    assert Counter(kept + left) == Counter((row.product, row.location) for row in rows_of(everything))
    assert sum(round((row.line_cost or 0) * 100) for row in rows_of(plan)) <= budget * 100 + 1e-6
    assert all(row.line_cost is not None for row in rows_of(plan))
    assert plan.left_out_lines == (len(left) or None)
    spare = budget - (plan.total_cost or 0)
    kept_for_others = "lines that do come first"
    dear = [line for line in plan.left_out if line.line_cost is not None and kept_for_others not in line.why]
    assert all(line.line_cost and line.line_cost > spare - 0.01 for line in dear)
    for line in plan.left_out:
        assert line.why
        assert kept_for_others not in line.why or (line.lost_margin is None and dear)
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
    plan = whole(plan_of(rows, budget=140.0))
    # Per unit of cost: GOOD 2, PART the median (1.125), DEAR 0.25; CALM does not run out, LOSS loses nothing by it.
    assert {row.product for row in rows_of(plan)} == {"GOOD", "PART"}
    assert [line.product for line in plan.left_out][:1] == ["DEAR"]
    left = {line.product: line for line in plan.left_out}
    assert left.keys() == {"DEAR", "CALM", "LOSS", "NONE"}
    assert "no cost" in left["NONE"].why
    assert left["DEAR"].why == "avoids 0.25 lost margin per 1 spent, the last line kept 1.12; 60.00 was left"
    # 60 would pay for either, yet DEAR loses something next week: what is left stays for it.
    assert left["CALM"].why == ("loses nothing in the next 7 days; lines that do come first")
    assert left["LOSS"].why.startswith("sells at its cost or under it, so it loses nothing in the next 7 days; ")
    assert left["DEAR"].lost_margin == 20.0
    assert [row.lost_margin for row in rows_of(plan)] == [80.0, 45.0]
    assert (plan.lost_margin, plan.lost_margin_avoided, plan.left_out_lost_margin) == (145.0, 125.0, 20.0)
    assert plan.unspent == 60.0
    assert left["NONE"].runs_dry_on == COMPUTED.date()
    assert left["CALM"].runs_dry_on == date(2027, 12, 27)
    assert left["CALM"].lost_margin is None
    assert plan.left_out_cost == 80.0 + 40.0 + 50.0
    # With DEAR paid for nothing that loses is left out: LOSS, the more urgent, is kept and CALM is not.
    richer = whole(plan_of(rows, budget=210.0))
    assert {row.product for row in rows_of(richer)} == {"GOOD", "PART", "DEAR", "LOSS"}
    assert {line.product: line.why for line in richer.left_out}["CALM"] == (
        "loses nothing in the next 7 days; costs 40.00, 0.00 of the budget was left at its turn"
    )
    assert richer.unspent == 0
    assert {row.product for row in rows_of(whole(plan_of(rows, budget=1_000.0)))} == {
        *["GOOD", "PART", "DEAR", "LOSS", "CALM"]
    }


def test_a_dear_line_that_runs_dry_next_week_is_kept_before_one_with_a_long_cycle_and_weeks_of_stock() -> None:
    calm = FULL.model_copy(
        update={"code": "CALM", "days_until_stock_out": 50, "on_hand": 115, "reorder_frequency_days": 42}
    )
    dry = FULL.model_copy(update={"code": "DRY", "days_until_stock_out": 3, "unit_price": 4.4})
    plan = whole(plan_of([calm, dry], budget=40.0))
    assert [row.product for row in rows_of(plan)] == ["DRY"]
    assert plan.left_out[0].why.startswith("loses nothing in the next 7 days; costs")


def test_what_could_not_be_computed_is_named_within_the_filters() -> None:
    rows = [
        OrderPlanRow(code="A", category="Tea", error="No lead time."),
        OrderPlanRow(code="B", category="Mugs", error="No lead time."),
    ]
    (warning,) = plan_of(rows, filters=Filters(categories=["tea"])).warnings
    assert warning == "StockTrim could not compute 1 product(s), so they are missing here: A."


def test_add_ons_are_what_the_suppliers_of_the_plan_will_need_soon() -> None:
    def row(code: str, quantity: float, until: int, **different: Any) -> OrderPlanRow:
        return FULL.model_copy(
            update={"code": code, "order_quantity": quantity, "days_until_order": until, **different}
        )

    known = [Product(code=code, product_id=code, supplier_code="ACME") for code in "ABCDEFG"]
    known.append(Product(code="H", product_id="H", supplier_code="7"))
    rows = [
        row("A", 10, -2),
        row("B", 0, 9),
        row("C", 0, 3),
        row("D", 0, 15),
        row("E", 0, 3, made_of_count=2),
        row("F", 0, 3, is_discontinued=True),
        row("G", 0, 3, maximum_shelf_level=8.0),
        row("H", 0, 3),
    ]
    plan = whole(plan_of(rows, known, add_on_days=14))
    assert [(one.product, one.order_in_days) for one in plan.add_ons] == [("C", 3), ("B", 9)]
    # A week of 30 units in 13 days is 16.2, in packs of 2 no less than 6.
    assert [(one.estimated_quantity, one.cost) for one in plan.add_ons] == [(18, 72.0)] * 2
    assert (plan.add_on_lines, plan.add_on_cost, plan.total_lines) == (2, 144.0, 1)
    assert plan.plan_id == whole(plan_of(rows, known)).plan_id
    asked = whole(plan_of(rows, known, Filters(suppliers=["7"]), add_on_days=14))
    assert [one.product for one in asked.add_ons] == ["H"]
    drafted = PurchaseOrder(reference="PO-1", status="Draft", lines=(PurchaseOrderLine(product_id="C", quantity=18),))
    assert [one.product for one in whole(plan_of(rows, known, orders=[drafted], add_on_days=14)).add_ons] == ["B"]
    few = window(plan_of(rows, known, add_on_days=14), 1)
    assert [one.product for one in few.add_ons] == ["C"]
    assert few.warnings[-1].startswith("1 more add-on(s) of the suppliers shown are not told")


@given(plan_rows, products, orders, st.integers(0, 60), st.integers(1, 4))
def test_add_ons_are_told_once_and_are_none_of_the_suggested(
    rows: list[OrderPlanRow], known: list[Product], held: list[PurchaseOrder], days: int, limit: int
) -> None:
    plan = plan_of(rows, known, orders=held, add_on_days=days)
    met_once: list[tuple[str, str | None]] = []
    part = window(plan, limit)
    while True:
        met_once += [(one.product, one.location) for one in part.add_ons]
        assert len(part.add_ons) <= limit
        if part.next_cursor is None:
            break
        part = window(plan, limit, part.next_cursor)
    assert len(set(met_once)) == len(met_once) <= len(plan.add_ons or ())
    suggested = {(line.item.row.code, line.item.row.location) for line in plan.suggested}
    assert not suggested & set(met_once)
    for one in plan.add_ons or ():
        assert (one.suggested_to_buy or one.estimated_quantity or 0) > 0
        assert (one.suggested_to_buy is None) != (one.estimated_quantity is None)
        assert one.order_in_days <= days


def test_of_many_strange_words_the_first_are_said_and_the_likely_ones_guessed() -> None:
    known = [Product(code=f"TEA-{at:05}", product_id=str(at), supplier_code="ACME") for at in range(3_000)]
    rows = [OrderPlanRow(code=one.code, product_id=one.product_id, category="Brewing") for one in known]
    said = plan_of(rows, known, Filters(products=["TEA-0012O", *(f"X{at}" for at in range(9))])).warnings
    assert said[0].startswith("The plan knows no product 'TEA-0012O'. Did you mean 'TEA-00")
    assert said[1] == "The plan knows no product 'X0'. search finds codes from words."
    assert said[-1] == "Nor does it know 5 more of the 10 asked for."
    asked = plan_of(rows, known, Filters(suppliers=["Acme"], categories=["Brewin"])).warnings
    assert asked == ("The plan knows no category 'Brewin'. Did you mean 'Brewing'?",)
    asked = plan_of(rows, known, Filters(suppliers=["Acme Ldt"])).warnings
    assert asked == ("The plan knows no supplier 'Acme Ldt'. Did you mean 'Acme Ltd' (code 'ACME')?",)
