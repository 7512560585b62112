"""What the journal tells: changes with their outcomes, also of processes that died, and what can be settled later."""

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from stocktrim_client.changes import acting, batch, caller
from stocktrim_client.client import StockTrimClient
from stocktrim_client.errors import NotSentError, OutcomeUnknownError
from stocktrim_client.history import SETTLES_AFTER, Entry, History
from stocktrim_client.journal import FileJournal, MemoryJournal, Record
from stocktrim_client.models import (
    BomLineDraft,
    LocationDraft,
    ProductDraft,
    PurchaseOrderDraft,
    PurchaseOrderLineDraft,
    SalesOrderDraft,
    StockCount,
    SupplierDraft,
)
from stocktrim_client.operations import find_operation
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from tests.client.sandboxed import connected, sandbox

NEW = ProductDraft(product_id="NEW-1", name="New", unit_cost=2.5)
DEARER = ProductDraft(product_id="KETTLE-09", unit_cost=40)
PART = BomLineDraft(product_id="KETTLE-09", component_id="000123", quantity=2)
SALE = SalesOrderDraft(product_id="KETTLE-09", sold_at=datetime(2026, 2, 1, tzinfo=UTC), quantity=2, reference="s-1")
ORDER = PurchaseOrderDraft(
    reference="PO-NEW",
    supplier_code="HIKARI",
    lines=(PurchaseOrderLineDraft(product_id="KETTLE-09", quantity=3, unit_price=38),),
)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Killed(BaseException):
    """The process is gone."""


class Dying(MemoryJournal):
    """A journal whose process is killed at its n-th line: before it is written, or right after."""

    def __init__(self, inner: MemoryJournal, at: int, *, written: bool) -> None:
        super().__init__()
        self._inner = inner
        self._left = at
        self._written = written

    async def append(self, entry: Record) -> None:
        self._left -= 1
        if self._left or self._written:
            await self._inner.append(entry)
        if not self._left:
            raise Killed


def later(stocktrim: StockTrimClient, journal: MemoryJournal, after: timedelta = SETTLES_AFTER) -> History:
    """The same history, read after a while."""
    helpers = {
        "product": stocktrim.products,
        "supplier": stocktrim.suppliers,
        "location": stocktrim.locations,
        "sale": stocktrim.sales_orders,
        "stock": stocktrim.inventory,
        "purchase order": stocktrim.purchase_orders,
        "component line": stocktrim.bills_of_materials,
    }
    return History(journal, helpers, now=lambda: datetime.now(UTC) + after)


async def newest(history: History) -> Entry:
    return (await history.entries(limit=1)).entries[0]


# --- what is told


async def test_a_change_is_told_with_all_that_is_known_of_it() -> None:
    async with connected(sandbox(), journal=MemoryJournal()) as stocktrim:
        tokens = acting.set("update_products"), batch.set("one-call"), caller.set("anna")
        report = await stocktrim.products.save(DEARER)
        acting.reset(tokens[0])
        batch.reset(tokens[1])
        caller.reset(tokens[2])
        entry = await newest(stocktrim.history)
    assert (entry.change_id, entry.batch, entry.tool) == (report.change_ids[0], "one-call", "update_products")
    assert entry.caller == "anna"
    assert (entry.outcome, entry.error, entry.warnings) == ("applied", None, ())
    assert (entry.undoes, entry.undone_by) == (None, None)
    assert entry.change == report.changes[0]
    assert entry.before is not None
    assert entry.left is not None
    assert (entry.before["unit_cost"], entry.left["unit_cost"]) == (38.0, 40.0)
    assert entry.at.tzinfo is not None


async def test_a_client_without_a_journal_knows_of_nothing() -> None:
    async with connected(sandbox()) as stocktrim:
        report = await stocktrim.products.save(NEW)
        assert (await stocktrim.history.entries()).entries == ()
        assert await stocktrim.history.get(report.change_ids[0]) == ()
        assert await stocktrim.undo.steps(report.change_ids[0]) == ()


async def test_the_newest_come_first_and_are_chosen() -> None:
    async with connected(sandbox(), journal=MemoryJournal()) as stocktrim:
        for cost in range(1, 6):
            await stocktrim.products.save(ProductDraft(product_id="NEW-1", unit_cost=cost))
        await stocktrim.suppliers.save(SupplierDraft(code="S-1"))
        history = stocktrim.history
        everything = (await history.entries()).entries
        assert [entry.change.key for entry in everything] == ["S-1", *["NEW-1"] * 5]
        some = await history.entries(keys=["new-1"], limit=2)
        assert some == (everything[1:3], 0, True)
        rest = await history.entries(keys=["NEW-1"], limit=3, older_than=some.entries[-1].change_id)
        assert rest == (everything[3:], 0, False)
        created = await history.entries(fits=lambda entry: entry.change.kind == "create")
        assert created.entries == (everything[0], everything[-1])
        assert (await history.entries(since=everything[2].at)).entries == everything[:3]
        assert (await history.entries(since=datetime.now(UTC) + timedelta(days=1))).entries == ()


async def test_a_change_or_a_whole_call_is_found_by_its_id() -> None:
    async with connected(sandbox(), journal=MemoryJournal()) as stocktrim:
        token = batch.set("one-call")
        ids = [(await stocktrim.products.save(draft)).change_ids[0] for draft in (NEW, DEARER)]
        batch.reset(token)
        await stocktrim.suppliers.save(SupplierDraft(code="S-1"))
        found = await stocktrim.history.get("one-call")
        assert [entry.change_id for entry in found] == ids[::-1]
        assert await stocktrim.history.get(f" {ids[0]} ") == (found[1],)
        assert await stocktrim.history.get("another") == ()


async def test_what_is_being_sent_is_not_taken_for_lost() -> None:
    far, journal, seen = sandbox(), MemoryJournal(), list[str]()
    clients = list[StockTrimClient]()

    class Asking(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if find_operation(request.method, request.url.path).name == "save_product":
                for client in clients:
                    entry = await client.history.settle(await newest(client.history))
                    seen.append(entry.outcome)
            return await far.handle_async_request(request)

    async with connected(Asking(), journal=journal) as stocktrim, connected(far, journal=journal) as other:
        clients += [stocktrim, other]
        await stocktrim.products.save(NEW)
        assert (await newest(other.history)).outcome == "applied"
    # Another process cannot know whether it is on its way, and so does not call it lost yet.
    assert seen == ["sending", "unknown"]
    assert not stocktrim.changes.under_way


# --- processes that died


@pytest.mark.parametrize("written", [True, False])
async def test_a_kill_before_sending_leaves_nothing_or_a_change_in_doubt_that_was_not_made(written: bool) -> None:
    far, journal = sandbox(), MemoryJournal()
    async with connected(far, journal=Dying(journal, 1, written=written)) as dying:
        with pytest.raises(Killed):
            await dying.products.save(NEW)
    async with connected(far, journal=journal) as stocktrim:
        entries = (await stocktrim.history.entries()).entries
        assert [entry.outcome for entry in entries] == (["unknown"] if written else [])
        if written:
            early = await stocktrim.history.settle(entries[0])
            assert early.outcome == "unknown"
            assert "Look again in two minutes" in early.warnings[-1]
            assert (await later(stocktrim, journal).settle(entries[0])).outcome == "not_applied"
            assert (await newest(stocktrim.history)).outcome == "not_applied"
        assert await stocktrim.products.find("NEW-1") is None


@pytest.mark.parametrize("written", [True, False])
async def test_a_kill_after_sending_is_settled_as_made(written: bool) -> None:
    far, journal = sandbox(), MemoryJournal()
    async with connected(far, journal=Dying(journal, 2, written=written)) as dying:
        with pytest.raises(Killed):
            await dying.products.save(DEARER)
    async with connected(far, journal=journal) as stocktrim:
        entry = await newest(stocktrim.history)
        assert entry.outcome == ("applied" if written else "unknown")
        settled = await stocktrim.history.settle(entry)
        assert settled.outcome == "applied"
        kept = await newest(stocktrim.history)
        assert kept.outcome == "applied"
        assert kept.left is not None
        assert kept.left["unit_cost"] == 40.0
        if not written:
            assert kept.warnings == settled.warnings == ("settled later by reading: the change was made",)
        for step in await stocktrim.undo.steps(entry.change_id):
            await step.send()
        assert (await stocktrim.products.get("KETTLE-09")).unit_cost == 38.0


async def test_what_is_settled_as_made_is_news_to_the_records_on_hand() -> None:
    far, journal = sandbox(), MemoryJournal()
    async with connected(far, journal=journal) as stocktrim:
        await stocktrim.snapshot.need("products")
        async with connected(far, journal=Dying(journal, 2, written=False)) as dying:
            with pytest.raises(Killed):
                await dying.products.save(DEARER)
        await stocktrim.history.settle(await newest(stocktrim.history))
        await stocktrim.snapshot.need("products")
        kettle = next(one for one in await stocktrim.snapshot.products() if one.code == "KETTLE-09")
    assert kettle.unit_cost == 40.0


# --- settled later


async def in_doubt(far: Sandbox, stocktrim: StockTrimClient, *, applied: bool) -> Entry:
    """A component line whose adding nobody answered, and that could not be read back."""
    far.faults.add(Fault("reset", at="create_bill_of_materials", applied=applied))
    far.faults.add(Fault("status", at="list_bills_of_materials", status=403, after=2))
    with pytest.raises(OutcomeUnknownError):
        await stocktrim.bills_of_materials.save(PART)
    entry = await newest(stocktrim.history)
    assert (entry.outcome, entry.was_read_back) == ("unknown", False)
    return entry


@pytest.mark.parametrize("applied", [True, False])
async def test_a_doubt_is_settled_by_looking_later(applied: bool) -> None:
    far, journal = sandbox(), MemoryJournal()
    async with connected(far, journal=journal) as stocktrim:
        entry = await in_doubt(far, stocktrim, applied=applied)
        settled = await later(stocktrim, journal).settle(entry)
        assert settled.outcome == ("applied" if applied else "not_applied")
        assert settled == await newest(stocktrim.history)
        assert await stocktrim.history.settle(settled) == settled
        assert len(list(journal.read())) == 3


async def test_what_is_neither_as_it_was_nor_as_wanted_stays_in_doubt_and_is_shown() -> None:
    far, journal = sandbox(), MemoryJournal()
    async with connected(far, journal=Dying(journal, 2, written=False)) as dying:
        with pytest.raises(Killed):
            await dying.products.save(DEARER)
    far.shop.products["KETTLE-09"]["cost"] = 39.0
    far.shop.changed()
    async with connected(far, journal=journal) as stocktrim:
        entry = await later(stocktrim, journal).settle(await newest(stocktrim.history))
    assert entry.outcome == "unknown"
    assert "neither as it was before nor as it was to be: unit_cost is 39" in entry.warnings[-1]


@pytest.mark.parametrize(("made", "outcome"), [(True, "applied"), (False, "not_applied")])
async def test_what_was_there_at_our_next_change_tells_more_than_what_is_there_now(made: bool, outcome: str) -> None:
    far, journal = sandbox(), MemoryJournal()
    async with connected(far, journal=Dying(journal, 2, written=False)) as dying:
        with pytest.raises(Killed):
            await dying.products.save(DEARER)
    if not made:
        far.shop.products["KETTLE-09"]["cost"] = 38.0
        far.shop.changed()
    async with connected(far, journal=journal) as stocktrim:
        entry = await newest(stocktrim.history)
        entry = entry.model_copy(update={"at": entry.at - SETTLES_AFTER})
        # Back to the old price, or on to the new one: now it looks the other way round.
        await stocktrim.products.save(ProductDraft(product_id="KETTLE-09", unit_cost=38 if made else 40))
        assert (await stocktrim.history.settle(entry)).outcome == outcome


async def test_what_was_changed_again_too_soon_to_tell_asks_for_no_other_look() -> None:
    far, journal = sandbox(), MemoryJournal()
    async with connected(far, journal=Dying(journal, 1, written=True)) as dying:
        with pytest.raises(Killed):
            await dying.products.save(DEARER)
    async with connected(far, journal=journal) as stocktrim:
        lost = await newest(stocktrim.history)
        await stocktrim.products.save(DEARER)
        entry = await later(stocktrim, journal, timedelta(days=3)).settle(lost)
    assert entry.outcome == "unknown"
    assert "was changed again 0 s later and still was as before" in entry.warnings[-1]
    assert "Look again" not in entry.warnings[-1]


async def test_a_change_is_not_settled_by_that_of_another_product_of_the_same_sku() -> None:
    far, journal = sandbox(), MemoryJournal()
    far.shop.products["30000002"]["productCodeReadable"] = "V60-02"
    far.shop.changed()
    one, other = StockCount(product_id="30000001", on_hand=12), StockCount(product_id="30000002", on_hand=31)
    async with connected(far, journal=Dying(journal, 1, written=True)) as dying:
        with pytest.raises(Killed):
            await dying.inventory.save(one)
    async with connected(far, journal=journal) as stocktrim:
        lost = await newest(stocktrim.history)
        await stocktrim.inventory.save(other)
        assert (await newest(stocktrim.history)).change.key == lost.change.key == "V60-02"
        assert (await newest(stocktrim.history)).identity != lost.identity
        # Called by its id, it is the same product all the same.
        await stocktrim.inventory.save(StockCount(product_id="30000001", on_hand=5), called="30000001")
        assert (await newest(stocktrim.history)).identity == lost.identity
        entry = await later(stocktrim, journal).settle(lost)
    assert entry.outcome == "unknown"
    assert "was changed again" in entry.warnings[-1]


@pytest.mark.parametrize("more", [{"on_hand": 400.0, "unit_price": 55.0}, {}])
async def test_a_record_that_others_made_with_more_in_it_is_not_taken_for_ours(more: dict[str, Any]) -> None:
    far, journal = sandbox(), MemoryJournal()
    async with connected(far, journal=Dying(journal, 1, written=True)) as dying:
        with pytest.raises(Killed):
            await dying.products.save(NEW)
    async with connected(far) as others:
        await others.products.save(ProductDraft(**NEW.model_dump(exclude_unset=True), **more))
    async with connected(far, journal=journal) as stocktrim:
        entry = await stocktrim.history.settle(await newest(stocktrim.history))
        (step,) = await stocktrim.undo.steps(entry.change_id)
    assert entry.outcome == ("unknown" if more else "applied")
    assert (step.cannot is None) is not bool(more)
    if more:
        assert "more than this change was to give it (on_hand, unit_price)" in entry.warnings[-1]


@pytest.mark.parametrize("name", ["2026-02-30T00:00:00Z", "2026-13-45T25:61:00Z"])
async def test_a_name_that_looks_like_a_moment_and_is_none_is_a_name(name: str) -> None:
    async with connected(sandbox(), journal=MemoryJournal()) as stocktrim:
        report = await stocktrim.products.save(ProductDraft(product_id="KETTLE-09", name=name))
        (step,) = await stocktrim.undo.steps(report.change_ids[0])
        assert (await step.send()).changes[0].fields[0].before == name


@pytest.mark.parametrize("quirk", ["dead", "by_product"])
async def test_a_sale_that_is_not_shown_proves_nothing(quirk: Any) -> None:
    far, journal = sandbox(quirks=Quirks(sales_orders_v1=quirk)), MemoryJournal()
    async with connected(far, journal=Dying(journal, 1, written=True)) as dying:
        with pytest.raises(Killed):
            await dying.sales_orders.save(SALE)
    async with connected(far, journal=journal) as stocktrim:
        entry = await later(stocktrim, journal).settle(await newest(stocktrim.history))
    # Where other sales of the product are shown, this one's absence tells.
    assert entry.outcome == ("unknown" if quirk == "dead" else "not_applied")
    if quirk == "dead":
        assert "which says nothing" in entry.warnings[-1]


async def test_a_location_that_is_not_shown_proves_nothing() -> None:
    far, journal = sandbox(), MemoryJournal()
    async with connected(far, journal=Dying(journal, 1, written=True)) as dying:
        with pytest.raises(Killed):
            await dying.locations.save(LocationDraft(code="L-1", name="New"))
    async with connected(far, journal=journal) as stocktrim:
        entry = await later(stocktrim, journal).settle(await newest(stocktrim.history))
        assert entry.outcome == "unknown"
        await stocktrim.locations.save(LocationDraft(code="L-2", name="New"))


async def test_a_forecast_run_in_doubt_stays_so_and_says_where_to_look() -> None:
    far, journal = sandbox(), MemoryJournal()
    async with connected(far, journal=Dying(journal, 2, written=False)) as dying:
        with pytest.raises(Killed):
            await dying.forecasts.run()
    async with connected(far, journal=journal) as stocktrim:
        entry = await stocktrim.history.settle(await newest(stocktrim.history))
    assert entry.outcome == "unknown"
    assert "No reading tells" in entry.warnings[-1]


async def test_a_look_that_fails_leaves_the_doubt_and_says_why() -> None:
    far, journal = sandbox(), MemoryJournal()
    async with connected(far, journal=journal) as stocktrim:
        entry = await in_doubt(far, stocktrim, applied=True)
        far.faults.add(Fault("status", at="list_bills_of_materials", status=403))
        settled = await stocktrim.history.settle(entry)
    assert settled.outcome == "unknown"
    assert "Looking at the component line 'KETTLE-09 / 000123' again failed" in settled.warnings[-1]


async def test_a_journal_that_does_not_tell_which_record_it_was_settles_nothing() -> None:
    journal = MemoryJournal()
    await journal.append(intent("a"))
    await journal.append(intent("b", key="Q"))
    await journal.append({"id": "b", "event": "outcome", "outcome": "applied", "left": {"unit_cost": 2.0}})
    async with connected(sandbox(), journal=journal) as stocktrim:
        (b, a) = (await stocktrim.history.entries()).entries
        assert "does not tell which product 'P'" in (await stocktrim.history.settle(a)).warnings[-1]
        (step,) = await stocktrim.undo.steps(b.change_id)
        assert "not known what it was" in (step.cannot or "")


async def test_orders_and_deletions_are_settled_by_meaning() -> None:
    far, journal = sandbox(), MemoryJournal()
    async with connected(far, journal=Dying(journal, 2, written=False)) as dying:
        with pytest.raises(Killed):
            await dying.purchase_orders.save(ORDER)
    async with connected(far, journal=journal) as stocktrim:
        assert (await stocktrim.history.settle(await newest(stocktrim.history))).outcome == "applied"
    async with connected(far, journal=Dying(journal, 2, written=False)) as dying:
        with pytest.raises(Killed):
            await dying.purchase_orders.delete("PO-NEW")
    async with connected(far, journal=journal) as stocktrim:
        entry = await stocktrim.history.settle(await newest(stocktrim.history))
        assert (entry.outcome, entry.left, entry.was_read_back) == ("applied", None, True)
        for step in await stocktrim.undo.steps(entry.change_id):
            await step.send()
        assert (await stocktrim.purchase_orders.get("PO-NEW")).lines[0].quantity == 3.0


async def test_an_answer_counts_more_than_a_look() -> None:
    journal = MemoryJournal()
    await journal.append(intent("a"))
    for outcome in ("unknown", "applied", "not_applied", "nonsense"):
        await journal.append({"id": "a", "event": "outcome", "outcome": outcome})
    assert (await newest(History(journal, {}))).outcome == "applied"


async def test_what_is_settled_but_cannot_be_journaled_says_so() -> None:
    class Full(MemoryJournal):
        async def append(self, entry: Record) -> None:
            raise OSError(28, "No space left on device")

        def read(self, since: datetime | None = None) -> Iterator[Record | None]:
            return journal.read(since)

    far, journal = sandbox(), MemoryJournal()
    async with connected(far, journal=journal) as stocktrim:
        entry = await in_doubt(far, stocktrim, applied=True)
        settled = await later(stocktrim, Full()).settle(entry)
    assert settled.outcome == "applied"
    assert "No space left" in settled.warnings[-1]


# --- damaged, large, shared


def intent(change_id: str, key: str = "P", at: datetime = NOON, **more: Any) -> dict[str, Any]:
    change = {"kind": "change", "noun": "product", "key": key, "fields": [{"field": "unit_cost", "after": 2.0}]}
    return {"id": change_id, "at": at.isoformat(), "event": "intent", "change": change, **more}


@pytest.mark.parametrize(
    "line",
    [
        {"id": "b"},
        {"id": "b", "event": "intent"},
        {"id": "b", "at": "yesterday", "event": "intent", "change": {"kind": "change", "noun": "x", "key": "y"}},
        intent("b") | {"change": {"kind": "paint", "noun": "x", "key": "y"}},
        intent("b") | {"change": 7},
        intent("b") | {"undoes": {}},
        intent("b") | {"before": "text"},
    ],
)
async def test_lines_without_sense_are_counted_and_hide_no_other(line: Record) -> None:
    journal = MemoryJournal()
    for one in (intent("a"), line, intent("c"), {"id": "x", "event": "outcome", "outcome": "applied"}):
        await journal.append(one)
    past = await History(journal, {}).entries()
    assert [entry.change_id for entry in past.entries] == ["c", "a"]
    assert past.damaged == 1


@pytest.mark.parametrize("outcome", [{"outcome": "painted"}, {"outcome": "applied", "warnings": 7}, {"left": "text"}])
async def test_an_outcome_without_sense_leaves_its_change_in_doubt(outcome: Record) -> None:
    journal = MemoryJournal()
    for line in (intent("a"), {"id": "a", "event": "outcome", **outcome}):
        await journal.append(line)
    past = await History(journal, {}).entries()
    assert ([entry.outcome for entry in past.entries], past.damaged) == (["unknown"], 1)


async def test_a_journal_of_before_callers_had_names_names_none() -> None:
    journal = MemoryJournal()
    for line in (intent("a"), intent("b", caller="anna")):
        await journal.append(line)
    past = await History(journal, {}).entries()
    assert [entry.caller for entry in past.entries] == ["anna", None]


async def test_torn_lines_are_counted(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    await journal.append(intent("a"))
    (path,) = _files(tmp_path)
    with path.open("ab") as file:
        file.write(json.dumps(intent("b")).encode()[:40])
    await journal.append(intent("c"))
    past = await History(journal, {}).entries()
    assert ([entry.change_id for entry in past.entries], past.damaged) == (["c", "a"], 1)


async def test_a_journal_that_cannot_be_opened_counts_as_damaged(tmp_path: Path) -> None:
    class Locked(MemoryJournal):
        def read(self, since: datetime | None = None) -> Iterator[Record | None]:
            raise PermissionError(13, "Permission denied")

    assert await History(Locked(), {}).entries() == ((), 1, False)


async def test_an_outcome_of_another_month_belongs_to_its_intent(tmp_path: Path) -> None:
    moment = datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC)
    journal = FileJournal(tmp_path, now=lambda: moment)
    await journal.append(intent("a", at=moment))
    moment += timedelta(seconds=2)
    await journal.append({"id": "a", "event": "outcome", "outcome": "applied", "left": {"code": "P"}})
    past = await History(journal, {}).entries()
    assert [(entry.outcome, entry.left) for entry in past.entries] == [("applied", {"code": "P"})]


async def test_two_clients_on_one_journal_see_each_others_changes(tmp_path: Path) -> None:
    far = sandbox()
    async with connected(far, journal=tmp_path) as one, connected(far, journal=tmp_path) as other:
        await asyncio.gather(
            *(one.suppliers.save(SupplierDraft(code=f"A-{n}")) for n in range(5)),
            *(other.suppliers.save(SupplierDraft(code=f"B-{n}")) for n in range(5)),
        )
        told = [(await client.history.entries()).entries for client in (one, other)]
        assert told[0] == told[1]
        assert {entry.outcome for entry in told[0]} == {"applied"}
        assert len(told[0]) == 10
        (theirs,) = await other.undo.steps(told[0][-1].change_id)
        await theirs.send()


async def test_a_journal_of_years_is_read_quickly(tmp_path: Path) -> None:
    record = {"code": "P", "product_id": "P", "name": "x" * 300, "unit_cost": 2.0}
    count = 20_000
    write_years(tmp_path, count, record)
    history = History(FileJournal(tmp_path), {})
    began = time.perf_counter()
    latest = await history.entries(limit=50)
    first_page = time.perf_counter() - began
    everything = await history.entries(limit=count + 1)
    keyed = await history.entries(keys=["P-7"])
    oldest = await history.get("c0")
    whole = time.perf_counter() - began
    assert len(latest.entries) == 50
    assert len(everything.entries) == count
    assert [entry.change_id for entry in keyed.entries] == ["c7"]
    assert oldest[0].outcome == "applied"
    # A page costs the last file alone; on a busy machine everything may take a few seconds.
    assert first_page < 2
    assert whole < 30


def write_years(folder: Path, count: int, record: Record) -> None:
    """A journal as two years of busy writing leave it."""
    began = datetime(2024, 11, 1, tzinfo=UTC)
    files: dict[str, list[str]] = {}
    for n in range(count):
        at = began + timedelta(minutes=50 * n)
        lines = files.setdefault(f"changes-{at:%Y-%m}.jsonl", [])
        lines.append(json.dumps(intent(f"c{n}", f"P-{n}", at, before=record)))
        lines.append(json.dumps({"id": f"c{n}", "event": "outcome", "outcome": "applied", "left": record}))
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines) + "\n")


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_what_is_not_on_record_is_not_sent_and_not_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with connected(sandbox(), journal=tmp_path / "file") as stocktrim:
        with pytest.raises(NotSentError, match="journal"):
            await stocktrim.products.save(NEW)
        assert (await stocktrim.history.entries()).entries == ()
