"""From words to codes."""

from collections.abc import Callable
from typing import Any

import pytest
from mcp import Client
from mcp.server.mcpserver.exceptions import ToolError

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.answers import text_of
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.tools.search import search
from tests.conftest import TODAY


async def test_an_exact_code_comes_first(stocktrim: StockTrimClient) -> None:
    found = await search(stocktrim, "HIKARI")
    assert (found.items[0].kind, found.items[0].code) == ("supplier", "HIKARI")
    assert {"product", "purchase_order"} <= {hit.kind for hit in found.items}


@pytest.mark.parametrize(
    ("query", "kind", "code"),
    [
        ("gooseneck", "product", "KETTLE-09"),
        ("4977642723115", "product", "V60-02"),
        ("gooseneck ketlte", "product", "KETTLE-09"),
        ("quispe", "supplier", "ALTIPLANO"),
        ("okafor", "supplier", "Okafor Textiles"),
        ("corner office", "customer", "C/O 50% #1?&+"),
        ("market stall", "customer", "Market stall"),
        ("harbour street", "location", "SHOP"),
        ("TEA-7", "purchase_order", "PO/7 #1?&+%"),
    ],
)
async def test_words_lead_to_the_code_other_tools_take(
    stocktrim: StockTrimClient, query: str, kind: str, code: str
) -> None:
    found = await search(stocktrim, query)
    assert (kind, code) in [(hit.kind, hit.code) for hit in found.items]


async def test_a_customer_among_thousands_is_found_by_part_of_the_name_and_the_street(
    open_app: Callable[..., App], clock: Callable[[], float]
) -> None:
    sandbox = Sandbox(today=TODAY, clock=clock)
    for number in range(3_000):
        sandbox.shop.customers[10_000 + number] = {
            "code": f"C{number}",
            "name": f"Guesthouse {number}",
            "streetAddress": f"{number % 90} Mill Lane",
        }
    sandbox.shop.customers[10_077] = {"code": "C77", "name": "Villa Ormond", "streetAddress": "12 Quay Street"}
    found = await search(open_app(sandbox).stocktrim, "ormo quay", kinds=("customer",))
    assert [hit.code for hit in found.items] == ["C77"]
    assert "12 Quay Street" in (found.items[0].about or "")


@pytest.mark.parametrize("kinds", ["customers", "Customer", '["customer"]', ["CUSTOMERS"]])
async def test_kinds_are_understood_however_they_are_written(app: App, kinds: object) -> None:
    async with Client(server.build(app)) as client:
        said = await client.call_tool("search", {"query": "e", "kinds": kinds})
        assert {one["kind"] for one in (said.structured_content or {})["items"]} == {"customer"}
        strange = await client.call_tool("search", {"query": "e", "kinds": "custommer"})
        assert "there is no kind 'custommer'. Did you mean 'customer'?" in str(strange.content[0])
        number = await client.call_tool("search", {"query": 4977642723115})
        assert (number.structured_content or {})["items"][0]["code"] == "V60-02"


async def test_long_names_are_cut(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    for product in sandbox.shop.products.values():
        product["name"] = "kettle " * 1_500
    sandbox.shop.changed()
    found = await search(stocktrim, "kettle", limit=50)
    assert len(found.items) > 20
    assert len(text_of(found)) < 20_000


async def test_kinds_narrow_and_are_read_first(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    found = await search(stocktrim, "o", kinds=("customer",), limit=50)
    assert {hit.kind for hit in found.items} == {"customer"}
    assert sandbox.requests[0].operation == "list_customers"


async def test_what_does_not_fit_on_the_page_is_counted(stocktrim: StockTrimClient) -> None:
    found = await search(stocktrim, "e", limit=2)
    assert len(found.items) == 2
    assert found.total > 2
    assert "raise limit" in found.warnings[0]


async def test_nothing_found_says_where_it_looked(stocktrim: StockTrimClient) -> None:
    found = await search(stocktrim, "zeppelin", kinds=("product", "supplier"))
    assert found.items == ()
    assert found.total == 0
    assert found.warnings[0].startswith("Nothing fits 'zeppelin' among product, supplier.")


@pytest.mark.parametrize(
    ("query", "code", "match"),
    [
        ("KETTLE-09", "KETTLE-09", "exact code"),
        ("4977642723115", "V60-02", "another code of it"),
        ("V60", "V60-02", "beginning of a code"),
        ("gooseneck", "KETTLE-09", "words of the name"),
        ("goosneck", "KETTLE-09", "one letter off"),
    ],
)
async def test_each_hit_says_how_it_fits(stocktrim: StockTrimClient, query: str, code: str, match: str) -> None:
    found = await search(stocktrim, query, kinds=("product",))
    assert (found.items[0].code, found.items[0].match) == (code, match)


async def test_where_nothing_fits_the_nearest_stand_apart_and_are_called_guesses(stocktrim: StockTrimClient) -> None:
    found = await search(stocktrim, "Hikrai Kerammics")
    assert (found.items, found.total) == ((), 0)
    assert "HIKARI" in {one.code for one in found.guesses}
    assert {one.match for one in found.guesses} == {"guess"}
    assert "These are guesses" in found.warnings[0]
    assert "HIKARI" in text_of(found)


async def test_a_mistyped_code_is_guessed_too(stocktrim: StockTrimClient) -> None:
    found = await search(stocktrim, "KETLE-09")
    assert found.total == 0
    assert "Did you mean 'KETTLE-09'?" in found.warnings[0]


async def test_an_answer_says_how_old_its_records_are(stocktrim: StockTrimClient) -> None:
    found = await search(stocktrim, "mug")
    assert found.as_of is not None
    assert found.age == "records read just now"


@pytest.mark.parametrize("reading", Quirks.readings())
async def test_every_reading_of_the_api_can_be_searched(
    open_app: Callable[..., App], clock: Callable[[], float], reading: Any
) -> None:
    sandbox = Sandbox(today=TODAY, clock=clock, quirks=Quirks.readings()[reading])
    found = await search(open_app(sandbox).stocktrim, "hikari glass", limit=50)
    assert {"supplier", "purchase_order"} <= {hit.kind for hit in found.items}
    assert all(hit.code for hit in found.items)


async def test_one_list_that_fails_does_not_hide_what_the_others_hold(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault("status", at="list_purchase_orders", status=500, times=None))
    found = await search(stocktrim, "hikari")
    assert found.items[0].code == "HIKARI"
    (missing,) = [one for one in found.warnings if one.startswith("The purchase orders are missing")]
    assert "500" in missing


async def test_nothing_found_is_not_said_of_what_could_not_be_read(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault("status", at="list_suppliers", status=500, times=None))
    found = await search(stocktrim, "zeppelin", kinds=("product", "supplier"))
    assert found.warnings[0].startswith("Nothing fits 'zeppelin' among product.")
    assert "suppliers are missing" in found.warnings[1]


async def test_when_no_list_can_be_read_the_search_fails(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", status=500, times=None))
    with pytest.raises(ToolError, match="500"):
        await search(stocktrim, "hikari")


async def test_who_finds_a_customer_is_told_that_sales_are_read_by_product_only(stocktrim: StockTrimClient) -> None:
    assert "by product only" in (await search(stocktrim, "corner office")).warnings[-1]
    assert not any("by product only" in one for one in (await search(stocktrim, "hikari")).warnings)
