"""The way to StockTrim, over real sockets that misbehave."""

import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from stocktrim_client.sandbox import serve
from stocktrim_mcp_server.doctor.reach import judged_clock, judged_issuer, judged_plain, named_by
from tests.client.fault_server import answer, closed_port, garbage, hang, running
from tests.conftest import NOW
from tests.server.doctor.set_up import account, examined, line, lines, shop

CERTIFICATE = Path(__file__).parents[2] / "client" / "certs" / "loopback.pem"
LATER = ("account", "API", "records", "forecast")


async def test_every_link_to_an_account_that_answers_is_well(tmp_path: Path) -> None:
    async with serve(shop()) as address:
        found = await examined(account(address, tmp_path), tmp_path)
    for name in ("credentials", "proxy", "name", "connection", *LATER):
        assert line(found, name).status == "ok", line(found, name)
    assert "127.0.0.1 is 127.0.0.1" in line(found, "name").found
    assert line(found, "certificate").found == "127.0.0.1 is this machine, and asked without TLS"


async def test_a_name_that_does_not_exist_stops_what_hangs_on_it_and_nothing_else(tmp_path: Path) -> None:
    found = await examined(account("https://stocktrim.invalid", tmp_path), tmp_path)
    assert line(found, "name").status == "fail"
    assert "stocktrim.invalid cannot be found" in line(found, "name").found
    for name in ("connection", "certificate", "clock", *LATER):
        assert line(found, name).status == "note", line(found, name)
        assert line(found, name).found.startswith("not checked: ")
    assert line(found, "data folder").status == "ok"
    assert found.has_failed


async def test_a_port_where_nobody_listens_is_named(tmp_path: Path) -> None:
    address = closed_port()
    found = await examined(account(address, tmp_path), tmp_path)
    assert line(found, "connection").status == "fail"
    assert f"127.0.0.1 port {address.rpartition(':')[2]}" in line(found, "connection").found
    assert "firewall" in line(found, "connection").next
    assert line(found, "account").found == "not checked: no connection can be made"


async def test_a_server_that_never_answers_is_given_up_in_time(tmp_path: Path) -> None:
    async with running(*[hang] * 20) as silent:
        found = await examined(account(silent.url, tmp_path), tmp_path, limit=0.5)
    assert line(found, "connection").status == "ok"
    assert line(found, "certificate").status == "fail"
    assert "no whole answer came in time" in line(found, "certificate").found


async def test_what_is_no_http_is_said_to_be_that(tmp_path: Path) -> None:
    async with running(*[garbage] * 20) as server:
        found = await examined(account(server.url, tmp_path), tmp_path)
    assert "not HTTP" in line(found, "certificate").found
    assert "STOCKTRIM_API_URL" in line(found, "certificate").next


def tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, CERTIFICATE.with_suffix(".key"))
    return context


async def test_a_certificate_that_is_not_trusted_is_told_with_its_issuer_and_gets_no_credentials(
    tmp_path: Path,
) -> None:
    async with running(tls=tls()) as server:
        found = await examined(account(server.url, tmp_path), tmp_path)
        asked = server.requests
    refused = line(found, "certificate")
    assert refused.status == "fail"
    assert "issued by loopback for tests, is not trusted" in refused.found
    assert "root certificate" in refused.next
    assert line(found, "account").found == "not checked: no answer comes through"
    assert not any("api-auth-id" in one.headers for one in asked)


async def test_a_trusted_certificate_is_told_with_its_issuer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    async with running(tls=tls()) as server:
        server.otherwise = lambda _: answer(404, b"", {"date": format_datetime(NOW, usegmt=True)})
        found = await examined(account(server.url, tmp_path), tmp_path)
    assert line(found, "certificate").found == "trusted, issued by loopback for tests"
    assert line(found, "clock").status == "ok"


async def test_a_clock_that_is_wrong_is_told_with_its_error(tmp_path: Path) -> None:
    async with running() as server:
        server.otherwise = lambda _: answer(
            404, b"", {"date": format_datetime(NOW - timedelta(seconds=1234), usegmt=True)}
        )
        found = await examined(account(server.url, tmp_path), tmp_path)
        server.otherwise = lambda _: answer(404, b"", {"date": "yesterday"})
        senseless = await examined(account(server.url, tmp_path), tmp_path)
    assert line(found, "clock").status == "warn"
    assert "1,234 s ahead of StockTrim's" in line(found, "clock").found
    assert line(senseless, "clock").status == "note"


@pytest.mark.parametrize(("seconds", "status"), [(0, "ok"), (120, "ok"), (-120, "ok"), (121, "warn"), (-121, "warn")])
def test_two_clocks_may_be_two_minutes_apart(seconds: int, status: str) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    found = judged_clock(now, now + timedelta(seconds=seconds))
    assert found.status == status
    assert seconds <= 120 or "behind" in found.found


async def test_through_a_proxy_the_proxy_is_what_is_looked_for_and_its_password_is_not_shown(tmp_path: Path) -> None:
    async with running() as server:
        server.otherwise = lambda _: answer(407, b"")
        port = server.url.rpartition(":")[2]
        proxy = f"http://anna:sesame-open@127.0.0.1:{port}"
        settings = account("https://api.stocktrim.invalid", tmp_path, proxy=proxy)
        found = await examined(settings, tmp_path, {"HTTPS_PROXY": proxy})
    assert line(found, "proxy").found == f"http://127.0.0.1:{port}, with a user name (by HTTPS_PROXY)"
    assert line(found, "name").status == line(found, "connection").status == "ok"
    assert "proxy did not let the connection through" in line(found, "certificate").found
    assert "proxy" in line(found, "certificate").next
    assert "sesame" not in str(found)


async def test_a_proxy_that_is_down_is_named(tmp_path: Path) -> None:
    settings = account("https://api.stocktrim.invalid", tmp_path, proxy=closed_port())
    found = await examined(settings, tmp_path)
    assert line(found, "name").status == "ok"
    assert line(found, "connection").next.startswith("The proxy is down")


@pytest.mark.parametrize(
    ("proxy", "variables", "name"),
    [
        ("http://p:3128", {"https_proxy": "http://p:3128"}, "https_proxy"),
        ("http://p:3128", {"ALL_PROXY": "p:3128", "NO_PROXY": "x"}, "ALL_PROXY"),
        ("http://p:3128", {}, "the environment"),
    ],
)
def test_the_variable_that_names_a_proxy_is_found(proxy: str, variables: dict[str, str], name: str) -> None:
    assert named_by(proxy, variables) == name


@pytest.mark.parametrize(
    ("issuer", "status"),
    [("Let's Encrypt, R11", "ok"), ("Zscaler Inc., Zscaler Root CA", "note"), ("mitmproxy", "note")],
)
def test_an_issuer_that_is_known_to_inspect_traffic_is_told(issuer: str, status: str) -> None:
    found = judged_issuer(issuer)
    assert found.status == status
    assert issuer in found.found


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", "note"), ("127.0.0.9", "note"), ("::1", "note"), ("10.0.0.1", "fail"), ("127.example.com", "fail")],
)
def test_plain_http_is_for_this_machine_alone(host: str, status: str) -> None:
    assert judged_plain(host).status == status


async def test_the_sandbox_needs_no_network(tmp_path: Path) -> None:
    found = await examined(account("https://stocktrim.invalid", tmp_path, sandbox=True), tmp_path)
    assert not found.has_failed
    for name in ("proxy", "name", "connection", "certificate", "clock"):
        assert lines(found, name) == []
    assert [line(found, name).status for name in ("credentials", "account", "API", "records")] == ["ok"] * 4
