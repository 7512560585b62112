"""What if."""

import asyncio
from typing import Annotated

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from stocktrim_mcp_server.answers import LIST
from stocktrim_mcp_server.dependencies import Account
from stocktrim_mcp_server.planning.catalogue import Filters
from stocktrim_mcp_server.planning.projection import Assumptions
from stocktrim_mcp_server.planning.replenishment import LeftOut
from stocktrim_mcp_server.planning.simulate import NotBought, SimulatedRow, Simulation, simulate
from stocktrim_mcp_server.toolbox import DAYS, MONEY, Codes, Cursor, Toolset, at_most


class SimulatedPlan(Simulation):
    """A simulation as it is told, with the age of what it stands on."""

    simulation_id: str = ""
    assumptions: str = ""
    age: str = ""
    items: Annotated[tuple[SimulatedRow, ...], LIST] = ()
    # Read, not gone on with: no part of what every session pays for.
    left_out: Annotated[tuple[LeftOut, ...], LIST] = ()
    set_aside: Annotated[tuple[NotBought, ...], LIST] = ()


DEMAND_PCT = at_most(10_000)
"""A hundredfold is more than anybody supposes."""


async def simulate_reorder(
    account: Account,
    products: Annotated[Codes, Field(description="SKUs or product ids")] = (),
    suppliers: Annotated[Codes, Field(description="Codes or names")] = (),
    demand_change_pct: Annotated[
        float | None, Field(allow_inf_nan=False, description="20: a fifth more"), DEMAND_PCT
    ] = None,
    lead_time_days: Annotated[float | None, Field(allow_inf_nan=False, description="90: for all"), DAYS] = None,
    lead_time_change_days: Annotated[float | None, Field(allow_inf_nan=False, description="14: longer"), DAYS] = None,
    service_level_pct: Annotated[float | None, Field(allow_inf_nan=False, description="E.g. 98")] = None,
    delay_days: Annotated[float | None, Field(allow_inf_nan=False, description="7: ordered a week later"), DAYS] = None,
    budget: Annotated[float | None, Field(allow_inf_nan=False, ge=0, description="Money to spend"), MONEY] = None,
    limit: Annotated[int, Field(ge=1, le=100, description="Lines")] = 20,
    cursor: Cursor = "",
) -> SimulatedPlan:
    """What would be ordered under other assumptions, greatest change in cost first. Nothing is saved.

    Our estimates, beside StockTrim's figures and a baseline with nothing changed.
    """
    books = await account.books()
    try:
        assumed = Assumptions(
            demand_change_pct=demand_change_pct or 0,
            lead_time_days=lead_time_days,
            lead_time_change_days=lead_time_change_days or 0,
            service_level_pct=service_level_pct,
            delay_days=delay_days or 0,
        )
        found = await asyncio.to_thread(
            simulate,
            books.rows,
            books.catalogue,
            assumed,
            Filters(suppliers=suppliers, products=products),
            budget=budget,
            today=books.now.date(),
            limit=limit,
            cursor=cursor,
        )
    except ValueError as error:
        raise ToolError(str(error)) from error
    warnings = (*books.said(found.as_of), *found.warnings)
    return SimulatedPlan.model_validate({**dict(found), "age": books.age(found.as_of), "warnings": warnings})


SIMULATING = Toolset("simulating", "What if.", reads=(simulate_reorder,))
