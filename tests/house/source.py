"""The hand-written source, read for the tests of this folder."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CLIENT = "stocktrim_client"
SERVER = "stocktrim_mcp_server"


def files(*folders: str) -> Iterator[Path]:
    """Every Python file we write, in order."""
    for folder in folders or (CLIENT, SERVER, "tests", "bench"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "generated" not in path.relative_to(ROOT).parts:
                yield path


def name_of(path: Path) -> str:
    """A file's module name, with dots."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def shown(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every module a piece of code imports, and in which line; `from package import module` names the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            package = node.module or ""
            for alias in node.names:
                inner = ROOT.joinpath(*package.split("."), alias.name)
                is_module = inner.with_suffix(".py").exists() or inner.is_dir()
                yield f"{package}.{alias.name}" if is_module else package, node.lineno
