"""Suppliers created and changed with what they deliver, over a sandboxed client and over a session."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from mcp import Client
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, TextContent

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.approval import Approval
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.planning.nearest import menu
from stocktrim_mcp_server.tools.saving_suppliers import SavedSupplier, save_suppliers
from stocktrim_mcp_server.writing import WriteReport
from tests.client.sandboxed import writes
from tests.conftest import TODAY, Clock

OpenApp = Callable[..., App]
READINGS = {**Quirks.readings(), "by number": Quirks(product_supplier_id="id")}
ACME = {
    "code": "ACME",
    "name": "Acme Kettles",
    "lead_time_days": 12,
    "email": "sales@acme.example",
    "street_address": "1 Spout Lane",
}


async def saved(stocktrim: StockTrimClient, *suppliers: dict[str, Any]) -> WriteReport:
    wanted = tuple(SavedSupplier.model_validate(one) for one in suppliers)
    return await save_suppliers(wanted, stocktrim, Approval())


async def shown(stocktrim: StockTrimClient, *suppliers: dict[str, Any]) -> WriteReport:
    with stocktrim.changes.preview():
        return await saved(stocktrim, *suppliers)


def truth(sandbox: Sandbox, code: str) -> dict[str, Any]:
    return next(one for one in sandbox.shop.suppliers.values() if one.get("supplierCode") == code)


IDS = {"V60-02": "30000001", "MUG-SAGE": "30000009"}


def product(sandbox: Sandbox, code: str) -> dict[str, Any]:
    return sandbox.shop.products[IDS.get(code, code)]


def delivered_by(sandbox: Sandbox, code: str) -> dict[str, str | None]:
    """Who delivers a product, as the sandbox has linked it, and under which part number."""
    known = sandbox.shop.suppliers
    return {
        known[one["supplier"]].get("supplierCode") or known[one["supplier"]]["supplierName"]: one.get("supplierSkuCode")
        for one in product(sandbox, code).get("suppliers", ())
    }


def made(open_app: OpenApp, clock: Clock, quirks: Quirks) -> tuple[Sandbox, StockTrimClient]:
    sandbox = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=quirks)
    return sandbox, open_app(sandbox).stocktrim


@pytest.mark.parametrize("reading", READINGS)
async def test_a_supplier_is_taken_on_with_its_products_under_every_reading(
    open_app: OpenApp, clock: Clock, reading: str
) -> None:
    quirks = READINGS[reading]
    sandbox, stocktrim = made(open_app, clock, quirks)
    asked = {
        **ACME,
        "products": [
            {"code": "V60-02", "supplier_sku": "A-1", "unit_cost": 4.5, "main": True},
            {"code": "MUG-SAGE", "supplier_sku": "A-2"},
        ],
    }
    before = delivered_by(sandbox, "MUG-SAGE")
    preview = await shown(stocktrim, asked)
    assert writes(sandbox) == []
    assert preview.status == "preview"
    assert preview.changes[0].kind == "create"
    report = await saved(stocktrim, asked)
    if quirks.product_left_out == "replaced":
        assert "StockTrim emptied fields of 'V60-02'" in " ".join(report.warnings)
        assert delivered_by(sandbox, "MUG-SAGE") == before
        return
    assert report.status == "applied"
    if quirks.product_supplier_id != "code":
        assert "make the same call once more" in " ".join(preview.warnings)
        assert delivered_by(sandbox, "MUG-SAGE") == before
        report = await saved(stocktrim, asked)
        assert report.status == "applied"
        assert {one.outcome for one in report.changes if one.noun == "supplier"} == {"unchanged"}
    assert not any("suppliers =" in one for one in report.warnings), report.warnings
    assert truth(sandbox, "ACME")["defaultLeadTime"] == 12
    assert delivered_by(sandbox, "MUG-SAGE") == {**before, "ACME": "A-2"}
    assert delivered_by(sandbox, "V60-02")["ACME"] == "A-1"
    assert (product(sandbox, "V60-02")["cost"], product(sandbox, "V60-02")["supplierCode"]) == (4.5, "ACME")
    assert (await saved(stocktrim, asked)).status == "unchanged"


async def test_where_products_name_suppliers_by_their_source_systems_id_a_new_one_is_entered_by_its_own(
    open_app: OpenApp, clock: Clock
) -> None:
    sandbox, stocktrim = made(open_app, clock, Quirks(product_supplier_id="external"))
    report = await saved(stocktrim, {**ACME, "external_id": "V-9", "products": [{"code": "V60-02"}]})
    assert (report.status, report.warnings) == ("applied", ())
    sent = json.loads(next(one.body for one in sandbox.requests if one.operation == "save_product"))
    assert [one["supplierId"] for one in sent["suppliers"]] == ["V-1002", "V-9"]


async def test_a_supplier_that_exists_is_changed_in_the_given_fields_alone(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    before = truth(sandbox, "HIKARI")
    report = await saved(stocktrim, {"code": "HIKARI", "lead_time_days": 45, "email": None, "contact_name": ""})
    (change,) = report.changes
    assert (change.kind, change.outcome) == ("change", "applied")
    assert change.fields == ("lead_time_days: 60 -> 45", "contact_name: Ren Mori -> (empty)")
    after = truth(sandbox, "HIKARI")
    assert {name for name in before if before[name] != after.get(name)} == {"defaultLeadTime", "primaryContactName"}


async def test_a_part_number_and_a_cost_change_and_the_other_suppliers_stay(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    await saved(stocktrim, {"code": "NORDLYS", "products": [{"code": "V60-02", "supplier_sku": "N-7"}]})
    report = await saved(
        stocktrim, {"code": "HIKARI", "products": [{"code": "V60-02", "supplier_sku": "H-NEW", "unit_cost": 9}]}
    )
    (change,) = report.changes
    assert change.noun == "product"
    assert change.fields[0].startswith("part number at HIKARI: ")
    assert change.fields[0].endswith(" -> H-NEW")
    assert change.fields[1].endswith(" -> 9")
    assert delivered_by(sandbox, "V60-02") == {"HIKARI": "H-NEW", "NORDLYS": "N-7"}
    assert product(sandbox, "V60-02")["supplierCode"] == "HIKARI"


async def test_of_another_than_the_main_supplier_a_cost_is_remarked_upon(stocktrim: StockTrimClient) -> None:
    report = await shown(stocktrim, {"code": "NORDLYS", "products": [{"code": "V60-02", "unit_cost": 3}]})
    assert "'V60-02' gets that of 'NORDLYS', though its main supplier is 'HIKARI'" in report.warnings[0]
    report = await shown(stocktrim, {"code": "NORDLYS", "products": [{"code": "V60-02", "unit_cost": 3, "main": True}]})
    assert not any("gets that of" in one for one in report.warnings)


async def test_another_supplier_is_said_to_be_one_besides_and_the_only_one_is_not(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    for code in ("X-1", "X-2"):
        sandbox.shop.products[code] = {"id": 1, "productId": code}
    sandbox.shop.products["X-2"]["supplierCode"] = "NORDLYS"
    sandbox.shop.changed()
    report = await shown(
        stocktrim, {"code": "HIKARI", "products": [{"code": "X-1", "supplier_sku": "H-1"}, {"code": "X-2"}]}
    )
    assert [one.fields for one in report.changes] == [
        ("delivered by HIKARI, part number H-1",),
        ("also delivered by HIKARI",),
    ]


async def test_a_new_main_supplier_is_shown_with_what_does_not_follow_to_it(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    sandbox.shop.products["30000001"]["leadTime"] = 28
    sandbox.shop.changed()
    wanted = {**ACME, "products": [{"code": "V60-02", "main": True}]}
    assert (await shown(stocktrim, wanted)).warnings == (
        "'V60-02' keeps its own lead time of 28 days, though 'ACME' takes 12.",
        "'V60-02' is still to come from 'HIKARI'; these orders stay there: PO-00016 (48, Sent).",
    )
    assert (await shown(stocktrim, {"code": "HIKARI", "products": [{"code": "V60-02", "main": True}]})).warnings == ()


@pytest.mark.parametrize(
    ("code", "offered", "said"),
    [
        ("HIKARI", True, "For products that are new: add them with create_products, then name them here."),
        (
            "ACME",
            True,
            "For products that are new: save the supplier without them, add them with create_products, then name them "
            "here.",
        ),
        ("HIKARI", False, "For products that are new: add them in StockTrim, then name them here."),
    ],
)
async def test_a_product_that_is_not_there_yet_is_answered_with_the_order_of_calls(
    stocktrim: StockTrimClient, code: str, offered: bool, said: str
) -> None:
    token = menu.set(None if offered else ["save_suppliers"])
    try:
        with pytest.raises(ToolError) as raised:
            await shown(stocktrim, {"code": code, "products": [{"code": "KLEIN-N1"}]})
    finally:
        menu.reset(token)
    assert str(raised.value).splitlines()[-1] == said


async def test_two_calls_at_once_on_one_product_lose_neither_supplier(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    before = set(delivered_by(sandbox, "KETTLE-09"))
    both = [{"code": code, "products": [{"code": "KETTLE-09"}]} for code in ("NORDLYS", "PACKRIGHT")]
    reports = await asyncio.gather(*(saved(stocktrim, one) for one in both))
    assert {report.status for report in reports} == {"applied"}
    assert set(delivered_by(sandbox, "KETTLE-09")) == {*before, "NORDLYS", "PACKRIGHT"}


async def test_what_was_approved_before_another_call_lengthened_the_list_is_not_sent(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    wanted = {"code": "PACKRIGHT", "products": [{"code": "KETTLE-09"}]}
    with stocktrim.changes.preview() as changes:
        await saved(stocktrim, wanted)
    await saved(stocktrim, {"code": "NORDLYS", "products": [{"code": "KETTLE-09"}]})
    with stocktrim.changes.only(changes), pytest.raises(ToolError, match="no longer as it was"):
        await saved(stocktrim, wanted)
    assert "PACKRIGHT" not in delivered_by(sandbox, "KETTLE-09")


async def test_one_product_of_two_suppliers_is_one_change(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    report = await saved(
        stocktrim,
        {**ACME, "products": [{"code": "V60-02", "supplier_sku": "A-1", "main": True}]},
        {"code": "NORDLYS", "products": [{"code": "V60-02", "supplier_sku": "N-1"}]},
    )
    assert [one.noun for one in report.changes] == ["supplier", "product"]
    assert {"HIKARI", "ACME", "NORDLYS"} == set(delivered_by(sandbox, "V60-02"))
    assert writes(sandbox) == ["save_suppliers", "save_product"]


@pytest.mark.parametrize(
    ("suppliers", "said"),
    [
        ([ACME, {**ACME, "code": "acme"}], "'acme': this supplier is named twice in the call."),
        ([{"code": "HIKARI", "products": [{"code": "V60-2"}]}], "There is no product 'V60-2'. Did you mean 'V60-02'"),
        (
            [{"code": "HIKARI", "products": [{"code": "V60-02"}, {"code": "v60-02"}]}],
            "'V60-02': named 2 times with the supplier 'HIKARI'.",
        ),
        (
            [{"code": code, "products": [{"code": "V60-02", "main": True}]} for code in ("HIKARI", "NORDLYS")],
            "'V60-02': has one main supplier, and not 'HIKARI' and 'NORDLYS'.",
        ),
        (
            [
                {"code": code, "products": [{"code": "V60-02", "unit_cost": cost}]}
                for code, cost in (("HIKARI", 2), ("NORDLYS", 3))
            ],
            "'V60-02': StockTrim holds one unit cost a product, and the call gives several.",
        ),
        ([{"code": "Okafor Textiles", "lead_time_days": 3}], "'Okafor Textiles': this supplier carries no code"),
        (
            [{"code": "Okafor Textiles", "products": [{"code": "V60-02", "main": True}]}],
            "'V60-02': the main supplier is named by code, and 'Okafor Textiles' carries none in StockTrim.",
        ),
    ],
)
async def test_what_cannot_be_meant_is_refused_and_nothing_is_sent(
    stocktrim: StockTrimClient, sandbox: Sandbox, suppliers: list[dict[str, Any]], said: str
) -> None:
    with pytest.raises(ToolError) as raised:
        await saved(stocktrim, *suppliers)
    assert str(raised.value).startswith("Nothing was done.")
    assert said in str(raised.value)
    assert writes(sandbox) == []


async def test_every_fault_of_a_call_is_said_at_once(stocktrim: StockTrimClient) -> None:
    with pytest.raises(ToolError) as raised:
        await saved(
            stocktrim,
            {"code": "Okafor Textiles", "lead_time_days": 3},
            {**ACME, "products": [{"code": "NOPE"}, {"code": "V60-02"}, {"code": "V60-02"}]},
        )
    assert [line.partition(":")[0] for line in str(raised.value).splitlines()] == [
        "Nothing was done.",
        "'Okafor Textiles'",
        "There is no product 'NOPE'. Find codes with search.",
        "'V60-02'",
        "For products that are new",
    ]


async def test_products_that_share_a_sku_are_told_apart_by_id(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    sandbox.shop.products["X-1"] = {"id": 1, "productId": "X-1", "productCodeReadable": "SAME"}
    sandbox.shop.products["X-2"] = {"id": 2, "productId": "X-2", "productCodeReadable": "SAME"}
    sandbox.shop.changed()
    with pytest.raises(ToolError, match=r"2 products share this SKU.*'X-1', 'X-2'"):
        await saved(stocktrim, {"code": "HIKARI", "products": [{"code": "SAME"}]})
    report = await saved(stocktrim, {"code": "HIKARI", "products": [{"code": "X-2"}]})
    assert report.status == "applied"
    assert "suppliers" not in sandbox.shop.products["X-1"]
    assert sandbox.shop.products["X-2"]["suppliers"]


async def test_a_new_supplier_nearly_the_same_as_an_old_one_is_remarked_upon(stocktrim: StockTrimClient) -> None:
    report = await shown(stocktrim, {"code": "HIKARI-GLASS", "name": "Hikari Glassworks"}, ACME)
    assert report.warnings == (
        "'HIKARI-GLASS' would be a new supplier beside 'HIKARI' (Hikari Glass Works), which is nearly the same and was "
        "probably meant: then use its code.",
    )
    assert [one.kind for one in report.changes] == ["create", "create"]


@pytest.mark.parametrize("said", ["hikari", "hikari glass works"])
async def test_a_code_in_other_case_or_a_name_means_the_supplier_that_exists(
    stocktrim: StockTrimClient, sandbox: Sandbox, said: str
) -> None:
    before = len(sandbox.shop.suppliers)
    report = await saved(stocktrim, {"code": said, "lead_time_days": 50})
    assert report.warnings[0] == f"{said!r} was taken for 'HIKARI' (Hikari Glass Works)."
    assert report.changes[0].key == "HIKARI"
    assert (len(sandbox.shop.suppliers), truth(sandbox, "HIKARI")["defaultLeadTime"]) == (before, 50)


async def test_a_supplier_without_a_code_is_entered_on_products_as_they_name_it(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    report = await saved(stocktrim, {"code": "okafor textiles", "products": [{"code": "V60-02", "supplier_sku": "O"}]})
    assert report.status == "applied"
    assert not any("Read back" in one for one in report.warnings)
    assert delivered_by(sandbox, "V60-02")["Okafor Textiles"] == "O"


async def test_products_of_a_supplier_that_could_not_be_created_are_not_sent(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault("status", at="save_suppliers", status=400))
    asked = [
        {**ACME, "products": [{"code": "V60-02"}, {"code": "MUG-SAGE"}]},
        {"code": "NORDLYS", "products": [{"code": "KETTLE-09", "supplier_sku": "N-1"}]},
    ]
    report = await saved(stocktrim, *asked)
    assert report.status == "partly_applied"
    assert [(one.key, one.outcome) for one in report.changes if one.outcome != "applied"] == [
        ("ACME", "refused"),
        ("V60-02", "not_sent"),
        ("MUG-SAGE", "not_sent"),
    ]
    assert report.changes[1].said == "Not sent, since its supplier 'ACME' was not created."
    assert "NORDLYS" in delivered_by(sandbox, "KETTLE-09")
    again = await saved(stocktrim, *asked)
    assert again.status == "applied"
    assert {one.key for one in again.changes if one.outcome == "applied"} >= {"ACME", "V60-02"}
    assert "ACME" in delivered_by(sandbox, "V60-02")


async def test_fifty_suppliers_with_a_product_each_are_one_call(open_app: OpenApp, clock: Clock) -> None:
    sandbox = Sandbox(120, today=TODAY, clock=clock, sleep=clock.sleep)
    stocktrim = open_app(sandbox).stocktrim
    codes = list(sandbox.shop.products)[:51]
    many = [{"code": f"NEW-{at}", "products": [{"code": codes[at], "supplier_sku": f"P{at}"}]} for at in range(50)]
    report = await saved(stocktrim, *many)
    assert (report.status, len(report.changes)) == ("applied", 100)
    with pytest.raises(ToolError, match="51 products are named, and one call takes 50"):
        await saved(stocktrim, {"code": "NEW-0", "products": [{"code": code} for code in codes]})


async def test_a_preview_and_its_application_are_the_same_changes(stocktrim: StockTrimClient) -> None:
    asked = {**ACME, "products": [{"code": "V60-02", "supplier_sku": "A-1", "unit_cost": 4.5, "main": True}]}
    with stocktrim.changes.preview() as first:
        await saved(stocktrim, asked)
    with stocktrim.changes.preview() as second:
        await saved(stocktrim, asked)
    assert first == second
    with stocktrim.changes.only(first):
        report = await saved(stocktrim, asked)
    assert report.status == "applied"
    assert first == []


async def test_over_a_session_the_preview_is_shown_and_the_token_applies_exactly_it(app: App, sandbox: Sandbox) -> None:
    asked = {"suppliers": [{**ACME, "products": [{"code": "V60-02", "supplier_sku": "A-1", "main": True}]}]}
    async with Client(server.build(app)) as client:
        preview = data_of(await client.call_tool("save_suppliers", asked))
        assert preview["status"] == "preview"
        assert writes(sandbox) == []
        assert [(one["key"], one["kind"]) for one in preview["changes"]] == [("ACME", "create"), ("V60-02", "change")]
        assert preview["changes"][1]["fields"] == [
            "also delivered by ACME, part number A-1",
            "supplier_code: HIKARI -> ACME",
        ]
        applied = data_of(
            await client.call_tool("save_suppliers", {**asked, "confirm_token": preview["confirm_token"]})
        )
        assert applied["status"] == "applied"
        assert delivered_by(sandbox, "V60-02")["ACME"] == "A-1"
        again = data_of(await client.call_tool("save_suppliers", asked))
        assert again["status"] == "unchanged"
        shown = data_of(await client.call_tool("get_suppliers", {"codes": ["ACME"]}))
        assert (shown["items"][0]["name"], shown["items"][0]["product_count"]) == ("Acme Kettles", 1)


async def test_a_record_that_moved_after_the_preview_is_shown_anew(app: App, sandbox: Sandbox) -> None:
    asked = {"suppliers": [{"code": "HIKARI", "lead_time_days": 45}]}
    async with Client(server.build(app)) as client:
        preview = data_of(await client.call_tool("save_suppliers", asked))
        truth(sandbox, "HIKARI")["defaultLeadTime"] = 61
        sandbox.shop.changed()
        anew = data_of(await client.call_tool("save_suppliers", {**asked, "confirm_token": preview["confirm_token"]}))
    assert anew["status"] == "preview"
    assert anew["changes"][0]["fields"] == ["lead_time_days: 61 -> 45"]
    assert writes(sandbox) == []


async def test_taking_on_a_supplier_is_taken_back_as_one(app: App, sandbox: Sandbox) -> None:
    before = product(sandbox, "V60-02"), len(sandbox.shop.suppliers)
    asked = {"suppliers": [{**ACME, "products": [{"code": "V60-02", "supplier_sku": "A-1", "main": True}]}]}
    async with Client(server.build(app)) as client:
        made = await confirmed(client, "save_suppliers", asked)
        undone = await confirmed(client, "undo_change", {"undo_id": made["undo_id"]})
    assert undone["status"] == "applied"
    after = product(sandbox, "V60-02")
    assert {name: one for name, one in after.items() if one != before[0].get(name)} == {}
    assert len(sandbox.shop.suppliers) == before[1]


async def test_a_field_nobody_knows_and_a_number_nobody_means_are_refused_by_name(app: App) -> None:
    async with Client(server.build(app)) as client:
        for supplier, said in (
            ({"code": "ACME", "phone": "1"}, "suppliers.0.phone: "),
            ({"code": " "}, "suppliers.0.code: a code is needed"),
            ({"code": "A" * 300}, "suppliers.0.code: no code or name is as long"),
            ({"code": "A", "lead_time_days": -1}, "suppliers.0.lead_time_days: must not be less than 0"),
            ({"code": "A", "lead_time_days": 99_999}, "suppliers.0.lead_time_days: must be no more than 3,650"),
            ({"code": "A", "products": [{"code": "V", "unit_cost": 0}]}, "unit_cost: must be more than 0"),
        ):
            result = await client.call_tool("save_suppliers", {"suppliers": [supplier]})
            assert result.is_error
            assert said in text_of(result), text_of(result)
        result = await client.call_tool("save_suppliers", {"suppliers": []})
        assert "suppliers: name at least one" in text_of(result)


async def confirmed(client: Client, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    preview = data_of(await client.call_tool(tool, arguments))
    assert preview["status"] == "preview", preview
    return data_of(await client.call_tool(tool, {**arguments, "confirm_token": preview["confirm_token"]}))


def text_of(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


def data_of(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, text_of(result)
    assert result.structured_content is not None
    return result.structured_content


async def test_an_answer_that_is_lost_leaves_the_supplier_in_doubt_and_its_products_unsent(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault("status", at="save_suppliers", status=500, times=None))
    report = await saved(stocktrim, {**ACME, "products": [{"code": "V60-02"}]})
    assert [(one.key, one.outcome) for one in report.changes] == [("ACME", "unknown"), ("V60-02", "not_sent")]
    assert report.changes[1].said == "Not sent, since its supplier 'ACME' may not be there."
    assert report.status == "unknown"
    sandbox.faults.clear()
    again = await saved(stocktrim, {**ACME, "products": [{"code": "V60-02"}]})
    assert (again.status, list(delivered_by(sandbox, "V60-02"))) == ("applied", ["HIKARI", "ACME"])


async def test_a_supplier_whose_answer_is_lost_after_it_was_made_is_there_all_the_same(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault("reset", at="save_suppliers", applied=True, times=None))
    report = await saved(stocktrim, {**ACME, "products": [{"code": "V60-02"}]})
    assert report.status == "applied"
    assert "reading back shows that the change was made" in " ".join(report.warnings)
    assert "ACME" in delivered_by(sandbox, "V60-02")


async def test_a_link_that_a_deleted_supplier_left_is_mended(stocktrim: StockTrimClient) -> None:
    was = await stocktrim.products.get("MUG-SAGE")
    known = next(one for one in await stocktrim.suppliers.all() if one.code == "NORDLYS")
    await stocktrim.suppliers.delete("NORDLYS")
    await saved(stocktrim, {"code": "NORDLYS", "name": known.name})
    asked = {"code": "NORDLYS", "products": [{"code": "MUG-SAGE"}]}
    report = await saved(stocktrim, asked)
    assert (report.status, report.changes[0].fields) == ("applied", (f"link to NORDLYS: {known.name} -> NORDLYS",))
    now = await stocktrim.products.get("MUG-SAGE")
    assert [one.supplier for one in now.suppliers] == [one.supplier for one in was.suppliers]
    assert (await saved(stocktrim, asked)).status == "unchanged"


async def test_a_new_cost_is_said_to_reach_plans_with_the_next_calculation(stocktrim: StockTrimClient) -> None:
    follows = "Plan and drafts follow costs and lead times only after StockTrim's next calculation: run_forecast."
    mug = {"code": "MUG-SAGE", "unit_cost": 5.3}
    assert follows in (await shown(stocktrim, {"code": "NORDLYS", "products": [mug]})).warnings
    assert follows in (await shown(stocktrim, {"code": "NORDLYS", "lead_time_days": 30})).warnings
    assert follows not in (await shown(stocktrim, {"code": "NORDLYS", "email": "a@b.example"})).warnings
