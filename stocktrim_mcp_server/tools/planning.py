"""What to order."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field, WithJsonSchema

from stocktrim_mcp_server.answers import LIST
from stocktrim_mcp_server.dependencies import Account
from stocktrim_mcp_server.kept import LAST, Kept, KeptPlans, Question, is_meant
from stocktrim_mcp_server.planning.catalogue import Filters, unknown
from stocktrim_mcp_server.planning.compare import Comparison, Digest, PlanChange, compare, narrowed
from stocktrim_mcp_server.planning.plan import AddOn, Grouping, reorder_plan
from stocktrim_mcp_server.planning.replenishment import LeftOut
from stocktrim_mcp_server.planning.told import Group, Plan, SetAside, is_later, window
from stocktrim_mcp_server.records import Books, Joined
from stocktrim_mcp_server.toolbox import MONEY, Codes, Cursor, Toolset, at_most

MOST_LINES = 200
CHANGES_TOLD = 20
PLANS_NAMED = 5
CODES_NAMED = 6

_GROUPS: dict[str, Any] = {
    "type": "array",
    "items": {"type": "object", "properties": {"key": {"type": "string"}, "rows": {"type": "array"}}},
}


class ReorderPlan(Plan):
    """A plan as it is told: with its age, and what changed since an earlier one."""

    age: str = ""
    groups: Annotated[tuple[Group, ...], WithJsonSchema(_GROUPS)] = ()
    left_out: Annotated[tuple[LeftOut, ...], LIST] = ()
    set_aside: Annotated[tuple[SetAside, ...], LIST] = ()
    add_ons: Annotated[tuple[AddOn, ...], LIST] = ()
    compared_with: str | None = None
    changes: Annotated[tuple[PlanChange, ...], LIST] = ()


class Asked(NamedTuple):
    """A question about the plan."""

    filters: Filters
    group_by: Grouping
    budget: float | None
    add_on_days: int | None
    detail: bool
    compare_to: str
    limit: int
    cursor: str


LOOKING_AHEAD = at_most(100_000)
"""Of days more than there are: who asks for so many wants all."""


async def get_reorder_plan(
    account: Account,
    suppliers: Annotated[Codes, Field(description="Codes, names: ['ACME']")] = (),
    categories: Annotated[Codes, Field(description="Names")] = (),
    locations: Annotated[Codes, Field(description="Codes, names; a line per place")] = (),
    products: Annotated[Codes, Field(description="SKUs or ids")] = (),
    horizon_days: Annotated[
        int | None, Field(ge=0, description="0: late or due today; 7: this week"), LOOKING_AHEAD
    ] = None,
    budget: Annotated[
        float | None,
        Field(allow_inf_nan=False, ge=0, description="Spent to avoid most lost margin"),
        MONEY,
    ] = None,
    add_on_days: Annotated[
        int | None, Field(ge=0, description="Adds what falls due there by then"), LOOKING_AHEAD
    ] = None,
    group_by: Annotated[Grouping, Field(description="Headings")] = "supplier",
    detail: Annotated[bool, Field(description="Adds unit cost, rates, lead time")] = False,
    compare_to: Annotated[str, Field(description="Changes since 'last', a date or plan_id")] = "",
    limit: Annotated[int, Field(ge=1, le=MOST_LINES, description="Lines")] = 40,
    cursor: Cursor = "",
) -> ReorderPlan:
    """What to buy now, from whom, at what cost. Start here.

    StockTrim's suggestions, most urgent first, less what is ordered already or made here. Why: explain_reorder.
    """
    books = await account.books(locations)
    filters = Filters(
        suppliers=suppliers,
        categories=categories,
        locations=books.locations,
        products=products,
        horizon_days=horizon_days,
    )
    asked = Asked(filters, group_by, budget, add_on_days, detail, compare_to, limit, cursor)
    said = {
        "suppliers": suppliers,
        "categories": categories,
        "locations": locations,
        "products": products,
        "horizon_days": () if horizon_days is None else (str(horizon_days),),
    }
    # Thousands of lines take a while, in which others ask as well.
    return await asyncio.to_thread(_told, account.joined, account.kept, books, asked, said)


def _told(
    joined: Joined, kept: KeptPlans, books: Books, asked: Asked, said: Mapping[str, Sequence[str]]
) -> ReorderPlan:
    """The answer to a question. Blocks."""
    if lost := [one for one in unknown(books.rows, books.catalogue, asked.filters) if one.is_all]:
        raise ToolError(" ".join(sentence for one in lost for sentence in one.said))
    whole = reorder_plan(
        books.rows,
        books.catalogue,
        asked.filters,
        group_by=asked.group_by,
        budget=asked.budget,
        add_on_days=asked.add_on_days,
        today=books.now.date(),
    )
    try:
        plan = window(whole, asked.limit, asked.cursor, detail=asked.detail)
    except ValueError as error:
        raise ToolError(str(error)) from error
    digest = joined.digest(books, plan.plan_id, plan.as_of)
    compares = bool(asked.compare_to.strip()) and not is_later(whole, asked.cursor)
    compared = _compared(kept, books, asked, digest) if compares else {}
    question = Question(
        suppliers=tuple(asked.filters.suppliers),
        categories=tuple(asked.filters.categories),
        products=tuple(asked.filters.products),
        horizon_days=asked.filters.horizon_days,
        budget=asked.budget,
    )
    now = Kept(plan_id=plan.plan_id, kept_at=books.now, as_of=plan.as_of, locations=books.locations, question=question)
    kept.keep(now, digest.lines)
    nothing = () if plan.total_lines or plan.left_out_lines else (_empty(plan, said),)
    warnings = (*nothing, *compared.pop("warnings", ()), *books.said(plan.as_of), *plan.warnings)
    return ReorderPlan.model_validate({**dict(plan), **compared, "age": books.age(plan.as_of), "warnings": warnings})


def _compared(kept: KeptPlans, books: Books, asked: Asked, now: Digest) -> dict[str, Any]:
    """What changed since the plan meant, of the products asked for; that none is kept is no failure."""
    said, filters = asked.compare_to, asked.filters
    if not is_meant(said):
        raise ToolError(f"compare_to {said[:40]!r} is no plan: pass a plan_id, a date such as 2026-11-16, or {LAST!r}.")
    found = kept.find(said, books.locations, now.as_of)
    if found is None:
        return {"warnings": (_not_kept(said, now.as_of, books.locations, kept.known()),)}
    earlier, before = found
    if set(earlier.locations) != set(books.locations):
        places = ", ".join(earlier.locations) or "the whole business"
        return {"warnings": (f"Plan {earlier.plan_id} is of {places}: ask for the same to compare with it.",)}
    if now.as_of is not None and earlier.as_of == now.as_of:
        same = f"Plan {earlier.plan_id} is of the same computation, {_at(now.as_of)}, so nothing can have changed."
        return {"warnings": (f"{same} Ask again after the next forecast.",)}
    lost: Sequence[str] = ()
    if filters.suppliers or filters.categories or filters.products:
        before, lost = narrowed(before, books.rows, books.catalogue, filters)
        now, _ = narrowed(now, books.rows, books.catalogue, filters)
    comparison = compare(before, now, limit=CHANGES_TOLD)
    asks = filters.suppliers or filters.categories or filters.products
    return {
        "compared_with": _in_words(comparison) + (", of what is asked for now alone" if asks else ""),
        "changes": comparison.changes,
        "warnings": (*comparison.warnings, *([_lost(lost)] if lost else ())),
    }


def _lost(codes: Sequence[str]) -> str:
    named = ", ".join(codes[:CODES_NAMED]) + (", ..." if len(codes) > CODES_NAMED else "")
    return (
        f"{len(codes)} product(s) of the earlier plan are in neither plan nor catalogue now, so whether the filters "
        f"mean them cannot be said: {named}."
    )


def _in_words(found: Comparison) -> str:
    when = "" if found.as_of_before is None else f" of {found.as_of_before:%Y-%m-%d %H:%M} UTC"
    return (
        f"plan {found.plan_id_before}{when}: {found.new} new, {found.gone} gone, {found.moved} moved by more than "
        f"25 %, {found.unchanged} much the same"
    )


def _at(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


def _not_kept(said: str, as_of: datetime | None, locations: Sequence[str], known: Sequence[Kept]) -> str:
    """Why nothing is compared, and which kept plans would do: earlier ones of the same places."""
    earlier = [
        kept
        for kept in known
        if kept.as_of is not None and set(kept.locations) == set(locations) and (as_of is None or kept.as_of < as_of)
    ]
    nothing = "so nothing is compared."
    if earlier:
        days = dict.fromkeys(f"{kept.as_of:%Y-%m-%d} ({kept.plan_id})" for kept in earlier)
        return (
            f"No plan {said.strip()!r} is kept here, {nothing} Earlier ones kept: {', '.join([*days][:PLANS_NAMED])}."
        )
    this = "StockTrim has computed no plan" if as_of is None else f"This is StockTrim's plan of {_at(as_of)}"
    return f"{this}; no earlier one is kept here, {nothing} Ask again after the next forecast."


def _empty(plan: Plan, filters: Mapping[str, Sequence[str]]) -> str:
    """Nothing to order is an answer: it names what was asked, and how old the figures are."""
    active = "; ".join(f"{name} = {', '.join(values)}" for name, values in filters.items() if values)
    if plan.as_of is None:
        said = "StockTrim's plan is empty: a forecast has not run yet, or there is nothing to plan."
    elif plan.set_aside_lines:
        said = f"Nothing is to buy: all {plan.set_aside_lines} line(s) that StockTrim suggests are set aside, see why."
    else:
        said = f"StockTrim suggests no order, by its plan of {plan.as_of:%Y-%m-%d %H:%M} UTC."
    if active:
        said += f" Asked for: {active}. All of it is known; leave filters out to see more."
    return said


PLANNING = Toolset("planning", "What to order, from whom, at what cost.", reads=(get_reorder_plan,))
