"""How far a forecast can be trusted, by what StockTrim says of it.

| confidence | when, first rule that fits |
| --- | --- |
| none | nothing was forecast |
| low | StockTrim marks it as uncertain, or fewer than 8 sales, or the methods' answers further apart than the demand |
| low | no pattern found (R2 below 0.2), and the methods' answers more than a quarter of the demand apart |
| high | a clear pattern (R2 of 0.5 or more), and the answers no more than half the demand apart |
| medium | otherwise |

Steady demand has a low R2 by nature: without ups and downs there is nothing to explain. So R2 alone condemns nothing.
StockTrim publishes no threshold for its mark. The others are ours.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from stocktrim_mcp_server.planning.catalogue import Item
from stocktrim_mcp_server.planning.replenishment import covered_days_of, demand_of, pace_of

Confidence = Literal["none", "low", "medium", "high"]

FEW_SALES = 8
"""With fewer sales than this a forecast is low: too little to tell a pattern from chance."""

FAR = 1.0
WIDE = 0.5
NEAR = 0.25
"""Spread of the methods' answers over their demand: above `FAR` low, above `WIDE` not high; within `NEAR` they agree,
so that a forecast without a pattern still is medium."""

GOOD_FIT = 0.5
NO_FIT = 0.2
"""R squared of the best method: from `GOOD_FIT` on a clear pattern, below `NO_FIT` none."""

TIMES = 2.0
"""How many times recent sales a forecast is, or they it, where that must be looked at."""

_WORTH_UNITS = 1.0
"""Below this over the days to cover, the two rates differ by less than one piece."""


class Trust(NamedTuple):
    """How far a forecast can be trusted, and by which figures."""

    confidence: Confidence
    why: str


def trust_of(item: Item) -> Trust:
    """How far the forecast of a row can be trusted, by the table above; fit and agreement are always named.

    Source: R squared is the share of the ups and downs of past sales that a fit explains.
    """
    if demand_of(item) is None:
        return Trust("none", "nothing was forecast")
    fit, apart = item.row.best_fit, _apart(item)
    doubts, away = list(_doubts(item)), away_from_sales(item)
    why = "; ".join([*doubts, _facts(fit, apart), *([away] if away else [])])
    if doubts or (apart is not None and (apart > FAR or (apart > NEAR and fit is not None and fit < NO_FIT))):
        return Trust("low", why)
    is_clear = fit is not None and fit >= GOOD_FIT and (apart is None or apart <= WIDE)
    return Trust("high" if is_clear else "medium", why)


def away_from_sales(item: Item) -> str | None:
    """That the forecast is more than twice recent sales, or less than half. None: neither, or one is not known.

    Source: rate of `pace_of` against the average of 120 days. Where less than one unit lies between them over the days
    to cover, rounding alone may be the reason.
    """
    sold = item.row.daily_demand
    if sold is None or demand_of(item) is None or not (days := covered_days_of(item)):
        return None
    forecast = pace_of(item).daily_rate
    lower, higher = sorted((max(0.0, sold), forecast))
    if higher <= TIMES * lower or (higher - lower) * days < _WORTH_UNITS:
        return None
    return f"forecast {forecast:.2g} a day, sold {max(0.0, sold):.2g}"


def _doubts(item: Item) -> Iterator[str]:
    row = item.row
    if row.is_uncertain:
        yield "StockTrim marks the forecast as uncertain"
    if row.sales_count is not None and row.sales_count < FEW_SALES:
        yield f"{row.sales_count} sales only (fewer than {FEW_SALES})"


def _facts(fit: float | None, apart: float | None) -> str:
    """Fit and agreement in plain words; "but" where one speaks for the forecast and the other against it."""
    is_good = fit is not None and fit >= GOOD_FIT
    contrary = apart is not None and (apart > WIDE if is_good else apart <= NEAR)
    near = NEAR if fit is not None and fit < NO_FIT else WIDE
    return f"{_pattern(fit)}, {'but' if contrary else 'and'} {_agreement(apart, near)}"


def _pattern(fit: float | None) -> str:
    if fit is None:
        return "StockTrim does not say how well it fits past sales"
    found = "no pattern" if fit < NO_FIT else "a weak pattern" if fit < GOOD_FIT else "a clear pattern"
    return f"{found} found in past sales (R2 {round(max(0.0, fit), 2):g})"


def _agreement(apart: float | None, near: float) -> str:
    if apart is None:
        return "it does not say how far its methods agree"
    if apart > FAR:
        return "its methods' answers lie further apart than the demand itself"
    if apart > near:
        return f"its methods' answers lie {100 * apart:.0f} % of the demand apart"
    return f"StockTrim's methods agree within {100 * apart:.0f} %"


def _apart(item: Item) -> float | None:
    """Spread over lead-time demand. None: not given; without demand any spread is endless."""
    spread, demand = item.row.spread, item.row.lead_demand
    if spread is None or spread < 0:
        return None
    if not spread:
        return 0.0
    return spread / demand if demand and demand > 0 else float("inf")
