"""The whole of a soak: a StockTrim that fails, our server over HTTP and stdio, clients, and the reckoning."""

import asyncio
import json
import random
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO
from urllib.parse import urlsplit

from mcp import StdioServerParameters
from mcp.client.stdio import stdio_client

from bench.clean import ENVIRON
from bench.processes import ROOT
from bench.soak import holding
from bench.soak.buyer import Buyer
from bench.soak.ledger import Ledger
from bench.soak.upstream import Upstream
from stocktrim_client import RetryPolicy
from stocktrim_client.history import Entry, History
from stocktrim_client.journal import FileJournal
from stocktrim_client.sandbox.server import serve
from stocktrim_mcp_server.dependencies import journal_folder
from stocktrim_mcp_server.settings import from_env

SETTLING = 60.0
"""The longest that what clients left behind may take to end: a call's deadline, and then some."""
SAMPLED = 2.0

LEFT = ("anyio.ClosedResourceError", "sent, after response already completed", "starlette.requests.ClientDisconnect")
"""How the SDK's HTTP transport logs that it answers a client who has left; the call itself ends as any other."""

_RECORD = re.compile(r"^(?=\d{4}-\d\d-\d\dT)", re.MULTILINE)
"""Where a line of the log begins, with all that belongs to it."""

OVER_HTTP = {"STOCKTRIM_TRANSPORT": "streamable-http", "STOCKTRIM_PORT": "0", "STOCKTRIM_MAX_SESSIONS": "5000"}

Held = Mapping[str, float]


@dataclass(frozen=True)
class Plan:
    """How a soak is to run.

    Units: `seconds` of the soak itself, `warm_up` before it.
    """

    seconds: float
    warm_up: float
    over_http: int = 14
    over_stdio: int = 6
    rate: float = 0.05
    products: int = 200
    seed: int = 1


@dataclass(frozen=True)
class Result:
    """What a soak showed.

    `records`: those of the account at the start. `before` and `after`: the HTTP server without clients. `http` and
    `stdio`: samples of each process, with clients. `left`: processes that did not end. `crashes`: tracebacks in the
    logs; `departures`: the SDK's, of clients that had left.
    """

    plan: Plan
    ledger: Ledger
    upstream: Upstream
    records: int
    entries: Sequence[Entry]
    faults: Sequence[str]
    crashes: Sequence[str]
    departures: int
    before: Held
    after: Held
    http: Sequence[holding.Process]
    stdio: Mapping[int, Sequence[holding.Process]]
    left: int

    @property
    def is_clean(self) -> bool:
        """Nothing lost, doubled, left or crashed."""
        return not (self.faults or self.leaks or self.crashes)

    @property
    def leaks(self) -> list[str]:
        """What is held that was not before, or that nobody holds it for."""
        found = [
            f"{name}: {self.before[name]:.0f} before, {self.after[name]:.0f} after"
            for name in ("tasks", "files", "sockets")
            if self.after[name] > self.before[name]
        ]
        found += [
            f"{name}: {self.after[name]:.0f} left" for name in ("sessions", "slots", "attempts") if self.after[name]
        ]
        if self.after["upstream"] > RetryPolicy().keepalive_connections:
            found.append(f"connections to StockTrim: {self.after['upstream']:.0f}")
        return found + ([f"{self.left} stdio processes left"] if self.left else [])


async def soak(plan: Plan) -> Result:
    """Everything on the loopback interface, everything ended afterwards."""
    with TemporaryDirectory(prefix="soak-") as folder, (Path(folder) / "log").open("w+") as log:
        upstream, ledger = Upstream(plan.products, random.Random(plan.seed), plan.rate), Ledger()
        before = upstream.records()
        async with serve(upstream) as address:
            environ = {
                **ENVIRON,
                "STOCKTRIM_API_URL": address,
                "STOCKTRIM_API_AUTH_ID": "sandbox",
                "STOCKTRIM_API_AUTH_SIGNATURE": "sandbox",
                "STOCKTRIM_DATA_FOLDER": folder,
                "STOCKTRIM_LOG_LEVEL": "ERROR",
                **OVER_HTTP,
            }
            served = await _served(plan, upstream, ledger, environ, log)
            journal = journal_folder(from_env(environ))
            assert journal is not None
            entries = (await History(FileJournal(journal), {}).entries(limit=sys.maxsize)).entries
        log.seek(0)
        crashes, departures = tracebacks(log.read())
        faults = ledger.faults(upstream, entries, before)
        return Result(plan, ledger, upstream, before.total(), entries, faults, crashes, departures, **served)


def tracebacks(log: str) -> tuple[list[str], int]:
    """The lines of a log with a traceback, and how many were the SDK's about a client that had left."""
    said = [record for record in _RECORD.split(log) if "Traceback (" in record]
    crashes = [record for record in said if not any(word in record for word in LEFT)]
    return crashes, len(said) - len(crashes)


async def _served(
    plan: Plan, upstream: Upstream, ledger: Ledger, environ: dict[str, str], log: TextIO
) -> dict[str, Any]:
    """Have all clients live with the servers; what these held then, by the fields of `Result`."""
    port = urlsplit(environ["STOCKTRIM_API_URL"]).port or 0
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "stocktrim_mcp_server", "--transport", "stdio"], env=environ, cwd=str(ROOT)
    )
    async with _http_server(environ, log) as (server, address):
        codes = [str(one["productCodeReadable"]) for one in upstream.shop.products.values()]
        clients = plan.over_http + plan.over_stdio
        buyers = [
            Buyer(
                number,
                (lambda: address) if number < plan.over_http else (lambda: stdio_client(parameters, errlog=log)),
                era="auto" if number % 2 else "legacy",
                can_ask=number % 4 == 3,
                ledger=ledger,
                chance=random.Random(1_000 * plan.seed + number),
                codes=tuple(code for code in codes[number::clients][:3]),
            )
            for number in range(clients)
        ]
        clock = asyncio.get_running_loop().time
        await asyncio.gather(*(buyer.live(clock() + plan.warm_up) for buyer in buyers[: plan.over_http]))
        before = await _settled(server)
        for buyer in buyers[plan.over_http :]:
            # A process of stdio is to live through the whole of it.
            buyer.session_calls = sys.maxsize
        samples: dict[int, list[holding.Process]] = {}
        watching = asyncio.create_task(_watch(server.pid, samples, port))
        await asyncio.gather(*(buyer.live(clock() + plan.seconds) for buyer in buyers))
        watching.cancel()
        after = await _settled(server)
        left = len(_stdio_processes())
        return {"before": before, "after": after, "http": samples.pop(server.pid), "stdio": samples, "left": left}


@asynccontextmanager
async def _http_server(environ: dict[str, str], log: TextIO) -> AsyncGenerator[tuple[asyncio.subprocess.Process, str]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.soak.serving"), cwd=ROOT, env=environ, stdin=PIPE, stdout=PIPE, stderr=log
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        address = (await process.stdout.readline()).decode().strip()
        if not address:
            raise RuntimeError("the HTTP server did not say where it listens")
        yield process, address
        process.stdin.close()
        await asyncio.wait_for(process.wait(), SETTLING)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _settled(server: asyncio.subprocess.Process) -> Held:
    """What the server holds once nothing moves any more, or after the longest it may take."""
    clock = asyncio.get_running_loop().time
    ends, quiet = clock() + SETTLING, 0
    held = await _held(server)
    while clock() < ends and quiet < 3:
        await asyncio.sleep(0.5)
        earlier, held = held, await _held(server)
        is_quiet = not (held["sessions"] or held["slots"] or held["attempts"])
        quiet = quiet + 1 if is_quiet and held["tasks"] == earlier["tasks"] else 0
    return held


async def _held(server: asyncio.subprocess.Process) -> Held:
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(b"\n")
    return json.loads(await server.stdout.readline())


async def _watch(server: int, seen: dict[int, list[holding.Process]], port: int) -> None:
    while True:
        await asyncio.sleep(SAMPLED)
        for pid in (server, *_stdio_processes()):
            try:
                seen.setdefault(pid, []).append(holding.of_process(pid, port))
            except (FileNotFoundError, ProcessLookupError):
                # It ended while it was looked at.
                continue


def _stdio_processes() -> list[int]:
    return [pid for pid, command in holding.children().items() if "stocktrim_mcp_server" in command]
