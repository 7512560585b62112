"""What if: nothing changed gives the baseline, more gives more, and the sandbox's own plan is the measure."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktrim_client.models import OrderPlanRow, Product, PurchaseOrder, PurchaseOrderLine
from stocktrim_client.sandbox import Sandbox
from stocktrim_client.sandbox.plan import figure
from stocktrim_mcp_server.planning.catalogue import EVERYTHING, Catalogue, Filters, Item, join
from stocktrim_mcp_server.planning.explain import arithmetic
from stocktrim_mcp_server.planning.plan import reorder_plan
from stocktrim_mcp_server.planning.projection import AS_IT_IS, Assumptions, project
from stocktrim_mcp_server.planning.replenishment import lost_margin_of_waiting
from stocktrim_mcp_server.planning.simulate import Simulation, simulate
from tests.conftest import TODAY
from tests.server.planning.accounts import COMPUTED, SUPPLIERS, account_of, orders, plan_rows, products, rows

ALL = 10_000
assumptions = st.builds(
    Assumptions,
    demand_change_pct=st.integers(-100, 300).map(float),
    lead_time_change_days=st.integers(-90, 90).map(float),
    service_level_pct=st.none() | st.integers(50, 99).map(float),
    delay_days=st.integers(0, 60).map(float),
)
BASE: dict[str, Any] = {
    "code": "A",
    "order_quantity": 71.0,
    "forecast_period_demand": 90.0,
    "lead_demand": 60.0,
    "lead_time_days": 30,
    "reorder_frequency_days": 15,
    "safety_stock": 20.0,
    "service_factor": 1.6449,
    "demand_deviation": 2.0,
    "on_hand": 30.0,
    "on_order": 9.5,
    "days_until_stock_out": 15,
    "unit_cost": 4.0,
    "unit_price": 10.0,
}


def line(product: Product | None = None, **different: Any) -> Item:
    return join(OrderPlanRow.model_validate(BASE | different), product, "ACME")


def quantity(item: Item, assumed: Assumptions = AS_IT_IS) -> float:
    found = project(item, assumed)
    assert found is not None
    return found.quantity


def simulated(
    rows: list[OrderPlanRow],
    known: list[Product],
    assumed: Assumptions,
    filters: Filters = EVERYTHING,
    **options: Any,
) -> Simulation:
    options.setdefault("limit", ALL)
    return simulate(rows, Catalogue(known, SUPPLIERS), assumed, filters, **options)


@given(rows)
def test_nothing_changed_is_the_baseline_is_the_sum_that_is_explained(row: OrderPlanRow) -> None:
    item = join(row, None, "ACME")
    found, explained = project(item, AS_IT_IS), arithmetic(item)
    assert (found is None) == (explained is None)
    assert found is None or explained is None or found.quantity == explained.to_order
    same = project(item, Assumptions(service_level_pct=None, delay_days=0, lead_time_change_days=0))
    assert same == found


@given(plan_rows, products)
def test_a_simulation_of_nothing_shows_the_same_three_times(rows: list[OrderPlanRow], known: list[Product]) -> None:
    found = simulated(rows, known, AS_IT_IS)
    assert found.assumptions == "nothing changed"
    assert found.estimated_cost == found.baseline_cost
    assert found.estimated_lines == found.baseline_lines
    assert (found.appearing_lines, found.vanishing_lines) == (0, 0)
    assert found.estimated_margin_lost_while_dry == found.baseline_margin_lost_while_dry
    for row in found.items:
        assert row.estimated_quantity == row.baseline_quantity
        assert row.estimated_dry_days == row.baseline_dry_days
        assert not row.cost_change


@given(rows, assumptions, st.integers(0, 200), st.integers(0, 90))
def test_more_demand_and_longer_lead_time_never_order_less(
    row: OrderPlanRow, assumed: Assumptions, more: int, longer: int
) -> None:
    item = join(row, None, "ACME")
    less = project(item, assumed)
    if less is None:
        return
    assert less.quantity >= 0
    assert less.dry_days >= 0
    greater = replace(assumed, demand_change_pct=assumed.demand_change_pct + more)
    slower = replace(assumed, lead_time_change_days=assumed.lead_time_change_days + longer)
    assert quantity(item, greater) >= less.quantity
    assert quantity(item, slower) >= less.quantity


@given(rows, assumptions, st.integers(0, 49), st.integers(0, 60))
def test_a_higher_service_level_and_a_later_order_never_order_less(
    row: OrderPlanRow, assumed: Assumptions, higher: int, later: int
) -> None:
    item = join(row, None, "ACME")
    low = replace(assumed, service_level_pct=50.0)
    less = project(item, low)
    if less is None:
        return
    assert quantity(item, replace(low, service_level_pct=50.0 + higher)) >= less.quantity
    waited = project(item, replace(low, delay_days=low.delay_days + later))
    assert waited is not None
    assert waited.quantity >= less.quantity
    assert waited.dry_days >= less.dry_days


@given(plan_rows, products, assumptions, st.floats(0, 100_000), st.integers(1, 5))
def test_windows_cover_once_and_a_budget_is_never_exceeded(
    rows: list[OrderPlanRow], known: list[Product], assumed: Assumptions, budget: float, limit: int
) -> None:
    whole = simulated(rows, known, assumed, budget=budget)
    assert (whole.estimated_cost or 0) <= budget + 1e-6
    everything = simulated(rows, known, assumed)
    assert everything.total == whole.total
    assert everything.estimated_lines == whole.estimated_lines + (whole.left_out_lines or 0)
    shown, cursor = list[Any](), ""
    while True:
        part = simulated(rows, known, assumed, budget=budget, limit=limit, cursor=cursor)
        shown += [*part.items, *part.left_out, *part.set_aside]
        if part.next_cursor is None:
            break
        cursor = part.next_cursor
    assert shown == [*whole.items, *whole.left_out, *whole.set_aside]
    assert len(shown) == whole.total


@pytest.mark.parametrize(
    ("assumed", "expected"),
    [
        (AS_IT_IS, 71),  # 90 + 20 - 39.5
        (Assumptions(demand_change_pct=50), 126),  # 135 + 30 - 39.5
        (Assumptions(demand_change_pct=-100), 0),
        (Assumptions(lead_time_days=30), 71),
        (Assumptions(lead_time_days=45), 105),  # 90 + 2 * 15 + 20 * sqrt(1.5) - 39.5
        (Assumptions(lead_time_change_days=15), 105),
        (Assumptions(lead_time_change_days=-90), 0),  # 90 - 60 + 0 - 39.5
        (Assumptions(service_level_pct=50), 51),
        (Assumptions(service_level_pct=99), 79),  # 90 + 20 * 2.326 / 1.645 - 39.5
        (Assumptions(delay_days=7), 85),  # position 39.5 - 14
        (Assumptions(delay_days=90), 110),  # the position never falls below none
    ],
)
def test_each_assumption_by_hand(assumed: Assumptions, expected: float) -> None:
    assert quantity(line(), assumed) == expected


def test_a_forecast_period_is_not_moved_by_the_lead_time() -> None:
    product = Product(code="A", product_id="1", forecast_period_days=45)
    assert quantity(line(product, safety_stock=0.0), Assumptions(lead_time_change_days=30)) == 51


def test_making_takes_its_time_whatever_the_supplier_does() -> None:
    made = line(manufacturing_days=5, forecast_period_demand=100.0)
    found = project(made, Assumptions(lead_time_days=10))
    assert found is not None
    assert found.lead_days == 15


def test_where_there_was_no_safety_stock_to_move_it_is_the_formulas_own() -> None:
    bare = line(safety_stock=0.0, service_factor=0.0)
    assert quantity(bare) == 51
    assert quantity(bare, Assumptions(service_level_pct=95)) == 69  # + 1.645 * 2 * sqrt(30)


@pytest.mark.parametrize(
    "wrong",
    [
        {"demand_change_pct": -101},
        {"lead_time_days": -1},
        {"lead_time_days": 3, "lead_time_change_days": 2},
        {"service_level_pct": 100},
        {"service_level_pct": 0.95},
        {"delay_days": -1},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"cannot|not both|is 50 to"):
        Assumptions(**wrong)


def test_skipping_a_cycle_tells_the_days_out_and_what_they_lose() -> None:
    # 39.5 units: 15 days of stock and 4.75 of what is on order; an order takes 30 days and comes 14 later.
    (row,) = simulated([line().row], [], Assumptions(delay_days=14)).items
    assert row.baseline_dry_days == 10
    assert row.estimated_dry_days == 24
    assert row.margin_lost_while_dry == pytest.approx(24.25 * 2 * 6)
    found = simulated([line().row, line(code="B").row], [], Assumptions(delay_days=14))
    assert found.estimated_margin_lost_while_dry == pytest.approx(2 * 24.25 * 2 * 6)
    assert found.baseline_margin_lost_while_dry == pytest.approx(2 * 10.25 * 2 * 6)


def test_what_cannot_be_recomputed_or_differs_is_said() -> None:
    rows = [
        line(code="ODD", order_quantity=500.0).row,
        line(code="NEW", order_quantity=5.0, forecast_period_demand=None, lead_demand=None).row,
        line(code="FREE", unit_cost=0.0).row,
    ]
    found = simulated(rows, [], Assumptions(demand_change_pct=10))
    assert found.differing_lines == 1
    said = " ".join(found.warnings)
    assert "stand for it: ODD." in said
    assert "cannot be recomputed (not forecast, or bought to order) and are in no estimate: NEW" in said
    assert found.summary == (
        "StockTrim suggests 3 line(s) -> baseline 2 (1 cannot be recomputed) -> under the assumptions 2 (0 appear, 0 "
        "vanish)"
    )
    assert "1 line(s) have no cost" in said
    assert {row.product: row.stocktrim_quantity for row in found.items} == {"ODD": 500, "NEW": 5, "FREE": 71}


def test_a_product_asked_for_is_shown_though_nothing_is_to_be_ordered() -> None:
    calm = line(on_hand=900.0, order_quantity=0.0).row
    assert simulated([calm], [], AS_IT_IS).items == ()
    (row,) = simulated([calm], [], AS_IT_IS, Filters(products=["a"])).items
    assert (row.stocktrim_quantity, row.baseline_quantity, row.estimated_quantity) == (0, 0, 0)
    assert "knows no product 'Z'" in simulated([calm], [], AS_IT_IS, Filters(products=["Z"])).warnings[0]


def order(units: float, status: str = "Draft", reference: str = "PO-9") -> PurchaseOrder:
    return PurchaseOrder(reference=reference, status=status, lines=(PurchaseOrderLine(product_id="A", quantity=units),))


def what_if(assumed: Assumptions, orders: list[PurchaseOrder], *rows: OrderPlanRow, **options: Any) -> Simulation:
    return simulate(rows, Catalogue([], SUPPLIERS, orders=orders), assumed, limit=ALL, **options)


def test_what_open_orders_hold_is_not_bought_again() -> None:
    # 71 are suggested, 126 with half as much demand again.
    covered = what_if(Assumptions(demand_change_pct=50), [order(130)], line().row)
    assert (covered.items, covered.estimated_lines, covered.estimated_cost) == ((), 0, None)
    (aside,) = covered.set_aside
    assert (aside.stocktrim_quantity, aside.estimated_quantity) == (71, 126)
    assert aside.why == "on Draft PO-9, not sent: send it, the stock runs dry in 15 days"
    assert covered.warnings[0] == (
        "1 line(s) are in no total here, as open orders hold them. See to these orders: A: on Draft PO-9, not sent: "
        "send it, the stock runs dry in 15 days."
    )
    assert covered.summary.startswith("StockTrim suggests 1 line(s) - 1 on open orders already or made from parts = 0")

    partly = what_if(Assumptions(demand_change_pct=50), [order(100)], line().row)
    (row,) = partly.items
    assert (row.estimated_quantity, row.estimated_to_buy, row.estimated_cost) == (126, 26, 26 * 4)
    assert (row.change, row.cost_change) == ("appears", 26 * 4)
    assert (partly.stocktrim_lines, partly.baseline_lines, partly.estimated_lines) == (0, 0, 1)

    sent = what_if(AS_IT_IS, [order(9.5, "Sent")], line().row)
    assert sent.items[0].estimated_to_buy is None


def test_what_is_made_from_parts_is_not_bought() -> None:
    found = what_if(Assumptions(demand_change_pct=50), [], line(made_of_count=3).row, line(code="B").row)
    assert [row.product for row in found.items] == ["B"]
    assert found.warnings[0] == "1 line(s) are in no total here, as they are made from parts: buy the parts. A."
    (aside,) = found.set_aside
    assert (aside.product, aside.why) == ("A", "made from 3 part(s): make it, and buy the parts")
    (budgeted,) = what_if(AS_IT_IS, [], line(made_of_count=3).row, budget=9_999).set_aside
    assert budgeted.product == "A"


def test_lines_that_appear_and_vanish_are_told_and_add_up() -> None:
    rows = [line().row, line(code="B", on_hand=101.0, order_quantity=0.0).row]
    more = what_if(Assumptions(demand_change_pct=20), [], *rows)
    assert {row.product: row.change for row in more.items} == {"A": None, "B": "appears"}
    assert (more.baseline_lines, more.appearing_lines, more.estimated_lines) == (1, 1, 2)
    less = what_if(Assumptions(demand_change_pct=-90), [], *rows)
    assert {row.product: row.change for row in less.items} == {"A": "vanishes"}
    assert (less.baseline_lines, less.vanishing_lines, less.estimated_lines) == (1, 1, 0)
    assert less.items[0].cost_change == -71 * 4


def test_a_budget_leaves_out_with_the_true_reason_and_the_plans_lost_margin() -> None:
    calm = line(code="CALM", days_until_stock_out=400, on_hand=30.0)
    rows = [line().row, line(code="FREE", unit_cost=0.0).row, calm.row]
    found = what_if(AS_IT_IS, [], *rows, budget=300)
    assert [row.product for row in found.items] == ["A"]
    why = {left.product: left.why for left in found.left_out}
    assert "no cost in StockTrim" in why["FREE"]
    assert why["CALM"].startswith("loses nothing in the next 7 days; costs 284.00, 16.00")
    (left,) = [one for one in what_if(AS_IT_IS, [], line().row, budget=1).left_out if one.product == "A"]
    assert left.lost_margin == pytest.approx(lost_margin_of_waiting(line(), 71, 1.0))
    none = what_if(Assumptions(demand_change_pct=-100), [], line(minimum_shelf_level=90.0).row, budget=1).left_out
    assert none[0].why.startswith("no demand is left under the assumptions")


@given(plan_rows, products, orders, assumptions)
def test_lines_add_up_from_stocktrims_to_the_estimates(
    rows: list[OrderPlanRow], known: list[Product], held: list[PurchaseOrder], assumed: Assumptions
) -> None:
    catalogue = Catalogue(known, SUPPLIERS, orders=held)
    found = simulate(rows, catalogue, assumed, limit=ALL)
    assert found.estimated_lines == found.baseline_lines + found.appearing_lines - found.vanishing_lines
    assert found.total == len(found.items) + len(found.set_aside)
    bought = [row for row in found.items if row.estimated_quantity and row.estimated_to_buy != 0]
    assert len(bought) == found.estimated_lines
    for row in bought:
        assert 0 < (row.estimated_to_buy or row.estimated_quantity or 0) <= (row.estimated_quantity or 0)
    for aside in found.set_aside:
        assert aside.why
    costs = [row.estimated_cost for row in bought if row.estimated_cost is not None]
    assert (found.estimated_cost or 0) == pytest.approx(sum(costs), abs=0.02)


@given(plan_rows, products, orders)
def test_stocktrims_lines_are_those_of_the_plan(
    rows: list[OrderPlanRow], known: list[Product], held: list[PurchaseOrder]
) -> None:
    catalogue = Catalogue(known, SUPPLIERS, orders=held)
    found = simulate(rows, catalogue, AS_IT_IS, limit=ALL)
    lines = reorder_plan(rows, catalogue).lines
    costs = [line.cost for line in lines if line.cost is not None]
    assert (found.stocktrim_lines, found.stocktrim_cost) == (len(lines), round(sum(costs), 2) if costs else None)


def test_the_drivers_split_the_difference_and_say_what_each_assumption_does_alone() -> None:
    # B is covered by 101 + 9.5 of 110: demand of a fifth more makes it fall short.
    rows = [line().row, line(code="B", on_hand=101.0, order_quantity=0.0).row]
    one = what_if(Assumptions(demand_change_pct=20), [], *rows)
    assert one.drivers == (
        "176.00 more than the baseline: 88.00 for 1 line(s) that appear + 88.00 for other quantities of 1 line(s). "
        "demand +20 %: more sells before an order arrives."
    )
    both = what_if(Assumptions(demand_change_pct=20, lead_time_change_days=-30), [], *rows)
    assert both.drivers is not None
    assert "Each alone: demand +20 % +176.00, 1 appear (more sells" in both.drivers
    assert "; lead time -30 days -" in both.drivers
    less = what_if(Assumptions(demand_change_pct=-90), [], *rows)
    assert less.drivers is not None
    assert less.drivers.startswith("284.00 less than the baseline: -284.00 for 1 that vanish.")
    assert what_if(AS_IT_IS, [], *rows).drivers is None


@pytest.mark.parametrize(
    ("assumed", "effect"),
    [
        (Assumptions(lead_time_days=9), "a longer lead time than now makes an order due earlier, a shorter one later"),
        (Assumptions(lead_time_change_days=9), "stock must last longer, so orders fall due earlier"),
        (Assumptions(lead_time_change_days=-9), "orders arrive sooner, so they fall due later"),
        (Assumptions(service_level_pct=99), "safety stock changes"),
        (Assumptions(delay_days=9), "stock sells on until the order is placed"),
        (Assumptions(demand_change_pct=-9), "less sells before an order arrives"),
        (AS_IT_IS, ""),
    ],
)
def test_each_assumption_says_what_it_does(assumed: Assumptions, effect: str) -> None:
    assert assumed.effect == effect
    assert len(assumed.each) == (1 if effect else 0)


@given(plan_rows, products, orders, assumptions)
def test_costs_add_up_from_the_baseline_to_the_estimate(
    rows: list[OrderPlanRow], known: list[Product], held: list[PurchaseOrder], assumed: Assumptions
) -> None:
    found = simulate(rows, Catalogue(known, SUPPLIERS, orders=held), assumed, limit=ALL)
    parts = (found.baseline_cost, found.appearing_cost, found.quantity_cost, -(found.vanishing_cost or 0.0))
    assert sum(part or 0.0 for part in parts) == pytest.approx(found.estimated_cost or 0.0, abs=0.05)
    assert (found.appearing_cost or 0.0) >= 0
    assert (found.vanishing_cost or 0.0) >= 0


@pytest.mark.parametrize(("change", "meant"), [(0.2, "20"), (-0.15, "-15"), (0.999, "99.9")])
def test_a_share_where_a_percentage_is_asked_for_is_doubted(change: float, meant: str) -> None:
    found = what_if(Assumptions(demand_change_pct=change), [], line().row)
    assert found.warnings[0] == f"demand_change_pct {change:g} is read as {change:g} %; for {meant} % pass {meant}."
    assert Assumptions(demand_change_pct=1).doubtful is None


def test_no_warning_leads_to_what_the_page_does_not_show() -> None:
    rows = [line(code=f"H{at}").row for at in range(8)]
    lines = tuple(PurchaseOrderLine(product_id=one.code, quantity=90.0) for one in rows)
    catalogue = Catalogue([], SUPPLIERS, orders=[PurchaseOrder(reference="PO-1", status="Draft", lines=lines)])
    assert simulate(rows, catalogue, AS_IT_IS, limit=3).warnings[0].endswith("; and 2 more.")
    assert simulate(rows, catalogue, AS_IT_IS, limit=9).warnings[0].endswith("; and 2 more, all listed below.")


def test_an_order_long_overdue_is_named_before_the_plan_counts_on_it() -> None:
    old = order(130, "Approved").model_copy(update={"ordered_at": COMPUTED - timedelta(days=119)})
    found = simulate([line().row], Catalogue([], SUPPLIERS, orders=[old]), AS_IT_IS, today=TODAY)
    assert "days and never marked Sent: send it or delete it" in found.set_aside[0].why
    assert found.set_aside[0].why in found.warnings[0]


def test_later_pages_say_only_what_is_of_them() -> None:
    rows = [line(code="ODD", order_quantity=500.0).row, line(code="B").row]
    first = simulated(rows, [], AS_IT_IS, limit=1)
    assert first.warnings
    assert first.next_cursor is not None
    assert simulated(rows, [], AS_IT_IS, limit=1, cursor=first.next_cursor).warnings == ()


def test_a_cursor_of_other_assumptions_is_stale() -> None:
    rows = [line().row, line(code="B").row]
    cursor = simulated(rows, [], Assumptions(delay_days=7), limit=1).next_cursor
    assert cursor is not None
    other = simulated(rows, [], Assumptions(delay_days=14), limit=1, cursor=cursor)
    assert "is stale" in other.warnings[0]
    assert other.items[0].product == "A"


@pytest.mark.parametrize("size", [24, 300])
async def test_the_baseline_meets_the_sandbox_on_every_line(size: int) -> None:
    account = await account_of(size)
    found = simulate(account.rows, account.catalogue, AS_IT_IS, limit=ALL)
    assert found.differing_lines == 0
    assert found.baseline_lines == found.stocktrim_lines >= size // 4
    assert found.baseline_cost == found.stocktrim_cost


@pytest.mark.parametrize("longer", [7, 30])
async def test_a_longer_lead_time_comes_near_what_the_sandbox_itself_would_order(longer: int) -> None:
    sandbox = Sandbox(300, today=TODAY)
    plan = sandbox.forecast.plan()
    account = await account_of(300)
    catalogue: Catalogue = account.catalogue
    ours, theirs = 0.0, 0.0
    for row in account.rows:
        item = catalogue.item(row)
        found = project(item, Assumptions(lead_time_change_days=longer))
        if found is None or item.discontinued or item.product is None:
            continue
        key = item.product.product_id
        before = plan.item(plan.products[key])
        slower = replace(before, lead_time_days=(before.lead_time_days or 0) + longer)
        ours += found.quantity
        theirs += figure(slower, plan.sold(key), plan.today).order_quantity or 0.0
    # Seasons move the true demand of the added days; the estimate holds the daily rate.
    assert ours == pytest.approx(theirs, rel=0.1)
