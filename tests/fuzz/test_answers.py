"""Whatever StockTrim's answers look like: a result or an error in words, and nothing called applied that was not."""

from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp import Client
from mcp_types import CallToolResult

from stocktrim_client import StockTrimClient
from stocktrim_client.journal import MemoryJournal
from stocktrim_client.sandbox import Sandbox
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import Settings
from tests.conftest import TODAY, Clock
from tests.fuzz.judge import SCHEMAS, SECRETS, SERVED, SETTINGS, accept, lend, listening
from tests.fuzz.mangling import CONTENTS, MANGLES, Mangling, Wrong
from tests.server.writing.clients import Era, report_of, text_of, writes
from tests.server.writing.state import changed, state_of

Arguments = dict[str, Any]

EXAMPLES = settings.default.max_examples if settings.default else 100
AFEW = settings(max_examples=EXAMPLES // 8)

READS: dict[str, Arguments] = {
    "get_reorder_plan": {"budget": 900, "detail": True},
    "explain_reorder": {"products": ["V60-02", "KETTLE-09"]},
    "simulate_reorder": {"demand_change_pct": 20, "limit": 3},
    "check_planning_data": {},
    "search": {"query": "v60"},
    "get_products": {"codes": ["V60-02"], "include": ["bom", "open_orders"]},
    "get_suppliers": {},
    "get_sales_history": {"products": ["V60-02"]},
    "find_purchase_orders": {"detail": True},
    "query_data": {"sql": "SELECT * FROM products JOIN order_plan USING (product_id)", "limit": 5},
    "get_status": {},
    "list_changes": {},
    "get_defaults": {},
    "set_defaults": {"suppliers": ["HIKARI"], "days": 21},
}
WRITES: dict[str, Arguments] = {
    "run_forecast": {},
    "draft_purchase_orders": {"lines": [{"product": "V60-02", "quantity": 25}]},
    "create_products": {"products": [{"code": "NEW-1", "name": "New", "supplier": "HIKARI", "unit_cost": 8}]},
    "record_sales": {"sales": [{"code": "V60-02", "quantity": 2, "sold_on": "2026-11-20", "location": "MAIN"}]},
    "update_purchase_order": {"reference": "PO-00001", "lines": [{"product": "V60-02", "quantity": 61}]},
    "delete_purchase_order": {"reference": "PO-00001"},
    "save_suppliers": {"suppliers": [{"code": "HIKARI", "lead_time_days": 41}]},
    "update_products": {"changes": [{"code": "V60-02", "unit_cost": 74}]},
    "delete_records": {"products": ["KETTLE-09"]},
    "set_stock_levels": {"counts": [{"code": "V60-02", "on_hand": 12, "location": "MAIN"}]},
    "save_bill_of_materials": {"product": "KETTLE-09", "components": [{"code": "V60-02", "quantity": 0.5}]},
    "save_customers": {"customers": [{"code": "NEW/1", "name": "Cafe Lumen"}]},
    "save_locations": {"locations": [{"code": "L-9", "name": "Yard"}]},
    "delete_bill_of_materials": {"product": "COF-HOUSE-1KG", "components": ["BAG-1KG"]},
    "delete_sales": {"products": ["V60-02"], "since": "2026-11-01"},
}
"""One change each: what was done is then either all of it or nothing."""

LASTING = {"run_forecast", "save_customers", "save_locations", "delete_sales"}
"""What has no undo."""

Key = tuple[str, str]

DENIED = {"refused", "not_sent", "not_applied"}
"""How a change ended that was not made."""

WRONGS = st.builds(Wrong, st.sampled_from(MANGLES), st.integers(0, 4), st.booleans(), st.integers(0, 2**32 - 1))
ERAS: st.SearchStrategy[Era] = st.sampled_from(["auto", "legacy"])


class World:
    """A StockTrim whose answers may come out wrong, and the server before it."""

    def __init__(self) -> None:
        self.clock = Clock()
        auth_id, signature = SECRETS
        self.sandbox = Sandbox(
            12,
            customers=2,
            today=TODAY,
            clock=self.clock,
            sleep=self.clock.sleep,
            auth_id=auth_id,
            auth_signature=signature,
        )
        self.wire = Mangling(self.sandbox)
        self.app = App(SETTINGS, self.connect, now=self.sandbox.now)
        lend(self.app)

    def connect(self, _: Settings) -> StockTrimClient:
        return StockTrimClient(*SECRETS, transport=self.wire, sleep=self.clock.sleep, journal=MemoryJournal())

    async def call(self, client: Client, tool: str, arguments: Arguments, wrong: Wrong | None) -> CallToolResult:
        self.wire.begin(wrong)
        with listening() as heard:
            result = await client.call_tool(tool, arguments)
        self.wire.begin(None)
        accept(tool, result, heard)
        return result

    async def confirm(
        self, client: Client, tool: str, arguments: Arguments, expected: Collection[Key] | None, wrong: Wrong | None
    ) -> tuple[frozenset[Key], CallToolResult]:
        """Preview a call while all is well and confirm it; the records that it changed, and its answer.

        `expected` are those that it may change; None: any.
        """
        shown = report_of(await self.call(client, tool, arguments, None))
        before, sent = state_of(self.sandbox), len(writes(self.sandbox))
        result = await self.call(client, tool, arguments | {"confirm_token": shown["confirm_token"]}, wrong)
        touched = frozenset(changed(before, state_of(self.sandbox)))
        said, held = text_of(result), result.structured_content or {}
        outcomes = {one.get("outcome") for one in held.get("changes", ())}
        if expected is not None:
            assert touched <= {*expected}, said
        if touched:
            # Whoever says in good order that a record is not there is believed.
            assert not outcomes & DENIED or (wrong is not None and wrong.how in CONTENTS), said
            assert "othing was changed" not in said
            assert held.get("status") != "preview"
        if "applied" in outcomes:
            assert touched, said
        if not writes(self.sandbox)[sent:]:
            assert held.get("status") not in ("applied", "running"), said
        return touched, result


@asynccontextmanager
async def opened(era: Era) -> AsyncGenerator[tuple[World, Client]]:
    world = World()
    try:
        async with Client(SERVED, mode=era) as client:
            yield world, client
    finally:
        await world.app.aclose()


def test_every_tool_is_tried() -> None:
    assert {*READS, *WRITES, "undo_change"} == {*SCHEMAS}


@pytest.mark.parametrize("tool", READS)
@given(wrong=WRONGS, era=ERAS)
@AFEW
async def test_a_reading_answers_or_says_why_not(tool: str, wrong: Wrong, era: Era) -> None:
    async with opened(era) as (world, client):
        await world.call(client, tool, READS[tool], wrong)
        assert writes(world.sandbox) == []


@pytest.mark.parametrize("tool", WRITES)
@given(wrong=WRONGS, era=ERAS)
@AFEW
async def test_a_preview_that_is_misled_sends_nothing(tool: str, wrong: Wrong, era: Era) -> None:
    async with opened(era) as (world, client):
        await world.call(client, tool, WRITES[tool], wrong)
        assert writes(world.sandbox) == []


@pytest.mark.parametrize("tool", WRITES)
@given(wrong=WRONGS, era=ERAS)
@AFEW
async def test_what_is_called_applied_was_applied_and_nothing_else(tool: str, wrong: Wrong, era: Era) -> None:
    expected = await touched_by(tool, era)
    async with opened(era) as (world, client):
        await world.confirm(client, tool, WRITES[tool], expected, wrong)


@pytest.mark.parametrize("tool", sorted(WRITES.keys() - LASTING))
@given(wrong=WRONGS, era=ERAS)
@AFEW
async def test_what_is_called_undone_was_undone_and_nothing_else(tool: str, wrong: Wrong, era: Era) -> None:
    async with opened(era) as (world, client):
        touched, done = await world.confirm(client, tool, WRITES[tool], None, None)
        (change,) = report_of(done)["changes"]
        await world.confirm(client, "undo_change", {"undo_id": change["change_id"]}, touched, wrong)


_touched: dict[str, frozenset[Key]] = {}


async def touched_by(tool: str, era: Era) -> frozenset[Key]:
    """The records that a call changes while all is well."""
    if tool not in _touched:
        async with opened(era) as (world, client):
            _touched[tool], _ = await world.confirm(client, tool, WRITES[tool], None, None)
    return _touched[tool]
