"""`python -m bench.on_hand ADDRESS`: a process that fills a snapshot, asks it, and prints what that took, as JSON.

A process of its own, so that its memory is the snapshot's and a client's, and nothing else.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.processes import ours
from stocktrim_client.snapshot import Kind

FIRST: tuple[Kind, ...] = ("products", "order_plan", "suppliers", "purchase_orders")
"""What the first answer of a buyer's day needs."""
QUESTION = (
    "SELECT p.supplier_code, count(*), sum(o.order_quantity * o.unit_cost) FROM order_plan o "
    "JOIN products p USING (product_id) WHERE o.order_quantity > 0 GROUP BY 1 ORDER BY 3 DESC"
)


async def _fill_and_ask(address: str) -> dict[str, float]:
    async with ours(address) as stocktrim:
        await stocktrim.order_plan.calculated_at()
        snapshot = stocktrim.snapshot
        found = {"base MB": resident()}
        began = time.perf_counter()
        standing = await snapshot.need(*FIRST)
        found["first s"] = time.perf_counter() - began
        assert standing.is_complete, standing.warnings
        found["rows"] = standing.of("products").rows
        found["orders"] = standing.of("purchase_orders").rows
        standing = await snapshot.need()
        assert standing.is_complete, standing.warnings
        found["full MB"] = resident()
        later: dict[str, Callable[[], Awaitable[object]]] = {
            "models ms": lambda: asyncio.gather(snapshot.products(), snapshot.order_plan(), snapshot.purchase_orders()),
            "search ms": lambda: snapshot.search("mug blue"),
            "slip ms": lambda: snapshot.search("stonewear mgu"),
            "question ms": lambda: snapshot.ask(QUESTION),
        }
        for name, call in later.items():
            # The first search and the first question also make what the later ones use.
            times = [await _milliseconds(call) for _ in range(8)]
            found[name] = max(times[1:])
            found[f"first {name}"] = times[0]
        found["used MB"] = resident()
    return found


async def _milliseconds(call: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await call()
    return 1000 * (time.perf_counter() - began)


def resident() -> float:
    """Memory now, in MB; 0 where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_fill_and_ask(sys.argv[1]))))
