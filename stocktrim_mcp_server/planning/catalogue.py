"""What a plan row does not say: its product's settings, supplier, open orders and parents.

Rows name no supplier and no order. The join is made once for many questions.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from pydantic import Field

from stocktrim_client.models import (
    BomLine,
    Location,
    Model,
    OrderPlanRow,
    Product,
    PurchaseOrder,
    Supplier,
    supplier_keys,
    supplier_meant,
)
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, short
from stocktrim_mcp_server.planning.cover import urgency
from stocktrim_mcp_server.planning.nearest import alike, did_you_mean, finding_hint
from stocktrim_mcp_server.planning.overdue import Lateness, lateness, ordered

T = TypeVar("T")

NO_SUPPLIER = "no supplier"

STRANGE_NAMED = 5
"""Words of one filter that name nothing and are said back one by one."""

COUNTED = "Sent"
"""The one status whose orders StockTrim counts as on order."""


class OpenOrder(Model):
    """An order that already holds the product."""

    reference: str = Field(description="The order's number; '?' where it has none")
    status: str
    quantity: float = Field(description="Units not yet received")
    overdue: str | None = Field(default=None, description="How late it is, and by what rule; absent: not late")
    open_days: int | None = Field(default=None, exclude=True)
    """Days since it was ordered, else made; for our own sentences. None: nobody asked, or StockTrim does not say."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which rows are meant. Within one word any value fits, between words all must; empty means all.

    Values are codes or names in any case.
    """

    suppliers: Sequence[str] = ()
    categories: Sequence[str] = ()
    locations: Sequence[str] = ()
    products: Sequence[str] = ()
    horizon_days: int | None = None

    def keep(self, days_left: int | None, days_until_order: int | None) -> bool:
        """Whether a line is pressing enough; one of which StockTrim computed no days always is."""
        pressing = urgency(days_left, days_until_order)
        if pressing is None:
            return True
        days = days_until_order if days_until_order is not None else days_left
        # What is late is within every horizon.
        return self.horizon_days is None or pressing == "late" or (days or 0) <= self.horizon_days

    def canonical(self) -> tuple[object, ...]:
        """The same for filters that ask the same: neither order nor case nor repeats matter."""
        words = (getattr(self, word.name) for word in fields(self)[:4])
        return (*(tuple(sorted(folded(values))) for values in words), self.horizon_days)


EVERYTHING = Filters()


class Item(NamedTuple):
    """A plan row with what belongs to it."""

    row: OrderPlanRow
    product: Product | None
    supplier: str
    unit_cost: float | None
    """None: not held, or 0, which is a cost nobody entered: adding it up would make an order look cheap."""
    unit_price: float | None
    """None: not held, or 0, as with what is never sold itself."""
    discontinued: bool
    unstocked: bool


def join(row: OrderPlanRow, product: Product | None, supplier: str) -> Item:
    """A row with its product: what the row does not say is the product's."""
    cost, price = row.unit_cost, row.unit_price
    discontinued, unstocked = row.is_discontinued, row.is_unstocked
    if product is not None:
        cost = product.unit_cost if cost is None else cost
        price = product.unit_price if price is None else price
        discontinued = discontinued or product.discontinued
        unstocked = unstocked or product.unstocked
    cost = cost if cost is not None and cost > 0 else None
    price = price if price is not None and price > 0 else None
    return Item(row, product, supplier, cost, price, bool(discontinued), bool(unstocked))


class Catalogue:
    """The account's records, joined. Made once for all questions to one reading of the account, then dropped."""

    def __init__(
        self,
        products: Iterable[Product],
        suppliers: Iterable[Supplier] = (),
        *,
        orders: Iterable[PurchaseOrder] = (),
        locations: Iterable[Location] = (),
        bills: Iterable[BomLine] = (),
    ) -> None:
        self.products = tuple(products)
        self.suppliers = {key: one for one in suppliers if (key := one.code or one.name) is not None}
        self.by_id = _by_name(self.products, attrgetter("product_id"))
        self._by_code = _by_name(self.products, attrgetter("code"))
        self._supplier_keys = supplier_keys(self.suppliers.values())
        self._orders = _open_lines(orders)
        self._items: dict[int, Item] = {}
        self._facts: dict[Callable[[Item], Any], dict[int, Any]] = {}
        self._wholes: dict[Callable[..., Any], tuple[Sequence[OrderPlanRow], Any]] = {}
        self._overdue: tuple[date, int] | None = None
        self._locations = tuple(locations)
        self.bills = tuple(bills)

    def item(self, row: OrderPlanRow) -> Item:
        """A row joined with its product and supplier; joined once, however often it is asked for."""
        # An item holds its row, so the number of a row that is known cannot become another row's.
        item = self._items.get(id(row))
        if item is None:
            product = self.product(row.product_id, row.code)
            item = join(row, product, NO_SUPPLIER if product is None else self.supplier_of(product))
            self._items[id(row)] = item
        return item

    def remember(self, fact: Callable[[Item], T], item: Item) -> T:
        """What follows from a row of this catalogue alone, worked out at the first question for it."""
        known = self._facts.setdefault(fact, {})
        if (key := id(item.row)) not in known:
            known[key] = fact(self.item(item.row))
        return known[key]

    def remember_of_all(
        self, fact: Callable[[Sequence[OrderPlanRow], "Catalogue"], T], rows: Sequence[OrderPlanRow]
    ) -> T:
        """What follows from these rows and this catalogue, worked out again for other rows alone."""
        known = self._wholes.get(fact)
        if known is None or known[0] is not rows:
            known = self._wholes[fact] = (rows, fact(rows, self))
        return known[1]

    def product(self, *names: str | None) -> Product | None:
        """The product of an id or a code; the first name that fits, ids before codes."""
        for known in (self.by_id, self._by_code):
            for name in names:
                if name is not None and (product := known.get(name)) is not None:
                    return product
        return None

    def supplier_of(self, product: Product) -> str:
        """Its supplier's code, or name where it has none, however the product names it.

        The main supplier's word counts even if no such supplier exists; of those listed the first that exists.
        """
        return self.supplier_called(*product.supplier_words)

    def supplier_called(self, *words: str | None) -> str:
        """The supplier that an order means by these words; the first that is known, else the first there is."""
        return supplier_meant(self._supplier_keys, words) or NO_SUPPLIER

    def supplier_name(self, supplier: str) -> str | None:
        """None: unknown, or its code is its name."""
        known = self.suppliers.get(supplier)
        return known.name if known is not None and known.name != supplier else None

    def supplier_words(self) -> set[str]:
        """Every code and name a supplier may be asked for by."""
        names = {one.name for one in self.suppliers.values() if one.name}
        return {NO_SUPPLIER, *self.suppliers, *names} | {self.supplier_of(one) for one in self.products}

    def open_orders(self, item: Item, today: date | None = None) -> Iterator[OpenOrder]:
        """Orders that hold the product and have not come; for a row of one location, those that may go there.

        With `today` each that is overdue by then says so.
        """
        for held in self.held(item):
            if today is None:
                yield held.said
                continue
            late, since = self.lateness(held.order, today), ordered(held.order)
            overdue = late.in_words if late is not None and late.days > 0 else None
            days = None if since is None else (today - since).days
            yield held.said.model_copy(update={"overdue": overdue, "open_days": days})

    def overdue_orders(self, today: date) -> int:
        """How many orders of the account are overdue on this day."""
        if self._overdue is None or self._overdue[0] != today:
            lates = (self.lateness(order, today) for order in self.unreceived)
            self._overdue = today, sum(late is not None and late.days > 0 for late in lates)
        return self._overdue[1]

    @cached_property
    def unreceived(self) -> tuple[PurchaseOrder, ...]:
        """Every order of which something is still to come."""
        return tuple({id(held.order): held.order for lines in self._orders.values() for held in lines}.values())

    def held(self, item: Item) -> Iterator["Held"]:
        """The lines behind `open_orders`, each with its order and the place it goes to."""
        row, product = item.row, item.product
        names = {row.product_id, row.code} if product is None else {product.product_id, product.code}
        here = None if row.location is None else self.location(row.location)
        for name in sorted(one for one in names if one):
            for held in self._orders.get(name, ()):
                if here is None or held.place is None or self.location(held.place) == here:
                    yield held

    def lateness(self, order: PurchaseOrder, today: date) -> Lateness | None:
        """How an order stands on this day against the lead time of its products, else of its supplier.

        None: not to be judged.
        """
        supplier = self.suppliers.get(self.supplier_called(order.supplier_code, order.supplier_name))
        coming = (self.product(line.product_id) for line in order.lines if line.received_at is None)
        days = (one.lead_time_days for one in coming if one is not None)
        return lateness(order, None if supplier is None else supplier.lead_time_days, days, today)

    def location(self, name: str) -> str:
        """The code of a location by code or name; what is not known stays as it is."""
        return self._location_codes.get(name.casefold(), name)

    def parents(self, item: Item) -> tuple[BomLine, ...]:
        """What the product goes into."""
        names = {item.row.product_id, item.row.code, item.product.product_id if item.product else None}
        return tuple(line for line in self.bills if line.component_id in names)

    def code(self, product_id: str) -> str:
        """The SKU people type for a product id."""
        product = self.by_id.get(product_id)
        return product.code if product is not None else product_id

    @cached_property
    def places(self) -> dict[str, str | None]:
        """Every location that is known, by its code, with its name."""
        held = {(one.location_code, one.location_name) for product in self.products for one in product.stock}
        places: dict[str, str | None] = {}
        for code, name in [*sorted(held, key=str), *((one.code, one.name) for one in self._locations)]:
            places[code] = name or places.get(code)
        return places

    @cached_property
    def _location_codes(self) -> dict[str, str]:
        names = {name.casefold(): code for code, name in self.places.items() if name}
        return names | {code.casefold(): code for code in self.places}


def select(rows: Iterable[OrderPlanRow], catalogue: Catalogue, filters: Filters) -> list[Item]:
    """The rows of the suppliers, categories, locations and products asked for; the horizon is judged later."""
    return fitting(map(catalogue.item, rows), catalogue, filters)


def fitting(items: Iterable[Item], catalogue: Catalogue, filters: Filters) -> list[Item]:
    """As `select`, of rows that are joined already."""
    if wanted := folded(filters.suppliers):
        keys = {key.casefold() for key, one in catalogue.suppliers.items() if (one.name or "").casefold() in wanted}
        items = (item for item in items if item.supplier.casefold() in wanted | keys)
    if categories := folded(filters.categories):
        items = (item for item in items if item.row.category and item.row.category.casefold() in categories)
    if products := folded(filters.products):
        items = (item for item in items if products & folded((item.row.code, item.row.product_id or item.row.code)))
    if places := folded(catalogue.location(one.strip()) for one in filters.locations):
        items = (item for item in items if places & folded((catalogue.location(item.row.location or ""),)))
    return list(items)


class Unknown(NamedTuple):
    """Of one filter what does not exist."""

    said: tuple[str, ...]
    is_all: bool
    """Whether nothing that was asked for exists."""


def strange(rows: Collection[OrderPlanRow], catalogue: Catalogue, filters: Filters) -> Iterator[str]:
    """What was asked for and does not exist: without a word it would look as if nothing were due for it."""
    for one in unknown(rows, catalogue, filters):
        yield from one.said
    if filters.locations and rows:
        planned = folded(row.location for row in rows if row.location)
        places = catalogue.places
        wanted = [catalogue.location(one.strip()) for one in filters.locations]
        empty = [place for place in wanted if place in places and place.casefold() not in planned]
        yield from (f"The plan has no rows of location {place!r}." for place in empty[:STRANGE_NAMED])


def unknown(rows: Collection[OrderPlanRow], catalogue: Catalogue, filters: Filters) -> Iterator[Unknown]:
    """By filter what of it does not exist, with what may have been meant."""
    if filters.suppliers:
        names = {one.name: key for key, one in catalogue.suppliers.items() if one.name}
        yield from _unknown("supplier", filters.suppliers, catalogue.supplier_words(), names)
    # Where a strange place leaves no rows, the catalogue tells what else is strange.
    judges: Collection[OrderPlanRow | Product] = rows or catalogue.products
    if filters.categories:
        yield from _unknown("category", filters.categories, {one.category for one in judges})
    if filters.products:
        ids = {one.product_id for one in judges}
        yield from _unknown("product", filters.products, {one.code for one in judges}, also=ids)
    if filters.locations:
        planned = folded(row.location for row in rows if row.location)
        places, names = catalogue.places, {name: code for code, name in catalogue.places.items() if name}
        wanted = [catalogue.location(one.strip()) for one in filters.locations]
        yield from _unknown("location", wanted, {*planned, *places}, names)


def _unknown(
    noun: str,
    wanted: Sequence[str],
    known: Collection[str | None],
    codes: Mapping[str, str] = MappingProxyType({}),
    also: Iterable[str | None] = (),
) -> Iterator[Unknown]:
    """`codes`: names to guess from besides; `also`: words that are known, and that nobody would mean."""
    names = folded(name for name in (*known, *also) if name is not None)
    asked = [value for value in wanted if value.strip()]
    lost = [value for value in asked if value.strip().casefold() not in names]
    if not lost:
        return
    is_all = len(lost) == len(asked)
    without = "" if is_all else " It is in no figure here."
    otherwise = "" if noun == "category" else finding_hint()
    said = [
        f"The plan knows no {noun} {short(value, NAME_SHOWN)!r}.{without}"
        f"{did_you_mean(value, alike(value, known), codes) or otherwise}"
        for value in lost[:STRANGE_NAMED]
    ]
    if len(lost) > STRANGE_NAMED:
        said.append(f"Nor does it know {len(lost) - STRANGE_NAMED} more of the {len(wanted)} asked for.")
    yield Unknown(tuple(said), is_all)


def folded(values: Iterable[str]) -> set[str]:
    """Words as they are compared: without case, without blanks around them."""
    return {value.strip().casefold() for value in values} - {""}


def _by_name(products: tuple[Product, ...], name: Callable[[Product], str]) -> dict[str, Product]:
    known = {name(product): product for product in products}
    if len(known) < len(products):
        # A name two products bear means the same one of them in whatever order they are read.
        known = {name(product): product for product in sorted(products, key=repr)}
    return known


class Held(NamedTuple):
    """A line of an open order: where it is to go, what is said of it, and the whole order."""

    place: str | None
    said: OpenOrder
    order: PurchaseOrder


def _open_lines(orders: Iterable[PurchaseOrder]) -> dict[str, list[Held]]:
    """By product."""
    lines: dict[str, list[Held]] = {}
    for order in orders:
        if not order.is_open:
            continue
        reference = order.reference or order.reference_number or "?"
        for line in order.lines:
            if line.product_id is None or line.received_at is not None or (line.quantity or 0) <= 0:
                continue
            said = OpenOrder(reference=reference, status=order.status or "?", quantity=line.quantity or 0)
            place = order.location_code or order.location_name
            lines.setdefault(line.product_id, []).append(Held(place, said, order))
    return {product: sorted(held, key=_by_reference) for product, held in lines.items()}


def _by_reference(held: Held) -> tuple[str, str, float]:
    return held.said.reference, held.said.status, held.said.quantity
