"""operations.py: the retry table, and how a request finds its row."""

from pathlib import Path
from typing import Any

import pytest
import yaml

import stocktrim_client
from stocktrim_client.operations import OPERATIONS, Operation, find_operation

SPEC: dict[str, Any] = yaml.safe_load((Path(stocktrim_client.__file__).parent / "openapi.yaml").read_text("utf-8"))
BY_NAME = {operation.name: operation for operation in OPERATIONS}

# Every write: its class, the keys that must be there, the key that may be vouched for, the read that settles a doubt.
WRITES: dict[str, tuple[str, tuple[str, ...], str | None, str | None]] = {
    "save_product": ("upsert", ("productId",), None, "list_products"),
    "save_suppliers": ("upsert", ("supplierCode",), None, "list_suppliers"),
    "save_location": ("upsert", ("locationCode",), None, None),
    "save_location_by_code_or_name": ("upsert", ("locationCode",), None, None),
    "save_customer": ("create", (), "code", "get_customer"),
    "save_purchase_order": ("create", (), "clientReferenceNumber", "get_purchase_order"),
    "save_sales_orders": ("create", (), "externalReferenceId", "list_sales_orders"),
    "create_sales_order": ("create", (), None, "list_sales_orders"),
    "create_sales_orders": ("create", (), None, "list_sales_orders"),
    "create_bill_of_materials": ("create", (), None, "list_bills_of_materials"),
    "generate_purchase_orders": ("generate", (), None, "list_purchase_orders"),
    "run_forecast": ("job", (), None, "get_processing_status"),
    "set_inventory": ("set", (), None, "list_products"),
    "set_processing_status": ("set", (), None, "get_processing_status"),
    "set_connected_system": ("set", (), None, "get_connected_system"),
    "delete_product": ("delete", ("productId",), None, "list_products"),
    "delete_supplier": ("delete", ("supplierCodeOrName",), None, "list_suppliers"),
    "delete_purchase_order": ("delete", ("referenceNumber",), None, "get_purchase_order"),
    "delete_bill_of_materials": ("delete", ("productId", "componentId"), None, "list_bills_of_materials"),
    "delete_sales_orders": ("delete", ("productId",), None, "list_sales_orders"),
    "delete_sales_orders_of_location": ("delete", ("locationCodeOrName",), None, "list_sales_orders"),
    "delete_all_sales_orders": ("purge", (), None, "list_sales_orders"),
    "delete_sales_orders_in_range": ("purge", (), None, "list_sales_orders"),
}


def test_every_operation_of_the_specification_has_a_row_and_every_row_an_operation():
    specified = {
        (method.upper(), path, node["operationId"], node["tags"][0], node["summary"], node["x-retry"]["class"])
        for path, item in SPEC["paths"].items()
        for method, node in item.items()
    }
    rows = {(row.method, row.path, row.name, row.domain, row.summary, row.retry) for row in OPERATIONS}
    assert rows == specified
    assert len(OPERATIONS) == len(BY_NAME) == len(specified)


@pytest.mark.parametrize("name", WRITES)
def test_a_write_is_repeated_as_its_row_of_the_policy_says(name: str):
    row = BY_NAME[name]
    assert (row.retry, row.key, row.keyed, row.verify) == WRITES[name]


def test_all_other_operations_only_read():
    others = [row for row in OPERATIONS if row.name not in WRITES]
    assert len(others) == 15
    assert {row.retry for row in others} == {"read"}
    assert {row.name for row in others if row.method != "GET"} == {"read_order_plan"}


def test_slow_operations_are_given_time():
    assert BY_NAME["read_order_plan"].read_timeout == 90
    slow = [row.read_timeout for row in OPERATIONS if row.retry in ("delete", "purge")]
    assert all(timeout is not None and timeout >= 30 for timeout in slow)
    assert BY_NAME["list_products"].read_timeout is None


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.name)
def test_a_request_finds_its_row_in_any_case_and_with_a_trailing_slash(row: Operation):
    path = row.path.replace("{code}", "C1").replace("{referenceNumber}", "PO-1").replace("{configurationName}", "X")
    for method in (row.method, row.method.lower()):
        for spelling in (path, path.lower(), path.upper(), f"{path}/"):
            assert find_operation(method, spelling) is row


@pytest.mark.parametrize(
    "code", ["A%2FB", "A%3FB", "A%23B", "100%25", "%2E%2E", "0012", "%F0%9F%8D%8E", "a%20b%26c%2Bd"]
)
def test_an_encoded_code_stays_one_segment(code: str):
    assert find_operation("GET", f"/api/Customers/{code}").name == "get_customer"
    assert find_operation("GET", f"/api/V2/PurchaseOrders/{code}").name == "get_purchase_order"
    assert find_operation("GET", f"/api/Configuration/{code}").name == "get_configuration"


def test_a_reference_that_reads_like_a_path_is_still_a_reference():
    assert find_operation("GET", "/api/V2/PurchaseOrders/OrderPlan").name == "get_purchase_order"
    assert find_operation("POST", "/api/V2/PurchaseOrders/OrderPlan").name == "generate_purchase_orders"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/api/Products"),
        ("DELETE", "/api/Customers/C1"),
        ("GET", "/api/Customers/C1/orders"),
        ("GET", "/api/Configuration"),
        ("GET", "/v2/api/Products"),
        ("POST", "/api/Square"),
        ("GET", "/"),
        ("GET", ""),
    ],
)
def test_what_is_not_in_the_table_counts_as_create(method: str, path: str):
    row = find_operation(method, path)
    assert (row.name, row.path, row.retry, row.key) == (f"{method} (unlisted)", "(unlisted)", "create", ())


def test_an_unlisted_row_tells_nothing_of_the_path():
    assert "secret" not in repr(find_operation("GET", "/api/secret/7"))
