"""The file of an account, beside what is in memory: taken up when newer, written when something changed."""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from pathlib import Path

from stocktrim_client.snapshot.filing import Clock, load, save, state_of
from stocktrim_client.snapshot.lane import Lane, log
from stocktrim_client.snapshot.standing import Source

Spawn = Callable[[Coroutine[None, None, None], str], asyncio.Task[None]]


class Keeper:
    """Keeps lanes in a file; `spawn` starts a task that outlives its caller."""

    def __init__(self, path: Path, lanes: Mapping[Source, Lane], spawn: Spawn, now: Clock) -> None:
        self._path = path
        self._lanes = lanes
        self._spawn = spawn
        self._now = now
        self._seen: tuple[int, int] | None = None
        self._taking: asyncio.Task[None] | None = None
        self.saving: asyncio.Task[None] | None = None
        self._is_unsaved = False

    def enter(self) -> None:
        """Forget the tasks of another event loop."""
        self._taking = self.saving = None

    async def take_up(self) -> None:
        """Take from the file what is newer than what is on hand: of the last start, or of another server."""
        if self._taking is None or self._taking.done():
            self._taking = self._spawn(self._take_up(), "take up")
        await asyncio.wait([self._taking])

    def doubt(self) -> None:
        """Something in the file is no longer true: no start may believe it."""
        self._is_unsaved = True
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            # The folder may be closed to us by now, and the file still open.
            with contextlib.suppress(OSError):
                os.truncate(self._path, 0)

    def save_soon(self) -> None:
        """Write the file in the background; what changes while it is written is written after it."""
        self._is_unsaved = True
        if self.saving is None or self.saving.done():
            self.saving = self._spawn(self._save(), "save")

    async def close(self) -> None:
        """Write what is not written."""
        if self.saving is not None and not self.saving.done():
            await asyncio.wait([self.saving])
        if self._is_unsaved:
            await self._save()

    async def _take_up(self) -> None:
        seen = await asyncio.to_thread(state_of, self._path)
        if seen is None or seen == self._seen:
            return
        self._seen = seen
        known: dict[Source, datetime] = {
            source: lane.shelf.changed_at for source, lane in self._lanes.items() if lane.shelf is not None
        }
        for source, shelf in (await asyncio.to_thread(load, self._path, newer_than=known, now=self._now)).items():
            lane = self._lanes[source]
            # One that was changed later may have been read earlier: all but the change would go back.
            if not lane.is_reading and (lane.shelf is None or shelf.read_at > lane.shelf.changed_at):
                lane.shelf, lane.was_tried = shelf, True

    async def _save(self) -> None:
        while self._is_unsaved:
            self._is_unsaved = False
            doubtful: list[Source] = [source for source, lane in self._lanes.items() if lane.is_doubtful]
            shelves = [lane.shelf for lane in self._lanes.values() if lane.shelf is not None and not lane.is_doubtful]
            # Of a clock that was set back since: the next start could not tell their age.
            shelves = [shelf for shelf in shelves if shelf.changed_at <= self._now()]
            try:
                await asyncio.to_thread(save, self._path, shelves, without=doubtful, now=self._now)
            except (OSError, sqlite3.Error) as error:
                # The records are on hand all the same; the next reading tries again, or closing does.
                log.warning("The records could not be kept in a file (%s).", type(error).__name__)
                self._is_unsaved = True
                return
            self._seen = await asyncio.to_thread(state_of, self._path)
