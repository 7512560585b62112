"""What a process holds: memory, descriptors, connections, as Linux tells it; and what our server holds besides."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from stocktrim_client import StockTrimClient

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Process:
    """One process as the system sees it.

    Units: `resident` in MB. `upstream`: its connections to StockTrim, `sockets`: all others.
    """

    resident: float
    files: int
    sockets: int
    upstream: int


def of_process(pid: int, upstream_port: int) -> Process:
    """What a process of this machine holds now."""
    links = [_target(one) for one in Path(f"/proc/{pid}/fd").iterdir()]
    sockets = [link[8:-1] for link in links if link.startswith("socket:")]
    to_stocktrim = _inodes_to(pid, upstream_port)
    connected = sum(inode in to_stocktrim for inode in sockets)
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return Process(
        resident=pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE,
        files=len(links) - len(sockets),
        sockets=len(sockets) - connected,
        upstream=connected,
    )


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        # Closed since the folder was listed.
        return ""


def _inodes_to(pid: int, port: int) -> set[str]:
    lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    return {fields[9] for fields in map(str.split, lines) if int(fields[2].partition(":")[2], 16) == port}


def tasks() -> int:
    """The tasks of this event loop."""
    return len(asyncio.all_tasks())


def slots_taken(stocktrim: StockTrimClient) -> int:
    """Slots of the pool that nobody gave back, bulk ones included."""
    pools = stocktrim._transport._pools
    if (pool := pools._current) is None:
        return 0
    policy = stocktrim._transport._policy
    free = pool._slots._value + pool._bulk_slots._value
    return policy.concurrency + policy.bulk_concurrency - free


def attempts(stocktrim: StockTrimClient) -> int:
    """Attempts on the pool, those whose caller has left among them."""
    pool = stocktrim._transport._pools._current
    return 0 if pool is None else len(pool.running)


def children() -> dict[int, str]:
    """The processes this one started, with their command lines."""
    found: dict[int, str] = {}
    for task in Path("/proc/self/task").iterdir():
        for pid in (task / "children").read_text().split():
            command = Path(f"/proc/{pid}/cmdline")
            found[int(pid)] = command.read_bytes().replace(b"\0", b" ").decode() if command.exists() else ""
    return found
