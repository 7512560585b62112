"""How one source is brought on hand, and kept so after our own writes.

read ──> is the plan as before? ──yes──> the records on hand are as young as this reading
  └─no─> read all, slim ──> little has changed? ──yes──> the shelf takes up what has
                                   └─no──> a new shelf in its place

look_again, per record that we wrote ──> its place on the shelf (and on the one a reading is about to put up)
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from stocktrim_client.errors import StockTrimError
from stocktrim_client.helpers.wire import Keep
from stocktrim_client.models import OrderPlanRow
from stocktrim_client.models.base import Model
from stocktrim_client.snapshot.database import Slimmer
from stocktrim_client.snapshot.filing import Clock
from stocktrim_client.snapshot.lane import Lane, Written
from stocktrim_client.snapshot.memory import give_back
from stocktrim_client.snapshot.readings import Helpers
from stocktrim_client.snapshot.shelf import Shelf
from stocktrim_client.snapshot.standing import Source
from stocktrim_client.transport import calling

M = TypeVar("M", bound=Model)

PLAN_SECONDS = 3600.0
"""A plan that StockTrim has not computed again serves so long: its rows also tell stock, which moves."""
LARGE = 2_000
"""Records whose reading leaves memory worth handing back."""
RECORDS_A_WORD = 50
"""Records between two words of progress: a page of products."""

Start = Callable[[Lane], asyncio.Task[None] | None]


class Reader:
    """Reads lanes and looks at records of them: what either does, not when.

    `start` begins the reading of another lane if it is due, `tell` says that there is news, `changed` that records are
    others.
    """

    def __init__(
        self,
        helpers: Helpers,
        lanes: Mapping[Source, Lane],
        now: Clock,
        *,
        start: Start,
        tell: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        self._helpers = helpers
        self._lanes = lanes
        self._now = now
        self._start = start
        self._tell = tell
        self._changed = changed
        self.letting_go: list[Callable[[], None]] = []
        """Called when records on hand are read again, and when the new ones take their place."""

    async def read(self, lane: Lane) -> None:
        """Have all of it on hand as it is now. Never raises for what could not be read: the lane says so."""
        began = self._now()
        # From here on, whoever marks it stale means the next reading.
        was_stale, lane.is_stale = lane.is_stale, False
        doubts = lane.doubts
        try:
            with calling(bulk=True):
                if not was_stale and await self._is_as_before(lane):
                    assert lane.shelf is not None
                    lane.shelf.checked_at = began
                else:
                    if lane.source == "order_plan" and lane.shelf is not None:
                        # All rows of a plan computed anew are others: what was made of these would only stand beside.
                        self._replacing(lane)
                        await asyncio.to_thread(lane.shelf.drop_tables)
                    records = await self._read_slim(lane)
                    if not await self._renewed(lane, records, began):
                        await self._replace(lane, Shelf(lane.source, records, read_at=began))
                    lane.awaited_until = None
                    lane.met = len(records)
                    if lane.met >= LARGE:
                        await asyncio.to_thread(give_back)
        except StockTrimError as error:
            lane.error, lane.is_stale = error, True
        else:
            lane.error = None
            # Those that came up meanwhile are for the next reading.
            lane.doubts -= doubts
            if lane.location is None:
                self._changed()
        finally:
            self._tell()

    async def _read_slim(self, lane: Lane) -> Sequence[Model]:
        """All records, those as they were shared with what is on hand, the others slim."""
        slimmer = await asyncio.to_thread(Slimmer, lane.shelf.records if lane.shelf is not None else ())

        def keep(record: M) -> M:
            lane.met += 1
            if lane.met % RECORDS_A_WORD == 0:
                self._tell()
            return slimmer.keep(record)

        records = await self._read_records(lane, keep)
        if lane.met >= len(records) > 0:
            return records
        return await asyncio.to_thread(lambda: [slimmer.keep(record) for record in records])

    async def _read_records(self, lane: Lane, keep: Keep[Any]) -> Sequence[Model]:
        if lane.location is not None:
            return await self._helpers.read_plan_at(lane.location, keep)
        if lane.source != "locations":
            return await self._helpers.read(lane.source, keep)
        products, orders = self._lanes["products"], self._lanes["purchase_orders"]
        if (task := self._start(products)) is not None:
            await asyncio.wait([task])
        if orders.is_reading and orders.task is not None:
            await asyncio.wait([orders.task])
        return await self._helpers.read_locations(
            products.on_hand().records, orders.shelf.records if orders.shelf else ()
        )

    async def _is_as_before(self, lane: Lane) -> bool:
        """Whether StockTrim has computed no other plan since the one on hand: one row tells."""
        if lane.source != "order_plan" or lane.shelf is None or not len(lane.shelf):
            return False
        if not 0 <= (self._now() - lane.shelf.read_at).total_seconds() < PLAN_SECONDS:
            return False
        known = cast("Shelf[OrderPlanRow]", lane.shelf).records[0].calculated_at
        return known is not None and await self._helpers.order_plan.calculated_at() == known

    async def _renewed(self, lane: Lane, records: Sequence[Model], began: datetime) -> bool:
        """Whether what is on hand could take up what little has changed."""
        if lane.shelf is None or lane.touched:
            return False
        known = lane.shelf.records
        if not await asyncio.to_thread(lane.shelf.renew, records, began):
            return False
        if lane.shelf.records is not known:
            self._replacing(lane)
        # What we wrote meanwhile may be newer than what was read.
        while lane.touched:
            key, written = lane.touched.pop(0)
            await asyncio.to_thread(lane.shelf.replace, key, written, self._now())
        return True

    async def _replace(self, lane: Lane, shelf: Shelf[Any]) -> None:
        if lane.shelf is not None and lane.shelf.is_searched:
            # Whoever has searched will search again, and not want to wait then.
            await asyncio.to_thread(shelf.index)
        # Nothing may come between the last of these and the new shelf's turn.
        while lane.touched:
            key, written = lane.touched.pop(0)
            await asyncio.to_thread(shelf.replace, key, written, self._now())
        self._replacing(lane)
        lane.shelf = shelf

    def _replacing(self, lane: Lane) -> None:
        for let_go in self.letting_go if lane.shelf is not None else ():
            let_go()

    async def look_again(self, lane: Lane) -> None:
        """Look at the records that we wrote, until there are none."""
        while lane.written:
            key, ours = next(iter(lane.written.items()))
            if not await self._has_looked(lane, key, ours):
                lane.doubt()
            # Not before: whoever ends the look, or files the records meanwhile, is to know that they are doubtful.
            if lane.written.get(key) is ours:
                del lane.written[key]
        self._changed()

    async def _has_looked(self, lane: Lane, key: str, ours: Written) -> bool:
        """Put what a key means now in its place; False: that cannot be told."""
        known = lane.shelf.named(key) if lane.shelf else []
        try:
            records = () if ours.gone else await self._helpers.read_again(lane.source, key, known)
        except StockTrimError:
            return False
        if not ours.gone and not records and (lane.source == "locations" or not known):
            # A location may be hidden, and a product not to be told from others of its SKU.
            return False
        if lane.is_reading:
            lane.touched.append((key, records))
        if lane.shelf is not None:
            await asyncio.to_thread(lane.shelf.replace, key, records, self._now())
        return True
