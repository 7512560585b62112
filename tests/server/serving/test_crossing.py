"""Several people and accounts at one server: each meets their own menu, and nobody reaches what is another's."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CallToolResult,
    ElicitResult,
    InputRequiredResult,
    InputResponses,
    PromptReference,
    ResourceTemplateReference,
)

from stocktrim_client.sandbox import Sandbox
from stocktrim_mcp_server.settings import Settings, Transport
from stocktrim_mcp_server.toolbox import names
from stocktrim_mcp_server.tools import ALL, EVERY, offered
from tests.server.serving.world import FILE, NORTH, SOUTH, TOKENS, Era, World, opened, write_tokens
from tests.server.test_every_tool import CALLS
from tests.server.writing.clients import Person, report_of, text_of, writes

ORDER = "PO-00016"
"""Both accounts have it, with the same lines."""

ANTON_READS = FILE.replace(f'"{TOKENS["anton"]}"', f'"{TOKENS["anton"]}"\nread_only = true')


class Way(NamedTuple):
    """How hosts reach the server."""

    transport: Transport
    era: Era
    stateless: bool = False


WAYS = (
    Way("streamable-http", "auto"),
    Way("streamable-http", "legacy"),
    Way("streamable-http", "legacy", stateless=True),
    Way("sse", "auto"),
    Way("sse", "legacy"),
)


@pytest.fixture(params=WAYS, ids=lambda way: "-".join(map(str, way)))
def way(request: pytest.FixtureRequest) -> Way:
    return request.param


@pytest.fixture
async def world(tmp_path: Path, way: Way) -> AsyncGenerator[World]:
    async with opened(tmp_path, way.transport, stateless=way.stateless) as made:
        yield made


@pytest.fixture
async def one_way(tmp_path: Path) -> AsyncGenerator[World]:
    """Where the way makes no difference."""
    async with opened(tmp_path) as made:
        yield made


def menu(**settings: Any) -> list[str]:
    return names(offered(Settings(**settings)))


async def previewed(client: Client) -> str:
    """The token of a preview that deletes the order both accounts have."""
    report = report_of(await client.call_tool("delete_purchase_order", {"reference": ORDER}))
    assert report["status"] == "preview"
    return report["confirm_token"]


async def deleted(client: Client, token: str) -> CallToolResult:
    return await client.call_tool("delete_purchase_order", {"reference": ORDER, "confirm_token": token})


def holds(sandbox: Sandbox) -> bool:
    return any(one.get("clientReferenceNumber") == ORDER for one in sandbox.shop.orders.values())


async def test_the_menu_follows_the_token(world: World, way: Way) -> None:
    menus = {
        "anna": menu(toolsets=(ALL,)),
        "rita": menu(toolsets=(ALL,), read_only=True),
        "paul": menu(toolsets=("planning",)),
        "bert": menu(toolsets=(ALL,)),
        "anton": menu(toolsets=(ALL,)),
    }
    for name, tools in menus.items():
        async with world.client(name, way.era) as client:
            assert [tool.name for tool in (await client.list_tools()).tools] == tools
            for missing in {*menus["anna"]} - {*tools}:
                result = await client.call_tool(missing, dict(CALLS[missing][0]))
                assert result.is_error
                assert missing in text_of(result)


async def test_a_token_that_only_reads_writes_by_no_tool(world: World, way: Way) -> None:
    reads = {function.__name__ for one in EVERY for function in one.reads}
    async with world.client("anna", way.era) as client:
        token = await previewed(client)
    async with world.client("rita", way.era) as client:
        for tool in {*names(EVERY)} - reads:
            for arguments in CALLS[tool]:
                for more in ({}, {"confirm_token": token}):
                    assert (await client.call_tool(tool, {**arguments, **more})).is_error, tool
        assert (await deleted(client, token)).is_error
    assert writes(world.north) == writes(world.south) == []


async def test_who_asked_is_in_the_journal_of_their_account_alone(world: World, way: Way) -> None:
    for name in ("anna", "bert"):
        async with world.client(name, way.era) as client:
            assert report_of(await deleted(client, await previewed(client)))["status"] == "applied"
    for name in ("anna", "bert"):
        async with world.client(name, way.era) as client:
            changes = report_of(await client.call_tool("list_changes", {}))["items"]
            assert [(one["key"], one["by"]) for one in changes] == [(ORDER, name)]
    assert not holds(world.north)
    assert not holds(world.south)


async def test_sessions_that_are_open_together_are_of_their_own_people(world: World, way: Way) -> None:
    async with (
        world.client("anna", way.era) as anna,
        world.client("anton", way.era) as anton,
        world.client("bert", way.era) as bert,
    ):
        for client in (anna, bert):
            assert report_of(await deleted(client, await previewed(client)))["status"] == "applied"
        undo = report_of(await anton.call_tool("list_changes", {}))["items"][0]["undo_id"]
        token = report_of(await anton.call_tool("undo_change", {"undo_id": undo}))["confirm_token"]
        again = await anton.call_tool("undo_change", {"undo_id": undo, "confirm_token": token})
        assert report_of(again)["status"] == "applied"
        changes = report_of(await anna.call_tool("list_changes", {}))["items"]
        assert [one["by"] for one in changes] == ["anton", "anna"]
        assert [one["by"] for one in report_of(await bert.call_tool("list_changes", {}))["items"]] == ["bert"]
    assert holds(world.north)
    assert not holds(world.south)


async def test_a_confirmation_of_one_account_is_none_of_the_other(world: World, way: Way) -> None:
    async with world.client("anna", way.era) as anna, world.client("bert", way.era) as bert:
        token = await previewed(anna)
        report = report_of(await deleted(bert, token))
        assert report["status"] == "preview"
        assert report["confirm_token"] != token
        assert writes(world.north) == writes(world.south) == []
        assert report_of(await deleted(anna, token))["status"] == "applied"
    assert holds(world.south)


async def test_a_confirmation_of_one_person_is_none_of_a_colleague(world: World, way: Way) -> None:
    async with world.client("anna", way.era) as anna, world.client("anton", way.era) as anton:
        token = await previewed(anna)
        report = report_of(await deleted(anton, token))
        assert report["status"] == "preview"
        assert "who asks" in report["message"]
        assert writes(world.north) == []
        assert report_of(await deleted(anna, token))["status"] == "applied"


async def test_a_change_of_one_account_cannot_be_undone_in_the_other(one_way: World) -> None:
    async with one_way.client("anna") as anna, one_way.client("bert") as bert:
        undo = report_of(await deleted(anna, await previewed(anna)))["undo_id"]
        assert report_of(await bert.call_tool("list_changes", {}))["total"] == 0
        refused = await bert.call_tool("undo_change", {"undo_id": undo})
        assert refused.is_error
        assert ORDER not in text_of(refused)
    assert writes(one_way.south) == []


async def test_a_plan_of_one_account_is_none_of_the_other(one_way: World) -> None:
    async with one_way.client("anna") as anna, one_way.client("bert") as bert:
        plans = [report_of(await client.call_tool("get_reorder_plan", {"limit": 3})) for client in (anna, bert)]
        its_id = plans[0]["plan_id"]
        assert its_id != plans[1]["plan_id"]
        for tool in ("simulate_reorder", "draft_purchase_orders"):
            result = await bert.call_tool(tool, {"plan_id": its_id})
            assert NORTH not in text_of(result)
            assert result.is_error or its_id not in json.dumps(result.structured_content)
        asked = {"limit": 3, "cursor": plans[0]["next_cursor"], "compare_to": its_id}
        assert NORTH not in text_of(await bert.call_tool("get_reorder_plan", asked))
    assert writes(one_way.south) == []


async def everything(client: Client, cursors: dict[str, str]) -> tuple[str, dict[str, str]]:
    """All that can be read, with the cursors given, as one text; and the cursors of its lists."""
    said: list[str] = []
    found: dict[str, str] = {}
    for tool in (function.__name__ for one in EVERY for function in one.reads):
        for arguments in CALLS[tool]:
            more = {"cursor": cursors[tool]} if tool in cursors else {}
            result = await client.call_tool(tool, {**arguments, **more})
            said += [text_of(result), json.dumps(result.structured_content)]
            if cursor := (result.structured_content or {}).get("next_cursor"):
                found[tool] = cursor
    for resource in (await client.list_resources()).resources:
        said.append((await client.read_resource(resource.uri)).model_dump_json())
    for template in (await client.list_resource_templates()).resource_templates:
        reference = ResourceTemplateReference(type="ref/resource", uri=template.uri_template)
        argument = "reference" if "{+reference}" in template.uri_template else "code"
        values = (await client.complete(reference, {"name": argument, "value": ""})).completion.values
        said += values
        uri = template.uri_template.replace(
            f"{{+{argument}}}", "V60-02" if "product" in template.uri_template else values[0]
        )
        said.append((await client.read_resource(uri)).model_dump_json())
    for prompt in (await client.list_prompts()).prompts:
        for one in prompt.arguments or ():
            asked = PromptReference(type="ref/prompt", name=prompt.name)
            said += (await client.complete(asked, {"name": one.name, "value": ""})).completion.values
    return "\n".join(said), found


async def test_nothing_that_can_be_read_of_one_account_is_of_the_other(one_way: World) -> None:
    async with one_way.client("anna") as anna, one_way.client("bert") as bert:
        north, cursors = await everything(anna, {})
        south, _ = await everything(bert, cursors)
    assert cursors
    assert north.count(NORTH) > 50
    assert south.count(SOUTH) > 50
    assert NORTH not in south
    assert SOUTH not in north


async def test_an_answer_to_the_question_of_another_is_none(one_way: World) -> None:
    person = Person()
    arguments = {"reference": ORDER}
    async with one_way.client("anna", person=person) as anna:
        question = await anna.session.call_tool("delete_purchase_order", arguments, allow_input_required=True)
        assert isinstance(question, InputRequiredResult)
        answers = {
            name: ElicitResult(action="accept", content={"apply": True}) for name in question.input_requests or {}
        }
        said: dict[str, Any] = {"input_responses": answers, "request_state": question.request_state}
        assert answers
        for name in ("bert", "anton"):
            async with one_way.client(name, person=person) as other:
                with pytest.raises(MCPError):
                    await other.session.call_tool("delete_purchase_order", arguments, allow_input_required=True, **said)
        assert writes(one_way.north) == writes(one_way.south) == []
        result = await anna.session.call_tool("delete_purchase_order", arguments, allow_input_required=True, **said)
        assert isinstance(result, CallToolResult)
        assert report_of(result)["status"] == "applied"
    assert holds(one_way.south)


async def test_a_question_about_one_account_is_not_answered_in_another(one_way: World) -> None:
    async with one_way.client("anna", person=Person()) as anna:
        question = await anna.session.call_tool(
            "delete_purchase_order", {"reference": ORDER}, allow_input_required=True
        )
        assert isinstance(question, InputRequiredResult)
        told = f'"{TOKENS["anna"]}"'
        write_tokens(one_way.file, FILE.replace(told, f'{told}\naccount = "south"'))
        answers: InputResponses = {
            one: ElicitResult(action="accept", content={"apply": True}) for one in question.input_requests or {}
        }
        with pytest.raises(MCPError):
            await anna.session.call_tool(
                "delete_purchase_order",
                {"reference": ORDER},
                input_responses=answers,
                request_state=question.request_state,
                allow_input_required=True,
            )
    assert writes(one_way.north) == writes(one_way.south) == []


HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}


def bearing(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS[name]}", **HEADERS}


def message(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


HELLO = message(
    "initialize",
    protocolVersion="2025-11-25",
    capabilities={},
    clientInfo={"name": "test", "version": "1"},
)


async def session_of(http: httpx.AsyncClient, name: str) -> str:
    answer = await http.post("/mcp", headers=bearing(name), json=HELLO)
    assert answer.status_code == 200
    session = answer.headers["mcp-session-id"]
    told = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    await http.post("/mcp", headers=bearing(name) | {"Mcp-Session-Id": session}, json=told)
    return session


@pytest.mark.parametrize("other", ["anton", "rita", "paul", "bert"])
async def test_a_session_of_another_is_none(one_way: World, other: str) -> None:
    async with httpx.AsyncClient(base_url=one_way.address) as http:
        session = {"Mcp-Session-Id": await session_of(http, "anna")}
        for method, body in (("POST", message("tools/list")), ("GET", None), ("DELETE", None)):
            answer = await http.request(method, "/mcp", headers=bearing(other) | session, json=body)
            assert answer.status_code == 404
        answer = await http.post("/mcp", headers=bearing("anna") | session, json=message("tools/list"))
        assert answer.status_code == 200


@asynccontextmanager
async def events_of_anton(folder: Path) -> AsyncGenerator[tuple[World, Callable[[str], Awaitable[int]]]]:
    """An open stream of server-sent events, and what a message to it that comes from somebody is answered."""
    async with (
        opened(folder, "sse") as world,
        httpx.AsyncClient(base_url=world.address) as http,
        http.stream("GET", "/sse", headers=bearing("anton")) as stream,
    ):
        lines = stream.aiter_lines()
        while not (line := await anext(lines)).startswith("data: "):
            pass
        place = line.removeprefix("data: ")

        async def sent(name: str) -> int:
            return (await http.post(place, headers=bearing(name), json=HELLO)).status_code

        yield world, sent


@pytest.mark.parametrize("other", ["anna", "rita", "paul", "bert"])
async def test_a_stream_of_another_takes_no_message(tmp_path: Path, other: str) -> None:
    async with events_of_anton(tmp_path) as (_, sent):
        assert await sent(other) == 404
        assert await sent("anton") == 202


@pytest.mark.parametrize(("now", "status"), [(FILE.replace(TOKENS["anton"], "-" * 40), 401), (ANTON_READS, 404)])
async def test_a_stream_takes_no_message_of_who_may_do_less_by_now(tmp_path: Path, now: str, status: int) -> None:
    async with events_of_anton(tmp_path) as (world, sent):
        assert await sent("anton") == 202
        write_tokens(world.file, now)
        assert await sent("anton") == status


@pytest.mark.parametrize(
    "authorization", [None, "Bearer", f"Basic {TOKENS['anna']}", f"Bearer {TOKENS['anna']}x", "Bearer é", "Bearer 7 8"]
)
async def test_nobody_gets_in_without_a_token(one_way: World, authorization: str | None) -> None:
    said = [] if authorization is None else [(b"Authorization", authorization.encode())]
    headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()] + said
    async with httpx.AsyncClient(base_url=one_way.address) as http:
        for method in ("POST", "GET", "DELETE"):
            answer = await http.request(method, "/mcp", headers=headers, json=HELLO)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert one_way.north.requests == []


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_who_is_taken_out_is_refused_in_an_open_session(one_way: World, era: Era) -> None:
    async with one_way.client("anton", era) as anton:
        assert not (await anton.call_tool("get_status", {})).is_error
        write_tokens(one_way.file, FILE.replace(TOKENS["anton"], "-" * 40))
        with pytest.raises(MCPError):
            await anton.call_tool("get_status", {})
    async with one_way.client("anna", era) as anna:
        assert not (await anna.call_tool("get_status", {})).is_error


async def test_who_may_only_read_from_now_on_writes_no_more(one_way: World) -> None:
    async with one_way.client("anton") as anton:
        token = await previewed(anton)
        write_tokens(one_way.file, ANTON_READS)
        refused = await deleted(anton, token)
        assert refused.is_error
        assert "read-only" in text_of(refused)
    assert writes(one_way.north) == []


async def test_a_session_of_a_menu_that_is_no_longer_its_callers_has_ended(one_way: World) -> None:
    async with one_way.client("anton", "legacy") as anton:
        token = await previewed(anton)
        write_tokens(one_way.file, ANTON_READS)
        with pytest.raises(MCPError):
            await deleted(anton, token)
    assert writes(one_way.north) == []


async def test_accounts_that_make_room_for_each_other_stay_apart(tmp_path: Path) -> None:
    async with opened(tmp_path, max_accounts=1) as world:
        for name, sandbox in (("anna", world.north), ("bert", world.south)):
            async with world.client(name) as client:
                assert report_of(await deleted(client, await previewed(client)))["status"] == "applied"
            assert not holds(sandbox)
        for name in ("anna", "bert"):
            async with world.client(name) as client:
                changes = report_of(await client.call_tool("list_changes", {}))["items"]
                assert [one["by"] for one in changes] == [name]
