"""Orders to suppliers, found again."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, Field

from stocktrim_client import StockTrimClient
from stocktrim_client.models import Model, PurchaseOrder, PurchaseOrderLine
from stocktrim_mcp_server.answers import Dated, dated, thin
from stocktrim_mcp_server.dependencies import CurrentApp, StockTrim, on_hand
from stocktrim_mcp_server.planning.catalogue import Catalogue
from stocktrim_mcp_server.toolbox import Codes, Cursor, Toolset, as_list, window

Status = Literal["Draft", "Approved", "Sent", "Received", "Open"]


def _as_statuses(value: Any) -> Any:
    listed = as_list(value)
    if not isinstance(listed, list):
        return listed
    return [one.capitalize() if isinstance(one, str) else one for one in cast(list[Any], listed)]


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
    total_cost: float | None = None
    still_to_come: float | None = Field(default=None, description="Units of the product asked for")
    lines: tuple[OrderLine, ...] = ()


class FoundOrders(Dated):
    """Orders, the newest first."""

    items: Annotated[tuple[FoundOrder, ...], thin("reference", "status", "supplier", "overdue")]
    total: int
    next_cursor: str | None = None


async def find_purchase_orders(
    stocktrim: StockTrim,
    app: CurrentApp,
    references: Annotated[Codes, Field(description="Order numbers, any that people use; shown with lines")] = (),
    status: Annotated[
        tuple[Status, ...], BeforeValidator(_as_statuses), Field(description="Open: not yet received; empty = all")
    ] = (),
    suppliers: Annotated[Codes, Field(description="Codes or names; empty = all")] = (),
    product: Annotated[str, Field(coerce_numbers_to_str=True, description="SKU or product id on the order")] = "",
    overdue: Annotated[bool, Field(description="Only orders open longer than the supplier's lead time")] = False,
    detail: Annotated[bool, Field(description="With lines")] = False,
    limit: Annotated[int, Field(ge=1, le=100, description="Orders to show")] = 25,
    cursor: Cursor = "",
) -> FoundOrders:
    """Purchase orders by reference, status, supplier or product, newest first; also those that are late.

    StockTrim knows no promised date: overdue means open longer than the lead time, and each order says so. For what
    to order use get_reorder_plan.
    """
    standing = await on_hand(stocktrim, "purchase_orders", useful=("suppliers", "products"))
    orders = await stocktrim.snapshot.purchase_orders(wait=0)
    catalogue = await _catalogue(stocktrim, standing.missing)
    today = app.now().astimezone(UTC).date()
    said: list[str] = []
    if references:
        orders, unknown = await _called(stocktrim, orders, references)
        said += [f"There is no purchase order {one!r}; search finds references." for one in unknown]
    if status:
        orders = [one for one in orders if one.status in status or ("Open" in status and one.is_open)]
    if wanted := {name.casefold() for name in suppliers}:
        orders = [one for one in orders if wanted & _supplier_names(one, catalogue)]
        known = {word.casefold() for word in catalogue.supplier_words()}
        known |= {name for one in orders for name in _supplier_names(one, catalogue)}
        said += [
            f"There is no supplier {one!r}; search finds codes." for one in suppliers if one.casefold() not in known
        ]
    meant = _product_names(product, catalogue)
    if meant:
        orders = [one for one in orders if any((line.product_id or "").casefold() in meant for line in one.lines)]
    judged = {id(one): _overdue(one, catalogue, today) for one in orders}
    if overdue:
        unjudged = sum(one.is_open and one.status != "Draft" and _unjudged(one, catalogue) for one in orders)
        if unjudged:
            said.append(f"{unjudged} open order(s) without a date or any lead time cannot be judged, and are left out.")
        orders = [one for one in orders if judged[id(one)]]
    orders = sorted(orders, key=_newest_first)
    question = (references, status, suppliers, product, overdue)
    seen = window(orders, limit, cursor, noun="list", mark=_mark, question=question)
    if not orders:
        said.append(_nothing(references, status, suppliers, product, overdue))
    with_lines = detail or bool(references)
    items = tuple(_found(one, catalogue, judged[id(one)], meant, with_lines) for one in seen.rows)
    facts = dated(standing, *seen.said, *said)
    return FoundOrders(items=items, total=len(orders), next_cursor=seen.next_cursor, **facts)


async def _catalogue(stocktrim: StockTrimClient, missing: Sequence[str]) -> Catalogue:
    """What orders do not say: the products' codes, and the suppliers' lead times."""
    products = () if "products" in missing else await stocktrim.snapshot.products(wait=0)
    suppliers = () if "suppliers" in missing else await stocktrim.snapshot.suppliers(wait=0)
    return Catalogue(products, suppliers)


async def _called(
    stocktrim: StockTrimClient, orders: Iterable[PurchaseOrder], references: Sequence[str]
) -> tuple[list[PurchaseOrder], list[str]]:
    """The orders that references mean, and the references that mean none.

    A single one is asked live: it may have been written since by somebody else.
    """
    if len(references) == 1 and (live := await stocktrim.purchase_orders.find(references[0])) is not None:
        return [live], []
    wanted = {reference.casefold() for reference in references}
    found = [one for one in orders if wanted & _references(one)]
    known = {name for one in found for name in _references(one)}
    return found, [one for one in references if one.casefold() not in known]


def _references(order: PurchaseOrder) -> set[str]:
    numbers = (order.reference, order.reference_number, order.external_id, order.order_id)
    return {str(number).casefold() for number in numbers if number is not None}


def _supplier_names(order: PurchaseOrder, catalogue: Catalogue) -> set[str]:
    key = catalogue.supplier_called(order.supplier_code, order.supplier_name)
    names = (order.supplier_code, order.supplier_name, key, catalogue.supplier_name(key))
    return {name.casefold() for name in names if name}


def _product_names(product: str, catalogue: Catalogue) -> set[str]:
    """What lines may call the product; all who share the SKU are meant."""
    wanted = product.strip().casefold()
    if not wanted:
        return set()
    ids = {one.product_id for one in catalogue.products if wanted in (one.code.casefold(), one.product_id.casefold())}
    return {wanted, *(one.casefold() for one in ids)}


def _ordered_on(order: PurchaseOrder) -> date | None:
    return _day(order.ordered_at or order.created_at)


def _day(at: datetime | None) -> date | None:
    return None if at is None else at.astimezone(UTC).date()


def _lead_time(order: PurchaseOrder, catalogue: Catalogue) -> tuple[int, str] | None:
    """The supplier's, else the longest of what is still to come. None: neither is known."""
    supplier = catalogue.suppliers.get(catalogue.supplier_called(order.supplier_code, order.supplier_name))
    if supplier is not None and supplier.lead_time_days is not None:
        return supplier.lead_time_days, "the supplier's lead time"
    coming = (catalogue.product(line.product_id) for line in order.lines if line.received_at is None)
    days = [one.lead_time_days for one in coming if one is not None and one.lead_time_days is not None]
    return (max(days), "its products' longest lead time") if days else None


def _unjudged(order: PurchaseOrder, catalogue: Catalogue) -> bool:
    return _ordered_on(order) is None or _lead_time(order, catalogue) is None


def _overdue(order: PurchaseOrder, catalogue: Catalogue, today: date) -> str | None:
    """How late it is and by what. None: not late, not placed yet, or not to be judged."""
    ordered_on, lead_time = _ordered_on(order), _lead_time(order, catalogue)
    if not order.is_open or order.status == "Draft" or ordered_on is None or lead_time is None:
        return None
    days, (allowed, whose) = (today - ordered_on).days, lead_time
    return f"open {days} days, {days - allowed} more than {whose} of {allowed}" if days > allowed else None


def _newest_first(order: PurchaseOrder) -> tuple[int, str]:
    ordered_on = _ordered_on(order)
    return -ordered_on.toordinal() if ordered_on else 0, order.reference or order.reference_number or ""


def _mark(order: PurchaseOrder) -> object:
    return order.reference, order.reference_number, order.order_id, order.status, order.ordered_at


def _found(
    order: PurchaseOrder, catalogue: Catalogue, overdue: str | None, meant: set[str], with_lines: bool
) -> FoundOrder:
    supplier = catalogue.supplier_called(order.supplier_code, order.supplier_name)
    coming = [line for line in order.lines if line.received_at is None and (line.product_id or "").casefold() in meant]
    others = [one for one in (order.reference_number, order.external_id) if one and one != order.reference]
    return FoundOrder(
        reference=order.reference or order.reference_number,
        other_reference=", ".join(dict.fromkeys(others)) or None,
        status=order.status,
        supplier=supplier if order.supplier_code or order.supplier_name else None,
        supplier_name=order.supplier_name if order.supplier_name != supplier else None,
        location=order.location_code or order.location_name,
        ordered_on=_ordered_on(order),
        overdue=overdue,
        line_count=len(order.lines),
        total_cost=None if order.total_cost is None else round(order.total_cost, 2),
        still_to_come=sum(line.quantity or 0 for line in coming) if meant and order.is_open else None,
        lines=tuple(_line(line, catalogue) for line in order.lines) if with_lines else (),
    )


def _line(line: PurchaseOrderLine, catalogue: Catalogue) -> OrderLine:
    product = catalogue.product(line.product_id)
    return OrderLine(
        product=product.code if product else line.product_id or "?",
        name=product.name if product else None,
        quantity=line.quantity,
        unit_price=line.unit_price,
        received_on=_day(line.received_at),
    )


def _nothing(
    references: Sequence[str], status: Sequence[str], suppliers: Sequence[str], product: str, overdue: bool
) -> str:
    """Nothing found is an answer: it names what was asked."""
    asked = {
        "references": references,
        "status": status,
        "suppliers": suppliers,
        "product": [product] if product else (),
    }
    active = [f"{name} = {', '.join(values)}" for name, values in asked.items() if values] + ["overdue"] * overdue
    if not active:
        return "StockTrim holds no purchase orders."
    return f"No purchase order fits: {'; '.join(active)}. Leave filters out, or check codes with search."


PURCHASE_ORDERS = Toolset("purchase_orders", "Orders to suppliers.", reads=(find_purchase_orders,))
