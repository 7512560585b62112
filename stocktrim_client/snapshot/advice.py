"""What is wrong with a question in SQL, and what to write instead. Pure."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from stocktrim_client.snapshot.tables import TABLES, Column, TableShape

_NO_COLUMN = re.compile(r"no such column: (?P<name>.+)", re.DOTALL)
_NO_TABLE = re.compile(r"no such table: (?P<name>.+)", re.DOTALL)
_NO_FUNCTION = re.compile(r"no such function: (?P<name>.+)", re.DOTALL)
_AMBIGUOUS = re.compile(r"ambiguous column name: (?P<name>.+)", re.DOTALL)

_TEXT = re.compile(r"'((?:[^']|'')*)'")
_COMPARISON = re.compile(
    r"\b(?:(?P<table>\w{1,60})\.)?(?P<column>\w{1,60})\s*(?:==?|<>|!=|\bis(?:\s+not)?\b|\b(?:not\s+)?in\s*\()\s*"
    r"(?P<texts>'(?:[^']|'')*'(?:\s*,\s*'(?:[^']|'')*')*)",
    re.IGNORECASE,
)
"""A column, what it is compared by, and one text or a list of them."""

_MONTH = "strftime('%Y-%m', ordered_at) gives the month, '%Y' the year"
_LATER = "date('now', '-30 days') is 30 days ago, date(ordered_at, '+7 days') a week later"
_LIKE = "name LIKE '%mug%' finds a part of a text, in capitals or not"
_PART = "substr(code, 1, 3) is the beginning of a text, substr(code, -3) its end"
INSTEAD: Mapping[str, str] = {
    name: what
    for names, what in (
        ("now getdate sysdate today curdate", "date('now') is today, datetime('now') this moment, both UTC"),
        ("year month day extract date_part datepart date_trunc date_format to_char format_date", _MONTH),
        ("datediff date_diff timestampdiff age", "julianday(later) - julianday(earlier) gives days"),
        ("dateadd date_add date_sub adddate to_date str_to_date interval", _LATER),
        ("left right mid", _PART),
        ("if", "iif(condition, a, b), or CASE WHEN ... THEN ... ELSE ... END"),
        ("concat concat_ws", "a || ' ' || b puts texts together"),
        ("median percentile percentile_cont quantile", "ntile(100) OVER (ORDER BY column) in an inner SELECT"),
        ("stddev stdev std variance var stddev_pop stddev_samp", "sqrt(avg(x * x) - avg(x) * avg(x))"),
        ("printf format to_number", "round(x, 2), or CAST(x AS INTEGER)"),
        ("regexp regexp_like rlike match contains ilike similar", _LIKE),
        ("nvl isnull zeroifnull", "coalesce(x, 0)"),
        ("greatest", "max(a, b)"),
        ("least", "min(a, b)"),
        ("len char_length", "length(text)"),
        ("string_agg listagg array_agg", "group_concat(x, ', ')"),
        ("count_if countif", "sum(condition)"),
    )
    for name in names.split()
}
"""What other databases call otherwise."""

SYNTAX: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(found, re.IGNORECASE), what)
    for found, what in (
        (r"\btop\s*\(?\d", "Instead of TOP, put LIMIT 5 at the end."),
        (r"\bfetch\s+(first|next)\b", "Instead of FETCH, put LIMIT 5 at the end."),
        (r"\b(ilike|similar\s+to|rlike)\b", f"{_LIKE}."),
        (r"\bextract\s*\(", f"{_MONTH}."),
        (r"\binterval\b", f"{_LATER}."),
        (r"\b(left|right)\s*\(", f"{_PART}."),
        (r"\bqualify\b", "Instead of QUALIFY, filter in an outer SELECT."),
        (r"::\s*\w", "Instead of ::, write CAST(x AS INTEGER)."),
        (r",\s*(from|where|group|order)\b", "There is a comma too many before {0}."),
    )
)

MEANT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sku": ("code", "product_code"),
    "id": ("product_id", "code", "reference"),
    "product_code": ("code",),
    "product_name": ("name",),
    "title": ("name",),
    "stock": ("on_hand",),
    "stock_on_hand": ("on_hand",),
    "inventory": ("on_hand",),
    "cost": ("unit_cost",),
    "price": ("unit_price",),
    "vendor": ("supplier",),
    "supplier_id": ("supplier",),
    "supplier_name": ("supplier",),
    "daily_demand": ("sold_per_day",),
    "daily_sales": ("sold_per_day",),
    "forecast_per_day": ("lead_demand",),
    "quantity": ("order_quantity",),
    "lead_time": ("lead_time_days",),
    "moq": ("minimum_order_quantity",),
    "days_left": ("days_until_stock_out",),
    "order_date": ("ordered_at",),
    "date": ("ordered_at", "last_sold_at"),
    "order_number": ("reference",),
    "order_id": ("reference",),
    "total": ("total_cost",),
}
MEANT_TABLES: Mapping[str, str] = {
    "items": "products",
    "skus": "products",
    "variants": "products",
    "vendors": "suppliers",
    "inventory": "stock_by_location",
    "stock": "stock_by_location",
    "warehouses": "locations",
    "clients": "customers",
    "plan": "order_plan",
    "forecast": "order_plan",
    "reorder_plan": "order_plan",
    "orders": "purchase_orders",
    "order_lines": "purchase_order_lines",
    "boms": "bills_of_materials",
    "bom": "bills_of_materials",
}
"""What people call what stands here under another name."""


_FOREIGN = re.compile(r"\b(dateadd|date_add|date_sub|datediff|date_diff|timestampdiff|interval)\b", re.IGNORECASE)


def why(sql: str, error: str, functions: Iterable[str]) -> str:
    """SQLite's words about a question, as words that say what to do."""
    if match := _NO_COLUMN.fullmatch(error):
        return _no_column(match["name"], sql)
    if match := _NO_TABLE.fullmatch(error):
        return _no_table(match["name"])
    if match := _NO_FUNCTION.fullmatch(error):
        return f"There is no function {short(match['name'])}().{_function_meant(match['name'], functions)}"
    if match := _AMBIGUOUS.fullmatch(error):
        return _ambiguous(match["name"], sql)
    return f"SQLite does not understand the question: {short(error)}.{_hint(sql, error)}"


class Compared(NamedTuple):
    """A column that a question compares with a text."""

    table: TableShape
    column: Column
    text: str


def compared(sql: str) -> list[Compared]:
    """Which columns a question compares with which texts, as far as its words tell."""
    aliases, tables = _aliases(sql), _tables_named(sql)
    found: list[Compared] = []
    for match in _COMPARISON.finditer(sql):
        alias = (match["table"] or "").lower()
        for table in [aliases[alias]] if alias in aliases else tables:
            column = next((one for one in table.columns if one.name == match["column"].lower()), None)
            if column is not None:
                found += [Compared(table, column, text.replace("''", "'")) for text in _TEXT.findall(match["texts"])]
                break
    return found


def refused_function(name: str, functions: Iterable[str]) -> str:
    """That a function is not offered, and what is."""
    return f"The function {short(name)}() is not offered.{_function_meant(name, functions)}"


def tables_there_are() -> str:
    """All tables by name."""
    return f"Tables: {', '.join(TABLES)}."


def short(text: str) -> str:
    """A text that may be long, for a message."""
    return text if len(text) <= 80 else f"{text[:79]}…"


def _function_meant(name: str, functions: Iterable[str]) -> str:
    if (instead := INSTEAD.get(name.lower())) is not None:
        return f" Instead: {instead}."
    # Some are offered that this SQLite is too old for.
    return _did_you_mean(name, sorted(one for one in functions if one != name.lower()))


def _hint(sql: str, error: str) -> str:
    if "aggregate" in error:
        return (
            " count(), sum() and the like stand in SELECT, HAVING or ORDER BY: filter rows with WHERE, groups with "
            "HAVING; to take one of another, select from (SELECT ...)."
        )
    if "aliased window function" in error or "misuse of window" in error:
        return " Filter in an outer SELECT: SELECT * FROM (SELECT ..., row_number() OVER (...) AS n ...) WHERE n < 3."
    if "do not have the same number" in error:
        return " Give each SELECT of the UNION as many columns as the others."
    if "incomplete input" in error:
        return " Something is missing at its end."
    if sql.count("'") % 2:
        return " A quote within a text is written twice: 'it''s'."
    for found, what in SYNTAX if "syntax" in error or "token" in error else ():
        if match := found.search(sql):
            return f" {what.format(*(group.upper() for group in match.groups() if group))}"
    return ""


def _no_table(name: str) -> str:
    wanted = name.rpartition(".")[2].lower()
    meant = MEANT_TABLES.get(wanted)
    guess = f" Did you mean {meant}?" if meant else _did_you_mean(wanted, TABLES)
    if "sale" in wanted:
        guess = " Single sales are not here; order_plan has sold_per_day, sales_count and last_sold_at of each product."
    return f"There is no table {short(name)!r}.{guess} {tables_there_are()}"


def _no_column(name: str, sql: str) -> str:
    *prefix, column = (part.strip('"`[] ') for part in name.split("."))
    aliases = _aliases(sql)
    if prefix and (alias := prefix[-1].lower()) not in aliases and alias not in TABLES and aliases:
        return f"The question names no table {short(prefix[-1])!r}: it has {', '.join(aliases)}."
    tables = [aliases[prefix[-1].lower()]] if prefix and prefix[-1].lower() in aliases else _tables_named(sql)
    if foreign := _FOREIGN.search(sql):
        return f"{foreign[1].upper()} is not known here. Instead: {INSTEAD[foreign[1].lower()]}."
    if not tables:
        return f"There is no column {short(column)!r}. {tables_there_are()}"
    known = {one.name: table for table in tables for one in table.columns}
    where = " or ".join(table.name for table in tables)
    columns = "; ".join(f"{table.name}: {', '.join(one.name for one in table.columns)}" for table in tables)
    meant = next((one for one in MEANT_COLUMNS.get(column.lower(), ()) if one in known), None)
    elsewhere = [table.name for table in TABLES.values() if any(one.name == column.lower() for one in table.columns)]
    if meant:
        guess = f" Did you mean {meant}?"
    elif 0 < len(elsewhere) < 3:
        guess = f" It is in {' and '.join(elsewhere)}."
    else:
        guess = _did_you_mean(column, known)
    return f"There is no column {short(column)!r} in {where}.{guess} Columns of {columns}."


def _ambiguous(name: str, sql: str) -> str:
    holding = [
        alias
        for alias, table in _aliases(sql).items()
        if any(one.name == name.strip('"`[] ').lower() for one in table.columns)
    ]
    written = " or ".join(f"{alias}.{short(name)}" for alias in holding)
    return f"The column {short(name)!r} is in several of the tables: write {written or 'its table before it'}."


def _tables_named(sql: str) -> list[TableShape]:
    return [table for table in TABLES.values() if re.search(rf"\b{table.name}\b", sql, re.IGNORECASE)]


_NO_ALIAS = frozenset(
    word
    for words in (
        "on using where join left right inner outer cross full natural group order limit",
        "having union except intersect window and or as",
    )
    for word in words.split()
)


def _aliases(sql: str) -> dict[str, TableShape]:
    """What the question calls each table: its alias, or the table's own name."""
    found: dict[str, TableShape] = {}
    for table in TABLES.values():
        for match in re.finditer(rf"\b(?:from|join|,)\s*{table.name}\b(?:\s+(?:as\s+)?(\w+))?", sql, re.IGNORECASE):
            alias = (match[1] or "").lower()
            found[table.name if not alias or alias in _NO_ALIAS else alias] = table
    return found


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    best = nearest(name, known)
    return f" Did you mean {best}?" if best else ""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was most likely meant: one alike, one that holds it, or one it abbreviates a word of.

    None: nothing comes near.
    """
    wanted, names = name.lower().strip(), list(known)
    alike = difflib.get_close_matches(wanted, names, n=1, cutoff=0.75)
    if alike or not wanted:
        return alike[0] if alike else None
    holding = [one for one in names if wanted in one or one in wanted]
    short = [one for one in names if any(_abbreviates(wanted, word) for word in one.split("_"))]
    parts = {word: one for one in names for word in one.split("_")}
    holding += [parts[word] for word in difflib.get_close_matches(wanted, parts, n=1, cutoff=0.75)]
    return next(iter([*holding, *short, *difflib.get_close_matches(wanted, names, n=1)]), None)


def _abbreviates(short: str, word: str) -> bool:
    """Whether the letters of one stand in the other in their order, with the same first and last: qty, quantity."""
    letters = iter(word)
    return (
        2 <= len(short) < len(word)
        and (short[0], short[-1]) == (word[0], word[-1])
        and all(letter in letters for letter in short)
    )
