"""What is kept on this machine: the folder, and the journal of changes in it."""

import asyncio
import os
import shutil
import stat
from pathlib import Path

from stocktrim_client.history import History
from stocktrim_client.journal import FileJournal
from stocktrim_mcp_server.dependencies import journal_folder
from stocktrim_mcp_server.doctor.findings import Case, Finding
from stocktrim_mcp_server.folders import standing, why_unwritable

LEAST_FREE = 100_000_000
"""Bytes. Records of a large account and months of changes take less."""
MOST_LOOKED_AT = 10_000
"""Changes of the journal."""

NOTHING_KEPT = "the sandbox keeps nothing"


async def folder(case: Case) -> list[Finding]:
    """Whether the journal's folder can be written to."""
    place = journal_folder(case.settings)
    if place is None:
        return [Finding("ok", NOTHING_KEPT)]
    return await asyncio.to_thread(_folder, place)


def _folder(place: Path) -> list[Finding]:
    if why := why_unwritable(place):
        return [
            Finding(
                "fail",
                f"{why}; no change can be made without its journal",
                "Set STOCKTRIM_DATA_FOLDER to a folder that the host's own user may write to.",
            )
        ]
    free = shutil.disk_usage(standing(place)).free
    if free < LEAST_FREE:
        return [Finding("warn", f"{place}: {free / 1e6:,.0f} MB are free", "Make room: a full disk stops all changes.")]
    if os.name == "posix" and place.exists() and stat.S_IMODE(place.stat().st_mode) & 0o077:
        return [Finding("note", f"{place} can be read by other users", f"chmod 700 '{place}' keeps it to yourself.")]
    return [Finding("ok", f"{place} can be written to, {free / 1e9:,.0f} GB free")]


async def journal(case: Case) -> list[Finding]:
    """Whether the journal can be read, and which changes nobody knows the outcome of."""
    place = journal_folder(case.settings)
    if place is None:
        return [Finding("ok", NOTHING_KEPT)]
    past = await History(FileJournal(place), {}).entries(limit=MOST_LOOKED_AT)
    findings: list[Finding] = []
    if past.damaged:
        findings.append(
            Finding(
                "warn",
                f"{past.damaged} damaged line(s) in {place}",
                "What they told is lost and cannot be undone by a tool; all others are fine.",
            )
        )
    unknown = [one for one in past.entries if one.outcome == "unknown"]
    if unknown:
        findings.append(
            Finding(
                "warn",
                f"{len(unknown)} change(s) of unknown outcome, the last {unknown[0].what} on {unknown[0].at:%Y-%m-%d}",
                "Look them up in StockTrim; `stocktrim-mcp-server changes` names them.",
            )
        )
    many = f"{len(past.entries)}{' or more' if past.more else ''}"
    return findings or [Finding("ok", f"{many} change(s) on record, all readable" if past.entries else "empty")]
