"""A reorder plan as it is shown: some of its lines, with the totals of the whole."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from pydantic import Field

from stocktrim_client.models import Model
from stocktrim_mcp_server.planning.catalogue import COUNTED, Item, OpenOrder
from stocktrim_mcp_server.planning.confidence import away_from_sales
from stocktrim_mcp_server.planning.cover import Urgency, order_by, runs_dry_on
from stocktrim_mcp_server.planning.identity import cursor_at, start_of
from stocktrim_mcp_server.planning.overdue import NOT_PLACED
from stocktrim_mcp_server.planning.plan import AddOn, Line, WholePlan, in_units, name_of, total_of
from stocktrim_mcp_server.planning.purchasing import odd_quantity
from stocktrim_mcp_server.planning.replenishment import (
    WAIT_DAYS,
    LeftOut,
    limits_of,
    margin_of,
    pace_of,
)

MORE_GROUPS = 6
"""Groups told in a line each, without their products."""

NEGATIVE = "negative stock: count first, likely too many"

LONGEST_FLAG = 200
"""Characters kept of what StockTrim says about a row."""


class Row(Model):
    """One product to order."""

    product: str = Field(description="SKU")
    name: str | None = None
    supplier: str | None = Field(default=None, description="Absent: the group's")
    location: str | None = Field(default=None, description="Absent: the whole business")
    urgency: Urgency | None = Field(default=None, description="Absent: StockTrim computed no days")
    on_hand: float | None = None
    on_order: float | None = Field(default=None, description="Sent and not received; drafts are not counted")
    days_left: int | None = Field(default=None, description="Days until stock-out; 0 or less: out")
    dry_days: int | None = Field(
        default=None, description="Estimate: days without stock before an order placed today can arrive; absent: none"
    )
    lead_time_days: int | None = None
    order_by: date | None = None
    unit_cost: float | None = None
    suggested: float | None = Field(
        default=None, description="StockTrim's order quantity, where it is more than what is to buy"
    )
    to_buy: float = Field(description="Units to order now: StockTrim's suggestion less what is on open orders")
    line_cost: float | None = Field(default=None, description="Of what is to buy; absent: StockTrim holds no cost")
    lost_margin: float | None = Field(
        default=None,
        description=f"Estimate: margin lost if ordered {WAIT_DAYS} days later instead of now; absent: none",
    )
    lost_margin_a_day: float | None = Field(default=None, description="Estimate: margin lost each day without stock")
    forecast_per_day: float | None = Field(default=None, description="Units a day by the forecast, which days rest on")
    sold_per_day: float | None = Field(default=None, description="Recent sales: units a day, average of 120 days")
    open_orders: tuple[OpenOrder, ...] = Field(default=(), description="Orders that already hold it")
    flags: tuple[str, ...] = Field(default=(), description="What to look at before ordering")


class Group(Model):
    """What to order from one supplier, or of one category, location or urgency."""

    key: str
    name: str | None = None
    lines: int
    state: str = Field(description="How many lines are out, will be dry before delivery, are past their date, ...")
    cost: float | None = Field(default=None, description="Sum of the priced lines; absent: none is priced")
    unpriced_lines: int | None = Field(default=None, description="Lines without a cost, not in `cost`")
    lost_margin: float | None = Field(
        default=None, description=f"Estimate: lost by waiting {WAIT_DAYS} days; absent: none"
    )
    late_lost_margin: float | None = Field(default=None, description="Of that by its late lines")
    rows: tuple[Row, ...] = ()


class SetAside(Model):
    """What StockTrim suggests and nobody has to buy."""

    product: str
    name: str | None = None
    supplier: str
    location: str | None = None
    urgency: Urgency | None = None
    days_left: int | None = None
    suggested: float = Field(description="StockTrim's suggested order quantity, units")
    why: str = Field(description="And what to do instead")


class Plan(Model):
    """What to order now."""

    plan_id: str
    as_of: datetime | None = Field(default=None, description="When StockTrim computed it, UTC")
    total_lines: int = Field(description="To buy")
    total_cost: float | None = Field(default=None, description="Of the lines to buy with a cost, account's currency")
    unpriced_lines: int | None = Field(default=None, description="Lines without a cost; absent: none")
    suggested_lines: int | None = Field(default=None, description="All that StockTrim suggests within the filters")
    suggested_cost: float | None = Field(default=None, description="Of StockTrim's whole quantities with a cost")
    set_aside_lines: int | None = Field(default=None, description="Of those suggested, nothing to buy of these")
    set_aside_cost: float | None = Field(default=None, description="Of these, StockTrim's quantities")
    partly_ordered_cost: float | None = Field(
        default=None, description="Of lines to buy or left out, what is on open orders already; the rest is theirs"
    )
    total_groups: int = 0
    lost_margin: float | None = Field(
        default=None,
        description=f"Estimate, at stake: margin lost if all, left out or not, is ordered {WAIT_DAYS} days later",
    )
    budget: float | None = None
    unspent: float | None = Field(default=None, description="Of the budget")
    lost_margin_avoided: float | None = Field(default=None, description="Estimate: of that, what the budget avoids")
    left_out_lines: int | None = Field(default=None, description="Lines the budget does not pay for")
    left_out_cost: float | None = None
    left_out_lost_margin: float | None = Field(default=None, description="Estimate: accepted by leaving them out")
    add_on_lines: int | None = Field(default=None, description="Could go with these orders")
    add_on_suggested_lines: int | None = Field(
        default=None, description="Of those, suggested by StockTrim, beyond the horizon; listed first"
    )
    add_on_cost: float | None = Field(default=None, description="With estimates")
    groups: tuple[Group, ...] = ()
    more_groups: tuple[str, ...] = Field(default=(), description="The next groups, without their lines")
    left_out: tuple[LeftOut, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    add_ons: tuple[AddOn, ...] = ()
    next_cursor: str | None = None
    notes: str | None = Field(default=None, description="How to read the figures")
    warnings: tuple[str, ...] = ()


def window(plan: WholePlan, limit: int, cursor: str = "", *, detail: bool = False) -> Plan:
    """`limit` lines of a plan, from where the cursor stands; totals stay those of the whole.

    First the lines to buy, then those a budget left out, then those set aside; what is to be done for the most urgent
    of these is among the warnings. Add-ons stand with their supplier's first line. A cursor of another plan starts
    this one anew and says so. What holds of the whole plan is said with its first lines alone. `detail` adds unit
    cost, rates, lead time and what waiting and a day without stock lose.

    Raises: ValueError if the cursor is none of ours.
    """
    lines = plan.lines
    total = len(plan.set_aside) + len(lines) + len(plan.left_out)
    start, said = start_of(cursor, plan.plan_id, plan.group_by[0], "plan", total)
    end = start + limit
    costs = [line.cost for line in lines if line.cost is not None]
    after, last = len(lines), len(lines) + len(plan.left_out)
    groups = tuple(_shown_groups(plan, start, end, detail))
    left_out = plan.left_out[max(0, start - after) : max(0, end - after)]
    set_aside = plan.set_aside[max(0, start - last) : max(0, end - last)]
    left = [line for line, _ in plan.left_out]
    add_ons, unseen = _shown_add_ons(plan, lines, start, end)
    return Plan(
        plan_id=plan.plan_id,
        as_of=plan.as_of,
        total_lines=len(lines),
        total_cost=total_of(costs),
        unpriced_lines=len(lines) - len(costs) or None,
        suggested_lines=len(plan.suggested),
        suggested_cost=_whole_cost(plan.suggested),
        set_aside_lines=len(plan.set_aside) or None,
        set_aside_cost=_whole_cost(line for line, _ in plan.set_aside),
        partly_ordered_cost=_money(
            (_cost_of(line) or 0.0) - (line.cost or 0.0) for line in (*lines, *left) if line.to_buy != line.quantity
        ),
        total_groups=len(plan.groups),
        lost_margin=_money(line.lost_margin for line in (*lines, *left)),
        budget=plan.budget,
        unspent=None if plan.budget is None else round(plan.budget - math.fsum(costs), 2),
        lost_margin_avoided=None if plan.budget is None else _money(line.lost_margin for line in lines),
        left_out_lines=len(plan.left_out) or None,
        left_out_cost=total_of([line.cost for line in left if line.cost is not None]),
        left_out_lost_margin=_money(line.lost_margin for line in left),
        add_on_lines=None if plan.add_ons is None else len(plan.add_ons),
        add_on_suggested_lines=sum(one.suggested_to_buy is not None for one in plan.add_ons or ()) or None,
        add_on_cost=total_of([one.cost for one in plan.add_ons or () if one.cost is not None]),
        groups=groups,
        more_groups=tuple(_more_groups(plan, end)) if start == 0 else (),
        left_out=tuple(_left_out(*one) for one in left_out),
        set_aside=tuple(_set_aside(*one) for one in set_aside),
        add_ons=add_ons,
        next_cursor=cursor_at(plan.plan_id, plan.group_by[0], end, total),
        notes=". ".join(_notes(plan)) or None if start == 0 else None,
        warnings=(*said, *(plan.warnings if start == 0 else ()), *unseen),
    )


def is_later(plan: WholePlan, cursor: str) -> bool:
    """Whether a cursor stands past the start of this plan, so that what holds of the whole has been said.

    Raises: ValueError if the cursor is none of ours.
    """
    return start_of(cursor, plan.plan_id, plan.group_by[0], "plan", 0)[0] > 0


def _cost_of(line: Line) -> float | None:
    """Of StockTrim's whole quantity."""
    unit_cost = line.item.unit_cost
    return None if unit_cost is None else round(line.quantity * unit_cost, 2)


def _whole_cost(lines: Iterable[Line]) -> float | None:
    return total_of([cost for line in lines if (cost := _cost_of(line)) is not None])


def _money(amounts: Iterable[float]) -> float | None:
    return round(sum(amounts), 2) or None


def _shown_groups(plan: WholePlan, start: int, end: int, detail: bool) -> Iterator[Group]:
    """The groups with lines between start and end."""
    passed = 0
    for group in plan.groups:
        lines = group.lines[max(0, start - passed) : max(0, end - passed)]
        passed += len(group.lines)
        if lines:
            yield Group(
                key=group.key,
                name=group.name,
                lines=len(group.lines),
                state=group.state,
                cost=group.cost,
                unpriced_lines=sum(line.cost is None for line in group.lines) or None,
                lost_margin=group.lost_margin or None,
                late_lost_margin=group.late_lost_margin or None,
                rows=tuple(_row(line, plan, detail) for line in lines),
            )


def _more_groups(plan: WholePlan, end: int) -> Iterator[str]:
    """Of the groups after these lines the first, each in a line; how many there are is told by `total_groups`."""
    passed = told = 0
    for group in plan.groups:
        if passed >= end and told < MORE_GROUPS:
            told += 1
            name = "" if group.name is None else f" {group.name}"
            cost = "no cost" if group.cost is None else f"cost {group.cost:.2f}"
            lost = f"lost margin {group.lost_margin:.2f}, of it late {group.late_lost_margin:.2f}"
            yield f"{group.key}{name} ({group.state}; {cost}; {lost})"
        passed += len(group.lines)


def _shown_add_ons(
    plan: WholePlan, lines: Sequence[Line], start: int, end: int
) -> tuple[tuple[AddOn, ...], tuple[str, ...]]:
    """Add-ons of the suppliers whose first line is shown, and of those asked for that have none; what is not told."""
    if not plan.add_ons:
        return (), ()
    firsts: dict[str, int] = {}
    for place, line in enumerate(lines):
        firsts.setdefault(line.item.supplier, place)
    found = [one for one in plan.add_ons if start <= firsts.get(one.supplier, 0) < end]
    more = len(found) - (end - start)
    if more <= 0:
        return tuple(found), ()
    return tuple(found[: end - start]), (
        f"{more} more add-on(s) of the suppliers shown are not told: ask for one supplier, or raise the limit.",
    )


def _notes(plan: WholePlan) -> Iterator[str]:
    """What the figures mean, where a name does not say it. Read once, with the first lines."""
    lines = [*plan.lines, *(line for line, _ in plan.left_out)]
    if plan.set_aside or any(line.to_buy != line.quantity for line in lines):
        yield ("totals: still to buy; suggested cost = total + left out + set aside + partly ordered cost")
    if any(line.dry_days for line in lines):
        yield (
            "dry days: estimate, days without stock before an order placed today can arrive, if what is on order comes "
            "in time"
        )
    if any(line.lost_margin for line in lines):
        yield (f"lost margin: estimate, margin lost if ordered {WAIT_DAYS} days later instead of now")
    if lines:
        yield "dates: days of UTC"
    if plan.budget is not None:
        yield (
            "budget: spent line by line, most lost margin avoided per 1 spent first; on lines that lose nothing only "
            "if it pays for all that do"
        )
    if any(line.item.row.is_uncertain for line in lines):
        yield "weak forecast: StockTrim's mark (threshold not published); R2: fit of its best method, of 1"


def _row(line: Line, plan: WholePlan, detail: bool) -> Row:
    item, row = line.item, line.item.row
    loses = detail or plan.budget is not None
    return Row(
        product=row.code,
        name=name_of(item),
        supplier=None if plan.group_by == "supplier" else item.supplier,
        location=row.location,
        urgency=line.urgency,
        on_hand=row.on_hand,
        on_order=row.on_order,
        days_left=row.days_until_stock_out,
        dry_days=line.dry_days or None,
        lead_time_days=row.lead_time_days if detail else None,
        order_by=order_by(_computed_on(item), row.days_until_order),
        unit_cost=item.unit_cost if detail else None,
        suggested=line.quantity if line.to_buy != line.quantity else None,
        to_buy=line.to_buy,
        line_cost=line.cost,
        lost_margin=round(line.lost_margin, 2) or None if loses else None,
        lost_margin_a_day=_lost_a_day(item) if detail else None,
        forecast_per_day=round(pace_of(item).daily_rate, 4) if detail else None,
        sold_per_day=row.daily_demand if detail else None,
        open_orders=line.orders,
        flags=tuple(flags(line)),
    )


def _lost_a_day(item: Item) -> float | None:
    """None: no cost, no price, or nothing to lose."""
    margin = margin_of(item)
    return None if margin is None or margin <= 0 else round(margin * pace_of(item).daily_rate, 2) or None


def _left_out(line: Line, why: str) -> LeftOut:
    row = line.item.row
    return LeftOut(
        product=row.code,
        name=name_of(line.item),
        supplier=line.item.supplier,
        location=row.location,
        order_quantity=line.to_buy,
        line_cost=line.cost,
        runs_dry_on=runs_dry_on(_computed_on(line.item), row.days_until_stock_out),
        lost_margin=round(line.lost_margin, 2) or None,
        why=why,
    )


def _set_aside(line: Line, why: str) -> SetAside:
    row = line.item.row
    return SetAside(
        product=row.code,
        name=name_of(line.item),
        supplier=line.item.supplier,
        location=row.location,
        urgency=line.urgency,
        days_left=row.days_until_stock_out,
        suggested=line.quantity,
        why=why,
    )


def _computed_on(item: Item) -> date | None:
    return item.row.calculated_at.date() if item.row.calculated_at else None


def flags(line: Line) -> Iterator[str]:
    """What to look at before ordering a line."""
    item, row = line.item, line.item.row
    if line.ordered > 0:
        yield f"{in_units(min(line.ordered, line.quantity))} of {in_units(line.quantity)} ordered already"
    elif row.location is not None and any(order.status != COUNTED for order in line.orders):
        yield "orders without a place may hold it"
    if odd := odd_quantity(line.to_buy, limits_of(item)):
        waiting = next((f", or add it to Draft {one.reference}" for one in line.orders if one.status == NOT_PLACED), "")
        yield f"{in_units(line.to_buy)} is {odd}{waiting}"
    if (row.on_hand or 0) < 0:
        yield NEGATIVE
    if away := away_from_sales(item):
        yield away
    if item.unit_cost is None:
        yield "no cost"
    if row.is_uncertain:
        yield "weak forecast" if row.best_fit is None else f"weak forecast R2 {row.best_fit:.2f}"
    if row.made_of_count:
        yield "made from parts"
    if item.discontinued:
        yield "discontinued"
    if item.product is None:
        yield "not in catalogue"
    if row.error:
        yield row.error[:LONGEST_FLAG]
