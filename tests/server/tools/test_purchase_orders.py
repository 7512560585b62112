"""Orders found again, checked against the sandbox's own."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from mcp.server.mcpserver.exceptions import ToolError

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.tools.purchase_orders import FoundOrders, find_purchase_orders
from tests.conftest import TODAY


def references(found: FoundOrders) -> set[str | None]:
    return {one.reference for one in found.items}


def reference_of(order: dict[str, Any]) -> str | None:
    return order.get("clientReferenceNumber") or order.get("referenceNumber")


def where(sandbox: Sandbox, fits: Callable[[dict[str, Any]], bool]) -> set[str | None]:
    return {reference_of(order) for order in sandbox.shop.orders.values() if fits(order)}


@pytest.mark.parametrize("reading", Quirks.readings())
async def test_all_orders_are_found_the_newest_first(
    open_app: Callable[..., App], clock: Callable[[], float], reading: Any
) -> None:
    sandbox = Sandbox(60, today=TODAY, clock=clock, quirks=Quirks.readings()[reading])
    app = open_app(sandbox)
    found = await find_purchase_orders(app.stocktrim, app, limit=100)
    assert found.total == len(sandbox.shop.orders) == len(found.items)
    assert references(found) == where(sandbox, lambda _: True)
    days = [one.ordered_on or date.min for one in found.items]
    assert days == sorted(days, reverse=True)
    assert found.as_of is not None


@pytest.mark.parametrize("asked", ["PO/7 #1?&+%", "TEA-7", "tea-7", "REF-9", "X-77"])
async def test_any_reference_people_use_finds_the_order_with_its_lines(app: App, asked: str) -> None:
    found = await find_purchase_orders(app.stocktrim, app, references=(asked,))
    (order,) = found.items
    assert asked.casefold() in f"{order.reference} {order.other_reference}".casefold()
    assert order.lines[0].product in ("TEA-SENCHA-100", "GRIND-C40")
    assert order.lines[0].name
    assert order.total_cost == pytest.approx((order.lines[0].quantity or 0) * (order.lines[0].unit_price or 0))


async def test_several_references_and_unknown_ones(app: App) -> None:
    found = await find_purchase_orders(app.stocktrim, app, references=("TEA-7", "REF-9", "PO-NONE"))
    assert found.total == 2
    assert found.warnings[0].startswith("There is no purchase order 'PO-NONE'")


async def test_a_status_narrows_and_open_is_all_that_has_not_come(app: App, sandbox: Sandbox) -> None:
    drafts = await find_purchase_orders(app.stocktrim, app, status=("Draft",), limit=100)
    assert references(drafts) == where(sandbox, lambda order: order.get("status") == "Draft")
    both = await find_purchase_orders(app.stocktrim, app, status=("Open",), limit=100)
    assert references(both) == where(sandbox, lambda order: order.get("status") != "Received")
    assert all(one.lines == () for one in both.items)


async def test_a_supplier_narrows_by_code_and_by_name(app: App, sandbox: Sandbox) -> None:
    by_code = await find_purchase_orders(app.stocktrim, app, suppliers=("hikari",), limit=100)
    by_name = await find_purchase_orders(app.stocktrim, app, suppliers=("Hikari Glass Works",), limit=100)
    expected = where(sandbox, lambda order: order.get("supplier", {}).get("supplierCode") == "HIKARI")
    assert references(by_code) == references(by_name) == expected
    nobody = await find_purchase_orders(app.stocktrim, app, suppliers=("NOBODY",))
    assert nobody.total == 0
    assert nobody.warnings[0].startswith("There is no supplier 'NOBODY'")
    assert "suppliers = NOBODY" in nobody.warnings[1]


async def test_a_product_narrows_by_sku_and_by_id_and_tells_what_is_still_to_come(app: App, sandbox: Sandbox) -> None:
    (key,) = [key for key, one in sandbox.shop.products.items() if one.get("productCodeReadable") == "V60-02"]
    expected = where(
        sandbox,
        lambda order: any(line["productId"] == key for line in order.get("purchaseOrderLineItems", ())),
    )
    for name in ("V60-02", "v60-02", key):
        found = await find_purchase_orders(app.stocktrim, app, product=name)
        assert references(found) == expected
        assert {one.still_to_come for one in found.items if one.status == "Sent"} == {48}
        assert {one.still_to_come for one in found.items if one.status == "Received"} == {None}


async def test_overdue_is_open_longer_than_the_lead_time_and_says_so(app: App, sandbox: Sandbox) -> None:
    lead_times = {one.get("supplierCode"): one.get("defaultLeadTime") for one in sandbox.shop.suppliers.values()}

    def is_late(order: dict[str, Any]) -> bool:
        if order.get("status") in ("Received", "Draft") or "orderDate" not in order:
            return False
        days = (TODAY - date.fromisoformat(order["orderDate"][:10])).days
        return days > (lead_times[order["supplier"].get("supplierCode")] or 0)

    found = await find_purchase_orders(app.stocktrim, app, overdue=True)
    assert references(found) == where(sandbox, is_late)
    assert {one.supplier for one in found.items} == {"HIKARI", "STEEL/EU #2"}
    assert {one.overdue for one in found.items} == {
        "open 75 days, 15 more than the supplier's lead time of 60",
        "open 52 days, 22 more than the supplier's lead time of 30",
    }
    everything = await find_purchase_orders(app.stocktrim, app, limit=100)
    assert {one.reference for one in everything.items if one.overdue} == references(found)


async def test_without_a_suppliers_lead_time_the_products_decide_and_without_any_it_is_said(
    app: App, sandbox: Sandbox
) -> None:
    for supplier in sandbox.shop.suppliers.values():
        supplier.pop("defaultLeadTime", None)
    found = await find_purchase_orders(app.stocktrim, app, overdue=True)
    (kettles,) = [one for one in found.items if one.supplier == "STEEL/EU #2"]
    assert kettles.overdue == "open 52 days, 17 more than its products' longest lead time of 35"
    assert "cannot be judged" in found.warnings[0]


async def test_cursors_lead_through_all(app: App, sandbox: Sandbox) -> None:
    seen: list[str | None] = []
    cursor = ""
    while True:
        page = await find_purchase_orders(app.stocktrim, app, limit=4, cursor=cursor)
        seen += [one.reference for one in page.items]
        assert page.total == len(sandbox.shop.orders)
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert len(seen) == len(sandbox.shop.orders)
    assert set(seen) == where(sandbox, lambda _: True)


async def test_nothing_found_names_what_was_asked(app: App) -> None:
    found = await find_purchase_orders(app.stocktrim, app, status=("Received",), product="SAMPLE-X", overdue=True)
    assert found.total == 0
    assert "No purchase order fits: status = Received; product = SAMPLE-X; overdue." in found.warnings[-1]


async def test_an_account_without_orders_says_so(open_app: Callable[..., App], clock: Callable[[], float]) -> None:
    app = open_app(Sandbox(0, today=TODAY, clock=clock))
    found = await find_purchase_orders(app.stocktrim, app, status=())
    assert found.total == len(found.items)


async def test_without_suppliers_orders_are_found_all_the_same(app: App, sandbox: Sandbox) -> None:
    for operation in ("list_suppliers", "list_products"):
        sandbox.faults.add(Fault("status", at=operation, status=500, times=None))
    found = await find_purchase_orders(app.stocktrim, app, references=("TEA-7",))
    assert found.items[0].lines[0].quantity == 30
    assert len([one for one in found.warnings if "are missing" in one]) == 2


async def test_without_orders_the_call_fails_and_says_why(
    app: App, stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault("status", at="list_purchase_orders", status=500, times=None))
    with pytest.raises(ToolError, match=r"purchase orders are missing.*500"):
        await find_purchase_orders(stocktrim, app)


async def test_an_order_written_since_is_found_at_once(app: App, sandbox: Sandbox) -> None:
    await find_purchase_orders(app.stocktrim, app)
    order = dict(next(iter(sandbox.shop.orders.values())))
    number = max(sandbox.shop.orders) + 1
    placed = f"{TODAY - timedelta(days=1)}T00:00:00"
    sandbox.shop.orders[number] = order | {"id": number, "clientReferenceNumber": "NEW-1", "orderDate": placed}
    found = await find_purchase_orders(app.stocktrim, app, references=("NEW-1",))
    assert [one.reference for one in found.items] == ["NEW-1"]
