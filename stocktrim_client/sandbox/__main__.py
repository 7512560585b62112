"""`python -m stocktrim_client.sandbox`: a StockTrim on this machine, with every switch of `Quirks` as an option."""

import argparse
import asyncio
import gc
import signal
import sys
from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any, get_args, get_type_hints

from stocktrim_client.sandbox import Quirks, Sandbox, serve


def parser() -> argparse.ArgumentParser:
    """Every option there is."""
    options = argparse.ArgumentParser(
        prog="python -m stocktrim_client.sandbox", description="A StockTrim in memory, on a local port."
    )
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=8765, help="0: any free one")
    options.add_argument("--products", type=int, default=24)
    options.add_argument("--customers", type=int, default=40)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--today", type=date.fromisoformat, default=None, help="as 2026-11-23; left out: today")
    options.add_argument("--latency-ms", type=float, default=0.0)
    options.add_argument("--forecast-seconds", type=float, default=60.0)
    options.add_argument("--auth-id", default="sandbox")
    options.add_argument("--auth-signature", default="sandbox")
    options.add_argument("--reading", choices=sorted(Quirks.readings()), default="best evidence")
    switches = options.add_argument_group("switches, for what is not known of the real one")
    hints = get_type_hints(Quirks)
    for switch in fields(Quirks):
        names = [f"--{switch.name.replace('_', '-')}"]
        if switch.name == "order_status":
            names.append("--status")
        choices: tuple[Any, ...] = get_args(hints[switch.name])
        if choices:
            switches.add_argument(
                *names, dest=switch.name, choices=choices, type=int if isinstance(choices[0], int) else str
            )
        elif hints[switch.name] is bool:
            switches.add_argument(*names, dest=switch.name, action=argparse.BooleanOptionalAction, default=None)
        else:
            switches.add_argument(*names, dest=switch.name, type=hints[switch.name])
    return options


def sandbox_of(asked: argparse.Namespace) -> Sandbox:
    """The sandbox that was asked for."""
    chosen: dict[str, Any] = {each.name: getattr(asked, each.name) for each in fields(Quirks)}
    reading = Quirks.readings()[asked.reading]
    quirks = Quirks(**{name: getattr(reading, name) if value is None else value for name, value in chosen.items()})
    return Sandbox(
        asked.products,
        customers=asked.customers,
        today=asked.today,
        quirks=quirks,
        latency=asked.latency_ms / 1000,
        forecast_seconds=asked.forecast_seconds,
        auth_id=asked.auth_id,
        auth_signature=asked.auth_signature,
        seed=asked.seed,
    )


async def run(asked: argparse.Namespace) -> None:
    """Serve until somebody says stop."""
    sandbox = sandbox_of(asked)
    stop = asyncio.Event()
    if sys.platform != "win32":
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, stop.set)
    # What was built stays: the collector need not walk it again while a request waits.
    gc.collect()
    gc.freeze()
    async with serve(sandbox, host=asked.host, port=asked.port) as address:
        sys.stdout.write(
            f"StockTrim sandbox at {address}  api-auth-id: {asked.auth_id}  api-auth-signature: {asked.auth_signature}"
            f"  products: {len(sandbox.shop.products)}  (Ctrl-C ends it)\n"
        )
        sys.stdout.flush()
        await stop.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    try:
        asyncio.run(run(parser().parse_args(arguments)))
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        sys.stderr.write(f"The sandbox cannot listen there: {error}.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
