"""Whether all is well, and how old the figures are."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from stocktrim_client import CredentialsError, StockTrimClient, StockTrimError
from stocktrim_client.models import ForecastProgress, Model
from stocktrim_client.snapshot import Standing
from stocktrim_client.snapshot.standing import SOURCES
from stocktrim_mcp_server.answers import LIST, ago
from stocktrim_mcp_server.credentials import suspicions
from stocktrim_mcp_server.dependencies import App, CurrentApp, StockTrim, journal_folder
from stocktrim_mcp_server.folders import why_unwritable
from stocktrim_mcp_server.planning.bounds import short
from stocktrim_mcp_server.planning.nearest import where_offered
from stocktrim_mcp_server.settings import ApprovalMode, Settings
from stocktrim_mcp_server.toolbox import Toolset, together

STALE = timedelta(days=7)
LATELY = timedelta(days=7)
MOST_COUNTED = 1_000
"""Changes; more are not counted."""

APPROVAL: Mapping[ApprovalMode, str] = {
    "auto": "each change is shown first; the person is asked where the host can, otherwise a token confirms it",
    "ask": "the person is asked before each change; a host that cannot ask changes nothing",
    "token": "each change is shown first, and a token confirms it",
    "host": "left to the host: this server does not ask",
}

NOTHING_READ = "nothing read yet: the first question that needs records reads them"


class HeldRecords(Model):
    """One list of records that answers are made of."""

    kind: str
    rows: int | None = None
    age: str | None = None
    reading: str | None = None
    failed: str | None = None


class Status(Model):
    """How this server and the account stand."""

    connection: Literal["works", "fails"]
    account: str = Field(description="Which StockTrim answers: the address, or the built-in sandbox")
    connected_system: str | None = Field(default=None, description="What the account is loaded from")
    read_only: bool = False
    approval: str | None = Field(default=None, description="How a change is agreed to")
    limits: str | None = Field(default=None, description="What the owner allows a change")
    changes: str | None = Field(default=None, description="Made through this server in the last week")
    plan_computed_at: datetime | None = Field(default=None, description="UTC; all planning figures are as of then")
    plan_age: str | None = None
    forecast_running: bool | None = None
    forecast_percent: int | None = None
    forecast_message: str | None = None
    on_hand: str | None = None
    records: Annotated[tuple[HeldRecords, ...], LIST] = ()
    warnings: tuple[str, ...] = ()


async def get_status(stocktrim: StockTrim, app: CurrentApp) -> Status:
    """Whether StockTrim answers, how old its plan is, how far a forecast has come, and what is missing.

    Also which records are on hand or being read. Use it when another tool fails.
    """
    settings = app.settings
    records = _held(stocktrim.snapshot.standing())
    writing = await _writing(stocktrim, app)
    hindered = await _hindered(settings)
    account = "the built-in sandbox (made-up data)" if settings.sandbox else settings.api_url
    try:
        progress, computed_at, system = await together(
            stocktrim.forecasts.progress(), stocktrim.order_plan.calculated_at(), stocktrim.account.connected_system()
        )
    except StockTrimError as error:
        return Status(
            connection="fails",
            account=account,
            records=records,
            warnings=(str(error), *_odd(settings, error), *hindered),
            **writing,
        )
    if computed_at is None and system is None and progress == ForecastProgress():
        # A mistyped path is answered so, and nothing of an account.
        why = f"{account} answers every question with 'not found': check STOCKTRIM_API_URL."
        return Status(connection="fails", account=account, warnings=(why, *hindered), **writing)
    warnings = [*hindered, *_missing(records)]
    forecast = where_offered("run_forecast", "run_forecast", "a forecast run in StockTrim")
    age = None if computed_at is None else app.now() - computed_at
    if age is None:
        warnings.append(f"StockTrim holds no plan: {forecast} makes one, once it holds products and sales.")
    elif age > STALE:
        warnings.append(f"The plan is {age.days} days old: {forecast} first, then order by it.")
    if progress.is_running:
        warnings.append("A forecast is running: figures will change when it ends.")
    return Status(
        connection="works",
        account=account,
        connected_system=short(system.name) if system and system.name else None,
        plan_computed_at=computed_at,
        plan_age=None if age is None else ago(age.total_seconds()),
        forecast_running=progress.is_running,
        forecast_percent=progress.percent_complete if progress.is_running else None,
        forecast_message=short(progress.message) if progress.message else None,
        on_hand=None if records else NOTHING_READ,
        records=records,
        warnings=tuple(warnings),
        **writing,
    )


async def _writing(stocktrim: StockTrimClient, app: App) -> dict[str, Any]:
    """Whether and how StockTrim is changed through this server, and what of it there was lately."""
    settings = app.settings
    if settings.read_only:
        return {"read_only": True}
    limits = settings.rails.in_words()
    return {"approval": APPROVAL[settings.approval], "limits": limits, "changes": await _changes(stocktrim, app)}


async def _hindered(settings: Settings) -> list[str]:
    """Why nothing could be changed from this machine."""
    folder = None if settings.read_only else journal_folder(settings)
    why = None if folder is None else await asyncio.to_thread(why_unwritable, folder)
    return [f"No change can be made without its journal: {why}. Set STOCKTRIM_DATA_FOLDER."] if why else []


def _odd(settings: Settings, error: StockTrimError) -> list[str]:
    """After a refusal, which of the credentials looks pasted wrong."""
    if not isinstance(error, CredentialsError):
        return []
    pair = (settings.auth_id, settings.auth_signature)
    return [f"{name} {odd}." for name, odd in suspicions(*(one.get_secret_value() for one in pair)).items()]


async def _changes(stocktrim: StockTrimClient, app: App) -> str | None:
    """How many changes there were lately, and how many of them nobody knows the outcome of. None: none at all."""
    past = await stocktrim.history.entries(app.now() - LATELY, limit=MOST_COUNTED)
    if not (past.entries or past.damaged):
        return None
    number = f"{len(past.entries)}{' or more' if past.more else ''} in the last {LATELY.days} days"
    unknown = sum(one.outcome == "unknown" for one in past.entries)
    doubt = f", {unknown} of unknown outcome" if unknown else ""
    damaged = f", {past.damaged} damaged line(s) of the journal" if past.damaged else ""
    return f"{number}{doubt}{damaged}{where_offered('list_changes', ': list_changes shows them')}"


def _missing(records: tuple[HeldRecords, ...]) -> list[str]:
    """What the account lacks that planning needs, as far as its records are on hand."""
    needed = {
        "products": "StockTrim holds no products: load them there first.",
        "suppliers": "StockTrim holds no suppliers: lead times come from products alone.",
    }
    return [needed[one.kind] for one in records if one.rows == 0 and one.kind in needed]


def _held(standing: Standing) -> tuple[HeldRecords, ...]:
    """What is on hand, being read, or could not be; nothing of what nobody has needed yet."""
    return tuple(
        HeldRecords(
            kind=one.kind,
            rows=one.rows if one.is_on_hand else None,
            age=None if one.age_seconds is None else ago(one.age_seconds),
            reading=f"now, {one.rows_so_far:,} so far" if one.is_reading else None,
            failed=short(one.error) if one.error else None,
        )
        for one in standing.kinds
        if one.kind in SOURCES and (one.is_on_hand or one.is_reading or one.error)
    )


STATUS = Toolset("status", "Whether all is well.", reads=(get_status,))
