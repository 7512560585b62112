"""Orders found again, checked against the sandbox's own."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from mcp import Client
from mcp.server.mcpserver.exceptions import ToolError

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.answers import text_of
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
    await app.stocktrim.snapshot.need("products")
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


@pytest.mark.parametrize(
    ("said", "meant"),
    [("Hikary", "HIKARI"), ("hikari glas works", "'Hikari Glass Works' (code 'HIKARI')"), ("Okafor Textile", "Okafor")],
)
async def test_a_misspelt_supplier_is_said_first_and_guessed(app: App, said: str, meant: str) -> None:
    nobody = await find_purchase_orders(app.stocktrim, app, suppliers=(said,), status=("Open",))
    assert nobody.total == 0
    assert nobody.warnings[0].startswith(f"There is no supplier {said!r}. Did you mean")
    assert meant in nobody.warnings[0]
    assert len(nobody.warnings) == 1


async def test_what_is_misspelt_does_not_hide_what_is_not(app: App) -> None:
    found = await find_purchase_orders(app.stocktrim, app, suppliers=("HIKARI", "XYZ"), limit=2)
    assert {one.supplier for one in found.items} == {"HIKARI"}
    assert found.warnings[0] == "There is no supplier 'XYZ'."


async def test_a_misspelt_product_or_reference_is_said_first_and_guessed(app: App) -> None:
    by_product = await find_purchase_orders(app.stocktrim, app, products=("KETLE-09",))
    assert by_product.warnings[0].startswith("There is no product 'KETLE-09'. Did you mean 'KETTLE-09'")
    by_reference = await find_purchase_orders(app.stocktrim, app, references=("PO-0016",))
    assert by_reference.warnings[0].startswith("There is no purchase order 'PO-0016'. Did you mean 'PO-00016'?")


async def test_a_supplier_without_a_code_goes_by_its_name(app: App, sandbox: Sandbox) -> None:
    found = await find_purchase_orders(app.stocktrim, app, suppliers=("okafor textiles",), limit=100)
    expected = where(sandbox, lambda order: order.get("supplier", {}).get("supplierName") == "Okafor Textiles")
    assert references(found) == expected
    assert {one.supplier for one in found.items} == {"Okafor Textiles"}


async def test_a_product_narrows_by_sku_and_by_id_and_tells_what_is_still_to_come(app: App, sandbox: Sandbox) -> None:
    (key,) = [key for key, one in sandbox.shop.products.items() if one.get("productCodeReadable") == "V60-02"]
    expected = where(
        sandbox,
        lambda order: any(line["productId"] == key for line in order.get("purchaseOrderLineItems", ())),
    )
    for name in ("V60-02", "v60-02", key):
        found = await find_purchase_orders(app.stocktrim, app, products=(name,))
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

    found = await find_purchase_orders(app.stocktrim, app, status=("Overdue",))
    assert references(found) == where(sandbox, is_late)
    assert {one.supplier for one in found.items} == {"HIKARI", "STEEL/EU #2"}
    assert {one.overdue for one in found.items} == {
        "open 75 days, its supplier's lead time 60: 15 days overdue",
        "open 52 days, its product's lead time 35: 17 days overdue",
    }
    everything = await find_purchase_orders(app.stocktrim, app, limit=100)
    assert {one.reference for one in everything.items if one.overdue} == references(found)


async def test_without_a_suppliers_lead_time_the_products_decide_and_without_any_it_is_said(
    app: App, sandbox: Sandbox
) -> None:
    for supplier in sandbox.shop.suppliers.values():
        supplier.pop("defaultLeadTime", None)
    found = await find_purchase_orders(app.stocktrim, app, status=("Overdue",))
    (kettles,) = [one for one in found.items if one.supplier == "STEEL/EU #2"]
    assert kettles.overdue == "open 52 days, its product's lead time 35: 17 days overdue"
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


async def test_nothing_found_names_what_was_asked(app: App, sandbox: Sandbox) -> None:
    found = await find_purchase_orders(app.stocktrim, app, status=("Received",), products=("SAMPLE-X",))
    assert found.total == 0
    received = len(where(sandbox, lambda order: order.get("status") == "Received"))
    asked = "products = SAMPLE-X; status = Received"
    assert found.warnings == (
        f"None of the {len(sandbox.shop.orders)} purchase orders fits: {asked}. "
        f"By itself fit: products 0, status {received}.",
    )
    assert found.age == "records read just now"


async def test_an_account_without_orders_says_so(open_app: Callable[..., App], clock: Callable[[], float]) -> None:
    app = open_app(Sandbox(0, today=TODAY, clock=clock))
    found = await find_purchase_orders(app.stocktrim, app, status=())
    assert found.total == len(found.items)


async def test_one_reference_is_asked_live_and_waits_for_no_products(app: App, sandbox: Sandbox) -> None:
    found = await find_purchase_orders(app.stocktrim, app, references=("PO-00016",))
    assert found.items[0].overdue == "open 75 days, its supplier's lead time 60: 15 days overdue"
    assert found.age == "read just now"
    assert found.items[0].lines[0].quantity
    asked = [request.operation for request in sandbox.requests]
    assert asked.index("get_purchase_order") < len(asked)
    assert "list_purchase_orders" not in asked
    await app.stocktrim.snapshot.need("products")
    named = await find_purchase_orders(app.stocktrim, app, references=("PO-00016",))
    assert all(line.name for line in named.items[0].lines)
    assert named.warnings == ()


async def test_without_products_lines_show_ids_and_say_so(app: App, sandbox: Sandbox) -> None:
    for operation in ("list_suppliers", "list_products"):
        sandbox.faults.add(Fault("status", at=operation, status=500, times=None))
    found = await find_purchase_orders(app.stocktrim, app, references=("TEA-7",))
    assert found.items[0].lines[0].quantity == 30
    assert any("lines show product ids" in one for one in found.warnings)
    assert any(one.startswith("The suppliers are missing") for one in found.warnings)


async def test_what_is_late_is_answered_at_once_with_totals_by_supplier(app: App) -> None:
    found = await find_purchase_orders(app.stocktrim, app, status=("Overdue",))
    assert [one.reference for one in found.items] == ["PO-00017", "PO-00016"]
    assert [(one.supplier, one.orders, one.overdue, one.most_days_overdue) for one in found.by_supplier] == [
        ("HIKARI", 1, 1, 15),
        ("STEEL/EU #2", 1, 1, 17),
    ]
    assert all(one.value_to_come > 0 for one in found.by_supplier)


async def test_totals_and_advice_stand_on_the_first_page_alone(app: App) -> None:
    first = await find_purchase_orders(
        app.stocktrim, app, status=("Open",), suppliers=("HIKARI", "NORDLYS", "NO"), limit=2
    )
    second = await find_purchase_orders(
        app.stocktrim,
        app,
        status=("Open",),
        suppliers=("HIKARI", "NORDLYS", "NO"),
        limit=2,
        cursor=first.next_cursor or "",
    )
    assert first.warnings
    assert first.by_supplier
    assert sum(one.orders for one in first.by_supplier) == first.total == second.total
    assert second.items
    assert (second.warnings, second.by_supplier) == ((), ())


async def test_an_order_of_thousands_of_lines_shows_the_first_and_says_where_the_rest_is(
    app: App, sandbox: Sandbox
) -> None:
    order = dict(next(iter(sandbox.shop.orders.values())))
    number = max(sandbox.shop.orders) + 1
    lines = [{"productId": f"P{line}", "quantity": 1, "unitPrice": 2.0} for line in range(5_000)]
    sandbox.shop.orders[number] = order | {
        "id": number,
        "clientReferenceNumber": "BIG",
        "purchaseOrderLineItems": lines,
        "message": "note " * 2_000,
    }
    found = await find_purchase_orders(app.stocktrim, app, references=("BIG",))
    assert (found.items[0].line_count, len(found.items[0].lines)) == (5_000, 100)
    assert any("first 100 are shown" in one and "purchase_order_lines" in one for one in found.warnings)
    assert len(text_of(found)) < 20_000
    several = await find_purchase_orders(app.stocktrim, app, detail=True, limit=100)
    assert len(text_of(several)) < 80_000
    assert several.total == len(sandbox.shop.orders)


async def test_a_page_too_long_for_one_answer_ends_earlier_and_its_cursor_leads_on(app: App, sandbox: Sandbox) -> None:
    for order in sandbox.shop.orders.values():
        lines = order.get("purchaseOrderLineItems") or [{"productId": "P", "quantity": 1}]
        order["purchaseOrderLineItems"] = (lines * 200)[:200]
    seen: list[str | None] = []
    page = await find_purchase_orders(app.stocktrim, app, detail=True, limit=100)
    assert any("One answer holds no more than these" in one for one in page.warnings)
    seen += [one.reference for one in page.items]
    while page.next_cursor:
        assert len(text_of(page)) < 60_000
        page = await find_purchase_orders(app.stocktrim, app, detail=True, limit=100, cursor=page.next_cursor)
        seen += [one.reference for one in page.items]
    assert len(seen) == len(sandbox.shop.orders)


@pytest.mark.parametrize(
    ("status", "meant"), [("open", ("Open",)), ('["sent", "DRAFT"]', ("Sent", "Draft")), ("late", ("Overdue",))]
)
async def test_a_status_is_understood_however_it_is_written(app: App, status: str, meant: tuple[Any, ...]) -> None:
    async with Client(server.build(app)) as client:
        said = await client.call_tool("find_purchase_orders", {"status": status, "limit": "100"})
    assert not said.is_error
    wanted = await find_purchase_orders(app.stocktrim, app, status=meant, limit=100)
    assert (said.structured_content or {})["total"] == wanted.total


async def test_an_unknown_status_is_guessed(app: App) -> None:
    async with Client(server.build(app)) as client:
        said = await client.call_tool("find_purchase_orders", {"status": "Recieved"})
    assert said.is_error
    assert "there is no status 'Recieved'. Did you mean 'Received'?" in str(said.content[0])


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
