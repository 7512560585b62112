"""Taking changes back, of every noun, under every reading of the API; and what must not be taken back."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from stocktrim_client.changes import ChangeReport, batch
from stocktrim_client.client import StockTrimClient
from stocktrim_client.errors import ConflictError, InvalidRequestError, OutcomeUnknownError
from stocktrim_client.history import alike
from stocktrim_client.journal import MemoryJournal, Record
from stocktrim_client.models import (
    BomLineDraft,
    CustomerDraft,
    LocationDraft,
    Model,
    ProductDraft,
    ProductSupplier,
    PurchaseOrderDraft,
    PurchaseOrderLineDraft,
    SalesOrderDraft,
    StockAtLocation,
    StockCount,
    SupplierDraft,
)
from stocktrim_client.sandbox import Fault, Quirks
from stocktrim_client.undo import UndoStep
from tests.client.sandboxed import connected, every_reading, sandbox, writes

FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC)
SALE = SalesOrderDraft(product_id="KETTLE-09", sold_at=FEBRUARY, quantity=2, reference="sale-1")
LINE = PurchaseOrderLineDraft(product_id="KETTLE-09", quantity=3, unit_price=38)
ORDER = PurchaseOrderDraft(
    reference="PO-NEW", supplier_code="HIKARI", supplier_name="Hikari Glass Works", ordered_at=FEBRUARY, lines=(LINE,)
)
PART = BomLineDraft(product_id="KETTLE-09", component_id="000123", quantity=2)

Act = Callable[[StockTrimClient], Awaitable[ChangeReport]]
Look = Callable[[StockTrimClient], Awaitable[Model | None]]


class Case:
    """A change, how its record is read, what is made ready for it, and fields that differ after coming back."""

    def __init__(self, act: Act, look: Look, *ready: Act, but: tuple[str, ...] = ()) -> None:
        self.act = act
        self.look = look
        self.ready = ready
        self.but = but


def product(code: str) -> Look:
    return lambda stocktrim: stocktrim.products.find(code)


async def sale(stocktrim: StockTrimClient) -> Model | None:
    return next((one for one in await stocktrim.sales_orders.all("KETTLE-09") if one.reference == "sale-1"), None)


CASES: Mapping[str, Case] = {
    "a product created": Case(
        lambda stocktrim: stocktrim.products.save(ProductDraft(product_id="NEW-1", name="New", unit_cost=2.5)),
        product("NEW-1"),
    ),
    "a product changed": Case(
        lambda stocktrim: stocktrim.products.save(ProductDraft(product_id="KETTLE-09", unit_cost=40, lead_time_days=9)),
        product("KETTLE-09"),
    ),
    "a product deleted": Case(lambda stocktrim: stocktrim.products.delete("KETTLE-09"), product("KETTLE-09")),
    "a product of another system deleted": Case(
        lambda stocktrim: stocktrim.products.delete("30000001"), product("30000001")
    ),
    "a supplier created": Case(
        lambda stocktrim: stocktrim.suppliers.save(SupplierDraft(code="S-1", name="New", lead_time_days=3)),
        lambda stocktrim: stocktrim.suppliers.find("S-1"),
        but=("supplier_id",),
    ),
    "a supplier changed": Case(
        lambda stocktrim: stocktrim.suppliers.save(
            SupplierDraft(code="HIKARI", lead_time_days=61, email="b@x.example")
        ),
        lambda stocktrim: stocktrim.suppliers.find("HIKARI"),
    ),
    "a supplier deleted": Case(
        lambda stocktrim: stocktrim.suppliers.delete("HIKARI"),
        lambda stocktrim: stocktrim.suppliers.find("HIKARI"),
        but=("supplier_id",),
    ),
    "a customer changed": Case(
        lambda stocktrim: stocktrim.customers.save(CustomerDraft(code="GROUNDS", city="Auckland", post_code="1010")),
        lambda stocktrim: stocktrim.customers.find("GROUNDS"),
    ),
    "stock counted": Case(
        lambda stocktrim: stocktrim.inventory.save(StockCount(product_id="KETTLE-09", on_hand=77, on_order=3)),
        product("KETTLE-09"),
    ),
    "stock counted at a location": Case(
        lambda stocktrim: stocktrim.inventory.save(
            StockCount(product_id="V60-02", location_code="MAIN", on_hand=5, on_order=1)
        ),
        product("V60-02"),
    ),
    "an order created": Case(
        lambda stocktrim: stocktrim.purchase_orders.save(ORDER),
        lambda stocktrim: stocktrim.purchase_orders.find("PO-NEW"),
        but=("order_id", "created_at"),
    ),
    "an order changed": Case(
        lambda stocktrim: stocktrim.purchase_orders.save(
            ORDER.model_copy(update={"status": "Sent", "lines": (LINE.model_copy(update={"quantity": 9}),)})
        ),
        lambda stocktrim: stocktrim.purchase_orders.find("PO-NEW"),
        lambda stocktrim: stocktrim.purchase_orders.save(ORDER),
    ),
    "an order deleted": Case(
        lambda stocktrim: stocktrim.purchase_orders.delete("PO-NEW"),
        lambda stocktrim: stocktrim.purchase_orders.find("PO-NEW"),
        lambda stocktrim: stocktrim.purchase_orders.save(ORDER),
        but=("order_id", "created_at"),
    ),
    "a component line added": Case(
        lambda stocktrim: stocktrim.bills_of_materials.save(PART),
        lambda stocktrim: stocktrim.bills_of_materials.find("KETTLE-09", "000123"),
    ),
    "a component line deleted": Case(
        lambda stocktrim: stocktrim.bills_of_materials.delete("KETTLE-09", "000123"),
        lambda stocktrim: stocktrim.bills_of_materials.find("KETTLE-09", "000123"),
        lambda stocktrim: stocktrim.bills_of_materials.save(PART),
    ),
    "a sale changed": Case(
        lambda stocktrim: stocktrim.sales_orders.save(SALE.model_copy(update={"quantity": 5})),
        sale,
        lambda stocktrim: stocktrim.sales_orders.save(SALE),
    ),
}
every_case = pytest.mark.parametrize("name", CASES)


async def undone(stocktrim: StockTrimClient, undo_id: str) -> ChangeReport:
    """Undo one record, shown first."""
    (step,) = await stocktrim.undo.steps(undo_id)
    assert step.cannot is None
    with stocktrim.changes.preview() as shown:
        assert (await step.send()).status == "preview"
    with stocktrim.changes.only(list(shown)):
        return await step.send()


async def refusal(stocktrim: StockTrimClient, undo_id: str) -> str:
    """Why a change cannot be undone; nothing is sent."""
    (step,) = await stocktrim.undo.steps(undo_id)
    with pytest.raises(ConflictError) as caught:
        await step.send()
    assert step.cannot is None or step.cannot in str(caught.value)
    return str(caught.value)


def same(one: Model | None, other: Model | None, but: tuple[str, ...] = ()) -> bool:
    if one is None or other is None:
        return one is other
    return alike(one.model_dump(mode="json", exclude=set(but)), other.model_dump(mode="json", exclude=set(but)))


# --- there and back


@every_reading
@every_case
async def test_what_is_undone_is_as_it_was_and_can_be_undone_again(name: str, quirks: Quirks) -> None:
    case = CASES[name]
    if case.look is sale and quirks.sales_orders_v1 == "dead":
        return
    async with connected(sandbox(quirks=quirks), journal=MemoryJournal()) as stocktrim:
        for ready in case.ready:
            await ready(stocktrim)
        before = await case.look(stocktrim)
        report = await case.act(stocktrim)
        after = await case.look(stocktrim)
        assert not same(before, after)
        for expected in (before, after, before):
            report = await undone(stocktrim, report.change_ids[0])
            assert report.status == "applied"
            if quirks.explicit_null != "ignored":
                assert same(await case.look(stocktrim), expected, case.but)


@every_case
async def test_what_was_not_read_back_is_undone_by_what_was_asked_for(name: str) -> None:
    class Forgetful(MemoryJournal):
        async def append(self, entry: Record) -> None:
            await super().append({field: value for field, value in entry.items() if field != "left"})

    case = CASES[name]
    async with connected(sandbox(), journal=Forgetful()) as stocktrim:
        for ready in case.ready:
            await ready(stocktrim)
        before = await case.look(stocktrim)
        report = await case.act(stocktrim)
        after = await case.look(stocktrim)
        for expected in (before, after):
            report = await undone(stocktrim, report.change_ids[0])
            assert same(await case.look(stocktrim), expected, case.but)


async def test_an_undone_change_is_undone_by_whatever_still_stands() -> None:
    async with connected(sandbox(), journal=MemoryJournal()) as stocktrim:
        report = await CASES["a product changed"].act(stocktrim)
        ids = [report.change_ids[0]]
        for _ in range(3):
            ids.append((await undone(stocktrim, ids[-1])).change_ids[0])
        entries = (await stocktrim.history.entries()).entries
    assert [(one.undoes, one.undone_by) for one in entries] == [
        (ids[2], None),
        (ids[1], ids[3]),
        (ids[0], None),
        (None, ids[1]),
    ]


async def test_a_call_is_undone_as_a_call_in_reverse_order() -> None:
    far = sandbox()
    async with connected(far, journal=MemoryJournal()) as stocktrim:
        token = batch.set("one-call")
        await stocktrim.suppliers.save(SupplierDraft(code="S-1", name="New"))
        await stocktrim.products.save(ProductDraft(product_id="KETTLE-09", supplier_code="S-1"))
        await stocktrim.inventory.save(StockCount(product_id="KETTLE-09", on_hand=1))
        batch.reset(token)
        steps = await stocktrim.undo.steps("one-call")
        assert [(step.noun, step.key, step.cannot) for step in steps] == [
            ("stock", "KETTLE-09", None),
            ("product", "KETTLE-09", None),
            ("supplier", "S-1", None),
        ]
        for step in steps:
            await step.send()
        kettle = await stocktrim.products.get("KETTLE-09")
        assert (kettle.supplier_code, kettle.on_hand) == ("STEEL/EU #2", 9.0)
        assert await stocktrim.suppliers.find("S-1") is None


@every_reading
async def test_what_one_call_did_twice_to_one_record_is_undone_in_one_step(quirks: Quirks) -> None:
    async with connected(sandbox(quirks=quirks), journal=MemoryJournal()) as stocktrim:
        await stocktrim.bills_of_materials.save(PART)
        token = batch.set("one-call")
        await stocktrim.bills_of_materials.delete("KETTLE-09", "000123")
        await stocktrim.bills_of_materials.save(PART.model_copy(update={"quantity": 7}))
        batch.reset(token)
        report = await undone(stocktrim, "one-call")
        (change,) = report.changes
        assert [(one.field, one.before, one.after) for one in change.fields] == [("quantity", 7.0, 2.0)]
        line = await stocktrim.bills_of_materials.find("KETTLE-09", "000123")
        assert line is not None
        assert line.quantity == 2.0
        assert len(await stocktrim.bills_of_materials.all("KETTLE-09")) == 1
        first, *others = (await stocktrim.history.entries()).entries
        assert [one.undone_by for one in others] == [first.change_id, first.change_id, None]
        again = await undone(stocktrim, first.change_id)
        assert again.changes[0].fields[0].after == 7.0


async def test_a_component_line_that_is_lost_between_is_in_doubt_and_said_so() -> None:
    far = sandbox()
    async with connected(far, journal=MemoryJournal()) as stocktrim:
        await stocktrim.bills_of_materials.save(PART)
        token = batch.set("one-call")
        await stocktrim.bills_of_materials.delete("KETTLE-09", "000123")
        await stocktrim.bills_of_materials.save(PART.model_copy(update={"quantity": 7}))
        batch.reset(token)
        far.faults.add(Fault("status", at="create_bill_of_materials", status=422))
        (step,) = await stocktrim.undo.steps("one-call")
        with pytest.raises(OutcomeUnknownError, match="was taken out, and adding it again with 2 failed"):
            await step.send()
        assert (await stocktrim.history.entries(limit=1)).entries[0].outcome == "unknown"


async def test_undoing_is_journaled_as_what_it_is() -> None:
    async with connected(sandbox(), journal=MemoryJournal()) as stocktrim:
        report = await CASES["a product changed"].act(stocktrim)
        await undone(stocktrim, report.change_ids[0])
        newest = (await stocktrim.history.entries(limit=1)).entries[0]
    assert newest.undoes == report.change_ids[0]
    assert newest.before is not None
    assert newest.left is not None


# --- what does not come back quite as it was


@every_reading
@pytest.mark.parametrize("by_hand", [True, False])
async def test_what_is_on_order_follows_from_the_orders_again_where_it_did(by_hand: bool, quirks: Quirks) -> None:
    async with connected(sandbox(quirks=quirks), journal=MemoryJournal()) as stocktrim:
        if by_hand:
            await stocktrim.products.save(ProductDraft(product_id="30000001", on_order=500))
        before = await stocktrim.products.get("30000001")
        report = await stocktrim.products.delete("30000001")
        await undone(stocktrim, report.change_ids[0])
        assert (await stocktrim.products.get("30000001")).on_order == before.on_order
        order = ORDER.model_copy(
            update={"lines": (LINE.model_copy(update={"product_id": "30000001", "quantity": 7}),), "status": "Sent"}
        )
        await stocktrim.purchase_orders.save(order)
        now = (await stocktrim.products.get("30000001")).on_order
        assert now == (500 if by_hand else (before.on_order or 0) + 7)


async def test_a_supplier_without_a_code_comes_back_with_its_name_as_its_code() -> None:
    async with connected(sandbox(), journal=MemoryJournal()) as stocktrim:
        report = await stocktrim.suppliers.delete("Okafor Textiles")
        (step,) = await stocktrim.undo.steps(report.change_ids[0])
        assert any("its name as its code: 'Okafor Textiles'" in text for text in step.said)
        await step.send()
        supplier = await stocktrim.suppliers.get("Okafor Textiles")
    assert (supplier.code, supplier.lead_time_days) == ("Okafor Textiles", 10)


@pytest.mark.parametrize("shown", [True, False])
async def test_a_recorded_sale_is_set_to_nothing_and_that_is_said(shown: bool) -> None:
    far = sandbox(quirks=Quirks(sales_orders_v1="by_product" if shown else "dead"))
    async with connected(far, journal=MemoryJournal()) as stocktrim:
        report = await stocktrim.sales_orders.save(SALE)
        (step,) = await stocktrim.undo.steps(report.change_ids[0])
        assert "quantity is set to 0" in step.said[0]
        assert ("is not known" in step.said[0]) is not shown
        report = await step.send()
        if not shown:
            assert "does not show" in report.warnings[0]
            # Undoing that would have to bring a quantity back that nobody can read.
            assert "not known what it was" in await refusal(stocktrim, report.change_ids[0])
    assert [one["quantity"] for one in far.shop.ledger.sales("KETTLE-09") if _reference(one) == "sale-1"] == [0.0]


def _reference(sale: Mapping[str, Any]) -> Any:
    return sale.get("externalReferenceId")


async def test_an_order_that_held_nothing_cannot_be_brought_back() -> None:
    far = sandbox()
    async with connected(far, journal=MemoryJournal()) as stocktrim:
        bare = next(one for one in await stocktrim.purchase_orders.all() if not one.lines and one.reference)
        report = await stocktrim.purchase_orders.delete(bare.reference or "")
        (step,) = await stocktrim.undo.steps(report.change_ids[0])
        with pytest.raises(ConflictError, match="would not take the purchase order"):
            await step.send()


@pytest.mark.parametrize(
    ("name", "act", "why"),
    [
        ("customer", lambda one: one.customers.save(CustomerDraft(code="C-1", name="New")), "cannot delete a customer"),
        (
            "location",
            lambda one: one.locations.save(LocationDraft(code="L-1", name="New")),
            "did not show the location",
        ),
        ("run", lambda one: one.forecasts.run(), "cannot be taken back"),
        ("sales", lambda one: one.sales_orders.delete("KETTLE-09"), "cannot be brought back"),
        ("drafts", lambda one: one.purchase_orders.draft_from_order_plan(), "one by one"),
    ],
)
async def test_what_cannot_be_undone_says_so_and_sends_nothing(name: str, act: Act, why: str) -> None:
    far = sandbox()
    async with connected(far, journal=MemoryJournal()) as stocktrim:
        report = await act(stocktrim)
        sent = len(writes(far))
        (step,) = await stocktrim.undo.steps(report.change_ids[0])
        assert why in (step.cannot or ""), name
        assert why in await refusal(stocktrim, report.change_ids[0])
    assert len(writes(far)) == sent


async def test_a_location_that_was_shown_before_is_set_back() -> None:
    async with connected(sandbox(), journal=MemoryJournal()) as stocktrim:
        report = await stocktrim.locations.save(LocationDraft(code="MAIN", name="Elsewhere"))
        await undone(stocktrim, report.change_ids[0])
        assert (await stocktrim.locations.get("MAIN")).name == "Main Warehouse"


async def test_nothing_is_undone_that_was_not_done() -> None:
    far = sandbox()
    far.faults.add(Fault("status", at="save_suppliers", status=422))
    async with connected(far, journal=MemoryJournal()) as stocktrim:
        with pytest.raises(InvalidRequestError):
            await stocktrim.suppliers.save(SupplierDraft(code="S-1"))
        entry = (await stocktrim.history.entries()).entries[0]
        assert "refused it, so there is nothing to undo" in await refusal(stocktrim, entry.change_id)
        assert await stocktrim.undo.steps("no-such-change") == ()
        assert await stocktrim.undo.steps(" ") == ()


async def test_what_was_undone_is_not_undone_again() -> None:
    async with connected(sandbox(), journal=MemoryJournal()) as stocktrim:
        report = await CASES["a product changed"].act(stocktrim)
        done = await undone(stocktrim, report.change_ids[0])
        assert f"undone already, by {done.change_ids[0]}" in await refusal(stocktrim, report.change_ids[0])


async def test_a_change_in_doubt_is_looked_at_before_it_is_undone() -> None:
    far = sandbox()
    async with connected(far, journal=MemoryJournal()) as stocktrim:
        far.faults.add(Fault("reset", at="create_bill_of_materials", applied=True))
        far.faults.add(Fault("status", at="list_bills_of_materials", status=403, after=2))
        with pytest.raises(OutcomeUnknownError):
            await stocktrim.bills_of_materials.save(PART)
        entry = (await stocktrim.history.entries()).entries[0]
        assert entry.outcome == "unknown"
        await undone(stocktrim, entry.change_id)
        assert await stocktrim.bills_of_materials.find("KETTLE-09", "000123") is None


async def test_a_change_that_stays_in_doubt_is_not_undone() -> None:
    far = sandbox()
    far.faults.add(Fault("reset", at="create_bill_of_materials"))
    async with connected(far, journal=MemoryJournal()) as stocktrim:
        with pytest.raises(OutcomeUnknownError):
            await stocktrim.bills_of_materials.save(PART)
        entry = (await stocktrim.history.entries()).entries[0]
        said = await refusal(stocktrim, entry.change_id)
    assert "is not known, so it is not undone" in said
    assert "Look again in two minutes" in said


# --- moved meanwhile

MOVES: Mapping[str, tuple[Act, str]] = {
    "a product created": (
        lambda one: one.products.save(ProductDraft(product_id="NEW-1", unit_cost=3)),
        "unit_cost is 3, and the change had left it 2.5",
    ),
    "a product changed": (
        lambda one: one.products.save(ProductDraft(product_id="KETTLE-09", lead_time_days=10, unit_cost=41)),
        "lead_time_days is 10, and the change had left it 9; unit_cost is 41, and the change had left it 40",
    ),
    "a product deleted": (
        lambda one: one.products.save(ProductDraft(product_id="KETTLE-09", name="Another")),
        "There is a product 'KETTLE-09' again",
    ),
    "a supplier created": (lambda one: one.suppliers.delete("S-1"), "is not there any more"),
    "a supplier changed": (
        lambda one: one.suppliers.save(SupplierDraft(code="HIKARI", email="c@x.example", lead_time_days=62)),
        "email is 'c@x.example', and the change had left it 'b@x.example'; lead_time_days is 62",
    ),
    "stock counted": (lambda one: one.inventory.save(StockCount(product_id="KETTLE-09", on_hand=75)), "on_hand is 75"),
    "stock counted at a location": (lambda one: one.products.delete("V60-02"), "cannot be set back"),
    "an order changed": (
        lambda one: one.purchase_orders.save(
            ORDER.model_copy(
                update={"status": "Sent", "lines": (LINE.model_copy(update={"quantity": 10, "unit_price": 37.5}),)}
            )
        ),
        "lines is 10 x KETTLE-09 at 37.5, and the change had left it 9 x KETTLE-09 at 38. Undoing would",
    ),
    "an order created": (
        lambda one: one.purchase_orders.save(ORDER.model_copy(update={"status": "Approved"})),
        "status is 'Approved', and the change had left it 'Draft'",
    ),
    "a sale changed": (
        lambda one: one.sales_orders.save(SALE.model_copy(update={"quantity": 6})),
        "quantity is 6, and the change had left it 5",
    ),
}


@pytest.mark.parametrize("name", MOVES)
async def test_a_record_that_moved_since_is_left_alone_and_the_field_named(name: str) -> None:
    far, case, (move, said) = sandbox(), CASES[name], MOVES[name]
    async with connected(far, journal=MemoryJournal()) as stocktrim:
        for ready in case.ready:
            await ready(stocktrim)
        report = await case.act(stocktrim)
        await move(stocktrim)
        now, sent = await case.look(stocktrim), len(writes(far))
        assert said in await refusal(stocktrim, report.change_ids[0])
        assert same(await case.look(stocktrim), now)
    assert len(writes(far)) == sent


PARTS: Mapping[str, tuple[Act, str, Mapping[str, Any]]] = {
    "a product changed": (
        lambda one: one.products.save(ProductDraft(product_id="KETTLE-09", lead_time_days=10)),
        "Of the product 'KETTLE-09' not all is set back, as it was changed since: lead_time_days is 10, and the change "
        "had left it 9.",
        {"unit_cost": 38.0, "lead_time_days": 10},
    ),
    "a supplier changed": (
        lambda one: one.suppliers.save(SupplierDraft(code="HIKARI", email="c@x.example")),
        "Of the supplier 'HIKARI' not all is set back, as it was changed since: email is 'c@x.example', and the change "
        "had left it 'b@x.example'.",
        {"lead_time_days": 60, "email": "c@x.example"},
    ),
    "a customer changed": (
        lambda one: one.customers.save(CustomerDraft(code="GROUNDS", post_code="1011")),
        "Of the customer 'GROUNDS' not all is set back, as it was changed since: post_code is '1011', and the change "
        "had left it '1010'.",
        {"post_code": "1011"},
    ),
}


@pytest.mark.parametrize("name", PARTS)
async def test_of_a_record_the_fields_that_moved_since_stay_and_the_others_are_set_back(name: str) -> None:
    case, (move, said, becomes) = CASES[name], PARTS[name]
    async with connected(sandbox(), journal=MemoryJournal()) as stocktrim:
        before = await case.look(stocktrim)
        report = await case.act(stocktrim)
        await move(stocktrim)
        (step,) = await stocktrim.undo.steps(report.change_ids[0])
        with stocktrim.changes.preview() as shown:
            assert said in (await step.send()).warnings
        assert not becomes.keys() & {one.field for one in shown[0].fields if one.after == one.before}
        undoing = await undone(stocktrim, report.change_ids[0])
        assert (undoing.status, undoing.warnings[0]) == ("applied", said)
        now = await case.look(stocktrim)
        assert now is not None
        assert same(now, before, (*becomes, "message"))
        assert {field: getattr(now, field) for field in becomes} == becomes
        # What was left out stays left out when the undo is undone.
        await undone(stocktrim, undoing.change_ids[0])
        again = await case.look(stocktrim)
        moved = [field for field in becomes if getattr(again, field) == getattr(now, field)]
        assert moved


async def test_what_somebody_set_back_by_hand_is_in_nobodys_way() -> None:
    far = sandbox()
    async with connected(far, journal=MemoryJournal()) as stocktrim:
        report = await CASES["a product changed"].act(stocktrim)
        await stocktrim.products.save(ProductDraft(product_id="KETTLE-09", unit_cost=38))
        undoing = await undone(stocktrim, report.change_ids[0])
        assert [one.field for one in undoing.changes[0].fields] == ["lead_time_days"]
        assert undoing.warnings == ()
        report = await CASES["a product changed"].act(stocktrim)
        await stocktrim.products.save(ProductDraft(product_id="KETTLE-09", unit_cost=38, lead_time_days=35))
        sent = len(writes(far))
        (step,) = await stocktrim.undo.steps(report.change_ids[0])
        assert (await step.send()).status == "unchanged"
    assert len(writes(far)) == sent


async def test_a_product_that_a_save_emptied_comes_back_although_its_stock_has_moved() -> None:
    far = sandbox(quirks=Quirks(product_left_out="replaced"))
    async with connected(far, journal=MemoryJournal()) as stocktrim:
        before = await stocktrim.products.get("30000001")
        report = await stocktrim.products.save(ProductDraft(product_id="30000001", unit_cost=9))
        far.shop.products["30000001"]["stockOnHand"] = 77.0
        far.shop.changed()
        undoing = await undone(stocktrim, report.change_ids[0])
        now = await stocktrim.products.get("30000001")
    assert (now.name, now.unit_price, now.supplier_code) == (before.name, before.unit_price, before.supplier_code)
    assert now.on_hand == 77.0
    assert undoing.warnings[0] == (
        "Of the product 'V60-02' not all is set back, as it was changed since: on_hand is 77, and the change had left "
        "it (empty)."
    )
    assert undoing.changes[0].key == now.code == "V60-02"


async def test_two_undoings_of_one_change_at_once_are_one() -> None:
    far = sandbox()
    async with connected(far, journal=MemoryJournal()) as stocktrim:
        token = batch.set("one-call")
        report = await stocktrim.purchase_orders.save(ORDER)
        batch.reset(token)
        await stocktrim.purchase_orders.delete("PO-NEW")
        deleted = (await stocktrim.history.entries(limit=1)).entries[0]
        steps = [(await stocktrim.undo.steps(deleted.change_id))[0] for _ in range(3)]
        sent = len(writes(far))
        ended = await asyncio.gather(*(step.send() for step in steps), return_exceptions=True)
        assert len(writes(far)) == sent + 1
        refused = [str(one) for one in ended if isinstance(one, ConflictError)]
        assert len(refused) == 2
        assert all("was undone already, by" in one for one in refused)
        (made,) = await stocktrim.undo.steps("one-call")
        assert made.change_id == report.change_ids[0]


@pytest.mark.parametrize("shown", [True, False])
async def test_a_sale_recorded_again_is_not_deleted_by_undoing_the_repeat(shown: bool) -> None:
    far = sandbox(quirks=Quirks(sales_orders_v1="by_product" if shown else "dead"))
    async with connected(far, journal=MemoryJournal()) as stocktrim:
        first = await stocktrim.sales_orders.save(SALE, called="KETTLE")
        again = await stocktrim.sales_orders.save(SALE, called="KETTLE")
        if shown:
            assert again.status == "unchanged"
            return
        said = await refusal(stocktrim, again.change_ids[0])
        assert f"was recorded before already, by change {first.change_ids[0]}, which stands" in said
        gone = await undone(stocktrim, first.change_ids[0])
        assert gone.changes[0].name == "0 x KETTLE"
        # Nothing stands before the repeat any more.
        (step,) = await stocktrim.undo.steps(again.change_ids[0])
        assert step.cannot is None
        third = await stocktrim.sales_orders.save(SALE, called="KETTLE")
        (step,) = await stocktrim.undo.steps(third.change_ids[0])
        assert step.cannot is None


async def test_a_field_that_moved_elsewhere_stands_in_nobodys_way() -> None:
    async with connected(sandbox(), journal=MemoryJournal()) as stocktrim:
        report = await CASES["a product changed"].act(stocktrim)
        await stocktrim.products.save(ProductDraft(product_id="KETTLE-09", name="Renamed"))
        await stocktrim.inventory.save(StockCount(product_id="KETTLE-09", on_hand=2))
        await undone(stocktrim, report.change_ids[0])
        kettle = await stocktrim.products.get("KETTLE-09")
    assert (kettle.unit_cost, kettle.lead_time_days, kettle.name, kettle.on_hand) == (38.0, 35, "Renamed", 2.0)


async def test_stock_that_moved_by_itself_is_not_set_back() -> None:
    far = sandbox()

    class Selling(httpx.AsyncBaseTransport):
        """A shop that sells while the product is saved."""

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await far.handle_async_request(request)
            if request.method == "POST" and request.url.path == "/api/Products" and not writes(far)[1:]:
                far.shop.products["KETTLE-09"]["stockOnHand"] = 4.0
                far.shop.changed()
            return answer

    async with connected(Selling(), journal=MemoryJournal()) as stocktrim:
        report = await CASES["a product changed"].act(stocktrim)
        await undone(stocktrim, report.change_ids[0])
        kettle = await stocktrim.products.get("KETTLE-09")
    assert (kettle.unit_cost, kettle.on_hand) == (38.0, 4.0)


async def test_a_count_where_there_was_none_is_set_to_nothing_and_leaves_the_total_on_order_alone() -> None:
    async with connected(sandbox(), journal=MemoryJournal()) as stocktrim:
        before = await stocktrim.products.get("V60-02")
        report = await stocktrim.inventory.save(StockCount(product_id="V60-02", location_code="SHOP", on_hand=3))
        now = await stocktrim.products.get("V60-02")
        assert (now.on_hand, now.on_order) == (34.0, before.on_order)
        (step,) = await stocktrim.undo.steps(report.change_ids[0])
        assert step.said == (
            "StockTrim had no figure for on_hand before: 0 is set.",
            "StockTrim takes both quantities of stock at once: what is on order stays a figure set by hand until it is "
            "set anew, whatever orders are placed or arrive.",
        )
        await step.send()
        after = await stocktrim.products.get("V60-02")
    assert (after.on_hand, after.on_order) == (before.on_hand, before.on_order) == (31.0, 48.0)


# --- empty before


FULL = ProductDraft(
    product_id="SAMPLE-X",
    barcode="4006381333931",
    unit_cost=3,
    suppliers=(ProductSupplier(supplier="HIKARI"),),
    stock=(StockAtLocation(location_code="MAIN", on_hand=3),),
)


@pytest.mark.parametrize("left_out", ["kept", "replaced"])
@pytest.mark.parametrize("null", ["clears", "ignored", "refused"])
async def test_a_field_that_was_empty_is_cleared_or_the_answer_says_that_it_is_not(null: Any, left_out: Any) -> None:
    far = sandbox(quirks=Quirks(explicit_null=null, product_left_out=left_out))
    async with connected(far, journal=MemoryJournal()) as stocktrim:
        before = await stocktrim.products.get("SAMPLE-X")
        report = await stocktrim.products.save(FULL)
        (step,) = await stocktrim.undo.steps(report.change_ids[0])
        assert "Empty before, so to be cleared, if StockTrim does that: barcode" in step.said[0]
        if null == "refused":
            with pytest.raises(
                InvalidRequestError, match=r"nothing in barcode.*may not let it be cleared.*Nothing was"
            ):
                await step.send()
            assert (await stocktrim.history.entries(limit=1)).entries[0].outcome == "refused"
            assert (await stocktrim.products.get("SAMPLE-X")).barcode == "4006381333931"
            return
        undoing = await step.send()
        sample = await stocktrim.products.get("SAMPLE-X")
    if null == "clears" or left_out == "replaced":
        assert same(sample, before)
        assert undoing.warnings == ()
    else:
        assert sample.barcode == "4006381333931"
        assert any("has barcode = '4006381333931', not (empty)" in text for text in undoing.warnings)
        assert (sample.suppliers, sample.stock) == ((), ())


async def test_what_a_save_cleared_unasked_is_mended_too() -> None:
    far = sandbox(quirks=Quirks(product_left_out="replaced"))
    async with connected(far, journal=MemoryJournal()) as stocktrim:
        before = await stocktrim.products.get("KETTLE-09")
        report = await stocktrim.products.save(ProductDraft(product_id="KETTLE-09", unit_cost=40, name=before.name))
        assert (await stocktrim.products.get("KETTLE-09")).category is None
        await undone(stocktrim, report.change_ids[0])
        assert same(await stocktrim.products.get("KETTLE-09"), before)


async def test_an_undoing_whose_answer_is_lost_is_settled_like_any_change() -> None:
    far = sandbox()
    async with connected(far, journal=MemoryJournal()) as stocktrim:
        report = await CASES["a product changed"].act(stocktrim)
        far.faults.add(Fault("reset", at="save_product", times=None, applied=True))
        report = await undone(stocktrim, report.change_ids[0])
        assert "reading back shows" in report.warnings[0]


async def test_a_step_says_whom_it_is_about() -> None:
    async with connected(sandbox(), journal=MemoryJournal()) as stocktrim:
        report = await stocktrim.products.delete("V60-02")
        (step,) = await stocktrim.undo.steps(report.change_ids[0])
        assert isinstance(step, UndoStep)
        assert (step.noun, step.key, step.change_id) == ("product", "V60-02", report.change_ids[0])
        back = await step.send()
        assert back.changes[0].key == "V60-02"
        assert (await stocktrim.products.get("V60-02")).product_id == "30000001"
