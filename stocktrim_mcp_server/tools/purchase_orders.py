"""Orders to suppliers, found again."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import BeforeValidator, Field

from stocktrim_client import StockTrimClient
from stocktrim_client.models import Model, Product, PurchaseOrder, PurchaseOrderLine, Supplier
from stocktrim_client.snapshot import Standing
from stocktrim_mcp_server.answers import LIST, Dated, dated
from stocktrim_mcp_server.dependencies import CurrentApp, StockTrim, on_hand, read_ago, show
from stocktrim_mcp_server.meaning import guess, no_products
from stocktrim_mcp_server.planning.bounds import short, shortened
from stocktrim_mcp_server.planning.catalogue import Catalogue
from stocktrim_mcp_server.planning.nearest import did_you_mean, where_offered
from stocktrim_mcp_server.planning.overdue import NOT_PLACED, Lateness, lateness, ordered, to_come
from stocktrim_mcp_server.toolbox import Codes, Cursor, Toolset, as_list, together

Status = Literal["Draft", "Approved", "Sent", "Received", "Open", "Overdue"]

MOST_LINES = 100
"""Of one order; longer ones are counted, and told where to get whole."""

MOST_SUPPLIERS = 20
"""In the totals, those with most overdue and most to come."""


def _as_statuses(value: Any) -> Any:
    listed = as_list(value)
    if not isinstance(listed, list):
        return listed
    words = {"late": "Overdue", **{word.casefold(): word for word in get_args(Status)}}
    said = [words.get(one.casefold(), one) if isinstance(one, str) else one for one in cast(list[Any], listed)]
    for one in said:
        if isinstance(one, str) and one not in get_args(Status):
            meant = did_you_mean(one, get_args(Status)) or f" There are {', '.join(get_args(Status))}"
            raise ValueError(f"there is no status {one[:40]!r}.{meant}")
    return said


class OrderLine(Model):
    """One product on an order. `received_on` None: still to come."""

    product: str
    name: str | None = None
    quantity: float | None = None
    unit_price: float | None = None
    received_on: date | None = None


class FoundOrder(Model):
    """One order."""

    reference: str | None = None
    other_reference: str | None = None
    status: str | None = None
    supplier: str | None = None
    supplier_name: str | None = None
    location: str | None = None
    ordered_on: date | None = None
    overdue: str | None = None
    line_count: int = 0
    total_cost: float | None = Field(default=None, description="None: a line has no price")
    still_to_come: float | None = Field(default=None, description="Units of the products asked for")
    message: str | None = Field(default=None, description="StockTrim's remark on the last write")
    lines: tuple[OrderLine, ...] = ()


class AtSupplier(Model):
    """What is to come from one supplier, of all orders found."""

    supplier: str
    name: str | None = None
    orders: int
    overdue: int
    most_days_overdue: int | None = None
    value_to_come: float
    unpriced: int | None = Field(default=None, description="Orders with lines of no price, which are not in the value")


class FoundOrders(Dated):
    """Orders, the newest first; overdue ones asked for the longest overdue first."""

    by_supplier: Annotated[tuple[AtSupplier, ...], LIST] = ()
    items: Annotated[tuple[FoundOrder, ...], LIST]
    total: int
    next_cursor: str | None = None


@dataclass(frozen=True)
class Judged:
    """An order, and how it stands on this day."""

    order: PurchaseOrder
    supplier: str
    late: Lateness | None

    @property
    def is_placed(self) -> bool:
        return self.order.is_open and self.order.status != NOT_PLACED


async def find_purchase_orders(
    stocktrim: StockTrim,
    app: CurrentApp,
    references: Annotated[Codes, Field(description="Numbers, e.g. ['PO-7']: with lines")] = (),
    status: Annotated[tuple[Status, ...], BeforeValidator(_as_statuses), Field(description="Open: not received")] = (),
    suppliers: Annotated[Codes, Field(description="Codes or names")] = (),
    products: Annotated[Codes, Field(description="SKUs")] = (),
    detail: Annotated[bool, Field(description="With lines")] = False,
    limit: Annotated[int, Field(ge=1, le=100, description="Most")] = 25,
    cursor: Cursor = "",
) -> FoundOrders:
    """Purchase orders, newest first; totals by supplier. Overdue: open beyond the lead time."""
    today = app.now().astimezone(UTC).date()
    if len(references) == 1 and not (status or suppliers or products):
        # One by its key is asked live, and nothing is waited for but its supplier.
        order, standing = await together(
            stocktrim.purchase_orders.find(references[0]), on_hand(stocktrim, useful=("suppliers",))
        )
        if order is not None:
            return await _one(stocktrim, order, standing, today)
    standing = await on_hand(stocktrim, "purchase_orders", useful=("suppliers", "products"))
    held = await stocktrim.snapshot.purchase_orders(wait=0)
    catalogue, every = await asyncio.to_thread(_all_judged, held, *await _joining(stocktrim), today)
    unknown: list[str] = []
    fits: dict[str, Callable[[Judged], bool]] = {}
    meant: set[str] = set()
    if references:
        called, strange = await asyncio.to_thread(_called, every, references)
        unknown += strange
        fits["references"] = lambda one: id(one) in called
    if suppliers:
        unknown += await asyncio.to_thread(_no_suppliers, suppliers, every, catalogue)
        wanted = {name.casefold() for name in suppliers}
        fits["suppliers"] = lambda one: bool(wanted & {word.casefold() for word in _words(one, catalogue)})
    if products:
        by_product = {name: _product_names(name, catalogue) for name in products}
        on_lines = {(line.product_id or "").casefold() for one in every for line in one.order.lines}
        strange = [name for name, ids in by_product.items() if not ids and name.casefold() not in on_lines]
        unknown += await no_products(stocktrim, strange)
        meant = {name.casefold() for name in products}.union(*by_product.values())
        fits["products"] = lambda one: _holds(one.order, meant)
    said: list[str] = []
    orders = [one for one in every if all(fit(one) for fit in fits.values())]
    if "Overdue" in status and (unjudged := sum(one.is_placed and one.late is None for one in orders)):
        said.append(f"{unjudged} open order(s) without a date or any lead time cannot be judged, and are left out.")
    if status:
        fits["status"] = lambda one: _has(one, status)
        orders = [one for one in orders if _has(one, status)]
    orders = sorted(orders, key=_longest_overdue_first if status == ("Overdue",) else _newest_first)
    if not orders and not unknown:
        asked_for = {"references": references, "suppliers": suppliers, "products": products, "status": status}
        said.append(_nothing(every, fits, asked_for))
    with_lines = detail or bool(references)
    asked = (references, status, suppliers, products)
    seen = show(orders, limit, cursor, lambda one: _found(one, catalogue, meant, with_lines), mark=_mark, asked=asked)
    on_first = (*unknown, *said) if seen.is_first else ()
    totals = _by_supplier(orders, catalogue) if seen.is_first else ()
    if len(totals) > MOST_SUPPLIERS:
        all_of_them = where_offered("get_suppliers", ": get_suppliers shows all")
        more = f"Totals of {len(totals) - MOST_SUPPLIERS} more suppliers are left out{all_of_them}."
        on_first, totals = (*on_first, more), totals[:MOST_SUPPLIERS]
    facts = dated(standing, *on_first, *seen.said, *_long(seen.rows, with_lines))
    facts["age"] = read_ago(standing)
    return FoundOrders(by_supplier=totals, items=seen.items, total=len(orders), next_cursor=seen.next_cursor, **facts)


async def _one(stocktrim: StockTrimClient, order: PurchaseOrder, standing: Standing, today: date) -> FoundOrders:
    """An order just read, with what is on hand of its supplier and products."""
    catalogue, judged = await asyncio.to_thread(_all_judged, [order], *await _joining(stocktrim), today)
    found = shortened(_found(judged[0], catalogue, set(), with_lines=True))
    said = _long(judged, with_lines=True)
    if stocktrim.snapshot.standing("products").missing:
        said.append("The products are still being read: lines show product ids, without names.")
    facts = dated(standing, *said)
    facts["age"] = "read just now"
    return FoundOrders(items=(found,), total=1, **facts)


async def _joining(stocktrim: StockTrimClient) -> tuple[Sequence[Product], Sequence[Supplier]]:
    """What orders do not say, as far as it is on hand: the products' codes, and the suppliers' lead times."""
    missing = stocktrim.snapshot.standing("products", "suppliers").missing
    products = () if "products" in missing else await stocktrim.snapshot.products(wait=0)
    suppliers = () if "suppliers" in missing else await stocktrim.snapshot.suppliers(wait=0)
    return products, suppliers


def _all_judged(
    orders: Iterable[PurchaseOrder], products: Iterable[Product], suppliers: Iterable[Supplier], today: date
) -> tuple[Catalogue, list[Judged]]:
    """Orders with what belongs to them; for a worker thread."""
    catalogue = Catalogue(products, suppliers)
    return catalogue, [_judged(one, catalogue, today) for one in orders]


def _judged(order: PurchaseOrder, catalogue: Catalogue, today: date) -> Judged:
    key = catalogue.supplier_called(order.supplier_code, order.supplier_name)
    supplier = catalogue.suppliers.get(key)
    coming = (catalogue.product(line.product_id) for line in order.lines if line.received_at is None)
    days = (one.lead_time_days for one in coming if one is not None)
    return Judged(order, key, lateness(order, supplier.lead_time_days if supplier else None, days, today))


def shown_whole(order: PurchaseOrder, catalogue: Catalogue, today: date) -> FoundOrder:
    """An order with its lines, as it is told wherever it is shown alone."""
    return _found(_judged(order, catalogue, today), catalogue, set(), with_lines=True)


def _called(orders: Iterable[Judged], references: Sequence[str]) -> tuple[set[int], list[str]]:
    """Which of these very orders the references mean, and what is to be said of references that mean none."""
    names = [(one, _references(one.order)) for one in orders]
    wanted = {reference.casefold() for reference in references}
    words = {name for _, those in names for name in those}
    known = {word.casefold() for word in words}
    otherwise = where_offered("search", " Find references with search.")
    strange = [
        f"There is no purchase order {short(one, 60)!r}.{guess(one, sorted(words)) or otherwise}"
        for one in references
        if one.casefold() not in known
    ]
    return {id(one) for one, those in names if any(name.casefold() in wanted for name in those)}, strange


def _references(order: PurchaseOrder) -> set[str]:
    numbers = (order.reference, order.reference_number, order.external_id, order.order_id)
    return {str(number) for number in numbers if number is not None}


def _no_suppliers(wanted: Sequence[str], orders: Iterable[Judged], catalogue: Catalogue) -> list[str]:
    """Which of these are no supplier's code or name, and which may have been meant."""
    codes = {name: key for key in catalogue.suppliers if (name := catalogue.supplier_name(key))}
    words = catalogue.supplier_words() | {name for one in orders for name in _words(one, catalogue)}
    known = {word.casefold() for word in words}
    return [
        f"There is no supplier {short(one, 60)!r}.{guess(one, sorted(words - set(codes)), codes)}"
        for one in wanted
        if one.casefold() not in known
    ]


def _words(one: Judged, catalogue: Catalogue) -> set[str]:
    words = (one.order.supplier_code, one.order.supplier_name, one.supplier, catalogue.supplier_name(one.supplier))
    return {word for word in words if word}


def _product_names(product: str, catalogue: Catalogue) -> set[str]:
    """What lines may call the product, all who share the SKU; empty: the catalogue knows none."""
    wanted = product.casefold()
    ids = {one.product_id for one in catalogue.products if wanted in (one.code.casefold(), one.product_id.casefold())}
    return {wanted, *(one.casefold() for one in ids)} if ids else set()


def _holds(order: PurchaseOrder, meant: Collection[str]) -> bool:
    return any((line.product_id or "").casefold() in meant for line in order.lines)


def _has(one: Judged, status: Collection[str]) -> bool:
    is_late = one.late is not None and one.late.days > 0
    return one.order.status in status or ("Open" in status and one.order.is_open) or ("Overdue" in status and is_late)


def _newest_first(one: Judged) -> tuple[int, str]:
    day = ordered(one.order)
    return -day.toordinal() if day else 0, one.order.reference or one.order.reference_number or ""


def _longest_overdue_first(one: Judged) -> tuple[int, str]:
    return -(one.late.days if one.late else 0), one.order.reference or one.order.reference_number or ""


def _mark(one: Judged) -> object:
    order = one.order
    return order.reference, order.reference_number, order.order_id, order.status, order.ordered_at


def _by_supplier(orders: Sequence[Judged], catalogue: Catalogue) -> tuple[AtSupplier, ...]:
    """What is to come from each supplier, the most overdue first; nothing where one order says it itself."""
    coming: dict[str, list[Judged]] = {}
    for one in orders:
        if one.order.is_open:
            coming.setdefault(one.supplier, []).append(one)
    if len(orders) < 2 or not coming:
        return ()
    totals = [_at(supplier, those, catalogue) for supplier, those in coming.items()]
    return tuple(sorted(totals, key=lambda one: (-one.overdue, -one.value_to_come, one.supplier)))


def _at(supplier: str, orders: Sequence[Judged], catalogue: Catalogue) -> AtSupplier:
    overdue = [one.late.days for one in orders if one.late is not None and one.late.days > 0]
    worth = [to_come(one.order) for one in orders]
    return AtSupplier(
        supplier=short(supplier),
        name=short(name, 60) if (name := catalogue.supplier_name(supplier)) else None,
        orders=len(orders),
        overdue=len(overdue),
        most_days_overdue=max(overdue, default=None),
        value_to_come=round(sum(one.value for one in worth), 2),
        unpriced=sum(not one.is_whole for one in worth) or None,
    )


def _found(one: Judged, catalogue: Catalogue, meant: Collection[str], with_lines: bool) -> FoundOrder:
    order = one.order
    coming = [line for line in order.lines if line.received_at is None and (line.product_id or "").casefold() in meant]
    others = [other for other in (order.reference_number, order.external_id) if other and other != order.reference]
    name = catalogue.supplier_name(one.supplier) or order.supplier_name
    return FoundOrder(
        reference=order.reference or order.reference_number,
        other_reference=", ".join(dict.fromkeys(others)) or None,
        status=order.status,
        supplier=one.supplier if order.supplier_code or order.supplier_name else None,
        supplier_name=name if name != one.supplier else None,
        location=order.location_code or order.location_name,
        ordered_on=ordered(order),
        overdue=one.late.in_words if one.late is not None and one.late.days > 0 else None,
        line_count=len(order.lines),
        total_cost=None if order.total_cost is None else round(order.total_cost, 2),
        still_to_come=sum(line.quantity or 0 for line in coming) if meant and order.is_open else None,
        message=order.message if with_lines else None,
        lines=tuple(_line(line, catalogue) for line in order.lines[:MOST_LINES]) if with_lines else (),
    )


def _line(line: PurchaseOrderLine, catalogue: Catalogue) -> OrderLine:
    product = catalogue.product(line.product_id)
    return OrderLine(
        product=product.code if product else line.product_id or "?",
        name=product.name if product else None,
        quantity=line.quantity,
        unit_price=line.unit_price,
        received_on=None if line.received_at is None else line.received_at.astimezone(UTC).date(),
    )


def _long(orders: Iterable[Judged], with_lines: bool) -> list[str]:
    """Which orders show only the first of their lines, and how to get all."""
    long = [one.order for one in orders if with_lines and len(one.order.lines) > MOST_LINES]
    all_of_them = where_offered("query_data", ": query_data reads all from purchase_order_lines")
    return [
        f"Of the {len(one.lines):,} lines of {(one.reference or one.reference_number or '?')[:100]!r} the first "
        f"{MOST_LINES} are shown{all_of_them}."
        for one in long
    ]


def _nothing(
    every: Sequence[Judged], fits: Mapping[str, Callable[[Judged], bool]], asked: Mapping[str, Sequence[str]]
) -> str:
    """Nothing found is an answer: it names what was asked, and how many orders each filter alone would leave."""
    if not every:
        return "StockTrim holds no purchase orders."
    active = "; ".join(f"{name} = {short(', '.join(asked[name]))}" for name in fits)
    nothing = f"None of the {len(every):,} purchase orders fits: {active}."
    if len(fits) < 2:
        return nothing
    alone = ", ".join(f"{name} {sum(map(fit, every)):,}" for name, fit in fits.items())
    return f"{nothing} By itself fit: {alone}."


PURCHASE_ORDERS = Toolset("purchase_orders", "Orders to suppliers.", reads=(find_purchase_orders,))
