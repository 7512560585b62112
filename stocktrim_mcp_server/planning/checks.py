"""Settings that make a plan unreliable, ranked by the money they touch. Which there are: `faults`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from pydantic import Field

from stocktrim_client.models import Model, OrderPlanRow
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, short
from stocktrim_mcp_server.planning.catalogue import NO_SUPPLIER, Catalogue, Item, folded, join
from stocktrim_mcp_server.planning.faults import (
    CHECK_NAMES,
    CHECKS,
    MEASURE,
    MUCH,
    PLACES,
    STALE,
    WORDS,
    Compared,
    Verdict,
    Waiting,
    order_fault,
    order_value,
    waiting,
)
from stocktrim_mcp_server.planning.identity import cursor_at, identity, start_of
from stocktrim_mcp_server.planning.nearest import did_you_mean
from stocktrim_mcp_server.planning.replenishment import cycle_days_of

STALE_DAYS = 7


class Finding(Model):
    """One setting to look at."""

    check: str
    product: str | None = Field(default=None, description="SKU; absent: an order, or the whole account")
    order: str | None = Field(default=None, description="Reference of the order meant")
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


class Found(NamedTuple):
    """A finding before it is shown: of a product, of an order, or, with neither, of the whole account."""

    rank: tuple[bool, bool, float, int, str, str]
    mark: bytes
    check: str
    item: Item | None
    waiting: Waiting | None
    verdict: Verdict
    money: float | None

    @property
    def supplier(self) -> str | None:
        """None: the whole account."""
        if self.item is not None:
            return self.item.supplier
        return None if self.waiting is None else self.waiting.supplier


class Looked(NamedTuple):
    """An account that was looked at: what was found, most money first; by supplier, products and order value."""

    found: tuple[Found, ...]
    products: Counter[str]
    order_value: dict[str, float]
    waiting: tuple[Waiting, ...]
    as_of: datetime | None


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
    values = [value for supplier, value in looked.order_value.items() if supplier in meant]
    dated = (*_stale(looked.as_of, today, sum(values) if values else None), *_order_faults(looked.waiting, today))
    found = [
        one
        for one in (*looked.found, *dated)
        if one.check in wanted and (one.supplier is None or one.supplier in meant)
    ]
    if dated:
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
    """Every finding of every check but those of the plan's and the orders' age, which the day decides."""
    items = _items(rows, catalogue)
    compared = _compared(items, catalogue, has_plan=bool(rows))
    found = [
        _as_found(check.name, verdict, check.money(item), item)
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
    open_orders = tuple(waiting(catalogue))
    counts = Counter(item.supplier for item in items)
    counts.update(dict.fromkeys((one.supplier for one in open_orders), 0))
    return Looked(tuple(found), counts, values, open_orders, as_of)


def _as_found(
    check: str, verdict: Verdict, money: float | None, item: Item | None = None, order: Waiting | None = None
) -> Found:
    known_by = item.row.code if item else _reference(order) if order else ""
    is_part = item is not None or order is not None
    rank = is_part, money is None, -(money or 0.0), PLACES[check], known_by, verdict.wrong
    return Found(rank, repr(rank).encode(), check, item, order, verdict, money)


def _reference(order: Waiting) -> str:
    return order.order.reference or order.order.reference_number or "?"


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
        uses_cycles=any(cycle_days_of(item) is not None for item in items),
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
    yield _as_found(STALE, Verdict(f"{age}: stock and sales have moved since", None), value)


def _order_faults(orders: Iterable[Waiting], today: date) -> Iterator[Found]:
    for one in orders:
        if fault := order_fault(one, today):
            yield _as_found(*fault, one.money, order=one)


def _finding(found: Found) -> Finding:
    item, verdict = found.item, found.verdict
    return Finding(
        check=found.check,
        product=item.row.code if item else None,
        order=short(_reference(found.waiting), NAME_SHOWN) if found.waiting else None,
        name=item.row.name or (item.product.name if item.product else None) if item else None,
        supplier=None if found.supplier == NO_SUPPLIER else found.supplier,
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
            basis=WORDS[name][0],
            fix=WORDS[name][1],
        )
        for name in CHECK_NAMES
        if counts[name] and name in shown
    ]
    return sorted(totals, key=lambda total: (total.money is None, -(total.money or 0.0)))
