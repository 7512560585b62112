"""What an owner may set, read once: one table says of each setting its variable, its flag, its kind and its meaning."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr

from stocktrim_mcp_server.planning.nearest import did_you_mean
from stocktrim_mcp_server.rails import Rails

ApprovalMode = Literal["auto", "ask", "token", "host"]
APPROVAL_MODES: tuple[ApprovalMode, ...] = get_args(ApprovalMode)

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
LOG_LEVELS: tuple[LogLevel, ...] = get_args(LogLevel)

LogFormat = Literal["text", "json"]
LOG_FORMATS: tuple[LogFormat, ...] = get_args(LogFormat)

Transport = Literal["stdio", "sse", "streamable-http"]
TRANSPORTS: tuple[Transport, ...] = get_args(Transport)

_YES = {"1", "true", "yes", "on"}
_NO = {"", "0", "false", "no", "off"}


W = TypeVar("W", bound=str)


class SettingsError(ValueError):
    """A setting that cannot be meant; the message names it and says what it may be."""


class Http(BaseModel):
    """How this server is reached over HTTP, and by whom."""

    model_config = ConfigDict(frozen=True)

    host: str = "127.0.0.1"
    port: int = 8000
    """0: any that is free."""
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    public_url: str | None = None
    tokens_file: Path | None = None
    oauth_issuer: str | None = None
    oauth_audience: str | None = None
    oauth_jwks_url: str | None = None
    without_authentication: bool = False
    secret_file: Path | None = None
    stateless: bool = False
    max_sessions: int = 1_000
    idle_seconds: int = 1_800
    max_body_bytes: int = 4 * 1024 * 1024
    max_accounts: int = 8


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
    transport: Transport = "stdio"
    http: Http = Http()
    drain_seconds: int = 30
    """How long a server that is told to end waits for the calls that are under way."""
    log_level: LogLevel = "INFO"
    log_format: LogFormat = "text"
    call_seconds: float = 45.0
    """Hosts give up on a tool call after about 60 s; an answer that says so is better than none."""


class Setting(NamedTuple):
    """One setting: where it is said, how its text is read, what it means to an owner."""

    field: str
    """Of `Settings`, or after a dot of its part."""
    read: Callable[[str], Any]
    """Raises: ValueError with what is wrong, as the end of a sentence that begins with the setting's name."""
    meaning: str
    default: str
    flag: str = ""
    shown: str = ""
    """What follows the flag; empty: nothing, it is a switch."""
    many: bool = False
    """The flag may be given several times."""
    name: str = ""

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return f"STOCKTRIM_{self.name or self.field.rpartition('.')[2].upper()}"


def listed(text: str) -> tuple[str, ...]:
    """Names with commas or blanks between them."""
    return tuple(dict.fromkeys(text.casefold().replace(",", " ").split()))


def is_address(text: str) -> bool:
    """Whether a text is the address of an HTTP server."""
    try:
        address = urlsplit(text)
        return address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        return False


def is_sendable(text: str) -> bool:
    """Whether a text can stand in a header."""
    return bool(text) and text.isascii() and text.isprintable()


def is_yes(text: str) -> bool:
    """Whether a switch is on; what it cannot say is no yes."""
    return text.lower() in _YES


def _switch(text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise ValueError(f"is {text.lower()!r}; it may be 1 or 0.")
    return is_yes(text)


def _address(text: str) -> str:
    if not is_address(text):
        # Not shown: people paste addresses with a password in them.
        raise ValueError(f"is no address; it must be one such as {Settings().api_url}.")
    if "@" in urlsplit(text).netloc:
        raise ValueError("holds a user name or password; leave them out, they are not needed.")
    return text


def _path(text: str) -> Path:
    path = Path(text)
    # A host starts its servers from wherever it likes.
    if not path.is_absolute():
        raise ValueError(f"is {text!r}; it must be a whole path, from the root on.")
    return path


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise ValueError(f"is {text!r}; it must be a whole number above 0.")
    return int(text)


def _port(text: str) -> int:
    if not (text.isdecimal() and int(text) < 65_536):
        raise ValueError(f"is {text!r}; it must be a port from 1 to 65535, or 0 for any that is free.")
    return int(text)


def _amount(text: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = 0.0
    if not 0 < amount < math.inf:
        raise ValueError(f"is {text!r}; it must be a number above 0, such as 2500.")
    return amount


def _one_of(known: Sequence[W]) -> Callable[[str], W]:
    def read(text: str) -> W:
        for word in known:
            if text.casefold() == word.casefold():
                return word
        raise ValueError(f"is {text!r}; it may be {', '.join(known)}.{did_you_mean(text, known)}")

    return read


def _secret(text: str) -> SecretStr:
    return SecretStr(text)


_NONE = "none"

SETTINGS = (
    Setting(
        "auth_id",
        _secret,
        "your account's credentials, with the next: StockTrim's web app shows both under Help (in some accounts: API "
        "settings)",
        "none: the server starts, each call says so",
        name="API_AUTH_ID",
    ),
    Setting("auth_signature", _secret, "the second of them", _NONE, name="API_AUTH_SIGNATURE"),
    Setting("api_url", _address, "another address than StockTrim's", "`https://api.stocktrim.com`"),
    Setting(
        "sandbox", _switch, "made-up data: no account is needed, nothing leaves your machine", "`0`", flag="--sandbox"
    ),
    Setting("sandbox_products", _count, "size of the made-up catalogue", "`24`", flag="--sandbox-products", shown="N"),
    Setting(
        "read_only",
        _switch,
        "never change anything in StockTrim: such tools are not offered, and the transport refuses besides",
        "`0`",
        flag="--read-only",
    ),
    Setting(
        "toolsets",
        listed,
        "groups of tools to offer: `planning`, `lookup`, `orders`, `query`, `status`, `catalogue`, `counts`, "
        "`history`, `defaults`, `master_data`, `sales`; also `default`, `all`",
        "`default`: all but the last three",
        flag="--toolsets",
        shown="A,B",
    ),
    Setting(
        "tools",
        listed,
        "single tools to offer besides, or alone; with a minus before it (`-run_forecast`) one that is not",
        _NONE,
        flag="--tools",
        shown="A,-B",
    ),
    Setting(
        "data_folder",
        _path,
        "a folder, by its whole path, for the owner's eyes alone: the records on hand, so that a start need not read "
        "them again; the last plans in small, to compare later ones with; the defaults; the journal of changes. The "
        "sandbox keeps nothing",
        "none: in memory, until the server ends; the journal alone stands where this system keeps what programs keep "
        "(Linux: `~/.local/share/stocktrim-mcp-server`)",
    ),
    Setting(
        "approval",
        _one_of(APPROVAL_MODES),
        "how a change is agreed to: `auto` asks where nothing can hang and else shows a preview with a token; `ask` "
        "asks always, and refuses hosts that cannot; `token` never asks; `host` leaves it to the host's own question",
        "`auto`",
    ),
    Setting(
        "rails.mode",
        _one_of(("warn", "enforce")),
        "what happens beyond the limits below: `enforce` sends nothing, `warn` says so and goes on",
        "`enforce`",
        name="RAILS",
    ),
    Setting("rails.max_order_value", _amount, "the most one purchase order may cost, in your currency", _NONE),
    Setting("rails.max_order_lines", _count, "the most lines one purchase order may hold", _NONE),
    Setting("rails.max_records", _count, "the most records one call may change", "none: 50, as everywhere"),
    Setting(
        "rails.max_quantity_factor", _amount, "times the usual quantity of a product that an order line may have", _NONE
    ),
    Setting(
        "transport",
        _one_of(TRANSPORTS),
        "how hosts reach the server: `stdio` (a host starts it), `streamable-http` (many reach one) or `sse` (the "
        "same, for older hosts)",
        "`stdio`",
        flag="--transport",
        shown="NAME",
    ),
    Setting(
        "http.host",
        str,
        "the address to listen at; anything but this machine's own needs authentication",
        "`127.0.0.1`",
        flag="--host",
        shown="ADDRESS",
    ),
    Setting("http.port", _port, "the port to listen at; `0`: any that is free", "`8000`", flag="--port", shown="N"),
    Setting(
        "http.allowed_hosts",
        listed,
        "names under which hosts reach the server, as they stand in the `Host` header (`mcp.example.com`, with any "
        "port, or `mcp.example.com:8443`); every other is refused",
        "this machine's own",
        flag="--allowed-host",
        shown="NAME",
        many=True,
    ),
    Setting(
        "http.allowed_origins",
        listed,
        "web pages that may call the server, as they stand in the `Origin` header (`https://app.example.com`)",
        "pages of this machine",
        flag="--allowed-origin",
        shown="URL",
        many=True,
    ),
    Setting(
        "http.public_url",
        _address,
        "the address at which hosts reach the server, where a proxy stands before it",
        _NONE,
        flag="--public-url",
        shown="URL",
    ),
    Setting(
        "http.tokens_file",
        _path,
        "a file of bearer tokens: who may call, with which tools, for which account; read again when it changes",
        _NONE,
        flag="--tokens-file",
        shown="PATH",
    ),
    Setting(
        "http.oauth_issuer",
        _address,
        "who issues access tokens: the server then is an OAuth 2.1 resource server",
        _NONE,
        flag="--oauth-issuer",
        shown="URL",
    ),
    Setting(
        "http.oauth_audience",
        str,
        "whom these tokens must be issued for",
        "the public address",
        flag="--oauth-audience",
        shown="NAME",
    ),
    Setting(
        "http.oauth_jwks_url",
        _address,
        "where the issuer's keys stand",
        "as the issuer's own description says",
        flag="--oauth-jwks-url",
        shown="URL",
    ),
    Setting(
        "http.without_authentication",
        _switch,
        "whoever reaches the server may use it: needed to listen wider than this machine without tokens",
        "`0`",
        flag="--without-authentication",
    ),
    Setting(
        "http.secret_file",
        _path,
        "a file with a secret of 32 characters or more, a line each, the first in use: several servers that share it "
        "finish what another began",
        "none: made anew at each start",
        flag="--secret-file",
        shown="PATH",
    ),
    Setting(
        "http.stateless",
        _switch,
        "keep no sessions, so that any of several servers can answer; hosts of the older protocol cannot be asked then",
        "`0`",
        flag="--stateless",
    ),
    Setting("http.max_sessions", _count, "the most sessions, or SSE streams, open at a time, of each menu", "`1000`"),
    Setting("http.idle_seconds", _count, "after this long without a request a session is closed", "`1800`"),
    Setting("http.max_body_bytes", _count, "the largest request that is read", "`4194304`"),
    Setting(
        "http.max_accounts",
        _count,
        "the most accounts of callers held at a time, besides the server's own; the one not used for longest goes",
        "`8`",
    ),
    Setting(
        "drain_seconds", _count, "how long a server that is told to end waits for calls that are under way", "`30`"
    ),
    Setting("log_level", _one_of(LOG_LEVELS), "`DEBUG`, `INFO`, `WARNING` or `ERROR`, on stderr", "`INFO`"),
    Setting(
        "log_format",
        _one_of(LOG_FORMATS),
        "`text`, or `json`: an object a line, for programs",
        "`text`",
        flag="--log-format",
        shown="NAME",
    ),
)
"""Every setting there is, in the order in which an owner may come to need them."""

KNOWN = tuple(one.variable for one in SETTINGS)
"""Every variable that has a meaning here."""


def from_env(environ: Mapping[str, str], flags: Mapping[str, str] | None = None) -> Settings:
    """The settings the environment describes, and before it what flags say.

    Raises: SettingsError naming the variable or flag that cannot be understood.
    """
    whole: dict[str, Any] = {}
    for one in SETTINGS:
        name = one.flag if one.flag in (flags or {}) else one.variable
        text = ((flags or {}).get(name) or environ.get(one.variable, "")).strip()
        if not text:
            continue
        try:
            value = one.read(text)
        except ValueError as error:
            raise SettingsError(f"{name} {error}") from error
        part, _, field = one.field.rpartition(".")
        (whole.setdefault(part, {}) if part else whole)[field] = value
    return Settings.model_validate(whole)


def sources(environ: Mapping[str, str], flags: Mapping[str, str] | None = None) -> dict[str, str]:
    """Where each setting comes from, by its field: its flag or its variable. Those at their default are left out."""
    said = {one.field: one.variable for one in SETTINGS if environ.get(one.variable, "").strip()}
    return said | {one.field: one.flag for one in SETTINGS if one.flag in (flags or {})}


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
        elif not is_sendable(text):
            said.append(f"{name} holds characters no header can: copy it anew.")
    return said
