"""Settings, and a client and a server on the sandbox, in a time that passes only when somebody sleeps."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime

import pytest
from hypothesis import settings as hypothesis_settings

from stocktrim_client import StockTrimClient
from stocktrim_client.journal import MemoryJournal
from stocktrim_client.sandbox import Sandbox
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import Settings

# How long an example takes says more about the machine than about the code. And a red build is a change of ours, which
# repeats at any desk: whoever wants other examples, and more of them, says `--hypothesis-profile=long`.
hypothesis_settings.register_profile("house", deadline=None, derandomize=True, print_blob=True)
hypothesis_settings.register_profile("long", deadline=None, max_examples=3_000, print_blob=True)
hypothesis_settings.load_profile("house")

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


class Clock:
    """Seconds since the test began, moved by sleeping alone."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings() -> Settings:
    return Settings(sandbox=True, log_level="ERROR")


@pytest.fixture
def sandbox(clock: Clock) -> Sandbox:
    return Sandbox(today=TODAY, clock=clock, sleep=clock.sleep)


@pytest.fixture
async def open_app(clock: Clock, settings: Settings) -> AsyncGenerator[Callable[..., App]]:
    """Makes what a server lends to its sessions: a sandbox, and settings that differ from the usual."""
    async with AsyncExitStack() as stack:

        def make(sandbox: Sandbox, /, **different: object) -> App:
            def connect(settings: Settings) -> StockTrimClient:
                return StockTrimClient(
                    "sandbox", "sandbox", transport=sandbox, sleep=clock.sleep, journal=MemoryJournal()
                )

            app = App(settings.model_copy(update=different), connect, now=lambda: NOW)
            stack.push_async_callback(app.aclose)
            return app

        yield make


@pytest.fixture
def app(open_app: Callable[..., App], sandbox: Sandbox) -> App:
    return open_app(sandbox)


@pytest.fixture
def stocktrim(app: App) -> StockTrimClient:
    """A client of the sandbox as it comes."""
    return app.stocktrim
