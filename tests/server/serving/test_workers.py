"""Several workers that share a folder and a secret: whatever one began, another finishes, once."""

import asyncio
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from stocktrim_client.sandbox import Sandbox, serve
from stocktrim_mcp_server.serving.people import understood
from stocktrim_mcp_server.settings import Settings
from tests.server.serving.workers import (
    NAME,
    NEW,
    OLD,
    PROXIES,
    ROOT,
    TOKENS,
    Gate,
    client,
    journal_of,
    pair,
    refuses,
    secret,
    trusted,
    worker,
)
from tests.server.serving.world import Era, write_tokens
from tests.server.stdio import HELLO, PATIENCE
from tests.server.writing.clients import Person, report_of, writes

ERAS = get_args(Era)
ACCEPTED = {"accept": "application/json, text/event-stream", "authorization": f"Bearer {TOKENS['anna']}"}
UPDATE = {"changes": [{"code": "KETTLE-09", "lead_time_days": 77}]}
LEAD_TIME = {"sql": "SELECT lead_time_days FROM products WHERE code = 'KETTLE-09'"}


async def shown(host: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The arguments that apply what a preview showed."""
    preview = report_of(await host.call_tool(tool, arguments))
    assert preview["status"] == "preview"
    return {**arguments, "confirm_token": preview["confirm_token"]}


async def applied(host: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    report = report_of(await host.call_tool(tool, arguments))
    assert report["status"] == "applied", report
    return report


async def asked(host: Client) -> int:
    (row,) = report_of(await host.call_tool("query_data", LEAD_TIME))["rows"]
    return row[0]


def outcomes(folder: Path) -> list[str]:
    return [line["outcome"] for line in journal_of(folder) if line["event"] == "outcome"]


# --- what one begins, another finishes


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("proxy", PROXIES)
async def test_behind_a_proxy_it_does_not_matter_which_worker_is_asked(proxy: str, era: Era, tmp_path: Path) -> None:
    sandbox = Sandbox()
    async with (
        serve(sandbox) as api,
        pair(tmp_path, api, secret(tmp_path, NEW)) as workers,
        PROXIES[proxy]([one.address for one in workers]) as address,
        client(address, era) as host,
    ):
        before = await asked(host)
        for days in (71, 72, 73):
            changes = [{"code": "KETTLE-09", "lead_time_days": days}]
            confirmed = await shown(host, "update_products", changes=changes)
            await applied(host, "update_products", **confirmed)
            # Whoever is asked now, and whoever made the change.
            assert [await asked(host), await asked(host)] == [days, days]
            assert report_of(await host.call_tool("update_products", confirmed))["status"] == "unchanged"
        assert len(writes(sandbox)) == 3
        past = [report_of(await host.call_tool("list_changes", {}))["items"] for _ in workers]
        assert past[0] == past[1]
        assert [one["outcome"] for one in past[0]] == ["applied"] * 3
        undone = await shown(host, "undo_change", undo_id=past[0][0]["undo_id"])
        await applied(host, "undo_change", **undone)
        assert await asked(host) == 72 != before
    assert all(one.calls("update_products") for one in workers)
    assert {line["caller"] for line in journal_of(tmp_path) if line["event"] == "intent"} == {"anna"}


@pytest.mark.parametrize("era", ERAS)
async def test_a_token_is_good_at_the_other_worker_and_then_at_none(era: Era, tmp_path: Path) -> None:
    sandbox = Sandbox()
    async with (
        serve(sandbox) as api,
        pair(tmp_path, api, secret(tmp_path, NEW)) as (one, other),
        client(one.address, era) as here,
        client(other.address, era) as there,
    ):
        confirmed = await shown(here, "update_products", **UPDATE)
        change = (await applied(there, "update_products", **confirmed))["undo_id"]
        await applied(here, "undo_change", **await shown(there, "undo_change", undo_id=change))
        # Every record is again as it was when the token was given.
        for host in (here, there):
            again = report_of(await host.call_tool("update_products", confirmed))
            assert again["status"] == "preview"
            assert "used already" in again["message"]
    assert len(writes(sandbox)) == 2


async def test_a_token_used_at_both_workers_at_once_is_used_once(tmp_path: Path) -> None:
    sandbox = Sandbox()
    async with (
        serve(sandbox) as api,
        pair(tmp_path, api, secret(tmp_path, NEW)) as (one, other),
        client(one.address) as here,
        client(other.address) as there,
    ):
        for days in range(71, 76):
            changes = [{"code": "KETTLE-09", "lead_time_days": days}]
            confirmed = await shown(here, "update_products", changes=changes)
            both = await asyncio.gather(*(host.call_tool("update_products", confirmed) for host in (here, there)))
            assert sum(report_of(one)["status"] == "applied" for one in both) == 1
    assert len(writes(sandbox)) == 5


@pytest.mark.parametrize("proxy", PROXIES)
async def test_a_question_of_one_worker_is_answered_at_the_other(proxy: str, tmp_path: Path) -> None:
    sandbox, person = Sandbox(), Person()
    async with (
        serve(sandbox) as api,
        pair(tmp_path, api, secret(tmp_path, NEW)) as workers,
        PROXIES[proxy]([one.address for one in workers]) as address,
        client(address, person=person) as host,
    ):
        for days in (71, 72):
            await applied(host, "update_products", changes=[{"code": "KETTLE-09", "lead_time_days": days}])
    # Each question and its answer came one after the other, so by turns.
    assert len(person.questions) == len(writes(sandbox)) == 2
    assert [one.calls("update_products") for one in workers] == [2, 2]


@pytest.mark.parametrize("era", ERAS)
async def test_a_plan_told_by_one_worker_is_drafted_by_the_other(era: Era, tmp_path: Path) -> None:
    sandbox = Sandbox()
    async with (
        serve(sandbox) as api,
        pair(tmp_path, api, secret(tmp_path, NEW)) as (one, other),
        client(one.address, era) as here,
        client(other.address, era) as there,
    ):
        plan = report_of(await here.call_tool("get_reorder_plan", {}))["plan_id"]
        confirmed = await shown(there, "draft_purchase_orders", plan_id=plan)
        drafted = await applied(here, "draft_purchase_orders", **confirmed)
        again = report_of(await there.call_tool("draft_purchase_orders", {"plan_id": plan}))
        assert again["status"] == "unchanged"
    assert len(writes(sandbox)) == len(drafted["changes"])


# --- one record, two workers


async def test_two_workers_never_write_one_order_at_a_time(tmp_path: Path) -> None:
    sandbox = Gate()
    async with (
        serve(sandbox) as api,
        pair(tmp_path, api, secret(tmp_path, NEW)) as (one, other),
        client(one.address) as here,
        client(other.address) as there,
    ):
        lines = {"lines": [{"product": "KETTLE-09", "quantity": 12}]}
        confirmed = [await shown(host, "draft_purchase_orders", **lines) for host in (here, there)]
        sandbox.is_armed = True
        first = asyncio.create_task(applied(here, "draft_purchase_orders", **confirmed[0]))
        await asyncio.wait_for(sandbox.reached.wait(), PATIENCE)
        # The same approval, and the same order approved as another call.
        same = asyncio.create_task(there.call_tool("draft_purchase_orders", confirmed[0]))
        more = {"lines": [{"product": "KETTLE-09", "quantity": 12.0}, {"product": "V60-02", "quantity": 30}]}
        others = await shown(there, "draft_purchase_orders", **more)
        second = asyncio.create_task(there.call_tool("draft_purchase_orders", others))
        await asyncio.wait_for(same, PATIENCE)
        # Time enough to send it, if it did not wait for its turn.
        for _ in range(10):
            await there.call_tool("query_data", LEAD_TIME)
        assert not second.done()
        sandbox.opened.set()
        await asyncio.gather(first, second)
        assert report_of(same.result())["status"] != "applied"
    assert sandbox.most_at_once == 1
    references = Counter(json.loads(one.body)["clientReferenceNumber"] for one in writes(sandbox))
    assert set(references.values()) == {1}


# --- secrets


async def test_a_secret_can_be_replaced_while_workers_run(tmp_path: Path) -> None:
    sandbox, person = Sandbox(), Person()
    old_first, new_first = secret(tmp_path, OLD, NEW), secret(tmp_path, NEW, OLD)
    async with (
        serve(sandbox) as api,
        pair(tmp_path, api, old_first, new_first) as workers,
        PROXIES["ours"]([one.address for one in workers]) as address,
        client(address, person=person) as asking,
        client(workers[0].address) as here,
        client(workers[1].address) as there,
    ):
        for days, (host, next_host) in enumerate(((here, there), (there, here)), start=70):
            changes = [{"code": "KETTLE-09", "lead_time_days": days}]
            await applied(next_host, "update_products", **await shown(host, "update_products", changes=changes))
        for days in (80, 81):
            await applied(asking, "update_products", changes=[{"code": "KETTLE-09", "lead_time_days": days}])
    assert len(person.questions) == 2
    assert len(writes(sandbox)) == 4


async def test_without_a_secret_in_common_people_are_told_what_is_missing(tmp_path: Path) -> None:
    sandbox = Sandbox()
    async with (
        serve(sandbox) as api,
        pair(tmp_path, api) as workers,
        PROXIES["ours"]([one.address for one in workers]) as address,
        client(workers[0].address) as here,
        client(workers[1].address) as there,
        client(address, person=Person()) as asking,
    ):
        confirmed = await shown(here, "update_products", **UPDATE)
        refused = report_of(await there.call_tool("update_products", confirmed))
        assert refused["status"] == "preview"
        assert "STOCKTRIM_SECRET_FILE" in refused["message"]
        with pytest.raises(MCPError, match="STOCKTRIM_SECRET_FILE"):
            await asking.call_tool("update_products", UPDATE)
    assert writes(sandbox) == []


# --- a worker that ends


async def test_what_a_killed_worker_was_writing_is_in_doubt_at_the_other(tmp_path: Path) -> None:
    sandbox = Gate()
    async with (
        serve(sandbox) as api,
        pair(tmp_path, api, secret(tmp_path, NEW)) as (one, other),
        PROXIES["ours"]([one.address, other.address]) as address,
        client(one.address, "legacy") as here,
    ):
        confirmed = await shown(here, "update_products", **UPDATE)
        sandbox.is_armed = True
        writing = asyncio.create_task(here.call_tool("update_products", confirmed))
        await asyncio.wait_for(sandbox.reached.wait(), PATIENCE)
        one.process.kill()
        await one.ended()
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        async with client(address, "legacy") as there:
            (entry,) = report_of(await there.call_tool("list_changes", {}))["items"]
            assert entry["outcome"] == "unknown"
            # Its turn ended with it; what it was allowed, it was allowed once.
            again = report_of(await there.call_tool("update_products", confirmed))
            assert again["status"] == "preview"
            await applied(there, "update_products", **await shown(there, "update_products", **UPDATE))
            assert await asked(there) == 77
        sandbox.opened.set()
    assert outcomes(tmp_path) == ["applied"]


@pytest.mark.parametrize("proxy", PROXIES)
async def test_a_worker_that_is_told_to_end_answers_first_and_the_other_takes_over(proxy: str, tmp_path: Path) -> None:
    sandbox, before = Gate(), PROXIES[proxy]
    async with (
        serve(sandbox) as api,
        pair(tmp_path, api, secret(tmp_path, NEW)) as (one, other),
        before([one.address]) as alone,
        before([one.address, other.address]) as address,
        client(alone, "legacy") as host,
    ):
        confirmed = await shown(host, "update_products", **UPDATE)
        sandbox.is_armed = True
        writing = asyncio.create_task(host.call_tool("update_products", confirmed))
        await asyncio.wait_for(sandbox.reached.wait(), PATIENCE)
        one.process.terminate()
        await refuses(one)
        async with client(address, "legacy") as there:
            (entry,) = report_of(await there.call_tool("list_changes", {}))["items"]
            assert entry["outcome"] == "unknown"
            sandbox.opened.set()
            assert report_of(await asyncio.wait_for(writing, PATIENCE))["status"] == "applied"
            await one.ended()
            assert [await asked(there) for _ in range(3)] == [77, 77, 77]
        assert other.process.returncode is None
    assert outcomes(tmp_path) == ["applied"]
    assert len(writes(sandbox)) == 1


# --- what stands before them


@pytest.mark.parametrize("proxy", PROXIES)
async def test_names_and_sizes_are_held_to_behind_a_proxy(proxy: str, tmp_path: Path) -> None:
    async with (
        serve(Sandbox()) as api,
        worker(tmp_path, api, "--stateless") as one,
        PROXIES[proxy]([one.address]) as address,
        httpx.AsyncClient(base_url=address, verify=trusted(), trust_env=False, headers=ACCEPTED) as http,
    ):
        hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO}
        for host, status in ((NAME, 200), ("evil.example.com", 421)):
            assert (await http.post("/mcp", json=hello, headers={"host": host})).status_code == status
        large = {**hello, "padding": "x" * 5_000_000}
        assert (await http.post("/mcp", json=large, headers={"host": NAME})).status_code == 413
        assert (await http.get("/readyz", headers={"host": NAME})).json()["status"] == "ready"


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("proxy", PROXIES)
async def test_streams_of_one_worker_pass_a_proxy(proxy: str, era: Era, tmp_path: Path) -> None:
    sandbox, person = Gate(), Person()
    async with (
        serve(sandbox) as api,
        worker(tmp_path, api, "--transport", "sse", APPROVAL="ask") as one,
        PROXIES[proxy]([one.address]) as address,
        client(address, era, person, sse=True) as host,
    ):
        await applied(host, "update_products", **UPDATE)
        assert await asked(host) == 77
    assert len(person.questions) == 1


async def test_a_session_is_known_to_its_own_worker_alone_and_says_so(tmp_path: Path) -> None:
    async with (
        serve(Sandbox()) as api,
        worker(tmp_path, api) as one,
        worker(tmp_path, api) as other,
        httpx.AsyncClient(trust_env=False, headers=ACCEPTED) as http,
    ):
        hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO}
        opened = await http.post(f"{one.address}/mcp", json=hello)
        session = {"mcp-session-id": opened.headers["mcp-session-id"]}
        listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
        answers = [await http.post(f"{at.address}/mcp", json=listing, headers=session) for at in (one, other)]
    assert [one.status_code for one in answers] == [200, 404]


# --- the documents


async def test_the_unit_for_systemd_starts_a_worker(tmp_path: Path) -> None:
    unit = (ROOT / "docs" / "deployment" / "stocktrim@.service").read_text()
    (command,) = re.findall(r"^ExecStart=\S+ (.*)$", unit, re.MULTILINE)
    names = re.findall(r"^Environment=STOCKTRIM_(\w+)=", unit, re.MULTILINE)
    assert names == ["TOKENS_FILE", "SECRET_FILE", "DATA_FOLDER"]
    tokens = write_tokens(tmp_path / "tokens.toml", f'[tokens.anna]\ntoken = "{TOKENS["anna"]}"')
    said = dict(zip(names, map(str, (tokens, secret(tmp_path, NEW), tmp_path / "data")), strict=True))
    async with (
        serve(Sandbox()) as api,
        worker(tmp_path, api, *command.replace("%i", "0").split(), **said) as one,
        client(one.address) as host,
    ):
        assert await asked(host)


def test_the_token_files_of_the_documents_let_in_whom_they_say(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "deployment.md").read_text()
    team, accounts = re.findall(r"^```toml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "north.signature").write_text("of the account north")
    menus = {one.name: one.settings for one in understood(team.encode(), tmp_path, Settings(), {}).people}
    assert list(menus) == ["anna", "bert", "dashboard"]
    assert menus["bert"].read_only
    assert not menus["anna"].read_only
    assert len(menus["dashboard"].tools) == 3
    (carla,) = understood(accounts.encode(), tmp_path, Settings(), {}).people
    assert carla.settings.auth_id.get_secret_value() == "4711"
