"""The owner's guard rails: what a call may change at most. Pure; settings give the figures, never the model."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    # For their names alone: settings hold rails and are read before anything heavy is loaded.
    from stocktrim_client.changes import Change
    from stocktrim_client.models import Product, PurchaseOrder

Rail = Literal["order_value", "order_lines", "records", "quantity"]

SETTINGS: Mapping[Rail, str] = {
    "order_value": "STOCKTRIM_MAX_ORDER_VALUE",
    "order_lines": "STOCKTRIM_MAX_ORDER_LINES",
    "records": "STOCKTRIM_MAX_RECORDS",
    "quantity": "STOCKTRIM_MAX_QUANTITY_FACTOR",
}

ORDER = "purchase order"
"""The noun of the changes that have a value and lines."""

PLACED: Mapping[str | None, int] = {"Approved": 1, "Sent": 2, "Received": 2}
"""How far an order is on its way: what goes up is placed by that. Received can be opened again: it is no way round."""

LONGEST_SAID = 60
"""Characters of a code inside a sentence."""

MANY = 10
"""From so many times on, no tenth is told."""

NAMED = 10
"""Products named in one sentence."""

NONE: Mapping[str, Any] = MappingProxyType({})


class Rails(BaseModel):
    """What the owner allows a call. None: any."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    mode: Literal["warn", "enforce"] = "enforce"
    max_order_value: float | None = Field(default=None, gt=0, description="Of one order, in the account's currency")
    max_order_lines: int | None = Field(default=None, gt=0)
    max_records: int | None = Field(default=None, gt=0, description="Changed by one call")
    max_quantity_factor: float | None = Field(default=None, gt=0, description="Times the usual quantity of a product")

    @property
    def of_orders(self) -> bool:
        """Whether one of them is about what an order holds."""
        return any(one is not None for one in (self.max_order_value, self.max_order_lines, self.max_quantity_factor))

    def in_words(self) -> str | None:
        """What is in force, on one line; None: no rail is set."""
        said = [
            (self.max_order_value, "an order's value", ""),
            (self.max_order_lines, "lines of an order", ""),
            (self.max_records, "records a call", ""),
            (self.max_quantity_factor, "quantity of a product", " x the usual"),
        ]
        limits = [f"{what} up to {_number(most)}{unit}" for most, what, unit in said if most is not None]
        if not limits:
            return None
        return f"{', '.join(limits)}; beyond it {'a warning' if self.mode == 'warn' else 'nothing is sent'}"


class Stop(NamedTuple):
    """A limit that a call would pass: which, the setting behind it, and what is to be said."""

    rail: Rail
    setting: str
    text: str


class Known(NamedTuple):
    """What rails must know besides the changes.

    None: `products`, the catalogue could not be read; in `orders`, that order could not.
    """

    orders: Mapping[str, "PurchaseOrder | None"] = NONE
    """By reference, those that move up without a word about their lines."""
    products: "Mapping[str, Product] | None" = NONE
    """By product id."""
    usual: Mapping[str, float] = NONE
    """By product id."""
    unread: tuple[str, ...] = ()
    """What the usual quantities would also be taken from, and could not be read."""

    def code(self, product_id: str) -> str:
        """What people call a product."""
        product = (self.products or NONE).get(product_id)
        return repr(_short(product_id if product is None else product.code))

    def codes(self, product_ids: Iterable[str]) -> str:
        """What people call the first of these products, and how many more there are."""
        said = sorted(map(self.code, product_ids))
        return ", ".join(said[:NAMED]) + (f" and {len(said) - NAMED} more" if len(said) > NAMED else "")


def stops(changes: Sequence["Change"], rails: Rails, known: Known, *, restores: bool = False) -> tuple[Stop, ...]:
    """Every limit these changes of one call would pass, the call's own first.

    An order is judged as a whole, as it becomes. One that was beyond a limit before and is made smaller passes none,
    unless it goes up to Approved or Sent. What must be known and is not counts as beyond. `restores`: an undo, which
    only has to keep to the number of records, as deletions do.
    """
    found: list[Stop] = []
    if rails.max_records is not None and len(changes) > rails.max_records:
        found.append(_stop("records", "This call", f"changes {len(changes)} records", rails.max_records))
    if restores:
        return tuple(found)
    judged = [_Judged.of(change, known) for change in changes if change.noun == ORDER and change.kind != "delete"]
    for one in judged:
        found += _order_stops(one, rails, known)
    if rails.max_quantity_factor is not None:
        found += _quantity_stops(judged, rails.max_quantity_factor, known)
    return tuple(found)


def moves_up(change: "Change") -> bool:
    """Whether an order is placed by this, or is placed further."""
    status = next((one for one in change.fields if one.field == "status"), None)
    if change.noun != ORDER or status is None:
        return False
    return PLACED.get(status.after, 0) > PLACED.get(status.before, 0)


def lines_of(change: "Change") -> "tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]] | None":
    """An order's lines before and after, always all of them. None: the change leaves them as they are."""
    lines = next((one for one in change.fields if one.field == "lines"), None)
    if lines is None:
        return None
    return cast(Sequence[Mapping[str, Any]], lines.before or ()), cast(Sequence[Mapping[str, Any]], lines.after or ())


def products_of(change: "Change") -> frozenset[str]:
    """The ids of the products that an order holds after a change of its lines, or held before it."""
    if change.noun != ORDER or change.kind == "delete":
        return frozenset()
    lines = [line for each in lines_of(change) or () for line in each]
    return frozenset(str(line["product_id"]) for line in lines if line.get("product_id"))


class _Order(NamedTuple):
    """What rails look at of an order's lines."""

    lines: int
    value: float
    at_cost: bool
    """Whether a product's cost counted for more than its price."""
    worthless: Mapping[str, float]
    """Units by product of lines with neither a price nor a cost, or whose cost is not known."""
    quantities: Mapping[str, float]

    @classmethod
    def of(cls, lines: Iterable[Mapping[str, Any]], known: Known) -> "_Order":
        """`lines`: as a change holds them, each with product_id, quantity and unit_price."""
        quantities: dict[str, float] = defaultdict(float)
        worthless: dict[str, float] = defaultdict(float)
        count, value, at_cost = 0, 0.0, False
        for row in lines:
            # What is below nothing makes no other line smaller.
            product, quantity = str(row.get("product_id")), max(row.get("quantity") or 0.0, 0.0)
            price, cost = max(row.get("unit_price") or 0.0, 0.0), _cost(product, known)
            count += 1
            value += quantity * max(price, cost)
            at_cost = at_cost or (quantity > 0 and cost > price)
            if known.products is None or not max(price, cost):
                worthless[product] += quantity
            # Two lines of one product are one quantity: a rail is not passed by splitting.
            quantities[product] += quantity
        return cls(count, round(value, 2), at_cost, worthless, quantities)


_NOTHING = _Order(0, 0.0, at_cost=False, worthless=NONE, quantities=NONE)


class _Judged(NamedTuple):
    """An order of the call. None: `after`, what it holds could not be read."""

    what: str
    before: _Order
    """What of it was allowed already."""
    after: _Order | None

    @classmethod
    def of(cls, change: "Change", known: Known) -> "_Judged":
        what = f"{'The new' if change.kind == 'create' else 'The'} purchase order {_short(change.key)!r}"
        up, lines = moves_up(change), lines_of(change)
        if lines is None:
            if not up:
                return cls(what, _NOTHING, _NOTHING)
            order = known.orders.get(change.key)
            after = None if order is None else _Order.of([line.model_dump() for line in order.lines], known)
            return cls(what, _NOTHING, after)
        # What is placed by this was not allowed before, however long it has been there.
        before = _NOTHING if up else _Order.of(lines[0], known)
        return cls(what, before, _Order.of(lines[1], known))


def _order_stops(one: _Judged, rails: Rails, known: Known) -> list[Stop]:
    what, before, after = one.what, one.before, one.after
    if after is None:
        return _unreadable(what, rails)
    found: list[Stop] = []
    most = rails.max_order_value
    if most is not None:
        unknown = [product for product, units in after.worthless.items() if units > before.worthless.get(product, 0.0)]
        if after.value > most and (unknown or after.value > before.value):
            least, beside = ("at least ", f", without {known.codes(after.worthless)}") if after.worthless else ("", "")
            priced = " at what its products cost in StockTrim" if after.at_cost else ""
            figure = f"is worth {least}{_number(after.value)}{priced}{beside}"
            found.append(_stop("order_value", what, figure, most))
        elif unknown:
            why = "of which the cost could not be read" if known.products is None else "with neither a price nor a cost"
            figure = f"holds products {why}, so its value is not known: {known.codes(unknown)}"
            found.append(_stop("order_value", what, figure, most))
    most = rails.max_order_lines
    if most is not None and after.lines > max(most, before.lines):
        found.append(_stop("order_lines", what, f"has {after.lines} lines", most))
    return found


def _unreadable(what: str, rails: Rails) -> list[Stop]:
    limits: list[tuple[Rail, float | None, str]] = [
        ("order_value", rails.max_order_value, ""),
        ("order_lines", rails.max_order_lines, ""),
        ("quantity", rails.max_quantity_factor, " x"),
    ]
    said = "could not be read again, so what it holds is not known"
    return [_stop(rail, what, said, most, unit) for rail, most, unit in limits if most is not None]


def _quantity_stops(judged: Sequence[_Judged], factor: float, known: Known) -> list[Stop]:
    """What the orders of a call hold together of a product, where one of them holds more of it than before."""
    found: list[Stop] = []
    unusual: dict[str, float] = {}
    orders = [(one, one.after) for one in judged if one.after is not None]
    for product in dict.fromkeys(product for _, after in orders for product in after.quantities):
        those = [(one, after) for one, after in orders if after.quantities.get(product)]
        quantity = sum(after.quantities[product] for _, after in those)
        before = sum(one.before.quantities.get(product, 0.0) for one, _ in orders)
        if quantity <= before and not any(one.before is _NOTHING for one, _ in those):
            continue
        often = known.usual.get(product, 0.0)
        if often <= 0:
            unusual[product] = quantity
        elif quantity > often * factor:
            what = those[0][0].what if len(those) == 1 else "This call"
            on = "" if len(those) == 1 else f" on {len(those)} orders"
            times = f"orders {_number(quantity)} of {known.code(product)}{on}, {_times(quantity / often)} the usual"
            found.append(_stop("quantity", what, f"{times} {_number(often)}", factor, " x"))
    if unusual:
        why = f", as {' and '.join(known.unread)} could not be read" if known.unread else ""
        figure = f"orders products of which no usual quantity is known{why}: {known.codes(unusual)}"
        found.append(_stop("quantity", "This call", figure, factor, " x"))
    return found


def _cost(product: str, known: Known) -> float:
    one = (known.products or NONE).get(product)
    return max((one and one.unit_cost) or 0.0, 0.0)


def _stop(rail: Rail, what: str, figure: str, most: float, unit: str = "") -> Stop:
    setting = SETTINGS[rail]
    return Stop(rail, setting, f"{what} {figure}; the owner's limit is {_number(most)}{unit} ({setting}).")


def _number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _times(factor: float) -> str:
    return f"{factor:,.1f} x" if factor < MANY else f"{factor:,.0f} x"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SAID else f"{text[:LONGEST_SAID]}…"
