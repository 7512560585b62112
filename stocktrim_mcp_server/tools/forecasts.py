"""The calculation that all planning figures come from."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from stocktrim_client import StockTrimClient, StockTrimError
from stocktrim_client.models import ForecastProgress, Model
from stocktrim_client.undo import NEVER
from stocktrim_mcp_server.approval import Approved, ConfirmToken
from stocktrim_mcp_server.dependencies import App, CurrentApp, StockTrim, Tell, Telling
from stocktrim_mcp_server.planning.bounds import short
from stocktrim_mcp_server.planning.nearest import where_offered
from stocktrim_mcp_server.toolbox import Toolset, together

FOLLOWED = timedelta(seconds=40)
"""Of a call's 45 s."""

POLL_SECONDS = 4.0

PLANNED = (
    "StockTrim calculates forecast and order plan of the whole account anew. It takes minutes, in which plans show the "
    "figures before it. No order and no setting changes. " + NEVER["forecast run"]
)


class ForecastRun(Model):
    """How a calculation stands at the end of the call."""

    status: Annotated[
        Literal["preview", "finished", "running", "unknown", "refused", "declined"], WithJsonSchema({"type": "string"})
    ]
    percent: int | None = None
    seen: str | None = Field(default=None, description="What StockTrim said of it during this call")
    plan_computed_at: datetime | None = Field(default=None, description="UTC; all planning figures are as of then")
    message: str
    planned: str | None = None
    confirm_token: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass
class Seen:
    """What was seen of a calculation while it was followed."""

    began: datetime
    until: datetime
    last: ForecastProgress = field(default_factory=ForecastProgress)
    was_running: bool = False
    percents: list[int] = field(default_factory=list[int])

    def note(self, progress: ForecastProgress, now: datetime) -> None:
        self.last, self.until = progress, now
        self.was_running = self.was_running or progress.is_running
        if progress.is_running and progress.percent_complete is not None:
            self.percents.append(progress.percent_complete)

    @property
    def in_words(self) -> str:
        seconds = int((self.until - self.began).total_seconds())
        if not self.was_running:
            return f"never seen running in {seconds} seconds"
        far = f", from {self.percents[0]} % to {self.percents[-1]} %" if self.percents else ""
        said = f"; StockTrim says {short(self.last.message)!r}" if self.last.is_running and self.last.message else ""
        return f"seen running for {seconds} seconds{far}{said}"


async def run_forecast(
    stocktrim: StockTrim, app: CurrentApp, tell: Telling, approved: Approved, confirm_token: ConfirmToken = None
) -> ForecastRun:
    """Let StockTrim calculate its forecast and order plan, for the whole account. It takes minutes.

    Waits up to 40 s; then get_status follows it. Needed after products, stock or sales changed.
    """
    began = app.now()
    before, computed_at = await together(stocktrim.forecasts.progress(), stocktrim.order_plan.calculated_at())
    warnings: tuple[str, ...] = ()
    if before.is_running:
        # The plan it ends with is awaited as if it were ours.
        stocktrim.snapshot.wrote("order_plan")
        warnings = ("A calculation was already running: it is followed, and none was started. It may miss the latest.",)
    else:
        # What is seen of it below says more than that StockTrim shows no such record.
        report = await stocktrim.forecasts.run()
        if report.status == "preview":
            return ForecastRun(status="preview", message="", planned=PLANNED, plan_computed_at=computed_at)
    seen = Seen(began, began)
    try:
        await _follow(stocktrim, app, tell, seen)
        if seen.last.is_running:
            return _still_running(seen, computed_at, warnings)
        now_computed_at = await stocktrim.order_plan.calculated_at()
    except StockTrimError as error:
        # It was started all the same.
        said = f"The calculation was started, but how it goes could not be read: {_later()}."
        return ForecastRun(
            status="unknown",
            seen=seen.in_words,
            plan_computed_at=computed_at,
            message=said,
            warnings=(*warnings, str(error)),
        )
    if now_computed_at == computed_at:
        said = f"StockTrim says that nothing runs, but its plan is still the one before: {_later()}."
        return ForecastRun(
            status="unknown", seen=seen.in_words, plan_computed_at=computed_at, message=said, warnings=warnings
        )
    plan = where_offered("get_reorder_plan", "get_reorder_plan shows", "StockTrim has")
    said = f"The calculation is over: {plan} the new figures."
    return ForecastRun(
        status="finished", seen=seen.in_words, plan_computed_at=now_computed_at, message=said, warnings=warnings
    )


async def _follow(stocktrim: StockTrimClient, app: App, tell: Tell, seen: Seen) -> None:
    """To the end of the calculation, or of the time there is."""
    until = seen.began + FOLLOWED
    shown = 0.0
    async for progress in stocktrim.forecasts.follow(poll_seconds=POLL_SECONDS):
        now = app.now()
        seen.note(progress, now)
        # Progress must grow, whatever StockTrim says.
        shown = max(shown + 0.01, float(progress.percent_complete or 0))
        await tell(shown, 100, short(progress.message) if progress.message else None)
        if now + timedelta(seconds=POLL_SECONDS) >= until:
            break


def _later() -> str:
    return where_offered("get_status", "ask get_status in a minute", "look in StockTrim in a minute")


def _still_running(seen: Seen, computed_at: datetime | None, warnings: tuple[str, ...]) -> ForecastRun:
    percent = seen.last.percent_complete
    far = "" if percent is None else f", {percent} %"
    said = f"Still running{far}: {_later()}. Until then plans show the figures before it."
    return ForecastRun(
        status="running",
        percent=percent,
        seen=seen.in_words,
        plan_computed_at=computed_at,
        message=said,
        warnings=warnings,
    )


FORECASTS = Toolset("forecasts", "The calculation behind all figures.", writes=(run_forecast,))
