"""Why this number: the steps meet the sandbox's quantities, and say so where they do not."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from stocktrim_client.models import BomLine, OrderPlanRow, Product, PurchaseOrder, PurchaseOrderLine, Supplier
from stocktrim_mcp_server.planning.catalogue import Catalogue
from stocktrim_mcp_server.planning.explain import Explanation, arithmetic, explain, notes_on
from tests.conftest import TODAY
from tests.server.planning.accounts import COMPUTED, SUPPLIERS, account_of, orders, rows

BASE: dict[str, Any] = {
    "code": "A",
    "product_id": "1",
    "order_quantity": 48.0,
    "forecast_period_demand": 90.0,
    "lead_demand": 60.0,
    "lead_time_days": 30,
    "reorder_frequency_days": 15,
    "safety_stock": 12.5,
    "service_level": 0.95,
    "on_hand": 50.0,
    "on_order": 12.0,
    "minimum_order_quantity": 24.0,
    "batch_size": 12.0,
    "is_uncertain": False,
}


def explained(
    product: Product | None = None,
    bills: tuple[BomLine, ...] = (),
    suppliers: tuple[Supplier, ...] = SUPPLIERS,
    **different: Any,
) -> Explanation:
    known = [product or Product(code="A", product_id="1", supplier_code="ACME")]
    catalogue = Catalogue(known, suppliers, bills=bills)
    return explain(catalogue.item(OrderPlanRow.model_validate(BASE | different)), catalogue)


@pytest.mark.parametrize("size", [24, 300])
async def test_the_sum_meets_the_sandboxs_quantity_on_every_row_it_can_explain(size: int) -> None:
    account = await account_of(size)
    catalogue = account.catalogue
    items = [catalogue.item(row) for row in account.rows]
    reasons = [explain(item, catalogue) for item in items]
    assert not [one.product for one in reasons if one.meets is False]
    assert sum(one.meets is True for one in reasons) >= 0.85 * size
    special = {one.row.code for one in items if one.row.order_quantity is None or one.unstocked}
    assert {one.product for one in reasons if one.meets is None} == special


async def test_the_sum_meets_the_sandbox_at_one_location_too() -> None:
    account = await account_of(60, "MAIN")
    catalogue = account.catalogue
    reasons = [explain(catalogue.item(row), catalogue) for row in account.rows]
    assert {one.location for one in reasons} == {"Main Warehouse"}
    assert not [one.product for one in reasons if one.meets is False]
    assert sum(one.meets is True for one in reasons) > 40


async def test_a_part_says_that_its_demand_comes_from_what_it_goes_into() -> None:
    account = await account_of(24)
    catalogue = account.catalogue
    sage = next(item for item in map(catalogue.item, account.rows) if item.row.code == "MUG-SAGE")
    assert explain(sage, catalogue).made_for == ("GIFT-MORNING (2 each)",)
    assert any("bills of materials" in note for note in notes_on([explain(sage, catalogue)]))


@given(rows, orders)
def test_any_row_is_explained_and_never_below_zero(row: OrderPlanRow, held: list[PurchaseOrder]) -> None:
    catalogue = Catalogue([], SUPPLIERS, orders=held)
    item = catalogue.item(row)
    found = explain(item, catalogue)
    sum_of = arithmetic(item)
    assert found.our_sum is None or found.our_sum >= 0
    assert found.to_buy is None or 0 <= found.to_buy <= (row.order_quantity or 0)
    assert found.our_sum == (None if sum_of is None else sum_of.to_order)
    assert found.why.endswith((".", "'."))
    assert (found.meets is None) == (found.our_sum is None or row.order_quantity is None)


def test_the_arithmetic_is_told_step_by_step() -> None:
    found = explained()
    assert found.steps == (
        "demand over the 45 days to cover (lead time 30 + 15 between orders): 90",
        "of it over the lead time of 30 days: 60",
        "+ safety stock (service level 95 %): 12.5",
        "- on hand: 50",
        "- on order (sent, not received): 12",
        "= needed: 40.5",
        "rounded up to packs of 12: 48",
    )
    assert found.meets is True
    assert found.why == "StockTrim suggests 48: 40.5 needed, rounded up to packs of 12."


@pytest.mark.parametrize(
    ("different", "step"),
    [
        ({"on_hand": 80.0, "order_quantity": 24.0}, "lifted to the minimum order: 24"),
        ({"batch_size": None}, "rounded up to whole units: 41"),
        ({"on_hand": 95.0, "minimum_shelf_level": 140.0}, "filled up to the shelf minimum of 140: 33"),
        ({"maximum_shelf_level": 90.0}, "held under the shelf maximum of 90 (room for 28): 24"),
        ({"overridden_demand": 7.0}, "demand set by hand and still ahead: 7"),
        ({"forecast_period_demand": None}, "demand over the lead time of 30 days: 60"),
        ({"service_level": 98.0}, "+ safety stock (service level 98 %): 12.5"),
    ],
)
def test_each_limit_has_its_step(different: dict[str, Any], step: str) -> None:
    assert step in explained(**different).steps


def test_a_forecast_period_is_named_with_where_it_comes_from_and_ends() -> None:
    product = Product(code="A", product_id="1", forecast_period_days=90)
    found = explained(product, calculated_at=COMPUTED)
    assert found.steps[:2] == (
        "demand over the 90 days of its forecast period until 2027-02-20 (set on the product; it replaces lead time "
        "30 + 15 between orders): 90",
        "of it over the lead time of 30 days: 60",
    )
    bare = explained(reorder_frequency_days=None, calculated_at=COMPUTED)
    assert bare.steps[0] == (
        "demand over the 30 days to cover until 2026-12-22 (lead time 30, no days between orders set): 90"
    )
    endless = explained(Product(code="A", product_id="1", forecast_period_days=9_999_999), calculated_at=COMPUTED)
    assert endless.steps[0].startswith("demand over the 9999999 days of its forecast period (set")


@pytest.mark.parametrize(
    ("row", "own", "usual", "said"),
    [
        (30, None, 30, "30 days (the supplier's)"),
        (30, 30, 45, "30 days (the product's own, which counts before the supplier's 45)"),
        (30, 30, 30, "30 days (the product's own)"),
        (30, 20, None, "30 days (by StockTrim's plan; the product's own is now 20)"),
        (30, None, 45, "30 days (by StockTrim's plan; the supplier's is now 45)"),
        (30, None, None, "30 days (by StockTrim's plan; neither product nor supplier has one)"),
        (None, 20, None, "20 days (the product's own)"),
        (None, None, 45, "none: neither StockTrim's plan nor the product has one, though the supplier's is 45"),
        (None, None, None, "none: neither StockTrim's plan nor the product has one"),
    ],
)
def test_the_lead_time_says_whose_it_is_and_where_others_differ(
    row: int | None, own: int | None, usual: int | None, said: str
) -> None:
    product = Product(code="A", product_id="1", supplier_code="ACME", lead_time_days=own)
    suppliers = (Supplier(code="ACME", name="Acme", lead_time_days=usual),)
    assert explained(product, suppliers=suppliers, lead_time_days=row).lead_time == said


def test_days_to_make_are_told_apart_from_the_days_to_arrive() -> None:
    found = explained(lead_time_days=1, manufacturing_days=2)
    assert found.lead_time.startswith("3 days: 1 to arrive (")
    assert found.lead_time.endswith(") + 2 to make")
    assert found.steps[1] == "of it over the lead time of 3 days: 60"


def test_both_numbers_are_said_where_the_sum_does_not_meet() -> None:
    found = explained(order_quantity=77.0)
    assert (found.order_quantity, found.our_sum, found.meets) == (77, 48, False)
    assert "suggests 77; the steps give 48" in found.why
    (note,) = notes_on([found, explained(order_quantity=78.0), explained()])
    assert "order by StockTrim's" in note


def test_an_order_that_is_overdue_says_so_as_in_the_plan() -> None:
    order = PurchaseOrder(
        reference="PO-7",
        status="Sent",
        supplier_code="ACME",
        ordered_at=COMPUTED - timedelta(days=75),
        lines=(PurchaseOrderLine(product_id="1", quantity=12.0),),
    )
    suppliers = (Supplier(code="ACME", name="Acme", lead_time_days=60),)
    catalogue = Catalogue([Product(code="A", product_id="1", supplier_code="ACME")], suppliers, orders=[order])
    item = catalogue.item(OrderPlanRow.model_validate(BASE))
    found = explain(item, catalogue, TODAY)
    assert found.open_orders == tuple(catalogue.open_orders(item, TODAY))
    assert "days overdue" in (found.open_orders[0].overdue or "")
    assert any("hase or cancel" in note for note in notes_on([found]))
    assert explain(item, catalogue).open_orders[0].overdue is None


@pytest.mark.parametrize(
    ("drafted", "to_buy", "said"),
    [
        (48.0, 0.0, " Nothing to buy of it, but to do first: on Draft PO-8, not sent: send it."),
        (13.0, 36.0, ""),
        (0.0, None, ""),
    ],
)
def test_what_is_ordered_already_is_said_by_the_plans_rule(drafted: float, to_buy: float | None, said: str) -> None:
    order = PurchaseOrder(
        reference="PO-8", status="Draft", lines=(PurchaseOrderLine(product_id="1", quantity=drafted),)
    )
    catalogue = Catalogue([Product(code="A", product_id="1")], SUPPLIERS, orders=[order])
    found = explain(catalogue.item(OrderPlanRow.model_validate(BASE)), catalogue)
    assert (found.order_quantity, found.to_buy) == (48, to_buy)
    assert found.why == f"StockTrim suggests 48: 40.5 needed, rounded up to packs of 12.{said}"


def test_what_an_old_order_that_was_never_sent_asks_for_comes_first() -> None:
    order = PurchaseOrder(
        reference="PO-40",
        status="Approved",
        supplier_code="ACME",
        ordered_at=COMPUTED - timedelta(days=119),
        lines=(PurchaseOrderLine(product_id="1", quantity=48.0),),
    )
    product = Product(code="A", product_id="1", supplier_code="ACME", lead_time_days=30)
    catalogue = Catalogue([product], (Supplier(code="ACME", name="Acme", lead_time_days=30),), orders=[order])
    found = explain(catalogue.item(OrderPlanRow.model_validate(BASE | {"days_until_stock_out": 29})), catalogue, TODAY)
    assert " Nothing to buy of it, but to do first: on Approved PO-40, open " in found.why
    assert found.why.endswith(" days and never marked Sent: send it or delete it, the stock runs dry in 29 days.")
    assert found.warnings == ()


def test_an_order_overdue_by_another_lead_time_than_the_products_names_both() -> None:
    order = PurchaseOrder(
        reference="PO-41",
        status="Sent",
        supplier_code="ACME",
        ordered_at=COMPUTED - timedelta(days=119),
        lines=(PurchaseOrderLine(product_id="1", quantity=4.0), PurchaseOrderLine(product_id="2", quantity=4.0)),
    )
    products = [Product(code=code, product_id=code, lead_time_days=days) for code, days in (("1", 30), ("2", 60))]
    catalogue = Catalogue(products, (), orders=[order])
    row = OrderPlanRow.model_validate(BASE | {"code": "1", "product_id": "1"})
    (said,) = explain(catalogue.item(row), catalogue, TODAY).warnings
    assert said.startswith("PO-41 counts as overdue by ")
    assert said.endswith(" of 60 days, while this product's is 30.")
    assert explain(catalogue.item(row), catalogue).warnings == ()


def test_stock_below_zero_is_said_to_make_too_much() -> None:
    assert "below zero" in explained(on_hand=-4.0).warnings[0]
    assert explained().warnings == ()


@pytest.mark.parametrize(
    ("different", "why"),
    [
        ({"on_hand": 200.0}, "cover demand and safety stock, with 109.5 to spare"),
        ({"is_discontinued": True}, "discontinued"),
        ({"is_unstocked": True}, "not held in stock"),
        ({"maximum_shelf_level": 70.0}, "no whole order fits under the shelf maximum"),
        ({"forecast_period_demand": None, "lead_demand": None}, "gives no demand that would say why"),
        ({}, "although the steps give 48"),
        ({"order_quantity": None, "error": "No lead time."}, "says 'No lead time.'"),
        ({"order_quantity": None}, "has not computed"),
    ],
)
def test_why_none_is_suggested(different: dict[str, Any], why: str) -> None:
    none: dict[str, Any] = {"order_quantity": 0.0} | different
    found = explained(**none)
    assert found.why.startswith("None is suggested")
    assert why in found.why


@pytest.mark.parametrize(
    ("different", "why"),
    [
        ({"is_unstocked": True}, "what was sold and not bought yet"),
        ({"forecast_period_demand": None, "lead_demand": None}, "gives no demand to explain it by"),
        ({"maximum_shelf_level": 90.0, "order_quantity": 24.0}, "held under the shelf maximum of 90 (room for 28)"),
        ({"on_hand": 42.5, "order_quantity": 48.0}, "suggests 48: 48 needed."),
    ],
)
def test_why_some_is_suggested(different: dict[str, Any], why: str) -> None:
    assert why in explained(**different).why


def test_confidence_is_said_with_its_reason() -> None:
    found = explained(best_fit=0.1, spread=5.0)
    assert found.confidence == "medium"
    assert found.confidence_why == ("no pattern found in past sales (R2 0.1), but StockTrim's methods agree within 8 %")
    assert explained(best_fit=0.9).confidence == "high"


def test_the_forecast_is_told_by_method_spread_and_fit() -> None:
    found = explained(demand_by_average=55.0, demand_by_trend=60.25, spread=5.25, best_fit=0.814, sales_count=40)
    assert found.forecast == (
        "Demand over the lead time: by average 55, by trend 60.25; they lie 5.25 apart; best fit R2 0.81 of 1; "
        "from 40 sales."
    )
    used = explained(demand_by_average=55.0, demand_by_trend=60.0)
    assert used.forecast == "Demand over the lead time: by average 55, by trend 60; its figure is that by trend."
    assert explained().forecast is None


def test_a_part_names_what_it_goes_into() -> None:
    bills = tuple(BomLine(product_id=f"P{at}", component_id="1", quantity=at) for at in range(1, 8))
    found = explained(bills=bills, part_of_count=7)
    assert found.made_for == ("P1 (1 each)", "P2 (2 each)", "P3 (3 each)", "P4 (4 each)", "P5 (5 each)", "2 more")
    assert explained(part_of_count=2).made_for == ("2 product(s)",)
    made = explained(made_of_count=3)
    assert (made.made_of_parts, made.to_buy) == (3, 0)
    assert made.why.endswith("Nothing to buy of it: made from 3 part(s): make it, and buy the parts.")
    assert ["made in-house" in note for note in notes_on([made, made])] == [True]
