"""What to order, checked against the plan inside the sandbox, never against our own planning."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from stocktrim_client import ServiceError, StockTrimClient
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.planning.plan import ReorderLine, ReorderPlan
from stocktrim_mcp_server.tools.planning import get_reorder_plan
from tests.conftest import NOW, TODAY

OpenApp = Callable[..., App]


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


def lines_of(plan: ReorderPlan) -> dict[str, ReorderLine]:
    return {line.product: line for group in plan.groups for line in group.rows}


def suppliers_of(plan: ReorderPlan) -> dict[str, str]:
    return {line.product: group.supplier for group in plan.groups for line in group.rows}


async def test_every_line_has_the_quantity_the_days_the_cost_and_the_supplier_of_the_sandbox(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    plan = await get_reorder_plan(stocktrim)
    expected = await truth(sandbox)
    assert len(expected) >= 8
    assert lines_of(plan).keys() == expected.keys()
    assert plan.total_lines == len(expected)
    total = 0.0
    for code, (product, figures, supplier) in expected.items():
        line = lines_of(plan)[code]
        assert line.order_quantity == pytest.approx(figures.order_quantity)
        assert line.days_left == figures.days_until_stock_out
        assert line.on_hand == product.get("stockOnHand", 0.0)
        assert line.unit_cost == product.get("cost")
        assert line.line_cost == pytest.approx(round(figures.order_quantity * product["cost"], 2))
        assert line.daily_demand == pytest.approx(figures.daily_average, abs=1e-4)
        total += figures.order_quantity * product["cost"]
        named = (supplier or {}).get("supplierCode") or (supplier or {}).get("supplierName") or "no supplier"
        assert suppliers_of(plan)[code] == named
    assert plan.total_cost == pytest.approx(total, abs=0.05)
    assert plan.as_of is not None
    assert (NOW - plan.as_of).total_seconds() == 7200


async def test_a_group_says_how_many_lines_it_has_and_what_they_cost(stocktrim: StockTrimClient) -> None:
    plan = await get_reorder_plan(stocktrim)
    for group in plan.groups:
        assert group.lines == len(group.rows)
        assert group.cost == pytest.approx(sum(line.line_cost or 0 for line in group.rows))


@pytest.mark.parametrize("reading", Quirks.readings())
async def test_the_plan_is_the_same_under_every_reading_of_the_api(
    open_app: OpenApp, clock: Callable[[], float], reading: str
) -> None:
    quirks = Quirks.readings()[reading]
    reference = Sandbox(60, today=TODAY, clock=clock, quirks=Quirks(null_supplier_codes=quirks.null_supplier_codes))
    usual = await get_reorder_plan(open_app(reference).stocktrim, limit=200)
    other = await get_reorder_plan(open_app(Sandbox(60, today=TODAY, clock=clock, quirks=quirks)).stocktrim, limit=200)
    assert other == usual
    assert other.total_lines > 15


@pytest.mark.parametrize("first_page", [0, 1])
async def test_neither_first_page_number_loses_or_repeats_a_line(
    open_app: OpenApp, clock: Callable[[], float], first_page: Any
) -> None:
    quirks = Quirks(first_page=first_page, plan_first_page=first_page, plan_per_page=7, plan_per_page_cap=7)
    sandbox = Sandbox(130, today=TODAY, clock=clock, quirks=quirks)
    plan = await get_reorder_plan(open_app(sandbox).stocktrim, limit=200)
    assert lines_of(plan).keys() == (await truth(sandbox)).keys()
    assert plan.total_lines == len(lines_of(plan))


async def test_several_suppliers_by_code_and_by_name_in_any_case(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    plan = await get_reorder_plan(stocktrim, suppliers=("hikari", "Okafor Textiles", "Stålverk Europe"))
    wanted = {"Hikari Glass Works", "Okafor Textiles", "Stålverk Europe"}
    expected = {
        code
        for code, (_, _, supplier) in (await truth(sandbox)).items()
        if supplier and supplier["supplierName"] in wanted
    }
    assert lines_of(plan).keys() == expected
    assert {group.supplier for group in plan.groups} == {"HIKARI", "Okafor Textiles", "STEEL/EU #2"}


async def test_categories_and_products_narrow_together(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    everything = await truth(sandbox)
    by_category = await get_reorder_plan(stocktrim, categories=("brewing", "Ceramics"))
    expected = {
        code for code, (product, *_) in everything.items() if product.get("category") in ("Brewing", "Ceramics")
    }
    assert lines_of(by_category).keys() == expected
    product_id = everything["V60-02"][0]["productId"]
    assert product_id != "V60-02"
    both = await get_reorder_plan(stocktrim, categories=("Brewing",), products=(product_id, "mug-sage", "SERVER-600"))
    assert lines_of(both).keys() == {"V60-02", "SERVER-600"}


@pytest.mark.parametrize("matches", ["code", "name", "either"])
async def test_locations_give_one_line_each_under_their_codes(
    open_app: OpenApp, clock: Callable[[], float], matches: Any
) -> None:
    sandbox = Sandbox(today=TODAY, clock=clock, quirks=Quirks(filter_matches=matches))
    stocktrim = open_app(sandbox).stocktrim
    plan = await get_reorder_plan(stocktrim, locations=("main", "Harbour Street Shop", "SHOP"))
    found = {(line.location, line.product): line for group in plan.groups for line in group.rows}
    expected = {
        (place, code): figures
        for place in ("MAIN", "SHOP")
        for code, (_, figures, _) in (await truth(sandbox, place)).items()
    }
    assert found.keys() == expected.keys()
    assert plan.total_lines == len(expected)
    for key, figures in expected.items():
        assert found[key].order_quantity == figures.order_quantity
        assert found[key].days_left == figures.days_until_stock_out


@pytest.mark.parametrize(("urgency", "kept"), [("late", {"late"}), ("due", {"late", "due"}), ("all", None)])
async def test_urgency_keeps_what_is_at_least_so_pressing_and_counts_the_rest(
    stocktrim: StockTrimClient, urgency: Any, kept: set[str] | None
) -> None:
    everything = await get_reorder_plan(stocktrim)
    plan = await get_reorder_plan(stocktrim, urgency=urgency)
    expected = {line.product for line in lines_of(everything).values() if kept is None or line.urgency in kept}
    assert lines_of(plan).keys() == expected
    left_out = everything.total_lines - plan.total_lines
    assert any(f"{left_out} less urgent line(s)" in warning for warning in plan.warnings) == (left_out > 0)


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        ({"suppliers": ("NOBODY",)}, "suppliers = NOBODY"),
        ({"categories": ("Boats", "Planes")}, "categories = Boats, Planes"),
        ({"products": ("X-1",)}, "products = X-1"),
        ({"locations": ("MOON",)}, "locations = MOON"),
        ({"suppliers": ("HIKARI",), "categories": ("Textiles",)}, "suppliers = HIKARI; categories = Textiles"),
    ],
)
async def test_a_filter_that_fits_nothing_gives_an_empty_plan_that_names_it(
    stocktrim: StockTrimClient, filters: dict[str, Any], named: str
) -> None:
    plan = await get_reorder_plan(stocktrim, **filters)
    assert plan.groups == ()
    assert plan.total_lines == 0
    assert named in plan.warnings[0]


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"suppliers": ("HIKARI", "NOBODY")}, "no supplier 'NOBODY'"),
        ({"categories": ("Brewing", "Boats")}, "no category 'Boats'"),
        ({"products": ("V60-02", "X-1")}, "no product 'X-1'"),
        ({"locations": ("MAIN", "MOON")}, "a location 'MOON'"),
    ],
)
async def test_one_strange_value_among_known_ones_is_said(
    stocktrim: StockTrimClient, filters: dict[str, Any], said: str
) -> None:
    plan = await get_reorder_plan(stocktrim, **filters)
    assert plan.total_lines > 0
    assert any(said in warning for warning in plan.warnings)


async def test_a_known_supplier_with_nothing_due_is_not_called_unknown(stocktrim: StockTrimClient) -> None:
    plan = await get_reorder_plan(stocktrim, suppliers=("IDLE",))
    assert plan.total_lines == 0
    assert not any("knows no" in warning for warning in plan.warnings)


@pytest.mark.parametrize("limit", [1, 3, 7, 200])
async def test_walking_the_cursor_meets_every_line_once_under_the_same_totals(
    open_app: OpenApp, clock: Callable[[], float], limit: int
) -> None:
    stocktrim = open_app(Sandbox(60, today=TODAY, clock=clock)).stocktrim
    whole = await get_reorder_plan(stocktrim, limit=200)
    cursor, met = "", []
    while True:
        part = await get_reorder_plan(stocktrim, limit=limit, cursor=cursor)
        assert (part.total_lines, part.total_cost) == (whole.total_lines, whole.total_cost)
        shown = [line.product for group in part.groups for line in group.rows]
        assert len(shown) <= limit
        met += shown
        if part.next_cursor is None:
            break
        cursor = part.next_cursor
    assert met == [line.product for group in whole.groups for line in group.rows]


async def test_a_cursor_past_the_end_says_so(stocktrim: StockTrimClient) -> None:
    plan = await get_reorder_plan(stocktrim, cursor="500")
    assert plan.groups == ()
    assert plan.next_cursor is None
    assert "none is left after 500" in plan.warnings[0]


@pytest.mark.parametrize("null_results", [True, False])
async def test_an_account_without_products_has_an_empty_plan(
    open_app: OpenApp, clock: Callable[[], float], null_results: bool
) -> None:
    sandbox = Sandbox(0, today=TODAY, clock=clock, quirks=Quirks(null_results=null_results))
    plan = await get_reorder_plan(open_app(sandbox).stocktrim)
    assert plan.total_lines == 0
    assert plan.total_cost is None
    assert "plan is empty" in plan.warnings[0]


async def test_lines_without_cost_or_supplier_stay_and_are_counted(
    open_app: OpenApp, clock: Callable[[], float]
) -> None:
    sandbox = Sandbox(300, today=TODAY, clock=clock)
    plan = await get_reorder_plan(open_app(sandbox).stocktrim, limit=200)
    expected = await truth(sandbox)
    unpriced = {code for code, (product, *_) in expected.items() if not product.get("cost")}
    assert unpriced
    assert plan.unpriced_lines == len(unpriced)
    assert {line.product for line in lines_of(plan).values() if line.line_cost is None} == unpriced
    assert all("no cost" in lines_of(plan)[code].flags for code in unpriced)
    assert any(f"{len(unpriced)} line(s) have no cost" in warning for warning in plan.warnings)
    homeless = {code for code, (_, _, supplier) in expected.items() if supplier is None}
    assert plan.groups[-1].supplier == "no supplier"
    assert {line.product for line in plan.groups[-1].rows} == homeless


@pytest.mark.parametrize("names_suppliers_by", ["code", "id", "external"])
async def test_a_supplier_without_a_code_goes_by_its_name(
    open_app: OpenApp, clock: Callable[[], float], names_suppliers_by: Any
) -> None:
    quirks = replace(Quirks(), product_supplier_id=names_suppliers_by)
    plan = await get_reorder_plan(open_app(Sandbox(today=TODAY, clock=clock, quirks=quirks)).stocktrim)
    assert suppliers_of(plan)["APRON-BLK"] == "Okafor Textiles"


async def test_the_plan_does_without_the_suppliers_names_if_it_must(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    usual = await get_reorder_plan(stocktrim)
    sandbox.faults.add(Fault("status", at="list_suppliers", status=500, times=None))
    plan = await get_reorder_plan(stocktrim)
    assert (plan.total_lines, plan.total_cost) == (usual.total_lines, usual.total_cost)
    assert plan.warnings[0].startswith("Suppliers stand here as their products name them")
    assert suppliers_of(plan)["V60-02"] == "HIKARI"


@pytest.mark.parametrize("operation", ["read_order_plan", "list_products"])
async def test_no_plan_is_made_up_where_its_rows_or_the_catalogue_are_missing(
    stocktrim: StockTrimClient, sandbox: Sandbox, operation: str
) -> None:
    sandbox.faults.add(Fault("status", at=operation, status=500, times=None))
    with pytest.raises(ServiceError, match="500"):
        await get_reorder_plan(stocktrim)
