"""What Claude Desktop and the MCP registry are given of a release, written from the code: run in a clone.

`python -m stocktrim_mcp_server.bundle dist` writes a bundle to open in Desktop, the folder it is packed from, and
server.json.
"""

import asyncio
import json
import shutil
import struct
import sys
import tomllib
import zipfile
import zlib
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin

from mcp import Client
from mcp_types import Tool
from pydantic import BaseModel, SecretStr

from stocktrim_client import __version__
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.hosts import MODULE, PROGRAM
from stocktrim_mcp_server.settings import SETTINGS, Setting, Settings

ROOT = Path(__file__).parents[1]
PACKAGES = ("stocktrim_client", MODULE)
FILES = ("README.md", "LICENSE", "uv.lock")
ICON = "icon.png"

TITLE = "StockTrim"
REGISTRY_NAME = "io.github.stocktrim-mcp/stocktrim-mcp-server"
"""README must carry it behind `mcp-name:`, and the owner of the name publishes."""

SHORT = "What to reorder, how much, from whom and by when, from StockTrim's own figures."
LONG = """\
Ask what must be ordered, from whom, what it costs and how long the stock lasts; have the orders drafted. The answers
are StockTrim's own figures, with their age; what is estimated here says so.

Every change is shown before it is made, made exactly as shown, recorded, read back, and can be taken back. A switch
allows reading alone, another runs on made-up data without an account.

What you ask about is fetched from StockTrim with your credentials and given to your assistant. Nothing is sent
anywhere else.

Not affiliated with StockTrim."""

USER_CONFIG: dict[str, dict[str, Any]] = {
    "auth_id": {
        "type": "string",
        "title": "Auth ID",
        "description": "In StockTrim's web app under Help (in some accounts: API settings).",
        "sensitive": True,
    },
    "auth_signature": {
        "type": "string",
        "title": "Auth signature",
        "description": "Stands beside the auth ID.",
        "sensitive": True,
    },
    "sandbox": {
        "type": "boolean",
        "title": "Try it on made-up data",
        "description": "No account is needed, and nothing leaves this computer.",
    },
    "read_only": {
        "type": "boolean",
        "title": "Read only",
        "description": "Never change anything in StockTrim.",
    },
    "data_folder": {
        "type": "directory",
        "title": "Folder for records",
        "description": "Where records, earlier plans and defaults are kept for the next start. None: in memory alone.",
    },
}
"""What a person is asked in Desktop, by the setting it fills. Nothing is required: the server says what is missing."""

WITHOUT_DEVELOPMENT = "\n[tool.uv]\ndefault-groups = []\n"
"""However a host calls uv: what only our tests need is not installed."""

WRITTEN = (1980, 1, 1, 0, 0, 0)
"""The time of every file of an archive, so that the same tree gives the same bytes: the earliest it can say."""


def main(folder: Path) -> None:
    """Write all into a folder, anew."""
    staged = folder / "mcpb"
    shutil.rmtree(staged, ignore_errors=True)
    stage(staged)
    pack(staged, folder / f"{PROGRAM}-{__version__}.mcpb")
    (folder / "server.json").write_text(_page(entry()), encoding="utf-8")


def stage(folder: Path) -> None:
    """What a bundle holds: the packages, what uv needs to run them, the manifest."""
    ignored = shutil.ignore_patterns("__pycache__")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=ignored)
    for name in FILES:
        shutil.copyfile(ROOT / name, folder / name)
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    # A second table of this name would not be TOML; then ours is to be merged into it.
    if "uv" in tomllib.loads(project)["tool"]:
        raise ValueError("pyproject.toml has a table [tool.uv]: bundle.py must add to it.")
    (folder / "pyproject.toml").write_text(project + WITHOUT_DEVELOPMENT, encoding="utf-8")
    (folder / ICON).write_bytes(icon())
    (folder / "manifest.json").write_text(_page(manifest(asyncio.run(_menu()))), encoding="utf-8")


def pack(staged: Path, archive: Path) -> None:
    """A bundle is a zip of its folder."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for path in sorted(one for one in staged.rglob("*") if one.is_file()):
            about = zipfile.ZipInfo(path.relative_to(staged).as_posix(), WRITTEN)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o100644 << 16
            made.writestr(about, path.read_bytes())


async def _menu() -> list[Tool]:
    app = App(Settings(sandbox=True), server.connect)
    try:
        async with Client(server.build(app)) as client:
            return (await client.list_tools()).tools
    finally:
        await app.aclose()


def manifest(menu: list[Tool]) -> dict[str, Any]:
    """What Desktop shows, asks and starts."""
    project = _project()
    variables = {one.field: one.variable for one in SETTINGS}
    return {
        "manifest_version": "0.4",
        "name": PROGRAM,
        "display_name": TITLE,
        "version": __version__,
        "description": SHORT,
        "long_description": LONG,
        "author": {"name": f"The authors of {PROGRAM}"},
        "icon": ICON,
        "license": project["license"],
        "keywords": project["keywords"],
        "server": {
            "type": "uv",
            "entry_point": f"{MODULE}/__main__.py",
            "mcp_config": {
                "command": "uv",
                "args": ["run", "--directory", "${__dirname}", "--frozen", "--no-dev", PROGRAM],
                "env": {variables[name]: f"${{user_config.{name}}}" for name in USER_CONFIG},
            },
        },
        "tools": [{"name": one.name, "description": one.description or ""} for one in menu],
        # Which tools and prompts there are follows from the settings.
        "tools_generated": True,
        "prompts_generated": True,
        "compatibility": {
            "platforms": ["darwin", "win32", "linux"],
            "runtimes": {"python": project["requires-python"]},
        },
        # Without a default, what is left empty would reach the server as the name of the setting.
        "user_config": {
            name: {**said, "required": False, "default": False if said["type"] == "boolean" else ""}
            for name, said in USER_CONFIG.items()
        },
    }


def entry() -> dict[str, Any]:
    """What the MCP registry is told: server.json."""
    return {
        "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
        "name": REGISTRY_NAME,
        "title": TITLE,
        "description": SHORT,
        "version": __version__,
        "packages": [
            {
                "registryType": "pypi",
                "registryBaseUrl": "https://pypi.org",
                "identifier": PROGRAM,
                "version": __version__,
                "runtimeHint": "uvx",
                "transport": {"type": "stdio"},
                "packageArguments": [{"type": "positional", "value": "serve"}],
                "environmentVariables": [_variable(one) for one in SETTINGS if _is_of_a_host(one)],
            }
        ],
    }


def _is_of_a_host(setting: Setting) -> bool:
    """Whether a setting means anything to a server that a host starts."""
    return not setting.field.startswith("http.") and setting.field not in ("transport", "drain_seconds")


def _variable(setting: Setting) -> dict[str, Any]:
    """One setting as the registry describes it; its kind is that of its field."""
    part, _, name = setting.field.rpartition(".")
    owner: BaseModel = getattr(Settings(), part) if part else Settings()
    field = type(owner).model_fields[name]
    kinds = get_args(field.annotation) if get_origin(field.annotation) is UnionType else (field.annotation,)
    said: dict[str, Any] = {"name": setting.variable, "description": setting.meaning.replace("`", "")}
    if SecretStr in kinds:
        said["isSecret"] = True
    elif bool in kinds:
        said |= {"format": "boolean", "default": str(field.default).lower()}
    elif int in kinds or float in kinds:
        said |= {"format": "number"}
    elif Path in kinds:
        said |= {"format": "filepath"}
    elif get_origin(kinds[0]) is Literal:
        said |= {"choices": list(get_args(kinds[0])), "default": field.default}
    return said


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _page(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


SIDE = 512
BLUE, WHITE, AMBER = b"\x1f\x4e\x79", b"\xff\xff\xff", b"\xf2\xa9\x3b"
BARS = ((96, 128, WHITE), (208, 216, WHITE), (320, 304, AMBER))
"""Stock that falls week by week: where each bar begins, its top, its colour."""

WIDE, FLOOR = 96, 400


def icon() -> bytes:
    """A small picture, drawn here: three falling bars."""
    rows = b"".join(b"\0" + b"".join(_colour(x, y) for x in range(SIDE)) for y in range(SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _colour(x: int, y: int) -> bytes:
    return next((colour for left, top, colour in BARS if left <= x < left + WIDE and top <= y < FLOOR), BLUE)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


if __name__ == "__main__":
    main(Path(*sys.argv[1:2]))
