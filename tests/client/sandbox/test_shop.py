"""The seed: a believable shop with every awkward case, the same each time, of any size."""

from datetime import date
from typing import Any

import pytest

from stocktrim_client.sandbox import Sandbox

TODAY = date(2026, 11, 23)


def everything(sandbox: Sandbox) -> list[Any]:
    shop = sandbox.shop
    sales = [shop.ledger.sales(key) for key in shop.products]
    return [shop.products, shop.suppliers, shop.locations, shop.customers, shop.orders, shop.boms, sales]


def test_the_same_seed_and_day_give_the_same_shop() -> None:
    first, second = (Sandbox(60, today=TODAY) for _ in range(2))
    other = Sandbox(60, today=TODAY, seed=2)
    assert everything(first) == everything(second)
    assert everything(first) != everything(other)


def test_a_larger_shop_holds_the_smaller_one() -> None:
    small, large = Sandbox(24, today=TODAY).shop, Sandbox(200, today=TODAY).shop
    assert len(large.products) == 200
    for key, product in small.products.items():
        assert large.products[key].get("name") == product.get("name")
        assert large.ledger.sales(key)[-3:] == small.ledger.sales(key)[-3:]


@pytest.mark.parametrize("count", [0, 1, 5, 23])
async def test_a_smaller_shop_still_answers(count: int, open_desk: Any) -> None:
    desk = open_desk(count, customers=0)
    assert (await desk.get("/api/Products")).status_code == (200 if count else 404)
    assert len((await desk.post("/api/OrderPlan", json={})).json()["results"]) == count
    assert (await desk.post("/api/V2/PurchaseOrders/OrderPlan", json={})).status_code == 200
    assert (await desk.get("/api/V2/PurchaseOrders")).status_code == 200
    assert (await desk.get("/api/Customers")).json() == []


def test_24_products_hold_every_awkward_case() -> None:
    shop = Sandbox(24, today=TODAY).shop
    products = list(shop.products.values())
    codes = "".join(product["productCodeReadable"] for product in products)
    names = [product.get("name") for product in products]
    assert all(sign in codes for sign in "/?#&+% ☕")
    assert {"..", "000123"} <= set(shop.products)
    assert None in names
    told = " ".join(name for name in names if name)
    assert "<script>" in told
    assert "IGNORE ALL PREVIOUS INSTRUCTIONS" in told
    assert "\u200b" in told
    assert "\u202e" in told
    assert max(len(name) for name in names if name) == 300
    assert any(product["stockOnHand"] < 0 for product in products)
    assert any(product.get("discontinued") for product in products)
    assert any(product.get("unstocked") for product in products)
    for missing in ("cost", "price", "category", "supplierCode", "suppliers", "stockLocations"):
        assert any(missing not in product for product in products), missing
    foreign = [product for product in products if product["productId"] != product["productCodeReadable"]]
    assert 3 < len(foreign) < 20
    assert all(product["productId"].isdecimal() and len(product["productId"]) == 8 for product in foreign)
    assert any("supplierCode" not in supplier for supplier in shop.suppliers.values())
    assert any("defaultLeadTime" not in supplier for supplier in shop.suppliers.values())
    assert any("code" not in customer for customer in shop.customers.values())
    made = {bom["productId"] for bom in shop.boms.values()}
    assert made & {bom["componentId"] for bom in shop.boms.values()}
    assert {product.get("parentId") for product in products} == {None, "MUG"}


def test_orders_are_of_every_status_and_some_are_late() -> None:
    shop = Sandbox(24, today=TODAY).shop
    orders = list(shop.orders.values())
    assert {order["status"] for order in orders} == {"Draft", "Approved", "Sent", "Received"}
    late = [
        order
        for order in orders
        if order["status"] == "Sent"
        and (TODAY - date.fromisoformat(order["orderDate"][:10])).days
        > next(
            each["defaultLeadTime"]
            for each in shop.suppliers.values()
            if each["supplierName"] == order["supplier"]["supplierName"]
        )
    ]
    assert len(late) >= 2
    assert any(len({line.get("receivedDate") for line in order["purchaseOrderLineItems"]}) == 2 for order in late)
    assert any("orderDate" not in order for order in orders)
    assert any("clientReferenceNumber" not in order for order in orders)
    assert len(orders) > 20


async def test_a_monday_has_something_to_do(desk: Any) -> None:
    rows = (await desk.post("/api/OrderPlan", json={})).json()["results"]
    shop = desk.sandbox.shop
    due = {shop.products[row["externalId"]].get("supplierCode") for row in rows if row["orderQuantity"]}
    assert len(due) >= 5
    assert sum((row["daysUntilReplenishmentDue"] or 0) < 0 for row in rows) >= 5
    assert sum(row["orderQuantity"] == 0 for row in rows) >= 8
    assert {bool(row["errorText"]) for row in rows} == {True, False}


def test_two_years_of_sales_follow_a_season() -> None:
    shop = Sandbox(24, today=TODAY).shop
    sales = shop.ledger.sales("GIFT-MORNING")
    months = dict.fromkeys(range(1, 13), 0.0)
    for sale in sales:
        months[int(sale["orderDate"][5:7])] += sale["quantity"]
    assert months[12] > 3 * months[6]
    first = date.fromisoformat(sales[0]["orderDate"][:10])
    assert 700 < (TODAY - first).days <= 728
    assert len({sale["externalReferenceId"] for sale in sales}) == len(sales)


async def test_it_grows(open_desk: Any) -> None:
    desk = open_desk(5000, customers=2000)
    shop = desk.sandbox.shop
    assert len(shop.products) == 5000
    assert len({product["productCodeReadable"] for product in shop.products.values()}) == 5000
    assert len({product["id"] for product in shop.products.values()}) == 5000
    assert len((await desk.get("/api/Customers")).json()) == 2000
    assert len((await desk.get("/api/SuppliersBulk")).json()) > 80
    assert len(shop.orders) > 400
    rows = (await desk.post("/api/OrderPlan", json={"perPage": 50})).json()["results"]
    assert len(rows) == 50
    assert len((await desk.get("/api/Products", params={"pageNo": 99})).json()) == 50


async def test_a_fifth_or_so_of_what_to_order_is_late_and_the_rest_falls_due_in_days_or_weeks(open_desk: Any) -> None:
    for count in (300, 3000):
        desk = open_desk(count, customers=0)
        rows = (await desk.post("/api/OrderPlan", json={})).json()["results"]
        due = [row["daysUntilReplenishmentDue"] for row in rows if row["orderQuantity"]]
        late = [days for days in due if days is not None and days < 0]
        weeks = [days for days in due if days is not None and days > 14]
        assert 0.2 < len(due) / count < 0.4
        assert 0.15 < len(late) / len(due) < 0.3
        assert 0.15 < len(weeks) / len(due) < 0.4


def test_every_grown_customer_has_a_door_of_its_own() -> None:
    customers = list(Sandbox(1, customers=15_000, today=TODAY).shop.customers.values())
    doors = [(each["streetAddress"], each.get("city")) for each in customers if "streetAddress" in each]
    assert len(doors) > 14_990
    assert len(set(doors)) == len(doors)
    assert any("streetAddress" not in each for each in customers)
