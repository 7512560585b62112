"""Settings that make a plan unreliable, ranked by the money they touch.

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

It is a measure of what stands on a setting, not of what a mistake costs. Where a figure is missing there is none, and
the finding comes last.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from pydantic import Field

from stocktrim_client.models import Model, OrderPlanRow
from stocktrim_mcp_server.planning.catalogue import NO_SUPPLIER, Catalogue, Item, folded, join
from stocktrim_mcp_server.planning.confidence import trust_of
from stocktrim_mcp_server.planning.identity import cursor_at, identity, start_of
from stocktrim_mcp_server.planning.nearest import did_you_mean
from stocktrim_mcp_server.planning.replenishment import demand_of, limits_of, pace_of

STALE_DAYS = 7
YEAR_DAYS = 365
MUCH = 0.8
"""Share of the whole order value made up by the lines whose forecast matters: class A of an ABC analysis."""

LONGEST_ERROR = 200
NAMED = 3

_TOLERANCE = 1e-6


class Finding(Model):
    """One setting to look at."""

    check: str
    product: str | None = Field(default=None, description="SKU; absent: the whole account")
    name: str | None = None
    supplier: str | None = None
    wrong: str
    field: str | None = Field(default=None, description="What to change")
    money: float | None = Field(default=None, description="Money it touches; see `basis` of its check")


class CheckTotal(Model):
    """What one check found, and what to do about it."""

    check: str
    findings: int
    money: float | None = None
    basis: str = Field(description="What its money is")
    fix: str


class DataCheck(Model):
    """What makes the plan unreliable: the whole account first, then most money."""

    as_of: datetime | None = Field(default=None, description="When StockTrim computed its figures, UTC")
    checked: int = Field(description="Products looked at")
    measure: str | None = Field(default=None, description="How its money is to be read")
    checks: tuple[CheckTotal, ...] = Field(default=(), description="On later pages, those with a finding there")
    items: tuple[Finding, ...] = ()
    total: int
    next_cursor: str | None = None
    warnings: tuple[str, ...] = ()


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


class Verdict(NamedTuple):
    """What is wrong, and the field to change."""

    wrong: str
    field: str | None


class Found(NamedTuple):
    """A finding before it is shown. `item` None: it is about the whole account."""

    rank: tuple[bool, bool, float, int, str, str]
    mark: bytes
    check: str
    item: Item | None
    verdict: Verdict
    money: float | None


class Looked(NamedTuple):
    """An account that was looked at: what was found, most money first; by supplier, products and order value."""

    found: tuple[Found, ...]
    products: Counter[str]
    order_value: dict[str, float]
    as_of: datetime | None


class Check(NamedTuple):
    """One question to every product."""

    name: str
    basis: str
    fix: str
    money: Callable[[Item], float | None]
    judge: Callable[[Item, Compared], Verdict | None]


def check_planning_data(
    rows: Sequence[OrderPlanRow],
    catalogue: Catalogue,
    *,
    today: date,
    checks: Sequence[str] = (),
    suppliers: Sequence[str] = (),
    limit: int = 20,
    cursor: str = "",
) -> DataCheck:
    """Every finding of the checks asked for, of the whole account first, then most money; none named means all.

    Raises: ValueError for a check that does not exist, and for a cursor that is none of ours.
    Source: settings are the catalogue's, figures the plan's; money as in the table above.
    """
    wanted = _wanted(checks)
    looked = catalogue.remember_of_all(look, rows)
    meant, strange = _meant(suppliers, looked, catalogue)
    found = [one for one in looked.found if one.check in wanted and (one.item is None or one.item.supplier in meant)]
    if STALE in wanted:
        values = [value for supplier, value in looked.order_value.items() if supplier in meant]
        found += _stale(looked.as_of, today, sum(values) if values else None)
        found.sort(key=attrgetter("rank"))
    name = identity((one.mark for one in found), (sorted(wanted), sorted(folded(suppliers))))
    start, said = start_of(cursor, name, "a", "check", len(found))
    shown = found[start : start + limit]
    return DataCheck(
        as_of=looked.as_of,
        checked=sum(looked.products[supplier] for supplier in meant),
        measure=None if start or not found else MEASURE,
        checks=tuple(_totals(found, {one.check for one in shown} if start else wanted)),
        items=tuple(map(_finding, shown)),
        total=len(found),
        next_cursor=cursor_at(name, "a", start + limit, len(found)),
        warnings=(*said, *strange),
    )


def look(rows: Sequence[OrderPlanRow], catalogue: Catalogue) -> Looked:
    """Every finding of every check but the plan's age, which the day decides."""
    items = _items(rows, catalogue)
    compared = _compared(items, catalogue, has_plan=bool(rows))
    found = [
        _as_found(check.name, item, verdict, check.money(item))
        for item in items
        for check in CHECKS
        if (verdict := check.judge(item, compared)) is not None
    ]
    found.sort(key=attrgetter("rank"))
    values: dict[str, float] = {}
    for item in items:
        if (value := order_value(item)) is not None:
            values[item.supplier] = values.get(item.supplier, 0.0) + value
    as_of = min((row.calculated_at for row in rows if row.calculated_at is not None), default=None)
    return Looked(tuple(found), Counter(item.supplier for item in items), values, as_of)


def _as_found(check: str, item: Item | None, verdict: Verdict, money: float | None) -> Found:
    product = item.row.code if item else ""
    rank = item is not None, money is None, -(money or 0.0), _PLACES[check], product, verdict.wrong
    return Found(rank, repr(rank).encode(), check, item, verdict, money)


def _wanted(checks: Sequence[str]) -> set[str]:
    wanted = folded(checks) or set(CHECK_NAMES)
    if unknown := sorted(wanted - set(CHECK_NAMES)):
        meant = did_you_mean(unknown[0], CHECK_NAMES)
        raise ValueError(f"there is no check {unknown[0][:40]!r}.{meant} Checks: {', '.join(CHECK_NAMES)}.")
    return wanted


def _meant(suppliers: Sequence[str], looked: Looked, catalogue: Catalogue) -> tuple[set[str], list[str]]:
    """The suppliers asked for, all if none is, and what is to be said of those no product is of."""
    wanted = folded(suppliers)
    if not wanted:
        return set(looked.products), []
    names = {supplier: catalogue.supplier_name(supplier) or supplier for supplier in looked.products}
    meant = {supplier for supplier, name in names.items() if wanted & folded((supplier, name))}
    known = folded([*meant, *(names[supplier] for supplier in meant)])
    codes = {name: supplier for supplier, name in names.items()}
    return meant, [
        f"No product is of a supplier {said!r}.{did_you_mean(said, names, codes)}"
        for said in suppliers
        if folded((said,)) - known
    ]


def _items(rows: Sequence[OrderPlanRow], catalogue: Catalogue) -> list[Item]:
    """Each product once: with its row for the whole business where there is one, without figures where none is."""
    chosen: dict[str, Item] = {}
    for row in sorted(rows, key=_whole_business_first):
        item = catalogue.item(row)
        chosen.setdefault(row.code if item.product is None else item.product.product_id, item)
    for product in catalogue.by_id.values():
        if product.product_id not in chosen:
            row = OrderPlanRow(code=product.code, product_id=product.product_id)
            chosen[product.product_id] = join(row, product, catalogue.supplier_of(product))
    return list(chosen.values())


def _whole_business_first(row: OrderPlanRow) -> tuple[bool, str, str]:
    return row.location is not None, row.location or "", row.code


def _compared(items: Sequence[Item], catalogue: Catalogue, *, has_plan: bool) -> Compared:
    codes = Counter(product.code.strip().casefold() for product in catalogue.products)
    holders: dict[str, list[str]] = {}
    for product in catalogue.products:
        if product.barcode and (barcode := product.barcode.strip()):
            holders.setdefault(barcode, []).append(product.code)
    return Compared(
        catalogue=catalogue,
        has_plan=has_plan,
        codes={code: count for code, count in codes.items() if count > 1},
        holders={barcode: those for barcode, those in holders.items() if len(those) > 1},
        weighty=_weighty(items),
    )


def _weighty(items: Sequence[Item]) -> frozenset[int]:
    """The rows that make up most of the order value.

    Source: ABC analysis by value (Pareto); Silver, Pyke & Thomas.
    """
    values = sorted(((value, place) for place, item in enumerate(items) if (value := order_value(item))), reverse=True)
    rest = MUCH * sum(value for value, _ in values)
    heavy: set[int] = set()
    for value, place in values:
        if rest <= 0:
            break
        heavy.add(id(items[place].row))
        rest -= value
    return frozenset(heavy)


def _stale(as_of: datetime | None, today: date, value: float | None) -> Iterator[Found]:
    """The one finding about the whole account."""
    if as_of is not None and today - as_of.date() <= timedelta(days=STALE_DAYS):
        return
    age = "StockTrim holds no plan" if as_of is None else f"the plan is {(today - as_of.date()).days} days old"
    yield _as_found(STALE, None, Verdict(f"{age}: stock and sales have moved since", None), value)


def _finding(found: Found) -> Finding:
    item, verdict = found.item, found.verdict
    return Finding(
        check=found.check,
        product=item.row.code if item else None,
        name=item.row.name or (item.product.name if item.product else None) if item else None,
        supplier=None if item is None or item.supplier == NO_SUPPLIER else item.supplier,
        wrong=verdict.wrong,
        field=verdict.field,
        money=None if found.money is None else round(found.money, 2),
    )


def _totals(found: Iterable[Found], shown: set[str]) -> list[CheckTotal]:
    """Of the checks shown, the totals over all findings; most money first."""
    counts, sums = Counter[str](), dict[str, float]()
    for one in found:
        counts[one.check] += 1
        if one.money is not None:
            sums[one.check] = sums.get(one.check, 0.0) + one.money
    totals = [
        CheckTotal(
            check=name,
            findings=counts[name],
            money=round(sums[name], 2) if name in sums else None,
            basis=_WORDS[name][0],
            fix=_WORDS[name][1],
        )
        for name in CHECK_NAMES
        if counts[name] and name in shown
    ]
    return sorted(totals, key=lambda total: (total.money is None, -(total.money or 0.0)))


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
    quantity, fit = item.row.order_quantity or 0.0, item.row.best_fit
    fits = "" if fit is None else f", best fit R2 {fit:.2f}"
    return Verdict(f"{quantity:g} suggested, though {trust_of(item).why}{fits}", "overridden_demand")


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


STALE = "stale_plan"
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
    Check("duplicate_barcode", _AT_COST, "Give each its own barcode.", yearly_cost, _duplicate_barcode),
)
CHECK_NAMES = (*(check.name for check in CHECKS), STALE)

_PLACES = {name: place for place, name in enumerate(CHECK_NAMES)}
_WORDS = {check.name: (check.basis, check.fix) for check in CHECKS} | {
    STALE: ("suggested quantities x unit cost", "Run the forecast, then read the plan again.")
}
