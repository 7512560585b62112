"""What a computed list is called, and where a reader stands in it.

An identity is a digest of figures and question: equal accounts and questions have equal ones, in whatever order they
are read. A cursor carries it, so that no window of one list is ever taken for a window of another.
"""

import base64
import marshal
import re
from collections.abc import Iterable
from hashlib import blake2b
from operator import attrgetter

from stocktrim_mcp_server.planning.catalogue import Item, OpenOrder

_CHARACTERS = 10
_CURSOR = re.compile(r"([A-Z2-7]{10})-([a-z])([0-9]{1,9})", re.IGNORECASE)

_figures = attrgetter(
    "code",
    "product_id",
    "location",
    "category",
    "order_quantity",
    "days_until_stock_out",
    "days_until_order",
    "on_hand",
    "on_order",
    "daily_demand",
    "lead_demand",
    "forecast_period_demand",
    "overridden_demand",
    "safety_stock",
    "demand_deviation",
    "service_factor",
    "service_level",
    "lead_time_days",
    "manufacturing_days",
    "reorder_frequency_days",
    "minimum_order_quantity",
    "batch_size",
    "minimum_shelf_level",
    "maximum_shelf_level",
    "is_uncertain",
    "made_of_count",
    "error",
)
"""What of a row makes a plan what it is: figures, not names."""


def mark(item: Item, orders: Iterable[OpenOrder] = ()) -> bytes:
    """The figures of a row, its product and its orders as bytes; equal figures have equal marks."""
    computed = item.row.calculated_at
    product = item.product
    facts = (
        *_figures(item.row),
        computed.date().toordinal() if computed else None,
        item.supplier,
        item.unit_cost,
        item.unit_price,
        item.discontinued,
        item.unstocked,
        product is None,
        product and (product.lead_time_days, product.forecast_period_days, product.reorder_frequency_days),
        *[(order.reference, order.status, order.quantity) for order in orders],
    )
    # Format 2 depends on the values alone; later ones also on which strings happen to be shared.
    return marshal.dumps(facts, 2)


def identity(marks: Iterable[bytes], question: object) -> str:
    """Ten characters that can be read aloud: 50 bits over the figures and what was asked of them."""
    digest = blake2b(repr(question).encode(), digest_size=10)
    for one in sorted(marks):
        digest.update(len(one).to_bytes(4, "big") + one)
    return base64.b32encode(digest.digest()).decode()[:_CHARACTERS]


def cursor_at(name: str, order: str, start: int, total: int) -> str | None:
    """Where the next window starts. `order` is a letter for how the list is arranged.

    None: there is no more.
    """
    return f"{name}-{order}{start}" if start < total else None


def start_of(cursor: str, name: str, order: str, noun: str, total: int) -> tuple[int, tuple[str, ...]]:
    """Where a cursor stands in the list of this name, and what is to be said of it.

    A cursor of another list is stale: then this one starts anew.
    Raises: ValueError if the cursor is none of ours.
    """
    cursor = cursor.strip()
    if not cursor:
        return 0, ()
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise ValueError(f"cursor {cursor[:40]!r} is none of a {noun}'s: pass next_cursor as it came, or leave it out.")
    its, start = found[1].upper(), int(found[3])
    if its != name:
        said = f"The cursor belongs to {noun} {its}, which is stale: figures, filters or options differ since."
        return 0, (f"{said} This is {noun} {name} from its start.",)
    if found[2].lower() != order:
        return 0, (f"The cursor belongs to another grouping. This is {noun} {name} from its start.",)
    if start and start >= total:
        return start, (f"The {noun} has {total} line(s), so none is left after {start}.",)
    return start, ()
