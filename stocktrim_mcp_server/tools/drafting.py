"""Draft orders from a plan, from lines, or from both."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from stocktrim_client import ChangeReport, ConflictError, StockTrimClient
from stocktrim_client.changes import Change
from stocktrim_client.models import (
    Model,
    PurchaseOrder,
)
from stocktrim_mcp_server.answers import LIST
from stocktrim_mcp_server.approval import Approved, ConfirmToken
from stocktrim_mcp_server.dependencies import Account, StockTrim, refuse_without
from stocktrim_mcp_server.kept import Kept, KeptPlans, Question
from stocktrim_mcp_server.meaning import guess, no_products, products_called
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, short
from stocktrim_mcp_server.planning.catalogue import Catalogue, Filters, unknown
from stocktrim_mcp_server.planning.cautions import usual_quantities
from stocktrim_mcp_server.planning.drafted import (
    DraftedOrder,
    Made,
    NotDrafted,
    Work,
    is_another,
    made_of,
    not_drafted,
    said_of,
    spending,
    spent_before,
)
from stocktrim_mcp_server.planning.drafts import Asked, Basket, ByHand, Drafted, by_hand, from_plan
from stocktrim_mcp_server.planning.plan import WholePlan, reorder_plan
from stocktrim_mcp_server.planning.purchasing import (
    PlannedOrder,
    is_of_plan,
    planned_orders,
)
from stocktrim_mcp_server.records import Books
from stocktrim_mcp_server.toolbox import MONEY, Codes, Toolset, as_list
from stocktrim_mcp_server.writing import MOST_RECORDS, Fault, Write, WriteReport, carry_out, refuse, refuse_one

MOST_LINES = 200
"""Of one call: all are shown before anything is sent."""

LEFT_OUT_TOLD = 10
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


class DraftReport(WriteReport):
    """The orders as they are drafted."""

    total_cost: float | None = Field(default=None, description="Of all lines with a price")
    unpriced_lines: int | None = None
    budget: float | None = None
    drafted_before: float | None = Field(
        default=None, description="Of the budget, for other orders drafted from this plan"
    )
    for_others: float | None = Field(default=None, description="Of the plan's budget, for its lines not asked for here")
    unspent: float | None = Field(default=None, description="Of the budget")
    over_budget: float | None = None
    orders: Annotated[tuple[DraftedOrder, ...], LIST] = ()
    left_out_lines: int | None = Field(default=None, description="Those that lose most are told")
    left_out: Annotated[tuple[NotDrafted, ...], LIST] = ()


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
    meant, faults = await _meant(stocktrim, lines)
    place = await _place(stocktrim, books.catalogue, location.strip())
    asked = Asked(suppliers, locations, budget, meant, place)
    missing = stocktrim.snapshot.standing("purchase_orders").missing
    orders = () if missing else await stocktrim.snapshot.purchase_orders(wait=0)
    work, before = await asyncio.to_thread(_work, books, orders, kept, asked, faults)
    made, standing = await _beside_what_is_there(stocktrim, work, before)
    drafted = {one.supplier for one in work.planned}
    left_out, left_out_lines = work.basket.worst_left_out(drafted, books.catalogue.suppliers, LEFT_OUT_TOLD)
    if standing and not made:
        refuse([Fault(order.reference or "", said) for order, said in standing])
    spent = spending(made, [order for order, _ in standing], work)
    doubtful = (*said_of(made, work), *books.said(None if kept is None else kept.as_of))
    report = await carry_out(
        [_write(stocktrim, one, books.catalogue) for one in made],
        DraftReport,
        one_at_a_time=True,
        warnings=(
            *spent.said,
            *(f"{short(order.reference or '', NAME_SHOWN)}: {said}" for order, said in standing),
            *doubtful,
        ),
        **spent.fields,
        orders=tuple(one.shown for one in made),
        left_out_lines=left_out_lines or None,
        left_out=tuple(not_drafted(line, why) for line, why in left_out),
    )
    if report.status != "preview":
        # It was shown before; what is done is told alone.
        report = report.model_copy(update={"left_out_lines": None, "left_out": ()})
    if report.status == "unchanged":
        # Nothing is to be decided: what stands is named, and its lines are in StockTrim.
        report = report.model_copy(
            update={
                "orders": tuple(one.model_copy(update={"lines": ()}) for one in report.orders),
                "warnings": tuple(one for one in report.warnings if one not in doubtful),
            }
        )
    if standing and report.status == "unchanged":
        told = f"{len(made)} order(s) are drafted already, just so; {len(standing)} were changed since, and are left."
        report = report.model_copy(update={"message": f"{told} Nothing was sent."})
    return report


async def _kept(plans: KeptPlans, plan_id: str) -> Kept:
    """The plan that is meant. Raises: ToolError where it cannot be computed again."""
    kept = await asyncio.to_thread(plans.named, plan_id)
    if kept is None or kept.question is None:
        refuse_one(f"No plan {short(plan_id, 40)!r} is kept here. {NEW_PLAN}")
    return kept


async def _meant(
    stocktrim: StockTrimClient, lines: Sequence[LineToOrder]
) -> tuple[tuple[ByHand, ...], tuple[Fault, ...]]:
    """The products of lines, and why others mean none, or more than one."""
    if not lines:
        return (), ()
    found = await products_called(stocktrim, [line.product for line in lines])
    meant: list[ByHand] = []
    faults: dict[str, Fault] = {}
    missing: dict[str, None] = {}
    for line in lines:
        code = line.product.strip()
        products = found.get(code, [])
        if len(products) == 1:
            meant.append(ByHand(code, products[0], line.quantity, line.supplier, line.unit_price))
        elif products:
            ids = ", ".join(repr(one.product_id) for one in products)
            faults[code] = Fault(code, f"several products have this SKU: pass the product id, one of {ids}.")
        else:
            missing[code] = None
    strange = [Fault("", said) for said in await no_products(stocktrim, list(missing))]
    return tuple(meant), (*faults.values(), *strange)


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


def _work(
    books: Books, orders: Sequence[PurchaseOrder], kept: Kept | None, asked: Asked, faults: Sequence[Fault]
) -> tuple[Work, list[PurchaseOrder | None]]:
    """Everything that is to be ordered; and by order the one that an earlier call made of it. Blocks.

    Raises: ToolError where the plan is another by now, and naming every line that cannot be ordered.
    """
    basket, catalogue, today = Basket(), books.catalogue, books.now.date()
    whole: WholePlan | None = None
    by_place = kept is not None and bool(kept.locations)
    drafted = [] if kept is None else [one for one in orders if _is_drafted(one, kept, catalogue)]
    ours = [_drafted(one, catalogue, by_place=by_place) for one in drafted]
    budget = asked.budget
    if kept is not None:
        if drafted:
            # Its own drafts must not stand in the way of a plan: asked for again, it finds them.
            strangers = [one for one in orders if all(one is not its for its in drafted)]
            catalogue = Catalogue(
                catalogue.products, catalogue.suppliers.values(), orders=strangers, bills=catalogue.bills
            )
        whole = _planned_again(books, catalogue, kept)
        refuse([Fault("", said) for one in unknown(books.rows, catalogue, asked.narrow) for said in one.said])
        budget = whole.budget if budget is None else budget
    wanted, refused = by_hand(books.rows, catalogue, asked, of_plan=kept is not None, by_place=by_place)
    refuse([*faults, *(Fault(one.code, one.said) for one in refused)])
    besides: tuple[Drafted, ...] = ()
    while True:
        if whole is not None and kept is not None:
            basket = from_plan(whole, books.rows, catalogue, _filters(kept), asked, today, besides)
        planned = planned_orders([*basket.lines, *wanted])
        here = {
            (one.supplier, catalogue.location(one.location) if by_place and one.location else None) for one in planned
        }
        others = tuple(one for one in ours if one in besides or (one.supplier, one.place) not in here)
        if len(others) == len(besides):
            break
        # What they spent leaves less for the lines here, of which some may then be of no order.
        besides = others
    basket.lines += wanted
    _bounded(planned, basket, () if budget is None else besides)
    work = Work(
        basket=basket,
        planned=planned,
        own=frozenset(one.reference for one in drafted),
        besides=tuple(one for one in besides if (one.supplier, one.place) not in here),
        usual=usual_quantities(orders, books.rows),
        budget=budget,
        catalogue=books.catalogue,
        today=today,
        plan_id=None if kept is None else kept.plan_id,
        by_place=by_place,
    )
    return work, [work.before(one, orders) for one in planned]


def _is_drafted(order: PurchaseOrder, kept: Kept, catalogue: Catalogue) -> bool:
    supplier = catalogue.supplier_called(order.supplier_code, order.supplier_name)
    places = (None, order.location_code, order.location_name)
    return order.reference is not None and is_of_plan(order.reference, kept.plan_id, supplier, places)


def _drafted(order: PurchaseOrder, catalogue: Catalogue, *, by_place: bool) -> Drafted:
    place = order.location_code or order.location_name if by_place else None
    supplier = catalogue.supplier_called(order.supplier_code, order.supplier_name)
    return Drafted(order, supplier, None if place is None else catalogue.location(place))


def _planned_again(books: Books, catalogue: Catalogue, kept: Kept) -> WholePlan:
    """The plan from the records on hand. Raises: ToolError where it is another by now."""
    budget = None if kept.question is None else kept.question.budget
    whole = reorder_plan(books.rows, catalogue, _filters(kept), budget=budget, today=books.now.date())
    if whole.plan_id != kept.plan_id:
        refuse_one(
            f"Plan {kept.plan_id} no longer fits StockTrim's figures, stock or open orders, which have moved since it "
            f"was told. {NEW_PLAN}"
        )
    return whole


def _filters(kept: Kept) -> Filters:
    question = kept.question or Question()
    return Filters(
        suppliers=question.suppliers,
        categories=question.categories,
        locations=kept.locations,
        products=question.products,
        horizon_days=question.horizon_days,
    )


def _bounded(planned: Sequence[PlannedOrder], basket: Basket, besides: Sequence[Drafted]) -> None:
    """Raises: ToolError where there is nothing to order, or more than can be shown before."""
    lines = sum(len(order.lines) for order in planned)
    if not lines:
        reasons = [f"{line.item.row.code}: {why}" for line, why in basket.left_out[:REASONS_TOLD]]
        more = [f"and {more} more"] if (more := len(basket.left_out) - REASONS_TOLD) > 0 else []
        spent = [spent_before({one.order.reference: one.cost for one in besides})] if besides else []
        refuse_one(" ".join(["There is nothing to order here.", *spent, "; ".join([*reasons, *more])]).strip())
    if lines > MOST_LINES or len(planned) > MOST_RECORDS:
        refuse_one(
            f"These are {len(planned)} orders with {lines} lines; one call drafts up to {MOST_RECORDS} orders with "
            f"{MOST_LINES} lines, so that all are seen before. Pass some suppliers at a time, or a budget."
        )


async def _beside_what_is_there(
    stocktrim: StockTrimClient, work: Work, before: Sequence[PurchaseOrder | None]
) -> tuple[list[Made], list[tuple[PurchaseOrder, str]]]:
    """The orders to draft; and those drafted before that are others now and are left as they are, with what to say."""
    made: list[Made] = []
    standing: list[tuple[PurchaseOrder, str]] = []
    for order, its in zip(work.planned, before, strict=True):
        there = None if its is None else await stocktrim.purchase_orders.find(its.reference or "")
        one = made_of(order, there, work)
        if there is not None and (said := is_another(there, one.draft, work.catalogue)):
            standing.append((there, said))
        else:
            made.append(one)
    return made, standing


def _write(stocktrim: StockTrimClient, made: Made, catalogue: Catalogue) -> Write:
    async def send() -> ChangeReport:
        try:
            return await stocktrim.purchase_orders.save(made.draft, must="create")
        except ConflictError as error:
            present = await stocktrim.purchase_orders.find(made.draft.reference)
            if present is None or present.reference != made.draft.reference:
                raise
            if said := is_another(present, made.draft, catalogue):
                raise ConflictError(said, status=409) from error
            raise

    def fields(change: Change) -> tuple[str, ...]:
        cost = "no price" if made.shown.cost is None else f"cost {made.shown.cost:,.2f}"
        place = "no place of delivery" if made.shown.location is None else f"deliver to {made.shown.location}"
        # By what lead time stands beside its lines.
        arrives = made.shown.arrives.partition(" if sent")[0]
        return "Draft", f"{len(made.draft.lines)} line(s), {cost}", place, f"arrives {arrives}"

    return Write(made.draft.reference, send, noun="purchase order", fields=fields)


DRAFTING = Toolset("drafting", "Draft purchase orders.", writes=(draft_purchase_orders,))
