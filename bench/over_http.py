"""The server over HTTP beside a bare SDK server: processor time a call with many clients, memory a session."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from mcp import Client

from bench.call import ARGUMENTS, CODE, ERAS, LEGACY, MODERN, Era, asked, body, environ
from bench.clean import ENVIRON
from bench.figures import Figure, median, spread
from bench.processes import ROOT, bare_upstream
from bench.soak.run import OVER_HTTP

PROTOCOL = "2025-11-25"
ACCEPT = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
HELLO = {"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}
BARE: dict[str, Any] = {"codes": [CODE]}
AT_A_TIME = 20


async def measure(*, clients: int = 8, calls: int = 60, repeats: int = 3, sessions: int = 1_000) -> list[Figure]:
    """Both servers each on one core, the same one, and never at the same time."""
    if sys.platform != "linux":
        return []
    async with bare_upstream(body()) as address:
        here = [sys.executable, "-m", "bench.soak.serving"], environ(address) | OVER_HTTP
        there = [sys.executable, "-m", "bench.bare_tool", address, "--http"], ENVIRON
        async with _serving(*here) as ours, _serving(*there) as bare:
            figures = [await _calls(era, ours, bare, clients, calls, repeats) for era in (MODERN, LEGACY)]
        # Anew: what calls left behind is nobody's session.
        async with _serving(*here) as ours, _serving(*there) as bare:
            return [*figures, await _memory(ours, bare, sessions)]


@asynccontextmanager
async def _serving(command: Sequence[str], env: dict[str, str]) -> AsyncGenerator[tuple[int, str]]:
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=env, stdin=PIPE, stdout=PIPE)
    assert process.stdout is not None
    try:
        address = (await process.stdout.readline()).decode().strip()
        if not address:
            raise RuntimeError(f"{command[2]} did not say where it listens")
        os.sched_setaffinity(process.pid, {max(os.sched_getaffinity(0))})
        yield process.pid, address
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _calls(
    era: Era, ours: tuple[int, str], bare: tuple[int, str], clients: int, calls: int, repeats: int
) -> Figure:
    times: dict[str, list[float]] = {"ours": [], "bare": []}
    async with AsyncExitStack() as stack:
        lanes = {
            name: [await stack.enter_async_context(Client(address, mode=era)) for _ in range(clients)]
            for name, (_, address) in (("ours", ours), ("bare", bare))
        }
        for turn in range(repeats + 1):
            for name, (pid, _) in (("ours", ours), ("bare", bare)):
                arguments = ARGUMENTS if name == "ours" else BARE
                began = processor_seconds(pid)
                await asyncio.gather(*(_again(client, arguments, calls) for client in lanes[name]))
                if turn:
                    times[name].append(1000 * (processor_seconds(pid) - began) / (clients * calls))
    here, there = median(times["ours"]), median(times["bare"])
    return Figure(
        f"HTTP, {clients} clients, {ERAS[era]}: processor time of the server a call",
        measured=here,
        unit="ms",
        floor=there,
        floor_is=f"`bench/bare_tool.py --http`, each server on the same one core, without authentication, in "
        f"turns; {calls} calls of each client, one after the other. In calls a second that one core can serve: ours "
        f"{1000 / here:,.0f}, bare {1000 / there:,.0f}. Median of {repeats}.",
        spread=spread([a / b for a, b in zip(times["ours"], times["bare"], strict=True)]),
    )


async def _again(client: Client, arguments: dict[str, Any], calls: int) -> None:
    for _ in range(calls):
        await asked(client, arguments)


async def _memory(ours: tuple[int, str], bare: tuple[int, str], sessions: int) -> Figure:
    grown: list[float] = []
    for pid, address in (ours, bare):
        async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
            # The first ones also load what all share.
            await _open(http, address, 50)
            before = resident(pid)
            await _open(http, address, sessions)
            grown.append(1024 * (resident(pid) - before) / sessions)
    return Figure(
        f"HTTP: memory of an open session, of {sessions:,}",
        measured=grown[0],
        unit="KB",
        floor=grown[1],
        floor_is=f"Sessions of {PROTOCOL}, opened and left open, on `bench/bare_tool.py --http`: what the process grew "
        "by, over their number. The newer protocol keeps no session.",
    )


async def _open(http: httpx.AsyncClient, address: str, sessions: int) -> None:
    async def one() -> None:
        hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO}
        opened = await http.post(address, json=hello, headers=ACCEPT)
        opened.raise_for_status()
        named = {**ACCEPT, "mcp-session-id": opened.headers["mcp-session-id"], "mcp-protocol-version": PROTOCOL}
        ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        (await http.post(address, json=ready, headers=named)).raise_for_status()

    for start in range(0, sessions, AT_A_TIME):
        await asyncio.gather(*(one() for _ in range(min(AT_A_TIME, sessions - start))))


def processor_seconds(pid: int) -> float:
    """What a process has used of all processors so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """Megabytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
