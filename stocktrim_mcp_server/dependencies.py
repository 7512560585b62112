"""What a tool may ask for besides its arguments."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn

from mcp.server.mcpserver import Context, Resolve
from mcp.server.mcpserver.exceptions import ToolError

from stocktrim_client import StockTrimClient
from stocktrim_client.snapshot import Kind, KindStanding, Standing
from stocktrim_mcp_server.kept import KeptPlans, account_folder
from stocktrim_mcp_server.records import WAIT_SHARE, Joined, Progress, Records
from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.toolbox import call_context, call_seconds

Tell = Callable[[float, float | None, str | None], Awaitable[None]]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class App:
    """What lives as long as the process. The client is made when first asked for, and shared by every session."""

    settings: Settings
    connect: Callable[[Settings], StockTrimClient]
    now: Callable[[], datetime] = _now
    joined: Joined = field(default_factory=Joined, init=False)
    kept: KeptPlans = field(init=False)
    _client: StockTrimClient | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        settings, folder = self.settings, self.settings.data_folder
        secrets = (settings.api_url, settings.auth_id.get_secret_value(), settings.auth_signature.get_secret_value())
        # What a sandbox makes up is nobody's plan of last week.
        self.kept = KeptPlans(None if folder is None or settings.sandbox else account_folder(folder, *secrets))

    @property
    def stocktrim(self) -> StockTrimClient:
        if self._client is None:
            self._client = self.connect(self.settings)
        return self._client

    def records(self, progress: Progress | None = None) -> Records:
        """The account as planning reads it, in one call."""
        wait = WAIT_SHARE * self.settings.call_seconds
        return Records(self.stocktrim, self.joined, self.kept, self.now, wait, progress)

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None


async def _app(ctx: Context[App]) -> App:
    return ctx.request_context.lifespan_context


async def _stocktrim(ctx: Context[App]) -> StockTrimClient:
    return ctx.request_context.lifespan_context.stocktrim


async def _tell(ctx: Context[App]) -> Tell:
    return ctx.report_progress


async def on_hand(stocktrim: StockTrimClient, *needed: Kind, useful: Sequence[Kind] = ()) -> Standing:
    """Have these kinds on hand, as far as a call can wait for it; an answer can do without the useful ones.

    Raises: ToolError or StockTrimError why something needed is missing.
    """
    if not (needed or useful):
        return Standing(kinds=())
    context, wait = call_context.get(), WAIT_SHARE * call_seconds.get()
    progress = None if context is None else _progress(context)
    standing = await stocktrim.snapshot.need(*needed, *useful, wait=wait, progress=progress)
    for one in standing.kinds:
        if one.kind in needed and not one.is_on_hand:
            await refuse_without(stocktrim, one)
    return standing


async def refuse_without(stocktrim: StockTrimClient, missing: KindStanding) -> NoReturn:
    """Say why records are missing. Raises: ToolError; StockTrimError where StockTrim answers nothing at all."""
    if missing.error is None and not missing.rows_so_far:
        # Nothing has come yet: something small fails soon, and says why.
        await stocktrim.forecasts.progress()
    raise ToolError(missing.warning or "")


def _progress(ctx: Context[Any, Any]) -> Progress:
    async def tell(standing: Standing) -> None:
        met = sum(kind.rows_so_far if kind.is_reading else kind.rows for kind in standing.kinds)
        await ctx.report_progress(met, message=f"{met:,} records read from StockTrim")

    return tell


async def _records(ctx: Context[App]) -> Records:
    return ctx.request_context.lifespan_context.records(_progress(ctx))


# Plain assignments: the SDK does not look through `type X = Annotated[...]` and would offer these to the model.
CurrentApp = Annotated[App, Resolve(_app)]
StockTrim = Annotated[StockTrimClient, Resolve(_stocktrim)]
Telling = Annotated[Tell, Resolve(_tell)]
"""Says how far a call is: done, of how many, in words. Does nothing where the host does not ask for it."""
Account = Annotated[Records, Resolve(_records)]
