"""What a buyer's questions cost a model: calls, and the tokens of what it reads for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.server.tasks.desk import desk
from tests.server.tasks.questions import QUESTIONS


@dataclass(frozen=True, slots=True)
class Asked:
    """One question at each size of account: calls and tokens."""

    words: str
    calls: tuple[int, ...]
    tokens: tuple[int, ...]


SIZES = (24, 3_000, 10_000)


async def measure(sizes: Sequence[int] = SIZES) -> list[Asked]:
    """Every question by its script, each in a new session, at accounts of so many products."""
    calls: dict[str, list[int]] = {}
    tokens: dict[str, list[int]] = {}
    for products in sizes:
        async with desk(products) as at:
            for words, script, is_later in QUESTIONS:
                if is_later:
                    await at.a_week_later()
                async with at.assistant() as assistant:
                    await script(assistant)
                calls.setdefault(words, []).append(assistant.calls)
                tokens.setdefault(words, []).append(assistant.tokens)
    return [Asked(words, tuple(calls[words]), tuple(tokens[words])) for words in calls]


def table(asked: Sequence[Asked], sizes: Sequence[int] = SIZES) -> str:
    """The questions as a markdown table; where the number of calls depends on the size, each is said."""
    header = ["a buyer's question", "calls", *(f"tokens at {products:,}" for products in sizes)]
    rows = [header, *([one.words, _calls(one.calls), *(f"{count:,}" for count in one.tokens)] for one in asked)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(header))]
    lines = ["| " + " | ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) + " |" for row in rows]
    rule = "|" + "-" * (widths[0] + 2) + "|" + "".join("-" * (width + 1) + ":|" for width in widths[1:])
    return "\n".join([lines[0], rule, *lines[1:]])


def _calls(counts: Sequence[int]) -> str:
    return str(counts[0]) if len(set(counts)) == 1 else ", ".join(map(str, counts))
