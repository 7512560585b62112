"""Service levels on the account's own scale: 0.95 here, 95 there, and StockTrim does not say which. Pure."""

from collections.abc import Iterable
from typing import Literal

from stocktrim_client.models import Product

Scale = Literal["fraction", "percent"]

LEAST_PERCENT, MOST_PERCENT = 50.0, 99.99
"""Below, every second cycle would run out; no stock is enough for 100 %."""

UNKNOWN = (
    "whether this account means 0.95 or 95 by 95 % is not known, as none of its products holds a service level. Set "
    "that of one product in StockTrim first"
)
MIXED = (
    "products of this account hold service levels up to 1 and above it, so whether 0.95 or 95 is meant is not known. "
    "Set it in StockTrim"
)


def scale_of(products: Iterable[Product]) -> Scale:
    """The scale on which products hold their service levels; 0 and 1 mean nothing by themselves.

    Raises: ValueError, in words, where they do not show it.
    """
    levels = [one.service_level for one in products if one.service_level and one.service_level != 1]
    if not levels:
        raise ValueError(UNKNOWN)
    if max(levels) < 1:
        return "fraction"
    if min(levels) > 1:
        return "percent"
    raise ValueError(MIXED)


def on_scale(said: float, scale: Scale) -> float:
    """A service level, said as 0.95 or as 95, as the account holds it.

    Raises: ValueError, in words, for what is no service level, or could be two.
    """
    if said == 1:
        raise ValueError("a service level of 1 may be 1 % or 100 %, and neither can be meant")
    percent = said if said > 1 else said * 100
    if not LEAST_PERCENT <= percent <= MOST_PERCENT:
        raise ValueError(
            f"a service level is {LEAST_PERCENT:g} to {MOST_PERCENT:g} %, as 0.95 or as 95: {said:g} cannot be"
        )
    return round(percent if scale == "percent" else percent / 100, 10)
