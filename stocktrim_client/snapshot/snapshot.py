"""Snapshot: the account's records on hand, and the readings that keep them so."""

import asyncio
import contextlib
import copy
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args

from stocktrim_client.errors import DeadlineError, StockTrimError
from stocktrim_client.models import (
    BomLine,
    Customer,
    Location,
    OrderPlanRow,
    Product,
    PurchaseOrder,
    Supplier,
)
from stocktrim_client.models.base import Model
from stocktrim_client.snapshot import asking
from stocktrim_client.snapshot.database import Slimmer
from stocktrim_client.snapshot.filing import file_name, load, save
from stocktrim_client.snapshot.index import Match
from stocktrim_client.snapshot.readings import Helpers, meeting
from stocktrim_client.snapshot.shelf import Shelf
from stocktrim_client.snapshot.standing import KINDS, SOURCES, SOURCES_OF, Kind, KindStanding, Source, Standing
from stocktrim_client.snapshot.tables import TABLES, TableShape
from stocktrim_client.transport import calling

M = TypeVar("M", bound=Model)
T = TypeVar("T")

SearchKind = Literal["products", "suppliers", "customers", "locations", "purchase_orders"]
SEARCH_KINDS: tuple[SearchKind, ...] = get_args(SearchKind)

MAX_AGE_SECONDS = 600.0
PLAN_SECONDS = 3600.0
"""A plan that StockTrim has not computed again serves so long: its rows also tell stock, which moves."""
MOST_LOOKS = 20
"""Records looked at one by one after our own writes; if there are more, all are read."""
PROGRESS_SECONDS = 0.25
"""Time between two words of progress, at least."""
PLANS_KEPT = 4
"""Plans of single locations kept on hand: each is as large as the plan."""

Progress = Callable[[Standing], Awaitable[None]]

_log = logging.getLogger("stocktrim_client.snapshot")


class Hit(Model):
    """One record that fits the words. `code` finds it again."""

    kind: SearchKind
    code: str
    name: str | None = None
    about: str | None = None


class Found(Model):
    """What fits, best first; of `total` records in all."""

    hits: tuple[Hit, ...]
    total: int
    standing: Standing


@dataclass(slots=True, eq=False)
class _Lane:
    """One source and how its reading goes."""

    source: Source
    location: str | None = None
    shelf: Shelf[Any] | None = None
    task: asyncio.Task[None] | None = None
    met: int = 0
    error: BaseException | None = None
    is_stale: bool = False
    was_tried: bool = False
    written: dict[str, bool] = field(default_factory=dict[str, bool])
    """Keys of records that we wrote and nobody has looked at since; True: we deleted them."""
    looking: asyncio.Task[None] | None = None
    awaited_until: datetime | None = None
    """So long another plan is expected, since a forecast run was started."""
    touched: list[tuple[str, Sequence[Model]]] = field(default_factory=list[tuple[str, Sequence[Model]]])
    """What our own writes made of records while a reading was under way, which may have met them before."""

    @property
    def is_reading(self) -> bool:
        return self.task is not None and not self.task.done()

    def conclude(self, task: asyncio.Task[None]) -> None:
        """Keep a fault of ours, so that it is raised to whoever asks instead of looking like a slow reading."""
        if task.cancelled():
            self.is_stale = True
        elif (fault := task.exception()) is not None:
            self.error, self.is_stale = fault, True
            _log.error("Reading the %s failed", self.source, exc_info=fault)


def _utc_now() -> datetime:
    return datetime.now(UTC)


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
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.helpers = helpers
        self._path = folder / file_name(*account) if folder else None
        self._max_age = max_age_seconds
        self._now = now
        self._lanes: dict[Source, _Lane] = {source: _Lane(source) for source in SOURCES}
        self._located: dict[str, _Lane] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._saving: asyncio.Task[None] | None = None
        self._is_unsaved = False
        self._file_seen: tuple[int, int] | None = None
        self._filling: asyncio.Task[None] | None = None
        self._is_closed = False

    # What is on hand

    def standing(self, *kinds: Kind) -> Standing:
        """What is on hand now of these kinds, or of all."""
        return Standing(kinds=tuple(self._standing(kind) for kind in kinds or KINDS))

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
        await self._adopt()
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

    def wrote(self, kind: Kind, key: str | None = None, *, gone: bool = False) -> None:
        """Remember that we wrote a record, or deleted it: the next need looks at it again. None: any of them.

        Of the plan: that a forecast run was started. Each need then asks whether StockTrim has computed another.
        """
        lane = self._lanes[SOURCES_OF[kind][0]]
        if lane.source == "order_plan":
            for one in (lane, *self._located.values()):
                one.awaited_until = self._now() + timedelta(seconds=PLAN_SECONDS)
            return
        lane.is_stale = lane.is_stale or key is None or len(lane.written) >= MOST_LOOKS
        if lane.source == "products":
            # It may hold stock at a place that was not known.
            self._lanes["locations"].is_stale = True
        if key is not None and (lane.shelf is not None or lane.is_reading):
            # A component line is known by its product, which may have others.
            lane.written[key] = gone and lane.source != "bills_of_materials"

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
        self._enter()
        lanes = [self._located_lane(location) for location in dict.fromkeys(locations)]
        await self._wait([self._start(lane) for lane in lanes], wait, None, ("order_plan",))
        rows = tuple(row for lane in lanes for row in self._on_hand(lane).records)
        for location in list(self._located)[: -max(PLANS_KEPT, len(lanes))]:
            if not self._located[location].is_reading:
                del self._located[location]
        return rows

    def plan_standing(self, location: str) -> KindStanding:
        """How the plan of one location stands."""
        lane = self._located.get(location) or _Lane("order_plan", location)
        return self._standing_of("order_plan", lane, len(lane.shelf) if lane.shelf else 0)

    # Questions

    async def search(
        self, query: str, kinds: Sequence[SearchKind] = (), limit: int = 10, *, wait: float | None = None
    ) -> Found:
        """Records by code, beginning of a code, words of a name, parts of words, or words with one slip, best first.

        Kinds that could not be read are left out, and `standing` names them.
        """
        wanted: list[SearchKind] = [kind for kind in SEARCH_KINDS if not kinds or kind in kinds]
        standing = await self.need(*wanted, wait=wait)
        held: list[tuple[SearchKind, Shelf[Any]]] = [
            (kind, shelf) for kind in wanted if (shelf := self._lanes[kind].shelf) is not None
        ]

        def find() -> list[tuple[SearchKind, int, list[Match]]]:
            return [(kind, *shelf.index().find(query, limit)) for kind, shelf in held]

        found = await asyncio.to_thread(find)
        # Words that are somewhere as typed leave no room for guesses elsewhere.
        certain = [one for one in found if one[2] and not one[2][0].is_guess]
        matches: list[tuple[SearchKind, Match]] = sorted(
            ((kind, match) for kind, _, fitting in certain or found for match in fitting),
            key=lambda one: (one[1].tier, SEARCH_KINDS.index(one[0]), one[1].closeness, one[1].code),
        )
        total = sum(count for _, count, _ in certain or found)
        hits = tuple(
            Hit(kind=kind, code=match.code, name=match.name, about=match.about) for kind, match in matches[:limit]
        )
        return Found(hits=hits, total=total, standing=standing)

    async def ask(self, sql: str, limit: int = 100, *, wait: float | None = None) -> asking.Table:
        """The answer to one SELECT, or WITH ... SELECT, over the tables of `schema`.

        Raises: QuestionError where it is none, asks for too much, or needs what is not on hand.
        """
        kinds = asking.kinds_in(sql)
        standing = await self.need(*kinds, wait=wait) if kinds else Standing(kinds=())
        if standing.missing:
            raise asking.QuestionError(" ".join(standing.warnings))
        sources: set[Source] = {SOURCES_OF[kind][0] for kind in kinds}
        shelves = [self._on_hand(self._lanes[source]) for source in sources]
        asked: list[sqlite3.Connection] = []

        def answer() -> tuple[tuple[str, ...], list[tuple[asking.Cell, ...]], bool]:
            tables = [shelf.tables() for shelf in shelves]
            return asking.ask(sql, [one.uri for one in tables], limit, running=asked.append)

        try:
            columns, rows, truncated = await asyncio.to_thread(answer)
        except asyncio.CancelledError:
            for connection in asked:
                # It may be closed by now.
                with contextlib.suppress(sqlite3.Error):
                    connection.interrupt()
            raise
        return asking.Table(
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
        tasks = [task for task in self._tasks if task.get_loop() is asyncio.get_running_loop()]
        for task in tasks:
            if task is not self._saving:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # Readings

    async def _records(self, source: Literal[Source], wait: float | None) -> tuple[Any, ...]:
        await self.need(source, wait=wait)
        return self._on_hand(self._lanes[source]).records

    def _on_hand(self, lane: _Lane) -> Shelf[Any]:
        """Raises: why there is nothing."""
        if lane.shelf is not None:
            return lane.shelf
        if isinstance(lane.error, StockTrimError):
            # A copy: every caller adds its own trace.
            raise copy.copy(lane.error)
        if lane.error is not None:
            raise lane.error
        name = lane.source.replace("_", " ")
        raise DeadlineError(f"The {name} are still being read ({lane.met:,} so far). Ask again in a moment.")

    def _located_lane(self, location: str) -> _Lane:
        lane = self._located.pop(location, None) or _Lane("order_plan", location)
        self._located[location] = lane
        return lane

    def _enter(self) -> None:
        """Readings belong to the loop that started them: in another one they are begun anew."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop = loop
            self._news = asyncio.Event()
            self._tasks.clear()
            self._filling = self._saving = None
            for lane in (*self._lanes.values(), *self._located.values()):
                lane.task = lane.looking = None

    def _start(self, lane: _Lane, max_age: float | None = None) -> asyncio.Task[None] | None:
        """The reading under way, or a new one if it is due; None: what is on hand will do."""
        if lane.is_reading:
            return lane.task
        if self._is_closed or not self._is_due(lane, max_age):
            return None
        lane.met = 0
        lane.was_tried = True
        lane.touched.clear()
        lane.task = self._spawn(self._read(lane), "read")
        lane.task.add_done_callback(lane.conclude)
        return lane.task

    def _look(self, lane: _Lane) -> asyncio.Task[None] | None:
        """The look at what we wrote; None: we wrote nothing since the last."""
        if lane.looking is not None and not lane.looking.done():
            return lane.looking
        if self._is_closed or not lane.written:
            return None
        lane.looking = self._spawn(self._look_again(lane), "look")
        return lane.looking

    async def _look_again(self, lane: _Lane) -> None:
        while lane.written:
            key = next(iter(lane.written))
            gone = lane.written.pop(key)
            known = lane.shelf.named(key) if lane.shelf else []
            try:
                records = () if gone else await self.helpers.read_again(lane.source, key, known)
            except StockTrimError:
                lane.is_stale = True
                continue
            if not gone and not records and (lane.source == "locations" or not known):
                # A location may be hidden, and a product not to be told from others of its SKU.
                lane.is_stale = True
                continue
            if lane.is_reading:
                lane.touched.append((key, records))
            if lane.shelf is not None:
                await asyncio.to_thread(lane.shelf.replace, key, records, self._now())
        self._save_soon()

    def _spawn(self, work: Any, name: str) -> asyncio.Task[None]:
        # In a context of its own: a reading outlives the call it was begun in, with its deadline and its preview.
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work, name=name, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _is_due(self, lane: _Lane, max_age: float | None) -> bool:
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

    async def _read(self, lane: _Lane) -> None:
        began = self._now()
        # From here on, whoever marks it stale means the next reading.
        was_stale, lane.is_stale = lane.is_stale, False
        slimmer = Slimmer()

        def meet(rows: Sequence[Model]) -> None:
            slimmer.slim(rows)
            lane.met += len(rows)
            self._tell()

        try:
            with calling(bulk=True), meeting(meet):
                if not was_stale and await self._is_as_before(lane):
                    assert lane.shelf is not None
                    lane.shelf.checked_at = began
                else:
                    records = await self._read_records(lane)
                    if lane.met < len(records):
                        await asyncio.to_thread(slimmer.slim, records)
                    shelf = Shelf(lane.source, records, read_at=began)
                    while lane.touched:
                        key, written = lane.touched.pop(0)
                        await asyncio.to_thread(shelf.replace, key, written, self._now())
                    if lane.shelf is not None and lane.shelf.is_searched:
                        # Whoever has searched will search again, and not want to wait then.
                        await asyncio.to_thread(shelf.index)
                    lane.shelf = shelf
                    lane.awaited_until = None
                    lane.met = len(shelf)
        except StockTrimError as error:
            lane.error, lane.is_stale = error, True
        else:
            lane.error = None
            if lane.location is None:
                self._save_soon()
        finally:
            self._tell()

    async def _read_records(self, lane: _Lane) -> Sequence[Model]:
        if lane.location is not None:
            return await self.helpers.read_plan_at(lane.location)
        if lane.source != "locations":
            return await self.helpers.read(lane.source)
        products, orders = self._lanes["products"], self._lanes["purchase_orders"]
        if (task := self._start(products)) is not None:
            await asyncio.wait([task])
        if orders.is_reading and orders.task is not None:
            await asyncio.wait([orders.task])
        return await self.helpers.read_locations(
            self._on_hand(products).records, orders.shelf.records if orders.shelf else ()
        )

    async def _is_as_before(self, lane: _Lane) -> bool:
        """Whether StockTrim has computed no other plan since the one on hand: one row tells."""
        if lane.source != "order_plan" or lane.shelf is None or not len(lane.shelf):
            return False
        if (self._now() - lane.shelf.read_at).total_seconds() >= PLAN_SECONDS:
            return False
        known = cast("Shelf[OrderPlanRow]", lane.shelf).records[0].calculated_at
        return known is not None and await self.helpers.order_plan.calculated_at() == known

    def _tell(self) -> None:
        """Wake whoever waits for news."""
        self._news.set()
        self._news = asyncio.Event()

    # Standing

    def _standing(self, kind: Kind) -> KindStanding:
        lane = self._lanes[SOURCES_OF[kind][0]]
        rows = 0 if lane.shelf is None else lane.shelf.count(kind)
        return self._standing_of(kind, lane, rows)

    def _standing_of(self, kind: Kind, lane: _Lane, rows: int) -> KindStanding:
        read_at = lane.shelf.read_at if lane.shelf else None
        return KindStanding(
            kind=kind,
            rows=rows,
            read_at=read_at,
            age_seconds=None if lane.shelf is None else max(0.0, (self._now() - lane.shelf.checked_at).total_seconds()),
            is_reading=lane.is_reading,
            rows_so_far=lane.met if lane.is_reading else 0,
            error=None if lane.error is None else str(lane.error),
        )

    # The file

    async def _adopt(self) -> None:
        """Take from the file what is newer than what is on hand: of the last start, or of another server."""
        if self._path is None:
            return
        path = self._path
        seen = await asyncio.to_thread(_seen, path)
        if seen is None or seen == self._file_seen:
            return
        self._file_seen = seen
        known: dict[Source, datetime] = {
            source: lane.shelf.read_at for source, lane in self._lanes.items() if lane.shelf is not None
        }
        for source, shelf in (await asyncio.to_thread(load, path, newer_than=known)).items():
            lane = self._lanes[source]
            if not lane.is_reading and (lane.shelf is None or shelf.read_at > lane.shelf.changed_at):
                lane.shelf, lane.was_tried = shelf, True

    def _save_soon(self) -> None:
        """Write the file in the background; what changes while it is written is written after it."""
        self._is_unsaved = True
        if self._path is not None and (self._saving is None or self._saving.done()):
            self._saving = self._spawn(self._save(self._path), "save")

    async def _save(self, path: Path) -> None:
        while self._is_unsaved:
            self._is_unsaved = False
            # What our writes touched and nobody could look at is not kept: the next start would believe it.
            shelves = [lane.shelf for lane in self._lanes.values() if lane.shelf is not None and not lane.is_stale]
            try:
                await asyncio.to_thread(save, path, shelves)
            except (OSError, sqlite3.Error) as error:
                # The records are on hand all the same; the next reading tries again.
                _log.warning("The records could not be kept in a file (%s).", type(error).__name__)
            else:
                self._file_seen = await asyncio.to_thread(_seen, path)


def _seen(path: Path) -> tuple[int, int] | None:
    """What tells one state of a file from another; None: there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns
