"""How much to order: the arithmetic of one line, and which lines a budget pays for.

StockTrim publishes no formula. This is the textbook's, which its fields name one by one:

| step | quantity after it |
| --- | --- |
| needed | demand over the days to cover + safety stock - (on hand + on order), at least 0 |
| shelf minimum | at least what fills the shelf up to its lowest level |
| minimum order | what is ordered at all is at least this |
| pack | rounded up to whole batches, or whole units |
| shelf maximum | cut down to the whole batches that fit; less than the minimum order: none |
"""

import math
from collections.abc import Iterable
from datetime import date
from statistics import NormalDist, median
from typing import NamedTuple

from pydantic import Field

from stocktrim_client.models import Model
from stocktrim_mcp_server.planning.catalogue import Item

USUAL_CYCLE_DAYS = 7
"""Days from one order to the next, where neither row nor product says."""

WAIT_DAYS = 7
"""The one window of what waiting loses, for all lines: till the buyer's next Monday."""

WHOLE_MARGIN = 1.0
"""Margin over cost where no line of a plan has a price: then lines compare by the value of their demand."""

_TOLERANCE = 1e-6
_LEVELS = (0.5, 0.9999)


class Quantity(NamedTuple):
    """Units after each step; the last is what to order."""

    needed: float
    on_shelf: float
    at_least: float
    in_packs: float
    to_order: float


class Limits(NamedTuple):
    """What an order quantity must respect, in units; None and 0 ask nothing."""

    minimum_order: float | None = None
    batch: float | None = None
    shelf_minimum: float | None = None
    shelf_maximum: float | None = None


NO_LIMITS = Limits()
NOTHING = Quantity(0.0, 0.0, 0.0, 0.0, 0.0)


def reorder_quantity(demand: float, safety_stock: float, stock_position: float, limits: Limits = NO_LIMITS) -> Quantity:
    """How much to order, step by step.

    Units: all in stock units; demand is that of the days the order must cover; the position is on hand + on order.
    Source: order-up-to-level in periodic review, (R, S): S = demand over review period and lead time + safety stock;
    Silver, Pyke & Thomas, "Inventory and Production Management in Supply Chains".
    """
    needed = max(0.0, demand + safety_stock - stock_position)
    if needed == 0 and limits.shelf_minimum is None:
        return NOTHING
    on_shelf = needed if limits.shelf_minimum is None else max(needed, limits.shelf_minimum - stock_position)
    if on_shelf <= _TOLERANCE:
        return Quantity(needed, 0.0, 0.0, 0.0, 0.0)
    minimum = max(0.0, limits.minimum_order or 0.0)
    at_least = max(on_shelf, minimum)
    pack = limits.batch if limits.batch and limits.batch > 0 else 1.0
    in_packs = math.ceil(at_least / pack - _TOLERANCE) * pack
    room = math.inf if limits.shelf_maximum is None else limits.shelf_maximum - stock_position
    to_order = in_packs
    if in_packs > room:
        to_order = math.floor(max(0.0, room) / pack + _TOLERANCE) * pack
        to_order = 0.0 if to_order < minimum else to_order
    return Quantity(needed, on_shelf, at_least, round(in_packs, 6), round(to_order, 6))


def limits_of(item: Item) -> Limits:
    """The limits StockTrim applied, else the product's."""
    row, product = item.row, item.product
    minimum, batch = row.minimum_order_quantity, row.batch_size
    lowest, highest = row.minimum_shelf_level, row.maximum_shelf_level
    if product is not None:
        minimum = product.minimum_order_quantity if minimum is None else minimum
        batch = product.batch_size if batch is None else batch
        lowest = product.minimum_shelf_level if lowest is None else lowest
        highest = product.maximum_shelf_level if highest is None else highest
    return Limits(minimum, batch, lowest, highest)


def position_of(item: Item) -> float:
    """Units on hand and on order. Source: the stock position of inventory theory."""
    return (item.row.on_hand or 0.0) + (item.row.on_order or 0.0)


def lead_days_of(item: Item) -> float | None:
    """Days from an order to usable stock, making included.

    None: StockTrim knows no lead time.
    """
    lead = supplier_days_of(item)
    if lead is None:
        return None
    making = item.row.manufacturing_days
    if making is None and item.product is not None:
        making = item.product.manufacturing_days
    return lead + max(0.0, making or 0.0)


def supplier_days_of(item: Item) -> float | None:
    """Days from an order to its arrival. None: StockTrim knows no lead time."""
    days = item.row.lead_time_days
    if days is None and item.product is not None:
        days = item.product.lead_time_days
    return None if days is None else max(0.0, days)


def cycle_days_of(item: Item) -> float | None:
    """Days between orders. None: not set."""
    days = item.row.reorder_frequency_days
    if days is None and item.product is not None:
        days = item.product.reorder_frequency_days
    return days if days and days > 0 else None


def covered_days_of(item: Item) -> float | None:
    """Days an order must last: the forecast period if one is set, else lead time + days between orders.

    None: StockTrim knows no lead time.
    """
    return _covered_days(item, lead_days_of(item))


def _covered_days(item: Item, lead_days: float | None) -> float | None:
    if item.product is not None and (item.product.forecast_period_days or 0) > 0:
        return item.product.forecast_period_days
    return None if lead_days is None else lead_days + (cycle_days_of(item) or 0)


def demand_of(item: Item) -> float | None:
    """Units expected to go over the days an order must last. None: not forecast."""
    row = item.row
    return row.forecast_period_demand if row.forecast_period_demand is not None else row.lead_demand


def recomputable(item: Item) -> bool:
    """Whether the arithmetic says anything of a row: not of what is not forecast, nor of what is bought to order."""
    return item.discontinued or not (demand_of(item) is None or item.unstocked)


class Pace(NamedTuple):
    """How fast a product goes and comes."""

    lead_days: float | None
    daily_rate: float
    lasting_days: float | None


def pace_of(item: Item) -> Pace:
    """Lead time, daily rate, and how long on hand and on order last if what is on order comes in time.

    Units: days, None without a lead time; units a day; days, None if nothing is demanded.
    Source: daily rate = demand over the days to cover / those days, else what was sold of late.
    """
    row = item.row
    lead = lead_days_of(item)
    demand, days = demand_of(item), _covered_days(item, lead)
    rate = max(0.0, demand / days if demand is not None and days else row.daily_demand or 0.0)
    if rate == 0:
        return Pace(lead, rate, None)
    left, here = row.days_until_stock_out, max(0.0, row.on_hand or 0.0) / rate
    # StockTrim's days are whole ones, cut down: the quotient is exact where both say the same.
    if left is not None and math.floor(here + _TOLERANCE) != max(0, left):
        here = max(0, left)
    return Pace(lead, rate, here + max(0.0, row.on_order or 0.0) / rate)


def days_out(lasting_days: float | None, lead_days: float, delay_days: float) -> float:
    """Days without stock before an order placed after `delay_days` can be used; never below 0."""
    return 0.0 if lasting_days is None else max(0.0, lead_days + delay_days - lasting_days)


def service_factor(service_level: float) -> float:
    """How many standard deviations of demand cover it with this probability.

    Units: 0.95 means 95 %, and so does 95; held within 50 % and 99.99 %.
    Source: the standard normal quantile, k in SS = k x sigma; Silver, Pyke & Thomas.
    """
    share = service_level / 100 if service_level > 1 else service_level
    return NormalDist().inv_cdf(min(_LEVELS[1], max(_LEVELS[0], share)))


class Candidate(NamedTuple):
    """A line as a budget sees it. `cost` None: StockTrim holds no cost."""

    product: str
    location: str | None
    cost: float | None
    lost_margin: float
    pressing: tuple[int, float]
    harmless: str = f"loses nothing in the next {WAIT_DAYS} days"
    """What is said of it where waiting loses nothing."""


class LeftOut(Model):
    """A line the budget does not pay for."""

    product: str
    name: str | None = None
    supplier: str
    location: str | None = None
    order_quantity: float = Field(description="Units not ordered")
    line_cost: float | None = None
    runs_dry_on: date | None = Field(default=None, description="Stock on hand ends; absent: no day was computed")
    lost_margin: float | None = Field(
        default=None, description=f"Estimate: margin lost if ordered {WAIT_DAYS} days later; absent: none"
    )
    why: str


def within_budget(candidates: Iterable[Candidate], budget: float) -> dict[int, str]:
    """The lines to leave out and why, by their place among the candidates; all others are kept.

    Greedy: lines are taken in order of lost margin avoided per unit of money, then most pressing, then cheapest, then
    by code; each is kept whole if what is left of the budget pays for it, else passed over for cheaper ones after it.
    Lines that lose nothing by waiting come after all that do, and only if none of those had to be passed over: what is
    left of the budget then is theirs. A line without a cost is never counted as free: it is left out and says so.
    Cents are counted, so that the kept lines never exceed the budget by rounding.

    Source: greedy heuristic of the knapsack problem by value density (Dantzig 1957).
    """
    ranked = sorted(enumerate(candidates), key=_worth)
    cents = math.floor(budget * 100 + _TOLERANCE)
    why: dict[int, str] = {}
    passed: list[tuple[int, int, Candidate, int]] = []
    last: tuple[int, Candidate] | None = None
    for rank, (place, line) in enumerate(ranked):
        if line.cost is None:
            why[place] = "no cost in StockTrim, so no budget can be spent on it"
        elif line.lost_margin <= 0 and passed and passed[0][2].lost_margin > 0:
            why[place] = f"{line.harmless}; lines that do come first"
        elif (price := round(line.cost * 100)) <= cents:
            cents -= price
            last = rank, line
        else:
            passed.append((rank, place, line, cents))
    for rank, place, line, left in passed:
        why[place] = _passed_over(line, left / 100, last[1] if last is not None and last[0] < rank else None)
    return why


def _passed_over(line: Candidate, left: float, last: Candidate | None) -> str:
    """Why the budget did not pay for a line at its turn. `last`: the last one kept, if it came before this one."""
    if line.lost_margin <= 0:
        return f"{line.harmless}; costs {line.cost or 0.0:.2f}, {left:.2f} of the budget was left at its turn"
    avoids = f"avoids {_ratio(_density(line))} lost margin per 1 spent"
    if last is None:
        return f"{avoids}; costs {line.cost or 0.0:.2f}, {left:.2f} of the budget was left at its turn"
    return f"{avoids}, the last line kept {_ratio(_density(last))}; {left:.2f} was left"


def _ratio(value: float) -> str:
    return f"{value:.2f}" if value >= 0.01 or not value else "under 0.01"


def _density(line: Candidate) -> float:
    if line.lost_margin <= 0:
        return 0.0
    return line.lost_margin / line.cost if line.cost else math.inf


def _worth(placed: tuple[int, Candidate]) -> tuple[bool, float, tuple[int, float], float, str, str]:
    _, line = placed
    return line.lost_margin <= 0, -_density(line), line.pressing, line.cost or 0.0, line.product, line.location or ""


def margin_of(item: Item) -> float | None:
    """Margin of one unit, in money; below zero where it sells under its cost.

    None: no cost or no price.
    """
    cost, price = item.unit_cost, item.unit_price
    return None if cost is None or price is None else price - cost


def usual_margin_rate(items: Iterable[Item]) -> float:
    """The median margin over cost, for lines without a price: parts and materials are not sold, yet needed."""
    rates = [margin / item.unit_cost for item in items if (margin := margin_of(item)) is not None and item.unit_cost]
    return median(rates) if rates else WHOLE_MARGIN


def usual_cycle_of(item: Item) -> float:
    """Days from one order to the next; where none is set, a week."""
    return cycle_days_of(item) or USUAL_CYCLE_DAYS


def lost_margin(unit_margin: float, daily_rate: float, quantity: float, days: float) -> float:
    """Margin lost on so many days without stock, on at most `quantity` units. What every "lost margin" here is.

    The window is the caller's to name. Of a line that waits (plan, budget, what-if): the days without stock that an
    order `WAIT_DAYS` later leaves and an order now prevents.

    Source: the lost-sales case of Silver, Pyke & Thomas, with certain demand.
    """
    return max(0.0, unit_margin) * max(0.0, min(quantity, daily_rate * days))


def lost_units_of_waiting(item: Item, quantity: float, coming: float = 0.0) -> float:
    """Estimate: units not sold if the line is ordered `WAIT_DAYS` later instead of now, at most `quantity`.

    Units: units; `coming`: to come, and not counted by StockTrim.
    """
    lead, rate, lasting = pace_of(item)
    if lasting is None:
        return 0.0
    lasting += coming / rate
    prevented = days_out(lasting, lead or 0.0, WAIT_DAYS) - days_out(lasting, lead or 0.0, 0)
    return max(0.0, min(quantity, rate * prevented))


def lost_margin_of_waiting(item: Item, quantity: float, usual_rate: float, coming: float = 0.0) -> float:
    """Estimate: margin lost if the line is ordered `WAIT_DAYS` later instead of now.

    Units: units, margin over cost for lines without a price, units to come that StockTrim does not count -> money.
    Source: `lost_margin` of the days without stock that the order now would prevent.
    """
    return supposed_margin(item, usual_rate) * lost_units_of_waiting(item, quantity, coming)


def why_harmless(item: Item, usual_rate: float) -> str:
    """Why waiting loses no margin, of a line that loses none."""
    nothing = f"loses nothing in the next {WAIT_DAYS} days"
    if pace_of(item).daily_rate == 0:
        return f"no demand is forecast, so it {nothing}"
    if supposed_margin(item, usual_rate) == 0:
        return f"sells at its cost or under it, so it {nothing}"
    return nothing


def dry_days_of(item: Item) -> float | None:
    """Estimate: days without stock before an order placed today can be used, if what is on order comes in time.

    None: StockTrim knows no lead time.
    """
    lead, _, lasting = pace_of(item)
    return None if lead is None else days_out(lasting, lead, 0)


def one_cycle(item: Item) -> float:
    """Estimate: what lasts from one order to the next, with minimum order, pack and shelf maximum respected.

    Units: units; 0 where nothing is demanded, or no whole order fits on the shelf.
    Source: `reorder_quantity` of the daily rate times `usual_cycle_of`.
    """
    position = position_of(item)
    demand = pace_of(item).daily_rate * usual_cycle_of(item)
    return reorder_quantity(position + demand, 0.0, position, limits_of(item)._replace(shelf_minimum=None)).to_order


def supposed_margin(item: Item, usual_rate: float) -> float:
    """Margin of one unit, never below 0; without a price the usual one over its cost."""
    margin = margin_of(item)
    return max(0.0, usual_rate * (item.unit_cost or 0.0) if margin is None else margin)
