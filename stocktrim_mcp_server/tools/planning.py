"""What to order."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from stocktrim_client import StockTrimClient, StockTrimError
from stocktrim_client.models import OrderPlanRow, Product, Supplier
from stocktrim_mcp_server.dependencies import StockTrim
from stocktrim_mcp_server.planning.catalogue import Catalogue, Filters
from stocktrim_mcp_server.planning.cover import URGENCIES
from stocktrim_mcp_server.planning.plan import ReorderPlan, listed, reorder_plan
from stocktrim_mcp_server.toolbox import Codes, Toolset, together

MOST_LINES = 200
LONGEST_CURSOR = 9


async def get_reorder_plan(
    stocktrim: StockTrim,
    suppliers: Annotated[Codes, Field(description="Supplier codes or names, e.g. ['ACME']; empty = all")] = (),
    categories: Annotated[Codes, Field(description="Product categories; empty = all")] = (),
    locations: Annotated[
        Codes, Field(description="Location codes or names: one line per product and location; empty = whole business")
    ] = (),
    products: Annotated[Codes, Field(description="SKUs or product ids; empty = all")] = (),
    urgency: Annotated[
        Literal["late", "due", "soon", "all"],
        Field(description="late: overdue or out; due: also within 7 days; soon: also within 14 days; all"),
    ] = "all",
    limit: Annotated[int, Field(ge=1, le=MOST_LINES, description="Lines to show; totals always cover all")] = 50,
    cursor: Annotated[
        str, Field(coerce_numbers_to_str=True, description="next_cursor of the previous answer, same filters")
    ] = "",
) -> ReorderPlan:
    """What must be ordered now, from whom, and what it costs. Start here.

    StockTrim's suggested quantities, grouped by supplier, most urgent first, with days left, order-by date, cost and
    flags. Nothing is ordered by this. For one product's settings use get_products.
    """
    start = _start(cursor)
    warnings: list[str] = []
    if locations:
        catalogue, known = await together(stocktrim.products.all(), _suppliers(stocktrim, warnings))
        rows = await _rows_at(stocktrim, catalogue, locations, warnings)
    else:
        rows, catalogue, known = await together(
            stocktrim.order_plan.all(), stocktrim.products.all(), _suppliers(stocktrim, warnings)
        )
    whole = reorder_plan(
        rows,
        Catalogue(catalogue, known),
        Filters(
            suppliers=suppliers,
            categories=categories,
            products=products,
            urgencies=URGENCIES if urgency == "all" else URGENCIES[: URGENCIES.index(urgency) + 1],
        ),
    )
    plan = listed(whole, limit, start)
    filters = {
        "suppliers": suppliers,
        "categories": categories,
        "locations": locations,
        "products": products,
        "urgency": () if urgency == "all" else (urgency,),
    }
    plan = plan.model_copy(update={"warnings": (*warnings, *plan.warnings)})
    return plan if plan.total_lines else _empty(plan, filters)


async def _suppliers(stocktrim: StockTrimClient, warnings: list[str]) -> list[Supplier]:
    """The suppliers' names, which a plan can do without: products name their suppliers' codes."""
    try:
        return await stocktrim.suppliers.all()
    except StockTrimError as error:
        warnings.append(f"Suppliers stand here as their products name them, without names. {error}")
        return []


async def _rows_at(
    stocktrim: StockTrimClient, catalogue: Iterable[Product], locations: Sequence[str], warnings: list[str]
) -> list[OrderPlanRow]:
    """The rows of each location, under the location's code."""
    held = [stock for product in catalogue for stock in product.stock]
    codes = {stock.location_name.casefold(): stock.location_code for stock in held if stock.location_name}
    codes |= {stock.location_code.casefold(): stock.location_code for stock in held}
    wanted = list(dict.fromkeys(codes.get(location.casefold(), location) for location in locations))
    found = await together(*(stocktrim.order_plan.all(locations=[code]) for code in wanted))
    rows: list[OrderPlanRow] = []
    for code, those in zip(wanted, found, strict=True):
        if not those:
            warnings.append(f"The plan has nothing for a location {code!r}; get_products shows a product's.")
        rows += [row.model_copy(update={"location": code}) for row in those]
    return rows


def _start(cursor: str) -> int:
    cursor = cursor.strip()
    if not cursor:
        return 0
    if not (cursor.isdecimal() and len(cursor) <= LONGEST_CURSOR):
        raise ToolError(f"cursor {cursor[:40]!r} is none of this tool's: pass next_cursor as it came, or leave it out.")
    return int(cursor)


def _empty(plan: ReorderPlan, filters: Mapping[str, Sequence[str]]) -> ReorderPlan:
    """Nothing to order is an answer: it names what was asked, and how old the figures are."""
    active = "; ".join(f"{name} = {', '.join(values)}" for name, values in filters.items() if values)
    if plan.as_of is None:
        said = "StockTrim's plan is empty: a forecast has not run yet, or there is nothing to plan."
    else:
        said = f"StockTrim suggests no order, by its plan of {plan.as_of:%Y-%m-%d %H:%M} UTC."
    if active:
        said += f" Asked for: {active}. Leave filters out, or check the codes with search."
    return plan.model_copy(update={"warnings": (said, *plan.warnings)})


PLANNING = Toolset("planning", "What to order, from whom, at what cost.", reads=(get_reorder_plan,))
