"""What a repeat of each operation would do, and which read settles a doubt; written by generate.py, never by hand."""

from dataclasses import dataclass
from typing import Literal

RetryClass = Literal["read", "upsert", "set", "delete", "create", "generate", "job", "purge"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of StockTrim's API, as far as sending it safely needs to know it.

    Units: `read_timeout` in seconds.
    None: `read_timeout`, the policy's own holds; `verify`, no read is known to settle an unknown outcome.

    `answers` holds the documented successes, each with the characters its body may begin with; empty: any success.
    """

    name: str
    method: str
    path: str
    domain: str
    summary: str
    retry: RetryClass
    key: tuple[str, ...] = ()
    keyed: str | None = None
    verify: str | None = None
    read_timeout: float | None = None
    answers: tuple[tuple[int, str], ...] = ()


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="list_products",
        method="GET",
        path="/api/Products",
        domain="products",
        summary="List products",
        retry="read",
        answers=((200, "["),),
    ),
    Operation(
        name="save_product",
        method="POST",
        path="/api/Products",
        domain="products",
        summary="Save a product",
        retry="upsert",
        key=("productId",),
        verify="list_products",
        answers=((200, "{"), (201, "{")),
    ),
    Operation(
        name="delete_product",
        method="DELETE",
        path="/api/Products",
        domain="products",
        summary="Delete a product",
        retry="delete",
        key=("productId",),
        verify="list_products",
        read_timeout=60.0,
    ),
    Operation(
        name="get_supplier",
        method="GET",
        path="/api/Suppliers",
        domain="suppliers",
        summary="Get a supplier",
        retry="read",
        answers=((200, "[{"),),
    ),
    Operation(
        name="save_suppliers",
        method="POST",
        path="/api/Suppliers",
        domain="suppliers",
        summary="Save suppliers",
        retry="upsert",
        key=("supplierCode",),
        verify="list_suppliers",
        answers=((200, "["), (201, "[")),
    ),
    Operation(
        name="delete_supplier",
        method="DELETE",
        path="/api/Suppliers",
        domain="suppliers",
        summary="Delete a supplier",
        retry="delete",
        key=("supplierCodeOrName",),
        verify="list_suppliers",
        read_timeout=30.0,
    ),
    Operation(
        name="list_suppliers",
        method="GET",
        path="/api/SuppliersBulk",
        domain="suppliers",
        summary="List suppliers",
        retry="read",
        answers=((200, "["),),
    ),
    Operation(
        name="list_customers",
        method="GET",
        path="/api/Customers",
        domain="customers",
        summary="List customers",
        retry="read",
        read_timeout=60.0,
        answers=((200, "["),),
    ),
    Operation(
        name="save_customer",
        method="PUT",
        path="/api/Customers",
        domain="customers",
        summary="Save a customer",
        retry="create",
        keyed="code",
        verify="get_customer",
    ),
    Operation(
        name="get_customer",
        method="GET",
        path="/api/Customers/{code}",
        domain="customers",
        summary="Get a customer",
        retry="read",
        answers=((200, "{"),),
    ),
    Operation(
        name="get_location",
        method="GET",
        path="/api/Locations",
        domain="locations",
        summary="Get a location",
        retry="read",
        answers=((200, "[{"),),
    ),
    Operation(
        name="save_location_by_code_or_name",
        method="POST",
        path="/api/Locations",
        domain="locations",
        summary="Save a location by code or name",
        retry="upsert",
        key=("locationCode",),
        answers=((200, "{"), (201, "{")),
    ),
    Operation(
        name="save_location",
        method="POST",
        path="/api/V2/Locations",
        domain="locations",
        summary="Save a location",
        retry="upsert",
        key=("locationCode",),
        answers=((200, "{"), (201, "{")),
    ),
    Operation(
        name="set_inventory",
        method="POST",
        path="/api/Inventory",
        domain="inventory",
        summary="Set stock levels",
        retry="set",
        verify="list_products",
    ),
    Operation(
        name="list_sales_orders",
        method="GET",
        path="/api/SalesOrders",
        domain="sales_orders",
        summary="List sales orders",
        retry="read",
        answers=((200, "["),),
    ),
    Operation(
        name="create_sales_order",
        method="POST",
        path="/api/SalesOrders",
        domain="sales_orders",
        summary="Create a sales order",
        retry="create",
        verify="list_sales_orders",
        answers=((200, "{"), (201, "{")),
    ),
    Operation(
        name="delete_sales_orders",
        method="DELETE",
        path="/api/SalesOrders",
        domain="sales_orders",
        summary="Delete the sales orders of a product",
        retry="delete",
        key=("productId",),
        verify="list_sales_orders",
        read_timeout=60.0,
    ),
    Operation(
        name="delete_all_sales_orders",
        method="DELETE",
        path="/api/SalesOrders/All",
        domain="sales_orders",
        summary="Delete all sales orders",
        retry="purge",
        verify="list_sales_orders",
        read_timeout=90.0,
    ),
    Operation(
        name="delete_sales_orders_in_range",
        method="DELETE",
        path="/api/SalesOrders/Range",
        domain="sales_orders",
        summary="Delete the sales orders of a period",
        retry="purge",
        verify="list_sales_orders",
        read_timeout=90.0,
    ),
    Operation(
        name="save_sales_orders",
        method="PUT",
        path="/api/SalesOrdersBulk",
        domain="sales_orders",
        summary="Save sales orders",
        retry="create",
        keyed="externalReferenceId",
        verify="list_sales_orders",
        answers=((200, "[{"), (201, "[{")),
    ),
    Operation(
        name="create_sales_orders",
        method="POST",
        path="/api/SalesOrdersBulk",
        domain="sales_orders",
        summary="Create sales orders",
        retry="create",
        verify="list_sales_orders",
        answers=((200, "[{"), (201, "[{")),
    ),
    Operation(
        name="delete_sales_orders_of_location",
        method="DELETE",
        path="/api/SalesOrdersLocation",
        domain="sales_orders",
        summary="Delete the sales orders of a location",
        retry="delete",
        key=("locationCodeOrName",),
        verify="list_sales_orders",
        read_timeout=60.0,
    ),
    Operation(
        name="find_purchase_order",
        method="GET",
        path="/api/PurchaseOrders",
        domain="purchase_orders",
        summary="Find a purchase order",
        retry="read",
        answers=((200, "[{"),),
    ),
    Operation(
        name="save_purchase_order",
        method="POST",
        path="/api/PurchaseOrders",
        domain="purchase_orders",
        summary="Save a purchase order",
        retry="create",
        keyed="clientReferenceNumber",
        verify="get_purchase_order",
        answers=((200, "{"), (201, "{")),
    ),
    Operation(
        name="delete_purchase_order",
        method="DELETE",
        path="/api/PurchaseOrders",
        domain="purchase_orders",
        summary="Delete a purchase order",
        retry="delete",
        key=("referenceNumber",),
        verify="get_purchase_order",
        read_timeout=30.0,
    ),
    Operation(
        name="list_purchase_orders",
        method="GET",
        path="/api/V2/PurchaseOrders",
        domain="purchase_orders",
        summary="List purchase orders",
        retry="read",
        answers=((200, "["),),
    ),
    Operation(
        name="get_purchase_order",
        method="GET",
        path="/api/V2/PurchaseOrders/{referenceNumber}",
        domain="purchase_orders",
        summary="Get a purchase order",
        retry="read",
        answers=((200, "{"),),
    ),
    Operation(
        name="generate_purchase_orders",
        method="POST",
        path="/api/V2/PurchaseOrders/OrderPlan",
        domain="purchase_orders",
        summary="Create draft purchase orders from the order plan",
        retry="generate",
        verify="list_purchase_orders",
        read_timeout=90.0,
        answers=((200, "["), (201, "[")),
    ),
    Operation(
        name="list_bills_of_materials",
        method="GET",
        path="/api/boms",
        domain="bills_of_materials",
        summary="List bills of materials",
        retry="read",
        answers=((200, "[{"), (201, "[{")),
    ),
    Operation(
        name="create_bill_of_materials",
        method="POST",
        path="/api/boms",
        domain="bills_of_materials",
        summary="Add a component to a product",
        retry="create",
        verify="list_bills_of_materials",
        answers=((200, "{"), (201, "{")),
    ),
    Operation(
        name="delete_bill_of_materials",
        method="DELETE",
        path="/api/boms",
        domain="bills_of_materials",
        summary="Remove a component from a product",
        retry="delete",
        key=("productId", "componentId"),
        verify="list_bills_of_materials",
        read_timeout=30.0,
    ),
    Operation(
        name="read_order_plan",
        method="POST",
        path="/api/OrderPlan",
        domain="order_plan",
        summary="Read the order plan",
        retry="read",
        read_timeout=90.0,
        answers=((200, "{"),),
    ),
    Operation(
        name="run_forecast",
        method="POST",
        path="/api/RunForecastCalculations",
        domain="forecasts",
        summary="Run the forecast",
        retry="job",
        verify="get_processing_status",
    ),
    Operation(
        name="get_processing_status",
        method="GET",
        path="/api/ProcessingStatus",
        domain="forecasts",
        summary="Get the processing status",
        retry="read",
        answers=((200, "{"),),
    ),
    Operation(
        name="set_processing_status",
        method="POST",
        path="/api/ProcessingStatus",
        domain="forecasts",
        summary="Set the processing status",
        retry="set",
        verify="get_processing_status",
        answers=((200, "{"), (201, "{"), (204, "")),
    ),
    Operation(
        name="get_configuration",
        method="GET",
        path="/api/Configuration/{configurationName}",
        domain="account",
        summary="Get a configuration",
        retry="read",
        answers=((200, "{"),),
    ),
    Operation(
        name="get_connected_system",
        method="GET",
        path="/api/InventoryManagementSystemSettings",
        domain="account",
        summary="Get the connected system",
        retry="read",
        answers=((200, "{"),),
    ),
    Operation(
        name="set_connected_system",
        method="POST",
        path="/api/InventoryManagementSystemSettings",
        domain="account",
        summary="Set the connected system",
        retry="set",
        verify="get_connected_system",
    ),
)

_FIXED = {(one.method, one.path.lower()): one for one in OPERATIONS if "{" not in one.path}
_OPEN = tuple(one for one in OPERATIONS if "{" in one.path)


def find_operation(method: str, path: str) -> Operation:
    """The operation behind a request whose `path` is still percent-encoded and has no prefix of the base URL.

    Case and a trailing slash do not matter. What is not in the table counts as `create`: it is never repeated.
    """
    verb, place = method.upper(), path.lower().rstrip("/")
    if (verb, place) in _FIXED:
        return _FIXED[verb, place]
    for one in _OPEN:
        if verb == one.method and _fits(one.path.lower().split("/"), place.split("/")):
            return one
    name = f"{verb} (unlisted)"
    return Operation(name=name, method=verb, path="(unlisted)", domain="", summary=name, retry="create")


def _fits(template: list[str], place: list[str]) -> bool:
    """A parameter fills exactly one segment: a slash inside a code arrives percent-encoded."""
    pairs = zip(template, place, strict=False)
    return len(template) == len(place) and all(part.startswith("{") or part == given for part, given in pairs)
