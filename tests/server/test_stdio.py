"""The server as a subprocess over its pipes, as every host starts it."""

import asyncio
import json
import signal
import socket
import sys
import time
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from mcp_types import TextContent
from pydantic import SecretStr

from stocktrim_client.sandbox import Sandbox, serve
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.toolbox import names
from stocktrim_mcp_server.tools import TOOLSETS
from tests.conftest import TODAY
from tests.server.stdio import HELLO, Host, environment, started

SECRETS = {"STOCKTRIM_API_AUTH_ID": "tenant-2917", "STOCKTRIM_API_AUTH_SIGNATURE": "hush-5531"}


async def test_stdout_is_the_protocol_alone_and_stderr_holds_no_secret_query_or_body() -> None:
    sandbox = Sandbox(
        today=TODAY,
        auth_id=SECRETS["STOCKTRIM_API_AUTH_ID"],
        auth_signature=SECRETS["STOCKTRIM_API_AUTH_SIGNATURE"],
    )
    async with serve(sandbox) as address:
        env = {**SECRETS, "STOCKTRIM_API_URL": address, "STOCKTRIM_LOG_LEVEL": "DEBUG", "PYTHONUNBUFFERED": "1"}
        async with started(env=env) as host:
            await host.request("tools/list")
            plan = await host.call("get_reorder_plan", suppliers=["HIKARI"])
            found = await host.call("get_products", codes=["V60-02", "QUERY-4711"])
            await host.call("search", query="gooseneck")
            status = await host.call("get_status")
    assert not plan["isError"]
    assert found["structuredContent"]["items"][0]["code"] == "V60-02"
    assert status["structuredContent"]["account"] == address
    for line in host.lines:
        assert json.loads(line)["jsonrpc"] == "2.0"
    assert "list_products" in host.stderr
    for word in (*SECRETS.values(), "QUERY-4711", "gooseneck", "HIKARI", "Hikari", "?code=", "api-auth"):
        assert word not in host.stderr, word
    for word in ("Warning", "Traceback", "never retrieved", "Unclosed"):
        assert word not in host.stderr, host.stderr


def kept_in(folder: Path) -> list[Path]:
    return list(folder.glob("*/*"))


async def test_records_are_kept_in_the_accounts_folder_for_the_next_start(tmp_path: Path) -> None:
    sandbox = Sandbox(
        today=TODAY,
        auth_id=SECRETS["STOCKTRIM_API_AUTH_ID"],
        auth_signature=SECRETS["STOCKTRIM_API_AUTH_SIGNATURE"],
    )
    async with serve(sandbox) as address:
        env = {**SECRETS, "STOCKTRIM_API_URL": address, "STOCKTRIM_DATA_FOLDER": str(tmp_path)}
        async with started(env=env) as host:
            await host.call("get_reorder_plan")
            first = await host.call("search", query="gooseneck")
        read = len(sandbox.requests)
        async with started(env=env) as host:
            again = await host.call("search", query="gooseneck")
    assert {path.suffix for path in kept_in(tmp_path)} == {".plan", ".sqlite3"}
    assert first["structuredContent"]["items"] == again["structuredContent"]["items"] != []
    assert "list_products" in {request.operation for request in sandbox.requests[:read]}
    assert "list_products" not in {request.operation for request in sandbox.requests[read:]}


async def test_without_credentials_it_starts_lists_and_says_what_is_missing() -> None:
    async with started(env={"PYTHONUNBUFFERED": "1"}) as host:
        assert len((await host.request("tools/list"))["tools"]) == len(names(TOOLSETS))
        refused = await host.call("get_reorder_plan")
        status = await host.call("get_status")
    assert refused["isError"]
    for word in ("STOCKTRIM_API_AUTH_ID", "STOCKTRIM_API_AUTH_SIGNATURE", "Help"):
        assert word in refused["content"][0]["text"]
    assert not status["isError"]
    assert status["structuredContent"]["connection"] == "fails"


@pytest.mark.parametrize(("arguments", "env"), [(["--sandbox"], {}), ([], {"STOCKTRIM_SANDBOX": "1"})])
async def test_the_sdks_client_reads_a_plan_from_the_sandbox_over_stdio(
    arguments: list[str], env: dict[str, str]
) -> None:
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "stocktrim_mcp_server", *arguments],
        env=environment({"STOCKTRIM_LOG_LEVEL": "ERROR", **env}),
    )
    async with Client(parameters) as client:
        assert client.protocol_version >= "2026-07-28"
        result = await client.call_tool("get_reorder_plan", {})
    assert not result.is_error
    assert result.structured_content is not None
    assert result.structured_content["total_lines"] > 5


async def test_wrong_credentials_at_a_real_address_name_the_variables() -> None:
    async with (
        serve(Sandbox(today=TODAY)) as address,
        started(env={**SECRETS, "STOCKTRIM_API_URL": address}) as host,
    ):
        wrong = await host.call("search", query="tea")
    assert wrong["isError"]
    text = wrong["content"][0]["text"]
    assert "STOCKTRIM_API_AUTH_ID" in text
    for secret in SECRETS.values():
        assert secret not in host.stderr + text


async def test_an_address_where_nobody_listens_is_said_within_the_calls_deadline() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        account = Settings(auth_id=SecretStr("a"), auth_signature=SecretStr("b"), api_url=url, call_seconds=1.5)
        app = App(account, server.connect)
        async with Client(server.build(app)) as client:
            begun = time.monotonic()
            result = await client.call_tool("search", {"query": "tea"})
            assert time.monotonic() - begun < 5
        await app.aclose()
    (block,) = result.content
    assert result.is_error
    assert isinstance(block, TextContent)
    assert "127.0.0.1" in block.text
    assert "Nothing was changed" in block.text


async def test_ctrl_c_ends_it_at_once() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "stocktrim_mcp_server", "--sandbox"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment({"STOCKTRIM_LOG_LEVEL": "ERROR"}),
    )
    host = Host(process)
    await host.request("initialize", **HELLO)
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), 10) == -signal.SIGINT
