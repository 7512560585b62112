"""README runs, names what exists, and agrees with the code; so do the changelog and the version."""

import json
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from mcp_types import TextContent

from stocktrim_client import __version__
from stocktrim_mcp_server import configuration, demo
from stocktrim_mcp_server.hosts import here, launch, starts
from stocktrim_mcp_server.manual import fixed_session
from stocktrim_mcp_server.settings import KNOWN, SETTINGS
from tests.house.source import ROOT

DOCUMENTS = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
SHELL = re.findall(r"^```(?:bash|sh|console)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
FIRST_LINES = ["pip install uv && uv run stocktrim-mcp-server demo", "pip install uv && uv run pytest"]


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_the_python_of_the_readme_runs(block: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(block, "README.md", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out.strip()


def test_there_is_python_in_the_readme() -> None:
    assert BLOCKS


def test_the_first_two_commands_are_the_demonstration_and_the_tests() -> None:
    assert [block.strip() for block in SHELL[:2]] == FIRST_LINES


def test_the_command_of_the_readme_is_installed_by_the_distribution() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["scripts"] == {"stocktrim-mcp-server": "stocktrim_mcp_server.cli:main"}


def test_readme_and_demonstration_configure_the_same_server_and_no_package_of_the_same_name() -> None:
    (configuration,) = re.findall(r"^```json\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)[:1]
    in_readme = json.loads(configuration)["mcpServers"]["stocktrim"]
    in_demonstration = demo.configuration()["mcpServers"]["stocktrim"]
    assert in_readme["env"] == in_demonstration["env"]
    assert in_readme["command"] == "uv"
    assert in_readme["args"][-1] == "stocktrim-mcp-server"
    assert starts(in_demonstration, launch(here()))


def test_documents_name_settings_that_exist() -> None:
    flags = {one.flag for one in SETTINGS} | {"--markdown", "--json", "--limit"}
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        assert set(re.findall(r"\bSTOCKTRIM_[A-Z_]+\b", text)) <= set(KNOWN), document.name
        if document.name == "README.md":
            assert set(re.findall(r"`(--[a-z-]+)", text)) <= flags


def test_the_page_of_settings_is_as_the_table_of_settings_says() -> None:
    assert (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8") == configuration.written()


async def test_the_session_of_the_readme_is_what_the_server_answers() -> None:
    blocks = re.findall(r"^```text\n(\w+) (\{[^\n]*\})\n\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 4
    async with fixed_session() as client:
        for tool, arguments, shown in blocks:
            result = await client.call_tool(tool, json.loads(arguments))
            (block,) = result.content
            assert isinstance(block, TextContent)
            lines = iter(block.text.splitlines())
            for line in filter(None, shown.splitlines()):
                beginning = line.removesuffix("…").rstrip()
                assert any(one == line or (beginning != line and one.startswith(beginning)) for one in lines), line


def test_links_of_the_documents_lead_somewhere() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_the_version_is_one_and_in_the_changelog() -> None:
    assert version("stocktrim-mcp-server") == __version__
    headings = re.findall(r"^## v?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings
    assert headings[0] == __version__


def test_the_packages_say_that_they_are_typed() -> None:
    for package in ("stocktrim_client", "stocktrim_mcp_server"):
        assert Path(ROOT, package, "py.typed").exists()
