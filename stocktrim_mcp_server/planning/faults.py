"""What may be wrong with a product, how that is judged, and how much money it touches.

Yearly demand is the average daily demand of 120 days x 365, else the forecast's rate x 365.

| money | what it is |
| --- | --- |
| yearly demand at cost | yearly demand x unit cost: what goes through the setting |
| yearly demand at price | yearly demand x unit price: where there is no cost |
| yearly loss | yearly demand x (unit cost - unit price) |
| order value | StockTrim's suggested quantity x unit cost |
| order on a wrong count | order value, at least the units missing x unit cost: the order is reckoned from the count |
| rounding | units that rounding the minimum up to whole batches adds x unit cost |
| stock value | units on hand x unit cost |
| unplanned | yearly demand or units on hand, whichever is more, x unit cost |
| rates apart | difference of forecast and recent sales a day x days to cover x unit cost |
| a week | a week's demand x unit cost: what an order lacks that is to last to the next one a week later |
| to come | quantity x unit price of an order's lines not received |

It is a measure of what stands on a setting, not of what a mistake costs. Where a figure is missing there is none, and
the finding comes last.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from stocktrim_client.models import PurchaseOrder
from stocktrim_mcp_server.planning.catalogue import COUNTED, NO_SUPPLIER, Catalogue, Item
from stocktrim_mcp_server.planning.confidence import away_from_sales, trust_of
from stocktrim_mcp_server.planning.cover import urgency
from stocktrim_mcp_server.planning.overdue import NOT_PLACED, NOT_SENT, ordered, to_come
from stocktrim_mcp_server.planning.replenishment import (
    USUAL_CYCLE_DAYS,
    covered_days_of,
    cycle_days_of,
    demand_of,
    limits_of,
    pace_of,
)

YEAR_DAYS = 365
MUCH = 0.8
"""Share of the whole order value made up by the lines whose forecast matters: class A of an ABC analysis."""

LONGEST_ERROR = 200
NAMED = 3

_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Compared:
    """What single products are compared with."""

    catalogue: Catalogue
    has_plan: bool
    codes: dict[str, int]
    """How many products bear a SKU, where there is more than one."""
    holders: dict[str, list[str]]
    """Who bears a barcode, where there is more than one."""
    weighty: frozenset[int]
    uses_cycles: bool
    """Whether StockTrim plans with days between orders at all."""


class Verdict(NamedTuple):
    """What is wrong, and the field to change."""

    wrong: str
    field: str | None


class Check(NamedTuple):
    """One question to every product."""

    name: str
    basis: str
    fix: str
    money: Callable[[Item], float | None]
    judge: Callable[[Item, Compared], Verdict | None]


def yearly_units(item: Item) -> float:
    """Units a year, by what was sold in 120 days, else by the forecast."""
    daily = item.row.daily_demand
    return max(0.0, pace_of(item).daily_rate if daily is None else daily) * YEAR_DAYS


def yearly_cost(item: Item) -> float | None:
    """None: no cost."""
    return None if item.unit_cost is None else yearly_units(item) * item.unit_cost


def yearly_sales(item: Item) -> float | None:
    """None: no price."""
    return None if item.unit_price is None else yearly_units(item) * item.unit_price


def yearly_loss(item: Item) -> float | None:
    """None: no cost or no price."""
    if item.unit_cost is None or item.unit_price is None:
        return None
    return yearly_units(item) * max(0.0, item.unit_cost - item.unit_price)


def order_value(item: Item) -> float | None:
    """None: no cost, or no quantity computed."""
    quantity = item.row.order_quantity
    return None if item.unit_cost is None or quantity is None else max(0.0, quantity) * item.unit_cost


def stock_value(item: Item) -> float | None:
    """None: no cost, or no stock known."""
    stock = _on_hand(item)
    return None if item.unit_cost is None or stock is None else max(0.0, stock) * item.unit_cost


def miscounted_value(item: Item) -> float | None:
    """The order that is reckoned from a count below zero, at least the units missing. None: no cost."""
    if item.unit_cost is None:
        return None
    return max(order_value(item) or 0.0, max(0.0, -(_on_hand(item) or 0.0)) * item.unit_cost)


def rounding_value(item: Item) -> float | None:
    """What whole batches add to the minimum order. None: no cost."""
    minimum, batch = _minimum_and_batch(item)
    if item.unit_cost is None or not minimum or not batch:
        return None
    return max(0.0, math.ceil(minimum / batch - _TOLERANCE) * batch - minimum) * item.unit_cost


def unplanned_value(item: Item) -> float | None:
    """What sells in a year or lies in stock, whichever is more. None: no cost."""
    if item.unit_cost is None:
        return None
    return max(yearly_units(item), _on_hand(item) or 0.0) * item.unit_cost


def apart_value(item: Item) -> float | None:
    """What forecast and recent sales differ by over the days to cover. None: no cost, or no days."""
    days = covered_days_of(item)
    if item.unit_cost is None or days is None:
        return None
    return abs(pace_of(item).daily_rate - max(0.0, item.row.daily_demand or 0.0)) * days * item.unit_cost


def week_value(item: Item) -> float | None:
    """None: no cost."""
    return None if item.unit_cost is None else pace_of(item).daily_rate * USUAL_CYCLE_DAYS * item.unit_cost


def _minimum_and_batch(item: Item) -> tuple[float | None, float | None]:
    minimum, batch, _lowest, _highest = limits_of(item)
    return minimum, batch


def _on_hand(item: Item) -> float | None:
    return item.row.on_hand if item.row.on_hand is not None or item.product is None else item.product.on_hand


def _said_cost(item: Item) -> float | None:
    said = item.row.unit_cost
    return item.product.unit_cost if said is None and item.product is not None else said


def _no_cost(item: Item, _: Compared) -> Verdict | None:
    if _said_cost(item) is not None:
        return None
    return Verdict("no cost, so it is in no total", "unit_cost")


def _zero_cost(item: Item, _: Compared) -> Verdict | None:
    cost = _said_cost(item)
    if cost is None or cost > 0:
        return None
    return Verdict(f"the cost is {cost:g}, so orders look cheaper than they are", "unit_cost")


def _no_lead_time(item: Item, compared: Compared) -> Verdict | None:
    if item.row.lead_time_days is not None or item.discontinued:
        return None
    product = item.product
    if product is not None and product.lead_time_days is not None:
        return None
    supplier = compared.catalogue.suppliers.get(item.supplier)
    if supplier is not None and supplier.lead_time_days is not None:
        return None
    return Verdict("neither the product nor its supplier has a lead time", "lead_time_days")


def _no_supplier(item: Item, _: Compared) -> Verdict | None:
    if item.supplier != NO_SUPPLIER or item.product is None or item.discontinued or item.row.made_of_count:
        return None
    return Verdict("no supplier is named, so no order can be drafted", "supplier_code")


def _unknown_supplier(item: Item, compared: Compared) -> Verdict | None:
    known = compared.catalogue.suppliers
    if item.supplier in known or item.supplier == NO_SUPPLIER or not known:
        return None
    return Verdict(f"its supplier {item.supplier[:40]!r} does not exist in StockTrim", "supplier_code")


def _stocktrim_error(item: Item, _: Compared) -> Verdict | None:
    error = item.row.error
    return Verdict(f"StockTrim says {error[:LONGEST_ERROR]!r}", None) if error else None


def _not_forecast(item: Item, compared: Compared) -> Verdict | None:
    row = item.row
    # Without any plan the one finding about the whole account says it.
    if row.days_until_stock_out is not None or row.error or item.discontinued or item.unstocked:
        return None
    if not compared.has_plan or (row.order_quantity is not None and demand_of(item) is not None):
        return None
    return Verdict("StockTrim computed no days for it, so it is in no plan", "overridden_demand")


def _discontinued_with_demand(item: Item, _: Compared) -> Verdict | None:
    if not item.discontinued or (daily := item.row.daily_demand or 0.0) <= 0:
        return None
    stock = _on_hand(item) or 0.0
    return Verdict(f"discontinued, yet sells {daily:.2g} a day; {stock:g} left, not reordered", "discontinued")


def _unstocked_with_stock(item: Item, _: Compared) -> Verdict | None:
    if not item.unstocked or (stock := _on_hand(item) or 0.0) <= 0:
        return None
    return Verdict(f"it is marked as not held in stock, yet {stock:g} are on hand", "unstocked")


def _negative_stock(item: Item, _: Compared) -> Verdict | None:
    stock = _on_hand(item) or 0.0
    if stock >= 0:
        return None
    wrong = f"{stock:g} are on hand"
    if item.unit_cost is not None:
        wrong += f" ({-stock * item.unit_cost:.2f} at cost)"
    if (quantity := item.row.order_quantity or 0.0) > 0:
        wrong += f", and the {quantity:g} to order are reckoned from it: likely too many"
    return Verdict(wrong, "on_hand")


def _cost_above_price(item: Item, _: Compared) -> Verdict | None:
    cost, price = item.unit_cost, item.unit_price
    if cost is None or price is None or cost <= price:
        return None
    return Verdict(f"it costs {cost:g} and sells at {price:g}", "unit_cost, unit_price")


def _minimum_not_in_batches(item: Item, _: Compared) -> Verdict | None:
    minimum, batch = _minimum_and_batch(item)
    if not minimum or not batch or minimum <= 0 or batch <= 0:
        return None
    packs = minimum / batch
    if abs(packs - round(packs)) <= _TOLERANCE:
        return None
    wrong = f"the minimum order of {minimum:g} is no multiple of the batch of {batch:g}"
    return Verdict(wrong, "minimum_order_quantity, batch_size")


def _shelf_levels_crossed(item: Item, _: Compared) -> Verdict | None:
    if item.row.minimum_shelf_level is None and (item.product is None or item.product.minimum_shelf_level is None):
        return None
    _minimum, _batch, lowest, highest = limits_of(item)
    if lowest is None or highest is None or lowest <= highest:
        return None
    wrong = f"the shelf minimum of {lowest:g} is above the shelf maximum of {highest:g}"
    return Verdict(wrong, "minimum_shelf_level, maximum_shelf_level")


def _weak_forecast(item: Item, compared: Compared) -> Verdict | None:
    if not item.row.is_uncertain or id(item.row) not in compared.weighty:
        return None
    return Verdict(f"{item.row.order_quantity or 0.0:g} suggested, though {trust_of(item).why}", "overridden_demand")


def _duplicate_sku(item: Item, compared: Compared) -> Verdict | None:
    if not compared.codes or item.product is None:
        return None
    count = compared.codes.get(item.product.code.strip().casefold())
    return Verdict(f"{count} products have this SKU", "code") if count else None


def _duplicate_barcode(item: Item, compared: Compared) -> Verdict | None:
    if not compared.holders or item.product is None or not item.product.barcode:
        return None
    barcode = item.product.barcode.strip()
    if barcode not in compared.holders:
        return None
    others = [code for code in compared.holders[barcode] if code != item.row.code][:NAMED] or ["a double of it"]
    return Verdict(f"it shares barcode {barcode[:40]!r} with {', '.join(others)}", "barcode")


def _no_reorder_cycle(item: Item, compared: Compared) -> Verdict | None:
    # An account that plans without cycles, or a product with a period of its own, needs none.
    if not compared.uses_cycles or cycle_days_of(item) is not None or not demand_of(item):
        return None
    if item.discontinued or item.unstocked or item.row.made_of_count:
        return None
    if item.product is not None and (item.product.forecast_period_days or 0) > 0:
        return None
    wrong = "no days between orders set, so an order lasts for its lead time alone"
    return Verdict(wrong, "reorder_frequency_days")


def _forecast_far_from_sales(item: Item, _: Compared) -> Verdict | None:
    # A demand set by hand is meant to differ.
    if item.discontinued or item.row.overridden_demand or not (away := away_from_sales(item)):
        return None
    if item.product is not None and item.product.overridden_demand is not None:
        return None
    return Verdict(away, "overridden_demand")


def _late_line_on_unsent_order(item: Item, compared: Compared) -> Verdict | None:
    row = item.row
    if (row.order_quantity or 0.0) <= 0 or urgency(row.days_until_stock_out, row.days_until_order) != "late":
        return None
    unsent = [held.said for held in compared.catalogue.held(item) if held.order.status != COUNTED]
    if not unsent:
        return None
    orders = ", ".join(f"{one.status} {one.reference} ({one.quantity:g} units)" for one in unsent[:NAMED])
    return Verdict(f"late, and on {orders}, not sent: nothing comes of it as it stands", None)


class Waiting(NamedTuple):
    """An open order, and what is known of it on any day."""

    order: PurchaseOrder
    supplier: str
    ordered_on: date
    lead_time_days: int
    whose: str
    money: float | None


def waiting(catalogue: Catalogue) -> Iterator[Waiting]:
    """Every open order that can be judged: those without a date or any lead time cannot.

    Source: `Catalogue.lateness`; a draft is measured by the lead time it would have if it were placed.
    """
    for order in catalogue.unreceived:
        if (day := ordered(order)) is None:
            continue
        placed = order if order.status != NOT_PLACED else order.model_copy(update={"status": NOT_SENT})
        if (late := catalogue.lateness(placed, day)) is None:
            continue
        value, is_whole = to_come(order)
        supplier = catalogue.supplier_called(order.supplier_code, order.supplier_name)
        money = value if value or is_whole else None
        yield Waiting(order, supplier, day, late.lead_time_days, late.whose, money)


def order_fault(one: Waiting, today: date) -> tuple[str, Verdict] | None:
    """The check an open order fails on this day, and how. None: it is in time."""
    open_days = (today - one.ordered_on).days
    if open_days <= one.lead_time_days:
        return None
    status = one.order.status
    if status in (NOT_PLACED, NOT_SENT):
        wrong = f"{status} for {open_days} days and never marked Sent; {one.whose} {one.lead_time_days}"
        return UNSENT, Verdict(wrong, None)
    late = open_days - one.lead_time_days
    wrong = f"{status}, open {open_days} days, {one.whose} {one.lead_time_days}: {late} days overdue"
    return OVERDUE, Verdict(wrong, None)


STALE = "stale_plan"
UNSENT = "order_not_sent"
OVERDUE = "order_overdue"
MEASURE = (
    "Money is what stands on a setting, not what a mistake costs. Yearly demand: average daily demand of 120 days x "
    "365, else the forecast's rate."
)

_AT_COST = "yearly demand x unit cost"
_AT_PRICE = "yearly demand x unit price"

CHECKS = (
    Check("no_cost", _AT_PRICE, "Set unit_cost in StockTrim.", yearly_sales, _no_cost),
    Check("zero_cost", _AT_PRICE, "Set unit_cost in StockTrim.", yearly_sales, _zero_cost),
    Check(
        "no_lead_time",
        _AT_COST,
        "Set lead_time_days on the product, or on its supplier for all its products without their own.",
        yearly_cost,
        _no_lead_time,
    ),
    Check("no_supplier", _AT_COST, "Set supplier_code in StockTrim.", yearly_cost, _no_supplier),
    Check(
        "unknown_supplier",
        _AT_COST,
        "Set supplier_code to one that exists, or create the supplier in StockTrim.",
        yearly_cost,
        _unknown_supplier,
    ),
    Check(
        "stocktrim_error",
        _AT_COST,
        "Correct what the message names, then run the forecast.",
        yearly_cost,
        _stocktrim_error,
    ),
    Check(
        "not_forecast",
        "yearly demand or units on hand, whichever is more, x unit cost",
        "Run the forecast. Where there are no sales, set overridden_demand and its period in StockTrim.",
        unplanned_value,
        _not_forecast,
    ),
    Check(
        "discontinued_with_demand",
        _AT_COST,
        "If it is still bought, set discontinued to false; if not, let it sell out: nothing to mend.",
        yearly_cost,
        _discontinued_with_demand,
    ),
    Check(
        "unstocked_with_stock",
        "units on hand x unit cost",
        "If it is kept in stock, set unstocked to false; if not, sell the stock.",
        stock_value,
        _unstocked_with_stock,
    ),
    Check(
        "negative_stock",
        "the suggested order, at least the units below zero, x unit cost",
        "Count it, set on_hand, and run the forecast before ordering.",
        miscounted_value,
        _negative_stock,
    ),
    Check(
        "cost_above_price",
        "yearly demand x (unit cost - unit price)",
        "Set the right unit_cost or unit_price in StockTrim.",
        yearly_loss,
        _cost_above_price,
    ),
    Check(
        "minimum_not_in_batches",
        "units that whole batches add to the minimum x unit cost",
        "Set minimum_order_quantity or batch_size as the supplier delivers.",
        rounding_value,
        _minimum_not_in_batches,
    ),
    Check(
        "shelf_levels_crossed",
        _AT_COST,
        "Exchange or correct minimum_shelf_level and maximum_shelf_level.",
        yearly_cost,
        _shelf_levels_crossed,
    ),
    Check(
        "weak_forecast",
        f"suggested quantity x unit cost; StockTrim's own mark (its threshold is not published), on lines that make up "
        f"{100 * MUCH:.0f} % of the whole order's value",
        "Look at its sales before ordering; if you know better, set overridden_demand and its period.",
        order_value,
        _weak_forecast,
    ),
    Check("duplicate_sku", _AT_COST, "Give each its own code, or delete the double.", yearly_cost, _duplicate_sku),
    Check(
        "forecast_far_from_sales",
        "difference of forecast and recent sales a day x days to cover x unit cost",
        "If recent sales are the rule, set overridden_demand and its period; if a season explains it, nothing to mend.",
        apart_value,
        _forecast_far_from_sales,
    ),
    Check(
        "no_reorder_cycle",
        "a week's demand x unit cost: what an order lacks that is to last a week longer",
        "Set reorder_frequency_days on the product, or the order frequency of its supplier in StockTrim.",
        week_value,
        _no_reorder_cycle,
    ),
    Check(
        "late_line_on_unsent_order",
        "suggested quantity x unit cost",
        "Send the order today and mark it Sent, or delete it and order anew.",
        order_value,
        _late_line_on_unsent_order,
    ),
    Check("duplicate_barcode", _AT_COST, "Give each its own barcode.", yearly_cost, _duplicate_barcode),
)
CHECK_NAMES = (*(check.name for check in CHECKS), UNSENT, OVERDUE, STALE)

PLACES = {name: place for place, name in enumerate(CHECK_NAMES)}
WORDS = {check.name: (check.basis, check.fix) for check in CHECKS} | {
    UNSENT: ("quantity x unit price still to come", "Send it and mark it Sent, receive it if it came, or delete it."),
    OVERDUE: ("quantity x unit price still to come", "Receive it in StockTrim if it came; else chase or delete it."),
    STALE: ("suggested quantities x unit cost", "Run the forecast, then read the plan again."),
}
