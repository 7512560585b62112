"""The question put to a person before anything is changed: plain words for somebody busy, and no markup. Pure.

What is done comes first, then what to know of it, then every change whole, then what cannot be taken back.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, cast

from pydantic import BaseModel

from stocktrim_client.changes import Change, Kind
from stocktrim_client.undo import NEVER, UNDELETABLE
from stocktrim_mcp_server.answers import exact, visible
from stocktrim_mcp_server.planning.nearest import where_offered
from stocktrim_mcp_server.rails import ORDER
from stocktrim_mcp_server.writing import RecordOutcome, WriteReport, fields_of

LONGEST_QUESTION = 10_000
"""Characters that a person can be expected to read, and a host to show. A longer question is not asked."""

RESTORING = "undo_change"
"""The tool that only puts back what was there."""

STOCK = "stock"
"""With its place behind it, what a stock level's change is of."""

_NAME = re.compile(r"[a-z]+(?:_[a-z]+)*")

_LOST: Mapping[str, str] = {
    "product": "A deleted product can be made again, but its sales history is gone for good.",
    "supplier": "A deleted supplier can be made again, but its links to products may be lost.",
}
_MADE_AGAIN = "What is deleted can be made again under the same code or number."

_NOW = re.compile(r"\b(?:(is|are) \d+ (?:second|minute)s? old|(was|were) read just now)\b")
_AGO = re.compile(r"\b\d+ (?:second|minute)s? ago\b|(?<=read |plan )just now\b")
"""Ages as warnings say them, of which the question shows no more than that they are small."""


class Question(NamedTuple):
    """A question. `fitting`: how many of its changes one question holds."""

    text: str
    changes: int
    fitting: int

    @property
    def is_whole(self) -> bool:
        """Whether it can be asked."""
        return len(self.text) <= LONGEST_QUESTION


class _Line(Protocol):
    product: str
    name: str | None
    quantity: float | None
    unit_price: float | None


class _Order(Protocol):
    """An order as every tool that writes one shows it beside its change."""

    reference: str | None
    supplier_name: str | None
    lines: Sequence[_Line]


def question_of(
    result: BaseModel, tool: str, changes: Sequence[Change], warnings: Sequence[str], check: str
) -> Question:
    """The question for these changes, each of which `result` shows; for the same ones it is the same, word for word."""
    rows = _rows(result, changes)
    is_mixed = len({(row.kind, row.noun) for row in rows}) > 1
    orders = {one.reference: one for one in cast(Sequence[_Order], getattr(result, "orders", ()))}
    planned = getattr(result, "planned", None)
    blocks = [_block(row, orders.get(row.key), is_mixed=is_mixed) for row in rows if not planned]
    head = [
        _headline(tool, rows, getattr(result, "total_cost", None)),
        *([visible(planned)] if planned else ()),
        "\n".join(f"Warning: {visible(_ageless(one))}" for one in warnings),
        "\n".join(blocks),
    ]
    for_good = [one for one in _for_good(rows) if one not in (planned or "")]
    foot = "\n".join(filter(None, [" ".join(for_good), f"Check {check}: exactly these changes."]))
    text = "\n\n".join([*filter(None, head), foot])
    room = LONGEST_QUESTION - (len(text) - sum(len(one) + 1 for one in blocks))
    fitting = 0
    for block in blocks:
        room -= len(block) + 1
        fitting += room >= 0
    return Question(text, len(rows), fitting)


def with_all(result: BaseModel, changes: Sequence[Change]) -> BaseModel:
    """A preview that shows each of these changes: as its tool does, or as they are where it leaves one out."""
    if not isinstance(result, WriteReport) or sum(one.outcome == "planned" for one in result.changes) == len(changes):
        return result
    others = [one for one in result.changes if one.outcome != "planned"]
    return result.model_copy(update={"changes": (*_plain(changes), *others)})


def _rows(result: BaseModel, changes: Sequence[Change]) -> list[RecordOutcome]:
    if isinstance(result, WriteReport):
        return [one for one in result.changes if one.outcome == "planned"]
    return _plain(changes)


def _plain(changes: Sequence[Change]) -> list[RecordOutcome]:
    rows = [
        RecordOutcome(
            key=one.key, noun=one.noun, outcome="planned", kind=one.kind, name=one.name, fields=fields_of(one)
        )
        for one in changes
    ]
    # They come in the order in which StockTrim happened to answer.
    return sorted(rows, key=repr)


def _block(row: RecordOutcome, order: _Order | None, *, is_mixed: bool) -> str:
    """A change on lines of its own."""
    lines = [] if order is None or row.kind == "change" else [_line(one) for one in order.lines]
    name = row.name or (order.supplier_name if order is not None else None)
    if row.noun.startswith(STOCK):
        # Where it lies stands in no other place.
        head = f"{row.noun}: {row.key}" if row.noun != STOCK or is_mixed else row.key
    else:
        head = f"{row.kind} {row.noun} {row.key}" if is_mixed else row.key
    # Of an order a SKU may stand before the colon.
    fields = [visible(one) if row.noun == ORDER else _in_words(one) for one in row.fields]
    fields = [", ".join(fields), *lines] if lines else fields
    return "\n".join(
        [visible(f"{head}, {name}" if name and name != row.key else head), *(f"  {one}" for one in fields)]
    )


def _in_words(field: str) -> str:
    name, colon, rest = field.partition(":")
    return visible(f"{name.replace('_', ' ')}{colon}{rest}" if _NAME.fullmatch(name) else field)


def _line(line: _Line) -> str:
    quantity, price = line.quantity, line.unit_price
    name = f" {line.name}" if line.name else ""
    cost = "" if price is None else f" at {exact(price)} = {(quantity or 0) * price:,.2f}"
    note = f" ({one})" if (one := getattr(line, "note", None)) else ""
    return visible(f"{'?' if quantity is None else exact(quantity)} x {line.product}{name}{cost}{note}")


def _headline(tool: str, rows: Sequence[RecordOutcome], total: float | None) -> str:
    is_undo = tool == RESTORING
    count = Counter(_doing(row.kind or "change", row.noun, is_undo=is_undo) for row in rows)
    done = [
        f"{verb} {noun}" if verb.endswith(" the") else f"{verb} {number} {noun}{'' if number == 1 else 's'}"
        for (verb, noun), number in count.items()
    ]
    said = done[0] if len(done) == 1 else f"{', '.join(done[:-1])} and {done[-1]}"
    if is_undo:
        return f"Take back in StockTrim: {said}?"
    cost = "" if total is None else f", {total:,.2f} in all"
    return f"{said[:1].upper()}{said[1:]} in StockTrim{cost}?"


def _doing(kind: Kind, noun: str, *, is_undo: bool) -> tuple[str, str]:
    """What is done to what, in words."""
    if noun.startswith(STOCK):
        return "set", "stock level"
    if noun == "forecast run":
        return "start the", noun
    if noun == "sales history":
        return "delete the sales of", "product"
    if noun == "sale" and not is_undo:
        return "record", noun
    return ("draft" if noun == ORDER and kind == "create" and not is_undo else kind), noun


def _for_good(rows: Sequence[RecordOutcome]) -> Iterator[str]:
    """What cannot be taken back, in sentences."""
    said = dict.fromkeys(one for row in rows if (one := _lost(row.kind, row.noun)) is not None)
    yield from said or [where_offered(RESTORING, "This can be undone.", "This can be undone in StockTrim alone.")]


def _lost(kind: Kind | None, noun: str) -> str | None:
    if noun in NEVER:
        return NEVER[noun]
    if kind == "delete":
        return _LOST.get(noun, _MADE_AGAIN)
    if noun.startswith(STOCK):
        return "Undone only as far as StockTrim can: what is on order stays a figure set by hand."
    if noun == "sale":
        return "A recorded sale cannot be deleted again, only set to 0."
    if kind == "create" and noun in UNDELETABLE:
        return f"A new {noun} stays: StockTrim offers no way to delete it."
    return None


def _ageless(text: str) -> str:
    """A warning without an age: a question that counts minutes would be another by the time it is answered."""
    return _AGO.sub("less than 2 hours ago", _NOW.sub(_not_old, text))


def _not_old(found: re.Match[str]) -> str:
    are = "is" if {"is", "was"} & {*found.groups()} else "are"
    return f"{are} less than 2 hours old"
