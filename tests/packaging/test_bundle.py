"""The bundle for Claude Desktop: written from the code, held against the official tool, and started as Desktop does."""

import json
import shutil
import struct
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from mcp_types import CallToolResult, TextContent, Tool

from stocktrim_client import __version__
from stocktrim_mcp_server.bundle import ICON, PACKAGES, icon, pack
from stocktrim_mcp_server.settings import KNOWN
from tests.packaging.programs import run, session
from tests.protocol import programs as node

TOOL = "@anthropic-ai/mcpb/dist/cli/cli.js"
SECRETS = {"auth_id": "id-4711", "auth_signature": "signature-0815"}


@pytest.fixture(scope="module")
def dist(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command writes, run in a clone."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "stocktrim_mcp_server.bundle", folder, cwd=tree)
    return folder


@pytest.fixture(scope="module")
def archive(dist: Path) -> Path:
    return dist / f"stocktrim-mcp-server-{__version__}.mcpb"


@pytest.fixture(scope="module")
def manifest(dist: Path) -> dict[str, Any]:
    return json.loads((dist / "mcpb" / "manifest.json").read_text(encoding="utf-8"))


def official(*arguments: str | Path) -> str:
    done = node.run(TOOL, *map(str, arguments))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def substituted(value: Any, variables: dict[str, str]) -> Any:
    """What Desktop makes of the manifest's words: settings and the folder of the bundle in the place of their names."""
    if isinstance(value, str):
        for name, said in variables.items():
            value = value.replace(f"${{{name}}}", said)
        return value
    if isinstance(value, list):
        return [substituted(one, variables) for one in value]
    return {name: substituted(one, variables) for name, one in value.items()}


async def as_desktop(uv: str, bundle: Path, **settings: str | bool) -> tuple[list[Tool], CallToolResult]:
    """A session with the bundle's server as Desktop starts it, with what a person has set; all else by default."""
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    said = {name: settings.get(name, one["default"]) for name, one in manifest["user_config"].items()}
    texts = {name: str(value).lower() if isinstance(value, bool) else value for name, value in said.items()}
    variables = {"__dirname": str(bundle), **{f"user_config.{name}": value for name, value in texts.items()}}
    start = substituted(manifest["server"]["mcp_config"], variables)
    assert start["command"] == "uv"
    assert "${" not in json.dumps(start)
    return await session([uv, *start["args"]], bundle.parent, start["env"])


@pytest.fixture(scope="module")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extensions") / "with blank"
    official("unpack", archive, folder)
    return folder


def test_the_official_tool_takes_the_manifest_and_packs_the_same(dist: Path, archive: Path, tmp_path: Path) -> None:
    assert "Manifest schema validation passes!" in official("validate", dist / "mcpb")
    official("pack", dist / "mcpb", tmp_path / "theirs.mcpb")
    with zipfile.ZipFile(archive) as ours, zipfile.ZipFile(tmp_path / "theirs.mcpb") as theirs:
        assert ours.testzip() is None
        assert {one: ours.read(one) for one in ours.namelist()} == {one: theirs.read(one) for one in theirs.namelist()}


def test_the_same_folder_gives_the_same_bytes(dist: Path, archive: Path, tmp_path: Path) -> None:
    shutil.copytree(dist / "mcpb", tmp_path / "again")
    pack(tmp_path / "again", tmp_path / "again.mcpb")
    assert (tmp_path / "again.mcpb").read_bytes() == archive.read_bytes()


def test_the_bundle_holds_the_packages_and_what_runs_them_and_nothing_else(archive: Path, tree: Path) -> None:
    with zipfile.ZipFile(archive) as held:
        names = set(held.namelist())
    packages = {
        path.relative_to(tree).as_posix()
        for package in PACKAGES
        for path in (tree / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    about = {"manifest.json", "pyproject.toml", "uv.lock", "README.md", "LICENSE", ICON}
    assert names == packages | about
    assert archive.stat().st_size < 2_000_000


def test_every_setting_asked_for_reaches_a_variable_the_server_knows(manifest: dict[str, Any]) -> None:
    env = manifest["server"]["mcp_config"]["env"]
    assert set(env) <= set(KNOWN)
    assert set(env.values()) == {f"${{user_config.{name}}}" for name in manifest["user_config"]}
    for name, said in manifest["user_config"].items():
        assert said.get("sensitive", False) is (name in SECRETS)
        assert said["required"] is False
    assert (manifest["version"], manifest["server"]["type"]) == (__version__, "uv")


async def test_on_made_up_data_it_plans_and_offers_what_the_manifest_lists(
    uv: str, unpacked: Path, manifest: dict[str, Any]
) -> None:
    menu, plan = await as_desktop(uv, unpacked, sandbox=True)
    assert not plan.is_error
    assert plan.structured_content is not None
    assert plan.structured_content["total_lines"] > 0
    assert [one.name for one in menu] == [one["name"] for one in manifest["tools"]]
    assert [one.description for one in menu] == [one["description"] for one in manifest["tools"]]
    # What only our tests need is not brought to a person's machine.
    assert not list((unpacked / ".venv").rglob("pytest"))


async def test_without_credentials_it_starts_and_says_what_is_missing(uv: str, unpacked: Path) -> None:
    menu, plan = await as_desktop(uv, unpacked)
    assert len(menu) > 20
    assert plan.is_error
    (block,) = plan.content
    assert isinstance(block, TextContent)
    assert "STOCKTRIM_API_AUTH_ID" in block.text


async def test_what_a_person_sets_is_what_the_server_does(uv: str, unpacked: Path, tmp_path: Path) -> None:
    menu, _ = await as_desktop(uv, unpacked, sandbox=True, read_only=True, data_folder=str(tmp_path), **SECRETS)
    assert menu
    assert all(one.annotations is not None and one.annotations.read_only_hint for one in menu)


async def test_a_host_that_calls_uv_in_its_own_way_gets_the_same(uv: str, unpacked: Path) -> None:
    entry = json.loads((unpacked / "manifest.json").read_text(encoding="utf-8"))["server"]["entry_point"]
    command = [uv, "run", "--directory", str(unpacked), entry]
    _, plan = await session(command, unpacked.parent, {"STOCKTRIM_SANDBOX": "true"})
    assert not plan.is_error
    assert not list((unpacked / ".venv").rglob("pytest"))


def test_the_icon_is_a_picture() -> None:
    picture = icon()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    kinds: list[bytes] = []
    at, pixels = 8, b""
    while at < len(picture):
        (length,) = struct.unpack(">I", picture[at : at + 4])
        chunk = picture[at + 4 : at + 8 + length]
        assert struct.unpack(">I", picture[at + 8 + length : at + 12 + length]) == (zlib.crc32(chunk),)
        kinds.append(chunk[:4])
        pixels += zlib.decompress(chunk[4:]) if chunk[:4] == b"IDAT" else b""
        at += 12 + length
    assert kinds == [b"IHDR", b"IDAT", b"IEND"]
    assert len(pixels) == 512 * (1 + 3 * 512)
    assert len({pixels[at : at + 3] for at in range(1, len(pixels), 3 * 512 + 1)}) == 1
