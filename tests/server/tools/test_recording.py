"""Sales recorded once however often they are sent, and deleted by name alone."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp import Client
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ElicitRequestParams, ElicitResult
from pydantic import ValidationError

from stocktrim_client import StockTrimClient
from stocktrim_client.journal import MemoryJournal
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.approval import Approval
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.planning.bounds import short
from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.tools.recording import Sale, delete_sales, record_sales
from stocktrim_mcp_server.writing import WriteReport
from tests.client.sandboxed import asked, every_reading, writes
from tests.conftest import TODAY, Clock

OpenApp = Callable[..., App]
SALE: dict[str, Any] = {"code": "KETTLE-09", "quantity": 2, "sold_on": "2026-11-20", "unit_price": 95}
OTHER: dict[str, Any] = {"code": "V60-02", "quantity": 1.5, "sold_on": "21 Nov 2026", "location": "main warehouse"}
FOR_GOOD = "DELETED SALES DO NOT COME BACK"


async def recorded(app: App, *sales: dict[str, Any], table: str = "") -> WriteReport:
    return await record_sales(app.stocktrim, app, Approval(), tuple(map(Sale.model_validate, sales)), table)


async def deleted(app: App, *products: str, since: date | None = None, until: date | None = None) -> WriteReport:
    return await delete_sales(app.stocktrim, app, Approval(), products, since, until)


async def refused(app: App, *sales: dict[str, Any], table: str = "") -> list[str]:
    with pytest.raises(ToolError) as raised, app.stocktrim.changes.preview():
        await recorded(app, *sales, table=table)
    return str(raised.value).splitlines()


def sold(far: Sandbox, product: str = "KETTLE-09") -> list[dict[str, Any]]:
    return list(far.shop.ledger.sales(product))


def sent(far: Sandbox) -> list[str]:
    bodies = [json.loads(one.body) for one in far.requests if one.operation == "save_sales_orders"]
    return [body["saleOrderLineItems"][0]["externalReferenceId"] for body in bodies]


@every_reading
async def test_sales_are_shown_recorded_and_never_doubled(open_app: OpenApp, clock: Clock, quirks: Quirks) -> None:
    far = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=quirks)
    app = open_app(far)
    before = len(sold(far)), len(sold(far, "30000001"))
    call = SALE, OTHER, SALE
    with app.stocktrim.changes.preview():
        preview = await recorded(app, *call)
    assert (preview.status, writes(far)) == ("preview", [])
    report = await recorded(app, *call)
    assert report.status == "applied"
    assert [one.key for one in report.changes] == [one.key for one in preview.changes]
    assert len({one.key for one in report.changes}) == 3
    assert (len(sold(far)), len(sold(far, "30000001"))) == (before[0] + 2, before[1] + 1)
    kept = sold(far, "30000001")[-1]
    assert (kept["quantity"], kept["locationCode"], kept["orderDate"]) == (1.5, "MAIN", "2026-11-21T00:00:00")
    unseen = quirks.sales_orders_v1 == "dead"
    assert any("could not be looked at" in one for one in report.warnings) == unseen
    assert {one.kind for one in report.changes} == {"change" if unseen else "create"}
    again = await recorded(app, *call)
    assert again.status == ("applied" if unseen else "unchanged")
    assert (len(sold(far)), len(sold(far, "30000001"))) == (before[0] + 2, before[1] + 1)
    if not unseen:
        assert "3 of these sales are recorded already" in again.warnings[0]
        assert len(sent(far)) == 3


async def test_what_is_recorded_is_shown_in_the_words_of_the_call(app: App, sandbox: Sandbox) -> None:
    sale = SALE | {"customer": "café lumen", "location": "SHOP"}
    (change,) = (await recorded(app, sale)).changes
    assert (change.noun, change.name) == ("sale", "2 x KETTLE-09")
    assert change.key.startswith("sale-20261120-")
    assert change.fields == (
        "product: KETTLE-09",
        "quantity: 2",
        "sold_on: 2026-11-20",
        "unit_price: 95",
        "location: SHOP",
        "customer: CAFE-LUMEN",
    )
    assert sold(sandbox)[-1]["customerCode"] == "CAFE-LUMEN"


@pytest.mark.parametrize(
    "different",
    [
        {"quantity": 3},
        {"sold_on": "2026-11-19"},
        {"unit_price": 96},
        {"unit_price": None},
        {"location": "MAIN"},
        {"customer": "CAFE-LUMEN"},
        {"code": "V60-02"},
        {"reference": "S-1"},
    ],
)
async def test_another_sale_has_another_reference(app: App, different: dict[str, Any]) -> None:
    report = await recorded(app, SALE, SALE | different)
    assert len({one.key for one in report.changes}) == 2


async def test_the_same_sale_has_the_same_reference_however_it_is_written(app: App) -> None:
    (one,) = (await recorded(app, SALE)).changes
    table = "SKU;Qty;Date;Price\nkettle-09;2,0;20.11.2026;€ 95,00"
    report = await recorded(app, table=table)
    assert (report.status, report.changes[0].key) == ("unchanged", one.key)
    other = {"code": "KETTLE-09", "quantity": "2", "sold_on": "2026-11-20T23:30:00", "unit_price": "$95.00"}
    assert (await recorded(app, other)).status == "unchanged"


async def test_an_equal_sale_of_its_own_reference_is_another_one(app: App, sandbox: Sandbox) -> None:
    await recorded(app, SALE)
    before = len(sold(sandbox))
    report = await recorded(app, SALE | {"reference": "TILL-7"})
    assert (report.status, report.changes[0].key, len(sold(sandbox))) == ("applied", "TILL-7", before + 1)
    assert any("must be new in the whole account" in one for one in report.warnings)


async def test_a_reference_of_another_sale_is_refused_with_the_difference(app: App, sandbox: Sandbox) -> None:
    await recorded(app, SALE | {"reference": "TILL-7"})
    (said,) = await refused(app, SALE | {"reference": "TILL-7", "quantity": 5})
    assert "There already is a sale 'TILL-7', and it differs: quantity is 2, not 5." in said
    assert len(sent(sandbox)) == 1


async def test_a_sale_that_was_taken_back_can_be_recorded_again(app: App, sandbox: Sandbox) -> None:
    await recorded(app, SALE | {"reference": "TILL-7"})
    stocktrim = app.stocktrim
    (sale,) = [one for one in await stocktrim.sales_orders.all("KETTLE-09") if one.reference == "TILL-7"]
    await stocktrim.sales_orders.restore(sale.model_dump(), None)
    assert sold(sandbox)[-1]["quantity"] == 0
    assert (await recorded(app, SALE | {"reference": "TILL-7"})).status == "applied"
    assert sold(sandbox)[-1]["quantity"] == 2


async def test_every_sale_that_cannot_be_meant_is_named_and_nothing_is_sent(app: App, sandbox: Sandbox) -> None:
    lines = [
        "code,quantity,sold_on,location,customer,reference",
        "NOPE-1,2,2026-11-20,,,",
        "KETTLE-09,0,2026-11-20,,,",
        "KETTLE-09,1,2026-11-25,,,",
        "KETTLE-09,1,1999-11-20,,,",
        "KETTLE-09,1,2026-11-20,MIAN,,",
        "KETTLE-09,1,2026-11-20,,CAFE-LUMEM,",
        "KETTLE-09,1,2026-11-20,,,A",
        "V60-02,1,2026-11-20,,,A",
    ]
    assert await refused(app, table="\n".join(lines)) == [
        "Nothing was done.",
        "Line 2: There is no product 'NOPE-1'. Find codes with search.",
        "Line 3 ('KETTLE-09'): quantity is 0: nothing was sold; a return cannot be recorded in StockTrim.",
        "Line 4 ('KETTLE-09'): sold_on 2026-11-25 lies in the future: only past sales are recorded.",
        "Line 5 ('KETTLE-09'): sold_on 1999-11-20 is before 2000-01-01: is the year right?",
        "Line 6 ('KETTLE-09'): there is no location 'MIAN' that StockTrim shows. Did you mean 'MAIN'?",
        "Line 7 ('KETTLE-09'): there is no customer 'CAFE-LUMEM' that StockTrim shows. Did you mean 'CAFE-LUMEN'?",
        "Line 8 ('KETTLE-09'): the reference 'A' stands in 2 rows.",
        "Line 9 ('V60-02'): the reference 'A' stands in 2 rows.",
    ]
    assert await refused(app, table="code,quantity,sold_on\nKETTLE-09,1,03/04/2026\nKETTLE-09,-1,2026-11-20") == [
        "Nothing was done.",
        "Line 2: sold_on: '03/04/2026' may be 3 April or 4 March: write 2026-04-03 or 2026-03-04.",
        "Line 3 ('KETTLE-09'): quantity: must be 0 or more.",
    ]
    assert writes(sandbox) == []


async def test_a_sale_of_a_day_that_has_begun_somewhere_is_recorded(app: App) -> None:
    assert (await recorded(app, SALE | {"sold_on": str(TODAY)})).status == "applied"


async def test_customers_and_locations_that_stocktrim_would_make_up_are_refused(app: App, sandbox: Sandbox) -> None:
    sandbox.shop.customers[sandbox.shop.number()] = {"code": "TWIN", "name": "Café Lumen"}
    sandbox.shop.changed()
    (said,) = await refused(app, SALE | {"customer": "cafe-lumen"}, SALE | {"customer": "Café lumen"})
    assert "2 customers are called 'Café lumen': name one by its code" in said


@pytest.mark.parametrize("kind", ["reset", "truncate"])
@every_reading
async def test_sales_whose_answers_are_lost_are_not_doubled(
    open_app: OpenApp, clock: Clock, quirks: Quirks, kind: Any
) -> None:
    far = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=quirks)
    far.faults.add(Fault(kind, at="save_sales_orders", applied=True, times=3))
    app = open_app(far)
    before = len(sold(far))
    report = await recorded(app, SALE, SALE, SALE | {"quantity": 9})
    assert {one.outcome for one in report.changes} <= {"applied", "unknown"}
    far.faults.clear()
    again = await recorded(app, SALE, SALE, SALE | {"quantity": 9})
    assert again.status in ("applied", "unchanged")
    assert len(sold(far)) == before + 3


async def test_sales_that_cannot_be_read_are_recorded_all_the_same(app: App, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", at="list_sales_orders", status=400, times=None))
    report = await recorded(app, SALE, OTHER)
    assert report.status == "applied"
    assert sum("could not be read" in one for one in report.warnings) == 2
    assert any("could not be looked at" in one for one in report.warnings)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sales=st.lists(
        st.fixed_dictionaries(
            {
                "code": st.sampled_from(["KETTLE-09", "V60-02", "000123"]),
                "quantity": st.integers(1, 2),
                "sold_on": st.sampled_from(["2026-11-19", "2026-11-20"]),
            }
        ),
        min_size=1,
        max_size=8,
    ),
    trouble=st.lists(st.tuples(st.sampled_from(["reset", "truncate"]), st.booleans(), st.integers(0, 7)), max_size=3),
)
async def test_whatever_is_lost_on_the_way_each_sale_stands_once(
    sales: list[dict[str, Any]], trouble: list[tuple[Any, bool, int]], open_app: OpenApp, clock: Clock
) -> None:
    far = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep)
    app = open_app(far)
    codes = ("KETTLE-09", "30000001", "000123")
    before = {code: len(sold(far, code)) for code in codes}
    far.faults.add(*(Fault(kind, at="save_sales_orders", applied=it, after=at) for kind, it, at in trouble))
    for _ in range(2):
        await recorded(app, *sales)
    far.faults.clear()
    await recorded(app, *sales)
    assert sum(len(sold(far, code)) - before[code] for code in codes) == len(sales)


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_over_a_session_sales_are_previewed_and_confirmed(app: App, sandbox: Sandbox, era: Any) -> None:
    before = len(sold(sandbox))
    async with Client(server.build(app), mode=era) as client:
        call = {"table": "code,quantity,sold_on\nKETTLE-09,2,2026-11-20\nKETTLE-09,2,2026-11-20"}
        preview = (await client.call_tool("record_sales", call)).structured_content
        assert preview is not None
        assert (preview["status"], len(sold(sandbox))) == ("preview", before)
        confirmed = {**call, "confirm_token": preview["confirm_token"]}
        sandbox.faults.add(Fault("reset", at="save_sales_orders", applied=True))
        done = (await client.call_tool("record_sales", confirmed)).structured_content
        assert done is not None
        assert (done["status"], len(sold(sandbox))) == ("applied", before + 2)
        assert len(preview["warnings"]) == len(STOCK) + 2
        assert done["warnings"] == [preview["warnings"][-1]]
        assert done["warnings"][0].startswith("The forecast knows new sales only after")
        again = (await client.call_tool("record_sales", confirmed)).structured_content
        assert again is not None
        assert (again["status"], len(sold(sandbox))) == ("unchanged", before + 2)


async def test_over_a_session_sales_are_taken_back_and_recorded_again(open_app: OpenApp, sandbox: Sandbox) -> None:
    app = open_app(sandbox)
    async with Client(server.build(app)) as client:

        async def call(tool: str, **arguments: Any) -> dict[str, Any]:
            shown = (await client.call_tool(tool, arguments)).structured_content
            assert shown is not None
            done = await client.call_tool(tool, {**arguments, "confirm_token": shown["confirm_token"]})
            assert done.structured_content is not None
            return done.structured_content

        table = json.dumps([{"sku": "KETTLE-09", "qty": "2", "date": "2026-11-20"}])
        first = await call("record_sales", table=table)
        await call("undo_change", undo_id=first["undo_id"])
        assert sold(sandbox)[-1]["quantity"] == 0
        again = await call("record_sales", table=table)
    assert again["changes"][0]["key"] == first["changes"][0]["key"] == sold(sandbox)[-1]["externalReferenceId"]
    assert sold(sandbox)[-1]["quantity"] == 2


async def test_many_sales_of_one_product_are_read_once_before_they_are_sent(app: App, sandbox: Sandbox) -> None:
    await recorded(app, *[SALE] * 50)
    counts = asked(sandbox)
    assert (counts["list_products"], counts["list_sales_orders"], counts["save_sales_orders"]) == (1, 51, 50)
    assert len(set(sent(sandbox))) == 50


async def test_a_reference_is_no_blank_and_no_novel(app: App) -> None:
    with pytest.raises(ValidationError, match="a reference has 1 to 200 characters"):
        await recorded(app, SALE | {"reference": " "})
    (said,) = await refused(app, table=f"code,quantity,sold_on,reference\nKETTLE-09,1,2026-11-20,{'x' * 201}")
    assert said.endswith("Line 2 ('KETTLE-09'): reference: a reference has 1 to 200 characters.")


# What may be a mistake, and what recording does not do


def warned(report: WriteReport, word: str) -> list[str]:
    return [one for one in report.warnings if word in one]


THERE = "There already, under another reference: "
DOUBLE = "Equal rows, probably double: "
STOCK = (
    "Stock on hand does not go down by a sale recorded here: set_stock_levels sets it as counted.",
    "This account is loaded from StockTrimIncomingApi. Its next load may bring the same sales, and they then count "
    "twice.",
)


@every_reading
async def test_the_same_sales_in_other_columns_are_seen(open_app: OpenApp, clock: Clock, quirks: Quirks) -> None:
    far = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=quirks)
    app = open_app(far)
    first = await recorded(app, table="sku,qty,date,price\nV60-02,3.5,2026-11-20,12\nKETTLE-09,2,2026-11-20,95")
    assert warned(first, THERE) == []
    again = await recorded(
        app, table="sku,qty,date\nKETTLE-09,2,2026-11-20\nV60-02,3.5,2026-11-20\nV60-02,4,2026-11-20"
    )
    references = [short(one.key) for one in first.changes]
    assert warned(again, THERE) == [
        f"{THERE}line 2: 2 x KETTLE-09 on 2026-11-20 ({references[1]!r}), line 3: 3.5 x V60-02 on 2026-11-20 "
        f"({references[0]!r}). If that is the same sale, leave it out."
    ]


async def test_a_sale_that_was_taken_back_is_there_no_more(open_app: OpenApp, clock: Clock) -> None:
    for quirks in (Quirks(), Quirks(sales_orders_v1="dead")):
        far = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=quirks)
        app = open_app(far)
        first = await recorded(app, SALE)
        (step,) = await app.stocktrim.undo.steps(first.changes[0].change_id or "")
        await step.send()
        assert warned(await recorded(app, SALE | {"unit_price": None}), THERE) == []


async def test_a_journal_that_somebody_wrote_into_stops_no_sale(clock: Clock) -> None:
    far = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=Quirks(sales_orders_v1="dead"))
    journal = MemoryJournal()

    def connect(settings: Settings) -> StockTrimClient:
        return StockTrimClient("sandbox", "sandbox", transport=far, sleep=clock.sleep, journal=journal)

    app = App(Settings(sandbox=True, log_level="ERROR"), connect)
    await recorded(app, SALE)
    (intent,) = [dict(line) for line in journal.read() if line is not None and line["event"] == "intent"]
    change: dict[str, Any] = intent["change"]
    fields = [one | ({"after": "some"} if one["field"] == "quantity" else {}) for one in change["fields"]]
    await journal.append({**intent, "id": "odd", "change": {**change, "key": "odd", "fields": fields}})
    await journal.append({"id": "odd", "at": intent["at"], "event": "outcome", "outcome": "applied"})
    report = await recorded(app, SALE | {"unit_price": None})
    assert (report.status, len(warned(report, THERE))) == ("applied", 1)
    await app.aclose()


async def test_equal_rows_are_said_to_be_two_sales_until_they_are_recorded(app: App) -> None:
    said = f"{DOUBLE}2 times 2 x KETTLE-09 on 2026-11-20. Each counts as a sale of its own: leave out what is the same "
    said += "sale."
    call = SALE, OTHER, SALE
    assert warned(await recorded(app, *call), DOUBLE) == [said]
    assert warned(await recorded(app, *call), DOUBLE) == []
    assert warned(await recorded(app, SALE | {"quantity": 1}, SALE | {"quantity": 1, "reference": "A"}), DOUBLE) == []


@pytest.mark.parametrize("shown", ["by_product", "dead"])
async def test_a_sale_of_many_times_the_usual_is_doubted(open_app: OpenApp, clock: Clock, shown: Any) -> None:
    far = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=Quirks(sales_orders_v1=shown))
    app = open_app(far)
    with app.stocktrim.changes.preview():
        report = await recorded(app, {"code": "V60-02", "quantity": 300, "sold_on": "2026-11-20"})
        (said,) = warned(report, "Is a digit too many?")
        assert "300 x V60-02 on 2026-11-20, " in said
        assert " times its usual day of " in said
        usual = await recorded(app, {"code": "V60-02", "quantity": 3, "sold_on": "2026-11-20"})
    assert warned(usual, "Is a digit too many?") == []


async def test_a_plan_that_cannot_be_read_stops_no_sale(open_app: OpenApp, clock: Clock) -> None:
    far = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=Quirks(sales_orders_v1="dead"))
    far.faults.add(Fault("status", at="read_order_plan", status=400, times=None))
    report = await recorded(open_app(far), {"code": "KETTLE-09", "quantity": 300, "sold_on": "2026-11-20"})
    assert (report.status, warned(report, "digit")) == ("applied", [])


async def test_what_recording_does_not_do_is_said_where_something_is_recorded(app: App, sandbox: Sandbox) -> None:
    before = sandbox.shop.products["KETTLE-09"].get("stockOnHand")
    with app.stocktrim.changes.preview():
        preview = await recorded(app, SALE)
    assert preview.warnings[:2] == STOCK
    report = await recorded(app, SALE)
    assert report.warnings[:2] == STOCK
    assert sandbox.shop.products["KETTLE-09"].get("stockOnHand") == before
    assert not set(STOCK) & set((await recorded(app, SALE)).warnings)
    sandbox.faults.add(Fault("status", at="get_connected_system", status=400, times=None))
    unknown = await recorded(app, SALE | {"quantity": 1})
    assert unknown.warnings[1] == (
        "Which system this account is loaded from could not be read: its next load may bring the same sales, and they "
        "then count twice."
    )
    sandbox.faults.clear()
    sandbox.faults.add(Fault("status", at="get_connected_system", status=404, times=None))
    assert len((await recorded(app, SALE | {"quantity": 3})).warnings) == 2


async def test_a_sale_that_is_recorded_again_shows_what_it_was(app: App) -> None:
    sale = SALE | {"reference": "TILL-7"}
    first = await recorded(app, sale)
    assert "quantity: 2" in first.changes[0].fields
    (step,) = await app.stocktrim.undo.steps(first.changes[0].change_id or "")
    await step.send()
    with app.stocktrim.changes.preview():
        (change,) = (await recorded(app, sale)).changes
    assert (change.kind, change.fields) == (
        "change",
        ("product: KETTLE-09", "quantity: 0 -> 2", "sold_on: 2026-11-20", "unit_price: 95"),
    )


# Deleting


@every_reading
async def test_the_sales_of_named_products_are_counted_and_deleted(
    open_app: OpenApp, clock: Clock, quirks: Quirks
) -> None:
    far = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=quirks)
    app = open_app(far)
    before, others = sold(far), len(sold(far, "000123"))
    with app.stocktrim.changes.preview():
        preview = await deleted(app, "KETTLE-09", "v60-02")
    assert (preview.status, writes(far), len(preview.changes)) == ("preview", [], 2)
    assert preview.warnings[0].startswith(FOR_GOOD)
    unseen = quirks.sales_orders_v1 == "dead"
    units = sum(one["quantity"] for one in before)
    assert preview.changes[0].fields == (
        ("sales: (not shown)",) if unseen else (f"sales: {len(before)}", f"units: {units:g}")
    )
    assert any("how many would be deleted cannot be shown" in one for one in preview.warnings) == unseen
    report = await deleted(app, "KETTLE-09", "v60-02")
    assert report.status == "applied"
    assert (sold(far), sold(far, "30000001"), len(sold(far, "000123"))) == ([], [], others)


@every_reading
async def test_sales_of_some_days_are_deleted_and_no_others(open_app: OpenApp, clock: Clock, quirks: Quirks) -> None:
    far = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=quirks)
    app = open_app(far)
    days = [f"2026-11-{day}" for day in (17, 18, 19, 20)]
    await recorded(app, *({**SALE, "sold_on": day, "reference": day} for day in days))
    report = await deleted(app, "KETTLE-09", since=TODAY.replace(day=18), until=TODAY.replace(day=19))
    assert report.changes[0].key == "KETTLE-09, 2026-11-18 to 2026-11-19"
    assert {one["externalReferenceId"] for one in sold(far)} & set(days) == {days[0], days[3]}


async def test_days_without_sales_are_not_deleted(app: App, sandbox: Sandbox) -> None:
    report = await deleted(app, "KETTLE-09", until=TODAY.replace(year=2001))
    assert (report.status, writes(sandbox)) == ("unchanged", [])


async def test_deleting_needs_products_that_are_there_and_days_in_order(app: App, sandbox: Sandbox) -> None:
    with pytest.raises(ToolError, match="since 2026-11-23 is after until 2001-11-23"):
        await deleted(app, "KETTLE-09", since=TODAY, until=TODAY.replace(year=2001))
    with pytest.raises(ToolError, match="There is no product 'NOPE-1'"):
        await deleted(app, "KETTLE-09", "NOPE-1")
    with pytest.raises(ToolError, match="this is the same product as 'V60-02'"):
        await deleted(app, "V60-02", "30000001")
    assert writes(sandbox) == []


async def test_a_code_that_is_no_text_is_answered_in_words(open_app: OpenApp, sandbox: Sandbox) -> None:
    async with Client(server.build(open_app(sandbox, toolsets=("sales",)))) as client:
        result = await client.call_tool("delete_sales", {"products": "\ud83d"})
    assert result.is_error
    assert "Nothing was done" in str(result.content)
    assert writes(sandbox) == []


async def test_the_question_before_sales_are_deleted_promises_no_undo(open_app: OpenApp, sandbox: Sandbox) -> None:
    questions: list[str] = []

    async def ask(context: object, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        return ElicitResult(action="decline")

    app = open_app(sandbox, toolsets=("all",))
    async with Client(server.build(app), elicitation_callback=ask) as client:
        await client.call_tool("delete_sales", {"products": "KETTLE-09"})
        await client.call_tool("record_sales", {"sales": [SALE]})
    assert FOR_GOOD in questions[0]
    assert "undo_change" not in questions[0]
    assert FOR_GOOD not in questions[1]
    assert writes(sandbox) == []


async def test_no_call_deletes_sales_without_a_product(open_app: OpenApp, sandbox: Sandbox) -> None:
    app = open_app(sandbox, toolsets=("sales",))
    async with Client(server.build(app)) as client:
        for call in ({}, {"products": []}, {"products": ""}, {"products": "*"}, {"since": "2026-01-01"}):
            assert (await client.call_tool("delete_sales", call)).is_error, call
        preview = await client.call_tool("delete_sales", {"products": "KETTLE-09", "since": "2026-11-01"})
        assert preview.structured_content is not None
        assert preview.structured_content["status"] == "preview"
        token = preview.structured_content["confirm_token"]
        confirmed = {"products": ["KETTLE-09"], "since": "1 Nov 2026", "confirm_token": token}
        done = await client.call_tool("delete_sales", confirmed)
        assert done.structured_content is not None
        assert done.structured_content["status"] == "applied"
        assert "undo_id" not in done.structured_content
        assert done.structured_content["message"] == "1 change was made in StockTrim."
    assert writes(sandbox) == ["delete_sales_orders_in_range"]
    assert sold(sandbox)
