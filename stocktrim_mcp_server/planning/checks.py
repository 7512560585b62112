"""Settings that make a plan unreliable, ranked by the money they touch.

| money | what it is |
| --- | --- |
| yearly demand at cost | units a day, average of 120 days, x 365 x unit cost |
| yearly demand at price | the same x unit price: where there is no cost |
| yearly loss | the same x (unit cost - unit price) |
| order value | StockTrim's suggested quantity x unit cost |
| stock value | units on hand x unit cost; for stock below zero, the units missing |

It is a measure of what stands on a setting, not of what a mistake costs. Where a figure is missing there is none, and
the finding comes last.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from pydantic import Field

from stocktrim_client.models import Model, OrderPlanRow
from stocktrim_mcp_server.planning.catalogue import NO_SUPPLIER, Catalogue, Item, folded, join
from stocktrim_mcp_server.planning.identity import cursor_at, identity, start_of
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
    fix: str
    field: str | None = Field(default=None, description="What to change")
    money: float | None = Field(default=None, description="Money it touches; see `basis` of its check")


class CheckTotal(Model):
    """What one check found."""

    check: str
    findings: int
    money: float | None = None
    basis: str = Field(description="What its money is")


class DataCheck(Model):
    """What makes the plan unreliable, most money first."""

    as_of: datetime | None = Field(default=None, description="When StockTrim computed its figures, UTC")
    checked: int = Field(description="Products looked at")
    checks: tuple[CheckTotal, ...] = ()
    items: tuple[Finding, ...] = ()
    total: int
    next_cursor: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """What single products are compared with."""

    catalogue: Catalogue
    codes: dict[str, int]
    """How many products bear a SKU, where there is more than one."""
    holders: dict[str, list[str]]
    """Who bears a barcode, where there is more than one."""
    weighty: frozenset[int]


class Verdict(NamedTuple):
    """What is wrong, and what to do."""

    wrong: str
    fix: str
    field: str | None


class Found(NamedTuple):
    """A finding before it is shown. `item` None: it is about the whole account."""

    check: str
    item: Item | None
    verdict: Verdict
    money: float | None


class Check(NamedTuple):
    """One question to every product."""

    name: str
    basis: str
    money: Callable[[Item], float | None]
    judge: Callable[[Item, Compared], Verdict | None]


def check_planning_data(
    rows: Iterable[OrderPlanRow],
    catalogue: Catalogue,
    *,
    today: date,
    checks: Sequence[str] = (),
    suppliers: Sequence[str] = (),
    limit: int = 20,
    cursor: str = "",
) -> DataCheck:
    """Every finding of the checks asked for, most money first; none named means all.

    Raises: ValueError for a check that does not exist, and for a cursor that is none of ours.
    Source: settings are the catalogue's, figures the plan's; money as in the table above.
    """
    wanted = _wanted(checks)
    rows = list(rows)
    items = _items(rows, catalogue, suppliers)
    compared = _compared(items, catalogue)
    found = [one for check in CHECKS if check.name in wanted for one in _found(check, items, compared)]
    computed = [row.calculated_at for row in rows if row.calculated_at is not None]
    as_of = min(computed, default=None)
    if STALE in wanted:
        found += _stale(as_of, today, items)
    found.sort(key=_rank)
    name = identity((repr(_rank(one)).encode() for one in found), (sorted(wanted), sorted(folded(suppliers))))
    start, said = start_of(cursor, name, "a", "check", len(found))
    return DataCheck(
        as_of=as_of,
        checked=len(items),
        checks=tuple(_totals(found)),
        items=tuple(map(_finding, found[start : start + limit])),
        total=len(found),
        next_cursor=cursor_at(name, "a", start + limit, len(found)),
        warnings=said,
    )


def _wanted(checks: Sequence[str]) -> set[str]:
    wanted = folded(checks) or set(CHECK_NAMES)
    if unknown := sorted(wanted - set(CHECK_NAMES)):
        raise ValueError(f"there is no check {unknown[0][:40]!r}. Checks: {', '.join(CHECK_NAMES)}.")
    return wanted


def _items(rows: Sequence[OrderPlanRow], catalogue: Catalogue, suppliers: Sequence[str]) -> list[Item]:
    """Each product once: with its row for the whole business where there is one, without figures where none is."""
    chosen: dict[str, Item] = {}
    for row in sorted(rows, key=_whole_business_first):
        item = catalogue.item(row)
        chosen.setdefault(row.code if item.product is None else item.product.product_id, item)
    for product in catalogue.by_id.values():
        if product.product_id not in chosen:
            row = OrderPlanRow(code=product.code, product_id=product.product_id)
            chosen[product.product_id] = join(row, product, catalogue.supplier_of(product))
    names = folded(suppliers)
    return [
        item
        for item in chosen.values()
        if not names or names & folded((item.supplier, catalogue.supplier_name(item.supplier) or item.supplier))
    ]


def _whole_business_first(row: OrderPlanRow) -> tuple[bool, str, str]:
    return row.location is not None, row.location or "", row.code


def _compared(items: Sequence[Item], catalogue: Catalogue) -> Compared:
    codes = Counter(product.code.strip().casefold() for product in catalogue.products)
    holders: dict[str, list[str]] = {}
    for product in catalogue.products:
        if product.barcode and (barcode := product.barcode.strip()):
            holders.setdefault(barcode, []).append(product.code)
    return Compared(
        catalogue=catalogue,
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


def _found(check: Check, items: Iterable[Item], compared: Compared) -> Iterator[Found]:
    for item in items:
        if (verdict := check.judge(item, compared)) is not None:
            yield Found(check.name, item, verdict, check.money(item))


def _stale(as_of: datetime | None, today: date, items: Iterable[Item]) -> Iterator[Found]:
    """The one finding about the whole account."""
    if as_of is not None and today - as_of.date() <= timedelta(days=STALE_DAYS):
        return
    age = "StockTrim holds no plan" if as_of is None else f"the plan is {(today - as_of.date()).days} days old"
    values = [value for item in items if (value := order_value(item)) is not None]
    fix = "Run the forecast, then read the plan again."
    verdict = Verdict(f"{age}: stock and sales have moved since", fix, None)
    yield Found(STALE, None, verdict, sum(values) if values else None)


def _finding(found: Found) -> Finding:
    item, verdict = found.item, found.verdict
    return Finding(
        check=found.check,
        product=item.row.code if item else None,
        name=item.row.name or (item.product.name if item.product else None) if item else None,
        supplier=None if item is None or item.supplier == NO_SUPPLIER else item.supplier,
        wrong=verdict.wrong,
        fix=verdict.fix,
        field=verdict.field,
        money=None if found.money is None else round(found.money, 2),
    )


def _rank(found: Found) -> tuple[bool, float, int, str, str]:
    place = CHECK_NAMES.index(found.check)
    product = found.item.row.code if found.item else ""
    return found.money is None, -(found.money or 0.0), place, product, found.verdict.wrong


def _totals(found: Sequence[Found]) -> list[CheckTotal]:
    bases = {check.name: check.basis for check in CHECKS} | {STALE: "order value"}
    totals: list[CheckTotal] = []
    for name in CHECK_NAMES:
        those = [one.money for one in found if one.check == name]
        known = [money for money in those if money is not None]
        if those:
            money = round(sum(known), 2) if known else None
            totals.append(CheckTotal(check=name, findings=len(those), money=money, basis=bases[name]))
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
    return None if item.unit_cost is None or stock is None else abs(stock) * item.unit_cost


def _on_hand(item: Item) -> float | None:
    return item.row.on_hand if item.row.on_hand is not None or item.product is None else item.product.on_hand


def _said_cost(item: Item) -> float | None:
    said = item.row.unit_cost
    return item.product.unit_cost if said is None and item.product is not None else said


def _no_cost(item: Item, _: Compared) -> Verdict | None:
    if _said_cost(item) is not None:
        return None
    return Verdict("StockTrim holds no cost, so it is in no total", "Enter what a unit costs.", "unit_cost")


def _zero_cost(item: Item, _: Compared) -> Verdict | None:
    cost = _said_cost(item)
    if cost is None or cost > 0:
        return None
    return Verdict(f"the cost is {cost:g}, so orders look cheaper than they are", "Enter the cost.", "unit_cost")


def _no_lead_time(item: Item, compared: Compared) -> Verdict | None:
    product = item.product
    if item.row.lead_time_days is not None or item.discontinued:
        return None
    if product is not None and product.lead_time_days is not None:
        return None
    supplier = compared.catalogue.suppliers.get(item.supplier)
    if supplier is not None and supplier.lead_time_days is not None:
        return None
    fix = "Enter the days from order to usable stock, on the product or for all products on its supplier."
    return Verdict("neither the product nor its supplier has a lead time", fix, "lead_time_days")


def _no_supplier(item: Item, _: Compared) -> Verdict | None:
    product = item.product
    if item.supplier != NO_SUPPLIER or product is None or item.discontinued or item.row.made_of_count:
        return None
    return Verdict("no supplier is named, so no order can be drafted", "Name its supplier.", "supplier_code")


def _unknown_supplier(item: Item, compared: Compared) -> Verdict | None:
    known = compared.catalogue.suppliers
    if item.supplier == NO_SUPPLIER or not known or item.supplier in known:
        return None
    wrong = f"its supplier {item.supplier[:40]!r} does not exist in StockTrim"
    return Verdict(wrong, "Name a supplier that exists, or create this one.", "supplier_code")


def _stocktrim_error(item: Item, _: Compared) -> Verdict | None:
    if not item.row.error:
        return None
    fix = "Correct the setting it names, then run the forecast."
    return Verdict(f"StockTrim says {item.row.error[:LONGEST_ERROR]!r}", fix, "lead_time_days or sales history")


def _not_forecast(item: Item, _: Compared) -> Verdict | None:
    row = item.row
    computed = row.days_until_stock_out is not None or (row.order_quantity is not None and demand_of(item) is not None)
    if computed or row.error or item.discontinued or item.unstocked:
        return None
    fix = "Run the forecast; without sales, set a demand by hand."
    return Verdict("StockTrim computed no days for it, so it is in no plan", fix, "overridden_demand")


def _discontinued_with_demand(item: Item, _: Compared) -> Verdict | None:
    if not item.discontinued or (daily := item.row.daily_demand or 0.0) <= 0:
        return None
    fix = "If it is still bought, take the mark away; else let it sell out."
    return Verdict(f"it is discontinued, yet sells {daily:.2g} a day and is not reordered", fix, "discontinued")


def _unstocked_with_stock(item: Item, _: Compared) -> Verdict | None:
    if not item.unstocked or (stock := _on_hand(item) or 0.0) <= 0:
        return None
    fix = "If it is kept in stock, take the mark away; else sell the stock."
    return Verdict(f"it is marked as not held in stock, yet {stock:g} are on hand", fix, "unstocked")


def _negative_stock(item: Item, _: Compared) -> Verdict | None:
    stock = _on_hand(item) or 0.0
    if stock >= 0:
        return None
    return Verdict(f"{stock:g} are on hand, so too much is suggested", "Count it and set the stock.", "on_hand")


def _cost_above_price(item: Item, _: Compared) -> Verdict | None:
    cost, price = item.unit_cost, item.unit_price
    if cost is None or price is None or cost <= price:
        return None
    return Verdict(
        f"it costs {cost:g} and sells at {price:g}", "Correct the cost or the price.", "unit_cost, unit_price"
    )


def _minimum_not_in_batches(item: Item, _: Compared) -> Verdict | None:
    minimum, batch = item.row.minimum_order_quantity, item.row.batch_size
    if item.product is not None:
        minimum = item.product.minimum_order_quantity if minimum is None else minimum
        batch = item.product.batch_size if batch is None else batch
    if not minimum or not batch or minimum <= 0 or batch <= 0:
        return None
    packs = minimum / batch
    if abs(packs - round(packs)) <= _TOLERANCE:
        return None
    wrong = f"the minimum order of {minimum:g} is no multiple of the batch of {batch:g}"
    fix = "Make one fit the other, as the supplier delivers."
    return Verdict(wrong, fix, "minimum_order_quantity, batch_size")


def _shelf_levels_crossed(item: Item, _: Compared) -> Verdict | None:
    if item.row.minimum_shelf_level is None and (item.product is None or item.product.minimum_shelf_level is None):
        return None
    _minimum, _batch, lowest, highest = limits_of(item)
    if lowest is None or highest is None or lowest <= highest:
        return None
    wrong = f"the shelf minimum of {lowest:g} is above the shelf maximum of {highest:g}"
    return Verdict(wrong, "Exchange or correct them.", "minimum_shelf_level, maximum_shelf_level")


def _weak_forecast(item: Item, compared: Compared) -> Verdict | None:
    if not item.row.is_uncertain or id(item.row) not in compared.weighty:
        return None
    fix = "Look at its sales before ordering; if you know better, set a demand by hand."
    return Verdict("its forecast is uncertain, and much of the order's value stands on it", fix, "overridden_demand")


def _duplicate_sku(item: Item, compared: Compared) -> Verdict | None:
    if not compared.codes or item.product is None:
        return None
    count = compared.codes.get(item.product.code.strip().casefold())
    return (
        Verdict(f"{count} products have this SKU", "Give each its own, or delete the double.", "code")
        if count
        else None
    )


def _duplicate_barcode(item: Item, compared: Compared) -> Verdict | None:
    if not compared.holders or item.product is None or not item.product.barcode:
        return None
    barcode = item.product.barcode.strip()
    if barcode not in compared.holders:
        return None
    others = [code for code in compared.holders[barcode] if code != item.row.code][:NAMED] or ["a double of it"]
    return Verdict(f"it shares barcode {barcode[:40]!r} with {', '.join(others)}", "Give each its own.", "barcode")


STALE = "stale_plan"

CHECKS = (
    Check("no_cost", "yearly demand at price", yearly_sales, _no_cost),
    Check("zero_cost", "yearly demand at price", yearly_sales, _zero_cost),
    Check("no_lead_time", "yearly demand at cost", yearly_cost, _no_lead_time),
    Check("no_supplier", "yearly demand at cost", yearly_cost, _no_supplier),
    Check("unknown_supplier", "yearly demand at cost", yearly_cost, _unknown_supplier),
    Check("stocktrim_error", "yearly demand at cost", yearly_cost, _stocktrim_error),
    Check("not_forecast", "stock value", stock_value, _not_forecast),
    Check("discontinued_with_demand", "yearly demand at cost", yearly_cost, _discontinued_with_demand),
    Check("unstocked_with_stock", "stock value", stock_value, _unstocked_with_stock),
    Check("negative_stock", "stock value", stock_value, _negative_stock),
    Check("cost_above_price", "yearly loss", yearly_loss, _cost_above_price),
    Check("minimum_not_in_batches", "order value", order_value, _minimum_not_in_batches),
    Check("shelf_levels_crossed", "yearly demand at cost", yearly_cost, _shelf_levels_crossed),
    Check("weak_forecast", "order value", order_value, _weak_forecast),
    Check("duplicate_sku", "yearly demand at cost", yearly_cost, _duplicate_sku),
    Check("duplicate_barcode", "yearly demand at cost", yearly_cost, _duplicate_barcode),
)
CHECK_NAMES = (*(check.name for check in CHECKS), STALE)
