"""Every operation answers, and does what its name says."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

import stocktrim_client
from stocktrim_client.operations import OPERATIONS
from stocktrim_client.sandbox import Sandbox
from stocktrim_client.sandbox.routes import ROUTES

PRODUCT = {"productId": "NEW-1", "name": "A new thing", "stockOnHand": 5}
ORDER = {
    "orderDate": "2026-11-20T00:00:00",
    "supplier": {"supplierCode": "NORDLYS"},
    "clientReferenceNumber": "PO-X",
    "purchaseOrderLineItems": [{"productId": "KETTLE-09", "quantity": 3, "unitPrice": 38.0}],
}
SALE = {"productId": "KETTLE-09", "orderDate": "2026-11-20T10:00:00", "quantity": 2}
SALES = {"orderDate": "2026-11-20T10:00:00", "saleOrderLineItems": [{**SALE, "externalReferenceId": "X-1"}]}

TABLE: list[tuple[str, str, str, Any, int]] = [
    ("list_bills_of_materials", "GET", "/api/boms", None, 200),
    ("create_bill_of_materials", "POST", "/api/boms", {"productId": "KETTLE-09", "componentId": "BAG-1KG"}, 201),
    ("delete_bill_of_materials", "DELETE", "/api/boms?productId=GIFT-MORNING&componentId=BOX-GIFT", None, 201),
    ("get_configuration", "GET", "/api/Configuration/InventoryManagementSystem", None, 200),
    ("get_connected_system", "GET", "/api/InventoryManagementSystemSettings", None, 200),
    ("set_connected_system", "POST", "/api/InventoryManagementSystemSettings", {"api": "Xero"}, 201),
    ("list_customers", "GET", "/api/Customers", None, 200),
    ("save_customer", "PUT", "/api/Customers", {"code": "NEW", "name": "New"}, 200),
    ("get_customer", "GET", "/api/Customers/GROUNDS", None, 200),
    ("set_inventory", "POST", "/api/Inventory", {"inventory": [{"productId": "KETTLE-09", "stockOnHand": 3}]}, 200),
    ("get_location", "GET", "/api/Locations?code=MAIN", None, 200),
    ("save_location_by_code_or_name", "POST", "/api/Locations", {"locationCode": "ATTIC"}, 201),
    ("save_location", "POST", "/api/V2/Locations", {"locationCode": "CELLAR"}, 201),
    ("read_order_plan", "POST", "/api/OrderPlan", {}, 200),
    ("get_processing_status", "GET", "/api/ProcessingStatus", None, 200),
    ("set_processing_status", "POST", "/api/ProcessingStatus", {"isProcessing": True}, 200),
    ("run_forecast", "POST", "/api/RunForecastCalculations", None, 201),
    ("list_products", "GET", "/api/Products", None, 200),
    ("save_product", "POST", "/api/Products", PRODUCT, 201),
    ("delete_product", "DELETE", "/api/Products?productId=SAMPLE-X", None, 200),
    ("find_purchase_order", "GET", "/api/PurchaseOrders?referenceNumber=PO-00001", None, 200),
    ("save_purchase_order", "POST", "/api/PurchaseOrders", ORDER, 201),
    ("delete_purchase_order", "DELETE", "/api/PurchaseOrders?referenceNumber=PO-00001", None, 204),
    ("list_purchase_orders", "GET", "/api/V2/PurchaseOrders", None, 200),
    ("get_purchase_order", "GET", "/api/V2/PurchaseOrders/PO-00001", None, 200),
    ("generate_purchase_orders", "POST", "/api/V2/PurchaseOrders/OrderPlan", {}, 200),
    ("list_sales_orders", "GET", "/api/SalesOrders?productId=KETTLE-09", None, 200),
    ("create_sales_order", "POST", "/api/SalesOrders", SALE, 201),
    ("delete_sales_orders", "DELETE", "/api/SalesOrders?productId=KETTLE-09", None, 200),
    ("delete_all_sales_orders", "DELETE", "/api/SalesOrders/All", None, 200),
    (
        "delete_sales_orders_in_range",
        "DELETE",
        "/api/SalesOrders/Range?fromDate=2026-01-01&toDate=2026-02-01T00:00:00Z",
        None,
        200,
    ),
    ("save_sales_orders", "PUT", "/api/SalesOrdersBulk", SALES, 201),
    ("create_sales_orders", "POST", "/api/SalesOrdersBulk", SALES, 201),
    ("delete_sales_orders_of_location", "DELETE", "/api/SalesOrdersLocation?locationCodeOrName=SHOP", None, 200),
    ("get_supplier", "GET", "/api/Suppliers?code=NORDLYS", None, 200),
    ("save_suppliers", "POST", "/api/Suppliers", [{"supplierCode": "NEW", "defaultLeadTime": 9}], 201),
    ("delete_supplier", "DELETE", "/api/Suppliers?supplierCodeOrName=Okafor%20Textiles", None, 201),
    ("list_suppliers", "GET", "/api/SuppliersBulk", None, 200),
]


def test_the_table_names_all_38_operations() -> None:
    assert len(TABLE) == len(ROUTES) == 38
    assert {(name, method) for name, method, *_ in TABLE} == {(route.name, route.method) for route in ROUTES}


def test_the_sandbox_answers_the_operations_of_the_specification() -> None:
    declared = {(each.name, each.method, each.path) for each in OPERATIONS}
    assert {(route.name, route.method, route.path) for route in ROUTES} == declared


@pytest.mark.parametrize(("name", "method", "path", "body", "status"), TABLE, ids=[row[0] for row in TABLE])
async def test_each_operation_answers(name: str, method: str, path: str, body: object, status: int, desk: Any) -> None:
    answer = await desk.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    assert desk.sandbox.requests[-1].operation == name
    if answer.content:
        assert answer.headers["content-type"].startswith("application/json")
        json.loads(answer.content)


@pytest.mark.parametrize(("name", "method", "path", "body", "status"), TABLE, ids=[row[0] for row in TABLE])
async def test_paths_are_not_case_sensitive(
    name: str, method: str, path: str, body: object, status: int, desk: Any
) -> None:
    words, mark, query = path.partition("?")
    parts = [part if part in ("GROUNDS", "PO-00001") else part.lower() for part in words.split("/")]
    answer = await desk.request(method, "/".join(parts) + "/" + mark + query, json=body)
    assert answer.status_code == status
    assert desk.sandbox.requests[-1].operation == name


async def test_a_method_a_path_has_not_is_405_and_an_unknown_path_404(desk: Any) -> None:
    assert (await desk.get("/api/SalesOrdersLocation")).status_code == 405
    assert (await desk.patch("/api/Products")).status_code == 405
    assert (await desk.get("/api/Nonsense")).status_code == 404


@pytest.mark.parametrize("headers", [{}, {"content-type": "text/plain"}, {"content-type": "application/xml"}])
async def test_a_body_of_another_type_is_415(headers: dict[str, str], desk: Any) -> None:
    answer = await desk.post("/api/OrderPlan", content=b"{}", headers=headers)
    assert answer.status_code == 415
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "text/json", "application/json-patch+json", "application/*+json"]
)
async def test_every_json_type_is_read(kind: str, desk: Any) -> None:
    answer = await desk.post("/api/OrderPlan", content=b"{}", headers={"content-type": kind})
    assert answer.status_code == 200


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"null", b"[" * 100_000])
async def test_a_body_that_cannot_be_read_is_400(content: bytes, desk: Any) -> None:
    answer = await desk.post("/api/Products", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/api/Products", {}, "ProductId"),
        ("/api/Products", {"productId": " "}, "ProductId"),
        ("/api/Products", {"productId": "A", "cost": "1"}, "$.cost"),
        ("/api/Products", {"productId": "A", "leadTime": 1.5}, "$.leadTime"),
        ("/api/Products", {"productId": "A", "leadTime": 3_000_000_000}, "$.leadTime"),
        ("/api/Products", {"productId": "A", "stockLocations": [{}]}, "StockLocations[0].LocationCode"),
        ("/api/Suppliers", [{"supplierName": "x"}], "[0].SupplierCode"),
        ("/api/Suppliers", {"supplierCode": "x"}, "$"),
        ("/api/PurchaseOrders", {"orderDate": "2026-01-01"}, "Supplier"),
        ("/api/PurchaseOrders", {**ORDER, "orderDate": None}, "OrderDate"),
        ("/api/PurchaseOrders", {**ORDER, "orderDate": "soon"}, "$.orderDate"),
        ("/api/PurchaseOrders", {**ORDER, "status": "Lost"}, "$.status"),
        ("/api/PurchaseOrders", {**ORDER, "supplier": {}}, "Supplier"),
        ("/api/SalesOrders", {**SALE, "quantity": -1}, "Quantity"),
        ("/api/SalesOrders", {**SALE, "quantity": float("inf")}, "$.quantity"),
        ("/api/boms", {"productId": "KETTLE-09"}, "ComponentId"),
        ("/api/Inventory", {"inventory": [{"stockOnHand": 1}]}, "Inventory[0].ProductId"),
        ("/api/OrderPlan", {"currentStatus": "Maybe"}, "$.currentStatus"),
        ("/api/V2/PurchaseOrders/OrderPlan", {"currentStatus": None}, "$.currentStatus"),
    ],
)
async def test_a_wrong_field_is_named(path: str, body: object, field: str, desk: Any) -> None:
    answer = await desk.post(path, content=json.dumps(body), headers={"content-type": "application/json"})
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["status"] == 400
    assert next(iter(problem["errors"])) == field


async def test_wrong_credentials_are_refused(desk: Any) -> None:
    for headers in ({"api-auth-id": "someone"}, {"api-auth-signature": "sandbox "}, {"api-auth-signature": ""}):
        answer = await desk.get("/api/Products", headers=headers)
        assert answer.status_code == 401
        assert "authorization" in answer.json()["detail"]
    assert "someone" not in repr(desk.sandbox.requests)


@pytest.mark.parametrize("code", ["A/B", "..", ".", "50%", "100%25", "a?b#c&d+e f", "☕", "000123", "x;y", "é", "%2F"])
async def test_any_code_arrives_as_it_was_meant(code: str, desk: Any) -> None:
    escaped = quote(code, safe="").replace(".", "%2E")
    await desk.put("/api/Customers", json={"code": code, "name": "Odd"})
    assert (await desk.get(f"/api/Customers/{escaped}")).json()["code"] == code
    order = {**ORDER, "clientReferenceNumber": code}
    assert (await desk.post("/api/PurchaseOrders", json=order)).status_code == 201
    assert (await desk.get(f"/api/V2/PurchaseOrders/{escaped}")).json()["clientReferenceNumber"] == code
    await desk.post("/api/Products", json={"productId": code})
    assert (await desk.get("/api/Products", params={"code": code})).json()[0]["productId"] == code
    assert (await desk.delete("/api/PurchaseOrders", params={"referenceNumber": code})).status_code == 204
    assert (await desk.get(f"/api/V2/PurchaseOrders/{escaped}")).status_code == 404


async def test_a_product_is_created_then_updated_and_left_out_fields_stay(desk: Any) -> None:
    assert (await desk.post("/api/Products", json={**PRODUCT, "cost": 4})).status_code == 201
    again = await desk.post("/api/Products", json={"productId": "NEW-1", "name": None})
    assert again.status_code == 200
    assert (again.json()["cost"], again.json()["name"]) == (4.0, None)
    assert (await desk.delete("/api/Products?productId=NEW-1")).status_code == 200
    assert (await desk.get("/api/Products?code=NEW-1")).status_code == 404


async def test_an_order_is_saved_by_the_clients_reference(desk: Any) -> None:
    first = await desk.post("/api/PurchaseOrders", json=ORDER)
    changed = {k: v for k, v in ORDER.items() if k != "orderDate"} | {"status": "Sent"}
    second = await desk.post("/api/PurchaseOrders", json=changed)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert second.json()["orderDate"] == "2026-11-20T00:00:00"
    numberless = [await desk.post("/api/PurchaseOrders", json={**ORDER, "clientReferenceNumber": None}) for _ in "ab"]
    assert [answer.status_code for answer in numberless] == [201, 201]
    assert numberless[0].json()["clientReferenceNumber"] != numberless[1].json()["clientReferenceNumber"]


async def test_a_sent_order_counts_as_on_order_until_it_arrives(desk: Any) -> None:
    async def on_order() -> float:
        return (await desk.get("/api/Products?code=GRIND-C40")).json()[0]["stockOnOrder"]

    before = await on_order()
    line = {"productId": "GRIND-C40", "quantity": 4}
    order = {**ORDER, "status": "Sent", "purchaseOrderLineItems": [line]}
    await desk.post("/api/PurchaseOrders", json=order)
    assert await on_order() == before + 4
    order["purchaseOrderLineItems"] = [{**line, "receivedDate": "2026-11-23T00:00:00"}]
    await desk.post("/api/PurchaseOrders", json=order)
    assert await on_order() == before


async def test_a_supplier_may_be_given_by_name_alone(desk: Any) -> None:
    answer = await desk.post("/api/PurchaseOrders", json={**ORDER, "supplier": {"supplierName": "Nordlys Ceramics"}})
    assert answer.json()["supplier"]["supplierCode"] == "NORDLYS"


async def test_one_wrong_supplier_saves_none(desk: Any) -> None:
    body = [{"supplierCode": "GOOD"}, {"supplierCode": ""}]
    assert (await desk.post("/api/Suppliers", json=body)).status_code == 400
    assert (await desk.get("/api/Suppliers?code=GOOD")).status_code == 404


async def test_v1_locations_match_a_name_and_v2_does_not(desk: Any) -> None:
    first = (await desk.post("/api/V2/Locations", json={"locationCode": "M2", "locationName": "Main Warehouse"})).json()
    second = (await desk.post("/api/Locations", json={"locationCode": "M3", "locationName": "Main Warehouse"})).json()
    main = next(each for each in desk.sandbox.shop.locations.values() if each["id"] == second["id"])
    assert first["id"] != second["id"]
    assert main["locationCode"] == "M3"


async def test_a_sale_is_saved_by_its_reference_wherever_it_came_from(desk: Any) -> None:
    path = "/api/SalesOrders?productId=KETTLE-09"
    sales = (await desk.get(path)).json()
    seeded = sales[-1]["externalReferenceId"]
    line = {**SALE, "quantity": 7, "externalReferenceId": seeded}
    for _ in range(2):
        await desk.put("/api/SalesOrdersBulk", json={"orderDate": SALE["orderDate"], "saleOrderLineItems": [line]})
    after = (await desk.get(path)).json()
    assert len(after) == len(sales)
    assert [sale["quantity"] for sale in after if sale["externalReferenceId"] == seeded] == [7.0]
    for _ in range(2):
        await desk.post("/api/SalesOrders", json=SALE)
    assert len((await desk.get(path)).json()) == len(sales) + 2


async def test_sales_of_a_range_and_of_a_place_go_and_others_stay(desk: Any) -> None:
    path = "/api/SalesOrders?productId=KETTLE-09"
    before = (await desk.get(path)).json()
    await desk.delete("/api/SalesOrders/Range?fromDate=2026-01-01&toDate=2026-06-30&productId=KETTLE-09")
    within = [sale for sale in before if "2026-01-01" <= sale["orderDate"] <= "2026-06-30"]
    rest = (await desk.get(path)).json()
    assert within
    assert len(rest) == len(before) - len(within)
    await desk.delete("/api/SalesOrdersLocation?locationCodeOrName=Harbour%20Street%20Shop")
    assert {sale["locationCode"] for sale in (await desk.get(path)).json()} == {"MAIN", "WEB/EU"}
    await desk.delete("/api/SalesOrders/All")
    assert (await desk.get(path)).status_code == 404


async def test_stock_is_set_and_summed(desk: Any) -> None:
    lines = [
        {"productId": "KETTLE-09", "locationCode": "MAIN", "stockOnHand": 4, "stockOnOrder": 1},
        {"productId": "KETTLE-09", "locationName": "Harbour Street Shop", "stockOnHand": 6},
    ]
    body = {"inventory": lines, "updateOverallAllOnHandToBeSumOfLocation": True}
    answer = await desk.post("/api/Inventory", json=body)
    assert (answer.status_code, answer.content) == (200, b"")
    product = (await desk.get("/api/Products?code=KETTLE-09")).json()[0]
    assert product["stockOnHand"] == 10
    assert {place["locationCode"]: place["stockOnHand"] for place in product["stockLocations"]} == {
        "MAIN": 4,
        "SHOP": 6,
    }


async def test_a_bill_of_materials_embeds_both_products(desk: Any) -> None:
    lines = (await desk.get("/api/boms?productId=GIFT-MORNING")).json()
    assert {line["skuComponent"]["productCodeReadable"] for line in lines} == {"COF-HOUSE-1KG", "MUG-SAGE", "BOX-GIFT"}
    assert {line["skuProduct"]["productId"] for line in lines} == {"GIFT-MORNING"}
    assert (await desk.get("/api/boms?productId=KETTLE-09")).status_code == 404


async def test_a_run_takes_its_time_and_only_then_shows_in_the_plan(desk: Any) -> None:
    async def row() -> list[dict[str, Any]]:
        return (await desk.post("/api/OrderPlan", json={"searchString": "a new thing"})).json()["results"]

    async def status() -> dict[str, Any]:
        return (await desk.get("/api/ProcessingStatus")).json()

    await desk.post("/api/Products", json={**PRODUCT, "leadTime": 10})
    await desk.post("/api/SalesOrders", json={**SALE, "productId": "NEW-1"})
    assert await row() == []
    before = (await desk.post("/api/OrderPlan", json={})).json()["results"][0]["calculatedDateTime"]
    answer = await desk.post("/api/RunForecastCalculations")
    assert (answer.status_code, answer.content) == (201, b"")
    assert not (await status())["isProcessing"]
    assert (await status())["isProcessing"]
    desk.clock.seconds += 30
    assert (await status())["percentageComplete"] == 50
    assert await row() == []
    desk.clock.seconds += 30
    assert (await status()) == {"id": 1, "isProcessing": False, "percentageComplete": 100, "statusMessage": None}
    assert (await row())[0]["calculatedDateTime"] > before


async def test_drafting_from_the_plan_makes_one_order_a_supplier(desk: Any) -> None:
    plan = (await desk.post("/api/OrderPlan", json={"currentStatus": "Current"})).json()["results"]
    suggested = {row["externalId"]: row["orderQuantity"] for row in plan if row["orderQuantity"]}
    made = (await desk.post("/api/V2/PurchaseOrders/OrderPlan", json={})).json()
    names = [order["supplier"]["supplierName"] for order in made]
    assert len(names) == len(set(names)) > 4
    assert {order["status"] for order in made} == {"Draft"}
    drafted = {line["productId"]: line["quantity"] for order in made for line in order["purchaseOrderLineItems"]}
    assert drafted.items() <= suggested.items()
    assert set(suggested) - set(drafted) == {"COF-HOUSE-1KG"}
    one = (await desk.post("/api/V2/PurchaseOrders/OrderPlan", json={"supplierCodes": ["LEAF & CO."]})).json()
    assert [order["supplier"]["supplierCode"] for order in one] == ["LEAF & CO."]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"searchString": "STONEWARE"}, {"MUG-SAGE", "MUG-SAND"}),
        ({"searchString": "tea/ch"}, {"TEA/CHAI 50%+"}),
        ({"category": "Tea"}, {"TEA-SENCHA-100", "TEA/CHAI 50%+"}),
        ({"supplier": "PACKRIGHT"}, {"BAG-1KG", "BOX-GIFT"}),
        ({"supplier": "Okafor Textiles"}, {"APRON-BLK", "TOWEL-INDIGO"}),
        ({"currentStatus": "Discontinued"}, {"PRESS-OLD"}),
        ({"category": "Gifts", "excludeManufactured": True}, {"☕-STICKER"}),
        ({"supplier": "nobody"}, set()),
    ],
)
async def test_the_plan_is_filtered(asked: dict[str, Any], expected: set[str], desk: Any) -> None:
    rows = (await desk.post("/api/OrderPlan", json=asked)).json()["results"]
    assert {row["productCode"] for row in rows} == expected


async def test_the_plan_of_a_place_and_of_a_customer_counts_their_demand_alone(desk: Any) -> None:
    def of(rows: dict[str, Any]) -> dict[str, Any]:
        return next(row for row in rows["results"] if row["productCode"] == "V60-02")

    whole = of((await desk.post("/api/OrderPlan", json={})).json())
    place = of((await desk.post("/api/OrderPlan", json={"location": "SHOP"})).json())
    buyer = of((await desk.post("/api/OrderPlan", json={"customer": "GROUNDS"})).json())
    assert (whole["locationName"], place["locationName"]) == (None, "Harbour Street Shop")
    assert 0 < place["leadDemand"] < whole["leadDemand"]
    assert buyer["customerCount"] == 1
    assert buyer["orderCount"] < whole["orderCount"]


async def test_a_row_has_all_83_fields_and_the_filter_comes_back(desk: Any) -> None:
    answer = (await desk.post("/api/OrderPlan", json={"category": "Tea", "perPage": 1})).json()
    assert all(len(row) == 83 for row in answer["results"])
    criteria = answer["filterCriteria"]
    assert (criteria["category"], criteria["currentStatus"], criteria["hasNextPage"]) == ("Tea", None, True)


async def test_a_wait_of_the_whole_sandbox_is_asked_for_by_latency() -> None:
    naps: list[float] = []

    async def sleep(seconds: float) -> None:
        naps.append(seconds)

    sandbox = Sandbox(1, latency=0.25, sleep=sleep)
    headers = {"api-auth-id": "sandbox", "api-auth-signature": "sandbox"}
    reply = await sandbox.reply("GET", b"/api/SuppliersBulk", headers, b"")
    assert reply.answer is not None
    assert reply.answer.status == 200
    assert naps == [0.25]


@pytest.mark.parametrize(
    ("method", "path", "body", "schema"),
    [
        ("GET", "/api/Products", None, "ProductsResponseDto"),
        ("GET", "/api/boms", None, "BillOfMaterialsResponseDto"),
        ("GET", "/api/SuppliersBulk", None, "SupplierResponseDto"),
        ("GET", "/api/Customers", None, "CustomerDto"),
        ("GET", "/api/Locations?code=MAIN", None, "LocationResponseDto"),
        ("GET", "/api/V2/PurchaseOrders", None, "PurchaseOrderResponseDto"),
        ("GET", "/api/SalesOrders?productId=KETTLE-09", None, "SalesOrderResponseDto"),
        ("GET", "/api/ProcessingStatus", None, "ProcessingStatusResponseDto"),
        ("POST", "/api/OrderPlan", {}, "OrderPlanResultsDto"),
        ("POST", "/api/OrderPlan", {}, "SkuOptimizedResultsDto"),
        ("POST", "/api/OrderPlan", {}, "OrderPlanFilterCriteria"),
    ],
)
async def test_an_answer_has_the_fields_of_the_specification(
    method: str, path: str, body: object, schema: str, desk: Any
) -> None:
    specification = yaml.safe_load(Path(stocktrim_client.__file__).with_name("openapi.yaml").read_text("utf-8"))
    answer = (await desk.request(method, path, json=body)).json()
    inner = {"SkuOptimizedResultsDto": "results", "OrderPlanFilterCriteria": "filterCriteria"}.get(schema)
    answer = answer[inner] if inner else answer
    for record in answer if isinstance(answer, list) else [answer]:
        assert set(record) == set(specification["components"]["schemas"][schema]["properties"])
