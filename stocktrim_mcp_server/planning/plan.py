"""The reorder plan: StockTrim's suggestions, joined with supplier, cost and open orders, most pressing first.

A plan is a value: the same account and the same question give the same `plan_id`, whenever and in whatever order they
are read, and any figure that differs gives another. All lines are computed; `told` makes models of those shown.

What StockTrim suggests but nobody has to buy is set apart, and in no total of what is to buy:

| set aside | when, first rule that fits |
| --- | --- |
| already ordered | open orders that StockTrim does not count hold the whole quantity: what to do with these is said |
| made here | it is made from parts, which are planned and bought themselves |

Of a line that is ordered in part the rest is to buy, in whole packs; StockTrim's own figure stands beside it.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import compress
from operator import attrgetter
from typing import Literal, NamedTuple

from pydantic import Field

from stocktrim_client.models import Model, OrderPlanRow
from stocktrim_mcp_server.planning.bounds import short
from stocktrim_mcp_server.planning.catalogue import (
    COUNTED,
    EVERYTHING,
    NO_SUPPLIER,
    Catalogue,
    Filters,
    Item,
    OpenOrder,
    fitting,
    folded,
    select,
    strange,
)
from stocktrim_mcp_server.planning.cover import STATES, State, Urgency, pressing, state, urgency
from stocktrim_mcp_server.planning.identity import identity, mark
from stocktrim_mcp_server.planning.nearest import where_offered
from stocktrim_mcp_server.planning.overdue import NOT_PLACED
from stocktrim_mcp_server.planning.replenishment import (
    Candidate,
    dry_days_of,
    limits_of,
    lost_units_of_waiting,
    one_cycle,
    supposed_margin,
    usual_margin_rate,
    why_harmless,
    within_budget,
)

Grouping = Literal["supplier", "category", "location", "urgency"]

NAMED = 5
"""Products named in one warning."""

TO_DO = 4
"""Lines set aside of which the first warning says what to do."""

SPOKEN = 3
"""Orders named in one sentence."""

_NOBODY: dict[Grouping, str] = {
    "supplier": NO_SUPPLIER,
    "category": "no category",
    "location": "whole business",
    "urgency": "not computed",
}


class AddOn(Model):
    """What may go with the order: StockTrim suggests it beyond the horizon, or does not yet and will soon."""

    product: str
    name: str | None = None
    supplier: str
    location: str | None = None
    order_in_days: int = Field(description="Days until it must be ordered")
    on_hand: float | None = None
    on_order: float | None = None
    days_left: int | None = None
    suggested_to_buy: float | None = Field(
        default=None, description="Of StockTrim's suggestion, what is on no open order; absent: not suggested yet"
    )
    estimated_quantity: float | None = Field(
        default=None,
        description="Estimate where StockTrim suggests none yet: for one cycle, minimum and pack respected",
    )
    cost: float | None = Field(default=None, description="Of either")


@dataclass(frozen=True, slots=True)
class Line:
    """A suggested row while the plan is computed."""

    item: Item
    quantity: float
    """StockTrim's."""
    to_buy: float
    urgency: Urgency | None
    cost: float | None
    """Of what is to buy."""
    dry_days: int | None
    orders: tuple[OpenOrder, ...]
    ordered: float
    """Units on open orders that StockTrim's suggestion does not know of; see `uncounted_units`."""
    mark: bytes
    lost_units: float
    """Estimate: not sold if it is ordered `WAIT_DAYS` later."""
    lost_margin: float = 0.0

    @property
    def pressing(self) -> tuple[int, float]:
        return pressing(self.urgency, self.item.row.days_until_stock_out)

    @property
    def state(self) -> State:
        return state(self.urgency, self.item.row.days_until_stock_out, self.dry_days)

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

    @property
    def lost_margin(self) -> float:
        """Estimate: lost if all of it waits `WAIT_DAYS`."""
        return round(sum(line.lost_margin for line in self.lines), 2)

    @property
    def late_lost_margin(self) -> float:
        """Of that what its late lines lose: what is at stake first."""
        return round(sum(line.lost_margin for line in self.lines if line.urgency == "late"), 2)

    @property
    def order(self) -> tuple[int, float, float, str]:
        """The most urgent line's urgency, then what is lost first."""
        return self.lines[0].pressing[0], -self.late_lost_margin, -self.lost_margin, self.key

    @property
    def cost(self) -> float | None:
        """None: no line is priced."""
        return total_of([line.cost for line in self.lines if line.cost is not None])

    @property
    def state(self) -> str:
        """How many lines are out now, dry before delivery, and so on."""
        counted = Counter(line.state for line in self.lines)
        return ", ".join(f"{counted[one]} {one}" for one in STATES if counted[one])


@dataclass(frozen=True, slots=True)
class WholePlan:
    """All of a plan. `told.window` makes of it what is shown."""

    plan_id: str
    as_of: datetime | None
    group_by: Grouping
    groups: tuple[Members, ...]
    suggested: tuple[Line, ...]
    budget: float | None
    left_out: tuple[tuple[Line, str], ...]
    set_aside: tuple[tuple[Line, str], ...]
    add_ons: tuple[AddOn, ...] | None
    warnings: tuple[str, ...]

    @property
    def lines(self) -> list[Line]:
        """Every line to buy, in the order shown."""
        return [line for group in self.groups for line in group.lines]


def reorder_plan(
    rows: Sequence[OrderPlanRow],
    catalogue: Catalogue,
    filters: Filters = EVERYTHING,
    *,
    group_by: Grouping = "supplier",
    budget: float | None = None,
    add_on_days: int | None = None,
    today: date | None = None,
) -> WholePlan:
    """Every line StockTrim suggests to order within the filters; with a budget, those it is best spent on.

    Rows are of the whole business or of locations, as given. Lines come most pressing first: urgency, then days left,
    then SKU. Groups come by their most pressing line's urgency, then by the margin that waiting a week loses on its
    late lines. A line nothing is known of by days stays in whatever horizon is asked for. `today` tells
    which orders are late.

    Source: quantities and days are StockTrim's; line cost = what is to buy x unit cost; order-by date = day computed +
    days until the order is due. What a budget keeps: `within_budget`.
    """
    standing = catalogue.remember_of_all(_standing, rows)
    suggested, failed = standing.lines, standing.failed
    if filters != EVERYTHING:
        meant = {id(item.row) for item in fitting(standing.items, catalogue, filters)}
        suggested = [line for line in suggested if id(line.item.row) in meant]
        failed = [item for item in failed if id(item.row) in meant]
    kept_by_horizon = [
        filters.keep(line.item.row.days_until_stock_out, line.item.row.days_until_order) for line in suggested
    ]
    lines = [_dated(line, catalogue, today) for line in compress(suggested, kept_by_horizon)]
    beyond = [line for line, is_kept in zip(suggested, kept_by_horizon, strict=True) if not is_kept]
    usual = usual_margin_rate(line.item for line in lines)
    aside: list[tuple[Line, str]] = []
    wanted: list[Line] = []
    for line in lines:
        if why := nothing_to_buy(line.item, line.quantity, line.to_buy, line.orders):
            aside.append((line, why))
        else:
            lost = line.lost_units * supposed_margin(line.item, usual) if line.lost_units else 0.0
            wanted.append(replace(line, lost_margin=lost) if lost else line)
    aside.sort(key=lambda one: one[0].order)
    kept, left_out = (wanted, ()) if budget is None else _paid_for(wanted, usual, budget)
    groups = _grouped(kept, catalogue, group_by)
    return WholePlan(
        plan_id=identity(
            [*(line.mark for line in suggested), *map(mark, failed)],
            (filters.canonical(), None if budget is None else float(budget)),
        ),
        as_of=standing.as_of,
        group_by=group_by,
        groups=groups,
        suggested=tuple(lines),
        budget=budget,
        left_out=left_out,
        set_aside=tuple(aside),
        add_ons=None if add_on_days is None else _add_ons(rows, catalogue, filters, groups, beyond, add_on_days),
        warnings=(
            *strange(rows, catalogue, filters),
            *_not_to_buy(aside),
            *_late_orders(lines, catalogue, today),
            *_gaps(wanted, {item.row.code for item in failed}),
            *_dropped(len(beyond), filters),
        ),
    )


class Standing(NamedTuple):
    """What of a reading suggests something, whatever is asked of it."""

    lines: list[Line]
    failed: list[Item]
    as_of: datetime | None

    @property
    def items(self) -> list[Item]:
        """The items behind both."""
        return [*(line.item for line in self.lines), *self.failed]


def _standing(rows: Sequence[OrderPlanRow], catalogue: Catalogue) -> Standing:
    return Standing(
        [_line(catalogue.item(row), catalogue) for row in rows if (row.order_quantity or 0) > 0],
        [catalogue.item(row) for row in rows if row.error and (row.order_quantity or 0) <= 0],
        min((row.calculated_at for row in rows if row.calculated_at is not None), default=None),
    )


def _dated(line: Line, catalogue: Catalogue, today: date | None) -> Line:
    """A line whose orders say whether they are overdue."""
    if today is None or not line.orders:
        return line
    return replace(line, orders=tuple(catalogue.open_orders(line.item, today)))


def _line(item: Item, catalogue: Catalogue) -> Line:
    quantity, unit_cost = item.row.order_quantity or 0.0, item.unit_cost
    orders = tuple(catalogue.open_orders(item))
    ordered = uncounted_units(item, catalogue)
    to_buy = rest_of(quantity, ordered, limits_of(item).batch)
    dry = dry_days_of(item)
    return Line(
        item=item,
        quantity=quantity,
        to_buy=to_buy,
        urgency=urgency(item.row.days_until_stock_out, item.row.days_until_order),
        cost=None if unit_cost is None else round(to_buy * unit_cost, 2),
        dry_days=None if dry is None else round(dry),
        orders=orders,
        ordered=ordered,
        mark=mark(item, orders),
        lost_units=lost_units_of_waiting(item, to_buy, ordered),
    )


def rest_of(quantity: float, ordered: float, batch: float | None) -> float:
    """What of a suggestion is on no order yet, in whole packs, never more than the suggestion."""
    if ordered <= 0:
        return quantity
    rest = max(0.0, quantity - ordered)
    pack = batch if batch and batch > 0 else 1.0
    return min(quantity, round(math.ceil(rest / pack - 1e-6) * pack, 6))


def nothing_to_buy(item: Item, quantity: float, to_buy: float, orders: Sequence[OpenOrder]) -> str | None:
    """Why nothing of a quantity is to buy. None: there is."""
    if to_buy <= 0:
        waiting = [order for order in orders if order.status != COUNTED] or list(orders)
        return f"{_to_do(waiting, item, quantity)}{_runs_dry(item)}"
    if parts := item.row.made_of_count:
        return f"made from {parts} part(s): make it, and buy the parts"
    return None


def _to_do(orders: Sequence[OpenOrder], item: Item, quantity: float) -> str:
    """What orders that hold a suggested line ask for before anything else."""
    if len(orders) == 1:
        return f"on {orders[0].status} {orders[0].reference}, {_state(orders[0], item)}"
    named = [f"{one.status} {one.reference} ({_state(one, item)})" for one in orders[:SPOKEN]]
    if (more := len(orders) - SPOKEN) > 0:
        named.append(f"{more} more")
    listed = f"{', '.join(named[:-1])} and {named[-1]}"
    held = sum(one.quantity for one in orders)
    units = "the " if abs(held - quantity) < 0.005 else ""
    suggested = "" if units else f" ({in_units(quantity)} suggested)"
    return f"on {len(orders)} orders, which hold {units}{in_units(held)} units together{suggested}: {listed}"


def _state(order: OpenOrder, item: Item) -> str:
    """How an order stands, and what is to be done about it."""
    days, lead = order.open_days, item.row.lead_time_days
    if order.status == COUNTED:
        return f"{order.overdue}: chase it, or cancel it and buy" if order.overdue else "to come"
    sent = "not sent" if order.status == NOT_PLACED else "never marked Sent"
    if order.overdue is not None or (days is not None and lead is not None and days > lead):
        return f"open {days} days and {sent}: send it or delete it"
    return f"{sent}: send it"


def _runs_dry(item: Item) -> str:
    left = item.row.days_until_stock_out
    if left is None:
        return ""
    return ", the stock is out" if left <= 0 else f", the stock runs dry in {left} days"


def in_units(value: float) -> str:
    """A number of units as people write it."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _paid_for(lines: Sequence[Line], usual: float, budget: float) -> tuple[list[Line], tuple[tuple[Line, str], ...]]:
    """The lines a budget keeps, and those left out and why, the greatest loss first."""
    why = within_budget(
        (
            Candidate(
                line.item.row.code,
                line.item.row.location,
                line.cost,
                line.lost_margin,
                line.pressing,
                "" if line.lost_margin > 0 else why_harmless(line.item, usual),
            )
            for line in lines
        ),
        budget,
    )
    left_out = [(lines[place], reason) for place, reason in why.items()]
    left_out.sort(key=lambda left: (-left[0].lost_margin, left[0].order))
    return [line for place, line in enumerate(lines) if place not in why], tuple(left_out)


def paid_for(plan: WholePlan, lines: Sequence[Line], budget: float) -> tuple[list[Line], tuple[tuple[Line, str], ...]]:
    """Of some lines of a plan those that a budget keeps, and those left out and why, as the plan itself would."""
    return _paid_for(lines, usual_margin_rate(line.item for line in plan.suggested), budget)


def _add_ons(
    rows: Iterable[OrderPlanRow],
    catalogue: Catalogue,
    filters: Filters,
    groups: Sequence[Members],
    beyond: Iterable[Line],
    days: int,
) -> tuple[AddOn, ...]:
    """What the suppliers of the plan, and those asked for, could be asked for besides: due within so many days.

    First what StockTrim suggests `beyond` the horizon, then what it does not suggest yet; each in the order of the
    suppliers' first lines, then soonest first. What is made here, bought to order, discontinued or
    on an open order that covers a cycle is none.
    """
    places: dict[str, int] = {}
    for group in groups:
        for line in group.lines:
            places.setdefault(line.item.supplier, len(places))
    asked = bool(folded(filters.suppliers))

    def is_meant(item: Item, due: int | None) -> bool:
        return due is not None and due <= days and item.supplier != NO_SUPPLIER and (asked or item.supplier in places)

    found: list[AddOn] = []
    for line in beyond:
        due = _due_in(line.item.row)
        if is_meant(line.item, due) and not nothing_to_buy(line.item, line.quantity, line.to_buy, line.orders):
            found.append(_add_on(line.item, due or 0, suggested_to_buy=line.to_buy, cost=line.cost))
    for item in select((row for row in rows if (row.order_quantity or 0) <= 0 and not row.error), catalogue, filters):
        due = _due_in(item.row)
        if not is_meant(item, due) or item.discontinued or item.unstocked or item.row.made_of_count:
            continue
        quantity = one_cycle(item)
        if quantity <= uncounted_units(item, catalogue):
            continue
        cost = None if item.unit_cost is None else round(quantity * item.unit_cost, 2)
        found.append(_add_on(item, due or 0, estimated_quantity=quantity, cost=cost))
    found.sort(
        key=lambda one: (
            one.suggested_to_buy is None,
            places.get(one.supplier, len(places)),
            one.supplier,
            one.order_in_days,
            one.product,
            one.location or "",
        )
    )
    return tuple(found)


def _due_in(row: OrderPlanRow) -> int | None:
    return row.days_until_order if row.days_until_order is not None else row.days_until_stock_out


def _add_on(
    item: Item,
    due: int,
    *,
    suggested_to_buy: float | None = None,
    estimated_quantity: float | None = None,
    cost: float | None = None,
) -> AddOn:
    row = item.row
    return AddOn(
        product=row.code,
        name=name_of(item),
        supplier=item.supplier,
        location=row.location,
        order_in_days=due,
        on_hand=row.on_hand,
        on_order=row.on_order,
        days_left=row.days_until_stock_out,
        suggested_to_buy=suggested_to_buy,
        estimated_quantity=estimated_quantity,
        cost=cost,
    )


def _grouped(lines: Iterable[Line], catalogue: Catalogue, group_by: Grouping) -> tuple[Members, ...]:
    nobody = _NOBODY[group_by]
    members: dict[str, list[Line]] = {}
    for line in sorted(lines, key=attrgetter("order")):
        members.setdefault(_key(line, group_by) or nobody, []).append(line)
    groups = [
        Members(key, catalogue.supplier_name(key) if group_by == "supplier" else None, tuple(those))
        for key, those in members.items()
    ]
    groups.sort(key=lambda group: (group.key == nobody, group.order))
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


def name_of(item: Item) -> str | None:
    """A product's name, as far as an answer shows one: the row's, else the catalogue's."""
    name = item.row.name or (item.product.name if item.product else None)
    return None if name is None else short(name)


def total_of(costs: Collection[float]) -> float | None:
    """A sum of money. None: there is nothing to add up, which is not 0."""
    return round(sum(costs), 2) if costs else None


def uncounted_units(item: Item, catalogue: Catalogue) -> float:
    """Units that open orders hold and StockTrim's suggestion does not know of.

    Of a row of one location only what is surely to go there: an order without a place would count at each of them.

    Source: StockTrim counts Sent orders as on order, no Draft or Approved one; of those sent, what goes beyond its
    figure on order is not counted either.
    """
    sent = waiting = 0.0
    for place, order, _ in catalogue.held(item):
        if item.row.location is not None and place is None:
            continue
        if order.status == COUNTED:
            sent += order.quantity
        else:
            waiting += order.quantity
    return waiting + max(0.0, sent - (item.row.on_order or 0.0))


def _not_to_buy(aside: Sequence[tuple[Line, str]]) -> Iterator[str]:
    """Said first: nothing is to be ordered twice."""
    twice = [(line.item.row.code, why) for line, why in aside if line.to_buy <= 0]
    if twice:
        named = "; ".join(f"{code} {why}" for code, why in twice[:TO_DO])
        more = "; ..." if len(twice) > TO_DO else ""
        yield (
            f"{len(twice)} suggested line(s) stand on open orders that StockTrim does not count as on order, and are "
            "set aside, so as not to order twice. Before the cut-off, most urgent first: "
            f"{named}{more}."
        )
    made = [line.item.row.code for line, _ in aside if line.to_buy > 0]
    if made:
        named = ", ".join(made[:NAMED]) + (", ..." if len(made) > NAMED else "")
        yield f"{len(made)} suggested line(s) are made from parts, and are set aside: buy the parts. {named}."


def _late_orders(lines: Iterable[Line], catalogue: Catalogue, today: date | None) -> Iterator[str]:
    late = {order.reference: None for line in lines for order in line.orders if order.overdue}
    if late:
        named = ", ".join([*late][:NAMED]) + (", ..." if len(late) > NAMED else "")
        every = len(late) if today is None else max(len(late), catalogue.overdue_orders(today))
        yield (
            f"{len(late)} open order(s) that hold these products are overdue: chase or cancel them first. {named}. "
            f"{every} in all{where_offered('find_purchase_orders', ': find_purchase_orders, status Overdue')}."
        )


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
    if dropped:
        yield (
            f"{dropped} line(s) that StockTrim also suggests need not be ordered within {filters.horizon_days} days, "
            "and are left out."
        )
