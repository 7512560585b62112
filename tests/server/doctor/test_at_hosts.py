"""The hosts' own files, as people leave them."""

import json
import os
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from stocktrim_mcp_server.doctor.at_hosts import HERE, host_files
from stocktrim_mcp_server.doctor.findings import Case, Finding
from stocktrim_mcp_server.hosts import Host, Machine
from stocktrim_mcp_server.server import connect
from stocktrim_mcp_server.settings import Settings
from tests.conftest import NOW
from tests.server.doctor.set_up import AUTH_ID, AUTH_SIGNATURE

GOOD = {"STOCKTRIM_API_AUTH_ID": AUTH_ID, "STOCKTRIM_API_AUTH_SIGNATURE": AUTH_SIGNATURE}
ENTRY: dict[str, Any] = {"command": sys.executable, "args": ["-m", "stocktrim_mcp_server"], "env": GOOD}
NAMED = {host.name: host for host in HERE}


def machine(home: Path, system: str = "linux") -> Machine:
    return Machine(system, home, {}, home / "project")


def written(host: Host, home: Path, text: str | bytes | dict[str, Any], system: str = "linux") -> Path:
    """A host's file on a machine; an object is the list of its servers."""
    path = host.places(machine(home, system))[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps({"theme": "dark", host.key: text}) if isinstance(text, dict) else text
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


async def found_at(home: Path, system: str = "linux") -> list[Finding]:
    made_up = Settings(sandbox=True)
    return await host_files(Case(made_up, {}, {}, machine(home, system), connect(made_up), 10.0, lambda: NOW))


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("host", HERE, ids=lambda host: host.name)
async def test_a_good_entry_is_found_at_every_host_of_every_system(host: Host, system: str, tmp_path: Path) -> None:
    path = written(host, tmp_path, {"other": {"command": "npx"}, "stocktrim": ENTRY}, system)
    assert await found_at(tmp_path, system) == [
        Finding("ok", f"{host.title} ({path}), entry 'stocktrim' starts this server")
    ]


async def test_a_machine_without_hosts_is_told_how_to_add_one(tmp_path: Path) -> None:
    (found,) = await found_at(tmp_path)
    assert found.status == "note"
    assert "install --list" in found.next


async def test_a_file_without_this_server_is_told_unless_another_host_has_it(tmp_path: Path) -> None:
    written(NAMED["cursor"], tmp_path, {"other": {"command": "npx", "args": ["other-mcp"]}})
    (alone,) = await found_at(tmp_path)
    written(NAMED["vscode"], tmp_path, {"stocktrim": ENTRY})
    (beside,) = await found_at(tmp_path)
    assert alone.status == "note"
    assert "install cursor" in alone.next
    assert beside.status == "ok"
    assert "VS Code" in beside.found


async def test_what_an_entry_is_called_says_nothing_of_what_it_starts(tmp_path: Path) -> None:
    written(NAMED["cursor"], tmp_path, {"it starts this server": {"command": "/nowhere/stocktrim-mcp-server"}})
    written(NAMED["vscode"], tmp_path, {})
    assert [one.status for one in await found_at(tmp_path)] == ["fail", "note"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"mcpServers": {\n  "stocktrim": {"command": "uvx",}\n}}', "line 2, column "),
        ('{"mcpServers": {"a": {}}', "line 1, column 25"),
        ("no JSON", "line 1, column 1"),
    ],
)
async def test_broken_json_is_told_with_its_place(text: str, place: str, tmp_path: Path) -> None:
    written(NAMED["claude-desktop"], tmp_path, text)
    (found,) = await found_at(tmp_path)
    assert found.status == "fail"
    assert f"is no JSON at {place}" in found.found


@pytest.mark.parametrize("text", ["", "[]", "7", "null", '{"mcpServers": null}', '{"mcpServers": [1]}', "\ufeff{}"])
async def test_a_file_of_another_form_holds_no_entry(text: str, tmp_path: Path) -> None:
    written(NAMED["cursor"], tmp_path, text)
    (found,) = await found_at(tmp_path)
    assert found.found.endswith("has no entry for this server")


async def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    written(NAMED["cursor"], tmp_path, b"\xff\xfe{\x00}\x00")
    (found,) = await found_at(tmp_path)
    assert "not UTF-8" in found.found


async def test_deep_nesting_harms_nothing(tmp_path: Path) -> None:
    written(NAMED["cursor"], tmp_path, "[" * 200_000)
    (found,) = await found_at(tmp_path)
    assert found.status == "fail"


async def test_comments_that_vs_code_reads_are_no_fault(tmp_path: Path) -> None:
    written(NAMED["vscode"], tmp_path, '{"servers": {} // none yet\n}')
    (found,) = await found_at(tmp_path)
    assert found.status == "note"
    assert "comments" in found.found


async def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    gone = {**ENTRY, "command": str(tmp_path / "gone" / "stocktrim-mcp-server")}
    written(NAMED["claude-desktop"], tmp_path, {"stocktrim": gone})
    (found,) = await found_at(tmp_path)
    assert found.status == "fail"
    assert "there is no program 'stocktrim-mcp-server'" in found.found
    assert "install claude-desktop" in found.next


async def test_a_program_that_is_looked_up_may_not_be_found_by_the_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "uvx").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    written(NAMED["cursor"], tmp_path, {"stocktrim": {**ENTRY, "command": "uvx", "args": ["stocktrim-mcp-server"]}})
    (found,) = await found_at(tmp_path)
    assert found.status == "note"
    assert "'uvx'" in found.found


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({}, ["STOCKTRIM_API_AUTH_ID is not set", "STOCKTRIM_API_AUTH_SIGNATURE is not set"]),
        (None, ["STOCKTRIM_API_AUTH_ID is not set", "STOCKTRIM_API_AUTH_SIGNATURE is not set"]),
        ({**GOOD, "STOCKTRIM_API_AUTH_SIGNATURE": "..."}, ["STOCKTRIM_API_AUTH_SIGNATURE is a placeholder"]),
        ({**GOOD, "STOCKTRIM_API_AUTH_ID": f'"{AUTH_ID}"'}, ["STOCKTRIM_API_AUTH_ID stands in quotation marks"]),
        ({**GOOD, "STOCKTRIM_API_AUTH_ID": "${input:stocktrim-id}"}, []),
        ({"STOCKTRIM_SANDBOX": "1"}, []),
    ],
)
async def test_credentials_that_an_entry_lacks_or_has_wrong_are_named(
    env: dict[str, str] | None, said: list[str], tmp_path: Path
) -> None:
    written(NAMED["vscode"], tmp_path, {"stocktrim": {**ENTRY, "env": env}})
    found = await found_at(tmp_path)
    assert [one.status for one in found] == (["warn"] * len(said) or ["ok"])
    for one, words in zip(found, said, strict=False):
        assert words in one.found
    assert AUTH_ID not in str(found)
    assert AUTH_SIGNATURE not in str(found)


async def test_the_sandbox_and_a_shared_file_need_no_credentials(tmp_path: Path) -> None:
    bare = {"command": sys.executable, "args": ["-m", "stocktrim_mcp_server"]}
    written(NAMED["claude-code-project"], tmp_path, {"stocktrim": bare})
    written(NAMED["cursor"], tmp_path, {"stocktrim": {**bare, "args": [*bare["args"], "--sandbox"]}})
    assert [one.status for one in await found_at(tmp_path)] == ["ok", "ok"]


async def test_a_file_that_our_own_command_does_not_write_is_mended_by_hand(tmp_path: Path) -> None:
    written(NAMED["vscode-project"], tmp_path, {"stocktrim": {**ENTRY, "env": {"STOCKTRIM_API_AUTH_ID": "..."}}})
    found = await found_at(tmp_path)
    assert [one.next for one in found] == ["Mend it there."] * 2


JSON = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.text(max_size=9),
    lambda inner: (
        strategies.lists(inner, max_size=3)
        | strategies.dictionaries(
            strategies.sampled_from(["mcpServers", "command", "args", "env", "x"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entry=JSON, whole=JSON)
async def test_whatever_a_file_holds_each_is_one_finding_or_more(entry: Any, whole: Any, tmp_path: Path) -> None:
    said = entry if isinstance(entry, dict) else {}
    odd = {"args": ["stocktrim-mcp-server"], **cast("dict[str, Any]", said)}
    written(NAMED["cursor"], tmp_path, {"stocktrim": odd})
    written(NAMED["claude-code"], tmp_path, json.dumps(whole))
    found = await found_at(tmp_path)
    assert found
    assert all(one.status != "fail" or "there is no program" in one.found for one in found)


async def test_claude_codes_servers_of_one_folder_are_seen(tmp_path: Path) -> None:
    project = str(tmp_path / "project")
    text = json.dumps({"projects": {project: {"mcpServers": {"stock": ENTRY}}, "/other": {"mcpServers": {}}}})
    written(NAMED["claude-code"], tmp_path, text)
    (found,) = await found_at(tmp_path)
    assert "entry 'stock' starts this server" in found.found
