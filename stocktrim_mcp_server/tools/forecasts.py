"""The calculation that all planning figures come from."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from stocktrim_client import StockTrimClient, StockTrimError
from stocktrim_client.models import ForecastProgress, Model
from stocktrim_mcp_server.dependencies import App, CurrentApp, StockTrim, Tell, Telling
from stocktrim_mcp_server.toolbox import Toolset, together

FOLLOWED = timedelta(seconds=40)
"""Of a call's 45 s."""

POLL_SECONDS = 4.0


class ForecastRun(Model):
    """How a calculation stands at the end of the call."""

    status: Literal["finished", "running", "unknown"]
    percent: int | None = None
    plan_computed_at: datetime | None = Field(default=None, description="UTC; all planning figures are as of then")
    message: str
    warnings: tuple[str, ...] = ()


async def run_forecast(stocktrim: StockTrim, app: CurrentApp, tell: Telling) -> ForecastRun:
    """Let StockTrim calculate its forecast and order plan anew, for the whole account. It takes minutes.

    Waits up to 40 s, then says how far it is; get_status follows it. Needed after products, stock, sales or settings
    changed: before it, plans show the old figures.
    """
    until = app.now() + FOLLOWED
    before, computed_at = await together(stocktrim.forecasts.progress(), stocktrim.order_plan.calculated_at())
    warnings: tuple[str, ...] = ()
    if before.is_running:
        # The plan it ends with is awaited as if it were ours.
        stocktrim.snapshot.wrote("order_plan")
        warnings = ("A calculation was already running: it is followed, and none was started. It may miss the latest.",)
    else:
        # What is seen of it below says more than that StockTrim shows no such record.
        await stocktrim.forecasts.run()
    try:
        last = await _followed(stocktrim, app, tell, until)
        if last.is_running:
            return _still_running(last, computed_at, warnings)
        now_computed_at = await stocktrim.order_plan.calculated_at()
    except StockTrimError as error:
        # It was started all the same.
        said = "The calculation was started, but how it goes could not be read: ask get_status in a minute."
        return ForecastRun(
            status="unknown", plan_computed_at=computed_at, message=said, warnings=(*warnings, str(error))
        )
    if now_computed_at == computed_at:
        said = "StockTrim says that nothing runs, but its plan is still the one before: ask get_status in a minute."
        return ForecastRun(status="unknown", plan_computed_at=computed_at, message=said, warnings=warnings)
    said = "The calculation is over: get_reorder_plan shows the new figures."
    return ForecastRun(status="finished", plan_computed_at=now_computed_at, message=said, warnings=warnings)


async def _followed(stocktrim: StockTrimClient, app: App, tell: Tell, until: datetime) -> ForecastProgress:
    """The progress at the end of the calculation, or of the time there is."""
    last = ForecastProgress()
    shown = 0.0
    async for last in stocktrim.forecasts.follow(poll_seconds=POLL_SECONDS):
        # Progress must grow, whatever StockTrim says.
        shown = max(shown + 0.01, float(last.percent_complete or 0))
        await tell(shown, 100, last.message)
        if app.now() + timedelta(seconds=POLL_SECONDS) >= until:
            break
    return last


def _still_running(progress: ForecastProgress, computed_at: datetime | None, warnings: tuple[str, ...]) -> ForecastRun:
    percent = progress.percent_complete
    far = "" if percent is None else f", {percent} %"
    said = f"Still running{far}: ask get_status in a minute. Until then plans show the figures before it."
    return ForecastRun(status="running", percent=percent, plan_computed_at=computed_at, message=said, warnings=warnings)


FORECASTS = Toolset("forecasts", "The calculation behind all figures.", writes=(run_forecast,))
