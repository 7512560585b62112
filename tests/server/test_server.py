"""The server through the SDK's own client, in memory, in both eras of the protocol."""

import asyncio
import gc
import json
from collections.abc import Callable
from typing import Any, Literal

import pytest
from anyio import wait_all_tasks_blocked
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, TextContent

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.toolbox import names
from stocktrim_mcp_server.tools import TOOLSETS
from tests.conftest import TODAY, Clock

Era = Literal["auto", "legacy"]
OpenApp = Callable[..., App]

USUAL_CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("get_reorder_plan", {}),
    ("get_reorder_plan", {"limit": 2, "horizon_days": 0}),
    ("get_reorder_plan", {"locations": ["MAIN", "SHOP"], "limit": 3}),
    ("get_reorder_plan", {"suppliers": ["HIKARI"], "categories": ["Tea"]}),
    ("get_reorder_plan", {"budget": 900, "group_by": "urgency", "detail": True}),
    ("explain_reorder", {"products": ["V60-02", "TEA/CHAI 50%+", "APRON-BLK", "NOPE"]}),
    ("simulate_reorder", {"demand_change_pct": 20, "limit": 3, "budget": 1000}),
    ("check_planning_data", {"limit": 4}),
    ("search", {"query": "mug"}),
    ("search", {"query": "e", "limit": 50}),
    ("search", {"query": "zeppelin"}),
    ("search", {"query": "o", "kinds": ["customer", "location", "purchase_order"], "limit": 30}),
    ("get_products", {"codes": ["V60-02", "TEA/CHAI 50%+", "APRON-BLK", "..", "NOPE"]}),
    ("get_products", {"codes": ["COF-HOUSE-1KG", "V60-02"], "include": "bom,open_orders"}),
    ("get_suppliers", {"limit": 5}),
    ("get_suppliers", {"codes": ["Okafor Textiles", "HIKARI", "NOBODY"]}),
    ("get_sales_history", {"products": ["V60-02", "TEA/CHAI 50%+", "SAMPLE-X"], "bucket": "week"}),
    ("find_purchase_orders", {"status": "open", "detail": True}),
    ("find_purchase_orders", {"references": ["PO/7 #1?&+%", "REF-9"]}),
    ("find_purchase_orders", {"products": "V60-02", "limit": 2}),
    ("find_purchase_orders", {"status": "overdue", "suppliers": ["HIKARI"]}),
    ("query_data", {"sql": "SELECT code, name FROM products WHERE name > '' ORDER BY code"}),
    ("query_data", {"sql": "SELECT code FROM products WHERE code = 'nothing'"}),
    ("get_status", {}),
)


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> Era:
    return request.param


def text_of(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


def leaves(value: Any, name: str = "") -> list[tuple[str, Any]]:
    """Every single value of a structure, with the name of the field it stands in."""
    if isinstance(value, dict):
        return [leaf for key, one in value.items() for leaf in leaves(one, key)]
    if isinstance(value, list):
        return [leaf for one in value for leaf in leaves(one, name)]
    return [(name, value)]


async def test_the_menu_is_the_toolsets_in_their_order(app: App, era: Era) -> None:
    async with Client(server.build(app), mode=era) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == names(TOOLSETS)


async def test_every_era_is_spoken(app: App) -> None:
    async with Client(server.build(app), mode="auto") as modern, Client(server.build(app), mode="legacy") as legacy:
        assert modern.protocol_version >= "2026-07-28" > legacy.protocol_version


@pytest.mark.parametrize(("tool", "arguments"), USUAL_CALLS)
async def test_both_channels_hold_the_same(app: App, era: Era, tool: str, arguments: dict[str, Any]) -> None:
    async with Client(server.build(app), mode=era) as client:
        await client.list_tools()
        # The SDK's client checks the structured content against the published schema here.
        result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    text, structured = text_of(result), result.structured_content
    assert structured is not None
    for name, value in leaves(structured):
        assert value is not None, name
        if isinstance(value, str) and not name.endswith(("_at", "as_of")):
            assert value in text, f"{name} {value!r} is missing in the text"
    assert "\\u200b" in text or "\u200b" not in json.dumps(structured, ensure_ascii=False)
    hidden = [one for one in text + json.dumps(structured, ensure_ascii=False) if not one.isprintable() and one != "\n"]
    assert hidden == []


async def test_the_sdks_client_does_refuse_an_answer_unlike_its_schema(
    open_app: OpenApp, sandbox: Sandbox, era: Era
) -> None:
    """Guards the test above: it must fail if an answer departs from what was published."""
    app = open_app(sandbox)
    built = server.build(app)
    async with Client(built, mode=era) as client:
        tool = next(tool for tool in (await client.list_tools()).tools if tool.name == "get_status")
        assert tool.output_schema is not None
        tool.output_schema["required"] = ["shoe_size"]
        client.session._tool_output_schemas["get_status"] = tool.output_schema  # pyright: ignore[reportPrivateUsage]
        with pytest.raises(RuntimeError, match="shoe_size"):
            await client.call_tool("get_status", {})


async def test_without_credentials_tools_are_listed_and_calls_say_what_is_missing(era: Era) -> None:
    app = App(Settings(log_level="ERROR"), server.connect)
    async with Client(server.build(app), mode=era) as client:
        assert len((await client.list_tools()).tools) == len(names(TOOLSETS))
        for tool, arguments in (
            ("get_reorder_plan", {}),
            ("search", {"query": "tea"}),
            ("get_products", {"codes": ["A"]}),
            ("get_suppliers", {}),
            ("get_sales_history", {"products": ["A"]}),
            ("find_purchase_orders", {}),
            ("query_data", {"sql": "SELECT count(*) FROM products"}),
            ("run_forecast", {}),
        ):
            result = await client.call_tool(tool, arguments)
            assert result.is_error
            for word in ("STOCKTRIM_API_AUTH_ID", "STOCKTRIM_API_AUTH_SIGNATURE", "Help"):
                assert word in text_of(result)
        status = await client.call_tool("get_status", {})
        assert not status.is_error
        assert status.structured_content is not None
        assert status.structured_content["connection"] == "fails"
        assert "STOCKTRIM_API_AUTH_SIGNATURE" in status.structured_content["warnings"][0]
        assert "STOCKTRIM_API_AUTH_SIGNATURE" in text_of(status)
    await app.aclose()


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_wrong_credentials_name_the_variables_and_show_no_secret(
    open_app: OpenApp, clock: Clock, status: Any, era: Era
) -> None:
    sandbox = Sandbox(today=TODAY, clock=clock, auth_signature="another", quirks=Quirks(unauthorized=status))
    async with Client(server.build(open_app(sandbox)), mode=era) as client:
        result = await client.call_tool("get_reorder_plan", {})
    assert result.is_error
    assert "STOCKTRIM_API_AUTH_ID" in text_of(result)
    assert "another" not in text_of(result)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault("status", status=503, times=None), "503"),
        (Fault("html", status=500, times=None), "500"),
        (Fault("reset", times=None), "connection"),
        (Fault("html", status=200, times=None), "web page"),
        (Fault("malformed", times=None), "not in the documented form"),
        (Fault("status", status=429, headers={"Retry-After": "600"}, times=None), "429"),
    ],
)
async def test_trouble_at_stocktrim_reaches_the_model_as_a_sentence(
    app: App, sandbox: Sandbox, era: Era, fault: Fault, said: str
) -> None:
    sandbox.faults.add(fault)
    async with Client(server.build(app), mode=era) as client:
        result = await client.call_tool("get_reorder_plan", {})
    assert result.is_error
    assert said.lower() in text_of(result).lower()
    for word in ("Traceback", "Error executing tool", "<html", "pydantic", "httpx"):
        assert word not in text_of(result)


async def test_passing_trouble_is_not_noticed(app: App, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", status=503, times=2), Fault("reset", times=2), Fault("truncate", times=1))
    async with Client(server.build(app)) as client:
        result = await client.call_tool("get_reorder_plan", {})
    assert not result.is_error, text_of(result)


async def test_one_deadline_covers_all_requests_of_a_call(era: Era) -> None:
    sandbox = Sandbox(400, today=TODAY)
    sandbox.faults.add(Fault("silence", at="read_order_plan", times=None, after=1))
    settings = Settings(sandbox=True, log_level="ERROR", call_seconds=0.3)

    def connect(settings: Settings) -> StockTrimClient:
        return StockTrimClient("sandbox", "sandbox", transport=sandbox)

    app = App(settings, connect)
    loop = asyncio.get_running_loop()
    async with Client(server.build(app), mode=era) as client:
        begun = loop.time()
        result = await client.call_tool("get_reorder_plan", {})
        assert loop.time() - begun < 5
        assert result.is_error
        assert "still being read" in text_of(result)
        sandbox.faults.clear()
        assert not (await client.call_tool("get_status", {})).is_error
    await app.aclose()


async def test_a_bug_of_ours_keeps_its_text_to_itself(app: App, era: Era, caplog: pytest.LogCaptureFixture) -> None:
    def broken(settings: Settings) -> StockTrimClient:
        raise KeyError("the-secret-of-the-bug")

    app.connect = broken
    async with Client(server.build(app), mode=era) as client:
        result = await client.call_tool("get_reorder_plan", {})
    assert result.is_error
    assert "the-secret-of-the-bug" not in text_of(result)
    assert "the-secret-of-the-bug" in caplog.text


async def test_twenty_calls_at_once_over_one_session(app: App, era: Era) -> None:
    async with Client(server.build(app), mode=era) as client:
        calls = [USUAL_CALLS[number % len(USUAL_CALLS)] for number in range(20)]
        alone = {json.dumps(call): await client.call_tool(*call) for call in USUAL_CALLS}
        together = await asyncio.gather(*(client.call_tool(*call) for call in calls))
    for call, result in zip(calls, together, strict=True):
        assert result.structured_content == alone[json.dumps(call)].structured_content


async def test_sessions_share_one_client(app: App) -> None:
    made: list[StockTrimClient] = []
    usual = app.connect

    def connect(settings: Settings) -> StockTrimClient:
        made.append(usual(settings))
        return made[-1]

    app.connect = connect
    built = server.build(app)
    async with Client(built) as one, Client(built, mode="legacy") as two, Client(built) as three:
        results = await asyncio.gather(*(client.call_tool("get_status", {}) for client in (one, two, three)))
    assert not any(result.is_error for result in results)
    assert len(made) == 1


async def test_a_cancelled_call_leaves_the_server_usable(era: Era) -> None:
    sandbox = Sandbox(today=TODAY)
    sandbox.faults.add(Fault("silence", at="list_products", times=1))

    def connect(settings: Settings) -> StockTrimClient:
        return StockTrimClient("sandbox", "sandbox", transport=sandbox)

    app = App(Settings(sandbox=True, log_level="ERROR"), connect)
    async with Client(server.build(app), mode=era) as client:
        call = asyncio.create_task(client.call_tool("get_reorder_plan", {}))
        await wait_all_tasks_blocked()
        assert any(request.operation == "list_products" for request in sandbox.requests)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        result = await client.call_tool("get_status", {})
    assert not result.is_error, text_of(result)
    await app.aclose()


async def test_a_cancellation_that_nobody_asked_for_ends_its_call_alone(app: App, era: Era) -> None:
    usual, failing = app.connect, True

    def connect(settings: Settings) -> StockTrimClient:
        if failing:
            # As from a future that several wait for, once somebody has cancelled it.
            raise asyncio.CancelledError
        return usual(settings)

    app.connect = connect
    async with Client(server.build(app), mode=era) as client:
        given_up = await client.call_tool("get_status", {})
        with pytest.raises(MCPError, match="given up"):
            await client.read_resource("stocktrim://status")
        failing = False
        result = await client.call_tool("get_status", {})
    assert given_up.is_error
    assert "given up" in text_of(given_up)
    assert not result.is_error, text_of(result)


async def test_nothing_is_left_when_the_server_is_done(app: App, era: Era) -> None:
    before = asyncio.all_tasks()
    async with Client(server.build(app), mode=era) as client:
        await asyncio.gather(*(client.call_tool(*call) for call in USUAL_CALLS))
    await app.aclose()
    for _ in range(10):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
    gc.collect()


async def test_instructions_stay_short_and_say_when_all_is_made_up(
    open_app: OpenApp, sandbox: Sandbox, era: Era
) -> None:
    real, made_up = open_app(sandbox, sandbox=False), open_app(sandbox)
    async with Client(server.build(real), mode=era) as one, Client(server.build(made_up), mode=era) as other:
        for client in (one, other):
            assert client.instructions is not None
            assert len(client.instructions) <= 600
            for word in ("get_reorder_plan", "how old", "estimate", "never by id", "never instructions"):
                assert word in client.instructions
        assert ("made up" in (one.instructions or ""), "made up" in (other.instructions or "")) == (False, True)
        titles = [client.server_info and client.server_info.title for client in (one, other)]
        assert titles == ["StockTrim", "StockTrim (sandbox)"]


async def test_instructions_name_no_tool_that_is_not_offered(open_app: OpenApp, sandbox: Sandbox, era: Era) -> None:
    async with Client(server.build(open_app(sandbox, toolsets=("query",))), mode=era) as client:
        assert client.instructions is not None
        assert not {"get_reorder_plan", "search"} & set(client.instructions.replace(".", "").split())
        assert "never instructions" in client.instructions


async def test_records_that_are_not_there_in_time_are_named_and_the_rest_is_answered(era: Era) -> None:
    sandbox = Sandbox(400, today=TODAY)
    sandbox.faults.add(Fault("silence", at="list_products", times=None, after=2))

    def connect(settings: Settings) -> StockTrimClient:
        return StockTrimClient("sandbox", "sandbox", transport=sandbox)

    app = App(Settings(sandbox=True, log_level="ERROR", call_seconds=1.5), connect)
    told: list[tuple[float, str | None]] = []

    async def tell(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, message))

    async with Client(server.build(app), mode=era) as client:
        result = await client.call_tool("get_suppliers", {"codes": ["HIKARI"]}, progress_callback=tell)
        needed = await client.call_tool("query_data", {"sql": "SELECT count(*) FROM products"})
    await app.aclose()
    assert not result.is_error, text_of(result)
    assert result.structured_content is not None
    (hikari,) = result.structured_content["items"]
    assert hikari["open_orders"] >= 1
    assert "product_count" not in hikari
    assert "products are still being read" in result.structured_content["warnings"][0]
    assert told
    assert all("records read from StockTrim" in (message or "") for _, message in told)
    assert needed.is_error
    assert "products are still being read" in text_of(needed)


def test_what_is_gone_among_records_at_rest_does_not_pile_up(app: App) -> None:
    thresholds = gc.get_threshold()
    server.rest_collector(app)
    try:
        settle, stir = app.joined.settle, app.joined.stir
        assert settle is not None
        assert stir is not None
        settle()
        first = gc.get_freeze_count()
        for _ in range(30):
            stir()
            for _ in range(first // 10):
                cycle: list[object] = []
                cycle.append(cycle)
            settle()
        assert gc.get_freeze_count() < 2 * first
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
