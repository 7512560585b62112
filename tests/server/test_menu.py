"""Exactly what a model is shown of each tool, kept in tests/server/menu, one file per tool.

To accept a change: `ACCEPT_MENU=1 pytest tests/server/test_menu.py`, then read the difference before committing it.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from mcp import Client

from stocktrim_client.sandbox import Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.toolbox import names
from stocktrim_mcp_server.tools import EVERY, TOOLSETS

MENU = Path(__file__).parent / "menu"
ACCEPT = os.environ.get("ACCEPT_MENU") == "1"
BUDGET = 22_000
"""Characters of the whole menu as compact JSON. Raise it knowingly: every session pays for it."""

CAPS = {
    "get_reorder_plan": 1_860,
    "simulate_reorder": 1_310,
    "explain_reorder": 630,
    "check_planning_data": 770,
    "search": 780,
    "get_products": 760,
    "get_suppliers": 720,
    "get_sales_history": 846,
    "find_purchase_orders": 1_120,
    "query_data": 1_495,
    "get_status": 540,
    "run_forecast": 610,
    "draft_purchase_orders": 1_255,
    "update_purchase_order": 1_276,
    "delete_purchase_order": 620,
    "set_stock_levels": 900,
    "record_sales": 1_030,
    "list_changes": 880,
    "undo_change": 620,
    "update_products": 1_240,
    "create_products": 940,
    "delete_records": 690,
    "save_suppliers": 1_095,
    "get_defaults": 500,
    "set_defaults": 1_100,
    "save_bill_of_materials": 840,
    "save_customers": 800,
    "save_locations": 780,
    "delete_bill_of_materials": 740,
    "delete_sales": 840,
}
"""Characters of each tool: what one takes is missing for those to come."""

Era = Literal["auto", "legacy"]


@pytest.fixture
def every(open_app: Callable[..., App], sandbox: Sandbox) -> App:
    """A server that offers also what is not on the usual menu."""
    return open_app(sandbox, toolsets=("all",))


def size_of(shown: Any) -> int:
    return len(json.dumps(shown, ensure_ascii=False, separators=(",", ":")))


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
async def test_the_menu_is_as_accepted(every: App, era: Era) -> None:
    tools = {tool["name"]: tool for tool in await shown(every, era)}
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
    size = size_of(await shown(app, "legacy"))
    assert size <= BUDGET, f"the menu has {size} characters"
    assert size > BUDGET * 0.8, f"the menu has only {size} characters: lower the budget"


async def test_each_tool_keeps_within_its_cap(every: App) -> None:
    sizes = {tool["name"]: size_of(tool) for tool in await shown(every, "auto")}
    assert sorted(sizes) == sorted(CAPS)
    assert {name: size for name, size in sizes.items() if size > CAPS[name]} == {}
    assert sum(CAPS[name] for name in names(TOOLSETS)) <= BUDGET


async def test_every_tool_says_what_it_is_for_and_what_it_may_do(app: App, every: App) -> None:
    assert [tool["name"] for tool in await shown(app, "auto")] == names(TOOLSETS)
    tools = await shown(every, "auto")
    assert [tool["name"] for tool in tools] == names(EVERY)
    for tool in tools:
        assert set(tool) == {"name", "title", "description", "inputSchema", "outputSchema", "annotations"}
        assert 40 < len(tool["description"]) < 400
        assert {"readOnlyHint", "openWorldHint"} <= set(tool["annotations"])
        for name, argument in tool["inputSchema"]["properties"].items():
            assert argument.get("description"), f"{tool['name']}.{name} is not described"


async def test_schemas_are_portable(every: App) -> None:
    for tool in await shown(every, "auto"):
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


async def test_no_schema_offers_a_dependency(every: App) -> None:
    for tool in await shown(every, "auto"):
        assert not {"stocktrim", "app", "ctx", "context", "approved", "today"} & set(tool["inputSchema"]["properties"])
