"""The arithmetic of one line in words: why StockTrim suggests this quantity, or none.

The steps are the textbook's, on StockTrim's own figures. StockTrim publishes no formula: where the sum does not meet
its quantity both numbers are said, and nothing is made up between them.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from pydantic import Field

from stocktrim_client.models import Model
from stocktrim_mcp_server.planning.catalogue import COUNTED, Catalogue, Item, OpenOrder
from stocktrim_mcp_server.planning.confidence import Confidence, trust_of
from stocktrim_mcp_server.planning.cover import Urgency, order_by, urgency
from stocktrim_mcp_server.planning.plan import nothing_to_buy, rest_of, uncounted_units
from stocktrim_mcp_server.planning.replenishment import (
    NOTHING,
    Limits,
    Quantity,
    covered_days_of,
    cycle_days_of,
    demand_of,
    lead_days_of,
    limits_of,
    position_of,
    recomputable,
    reorder_quantity,
    supplier_days_of,
)

LONGEST_ERROR = 200
PARENTS_NAMED = 5

_METHODS = (
    ("average", "demand_by_average"),
    ("trend", "demand_by_trend"),
    ("curve", "demand_by_curve"),
    ("last month", "demand_by_last_month"),
    ("last lead time", "demand_by_last_lead_time"),
)


class Explanation(Model):
    """Why a product is to be ordered, or not."""

    product: str
    name: str | None = None
    supplier: str
    location: str | None = Field(default=None, description="Absent: the whole business")
    order_quantity: float | None = Field(default=None, description="StockTrim's suggestion; absent: not computed")
    to_buy: float | None = Field(default=None, description="What of it is on no open order; absent: all of it")
    our_sum: float | None = Field(default=None, description="Estimate: the steps added up; absent: a figure is missing")
    meets: bool | None = Field(default=None, description="Whether our sum is StockTrim's quantity")
    urgency: Urgency | None = None
    days_left: int | None = Field(default=None, description="Days until stock-out; 0 or less: out")
    order_by: date | None = None
    why: str
    steps: tuple[str, ...] = Field(default=(), description="The arithmetic, in units")
    lead_time: str = Field(description="How long it is, whose it is, and what else is set")
    forecast: str | None = None
    confidence: Confidence
    confidence_why: str
    made_of_parts: int | None = None
    made_for: tuple[str, ...] = Field(default=(), description="Products it is a part of: their demand is its demand")
    open_orders: tuple[OpenOrder, ...] = ()
    warnings: tuple[str, ...] = ()


def explain(item: Item, catalogue: Catalogue, today: date | None = None) -> Explanation:
    """Why StockTrim suggests what it suggests for one row of its plan; with `today` open orders say if overdue.

    Source: `reorder_quantity` on StockTrim's figures; confidence: `trust_of`.
    """
    row = item.row
    found, trust, quantity = arithmetic(item), trust_of(item), row.order_quantity or 0.0
    orders = tuple(catalogue.open_orders(item, today))
    rest = rest_of(quantity, uncounted_units(item, catalogue), limits_of(item).batch)
    spared = nothing_to_buy(item, quantity, rest, orders) if quantity > 0 else None
    meets = None if found is None or row.order_quantity is None else meet(found.to_order, row.order_quantity)
    return Explanation(
        product=row.code,
        name=row.name or (item.product.name if item.product else None),
        supplier=item.supplier,
        location=row.location,
        order_quantity=row.order_quantity,
        to_buy=0.0 if spared else None if rest == quantity else rest,
        our_sum=None if found is None else found.to_order,
        meets=meets,
        urgency=urgency(row.days_until_stock_out, row.days_until_order),
        days_left=row.days_until_stock_out,
        order_by=order_by(row.calculated_at.date() if row.calculated_at else None, row.days_until_order),
        why=_why(item, found) + (f" {_nothing(orders)}: {spared}." if spared else ""),
        steps=tuple(_steps(item, found)),
        lead_time=_lead_time(item, catalogue),
        forecast=_forecast(item),
        confidence=trust.confidence,
        confidence_why=trust.why,
        made_of_parts=row.made_of_count or None,
        made_for=tuple(_made_for(item, catalogue)),
        open_orders=orders,
        warnings=(*_warnings(item), *_other_lead_times(item, catalogue, today)),
    )


def _nothing(orders: Sequence[OpenOrder]) -> str:
    """Before why nothing is to buy: where an order waits for somebody, that comes first."""
    waits = any(order.status != COUNTED or order.overdue for order in orders)
    return "Nothing to buy of it, but to do first" if waits else "Nothing to buy of it"


def _other_lead_times(item: Item, catalogue: Catalogue, today: date | None) -> Iterator[str]:
    """Where an order is overdue by another lead time than the product's."""
    own = supplier_days_of(item)
    for held in catalogue.held(item) if today is not None and own is not None else ():
        late = catalogue.lateness(held.order, today) if today is not None else None
        if late is not None and late.days > 0 and late.lead_time_days != own:
            yield (
                f"{held.said.reference} counts as overdue by {late.whose} of {late.lead_time_days} days, while this "
                f"product's is {_number(own)}."
            )


def notes_on(found: Sequence[Explanation]) -> Iterator[str]:
    """What holds of several explanations, said once."""
    if any(one.meets is False for one in found):
        yield (
            "Where our sum is not StockTrim's quantity, order by StockTrim's: it publishes no formula, the steps are "
            "the textbook's. Look at the product's settings."
        )
    if any(one.made_for for one in found):
        yield "The demand of parts (made_for) comes mostly from what they go into, by the bills of materials."
    if any(one.made_of_parts for one in found):
        yield "What is made of parts is made in-house: buy the parts, which StockTrim plans too."
    if any(order.overdue for one in found for order in one.open_orders):
        yield "Chase or cancel open orders that are overdue first: the sums count those Sent as coming."


def arithmetic(item: Item) -> Quantity | None:
    """Our sum for a row.

    None: StockTrim forecast no demand for it, or it is bought to order and the sum does not apply.
    """
    if not recomputable(item):
        return None
    if item.discontinued:
        return NOTHING
    demand = demand_of(item) or 0.0
    return reorder_quantity(demand, item.row.safety_stock or 0.0, position_of(item), limits_of(item))


def meet(ours: float, theirs: float) -> bool:
    """Whether two quantities are one, but for what rounding on the wire does."""
    return abs(ours - theirs) <= 0.005 + 1e-6 * abs(theirs)


def _steps(item: Item, found: Quantity | None) -> Iterator[str]:
    row, demand, limits = item.row, demand_of(item), limits_of(item)
    if demand is not None:
        yield f"demand over {_period(item)}: {_number(demand)}"
    if row.lead_demand is not None and row.lead_demand != demand:
        yield f"of it over the lead time{_days(lead_days_of(item))}: {_number(row.lead_demand)}"
    if row.overridden_demand is not None:
        yield f"demand set by hand and still ahead: {_number(row.overridden_demand)}"
    if row.safety_stock is not None:
        yield f"+ safety stock{_level(item)}: {_number(row.safety_stock)}"
    yield f"- on hand: {_number(row.on_hand or 0.0)}"
    yield f"- on order (sent, not received): {_number(row.on_order or 0.0)}"
    if found is not None and not item.discontinued:
        yield f"= needed: {_number(found.needed)}"
        yield from _lifted(limits, found, position_of(item))


def _lifted(limits: Limits, found: Quantity, position: float) -> Iterator[str]:
    """What the limits make of the need."""
    if limits.shelf_minimum is not None and found.on_shelf > found.needed:
        lowest = _number(limits.shelf_minimum)
        yield f"filled up to the shelf minimum of {lowest}: {_number(found.on_shelf)}"
    if found.on_shelf <= 0:
        return
    if found.at_least > found.on_shelf:
        yield f"lifted to the minimum order: {_number(found.at_least)}"
    if found.in_packs != found.at_least:
        pack = f"packs of {_number(limits.batch)}" if limits.batch else "whole units"
        yield f"rounded up to {pack}: {_number(found.in_packs)}"
    if found.to_order < found.in_packs and limits.shelf_maximum is not None:
        room = max(0.0, limits.shelf_maximum - position)
        highest = _number(limits.shelf_maximum)
        yield f"held under the shelf maximum of {highest} (room for {_number(room)}): {_number(found.to_order)}"


def _period(item: Item) -> str:
    """The days an order must cover, where they end, and what they are made of."""
    product, days = item.product, covered_days_of(item)
    if days is None or item.row.forecast_period_demand is None:
        return f"the lead time{_days(lead_days_of(item))}{_until(item, lead_days_of(item))}"
    lead, cycle = lead_days_of(item), cycle_days_of(item)
    parts = f"lead time {'not known' if lead is None else _number(lead)}"
    parts += f" + {_number(cycle)} between orders" if cycle else ", no days between orders set"
    if product is not None and (product.forecast_period_days or 0) > 0:
        return (
            f"the {_number(days)} days of its forecast period{_until(item, days)} "
            f"(set on the product; it replaces {parts})"
        )
    return f"the {_number(days)} days to cover{_until(item, days)} ({parts})"


def _until(item: Item, days: float | None) -> str:
    computed = item.row.calculated_at
    if computed is None or days is None:
        return ""
    try:
        return f" until {(computed + timedelta(days=days)).date().isoformat()}"
    except OverflowError:
        return ""


def _lead_time(item: Item, catalogue: Catalogue) -> str:
    """How long the lead time is, whose it is, and which others differ."""
    days, total = supplier_days_of(item), lead_days_of(item)
    supplier = catalogue.suppliers.get(item.supplier)
    own = None if item.product is None else item.product.lead_time_days
    usual = None if supplier is None else supplier.lead_time_days
    if days is None or total is None:
        return "none: neither StockTrim's plan nor the product has one" + (
            "" if usual is None else f", though the supplier's is {usual}"
        )
    if own is not None:
        whose = "the product's own" if own == days else f"by StockTrim's plan; the product's own is now {own}"
        whose += "" if usual in (None, own) else f", which counts before the supplier's {usual}"
    elif usual is not None:
        whose = "the supplier's" if usual == days else f"by StockTrim's plan; the supplier's is now {usual}"
    else:
        whose = "by StockTrim's plan; neither product nor supplier has one"
    if total == days:
        return f"{_number(days)} days ({whose})"
    return f"{_number(total)} days: {_number(days)} to arrive ({whose}) + {_number(total - days)} to make"


def _days(days: float | None) -> str:
    return "" if days is None else f" of {_number(days)} days"


def _level(item: Item) -> str:
    level = item.row.service_level
    if level is None:
        return ""
    return f" (service level {_number(round(level * 100 if level <= 1 else level, 2))} %)"


def _why(item: Item, found: Quantity | None) -> str:
    """The reason for the quantity, or for none, in one sentence."""
    row = item.row
    quantity = row.order_quantity
    if row.error and quantity is None:
        return f"None is suggested: StockTrim could not compute it and says {row.error[:LONGEST_ERROR]!r}."
    if quantity is None:
        return "None is suggested: StockTrim has not computed this product. Run a forecast, or check its settings."
    if quantity > 0:
        return _why_some(item, found, quantity)
    if item.discontinued:
        return "None is suggested: the product is discontinued, to be sold out."
    if item.unstocked:
        return "None is suggested: the product is not held in stock, but bought when it is ordered."
    if found is None:
        return "None is suggested, and StockTrim gives no demand that would say why."
    if found.to_order > 0:
        return f"None is suggested, although the steps give {_number(found.to_order)}: StockTrim does not say why."
    if found.on_shelf > 0:
        return "None is suggested: something is needed, but no whole order fits under the shelf maximum."
    spare = position_of(item) - (demand_of(item) or 0.0) - (row.safety_stock or 0.0)
    return f"None is suggested: on hand and on order cover demand and safety stock, with {_number(spare)} to spare."


def _why_some(item: Item, found: Quantity | None, quantity: float) -> str:
    said = f"StockTrim suggests {_number(quantity)}"
    if item.unstocked:
        return f"{said}: the product is not held in stock, so what was sold and not bought yet is ordered."
    if found is None:
        return f"{said}, and gives no demand to explain it by."
    if not meet(found.to_order, quantity):
        return f"{said}; the steps give {_number(found.to_order)}. StockTrim does not say what makes the difference."
    lifted = [step.rpartition(":")[0] for step in _lifted(limits_of(item), found, position_of(item))]
    return f"{said}: {', '.join([f'{_number(found.needed)} needed', *lifted])}."


def _forecast(item: Item) -> str | None:
    """How the forecast was made. None: there is none."""
    row = item.row
    answers = [(name, value) for name, word in _METHODS if (value := getattr(row, word)) is not None]
    if not answers:
        return None
    parts = [f"by {name} {_number(value)}" for name, value in answers]
    text = f"Demand over the lead time: {', '.join(parts)}"
    used = [name for name, value in answers if row.lead_demand is not None and meet(value, row.lead_demand)]
    if len(used) == 1:
        text += f"; its figure is that by {used[0]}"
    if row.spread is not None:
        text += f"; they lie {_number(row.spread)} apart"
    if row.best_fit is not None:
        text += f"; best fit R2 {_number(round(row.best_fit, 2))} of 1"
    if row.sales_count is not None:
        text += f"; from {row.sales_count} sales"
    return f"{text}."


def _made_for(item: Item, catalogue: Catalogue) -> Iterator[str]:
    lines = catalogue.parents(item)
    for line in lines[:PARENTS_NAMED]:
        each = "" if line.quantity is None else f" ({_number(line.quantity)} each)"
        yield f"{line.product_code or catalogue.code(line.product_id)}{each}"
    if len(lines) > PARENTS_NAMED:
        yield f"{len(lines) - PARENTS_NAMED} more"
    elif not lines and item.row.part_of_count:
        yield f"{item.row.part_of_count} product(s)"


def _warnings(item: Item) -> Iterator[str]:
    if (item.row.on_hand or 0.0) < 0:
        yield "The stock is below zero, so the quantity is likely too high: count it before ordering."
    if item.product is None:
        yield "The catalogue holds no such product, so supplier and settings are not known."
    if item.row.error and item.row.order_quantity is not None:
        yield f"StockTrim says {item.row.error[:LONGEST_ERROR]!r}."


def _number(value: float | None) -> str:
    """As people write it, to two decimals."""
    if value is None:
        return "?"
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
