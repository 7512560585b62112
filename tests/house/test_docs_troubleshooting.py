"""docs/troubleshooting.md quotes what is really said, and leaves out nothing that asks somebody to act."""

import ast
import re
from collections.abc import Iterator

import pytest

from stocktrim_client import errors
from stocktrim_client.snapshot import QuestionError
from stocktrim_mcp_server.doctor import CHECKS
from stocktrim_mcp_server.installing import InstallError
from stocktrim_mcp_server.settings import SettingsError
from stocktrim_mcp_server.splice import FileFaultError
from tests.house.messages import FILLED_IN, is_said, parts_of, said, text_of
from tests.house.source import CLIENT, ROOT, SERVER, files, shown, tree_of

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in PAGE.splitlines() if line.startswith("|")]
QUOTED = [one for row in ROWS for cell in row[:2] for one in re.findall(r"`([^`]+)`", cell) if " " in one]
"""Every message of the tables: single words are names."""

TOLD = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.StockTrimError)]
ENDING = {kind.__name__ for kind in (*TOLD, SettingsError, InstallError, FileFaultError, QuestionError)}
SHORTEST = 8
"""Letters that stand fast: of what says less, nobody can look anything up."""


@pytest.mark.parametrize("message", QUOTED)
def test_a_quoted_message_is_really_said(message: str) -> None:
    assert is_said(message), message


def raised() -> Iterator[tuple[str, str]]:
    """What a person may be told by an error of ours, or by a finding of the doctor, and where."""
    for path in files(CLIENT, SERVER):
        if "sandbox" in path.parts:
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                name, text = ast.unparse(node.exc.func), text_of(node.exc.args[0])
                is_of_settings = path.name == "settings.py" and name == "ValueError"
                if (name in ENDING or is_of_settings) and text:
                    yield shown(path, node.lineno), text
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "Finding" and len(node.args) == 3:
                status, text = node.args[0], text_of(node.args[1])
                if text_of(status) in ("note", "warn", "fail") and text:
                    yield shown(path, node.lineno), text


KEPT_BACK = ("Nothing was sent", "Nothing was done", "This confirm_token", "This server is", "This token is")
"""How texts begin that are no error, and tell why something was not done."""


def kept_back() -> Iterator[tuple[str, str]]:
    """What is answered in place of what was asked for."""
    for path, texts in said().items():
        yield from ((shown(path, 0), text) for text in texts if text.startswith(KEPT_BACK))


def is_quoted(text: str) -> bool:
    """Whether the page quotes a text, a third of it at least: a few common words fit into anything."""
    whole = len(text.replace(FILLED_IN, ""))
    quoted = (parts_of(message) for message in QUOTED)
    return any(3 * sum(map(len, parts)) >= whole and all(part in text for part in parts) for parts in quoted)


def test_whatever_asks_somebody_to_act_is_on_the_page() -> None:
    sentences = [
        (place, text)
        for place, text in (*raised(), *kept_back())
        if len(text.replace(FILLED_IN, "").strip()) >= SHORTEST
    ]
    assert len(sentences) > 100
    assert [f"{place} {text!r}" for place, text in sentences if not is_quoted(text)] == []


def test_every_error_and_every_check_is_on_the_page() -> None:
    assert [kind.__name__ for kind in TOLD if f"`{kind.__name__}`" not in PAGE] == []
    section = PAGE.partition("\n## What doctor says\n")[2].partition("\n## ")[0]
    checks = [row[0] for row in ROWS if len(row) == 3 and f"| {row[0]} | " in section]
    assert [name for name, _ in CHECKS if name not in checks] == []
    order = list(dict.fromkeys(one for one in checks if one in dict(CHECKS)))
    assert order == [name for name, _ in CHECKS]


def test_every_row_says_what_to_do() -> None:
    assert [row for row in ROWS if not (len(row) == 3 and all(row))] == []


def test_what_nobody_says_would_be_noticed() -> None:
    assert is_said("There is no customer … in StockTrim.")
    assert not is_said("There is no customer … in our books.")
    assert not is_quoted(f"The {FILLED_IN} is out of paper: fill in some.")
