"""What changed since an earlier plan, and why."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from stocktrim_client.models import OrderPlanRow, Product
from stocktrim_mcp_server.planning.catalogue import Catalogue, Filters
from stocktrim_mcp_server.planning.compare import Comparison, Digest, Figures, compare, digest_of, driver, narrowed
from tests.server.planning.accounts import plan_rows

CATALOGUE = Catalogue([])
BASE: dict[str, Any] = {
    "order_quantity": 60.0,
    "forecast_period_demand": 90.0,
    "lead_time_days": 30,
    "on_hand": 20.0,
    "on_order": 10.0,
}


def row(code: str = "A", **different: Any) -> OrderPlanRow:
    return OrderPlanRow.model_validate({"code": code} | BASE | different)


def compared(before: list[OrderPlanRow], now: list[OrderPlanRow], limit: int = 20) -> Comparison:
    return compare(digest_of(before, CATALOGUE, "BEFORE"), digest_of(now, CATALOGUE, "NOW"), limit=limit)


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        (0, 10, "new"),
        (None, 10, "new"),
        (10, 0, "gone"),
        (10, None, "gone"),
        (100, 126, None),
        (100, 134, "moved"),
        (100, 75, None),
        (100, 74, "moved"),
        (0, 0, None),
        (100, 100, None),
    ],
)
def test_new_gone_and_moved(before: float | None, now: float | None, kind: str | None) -> None:
    found = compared([row(order_quantity=before)], [row(order_quantity=now)])
    assert [change.kind for change in found.changes] == ([kind] if kind else [])
    assert (found.new, found.gone, found.moved) == tuple(int(kind == one) for one in ("new", "gone", "moved"))
    assert found.unchanged == int(kind is None and bool(before))


@pytest.mark.parametrize(
    ("different", "said"),
    [
        ({"forecast_period_demand": 150.0}, "demand: 90 -> 150"),
        ({"lead_time_days": 50, "forecast_period_demand": 150.0}, "days to cover (lead time, order cycle): 30 -> 50"),
        ({"lead_time_days": 50, "forecast_period_demand": 300.0}, "demand: 90 -> 300"),
        ({"on_hand": -40.0}, "stock on hand: 20 -> -40"),
        ({"on_order": 0.0, "on_hand": 20.0}, "on order: 10 -> 0"),
        ({"safety_stock": 60.0}, "safety stock: 0 -> 60"),
        ({"minimum_order_quantity": 120.0}, "settings: minimum 0 -> 120"),
        ({"batch_size": 120.0, "forecast_period_demand": 91.0}, "settings: batch 0 -> 120"),
        ({"on_order": 0.0, "on_hand": 30.0}, "an order of 10 arrived"),
        ({"on_order": 0.0, "on_hand": -30.0}, "stock on hand: 20 -> -30"),
        ({}, "no figure of the plan explains it"),
    ],
)
def test_the_driver_of_a_rise(different: dict[str, Any], said: str) -> None:
    now: dict[str, Any] = {"order_quantity": 120.0} | different
    (change,) = compared([row()], [row(**now)]).changes
    assert (change.kind, change.quantity_before, change.quantity_now) == ("moved", 60, 120)
    assert change.driver == said


@pytest.mark.parametrize(
    ("different", "said"),
    [
        ({"on_order": 70.0}, "on order: 10 -> 70"),
        ({"on_hand": 90.0}, "stock on hand: 20 -> 90"),
        ({"on_order": 0.0, "on_hand": 90.0}, "stock on hand: 20 -> 90, of it 10 arrived"),
        ({"forecast_period_demand": 20.0, "on_hand": 10.0}, "demand: 90 -> 20"),
        ({"maximum_shelf_level": 30.0}, "settings: shelf maximum 0 -> 30"),
    ],
)
def test_the_driver_of_a_line_that_is_gone(different: dict[str, Any], said: str) -> None:
    now: dict[str, Any] = {"order_quantity": 0.0} | different
    (change,) = compared([row()], [row(**now)]).changes
    assert (change.kind, change.quantity_now, change.driver) == ("gone", None, said)


def test_a_product_one_plan_does_not_know_is_said_to_be_that() -> None:
    found = compared([row("OLD")], [row("NEW", location="MAIN")])
    said = {change.product: (change.location, change.driver) for change in found.changes}
    assert said == {
        "NEW": ("MAIN", "the earlier plan did not know it"),
        "OLD": (None, "StockTrim's plan does not know it any more"),
    }


def test_filters_keep_what_is_gone_from_the_plan_by_what_the_catalogue_still_says_of_it() -> None:
    known = [
        Product(code="GONE", product_id="1", category="Tea", supplier_code="ACME"),
        Product(code="OTHER", product_id="2", category="Mugs", supplier_code="7"),
        Product(code="A", product_id="3", category="Tea", supplier_code="ACME"),
    ]
    catalogue = Catalogue(known)
    before = digest_of([row("GONE"), row("OTHER"), row("SOLD-OFF"), row("A")], catalogue, "BEFORE")
    today = [row("A", category="Tea"), row("B", category="Mugs")]

    def codes(**filters: Any) -> tuple[set[str], list[str]]:
        digest, lost = narrowed(before, today, catalogue, Filters(**filters))
        return set(digest.lines), lost

    assert codes(suppliers=["acme"]) == ({"GONE", "A"}, ["SOLD-OFF"])
    assert codes(categories=["Tea"]) == ({"GONE", "A"}, ["SOLD-OFF"])
    assert codes(products=["sold-off", "1"]) == ({"SOLD-OFF", "GONE"}, [])
    assert codes() == ({"GONE", "OTHER", "SOLD-OFF", "A"}, [])


def test_the_greatest_change_comes_first_and_those_not_told_are_counted() -> None:
    before = [row(f"P{at}") for at in range(9)]
    now = [row(f"P{at}", order_quantity=60.0 + 100 * at) for at in range(9)]
    found = compared(before, now, limit=3)
    assert [change.product for change in found.changes] == ["P8", "P7", "P6"]
    assert found.moved == 8
    assert found.warnings == ("5 smaller change(s) are not told: raise the limit to see them.",)


def test_the_same_plan_and_a_later_one_are_said() -> None:
    first, last = datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)
    before, now = digest_of([row()], CATALOGUE, "ONE", last), digest_of([row()], CATALOGUE, "ONE", first)
    assert compare(before, now).warnings == (
        "Both are the same plan: nothing has moved.",
        "The plan compared with is the later one.",
    )


@given(plan_rows)
def test_a_digest_survives_its_file_and_differs_from_itself_in_nothing(rows: list[OrderPlanRow]) -> None:
    digest = digest_of(rows, CATALOGUE, "ONE")
    again = Digest.model_validate_json(digest.model_dump_json())
    assert again == digest
    found = compare(digest, again)
    assert found.changes == ()
    assert found.unchanged == sum((row.order_quantity or 0) > 0 for row in rows)


@given(plan_rows, plan_rows)
def test_every_line_of_either_plan_is_new_gone_moved_or_unchanged(
    before: list[OrderPlanRow], now: list[OrderPlanRow]
) -> None:
    found = compared(before, now, limit=1_000)
    ordered = [{(row.code, row.location) for row in rows if (row.order_quantity or 0) > 0} for rows in (before, now)]
    assert found.new == len(ordered[1] - ordered[0])
    assert found.gone == len(ordered[0] - ordered[1])
    assert found.moved + found.unchanged == len(ordered[0] & ordered[1])
    assert len(found.changes) == found.new + found.gone + found.moved
    assert all(change.driver for change in found.changes)


def test_a_digest_with_numbers_of_a_later_version_is_read() -> None:
    longer = Digest(plan_id="ONE", lines={"A": (60.0, *[0.0] * len(Figures._fields), 5.0)})
    assert compare(longer, digest_of([row()], CATALOGUE, "TWO")).unchanged == 1
    assert driver(Figures(), Figures()) == "no figure of the plan explains it"
