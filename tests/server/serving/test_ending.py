"""A server that is told to end in the middle of a change: it ends the change first, as long as its owner lets it."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from stocktrim_client.sandbox import serve
from tests.server.serving.workers import Gate, Worker, client, journal_of, refuses, worker
from tests.server.stdio import HELLO, PATIENCE, Host, environment
from tests.server.writing.clients import report_of, writes

UPDATE: dict[str, Any] = {"changes": [{"code": "KETTLE-09", "lead_time_days": 77}]}


@asynccontextmanager
async def started(folder: Path, api: str, **settings: str) -> AsyncGenerator[Host]:
    """A server over stdio whose host may be left by it."""
    said = {"API_AUTH_ID": "sandbox", "API_AUTH_SIGNATURE": "sandbox", "API_URL": api, "LOG_LEVEL": "ERROR"}
    said |= {"DATA_FOLDER": str(folder / "data"), **settings}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "stocktrim_mcp_server"),
        stdin=PIPE,
        stdout=PIPE,
        env=environment({f"STOCKTRIM_{name}": value for name, value in said.items()}),
        limit=1 << 24,
    )
    host = Host(process)
    try:
        await host.request("initialize", **HELLO)
        await host.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        yield host
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def writing(host: Host, sandbox: Gate) -> "asyncio.Task[dict[str, Any]]":
    """A confirmed change, when StockTrim has got it and has not answered."""
    preview = (await host.call("update_products", **UPDATE))["structuredContent"]
    sandbox.is_armed = True
    task = asyncio.create_task(host.call("update_products", **UPDATE, confirm_token=preview["confirm_token"]))
    await asyncio.wait_for(sandbox.reached.wait(), PATIENCE)
    return task


async def ended(process: Process) -> int:
    return await asyncio.wait_for(process.wait(), PATIENCE)


def outcomes(folder: Path) -> list[str]:
    return [line["outcome"] for line in journal_of(folder) if line["event"] == "outcome"]


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
async def test_a_change_under_way_is_made_noted_and_answered_first(by: signal.Signals, tmp_path: Path) -> None:
    sandbox = Gate()
    async with serve(sandbox) as api, started(tmp_path, api) as host:
        task = await writing(host, sandbox)
        host.process.send_signal(by)
        sandbox.opened.set()
        assert (await task)["structuredContent"]["status"] == "applied"
        assert await ended(host.process) == -by
    assert outcomes(tmp_path) == ["applied"]
    assert len(writes(sandbox)) == 1


async def test_a_change_that_takes_longer_than_its_owner_waits_is_noted_as_unknown(tmp_path: Path) -> None:
    sandbox = Gate()
    async with serve(sandbox) as api, started(tmp_path, api, DRAIN_SECONDS="1") as host:
        task = await writing(host, sandbox)
        host.process.terminate()
        assert await ended(host.process) == -signal.SIGTERM
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert outcomes(tmp_path) == ["unknown"]


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal_ends_it_at_once(second: signal.Signals, tmp_path: Path) -> None:
    sandbox = Gate()
    async with serve(sandbox) as api, started(tmp_path, api, DRAIN_SECONDS="600") as host:
        task = await writing(host, sandbox)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        host.process.terminate()
        # Until it has noticed: it begins nothing more, and still answers.
        while not (await host.call("search", query="tea")).get("isError"):
            pass
        host.process.send_signal(second)
        assert await ended(host.process) == -second
    assert [line["event"] for line in journal_of(tmp_path)] == ["intent"]


async def test_over_http_too_a_change_that_takes_too_long_is_noted_as_unknown(tmp_path: Path) -> None:
    sandbox = Gate()
    async with serve(sandbox) as api, changing(tmp_path, api, sandbox, DRAIN_SECONDS="1") as one:
        one.process.terminate()
        assert "did not end in 1 s" in await one.ended()
    assert outcomes(tmp_path) == ["unknown"]


async def test_over_http_too_a_second_signal_ends_it(tmp_path: Path) -> None:
    sandbox = Gate()
    async with serve(sandbox) as api, changing(tmp_path, api, sandbox, DRAIN_SECONDS="600") as one:
        one.process.terminate()
        await refuses(one)
        one.process.terminate()
        await one.ended()
    assert "applied" not in outcomes(tmp_path)
    assert len(journal_of(tmp_path)) in (1, 2)


@asynccontextmanager
async def changing(folder: Path, api: str, sandbox: Gate, **settings: str) -> AsyncGenerator[Worker]:
    """A server over HTTP in the middle of a change, whose answer nobody will get."""
    async with worker(folder, api, "--stateless", **settings) as one:
        calling = asyncio.create_task(_called(one.address))
        try:
            sandbox.is_armed = True
            await asyncio.wait_for(sandbox.reached.wait(), PATIENCE)
            yield one
        finally:
            calling.cancel()
            await asyncio.gather(calling, return_exceptions=True)


async def _called(address: str) -> None:
    async with client(address, "legacy") as host:
        preview = report_of(await host.call_tool("update_products", UPDATE))
        await host.call_tool("update_products", {**UPDATE, "confirm_token": preview["confirm_token"]})
