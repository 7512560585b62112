"""What a tool may ask for besides its arguments."""

import asyncio
import copy
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Generic, NamedTuple, NoReturn, TypeVar

from mcp.server.mcpserver import Context, Resolve
from mcp.server.mcpserver.exceptions import ToolError

from stocktrim_client import NotSentError, StockTrimClient, StockTrimError
from stocktrim_client.changes import Change, utc_now
from stocktrim_client.models import Model, Product, PurchaseOrder
from stocktrim_client.snapshot import Kind, KindStanding, Standing
from stocktrim_mcp_server.answers import ago
from stocktrim_mcp_server.approval import Approvals
from stocktrim_mcp_server.calls import Calls
from stocktrim_mcp_server.kept import KeptPlans, account_folder
from stocktrim_mcp_server.keys import Keys
from stocktrim_mcp_server.planning.bounds import fitting, shortened
from stocktrim_mcp_server.planning.cautions import usual_quantities
from stocktrim_mcp_server.rails import Known, Rails, lines_of, moves_up, products_of
from stocktrim_mcp_server.records import WAIT_SHARE, Joined, Progress, Records
from stocktrim_mcp_server.remembered import Remembered
from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.toolbox import UnreadError, call_context, call_seconds, window

A = TypeVar("A")
M = TypeVar("M", bound=Model)

PROGRAM = "stocktrim-mcp-server"
ENDING = "This server is ending and asks StockTrim no more: start it again."

Tell = Callable[[float, float | None, str | None], Awaitable[None]]


def own_folder(settings: Settings) -> Path | None:
    """Where the account's things are kept for the next start. None: nowhere; what a sandbox makes up is nobody's."""
    if settings.data_folder is None or settings.sandbox:
        return None
    secrets = (settings.api_url, settings.auth_id.get_secret_value(), settings.auth_signature.get_secret_value())
    return account_folder(settings.data_folder, *secrets)


def journal_folder(settings: Settings) -> Path | None:
    """Where the journal of the account's changes is kept. None: in memory; what is done to a sandbox is nobody's."""
    if settings.sandbox:
        return None
    # Here, since a start that only lists its tools does without.
    from platformdirs import user_data_path

    folder = settings.data_folder or user_data_path(PROGRAM, appauthor=False)
    # Not by the signature, as records are: who was given a new one wants to take back what was done with the old one.
    return account_folder(folder, settings.api_url, settings.auth_id.get_secret_value()) / "journal"


def approved_folder(settings: Settings, keys: Keys) -> Path | None:
    """Where servers that share their keys note which approvals were used. None: in memory; each has its own."""
    folder = journal_folder(settings) if keys.are_shared else None
    return None if folder is None else folder / "approved"


class Line:
    """The one client of an account, made when first asked for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: StockTrimClient | None = None
        self._is_closed = False

    def client(self, connect: Callable[[Settings], StockTrimClient]) -> StockTrimClient:
        """Raises: NotSentError once the server ends: nobody would close a new one."""
        if self._is_closed:
            raise NotSentError(ENDING)
        if self._client is None:
            self._client = connect(self._settings)
        return self._client

    async def aclose(self) -> None:
        """Calling it again does nothing."""
        self._is_closed = True
        if self._client is not None:
            await self._client.aclose()
            self._client = None


@dataclass
class App:
    """What lives as long as the process, of one account, and which menu of it is served."""

    settings: Settings
    connect: Callable[[Settings], StockTrimClient]
    now: Callable[[], datetime] = utc_now
    keys: Keys = field(default_factory=Keys)
    approvals: Approvals = field(init=False)
    joined: Joined = field(default_factory=Joined, init=False)
    kept: KeptPlans = field(init=False)
    remembered: Remembered = field(init=False)
    calls: Calls = field(default_factory=Calls, init=False)
    line: Line = field(init=False)

    def __post_init__(self) -> None:
        self.kept = KeptPlans(own_folder(self.settings))
        self.remembered = Remembered(own_folder(self.settings))
        self.line = Line(self.settings)
        self.approvals = self.keys.approvals(self.account, approved_folder(self.settings, self.keys))

    @property
    def account(self) -> str:
        """What tells this account from another; a new signature does not."""
        return "sandbox" if self.settings.sandbox else self.settings.api_url + self.settings.auth_id.get_secret_value()

    def beside(self, settings: Settings) -> "App":
        """The same account behind another menu: its client, records and journal are shared."""
        other = copy.copy(self)
        other.settings = settings
        return other

    @property
    def stocktrim(self) -> StockTrimClient:
        """The client, shared by every session. Raises: NotSentError once the server ends."""
        return self.line.client(self.connect)

    def records(self, progress: Progress | None = None) -> Records:
        """The account as planning reads it, in one call."""
        wait = WAIT_SHARE * self.settings.call_seconds
        return Records(self.stocktrim, self.joined, self.kept, self.now, wait, progress)

    async def known_to(self, rails: Rails, changes: Sequence[Change]) -> Known:
        """What rails must know besides these changes: orders and products as they are, and what is usual."""
        moved = [change.key for change in changes if moves_up(change) and lines_of(change) is None]
        if not (moved or any(map(products_of, changes))):
            return Known()
        snapshot, wait = self.stocktrim.snapshot, WAIT_SHARE * self.settings.call_seconds
        usual: tuple[Kind, ...] = () if rails.max_quantity_factor is None else ("purchase_orders", "order_plan")
        missing = (await snapshot.need("products", *usual, wait=wait)).missing
        orders = {key: await self._order(key) for key in moved}
        held = {line.product_id for order in orders.values() if order for line in order.lines if line.product_id}
        wanted = held.union(*map(products_of, changes))
        placed = await snapshot.purchase_orders(wait=0) if usual and usual[0] not in missing else ()
        rows = await snapshot.order_plan(wait=0) if usual and usual[1] not in missing else ()
        return Known(
            orders,
            await self._products(wanted, await snapshot.products(wait=0) if "products" not in missing else ()),
            await asyncio.to_thread(usual_quantities, placed, rows),
            tuple(f"the {kind.replace('_', ' ')}" for kind in usual if kind in missing),
        )

    async def _order(self, reference: str) -> PurchaseOrder | None:
        try:
            return await self.stocktrim.purchase_orders.find(reference)
        except StockTrimError:
            return None

    async def _products(self, wanted: Collection[str], held: Sequence[Product]) -> Mapping[str, Product] | None:
        """These products by id, those not on hand asked live. None: they could not be read."""
        known = {one.product_id: one for one in held if one.product_id in wanted}
        if strange := [product_id for product_id in wanted if product_id not in known]:
            try:
                found = await self.stocktrim.products.find_many(strange)
            except StockTrimError:
                return None
            known |= {one.product_id: one for those in found.values() for one in those}
        return known

    async def aclose(self) -> None:
        """End the account's connections. Calling it again does nothing."""
        await self.line.aclose()


async def _app(ctx: Context[App]) -> App:
    return ctx.request_context.lifespan_context


async def _stocktrim(ctx: Context[App]) -> StockTrimClient:
    return ctx.request_context.lifespan_context.stocktrim


async def _tell(ctx: Context[App]) -> Tell:
    return ctx.report_progress


async def on_hand(
    stocktrim: StockTrimClient, *needed: Kind, useful: Sequence[Kind] = (), max_age: float | None = None
) -> Standing:
    """Have these kinds on hand, as far as a call can wait for it; an answer can do without the useful ones.

    Units: `max_age` in seconds, after which they are read again; None: the snapshot's own.
    Raises: ToolError or StockTrimError why something needed is missing.
    """
    if not (needed or useful):
        return Standing(kinds=())
    context, wait = call_context.get(), WAIT_SHARE * call_seconds.get()
    progress = None if context is None else _progress(context)
    standing = await stocktrim.snapshot.need(*needed, *useful, wait=wait, progress=progress, max_age=max_age)
    for one in standing.kinds:
        if one.kind in needed and not one.is_on_hand:
            await refuse_without(stocktrim, one)
    return standing


async def refuse_without(stocktrim: StockTrimClient, missing: KindStanding) -> NoReturn:
    """Say why records are missing. Raises: ToolError; StockTrimError where StockTrim answers nothing at all."""
    if missing.error is None and not missing.rows_so_far:
        # Nothing has come yet: something small fails soon, and says why.
        await stocktrim.forecasts.progress()
    raise (ToolError if missing.error is None else UnreadError)(missing.warning or "")


def read_ago(standing: Standing, noun: str = "records") -> str | None:
    """How long ago the oldest of these records were read, in words. None: none are on hand."""
    ages = [one.age_seconds for one in standing.kinds if one.age_seconds is not None]
    if not ages:
        return None
    return f"{noun} read {ago(max(ages))}"


def computed_ago(standing: Standing, now: datetime) -> str | None:
    """How long ago StockTrim computed the plan among these records, in words. None: no plan, or it does not say."""
    times = [one.computed_at for one in standing.kinds if one.computed_at is not None]
    if not times:
        return None
    return f"StockTrim computed the plan {ago((now - min(times)).total_seconds())}"


class Shown(NamedTuple, Generic[A, M]):
    """What of a list one answer shows. `said`: of the cursor given, and of what did not fit."""

    rows: Sequence[A]
    items: tuple[M, ...]
    next_cursor: str | None
    said: tuple[str, ...]
    is_first: bool
    """Advice about the whole list is given with its first page, and not again."""


def show(
    rows: Sequence[A],
    limit: int,
    cursor: str,
    as_shown: Callable[[A], M],
    *,
    mark: Callable[[A], object],
    asked: object,
) -> Shown[A, M]:
    """As many of a list from its cursor on as were asked for, or as one answer holds.

    Raises: ToolError for a cursor that is none of ours.
    """
    seen = window(rows, limit, cursor, noun="list", mark=mark, question=asked)
    items = tuple(shortened(as_shown(one)) for one in seen.rows)
    said = seen.said
    if (fits := fitting(items)) < len(items):
        seen, items = window(rows, fits, cursor, noun="list", mark=mark, question=asked), items[:fits]
        said = (*said, f"One answer holds no more than these {fits}: next_cursor leads to the others.")
    return Shown(seen.rows, items, seen.next_cursor, said, is_first=not cursor.strip() or bool(seen.said))


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
