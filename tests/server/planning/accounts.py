"""Accounts of any kind, for what must hold of all of them, and the sandbox's own, read through the client."""

from datetime import UTC, datetime
from typing import NamedTuple

from hypothesis import strategies as st

from stocktrim_client import StockTrimClient
from stocktrim_client.models import (
    BomLine,
    OrderPlanRow,
    Product,
    ProductSupplier,
    PurchaseOrder,
    PurchaseOrderLine,
    Supplier,
)
from stocktrim_client.sandbox import Sandbox
from stocktrim_mcp_server.planning.catalogue import Catalogue
from tests.conftest import TODAY

COMPUTED = datetime(2026, 11, 22, 22, tzinfo=UTC)
SUPPLIERS = (
    Supplier(code="ACME", name="Acme Ltd", supplier_id=7, external_id="V-1"),
    Supplier(code="7", name="Seven"),
    Supplier(name="No Code", supplier_id=9, external_id="V-9"),
)


def amounts(least: float, most: float) -> st.SearchStrategy[float]:
    return st.floats(least, most).map(lambda value: round(value, 2))


codes = st.sampled_from(["A", "B", "C", "a|b", "☕", "007", "X Y"])
costs = st.none() | amounts(0, 900)
days = st.none() | st.integers(-60, 400)
rows = st.builds(
    OrderPlanRow,
    code=codes,
    location=st.sampled_from([None, "MAIN", "SHOP"]),
    category=st.sampled_from([None, "Tea", "Mugs"]),
    order_quantity=st.none() | amounts(-5, 5_000),
    unit_cost=costs,
    unit_price=costs,
    days_until_stock_out=days,
    days_until_order=days,
    on_hand=st.none() | amounts(-20, 500),
    on_order=st.none() | amounts(0, 500),
    daily_demand=st.none() | amounts(0, 40),
    lead_demand=st.none() | amounts(0, 900),
    forecast_period_demand=st.none() | amounts(0, 2_000),
    safety_stock=st.none() | amounts(0, 90),
    demand_deviation=st.none() | amounts(0, 30),
    service_factor=st.none() | amounts(0, 3),
    service_level=st.sampled_from([None, 0.9, 0.95, 98.0]),
    lead_time_days=st.none() | st.integers(0, 120),
    reorder_frequency_days=st.none() | st.integers(0, 60),
    minimum_order_quantity=st.none() | amounts(0, 200),
    batch_size=st.sampled_from([None, 0.0, 1.0, 6.0, 12.5]),
    maximum_shelf_level=st.sampled_from([None, None, 40.0, 3_000.0]),
    is_uncertain=st.none() | st.booleans(),
    is_discontinued=st.sampled_from([None, False, True]),
    calculated_at=st.just(COMPUTED),
    error=st.sampled_from([None, None, "No lead time."]),
)
plan_rows = st.lists(rows, max_size=8, unique_by=lambda row: (row.code, row.location))
products = st.lists(
    st.builds(
        Product,
        code=codes,
        product_id=codes,
        unit_cost=costs,
        supplier_code=st.sampled_from([None, "ACME", "7", "ghost"]),
        suppliers=st.sampled_from([(), (ProductSupplier(supplier="9", name="No Code"),)]),
    ),
    max_size=7,
    unique_by=lambda product: product.code,
)
orders = st.lists(
    st.builds(
        PurchaseOrder,
        reference=st.sampled_from(["PO-1", "PO-2", "PO-3"]),
        status=st.sampled_from(["Draft", "Approved", "Sent", "Received"]),
        location_code=st.sampled_from([None, "MAIN"]),
        lines=st.lists(st.builds(PurchaseOrderLine, product_id=codes, quantity=amounts(0, 90)), max_size=3).map(tuple),
    ),
    max_size=4,
)


class Account(NamedTuple):
    rows: list[OrderPlanRow]
    products: list[Product]
    suppliers: list[Supplier]
    orders: list[PurchaseOrder]
    bills: list[BomLine]

    @property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.products, self.suppliers, orders=self.orders, bills=self.bills)


async def account_of(size: int, location: str | None = None) -> Account:
    """The sandbox's account of a size, as the client reads it; the plan of the whole business or of a location."""
    async with StockTrimClient("sandbox", "sandbox", transport=Sandbox(size, today=TODAY)) as client:
        return Account(
            await client.order_plan.all(locations=[location] if location else []),
            await client.products.all(),
            await client.suppliers.all(),
            await client.purchase_orders.all(),
            await client.bills_of_materials.all(),
        )
