"""The owner's guard rails: what a call may change at most. Pure; settings give the figures, never the model."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    # For their names alone: settings hold rails and are read before anything heavy is loaded.
    from stocktrim_client.changes import Change
    from stocktrim_client.models import OrderPlanRow, PurchaseOrder

Rail = Literal["order_value", "order_lines", "records", "quantity"]

SETTINGS: Mapping[Rail, str] = {
    "order_value": "STOCKTRIM_MAX_ORDER_VALUE",
    "order_lines": "STOCKTRIM_MAX_ORDER_LINES",
    "records": "STOCKTRIM_MAX_RECORDS",
    "quantity": "STOCKTRIM_MAX_QUANTITY_FACTOR",
}

ORDER = "purchase order"
"""The noun of the changes that have a value and lines."""

NOT_PLACED = "Draft"
"""What nobody ordered is not usual."""

LONGEST_SAID = 60
"""Characters of a code inside a sentence."""


class Rails(BaseModel):
    """What the owner allows a call. None: any."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    mode: Literal["warn", "enforce"] = "enforce"
    max_order_value: float | None = Field(default=None, gt=0, description="Of one order, in the account's currency")
    max_order_lines: int | None = Field(default=None, gt=0)
    max_records: int | None = Field(default=None, gt=0, description="Changed by one call")
    max_quantity_factor: float | None = Field(default=None, gt=0, description="Times the usual quantity of a product")

    @property
    def need_usual(self) -> bool:
        """Whether somebody must find out what is usual."""
        return self.max_quantity_factor is not None

    def in_words(self) -> str | None:
        """What is in force, on one line; None: no rail is set."""
        said = [
            (self.max_order_value, "an order's value", ""),
            (self.max_order_lines, "lines of an order", ""),
            (self.max_records, "records a call", ""),
            (self.max_quantity_factor, "quantity of a line", " x the usual"),
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


def stops(
    changes: Sequence["Change"], rails: Rails, usual: Mapping[str, float], *, restores: bool = False
) -> tuple[Stop, ...]:
    """Every limit these changes of one call would pass, the call's own first.

    An order that was beyond a limit before and is made smaller passes none. `restores`: an undo, which only has to keep
    to the number of records, as deletions do. `usual`: quantities by product id; of what is not in it nothing is said.
    """
    found: list[Stop] = []
    if rails.max_records is not None and len(changes) > rails.max_records:
        found.append(_stop("records", "This call", f"changes {len(changes)} records", rails.max_records))
    if restores:
        return tuple(found)
    for change in changes:
        if change.noun == ORDER and change.kind != "delete":
            found += _order_stops(change, rails, usual)
    return tuple(found)


def _order_stops(change: "Change", rails: Rails, usual: Mapping[str, float]) -> list[Stop]:
    lines = next((one for one in change.fields if one.field == "lines"), None)
    if lines is None:
        return []
    before, after = _Order.of(lines.before), _Order.of(lines.after)
    what = f"{'The new' if change.kind == 'create' else 'The'} purchase order {_short(change.key)!r}"
    found: list[Stop] = []
    most = rails.max_order_value
    if most is not None and after.value > most and not after.is_worth_no_more_than(before):
        found.append(_stop("order_value", what, f"is worth {after.value_in_words()}", most))
    most = rails.max_order_lines
    if most is not None and after.lines > max(most, before.lines):
        found.append(_stop("order_lines", what, f"has {after.lines} lines", most))
    if rails.max_quantity_factor is not None:
        for product, quantity in after.quantities.items():
            often = usual.get(product)
            if often is None or often <= 0 or quantity <= before.quantities.get(product, 0):
                continue
            if quantity > often * rails.max_quantity_factor:
                times = f"orders {_number(quantity)} of {_short(product)!r}, {quantity / often:,.1f} x the usual"
                figure = f"{times} {_number(often)}"
                found.append(_stop("quantity", what, figure, rails.max_quantity_factor, " x"))
    return found


class _Order(NamedTuple):
    """What rails look at of an order's lines."""

    lines: int
    value: float
    unpriced: int
    quantities: Mapping[str, float]

    @classmethod
    def of(cls, lines: Any) -> "_Order":
        """`lines`: as a change holds them, each with product_id, quantity and unit_price."""
        rows = cast(Sequence[Mapping[str, Any]], lines or ())
        quantities: dict[str, float] = defaultdict(float)
        value, unpriced = 0.0, 0
        for row in rows:
            quantity, price = row.get("quantity") or 0, row.get("unit_price")
            # Two lines of one product are one quantity: a rail is not passed by splitting.
            quantities[str(row.get("product_id"))] += quantity
            value += quantity * (price or 0)
            unpriced += price is None
        return cls(len(rows), round(value, 2), unpriced, quantities)

    def is_worth_no_more_than(self, other: "_Order") -> bool:
        return self.value <= other.value and self.unpriced <= other.unpriced

    def value_in_words(self) -> str:
        if not self.unpriced:
            return _number(self.value)
        return f"at least {_number(self.value)} ({self.unpriced} of its {self.lines} lines without a price)"


def _stop(rail: Rail, what: str, figure: str, most: float, unit: str = "") -> Stop:
    setting = SETTINGS[rail]
    return Stop(rail, setting, f"{what} {figure}; the owner's limit is {_number(most)}{unit} ({setting}).")


def usual_quantities(orders: Iterable["PurchaseOrder"], plan_rows: Iterable["OrderPlanRow"]) -> dict[str, float]:
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


def _number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SAID else f"{text[:LONGEST_SAID]}…"
