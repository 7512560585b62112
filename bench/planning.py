"""The server before a whole account: its first answer, the later ones, what they hold in memory, what a model reads."""

import asyncio
import json
import math
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from typing import Any

from bench.figures import Figure, median, spread
from bench.paging import PAGE_SIZE
from bench.processes import ROOT, sandbox_upstream
from stocktrim_client import RetryPolicy
from stocktrim_client.helpers.order_plan import PAGE_SIZE as PLAN_PAGE_SIZE
from stocktrim_client.helpers.purchase_orders import PAGE_SIZE as ORDERS_PAGE_SIZE

CHARACTERS_A_TOKEN = 4


async def measure(
    *, products: int = 10_000, customers: int = 15_000, latency: float = 0.1, repeats: int = 3
) -> list[Figure]:
    """Units: `latency` in seconds."""
    async with sandbox_upstream(products=products, customers=customers, latency=latency) as address:
        runs = [await _one_run(address) for _ in range(repeats)]
    ideal = _pages(runs[0]) / RetryPolicy().bulk_concurrency * latency
    first = [run["first s"] for run in runs]
    account = f"{products:,} products and {customers:,} customers"

    def excess(
        name: str, taken: Callable[[dict[str, Any]], float], unit: str, at_most: float | None, of: str
    ) -> Figure:
        values = [taken(run) for run in runs]
        return Figure(
            name,
            measured=median(values),
            unit=unit,
            floor=0.0,
            floor_is=of,
            by="excess",
            at_most=at_most,
            spread=spread(values),
        )

    def read(name: str, key: str, at_most: float) -> Figure:
        of = f"Characters / {CHARACTERS_A_TOKEN}. No floor."
        return excess(name, lambda run: run[key] / CHARACTERS_A_TOKEN, "tokens", at_most, of)

    later = (
        f"Asked by a host in the same process, of the server with {account} on hand: the longest of seven, median of "
    )
    memory = f"Resident: Python, the server, a host in memory and {account} on hand, searched and asked. Median of "
    return [
        Figure(
            f"server: first reorder plan at {products:,} products and {1000 * latency:.0f} ms",
            measured=median(first),
            unit="s",
            floor=ideal,
            floor_is=f"Products, plan, suppliers and purchase orders: {_pages(runs[0])} pages, "
            f"{RetryPolicy().bulk_concurrency} at a time, {1000 * latency:.0f} ms each, computed. Ours also makes "
            f"models, joins them, plans and answers in both channels. Median of {repeats}.",
            at_most=1.25,
            spread=spread([one / ideal for one in first]),
        ),
        *(
            excess(
                f"server, later: {name}",
                lambda run, name=name: run["later ms"][name],
                "ms",
                100,
                f"{later}{repeats} runs. No floor.",
            )
            for name in runs[0]["later ms"]
        ),
        excess(
            "server: memory with an account on hand and a plan",
            lambda run: run["used MB"],
            "MB",
            200,
            f"{memory}{repeats}. No floor.",
        ),
        excess(
            "server: memory after all of it was read again",
            lambda run: run["refreshed MB"],
            "MB",
            200,
            f"{memory}{repeats}. No floor.",
        ),
        read(f"what a model reads: the plan of {products:,} products", "plan characters", 3_000),
        read(f"what a model reads: the menu, {runs[0]['tools']} tools", "menu characters", 5_500),
        read("what a model reads: the server's instructions", "instructions characters", 150),
    ]


def _pages(run: dict[str, Any]) -> int:
    sizes = ((run["rows"], PAGE_SIZE), (run["rows"], PLAN_PAGE_SIZE), (run["orders"], ORDERS_PAGE_SIZE))
    return 1 + sum(math.ceil(rows / size) for rows, size in sizes)


async def _one_run(address: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.buyer", address, cwd=ROOT, stdout=PIPE)
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("bench.buyer failed")
    return json.loads(said)
