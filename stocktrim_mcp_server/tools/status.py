"""Whether all is well, and how old the figures are."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from stocktrim_client import StockTrimError
from stocktrim_client.models import ForecastProgress, Model
from stocktrim_client.snapshot import Standing
from stocktrim_client.snapshot.standing import in_words
from stocktrim_mcp_server.answers import thin
from stocktrim_mcp_server.dependencies import CurrentApp, StockTrim
from stocktrim_mcp_server.toolbox import Toolset, together

STALE = timedelta(days=7)


class HeldRecords(Model):
    """One kind of record that answers are made of."""

    kind: str
    rows: int | None = None
    age: str | None = None
    note: str | None = None


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
    records: Annotated[tuple[HeldRecords, ...], thin("kind", "age", "note")] = ()
    warnings: tuple[str, ...] = ()


async def get_status(stocktrim: StockTrim, app: CurrentApp) -> Status:
    """Whether StockTrim answers, how old its plan is, whether a forecast is running, and which records are on hand.

    Use it when another tool fails, or before trusting figures. Records are first read when a tool needs them.
    """
    settings = app.settings
    records = _held(stocktrim.snapshot.standing())
    account = "the built-in sandbox (made-up data)" if settings.sandbox else settings.api_url
    try:
        progress, computed_at, system = await together(
            stocktrim.forecasts.progress(), stocktrim.order_plan.calculated_at(), stocktrim.account.connected_system()
        )
    except StockTrimError as error:
        return Status(
            connection="fails", account=account, read_only=settings.read_only, records=records, warnings=(str(error),)
        )
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
        records=records,
        warnings=tuple(warnings),
    )


def _held(standing: Standing) -> tuple[HeldRecords, ...]:
    """What is on hand, being read, or could not be; nothing of what nobody has needed yet."""
    return tuple(
        HeldRecords(
            kind=one.kind,
            rows=one.rows if one.is_on_hand else None,
            age=in_words(one.age_seconds) if one.is_on_hand else None,
            note=one.warning,
        )
        for one in standing.kinds
        if one.is_on_hand or one.is_reading or one.error
    )


STATUS = Toolset("status", "Whether all is well.", reads=(get_status,))
