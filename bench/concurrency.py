"""64 calls at once against a slow upstream: how near the ideal of the concurrency allowed."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable

import httpx

from bench.figures import Figure, median, spread
from bench.overhead import BODY, PATH
from bench.processes import bare_upstream, ours, raw
from stocktrim_client import RetryPolicy
from stocktrim_client.transport import calling


async def measure(*, calls: int = 64, latency: float = 0.1, repeats: int = 7) -> list[Figure]:
    """Every repeat starts without a connection, as the first question of the day does."""
    policy = RetryPolicy()
    lanes: dict[str, Callable[[str], Awaitable[None]]] = {
        "all": lambda address: _resilient(address, calls, bulk=False),
        "all, raw": lambda address: _raw(address, calls, policy.concurrency),
        "bulk": lambda address: _resilient(address, calls, bulk=True),
        "bulk, raw": lambda address: _raw(address, calls, policy.bulk_concurrency),
    }
    times: dict[str, list[float]] = {name: [] for name in lanes}
    async with bare_upstream(BODY, latency=latency) as address:
        for _ in range(repeats):
            for name, lane in lanes.items():
                began = time.perf_counter()
                await lane(address)
                times[name].append(1000 * (time.perf_counter() - began))

    def figures(name: str, kind: str, width: int) -> list[Figure]:
        ideal = 1000 * latency * math.ceil(calls / width)
        title = f"{calls} {kind} at {1000 * latency:.0f} ms, {width} at a time"
        floor_is = (
            f"{math.ceil(calls / width)} rounds of {1000 * latency:.0f} ms, computed. "
            f"Median of {repeats}, each with a new client and no open connection."
        )
        return [
            _figure(title, times[name], ideal, floor_is, at_most=1.3),
            _figure(f"{title}, raw httpx", times[f"{name}, raw"], ideal, "The same; a semaphore before bare httpx."),
        ]

    return [
        *figures("all", "calls", policy.concurrency),
        *figures("bulk", "bulk calls", policy.bulk_concurrency),
    ]


async def _resilient(address: str, calls: int, *, bulk: bool) -> None:
    async with ours(address) as stocktrim:
        http = stocktrim.api.get_async_httpx_client()
        with calling(bulk=bulk):
            await asyncio.gather(*(http.get(PATH) for _ in range(calls)))


async def _raw(address: str, calls: int, width: int) -> None:
    slots = asyncio.Semaphore(width)

    async def one(http: httpx.AsyncClient) -> None:
        async with slots:
            await http.get(PATH)

    async with raw(address) as http:
        await asyncio.gather(*(one(http) for _ in range(calls)))


def _figure(name: str, times: list[float], ideal: float, floor_is: str, at_most: float | None = None) -> Figure:
    return Figure(
        name,
        measured=median(times),
        unit="ms",
        floor=ideal,
        floor_is=floor_is,
        at_most=at_most,
        spread=spread([one / ideal for one in times]),
    )
