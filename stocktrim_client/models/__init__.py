"""The nouns, one module per domain."""

from stocktrim_client.models.account import ConnectedSystem
from stocktrim_client.models.base import Draft, Model, Page
from stocktrim_client.models.bills_of_materials import BomLine, BomLineDraft
from stocktrim_client.models.customers import Customer, CustomerDraft
from stocktrim_client.models.forecasts import ForecastProgress
from stocktrim_client.models.inventory import StockCount
from stocktrim_client.models.locations import Location, LocationDraft
from stocktrim_client.models.order_plan import OrderPlanRow
from stocktrim_client.models.products import Product, ProductDraft, ProductSupplier, StockAtLocation
from stocktrim_client.models.purchase_orders import (
    OrderStatus,
    PurchaseOrder,
    PurchaseOrderDraft,
    PurchaseOrderLine,
    PurchaseOrderLineDraft,
)
from stocktrim_client.models.sales_orders import SalesOrder, SalesOrderDraft
from stocktrim_client.models.suppliers import Supplier, SupplierDraft, supplier_keys, supplier_meant

__all__ = [
    "BomLine",
    "BomLineDraft",
    "ConnectedSystem",
    "Customer",
    "CustomerDraft",
    "Draft",
    "ForecastProgress",
    "Location",
    "LocationDraft",
    "Model",
    "OrderPlanRow",
    "OrderStatus",
    "Page",
    "Product",
    "ProductDraft",
    "ProductSupplier",
    "PurchaseOrder",
    "PurchaseOrderDraft",
    "PurchaseOrderLine",
    "PurchaseOrderLineDraft",
    "SalesOrder",
    "SalesOrderDraft",
    "StockAtLocation",
    "StockCount",
    "Supplier",
    "SupplierDraft",
    "supplier_keys",
    "supplier_meant",
]
