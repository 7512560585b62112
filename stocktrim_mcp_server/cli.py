"""The command line: serve a host, or show a demonstration. The only reader of the environment."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from stocktrim_client import __version__
from stocktrim_client.client import proxy_for
from stocktrim_mcp_server import demo, logs, server
from stocktrim_mcp_server.settings import Settings, SettingsError, from_env, is_address


def main(arguments: Sequence[str] | None = None) -> None:
    """Exit status: 0 done, 1 the demonstration failed, 2 an argument or setting that cannot be meant."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        settings = _settings(options)
    except SettingsError as error:
        parser.error(str(error))
    if options.command == "demo":
        sys.exit(asyncio.run(demo.show(settings.sandbox_products)))
    logs.configure(settings.log_level)
    # Ctrl-C ends the process as any other signal does: Python's own way would wait for the next line of stdin.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    asyncio.run(server.serve_stdio(settings))


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
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument("command", nargs="?", choices=["serve", "demo"], default="serve", help="default: serve")
    parser.add_argument("--sandbox", action="store_true", default=None, help="use built-in, made-up data")
    parser.add_argument("--sandbox-products", type=_count, metavar="N", help="size of the made-up catalogue")
    parser.add_argument("--read-only", action="store_true", default=None, help="never change anything in StockTrim")
    return parser


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number above 0")
    return int(text)


def _settings(options: argparse.Namespace) -> Settings:
    settings = from_env(os.environ)
    said = {
        name: getattr(options, name)
        for name in ("sandbox", "sandbox_products", "read_only")
        if getattr(options, name) is not None
    }
    proxy = proxy_for(settings.api_url, os.environ)
    if proxy is not None and not is_address(proxy):
        raise SettingsError("The proxy of this machine's environment must be an address such as http://proxy:3128.")
    return settings.model_copy(update={"proxy": proxy, **said})
