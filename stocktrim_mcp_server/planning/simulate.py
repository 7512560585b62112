"""What if: quantities recomputed under other assumptions. Every figure is an estimate of ours.

| assumption | what it moves |
| --- | --- |
| demand +-% | demand over the days to cover; its deviation, hence safety stock, in proportion |
| lead time | the days to cover, at the forecast's daily rate; safety stock with the root of the lead time |
| service level | safety stock with the service factor |
| delay | stock falls at the daily rate until the order is placed, at most to none |
| budget | which of the recomputed lines are kept |

Beside each estimate stand StockTrim's own quantity and the baseline: the same formulas with nothing changed. Where
baseline and StockTrim differ, our formula does not stand for its, and neither does the estimate.

What is to buy of a quantity follows the plan's rules, for all three: nothing of what open orders hold already, nothing
of what is made from parts.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from operator import attrgetter
from typing import Literal, NamedTuple

from pydantic import Field

from stocktrim_client.models import Model, OrderPlanRow
from stocktrim_mcp_server.planning.catalogue import EVERYTHING, Catalogue, Filters, Item, select, strange
from stocktrim_mcp_server.planning.cover import pressing, runs_dry_on, urgency
from stocktrim_mcp_server.planning.explain import meet
from stocktrim_mcp_server.planning.identity import cursor_at, identity, mark, start_of
from stocktrim_mcp_server.planning.plan import nothing_to_buy, rest_of, uncounted_units
from stocktrim_mcp_server.planning.replenishment import (
    Candidate,
    LeftOut,
    Limits,
    covered_days_of,
    days_out,
    demand_of,
    limits_of,
    lost_margin,
    margin_of,
    pace_of,
    position_of,
    recomputable,
    reorder_quantity,
    service_factor,
    supplier_days_of,
    supposed_margin,
    usual_margin_rate,
    why_harmless,
    window_days_of,
    within_budget,
)

NAMED = 10
ASIDE_NAMED = 6

Change = Literal["appears", "vanishes"]


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is supposed to be otherwise; the defaults suppose nothing.

    Units: percent, days, percent (95 means 95 %).
    Raises: ValueError where an assumption cannot be.
    """

    demand_change_pct: float = 0.0
    lead_time_days: float | None = None
    lead_time_change_days: float = 0.0
    service_level_pct: float | None = None
    delay_days: float = 0.0

    def __post_init__(self) -> None:
        if self.demand_change_pct < -100:
            raise ValueError(f"demand cannot fall by more than 100 %, so {self.demand_change_pct} % cannot be.")
        if self.lead_time_days is not None and self.lead_time_days < 0:
            raise ValueError(f"a lead time of {self.lead_time_days} days cannot be.")
        if self.lead_time_days is not None and self.lead_time_change_days:
            raise ValueError("give lead_time_days or lead_time_change_days, not both.")
        if self.service_level_pct is not None and not 50 <= self.service_level_pct < 100:
            raise ValueError(f"a service level is 50 to 99.99 %, so {self.service_level_pct} % cannot be.")
        if self.delay_days < 0:
            raise ValueError(f"an order cannot be placed {-self.delay_days} days ago.")

    def in_words(self) -> str:
        """Every assumption that differs from how things are."""
        parts = [
            f"demand {self.demand_change_pct:+g} %" if self.demand_change_pct else "",
            f"lead time {self.lead_time_days:g} days" if self.lead_time_days is not None else "",
            f"lead time {self.lead_time_change_days:+g} days" if self.lead_time_change_days else "",
            f"service level {self.service_level_pct:g} %" if self.service_level_pct is not None else "",
            f"ordered {self.delay_days:g} days later" if self.delay_days else "",
        ]
        return ", ".join(part for part in parts if part) or "nothing changed"


AS_IT_IS = Assumptions()


class Projection(NamedTuple):
    """A line under assumptions. Units: units, units a day, days."""

    quantity: float
    daily_rate: float
    lead_days: float
    lasting_days: float | None
    dry_days: float
    """Days without stock before the order can be used, if what is on order comes in time."""


class Basis(NamedTuple):
    """What a line is recomputed from: StockTrim's figures, read once. Units: units, days, units a day."""

    demand: float
    daily_rate: float
    lead_days: float
    making_days: float
    moves_with_lead: bool
    safety_stock: float
    factor: float | None
    deviation: float | None
    position: float
    lasting_days: float | None
    limits: Limits
    bought: bool


def basis_of(item: Item) -> Basis | None:
    """None: what StockTrim computed of it is not enough to recompute it."""
    if not recomputable(item):
        return None
    row, product = item.row, item.product
    lead, rate, lasting = pace_of(item)
    factor = row.service_factor
    if factor is None and row.service_level is not None:
        factor = service_factor(row.service_level)
    return Basis(
        demand=demand_of(item) or 0.0,
        daily_rate=rate,
        lead_days=lead or 0.0,
        making_days=(lead or 0.0) - (supplier_days_of(item) or 0.0),
        moves_with_lead=product is None or (product.forecast_period_days or 0) <= 0,
        safety_stock=row.safety_stock or 0.0,
        factor=factor,
        deviation=row.demand_deviation,
        position=position_of(item),
        lasting_days=lasting,
        limits=limits_of(item),
        bought=not item.discontinued,
    )


def project(item: Item, assumed: Assumptions) -> Projection | None:
    """One line recomputed under assumptions.

    None: what StockTrim computed of it is not enough to recompute it.
    """
    basis = basis_of(item)
    return None if basis is None else projected(basis, assumed)


def projected(basis: Basis, assumed: Assumptions, quantity: float | None = None) -> Projection:
    """A line's figures under assumptions; `quantity` where it is known already."""
    change = 1 + assumed.demand_change_pct / 100
    lead = _lead_days(basis, assumed)
    lasting = None if basis.lasting_days is None or not change else basis.lasting_days / change
    dry = days_out(lasting, lead, assumed.delay_days)
    quantity = needed_under(basis, assumed) if quantity is None else quantity
    return Projection(quantity, basis.daily_rate * change, lead, lasting, dry)


def needed_under(basis: Basis, assumed: Assumptions) -> float:
    """Units to order under assumptions.

    Source: order-up-to-level as in `reorder_quantity`; safety stock k x sigma x root of the lead time, with a constant
    coefficient of variation; Silver, Pyke & Thomas, "Inventory and Production Management in Supply Chains".
    """
    if not basis.bought:
        return 0.0
    change = 1 + assumed.demand_change_pct / 100
    lead = _lead_days(basis, assumed)
    longer = lead - basis.lead_days if basis.moves_with_lead else 0.0
    demand = (basis.demand + basis.daily_rate * longer) * change
    safety = change * _safety_stock(basis, lead, assumed.service_level_pct)
    position = basis.position
    if assumed.delay_days:
        position = max(position - assumed.delay_days * basis.daily_rate * change, min(position, 0.0))
    return reorder_quantity(demand if demand > 0 else 0.0, safety, position, basis.limits).to_order


def _lead_days(basis: Basis, assumed: Assumptions) -> float:
    if assumed.lead_time_days is not None:
        # The assumption is about the supplier: making the product takes as long as ever.
        return assumed.lead_time_days + basis.making_days
    return max(0.0, basis.lead_days + assumed.lead_time_change_days)


def _safety_stock(basis: Basis, lead_days: float, service_level_pct: float | None) -> float:
    """StockTrim's safety stock, moved with service factor and root of the lead time.

    From a factor or lead time of 0 nothing can be moved in proportion: then it is the formula's own, if a deviation is
    known, taken as that of one day's demand.
    """
    before = basis.factor
    after = before if service_level_pct is None else service_factor(service_level_pct)
    if after is None or (after == before and lead_days == basis.lead_days):
        return basis.safety_stock
    if before and basis.lead_days:
        return basis.safety_stock * (after / before) * math.sqrt(lead_days / basis.lead_days)
    if basis.deviation is None:
        return basis.safety_stock
    return max(basis.safety_stock, after * basis.deviation * math.sqrt(lead_days))


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
    """A quantity nobody has to buy."""

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
    vanishing_lines: int = Field(default=0, description="To buy by the baseline, not under the assumptions")
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
        """Whether nobody has to buy anything of it, neither now nor under the assumptions."""
        return not (self.to_buy or self.known.mine or self.known.theirs)

    @property
    def order(self) -> tuple[float, tuple[int, float], str, str, float]:
        row = self.known.item.row
        return -abs(self.cost_change), self.known.pressing, row.code, row.location or "", row.order_quantity or 0.0


class Missed(NamedTuple):
    """A line a budget leaves out, what waiting one cycle longer loses, and why it is left out."""

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
    limit: int = 50,
    cursor: str = "",
) -> Simulation:
    """What would be ordered under the assumptions, the greatest change in cost first.

    After these come the lines a budget leaves out, then those of which nobody has to buy anything.

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
        summary=" ".join(_summary(lines, aside, bought, left_out)),
        as_of=as_of,
        stocktrim_lines=sum(line.known.theirs > 0 for line in lines),
        stocktrim_cost=_sum(line.known.cost(line.known.theirs) for line in lines if line.known.theirs > 0),
        baseline_lines=sum(line.known.mine > 0 for line in lines),
        baseline_cost=_sum(line.known.cost(line.known.mine) for line in lines if line.known.mine > 0),
        estimated_lines=len(bought),
        estimated_cost=_sum(line.cost for line in bought),
        appearing_lines=sum(line.change == "appears" for line in lines),
        vanishing_lines=sum(line.change == "vanishes" for line in lines),
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
        set_aside=tuple(_not_bought(line, catalogue) for line in aside[max(0, start - last) : max(0, end - last)]),
        next_cursor=cursor_at(name, "a", end, total),
        warnings=(
            *said,
            *(() if start else (*_twice(aside, catalogue), *strange(rows, catalogue, filters), *_warnings(lines))),
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
    """Margin lost by waiting one cycle longer still: `lost_margin_of_waiting` under the assumptions."""
    after = line.after
    if after is None or after.lasting_days is None or not after.daily_rate:
        return 0.0
    lasting = after.lasting_days + line.known.ordered / after.daily_rate
    delay = assumed.delay_days
    waiting = days_out(lasting, after.lead_days, delay + window_days_of(line.known.item))
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
        baseline_dry_days=None if before is None else round(before.dry_days, 1) or None,
        estimated_dry_days=None if after is None else round(after.dry_days, 1) or None,
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
        cycle_days=window_days_of(item),
        why=missed.why,
    )


def _not_bought(line: Simulated, catalogue: Catalogue) -> NotBought:
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
        why=nothing_to_buy(item, quantity, to_buy, tuple(catalogue.open_orders(item))) or "",
    )


def _name(item: Item) -> str | None:
    return item.row.name or (item.product.name if item.product else None)


def _sum(costs: Iterable[float | None]) -> float | None:
    """None: none is priced."""
    known = [cost for cost in costs if cost is not None]
    return round(sum(known), 2) if known else None


def _money(amounts: Iterable[float]) -> float | None:
    return round(sum(amounts), 2) or None


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


def _twice(aside: Sequence[Simulated], catalogue: Catalogue) -> Iterator[str]:
    """Said first, as in the plan: nothing is to be ordered twice."""
    if aside:
        told = (_not_bought(line, catalogue) for line in aside[:ASIDE_NAMED])
        named = "; ".join(f"{one.product}: {one.why}" for one in told)
        more = "; the rest after the last line" if len(aside) > ASIDE_NAMED else ""
        yield f"{len(aside)} line(s) that would be needed are set aside, as nobody has to buy them: {named}{more}."


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
