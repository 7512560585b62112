"""Stock counts: both quantities always sent, totals kept as they were meant."""

import asyncio
import json
from typing import Any

import pytest

from stocktrim_client.errors import NotFoundError
from stocktrim_client.models import StockCount
from stocktrim_client.sandbox import Quirks, Sandbox
from tests.client.sandboxed import connected, every_reading, sandbox, writes


def stocked(far: Sandbox, **fields: Any) -> None:
    far.shop.products["P"] = {"id": far.shop.number(), "productId": "P", "productCodeReadable": "SKU-P", **fields}
    far.shop.changed()


def sent(far: Sandbox) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in far.requests if request.operation == "set_inventory"]


AT = ({"locationCode": "MAIN", "stockOnHand": 6.0, "stockOnOrder": 1.0}, {"locationCode": "SHOP", "stockOnHand": 4.0})


@every_reading
async def test_a_total_is_set_and_the_quantity_not_counted_stays(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    stocked(far, stockOnHand=10.0, stockOnOrder=3.0)
    async with connected(far) as stocktrim:
        report = await stocktrim.inventory.save(StockCount(product_id="SKU-P", on_hand=8))
        assert (report.status, report.warnings) == ("applied", ())
        report = await stocktrim.inventory.save(StockCount(product_id="P", on_order=0))
        assert (report.status, report.warnings) == ("applied", ())
    lines = [body["inventory"] for body in sent(far)]
    assert lines == [
        [{"productId": "P", "stockOnHand": 8.0, "stockOnOrder": 3.0}],
        [{"productId": "P", "stockOnHand": 8.0, "stockOnOrder": 0.0}],
    ]
    assert (far.shop.products["P"]["stockOnHand"], far.shop.products["P"]["stockOnOrder"]) == (8.0, 0.0)


@every_reading
async def test_stock_at_one_location_leaves_the_other_alone(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    stocked(far, stockOnHand=10.0, stockOnOrder=7.0, stockLocations=AT)
    async with connected(far) as stocktrim:
        report = await stocktrim.inventory.save(StockCount(product_id="P", location_code="MAIN", on_hand=5))
        assert (report.status, report.warnings) == ("applied", ())
        product = await stocktrim.products.get("P")
    assert {stock.location_code: stock.on_hand for stock in product.stock} == {"MAIN": 5.0, "SHOP": 4.0}
    (body,) = sent(far)
    (line,) = body["inventory"]
    assert (line["locationCode"], line["stockOnHand"], line["stockOnOrder"]) == ("MAIN", 5.0, 1.0)


@pytest.mark.parametrize(("total", "is_sum"), [(10.0, True), (12.0, False), (None, False)])
async def test_a_total_that_was_the_sum_of_its_locations_is_kept_so(total: float | None, is_sum: bool) -> None:
    far = sandbox()
    stocked(far, stockOnHand=total, stockOnOrder=50.0, stockLocations=AT)
    async with connected(far) as stocktrim:
        await stocktrim.inventory.save(StockCount(product_id="P", location_code="SHOP", on_hand=1))
    (body,) = sent(far)
    assert body["updateOverallAllOnHandToBeSumOfLocation"] is is_sum
    assert body["updateOverallAllOnOrderToBeSumOfLocation"] is False
    assert far.shop.products["P"]["stockOnHand"] == (7.0 if is_sum else total)
    assert far.shop.products["P"]["stockOnOrder"] == 50.0


async def test_a_location_that_held_nothing_is_stocked() -> None:
    far = sandbox()
    stocked(far, stockOnHand=10.0, stockLocations=AT)
    async with connected(far) as stocktrim:
        report = await stocktrim.inventory.save(StockCount(product_id="P", location_code="POPUP", on_hand=2))
    assert (report.status, report.warnings) == ("applied", ())
    assert far.shop.products["P"]["stockOnHand"] == 12.0


async def test_a_count_that_is_so_already_is_not_sent() -> None:
    far = sandbox()
    stocked(far, stockOnHand=10.0)
    async with connected(far) as stocktrim:
        assert (await stocktrim.inventory.save(StockCount(product_id="P", on_hand=10))).status == "unchanged"
        assert (await stocktrim.inventory.save(StockCount(product_id="P"))).status == "unchanged"
    assert writes(far) == []


async def test_two_counts_of_one_product_at_a_time_both_hold() -> None:
    far = sandbox()
    stocked(far, stockOnHand=10.0, stockOnOrder=3.0)
    async with connected(far) as stocktrim:
        await asyncio.gather(
            stocktrim.inventory.save(StockCount(product_id="P", on_hand=1)),
            stocktrim.inventory.save(StockCount(product_id="P", on_order=9)),
        )
    assert (far.shop.products["P"]["stockOnHand"], far.shop.products["P"]["stockOnOrder"]) == (1.0, 9.0)


async def test_an_unknown_product_is_not_counted() -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        with pytest.raises(NotFoundError):
            await stocktrim.inventory.save(StockCount(product_id="NOPE", on_hand=1))
    assert writes(far) == []


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_a_count_is_a_number(wrong: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        StockCount(product_id="P", on_hand=wrong)


@every_reading
async def test_a_product_that_is_known_is_read_anew_but_not_looked_for(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    stocked(far, stockOnHand=10.0, stockOnOrder=3.0)
    async with connected(far) as stocktrim:
        known = await stocktrim.products.get("SKU-P")
        stocked(far, stockOnHand=10.0, stockOnOrder=4.0)
        begun = len(far.requests)
        report = await stocktrim.inventory.save(StockCount(product_id="P", on_hand=8), product=known)
    assert (report.status, report.warnings) == ("applied", ())
    assert [one["inventory"][0]["stockOnOrder"] for one in sent(far)] == [4.0]
    asked_for = [request.operation for request in far.requests[begun:]]
    assert asked_for.count("set_inventory") == 1
    assert set(asked_for) == {"list_products", "set_inventory"}
    assert len(asked_for) <= 4


async def test_a_product_gone_since_it_was_read_is_not_counted() -> None:
    far = sandbox()
    stocked(far, stockOnHand=10.0)
    async with connected(far) as stocktrim:
        known = await stocktrim.products.get("SKU-P")
        del far.shop.products["P"]
        far.shop.changed()
        with pytest.raises(NotFoundError, match="any more"):
            await stocktrim.inventory.save(StockCount(product_id="P", on_hand=8), product=known)
    assert writes(far) == []


@every_reading
async def test_a_count_is_put_back_where_it_was(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    stocked(far, stockOnHand=10.0, stockOnOrder=7.0, stockLocations=AT)
    async with connected(far) as stocktrim:
        for place in ("SHOP", None):
            was = await stocktrim.inventory.recall({"product_id": "P", "location_code": place or ""})
            await stocktrim.inventory.save(StockCount(product_id="P", location_code=place, on_hand=1, on_order=2))
            left = await stocktrim.inventory.recall(was.model_dump())
            assert (left.on_hand, left.on_order) == (1.0, 2.0)
            await stocktrim.inventory.restore(left.model_dump(), was.model_dump(), ["on_hand"])
            half = await stocktrim.inventory.recall(was.model_dump())
            assert (half.on_hand, half.on_order) == (was.on_hand, 2.0)
            await stocktrim.inventory.restore(left.model_dump(), was.model_dump())
            back = await stocktrim.inventory.recall(was.model_dump())
            assert (back.on_hand, back.on_order or 0.0) == (was.on_hand, was.on_order or 0.0)
