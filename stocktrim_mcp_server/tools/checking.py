"""Which settings make a plan unreliable."""

import asyncio
from typing import Annotated

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from stocktrim_mcp_server.answers import LIST
from stocktrim_mcp_server.dependencies import Account
from stocktrim_mcp_server.planning import checks as planning
from stocktrim_mcp_server.planning.checks import CheckTotal, DataCheck, Finding
from stocktrim_mcp_server.toolbox import Codes, Cursor, Toolset


class PlanningData(DataCheck):
    """Findings as they are told, with the age of what they stand on."""

    checked: int = 0
    age: str = ""
    # The answer tells the checks by itself: a caller goes on with products.
    checks: Annotated[tuple[CheckTotal, ...], LIST] = ()
    items: Annotated[tuple[Finding, ...], LIST] = ()


async def check_planning_data(
    account: Account,
    checks: Annotated[Codes, Field(description="['no_cost']")] = (),
    suppliers: Annotated[Codes, Field(description="Codes or names")] = (),
    limit: Annotated[int, Field(ge=1, le=100, description="Findings")] = 20,
    cursor: Cursor = "",
) -> PlanningData:
    """Missing or odd settings behind the plan, with fixes, most money first."""
    books = await account.books()
    try:
        found = await asyncio.to_thread(
            planning.check_planning_data,
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
    nothing = (_nothing(found, checks, suppliers),) if found.checked and not found.total else ()
    warnings = (*nothing, *books.warnings, *found.warnings)
    return PlanningData.model_validate({**dict(found), "age": books.age(found.as_of), "warnings": warnings})


def _nothing(found: DataCheck, checks: Codes, suppliers: Codes) -> str:
    """Nothing to mend is an answer: it names what was looked at, and for what."""
    of = f" of {', '.join(suppliers)}" if suppliers else ""
    return f"Nothing found by {', '.join(checks) or 'any check'} among {found.checked} product(s){of}."


CHECKING = Toolset("checking", "Which settings make a plan unreliable.", reads=(check_planning_data,))
