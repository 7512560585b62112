"""Lines into purchase orders: one for each supplier and place of delivery, under a reference that is found again.

| reference | is that of |
| --- | --- |
| of a plan's order | the plan, the supplier and the plan's place: edited and asked again it is the same order |
| of an order without a plan | the day, the supplier, the place and the lines |

Both begin with the day. By the reference a second call finds what the first made, and never makes it twice.
"""

import base64
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

from stocktrim_client.models import PurchaseOrder, PurchaseOrderDraft, PurchaseOrderLine, PurchaseOrderLineDraft
from stocktrim_mcp_server.planning.catalogue import NO_SUPPLIER, Catalogue, Item, OpenOrder
from stocktrim_mcp_server.planning.overdue import NOT_PLACED
from stocktrim_mcp_server.planning.plan import Line, in_units
from stocktrim_mcp_server.planning.replenishment import Limits

_SLUG_CHARACTERS = 12
_MARK_CHARACTERS = 4
_REFERENCE = re.compile(r"PO-[0-9]{8}-(.+-[A-Z2-7]{4})")
_TOLERANCE = 1e-6


class Wanted(NamedTuple):
    """A product to order. `location` None: none is named; `unit_price` None: nobody holds a price."""

    item: Item
    product_id: str
    supplier: str
    location: str | None
    quantity: float
    unit_price: float | None
    by_hand: bool = False
    """Whether somebody asked for this quantity, rather than the plan."""
    flags: tuple[str, ...] = ()
    """What the plan says to look at before."""

    @property
    def cost(self) -> float | None:
        """None: no price, which is not free."""
        return None if self.unit_price is None else round(self.quantity * self.unit_price, 2)


class PlannedOrder(NamedTuple):
    """What is to be ordered at once. `location` None: none is named; `cost` None: no line is priced."""

    supplier: str
    location: str | None
    lines: tuple[Wanted, ...]
    cost: float | None
    unpriced: int


def wanted_of(line: Line) -> Wanted | None:
    """A line of a plan as it is ordered. None: StockTrim has no product of this line, so no order can name it."""
    item = line.item
    product_id = item.row.product_id if item.product is None else item.product.product_id
    if product_id is None:
        return None
    return Wanted(item, product_id, item.supplier, item.row.location, line.to_buy, item.unit_cost)


def why_not(line: Line, catalogue: Catalogue) -> str | None:
    """Why a line of a plan cannot be ordered as it is. None: it can."""
    if line.item.supplier == NO_SUPPLIER:
        return "no supplier: name one in lines"
    if line.item.supplier not in catalogue.suppliers:
        return f"StockTrim has no supplier {line.item.supplier!r}: name another in lines, or save it first"
    if line.item.discontinued:
        return "discontinued: name it in lines to buy it all the same"
    return None if wanted_of(line) else "not in StockTrim's catalogue"


def planned_orders(lines: Iterable[Wanted]) -> tuple[PlannedOrder, ...]:
    """One order for each supplier and location, the dearest first; lines in the order given.

    Lines without a supplier make an order that cannot be placed: it comes last.
    """
    members: dict[tuple[str, str | None], list[Wanted]] = {}
    for line in lines:
        members.setdefault((line.supplier, line.location), []).append(line)
    orders = [_order(supplier, location, tuple(those)) for (supplier, location), those in members.items()]
    return tuple(sorted(orders, key=_dearest_first))


def reference_of(
    day: date, supplier: str, location: str | None, plan_id: str | None = None, lines: Sequence[Wanted] = ()
) -> str:
    """The number of an order: of a plan's place or, without a plan, of its lines. See the table above."""
    return f"PO-{day:%Y%m%d}-{_slug(supplier)}-{_mark(supplier, location, plan_id, lines)}"


def drafted_before(
    order: PlannedOrder,
    place: str | None,
    day: date,
    plan_id: str | None,
    present: Iterable[PurchaseOrder],
    catalogue: Catalogue,
) -> PurchaseOrder | None:
    """The order that an earlier call made of this one. None: there is none.

    Of the same plan on whatever day; without a plan of the same lines on this day, or still a Draft of the day before:
    a call may be repeated over midnight.
    """
    today = reference_of(day, order.supplier, place, plan_id, () if plan_id else order.lines)
    before = today if plan_id else reference_of(day - timedelta(days=1), order.supplier, place, None, order.lines)
    found: list[PurchaseOrder] = []
    for one in present:
        if one.reference == today:
            return one
        if plan_id is None:
            is_it = one.reference == before and one.status == NOT_PLACED
        else:
            called = catalogue.supplier_called(one.supplier_code, one.supplier_name)
            is_it = called == order.supplier and is_of_plan(one.reference or "", plan_id, called, (place,))
        if is_it:
            found.append(one)
    return found[0] if found else None


def is_of_plan(reference: str, plan_id: str, supplier: str, locations: Iterable[str | None]) -> bool:
    """Whether an order of this supplier, under this reference, was drafted from this plan, on whatever day."""
    found = _REFERENCE.fullmatch(reference)
    return found is not None and found[1] in {
        f"{_slug(supplier)}-{_mark(supplier, location, plan_id)}" for location in locations
    }


def right_quantity(quantity: float, limits: Limits) -> float:
    """The nearest quantity that the supplier takes: whole packs, at least the minimum; of two equally near the more."""
    pack = limits.batch if limits.batch and limits.batch > 0 else None
    minimum = max(0.0, limits.minimum_order or 0.0)
    if pack is None:
        return max(quantity, minimum)
    least = max(1.0, math.ceil(minimum / pack - _TOLERANCE))
    packs = max(least, math.floor(quantity / pack + 0.5 + _TOLERANCE))
    return round(packs * pack, 6)


def odd_quantity(quantity: float, limits: Limits) -> str | None:
    """What a supplier may say to a quantity, with the nearest right one. None: nothing."""
    right = right_quantity(quantity, limits)
    if abs(right - quantity) <= _TOLERANCE:
        return None
    broken: list[str] = []
    if (limits.minimum_order or 0) > quantity + _TOLERANCE:
        broken.append(f"below the minimum of {in_units(limits.minimum_order or 0)}")
    if limits.batch and abs(quantity / limits.batch - round(quantity / limits.batch)) > _TOLERANCE:
        broken.append(f"no multiple of the pack of {in_units(limits.batch)}")
    return f"{' and '.join(broken)}: nearest right {in_units(right)}" if broken else None


def in_orders(orders: Iterable[OpenOrder]) -> str:
    """Which open orders hold a product, how many units, and how late they are."""
    return ", ".join(f"{in_units(one.quantity)} on {one.status} {one.reference}{_late(one)}" for one in orders)


def _late(order: OpenOrder) -> str:
    return "" if order.overdue is None else f", {order.overdue.rpartition(': ')[2]}"


def told_lines(lines: Iterable[PurchaseOrderLine | PurchaseOrderLineDraft], catalogue: Catalogue) -> dict[str, str]:
    """What an order holds of each product, by SKU: units, price, and the day of what has arrived; UTC."""
    told: dict[str, str] = {}
    for line in lines:
        code = catalogue.code(line.product_id or "?")
        price = "without a price" if line.unit_price is None else f"at {in_units(line.unit_price)}"
        arrived = f", arrived {line.received_at.astimezone(UTC):%Y-%m-%d}" if line.received_at else ""
        said = f"{in_units(line.quantity or 0)} {price}{arrived}"
        told[code] = f"{told[code]} + {said}" if code in told else said
    return told


def told_change(before: PurchaseOrder, after: PurchaseOrder, catalogue: Catalogue) -> Iterator[str]:
    """What of an order changes, in words, line by line and by SKU."""
    if before.status != after.status:
        yield f"status: {before.status or '(empty)'} -> {after.status or '(empty)'}"
    for name in ("ordered_at", "fully_received_at"):
        was, is_now = _day(getattr(before, name)), _day(getattr(after, name))
        if was != is_now:
            yield f"{name}: {was} -> {is_now}"
    there, wanted = told_lines(before.lines, catalogue), told_lines(after.lines, catalogue)
    for code in dict.fromkeys([*there, *wanted]):
        if there.get(code) != wanted.get(code):
            yield f"{code}: {there.get(code, '(not on it)')} -> {wanted.get(code, '(removed)')}"
    if (was := told_cost(before.lines)) != (costs := told_cost(after.lines)):
        yield f"cost: {was.removeprefix('cost ')} -> {costs.removeprefix('cost ')}"


def told_difference(present: PurchaseOrder, draft: PurchaseOrderDraft, catalogue: Catalogue) -> Iterator[str]:
    """How an order that is there differs from the one wanted, in words."""
    if present.status != draft.status:
        yield f"it is {present.status}, not {draft.status}"
    its = catalogue.supplier_called(present.supplier_code, present.supplier_name)
    if its != (wanted_from := catalogue.supplier_called(draft.supplier_code, draft.supplier_name)):
        yield f"its supplier is {its}, not {wanted_from}"
    if draft.location_code and present.location_code != draft.location_code:
        yield f"it goes to {present.location_code or 'no place'}, not {draft.location_code}"
    there, wanted = told_lines(present.lines, catalogue), told_lines(draft.lines, catalogue)
    for code in dict.fromkeys([*wanted, *there]):
        has, wants = there.get(code), wanted.get(code)
        if has != wants:
            yield f"{code} {has or 'is not on it'}" + (f", not {wants}" if wants else ", which is not asked for")
    if present.ordered_at != draft.ordered_at and present.ordered_at is not None:
        yield f"its date is {present.ordered_at:%Y-%m-%d}"


def told_cost(lines: Iterable[PurchaseOrderLine]) -> str:
    """What lines cost together, in words, and how many are without a price."""
    held = list(lines)
    priced = [(line.quantity or 0) * line.unit_price for line in held if line.unit_price is not None]
    unpriced = len(held) - len(priced)
    cost = f"cost {sum(priced):,.2f}" if priced else "no cost"
    return f"{cost} without {unpriced} unpriced line(s)" if unpriced and priced else cost


def _day(at: datetime | None) -> str:
    return "(empty)" if at is None else f"{at.astimezone(UTC):%Y-%m-%d}"


def _order(supplier: str, location: str | None, lines: tuple[Wanted, ...]) -> PlannedOrder:
    costs = [cost for line in lines if (cost := line.cost) is not None]
    cost = round(sum(costs), 2) if costs else None
    return PlannedOrder(supplier, location, lines, cost, len(lines) - len(costs))


def _dearest_first(order: PlannedOrder) -> tuple[bool, float, str, str]:
    return order.supplier == NO_SUPPLIER, -(order.cost or 0.0), order.supplier, order.location or ""


def _slug(supplier: str) -> str:
    plain = unicodedata.normalize("NFKD", supplier).encode("ascii", "ignore").decode().upper()
    return re.sub(r"[^A-Z0-9]+", "-", plain).strip("-")[:_SLUG_CHARACTERS].strip("-") or "SUPPLIER"


def _mark(supplier: str, location: str | None, plan_id: str | None, lines: Sequence[Wanted] = ()) -> str:
    held = sorted((line.product_id, float(line.quantity), line.unit_price) for line in lines)
    facts = repr((supplier, location, plan_id, held)).encode()
    return base64.b32encode(blake2b(facts, digest_size=5).digest()).decode()[:_MARK_CHARACTERS]
