"""What is odd about sales that are to be recorded: there already, said twice, or far more than usual. Pure."""

import statistics
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from datetime import date
from typing import NamedTuple

from stocktrim_client.models import OrderPlanRow
from stocktrim_mcp_server.planning.bounds import LONGEST_TEXT, NAME_SHOWN, listed, short
from stocktrim_mcp_server.planning.plan import in_units
from stocktrim_mcp_server.planning.slips import slip

FEWEST_DAYS = 5
"""Of fewer days with sales nothing is usual."""

_PLACES = 6
"""Decimals in which quantities are the same."""


class Held(NamedTuple):
    """A sale that was recorded. `reference` None: it has none."""

    product_id: str
    day: date
    quantity: float
    reference: str | None


class Row(NamedTuple):
    """A sale to record. `line` None: it was not pasted."""

    product_id: str
    code: str
    day: date
    quantity: float
    reference: str
    line: int | None = None
    equals: Hashable = None
    """What else is said of it; None: it has a reference of its own, so that it equals no other."""

    @property
    def what(self) -> tuple[str, date, float]:
        return self.product_id, self.day, round(self.quantity, _PLACES)

    @property
    def told(self) -> str:
        return f"{in_units(self.quantity)} x {short(self.code, NAME_SHOWN)} on {self.day}"


def oddities(rows: Sequence[Row], held: Sequence[Held], usual: Mapping[str, float]) -> list[str]:
    """What is odd about these rows, in words; of those that are recorded as they are, nothing.

    Units: `usual` in stock units a day, by product id; `usual_days` says more where sales are held.
    """
    known = {(one.product_id, one.reference) for one in held if one.quantity > 0}
    new = [row for row in rows if (row.product_id, row.reference) not in known]
    days = {(row.product_id, row.day) for row in new}
    return [
        *_there_already(
            new, [one for one in held if one.quantity > 0], {(one.product_id, one.reference) for one in rows}
        ),
        *_said_twice(rows, new),
        *_far_more(new, {**usual, **usual_days(held, days)}),
    ]


def _there_already(new: Sequence[Row], held: Iterable[Held], ours: Set[tuple[str, str]]) -> list[str]:
    """That a sale of the same product, day and quantity is there, which no row of this call is."""
    there: dict[tuple[str, date, float], str] = {}
    for one in held:
        if (one.product_id, one.reference) not in ours:
            what = one.product_id, one.day, round(one.quantity, _PLACES)
            there.setdefault(what, "without one" if one.reference is None else f"{short(one.reference, NAME_SHOWN)!r}")
    doubts = [f"{_lines([row])}{row.told} ({there[row.what]})" for row in new if row.what in there]
    said = f"There already, under another reference: {_some(doubts)}. If that is the same sale, leave it out."
    return [said] if doubts else []


def _said_twice(rows: Sequence[Row], new: Sequence[Row]) -> list[str]:
    alike: dict[Hashable, list[Row]] = defaultdict(list)
    for row in rows:
        if row.equals is not None:
            alike[row.what, row.equals].append(row)
    doubts = [
        f"{_lines(those)}{those[0].told}"
        for those in alike.values()
        if len(those) > 1 and any(row in new for row in those)
    ]
    said = (
        f"Equal rows, probably double: {_some(doubts)}. Each counts as a sale of its own: leave out what is the same "
        "sale."
    )
    return [said] if doubts else []


def usual_days(held: Iterable[Held], without: Set[tuple[str, date]] = frozenset()) -> dict[str, float]:
    """What a product sells on the middle one of the days it sells at all, by product id.

    Units: stock units. `without`: products and days that do not count.
    """
    days: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for one in held:
        if one.quantity > 0 and (one.product_id, one.day) not in without:
            days[one.product_id][one.day] += one.quantity
    return {
        product_id: statistics.median(each.values()) for product_id, each in days.items() if len(each) >= FEWEST_DAYS
    }


def usual_rates(plan: Iterable[OrderPlanRow]) -> dict[str, float]:
    """What a product sells on a usual day as far as the plan tells, by product id, of all places together.

    Units: stock units. What sells less than one a day sells one on the day it sells.
    """
    whole: dict[str, float] = {}
    located: dict[str, float] = defaultdict(float)
    for row in plan:
        if not row.product_id or not row.daily_demand:
            continue
        if row.location is None:
            whole[row.product_id] = row.daily_demand
        else:
            located[row.product_id] += row.daily_demand
    return {product_id: max(rate, 1.0) for product_id, rate in {**located, **whole}.items()}


def _far_more(rows: Sequence[Row], usual: Mapping[str, float]) -> list[str]:
    """Days of a product that sell many times what is usual."""
    days: dict[tuple[str, date], list[Row]] = defaultdict(list)
    for row in rows:
        days[row.product_id, row.day].append(row)
    doubts: list[str] = []
    for (product_id, day), those in days.items():
        often, units = usual.get(product_id), sum(row.quantity for row in those)
        if often is not None and units > often and (odd := slip(often, units, f"its usual day of {in_units(often)}")):
            doubts.append(f"{_lines(those)}{in_units(units)} x {short(those[0].code, NAME_SHOWN)} on {day}, {odd}")
    return [f"Is a digit too many? {_some(doubts)}."] if doubts else []


def _lines(rows: Sequence[Row]) -> str:
    lines = [str(row.line) for row in rows if row.line is not None]
    if len(lines) < len(rows):
        return "" if len(rows) == 1 else f"{len(rows)} times "
    return f"line {lines[0]}: " if len(lines) == 1 else f"lines {listed(lines)}: "


def _some(doubts: Iterable[str]) -> str:
    return listed(doubts, longest=LONGEST_TEXT)
