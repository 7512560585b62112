"""The keys an OAuth issuer signs with: found, fetched when needed, kept."""

import asyncio
import json
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import truststore
from jwt import PyJWK, PyJWTError

from stocktrim_client.client import proxy_for
from stocktrim_client.transport import is_loopback

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures that are believed: none of a secret both sides know, and never none at all."""

_BY_SHAPE: Mapping[tuple[object, object], tuple[str, ...]] = {
    ("RSA", None): ("RS256", "PS256"),
    ("EC", "P-256"): ("ES256",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
SHORTEST_RSA = 2_048

FRESH_SECONDS = 3_600.0
"""After that the keys are asked for again: an issuer may have taken one back."""

PAUSE_SECONDS = 60.0
"""Between two fetches, whoever asks for whatever key."""

FIRST_PAUSE_SECONDS = 5.0
"""Between two as long as there is no key at all: nobody can be let in meanwhile."""

FETCH_SECONDS = 5.0
OK = 200
MOST_BYTES = 1_048_576

Keys = Mapping[tuple[str | None, str], PyJWK]
"""By name and algorithm: one key may sign in several ways."""

_log = logging.getLogger(__name__)


class _UnfitError(Exception):
    """An answer that holds no keys, in words."""


class IssuerKeys:
    """The keys of one issuer. Those on hand are kept while no others can be had."""

    def __init__(
        self,
        issuer: str,
        address: str | None,
        environ: Mapping[str, str] = MappingProxyType({}),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`address`: where the keys stand; None: where the issuer's own description says."""
        self._issuer, self._address, self._environ, self._clock = issuer, address, environ, clock
        self._keys: Keys = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching = asyncio.Lock()

    async def key(self, name: str | None, algorithm: str) -> PyJWK | None:
        """The key of this name for this algorithm; without a name, the only one there is. None: there is none."""
        known = self._known(name, algorithm)
        if self._is_due(known) and not (known and self._fetching.locked()):
            async with self._fetching:
                if self._is_due(self._known(name, algorithm)):
                    await self._fetch()
        return self._known(name, algorithm)

    def _known(self, name: str | None, algorithm: str) -> PyJWK | None:
        if name is not None:
            return self._keys.get((name, algorithm))
        fitting = [key for (_, its), key in self._keys.items() if its == algorithm]
        return fitting[0] if len(fitting) == 1 else None

    def _is_due(self, known: PyJWK | None) -> bool:
        now = self._clock()
        if now - self._tried_at < (PAUSE_SECONDS if self._keys else FIRST_PAUSE_SECONDS):
            return False
        return known is None or now - self._fetched_at >= FRESH_SECONDS

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                keys = _keys(await self._read(self._address or await self._described()))
        except TimeoutError:
            self._failed(f"no answer came within {FETCH_SECONDS:.0f} s")
        except _UnfitError as error:
            self._failed(str(error))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            # Its text may hold the password of a proxy.
            self._failed(type(error).__name__)
        else:
            self._keys, self._fetched_at = keys, self._clock()
            self._tried_at = self._fetched_at

    def _failed(self, why: str) -> None:
        self._tried_at = self._clock()
        kept = "those known before stay good" if self._keys else "nobody is let in"
        _log.error("The keys of the issuer %s cannot be read (%s): %s.", self._issuer, why, kept)

    async def _described(self) -> str:
        """Where the keys stand, as the issuer says."""
        why = _UnfitError("it has no description")
        for address in _descriptions(self._issuer):
            try:
                said = await self._read(address)
            except _UnfitError as error:
                why = error
                continue
            if said.get("issuer") != self._issuer:
                raise _UnfitError("its description is that of another issuer")
            found = said.get("jwks_uri")
            if not isinstance(found, str) or not is_safe(found):
                raise _UnfitError("its description names no safe address of keys")
            return found
        raise why

    async def _read(self, address: str) -> Mapping[str, Any]:
        trusted = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        proxy = proxy_for(address, self._environ)
        async with (
            httpx.AsyncClient(verify=trusted, proxy=proxy, trust_env=False, timeout=FETCH_SECONDS) as http,
            http.stream("GET", address, headers={"accept": "application/json"}) as response,
        ):
            # A redirect is not followed: it could lead to whoever, or into the house.
            if response.status_code != OK:
                raise _UnfitError(f"status {response.status_code} of {address}")
            content = bytearray()
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > MOST_BYTES:
                    raise _UnfitError(f"too long an answer of {address}")
        try:
            said = json.loads(content)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise _UnfitError(f"no JSON object at {address}")
        return cast("Mapping[str, Any]", said)


def is_safe(address: str) -> bool:
    """Whether what comes from there can be believed: over TLS, or from this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return (parts.scheme == "https" and bool(host)) or (parts.scheme == "http" and is_loopback(host))


def _descriptions(issuer: str) -> tuple[str, ...]:
    """Where an issuer may describe itself: RFC 8414's place, and OpenID Connect's two."""
    parts = urlsplit(issuer)
    host, path = f"{parts.scheme}://{parts.netloc}/.well-known", parts.path.rstrip("/")
    places = (
        f"{host}/oauth-authorization-server{path}",
        f"{host}/openid-configuration{path}",
        f"{issuer.rstrip('/')}/.well-known/openid-configuration",
    )
    return tuple(dict.fromkeys(places))


def _keys(said: Mapping[str, Any]) -> Keys:
    """The keys of a JWK set that sign in a way we believe; what else is in it is nobody's."""
    listed = said.get("keys")
    each = cast("list[Any]", listed) if isinstance(listed, list) else []
    usable = [one for key in each if isinstance(key, dict) for one in _usable(cast("dict[str, Any]", key))]
    found = {(name, way): key for name, way, key in usable}
    if not found:
        raise _UnfitError("there is no key among them that can be used")
    return found


def _usable(key: dict[str, Any]) -> list[tuple[str | None, str, PyJWK]]:
    name, kind = key.get("kid"), key.get("kty")
    shape = (kind, None if kind == "RSA" else key.get("crv"))
    if not all(isinstance(one, str | None) for one in (name, *shape)) or "d" in key:
        return []
    if key.get("use", "sig") != "sig" or "verify" not in key.get("key_ops", ("verify",)):
        return []
    ways = [way for way in _BY_SHAPE.get(shape, ()) if key.get("alg", way) == way]
    try:
        made = [(name, way, PyJWK(key, way)) for way in ways]
    except (PyJWTError, ValueError, TypeError):
        return []
    return [one for one in made if kind != "RSA" or one[2].key.key_size >= SHORTEST_RSA]
