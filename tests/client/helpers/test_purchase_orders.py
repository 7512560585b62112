"""Orders: by either reference, with all lines, one at a time."""

import asyncio
import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from stocktrim_client.client import StockTrimClient
from stocktrim_client.errors import ConflictError, InvalidRequestError, NotFoundError, UnexpectedAnswerError
from stocktrim_client.helpers.purchase_orders import status_of
from stocktrim_client.helpers.wire import AHEAD
from stocktrim_client.models import PurchaseOrder, PurchaseOrderDraft, PurchaseOrderLine, PurchaseOrderLineDraft
from stocktrim_client.models.purchase_orders import draft_of
from stocktrim_client.operations import find_operation
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_client.sandbox.server import serve
from tests.client.sandboxed import HOSTILE, Scripted, asked, connected, every_reading, sandbox, writes

LINES = (
    PurchaseOrderLineDraft(product_id="KETTLE-09", quantity=3, unit_price=38),
    PurchaseOrderLineDraft(product_id="000123", quantity=5),
)
DRAFT = PurchaseOrderDraft(reference="PO-NEW", supplier_code="HIKARI", location_code="MAIN", lines=LINES)


def orders(far: Sandbox, reference: str) -> list[dict[str, Any]]:
    return [order for order in far.shop.orders.values() if order.get("clientReferenceNumber") == reference]


def sent(far: Sandbox) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in far.requests if request.operation == "save_purchase_order"]


# --- reading


@every_reading
async def test_all_orders_are_read(quirks: Quirks) -> None:
    far = sandbox(240, quirks=quirks)
    async with connected(far) as stocktrim:
        found = await stocktrim.purchase_orders.all()
        drafts = await stocktrim.purchase_orders.all("Draft")
    truth = far.shop.orders
    assert sorted(order.order_id or 0 for order in found) == sorted(truth)
    assert {order.order_id for order in drafts} == {
        number for number, order in truth.items() if order.get("status") == "Draft"
    }
    for order in found:
        real = truth[order.order_id or 0]
        assert order.reference == real.get("clientReferenceNumber", real.get("referenceNumber"))
        assert order.status == real["status"]
        assert order.supplier_name == real.get("supplier", {}).get("supplierName")
        assert order.location_code == real.get("location", {}).get("locationCode")
        assert [(line.product_id, line.quantity) for line in order.lines] == [
            (line["productId"], line["quantity"]) for line in real.get("purchaseOrderLineItems", ())
        ]
        assert (order.ordered_at is None) == ("orderDate" not in real)
        assert order.created_at
        assert order.created_at.tzinfo


@pytest.mark.parametrize("count", [0, 1, 10, 49, 50, 51, 100, 1203])
@pytest.mark.parametrize("cap", [0, 10, 50])
@pytest.mark.parametrize("first", [0, 1])
async def test_any_number_of_orders_is_read_whole(count: int, cap: int, first: Any) -> None:
    far = sandbox(0, quirks=Quirks(orders_page_size_cap=cap, orders_first_page=first, bare_orders=False))
    far.shop.orders.update({number: {"id": number, "status": "Draft"} for number in range(1, count + 1)})
    async with connected(far) as stocktrim:
        found = await stocktrim.purchase_orders.all()
    assert sorted(order.order_id or 0 for order in found) == list(range(1, count + 1))
    assert asked(far)["list_purchase_orders"] <= -(-count // (cap or 50)) + 3 + AHEAD


async def test_a_page_size_that_is_refused_is_not_insisted_on() -> None:
    far = sandbox(240, quirks=Quirks(orders_page_size_cap=25, orders_over_cap="refused"))
    async with connected(far) as stocktrim:
        assert len(await stocktrim.purchase_orders.all()) == len(far.shop.orders)


@pytest.mark.parametrize("habit", ["refused", "ignored"])
async def test_orders_of_one_status_are_found_even_if_stocktrim_does_not_filter(habit: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "status" in request.url.params and habit == "refused":
            return httpx.Response(400, text="The value 'Draft' is not valid.")
        rows = [{"id": number, "status": number % 4} for number in range(1, 9)]
        return httpx.Response(200, json=rows if "page" not in request.url.params else [])

    async with connected(Scripted(answer)) as stocktrim:
        assert [order.order_id for order in await stocktrim.purchase_orders.all("Sent")] == [2, 6]


async def test_a_refusal_for_another_reason_is_raised() -> None:
    far = sandbox()
    far.faults.add(Fault("status", at="list_purchase_orders", status=400, times=None))
    async with connected(far) as stocktrim:
        with pytest.raises(InvalidRequestError):
            await stocktrim.purchase_orders.all()


@every_reading
async def test_an_order_is_found_by_either_reference(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    async with connected(far) as stocktrim:
        for reference in ("PO/7 #1?&+%", "TEA-7"):
            order = await stocktrim.purchase_orders.get(reference)
            assert (order.reference, order.reference_number) == ("PO/7 #1?&+%", "TEA-7")
        assert (await stocktrim.purchase_orders.get(" REF-9 ")).external_id == "X-77"
        assert await stocktrim.purchase_orders.find("PO-0000") is None
        assert await stocktrim.purchase_orders.find(" ") is None
        with pytest.raises(NotFoundError, match="'NOPE'"):
            await stocktrim.purchase_orders.get("NOPE")


@every_reading
async def test_the_number_people_use_comes_before_the_second_reference_of_another_order(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    far.shop.orders[1] = {"id": 1, "status": "Draft", "clientReferenceNumber": "A", "referenceNumber": "B"}
    far.shop.orders[2] = {"id": 2, "status": "Draft", "clientReferenceNumber": "B"}
    async with connected(far) as stocktrim:
        assert (await stocktrim.purchase_orders.get("B")).order_id == 2
        assert (await stocktrim.purchase_orders.get("A")).order_id == 1


REAL = {
    "id": 30000001,
    "message": None,
    "orderDate": None,
    "createdDate": "2025-10-30T22:21:33.307",
    "fullyReceivedDate": None,
    "supplier": {"supplierCode": None, "supplierName": "Example Supplier"},
    "externalId": None,
    "referenceNumber": None,
    "clientReferenceNumber": "PO-00001",
    "location": None,
    "status": "Draft",
    "purchaseOrderLineItems": [{"productId": "30000002", "quantity": 3.0, "receivedDate": None, "unitPrice": 10.25}],
}


def listing(*rows: dict[str, Any]) -> Scripted:
    def answer(request: httpx.Request) -> httpx.Response:
        first = request.url.path.endswith("/PurchaseOrders") and "page" not in request.url.params
        return httpx.Response(200, json=rows) if first else httpx.Response(404)

    return Scripted(answer)


async def test_an_order_as_it_was_seen_is_read() -> None:
    async with connected(listing(REAL)) as stocktrim:
        (order,) = await stocktrim.purchase_orders.all()
    assert (order.reference, order.supplier_code, order.supplier_name) == ("PO-00001", None, "Example Supplier")
    assert order.created_at == datetime(2025, 10, 30, 22, 21, 33, 307000, tzinfo=UTC)
    assert (order.ordered_at, order.location_code, order.is_open) == (None, None, True)
    assert order.total_cost == 30.75


async def test_an_order_of_nulls_numbers_and_odd_dates_is_read() -> None:
    rows = [
        {"id": 1, "supplier": None, "purchaseOrderLineItems": None, "status": None, "location": None},
        {"id": 2},
        {
            "id": 3,
            "clientReferenceNumber": 4711,
            "orderDate": "0001-01-01T00:00:00",
            "createdDate": "2026-03-01T10:00:00+13:00",
            "status": 2,
            "externalId": 88,
            "purchaseOrderLineItems": [
                {"productId": 30000002, "quantity": "3", "unitPrice": None, "receivedDate": "2026-03-01T00:00:00Z"},
                {"productId": "A", "quantity": None},
            ],
        },
    ]
    async with connected(listing(*rows)) as stocktrim:
        bare, barer, odd = await stocktrim.purchase_orders.all()
    assert bare.model_copy(update={"order_id": 2}) == barer
    assert (bare.status, bare.lines, bare.total_cost, bare.reference) == (None, (), None, None)
    assert (odd.reference, odd.ordered_at, odd.status, odd.external_id) == ("4711", None, "Sent", "88")
    assert odd.created_at == datetime(2026, 2, 28, 21, tzinfo=UTC)
    assert [(line.product_id, line.quantity) for line in odd.lines] == [("30000002", 3.0), ("A", None)]
    assert odd.total_cost is None


async def test_rows_without_id_or_reference_are_all_kept_and_none_twice() -> None:
    rows = [{"status": "Draft", "message": text} for text in ("a", "b", "b")]

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=rows if request.url.params.get("page", "1") == "1" else [])

    async with connected(Scripted(answer)) as stocktrim:
        assert [order.message for order in await stocktrim.purchase_orders.all()] == ["a", "b", "b"]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Draft", "Draft"),
        ("draft", "Draft"),
        (" SENT ", "Sent"),
        (0, "Draft"),
        (3, "Received"),
        ("1", "Approved"),
        (4, "4"),
        ("Cancelled", "Cancelled"),
        ("", None),
        (None, None),
        (-1, "-1"),
    ],
)
def test_a_status_is_read_in_either_form_and_unknown_words_are_kept(said: Any, status: str | None) -> None:
    assert status_of(said) == status


@pytest.mark.parametrize("content", [b"", b"null", b"<html></html>", b"[1]", b'{"id": 1}', b'[{"orderDate": {}}]'])
async def test_a_strange_answer_is_named(content: bytes) -> None:
    async with connected(Scripted(lambda request: httpx.Response(200, content=content))) as stocktrim:
        with pytest.raises(UnexpectedAnswerError) as raised:
            await stocktrim.purchase_orders.all()
    assert raised.value.operation == "list_purchase_orders"


# --- writing


@every_reading
async def test_an_order_is_created_changed_and_deleted(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    before = dict(far.shop.orders)
    async with connected(far) as stocktrim:
        report = await stocktrim.purchase_orders.save(DRAFT)
        assert (report.changes[0].kind, report.warnings) == ("create", ())
        order = await stocktrim.purchase_orders.get("PO-NEW")
        assert (order.status, order.supplier_code, order.location_code) == ("Draft", "HIKARI", "MAIN")
        assert order.ordered_at
        report = await stocktrim.purchase_orders.save(
            DRAFT.model_copy(update={"status": "Approved", "lines": (*LINES[:1], *LINES[1:])})
        )
        assert (report.changes[0].kind, report.warnings) == ("change", ())
        assert orders(far, "PO-NEW")[0]["status"] == "Approved"
        report = await stocktrim.purchase_orders.delete("PO-NEW")
        assert (report.status, report.changes[0].kind, report.warnings) == ("applied", "delete", ())
        assert await stocktrim.purchase_orders.find("PO-NEW") is None
    assert far.shop.orders == before


@every_reading
async def test_an_order_is_saved_as_new_or_as_one_that_is_there_and_nothing_else(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    async with connected(far) as stocktrim:
        with pytest.raises(NotFoundError, match="nothing was changed"):
            await stocktrim.purchase_orders.save(DRAFT, must="change")
        await stocktrim.purchase_orders.save(DRAFT, must="create")
        assert (await stocktrim.purchase_orders.save(DRAFT, must="create")).status == "unchanged"
        other = DRAFT.model_copy(update={"lines": LINES[:1]})
        with pytest.raises(ConflictError, match="differs: lines"):
            await stocktrim.purchase_orders.save(other, must="create")
        with pytest.raises(ConflictError, match="differs"), stocktrim.changes.preview():
            await stocktrim.purchase_orders.save(other, must="create")
        # Where StockTrim merges lines, one that is left out stays.
        made = "not_applied" if quirks.order_lines == "merged" else "applied"
        assert (await stocktrim.purchase_orders.save(other, must="change")).status == made
    assert writes(far) == ["save_purchase_order"] * 2


@every_reading
async def test_any_order_saved_again_as_it_is_is_unchanged(quirks: Quirks) -> None:
    far = sandbox(60, quirks=quirks)
    async with connected(far) as stocktrim:
        tried = 0
        for order in await stocktrim.purchase_orders.all():
            if not order.lines or order.reference in (None, order.reference_number):
                continue
            assert (await stocktrim.purchase_orders.save(draft_of(order), must="change")).status == "unchanged"
            tried += 1
    assert tried > 10
    assert writes(far) == []


@pytest.mark.parametrize(
    "odd",
    [
        {"status": "Cancelled"},
        {"status": None},
        {"supplier_code": None},
        {"reference": None},
        {"lines": ()},
        {"lines": (PurchaseOrderLine(product_id="A", quantity=0),)},
        {"lines": (PurchaseOrderLine(quantity=1),)},
    ],
)
def test_an_order_that_would_lose_something_is_no_draft(odd: dict[str, Any]) -> None:
    line = PurchaseOrderLine(product_id="A", quantity=2)
    order = PurchaseOrder(reference="A", status="Sent", supplier_code="ACME", external_id="X", lines=(line,))
    draft = draft_of(order, location_code="MAIN")
    assert (draft.status, draft.external_id, draft.location_code) == ("Sent", "X", "MAIN")
    assert draft.model_fields_set == {"reference", "status", "supplier_code", "external_id", "location_code", "lines"}
    with pytest.raises(ValueError, match="validation error"):
        draft_of(order.model_copy(update=odd))


@pytest.mark.parametrize("lines", ["replaced", "merged"])
async def test_lines_that_stay_although_they_were_left_out_are_told(lines: Any) -> None:
    far = sandbox(quirks=Quirks(order_lines=lines))
    async with connected(far) as stocktrim:
        await stocktrim.purchase_orders.save(DRAFT)
        report = await stocktrim.purchase_orders.save(DRAFT.model_copy(update={"lines": LINES[:1]}))
    assert bool(report.warnings) == (lines == "merged")
    assert [len(body["purchaseOrderLineItems"]) for body in sent(far)] == [2, 1]


async def test_a_date_is_always_sent_and_an_old_one_kept() -> None:
    far = sandbox(quirks=Quirks(order_date_required=True, order_left_out="replaced"))
    ordered = datetime(2026, 1, 5, 9, tzinfo=UTC)
    async with connected(far) as stocktrim:
        await stocktrim.purchase_orders.save(DRAFT)
        await stocktrim.purchase_orders.save(DRAFT.model_copy(update={"ordered_at": ordered}))
        await stocktrim.purchase_orders.save(
            PurchaseOrderDraft(**{**DRAFT.model_dump(), "status": "Sent", "ordered_at": None})
        )
    dates = [body["orderDate"] for body in sent(far)]
    assert dates[1:] == ["2026-01-05T09:00:00"] * 2
    assert abs((datetime.fromisoformat(dates[0]).replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()) < 60


async def test_a_second_reference_that_is_there_stays() -> None:
    far = sandbox()
    far.shop.orders[1] = {"id": 1, "status": "Draft", "clientReferenceNumber": "A", "referenceNumber": "B"}
    async with connected(far) as stocktrim:
        await stocktrim.purchase_orders.save(DRAFT.model_copy(update={"reference": "A"}))
        await stocktrim.purchase_orders.save(DRAFT)
    assert [body.get("referenceNumber") for body in sent(far)] == ["B", "PO-NEW"]


@every_reading
@pytest.mark.parametrize("first", [{"clientReferenceNumber": "PO-0"}, {}])
async def test_a_second_reference_of_another_order_is_not_saved_to(quirks: Quirks, first: dict[str, str]) -> None:
    far = sandbox(quirks=quirks)
    far.shop.orders[1] = {"id": 1, "status": "Draft", "referenceNumber": "X9", **first}
    draft = DRAFT.model_copy(update={"reference": "X9"})
    async with connected(far) as stocktrim:
        assert (await stocktrim.purchase_orders.get("X9")).order_id == 1
        with pytest.raises(ConflictError, match="second reference"), stocktrim.changes.preview():
            await stocktrim.purchase_orders.save(draft)
        with pytest.raises(ConflictError, match="second reference"):
            await stocktrim.purchase_orders.save(draft)
        far.shop.orders[2] = {"id": 2, "status": "Draft", "clientReferenceNumber": "X9"}
        assert (await stocktrim.purchase_orders.save(draft)).changes[0].kind == "change"
    assert writes(far) == ["save_purchase_order"]


async def test_an_order_that_shows_no_lines_in_a_list_is_deleted_all_the_same() -> None:
    far = sandbox()

    class Brief(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await far.handle_async_request(request)
            if find_operation(request.method, request.url.path).name != "list_purchase_orders":
                return answer
            await answer.aread()
            return httpx.Response(200, json=[{**order, "purchaseOrderLineItems": None} for order in answer.json()])

    async with connected(Brief()) as stocktrim:
        assert (await stocktrim.purchase_orders.delete("PO-00003")).warnings == ()
    assert orders(far, "PO-00003") == []


@pytest.mark.parametrize("count", [0, 1, 20, 40])
@pytest.mark.parametrize("first", [0, 1])
async def test_a_page_past_the_end_may_be_refused(count: int, first: int) -> None:
    rows = [{"id": number, "status": "Draft"} for number in range(1, count + 1)]

    def answer(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("page", first)) - first
        shown = rows[20 * page : 20 * page + 20]
        return httpx.Response(200, json=shown) if shown or page <= 0 else httpx.Response(400, text="No such page.")

    async with connected(Scripted(answer)) as stocktrim:
        assert len(await stocktrim.purchase_orders.all()) == count


async def test_orders_are_written_one_at_a_time() -> None:
    far = sandbox()
    running = peak = 0

    class Counting(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal running, peak
            if request.method != "POST":
                return await far.handle_async_request(request)
            running += 1
            peak = max(peak, running)
            await asyncio.sleep(0.001)
            try:
                return await far.handle_async_request(request)
            finally:
                running -= 1

    async with connected(Counting()) as stocktrim:
        drafts = [DRAFT.model_copy(update={"reference": f"PO-N{number}"}) for number in range(10)]
        reports = await asyncio.gather(*(stocktrim.purchase_orders.save(draft) for draft in drafts))
    assert all(report.status == "applied" for report in reports)
    assert (peak, len(sent(far))) == (1, 10)


async def test_ten_savings_of_one_order_make_one_order() -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        reports = await asyncio.gather(*(stocktrim.purchase_orders.save(DRAFT) for _ in range(10)))
    assert sorted(report.status for report in reports) == ["applied", *["unchanged"] * 9]
    assert len(orders(far, "PO-NEW")) == 1


async def test_an_order_whose_answer_is_lost_is_not_doubled() -> None:
    far = sandbox()
    far.faults.add(Fault("reset", at="save_purchase_order", applied=True, times=2))
    async with connected(far) as stocktrim:
        assert (await stocktrim.purchase_orders.save(DRAFT)).status == "applied"
    assert len(orders(far, "PO-NEW")) == 1


@pytest.mark.parametrize("looks_at", ["client", "reference", "either"])
@pytest.mark.parametrize("unknown", ["404", "success"])
async def test_an_order_is_deleted_by_whichever_reference_stocktrim_looks_at(looks_at: Any, unknown: Any) -> None:
    far = sandbox(quirks=Quirks(order_delete_lookup=looks_at, order_lookup=looks_at, delete_unknown=unknown))
    before = len(far.shop.orders)
    async with connected(far) as stocktrim:
        report = await stocktrim.purchase_orders.delete("TEA-7")
    assert (report.status, report.warnings) == ("applied", ())
    assert len(far.shop.orders) == before - 1
    assert orders(far, "PO/7 #1?&+%") == []


async def test_a_deletion_after_which_nothing_can_be_read_is_not_called_refused() -> None:
    far = sandbox()
    reads = ("get_purchase_order", "find_purchase_order", "list_purchase_orders")

    class Failing(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await far.handle_async_request(request)
            gone = "delete_purchase_order" in asked(far) and far.requests[-1].operation in reads
            return httpx.Response(403) if gone else answer

    async with connected(Failing()) as stocktrim:
        report = await stocktrim.purchase_orders.delete("TEA-7")
    assert report.status == "applied"
    assert "was not checked" in report.warnings[0]
    assert asked(far)["delete_purchase_order"] == 1


async def test_a_deletion_that_stocktrim_only_claims_is_told() -> None:
    far = sandbox(quirks=Quirks(order_delete_lookup="reference", delete_unknown="success"))
    async with connected(far) as stocktrim:
        report = await stocktrim.purchase_orders.delete("PO-00001")
    assert report.status == "not_applied"
    assert report.warnings == (
        "StockTrim said yes, but read back, the purchase order 'PO-00001' is still there: the change was not made.",
    )
    assert orders(far, "PO-00001")


@pytest.mark.parametrize("other", [{"clientReferenceNumber": "TEA-7"}, {"referenceNumber": "PO/7 #1?&+%"}])
async def test_a_reference_of_two_orders_deletes_neither(other: dict[str, Any]) -> None:
    far = sandbox()
    far.shop.orders[1] = {"id": 1, "status": "Draft", **other}
    async with connected(far) as stocktrim:
        with pytest.raises(ConflictError, match="More than one"):
            await stocktrim.purchase_orders.delete("PO/7 #1?&+%")
    assert writes(far) == []


@pytest.mark.parametrize("code", HOSTILE)
async def test_any_reference_is_saved_found_and_deleted(code: str) -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        await _round_trip(stocktrim, far, code)


async def test_any_reference_passes_a_real_socket() -> None:
    far = sandbox()
    async with serve(far) as base_url, StockTrimClient("sandbox", "sandbox", base_url=base_url) as stocktrim:
        for code in HOSTILE:
            await _round_trip(stocktrim, far, code)


async def _round_trip(stocktrim: StockTrimClient, far: Sandbox, code: str) -> None:
    assert (await stocktrim.purchase_orders.save(DRAFT.model_copy(update={"reference": code}))).warnings == ()
    assert (await stocktrim.purchase_orders.get(code)).reference == code
    assert (await stocktrim.purchase_orders.delete(code)).warnings == ()
    assert orders(far, code) == []
    queries = [request.query for request in far.requests if request.operation == "delete_purchase_order"]
    assert queries[-1] == {"referencenumber": code}
    paths = {request.path for request in far.requests if request.operation == "get_purchase_order"}
    assert {f"/api/V2/PurchaseOrders/{code}"} & paths or code in {".", ".."}


@every_reading
async def test_drafts_are_made_from_the_plan(quirks: Quirks) -> None:
    far = sandbox(quirks=dataclasses.replace(quirks, filter_matches="code"))
    before = set(far.shop.orders)
    async with connected(far) as stocktrim:
        report = await stocktrim.purchase_orders.draft_from_order_plan(suppliers=("HIKARI", "NORDLYS"))
    assert report.status == "applied"
    made = [order for number, order in far.shop.orders.items() if number not in before]
    assert {order["supplier"]["supplierCode"] for order in made} == {"HIKARI", "NORDLYS"}
    asked_for, *created = report.changes
    assert asked_for.key == "HIKARI, NORDLYS"
    assert {change.key for change in created} == {order["clientReferenceNumber"] for order in made}
    assert report.warnings == ()


async def test_a_plan_that_suggests_nothing_drafts_nothing() -> None:
    far = sandbox()
    before = dict(far.shop.orders)
    async with connected(far) as stocktrim:
        report = await stocktrim.purchase_orders.draft_from_order_plan(search="no such thing")
    assert far.shop.orders == before
    assert len(report.changes) == 1
    assert "does not show" in report.warnings[0]


def test_an_order_names_its_supplier_and_has_lines() -> None:
    with pytest.raises(ValueError, match="supplier"):
        PurchaseOrderDraft(reference="A", lines=LINES)
    with pytest.raises(ValueError, match="lines"):
        PurchaseOrderDraft(reference="A", supplier_code="S", lines=())
    with pytest.raises(ValueError, match="quantity"):
        PurchaseOrderLineDraft(product_id="A", quantity=0)
