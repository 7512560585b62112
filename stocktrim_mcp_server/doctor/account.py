"""What StockTrim says once it is reached: who we are to it, in which form it answers, what the account holds."""

import asyncio
from datetime import timedelta

from stocktrim_client import CredentialsError, RefusedError, StockTrimError
from stocktrim_client.client import API_URL
from stocktrim_client.helpers.shape import READS, Shape, shape_of
from stocktrim_client.snapshot import Kind
from stocktrim_client.transport import calling
from stocktrim_mcp_server.answers import ago
from stocktrim_mcp_server.credentials import AUTH_ID, AUTH_SIGNATURE, which
from stocktrim_mcp_server.doctor.findings import Case, Finding, unmade
from stocktrim_mcp_server.planning.bounds import listed, short

STALE = timedelta(days=7)
COUNTED: tuple[Kind, ...] = ("products", "suppliers", "purchase_orders")


async def accepted(case: Case) -> list[Finding]:
    """Whether StockTrim accepts the credentials, by one small question."""
    if case.obstacle:
        return unmade(case.obstacle)
    try:
        with calling(deadline=0.8 * case.limit):
            system = await case.stocktrim.account.connected_system()
    except CredentialsError as error:
        case.unsigned = "the credentials are refused"
        return [Finding("fail", str(error), _which(case, error))]
    except StockTrimError as error:
        return [Finding("fail", str(error), "See the lines above for the way there; else try again later.")]
    loaded = f"; the account is loaded from {short(system.name)}" if system and system.name else ""
    return [Finding("ok", f"accepted{loaded}")]


def _which(case: Case, error: RefusedError) -> str:
    return which(f"{error.title} {error.detail}", case.pasted(AUTH_ID), case.pasted(AUTH_SIGNATURE))


async def shape(case: Case) -> list[Finding]:
    """Whether the long lists come as openapi.yaml says."""
    if case.obstacle:
        return unmade(case.obstacle)
    with calling(deadline=0.8 * case.limit):
        met = await asyncio.gather(*(_shape(case, operation) for operation in READS))
    found = dict(zip(READS, met, strict=True))
    if all(one == Shape(0) for one in met):
        return [
            Finding(
                "warn",
                "every list is empty, or 'not found'",
                f"If the account does hold products, check {API_URL}: a mistyped path is answered so.",
            )
        ]
    findings = [finding for operation, one in found.items() for finding in judged_shape(operation, one)]
    rows = ", ".join(f"{one.rows} of {_words(operation)}" for operation, one in found.items() if isinstance(one, Shape))
    return findings or [Finding("ok", f"as documented; rows looked at: {rows}")]


async def _shape(case: Case, operation: str) -> Shape | StockTrimError:
    try:
        return await shape_of(operation, case.stocktrim.api)
    except StockTrimError as error:
        return error


def judged_shape(operation: str, found: Shape | StockTrimError) -> list[Finding]:
    """One list as it came; nothing to say where it is as documented."""
    if isinstance(found, StockTrimError):
        return [Finding("fail", str(found), "Tools that read this list will say the same.")]
    what = _words(operation)
    findings: list[Finding] = []
    if found.unknown:
        new = f"{what}: StockTrim sends fields unknown here ({listed(found.unknown)})"
        findings.append(Finding("note", new, "They are ignored; tell the authors of this server."))
    if found.missing:
        gone = f"{what}: StockTrim does not send {listed(found.missing)}"
        findings.append(Finding("note", gone, "Answers leave out what follows from them; tell the authors."))
    return findings


def _words(operation: str) -> str:
    return operation.partition("_")[2].replace("_", " ")


async def counts(case: Case) -> list[Finding]:
    """How many products, suppliers and open orders there are."""
    if case.obstacle:
        return unmade(case.obstacle)
    snapshot = case.stocktrim.snapshot
    standing = await snapshot.need(*COUNTED, wait=0.8 * case.limit)
    if standing.missing:
        said = " ".join(standing.warnings)
        return [Finding("note", said, "A large account takes longer than this check may: the server goes on reading.")]
    orders = await snapshot.purchase_orders(wait=0)
    products, suppliers = (standing.of(kind).rows for kind in COUNTED[:2])
    still_open = sum(one.is_open for one in orders)
    found = f"{products:,} products, {suppliers:,} suppliers, {still_open:,} open orders of {len(orders):,}"
    if not products:
        return [Finding("warn", found, "Load products in StockTrim first: without them there is nothing to plan.")]
    return [Finding("ok", found)]


async def forecast(case: Case) -> list[Finding]:
    """How old the plan is, and whether another is on its way."""
    if case.obstacle:
        return unmade(case.obstacle)
    try:
        with calling(deadline=0.8 * case.limit):
            at, progress = await asyncio.gather(
                case.stocktrim.order_plan.calculated_at(), case.stocktrim.forecasts.progress()
            )
    except StockTrimError as error:
        return [Finding("fail", str(error), "Tools that plan will say the same.")]
    if progress.is_running:
        return [Finding("note", "a forecast is running", "Figures will change when it ends.")]
    if at is None:
        return [Finding("warn", "StockTrim holds no plan", "Run a forecast there, once it holds products and sales.")]
    age = case.now() - at
    if age > STALE:
        return [Finding("warn", f"the plan is {age.days} days old", "Run a forecast first, then order by it.")]
    return [Finding("ok", f"the plan was computed {ago(age.total_seconds())}")]
