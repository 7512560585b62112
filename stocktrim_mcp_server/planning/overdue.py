"""What of orders is still to come, and what should have come by now.

StockTrim knows no promised date: the lead time stands in for it. It is the product's, as in StockTrim's own sums; of
several products still to come the longest, as one order comes whole. A product without one has its supplier's.
"""

from collections.abc import Iterable
from datetime import UTC, date
from typing import NamedTuple

from stocktrim_client.models import PurchaseOrder

NOT_PLACED = "Draft"
"""Its supplier knows nothing of such an order, so it cannot be late."""

NOT_SENT = "Approved"


class Lateness(NamedTuple):
    """An open order against the lead time it was given. Units: days."""

    open_days: int
    lead_time_days: int
    whose: str
    """Whose lead time that is: the product's still to come, the longest of several, or the supplier's."""
    status: str

    @property
    def days(self) -> int:
        """Days overdue; negative: days still left."""
        return self.open_days - self.lead_time_days

    @property
    def in_words(self) -> str:
        """How late, and by what rule."""
        sent = " (Approved, never marked Sent)" if self.status == NOT_SENT else ""
        return f"open {self.open_days} days{sent}, {self.whose} {self.lead_time_days}: {self.days} days overdue"


def lateness(
    order: PurchaseOrder, supplier_days: int | None, product_days: Iterable[int | None], today: date
) -> Lateness | None:
    """How an order that was placed and has not come stands on this day: overdue where `days` is above 0.

    `product_days` are the lead times of what is still to come: the longest decides. `supplier_days`, the supplier's,
    stands in where a product has none. None: not open, not placed, or without a date or any lead time, so not to be
    judged.
    """
    ordered_on = ordered(order)
    if not order.is_open or order.status == NOT_PLACED or ordered_on is None:
        return None
    said = list(product_days)
    known = [days for days in said if days is not None]
    if supplier_days is not None and len(known) < len(said or [None]):
        known.append(supplier_days)
    if not known:
        return None
    longest = max(known)
    whose = "its supplier's lead time"
    if longest in said:
        whose = "its product's lead time" if len(said) == 1 else "its products' longest lead time"
    return Lateness((today - ordered_on).days, longest, whose, order.status or "")


def ordered(order: PurchaseOrder) -> date | None:
    """The day it was ordered, else made; UTC."""
    at = order.ordered_at or order.created_at
    return None if at is None else at.astimezone(UTC).date()


class ToCome(NamedTuple):
    """What an open order still brings, in the account's currency."""

    value: float
    is_whole: bool
    """Whether all that is to come has a price: else it is worth more than `value`."""


def to_come(order: PurchaseOrder) -> ToCome:
    """Sum of quantity x unit price over the lines not received; nothing of an order that is over."""
    lines = [line for line in order.lines if line.received_at is None] if order.is_open else []
    value, is_whole = 0.0, True
    for line in lines:
        if line.unit_price is None or line.quantity is None:
            is_whole = False
        else:
            value += line.quantity * line.unit_price
    return ToCome(round(value, 2), is_whole)
