"""A client on a sandbox, in time that nobody waits for."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import httpx
import pytest

from stocktrim_client.client import StockTrimClient
from stocktrim_client.sandbox import Quirks, Sandbox

TODAY = date(2026, 3, 2)
HOSTILE = (
    "A/b",
    "A?b",
    "A#b",
    "A&b=c",
    "A+b",
    "50% off",
    "%2F",
    "a b  c",
    "☕ émoji 🫖",
    "000123",
    ".",
    "..",
    "a/../b",
    'O\'Neil "x"',
    "back\\slash",
    "semi;colon,comma",
    "L" * 300,
)
"""Codes that a careless client breaks on their way."""


class Clock:
    """Time that passes only in sleep."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def sandbox(products: int = 24, *, quirks: Quirks = Quirks(), **more: Any) -> Sandbox:  # noqa: B008 - frozen
    clock = Clock()
    return Sandbox(products, today=TODAY, quirks=quirks, clock=clock, sleep=clock.sleep, **more)


@asynccontextmanager
async def connected(transport: httpx.AsyncBaseTransport, **more: Any) -> AsyncGenerator[StockTrimClient]:
    """A client over a sandbox, or over whatever else stands in for the network."""
    client = StockTrimClient("sandbox", "sandbox", transport=transport, **{"sleep": Clock().sleep, **more})
    async with client:
        yield client


def asked(sandbox: Sandbox) -> Counter[str]:
    """How often each operation was asked for."""
    return Counter(request.operation for request in sandbox.requests)


def writes(sandbox: Sandbox) -> list[str]:
    """The operations that were asked for and change something."""
    reading = ("list_", "get_", "find_", "read_")
    return [request.operation for request in sandbox.requests if not request.operation.startswith(reading)]


READINGS = Quirks.readings()


def every_reading(test: Callable[..., Any]) -> Any:
    """Run a test, which takes `quirks`, under every reading of the API."""
    return pytest.mark.parametrize("quirks", [pytest.param(quirks, id=name) for name, quirks in READINGS.items()])(test)


class Scripted(httpx.AsyncBaseTransport):
    """Answers from a function of the request, and keeps the requests."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self._answer = answer
        self.requests: list[httpx.Request] = []
        self.running = 0
        self.peak = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        self.running += 1
        self.peak = max(self.peak, self.running)
        for _ in range(3):
            await asyncio.sleep(0)
        self.running -= 1
        return self._answer(request)
