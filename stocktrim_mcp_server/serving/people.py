"""What a tokens file says: a table a person, a table an account; or what is wrong with it, by table and key."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from stocktrim_mcp_server.planning.nearest import did_you_mean
from stocktrim_mcp_server.settings import Settings, SettingsError, is_sendable
from stocktrim_mcp_server.toolbox import names
from stocktrim_mcp_server.tools import ALL, offered

SHORTEST_TOKEN = 32
LONGEST_TOKEN = 4_096
"""Characters. What is longer is refused before anything is computed of it."""

LONGEST_NAME = 64

_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")
"""What a bearer token may consist of: anything else may be lost on its way through a header."""

_DIGEST = re.compile(r"[0-9a-fA-F]{64}")
_PLACE = re.compile(r"\(at (line \d+, column \d+|end of document)\)")


@dataclass(frozen=True)
class Person:
    """One who is let in, by the SHA-256 of a token in hexadecimal, and the settings of the server they meet."""

    name: str
    digest: bytes = field(repr=False)
    settings: Settings
    expires: datetime | None
    """From then on the token is good no longer."""


class Roll(NamedTuple):
    """All who are let in. `has_secrets`: whoever reads the file could call, or reach StockTrim, as one of them."""

    people: tuple[Person, ...]
    has_secrets: bool


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class _Token(_Table):
    token: SecretStr | None = None
    token_sha256: str | None = None
    read_only: bool = False
    toolsets: list[str] = []
    tools: list[str] = []
    expires: datetime | date | None = None
    account: str | None = None


class _Account(_Table):
    auth_id: SecretStr | None = None
    auth_id_env: str | None = None
    auth_id_file: str | None = None
    auth_signature: SecretStr | None = None
    auth_signature_env: str | None = None
    auth_signature_file: str | None = None


class _File(_Table):
    tokens: dict[str, _Token] = {}
    accounts: dict[str, _Account] = {}


_KEYS: Mapping[str, type[_Table]] = {"": _File, "tokens": _Token, "accounts": _Account}

_DATE = "must be a date such as 2027-01-31, or a date and a time; without quotes"
_FAULTS = {
    "bool_type": "must be true or false, without quotes",
    "string_type": "must be a text in quotes",
    "list_type": "must be a list of names, in brackets",
    "datetime_type": _DATE,
    "date_type": _DATE,
    "dict_type": "must be a table",
    "model_type": "must be a table",
}


def understood(content: bytes, folder: Path, settings: Settings, environ: Mapping[str, str]) -> Roll:
    """Who a tokens file lets in. Files it names are looked for from its folder on.

    Raises: SettingsError naming table and key, never a secret.
    """
    file = _file(content)
    accounts = {name: _credentials(name, one, folder, environ) for name, one in file.accounts.items()}
    people = tuple(_person(name, one, accounts, settings) for name, one in file.tokens.items())
    _all_different(people)
    secrets = [one.token for one in file.tokens.values()]
    secrets += [secret for one in file.accounts.values() for secret in (one.auth_id, one.auth_signature)]
    return Roll(people, any(secrets))


def _file(content: bytes) -> _File:
    try:
        tables = tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        # The place alone: the parser may quote what stands there.
        place = _PLACE.search(str(error))
        raise SettingsError(f"It is no TOML{f' (at {place[1]})' if place else ''}.") from None
    try:
        return _File.model_validate(tables)
    except ValidationError as error:
        raise SettingsError(_fault(error)) from None


def _fault(error: ValidationError) -> str:
    """The first thing that is wrong, without what stands there."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = [str(one) for one in first["loc"]]
    if first["type"] == "extra_forbidden":
        *tables, key = place
        known = _KEYS["".join(tables[:1])].model_fields
        hint = did_you_mean(key, known) if _may_be_shown(key) else ""
        where = f" in {_table(*tables)}" if tables else ""
        return f"There is no key {_plain(key)!r}{where}.{hint} It may be {', '.join(known)}."
    fault = _FAULTS.get(first["type"], "cannot be understood")
    return f"{_table(*place[:2])} {' '.join([*place[2:3], fault])}."


def _table(*names: str) -> str:
    return f"[{'.'.join(map(_plain, names))}]"


def _may_be_shown(name: str) -> bool:
    """Not a token that was written where a name belongs."""
    return len(name) < SHORTEST_TOKEN and name.isprintable()


def _plain(name: str) -> str:
    return name if _may_be_shown(name) else f"a name of {len(name)} characters"


def _credentials(name: str, account: _Account, folder: Path, environ: Mapping[str, str]) -> Mapping[str, SecretStr]:
    """What the settings of an account's callers have instead of the server's own."""
    said = {
        "auth_id": (account.auth_id, account.auth_id_env, account.auth_id_file),
        "auth_signature": (account.auth_signature, account.auth_signature_env, account.auth_signature_file),
    }
    return {
        key: SecretStr(_credential(_table("accounts", name), key, one, folder, environ)) for key, one in said.items()
    }


def _credential(
    table: str,
    key: str,
    said: tuple[SecretStr | None, str | None, str | None],
    folder: Path,
    environ: Mapping[str, str],
) -> str:
    itself, variable, file = said
    if sum(one is not None for one in said) != 1:
        raise SettingsError(f"{table} needs one of {key}, {key}_env and {key}_file.")
    if itself is not None:
        secret, where = itself.get_secret_value().strip(), key
    elif variable is not None:
        secret, where = environ.get(variable, "").strip(), f"{key}_env: the variable it names"
    else:
        secret, where = _of_file(folder / str(file), f"{table} {key}_file"), f"{key}_file: the file it names"
    if not secret:
        raise SettingsError(f"{table} {where} is empty.")
    if not is_sendable(secret):
        raise SettingsError(f"{table} {where} holds characters no header can: copy it anew.")
    return secret


def _of_file(path: Path, where: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig").strip()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SettingsError(f"{where} names a file that cannot be read: {why}.") from None


def _person(name: str, token: _Token, accounts: Mapping[str, Mapping[str, SecretStr]], settings: Settings) -> Person:
    table = _table("tokens", name)
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable()):
        raise SettingsError(f"{table} must have a name of up to {LONGEST_NAME} characters that can be seen.")
    if token.account is not None:
        if token.account not in accounts:
            hint = did_you_mean(token.account, accounts)
            raise SettingsError(f"{table} account names none of the tables [accounts. ...].{hint}")
        settings = settings.model_copy(update=dict(accounts[token.account]))
    try:
        its = narrowed(settings, token.toolsets, token.tools, read_only=token.read_only)
    except SettingsError as error:
        raise SettingsError(f"{table} {error}") from None
    return Person(name, _digest(table, token), its, _end(token.expires))


def _digest(table: str, token: _Token) -> bytes:
    """The SHA-256 of a token, as its person's is compared with it."""
    if (token.token is None) == (token.token_sha256 is None):
        raise SettingsError(f"{table} needs either token or token_sha256.")
    if token.token_sha256 is not None:
        if not _DIGEST.fullmatch(token.token_sha256):
            raise SettingsError(f"{table} token_sha256 must be 64 hexadecimal digits.")
        return token.token_sha256.lower().encode()
    text = token.token.get_secret_value() if token.token else ""
    if not SHORTEST_TOKEN <= len(text) <= LONGEST_TOKEN:
        raise SettingsError(f"{table} token must have {SHORTEST_TOKEN} to {LONGEST_TOKEN:,} characters.")
    if not _TOKEN.fullmatch(text):
        raise SettingsError(f"{table} token may hold letters, digits and -._~+/= alone.")
    return digest(text)


def digest(token: str) -> bytes:
    """A token as it is kept and compared."""
    return sha256(token.encode()).hexdigest().encode()


def _end(expires: datetime | date | None) -> datetime | None:
    """A date is the last day; what names no zone is UTC."""
    if expires is None:
        return None
    if not isinstance(expires, datetime):
        return datetime.combine(expires, time.max, UTC)
    return expires if expires.tzinfo else expires.replace(tzinfo=UTC)


def _all_different(people: Sequence[Person]) -> None:
    first: dict[bytes, str] = {}
    for one in people:
        other = first.setdefault(one.digest, one.name)
        if other != one.name:
            raise SettingsError(f"{_table('tokens', other)} and {_table('tokens', one.name)} have the same token.")


def narrowed(settings: Settings, toolsets: Sequence[str], tools: Sequence[str], *, read_only: bool) -> Settings:
    """The settings with what one caller may do of it: never more than they allow themselves.

    Raises: SettingsError for a name that is none, or if nothing is left.
    """
    its = settings.model_copy(update={"read_only": settings.read_only or read_only})
    allowed = names(offered(its))
    if not (toolsets or tools):
        return its
    single = tuple(one.strip().casefold() for one in tools)
    groups = tuple(one.strip().casefold() for one in toolsets)
    if not groups and all(one.startswith("-") for one in single):
        groups = (ALL,)
    asked = names(offered(its.model_copy(update={"toolsets": groups, "tools": single})))
    if not (left := tuple(name for name in asked if name in allowed)):
        raise SettingsError("toolsets and tools name nothing that this server offers.")
    return its.model_copy(update={"toolsets": (), "tools": left})
