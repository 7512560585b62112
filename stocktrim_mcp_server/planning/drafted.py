"""Orders as they are drafted and shown, what stands already, what all costs, and what must be known before. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from pydantic import Field

from stocktrim_client.models import Model, PurchaseOrder, PurchaseOrderDraft, PurchaseOrderLineDraft
from stocktrim_mcp_server.planning.bounds import LONGEST_TEXT, NAME_SHOWN, listed, short
from stocktrim_mcp_server.planning.catalogue import Catalogue
from stocktrim_mcp_server.planning.cautions import NO_PLACE, Figures, arrival, doubts, not_theirs, wrong_supplier
from stocktrim_mcp_server.planning.drafts import Basket, Drafted, cost_of
from stocktrim_mcp_server.planning.plan import Line
from stocktrim_mcp_server.planning.purchasing import (
    PlannedOrder,
    Wanted,
    drafted_before,
    in_orders,
    odd_quantity,
    reference_of,
    told_cost,
    told_difference,
    told_lines,
)
from stocktrim_mcp_server.planning.replenishment import limits_of
from stocktrim_mcp_server.planning.told import NEGATIVE, name_of

DIFFERENCES_TOLD = 10
"""Of an order that is another by now."""


class DraftedLine(Model):
    """One product on an order. `unit_price` None: nobody holds one, and it is in no cost."""

    product: str
    name: str | None = None
    quantity: float
    unit_price: float | None = None
    cost: float | None = None
    note: str | None = None


class DraftedOrder(Model):
    """One Draft. `cost`: of its lines with a price."""

    reference: str
    supplier: str
    supplier_name: str | None = None
    location: str | None = Field(default=None, description="Of delivery; absent: none is named")
    arrives: str = Field(description="Estimate")
    cost: float | None = None
    unpriced_lines: int | None = None
    lines: tuple[DraftedLine, ...] = ()


class NotDrafted(Model):
    """A line of the plan that is on none of the orders."""

    product: str
    name: str | None = None
    supplier: str
    location: str | None = None
    quantity: float
    cost: float | None = None
    lost_margin: float | None = Field(default=None, description="Estimate: lost by waiting a week")
    why: str


class Work(NamedTuple):
    """What a call comes to. `plan_id` None: no plan is drafted; `budget`: the call's own, else the plan's."""

    basket: Basket
    planned: tuple[PlannedOrder, ...]
    own: frozenset[str | None]
    """References of what was drafted from this plan before."""
    besides: tuple[Drafted, ...]
    """Of these the orders that this call does not ask for: they have spent of the budget."""
    usual: Mapping[str, float]
    budget: float | None
    catalogue: Catalogue
    today: date
    plan_id: str | None = None
    by_place: bool = False
    """Whether the plan is of places, not of the whole business."""

    def place(self, order: PlannedOrder) -> str | None:
        """A plan of the whole business names no place: where its orders are delivered makes no others of them."""
        return None if self.plan_id is not None and not self.by_place else order.location

    def before(self, order: PlannedOrder, present: Iterable[PurchaseOrder]) -> PurchaseOrder | None:
        """The order that an earlier call made of this one. None: there is none."""
        return drafted_before(order, self.place(order), self.today, self.plan_id, present, self.catalogue)


class Made(NamedTuple):
    """An order as it is saved and as it is shown."""

    order: PlannedOrder
    draft: PurchaseOrderDraft
    shown: DraftedOrder
    on_order: Mapping[str, str]
    odd: Mapping[str, str]


def is_another(there: PurchaseOrder, draft: PurchaseOrderDraft, catalogue: Catalogue) -> str | None:
    """What an order that was drafted before is now, and how it differs from the one wanted. None: it does not."""
    differences = list(told_difference(there, draft, catalogue))
    if not differences:
        return None
    holds = _few([f"{code} {said}" for code, said in told_lines(there.lines, catalogue).items()])
    return (
        f"This order was drafted before and is another now: {_few(differences)}. It is {there.status} in StockTrim and "
        f"holds {holds or 'nothing'}; {told_cost(there.lines)}. It is left as it is; change it with "
        "update_purchase_order."
    )


def _few(said: Sequence[str]) -> str:
    more = len(said) - DIFFERENCES_TOLD
    return "; ".join([*said[:DIFFERENCES_TOLD], *([f"and {more} more line(s)"] if more > 0 else [])])


def made_of(order: PlannedOrder, there: PurchaseOrder | None, work: Work) -> Made:
    """An order with its reference; one that was drafted before keeps its own, and its day."""
    plan_id, place = work.plan_id, work.place(order)
    reference = reference_of(work.today, order.supplier, place, plan_id, () if plan_id else order.lines)
    ordered_at = datetime.combine(work.today, time(), UTC)
    if there is not None:
        reference, ordered_at = there.reference or reference, there.ordered_at or ordered_at
    supplier = work.catalogue.suppliers[order.supplier]
    named = {"supplier_code": supplier.code, "supplier_name": supplier.name, "location_code": order.location}
    draft = PurchaseOrderDraft.model_validate(
        {
            "reference": reference,
            "ordered_at": ordered_at,
            "lines": [_line_draft(line) for line in order.lines],
            **{name: value for name, value in named.items() if value},
        }
    )
    on_order, odd = _on_order(order, reference, work), _odd(order)
    shown = DraftedOrder(
        reference=reference,
        supplier=order.supplier,
        supplier_name=work.catalogue.supplier_name(order.supplier),
        location=order.location,
        arrives=arrival(order.lines, supplier, ordered_at.astimezone(UTC).date()),
        cost=order.cost,
        unpriced_lines=order.unpriced or None,
        lines=tuple(_shown_line(line, on_order, odd) for line in order.lines),
    )
    return Made(order, draft, shown, on_order, odd)


def _line_draft(line: Wanted) -> PurchaseOrderLineDraft:
    if line.unit_price is None:
        return PurchaseOrderLineDraft(product_id=line.product_id, quantity=line.quantity)
    return PurchaseOrderLineDraft(product_id=line.product_id, quantity=line.quantity, unit_price=line.unit_price)


def _on_order(order: PlannedOrder, reference: str, work: Work) -> dict[str, str]:
    """By product the open orders that hold it, this one and those of the same plan aside."""
    found: dict[str, str] = {}
    for line in order.lines:
        held = work.catalogue.open_orders(line.item, work.today)
        if others := [one for one in held if one.reference != reference and one.reference not in work.own]:
            found[line.item.row.code] = in_orders(others)
    return found


def _odd(order: PlannedOrder) -> dict[str, str]:
    lines = [(line.item.row.code, odd_quantity(line.quantity, limits_of(line.item))) for line in order.lines]
    return {code: said for code, said in lines if said}


def _shown_line(line: Wanted, on_order: Mapping[str, str], odd: Mapping[str, str]) -> DraftedLine:
    code = line.item.row.code
    notes: list[str] = []
    if code in on_order:
        notes.append(f"already {on_order[code]}")
    # The plan's flag says what else to do about it.
    if code in odd and not any(odd[code] in flag for flag in line.flags):
        notes.append(odd[code])
    if line.unit_price is None:
        notes.append("no price")
    if line.by_hand and line.item.discontinued:
        notes.append("discontinued")
    if line.by_hand and line.item.row.made_of_count:
        notes.append("made from parts")
    notes += [flag for flag in line.flags if flag != "no cost"]
    return DraftedLine(
        product=code,
        name=_short(name_of(line.item)),
        quantity=line.quantity,
        unit_price=line.unit_price,
        cost=line.cost,
        note="; ".join(notes) or None,
    )


class Spending(NamedTuple):
    """What the orders cost, as fields of the answer, and what is to be said of the budget."""

    fields: Mapping[str, Any]
    said: tuple[str, ...]


def spending(made: Sequence[Made], standing: Sequence[PurchaseOrder], work: Work) -> Spending:
    """What the orders to draft cost, with those that stand already, against the budget."""
    costs = [one.order.cost for one in made if one.order.cost is not None]
    total = round(sum(costs), 2) if costs else None
    before = {**{one.order.reference: one.cost for one in work.besides}, **{o.reference: cost_of(o) for o in standing}}
    there = round(sum(before.values()), 2)
    unpriced = sum(one.order.unpriced for one in made) or None
    fields: dict[str, Any] = {"total_cost": total, "unpriced_lines": unpriced, "budget": work.budget}
    if work.budget is None:
        return Spending(fields, ())
    more = work.basket.brought_back
    said: list[str] = []
    others = work.basket.elsewhere
    left = round(work.budget - (total or 0.0) - there - others, 2)
    fields |= {
        "drafted_before": there or None,
        "for_others": others or None,
        "unspent": left if left >= 0 else None,
        "over_budget": -left if left < 0 else None,
    }
    if left < 0:
        besides = [f"{there:,.2f} of what stands already"] if there else []
        besides += [f"{others:,.2f} of the plan's other lines"] if others else []
        also = f" with {' and '.join(besides)}" if besides else ""
        said.append(f"Together{also} the orders cost {work.budget - left:,.2f}, {-left:,.2f} more than the budget.")
    if there:
        said.append(spent_before(before))
    if others and left >= 0:
        said.append(
            f"The plan's budget of {work.budget:,.2f} is spent as the plan was told: {others:,.2f} of it on lines that "
            f"are not drafted here; {left:,.2f} is unspent. To spend it on these suppliers alone, pass budget."
        )
    if more:
        said.append(f"{len(more)} line(s) more than the plan told, as this budget pays for them: {listed(more)}.")
    return Spending(fields, tuple(said))


def spent_before(costs: Mapping[str | None, float]) -> str:
    """That orders drafted before, by reference, have spent of the budget."""
    named = _some(f"{short(reference or '?', NAME_SHOWN)} ({cost:,.2f})" for reference, cost in costs.items())
    spent = f"{sum(costs.values()):,.2f} of the budget is spent already"
    return f"{spent} by what was drafted from this plan before and stands: {named}."


def said_of(made: Sequence[Made], work: Work) -> Iterator[str]:
    """What must be known before anybody says yes."""
    lines = [(one, line) for one in made for line in one.order.lines]
    hand = [line for _, line in lines if line.by_hand]
    for one in made:
        yield from _wrong_suppliers(one, work.catalogue)
    for line in hand:
        now = Figures(line.quantity, line.unit_price)
        yield from doubts(line.item.row.code, now, Figures(), work.usual.get(line.product_id), line.item.unit_cost)
    if on_order := {code: said for one in made for code, said in one.on_order.items()}:
        yield f"Already on open orders: {_some(f'{code} ({said})' for code, said in on_order.items())}."
    if below := [line.item.row.code for _, line in lines if NEGATIVE in line.flags]:
        yield f"Count first, as their stock is negative and the plan is likely too much: {listed(below)}."
    if odd := {code: said for one in made for code, said in one.odd.items()}:
        yield f"Quantities a supplier may refuse: {_some(f'{code} {said}' for code, said in odd.items())}."
    if unpriced := [line.item.row.code for _, line in lines if line.unit_price is None]:
        yield f"{len(unpriced)} line(s) have no price and are in no cost, so the orders cost more: {listed(unpriced)}."
    if gone := [line.item.row.code for line in hand if line.item.discontinued]:
        yield f"Discontinued, and ordered as asked: {listed(gone)}."
    if parts := [line.item.row.code for line in hand if line.item.row.made_of_count]:
        yield f"Made from parts here, and ordered as asked: {listed(parts)}."
    nowhere = sum(one.shown.location is None for one in made)
    if nowhere and work.catalogue.places:
        which = "" if nowhere == len(made) else f" of {nowhere} order(s)"
        yield f"The place of delivery{which} is not set. {NO_PLACE} Pass location to set it."


def _wrong_suppliers(one: Made, catalogue: Catalogue) -> Iterator[str]:
    supplier = catalogue.suppliers[one.order.supplier]
    words = (supplier.code, supplier.name)
    products = [line.item.product for line in one.order.lines if line.by_hand and line.item.product is not None]
    found = [wrong for each in products if (wrong := not_theirs(each, words, catalogue)) is not None]
    if said := wrong_supplier(found, one.order.supplier):
        yield said


def _some(texts: Iterable[str]) -> str:
    return listed(texts, longest=LONGEST_TEXT)


def not_drafted(line: Line, why: str) -> NotDrafted:
    """A line that is left out, as it is shown."""
    return NotDrafted(
        product=line.item.row.code,
        name=_short(name_of(line.item)),
        supplier=line.item.supplier,
        location=line.item.row.location,
        quantity=line.to_buy or line.quantity,
        cost=line.cost or None,
        lost_margin=round(line.lost_margin, 2) or None,
        why=why,
    )


def _short(name: str | None) -> str | None:
    return None if name is None else short(name, NAME_SHOWN)
