"""The owner's limits, over a session: no way around them that one of us has thought of."""

from collections.abc import Callable
from typing import Any

import pytest
from mcp import Client

from stocktrim_client.sandbox import Fault, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.rails import Rails
from tests.client.sandboxed import writes
from tests.conftest import TODAY
from tests.server.writing.clients import report_of

OpenApp = Callable[..., App]
WORTH = Rails(max_order_value=2_500)
USUAL = Rails(max_quantity_factor=5)
BIG: tuple[dict[str, Any], ...] = ({"productId": "30000001", "quantity": 60_000.0, "unitPrice": 7.4},)


async def said(app: App, tool: str, **arguments: Any) -> dict[str, Any]:
    async with Client(server.build(app)) as client:
        return report_of(await client.call_tool(tool, arguments))


def drafted(*lines: tuple[str, float, float | None], supplier: str = "HIKARI") -> dict[str, Any]:
    of = {"supplier": supplier}
    made = [{"product": code, "quantity": many, "unit_price": price, **of} for code, many, price in lines]
    return {"lines": [{name: value for name, value in one.items() if value is not None} for one in made]}


def put(far: Sandbox, reference: str, lines: tuple[dict[str, Any], ...]) -> None:
    """Let an order hold these lines."""
    (number,) = [key for key, one in far.shop.orders.items() if one.get("clientReferenceNumber") == reference]
    far.shop.orders[number] = far.shop.orders[number] | {"purchaseOrderLineItems": lines}
    far.shop.changed()


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([("V60-02", 10_000, None)], "is worth 74,000; "),
        ([("V60-02", 10_000, 0)], "is worth 74,000 at what its products cost in StockTrim; "),
        ([("V60-02", 10_000, 0.01)], "is worth 74,000 at what its products cost in StockTrim; "),
        ([("SAMPLE-X", 1_000_000, None)], "neither a price nor a cost, so its value is not known: 'SAMPLE-X'; "),
        ([("V60-02", 12, None), ("SAMPLE-X", 1, 0)], "so its value is not known: 'SAMPLE-X'; "),
    ],
)
async def test_no_new_order_is_worth_more_than_the_owner_allows(
    open_app: OpenApp, sandbox: Sandbox, lines: list[tuple[str, float, float | None]], why: str
) -> None:
    report = await said(open_app(sandbox, rails=WORTH), "draft_purchase_orders", **drafted(*lines))
    assert report["status"] == "refused"
    assert f"{why}the owner's limit is 2,500" in report["message"]
    warned = await said(
        open_app(sandbox, rails=WORTH.model_copy(update={"mode": "warn"})), "draft_purchase_orders", **drafted(*lines)
    )
    assert (warned["status"], why in warned["warnings"][0]) == ("preview", True)
    assert writes(sandbox) == []


async def test_no_order_grows_or_is_placed_beyond_what_the_owner_allows(open_app: OpenApp, sandbox: Sandbox) -> None:
    app = open_app(sandbox, rails=WORTH)
    for status in ("Approved", "Sent", "Received"):
        put(sandbox, "PO-00022", BIG)
        report = await said(app, "update_purchase_order", reference="PO-00022", status=status)
        assert report["status"] == "refused"
        assert "The purchase order 'PO-00022' is worth 444,000; the owner's limit is 2,500" in report["message"]
    smaller = {"reference": "PO-00022", "lines": [{"product": "V60-02", "quantity": 50_000}]}
    assert (await said(app, "update_purchase_order", **smaller))["status"] == "preview"
    assert (await said(app, "update_purchase_order", **smaller, status="Sent"))["status"] == "refused"
    less = {"productId": "KETTLE-09", "quantity": 1.0, "unitPrice": -100_000.0}
    put(sandbox, "PO-00022", ({"productId": "30000001", "quantity": 12.0, "unitPrice": 7.4}, less))
    grown = {"reference": "PO-00022", "lines": [{"product": "V60-02", "quantity": 9_000}]}
    assert "is worth 66,6" in (await said(app, "update_purchase_order", **grown))["message"]
    assert writes(sandbox) == []


async def test_an_order_within_the_limits_is_placed(open_app: OpenApp, sandbox: Sandbox) -> None:
    app = open_app(sandbox, rails=Rails(max_order_value=2_500, max_order_lines=5))
    report = await said(app, "update_purchase_order", reference="PO-00022", status="Sent")
    assert report["status"] == "preview"
    assert not any("limit" in one for one in report.get("warnings", ()))


async def test_an_order_that_cannot_be_read_again_is_not_placed(open_app: OpenApp, sandbox: Sandbox) -> None:
    app = open_app(sandbox, rails=WORTH)
    # By the tool, before saving, and for the limits.
    sandbox.faults.add(Fault("status", at="get_purchase_order", status=400, after=2))
    report = await said(app, "update_purchase_order", reference="PO-00022", status="Sent")
    assert report["status"] == "refused"
    assert "'PO-00022' could not be read again, so what it holds is not known" in report["message"]


async def test_costs_that_cannot_be_read_are_not_taken_for_nothing(open_app: OpenApp, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", at="list_products", status=400, times=None))
    app = open_app(sandbox, rails=WORTH)
    put(sandbox, "PO-00022", ({"productId": "30000001", "quantity": 10_000.0, "unitPrice": 0.01},))
    report = await said(app, "update_purchase_order", reference="PO-00022", status="Sent")
    assert report["status"] == "refused"
    assert (
        "holds products of which the cost could not be read, so its value is not known: '30000001'"
        in (report["message"])
    )


async def test_a_product_made_since_is_known_at_its_cost(open_app: OpenApp, sandbox: Sandbox) -> None:
    app = open_app(sandbox, rails=WORTH)
    await app.stocktrim.snapshot.need("products")
    sandbox.shop.products["NEW-1"] = {"id": 77, "productId": "NEW-1", "cost": 900.0}
    put(sandbox, "PO-00022", ({"productId": "NEW-1", "quantity": 3.0, "unitPrice": 0.01},))
    report = await said(app, "update_purchase_order", reference="PO-00022", status="Sent")
    assert "is worth 2,700 at what its products cost in StockTrim" in report["message"]


async def test_a_quantity_is_not_split_over_suppliers(open_app: OpenApp, sandbox: Sandbox) -> None:
    app = open_app(sandbox, rails=USUAL)
    suppliers = ("HIKARI", "NORDLYS", "PACKRIGHT", "IDLE")
    lines = [one for name in suppliers for one in drafted(("V60-02", 250, None), supplier=name)["lines"]]
    report = await said(app, "draft_purchase_orders", lines=lines)
    assert report["status"] == "refused"
    assert "This call orders 1,000 of 'V60-02' on 4 orders, 5.2 x the usual 192" in report["message"]
    assert (await said(app, "draft_purchase_orders", lines=lines[:3]))["status"] == "preview"


@pytest.mark.parametrize("mode", ["enforce", "warn"])
async def test_what_is_usual_and_cannot_be_read_is_said(open_app: OpenApp, sandbox: Sandbox, mode: Any) -> None:
    app = open_app(sandbox, rails=USUAL.model_copy(update={"mode": mode}))
    for source in ("read_order_plan", "list_purchase_orders"):
        sandbox.faults.add(Fault("status", at=source, status=400, times=None))
    changed = {"reference": "PO-00022", "lines": [{"product": "APRON-BLK", "quantity": 99_999}]}
    report = await said(app, "update_purchase_order", **changed)
    why = (
        "This call orders products of which no usual quantity is known, as the purchase orders and the order plan "
        "could not be read: 'APRON-BLK'; the owner's limit is 5 x (STOCKTRIM_MAX_QUANTITY_FACTOR)."
    )
    if mode == "enforce":
        assert report["status"] == "refused"
        assert report["message"] == f"Nothing was sent: this passes a limit its owner has set. {why}"
    else:
        assert (report["status"], report["warnings"][0]) == ("preview", why)
    assert writes(sandbox) == []


async def test_a_product_that_nobody_ever_ordered_is_named(open_app: OpenApp, sandbox: Sandbox) -> None:
    sandbox.shop.products["NEW-1"] = {"id": 77, "productId": "NEW-1", "productCodeReadable": "NEW", "cost": 1.0}
    sandbox.shop.changed()
    report = await said(open_app(sandbox, rails=USUAL), "draft_purchase_orders", **drafted(("NEW", 1, None)))
    assert "This call orders products of which no usual quantity is known: 'NEW'" in report["message"]


async def test_limits_that_are_not_set_read_nothing(open_app: OpenApp) -> None:
    async def asked(rails: Rails) -> tuple[int, bool]:
        """How often the order was read, and whether all orders were."""
        far = Sandbox(today=TODAY)
        app = open_app(far, rails=rails)
        await said(app, "update_purchase_order", reference="PO-00022", status="Sent")
        operations = [one.operation for one in far.requests]
        return operations.count("get_purchase_order"), "list_purchase_orders" in operations

    assert await asked(Rails()) == await asked(Rails(max_records=9)) == (2, False)
    # Once products are asked for, the snapshot goes on to read the orders as well, sooner or later.
    assert (await asked(WORTH))[0] == 3
    assert await asked(USUAL) == (3, True)
