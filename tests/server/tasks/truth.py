"""What is true in the sandbox, worked out from its records: nothing here knows the server or its planning."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from stocktrim_client.sandbox import Sandbox
from stocktrim_client.sandbox.forecast import Row
from stocktrim_client.sandbox.plan import Figures, figure, order_quantity
from stocktrim_client.sandbox.shop import time_of

Record = Mapping[str, Any]


def code_of(product: Record) -> str:
    """The SKU that people read."""
    return product.get("productCodeReadable") or product["productId"]


class Truth:
    """One account as StockTrim sees it."""

    def __init__(self, sandbox: Sandbox, rows: Iterable[Row]) -> None:
        self.sandbox = sandbox
        self.plan = sandbox.forecast.plan()
        self.shop = sandbox.shop
        self.rows = {code_of(row.product): row for row in rows}
        self.products: dict[str, Record] = {code_of(one): one for one in self.shop.products.values()}
        self.orders: list[Record] = list(self.shop.orders.values())

    @classmethod
    async def of(cls, sandbox: Sandbox, location: str | None = None) -> "Truth":
        """The account as of now, of the whole business or of one place."""
        rows = await sandbox.forecast.plan().rows(sandbox.quirks, location)
        return cls(sandbox, list(rows.values()))

    @property
    def suggested(self) -> dict[str, float]:
        """What StockTrim suggests to order, by SKU."""
        return {
            code: row.figures.order_quantity for code, row in self.rows.items() if (row.figures.order_quantity or 0) > 0
        }  # pyright: ignore[reportReturnType] - only those above zero are kept

    def cost(self, code: str) -> float:
        """Unit cost, 0 where there is none."""
        return self.products[code].get("cost") or 0.0

    def money(self, quantities: Mapping[str, float]) -> float:
        """What quantities cost."""
        return sum(quantity * self.cost(code) for code, quantity in quantities.items())

    def supplier(self, code: str) -> str:
        """The supplier's code, else name."""
        found = self.plan.supplier_of(dict(self.products[code]))
        return "no supplier" if found is None else found.get("supplierCode") or found["supplierName"]

    def is_open(self, order: Record) -> bool:
        """Whether something is still to come."""
        lines = order.get("purchaseOrderLineItems") or ()
        return order["status"] != "Received" and (not lines or any(line.get("receivedDate") is None for line in lines))

    def coming(self, code: str) -> dict[str, float]:
        """Units still to come of a product, by the order's number."""
        key = self.products[code]["productId"]
        found: dict[str, float] = {}
        for order in self.orders:
            for line in order.get("purchaseOrderLineItems") or ():
                if line["productId"] == key and line.get("receivedDate") is None and self.is_open(order):
                    number = order.get("clientReferenceNumber") or order["referenceNumber"]
                    found[number] = found.get(number, 0.0) + line["quantity"]
        return found

    def with_demand(self, code: str, times: float) -> float:
        """What StockTrim would suggest if demand and its spread were so many times what they are."""
        row, item = self.rows[code], self.plan.item(dict(self.products[code]))
        figures: Figures = row.figures
        if item.discontinued or item.unstocked:
            return figures.order_quantity or 0.0
        return order_quantity(
            (figures.period_demand or 0.0) * times,
            (figures.safety_stock or 0.0) * times,
            item.on_hand + item.on_order,
            minimum=item.minimum_order,
            batch=item.batch,
            shelf_minimum=item.shelf_minimum,
            shelf_maximum=item.shelf_maximum,
        )

    def with_lead_time(self, code: str, more_days: int) -> float:
        """What StockTrim would suggest if deliveries took so many days longer."""
        product = self.products[code]
        item = self.plan.item(dict(product))
        later = replace(item, lead_time_days=(item.lead_time_days or 0) + more_days)
        return figure(later, self.plan.sold(product["productId"]), self.plan.today).order_quantity or 0.0

    def overdue(self) -> set[str]:
        """Orders placed longer ago than the longest lead time of their products, with something still to come."""
        late: set[str] = set()
        for order in self.orders:
            if order["status"] not in ("Sent", "Approved") or not self.is_open(order):
                continue
            bought = (self.shop.products[line["productId"]] for line in order["purchaseOrderLineItems"])
            usual = self.usual_lead_time(order) or 0
            days = max((self.plan.item(dict(product)).lead_time_days or usual for product in bought), default=usual)
            if time_of(order["orderDate"]).date() + timedelta(days=days) < self.shop.today:
                late.add(order["clientReferenceNumber"])
        return late

    def usual_lead_time(self, order: Mapping[str, Any]) -> int | None:
        """That of an order's supplier."""
        supplier = order.get("supplier") or {}
        name = supplier.get("supplierCode", supplier.get("supplierName"))
        known = (
            one for one in self.shop.suppliers.values() if one.get("supplierCode", one.get("supplierName")) == name
        )
        return next(known, {}).get("defaultLeadTime")

    def sold(self, code: str) -> dict[str, float]:
        """Units sold by month."""
        months: dict[str, float] = {}
        for sale in self.shop.ledger.sales(self.products[code]["productId"]):
            month = sale["orderDate"][:7]
            months[month] = months.get(month, 0.0) + sale["quantity"]
        return months

    def parts(self, code: str, count: float) -> dict[str, float]:
        """All that goes into so many of a product, through every level."""
        needed: dict[str, float] = {}
        for part, quantity in self.plan.made_of.get(self.products[code]["productId"], ()):
            name = code_of(self.shop.products[part])
            needed[name] = needed.get(name, 0.0) + quantity * count
            for inner, more in self.parts(name, quantity * count).items():
                needed[inner] = needed.get(inner, 0.0) + more
        return needed
