"""What must be known of an order before anybody says yes to it: whose it is, how much is usual, when it comes. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from stocktrim_client.models import OrderPlanRow, Product, PurchaseOrder, Supplier
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, listed, short
from stocktrim_mcp_server.planning.catalogue import Catalogue
from stocktrim_mcp_server.planning.plan import in_units
from stocktrim_mcp_server.planning.purchasing import Wanted
from stocktrim_mcp_server.planning.replenishment import supplier_days_of
from stocktrim_mcp_server.planning.slips import slip

NOT_PLACED = "Draft"
"""What nobody ordered is not usual."""

NO_PLACE = (
    "Once Sent, an order that names no place counts as on order for the whole business and at no location, as far as "
    "StockTrim is known."
)


class NotTheirs(NamedTuple):
    """A product on the order of a supplier that StockTrim does not name for it."""

    code: str
    deliverers: tuple[str, ...]
    """By code, the main one first, with their names."""


def not_theirs(product: Product, words: Sequence[str | None], catalogue: Catalogue) -> NotTheirs | None:
    """Who delivers a product instead of the supplier that these words name. None: it does, or nobody is named."""
    listed_ones = [(one.supplier, one.name) for one in product.suppliers]
    named = [(product.supplier_code,), *listed_ones] if product.supplier_code else listed_ones
    here = {word.casefold() for word in words if word} | {catalogue.supplier_called(*words).casefold()}
    found: dict[str, None] = {}
    for those in named:
        key = catalogue.supplier_called(*those)
        if here & {key.casefold(), *(word.casefold() for word in those if word)}:
            return None
        name = catalogue.supplier_name(key)
        found[f"{short(key, NAME_SHOWN)} ({short(name, NAME_SHOWN)})" if name else short(key, NAME_SHOWN)] = None
    return NotTheirs(product.code, tuple(found)) if found else None


def wrong_supplier(found: Iterable[NotTheirs], supplier: str) -> str | None:
    """The warning of products on the wrong supplier's order. None: there are none."""
    said = [f"{short(one.code, NAME_SHOWN)} comes from {' or '.join(one.deliverers)}" for one in found]
    if not said:
        return None
    return f"WRONG SUPPLIER? This is an order to {supplier}, but in StockTrim {listed(said, longest=NAME_SHOWN * 4)}."


class Figures(NamedTuple):
    """A line's quantity and price, each unless it is not spoken of."""

    quantity: float | None = None
    unit_price: float | None = None


def doubts(code: str, now: Figures, was: Figures, usual: float | None, cost: float | None) -> Iterator[str]:
    """Figures that may have a digit too many or too few: against what the line was, else what is usual.

    None: `usual`, nobody knows how much is ordered at once; `cost`, StockTrim holds none.
    """
    shown = short(code, NAME_SHOWN)
    is_much = usual is not None and (now.quantity or 0) > max(usual, was.quantity or 0)
    if other := slip(was.quantity, now.quantity):
        yield f"{shown}: {_figure(now.quantity)} is {other}, {_figure(was.quantity)}."
    # Less than usual is no slip, nor is a line that becomes less.
    elif is_much and (much := slip(usual, now.quantity, "what is usually ordered")):
        yield f"{shown}: {_figure(now.quantity)} is {much}, {_figure(usual)}."
    known, what = (cost, "its cost in StockTrim") if was.unit_price is None else (was.unit_price, "what it was")
    if odd := slip(known, now.unit_price, what):
        yield f"{shown}: {_figure(now.unit_price)} each is {odd}, {_figure(known)}."


def arrival(lines: Iterable[Wanted], supplier: Supplier | None, ordered_on: date) -> str:
    """Estimate: the day by which all of an order would be here, by the longest lead time of its products.

    As for overdue orders: a product's own, else that of the supplier of this order; else StockTrim's plan's.
    """
    known = {days for line in lines if (days := _days_of(line, supplier)) is not None}
    if not known:
        return "unknown: no lead time in StockTrim"
    which = "lead time" if len(known) == 1 else "longest lead time"
    day = ordered_on + timedelta(days=max(known))
    return f"about {day} if sent on {ordered_on}: {which} {in_units(max(known))} days"


def _days_of(line: Wanted, supplier: Supplier | None) -> float | None:
    """None: nobody knows. What the plan says is of its main supplier, and of the day it was computed."""
    product = line.item.product
    own = line.item.row.lead_time_days if product is None else product.lead_time_days
    usual = None if supplier is None else supplier.lead_time_days
    days = usual if own is None else own
    if days is not None:
        return max(0.0, days)
    return supplier_days_of(line.item) if line.supplier == line.item.supplier else None


def before_deleting(order: PurchaseOrder, catalogue: Catalogue) -> Iterator[str]:
    """What must be known before an order is gone."""
    coming = [line for line in order.lines if line.received_at is None]
    if order.status == "Sent":
        units = ", ".join(
            f"{in_units(line.quantity or 0)} {catalogue.code(line.product_id or '?')}" for line in coming[:5]
        )
        more = f" and {len(coming) - 5} more" if len(coming) > 5 else ""
        yield (
            f"THIS ORDER IS SENT: its supplier may be delivering it. Deleted, StockTrim no longer counts as on order "
            f"{units or 'anything'}{more}, and may suggest to buy it again."
        )
    elif order.status == "Received":
        yield (
            "THIS ORDER IS RECEIVED: it is a record of what was bought, at what price, and how long it took. Lead "
            "times worked out from orders lose it."
        )
    elif order.status == "Approved":
        yield "The order is Approved: somebody may be about to send it."


def _figure(value: float | None) -> str:
    return f"{value or 0.0:,.2f}".removesuffix(".00")


def usual_quantities(orders: Iterable[PurchaseOrder], plan_rows: Iterable[OrderPlanRow]) -> dict[str, float]:
    """How much of a product is usually ordered at once, by product id: the larger of two figures.

    Units: stock units. The mean of what placed orders hold of it, and what StockTrim suggests for all locations.
    """
    ordered: dict[str, list[float]] = defaultdict(list)
    for order in orders:
        if order.status == NOT_PLACED:
            continue
        held: dict[str, float] = defaultdict(float)
        for line in order.lines:
            if line.product_id and line.quantity and line.quantity > 0:
                held[line.product_id] += line.quantity
        for product, quantity in held.items():
            ordered[product].append(quantity)
    whole: dict[str, float] = defaultdict(float)
    located: dict[str, float] = defaultdict(float)
    for row in plan_rows:
        if row.order_quantity and row.order_quantity > 0:
            (whole if row.location is None else located)[row.product_id or row.code] += row.order_quantity
    usual = {product: sum(those) / len(those) for product, those in ordered.items()}
    for product in whole.keys() | located.keys():
        usual[product] = max(usual.get(product, 0.0), whole.get(product, 0.0), located.get(product, 0.0))
    return usual
