"""Trouble on request, in process."""

import json
from typing import Any

import httpx
import pytest

from stocktrim_client.sandbox import Fault

NEW = {"productId": "NEW"}


async def saved(desk: Any) -> bool:
    return "NEW" in desk.sandbox.shop.products


async def test_a_status_comes_with_its_body_and_headers(desk: Any) -> None:
    desk.sandbox.faults.add(Fault("status", status=429, headers={"Retry-After": "3"}, body="slow down"))
    answer = await desk.get("/api/Products")
    assert (answer.status_code, answer.headers["retry-after"], answer.text) == (429, "3", "slow down")
    assert (await desk.get("/api/Products")).status_code == 200


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize(
    ("kind", "error"), [("reset", httpx.ReadError), ("silence", httpx.ReadTimeout), ("status", None), ("html", None)]
)
async def test_a_write_takes_effect_before_the_trouble_or_not(
    kind: Any, error: type[Exception] | None, applied: bool, desk: Any
) -> None:
    desk.sandbox.faults.add(Fault(kind, "save_product", applied=applied))
    if error is None:
        assert (await desk.post("/api/Products", json=NEW)).status_code == 503
    else:
        with pytest.raises(error):
            await desk.post("/api/Products", json=NEW)
    assert await saved(desk) is applied


@pytest.mark.parametrize("at", ["list_products", "GET /api/Products", "get /api/prod*", "/api/Products", "*"])
async def test_a_fault_finds_its_calls(at: str, desk: Any) -> None:
    desk.sandbox.faults.add(Fault("status", at))
    if at != "*":
        assert (await desk.get("/api/SuppliersBulk")).status_code == 200
    assert (await desk.get("/api/Products")).status_code == 503


async def test_a_fault_waits_and_ends(desk: Any) -> None:
    desk.sandbox.faults.add(Fault("status", "list_products", after=1, times=2, status=500))
    seen = [(await desk.get("/api/Products")).status_code for _ in range(4)]
    assert seen == [200, 500, 500, 200]
    desk.sandbox.faults.add(Fault("status", times=None))
    assert [(await desk.get("/api/Products")).status_code for _ in range(3)] == [503] * 3
    desk.sandbox.faults.clear()
    assert (await desk.get("/api/Products")).status_code == 200


async def test_html_instead_of_json(desk: Any) -> None:
    desk.sandbox.faults.add(Fault("html", status=500))
    answer = await desk.post("/api/OrderPlan", json={})
    assert answer.status_code == 500
    assert "<html>" in answer.text


async def test_a_delay_is_waited_out_or_runs_into_the_read_timeout(desk: Any) -> None:
    desk.sandbox.faults.add(Fault("delay", seconds=3), Fault("delay", seconds=30))
    assert (await desk.get("/api/Products")).status_code == 200
    with pytest.raises(httpx.ReadTimeout):
        await desk.get("/api/Products", timeout=7)
    assert desk.clock.naps == [3, 7]


async def test_a_body_cut_short(desk: Any) -> None:
    desk.sandbox.faults.add(Fault("truncate"))
    with pytest.raises(httpx.RemoteProtocolError):
        await desk.post("/api/Products", json=NEW)
    assert await saved(desk)


async def test_a_body_that_is_no_json(desk: Any) -> None:
    desk.sandbox.faults.add(Fault("malformed"))
    answer = await desk.get("/api/Products")
    with pytest.raises(json.JSONDecodeError):
        answer.json()


async def test_a_body_that_drips(desk: Any) -> None:
    desk.sandbox.faults.add(Fault("trickle", seconds=2), Fault("trickle", seconds=20))
    assert (await desk.get("/api/Products")).json()
    assert 8 <= len(desk.clock.naps) <= 9
    with pytest.raises(httpx.ReadTimeout):
        await desk.get("/api/Products", timeout=5)


async def test_a_closed_pool_may_come_back(desk: Any) -> None:
    await desk.sandbox.aclose()
    assert (await desk.get("/api/Products")).status_code == 200
