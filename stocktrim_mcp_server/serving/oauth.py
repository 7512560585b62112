"""Who calls: whom an OAuth 2.1 issuer vouches for, by a signed access token made for this server."""

import logging
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any, cast

import jwt
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings

from stocktrim_mcp_server.serving.callers import Caller
from stocktrim_mcp_server.serving.issuer import ALGORITHMS, IssuerKeys, is_safe
from stocktrim_mcp_server.settings import Settings, SettingsError

READ, WRITE = "stocktrim:read", "stocktrim:write"
"""What a token may allow. Who may write may read; who may only read meets a read-only server."""

LEEWAY_SECONDS = 30
"""By which the clocks of issuer and server may differ."""

LONGEST_TOKEN = 16_384
LONGEST_NAME = 64

_TYPES = ("", "jwt", "at+jwt")
"""Of a token that is given out to reach a server; others are made for something else."""

_WHY: Mapping[type[Exception], str] = {
    jwt.ExpiredSignatureError: "it has expired",
    jwt.ImmatureSignatureError: "it is not good yet",
    jwt.InvalidAudienceError: "it was made for another server: STOCKTRIM_OAUTH_AUDIENCE says what it must name",
    jwt.InvalidIssuerError: "another issuer made it: STOCKTRIM_OAUTH_ISSUER says who must",
    jwt.InvalidSignatureError: "its signature is not the issuer's",
    jwt.InvalidAlgorithmError: f"it is not signed as one of {', '.join(ALGORITHMS)}",
    jwt.InvalidKeyError: "the issuer has no such key",
    jwt.MissingRequiredClaimError: "it does not say who may use it, where and how long",
}

_log = logging.getLogger(__name__)


class OAuth:
    """Lets in whom the issuer of the settings vouches for."""

    def __init__(
        self,
        settings: Settings,
        environ: Mapping[str, str] = MappingProxyType({}),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`environ`: for the proxy before the issuer. `clock`: since when keys are known.

        Raises: SettingsError for an address that cannot be believed.
        """
        http = settings.http
        self._issuer = _safe(http.oauth_issuer, "STOCKTRIM_OAUTH_ISSUER")
        self._resource = _safe(http.public_url, "STOCKTRIM_PUBLIC_URL")
        self._audience = http.oauth_audience or self._resource
        keys = http.oauth_jwks_url and _safe(http.oauth_jwks_url, "STOCKTRIM_OAUTH_JWKS_URL")
        self._keys = IssuerKeys(self._issuer, keys, environ, clock)
        self._settings = settings
        self._read_only = settings.model_copy(update={"read_only": True})

    @property
    def auth(self) -> AuthSettings:
        """What hosts are told: where to sign in, and for what."""
        # From texts: an address made beforehand has a slash at its end, and clients compare letter by letter.
        return AuthSettings.model_validate(
            {
                "issuer_url": self._issuer,
                "resource_server_url": self._resource,
                "required_scopes": [READ],
                # Its audience is checked here, and need not be an address.
                "validate_token_resource": False,
            }
        )

    async def verify_token(self, token: str) -> AccessToken | None:
        """What a token says, in the SDK's words. None: it is not to be believed."""
        try:
            claims = await self._claims(token)
        except jwt.PyJWTError as error:
            # Not the error's own text: it may quote the token.
            _log.info("A bearer token was refused: %s.", _WHY.get(type(error), "it cannot be read"))
            return None
        return AccessToken(
            # What is not in it cannot be logged.
            token=sha256(token.encode()).hexdigest(),
            client_id=_first(claims, "azp", "client_id", "cid", "appid", "sub"),
            scopes=_scopes(claims),
            expires_at=int(claims["exp"]) + LEEWAY_SECONDS,
            resource=self._audience,
            subject=claims["sub"],
            claims={"iss": claims["iss"], "name": _name(claims)},
        )

    def caller(self, access: AccessToken) -> Caller | None:
        """Whose token this is. None: it has expired, or allows nothing here."""
        if READ not in access.scopes or (access.expires_at or 0) < time.time():
            return None
        name = (access.claims or {}).get("name", access.client_id)
        return Caller(name, self._settings if WRITE in access.scopes else self._read_only)

    async def _claims(self, token: str) -> Mapping[str, Any]:
        """What a token says, once it is known to be the issuer's. Raises: PyJWTError if it is not."""
        if not token.isascii() or len(token) > LONGEST_TOKEN:
            raise jwt.DecodeError
        header = jwt.get_unverified_header(token)
        way, kind = header.get("alg"), header.get("typ", "")
        if way not in ALGORITHMS:
            raise jwt.InvalidAlgorithmError
        if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in _TYPES:
            raise jwt.InvalidTokenError
        key = await self._keys.key(header.get("kid"), way)
        if key is None:
            raise jwt.InvalidKeyError
        claims = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            audience=self._audience,
            issuer=self._issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
        # With `cnf` it is good only for who proves to hold a key, which we cannot ask for.
        if "cnf" in claims or not claims["sub"]:
            raise jwt.InvalidTokenError
        return claims


def _safe(address: str | None, variable: str) -> str:
    if address is None:
        raise SettingsError(f"{variable} is not set: with OAuth, hosts must be told of it.")
    if not is_safe(address):
        raise SettingsError(f"{variable} must begin with https://, unless it is on this machine.")
    return address


def _texts(claim: object) -> list[str]:
    """The words of a claim that issuers write as a list, or as one text with blanks."""
    if isinstance(claim, str):
        return claim.split()
    return [one for one in cast("list[object]", claim) if isinstance(one, str)] if isinstance(claim, list) else []


def _scopes(claims: Mapping[str, Any]) -> list[str]:
    said = {*_texts(claims.get("scope")), *_texts(claims.get("scp"))}
    return sorted(said | {READ} if WRITE in said else said)


def _first(claims: Mapping[str, Any], *names: str) -> str:
    """The first of these claims that says anything; the last does."""
    found = (claims.get(name) for name in names)
    return next((one for one in found if isinstance(one, str) and one), "")


def _name(claims: Mapping[str, Any]) -> str:
    """Who it is, for people; with the issuer's own name of them, since the other may be of their choosing."""
    names = (
        ["preferred_username", "email", "sub"]
        if claims.get("email_verified", True) is True
        else ["preferred_username", "sub"]
    )
    name, subject = _plain(_first(claims, *names)), _plain(claims["sub"])
    return name if name == subject else f"{name} ({subject})"


def _plain(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable())[:LONGEST_NAME]
