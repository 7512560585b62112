"""Every tool returns a model, is on the menu once, and names only tools that exist."""

import inspect
import re

import pytest

from stocktrim_client.models import Model
from stocktrim_mcp_server import server
from stocktrim_mcp_server.prompts import CALL, RECIPES, told
from stocktrim_mcp_server.resources import OVERVIEWS, TEMPLATES
from stocktrim_mcp_server.toolbox import ToolFunction, names
from stocktrim_mcp_server.tools import EVERY, TOOLSETS
from tests.house.source import ROOT, files

VERBS = (
    "get|find|search|list|save|delete|run|draft|explain|simulate|check|update|undo(?!_id)|create|query|record"
    "|set(?!_aside)"
)
TOOL_WORD = re.compile(rf"\b(?:{VERBS})_[a-z_]+\b")
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
