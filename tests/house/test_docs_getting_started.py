"""docs/getting-started.md says what the installer writes, in words that are to be found in the programs themselves."""

import json
import re
from pathlib import Path

import pytest

from stocktrim_mcp_server import bundle, hosts, installing
from stocktrim_mcp_server.credentials import CREDENTIALS
from stocktrim_mcp_server.hosts import HOSTS, Host, Installation, Machine
from stocktrim_mcp_server.prompts import RECIPES
from stocktrim_mcp_server.serving.seats import MCP_PATH
from tests.house.source import ROOT

PAGE = (ROOT / "docs" / "getting-started.md").read_text(encoding="utf-8")
SNIPPETS = [json.loads(one) for one in re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)]
COMMANDS = re.findall(r"^```bash\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("|")]
PEOPLE = [host for host in HOSTS if not host.shared]
"""Hosts of one person: the file is not checked in."""


@pytest.fixture
def printed(tmp_path: Path) -> dict[str, str]:
    """What `install --print` says to somebody called you, who unpacked the folder at home."""
    clone = tmp_path / "stocktrim-mcp-server"
    clone.mkdir()
    (clone / "pyproject.toml").touch()
    installed = Installation(clone / "python", clone, f"{tmp_path}/.local/bin/uv", "")
    machine = Machine("darwin", tmp_path, {}, clone)
    said = {host.name: installing.printed(installing.Wish(host.name), machine, installed) for host in HOSTS}
    return {name: text.replace(str(tmp_path), "/Users/you") for name, text in said.items()}


@pytest.mark.parametrize("name", ["claude-desktop", "cursor", "windsurf", "vscode"])
def test_a_snippet_of_the_page_is_what_the_installer_prints(name: str, printed: dict[str, str]) -> None:
    whole = re.search(r"^\{.*?^\}", printed[name], re.DOTALL | re.MULTILINE)
    assert whole
    assert json.loads(whole[0]) in SNIPPETS


def test_the_command_for_claude_code_is_what_the_installer_prints(printed: dict[str, str]) -> None:
    (typed,) = re.findall(r"^  (claude mcp add .*)$", printed["claude-code"], re.MULTILINE)
    assert f"{typed}\n" in COMMANDS


def test_each_host_has_its_command_and_what_to_do_afterwards() -> None:
    for host in PEOPLE:
        assert [host.title, f"`uv run stocktrim-mcp-server install {host.name}`", host.afterwards] in ROWS
    for host in HOSTS:
        assert f"`{host.name}`" in PAGE or f"install {host.name}`" in PAGE


def places(host: Host) -> list[str]:
    """Where its file stands on each system, as people write it: the usual place, not a package's or an insider's."""
    home, which = Path("~"), -1 if host.name == "claude-desktop" else 0
    mac, linux = (host.places(Machine(system, home, {}, home))[which] for system in ("darwin", "linux"))
    variables = {"APPDATA": "%APPDATA%"}
    windows = str(host.places(Machine("win32", Path("%USERPROFILE%"), variables, home))[which]).replace("/", "\\")
    return [f"`{mac}`", f"`{windows}`", f"`{linux}`"]


def test_the_files_of_the_hosts_are_where_the_page_says() -> None:
    for host in PEOPLE:
        assert [host.title, *places(host)] in ROWS


def test_the_bundle_is_called_as_it_is_and_asks_what_the_page_says() -> None:
    assert f"{hosts.PROGRAM}-{bundle.__version__}.mcpb" in PAGE
    section = PAGE.partition("## Claude Desktop, without a terminal")[2].partition("\n## ")[0]
    for asked in bundle.USER_CONFIG.values():
        assert f"*{asked['title']}*" in section.replace("\n   ", " ")
    assert len(bundle.USER_CONFIG) == 5
    assert "five things" in section


def test_recipes_are_those_there_are() -> None:
    assert all(f"`{one.name}`" in PAGE for one in RECIPES)


def test_entries_for_a_shared_server_lead_to_its_address_with_a_token_and_no_credentials() -> None:
    shared = [one for one in SNIPPETS if MCP_PATH in json.dumps(one)]
    assert len(shared) == 3
    for one in shared:
        text = json.dumps(one)
        assert f"example.com{MCP_PATH}" in text
        assert "Bearer" in text
        assert not any(name in text for name in CREDENTIALS)
