"""Whom products are bought from, checked against the sandbox's own records."""

from collections.abc import Callable
from typing import Any

import pytest
from mcp import Client
from mcp.server.mcpserver.exceptions import ToolError

from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.answers import text_of
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.tools.purchase_orders import find_purchase_orders
from stocktrim_mcp_server.tools.suppliers import get_suppliers
from tests.conftest import TODAY


def expected(sandbox: Sandbox) -> dict[str, tuple[int, int, float]]:
    """By supplier: products, open orders and the value of what is still to come."""
    shop = sandbox.shop
    names = [one.get("supplierCode") or one["supplierName"] for one in shop.suppliers.values()]
    products, orders = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    values = dict.fromkeys(names, 0.0)
    for product in shop.products.values():
        if (supplier := shop.supplier_of(product)) is not None:
            products[supplier.get("supplierCode") or supplier["supplierName"]] += 1
    for order in shop.orders.values():
        if order.get("status") == "Received" or "supplier" not in order:
            continue
        name = order["supplier"].get("supplierCode") or order["supplier"]["supplierName"]
        orders[name] += 1
        for line in order["purchaseOrderLineItems"]:
            if "receivedDate" not in line:
                values[name] += line["quantity"] * line.get("unitPrice", 0.0)
    return {name: (products[name], orders[name], round(values[name], 2)) for name in names}


@pytest.mark.parametrize("reading", Quirks.readings())
async def test_every_supplier_has_its_products_and_its_open_orders(
    open_app: Callable[..., App], clock: Callable[[], float], reading: Any
) -> None:
    sandbox = Sandbox(60, today=TODAY, clock=clock, quirks=Quirks.readings()[reading])
    app = open_app(sandbox)
    page = await get_suppliers(app.stocktrim, app, limit=200)
    counted = {one.code or one.name: (one.product_count, one.open_orders, one.open_order_value) for one in page.items}
    assert counted == expected(sandbox)
    assert page.total == len(counted)
    values = [one.open_order_value or 0.0 for one in page.items]
    assert values == sorted(values, reverse=True)


async def test_products_it_is_listed_on_beside_another_are_counted_apart(app: App, sandbox: Sandbox) -> None:
    numbers = {one.get("supplierCode"): key for key, one in sandbox.shop.suppliers.items()}
    for code in ("X-1", "X-2"):
        links = [{"supplier": numbers["NORDLYS"]}, {"supplier": numbers["HIKARI"]}]
        sandbox.shop.products[code] = {"id": 1, "productId": code, "supplierCode": "HIKARI", "suppliers": links}
    sandbox.shop.changed()
    listed = {one.code: one for one in (await get_suppliers(app.stocktrim, app)).items}
    assert (listed["NORDLYS"].also_delivers, listed["NORDLYS"].product_count) == (2, 3)
    assert (listed["HIKARI"].also_delivers, listed["HIKARI"].product_count) == (None, 7)


async def test_a_supplier_asked_for_is_shown_in_full_and_a_list_briefly(app: App) -> None:
    (nordlys,) = (await get_suppliers(app.stocktrim, app, ("nordlys",))).items
    assert (nordlys.code, nordlys.lead_time_days, nordlys.contact_name) == ("NORDLYS", 21, "Solveig Dahl")
    assert (nordlys.street_address, nordlys.country) == ("4 Havnegata", "Norway")
    listed = {one.code: one for one in (await get_suppliers(app.stocktrim, app)).items}
    assert listed["NORDLYS"].street_address is None
    assert listed["NORDLYS"].lead_time_days == 21


async def test_suppliers_are_known_by_name_too_and_unknown_ones_are_named(app: App) -> None:
    page = await get_suppliers(app.stocktrim, app, ("Okafor Textiles", "Hikari Glass Works", "NOBODY"))
    assert {one.name for one in page.items} == {"Okafor Textiles", "Hikari Glass Works"}
    assert page.total == 2
    assert page.warnings[0].startswith("There is no supplier 'NOBODY'")


async def test_cursors_lead_through_the_whole_list(app: App, sandbox: Sandbox) -> None:
    codes: list[str | None] = []
    cursor = ""
    while True:
        page = await get_suppliers(app.stocktrim, app, limit=3, cursor=cursor)
        codes += [one.code or one.name for one in page.items]
        assert page.total == len(sandbox.shop.suppliers)
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert len(codes) == len(set(codes)) == len(sandbox.shop.suppliers)


async def test_a_cursor_of_none_of_ours_is_refused_and_one_of_another_question_starts_anew(
    app: App,
) -> None:
    with pytest.raises(ToolError, match="pass next_cursor as it came"):
        await get_suppliers(app.stocktrim, app, cursor="5")
    first = await get_suppliers(app.stocktrim, app, limit=2)
    other = await get_suppliers(
        app.stocktrim, app, ("HIKARI", "NORDLYS", "IDLE"), limit=1, cursor=first.next_cursor or ""
    )
    assert "stale" in other.warnings[0]
    assert len(other.items) == 1


async def test_without_products_and_orders_there_are_suppliers_and_no_false_counts(app: App, sandbox: Sandbox) -> None:
    for operation in ("list_products", "list_purchase_orders"):
        sandbox.faults.add(Fault("status", at=operation, status=500, times=None))
    page = await get_suppliers(app.stocktrim, app)
    assert page.total == len(sandbox.shop.suppliers)
    assert {(one.product_count, one.open_orders, one.open_order_value) for one in page.items} == {(None, None, None)}
    assert {"products", "purchase orders"} == {one.partition(" are missing")[0][4:] for one in page.warnings}


async def test_without_suppliers_the_call_fails_and_says_why(app: App, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", at="list_suppliers", status=500, times=None))
    with pytest.raises(ToolError, match=r"suppliers are missing.*500"):
        await get_suppliers(app.stocktrim, app)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("Hikary", "HIKARI"), ("Nordlys Ceramic", "'Nordlys Ceramics' (code 'NORDLYS')"), ("okafor", "'Okafor Textiles'")],
)
async def test_a_misspelt_supplier_is_guessed(app: App, said: str, meant: str) -> None:
    page = await get_suppliers(app.stocktrim, app, (said,))
    assert page.items == ()
    assert page.warnings[0].startswith(f"There is no supplier {said!r}. Did you mean")
    assert meant in page.warnings[0]


@pytest.mark.parametrize("said", ["V-1002", "40000002", " hikari "])
async def test_a_supplier_is_known_by_whatever_products_call_it(app: App, said: str) -> None:
    async with Client(server.build(app)) as client:
        page = (await client.call_tool("get_suppliers", {"codes": said})).structured_content or {}
    assert [one["code"] for one in page["items"]] == ["HIKARI"]
    assert "warnings" not in page


async def test_overdue_orders_are_counted_by_the_same_rule_as_everywhere(app: App) -> None:
    listed = {one.code or one.name: one.overdue_orders for one in (await get_suppliers(app.stocktrim, app)).items}
    late = await find_purchase_orders(app.stocktrim, app, status=("Overdue",), limit=100)
    assert {name: count for name, count in listed.items() if count} == {
        one.supplier: one.overdue for one in late.by_supplier
    }


async def test_a_list_with_long_names_ends_where_an_answer_is_full_and_leads_on(app: App, sandbox: Sandbox) -> None:
    for number in range(400):
        sandbox.shop.suppliers[9_000 + number] = {"supplierCode": f"X{number}", "supplierName": "long " * 2_000}
    first = await get_suppliers(app.stocktrim, app, limit=200)
    assert len(first.items) < 200
    assert first.total == len(sandbox.shop.suppliers)
    assert "One answer holds no more than these" in first.warnings[0]
    assert len(text_of(first)) < 75_000
    following = await get_suppliers(app.stocktrim, app, limit=200, cursor=first.next_cursor or "")
    assert {one.code for one in first.items}.isdisjoint({one.code for one in following.items})
