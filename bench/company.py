"""What a small call waits for while a large answer is read beside it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from bench.figures import Figure, median, percentile, spread
from bench.processes import ours, sandbox_upstream
from stocktrim_client import StockTrimClient

Lane = Callable[[], Awaitable[Sequence[Any]]]


async def measure(
    *, rows: int = 10_000, customers: int = 15_000, rounds: int = 7, seconds: float = 1.5, interval: float = 0.02
) -> list[Figure]:
    """Small calls at fixed times, alone and beside each large read in turns, several rounds.

    Units: `seconds` of each turn (a large read is not cut short), `interval` in seconds between two small calls.
    """
    async with sandbox_upstream(products=rows, customers=customers) as address, ours(address) as stocktrim:
        lanes: dict[str, tuple[Lane, int, float | None]] = {
            f"a plan of {rows:,} rows": (stocktrim.order_plan.all, rows, 50),
            f"{customers:,} customers": (stocktrim.customers.all, customers, 50),
            f"{rows:,} products": (stocktrim.products.all, rows, None),
        }
        for title, (lane, expected, _) in lanes.items():
            found = len(await lane())
            assert found == expected, f"{title}: {found} were read"
        alone: list[list[float]] = []
        beside: dict[str, list[list[float]]] = {title: [] for title in lanes}
        for _ in range(rounds):
            alone.append(await _ticks(stocktrim, asyncio.sleep(seconds), interval))
            for title, (lane, _, _) in lanes.items():
                beside[title].append(await _ticks(stocktrim, _again(lane, seconds), interval))
    floor_is = (
        f"The same small GET (`forecasts.progress`) every {1000 * interval:.0f} ms with nothing beside it. Calls begin "
        "at fixed times, whether or not the last has ended, and are counted from when they were due, so a stopped "
        f"event loop is seen whole. Large reads follow each other without a pause. Median of {rounds} turns each; "
        "range: of the turns."
    )
    return [
        _figure(f"{word} of small calls beside {title}", percent, times, alone, floor_is, at_most)
        for title, times in beside.items()
        for word, percent, at_most in (("p95", 95, lanes[title][2]), ("longest", 100, None))
    ]


async def _again(lane: Lane, seconds: float) -> None:
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        await lane()


async def _ticks(stocktrim: StockTrimClient, work: Awaitable[None], interval: float) -> list[float]:
    """Milliseconds of each small call from when it was due, as long as `work` lasts."""
    times: list[float] = []

    async def small(due: float) -> None:
        await stocktrim.forecasts.progress()
        times.append(1000 * (time.perf_counter() - due))

    async with asyncio.TaskGroup() as calls:
        working = asyncio.ensure_future(work)
        due = time.perf_counter()
        while not working.done():
            calls.create_task(small(due))
            due += interval
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await working
    return times


def _figure(
    name: str, percent: float, times: list[list[float]], alone: list[list[float]], floor_is: str, at_most: float | None
) -> Figure:
    here = [percentile(turn, percent) for turn in times]
    there = [percentile(turn, percent) for turn in alone]
    return Figure(
        name,
        measured=median(here),
        unit="ms",
        floor=median(there),
        floor_is=floor_is,
        by="excess",
        at_most=at_most,
        spread=spread([one - other for one, other in zip(here, there, strict=True)]),
    )
