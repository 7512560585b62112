"""The command line: serve hosts, show a demonstration, or say what is offered. The only reader of the environment.

What a command needs is imported by the command: a mistaken argument is answered at once, and the collector can rest
while a server is loaded.
"""

import argparse
import asyncio
import gc
import logging
import os
import sys
from collections.abc import Coroutine, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

if TYPE_CHECKING:
    from io import TextIOWrapper

    from stocktrim_mcp_server.settings import Settings
    from stocktrim_mcp_server.toolbox import Toolset

PROGRAM = "stocktrim-mcp-server"
COMMANDS = {
    "serve": "the default: serve hosts",
    "demo": "show a session on made-up data",
    "tools": "say what is offered",
    "changes": "say what was changed in StockTrim through this server",
    "settings": "say what can be set, and where it was",
    "doctor": "say what keeps the set-up from working",
    "install": "put this server into a host's configuration, after showing the difference",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Exit status: 0 done, 1 what was asked for failed, 2 an argument or setting that cannot be meant, 130 Ctrl-C."""
    arguments = sys.argv[1:] if arguments is None else arguments
    with _quiet_stdout(), _undisturbed():
        parser = _parser(arguments)
    options = parser.parse_args(_joined(arguments))
    if getattr(options, "version", False):
        _say_version()
        return
    run = {
        "demo": _demo,
        "tools": _tools,
        "changes": _changes,
        "settings": _say_settings,
        "doctor": _doctor,
        "install": _install,
    }
    try:
        run.get(options.command, _serve)(parser, options)
    except KeyboardInterrupt:
        # Who pressed Ctrl-C needs no traceback; this is what shells call it.
        sys.exit(130)


def _serve(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    with _quiet_stdout(), _undisturbed():
        from stocktrim_mcp_server import logs, telemetry
        from stocktrim_mcp_server.settings import SettingsError, doubts
        from stocktrim_mcp_server.toolbox import names

        settings = _settings(parser, options)
        offered = names(_offered(parser, settings))
        logs.configure(settings.log_level, settings.log_format)
        telemetry.configure(os.environ)
        log = logging.getLogger("stocktrim_mcp_server")
        for doubt in doubts(os.environ, settings):
            log.warning(doubt)
        log.info("%d tools offered%s", len(offered), ", read-only" if settings.read_only else "")
        try:
            serving = _over_stdio(settings) if settings.transport == "stdio" else _over_http(settings, log)
        except SettingsError as error:
            parser.error(str(error))
    asyncio.run(serving)


def _over_stdio(settings: "Settings") -> Coroutine[Any, Any, None]:
    from stocktrim_mcp_server import server
    from stocktrim_mcp_server.dependencies import App
    from stocktrim_mcp_server.keys import keys_in

    app = App(settings, server.connect, keys=keys_in(settings.http.secret_file))
    built = server.build(app)
    server.rest_collector(app)
    return server.serve_stdio(app, built)


def _over_http(settings: "Settings", log: logging.Logger) -> Coroutine[Any, Any, None]:
    from stocktrim_mcp_server import server
    from stocktrim_mcp_server.serving.serve import address, bound, serve
    from stocktrim_mcp_server.serving.site import Site

    site = Site(settings, server.connect, os.environ)
    listening = bound(settings)
    log.info("Serving at %s", address(listening, settings))
    return serve(site, listening, settings.drain_seconds)


def _demo(parser: argparse.ArgumentParser, options: argparse.Namespace) -> NoReturn:
    from stocktrim_mcp_server import demo

    try:
        status = asyncio.run(demo.show(_settings(parser, options).sandbox_products))
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
        _say(asyncio.run(manual.written()).removesuffix("\n"))
    else:
        _say(manual.menu(_offered(parser, _settings(parser, options))))


def _changes(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    from stocktrim_client.history import History
    from stocktrim_client.journal import FileJournal
    from stocktrim_mcp_server import past
    from stocktrim_mcp_server.dependencies import journal_folder

    folder = journal_folder(_settings(parser, options))
    if folder is None:
        print("What is changed in the sandbox is kept in memory alone, until its server ends.", file=sys.stderr)
        return
    found = asyncio.run(History(FileJournal(folder), {}).entries(limit=options.limit))
    if not found.entries:
        damaged = f" {found.damaged} line(s) there cannot be read." if found.damaged else ""
        print(f"No change of this account is on record in {folder}.{damaged}", file=sys.stderr)
        return
    _say(past.as_json(found) if options.json else past.in_words(found))


def _say(text: str) -> None:
    """What was asked for, whatever this terminal can show of it, as far as somebody reads."""
    if hasattr(sys.stdout, "reconfigure"):
        cast("TextIOWrapper[Any]", sys.stdout).reconfigure(errors="backslashreplace")
    try:
        print(text, flush=True)
    except BrokenPipeError:
        _write_nowhere()


def _say_settings(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    from stocktrim_mcp_server import configuration
    from stocktrim_mcp_server.settings import sources

    if options.markdown:
        _say(configuration.written().removesuffix("\n"))
    else:
        settings = _settings(parser, options)
        _say(configuration.now(settings, sources(os.environ, _flags(options))))


def _doctor(parser: argparse.ArgumentParser, options: argparse.Namespace) -> NoReturn:
    from stocktrim_mcp_server import doctor
    from stocktrim_mcp_server.settings import sources

    settings = _settings(parser, options)
    _offered(parser, settings)
    # Each line says what went wrong on its way; the log would say it again.
    logging.disable()
    try:
        found = asyncio.run(doctor.examine(settings, os.environ, sources(os.environ, _flags(options))))
    finally:
        logging.disable(logging.NOTSET)
    _say(doctor.as_json(found) if options.json else doctor.in_words(found))
    sys.exit(1 if found.has_failed else 0)


def _install(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    from stocktrim_mcp_server import hosts, installing

    settings = _settings(parser, options)
    _offered(parser, settings)
    machine = hosts.Machine(sys.platform, Path.home(), os.environ, Path.cwd())
    try:
        if options.list or not options.host:
            _say(installing.listed(machine, hosts.here()))
            return
        wish = installing.Wish(
            options.host, options.name, _flags(options), options.with_credentials, remove=options.remove
        )
        if options.print:
            _say(installing.printed(wish, machine, hosts.here()))
            return
        status = installing.run(
            wish, machine, hosts.here(), settings, datetime.now(UTC), say=_say, agreed=lambda: _agreed(options.yes)
        )
    except installing.InstallError as error:
        parser.error(str(error))
    sys.exit(status)


def _agreed(beforehand: bool) -> bool:
    """Whether a person says yes, who sits at a terminal."""
    if beforehand:
        return True
    if not sys.stdin.isatty():
        _say("Nobody can be asked here: --yes agrees beforehand.")
        return False
    try:
        return input("Write this? [y/N] ").strip().casefold() in ("y", "yes")
    except EOFError:
        return False


def _offered(parser: argparse.ArgumentParser, settings: "Settings") -> "tuple[Toolset, ...]":
    from stocktrim_mcp_server.settings import SettingsError
    from stocktrim_mcp_server.tools import offered

    try:
        return offered(settings)
    except SettingsError as error:
        parser.error(str(error))


def _say_version() -> None:
    from stocktrim_client import __version__

    print(f"{PROGRAM} {__version__}")


@contextmanager
def _undisturbed() -> Generator[None]:
    """Without garbage collection: loading leaves next to no garbage, and looking for it takes a tenth of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _quiet_stdout() -> Generator[None]:
    """While modules load, what any of them prints goes to stderr: stdout carries the protocol and nothing else."""
    try:
        kept = os.dup(1)
    except OSError:
        # A service may be started without one.
        yield
        return
    sys.stdout.flush()
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line: a host shows its user the end of stderr, if anything."""
        self.exit(2, f"{PROGRAM}: {message}\n")


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [command] [settings]",
        description="Let an AI assistant plan inventory with StockTrim. Without a command: serve one host over stdio.",
        epilog="Credentials come from STOCKTRIM_API_AUTH_ID and STOCKTRIM_API_AUTH_SIGNATURE; see the README.",
    )
    parser.add_argument("--version", action="store_true", help="show the version and exit")
    parser.set_defaults(command="serve")
    commands = parser.add_subparsers(title="commands", metavar="command")
    made = {name: commands.add_parser(name, help=said) for name, said in COMMANDS.items()}
    # Behind the commands, so that help begins with these; and not for all of them, as a start waits for each.
    for one in (parser, *(made[name] for name in made if name in arguments)):
        _add_settings(one)
    for name, one in made.items():
        one.set_defaults(command=name)
    made["tools"].add_argument("--markdown", action="store_true", help="everything about them, as docs/tools.md")
    made["settings"].add_argument("--markdown", action="store_true", help="all of them, as docs/configuration.md")
    made["changes"].add_argument("--limit", type=_count, default=20, metavar="N", help="most to show")
    made["changes"].add_argument("--json", action="store_true", help="for programs, a line each")
    made["doctor"].add_argument("--json", action="store_true", help="for programs, one object")
    install = made["install"]
    install.add_argument("host", nargs="?", help="claude-desktop, claude-code, cursor, vscode ...; without: list them")
    install.add_argument("--list", action="store_true", help="the hosts, their files, and whether this server is there")
    install.add_argument("--print", action="store_true", help="what to write by hand; nothing is changed")
    install.add_argument("--name", default="stocktrim", help="under which the server is to stand there")
    install.add_argument("--with-credentials", action="store_true", help="write down those of this environment")
    install.add_argument("--remove", action="store_true", help="take the server out again")
    install.add_argument("--yes", action="store_true", help="agree beforehand")
    return parser


def _add_settings(parser: argparse.ArgumentParser) -> None:
    """The flags of settings: before a command, after it, or without one."""
    from stocktrim_mcp_server.settings import SETTINGS

    flags = parser.add_argument_group("settings", "Those with a flag; all of them: stocktrim-mcp-server settings")
    for one in SETTINGS:
        if not one.flag:
            continue
        said = one.meaning.replace("`", "").replace("%", "%%")
        if one.shown:
            action = "append" if one.many else "store"
            flags.add_argument(
                one.flag, dest=one.flag, action=action, metavar=one.shown, help=said, default=argparse.SUPPRESS
            )
        else:
            flags.add_argument(
                one.flag, dest=one.flag, action="store_const", const="1", help=said, default=argparse.SUPPRESS
            )


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


def _flags(options: argparse.Namespace) -> dict[str, str]:
    """What was said by flags, as the environment would say it."""
    said = {name: value for name, value in vars(options).items() if name.startswith("--")}
    return {name: ",".join(cast("list[str]", one)) if isinstance(one, list) else one for name, one in said.items()}


def _settings(parser: argparse.ArgumentParser, options: argparse.Namespace) -> "Settings":
    from stocktrim_client.client import proxy_for
    from stocktrim_mcp_server.settings import SettingsError, from_env, is_address

    try:
        settings = from_env(os.environ, _flags(options))
        proxy = proxy_for(settings.api_url, os.environ)
        if proxy is not None and not is_address(proxy):
            raise SettingsError("The proxy of this machine's environment must be an address such as http://proxy:3128.")
    except SettingsError as error:
        parser.error(str(error))
    return settings.model_copy(update={"proxy": proxy})
