"""A whole account on hand: the first answer, the later ones, and what they hold in memory."""

import asyncio
import json
import math
import sys
import time
from asyncio.subprocess import PIPE

from bench.figures import Figure, median, percentile, spread
from bench.paging import PAGE_SIZE
from bench.processes import ROOT, sandbox_upstream
from stocktrim_client import RetryPolicy
from stocktrim_client.helpers.order_plan import PAGE_SIZE as PLAN_PAGE_SIZE
from stocktrim_client.helpers.purchase_orders import PAGE_SIZE as ORDERS_PAGE_SIZE
from stocktrim_client.sandbox import Sandbox
from stocktrim_client.snapshot.index import Index
from stocktrim_client.snapshot.words import Entry

QUERIES = ("mug", "mug blue", "CER-00050", "cer-", "stonewear", "kettel black", "a", "no. 12", "ceramics packright")


async def measure(
    *, products: int = 10_000, customers: int = 15_000, latency: float = 0.1, repeats: int = 3, searched: int = 50_000
) -> list[Figure]:
    """Units: `latency` in seconds."""
    async with sandbox_upstream(products=products, customers=customers, latency=latency) as address:
        runs = [await _one_run(address) for _ in range(repeats)]
    at_once = RetryPolicy().bulk_concurrency
    pages = 1 + sum(
        math.ceil(rows / size)
        for rows, size in (
            (runs[0]["rows"], PAGE_SIZE),
            (runs[0]["rows"], PLAN_PAGE_SIZE),
            (runs[0]["orders"], ORDERS_PAGE_SIZE),
        )
    )
    ideal = pages / at_once * latency
    first = [run["first s"] for run in runs]
    used = [run["used MB"] for run in runs]
    return [
        Figure(
            f"first full answer at {products:,} products and {1000 * latency:.0f} ms",
            measured=median(first),
            unit="s",
            floor=ideal,
            floor_is=f"Products, plan, suppliers and purchase orders: {pages} pages, {at_once} at a time, "
            f"{1000 * latency:.0f} ms each, computed. Ours also looks for the first pages and past the last, and makes "
            f"models. Median of {repeats}.",
            at_most=1.25,
            spread=spread([one / ideal for one in first]),
        ),
        *(
            Figure(
                title,
                measured=median([run[name] for run in runs]),
                unit="ms",
                floor=0.0,
                floor_is=f"From the same snapshot of {products:,} products and {customers:,} customers: the longest of "
                f"seven, median of {repeats} runs. No floor.",
                by="excess",
                at_most=100,
                spread=spread([run[name] for run in runs]),
            )
            for title, name in (
                ("later: products, plan and orders as models", "models ms"),
                ("later: a search for two words", "search ms"),
                ("later: a search with two slips", "slip ms"),
                ("later: a question in SQL over two tables", "question ms"),
            )
        ),
        Figure(
            "memory of a client with all of it on hand, searched and asked",
            measured=median(used),
            unit="MB",
            floor=0.0,
            floor_is=f"Resident, of a process that imports the client and nothing else. Median of {repeats}. No floor.",
            by="excess",
            at_most=200,
            spread=spread(used),
        ),
        _searches(searched),
    ]


async def _one_run(address: str) -> dict[str, float]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.on_hand", address, cwd=ROOT, stdout=PIPE
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("bench.on_hand failed")
    return json.loads(said)


def _searches(count: int) -> Figure:
    """Every query several times, over so many products as the sandbox makes them."""
    shop = Sandbox(count).shop
    index = Index(
        (
            position,
            Entry(
                product.get("productCodeReadable") or product["productId"],
                product.get("name"),
                product.get("category"),
                tuple(key for key in (product["productId"], product.get("barcode")) if key),
                tuple(text for text in (product.get("category"), product.get("supplierCode")) if text),
            ),
        )
        for position, product in enumerate(shop.products.values())
    )
    times: list[float] = []
    for query in QUERIES:
        for _ in range(7):
            began = time.perf_counter()
            index.find(query, 10)
            times.append(1000 * (time.perf_counter() - began))
    return Figure(
        f"a search among {count:,} products, p95",
        measured=percentile(times, 95),
        unit="ms",
        floor=0.0,
        floor_is=f"{len(QUERIES)} queries of every kind, 7 times each: codes, words, parts of words, slips. No floor.",
        by="excess",
        at_most=50,
        spread=spread(times),
    )
