"""uv, and what is built from this tree, for the tests of every way the server is installed."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.packaging.programs import program, run


@pytest.fixture(scope="session")
def uv(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The program: `uv run` says where it is; tests that were started without it get one of their own."""
    found = os.environ.get("UV") or shutil.which("uv")
    if found is not None:
        return found
    place = tmp_path_factory.mktemp("uv")
    run(sys.executable, "-m", "venv", place)
    run(program(place, "python"), "-m", "pip", "install", "--quiet", "uv")
    return str(program(place, "uv"))


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a fresh clone holds, apart from this work tree, which may be edited meanwhile."""
    clone = tmp_path_factory.mktemp("clone") / "tree"
    left_out = shutil.ignore_patterns(".git", ".venv", "dist", ".*_cache", ".hypothesis", "__pycache__", "node_modules")
    shutil.copytree(Path(__file__).parents[2], clone, ignore=left_out)
    return clone
