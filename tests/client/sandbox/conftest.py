"""A client that speaks plain HTTP to a sandbox, in process."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import date
from typing import Any

import httpx
import pytest

from stocktrim_client.sandbox import Quirks, Sandbox

TODAY = date(2026, 11, 23)
CREDENTIALS = {"api-auth-id": "sandbox", "api-auth-signature": "sandbox"}


class Clock:
    """Time that moves only when somebody sleeps or says so."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.seconds += seconds


class Desk(httpx.AsyncClient):
    """An HTTP client with the sandbox it speaks to."""

    def __init__(self, sandbox: Sandbox, clock: Clock) -> None:
        super().__init__(transport=sandbox, base_url="https://api.stocktrim.example", headers=CREDENTIALS)
        self.sandbox = sandbox
        self.clock = clock


@pytest.fixture
async def open_desk() -> AsyncIterator[Callable[..., Desk]]:
    """Makes a client of a fresh sandbox; keyword arguments are its quirks."""
    async with AsyncExitStack() as stack:
        opened: list[Desk] = []

        def make(products: int = 24, *, customers: int = 40, quirks: Quirks | None = None, **switches: Any) -> Desk:
            clock = Clock()
            sandbox = Sandbox(
                products,
                customers=customers,
                today=TODAY,
                quirks=quirks or Quirks(**switches),
                clock=clock,
                sleep=clock.sleep,
            )
            opened.append(Desk(sandbox, clock))
            return opened[-1]

        yield make
        for desk in opened:
            stack.push_async_callback(desk.aclose)


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    """A client of the sandbox as it comes."""
    return open_desk()
