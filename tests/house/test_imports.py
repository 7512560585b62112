"""Who may import whom: the table of docs/architecture.md."""

import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.house.source import CLIENT, SERVER, files, imports, name_of, shown, tree_of


class Row(NamedTuple):
    """Modules on one level, and what they may use of others' code."""

    modules: tuple[str, ...]
    libraries: frozenset[str]


def row(modules: str, libraries: str = "") -> Row:
    return Row(tuple(modules.split()), frozenset(libraries.split()))


ROWS = (
    row(f"{SERVER}.__main__"),
    row(f"{SERVER}.cli"),
    row(f"{SERVER}.doctor", "httpx truststore cryptography"),
    row(f"{SERVER}.demo {SERVER}.manual {SERVER}.configuration {SERVER}.installing", "mcp mcp_types pydantic"),
    row(f"{SERVER}.serving", "mcp mcp_types pydantic starlette uvicorn sse_starlette httpx jwt truststore"),
    row(f"{SERVER}.server", "mcp mcp_types anyio"),
    row(f"{SERVER}.telemetry", "opentelemetry"),
    row(f"{SERVER}.completions", "mcp mcp_types"),
    row(f"{SERVER}.resources {SERVER}.prompts", "mcp mcp_types pydantic"),
    row(f"{SERVER}.tools", "mcp mcp_types pydantic"),
    row(
        f"{SERVER}.dependencies {SERVER}.records {SERVER}.kept {SERVER}.remembered {SERVER}.toolbox {SERVER}.answers "
        f"{SERVER}.meaning {SERVER}.logs {SERVER}.approval {SERVER}.asking {SERVER}.calls {SERVER}.keys "
        f"{SERVER}.writing {SERVER}.given {SERVER}.price_lists {SERVER}.remarks {SERVER}.past",
        "mcp mcp_types pydantic platformdirs",
    ),
    row(f"{SERVER}.settings {SERVER}.planning {SERVER}.rails {SERVER}.pasted {SERVER}.credentials", "pydantic"),
    row(f"{SERVER}.hosts {SERVER}.splice {SERVER}.folders"),
    row(f"{SERVER}"),
    row(f"{CLIENT}"),
    row(f"{CLIENT}.client", "httpx attrs pydantic truststore"),
    row(f"{CLIENT}.undo", "pydantic"),
    row(f"{CLIENT}.snapshot {CLIENT}.history", "pydantic"),
    row(f"{CLIENT}.helpers", "httpx attrs pydantic"),
    row(f"{CLIENT}.changes", "pydantic"),
    row(f"{CLIENT}.journal {CLIENT}.turns"),
    row(f"{CLIENT}.transport", "httpx"),
    row(f"{CLIENT}.attempt {CLIENT}.pool {CLIENT}.trail {CLIENT}.pause {CLIENT}.discretion", "httpx"),
    row(f"{CLIENT}.operations"),
    row(f"{CLIENT}.errors {CLIENT}.retry {CLIENT}.wording {CLIENT}.problems {CLIENT}.verdicts", "httpx"),
    row(f"{CLIENT}.models", "pydantic"),
    row(f"{CLIENT}.generated", "httpx attrs"),
    row(f"{CLIENT}.sandbox", "httpx h11"),
)
TOOLS = {
    f"{CLIENT}.generate": {"openapi_python_client", "yaml"},
    f"{SERVER}.bundle": {SERVER, "mcp", "mcp_types", "pydantic"},
}
"""What an engineer runs; no other module imports it."""

LATER = {
    f"{SERVER}.cli": {CLIENT, SERVER},
    f"{SERVER}.server": {f"{CLIENT}.sandbox"},
    f"{SERVER}.dependencies": {"platformdirs"},
    f"{SERVER}.telemetry": {"opentelemetry.sdk"},
    f"{CLIENT}.client": {f"{CLIENT}.{room}" for room in ("snapshot", "history", "undo", "helpers", "generated")},
}
"""Imports that need not stand at the top: a command's; what a server needs at its first call, and not to start."""


def place(module: str) -> int:
    """The row of a module: that of the longest name it lies under."""
    known = [
        (len(name), at) for at, one in enumerate(ROWS) for name in one.modules if f"{module}.".startswith(f"{name}.")
    ]
    assert known, f"{module} stands in no row: give it one here and in docs/architecture.md"
    return max(known)[1]


def under(module: str) -> str:
    """The entry of the table a module lies under."""
    return max((name for name in ROWS[place(module)].modules if f"{module}.".startswith(f"{name}.")), key=len)


HOUSE = [path for path in files(CLIENT, SERVER) if name_of(path) not in TOOLS]


@pytest.mark.parametrize("path", HOUSE, ids=name_of)
def test_a_module_imports_only_from_its_own_row_and_below(path: Path) -> None:
    module = name_of(path)
    mine = place(module)
    for imported, line in imports(tree_of(path)):
        where = f"{shown(path, line)} imports {imported}"
        top = imported.partition(".")[0]
        if top in sys.stdlib_module_names:
            continue
        if top not in (CLIENT, SERVER):
            assert top in ROWS[mine].libraries, where
            continue
        assert imported not in TOOLS, where
        assert place(imported) >= mine, where
        if under(module) in (f"{CLIENT}.generated", f"{CLIENT}.sandbox"):
            assert under(imported) == under(module), where
        if under(module) == f"{SERVER}.planning":
            assert under(imported) in (f"{SERVER}.planning", f"{CLIENT}.models"), where
        if under(imported) == f"{CLIENT}.generated":
            assert under(module) in (f"{CLIENT}.helpers", f"{CLIENT}.client"), where


def test_what_an_engineer_runs_uses_only_its_own_tools() -> None:
    for path in files(CLIENT, SERVER):
        if (allowed := TOOLS.get(name_of(path))) is not None:
            used = {imported.partition(".")[0] for imported, _ in imports(tree_of(path))}
            assert used <= allowed | set(sys.stdlib_module_names) | {CLIENT}


def test_the_client_knows_no_mcp() -> None:
    for path in files(CLIENT):
        for imported, line in imports(tree_of(path)):
            assert imported.partition(".")[0] not in ("mcp", "mcp_types", SERVER), shown(path, line)


def test_imports_stand_at_the_top() -> None:
    for path in HOUSE:
        tree = tree_of(path)
        top = {line for node in tree.body for _, line in imports(node)}
        for imported, line in imports(tree):
            later = LATER.get(name_of(path), set[str]())
            may_wait = any(f"{imported}.".startswith(f"{name}.") for name in later)
            assert line in top or may_wait, shown(path, line)
