"""Whether all is well, and how old the figures are."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from stocktrim_client import StockTrimError
from stocktrim_client.models import ForecastProgress, Model
from stocktrim_mcp_server.dependencies import CurrentApp, StockTrim
from stocktrim_mcp_server.toolbox import Toolset, together

STALE = timedelta(days=7)


class Status(Model):
    """How this server and the account stand."""

    connection: Literal["works", "fails"]
    account: str = Field(description="Which StockTrim answers: the address, or the built-in sandbox")
    connected_system: str | None = Field(default=None, description="What the account is loaded from")
    read_only: bool = False
    plan_computed_at: datetime | None = Field(default=None, description="UTC; all planning figures are as of then")
    forecast_running: bool | None = None
    forecast_percent: int | None = None
    forecast_message: str | None = None
    warnings: tuple[str, ...] = ()


async def get_status(stocktrim: StockTrim, app: CurrentApp) -> Status:
    """Whether StockTrim answers, how old its plan is, and whether a forecast is running.

    Use it when another tool fails, or before trusting figures.
    """
    settings = app.settings
    account = "the built-in sandbox (made-up data)" if settings.sandbox else settings.api_url
    try:
        progress, computed_at, system = await together(
            stocktrim.forecasts.progress(), stocktrim.order_plan.calculated_at(), stocktrim.account.connected_system()
        )
    except StockTrimError as error:
        return Status(connection="fails", account=account, read_only=settings.read_only, warnings=(str(error),))
    if computed_at is None and system is None and progress == ForecastProgress():
        # A mistyped path is answered so, and nothing of an account.
        why = f"{account} answers every question with 'not found': check STOCKTRIM_API_URL."
        return Status(connection="fails", account=account, read_only=settings.read_only, warnings=(why,))
    warnings: list[str] = []
    if computed_at is None:
        warnings.append("StockTrim holds no plan: run a forecast there first.")
    elif (age := app.now() - computed_at) > STALE:
        warnings.append(f"The plan is {age.days} days old: run a forecast before ordering by it.")
    if progress.is_running:
        warnings.append("A forecast is running: figures will change when it ends.")
    return Status(
        connection="works",
        account=account,
        connected_system=system.name if system else None,
        read_only=settings.read_only,
        plan_computed_at=computed_at,
        forecast_running=progress.is_running,
        forecast_percent=progress.percent_complete if progress.is_running else None,
        forecast_message=progress.message,
        warnings=tuple(warnings),
    )


STATUS = Toolset("status", "Whether all is well.", reads=(get_status,))
