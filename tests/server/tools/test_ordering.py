"""Orders changed and deleted: shown whole, saved whole, nothing lost, no status fallen back unasked."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from mcp import Client
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import ValidationError

from stocktrim_client.changes import Change
from stocktrim_client.models import PurchaseOrder, PurchaseOrderLine
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.approval import Approval
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.tools.ordering import (
    LineChange,
    OrderReport,
    delete_purchase_order,
    update_purchase_order,
)
from tests.client.sandboxed import every_reading
from tests.conftest import TODAY, Clock

OpenApp = Callable[..., App]
Wire = dict[str, Any]
HIKARI = "PO-00016"
"""Sent: 48 V60-02, 24 SERVER-600."""
STEEL = "PO-00017"
"""Sent: 12 KETTLE-09, and 20 of 000123 which have arrived."""
TEA = "PO/7 #1?&+%"
"""Approved: 30 TEA-SENCHA-100; its second reference is TEA-7."""
APRON = "PO-00022"
"""Draft without a date, of a supplier without a code: 12 APRON-BLK."""


async def previewed(app: App, tool: Any = update_purchase_order, **asked: Any) -> tuple[OrderReport, list[Change]]:
    with app.stocktrim.changes.preview() as changes:
        report = await tool(app.stocktrim, app, Approval(), **asked)
    return report, changes


async def done(app: App, tool: Any = update_purchase_order, **asked: Any) -> OrderReport:
    """Shown first, and then exactly that."""
    report, changes = await previewed(app, tool, **asked)
    if not changes:
        return report
    with app.stocktrim.changes.only(changes):
        return await tool(app.stocktrim, app, Approval(), **asked)


async def refused(app: App, tool: Any = update_purchase_order, **asked: Any) -> str:
    with pytest.raises(ToolError, match="Nothing was done") as raised:
        await previewed(app, tool, **asked)
    return str(raised.value)


def line(product: str, quantity: float | None = None, **more: Any) -> LineChange:
    return LineChange(product=product, quantity=quantity, **more)


def wire(far: Sandbox, reference: str) -> Wire:
    return next(one for one in far.shop.orders.values() if one.get("clientReferenceNumber") == reference)


def saves(far: Sandbox) -> list[Wire]:
    return [json.loads(request.body) for request in far.requests if request.operation == "save_purchase_order"]


def held(order: PurchaseOrder) -> dict[str | None, tuple[float | None, float | None, bool]]:
    return {one.product_id: (one.quantity, one.unit_price, one.received_at is not None) for one in order.lines}


# --- lines


@every_reading
async def test_what_is_not_spoken_of_stays_whatever_stocktrim_does(
    open_app: OpenApp, clock: Clock, quirks: Quirks
) -> None:
    app = open_app(Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=quirks))
    before = await app.stocktrim.purchase_orders.get(STEEL)
    asked = {"reference": STEEL, "lines": (line("KETTLE-09", 18), line("V60-02", 24, unit_price=7))}
    report = await done(app, **asked)
    assert report.status == "applied", report
    assert not any("Read back" in one for one in report.warnings)
    assert report.changes[0].fields == (
        "KETTLE-09: 12 at 38 -> 18 at 38",
        "V60-02: (not on it) -> 24 at 7",
        "cost: 544.00 -> 940.00",
    )
    after = await app.stocktrim.purchase_orders.get(STEEL)
    assert held(after) == {"KETTLE-09": (18, 38, False), "000123": (20, 4.4, True), "30000001": (24, 7, False)}
    same = {"lines", "message"}
    assert after.model_dump(exclude=same) == before.model_dump(exclude=same)
    assert (await done(app, **asked)).status == "unchanged"


async def test_a_price_alone_is_changed_and_a_new_line_gets_the_products_cost(app: App, sandbox: Sandbox) -> None:
    report = await done(app, reference=HIKARI, lines=(line("V60-02", unit_price=7.9), line("FILT-02", 200)))
    assert report.changes[0].fields[:2] == ("V60-02: 48 at 7.4 -> 48 at 7.9", "FILT-02: (not on it) -> 200 at 2.1")
    assert "FILT-02 is added at its cost in StockTrim, 2.1." in report.warnings
    assert "The order is Sent already: its supplier knows it as it was, so tell them." in report.warnings
    report, _ = await previewed(app, reference=APRON, lines=(line("SAMPLE-X", 3),))
    assert "SAMPLE-X is added without a price, and is in no cost." in report.warnings
    assert len(saves(sandbox)) == 1


async def test_lines_are_removed_by_name_or_by_a_quantity_of_nothing(app: App) -> None:
    report, _ = await previewed(app, reference=HIKARI, remove=("V60-02",))
    other, _ = await previewed(app, reference=HIKARI, lines=(line("30000001", 0),))
    assert report.changes[0].fields == other.changes[0].fields == (
        "V60-02: 48 at 7.4 -> (removed)",
        "cost: 590.40 -> 235.20",
    )  # fmt: skip
    said = await refused(app, reference=HIKARI, remove=("V60-02", "SERVER-600"))
    assert "use delete_purchase_order" in said


async def test_a_line_that_stocktrim_keeps_all_the_same_is_told(open_app: OpenApp, clock: Clock) -> None:
    app = open_app(Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=Quirks(order_lines="merged")))
    report = await done(app, reference=HIKARI, remove=("V60-02",))
    assert report.changes[0].outcome == "not_applied"
    report = await done(app, reference=HIKARI, lines=(line("SERVER-600", 30),), remove=("V60-02",))
    assert report.changes[0].outcome == "applied"
    assert any("Read back" in one and "lines" in one for one in report.warnings)


async def test_a_line_of_another_supplier_is_said_loudly(app: App) -> None:
    wrong = "WRONG SUPPLIER? This is an order to HIKARI, but in StockTrim TUMBLER-350 comes from NORDLYS"
    report, _ = await previewed(app, reference=HIKARI, lines=(line("TUMBLER-350", 24), line("V60-02", 60)))
    assert report.warnings[0] == f"{wrong} (Nordlys Ceramics)."
    report, _ = await previewed(app, reference=HIKARI, lines=(line("V60-02", 60),))
    assert not any("WRONG" in one for one in report.warnings)
    report, _ = await previewed(app, reference=HIKARI, lines=(line("V60-02", 0),))
    assert not any("WRONG" in one for one in report.warnings)


async def test_who_sends_an_order_hears_what_its_supplier_does_not_deliver(app: App, sandbox: Sandbox) -> None:
    order = wire(sandbox, TEA)
    order["purchaseOrderLineItems"] = (*order["purchaseOrderLineItems"], {"productId": "KETTLE-09", "quantity": 2.0})
    report, _ = await previewed(app, reference=TEA, status="Sent")
    assert report.warnings[0].startswith(
        "WRONG SUPPLIER? This is an order to LEAF & CO., but in StockTrim KETTLE-09 comes"
    )
    report, _ = await previewed(app, reference=TEA, status="Sent", remove=("KETTLE-09",))
    assert not any("WRONG" in one for one in report.warnings)
    report, _ = await previewed(app, reference=TEA, ordered_on=TODAY)
    assert not any("WRONG" in one for one in report.warnings)


async def test_ten_times_what_a_line_was_or_what_is_usual_is_said(app: App) -> None:
    async def said(*lines: LineChange) -> str:
        report, _ = await previewed(app, reference=HIKARI, lines=lines)
        return " ".join(report.warnings)

    assert "V60-02: 480 is 10 times what it was, 48." in await said(line("V60-02", 480))
    assert "V60-02: 4 is 1/12 of what it was, 48." in await said(line("V60-02", 4))
    assert "V60-02: 74 each is 10 times what it was, 7.40." in await said(line("V60-02", unit_price=74))
    assert "FILT-02: 20,000 is" in await said(line("FILT-02", 20_000, unit_price=2.1))
    assert "FILT-02: 21 each is 10 times its cost in StockTrim, 2.10." in await said(
        line("FILT-02", 200, unit_price=21)
    )
    assert " is 1" not in await said(line("V60-02", 60, unit_price=8), line("FILT-02", 200))


async def test_an_order_that_goes_nowhere_says_so_when_it_is_sent(app: App, sandbox: Sandbox) -> None:
    order = wire(sandbox, TEA)
    place = order.pop("location", None)
    report, _ = await previewed(app, reference=TEA, status="Sent")
    assert any("Its place of delivery is not set." in one for one in report.warnings)
    report, _ = await previewed(app, reference=TEA, ordered_on=TODAY)
    assert not any("place of delivery" in one for one in report.warnings)
    order["location"] = place or {"locationCode": "MAIN"}
    report, _ = await previewed(app, reference=TEA, status="Sent")
    assert not any("place of delivery" in one for one in report.warnings)


async def test_odd_quantities_are_told_with_the_nearest_right_one(app: App) -> None:
    report, _ = await previewed(app, reference=HIKARI, lines=(line("V60-02", 50),))
    assert "V60-02: 50 is no multiple of the pack of 12: nearest right 48." in report.warnings


async def test_codes_that_mean_no_line_are_all_named(app: App, sandbox: Sandbox) -> None:
    asked = (line("V60-20", 1), line("KETTLE-09"), line("MUG-SAGE", unit_price=3), line("FILT-02", 0))
    said = await refused(app, reference=HIKARI, lines=asked, remove=("MUG-SAND",))
    assert "There is no product 'V60-20'. Did you mean 'V60-02'" in said
    assert "'KETTLE-09': say its quantity, unit_price or received_on." in said
    assert "'MUG-SAGE': it is not on the order: pass its quantity to add it." in said
    assert "'FILT-02': it is not on the order, so there is nothing to remove." in said
    assert "'MUG-SAND': it is not on the order." in said
    twice = await refused(app, reference=HIKARI, lines=(line("V60-02", 1), line("30000001", 2)))
    assert "it is in lines twice" in twice
    assert "one call changes up to" in await refused(app, reference=HIKARI, lines=(line("V60-02", 1),) * 201)
    assert saves(sandbox) == []


async def test_a_product_on_two_lines_is_replaced_only_when_told_so(app: App, sandbox: Sandbox) -> None:
    order = wire(sandbox, HIKARI)
    order["purchaseOrderLineItems"] = (*order["purchaseOrderLineItems"], {"productId": "30000001", "quantity": 6.0})
    said = await refused(app, reference=HIKARI, lines=(line("V60-02", 60),))
    assert "it is on 2 lines of the order: name it in remove too" in said
    report = await done(app, reference=HIKARI, lines=(line("V60-02", 60, unit_price=7.4),), remove=("V60-02",))
    assert "V60-02: 48 at 7.4 + 6 without a price -> 60 at 7.4" in report.changes[0].fields
    assert sorted(one["quantity"] for one in wire(sandbox, HIKARI)["purchaseOrderLineItems"]) == [24, 60]


async def test_of_two_products_with_one_sku_the_one_on_the_order_is_meant(app: App, sandbox: Sandbox) -> None:
    for key in ("30000001", "GRIND-C40", "KETTLE-09"):
        sandbox.shop.products[key]["productCodeReadable"] = "TWIN"
    report, _ = await previewed(app, reference=HIKARI, lines=(line("TWIN", 60),))
    assert report.changes[0].fields[0] == "TWIN: 48 at 7.4 -> 60 at 7.4"
    assert "several products have this SKU" in await refused(app, reference=TEA, lines=(line("TWIN", 60),))


async def test_a_line_of_a_product_that_is_gone_can_be_taken_off(app: App, sandbox: Sandbox) -> None:
    del sandbox.shop.products["30000001"]
    report, _ = await previewed(app, reference=HIKARI, remove=("30000001",))
    assert report.changes[0].fields[0] == "30000001: 48 at 7.4 -> (removed)"


async def test_whatever_is_asked_for_of_whatever_order_the_rest_stays(open_app: OpenApp, clock: Clock) -> None:
    app, random = open_app(Sandbox(240, today=TODAY, clock=clock, sleep=clock.sleep)), Random(7)
    stocktrim = app.stocktrim
    orders = [one for one in await stocktrim.purchase_orders.all() if one.lines and one.reference != "REF-9"]
    products = [one.product_id for one in await stocktrim.products.all()]
    for _ in range(60):
        order = random.choice(orders)
        wanted = held(order)
        gone = {one for one in wanted if random.random() < 0.3}
        changed = {one: random.randint(1, 90) for one in wanted if one not in gone and random.random() < 0.5}
        added = {one: random.randint(1, 90) for one in random.sample(products, 3) if one not in wanted}
        for one, quantity in changed.items():
            wanted[one] = (quantity, *wanted[one][1:])
        wanted = {one: line for one, line in wanted.items() if one not in gone} | {
            one: (quantity, 3.5, False) for one, quantity in added.items()
        }
        asked = (
            *(line(str(one), quantity) for one, quantity in changed.items()),
            *(line(one, quantity, unit_price=3.5) for one, quantity in added.items()),
        )
        if not wanted or not (asked or gone):
            continue
        _, (change,) = await previewed(app, reference=order.reference, lines=asked, remove=tuple(gone))
        after = {field.field: field.after for field in change.fields}
        lines = [PurchaseOrderLine.model_validate(one) for one in after["lines"]]
        assert held(order.model_copy(update={"lines": tuple(lines)})) == wanted
        assert set(after) <= {"lines", "ordered_at"}


# --- status


@pytest.mark.parametrize(
    ("reference", "status", "said"),
    [
        (APRON, "Approved", "counts nothing of it as on order before it is Sent"),
        (TEA, "Sent", "The supplier is told nothing by this"),
        (HIKARI, "Received", "not known to add it to the stock on hand"),
    ],
)
async def test_a_status_goes_on_and_what_it_means_is_said(
    app: App, sandbox: Sandbox, reference: str, status: Any, said: str
) -> None:
    report = await done(app, reference=reference, status=status)
    assert report.status == "applied"
    assert said in " ".join(report.warnings)
    assert "falls back" not in " ".join(report.warnings)
    assert wire(sandbox, reference)["status"] == status


async def test_a_status_falls_back_only_when_asked_and_says_so(app: App, sandbox: Sandbox) -> None:
    report = await done(app, reference=TEA, lines=(line("TEA-SENCHA-100", 40),))
    assert (report.status, wire(sandbox, TEA)["status"]) == ("applied", "Approved")
    report = await done(app, reference="TEA-7", status="Draft")
    assert "The status falls back from Approved to Draft, as this call asks." in report.warnings
    assert wire(sandbox, TEA)["status"] == "Draft"


async def test_an_unknown_status_is_refused_with_the_four(app: App, sandbox: Sandbox) -> None:
    async with Client(server.build(app)) as client:
        result = await client.call_tool("update_purchase_order", {"reference": TEA, "status": "Cancelled"})
    assert result.is_error
    assert all(word in str(result.content) for word in ("Draft", "Approved", "Sent", "Received"))
    wire(sandbox, TEA)["status"] = "Cancelled"
    said = await refused(app, reference=TEA, ordered_on=TODAY)
    assert "has the status 'Cancelled', which cannot be saved: pass a status as well, one of Draft, Approved" in said
    assert (await done(app, reference=TEA, status="Draft")).status == "applied"


async def test_a_status_by_number_is_no_fall_back(open_app: OpenApp, clock: Clock) -> None:
    far = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=Quirks(order_status="integer"))
    report = await done(open_app(far), reference=TEA, status="Sent")
    assert report.changes[0].fields == ("status: Approved -> Sent",)
    assert saves(far)[0]["status"] == "Sent"


# --- arrival and dates


@every_reading
async def test_received_dates_the_lines_still_to_come_and_can_be_taken_back(
    open_app: OpenApp, clock: Clock, quirks: Quirks
) -> None:
    far = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=quirks)
    app = open_app(far)
    report = await done(app, reference=STEEL, status="Received", received_on=TODAY - timedelta(days=1))
    assert report.changes[0].fields == (
        "status: Sent -> Received",
        "fully_received_at: (empty) -> 2026-11-22",
        "KETTLE-09: 12 at 38 -> 12 at 38, arrived 2026-11-22",
    )
    order = await app.stocktrim.purchase_orders.get(STEEL)
    assert not order.is_open
    assert [str(one.received_at)[:10] for one in order.lines] == ["2026-11-22", "2026-11-13"]
    report = await done(app, reference=STEEL, status="Sent")
    assert "The status falls back from Received to Sent, as this call asks." in report.warnings
    order = await app.stocktrim.purchase_orders.get(STEEL)
    assert held(order) == {"KETTLE-09": (12, 38, False), "000123": (20, 4.4, True)}
    assert order.status == "Sent"


async def test_a_line_arrives_by_itself(app: App) -> None:
    asked = (line("V60-02", received_on=TODAY),)
    report = await done(app, reference=HIKARI, lines=asked)
    assert report.changes[0].fields == ("V60-02: 48 at 7.4 -> 48 at 7.4, arrived 2026-11-23",)
    assert "tell them" not in " ".join(report.warnings)
    report = await done(app, reference=HIKARI, lines=(line("SERVER-600", received_on=TODAY),))
    assert "All of its lines have arrived: status Received closes the order." in report.warnings


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            {"received_on": TODAY + timedelta(days=1), "status": "Received"},
            "a received day means arrived, not expected",
        ),
        ({"lines": (line("V60-02", received_on=TODAY + timedelta(days=9)),)}, "'V60-02': 2026-12-02 is still to come"),
        ({"received_on": TODAY}, "pass status Received too"),
        ({"ordered_on": TODAY, "status": "Received", "received_on": date(2026, 11, 1)}, "before it was ordered"),
        ({}, "say what to change"),
    ],
)
async def test_dates_that_cannot_be_are_refused(app: App, asked: Any, said: str) -> None:
    assert said in await refused(app, reference=HIKARI, **asked)


async def test_an_order_without_a_date_gets_one_that_is_shown(app: App, sandbox: Sandbox) -> None:
    report = await done(app, reference=APRON, status="Approved")
    assert report.changes[0].fields == ("status: Draft -> Approved", "ordered_at: (empty) -> 2026-11-23")
    assert "it gets today's" in " ".join(report.warnings)
    assert wire(sandbox, APRON)["supplier"] == {"supplierName": "Okafor Textiles"}
    report = await done(app, reference=APRON, ordered_on=date(2026, 11, 20))
    assert report.changes[0].fields == ("ordered_at: 2026-11-23 -> 2026-11-20",)
    assert (await done(app, reference=APRON, ordered_on=date(2026, 11, 20))).status == "unchanged"


# --- what cannot be saved


async def test_orders_that_stocktrim_would_not_take_are_refused_before(app: App, sandbox: Sandbox) -> None:
    bare = next(one for one in sandbox.shop.orders.values() if "supplier" not in one)["clientReferenceNumber"]
    assert "it names no supplier" in await refused(app, reference=bare, status="Approved")
    assert "second reference" in await refused(app, reference="REF-9", status="Approved")
    order = wire(sandbox, HIKARI)
    order["purchaseOrderLineItems"] = (*order["purchaseOrderLineItems"], {"productId": "FILT-X", "quantity": 0.0})
    assert "'FILT-X': its line has the quantity 0.0" in await refused(app, reference=HIKARI, status="Received")
    report, _ = await previewed(app, reference=HIKARI, remove=("FILT-X",))
    assert report.status == "preview"
    assert saves(sandbox) == []


async def test_a_misspelt_reference_is_asked_back(app: App) -> None:
    await app.stocktrim.snapshot.need("purchase_orders")
    assert "There is no purchase order 'PO-0016'. Did you mean 'PO-00016'?" in await refused(
        app, reference="PO-0016", status="Sent"
    )
    assert "Did you mean" in await refused(app, delete_purchase_order, reference="TEA7")


def test_a_line_takes_no_negative_and_no_endless_amounts() -> None:
    for wrong in ({"quantity": -1}, {"unit_price": -0.01}, {"quantity": float("inf")}, {"quantity": 1e15}, {"qty": 1}):
        with pytest.raises(ValidationError):
            LineChange.model_validate({"product": "A", **wrong})


async def test_a_lost_answer_is_settled_and_the_same_call_then_changes_nothing(app: App, sandbox: Sandbox) -> None:
    asked: dict[str, Any] = {"reference": HIKARI, "lines": (line("V60-02", 60),)}
    _, changes = await previewed(app, **asked)
    sandbox.faults.add(Fault("reset", at="save_purchase_order", applied=True, times=None))
    with app.stocktrim.changes.only(changes):
        report = await update_purchase_order(app.stocktrim, app, Approval(), **asked)
    assert report.status == "applied"
    sandbox.faults.clear()
    assert (await done(app, **asked)).status == "unchanged"


async def test_an_order_that_moved_after_the_preview_is_left_alone(app: App, sandbox: Sandbox) -> None:
    _, changes = await previewed(app, reference=HIKARI, lines=(line("V60-02", 60),))
    order = wire(sandbox, HIKARI)
    order["purchaseOrderLineItems"] = tuple(one | {"quantity": 7.0} for one in order["purchaseOrderLineItems"])
    with app.stocktrim.changes.only(changes), pytest.raises(ToolError, match="no longer as it was"):
        await update_purchase_order(app.stocktrim, app, Approval(), HIKARI, lines=(line("V60-02", 60),))
    assert saves(sandbox) == []


# --- deleting


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (HIKARI, "THIS ORDER IS SENT: its supplier may be delivering it."),
        ("PO-00015", "THIS ORDER IS RECEIVED"),
        (TEA, "The order is Approved"),
        (APRON, ""),
    ],
)
async def test_a_deletion_shows_the_whole_order_and_what_it_costs(
    app: App, sandbox: Sandbox, reference: str, said: str
) -> None:
    count = len(sandbox.shop.orders)
    shown, _ = await previewed(app, delete_purchase_order, reference=reference)
    (order,) = shown.orders
    assert order.line_count == len(order.lines) > 0
    assert " ".join(shown.warnings).startswith(said)
    assert bool(shown.warnings) == bool(said)
    assert len(sandbox.shop.orders) == count
    report = await done(app, delete_purchase_order, reference=reference)
    assert (report.status, report.orders, len(sandbox.shop.orders)) == ("applied", shown.orders, count - 1)
    assert "There is no purchase order" in await refused(app, delete_purchase_order, reference=reference)


async def test_a_sent_order_says_what_is_no_longer_to_come(app: App) -> None:
    report, _ = await previewed(app, delete_purchase_order, reference=STEEL)
    assert "no longer counts as on order 12 KETTLE-09, and may suggest" in report.warnings[0]


async def test_through_the_server_the_token_applies_what_was_shown(app: App, sandbox: Sandbox) -> None:
    async with Client(server.build(app)) as client:

        async def call(tool: str, **asked: Any) -> Wire:
            result = await client.call_tool(tool, asked)
            assert not result.is_error, result.content
            assert result.structured_content is not None
            return result.structured_content

        asked: Wire = {"reference": TEA, "status": "sent", "lines": '[{"product": "TEA-SENCHA-100", "quantity": 40}]'}
        shown = await call("update_purchase_order", **asked)
        assert (shown["status"], saves(sandbox)) == ("preview", [])
        made = await call("update_purchase_order", **asked, confirm_token=shown["confirm_token"])
        assert made["status"] == "applied"
        assert wire(sandbox, TEA)["status"] == "Sent"
        shown = await call("delete_purchase_order", reference=TEA)
        assert shown["status"] == "preview"
        assert shown["warnings"][0].startswith("THIS ORDER IS SENT")
        gone = await call("delete_purchase_order", reference=TEA, confirm_token=shown["confirm_token"])
        assert gone["status"] == "applied"
    assert not any(one.get("clientReferenceNumber") == TEA for one in sandbox.shop.orders.values())
