"""What a call lists: records from either form, and the words that name locations and customers."""

from typing import Any

import pytest
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import ValidationError

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Quirks, Sandbox
from stocktrim_mcp_server.given import Day, Given, Line, PartnerKind, Quantity, partners_called, records, with_products
from stocktrim_mcp_server.pasted import Column
from tests.client.sandboxed import asked
from tests.conftest import TODAY


class Sold(Line):
    quantity: Quantity
    on: Day | None = None


COLUMNS = {"code": Column(required=True), "quantity": Column((), "number", required=True), "on": Column((), "date")}


@pytest.mark.parametrize(
    ("given", "meant"), [(3, 3.0), ("3", 3.0), ("1,234.5", 1234.5), ("€ 12.50", 12.5), (2.5, 2.5), ("0", 0.0)]
)
def test_a_quantity_is_read_as_people_write_it(given: Any, meant: float) -> None:
    assert Sold.model_validate({"code": "A", "quantity": given}).quantity == meant


@pytest.mark.parametrize("given", [True, -1, "-1", "many", "1,234", 2e9, float("inf"), float("nan"), None, [1]])
def test_what_is_no_quantity_is_refused(given: Any) -> None:
    with pytest.raises(ValidationError):
        Sold.model_validate({"code": "A", "quantity": given})


@pytest.mark.parametrize("given", ["03/04/2026", 46000, 20260403, True, "soon", ["2026-01-01"]])
def test_what_is_no_day_is_refused(given: Any) -> None:
    with pytest.raises(ValidationError):
        Sold.model_validate({"code": "A", "quantity": 1, "on": given})


def test_a_day_is_a_day_in_either_form() -> None:
    listed = Sold.model_validate({"code": "A", "quantity": 1, "on": "23 November 2026"})
    (pasted,) = records((), "code,quantity,on\nA,1,2026-11-23", COLUMNS, Sold, "sold")
    assert listed == pasted.said == Sold(code="A", quantity=1, on=TODAY)
    assert pasted.line == 2
    assert records((listed,), " ", COLUMNS, Sold, "sold") == [Given(listed)]


def test_faults_of_reading_and_of_meaning_come_in_the_order_of_the_lines() -> None:
    with pytest.raises(ToolError) as raised:
        records((), "code,quantity\nA,-1\nB,x\nC,1", COLUMNS, Sold, "sold")
    assert str(raised.value).splitlines() == [
        "Nothing was done.",
        "Line 2 ('A'): quantity: must be 0 or more.",
        "Line 3: quantity: 'x' is no number: write it as 1234.50.",
    ]


async def test_each_record_finds_its_product(stocktrim: StockTrimClient) -> None:
    rows = [Given(Sold(code=code, quantity=1)) for code in ("v60-02", "30000001", "NOPE-1")]
    found, faults = await with_products(stocktrim, rows)
    assert [(one.given, one.product.code) for one in found] == [(rows[0], "V60-02"), (rows[1], "V60-02")]
    assert [(row, fault.said) for row, fault in faults] == [
        (rows[2], "There is no product 'NOPE-1'. Find codes with search.")
    ]


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("locations", {"MAIN": "MAIN", "shop": "SHOP", "Online, Europe": "WEB/EU"}),
        ("customers", {"CAFE-LUMEN": "CAFE-LUMEN", "cafe-lumen": "CAFE-LUMEN", "Café lumen": "CAFE-LUMEN"}),
    ],
)
@pytest.mark.parametrize("reading", Quirks.readings())
async def test_a_location_or_customer_is_known_by_code_or_name(
    open_app: Any, reading: str, kind: PartnerKind, codes: dict[str, str]
) -> None:
    quirks, words = Quirks.readings()[reading], [*codes]
    if quirks.locations_v1 != "list":
        # What holds no stock is not to be seen there.
        codes = {word: code for word, code in codes.items() if code != "WEB/EU"}
    stocktrim = open_app(Sandbox(today=TODAY, quirks=quirks)).stocktrim
    found, strange = await partners_called(stocktrim, kind, [*words, None])
    assert codes.items() <= found.items()
    assert set(found) | set(strange) == set(words)


async def test_where_nothing_is_to_be_looked_up_nothing_is_asked(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    kettle = await stocktrim.products.get("KETTLE-09")
    before = asked(sandbox)
    assert await partners_called(stocktrim, "customers", [None, ""]) == ({}, {})
    assert await partners_called(stocktrim, "locations", ["SHOP", "main"], [kettle]) == (
        {"SHOP": "SHOP", "main": "MAIN"},
        {},
    )
    assert asked(sandbox) == before


async def test_a_word_that_names_no_location_is_answered_with_those_there_are(stocktrim: StockTrimClient) -> None:
    _, strange = await partners_called(stocktrim, "locations", ["ZZZ"])
    assert strange["ZZZ"].startswith("there is no location 'ZZZ' that StockTrim shows. It shows 'MAIN', ")
