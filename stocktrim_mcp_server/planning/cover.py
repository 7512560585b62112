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

_RANKS: dict[Urgency | None, int] = {"late": 0, "due": 1, "soon": 2, "ok": 3, None: 4}


def urgency(days_left: int | None, days_until_order: int | None) -> Urgency | None:
    """How pressing an order is.

    Units: days until stock-out, days until an order must be placed.
    None: StockTrim computed neither.
    """
    if days_left is not None and days_left <= 0:
        return "late"
    days = days_until_order if days_until_order is not None else days_left
    if days is None:
        return None
    if days < 0:
        return "late"
    if days <= DUE_DAYS:
        return "due"
    return "soon" if days <= SOON_DAYS else "ok"


def pressing(urgency: Urgency | None, days_left: int | None) -> tuple[int, float]:
    """What lines are sorted by: urgency, then days left; what has neither comes last."""
    return _RANKS[urgency], float("inf") if days_left is None else days_left


def cover_days(available: float, daily_demand: float) -> float | None:
    """How long `available` lasts at `daily_demand`.

    Units: stock units, stock units a day -> days; 0 for stock below zero.
    None: nothing is demanded, so the stock never runs out.
    Raises: ValueError if `daily_demand` is negative.
    Source: available / daily demand; days of supply in Silver, Pyke & Thomas, "Inventory and Production Management in
    Supply Chains".
    """
    if daily_demand < 0:
        raise ValueError(f"a daily demand of {daily_demand!r} is below zero")
    return max(0.0, available) / daily_demand if daily_demand else None


def order_by(computed_on: date | None, days_until_order: int | None) -> date | None:
    """The last day to order without running out.

    None: StockTrim did not compute it, or does not say when it computed the plan.
    """
    return _later(computed_on, days_until_order)


def runs_dry_on(computed_on: date | None, days_left: int | None) -> date | None:
    """The day the stock on hand ends; one that has ended already ends on the day of the computation.

    None: StockTrim did not compute it, or does not say when it computed the plan.
    """
    return _later(computed_on, None if days_left is None else max(0, days_left))


def _later(day: date | None, days: int | None) -> date | None:
    """None: one of them is not known, or the day lies beyond the calendar."""
    if day is None or days is None:
        return None
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None
