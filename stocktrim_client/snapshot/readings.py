"""How each source is read through the helpers, whole or one record at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from stocktrim_client.helpers.bills_of_materials import BillsOfMaterials
from stocktrim_client.helpers.customers import Customers
from stocktrim_client.helpers.locations import Locations
from stocktrim_client.helpers.order_plan import OrderPlan
from stocktrim_client.helpers.products import Products
from stocktrim_client.helpers.purchase_orders import PurchaseOrders
from stocktrim_client.helpers.suppliers import Suppliers
from stocktrim_client.helpers.wire import Keep
from stocktrim_client.models import Location, OrderPlanRow, Product, PurchaseOrder
from stocktrim_client.models.base import Model
from stocktrim_client.snapshot.standing import Source

MOST_LOOKUPS = 50
"""Locations looked up one by one for what stock does not tell of them."""

PLAN_PAGES_AT_ONCE = 2
"""A page of the plan is some 2 MB, several times that while it is parsed; and the catalogue takes longer anyway."""


class Helpers(NamedTuple):
    """What a snapshot reads through."""

    products: Products
    suppliers: Suppliers
    customers: Customers
    locations: Locations
    order_plan: OrderPlan
    purchase_orders: PurchaseOrders
    bills_of_materials: BillsOfMaterials

    async def read(self, source: Source, keep: Keep[Any]) -> Sequence[Model]:
        """All records of a source, those of the long lists through `keep` as they come. Locations: `read_locations`.

        Raises: StockTrimError where any part of them could not be read.
        """
        readers: dict[Source, Callable[[], Awaitable[Sequence[Model]]]] = {
            "products": partial(self.products.all, keep=keep),
            "suppliers": self.suppliers.all,
            "customers": partial(self.customers.all, keep=keep),
            "order_plan": partial(self.order_plan.all, keep=keep, pages_at_once=PLAN_PAGES_AT_ONCE),
            "purchase_orders": self.purchase_orders.all,
            "bills_of_materials": self.bills_of_materials.all,
        }
        return await readers[source]()

    async def read_locations(self, products: Sequence[Product], orders: Sequence[PurchaseOrder]) -> list[Location]:
        """The locations that StockTrim lists, that hold stock, or that orders go to."""
        listed = {location.code: location for location in await self.locations.listed()}
        others = [location for location in collected(products, orders) if location.code not in listed]
        # Stock tells no more of a place than its code and, mostly, its name.
        shown = await asyncio.gather(*(self.locations.find(location.code) for location in others[:MOST_LOOKUPS]))
        known = [found or location for found, location in zip(shown, others, strict=False)]
        return [*listed.values(), *known, *others[MOST_LOOKUPS:]]

    async def read_plan_at(self, location: str, keep: Keep[Any]) -> list[OrderPlanRow]:
        """The plan of one location."""
        return await self.order_plan.all(locations=[location], keep=keep, pages_at_once=PLAN_PAGES_AT_ONCE)

    async def read_again(self, source: Source, key: str, known: Sequence[Any]) -> Sequence[Model]:
        """The records that a key means now; of a product known here, its own id costs the fewest calls."""
        if source == "bills_of_materials":
            return await self.bills_of_materials.all(product_id=key)
        finders: dict[Source, Callable[[str], Awaitable[Model | None]]] = {
            "products": self.products.find,
            "suppliers": self.suppliers.find,
            "customers": self.customers.find,
            "locations": self.locations.find,
            "purchase_orders": self.purchase_orders.find,
        }
        record = await finders[source](known[0].product_id if source == "products" and known else key)
        return [] if record is None else [record]


def collected(products: Sequence[Product], orders: Sequence[PurchaseOrder]) -> list[Location]:
    """The locations that hold stock, and those that orders go to."""
    found: dict[str, Location] = {}
    for product in products:
        for stock in product.stock:
            if stock.location_code not in found:
                found[stock.location_code] = Location(code=stock.location_code, name=stock.location_name)
    for order in orders:
        if order.location_code and order.location_code not in found:
            found[order.location_code] = Location(code=order.location_code, name=order.location_name)
    return list(found.values())
