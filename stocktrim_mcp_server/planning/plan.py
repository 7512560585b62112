"""The reorder plan: StockTrim's suggestions, joined with supplier, cost and open orders, most pressing first.

A plan is a value: the same account and the same question give the same `plan_id`, whenever and in whatever order they
are read, and any figure that differs gives another. All lines are computed, models are made of those that are shown.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Literal

from pydantic import Field

from stocktrim_client.models import Model, OrderPlanRow
from stocktrim_mcp_server.planning.catalogue import (
    COUNTED,
    EVERYTHING,
    NO_SUPPLIER,
    Catalogue,
    Filters,
    Item,
    OpenOrder,
    select,
    strange,
)
from stocktrim_mcp_server.planning.cover import Urgency, order_by, pressing, runs_dry_on, urgency
from stocktrim_mcp_server.planning.identity import cursor_at, identity, mark, start_of
from stocktrim_mcp_server.planning.replenishment import (
    Candidate,
    LeftOut,
    lost_margin_of_waiting,
    margin_of,
    pace_of,
    usual_margin_rate,
    within_budget,
)

Grouping = Literal["supplier", "category", "location", "urgency"]

NAMED = 6
"""Products named in one warning, and groups named without their lines."""

LONGEST_FLAG = 200
"""Characters kept of what StockTrim says about a row."""

_NOBODY: dict[Grouping, str] = {
    "supplier": NO_SUPPLIER,
    "category": "no category",
    "location": "whole business",
    "urgency": "not computed",
}


class Row(Model):
    """One product to order."""

    product: str = Field(description="SKU")
    name: str | None = None
    supplier: str | None = Field(default=None, description="Absent: the group's")
    location: str | None = Field(default=None, description="Absent: the whole business")
    urgency: Urgency | None = Field(default=None, description="Absent: StockTrim computed no days")
    on_hand: float | None = None
    on_order: float | None = Field(default=None, description="Sent and not received; drafts are not counted")
    daily_demand: float | None = Field(default=None, description="Units a day, average of 120 days")
    days_left: int | None = Field(default=None, description="Days until stock-out; 0 or less: out")
    lead_time_days: int | None = None
    order_by: date | None = None
    order_quantity: float = Field(description="StockTrim's suggested order quantity, units")
    unit_cost: float | None = None
    line_cost: float | None = Field(default=None, description="Absent: StockTrim holds no cost")
    lost_margin_a_day: float | None = Field(default=None, description="Estimate: margin lost each day without stock")
    open_orders: tuple[OpenOrder, ...] = Field(default=(), description="Orders that already hold it")
    flags: tuple[str, ...] = Field(default=(), description="What to look at before ordering")


class Group(Model):
    """What to order from one supplier, or of one category, location or urgency."""

    key: str
    name: str | None = None
    lines: int
    cost: float | None = Field(default=None, description="Sum of the priced lines; absent: none is priced")
    unpriced_lines: int | None = Field(default=None, description="Lines without a cost, not in `cost`")
    rows: tuple[Row, ...] = ()


class Plan(Model):
    """What to order now."""

    plan_id: str
    as_of: datetime | None = Field(default=None, description="When StockTrim computed it, UTC")
    total_lines: int
    total_cost: float | None = Field(default=None, description="Of all lines with a cost, in the account's currency")
    unpriced_lines: int | None = Field(default=None, description="Lines without a cost; absent: none")
    total_groups: int
    budget: float | None = None
    left_out_lines: int | None = Field(default=None, description="Lines the budget does not pay for")
    left_out_cost: float | None = None
    groups: tuple[Group, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    next_cursor: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Line:
    """A suggested row while the plan is computed."""

    item: Item
    quantity: float
    urgency: Urgency | None
    cost: float | None
    orders: tuple[OpenOrder, ...]
    mark: bytes

    @property
    def pressing(self) -> tuple[int, float]:
        return pressing(self.urgency, self.item.row.days_until_stock_out)

    @property
    def order(self) -> tuple[int, float, str, str, bytes]:
        row = self.item.row
        return *self.pressing, row.code, row.location or "", self.mark


@dataclass(frozen=True, slots=True)
class Members:
    """A group of a plan with all its lines."""

    key: str
    name: str | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class WholePlan:
    """All of a plan. `window` makes of it what is shown."""

    plan_id: str
    as_of: datetime | None
    group_by: Grouping
    groups: tuple[Members, ...]
    budget: float | None
    left_out: tuple[tuple[Line, float, str], ...]
    warnings: tuple[str, ...]

    @property
    def lines(self) -> list[Line]:
        """Every line to order, in the order shown."""
        return [line for group in self.groups for line in group.lines]


def reorder_plan(
    rows: Iterable[OrderPlanRow],
    catalogue: Catalogue,
    filters: Filters = EVERYTHING,
    *,
    group_by: Grouping = "supplier",
    budget: float | None = None,
) -> WholePlan:
    """Every line StockTrim suggests to order within the filters; with a budget, those it is best spent on.

    Rows are of the whole business or of locations, as given. Groups and lines come most pressing first: urgency, then
    days left, then SKU. A line nothing is known of by days stays in whatever urgency or horizon is asked for.

    Source: quantities and days are StockTrim's; line cost = quantity x unit cost; order-by date = day computed + days
    until the order is due. What a budget keeps: `within_budget`.
    """
    rows = list(rows)
    items = select((row for row in rows if (row.order_quantity or 0) > 0 or row.error), catalogue, filters)
    suggested = [_line(item, catalogue) for item in items if (item.row.order_quantity or 0) > 0]
    failed = [item for item in items if item.row.error and (item.row.order_quantity or 0) <= 0]
    lines = [
        line for line in suggested if filters.keep(line.item.row.days_until_stock_out, line.item.row.days_until_order)
    ]
    kept, left_out = (lines, ()) if budget is None else _paid_for(lines, budget)
    as_of = min((row.calculated_at for row in rows if row.calculated_at is not None), default=None)
    return WholePlan(
        plan_id=identity([*(line.mark for line in suggested), *map(mark, failed)], (filters.canonical(), budget)),
        as_of=as_of,
        group_by=group_by,
        groups=_grouped(kept, catalogue, group_by),
        budget=budget,
        left_out=left_out,
        warnings=(
            *_already_ordered(lines),
            *strange(rows, catalogue, filters),
            *_gaps(lines, {item.row.code for item in failed}),
            *_dropped(len(suggested) - len(lines), filters),
        ),
    )


def _line(item: Item, catalogue: Catalogue) -> Line:
    quantity, unit_cost = item.row.order_quantity or 0.0, item.unit_cost
    orders = tuple(catalogue.open_orders(item))
    return Line(
        item=item,
        quantity=quantity,
        urgency=urgency(item.row.days_until_stock_out, item.row.days_until_order),
        cost=None if unit_cost is None else round(quantity * unit_cost, 2),
        orders=orders,
        mark=mark(item, orders),
    )


def _paid_for(lines: Sequence[Line], budget: float) -> tuple[list[Line], tuple[tuple[Line, float, str], ...]]:
    """The lines a budget keeps, and those left out with the margin that waiting loses, the greatest loss first."""
    usual = usual_margin_rate(line.item for line in lines)
    losses = [lost_margin_of_waiting(line.item, line.quantity, usual) for line in lines]
    why = within_budget(
        (
            Candidate(line.item.row.code, line.item.row.location, line.cost, loss, line.pressing)
            for line, loss in zip(lines, losses, strict=True)
        ),
        budget,
    )
    left_out = [(lines[place], losses[place], reason) for place, reason in why.items()]
    left_out.sort(key=lambda left: (-left[1], left[0].order))
    return [line for place, line in enumerate(lines) if place not in why], tuple(left_out)


def _grouped(lines: Iterable[Line], catalogue: Catalogue, group_by: Grouping) -> tuple[Members, ...]:
    nobody = _NOBODY[group_by]
    members: dict[str, list[Line]] = {}
    for line in sorted(lines, key=attrgetter("order")):
        members.setdefault(_key(line, group_by) or nobody, []).append(line)
    groups = [
        Members(key, catalogue.supplier_name(key) if group_by == "supplier" else None, tuple(those))
        for key, those in members.items()
    ]
    groups.sort(key=lambda group: (group.key == nobody, group.lines[0].pressing, group.key))
    return tuple(groups)


def _key(line: Line, group_by: Grouping) -> str | None:
    match group_by:
        case "supplier":
            return line.item.supplier
        case "category":
            return line.item.row.category
        case "location":
            return line.item.row.location
        case "urgency":
            return line.urgency


def window(plan: WholePlan, limit: int, cursor: str = "", *, detail: bool = False) -> Plan:
    """`limit` lines of a plan, from where the cursor stands; totals stay those of the whole.

    First the lines to order, then those a budget left out. A cursor of another plan starts this one anew and says so.
    `detail` adds unit cost, demand, lead time and what a day without stock loses.

    Raises: ValueError if the cursor is none of ours.
    """
    lines = plan.lines
    total = len(lines) + len(plan.left_out)
    start, said = start_of(cursor, plan.plan_id, plan.group_by[0], "plan", total)
    end = start + limit
    costs = [line.cost for line in lines if line.cost is not None]
    missed = [line.cost for line, *_ in plan.left_out if line.cost is not None]
    return Plan(
        plan_id=plan.plan_id,
        as_of=plan.as_of,
        total_lines=len(lines),
        total_cost=_sum(costs),
        unpriced_lines=len(lines) - len(costs) or None,
        total_groups=len(plan.groups),
        budget=plan.budget,
        left_out_lines=len(plan.left_out) or None,
        left_out_cost=_sum(missed),
        groups=tuple(_shown_groups(plan, start, end, detail)),
        left_out=tuple(
            _left_out(*left) for left in plan.left_out[max(0, start - len(lines)) : max(0, end - len(lines))]
        ),
        next_cursor=cursor_at(plan.plan_id, plan.group_by[0], end, total),
        warnings=(*said, *plan.warnings),
    )


def _sum(costs: Collection[float]) -> float | None:
    return round(sum(costs), 2) if costs else None


def _shown_groups(plan: WholePlan, start: int, end: int, detail: bool) -> Iterator[Group]:
    """The groups with lines between start and end; the first window also names some of the others, without lines."""
    passed = named = 0
    for group in plan.groups:
        lines = group.lines[max(0, start - passed) : max(0, end - passed)]
        passed += len(group.lines)
        if not lines:
            named += start == 0
            if start or named > NAMED:
                continue
        costs = [line.cost for line in group.lines if line.cost is not None]
        yield Group(
            key=group.key,
            name=group.name,
            lines=len(group.lines),
            cost=_sum(costs),
            unpriced_lines=len(group.lines) - len(costs) or None,
            rows=tuple(_row(line, plan.group_by, detail) for line in lines),
        )


def _row(line: Line, group_by: Grouping, detail: bool) -> Row:
    item, row = line.item, line.item.row
    return Row(
        product=row.code,
        name=_name(item),
        supplier=None if group_by == "supplier" else item.supplier,
        location=row.location,
        urgency=line.urgency,
        on_hand=row.on_hand,
        on_order=row.on_order,
        daily_demand=row.daily_demand if detail else None,
        days_left=row.days_until_stock_out,
        lead_time_days=row.lead_time_days if detail else None,
        order_by=order_by(_computed_on(item), row.days_until_order),
        order_quantity=line.quantity,
        unit_cost=item.unit_cost if detail else None,
        line_cost=line.cost,
        lost_margin_a_day=_lost_a_day(item) if detail else None,
        open_orders=line.orders,
        flags=tuple(flags(line)),
    )


def _lost_a_day(item: Item) -> float | None:
    """None: no cost, no price, or nothing to lose."""
    margin = margin_of(item)
    return None if margin is None or margin <= 0 else round(margin * pace_of(item).daily_rate, 2) or None


def _left_out(line: Line, loss: float, why: str) -> LeftOut:
    row = line.item.row
    return LeftOut(
        product=row.code,
        name=_name(line.item),
        supplier=line.item.supplier,
        location=row.location,
        order_quantity=line.quantity,
        line_cost=line.cost,
        runs_dry_on=runs_dry_on(_computed_on(line.item), row.days_until_stock_out),
        lost_margin=round(loss, 2) or None,
        why=why,
    )


def _name(item: Item) -> str | None:
    return item.row.name or (item.product.name if item.product else None)


def _computed_on(item: Item) -> date | None:
    return item.row.calculated_at.date() if item.row.calculated_at else None


def flags(line: Line) -> Iterator[str]:
    """What to look at before ordering a line."""
    item, row = line.item, line.item.row
    uncounted = uncounted_units(line)
    if uncounted > 0:
        yield "already ordered" if uncounted >= line.quantity else "partly ordered already"
    if item.unit_cost is None:
        yield "no cost"
    if row.is_uncertain:
        yield "weak forecast"
    if row.made_of_count:
        yield "made from parts"
    if item.discontinued:
        yield "discontinued"
    if item.product is None:
        yield "not in catalogue"
    if row.error:
        yield row.error[:LONGEST_FLAG]


def uncounted_units(line: Line) -> float:
    """Units that open orders hold and StockTrim's suggestion does not know of.

    Source: StockTrim counts Sent orders as on order, no Draft or Approved one; of those sent, what goes beyond its
    figure on order is not counted either.
    """
    sent = sum(order.quantity for order in line.orders if order.status == COUNTED)
    waiting = sum(order.quantity for order in line.orders if order.status != COUNTED)
    return waiting + max(0.0, sent - (line.item.row.on_order or 0.0))


def _already_ordered(lines: Iterable[Line]) -> Iterator[str]:
    """Said first: nothing is to be ordered twice."""
    twice = [line for line in sorted(lines, key=attrgetter("order")) if line.orders and uncounted_units(line) > 0]
    if twice:
        named = ", ".join(f"{line.item.row.code} ({_references(line)})" for line in twice[:NAMED])
        more = ", ..." if len(twice) > NAMED else ""
        yield (
            f"{len(twice)} line(s) stand on open orders that StockTrim does not count as on order, so ordering them "
            f"again would order twice: {named}{more}."
        )


def _references(line: Line) -> str:
    orders = [order for order in line.orders if order.status != COUNTED] or list(line.orders)
    return ", ".join(f"{order.status} {order.reference}" for order in orders[:3])


def _gaps(lines: Sequence[Line], failed: Collection[str]) -> Iterator[str]:
    unpriced = sum(line.cost is None for line in lines)
    if unpriced:
        yield f"{unpriced} line(s) have no cost in StockTrim and are not in the totals."
    homeless = sum(line.item.supplier == NO_SUPPLIER for line in lines)
    if homeless:
        yield f"{homeless} line(s) have no supplier in StockTrim."
    if failed:
        named = ", ".join(sorted(failed)[:NAMED]) + (", ..." if len(failed) > NAMED else "")
        yield f"StockTrim could not compute {len(failed)} product(s), so they are missing here: {named}."


def _dropped(dropped: int, filters: Filters) -> Iterator[str]:
    if dropped and filters.horizon_days is None:
        yield f"{dropped} less urgent line(s) that StockTrim also suggests are left out by the urgency filter."
    elif dropped:
        yield (
            f"{dropped} line(s) that StockTrim also suggests are less urgent, or not to be ordered within "
            f"{filters.horizon_days} days, and are left out."
        )
