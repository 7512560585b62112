"""One line recomputed under other assumptions. Every figure is an estimate of ours.

| assumption | what it moves |
| --- | --- |
| demand +-% | demand over the days to cover; its deviation, hence safety stock, in proportion |
| lead time | the days to cover, at the forecast's daily rate; safety stock with the root of the lead time |
| service level | safety stock with the service factor |
| delay | stock falls at the daily rate until the order is placed, at most to none |
"""

import math
from dataclasses import dataclass, fields
from typing import NamedTuple

from stocktrim_mcp_server.planning.catalogue import Item
from stocktrim_mcp_server.planning.replenishment import (
    Limits,
    days_out,
    demand_of,
    limits_of,
    pace_of,
    position_of,
    recomputable,
    reorder_quantity,
    service_factor,
    supplier_days_of,
)


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

    @property
    def each(self) -> "tuple[Assumptions, ...]":
        """The assumptions one by one."""
        given = [one for one in fields(self) if getattr(self, one.name) != one.default]
        return tuple(Assumptions(**{one.name: getattr(self, one.name)}) for one in given)

    @property
    def effect(self) -> str:
        """What a single assumption does to a line; of several, what the first does."""
        if self.demand_change_pct:
            return f"{'more' if self.demand_change_pct > 0 else 'less'} sells before an order arrives"
        if self.lead_time_days is not None:
            return "a longer lead time than now makes an order due earlier, a shorter one later"
        if self.lead_time_change_days > 0:
            return "stock must last longer, so orders fall due earlier"
        if self.lead_time_change_days:
            return "orders arrive sooner, so they fall due later"
        if self.service_level_pct is not None:
            return "safety stock changes"
        return "stock sells on until the order is placed" if self.delay_days else ""

    @property
    def doubtful(self) -> str | None:
        """That a share was likely meant where a percentage is asked for. None: not likely."""
        change = self.demand_change_pct
        if not 0 < abs(change) < 1:
            return None
        return f"demand_change_pct {change:g} is read as {change:g} %; for {100 * change:g} % pass {100 * change:g}."


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
