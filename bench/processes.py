"""The other side of a measurement, each in a process of its own, so that its work is not counted as ours."""

import asyncio
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import uvicorn

from stocktrim_client import RetryPolicy, StockTrimClient
from stocktrim_client.transport import ResilientAsyncTransport

ROOT = Path(__file__).resolve().parent.parent
CREDENTIALS = {"api-auth-id": "sandbox", "api-auth-signature": "sandbox"}
_ADDRESS = re.compile(r"http://\S+")


@asynccontextmanager
async def bare_upstream(body: bytes, *, latency: float = 0.0) -> AsyncGenerator[str]:
    """A server that answers every GET with `body` and costs as little as Python can; gives its address.

    Units: `latency` in seconds.
    """
    async with _serving([sys.executable, "-m", "bench.bare_server", str(latency)], body) as address:
        yield address


@asynccontextmanager
async def sandbox_upstream(*, products: int, customers: int = 40, latency: float = 0.0) -> AsyncGenerator[str]:
    """The sandbox behind a socket; gives its address.

    Units: `latency` in seconds.
    """
    sizes = ["--products", str(products), "--customers", str(customers), "--latency-ms", str(1000 * latency)]
    async with _serving([sys.executable, "-m", "stocktrim_client.sandbox", "--port", "0", *sizes], b"") as address:
        yield address


async def said_where(listening: uvicorn.Server) -> None:
    """Serve over HTTP until the process ends, after saying on stdout where."""
    running = asyncio.create_task(listening.serve())
    # uvicorn says by a flag alone that it listens.
    while not listening.started:  # noqa: ASYNC110 - see above
        await asyncio.sleep(0.01)
    print(f"http://127.0.0.1:{listening.servers[0].sockets[0].getsockname()[1]}/mcp", flush=True)
    await running


@asynccontextmanager
async def _serving(command: Sequence[str], given: bytes) -> AsyncGenerator[str]:
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(given)
        process.stdin.close()
        said = (await process.stdout.readline()).decode()
        address = _ADDRESS.search(said)
        if address is None:
            raise RuntimeError(f"{command[2]} did not say where it listens: {said!r}")
        yield address[0]
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def ours(address: str) -> StockTrimClient:
    """Our client, as anyone would make it."""
    return StockTrimClient("sandbox", "sandbox", base_url=address)


def transport_alone(address: str) -> httpx.AsyncClient:
    """httpx over our transport, without the hooks that judge answers."""
    policy = RetryPolicy()

    def pool() -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport(limits=policy.limits(), trust_env=False)

    resilient = ResilientAsyncTransport(pool, base_url=address, auth_id="sandbox", auth_signature="sandbox")
    return httpx.AsyncClient(base_url=address, transport=resilient, timeout=policy.deadline, trust_env=False)


def raw(address: str) -> httpx.AsyncClient:
    """httpx with the same limits, and nothing of ours: the floor."""
    policy = RetryPolicy()
    transport = httpx.AsyncHTTPTransport(limits=policy.limits(), trust_env=False)
    return httpx.AsyncClient(
        base_url=address, headers=CREDENTIALS, transport=transport, timeout=policy.deadline, trust_env=False
    )
