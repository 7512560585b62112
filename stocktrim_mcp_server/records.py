"""What planning stands on: the account's records on hand, joined once a reading, and how old they are."""

import asyncio
import time
import weakref
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from stocktrim_client import StockTrimClient
from stocktrim_client.models import OrderPlanRow
from stocktrim_client.snapshot import Kind, KindStanding, Standing
from stocktrim_mcp_server.answers import ago
from stocktrim_mcp_server.kept import KeptPlans
from stocktrim_mcp_server.planning.catalogue import Catalogue
from stocktrim_mcp_server.planning.compare import Digest, digest_of
from stocktrim_mcp_server.toolbox import together

if TYPE_CHECKING:
    from stocktrim_client.snapshot import Snapshot

Progress = Callable[[Standing], Awaitable[None]]

WAIT_SHARE = 35 / 45
"""Of a call's time, what may pass by waiting for records; the rest is for the answer."""

STALE_DAYS = 7

_NEEDED: tuple[Kind, ...] = ("products", "order_plan", "suppliers", "purchase_orders")
_WITHOUT: dict[Kind, str] = {
    "suppliers": "Suppliers stand here as their products name them, without names.",
    "purchase_orders": "Open orders are not known, so nothing here says what is already ordered.",
    "bills_of_materials": "Bills of materials are not known, so nothing here says what a part goes into.",
}
"""What is to be said where records that planning can do without are missing."""


async def catalogue_of(stocktrim: StockTrimClient, standing: Standing) -> Catalogue:
    """What of these kinds is on hand, joined: for what hangs on a record, and not for a plan."""
    snapshot, there = stocktrim.snapshot, {one.kind for one in standing.kinds if one.is_on_hand}
    return await asyncio.to_thread(
        Catalogue,
        await snapshot.products(wait=0) if "products" in there else (),
        await snapshot.suppliers(wait=0) if "suppliers" in there else (),
        orders=await snapshot.purchase_orders(wait=0) if "purchase_orders" in there else (),
        bills=await snapshot.bills_of_materials(wait=0) if "bills_of_materials" in there else (),
    )


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
        read = ago(self.age_seconds)
        if as_of is None:
            return f"StockTrim has computed no plan; records read {read}"
        seconds = (self.now - as_of).total_seconds()
        return f"StockTrim computed the plan {ago(seconds)}; records read {read}"

    def said(self, as_of: datetime | None) -> tuple[str, ...]:
        """What must be known of the records before any figure is believed."""
        if as_of is None or (days := (self.now - as_of).days) <= STALE_DAYS:
            return self.warnings
        return (f"StockTrim's plan is {days} days old: stock and sales have moved since.", *self.warnings)


Found = Sequence[tuple[str, Sequence[OrderPlanRow]]]
"""The rows of each place, by its code."""


class Placed(NamedTuple):
    """Rows of places, and what they were made of."""

    of: tuple[Sequence[Any], ...]
    found: Found
    rows: tuple[OrderPlanRow, ...]
    catalogue: Catalogue


def _same(one: Found, other: Found) -> bool:
    """Whether both are of the same places and hold the very same rows."""
    return [(code, len(rows)) for code, rows in one] == [(code, len(rows)) for code, rows in other] and all(
        row is its
        for (_, rows), (_, its_rows) in zip(one, other, strict=True)
        for row, its in zip(rows, its_rows, strict=True)
    )


class Join(NamedTuple):
    """A catalogue, and what it was made of."""

    of: tuple[Sequence[Any], ...]
    catalogue: Catalogue


class Joined:
    """What was made of the last reading, kept for the next question to the same records.

    Several threads may ask. What is made twice for it is the same, and the later one stays.
    """

    def __init__(self) -> None:
        self._whole: Join | None = None
        self._small: tuple[Books, Digest] | None = None
        self._placed: Placed | None = None
        self._follows: weakref.ref[Snapshot] | None = None
        self.settle: Callable[[], None] | None = None
        self.stir: Callable[[], None] | None = None
        """What the process does when records have come to stay, and before they are replaced."""

    def follow(self, snapshot: "Snapshot") -> None:
        """Let go of what was made of records as soon as they are replaced, not at the next question."""
        if self._follows is None or self._follows() is not snapshot:
            self._follows = weakref.ref(snapshot)
            snapshot.on_replacing(self.let_go)

    def let_go(self) -> None:
        """Forget everything: it would keep the records alive that it was made of."""
        self._whole = self._small = self._placed = None
        if self.stir is not None:
            self.stir()

    def catalogue(self, *records: Sequence[Any]) -> Catalogue:
        """Joined anew where any of the lists is another one. Blocks."""
        return self._join(*records).catalogue

    def _join(self, *records: Sequence[Any]) -> Join:
        known = self._whole
        products, suppliers, orders, bills = records
        if known is None or any(one is not other for one, other in zip(records[:3], known.of, strict=False)):
            known = self._whole = Join(records, Catalogue(products, suppliers, orders=orders, bills=bills))
            if self.settle is not None:
                self.settle()
        elif bills and bills is not known.of[3]:
            # Nothing is joined with bills of materials, so that who asks for them need not wait for a join.
            known.catalogue.bills = tuple(bills)
            known = self._whole = Join(records, known.catalogue)
        return known

    def placed(self, found: Found, *records: Sequence[Any]) -> Placed:
        """Rows under their places' codes, joined with a catalogue of their own, as they are others than StockTrim's."""
        of, known = self._join(*records).of, self._placed
        if known is None or known.of is not of or not _same(known.found, found):
            rows = tuple(
                row if row.location == code else row.model_copy(update={"location": code})
                for code, those in found
                for row in those
            )
            products, suppliers, orders, bills = of
            known = Placed(of, found, rows, Catalogue(products, suppliers, orders=orders, bills=bills))
            self._placed = known
        return known

    def digest(self, books: Books, plan_id: str, as_of: datetime | None) -> Digest:
        """Every row in small; worked out once for the same rows and catalogue. Blocks."""
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
        self.joined.follow(snapshot)
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
        records = (products, suppliers, orders, lines)
        # Joining thousands of records takes a while, in which others ask as well.
        catalogue = await asyncio.to_thread(self.joined.catalogue, *records)
        if not locations:
            return Books(rows, catalogue, (), self.now(), _oldest(kinds), tuple(warnings))
        codes = tuple(dict.fromkeys(catalogue.location(one.strip()) for one in locations))
        found = await _rows_at(snapshot, codes, until, kinds, warnings)
        placed = await asyncio.to_thread(self.joined.placed, found, *records)
        return Books(placed.rows, placed.catalogue, codes, self.now(), _oldest(kinds), tuple(warnings))


async def _nothing() -> tuple[OrderPlanRow, ...]:
    return ()


async def _rows_at(
    snapshot: "Snapshot", codes: Sequence[str], until: float, kinds: list[KindStanding], warnings: list[str]
) -> list[tuple[str, Sequence[OrderPlanRow]]]:
    """The rows of each location, and how they stand; of those that cannot be read, why."""
    plans = await snapshot.order_plans_at(codes, wait=_left(until))
    kinds += [plan.standing for plan in plans]
    warnings += [f"At {plan.location}: {plan.standing.warning}" for plan in plans if plan.standing.warning]
    return [(plan.location, plan.rows) for plan in plans if plan.standing.is_on_hand]


def _left(until: float) -> float:
    return max(0.0, until - time.monotonic())


def _warnings(standing: Standing) -> Iterator[str]:
    for kind in standing.kinds:
        if kind.warning:
            without = "" if kind.is_on_hand else _WITHOUT.get(kind.kind, "")
            yield f"{without} {kind.warning}".strip()


def _oldest(kinds: Iterable[KindStanding]) -> float:
    return max((kind.age_seconds for kind in kinds if kind.age_seconds is not None), default=0.0)
