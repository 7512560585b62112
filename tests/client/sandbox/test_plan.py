"""The plan's arithmetic, against small numbers done by hand and against what must hold for all."""

import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktrim_client.sandbox.plan import (
    METHODS,
    Item,
    Sold,
    cover_days,
    economic_order_quantity,
    figure,
    order_quantity,
    predict,
    safety_stock,
    seasonal_days,
    seasonal_indices,
    service_factor,
    weekly_demand,
)

TODAY = date(2026, 11, 23)


def steady(units: float, weeks: int = 104) -> list[Sold]:
    return [Sold(7 * week + 3, units, "MAIN", "C1") for week in range(weeks)]


def test_sales_fall_into_weeks_that_end_today() -> None:
    sold = [Sold(age, 1.0, None, None) for age in (0, 1, 7, 8, 14, 15, 728, 729)]
    weeks = weekly_demand(sold)
    assert len(weeks) == 104
    assert (weeks[-1], weeks[-2], weeks[-3], weeks[0]) == (3, 2, 1, 1)
    assert sum(weeks) == len(sold) - 1
    assert weekly_demand([]) == []
    assert weekly_demand([Sold(10, 5.0, None, None)]) == [5.0, 0.0]


def test_service_factor_is_the_normal_quantile() -> None:
    assert service_factor(0.95) == pytest.approx(1.6449, abs=1e-4)
    assert service_factor(0.5) == pytest.approx(0)


def test_safety_stock_by_hand() -> None:
    assert safety_stock(1.645, 4.0, 25) == pytest.approx(1.645 * 4 * 5)


def test_economic_order_quantity_by_hand() -> None:
    assert economic_order_quantity(1000, 25, 2) == pytest.approx(math.sqrt(25_000))
    assert economic_order_quantity(1000, 25, 0) is None


@pytest.mark.parametrize(
    ("units", "rate", "days"), [(10, 3, 3), (0, 3, 0), (-1, 3, -1), (9, 3, 3), (10, 0, None), (1e9, 0.1, 9999)]
)
def test_cover_by_hand(units: float, rate: float, days: int | None) -> None:
    assert cover_days(units, rate) == days


@pytest.mark.parametrize(
    ("demand", "safety", "position", "limits", "expected"),
    [
        (100, 20, 50, {}, 70),
        (100, 20, 130, {}, 0),
        (100, 20, -10, {}, 130),
        (10.2, 0, 0, {}, 11),
        (100, 20, 50, {"minimum": 80}, 80),
        (100, 20, 50, {"batch": 12}, 72),
        (100, 20, 50, {"minimum": 80, "batch": 12}, 84),
        (100, 20, 119.5, {"minimum": 500, "batch": 100}, 500),
        (0, 0, 2, {"shelf_minimum": 10}, 8),
        (100, 20, 50, {"shelf_maximum": 100}, 50),
        (100, 20, 50, {"shelf_maximum": 100, "batch": 12}, 48),
        (100, 20, 50, {"shelf_maximum": 100, "minimum": 60}, 0),
        (100, 20, 50, {"shelf_maximum": 40}, 0),
    ],
)
def test_order_quantity_by_hand(
    demand: float, safety: float, position: float, limits: dict[str, float], expected: float
) -> None:
    assert order_quantity(demand, safety, position, **limits) == expected


amounts = st.floats(0, 10_000)
limits = st.fixed_dictionaries(
    {"minimum": st.integers(0, 500), "batch": st.integers(0, 100)},
    optional={"shelf_minimum": st.integers(0, 500), "shelf_maximum": st.integers(0, 2000)},
)


@given(demand=amounts, safety=amounts, position=st.floats(-500, 10_000), limits=limits)
def test_an_order_is_never_negative_and_keeps_to_minimum_batch_and_shelf(
    demand: float, safety: float, position: float, limits: dict[str, Any]
) -> None:
    quantity = order_quantity(demand, safety, position, **limits)
    assert quantity >= 0
    if quantity:
        assert quantity >= limits["minimum"]
        assert quantity % (limits["batch"] or 1) == pytest.approx(0, abs=1e-6)
        assert position + quantity <= limits.get("shelf_maximum", math.inf) + 1e-3


@given(demand=amounts, more=amounts, safety=amounts, position=st.floats(-500, 10_000), limits=limits)
def test_more_demand_never_orders_less(
    demand: float, more: float, safety: float, position: float, limits: dict[str, Any]
) -> None:
    assert order_quantity(demand, safety, position, **limits) <= order_quantity(
        demand + more, safety, position, **limits
    )


@given(weeks=st.lists(st.floats(0, 1000), min_size=1, max_size=104), days=st.integers(1, 365))
def test_no_method_forecasts_less_than_nothing(weeks: list[float], days: int) -> None:
    rates = predict(weeks, days)
    assert len(rates) == len(METHODS)
    assert all(rate >= 0 and math.isfinite(rate) for rate in rates)


def test_the_methods_by_hand() -> None:
    assert predict([7.0] * 30, 28) == pytest.approx((1, 1, 1, 1, 1))
    rising = [7.0 * week for week in range(20)]
    average, line, curve, month, stretch = predict(rising, 14)
    assert average == pytest.approx(9.5)
    assert line == pytest.approx(20.5)
    assert curve == pytest.approx(20.5)
    assert month == pytest.approx(17.5)
    assert stretch == pytest.approx(18.5)
    bent = [7.0 * week * week for week in range(20)]
    assert predict(bent, 14)[2] == pytest.approx(20.5 * 20.5 + 4 / 12)


def test_a_season_shows_after_a_year_and_averages_to_one() -> None:
    assert seasonal_indices([5.0] * 51, TODAY) == (1.0,) * 12
    assert seasonal_indices([5.0] * 104, TODAY) == pytest.approx((1.0,) * 12)
    assert seasonal_days((1.0,) * 12, TODAY, 40) == 40
    december = [0.0] * 11 + [1.0]
    assert seasonal_days(december, TODAY, 20) == 13


def test_a_steady_product_by_hand() -> None:
    item = Item(on_hand=20, on_order=10, lead_time_days=14, reorder_frequency_days=7, unit_cost=2.0)
    row = figure(item, steady(14), TODAY)
    assert row.error is None
    assert row.lead_demand == pytest.approx(28)
    assert row.period_demand == pytest.approx(42)
    assert row.safety_stock == pytest.approx(0, abs=1e-6)
    assert row.reorder_point == pytest.approx(28)
    assert row.order_quantity == 12
    assert (row.days_until_stock_out, row.days_until_due) == (10, 1)
    assert row.predictions == pytest.approx((28,) * 5)
    assert row.economic_quantity == pytest.approx(math.sqrt(2 * 730 * 25 / 0.4))
    assert row.daily_average == pytest.approx(14 * 17 / 120)
    assert row.sold_in_lead_time == 28
    assert (row.order_count, row.customer_count, row.uncertain) == (104, 1, False)


def test_deviation_becomes_safety_stock() -> None:
    sold = [Sold(7 * week + 3, 7.0 if week % 2 else 21.0, None, None) for week in range(20)]
    row = figure(Item(lead_time_days=28, service_level=0.95), sold, TODAY)
    assert row.deviation == pytest.approx(7 / math.sqrt(7))
    assert row.safety_stock == pytest.approx(1.6449 * 7 / math.sqrt(7) * math.sqrt(28), rel=1e-4)
    assert row.reorder_point == pytest.approx((row.lead_demand or 0) + (row.safety_stock or 0))


def test_the_forecast_period_rules_alone() -> None:
    item = Item(lead_time_days=14, manufacturing_days=7, reorder_frequency_days=30, forecast_period_days=70)
    row = figure(item, steady(7), TODAY)
    assert row.lead_days == 21
    assert row.lead_demand == pytest.approx(21)
    assert row.period_demand == pytest.approx(70)


def test_demand_set_by_hand_replaces_the_forecast_for_its_days() -> None:
    item = Item(lead_time_days=20, overridden_demand=100, overridden_days=10)
    row = figure(item, steady(7), TODAY)
    assert row.lead_demand == pytest.approx(110)
    assert figure(item, [], TODAY).lead_demand == pytest.approx(100)


def test_what_cannot_be_computed_says_why() -> None:
    no_sales, no_lead = figure(Item(lead_time_days=5), [], TODAY), figure(Item(), steady(1), TODAY)
    assert "sales" in (no_sales.error or "")
    assert "lead time" in (no_lead.error or "")
    for row in (no_sales, no_lead):
        assert (row.order_quantity, row.days_until_stock_out, row.reorder_point) == (None, None, None)
        assert row.uncertain


def test_nothing_more_is_bought_of_the_discontinued_and_only_what_is_owed_of_the_unstocked() -> None:
    assert figure(Item(lead_time_days=14, discontinued=True), steady(9), TODAY).order_quantity == 0
    assert figure(Item(lead_time_days=14, unstocked=True, on_hand=3), steady(9), TODAY).order_quantity == 0
    assert figure(Item(lead_time_days=14, unstocked=True, on_hand=-3), steady(9), TODAY).order_quantity == 3


def test_the_season_ahead_is_forecast_and_can_be_ignored() -> None:
    december = [
        Sold(age, 35.0 if (TODAY.toordinal() - age) % 365 > 300 else 7.0, None, None) for age in range(3, 728, 7)
    ]
    seasonal = figure(Item(lead_time_days=28), december, TODAY)
    flat = figure(Item(lead_time_days=28, ignore_seasonality=True), december, TODAY)
    assert seasonal.predictions[0] != pytest.approx(flat.predictions[0])
    assert flat.predictions[0] == pytest.approx(sum(sale.quantity for sale in december) / 104 * 4)


sales = st.lists(
    st.builds(Sold, st.integers(0, 800), st.integers(0, 500).map(float), st.just("MAIN"), st.just(None)), max_size=60
)
items = st.builds(
    Item,
    on_hand=st.floats(-50, 1000),
    on_order=st.floats(0, 500),
    lead_time_days=st.none() | st.integers(0, 120),
    manufacturing_days=st.integers(0, 20),
    reorder_frequency_days=st.integers(0, 60),
    forecast_period_days=st.none() | st.integers(1, 180),
    service_level=st.floats(0, 1),
    unit_cost=st.none() | st.floats(0, 100),
    overridden_demand=st.none() | st.floats(0, 500),
    overridden_days=st.none() | st.integers(0, 60),
    ignore_seasonality=st.booleans(),
    discontinued=st.booleans(),
    unstocked=st.booleans(),
)


@given(item=items, sold=sales)
def test_any_product_has_a_row_with_numbers_or_a_reason(item: Item, sold: list[Sold]) -> None:
    row = figure(item, sold, TODAY)
    numbers = (row.order_quantity, row.reorder_point, row.lead_demand, row.period_demand, row.safety_stock)
    if row.error:
        assert numbers == (None,) * 5
    else:
        assert all(number is not None and number >= 0 and math.isfinite(number) for number in numbers)
        assert 1 <= (row.method or 0) <= 5
        assert 0 <= (row.best_fit or 0) <= 1


async def test_the_rows_of_the_plan_are_this_arithmetic(desk: Any) -> None:
    plan = desk.sandbox.forecast.plan()
    rows = (await desk.post("/api/OrderPlan", json={})).json()["results"]
    for row in rows:
        figures = plan.figures(row["externalId"])
        assert row["orderQuantity"] == figures.order_quantity
        if figures.error is None:
            position = row["stockOnHand"] + row["stockOnOrder"]
            assert row["reorderPoint"] == pytest.approx(row["leadDemand"] + row["safetyStockLevel"], abs=1e-3)
            safety = row["serviceFactor"] * row["standardDev"] * math.sqrt(figures.lead_days)
            assert row["isUnstocked"] or row["safetyStockLevel"] == pytest.approx(safety, rel=1e-3, abs=1e-3)
            if not (row["isDiscontinued"] or row["isUnstocked"]):
                wanted = row["forecastPeriodDemand"] + row["safetyStockLevel"] - position
                assert (row["orderQuantity"] > 0) is (wanted > 1e-3)


async def test_components_carry_the_demand_of_what_is_made_through_every_level(desk: Any) -> None:
    plan = desk.sandbox.forecast.plan()
    mug = next(key for key, each in plan.products.items() if each["productCodeReadable"] == "MUG-SAGE")

    def units(product: str) -> float:
        return sum(sale.quantity for sale in plan.sold(product))

    own_blend = sum(sale["quantity"] for sale in desk.sandbox.shop.ledger.sales("COF-HOUSE-1KG"))
    own_mug = sum(sale["quantity"] for sale in desk.sandbox.shop.ledger.sales(mug))
    gifts = units("GIFT-MORNING")
    assert units("COF-HOUSE-1KG") == own_blend + gifts
    assert units("BAG-1KG") == own_blend + gifts
    assert units("BOX-GIFT") == gifts
    assert units(mug) == own_mug + 2 * gifts
    green = sum(sale["quantity"] for sale in desk.sandbox.shop.ledger.sales("GREEN-ETH"))
    assert units("GREEN-ETH") == pytest.approx(green + 0.4 * (own_blend + gifts))


async def test_a_product_made_of_itself_ends(desk: Any) -> None:
    for pair in (("BAG-1KG", "BOX-GIFT"), ("BOX-GIFT", "BAG-1KG"), ("BAG-1KG", "BAG-1KG")):
        await desk.post("/api/boms", json={"productId": pair[0], "componentId": pair[1]})
    await desk.post("/api/RunForecastCalculations")
    desk.clock.seconds += 60
    assert (await desk.post("/api/OrderPlan", json={"category": "Packaging"})).json()["results"]
