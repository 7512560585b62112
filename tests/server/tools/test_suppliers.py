"""Whom products are bought from, checked against the sandbox's own records."""

from collections.abc import Callable
from typing import Any

import pytest
from mcp.server.mcpserver.exceptions import ToolError

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server.dependencies import App
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
    page = await get_suppliers(open_app(sandbox).stocktrim, limit=200)
    counted = {one.code or one.name: (one.product_count, one.open_orders, one.open_order_value) for one in page.items}
    assert counted == expected(sandbox)
    assert page.total == len(counted)
    values = [one.open_order_value or 0.0 for one in page.items]
    assert values == sorted(values, reverse=True)


async def test_a_supplier_asked_for_is_shown_in_full_and_a_list_briefly(stocktrim: StockTrimClient) -> None:
    (nordlys,) = (await get_suppliers(stocktrim, ("nordlys",))).items
    assert (nordlys.code, nordlys.lead_time_days, nordlys.contact_name) == ("NORDLYS", 21, "Solveig Dahl")
    assert (nordlys.street_address, nordlys.country) == ("4 Havnegata", "Norway")
    listed = {one.code: one for one in (await get_suppliers(stocktrim)).items}
    assert listed["NORDLYS"].street_address is None
    assert listed["NORDLYS"].lead_time_days == 21


async def test_suppliers_are_known_by_name_too_and_unknown_ones_are_named(stocktrim: StockTrimClient) -> None:
    page = await get_suppliers(stocktrim, ("Okafor Textiles", "Hikari Glass Works", "NOBODY"))
    assert {one.name for one in page.items} == {"Okafor Textiles", "Hikari Glass Works"}
    assert page.total == 2
    assert page.warnings[0].startswith("There is no supplier 'NOBODY'")


async def test_cursors_lead_through_the_whole_list(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    codes: list[str | None] = []
    cursor = ""
    while True:
        page = await get_suppliers(stocktrim, limit=3, cursor=cursor)
        codes += [one.code or one.name for one in page.items]
        assert page.total == len(sandbox.shop.suppliers)
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert len(codes) == len(set(codes)) == len(sandbox.shop.suppliers)


async def test_a_cursor_of_none_of_ours_is_refused_and_one_of_another_question_starts_anew(
    stocktrim: StockTrimClient,
) -> None:
    with pytest.raises(ToolError, match="pass next_cursor as it came"):
        await get_suppliers(stocktrim, cursor="5")
    first = await get_suppliers(stocktrim, limit=2)
    other = await get_suppliers(stocktrim, ("HIKARI", "NORDLYS", "IDLE"), limit=1, cursor=first.next_cursor or "")
    assert "stale" in other.warnings[0]
    assert len(other.items) == 1


async def test_without_products_and_orders_there_are_suppliers_and_no_false_counts(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    for operation in ("list_products", "list_purchase_orders"):
        sandbox.faults.add(Fault("status", at=operation, status=500, times=None))
    page = await get_suppliers(stocktrim)
    assert page.total == len(sandbox.shop.suppliers)
    assert {(one.product_count, one.open_orders, one.open_order_value) for one in page.items} == {(None, None, None)}
    assert {"products", "purchase orders"} == {one.partition(" are missing")[0][4:] for one in page.warnings}


async def test_without_suppliers_the_call_fails_and_says_why(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", at="list_suppliers", status=500, times=None))
    with pytest.raises(ToolError, match=r"suppliers are missing.*500"):
        await get_suppliers(stocktrim)
