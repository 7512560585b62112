"""What of an account hangs on a product or a supplier, in words. Pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stocktrim_client.models import OrderPlanRow, Product, PurchaseOrder
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, listed, short
from stocktrim_mcp_server.planning.catalogue import NO_SUPPLIER, Catalogue


class Uses(NamedTuple):
    """What names a supplier: products as their main one, others beside their main one, orders still to come."""

    mains: Sequence[str]
    others: Sequence[str]
    orders: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.mains or self.others or self.orders)

    def told(self) -> Iterator[str]:
        """Each kind in words, with the first few named."""
        if self.mains:
            yield f"main supplier of {_counted(self.mains, 'product')}"
        if self.others:
            yield f"also delivers {_counted(self.others, 'product')}"
        if self.orders:
            yield f"on {_counted(self.orders, 'open order')}"


def uses_of_supplier(key: str, books: Catalogue) -> Uses:
    """What of the account names the supplier that goes by this code, or by this name where it has none."""
    mains = [one.code for one in books.products if books.supplier_of(one) == key]
    others = [one.code for one in books.products if books.supplier_of(one) != key and key in _listed_on(one, books)]
    orders = [
        f"{one.reference or one.reference_number or '?'} ({one.status or '?'})"
        for one in books.unreceived
        if books.supplier_called(one.supplier_code, one.supplier_name) == key
    ]
    return Uses(mains, others, orders)


def uses_of_product(product: Product, books: Catalogue) -> Iterator[str]:
    """What of the account names a product: open orders, and bills of materials on either side."""
    if orders := open_orders(product, books):
        yield f"on open orders: {listed(orders)}"
    lines = [line for line in books.bills if line.component_id == product.product_id]
    if lines:
        yield f"goes into: {listed(line.product_code or line.product_id for line in lines)}"
    if parts := sum(line.product_id == product.product_id for line in books.bills):
        yield f"made of: {parts} component{'s' if parts > 1 else ''}, whose lines go with it"


def open_orders(product: Product, books: Catalogue, supplier: str | None = None) -> list[str]:
    """The orders that hold a product and have not come, of one supplier alone where it is named."""
    item = books.item(OrderPlanRow(code=product.code, product_id=product.product_id))
    return [
        f"{held.said.reference} ({_units(held.said.quantity)}, {held.said.status})"
        for held in books.held(item)
        if supplier is None or _supplier_of(held.order, books) == supplier
    ]


def kept_on_moving(product: Product, to: str, days: int | None, books: Catalogue) -> Iterator[str]:
    """What does not follow a product to a supplier that takes so many days: its own lead time, orders still to come."""
    before, shown = books.supplier_of(product), repr(short(product.code, NAME_SHOWN))
    if to == before:
        return
    if product.lead_time_days is not None and product.lead_time_days != days:
        others = "" if days is None else f", though {short(to, NAME_SHOWN)!r} takes {days}"
        yield f"{shown} keeps its own lead time of {product.lead_time_days} days{others}."
    if before != NO_SUPPLIER and (orders := open_orders(product, books, before)):
        yield f"{shown} is still to come from {short(before, NAME_SHOWN)!r}; these orders stay there: {listed(orders)}."


def lead_time_in_force(product: Product, books: Catalogue) -> str | None:
    """The lead time of a product that has none of its own, in words. None: it has one, or its supplier has none."""
    key = books.supplier_of(product)
    supplier = books.suppliers.get(key)
    if product.lead_time_days is not None or supplier is None or supplier.lead_time_days is None:
        return None
    return f"{supplier.lead_time_days} (its supplier {short(key, NAME_SHOWN)}'s)"


def left_behind(key: str, uses: Uses) -> str:
    """What is to be said before a supplier goes that is named; StockTrim does not document what it does then."""
    return (
        f"{short(key, NAME_SHOWN)!r}: {'; '.join(uses.told())}. None of these is deleted with it. What StockTrim puts "
        "in its place is not known, and making it again brings back no link: better give them another supplier first."
    )


def _listed_on(product: Product, books: Catalogue) -> set[str]:
    return {books.supplier_called(one.supplier, one.name) for one in product.suppliers}


def _supplier_of(order: PurchaseOrder, books: Catalogue) -> str:
    return books.supplier_called(order.supplier_code, order.supplier_name)


def _units(quantity: float) -> str:
    return f"{quantity:.4f}".rstrip("0").rstrip(".")


def _counted(names: Sequence[str], noun: str) -> str:
    return f"{len(names)} {noun}{'s' if len(names) > 1 else ''} ({listed(names)})"
