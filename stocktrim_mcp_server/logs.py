"""Logging to stderr, where hosts collect it: stdout is the protocol's.

What is logged during a call carries the call's id, its tool and who asked, by itself; one line at its end says how it
went. Whatever a record holds, it is one line, so that no name of an account can write lines of its own.
"""

import asyncio
import json
import logging
import re
import secrets
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from stocktrim_client.changes import acting, caller
from stocktrim_client.transport import call_id, origin
from stocktrim_mcp_server.answers import visible
from stocktrim_mcp_server.settings import LogFormat, LogLevel

CHATTY = (
    *("httpx", "httpx2", "httpcore", "httpcore2", "h11", "asyncio", "urllib3", "sse_starlette", "mcp.client"),
    *("mcp.server.sse", "mcp.server.streamable_http", "mcp.server.streamable_http_manager"),
)
"""Libraries that would log addresses with their queries, whole messages, or what opens a session; we log each call."""

TALKATIVE = "mcp"
"""The SDK: its debugging lines hold messages, and so whatever a model or an account has put into them."""

LONGEST = 8_000
"""Characters of a message, and of a traceback its end."""

_SECRET = re.compile(
    r"""(?ix) (?P<name> \b bearer \s+ | \b confirm_?token \b ["'\s:=\\]+ ) (?P<value> [\w.~+/-]{12,}=* )"""
)
"""A token in a text of somebody else's, such as the complaint of a parser about what it met."""

_log = logging.getLogger("stocktrim_mcp_server.calls")


def configure(level: LogLevel, form: LogFormat = "text") -> None:
    """Before the server is made: the SDK would otherwise set up a handler of its own."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(TALKATIVE).setLevel(max(logging.INFO, logging.getLogger().level))


@contextmanager
def attributed() -> Generator[None]:
    """Inside, what is logged and journaled belongs to one request of its own."""
    its_id = call_id.set(secrets.token_hex(4))
    try:
        yield
    finally:
        call_id.reset(its_id)


@dataclass
class Ending:
    """How a call went. None: `outcome`, it has not ended."""

    outcome: str | None = None

    def told(self, text: str, *, is_fault: bool) -> str:
        """What is said of an error that ends the call; of a fault, also by what its owner finds the lines about it."""
        self.outcome = "error" if is_fault else "refused"
        its_id = call_id.get()
        return f"{text} (request {its_id})" if is_fault and its_id else text

    def crashed(self, error: BaseException | None) -> str:
        """Log what nobody foresaw, and say that it happened: its own words were not meant for a model."""
        _log.error("a fault of this server", exc_info=error)
        return self.told(f"{acting.get()} failed by a fault of this server: its log tells more.", is_fault=True)


@contextmanager
def told_of() -> Generator[Ending]:
    """One line when the call inside has ended: how, and after how long. Never what was asked, or answered."""
    ending, began = Ending(), time.monotonic()
    try:
        yield ending
    except asyncio.CancelledError:
        ending.outcome = "cancelled"
        raise
    finally:
        outcome, milliseconds = ending.outcome or "error", round(1000 * (time.monotonic() - began))
        _log.info("%s, %d ms", outcome, milliseconds, extra={"outcome": outcome, "milliseconds": milliseconds})


class _Text(logging.Formatter):
    """For people: who and what in brackets; a traceback below it, set in, as no record begins."""

    def format(self, record: logging.LogRecord) -> str:
        begun = origin()
        whose = " ".join(visible(one) for one in map(begun.get, (call_id, acting, caller)) if one)
        name = f"{record.name} [{whose}]" if whose else record.name
        lines = _trace(record).splitlines()
        said = f"{_when(record)} {record.levelname} {name}: {_message(record)}"
        return "\n".join([said, *(f"  {visible(line)}" for line in lines)])


class _Json(logging.Formatter):
    """For programs: the same keys in every line; those of a call's last line tell how it went."""

    def format(self, record: logging.LogRecord) -> str:
        begun = origin()
        fields = {
            "time": _when(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            "request": begun.get(call_id),
            "tool": begun.get(acting),
            "caller": begun.get(caller),
            "exception": _trace(record) or None,
        }
        ended = {name: record.__dict__[name] for name in ("outcome", "milliseconds") if name in record.__dict__}
        return json.dumps(fields | ended)


def _when(record: logging.LogRecord) -> str:
    return f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S}.{int(record.msecs):03d}Z"


def _message(record: logging.LogRecord) -> str:
    try:
        said = record.getMessage()
    except (TypeError, ValueError, KeyError):
        # Of a library's own mistake Python would print all it was given, as it is.
        said = str(record.msg)
    text = _hidden(said)
    return visible(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")


def _trace(record: logging.LogRecord) -> str:
    text = _hidden(logging.Formatter().formatException(record.exc_info)) if record.exc_info else ""
    # Its end says what went wrong, and where.
    return text if len(text) <= LONGEST else f"…{text[-LONGEST:]}"


def _hidden(text: str) -> str:
    return _SECRET.sub(r"\g<name>[hidden]", text)
