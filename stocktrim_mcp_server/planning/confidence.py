"""How far a forecast can be trusted, by what StockTrim says of it.

| confidence | when, first rule that fits |
| --- | --- |
| none | nothing was forecast |
| low | StockTrim marks it as uncertain, or fewer than 8 sales, or the methods' answers further apart than the demand |
| medium | the best fit explains less than half (R2 below 0.5, or none given), or the answers over half as far apart |
| high | otherwise |

StockTrim publishes no threshold for its mark. The others are ours.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from stocktrim_mcp_server.planning.catalogue import Item
from stocktrim_mcp_server.planning.replenishment import demand_of

Confidence = Literal["none", "low", "medium", "high"]

FEW_SALES = 8
"""With fewer sales than this a forecast is low: too little to tell a pattern from chance."""

FAR = 1.0
WIDE = 0.5
"""Spread of the methods' answers over their demand, above which a forecast is low, and no better than medium."""

GOOD_FIT = 0.5
"""R squared of the best method, below which a forecast is no better than medium."""


class Trust(NamedTuple):
    """How far a forecast can be trusted, and by which figures."""

    confidence: Confidence
    why: str


def trust_of(item: Item) -> Trust:
    """How far the forecast of a row can be trusted, by the table above.

    Source: R squared is the share of the ups and downs of past sales that a fit explains.
    """
    if demand_of(item) is None:
        return Trust("none", "nothing was forecast")
    if doubts := ", ".join(_doubts(item)):
        return Trust("low", doubts)
    if limits := ", ".join(_limits(item)):
        return Trust("medium", limits)
    return Trust("high", f"the best fit explains {_share(item.row.best_fit)} of the ups and downs of past sales")


def _doubts(item: Item) -> Iterator[str]:
    row, apart = item.row, _apart(item)
    if row.is_uncertain:
        yield "StockTrim marks the forecast as uncertain"
    if row.sales_count is not None and row.sales_count < FEW_SALES:
        yield f"{row.sales_count} sales only (fewer than {FEW_SALES})"
    if apart is not None and apart > FAR:
        yield "the methods' answers lie further apart than the demand itself"


def _limits(item: Item) -> Iterator[str]:
    fit, apart = item.row.best_fit, _apart(item)
    if fit is None:
        yield "StockTrim says nothing of how well it fits"
    elif fit < GOOD_FIT:
        needed = _share(GOOD_FIT)
        yield f"the best fit explains {_share(fit)} of the ups and downs of past sales (high needs {needed})"
    if apart is not None and apart > WIDE:
        yield f"the methods' answers lie {_share(apart)} of the demand apart (high needs {_share(WIDE)} or less)"


def _apart(item: Item) -> float | None:
    """Spread over lead-time demand. None: no spread; without demand any spread is endless."""
    spread, demand = item.row.spread, item.row.lead_demand
    if spread is None or spread <= 0:
        return None
    return spread / demand if demand and demand > 0 else float("inf")


def _share(part: float | None) -> str:
    return f"{100 * max(0.0, part or 0.0):.0f} %"
