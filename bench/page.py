"""docs/performance.md, written from one run."""

from collections.abc import Sequence

from bench.figures import Figure, table
from bench.processes import ROOT

PATH = ROOT / "docs" / "performance.md"

HEAD = """\
# Performance

Written by `uv run python -m bench --write`; do not edit. Each figure is compared with a floor that was measured in the
same run on the same machine (or computed, where that is said): the comparison travels, the milliseconds do not.
`--check` ends with status 1 if a target is missed. The upstream is always a process of its own on the loopback
interface, without TLS."""

REASONS = """\
## What makes it so

- The transport runs an attempt as one task and reads httpx's trace events for its phase; the rest of a call is a table
  look-up and arithmetic.
- Requests that start together are handed to the pool one by one, each as soon as the one before has found its
  connection: otherwise httpcore offers the same idle connection to all of them, and all but one ask again.
- Pages are asked for ahead of their turn. The transport sends eight at a time; the others stand ready, so that no slot
  is empty while a page is parsed.
- Large answers are decoded and turned into models row by row, in slices of about a millisecond, and all lists that are
  being read share one slice at a time: a small call, which needs several turns of the event loop, waits for as many
  slices.
- What is left of the longest waits is Python's garbage collector, and the release of a large list.
- The server imports no command line or terminal library, builds nothing at import time, and makes its HTTP client at
  the first call.
"""


QUESTIONS = """\
Each question is answered through tool calls alone by a script that takes its arguments from the question or from an
answer before (`tests/server/tasks`), and checked there against what the sandbox holds. Calls: where they depend on the
size, each is said. Tokens: characters / 4 of the text a model reads, all calls of a question together."""


def page(figures: Sequence[Figure], facts: Sequence[str], questions: str = "") -> str:
    """The whole file; `questions` is the table of them."""
    named: dict[str, list[str]] = {}
    for figure in figures:
        named.setdefault(figure.floor_is, []).append(figure.name)
    floors = "\n".join(f"- **{'; '.join(names)}**: {floor}" for floor, names in named.items() if floor)
    measured_on = "\n".join(f"- {fact}" for fact in facts)
    asked = f"## A buyer's questions\n\n{QUESTIONS}\n\n{questions}\n\n" if questions else ""
    return (
        f"{HEAD}\n\n## Figures\n\n{table(figures)}\n\n"
        "Compared: measured / floor (x), or measured - floor (+). Range: the same of each repeat, where there are "
        "several. Rows without a target are for information.\n\n"
        f"{asked}## Where\n\n{measured_on}\n\n## Floors\n\n{floors}\n\n{REASONS}"
    )
