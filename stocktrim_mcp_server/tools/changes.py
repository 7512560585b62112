"""What was changed in StockTrim through this server, and taking it back."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import AfterValidator, Field, ValidationError

from stocktrim_client import ConflictError, NotFoundError, StockTrimClient, StockTrimError
from stocktrim_client.changes import Change
from stocktrim_client.history import Entry
from stocktrim_client.models import Model, Product
from stocktrim_client.snapshot import Standing
from stocktrim_client.transport import calling
from stocktrim_client.undo import Taken, UndoStep
from stocktrim_mcp_server.answers import LIST
from stocktrim_mcp_server.approval import Approved, ConfirmToken
from stocktrim_mcp_server.dependencies import StockTrim, on_hand, show
from stocktrim_mcp_server.past import PastChange, called, names_of, past_change, spoken, told
from stocktrim_mcp_server.planning.belonging import left_behind, uses_of_product, uses_of_supplier
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, listed, short, shortened
from stocktrim_mcp_server.planning.catalogue import Catalogue
from stocktrim_mcp_server.planning.nearest import alike, did_you_mean, where_offered
from stocktrim_mcp_server.rails import ORDER
from stocktrim_mcp_server.toolbox import Codes, Cursor, Toolset
from stocktrim_mcp_server.tools.deleting import BELONGING
from stocktrim_mcp_server.writing import RecordOutcome, Write, WriteReport, carry_out

MOST_LOOKED = 2_000
"""Changes that are shown at most, page by page: the newest."""

MOST_SETTLED = 10
SETTLE_SECONDS = 10.0
"""Of one call's unknown outcomes, so many are looked at again, for so long at most."""

LATEST_NAMED = 3
"""Calls that are named where an undo_id names none."""

EMPTY: Mapping[str, object] = {"supplier_code": None, "suppliers": ()}
"""Fields of a product that name suppliers, with nothing in them."""

_KEYS: Mapping[str, str] = {"product": "product_id", ORDER: "reference"}
"""By noun, the field that a record is known by."""

Ended = Literal["applied", "refused", "not_sent", "not_applied", "unknown"]
"""Outcomes that can be asked for."""


def _plain(undo_id: str) -> str:
    """An id as journals write it: however it was typed, it is the same call."""
    return undo_id.strip().casefold()


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
    if any(one.change.noun == ORDER for one in rows):
        await on_hand(stocktrim, useful=("products",))
    codes_of = await _called(stocktrim)
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
        items=tuple(shortened(past_change(one, codes_of)) for one in rows),
        total=len(past.entries),
        next_cursor=seen.next_cursor,
        warnings=(*on_first, *seen.said, *said),
    )


async def undo_change(
    undo_id: Annotated[str, AfterValidator(_plain), Field(description="Of a call, or a change_id")],
    stocktrim: StockTrim,
    approved: Approved,
    confirm_token: ConfirmToken = None,
) -> WriteReport:
    """Take back a call's changes, or one; not what was changed since. Can itself be undone."""
    steps = await stocktrim.undo.steps(_plain(undo_id))
    if not steps:
        raise ToolError(await _unknown(stocktrim, undo_id))
    reasons = await asyncio.gather(*(_why_not(stocktrim, one) for one in steps))
    possible = [one for one, why in zip(steps, reasons, strict=True) if why is None]
    standing = await _at_hand(stocktrim, possible or steps)
    codes = await _called(stocktrim)
    cannot = [
        _refused(one, spoken(why, one.taken.newest, codes), codes)
        for one, why in zip(steps, reasons, strict=True)
        if why is not None
    ]
    if not possible:
        said = [one.said or "" for one in cannot]
        raise ToolError("\n".join(["Nothing was done.", *said]) if len(said) > 1 else f"Nothing was done. {said[0]}")
    warnings = [text for one in possible for text in one.said]
    if standing is not None:
        warnings += await _hanging_on(stocktrim, standing, possible)
    if cannot:
        warnings.append(f"Not taken back, as said beside each: {listed(f'{one.noun} {one.key!r}' for one in cannot)}.")
    report = await carry_out([_write(one, codes) for one in possible], warnings=warnings, one_at_a_time=True)
    return _with_refused(report, cannot, codes, possible)


def _write(step: UndoStep, codes: Mapping[str, str]) -> Write:
    product_id = step.taken.known.get("product_id")
    called_so = codes.get(str(product_id), "")

    def fields(change: Change) -> tuple[str, ...]:
        # Of a SKU that several share, none but the id tells which is meant.
        which = (called_so,) if called_so.startswith(f"{change.key} (") else ()
        return (*which, *told(change, codes))

    return Write(called(step.taken.newest, codes), step.send, step.noun, fields=fields)


def _refused(step: UndoStep, why: str, codes: Mapping[str, str]) -> RecordOutcome:
    change = step.taken.newest.change
    return RecordOutcome(
        key=short(called(step.taken.newest, codes)),
        noun=step.noun,
        name=None if change.name is None else short(spoken(change.name, step.taken.newest, codes)),
        outcome="refused",
        said=why,
    )


def _with_refused(
    report: WriteReport, cannot: Sequence[RecordOutcome], codes: Mapping[str, str], possible: Sequence[UndoStep]
) -> WriteReport:
    """The answer with a row for each change that cannot be taken back, and every product called by its SKU."""

    def speak(text: str) -> str:
        for one in possible:
            text = spoken(text, one.taken.newest, codes)
        return text

    rows = [one.model_copy(update={"said": one.said and speak(one.said)}) for one in report.changes]
    changed: dict[str, object] = {"changes": (*rows, *cannot), "warnings": tuple(map(speak, report.warnings))}
    if cannot and report.status != "preview":
        changed["message"] = f"{report.message} {len(cannot)} cannot be taken back, as said beside each."
        changed["status"] = "partly_applied" if report.status == "applied" else report.status
    return report.model_copy(update=changed)


async def _at_hand(stocktrim: StockTrimClient, steps: Sequence[UndoStep]) -> Standing | None:
    """Have on hand what tells how these read, and what hangs on them. None: nothing is needed."""
    if any(_hangs(one) for one in steps):
        return await on_hand(stocktrim, useful=BELONGING)
    if any(one.noun in (ORDER, "sale") for one in steps):
        return await on_hand(stocktrim, useful=("products",))
    return None


def _hangs(step: UndoStep) -> bool:
    """Whether others name the record in a way that undoing disturbs."""
    if step.noun == "supplier":
        return step.taken.was_there != step.taken.is_there
    return _deletes(step, "product")


def _deletes(step: UndoStep, noun: str) -> bool:
    return step.noun == noun and not step.taken.was_there


async def _hanging_on(stocktrim: StockTrimClient, standing: Standing, steps: Sequence[UndoStep]) -> list[str]:
    """What names products and suppliers that undoing deletes, or a supplier that it brings back; after all of it."""
    said = [
        f"The {one.replace('_', ' ')} could not be read: what of them names these is not shown."
        for one in standing.missing
    ]
    books = await _books_after(stocktrim, standing, steps)
    for step in steps:
        known = step.taken.known
        if _deletes(step, "product"):
            product_id, code = str(known.get("product_id")), str(known.get("code") or known.get("product_id"))
            product = books.by_id.get(product_id) or Product(code=code, product_id=product_id)
            if uses := list(uses_of_product(product, books)):
                said.append(f"{short(code, NAME_SHOWN)!r} is to be deleted, and others name it: {'; '.join(uses)}.")
        elif step.noun == "supplier":
            key, name = str(known.get("code") or known.get("name")), str(known.get("name") or "")
            if _deletes(step, "supplier"):
                uses = uses_of_supplier(key, books)
                said += [left_behind(key, uses)] if uses else []
            elif _hangs(step) and (codes := [one.code for one in books.products if _lost_link(one, key, name)]):
                mend = where_offered("save_suppliers", " save_suppliers with these products sets it anew.")
                said.append(
                    f"Since {short(key, NAME_SHOWN)!r} was deleted, these products list it without its code and do not "
                    f"get that link back: {listed(codes)}.{mend}"
                )
    return said


def _lost_link(product: Product, key: str, name: str) -> bool:
    """Whether a product lists a supplier by its name alone."""
    return key != name and any(one.supplier.casefold() == name.casefold() for one in product.suppliers)


async def _books_after(stocktrim: StockTrimClient, standing: Standing, steps: Sequence[UndoStep]) -> Catalogue:
    """What is on hand, joined, as far as it is known without what these steps delete, and with what they set back."""
    gone = {(one.noun, one.taken.known.get(_KEYS.get(one.noun, ""))) for one in steps if not one.taken.was_there}
    parts = {one.key for one in steps if _deletes(one, "component line")}
    back = {one.taken.known.get("product_id"): one.taken for one in steps if one.noun == "product"}
    there = {one.kind for one in standing.kinds if one.is_on_hand}
    snapshot = stocktrim.snapshot
    products = await snapshot.products(wait=0) if "products" in there else ()
    orders = await snapshot.purchase_orders(wait=0) if "purchase_orders" in there else ()
    bills = await snapshot.bills_of_materials(wait=0) if "bills_of_materials" in there else ()
    return await asyncio.to_thread(
        Catalogue,
        [_set_back(one, back.get(one.product_id)) for one in products if ("product", one.product_id) not in gone],
        await snapshot.suppliers(wait=0) if "suppliers" in there else (),
        orders=[one for one in orders if (ORDER, one.reference) not in gone],
        bills=[one for one in bills if f"{one.product_id} / {one.component_id}" not in parts],
    )


def _set_back(product: Product, taken: Taken | None) -> Product:
    """A product with the suppliers that undoing gives it back."""
    fields = EMPTY.keys() & set(() if taken is None else taken.fields)
    if taken is None or not fields:
        return product
    was = {field: (taken.before or {}).get(field) or EMPTY[field] for field in fields}
    return Product.model_validate(product.model_dump() | was)


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
    """What people call the products, by id, as far as that is on hand; with it where several share a SKU."""
    if stocktrim.snapshot.standing("products").missing:
        return {}
    products = await stocktrim.snapshot.products(wait=0)
    count = Counter(one.code for one in products)
    return {
        one.product_id: one.code if count[one.code] == 1 else f"{one.code} (id {one.product_id})" for one in products
    }


async def _ids(stocktrim: StockTrimClient, codes: Sequence[str]) -> tuple[set[str], tuple[str, ...]]:
    """These codes and what orders and sales call the products among them; what there is to say if that is not known."""
    named = set(codes)
    if not named:
        return named, ()
    if not stocktrim.snapshot.standing("products").missing:
        wanted = {one.casefold() for one in named}
        products = await stocktrim.snapshot.products(wait=0)
        return named | {one.product_id for one in products if one.code.casefold() in wanted}, ()
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
