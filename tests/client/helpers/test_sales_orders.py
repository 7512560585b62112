"""Sales: written by their reference, read where StockTrim answers at all."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from stocktrim_client.errors import ConflictError, NotFoundError, NotSentError, UnexpectedAnswerError
from stocktrim_client.models import SalesOrderDraft
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from tests.client.sandboxed import HOSTILE, Scripted, asked, connected, every_reading, sandbox, writes

SOLD = datetime(2026, 2, 1, 10, 15, tzinfo=UTC)
DRAFT = SalesOrderDraft(product_id="KETTLE-09", sold_at=SOLD, quantity=2, unit_price=95, location_code="MAIN")


def sold(far: Sandbox, product: str = "KETTLE-09") -> int:
    return len(far.shop.ledger.sales(product))


@every_reading
async def test_the_sales_of_a_product_are_read(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    async with connected(far) as stocktrim:
        sales = await stocktrim.sales_orders.all("KETTLE-09")
        assert await stocktrim.sales_orders.all("SAMPLE-X") == []
    if quirks.sales_orders_v1 == "dead":
        assert sales == []
        return
    truth = far.shop.ledger.sales("KETTLE-09")
    assert [(sale.reference, sale.quantity) for sale in sales] == [
        (each["externalReferenceId"], each["quantity"]) for each in truth
    ]
    assert all(sale.sold_at and sale.sold_at.tzinfo for sale in sales)


@every_reading
async def test_a_sale_is_recorded_once_and_changed_by_its_reference(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    before = sold(far)
    async with connected(far) as stocktrim:
        report = await stocktrim.sales_orders.save(DRAFT.model_copy(update={"reference": "S-1"}))
        again = await stocktrim.sales_orders.save(DRAFT.model_copy(update={"reference": "S-1", "quantity": 5}))
    assert sold(far) == before + 1
    assert far.shop.ledger.sales("KETTLE-09")[-1]["quantity"] == 5
    unseen = quirks.sales_orders_v1 == "dead"
    assert bool(report.warnings) == bool(again.warnings) == unseen


async def test_a_sale_without_a_reference_gets_one_of_its_own() -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        reports = [await stocktrim.sales_orders.save(DRAFT) for _ in range(2)]
    references = {report.changes[0].key for report in reports}
    assert len(references) == 2
    bodies = [json.loads(request.body) for request in far.requests if request.operation == "save_sales_orders"]
    assert {body["saleOrderLineItems"][0]["externalReferenceId"] for body in bodies} == references
    assert set(writes(far)) == {"save_sales_orders"}


@pytest.mark.parametrize("kind", ["reset", "truncate"])
async def test_a_sale_whose_answer_is_lost_is_not_doubled(kind: str) -> None:
    far = sandbox()
    far.faults.add(Fault(kind, at="save_sales_orders", applied=True, times=2))  # pyright: ignore[reportArgumentType]
    before = sold(far)
    async with connected(far) as stocktrim:
        assert (await stocktrim.sales_orders.save(DRAFT)).status == "applied"
    assert sold(far) == before + 1


@every_reading
async def test_the_sales_of_a_product_are_deleted(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    count, others = sold(far), sold(far, "000123")
    async with connected(far) as stocktrim:
        report = await stocktrim.sales_orders.delete("KETTLE-09")
    assert (sold(far), sold(far, "000123")) == (0, others)
    unseen = quirks.sales_orders_v1 == "dead"
    assert bool(report.warnings) == unseen
    (change,) = report.changes
    assert change.unread == unseen
    if not unseen:
        assert {field.field: field.before for field in change.fields}["sales"] == count


@every_reading
async def test_the_sales_of_a_product_in_a_range_are_deleted(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    since, until = SOLD - timedelta(days=200), SOLD - timedelta(days=100)
    count, others = sold(far), sold(far, "000123")
    async with connected(far) as stocktrim:
        report = await stocktrim.sales_orders.delete_in_range(since, until, "KETTLE-09")
    assert 0 < sold(far) < count
    assert sold(far, "000123") == others
    assert bool(report.warnings) == (quirks.sales_orders_v1 == "dead")


@every_reading
async def test_the_sales_of_a_location_are_deleted(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    async with connected(far) as stocktrim:
        report = await stocktrim.sales_orders.delete_of_location("SHOP")
    assert report.status == "applied"
    assert not [sale for sale in far.shop.ledger.sales("KETTLE-09") if sale.get("locationCode") == "SHOP"]


async def test_a_range_needs_a_product_and_zones() -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        with pytest.raises(NotSentError, match="nothing was sent"):
            await stocktrim.sales_orders.delete_in_range(SOLD, SOLD, " ")
        with pytest.raises(ValueError, match="no time zone"):
            await stocktrim.sales_orders.delete_in_range(SOLD.replace(tzinfo=None), SOLD, "KETTLE-09")
    assert writes(far) == []


@pytest.mark.parametrize("code", HOSTILE)
async def test_any_code_reaches_stocktrim_unharmed(code: str) -> None:
    far = sandbox()
    far.shop.products[code] = {"id": far.shop.number(), "productId": code}
    far.shop.ledger.forget(code)
    async with connected(far) as stocktrim:
        draft = SalesOrderDraft(product_id=code, sold_at=SOLD, quantity=1, reference=code, customer_code=code)
        assert (await stocktrim.sales_orders.save(draft)).warnings == ()
        assert [(one.reference, one.customer_code) for one in await stocktrim.sales_orders.all(code)] == [(code, code)]
        assert (await stocktrim.sales_orders.delete(code)).warnings == ()
        await stocktrim.sales_orders.delete_of_location("WEB/EU")
    asked_for = {request.operation: request.query for request in far.requests}
    assert asked_for["delete_sales_orders"] == {"productid": code}
    assert asked_for["delete_sales_orders_of_location"] == {"locationcodeorname": "WEB/EU"}


async def test_reading_sales_costs_one_call() -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        await stocktrim.sales_orders.all("KETTLE-09")
    assert asked(far) == {"list_sales_orders": 1}


@pytest.mark.parametrize(
    "content", [b"", b"null", b"<html></html>", b"[1]", b'[{"productId": "A", "orderDate": "soon"}]']
)
async def test_a_strange_answer_is_named(content: bytes) -> None:
    async with connected(Scripted(lambda request: httpx.Response(200, content=content))) as stocktrim:
        with pytest.raises(UnexpectedAnswerError) as raised:
            await stocktrim.sales_orders.all("A")
    assert raised.value.operation == "list_sales_orders"


@every_reading
async def test_a_sale_that_must_be_new_is_no_change_of_another(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    draft = DRAFT.model_copy(update={"reference": "S-1"})
    async with connected(far) as stocktrim:
        first = await stocktrim.sales_orders.save(draft, must="create", called="Kettle")
        unseen = quirks.sales_orders_v1 == "dead"
        assert [(one.kind, one.unread, one.name) for one in first.changes] == [
            ("change" if unseen else "create", unseen, "2 x Kettle")
        ]
        count = sold(far)
        if unseen:
            assert (await stocktrim.sales_orders.save(draft, must="create")).status == "applied"
            assert sold(far) == count
            return
        assert (await stocktrim.sales_orders.save(draft, must="create")).status == "unchanged"
        with pytest.raises(ConflictError, match=r"quantity is 2, not 5"):
            await stocktrim.sales_orders.save(draft.model_copy(update={"quantity": 5.0}), must="create")
        with pytest.raises(NotFoundError, match="There is no sale 'S-2'"):
            await stocktrim.sales_orders.save(draft.model_copy(update={"reference": "S-2"}), must="change")
    assert sold(far) == count


async def test_the_first_sale_of_a_product_may_be_there_unseen_and_is_checked_afterwards() -> None:
    far = sandbox()
    draft = DRAFT.model_copy(update={"product_id": "SAMPLE-X", "reference": "S-1"})
    async with connected(far) as stocktrim:
        report = await stocktrim.sales_orders.save(draft, must="create")
    assert (report.changes[0].kind, report.changes[0].unread, report.warnings) == ("change", True, ())


async def test_sales_that_were_just_read_are_read_back_alone() -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        among = await stocktrim.sales_orders.all("KETTLE-09")
        await stocktrim.sales_orders.save(DRAFT, must="create", among=among)
        assert asked(far) == {"list_sales_orders": 2, "save_sales_orders": 1}
        report = await stocktrim.sales_orders.delete("KETTLE-09", among=among, called="Kettle")
        assert (report.changes[0].key, report.warnings) == ("Kettle", ())
    assert asked(far) == {"list_sales_orders": 3, "save_sales_orders": 1, "delete_sales_orders": 1}


async def test_a_range_in_which_nothing_was_sold_is_not_deleted() -> None:
    far = sandbox()
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    async with connected(far) as stocktrim:
        report = await stocktrim.sales_orders.delete_in_range(long_ago, long_ago + timedelta(days=9), "KETTLE-09")
        assert report.status == "unchanged"
        # Of a product that shows no sales at all, nobody knows.
        report = await stocktrim.sales_orders.delete_in_range(long_ago, long_ago + timedelta(days=9), "SAMPLE-X")
        assert (report.status, report.changes[0].unread) == ("applied", True)
    assert writes(far) == ["delete_sales_orders_in_range"]
