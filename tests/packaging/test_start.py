"""What the installer writes starts the server again, however this program was started itself."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.programs import run, session

INSTALL = ("stocktrim-mcp-server", "install", "cursor", "--yes", "--sandbox", "--read-only")


@pytest.fixture(scope="module")
def wheel(uv: str, tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist of one run")
    run(uv, "build", "--quiet", "--wheel", "--out-dir", folder, tree)
    (built,) = folder.glob("*.whl")
    return built


def written(home: Path, *command: str | Path) -> dict[str, Any]:
    """The entry that the installer writes for somebody whose home this is."""
    before = Path(command[0]).parent
    cache = os.environ.get("UV_CACHE_DIR") or str(Path.home() / ".cache" / "uv")
    run(*command, env={"HOME": str(home), "UV_CACHE_DIR": cache, "PATH": f"{before}{os.pathsep}{os.environ['PATH']}"})
    return json.loads((home / ".cursor" / "mcp.json").read_text(encoding="utf-8"))["mcpServers"]["stocktrim"]


async def plans(entry: dict[str, Any], home: Path) -> None:
    """A session as a host holds it that has been started from a window: with a short PATH, from anywhere."""
    menu, plan = await session([entry["command"], *entry["args"]], home, {"PATH": os.defpath})
    assert not plan.is_error
    assert all(one.annotations is not None and one.annotations.read_only_hint for one in menu)


async def test_uv_fetches_anew_what_it_held_for_one_run(uv: str, wheel: Path, tmp_path: Path) -> None:
    entry = written(tmp_path, uv, "tool", "run", "--from", wheel, *INSTALL)
    assert entry["args"][:5] == ["tool", "run", "--from", str(wheel), "stocktrim-mcp-server"]
    await plans(entry, tmp_path)


async def test_a_clone_is_run_where_it_lies(uv: str, tree: Path, tmp_path: Path) -> None:
    entry = written(tmp_path, uv, "run", "--directory", tree, "--no-dev", *INSTALL)
    assert entry["args"][:4] == ["run", "--directory", str(tree), "stocktrim-mcp-server"]
    await plans(entry, tmp_path)


async def test_an_installed_program_is_started_by_its_own_path(uv: str, wheel: Path, tmp_path: Path) -> None:
    tools = {"UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(tmp_path / "bin")}
    run(uv, "tool", "install", "--quiet", wheel, env=tools)
    entry = written(tmp_path, tmp_path / "bin" / INSTALL[0], *INSTALL[1:])
    assert Path(entry["command"]).name.startswith("stocktrim-mcp-server")
    assert entry["args"] == ["--sandbox", "--read-only"]
    await plans(entry, tmp_path)
