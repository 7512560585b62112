"""What keeps a set-up from working: checks in the order of causes, each told in one line.

A check is a small async function of the case that says what it found. None stops the next: what it needs and does not
have, it says.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from stocktrim_client import StockTrimClient, __version__
from stocktrim_client.changes import utc_now
from stocktrim_client.discretion import Secrets
from stocktrim_client.wording import clean
from stocktrim_mcp_server import server
from stocktrim_mcp_server.credentials import CREDENTIALS
from stocktrim_mcp_server.doctor import account, at_hosts, keeping, listening, present, reach, setup
from stocktrim_mcp_server.doctor.findings import STATUSES, Case, Check, Finding, Status
from stocktrim_mcp_server.hosts import Machine
from stocktrim_mcp_server.settings import Settings

LIMIT = 10.0
"""Seconds a check may take."""
LONGEST = 1_000
"""Characters of a line."""

CHECKS: tuple[tuple[str, Check], ...] = (
    ("program", setup.program),
    ("settings", setup.settings),
    ("variables", setup.unread),
    ("credentials", present.credentials),
    ("proxy", reach.proxy),
    ("name", reach.name),
    ("connection", reach.connection),
    ("certificate", reach.certificate),
    ("clock", reach.clock),
    ("account", account.accepted),
    ("API", account.shape),
    ("records", account.counts),
    ("forecast", account.forecast),
    ("data folder", keeping.folder),
    ("journal", keeping.journal),
    ("transport", listening.listening),
    ("hosts", at_hosts.host_files),
)
"""In the order in which one fault causes the next."""


class Line(NamedTuple):
    """What one check found."""

    name: str
    status: Status
    found: str
    next: str


class Examination(NamedTuple):
    """All that was found."""

    lines: tuple[Line, ...]

    @property
    def status(self) -> Status:
        """The worst there was."""
        return STATUSES[max((STATUSES.index(line.status) for line in self.lines), default=0)]

    @property
    def has_failed(self) -> bool:
        """Whether something is broken, rather than odd."""
        return self.status == "fail"


async def examine(
    settings: Settings,
    variables: Mapping[str, str],
    sources: Mapping[str, str],
    *,
    home: Path | None = None,
    folder: Path | None = None,
    connect: Callable[[Settings], StockTrimClient] = server.connect,
    now: Callable[[], datetime] = utc_now,
    limit: float = LIMIT,
    checks: tuple[tuple[str, Check], ...] = CHECKS,
) -> Examination:
    """Make every check. Nothing is changed in StockTrim, and nothing is kept.

    `sources` as of `settings.sources`; `folder`: where hosts' project files are sought.
    """
    machine = Machine(sys.platform, home or Path.home(), variables, folder or Path.cwd())
    # No check changes anything; and what is counted here is not to stand in for a server's own reading.
    stocktrim = connect(settings.model_copy(update={"read_only": True, "data_folder": None}))
    case = Case(settings, variables, sources, machine, stocktrim, limit, now)
    hide = _secrets(case)
    lines: list[Line] = []
    async with stocktrim:
        for name, check in checks:
            lines += [
                Line(name, one.status, clean(one.found, LONGEST, hide), clean(one.next, LONGEST, hide))
                for one in await _made(check, case)
            ]
    return Examination(tuple(lines))


async def _made(check: Check, case: Case) -> list[Finding]:
    try:
        async with asyncio.timeout(case.limit):
            return await check(case)
    except TimeoutError:
        return [Finding("warn", f"not known: no result within {case.limit:g} s", "Try again when less is going on.")]
    except (OSError, ValueError, ImportError) as error:
        return [Finding("warn", f"could not be made: {type(error).__name__}: {error}", "Tell the authors.")]


def _secrets(case: Case) -> Secrets:
    """What no line may hold, should an error or a path quote it."""
    found = [case.pasted(name) for name in CREDENTIALS]
    if case.settings.proxy:
        address = urlsplit(case.settings.proxy)
        found += [address.password or "", unquote(address.password or "")]
    return Secrets(*(form for text in found for form in (text, text.strip()) if form.strip()))


def in_words(examination: Examination) -> str:
    """A line each, and what to begin with."""
    width = max(len(line.name) for line in examination.lines)
    said = [
        f"{line.status.upper() if line.status == 'fail' else line.status:<4}  {line.name:<{width}}  "
        + (f"{line.found}." if line.found[-1:] not in ".!?" else line.found)
        + (f" {line.next}" if line.next else "")
        for line in examination.lines
    ]
    return "\n".join([*said, "", _summary(examination)])


def _summary(examination: Examination) -> str:
    failed, warned = (sum(line.status == one for line in examination.lines) for one in ("fail", "warn"))
    if failed:
        return f"{failed} failed, {warned} to look at. Begin with the first FAIL: those after it may follow from it."
    return f"Nothing failed, {warned} to look at." if warned else "All is well."


def as_json(examination: Examination) -> str:
    """The same as one object, for programs."""
    checks = [line._asdict() for line in examination.lines]
    return json.dumps({"status": examination.status, "version": __version__, "checks": checks}, ensure_ascii=False)
