"""Whom products are bought from."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date
from typing import Annotated, Any

from pydantic import Field

from stocktrim_client.models import Product, PurchaseOrder, Supplier
from stocktrim_mcp_server.answers import LIST, Dated, dated
from stocktrim_mcp_server.dependencies import CurrentApp, StockTrim, on_hand, read_ago, show
from stocktrim_mcp_server.meaning import guess
from stocktrim_mcp_server.planning.bounds import short
from stocktrim_mcp_server.planning.catalogue import Catalogue
from stocktrim_mcp_server.planning.overdue import lateness, to_come
from stocktrim_mcp_server.toolbox import Codes, Cursor, Toolset

BRIEF = frozenset(
    {
        "code",
        "name",
        "lead_time_days",
        "email",
        "contact_name",
        "product_count",
        "also_delivers",
        "open_orders",
        "overdue_orders",
        "open_order_value",
        "unpriced_orders",
    }
)
"""What a list shows; a supplier asked for by code shows all."""


class ShownSupplier(Supplier):
    """A supplier, and what of the account hangs on it. One without a code goes by its name."""

    product_count: int | None = Field(default=None, description="Products whose main supplier it is")
    also_delivers: int | None = Field(default=None, description="Products it is listed on beside another main supplier")
    open_orders: int | None = Field(default=None, description="Not fully received, drafts included")
    overdue_orders: int | None = Field(default=None, description="Placed, and open longer than the lead time")
    open_order_value: float | None = Field(default=None, description="Of the lines still to come")
    unpriced_orders: int | None = Field(
        default=None, description="Open orders with lines of no price, which are not in the value"
    )


class Suppliers(Dated):
    """Suppliers, those with most on order first."""

    items: Annotated[tuple[ShownSupplier, ...], LIST]
    total: int
    next_cursor: str | None = None


async def get_suppliers(
    stocktrim: StockTrim,
    app: CurrentApp,
    codes: Annotated[Codes, Field(description="Codes or names, e.g. ['ACME']; empty = all, briefly")] = (),
    limit: Annotated[int, Field(ge=1, le=200, description="Most")] = 40,
    cursor: Cursor = "",
) -> Suppliers:
    """Suppliers, most on order first: lead time, contact, open and overdue orders. One without code goes by name."""
    standing = await on_hand(stocktrim, "suppliers", useful=("products", "purchase_orders"))
    suppliers = await stocktrim.snapshot.suppliers(wait=0)
    has_products, has_orders = (kind not in standing.missing for kind in ("products", "purchase_orders"))
    products = await stocktrim.snapshot.products(wait=0) if has_products else None
    orders = await stocktrim.snapshot.purchase_orders(wait=0) if has_orders else None
    today = app.now().astimezone(UTC).date()
    every = await asyncio.to_thread(_shown, suppliers, products, orders, today)
    shown = sorted(every, key=_most_on_order_first)
    said: list[str] = []
    if wanted := {code.casefold() for code in codes}:
        shown = [one for one in shown if wanted & _names(one)]
        said = await asyncio.to_thread(_unknown, codes, suppliers)
    elif not shown:
        said = ["StockTrim holds no suppliers."]
    asked = tuple(sorted(wanted))
    seen = show(shown, limit, cursor, lambda one: one if wanted else _brief(one), mark=_key, asked=asked)
    facts = dated(standing, *(said if seen.is_first else ()), *seen.said)
    facts["age"] = read_ago(standing)
    return Suppliers(items=seen.items, total=len(shown), next_cursor=seen.next_cursor, **facts)


def _unknown(wanted: Iterable[str], suppliers: Iterable[Supplier]) -> list[str]:
    """Which of these are no supplier's code or name, and which may have been meant."""
    held = list(suppliers)
    known = {name for one in held for name in _names(one)}
    codes = {one.name: one.code for one in held if one.name and one.code and one.name != one.code}
    words = [_key(one) for one in held]
    return [
        f"There is no supplier {short(one, 60)!r}.{guess(one, words, codes)}"
        for one in wanted
        if one.casefold() not in known
    ]


def _shown(
    suppliers: Iterable[Supplier],
    products: Iterable[Product] | None,
    orders: Iterable[PurchaseOrder] | None,
    today: date,
) -> list[ShownSupplier]:
    """Every supplier with its counts; None where what is counted is not known."""
    catalogue = Catalogue(products or (), suppliers)
    counts, besides = Counter[str](), Counter[str]()
    for product in catalogue.products:
        main = catalogue.supplier_of(product)
        counts[main] += 1
        besides.update({catalogue.supplier_called(one.supplier, one.name) for one in product.suppliers} - {main})
    held: dict[str, list[PurchaseOrder]] = {}
    for order in orders or ():
        if order.is_open:
            held.setdefault(catalogue.supplier_called(order.supplier_code, order.supplier_name), []).append(order)
    return [
        ShownSupplier(
            **dict(one),
            product_count=None if products is None else counts[_key(one)],
            also_delivers=besides[_key(one)] or None,
            **({} if orders is None else _open(one, held.get(_key(one), []), catalogue, today)),
        )
        for one in suppliers
    ]


def _open(supplier: Supplier, orders: list[PurchaseOrder], catalogue: Catalogue, today: date) -> dict[str, Any]:
    worth = [to_come(order) for order in orders]
    lates = (lateness(order, supplier.lead_time_days, _lead_times(order, catalogue), today) for order in orders)
    return {
        "open_orders": len(orders),
        "overdue_orders": sum(late is not None and late.days > 0 for late in lates),
        "open_order_value": round(sum(one.value for one in worth), 2),
        "unpriced_orders": sum(not one.is_whole for one in worth) or None,
    }


def _lead_times(order: PurchaseOrder, catalogue: Catalogue) -> list[int | None]:
    coming = (catalogue.product(line.product_id) for line in order.lines if line.received_at is None)
    return [one.lead_time_days for one in coming if one is not None]


def _brief(supplier: ShownSupplier) -> ShownSupplier:
    return ShownSupplier(**{name: value for name, value in supplier if name in BRIEF})


def _key(supplier: Supplier) -> str:
    return supplier.code or supplier.name or ""


def _names(supplier: Supplier) -> set[str]:
    """Every word it may be asked for by; products of some accounts name it by a number."""
    words = (supplier.code, supplier.name, supplier.external_id, supplier.supplier_id)
    return {str(word).strip().casefold() for word in words if word}


def _most_on_order_first(supplier: ShownSupplier) -> tuple[float, str]:
    return -(supplier.open_order_value or 0.0), _key(supplier)


SUPPLIERS = Toolset("suppliers", "Whom products are bought from.", reads=(get_suppliers,))
