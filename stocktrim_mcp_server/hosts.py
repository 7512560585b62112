"""The programs that start this server for a model: where each keeps its list of servers, and what stands in it."""

import base64
import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import quote, unquote, urlencode, urlsplit

PROGRAM = "stocktrim-mcp-server"
MODULE = "stocktrim_mcp_server"


class Machine(NamedTuple):
    """What decides where files stand."""

    system: str
    """As `sys.platform` says it."""
    home: Path
    variables: Mapping[str, str]
    folder: Path
    """Where a project's own files stand."""


class Launch(NamedTuple):
    """How a program is started without a terminal."""

    command: str
    args: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Host:
    """A program that reads a list of servers from a file."""

    name: str
    title: str
    places: Callable[[Machine], tuple[Path, ...]]
    """Where the file may stand, the likeliest first."""
    afterwards: str
    """What a person does then."""
    key: str = "mcpServers"
    """The object of the file that holds the servers by name."""
    says_type: bool = False
    """Whether an entry says that it is stdio."""
    shared: bool = False
    """Whether the file is checked in for others to use: nothing secret may stand there."""

    def file(self, machine: Machine) -> Path:
        """The file that this host reads on this machine, or would if it stood there."""
        places = self.places(machine)
        standing = [path for path in places if path.exists()] or [path for path in places if path.parent.exists()]
        return (standing or [places[0]])[0]

    def entry(self, launch: Launch, variables: Mapping[str, str]) -> dict[str, Any]:
        """What stands in the file under the server's name."""
        kind = {"type": "stdio"} if self.says_type else {}
        entry: dict[str, Any] = {**kind, "command": launch.command, "args": list(launch.args)}
        return {**entry, "env": dict(variables)} if variables else entry

    def snippet(self, name: str, launch: Launch, variables: Mapping[str, str]) -> dict[str, Any]:
        """A whole file that holds this server alone."""
        return {self.key: {name: self.entry(launch, variables)}}


def _settings_folder(machine: Machine) -> Path:
    """Where programs with windows keep their settings."""
    if machine.system == "darwin":
        return machine.home / "Library" / "Application Support"
    if machine.system == "win32":
        return Path(machine.variables.get("APPDATA") or machine.home / "AppData" / "Roaming")
    return Path(machine.variables.get("XDG_CONFIG_HOME") or machine.home / ".config")


def _desktop(machine: Machine) -> tuple[Path, ...]:
    usual = _settings_folder(machine) / "Claude" / "claude_desktop_config.json"
    if machine.system != "win32":
        return (usual,)
    # The package from the store sees its own copy of the folder, if there is one.
    local = Path(machine.variables.get("LOCALAPPDATA") or machine.home / "AppData" / "Local")
    package = local / "Packages" / "Claude_pzs8sxrjxfjjc" / "LocalCache" / "Roaming"
    return package / "Claude" / usual.name, usual


def _claude_code(machine: Machine) -> tuple[Path, ...]:
    return (Path(machine.variables.get("CLAUDE_CONFIG_DIR") or machine.home) / ".claude.json",)


def _vscode(machine: Machine) -> tuple[Path, ...]:
    folder = _settings_folder(machine)
    return tuple(folder / product / "User" / "mcp.json" for product in ("Code", "Code - Insiders"))


HOSTS: tuple[Host, ...] = (
    Host("claude-desktop", "Claude Desktop", _desktop, "Quit Claude Desktop wholly and start it again."),
    Host(
        "claude-code",
        "Claude Code",
        _claude_code,
        "Start a new session; /mcp shows the server.",
        says_type=True,
    ),
    Host(
        "claude-code-project",
        "Claude Code, for everybody who works on this folder",
        lambda machine: (machine.folder / ".mcp.json",),
        "Start a new session in this folder and approve the server; both variables must be set where it starts.",
        says_type=True,
        shared=True,
    ),
    Host(
        "cursor",
        "Cursor",
        lambda machine: (machine.home / ".cursor" / "mcp.json",),
        "Turn the server on in Cursor's settings, under MCP.",
    ),
    Host(
        "vscode",
        "VS Code",
        _vscode,
        "Run 'MCP: List Servers' from the command palette and start the server.",
        key="servers",
        says_type=True,
    ),
    Host(
        "windsurf",
        "Windsurf",
        lambda machine: (machine.home / ".codeium" / "windsurf" / "mcp_config.json",),
        "Refresh the servers in Cascade's MCP panel.",
    ),
)
"""In the order they are listed."""


class Installation(NamedTuple):
    """What is known of how this very program came here."""

    python: Path
    source: Path
    """The folder that holds the packages."""
    uv: str | None
    """The program uv, if it can be found."""
    origin: str
    """The file it was installed from, or nothing."""


def here() -> Installation:
    """How this process came to be."""
    found = metadata.distribution(PROGRAM)
    said: dict[str, Any] = json.loads(found.read_text("direct_url.json") or "{}")
    origin = unquote(urlsplit(str(said["url"])).path) if "archive_info" in said else ""
    if sys.platform == "win32":
        origin = origin.removeprefix("/")
    return Installation(Path(sys.executable), Path(__file__).parents[1], shutil.which("uv"), origin)


def launch(installed: Installation) -> Launch:
    """How a host starts this very program: by whole paths, since a host's own PATH is short.

    A clone runs through uv, which keeps it up to date; what uv holds for a single run only is made by uv again, from
    the same file.
    """
    python, uv = installed.python, installed.uv
    if uv and (installed.source / "pyproject.toml").exists():
        return Launch(uv, ("run", "--directory", str(installed.source), PROGRAM))
    # By name it would come from PyPI, where the name is another author's, whatever the version.
    if uv and is_for_one_run(python) and Path(installed.origin).is_file():
        return Launch(uv, ("tool", "run", "--from", installed.origin, PROGRAM))
    for script in (python.with_name(PROGRAM), python.with_name(f"{PROGRAM}.exe")):
        if script.exists():
            return Launch(str(script), ())
    return Launch(str(python), ("-m", MODULE))


def is_for_one_run(python: Path) -> bool:
    """Whether an environment lies in a cache, and may be gone tomorrow: as `uvx` makes them."""
    # An environment is itself marked as one; only a folder around it tells.
    return any((folder / "CACHEDIR.TAG").exists() for folder in python.parents[2:])


def is_ours(entry: Any) -> bool:
    """Whether an entry of a host's file starts a server of this name, wherever it lies."""
    if not isinstance(entry, Mapping):
        return False
    said = cast("Mapping[str, Any]", entry)
    args = said.get("args")
    words = [said.get("command"), *(cast("Sequence[Any]", args) if isinstance(args, list) else ())]
    return any(name in word for word in words if isinstance(word, str) for name in (PROGRAM, MODULE))


def starts(entry: Any, launch: Launch) -> bool:
    """Whether an entry of a host's file starts the very program of this launch, whatever it is told besides."""
    if not isinstance(entry, Mapping):
        return False
    said = cast("Mapping[str, Any]", entry)
    args: Any = said.get("args") or []
    return said.get("command") == launch.command and args[: len(launch.args)] == list(launch.args)


def link(host: Host, name: str, launch: Launch) -> str | None:
    """An address that makes the host offer to add the server. Never with credentials: links are kept and passed on."""
    entry = host.entry(launch, {})
    if host.name == "cursor":
        packed = base64.b64encode(_compact(entry).encode()).decode()
        said = urlencode({"name": name, "config": packed})
        return f"cursor://anysphere.cursor-deeplink/mcp/install?{said}"
    if host.name == "vscode":
        return f"vscode:mcp/install?{quote(_compact({'name': name, **entry}), safe='')}"
    return None


def command(host: Host, name: str, launch: Launch, variables: Mapping[str, str], system: str) -> str | None:
    """What to type so that the host's own program adds the server."""
    words: list[str]
    if host.name == "claude-code":
        # The option takes all that follows it, up to the next one.
        said = [word for one, value in variables.items() for word in ("--env", f"{one}={value}")]
        words = ["claude", "mcp", "add", *said, "--scope", "user", name, "--", launch.command, *launch.args]
    elif host.name == "vscode":
        words = ["code", "--add-mcp", _compact({"name": name, **host.entry(launch, variables)})]
    else:
        return None
    return subprocess.list2cmdline(words) if system == "win32" else shlex.join(words)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
