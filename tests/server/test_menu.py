"""Exactly what a model is shown of each tool, kept in tests/server/menu, one file per tool.

To accept a change: `ACCEPT_MENU=1 pytest tests/server/test_menu.py`, then read the difference before committing it.
"""

import json
import os
from pathlib import Path
from typing import Any, Literal

import pytest
from mcp import Client

from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.toolbox import names
from stocktrim_mcp_server.tools import TOOLSETS

MENU = Path(__file__).parent / "menu"
ACCEPT = os.environ.get("ACCEPT_MENU") == "1"
BUDGET = 15_600
"""Characters of the whole menu as compact JSON. Raise it knowingly: every session pays for it."""

Era = Literal["auto", "legacy"]


async def shown(app: App, era: Era) -> list[dict[str, Any]]:
    async with Client(server.build(app), mode=era) as client:
        listed = await client.list_tools()
    return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed.tools]


def nodes(schema: Any) -> list[dict[str, Any]]:
    """Every schema inside a schema; the names of properties are no keywords."""
    if isinstance(schema, list):
        return [node for one in schema for node in nodes(one)]
    if not isinstance(schema, dict):
        return []
    inner = [
        node
        for key, one in schema.items()
        for node in (nodes(list(one.values())) if key == "properties" else nodes(one))
    ]
    return [schema, *inner]


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_the_menu_is_as_accepted(app: App, era: Era) -> None:
    tools = {tool["name"]: tool for tool in await shown(app, era)}
    if ACCEPT:
        MENU.mkdir(exist_ok=True)
        for path in MENU.glob("*.json"):
            path.unlink()
        for name, tool in tools.items():
            (MENU / f"{name}.json").write_text(json.dumps(tool, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    accepted = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in MENU.glob("*.json")}
    assert sorted(accepted) == sorted(tools)
    for name, tool in tools.items():
        assert tool == accepted[name], f"{name} differs from what was accepted; see this file's docstring"


async def test_the_menu_keeps_within_its_budget(app: App) -> None:
    size = len(json.dumps(await shown(app, "legacy"), ensure_ascii=False, separators=(",", ":")))
    assert size <= BUDGET, f"the menu has {size} characters"
    assert size > BUDGET * 0.8, f"the menu has only {size} characters: lower the budget"


async def test_every_tool_says_what_it_is_for_and_what_it_may_do(app: App) -> None:
    tools = await shown(app, "auto")
    assert [tool["name"] for tool in tools] == names(TOOLSETS)
    for tool in tools:
        assert set(tool) == {"name", "title", "description", "inputSchema", "outputSchema", "annotations"}
        assert 40 < len(tool["description"]) < 400
        assert {"readOnlyHint", "openWorldHint"} <= set(tool["annotations"])
        for name, argument in tool["inputSchema"]["properties"].items():
            assert argument.get("description"), f"{tool['name']}.{name} is not described"


async def test_schemas_are_portable(app: App) -> None:
    for tool in await shown(app, "auto"):
        for side in ("inputSchema", "outputSchema"):
            assert tool[side]["type"] == "object"
            for node in nodes(tool[side]):
                assert not {"anyOf", "oneOf", "allOf", "$ref", "$defs", "title", "additionalProperties"} & set(node), (
                    tool["name"],
                    side,
                    node,
                )
                assert isinstance(node.get("type", "x"), str)
                assert node.get("type") == "string" or not {"minLength", "maxLength"} & set(node)
                assert node.get("default", "x") is not None


async def test_no_schema_offers_a_dependency(app: App) -> None:
    for tool in await shown(app, "auto"):
        assert not {"stocktrim", "app", "ctx", "context", "approved", "today"} & set(tool["inputSchema"]["properties"])
