"""Which requests are looked at, by the names they use for the server and the pages they come from."""

from collections.abc import Sequence

import httpx
import pytest
from starlette.responses import PlainTextResponse

from stocktrim_mcp_server.serving.guard import Guard
from stocktrim_mcp_server.settings import Http

KNOWN = Http(
    allowed_hosts=("mcp.example.com", "proxy.example.com:8443", "[fe80::1]", "https://pasted.example.com"),
    allowed_origins=("https://app.example.com/",),
    public_url="https://Public.example.com:444/mcp",
)


async def status(http: Http, *headers: tuple[str, str]) -> int:
    guard = Guard(PlainTextResponse("in"), http)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(guard), base_url="http://127.0.0.1") as client:
        request = client.build_request("GET", "/any", headers=[*headers])
        if not any(name == "host" for name, _ in headers):
            request.headers["host"] = "127.0.0.1:8000"
        return (await client.send(request)).status_code


@pytest.mark.parametrize(
    ("host", "welcome"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:8000", True),
        ("localhost:9", True),
        ("LOCALHOST", True),
        ("localhost.:8000", True),
        ("[::1]:8000", True),
        ("[::1]", True),
        ("mcp.example.com", True),
        ("mcp.example.com:443", True),
        ("Mcp.Example.com", True),
        ("proxy.example.com:8443", True),
        ("proxy.example.com", False),
        ("proxy.example.com:8444", False),
        ("[fe80::1]:8000", True),
        ("pasted.example.com", True),
        ("public.example.com:444", True),
        ("public.example.com", False),
        ("evil.example.com", False),
        ("127.0.0.1.evil.example.com", False),
        ("evil.com@127.0.0.1", False),
        ("127.0.0.1:80@evil.com", False),
        ("localhost:8000:evil", False),
        ("[::1", False),
        ("[::1]evil", False),
        ("[::1]:evil", False),
        ("0.0.0.0:8000", False),
        ("127.1", False),
        ("", False),
        (":8000", False),
    ],
)
async def test_a_server_answers_to_its_names_alone(host: str, welcome: bool) -> None:
    assert await status(KNOWN, ("host", host)) == (200 if welcome else 421)


@pytest.mark.parametrize(
    ("origins", "welcome"),
    [
        ((), True),
        (("http://localhost:6274",), True),
        (("https://127.0.0.1",), True),
        (("http://[::1]:5173",), True),
        (("https://app.example.com",), True),
        (("https://public.example.com:444",), True),
        (("http://app.example.com",), False),
        (("https://app.example.com:8443",), False),
        (("https://app.example.com.evil.com",), False),
        (("http://localhost.evil.com",), False),
        (("null",), False),
        (("",), False),
        (("file://localhost",), False),
        (("http://localhost:6274", "https://evil.com"), False),
        (("http://localhost:6274", "http://localhost:6274"), False),
    ],
)
async def test_pages_of_strangers_are_refused(origins: Sequence[str], welcome: bool) -> None:
    assert await status(KNOWN, *(("origin", one) for one in origins)) == (200 if welcome else 403)


async def test_two_names_at_a_time_are_none() -> None:
    assert await status(KNOWN, ("host", "127.0.0.1"), ("host", "evil.com")) == 421


async def test_the_refusal_names_the_setting_and_cannot_write_lines_of_its_own(
    caplog: pytest.LogCaptureFixture,
) -> None:
    guard = Guard(PlainTextResponse("in"), Http())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(guard), base_url="http://evil.example.com") as client:
        refused = await client.get("/", headers={"host": "evil\x1b[31m" + "x" * 5_000})
    assert "STOCKTRIM_ALLOWED_HOSTS" in refused.text
    assert "\x1b" not in refused.text
    assert len(refused.text) < 500
    assert "STOCKTRIM_ALLOWED_HOSTS" in caplog.text
