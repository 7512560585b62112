"""Which settings make a plan unreliable."""

from typing import Annotated

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from stocktrim_mcp_server.answers import thin
from stocktrim_mcp_server.dependencies import Account
from stocktrim_mcp_server.planning import checks as planning
from stocktrim_mcp_server.planning.checks import CheckTotal, DataCheck, Finding
from stocktrim_mcp_server.toolbox import Codes, Cursor, Toolset


class PlanningData(DataCheck):
    """Findings as they are told, with the age of what they stand on."""

    age: str = ""
    checks: Annotated[tuple[CheckTotal, ...], thin("check", "basis")] = ()
    items: Annotated[tuple[Finding, ...], thin("check", "product", "wrong", "fix", "field")] = ()


async def check_planning_data(
    account: Account,
    checks: Annotated[Codes, Field(description="Names, e.g. ['no_cost', 'negative_stock']; empty = all")] = (),
    suppliers: Annotated[Codes, Field(description="Codes or names; empty = all")] = (),
    limit: Annotated[int, Field(ge=1, le=100, description="Findings to show")] = 20,
    cursor: Cursor = "",
) -> PlanningData:
    """Settings that make StockTrim's plan unreliable, ranked by the money they touch, each with what to change.

    Costs, lead times, suppliers, stock below zero, weak forecasts and the like. Use it before trusting totals.
    """
    books = await account.books()
    try:
        found = planning.check_planning_data(
            books.rows,
            books.catalogue,
            today=books.now.date(),
            checks=checks,
            suppliers=suppliers,
            limit=limit,
            cursor=cursor,
        )
    except ValueError as error:
        raise ToolError(str(error)) from error
    known = books.catalogue.supplier_words()
    strange = [one for one in suppliers if one.casefold() not in {word.casefold() for word in known}]
    said = [f"No product is of a supplier {one!r}; search finds codes from words." for one in strange]
    if not found.total:
        said.append(f"Nothing found among {found.checked} product(s).")
    warnings = (*said, *books.warnings, *found.warnings)
    return PlanningData.model_validate({**dict(found), "age": books.age(found.as_of), "warnings": warnings})


CHECKING = Toolset("checking", "Which settings make a plan unreliable.", reads=(check_planning_data,))
