"""generated/ and operations.py: exactly what generate() makes of openapi.yaml, and fit for the API as it really is."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

import stocktrim_client
from stocktrim_client.generate import GenerateError, generate
from stocktrim_client.generated import Client, models
from stocktrim_client.generated.api.bills_of_materials import list_bills_of_materials
from stocktrim_client.generated.api.customers import get_customer, save_customer
from stocktrim_client.generated.api.inventory import set_inventory
from stocktrim_client.generated.api.locations import get_location
from stocktrim_client.generated.api.order_plan import read_order_plan
from stocktrim_client.generated.api.products import delete_product, list_products, save_product
from stocktrim_client.generated.api.purchase_orders import (
    find_purchase_order,
    get_purchase_order,
    list_purchase_orders,
    save_purchase_order,
)
from stocktrim_client.generated.api.sales_orders import create_sales_orders, save_sales_orders
from stocktrim_client.generated.api.suppliers import get_supplier, list_suppliers
from stocktrim_client.generated.types import UNSET

PACKAGE = Path(stocktrim_client.__file__).parent
SPEC = PACKAGE / "openapi.yaml"


def modules_of(package: Path) -> dict[str, bytes]:
    """What generate() wrote into `package`, byte for byte."""
    written = [package / "operations.py", *(package / "generated").rglob("*")]
    return {
        one.relative_to(package).as_posix(): one.read_bytes()
        for one in written
        if one.is_file() and "__pycache__" not in one.parts
    }


# Regenerating


def test_the_committed_code_is_what_the_specification_generates(tmp_path: Path):
    generate(SPEC, tmp_path)
    fresh, committed = modules_of(tmp_path), modules_of(PACKAGE)
    assert sorted(fresh) == sorted(committed)
    assert [name for name in fresh if fresh[name] != committed[name]] == []


def test_it_is_the_same_from_another_folder_another_hash_seed_and_an_empty_path(tmp_path: Path):
    script = "import sys, pathlib, stocktrim_client.generate as g; g.generate(*map(pathlib.Path, sys.argv[1:]))"
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent), "PYTHONHASHSEED": "20", "PATH": ""}
    subprocess.run([sys.executable, "-c", script, SPEC, "target"], cwd=tmp_path, env=environment, check=True)
    assert modules_of(tmp_path / "target") == modules_of(PACKAGE)


def test_what_the_specification_no_longer_has_is_removed_and_the_rest_not_touched(tmp_path: Path):
    shutil.copytree(PACKAGE / "generated", tmp_path / "generated", ignore=shutil.ignore_patterns("__pycache__"))
    stale = [tmp_path / "generated" / name for name in ("stale.py", "api/gone/get_it.py", "models/old_dto.py")]
    for one in stale:
        one.parent.mkdir(exist_ok=True)
        one.write_text("")
    before = (tmp_path / "generated" / "client.py").stat().st_mtime_ns
    generate(SPEC, tmp_path)
    assert not any(one.exists() for one in stale)
    assert not (tmp_path / "generated" / "api" / "gone").exists()
    assert (tmp_path / "generated" / "client.py").stat().st_mtime_ns == before


def test_a_warning_of_the_generator_stops_it_and_nothing_is_written(tmp_path: Path):
    spec = yaml.safe_load(SPEC.read_text(encoding="utf-8"))
    spec["components"]["schemas"]["CustomerDto"]["properties"]["code"] = {"type": "array", "description": "no items"}
    with pytest.raises(GenerateError):
        generate(_written(spec, tmp_path), tmp_path / "target")
    assert not (tmp_path / "target").exists()


def test_a_policy_word_it_does_not_know_stops_it(tmp_path: Path):
    spec = yaml.safe_load(SPEC.read_text(encoding="utf-8"))
    spec["paths"]["/api/Products"]["get"]["x-retry"]["timeout"] = 3
    with pytest.raises(GenerateError, match="list_products: x-retry does not know timeout"):
        generate(_written(spec, tmp_path), tmp_path / "target")


def _written(spec: dict[str, Any], folder: Path) -> Path:
    place = folder / "openapi.yaml"
    place.write_text(json.dumps(spec), encoding="utf-8")
    return place


# Growing


SHELF_LABELS = {
    "get": ("list_shelf_labels", {"class": "read"}),
    "post": ("create_shelf_label", {"class": "create", "verify": "list_shelf_labels"}),
    "delete": ("delete_shelf_label", {"class": "delete", "key": "label", "verify": "list_shelf_labels"}),
}

# What a user of the grown package does: hand-written code first, then the new field and the new operations.
GROWN = """
import asyncio, importlib, pathlib, pkgutil, sys
import httpx
import stocktrim_client
from stocktrim_client import NotSentError, OutcomeUnknownError, StockTrimClient
from stocktrim_client.operations import find_operation
from stocktrim_client.sandbox import Sandbox

assert pathlib.Path(stocktrim_client.__file__).is_relative_to(sys.argv[1])
for module in pkgutil.walk_packages(stocktrim_client.__path__, "stocktrim_client."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)

from stocktrim_client.generated.api.products import list_products
from stocktrim_client.generated.api.shelf_labels import create_shelf_label, delete_shelf_label, list_shelf_labels

class NewStockTrim(Sandbox):
    reads = writes = 0

    async def handle_async_request(self, request):
        if request.url.path != "/api/ShelfLabels":
            return await super().handle_async_request(request)
        if request.method == "GET":
            self.reads += 1
            answer = [{"productId": "1", "shelfLabel": "A7"}]
            return httpx.Response(503) if self.reads == 1 else httpx.Response(200, json=answer)
        self.writes += 1
        return httpx.Response(503)

async def no_wait(seconds):
    pass

async def refused(error, call):
    try:
        await call
    except error as raised:
        return str(raised)
    raise AssertionError(f"{error} was expected")

async def main():
    new = NewStockTrim()
    async with StockTrimClient("sandbox", "sandbox", transport=new, sleep=no_wait) as stocktrim:
        products = await stocktrim.products.all()
        assert len(products) == len(await list_products.asyncio(client=stocktrim.api)) > 0
        assert (await stocktrim.products.get(products[0].code)).product_id == products[0].product_id

        labels = await list_shelf_labels.asyncio(client=stocktrim.api)
        assert (labels[0].shelf_label, new.reads) == ("A7", 2)

        await refused(OutcomeUnknownError, create_shelf_label.asyncio_detailed(client=stocktrim.api))
        assert new.writes == 1
        await refused(NotSentError, delete_shelf_label.asyncio_detailed(client=stocktrim.api, label=" "))
        assert new.writes == 1
        new.writes = 0
        await refused(OutcomeUnknownError, delete_shelf_label.asyncio_detailed(client=stocktrim.api, label="A7"))
        assert new.writes == 6

asyncio.run(main())
print(find_operation("post", "/api/shelflabels/"))
"""


def test_hand_written_code_helpers_and_resilience_survive_a_new_field_and_new_operations(tmp_path: Path):
    package = tmp_path / "stocktrim_client"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "openapi.yaml").write_text(json.dumps(_grown()), encoding="utf-8")
    before = _files(package)

    generate(package / "openapi.yaml", package)

    after = _files(package)
    changed = {name for name in after.keys() | before.keys() if after.get(name) != before.get(name)}
    assert {name for name in changed if not name.startswith("generated/")} == {"operations.py"}
    assert {name for name in changed if name in before} == {
        "operations.py",
        "generated/models/products_response_dto.py",
    }
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONWARNINGS": "error"}
    run = subprocess.run(
        [sys.executable, "-c", GROWN, tmp_path],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "name='create_shelf_label', method='POST', path='/api/ShelfLabels'" in run.stdout
    assert "retry='create'" in run.stdout


def _grown() -> dict[str, Any]:
    """The specification after StockTrim has given its products a shelf label."""
    spec = yaml.safe_load(SPEC.read_text(encoding="utf-8"))
    label = {"type": "string", "nullable": True, "description": "What stands on the shelf."}
    product = {"$ref": "#/components/schemas/ProductsResponseDto"}
    spec["components"]["schemas"]["ProductsResponseDto"]["properties"]["shelfLabel"] = label
    spec["tags"].append({"name": "shelf_labels"})
    spec["paths"]["/api/ShelfLabels"] = {
        method: {
            "operationId": name,
            "tags": ["shelf_labels"],
            "summary": name.replace("_", " ").capitalize(),
            "x-retry": policy,
            "responses": {"200": {"description": "Done."}},
        }
        for method, (name, policy) in SHELF_LABELS.items()
    }
    labels = spec["paths"]["/api/ShelfLabels"]
    labels["get"]["responses"]["200"]["content"] = {"application/json": {"schema": {"type": "array", "items": product}}}
    labels["delete"]["parameters"] = [
        {"name": "label", "in": "query", "required": True, "description": "Which.", "schema": {"type": "string"}}
    ]
    return spec


def _files(folder: Path) -> dict[str, bytes]:
    found = {one.relative_to(folder).as_posix(): one for one in folder.rglob("*") if one.is_file()}
    return {name: one.read_bytes() for name, one in found.items()}


# Speaking to the API as it really is


def answering(status: int = 200, **answer: Any) -> Client:
    """A raw client whose every request gets the given answer."""
    transport = httpx.MockTransport(lambda request: httpx.Response(status, **answer))
    api = Client(base_url="https://stocktrim.test", raise_on_unexpected_status=True)
    return api.set_httpx_client(httpx.Client(transport=transport, base_url="https://stocktrim.test"))


ORDER = {
    "id": 30000001,
    "clientReferenceNumber": "PO-00001",
    "createdDate": "2025-10-30T22:21:33.307",
    "supplier": {"supplierCode": None, "supplierName": "Example Supplier"},
    "purchaseOrderLineItems": [{"productId": "30000002", "quantity": 3.0, "receivedDate": None, "unitPrice": 10.25}],
}


@pytest.mark.parametrize("status", ["Draft", "Approved", "Sent", "Received", "Cancelled", "", None, 0, 1, 2, 3, 4])
def test_an_order_status_of_any_form_survives(status: object):
    orders = list_purchase_orders.sync(client=answering(json=[{**ORDER, "status": status}, ORDER]))
    assert orders is not None
    assert [orders[0].status, orders[1].status] == [status, UNSET]
    assert orders[0].to_dict()["status"] == status


@pytest.mark.parametrize("status", ["Current", "All", "Archived", None, 0, 1, 2])
def test_an_echoed_plan_status_of_any_form_survives(status: object):
    answer = {"results": [{"productCode": "W-1"}], "filterCriteria": {"currentStatus": status, "hasNextPage": None}}
    plan = read_order_plan.sync(client=answering(json=answer), body=models.OrderPlanFilterCriteria())
    assert plan is not None
    assert isinstance(plan.filter_criteria, models.OrderPlanFilterCriteriaResponseDto)
    assert isinstance(plan.results, list)
    assert plan.filter_criteria.current_status == status


@pytest.mark.parametrize("lines", [None, [], [{}], [{"productId": None, "quantity": None}], [{"productId": "7"}]])
def test_an_order_with_odd_lines_is_read(lines: list[dict[str, Any]] | None):
    answer = {**ORDER, "supplier": None, "location": None, "orderDate": None, "purchaseOrderLineItems": lines}
    order = get_purchase_order.sync("PO-00001", client=answering(json=answer))
    assert order is not None
    assert order.supplier is None
    read = order.purchase_order_line_items
    assert read == lines if lines is None else isinstance(read, list) and len(read) == len(lines)
    assert all(isinstance(line, models.PurchaseOrderLineItemResponseDto) for line in read or [])


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2025-10-30T22:21:33.307", datetime(2025, 10, 30, 22, 21, 33, 307000)),  # noqa: DTZ001 - the wire's naive form
        ("2025-10-30T22:21:33.3071234Z", datetime(2025, 10, 30, 22, 21, 33, 307123, UTC)),
        ("2025-10-30T22:21:33+13:00", datetime.fromisoformat("2025-10-30T22:21:33+13:00")),
        ("2025-10-30", datetime(2025, 10, 30)),  # noqa: DTZ001 - the wire's naive form
        ("0001-01-01T00:00:00", datetime(1, 1, 1)),  # noqa: DTZ001 - the framework's "no date"
        ("soon", "soon"),
        ("", ""),
        (20251030, 20251030),
        (None, None),
    ],
)
def test_a_date_of_any_form_is_read(text: object, when: object):
    order = get_purchase_order.sync("PO-00001", client=answering(json={**ORDER, "orderDate": text}))
    assert order is not None
    assert order.order_date == when


LISTS_OR_OBJECTS: list[tuple[Callable[..., Any], int, dict[str, Any]]] = [
    (list_bills_of_materials.sync, 200, {"productId": "1", "componentId": "2"}),
    (list_bills_of_materials.sync, 201, {"productId": "1", "componentId": "2"}),
    (get_supplier.sync, 200, {"supplierCode": None, "supplierName": "Acme"}),
    (get_location.sync, 200, {"locationCode": "AKL"}),
    (find_purchase_order.sync, 200, ORDER),
    (save_sales_orders.sync, 200, {"productId": "1"}),
    (save_sales_orders.sync, 201, {"productId": "1"}),
    (create_sales_orders.sync, 201, {"productId": "1"}),
]


@pytest.mark.parametrize(("call", "status", "record"), LISTS_OR_OBJECTS)
def test_a_list_and_an_object_are_both_understood(call: Callable[..., Any], status: int, record: dict[str, Any]):
    body = models.SalesOrderWithLineItemsRequestDto(order_date=datetime(2026, 1, 2, tzinfo=UTC))
    extra = {"body": body} if "sales_orders" in call.__module__ else {}
    one = call(client=answering(status, json=record), **extra)
    many = call(client=answering(status, json=[record, record]), **extra)
    assert not isinstance(one, list)
    assert many == [one, one]
    assert call(client=answering(status, json=[]), **extra) == []


def test_a_list_where_one_object_belongs_is_refused_rather_than_misread():
    for answer in ("[]", '[["code", "C1"]]', '"text"', "null"):
        with pytest.raises(TypeError):
            get_customer.sync("C1", client=answering(text=answer))


def test_nothing_where_a_list_belongs_is_refused():
    for answer in ("null", '{"error": "x"}', "7"):
        with pytest.raises(TypeError):
            list_suppliers.sync(client=answering(text=answer))


def test_fields_nobody_published_are_kept():
    products = list_products.sync(client=answering(json=[{"productId": "1", "shelfLabel": "A7"}]))
    assert products is not None
    assert products[0]["shelfLabel"] == "A7"


ANSWERS = [
    name
    for name, schema in yaml.safe_load(SPEC.read_text(encoding="utf-8"))["components"]["schemas"].items()
    if name.endswith(("ResponseDto", "ResultsDto", "Response")) or name == "CustomerDto"
]


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_read_with_every_field_null_or_missing(name: str):
    schema = yaml.safe_load(SPEC.read_text(encoding="utf-8"))["components"]["schemas"][name]
    identifiers = dict.fromkeys(schema.get("required", []), "1")
    nulls = {**dict.fromkeys(schema["properties"]), **identifiers}
    model: Any = getattr(models, name)
    assert model.from_dict(nulls).to_dict() == nulls
    assert model.from_dict(identifiers).to_dict() == identifiers


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b"<html>", b'[{"id": 1, "status": 9}]'])
@pytest.mark.parametrize("status", [200, 201, 204])
def test_the_answers_of_customers_and_inventory_are_not_read(status: int, body: bytes):
    api = answering(status, content=body)
    assert save_customer.sync_detailed(client=api, body=models.CustomerDto(code="C1")).parsed is None
    assert set_inventory.sync_detailed(client=api, body=models.SetInventoryRequest()).parsed is None


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_delete_needs_no_answer(status: int):
    assert delete_product.sync_detailed(client=answering(status, content=b"<p>"), product_id="1").parsed is None


@pytest.mark.parametrize("status", [200, 201])
def test_created_and_updated_are_both_success(status: int):
    body = models.ProductsRequestDto(product_id="1")
    product = save_product.sync(client=answering(status, json={"id": 5, "productId": "1"}), body=body)
    assert product is not None
    assert product.id == 5


def test_a_request_carries_plain_json_and_only_what_was_set():
    sent: list[httpx.Request] = []

    def record(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(201, json=ORDER)

    api = Client(base_url="https://stocktrim.test")
    api.set_httpx_client(httpx.Client(transport=httpx.MockTransport(record), base_url="https://stocktrim.test"))
    body = models.PurchaseOrderRequestDto(
        order_date=datetime(2026, 1, 2, tzinfo=UTC),
        supplier=models.PurchaseOrderSupplier(supplier_name="Acme"),
        purchase_order_line_items=[models.PurchaseOrderLineItem(product_id="7", quantity=2)],
        status="Draft",
    )
    save_purchase_order.sync(client=api, body=body)
    assert sent[0].headers["content-type"] == "application/json"
    assert json.loads(sent[0].content) == {
        "orderDate": "2026-01-02T00:00:00+00:00",
        "supplier": {"supplierName": "Acme"},
        "purchaseOrderLineItems": [{"productId": "7", "quantity": 2}],
        "status": "Draft",
    }


@pytest.mark.parametrize(
    ("code", "segment"),
    [
        ("A/B", b"A%2FB"),
        ("what?", b"what%3F"),
        ("#1", b"%231"),
        ("100%", b"100%25"),
        ("a&b+c d", b"a%26b%2Bc%20d"),
        ("..", b"%2E%2E"),
        (".", b"%2E"),
        ("0012", b"0012"),
        ("🍎", b"%F0%9F%8D%8E"),
    ],
)
def test_any_code_stays_one_segment_of_the_path(code: str, segment: bytes):
    sent: list[httpx.Request] = []

    def record(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={})

    api = Client(base_url="https://stocktrim.test")
    api.set_httpx_client(httpx.Client(transport=httpx.MockTransport(record), base_url="https://stocktrim.test"))
    get_customer.sync(code, client=api)
    assert sent[0].url.raw_path == b"/api/Customers/" + segment


def test_asking_for_one_model_does_not_import_the_others():
    # As a package of its own, since stocktrim_client itself asks for more.
    script = (
        "import sys, generated.models\n"
        "generated.models.CustomerDto\n"
        "print([name for name in sys.modules if name.startswith('generated.models.')])"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=PACKAGE, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['generated.models.customer_dto']"


def test_every_model_can_be_asked_for_by_name_and_nothing_else():
    assert all(getattr(models, name) is not None for name in models.__all__)
    assert set(models.__all__) <= set(dir(models))
    assert not hasattr(models, "Nonsense")
