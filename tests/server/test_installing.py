"""Put into a host's file as a person does it: on the command line, on a machine of its own."""

import json
import os
import pty
import re
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from stocktrim_mcp_server.hosts import HOSTS, Machine, here, launch
from stocktrim_mcp_server.installing import InstallError, Wish, edit, write
from stocktrim_mcp_server.settings import Settings, from_env
from tests.server.stdio import environment, started

SECRET_ID, SECRET_SIGNATURE = "tenant-4711-id", "signature-0815-hush"
ACCOUNT = {"STOCKTRIM_API_AUTH_ID": SECRET_ID, "STOCKTRIM_API_AUTH_SIGNATURE": SECRET_SIGNATURE}
NOW = datetime(2026, 11, 22, 20, 35, tzinfo=UTC)
OTHERS = """{
\t"theme": "dark",   "limit": 1.50, "big": 1e400000,
\t"mcpServers": {
\t\t"github": { "command": "gh", "env": { "GITHUB_TOKEN": "ghp_secret" } }
\t},
\t"name": "caf\\u00e9 é"
}"""


class Person:
    """Somebody at a terminal, with a home of their own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.cursor = home / ".cursor" / "mcp.json"

    def run(self, *arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "stocktrim_mcp_server", "install", *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=self.environment(env),
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )

    def environment(self, more: dict[str, str]) -> dict[str, str]:
        home = {"HOME": str(self.home), "USERPROFILE": str(self.home), "PYTHONIOENCODING": "utf-8"}
        kept = {name: value for name, value in environment().items() if name != "XDG_CONFIG_HOME"}
        return {**kept, **home, **more}

    def has(self, text: str) -> None:
        self.cursor.parent.mkdir(exist_ok=True)
        self.cursor.write_bytes(text.encode())

    @property
    def entry(self) -> dict[str, Any]:
        return json.loads(self.cursor.read_text(encoding="utf-8"))["mcpServers"]["stocktrim"]

    @property
    def copies(self) -> list[Path]:
        return sorted(self.cursor.parent.glob("*.bak"))


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


def machine(home: Path) -> Machine:
    return Machine("linux", home, {}, home)


def test_a_file_is_made_where_there_is_none(person: Person) -> None:
    done = person.run("cursor", "--yes", "--sandbox", "--tools", "-run_forecast")
    assert (done.returncode, done.stderr) == (0, "")
    start = launch(here())
    assert person.entry == {
        "command": start.command,
        "args": [*start.args, "--sandbox", "--tools=-run_forecast"],
    }
    assert "Cursor was not found on this machine" in done.stdout
    assert person.copies == []
    if sys.platform != "win32":
        assert stat.S_IMODE(person.cursor.stat().st_mode) == 0o600


def test_what_is_written_starts_the_server(person: Person) -> None:
    person.run("cursor", "--yes", "--sandbox", "--read-only", "--toolsets", "planning,status")
    entry = person.entry
    server = subprocess.run(
        [entry["command"], *entry["args"]],
        input=json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}) + "\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**environment(), "PATH": os.defpath},
        cwd=person.home,
        timeout=60,
        check=False,
    )
    assert server.returncode == 0, server.stderr
    assert "read-only" in server.stderr


def test_a_second_time_nothing_is_left_to_do(person: Person) -> None:
    person.run("cursor", "--yes", "--sandbox")
    first = person.cursor.read_bytes()
    done = person.run("cursor", "--sandbox")
    assert done.returncode == 0
    assert "'stocktrim' is already so in" in done.stdout
    assert person.cursor.read_bytes() == first
    assert person.copies == []


def test_all_else_in_the_file_stays_and_a_copy_is_kept(person: Person) -> None:
    person.has(OTHERS)
    person.cursor.chmod(0o640)
    assert person.run("cursor", "--yes").returncode == 0
    after = person.cursor.read_text(encoding="utf-8")
    ours = re.search(r",\n\t\t\"stocktrim\": \{.*?\n\t\t\}", after, re.DOTALL)
    assert ours is not None
    assert after.replace(ours[0], "") == OTHERS
    (copy,) = person.copies
    assert copy.read_text(encoding="utf-8") == OTHERS
    assert re.fullmatch(r"mcp\.json\.\d{4}-\d\d-\d\d-\d{6}\.bak", copy.name)
    if sys.platform != "win32":
        assert {stat.S_IMODE(one.stat().st_mode) for one in (copy, person.cursor)} == {0o640}
    assert sorted(one.name for one in person.cursor.parent.iterdir()) == ["mcp.json", copy.name]
    assert person.run("cursor", "--yes", "--remove").returncode == 0
    assert person.cursor.read_text(encoding="utf-8") == OTHERS


def test_nobody_is_shown_a_secret_and_other_servers_only_by_name(person: Person) -> None:
    person.has(OTHERS)
    said = ""
    for arguments in (["--with-credentials"], ["--read-only"], ["--remove"]):
        done = person.run("cursor", "--yes", *arguments, **ACCOUNT)
        assert done.returncode == 0
        said += done.stdout + done.stderr
    assert '"github": "…"' in said
    assert '"STOCKTRIM_API_AUTH_SIGNATURE": "(hidden, new)"' in said
    for secret in (SECRET_ID, SECRET_SIGNATURE, "ghp_secret"):
        assert secret not in said


def test_credentials_are_written_only_if_asked_for_and_stay_when_it_is_done_again(person: Person) -> None:
    done = person.run("cursor", "--yes", **ACCOUNT)
    assert person.entry["env"] == dict.fromkeys(ACCOUNT, "")
    assert "The credentials are left empty" in done.stdout
    person.run("cursor", "--yes", "--with-credentials", **ACCOUNT)
    assert person.entry["env"] == ACCOUNT
    done = person.run("cursor", "--yes", "--read-only")
    assert person.entry["env"] == ACCOUNT
    assert person.entry["args"][-1] == "--read-only"
    assert "left empty" not in done.stdout
    done = person.run("cursor", "--yes", "--with-credentials")
    assert done.returncode == 2
    assert "STOCKTRIM_API_AUTH_ID and STOCKTRIM_API_AUTH_SIGNATURE must be set here" in done.stderr


def test_what_a_person_added_to_the_entry_stays(person: Person) -> None:
    person.run("cursor", "--yes", "--sandbox")
    whole = json.loads(person.cursor.read_text(encoding="utf-8"))
    whole["mcpServers"]["stocktrim"] |= {"disabled": True, "env": {"STOCKTRIM_LOG_LEVEL": "DEBUG", "OWN_KEY": "k3y"}}
    person.cursor.write_text(json.dumps(whole), encoding="utf-8")
    done = person.run("cursor", "--yes", "--read-only")
    assert person.entry["disabled"] is True
    assert person.entry["env"] == {**dict.fromkeys(ACCOUNT, ""), "STOCKTRIM_LOG_LEVEL": "DEBUG", "OWN_KEY": "k3y"}
    assert "DEBUG" in done.stdout
    assert "k3y" not in done.stdout


def test_without_a_terminal_nothing_is_written_unless_agreed_beforehand(person: Person) -> None:
    done = person.run("cursor", "--sandbox")
    assert done.returncode == 1
    assert '+    "stocktrim": {' in done.stdout
    assert "--yes agrees beforehand" in done.stdout
    assert not person.cursor.exists()


@pytest.mark.parametrize(("answer", "is_written"), [(b"y\n", True), (b"\n", False), (b"n\n", False), (b"\x04", False)])
def test_at_a_terminal_a_person_is_asked(person: Person, answer: bytes, is_written: bool) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "stocktrim_mcp_server", "install", "cursor", "--sandbox"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=person.environment({}),
    )
    os.close(theirs)
    os.write(ours, answer)
    said = process.communicate(timeout=60)[0].decode()
    os.close(ours)
    assert "Write this? [y/N]" in said
    assert "Traceback" not in said
    assert process.returncode == (0 if is_written else 1)
    assert person.cursor.exists() is is_written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('// mine\n{"mcpServers": {}}', "holds comments"),
        ('{"mcpServers": {},}', "holds comments, or commas"),
        ('{"mcpServers": {\n  "a" 1}}', "is not valid JSON at line 2, column 7"),
        ('{"mcpServers": []}', "holds no object under 'mcpServers'"),
        ("[]", "holds no JSON object"),
        ('{"mcpServers": {"stocktrim": {"url": "https://x"}}}', "holds another server named 'stocktrim'; --name"),
        ('{"mcpServers": {"stocktrim": null, "a": 1}}', None),
    ],
)
def test_a_file_that_cannot_be_kept_whole_is_left_alone(person: Person, text: str, said: str | None) -> None:
    person.has(text)
    done = person.run("cursor", "--yes")
    if said is None:
        assert done.returncode == 0
        return
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert person.cursor.read_text(encoding="utf-8") == text
    assert person.copies == []


def test_a_file_in_another_encoding_is_left_alone(person: Person) -> None:
    person.cursor.parent.mkdir()
    person.cursor.write_bytes(b'{"name": "caf\xe9"}')
    done = person.run("cursor", "--yes")
    assert done.returncode == 2
    assert "is not UTF-8 text at byte 13" in done.stderr


def test_a_mark_at_the_beginning_and_an_empty_file_are_no_fault(person: Person) -> None:
    person.has('\ufeff{"mcpServers": {}}')
    assert person.run("cursor", "--yes", "--sandbox").returncode == 0
    assert person.cursor.read_bytes().startswith(b'\xef\xbb\xbf{"mcpServers": {"stocktrim"')
    person.has("")
    assert person.run("cursor", "--yes", "--sandbox").returncode == 0
    assert person.entry["args"][-1] == "--sandbox"


def test_a_link_stays_and_what_it_points_to_is_changed(person: Person) -> None:
    kept = person.home / "dotfiles.json"
    kept.write_text("{}", encoding="utf-8")
    person.cursor.parent.mkdir()
    person.cursor.symlink_to(kept)
    assert person.run("cursor", "--yes", "--sandbox").returncode == 0
    assert person.cursor.is_symlink()
    assert "stocktrim" in kept.read_text(encoding="utf-8")


def test_what_a_host_wrote_meanwhile_is_not_undone(tmp_path: Path) -> None:
    file = tmp_path / ".cursor" / "mcp.json"
    file.parent.mkdir()
    file.write_text("{}", encoding="utf-8")
    made = edit(Wish("cursor"), machine(tmp_path), here(), Settings())
    assert made is not None
    file.write_text('{"new": 1}', encoding="utf-8")
    with pytest.raises(InstallError, match="was changed by another program meanwhile"):
        write(made, NOW)
    assert file.read_text(encoding="utf-8") == '{"new": 1}'
    assert not list(file.parent.glob("*.new"))


def test_no_copy_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    file = tmp_path / ".cursor" / "mcp.json"
    file.parent.mkdir()
    copies: list[str] = []
    for number in range(3):
        file.write_text(f'{{"n": {number}}}', encoding="utf-8")
        made = edit(Wish("cursor"), machine(tmp_path), here(), Settings())
        assert made is not None
        copy = write(made, NOW)
        assert copy is not None
        copies.append(f"{copy.name} {copy.read_text(encoding='utf-8')}")
    assert copies == [
        'mcp.json.2026-11-22-203500.bak {"n": 0}',
        'mcp.json.2026-11-22-203500-2.bak {"n": 1}',
        'mcp.json.2026-11-22-203500-3.bak {"n": 2}',
    ]


def test_a_file_that_others_share_refers_to_credentials_and_holds_none(person: Person) -> None:
    assert person.run("claude-code-project", "--yes").returncode == 0
    whole = json.loads((person.home / ".mcp.json").read_text(encoding="utf-8"))
    assert whole["mcpServers"]["stocktrim"]["env"] == {name: f"${{{name}}}" for name in ACCOUNT}
    done = person.run("claude-code-project", "--yes", "--with-credentials", **ACCOUNT)
    assert done.returncode == 2
    assert "takes no credentials" in done.stderr


def test_another_name_stands_beside_the_first(person: Person) -> None:
    person.run("vscode", "--yes", "--sandbox", "--name", "try-out")
    person.run("vscode", "--yes")
    (file,) = person.home.rglob("mcp.json")
    assert list(json.loads(file.read_text(encoding="utf-8"))["servers"]) == ["try-out", "stocktrim"]
    done = person.run("vscode", "--remove", "--yes", "--name", "nobody")
    assert (done.returncode, "'nobody' is not in" in done.stdout) == (0, True)


@pytest.mark.parametrize("host", [host.name for host in HOSTS])
def test_what_is_printed_holds_what_would_be_written_and_no_credential(person: Person, host: str) -> None:
    done = person.run("--print", host, "--read-only", **ACCOUNT)
    assert (done.returncode, done.stderr) == (0, "")
    snippet = json.loads(done.stdout[done.stdout.index("{") : done.stdout.index("\n}\n") + 2])
    assert person.run(host, "--yes", "--read-only").returncode == 0
    (file,) = [one for one in person.home.rglob("*.json") if ".cache" not in one.parts]
    written = json.loads(file.read_text(encoding="utf-8"))
    assert f" reads {file}:" in done.stdout
    for whole in (snippet, written):
        (servers,) = whole.values()
        servers["stocktrim"].pop("env")
    assert snippet == written
    for secret in ACCOUNT.values():
        assert secret not in done.stdout


def test_the_hosts_are_listed_with_what_stands_there(person: Person) -> None:
    person.run("cursor", "--yes", "--sandbox")
    (person.home / ".claude.json").write_text('{"mcpServers": {"x": {"command": "npx"}}}', encoding="utf-8")
    (person.home / ".mcp.json").write_text("{", encoding="utf-8")
    windsurf = person.home / ".codeium" / "windsurf"
    windsurf.mkdir(parents=True)
    done = person.run()
    assert done.stdout == person.run("--list").stdout
    state = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert list(state) == [host.name for host in HOSTS]
    for host, said in {
        "cursor": "starts this server",
        "claude-code": "does not know this server",
        "claude-code-project": "cannot be read",
        "windsurf": "no such file yet",
        "vscode": "not found on this machine",
    }.items():
        assert f" {said} " in state[host]
    entry = {"command": "/old/stocktrim-mcp-server"}
    (windsurf / "mcp_config.json").write_text(json.dumps({"mcpServers": {"s": entry}}), encoding="utf-8")
    assert "starts another one of this name" in person.run().stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cursr"], "There is no host 'cursr'. Did you mean 'cursor'? There are claude-desktop,"),
        (["cursor", "--transport", "sse"], "--transport: a host starts the server itself"),
        (["cursor", "--toolsets", "planing"], "Did you mean 'planning'?"),
    ],
)
def test_what_cannot_be_meant_is_said_in_one_line(person: Person, arguments: list[str], said: str) -> None:
    done = person.run(*arguments, "--yes")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not person.cursor.exists()


async def test_credentials_written_down_reach_the_server(tmp_path: Path) -> None:
    made = edit(Wish("cursor", with_credentials=True), machine(tmp_path), here(), from_env(ACCOUNT))
    assert made is not None
    write(made, NOW)
    entry = json.loads((tmp_path / ".cursor" / "mcp.json").read_text(encoding="utf-8"))["mcpServers"]["stocktrim"]
    async with started(env=entry["env"]) as host:
        await host.request("tools/list")
    assert "is not set" not in host.stderr
