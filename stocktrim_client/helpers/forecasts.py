"""The forecast run: a background recalculation of the whole account."""

from collections.abc import AsyncIterator, Awaitable, Callable

from stocktrim_client.changes import ChangeReport, Changes
from stocktrim_client.generated.api.forecasts import get_processing_status
from stocktrim_client.generated.client import Client
from stocktrim_client.helpers.base import Helper, answer_of, found
from stocktrim_client.helpers.wire import plain, read
from stocktrim_client.models.forecasts import ForecastProgress

WORDS = {"percent_complete": "percentage_complete", "message": "status_message"}

POLL_SECONDS = 5.0
GRACE_SECONDS = 15.0
"""Right after the start StockTrim may still say that nothing runs: only after so long is that believed."""


class Forecasts(Helper):
    """Start the calculation, and follow it. It takes minutes and is about the whole account."""

    def __init__(self, api: Client, changes: Changes, sleep: Callable[[float], Awaitable[None]]) -> None:
        super().__init__(api, changes)
        self._sleep = sleep

    async def progress(self) -> ForecastProgress:
        """Whether StockTrim is loading or calculating, and how far."""
        with answer_of("get_processing_status"):
            wire = await found(get_processing_status.asyncio(client=self._api))
            if wire is None:
                return ForecastProgress()
            return read(ForecastProgress, wire, WORDS, is_running=bool(plain(wire.is_processing)))

    async def run(self) -> ChangeReport:
        """Start a calculation and return at once. New products and sales show in the plan only after one.

        Source: run_forecast; never sent twice, since nothing says what two runs at a time do.
        """
        before = await self.progress()

        async def started() -> ForecastProgress | None:
            progress = await self.progress()
            # One that ran before proves nothing of this one.
            return progress if progress.is_running and not before.is_running else None

        return await self._changes.write(
            noun="forecast run",
            key="the whole account",
            after={"is_running": True},
            send=lambda: self._send("run_forecast"),
            read=None,
            settled=started,
        )

    async def follow(
        self, *, poll_seconds: float = POLL_SECONDS, grace_seconds: float = GRACE_SECONDS
    ) -> AsyncIterator[ForecastProgress]:
        """Progress again and again until the calculation is over. The last one says it no longer runs.

        Units: seconds.
        """
        waited = 0.0
        was_running = False
        while True:
            progress = await self.progress()
            was_running = was_running or progress.is_running
            yield progress
            if not progress.is_running and (was_running or waited >= grace_seconds):
                return
            await self._sleep(poll_seconds)
            waited += poll_seconds
