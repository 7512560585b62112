"""The command line, as a person or a host types it."""

import asyncio
import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from stocktrim_client import RefusedError, StockTrimClient, __version__
from stocktrim_client.changes import acting
from stocktrim_client.journal import FileJournal
from stocktrim_client.models import ProductDraft, SupplierDraft
from stocktrim_client.sandbox import Fault, Sandbox
from stocktrim_mcp_server.cli import main
from stocktrim_mcp_server.dependencies import journal_folder
from stocktrim_mcp_server.hosts import here, launch
from stocktrim_mcp_server.settings import from_env
from tests.conftest import NOW, TODAY
from tests.server.stdio import environment


def run(*arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "stocktrim_mcp_server", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=environment(env),
        timeout=120,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--version"])
    assert capsys.readouterr() == (f"stocktrim-mcp-server {__version__}\n", "")


PRINTING = ("tools", "tools --markdown", "settings", "settings --markdown", "install --list", "install --print cursor")


@pytest.mark.parametrize("command", PRINTING)
def test_whoever_stops_reading_gets_no_traceback(command: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [sys.executable, "-m", "stocktrim_mcp_server", *command.split()],
        stdout=writing,
        stderr=subprocess.PIPE,
        env=environment({}),
        timeout=120,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_a_terminal_of_few_letters_is_shown_the_settings() -> None:
    shown = run("settings", "--markdown", PYTHONIOENCODING="ascii")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "OTEL_\\u2026" in shown.stdout


def test_help_names_the_commands_and_the_credentials(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    stdout = capsys.readouterr().out
    for word in (
        "serve",
        "demo",
        "tools",
        "changes",
        "--sandbox",
        "--read-only",
        "--toolsets",
        "STOCKTRIM_API_AUTH_ID",
        "STOCKTRIM_API_AUTH_SIGNATURE",
    ):
        assert word in stdout


def test_the_tools_are_those_the_settings_leave(capsys: pytest.CaptureFixture[str]) -> None:
    main(["tools", "--toolsets", "query,status", "--tools", "-get_status"])
    stdout, stderr = capsys.readouterr()
    assert [line.split()[0] for line in stdout.splitlines()] == ["query:", "query_data", "status:", "run_forecast"]
    assert stderr == ""


@pytest.mark.parametrize(
    ("arguments", "env", "said"),
    [
        (["tools", "--tools", "serch"], {}, "There is no tool 'serch'. Did you mean 'search'?"),
        (["--bogus"], {}, "unrecognized arguments: --bogus"),
        (["fly"], {}, "argument command: invalid choice: 'fly'"),
        (["--sandbox-products", "0"], {}, "--sandbox-products is '0'; it must be a whole number above 0"),
        (["demo", "--sandbox-products", "x"], {}, "--sandbox-products is 'x'; it must be a whole number above 0"),
        ([], {"STOCKTRIM_SANDBOX": "maybe"}, "STOCKTRIM_SANDBOX is 'maybe'"),
        (["--port", "99999"], {}, "--port is '99999'; it must be a port"),
        (["--transport", "htp"], {}, "--transport is 'htp'; it may be stdio, sse, streamable-http."),
        (["--toolsets", "planing"], {}, "There is no toolset 'planing'. Did you mean 'planning'?"),
        (["--tools", "-run_forcast"], {}, "There is no tool 'run_forcast'. Did you mean 'run_forecast'?"),
        (["--tools", "run_forecast", "--read-only"], {}, "leave no tool of a read-only server"),
        ([], {"STOCKTRIM_TOOLS": "serch"}, "STOCKTRIM_TOOLS (--tools) may name get_reorder_plan, explain_reorder"),
        ([], {"STOCKTRIM_TOOLSETS": "x"}, "may name planning, lookup, orders, query, status"),
        ([], {"HTTPS_PROXY": "socks5://user:hush@host:1"}, "proxy"),
    ],
)
def test_what_cannot_be_meant_ends_with_status_2_and_one_line(
    arguments: list[str],
    env: dict[str, str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in set(os.environ) - set(environment()):
        monkeypatch.delenv(name)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as end:
        main(arguments)
    stdout, stderr = capsys.readouterr()
    assert end.value.code == 2
    assert stdout == ""
    assert stderr.startswith("stocktrim-mcp-server: ")
    assert stderr.count("\n") == 1
    assert said in stderr
    assert "hush" not in stderr


def test_a_setting_that_cannot_be_meant_ends_the_process_so_too() -> None:
    done = run(STOCKTRIM_LOG_LEVEL="loud")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


def test_a_host_that_leaves_ends_the_server_without_a_word() -> None:
    done = run("serve", "--sandbox", STOCKTRIM_LOG_LEVEL="WARNING")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_nobody_is_shown_a_traceback_for_pressing_ctrl_c(command: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "stocktrim_mcp_server", "--sandbox", command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env=environment({"STOCKTRIM_TRANSPORT": "streamable-http", "STOCKTRIM_PORT": "0"}),
    )
    with process:
        assert process.stdout is not None
        begun = next(line for line in process.stdout if "Serving at" in line or "the server offers" in line)
        if "Serving at" in begun:
            # It listens before it answers.
            httpx.get(begun.split()[-1].replace("/mcp", "/healthz"), trust_env=False)
        process.send_signal(signal.SIGINT)
        said = process.stdout.read()
    assert "Traceback" not in said
    assert process.returncode == 130


def test_a_start_says_how_many_tools_it_offers_and_what_may_not_be_meant() -> None:
    done = run("serve", "--sandbox-products", "30", "--tools", "search,set_defaults", STOCKTRIM_TOOLSET="default")
    assert (done.returncode, done.stdout) == (0, "")
    for said in (
        "INFO stocktrim_mcp_server: 2 tools offered",
        "WARNING stocktrim_mcp_server: STOCKTRIM_TOOLSET is no setting of this server and is ignored. Did you mean "
        "'STOCKTRIM_TOOLSETS'?",
        "A size of the sandbox is given, but not the sandbox itself",
        "STOCKTRIM_API_AUTH_ID is not set",
        "STOCKTRIM_API_AUTH_SIGNATURE is not set",
    ):
        assert said in done.stderr
    assert done.stderr.count("\n") == 5


@pytest.mark.parametrize(
    ("arguments", "env"),
    [
        ((), {"COLUMNS": "80", "PYTHONIOENCODING": "ascii"}),
        (("--sandbox-products", "300"), {"COLUMNS": "120", "PYTHONIOENCODING": "utf-8"}),
    ],
)
def test_the_demonstration_shows_the_plan_and_how_to_plug_it_in(
    arguments: tuple[str, ...], env: dict[str, str]
) -> None:
    begin = launch(here())
    start = [json.dumps(word) for word in (begin.command, *begin.args)]
    done = run("demo", *arguments, **env)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for word in (
        "get_reorder_plan",
        "HIKARI",
        "V60-02",
        "total cost",
        "status: preview",
        "status: applied",
        "undo_change with undo_id",
        "Claude Desktop",
        '"mcpServers"',
        *start,
    ):
        assert word in done.stdout
    lines = [line for line in done.stdout.splitlines() if not any(word in line for word in start)]
    assert [line for line in lines if len(line) > int(env["COLUMNS"])] == []
    assert "server     answer" in done.stdout
    assert "server     error" not in done.stdout


def test_a_reader_who_leaves_early_ends_the_demonstration_quietly() -> None:
    command = f"{shlex.quote(sys.executable)} -m stocktrim_mcp_server demo | head -n 3"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=environment(), check=True)
    assert len(done.stdout.splitlines()) == 3
    assert done.stderr == ""


def test_a_start_loads_nothing_that_only_calls_need() -> None:
    program = (
        "import sys; from stocktrim_mcp_server import cli, server; from stocktrim_mcp_server.dependencies import App; "
        "from stocktrim_mcp_server.settings import Settings; server.build(App(Settings(), server.connect)); "
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment(), check=True
    )
    loaded = set(done.stdout.split())
    assert "stocktrim_mcp_server.tools.planning" in loaded
    late = ("sandbox", "generated", "helpers", "snapshot.snapshot", "snapshot.asking", "snapshot.tables")
    assert not {f"stocktrim_client.{name}" for name in late} & loaded
    assert not {"stocktrim_mcp_server.demo", "stocktrim_mcp_server.manual"} & loaded
    assert not {"sqlite3", "yaml", "openapi_python_client"} & loaded


ACCOUNT = {"STOCKTRIM_API_AUTH_ID": "an-account", "STOCKTRIM_API_AUTH_SIGNATURE": "its-signature"}


async def changed(folder: Path) -> None:
    """An account with changes on record: one to undo and its undo, one refused, one of a name written by an enemy."""
    settings = from_env({**ACCOUNT, "STOCKTRIM_DATA_FOLDER": str(folder)})
    sandbox = Sandbox(today=TODAY)
    journal = FileJournal(journal_folder(settings) or folder, now=lambda: NOW)
    async with StockTrimClient("sandbox", "sandbox", transport=sandbox, journal=journal, now=lambda: NOW) as stocktrim:
        token = acting.set("update_products")
        await stocktrim.products.save(ProductDraft(product_id="KETTLE-09", unit_cost=40))
        acting.reset(token)
        (entry,) = (await stocktrim.history.entries()).entries
        (step,) = await stocktrim.undo.steps(entry.change_id)
        await step.send()
        sandbox.faults.add(Fault("status", at="save_product", status=400))
        with pytest.raises(RefusedError):
            await stocktrim.products.save(ProductDraft(product_id="KETTLE-09", unit_cost=41))
        await stocktrim.suppliers.save(SupplierDraft(code="☕", name="\x1b[31mred\nUTC  applied"))


def test_changes_are_printed_for_people_and_for_programs(tmp_path: Path) -> None:
    env = {**ACCOUNT, "STOCKTRIM_DATA_FOLDER": str(tmp_path)}
    nothing = run("changes", **env)
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert nothing.stderr.startswith(f"No change of this account is on record in {tmp_path}")
    asyncio.run(changed(tmp_path))
    shown = run("changes", PYTHONIOENCODING="ascii", **env)
    assert (shown.returncode, shown.stderr) == (0, "")
    heads = [line for line in shown.stdout.splitlines() if line.startswith("2026")]
    assert [line.partition("UTC  ")[2] for line in heads] == [
        r"applied: create supplier '\u2615' (\u001b[31mred\u000aUTC  applied)",
        "refused: change product 'KETTLE-09' (Gooseneck kettle 0.9 l)",
        "applied: change product 'KETTLE-09' (Gooseneck kettle 0.9 l)",
        "applied: change product 'KETTLE-09' (Gooseneck kettle 0.9 l)",
    ]
    assert "  unit_cost: 38 -> 40\n  update_products, change " in shown.stdout
    assert ", undone by " in shown.stdout
    assert ", undoes " in shown.stdout
    assert "\x1b" not in shown.stdout
    two = run("changes", "--limit", "2", **env)
    assert two.stdout.count("2026-11-23 08:00:00 UTC") == 2
    assert two.stdout.endswith("There are older ones: --limit shows more.\n")
    lines = run("changes", "--json", **env).stdout.splitlines()
    assert [json.loads(line)["outcome"] for line in lines] == ["applied", "refused", "applied", "applied"]


def test_damaged_lines_of_the_journal_are_counted_for_people(tmp_path: Path) -> None:
    asyncio.run(changed(tmp_path))
    (journal,) = tmp_path.rglob("changes-*.jsonl")
    journal.write_bytes(journal.read_bytes() + b'{"torn')
    shown = run("changes", **ACCOUNT, STOCKTRIM_DATA_FOLDER=str(tmp_path))
    assert shown.stdout.endswith("1 line(s) of the journal are damaged and left out.\n")
    for path in tmp_path.rglob("changes-*.jsonl"):
        path.write_bytes(b"\x00\xff\n{}\n")
    none = run("changes", **ACCOUNT, STOCKTRIM_DATA_FOLDER=str(tmp_path))
    assert (none.returncode, none.stdout) == (0, "")
    assert "2 line(s) there cannot be read." in none.stderr


def test_a_sandbox_has_no_changes_to_print(capsys: pytest.CaptureFixture[str]) -> None:
    main(["changes", "--sandbox"])
    assert capsys.readouterr() == (
        "",
        "What is changed in the sandbox is kept in memory alone, until its server ends.\n",
    )


def test_whoever_reads_the_changes_may_stop(tmp_path: Path) -> None:
    asyncio.run(changed(tmp_path))
    program = shlex.join([sys.executable, "-m", "stocktrim_mcp_server", "changes"])
    env = environment({**ACCOUNT, "STOCKTRIM_DATA_FOLDER": str(tmp_path)})
    done = subprocess.run(["sh", "-c", f"{program} | true"], env=env, capture_output=True, check=True)
    assert done.stderr == b""
