"""What to order."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from stocktrim_mcp_server.dependencies import StockTrim
from stocktrim_mcp_server.planning.cover import URGENCIES
from stocktrim_mcp_server.planning.plan import ReorderPlan, reorder_plan, window
from stocktrim_mcp_server.toolbox import Codes, Toolset

MOST_LINES = 200


async def get_reorder_plan(
    stocktrim: StockTrim,
    suppliers: Annotated[Codes, Field(description="Supplier codes or names, e.g. ['ACME']; empty = all")] = (),
    categories: Annotated[Codes, Field(description="Product categories; empty = all")] = (),
    locations: Annotated[Codes, Field(description="Location codes: one line per product and location")] = (),
    products: Annotated[Codes, Field(description="SKUs; empty = all")] = (),
    urgency: Annotated[
        Literal["late", "due", "soon", "all"],
        Field(description="late: overdue or out; due: also within 7 days; soon: also within 14 days; all"),
    ] = "all",
    limit: Annotated[int, Field(ge=1, le=MOST_LINES, description="Lines to show; totals always cover all")] = 50,
    cursor: Annotated[str, Field(description="next_cursor of the previous answer")] = "",
) -> ReorderPlan:
    """What must be ordered now, from whom, and what it costs. Start here.

    StockTrim's suggested quantities, grouped by supplier, most urgent first, with days left, order-by date, cost and
    flags. Nothing is ordered by this. For one product's settings use get_products.
    """
    start = _start(cursor)
    rows, catalogue, known = await asyncio.gather(
        stocktrim.order_plan.all(locations=locations), stocktrim.products.all(), stocktrim.suppliers.all()
    )
    plan = reorder_plan(
        rows,
        catalogue,
        known,
        only_suppliers=suppliers,
        only_categories=categories,
        only_products=products,
        urgencies=URGENCIES if urgency == "all" else URGENCIES[: URGENCIES.index(urgency) + 1],
    )
    filters = {
        "suppliers": suppliers,
        "categories": categories,
        "locations": locations,
        "products": products,
        "urgency": () if urgency == "all" else (urgency,),
    }
    return window(plan if plan.groups else _empty(plan, filters), limit, start)


def _start(cursor: str) -> int:
    if not cursor:
        return 0
    if not cursor.isdecimal():
        raise ToolError(f"cursor {cursor!r} is none of this tool's: pass next_cursor as it came, or leave it out.")
    return int(cursor)


def _empty(plan: ReorderPlan, filters: Mapping[str, Sequence[str]]) -> ReorderPlan:
    """Nothing to order is an answer: it names what was asked, and how old the figures are."""
    active = "; ".join(f"{name} = {', '.join(values)}" for name, values in filters.items() if values)
    age = f"the plan of {plan.as_of:%Y-%m-%d %H:%M} UTC" if plan.as_of else "an empty plan: has a forecast run yet?"
    where = f" within {active}" if active else ""
    hint = " Leave filters out, or check the codes with search." if active else ""
    return plan.model_copy(
        update={"warnings": (f"StockTrim suggests no order{where}, by {age}.{hint}", *plan.warnings)}
    )


PLANNING = Toolset("planning", "What to order, from whom, at what cost.", reads=(get_reorder_plan,))
