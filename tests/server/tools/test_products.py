"""The catalogue, by code."""

from collections.abc import Callable
from typing import Any

import pytest

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Quirks, Sandbox
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
    assert [warning.split(";")[0] for warning in page.warnings] == [
        "There is no product 'NOPE'",
        "There is no product '../..'",
        "There is no product 'N/A?'",
    ]


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
