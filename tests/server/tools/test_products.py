"""The catalogue, by code."""

from collections.abc import Callable
from typing import Any

import pytest

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.tools.products import get_products
from tests.conftest import TODAY

HOSTILE = ("TEA/CHAI 50%+", "000123", "☕-STICKER", "..", "SCOOP #2?&")


@pytest.mark.parametrize("matches", ["productId", "either", "sku"])
async def test_a_product_is_found_by_sku_and_by_product_id(
    open_app: Callable[..., App], clock: Callable[[], float], matches: Any
) -> None:
    sandbox = Sandbox(today=TODAY, clock=clock, quirks=Quirks(product_code_matches=matches))
    mug = next(one for one in sandbox.shop.products.values() if one.get("productCodeReadable") == "MUG-SAGE")
    assert mug["productId"] != "MUG-SAGE"
    for codes in (("MUG-SAGE",), (mug["productId"],), ("MUG-SAGE", mug["productId"], "mug-sage")):
        page = await get_products(open_app(sandbox).stocktrim, codes)
        assert [one.code for one in page.items] == ["MUG-SAGE"]
        assert page.total == 1
        assert page.items[0].unit_cost == mug["cost"]
        assert page.items[0].on_hand == mug["stockOnHand"]
        assert page.warnings == ()


async def test_hostile_codes_reach_the_catalogue_unharmed(stocktrim: StockTrimClient) -> None:
    page = await get_products(stocktrim, HOSTILE)
    assert [one.code for one in page.items] == list(HOSTILE)


async def test_what_is_missing_is_named_and_the_rest_is_given(stocktrim: StockTrimClient) -> None:
    page = await get_products(stocktrim, ("NOPE", "V60-02", "../..", "N/A?"))
    assert [one.code for one in page.items] == ["V60-02"]
    assert page.total == 1
    assert page.warnings == ("There is no product 'NOPE', '../..', 'N/A?'; search finds codes from words.",)


@pytest.mark.parametrize("matches", ["productId", "either", "sku"])
async def test_a_shared_sku_gives_all_who_share_it_and_says_so(
    open_app: Callable[..., App], clock: Callable[[], float], matches: Any
) -> None:
    sandbox = Sandbox(today=TODAY, clock=clock, quirks=Quirks(product_code_matches=matches))
    for number in ("1001", "1002"):
        sandbox.shop.products[number] = {"id": int(number), "productId": number, "productCodeReadable": "TWIN"}
    sandbox.shop.changed()
    page = await get_products(open_app(sandbox).stocktrim, ("TWIN", "V60-02"))
    assert [one.product_id for one in page.items] == ["1001", "1002", "30000001"]
    assert page.warnings == ("2 products share the SKU 'TWIN'; name the one meant by its product id: '1001', '1002'.",)


async def test_fifty_codes_read_the_catalogue_once_at_most(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    codes = (*(f"NONE-{number}" for number in range(49)), "V60-02")
    await get_products(stocktrim, codes)
    pages = [
        request
        for request in sandbox.requests
        if request.operation == "list_products" and not request.query.get("code")
    ]
    assert len(pages) <= 3


async def test_more_than_ten_come_from_the_records_on_hand_and_say_how_old_they_are(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    mug = next(one for one in sandbox.shop.products.values() if one.get("productCodeReadable") == "MUG-SAGE")
    codes = (*HOSTILE, "V60-02", "kettle-09", str(mug["productId"]), *(f"NONE-{number}" for number in range(5)))
    page = await get_products(stocktrim, codes)
    assert [one.code for one in page.items] == [*HOSTILE, "V60-02", "KETTLE-09", "MUG-SAGE"]
    assert page.total == 8
    assert page.as_of is not None
    missing = ", ".join(f"'NONE-{number}'" for number in range(5))
    assert page.warnings[0] == f"There is no product {missing}; search finds codes from words."
    assert page.warnings[1].startswith("More than 10 are shown briefly")
    assert all(one.stock == () and one.lead_time_days is None for one in page.items)
    assert not [request for request in sandbox.requests if request.query.get("code")]


async def test_both_ways_to_ask_give_the_same_product(stocktrim: StockTrimClient) -> None:
    live = await get_products(stocktrim, ("KETTLE-09",))
    codes = ("KETTLE-09", *(f"NONE-{number}" for number in range(10)))
    held = await get_products(stocktrim, codes, include=("planning", "suppliers", "stock"))
    assert live.items == held.items
    assert live.age == "read just now"


async def test_only_what_is_asked_for_is_shown(stocktrim: StockTrimClient) -> None:
    (plain,) = (await get_products(stocktrim, ("KETTLE-09",), include=("bom",))).items
    assert (plain.unit_cost, plain.unit_price) == (38.0, 95.0)
    assert (plain.lead_time_days, plain.suppliers, plain.stock) == (None, (), ())
    (planned,) = (await get_products(stocktrim, ("KETTLE-09",), include=("planning",))).items
    assert planned.lead_time_days == 35
    assert (planned.minimum_shelf_level, planned.maximum_shelf_level) == (6, 60)
    assert planned.stock == ()
    (usual,) = (await get_products(stocktrim, ("KETTLE-09",))).items
    assert usual.lead_time_days == 35
    assert usual.stock
    assert usual.suppliers


async def test_components_and_uses_are_shown_on_request(stocktrim: StockTrimClient) -> None:
    page = await get_products(stocktrim, ("COF-HOUSE-1KG",), include=("bom",))
    assert [(one.code, one.quantity, one.assembly_days) for one in page.items[0].components] == [
        ("GREEN-BRA", 0.8, 1),
        ("GREEN-ETH", 0.4, 1),
        ("BAG-1KG", 1.0, None),
    ]
    assert page.items[0].used_in == ("GIFT-MORNING",)
    assert (page.age or "").startswith("products read just now; the rest ")


@pytest.mark.parametrize("reading", Quirks.readings())
async def test_open_orders_are_shown_on_request(
    open_app: Callable[..., App], clock: Callable[[], float], reading: Any
) -> None:
    sandbox = Sandbox(today=TODAY, clock=clock, quirks=Quirks.readings()[reading])
    page = await get_products(open_app(sandbox).stocktrim, ("V60-02", "FILT-02"), include=("open_orders",))
    dripper, filters = page.items
    assert [(one.status, one.quantity) for one in dripper.open_orders] == [("Sent", 48)]
    assert filters.open_orders == ()


async def test_orders_that_cannot_be_read_do_not_hide_the_product(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", at="list_purchase_orders", status=500, times=None))
    page = await get_products(stocktrim, ("V60-02",), include=("open_orders",))
    assert page.items[0].code == "V60-02"
    assert page.items[0].open_orders == ()
    assert "purchase orders are missing" in page.warnings[0]
