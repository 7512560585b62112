"""How long the stock lasts, and how pressing an order is.

| urgency | when, first rule that fits |
| --- | --- |
| late | the stock is out, or the day to order by has passed |
| due | order within a week |
| soon | order within two weeks |
| ok | later than that |

Where StockTrim computed neither figure nothing is claimed.
"""

from datetime import date, timedelta
from typing import Literal

Urgency = Literal["late", "due", "soon", "ok"]

URGENCIES: tuple[Urgency, ...] = ("late", "due", "soon", "ok")
DUE_DAYS = 7
SOON_DAYS = 14


def urgency(days_left: int | None, days_until_order: int | None) -> Urgency | None:
    """How pressing an order is.

    Units: days until stock-out, days until an order must be placed.
    None: StockTrim computed neither.
    """
    if days_left is None and days_until_order is None:
        return None
    if days_left is not None and days_left <= 0:
        return "late"
    days = days_until_order if days_until_order is not None else days_left or 0
    if days < 0:
        return "late"
    if days <= DUE_DAYS:
        return "due"
    return "soon" if days <= SOON_DAYS else "ok"


def order_by(computed_on: date | None, days_until_order: int | None) -> date | None:
    """The last day to order without running out.

    None: StockTrim did not compute it, or does not say when it computed the plan.
    """
    if computed_on is None or days_until_order is None:
        return None
    return computed_on + timedelta(days=days_until_order)
