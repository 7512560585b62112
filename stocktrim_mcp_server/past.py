"""What was changed in StockTrim through this server, as the journal holds it, said to a model or a person."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from types import MappingProxyType
from typing import Any, cast

from pydantic import AwareDatetime, Field

from stocktrim_client.changes import Change
from stocktrim_client.history import Entry, Past
from stocktrim_client.models import Model
from stocktrim_mcp_server.answers import visible
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, short
from stocktrim_mcp_server.rails import ORDER
from stocktrim_mcp_server.writing import fields_of, value_of

NAMING = frozenset(
    {"code", "product_id", "component_id", "reference", "reference_number", "supplier_code", "supplier_name"}
)
"""Fields that name a product, an order or a supplier, wherever in a record they stand."""


MOST_LINES = 10
"""Of an order, shown."""


class PastChange(Model):
    """One record that was changed, or was to be."""

    at: AwareDatetime
    outcome: str
    noun: str
    key: str
    name: str | None = None
    kind: str
    fields: tuple[str, ...] = Field(default=(), description="Before -> after")
    tool: str | None = None
    change_id: str
    undo_id: str | None = Field(default=None, description="Of the whole call")
    undoes: str | None = Field(default=None, description="The change it took back")
    undone_by: str | None = None
    said: tuple[str, ...] = ()


def past_change(entry: Entry, codes: Mapping[str, str] = MappingProxyType({})) -> PastChange:
    """An entry as it is shown. `codes`: what people call products, by id."""
    change = entry.change
    return PastChange(
        at=entry.at,
        outcome=entry.outcome,
        noun=change.noun,
        key=change.key,
        name=change.name if change.name != change.key else None,
        kind=change.kind,
        fields=told(change, codes),
        tool=entry.tool,
        change_id=entry.change_id,
        undo_id=entry.batch,
        undoes=entry.undoes,
        undone_by=entry.undone_by,
        said=_said(entry),
    )


def told(change: Change, codes: Mapping[str, str] = MappingProxyType({})) -> tuple[str, ...]:
    """The fields of a change as people read them; of an order that is new or gone what stands on it."""
    if change.noun != ORDER or change.kind == "change":
        return fields_of(change)
    held = {one.field: one.before if change.kind == "delete" else one.after for one in change.fields}
    lines = cast(Sequence[Mapping[str, Any]], held.get("lines") or ())
    prices = [line.get("unit_price") for line in lines]
    cost = sum((line.get("quantity") or 0) * (line.get("unit_price") or 0) for line in lines)
    unpriced = f", {prices.count(None)} of them without a price" if None in prices else ""
    head = f"{held.get('status') or 'no status'}, {len(lines)} line(s){unpriced}, cost {cost:,.2f}"
    more = [f"and {len(lines) - MOST_LINES} more lines"] if len(lines) > MOST_LINES else []
    return (head, *(_line(line, codes) for line in lines[:MOST_LINES]), *more)


def _line(line: Mapping[str, Any], codes: Mapping[str, str]) -> str:
    product = str(line.get("product_id") or "?")
    price = "" if line.get("unit_price") is None else f" at {value_of(line['unit_price'])}"
    return f"{value_of(line.get('quantity') or 0)} x {short(codes.get(product, product), NAME_SHOWN)}{price}"


def names_of(entry: Entry) -> set[str]:
    """What a change can be asked for by, in lower case: its record's names, of an order also its products'."""
    change = entry.change
    fields = {one.field: (one.before, one.after) for one in change.fields}
    found = {text for record in (entry.before, entry.left, fields) for field, text in _texts(record) if field in NAMING}
    # A component line is called by two products, deleted sales by a product and days.
    found |= {change.key, *change.key.split(" / "), change.key.partition(", ")[0], change.name or ""}
    return {one.casefold() for one in found}


def in_words(past: Past) -> str:
    """Changes for people, the newest first: what became of each, and below it what it changed."""
    said = [f"{past.damaged} line(s) of the journal are damaged and left out."] if past.damaged else []
    if past.more:
        said.append("There are older ones: --limit shows more.")
    return "\n\n".join([*map(_block, past.entries), *said])


def as_json(past: Past) -> str:
    """The same for programs, a line each."""
    return "\n".join(past_change(one).model_dump_json(exclude_none=True) for one in past.entries)


def _block(entry: Entry) -> str:
    one = past_change(entry)
    name = f" ({one.name})" if one.name else ""
    undone = f", undone by {one.undone_by}" if one.undone_by else f", undoes {one.undoes}" if one.undoes else ""
    call = f" of call {one.undo_id}" if one.undo_id else ""
    lines = [
        f"{one.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC  {one.outcome}: {one.kind} {one.noun} {one.key!r}{name}",
        *(f"  {field}" for field in one.fields),
        *(f"  {said}" for said in one.said),
        f"  {one.tool or 'a script'}, change {one.change_id}{call}{undone}",
    ]
    # What stands in the account must not write on a terminal as it likes.
    return "\n".join(map(visible, lines))


def _said(entry: Entry) -> tuple[str, ...]:
    said: list[str] = []
    if entry.outcome == "sending":
        said.append("On its way just now.")
    if entry.outcome == "unknown":
        what = f"{entry.change.noun} {short(entry.change.key, NAME_SHOWN)!r}"
        said.append(f"Not known whether it was made: look at the {what} in StockTrim before doing it again.")
    said += entry.warnings
    # Of what is settled by now, the error told only of the doubt.
    if entry.error and entry.outcome not in ("applied", "not_applied"):
        said.append(entry.error)
    return tuple(map(short, said))


def _texts(value: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Every text inside a record, with the field it stands in."""
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, Mapping):
        for name, one in cast(Mapping[str, Any], value).items():
            yield from _texts(one, name)
    elif isinstance(value, Iterable):
        for one in cast(Iterable[Any], value):
            yield from _texts(one, field)
