"""Defaults over a session, and what other tools make of them."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from mcp import Client
from mcp_types import CallToolResult, TextContent

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Fault, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.tools.defaults import USED_BY, Part
from tests.conftest import NOW, TODAY

Era = Literal["auto", "legacy"]
OpenApp = Callable[..., App]


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> Era:
    return request.param


@pytest.fixture
def app(open_app: OpenApp, sandbox: Sandbox) -> App:
    return open_app(sandbox, toolsets=("default", "defaults"))


def text_of(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


def data_of(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, text_of(result)
    assert result.structured_content is not None
    return result.structured_content


def suppliers_in(plan: dict[str, Any]) -> set[str]:
    return {group["key"] for group in plan["groups"]}


async def test_a_default_narrows_every_answer_that_says_nothing_else_and_is_named(app: App, era: Era) -> None:
    async with Client(server.build(app), mode=era) as client:
        whole = data_of(await client.call_tool("get_reorder_plan", {}))
        kept = data_of(await client.call_tool("set_defaults", {"suppliers": "hikari", "days": "3649"}))
        narrow = await client.call_tool("get_reorder_plan", {"suppliers": None, "limit": 50})
        other = data_of(await client.call_tool("get_reorder_plan", {"suppliers": ["Okafor Textiles"]}))
        everything = data_of(await client.call_tool("get_reorder_plan", {"suppliers": ["all"], "horizon_days": 3650}))
        orders = data_of(await client.call_tool("find_purchase_orders", {}))
        one = data_of(await client.call_tool("find_purchase_orders", {"references": ["PO/7 #1?&+%"]}))
        simulated = data_of(await client.call_tool("simulate_reorder", {}))
    assert (kept["suppliers"], kept["days"]) == (["HIKARI"], 3649)
    assert kept["warnings"] == ["The sandbox keeps nothing between sessions."]
    assert kept["used"][1] == "days (by get_reorder_plan)"
    assert suppliers_in(data_of(narrow)) == {"HIKARI"} < suppliers_in(whole)
    said = "Default suppliers HIKARI used: pass suppliers to override, suppliers=['all'] for all."
    assert data_of(narrow)["warnings"][0] == said
    assert text_of(narrow).startswith(f"Warning: {said}\n\nWarning: Default horizon_days 3649 used")
    assert not any("Default suppliers" in one for one in other.get("warnings", ()))
    assert suppliers_in(everything) == suppliers_in(whole)
    assert everything["plan_id"] == whole["plan_id"]
    assert {order["supplier"] for order in orders["items"]} == {"HIKARI"}
    assert one["items"]
    assert not any("Default" in warning for warning in one.get("warnings", ()))
    assert any("Default suppliers HIKARI used" in warning for warning in simulated["warnings"])


async def test_defaults_are_shown_changed_one_by_one_and_forgotten(app: App, era: Era) -> None:
    async with Client(server.build(app), mode=era) as client:
        none = data_of(await client.call_tool("get_defaults", {}))
        await client.call_tool("set_defaults", {"locations": ["Main warehouse", "main"], "days": 7})
        both = data_of(await client.call_tool("set_defaults", {"suppliers": ["HIKARI"], "locations": []}))
        again = data_of(await client.call_tool("get_defaults", {}))
        left = data_of(await client.call_tool("set_defaults", {"forget": "locations,days"}))
    assert "There are no defaults" in none["warnings"][0]
    assert (both["suppliers"], both["locations"], both["days"]) == (["HIKARI"], ["MAIN"], 7)
    assert {name: again[name] for name in ("suppliers", "locations", "days")} == {
        name: both[name] for name in ("suppliers", "locations", "days")
    }
    assert left["suppliers"] == ["HIKARI"]
    assert not {"locations", "days"} & set(left)


@pytest.mark.parametrize(
    "arguments",
    [
        {"forget": ["all"]},
        {"forget": "*"},
        {"suppliers": ["all"], "categories": "*", "locations": "ALL", "days": 3650},
        {"forget": ["suppliers", "categories"], "locations": ["*"], "days": 3650},
    ],
)
async def test_the_word_for_all_drops_a_default(app: App, era: Era, arguments: dict[str, Any]) -> None:
    everything = {"suppliers": ["HIKARI"], "categories": ["Tea"], "locations": ["MAIN"], "days": 7}
    async with Client(server.build(app), mode=era) as client:
        await client.call_tool("set_defaults", everything)
        left = data_of(await client.call_tool("set_defaults", arguments))
    assert not {*everything, "used"} & set(left)


async def test_of_defaults_set_at_a_time_none_is_lost(open_app: OpenApp, sandbox: Sandbox, era: Era) -> None:
    app = open_app(sandbox, toolsets=("defaults",))
    wanted: list[dict[str, Any]] = [{"suppliers": ["HIKARI"]}, {"days": 7}, {"locations": ["MAIN"]}]
    async with Client(server.build(app), mode=era) as client:
        for _ in range(5):
            await client.call_tool("set_defaults", {"forget": ["all"]})
            await asyncio.gather(*(client.call_tool("set_defaults", one) for one in wanted))
            kept = data_of(await client.call_tool("get_defaults", {}))
            assert {"suppliers": ["HIKARI"], "days": 7, "locations": ["MAIN"]}.items() <= kept.items()


@pytest.mark.parametrize("blank", [" ", [""], '[""]'])
async def test_a_blank_list_is_one_left_out(app: App, blank: Any) -> None:
    async with Client(server.build(app)) as client:
        await client.call_tool("set_defaults", {"suppliers": "hikari"})
        assert suppliers_in(data_of(await client.call_tool("get_reorder_plan", {"suppliers": blank}))) == {"HIKARI"}


async def test_the_tools_said_to_use_a_default_are_those_that_have_an_argument_for_it(app: App) -> None:
    async with Client(server.build(app)) as client:
        listed = (await client.list_tools()).tools
    # What changes something takes what it is told alone.
    tools = [tool for tool in listed if tool.annotations and tool.annotations.read_only_hint]
    arguments: dict[Part, set[str]] = {
        "suppliers": {"suppliers"},
        "categories": {"categories"},
        "locations": {"locations", "location"},
        "days": {"horizon_days"},
    }
    for part, names in arguments.items():
        having = [tool.name for tool in tools if names & set(tool.input_schema["properties"])]
        assert sorted(having) == sorted(USED_BY[part]), part


async def test_tools_that_are_not_offered_are_not_said_to_use_a_default(open_app: OpenApp, sandbox: Sandbox) -> None:
    app = open_app(sandbox, toolsets=("defaults", "orders"))
    async with Client(server.build(app)) as client:
        kept = data_of(await client.call_tool("set_defaults", {"suppliers": ["HIKARI"], "days": 3}))
    assert kept["used"] == ["suppliers (by find_purchase_orders)", "days (by none of the tools offered)"]


async def test_a_star_asks_for_all_wherever_leaving_out_does(open_app: OpenApp, sandbox: Sandbox, era: Era) -> None:
    async with Client(server.build(open_app(sandbox)), mode=era) as client:
        every = data_of(await client.call_tool("get_suppliers", {"codes": ["*"]}))
        plan = data_of(await client.call_tool("get_reorder_plan", {"suppliers": "*", "locations": '["*"]'}))
        whole = data_of(await client.call_tool("get_reorder_plan", {}))
        needed = await client.call_tool("get_products", {"codes": ["*"]})
    assert len(every["items"]) > 3
    assert plan["plan_id"] == whole["plan_id"]
    assert "There is no product '*'" in text_of(needed)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            {"suppliers": ["HIKARY"]},
            "suppliers: there is no 'HIKARY'. Did you mean 'Hikari Glass Works' (code 'HIKARI')? Nothing was kept.",
        ),
        ({"suppliers": ["glass"]}, "Did you mean 'Hikari Glass Works' (code 'HIKARI')?"),
        ({"locations": ["harbour"]}, "Did you mean 'Harbour Street Shop' (code 'SHOP')?"),
        ({"categories": ["xtil"]}, "Did you mean 'Textiles'?"),
        (
            {"suppliers": ["HIKARI", "qqq"], "categories": ["zzz"]},
            "suppliers: there is no 'qqq'. categories: there is no 'zzz'. Nothing was kept.",
        ),
        ({"locations": ["NOWHERE-AT-ALL"]}, "locations: there is no 'NOWHERE-AT-ALL'."),
        ({"categories": ["zzz"], "days": 3}, "categories: there is no 'zzz'."),
        ({"days": -1}, "days: Input should be greater than or equal to 0"),
    ],
)
async def test_a_default_that_would_empty_every_answer_is_refused(
    app: App, era: Era, arguments: dict[str, Any], said: str
) -> None:
    async with Client(server.build(app), mode=era) as client:
        refused = await client.call_tool("set_defaults", arguments)
        after = data_of(await client.call_tool("get_defaults", {}))
    assert refused.is_error
    assert said in text_of(refused)
    assert "There are no defaults" in after["warnings"][0]


async def test_a_default_is_named_in_an_error_too(app: App, sandbox: Sandbox, era: Era) -> None:
    async with Client(server.build(app), mode=era) as client:
        await client.call_tool("set_defaults", {"suppliers": ["HIKARI"]})
        refused = await client.call_tool("get_reorder_plan", {"cursor": "nonsense"})
    assert refused.is_error
    assert "Default suppliers HIKARI used" in text_of(refused)


async def test_a_code_that_cannot_be_checked_is_kept_and_says_so(app: App, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", at="list_suppliers", status=500, times=None))
    async with Client(server.build(app)) as client:
        kept = data_of(await client.call_tool("set_defaults", {"suppliers": ["WHOEVER"]}))
    assert kept["suppliers"] == ["WHOEVER"]
    assert "Kept unchecked" in kept["warnings"][0]


async def test_defaults_are_known_to_the_next_start_of_the_same_account_alone(tmp_path: Path) -> None:
    sandbox = Sandbox(today=TODAY)

    def connect(settings: Settings) -> StockTrimClient:
        return StockTrimClient("sandbox", "sandbox", transport=sandbox)

    def opened(url: str) -> App:
        settings = Settings(toolsets=("default", "defaults"), data_folder=tmp_path, api_url=url, log_level="ERROR")
        return App(settings, connect, now=lambda: NOW)

    one, again, other = opened("https://one"), opened("https://one"), opened("https://other")
    async with Client(server.build(one)) as client:
        kept = data_of(await client.call_tool("set_defaults", {"categories": ["tea"]}))
    async with Client(server.build(again)) as client:
        plan = data_of(await client.call_tool("get_reorder_plan", {}))
    async with Client(server.build(other)) as client:
        whole = data_of(await client.call_tool("get_reorder_plan", {}))
    assert kept["kept"] == "for this account, also in later sessions"
    assert "Default categories" in plan["warnings"][0]
    assert not any("Default" in one for one in whole.get("warnings", ()))
    for app in (one, again, other):
        await app.aclose()


async def test_a_folder_that_cannot_be_written_to_is_said(app: App, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder", encoding="utf-8")
    settings = Settings(toolsets=("defaults",), data_folder=blocked / "below", log_level="ERROR")
    it = App(settings, app.connect)
    async with Client(server.build(it)) as client:
        refused = await client.call_tool("set_defaults", {"days": 3})
    await it.aclose()
    assert refused.is_error
    assert "check STOCKTRIM_DATA_FOLDER" in text_of(refused)


async def test_without_the_toolset_defaults_are_neither_offered_nor_used(
    open_app: OpenApp, sandbox: Sandbox, era: Era
) -> None:
    app = open_app(sandbox)
    app.remembered.write(app.remembered.read()[0].model_copy(update={"suppliers": ("HIKARI",)}))
    async with Client(server.build(app), mode=era) as client:
        plan = data_of(await client.call_tool("get_reorder_plan", {}))
        refused = await client.call_tool("get_defaults", {})
    assert len(suppliers_in(plan)) > 1
    assert "STOCKTRIM_TOOLSETS=default,defaults would bring it" in text_of(refused)


async def test_a_read_only_server_uses_defaults_but_a_model_cannot_set_them(
    open_app: OpenApp, sandbox: Sandbox, era: Era
) -> None:
    app = open_app(sandbox, toolsets=("all",), read_only=True)
    app.remembered.write(app.remembered.read()[0].model_copy(update={"suppliers": ("HIKARI",)}))
    async with Client(server.build(app), mode=era) as client:
        plan = data_of(await client.call_tool("get_reorder_plan", {}))
        refused = await client.call_tool("set_defaults", {"days": 3})
    assert suppliers_in(plan) == {"HIKARI"}
    assert refused.is_error
