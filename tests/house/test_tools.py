"""Every tool returns a model, is on the menu once, and names only tools that exist."""

import inspect
import re
from typing import get_args, get_type_hints

import pytest
from mcp import Client
from mcp.server.mcpserver import Resolve

from stocktrim_client import StockTrimClient
from stocktrim_client.changes import in_door
from stocktrim_client.models import Model
from stocktrim_client.operations import OPERATIONS
from stocktrim_client.sandbox import Sandbox
from stocktrim_client.transport import AttemptEvent
from stocktrim_mcp_server import server
from stocktrim_mcp_server.approval import Approved, ConfirmToken
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.prompts import CALL, RECIPES, told
from stocktrim_mcp_server.resources import OVERVIEWS, TEMPLATES
from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.toolbox import ToolFunction, names
from stocktrim_mcp_server.tools import EVERY, TOOLSETS
from tests.conftest import TODAY, Clock
from tests.house.source import ROOT, files
from tests.server.test_every_tool import CALLS
from tests.server.writing.clients import Person

VERBS = (
    "get|find|search|list|save|delete|run|draft|explain|simulate|check|update|undo(?!_id)|create|query|record"
    "|set(?!_aside)"
)
TOOL_WORD = re.compile(rf"\b(?:{VERBS})_[a-z_]+\b")
CHANGING = [function for one in EVERY for function in (*one.writes, *one.deletes)]
BY_ID = {"undo_change"}
"""What needs an id that no table can know."""

LOCAL = {"set_defaults"}
"""What changes nothing in StockTrim, and so needs nobody's approval."""

FUNCTIONS = [function for one in EVERY for function in (*one.reads, *one.writes, *one.deletes)]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_a_tool_returns_a_model_and_is_asynchronous(function: ToolFunction) -> None:
    returned = inspect.signature(function, eval_str=True).return_annotation
    assert inspect.iscoroutinefunction(function)
    assert isinstance(returned, type)
    assert issubclass(returned, Model)


def test_no_name_is_given_twice() -> None:
    assert len(set(names(EVERY))) == len(names(EVERY)) == len(FUNCTIONS)
    assert len({one.name for one in EVERY}) == len(EVERY)


def test_every_toolset_of_the_folder_is_on_the_menu() -> None:
    modules = {function.__module__.rpartition(".")[2] for function in FUNCTIONS}
    written = {path.stem for path in files("stocktrim_mcp_server/tools")} - {"__init__"}
    assert modules == written


def test_what_a_model_reads_names_only_tools_that_exist() -> None:
    texts = [*(said for _, said in server.INSTRUCTIONS), *(inspect.getdoc(function) or "" for function in FUNCTIONS)]
    texts += [path.read_text(encoding="utf-8") for path in (ROOT / "tests/server/menu").glob("*.json")]
    named = {word for text in texts for word in TOOL_WORD.findall(text)}
    assert named <= set(names(EVERY))


def test_prompts_and_resources_name_only_tools_that_exist() -> None:
    texts = [told(recipe, names(EVERY), {one.name: "X" for one in recipe.arguments}) for recipe in RECIPES]
    named = {tool for text in texts for tool, _ in CALL.findall(text)}
    texts += [one.about for one in (*RECIPES, *OVERVIEWS, *TEMPLATES)]
    named |= {word for text in texts for word in TOOL_WORD.findall(text)}
    assert "get_reorder_plan" in named
    assert named <= set(names(EVERY))


def test_readme_names_exactly_the_tools_there_are() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `(\w+)` \|", readme.partition("| tool |")[2].partition("\n\n")[0], re.MULTILINE)
    assert table == names(TOOLSETS)


@pytest.mark.parametrize("function", CHANGING, ids=lambda function: function.__name__)
def test_what_changes_stocktrim_waits_for_approval(function: ToolFunction) -> None:
    if function.__name__ in LOCAL:
        return
    hints, given = get_type_hints(function, include_extras=True), inspect.signature(function).parameters
    assert hints["approved"] == Approved
    assert hints["confirm_token"] == ConfirmToken
    assert given["approved"].default is inspect.Parameter.empty
    assert given["confirm_token"].default is None


def test_what_only_reads_asks_for_no_approval() -> None:
    for function in FUNCTIONS:
        if function not in CHANGING or function.__name__ in LOCAL:
            assert not {"approved", "confirm_token"} & inspect.signature(function).parameters.keys()


def test_no_schema_offers_a_dependency() -> None:
    tools = [tool for one in EVERY for tool in one.tools(call_seconds=1)]
    for tool, function in zip(tools, FUNCTIONS, strict=True):
        assert tool.name == function.__name__
        hints = get_type_hints(function, include_extras=True)
        lent = {name for name, hint in hints.items() if any(isinstance(one, Resolve) for one in get_args(hint)[1:])}
        arguments = set(inspect.signature(function).parameters) - lent
        assert set(tool.parameters["properties"]) == arguments
        assert not {"approved", "stocktrim", "app", "account", "tell", "ctx", "context"} & arguments


@pytest.mark.parametrize("tool", sorted({function.__name__ for function in CHANGING} - LOCAL))
async def test_every_changing_request_of_a_tool_passes_the_door(tool: str) -> None:
    inside: dict[str, list[bool]] = {}

    def watch(event: AttemptEvent) -> None:
        if event.operation.retry != "read":
            inside.setdefault(event.operation.name, []).append(in_door.get() is not None)

    clock = Clock()
    sandbox = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep)

    def connect(settings: Settings) -> StockTrimClient:
        return StockTrimClient("sandbox", "sandbox", transport=sandbox, sleep=clock.sleep, on_attempt=watch)

    app = App(Settings(sandbox=True, log_level="ERROR", toolsets=("all",)), connect, now=sandbox.now)
    async with Client(server.build(app), elicitation_callback=Person()) as client:
        for arguments in CALLS[tool]:
            await client.call_tool(tool, arguments)
    await app.aclose()
    changing = {one.name for one in OPERATIONS if one.retry != "read"}
    sent = [one for one in sandbox.requests if one.operation in changing]
    assert sum(map(len, inside.values())) == len(sent)
    assert all(all(those) for those in inside.values())
    assert sent or tool in BY_ID
