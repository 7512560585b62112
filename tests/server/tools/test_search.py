"""From words to codes."""

from collections.abc import Callable
from typing import Any

import pytest

from stocktrim_client import ServiceError, StockTrimClient
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.tools.search import match_rank, search
from tests.conftest import TODAY


@pytest.mark.parametrize(
    ("query", "code", "texts", "rank"),
    [
        ("v60-02", "V60-02", [], 0),
        (" V60-02 ", "V60-02", [], 0),
        ("V60", "V60-02", ["Dripper"], 1),
        ("4977642723115", "V60-02", ["4977642723115"], 2),
        ("over dripper", "V60-02", ["Pour-over dripper 02"], 3),
        ("dripper brewing", "V60-02", ["Pour-over dripper", None, "Brewing"], 3),
        ("STRASSE", "X", ["Große Straße"], 3),
        ("kettle", "V60-02", ["Dripper"], None),
        ("", "V60-02", ["Dripper"], None),
    ],
)
def test_how_well_a_record_fits(query: str, code: str, texts: list[str | None], rank: int | None) -> None:
    assert match_rank(query, code, texts) == rank


async def test_an_exact_code_comes_first(stocktrim: StockTrimClient) -> None:
    page = await search(stocktrim, "HIKARI")
    assert (page.items[0].kind, page.items[0].code) == ("supplier", "HIKARI")
    assert {"product", "purchase_order"} <= {hit.kind for hit in page.items}


@pytest.mark.parametrize(
    ("query", "kind", "code"),
    [
        ("gooseneck", "product", "KETTLE-09"),
        ("4977642723115", "product", "V60-02"),
        ("quispe", "supplier", "ALTIPLANO"),
        ("okafor", "supplier", "Okafor Textiles"),
        ("corner office", "customer", "C/O 50% #1?&+"),
        ("market stall", "customer", "Market stall"),
    ],
)
async def test_words_lead_to_the_code_other_tools_take(
    stocktrim: StockTrimClient, query: str, kind: str, code: str
) -> None:
    page = await search(stocktrim, query)
    assert (kind, code) in [(hit.kind, hit.code) for hit in page.items]


async def test_kinds_narrow_and_only_those_are_read(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    page = await search(stocktrim, "o", kinds=("customer",), limit=50)
    assert {hit.kind for hit in page.items} == {"customer"}
    assert {request.operation for request in sandbox.requests} == {"list_customers"}


async def test_what_does_not_fit_on_the_page_is_counted(stocktrim: StockTrimClient) -> None:
    page = await search(stocktrim, "e", limit=2)
    assert len(page.items) == 2
    assert (page.total or 0) > 2
    assert "raise limit" in page.warnings[0]


async def test_nothing_found_says_where_it_looked(stocktrim: StockTrimClient) -> None:
    page = await search(stocktrim, "zeppelin", kinds=("product", "supplier"))
    assert page.items == ()
    assert page.total == 0
    assert page.warnings[0].startswith("Nothing fits 'zeppelin' among product, supplier.")


@pytest.mark.parametrize("reading", Quirks.readings())
async def test_every_reading_of_the_api_can_be_searched(
    open_app: Callable[..., App], clock: Callable[[], float], reading: Any
) -> None:
    sandbox = Sandbox(today=TODAY, clock=clock, quirks=Quirks.readings()[reading])
    page = await search(open_app(sandbox).stocktrim, "hikari glass", limit=50)
    assert {"supplier", "purchase_order"} <= {hit.kind for hit in page.items}
    assert all(hit.code for hit in page.items)


async def test_one_list_that_fails_does_not_hide_what_the_others_hold(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault("status", at="list_purchase_orders", status=500, times=None))
    page = await search(stocktrim, "hikari")
    assert page.items[0].code == "HIKARI"
    assert page.warnings[0].startswith("Not searched: purchase orders. ")
    assert "500" in page.warnings[0]


async def test_when_no_list_can_be_read_the_search_fails(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", status=500, times=None))
    with pytest.raises(ServiceError, match="500"):
        await search(stocktrim, "hikari")
