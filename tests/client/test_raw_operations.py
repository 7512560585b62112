"""Every operation of the API works raw, through `.api`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from stocktrim_client.generated import models as wire
from stocktrim_client.generated.types import Response
from stocktrim_client.operations import OPERATIONS, Operation
from tests.client.sandboxed import connected, sandbox

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
SALE = wire.SalesOrderRequestDto(product_id="KETTLE-09", order_date=NOON, quantity=2)
SALES = wire.SalesOrderWithLineItemsRequestDto(
    order_date=NOON,
    sale_order_line_items=[
        wire.SalesOrderRequestDto(product_id="KETTLE-09", order_date=NOON, quantity=2, external_reference_id="S-1")
    ],
)
ORDER = wire.PurchaseOrderRequestDto(
    client_reference_number="PO-NEW",
    order_date=NOON,
    supplier=wire.PurchaseOrderSupplier(supplier_code="HIKARI"),
    purchase_order_line_items=[wire.PurchaseOrderLineItem(product_id="KETTLE-09", quantity=3)],
)
PERIOD = {"from_date": datetime(2025, 1, 1, tzinfo=UTC), "to_date": datetime(2027, 1, 1, tzinfo=UTC)}

ARGUMENTS: Mapping[str, Mapping[str, Any]] = {
    "list_bills_of_materials": {},
    "create_bill_of_materials": {
        "body": wire.BillOfMaterialsRequestDto(product_id="KETTLE-09", component_id="000123", quantity=2)
    },
    "delete_bill_of_materials": {"product_id": "GIFT-MORNING", "component_id": "BOX-GIFT"},
    "get_configuration": {"configuration_name": "InventoryManagementSystem"},
    "get_connected_system": {},
    "set_connected_system": {"body": wire.InventoryManagementSystemRequest(api="Xero")},
    "list_customers": {},
    "save_customer": {"body": wire.CustomerDto(code="NEW", name="New")},
    "get_customer": {"code": "GROUNDS"},
    "set_inventory": {
        "body": wire.SetInventoryRequest(
            inventory=[wire.Inventory(product_id="KETTLE-09", stock_on_hand=1, stock_on_order=2)]
        )
    },
    "get_location": {"code": "MAIN"},
    "save_location_by_code_or_name": {"body": wire.LocationRequestDto(location_code="NEW")},
    "save_location": {"body": wire.LocationRequestDto(location_code="NEW")},
    "read_order_plan": {"body": wire.OrderPlanFilterCriteria()},
    "get_processing_status": {},
    "set_processing_status": {"body": wire.ProcessingStatusRequestDto(is_processing=False)},
    "run_forecast": {},
    "list_products": {},
    "save_product": {"body": wire.ProductsRequestDto(product_id="NEW", name="New")},
    "delete_product": {"product_id": "KETTLE-09"},
    "find_purchase_order": {"reference_number": "PO-00001"},
    "save_purchase_order": {"body": ORDER},
    "delete_purchase_order": {"reference_number": "PO-00001"},
    "list_purchase_orders": {},
    "get_purchase_order": {"reference_number": "PO-00001"},
    "generate_purchase_orders": {"body": wire.OrderPlanFilterCriteriaDto()},
    "list_sales_orders": {"product_id": "KETTLE-09"},
    "create_sales_order": {"body": SALE},
    "delete_sales_orders": {"product_id": "KETTLE-09"},
    "delete_all_sales_orders": {},
    "delete_sales_orders_in_range": PERIOD,
    "save_sales_orders": {"body": SALES},
    "create_sales_orders": {"body": SALES},
    "delete_sales_orders_of_location": {"location_code_or_name": "SHOP"},
    "get_supplier": {"code": "HIKARI"},
    "save_suppliers": {"body": [wire.SupplierRequestDto(supplier_code="NEW", supplier_name="New")]},
    "delete_supplier": {"supplier_code_or_name": "HIKARI"},
    "list_suppliers": {},
}


def test_the_table_has_a_row_for_every_operation() -> None:
    assert sorted(ARGUMENTS) == sorted(operation.name for operation in OPERATIONS)
    assert len(ARGUMENTS) == 38


def generated(operation: Operation) -> ModuleType:
    return import_module(f"stocktrim_client.generated.api.{operation.domain}.{operation.name}")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
async def test_an_operation_works_raw(operation: Operation) -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        answer: Response[Any] = await generated(operation).asyncio_detailed(
            client=stocktrim.api, **ARGUMENTS[operation.name]
        )
    assert 200 <= answer.status_code < 300
    assert [request.operation for request in far.requests] == [operation.name]
    if operation.retry == "read":
        assert answer.parsed is not None


async def test_raw_operations_hand_back_refusals_if_asked_to() -> None:
    far = sandbox()
    async with connected(far, raise_errors=False) as stocktrim:
        missing = await generated(_named("get_customer")).asyncio_detailed("NOBODY", client=stocktrim.api)
        refused = await generated(_named("save_product")).asyncio_detailed(
            client=stocktrim.api, body=wire.ProductsRequestDto(product_id="P", service_level=1000)
        )
        assert await stocktrim.customers.find("NOBODY") is None
    assert (missing.status_code, missing.parsed) == (404, None)
    assert (refused.status_code, refused.parsed) == (400, None)
    assert b"ServiceLevel" in refused.content


def _named(name: str) -> Operation:
    return next(operation for operation in OPERATIONS if operation.name == name)
