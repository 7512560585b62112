"""Where hosts keep their lists, and how each is told to start this server."""

import base64
import json
import shlex
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from stocktrim_mcp_server.hosts import (
    HOSTS,
    Installation,
    Launch,
    Machine,
    command,
    here,
    is_ours,
    launch,
    link,
    starts,
)

HOME = Path("/home/anna")
START = Launch("/opt/with blank/uv", ("run", "--directory", "/src/ü", "stocktrim-mcp-server"))
SECRETS = {"STOCKTRIM_API_AUTH_ID": "...", "STOCKTRIM_API_AUTH_SIGNATURE": "it's $HOME"}
BY_NAME = {host.name: host for host in HOSTS}


@pytest.mark.parametrize(
    ("host", "system", "variables", "file"),
    [
        ("claude-desktop", "darwin", {}, "Library/Application Support/Claude/claude_desktop_config.json"),
        ("claude-desktop", "linux", {}, ".config/Claude/claude_desktop_config.json"),
        ("claude-desktop", "linux", {"XDG_CONFIG_HOME": "/cfg"}, "/cfg/Claude/claude_desktop_config.json"),
        ("claude-code", "linux", {}, ".claude.json"),
        ("claude-code", "darwin", {"CLAUDE_CONFIG_DIR": "/cc"}, "/cc/.claude.json"),
        ("claude-code-project", "linux", {}, "/project/.mcp.json"),
        ("cursor", "win32", {}, ".cursor/mcp.json"),
        ("vscode", "darwin", {}, "Library/Application Support/Code/User/mcp.json"),
        ("vscode", "linux", {}, ".config/Code/User/mcp.json"),
        ("vscode", "win32", {"APPDATA": "/roaming"}, "/roaming/Code/User/mcp.json"),
        ("vscode", "win32", {}, "AppData/Roaming/Code/User/mcp.json"),
        ("windsurf", "linux", {}, ".codeium/windsurf/mcp_config.json"),
    ],
)
def test_a_host_reads_this_file(host: str, system: str, variables: dict[str, str], file: str) -> None:
    machine = Machine(system, HOME, variables, Path("/project"))
    assert BY_NAME[host].file(machine) == HOME / file


def test_the_desktop_from_the_store_is_written_to_where_it_reads(tmp_path: Path) -> None:
    machine = Machine("win32", tmp_path, {}, tmp_path)
    desktop = BY_NAME["claude-desktop"]
    package, usual = desktop.places(machine)
    usual.parent.mkdir(parents=True)
    assert desktop.file(machine) == usual
    package.parent.mkdir(parents=True)
    assert desktop.file(machine) == package
    usual.touch()
    assert desktop.file(machine) == usual
    package.touch()
    assert desktop.file(machine) == package


def test_links_say_how_to_start_the_server() -> None:
    cursor = link(BY_NAME["cursor"], "stock trim", START)
    assert cursor is not None
    address = urlsplit(cursor)
    assert (address.scheme, address.netloc, address.path) == ("cursor", "anysphere.cursor-deeplink", "/mcp/install")
    said = parse_qs(address.query, strict_parsing=True)
    assert said["name"] == ["stock trim"]
    assert json.loads(base64.b64decode(said["config"][0])) == {"command": START.command, "args": list(START.args)}
    vscode = link(BY_NAME["vscode"], "stocktrim", START)
    assert vscode is not None
    beginning, _, packed = vscode.partition("?")
    assert beginning == "vscode:mcp/install"
    assert json.loads(unquote(packed)) == {
        "name": "stocktrim",
        "type": "stdio",
        "command": START.command,
        "args": list(START.args),
    }


def test_a_command_for_a_shell_means_what_it_says() -> None:
    claude = command(BY_NAME["claude-code"], "stocktrim", START, SECRETS, "linux")
    assert claude is not None
    words = shlex.split(claude)
    assert words[:3] == ["claude", "mcp", "add"]
    assert [words[at + 1] for at, word in enumerate(words) if word == "--env"] == [
        f"{name}={value}" for name, value in SECRETS.items()
    ]
    at = words.index("--")
    assert words[at + 1 :] == [START.command, *START.args]
    # Directly behind --env the name would be taken for a variable.
    assert words[at - 3 : at] == ["--scope", "user", "stocktrim"]
    code = command(BY_NAME["vscode"], "stocktrim", START, {}, "linux")
    assert code is not None
    assert shlex.split(code)[:2] == ["code", "--add-mcp"]
    assert json.loads(shlex.split(code)[2])["command"] == START.command


def test_a_command_for_windows_is_quoted_as_there() -> None:
    said = command(BY_NAME["claude-code"], "stocktrim", Launch(r"C:\Program Files\uv.exe", ("run",)), {}, "win32")
    assert said == r'claude mcp add --scope user stocktrim -- "C:\Program Files\uv.exe" run'


def installed(folder: Path, *, uv: str | None = None, origin: str = "") -> Installation:
    python = folder / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    return Installation(python, folder / "lib", uv, origin)


def test_a_clone_runs_through_uv(tmp_path: Path) -> None:
    one = installed(tmp_path, uv="/bin/uv")
    one.source.mkdir()
    (one.source / "pyproject.toml").touch()
    assert launch(one) == Launch("/bin/uv", ("run", "--directory", str(one.source), "stocktrim-mcp-server"))
    assert launch(one._replace(uv=None)) == Launch(str(one.python), ("-m", "stocktrim_mcp_server"))


def test_what_is_installed_is_started_by_its_own_program(tmp_path: Path) -> None:
    one = installed(tmp_path, uv="/bin/uv")
    script = one.python.with_name("stocktrim-mcp-server")
    script.touch()
    # Environments bear this mark themselves.
    (tmp_path / "venv" / "CACHEDIR.TAG").touch()
    assert launch(one) == Launch(str(script), ())


def test_what_uv_holds_for_one_run_is_fetched_again_from_where_it_came(tmp_path: Path) -> None:
    wheel = tmp_path / "server.whl"
    wheel.touch()
    (tmp_path / "CACHEDIR.TAG").touch()
    one = installed(tmp_path, uv="/bin/uv", origin=str(wheel))
    one.python.with_name("stocktrim-mcp-server").touch()
    assert launch(one) == Launch("/bin/uv", ("tool", "run", "--from", str(wheel), "stocktrim-mcp-server"))


def test_nothing_is_ever_fetched_by_name(tmp_path: Path) -> None:
    (tmp_path / "CACHEDIR.TAG").touch()
    one = installed(tmp_path, uv="/bin/uv", origin=str(tmp_path / "gone.whl"))
    assert launch(one) == Launch(str(one.python), ("-m", "stocktrim_mcp_server"))
    script = one.python.with_name("stocktrim-mcp-server")
    script.touch()
    assert launch(one) == Launch(str(script), ())


def test_this_installation_can_be_started() -> None:
    start = launch(here())
    assert Path(start.command).is_absolute()
    assert starts({"command": start.command, "args": [*start.args, "--sandbox"]}, start)


@pytest.mark.parametrize(
    ("entry", "is_it"),
    [
        ({"command": "/x/bin/stocktrim-mcp-server"}, True),
        ({"command": "uv", "args": ["run", "stocktrim-mcp-server"]}, True),
        ({"command": "python", "args": ["-m", "stocktrim_mcp_server"]}, True),
        ({"command": "npx", "args": ["-y", "github"]}, False),
        ({"command": 1, "args": "stocktrim-mcp-server"}, False),
        ({"url": "https://example.com"}, False),
        (None, False),
        ([], False),
    ],
)
def test_an_entry_is_known_by_what_it_starts(entry: object, is_it: bool) -> None:
    assert is_ours(entry) is is_it
    assert not starts(entry, Launch("/elsewhere", ()))
