"""One source: what is on hand of it, and what is going on to keep it so."""

import asyncio
import copy
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from stocktrim_client.errors import DeadlineError, StockTrimError
from stocktrim_client.models.base import Model
from stocktrim_client.snapshot.shelf import Shelf
from stocktrim_client.snapshot.standing import IN_ONE, Kind, KindStanding, Source

log = logging.getLogger("stocktrim_client.snapshot")


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """One write of ours: each is another, so that one made during a look at the last is seen to be."""

    gone: bool


@dataclass(slots=True, eq=False)
class Lane:
    """One source, or the plan of one location, and how its reading goes."""

    source: Source
    location: str | None = None
    shelf: Shelf[Any] | None = None
    task: asyncio.Task[None] | None = None
    looking: asyncio.Task[None] | None = None
    met: int = 0
    error: BaseException | None = None
    is_stale: bool = False
    """What is on hand will not do, whatever its age."""
    doubts: int = 0
    """How often something happened that makes records of here untrue, nobody knows which, since they were read."""
    was_tried: bool = False
    awaited_until: datetime | None = None
    """So long another plan is expected, since a forecast run was started."""
    written: dict[str, Written] = field(default_factory=dict[str, Written])
    """Keys of records that we wrote and that still stand here as they were before."""
    touched: list[tuple[str, Sequence[Model]]] = field(default_factory=list[tuple[str, Sequence[Model]]])
    """What our own writes made of records while a reading was under way, which may have met them before."""

    @property
    def is_reading(self) -> bool:
        """Whether a reading is under way."""
        return self.task is not None and not self.task.done()

    @property
    def is_looking(self) -> bool:
        """Whether a look at what we wrote is under way."""
        return self.looking is not None and not self.looking.done()

    @property
    def is_doubtful(self) -> bool:
        """Whether records on hand are known to be other than StockTrim's."""
        return self.doubts > 0 or bool(self.written)

    def doubt(self) -> None:
        """Records on hand may be other than StockTrim's, nobody knows which: all are to be read again."""
        self.is_stale = True
        self.doubts += 1

    def on_hand(self) -> Shelf[Any]:
        """Raises: why there is nothing."""
        if self.shelf is not None:
            return self.shelf
        name, is_one = self.source.replace("_", " "), self.source in IN_ONE
        if self.is_reading:
            are = "is" if is_one else "are"
            raise DeadlineError(f"The {name} {are} still being read ({self.met:,} so far). Ask again in a moment.")
        if isinstance(self.error, StockTrimError):
            # A copy: every caller adds its own trace.
            raise copy.copy(self.error)
        if self.error is not None:
            raise self.error
        raise DeadlineError(f"The {name} {'has' if is_one else 'have'} not been read, and the client was closed.")

    def conclude(self, task: asyncio.Task[None]) -> None:
        """Keep a fault of ours, so that it is raised to whoever asks instead of looking like a slow reading."""
        if task.cancelled():
            self.is_stale = True
        elif (fault := task.exception()) is not None:
            self.error, self.is_stale = fault, True
            log.error("Reading the %s failed", self.source, exc_info=fault)

    def standing(self, kind: Kind, now: datetime) -> KindStanding:
        """How one of its kinds stands."""
        shelf = self.shelf
        age = None if shelf is None else (now - shelf.checked_at).total_seconds()
        return KindStanding(
            kind=kind,
            rows=0 if shelf is None else shelf.count(kind),
            read_at=None if shelf is None else shelf.read_at,
            age_seconds=None if age is None or age < 0 else age,
            computed_at=None if shelf is None else shelf.computed_at(),
            is_reading=self.is_reading,
            rows_so_far=self.met if self.is_reading else 0,
            error=None if self.error is None else str(self.error),
        )
