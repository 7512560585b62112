"""What planning stands on: the account's records on hand, joined once a reading, and how old they are."""

import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stocktrim_client import StockTrimClient, StockTrimError
from stocktrim_client.models import OrderPlanRow
from stocktrim_client.snapshot import Kind, KindStanding, Snapshot, Standing
from stocktrim_client.snapshot.standing import in_words
from stocktrim_mcp_server.kept import KeptPlans
from stocktrim_mcp_server.planning.catalogue import Catalogue
from stocktrim_mcp_server.planning.compare import Digest, digest_of
from stocktrim_mcp_server.toolbox import together

Progress = Callable[[Standing], Awaitable[None]]

WAIT_SHARE = 35 / 45
"""Of a call's time, what may pass by waiting for records; the rest is for the answer."""

STALE_DAYS = 7
FRESH_SECONDS = 60
"""Younger records are simply as they are now."""

_NEEDED: tuple[Kind, ...] = ("products", "order_plan", "suppliers", "purchase_orders")
_WITHOUT: dict[Kind, str] = {
    "suppliers": "Suppliers stand here as their products name them, without names.",
    "purchase_orders": "Open orders are not known, so nothing here says what is already ordered.",
    "bills_of_materials": "Bills of materials are not known, so nothing here says what a part goes into.",
}
"""What is to be said where records that planning can do without are missing."""


@dataclass(frozen=True, slots=True)
class Books:
    """The plan's rows with everything that belongs to them, as of one moment."""

    rows: tuple[OrderPlanRow, ...]
    catalogue: Catalogue
    locations: tuple[str, ...]
    """Codes of the places the rows are of; empty: the whole business."""
    now: datetime
    age_seconds: float
    warnings: tuple[str, ...]

    def age(self, as_of: datetime | None) -> str:
        """How old StockTrim's figures and our records of them are, in words."""
        read = "just now" if self.age_seconds < FRESH_SECONDS else f"{in_words(self.age_seconds)} ago"
        if as_of is None:
            return f"StockTrim has computed no plan; records read {read}"
        seconds = (self.now - as_of).total_seconds()
        computed = f"{in_words(seconds)} ago" if seconds >= FRESH_SECONDS else "just now"
        return f"StockTrim computed the plan {computed}; records read {read}"

    def said(self, as_of: datetime | None) -> tuple[str, ...]:
        """What must be known of the records before any figure is believed."""
        if as_of is None or (days := (self.now - as_of).days) <= STALE_DAYS:
            return self.warnings
        return (f"StockTrim's plan is {days} days old: stock and sales have moved since.", *self.warnings)


class Joined:
    """What was made of the last reading, kept for the next question to the same records."""

    def __init__(self) -> None:
        self._of: tuple[Sequence[Any], ...] = ()
        self._catalogue = Catalogue(())
        self._small: tuple[Books, Digest] | None = None

    def catalogue(self, *records: Sequence[Any]) -> Catalogue:
        """Joined anew where any of the lists is another one."""
        if len(records) != len(self._of) or any(one is not other for one, other in zip(records, self._of, strict=True)):
            products, suppliers, orders, bills = records
            self._catalogue = Catalogue(products, suppliers, orders=orders, bills=bills)
            self._of = records
        return self._catalogue

    def digest(self, books: Books, plan_id: str, as_of: datetime | None) -> Digest:
        """Every row in small; worked out once for the same rows and catalogue."""
        known = self._small
        if known is None or known[0].rows is not books.rows or known[0].catalogue is not books.catalogue:
            known = self._small = (books, digest_of(books.rows, books.catalogue, plan_id, as_of))
        return known[1].model_copy(update={"plan_id": plan_id, "as_of": as_of})


@dataclass(frozen=True)
class Records:
    """The account as planning reads it. Units: `wait_seconds` of one call, for all that it waits for."""

    stocktrim: StockTrimClient
    joined: Joined
    kept: KeptPlans
    now: Callable[[], datetime]
    wait_seconds: float
    progress: Progress | None = None

    async def books(self, locations: Sequence[str] = (), *, bills: bool = False) -> Books:
        """The plan of the whole business or of locations, by code or name, with catalogue, suppliers and open orders.

        Raises: StockTrimError where the catalogue or the plan cannot be read; of locations, where none can.
        """
        until = time.monotonic() + self.wait_seconds
        snapshot, wait = self.stocktrim.snapshot, self.wait_seconds
        wanted: tuple[Kind, ...] = (*_NEEDED, "bills_of_materials") if bills else _NEEDED
        if locations:
            wanted = tuple(kind for kind in wanted if kind != "order_plan")
        _, products, rows = await together(
            snapshot.need(*wanted, wait=wait, progress=self.progress),
            snapshot.products(wait=wait),
            _nothing() if locations else snapshot.order_plan(wait=wait),
        )
        standing = snapshot.standing(*wanted)
        kinds, warnings = list(standing.kinds), list(_warnings(standing))
        missing = standing.missing
        suppliers = () if "suppliers" in missing else await snapshot.suppliers(wait=0)
        orders = () if "purchase_orders" in missing else await snapshot.purchase_orders(wait=0)
        lines = await snapshot.bills_of_materials(wait=0) if bills and "bills_of_materials" not in missing else ()
        if not locations:
            catalogue = self.joined.catalogue(products, suppliers, orders, lines)
            return Books(rows, catalogue, (), self.now(), _oldest(kinds), tuple(warnings))
        # Rows are put under their places' codes, so they are others each time: nothing joined to them is kept.
        catalogue = Catalogue(products, suppliers, orders=orders, bills=lines)
        codes = tuple(dict.fromkeys(catalogue.location(one.strip()) for one in locations))
        rows = await _rows_at(snapshot, codes, until, warnings)
        kinds += map(snapshot.plan_standing, codes)
        return Books(rows, catalogue, codes, self.now(), _oldest(kinds), tuple(warnings))


async def _nothing() -> tuple[OrderPlanRow, ...]:
    return ()


async def _rows_at(
    snapshot: Snapshot, codes: Sequence[str], until: float, warnings: list[str]
) -> tuple[OrderPlanRow, ...]:
    """The rows of each location, under its code; of those that cannot be read, why."""
    failure: StockTrimError | None = None
    try:
        await snapshot.order_plan(codes, wait=_left(until))
    except StockTrimError as error:
        failure = error
    rows: list[OrderPlanRow] = []
    held = 0
    for code in codes:
        standing = snapshot.plan_standing(code)
        if standing.warning:
            warnings.append(f"At {code}: {standing.warning}")
        if standing.is_on_hand:
            held += 1
            found = await snapshot.order_plan([code], wait=0)
            rows += [row if row.location == code else row.model_copy(update={"location": code}) for row in found]
    if failure is not None and not held:
        raise failure
    return tuple(rows)


def _left(until: float) -> float:
    return max(0.0, until - time.monotonic())


def _warnings(standing: Standing) -> Iterator[str]:
    for kind in standing.kinds:
        if kind.warning:
            without = "" if kind.is_on_hand else _WITHOUT.get(kind.kind, "")
            yield f"{without} {kind.warning}".strip()


def _oldest(kinds: Iterable[KindStanding]) -> float:
    return max((kind.age_seconds for kind in kinds if kind.age_seconds is not None), default=0.0)
