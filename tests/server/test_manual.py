"""docs/tools.md is what the server itself writes."""

import subprocess
import sys

from stocktrim_mcp_server.manual import EXAMPLES, menu, written
from stocktrim_mcp_server.toolbox import names
from stocktrim_mcp_server.tools import EVERY, TOOLSETS
from tests.house.source import ROOT
from tests.server.stdio import environment

DOCUMENT = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
COMMAND = "python -m stocktrim_mcp_server tools --markdown > docs/tools.md"


async def test_the_document_is_what_the_server_writes() -> None:
    now = (await written()).splitlines()
    differing = [pair for pair in zip(now, DOCUMENT.splitlines(), strict=False) if pair[0] != pair[1]]
    assert differing[:1] == [], f"write it anew: {COMMAND}"
    assert len(now) == len(DOCUMENT.splitlines()), f"write it anew: {COMMAND}"


def test_it_is_the_same_in_another_process() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stocktrim_mcp_server", "tools", "--markdown"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment({"PYTHONHASHSEED": "7", "PYTHONIOENCODING": "utf-8"}),
        check=True,
    )
    assert done.stdout == DOCUMENT
    assert done.stderr == ""


def test_every_tool_has_an_example_and_none_is_refused() -> None:
    assert sorted(EXAMPLES) == sorted(names(EVERY))
    for name in names(EVERY):
        assert f"\n## {name}\n" in DOCUMENT
        assert f"\n{name} {{" in DOCUMENT
    for word in ("Arguments not understood", "There is no argument", "Error executing", "could not be"):
        assert word not in DOCUMENT.replace("StockTrim could not compute", "")


def test_the_menu_for_people_has_a_line_for_each_tool() -> None:
    lines = menu(TOOLSETS).splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == names(TOOLSETS)
    assert [line.partition(":")[0] for line in lines if not line.startswith("  ")] == [one.name for one in TOOLSETS]
