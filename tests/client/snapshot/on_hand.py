"""A snapshot of a sandbox, in time that a test decides."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Sandbox
from stocktrim_client.snapshot import Snapshot
from tests.client.sandboxed import TODAY, connected


class Wall:
    """The time of day, moved by hand."""

    def __init__(self) -> None:
        self.time = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def passes(self, **time: float) -> None:
        self.time += timedelta(**time)


class Gate:
    """Waiting that lasts until the gate opens: given to a sandbox with latency, it answers nothing before."""

    def __init__(self) -> None:
        self._open = asyncio.Event()

    def opens(self) -> None:
        self._open.set()

    async def sleep(self, _: float) -> None:
        await self._open.wait()


async def until(is_so: Callable[[], bool]) -> None:
    """Let the others run until something is so."""
    for _ in range(1_000_000):
        if is_so():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came to be so")


def snapshot_of(stocktrim: StockTrimClient, **more: Any) -> Snapshot:
    """A snapshot like the client's own, made differently."""
    return Snapshot(stocktrim.snapshot.helpers, **more)


@asynccontextmanager
async def on_hand(far: Sandbox, **more: Any) -> AsyncGenerator[tuple[StockTrimClient, Snapshot, Wall]]:
    """A client, a snapshot through it, and the snapshot's clock."""
    wall = Wall()
    async with connected(far) as stocktrim:
        snapshot = snapshot_of(stocktrim, now=wall, **more)
        try:
            yield stocktrim, snapshot, wall
        finally:
            await snapshot.aclose()
