"""Every text the programs can say, read from the source: what stands fast of it, and where something is filled in."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.house.source import files, tree_of

FILLED_IN = "\0"
"""Stands where a value is put into a text."""


@cache
def said() -> dict[Path, tuple[str, ...]]:
    """The texts of each file, with a mark where something is filled in."""
    return {path: tuple(_texts(tree_of(path))) for path in files("stocktrim_client", "stocktrim_mcp_server")}


def _texts(node: ast.AST) -> Iterator[str]:
    text = text_of(node)
    if text is not None:
        yield text
        # What is filled in may hold texts of its own.
        for inner in _filled(node):
            yield from _texts(inner)
        return
    for child in ast.iter_child_nodes(node):
        yield from _texts(child)


def _filled(node: ast.AST) -> Iterator[ast.AST]:
    for one in ast.walk(node):
        if isinstance(one, ast.FormattedValue):
            yield one.value


def text_of(node: ast.AST) -> str | None:
    """The text that an expression makes. None: it makes none, as far as can be seen."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(one) or FILLED_IN for one in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = text_of(node.left), text_of(node.right)
        return None if left is None and right is None else (left or FILLED_IN) + (right or FILLED_IN)
    return None


def parts_of(message: str) -> list[str]:
    """What stands fast in a message in which … stands for what is filled in."""
    return [part.strip() for part in message.split("…") if part.strip()]


def is_said(message: str) -> bool:
    """Whether some file says a message; what is filled in may come from another text of the same file."""
    parts = parts_of(message)
    return any(all(any(part in text for text in texts) for part in parts) for texts in said().values())
