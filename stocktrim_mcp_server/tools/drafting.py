"""Draft orders from a plan, from lines, or from both."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field

from stocktrim_client import ChangeReport, ConflictError, StockTrimClient
from stocktrim_client.changes import Change
from stocktrim_client.models import (
    Model,
    OrderPlanRow,
    Product,
    PurchaseOrder,
    PurchaseOrderDraft,
    PurchaseOrderLineDraft,
)
from stocktrim_mcp_server.answers import LIST
from stocktrim_mcp_server.approval import Approved, ConfirmToken
from stocktrim_mcp_server.dependencies import Account, StockTrim, refuse_without
from stocktrim_mcp_server.kept import Kept, KeptPlans, Question
from stocktrim_mcp_server.meaning import guess, no_products, products_called
from stocktrim_mcp_server.planning.bounds import short
from stocktrim_mcp_server.planning.catalogue import NO_SUPPLIER, Catalogue, Filters, Item, fitting, join, unknown
from stocktrim_mcp_server.planning.plan import Line, WholePlan, paid_for, reorder_plan
from stocktrim_mcp_server.planning.purchasing import (
    PlannedOrder,
    Wanted,
    in_orders,
    is_of_plan,
    odd_quantity,
    planned_orders,
    reference_of,
    told_difference,
    wanted_of,
    why_not,
)
from stocktrim_mcp_server.planning.told import name_of
from stocktrim_mcp_server.records import Books
from stocktrim_mcp_server.toolbox import MONEY, Codes, Toolset, as_list
from stocktrim_mcp_server.writing import MOST_RECORDS, Fault, Write, WriteReport, carry_out, refuse, refuse_one

MOST_LINES = 200
"""Of one call: all are shown before anything is sent."""

NAMED = 5
"""Products named in one warning."""


LEFT_OUT_TOLD = 40
REASONS_TOLD = 5

NEW_PLAN = "Call get_reorder_plan again and draft from its plan_id."


def as_records(value: Any) -> Any:
    """A list of records however a host writes it: one alone, or JSON in a string."""
    text = value.strip() if isinstance(value, str) else ""
    if text.startswith("{"):
        value = f"[{text}]"
    return [value] if isinstance(value, Mapping) else as_list(value)


def _amount(value: float | None) -> float | None:
    if value is not None and value < 0:
        raise ValueError("must not be below 0")
    return value


Amount = Annotated[float, Field(allow_inf_nan=False), AfterValidator(_amount), MONEY]
"""Units or money of a line; its bounds are no part of the menu."""


class LineToOrder(Model):
    """A product to order, whatever the plan says."""

    product: str
    quantity: Amount
    supplier: str | None = None
    unit_price: Amount | None = None


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
    location: str | None = None
    cost: float | None = None
    unpriced_lines: int | None = None
    lines: tuple[DraftedLine, ...]


class NotDrafted(Model):
    """A line of the plan that is on none of the orders."""

    product: str
    name: str | None = None
    supplier: str
    location: str | None = None
    quantity: float
    cost: float | None = None
    why: str


class DraftReport(WriteReport):
    """The orders as they are drafted."""

    total_cost: float | None = Field(default=None, description="Of all lines with a price")
    unpriced_lines: int | None = None
    budget: float | None = None
    over_budget: float | None = None
    orders: Annotated[tuple[DraftedOrder, ...], LIST] = ()
    left_out: Annotated[tuple[NotDrafted, ...], LIST] = ()


class Asked(NamedTuple):
    """What is to be drafted, in words of the account."""

    suppliers: tuple[str, ...]
    locations: tuple[str, ...]
    budget: float | None
    lines: tuple["Meant", ...]
    location: str | None


class Meant(NamedTuple):
    """A line asked for, with its product."""

    said: LineToOrder
    product: Product


@dataclass
class Basket:
    """What comes together for the orders of one call."""

    lines: list[Wanted] = field(default_factory=list[Wanted])
    left_out: list[NotDrafted] = field(default_factory=list[NotDrafted])
    drafted: tuple[PurchaseOrder, ...] = ()
    """What was drafted from this plan before."""


async def draft_purchase_orders(
    account: Account,
    stocktrim: StockTrim,
    approved: Approved,
    plan_id: Annotated[str, Field(description="Of get_reorder_plan")] = "",
    suppliers: Annotated[Codes, Field(description="Only these")] = (),
    locations: Annotated[Codes, Field(description="Likewise")] = (),
    budget: Annotated[Amount | None, Field(description="Money")] = None,
    lines: Annotated[
        tuple[LineToOrder, ...],
        BeforeValidator(as_records),
        Field(description="[{'product': 'V60-02', 'quantity': 24}]; replaces the plan's, 0 drops it"),
    ] = (),
    location: Annotated[str, Field(description="Deliver to")] = "",
    confirm_token: ConfirmToken = None,
) -> DraftReport:
    """Draft purchase orders from a plan, lines or both, one per supplier and place. Suppliers get nothing."""
    plan_id = plan_id.strip().upper()
    if len(lines) > MOST_LINES:
        refuse_one(f"These are {len(lines)} lines; one call takes up to {MOST_LINES}.")
    if not plan_id and not lines:
        refuse_one("Say what to order: a plan_id of get_reorder_plan, or lines.")
    kept = await _kept(account.kept, plan_id) if plan_id else None
    books = await account.books(kept.locations if kept else ())
    if (suppliers_on_hand := stocktrim.snapshot.standing("suppliers")).missing:
        # Without them every supplier would be unknown.
        await refuse_without(stocktrim, suppliers_on_hand.kinds[0])
    asked = Asked(
        suppliers,
        locations,
        budget,
        await _meant(stocktrim, lines),
        await _place(stocktrim, books.catalogue, location.strip()),
    )
    orders = (
        ()
        if stocktrim.snapshot.standing("purchase_orders").missing
        else await stocktrim.snapshot.purchase_orders(wait=0)
    )
    basket = await asyncio.to_thread(_basket, books, orders, kept, asked)
    planned = planned_orders(basket.lines)
    _bounded(planned, basket)
    made = [_drafted(order, kept, books.now.date(), basket, books.catalogue) for order in planned]
    costs = [order.cost for order in planned if order.cost is not None]
    total = round(sum(costs), 2) if costs else None
    allowed = budget if budget is not None or kept is None or kept.question is None else kept.question.budget
    over = None if allowed is None or total is None or total <= allowed else round(total - allowed, 2)
    unpriced = sum(order.unpriced for order in planned)
    return await carry_out(
        [_write(stocktrim, one, books.catalogue) for one in made],
        DraftReport,
        one_at_a_time=True,
        warnings=(
            *([f"Together the orders cost {total:,.2f}, {over:,.2f} more than the budget."] if over else ()),
            *_said(planned, made, unpriced),
            *_more_left_out(basket.left_out),
            *books.said(None if kept is None else kept.as_of),
        ),
        total_cost=total,
        unpriced_lines=unpriced or None,
        budget=allowed,
        over_budget=over,
        orders=tuple(one.shown for one in made),
        left_out=tuple(basket.left_out[:LEFT_OUT_TOLD]),
    )


async def _kept(plans: KeptPlans, plan_id: str) -> Kept:
    """The plan that is meant. Raises: ToolError where it cannot be computed again."""
    kept = await asyncio.to_thread(plans.named, plan_id)
    if kept is None or kept.question is None:
        refuse_one(f"No plan {short(plan_id, 40)!r} is kept here. {NEW_PLAN}")
    return kept


async def _meant(stocktrim: StockTrimClient, lines: Sequence[LineToOrder]) -> tuple[Meant, ...]:
    """The products of lines. Raises: ToolError naming every line that means none, or more than one."""
    if not lines:
        return ()
    found = await products_called(stocktrim, [line.product for line in lines])
    meant: list[Meant] = []
    faults: list[Fault] = []
    met: dict[tuple[str, str | None], str] = {}
    missing: list[str] = []
    for line in lines:
        code = line.product.strip()
        products = found.get(code, [])
        if len(products) > 1:
            ids = ", ".join(repr(one.product_id) for one in products)
            faults.append(Fault(code, f"several products have this SKU: pass the product id, one of {ids}."))
        elif not products:
            missing.append(code)
        elif (key := (products[0].product_id, line.supplier)) in met:
            faults.append(Fault(code, f"it is in lines twice, also as {met[key]!r}: add the quantities up."))
        else:
            met[key] = code
            meant.append(Meant(line, products[0]))
    faults += [Fault("", said) for said in await no_products(stocktrim, list(dict.fromkeys(missing)))]
    refuse(faults)
    return tuple(meant)


async def _place(stocktrim: StockTrimClient, catalogue: Catalogue, location: str) -> str | None:
    """The code of a place. Raises: ToolError for one that does not exist."""
    if not location:
        return None
    code = catalogue.location(location)
    if code in catalogue.places:
        return code
    if (found := await stocktrim.locations.find(location)) is not None:
        return found.code
    names = {name: code for code, name in catalogue.places.items() if name}
    return refuse_one(f"There is no location {short(location, 60)!r}.{guess(location, catalogue.places, names)}")


def _basket(books: Books, orders: Sequence[PurchaseOrder], kept: Kept | None, asked: Asked) -> Basket:
    """Everything that is to be ordered. Blocks.

    Raises: ToolError where the plan is another by now, and naming every line that cannot be ordered.
    """
    basket, catalogue = Basket(), books.catalogue
    if kept is not None:
        basket.drafted = tuple(one for one in orders if _is_drafted(one, kept, books.catalogue))
        if basket.drafted:
            # Its own drafts must not stand in the way of a plan: asked for again, it finds them.
            others = [one for one in orders if all(one is not its for its in basket.drafted)]
            catalogue = Catalogue(
                catalogue.products, catalogue.suppliers.values(), orders=others, bills=catalogue.bills
            )
        whole = _planned_again(books, catalogue, kept)
        _from_plan(basket, whole, books, catalogue, kept, asked)
    _by_hand(basket, books, catalogue, kept, asked)
    return basket


def _is_drafted(order: PurchaseOrder, kept: Kept, catalogue: Catalogue) -> bool:
    supplier = catalogue.supplier_called(order.supplier_code, order.supplier_name)
    places = (None, order.location_code, order.location_name)
    return order.reference is not None and is_of_plan(order.reference, kept.plan_id, supplier, places)


def _planned_again(books: Books, catalogue: Catalogue, kept: Kept) -> WholePlan:
    """The plan from the records on hand. Raises: ToolError where it is another by now."""
    question = kept.question or Question()
    whole = reorder_plan(books.rows, catalogue, _filters(question, kept), budget=question.budget)
    if whole.plan_id != kept.plan_id:
        refuse_one(
            f"Plan {kept.plan_id} no longer fits StockTrim's figures, stock or open orders, which have moved since it "
            f"was told. {NEW_PLAN}"
        )
    return whole


def _filters(question: Question, kept: Kept) -> Filters:
    return Filters(
        suppliers=question.suppliers,
        categories=question.categories,
        locations=kept.locations,
        products=question.products,
        horizon_days=question.horizon_days,
    )


def _from_plan(basket: Basket, whole: WholePlan, books: Books, catalogue: Catalogue, kept: Kept, asked: Asked) -> None:
    """Put in the plan's lines that are asked for and can be paid, and note what is left out and why."""
    narrow = Filters(suppliers=asked.suppliers, locations=asked.locations)
    refuse([Fault("", said) for one in unknown(books.rows, catalogue, narrow) for said in one.said])
    by_hand = {one.product.product_id for one in asked.lines}
    left_out: list[tuple[Line, str]] = []
    if asked.budget is not None:
        # As the plan itself would spend it, had it been asked for these alone.
        filters = _filters(kept.question or Question(), kept)
        filters = replace(
            filters,
            suppliers=asked.suppliers or filters.suppliers,
            locations=asked.locations or filters.locations,
        )
        whole = reorder_plan(books.rows, catalogue, filters)
    lines = _narrowed(whole.lines, catalogue, narrow)
    aside = _narrowed([line for line, _ in whole.set_aside], catalogue, narrow)
    unpaid = _narrowed([line for line, _ in whole.left_out], catalogue, narrow)
    orderable: list[Line] = []
    for line in lines:
        if _is_by_hand(line, by_hand):
            continue
        if why := why_not(line, catalogue):
            left_out.append((line, why))
        else:
            orderable.append(line)
    if asked.budget is not None:
        spent = sum(_price_by_hand(one, books, catalogue) for one in asked.lines)
        orderable, beyond = paid_for(whole, orderable, max(0.0, asked.budget - spent))
        left_out += [(line, f"beyond the budget: {why}") for line, why in beyond]
    reasons = {id(line): why for line, why in (*whole.set_aside, *whole.left_out)}
    left_out += [(line, reasons[id(line)]) for line in aside]
    left_out += [(line, f"beyond the budget: {reasons[id(line)]}") for line in unpaid]
    for line in orderable:
        if (wanted := wanted_of(line)) is not None:
            basket.lines.append(wanted._replace(location=wanted.location or asked.location))
    basket.left_out = [_not_drafted(line, why) for line, why in left_out if not _is_by_hand(line, by_hand)]


def _narrowed(lines: Sequence[Line], catalogue: Catalogue, filters: Filters) -> list[Line]:
    meant = {id(item.row) for item in fitting([line.item for line in lines], catalogue, filters)}
    return [line for line in lines if id(line.item.row) in meant]


def _is_by_hand(line: Line, by_hand: set[str]) -> bool:
    wanted = wanted_of(line)
    return wanted is not None and wanted.product_id in by_hand


def _price_by_hand(one: Meant, books: Books, catalogue: Catalogue) -> float:
    price = one.said.unit_price
    if price is None:
        price = _item(one.product, books.rows, catalogue).unit_cost
    return one.said.quantity * (price or 0.0)


def _by_hand(basket: Basket, books: Books, catalogue: Catalogue, kept: Kept | None, asked: Asked) -> None:
    """Put in the lines asked for. Raises: ToolError naming every one that cannot be ordered."""
    faults: list[Fault] = []
    for said, product in asked.lines:
        if said.quantity == 0:
            if kept is None:
                faults.append(
                    Fault(said.product, "quantity 0 leaves a product of a plan out, and no plan_id is given.")
                )
            continue
        item = _item(product, books.rows, catalogue)
        places = _places(product, books.rows, catalogue, asked) if kept is not None and kept.locations else [None]
        if len(places) > 1:
            named = ", ".join(str(place) for place in places)
            faults.append(Fault(said.product, f"the plan is of {named}: pass one of them in locations."))
            continue
        supplier = _supplier(said, item, catalogue)
        if isinstance(supplier, Fault):
            faults.append(supplier)
            continue
        price = item.unit_cost if said.unit_price is None else said.unit_price
        place = next(iter(places), None) or asked.location
        basket.lines.append(Wanted(item, product.product_id, supplier, place, said.quantity, price, by_hand=True))
    refuse(faults)


def _places(product: Product, rows: Iterable[OrderPlanRow], catalogue: Catalogue, asked: Asked) -> list[str | None]:
    """The places of the plan at which a product is planned, of those asked for."""
    wanted = {catalogue.location(one.strip()) for one in asked.locations}
    found = dict.fromkeys(row.location for row in rows if _is_of(row, product))
    return [place for place in found if not wanted or place in wanted]


def _is_of(row: OrderPlanRow, product: Product) -> bool:
    return row.product_id == product.product_id or (row.product_id is None and row.code == product.code)


def _item(product: Product, rows: Iterable[OrderPlanRow], catalogue: Catalogue) -> Item:
    """A product with what the plan knows of it; the product as it was just read goes before the one on hand."""
    row = next((row for row in rows if _is_of(row, product)), None)
    row = row or OrderPlanRow(code=product.code, product_id=product.product_id, name=product.name)
    return join(row, product, catalogue.supplier_of(product))


def _supplier(said: LineToOrder, item: Item, catalogue: Catalogue) -> str | Fault:
    """The supplier a line is ordered from, or why there is none."""
    name = (said.supplier or "").strip()
    if not name:
        if item.supplier == NO_SUPPLIER:
            return Fault(said.product, "it has no supplier in StockTrim: name one in its line.")
        name = item.supplier
    known = {one.casefold(): key for key, one in ((key, one.name) for key, one in catalogue.suppliers.items()) if one}
    known |= {key.casefold(): key for key in catalogue.suppliers}
    key = catalogue.supplier_called(name)
    key = key if key in catalogue.suppliers else known.get(name.casefold(), "")
    if key:
        return key
    names = {one.name: key for key, one in catalogue.suppliers.items() if one.name}
    return Fault(said.product, f"there is no supplier {short(name, 60)!r}.{guess(name, [*catalogue.suppliers], names)}")


def _not_drafted(line: Line, why: str) -> NotDrafted:
    return NotDrafted(
        product=line.item.row.code,
        name=_short_name(line.item),
        supplier=line.item.supplier,
        location=line.item.row.location,
        quantity=line.to_buy or line.quantity,
        cost=line.cost or None,
        why=why,
    )


def _short_name(item: Item) -> str | None:
    name = name_of(item)
    return None if name is None else short(name, 60)


def _bounded(planned: Sequence[PlannedOrder], basket: Basket) -> None:
    """Raises: ToolError where there is nothing to order, or more than can be shown before."""
    lines = sum(len(order.lines) for order in planned)
    if not lines:
        reasons = [f"{one.product}: {one.why}" for one in basket.left_out[:REASONS_TOLD]]
        more = [f"and {more} more"] if (more := len(basket.left_out) - REASONS_TOLD) > 0 else []
        refuse_one(f"There is nothing to order here. {'; '.join([*reasons, *more])}".strip())
    if lines > MOST_LINES or len(planned) > MOST_RECORDS:
        refuse_one(
            f"These are {len(planned)} orders with {lines} lines; one call drafts up to {MOST_RECORDS} orders with "
            f"{MOST_LINES} lines, so that all are seen before. Pass some suppliers at a time, or a budget."
        )


class Made(NamedTuple):
    """An order as it is saved and as it is shown."""

    draft: PurchaseOrderDraft
    shown: DraftedOrder
    on_order: Mapping[str, str]
    odd: Mapping[str, str]


def _drafted(order: PlannedOrder, kept: Kept | None, today: date, basket: Basket, catalogue: Catalogue) -> Made:
    """An order with its reference; one that was drafted from this plan before keeps its own, and its day."""
    # A plan of the whole business names no place: where its orders are delivered makes no other orders of them.
    place = None if kept is not None and not kept.locations else order.location
    plan_id = None if kept is None else kept.plan_id
    reference = reference_of(today, order.supplier, place, plan_id, () if plan_id else order.lines)
    ordered_at = datetime.combine(today, time(), UTC)
    for one in basket.drafted:
        supplier = catalogue.supplier_called(one.supplier_code, one.supplier_name)
        if supplier == order.supplier and is_of_plan(one.reference or "", plan_id or "", supplier, (place,)):
            reference, ordered_at = one.reference or reference, one.ordered_at or ordered_at
    supplier = catalogue.suppliers[order.supplier]
    named = {"supplier_code": supplier.code, "supplier_name": supplier.name, "location_code": order.location}
    draft = PurchaseOrderDraft.model_validate(
        {
            "reference": reference,
            "ordered_at": ordered_at,
            "lines": [_line_draft(line) for line in order.lines],
            **{name: value for name, value in named.items() if value},
        }
    )
    on_order, odd = _on_order(order, reference, catalogue, basket), _odd(order)
    shown = DraftedOrder(
        reference=reference,
        supplier=order.supplier,
        supplier_name=catalogue.supplier_name(order.supplier),
        location=order.location,
        cost=order.cost,
        unpriced_lines=order.unpriced or None,
        lines=tuple(_shown_line(line, on_order, odd) for line in order.lines),
    )
    return Made(draft, shown, on_order, odd)


def _line_draft(line: Wanted) -> PurchaseOrderLineDraft:
    if line.unit_price is None:
        return PurchaseOrderLineDraft(product_id=line.product_id, quantity=line.quantity)
    return PurchaseOrderLineDraft(product_id=line.product_id, quantity=line.quantity, unit_price=line.unit_price)


def _on_order(order: PlannedOrder, reference: str, catalogue: Catalogue, basket: Basket) -> dict[str, str]:
    """By product the open orders that hold it, this one and those of the same plan aside."""
    own = {reference, *(one.reference for one in basket.drafted)}
    found: dict[str, str] = {}
    for line in order.lines:
        held = [one for one in catalogue.open_orders(line.item) if one.reference not in own]
        if held:
            found[line.item.row.code] = in_orders(held)
    return found


def _odd(order: PlannedOrder) -> dict[str, str]:
    return {line.item.row.code: said for line in order.lines if (said := odd_quantity(line))}


def _shown_line(line: Wanted, on_order: Mapping[str, str], odd: Mapping[str, str]) -> DraftedLine:
    code = line.item.row.code
    notes: list[str] = []
    if code in on_order:
        notes.append(f"already {on_order[code]}")
    if code in odd:
        notes.append(odd[code])
    if line.unit_price is None:
        notes.append("no price")
    if line.by_hand and line.item.discontinued:
        notes.append("discontinued")
    if line.by_hand and line.item.row.made_of_count:
        notes.append("made from parts")
    return DraftedLine(
        product=code,
        name=_short_name(line.item),
        quantity=line.quantity,
        unit_price=line.unit_price,
        cost=line.cost,
        note="; ".join(notes) or None,
    )


def _said(planned: Sequence[PlannedOrder], made: Sequence[Made], unpriced: int) -> Iterator[str]:
    """What must be known before anybody says yes."""
    on_order = {code: said for one in made for code, said in one.on_order.items()}
    if on_order:
        yield f"Already on open orders: {_some(f'{code} ({said})' for code, said in on_order.items())}."
    odd = {code: said for one in made for code, said in one.odd.items()}
    if odd:
        yield f"Quantities a supplier may refuse: {_some(f'{code} {said}' for code, said in odd.items())}."
    if unpriced:
        codes = [line.item.row.code for order in planned for line in order.lines if line.unit_price is None]
        yield f"{unpriced} line(s) have no price and are in no cost, so the orders cost more: {_some(codes)}."
    lines = [line for order in planned for line in order.lines if line.by_hand]
    if gone := [line.item.row.code for line in lines if line.item.discontinued]:
        yield f"Discontinued, and ordered as asked: {_some(gone)}."
    if parts := [line.item.row.code for line in lines if line.item.row.made_of_count]:
        yield f"Made from parts here, and ordered as asked: {_some(parts)}."


def _more_left_out(left_out: Sequence[NotDrafted]) -> Iterator[str]:
    if (more := len(left_out) - LEFT_OUT_TOLD) > 0:
        yield f"{more} more line(s) of the plan are left out and not shown."


def _some(texts: Iterable[str]) -> str:
    listed = list(texts)
    return ", ".join(listed[:NAMED]) + (f" and {len(listed) - NAMED} more" if len(listed) > NAMED else "")


def _write(stocktrim: StockTrimClient, made: Made, catalogue: Catalogue) -> Write:
    async def send() -> ChangeReport:
        try:
            return await stocktrim.purchase_orders.save(made.draft, must="create")
        except ConflictError as error:
            present = await stocktrim.purchase_orders.find(made.draft.reference)
            if present is None or present.reference != made.draft.reference:
                raise
            said = "; ".join(told_difference(present, made.draft, catalogue))
            raise ConflictError(
                f"This order was drafted before and is another now: {said}. It is left as it is; change it with "
                "update_purchase_order.",
                status=409,
            ) from error

    def fields(change: Change) -> tuple[str, ...]:
        cost = "no price" if made.shown.cost is None else f"cost {made.shown.cost:,.2f}"
        place = [] if made.shown.location is None else [f"deliver to {made.shown.location}"]
        return "Draft", f"{len(made.draft.lines)} line(s), {cost}", *place

    return Write(made.draft.reference, send, noun="purchase order", fields=fields)


DRAFTING = Toolset("drafting", "Draft purchase orders.", writes=(draft_purchase_orders,))
