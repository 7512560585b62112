"""Open orders against lead times."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from stocktrim_client.models import PurchaseOrder, PurchaseOrderLine
from stocktrim_mcp_server.planning.overdue import lateness, to_come

TODAY = date(2026, 11, 23)


def order(**fields: Any) -> PurchaseOrder:
    return PurchaseOrder(**{"status": "Sent", "ordered_at": datetime(2026, 10, 19, tzinfo=UTC), **fields})


def test_an_order_open_longer_than_its_products_lead_time_is_overdue_and_says_by_what_rule() -> None:
    late = lateness(order(), 60, (21,), TODAY)
    assert late is not None
    assert (late.days, late.in_words) == (14, "open 35 days, its product's lead time 21: 14 days overdue")


@pytest.mark.parametrize("products", [(), (None,), (20, None)])
def test_where_a_product_has_no_lead_time_its_supplier_has(products: tuple[int | None, ...]) -> None:
    late = lateness(order(), 21, products, TODAY)
    assert late is not None
    assert (late.days, late.in_words) == (14, "open 35 days, its supplier's lead time 21: 14 days overdue")


def test_of_several_products_the_longest_lead_time_decides() -> None:
    late = lateness(order(), None, (None, 20, 30), TODAY)
    assert late is not None
    assert late.in_words == "open 35 days, its products' longest lead time 30: 5 days overdue"


def test_an_approved_order_may_never_have_been_sent_and_says_so() -> None:
    late = lateness(order(status="Approved"), 30, (), TODAY)
    assert late is not None
    assert "(Approved, never marked Sent)" in late.in_words


def test_on_the_last_day_of_the_lead_time_nothing_is_late() -> None:
    at_the_limit, before_it = lateness(order(), 35, (), TODAY), lateness(order(), 40, (), TODAY)
    assert at_the_limit is not None
    assert before_it is not None
    assert (at_the_limit.days, before_it.days) == (0, -5)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "Draft"},
        {"status": "Received"},
        {"fully_received_at": datetime(2026, 11, 1, tzinfo=UTC)},
        {"ordered_at": None},
    ],
    ids=repr,
)
def test_what_is_not_placed_or_has_come_or_has_no_date_is_not_judged(fields: dict[str, Any]) -> None:
    assert lateness(order(**fields), 21, (), TODAY) is None


def test_without_any_lead_time_nothing_is_judged() -> None:
    assert lateness(order(), None, (None,), TODAY) is None


def test_the_day_it_was_made_stands_in_for_the_day_it_was_ordered() -> None:
    late = lateness(order(ordered_at=None, created_at=datetime(2026, 11, 1, tzinfo=UTC)), 10, (), TODAY)
    assert late is not None
    assert late.days == 12


def test_what_is_still_to_come_is_worth_its_priced_lines_and_says_where_that_is_not_all() -> None:
    come = PurchaseOrderLine(product_id="A", quantity=5, unit_price=10, received_at=datetime(2026, 11, 1, tzinfo=UTC))
    priced = PurchaseOrderLine(product_id="B", quantity=3, unit_price=2.5)
    unpriced = PurchaseOrderLine(product_id="C", quantity=3)
    assert to_come(order(lines=(come, priced))) == (7.5, True)
    assert to_come(order(lines=(priced, unpriced))) == (7.5, False)
    assert to_come(order(lines=(priced,), status="Received")) == (0, True)
