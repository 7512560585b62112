"""Servers as processes of their own, reached over HTTP: the one that people get, and the one with everything."""

import re
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, STDOUT, Popen

import pytest

from tests.house.source import ROOT
from tests.server.stdio import PATIENCE, environment

ADDRESS = re.compile(r"Serving at (http://\S+)\n")

SERVER = ("stocktrim_mcp_server", "--sandbox", "--port", "0", "--transport")


@contextmanager
def served(said: Path, *module: str) -> Generator[str]:
    """A server from start to end, by its address; afterwards it ended as asked, and warned of nothing."""
    with said.open("w") as output:
        command = [sys.executable, "-W", "error", "-m", *module]
        process = Popen(command, cwd=ROOT, stdin=DEVNULL, stdout=output, stderr=STDOUT, env=environment())
    try:
        yield _address(process, said)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
    assert "Traceback" not in said.read_text(), said.read_text()


def _address(process: "Popen[bytes]", said: Path) -> str:
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        if found := ADDRESS.search(said.read_text()):
            return found[1]
        time.sleep(0.05)
    raise AssertionError(f"no address: {said.read_text()}")


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    with served(tmp_path_factory.mktemp("real") / "said", *SERVER, "streamable-http") as address:
        yield address


@pytest.fixture(scope="session")
def sse(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    with served(tmp_path_factory.mktemp("sse") / "said", *SERVER, "sse") as address:
        yield address


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    with served(tmp_path_factory.mktemp("everything") / "said", "tests.protocol.everything") as address:
        yield address
