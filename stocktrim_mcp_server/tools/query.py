"""Any other question about many records."""

from collections.abc import Sequence
from typing import Annotated

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field, StringConstraints, WithJsonSchema

from stocktrim_client import snapshot
from stocktrim_client.snapshot import QuestionError
from stocktrim_mcp_server.answers import Dated, dated, visible
from stocktrim_mcp_server.dependencies import CurrentApp, StockTrim, computed_ago, on_hand, read_ago
from stocktrim_mcp_server.toolbox import Toolset

MOST_CHARACTERS = 40_000
"""Of all cells: well below the 25,000 tokens at which hosts cut off."""

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
    said: list[str] = []
    if truncated:
        said.append(f"There are more than these {len(rows)} rows: aggregate, narrow with WHERE, or raise limit.")
    elif not rows:
        said.append("No row fits. Texts are compared exactly: LIKE and lower() are wider.")
    facts = dated(standing, *said)
    # The plan is as old as StockTrim's computing, not as our reading of it.
    ages = (computed_ago(standing, app.now()), read_ago(standing))
    facts["age"] = "; ".join(age for age in ages if age) or None
    return Answer(columns=table.columns, rows=rows, truncated=truncated, **facts)


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
