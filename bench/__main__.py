"""`uv run python -m bench`: every figure in one table; `--write` keeps it, `--check` insists on the targets."""

import argparse
import asyncio
import gc
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from bench import (
    call,
    company,
    concurrency,
    demo,
    machine,
    over_http,
    overhead,
    page,
    paging,
    planning,
    snapshot,
    start,
    tasks,
    tokens,
)
from bench.clean import Clean, clean_environment
from bench.figures import Figure, table

T = TypeVar("T")

CLIENT: dict[str, Callable[[], Awaitable[list[Figure]]]] = {
    "overhead": overhead.measure,
    "concurrency": concurrency.measure,
    "paging": paging.measure,
    "company": company.measure,
    "snapshot": snapshot.measure,
    "planning": planning.measure,
    "call": call.measure,
    "http": over_http.measure,
    "tokens": tokens.measure,
}
SERVER: dict[str, Callable[[Clean], Awaitable[list[Figure]]]] = {"start": start.measure, "demo": demo.measure}
TASKS = "tasks"
"""The buyer's questions: a table of their own."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 1 if `--check` finds a target missed."""
    parser = _parser()
    options = parser.parse_args(arguments)
    every = [*CLIENT, *SERVER, TASKS]
    asked: list[str] = options.figures or every
    if strange := [name for name in asked if name not in every]:
        parser.error(f"there is no figure {strange[0]!r}; there are {', '.join(every)}")
    if options.write and asked != every:
        parser.error("--write keeps all figures of one run, or none")
    before = machine.load()
    # What the bench itself has loaded is nobody's figure.
    gc.freeze()
    figures: list[Figure] = []
    for name in asked:
        if name in CLIENT:
            figures += _taken(name, CLIENT[name])
    server = [name for name in asked if name in SERVER]
    if server:
        with clean_environment() as clean:
            for name in server:
                figures += _taken(name, lambda measure=SERVER[name]: measure(clean))
    questions = tasks.table(_taken(TASKS, tasks.measure)) if TASKS in asked else ""
    facts = machine.described()
    if before is not None:
        facts.append(f"load of the machine in the minute before: {before:.2f}")
    if figures:
        print(table(figures))
    print("\n".join([questions, *facts] if questions else facts))
    if options.write:
        page.PATH.write_text(page.page(figures, facts, questions), encoding="utf-8")
    missed = [figure.name for figure in figures if figure.met is False]
    if missed:
        print(f"missed: {'; '.join(missed)}")
    return 1 if options.check and missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "figures", nargs="*", metavar="figure", help=f"of {', '.join([*CLIENT, *SERVER, TASKS])}; left out: all"
    )
    parser.add_argument("--write", action="store_true", help=f"write docs/{page.PATH.name}")
    parser.add_argument("--check", action="store_true", help="exit status 1 if a target is missed")
    return parser


def _taken(name: str, measure: Callable[[], Awaitable[list[T]]]) -> list[T]:
    async def run() -> list[T]:
        return await measure()

    print(f"{name} ...", end=" ", file=sys.stderr, flush=True)
    began = time.perf_counter()
    found = asyncio.run(run())
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    return found


if __name__ == "__main__":
    sys.exit(main())
