"""What if."""

from typing import Annotated

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from stocktrim_mcp_server.answers import thin
from stocktrim_mcp_server.dependencies import Account
from stocktrim_mcp_server.planning.catalogue import Filters
from stocktrim_mcp_server.planning.replenishment import LeftOut
from stocktrim_mcp_server.planning.simulate import Assumptions, SimulatedRow, Simulation, simulate
from stocktrim_mcp_server.toolbox import Codes, Cursor, Toolset


class SimulatedPlan(Simulation):
    """A simulation as it is told, with the age of what it stands on."""

    age: str = ""
    items: Annotated[tuple[SimulatedRow, ...], thin("product", "supplier", "location")] = ()
    left_out: Annotated[tuple[LeftOut, ...], thin("product", "why")] = ()


async def simulate_reorder(
    account: Account,
    products: Annotated[Codes, Field(description="SKUs or product ids; empty = all")] = (),
    suppliers: Annotated[Codes, Field(description="Codes or names; empty = all")] = (),
    demand_change_pct: Annotated[
        float, Field(allow_inf_nan=False, ge=-100, description="20: a fifth more; -50: half")
    ] = 0,
    lead_time_days: Annotated[
        float | None, Field(allow_inf_nan=False, ge=0, description="Instead of StockTrim's")
    ] = None,
    lead_time_change_days: Annotated[float, Field(allow_inf_nan=False, description="14: two weeks longer")] = 0,
    service_level_pct: Annotated[
        float | None, Field(allow_inf_nan=False, ge=50, lt=100, description="Instead of StockTrim's")
    ] = None,
    delay_days: Annotated[float, Field(allow_inf_nan=False, ge=0, description="7: a week later")] = 0,
    budget: Annotated[float | None, Field(allow_inf_nan=False, ge=0, description="Money to spend")] = None,
    limit: Annotated[int, Field(ge=1, le=100, description="Lines to show")] = 20,
    cursor: Cursor = "",
) -> SimulatedPlan:
    """What would have to be ordered under other assumptions, greatest change in cost first. Nothing is saved.

    Every figure is our estimate: StockTrim's own and the estimate with nothing changed (baseline) stand beside it.
    """
    books = await account.books()
    try:
        assumed = Assumptions(
            demand_change_pct=demand_change_pct,
            lead_time_days=lead_time_days,
            lead_time_change_days=lead_time_change_days,
            service_level_pct=service_level_pct,
            delay_days=delay_days,
        )
        found = simulate(
            books.rows,
            books.catalogue,
            assumed,
            Filters(suppliers=suppliers, products=products),
            budget=budget,
            limit=limit,
            cursor=cursor,
        )
    except ValueError as error:
        raise ToolError(str(error)) from error
    warnings = (*books.said(found.as_of), *found.warnings)
    return SimulatedPlan.model_validate({**dict(found), "age": books.age(found.as_of), "warnings": warnings})


SIMULATING = Toolset("simulating", "What if.", reads=(simulate_reorder,))
