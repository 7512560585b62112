"""What another process has written is looked at before it is answered from records on hand."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from stocktrim_client import StockTrimClient
from stocktrim_client.journal import FileJournal, Record
from stocktrim_client.models import ProductDraft, SupplierDraft
from stocktrim_client.sandbox import Sandbox
from tests.client.sandboxed import asked, connected, sandbox


@asynccontextmanager
async def both(far: Sandbox, folder: Path) -> AsyncGenerator[tuple[StockTrimClient, StockTrimClient]]:
    """Two clients of one account, as two processes have them; the second has everything on hand."""
    async with connected(far, journal=folder) as one, connected(far, journal=folder) as other:
        await other.snapshot.need()
        yield one, other


async def lead_time(client: StockTrimClient, product_id: str) -> int | None:
    (found,) = [one for one in await client.snapshot.products() if one.product_id == product_id]
    return found.lead_time_days


async def test_a_record_changed_elsewhere_is_looked_at_and_no_other(tmp_path: Path) -> None:
    far = sandbox()
    async with both(far, tmp_path) as (one, other):
        product = (await other.snapshot.products())[0].product_id
        await one.products.save(ProductDraft(product_id=product, lead_time_days=77))
        far.requests.clear()
        assert await lead_time(other, product) == 77
        assert asked(far).total() == 1
        assert await lead_time(other, product) == 77
        assert asked(far).total() == 1


async def test_a_record_deleted_elsewhere_is_gone(tmp_path: Path) -> None:
    async with both(sandbox(), tmp_path) as (one, other):
        order = (await other.snapshot.purchase_orders())[0].reference or ""
        await one.purchase_orders.delete(order)
        assert order not in [held.reference for held in await other.snapshot.purchase_orders()]


async def test_products_that_name_a_supplier_renamed_elsewhere_are_looked_at(tmp_path: Path) -> None:
    far = sandbox()
    async with both(far, tmp_path) as (one, other):
        supplier = (await other.snapshot.suppliers())[0]
        await one.suppliers.save(SupplierDraft(code=supplier.code or "", name="Renamed"))
        far.requests.clear()
        await other.snapshot.products()
        assert asked(far).total() > 0


async def test_our_own_changes_are_looked_at_once(tmp_path: Path) -> None:
    far = sandbox()
    async with both(far, tmp_path) as (_, other):
        product = (await other.snapshot.products())[0].product_id
        await other.products.save(ProductDraft(product_id=product, lead_time_days=78))
        assert await lead_time(other, product) == 78
        far.requests.clear()
        assert await lead_time(other, product) == 78
        assert asked(far).total() == 0


@pytest.mark.parametrize("outcome", ["applied", "unknown"])
async def test_an_outcome_whose_intent_was_before_our_time_says_itself_what_it_is_about(
    outcome: str, tmp_path: Path
) -> None:
    far = sandbox()
    async with both(far, tmp_path) as (_, other):
        about = {"kind": "change", "noun": "location", "key": "MAIN"}
        await FileJournal(tmp_path).append({"id": "1", "event": "outcome", "outcome": outcome, "change": about})
        far.requests.clear()
        await other.snapshot.locations()
        assert asked(far).total() > 0


@pytest.mark.parametrize(
    "line",
    [
        {"event": "intent"},
        {"event": "intent", "change": None},
        {"event": "outcome", "outcome": "applied", "change": {"kind": "delete"}},
        {"event": "outcome", "outcome": "applied", "change": "a supplier"},
        {"event": "outcome", "outcome": ["applied"], "change": {"kind": "delete", "noun": "supplier", "key": "A"}},
        {"event": "outcome", "outcome": "applied", "change": {"kind": "change", "noun": "supplier", "key": ["A"]}},
    ],
)
async def test_a_line_that_makes_no_sense_hides_no_other(line: Record, tmp_path: Path) -> None:
    far = sandbox()
    async with both(far, tmp_path) as (one, other):
        product = (await other.snapshot.products())[0].product_id
        await FileJournal(tmp_path).append(line)
        await one.products.save(ProductDraft(product_id=product, lead_time_days=79))
        assert await lead_time(other, product) == 79


async def test_an_outcome_in_the_journal_names_its_record(tmp_path: Path) -> None:
    async with connected(sandbox(), journal=tmp_path) as one:
        await one.suppliers.save(SupplierDraft(code="NEW", name="New"))
    (outcome,) = [line for line in FileJournal(tmp_path).read() if line and line["event"] == "outcome"]
    assert outcome["change"] == {"kind": "create", "noun": "supplier", "key": "NEW"}
