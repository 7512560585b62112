"""How much to order, against small numbers done by hand, the sandbox's own arithmetic, and what must hold for all."""

import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stocktrim_client.models import OrderPlanRow, Product
from stocktrim_client.sandbox import plan as sandbox
from stocktrim_mcp_server.planning.catalogue import Item, join
from stocktrim_mcp_server.planning.replenishment import (
    Candidate,
    Limits,
    Quantity,
    covered_days_of,
    days_out,
    dry_days_of,
    lead_days_of,
    limits_of,
    lost_margin,
    lost_margin_of_waiting,
    one_cycle,
    pace_of,
    reorder_quantity,
    service_factor,
    usual_margin_rate,
    why_harmless,
    within_budget,
)
from tests.server.planning.accounts import amounts, rows

units = amounts(0, 5_000)
positions = amounts(-200, 5_000)
limits = st.builds(
    Limits,
    minimum_order=st.none() | amounts(0, 500),
    batch=st.none() | st.sampled_from([0.0, 1.0, 6.0, 12.0, 2.5, 0.25]),
    shelf_minimum=st.none() | amounts(0, 900),
    shelf_maximum=st.none() | amounts(0, 4_000),
)


def line(row: OrderPlanRow, product: Product | None = None) -> Item:
    return join(row, product, "ACME")


@pytest.mark.parametrize(
    ("demand", "safety", "position", "limits", "expected"),
    [
        (100, 20, 50, Limits(), Quantity(70, 70, 70, 70, 70)),
        (100, 20, 49.5, Limits(), Quantity(70.5, 70.5, 70.5, 71, 71)),
        (100, 20, 120, Limits(500, 100), Quantity(0, 0, 0, 0, 0)),
        (100, 20, 150, Limits(shelf_minimum=160), Quantity(0, 10, 10, 10, 10)),
        (100, 20, 50, Limits(minimum_order=90), Quantity(70, 70, 90, 90, 90)),
        (100, 20, 50, Limits(minimum_order=90, batch=12), Quantity(70, 70, 90, 96, 96)),
        (100, 20, 50, Limits(batch=12, shelf_maximum=100), Quantity(70, 70, 70, 72, 48)),
        (100, 20, 50, Limits(minimum_order=60, batch=12, shelf_maximum=100), Quantity(70, 70, 70, 72, 0)),
        (100, 20, 50, Limits(shelf_maximum=40), Quantity(70, 70, 70, 70, 0)),
        (10, 0, -4, Limits(batch=6), Quantity(14, 14, 14, 18, 18)),
        (0, 0, 0, Limits(minimum_order=50), Quantity(0, 0, 0, 0, 0)),
    ],
)
def test_each_step_by_hand(demand: float, safety: float, position: float, limits: Limits, expected: Quantity) -> None:
    assert reorder_quantity(demand, safety, position, limits) == expected


@given(units, units, positions, limits)
def test_it_is_the_sandboxs_arithmetic(demand: float, safety: float, position: float, limits: Limits) -> None:
    theirs = sandbox.order_quantity(
        demand,
        safety,
        position,
        minimum=limits.minimum_order or 0.0,
        batch=limits.batch or 0.0,
        shelf_minimum=limits.shelf_minimum,
        shelf_maximum=limits.shelf_maximum,
    )
    assert reorder_quantity(demand, safety, position, limits).to_order == pytest.approx(theirs, abs=1e-6)


@given(units, units, positions, limits)
def test_it_is_never_negative_and_keeps_to_minimum_pack_and_shelf(
    demand: float, safety: float, position: float, limits: Limits
) -> None:
    found = reorder_quantity(demand, safety, position, limits)
    assert all(step >= 0 for step in found)
    if found.to_order == 0:
        return
    pack = limits.batch or 1.0
    assert found.to_order / pack == pytest.approx(round(found.to_order / pack), abs=1e-6)
    assert found.to_order >= (limits.minimum_order or 0) - 1e-6
    if limits.shelf_maximum is not None:
        assert position + found.to_order <= limits.shelf_maximum + 1e-5
    else:
        assert found.to_order >= found.needed - 1e-5


@given(units, amounts(0, 500), units, positions, limits)
def test_more_demand_never_orders_less(
    demand: float, more: float, safety: float, position: float, limits: Limits
) -> None:
    less = reorder_quantity(demand, safety, position, limits).to_order
    assert reorder_quantity(demand + more, safety, position, limits).to_order >= less


def test_limits_are_the_rows_else_the_products() -> None:
    product = Product(code="A", product_id="1", minimum_order_quantity=5, batch_size=2.5, maximum_shelf_level=80)
    row = OrderPlanRow(code="A", minimum_order_quantity=6, minimum_shelf_level=0)
    assert limits_of(line(row, product)) == Limits(6, 2.5, 0, 80)
    assert limits_of(line(row)) == Limits(6, None, 0, None)


@pytest.mark.parametrize(
    ("row", "product", "lead", "covered"),
    [
        ({}, {}, None, None),
        ({"lead_time_days": 30}, {}, 30, 30),
        ({"lead_time_days": 30, "manufacturing_days": 2, "reorder_frequency_days": 14}, {}, 32, 46),
        ({}, {"lead_time_days": 9, "manufacturing_days": 1, "reorder_frequency_days": 5}, 10, 15),
        ({"lead_time_days": 0}, {"lead_time_days": 9}, 0, 0),
        ({"lead_time_days": 30}, {"forecast_period_days": 90}, 30, 90),
        ({"lead_time_days": 30}, {"forecast_period_days": 0}, 30, 30),
    ],
)
def test_the_days_an_order_must_cover(
    row: dict[str, Any], product: dict[str, Any], lead: float | None, covered: float | None
) -> None:
    item = line(OrderPlanRow(code="A", **row), Product(code="A", product_id="1", **product))
    assert (lead_days_of(item), covered_days_of(item)) == (lead, covered)


def test_the_daily_rate_is_the_forecasts_else_what_was_sold() -> None:
    forecast = OrderPlanRow(code="A", forecast_period_demand=60, lead_time_days=30, daily_demand=1)
    assert pace_of(line(forecast)).daily_rate == 2
    assert pace_of(line(forecast.model_copy(update={"lead_time_days": 0}))).daily_rate == 1
    assert pace_of(line(OrderPlanRow(code="A"))).daily_rate == 0


def test_what_lasts_and_what_is_out() -> None:
    row = OrderPlanRow(code="A", lead_demand=60, lead_time_days=30, on_hand=10, on_order=20, days_until_stock_out=5)
    assert pace_of(line(row)).lasting_days == 15
    assert pace_of(line(row.model_copy(update={"days_until_stock_out": -9}))).lasting_days == 10
    assert pace_of(line(row.model_copy(update={"days_until_stock_out": None}))).lasting_days == 15
    assert pace_of(line(OrderPlanRow(code="A", on_hand=5))).lasting_days is None
    assert days_out(15, 30, 0) == 15
    assert days_out(15, 30, 7) == 22
    assert days_out(40, 30, 7) == 0
    assert days_out(None, 30, 7) == 0


@pytest.mark.parametrize(("level", "factor"), [(0.95, 1.6449), (95, 1.6449), (0.5, 0), (50, 0), (100, 3.719)])
def test_the_service_factor_is_the_normal_quantile(level: float, factor: float) -> None:
    assert service_factor(level) == pytest.approx(factor, abs=1e-3)


def test_waiting_loses_the_margin_of_the_days_an_order_now_would_prevent() -> None:
    row = OrderPlanRow(
        code="A", lead_demand=60, lead_time_days=30, days_until_stock_out=35, unit_cost=4, unit_price=10, on_order=0
    )
    # Two a day; ordered a week later it is out from day 35 to day 37.
    assert lost_margin_of_waiting(line(row), 100, 9.9) == pytest.approx(2 * 2 * 6)
    assert lost_margin_of_waiting(line(row), 3, 9.9) == 3 * 6
    assert lost_margin_of_waiting(line(row.model_copy(update={"days_until_stock_out": 38})), 100, 9.9) == 0
    assert lost_margin_of_waiting(line(row.model_copy(update={"days_until_stock_out": -3})), 100, 9.9) == 2 * 7 * 6
    assert lost_margin_of_waiting(line(row.model_copy(update={"unit_price": 3})), 100, 9.9) == 0
    unsold = line(row.model_copy(update={"unit_price": None}))
    assert lost_margin_of_waiting(unsold, 100, 0.5) == pytest.approx(2 * 2 * 4 * 0.5)


@given(rows)
def test_what_lasts_a_cycle_keeps_to_minimum_pack_and_shelf(row: OrderPlanRow) -> None:
    item = line(row)
    quantity, limits = one_cycle(item), limits_of(item)
    assert quantity >= 0
    if quantity:
        assert pace_of(item).daily_rate > 0
        assert quantity >= (limits.minimum_order or 0) - 1e-6
        pack = limits.batch or 1.0
        assert quantity / pack == pytest.approx(round(quantity / pack), abs=1e-5)
        on_hand, on_order = row.on_hand or 0.0, row.on_order or 0.0
        assert limits.shelf_maximum is None or on_hand + on_order + quantity <= limits.shelf_maximum + 1e-5


@given(rows, amounts(0, 900), amounts(0, 5))
def test_waiting_loses_something_or_says_why_not(row: OrderPlanRow, quantity: float, usual: float) -> None:
    item = line(row)
    lost = lost_margin_of_waiting(item, quantity, usual)
    assert lost >= 0
    assert lost_margin_of_waiting(item, quantity, usual, coming=50) <= lost + 1e-6
    if not lost:
        said = why_harmless(item, usual)
        assert said.startswith("no demand is forecast") == (pace_of(item).daily_rate == 0)


def test_units_to_come_put_off_what_waiting_loses() -> None:
    row = OrderPlanRow(
        code="A", lead_demand=60, lead_time_days=30, days_until_stock_out=35, unit_cost=4, unit_price=10, on_order=0
    )
    # Two a day: two units more put off the first of two days without stock.
    assert lost_margin_of_waiting(line(row), 100, 9.9, coming=2) == pytest.approx(2 * 1 * 6)
    assert dry_days_of(line(row)) == 0
    assert dry_days_of(line(row.model_copy(update={"days_until_stock_out": 12}))) == 18
    assert dry_days_of(line(OrderPlanRow(code="A", on_hand=3))) is None
    # 35 days' lead time at 49 / 42 a day: 9 here and 12 to come last 18 days, though StockTrim cuts 7.7 down to 7.
    kettle = OrderPlanRow(
        code="A", lead_demand=49, lead_time_days=42, days_until_stock_out=7, on_hand=9, on_order=12, unit_cost=4
    )
    assert dry_days_of(line(kettle)) == pytest.approx(42 - 18)
    assert dry_days_of(line(kettle.model_copy(update={"days_until_stock_out": 9}))) == pytest.approx(
        42 - 9 - 12 * 6 / 7
    )
    assert lost_margin(6, 2, 100, 4) == 48
    assert lost_margin(6, 2, 5, 4) == 30
    assert lost_margin(-6, 2, 100, 4) == 0


def test_the_usual_margin_is_the_median() -> None:
    def priced(price: float | None) -> Item:
        return line(OrderPlanRow(code="A", unit_cost=10, unit_price=price))

    assert usual_margin_rate([priced(12), priced(15), priced(90), priced(None)]) == pytest.approx(0.5)
    assert usual_margin_rate([priced(None)]) == 1


candidates = st.lists(
    st.builds(
        Candidate,
        product=st.text("ABC", min_size=1, max_size=3),
        location=st.none(),
        cost=st.none() | amounts(0.01, 300),
        lost_margin=amounts(0, 500),
        pressing=st.tuples(st.integers(0, 4), st.floats(-9, 99)),
    ),
    max_size=12,
)


@given(candidates, amounts(0, 900))
def test_a_budget_pays_for_what_is_kept_and_for_no_single_line_more(lines: list[Candidate], budget: float) -> None:
    why = within_budget(lines, budget)
    kept = [one for place, one in enumerate(lines) if place not in why]
    assert all(one.cost is not None for one in kept)
    spent = math.fsum(one.cost or 0 for one in kept)
    assert spent <= budget + 1e-6
    losing = [one for place, one in enumerate(lines) if place in why and one.cost is not None and one.lost_margin > 0]
    for place in why:
        cost = lines[place].cost
        assert cost is None or spent + cost > budget - 1e-6 or (losing and not lines[place].lost_margin)
    # What loses nothing is kept only beside everything that does.
    assert not losing or all(one.lost_margin for one in kept)
    if math.fsum(one.cost or 0 for one in lines) <= budget - 1e-6:
        assert all(lines[place].cost is None for place in why)
    assert all(why.values())
    kept_worth = [one.lost_margin / one.cost for one in kept if one.cost]
    for place, said in why.items():
        # What is said of the last line kept holds for all that are.
        if "the last line kept" in said:
            assert lines[place].lost_margin / (lines[place].cost or 1) <= min(kept_worth) + 1e-9


@given(candidates)
def test_what_loses_most_for_the_money_is_kept_before_what_loses_less(lines: list[Candidate]) -> None:
    priced = [one for one in lines if one.cost is not None]
    assume(len(priced) > 1)
    best = max((one.lost_margin / (one.cost or 1), one.cost or 0) for one in priced)
    why = within_budget(lines, best[1])
    top = [place for place, one in enumerate(lines) if one.cost and one.lost_margin / one.cost == best[0]]
    assert any(place not in why for place in top)
