"""The catalogue, by code."""

from collections.abc import Callable
from typing import Any

import pytest

from stocktrim_client.models import ProductDraft
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server.answers import text_of
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
        app = open_app(sandbox)
        page = await get_products(app.stocktrim, app, codes)
        assert [one.code for one in page.items] == ["MUG-SAGE"]
        assert page.total == 1
        assert page.items[0].unit_cost == mug["cost"]
        assert page.items[0].on_hand == mug["stockOnHand"]
        assert page.warnings == ()


async def test_hostile_codes_reach_the_catalogue_unharmed(app: App) -> None:
    page = await get_products(app.stocktrim, app, HOSTILE)
    assert [one.code for one in page.items] == list(HOSTILE)


async def test_what_is_missing_is_named_and_the_rest_is_given(app: App) -> None:
    page = await get_products(app.stocktrim, app, ("NOPE", "V60-02", "../..", "N/A?"))
    assert [one.code for one in page.items] == ["V60-02"]
    assert page.total == 1
    assert page.warnings == (
        "There is no product 'NOPE'.",
        "There is no product '../..'.",
        "There is no product 'N/A?'. Find codes with search.",
    )


@pytest.mark.parametrize(
    ("said", "meant"), [("KETLE-09", "KETTLE-09"), ("v6002", "V60-02"), ("gooseneck", "KETTLE-09")]
)
async def test_a_misspelt_code_is_guessed(app: App, said: str, meant: str) -> None:
    page = await get_products(app.stocktrim, app, (said,))
    assert page.total == 0
    assert page.warnings[0].startswith(f"There is no product {said!r}. Did you mean {meant!r}")


async def test_a_code_that_is_unknown_reads_the_catalogue_once_a_minute_at_most(app: App, sandbox: Sandbox) -> None:
    await app.stocktrim.snapshot.need("products")
    before = len(sandbox.requests)
    for _ in range(3):
        await get_products(app.stocktrim, app, ("NOPE-1", "V60-02"))
    pages = [one for one in sandbox.requests[before:] if one.operation == "list_products" and not one.query.get("code")]
    assert pages == []


async def test_a_product_added_since_by_somebody_else_is_found(app: App, sandbox: Sandbox) -> None:
    await app.stocktrim.snapshot.need("products")
    sandbox.shop.products["NEW-1"] = {"id": 77, "productId": "NEW-1", "name": "Just added"}
    sandbox.shop.changed()
    (found,) = (await get_products(app.stocktrim, app, ("NEW-1",))).items
    assert found.name == "Just added"


async def test_a_forecast_is_shown_on_request_and_days_left_follow_from_it(app: App) -> None:
    page = await get_products(app.stocktrim, app, ("V60-02", "KETTLE-09"), include=("forecast",))
    for product in page.items:
        outlook = product.forecast
        assert outlook is not None
        assert outlook.days_left == pytest.approx((product.on_hand or 0) / (outlook.forecast_per_day or 1), abs=1)
        assert outlook.sold_per_day != outlook.forecast_per_day
    assert "StockTrim computed the plan 2 hours ago" in (page.age or "")


async def test_everything_a_product_can_be_changed_in_can_be_read(app: App, sandbox: Sandbox) -> None:
    number = {"productId": "ALL", "id": 5}
    texts = ("name", "category", "subCategory", "barcode", "supplierCode", "parentId", "variantType", "variant")
    counts = ("cost", "price", "stockOnHand", "stockOnOrder", "leadTime", "forecastPeriod", "orderFrequency")
    counts += ("manufacturingTime", "serviceLevel", "minimumOrderQuantity", "batchSize", "minimumShelfLevel")
    counts += ("maximumShelfLevel", "overriddenDemand", "overriddenDemandPeriod", "weight", "height", "width", "length")
    flags = dict.fromkeys(("discontinued", "unstocked", "ignoreSeasonality"), True)
    sandbox.shop.products["ALL"] = {
        **number,
        **dict.fromkeys((*texts, "option1", "option2", "option3", "productCodeReadable"), "x"),
        **dict.fromkeys(counts, 3),
        **flags,
        "suppliers": [{"supplierId": "HIKARI", "supplierName": "Hikari", "supplierSkuCode": "H-9"}],
        "stockLocations": [{"locationCode": "MAIN", "stockOnHand": 3, "stockOnOrder": 1}],
    }
    sandbox.shop.changed()
    (product,) = (await get_products(app.stocktrim, app, ("ALL",))).items
    assert [name for name in ProductDraft.model_fields if getattr(product, name) in (None, ())] == []


async def test_long_lists_are_cut_counted_and_told_where_to_get(app: App, sandbox: Sandbox) -> None:
    product = sandbox.shop.products["KETTLE-09"]
    product["suppliers"] = [{"supplierId": f"S{number}", "supplierName": "name " * 2_000} for number in range(3_000)]
    product["stockLocations"] = [{"locationCode": f"L{number}", "stockOnHand": 1} for number in range(400)]
    product["name"] = "Kettle " * 1_500
    sandbox.shop.changed()
    page = await get_products(app.stocktrim, app, ("KETTLE-09",))
    assert (len(page.items[0].suppliers), len(page.items[0].stock)) == (30, 30)
    assert page.warnings[0].startswith("The first 30 are shown of 3,000 suppliers of 'KETTLE-09', 400 stock of")
    assert "product_suppliers, stock_by_location" in page.warnings[0]
    assert "characters)" in (page.items[0].name or "")
    assert len(text_of(page)) < 25_000


async def test_a_product_of_two_thousand_parts_shows_the_first_and_says_where_all_are(
    app: App, sandbox: Sandbox
) -> None:
    for number in range(2_000):
        key = f"PART-{number}"
        sandbox.shop.products[key] = {"id": 90_000 + number, "productId": key}
        sandbox.shop.boms[90_000 + number] = {"productId": "KETTLE-09", "componentId": key, "quantity": 1}
    sandbox.shop.changed()
    page = await get_products(app.stocktrim, app, ("KETTLE-09",), include=("bom",))
    assert len(page.items[0].components) == 30
    assert page.warnings == (
        "The first 30 are shown of 2,000 components of 'KETTLE-09'; query_data reads all from bills_of_materials.",
    )


async def test_many_long_products_are_as_many_as_fit_and_the_others_counted(app: App, sandbox: Sandbox) -> None:
    for product in sandbox.shop.products.values():
        product["suppliers"] = [{"supplierId": f"S{number}", "supplierName": "n" * 190} for number in range(40)]
    sandbox.shop.changed()
    codes = tuple(str(one.get("productCodeReadable") or key) for key, one in sandbox.shop.products.items())
    page = await get_products(app.stocktrim, app, codes, include=("suppliers",))
    assert 1 < len(page.items) < page.total
    assert any(one.startswith(f"One answer holds no more than these {len(page.items)} of") for one in page.warnings)
    assert len(text_of(page)) < 75_000


@pytest.mark.parametrize("matches", ["productId", "either", "sku"])
async def test_a_shared_sku_gives_all_who_share_it_and_says_so(
    open_app: Callable[..., App], clock: Callable[[], float], matches: Any
) -> None:
    sandbox = Sandbox(today=TODAY, clock=clock, quirks=Quirks(product_code_matches=matches))
    for number in ("1001", "1002"):
        sandbox.shop.products[number] = {"id": int(number), "productId": number, "productCodeReadable": "TWIN"}
    sandbox.shop.changed()
    app = open_app(sandbox)
    page = await get_products(app.stocktrim, app, ("TWIN", "V60-02"))
    assert [one.product_id for one in page.items] == ["1001", "1002", "30000001"]
    assert page.warnings == ("2 products share the SKU 'TWIN'; name the one meant by its product id: '1001', '1002'.",)


async def test_fifty_codes_read_the_catalogue_once_at_most(app: App, sandbox: Sandbox) -> None:
    codes = (*(f"NONE-{number}" for number in range(49)), "V60-02")
    page = await get_products(app.stocktrim, app, codes)
    pages = [
        request
        for request in sandbox.requests
        if request.operation == "list_products" and not request.query.get("code")
    ]
    assert len(pages) <= 3
    assert any(one.startswith("Nor are there 'NONE-5', ") for one in page.warnings)


async def test_more_than_ten_come_from_the_records_on_hand_and_say_how_old_they_are(app: App, sandbox: Sandbox) -> None:
    mug = next(one for one in sandbox.shop.products.values() if one.get("productCodeReadable") == "MUG-SAGE")
    codes = (*HOSTILE, "V60-02", "kettle-09", str(mug["productId"]), *(f"NONE-{number}" for number in range(5)))
    page = await get_products(app.stocktrim, app, codes)
    assert [one.code for one in page.items] == [*HOSTILE, "V60-02", "KETTLE-09", "MUG-SAGE"]
    assert page.total == 8
    assert page.as_of is not None
    assert all(f"There is no product 'NONE-{number}'." in page.warnings[number] for number in range(5))
    assert page.warnings[5].startswith("More than 10 are shown briefly")
    assert all(one.stock == () and one.lead_time_days is None for one in page.items)
    assert not [one for one in sandbox.requests if one.operation == "list_products" and one.query.get("code")]


async def test_both_ways_to_ask_give_the_same_product(app: App) -> None:
    live = await get_products(app.stocktrim, app, ("KETTLE-09",))
    codes = ("KETTLE-09", *(f"NONE-{number}" for number in range(10)))
    held = await get_products(app.stocktrim, app, codes, include=("planning", "suppliers", "stock"))
    assert live.items == held.items
    assert live.age == "products read just now"
    assert held.age == "records read just now"


async def test_only_what_is_asked_for_is_shown(app: App) -> None:
    (plain,) = (await get_products(app.stocktrim, app, ("KETTLE-09",), include=("bom",))).items
    assert (plain.unit_cost, plain.unit_price) == (38.0, 95.0)
    assert (plain.lead_time_days, plain.suppliers, plain.stock) == (None, (), ())
    (planned,) = (await get_products(app.stocktrim, app, ("KETTLE-09",), include=("planning",))).items
    assert planned.lead_time_days == 35
    assert (planned.minimum_shelf_level, planned.maximum_shelf_level) == (6, 60)
    assert planned.stock == ()
    (usual,) = (await get_products(app.stocktrim, app, ("KETTLE-09",))).items
    assert usual.lead_time_days == 35
    assert usual.stock
    assert usual.suppliers


async def test_components_and_uses_are_shown_on_request(app: App) -> None:
    page = await get_products(app.stocktrim, app, ("COF-HOUSE-1KG",), include=("bom",))
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
    app = open_app(sandbox)
    page = await get_products(app.stocktrim, app, ("V60-02", "FILT-02"), include=("open_orders",))
    dripper, filters = page.items
    assert [(one.status, one.quantity) for one in dripper.open_orders] == [("Sent", 48)]
    assert filters.open_orders == ()


async def test_orders_that_cannot_be_read_do_not_hide_the_product(app: App, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", at="list_purchase_orders", status=500, times=None))
    page = await get_products(app.stocktrim, app, ("V60-02",), include=("open_orders",))
    assert page.items[0].code == "V60-02"
    assert page.items[0].open_orders == ()
    assert "purchase orders are missing" in page.warnings[0]


def stocked(far: Sandbox, code: str, total: float | None, *parts: float | None) -> None:
    places = tuple({"locationCode": f"L{at}", "stockOnHand": part} for at, part in enumerate(parts))
    far.shop.products[code] = {"id": 77, "productId": code, "stockOnHand": total, "stockLocations": places}
    far.shop.changed()


@pytest.mark.parametrize(
    ("total", "parts", "said"),
    [
        (6, (-3, -1), "6 in all, -4 by location"),
        (0, (2,), "0 in all, 2 by location"),
        (6, (5, None), "6 in all, 5 by location"),
        (0.3, (0.1, 0.2), None),
        (6, (6, 0), None),
        (6, (), None),
        (6, (None,), None),
        (None, (6,), None),
    ],
)
async def test_a_total_that_is_not_the_sum_of_its_locations_is_told(
    app: App, sandbox: Sandbox, total: float | None, parts: tuple[float | None, ...], said: str | None
) -> None:
    stocked(sandbox, "APART", total, *parts)
    page = await get_products(app.stocktrim, app, ("APART", "V60-02"))
    expected = (
        f"The total on hand is not the sum of the locations: 'APART' ({said}). One of the two was set or loaded "
        "without the other: count at each location."
    )
    assert page.warnings == (() if said is None else (expected,))
    assert (await get_products(app.stocktrim, app, ("APART",), include=("planning",))).warnings == ()
