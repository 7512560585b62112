"""Any other question about many records."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field, StringConstraints, WithJsonSchema

from stocktrim_client import StockTrimClient, snapshot
from stocktrim_client.snapshot import Kind, QuestionError
from stocktrim_mcp_server.answers import Dated, dated, visible
from stocktrim_mcp_server.dependencies import CurrentApp, StockTrim, computed_ago, on_hand, read_ago
from stocktrim_mcp_server.planning.bounds import MOST_CHARACTERS, short
from stocktrim_mcp_server.planning.nearest import where_offered
from stocktrim_mcp_server.toolbox import Toolset

COLUMNS = {
    "products": "product_id code name category unit_cost unit_price supplier on_hand on_order lead_time_days "
    "discontinued …",
    "product_suppliers": "product_id supplier name supplier_sku",
    "stock_by_location": "product_id location_code on_hand on_order",
    "suppliers": "supplier name lead_time_days …",
    "customers": "code name …",
    "locations": "code name",
    "order_plan": "product_id code order_quantity reorder_point days_until_stock_out "
    "days_until_order on_hand on_order sold_per_day lead_demand unit_cost last_sold_at …",
    "purchase_orders": "reference status supplier ordered_at is_open total_cost …",
    "purchase_order_lines": "reference product_id quantity open_quantity unit_price received_at",
    "bills_of_materials": "product_id component_id quantity …",
}
"""What a model is told of each table; … means that there are more, which the error for a wrong column lists."""


SUGGESTED = (
    "order_quantity is StockTrim's suggestion: {plan} sets aside what is on open orders or made here; this does not."
)
COUNTED_AGAIN = "total_cost is the whole order's: joined to its lines it counts once a line."

KEYED: Mapping[str, tuple[Kind, str]] = {
    "supplier": ("suppliers", "supplier"),
    "supplier_code": ("suppliers", "code"),
    "location_code": ("locations", "code"),
    "product_code": ("products", "code"),
    "product_id": ("products", "product_id"),
    "component_code": ("products", "code"),
    "component_id": ("products", "product_id"),
}
"""Columns that hold what people do not say, and the table that knows which it is."""

NAMES_IN: Mapping[Kind, tuple[str, ...]] = {
    "suppliers": ("name", "external_id"),
    "locations": ("name",),
    "products": ("code", "name"),
    "customers": ("name",),
    "order_plan": ("name",),
}
"""By what else people say a record of a table."""

MOST_MEANT = 5
"""Texts of one question that are looked up."""

LONGEST_MEANT = 200
"""Characters of such a text: it is asked for in a question, and those are bounded."""

_WORD = re.compile(r"\w+")


class Answer(Dated):
    """Rows in their order, without field names of their own."""

    columns: tuple[str, ...]
    rows: Annotated[
        tuple[tuple[str | int | float | None, ...], ...], WithJsonSchema({"type": "array", "items": {"type": "array"}})
    ]
    truncated: bool = Field(default=False, description="There are more rows than these")


async def query_data(
    stocktrim: StockTrim,
    app: CurrentApp,
    sql: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000),
        Field(description="; ".join(f"{table}({columns})" for table, columns in COLUMNS.items())),
    ],
    limit: Annotated[int, Field(ge=1, le=500, description="Most rows")] = 50,
) -> Answer:
    """Any other question about many records, as one SQLite SELECT: totals, rankings.

    Tables stand at sql; … = more columns: a wrong one lists them. Times are UTC text, yes/no is 1/0. Join on
    product_id, supplier. sold_per_day is recent sales, not the forecast.
    """
    try:
        kinds = snapshot.kinds_in(sql)
        standing = await on_hand(stocktrim, *kinds, useful=snapshot.read_beside(kinds))
        table = await stocktrim.snapshot.ask(sql, limit, wait=0)
    except QuestionError as error:
        raise ToolError(str(error)) from error
    rows = _bounded(table.rows)
    truncated = table.truncated or len(rows) < len(table.rows)
    said = _misread(sql, kinds)
    if truncated:
        said.append(f"There are more than these {len(rows)} rows: aggregate, narrow with WHERE, or raise limit.")
    elif not any(cell for row in rows for cell in row):
        meant = await _meant(stocktrim, sql)
        said += meant
        if not rows and not said:
            said.append("No row fits. Texts are compared exactly: LIKE and lower() are wider.")
    facts = dated(standing, *said)
    # The plan is as old as StockTrim's computing, not as our reading of it.
    ages = (computed_ago(standing, app.now()), read_ago(standing))
    facts["age"] = "; ".join(age for age in ages if age) or None
    return Answer(columns=table.columns, rows=rows, truncated=truncated, **facts)


def _misread(sql: str, kinds: Sequence[Kind]) -> list[str]:
    """What an answer to this question may be taken for, and is not."""
    yes_no = [
        one.column.name
        for one in snapshot.compared(sql)
        if one.column.type == "yes/no" and one.text.strip() not in ("0", "1")
    ]
    said = [
        f"{name} is 1 or 0, or empty, never a text: write {name} = 1, or {name} IS NOT 1."
        for name in dict.fromkeys(yes_no)
    ]
    words = {word.lower() for word in _WORD.findall(sql)}
    if "order_plan" in kinds and "order_quantity" in words:
        plan = where_offered("get_reorder_plan", "get_reorder_plan", "the reorder plan")
        said.append(SUGGESTED.format(plan=plan))
    if {"purchase_orders", "purchase_order_lines"} <= set(kinds) and {"total_cost", "sum"} <= words:
        said.append(COUNTED_AGAIN)
    return said


async def _meant(stocktrim: StockTrimClient, sql: str) -> list[str]:
    """Of texts that no code is: which code has that name, or is written so otherwise."""
    said: list[str] = []
    for one in [one for one in snapshot.compared(sql) if len(one.text) <= LONGEST_MEANT][:MOST_MEANT]:
        table, key = KEYED.get(one.column.name, (one.table.name, one.column.name))
        if one.column.name not in (*KEYED, "code") or stocktrim.snapshot.standing(table).missing:
            continue
        text = "'{}'".format(one.text.replace("'", "''"))
        fits = " OR ".join(f"{column} = {text} COLLATE NOCASE" for column in dict.fromkeys((key, *NAMES_IN[table])))
        # Columns are our own, and the question's reader is the one that every question meets.
        found = await stocktrim.snapshot.ask(f"SELECT DISTINCT {key} FROM {table} WHERE {fits}", 3, wait=0)  # noqa: S608 - quoted, and read only
        codes = [str(row[0]) for row in found.rows if row[0] is not None]
        if codes and one.text not in codes:
            those = " or ".join(repr(short(code, 60)) for code in codes)
            said.append(f"{one.column.name} holds codes: of {short(one.text, 60)!r} it is {those}.")
    return list(dict.fromkeys(said))


def _bounded(
    rows: tuple[tuple[str | int | float | None, ...], ...],
) -> tuple[tuple[str | int | float | None, ...], ...]:
    """As many rows as anybody can read.

    Raises: ToolError where not even one is short enough.
    """
    length = 0
    for count, row in enumerate(rows):
        length += _length(row)
        if length > MOST_CHARACTERS:
            if count == 0:
                raise ToolError("One row is longer than anybody reads: select fewer columns, or shorten with substr().")
            return rows[:count]
    return rows


def _length(row: Sequence[object]) -> int:
    # As answers write it: what cannot be seen takes more room than it has characters.
    return sum(len(visible(str(cell))) + 3 for cell in row)


QUERY = Toolset("query", "Questions in SQL.", reads=(query_data,))
