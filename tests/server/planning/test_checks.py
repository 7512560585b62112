"""Settings that make a plan unreliable: each check's cases, and what must hold for any account."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktrim_client.models import OrderPlanRow, Product, PurchaseOrder, PurchaseOrderLine, Supplier
from stocktrim_mcp_server.planning.catalogue import Catalogue
from stocktrim_mcp_server.planning.checks import DataCheck, Finding, check_planning_data
from stocktrim_mcp_server.planning.faults import CHECK_NAMES, CHECKS, STALE
from tests.conftest import TODAY
from tests.server.planning.accounts import SUPPLIERS, account_of, plan_rows, products

ALL = 10_000
ROW: dict[str, Any] = {
    "code": "A",
    "product_id": "1",
    "order_quantity": 10.0,
    "lead_demand": 20.0,
    "lead_time_days": 20,
    "days_until_stock_out": 9,
    "days_until_order": 3,
    "on_hand": 8.0,
    "daily_demand": 1.0,
    "unit_cost": 4.0,
    "unit_price": 9.0,
    "is_uncertain": False,
    "calculated_at": datetime(2026, 11, 23, 6, tzinfo=UTC),
}
PRODUCT: dict[str, Any] = {"code": "A", "product_id": "1", "supplier_code": "ACME", "lead_time_days": 20}


def row(**different: Any) -> OrderPlanRow:
    return OrderPlanRow.model_validate(ROW | different)


def product(**different: Any) -> Product:
    return Product.model_validate(PRODUCT | different)


def checked(rows: list[OrderPlanRow], known: list[Product], **options: Any) -> DataCheck:
    options = {"today": TODAY, "limit": ALL, "suppliers": ()} | options
    return check_planning_data(rows, Catalogue(known, SUPPLIERS), **options)


def findings(rows: dict[str, Any], products: dict[str, Any]) -> dict[str, Finding]:
    return {one.check: one for one in checked([row(**rows)], [product(**products)]).items}


def test_an_ordinary_product_has_nothing_to_look_at() -> None:
    found = checked([row()], [product()])
    assert (found.items, found.checks, found.total, found.checked) == ((), (), 0, 1)


@pytest.mark.parametrize(
    ("check", "rows", "products", "field", "money"),
    [
        ("no_cost", {"unit_cost": None}, {}, "unit_cost", 365 * 9),
        ("zero_cost", {"unit_cost": 0.0}, {}, "unit_cost", 365 * 9),
        ("zero_cost", {"unit_cost": None}, {"unit_cost": 0.0}, "unit_cost", 365 * 9),
        ("no_lead_time", {"lead_time_days": None}, {"lead_time_days": None}, "lead_time_days", 365 * 4),
        ("no_supplier", {}, {"supplier_code": None}, "supplier_code", 365 * 4),
        ("unknown_supplier", {}, {"supplier_code": "ghost"}, "supplier_code", 365 * 4),
        ("stocktrim_error", {"error": "Odd."}, {}, None, 365 * 4),
        (
            "not_forecast",
            {"days_until_stock_out": None, "order_quantity": None},
            {},
            "overridden_demand",
            365 * 4,
        ),
        ("discontinued_with_demand", {"is_discontinued": True}, {}, "discontinued", 365 * 4),
        ("discontinued_with_demand", {}, {"discontinued": True}, "discontinued", 365 * 4),
        ("unstocked_with_stock", {"is_unstocked": True}, {}, "unstocked", 8 * 4),
        ("negative_stock", {"on_hand": -3.0}, {}, "on_hand", 10 * 4),
        ("negative_stock", {"on_hand": -30.0}, {}, "on_hand", 30 * 4),
        ("negative_stock", {"on_hand": None, "order_quantity": 0.0}, {"on_hand": -2.0}, "on_hand", 2 * 4),
        ("cost_above_price", {"unit_cost": 10.0}, {}, "unit_cost, unit_price", 365),
        (
            "minimum_not_in_batches",
            {"minimum_order_quantity": 20.0, "batch_size": 12.0},
            {},
            "minimum_order_quantity, batch_size",
            (24 - 20) * 4,
        ),
        (
            "minimum_not_in_batches",
            {},
            {"minimum_order_quantity": 20.0, "batch_size": 12.0},
            "minimum_order_quantity, batch_size",
            (24 - 20) * 4,
        ),
        (
            "shelf_levels_crossed",
            {"minimum_shelf_level": 9.0, "maximum_shelf_level": 8.0},
            {},
            "minimum_shelf_level, maximum_shelf_level",
            365 * 4,
        ),
        ("weak_forecast", {"is_uncertain": True}, {}, "overridden_demand", 40),
    ],
)
def test_each_check_finds_its_fault_names_field_and_fix_and_counts_its_money(
    check: str, rows: dict[str, Any], products: dict[str, Any], field: str | None, money: float
) -> None:
    whole = checked([row(**rows)], [product(**products)])
    found = {one.check: one for one in whole.items}
    assert found.keys() == {check}
    assert (found[check].product, found[check].field) == ("A", field)
    assert found[check].money == pytest.approx(money)
    assert found[check].wrong
    (total,) = whole.checks
    assert (total.check, total.findings, total.money) == (check, 1, pytest.approx(money))
    assert total.fix.endswith(".")
    assert total.basis


@pytest.mark.parametrize(
    ("rows", "products"),
    [
        ({"lead_time_days": None}, {}),
        ({"lead_time_days": None}, {"lead_time_days": None, "supplier_code": "SLOW"}),
        ({"made_of_count": 3}, {"supplier_code": None}),
        ({"days_until_stock_out": None}, {}),
        ({"unit_cost": 9.0}, {}),
        ({"minimum_order_quantity": 24.0, "batch_size": 12.0}, {}),
        ({"minimum_order_quantity": 2.5, "batch_size": 0.25}, {}),
        ({"minimum_order_quantity": 0.0, "batch_size": 12.0}, {}),
        ({"minimum_shelf_level": 8.0, "maximum_shelf_level": 8.0}, {}),
        ({"is_discontinued": True, "daily_demand": 0.0, "lead_time_days": None}, {"supplier_code": None}),
        ({"is_unstocked": True, "on_hand": 0.0, "days_until_stock_out": None, "order_quantity": None}, {}),
        ({}, {"barcode": "  "}),
    ],
)
def test_what_is_as_it_should_be_is_not_found(rows: dict[str, Any], products: dict[str, Any]) -> None:
    known = [*SUPPLIERS, Supplier(code="SLOW", lead_time_days=50)]
    catalogue = Catalogue([product(**products)], known)
    assert check_planning_data([row(**rows)], catalogue, today=TODAY).items == ()


def test_doubles_name_each_other() -> None:
    known = [
        product(barcode="4977"),
        product(product_id="2", code=" a", barcode="4977"),
        product(product_id="3", code="C", barcode="4977"),
        product(product_id="4", code="D", barcode="12"),
    ]
    rows = [row(product_id=str(at), code=code) for at, code in enumerate(["A", " a", "C", "D"], start=1)]
    found = checked(rows, known)
    assert sorted(one.product or "" for one in found.items if one.check == "duplicate_sku") == [" a", "A"]
    barcodes = {one.product: one.wrong for one in found.items if one.check == "duplicate_barcode"}
    assert barcodes["C"] == "it shares barcode '4977' with A,  a"
    assert barcodes.keys() == {"A", " a", "C"}


@pytest.mark.parametrize(
    ("age", "stale"), [(timedelta(0), False), (timedelta(days=7), False), (timedelta(days=8), True)]
)
def test_a_plan_is_stale_after_a_week(age: timedelta, stale: bool) -> None:
    computed = datetime(2026, 11, 23, 6, tzinfo=UTC) - age
    found = checked([row(calculated_at=computed)], [product()])
    assert [one.check for one in found.items] == ([STALE] if stale else [])
    if stale:
        (one,) = found.items
        assert (one.product, one.money) == (None, 40)
        assert "8 days old" in one.wrong


def test_no_plan_at_all_is_said_once_and_not_of_every_product() -> None:
    found = checked([], [product(), product(product_id="2", code="B")])
    assert found.items[0].check == STALE
    assert "holds no plan" in found.items[0].wrong
    assert {one.check for one in found.items} == {STALE, "no_cost"}


def test_a_weak_forecast_counts_only_where_much_money_stands_on_it() -> None:
    rows = [
        row(code="BIG", product_id="1", order_quantity=900.0, is_uncertain=True),
        row(code="SMALL", product_id="2", order_quantity=100.0, is_uncertain=True),
    ]
    known = [product(code="BIG"), product(code="SMALL", product_id="2")]
    assert [one.product for one in checked(rows, known).items] == ["BIG"]


def test_a_weak_forecast_says_by_which_figures_it_is_weak() -> None:
    weak = {"is_uncertain": True, "sales_count": 3, "spread": 90.0, "best_fit": 0.094}
    assert findings(weak, {})["weak_forecast"].wrong == (
        "10 suggested, though StockTrim marks the forecast as uncertain; 3 sales only (fewer than 8); no pattern found "
        "in past sales (R2 0.09), and its methods' answers lie further apart than the demand itself"
    )
    assert findings({"best_fit": 0.1, "sales_count": 90}, {}) == {}


def test_stock_below_zero_ranks_by_the_order_that_is_reckoned_from_it() -> None:
    rows = [
        row(on_hand=-4.0, order_quantity=114.0),
        row(code="B", product_id="2", unit_cost=None, unit_price=1.0),
    ]
    found = checked(rows, [product(), product(code="B", product_id="2")]).items
    assert [one.check for one in found] == ["negative_stock", "no_cost"]
    assert found[0].wrong == (
        "-4 are on hand (16.00 at cost), and the 114 to order are reckoned from it: likely too many"
    )


def test_later_pages_tell_of_the_checks_they_show_alone() -> None:
    rows = [row(unit_cost=None), row(code="B", product_id="2", on_hand=-1.0)]
    known = [product(), product(code="B", product_id="2")]
    first = checked(rows, known, limit=1)
    assert [one.check for one in first.checks] == ["no_cost", "negative_stock"]
    assert first.measure is not None
    second = checked(rows, known, limit=1, cursor=first.next_cursor)
    assert [one.check for one in second.checks] == [one.check for one in second.items] == ["negative_stock"]
    assert second.measure is None


def test_a_forecast_far_from_recent_sales_counts_what_lies_between_them() -> None:
    # 20 units over 20 days are forecast; 2.5 a day are sold.
    (found,) = checked([row(daily_demand=2.5)], [product()]).items
    assert (found.check, found.wrong) == ("forecast_far_from_sales", "forecast 1 a day, sold 2.5")
    assert found.money == pytest.approx(1.5 * 20 * 4)
    for its_row, its_product in (
        ({"overridden_demand": 5.0}, {}),
        ({}, {"overridden_demand": 5.0}),
        ({"is_discontinued": True, "order_quantity": 0.0}, {}),
    ):
        assert "forecast_far_from_sales" not in findings({"daily_demand": 2.5} | its_row, its_product)


def test_no_reorder_cycle_matters_only_where_the_account_plans_with_cycles() -> None:
    other = row(code="B", product_id="2", reorder_frequency_days=7)
    known = [product(), product(code="B", product_id="2")]
    (found,) = checked([row(), other], known).items
    assert (found.check, found.product, found.field) == ("no_reorder_cycle", "A", "reorder_frequency_days")
    assert found.money == pytest.approx(7 * 4)
    for its_row, its_product in (
        ({}, {"reorder_frequency_days": 14}),
        ({}, {"forecast_period_days": 20}),
        ({"made_of_count": 2}, {}),
        ({"lead_demand": 0.0, "daily_demand": 0.0}, {}),
    ):
        checks = {one.check for one in checked([row(**its_row), other], [product(**its_product), known[1]]).items}
        assert "no_reorder_cycle" not in checks


def ordered(status: str, days: int, **different: Any) -> PurchaseOrder:
    """An order of so many days ago."""
    order: dict[str, Any] = {
        "reference": "PO-7",
        "status": status,
        "supplier_code": "SLOW",
        "ordered_at": datetime(2026, 11, 23, 6, tzinfo=UTC) - timedelta(days=days),
        "lines": (PurchaseOrderLine(product_id="1", quantity=5.0, unit_price=3.0),),
    }
    return PurchaseOrder.model_validate(order | different)


def checked_orders(*orders: PurchaseOrder, today: date = TODAY, **rows: Any) -> DataCheck:
    known = [*SUPPLIERS, Supplier(code="SLOW", lead_time_days=50)]
    catalogue = Catalogue([product(supplier_code="SLOW", lead_time_days=50)], known, orders=orders)
    return check_planning_data([row(lead_time_days=50, lead_demand=50.0, **rows)], catalogue, today=today)


@pytest.mark.parametrize(
    ("status", "days", "check"),
    [
        ("Draft", 50, None),
        ("Draft", 51, "order_not_sent"),
        ("Approved", 90, "order_not_sent"),
        ("Sent", 50, None),
        ("Sent", 51, "order_overdue"),
        ("Received", 90, None),
    ],
)
def test_orders_older_than_the_lead_time_are_to_be_sent_or_chased(status: str, days: int, check: str | None) -> None:
    found = checked_orders(ordered(status, days))
    assert [one.check for one in found.items] == ([check] if check else [])
    for one in found.items:
        assert (one.product, one.order, one.supplier, one.money) == (None, "PO-7", "SLOW", 15)
        assert f"{days} days" in one.wrong
        assert " 50" in one.wrong


def test_the_day_decides_anew_which_orders_are_late() -> None:
    orders = (ordered("Sent", 50), ordered("Draft", 45, reference="PO-8"))
    assert checked_orders(*orders).total == 0
    assert [one.order for one in checked_orders(*orders, today=TODAY + timedelta(days=1)).items] == ["PO-7"]
    assert {one.order for one in checked_orders(*orders, today=TODAY + timedelta(days=6)).items} == {"PO-7", "PO-8"}


def test_orders_without_a_date_a_lead_time_or_a_price_are_not_made_up() -> None:
    assert checked_orders(ordered("Sent", 90, ordered_at=None)).total == 0
    lines = (PurchaseOrderLine(product_id="else", quantity=5.0),)
    assert checked_orders(ordered("Sent", 90, supplier_code="ghost", lines=lines)).total == 0
    (found,) = checked_orders(ordered("Sent", 90, lines=lines)).items
    assert found.money is None


def test_orders_are_narrowed_by_supplier_as_products_are() -> None:
    orders = (ordered("Sent", 90), ordered("Sent", 90, supplier_code="ACME", reference="PO-8"))
    known = [*SUPPLIERS, Supplier(code="SLOW", lead_time_days=50)]
    catalogue = Catalogue([product(supplier_code="SLOW", lead_time_days=50)], known, orders=orders)
    found = check_planning_data([row(lead_time_days=50, lead_demand=50.0)], catalogue, today=TODAY, suppliers=["slow"])
    assert [one.order for one in found.items] == ["PO-7"]


@pytest.mark.parametrize(
    ("status", "left", "found"),
    [("Draft", -1, True), ("Approved", -1, True), ("Sent", -1, False), ("Draft", 40, False)],
)
def test_a_late_line_on_an_order_nobody_sent_is_found(status: str, left: int, found: bool) -> None:
    checks = {one.check: one for one in checked_orders(ordered(status, 1), days_until_order=left).items}
    assert ("late_line_on_unsent_order" in checks) == found
    if found:
        one = checks["late_line_on_unsent_order"]
        assert one.wrong == f"late, and on {status} PO-7 (5 units), not sent: nothing comes of it as it stands"
        assert (one.product, one.money) == ("A", 40)


def test_a_supplier_nobody_has_is_said_with_the_one_that_may_be_meant() -> None:
    found = checked([row()], [product()], suppliers=["Acme Ltt"])
    assert found.warnings == ("No product is of a supplier 'Acme Ltt'. Did you mean 'Acme Ltd' (code 'ACME')?",)
    assert (found.checked, found.total) == (0, 0)


@given(plan_rows, products)
def test_each_suppliers_findings_are_those_of_the_whole_that_are_of_it(
    rows: list[OrderPlanRow], known: list[Product]
) -> None:
    whole = checked(rows, known)
    parts = [checked(rows, known, suppliers=[one]) for one in ("ACME", "7", "ghost", "No Code", "no supplier")]
    assert sum(part.checked for part in parts) == whole.checked
    own = [one for one in whole.items if one.check != STALE]
    assert sorted(map(repr, own)) == sorted(repr(one) for part in parts for one in part.items if one.check != STALE)


def test_rows_of_locations_do_not_repeat_a_product_and_a_product_without_a_row_is_not_forgotten() -> None:
    rows = [row(location=place, unit_cost=None) for place in ("MAIN", None, "SHOP")]
    lost = product(code="LOST", product_id="2")
    found = checked(rows, [product(), lost])
    assert found.checked == 2
    assert [(one.check, one.product) for one in found.items if one.product == "A"] == [("no_cost", "A")]
    assert "not_forecast" in {one.check for one in found.items if one.product == "LOST"}


def test_checks_and_suppliers_narrow_and_a_strange_check_is_refused() -> None:
    rows = [row(unit_cost=None, on_hand=-1.0), row(code="B", product_id="2", unit_cost=None)]
    known = [product(), product(code="B", product_id="2", supplier_code="7")]
    one = checked(rows, known, checks=["No_Cost "])
    assert {(found.check, found.product) for found in one.items} == {("no_cost", "A"), ("no_cost", "B")}
    assert {found.product for found in checked(rows, known, suppliers=["acme ltd"]).items} == {"A"}
    with pytest.raises(
        ValueError, match=r"there is no check 'costs'\. Did you mean 'no_cost'\? Checks: no_cost, zero_cost"
    ):
        checked(rows, known, checks=["costs"])


@given(plan_rows, products, st.integers(1, 6))
def test_findings_are_ranked_by_money_add_up_and_windows_cover_them_once(
    rows: list[OrderPlanRow], known: list[Product], limit: int
) -> None:
    whole = checked(rows, known)
    own = [one for one in whole.items if one.check != STALE]
    assert whole.items[len(whole.items) - len(own) :] == tuple(own)
    money = [one.money for one in own if one.money is not None]
    assert money == sorted(money, reverse=True)
    assert all(amount >= 0 for amount in money)
    assert all(one.money is None for one in own[len(money) :])
    assert whole.total == len(whole.items) == sum(total.findings for total in whole.checks)
    for total in whole.checks:
        those = [one.money for one in whole.items if one.check == total.check and one.money is not None]
        assert total.money == (pytest.approx(sum(those), abs=0.02 * len(those)) if those else None)
    shown, cursor = list[Finding](), ""
    while True:
        part = checked(rows, known, limit=limit, cursor=cursor)
        shown += part.items
        if part.next_cursor is None:
            break
        cursor = part.next_cursor
    assert tuple(shown) == whole.items
    assert checked(rows[::-1], known[::-1]).total == whole.total


def test_a_cursor_of_other_findings_is_stale() -> None:
    rows = [row(unit_cost=None), row(code="B", product_id="2", unit_cost=None)]
    known = [product(), product(code="B", product_id="2")]
    cursor = checked(rows, known, limit=1).next_cursor
    assert cursor is not None
    assert "is stale" in checked(rows[:1], known, limit=1, cursor=cursor).warnings[0]


def test_every_check_has_its_name_once() -> None:
    assert len(set(CHECK_NAMES)) == len(CHECK_NAMES) == len(CHECKS) + 3


@pytest.mark.parametrize("size", [24, 300])
async def test_the_sandboxs_own_faults_are_found(size: int) -> None:
    account = await account_of(size)
    found = check_planning_data(account.rows, account.catalogue, today=TODAY, limit=ALL)
    by_check: dict[str, set[str | None]] = {}
    for one in found.items:
        by_check.setdefault(one.check, set()).add(one.product)
    plan = account.rows
    assert by_check["no_cost"] == {one.code for one in account.products if one.unit_cost is None}
    assert by_check["stocktrim_error"] == {one.code for one in plan if one.error}
    assert by_check["negative_stock"] == {one.code for one in plan if (one.on_hand or 0) < 0} == {"SERVER-600"}
    assert by_check["no_lead_time"] == {one.code for one in plan if one.lead_time_days is None}
    assert by_check["discontinued_with_demand"] >= {"PRESS-OLD"}
    assert STALE not in by_check
    later = check_planning_data(account.rows, account.catalogue, today=date(2026, 12, 24), limit=1)
    assert later.items[0].check == STALE
