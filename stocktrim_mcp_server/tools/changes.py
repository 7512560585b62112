"""What was changed in StockTrim through this server, and taking it back."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field, ValidationError

from stocktrim_client import ConflictError, NotFoundError, StockTrimClient, StockTrimError
from stocktrim_client.changes import Change
from stocktrim_client.history import Entry
from stocktrim_client.models import Model
from stocktrim_client.transport import calling
from stocktrim_client.undo import UndoStep
from stocktrim_mcp_server.answers import LIST
from stocktrim_mcp_server.approval import Approved, ConfirmToken
from stocktrim_mcp_server.dependencies import StockTrim, on_hand, show
from stocktrim_mcp_server.past import PastChange, names_of, past_change, told
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, short, shortened
from stocktrim_mcp_server.planning.nearest import alike, did_you_mean, where_offered
from stocktrim_mcp_server.rails import ORDER
from stocktrim_mcp_server.toolbox import Codes, Cursor, Toolset
from stocktrim_mcp_server.writing import Write, WriteReport, carry_out

MOST_LOOKED = 2_000
"""Changes that are shown at most, page by page: the newest."""

MOST_SETTLED = 10
SETTLE_SECONDS = 10.0
"""Of one call's unknown outcomes, so many are looked at again, for so long at most."""

LATEST_NAMED = 3
"""Calls that are named where an undo_id names none."""

Ended = Literal["applied", "refused", "not_sent", "not_applied", "unknown"]
"""Outcomes that can be asked for."""


class PastChanges(Model):
    """Changes, the newest first."""

    warnings: tuple[str, ...] = ()
    items: Annotated[tuple[PastChange, ...], LIST]
    total: int
    next_cursor: str | None = None


async def list_changes(
    stocktrim: StockTrim,
    since: Annotated[date | None, Field(description="Day, UTC")] = None,
    codes: Annotated[Codes, Field(max_length=20, description="Of products, orders, suppliers")] = (),
    outcome: Annotated[Ended | None, Field(description="Only these")] = None,
    limit: Annotated[int, Field(ge=1, le=100, description="Most")] = 20,
    cursor: Cursor = "",
) -> PastChanges:
    """What was changed through this server, newest first: before -> after, outcome, undo_id."""
    ids, unread = await _ids(stocktrim, codes)
    wanted = {one.casefold() for one in ids}
    known: set[str] = set()

    def fits(entry: Entry) -> bool:
        if outcome not in (None, entry.outcome):
            return False
        known.add(entry.change.key)
        return not wanted or not wanted.isdisjoint(names_of(entry))

    first = None if since is None else datetime.combine(since, time(), UTC)
    past = await stocktrim.history.entries(first, limit=MOST_LOOKED, fits=fits)
    asked = (since, codes, outcome)
    seen = show(past.entries, limit, cursor, past_change, mark=lambda one: one.change_id, asked=asked)
    rows, said = await _looked_at_again(stocktrim, seen.rows)
    called = await _called(stocktrim)
    on_first: list[str] = []
    if seen.is_first:
        on_first += unread
        if past.damaged:
            on_first.append(f"{past.damaged} line(s) of the journal are damaged and left out; the others are whole.")
        if past.more:
            on_first.append(f"Only the newest {MOST_LOOKED:,} are listed: filters lead to older ones.")
        if not past.entries:
            on_first.append(_nothing(codes, known, is_filtered=any(asked)))
    return PastChanges(
        items=tuple(shortened(past_change(one, called)) for one in rows),
        total=len(past.entries),
        next_cursor=seen.next_cursor,
        warnings=(*on_first, *seen.said, *said),
    )


async def undo_change(
    undo_id: Annotated[str, Field(description="Of a call, or a change_id")],
    stocktrim: StockTrim,
    approved: Approved,
    confirm_token: ConfirmToken = None,
) -> WriteReport:
    """Take back a call's changes, or one; not what was changed since. Can itself be undone."""
    steps = await stocktrim.undo.steps(undo_id.strip().casefold())
    if not steps:
        raise ToolError(await _unknown(stocktrim, undo_id))
    refused = await asyncio.gather(*(_why_not(stocktrim, one) for one in steps))
    cannot = [why for why in refused if why is not None]
    possible = [one for one, why in zip(steps, refused, strict=True) if why is None]
    if not possible:
        raise ToolError(
            "\n".join(["Nothing was done.", *cannot]) if len(cannot) > 1 else f"Nothing was done. {cannot[0]}"
        )
    said = [text for one in possible for text in one.said]
    if any(one.noun == ORDER for one in possible):
        await on_hand(stocktrim, useful=("products",))
    called = await _called(stocktrim)

    def fields(change: Change) -> tuple[str, ...]:
        return told(change, called)

    writes = [Write(one.key, one.send, one.noun, fields=fields) for one in possible]
    return await carry_out(writes, warnings=(*cannot, *said), one_at_a_time=True)


async def _why_not(stocktrim: StockTrimClient, step: UndoStep) -> str | None:
    """Why a change cannot be taken back: known of old, or seen at its record now. None: nothing stands against it."""
    if step.cannot is not None:
        return step.cannot
    try:
        with stocktrim.changes.preview():
            await step.send()
    except (ConflictError, NotFoundError) as error:
        return str(error)
    except StockTrimError as error:
        # Trouble on the way says nothing of the change, and is met again with the others.
        return str(error) if isinstance(error.__cause__, ValidationError) else None
    return None


async def _called(stocktrim: StockTrimClient) -> dict[str, str]:
    """What people call the products, by id, as far as that is on hand."""
    if stocktrim.snapshot.standing("products").missing:
        return {}
    return {one.product_id: one.code for one in await stocktrim.snapshot.products(wait=0)}


async def _ids(stocktrim: StockTrimClient, codes: Sequence[str]) -> tuple[set[str], tuple[str, ...]]:
    """These codes and what orders and sales call the products among them; what there is to say if that is not known."""
    named = set(codes)
    if not named:
        return named, ()
    if called := await _called(stocktrim):
        wanted = {one.casefold() for one in named}
        return named | {product_id for product_id, code in called.items() if code.casefold() in wanted}, ()
    try:
        found = await stocktrim.products.look_up(codes)
    except StockTrimError as error:
        return named, (f"Orders and sales of these products may be missing, as their ids could not be read: {error}",)
    return named | {one.product_id for those in found.values() for one in those}, ()


async def _looked_at_again(
    stocktrim: StockTrimClient, entries: Sequence[Entry]
) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """The same changes, as far as time allows without doubt; and how many were not looked at again."""
    unknown = [one for one in entries if one.outcome == "unknown"]
    again = unknown[:MOST_SETTLED]
    with calling(deadline=SETTLE_SECONDS):
        settled = await asyncio.gather(*map(stocktrim.history.settle, again))
    by_id = {one.change_id: one for one in settled}
    left = len(unknown) - len(again)
    said = (f"{left} more of unknown outcome were not looked at again: ask for fewer at a time.",) if left else ()
    return tuple(by_id.get(one.change_id, one) for one in entries), said


async def _unknown(stocktrim: StockTrimClient, undo_id: str) -> str:
    """That there is no such change, and which were the latest."""
    said = f"There is no change and no call {short(undo_id, NAME_SHOWN)!r} on record."
    past = await stocktrim.history.entries(limit=100, fits=lambda one: one.outcome == "applied" and not one.undone_by)
    latest: dict[str, Entry] = {}
    for one in past.entries:
        latest.setdefault(one.batch or one.change_id, one)
    if not latest:
        return f"{said} Nothing that was changed here is left to be taken back."
    named = [
        f"{name} ({one.tool or 'a script'}, {one.at:%Y-%m-%d %H:%M} UTC, {one.change.noun} {short(one.change.key)!r})"
        for name, one in list(latest.items())[:LATEST_NAMED]
    ]
    more = where_offered("list_changes", " list_changes shows all.")
    return f"{said}{did_you_mean(undo_id, latest)} The latest: {'; '.join(named)}.{more}"


def _nothing(names: Sequence[str], known: set[str], *, is_filtered: bool) -> str:
    """That no change is listed, and what may have been meant."""
    if not is_filtered:
        return (
            "No change is on record: nothing was changed in StockTrim through this server, as far as its journal goes."
        )
    guesses = "".join(dict.fromkeys(did_you_mean(one, alike(one, known)) for one in names))
    return f"No change on record fits.{guesses}"


HISTORY = Toolset("history", "What was changed, and taking it back.", reads=(list_changes,), deletes=(undo_change,))
