"""Tokens of an issuer: which are believed, and where its keys come from."""

import asyncio
import base64
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

import httpx
import jwt
import pytest
import respx
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend, RequireAuthMiddleware
from mcp.server.auth.provider import AccessToken, principal_components
from starlette.applications import Starlette
from starlette.authentication import AuthenticationBackend
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from stocktrim_mcp_server.serving.issuer import MOST_BYTES, is_safe
from stocktrim_mcp_server.serving.oauth import LEEWAY_SECONDS, LONGEST_TOKEN, READ, WRITE, OAuth
from stocktrim_mcp_server.settings import Http, Settings, SettingsError
from tests.conftest import Clock

ISSUER = "https://issuer.example/realms/shop"
JWKS = "https://keys.example/jwks.json"
PUBLIC = "https://stock.example/mcp"
DESCRIBED = "https://issuer.example/.well-known/oauth-authorization-server/realms/shop"

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

RSA = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
SHORT_RSA = rsa.generate_private_key(public_exponent=65_537, key_size=1_024)
EC = ec.generate_private_key(ec.SECP256R1())
EC_384 = ec.generate_private_key(ec.SECP384R1())
ED = ed25519.Ed25519PrivateKey.generate()
STRANGE = ec.generate_private_key(ec.SECP256R1())


def public(key: Key, **more: object) -> dict[str, Any]:
    """A key as an issuer publishes it."""
    if isinstance(key, rsa.RSAPrivateKey):
        said = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        said = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        said = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    # It says of an RSA key what it may do, and issuers seldom do.
    return {name: value for name, value in said.items() if name != "key_ops"} | more


KEYS = [public(RSA, kid="rsa", use="sig"), public(EC, kid="ec", alg="ES256"), public(ED, kid="ed")]


def claims(**different: object) -> dict[str, Any]:
    now = int(time.time())
    said: dict[str, Any] = {"iss": ISSUER, "aud": PUBLIC, "sub": "u-17", "iat": now, "exp": now + 600, "scope": READ}
    return {name: value for name, value in (said | {"azp": "desktop"} | different).items() if value is not None}


def signed(
    key: Any = EC, way: str = "ES256", kid: str | None = "ec", headers: Mapping[str, Any] = {}, **said: object
) -> str:
    named = {} if kid is None else {"kid": kid}
    return jwt.encode(claims(**said), key, algorithm=way, headers={"typ": "at+jwt", **named, **headers})


def settings(**different: object) -> Settings:
    said: dict[str, Any] = {"oauth_issuer": ISSUER, "oauth_jwks_url": JWKS, "public_url": PUBLIC}
    return Settings(sandbox=True, http=Http.model_validate(said | different))


@pytest.fixture
async def issuer() -> AsyncGenerator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        router.get(JWKS).respond(json={"keys": KEYS})
        yield router


@pytest.fixture
def oauth(clock: Clock) -> OAuth:
    return OAuth(settings(), clock=clock)


@pytest.mark.parametrize(
    ("key", "way", "kid"),
    [(RSA, "RS256", "rsa"), (RSA, "PS256", "rsa"), (EC, "ES256", "ec"), (ED, "EdDSA", "ed"), (EC, "ES256", None)],
)
@pytest.mark.usefixtures("issuer")
async def test_a_token_of_the_issuer_is_believed(oauth: OAuth, key: Key, way: str, kid: str | None) -> None:
    token = signed(key, way, kid)
    access = await oauth.verify_token(token)
    assert access is not None
    assert principal_components(access) == ("desktop", ISSUER, "u-17")
    assert access.resource == PUBLIC
    assert token not in repr(access)
    caller = oauth.caller(access)
    assert caller is not None
    assert caller.settings == settings().model_copy(update={"read_only": True})


def unsigned(**said: object) -> str:
    return jwt.encode(claims(**said), "", algorithm="none", headers={"kid": "ec"})


def with_the_public_key_as_a_secret() -> str:
    """The old confusion: what everybody knows, taken for a secret both sides share."""
    head, body = signed(kid="rsa").split(".")[:2]
    head = _encoded({"alg": "HS256", "kid": "rsa", "typ": "at+jwt"})
    from_all = json.dumps(KEYS[0]).encode()
    made = jwt.get_algorithm_by_name("HS256").sign(f"{head}.{body}".encode(), from_all)
    return f"{head}.{body}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def _encoded(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def altered() -> str:
    head, _, signature = signed().split(".")
    return f"{head}.{_encoded(claims(scope=WRITE))}.{signature}"


REFUSED: dict[str, tuple[Callable[[], str], str]] = {
    "nothing": (str, "cannot be read"),
    "no JWT": (lambda: "anna-secret-0123456789abcdef0123456789", "cannot be read"),
    "dots": (lambda: "..", "cannot be read"),
    "two parts": (lambda: ".".join(signed().split(".")[:2]), "cannot be read"),
    "not ASCII": (lambda: f"{signed()}é", "cannot be read"),
    "half a letter": (lambda: "\ud800.\ud800.\ud800", "cannot be read"),
    "too long": (lambda: signed(more="x" * LONGEST_TOKEN), "cannot be read"),
    "header a list": (lambda: f"{_encoded([])}.{_encoded({})}.AA", "cannot be read"),
    "header deep": (lambda: f"{base64.urlsafe_b64encode(b'[' * 9_000).decode()}.e30.AA", "cannot be read"),
    "kid a list": (lambda: f"{_encoded({'alg': 'ES256', 'kid': ['ec']})}.{_encoded({})}.AA", "cannot be read"),
    "alg a list": (lambda: f"{_encoded({'alg': ['ES256'], 'kid': 'ec'})}.{_encoded({})}.AA", "not signed as one of"),
    "unsigned": (unsigned, "not signed as one of"),
    "of a shared secret": (with_the_public_key_as_a_secret, "not signed as one of"),
    "another way": (lambda: signed(EC_384, "ES384"), "not signed as one of"),
    "a strange key": (lambda: signed(STRANGE), "signature is not the issuer's"),
    "altered": (altered, "signature is not the issuer's"),
    "its own key": (lambda: signed(STRANGE, headers={"jwk": public(STRANGE)}), "signature is not the issuer's"),
    "an unknown key": (lambda: signed(STRANGE, kid="other"), "has no such key"),
    "a key of another kind": (lambda: signed(kid="rsa"), "has no such key"),
    "expired": (lambda: signed(exp=int(time.time()) - LEEWAY_SECONDS - 2), "has expired"),
    "not yet": (lambda: signed(nbf=int(time.time()) + LEEWAY_SECONDS + 60), "not good yet"),
    "from tomorrow": (lambda: signed(iat=int(time.time()) + 86_400), "not good yet"),
    "for ever": (lambda: signed(exp=None), "does not say"),
    "until infinity": (lambda: signed(exp=float("inf")), "cannot be read"),
    "no audience": (lambda: signed(aud=None), "does not say"),
    "of nobody": (lambda: signed(sub=None), "does not say"),
    "of the empty name": (lambda: signed(sub=""), "cannot be read"),
    "another audience": (lambda: signed(aud="https://other.example/mcp"), "made for another server"),
    "nearly the audience": (lambda: signed(aud=f"{PUBLIC}/"), "made for another server"),
    "another issuer": (lambda: signed(iss="https://other.example"), "another issuer"),
    "nearly the issuer": (lambda: signed(iss=f"{ISSUER}/"), "another issuer"),
    "no issuer": (lambda: signed(iss=None), "does not say"),
    "another purpose": (lambda: signed(headers={"typ": "logout+jwt"}), "cannot be read"),
    "a list of purposes": (lambda: signed(headers={"typ": ["JWT"]}), "cannot be read"),
    "critical": (lambda: signed(headers={"crit": ["exp"], "exp": 1}), "cannot be read"),
    "bound to a key": (lambda: signed(cnf={"jkt": "x"}), "cannot be read"),
}


@pytest.mark.parametrize(("made", "why"), REFUSED.values(), ids=REFUSED)
@pytest.mark.usefixtures("issuer")
async def test_a_token_that_is_not_to_be_believed_is_refused(
    oauth: OAuth, caplog: pytest.LogCaptureFixture, made: Callable[[], str], why: str
) -> None:
    caplog.set_level(logging.DEBUG)
    token = made()
    assert await oauth.verify_token(token) is None
    said = [record.getMessage() for record in caplog.records if record.name.startswith("stocktrim")]
    assert len(said) == 1
    assert why in said[0]
    for part in [one for one in token.split(".") if len(one) > 8]:
        assert part not in caplog.text


@pytest.mark.usefixtures("issuer")
async def test_clocks_may_differ_a_little(oauth: OAuth) -> None:
    now = int(time.time())
    access = await oauth.verify_token(signed(exp=now - LEEWAY_SECONDS + 20, nbf=now + LEEWAY_SECONDS - 5))
    assert access is not None
    # The SDK looks at it as well, and allows for nothing.
    assert (access.expires_at or 0) > time.time()
    assert oauth.caller(access) is not None


def test_an_access_that_has_expired_since_is_nobodys(oauth: OAuth) -> None:
    access = AccessToken(token="x", client_id="desktop", scopes=[READ, WRITE], expires_at=int(time.time()) - 1)
    assert oauth.caller(access) is None
    assert oauth.caller(access.model_copy(update={"expires_at": None})) is None


@pytest.mark.parametrize(
    ("said", "read_only"),
    [
        ({"scope": READ}, True),
        ({"scope": f"openid {READ} profile"}, True),
        ({"scope": WRITE}, False),
        ({"scope": f"{READ} {WRITE}"}, False),
        ({"scope": None, "scp": [READ, WRITE]}, False),
        ({"scope": None, "scp": READ}, True),
        ({"scope": READ, "scp": [WRITE]}, False),
        ({"scope": [WRITE, 7]}, False),
        ({"scope": None}, None),
        ({"scope": ""}, None),
        ({"scope": "stocktrim:readx stocktrim:"}, None),
        ({"scope": {"stocktrim:read": True}}, None),
        ({"scope": READ.upper()}, None),
    ],
    ids=str,
)
@pytest.mark.usefixtures("issuer")
async def test_scopes_say_what_a_token_allows(oauth: OAuth, said: dict[str, Any], read_only: bool | None) -> None:
    access = await oauth.verify_token(signed(**said))
    assert access is not None
    caller = oauth.caller(access)
    assert read_only == (caller.settings.read_only if caller else None)
    assert (READ in access.scopes) == (caller is not None)


@pytest.mark.usefixtures("issuer")
async def test_a_read_only_server_stays_read_only() -> None:
    oauth = OAuth(settings().model_copy(update={"read_only": True}))
    access = await oauth.verify_token(signed(scope=WRITE))
    assert access is not None
    caller = oauth.caller(access)
    assert caller is not None
    assert caller.settings.read_only


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"preferred_username": "anna", "email": "a@shop.example"}, "anna (u-17)"),
        ({"email": "a@shop.example"}, "a@shop.example (u-17)"),
        ({"email": "a@shop.example", "email_verified": False}, "u-17"),
        ({"preferred_username": ["anna"], "email": 7}, "u-17"),
        ({"preferred_username": "an\nna\u202e\x1b[31m"}, "anna[31m (u-17)"),
        ({"preferred_username": "a" * 500}, f"{'a' * 64} (u-17)"),
        ({}, "u-17"),
    ],
)
@pytest.mark.usefixtures("issuer")
async def test_people_are_called_by_a_name_that_can_be_read(oauth: OAuth, said: dict[str, Any], name: str) -> None:
    access = await oauth.verify_token(signed(**said))
    assert access is not None
    caller = oauth.caller(access)
    assert caller is not None
    assert caller.name == name


@pytest.mark.parametrize(
    ("said", "client"),
    [
        ({}, "desktop"),
        ({"azp": None, "client_id": "cli"}, "cli"),
        ({"azp": "", "cid": "okta"}, "okta"),
        ({"azp": 7}, "u-17"),
    ],
)
@pytest.mark.usefixtures("issuer")
async def test_the_client_is_who_it_was_issued_to(oauth: OAuth, said: dict[str, Any], client: str) -> None:
    access = await oauth.verify_token(signed(**said))
    assert access is not None
    assert access.client_id == client


def keys(*listed: object) -> httpx.Response:
    return httpx.Response(200, json={"keys": list(listed)})


async def test_keys_are_fetched_once(issuer: respx.MockRouter, oauth: OAuth) -> None:
    async def slow(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        return keys(*KEYS)

    issuer.get(JWKS).mock(side_effect=slow)
    await asyncio.gather(*(oauth.verify_token(signed()) for _ in range(20)))
    assert await oauth.verify_token(signed(RSA, "RS256", "rsa")) is not None
    assert issuer.calls.call_count == 1


async def test_an_unknown_key_is_looked_for_once_a_minute(issuer: respx.MockRouter, oauth: OAuth, clock: Clock) -> None:
    assert await oauth.verify_token(signed()) is not None
    issuer.get(JWKS).mock(return_value=keys(*KEYS, public(STRANGE, kid="new")))
    clock.seconds = 59
    assert await oauth.verify_token(signed(STRANGE, kid="new")) is None
    assert issuer.calls.call_count == 1
    clock.seconds = 60
    made = [oauth.verify_token(signed(STRANGE, kid="new")) for _ in range(20)]
    assert all(await asyncio.gather(*made))
    assert issuer.calls.call_count == 2
    clock.seconds = 61
    await asyncio.gather(*(oauth.verify_token(signed(STRANGE, kid=f"none-{count}")) for count in range(20)))
    assert issuer.calls.call_count == 2


async def test_a_key_that_was_taken_back_is_good_for_an_hour_at_most(
    issuer: respx.MockRouter, oauth: OAuth, clock: Clock
) -> None:
    assert await oauth.verify_token(signed()) is not None
    issuer.get(JWKS).mock(return_value=keys(KEYS[0]))
    clock.seconds = 3_599
    assert await oauth.verify_token(signed()) is not None
    clock.seconds = 3_600
    assert await oauth.verify_token(signed()) is None
    assert await oauth.verify_token(signed(RSA, "RS256", "rsa")) is not None


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("no way"),
        httpx.ReadTimeout("late"),
        TimeoutError(),
        httpx.InvalidURL("strange"),
        httpx.Response(500),
        httpx.Response(302, headers={"location": "https://elsewhere.example/jwks"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, text="[" * 100_000),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"keys": "none"}),
        keys(),
        keys("x", 7, {}),
        httpx.Response(200, content=json.dumps({"keys": [public(STRANGE, kid="new")]}).ljust(MOST_BYTES + 1)),
    ],
)
async def test_keys_that_cannot_be_had_leave_those_known_in_force(
    issuer: respx.MockRouter,
    oauth: OAuth,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    trouble: httpx.Response | Exception,
) -> None:
    assert await oauth.verify_token(signed()) is not None
    issuer.get(JWKS).mock(side_effect=[trouble])
    clock.seconds = 4_000
    assert await oauth.verify_token(signed()) is not None
    assert await oauth.verify_token(signed(STRANGE, kid="new")) is None
    assert issuer.calls.call_count == 2
    assert sum("those known before stay good" in record.message for record in caplog.records) == 1


async def test_until_there_is_a_key_it_is_tried_every_few_seconds(
    issuer: respx.MockRouter, oauth: OAuth, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    issuer.get(JWKS).mock(side_effect=[httpx.ConnectError("no way"), keys(*KEYS)])
    assert await oauth.verify_token(signed()) is None
    assert "(ConnectError): nobody is let in" in caplog.text
    clock.seconds = 4
    assert await oauth.verify_token(signed()) is None
    clock.seconds = 5
    assert await oauth.verify_token(signed()) is not None
    assert issuer.calls.call_count == 2


async def test_who_has_a_known_key_does_not_wait_for_new_ones(
    issuer: respx.MockRouter, oauth: OAuth, clock: Clock
) -> None:
    assert await oauth.verify_token(signed()) is not None
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slow(_: httpx.Request) -> httpx.Response:
        asked.set()
        await answer.wait()
        return keys(*KEYS)

    issuer.get(JWKS).mock(side_effect=slow)
    clock.seconds = 4_000
    first = asyncio.create_task(oauth.verify_token(signed()))
    await asked.wait()
    assert await oauth.verify_token(signed()) is not None
    assert not first.done()
    answer.set()
    assert await first is not None


async def test_who_gives_up_leaves_the_keys_to_the_next(issuer: respx.MockRouter, oauth: OAuth) -> None:
    began = asyncio.Event()

    async def never(_: httpx.Request) -> httpx.Response:
        began.set()
        await asyncio.Event().wait()
        raise AssertionError("it was cancelled")

    issuer.get(JWKS).mock(side_effect=never)
    first = asyncio.create_task(oauth.verify_token(signed()))
    await began.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    issuer.get(JWKS).mock(return_value=keys(*KEYS))
    assert await oauth.verify_token(signed()) is not None


@pytest.mark.parametrize(
    ("key", "way", "published"),
    [
        (SHORT_RSA, "RS256", public(SHORT_RSA, kid="one")),
        (EC, "ES256", public(EC, kid="one", use="enc")),
        (EC, "ES256", public(EC, kid="one", key_ops=["encrypt"])),
        (EC, "ES256", public(EC, kid="one", alg="ES384")),
        (RSA, "RS256", public(RSA, kid="one", alg="PS256")),
        (EC, "ES256", public(EC, kid="one", crv="P-384")),
        (EC, "ES256", public(EC, kid="one", crv=["P-256"])),
        (EC, "ES256", public(EC, kid="one", x="!")),
        (EC, "ES256", public(EC, kid="one", x=7)),
        (EC, "ES256", public(EC, kid=["one"])),
        (EC, "ES256", ECAlgorithm.to_jwk(EC, as_dict=True) | {"kid": "one"}),
        (EC, "ES256", public(EC)),
    ],
    ids=[
        "short",
        "use",
        "key_ops",
        "alg",
        "RSA alg",
        "curve",
        "curves",
        "point",
        "number",
        "kid",
        "private",
        "nameless",
    ],
)
@pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits long")
async def test_a_key_that_is_not_for_this_is_not_used(
    issuer: respx.MockRouter, oauth: OAuth, key: Key, way: str, published: dict[str, Any]
) -> None:
    issuer.get(JWKS).mock(return_value=keys(published, KEYS[2]))
    assert await oauth.verify_token(signed(key, way, "one")) is None
    assert await oauth.verify_token(signed(ED, "EdDSA", "ed")) is not None


async def test_of_several_keys_a_token_must_name_its_own(issuer: respx.MockRouter, oauth: OAuth) -> None:
    issuer.get(JWKS).mock(return_value=keys(*KEYS, public(STRANGE, kid="other")))
    assert await oauth.verify_token(signed(kid=None)) is None
    assert await oauth.verify_token(signed()) is not None


def description(**different: object) -> dict[str, object]:
    return {"issuer": ISSUER, "jwks_uri": JWKS, **different}


@pytest.mark.parametrize(
    "place",
    [
        DESCRIBED,
        "https://issuer.example/.well-known/openid-configuration/realms/shop",
        "https://issuer.example/realms/shop/.well-known/openid-configuration",
    ],
)
async def test_keys_are_found_by_the_description_of_the_issuer(issuer: respx.MockRouter, place: str) -> None:
    issuer.get(place).respond(json=description())
    issuer.get(host="issuer.example").respond(404)
    oauth = OAuth(settings(oauth_jwks_url=None))
    assert await oauth.verify_token(signed()) is not None


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://other.example"},
        {"issuer": f"{ISSUER}/"},
        {"jwks_uri": None},
        {"jwks_uri": "http://keys.example/jwks.json"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "https://[::1/"},
        {"jwks_uri": 7},
    ],
    ids=str,
)
async def test_a_description_that_cannot_be_believed_leads_nowhere(
    issuer: respx.MockRouter, said: dict[str, object]
) -> None:
    issuer.get(DESCRIBED).respond(json=description(**said))
    issuer.get(host="issuer.example").respond(404)
    assert await OAuth(settings(oauth_jwks_url=None)).verify_token(signed()) is None
    assert [str(call.request.url) for call in issuer.calls] == [DESCRIBED]


async def test_an_issuer_without_description_lets_nobody_in(
    issuer: respx.MockRouter, caplog: pytest.LogCaptureFixture
) -> None:
    issuer.get(host="issuer.example").respond(404)
    assert await OAuth(settings(oauth_jwks_url=None)).verify_token(signed()) is None
    assert issuer.calls.call_count == 3
    assert "status 404" in caplog.text


async def test_a_proxy_is_used_as_the_environment_says(caplog: pytest.LogCaptureFixture) -> None:
    oauth = OAuth(settings(), {"HTTPS_PROXY": "strange://anna:hunter2@proxy"})
    assert await oauth.verify_token(signed()) is None
    assert "cannot be read (ValueError)" in caplog.text
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize(
    ("different", "said"),
    [
        ({"oauth_issuer": None}, "STOCKTRIM_OAUTH_ISSUER is not set"),
        ({"public_url": None}, "STOCKTRIM_PUBLIC_URL is not set"),
        ({"oauth_issuer": "http://issuer.example"}, "STOCKTRIM_OAUTH_ISSUER must begin with https://"),
        ({"oauth_jwks_url": "http://keys.example"}, "STOCKTRIM_OAUTH_JWKS_URL must begin with https://"),
        ({"public_url": "http://stock.example"}, "STOCKTRIM_PUBLIC_URL must begin with https://"),
    ],
)
def test_an_address_that_cannot_be_believed_is_said_at_start(different: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        OAuth(settings(**different))


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://issuer.example", True),
        ("http://127.0.0.1:8080/realms/x", True),
        ("http://[::1]:80", True),
        ("http://localhost/x", True),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://localhost@evil.example", False),
        ("http://10.0.0.1", False),
        ("https://", False),
        ("ftp://localhost", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_which_addresses_are_believed(address: str, safe: bool) -> None:
    assert is_safe(address) == safe


@pytest.mark.usefixtures("issuer")
async def test_an_audience_may_be_any_name() -> None:
    oauth = OAuth(settings(oauth_audience="stocktrim"))
    access = await oauth.verify_token(signed(aud=["account", "stocktrim"]))
    assert access is not None
    assert access.resource == "stocktrim"
    assert await oauth.verify_token(signed()) is None


def guarded(oauth: OAuth) -> httpx.AsyncClient:
    """The SDK's own guards before a page."""
    auth = oauth.auth

    async def page(_: object) -> PlainTextResponse:
        return PlainTextResponse("in")

    backend: AuthenticationBackend = BearerAuthBackend(oauth)
    inner = RequireAuthMiddleware(Starlette(routes=[Route("/", page)]), auth.required_scopes or [])
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(AuthenticationMiddleware(inner, backend=backend)), base_url="http://test"
    )


@pytest.mark.parametrize(
    ("said", "status", "error"),
    [
        ({"scope": READ}, 200, ""),
        ({"scope": WRITE}, 200, ""),
        ({"scope": "openid"}, 403, 'error="insufficient_scope"'),
        ({"aud": "other"}, 401, 'error="invalid_token"'),
    ],
    ids=str,
)
@pytest.mark.usefixtures("issuer")
async def test_the_sdk_says_what_is_wrong_with_a_token(
    oauth: OAuth, said: dict[str, Any], status: int, error: str
) -> None:
    async with guarded(oauth) as http:
        answer = await http.get("/", headers={"authorization": f"Bearer {signed(**said)}"})
    assert answer.status_code == status
    assert error in answer.headers.get("www-authenticate", "")


def test_hosts_are_told_where_to_sign_in(oauth: OAuth) -> None:
    auth = oauth.auth
    assert (str(auth.issuer_url), str(auth.resource_server_url)) == (ISSUER, PUBLIC)
    assert auth.required_scopes == [READ]
