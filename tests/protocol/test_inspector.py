"""The official inspector: what a developer who tries this server sees of it, on every transport, in both eras."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import pytest

from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.toolbox import names
from stocktrim_mcp_server.tools import offered
from tests.protocol.programs import run
from tests.server.stdio import environment

PROGRAM = "@modelcontextprotocol/inspector/clients/launcher/build/index.js"

Transport = Literal["stdio", "http", "sse"]
Era = Literal["legacy", "modern"]

EVERY_WAY: list[tuple[Transport, Era]] = [
    ("stdio", "legacy"),
    ("stdio", "modern"),
    ("http", "legacy"),
    ("http", "modern"),
    ("sse", "legacy"),
]

TOO_STRICT = 6
"""The inspector's exit status for a schema that some hosts cannot read."""


class Said(NamedTuple):
    """How the inspector ended."""

    status: int
    result: str
    complaints: str


Inspect = Callable[..., Said]


@pytest.fixture
def inspect(tmp_path: Path, request: pytest.FixtureRequest) -> Inspect:
    """The inspector on a server, with a home of its own: it keeps there what it met."""
    home = environment({"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)})
    started = ("-e", "STOCKTRIM_LOG_LEVEL=ERROR", "--", sys.executable, "-m", "stocktrim_mcp_server", "--sandbox")
    asking = ("--cli", "--format", "json", "--connect-timeout", "60000", "--protocol-era")

    def ask(transport: Transport, era: Era, *arguments: str, server: str = "real", options: Sequence[str] = ()) -> Said:
        if transport == "stdio":
            reached = (*started, *options)
        else:
            address = request.getfixturevalue("sse" if transport == "sse" else server)
            reached = (address, "--transport", transport)
        done = run(PROGRAM, *asking, era, *arguments, *reached, env=home)
        return Said(done.returncode, done.stdout, done.stderr)

    return ask


@pytest.mark.parametrize(("transport", "era"), EVERY_WAY)
def test_every_tool_is_listed_with_a_schema_that_all_hosts_read(
    transport: Transport, era: Era, inspect: Inspect
) -> None:
    said = inspect(transport, era, "--method", "tools/list", "--strict")
    assert (said.status, said.complaints) == (0, "")
    listed = json.loads(said.result)["result"]["tools"]
    assert [one["name"] for one in listed] == names(offered(Settings(sandbox=True)))


def test_tools_that_owners_add_have_such_schemas_as_well(inspect: Inspect) -> None:
    said = inspect("stdio", "legacy", "--method", "tools/list", "--strict", options=("--toolsets", "all"))
    assert (said.status, said.complaints) == (0, "")
    listed = json.loads(said.result)["result"]["tools"]
    assert [one["name"] for one in listed] == names(offered(Settings(sandbox=True, toolsets=("all",))))


def test_a_schema_that_some_hosts_do_not_read_would_be_told(inspect: Inspect) -> None:
    said = inspect("http", "modern", "--method", "tools/list", "--strict", server="everything")
    assert said.status == TOO_STRICT
    assert "schema_for_few_hosts" in said.complaints


@pytest.mark.parametrize("era", ["legacy", "modern"])
@pytest.mark.parametrize("method", ["tools/list", "resources/list", "resources/templates/list", "prompts/list"])
def test_what_is_listed_over_stdio_is_listed_over_http_byte_for_byte(method: str, era: Era, inspect: Inspect) -> None:
    over_stdio, over_http = (inspect(transport, era, "--method", method) for transport in ("stdio", "http"))
    assert (over_stdio.status, over_stdio.complaints) == (0, "")
    assert json.loads(over_stdio.result)["result"]
    assert over_http.result == over_stdio.result


@pytest.mark.parametrize(("transport", "era"), EVERY_WAY)
def test_a_tool_is_called(transport: Transport, era: Era, inspect: Inspect) -> None:
    asked = ("--tool-name", "search", "--tool-args-json", '{"query": "gooseneck"}')
    said = inspect(transport, era, "--method", "tools/call", *asked)
    assert said.status == 0, said.complaints
    result = json.loads(said.result)["result"]
    assert [one["code"] for one in result["structuredContent"]["items"]] == ["KETTLE-09"]
    assert "KETTLE-09" in result["content"][0]["text"]
