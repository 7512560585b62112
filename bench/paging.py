"""A whole catalogue read page by page from a slow upstream."""

import asyncio
import math
import time

import httpx

from bench.figures import Figure, median, spread
from bench.processes import ours, raw, sandbox_upstream
from stocktrim_client import RetryPolicy

PAGE_SIZE = 50


async def measure(*, products: int = 10_000, latency: float = 0.1, repeats: int = 3) -> list[Figure]:
    """Ours knows neither how many pages there are nor the number of the first; the raw floor is told both."""
    at_once = RetryPolicy().bulk_concurrency
    pages = math.ceil(products / PAGE_SIZE)
    rounds = math.ceil(pages / at_once)
    ours_took: list[float] = []
    raw_took: list[float] = []
    async with sandbox_upstream(products=products, latency=latency) as address:
        for _ in range(repeats):
            ours_took.append(await _whole(address, products))
            raw_took.append(await _known_pages(address, pages, at_once, products))
    ideal = rounds * latency
    title = f"{products:,} products read whole at {1000 * latency:.0f} ms"
    floor_is = f"{pages} pages, {at_once} at a time: {rounds} rounds of {1000 * latency:.0f} ms, computed. "
    return [
        Figure(
            f"{title}, as models",
            measured=median(ours_took),
            unit="s",
            floor=ideal,
            floor_is=floor_is
            + f"Ours also looks for the first page and past the last, and makes models. Median of {repeats}.",
            at_most=1.25,
            spread=spread([one / ideal for one in ours_took]),
        ),
        Figure(
            f"{title}, raw httpx told the pages",
            measured=median(raw_took),
            unit="s",
            floor=ideal,
            floor_is="The same; bare httpx asks for the pages by number and parses them to dicts.",
            spread=spread([one / ideal for one in raw_took]),
        ),
    ]


async def _whole(address: str, products: int) -> float:
    async with ours(address) as stocktrim:
        began = time.perf_counter()
        found = await stocktrim.products.all()
        took = time.perf_counter() - began
    assert len(found) == products, f"{len(found)} of {products} products were read"
    return took


async def _known_pages(address: str, pages: int, at_once: int, products: int) -> float:
    slots = asyncio.Semaphore(at_once)

    async def page(http: httpx.AsyncClient, number: int) -> int:
        async with slots:
            answer = await http.get("/api/Products", params={"pageNo": number})
            return len(answer.raise_for_status().json())

    async with raw(address) as http:
        began = time.perf_counter()
        counts = await asyncio.gather(*(page(http, number) for number in range(pages)))
        took = time.perf_counter() - began
    assert sum(counts) == products, f"{sum(counts)} of {products} products were read"
    return took
