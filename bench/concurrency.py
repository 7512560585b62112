"""64 calls at once against a slow upstream: how near the ideal of the concurrency allowed."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable

from bench.figures import Figure, median, spread
from bench.overhead import BODY, PATH
from bench.processes import bare_upstream, ours, raw
from stocktrim_client import RetryPolicy
from stocktrim_client.transport import calling


async def measure(*, calls: int = 64, latency: float = 0.1, repeats: int = 9) -> list[Figure]:
    """Each repeat has new clients: a first burst that must connect, as the first question of the day, then a second."""
    policy = RetryPolicy()
    took: dict[str, list[float]] = {}
    async with bare_upstream(BODY, latency=latency) as address:
        for _ in range(repeats):
            for kind, width in (("calls", policy.concurrency), ("bulk calls", policy.bulk_concurrency)):
                with calling(bulk=kind == "bulk calls"):
                    for name, seconds in (await _bursts(address, calls, width)).items():
                        took.setdefault(f"{kind}, {name}", []).append(1000 * seconds)

    def figures(kind: str, width: int, burst: str) -> list[Figure]:
        rounds, pause = math.ceil(calls / width), 1000 * latency
        title = f"{calls} {kind} at {pause:.0f} ms, {width} at a time, {burst}"
        name = f"{kind}, {burst}"
        floor_is = (
            f"{rounds} rounds of {pause:.0f} ms, computed. Median of {repeats}, each with a new client: the first "
            "burst opens every connection, the second finds some kept alive."
        )
        return [
            _figure(title, took[name], rounds * pause, floor_is, at_most=1.3),
            _figure(
                f"{title}, raw httpx",
                took[f"{name}, raw"],
                rounds * pause,
                "The same by bare httpx behind a semaphore: what httpx itself needs.",
            ),
        ]

    return [
        *figures("calls", policy.concurrency, "first burst"),
        *figures("calls", policy.concurrency, "second burst"),
        *figures("bulk calls", policy.bulk_concurrency, "first burst"),
    ]


async def _bursts(address: str, calls: int, width: int) -> dict[str, float]:
    """Seconds for all calls at once: ours and raw, each without and then with open connections."""
    async with ours(address) as stocktrim, raw(address) as floor:
        http, slots = stocktrim.api.get_async_httpx_client(), asyncio.Semaphore(width)

        async def slotted() -> None:
            async with slots:
                await floor.get(PATH)

        return {
            f"{burst}{suffix}": await _burst(call, calls)
            for burst in ("first burst", "second burst")
            for suffix, call in (("", lambda: http.get(PATH)), (", raw", slotted))
        }


async def _burst(call: Callable[[], Awaitable[object]], calls: int) -> float:
    began = time.perf_counter()
    await asyncio.gather(*(call() for _ in range(calls)))
    return time.perf_counter() - began


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
