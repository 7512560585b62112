"""Products and suppliers deleted, over a sandboxed client and over a session."""

from collections.abc import Callable
from typing import Any

import pytest
from mcp import Client
from mcp.server.mcpserver.exceptions import ToolError

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.approval import Approval
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.toolbox import call_seconds
from stocktrim_mcp_server.tools.deleting import delete_records
from stocktrim_mcp_server.writing import WriteReport
from tests.client.sandboxed import asked, writes
from tests.conftest import TODAY, Clock

OpenApp = Callable[..., App]
READINGS = Quirks.readings()
V60 = "30000001"


async def deleted(
    stocktrim: StockTrimClient, products: tuple[str, ...] = (), suppliers: tuple[str, ...] = ()
) -> WriteReport:
    return await delete_records(stocktrim, Approval(), products, suppliers)


async def shown(stocktrim: StockTrimClient, *products: str, suppliers: tuple[str, ...] = ()) -> WriteReport:
    with stocktrim.changes.preview():
        return await deleted(stocktrim, products, suppliers)


async def refusal(stocktrim: StockTrimClient, *products: str, suppliers: tuple[str, ...] = ()) -> str:
    with pytest.raises(ToolError) as caught:
        await shown(stocktrim, *products, suppliers=suppliers)
    return str(caught.value)


@pytest.mark.parametrize("reading", READINGS)
async def test_records_are_shown_then_deleted_under_every_reading(
    open_app: OpenApp, clock: Clock, reading: str
) -> None:
    sandbox = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=READINGS[reading])
    stocktrim = open_app(sandbox).stocktrim
    codes, suppliers = ("V60-02", "TEA/CHAI 50%+", ".."), ("NORDLYS", "okafor textiles")
    with stocktrim.changes.preview() as changes:
        report = await deleted(stocktrim, codes, suppliers)
    assert (report.status, writes(sandbox)) == ("preview", [])
    with stocktrim.changes.only(changes):
        report = await deleted(stocktrim, codes, suppliers)
    assert {one.outcome for one in report.changes} == {"applied"}
    assert not {V60, "TEA/CHAI 50%+", ".."} & set(sandbox.shop.products)
    left = {one.get("supplierName") for one in sandbox.shop.suppliers.values()}
    assert not {"Nordlys Ceramics", "Okafor Textiles"} & left


async def test_the_preview_shows_what_goes_with_each(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    report = await shown(stocktrim, "V60-02", "MUG-SAGE", "GIFT-MORNING", suppliers=("HIKARI",))
    fields = {one.key: one.fields for one in report.changes}
    assert "stock on hand: 31" in fields["V60-02"]
    assert any(one.startswith("on open orders: PO-") for one in fields["V60-02"])
    assert "goes into: GIFT-MORNING" in fields["MUG-SAGE"]
    assert "made of: 3 components, whose lines go with it" in fields["GIFT-MORNING"]
    assert all("its sales history" in fields[code] for code in ("V60-02", "MUG-SAGE", "GIFT-MORNING"))
    assert fields["HIKARI"][0] == "main supplier of 5 products (V60-02, FILT-02, SERVER-600, .., PRESS-OLD)"
    assert any("sales history goes for good" in one for one in report.warnings)
    assert writes(sandbox) == []


async def test_a_supplier_that_is_named_is_deleted_with_a_warning_of_its_own(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    number = next(key for key, one in sandbox.shop.suppliers.items() if one.get("supplierCode") == "NORDLYS")
    linked = {"id": 1, "productId": "X-1", "supplierCode": "HIKARI", "suppliers": [{"supplier": number}]}
    sandbox.shop.products["X-1"] = linked
    sandbox.shop.suppliers[9999] = {"id": 9999, "supplierCode": "NOBODY", "supplierName": "Nobody Ltd"}
    sandbox.shop.changed()
    report = await shown(stocktrim, suppliers=("NORDLYS", "NOBODY"))
    (said,) = report.warnings
    assert said.startswith(
        "'NORDLYS': main supplier of 3 products (MUG-SAGE, MUG-SAND, TUMBLER-350); also delivers 1 product (X-1); on 2 "
        "open orders (PO-"
    )
    assert "None of these is deleted with it." in said
    assert "making it again brings back no link" in said
    (change, _) = report.changes
    assert change.fields[1] == "also delivers 1 product (X-1)"


async def test_a_record_deleted_from_here_is_known_as_gone_by_any_of_its_names_and_a_preview_deletes_none(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    await shown(stocktrim, "BOX-GIFT")
    del sandbox.shop.products["BOX-GIFT"]
    sandbox.shop.changed()
    await stocktrim.snapshot.refresh("products")
    assert "there is no such product" in await refusal(stocktrim, "BOX-GIFT")
    await deleted(stocktrim, ("V60-02",), ("NORDLYS",))
    again = await deleted(stocktrim, ("v60-02", V60), ("nordlys ceramics",))
    assert {one.outcome for one in again.changes} == {"unchanged"}
    assert again.warnings[-1] == f"Gone already: v60-02, {V60}, nordlys ceramics."


async def test_what_cannot_be_looked_at_is_said(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    await stocktrim.snapshot.need("products")
    sandbox.faults.add(
        *(
            Fault("status", at=at, status=500, times=None)
            for at in ("list_bills_of_materials", "find_purchase_orders", "list_purchase_orders")
        )
    )
    report = await shown(stocktrim, "V60-02")
    said = " ".join(report.warnings)
    assert "Bills of materials could not be read" in said
    assert "Purchase orders could not be read" in said
    assert report.status == "preview"


async def test_codes_that_name_nothing_or_several_are_all_named(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    for number in ("1001", "1002"):
        sandbox.shop.products[number] = {"id": int(number), "productId": number, "productCodeReadable": "TWIN"}
    sandbox.shop.changed()
    said = await refusal(stocktrim, "V60-2", "TWIN", "KETTLE-09", suppliers=("HIKRI", "IDLE"))
    assert said.splitlines() == [
        "Nothing was done.",
        "'TWIN': 2 products share this SKU. Name the one meant by its id: '1001', '1002'.",
        "'V60-2': there is no such product. Did you mean 'V60-02' (Pour-over dripper 02)?",
        "There is no supplier 'HIKRI'. Did you mean 'HIKARI'?",
    ]
    assert "Name products or suppliers" in await refusal(stocktrim)
    assert "51 records are too many" in await refusal(stocktrim, *map(str, range(50)), suppliers=("IDLE",))
    assert writes(sandbox) == []


async def test_of_a_shared_sku_an_id_deletes_one(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    for number in ("1001", "1002"):
        sandbox.shop.products[number] = {"id": int(number), "productId": number, "productCodeReadable": "TWIN"}
    sandbox.shop.changed()
    report = await deleted(stocktrim, ("1002",))
    assert [(one.key, one.outcome) for one in report.changes] == [("1002", "applied")]
    assert {"1001", "1002"} & set(sandbox.shop.products) == {"1001"}
    assert [one.product_id for one in await stocktrim.snapshot.products() if one.code == "TWIN"] == ["1001"]


async def test_one_product_named_twice_is_deleted_once(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    report = await deleted(stocktrim, ("V60-02", "v60-02", V60))
    assert [(one.key, one.outcome) for one in report.changes] == [("V60-02", "applied")]
    assert writes(sandbox) == ["delete_product"]


async def test_the_same_call_again_does_only_what_is_left(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", at="delete_product", status=400, after=1))
    codes = ("V60-02", "KETTLE-09", "BOX-GIFT")
    first = await deleted(stocktrim, codes, ("IDLE",))
    assert sorted(one.outcome for one in first.changes) == ["applied", "applied", "applied", "refused"]
    again = await deleted(stocktrim, codes, ("IDLE",))
    assert sorted(one.outcome for one in again.changes) == ["applied", "unchanged", "unchanged", "unchanged"]
    assert any(one.startswith("Gone already: ") for one in again.warnings)
    assert asked(sandbox)["delete_product"] == 4


async def test_what_the_time_of_a_call_does_not_hold_is_not_sent(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    codes = ("V60-02", "KETTLE-09")
    token = call_seconds.set(5)
    try:
        assert (await shown(stocktrim, *codes)).status == "preview"
        with pytest.raises(ToolError, match="the time of this call was nearly over"):
            await deleted(stocktrim, codes)
    finally:
        call_seconds.reset(token)
    assert writes(sandbox) == []
    assert (await deleted(stocktrim, codes)).status == "applied"


async def test_a_lost_answer_is_settled_by_looking(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("reset", at="delete_product", times=1))
    report = await deleted(stocktrim, ("KETTLE-09",))
    assert report.changes[0].outcome == "applied"
    assert "KETTLE-09" not in sandbox.shop.products


async def test_a_session_shows_deletes_and_forgets(app: App, sandbox: Sandbox) -> None:
    asked_for: dict[str, Any] = {"products": "V60-02,KETTLE-09"}
    async with Client(server.build(app)) as client:
        shown = (await client.call_tool("delete_records", asked_for)).structured_content or {}
        assert (shown["status"], writes(sandbox)) == ("preview", [])
        confirmed = {**asked_for, "confirm_token": shown["confirm_token"]}
        done = (await client.call_tool("delete_records", confirmed)).structured_content or {}
        assert done["status"] == "applied"
        again = (await client.call_tool("delete_records", confirmed)).structured_content or {}
        assert again["status"] == "unchanged"
        found = (await client.call_tool("get_products", {"codes": ["V60-02"]})).structured_content or {}
        assert found["total"] == 0
    assert asked(sandbox)["delete_product"] == 2
