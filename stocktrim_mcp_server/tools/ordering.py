"""Orders to suppliers, changed and deleted."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, NamedTuple, get_args

from pydantic import AfterValidator, BeforeValidator, Field

from stocktrim_client import ChangeReport, StockTrimClient
from stocktrim_client.changes import Change
from stocktrim_client.models import (
    Model,
    OrderPlanRow,
    OrderStatus,
    Product,
    PurchaseOrder,
    PurchaseOrderLine,
)
from stocktrim_client.models.purchase_orders import draft_of
from stocktrim_client.snapshot import Kind
from stocktrim_mcp_server.approval import Approved, ConfirmToken
from stocktrim_mcp_server.dependencies import CurrentApp, StockTrim, on_hand
from stocktrim_mcp_server.meaning import guess, no_products, products_called
from stocktrim_mcp_server.planning.bounds import short, shortened
from stocktrim_mcp_server.planning.catalogue import NO_SUPPLIER, Catalogue, join
from stocktrim_mcp_server.planning.cautions import (
    NO_PLACE,
    Figures,
    before_deleting,
    doubts,
    not_theirs,
    usual_quantities,
    wrong_supplier,
)
from stocktrim_mcp_server.planning.nearest import did_you_mean, where_offered
from stocktrim_mcp_server.planning.plan import in_units
from stocktrim_mcp_server.planning.purchasing import odd_quantity, told_change, told_cost
from stocktrim_mcp_server.planning.replenishment import limits_of
from stocktrim_mcp_server.toolbox import Codes, Toolset, sendable
from stocktrim_mcp_server.tools.drafting import LIST, Amount, as_records
from stocktrim_mcp_server.tools.drafting import MOST_LINES as MOST_CHANGED
from stocktrim_mcp_server.tools.purchase_orders import MOST_LINES, FoundOrder, shown_whole
from stocktrim_mcp_server.writing import Fault, Write, WriteReport, carry_out, refuse, refuse_one

STATUSES: tuple[str, ...] = get_args(OrderStatus)

USUAL: tuple[Kind, ...] = ("purchase_orders", "order_plan")
"""What tells how much of a product is usually ordered."""

PLACED = ("Approved", "Sent")
"""Statuses by which an order goes out."""

_MEANS = {
    "Draft": "Draft: StockTrim counts nothing of it as on order",
    "Approved": "Approved: StockTrim counts nothing of it as on order before it is Sent",
    "Sent": "Sent: StockTrim counts it as on order. The supplier is told nothing by this: send it to them yourself",
    "Received": (
        "Received: the order is over, and nothing of it is on order any more. StockTrim is not known to add it to the "
        "stock on hand: that comes from the connected system, or from a count"
    ),
}


class LineChange(Model):
    """A product of an order: what is left out stays."""

    product: str
    quantity: Amount | None = None
    unit_price: Amount | None = None
    received_on: date | None = None


class OrderReport(WriteReport):
    """An order, as it becomes or as it was."""

    orders: Annotated[tuple[FoundOrder, ...], LIST] = ()


Reference = Annotated[str, AfterValidator(sendable), Field(coerce_numbers_to_str=True, description="Its number")]


async def update_purchase_order(
    stocktrim: StockTrim,
    app: CurrentApp,
    approved: Approved,
    reference: Reference,
    status: Annotated[OrderStatus | None, Field(description="New")] = None,
    lines: Annotated[
        tuple[LineChange, ...],
        BeforeValidator(as_records),
        Field(description="[{'product': 'V60-02', 'quantity': 24}]: changed or added"),
    ] = (),
    remove: Annotated[Codes, Field(description="SKUs")] = (),
    ordered_on: Annotated[date | None, Field(description="Day")] = None,
    received_on: Annotated[date | None, Field(description="With Received")] = None,
    confirm_token: ConfirmToken = None,
) -> OrderReport:
    """Change a purchase order; all else stays. received_on is the day of arrival, never an expected one."""
    today = app.now().astimezone(UTC).date()
    order, catalogue = await _order(stocktrim, reference, USUAL if lines else ())
    asked = Asked(order, catalogue, status, lines, remove, ordered_on, received_on, today)
    refuse(list(_faults(asked)))
    meant = await _meant(stocktrim, asked)
    usual = await _usual(stocktrim) if lines else {}
    changed, said = _changed(asked, meant)
    draft = draft_of(order, **changed)
    after = order.model_copy(
        update={
            **{name: getattr(draft, name) for name in ("status", "ordered_at", "fully_received_at")},
            "lines": tuple(PurchaseOrderLine.model_validate(line.model_dump()) for line in draft.lines),
        }
    )

    async def send() -> ChangeReport:
        gone = ("fully_received_at",) if after.fully_received_at is None else ()
        return await stocktrim.purchase_orders.save(draft, must="change", clear=gone if order.fully_received_at else ())

    def fields(_: Change) -> tuple[str, ...]:
        return tuple(told_change(order, after, catalogue))

    return await carry_out(
        [Write(draft.reference, send, noun="purchase order", fields=fields)],
        OrderReport,
        warnings=(*_cautions(asked, meant, usual), *said, *_too_long(after)),
        orders=(shortened(shown_whole(after, catalogue, today)),),
    )


async def delete_purchase_order(
    stocktrim: StockTrim, app: CurrentApp, approved: Approved, reference: Reference, confirm_token: ConfirmToken = None
) -> OrderReport:
    """Delete one purchase order, in whatever status it is."""
    order, catalogue = await _order(stocktrim, reference)
    key = order.reference or reference

    async def send() -> ChangeReport:
        return await stocktrim.purchase_orders.delete(key)

    def fields(_: Change) -> tuple[str, ...]:
        return str(order.status), f"{len(order.lines)} line(s), {told_cost(order.lines)}"

    return await carry_out(
        [Write(key, send, noun="purchase order", fields=fields)],
        OrderReport,
        warnings=(*before_deleting(order, catalogue), *_too_long(order)),
        orders=(shortened(shown_whole(order, catalogue, app.now().astimezone(UTC).date())),),
    )


class Asked(NamedTuple):
    """An order, and what is to become of it."""

    order: PurchaseOrder
    catalogue: Catalogue
    status: OrderStatus | None
    lines: Sequence[LineChange]
    remove: Sequence[str]
    ordered_on: date | None
    received_on: date | None
    today: date

    @property
    def becomes(self) -> str | None:
        return self.status or self.order.status

    @property
    def reopens(self) -> bool:
        """Whether an order that was over is to be open again."""
        return self.status not in (None, "Received") and self.order.status == "Received"


class Meant(NamedTuple):
    """The products of lines and of removals, by what was said. None: it stands on the order, and nowhere else."""

    ids: dict[str, str]
    products: dict[str, Product | None]


async def _order(
    stocktrim: StockTrimClient, reference: str, useful: Sequence[Kind] = ()
) -> tuple[PurchaseOrder, Catalogue]:
    """The order, read just now, and what is on hand of its products. Raises: ToolError where there is none."""
    order = await stocktrim.purchase_orders.find(reference)
    snapshot = stocktrim.snapshot
    await on_hand(stocktrim, useful=("products", "suppliers", *useful))
    missing = snapshot.standing("products", "suppliers", "purchase_orders").missing
    if order is None:
        held = () if "purchase_orders" in missing else await snapshot.purchase_orders(wait=0)
        known = {one for each in held for one in (each.reference, each.reference_number) if one}
        otherwise = where_offered("find_purchase_orders", " find_purchase_orders lists them.")
        meant = await asyncio.to_thread(guess, reference, sorted(known))
        refuse_one(f"There is no purchase order {short(reference.strip(), 60)!r}.{meant or otherwise}")
    products = () if "products" in missing else await snapshot.products(wait=0)
    suppliers = () if "suppliers" in missing else await snapshot.suppliers(wait=0)
    return order, await asyncio.to_thread(Catalogue, products, suppliers)


def _faults(asked: Asked) -> Iterator[Fault]:
    """Why an order cannot be saved as asked, or at all: it is always saved whole."""
    order, key = asked.order, asked.order.reference or ""
    if len(asked.lines) > MOST_CHANGED:
        yield Fault(key, f"one call changes up to {MOST_CHANGED} lines.")
    if not (asked.status or asked.lines or asked.remove or asked.ordered_on or asked.received_on):
        yield Fault(key, "say what to change: status, lines, remove, ordered_on or received_on.")
    if asked.becomes not in STATUSES:
        has = "has no status" if order.status is None else f"has the status {short(order.status, 40)!r}"
        yield Fault(key, f"it {has}, which cannot be saved: pass a status as well, one of {', '.join(STATUSES)}.")
    if not (order.supplier_code or order.supplier_name):
        yield Fault(key, "it names no supplier, and StockTrim saves no such order: set it in StockTrim first.")
    if not order.reference:
        yield Fault(key, "it has no number, so it cannot be saved.")
    gone = {one.strip().casefold() for one in asked.remove}
    for line in order.lines:
        code = "?" if line.product_id is None else asked.catalogue.code(line.product_id)
        if line.product_id is None:
            yield Fault(key, "one of its lines names no product, and StockTrim saves no such line.")
        elif not line.quantity or line.quantity < 0:
            if {code.casefold(), line.product_id.casefold()} & gone:
                continue
            if not any(one.quantity and one.product.strip() in (code, line.product_id) for one in asked.lines):
                yield Fault(
                    code, f"its line has the quantity {line.quantity}, which cannot be saved: change or remove it."
                )
    if asked.received_on and asked.becomes != "Received":
        yield Fault(key, "received_on is for the whole order: pass status Received too, or received_on in a line.")
    for what, day in (("received_on", asked.received_on), *((one.product, one.received_on) for one in asked.lines)):
        if day is not None and day > asked.today:
            yield Fault(what, f"{day} is still to come: a received day means arrived, not expected.")
    if asked.ordered_on and (days := [day for day in _received(asked) if day < asked.ordered_on]):
        yield Fault(key, f"it cannot have arrived on {min(days)}, before it was ordered on {asked.ordered_on}.")


def _received(asked: Asked) -> Iterator[date]:
    yield from (one.received_on for one in asked.lines if one.received_on)
    if asked.received_on:
        yield asked.received_on


async def _meant(stocktrim: StockTrimClient, asked: Asked) -> Meant:
    """What the codes mean. Raises: ToolError naming every one that means nothing, or more than one thing."""
    said = [*(one.product.strip() for one in asked.lines), *(one.strip() for one in asked.remove)]
    found = await products_called(stocktrim, said) if said else {}
    here = {line.product_id for line in asked.order.lines if line.product_id}
    ids: dict[str, str] = {}
    products: dict[str, Product | None] = {}
    faults: list[Fault] = []
    missing: list[str] = []
    for code in dict.fromkeys(said):
        those = found.get(code, [])
        # Of several with one SKU the one on the order is meant.
        those = [one for one in those if one.product_id in here] or those if len(those) > 1 else those
        if len(those) == 1:
            ids[code], products[code] = those[0].product_id, those[0]
        elif those:
            listed = ", ".join(repr(one.product_id) for one in those)
            faults.append(Fault(code, f"several products have this SKU: pass the product id, one of {listed}."))
        elif code in here:
            ids[code], products[code] = code, None
        else:
            missing.append(code)
    faults += [Fault("", text) for text in await no_products(stocktrim, missing)]
    codes = sorted(map(asked.catalogue.code, here))
    for code in asked.remove:
        if (one := ids.get(code.strip())) is not None and one not in here:
            faults.append(Fault(code, f"it is not on the order.{did_you_mean(code, codes)}"))
    faults += _unclear(asked, ids)
    refuse(faults)
    return Meant(ids, products)


def _unclear(asked: Asked, ids: dict[str, str]) -> Iterator[Fault]:
    """Lines that mean nothing, or no one line."""
    gone = {ids.get(one.strip()) for one in asked.remove}
    met: set[str] = set()
    for line in asked.lines:
        if (one := ids.get(line.product.strip())) is None:
            continue
        if one in met:
            yield Fault(line.product, "it is in lines twice.")
        met.add(one)
        those = [each for each in asked.order.lines if each.product_id == one]
        if line.quantity is None and line.unit_price is None and line.received_on is None:
            yield Fault(line.product, "say its quantity, unit_price or received_on.")
        elif line.quantity is None and (not those or one in gone):
            yield Fault(line.product, "it is not on the order: pass its quantity to add it.")
        elif line.quantity == 0 and not those:
            yield Fault(line.product, "it is not on the order, so there is nothing to remove.")
        elif len(those) > 1 and one not in gone:
            yield Fault(
                line.product,
                f"it is on {len(those)} lines of the order: name it in remove too, and this line takes their place.",
            )


def _changed(asked: Asked, meant: Meant) -> tuple[dict[str, Any], list[str]]:
    """The fields of the order that are other than they were, and what is to be said of it."""
    order, said = asked.order, list(_of_status(asked))
    changed: dict[str, Any] = {"lines": _lines(asked, meant, said)}
    if not changed["lines"]:
        refuse_one("No line would be left, and StockTrim saves no order without one: use delete_purchase_order.")
    if asked.status:
        changed["status"] = asked.status
    if asked.ordered_on and (order.ordered_at is None or order.ordered_at.astimezone(UTC).date() != asked.ordered_on):
        changed["ordered_at"] = _at(asked.ordered_on)
    elif order.ordered_at is None:
        changed["ordered_at"] = _at(asked.today)
        said.append("The order had no date, and StockTrim saves none without: it gets today's, or pass ordered_on.")
    if asked.becomes == "Received" and (asked.received_on or order.fully_received_at is None):
        changed["fully_received_at"] = _at(asked.received_on or max(_days(changed["lines"]), default=asked.today))
    if asked.reopens:
        changed["fully_received_at"] = None
    elif asked.becomes != "Received" and all(line.get("received_at") for line in changed["lines"]):
        said.append("All of its lines have arrived: status Received closes the order.")
    return changed, said


def _days(lines: Iterable[dict[str, Any]]) -> list[date]:
    return [line["received_at"].astimezone(UTC).date() for line in lines if line.get("received_at")]


def _lines(asked: Asked, meant: Meant, said: list[str]) -> list[dict[str, Any]]:
    """All lines of the order as they are to be, those that nobody spoke of untouched."""
    order, by_id = asked.order, {meant.ids[one.product.strip()]: one for one in asked.lines}
    gone = {meant.ids[one.strip()] for one in asked.remove}
    lines: list[dict[str, Any]] = []
    for line in order.lines:
        if line.product_id in gone:
            continue
        fields = line.model_dump(exclude_none=True)
        if asked.reopens and _came_last(line, order):
            # Said outright, as what is left out may stay.
            fields["received_at"] = None
        change = by_id.pop(line.product_id or "", None)
        if change is None or change.quantity != 0:
            lines.append(fields | ({} if change is None else _given(change)))
    for product_id, change in by_id.items():
        if not change.quantity:
            continue
        product = meant.products[change.product.strip()]
        price = {} if product is None or not product.unit_cost else {"unit_price": product.unit_cost}
        lines.append({"product_id": product_id, **price, **_given(change)})
        if change.unit_price is None:
            said.append(
                f"{change.product} is added at its cost in StockTrim, {in_units(price['unit_price'])}."
                if price
                else f"{change.product} is added without a price, and is in no cost."
            )
    if asked.becomes == "Received" and (asked.status or asked.received_on):
        arrived = _at(asked.received_on or asked.today)
        lines = [line if line.get("received_at") else line | {"received_at": arrived} for line in lines]
    said += _odd(asked, meant)
    return lines


def _came_last(line: PurchaseOrderLine, order: PurchaseOrder) -> bool:
    """Whether a line arrived on the day that closed the order, and not in a delivery before."""
    closed, came = order.fully_received_at, line.received_at
    return closed is None or (came is not None and came.astimezone(UTC).date() == closed.astimezone(UTC).date())


def _given(change: LineChange) -> dict[str, Any]:
    fields: dict[str, Any] = {"quantity": change.quantity, "unit_price": change.unit_price}
    if change.received_on:
        fields["received_at"] = _at(change.received_on)
    return {name: value for name, value in fields.items() if value is not None}


def _odd(asked: Asked, meant: Meant) -> Iterator[str]:
    """Quantities a supplier may not take."""
    for change in asked.lines:
        product = meant.products[change.product.strip()]
        if product is None or not change.quantity:
            continue
        item = join(OrderPlanRow(code=product.code, product_id=product.product_id), product, NO_SUPPLIER)
        if odd := odd_quantity(change.quantity, limits_of(item)):
            yield f"{product.code}: {in_units(change.quantity)} is {odd}."


async def _usual(stocktrim: StockTrimClient) -> dict[str, float]:
    """What is usually ordered of each product, as far as that is on hand."""
    missing = stocktrim.snapshot.standing(*USUAL).missing
    orders = () if "purchase_orders" in missing else await stocktrim.snapshot.purchase_orders(wait=0)
    rows = () if "order_plan" in missing else await stocktrim.snapshot.order_plan(wait=0)
    return usual_quantities(orders, rows)


def _cautions(asked: Asked, meant: Meant, usual: Mapping[str, float]) -> Iterator[str]:
    """Lines on the wrong supplier's order, and figures that may be slips."""
    order, catalogue = asked.order, asked.catalogue
    there = {line.product_id: line for line in order.lines}
    changed = [(one, meant.products[one.product.strip()]) for one in asked.lines if one.quantity != 0]
    products = [product for _, product in changed if product is not None]
    if asked.status in PLACED and asked.status != order.status:
        # Whoever sends it vouches for all of it.
        gone = {meant.ids[one.strip()] for one in asked.remove}
        spoken = {product.product_id for product in products} | gone
        rest = (catalogue.by_id.get(line.product_id or "") for line in order.lines if line.product_id not in spoken)
        products += [product for product in rest if product is not None]
    words = (order.supplier_code, order.supplier_name)
    found = [wrong for one in products if (wrong := not_theirs(one, words, catalogue)) is not None]
    if said := wrong_supplier(found, catalogue.supplier_called(*words)):
        yield said
    for change, product in changed:
        product_id = meant.ids[change.product.strip()]
        line = there.get(product_id)
        was = Figures() if line is None else Figures(line.quantity, line.unit_price)
        now = Figures(change.quantity, change.unit_price)
        code, cost = (change.product, None) if product is None else (product.code, product.unit_cost)
        yield from doubts(code, now, was, usual.get(product_id), cost)


def _of_status(asked: Asked) -> Iterator[str]:
    """What a change of status, or of an order that is under way, means."""
    was, becomes = asked.order.status, asked.becomes
    if asked.status and was != asked.status:
        if was in STATUSES and STATUSES.index(was) > STATUSES.index(asked.status):
            yield f"The status falls back from {was} to {asked.status}, as this call asks."
        yield f"{_MEANS[asked.status]}."
    if asked.reopens:
        yield "Its arrival is taken back for the lines that came on its last day."
    if becomes == "Sent" and was == "Sent" and (asked.remove or any(one.received_on is None for one in asked.lines)):
        yield "The order is Sent already: its supplier knows it as it was, so tell them."
    if asked.status == "Sent" and was != "Sent" and not (asked.order.location_code or asked.order.location_name):
        yield f"Its place of delivery is not set. {NO_PLACE}"
    if becomes == "Received" and was == "Received":
        yield "The order is over already: this changes what is on record of it."


def _at(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _too_long(order: PurchaseOrder) -> Iterator[str]:
    if len(order.lines) > MOST_LINES:
        yield f"Of its {len(order.lines):,} lines the first {MOST_LINES} are shown; all of them are meant."


ORDERING = Toolset(
    "ordering", "Change and delete purchase orders.", deletes=(update_purchase_order, delete_purchase_order)
)
