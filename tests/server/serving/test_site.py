"""The server over HTTP, as anybody who reaches its port meets it."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from mcp import Client
from mcp.client import Transport as ClientTransport
from mcp.client.sse import sse_client
from starlette.requests import Request

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Fault, Sandbox
from stocktrim_client.sandbox import server as sandbox_server
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.serving.health import KEPT_SECONDS, Health
from stocktrim_mcp_server.serving.serve import bound
from stocktrim_mcp_server.serving.site import Site
from stocktrim_mcp_server.settings import Settings, SettingsError, Transport
from tests.conftest import TODAY
from tests.server.serving import world
from tests.server.serving.sites import http_settings, opened

TOKEN = "anna-0123456789-0123456789-0123456789"
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}
ACCEPTED = {"accept": "application/json, text/event-stream"}


@pytest.fixture
def tokens(tmp_path: Path) -> Path:
    path = tmp_path / "tokens.toml"
    path.write_text(f'[tokens.anna]\ntoken = "{TOKEN}"\n', encoding="utf-8")
    path.chmod(0o600)
    return path


def taken_away(tokens: Path) -> None:
    tokens.write_text('[tokens.bert]\ntoken = "bert-0123456789-0123456789-0123456789"\n', encoding="utf-8")


def web(address: str, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, headers=headers, trust_env=False)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/mcp", "/nowhere", "/.well-known/oauth-protected-resource"])
async def test_every_route_asks_whom_it_is_called(path: str) -> None:
    async with opened(http_settings()) as (_, address), web(address) as http:
        assert (await http.get(path, headers={"host": "evil.example.com"})).status_code == 421
        assert (await http.post(path, headers={"origin": "https://evil.example.com"})).status_code == 403


@pytest.mark.parametrize("transport", ["streamable-http", "sse"])
async def test_both_eras_are_served_at_a_time_by_one_client(transport: Transport) -> None:
    made: list[StockTrimClient] = []

    def connect(settings: Settings) -> StockTrimClient:
        made.append(server.connect(settings))
        return made[-1]

    def to(address: str) -> str | ClientTransport:
        return sse_client(f"{address}/sse") if transport == "sse" else f"{address}/mcp"

    settings = http_settings().model_copy(update={"transport": transport})
    async with (
        opened(settings, connect) as (_, address),
        Client(to(address)) as one,
        Client(to(address), mode="legacy") as other,
    ):
        results = await asyncio.gather(*(client.call_tool("get_status", {}) for client in (one, other, one)))
    assert not any(result.is_error for result in results)
    assert len(made) == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "mcp.example.com"])
def test_a_server_open_to_anybody_must_be_meant_twice(host: str, tokens: Path) -> None:
    with pytest.raises(SettingsError, match="--without-authentication"):
        Site(http_settings(host=host))
    Site(http_settings(host=host, without_authentication=True))
    Site(http_settings(host=host, tokens_file=tokens))


async def test_nothing_but_health_is_answered_without_a_token(tokens: Path) -> None:
    async with opened(http_settings(tokens_file=tokens)) as (_, address), web(address) as http:
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/readyz")).status_code == 200
        for said in ({}, {"authorization": "Bearer no"}, {"authorization": f"Basic {TOKEN}"}):
            refused = await http.post("/mcp", json=HELLO, headers={**ACCEPTED, **said})
            assert refused.status_code == 401
            assert "Bearer" in refused.headers["www-authenticate"]
        welcome = await http.post("/mcp", json=HELLO, headers={**ACCEPTED, "authorization": f"Bearer {TOKEN}"})
        assert welcome.status_code == 200


async def test_a_token_that_is_taken_away_ends_an_open_session(tokens: Path) -> None:
    bearer = {**ACCEPTED, "authorization": f"Bearer {TOKEN}"}
    async with opened(http_settings(tokens_file=tokens)) as (_, address), web(address) as http:
        opening = await http.post("/mcp", json=HELLO, headers=bearer)
        session = {**bearer, "mcp-session-id": opening.headers["mcp-session-id"]}
        listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
        assert (await http.post("/mcp", json=listing, headers=session)).status_code == 200
        taken_away(tokens)
        assert (await http.post("/mcp", json=listing, headers=session)).status_code == 401


async def test_a_body_beyond_the_limit_is_not_read() -> None:
    async with opened(http_settings(max_body_bytes=10_000)) as (_, address), web(address, **ACCEPTED) as http:
        large = {**HELLO, "padding": "x" * 20_000}
        assert (await http.post("/mcp", json=large)).status_code == 413
        assert (await http.post("/mcp", json=HELLO)).status_code == 200


async def test_sessions_are_limited() -> None:
    async with opened(http_settings(max_sessions=2)) as (_, address), web(address, **ACCEPTED) as http:
        answers = [await http.post("/mcp", json=HELLO) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 503]


async def test_streams_are_limited() -> None:
    settings = http_settings(max_sessions=2).model_copy(update={"transport": "sse"})
    async with AsyncExitStack() as opening:
        _, address = await opening.enter_async_context(opened(settings))
        http = await opening.enter_async_context(web(address))

        async def stream() -> int:
            return (await opening.enter_async_context(http.stream("GET", "/sse"))).status_code

        assert [await stream() for _ in range(3)] == [200, 200, 503]


async def test_a_stream_that_the_server_ends_is_logged_as_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    settings = http_settings().model_copy(update={"transport": "sse"})
    async with opened(settings) as (site, address), web(address) as http, http.stream("GET", "/sse") as stream:
        lines = stream.aiter_lines()
        assert await anext(lines) == "event: endpoint"
        await site.accounts.aclose()
        async for _ in lines:
            pass
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []


async def test_a_page_that_is_allowed_may_read_what_it_is_answered() -> None:
    page = "https://app.example.com"
    async with opened(http_settings(allowed_origins=(page,))) as (_, address), web(address, origin=page) as http:
        asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
        assert (await http.options("/mcp", headers=asked)).headers["access-control-allow-origin"] == page
        answer = await http.post("/mcp", json=HELLO, headers=ACCEPTED)
    assert answer.headers["access-control-allow-origin"] == page
    assert "mcp-session-id" in answer.headers["access-control-expose-headers"].lower()


async def test_readiness_is_what_stocktrim_says_of_the_credentials() -> None:
    sandbox = Sandbox(today=TODAY)
    async with sandbox_server.serve(sandbox) as upstream:
        usual = http_settings().model_copy(update={"sandbox": False, "api_url": upstream})
        async with opened(usual) as (_, address), web(address) as http:
            answer = await http.get("/readyz")
            assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
            assert "credentials" in answer.json()["why"]
            assert (await http.get("/healthz")).status_code == 200


async def test_a_server_stays_ready_when_the_accounts_of_its_callers_take_the_room(tmp_path: Path) -> None:
    async with world.opened(tmp_path, max_accounts=1) as made, web(made.address) as http:
        for name in ("anna", "bert"):
            async with made.client(name) as client:
                assert not (await client.call_tool("get_status", {})).is_error
        assert (await http.get("/readyz")).json() == {"status": "ready"}


async def test_whoever_asks_often_does_not_ask_stocktrim_so_often(
    open_app: Callable[..., App], sandbox: Sandbox
) -> None:
    seconds = 0.0
    health = Health(open_app(sandbox), has_account=True, clock=lambda: seconds)
    asked = Request({"type": "http"})
    assert all(one.status_code == 200 for one in await asyncio.gather(*(health.is_ready(asked) for _ in range(9))))
    seconds = KEPT_SECONDS
    await health.is_ready(asked)
    assert len(sandbox.requests) == 1
    sandbox.faults.add(Fault("status", status=401))
    seconds = KEPT_SECONDS + 1
    assert (await health.is_ready(asked)).status_code == 503
    assert len(sandbox.requests) == 2


def test_two_who_say_who_is_let_in_are_one_too_many(tokens: Path) -> None:
    with pytest.raises(SettingsError, match="cannot both"):
        Site(http_settings(tokens_file=tokens, oauth_issuer="https://issuer.example.com"))


def test_small_answers_are_sent_at_once() -> None:
    with bound(http_settings()) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            # asyncio tells TCP not to wait for more where the protocol says that it is TCP.
            assert accepted.proto == socket.IPPROTO_TCP
