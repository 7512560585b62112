"""Snapshot: the account's records on hand, and when they are read. How one source is read: reader.py."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from stocktrim_client.errors import StockTrimError
from stocktrim_client.models import (
    BomLine,
    Customer,
    Location,
    OrderPlanRow,
    Product,
    PurchaseOrder,
    Supplier,
    supplier_keys,
)
from stocktrim_client.snapshot import asking
from stocktrim_client.snapshot.filing import Clock, file_name, utc_now
from stocktrim_client.snapshot.finding import Fitting, Found, best, nearest
from stocktrim_client.snapshot.index import MOST_GUESSES
from stocktrim_client.snapshot.keeper import Keeper
from stocktrim_client.snapshot.lane import Lane, Written
from stocktrim_client.snapshot.question import Cell, QuestionError, Table
from stocktrim_client.snapshot.reader import PLAN_SECONDS, Reader
from stocktrim_client.snapshot.readings import Helpers
from stocktrim_client.snapshot.shelf import Shelf
from stocktrim_client.snapshot.standing import (
    KINDS,
    NAMING_SUPPLIERS,
    SEARCH_KINDS,
    SOURCES,
    SOURCES_OF,
    Kind,
    KindStanding,
    SearchKind,
    Source,
    Standing,
    read_beside,
)
from stocktrim_client.snapshot.tables import NO_KEYS, TABLES, TableShape
from stocktrim_client.transport import apart

MAX_AGE_SECONDS = 600.0
MOST_LOOKS = 20
"""Records looked at one by one after our own writes; if there are more, all are read."""
PROGRESS_SECONDS = 0.25
"""Time between two words of progress, at least."""
PLANS_KEPT = 4
"""Plans of single locations kept on hand: each is as large as the plan."""

Progress = Callable[[Standing], Awaitable[None]]


class PlanAt(NamedTuple):
    """The plan of one location."""

    location: str
    standing: KindStanding
    rows: tuple[OrderPlanRow, ...]


class Snapshot:
    """Everything of the account that questions about many records need.

    Nothing is read before the first need. Then what is needed is read first and the rest after it, each source by one
    reading at a time, however many ask. What is on hand is always a whole reading, never a part of one; `standing` says
    of which age, and what is missing.

    With `folder`, records are also kept in a file there, readable by the owner alone, whose name `account` decides: any
    texts that tell one account from another. Units: `max_age_seconds`, after which a need reads again.
    """

    def __init__(
        self,
        helpers: Helpers,
        *,
        folder: Path | None = None,
        account: Sequence[str] = (),
        max_age_seconds: float = MAX_AGE_SECONDS,
        now: Clock = utc_now,
        catch_up: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`catch_up` tells, through `wrote`, what other processes have written since."""
        self.helpers = helpers
        self._catch_up = catch_up
        self._max_age = max_age_seconds
        self._now = now
        self._lanes: dict[Source, Lane] = {source: Lane(source) for source in SOURCES}
        self._located: dict[str, Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._keeper = Keeper(folder / file_name(*account), self._lanes, self._spawn, now) if folder else None
        self._filling: asyncio.Task[None] | None = None
        self._is_closed = False
        self._reader = Reader(helpers, self._lanes, now, start=self._start, tell=self._tell, changed=self._save_soon)

    # What is on hand

    def on_replacing(self, let_go: Callable[[], None]) -> None:
        """Have `let_go` called when records on hand are read again, and when the new ones take their place.

        For whoever keeps something made of them: held on to, the old ones would stand beside the new ones in memory.
        """
        self._reader.letting_go.append(let_go)

    def standing(self, *kinds: Kind) -> Standing:
        """What is on hand now of these kinds, or of all."""
        return Standing(
            kinds=tuple(self._lanes[SOURCES_OF[kind][0]].standing(kind, self._now()) for kind in kinds or KINDS)
        )

    async def need(
        self, *kinds: Kind, wait: float | None = None, progress: Progress | None = None, max_age: float | None = None
    ) -> Standing:
        """Have these kinds, or all, on hand, and say how they stand: read what is missing or too old.

        Never raises for what could not be read: `standing` names it, and the next need tries again. Readings go on when
        the caller leaves. Units: `wait` and `max_age` in seconds; None waits to the end.
        """
        wanted = kinds or KINDS
        sources: list[Source] = list(dict.fromkeys(source for kind in wanted for source in SOURCES_OF[kind]))
        self._enter()
        if self._catch_up is not None:
            await self._catch_up()
        if self._keeper is not None:
            await self._keeper.take_up()
        lanes = [self._lanes[source] for source in sources]
        work = [*(self._start(lane, max_age) for lane in lanes), *(self._look(lane) for lane in lanes)]
        await self._wait(work, wait, progress, wanted)
        return self.standing(*wanted)

    async def refresh(self, *kinds: Kind, wait: float | None = None, progress: Progress | None = None) -> Standing:
        """Read these kinds, or all, again, whatever their age. After a forecast run: `order_plan`."""
        wanted = kinds or KINDS
        lanes = [self._lanes[source] for kind in wanted for source in SOURCES_OF[kind]]
        under_way = [lane.task for lane in lanes if lane.is_reading and lane.task is not None]
        for lane in lanes:
            lane.is_stale = True
            if lane.source == "order_plan":
                self._located.clear()
        if under_way:
            # They may have met records as they were before.
            await self._wait(under_way, wait, progress, wanted)
        return await self.need(*kinds, wait=wait, progress=progress)

    def wrote(self, kind: Kind, key: str | None = None, *, gone: bool = False, elsewhere: bool = False) -> None:
        """Remember that we wrote a record, or deleted it: the next need looks at it again. None: any of them.

        Of the plan: that a forecast run was started. Each need then asks whether StockTrim has computed another.
        `elsewhere`: another process of ours did, and has seen to the file.
        """
        lane = self._lanes[SOURCES_OF[kind][0]]
        if lane.source == "order_plan":
            for one in (lane, *self._located.values()):
                one.awaited_until = self._now() + timedelta(seconds=PLAN_SECONDS)
            return
        if key is None or len(lane.written) >= MOST_LOOKS:
            lane.doubt()
        if lane.source == "products":
            # It may hold stock at a place that was not known.
            self._lanes["locations"].doubt()
        if key is not None and (lane.shelf is not None or lane.is_reading):
            # A component line is known by its product, which may have others.
            lane.written[key] = Written(gone and lane.source != "bills_of_materials")
        if self._keeper is not None and not elsewhere:
            self._keeper.doubt()

    def doubt_naming(self, suppliers: Collection[str]) -> None:
        """Remember that StockTrim may have changed the products that name a supplier by one of these words."""
        lane = self._lanes["products"]
        if lane.is_reading:
            # It may have met some of them before, and some after.
            lane.doubt()
        words = {one.casefold() for one in suppliers}
        for product in cast("tuple[Product, ...]", () if lane.shelf is None else lane.shelf.records):
            said = (product.supplier_code, *(word for one in product.suppliers for word in (one.supplier, one.name)))
            if any(word is not None and word.casefold() in words for word in said):
                if len(lane.written) >= MOST_LOOKS:
                    lane.doubt()
                    break
                lane.written.setdefault(product.product_id, Written(gone=False))

    async def touched(self, kind: Kind, keys: Iterable[str], *, gone: bool = False) -> None:
        """Look now at records that were just written; `gone`: were deleted.

        What cannot be looked at is read as a whole at the next need. Never raises for it: the write itself is over.
        """
        self._enter()
        for key in keys:
            self.wrote(kind, key, gone=gone)
        if (look := self._look(self._lanes[SOURCES_OF[kind][0]])) is not None:
            await asyncio.wait([look])

    # Reading models

    async def products(self, *, wait: float | None = None) -> tuple[Product, ...]:
        """The catalogue.

        Raises (as all readers of models here): StockTrimError why it could not be read, DeadlineError where it is still
        being read after `wait` seconds. Records of an earlier reading are given instead, if there are any: see
        `standing`.
        """
        return await self._records("products", wait)

    async def suppliers(self, *, wait: float | None = None) -> tuple[Supplier, ...]:
        """All suppliers."""
        return await self._records("suppliers", wait)

    async def customers(self, *, wait: float | None = None) -> tuple[Customer, ...]:
        """All customers."""
        return await self._records("customers", wait)

    async def locations(self, *, wait: float | None = None) -> tuple[Location, ...]:
        """The locations that hold stock or that orders go to: StockTrim has no list of them that is known to work."""
        return await self._records("locations", wait)

    async def purchase_orders(self, *, wait: float | None = None) -> tuple[PurchaseOrder, ...]:
        """All purchase orders, with their lines."""
        return await self._records("purchase_orders", wait)

    async def bills_of_materials(self, *, wait: float | None = None) -> tuple[BomLine, ...]:
        """All component lines."""
        return await self._records("bills_of_materials", wait)

    async def order_plan(self, locations: Sequence[str] = (), *, wait: float | None = None) -> tuple[OrderPlanRow, ...]:
        """The plan: of the whole business, or row by row of each location named."""
        if not locations:
            return await self._records("order_plan", wait)
        return tuple(row for lane in await self._read_at(locations, wait) for row in lane.on_hand().records)

    async def order_plans_at(self, locations: Sequence[str], *, wait: float | None = None) -> tuple[PlanAt, ...]:
        """The plan of each location, and how it stands; one that could not be read has no rows.

        Raises: why, where none of them could.
        """
        plans, failures = list[PlanAt](), list[StockTrimError]()
        # Nothing is awaited in here: a reading that ends meanwhile would belong to another standing.
        for lane in await self._read_at(locations, wait):
            try:
                rows = lane.on_hand().records
            except StockTrimError as error:
                rows = ()
                failures.append(error)
            plans.append(PlanAt(lane.location or "", lane.standing("order_plan", self._now()), rows))
        if failures and len(failures) == len(plans):
            raise failures[0]
        return tuple(plans)

    # Questions

    async def search(
        self, query: str, kinds: Sequence[SearchKind] = (), limit: int = 10, *, wait: float | None = None
    ) -> Found:
        """Records by code, beginning of a code, words of a name, parts of words, or words with one slip, best first.

        Each says how it fits; where none does, the nearest are offered apart, as guesses.

        Kinds that could not be read are left out, and `standing` names them.
        """
        wanted: list[SearchKind] = [kind for kind in SEARCH_KINDS if not kinds or kind in kinds]
        standing = await self.need(*wanted, wait=wait)
        held: list[tuple[SearchKind, Shelf[Any]]] = [
            (kind, shelf) for kind in wanted if (shelf := self._lanes[kind].shelf) is not None
        ]
        limit = max(1, limit)

        def find() -> tuple[list[Fitting], list[Fitting]]:
            found: list[Fitting] = [(kind, *shelf.index().find(query, limit)) for kind, shelf in held]
            if any(matches for _, _, matches in found):
                return found, []
            return found, [(kind, 0, shelf.index().guess(query)) for kind, shelf in held]

        found, near = await asyncio.to_thread(find)
        hits, total = best(found, limit)
        return Found(hits=hits, total=total, guesses=nearest(near, MOST_GUESSES), standing=standing)

    async def ask(self, sql: str, limit: int = 100, *, wait: float | None = None) -> Table:
        """The answer to one SELECT, or WITH ... SELECT, over the tables of `schema`.

        Raises: QuestionError where it is none, asks for too much, or needs what is not on hand.
        """
        kinds = asking.kinds_in(sql)
        standing = await self.need(*kinds, *read_beside(kinds), wait=wait) if kinds else Standing(kinds=())
        if missing := [one for one in standing.kinds if one.kind in kinds and not one.is_on_hand]:
            raise QuestionError(" ".join(one.warning for one in missing if one.warning))
        sources: set[Source] = {SOURCES_OF[kind][0] for kind in kinds}
        shelves = [self._lanes[source].on_hand() for source in sources]
        suppliers = cast("Shelf[Supplier] | None", self._lanes["suppliers"].shelf)
        asked: list[sqlite3.Connection] = []

        def answer() -> tuple[tuple[str, ...], list[tuple[Cell, ...]], bool]:
            keys = supplier_keys(suppliers.records) if suppliers is not None else NO_KEYS
            tables = [shelf.tables(keys if shelf.source in NAMING_SUPPLIERS else NO_KEYS) for shelf in shelves]
            return asking.ask(sql, [one.uri for one in tables], limit, running=asked.append)

        try:
            columns, rows, truncated = await asyncio.to_thread(answer)
        except asyncio.CancelledError:
            for connection in asked:
                # It may be closed by now.
                with contextlib.suppress(sqlite3.Error):
                    connection.interrupt()
            raise
        return Table(
            columns=columns,
            rows=tuple(rows),
            truncated=truncated,
            as_of=min((shelf.read_at for shelf in shelves), default=None),
            warnings=standing.warnings,
        )

    @staticmethod
    def schema() -> tuple[TableShape, ...]:
        """The tables that `ask` reads, with their columns."""
        return tuple(TABLES.values())

    async def aclose(self) -> None:
        """End the readings, and put what is on hand into the file. Calling it again does nothing."""
        self._is_closed = True
        saving = self._keeper.saving if self._keeper else None
        tasks = [task for task in self._tasks if task is not saving and task.get_loop() is asyncio.get_running_loop()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._keeper is not None:
            await self._keeper.close()

    # Readings

    async def _records(self, source: Literal[Source], wait: float | None) -> tuple[Any, ...]:
        await self.need(source, wait=wait)
        return self._lanes[source].on_hand().records

    async def _read_at(self, locations: Sequence[str], wait: float | None) -> list[Lane]:
        self._enter()
        lanes = [self._located_lane(location) for location in dict.fromkeys(locations)]
        await self._wait([self._start(lane) for lane in lanes], wait, None, ("order_plan",))
        for location in list(self._located)[: -max(PLANS_KEPT, len(lanes))]:
            if not self._located[location].is_reading:
                del self._located[location]
        return lanes

    def _located_lane(self, location: str) -> Lane:
        lane = self._located.pop(location, None) or Lane("order_plan", location)
        self._located[location] = lane
        return lane

    def _enter(self) -> None:
        """Readings belong to the loop that started them: in another one they are begun anew."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop = loop
            self._news = asyncio.Event()
            self._tasks.clear()
            self._filling = None
            if self._keeper is not None:
                self._keeper.enter()
            for lane in (*self._lanes.values(), *self._located.values()):
                lane.task = lane.looking = None

    def _start(self, lane: Lane, max_age: float | None = None) -> asyncio.Task[None] | None:
        """The reading under way, or a new one if it is due; None: what is on hand will do."""
        if lane.is_reading:
            return lane.task
        if self._is_closed or not self._is_due(lane, max_age):
            return None
        lane.met = 0
        lane.was_tried = True
        lane.touched.clear()
        lane.task = self._spawn(self._reader.read(lane), "read")
        lane.task.add_done_callback(lane.conclude)
        return lane.task

    def _look(self, lane: Lane) -> asyncio.Task[None] | None:
        """The look at what we wrote; None: we wrote nothing since the last."""
        if lane.is_looking:
            return lane.looking
        if self._is_closed or not lane.written:
            return None
        lane.looking = self._spawn(self._reader.look_again(lane), "look")
        lane.looking.add_done_callback(lane.conclude)
        return lane.looking

    def _save_soon(self) -> None:
        if self._keeper is not None:
            self._keeper.save_soon()

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        # In a context of its own: a reading outlives the call it was begun in, with its deadline and its preview.
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work, name=name, context=apart())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _is_due(self, lane: Lane, max_age: float | None) -> bool:
        if lane.shelf is None or lane.is_stale:
            return True
        if lane.awaited_until is not None and self._now() < lane.awaited_until:
            return True
        age = (self._now() - lane.shelf.checked_at).total_seconds()
        return not 0 <= age < (self._max_age if max_age is None else max_age)

    async def _wait(
        self,
        readings: Sequence[asyncio.Task[None] | None],
        wait: float | None,
        progress: Progress | None,
        kinds: Sequence[Kind],
    ) -> None:
        """Until the readings are over, or so long; the rest of the account is read after them."""
        pending: set[asyncio.Task[None]] = {task for task in readings if task is not None}
        self._fill(list(pending))
        until = None if wait is None else time.monotonic() + wait
        told = 0.0
        while pending:
            left = None if until is None else max(0.0, until - time.monotonic())
            if progress is None:
                await asyncio.wait(pending, timeout=left)
            else:
                await self._wait_for_news(pending, left)
            pending = {task for task in pending if not task.done()}
            if progress is not None and (not pending or time.monotonic() - told >= PROGRESS_SECONDS):
                told = time.monotonic()
                await progress(self.standing(*kinds))
            if left == 0.0:
                return

    async def _wait_for_news(self, pending: Iterable[asyncio.Task[None]], left: float | None) -> None:
        news = asyncio.ensure_future(self._news.wait())
        try:
            await asyncio.wait({*pending, news}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()

    def _fill(self, first: Sequence[asyncio.Task[None]]) -> None:
        """Read, one after the other, what nobody has asked for yet."""
        if self._is_closed or self._filling is not None or all(lane.was_tried for lane in self._lanes.values()):
            return

        async def fill() -> None:
            if first:
                await asyncio.wait(first)
            for source in SOURCES:
                lane = self._lanes[source]
                if not lane.was_tried and (task := self._start(lane)) is not None:
                    await asyncio.wait([task])

        self._filling = self._spawn(fill(), "fill")

    def _tell(self) -> None:
        """Wake whoever waits for news."""
        self._news.set()
        self._news = asyncio.Event()
