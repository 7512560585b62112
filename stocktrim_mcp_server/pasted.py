"""A table pasted as text: CSV, JSON or markdown in, rows out, every fault named by its line. Pure.

Nothing is guessed: a number or a day that can be read in two ways is refused with both of them.
"""

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, cast

from stocktrim_mcp_server.planning.bounds import listed, short
from stocktrim_mcp_server.planning.nearest import did_you_mean
from stocktrim_mcp_server.planning.spelling import SHOWN, day, days, number

MOST_ROWS = 50

MOST_CHARACTERS = 100_000
"""Of a pasted text: fifty rows are never that long."""

MOST = 10**15
"""Of a number; no quantity and no amount comes near it."""

MOST_WORDED = 10
"""Cells named that hold a word where a number is meant."""

MOST_STRANGE = 5
"""Unknown columns that are named."""

_RULE = re.compile(r"[\s|:-]*-{3}[\s|:-]*")
"""The line below a markdown table's header."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_FENCE = re.compile(r"^```.*$", re.MULTILINE)

MOST_ABOVE = 20
"""Lines among which the header of a table is looked for that others made."""

_ASIDE = re.compile(
    r"[(\[]?\b(?:eur|usd|gbp|aud|nzd|cad|chf|each|per unit|(?:ex|excl|excluding)\.? ?(?:vat|gst|tax))\b[.)\]]*",
    re.IGNORECASE,
)
"""What of a column's name says nothing of what it holds; "incl. VAT" and "per case" do."""

_FIGURES = {"number", "share", "days"}
"""Kinds of columns that hold a number."""

_NOTHING = {"-", "–", "—", "n/a", "n.a."}

_EMPTY = "The table is empty: paste CSV with a header line, or a list of JSON objects."

Cell = str | float | date


class Column(NamedTuple):
    """What a column holds, and what else it may be called; case, blanks and marks in a name do not matter.

    A `share` is a number that may carry a percent sign: 95% is 0.95, and a bare number stays as it is. `days`
    may be said in weeks. What only `checks` a row is no value of it.
    """

    synonyms: Sequence[str] = ()
    kind: Literal["text", "number", "share", "days", "date"] = "text"
    required: bool = False
    checks: bool = False


class Row(NamedTuple):
    """The cells of one row that hold something. `line`: in JSON, which one of its objects.

    Of a table as it was sent: the fields whose cells are `blank`, and what each column of the key says.
    """

    line: int
    values: Mapping[str, Cell]
    blank: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


class Fault(NamedTuple):
    """Why a row cannot be meant. None: the fault is the whole text's."""

    line: int | None
    said: str


class Pasted(NamedTuple):
    """What could be read, and what could not: rows with a fault are not among the rows."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    heads: Mapping[str, tuple[str, ...]] = {}
    """By field what its columns are called, of a table as it was sent."""
    said: tuple[str, ...] = ()
    """What of such a table was passed over."""


def rows(
    text: str,
    columns: Mapping[str, Column],
    *,
    most: int = MOST_ROWS,
    as_sent: bool = False,
    passing: bool = False,
) -> Pasted:
    """The rows of a pasted table, its columns by field: CSV (comma, semicolon, tab), a list of JSON objects, markdown.

    Empty lines and cells are left out. A table with a fault of its own has no rows. `as_sent`: others made it, so lines
    above its header and unknown columns are passed over and said, it may have several columns for the key, and
    a word where a number is meant is no value. `passing`: columns like none that is known are passed over and said.
    """
    text = text.removeprefix("\ufeff")
    if len(text) > MOST_CHARACTERS:
        return _refused(f"The table has {len(text):,} characters; {MOST_CHARACTERS:,} are read, and {most} rows.")
    table = _Table(columns, most, as_sent=as_sent, passing=passing)
    try:
        text = _unfenced(text)
        if text.lstrip()[:1] in ("[", "{"):
            table.read_json(text)
        else:
            table.read_lines(text)
    except _UnreadableError as error:
        return _refused(str(error), error.line)
    if not (table.rows or table.faults):
        return _refused("The table has no rows.")
    heads = {field: tuple(names) for field, names in table.heads.items()} if as_sent else {}
    return Pasted(tuple(table.rows), tuple(table.faults), heads, (*table.said, *table.worded()))


class _UnreadableError(Exception):
    """It ends the reading, and is never seen outside."""

    def __init__(self, said: str, line: int | None = None) -> None:
        super().__init__(said)
        self.line = line


class _Table:
    """Rows and faults as they are met."""

    def __init__(
        self, columns: Mapping[str, Column], most: int, *, as_sent: bool = False, passing: bool = False
    ) -> None:
        self._columns = columns
        self._most = most
        self._as_sent = as_sent
        self._passing = passing
        self._worded: list[str] = []
        self._key = next((field for field, one in columns.items() if one.required), None)
        self.heads: dict[str, list[str]] = {}
        self.said: list[str] = []
        self._fields = {_bare(name): field for field, one in columns.items() for name in (field, *one.synonyms)}
        self.rows: list[Row] = []
        self.faults: list[Fault] = []
        self.faulty: set[int] = set()

    def read_json(self, text: str) -> None:
        try:
            parsed = json.loads(text, parse_constant=_no_number, object_pairs_hook=_Pairs)
        except (ValueError, RecursionError) as error:
            line = error.lineno if isinstance(error, json.JSONDecodeError) else None
            why = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            raise _UnreadableError(f"This is no JSON that can be read: {short(why, SHOWN)}.", line) from error
        if isinstance(parsed, _Pairs):
            members = dict(parsed)
            parsed = members.get("rows") if set(members) == {"rows"} else parsed
        if not isinstance(parsed, list) or isinstance(parsed, _Pairs):
            raise _UnreadableError('JSON is a list of objects, [{...}, {...}], or {"rows": [...]}.')
        items = cast(list[Any], parsed)
        self._not_too_many(len(items))
        if self._as_sent:
            self._header(list(dict.fromkeys(name for one in items if isinstance(one, _Pairs) for name, _ in one)))
        if self._passing:
            names = dict.fromkeys(name for one in items if isinstance(one, _Pairs) for name, _ in one)
            self._passed_over([name for name in names if self._field(name) is None and not self._hint(name)])
        for line, one in enumerate(items, 1):
            if not isinstance(one, _Pairs):
                self._fault(line, "this is no JSON object: write each row as {...}")
            elif one:
                self._read_object(line, one)

    def _read_object(self, line: int, pairs: "_Pairs") -> None:
        named = [(self._field(name), name, value) for name, value in pairs]
        if self._as_sent:
            cells = dict(pairs)
            if len(cells) < len(pairs):
                self._fault(line, "a name is said twice")
                return
            self._keep_as_sent(line, cells, decimal_comma=False)
            return
        if self._passing:
            named = [one for one in named if one[0] is not None or self._hint(one[1])]
        if strange := [name for field, name, _ in named if field is None]:
            self._fault(line, self._strange(strange))
            return
        values: dict[str, Any] = {}
        for field, _, value in named:
            if field in values:
                self._fault(line, f"{field} is said twice")
                return
            values[cast(str, field)] = value
        self._keep(line, values, decimal_comma=False)

    def read_lines(self, text: str) -> None:
        heads, body, decimal_comma = self._split(text)
        fields = self._header(heads)
        count = 0
        for line, cells in body:
            if not any(cells):
                continue
            count += 1
            if count > self._most:
                # Only counted: what is too long is not read at all.
                continue
            if any(cells[len(heads) :]):
                self._fault(
                    line, f"{len(cells)} values for {len(heads)} columns: put one that holds the separator in quotes"
                )
                continue
            if self._as_sent:
                self._keep_as_sent(line, dict(zip(heads, cells, strict=False)), decimal_comma=decimal_comma)
                continue
            named = {field: cell for field, cell in zip(fields, cells, strict=False) if field}
            self._keep(line, named, decimal_comma=decimal_comma)
        self._not_too_many(count)

    def _split(self, text: str) -> tuple[list[str], Iterator[tuple[int, list[str]]], bool]:
        """The names in the header line, what is below it, and whether its numbers may have decimal commas."""
        lines = _LINE_END.split(text)
        at = next((at for at, line in enumerate(lines) if line.strip()), None)
        if at is None:
            raise _UnreadableError(_EMPTY)
        if self._as_sent:
            at = self._below_the_title(lines, at)
            text = "\n".join(["" if one < at else line for one, line in enumerate(lines)])
        header, below = lines[at], lines[at + 1 : at + 2]
        if "|" in header and (header.lstrip().startswith("|") or (below and _RULE.fullmatch(below[0]))):
            return _piped(header), _markdown(lines, at + 1), False
        mark = max(",;\t", key=lambda one: self._known(header, one))
        body = _csv(text, mark)
        heads = next((cells for _, cells in body if any(cells)), None)
        if heads is None:
            raise _UnreadableError(_EMPTY)
        return heads, body, mark != ","

    def _known(self, header: str, mark: str) -> tuple[int, int]:
        cells = header.split(mark)
        return sum(self._field(cell) is not None for cell in cells), len(cells)

    def _below_the_title(self, lines: Sequence[str], first: int) -> int:
        """The line of the header: the first that names the key and a value, else the first that names the key."""
        begin = [at for at in range(first, len(lines)) if lines[at].strip()][:MOST_ABOVE]
        named = {at: max((self._named(lines[at], mark) for mark in ",;\t|"), key=len) for at in begin}
        keyed = [at for at in begin if self._key in named[at]]
        header = next((at for at in keyed if self._values(named[at])), next(iter(keyed), first))
        if above := [short(lines[at].strip(), SHOWN) for at in begin if at < header]:
            self.said.append(f"Passed over above the header: {', '.join(map(repr, above))}.")
        return header

    def _named(self, line: str, mark: str) -> list[str]:
        return [field for cell in line.split(mark) if (field := self._field(cell.strip().strip('"'))) is not None]

    def _values(self, fields: Iterable[str]) -> list[str]:
        return [field for field in fields if field != self._key and not self._columns[field].checks]

    def _header_as_sent(self, heads: Sequence[str], fields: Sequence[str | None]) -> None:
        for name, field in zip(heads, fields, strict=True):
            if field is not None:
                self.heads.setdefault(field, []).append(name)
        names = ", ".join(repr(short(name, SHOWN)) for name in heads if name)
        if self._key is not None and self._key not in self.heads:
            raise _UnreadableError(f"None of the columns names the product: {names}. Call one {self._key!r}.")
        if not self._values(self.heads):
            raise _UnreadableError(f"None of the columns {names} holds what can be changed. Columns: {self._names()}.")
        if strange := [
            repr(short(name, SHOWN)) for name, field in zip(heads, fields, strict=True) if name and not field
        ]:
            self.said.append(f"Columns that are not understood, and change nothing: {', '.join(strange)}.")

    def _header(self, heads: Sequence[str]) -> list[str | None]:
        fields = [self._field(name) for name in heads]
        known = [field for field in fields if field is not None]
        if self._as_sent:
            self._header_as_sent(heads, fields)
            known = [field for field in known if field != self._key]
        if not known:
            raise _UnreadableError(f"The first line must name the columns: {self._names()}.")
        strange = [name for name, field in zip(heads, fields, strict=True) if name and field is None]
        if self._passing:
            strange = self._passed_over(strange)
        if strange and not self._as_sent:
            raise _UnreadableError(f"T{self._strange(strange)[1:]}.")
        if twice := next((field for field in known if known.count(field) > 1), None):
            names = " and ".join(repr(name) for name, field in zip(heads, fields, strict=True) if field == twice)
            raise _UnreadableError(f"{names} are both {twice}: leave one of them out.")
        without = [name for name, one in self._columns.items() if one.required and name not in known]
        if without and not self._as_sent:
            raise _UnreadableError(f"There is no column {', '.join(without)}. Columns: {self._names()}.")
        return fields

    def _field(self, name: str) -> str | None:
        if not self._as_sent:
            return self._fields.get(_bare(name))
        # A field's own name means it, whatever else people mean by the same words.
        plain = _ASIDE.sub("", name).strip()
        return name.strip() if name.strip() in self._columns else self._fields.get(_bare(plain))

    def _keep_as_sent(self, line: int, cells: Mapping[str, Any], *, decimal_comma: bool) -> None:
        """The row with what each column of the key says, and the fields whose cells say nothing."""
        keys = tuple(str(cells.get(name) or "").strip() for name in self.heads.get(self._key or "", ()))
        if not any(keys):
            # A heading or a remark between the rows: its cells are no values.
            first = next((str(cell) for cell in cells.values() if cell not in (None, "")), "")
            self.rows.append(Row(line, {"remark": first} if first else {}, (), keys))
            return
        given = {
            field: self._told(line, field, names[0], cells.get(names[0]))
            for field, names in self.heads.items()
            if field != self._key
        }
        self._keep(line, given, decimal_comma=decimal_comma)
        if line not in self.faulty:
            values = self.rows.pop().values
            blank = tuple(field for field in self._values(self.heads) if field not in values)
            self.rows.append(Row(line, values, blank, keys))

    def _told(self, line: int, field: str, head: str, cell: Any) -> Any:
        """A cell as its sender means it: "on request" where a price is looked for says that there is none."""
        if not isinstance(cell, str) or not cell.strip() or cell.strip().casefold() in _NOTHING:
            return None if isinstance(cell, str) else cell
        if self._columns[field].kind not in _FIGURES or any(one.isdigit() for one in cell):
            return cell
        self._worded.append(f"{short(cell.strip(), SHOWN)!r} in {short(head, SHOWN)!r} (line {line})")
        return None

    def worded(self) -> tuple[str, ...]:
        """The cells that hold a word where a number is meant, of a table as it was sent."""
        if not self._worded:
            return ()
        return (f"No number, so taken for empty: {listed(self._worded, MOST_WORDED)}.",)

    def _names(self) -> str:
        return ", ".join(f"{name} (needed)" if one.required else name for name, one in self._columns.items())

    def _passed_over(self, names: Sequence[str]) -> list[str]:
        """Those of unknown columns that are no doubt slips of the pen; the others are said, and change nothing."""
        slips = [name for name in names if self._hint(name)]
        if not slips and names:
            shown = ", ".join(repr(short(name, SHOWN)) for name in names)
            self.said.append(f"Columns that are not understood, and change nothing: {shown}.")
        return slips

    def _hint(self, name: str) -> str:
        known = [word for field, one in self._columns.items() for word in (field, *one.synonyms)]
        return did_you_mean(name, known)

    def _strange(self, names: Sequence[str]) -> str:
        said = [f"{short(name, SHOWN)!r}.{self._hint(name)}" for name in names[:MOST_STRANGE]]
        return f"there is no column {' Nor '.join(said)} Columns: {self._names()}"

    def _keep(self, line: int, given: Mapping[str, Any], *, decimal_comma: bool) -> None:
        """The row, its cells as what they mean, or what is wrong with them."""
        values: dict[str, Cell] = {}
        for field, value in given.items():
            try:
                cell = _cell(value, self._columns[field].kind, decimal_comma=decimal_comma)
            except ValueError as error:
                self._fault(line, f"{field}: {error}")
                continue
            if cell is not None:
                values[field] = cell
        for field, one in self._columns.items():
            if one.required and field not in values and line not in self.faulty and not self._as_sent:
                self._fault(line, f"{field} is missing")
        if line not in self.faulty:
            self.rows.append(Row(line, values))

    def _fault(self, line: int, said: str) -> None:
        self.faulty.add(line)
        self.faults.append(Fault(line, said))

    def _not_too_many(self, count: int) -> None:
        if count > self._most:
            raise _UnreadableError(f"The table has {count} rows; at most {self._most} are taken at once.")


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it stands: read into a dict, the second of two equal names would win unseen."""


def _refused(said: str, line: int | None = None) -> Pasted:
    return Pasted((), (Fault(line, said),))


def _bare(name: str) -> str:
    return "".join(one for one in name.casefold() if one.isalnum())


def _cell(value: Any, kind: str, *, decimal_comma: bool) -> Cell | None:
    """What a cell means. None: nothing. Raises: ValueError, in words."""
    if isinstance(value, bool | list):
        raise ValueError(f"{short(json.dumps(value), SHOWN)} is no {'number' if kind == 'days' else kind}")
    if value is None or (isinstance(value, str) and not (value := value.strip())):
        return None
    if isinstance(value, str):
        return _of_text(value, kind, decimal_comma=decimal_comma)
    if kind == "date" or (kind == "text" and isinstance(value, float)):
        raise ValueError(f"{value} is a number: write it as text, in quotes")
    if kind == "text":
        return str(value)
    if abs(value) > MOST or not math.isfinite(value):
        raise ValueError(f"no number is meant to be larger than {MOST:,.0f}")
    return float(value)


def _of_text(text: str, kind: str, *, decimal_comma: bool) -> Cell:
    if kind == "text":
        return text
    if kind == "date":
        return day(text)
    if kind == "share" and text.endswith("%"):
        return round(number(text.removesuffix("%"), decimal_comma=decimal_comma) / 100, 12)
    if kind == "days":
        return days(text, decimal_comma=decimal_comma)
    return number(text, decimal_comma=decimal_comma)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _unfenced(text: str) -> str:
    """Without the marks that chat windows put around a block; its lines keep their numbers."""
    return _FENCE.sub("", text) if text.lstrip().startswith("```") else text


def _csv(text: str, mark: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of the line it begins on."""
    # Strict: a quote that is never closed would swallow the lines below it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, skipinitialspace=True, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _UnreadableError(f"the quotes cannot be read ({error})", line) from error
        yield line, [cell.strip() for cell in cells]


def _markdown(lines: Sequence[str], start: int) -> Iterator[tuple[int, list[str]]]:
    for at, line in enumerate(lines[start:], start + 1):
        if not _RULE.fullmatch(line):
            yield at, _piped(line)


def _piped(line: str) -> list[str]:
    cells = re.split(r"(?<!\\)\|", line.strip().removeprefix("|"))
    if len(cells) > 1 and not cells[-1].strip():
        del cells[-1]
    return [cell.strip().replace("\\|", "|") for cell in cells]
