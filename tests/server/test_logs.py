"""Logging to stderr: whose a line is, how a call went, and what no line holds."""

import asyncio
import io
import json
import logging
import re
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, redirect_stderr
from typing import Any, Literal

import httpx
import pytest
import uvicorn
from anyio import wait_all_tasks_blocked
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp import Client
from mcp_types import CallToolResult, TextContent

from stocktrim_client import StockTrimClient
from stocktrim_client.changes import caller
from stocktrim_client.journal import MemoryJournal
from stocktrim_client.sandbox import Fault, Sandbox
from stocktrim_mcp_server import logs, server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import LogFormat, LogLevel, Settings
from tests.conftest import NOW, TODAY, Clock
from tests.server.writing.clients import Person, Transport, reachable

Era = Literal["auto", "legacy"]
OpenApp = Callable[..., App]

CALLS = "stocktrim_mcp_server.calls"
TRANSPORT = "stocktrim_client.transport"
DEARER: dict[str, Any] = {"changes": [{"code": "V60-02", "unit_cost": 8.2468}]}
BEARER = "b3ar3r-" + "x" * 32


class Written(io.StringIO):
    """What went to stderr."""

    @property
    def lines(self) -> list[str]:
        return self.getvalue().splitlines()

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]

    def of(self, logger: str) -> list[dict[str, Any]]:
        return [one for one in self.records if one["logger"] == logger]

    def outcomes(self) -> list[str]:
        return [one["outcome"] for one in self.of(CALLS) if "outcome" in one]


@pytest.fixture
def written() -> Generator[Callable[..., Written]]:
    """Logs as the server would, to a text of its own; afterwards the loggers of this process are as they were."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    names = (*logs.CHATTY, logs.TALKATIVE, "uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")
    before = [(one, one.level, one.propagate, one.handlers[:]) for one in map(logging.getLogger, names)]

    def configure(form: LogFormat = "json", level: LogLevel = "INFO") -> Written:
        stderr = Written()
        with redirect_stderr(stderr):
            logs.configure(level, form)
        return stderr

    yield configure
    root.setLevel(level)
    root.handlers[:] = handlers
    for one, level, propagate, its_handlers in before:
        one.setLevel(level)
        one.propagate, one.handlers[:] = propagate, its_handlers


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> Era:
    return request.param


def text_of(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


@asynccontextmanager
async def as_caller(name: str) -> AsyncGenerator[None]:
    """Inside, whoever calls was let in under this name."""
    token = caller.set(name)
    try:
        yield
    finally:
        caller.reset(token)


# --- the lines


def test_lines_go_to_stderr_and_libraries_stay_quiet_about_what_they_send(written: Callable[..., Written]) -> None:
    stderr = written("text", "DEBUG")
    logging.getLogger("stocktrim_client.transport").debug("one call")
    logging.getLogger("httpx").info("GET https://api.stocktrim.com/api/Products?code=SECRET")
    logging.getLogger("httpcore.http11").debug("send_request_body SECRET")
    logging.getLogger("mcp.server.sse").debug("Received JSON: SECRET")
    logging.getLogger("mcp.server.runner").debug("dropped a frame SECRET")
    logging.getLogger("mcp.server.streamable_http_manager").info("Created new transport with session ID: SECRET")
    assert len(stderr.lines) == 1
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z DEBUG stocktrim_client\.transport: one call", stderr.lines[0]
    )
    assert sys.stderr is not stderr


def test_of_the_sdk_no_more_is_logged_than_the_owner_asked_for(written: Callable[..., Written]) -> None:
    stderr = written("text", "ERROR")
    logging.getLogger("mcp.server.mcpserver.server").warning("dropped")
    logging.getLogger("mcp.server.sse").error("it broke")
    assert [line.partition(": ")[2] for line in stderr.lines] == ["it broke"]


def test_a_program_finds_the_same_keys_in_every_line(written: Callable[..., Written]) -> None:
    stderr = written()
    logging.getLogger("any").warning("%s of %d", "ümläut", 7)
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logging.getLogger("any").exception("it broke")
    first, second = stderr.records
    assert list(first) == list(second)
    assert first == {
        "time": first["time"],
        "level": "WARNING",
        "logger": "any",
        "message": "ümläut of 7",
        "request": None,
        "tool": None,
        "caller": None,
        "exception": None,
    }
    assert second["exception"].startswith("Traceback")
    assert second["exception"].endswith("ValueError: two\nlines")


TEXTS = st.text() | st.lists(
    st.sampled_from(["\n", "\r", "\x1b[2J", "\u2028", "\x85", "\u202e", "\ud800", "2026-11-22T20:00:00.000Z ERROR x: "])
).map("".join)


@pytest.mark.parametrize("form", ["text", "json"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
def test_whatever_a_message_holds_it_is_one_line(written: Callable[..., Written], form: LogFormat, text: str) -> None:
    stderr = written(form)
    logging.getLogger("any").warning("read %s", text)
    (line,) = stderr.lines
    assert line.isprintable()
    assert stderr.getvalue() == f"{line}\n"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
def test_no_error_writes_a_line_that_looks_like_one_of_ours(written: Callable[..., Written], text: str) -> None:
    stderr = written("text")
    try:
        raise ValueError(text)
    except ValueError:
        logging.getLogger("any").exception("it broke")
    first, *rest = stderr.getvalue().rstrip("\n").split("\n")
    assert first.endswith("ERROR any: it broke")
    assert all(line.startswith("  ") and line.isprintable() for line in rest)


def test_what_is_too_long_is_cut_and_of_a_traceback_the_end_stays(written: Callable[..., Written]) -> None:
    stderr = written()
    try:
        raise ValueError("y" * 100_000 + "the end")
    except ValueError:
        logging.getLogger("any").exception("x" * 100_000)
    (record,) = stderr.records
    assert len(record["message"]) == len(record["exception"]) == logs.LONGEST + 1
    assert record["exception"].endswith("the end")


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {BEARER}",
        f"{{'authorization': 'bearer {BEARER}'}}",
        '{"confirm_token": "ABCDEFGHIJKL"}',
        r'"{\"confirm_token\":\"ABCDEFGHIJKL\"}"',
        "confirm_token='ABCDEFGHIJKL'",
    ],
)
def test_a_token_that_somebody_quotes_is_hidden(written: Callable[..., Written], text: str) -> None:
    stderr = written()
    try:
        raise ValueError(text)
    except ValueError:
        logging.getLogger("any").exception(text)
    assert stderr.getvalue().count("[hidden]") == 2
    assert BEARER not in stderr.getvalue()
    assert "ABCDEFGHIJKL" not in stderr.getvalue()


def test_a_line_that_a_library_gets_wrong_is_a_line(
    written: Callable[..., Written], capsys: pytest.CaptureFixture[str]
) -> None:
    stderr = written()
    for arguments in (("a", "SECRET"), ("%d of %d", "SECRET", 1), ("%(name)s", {"other": "SECRET"})):
        logging.getLogger("any").warning(*arguments)
    assert [one["message"] for one in stderr.records] == ["a", "%d of %d", "%(name)s"]
    assert "SECRET" not in stderr.getvalue() + capsys.readouterr().err


def test_uvicorn_logs_in_the_same_form(written: Callable[..., Written]) -> None:
    stderr = written()
    uvicorn.Config("any:app", log_config=None, access_log=False)
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("uvicorn.access").info("GET /?token=SECRET")
    assert [one["message"] for one in stderr.of("uvicorn.error")] == ["Invalid HTTP request received."]
    assert "SECRET" not in stderr.getvalue()


# --- whose they are


async def test_one_id_leads_from_a_call_to_each_of_its_requests(
    app: App, era: Era, written: Callable[..., Written]
) -> None:
    stderr = written()
    async with Client(server.build(app), mode=era) as client:
        for tool in ("get_reorder_plan", "get_products"):
            await client.call_tool(tool, {"codes": ["V60-02"]} if tool == "get_products" else {})
    ends = stderr.of(CALLS)
    assert [one["tool"] for one in ends] == ["get_reorder_plan", "get_products"]
    ids = [one["request"] for one in ends]
    assert len(set(ids)) == 2
    assert all(re.fullmatch("[0-9a-f]{8}", one) for one in ids)
    sent = stderr.of(TRANSPORT)
    assert {one["request"] for one in sent} == set(ids)
    for one in sent:
        assert f"request {one['request']}." in one["message"]
        assert one["tool"] == dict(zip(ids, ("get_reorder_plan", "get_products"), strict=True))[one["request"]]


async def test_each_attempt_and_each_retry_carries_the_id(
    app: App, sandbox: Sandbox, written: Callable[..., Written]
) -> None:
    sandbox.faults.add(Fault("status", at="list_products", status=503, times=2))
    stderr = written(level="DEBUG")
    async with Client(server.build(app)) as client:
        await client.call_tool("get_products", {"codes": ["V60-02"]})
    (its_id,) = {one["request"] for one in stderr.of(CALLS)}
    attempts = [one for one in stderr.of(TRANSPORT) if one["level"] in ("DEBUG", "WARNING")]
    assert sum("retry" in one["message"] for one in attempts) == 2
    assert all(f"request {its_id}." in one["message"] for one in attempts)
    assert all(one["request"] == its_id for one in attempts)


async def test_calls_at_the_same_time_keep_their_lines_apart(app: App, written: Callable[..., Written]) -> None:
    stderr = written()
    codes = ["V60-02", "KETTLE-09", "APRON-BLK"]
    async with Client(server.build(app)) as client:
        await asyncio.gather(*(client.call_tool("get_products", {"codes": [code]}) for code in codes))
    ids = [one["request"] for one in stderr.of(CALLS)]
    assert len(set(ids)) == 3
    for one in stderr.of(TRANSPORT):
        assert one["request"] in ids
        assert f"request {one['request']}." in one["message"]


async def test_lines_and_journal_name_who_was_let_in(app: App, era: Era, written: Callable[..., Written]) -> None:
    stderr = written()
    async with as_caller("anna"), Client(server.build(app), mode=era) as client:
        shown = await client.call_tool("update_products", DEARER)
        token = (shown.structured_content or {})["confirm_token"]
        done = await client.call_tool("update_products", {**DEARER, "confirm_token": token})
    assert (done.structured_content or {})["status"] == "applied"
    assert {one["caller"] for one in stderr.of(CALLS) + stderr.of(TRANSPORT)} == {"anna"}
    (entry,) = (await app.stocktrim.history.entries()).entries
    assert entry.caller == "anna"


async def test_a_name_of_a_caller_writes_no_line_of_its_own(app: App, written: Callable[..., Written]) -> None:
    stderr = written("text")
    async with as_caller("anna]: ok\n2026-11-22 ERROR forged"), Client(server.build(app)) as client:
        await client.call_tool("get_products", {"codes": ["V60-02"]})
    assert not [line for line in stderr.lines if line.startswith("2026-11-22 ERROR")]
    assert all(re.match(r"[0-9-]{10}T[0-9:.]{12}Z (INFO|WARNING) ", line) for line in stderr.lines)


async def test_what_the_journal_calls_a_call_finds_its_lines(app: App, written: Callable[..., Written]) -> None:
    stderr = written()
    async with Client(server.build(app)) as client:
        shown = (await client.call_tool("update_products", DEARER)).structured_content or {}
        done = await client.call_tool("update_products", {**DEARER, "confirm_token": shown["confirm_token"]})
    assert stderr.of(CALLS)[-1]["request"] == (done.structured_content or {})["undo_id"]


async def test_without_an_owner_who_wants_lines_there_are_none(app: App, written: Callable[..., Written]) -> None:
    stderr = written(level="WARNING")
    async with Client(server.build(app)) as client:
        await client.call_tool("get_products", {"codes": ["V60-02"]})
    assert stderr.getvalue() == ""


# --- how a call went


async def test_the_last_line_of_a_call_says_how_it_went(app: App, era: Era, written: Callable[..., Written]) -> None:
    stderr = written()
    async with Client(server.build(app), mode=era) as client:
        await client.call_tool("get_reorder_plan", {})
        await client.call_tool("get_reorder_plan", {"limt": 3})
        await client.call_tool("get_reorder_plan", {"limit": "many"})
        shown = (await client.call_tool("update_products", DEARER)).structured_content or {}
        await client.call_tool("update_products", {**DEARER, "confirm_token": shown["confirm_token"]})
        await client.call_tool("update_products", DEARER)
    assert stderr.outcomes() == ["ok", "refused", "refused", "preview", "applied", "unchanged"]
    for one in stderr.of(CALLS):
        assert one["message"] == f"{one['outcome']}, {one['milliseconds']} ms"
        assert one["level"] == "INFO"
        assert 0 <= one["milliseconds"] < 60_000
    for word in ("V60-02", "8.2468", "limt", shown["confirm_token"]):
        assert word not in "".join(json.dumps(one) for one in stderr.of(CALLS))


async def test_a_call_that_ends_with_a_question_says_so(app: App, written: Callable[..., Written]) -> None:
    stderr = written()
    async with Client(server.build(app), elicitation_callback=Person()) as client:
        await client.call_tool("update_products", DEARER)
    assert stderr.outcomes() == ["asked", "applied"]


async def test_a_cancelled_call_says_so(era: Era, written: Callable[..., Written]) -> None:
    sandbox = Sandbox(today=TODAY)
    sandbox.faults.add(Fault("silence", at="list_products", times=1))
    app = App(Settings(sandbox=True), lambda _: StockTrimClient("sandbox", "sandbox", transport=sandbox))
    stderr = written()
    async with Client(server.build(app), mode=era) as client:
        call = asyncio.create_task(client.call_tool("get_products", {"codes": ["V60-02"]}))
        await wait_all_tasks_blocked()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await client.call_tool("get_status", {})
    await app.aclose()
    assert stderr.outcomes()[0] == "cancelled"


@pytest.mark.parametrize(
    ("fault", "tool", "arguments"),
    [
        (Fault("status", status=500, times=None), "get_products", {"codes": ["V60-02"]}),
        (Fault("reset", times=None), "get_products", {"codes": ["V60-02"]}),
        (Fault("html", status=401, times=None), "get_products", {"codes": ["V60-02"]}),
        (Fault("malformed", times=None), "get_products", {"codes": ["V60-02"]}),
        (Fault("status", status=500, times=None), "get_reorder_plan", {}),
        (Fault("status", status=500, times=None), "update_products", DEARER),
    ],
)
async def test_a_fault_told_to_the_model_leads_its_owner_to_the_lines(
    app: App, sandbox: Sandbox, era: Era, written: Callable[..., Written], fault: Fault, tool: str, arguments: Any
) -> None:
    sandbox.faults.add(fault)
    stderr = written()
    async with Client(server.build(app), mode=era) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    found = re.search(r" \(request ([0-9a-f]{8})\)$", text_of(result))
    assert found, text_of(result)
    assert stderr.outcomes() == ["error"]
    assert stderr.of(CALLS)[0]["request"] == found[1]
    assert found[1] in {one["request"] for one in stderr.of(TRANSPORT)}


async def test_what_a_model_can_mend_names_no_request(app: App, era: Era, written: Callable[..., Written]) -> None:
    stderr = written()
    async with Client(server.build(app), mode=era) as client:
        for arguments in ({"limt": 3}, {"cursor": "none of ours"}):
            result = await client.call_tool("get_reorder_plan", arguments)
            assert result.is_error
            assert "(request" not in text_of(result)
    assert stderr.outcomes() == ["refused", "refused"]


async def test_a_bug_of_ours_is_logged_where_the_model_says_to_look(era: Era, written: Callable[..., Written]) -> None:
    def broken(settings: Settings) -> StockTrimClient:
        raise KeyError("the-secret-of-the-bug")

    stderr = written()
    async with Client(server.build(App(Settings(sandbox=True), broken)), mode=era) as client:
        result = await client.call_tool("get_reorder_plan", {})
    assert result.is_error
    found = re.fullmatch(
        r"get_reorder_plan failed by a fault of this server: its log tells more\. \(request ([0-9a-f]{8})\)",
        text_of(result),
    )
    assert found, text_of(result)
    crash, end = stderr.of(CALLS)
    assert (crash["level"], crash["request"], crash["tool"]) == ("ERROR", found[1], "get_reorder_plan")
    assert "the-secret-of-the-bug" in crash["exception"]
    assert (end["request"], end["outcome"]) == (found[1], "error")


async def test_a_resource_has_an_id_as_well(app: App, written: Callable[..., Written]) -> None:
    stderr = written()
    async with Client(server.build(app)) as client:
        await client.read_resource("stocktrim://product/V60-02")
    (its_id,) = {one["request"] for one in stderr.of(TRANSPORT)}
    assert re.fullmatch("[0-9a-f]{8}", its_id)


# --- what no line holds

SECRET = st.text("abcdefghijklmnopqrstuvwxyz0123456789+/=%&\"'<>\\ {}", min_size=12, max_size=40).filter(
    lambda text: text.strip() == text and len(set(text)) > 6
)
KINDS = ("status", "reset", "truncate", "malformed", "html")


@pytest.mark.parametrize("form", ["text", "json"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(auth_id=SECRET, signature=SECRET, kind=st.sampled_from(KINDS), status=st.sampled_from([200, 400, 401, 429, 500]))
async def test_no_line_at_any_level_holds_a_credential_or_a_token(
    written: Callable[..., Written], form: LogFormat, auth_id: str, signature: str, kind: Any, status: int
) -> None:
    clock = Clock()
    sandbox = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, auth_id=auth_id, auth_signature=signature)
    stderr = written(form, "DEBUG")

    def connect(settings: Settings) -> StockTrimClient:
        return StockTrimClient(
            auth_id, signature, transport=sandbox, sleep=clock.sleep, journal=MemoryJournal(), now=lambda: NOW
        )

    app = App(Settings(sandbox=True), connect, now=lambda: NOW)
    echo = json.dumps({"detail": f"no {auth_id} {signature}", "title": signature})
    headers = {"x-request-id": f"{auth_id.encode().hex()} {signature}".encode("ascii", "ignore").decode()}
    tokens: list[str] = []
    async with as_caller("anna"), Client(server.build(app)) as client:
        for _ in range(2):
            shown = await client.call_tool("update_products", DEARER)
            tokens += [str((shown.structured_content or {}).get("confirm_token", ""))]
            await client.call_tool("update_products", {**DEARER, "confirm_token": tokens[0] or signature})
            await client.call_tool("get_products", {"codes": [signature, "V60-02"], "confirm_token": tokens[0]})
            await client.call_tool("get_reorder_plan", {"suppliers": [auth_id]})
            sandbox.faults.add(Fault(kind, times=None, status=status, body=echo, headers=headers))
    await app.aclose()
    assert len(stderr.lines) > 10
    assert tokens[0]
    for secret in (auth_id, signature, *filter(None, tokens), BEARER):
        for form_of_it in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1]):
            assert form_of_it not in stderr.getvalue()


@pytest.mark.parametrize("transport", ["http", "stateless", "sse"])
async def test_served_to_others_nothing_of_a_message_is_logged(
    open_app: OpenApp, sandbox: Sandbox, written: Callable[..., Written], transport: Transport
) -> None:
    stderr = written("text", "DEBUG")
    app = open_app(sandbox, log_level="DEBUG")
    async with reachable(server.build(app), transport) as place, Client(place, mode="legacy") as client:
        shown = (await client.call_tool("update_products", DEARER)).structured_content or {}
        await client.call_tool("search", {"query": "a-word-of-a-buyer"})
    assert sum(CALLS in line for line in stderr.lines) == 2
    for word in (shown["confirm_token"], "a-word-of-a-buyer", "jsonrpc", "V60-02"):
        assert word not in stderr.getvalue()
    assert all(re.match(r"[0-9-]{10}T[0-9:.]{12}Z (DEBUG|INFO|WARNING) ", line) for line in stderr.lines), stderr.lines


async def test_who_sends_no_http_is_told_so_in_one_line(app: App, written: Callable[..., Written]) -> None:
    stderr = written("text", "DEBUG")
    async with reachable(server.build(app), "http") as place:
        address = httpx.URL(str(place))
        reader, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(b"GET /\nBearer " + BEARER.encode() + b"\r\n\r\n")
        await reader.read()
        writer.close()
        await writer.wait_closed()
    assert any("Invalid HTTP request" in line for line in stderr.lines)
    assert BEARER not in stderr.getvalue()
