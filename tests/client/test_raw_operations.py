"""Every operation of the API works raw, through `.api`."""

import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from types import ModuleType
from typing import Any

import httpx
import pytest

from stocktrim_client.client import StockTrimClient
from stocktrim_client.errors import InvalidRequestError, ServiceError, StockTrimError, UnexpectedAnswerError
from stocktrim_client.generated import models as wire
from stocktrim_client.generated.types import Response
from stocktrim_client.operations import OPERATIONS, Operation
from stocktrim_client.retry import RetryPolicy
from tests.client.fault_server import answer, running
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


class Answering(httpx.AsyncBaseTransport):
    """StockTrim, as far as one answer goes."""

    def __init__(self, status: int, content: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.answer = (status, content, headers)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        status, content, headers = self.answer
        return httpx.Response(status, content=content, headers=headers)


def answering(
    status: int, content: bytes, headers: Mapping[str, str] | None = None, *, raise_errors: bool = True
) -> StockTrimClient:
    far = Answering(status, content, headers)
    return StockTrimClient("i", "s", transport=far, raise_errors=raise_errors, policy=RetryPolicy(retries=0))


SECRET = b"a body that belongs in no message"


@pytest.mark.parametrize("name", ["list_products", "get_customer", "save_product"])
@pytest.mark.parametrize(
    ("status", "content"),
    [
        *((200, content) for content in (b"<html>" + SECRET, SECRET, b'["' + SECRET, b'"' + SECRET + b'"', b"7")),
        *((200, content) for content in (b'[{"a": ' + SECRET + b"]", b"{" + SECRET + b"}", b"\xff\xfe", b"[" * 40_000)),
        *((200, content) for content in (b"[" + b" " * 60_000 + SECRET, b"{" + b" " * 60_000 + SECRET)),
        *((status, b'["' + SECRET + b'"]') for status in (202, 203, 204, 206, 299)),
    ],
)
async def test_an_answer_that_is_not_as_documented_is_told_before_a_parser_meets_it(
    name: str, status: int, content: bytes
) -> None:
    async with answering(status, content) as stocktrim:
        with pytest.raises(UnexpectedAnswerError) as raised:
            await generated(_named(name)).asyncio_detailed(client=stocktrim.api, **ARGUMENTS[name])
    told = raised.value
    assert (told.operation, told.status) == (name, status)
    assert ("do not repeat" in str(told)) == (name == "save_product")
    if not content.startswith(b"<"):
        assert SECRET.decode() not in "".join(traceback.format_exception(told))


async def test_a_list_where_an_object_belongs_is_told_and_the_other_way_round() -> None:
    for name, content in (("get_customer", b"[]"), ("list_products", b"{}"), ("list_products", b"null")):
        async with answering(200, content) as stocktrim:
            with pytest.raises(UnexpectedAnswerError):
                await generated(_named(name)).asyncio(client=stocktrim.api, **ARGUMENTS[name])
    async with answering(200, b"\xef\xbb\xbf [ ]\n") as stocktrim:
        assert await generated(_named("list_products")).asyncio(client=stocktrim.api) == []
    async with answering(202, b"accepted") as stocktrim:
        answer = await generated(_named("run_forecast")).asyncio_detailed(client=stocktrim.api)
        assert answer.status_code == 202, "the document allows any success"


async def test_a_helpers_error_does_not_quote_the_body_through_its_cause() -> None:
    async with answering(202, b'["' + SECRET + b'"]') as stocktrim:
        with pytest.raises(UnexpectedAnswerError) as raised:
            await stocktrim.suppliers.all()
    assert SECRET.decode() not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize(
    ("status", "content", "headers", "expected"),
    [
        (522, b"", {}, ServiceError),
        (499, b"", {}, InvalidRequestError),
        (299, b"[]", {}, UnexpectedAnswerError),
        (200, b"no gzip", {"content-encoding": "gzip"}, UnexpectedAnswerError),
        (400, b"no gzip", {"content-encoding": "gzip"}, InvalidRequestError),
    ],
)
async def test_what_generated_code_cannot_hand_back_is_raised_even_if_errors_are_not_wanted(
    status: int, content: bytes, headers: Mapping[str, str], expected: type[StockTrimError]
) -> None:
    async with running(answer(status, content, headers)) as server:
        stocktrim = StockTrimClient("i", "s", base_url=server.url, raise_errors=False, policy=RetryPolicy(retries=0))
        async with stocktrim:
            with pytest.raises(expected):
                await generated(_named("list_products")).asyncio_detailed(client=stocktrim.api)
