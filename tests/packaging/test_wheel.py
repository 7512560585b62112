"""Wheel and sdist: built, looked into, installed where nothing else is, and used there."""

import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from email import message_from_string
from email.message import Message
from pathlib import Path
from typing import NamedTuple

import pytest

from stocktrim_client import __version__
from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.toolbox import names
from stocktrim_mcp_server.tools import offered
from tests.packaging.programs import program, run, session

PACKAGES = ("stocktrim_client", "stocktrim_mcp_server")
NAME = f"stocktrim_mcp_server-{__version__}"


class Built(NamedTuple):
    """What a release consists of, and the wheel that the tree gives without an sdist between."""

    wheel: Path
    sdist: Path
    direct: Path


@pytest.fixture(scope="module")
def built(uv: str, tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    dist, direct = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("direct")
    run(uv, "build", "--quiet", "--out-dir", dist, tree)
    run(uv, "build", "--quiet", "--wheel", "--out-dir", direct, tree)
    (wheel,) = dist.glob("*.whl")
    (sdist,) = dist.glob("*.tar.gz")
    return Built(wheel, sdist, direct / wheel.name)


@pytest.fixture(scope="module", params=["the wheel by uv", "the sdist by pip"])
def place(request: pytest.FixtureRequest, uv: str, built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment that holds the server, what it needs, and nothing else."""
    place = tmp_path_factory.mktemp("installed") / "venv"
    if request.param == "the wheel by uv":
        run(uv, "venv", "--quiet", "--python", sys.executable, place)
        run(uv, "pip", "install", "--quiet", "--python", program(place, "python"), built.wheel)
    else:
        run(sys.executable, "-m", "venv", place)
        run(program(place, "python"), "-m", "pip", "install", "--quiet", built.sdist)
    return place


def _is_source(path: Path) -> bool:
    # Other tests may run what lies in the tree.
    return path.is_file() and "__pycache__" not in path.parts


def of_the_tree(tree: Path) -> Iterator[str]:
    for package in PACKAGES:
        yield from (path.relative_to(tree).as_posix() for path in (tree / package).rglob("*") if _is_source(path))


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        return message_from_string(archive.read(f"{NAME}.dist-info/METADATA").decode())


def test_the_wheel_holds_every_file_of_both_packages_and_no_other(built: Built, tree: Path) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        held = set(archive.namelist())
    about = {name for name in held if name.startswith(f"{NAME}.dist-info/")}
    assert held - about == set(of_the_tree(tree))
    assert {f"{package}/py.typed" for package in PACKAGES} | {"stocktrim_client/openapi.yaml"} < held
    assert {name.partition("/")[2] for name in about} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
    }


def test_the_sdist_holds_what_is_needed_to_build_test_and_read_it(built: Built, tree: Path) -> None:
    with tarfile.open(built.sdist) as archive:
        held = {name.removeprefix(f"{NAME}/") for name in archive.getnames()}
    assert set(of_the_tree(tree)) < held
    for wanted in ("pyproject.toml", "uv.lock", "README.md", "LICENSE", "CHANGELOG.md", "Dockerfile"):
        assert wanted in held
    for folder in ("tests", "docs", "bench"):
        assert {path.relative_to(tree).as_posix() for path in (tree / folder).rglob("*.py")} <= held
    assert not [name for name in held if "__pycache__" in name or name.startswith((".venv", ".git/"))]


def test_the_sdist_and_the_tree_give_the_same_wheel_byte_for_byte(built: Built) -> None:
    assert built.wheel.read_bytes() == built.direct.read_bytes()


def test_the_metadata_says_what_this_is_who_may_use_it_and_what_it_needs(built: Built, tree: Path) -> None:
    said = metadata(built.wheel)
    project = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (said["Name"], said["Version"]) == (project["name"], __version__)
    assert said["Summary"] == project["description"]
    assert (said["License-Expression"], said["License-File"]) == ("MIT", "LICENSE")
    assert said["Requires-Python"] == project["requires-python"]
    assert said["Description-Content-Type"] == "text/markdown"
    assert str(said.get_payload()).strip() == (tree / "README.md").read_text(encoding="utf-8").strip()
    assert set(said.get_all("Provides-Extra", [])) == set(project["optional-dependencies"])
    needed = [one for one in said.get_all("Requires-Dist", []) if "extra ==" not in one]
    assert len(needed) == len(project["dependencies"])


def test_the_program_is_the_one_entry_point(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        points = archive.read(f"{NAME}.dist-info/entry_points.txt").decode()
    assert points.split() == ["[console_scripts]", "stocktrim-mcp-server", "=", "stocktrim_mcp_server.cli:main"]


def test_no_development_tool_is_installed_with_it(place: Path) -> None:
    asked = "import importlib.util, sys; print([one for one in sys.argv[1:] if importlib.util.find_spec(one)])"
    tools = ("pytest", "hypothesis", "respx", "ruff", "yaml", "openapi_python_client", "rich", "tests", "bench")
    assert run(program(place, "python"), "-c", asked, *tools).strip() == "[]"


def test_every_command_works_where_it_is_installed(place: Path) -> None:
    server = program(place, "stocktrim-mcp-server")
    assert run(server, "--version").strip() == f"stocktrim-mcp-server {__version__}"
    assert "get_reorder_plan" in run(server, "tools")
    assert run(server, "tools", "--markdown").startswith("# ")
    assert "done in" in run(server, "demo")
    assert run(server, "doctor", "--sandbox").splitlines()[-1] == "All is well."
    assert run(server, "changes", "--sandbox") == ""


async def test_the_installed_program_serves_a_host_over_stdio(place: Path, tmp_path: Path) -> None:
    menu, plan = await session([str(program(place, "stocktrim-mcp-server")), "--sandbox"], tmp_path)
    assert [tool.name for tool in menu] == names(offered(Settings()))
    assert not plan.is_error
    assert plan.structured_content
    assert plan.structured_content["groups"]


async def test_without_credentials_it_starts_and_says_what_is_missing(place: Path, tmp_path: Path) -> None:
    menu, plan = await session([str(program(place, "stocktrim-mcp-server"))], tmp_path)
    assert menu
    assert plan.is_error
    assert "STOCKTRIM_API_AUTH_ID" in str(plan.content)


def test_uvx_runs_the_wheel_without_installing_it(uv: str, built: Built, tmp_path: Path) -> None:
    said = run(uv, "tool", "run", "--from", built.wheel, "stocktrim-mcp-server", "doctor", "--sandbox", cwd=tmp_path)
    assert said.splitlines()[-1] == "All is well."


def test_every_extra_can_be_installed(uv: str, built: Built, tree: Path, tmp_path: Path) -> None:
    project = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = ",".join(project["optional-dependencies"])
    place = tmp_path / "venv"
    run(uv, "venv", "--quiet", "--python", sys.executable, place)
    python = program(place, "python")
    run(uv, "pip", "install", "--quiet", "--python", python, f"{built.wheel}[{extras}]")
    run(uv, "pip", "check", "--quiet", "--python", python)
    run(python, "-c", "import h2, opentelemetry.sdk.trace, opentelemetry.exporter.otlp.proto.http.trace_exporter")
    assert "get_reorder_plan" in run(program(place, "stocktrim-mcp-server"), "tools")
