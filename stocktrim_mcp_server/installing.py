"""This server put into a host's list of servers, after showing the difference; or the words to do it by hand."""

import contextlib
import difflib
import json
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, cast

from stocktrim_mcp_server import hosts
from stocktrim_mcp_server.credentials import CREDENTIALS, WHERE
from stocktrim_mcp_server.hosts import HOSTS, Host, Installation, Launch, Machine
from stocktrim_mcp_server.planning.nearest import did_you_mean
from stocktrim_mcp_server.settings import SETTINGS, Settings
from stocktrim_mcp_server.splice import FileFaultError, parsed, put, take

NAME = "stocktrim"
"""Under which the server stands in a host's list, unless told otherwise."""

_PASSED_ON = ("--sandbox", "--sandbox-products", "--read-only", "--toolsets", "--tools", "--log-format")
_TOLD = ("command", "args", "env")
_NOT_SECRET = {one.variable for one in SETTINGS} - set(CREDENTIALS)
_MARK = "\ufeff"


class InstallError(Exception):
    """What was asked for cannot be done; nothing was written."""


class Wish(NamedTuple):
    """What was asked for on the command line."""

    host: str
    name: str = NAME
    flags: Mapping[str, str] = {}
    """Settings given by flag, which the server is to be started with."""
    with_credentials: bool = False
    remove: bool = False


class Edit(NamedTuple):
    """A file as it is and as it is to be."""

    file: Path
    before: bytes | None
    """None: there is no such file yet."""
    after: bytes
    difference: str


def host_named(name: str) -> Host:
    """Raises: InstallError with the names there are."""
    for host in HOSTS:
        if host.name == name.casefold():
            return host
    known = [host.name for host in HOSTS]
    raise InstallError(f"There is no host {name!r}.{did_you_mean(name, known)} There are {', '.join(known)}.")


def start_of(installed: Installation, flags: Mapping[str, str]) -> Launch:
    """How a host is to start this program with these settings. Raises: InstallError where it cannot."""
    start = hosts.launch(installed)
    if unfit := [flag for flag in flags if flag not in _PASSED_ON]:
        raise InstallError(
            f"{', '.join(unfit)}: a host starts the server itself, over stdio, and passes on no such flag."
        )
    # A value may begin with a minus, as `-run_forecast` does.
    more = [f"{one.flag}={flags[one.flag]}" if one.shown else one.flag for one in SETTINGS if one.flag in flags]
    return Launch(start.command, (*start.args, *more))


def listed(machine: Machine, installed: Installation) -> str:
    """Each host, its file, and whether this server stands there."""
    start = hosts.launch(installed)
    rows = [(host.name, _state(host, machine, start), str(host.file(machine))) for host in HOSTS]
    widths = [max(len(row[at]) for row in rows) for at in (0, 1)]
    return "\n".join(f"{name:<{widths[0]}}  {state:<{widths[1]}}  {file}" for name, state, file in rows)


def _state(host: Host, machine: Machine, start: Launch) -> str:
    file = host.file(machine)
    try:
        entries = _servers(host, _text(file.read_bytes())[1]).values()
    except FileNotFoundError:
        return "no such file yet" if file.parent.exists() else "not found on this machine"
    except (OSError, FileFaultError):
        return "cannot be read"
    ours = [one for one in entries if hosts.is_ours(one)]
    if any(hosts.starts(one, start) for one in ours):
        return "starts this server"
    return "starts another one of this name" if ours else "does not know this server"


def _servers(host: Host, text: str) -> dict[str, Any]:
    """The servers of a host's file by name. Raises: FileFaultError."""
    servers: Any = parsed(text).get(host.key, {})
    if not isinstance(servers, dict):
        raise FileFaultError(f"holds no object under {host.key!r}.")
    return cast("dict[str, Any]", servers)


def printed(wish: Wish, machine: Machine, installed: Installation) -> str:
    """How to add the server by hand: what to write into which file, what to type, what to open."""
    host = host_named(wish.host)
    start = start_of(installed, wish.flags)
    variables = _placeholders(host, wish, "...")
    parts = [
        f"{host.title} reads {host.file(machine)}:",
        json.dumps(host.snippet(wish.name, start, variables), indent=2, ensure_ascii=False),
    ]
    if variables:
        parts.append(f"Put yours in place of the dots. {WHERE}" if not host.shared else WHERE)
    if typed := hosts.command(host, wish.name, start, variables, machine.system):
        parts += ["Or type:", f"  {typed}"]
    if address := hosts.link(host, wish.name, start):
        parts += ["Or open this address, which holds no credentials:", f"  {address}"]
    return "\n\n".join([*parts, host.afterwards])


def _placeholders(host: Host, wish: Wish, empty: str) -> dict[str, str]:
    """The variables an owner has to fill in."""
    if "--sandbox" in wish.flags:
        return {}
    return {name: f"${{{name}}}" if host.shared else empty for name in CREDENTIALS}


def edit(wish: Wish, machine: Machine, installed: Installation, settings: Settings) -> Edit | None:
    """What is to become of the host's file. None: it is so already.

    Raises: InstallError where the file cannot be changed without harm.
    """
    host = host_named(wish.host)
    given = _given(host, wish, settings)
    # A link is followed: what it points to is changed, and the link stays.
    file = host.file(machine).resolve()
    try:
        before = file.read_bytes()
    except FileNotFoundError:
        before = None
    except OSError as error:
        raise InstallError(f"{file} cannot be read: {error.strerror}.") from error
    try:
        mark, text = _text(before or b"")
        there = _servers(host, text)
    except FileFaultError as error:
        by_hand = f"Nothing was changed; 'install --print {host.name}' shows what to write there."
        raise InstallError(f"{file} {error} {by_hand}") from error
    entry = there.get(wish.name)
    if entry is not None and not hosts.is_ours(entry):
        raise InstallError(f"{file} holds another server named {wish.name!r}; --name gives this one another name.")
    path = host.key, wish.name
    if wish.remove:
        wanted, after = None, "" if entry is None else take(text, path)
    else:
        wanted = _wanted(host, wish, installed, entry or {}, given)
        after = put(text, path, wanted)
    if entry == wanted:
        return None
    difference = _difference(file, host.key, there, wish.name, wanted)
    return Edit(file, before, (mark + after).encode("utf-8", "surrogatepass"), difference)


def _given(host: Host, wish: Wish, settings: Settings) -> dict[str, str]:
    """The credentials to write down."""
    if not wish.with_credentials or wish.remove:
        return {}
    if host.shared:
        raise InstallError(f"{host.title}: the file is shared, and takes no credentials.")
    values = settings.auth_id.get_secret_value(), settings.auth_signature.get_secret_value()
    given: dict[str, str] = dict(zip(CREDENTIALS, values, strict=True))
    if missing := [name for name, value in given.items() if not value]:
        raise InstallError(f"{' and '.join(missing)} must be set here to be written down.")
    return given


def _wanted(
    host: Host, wish: Wish, installed: Installation, entry: Mapping[str, Any], given: Mapping[str, str]
) -> dict[str, Any]:
    """The entry as it is to be: what a person set besides stays, credentials above all."""
    variables = {**_placeholders(host, wish, ""), **_variables(entry), **given}
    return {**entry, **host.entry(start_of(installed, wish.flags), variables)}


def _text(content: bytes) -> tuple[str, str]:
    """The mark some editors write at the beginning, and the text behind it."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise FileFaultError(f"is not UTF-8 text at byte {error.start}.") from error
    return (_MARK, text[1:]) if text.startswith(_MARK) else ("", text)


def _difference(file: Path, key: str, there: Mapping[str, Any], name: str, wanted: dict[str, Any] | None) -> str:
    """The change in lines, without anything secret: of other servers the names, of ours no credential."""
    ours: Mapping[str, Any] = there.get(name) or {}
    before = {one: _masked(ours, ours) if one == name else "…" for one in there}
    after = {one: said for one, said in before.items() if one != name}
    if wanted is not None:
        after = {**before, name: _masked(wanted, ours)}
    sides = [
        json.dumps({key: side}, indent=2, ensure_ascii=False).splitlines() if side else [] for side in (before, after)
    ]
    lines = difflib.unified_diff(sides[0], sides[1], str(file), str(file), lineterm="")
    return "\n".join(lines)


def _masked(entry: Mapping[str, Any], earlier: Mapping[str, Any]) -> dict[str, Any]:
    shown = {one: value if one in (*_TOLD, "type") else "…" for one, value in entry.items()}
    if variables := _variables(entry):
        old = _variables(earlier)
        shown["env"] = {one: _hidden(one, value, old.get(one)) for one, value in variables.items()}
    return shown


def _variables(entry: Mapping[str, Any]) -> dict[str, Any]:
    held: Any = entry.get("env")
    return cast("dict[str, Any]", held) if isinstance(held, dict) else {}


def _hidden(name: str, value: Any, earlier: Any) -> Any:
    if name in _NOT_SECRET or value == "" or (isinstance(value, str) and value.startswith("${")):
        return value
    return "(hidden)" if value == earlier else "(hidden, new)"


def remarks(wish: Wish, machine: Machine, installed: Installation, made: Edit) -> list[str]:
    """What an owner should know before saying yes."""
    if wish.remove:
        return []
    host = host_named(wish.host)
    said: list[str] = []
    if not made.file.parent.exists():
        said.append(f"{host.title} was not found on this machine; its folder is made.")
    if hosts.is_for_one_run(installed.python) and hosts.launch(installed).command != installed.uv:
        said.append("This program lies in a cache that may be cleared: install it for good first.")
    entry = parsed(_text(made.after)[1])[host.key][wish.name]
    if any(entry.get("env", {}).get(name) == "" for name in CREDENTIALS):
        said.append(f"The credentials are left empty: fill them in there. {WHERE}")
    return said


def write(made: Edit, now: datetime) -> Path | None:
    """Put the file in place, whole; what was there is kept beside it, which is what this returns.

    Raises: InstallError where another program has changed it meanwhile, or it cannot be written.
    """
    try:
        if made.before is None:
            made.file.parent.mkdir(parents=True, exist_ok=True)
            _replace(made, None)
            return None
        standing = made.file.stat()
        kept = _copy(made.file, made.before, standing, now)
        _replace(made, standing)
    except OSError as error:
        raise InstallError(f"{error.filename or made.file} cannot be written: {error.strerror}.") from error
    return kept


def _copy(file: Path, content: bytes, standing: os.stat_result, now: datetime) -> Path:
    """A copy that takes the place of none before."""
    stem = f"{file.name}.{now:%Y-%m-%d-%H%M%S}"
    number = 1
    while True:
        copy = file.with_name(f"{stem}.bak" if number == 1 else f"{stem}-{number}.bak")
        with contextlib.suppress(FileExistsError):
            descriptor = os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "wb") as kept:
                kept.write(content)
            _own(copy, standing)
            return copy
        number += 1


def _replace(made: Edit, standing: os.stat_result | None) -> None:
    number, name = tempfile.mkstemp(dir=made.file.parent, prefix=f".{made.file.name}.", suffix=".new")
    written = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(made.after)
            file.flush()
            os.fsync(file.fileno())
        if standing is not None:
            _own(written, standing)
        # Hosts write these files themselves: what they wrote meanwhile is not undone.
        now = made.file.read_bytes() if made.file.exists() else None
        if now != made.before:
            raise InstallError(f"{made.file} was changed by another program meanwhile; nothing was written. Try again.")
        written.replace(made.file)
    finally:
        written.unlink(missing_ok=True)


def _own(path: Path, standing: os.stat_result) -> None:
    """The rights and the owner of the file it stands for."""
    path.chmod(stat.S_IMODE(standing.st_mode))
    if sys.platform != "win32":
        mine = path.stat()
        if (mine.st_uid, mine.st_gid) != (standing.st_uid, standing.st_gid):
            os.chown(path, standing.st_uid, standing.st_gid)


def run(
    wish: Wish,
    machine: Machine,
    installed: Installation,
    settings: Settings,
    now: datetime,
    *,
    say: Callable[[str], None],
    agreed: Callable[[], bool],
) -> int:
    """Change a host's file as wished. Exit status: 0 it is as wished, 1 nobody agreed.

    Raises: InstallError.
    """
    host = host_named(wish.host)
    made = edit(wish, machine, installed, settings)
    if made is None:
        file = host.file(machine)
        say(f"{wish.name!r} is not in {file}." if wish.remove else f"{wish.name!r} is already so in {file}.")
        return 0
    say(made.difference)
    for remark in remarks(wish, machine, installed, made):
        say(remark)
    if not agreed():
        say("Nothing was written.")
        return 1
    kept = write(made, now)
    say(f"Written: {made.file}" + (f"; what was there: {kept}" if kept else ""))
    say("Start the host anew." if wish.remove else host.afterwards)
    return 0
