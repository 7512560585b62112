"""A server whose callers sign in elsewhere, over HTTP, from its first refusal on."""

import time
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import jwt
import pytest
import respx
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from stocktrim_mcp_server.toolbox import names
from stocktrim_mcp_server.tools import offered
from tests.server.serving.sites import http_settings, opened
from tests.server.writing.clients import report_of

KEY = ec.generate_private_key(ec.SECP256R1())
ISSUER = "https://issuer.example"
PUBLIC = "https://stock.example/mcp"
SETTINGS = http_settings(oauth_issuer=ISSUER, public_url=PUBLIC)


@pytest.fixture(autouse=True)
def issuer() -> Generator[None]:
    """Elsewhere; what goes to this machine goes there."""
    with respx.mock(assert_all_called=False) as router:
        router.route(host="127.0.0.1").pass_through()
        described = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}
        router.get(f"{ISSUER}/.well-known/oauth-authorization-server").respond(json=described)
        key = ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "one"}
        router.get(f"{ISSUER}/keys").respond(json={"keys": [key]})
        yield


def bearing(**said: Any) -> dict[str, str]:
    claims = {"iss": ISSUER, "aud": PUBLIC, "sub": "u-17", "preferred_username": "anna", "azp": "desktop", **said}
    token = jwt.encode({"exp": int(time.time()) + 600, **claims}, KEY, "ES256", headers={"kid": "one"})
    return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def client(address: str, **said: Any) -> AsyncGenerator[Client]:
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(create_mcp_http_client(headers=bearing(**said)))
        to = streamable_http_client(f"{address}/mcp", http_client=http)
        yield await stack.enter_async_context(Client(to))


async def test_a_host_learns_where_its_person_signs_in() -> None:
    async with opened(SETTINGS) as (_, address), httpx.AsyncClient(base_url=address, trust_env=False) as http:
        refused = await http.post("/mcp", json={})
        assert refused.status_code == 401
        told = refused.headers["www-authenticate"].partition('resource_metadata="')[2].removesuffix('"')
        assert told == "https://stock.example/.well-known/oauth-protected-resource/mcp"
        described = (await http.get(httpx.URL(told).path)).json()
    assert described["resource"] == PUBLIC
    assert described["authorization_servers"] == [ISSUER]
    assert described["scopes_supported"] == ["stocktrim:read", "stocktrim:write"]


@pytest.mark.parametrize(
    ("said", "status", "error"),
    [
        ({"scope": "openid"}, 403, "insufficient_scope"),
        ({"scope": "stocktrim:read", "aud": ISSUER}, 401, "invalid_token"),
        ({"scope": "stocktrim:read", "exp": 1}, 401, "invalid_token"),
    ],
    ids=["scope", "audience", "expired"],
)
async def test_what_is_wrong_with_a_token_is_said_to_the_host(said: dict[str, Any], status: int, error: str) -> None:
    async with opened(SETTINGS) as (_, address), httpx.AsyncClient(base_url=address, trust_env=False) as http:
        refused = await http.post("/mcp", json={}, headers=bearing(**said))
    assert refused.status_code == status
    assert f'error="{error}"' in refused.headers["www-authenticate"]


async def test_scopes_choose_the_menu_and_the_name_is_in_the_journal() -> None:
    async with opened(SETTINGS) as (_, address):
        async with client(address, scope="stocktrim:read") as reader:
            read_only = SETTINGS.model_copy(update={"read_only": True})
            assert [one.name for one in (await reader.list_tools()).tools] == names(offered(read_only))
        async with client(address, scope="stocktrim:write") as writer:
            assert [one.name for one in (await writer.list_tools()).tools] == names(offered(SETTINGS))
            asked: dict[str, Any] = {"reference": "PO-00016"}
            shown = report_of(await writer.call_tool("delete_purchase_order", asked))
            asked["confirm_token"] = shown["confirm_token"]
            assert report_of(await writer.call_tool("delete_purchase_order", asked))["status"] == "applied"
            changes = report_of(await writer.call_tool("list_changes", {}))["items"]
    assert [one["by"] for one in changes] == ["anna (u-17)"]
