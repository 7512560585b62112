"""Whom products are bought from."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field

from stocktrim_client.models import Product, PurchaseOrder, Supplier
from stocktrim_mcp_server.answers import Dated, dated, thin
from stocktrim_mcp_server.dependencies import StockTrim, on_hand
from stocktrim_mcp_server.planning.catalogue import Catalogue
from stocktrim_mcp_server.toolbox import Codes, Cursor, Toolset, window

BRIEF = frozenset(
    {"code", "name", "lead_time_days", "email", "contact_name", "product_count", "open_orders", "open_order_value"}
)
"""What a list shows; a supplier asked for by code shows all."""


class ShownSupplier(Supplier):
    """A supplier, and what of the account hangs on it. One without a code goes by its name."""

    product_count: int | None = None
    open_orders: int | None = None
    open_order_value: float | None = None
    unpriced_orders: int | None = Field(
        default=None, description="Open orders with lines of no price, which are not in the value"
    )


class Suppliers(Dated):
    """Suppliers, those with most on order first."""

    items: Annotated[tuple[ShownSupplier, ...], thin("code", "name")]
    total: int
    next_cursor: str | None = None


async def get_suppliers(
    stocktrim: StockTrim,
    codes: Annotated[
        Codes, Field(description="Codes or names, e.g. ['ACME']: shown in full; empty = all, briefly")
    ] = (),
    limit: Annotated[int, Field(ge=1, le=200, description="Suppliers to show")] = 40,
    cursor: Cursor = "",
) -> Suppliers:
    """Suppliers: lead time, contact, how many products they are the main supplier of, and what is on open orders there.

    Open orders are all not fully received, drafts included, and their value that of the lines still to come. For the
    orders themselves use find_purchase_orders.
    """
    standing = await on_hand(stocktrim, "suppliers", useful=("products", "purchase_orders"))
    suppliers = await stocktrim.snapshot.suppliers(wait=0)
    has_products, has_orders = (kind not in standing.missing for kind in ("products", "purchase_orders"))
    products = await stocktrim.snapshot.products(wait=0) if has_products else None
    orders = await stocktrim.snapshot.purchase_orders(wait=0) if has_orders else None
    shown = sorted(_shown(suppliers, products, orders), key=_most_on_order_first)
    said: list[str] = []
    if wanted := {code.casefold() for code in codes}:
        shown = [one for one in shown if wanted & _names(one)]
        known = {name for one in shown for name in _names(one)}
        said = [
            f"There is no supplier {one!r}; search finds codes from words."
            for one in codes
            if one.casefold() not in known
        ]
    elif not shown:
        said = ["StockTrim holds no suppliers."]
    seen = window(shown, limit, cursor, noun="list", mark=_key, question=tuple(sorted(wanted)))
    items = seen.rows if wanted else [_brief(one) for one in seen.rows]
    return Suppliers(
        items=tuple(items), total=len(shown), next_cursor=seen.next_cursor, **dated(standing, *seen.said, *said)
    )


def _shown(
    suppliers: Iterable[Supplier], products: Iterable[Product] | None, orders: Iterable[PurchaseOrder] | None
) -> list[ShownSupplier]:
    """Every supplier with its counts; None where what is counted is not known."""
    catalogue = Catalogue(products or (), suppliers)
    counts: dict[str, int] = {}
    for product in catalogue.products:
        key = catalogue.supplier_of(product)
        counts[key] = counts.get(key, 0) + 1
    held: dict[str, list[PurchaseOrder]] = {}
    for order in orders or ():
        if order.is_open:
            held.setdefault(catalogue.supplier_called(order.supplier_code, order.supplier_name), []).append(order)
    return [
        ShownSupplier(
            **dict(one),
            product_count=None if products is None else counts.get(_key(one), 0),
            **({} if orders is None else _open(held.get(_key(one), []))),
        )
        for one in suppliers
    ]


def _open(orders: list[PurchaseOrder]) -> dict[str, Any]:
    lines = [[line for line in order.lines if line.received_at is None] for order in orders]
    priced = [line for those in lines for line in those if line.unit_price is not None and line.quantity is not None]
    unpriced = sum(any(line.unit_price is None or line.quantity is None for line in those) for those in lines)
    return {
        "open_orders": len(orders),
        "open_order_value": round(sum((line.quantity or 0) * (line.unit_price or 0) for line in priced), 2),
        "unpriced_orders": unpriced or None,
    }


def _brief(supplier: ShownSupplier) -> ShownSupplier:
    kept = BRIEF | {"unpriced_orders"}
    return ShownSupplier(**{name: value for name, value in supplier if name in kept})


def _key(supplier: Supplier) -> str:
    return supplier.code or supplier.name or ""


def _names(supplier: Supplier) -> set[str]:
    return {name.strip().casefold() for name in (supplier.code, supplier.name) if name}


def _most_on_order_first(supplier: ShownSupplier) -> tuple[float, str]:
    return -(supplier.open_order_value or 0.0), _key(supplier)


SUPPLIERS = Toolset("suppliers", "Whom products are bought from.", reads=(get_suppliers,))
