"""Which tools an owner has on the menu, by group and by name."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from mcp import Client
from mcp_types import CallToolResult, TextContent
from pydantic import SecretStr

from stocktrim_client.changes import caller
from stocktrim_client.sandbox import Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App, own_folder
from stocktrim_mcp_server.settings import Settings, SettingsError
from stocktrim_mcp_server.toolbox import names
from stocktrim_mcp_server.tools import EVERY, OPTIONAL, TOOLSETS, missing, offered

Era = Literal["auto", "legacy"]
OpenApp = Callable[..., App]

USUAL = names(TOOLSETS)
PLANNING = ["get_reorder_plan", "explain_reorder", "simulate_reorder", "check_planning_data"]


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> Era:
    return request.param


def text_of(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


def menu(toolsets: str = "", tools: str = "", *, read_only: bool = False) -> list[str]:
    return names(offered(Settings(toolsets=tuple(toolsets.split()), tools=tuple(tools.split()), read_only=read_only)))


@pytest.mark.parametrize(
    ("toolsets", "tools", "there"),
    [
        ("", "", USUAL),
        ("default", "", USUAL),
        ("all", "", names(EVERY)),
        ("planning", "", PLANNING),
        ("query planning", "", [*PLANNING, "query_data"]),
        ("planning", "search", [*PLANNING, "search"]),
        ("", "search get_reorder_plan", ["get_reorder_plan", "search"]),
        ("", "-run_forecast", [name for name in USUAL if name != "run_forecast"]),
        ("planning", "-simulate_reorder -run_forecast", [name for name in PLANNING if name != "simulate_reorder"]),
        ("", "search get_status -search", ["get_status"]),
        *((one.name, "", names([one])) for one in EVERY),
    ],
)
def test_groups_come_first_then_single_tools_and_what_is_left_out(toolsets: str, tools: str, there: list[str]) -> None:
    assert menu(toolsets, tools) == there


def test_read_only_goes_before_every_name() -> None:
    reads = {function.__name__ for one in EVERY for function in one.reads}
    assert menu(read_only=True) == [name for name in USUAL if name in reads]
    assert menu("all", read_only=True) == [name for name in names(EVERY) if name in reads]
    assert menu("status", "run_forecast search", read_only=True) == ["search", "get_status"]
    with pytest.raises(SettingsError, match="leave no tool of a read-only server"):
        menu("", "run_forecast", read_only=True)


@pytest.mark.parametrize(
    ("toolsets", "tools", "said"),
    [
        ("planing", "", "There is no toolset 'planing'. Did you mean 'planning'? STOCKTRIM_TOOLSETS (--toolsets) may"),
        ("", "get_products_", "There is no tool 'get_products_'. Did you mean 'get_products'?"),
        ("", "-x", "There is no tool 'x'. STOCKTRIM_TOOLS (--tools) may name get_reorder_plan, "),
        ("", "planning", "There is no tool 'planning'"),
        ("", "-", "There is no tool ''"),
        ("query", "-query_data", "leave no tool."),
    ],
)
def test_a_name_that_is_none_is_an_error_that_lists_the_right_ones(toolsets: str, tools: str, said: str) -> None:
    with pytest.raises(SettingsError) as failure:
        menu(toolsets, tools)
    assert said in str(failure.value)
    assert "\n" not in str(failure.value)


async def test_what_is_not_on_the_menu_is_not_listed_and_refused_when_called(
    open_app: OpenApp, sandbox: Sandbox, era: Era
) -> None:
    app = open_app(sandbox, toolsets=("planning",), tools=("get_status", "-check_planning_data"))
    async with Client(server.build(app), mode=era) as client:
        there = [tool.name for tool in (await client.list_tools()).tools]
        refused = await client.call_tool("search", {"query": "tea"})
        left_out = await client.call_tool("check_planning_data", {})
        unknown = await client.call_tool("explain_order", {})
        answered = await client.call_tool("get_status", {})
    assert there == ["get_reorder_plan", "explain_reorder", "simulate_reorder", "get_status"]
    assert refused.is_error
    assert left_out.is_error
    assert "STOCKTRIM_TOOLSETS=planning,lookup would bring it" in text_of(refused)
    assert "STOCKTRIM_TOOLS without -check_planning_data would bring it" in text_of(left_out)
    assert f"tools: {', '.join(there)}." in text_of(refused)
    assert "Did you mean 'explain_reorder'?" in text_of(unknown)
    assert not answered.is_error
    assert sandbox.requests
    assert "list_products" not in {request.operation for request in sandbox.requests}


async def test_a_read_only_server_refuses_a_change_by_the_name_of_its_setting(
    open_app: OpenApp, sandbox: Sandbox, era: Era
) -> None:
    async with Client(server.build(open_app(sandbox, read_only=True)), mode=era) as client:
        refused = await client.call_tool("run_forecast", {})
    assert refused.is_error
    assert "STOCKTRIM_READ_ONLY" in text_of(refused)
    assert sandbox.requests == []


def test_who_was_let_in_is_not_told_of_settings_that_are_not_theirs() -> None:
    token = caller.set("anna")
    try:
        said = missing("run_forecast", Settings(read_only=True))
        left_out = missing("search", Settings(tools=("-search",)))
    finally:
        caller.reset(token)
    assert said.startswith("run_forecast changes something, and this server is read-only to you: ask whoever runs it.")
    assert left_out.startswith("search is not on your menu: ask whoever runs it.")
    assert "STOCKTRIM_" not in said + left_out


@pytest.mark.parametrize("tool", names(EVERY))
@pytest.mark.parametrize(("toolsets", "tools"), [("", ""), ("query", ""), ("", "query_data"), ("", "-run_forecast")])
def test_the_setting_that_is_named_brings_the_tool_and_leaves_the_others(toolsets: str, tools: str, tool: str) -> None:
    before = menu(toolsets, tools)
    if tool in before or f"-{tool}" in tools:
        return
    said = missing(tool, Settings(toolsets=tuple(toolsets.split()), tools=tuple(tools.split())))
    name, _, value = said.partition("; ")[2].partition(" would")[0].partition("=")
    more = {"STOCKTRIM_TOOLSETS": toolsets, "STOCKTRIM_TOOLS": tools, name: value.replace(",", " ")}
    assert {tool, *before} <= set(menu(more["STOCKTRIM_TOOLSETS"], more["STOCKTRIM_TOOLS"]))


def test_a_tool_that_is_no_more_than_a_long_word_is_cut() -> None:
    assert len(missing("x" * 10_000, Settings())) < 1000


def test_no_group_has_the_name_of_a_tool_or_of_a_word_for_groups() -> None:
    assert not {one.name for one in EVERY} & {*names(EVERY), "default", "all"}
    assert [one.name for one in EVERY] == [one.name for one in (*TOOLSETS, *OPTIONAL)]
    assert all(one.description for one in EVERY)


def test_an_account_has_a_folder_of_its_own_and_a_sandbox_none(tmp_path: Path) -> None:
    one = Settings(data_folder=tmp_path, auth_id=SecretStr("tenant-1"), auth_signature=SecretStr("hush"))
    other = one.model_copy(update={"auth_id": SecretStr("tenant-2")})
    folders = own_folder(one), own_folder(other)
    assert None not in folders
    assert len({*folders, own_folder(one)}) == 2
    assert "tenant-1" not in str(folders[0])
    assert own_folder(Settings(data_folder=tmp_path, sandbox=True)) is None
    assert own_folder(Settings()) is None
