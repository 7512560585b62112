"""What a small call waits for while a large answer is read beside it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from bench.figures import Figure, percentile
from bench.processes import ours, sandbox_upstream
from stocktrim_client import StockTrimClient

Lane = Callable[[StockTrimClient], Awaitable[Sequence[Any]]]


async def measure(
    *, rows: int = 10_000, customers: int = 15_000, reads: int = 4, rounds: int = 3, interval: float = 0.01
) -> list[Figure]:
    """Small calls at fixed times, first alone, then beside large reads, in turns.

    Units: `interval` in seconds between two small calls; `reads` large reads one after another in a round.
    """
    floor: list[float] = []
    beside: dict[str, list[float]] = {}
    titles = {
        f"p95 of small calls beside a plan of {rows:,} rows": (_plan, rows),
        f"p95 of small calls beside {customers:,} customers": (_customers, customers),
        f"p95 of small calls beside {rows:,} products": (_products, rows),
    }
    async with sandbox_upstream(products=rows, customers=customers) as address, ours(address) as stocktrim:
        for lane, expected in titles.values():
            assert len(await lane(stocktrim)) == expected, "not all rows were read"
        for _ in range(rounds):
            floor += await _ticks(stocktrim, asyncio.sleep(0.5), interval)
            for title, (lane, _) in titles.items():
                beside.setdefault(title, []).extend(await _ticks(stocktrim, _again(lane, stocktrim, reads), interval))
    floor_is = (
        "The same small GET (`forecasts.progress`) at the same pace with nothing beside it, p95. Calls begin at fixed "
        "times, whether or not the last has ended, and are counted from then: a stopped event loop is seen whole. "
        "Large reads follow each other without a pause."
    )
    figures: list[Figure] = []
    for title, times in beside.items():
        alone = percentile(floor, 95)
        at_most = None if "products" in title else 50
        figures.append(Figure(title, percentile(times, 95), "ms", alone, floor_is, by="excess", at_most=at_most))
        figures.append(
            Figure(
                f"{title.replace('p95', 'longest', 1)}",
                max(times),
                "ms",
                max(floor),
                "The longest of the same calls.",
                by="excess",
            )
        )
    return figures


async def _plan(stocktrim: StockTrimClient) -> Sequence[Any]:
    return await stocktrim.order_plan.all(status="All")


async def _customers(stocktrim: StockTrimClient) -> Sequence[Any]:
    return await stocktrim.customers.all()


async def _products(stocktrim: StockTrimClient) -> Sequence[Any]:
    return await stocktrim.products.all()


async def _again(lane: Lane, stocktrim: StockTrimClient, reads: int) -> None:
    for _ in range(reads):
        await lane(stocktrim)


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
