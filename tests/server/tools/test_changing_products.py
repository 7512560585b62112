"""Products changed and created, over a sandboxed client and over a session."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from mcp import Client
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, TextContent
from pydantic import ValidationError

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.approval import Approval
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.tools.changing_products import NewProduct, ProductChange, create_products, update_products
from stocktrim_mcp_server.writing import WriteReport
from tests.client.sandboxed import asked, writes
from tests.conftest import TODAY, Clock

OpenApp = Callable[..., App]
READINGS = Quirks.readings()
V60 = "30000001"


FOLLOWS = "Plan and drafts follow settings, prices and names only after StockTrim's next calculation: run_forecast."


async def changed(stocktrim: StockTrimClient, *changes: dict[str, Any], table: str = "") -> WriteReport:
    wanted = tuple(ProductChange.model_validate(one) for one in changes)
    return await update_products(stocktrim, Approval(), wanted, table)


async def created(stocktrim: StockTrimClient, *products: dict[str, Any]) -> WriteReport:
    return await create_products(stocktrim, Approval(), tuple(NewProduct.model_validate(one) for one in products))


async def refusal(stocktrim: StockTrimClient, *changes: dict[str, Any], table: str = "") -> str:
    with stocktrim.changes.preview(), pytest.raises(ToolError) as caught:
        await changed(stocktrim, *changes, table=table)
    return str(caught.value)


def made(open_app: OpenApp, clock: Clock, **quirks: Any) -> tuple[Sandbox, StockTrimClient]:
    sandbox = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=Quirks(**quirks))
    return sandbox, open_app(sandbox).stocktrim


def bodies(sandbox: Sandbox) -> list[Any]:
    return [json.loads(request.body) for request in sandbox.requests if request.operation == "save_product"]


# Changing


async def test_only_the_fields_given_are_sent(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    report = await changed(stocktrim, {"code": "V60-02", "lead_time_days": 30, "unit_cost": 7.9, "name": None})
    assert report.status == "applied"
    assert bodies(sandbox) == [{"productId": V60, "leadTime": 30, "cost": 7.9}]
    (one,) = report.changes
    assert (one.key, one.name, one.kind) == ("V60-02", "Pour-over dripper 02", "change")
    assert one.fields == ("unit_cost: 7.4 -> 7.9", "lead_time_days: 60 (its supplier HIKARI's) -> 30")


async def test_every_field_arrives_where_it_belongs(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    wanted = {
        "name": "Kettle",
        "category": "Water",
        "sub_category": "Hot",
        "barcode": "4006381333931",
        "unit_cost": 39.5,
        "unit_price": 99,
        "lead_time_days": 20,
        "reorder_frequency_days": 14,
        "forecast_period_days": 60,
        "manufacturing_days": 2,
        "service_level": 0.97,
        "minimum_order_quantity": 12,
        "batch_size": 6,
        "minimum_shelf_level": 4,
        "maximum_shelf_level": 80,
        "overridden_demand": 30,
        "overridden_demand_days": 30,
        "discontinued": True,
        "unstocked": True,
        "ignore_seasonality": True,
    }
    report = await changed(stocktrim, {"code": "KETTLE-09", "supplier": "hikari", **wanted})
    assert (report.status, set(ProductChange.model_fields)) == ("applied", {*wanted, "code", "supplier"})
    product = await stocktrim.products.get("KETTLE-09")
    assert {name: getattr(product, name) for name in wanted} == wanted
    assert product.supplier_code == "HIKARI"


async def test_what_is_so_already_is_not_sent_again(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    await changed(stocktrim, {"code": "V60-02", "unit_cost": 8}, {"code": "KETTLE-09", "unit_cost": 40})
    again = await changed(stocktrim, {"code": "V60-02", "unit_cost": 8}, {"code": "KETTLE-09", "unit_cost": 41})
    assert [one.outcome for one in again.changes] == ["unchanged", "applied"]
    assert len(bodies(sandbox)) == 3


@pytest.mark.parametrize("matches", ["productId", "either", "sku"])
@pytest.mark.parametrize("code", ["V60-02", "v60-02", V60])
async def test_a_product_is_meant_by_sku_or_id_however_lookups_look(
    open_app: OpenApp, clock: Clock, matches: str, code: str
) -> None:
    sandbox, stocktrim = made(open_app, clock, product_code_matches=matches)
    report = await changed(stocktrim, {"code": code, "unit_cost": 8})
    assert (report.status, report.warnings) == ("applied", (FOLLOWS,))
    assert sandbox.shop.products[V60]["cost"] == 8
    assert bodies(sandbox) == [{"productId": V60, "cost": 8.0}]


@pytest.mark.parametrize("reading", READINGS)
async def test_a_change_is_shown_then_made_under_every_reading(open_app: OpenApp, clock: Clock, reading: str) -> None:
    sandbox = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=READINGS[reading])
    stocktrim = open_app(sandbox).stocktrim
    wanted = {"code": "GRIND-C40", "unit_cost": 90, "supplier": "Hikari Glass Works", "service_level": 96}
    with stocktrim.changes.preview() as changes:
        report = await changed(stocktrim, wanted)
    assert (report.status, writes(sandbox)) == ("preview", [])
    with stocktrim.changes.only(changes):
        report = await changed(stocktrim, wanted)
    assert report.status == "applied"
    product = sandbox.shop.products["GRIND-C40"]
    assert (product["cost"], product["supplierCode"]) == (90, "HIKARI")
    assert product["serviceLevel"] == (96 if READINGS[reading].service_level == "percent" else 0.96)


async def test_rows_that_cannot_be_meant_are_all_named_and_nothing_is_sent(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    said = await refusal(
        stocktrim,
        {"code": "V60-2", "unit_cost": 8},
        {"code": "V60-02", "supplier": "HIKRI"},
        {"code": "MUG-SAGE", "unit_cost": -1},
        {"code": "MUG-SAND", "lead_time_days": 4000},
        {"code": "KETTLE-09", "name": " "},
        {"code": "BOX-GIFT"},
        {"code": "30000001", "unit_cost": 9},
        {"code": "BAG-1KG", "overridden_demand": 5},
        {"code": "TEA-SENCHA-100", "minimum_shelf_level": 9, "maximum_shelf_level": 3},
        {"code": "APRON-BLK", "supplier": "Okafor Textiles"},
    )
    assert said.splitlines() == [
        "Nothing was done.",
        "There is no product 'V60-2'. Did you mean 'V60-02' (Pour-over dripper 02)?",
        "'V60-02': supplier: There is no supplier 'HIKRI'. Did you mean 'HIKARI'?",
        "'MUG-SAGE': unit_cost: -1 cannot be: write 0 or more.",
        "'MUG-SAND': lead_time_days: 4000 cannot be: write 0 to 3,650 days.",
        "'KETTLE-09': name: nothing can be emptied here: leave it out, or write what it is to be.",
        "'BOX-GIFT': nothing is given to change.",
        "'30000001': stands twice in the call: see 'V60-02'.",
        "'BAG-1KG': overridden_demand: say with overridden_demand_days how many days it is for.",
        "'TEA-SENCHA-100': minimum_shelf_level 9 is above maximum_shelf_level 3.",
        "'APRON-BLK': supplier: 'Okafor Textiles' has no code in StockTrim, and products name suppliers by code. "
        "Set it in StockTrim.",
    ]
    assert writes(sandbox) == []


async def test_a_sku_that_several_share_is_refused_and_an_id_names_one_of_them(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    for number in ("1001", "1002"):
        sandbox.shop.products[number] = {"id": int(number), "productId": number, "productCodeReadable": "TWIN"}
    sandbox.shop.changed()
    assert "2 products share this SKU" in await refusal(stocktrim, {"code": "TWIN", "unit_cost": 8})
    report = await changed(stocktrim, {"code": "1002", "unit_cost": 8})
    assert [one.key for one in report.changes] == ["1002"]
    assert ("cost" in sandbox.shop.products["1001"], sandbox.shop.products["1002"]["cost"]) == (False, 8)


@pytest.mark.parametrize("matches", ["productId", "either", "sku"])
async def test_an_id_comes_before_the_same_sku_of_another_product(
    open_app: OpenApp, clock: Clock, matches: str
) -> None:
    sandbox, stocktrim = made(open_app, clock, product_code_matches=matches)
    sandbox.shop.products["X-2"] = {"id": 1, "productId": "X-2", "productCodeReadable": "X-1"}
    sandbox.shop.products["X-1"] = {"id": 2, "productId": "X-1", "productCodeReadable": "Y"}
    sandbox.shop.changed()
    await stocktrim.snapshot.need("products")
    report = await changed(stocktrim, {"code": "X-1", "unit_cost": 8})
    assert [(one.key, one.outcome) for one in report.changes] == [("X-1", "applied")]
    assert ("cost" in sandbox.shop.products["X-2"], sandbox.shop.products["X-1"]["cost"]) == (False, 8)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"code": "V60-02", "unit_costs": 8}, "Did you mean 'unit_cost'"),
        ({"code": "V60-02", "unit_cost": True}, "no yes or no"),
        ({"code": "V60-02", "lead_time_days": 2.5}, "integer"),
        ({"code": "V60-02", "unit_cost": float("inf")}, "finite"),
        ({"unit_cost": 8}, "required"),
        ({"code": " "}, "code is needed"),
    ],
)
def test_a_row_that_is_none_is_refused_in_words(row: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        ProductChange.model_validate(row)


async def test_what_looks_like_a_slip_is_said(stocktrim: StockTrimClient) -> None:
    with stocktrim.changes.preview():
        report = await changed(
            stocktrim,
            {"code": "V60-02", "unit_cost": 79},
            {"code": "MUG-SAGE", "unit_cost": 0.52},
            {"code": "KETTLE-09", "unit_price": 30, "minimum_shelf_level": 70},
            {"code": "BOX-GIFT", "unit_cost": 0, "minimum_order_quantity": 110},
            {"code": "BAG-1KG", "unit_cost": 0.4},
        )
    assert report.warnings == (
        "'V60-02': unit_cost 7.4 -> 79 is about 11 times what it was. Is its decimal point right?",
        "'V60-02': sells below its cost (24 < 79).",
        "'MUG-SAGE': unit_cost 5.2 -> 0.52 is 1/10 of what it was. Is its decimal point right?",
        "'KETTLE-09': sells below its cost (30 < 38).",
        "'KETTLE-09': its minimum shelf level (70) is above its maximum (60).",
        "'BOX-GIFT': unit_cost 0 counts as not entered, here and in StockTrim's sums.",
        "'BOX-GIFT': its minimum order of 110 is no multiple of its batch size 25.",
        "Changed by more than 30%: KETTLE-09 unit_price 95 -> 30 (-68%).",
        FOLLOWS,
    )


# Service levels


@pytest.mark.parametrize(("scale", "held"), [("fraction", 0.97), ("percent", 97)])
@pytest.mark.parametrize("said", [0.97, 97])
async def test_a_service_level_is_written_on_the_accounts_scale(
    open_app: OpenApp, clock: Clock, scale: str, held: float, said: float
) -> None:
    sandbox, stocktrim = made(open_app, clock, service_level=scale)
    report = await changed(stocktrim, {"code": "V60-02", "service_level": said})
    assert sandbox.shop.products[V60]["serviceLevel"] == held
    told = f"Service levels are written on this account's scale: {said} as {held}."
    assert (told in report.warnings) == (said != held)


async def test_a_scale_that_no_product_shows_is_not_guessed(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    for product in sandbox.shop.products.values():
        product.pop("serviceLevel", None)
    sandbox.shop.changed()
    said = await refusal(stocktrim, {"code": "V60-02", "service_level": 95})
    assert "none of its products holds a service level" in said
    assert "50 to 99.99" in await refusal_on_fraction(sandbox, stocktrim, 30)


async def refusal_on_fraction(sandbox: Sandbox, stocktrim: StockTrimClient, level: float) -> str:
    sandbox.shop.products["KETTLE-09"]["serviceLevel"] = 0.9
    sandbox.shop.changed()
    await stocktrim.snapshot.refresh("products")
    return await refusal(stocktrim, {"code": "V60-02", "service_level": level})


# Price lists


@pytest.mark.parametrize(
    "table",
    [
        "SKU,Unit Cost,Sell Price,Lead time\nV60-02,£8.20,25,30\nKETTLE-09,40,,\n",
        "product;BUY PRICE;price;lead time days\nV60-02;8,20;25;30\n\nKETTLE-09;40;;\n",
        '[{"code": "V60-02", "cost": 8.2, "price": "25", "lead_time": 30}, {"sku": "KETTLE-09", "cost": "40.00"}]',
        "| Item | Cost | Price | Lead time |\n|---|---|---|---|\n| V60-02 | 8.20 | 25 | 30 |\n| KETTLE-09 | 40 | | |",
    ],
)
async def test_a_price_list_is_read_as_people_write_it(
    stocktrim: StockTrimClient, sandbox: Sandbox, table: str
) -> None:
    report = await changed(stocktrim, table=table)
    assert [(one.key, one.outcome) for one in report.changes] == [("V60-02", "applied"), ("KETTLE-09", "applied")]
    by_id = {body["productId"]: body for body in bodies(sandbox)}
    assert by_id[V60] == {"productId": V60, "cost": 8.2, "price": 25.0, "leadTime": 30}
    assert by_id["KETTLE-09"] == {"productId": "KETTLE-09", "cost": 40.0}


async def test_words_of_a_table_are_understood(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    table = "sku,service level,discontinued,supplier\nV60-02,97%,yes,Nordlys Ceramics\n"
    await changed(stocktrim, table=table)
    assert bodies(sandbox) == [
        {"productId": V60, "serviceLevel": 0.97, "discontinued": True, "supplierCode": "NORDLYS"}
    ]


async def test_every_fault_of_a_price_list_is_named_by_its_line(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    said = await refusal(stocktrim, table="SKU,Cost,Lead time\nV60-02,1.2.3,\nKETTLE-09,4,2.5\n,5,\n")
    assert said.startswith("Nothing was done. Line 2: unit_cost: '1.2.3' is no number")
    said = await refusal(stocktrim, table="SKU,Cost,Lead time\nV60-02,1,2.5\nKETTLE-09,1,3.5")
    assert [line.split(":")[0] for line in said.splitlines()[1:]] == ["Line 2 ('V60-02')", "Line 3 ('KETTLE-09')"]
    said = await refusal(stocktrim, table="SKU,Cost\nV60-2,8\nV60-02,8\nMUG-SAGE,-2\nv60-02,9\n")
    assert said.splitlines()[1:] == [
        "Line 4 ('MUG-SAGE'): unit_cost: -2 cannot be: write 0 or more.",
        "Line 5 ('v60-02'): stands twice in the call: see line 3.",
    ]
    said = await refusal(stocktrim, table="SKU,Coost\nV60-02,8")
    assert "None of the columns 'SKU', 'Coost' holds what can be changed. Columns: code (needed), unit_cost," in said
    assert "may be" in await refusal(stocktrim, table="SKU,Cost\nV60-02,1,234\n".replace("1,234", '"1,234"'))
    rows = "\n".join(f"P-{number},1" for number in range(51))
    assert "51 rows; at most 50" in await refusal(stocktrim, table=f"SKU,Cost\n{rows}")
    assert writes(sandbox) == []


SENT = """Hikari Glass Works;;;;;
Trade price list, valid from 1 December;;;;;

Item No.;Description;Trade price (EUR);RRP;Case size;EAN code
V60-02;Dripper 02 pour-over, glass;8,20;25;6;
FILT-02;Electric kettle;;9;-;
V60-2;Dripper;9,00;20;;
;Prices excl. VAT;see note;;;
MUG-SAGE;Mug, sage;;;;
"""


async def test_a_list_as_a_supplier_sends_it_is_read_with_all_that_is_passed_over_said(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    with stocktrim.changes.preview():
        report = await changed(stocktrim, table=SENT)
    assert [one.key for one in report.changes] == ["V60-02", "FILT-02"]
    first = report.changes[0].fields
    assert first[:2] == ("unit_cost: 7.4 -> 8.2", "unit_price: 24 -> 25")
    assert not any("name" in one for change in report.changes for one in change.fields)
    filters = next(one for one in sandbox.shop.products.values() if one.get("productCodeReadable") == "FILT-02")
    assert report.warnings[:5] == (
        "Passed over above the header: 'Hikari Glass Works;;;;;', 'Trade price list, valid from 1 December;… (44 "
        "characters)'.",
        "Columns that are not understood, and change nothing: 'EAN code'.",
        "Line 7 is left out: there is no product 'V60-2'. Did you mean 'V60-02' (Pour-over dripper 02)?",
        "Line 8 is left out: it names no product ('Prices excl. VAT').",
        "Line 9 is left out: 'MUG-SAGE' is given no value.",
    )
    assert f"FILT-02 unit_cost stays {filters['cost']:g}" in report.warnings[5]
    assert report.warnings[5].startswith("2 cells are empty and change nothing: ")
    assert report.warnings[6] == (
        f"Line 6: 'FILT-02' is {filters['name']!r} in StockTrim and 'Electric kettle' here: is it the same?"
    )
    assert report.warnings[7] == "Names stay: 'Description' was only compared. A column 'new name' would change them."


async def test_a_word_in_one_price_cell_stops_no_price_list(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    table = "SKU,Cost,Lead time\nV60-02,POA,3 wks\nKETTLE-09,39,21 days\nMUG-SAGE,free,\n"
    with stocktrim.changes.preview():
        report = await changed(stocktrim, table=table)
    assert [one.key for one in report.changes] == ["V60-02", "KETTLE-09"]
    assert report.changes[0].fields[0].endswith(" -> 21")
    assert report.warnings[:2] == (
        "No number, so taken for empty: 'POA' in 'Cost' (line 2), 'free' in 'Cost' (line 4).",
        "Line 4 is left out: 'MUG-SAGE' is given no value.",
    )
    assert any("V60-02 unit_cost stays 7.4" in one for one in report.warnings)
    said = await refusal(stocktrim, table="SKU,Lead time\nV60-02,2 months")
    assert "lead_time_days: '2 months' is no number of days: write it as 21, 21 days or 3 weeks." in said


async def test_a_lead_time_is_said_in_weeks_without_a_table_as_well(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    await changed(stocktrim, {"code": "V60-02", "lead_time_days": "8 weeks"})
    assert bodies(sandbox) == [{"productId": V60, "leadTime": 56}]


@pytest.mark.parametrize(
    ("field", "value", "is_said"),
    [("unit_cost", 8, True), ("unit_price", 25, True), ("name", "Dripper", True), ("barcode", "1", False)],
)
async def test_what_the_plan_shows_is_said_to_come_with_the_next_calculation(
    stocktrim: StockTrimClient, field: str, value: object, is_said: bool
) -> None:
    with stocktrim.changes.preview():
        report = await changed(stocktrim, {"code": "V60-02", field: value})
    assert (FOLLOWS in report.warnings) is is_said


async def test_a_name_changes_only_where_it_is_asked_for(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    await changed(stocktrim, table="SKU,Name,Cost\nV60-02,Dripper,8")
    await changed(stocktrim, table="SKU,New name\nV60-02,Dripper")
    assert bodies(sandbox) == [{"productId": V60, "cost": 8.0}, {"productId": V60, "name": "Dripper"}]


@pytest.mark.parametrize(
    ("head", "field"),
    [
        *((head, "unit_cost") for head in ("Trade price", "Cost price", "Net price", "Buy", "Price,RRP", "Net (USD)")),
        *(
            (head, "unit_price")
            for head in ("RRP", "Retail", "Sell price", "unit_price", "Price,Cost", "List price,Buy")
        ),
    ],
)
async def test_a_price_is_what_its_column_says(stocktrim: StockTrimClient, head: str, field: str) -> None:
    with stocktrim.changes.preview():
        report = await changed(stocktrim, table=f"SKU,{head}\nV60-02,21")
    assert [one.split(":")[0] for one in report.changes[0].fields] == [field]
    is_decided = "," in head
    assert any(
        f"is taken for what you {'pay' if field == 'unit_cost' else 'sell'}" in one for one in report.warnings
    ) == (is_decided)


@pytest.mark.parametrize("head", ["Price", "Unit Price", "Wholesale price", "Price,Cost,RRP"])
async def test_a_price_that_may_be_either_is_refused_with_how_to_call_it(
    stocktrim: StockTrimClient, sandbox: Sandbox, head: str
) -> None:
    said = await refusal(stocktrim, table=f"SKU,{head}\nV60-02,21")
    assert "may be what you pay or what you sell for: call it 'cost' or 'sell price'" in said
    assert writes(sandbox) == []


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("Product,SKU,Cost\nDripper,V60-02,8\nKettle,KETTLE-09,40", "SKU"),
        ("SKU,Item No.,Cost\nV60-02,H-1,8\nKETTLE-09,,40", "SKU"),
        ("Item No.,SKU,Cost\nV60-02,KETTLE-09,8\nKETTLE-09,V60-02,40", "Item No."),
    ],
)
async def test_of_two_columns_that_may_be_the_code_the_one_that_names_products_is_taken_and_said(
    stocktrim: StockTrimClient, table: str, column: str
) -> None:
    with stocktrim.changes.preview():
        report = await changed(stocktrim, table=table)
    assert [one.key for one in report.changes] == ["V60-02", "KETTLE-09"]
    assert report.warnings[0].startswith(
        f"Products are taken from the column {column!r}, which names 2 of them; passed"
    )


async def test_a_list_that_names_no_product_at_all_is_refused(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    said = await refusal(stocktrim, table="SKU,Cost\nNOPE-1,8\nNOPE-2,9")
    assert said.startswith(
        "Nothing was done. No row of the table can be meant. Line 2 is left out: there is no product"
    )
    assert "Line 3 is left out" in said


async def test_a_sku_of_several_products_is_refused_in_a_list_as_well(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    for number in ("1001", "1002"):
        sandbox.shop.products[number] = {"id": int(number), "productId": number, "productCodeReadable": "TWIN"}
    sandbox.shop.changed()
    said = await refusal(stocktrim, table="SKU,Cost\nNOPE-1,8\nTWIN,9\nV60-02,8")
    assert said.startswith("Nothing was done. Line 3 ('TWIN'): 2 products share this SKU")


async def test_a_move_to_another_supplier_is_shown_with_what_stays(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    sandbox.shop.products[V60]["leadTime"] = 28
    sandbox.shop.changed()
    with stocktrim.changes.preview():
        report = await changed(stocktrim, {"code": "V60-02", "supplier": "NORDLYS"})
    assert report.warnings == (
        "'V60-02' keeps its own lead time of 28 days, though 'NORDLYS' takes 21.",
        "'V60-02' is still to come from 'HIKARI'; these orders stay there: PO-00016 (48, Sent).",
    )
    with stocktrim.changes.preview():
        report = await changed(stocktrim, {"code": "V60-02", "supplier": "NORDLYS", "lead_time_days": 9})
    assert report.warnings[0].startswith("'V60-02' is still to come from")
    with stocktrim.changes.preview():
        report = await changed(stocktrim, {"code": "V60-02", "supplier": "hikari", "unit_cost": 7.5})
    assert report.warnings == (FOLLOWS,)


async def test_one_of_changes_and_table_is_needed(stocktrim: StockTrimClient) -> None:
    assert "Give changes" in await refusal(stocktrim)
    assert "not both" in await refusal(stocktrim, {"code": "V60-02", "unit_cost": 8}, table="sku,cost\nV60-02,8")
    many = [{"code": f"P-{number}", "unit_cost": 1} for number in range(51)]
    assert "51 products are too many" in await refusal(stocktrim, *many)


# A StockTrim that empties what is left out


async def test_the_first_save_that_empties_fields_stops_the_others(open_app: OpenApp, clock: Clock) -> None:
    sandbox, stocktrim = made(open_app, clock, product_left_out="replaced")
    codes = ("V60-02", "KETTLE-09", "FILT-02", "BAG-1KG", "BOX-GIFT", "GREEN-BRA")
    wanted = [{"code": code, "lead_time_days": 33} for code in codes]
    report = await changed(stocktrim, *wanted)
    assert [one.outcome for one in report.changes] == ["applied", *["not_sent"] * 5]
    assert report.status == "partly_applied"
    assert any("emptied fields of 'V60-02' that were to stay" in one for one in report.warnings)
    assert len(bodies(sandbox)) == 1


async def test_after_that_whole_records_are_sent_and_nothing_is_emptied(open_app: OpenApp, clock: Clock) -> None:
    _, stocktrim = made(open_app, clock, product_left_out="replaced")
    wanted = [{"code": code, "lead_time_days": 33} for code in ("V60-02", "KETTLE-09", "FILT-02")]
    before = {code: await stocktrim.products.get(code) for code in ("KETTLE-09", "FILT-02")}
    await changed(stocktrim, *wanted)
    report = await changed(stocktrim, {**wanted[0], "code": V60}, *wanted[1:])
    assert [one.outcome for one in report.changes] == ["unchanged", "applied", "applied"]
    assert report.status == "applied"
    for code, was in before.items():
        assert await stocktrim.products.get(code) == was.model_copy(update={"lead_time_days": 33})


async def test_a_batch_goes_on_several_at_a_time_once_fields_were_seen_to_stay(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    codes = ("V60-02", "KETTLE-09", "FILT-02", "BAG-1KG", "BOX-GIFT", "GREEN-BRA")
    report = await changed(stocktrim, *({"code": code, "lead_time_days": 33} for code in codes))
    assert {one.outcome for one in report.changes} == {"applied"}
    assert len(bodies(sandbox)) == len(codes)


async def test_one_product_that_fails_hides_no_other(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", at="save_product", status=400, times=1, after=1))
    codes = ("V60-02", "KETTLE-09", "FILT-02")
    report = await changed(stocktrim, *({"code": code, "lead_time_days": 33} for code in codes))
    assert sorted(one.outcome for one in report.changes) == ["applied", "applied", "refused"]
    assert report.status == "partly_applied"
    again = await changed(stocktrim, *({"code": code, "lead_time_days": 33} for code in codes))
    assert sorted(one.outcome for one in again.changes) == ["applied", "unchanged", "unchanged"]


# Creating


async def test_products_are_created_and_the_same_call_makes_none_twice(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    wanted = [
        {"code": "DRIP-03", "name": "Dripper 03", "supplier": "hikari glass works", "unit_cost": 8, "on_hand": 4},
        {"code": "☕/1 50%", "name": "Sign", "category": "Gifts", "lead_time_days": 5, "service_level": 95},
    ]
    report = await created(stocktrim, *wanted)
    assert (report.status, [one.kind for one in report.changes]) == ("applied", ["create", "create"])
    assert sandbox.shop.products["DRIP-03"]["supplierCode"] == "HIKARI"
    assert sandbox.shop.products["☕/1 50%"]["serviceLevel"] == 0.95
    assert "New products show in the plan only after StockTrim's next calculation: run_forecast." in report.warnings
    again = await created(stocktrim, *wanted)
    assert (again.status, len(bodies(sandbox))) == ("unchanged", 2)


async def test_a_new_product_may_lie_at_a_location(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    wanted = {"code": "DRIP-03", "name": "Dripper 03", "on_hand": 4, "location": "main"}
    report = await created(stocktrim, wanted)
    assert report.status == "applied"
    assert report.changes[0].fields[-2:] == ("on_hand: 4", "stock: location_code MAIN, on_hand 4")
    (place,) = sandbox.shop.products["DRIP-03"]["stockLocations"]
    assert (place["locationCode"], place["stockOnHand"], sandbox.shop.products["DRIP-03"]["stockOnHand"]) == (
        "MAIN",
        4,
        4,
    )
    assert (await created(stocktrim, wanted)).status == "unchanged"
    with stocktrim.changes.preview(), pytest.raises(ToolError) as caught:
        await created(
            stocktrim,
            {"code": "NEW-1", "name": "x", "on_hand": 1, "location": "MIAN"},
            {"code": "NEW-2", "name": "x", "location": "MAIN"},
            {"code": "NEW-3", "name": "x", "location": " "},
        )
    first, second, third = str(caught.value).splitlines()[1:]
    assert first.startswith("'NEW-1': location: there is no location 'MIAN' that StockTrim shows.")
    assert second == "'NEW-2': location: it says where on_hand is, which is not given."
    assert third.startswith("'NEW-3': location: ")


@pytest.mark.parametrize("reading", READINGS)
async def test_what_exists_is_never_overwritten(open_app: OpenApp, clock: Clock, reading: str) -> None:
    sandbox = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=READINGS[reading])
    stocktrim = open_app(sandbox).stocktrim
    for code, why in {
        "KETTLE-09": "unit_cost is 38, not 1",
        "kettle-09": "upper and lower case. But of it name is Gooseneck kettle 0.9 l, not New; unit_cost is 38, not 1.",
        "V60-02": "unit_cost is 7.4, not 1",
        V60: "code is 'V60-02', not '30000001'",
    }.items():
        with stocktrim.changes.preview(), pytest.raises(ToolError, match=re.escape(why)):
            await created(stocktrim, {"code": code, "name": "New", "unit_cost": 1}, {"code": "REALLY-NEW", "name": "x"})
    assert writes(sandbox) == []


async def test_a_shared_sku_and_a_code_twice_are_refused(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    for number in ("1001", "1002"):
        sandbox.shop.products[number] = {"id": int(number), "productId": number, "productCodeReadable": "TWIN"}
    sandbox.shop.changed()
    with stocktrim.changes.preview(), pytest.raises(ToolError) as caught:
        await created(
            stocktrim, {"code": "TWIN", "name": "x"}, {"code": "NEW-1", "name": "x"}, {"code": "new-1", "name": "y"}
        )
    assert str(caught.value).splitlines()[1:] == [
        "'TWIN': 2 products already bear this SKU: '1001', '1002'.",
        "'new-1': stands twice in the call: see 'NEW-1'.",
    ]


async def test_many_new_products_read_the_catalogue_once_where_every_sku_is_the_id(
    open_app: OpenApp, clock: Clock
) -> None:
    sandbox = Sandbox(600, today=TODAY, clock=clock, sleep=clock.sleep)
    for key in [key for key, one in sandbox.shop.products.items() if one.get("productCodeReadable") != key]:
        del sandbox.shop.products[key]
    sandbox.shop.changed()
    stocktrim = open_app(sandbox).stocktrim
    report = await created(stocktrim, *({"code": f"NEW-{number}", "name": "x"} for number in range(50)))
    assert {one.outcome for one in report.changes} == {"applied"}
    # Looked up before and after each, and when it was resolved; the rest are pages of one reading, and of a look.
    assert asked(sandbox)["list_products"] <= 50 * 3 + 40
    assert asked(sandbox)["read_order_plan"] <= 5


# Over a session


async def call(client: Client, tool: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], str]:
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    text = "".join(one.text for one in result.content if isinstance(one, TextContent))
    return result.structured_content or {}, text


async def test_a_price_list_is_previewed_approved_and_applied_in_a_session(app: App, sandbox: Sandbox) -> None:
    asked_for = {"table": "sku,cost\nV60-02,8.20\nKETTLE-09,40"}
    async with Client(server.build(app)) as client:
        shown, text = await call(client, "update_products", asked_for)
        assert (shown["status"], writes(sandbox)) == ("preview", [])
        assert "unit_cost: 7.4 -> 8.2" in text
        done, _ = await call(client, "update_products", {**asked_for, "confirm_token": shown["confirm_token"]})
        assert done["status"] == "applied"
        again, _ = await call(client, "update_products", asked_for)
        assert again["status"] == "unchanged"
    assert [body["cost"] for body in bodies(sandbox)] == [8.2, 40.0]


async def test_a_product_that_moved_since_the_preview_is_shown_anew(app: App, sandbox: Sandbox) -> None:
    asked_for = {"changes": [{"code": "KETTLE-09", "unit_cost": 40}]}
    async with Client(server.build(app)) as client:
        shown, _ = await call(client, "update_products", asked_for)
        sandbox.shop.products["KETTLE-09"]["cost"] = 39
        sandbox.shop.changed()
        done, text = await call(client, "update_products", {**asked_for, "confirm_token": shown["confirm_token"]})
    assert (done["status"], writes(sandbox)) == ("preview", [])
    assert "unit_cost: 39 -> 40" in text


async def test_hosts_may_send_lists_as_text_and_misspelt_fields_are_named(app: App, sandbox: Sandbox) -> None:
    async with Client(server.build(app)) as client:
        as_text = json.dumps([{"code": "NEW-1", "name": "New", "supplier": None}])
        shown, _ = await call(client, "create_products", {"products": as_text})
        assert [one["key"] for one in shown["changes"]] == ["NEW-1"]
        _, text = await call(client, "update_products", {"changes": [{"code": "V60-02", "leadtime": 3}]})
        assert "there is no field 'leadtime'. Did you mean 'lead_time_days'?" in text
        assert "Nothing was done" in text
    assert writes(sandbox) == []


@pytest.mark.parametrize("matches", ["productId", "either", "sku"])
async def test_undoing_puts_back_what_a_save_emptied_and_the_rest_is_then_changed_whole(
    open_app: OpenApp, clock: Clock, matches: str
) -> None:
    sandbox, stocktrim = made(open_app, clock, product_left_out="replaced", product_code_matches=matches)
    app = open_app(sandbox)
    before = {code: await stocktrim.products.get(code) for code in ("V60-02", "KETTLE-09", "BAG-1KG")}
    asked_for = {"changes": [{"code": code, "lead_time_days": 33} for code in before]}
    async with Client(server.build(app)) as client:

        async def confirmed(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
            shown, text = await call(client, tool, arguments)
            assert shown, text
            done, _ = await call(client, tool, {**arguments, "confirm_token": shown["confirm_token"]})
            return done

        first = await confirmed("update_products", asked_for)
        assert first["status"] == "partly_applied"
        undone = await confirmed("undo_change", {"undo_id": first["undo_id"]})
        assert undone["status"] == "applied"
        assert {code: await stocktrim.products.get(code) for code in before} == before
        second = await confirmed("update_products", asked_for)
        assert second["status"] == "applied"
    for code, was in before.items():
        assert await stocktrim.products.get(code) == was.model_copy(update={"lead_time_days": 33})
