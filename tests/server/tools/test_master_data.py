"""Customers, locations and bills of materials, saved over a sandboxed client."""

from collections.abc import Callable
from typing import Any

import pytest
from mcp import Client
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.approval import Approval
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.tools.master_data import (
    Component,
    SavedCustomer,
    SavedLocation,
    delete_bill_of_materials,
    save_bill_of_materials,
    save_customers,
    save_locations,
)
from stocktrim_mcp_server.writing import WriteReport
from tests.client.sandboxed import writes
from tests.conftest import TODAY, Clock

OpenApp = Callable[..., App]
READINGS = Quirks.readings()
YES = Approval()
every_reading = pytest.mark.parametrize("reading", READINGS)


def made(open_app: OpenApp, clock: Clock, reading: str) -> tuple[Sandbox, StockTrimClient]:
    sandbox = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=READINGS[reading])
    return sandbox, open_app(sandbox).stocktrim


async def customers(stocktrim: StockTrimClient, *wanted: dict[str, Any]) -> WriteReport:
    return await save_customers(tuple(SavedCustomer.model_validate(one) for one in wanted), stocktrim, YES)


async def locations(stocktrim: StockTrimClient, *wanted: dict[str, Any]) -> WriteReport:
    return await save_locations(tuple(SavedLocation.model_validate(one) for one in wanted), stocktrim, YES)


async def added(stocktrim: StockTrimClient, product: str, **quantities: float) -> WriteReport:
    parts = tuple(Component(code=code.replace("_", "-"), quantity=each) for code, each in quantities.items())
    return await save_bill_of_materials(product, parts, stocktrim, YES)


async def removed(stocktrim: StockTrimClient, product: str, *components: str) -> WriteReport:
    return await delete_bill_of_materials(product, components, stocktrim, YES)


def lines(sandbox: Sandbox, product: str) -> dict[str, float]:
    return {one["componentId"]: one["quantity"] for one in sandbox.shop.boms.values() if one["productId"] == product}


@every_reading
async def test_customers_are_created_and_changed_in_one_call(open_app: OpenApp, clock: Clock, reading: str) -> None:
    sandbox, stocktrim = made(open_app, clock, reading)
    asked = [{"code": "NEW/1", "name": "Blue Door"}, {"code": "O'NEIL", "city": "Cobh", "email": None}]
    with stocktrim.changes.preview() as shown:
        preview = await customers(stocktrim, *asked)
    assert writes(sandbox) == []
    assert [one.kind for one in preview.changes] == ["create", "change"]
    said = "StockTrim's API cannot delete customers: once created, 'NEW/1' can be changed, and not taken back."
    assert preview.warnings == (said,)
    with stocktrim.changes.only(shown):
        report = await customers(stocktrim, *asked)
    assert (report.status, report.warnings) == ("applied", (said,))
    held = {one.get("code"): one for one in sandbox.shop.customers.values()}
    assert held["NEW/1"]["name"] == "Blue Door"
    assert (held["O'NEIL"]["city"], held["O'NEIL"]["streetAddress"]) == ("Cobh", "2 Coal Quay")
    assert (await customers(stocktrim, *asked)).status == "unchanged"


async def test_a_customer_that_is_probably_there_is_remarked_upon(stocktrim: StockTrimClient) -> None:
    with stocktrim.changes.preview():
        report = await customers(
            stocktrim, {"code": "LUMEN", "name": "Cafe Lumen"}, {"code": "hotel-aura", "city": "T"}
        )
    assert report.warnings[0] == "'hotel-aura' was taken for 'HOTEL-AURA' (Hotel Aura)."
    assert "beside 'CAFE-LUMEN' (Café Lumen), which is nearly the same" in report.warnings[1]
    assert [one.key for one in report.changes] == ["LUMEN", "HOTEL-AURA"]


async def test_a_customer_named_twice_is_refused(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    with pytest.raises(ToolError, match="stands twice in the call: see"):
        await customers(stocktrim, {"code": "HOTEL-AURA", "city": "A"}, {"code": "hotel-aura", "city": "B"})
    assert writes(sandbox) == []


async def test_where_the_customers_cannot_be_listed_each_is_still_looked_up(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault("status", at="list_customers", status=500, times=None))
    report = await customers(stocktrim, {"code": "HOTEL-AURA", "city": "Turku"})
    assert report.status == "applied"
    assert report.changes[0].kind == "change"
    assert report.warnings == (
        "The list of customers could not be read, so nearly the same names were not looked for.",
    )


@every_reading
async def test_locations_are_created_and_changed_and_what_is_not_shown_is_said(
    open_app: OpenApp, clock: Clock, reading: str
) -> None:
    sandbox, stocktrim = made(open_app, clock, reading)
    asked = [{"code": "L-9", "name": "Annex"}, {"code": "MAIN", "external_id": "L-77"}]
    with stocktrim.changes.preview() as shown:
        preview = await locations(stocktrim, *asked)
    assert writes(sandbox) == []
    assert "StockTrim shows no location 'L-9', and may hide some it has" in preview.warnings[0]
    assert "cannot delete locations: once created, 'L-9' can be changed" in preview.warnings[1]
    with stocktrim.changes.only(shown):
        report = await locations(stocktrim, *asked)
    assert report.status == "applied"
    held = {one["locationCode"]: one for one in sandbox.shop.locations.values()}
    assert held["L-9"]["locationName"] == "Annex"
    assert (held["MAIN"]["locationName"], held["MAIN"]["externalId"]) == ("Main Warehouse", "L-77")
    assert {one.operation for one in sandbox.requests} & {"save_location", "save_location_by_code_or_name"} == {
        "save_location"
    }


async def test_a_name_that_another_location_bears_is_remarked_upon(stocktrim: StockTrimClient) -> None:
    with stocktrim.changes.preview():
        report = await locations(stocktrim, {"code": "MAIN-2", "name": "main warehouse"}, {"code": "shop", "name": "S"})
    said = " ".join(report.warnings)
    assert "The name 'main warehouse' is that of 'MAIN' (Main Warehouse) as well; both would bear it." in said
    assert "'shop' was taken for 'SHOP' (Harbour Street Shop)." in said


@every_reading
async def test_components_are_added_and_taken_out(open_app: OpenApp, clock: Clock, reading: str) -> None:
    sandbox, stocktrim = made(open_app, clock, reading)
    with stocktrim.changes.preview() as shown:
        preview = await added(stocktrim, "KETTLE-09", BAG_1KG=1, MUG_SAGE=2)
    assert writes(sandbox) == []
    assert "'KETTLE-09' has no components yet" in preview.warnings[1]
    assert preview.changes[0].fields == ("quantity: 1",)
    assert (preview.changes[0].name or "").startswith("Coffee bag 1 kg, matte black in ")
    with stocktrim.changes.only(shown):
        report = await added(stocktrim, "KETTLE-09", BAG_1KG=1, MUG_SAGE=2)
    assert report.status == "applied"
    assert lines(sandbox, "KETTLE-09") == {"BAG-1KG": 1, "30000009": 2}
    assert (await added(stocktrim, "KETTLE-09", BAG_1KG=1)).status == "unchanged"
    report = await removed(stocktrim, "KETTLE-09", "mug-sage")
    assert (report.status, report.changes[0].fields) == ("applied", ("quantity: 2",))
    assert lines(sandbox, "KETTLE-09") == {"BAG-1KG": 1}
    report = await removed(stocktrim, "KETTLE-09", "BAG-1KG")
    assert report.warnings[-1].startswith("These are all components of 'KETTLE-09'")
    assert lines(sandbox, "KETTLE-09") == {}
    assert len(sandbox.shop.boms) == 6


@pytest.mark.parametrize(
    ("product", "components", "said"),
    [
        ("COF-HOUSE-1KG", {"BAG_1KG": 2}, "'BAG-1KG': 'COF-HOUSE-1KG' holds it already (1 each)"),
        ("COF-HOUSE-1KG", {"COF_HOUSE_1KG": 1}, "'COF-HOUSE-1KG' cannot be made of itself."),
        (
            "BAG-1KG",
            {"GIFT_MORNING": 1},
            "'GIFT-MORNING': 'BAG-1KG' cannot be made of a part that 'BAG-1KG' goes into.",
        ),
        ("KETTLE-09", {"BAG_1KG": 1, "bag_1kg": 1}, "stands 2 times in the call"),
        ("KETTLE-09", {"BAG_2KG": 1}, "There is no product 'BAG-2KG'. Did you mean 'BAG-1KG'"),
        ("KETTEL-09", {"BAG_1KG": 1}, "There is no product 'KETTEL-09'. Did you mean 'KETTLE-09'"),
    ],
)
async def test_components_that_cannot_be_meant_are_refused(
    stocktrim: StockTrimClient, sandbox: Sandbox, product: str, components: dict[str, float], said: str
) -> None:
    with pytest.raises(ToolError) as raised:
        await added(stocktrim, product, **components)
    assert said in str(raised.value)
    assert writes(sandbox) == []


async def test_a_line_in_another_quantity_is_offered_to_be_deleted_first(stocktrim: StockTrimClient) -> None:
    with pytest.raises(ToolError, match=r"Delete that line first with delete_bill_of_materials, then add it with 2\."):
        await added(stocktrim, "COF-HOUSE-1KG", BAG_1KG=2)


async def test_what_is_no_component_is_not_taken_out(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    with pytest.raises(ToolError) as raised:
        await removed(stocktrim, "COF-HOUSE-1KG", "BAG-1KG", "BAG-2KG")
    assert str(raised.value) == (
        "Nothing was done. 'BAG-2KG': it is no component of 'COF-HOUSE-1KG'. Did you mean 'BAG-1KG'? Its components: "
        "'GREEN-BRA', 'GREEN-ETH', 'BAG-1KG'."
    )
    with pytest.raises(ToolError, match="'KETTLE-09' has no components"):
        await removed(stocktrim, "KETTLE-09", "BAG-1KG")
    assert writes(sandbox) == []


async def test_lines_that_stand_twice_go_together_and_assembly_days_do_not_come_back(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    double = next(one for one in sandbox.shop.boms.values() if one["componentId"] == "GREEN-BRA")
    sandbox.shop.boms[1] = {**double, "id": 1, "quantity": 0.5}
    sandbox.shop.changed()
    with stocktrim.changes.preview():
        report = await removed(stocktrim, "COF-HOUSE-1KG", "GREEN-BRA")
    assert report.warnings[1:] == (
        "'GREEN-BRA' stands 2 times in 'COF-HOUSE-1KG' (0.8, 0.5): all of these lines go.",
        "StockTrim's API cannot set assembly days: added again, 'GREEN-BRA' comes back without them (now 1).",
    )
    assert report.changes[0].fields == ("quantity: 0.8", "assembly_days: 1")
    await removed(stocktrim, "COF-HOUSE-1KG", "GREEN-BRA")
    assert set(lines(sandbox, "COF-HOUSE-1KG")) == {"GREEN-ETH", "BAG-1KG"}
    queries = [one.query for one in sandbox.requests if one.operation == "delete_bill_of_materials"]
    assert queries == [{"productid": "COF-HOUSE-1KG", "componentid": "GREEN-BRA"}]


@pytest.fixture
def whole(open_app: OpenApp, sandbox: Sandbox) -> App:
    return open_app(sandbox, toolsets=("default", "master_data"))


async def test_master_data_is_there_only_by_name(app: App, whole: App) -> None:
    tools = {"save_customers", "save_locations", "save_bill_of_materials", "delete_bill_of_materials"}
    async with Client(server.build(app)) as usual, Client(server.build(whole)) as client:
        assert not tools & {tool.name for tool in (await usual.list_tools()).tools}
        assert tools < {tool.name for tool in (await client.list_tools()).tools}


async def test_over_a_session_components_are_taken_out_and_put_back(whole: App, sandbox: Sandbox) -> None:
    before = lines(sandbox, "GIFT-MORNING")
    asked = {"product": "gift-morning", "components": "BOX-GIFT,MUG-SAGE"}
    async with Client(server.build(whole)) as client:
        preview = data_of(await client.call_tool("delete_bill_of_materials", asked))
        assert (preview["status"], writes(sandbox)) == ("preview", [])
        token = {"confirm_token": preview["confirm_token"]}
        made = data_of(await client.call_tool("delete_bill_of_materials", {**asked, **token}))
        assert set(lines(sandbox, "GIFT-MORNING")) == {"COF-HOUSE-1KG"}
        undo = {"undo_id": made["undo_id"]}
        preview = data_of(await client.call_tool("undo_change", undo))
        data_of(await client.call_tool("undo_change", {**undo, "confirm_token": preview["confirm_token"]}))
    assert lines(sandbox, "GIFT-MORNING") == before


async def test_a_person_who_says_no_leaves_all_as_it_is(whole: App, sandbox: Sandbox) -> None:
    questions: list[str] = []

    async def declined(context: object, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        return ElicitResult(action="decline")

    async with Client(server.build(whole), elicitation_callback=declined) as client:
        asked = {"customers": [{"code": "NEW", "name": "Blue Door"}]}
        answer = data_of(await client.call_tool("save_customers", asked))
    assert answer["status"] == "declined"
    assert writes(sandbox) == []
    assert "StockTrim's API cannot delete customers" in questions[0]
    assert "Blue Door" in questions[0]


def data_of(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return result.structured_content
