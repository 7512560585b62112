"""What to order, checked against the plan inside the sandbox, never against our own planning."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from mcp.server.mcpserver.exceptions import ToolError

from stocktrim_client import DeadlineError, ServiceError
from stocktrim_client.models import PurchaseOrderDraft, PurchaseOrderLineDraft
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server.answers import answer, text_of
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.planning.told import Row, SetAside
from stocktrim_mcp_server.records import Records
from stocktrim_mcp_server.tools.planning import ReorderPlan, get_reorder_plan
from tests.conftest import NOW, TODAY, Clock

OpenApp = Callable[..., App]


@pytest.fixture
def account(app: App) -> Records:
    return app.records()


def code_of(product: Mapping[str, Any]) -> str:
    return product.get("productCodeReadable") or product["productId"]


async def truth(sandbox: Sandbox, location: str | None = None) -> dict[str, tuple[Any, Any, Any]]:
    """By SKU what the sandbox itself says to order: its product, its figures, its supplier."""
    plan = sandbox.forecast.plan()
    rows = await plan.rows(sandbox.quirks, location)
    return {
        code_of(row.product): (row.product, row.figures, plan.supplier_of(row.product))
        for row in rows.values()
        if (row.figures.order_quantity or 0) > 0
    }


def lines_of(plan: ReorderPlan) -> dict[str, Row]:
    return {line.product: line for group in plan.groups for line in group.rows}


def suggested_of(plan: ReorderPlan) -> dict[str, Row | SetAside]:
    """What is to buy, and what is set aside."""
    return {**lines_of(plan), **{line.product: line for line in plan.set_aside}}


def suppliers_of(plan: ReorderPlan) -> dict[str, str]:
    bought = {line.product: group.key for group in plan.groups for line in group.rows}
    return bought | {line.product: line.supplier for line in plan.set_aside}


def ordered_of(sandbox: Sandbox) -> dict[str, float]:
    """By SKU the units on Drafts and Approved orders of the sandbox, which its plan does not count."""
    units: dict[str, float] = {}
    for order in sandbox.shop.orders.values():
        for line in order.get("purchaseOrderLineItems", ()) if order.get("status") in ("Draft", "Approved") else ():
            code = code_of(sandbox.shop.products[line["productId"]])
            units[code] = units.get(code, 0.0) + line["quantity"]
    return units


def made_of(sandbox: Sandbox) -> set[str]:
    """SKUs of the sandbox that are made from parts."""
    return {code_of(sandbox.shop.products[one["productId"]]) for one in sandbox.shop.boms.values()}


async def test_every_line_has_the_quantity_the_days_the_cost_and_the_supplier_of_the_sandbox(
    account: Records, sandbox: Sandbox
) -> None:
    plan = await get_reorder_plan(account, detail=True)
    expected = await truth(sandbox)
    assert len(expected) >= 8
    assert suggested_of(plan).keys() == expected.keys()
    assert plan.suggested_lines == len(expected)
    ordered, made = ordered_of(sandbox), made_of(sandbox)
    covered = {code for code in expected if ordered.get(code, 0) >= expected[code][1].order_quantity}
    assert covered
    assert {one.product for one in plan.set_aside} == (covered | made) & expected.keys()
    assert plan.total_lines == len(lines_of(plan)) == len(expected) - len(plan.set_aside)
    total = suggested = 0.0
    for code, (product, figures, supplier) in expected.items():
        either = suggested_of(plan)[code]
        stocktrims = either.to_buy if isinstance(either, Row) and either.suggested is None else either.suggested
        assert stocktrims == pytest.approx(figures.order_quantity)
        assert either.days_left == figures.days_until_stock_out
        named = (supplier or {}).get("supplierCode") or (supplier or {}).get("supplierName") or "no supplier"
        assert suppliers_of(plan)[code] == named
        suggested += figures.order_quantity * product["cost"]
        if (line := lines_of(plan).get(code)) is None:
            continue
        to_buy = line.to_buy
        assert to_buy >= figures.order_quantity - ordered.get(code, 0)
        assert line.on_hand == product.get("stockOnHand", 0.0)
        assert line.unit_cost == product.get("cost")
        assert line.line_cost == pytest.approx(round(to_buy * product["cost"], 2))
        assert line.sold_per_day == pytest.approx(figures.daily_average, abs=1e-4)
        total += to_buy * product["cost"]
    assert plan.total_cost == pytest.approx(total, abs=0.05)
    assert plan.suggested_cost == pytest.approx(suggested, abs=0.05)
    assert plan.as_of is not None
    assert (NOW - plan.as_of).total_seconds() == 7200
    assert plan.age == "StockTrim computed the plan 2 hours ago; records read just now"


async def test_a_group_says_how_many_lines_it_has_and_what_they_cost(account: Records) -> None:
    plan = await get_reorder_plan(account)
    for group in plan.groups:
        assert group.lines == len(group.rows)
        assert group.cost == pytest.approx(sum(line.line_cost or 0 for line in group.rows))


@pytest.mark.parametrize("reading", Quirks.readings())
async def test_the_plan_is_the_same_under_every_reading_of_the_api(
    open_app: OpenApp, clock: Callable[[], float], reading: str
) -> None:
    quirks = Quirks.readings()[reading]
    reference = Sandbox(60, today=TODAY, clock=clock, quirks=Quirks(null_supplier_codes=quirks.null_supplier_codes))
    usual = await get_reorder_plan(open_app(reference).records(), limit=200)
    other = await get_reorder_plan(open_app(Sandbox(60, today=TODAY, clock=clock, quirks=quirks)).records(), limit=200)
    # A row that does not say its product's id is another figure, though it says the same.
    assert other.model_copy(update={"plan_id": usual.plan_id}) == usual
    assert other.total_lines > 15


@pytest.mark.parametrize("first_page", [0, 1])
async def test_neither_first_page_number_loses_or_repeats_a_line(
    open_app: OpenApp, clock: Callable[[], float], first_page: Any
) -> None:
    quirks = Quirks(first_page=first_page, plan_first_page=first_page, plan_per_page=7, plan_per_page_cap=7)
    sandbox = Sandbox(130, today=TODAY, clock=clock, quirks=quirks)
    plan = await get_reorder_plan(open_app(sandbox).records(), limit=200)
    assert suggested_of(plan).keys() == (await truth(sandbox)).keys()
    assert plan.total_lines == len(lines_of(plan))


async def test_several_suppliers_by_code_and_by_name_in_any_case(account: Records, sandbox: Sandbox) -> None:
    plan = await get_reorder_plan(account, suppliers=("hikari", "Okafor Textiles", "Stålverk Europe"))
    wanted = {"Hikari Glass Works", "Okafor Textiles", "Stålverk Europe"}
    expected = {
        code
        for code, (_, _, supplier) in (await truth(sandbox)).items()
        if supplier and supplier["supplierName"] in wanted
    }
    assert suggested_of(plan).keys() == expected
    assert set(suppliers_of(plan).values()) == {"HIKARI", "Okafor Textiles", "STEEL/EU #2"}


async def test_categories_and_products_narrow_together(account: Records, sandbox: Sandbox) -> None:
    everything = await truth(sandbox)
    by_category = await get_reorder_plan(account, categories=("brewing", "Ceramics"))
    expected = {
        code for code, (product, *_) in everything.items() if product.get("category") in ("Brewing", "Ceramics")
    }
    assert suggested_of(by_category).keys() == expected
    product_id = everything["V60-02"][0]["productId"]
    assert product_id != "V60-02"
    both = await get_reorder_plan(account, categories=("Brewing",), products=(product_id, "mug-sage", "SERVER-600"))
    assert lines_of(both).keys() == {"V60-02", "SERVER-600"}


@pytest.mark.parametrize("matches", ["code", "name", "either"])
async def test_locations_give_one_line_each_under_their_codes(
    open_app: OpenApp, clock: Callable[[], float], matches: Any
) -> None:
    sandbox = Sandbox(today=TODAY, clock=clock, quirks=Quirks(filter_matches=matches))
    account = open_app(sandbox).records()
    plan = await get_reorder_plan(account, locations=("main", "Harbour Street Shop", "SHOP"))
    lines = [*(line for group in plan.groups for line in group.rows), *plan.set_aside]
    found = {(line.location, line.product): line for line in lines}
    expected = {
        (place, code): figures
        for place in ("MAIN", "SHOP")
        for code, (_, figures, _) in (await truth(sandbox, place)).items()
    }
    assert found.keys() == expected.keys()
    assert plan.suggested_lines == len(expected)
    for key, figures in expected.items():
        line = found[key]
        assert (line.to_buy if isinstance(line, Row) and line.suggested is None else line.suggested) == (
            figures.order_quantity
        )
        assert found[key].days_left == figures.days_until_stock_out


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        ({"suppliers": ("IDLE",)}, "suppliers = IDLE"),
        ({"suppliers": ("HIKARI",), "categories": ("Textiles",)}, "suppliers = HIKARI; categories = Textiles"),
    ],
)
async def test_a_filter_that_fits_nothing_gives_an_empty_plan_that_names_it(
    account: Records, filters: dict[str, Any], named: str
) -> None:
    plan = await get_reorder_plan(account, **filters)
    assert plan.groups == ()
    assert plan.total_lines == 0
    assert named in plan.warnings[0]


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"suppliers": ("HIKARI", "NOBODY")}, "no supplier 'NOBODY'"),
        ({"categories": ("Brewing", "Boats")}, "no category 'Boats'"),
        ({"products": ("V60-02", "X-1")}, "no product 'X-1'"),
        ({"locations": ("MAIN", "MOON")}, "no location 'MOON'"),
    ],
)
async def test_one_strange_value_among_known_ones_is_said(account: Records, filters: dict[str, Any], said: str) -> None:
    plan = await get_reorder_plan(account, **filters)
    assert plan.total_lines > 0
    # First of all, as every total is without it.
    assert f"{said}. It is in no figure here." in plan.warnings[0]


async def test_a_known_supplier_with_nothing_due_is_not_called_unknown(account: Records) -> None:
    plan = await get_reorder_plan(account, suppliers=("IDLE",))
    assert plan.total_lines == 0
    assert not any("knows no" in warning for warning in plan.warnings)


@pytest.mark.parametrize("limit", [1, 3, 7, 200])
async def test_walking_the_cursor_meets_every_line_once_under_the_same_totals(
    open_app: OpenApp, clock: Callable[[], float], limit: int
) -> None:
    account = open_app(Sandbox(60, today=TODAY, clock=clock)).records()
    whole = await get_reorder_plan(account, limit=200)
    cursor, met = "", []
    while True:
        part = await get_reorder_plan(account, limit=limit, cursor=cursor)
        assert (part.total_lines, part.total_cost) == (whole.total_lines, whole.total_cost)
        shown = [line.product for group in part.groups for line in group.rows]
        assert len(shown) <= limit
        met += shown
        if part.next_cursor is None:
            break
        cursor = part.next_cursor
    assert met == [line.product for group in whole.groups for line in group.rows]


async def test_a_cursor_past_the_end_says_so(account: Records) -> None:
    whole = await get_reorder_plan(account)
    plan = await get_reorder_plan(account, cursor=f"{whole.plan_id}-s500")
    assert plan.groups == ()
    assert plan.next_cursor is None
    assert "none is left after 500" in plan.warnings[0]


async def test_a_cursor_of_another_plan_starts_this_one_anew_and_one_of_nobody_is_refused(account: Records) -> None:
    whole = await get_reorder_plan(account, limit=2)
    assert whole.next_cursor is not None
    other = await get_reorder_plan(account, limit=2, suppliers=("HIKARI",), cursor=whole.next_cursor)
    assert any("stale" in warning for warning in other.warnings)
    assert set(suppliers_of(other).values()) == {"HIKARI"}
    with pytest.raises(ToolError, match="none of a plan's"):
        await get_reorder_plan(account, cursor="7")


async def test_the_same_question_gives_the_same_plan_and_another_gives_another(open_app: OpenApp, app: App) -> None:
    again = open_app(Sandbox(today=TODAY, clock=Clock())).records()
    first, second = await get_reorder_plan(app.records()), await get_reorder_plan(again)
    assert first == second
    asked = [
        await get_reorder_plan(again, horizon_days=9),
        await get_reorder_plan(again, horizon_days=3),
        await get_reorder_plan(again, budget=500),
        await get_reorder_plan(again, locations=("MAIN",)),
    ]
    assert len({first.plan_id, *(plan.plan_id for plan in asked)}) == 5


@pytest.mark.parametrize("group_by", ["category", "location", "urgency"])
async def test_lines_may_be_grouped_otherwise_and_then_name_their_supplier(account: Records, group_by: Any) -> None:
    usual = await get_reorder_plan(account)
    plan = await get_reorder_plan(account, group_by=group_by)
    assert lines_of(plan).keys() == lines_of(usual).keys()
    assert {line.product: line.supplier for line in suggested_of(plan).values()} == suppliers_of(usual)


async def test_a_budget_is_kept_and_every_line_left_out_says_why(account: Records) -> None:
    everything = await get_reorder_plan(account)
    plan = await get_reorder_plan(account, budget=(everything.total_cost or 0) / 2)
    assert plan.total_cost is not None
    assert 0 < plan.total_cost <= (plan.budget or 0)
    assert lines_of(plan).keys() | {left.product for left in plan.left_out} == lines_of(everything).keys()
    assert plan.set_aside == everything.set_aside
    spare = (plan.budget or 0) - plan.total_cost
    assert plan.unspent == pytest.approx(spare)
    assert all(left.line_cost is None or left.line_cost > spare for left in plan.left_out if left.lost_margin)
    # What loses nothing is kept only beside all that does.
    assert any(left.lost_margin for left in plan.left_out)
    assert all(line.lost_margin for line in lines_of(plan).values())
    assert len({left.why for left in plan.left_out}) > 1
    assert plan.lost_margin == everything.lost_margin
    assert plan.lost_margin_avoided == pytest.approx(
        sum(line.lost_margin or 0 for line in lines_of(plan).values()), abs=0.05
    )


async def test_a_horizon_keeps_what_is_due_within_it(account: Records) -> None:
    everything = await get_reorder_plan(account)
    plan = await get_reorder_plan(account, horizon_days=0)
    assert 0 < plan.total_lines <= everything.total_lines
    assert all(line.urgency in ("late", "due", None) for line in lines_of(plan).values())
    left_out = (everything.suggested_lines or 0) - (plan.suggested_lines or 0)
    assert left_out
    assert any(f"{left_out} line(s)" in warning and "within 0 days" in warning for warning in plan.warnings)


async def test_our_own_draft_is_seen_in_the_next_plan(app: App, sandbox: Sandbox) -> None:
    account = app.records()
    product = (await truth(sandbox))["V60-02"][0]
    before = lines_of(await get_reorder_plan(account))["V60-02"]
    draft = PurchaseOrderDraft(
        reference="PO-NEW",
        supplier_code="HIKARI",
        status="Draft",
        lines=(PurchaseOrderLineDraft(product_id=product["productId"], quantity=before.to_buy),),
    )
    await app.stocktrim.purchase_orders.save(draft)
    plan = await get_reorder_plan(account)
    assert "V60-02" not in lines_of(plan)
    after = suggested_of(plan)["V60-02"]
    assert isinstance(after, SetAside)
    assert (after.suggested, after.why) == (192, "on Draft PO-NEW, not sent: send it, the stock runs dry in 11 days")
    assert "order twice" in plan.warnings[0]
    assert "PO-NEW" in plan.warnings[0]
    alone = await get_reorder_plan(account, products=("V60-02",))
    assert alone.warnings[0].startswith("Nothing is to buy: all 1 line(s) that StockTrim suggests are set aside")


@pytest.mark.parametrize("null_results", [True, False])
async def test_an_account_without_products_has_an_empty_plan(
    open_app: OpenApp, clock: Callable[[], float], null_results: bool
) -> None:
    sandbox = Sandbox(0, today=TODAY, clock=clock, quirks=Quirks(null_results=null_results))
    plan = await get_reorder_plan(open_app(sandbox).records())
    assert plan.total_lines == 0
    assert plan.total_cost is None
    assert "plan is empty" in plan.warnings[0]


async def test_lines_without_cost_or_supplier_stay_and_are_counted(
    open_app: OpenApp, clock: Callable[[], float]
) -> None:
    sandbox = Sandbox(300, today=TODAY, clock=clock)
    plan = await get_reorder_plan(open_app(sandbox).records(), limit=200)
    expected = await truth(sandbox)
    unpriced = {code for code, (product, *_) in expected.items() if not product.get("cost")}
    assert unpriced
    assert plan.unpriced_lines == len(unpriced)
    assert {line.product for line in lines_of(plan).values() if line.line_cost is None} == unpriced
    assert all("no cost" in lines_of(plan)[code].flags for code in unpriced)
    assert any(f"{len(unpriced)} line(s) have no cost" in warning for warning in plan.warnings)
    homeless = {code for code, (_, _, supplier) in expected.items() if supplier is None}
    assert {code for code, supplier in suppliers_of(plan).items() if supplier == "no supplier"} == homeless


@pytest.mark.parametrize("names_suppliers_by", ["code", "id", "external"])
async def test_a_supplier_without_a_code_goes_by_its_name(
    open_app: OpenApp, clock: Callable[[], float], names_suppliers_by: Any
) -> None:
    quirks = replace(Quirks(), product_supplier_id=names_suppliers_by)
    plan = await get_reorder_plan(open_app(Sandbox(today=TODAY, clock=clock, quirks=quirks)).records())
    assert suppliers_of(plan)["APRON-BLK"] == "Okafor Textiles"


async def test_the_plan_does_without_the_suppliers_names_if_it_must(
    account: Records, open_app: OpenApp, sandbox: Sandbox
) -> None:
    usual = await get_reorder_plan(account)
    sandbox.faults.add(Fault("status", at="list_suppliers", status=500, times=None))
    plan = await get_reorder_plan(open_app(sandbox).records())
    assert (plan.total_lines, plan.total_cost) == (usual.total_lines, usual.total_cost)
    assert plan.warnings[0].startswith("Suppliers stand here as their products name them")
    assert suppliers_of(plan)["V60-02"] == "HIKARI"


async def test_the_plan_does_without_open_orders_and_says_so(account: Records, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", at="list_purchase_orders", status=500, times=None))
    sandbox.faults.add(Fault("status", at="find_purchase_order", status=500, times=None))
    plan = await get_reorder_plan(account)
    assert plan.total_lines
    assert plan.warnings[0].startswith("Open orders are not known")


@pytest.mark.parametrize("operation", ["read_order_plan", "list_products"])
async def test_no_plan_is_made_up_where_its_rows_or_the_catalogue_are_missing(
    account: Records, sandbox: Sandbox, operation: str
) -> None:
    sandbox.faults.add(Fault("status", at=operation, status=500, times=None))
    with pytest.raises(ServiceError, match="500"):
        await get_reorder_plan(account)


async def test_a_later_question_reads_nothing_again(account: Records, sandbox: Sandbox) -> None:
    await get_reorder_plan(account)
    asked = len([one for one in sandbox.requests if one.operation in ("read_order_plan", "list_products")])
    await get_reorder_plan(account, horizon_days=9)
    assert len([one for one in sandbox.requests if one.operation in ("read_order_plan", "list_products")]) == asked


async def test_a_reading_that_takes_too_long_says_so_and_goes_on(open_app: OpenApp) -> None:
    sandbox = Sandbox(today=TODAY)
    gate = asyncio.Event()

    async def hold(seconds: float) -> None:
        await gate.wait()

    slow = Sandbox(today=TODAY, latency=1.0, sleep=hold)
    account = open_app(slow, call_seconds=0.2).records()
    with pytest.raises(DeadlineError, match="still being read"):
        await get_reorder_plan(account)
    gate.set()
    usual = await get_reorder_plan(open_app(sandbox).records())
    assert (await get_reorder_plan(replace(account, wait_seconds=30))).plan_id == usual.plan_id


async def test_an_old_plan_is_called_old(open_app: OpenApp, sandbox: Sandbox) -> None:
    app = open_app(sandbox)
    app.now = lambda: NOW + timedelta(days=9)
    plan = await get_reorder_plan(app.records())
    assert plan.warnings[0] == "StockTrim's plan is 9 days old: stock and sales have moved since."
    assert plan.age.startswith("StockTrim computed the plan 9 days ago")


async def week(open_app: OpenApp, **different: Any) -> tuple[ReorderPlan, Sandbox, App]:
    """A plan of last Monday, and the same account a week on."""
    before = open_app(Sandbox(today=TODAY - timedelta(days=7), clock=Clock()), **different)
    plan = await get_reorder_plan(before.records())
    sandbox = Sandbox(today=TODAY, clock=Clock())
    after = open_app(sandbox, **different)
    after.kept = before.kept if not different else after.kept
    return plan, sandbox, after


@pytest.mark.parametrize("said", ["id", "lower", "date", "last"])
async def test_what_changed_since_an_earlier_plan_is_told(open_app: OpenApp, said: str) -> None:
    earlier, sandbox, app = await week(open_app)
    product = next(one for one in sandbox.shop.products.values() if one.get("productCodeReadable") == "V60-02")
    product["stockOnHand"] = 9_000.0
    name = {
        "id": earlier.plan_id,
        "lower": earlier.plan_id.lower(),
        "date": f"{TODAY - timedelta(days=5):%Y-%m-%d}",
        "last": "last",
    }[said]
    plan = await get_reorder_plan(app.records(), compare_to=name)
    assert plan.compared_with is not None
    assert plan.compared_with.startswith(f"plan {earlier.plan_id} of ")
    assert "alone" not in plan.compared_with
    lost = await get_reorder_plan(app.records(), compare_to="AAAAAAAAAA")
    kept = f"{earlier.as_of:%Y-%m-%d} ({earlier.plan_id})"
    assert lost.warnings[0] == (
        f"No plan 'AAAAAAAAAA' is kept here, so nothing is compared. Earlier ones kept: {kept}."
    )
    gone = {change.product: change for change in plan.changes if change.kind == "gone"}
    assert "stock on hand" in gone["V60-02"].driver
    assert all(word in text_of(plan) for word in (earlier.plan_id, *(change.driver for change in plan.changes)))
    narrow = await get_reorder_plan(app.records(), compare_to=name, products=("V60-02",))
    assert {change.product for change in narrow.changes} == {"V60-02"}
    assert narrow.compared_with is not None
    assert narrow.compared_with.endswith(", of what is asked for now alone")


async def test_a_plan_of_an_earlier_start_is_found_in_the_folder(open_app: OpenApp, tmp_path: Path) -> None:
    earlier, _, app = await week(open_app, data_folder=tmp_path, sandbox=False)
    plan = await get_reorder_plan(app.records(), compare_to="last")
    assert plan.compared_with is not None
    assert earlier.plan_id in plan.compared_with


async def test_a_plan_that_is_not_kept_costs_the_comparison_alone(account: Records) -> None:
    first = await get_reorder_plan(account)
    plan = await get_reorder_plan(account, compare_to="AAAAAAAAAA")
    assert lines_of(plan) == lines_of(first)
    none = (
        "This is StockTrim's plan of 2026-11-23 06:00 UTC; no earlier one is kept here, so nothing is compared. "
        "Ask again after the next forecast."
    )
    assert plan.warnings[0] == none
    last = await get_reorder_plan(account, compare_to="last")
    assert (last.compared_with, last.warnings[0]) == (None, none)
    # Another question to the same computation is another plan, and yet nothing has changed.
    narrow = await get_reorder_plan(account, suppliers=("HIKARI",), compare_to=first.plan_id)
    assert narrow.warnings[0] == (
        f"Plan {first.plan_id} is of the same computation, 2026-11-23 06:00 UTC, so nothing can have changed. "
        "Ask again after the next forecast."
    )
    with pytest.raises(ToolError, match="compare_to 'monday' is no plan"):
        await get_reorder_plan(account, compare_to="monday")


async def test_plans_of_other_places_are_not_compared(account: Records) -> None:
    here = await get_reorder_plan(account, locations=("MAIN",))
    plan = await get_reorder_plan(account, compare_to=here.plan_id)
    assert plan.compared_with is None
    assert plan.warnings[0] == f"Plan {here.plan_id} is of MAIN: ask for the same to compare with it."


@pytest.mark.parametrize("first_page", [0, 1])
async def test_ten_thousand_products_are_told_in_three_thousand_tokens(
    open_app: OpenApp, clock: Clock, first_page: Any
) -> None:
    quirks = Quirks(first_page=first_page, plan_first_page=first_page)
    account = open_app(Sandbox(10_000, today=TODAY, clock=clock, quirks=quirks)).records()
    plan = await get_reorder_plan(account)
    assert plan.total_lines > 1_000
    assert plan.suggested_lines == plan.total_lines + (plan.set_aside_lines or 0)
    result = answer(plan)
    assert result.structured_content is not None
    structured = json.dumps(result.structured_content, separators=(",", ":"), ensure_ascii=False)
    assert max(len(text_of(plan)), len(structured)) / 4 <= 3_000


async def test_what_holds_of_the_whole_plan_is_said_with_its_first_page_alone(account: Records) -> None:
    first = await get_reorder_plan(account, limit=5, compare_to="last")
    assert first.warnings
    assert first.notes
    assert first.more_groups
    assert first.next_cursor is not None
    then = await get_reorder_plan(account, limit=5, cursor=first.next_cursor, compare_to="last")
    assert (then.warnings, then.notes, then.more_groups) == ((), None, ())
    assert (then.plan_id, then.total_cost) == (first.plan_id, first.total_cost)


async def test_what_is_missing_is_said_with_every_page(account: Records, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", at="list_suppliers", status=500, times=None))
    first = await get_reorder_plan(account, limit=5)
    assert first.next_cursor is not None
    then = await get_reorder_plan(account, limit=5, cursor=first.next_cursor)
    assert len(then.warnings) == 1
    assert then.warnings[0].startswith("Suppliers stand here as their products name them")


async def test_add_ons_are_what_the_sandbox_does_not_suggest_yet_in_packs_it_sells(
    open_app: OpenApp, clock: Clock
) -> None:
    sandbox = Sandbox(300, today=TODAY, clock=clock)
    app = open_app(sandbox)
    plan = await get_reorder_plan(app.records(), suppliers=("HIKARI", "NORDLYS"), add_on_days=30, limit=200)
    rows = await sandbox.forecast.plan().rows(sandbox.quirks)
    by_code = {code_of(row.product): row for row in rows.values()}
    assert plan.add_ons
    assert plan.add_on_lines == len(plan.add_ons)
    assert {one.supplier for one in plan.add_ons} == {"HIKARI", "NORDLYS"}
    for one in plan.add_ons:
        product, figures = by_code[one.product].product, by_code[one.product].figures
        assert figures.order_quantity == 0
        assert figures.days_until_due == one.order_in_days <= 30
        assert one.suggested_to_buy is None
        assert one.estimated_quantity is not None
        assert one.estimated_quantity >= (product.get("minimumOrderQuantity") or 0)
        assert one.estimated_quantity % (product.get("batchSize") or 1) == 0
        assert one.cost == pytest.approx(round(one.estimated_quantity * product["cost"], 2))
    text = text_of(plan)
    assert "## add ons" in text
    assert all(one.product in text for one in plan.add_ons)


async def test_add_ons_begin_with_what_stocktrim_suggests_beyond_the_horizon(open_app: OpenApp, clock: Clock) -> None:
    account = open_app(Sandbox(300, today=TODAY, clock=clock)).records()
    everything = await get_reorder_plan(account, limit=200)
    plan = await get_reorder_plan(account, horizon_days=0, add_on_days=14, limit=200)
    suppliers = {group.key for group in plan.groups}
    due = {
        line.product: (line.to_buy, line.line_cost)
        for group in everything.groups
        for line in group.rows
        if group.key in suppliers and line.product not in lines_of(plan) and line.urgency in ("due", "soon")
    }
    first = plan.add_ons[: plan.add_on_suggested_lines]
    assert len(due) > 20
    assert {one.product: (one.suggested_to_buy, one.cost) for one in first} == due
    assert all(one.suggested_to_buy is None for one in plan.add_ons[len(first) :])


async def test_what_is_set_aside_and_pressing_is_told_on_the_first_page(open_app: OpenApp, clock: Clock) -> None:
    account = open_app(Sandbox(300, today=TODAY, clock=clock)).records()
    first = await get_reorder_plan(account, limit=5)
    assert first.set_aside_lines is not None
    assert sum(len(group.rows) for group in first.groups) == 5
    shown, cursor = list(first.set_aside), first.next_cursor
    while cursor is not None:
        part = await get_reorder_plan(account, limit=50, cursor=cursor)
        shown += part.set_aside
        cursor = part.next_cursor
    assert len({one.product for one in shown}) == len(shown) == first.set_aside_lines
    (pressing, *_) = [one for one in shown if not one.why.startswith("made from")]
    assert pressing.urgency == "late"
    assert f"{pressing.product} {pressing.why}" in first.warnings[0]


async def test_an_overdue_order_is_marked_on_the_lines_that_wait_for_it(account: Records, sandbox: Sandbox) -> None:
    plan = await get_reorder_plan(account)
    sent = {
        order["clientReferenceNumber"]: (TODAY - date.fromisoformat(order["orderDate"][:10])).days
        for order in sandbox.shop.orders.values()
        if order.get("status") == "Sent" and "orderDate" in order
    }
    held = [order for line in lines_of(plan).values() for order in line.open_orders]
    late = {order.reference: order.overdue for order in held if order.overdue}
    assert late
    for reference, words in late.items():
        assert words is not None
        assert words.startswith(f"open {sent[reference]} days, its ")
    assert any("chase or cancel" in warning and all(one in warning for one in late) for warning in plan.warnings)


@pytest.mark.parametrize(
    ("filters", "guessed"),
    [
        ({"suppliers": ("HIKARY",)}, "'HIKARI'"),
        ({"categories": ("Brewin",)}, "'Brewing'"),
        ({"products": ("V60-03",)}, "'V60-02'"),
        ({"locations": ("Main Warehous",)}, "'Main Warehouse' (code 'MAIN')"),
    ],
)
async def test_a_filter_of_which_nothing_exists_is_refused_with_what_was_meant(
    account: Records, filters: dict[str, Any], guessed: str
) -> None:
    with pytest.raises(ToolError, match="knows no") as refused:
        await get_reorder_plan(account, **filters)
    assert f"Did you mean {guessed}?" in str(refused.value)
