"""What if: the plan recomputed under other assumptions. Every figure is an estimate of ours.

Beside each estimate stand StockTrim's own quantity and the baseline: the same formulas with nothing changed. Where
baseline and StockTrim differ, our formula does not stand for its, and neither does the estimate.

What is to buy of a quantity follows the plan's rules, for all three: nothing of what open orders hold already, nothing
of what is made from parts.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from operator import attrgetter
from typing import Literal, NamedTuple

from pydantic import Field

from stocktrim_client.models import Model, OrderPlanRow
from stocktrim_mcp_server.planning.catalogue import EVERYTHING, Catalogue, Filters, Item, select, strange
from stocktrim_mcp_server.planning.cover import pressing, runs_dry_on, urgency
from stocktrim_mcp_server.planning.explain import meet
from stocktrim_mcp_server.planning.identity import cursor_at, identity, mark, start_of
from stocktrim_mcp_server.planning.plan import nothing_to_buy, rest_of, uncounted_units
from stocktrim_mcp_server.planning.projection import (
    AS_IT_IS,
    Assumptions,
    Basis,
    Projection,
    basis_of,
    needed_under,
    projected,
)
from stocktrim_mcp_server.planning.replenishment import (
    WAIT_DAYS,
    Candidate,
    LeftOut,
    covered_days_of,
    days_out,
    limits_of,
    lost_margin,
    margin_of,
    supposed_margin,
    usual_margin_rate,
    why_harmless,
    within_budget,
)

NAMED = 10
ASIDE_NAMED = 6

Change = Literal["appears", "vanishes"]


class SimulatedRow(Model):
    """One product under the assumptions."""

    product: str
    name: str | None = None
    supplier: str
    location: str | None = None
    stocktrim_quantity: float | None = Field(default=None, description="StockTrim's own; absent: not computed")
    baseline_quantity: float | None = Field(default=None, description="Estimate with nothing changed")
    estimated_quantity: float | None = Field(default=None, description="Estimate; absent: cannot be recomputed")
    estimated_to_buy: float | None = Field(default=None, description="What of it is on no open order; absent: all")
    estimated_cost: float | None = Field(default=None, description="Of what is to buy")
    cost_change: float | None = Field(default=None, description="Estimate against the baseline, in money")
    change: Change | None = Field(default=None, description="Against the baseline, of what is to buy")
    days_left: int | None = Field(default=None, description="StockTrim's days until stock-out")
    baseline_dry_days: float | None = Field(default=None, description="Estimate as things are; absent: none")
    estimated_dry_days: float | None = Field(
        default=None, description="Estimate: days without stock before the order can arrive; absent: none"
    )
    margin_lost_while_dry: float | None = Field(
        default=None, description="Margin lost on estimated_dry_days; absent: none, or no cost or price"
    )


class NotBought(Model):
    """A quantity of which nothing is to buy: what to do instead."""

    product: str
    name: str | None = None
    supplier: str
    location: str | None = None
    stocktrim_quantity: float | None = None
    estimated_quantity: float | None = None
    why: str


class Simulation(Model):
    """What would be ordered if. Every figure that is not StockTrim's is an estimate."""

    simulation_id: str
    assumptions: str
    drivers: str | None = Field(default=None, description="Where the difference to the baseline comes from; estimate")
    summary: str = Field(default="", description="How the lines of StockTrim, baseline and estimate come together")
    as_of: datetime | None = Field(default=None, description="When StockTrim computed its figures, UTC")
    stocktrim_lines: int = Field(default=0, description="To buy of StockTrim's suggestions, as in the reorder plan")
    stocktrim_cost: float | None = Field(default=None, description="Of these, priced lines")
    baseline_lines: int = Field(default=0, description="To buy by our formula with nothing changed")
    baseline_cost: float | None = Field(default=None, description="Of these, priced lines")
    estimated_lines: int = Field(default=0, description="To buy under the assumptions, and within the budget")
    estimated_cost: float | None = Field(default=None, description="Of these, priced lines")
    appearing_lines: int = Field(
        default=0, description="To buy under the assumptions, not by the baseline; before any budget"
    )
    appearing_cost: float | None = Field(default=None, description="Of these, priced lines")
    vanishing_lines: int = Field(default=0, description="To buy by the baseline, not under the assumptions")
    vanishing_cost: float | None = Field(default=None, description="What these cost by the baseline")
    quantity_cost: float | None = Field(
        default=None, description="More, or below 0 less, for lines to buy either way; before any budget"
    )
    differing_lines: int = Field(
        default=0, description="Our formula with nothing changed gives another quantity than StockTrim"
    )
    baseline_margin_lost_while_dry: float | None = Field(default=None, description="Estimate with nothing changed")
    estimated_margin_lost_while_dry: float | None = Field(
        default=None, description="Estimate: margin lost on the days without stock before the orders arrive"
    )
    budget: float | None = None
    left_out_lines: int | None = None
    left_out_cost: float | None = None
    set_aside_lines: int | None = Field(default=None, description="Nothing to buy of: on open orders, or made here")
    total: int = Field(description="Lines listed: items, then left out, then set aside")
    items: tuple[SimulatedRow, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    set_aside: tuple[NotBought, ...] = ()
    next_cursor: str | None = None
    warnings: tuple[str, ...] = ()


class Known(NamedTuple):
    """A row, and what of it is the same whatever is assumed."""

    item: Item
    basis: Basis | None
    """None: cannot be recomputed."""
    before: Projection | None
    is_made: bool
    ordered: float
    """Units on open orders that StockTrim's figures do not count."""
    theirs: float
    """To buy of StockTrim's quantity."""
    mine: float
    """To buy of the baseline's."""
    pressing: tuple[int, float]
    differs: bool
    """Whether our formula with nothing changed gives another quantity than StockTrim."""
    lost_while_dry: float
    has_days: bool
    """Whether it is known how many days an order must last."""

    def to_buy(self, quantity: float) -> float:
        """What of a quantity is to buy, by the plan's rules."""
        if self.is_made or quantity <= 0:
            return 0.0
        return rest_of(quantity, self.ordered, limits_of(self.item).batch) if self.ordered else quantity

    def cost(self, units: float) -> float | None:
        """None: StockTrim holds no cost."""
        unit_cost = self.item.unit_cost
        return None if unit_cost is None else round(units * unit_cost, 2)


class Simulated(NamedTuple):
    """One line before and after."""

    known: Known
    after: Projection | None
    to_buy: float
    cost: float | None
    """None: no cost, or cannot be recomputed."""
    cost_change: float

    @property
    def change(self) -> Change | None:
        if self.after is None or (self.to_buy > 0) == (self.known.mine > 0):
            return None
        return "appears" if self.to_buy > 0 else "vanishes"

    @property
    def is_aside(self) -> bool:
        """Whether nothing of it is to buy, neither now nor under the assumptions."""
        return not (self.to_buy or self.known.mine or self.known.theirs)

    @property
    def order(self) -> tuple[float, tuple[int, float], str, str, float]:
        row = self.known.item.row
        return -abs(self.cost_change), self.known.pressing, row.code, row.location or "", row.order_quantity or 0.0


class Missed(NamedTuple):
    """A line a budget leaves out, what waiting a week longer loses, and why it is left out."""

    line: Simulated
    loss: float
    why: str


def simulate(
    rows: Sequence[OrderPlanRow],
    catalogue: Catalogue,
    assumed: Assumptions,
    filters: Filters = EVERYTHING,
    *,
    budget: float | None = None,
    today: date | None = None,
    limit: int = 50,
    cursor: str = "",
) -> Simulation:
    """What would be ordered under the assumptions, the greatest change in cost first.

    After these come the lines a budget leaves out, then those of which nothing is to buy. `today` tells which orders
    are late.

    Raises: ValueError if the cursor is none of ours.
    Source: `project` for quantities, `rest_of` and `uncounted_units` for open orders, `within_budget` for the budget.
    """
    known, as_of = catalogue.remember_of_all(known_of, rows)
    known = _meant(known, rows, catalogue, filters)
    lines, aside = list[Simulated](), list[Simulated]()
    for one in known:
        quantity = 0.0 if one.basis is None else needed_under(one.basis, assumed)
        if quantity or _is_needed(one):
            line = _simulated(one, assumed, quantity)
            (aside if line.is_aside else lines).append(line)
        elif filters.products:
            lines.append(_simulated(one, assumed, quantity))
    lines.sort(key=attrgetter("order"))
    aside.sort(key=attrgetter("order"))
    kept, left_out = (lines, list[Missed]()) if budget is None else _paid_for(lines, assumed, budget)
    name = identity(
        (_mark(line.known, catalogue) for line in (*lines, *aside)),
        (tuple(asdict(assumed).items()), filters.canonical(), budget),
    )
    total = len(kept) + len(left_out) + len(aside)
    start, said = start_of(cursor, name, "a", "simulation", total)
    end, after, last = start + limit, len(kept), len(kept) + len(left_out)
    bought = [line for line in kept if line.to_buy > 0]
    return Simulation(
        simulation_id=name,
        assumptions=assumed.in_words() if budget is None else f"{assumed.in_words()}, budget {budget:g}",
        drivers=None if start else _drivers(lines, known, assumed),
        summary=" ".join(_summary(lines, aside, bought, left_out)),
        as_of=as_of,
        stocktrim_lines=sum(line.known.theirs > 0 for line in lines),
        stocktrim_cost=_sum(line.known.cost(line.known.theirs) for line in lines if line.known.theirs > 0),
        baseline_lines=sum(line.known.mine > 0 for line in lines),
        baseline_cost=_sum(line.known.cost(line.known.mine) for line in lines if line.known.mine > 0),
        estimated_lines=len(bought),
        estimated_cost=_sum(line.cost for line in bought),
        appearing_lines=sum(line.change == "appears" for line in lines),
        appearing_cost=_sum(line.cost_change for line in lines if line.change == "appears" and line.cost is not None),
        vanishing_lines=sum(line.change == "vanishes" for line in lines),
        vanishing_cost=_sum(-line.cost_change for line in lines if line.change == "vanishes" and line.cost is not None),
        quantity_cost=_money(line.cost_change for line in lines if line.change is None),
        differing_lines=sum(line.known.differs for line in (*lines, *aside)),
        baseline_margin_lost_while_dry=_money(line.known.lost_while_dry for line in lines),
        estimated_margin_lost_while_dry=_money(_lost_while_dry(line.known.item, line.after) for line in lines),
        budget=budget,
        left_out_lines=len(left_out) or None,
        left_out_cost=_sum(missed.line.cost for missed in left_out),
        set_aside_lines=len(aside) or None,
        total=total,
        items=tuple(map(_row, kept[start:end])),
        left_out=tuple(map(_left_out, left_out[max(0, start - after) : max(0, end - after)])),
        set_aside=tuple(_not_bought(one, catalogue, today) for one in aside[max(0, start - last) : max(0, end - last)]),
        next_cursor=cursor_at(name, "a", end, total),
        warnings=(
            *said,
            *(() if start or assumed.doubtful is None else (assumed.doubtful,)),
            *(
                ()
                if start
                else (*_twice(aside, catalogue, today, is_end=end >= total), *strange(rows, catalogue, filters))
            ),
            *(() if start else _warnings(lines)),
        ),
    )


def known_of(rows: Sequence[OrderPlanRow], catalogue: Catalogue) -> tuple[Sequence[Known], datetime | None]:
    """Of every row what no assumption changes, and when StockTrim computed the first of them."""
    known = tuple(_known(catalogue.item(row), catalogue) for row in rows)
    return known, min((row.calculated_at for row in rows if row.calculated_at is not None), default=None)


def _known(item: Item, catalogue: Catalogue) -> Known:
    row, basis = item.row, basis_of(item)
    before = None if basis is None else projected(basis, AS_IT_IS)
    ordered = uncounted_units(item, catalogue)
    urgent = pressing(urgency(row.days_until_stock_out, row.days_until_order), row.days_until_stock_out)
    known = Known(
        item=item,
        basis=basis,
        before=before,
        is_made=bool(row.made_of_count),
        ordered=ordered,
        theirs=0.0,
        mine=0.0,
        pressing=urgent,
        differs=before is not None and row.order_quantity is not None and not meet(before.quantity, row.order_quantity),
        lost_while_dry=_lost_while_dry(item, before),
        has_days=covered_days_of(item) is not None,
    )
    theirs = known.to_buy(row.order_quantity or 0.0)
    return known._replace(theirs=theirs, mine=known.to_buy(before.quantity) if before else 0.0)


def _is_needed(known: Known) -> bool:
    """Whether StockTrim or the baseline orders any, bought or not."""
    return (known.item.row.order_quantity or 0.0) > 0 or (known.before is not None and known.before.quantity > 0)


def _meant(
    known: Sequence[Known], rows: Sequence[OrderPlanRow], catalogue: Catalogue, filters: Filters
) -> Sequence[Known]:
    if filters.canonical() == EVERYTHING.canonical():
        return known
    wanted = {
        id(item.row)
        for item in select(rows, catalogue, filters)
        if filters.keep(item.row.days_until_stock_out, item.row.days_until_order)
    }
    return [one for one in known if id(one.item.row) in wanted]


def _simulated(known: Known, assumed: Assumptions, quantity: float) -> Simulated:
    if known.basis is None:
        return Simulated(known, None, 0.0, None, 0.0)
    after = projected(known.basis, assumed, quantity)
    to_buy = known.to_buy(quantity)
    cost = known.cost(to_buy)
    change = 0.0 if cost is None else round(cost - (known.cost(known.mine) or 0.0), 2)
    return Simulated(known, after, to_buy, cost, change)


def _mark(known: Known, catalogue: Catalogue) -> bytes:
    figures = catalogue.remember(mark, known.item)
    return figures + repr(known.ordered).encode() if known.ordered else figures


def _paid_for(lines: Sequence[Simulated], assumed: Assumptions, budget: float) -> tuple[list[Simulated], list[Missed]]:
    """The lines a budget keeps, and the others with what waiting loses and why. What costs nothing stays."""
    usual = usual_margin_rate(line.known.item for line in lines)
    wanted = [line for line in lines if line.to_buy > 0]
    losses = [_loss(line, assumed, usual) for line in wanted]
    why = within_budget(
        (
            Candidate(
                line.known.item.row.code,
                line.known.item.row.location,
                line.cost,
                loss,
                line.known.pressing,
                "" if loss > 0 else _harmless(line, usual),
            )
            for line, loss in zip(wanted, losses, strict=True)
        ),
        budget,
    )
    missing = sorted(why, key=lambda place: (-losses[place], wanted[place].order))
    gone = {id(wanted[place]) for place in why}
    left_out = [Missed(wanted[place], losses[place], why[place]) for place in missing]
    return [line for line in lines if id(line) not in gone], left_out


def _loss(line: Simulated, assumed: Assumptions, usual_rate: float) -> float:
    """Margin lost by waiting `WAIT_DAYS` longer still: `lost_margin_of_waiting` under the assumptions."""
    after = line.after
    if after is None or after.lasting_days is None or not after.daily_rate:
        return 0.0
    lasting = after.lasting_days + line.known.ordered / after.daily_rate
    delay = assumed.delay_days
    waiting = days_out(lasting, after.lead_days, delay + WAIT_DAYS)
    prevented = waiting - days_out(lasting, after.lead_days, delay)
    return lost_margin(supposed_margin(line.known.item, usual_rate), after.daily_rate, line.to_buy, prevented)


def _harmless(line: Simulated, usual_rate: float) -> str:
    if line.after is not None and not line.after.daily_rate:
        return "no demand is left under the assumptions"
    return why_harmless(line.known.item, usual_rate)


def _lost_while_dry(item: Item, projection: Projection | None) -> float:
    """Margin lost on the days without stock before an order arrives; 0 without a cost or price."""
    if projection is None:
        return 0.0
    return lost_margin(margin_of(item) or 0.0, projection.daily_rate, math.inf, projection.dry_days)


def _row(line: Simulated) -> SimulatedRow:
    item, before, after = line.known.item, line.known.before, line.after
    return SimulatedRow(
        product=item.row.code,
        name=_name(item),
        supplier=item.supplier,
        location=item.row.location,
        stocktrim_quantity=item.row.order_quantity,
        baseline_quantity=None if before is None else before.quantity,
        estimated_quantity=None if after is None else after.quantity,
        estimated_to_buy=None if after is None or line.to_buy == after.quantity else line.to_buy,
        estimated_cost=line.cost,
        cost_change=None if line.cost is None else line.cost_change,
        change=line.change,
        days_left=item.row.days_until_stock_out,
        baseline_dry_days=None if before is None else round(before.dry_days) or None,
        estimated_dry_days=None if after is None else round(after.dry_days) or None,
        margin_lost_while_dry=round(_lost_while_dry(item, after), 2) or None,
    )


def _left_out(missed: Missed) -> LeftOut:
    line, item, row = missed.line, missed.line.known.item, missed.line.known.item.row
    return LeftOut(
        product=row.code,
        name=_name(item),
        supplier=item.supplier,
        location=row.location,
        order_quantity=line.to_buy,
        line_cost=line.cost,
        runs_dry_on=runs_dry_on(row.calculated_at.date() if row.calculated_at else None, row.days_until_stock_out),
        lost_margin=round(missed.loss, 2) or None,
        why=missed.why,
    )


def _not_bought(line: Simulated, catalogue: Catalogue, today: date | None) -> NotBought:
    item, after = line.known.item, line.after
    quantity = max(after.quantity if after else 0.0, item.row.order_quantity or 0.0)
    to_buy = quantity if line.known.is_made and not line.known.ordered else 0.0
    return NotBought(
        product=item.row.code,
        name=_name(item),
        supplier=item.supplier,
        location=item.row.location,
        stocktrim_quantity=item.row.order_quantity,
        estimated_quantity=None if after is None else after.quantity,
        why=nothing_to_buy(item, quantity, to_buy, tuple(catalogue.open_orders(item, today))) or "",
    )


def _name(item: Item) -> str | None:
    return item.row.name or (item.product.name if item.product else None)


def _sum(costs: Iterable[float | None]) -> float | None:
    """None: none is priced."""
    known = [cost for cost in costs if cost is not None]
    return round(sum(known), 2) if known else None


def _money(amounts: Iterable[float]) -> float | None:
    return round(sum(amounts), 2) or None


def _drivers(lines: Sequence[Simulated], known: Sequence[Known], assumed: Assumptions) -> str | None:
    """What makes the estimate another one than the baseline, in one line. None: nothing does."""
    appear, vanish, rest = (_part(lines, change) for change in ("appears", "vanishes", None))
    difference = round(appear.cost + vanish.cost + rest.cost, 2)
    if not (appear.lines or vanish.lines or difference):
        return None
    parts = [
        f"{appear.cost:.2f} for {appear.lines} line(s) that appear" if appear.lines else "",
        f"{vanish.cost:.2f} for {vanish.lines} that vanish" if vanish.lines else "",
        f"{rest.cost:.2f} for other quantities of {rest.lines} line(s)" if rest.lines else "",
    ]
    each = assumed.each
    said = f"{abs(difference):.2f} {'less' if difference < 0 else 'more'} than the baseline: "
    said += " + ".join(part for part in parts if part).replace("+ -", "- ")
    if len(each) == 1:
        return f"{said}. {assumed.in_words()}: {each[0].effect}."
    return f"{said}. Each alone: {'; '.join(_alone(known, one) for one in each)}."


class Part(NamedTuple):
    """Lines whose cost changes, and by how much in all."""

    lines: int
    cost: float


def _part(lines: Sequence[Simulated], change: Change | None) -> Part:
    those = [line.cost_change for line in lines if line.change == change and (change or line.cost_change)]
    return Part(len(those), round(sum(those), 2))


def _alone(known: Iterable[Known], assumed: Assumptions) -> str:
    """What one of several assumptions does without the others."""
    appear, cost = 0, 0.0
    for one in known:
        if one.basis is not None and ((units := needed_under(one.basis, assumed)) or one.mine):
            to_buy = one.to_buy(units)
            appear += to_buy > 0 >= one.mine
            cost += (one.cost(to_buy) or 0.0) - (one.cost(one.mine) or 0.0)
    return f"{assumed.in_words()} {cost:+.2f}, {appear} appear ({assumed.effect})"


def _summary(
    lines: Sequence[Simulated], aside: Sequence[Simulated], bought: Sequence[Simulated], left_out: Sequence[Missed]
) -> Iterator[str]:
    """How StockTrim's lines, the baseline's and the estimate's come together."""
    theirs = sum(line.known.theirs > 0 for line in lines)
    spared = sum(
        (line.known.item.row.order_quantity or 0.0) > 0 and line.known.theirs <= 0 for line in (*lines, *aside)
    )
    lost = [line for line in lines if line.after is None and line.known.theirs > 0]
    mine = sum(line.known.mine > 0 for line in lines)
    only_theirs = sum(line.known.theirs > 0 and line.known.mine <= 0 for line in lines) - len(lost)
    only_mine = sum(line.known.mine > 0 and line.known.theirs <= 0 for line in lines)
    appear = sum(line.change == "appears" for line in lines)
    vanish = sum(line.change == "vanishes" for line in lines)
    yield f"StockTrim suggests {theirs + spared} line(s)"
    if spared:
        yield f"- {spared} on open orders already or made from parts = {theirs} to buy"
    yield f"-> baseline {mine}"
    if parts := ", ".join(
        f"{count} {what}"
        for count, what in (
            (len(lost), "cannot be recomputed"),
            (only_theirs, "not needed by our formula"),
            (only_mine, "needed by our formula alone"),
        )
        if count
    ):
        yield f"({parts})"
    yield f"-> under the assumptions {mine + appear - vanish} ({appear} appear, {vanish} vanish)"
    if left_out:
        yield f"-> {len(bought)} within the budget, {len(left_out)} left out"


def _twice(aside: Sequence[Simulated], catalogue: Catalogue, today: date | None, *, is_end: bool) -> Iterator[str]:
    """Said first, as in the plan: nothing is to be ordered twice, and what holds it may have to be sent."""
    made = [line for line in aside if line.known.is_made and not line.known.ordered]
    held = [line for line in aside if not (line.known.is_made and not line.known.ordered)]
    if held:
        told = (_not_bought(line, catalogue, today) for line in held[:ASIDE_NAMED])
        named = "; ".join(f"{one.product}: {one.why}" for one in told)
        more = f"; and {len(held) - ASIDE_NAMED} more" if len(held) > ASIDE_NAMED else ""
        more += ", all listed below" if more and is_end else ""
        yield f"{len(held)} line(s) are in no total here, as open orders hold them. See to these orders: {named}{more}."
    if made:
        yield f"{len(made)} line(s) are in no total here, as they are made from parts: buy the parts. {_named(made)}."


def _warnings(lines: Sequence[Simulated]) -> Iterator[str]:
    if differing := [line for line in lines if line.known.differs]:
        yield (
            f"Our formula does not meet StockTrim's quantity for {len(differing)} line(s), so their estimates do not "
            f"stand for it: {_named(differing)}."
        )
    if lost := [line for line in lines if line.after is None]:
        yield (
            f"{len(lost)} line(s) cannot be recomputed (not forecast, or bought to order) and are in no estimate: "
            f"{_named(lost)}."
        )
    if unpriced := sum(line.known.item.unit_cost is None for line in lines):
        yield f"{unpriced} line(s) have no cost in StockTrim and are not in the totals."
    if unknown := [line for line in lines if line.after is not None and not line.known.has_days]:
        yield f"{len(unknown)} line(s) have no lead time, which counts as 0 days: {_named(unknown)}."


def _named(lines: Sequence[Simulated]) -> str:
    codes = sorted({line.known.item.row.code for line in lines})
    return ", ".join(codes[:NAMED]) + (", ..." if len(codes) > NAMED else "")
