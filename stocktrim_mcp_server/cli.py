"""The command line: serve a host, show a demonstration, or say what is offered. The only reader of the environment.

What a command needs is imported by the command: a mistaken argument is answered at once, and the collector can rest
while a server is loaded.
"""

import argparse
import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, cast

if TYPE_CHECKING:
    from io import TextIOWrapper

    from stocktrim_mcp_server.settings import Settings
    from stocktrim_mcp_server.toolbox import Toolset

COMMANDS = (
    "serve (the default), demo (a session on made-up data), tools (what is offered), changes (what was changed in "
    "StockTrim through this server)"
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Exit status: 0 done, 1 the demonstration failed, 2 an argument or setting that cannot be meant."""
    parser = _parser()
    options = parser.parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
    if options.version:
        _say_version(parser.prog)
    elif options.command == "demo":
        _demo(_settings(parser, options))
    elif options.command == "tools":
        _tools(parser, options)
    elif options.command == "changes":
        _changes(_settings(parser, options), options)
    else:
        _serve(parser, options)


def _serve(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    with _undisturbed():
        from stocktrim_mcp_server import logs, server
        from stocktrim_mcp_server.dependencies import App
        from stocktrim_mcp_server.settings import doubts
        from stocktrim_mcp_server.toolbox import names

        settings = _settings(parser, options)
        offered = names(_offered(parser, settings))
        logs.configure(settings.log_level)
        log = logging.getLogger("stocktrim_mcp_server")
        for doubt in doubts(os.environ, settings):
            log.warning(doubt)
        log.info("%d tools offered%s", len(offered), ", read-only" if settings.read_only else "")
        app = App(settings, server.connect)
        built = server.build(app)
    server.rest_collector(app)
    # Ctrl-C ends the process as any other signal does: Python's own way would wait for the next line of stdin.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    asyncio.run(server.serve_stdio(app, built))


def _demo(settings: "Settings") -> NoReturn:
    from stocktrim_mcp_server import demo

    try:
        status = asyncio.run(demo.show(settings.sandbox_products))
        sys.stdout.flush()
    except* BrokenPipeError:
        _write_nowhere()
        status = 0
    sys.exit(status)


def _write_nowhere() -> None:
    """Whoever reads has seen enough: what Python still holds goes nowhere, instead of failing at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tools(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    from stocktrim_mcp_server import manual

    if options.markdown:
        print(asyncio.run(manual.written()), end="")
    else:
        print(manual.menu(_offered(parser, _settings(parser, options))))


def _changes(settings: "Settings", options: argparse.Namespace) -> None:
    from stocktrim_client.history import History
    from stocktrim_client.journal import FileJournal
    from stocktrim_mcp_server import past
    from stocktrim_mcp_server.dependencies import journal_folder

    folder = journal_folder(settings)
    if folder is None:
        print("What is changed in the sandbox is kept in memory alone, until its server ends.", file=sys.stderr)
        return
    found = asyncio.run(History(FileJournal(folder), {}).entries(limit=options.limit))
    if not found.entries:
        damaged = f" {found.damaged} line(s) there cannot be read." if found.damaged else ""
        print(f"No change of this account is on record in {folder}.{damaged}", file=sys.stderr)
        return
    if hasattr(sys.stdout, "reconfigure"):
        # Names of the account may hold what this terminal cannot show.
        cast("TextIOWrapper[Any]", sys.stdout).reconfigure(errors="backslashreplace")
    try:
        print(past.as_json(found) if options.json else past.in_words(found), flush=True)
    except BrokenPipeError:
        _write_nowhere()


def _offered(parser: argparse.ArgumentParser, settings: "Settings") -> "tuple[Toolset, ...]":
    from stocktrim_mcp_server.settings import SettingsError
    from stocktrim_mcp_server.tools import offered

    try:
        return offered(settings)
    except SettingsError as error:
        parser.error(str(error))


def _say_version(program: str) -> None:
    from stocktrim_client import __version__

    print(f"{program} {__version__}")


@contextmanager
def _undisturbed() -> Generator[None]:
    """Without garbage collection: loading leaves next to no garbage, and looking for it takes a tenth of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line: a host shows its user the end of stderr, if anything."""
        self.exit(2, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="stocktrim-mcp-server",
        description="Let an AI assistant plan inventory with StockTrim. Without a command: serve one host over stdio.",
        epilog="Credentials come from STOCKTRIM_API_AUTH_ID and STOCKTRIM_API_AUTH_SIGNATURE; see the README.",
    )
    parser.add_argument("--version", action="store_true", help="show the version and exit")
    parser.add_argument(
        "command", nargs="?", choices=["serve", "demo", "tools", "changes"], default="serve", help=COMMANDS
    )
    parser.add_argument("--markdown", action="store_true", help="with tools: everything about them, as docs/tools.md")
    parser.add_argument("--limit", type=_count, default=20, metavar="N", help="with changes: most to show")
    parser.add_argument("--json", action="store_true", help="with changes: for programs, a line each")
    parser.add_argument("--sandbox", action="store_true", default=None, help="use built-in, made-up data")
    parser.add_argument("--sandbox-products", type=_count, metavar="N", help="size of the made-up catalogue")
    parser.add_argument("--read-only", action="store_true", default=None, help="never change anything in StockTrim")
    parser.add_argument("--toolsets", type=_names, metavar="A,B", help="groups of tools to offer; also default, all")
    parser.add_argument("--tools", type=_names, metavar="A,-B", help="single tools to offer, or with a minus not to")
    return parser


def _names(text: str) -> tuple[str, ...]:
    from stocktrim_mcp_server.settings import listed

    return listed(text)


def _joined(arguments: Sequence[str]) -> list[str]:
    """`--tools -run_forecast` as one argument: argparse would take the name of a tool for an option."""
    joined: list[str] = []
    for one in arguments:
        if joined and joined[-1] == "--tools" and one[:1] == "-" and one[:2] != "--":
            joined[-1] += f"={one}"
        else:
            joined.append(one)
    return joined


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number above 0")
    return int(text)


def _settings(parser: argparse.ArgumentParser, options: argparse.Namespace) -> "Settings":
    from stocktrim_client.client import proxy_for
    from stocktrim_mcp_server.settings import SettingsError, from_env, is_address

    try:
        settings = from_env(os.environ)
        proxy = proxy_for(settings.api_url, os.environ)
        if proxy is not None and not is_address(proxy):
            raise SettingsError("The proxy of this machine's environment must be an address such as http://proxy:3128.")
    except SettingsError as error:
        parser.error(str(error))
    said = {
        name: getattr(options, name)
        for name in ("sandbox", "sandbox_products", "read_only", "toolsets", "tools")
        if getattr(options, name) is not None
    }
    return settings.model_copy(update={"proxy": proxy, **said})
