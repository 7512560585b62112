"""Traces: a call's span with one below it for each attempt, sent where the environment says, and nothing secret."""

import json
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from typing import Literal

import pytest
from mcp import Client
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from stocktrim_client import StockTrimClient, __version__
from stocktrim_client.journal import MemoryJournal
from stocktrim_client.sandbox import Fault, Sandbox
from stocktrim_mcp_server import server, telemetry
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import Settings
from tests.conftest import NOW, TODAY, Clock
from tests.server.stdio import environment, started

Era = Literal["auto", "legacy"]

AUTH_ID, SIGNATURE = "an-id-of-an-account", "a-signature-of-an-account"
ADDRESS = "https://api.stocktrim.example/base"


@pytest.fixture
def exported() -> Generator[InMemorySpanExporter]:
    """Every span that ends meanwhile. A process has one provider for good, so each test adds to it."""
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield exporter
    exporter.shutdown()


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> Era:
    return request.param


@pytest.fixture
def far(clock: Clock) -> Sandbox:
    return Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, auth_id=AUTH_ID, auth_signature=SIGNATURE)


@pytest.fixture
async def traced(far: Sandbox, clock: Clock) -> AsyncGenerator[App]:
    """What a server lends, whose requests make spans."""

    def connect(settings: Settings) -> StockTrimClient:
        return StockTrimClient(
            AUTH_ID,
            SIGNATURE,
            transport=far,
            sleep=clock.sleep,
            journal=MemoryJournal(),
            on_attempt=telemetry.spans(ADDRESS),
        )

    app = App(Settings(sandbox=True), connect, now=lambda: NOW)
    yield app
    await app.aclose()


def attempts(spans: Sequence[ReadableSpan]) -> list[ReadableSpan]:
    return [one for one in spans if one.kind == SpanKind.CLIENT and "stocktrim.operation" in held(one)]


def held(span: ReadableSpan) -> Mapping[str, object]:
    return span.attributes or {}


def call_of(spans: Sequence[ReadableSpan], tool: str) -> ReadableSpan:
    (found,) = (one for one in spans if one.kind == SpanKind.SERVER and one.name == f"tools/call {tool}")
    return found


# --- the spans


async def test_below_the_span_of_a_call_stands_one_for_each_attempt(
    traced: App, era: Era, exported: InMemorySpanExporter
) -> None:
    async with Client(server.build(traced), mode=era) as client:
        await client.call_tool("get_products", {"codes": ["V60-02"]})
    spans = exported.get_finished_spans()
    call = call_of(spans, "get_products")
    sent = attempts(spans)
    assert {one.name for one in sent} >= {"GET /api/Products"}
    assert call.context is not None
    for one in sent:
        assert one.parent is not None
        assert (one.parent.trace_id, one.parent.span_id) == (call.context.trace_id, call.context.span_id)


async def test_a_reading_that_goes_on_behind_a_call_belongs_to_it(traced: App, exported: InMemorySpanExporter) -> None:
    async with Client(server.build(traced)) as client:
        await client.call_tool("get_reorder_plan", {})
    spans = exported.get_finished_spans()
    call = call_of(spans, "get_reorder_plan")
    sent = attempts(spans)
    assert {"read_order_plan", "list_products", "list_suppliers"} <= {held(one)["stocktrim.operation"] for one in sent}
    assert {one.parent and one.parent.span_id for one in sent} == {call.context and call.context.span_id}


async def test_a_request_sent_again_has_two_spans(traced: App, far: Sandbox, exported: InMemorySpanExporter) -> None:
    far.faults.add(Fault("status", at="read_order_plan", status=503), Fault("reset", at="read_order_plan"))
    async with Client(server.build(traced)) as client:
        await client.call_tool("get_reorder_plan", {})
    sent = attempts(exported.get_finished_spans())
    (its_id,) = {held(one)["stocktrim.request"] for one in sent if held(one).get("http.response.status_code") == 503}
    busy, broken, fine = (one for one in sent if held(one)["stocktrim.request"] == its_id)
    assert dict(held(fine)) == {
        "http.request.method": "POST",
        "url.template": "/api/OrderPlan",
        "server.address": "api.stocktrim.example",
        "http.response.status_code": 200,
        "http.request.resend_count": 2,
        "stocktrim.operation": "read_order_plan",
        "stocktrim.request": its_id,
    }
    assert fine.status.status_code == StatusCode.UNSET
    assert (held(busy)["http.response.status_code"], held(busy)["error.type"]) == (503, "503")
    assert "http.request.resend_count" not in held(busy)
    assert (held(broken)["error.type"], held(broken)["http.request.resend_count"]) == ("ReadError", 1)
    assert "http.response.status_code" not in held(broken)
    assert {busy.status.status_code, broken.status.status_code} == {StatusCode.ERROR}


async def test_a_span_is_as_long_as_its_attempt(traced: App, exported: InMemorySpanExporter) -> None:
    async with Client(server.build(traced)) as client:
        await client.call_tool("get_products", {"codes": ["V60-02"]})
    spans = exported.get_finished_spans()
    call = call_of(spans, "get_products")
    for one in attempts(spans):
        assert one.start_time is not None
        assert one.end_time is not None
        assert call.start_time is not None
        assert call.end_time is not None
        # Two clocks: how long is measured on another than when.
        assert call.start_time - 50_000_000 <= one.start_time <= one.end_time <= call.end_time + 50_000_000


async def test_a_read_that_finds_nothing_is_no_error(traced: App, far: Sandbox, exported: InMemorySpanExporter) -> None:
    assert await traced.stocktrim.products.find("NO-SUCH-CODE") is None
    nothing = [
        one for one in attempts(exported.get_finished_spans()) if held(one).get("http.response.status_code") == 404
    ]
    assert nothing
    assert all(one.status.status_code == StatusCode.UNSET and "error.type" not in held(one) for one in nothing)


async def test_no_span_holds_a_code_a_query_or_a_secret(
    traced: App, far: Sandbox, era: Era, exported: InMemorySpanExporter
) -> None:
    change = {"changes": [{"code": "V60-02", "unit_cost": 8.2}]}
    echo = f"no {AUTH_ID} {SIGNATURE}"
    async with Client(server.build(traced), mode=era) as client:
        shown = (await client.call_tool("update_products", change)).structured_content or {}
        await client.call_tool("update_products", {**change, "confirm_token": shown["confirm_token"]})
        for status in (401, 500):
            far.faults.add(Fault("status", times=2, status=status, body=echo, headers={"x-request-id": SIGNATURE}))
            await client.call_tool("get_products", {"codes": ["V60-02"]})
            await client.call_tool("find_purchase_orders", {"references": ["PO/7 #1?&+%"]})
    spans = exported.get_finished_spans()
    assert len(attempts(spans)) > 6
    told = "".join(one.to_json() for one in spans)
    for secret in (AUTH_ID, SIGNATURE, shown["confirm_token"], "V60-02", "PO/7", "PO%2F7"):
        assert secret not in told


async def test_a_server_that_is_traced_makes_spans_of_itself(exported: InMemorySpanExporter) -> None:
    settings = Settings(sandbox=True)
    app = App(settings, server.connect)
    async with Client(server.build(app)) as client:
        await client.call_tool("get_products", {"codes": ["V60-02"]})
    await app.aclose()
    assert {held(one)["server.address"] for one in attempts(exported.get_finished_spans())} == {"sandbox"}


# --- where they go


def python(code: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """A process of its own: a provider is for good."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )


ASKED = """
import logging, os, sys
from opentelemetry import trace
from stocktrim_mcp_server import telemetry
logging.basicConfig(level="INFO", format="%(levelname)s %(message)s")
telemetry.configure(os.environ)
proxy = isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
print(proxy, telemetry.spans("https://x") is None, "opentelemetry.sdk" in sys.modules)
"""


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"},
        {"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "console"},
        {"OTEL_SERVICE_NAME": "shop"},
    ],
)
def test_who_asks_for_no_traces_pays_for_none(env: Mapping[str, str]) -> None:
    done = python(ASKED, env)
    assert (done.stdout.split(), done.stderr) == (["True", "True", "False"], "")


def test_nothing_of_the_sdk_is_loaded_to_start() -> None:
    code = "import sys, stocktrim_mcp_server.server; print('opentelemetry.sdk' in sys.modules)"
    assert python(code, {}).stdout.strip() == "False"


@pytest.mark.parametrize(
    "env",
    [
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"},
        {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:9/v1/traces"},
        {"OTEL_TRACES_EXPORTER": "otlp"},
        {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
    ],
)
def test_what_is_asked_for_and_not_installed_is_said_once(env: Mapping[str, str]) -> None:
    # Without the packages of this process: as somebody has it who installed the server alone.
    alone = "import importlib.metadata as m; m.entry_points = lambda **_: []\n"
    hidden = "import sys; sys.modules['opentelemetry.sdk'] = None\n"
    for missing in (alone, hidden):
        done = python(missing + ASKED.replace('"opentelemetry.sdk" in sys.modules', "0"), env)
        assert done.stdout.split() == ["True", "True", "0"]
        assert done.stderr.count("\n") == 1
        assert done.stderr.startswith("WARNING Traces are asked for (otlp")
        assert "comes with the extra 'otel'" in done.stderr
        # Of that name, PyPI holds another author's program.
        assert "pip install" not in done.stderr


def test_an_exporter_nobody_knows_is_named() -> None:
    done = python(ASKED, {"OTEL_TRACES_EXPORTER": "zipkin"})
    assert done.stdout.split()[:2] == ["True", "True"]
    assert (
        done.stderr
        == "WARNING OTEL_TRACES_EXPORTER is 'zipkin': it may be otlp, console or none. No traces are sent.\n"
    )


async def test_traces_for_people_go_to_stderr_a_line_each_and_the_last_are_sent_at_the_end() -> None:
    env = {"OTEL_TRACES_EXPORTER": "console", "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test"}
    async with started("--sandbox", env=env) as host:
        result = await host.call("get_products", codes=["V60-02"])
    assert not result["isError"]
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in host.lines)
    spans = [json.loads(line) for line in host.stderr.splitlines() if line.startswith("{")]
    (call,) = (one for one in spans if one["name"] == "tools/call get_products")
    below = [one for one in spans if one["parent_id"] == call["context"]["span_id"]]
    assert {one["attributes"]["server.address"] for one in below} == {"sandbox"}
    resource = call["resource"]["attributes"]
    assert (resource["service.name"], resource["service.version"]) == ("stocktrim-mcp-server", __version__)
    assert resource["deployment.environment.name"] == "test"


def test_what_is_left_is_sent_by_a_process_that_ends_at_once() -> None:
    code = """
import os
from opentelemetry import trace
from stocktrim_mcp_server import telemetry
telemetry.flush()
telemetry.configure(os.environ)
with trace.get_tracer("x").start_as_current_span("the last one"):
    pass
telemetry.flush()
os._exit(0)
"""
    done = python(code, {"OTEL_TRACES_EXPORTER": "console", "OTEL_SERVICE_NAME": "shop"})
    (span,) = map(json.loads, done.stderr.splitlines())
    assert span["name"] == "the last one"
    assert span["resource"]["attributes"]["service.name"] == "shop"
