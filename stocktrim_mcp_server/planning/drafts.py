"""What comes onto the orders of one call: a plan's lines, lines asked for by hand, and what a budget pays of them.

| budget | is spent |
| --- | --- |
| of the call | on what this call asks for alone, as a plan of it would |
| of the plan | as the plan was told: what it pays for elsewhere is not spent here, so that all its orders keep to it |

Of either the orders drafted from the plan before, to whomever, have spent what they cost. Lines asked for by hand are
paid first.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from stocktrim_client.models import OrderPlanRow, Product, PurchaseOrder
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, short
from stocktrim_mcp_server.planning.catalogue import NO_SUPPLIER, Catalogue, Filters, Item, fitting, join
from stocktrim_mcp_server.planning.nearest import alike, did_you_mean
from stocktrim_mcp_server.planning.plan import Line, WholePlan, paid_for, reorder_plan
from stocktrim_mcp_server.planning.purchasing import Wanted, wanted_of, why_not
from stocktrim_mcp_server.planning.told import flags

BEYOND = "beyond the budget"


class ByHand(NamedTuple):
    """A line asked for, with its product. None: its own supplier, its cost in StockTrim."""

    code: str
    product: Product
    quantity: float
    supplier: str | None = None
    unit_price: float | None = None


class Asked(NamedTuple):
    """What is to be drafted. Empty: all suppliers, all places; None: no budget, no place."""

    suppliers: Sequence[str] = ()
    locations: Sequence[str] = ()
    budget: float | None = None
    lines: Sequence[ByHand] = ()
    location: str | None = None

    @property
    def narrow(self) -> Filters:
        """What of a plan is asked for."""
        return Filters(suppliers=self.suppliers, locations=self.locations)


class Refusal(NamedTuple):
    """Why a line cannot be ordered."""

    code: str
    said: str


class Drafted(NamedTuple):
    """An order that was drafted from the plan before. `place` None: the plan is of no places."""

    order: PurchaseOrder
    supplier: str
    place: str | None

    @property
    def cost(self) -> float:
        """Of its lines with a price."""
        return cost_of(self.order)


def cost_of(order: PurchaseOrder) -> float:
    """What the lines of an order with a price come to."""
    return round(sum((line.quantity or 0) * (line.unit_price or 0) for line in order.lines), 2)


@dataclass
class Basket:
    """What comes together."""

    lines: list[Wanted] = field(default_factory=list[Wanted])
    left_out: list[tuple[Line, str]] = field(default_factory=list[tuple[Line, str]])
    elsewhere: float = 0.0
    """Of the plan's budget, for lines that are not asked for here, and that no order drafted before stands for."""
    brought_back: tuple[str, ...] = ()
    """SKUs of lines that the plan left out, and that the budget of the call pays for."""
    names_suppliers: bool = False
    """Whether suppliers were asked for by name: then all of theirs is told, drafted or not."""

    def worst_left_out(
        self, drafted: Collection[str], known: Collection[str], most: int
    ) -> tuple[list[tuple[Line, str]], int]:
        """Of the lines left out those that lose most by waiting, and how many there are in all.

        Of a whole plan the lines of the suppliers that are `drafted` to, and of those that nobody could order from.
        """
        theirs = [
            one
            for one in self.left_out
            if self.names_suppliers or one[0].item.supplier in drafted or one[0].item.supplier not in known
        ]
        return sorted(theirs, key=lambda one: (-one[0].lost_margin, one[0].order))[:most], len(theirs)


def from_plan(
    whole: WholePlan,
    rows: Sequence[OrderPlanRow],
    catalogue: Catalogue,
    filters: Filters,
    asked: Asked,
    today: date,
    drafted: Collection[Drafted] = (),
) -> Basket:
    """The plan's lines that are asked for and can be paid, and what is left out and why.

    `filters`: the plan's own; `drafted`: what was drafted from it before, and is not asked for here.
    """
    told = {id(line.item.row) for line in whole.lines}
    if asked.budget is not None:
        # As the plan itself would spend it, had it been asked for these alone.
        suppliers, locations = asked.suppliers or filters.suppliers, asked.locations or filters.locations
        whole = reorder_plan(rows, catalogue, replace(filters, suppliers=suppliers, locations=locations), today=today)
    lines = _narrowed(whole.lines, catalogue, asked.narrow)
    basket = Basket(names_suppliers=bool(asked.suppliers or filters.suppliers))
    if whole.budget is not None:
        here = {id(line) for line in lines}
        stands = {(one.supplier, one.place) for one in drafted}
        waiting = [line for line in whole.lines if id(line) not in here and not _stands(line, stands, catalogue)]
        basket.elsewhere = round(sum(line.cost or 0.0 for line in waiting), 2)
    reasons = {id(line): why for line, why in whole.set_aside}
    reasons |= {id(line): f"{BEYOND}: {why}" for line, why in whole.left_out}
    replaced = {one.product.product_id for one in asked.lines}
    orderable: list[Line] = []
    left_out: list[tuple[Line, str]] = []
    for line in lines:
        if why := why_not(line, catalogue):
            left_out.append((line, why))
        elif not _is_of(line, replaced):
            orderable.append(line)
    if asked.budget is not None:
        spent = sum(_cost_by_hand(one, rows, catalogue) for one in asked.lines) + sum(one.cost for one in drafted)
        orderable, beyond = paid_for(whole, orderable, max(0.0, asked.budget - spent))
        left_out += [(line, f"{BEYOND}: {why}") for line, why in beyond]
        basket.brought_back = tuple(line.item.row.code for line in orderable if id(line.item.row) not in told)
    others = _narrowed([line for line, _ in (*whole.set_aside, *whole.left_out)], catalogue, asked.narrow)
    left_out += [(line, reasons[id(line)]) for line in others]
    basket.left_out = [one for one in left_out if not _is_of(one[0], replaced)]
    for line in orderable:
        if (wanted := wanted_of(line)) is not None:
            place = wanted.location or asked.location
            basket.lines.append(wanted._replace(location=place, flags=tuple(flags(line))))
    return basket


def by_hand(
    rows: Sequence[OrderPlanRow], catalogue: Catalogue, asked: Asked, *, of_plan: bool, by_place: bool
) -> tuple[list[Wanted], list[Refusal]]:
    """The lines asked for, and why others cannot be ordered. `by_place`: the plan is of places, not the whole."""
    wanted: list[Wanted] = []
    refused: list[Refusal] = []
    met: dict[tuple[str, str], list[str]] = {}
    for one in asked.lines:
        item = item_of(one.product, rows, catalogue)
        supplier = _supplier(one, item, catalogue)
        if one.quantity == 0:
            if not of_plan:
                refused.append(Refusal(one.code, "quantity 0 leaves a product of a plan out, and no plan_id is given."))
                continue
            supplier = supplier if isinstance(supplier, str) else NO_SUPPLIER
        if isinstance(supplier, Refusal):
            refused.append(supplier)
            continue
        met.setdefault((one.product.product_id, supplier), []).append(one.code)
        places = _places(one.product, rows, catalogue, asked) if by_place else [None]
        if len(places) > 1:
            named = ", ".join(str(place) for place in places)
            refused.append(Refusal(one.code, f"the plan is of {named}: pass one of them in locations."))
        elif one.quantity > 0:
            price = item.unit_cost if one.unit_price is None else one.unit_price
            place = next(iter(places), None) or asked.location
            wanted.append(Wanted(item, one.product.product_id, supplier, place, one.quantity, price, by_hand=True))
    refused += [_repeated(codes) for codes in met.values() if len(codes) > 1]
    return wanted, refused


def item_of(product: Product, rows: Iterable[OrderPlanRow], catalogue: Catalogue) -> Item:
    """A product with what the plan knows of it; the product as it was just read goes before the one on hand."""
    row = next((row for row in rows if _is_row_of(row, product)), None)
    row = row or OrderPlanRow(code=product.code, product_id=product.product_id, name=product.name)
    return join(row, product, catalogue.supplier_of(product))


def _repeated(codes: Sequence[str]) -> Refusal:
    others = ", ".join(repr(short(one, NAME_SHOWN)) for one in dict.fromkeys(codes[1:]) if one != codes[0])
    also = f", also as {others}" if others else ""
    times = "twice" if len(codes) == 2 else f"{len(codes)} times"
    return Refusal(codes[0], f"it is in lines {times}{also}: add the quantities up.")


def _narrowed(lines: Sequence[Line], catalogue: Catalogue, filters: Filters) -> list[Line]:
    meant = {id(item.row) for item in fitting([line.item for line in lines], catalogue, filters)}
    return [line for line in lines if id(line.item.row) in meant]


def _stands(line: Line, drafted: Collection[tuple[str, str | None]], catalogue: Catalogue) -> bool:
    place = None if line.item.row.location is None else catalogue.location(line.item.row.location)
    return (line.item.supplier, place) in drafted


def _is_of(line: Line, products: Collection[str]) -> bool:
    wanted = wanted_of(line)
    return wanted is not None and wanted.product_id in products


def _cost_by_hand(one: ByHand, rows: Sequence[OrderPlanRow], catalogue: Catalogue) -> float:
    price = item_of(one.product, rows, catalogue).unit_cost if one.unit_price is None else one.unit_price
    return one.quantity * (price or 0.0)


def _places(product: Product, rows: Iterable[OrderPlanRow], catalogue: Catalogue, asked: Asked) -> list[str | None]:
    """The places of the plan at which a product is planned, of those asked for."""
    wanted = {catalogue.location(one.strip()) for one in asked.locations}
    found = dict.fromkeys(row.location for row in rows if _is_row_of(row, product))
    return [place for place in found if not wanted or place in wanted]


def _is_row_of(row: OrderPlanRow, product: Product) -> bool:
    return row.product_id == product.product_id or (row.product_id is None and row.code == product.code)


def _supplier(one: ByHand, item: Item, catalogue: Catalogue) -> str | Refusal:
    """The supplier a line is ordered from, or why there is none."""
    name = (one.supplier or "").strip()
    if not name:
        if item.supplier == NO_SUPPLIER:
            return Refusal(one.code, "it has no supplier in StockTrim: name one in its line.")
        name = item.supplier
    known = {called.casefold(): key for key, each in catalogue.suppliers.items() if (called := each.name)}
    known |= {key.casefold(): key for key in catalogue.suppliers}
    key = catalogue.supplier_called(name)
    key = key if key in catalogue.suppliers else known.get(name.casefold(), "")
    if key:
        return key
    names = {each.name: key for key, each in catalogue.suppliers.items() if each.name}
    meant = did_you_mean(name, alike(name, catalogue.suppliers), names)
    return Refusal(one.code, f"there is no supplier {short(name, NAME_SHOWN)!r}.{meant}")
