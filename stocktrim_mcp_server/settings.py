"""What the environment may say, read once."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr

from stocktrim_mcp_server.planning.nearest import did_you_mean
from stocktrim_mcp_server.rails import Rails

ApprovalMode = Literal["auto", "ask", "token", "host"]
APPROVAL_MODES: tuple[ApprovalMode, ...] = ("auto", "ask", "token", "host")

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
LOG_LEVELS: tuple[LogLevel, ...] = ("DEBUG", "INFO", "WARNING", "ERROR")

_YES = {"1", "true", "yes", "on"}
_NO = {"", "0", "false", "no", "off"}


W = TypeVar("W", bound=str)


class SettingsError(ValueError):
    """A setting that cannot be meant; the message names it and says what it may be."""


class Settings(BaseModel):
    """How this server runs. Made by `from_env`; the command line may say otherwise."""

    model_config = ConfigDict(frozen=True)

    auth_id: SecretStr = SecretStr("")
    auth_signature: SecretStr = SecretStr("")
    api_url: str = "https://api.stocktrim.com"
    proxy: str | None = None
    sandbox: bool = False
    sandbox_products: int = 24
    read_only: bool = False
    toolsets: tuple[str, ...] = ()
    """Groups of tools on the menu; empty: the usual ones, unless single tools are named."""
    tools: tuple[str, ...] = ()
    """Single tools on it besides; with a minus before it, one that is not."""
    data_folder: Path | None = None
    """Where records, plans in small and defaults are kept for the next start; None: in memory alone. Here, or else
    where this system keeps what programs have to keep, is the journal of changes as well."""
    approval: ApprovalMode = "auto"
    """How a change is agreed to: asked where nothing can hang, asked always, shown with a token, left to the host."""
    rails: Rails = Rails()
    ask_seconds: float = 45.0
    """How long a person on an older protocol may take to answer a question; then the preview is the answer."""
    log_level: LogLevel = "INFO"
    call_seconds: float = 45.0
    """Hosts give up on a tool call after about 60 s; an answer that says so is better than none."""


def from_env(environ: Mapping[str, str]) -> Settings:
    """The settings the environment describes.

    Raises: SettingsError naming the variable that cannot be understood.
    """
    # Named as the client's own `from_env` names them; read here so that the server starts without loading the client.
    return Settings(
        auth_id=SecretStr(environ.get("STOCKTRIM_API_AUTH_ID", "").strip()),
        auth_signature=SecretStr(environ.get("STOCKTRIM_API_AUTH_SIGNATURE", "").strip()),
        api_url=_address(environ, "STOCKTRIM_API_URL", Settings().api_url),
        sandbox=_switch(environ, "STOCKTRIM_SANDBOX"),
        sandbox_products=_count(environ, "STOCKTRIM_SANDBOX_PRODUCTS", 24),
        read_only=_switch(environ, "STOCKTRIM_READ_ONLY"),
        toolsets=listed(environ.get("STOCKTRIM_TOOLSETS", "")),
        tools=listed(environ.get("STOCKTRIM_TOOLS", "")),
        data_folder=_folder(environ, "STOCKTRIM_DATA_FOLDER"),
        approval=_one_of(environ, "STOCKTRIM_APPROVAL", APPROVAL_MODES, "auto"),
        rails=Rails(
            mode=_one_of(environ, "STOCKTRIM_RAILS", ("warn", "enforce"), "enforce"),
            max_order_value=_limit(environ, "STOCKTRIM_MAX_ORDER_VALUE"),
            max_order_lines=_count(environ, "STOCKTRIM_MAX_ORDER_LINES", 0) or None,
            max_records=_count(environ, "STOCKTRIM_MAX_RECORDS", 0) or None,
            max_quantity_factor=_limit(environ, "STOCKTRIM_MAX_QUANTITY_FACTOR"),
        ),
        log_level=_level(environ, "STOCKTRIM_LOG_LEVEL"),
    )


KNOWN = (
    "STOCKTRIM_API_AUTH_ID",
    "STOCKTRIM_API_AUTH_SIGNATURE",
    "STOCKTRIM_API_URL",
    "STOCKTRIM_SANDBOX",
    "STOCKTRIM_SANDBOX_PRODUCTS",
    "STOCKTRIM_READ_ONLY",
    "STOCKTRIM_TOOLSETS",
    "STOCKTRIM_TOOLS",
    "STOCKTRIM_DATA_FOLDER",
    "STOCKTRIM_APPROVAL",
    "STOCKTRIM_RAILS",
    "STOCKTRIM_MAX_ORDER_VALUE",
    "STOCKTRIM_MAX_ORDER_LINES",
    "STOCKTRIM_MAX_RECORDS",
    "STOCKTRIM_MAX_QUANTITY_FACTOR",
    "STOCKTRIM_LOG_LEVEL",
)
"""Every variable that has a meaning here."""


def doubts(environ: Mapping[str, str], settings: Settings) -> list[str]:
    """What the owner may not have meant, a line each: settings that no one reads, credentials that cannot be sent."""
    said = [
        f"{name} is no setting of this server and is ignored.{did_you_mean(name, KNOWN)}"
        for name in sorted(environ)
        if name.startswith("STOCKTRIM_") and name not in KNOWN
    ]
    if settings.sandbox:
        return said
    if settings.sandbox_products != Settings().sandbox_products:
        said.append("A size of the sandbox is given, but not the sandbox itself (--sandbox): it is ignored.")
    for name, secret in zip(KNOWN[:2], (settings.auth_id, settings.auth_signature), strict=True):
        text = secret.get_secret_value()
        if not text:
            said.append(f"{name} is not set: calls of StockTrim will be refused.")
        elif not (text.isascii() and text.isprintable()):
            said.append(f"{name} holds characters no header can: copy it anew.")
    return said


def listed(text: str) -> tuple[str, ...]:
    """Names with commas or blanks between them."""
    return tuple(dict.fromkeys(text.casefold().replace(",", " ").split()))


def _folder(environ: Mapping[str, str], name: str) -> Path | None:
    text = environ.get(name, "").strip()
    if not text:
        return None
    folder = Path(text)
    # A host starts its servers from wherever it likes.
    if not folder.is_absolute():
        raise SettingsError(f"{name} is {text!r}; it must be a whole path, from the root on.")
    return folder


def _switch(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name, "").strip().lower()
    if text not in _YES | _NO:
        raise SettingsError(f"{name} is {text!r}; it may be 1 or 0.")
    return text in _YES


def is_address(text: str) -> bool:
    """Whether a text is the address of an HTTP server."""
    try:
        address = urlsplit(text)
        return address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        return False


def _address(environ: Mapping[str, str], name: str, default: str) -> str:
    text = environ.get(name, "").strip() or default
    if not is_address(text):
        # Not shown: people paste addresses with a password in them.
        raise SettingsError(f"{name} is no address; it must be one such as {default}.")
    if "@" in urlsplit(text).netloc:
        raise SettingsError(f"{name} holds a user name or password; leave them out, they are not needed.")
    return text


def _count(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "").strip()
    if text and not (text.isdecimal() and int(text) > 0):
        raise SettingsError(f"{name} is {text!r}; it must be a whole number above 0.")
    return int(text) if text else default


def _limit(environ: Mapping[str, str], name: str) -> float | None:
    text = environ.get(name, "").strip()
    if not text:
        return None
    try:
        limit = float(text)
    except ValueError:
        limit = 0.0
    if not 0 < limit < math.inf:
        raise SettingsError(f"{name} is {text!r}; it must be a number above 0, such as 2500.")
    return limit


def _one_of(environ: Mapping[str, str], name: str, known: Sequence[W], default: W) -> W:
    text = environ.get(name, "").strip().casefold() or default
    for word in known:
        if text == word:
            return word
    raise SettingsError(f"{name} is {text!r}; it may be {', '.join(known)}.{did_you_mean(text, known)}")


def _level(environ: Mapping[str, str], name: str) -> LogLevel:
    text = environ.get(name, "").strip().upper() or "INFO"
    for level in LOG_LEVELS:
        if text == level:
            return level
    raise SettingsError(f"{name} is {text!r}; it may be {', '.join(LOG_LEVELS)}.")
