"""The program itself, and what it was told."""

import asyncio
import platform

from stocktrim_client import __version__
from stocktrim_mcp_server import hosts
from stocktrim_mcp_server.configuration import shown
from stocktrim_mcp_server.credentials import AUTH_ID, AUTH_SIGNATURE
from stocktrim_mcp_server.doctor.findings import Case, Finding
from stocktrim_mcp_server.planning.bounds import short
from stocktrim_mcp_server.settings import SETTINGS, doubts


async def program(case: Case) -> list[Finding]:
    """Which program this is, and how a host starts it."""
    installed = await asyncio.to_thread(hosts.here)
    start = hosts.launch(installed)
    system = f"{platform.system()} {platform.machine()}"
    what = f"{hosts.PROGRAM} {__version__}, Python {platform.python_version()} on {system}, from {installed.source}"
    return [Finding("ok", f"{what}; a host starts it with: {' '.join((start.command, *start.args))}")]


async def settings(case: Case) -> list[Finding]:
    """What is set, and by what."""
    variables = {one.field: one.variable for one in SETTINGS}
    said = [
        f"{variables[field]} {short(shown(case.settings, field))} "
        f"({'environment' if source == variables[field] else source})"
        for field, source in case.sources.items()
    ]
    return [Finding("ok", "; ".join([*said, "all others at their defaults"]) if said else "all at their defaults")]


async def unread(case: Case) -> list[Finding]:
    """Settings that no one reads, most often mistyped."""
    found = [
        Finding("warn", doubt.partition(" Did you mean")[0], _after(doubt))
        for doubt in doubts(case.variables, case.settings)
        if not doubt.startswith((AUTH_ID, AUTH_SIGNATURE))
    ]
    return found or [Finding("ok", "every STOCKTRIM_ variable has a meaning")]


def _after(doubt: str) -> str:
    _, meant, said = doubt.partition(" Did you mean")
    return f"Did you mean{said}" if meant else "Take it away, or see docs/configuration.md for what there is."
