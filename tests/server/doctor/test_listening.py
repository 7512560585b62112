"""How the server would be reached over HTTP, and by whom."""

import socket
from pathlib import Path
from typing import Any

import pytest

from stocktrim_mcp_server.doctor.findings import Case, Finding
from stocktrim_mcp_server.doctor.listening import judged_names, judged_open, listening
from stocktrim_mcp_server.hosts import Machine
from stocktrim_mcp_server.server import connect
from stocktrim_mcp_server.settings import Http, Settings, Transport
from tests.conftest import NOW

TOKEN = "sesame-open-sesame-open-sesame-open"
TOKENS = f'[tokens.anna]\ntoken = "{TOKEN}"\n'


async def listened(http: Http, transport: Transport = "streamable-http") -> list[Finding]:
    settings = Settings(transport=transport, http=http, sandbox=True)
    machine = Machine("linux", Path("/nowhere"), {}, Path("/nowhere"))
    return await listening(Case(settings, {}, {}, machine, connect(settings), 10.0, lambda: NOW))


async def test_over_stdio_there_is_nothing_to_look_at() -> None:
    assert await listened(Http(), "stdio") == [Finding("ok", "stdio: a host starts the server")]


async def test_a_free_port_on_this_machine_is_well() -> None:
    (found,) = await listened(Http(port=0))
    assert found.status == "ok"
    assert "127.0.0.1" in found.found
    assert "without a token" in found.found


async def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (found,) = await listened(Http(port=port))
    assert found.status == "warn"
    assert f"Port {port} is in use" in found.found


async def test_an_address_that_is_not_this_machines_is_named() -> None:
    found, *_ = await listened(Http(host="stocktrim.invalid", port=0))
    assert found.status == "warn"
    assert "stocktrim.invalid" in found.found


@pytest.mark.parametrize(
    ("different", "status"),
    [
        ({}, "ok"),
        ({"host": "localhost"}, "ok"),
        ({"host": "0.0.0.0"}, "fail"),
        ({"host": "::"}, "fail"),
        ({"host": "0.0.0.0", "without_authentication": True}, "warn"),
    ],
)
def test_wider_than_this_machine_callers_must_show_a_token(different: dict[str, Any], status: str) -> None:
    assert judged_open(Http(**different)).status == status


@pytest.mark.parametrize(
    ("different", "status"),
    [
        ({}, "ok"),
        ({"host": "0.0.0.0"}, "warn"),
        ({"host": "0.0.0.0", "allowed_hosts": ("mcp.example.com",)}, "ok"),
        ({"host": "0.0.0.0", "public_url": "https://mcp.example.com"}, "ok"),
    ],
)
def test_a_server_that_is_reached_from_elsewhere_needs_a_name(different: dict[str, Any], status: str) -> None:
    assert judged_names(Http(**different)).status == status


async def test_who_lets_callers_in_must_be_clear(tmp_path: Path) -> None:
    issuer: dict[str, Any] = {"oauth_issuer": "https://issuer.example", "public_url": "https://mcp.example.com"}
    (one,) = await listened(Http(port=0, **issuer))
    (both,) = await listened(Http(port=0, **issuer, tokens_file=tmp_path / "tokens.toml"))
    assert (one.status, both.status) == ("ok", "fail")
    assert "callers show a token" in one.found
    assert "STOCKTRIM_OAUTH_ISSUER" in both.found


async def test_a_tokens_file_is_read_as_the_server_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "tokens.toml"
    file.write_text(TOKENS)
    file.chmod(0o600)
    (well,) = await listened(Http(port=0, tokens_file=file))
    file.write_text(TOKENS.replace("token =", "tokn ="))
    (wrong,) = await listened(Http(port=0, tokens_file=file))
    (missing,) = await listened(Http(port=0, tokens_file=tmp_path / "none.toml"))
    assert [one.status for one in (well, wrong, missing)] == ["ok", "fail", "fail"]
    assert "anna" in wrong.found
    assert TOKEN not in str((well, wrong, missing))


async def test_several_servers_need_one_secret(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    (without,) = await listened(Http(port=0, stateless=True))
    (missing,) = await listened(Http(port=0, secret_file=file))
    file.write_text("too short")
    (short,) = await listened(Http(port=0, secret_file=file))
    file.write_text("x" * 32)
    (well,) = await listened(Http(port=0, secret_file=file, stateless=True))
    assert [one.status for one in (without, missing, short, well)] == ["warn", "fail", "fail", "ok"]
    assert "too short" not in short.found
