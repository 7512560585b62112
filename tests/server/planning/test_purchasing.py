"""Lines into orders: one for each supplier and place."""

from hypothesis import given

from stocktrim_client.models import OrderPlanRow, Product
from stocktrim_mcp_server.planning.catalogue import NO_SUPPLIER, Catalogue
from stocktrim_mcp_server.planning.plan import reorder_plan
from stocktrim_mcp_server.planning.purchasing import planned_orders
from tests.server.planning.accounts import SUPPLIERS, plan_rows, products


@given(plan_rows, products)
def test_every_line_is_on_one_order_of_its_supplier_and_place(rows: list[OrderPlanRow], known: list[Product]) -> None:
    lines = reorder_plan(rows, Catalogue(known, SUPPLIERS)).lines
    orders = planned_orders(lines)
    assert sorted(id(line) for order in orders for line in order.lines) == sorted(map(id, lines))
    assert len({(order.supplier, order.location) for order in orders}) == len(orders)
    for order in orders:
        assert {(line.item.supplier, line.item.row.location) for line in order.lines} == {
            (order.supplier, order.location)
        }
        assert order.unpriced == sum(line.cost is None for line in order.lines)
    placed = [order.supplier != NO_SUPPLIER for order in orders]
    assert placed == sorted(placed, reverse=True)
    costs = [order.cost or 0 for order in orders if order.supplier != NO_SUPPLIER]
    assert costs == sorted(costs, reverse=True)
