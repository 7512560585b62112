"""The one door for writing: previewed, journaled, sent, read back, settled."""

import asyncio
import json
import stat
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stocktrim_client.changes import ChangeReport, acting, batch, caller, same_meaning
from stocktrim_client.client import StockTrimClient
from stocktrim_client.errors import (
    ConflictError,
    InvalidRequestError,
    NotApprovedError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    ReadOnlyError,
    UnexpectedAnswerError,
)
from stocktrim_client.journal import MemoryJournal, Record
from stocktrim_client.models import (
    BomLineDraft,
    CustomerDraft,
    LocationDraft,
    ProductDraft,
    PurchaseOrderDraft,
    PurchaseOrderLineDraft,
    SalesOrderDraft,
    StockCount,
    SupplierDraft,
)
from stocktrim_client.operations import find_operation
from stocktrim_client.sandbox import Fault, Quirks
from tests.client.sandboxed import asked, connected, sandbox, writes

NEW = ProductDraft(product_id="NEW-1", name="New", unit_cost=2.5)
LINE = PurchaseOrderLineDraft(product_id="KETTLE-09", quantity=3, unit_price=38)
ORDER = PurchaseOrderDraft(reference="PO-NEW", supplier_code="HIKARI", lines=(LINE,))
SALE = SalesOrderDraft(product_id="KETTLE-09", sold_at=datetime(2026, 2, 1, tzinfo=UTC), quantity=2)

Act = Callable[[StockTrimClient], Awaitable[ChangeReport]]

ACTS: Mapping[str, Act] = {
    "save_product": lambda stocktrim: stocktrim.products.save(NEW),
    "delete_product": lambda stocktrim: stocktrim.products.delete("V60-02"),
    "save_suppliers": lambda stocktrim: stocktrim.suppliers.save(SupplierDraft(code="S-1", name="New")),
    "delete_supplier": lambda stocktrim: stocktrim.suppliers.delete("HIKARI"),
    "save_customer": lambda stocktrim: stocktrim.customers.save(CustomerDraft(code="C-1", name="New")),
    "save_location": lambda stocktrim: stocktrim.locations.save(LocationDraft(code="L-1", name="New")),
    "set_inventory": lambda stocktrim: stocktrim.inventory.save(StockCount(product_id="KETTLE-09", on_hand=77)),
    "save_sales_orders": lambda stocktrim: stocktrim.sales_orders.save(SALE),
    "delete_sales_orders": lambda stocktrim: stocktrim.sales_orders.delete("KETTLE-09"),
    "delete_sales_orders_in_range": lambda stocktrim: stocktrim.sales_orders.delete_in_range(
        datetime(2025, 6, 1, tzinfo=UTC), datetime(2025, 9, 1, tzinfo=UTC), "KETTLE-09"
    ),
    "delete_sales_orders_of_location": lambda stocktrim: stocktrim.sales_orders.delete_of_location("SHOP"),
    "save_purchase_order": lambda stocktrim: stocktrim.purchase_orders.save(ORDER),
    "delete_purchase_order": lambda stocktrim: stocktrim.purchase_orders.delete("PO-00003"),
    "generate_purchase_orders": lambda stocktrim: stocktrim.purchase_orders.draft_from_order_plan(),
    "create_bill_of_materials": lambda stocktrim: stocktrim.bills_of_materials.save(
        BomLineDraft(product_id="KETTLE-09", component_id="000123", quantity=2)
    ),
    "delete_bill_of_materials": lambda stocktrim: stocktrim.bills_of_materials.delete("GIFT-MORNING", "BOX-GIFT"),
    "run_forecast": lambda stocktrim: stocktrim.forecasts.run(),
}
"""What each writing helper method sends: operation -> the call."""


def _is_saving(request: httpx.Request) -> bool:
    return find_operation(request.method, request.url.path).name == "save_product"


READABLE = [
    name for name in ACTS if name not in ("delete_sales_orders_of_location", "generate_purchase_orders", "run_forecast")
]


class Memory(MemoryJournal):
    """A journal whose entries a test looks at, the oldest first."""

    @property
    def entries(self) -> list[Record]:
        return [entry for entry in self.read() if entry is not None][::-1]

    def outcomes(self) -> list[object]:
        return [entry.get("outcome", entry["event"]) for entry in self.entries]


@contextmanager
def batch_of(name: str) -> Generator[None]:
    token = batch.set(name)
    try:
        yield
    finally:
        batch.reset(token)


@pytest.fixture
def memory() -> Memory:
    return Memory()


# --- what a write does


@pytest.mark.parametrize("name", ACTS)
async def test_a_write_is_sent_once_and_journaled_before_and_after(name: str, memory: Memory) -> None:
    far = sandbox()
    async with connected(far, journal=memory) as stocktrim:
        report = await ACTS[name](stocktrim)
    assert writes(far) == [name]
    assert report.status == "applied"
    assert memory.outcomes() == ["intent", "applied"]
    assert [entry["id"] for entry in memory.entries] == [*report.change_ids, *report.change_ids]
    if name in READABLE:
        assert report.warnings == ()


@pytest.mark.parametrize("name", ACTS)
async def test_a_preview_sends_no_write_and_tells_what_would_change(name: str, memory: Memory) -> None:
    far = sandbox()
    async with connected(far, journal=memory) as stocktrim:
        with stocktrim.changes.preview() as changes:
            report = await ACTS[name](stocktrim)
        assert report.status == "preview"
        assert report.changes == tuple(changes)
        assert len(changes) == 1
        applied = await ACTS[name](stocktrim)
    if name != "save_sales_orders":
        assert applied.changes[:1] == tuple(changes)
    assert writes(far) == [name]


@pytest.mark.parametrize("name", [name for name in ACTS if name != "save_sales_orders"])
async def test_of_approved_changes_each_is_sent_once(name: str, memory: Memory) -> None:
    far = sandbox()
    async with connected(far, journal=memory) as stocktrim:
        with stocktrim.changes.preview() as shown:
            await ACTS[name](stocktrim)
        with stocktrim.changes.only(shown):
            report = await ACTS[name](stocktrim)
        assert report.status == "applied"
        assert shown == []
    assert writes(far) == [name]


@pytest.mark.parametrize("name", ACTS)
async def test_what_was_not_approved_is_neither_sent_nor_journaled(name: str, memory: Memory) -> None:
    far = sandbox()
    async with connected(far, journal=memory) as stocktrim:
        with stocktrim.changes.only([]), pytest.raises(NotApprovedError, match="ask for a new preview"):
            await ACTS[name](stocktrim)
    assert writes(far) == []
    assert memory.entries == []


async def test_a_record_that_moved_since_its_change_was_approved_is_left_alone() -> None:
    far = sandbox()
    draft = ProductDraft(product_id="30000001", unit_cost=2.5)
    async with connected(far) as stocktrim:
        with stocktrim.changes.preview() as shown:
            await stocktrim.products.save(draft)
        await stocktrim.products.save(ProductDraft(product_id="30000001", unit_cost=99))
        with stocktrim.changes.only(shown), pytest.raises(NotApprovedError):
            await stocktrim.products.save(draft)
    assert writes(far) == ["save_product"]


async def test_what_must_be_new_is_refused_where_it_is_there_and_differs() -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        here = await stocktrim.suppliers.get("HIKARI")

        async def made(name: str | None) -> ChangeReport:
            return await stocktrim.changes.write(
                noun="supplier",
                key="HIKARI",
                after={"name": name},
                send=lambda: stocktrim.suppliers.save(SupplierDraft(code="HIKARI", name=name)),
                read=lambda: stocktrim.suppliers.find("HIKARI"),
                must="create",
            )

        with pytest.raises(ConflictError, match=r"name is .*, not .Other.\. Nothing was sent"):
            await made("Other")
        assert (await made(here.name)).status == "unchanged"
    assert writes(far) == []


async def test_what_must_be_there_is_not_made() -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        with pytest.raises(NotFoundError, match="no supplier 'NOBODY'"):
            await stocktrim.changes.write(
                noun="supplier",
                key="NOBODY",
                after={"name": "New"},
                send=lambda: stocktrim.suppliers.save(SupplierDraft(code="NOBODY", name="New")),
                read=lambda: stocktrim.suppliers.find("NOBODY"),
                must="change",
            )
    assert writes(far) == []


async def test_the_journal_holds_the_whole_record_before_and_as_it_was_left(memory: Memory) -> None:
    async with connected(sandbox(), journal=memory) as stocktrim:
        before = await stocktrim.products.get("V60-02")
        with batch_of("one-call"):
            await stocktrim.products.save(ProductDraft(product_id="30000001", unit_cost=2.5))
    intent, outcome = memory.entries
    assert intent["before"] == before.model_dump(mode="json", exclude_none=True)
    assert intent["batch"] == "one-call"
    assert outcome["left"] == {**intent["before"], "unit_cost": 2.5}


async def test_previews_of_tasks_are_collected_together() -> None:
    async with connected(sandbox()) as stocktrim:
        with stocktrim.changes.preview() as changes:
            await asyncio.gather(stocktrim.products.save(NEW), stocktrim.suppliers.save(SupplierDraft(code="S-1")))
    assert {change.noun for change in changes} == {"product", "supplier"}


@pytest.mark.parametrize("name", [name for name in READABLE if name.startswith(("save_", "set_", "create_"))])
async def test_what_is_so_already_is_not_sent(name: str) -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        await ACTS[name](stocktrim)
        if name == "save_sales_orders":
            return
        assert (await ACTS[name](stocktrim)).status == "unchanged"
    assert writes(far) == [name]


async def test_a_change_names_the_fields_that_move() -> None:
    async with connected(sandbox()) as stocktrim:
        report = await stocktrim.products.save(ProductDraft(product_id="KETTLE-09", unit_cost=40, unit_price=95))
    (change,) = report.changes
    assert (change.kind, change.key, change.name) == ("change", "KETTLE-09", "Gooseneck kettle 0.9 l")
    assert [(moved.field, moved.before, moved.after) for moved in change.fields] == [("unit_cost", 38.0, 40.0)]


async def test_the_journal_says_who_wrote(memory: Memory) -> None:
    async with connected(sandbox(), journal=memory) as stocktrim:
        token = acting.set("save_products")
        await stocktrim.products.save(NEW)
        acting.reset(token)
    assert (memory.entries[0]["tool"], memory.entries[0]["caller"]) == ("save_products", None)


async def test_the_journal_says_for_whom_it_was_written(memory: Memory) -> None:
    async with connected(sandbox(), journal=memory) as stocktrim:
        token = caller.set("anna")
        await stocktrim.products.save(NEW)
        caller.reset(token)
    assert [entry.get("caller") for entry in memory.entries] == ["anna", None]


# --- the journal on disk


async def test_the_intent_is_on_disk_before_the_request_arrives(tmp_path: Path) -> None:
    journal = tmp_path / "state" / "journal"
    far = sandbox()
    seen: list[list[dict[str, Any]]] = []

    class Watching(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if _is_saving(request):
                seen.append(_lines(journal))
            return await far.handle_async_request(request)

    async with connected(Watching(), journal=journal) as stocktrim:
        report = await stocktrim.products.save(NEW)
    ((intent,),) = seen
    assert (intent["event"], intent["id"]) == ("intent", report.change_ids[0])
    assert intent["change"]["key"] == "NEW-1"
    assert [line.get("outcome") for line in _lines(journal)] == [None, "applied"]


async def test_the_journal_is_for_its_owner_alone_and_holds_no_credential(tmp_path: Path) -> None:
    journal = tmp_path / "state" / "journal"
    far = sandbox(auth_id="tenant-4711", auth_signature="s3cr3t-s1gn")
    client = StockTrimClient("tenant-4711", "s3cr3t-s1gn", transport=far, journal=journal)
    async with client as stocktrim:
        for name in sorted(ACTS, key=lambda name: name.startswith("delete_")):
            await ACTS[name](stocktrim)
    (file,) = journal.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.stat().st_mode) == 0o700
    text = file.read_text()
    assert len(text.splitlines()) == 2 * len(ACTS)
    assert "tenant-4711" not in text
    assert "s3cr3t" not in text


async def test_what_cannot_be_journaled_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    far = sandbox()
    async with connected(far, journal=tmp_path / "file" / "journal") as stocktrim:
        with pytest.raises(NotSentError, match="journal"):
            await stocktrim.products.save(NEW)
    assert writes(far) == []


async def test_an_outcome_that_cannot_be_journaled_is_a_warning() -> None:
    class Full(Memory):
        async def append(self, entry: Record) -> None:
            if entry["event"] == "outcome":
                raise OSError(28, "No space left on device")

    async with connected(sandbox(), journal=Full()) as stocktrim:
        report = await stocktrim.products.save(NEW)
    assert report.status == "applied"
    assert "No space left" in report.warnings[0]


def _lines(journal: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for file in journal.glob("*.jsonl") for line in file.read_text("utf-8").splitlines()]


# --- how it ends


async def test_a_refusal_is_journaled_and_raised(memory: Memory) -> None:
    async with connected(sandbox(), journal=memory) as stocktrim:
        with pytest.raises(InvalidRequestError, match="ServiceLevel"):
            await stocktrim.products.save(ProductDraft(product_id="P", service_level=1000))
    assert memory.outcomes() == ["intent", "refused"]


async def test_not_found_on_a_write_is_an_error(memory: Memory) -> None:
    far = sandbox()
    far.faults.add(Fault("status", at="save_suppliers", status=404))
    async with connected(far, journal=memory) as stocktrim:
        with pytest.raises(NotFoundError):
            await stocktrim.suppliers.save(SupplierDraft(code="S-1"))
    assert memory.outcomes() == ["intent", "refused"]


async def test_a_read_only_client_sends_nothing(memory: Memory) -> None:
    far = sandbox()
    async with connected(far, journal=memory, read_only=True) as stocktrim:
        with pytest.raises(ReadOnlyError):
            await stocktrim.products.save(NEW)
        assert await stocktrim.order_plan.all()
    assert writes(far) == []
    assert memory.outcomes() == ["intent", "not_sent"]


async def test_what_did_not_leave_is_journaled_as_not_sent(memory: Memory) -> None:
    far = sandbox()

    class Unreachable(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if not _is_saving(request):
                return await far.handle_async_request(request)
            raise httpx.ConnectError("refused")

    async with connected(Unreachable(), journal=memory) as stocktrim:
        with pytest.raises(NotSentError):
            await stocktrim.products.save(NEW)
    assert memory.outcomes() == ["intent", "not_sent"]


@pytest.mark.parametrize("name", READABLE)
async def test_a_lost_answer_is_settled_by_reading_back(name: str, memory: Memory) -> None:
    far = sandbox()
    far.faults.add(Fault("reset", at=name, times=None, applied=True))
    async with connected(far, journal=memory) as stocktrim:
        report = await ACTS[name](stocktrim)
    assert report.status == "applied"
    assert len(report.warnings) <= 1
    assert all("reading back shows that the change was made" in warning for warning in report.warnings)
    assert memory.outcomes() == ["intent", "applied"]


CREATES = ("create_bill_of_materials", "delete_sales_orders_in_range")


@pytest.mark.parametrize("name", CREATES)
async def test_a_write_that_must_not_be_repeated_is_settled_after_one_attempt(name: str) -> None:
    far = sandbox()
    far.faults.add(Fault("reset", at=name, applied=True))
    async with connected(far) as stocktrim:
        report = await ACTS[name](stocktrim)
    assert asked(far)[name] == 1
    assert "lost" in report.warnings[0]


@pytest.mark.parametrize("name", CREATES)
async def test_a_doubt_that_reading_cannot_settle_is_said_and_journaled(name: str, memory: Memory) -> None:
    far = sandbox()
    far.faults.add(Fault("reset", at=name))
    async with connected(far, journal=memory) as stocktrim:
        with pytest.raises(OutcomeUnknownError, match="may or may not"):
            await ACTS[name](stocktrim)
    assert memory.outcomes() == ["intent", "unknown"]


@pytest.mark.parametrize("name", ["generate_purchase_orders", "run_forecast"])
@pytest.mark.parametrize("done", [True, False])
async def test_a_lost_start_is_settled_by_what_it_started(name: str, done: bool, memory: Memory) -> None:
    far = sandbox(quirks=Quirks(status_lag=0))
    far.faults.add(Fault("reset", at=name, times=None, applied=done))
    async with connected(far, journal=memory) as stocktrim:
        if done:
            assert "reading back shows" in (await ACTS[name](stocktrim)).warnings[0]
        else:
            with pytest.raises(OutcomeUnknownError):
                await ACTS[name](stocktrim)
    assert memory.outcomes() == ["intent", "applied" if done else "unknown"]
    assert asked(far)[name] == 1


async def test_a_run_that_was_on_its_way_before_proves_nothing(memory: Memory) -> None:
    far = sandbox(quirks=Quirks(status_lag=0))
    async with connected(far, journal=memory) as stocktrim:
        await stocktrim.forecasts.run()
        far.faults.add(Fault("reset", at="run_forecast", times=None))
        with pytest.raises(OutcomeUnknownError):
            await stocktrim.forecasts.run()
    assert memory.outcomes() == ["intent", "applied", "intent", "unknown"]


@pytest.mark.parametrize("name", ["run_forecast", "delete_sales_orders_of_location"])
async def test_a_lost_answer_where_nothing_shows_stays_unknown(name: str, memory: Memory) -> None:
    far = sandbox()
    far.faults.add(Fault("reset", at=name, times=None, applied=True))
    async with connected(far, journal=memory) as stocktrim:
        with pytest.raises(OutcomeUnknownError):
            await ACTS[name](stocktrim)
    assert memory.outcomes() == ["intent", "unknown"]


async def test_a_deletion_nobody_can_read_is_not_called_done_after_a_lost_answer(memory: Memory) -> None:
    far = sandbox(quirks=Quirks(sales_orders_v1="dead"))
    far.faults.add(Fault("reset", at="delete_sales_orders", times=None))
    async with connected(far, journal=memory) as stocktrim:
        with pytest.raises(OutcomeUnknownError):
            await ACTS["delete_sales_orders"](stocktrim)
    assert memory.outcomes() == ["intent", "unknown"]


@pytest.mark.parametrize("body", [b"<html>gateway</html>", b'{"id": 1,', b"null", b"[]", b"7"])
@pytest.mark.parametrize("name", READABLE)
async def test_a_strange_answer_to_a_write_is_settled_by_reading_back(name: str, body: bytes, memory: Memory) -> None:
    far = sandbox()

    class Garbling(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await far.handle_async_request(request)
            if far.requests[-1].operation != name:
                return answer
            return httpx.Response(200, content=body, headers={"content-type": "application/json"})

    async with connected(Garbling(), journal=memory) as stocktrim:
        report = await ACTS[name](stocktrim)
    assert report.status == "applied"
    assert memory.outcomes() == ["intent", "applied"]
    assert asked(far)[name] == 1


async def test_a_strange_answer_to_a_write_that_did_nothing_is_an_error(memory: Memory) -> None:
    far = sandbox()
    far.faults.add(Fault("html", at="save_product", status=200))
    async with connected(far, journal=memory) as stocktrim:
        with pytest.raises(UnexpectedAnswerError):
            await stocktrim.products.save(NEW)
    assert memory.outcomes() == ["intent", "unknown"]


async def test_a_body_lost_after_a_success_is_read_back(memory: Memory) -> None:
    far = sandbox()
    far.faults.add(Fault("truncate", at="save_product"))
    async with connected(far, journal=memory) as stocktrim:
        report = await stocktrim.products.save(NEW)
    assert "reading back shows" in report.warnings[0]


async def test_a_field_that_stocktrim_ignores_is_named() -> None:
    far = sandbox()

    class Forgetful(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "POST":
                body = json.loads(await request.aread())
                body.pop("cost", None)
                content = json.dumps(body)
                headers = {**request.headers, "content-length": str(len(content))}
                request = httpx.Request("POST", request.url, headers=headers, content=content)
            return await far.handle_async_request(request)

    async with connected(Forgetful()) as stocktrim:
        report = await stocktrim.products.save(NEW)
    assert report.warnings == ("Read back, the product 'NEW-1' has unit_cost = (empty), not 2.5.",)


@pytest.mark.parametrize("name", [name for name in READABLE if name != "save_location"])
async def test_a_yes_that_changed_nothing_is_not_called_applied(name: str, memory: Memory) -> None:
    far = sandbox()
    far.faults.add(Fault("status", at=name, status=200, body=b"{}", times=None))
    async with connected(far, journal=memory) as stocktrim:
        report = await ACTS[name](stocktrim)
        entry = (await stocktrim.history.entries()).entries[0]
        (step,) = await stocktrim.undo.steps(entry.change_id)
    assert report.status == entry.outcome == "not_applied"
    assert report.change_ids == (entry.change_id,)
    assert report.warnings == entry.warnings
    assert "StockTrim said yes, but read back" in report.warnings[0]
    assert report.warnings[0].endswith("the change was not made.")
    assert entry.was_read_back
    assert "not made, so there is nothing to undo" in (step.cannot or "")


async def test_of_a_deletion_in_parts_what_is_left_is_told() -> None:
    far = sandbox()
    before = len(far.shop.ledger.sales("KETTLE-09"))

    class Halfway(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "DELETE":
                until = {"fromDate": "2025-06-01T00:00:00Z", "toDate": "2025-06-30T00:00:00Z"}
                request = httpx.Request("DELETE", request.url.copy_merge_params(until), headers=request.headers)
            return await far.handle_async_request(request)

    async with connected(Halfway()) as stocktrim:
        report = await ACTS["delete_sales_orders_in_range"](stocktrim)
    assert len(far.shop.ledger.sales("KETTLE-09")) < before
    assert report.status == "applied"
    assert report.warnings[0].endswith("is still there.")


async def test_a_change_made_in_part_is_applied_with_its_differences() -> None:
    far = sandbox()

    class Forgetful(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "POST":
                body = json.loads(await request.aread())
                body.pop("cost", None)
                headers = {name: value for name, value in request.headers.items() if name != "content-length"}
                request = httpx.Request("POST", request.url, headers=headers, json=body)
            return await far.handle_async_request(request)

    async with connected(Forgetful()) as stocktrim:
        both = await stocktrim.products.save(ProductDraft(product_id="KETTLE-09", unit_cost=40, lead_time_days=9))
        one = await stocktrim.products.save(ProductDraft(product_id="KETTLE-09", unit_cost=40))
    assert (both.status, one.status) == ("applied", "not_applied")
    assert both.warnings == ("Read back, the product 'KETTLE-09' has unit_cost = 38, not 40.",)


async def test_a_yes_that_did_nothing_but_empty_another_field_counts_as_a_change() -> None:
    far = sandbox()

    class Emptying(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "POST":
                far.shop.products["KETTLE-09"]["category"] = None
                far.shop.changed()
                return httpx.Response(200, json={})
            return await far.handle_async_request(request)

    async with connected(Emptying()) as stocktrim:
        report = await stocktrim.products.save(ProductDraft(product_id="KETTLE-09", unit_cost=40))
    assert report.status == "applied"
    assert [one.field for one in report.besides] == ["category"]


async def test_a_field_that_stocktrim_clears_unasked_is_named() -> None:
    far = sandbox(quirks=Quirks(product_left_out="replaced"))
    async with connected(far) as stocktrim:
        await stocktrim.products.save(NEW)
        report = await stocktrim.products.save(ProductDraft(product_id="NEW-1", unit_cost=3))
    assert report.warnings == ("Read back, the product 'NEW-1' now also has name = (empty); before, it was 'New'.",)


@pytest.mark.parametrize(
    ("status", "content"), [(204, b""), (202, b"{}"), (200, b""), (200, b"null"), (201, b'"ok"'), (299, b"[7]")]
)
@pytest.mark.parametrize("name", ACTS)
async def test_a_write_is_done_whatever_its_success_answers(name: str, status: int, content: bytes) -> None:
    far = sandbox(quirks=Quirks(status_lag=0))

    class Terse(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await far.handle_async_request(request)
            writing = find_operation(request.method, request.url.path).name == name
            return httpx.Response(status, content=content) if writing else answer

    async with connected(Terse()) as stocktrim:
        report = await ACTS[name](stocktrim)
    assert report.status == "applied"
    assert [text for text in report.warnings if "no way to read" not in text] == []
    assert writes(far) == [name]


async def test_a_web_page_after_a_write_leaves_it_in_doubt() -> None:
    far = sandbox()

    class Portal(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if _is_saving(request):
                return httpx.Response(200, html="<p>Sign in</p>")
            return await far.handle_async_request(request)

    async with connected(Portal()) as stocktrim:
        with pytest.raises(UnexpectedAnswerError):
            await stocktrim.products.save(NEW)


async def test_a_reading_back_that_fails_is_a_warning() -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        # Once a lookup by id has found something, one that finds nothing is believed.
        await stocktrim.products.get("30000001")
        far.faults.add(Fault("status", at="list_products", times=None, after=1, status=403))
        report = await stocktrim.products.save(NEW)
    assert report.status == "applied"
    assert "was not checked" in report.warnings[0]


async def test_a_reading_back_that_fails_says_nothing_of_the_write_that_is_not_so() -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        await stocktrim.products.get("30000001")
        far.faults.add(Fault("html", at="list_products", times=None, after=1, status=200))
        report = await stocktrim.products.save(NEW)
    assert report.status == "applied"
    assert "was not checked" in report.warnings[0]
    assert "Nothing was changed" not in report.warnings[0]


async def test_cancelling_a_write_is_journaled_as_unknown(memory: Memory) -> None:
    far, arrived, released = sandbox(), asyncio.Event(), asyncio.Event()

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await far.handle_async_request(request)
            if _is_saving(request):
                arrived.set()
                await released.wait()
            return answer

    async with connected(Slow(), journal=memory) as stocktrim:
        writing = asyncio.create_task(stocktrim.products.save(NEW))
        await arrived.wait()
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        released.set()
    assert memory.outcomes() == ["intent", "unknown"]
    assert memory.entries[1]["error"] == "cancelled by the caller"


async def test_cancelling_the_reading_back_is_journaled_as_applied(memory: Memory) -> None:
    far, reading, released = sandbox(), asyncio.Event(), asyncio.Event()

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await far.handle_async_request(request)
            if writes(far) and request.method == "GET":
                reading.set()
                await released.wait()
            return answer

    async with connected(Slow(), journal=memory) as stocktrim:
        writing = asyncio.create_task(stocktrim.products.save(NEW))
        await reading.wait()
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        released.set()
    assert memory.outcomes() == ["intent", "applied"]


# --- what means the same

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wanted", "present"),
    [
        (1100, 1100.0),
        (0.1 + 0.2, 0.3),
        (None, ""),
        ("", None),
        (None, ()),
        ([], None),
        ("  ", None),
        (True, True),
        (NOON, NOON.replace(microsecond=400)),
        ((1, 2), [2, 1]),
        ([{"a": 1}, {"a": 2, "b": None}], ({"a": 2.0, "b": ""}, {"a": 1})),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"lines": [{"a": 1}]}, {"lines": ({"a": 1, "id": 7},)}),
    ],
)
def test_these_mean_the_same(wanted: object, present: object) -> None:
    assert same_meaning(wanted, present)


@pytest.mark.parametrize(
    ("wanted", "present"),
    [
        (1100, 1100.01),
        (0, None),
        (None, 0),
        (False, None),
        (True, 1),
        (1, True),
        (0, False),
        ("1", 1),
        ("a", "A"),
        (NOON, NOON + timedelta(seconds=1)),
        ([1, 1], [1]),
        ([1], [1, 1]),
        ([1, 1, 2], [1, 2, 2]),
        ({"a": 1}, {}),
        ([{"a": 1}], [{"a": 2}]),
        ("a", ["a"]),
    ],
)
def test_these_do_not_mean_the_same(wanted: object, present: object) -> None:
    assert not same_meaning(wanted, present)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text()
    | st.datetimes(timezones=st.just(UTC))
)


@settings(deadline=None)
@given(SCALARS, SCALARS)
def test_meaning_the_same_is_symmetric_for_scalars(one: object, other: object) -> None:
    assert same_meaning(one, other) == same_meaning(other, one)


@settings(deadline=None)
@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10))
def test_everything_means_the_same_as_itself(value: object) -> None:
    assert same_meaning(value, value)
