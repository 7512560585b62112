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
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

from pydantic import Field

from stocktrim_client.models import Model, OrderPlanRow
from stocktrim_mcp_server.planning.catalogue import EVERYTHING, Catalogue, Filters, Item, select, strange
from stocktrim_mcp_server.planning.cover import pressing, runs_dry_on, urgency
from stocktrim_mcp_server.planning.explain import meet
from stocktrim_mcp_server.planning.identity import cursor_at, identity, mark, start_of
from stocktrim_mcp_server.planning.replenishment import (
    USUAL_CYCLE_DAYS,
    Candidate,
    LeftOut,
    Limits,
    covered_days_of,
    cycle_days_of,
    days_out,
    demand_of,
    limits_of,
    margin_of,
    pace_of,
    position_of,
    recomputable,
    reorder_quantity,
    service_factor,
    supplier_days_of,
    supposed_margin,
    usual_margin_rate,
    within_budget,
)

NAMED = 10


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
    """A line under assumptions. Units: units, days, units a day."""

    quantity: float
    daily_rate: float
    lead_days: float
    lasting_days: float | None
    days_out: float

    @property
    def lost_units(self) -> float:
        """Units not sold while there is no stock."""
        return self.daily_rate * self.days_out


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


def baseline(item: Item) -> Projection | None:
    """One line by the same formulas with nothing changed."""
    return project(item, AS_IT_IS)


def projected(basis: Basis, assumed: Assumptions) -> Projection:
    """A line's figures under assumptions.

    Source: order-up-to-level as in `reorder_quantity`; safety stock k x sigma x root of the lead time, with a constant
    coefficient of variation; Silver, Pyke & Thomas, "Inventory and Production Management in Supply Chains".
    """
    change = 1 + assumed.demand_change_pct / 100
    if assumed.lead_time_days is None:
        lead = max(0.0, basis.lead_days + assumed.lead_time_change_days)
    else:
        # The assumption is about the supplier: making the product takes as long as ever.
        lead = assumed.lead_time_days + basis.making_days
    rate = basis.daily_rate * change
    longer = lead - basis.lead_days if basis.moves_with_lead else 0.0
    demand = max(0.0, basis.demand * change + rate * longer)
    safety = change * _safety_stock(basis, lead, assumed.service_level_pct)
    position = max(basis.position - assumed.delay_days * rate, min(basis.position, 0.0))
    quantity = reorder_quantity(demand, safety, position, basis.limits).to_order if basis.bought else 0.0
    lasting = None if basis.lasting_days is None or not change else basis.lasting_days / change
    return Projection(quantity, rate, lead, lasting, days_out(lasting, lead, assumed.delay_days))


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
    estimated_cost: float | None = None
    cost_change: float | None = Field(default=None, description="Estimate against the baseline, in money")
    days_left: int | None = Field(default=None, description="StockTrim's days until stock-out")
    baseline_days_out: float | None = Field(default=None, description="Estimate: days without stock as things are")
    estimated_days_out: float | None = Field(default=None, description="Estimate: days without stock")
    estimated_lost_margin: float | None = Field(default=None, description="Margin lost on those days; absent: none")


class Simulation(Model):
    """What would be ordered if. Every figure that is not StockTrim's is an estimate."""

    simulation_id: str
    assumptions: str
    as_of: datetime | None = Field(default=None, description="When StockTrim computed its figures, UTC")
    total_lines: int = Field(description="Products for which one of the three quantities is above 0, or asked for")
    stocktrim_cost: float | None = Field(default=None, description="Of StockTrim's quantities, priced lines")
    baseline_cost: float | None = Field(default=None, description="Estimate with nothing changed")
    estimated_cost: float | None = Field(default=None, description="Estimate under the assumptions, kept lines")
    baseline_meets: str = Field(description="How often our formula with nothing changed gives StockTrim's quantity")
    budget: float | None = None
    left_out_lines: int | None = None
    items: tuple[SimulatedRow, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    next_cursor: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Simulated:
    """One line before and after."""

    item: Item
    before: Projection | None
    after: Projection | None

    @property
    def cost(self) -> float | None:
        return _money(self.item, self.after)

    @property
    def cost_change(self) -> float:
        return (self.cost or 0.0) - (_money(self.item, self.before) or 0.0)

    @property
    def order(self) -> tuple[float, tuple[int, float], str, str, float]:
        row = self.item.row
        change = -abs(round(self.cost_change, 2))
        return change, _urgency_of(self.item), row.code, row.location or "", row.order_quantity or 0.0


def simulate(
    rows: Iterable[OrderPlanRow],
    catalogue: Catalogue,
    assumed: Assumptions,
    filters: Filters = EVERYTHING,
    *,
    budget: float | None = None,
    limit: int = 50,
    cursor: str = "",
) -> Simulation:
    """What would be ordered under the assumptions, the greatest change in cost first; lines a budget leaves out last.

    Raises: ValueError if the cursor is none of ours.
    Source: `project` for quantities, `within_budget` for the budget.
    """
    rows = list(rows)
    items = [
        item
        for item in select(rows, catalogue, filters)
        if filters.keep(item.row.days_until_stock_out, item.row.days_until_order)
    ]
    lines = [line for item in items if _counts(line := _simulated(item, catalogue, assumed), filters)]
    lines.sort(key=lambda line: line.order)
    kept, left_out = (lines, []) if budget is None else _paid_for(lines, assumed, budget)
    name = identity(
        (catalogue.remember(mark, line.item) for line in lines),
        (tuple(asdict(assumed).items()), filters.canonical(), budget),
    )
    total = len(kept) + len(left_out)
    start, said = start_of(cursor, name, "a", "simulation", total)
    return Simulation(
        simulation_id=name,
        assumptions=assumed.in_words() if budget is None else f"{assumed.in_words()}, budget {budget:g}",
        as_of=min((row.calculated_at for row in rows if row.calculated_at is not None), default=None),
        total_lines=len(kept),
        stocktrim_cost=_sum(_cost(line.item, line.item.row.order_quantity) for line in lines),
        baseline_cost=_sum(_money(line.item, line.before) for line in lines),
        estimated_cost=_sum(line.cost for line in kept),
        baseline_meets=_agreement(lines),
        budget=budget,
        left_out_lines=len(left_out) or None,
        items=tuple(map(_row, kept[start : start + limit])),
        left_out=tuple(
            _left_out(*left) for left in left_out[max(0, start - len(kept)) : max(0, start + limit - len(kept))]
        ),
        next_cursor=cursor_at(name, "a", start + limit, total),
        warnings=(*said, *strange(rows, catalogue, filters), *_warnings(lines)),
    )


def _simulated(item: Item, catalogue: Catalogue, assumed: Assumptions) -> Simulated:
    basis = catalogue.remember(basis_of, item)
    if basis is None:
        return Simulated(item, None, None)
    return Simulated(item, catalogue.remember(baseline, item), projected(basis, assumed))


def _counts(line: Simulated, filters: Filters) -> bool:
    """Whether there is something to order, or the product was asked for by name."""
    quantities = (
        line.item.row.order_quantity,
        line.before and line.before.quantity,
        line.after and line.after.quantity,
    )
    return bool(filters.products) or any(quantity and quantity > 0 for quantity in quantities)


def _paid_for(
    lines: Sequence[Simulated], assumed: Assumptions, budget: float
) -> tuple[list[Simulated], list[tuple[Simulated, float, str]]]:
    """The lines a budget keeps, and the others with what waiting loses and why. What costs nothing stays."""
    usual = usual_margin_rate(line.item for line in lines)
    wanted = [line for line in lines if line.after is not None and line.after.quantity > 0]
    losses = [_loss(line, assumed, usual) for line in wanted]
    why = within_budget(
        (
            Candidate(line.item.row.code, line.item.row.location, line.cost, loss, _urgency_of(line.item))
            for line, loss in zip(wanted, losses, strict=True)
        ),
        budget,
    )
    missing = sorted(why, key=lambda place: (-losses[place], wanted[place].order))
    gone = {id(wanted[place]) for place in why}
    left_out = [(wanted[place], losses[place], why[place]) for place in missing]
    return [line for line in lines if id(line) not in gone], left_out


def _loss(line: Simulated, assumed: Assumptions, usual_rate: float) -> float:
    """Margin lost by waiting one cycle longer still; see `lost_margin_of_waiting`."""
    after = line.after
    if after is None:
        return 0.0
    cycle = cycle_days_of(line.item) or USUAL_CYCLE_DAYS
    longer = days_out(after.lasting_days, after.lead_days, assumed.delay_days + cycle)
    return supposed_margin(line.item, usual_rate) * min(after.quantity, after.daily_rate * (longer - after.days_out))


def _urgency_of(item: Item) -> tuple[int, float]:
    left = item.row.days_until_stock_out
    return pressing(urgency(left, item.row.days_until_order), left)


def _row(line: Simulated) -> SimulatedRow:
    item, before, after = line.item, line.before, line.after
    margin = margin_of(item)
    lost = None if after is None or margin is None else round(max(0.0, margin) * after.lost_units, 2)
    return SimulatedRow(
        product=item.row.code,
        name=item.row.name or (item.product.name if item.product else None),
        supplier=item.supplier,
        location=item.row.location,
        stocktrim_quantity=item.row.order_quantity,
        baseline_quantity=None if before is None else before.quantity,
        estimated_quantity=None if after is None else after.quantity,
        estimated_cost=line.cost,
        cost_change=None if line.cost is None else round(line.cost_change, 2),
        days_left=item.row.days_until_stock_out,
        baseline_days_out=None if before is None else round(before.days_out, 1),
        estimated_days_out=None if after is None else round(after.days_out, 1),
        estimated_lost_margin=lost or None,
    )


def _left_out(line: Simulated, loss: float, why: str) -> LeftOut:
    item, row = line.item, line.item.row
    return LeftOut(
        product=row.code,
        name=row.name or (item.product.name if item.product else None),
        supplier=item.supplier,
        location=row.location,
        order_quantity=line.after.quantity if line.after is not None else 0.0,
        line_cost=line.cost,
        runs_dry_on=runs_dry_on(row.calculated_at.date() if row.calculated_at else None, row.days_until_stock_out),
        lost_margin=round(loss, 2) or None,
        why=why,
    )


def _money(item: Item, projection: Projection | None) -> float | None:
    return None if projection is None else _cost(item, projection.quantity)


def _cost(item: Item, quantity: float | None) -> float | None:
    unit_cost = item.unit_cost
    return None if unit_cost is None or quantity is None else round(max(0.0, quantity) * unit_cost, 2)


def _sum(costs: Iterable[float | None]) -> float | None:
    known = [cost for cost in costs if cost is not None]
    return round(sum(known), 2) if known else None


def _agreement(lines: Iterable[Simulated]) -> str:
    pairs = [
        (line.before.quantity, line.item.row.order_quantity)
        for line in lines
        if line.before is not None and line.item.row.order_quantity is not None
    ]
    return f"{sum(meet(*pair) for pair in pairs)} of {len(pairs)} lines"


def _warnings(lines: Sequence[Simulated]) -> Iterator[str]:
    pairs = [
        line
        for line in lines
        if line.before is not None
        and line.item.row.order_quantity is not None
        and not meet(line.before.quantity, line.item.row.order_quantity)
    ]
    if pairs:
        yield f"Our formula does not meet StockTrim's quantity for {len(pairs)} line(s): {_named(pairs)}."
    lost = [line for line in lines if line.after is None]
    if lost:
        yield f"{len(lost)} line(s) cannot be recomputed and are in no estimate: {_named(lost)}."
    unpriced = sum(line.item.unit_cost is None for line in lines)
    if unpriced:
        yield f"{unpriced} line(s) have no cost in StockTrim and are not in the totals."
    unknown = [line for line in lines if line.after is not None and covered_days_of(line.item) is None]
    if unknown:
        yield f"{len(unknown)} line(s) have no lead time, which counts as 0 days: {_named(unknown)}."


def _named(lines: Sequence[Simulated]) -> str:
    codes = sorted({line.item.row.code for line in lines})
    return ", ".join(codes[:NAMED]) + (", ..." if len(codes) > NAMED else "")
