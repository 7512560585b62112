"""What was changed in StockTrim through this server, as the journal holds it, said to a model or a person."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from types import MappingProxyType
from typing import Any, cast

from pydantic import AwareDatetime, Field

from stocktrim_client.changes import Change, FieldChange
from stocktrim_client.history import Entry, Past, plain_noun
from stocktrim_client.journal import Record
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
"""Of an order that is listed; one that is about to be changed is shown whole."""

IDS = frozenset({"product_id", "component_id", "parent_id"})
"""Fields that hold a product's id, wherever in a record they stand."""

Codes = Mapping[str, str]
"""What people call products, by id."""

NO_CODES: Codes = MappingProxyType({})


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
    by: str | None = Field(default=None, description="Who asked for it")
    change_id: str
    undo_id: str | None = Field(default=None, description="Of the whole call")
    undoes: str | None = Field(default=None, description="The change it took back")
    undone_by: str | None = None
    said: tuple[str, ...] = ()


def past_change(entry: Entry, codes: Codes = NO_CODES) -> PastChange:
    """An entry as it is listed."""
    change = entry.change
    key, name = called(entry, codes), spoken(change.name or "", entry, codes)
    return PastChange(
        at=entry.at,
        outcome=entry.outcome,
        noun=change.noun,
        key=key,
        name=name if name not in ("", key) else None,
        kind=change.kind,
        fields=told(change, codes, MOST_LINES),
        tool=entry.tool,
        by=entry.caller,
        change_id=entry.change_id,
        undo_id=entry.batch,
        undoes=entry.undoes,
        undone_by=entry.undone_by,
        said=tuple(spoken(one, entry, codes) for one in _said(entry)),
    )


def called(entry: Entry, codes: Codes = NO_CODES) -> str:
    """What people call the record of a change."""
    noun, key = entry.change.noun, entry.change.key
    if noun == "component line":
        return " / ".join(codes.get(one, one) for one in key.split(" / "))
    if noun == "sales history":
        product, comma, days = key.partition(", ")
        return f"{codes.get(product, product)}{comma}{days}"
    if noun == "product" and key == entry.known.get("product_id"):
        return codes.get(key) or str(entry.known.get("code") or key)
    return codes.get(key, key) if plain_noun(noun) == "stock" else key


def spoken(text: str, entry: Entry, codes: Codes) -> str:
    """A sentence about a change with its products called as people call them, and not by their ids."""
    fields = {one.field: (one.before, one.after) for one in entry.change.fields}
    held = {one for record in (entry.before, entry.left, fields) for field, one in _texts(record) if field in IDS}
    ids = sorted(held & codes.keys(), key=len, reverse=True)
    if not ids:
        return text
    # An id can be a number like any other: only where one product is named.
    place = rf"(?:(?<= x )|(?<='))(?:{'|'.join(map(re.escape, ids))})(?![\w-])"
    return re.sub(place, lambda found: codes[found[0]], text)


def told(change: Change, codes: Codes = NO_CODES, most: int | None = None) -> tuple[str, ...]:
    """The fields of a change as people read them, of an order line by line. None: `most`, all lines are shown."""
    if change.noun != ORDER:
        return fields_of(change)
    if change.kind == "change":
        others = change.model_copy(update={"fields": tuple(one for one in change.fields if one.field != "lines")})
        moved = [text for one in change.fields if one.field == "lines" for text in _moved(one, codes)]
        return (*fields_of(others), *_first(moved, most))
    held = {one.field: one.before if change.kind == "delete" else one.after for one in change.fields}
    lines = _records(held.get("lines"))
    unpriced = sum(line.get("unit_price") is None for line in lines)
    without = f", {unpriced} of them without a price" if unpriced else ""
    head = f"{held.get('status') or 'no status'}, {len(lines)} line(s){without}, cost {_cost(lines):,.2f}"
    return (head, *_first([_line(line, codes) for line in lines], most))


def _first(lines: Sequence[str], most: int | None) -> Sequence[str]:
    if most is None or len(lines) <= most:
        return lines
    return [*lines[:most], f"and {len(lines) - most} more lines"]


def _moved(change: FieldChange, codes: Codes) -> Iterator[str]:
    """What of an order's lines is other than it was, by product."""
    before, after = _records(change.before), _records(change.after)
    there, becomes = _by_product(before, codes), _by_product(after, codes)
    if there == becomes:
        yield "lines: the same, arrived at other times of the day"
    for code in dict.fromkeys([*there, *becomes]):
        if there.get(code) != becomes.get(code):
            yield f"{code}: {there.get(code, '(not on it)')} -> {becomes.get(code, '(removed)')}"
    if (was := _cost(before)) != (becomes_cost := _cost(after)):
        yield f"cost: {was:,.2f} -> {becomes_cost:,.2f}"


def _by_product(lines: Sequence[Record], codes: Codes) -> dict[str, str]:
    """What an order holds of each product."""
    held: dict[str, str] = {}
    for line in lines:
        code = _code(line, codes)
        price = " without a price" if line.get("unit_price") is None else ""
        arrived = f", arrived {str(at)[:10]}" if (at := line.get("received_at")) else ""
        said = f"{_quantity(line)}{price or _price(line)}{arrived}"
        held[code] = f"{held[code]} + {said}" if code in held else said
    return held


def _line(line: Record, codes: Codes) -> str:
    return f"{_quantity(line)} x {_code(line, codes)}{_price(line)}"


def _code(line: Record, codes: Codes) -> str:
    product = str(line.get("product_id") or "?")
    return codes.get(product, product)


def _quantity(line: Record) -> str:
    return value_of(line.get("quantity") or 0)


def _price(line: Record) -> str:
    return "" if line.get("unit_price") is None else f" at {value_of(line['unit_price'])}"


def _cost(lines: Sequence[Record]) -> float:
    return round(sum((line.get("quantity") or 0) * (line.get("unit_price") or 0) for line in lines), 2)


def _records(value: Any) -> Sequence[Record]:
    return cast(Sequence[Record], value or ())


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
    by = f" for {one.by}" if one.by else ""
    lines = [
        f"{one.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC  {one.outcome}: {one.kind} {one.noun} {one.key!r}{name}",
        *(f"  {field}" for field in one.fields),
        *(f"  {said}" for said in one.said),
        f"  {one.tool or 'a script'}{by}, change {one.change_id}{call}{undone}",
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
