"""What comes onto the orders of one call: every line of the plan once, or a word why not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktrim_client.models import OrderPlanRow, Product, Supplier
from stocktrim_mcp_server.planning.catalogue import EVERYTHING, Catalogue
from stocktrim_mcp_server.planning.drafts import BEYOND, Asked, ByHand, by_hand, from_plan
from stocktrim_mcp_server.planning.plan import reorder_plan
from tests.server.planning.accounts import SUPPLIERS, plan_rows, products

DAY = date(2026, 11, 23)
KNOWN = [
    Product(code="TEA", product_id="1", supplier_code="ACME", unit_cost=2.0),
    Product(code="MUG", product_id="2", supplier_code="NORD", unit_cost=5.0),
    Product(code="ORPHAN", product_id="3"),
]
CATALOGUE = Catalogue(KNOWN, [Supplier(code="ACME", name="Acme Ltd"), Supplier(code="NORD")])
ROWS = [OrderPlanRow(code=one.code, product_id=one.product_id, order_quantity=10) for one in KNOWN]


def hand(place: int, quantity: float = 4, supplier: str | None = None, price: float | None = None) -> ByHand:
    return ByHand(KNOWN[place].code, KNOWN[place], quantity, supplier, price)


@given(plan_rows, products, st.none() | st.floats(0, 50_000), st.none() | st.floats(0, 50_000))
def test_each_line_of_a_plan_is_ordered_or_left_out_with_a_reason(
    rows: list[OrderPlanRow], known: list[Product], of_plan: float | None, of_call: float | None
) -> None:
    catalogue = Catalogue(known, SUPPLIERS)
    whole = reorder_plan(rows, catalogue, budget=of_plan)
    basket = from_plan(whole, rows, catalogue, EVERYTHING, Asked(budget=of_call), DAY)
    assert len(basket.lines) + len(basket.left_out) == len(whole.suggested)
    assert all(why for _, why in basket.left_out)
    assert basket.elsewhere == 0
    if of_call is not None:
        assert sum(line.cost or 0 for line in basket.lines) <= of_call + 0.01


def test_a_budget_of_the_call_is_spent_on_what_it_asks_for_and_one_of_the_plan_as_it_was_told() -> None:
    of_plan = reorder_plan(ROWS, CATALOGUE, budget=60)
    for supplier, cost in (("ACME", 20), ("NORD", 50)):
        here = from_plan(of_plan, ROWS, CATALOGUE, EVERYTHING, Asked(suppliers=(supplier,)), DAY)
        paid = sum(line.cost or 0 for line in here.lines)
        assert paid + here.elsewhere == sum(line.cost or 0 for line in of_plan.lines)
        alone = from_plan(of_plan, ROWS, CATALOGUE, EVERYTHING, Asked(suppliers=(supplier,), budget=60), DAY)
        assert (sum(line.cost or 0 for line in alone.lines), alone.elsewhere) == (cost, 0)


def test_what_is_ordered_by_hand_is_paid_first_and_in_the_plans_place() -> None:
    whole = reorder_plan(ROWS, CATALOGUE)
    asked = Asked(budget=60, lines=(hand(1, 10),))
    basket = from_plan(whole, ROWS, CATALOGUE, EVERYTHING, asked, DAY)
    assert [line.item.row.code for line in basket.lines] == []
    assert {line.item.row.code: why.startswith(BEYOND) for line, why in basket.left_out} == {
        "TEA": True,
        "ORPHAN": False,
    }
    wanted, refused = by_hand(ROWS, CATALOGUE, asked, of_plan=True, by_place=False)
    assert [(one.product_id, one.supplier, one.quantity, one.unit_price) for one in wanted] == [("2", "NORD", 10, 5.0)]
    assert refused == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((hand(0), hand(0)), "it is in lines twice: add the quantities up."),
        ((hand(0), hand(0, supplier="acme ltd"), hand(0, 0)), "it is in lines 3 times: add the quantities up."),
        ((hand(0), hand(0, supplier="NORD")), None),
        ((hand(2),), "it has no supplier in StockTrim: name one in its line."),
        ((hand(2, supplier="NRD"),), "there is no supplier 'NRD'. Did you mean 'NORD'?"),
        ((hand(2, 0),), None),
        ((hand(2, supplier="Acme Ltd"),), None),
    ],
)
def test_lines_asked_for_that_cannot_be_ordered_say_why_once(lines: tuple[ByHand, ...], said: str | None) -> None:
    wanted, refused = by_hand(ROWS, CATALOGUE, Asked(lines=lines), of_plan=True, by_place=False)
    assert [one.said for one in refused] == ([] if said is None else [said])
    if said is None:
        assert len(wanted) == sum(one.quantity > 0 for one in lines)


def test_of_a_whole_plan_what_is_left_out_is_told_of_the_suppliers_drafted_to() -> None:
    whole = reorder_plan(ROWS, CATALOGUE, budget=1)
    basket = from_plan(whole, ROWS, CATALOGUE, EVERYTHING, Asked(), DAY)
    told, count = basket.worst_left_out({"ACME"}, CATALOGUE.suppliers, 10)
    assert ({line.item.row.code for line, _ in told}, count) == ({"TEA", "ORPHAN"}, 2)
    told, count = basket.worst_left_out({"ACME"}, CATALOGUE.suppliers, 1)
    assert (len(told), count) == (1, 2)
    named = from_plan(whole, ROWS, CATALOGUE, EVERYTHING, Asked(suppliers=("NORD",)), DAY)
    told, count = named.worst_left_out((), CATALOGUE.suppliers, 10)
    assert ({line.item.row.code for line, _ in told}, count) == ({"MUG"}, 1)
