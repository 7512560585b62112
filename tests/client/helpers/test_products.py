"""The catalogue, under every reading of the API."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from stocktrim_client.client import StockTrimClient
from stocktrim_client.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    ServiceError,
    UnexpectedAnswerError,
)
from stocktrim_client.helpers.products import has_lost
from stocktrim_client.helpers.wire import AHEAD
from stocktrim_client.journal import MemoryJournal, Record
from stocktrim_client.models import Product, ProductDraft, ProductSupplier, StockAtLocation, StockCount
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_client.sandbox.server import serve
from tests.client.sandboxed import HOSTILE, Scripted, asked, connected, every_reading, sandbox, writes


@every_reading
async def test_the_whole_catalogue_is_read(quirks: Quirks) -> None:
    far = sandbox(130, quirks=quirks)
    async with connected(far) as stocktrim:
        products = await stocktrim.products.all()
    assert [product.product_id for product in products] == list(far.shop.products)
    for product in products:
        truth = far.shop.products[product.product_id]
        assert product.code == truth.get("productCodeReadable", product.product_id)
        assert (product.name, product.unit_cost) == (truth.get("name"), truth.get("cost"))
        assert (product.on_hand, product.lead_time_days) == (truth.get("stockOnHand"), truth.get("leadTime"))
        assert product.supplier_code == truth.get("supplierCode")
        places = {stock.location_code: stock.on_hand for stock in product.stock}
        assert places == {each["locationCode"]: each["stockOnHand"] for each in truth.get("stockLocations", ())}
        assert [one.name for one in product.suppliers] == [
            each.get("supplierName") for each in truth.get("suppliers", ())
        ]


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100, 2500])
@every_reading
async def test_any_number_of_products_is_read_whole(quirks: Quirks, count: int) -> None:
    far = sandbox(count, quirks=quirks)
    async with connected(far) as stocktrim:
        products = await stocktrim.products.all()
    assert [product.product_id for product in products] == list(far.shop.products)
    pages = -(-count // quirks.products_page_size)
    assert asked(far)["list_products"] <= pages + 3 + AHEAD


async def test_eight_pages_are_read_at_a_time_and_no_more() -> None:
    far = sandbox(1500)
    running = peak = 0

    class Counting(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal running, peak
            running += 1
            peak = max(peak, running)
            await asyncio.sleep(0.001)
            try:
                return await far.handle_async_request(request)
            finally:
                running -= 1

    async with connected(Counting()) as stocktrim:
        both = await asyncio.gather(stocktrim.products.all(), stocktrim.products.all())
    assert both[0] == both[1]
    assert peak == 8


@pytest.mark.parametrize("after", [0, 1, 4, 20])
async def test_a_page_that_fails_for_good_fails_the_whole_catalogue(after: int) -> None:
    far = sandbox(1500)
    far.faults.add(Fault("status", at="list_products", status=500, times=None, after=after))
    async with connected(far) as stocktrim:
        with pytest.raises(ServiceError):
            await stocktrim.products.all()


async def test_a_page_that_fails_once_is_read_again() -> None:
    far = sandbox(300)
    far.faults.add(*(Fault(kind, at="list_products", after=2) for kind in ("reset", "status", "truncate")))
    async with connected(far) as stocktrim:
        assert len(await stocktrim.products.all()) == 300


# --- one product


@every_reading
async def test_a_product_is_found_by_sku_and_by_product_id(quirks: Quirks) -> None:
    far = sandbox(130, quirks=quirks)
    async with connected(far) as stocktrim:
        by_sku = await stocktrim.products.get("V60-02")
        assert by_sku.product_id == "30000001"
        assert await stocktrim.products.get(" 30000001 ") == by_sku
        assert (await stocktrim.products.get("v60-02")) == by_sku
        assert await stocktrim.products.find("V60") is None
        assert await stocktrim.products.find("  ") is None
        with pytest.raises(NotFoundError, match="'V60'"):
            await stocktrim.products.get("V60")


@every_reading
async def test_several_products_are_found_together(quirks: Quirks) -> None:
    far = sandbox(130, quirks=quirks)
    async with connected(far) as stocktrim:
        products = await stocktrim.products.find_many(["V60-02", "KETTLE-09", " ", "NOPE", "30000001", "V60-02"])
        assert await stocktrim.products.find_many([]) == {}
    ids = {code: [product.product_id for product in meant] for code, meant in products.items()}
    assert ids == {"V60-02": ["30000001"], "KETTLE-09": ["KETTLE-09"], "NOPE": [], "30000001": ["30000001"]}
    assert asked(far)["list_products"] <= 4 + 7 + 3 + AHEAD


async def _save_raw(far: Sandbox, *products: dict[str, Any]) -> None:
    for product in products:
        far.shop.products[product["productId"]] = {"id": far.shop.number(), **product}
    far.shop.changed()


@pytest.mark.parametrize("matches", ["productId", "either", "sku"])
async def test_looking_up_costs_one_call_a_code_and_knows_what_stocktrim_knows(matches: Any) -> None:
    far = sandbox(60, quirks=Quirks(product_code_matches=matches))
    async with connected(far) as stocktrim:
        found = await stocktrim.products.look_up(("MUG-SAGE", "30000001", "MUG-SAGE", "NOPE"))
    assert [one.code for one in found["MUG-SAGE"]] == ([] if matches == "productId" else ["MUG-SAGE"])
    assert [one.code for one in found["30000001"]] == ([] if matches == "sku" else ["V60-02"])
    assert found["NOPE"] == []
    assert asked(far) == {"list_products": 3}


@pytest.mark.parametrize("matches", ["productId", "either", "sku"])
async def test_a_shared_sku_picks_nobody_and_names_the_ids(matches: Any) -> None:
    far = sandbox(quirks=Quirks(product_code_matches=matches))
    await _save_raw(
        far,
        {"productId": "1001", "productCodeReadable": "TWIN"},
        {"productId": "1002", "productCodeReadable": "TWIN"},
    )
    async with connected(far) as stocktrim:
        assert await stocktrim.products.find("TWIN") is None
        (twins,) = (await stocktrim.products.find_many(["TWIN"])).values()
        assert [product.product_id for product in twins] == ["1001", "1002"]
        with pytest.raises(ConflictError, match="'1001', '1002'"):
            await stocktrim.products.get("TWIN")
        with pytest.raises(ConflictError):
            await stocktrim.products.delete("TWIN")
    assert writes(far) == []


async def test_case_is_ignored_only_where_it_leaves_no_doubt() -> None:
    far = sandbox()
    await _save_raw(
        far, {"productId": "1", "productCodeReadable": "Abc"}, {"productId": "2", "productCodeReadable": "aBC"}
    )
    async with connected(far) as stocktrim:
        assert (await stocktrim.products.get("Abc")).product_id == "1"
        with pytest.raises(ConflictError):
            await stocktrim.products.get("ABC")


@pytest.mark.parametrize("matches", ["productId", "either"])
async def test_a_product_id_comes_before_the_sku_of_another_product(matches: Any) -> None:
    far = sandbox(quirks=Quirks(product_code_matches=matches))
    await _save_raw(
        far, {"productId": "X-2", "productCodeReadable": "X-1"}, {"productId": "X-1", "productCodeReadable": "Y"}
    )
    async with connected(far) as stocktrim:
        assert (await stocktrim.products.get("X-1")).product_id == "X-1"
        assert (await stocktrim.products.get("X-2")).product_id == "X-2"


@pytest.mark.parametrize("code", HOSTILE)
async def test_any_code_is_saved_found_and_deleted(code: str) -> None:
    far = sandbox()
    far.shop.products.pop(code, None)
    async with connected(far) as stocktrim:
        await _round_trip(stocktrim, far, code)


async def test_any_code_passes_a_real_socket() -> None:
    far = sandbox()
    async with serve(far) as base_url, StockTrimClient("sandbox", "sandbox", base_url=base_url) as stocktrim:
        for code in HOSTILE:
            far.shop.products.pop(code, None)
            far.shop.changed()
            await _round_trip(stocktrim, far, code)


async def _round_trip(stocktrim: StockTrimClient, far: Sandbox, code: str) -> None:
    assert (await stocktrim.products.save(ProductDraft(product_id=code, name="New"))).warnings == ()
    assert code in far.shop.products
    assert (await stocktrim.products.get(code)).product_id == code
    assert (await stocktrim.products.delete(code)).warnings == ()
    assert code not in far.shop.products
    queries = [request.query for request in far.requests if request.operation == "delete_product"]
    assert queries[-1] == {"productid": code}


# --- a lookup that knows only one of a product's codes


async def test_a_product_is_deleted_where_a_lookup_knows_only_skus() -> None:
    for code in ("V60-02", "30000001"):
        far = sandbox(130, quirks=Quirks(product_code_matches="sku"))
        async with connected(far) as stocktrim:
            report = await stocktrim.products.delete(code)
        assert (report.status, report.warnings) == ("applied", ())
        assert "30000001" not in far.shop.products


@pytest.mark.parametrize(("matches", "deleted"), [("productId", "X-1"), ("either", "X-1"), ("sku", None)])
async def test_a_code_of_two_products_never_deletes_by_sku(matches: Any, deleted: str | None) -> None:
    far = sandbox(quirks=Quirks(product_code_matches=matches))
    await _save_raw(
        far, {"productId": "X-2", "productCodeReadable": "X-1"}, {"productId": "X-1", "productCodeReadable": "Y"}
    )
    async with connected(far) as stocktrim:
        if deleted is None:
            with pytest.raises(ConflictError, match="'X-2' or 'Y'"):
                await stocktrim.products.delete("X-1")
        else:
            await stocktrim.products.delete("X-1")
    assert {"X-1", "X-2"} - set(far.shop.products) == ({deleted} if deleted else set())


async def test_a_product_is_changed_and_not_called_new_where_a_lookup_knows_only_skus() -> None:
    far = sandbox(130, quirks=Quirks(product_code_matches="sku"))
    async with connected(far) as stocktrim:
        report = await stocktrim.products.save(ProductDraft(product_id="30000001", lead_time_days=77))
    (change,) = report.changes
    assert (report.status, change.kind, report.warnings) == ("applied", "change", ())
    assert [field.field for field in change.fields] == ["lead_time_days"]


async def test_a_product_unknown_to_plan_and_lookup_is_found_in_the_catalogue() -> None:
    far = sandbox(130, quirks=Quirks(product_code_matches="sku"))
    async with connected(far) as stocktrim:
        await stocktrim.products.save(ProductDraft(product_id="NEW-1", name="New"))
        report = await stocktrim.products.save(ProductDraft(product_id="NEW-1", name="Newer"))
    assert (report.changes[0].kind, report.warnings) == ("change", ())


async def test_new_products_cost_few_calls_once_lookups_are_known_to_look_at_ids() -> None:
    far = sandbox(1500)
    async with connected(far) as stocktrim:
        await stocktrim.products.get("30000001")
        before = sum(asked(far).values())
        await stocktrim.products.save(ProductDraft(product_id="NEW-1", name="New"))
    assert sum(asked(far).values()) - before == 3


async def _one_code_each(far: Sandbox) -> None:
    """Leaves the products whose SKU is their id: no lookup of them shows which kind of code it looks at."""
    for key in [key for key, one in far.shop.products.items() if one.get("productCodeReadable") != key]:
        del far.shop.products[key]
    far.shop.changed()


@pytest.mark.parametrize("matches", ["productId", "either", "sku"])
async def test_new_products_share_one_reading_of_the_catalogue(matches: Any) -> None:
    far = sandbox(1500, quirks=Quirks(product_code_matches=matches))
    await _one_code_each(far)
    async with connected(far) as stocktrim:
        await stocktrim.products.all()
        before = sum(asked(far).values())
        for number in range(5):
            report = await stocktrim.products.save(ProductDraft(product_id=f"N{number}", code=f"N{number}"))
            assert (report.changes[0].kind, report.warnings) == ("create", ())
    assert sum(asked(far).values()) - before == 5 * 3


async def test_what_was_saved_since_the_catalogue_was_read_is_known_to_be_there() -> None:
    far = sandbox(60, quirks=Quirks(product_code_matches="sku"))
    async with connected(far) as stocktrim:
        await stocktrim.products.all()
        await stocktrim.products.save(ProductDraft(product_id="N-1", name="New"))
        report = await stocktrim.products.save(ProductDraft(product_id="N-1", name="Newer"))
    assert (report.changes[0].kind, report.warnings) == ("change", ())


@pytest.mark.parametrize("matches", ["productId", "either", "sku"])
async def test_a_product_that_a_lookup_found_is_gone_when_it_finds_it_no_more(matches: Any) -> None:
    far = sandbox(1500, quirks=Quirks(product_code_matches=matches))
    await _one_code_each(far)
    async with connected(far) as stocktrim:
        report = await stocktrim.products.delete("KETTLE-09")
    assert (report.status, report.warnings) == ("applied", ())
    assert sum(asked(far).values()) <= 6


@every_reading
async def test_a_save_may_be_only_what_it_must_be(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    async with connected(far) as stocktrim:
        with pytest.raises(ConflictError, match=r"unit_cost is 38, not 1"):
            await stocktrim.products.save(ProductDraft(product_id="KETTLE-09", unit_cost=1), must="create")
        with pytest.raises(NotFoundError, match="no product 'NEW-1'"):
            await stocktrim.products.save(ProductDraft(product_id="NEW-1", unit_cost=1), must="change")
        same = ProductDraft(product_id="KETTLE-09", unit_cost=38)
        assert (await stocktrim.products.save(same, must="create")).status == "unchanged"
        assert writes(far) == []
        report = await stocktrim.products.save(
            ProductDraft(product_id="30000001", unit_cost=1), must="change", called="V60-02"
        )
    assert [one.key for one in report.changes] == ["V60-02"]


async def test_once_a_save_emptied_what_it_left_out_whole_records_are_sent() -> None:
    far = sandbox(quirks=Quirks(product_left_out="replaced"))
    async with connected(far) as stocktrim:
        before = await stocktrim.products.get("KETTLE-09")
        first = await stocktrim.products.save(ProductDraft(product_id="30000001", unit_cost=1))
        second = await stocktrim.products.save(ProductDraft(product_id="KETTLE-09", unit_cost=1))
        after = await stocktrim.products.get("KETTLE-09")
    assert {one.field for one in first.besides} >= {"name", "supplier_code", "on_hand"}
    assert (second.besides, second.warnings) == ((), ())
    assert after == before.model_copy(update={"unit_cost": 1.0})
    # What is on order follows from the orders sent, and would not once it is set.
    assert "stockOnOrder" not in far.shop.products["KETTLE-09"]


async def test_what_saves_empty_is_known_to_the_next_process_from_the_journal() -> None:
    far, journal = sandbox(quirks=Quirks(product_left_out="replaced")), MemoryJournal()
    for code, lost in (("30000001", True), ("KETTLE-09", False), ("BAG-1KG", False)):
        async with connected(far, journal=journal) as stocktrim:
            report = await stocktrim.products.save(ProductDraft(product_id=code, lead_time_days=17))
        assert (report.besides != (), "name" not in far.shop.products[code]) == (lost, lost)


async def test_where_nothing_was_emptied_the_journal_is_asked_once_and_only_fields_set_are_sent() -> None:
    far, journal = sandbox(), CountedJournal()
    async with connected(far, journal=journal) as stocktrim:
        await asyncio.gather(
            *(
                stocktrim.products.save(ProductDraft(product_id=code, unit_cost=cost))
                for code, cost in (("KETTLE-09", 1), ("BAG-1KG", 2), ("KETTLE-09", 3))
            )
        )
        assert journal.readings == 1
        await stocktrim.products.save(ProductDraft(product_id="NEW-1", code="NEW-1"))
    sent = [json.loads(one.body) for one in far.requests if one.operation == "save_product"]
    assert all(set(body) <= {"productId", "cost", "productCodeReadable"} for body in sent)


class CountedJournal(MemoryJournal):
    """A journal that knows how often it was read."""

    readings = 0

    def read(self, since: datetime | None = None) -> Iterator[Record | None]:
        self.readings += 1
        return super().read(since)


@pytest.mark.parametrize(
    ("before", "left", "asked", "lost"),
    [
        ({"name": "A", "unit_cost": 1.0}, {"unit_cost": 2.0}, {"unit_cost"}, True),
        ({"name": "A", "unit_cost": 1.0}, {"name": "A", "unit_cost": 2.0}, {"unit_cost"}, False),
        ({"name": "A"}, {"name": ""}, set(), True),
        ({"name": "A"}, {"name": "B"}, set(), False),
        ({"name": "A"}, {"code": "x"}, {"name"}, False),
        ({"suppliers": [{"supplier": "A"}]}, {"suppliers": []}, set(), True),
        ({"suppliers": [], "name": ""}, {"code": "x"}, set(), False),
        ({"on_hand": 5.0}, {"on_hand": 0.0}, set(), False),
        (None, {"name": "A"}, set(), False),
        ({"name": "A"}, None, set(), False),
    ],
)
def test_a_save_lost_what_was_there_and_is_empty_without_having_been_asked_for(
    before: dict[str, Any] | None, left: dict[str, Any] | None, asked: set[str], lost: bool
) -> None:
    assert has_lost(before, left, asked) == lost


async def test_two_who_lengthen_one_list_at_once_lose_neither_part() -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        kettle = await stocktrim.products.get("KETTLE-09")

        def with_supplier(word: str) -> Callable[[Product], ProductDraft]:
            def revised(product: Product) -> ProductDraft:
                mine = ProductSupplier(supplier=word)
                return ProductDraft(product_id=product.product_id, suppliers=(*product.suppliers, mine))

            return revised

        words = ("NORDLYS", "PACKRIGHT", "HIKARI")
        await asyncio.gather(*(stocktrim.products.revise(kettle, with_supplier(word)) for word in words))
        after = await stocktrim.products.get("KETTLE-09")
        assert {one.supplier for one in after.suppliers} >= set(words)
        await stocktrim.products.delete("KETTLE-09")
        with pytest.raises(NotFoundError, match="'KETTLE-09' in StockTrim any more"):
            await stocktrim.products.revise(kettle, with_supplier("HIKARI"))


async def test_one_product_is_counted_and_saved_whole_one_after_the_other() -> None:
    far = sandbox(quirks=Quirks(product_left_out="replaced"))
    async with connected(far) as stocktrim:
        await stocktrim.products.save(ProductDraft(product_id="BAG-1KG", unit_cost=1))
        await asyncio.gather(
            stocktrim.inventory.save(StockCount(product_id="KETTLE-09", on_hand=77)),
            stocktrim.products.save(ProductDraft(product_id="KETTLE-09", unit_cost=2)),
        )
        after = await stocktrim.products.get("KETTLE-09")
    assert (after.on_hand, after.unit_cost) == (77, 2)


async def test_a_plan_counted_from_one_is_searched_for_a_sku() -> None:
    row = {"productId": "1001", "productCodeReadable": "SKU"}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            rows = [{"externalId": 1001, "productCode": "SKU"}] if json.loads(request.content).get("page") == 1 else []
            return httpx.Response(200, json={"results": rows})
        return httpx.Response(200, json=[row]) if request.url.params.get("code") == "1001" else httpx.Response(404)

    async with connected(Scripted(answer)) as stocktrim:
        assert (await stocktrim.products.get("SKU")).product_id == "1001"


# --- saving


@every_reading
async def test_a_product_is_created_changed_and_deleted(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    draft = ProductDraft(
        product_id="NEW-1",
        code="NEW",
        name="New",
        unit_cost=2.5,
        lead_time_days=14,
        discontinued=False,
        stock=(StockAtLocation(location_code="MAIN", on_hand=4),),
    )
    async with connected(far) as stocktrim:
        report = await stocktrim.products.save(draft)
        assert (report.status, report.changes[0].kind, report.warnings) == ("applied", "create", ())
        product = await stocktrim.products.get("NEW-1")
        assert (product.code, product.name, product.unit_cost, product.lead_time_days) == ("NEW", "New", 2.5, 14)
        report = await stocktrim.products.save(ProductDraft(product_id="NEW-1", unit_cost=3))
        assert (report.status, report.changes[0].kind) == ("applied", "change")
        cleared = quirks.product_left_out == "replaced"
        assert bool(report.warnings) == cleared
        report = await stocktrim.products.delete("NEW-1")
        assert (report.status, report.changes[0].kind, report.warnings) == ("applied", "delete", ())
        assert await stocktrim.products.find("NEW-1") is None


@pytest.mark.parametrize("form", ["code", "id", "external"])
async def test_suppliers_of_a_product_are_saved(form: Any) -> None:
    far = sandbox(quirks=Quirks(product_supplier_id=form))
    draft = ProductDraft(product_id="NEW-1", suppliers=(ProductSupplier(supplier="HIKARI", supplier_sku="H-1"),))
    async with connected(far) as stocktrim:
        await stocktrim.products.save(draft)
        (supplier,) = (await stocktrim.products.get("NEW-1")).suppliers
    assert supplier.supplier_sku == "H-1"


async def test_only_fields_that_were_set_are_sent() -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        await stocktrim.products.save(ProductDraft(product_id="KETTLE-09", unit_cost=40, barcode=None))
    (body,) = [request.body for request in far.requests if request.operation == "save_product"]
    assert body == b'{"productId":"KETTLE-09","cost":40.0,"barcode":null}'


# --- strange answers


@pytest.mark.parametrize(
    "content", [b"", b"null", b"<html></html>", b'{"a"', b"[1]", b'"text"', b'[{"productId": "A", "cost": "dear"}]']
)
async def test_a_strange_answer_is_named(content: bytes) -> None:
    async with connected(Scripted(lambda request: httpx.Response(200, content=content))) as stocktrim:
        for call in (stocktrim.products.all(), stocktrim.products.find("KETTLE-09")):
            with pytest.raises(UnexpectedAnswerError) as raised:
                await call
            assert raised.value.operation == "list_products"


async def test_numbers_for_text_text_for_numbers_and_fractions_are_read() -> None:
    row = {
        "productId": 30000002,
        "productCodeReadable": 123,
        "cost": "7.40",
        "leadTime": 14.5,
        "forecastPeriod": "30",
        "suppliers": [{"supplierId": 5, "supplierName": None}, {"supplierId": None, "supplierName": "Nobody"}],
        "stockLocations": [{"locationCode": 7, "stockOnHand": "3"}],
        "surprise": {"of": ["the", "day"]},
    }

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404) if "pageNo" in request.url.params else httpx.Response(200, json=[row])

    async with connected(Scripted(answer)) as stocktrim:
        (product,) = await stocktrim.products.all()
    assert (product.product_id, product.code, product.unit_cost) == ("30000002", "123", 7.4)
    assert (product.lead_time_days, product.forecast_period_days) == (14, 30)
    assert [one.supplier for one in product.suppliers] == ["5", "Nobody"]
    assert [(stock.location_code, stock.on_hand) for stock in product.stock] == [("7", 3.0)]


@pytest.mark.parametrize("row", [{"productId": "A"}, {"productId": "A", "suppliers": None, "stockLocations": None}])
async def test_a_product_of_which_nothing_is_known_is_read(row: dict[str, Any]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404) if "pageNo" in request.url.params else httpx.Response(200, json=[row])

    async with connected(Scripted(answer)) as stocktrim:
        (product,) = await stocktrim.products.all()
    assert product.model_dump(exclude_defaults=True) == {"code": "A", "product_id": "A"}


async def test_a_lookup_may_answer_one_or_a_list() -> None:
    row = {"productId": "A"}
    for answer in (row, [row]):
        async with connected(Scripted(lambda request, answer=answer: httpx.Response(200, json=answer))) as stocktrim:
            assert (await stocktrim.products.get("A")).product_id == "A"


async def test_a_product_without_its_id_keeps_its_sku_and_without_both_is_an_error() -> None:
    rows: list[dict[str, Any]] = [{"productId": None, "productCodeReadable": "SKU"}]

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404) if "pageNo" in request.url.params else httpx.Response(200, json=rows)

    async with connected(Scripted(answer)) as stocktrim:
        (product,) = await stocktrim.products.all()
        assert (product.code, product.product_id) == ("SKU", "SKU")
        rows.append({"productId": None})
        with pytest.raises(UnexpectedAnswerError):
            await stocktrim.products.all()


async def test_a_page_with_a_row_hidden_is_not_the_last() -> None:
    rows = [{"productId": str(number)} for number in range(130)]

    def answer(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("pageNo", "1")) - 1
        shown = rows[50 * page : 50 * page + 50][: 49 if page == 1 else 50]
        return httpx.Response(200, json=shown) if shown else httpx.Response(404)

    async with connected(Scripted(answer)) as stocktrim:
        assert len(await stocktrim.products.all()) == 129


@pytest.mark.parametrize("count", [0, 1, 20, 120])
@pytest.mark.parametrize("first", [0, 1])
async def test_a_page_past_the_end_may_be_refused(count: int, first: int) -> None:
    rows = [{"productId": str(number)} for number in range(count)]

    def answer(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("pageNo", first)) - first
        shown = rows[20 * page : 20 * page + 20]
        return httpx.Response(200, json=shown) if shown or page <= 0 else httpx.Response(400, text="No such page.")

    async with connected(Scripted(answer)) as stocktrim:
        assert len(await stocktrim.products.all()) == count


async def test_a_first_page_that_is_refused_is_an_error() -> None:
    async with connected(Scripted(lambda request: httpx.Response(400, text="No."))) as stocktrim:
        with pytest.raises(InvalidRequestError):
            await stocktrim.products.all()


async def test_a_clamped_last_page_ends_the_list() -> None:
    rows = [{"productId": str(number)} for number in range(100)]

    def answer(request: httpx.Request) -> httpx.Response:
        page = min(int(request.url.params.get("pageNo", "0")), 1)
        return httpx.Response(200, json=rows[50 * page : 50 * page + 50])

    through = Scripted(answer)
    async with connected(through) as stocktrim:
        assert [product.product_id for product in await stocktrim.products.all()] == [row["productId"] for row in rows]
    assert len(through.requests) < 15
    numbers = [request.url.params.get("pageNo") for request in through.requests]
    assert all(number is None or re.fullmatch(r"\d+", number) for number in numbers)
