"""The 38 operations: each a function of the account and of what was asked."""

from collections.abc import Sequence
from typing import NamedTuple

from stocktrim_client.sandbox.answers import RefusedError
from stocktrim_client.sandbox.routes.account import (
    get_configuration,
    get_connected_system,
    get_processing_status,
    run_forecast,
    set_connected_system,
    set_processing_status,
)
from stocktrim_client.sandbox.routes.bills_of_materials import (
    create_bill_of_materials,
    delete_bill_of_materials,
    list_bills_of_materials,
)
from stocktrim_client.sandbox.routes.customers import get_customer, list_customers, save_customer
from stocktrim_client.sandbox.routes.desk import Account, Ask, Responder
from stocktrim_client.sandbox.routes.inventory import set_inventory
from stocktrim_client.sandbox.routes.locations import get_location, save_location, save_location_by_code_or_name
from stocktrim_client.sandbox.routes.order_plan import read_order_plan
from stocktrim_client.sandbox.routes.products import delete_product, list_products, save_product
from stocktrim_client.sandbox.routes.purchase_orders import (
    delete_purchase_order,
    find_purchase_order,
    generate_purchase_orders,
    get_purchase_order,
    list_purchase_orders,
    save_purchase_order,
)
from stocktrim_client.sandbox.routes.sales_orders import (
    create_sales_order,
    create_sales_orders,
    delete_all_sales_orders,
    delete_sales_orders,
    delete_sales_orders_in_range,
    delete_sales_orders_of_location,
    list_sales_orders,
    save_sales_orders,
)
from stocktrim_client.sandbox.routes.suppliers import delete_supplier, get_supplier, list_suppliers, save_suppliers

__all__ = ["ROUTES", "Account", "Ask", "Route", "find_route"]


class Route(NamedTuple):
    """One operation."""

    name: str
    method: str
    path: str
    responder: Responder
    takes_body: bool


def _route(responder: Responder, line: str) -> Route:
    method, path = line.split()
    name = getattr(responder, "__name__", "")
    bodiless = method in ("GET", "DELETE") or responder is run_forecast
    return Route(name, method, path, responder, not bodiless)


ROUTES: tuple[Route, ...] = tuple(
    _route(responder, line)
    for responder, line in (
        (list_bills_of_materials, "GET /api/boms"),
        (create_bill_of_materials, "POST /api/boms"),
        (delete_bill_of_materials, "DELETE /api/boms"),
        (get_configuration, "GET /api/Configuration/{configurationName}"),
        (get_connected_system, "GET /api/InventoryManagementSystemSettings"),
        (set_connected_system, "POST /api/InventoryManagementSystemSettings"),
        (list_customers, "GET /api/Customers"),
        (save_customer, "PUT /api/Customers"),
        (get_customer, "GET /api/Customers/{code}"),
        (set_inventory, "POST /api/Inventory"),
        (get_location, "GET /api/Locations"),
        (save_location_by_code_or_name, "POST /api/Locations"),
        (save_location, "POST /api/V2/Locations"),
        (read_order_plan, "POST /api/OrderPlan"),
        (get_processing_status, "GET /api/ProcessingStatus"),
        (set_processing_status, "POST /api/ProcessingStatus"),
        (run_forecast, "POST /api/RunForecastCalculations"),
        (list_products, "GET /api/Products"),
        (save_product, "POST /api/Products"),
        (delete_product, "DELETE /api/Products"),
        (find_purchase_order, "GET /api/PurchaseOrders"),
        (save_purchase_order, "POST /api/PurchaseOrders"),
        (delete_purchase_order, "DELETE /api/PurchaseOrders"),
        (list_purchase_orders, "GET /api/V2/PurchaseOrders"),
        (generate_purchase_orders, "POST /api/V2/PurchaseOrders/OrderPlan"),
        (get_purchase_order, "GET /api/V2/PurchaseOrders/{referenceNumber}"),
        (list_sales_orders, "GET /api/SalesOrders"),
        (create_sales_order, "POST /api/SalesOrders"),
        (delete_sales_orders, "DELETE /api/SalesOrders"),
        (delete_all_sales_orders, "DELETE /api/SalesOrders/All"),
        (delete_sales_orders_in_range, "DELETE /api/SalesOrders/Range"),
        (save_sales_orders, "PUT /api/SalesOrdersBulk"),
        (create_sales_orders, "POST /api/SalesOrdersBulk"),
        (delete_sales_orders_of_location, "DELETE /api/SalesOrdersLocation"),
        (get_supplier, "GET /api/Suppliers"),
        (save_suppliers, "POST /api/Suppliers"),
        (delete_supplier, "DELETE /api/Suppliers"),
        (list_suppliers, "GET /api/SuppliersBulk"),
    )
)


def find_route(method: str, segments: Sequence[str]) -> tuple[Route, dict[str, str]]:
    """The operation a method and a path name, with what the path says; words of the path in any case.

    Raises: RefusedError 404 for a path there is not, 405 for a method it has not.
    """
    allowed: set[str] = set()
    for route in ROUTES:
        template = route.path.strip("/").split("/")
        if len(template) != len(segments):
            continue
        values: dict[str, str] = {}
        for part, segment in zip(template, segments, strict=True):
            if part.startswith("{"):
                values[part.strip("{}")] = segment
            elif part.lower() != segment.lower():
                break
        else:
            if route.method == method:
                return route, values
            allowed.add(route.method)
    if allowed:
        raise RefusedError(405, f"Allowed: {', '.join(sorted(allowed))}.")
    raise RefusedError(404)
