"""How long the stock lasts, and how pressing an order is.

| urgency | when, first rule that fits |
| --- | --- |
| late | the stock is out, or the day to order by has passed |
| due | order within a week |
| soon | order within two weeks |
| ok | later than that |

Where StockTrim computed neither figure nothing is claimed. In a plan that was left alone most lines are late, so these
are told apart:

| state of a late line | when, first rule that fits |
| --- | --- |
| out now | the stock is out |
| dry before delivery | it will be before an order placed today can arrive |
| order date passed | it lasts so long, but not with the safety that was asked for |
"""

from datetime import date, timedelta
from typing import Literal, get_args

Urgency = Literal["late", "due", "soon", "ok"]

State = Literal["out now", "dry before delivery", "order date passed", "due", "soon", "ok", "not computed"]

URGENCIES: tuple[Urgency, ...] = ("late", "due", "soon", "ok")
STATES: tuple[State, ...] = get_args(State)
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


def state(urgency: Urgency | None, days_left: int | None, dry_days: float | None) -> State:
    """How an order stands, for those to whom "late" says too little.

    Units: days until stock-out; days without stock before an order placed today can arrive.
    """
    if urgency is None:
        return "not computed"
    if urgency != "late":
        return urgency
    if days_left is not None and days_left <= 0:
        return "out now"
    return "dry before delivery" if dry_days else "order date passed"


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
