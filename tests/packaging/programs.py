"""Programs as a user starts them: with nothing of this test's own environment."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, Tool

KEPT = ("PATH", "HOME", "LANG", "SYSTEMROOT", "TEMP", "TMP", "SSL_CERT_FILE", "PIP_CERT", "UV_CACHE_DIR")
KEPT_OF_A_PROXY = ("http_proxy", "https_proxy", "no_proxy")
PATIENCE = 300.0


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a terminal of this machine has that knows neither this project nor an account."""
    kept = {name: value for name, value in os.environ.items() if name in KEPT or name.lower() in KEPT_OF_A_PROXY}
    return {**kept, **(more or {})}


def run(*command: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> str:
    """What a program that ended well said on stdout."""
    done = subprocess.run(
        [str(one) for one in command],
        env=environment(env),
        cwd=cwd or Path(command[0]).parent,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2_000:]}\n{done.stderr[-4_000:]}"
    return done.stdout


def program(place: Path, name: str) -> Path:
    """A program of a virtual environment."""
    windows = sys.platform == "win32"
    return place / ("Scripts" if windows else "bin") / (f"{name}.exe" if windows else name)


async def session(
    command: list[str], cwd: Path, env: Mapping[str, str] | None = None
) -> tuple[list[Tool], CallToolResult]:
    """The menu and the reorder plan, from a server that is started as a host does it."""
    server = StdioServerParameters(command=command[0], args=command[1:], env=environment(env), cwd=cwd)
    async with Client(server) as client:
        menu = await client.list_tools()
        return menu.tools, await client.call_tool("get_reorder_plan", {})
