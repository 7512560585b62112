"""The sandbox behind a real socket."""

import asyncio
import json
import re
import signal
import sys
from typing import Any

import httpx
import pytest

from stocktrim_client.sandbox import Fault, Quirks, Sandbox, serve
from stocktrim_client.sandbox.__main__ import parser, sandbox_of

CREDENTIALS = {"api-auth-id": "sandbox", "api-auth-signature": "sandbox"}


def client(address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, headers=CREDENTIALS, trust_env=False)


async def test_it_answers_over_one_connection_as_in_process() -> None:
    sandbox = Sandbox()
    async with serve(sandbox) as address, client(address) as over:
        products = await over.get("/api/Products")
        created = await over.post("/api/Products", json={"productId": "A/B ☕"})
        found = await over.get("/api/Products", params={"code": "A/B ☕"})
        deleted = await over.delete("/api/PurchaseOrders", params={"referenceNumber": "PO-00001"})
        plan = await over.post("/api/OrderPlan", json={})
        refused = await over.get("/api/Products", headers={"api-auth-id": "x"})
    assert len(products.json()) == 24
    assert (created.status_code, found.json()[0]["productId"]) == (201, "A/B ☕")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert len(plan.json()["results"]) == 24
    assert refused.status_code == 401


async def test_a_long_answer_does_not_hold_up_a_short_one() -> None:
    sandbox = Sandbox(800)
    async with serve(sandbox) as address, client(address) as over:
        long = asyncio.create_task(over.post("/api/OrderPlan", json={}))
        await asyncio.sleep(0)
        short = [await over.get("/api/ProcessingStatus") for _ in range(3)]
        assert not long.done()
        assert {answer.status_code for answer in short} == {200}
        assert len((await long).json()["results"]) == 800


@pytest.mark.parametrize("applied", [False, True])
async def test_a_reset_is_a_reset(applied: bool) -> None:
    sandbox = Sandbox()
    sandbox.faults.add(Fault("reset", "save_product", applied=applied))
    async with serve(sandbox) as address, client(address) as over:
        with pytest.raises(httpx.ReadError):
            await over.post("/api/Products", json={"productId": "NEW"})
        assert (await over.get("/api/ProcessingStatus")).status_code == 200
    assert ("NEW" in sandbox.shop.products) is applied


async def test_silence_lasts_until_the_client_leaves() -> None:
    sandbox = Sandbox()
    sandbox.faults.add(Fault("silence"))
    async with serve(sandbox) as address, client(address) as over:
        with pytest.raises(httpx.ReadTimeout):
            await over.get("/api/Products", timeout=0.05)
        assert (await over.get("/api/Products")).status_code == 200


async def test_a_body_is_cut_dripped_or_broken() -> None:
    naps: list[float] = []

    async def sleep(seconds: float) -> None:
        naps.append(seconds)

    sandbox = Sandbox(sleep=sleep)
    sandbox.faults.add(Fault("truncate"), Fault("trickle", seconds=2), Fault("malformed"), Fault("delay", seconds=9))
    async with serve(sandbox) as address, client(address) as over:
        with pytest.raises(httpx.RemoteProtocolError):
            await over.get("/api/Products")
        assert (await over.get("/api/Products")).json()
        with pytest.raises(json.JSONDecodeError):
            (await over.get("/api/Products")).json()
        assert (await over.get("/api/Products")).json()
    assert set(naps) == {2, 9}


async def test_a_client_that_speaks_no_http_is_left() -> None:
    async with serve(Sandbox()) as address:
        host, port = address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"hello\r\n\r\n")
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


async def test_a_body_announced_with_100_continue_is_waited_for() -> None:
    body = b'{"productId": "SLOW"}'
    head = "POST /api/Products HTTP/1.1\r\nHost: x\r\napi-auth-id: sandbox\r\napi-auth-signature: sandbox\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    async with serve(Sandbox()) as address:
        host, port = address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(head.encode())
        assert (await reader.readline()).startswith(b"HTTP/1.1 100")
        writer.write(body)
        await reader.readline()
        assert (await reader.readline()).startswith(b"HTTP/1.1 201")
        writer.close()
        await writer.wait_closed()


def test_every_switch_is_an_option() -> None:
    asked = parser().parse_args(
        ["--first-page", "1", "--status", "integer", "--no-bare-orders", "--plan-per-page", "7", "--products", "3"]
    )
    sandbox = sandbox_of(asked)
    wanted = Quirks(first_page=1, order_status="integer", bare_orders=False, plan_per_page=7)
    assert sandbox.quirks == wanted
    assert len(sandbox.shop.products) == 3
    reading = sandbox_of(parser().parse_args(["--reading", "generous", "--dates", "utc"])).quirks
    assert (reading.order_status, reading.dates) == ("integer", "utc")


async def test_the_command_says_where_it_is_and_ends_on_ctrl_c() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "stocktrim_client.sandbox",
        "--port",
        "0",
        "--products",
        "30",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    found: Any = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert "api-auth-id: sandbox  api-auth-signature: sandbox" in line
    async with client(found.group()) as over:
        assert len((await over.get("/api/Products")).json()) == 30
    process.send_signal(signal.SIGINT)
    rest, errors = await process.communicate()
    assert (process.returncode, rest, errors) == (0, b"", b"")
