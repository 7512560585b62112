"""What to order."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field, WithJsonSchema

from stocktrim_mcp_server.answers import thin
from stocktrim_mcp_server.dependencies import Account
from stocktrim_mcp_server.kept import LAST, Kept, is_meant
from stocktrim_mcp_server.planning.catalogue import Filters, select
from stocktrim_mcp_server.planning.compare import Comparison, Digest, PlanChange, compare, narrowed
from stocktrim_mcp_server.planning.cover import URGENCIES
from stocktrim_mcp_server.planning.plan import Group, Grouping, LeftOut, Plan, reorder_plan, window
from stocktrim_mcp_server.records import Books, Records
from stocktrim_mcp_server.toolbox import Codes, Cursor, Toolset

MOST_LINES = 200
CHANGES_TOLD = 20
PLANS_NAMED = 5

_GROUPS: dict[str, Any] = {
    "type": "array",
    "items": {"type": "object", "properties": {"key": {"type": "string"}, "rows": {"type": "array"}}},
}


class ReorderPlan(Plan):
    """A plan as it is told: with its age, and what changed since an earlier one."""

    age: str = ""
    groups: Annotated[tuple[Group, ...], WithJsonSchema(_GROUPS)] = ()
    left_out: Annotated[tuple[LeftOut, ...], thin("product", "why")] = ()
    compared_with: str | None = None
    changes: Annotated[tuple[PlanChange, ...], thin("product", "kind", "driver")] = ()


async def get_reorder_plan(
    account: Account,
    suppliers: Annotated[Codes, Field(description="Codes or names, e.g. ['ACME']; empty = all")] = (),
    categories: Annotated[Codes, Field(description="Empty = all")] = (),
    locations: Annotated[
        Codes, Field(description="Codes or names: a line per product and location; empty = whole business")
    ] = (),
    products: Annotated[Codes, Field(description="SKUs or product ids; empty = all")] = (),
    urgency: Annotated[
        Literal["late", "due", "soon", "all"],
        Field(description="late: overdue or out; due: or within 7 days; soon: or within 14"),
    ] = "all",
    horizon_days: Annotated[
        int | None, Field(ge=0, description="Only what must be ordered within so many days")
    ] = None,
    budget: Annotated[
        float | None,
        Field(allow_inf_nan=False, ge=0, description="Money: keeps the lines that avoid most lost margin for it"),
    ] = None,
    group_by: Annotated[Grouping, Field(description="Headings")] = "supplier",
    detail: Annotated[bool, Field(description="Adds unit cost, demand, lead time, margin lost a day")] = False,
    compare_to: Annotated[
        str, Field(description="Tells what changed since a plan_id, a date (2026-11-16) or the 'last' plan")
    ] = "",
    limit: Annotated[int, Field(ge=1, le=MOST_LINES, description="Lines to show")] = 50,
    cursor: Cursor = "",
) -> ReorderPlan:
    """What must be ordered now, from whom, and what it costs. Start here.

    StockTrim's suggested quantities, most urgent first, with days left, order-by date, cost, open orders and flags.
    Nothing is ordered by this. Why a quantity: explain_reorder; other assumptions: simulate_reorder.
    """
    books = await account.books(locations)
    filters = Filters(
        suppliers=suppliers,
        categories=categories,
        locations=books.locations,
        products=products,
        urgencies=URGENCIES if urgency == "all" else URGENCIES[: URGENCIES.index(urgency) + 1],
        horizon_days=horizon_days,
    )
    whole = reorder_plan(books.rows, books.catalogue, filters, group_by=group_by, budget=budget)
    try:
        plan = window(whole, limit, cursor, detail=detail)
    except ValueError as error:
        raise ToolError(str(error)) from error
    digest = account.joined.digest(books, plan.plan_id, plan.as_of)
    compared = await _compared(account, books, filters, digest, compare_to) if compare_to.strip() else {}
    kept = Kept(plan_id=plan.plan_id, kept_at=books.now, as_of=plan.as_of, locations=books.locations)
    await asyncio.to_thread(account.kept.keep, kept, digest.lines)
    asked = {
        "suppliers": suppliers,
        "categories": categories,
        "locations": locations,
        "products": products,
        "urgency": () if urgency == "all" else (urgency,),
        "horizon_days": () if horizon_days is None else (str(horizon_days),),
    }
    nothing = () if plan.total_lines or plan.left_out_lines else (_empty(plan, asked),)
    warnings = (*nothing, *compared.pop("warnings", ()), *books.said(plan.as_of), *plan.warnings)
    return ReorderPlan.model_validate({**dict(plan), **compared, "age": books.age(plan.as_of), "warnings": warnings})


async def _compared(account: Records, books: Books, filters: Filters, now: Digest, said: str) -> dict[str, Any]:
    """What changed since the plan meant, of the products asked for; that none is kept is no failure."""
    if not is_meant(said):
        raise ToolError(f"compare_to {said[:40]!r} is no plan: pass a plan_id, a date such as 2026-11-16, or {LAST!r}.")
    found = await asyncio.to_thread(account.kept.find, said, books.locations, now.as_of)
    if found is None:
        return {"warnings": (_not_kept(said, await asyncio.to_thread(account.kept.known)),)}
    kept, before = found
    if set(kept.locations) != set(books.locations):
        places = ", ".join(kept.locations) or "the whole business"
        return {"warnings": (f"Plan {kept.plan_id} is of {places}: ask for the same to compare with it.",)}
    if filters.suppliers or filters.categories or filters.products:
        meant = [item.row for item in select(books.rows, books.catalogue, filters)]
        before, now = narrowed(before, meant), narrowed(now, meant)
    comparison = compare(before, now, limit=CHANGES_TOLD)
    return {
        "compared_with": _in_words(comparison),
        "changes": comparison.changes,
        "warnings": comparison.warnings,
    }


def _in_words(found: Comparison) -> str:
    when = "" if found.as_of_before is None else f" of {found.as_of_before:%Y-%m-%d %H:%M} UTC"
    return (
        f"plan {found.plan_id_before}{when}: {found.new} new, {found.gone} gone, {found.moved} moved by more than "
        f"25 %, {found.unchanged} much the same"
    )


def _not_kept(said: str, known: Sequence[Kept]) -> str:
    named = ", ".join(
        kept.plan_id if kept.as_of is None else f"{kept.plan_id} ({kept.as_of:%Y-%m-%d})"
        for kept in known[:PLANS_NAMED]
    )
    return f"No earlier plan {said.strip()!r} is kept here, so nothing is compared. Kept: {named or 'none yet'}."


def _empty(plan: Plan, filters: Mapping[str, Sequence[str]]) -> str:
    """Nothing to order is an answer: it names what was asked, and how old the figures are."""
    active = "; ".join(f"{name} = {', '.join(values)}" for name, values in filters.items() if values)
    if plan.as_of is None:
        said = "StockTrim's plan is empty: a forecast has not run yet, or there is nothing to plan."
    else:
        said = f"StockTrim suggests no order, by its plan of {plan.as_of:%Y-%m-%d %H:%M} UTC."
    if active:
        said += f" Asked for: {active}. Leave filters out, or check the codes with search."
    return said


PLANNING = Toolset("planning", "What to order, from whom, at what cost.", reads=(get_reorder_plan,))
