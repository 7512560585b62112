"""Stock set as counted, over a sandboxed client and over a session."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from mcp import Client
from mcp.server.mcpserver.exceptions import ToolError

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.approval import Approval
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.tools.stock import Count, set_stock_levels
from stocktrim_mcp_server.writing import WriteReport
from tests.client.sandboxed import every_reading, writes
from tests.conftest import TODAY, Clock

OpenApp = Callable[..., App]
ALONG = (
    "StockTrim takes both quantities at once, so what is on order is sent as it stands: {}. From then on that figure "
    "may stay when orders are placed or arrive, until it is set anew; no undo frees it."
)
SOURCE = (
    "This account is loaded from StockTrimIncomingApi. Its next load may overwrite stock set here: correct it there as "
    "well."
)


async def counted(stocktrim: StockTrimClient, *counts: dict[str, Any], table: str = "") -> WriteReport:
    return await set_stock_levels(stocktrim, Approval(), tuple(map(Count.model_validate, counts)), table)


async def shown(stocktrim: StockTrimClient, *counts: dict[str, Any], table: str = "") -> WriteReport:
    with stocktrim.changes.preview():
        return await counted(stocktrim, *counts, table=table)


async def refused(stocktrim: StockTrimClient, *counts: dict[str, Any], table: str = "") -> str:
    with pytest.raises(ToolError) as raised, stocktrim.changes.preview():
        await counted(stocktrim, *counts, table=table)
    return str(raised.value)


def held(far: Sandbox, product: str, place: str | None = None) -> tuple[float | None, float | None]:
    record = far.shop.products[product]
    if place is not None:
        record = next(one for one in record["stockLocations"] if one["locationCode"] == place)
    return record.get("stockOnHand"), record.get("stockOnOrder")


def sent(far: Sandbox) -> list[dict[str, Any]]:
    return [json.loads(one.body)["inventory"][0] for one in far.requests if one.operation == "set_inventory"]


@every_reading
async def test_a_count_is_shown_with_its_place_and_then_set(open_app: OpenApp, clock: Clock, quirks: Quirks) -> None:
    far = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=quirks)
    stocktrim = open_app(far).stocktrim
    asked = (
        {"code": "KETTLE-09", "on_hand": 5, "location": "SHOP"},
        {"code": "KETTLE-09", "on_hand": 4, "on_order": 7, "location": "main"},
        {"code": "SAMPLE-X", "on_hand": 2},
    )
    preview = await shown(stocktrim, *asked)
    assert (preview.status, writes(far)) == ("preview", [])
    assert [(one.key, one.noun, one.fields) for one in preview.changes] == [
        ("KETTLE-09", "stock at SHOP", ("on_hand: 3 -> 5", "on_order: 0, sent along")),
        ("KETTLE-09", "stock at MAIN", ("on_hand: 6 -> 4", "on_order: 12 -> 7")),
        ("SAMPLE-X", "stock", ("on_hand: 0 -> 2", "on_order: 0, sent along")),
    ]
    report = await counted(stocktrim, *asked)
    assert (report.status, {one.outcome for one in report.changes}) == ("applied", {"applied"})
    assert report.warnings == preview.warnings == (SOURCE, ALONG.format("'KETTLE-09' (0), 'SAMPLE-X' (0)"))
    assert (held(far, "KETTLE-09", "SHOP")[0], held(far, "KETTLE-09", "MAIN")) == (5.0, (4.0, 7.0))
    assert held(far, "KETTLE-09")[0] == 9.0
    assert held(far, "SAMPLE-X")[0] == 2.0
    assert (await counted(stocktrim, *asked)).status == "unchanged"


async def test_the_quantity_not_counted_is_sent_as_it_is(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    await counted(stocktrim, {"code": "KETTLE-09", "on_order": 8, "location": "MAIN"})
    await counted(stocktrim, {"code": "KETTLE-09", "on_hand": 1, "location": "MAIN"})
    assert [(one["stockOnHand"], one["stockOnOrder"]) for one in sent(sandbox)] == [(6.0, 8.0), (1.0, 8.0)]


async def test_counts_are_pasted_as_a_table(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    table = "SKU;Counted;Warehouse\nKETTLE-09;4;Main Warehouse\nv60-02;30,5;MAIN\n"
    report = await counted(stocktrim, table=table)
    assert (report.status, len(report.changes)) == ("applied", 2)
    assert held(sandbox, "KETTLE-09", "MAIN")[0] == 4.0
    assert held(sandbox, "30000001", "MAIN")[0] == 30.5


async def test_every_line_that_cannot_be_meant_is_named_and_nothing_is_sent(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    lines = ["code,on_hand,location", "V60-02,1,MAIN", "NOPE-1,2,", "MUG-SAGE,3,MIAN", "v60-02,3,MAIN", "KETTLE-09,,"]
    said = await refused(stocktrim, table="\n".join(lines))
    assert said.splitlines() == [
        "Nothing was done.",
        "Line 3: There is no product 'NOPE-1'. Find codes with search.",
        "Line 4 ('MUG-SAGE'): there is no location 'MIAN' that StockTrim shows. Did you mean 'MAIN'?",
        "Line 5 ('v60-02'): this product is counted twice at 'MAIN', see line 2.",
        "Line 6 ('KETTLE-09'): neither on_hand nor on_order is given.",
    ]
    said = await refused(stocktrim, table='code,on_hand\nV60-02,-1\nKETTLE-09,"1,234"\nMUG-SAGE,2000000000')
    assert said.splitlines() == [
        "Nothing was done.",
        "Line 2 ('V60-02'): on_hand: must be 0 or more.",
        "Line 3: on_hand: '1,234' may be 1234 or 1.234: write 1234 or 1.234.",
        "Line 4 ('MUG-SAGE'): on_hand: must be no more than 1,000,000,000, above or below 0.",
    ]
    assert writes(sandbox) == []


@pytest.mark.parametrize(
    ("counts", "table", "said"),
    [
        ((), "", "Give counts as a list, or table as CSV with the columns code, on_hand, on_order, location."),
        (({"code": "V60-02", "on_hand": 1},), "code\nV60-02", "Give counts or table, not both."),
        ((), "code,on_hand", "The table has no rows."),
        ((), "code,onhand,locaton\nV60-02,1,MAIN", "There is no column 'locaton'. Did you mean 'location'?"),
        ((), '[{"code": "V60-02", "on_hand": 1, "locaton": "MAIN"}]', "Line 1: there is no column 'locaton'."),
        (
            ({"code": "V60-02", "on_hand": 1}, {"code": "30000001", "on_hand": 2}),
            "",
            "'30000001': this product is counted twice.",
        ),
        (
            ({"code": "KETTLE-09", "on_hand": 1}, {"code": "KETTLE-09", "on_hand": 2, "location": "SHOP"}),
            "",
            "'KETTLE-09': this product is counted as a whole and at a location: do one of the two.",
        ),
    ],
)
async def test_a_call_that_cannot_be_meant_is_refused(
    stocktrim: StockTrimClient, sandbox: Sandbox, counts: tuple[dict[str, Any], ...], table: str, said: str
) -> None:
    assert (await refused(stocktrim, *counts, table=table)).startswith(f"Nothing was done. {said}")
    assert writes(sandbox) == []


async def test_products_that_share_a_sku_are_told_apart_by_their_ids(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    for key in ("TWIN-1", "TWIN-2"):
        sandbox.shop.products[key] = {"id": sandbox.shop.number(), "productId": key, "productCodeReadable": "TWIN"}
    sandbox.shop.changed()
    said = await refused(stocktrim, {"code": "TWIN", "on_hand": 1})
    assert said == (
        "Nothing was done. 'TWIN': 2 products share this SKU. Name the one meant by its product id: 'TWIN-1', 'TWIN-2'."
    )
    assert (await counted(stocktrim, {"code": "TWIN-2", "on_hand": 1})).status == "applied"
    assert held(sandbox, "TWIN-2")[0] == 1.0


async def test_of_products_that_share_a_sku_each_row_says_which(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    sandbox.shop.products["30000002"]["productCodeReadable"] = "V60-02"
    sandbox.shop.changed()
    counts = [{"code": one, "on_hand": 12} for one in ("30000001", "30000002")]
    assert [one.key for one in (await shown(stocktrim, *counts)).changes] == ["30000001", "30000002"]


async def test_a_count_of_the_whole_is_doubted_where_stock_is_held_by_location(stocktrim: StockTrimClient) -> None:
    preview = await shown(stocktrim, {"code": "KETTLE-09", "on_hand": 12})
    assert preview.warnings == (
        SOURCE,
        ALONG.format("'KETTLE-09' (12)"),
        "Counted as a whole, while StockTrim holds the stock by location: 'KETTLE-09' (MAIN, SHOP). What it holds "
        "there stays, and may be summed up again: better count at each location.",
    )


@pytest.mark.parametrize(
    ("count", "doubt"),
    [
        ({"on_hand": 60}, "on_hand 6 -> 60, 10 times what it was"),
        ({"on_hand": 65}, "on_hand 6 -> 65, about 11 times what it was"),
        ({"on_hand": 59.9}, None),
        ({"on_hand": 0.6}, "on_hand 6 -> 0.6, 1/10 of what it was"),
        ({"on_hand": 0.7}, None),
        ({"on_hand": 0}, None),
        ({"on_hand": 7, "on_order": 120}, "on_order 12 -> 120, 10 times what it was"),
        ({"on_hand": 7, "on_order": 1.2}, "on_order 12 -> 1.2, 1/10 of what it was"),
        ({"on_order": 119}, None),
    ],
)
async def test_ten_times_as_much_or_as_little_is_doubted(
    stocktrim: StockTrimClient, count: dict[str, Any], doubt: str | None
) -> None:
    preview = await shown(stocktrim, {"code": "KETTLE-09", "location": "MAIN", **count})
    doubts = [one for one in preview.warnings if "digit" in one]
    assert doubts == ([] if doubt is None else [f"Is a digit too many, or too few? 'KETTLE-09': {doubt}."])


@pytest.mark.parametrize(
    ("count", "fields", "said"),
    [
        ({"on_hand": 5}, ("on_hand: 6 -> 5", "on_order: 12, sent along"), ALONG.format("'KETTLE-09' (12)")),
        ({"on_order": 5}, ("on_order: 12 -> 5", "on_hand: 6, sent along"), None),
        ({"on_hand": 5, "on_order": 12}, ("on_hand: 6 -> 5",), None),
    ],
)
async def test_the_quantity_that_is_sent_along_is_shown(
    stocktrim: StockTrimClient, sandbox: Sandbox, count: dict[str, Any], fields: tuple[str, ...], said: str | None
) -> None:
    preview = await shown(stocktrim, {"code": "KETTLE-09", "location": "MAIN", **count})
    assert preview.changes[0].fields == fields
    assert preview.warnings == ((SOURCE,) if said is None else (SOURCE, said))
    await counted(stocktrim, {"code": "KETTLE-09", "location": "MAIN", **count})
    assert sent(sandbox)[0].keys() >= {"stockOnHand", "stockOnOrder"}


async def test_a_count_that_fixes_what_is_on_order_says_so_also_where_that_is_nothing(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    assert held(sandbox, "SAMPLE-X")[1] is None
    preview = await shown(stocktrim, {"code": "SAMPLE-X", "on_hand": 12})
    assert ALONG.format("'SAMPLE-X' (0)") in preview.warnings
    await counted(stocktrim, {"code": "SAMPLE-X", "on_hand": 12})
    assert held(sandbox, "SAMPLE-X")[1] == 0.0


async def test_many_doubts_are_told_in_few_sentences(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    codes = [one.get("productCodeReadable") or key for key, one in sandbox.shop.products.items()]
    preview = await shown(stocktrim, *({"code": code, "on_hand": 9_999} for code in codes))
    assert len(preview.warnings) == 4
    assert all(" more. " in one or one.endswith(" more.") for one in preview.warnings[1:])


async def test_whether_a_connected_system_loads_the_account_is_said_where_it_can_be(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault("status", at="get_connected_system", status=400, times=None))
    preview = await shown(stocktrim, {"code": "SAMPLE-X", "on_hand": 1})
    assert preview.warnings[:-1] == (
        "Which system this account is loaded from could not be read: its next load may overwrite stock set here.",
    )
    sandbox.faults.clear()
    sandbox.faults.add(Fault("status", at="get_connected_system", status=404, times=None))
    assert len((await shown(stocktrim, {"code": "SAMPLE-X", "on_hand": 1})).warnings) == 1


async def test_a_lost_answer_is_settled_and_the_other_counts_go_on(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    asked = [{"code": code, "on_hand": 7, "location": "MAIN"} for code in ("V60-02", "KETTLE-09", "MUG-SAGE")]
    sandbox.faults.add(Fault("reset", at="set_inventory", applied=True))
    sandbox.faults.add(Fault("status", at="set_inventory", status=400))
    report = await counted(stocktrim, *asked)
    assert sorted(one.outcome for one in report.changes) == ["applied", "applied", "refused"]
    assert report.status == "partly_applied"
    assert (await counted(stocktrim, *asked)).status == "applied"
    assert held(sandbox, "KETTLE-09", "MAIN")[0] == held(sandbox, "30000001", "MAIN")[0] == 7.0


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_over_a_session_a_count_is_previewed_confirmed_and_taken_back(
    app: App, sandbox: Sandbox, era: Any
) -> None:
    async with Client(server.build(app), mode=era) as client:
        asked = {"table": "sku,qty,location\nKETTLE-09,4,SHOP"}
        preview = (await client.call_tool("set_stock_levels", asked)).structured_content
        assert preview is not None
        assert (preview["status"], writes(sandbox)) == ("preview", [])
        done = await client.call_tool("set_stock_levels", {**asked, "confirm_token": preview["confirm_token"]})
        assert done.structured_content is not None
        assert done.structured_content["status"] == "applied"
        assert preview["warnings"]
        assert not done.structured_content.get("warnings")
        assert "takes it back as far as StockTrim can" in done.structured_content["message"]
        assert held(sandbox, "KETTLE-09", "SHOP")[0] == 4.0
        strange = await client.call_tool("set_stock_levels", {"counts": [{"code": "KETTLE-09", "on_hand": True}]})
        assert strange.is_error
        assert "a number is meant, not yes or no" in str(strange.content)


async def test_a_count_that_moved_since_it_was_shown_is_shown_anew(app: App, sandbox: Sandbox) -> None:
    async with Client(server.build(app)) as client:
        asked = {"counts": [{"code": "KETTLE-09", "on_hand": 4, "location": "SHOP"}]}
        preview = (await client.call_tool("set_stock_levels", asked)).structured_content
        assert preview is not None
        other = {"code": "KETTLE-09", "on_hand": 1, "location": "SHOP"}
        await counted(app.stocktrim, other)
        again = await client.call_tool("set_stock_levels", {**asked, "confirm_token": preview["confirm_token"]})
        assert again.structured_content is not None
        assert again.structured_content["status"] == "preview"
        assert again.structured_content["changes"][0]["fields"] == ["on_hand: 1 -> 4", "on_order: 0, sent along"]
        assert held(sandbox, "KETTLE-09", "SHOP")[0] == 1.0


@pytest.mark.parametrize(
    "table",
    [
        "code,on_hand,location,Shelf\nV60-02,30,MAIN,A-3",
        '[{"code": "V60-02", "on_hand": 30, "location": "MAIN", "Shelf": "A-3"}]',
    ],
)
async def test_a_column_that_means_nothing_here_is_passed_over_and_said(stocktrim: StockTrimClient, table: str) -> None:
    preview = await shown(stocktrim, table=table)
    assert preview.changes[0].fields[0].endswith(" -> 30")
    assert preview.warnings[0] == "Columns that are not understood, and change nothing: 'Shelf'."


async def test_a_host_that_answers_by_itself_is_told_all_with_the_answer(open_app: OpenApp, sandbox: Sandbox) -> None:
    async with Client(server.build(open_app(sandbox, approval="host"))) as client:
        asked = {"counts": [{"code": "KETTLE-09", "on_hand": 4, "location": "SHOP"}]}
        done = (await client.call_tool("set_stock_levels", asked)).structured_content
    assert done is not None
    assert (done["status"], done["warnings"][0]) == ("applied", SOURCE)
