"""Each switch turns what it says it turns."""

from dataclasses import fields
from typing import Any

import pytest

from stocktrim_client.sandbox import Quirks

ORDER = {
    "orderDate": "2026-11-20T00:00:00",
    "supplier": {"supplierCode": "NORDLYS"},
    "clientReferenceNumber": "CLIENT-1",
    "referenceNumber": "OWN-1",
    "purchaseOrderLineItems": [{"productId": "KETTLE-09", "quantity": 3}],
}
SALE = {"productId": "KETTLE-09", "orderDate": "2026-11-20T10:00:00", "quantity": 2, "externalReferenceId": "X"}


def test_the_readings_turn_every_switch() -> None:
    usual = Quirks()
    for switch in fields(Quirks):
        values = {getattr(reading, switch.name) for reading in Quirks.readings().values()}
        assert len(values) > 1, switch.name
        assert getattr(usual, switch.name) in values


@pytest.mark.parametrize("name", Quirks.readings())
async def test_every_reading_answers_the_main_questions(name: str, open_desk: Any) -> None:
    desk = open_desk(60, quirks=Quirks.readings()[name])
    for path in ("/api/Products", "/api/SuppliersBulk", "/api/Customers", "/api/V2/PurchaseOrders", "/api/boms"):
        answer = await desk.get(path)
        assert answer.status_code in (200, 201), path
        assert answer.json()
    assert (await desk.post("/api/OrderPlan", json={})).json()["results"]


@pytest.mark.parametrize(
    ("switches", "method", "path", "status"),
    [
        ({}, "GET", "/api/Products?code=nothing", 404),
        ({"empty_lists": "[]"}, "GET", "/api/Products?code=nothing", 200),
        ({}, "GET", "/api/Customers/nobody", 404),
        ({}, "GET", "/api/V2/PurchaseOrders?page=99", 200),
        ({"empty_other_lists": "404"}, "GET", "/api/V2/PurchaseOrders?page=99", 404),
        ({}, "GET", "/api/PurchaseOrders", 404),
        ({"purchase_orders_v1": "list"}, "GET", "/api/PurchaseOrders", 200),
        ({"purchase_orders_v1": "dead"}, "GET", "/api/PurchaseOrders?referenceNumber=PO-00001", 404),
        ({}, "GET", "/api/SalesOrders", 404),
        ({"sales_orders_v1": "list"}, "GET", "/api/SalesOrders", 200),
        ({"sales_orders_v1": "dead"}, "GET", "/api/SalesOrders?productId=KETTLE-09", 404),
        ({}, "GET", "/api/Locations", 404),
        ({"locations_v1": "list"}, "GET", "/api/Locations", 200),
        ({"locations_v1": "dead"}, "GET", "/api/Locations?code=MAIN", 404),
        ({}, "GET", "/api/Suppliers", 404),
        ({"suppliers_v1": "list"}, "GET", "/api/Suppliers", 200),
        ({"boms_status": 201}, "GET", "/api/boms", 201),
        ({}, "GET", "/api/Configuration/Nothing", 404),
        ({"unknown_configuration": "null"}, "GET", "/api/Configuration/Nothing", 200),
        ({}, "GET", "/api/V2/PurchaseOrders?pageSize=500", 200),
        ({"orders_over_cap": "refused"}, "GET", "/api/V2/PurchaseOrders?pageSize=500", 400),
        ({}, "GET", "/api/Products?pageNo=x", 400),
        ({}, "GET", "/api/V2/PurchaseOrders?status=Lost", 400),
        ({}, "DELETE", "/api/Products?productId=nothing", 404),
        ({"delete_unknown": "success"}, "DELETE", "/api/Products?productId=nothing", 200),
        ({}, "DELETE", "/api/PurchaseOrders?referenceNumber=nothing", 404),
        ({"delete_unknown": "success"}, "DELETE", "/api/PurchaseOrders?referenceNumber=nothing", 204),
        ({"delete_statuses": "204"}, "DELETE", "/api/Products?productId=SAMPLE-X", 204),
        ({"delete_statuses": "200"}, "DELETE", "/api/PurchaseOrders?referenceNumber=PO-00001", 200),
        ({"delete_without_filter": "refused"}, "DELETE", "/api/Products", 400),
        ({"delete_without_filter": "refused"}, "DELETE", "/api/boms?productId=GIFT-MORNING", 400),
        ({}, "DELETE", "/api/Products", 200),
    ],
)
async def test_a_switch_decides_the_status(
    switches: dict[str, Any], method: str, path: str, status: int, open_desk: Any
) -> None:
    assert (await open_desk(**switches).request(method, path)).status_code == status


@pytest.mark.parametrize(
    ("switches", "method", "path", "body", "status"),
    [
        ({}, "POST", "/api/Products", {"productId": "N", "colour": "red"}, 201),
        ({"unknown_fields": "refused"}, "POST", "/api/Products", {"productId": "N", "colour": "red"}, 400),
        ({}, "POST", "/api/Products", {"productId": 30000001}, 200),
        ({"numbers_as_text": "refused"}, "POST", "/api/Products", {"productId": 30000001}, 400),
        ({"explicit_null": "refused"}, "POST", "/api/Products", {"productId": "N", "name": None}, 400),
        ({}, "POST", "/api/PurchaseOrders", {**ORDER, "orderDate": None}, 400),
        ({"null_order_date": "cleared"}, "POST", "/api/PurchaseOrders", {**ORDER, "orderDate": None}, 201),
        ({"order_date_required": True}, "POST", "/api/PurchaseOrders", {k: ORDER[k] for k in list(ORDER)[1:]}, 400),
        ({}, "POST", "/api/SalesOrders", {**SALE, "productId": "GHOST"}, 400),
        ({"unknown_product": "created"}, "POST", "/api/SalesOrders", {**SALE, "productId": "GHOST"}, 201),
        ({}, "POST", "/api/SalesOrders", {**SALE, "customerName": "Ghost", "locationCode": "MOON"}, 201),
        ({"unknown_partner": "refused"}, "POST", "/api/SalesOrders", {**SALE, "customerName": "Ghost"}, 400),
        ({"unknown_partner": "refused"}, "POST", "/api/SalesOrders", {**SALE, "locationCode": "MOON"}, 400),
        (
            {"unknown_partner": "refused"},
            "POST",
            "/api/PurchaseOrders",
            {**ORDER, "supplier": {"supplierName": "Ghost"}},
            400,
        ),
        ({"bom_repeat": "refused"}, "POST", "/api/boms", {"productId": "GIFT-MORNING", "componentId": "BOX-GIFT"}, 409),
    ],
)
async def test_a_switch_decides_what_a_write_may_say(
    switches: dict[str, Any], method: str, path: str, body: object, status: int, open_desk: Any
) -> None:
    answer = await open_desk(**switches).request(method, path, json=body)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_wrong_credentials_have_their_status(status: int, open_desk: Any) -> None:
    answer = await open_desk(unauthorized=status).get("/api/Products", headers={"api-auth-id": "x"})
    assert answer.status_code == status
    assert "authorization" in answer.text


@pytest.mark.parametrize(
    ("form", "content", "text"),
    [
        ("errors", "application/problem+json", "{"),
        ("text", "text/plain", "The "),
        ("json_string", "application/json", '"'),
    ],
)
async def test_a_400_comes_in_three_forms(form: str, content: str, text: str, open_desk: Any) -> None:
    answer = await open_desk(validation_body=form).post("/api/Products", json={})
    assert answer.headers["content-type"].startswith(content)
    assert answer.text.startswith(text)
    assert "The ProductId field is required." in answer.text


async def test_a_404_may_have_a_problem_or_nothing(open_desk: Any) -> None:
    problem = await open_desk().get("/api/Customers/x")
    assert problem.json() == {
        "type": "https://tools.ietf.org/html/rfc7231#section-6.5.4",
        "title": "Not Found",
        "status": 404,
    }
    assert (await open_desk(not_found_body="empty").get("/api/Customers/x")).content == b""


async def test_a_415_may_be_text_or_a_problem(open_desk: Any) -> None:
    answer = await open_desk(unsupported_body="problem").post("/api/OrderPlan")
    assert (answer.status_code, answer.json()["status"]) == (415, 415)


async def _pages(desk: Any, numbers: range) -> list[list[str]]:
    pages: list[list[str]] = []
    for number in numbers:
        answer = await desk.get("/api/Products", params={"pageNo": number})
        pages.append([each["productId"] for each in answer.json()] if answer.status_code == 200 else [])
    return pages


@pytest.mark.parametrize(
    ("switches", "lengths", "twice"),
    [
        ({"first_page": 0}, [50, 50, 20, 0], False),
        ({"first_page": 1, "page_below_first": "first"}, [50, 50, 50, 20], True),
        ({"first_page": 1, "page_below_first": "empty"}, [0, 50, 50, 20], False),
    ],
)
async def test_the_first_page_of_products_may_be_0_or_1_or_both(
    switches: dict[str, Any], lengths: list[int], twice: bool, open_desk: Any
) -> None:
    desk = open_desk(120, **switches)
    pages = await _pages(desk, range(4))
    assert [len(page) for page in pages] == lengths
    assert (pages[0] == pages[1]) is twice
    without = [each["productId"] for each in (await desk.get("/api/Products")).json()]
    assert without == next(page for page in pages if page)
    assert len({each for page in pages for each in page}) == 120


@pytest.mark.parametrize("first", [0, 1])
async def test_the_first_page_of_orders_may_be_0_or_1(first: int, open_desk: Any) -> None:
    desk = open_desk(orders_first_page=first)
    orders = len(desk.sandbox.shop.orders)
    pages = [(await desk.get("/api/V2/PurchaseOrders", params={"page": page})).json() for page in range(5)]
    assert len(pages[0]) == 10
    assert (pages[0] == pages[1]) is (first == 1)
    assert len({order["id"] for page in pages for order in page}) == orders


@pytest.mark.parametrize("sequence", ["oldest", "newest", "scattered"])
async def test_orders_come_in_any_sequence(sequence: str, open_desk: Any) -> None:
    desk = open_desk(orders_sequence=sequence)
    found = [order["id"] for order in (await desk.get("/api/V2/PurchaseOrders?pageSize=50")).json()]
    assert sorted(found) == sorted(desk.sandbox.shop.orders)
    assert (found == sorted(found)) is (sequence == "oldest")
    assert (found == sorted(found, reverse=True)) is (sequence == "newest")


async def test_a_large_page_of_orders_is_cut(open_desk: Any) -> None:
    desk = open_desk(orders_page_size_cap=12)
    assert len((await desk.get("/api/V2/PurchaseOrders?pageSize=500")).json()) == 12


async def test_the_plan_may_come_in_pages(open_desk: Any) -> None:
    desk = open_desk(plan_per_page=10)
    pages = [(await desk.post("/api/OrderPlan", json={"page": page})).json() for page in range(4)]
    assert [len(page["results"]) for page in pages] == [10, 10, 4, 0]
    assert [page["filterCriteria"]["hasNextPage"] for page in pages] == [True, True, False, False]
    other = open_desk(plan_first_page=1, plan_per_page=10, plan_has_next_page="null")
    pages = [(await other.post("/api/OrderPlan", json={"page": page})).json() for page in range(4)]
    assert [len(page["results"]) for page in pages] == [10, 10, 10, 4]
    assert {page["filterCriteria"]["hasNextPage"] for page in pages} == {None}
    echoing = open_desk(plan_per_page=10, plan_has_next_page="echoed")
    page = (await echoing.post("/api/OrderPlan", json={})).json()
    assert (len(page["results"]), page["filterCriteria"]["hasNextPage"]) == (10, False)
    capped = open_desk(plan_per_page_cap=5)
    assert len((await capped.post("/api/OrderPlan", json={"perPage": 20})).json()["results"]) == 5


async def test_an_empty_plan_may_be_null(open_desk: Any) -> None:
    nothing = {"searchString": "nothing at all"}
    assert (await open_desk().post("/api/OrderPlan", json=nothing)).json()["results"] == []
    assert (await open_desk(null_results=True).post("/api/OrderPlan", json=nothing)).json()["results"] is None


async def test_the_plan_is_sorted_only_if_it_honours_the_wish(open_desk: Any) -> None:
    for sort_order in ("ignored", "honoured"):
        desk = open_desk(sort_order=sort_order)
        rows = (await desk.post("/api/OrderPlan", json={"sortOrder": "daysUntilStockOut"})).json()["results"]
        days = [row["daysUntilStockOut"] for row in rows]
        known = [day for day in days if day is not None]
        in_order = days == sorted(known) + [None] * (len(days) - len(known))
        assert in_order is (sort_order == "honoured")


@pytest.mark.parametrize(("form", "expected"), [("[]", []), ("null", None), ("missing", "left out")])
async def test_a_record_without_members_has_its_form(form: str, expected: object, open_desk: Any) -> None:
    desk = open_desk(empty_members=form)
    product = (await desk.get("/api/Products?code=SAMPLE-X")).json()[0]
    assert product.get("stockLocations", "left out") == expected
    assert product.get("suppliers", "left out") == expected


async def test_nulls_may_be_left_out(open_desk: Any) -> None:
    product = (await open_desk(null_members="missing").get("/api/Products?code=SAMPLE-X")).json()[0]
    assert None not in product.values()
    assert "cost" not in product
    row = (await open_desk(null_members="missing").post("/api/OrderPlan", json={})).json()["results"][-2]
    assert "orderQuantity" not in row


async def test_an_order_may_lack_supplier_and_lines(open_desk: Any) -> None:
    bare = [o for o in (await open_desk().get("/api/V2/PurchaseOrders?pageSize=50")).json() if o["supplier"] is None]
    assert [order["purchaseOrderLineItems"] for order in bare] == [None]
    whole = (await open_desk(bare_orders=False).get("/api/V2/PurchaseOrders?pageSize=50")).json()
    assert all(order["supplier"] and order["purchaseOrderLineItems"] for order in whole)


async def test_a_supplier_may_lack_its_code(open_desk: Any) -> None:
    for null in (True, False):
        suppliers = (await open_desk(null_supplier_codes=null).get("/api/SuppliersBulk")).json()
        assert any(supplier["supplierCode"] is None for supplier in suppliers) is null


async def test_lookups_may_be_objects_or_lists(open_desk: Any) -> None:
    for path in (
        "/api/Suppliers?code=NORDLYS",
        "/api/Locations?code=MAIN",
        "/api/PurchaseOrders?referenceNumber=PO-00001",
    ):
        assert isinstance((await open_desk().get(path)).json(), dict)
        assert isinstance((await open_desk(lookup_form="array").get(path)).json(), list)
    one = "/api/boms?productId=GIFT-MORNING&componentId=BOX-GIFT"
    assert isinstance((await open_desk().get(one)).json(), list)
    assert isinstance((await open_desk(boms_form="object").get(one)).json(), dict)


async def test_a_status_may_be_a_word_or_a_number(open_desk: Any) -> None:
    words = {order["status"] for order in (await open_desk().get("/api/V2/PurchaseOrders?pageSize=50")).json()}
    numbers = {
        order["status"]
        for order in (await open_desk(order_status="integer").get("/api/V2/PurchaseOrders?pageSize=50")).json()
    }
    assert words == {"Draft", "Approved", "Sent", "Received"}
    assert numbers == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("lookup", "client", "own"), [("client", 200, 404), ("reference", 404, 200), ("either", 200, 200)]
)
async def test_an_order_is_looked_up_by_one_of_its_numbers(lookup: str, client: int, own: int, open_desk: Any) -> None:
    desk = open_desk(order_lookup=lookup, order_delete_lookup=lookup)
    await desk.post("/api/PurchaseOrders", json=ORDER)
    assert (await desk.get("/api/V2/PurchaseOrders/CLIENT-1")).status_code == client
    assert (await desk.get("/api/V2/PurchaseOrders/OWN-1")).status_code == own
    assert (await desk.delete("/api/PurchaseOrders?referenceNumber=OWN-1")).status_code == (204 if own == 200 else 404)


async def test_lines_and_other_fields_of_an_order_saved_again(open_desk: Any) -> None:
    again = {k: v for k, v in ORDER.items() if k != "orderDate"}
    again["purchaseOrderLineItems"] = [{"productId": "GRIND-C40", "quantity": 1}]
    for lines, left_out in (("replaced", "kept"), ("merged", "replaced")):
        desk = open_desk(order_lines=lines, order_left_out=left_out)
        await desk.post("/api/PurchaseOrders", json=ORDER)
        saved = (await desk.post("/api/PurchaseOrders", json=again)).json()
        assert len(saved["purchaseOrderLineItems"]) == (1 if lines == "replaced" else 2)
        assert (saved["orderDate"] is None) is (left_out == "replaced")


async def test_an_order_without_a_number_may_stay_so(open_desk: Any) -> None:
    body = {**ORDER, "clientReferenceNumber": None}
    assert (await open_desk().post("/api/PurchaseOrders", json=body)).json()["clientReferenceNumber"]
    answer = await open_desk(order_numbers="null").post("/api/PurchaseOrders", json=body)
    assert answer.json()["clientReferenceNumber"] is None


@pytest.mark.parametrize("second", ["doubles", "replaces", "nothing"])
async def test_drafting_twice(second: str, open_desk: Any) -> None:
    desk = open_desk(second_generate=second)
    before = len(desk.sandbox.shop.orders)
    made = [len((await desk.post("/api/V2/PurchaseOrders/OrderPlan", json={})).json()) for _ in range(2)]
    after = len(desk.sandbox.shop.orders) - before
    assert after == (2 * made[0] if second == "doubles" else made[0])
    assert (made[1] == 0) is (second == "nothing")


async def test_left_out_and_null_fields_of_a_product(open_desk: Any) -> None:
    path = "/api/Products"
    kept = open_desk()
    assert (await kept.post(path, json={"productId": "KETTLE-09"})).json()["cost"] == 38
    assert (await open_desk(product_left_out="replaced").post(path, json={"productId": "KETTLE-09"})).json()[
        "cost"
    ] is None
    for reading, cost in (("clears", None), ("ignored", 38)):
        desk = open_desk(explicit_null=reading)
        assert (await desk.post(path, json={"productId": "KETTLE-09", "cost": None})).json()["cost"] == cost


async def test_a_readable_code_may_be_looked_up_too(open_desk: Any) -> None:
    assert (await open_desk().get("/api/Products?code=V60-02")).status_code == 404
    for matches, by_id in (("either", 200), ("sku", 404)):
        desk = open_desk(product_code_matches=matches)
        found = (await desk.get("/api/Products?code=V60-02")).json()
        assert [product["productId"] for product in found] == ["30000001"]
        assert (await desk.get("/api/Products?code=30000001")).status_code == by_id


async def test_the_scale_of_the_service_level(open_desk: Any) -> None:
    for scale, level in (("fraction", 0.9), ("percent", 90)):
        desk = open_desk(service_level=scale)
        assert (await desk.get("/api/Products?code=GRIND-C40")).json()[0]["serviceLevel"] == level
        row = (await desk.post("/api/OrderPlan", json={"searchString": "GRIND-C40"})).json()["results"][0]
        assert (row["serviceLevel"], row["serviceFactor"]) == (level, 1.2816)


async def test_a_products_supplier_is_named_by_one_of_three_numbers(open_desk: Any) -> None:
    found = {
        reading: (await open_desk(product_supplier_id=reading).get("/api/Products?code=MUG-SAGE")).status_code
        for reading in ("code", "id", "external")
    }
    assert set(found.values()) == {404}
    for reading, start in (("code", "NORDLYS"), ("id", "4000"), ("external", "V-1003")):
        desk = open_desk(product_supplier_id=reading)
        product = (await desk.get("/api/Products?code=TUMBLER-350")).json()[0]
        assert product["suppliers"][0]["supplierId"].startswith(start)
        again = {"productId": "TUMBLER-350", "suppliers": product["suppliers"]}
        assert (await desk.post("/api/Products", json=again)).json()["suppliers"] == product["suppliers"]


@pytest.mark.parametrize(("reading", "by_code", "by_name"), [("code", 2, 0), ("name", 0, 2), ("either", 2, 2)])
async def test_a_supplier_filter_takes_a_code_or_a_name(
    reading: str, by_code: int, by_name: int, open_desk: Any
) -> None:
    desk = open_desk(filter_matches=reading)
    for wanted, count in (("PACKRIGHT", by_code), ("PackRight Packaging", by_name)):
        assert len((await desk.post("/api/OrderPlan", json={"supplier": wanted})).json()["results"]) == count


@pytest.mark.parametrize(("repeat", "lines"), [("doubles", 2), ("updates", 1)])
async def test_a_bom_line_sent_twice(repeat: str, lines: int, open_desk: Any) -> None:
    desk = open_desk(bom_repeat=repeat)
    body = {"productId": "KETTLE-09", "componentId": "BAG-1KG", "quantity": 2}
    for _ in range(2):
        assert (await desk.post("/api/boms", json=body)).status_code == 201
    assert len((await desk.get("/api/boms?productId=KETTLE-09")).json()) == lines


async def test_bulk_sales_answer_one_or_all(open_desk: Any) -> None:
    body = {"orderDate": "2026-11-20", "saleOrderLineItems": [SALE, {**SALE, "externalReferenceId": "Y"}]}
    assert isinstance((await open_desk().put("/api/SalesOrdersBulk", json=body)).json(), dict)
    assert len((await open_desk(bulk_form="array").put("/api/SalesOrdersBulk", json=body)).json()) == 2
    desk = open_desk(bulk_put_status="by_outcome")
    assert [(await desk.put("/api/SalesOrdersBulk", json=body)).status_code for _ in range(2)] == [201, 200]


@pytest.mark.parametrize(("form", "kind"), [("orders", list), ("customer", dict), ("customers", list)])
async def test_what_saving_a_customer_answers(form: str, kind: type, open_desk: Any) -> None:
    body = {"code": "NEW", "name": "New"}
    assert isinstance((await open_desk(customers_body=form).put("/api/Customers", json=body)).json(), kind)
    assert (await open_desk(customers_body="none").put("/api/Customers", json=body)).content == b""


async def test_what_setting_stock_answers_and_reads_into_gaps(open_desk: Any) -> None:
    body = {"inventory": [{"productId": "KETTLE-09", "stockOnOrder": 5}]}
    for reading, on_hand in (("zero", 0), ("kept", 9)):
        desk = open_desk(inventory_left_out=reading, inventory_body="order")
        assert "purchaseOrderLineItems" in (await desk.post("/api/Inventory", json=body)).json()
        product = (await desk.get("/api/Products?code=KETTLE-09")).json()[0]
        assert (product["stockOnHand"], product["stockOnOrder"]) == (on_hand, 5)
    assert isinstance((await open_desk(inventory_body="lines").post("/api/Inventory", json=body)).json(), list)


@pytest.mark.parametrize(("ends", "left"), [("included", 0), ("excluded", 1)])
async def test_the_end_of_a_range(ends: str, left: int, open_desk: Any) -> None:
    desk = open_desk(range_ends=ends)
    await desk.delete("/api/SalesOrders/All")
    await desk.post("/api/SalesOrders", json=SALE)
    await desk.delete("/api/SalesOrders/Range?fromDate=2026-11-01&toDate=2026-11-20T10:00:00")
    assert len(desk.sandbox.shop.ledger.sales("KETTLE-09")) == left


async def test_dates_may_end_in_z(open_desk: Any) -> None:
    for dates, end in (("naive", "33.307"), ("utc", "33.307Z")):
        order = (await open_desk(dates=dates).get("/api/V2/PurchaseOrders/PO-00001")).json()
        assert order["createdDate"].endswith(end)
        row = (await open_desk(dates=dates).post("/api/OrderPlan", json={})).json()["results"][0]
        assert row["calculatedDateTime"].endswith("Z") is (dates == "utc")


@pytest.mark.parametrize("lag", [0, 1, 3])
async def test_a_run_may_show_late(lag: int, open_desk: Any) -> None:
    desk = open_desk(status_lag=lag)
    await desk.post("/api/RunForecastCalculations")
    seen = [(await desk.get("/api/ProcessingStatus")).json()["isProcessing"] for _ in range(4)]
    assert seen == [False] * lag + [True] * (4 - lag)


async def test_deleting_a_product_may_take_long(open_desk: Any) -> None:
    desk = open_desk(product_delete_seconds=6.0)
    await desk.delete("/api/Products?productId=SAMPLE-X")
    assert desk.clock.naps == [6.0]
