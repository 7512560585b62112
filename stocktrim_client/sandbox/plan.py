"""The order plan's arithmetic: textbook formulas as functions of their arguments.

Demand is read in weeks, oldest first, the last one ending today. A month's seasonal index is its average over that
of all weeks; every method forecasts the demand freed of season, and the season is laid over its answer again.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from operator import mul
from statistics import NormalDist
from typing import NamedTuple

__all__ = [
    "HISTORY_WEEKS",
    "METHODS",
    "Figures",
    "Item",
    "Sold",
    "cover_days",
    "economic_order_quantity",
    "figure",
    "order_quantity",
    "predict",
    "safety_stock",
    "seasonal_days",
    "seasonal_indices",
    "service_factor",
    "weekly_demand",
]

HISTORY_WEEKS = 104
METHODS = ("average", "linear regression", "second order polynomial", "last month", "previous lead time")
ORDERING_COST = 25.0
HOLDING_RATE = 0.2
LONGEST_DAYS = 9999
NO_SEASON = (1.0,) * 12


class Sold(NamedTuple):
    """One sale as the forecast sees it."""

    age_days: int
    quantity: float
    location: str | None
    customer: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """What the plan must know of a product, at a place or everywhere."""

    on_hand: float = 0.0
    on_order: float = 0.0
    lead_time_days: int | None = None
    manufacturing_days: int = 0
    reorder_frequency_days: int = 0
    forecast_period_days: int | None = None
    service_level: float = 0.95
    minimum_order: float = 0.0
    batch: float = 0.0
    shelf_minimum: float | None = None
    shelf_maximum: float | None = None
    unit_cost: float | None = None
    overridden_demand: float | None = None
    overridden_days: int | None = None
    ignore_seasonality: bool = False
    discontinued: bool = False
    unstocked: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """One row of the plan, in numbers. None: could not be computed; `error` says why."""

    error: str | None
    order_quantity: float | None = None
    reorder_point: float | None = None
    lead_demand: float | None = None
    period_demand: float | None = None
    overridden_ahead: float | None = None
    safety_stock: float | None = None
    economic_quantity: float | None = None
    stock_cycle_days: float | None = None
    lead_days: int | None = None
    days_until_stock_out: int | None = None
    days_until_due: int | None = None
    uncertain: bool = True
    sold_in_lead_time: float = 0.0
    daily_average: float = 0.0
    predictions: tuple[float | None, ...] = (None,) * 5
    deviation: float | None = None
    factor: float | None = None
    best_fit: float | None = None
    worst_fit: float | None = None
    prediction_range: float | None = None
    method: int | None = None
    order_count: int = 0
    latest_age: int | None = None
    first_age: int | None = None
    customer_count: int = 0


def weekly_demand(sold: Iterable[Sold]) -> list[float]:
    """Units sold in each week since the first sale, oldest first.

    Units: days of age -> units a week. A sale older than the history is left out, one of today counts as this week's.
    """
    weeks: list[float] = [0.0] * HISTORY_WEEKS
    oldest = -1
    for age, quantity, _, _ in sold:
        week = (age - 1) // 7 if age > 0 else 0
        if week < HISTORY_WEEKS:
            weeks[week] += quantity
            oldest = max(oldest, week)
    return weeks[oldest::-1] if oldest >= 0 else []


@lru_cache(maxsize=8)
def week_months(today: date) -> tuple[int, ...]:
    """The month (0 to 11) in which the middle of each week of the history falls, oldest first."""
    return tuple((today - timedelta(days=7 * week + 4)).month - 1 for week in range(HISTORY_WEEKS))[::-1]


@lru_cache(maxsize=2048)
def days_by_month(today: date, days: int) -> tuple[int, ...]:
    """How many of the next `days` days fall in each month."""
    counts = [0] * 12
    for ahead in range(1, days + 1):
        counts[(today + timedelta(days=ahead)).month - 1] += 1
    return tuple(counts)


def seasonal_indices(weeks: Sequence[float], today: date) -> tuple[float, ...]:
    """Each month's demand over the average month's; 1 where nothing tells.

    Source: ratio to the mean. A season needs a year of history to show.
    """
    if len(weeks) < 52:
        return NO_SEASON
    totals, counts = [0.0] * 12, [0] * 12
    for month, units in zip(week_months(today)[-len(weeks) :], weeks, strict=True):
        totals[month] += units
        counts[month] += 1
    mean = sum(totals) / len(weeks)
    if mean <= 0:
        return NO_SEASON
    return tuple(max(0.1, total / count / mean) if count else 1.0 for total, count in zip(totals, counts, strict=True))


def seasonal_days(indices: Sequence[float], today: date, days: int) -> float:
    """The next `days` days, each weighed with its month's index."""
    return float(sum(map(mul, indices, days_by_month(today, days))))


@lru_cache(maxsize=256)
def centred(count: int) -> tuple[tuple[float, ...], tuple[float, ...], float, float]:
    """0 .. count-1 moved to a mean of 0, their squares, and what a line and a curve are divided by."""
    moved = tuple(week - (count - 1) / 2 for week in range(count))
    squares = tuple(value * value for value in moved)
    second = sum(squares)
    fourth = sum(map(mul, squares, squares))
    return moved, squares, second, fourth - second * second / count


class Fit(NamedTuple):
    """Least squares over weeks: mean, slope and curvature, with the variation each explains."""

    mean: float
    slope: float
    curve: float
    curve_level: float
    line_fit: float
    curve_fit: float
    variance: float


def least_squares(weeks: Sequence[float]) -> Fit:
    """A line and a parabola through the weeks.

    Source: ordinary least squares on centred weeks, where the normal equations fall apart into one division each.
    """
    count = len(weeks)
    moved, squares, second, curve_divisor = centred(count)
    mean = sum(weeks) / count
    total = sum(map(mul, weeks, weeks)) - count * mean * mean
    if count < 3 or total <= 1e-9:
        return Fit(mean, 0.0, 0.0, mean, 0.0, 0.0, max(0.0, total / count))
    slope = sum(map(mul, moved, weeks)) / second
    curve = (sum(map(mul, squares, weeks)) - mean * second) / curve_divisor
    line_fit = min(1.0, slope * slope * second / total)
    curve_fit = min(1.0, line_fit + curve * curve * curve_divisor / total)
    return Fit(mean, slope, curve, mean - curve * second / count, line_fit, curve_fit, total / count)


def predict(weeks: Sequence[float], days: int, fit: Fit | None = None) -> tuple[float, ...]:
    """Units a day over the next `days` days by each of the five `METHODS`, never below 0.

    Source: mean; line and parabola averaged over the days ahead; the last 4 weeks; the last weeks that make up `days`.
    """
    fit = fit or least_squares(weeks)
    span = days / 7
    middle = len(weeks) / 2 + span / 2
    stretch = min(len(weeks), max(1, math.ceil(days / 7)))
    recent = min(len(weeks), 4)
    return (
        max(0.0, fit.mean / 7),
        max(0.0, (fit.mean + fit.slope * middle) / 7),
        max(0.0, (fit.curve_level + fit.slope * middle + fit.curve * (middle * middle + span * span / 12)) / 7),
        max(0.0, sum(weeks[-recent:]) / (7 * recent)),
        max(0.0, sum(weeks[-stretch:]) / (7 * stretch)),
    )


def most_accurate(weeks: Sequence[float], days: int) -> int:
    """Which of the `METHODS`, counted from 0, would have forecast the last stretch best.

    Source: hold-out test: the last `days` days (4 to 26 weeks) are forecast from those before. Under half a year, the
    average.
    """
    held = min(26, max(4, math.ceil(days / 7)))
    if len(weeks) < 26 or len(weeks) - held < 13:
        return 0
    actual = sum(weeks[-held:]) / (7 * held)
    errors = [abs(guess - actual) for guess in predict(weeks[:-held], 7 * held)]
    return errors.index(min(errors))


@lru_cache(maxsize=256)
def service_factor(level: float) -> float:
    """How many standard deviations cover demand with the probability `level`.

    Units: 0.95 means 95 %; held within 0.5 and 0.9999.
    Source: the normal distribution's quantile (95 % is 1.645).
    """
    return NormalDist().inv_cdf(min(0.9999, max(0.5, level)))


def safety_stock(factor: float, daily_deviation: float, lead_days: float) -> float:
    """Units held against demand above the forecast.

    Source: service factor x standard deviation of a day's demand x root of the lead time.
    """
    return factor * daily_deviation * math.sqrt(max(0.0, lead_days))


def order_quantity(
    demand: float,
    safety: float,
    position: float,
    *,
    minimum: float = 0.0,
    batch: float = 0.0,
    shelf_minimum: float | None = None,
    shelf_maximum: float | None = None,
) -> float:
    """Units to order now.

    Source: max(0, demand over the look-ahead + safety stock - stock position), at least up to the lowest shelf level;
    lifted to the minimum order, rounded up to whole batches (whole units without one); never above the highest shelf
    level: then the whole batches that fit, or none.
    """
    wanted = demand + safety - position
    if shelf_minimum is not None:
        wanted = max(wanted, shelf_minimum - position)
    if wanted <= 1e-9:
        return 0.0
    step = batch if batch > 0 else 1.0
    quantity = math.ceil(max(wanted, minimum) / step - 1e-9) * step
    if shelf_maximum is not None and quantity > shelf_maximum - position:
        quantity = math.floor(max(0.0, shelf_maximum - position) / step + 1e-9) * step
        if quantity < minimum:
            return 0.0
    return round(quantity, 6)


def economic_order_quantity(yearly_demand: float, ordering_cost: float, holding_cost: float) -> float | None:
    """The order size with the least cost of ordering and holding together.

    None: holding it costs nothing, so no size is best.
    Source: root of 2 x yearly demand x cost of an order / cost of holding a unit for a year.
    """
    if holding_cost <= 0:
        return None
    return math.sqrt(2 * yearly_demand * ordering_cost / holding_cost)


def cover_days(units: float, daily_rate: float) -> int | None:
    """Whole days for which `units` last.

    None: nothing is demanded.
    Source: units / daily demand, rounded down.
    """
    if daily_rate <= 1e-9:
        return None
    return max(-LONGEST_DAYS, min(LONGEST_DAYS, math.floor(units / daily_rate + 1e-9)))


def figure(item: Item, sold: Sequence[Sold], today: date) -> Figures:
    """The whole row of one product.

    Source: reorder point = lead-time demand + safety stock; the look-ahead is the forecast period if one is set, else
    lead time + making time + reorder frequency; days until due = (stock position - reorder point) / daily demand.
    """
    weeks = weekly_demand(sold)
    seen = Figures(
        None,
        order_count=len(sold),
        latest_age=min((sale.age_days for sale in sold), default=None),
        first_age=max((sale.age_days for sale in sold), default=None),
        customer_count=len({sale.customer for sale in sold if sale.customer is not None}),
        daily_average=sum(sale.quantity for sale in sold if sale.age_days <= 120) / 120,
    )
    overridden = item.overridden_demand is not None and (item.overridden_days or 0) > 0
    if item.lead_time_days is None:
        return replace(seen, error="No lead time is set on the product or on its supplier.")
    lead_days = max(0, item.lead_time_days) + max(0, item.manufacturing_days)
    if not weeks and not overridden:
        return replace(seen, error="There are no sales to forecast from.", lead_days=lead_days)
    ahead_days = item.forecast_period_days or lead_days + max(0, item.reorder_frequency_days)
    weeks = weeks or [0.0]

    indices = NO_SEASON if item.ignore_seasonality else seasonal_indices(weeks, today)
    level = weeks
    if indices is not NO_SEASON:
        level = [units / indices[month] for month, units in zip(week_months(today)[-len(weeks) :], weeks, strict=True)]
    fit = least_squares(level)
    rates = predict(level, max(1, ahead_days), fit)
    method = most_accurate(level, max(1, lead_days))
    lead_season = seasonal_days(indices, today, lead_days)

    def demand(days: int) -> float:
        season = seasonal_days(indices, today, days)
        if not overridden or item.overridden_demand is None or item.overridden_days is None:
            return rates[method] * season
        by_hand = min(days, item.overridden_days)
        rest = season - seasonal_days(indices, today, by_hand)
        return item.overridden_demand * by_hand / item.overridden_days + rates[method] * max(0.0, rest)

    lead_demand, period_demand = demand(lead_days), demand(ahead_days)
    rate = period_demand / ahead_days if ahead_days else demand(7) / 7
    deviation = math.sqrt(fit.variance / 7)
    factor = service_factor(item.service_level)
    safety = 0.0 if item.unstocked else safety_stock(factor, deviation, lead_days)
    position = item.on_hand + item.on_order
    if item.discontinued:
        quantity = 0.0
    elif item.unstocked:
        quantity = order_quantity(0.0, 0.0, position, minimum=item.minimum_order, batch=item.batch)
    else:
        quantity = order_quantity(
            period_demand,
            safety,
            position,
            minimum=item.minimum_order,
            batch=item.batch,
            shelf_minimum=item.shelf_minimum,
            shelf_maximum=item.shelf_maximum,
        )
    economic = None
    if item.unit_cost is not None:
        economic = economic_order_quantity(rate * 365, ORDERING_COST, HOLDING_RATE * item.unit_cost)
    predictions = tuple(each * lead_season for each in rates)
    return replace(
        seen,
        order_quantity=quantity,
        reorder_point=lead_demand + safety,
        lead_demand=lead_demand,
        period_demand=period_demand,
        overridden_ahead=item.overridden_demand if overridden else None,
        safety_stock=safety,
        economic_quantity=economic,
        stock_cycle_days=economic / rate if economic is not None and rate > 1e-9 else None,
        lead_days=lead_days,
        days_until_stock_out=cover_days(item.on_hand, rate),
        days_until_due=cover_days(position - lead_demand - safety, rate),
        uncertain=len(sold) < 8 or deviation * math.sqrt(7) > 1.2 * fit.mean,
        sold_in_lead_time=sum(sale.quantity for sale in sold if sale.age_days <= lead_days),
        predictions=predictions,
        deviation=deviation,
        factor=factor,
        best_fit=fit.curve_fit,
        worst_fit=0.0,
        prediction_range=max(predictions) - min(predictions),
        method=method + 1,
    )
