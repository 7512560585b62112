"""The hosts' own files on this machine: whether each can be read, and starts this server with all it needs."""

import asyncio
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

from stocktrim_mcp_server import hosts
from stocktrim_mcp_server.credentials import CREDENTIALS, suspicions
from stocktrim_mcp_server.doctor.findings import Case, Finding
from stocktrim_mcp_server.hosts import Host, Machine, is_ours
from stocktrim_mcp_server.settings import is_yes

HERE: tuple[Host, ...] = (
    *hosts.HOSTS,
    Host(
        "vscode-project",
        "VS Code, for everybody who works on this folder",
        lambda machine: (machine.folder / ".vscode" / "mcp.json",),
        "Start the server from the file's own button.",
        key="servers",
        shared=True,
    ),
)
LARGEST = 50_000_000
"""Bytes of a host's file that are looked at."""

_ASKED_FOR = ("${", "$(", "%")
"""How a value begins that the host fills in itself."""


class _Place(NamedTuple):
    """A host's file, and how it is spoken of."""

    host: Host
    path: Path

    @property
    def called(self) -> str:
        return f"{self.host.title} ({self.path})"

    def mended(self, what: str, more: str = "") -> str:
        """How to mend it: by hand where our own command does not write the file."""
        if self.host not in hosts.HOSTS:
            return "Mend it there."
        return f"`{hosts.PROGRAM} install {self.host.name}{more}` {what}."


async def host_files(case: Case) -> list[Finding]:
    """Every host's file that is found."""
    return await asyncio.to_thread(_host_files, case.machine)


def _host_files(machine: Machine) -> list[Finding]:
    places = [_Place(host, path) for host in HERE for path in host.places(machine) if path.is_file()]
    if not places:
        return [
            Finding(
                "note",
                "no host's file was found on this machine",
                f"`{hosts.PROGRAM} install --list` shows the hosts it can be put into.",
            )
        ]
    found = [finding for place in places for finding in _looked_at(place, machine)]
    if any(one.status == "ok" for one in found):
        # Where one host has it, the others may well be meant to do without.
        absent = [_absent(place) for place in places]
        return [one for one in found if one not in absent]
    return found


def _absent(place: _Place) -> Finding:
    return Finding("note", f"{place.called} has no entry for this server", place.mended("adds it"))


def _looked_at(place: _Place, machine: Machine) -> list[Finding]:
    try:
        if place.path.stat().st_size > LARGEST:
            return [Finding("note", f"{place.called} is too large to be looked at", "Look at it yourself.")]
        text = place.path.read_text(encoding="utf-8-sig")
        file: Any = json.loads(text) if text.strip() else {}
    except json.JSONDecodeError as error:
        return [_no_json(place, error)]
    except UnicodeDecodeError:
        return [Finding("fail", f"{place.called} is not UTF-8 text", "Save it as UTF-8.")]
    except RecursionError:
        return [Finding("fail", f"{place.called} is nested too deeply", "Look at it yourself.")]
    except OSError as error:
        return [Finding("warn", f"{place.called} cannot be read: {error.strerror}", "Check who may read it.")]
    entries = [(name, entry) for name, entry in _servers(file, place.host, machine) if is_ours(entry)]
    if not entries:
        return [_absent(place)]
    return [finding for name, entry in entries for finding in judged_entry(place, name, entry)]


def _no_json(place: _Place, error: json.JSONDecodeError) -> Finding:
    if place.host.key == "servers" and ("//" in error.doc or "/*" in error.doc):
        # VS Code reads comments, json does not.
        return Finding("note", f"{place.called} holds comments, so it was not looked at", "Look at it yourself.")
    where = f"line {error.lineno}, column {error.colno}"
    return Finding(
        "fail", f"{place.called} is no JSON at {where}: {error.msg}", "Mend it there: the host reads none of it."
    )


def _servers(file: Any, host: Host, machine: Machine) -> list[tuple[str, Any]]:
    """Every server that a file lists; Claude Code lists some by the folder they are for."""
    of_folder: Any = _under(_under(file, "projects"), str(machine.folder))
    lists = [_under(part, host.key) for part in (file, of_folder)]
    return [pair for one in lists if isinstance(one, dict) for pair in cast("dict[str, Any]", one).items()]


def _under(value: Any, key: str) -> Any:
    return cast("dict[str, Any]", value).get(key) if isinstance(value, dict) else None


def judged_entry(place: _Place, name: str, entry: Mapping[str, Any]) -> list[Finding]:
    """One entry that starts this server."""
    what = f"{place.called}, entry {name!r}"
    command = str(entry.get("command") or "")
    if not _exists(command):
        return [Finding("fail", f"{what}: there is no program {_last_part(command)!r}", place.mended("writes it anew"))]
    findings: list[Finding] = []
    if not Path(command).is_absolute():
        findings.append(
            Finding(
                "note",
                f"{what}: {command!r} is looked up where the host looks, which may be elsewhere",
                "If the host says it cannot start it, write the whole path of the program there.",
            )
        )
    anew = place.mended("writes down those of its environment", " --with-credentials")
    findings += [Finding("warn", f"{what}: {odd}", anew) for odd in _odd_credentials(place.host, entry)]
    return findings or [Finding("ok", f"{what} starts this server")]


def _exists(command: str) -> bool:
    return bool(command) and shutil.which(command) is not None


def _last_part(command: str) -> str:
    """The name of a program: what stands before it may tell more than it should."""
    return Path(command).name[:60]


def _odd_credentials(host: Host, entry: Mapping[str, Any]) -> list[str]:
    """What is odd about the credentials an entry gives, without a letter of them."""
    said, words = entry.get("env"), entry.get("args")
    env = cast("dict[str, Any]", said) if isinstance(said, dict) else {}
    args = cast("list[Any]", words) if isinstance(words, list) else []
    on_sandbox = "--sandbox" in args or is_yes(str(env.get("STOCKTRIM_SANDBOX", "")))
    if on_sandbox or "envFile" in entry:
        return []
    values = {name: str(env.get(name) or "") for name in CREDENTIALS}
    if host.shared and not any(values.values()):
        return []
    found = suspicions(*values.values())
    return [f"{name} {odd}" for name, odd in found.items() if not values[name].startswith(_ASKED_FOR)]
