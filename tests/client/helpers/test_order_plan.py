"""The plan: paged or not, filtered by code or by name, never a row lost or twice."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from stocktrim_client.errors import ServiceError, UnexpectedAnswerError
from stocktrim_client.helpers.order_plan import PAGE_SIZE, WORDS
from stocktrim_client.helpers.wire import AHEAD
from stocktrim_client.models import OrderPlanRow
from stocktrim_client.sandbox import Fault, Quirks
from tests.client.sandboxed import Scripted, asked, connected, every_reading, sandbox


@every_reading
async def test_the_whole_plan_is_read(quirks: Quirks) -> None:
    far = sandbox(130, quirks=quirks)
    async with connected(far) as stocktrim:
        rows = await stocktrim.order_plan.all()
        calculated = await stocktrim.order_plan.calculated_at()
    assert sorted(row.product_id or "" for row in rows) == sorted(far.shop.products)
    for row in rows:
        truth = far.shop.products[row.product_id or ""]
        assert (row.code, row.name) == (truth.get("productCodeReadable", row.product_id), truth.get("name"))
        assert (row.on_hand, row.unit_cost) == (truth.get("stockOnHand", 0.0), truth.get("cost"))
        assert (row.location, row.calculated_at) == (None, calculated)
    assert calculated
    assert calculated.tzinfo


@pytest.mark.parametrize("count", [0, 1, 10, 11, 130])
@every_reading
async def test_any_number_of_rows_is_read_whole(quirks: Quirks, count: int) -> None:
    far = sandbox(count, quirks=quirks)
    async with connected(far) as stocktrim:
        assert len(await stocktrim.order_plan.all()) == count
    size = quirks.plan_per_page_cap or PAGE_SIZE
    assert asked(far)["read_order_plan"] <= -(-count // size) + 3 + AHEAD


@every_reading
async def test_filters_by_several_suppliers_and_locations_drop_nothing(quirks: Quirks) -> None:
    far = sandbox(130, quirks=quirks)
    suppliers = ("HIKARI", "NORDLYS", "HIKARI")
    wanted = {key for key, each in far.shop.products.items() if each.get("supplierCode") in suppliers}
    async with connected(far) as stocktrim:
        rows = await stocktrim.order_plan.all(suppliers=suppliers)
        here = await stocktrim.order_plan.all(locations=("MAIN", "SHOP"))
        both = await stocktrim.order_plan.all(suppliers=suppliers, locations=("MAIN", "SHOP"))
        by_name = await stocktrim.order_plan.all(suppliers=["Hikari Glass Works"])
        nobody = await stocktrim.order_plan.all(suppliers=["NOBODY"])
    assert {row.product_id for row in rows} == wanted
    assert len(rows) == len(wanted)
    stocked = {
        (key, place["locationCode"])
        for key, each in far.shop.products.items()
        for place in each.get("stockLocations", ())
    }
    names = {"Main Warehouse": "MAIN", "Harbour Street Shop": "SHOP"}
    at = [(row.product_id, names.get(row.location or "", row.location)) for row in here]
    assert stocked <= set(at)
    assert len(at) == len(set(at))
    assert {row.product_id for row in both} == wanted
    assert {row.product_id for row in by_name} <= wanted
    assert by_name
    assert nobody == []


@every_reading
async def test_the_other_filters_are_passed_on(quirks: Quirks) -> None:
    far = sandbox(130, quirks=quirks)
    async with connected(far) as stocktrim:
        tea = await stocktrim.order_plan.all(category="Tea")
        found = await stocktrim.order_plan.all(search="kettle")
        gone = await stocktrim.order_plan.all(status="Discontinued")
        current = await stocktrim.order_plan.all(status="Current")
        bought = await stocktrim.order_plan.all(exclude_manufactured=True)
    assert {row.category for row in tea} == {"Tea"}
    assert "KETTLE-09" in {row.code for row in found}
    assert len(gone) + len(current) == 130
    assert {row.is_discontinued for row in gone} == {True}
    assert 130 - len(bought) == 2


# --- pages, scripted


def plan(
    rows: list[dict[str, Any]], *, size: int, first: int = 0, more: bool | str | None = "told", cap: bool = True
) -> Callable[[httpx.Request], httpx.Response]:
    """A plan in pages of `size`; `more` is what hasNextPage says."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked_for = json.loads(request.content)
        page = max(0, asked_for.get("page", 0) - first)
        per_page = min(size, asked_for["perPage"]) if cap else len(rows) or 1
        shown = rows[page * per_page : (page + 1) * per_page] if cap else rows
        told = (page + 1) * per_page < len(rows) if more == "told" else more
        return httpx.Response(200, json={"results": shown or None, "filterCriteria": {"hasNextPage": told}})

    return answer


def numbered(count: int) -> list[dict[str, Any]]:
    return [{"id": number + 1, "productCode": f"P{number}"} for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 20, 95])
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("more", ["told", None, True, False])
async def test_no_row_is_lost_or_repeated(count: int, first: int, more: Any) -> None:
    through = Scripted(plan(numbered(count), size=10, first=first, more=more))
    async with connected(through) as stocktrim:
        rows = await stocktrim.order_plan.all()
    assert [row.code for row in rows] == [f"P{number}" for number in range(count)]
    assert len(through.requests) <= -(-count // 10) + 3 + AHEAD


@pytest.mark.parametrize("more", [None, False])
async def test_a_plan_that_is_longer_than_asked_for_is_asked_for_once(more: bool | None) -> None:
    through = Scripted(plan(numbered(PAGE_SIZE + 1), size=1, cap=False, more=more))
    async with connected(through) as stocktrim:
        assert len(await stocktrim.order_plan.all()) == PAGE_SIZE + 1
    assert len(through.requests) == 1


@pytest.mark.parametrize("more", [None, False, True])
async def test_a_plan_that_is_not_paged_has_no_row_twice(more: bool | None) -> None:
    through = Scripted(plan(numbered(30), size=1, cap=False, more=more))
    async with connected(through) as stocktrim:
        assert len(await stocktrim.order_plan.all()) == 30
    assert len(through.requests) <= 3


@pytest.mark.parametrize("first", [0, 1])
async def test_a_plan_that_always_says_it_ends_is_read_whole(first: Any) -> None:
    quirks = Quirks(plan_first_page=first, plan_per_page_cap=20, plan_has_next_page="echoed")
    async with connected(sandbox(130, quirks=quirks)) as stocktrim:
        assert len(await stocktrim.order_plan.all()) == 130


async def test_a_small_plan_is_read_in_two_calls() -> None:
    far = sandbox(24)
    async with connected(far) as stocktrim:
        assert len(await stocktrim.order_plan.all()) == 24
    assert asked(far)["read_order_plan"] == 2


async def test_the_age_of_a_plan_is_read_where_its_pages_are_counted_from_one() -> None:
    row = {"productCode": "A", "calculatedDateTime": "2026-03-02T06:00:00Z"}

    def answer(request: httpx.Request) -> httpx.Response:
        shown = [row] if json.loads(request.content).get("page") == 1 else []
        return httpx.Response(200, json={"results": shown})

    async with connected(Scripted(answer)) as stocktrim:
        assert await stocktrim.order_plan.calculated_at() == datetime(2026, 3, 2, 6, tzinfo=UTC)
        assert len(await stocktrim.order_plan.all()) == 1


async def test_rows_of_one_product_or_location_are_not_taken_for_each_other() -> None:
    rows = [
        {"id": 1, "productCode": "A", "locationName": "Main"},
        {"id": 2, "productCode": "A", "locationName": "Shop"},
        {"id": 3, "productCode": "A", "locationName": "Main", "channelId": 1},
        {"id": 3, "productCode": "B"},
        {"productCode": "A", "orderQuantity": 1},
        {"productCode": "A", "orderQuantity": 2},
        {"id": 0, "productCode": "A", "orderQuantity": 2},
    ]
    async with connected(Scripted(plan(rows, size=50, more=None))) as stocktrim:
        assert len(await stocktrim.order_plan.all()) == len(rows)


async def test_rows_of_several_locations_that_do_not_name_it_are_told_apart() -> None:
    rows = [{"productCode": "A", "orderQuantity": 1}]
    async with connected(Scripted(plan(rows, size=50))) as stocktrim:
        here = await stocktrim.order_plan.all(locations=["MAIN", "SHOP"])
    assert [(row.code, row.location) for row in here] == [("A", "MAIN"), ("A", "SHOP")]


async def test_a_product_of_two_suppliers_stands_in_the_plan_once() -> None:
    async with connected(Scripted(plan(numbered(3), size=50))) as stocktrim:
        assert len(await stocktrim.order_plan.all(suppliers=["S1", "S2"])) == 3


async def test_a_page_that_fails_for_good_fails_the_whole_plan() -> None:
    far = sandbox(130, quirks=Quirks(plan_per_page=10, plan_per_page_cap=10))
    far.faults.add(Fault("html", at="read_order_plan", status=500, times=None, after=5))
    async with connected(far) as stocktrim:
        with pytest.raises(ServiceError):
            await stocktrim.order_plan.all()


async def test_an_occasional_web_page_with_500_is_asked_again() -> None:
    far = sandbox(130)
    far.faults.add(Fault("html", at="read_order_plan", status=500))
    async with connected(far) as stocktrim:
        assert len(await stocktrim.order_plan.all()) == 130


# --- rows


async def test_every_field_finds_its_place() -> None:
    row: dict[str, Any] = dict.fromkeys(WORDS.values(), 7)
    row |= {word: True for house, word in WORDS.items() if house.startswith("is_")}
    row |= {"productCode": "SKU", "externalId": 30000002, "latestOrderDate": "2026-03-01T10:00:00"}
    row |= {"calculatedDateTime": "2026-03-02T06:00:00Z", "tenantId": "x", "brandNew": []}
    async with connected(Scripted(plan([row], size=50))) as stocktrim:
        (read,) = await stocktrim.order_plan.all()
    assert set(OrderPlanRow.model_fields) - read.model_fields_set == set()
    assert not [name for name, value in read.model_dump().items() if value is None]
    assert (read.code, read.product_id, read.category, read.is_uncertain) == ("SKU", "30000002", "7", True)
    assert read.calculated_at == datetime(2026, 3, 2, 6, tzinfo=UTC)
    assert read.last_sold_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("code", [{"productCode": "A"}, {"skuCode": "A"}, {"externalId": "A"}])
async def test_a_row_of_nulls_is_read(code: dict[str, str]) -> None:
    row = dict.fromkeys(WORDS.values()) | {"productCode": None, "skuCode": None, "calculatedDateTime": "soon"} | code
    async with connected(Scripted(plan([row], size=50))) as stocktrim:
        (read,) = await stocktrim.order_plan.all()
    assert read.model_dump(exclude_none=True, exclude={"product_id"}) == {"code": "A"}


async def test_a_fraction_where_whole_days_are_meant_is_rounded() -> None:
    row = {"productCode": "A", "daysUntilStockOut": 3.6, "leadTimeDays": 14.0, "minimumOrderQuantity": 2.5}
    async with connected(Scripted(plan([row], size=50))) as stocktrim:
        (read,) = await stocktrim.order_plan.all()
    assert (read.days_until_stock_out, read.lead_time_days, read.minimum_order_quantity) == (4, 14, 2.5)


@pytest.mark.parametrize(
    "body",
    [
        {"results": None},
        {"results": []},
        {"filterCriteria": {"hasNextPage": False}},
        {"results": None, "filterCriteria": None},
        {"filterCriteria": {}, "results": []},
    ],
)
async def test_a_plan_without_rows_is_empty(body: object) -> None:
    async with connected(Scripted(lambda request: httpx.Response(200, json=body))) as stocktrim:
        assert await stocktrim.order_plan.all() == []
        assert await stocktrim.order_plan.calculated_at() is None


async def test_not_found_is_an_empty_plan() -> None:
    async with connected(Scripted(lambda request: httpx.Response(404))) as stocktrim:
        assert await stocktrim.order_plan.all() == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"<html></html>",
        b"{}",
        b"[]",
        b'{"message": "later"}',
        b'{"results": {"id": 1}}',
        b'{"results": [1]}',
        b'{"results": [{}]}',
        b'{"results": [{"productCode": "A", "orderQuantity": "much"}]}',
        b'{"results": [{"productCode": "A", "id": {"value": 1}}]}',
        b'{"results": [{"productCode": "A"}',
        b'{"results": [], "filterCriteria": [1]}',
    ],
)
async def test_a_strange_answer_is_named(content: bytes) -> None:
    async with connected(Scripted(lambda request: httpx.Response(200, content=content))) as stocktrim:
        with pytest.raises(UnexpectedAnswerError) as raised:
            await stocktrim.order_plan.all()
    assert raised.value.operation == "read_order_plan"
