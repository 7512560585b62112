"""A process killed in the middle of a write: the next one knows of it, finds out what became of it, and can undo it."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from stocktrim_client import StockTrimClient
from stocktrim_client.journal import FileJournal
from stocktrim_client.sandbox import serve
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import Settings
from tests.server.stdio import HELLO, PATIENCE, Host, environment, started
from tests.server.writing.clients import report_of, text_of, writes
from tests.server.writing.gated import Gated, Moment
from tests.server.writing.state import changed, state_of

MADE: tuple[Moment, ...] = ("applied", "answered")

CALLS: dict[str, dict[str, Any]] = {
    "delete_purchase_order": {"reference": "PO-00020"},
    "update_products": {"changes": [{"code": "KETTLE-09", "lead_time_days": 77}]},
    "create_products": {"products": [{"code": "NEW-1", "name": "New"}]},
    "set_stock_levels": {"counts": [{"code": "KETTLE-09", "on_hand": 4}]},
    "draft_purchase_orders": {"lines": [{"product": "KETTLE-09", "quantity": 12}]},
}


def env_for(address: str, folder: Path) -> dict[str, str]:
    said = {"API_AUTH_ID": "sandbox", "API_AUTH_SIGNATURE": "sandbox", "API_URL": address, "DATA_FOLDER": str(folder)}
    return environment({f"STOCKTRIM_{name}": value for name, value in said.items()})


async def kill_in(tool: str, sandbox: Gated, moment: Moment, env: dict[str, str]) -> None:
    """Start a server, let it write, and kill it at a moment of that."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "stocktrim_mcp_server"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=env,
        limit=1 << 24,
    )
    host, arguments = Host(process), CALLS[tool]
    try:
        await host.request("initialize", **HELLO)
        await host.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        token = (await host.call(tool, **arguments))["structuredContent"]["confirm_token"]
        reached = sandbox.arm(moment)
        applying = asyncio.create_task(host.call(tool, **arguments, confirm_token=token))
        await asyncio.wait_for(reached.wait(), PATIENCE)
    finally:
        process.kill()
        await process.wait()
    applying.cancel()
    await asyncio.gather(applying, return_exceptions=True)


def journal_of(folder: Path) -> FileJournal:
    (kept,) = folder.glob("*/journal")
    return FileJournal(kept)


async def approved(host: Host, tool: str, **arguments: Any) -> dict[str, Any]:
    """A call that is shown, agreed to, and made."""
    preview = (await host.call(tool, **arguments))["structuredContent"]
    assert preview["status"] == "preview"
    return (await host.call(tool, **arguments, confirm_token=preview["confirm_token"]))["structuredContent"]


@asynccontextmanager
async def one_more(sandbox: Gated, folder: Path, later: timedelta) -> AsyncGenerator[Client]:
    """A server that starts on the same journal at a later time."""

    def now() -> datetime:
        return datetime.now(UTC) + later

    def connect(settings: Settings) -> StockTrimClient:
        return StockTrimClient("sandbox", "sandbox", transport=sandbox, journal=journal_of(folder), now=now)

    app = App(Settings(sandbox=True, log_level="ERROR"), connect, now=now)
    async with Client(server.build(app)) as client:
        yield client
    await app.aclose()


@pytest.mark.parametrize("tool", CALLS)
@pytest.mark.parametrize("moment", MADE)
async def test_a_write_that_was_made_is_found_to_be_after_a_kill_and_can_be_undone(
    tool: str, moment: Moment, tmp_path: Path
) -> None:
    sandbox = Gated()
    before = state_of(sandbox)
    async with serve(sandbox) as address:
        env = env_for(address, tmp_path)
        await kill_in(tool, sandbox, moment, env)
        assert [one and one["event"] for one in journal_of(tmp_path).read()] == ["intent"]
        assert len(writes(sandbox)) == 1
        made = changed(before, state_of(sandbox))
        assert made
        async with started(env=env) as host:
            (entry,) = (await host.call("list_changes"))["structuredContent"]["items"]
            assert entry["outcome"] == "applied"
            assert "settled later by reading" in " ".join(entry["said"])
            assert len(writes(sandbox)) == 1
            undone = await approved(host, "undo_change", undo_id=entry["undo_id"])
            assert undone["status"] == "applied"
    assert not changed(before, state_of(sandbox))


@pytest.mark.parametrize("tool", CALLS)
async def test_a_write_that_never_arrived_is_in_doubt_after_a_kill_and_then_known_not_to_have_been_made(
    tool: str, tmp_path: Path
) -> None:
    sandbox = Gated()
    before = state_of(sandbox)
    async with serve(sandbox) as address:
        env = env_for(address, tmp_path)
        await kill_in(tool, sandbox, "arrived", env)
        assert not changed(before, state_of(sandbox))
        async with started(env=env) as host:
            (entry,) = (await host.call("list_changes"))["structuredContent"]["items"]
            assert entry["outcome"] == "unknown"
            assert "Look again in two minutes" in " ".join(entry["said"])
            refused = await host.call("undo_change", undo_id=entry["undo_id"])
            assert refused["isError"]
            assert "not known" in refused["content"][0]["text"]
            assert writes(sandbox) == []
    async with one_more(sandbox, tmp_path, timedelta(minutes=3)) as client:
        (entry,) = report_of(await client.call_tool("list_changes", {}))["items"]
        assert entry["outcome"] == "not_applied"
        refused = await client.call_tool("undo_change", {"undo_id": entry["undo_id"]})
        assert refused.is_error
        assert "nothing to undo" in text_of(refused)
    assert not changed(before, state_of(sandbox))


async def test_the_same_call_after_a_kill_does_only_what_is_left(tmp_path: Path) -> None:
    sandbox = Gated()
    async with serve(sandbox) as address:
        env = env_for(address, tmp_path)
        await kill_in("draft_purchase_orders", sandbox, "applied", env)
        orders = len(sandbox.shop.orders)
        async with started(env=env) as host:
            again = await host.call("draft_purchase_orders", **CALLS["draft_purchase_orders"])
            assert again["structuredContent"]["status"] == "unchanged"
        assert (len(writes(sandbox)), len(sandbox.shop.orders)) == (1, orders)
