"""One result, said twice: compact structured data, and text. Hosts show a model only one of the two.

Both come from the same model, so neither can hold what the other lacks. The text is warnings first, then single
values, then each list as a table under its heading. A model with `columns` and `rows` is one table by itself.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeGuard, Union, cast, get_args, get_origin

from mcp_types import CallToolResult, TextContent
from pydantic import AwareDatetime, BaseModel, Field, WithJsonSchema

from stocktrim_client.models import Model
from stocktrim_client.snapshot import Standing
from stocktrim_client.snapshot.standing import in_words
from stocktrim_mcp_server.planning.bounds import short

WIDEST_TABLE = 14
"""Columns; a list with more is written record by record."""

INLINE_FIELDS = 4
"""Records inside a record that have no more fields than this are written on its line."""

LONGEST_INLINE = 60
"""Characters of a text or a list on the one line of a wide record; longer ones have lines of their own."""

MOST_CHARACTERS = 75_000
"""Of either channel: hosts cut off at 25,000 tokens, and codes and figures have three characters a token."""

MOST_REFUSED = 4_000
"""Characters of an error."""

LONGEST_TEXT = 2_000
"""Characters of one text in an answer that must be cut."""

MOST_SAID = 12
"""Sentences put before an answer: of each default one, and what else there is to say."""

CUT = (
    "Cut here by size: lists and long texts are not shown whole, and there is no cursor behind the cut. Ask again for "
    "fewer, with a smaller limit or more filters."
)

FRESH_SECONDS = 60
"""Younger records are simply as they are now."""

SMALL, DIGITS_OF_SMALL = 0.001, 4
"""Below it four decimals would show next to nothing, and this number of digits is shown."""

_TINIEST, _HUGEST = 1e-12, 1e16

_TYPES: Mapping[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    date: "string",
    BaseModel: "object",
}

_LAST = ("total", "next_cursor")
_LIST_BOUNDS = {"minLength": "minItems", "maxLength": "maxItems"}
"""Where a validator stands before it, pydantic writes a list's bounds as if it were a text."""

_WRITTEN = re.compile(r"\\u([0-9a-f]{4})|\\U([0-9a-f]{8})")


LIST = WithJsonSchema({"type": "array"})
"""A list of records in a published schema: what they hold stands in the answers, and would cost every session."""


class Dated(Model):
    """An answer made of records on hand: how old they are, and what must be known of them."""

    as_of: AwareDatetime | None = Field(default=None, description="When the oldest of the records was read")
    age: str | None = None
    warnings: tuple[str, ...] = ()


def dated(standing: Standing, *warnings: str) -> dict[str, Any]:
    """The fields of `Dated`, for an answer made of these records."""
    ages = [one.age_seconds for one in standing.kinds if one.age_seconds is not None]
    return {
        "as_of": standing.as_of,
        "age": f"records read {ago(max(ages))}" if ages else None,
        "warnings": (*warnings, *standing.warnings),
    }


def ago(seconds: float) -> str:
    """How long ago, as every answer says it: "just now", "12 minutes ago"."""
    return "just now" if seconds < FRESH_SECONDS else f"{in_words(seconds)} ago"


def answer(result: BaseModel, *said: str) -> CallToolResult:
    """What is sent for a result: nulls and optional empty lists left out, in both forms; what is said of it first.

    Never more than hosts take: what is longer is cut, and says so.
    """
    said = tuple(short(visible(one), LONGEST_TEXT) for one in said[:MOST_SAID])
    text, structured = _both(result, said)
    room, whole = MOST_CHARACTERS, result
    while (size := _size(text, structured)) > MOST_CHARACTERS and room > 1:
        if whole is result:
            whole = _with_short_texts(result)
        else:
            # Names of fields count in one channel only, so what is cut may still be too much.
            room = min(room * 9 // 10, room * MOST_CHARACTERS // size)
        text, structured = _both(_cut(whole, room), (CUT, *said))
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=structured)


def _both(result: BaseModel, said: Sequence[str]) -> tuple[str, dict[str, Any]]:
    text, structured = text_of(result), _trimmed(result, result.model_dump(mode="json", exclude_none=True))
    if said:
        text = "\n\n".join([*(f"Warning: {one}" for one in said), text])
        structured["warnings"] = [*said, *structured.get("warnings", ())]
    return text, structured


def _size(text: str, structured: Mapping[str, Any]) -> int:
    return max(len(text), len(json.dumps(structured, ensure_ascii=False, separators=(",", ":"))))


def _with_short_texts(value: Any) -> Any:
    """One long text must not take the place of all that stands behind it."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else f"{value[:LONGEST_TEXT]}…"
    if isinstance(value, BaseModel):
        return value.model_copy(update={name: _with_short_texts(one) for name, one in value})
    if isinstance(value, tuple):
        return tuple(map(_with_short_texts, cast(tuple[Any, ...], value)))
    return value


def _cut(value: Any, room: int) -> Any:
    """As much of a value as has about so many characters: small parts whole, of large ones the beginning."""
    if isinstance(value, BaseModel):
        sizes = {name: _length(one) for name, one in value}
        cut: dict[str, Any] = {"next_cursor": None} if "next_cursor" in sizes else {}
        for at, (name, size) in enumerate(sorted(sizes.items(), key=lambda item: item[1])):
            share = room // (len(sizes) - at)
            if size > share:
                cut[name] = _cut(getattr(value, name), share)
            room -= min(size, share)
        return value.model_copy(update=cut)
    if isinstance(value, tuple):
        items = cast(tuple[Any, ...], value)
        for count, one in enumerate(items):
            room -= (size := _length(one))
            if room < 0:
                return items[:count] or (_cut(one, room + size),)
        return items
    return value


def _length(value: Any) -> int:
    """About how many characters a value has, written out."""
    if isinstance(value, BaseModel):
        return sum(len(name) + _length(one) for name, one in value if one is not None)
    if isinstance(value, tuple):
        return sum(_length(one) + 2 for one in cast(tuple[Any, ...], value))
    return 0 if value is None else len(str(value))


def refusal(text: str) -> CallToolResult:
    """An error as the model reads it: what happened, and what to do next."""
    text = text if len(text) <= MOST_REFUSED else f"{text[:MOST_REFUSED]}…"
    shown = "\n".join(visible(line) for line in text.splitlines())
    return CallToolResult(content=[TextContent(type="text", text=shown)], is_error=True)


def text_of(result: BaseModel) -> str:
    """A result as text."""
    fields = _present(result)
    parts = [f"Warning: {_cell(warning)}" for warning in fields.pop("warnings", ())]
    last = {name: fields.pop(name) for name in _LAST if name in fields}
    table = _columnar(fields.pop("columns"), fields.pop("rows", ())) if "columns" in fields else None
    single = {name: value for name, value in fields.items() if not _is_records(value)}
    if single:
        parts.append("\n".join(f"{_words(name)}: {_cell(value)}" for name, value in single.items()))
    if table is not None:
        parts.append(table)
    lists = {name: _list(value) for name, value in fields.items() if _is_records(value)}
    # Of several lists each needs its name; groups have headings of their own.
    parts += [
        text if len(lists) == 1 or text.startswith("## ") else f"## {_words(name)}\n\n{text}"
        for name, text in lists.items()
    ]
    if last:
        parts.append(", ".join(f"{_words(name)}: {_cell(value)}" for name, value in last.items()))
    return "\n\n".join(parts) or "Nothing."


def _list(records: tuple[BaseModel, ...]) -> str:
    """A list as one table, or group by group where its records hold lists of their own."""
    rows = [_present(record) for record in records]
    if any(_is_table(value) for row in rows for value in row.values()):
        return "\n\n".join(_group(row) for row in rows)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    # A bar inside a cell would split it, and a code must stand as it is.
    if len(columns) > WIDEST_TABLE or any("|" in _cell(value) for row in rows for value in row.values()):
        return "\n\n".join(_block(row) for row in rows)
    return _table(columns, rows)


def _group(row: Mapping[str, Any]) -> str:
    inner = {name: value for name, value in row.items() if _is_table(value)}
    heading = _block({name: value for name, value in row.items() if name not in inner})
    return "\n\n".join([f"## {heading}", *(_list(value) for value in inner.values())])


def _block(row: Mapping[str, Any]) -> str:
    """A wide record for people as well: what is short on one line, long texts and lists on lines of their own."""
    long = {name: value for name, value in row.items() if len(_cell(value)) > LONGEST_INLINE}
    lines = [_record({name: value for name, value in row.items() if name not in long})]
    for name, value in long.items():
        if isinstance(value, tuple) and len(texts := cast(tuple[Any, ...], value)) > 1:
            # Set in, so that no text of the account begins a line.
            lines += [f"{_words(name)}:", *(f"  {_cell(one)}" for one in texts)]
        else:
            lines.append(f"{_words(name)}: {_cell(value)}")
    return "\n".join(line for line in lines if line)


def _record(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{_words(name)}: {_cell(value)}" for name, value in row.items())


def _table(columns: list[str], rows: list[dict[str, Any]]) -> str:
    lines = ["| " + " | ".join(_words(column) for column in columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_cell(row.get(column)) for column in columns) + " |" for row in rows]
    return "\n".join(lines)


def _columnar(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Rows without field names of their own, as one table; row by row where a cell holds a bar."""
    headings = [visible(column) for column in columns]
    cells = [[_cell(value) for value in row] for row in rows]
    if any("|" in cell for row in (headings, *cells) for cell in row):
        return "\n".join(", ".join(map(": ".join, zip(headings, row, strict=True))) for row in cells)
    lines = ["| " + " | ".join(headings) + " |", "|" + " --- |" * len(headings)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in cells)])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, BaseModel):
        return _inline(_present(value))
    if _is_records(value):
        return "; ".join(_cell(one) for one in value)
    if isinstance(value, tuple | list):
        return ", ".join(_cell(one) for one in cast(tuple[Any, ...], value))
    return visible(str(value))


def _inline(fields: dict[str, Any]) -> str:
    """A record inside a cell: what it is known by, which stands first, then the rest by name."""
    first, *rest = fields.items() or [("", None)]
    said = ", ".join(f"{_words(name)} {_cell(one)}" for name, one in rest)
    return f"{_cell(first[1])} ({said})" if said else _cell(first[1])


def number(value: float) -> str:
    """As people write it: no trailing zeros, up to four decimals, of what is smaller four digits; no exponent."""
    if not math.isfinite(value):
        return "not a number"
    size = abs(value)
    if size and not _TINIEST <= size < _HUGEST:
        # Hundreds of zeros are for nobody.
        return repr(value)
    decimals = 4 if size == 0 or size >= SMALL else DIGITS_OF_SMALL - 1 - math.floor(math.log10(size))
    return f"{abs(value) if size == 0 else value:.{decimals}f}".rstrip("0").rstrip(".")


def exact(value: float) -> str:
    """Every digit of a number, no exponent: what is approved must not be another to the eye."""
    if not math.isfinite(value):
        return "not a number"
    if value == 0 or isinstance(value, int):
        return str(int(value))
    if not _TINIEST <= abs(value) < _HUGEST:
        return repr(value)
    text = f"{Decimal(repr(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def fits(result: BaseModel) -> bool:
    """Whether an answer shows all of a result, with room for what is said before it."""
    return _size(*_both(result, ())) <= MOST_CHARACTERS - LONGEST_TEXT


def visible(text: str) -> str:
    """Text from the account with nothing hidden in it: what cannot be seen is written out as its code point."""
    return text if text.isprintable() else "".join(one if one.isprintable() else _written(one) for one in text)


def unwritten(text: str) -> str:
    """A text as it was before `visible` wrote it out."""
    return _WRITTEN.sub(_unwritten, text)


def _unwritten(found: re.Match[str]) -> str:
    point = int(found[1] or found[2], 16)
    # Half a surrogate pair is no character, and cannot be sent.
    return found[0] if 0xD800 <= point <= 0xDFFF or point > 0x10FFFF else chr(point)


def _written(one: str) -> str:
    return f"\\u{ord(one):04x}" if ord(one) <= 0xFFFF else f"\\U{ord(one):08x}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _present(record: BaseModel) -> dict[str, Any]:
    """The fields that say something; a single nested record is spread out beside the others."""
    fields: dict[str, Any] = {}
    for name in _told(type(record)):
        value = getattr(record, name)
        if isinstance(value, BaseModel):
            fields |= {f"{name} {inner}": one for inner, one in _present(value).items()}
        elif value is not None and value != ():
            fields[name] = value
    return fields


def _is_records(value: Any) -> TypeGuard[tuple[BaseModel, ...]]:
    """Whether a value is a list of records; the house's models hold lists as tuples."""
    items = cast(tuple[Any, ...], value) if isinstance(value, tuple) else ()
    return bool(items) and isinstance(items[0], BaseModel)


def _is_table(value: Any) -> bool:
    """Whether a list inside a record is too much for its line."""
    return _is_records(value) and len(_told(type(value[0]))) > INLINE_FIELDS


def _told(record: type[BaseModel]) -> list[str]:
    """The fields that both channels say: what is excluded is for our own sentences."""
    return [name for name, field in record.model_fields.items() if not field.exclude]


def _trimmed(value: Any, dumped: Any) -> Any:
    """What is sent of a value: lists that may be absent are when empty, and hidden characters are written out."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        members = cast(dict[str, Any], dumped)
        return {
            name: _trimmed(getattr(value, name), one)
            for name, one in members.items()
            if one != [] or fields[name].is_required()
        }
    if isinstance(value, tuple):
        items = cast(tuple[Any, ...], value)
        return [_trimmed(one, part) for one, part in zip(items, cast(list[Any], dumped), strict=True)]
    return visible(dumped) if isinstance(dumped, str) else dumped


def slim(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema every host reads: references put in place, no titles, no `anyOf` with null, no empty defaults.

    Some hosts refuse `additionalProperties`, and it would tell a model nothing.
    """
    definitions = cast(dict[str, Any], schema.get("$defs", {}))
    return cast(dict[str, Any], _slim({name: part for name, part in schema.items() if name != "$defs"}, definitions))


def published(result: type[BaseModel]) -> dict[str, Any]:
    """What of a result's schema every session pays for: lists of records, what is always there, what to go on with.

    Names and types alone, of lists no more than `LIST` says: what they mean, and what else there is to say, stands in
    the answers. Read from the fields, as the whole schema, built only to be cut, costs each start more than the tools.
    Raises: TypeError for a type no answer has.
    """
    fields = result.model_fields
    shapes = {
        name: _shape(field.annotation, field.metadata)
        for name, field in fields.items()
        if field.is_required() or name == "next_cursor" or _holds_records(field.annotation)
    }
    required = [name for name, field in fields.items() if field.is_required()]
    return {"properties": shapes, **({"required": required} if required else {}), "type": "object"}


def _holds_records(annotation: Any) -> bool:
    inner = get_args(annotation)[:1] if get_origin(annotation) is tuple else ()
    return any(isinstance(one, type) and issubclass(one, BaseModel) for one in inner)


def _shape(annotation: Any, metadata: Sequence[Any] = ()) -> dict[str, Any]:
    for one in metadata:
        if isinstance(one, WithJsonSchema):
            return dict(one.json_schema or {})
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _shape(inner[0], inner[1:])
    if origin in (Union, UnionType):
        real = [one for one in inner if one is not NoneType]
        return _shape(real[0]) if len(real) == 1 else {}
    if origin is Literal:
        return {"enum": list(inner), "type": "string"}
    if origin is tuple:
        return {"items": _shape(inner[0]), "type": "array"}
    if isinstance(annotation, type):
        for known, word in _TYPES.items():
            if issubclass(annotation, known):
                return {"type": word}
    raise TypeError(f"{annotation!r} has no place in an answer")


def _slim(node: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_slim(one, definitions) for one in cast(list[Any], node)]
    if not isinstance(node, dict):
        return node
    node = cast(dict[str, Any], node)
    if "$ref" in node:
        target = definitions[str(node["$ref"]).rpartition("/")[2]]
        # A model's docstring says nothing a field's own description does not say better.
        inner = {name: part for name, part in target.items() if name != "description"}
        return _slim({**inner, **{name: part for name, part in node.items() if name != "$ref"}}, definitions)
    if "anyOf" in node:
        real = [option for option in node["anyOf"] if option.get("type") != "null"]
        if len(real) == 1:
            rest = {name: part for name, part in node.items() if name != "anyOf"}
            return _slim({**real[0], **rest}, definitions)
    slimmed: dict[str, Any] = {}
    for name, part in node.items():
        if name in ("title", "additionalProperties") or (name == "default" and part in (None, [], "")):
            continue
        if name == "properties":
            members = cast(dict[str, Any], part)
            slimmed[name] = {field: _slim(schema, definitions) for field, schema in members.items()}
        else:
            slimmed[_LIST_BOUNDS.get(name, name) if "items" in node else name] = _slim(part, definitions)
    return slimmed
