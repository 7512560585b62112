"""What does not occur in the code."""

import ast
import re
from collections.abc import Callable

import pytest

from tests.house.source import CLIENT, ROOT, SERVER, files, name_of, shown, tree_of

ENVIRONMENT = {f"{SERVER}.cli", f"{CLIENT}.client"}
SPEAKERS = {f"{SERVER}.cli", f"{SERVER}.demo", f"{SERVER}.doctor", f"{CLIENT}.sandbox.__main__", f"{CLIENT}.generate"}
BROAD = {"Exception", "BaseException"}
SUPPRESSIONS = re.compile(r"#\s*(noqa|type:\s*ignore|pyright:\s*ignore)")
REASON = re.compile(r"#\s*(noqa: ?[A-Z0-9, ]+|(type|pyright): ?ignore(\[[\w, ]+\])?)\s*[-:(#]\s*\w+")
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XXX|NotImplemented[E]rror)\b|pragma:\s*no[ ]cover")
FAKES = re.compile(
    r"\b(Async[M]ock|Magic[M]ock|mock[.]patch|monkeypatch[.]setattr|pytest[.](skip|xfail)|mark[.](skip|xfail))"
)
THIS = {"tests.house.test_code"}


def holds(where: str, wanted: Callable[[ast.AST], bool]) -> list[str]:
    """Where the code of a folder holds such a node, outside this file."""
    return [
        shown(path, getattr(node, "lineno", 0))
        for path in files(where)
        for node in ast.walk(tree_of(path))
        if wanted(node) and name_of(path) not in THIS
    ]


def lines(*folders: str) -> list[tuple[str, str, str, str]]:
    """Module, place, line before and line of everything we write."""
    return [
        (name_of(path), shown(path, at + 1), text[at - 1] if at else "", text[at])
        for path in files(*folders)
        for text in [path.read_text(encoding="utf-8").splitlines()]
        for at in range(len(text))
        if name_of(path) not in THIS
    ]


def test_the_environment_is_read_in_two_places() -> None:
    readers = {
        name_of(path)
        for path in files(CLIENT, SERVER)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb")
    }
    assert readers <= ENVIRONMENT


@pytest.mark.parametrize("folder", [CLIENT, SERVER])
def test_only_what_speaks_to_people_prints(folder: str) -> None:
    speakers = {
        name_of(path)
        for path in files(folder)
        for node in ast.walk(tree_of(path))
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print")
        or (isinstance(node, ast.Attribute) and node.attr == "stdout")
    }
    assert speakers <= SPEAKERS


@pytest.mark.parametrize("folder", [CLIENT, SERVER])
def test_nothing_catches_everything(folder: str) -> None:
    def is_broad(node: ast.AST) -> bool:
        if not isinstance(node, ast.ExceptHandler):
            return False
        caught = [] if node.type is None else list(ast.walk(node.type))
        return not caught or any(isinstance(one, ast.Name) and one.id in BROAD for one in caught)

    assert holds(folder, is_broad) == []


def test_a_suppressed_complaint_has_its_reason_beside_it() -> None:
    bare = [
        place
        for _, place, before, line in lines(CLIENT, SERVER)
        if SUPPRESSIONS.search(line) and not REASON.search(line) and not before.strip().startswith("#")
    ]
    assert bare == []


def test_nothing_is_left_for_later() -> None:
    assert [place for _, place, _, line in lines() if UNFINISHED.search(line)] == []


def test_tests_fake_nothing_of_ours_and_leave_nothing_out() -> None:
    assert [place for _, place, _, line in lines("tests") if FAKES.search(line)] == []


def test_tests_are_plain_functions() -> None:
    assert holds("tests", lambda node: isinstance(node, ast.ClassDef) and node.name.startswith("Test")) == []


def test_comments_draw_no_banners_and_keep_no_code() -> None:
    banner = re.compile(r"^\s*#\s*([-=#*~]{3,}|(def|class|async def) \w+.*:$|(import|from) \w+( import.*)?$)")
    assert [place for _, place, _, line in lines(CLIENT, SERVER) if banner.search(line)] == []


def test_every_module_function_and_class_of_the_server_says_what_it_is_for() -> None:
    silent = [
        shown(path, getattr(node, "lineno", 1))
        for path in files(SERVER)
        for tree in [tree_of(path)]
        for node in [tree, *tree.body]
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and not getattr(node, "name", "").startswith("_")
        and "overload" not in {getattr(one, "id", "") for one in getattr(node, "decorator_list", ())}
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_the_house_is_where_the_tests_look_for_it() -> None:
    assert (ROOT / CLIENT / "openapi.yaml").exists()
    assert len(list(files(CLIENT))) > 40
    assert len(list(files(SERVER))) > 12
