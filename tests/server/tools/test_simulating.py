"""What if: the estimates stand beside StockTrim's own figures."""

from collections.abc import Callable
from typing import Any

import pytest
from mcp.server.mcpserver.exceptions import ToolError

from stocktrim_client.sandbox import Sandbox
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.records import Records
from stocktrim_mcp_server.tools.planning import get_reorder_plan
from stocktrim_mcp_server.tools.simulating import SimulatedPlan, simulate_reorder
from tests.conftest import TODAY, Clock


@pytest.fixture
def account(app: App) -> Records:
    return app.records()


def quantities(found: SimulatedPlan) -> dict[str, tuple[float | None, float | None, float | None]]:
    return {row.product: (row.stocktrim_quantity, row.baseline_quantity, row.estimated_quantity) for row in found.items}


async def test_with_nothing_changed_the_baseline_is_the_estimate_beside_the_sandboxs_quantity(
    account: Records, sandbox: Sandbox
) -> None:
    found = await simulate_reorder(account, limit=100)
    rows = await sandbox.forecast.plan().rows(sandbox.quirks, None)
    expected = {
        row.product.get("productCodeReadable") or row.product["productId"]: row.figures.order_quantity
        for row in rows.values()
    }
    assert found.assumptions == "nothing changed"
    assert len(found.items) == found.estimated_lines > 5
    assert len(found.items) + len(found.set_aside) == found.total
    for code, (theirs, before, after) in quantities(found).items():
        assert theirs == (None if expected[code] is None else pytest.approx(expected[code]))
        assert before == after
    assert found.age.startswith("StockTrim computed the plan 2 hours ago")


@pytest.mark.parametrize(
    "assumed", [{"demand_change_pct": 30}, {"lead_time_change_days": 20}, {"service_level_pct": 99.9}]
)
async def test_more_demand_a_longer_wait_or_a_higher_level_never_orders_less(
    account: Records, assumed: dict[str, Any]
) -> None:
    found = await simulate_reorder(account, limit=100, **assumed)
    assert found.assumptions != "nothing changed"
    pairs = [(before, after) for _, before, after in quantities(found).values() if None not in (before, after)]
    assert pairs
    assert all((after or 0) >= (before or 0) for before, after in pairs)
    assert any((after or 0) > (before or 0) for before, after in pairs)


async def test_products_and_suppliers_narrow_and_strange_ones_are_said(account: Records) -> None:
    found = await simulate_reorder(account, suppliers=("hikari", "NOBODY"), delay_days=7)
    assert found.items
    assert {row.supplier for row in found.items} == {"HIKARI"}
    assert any("no supplier 'NOBODY'" in warning for warning in found.warnings)
    one = await simulate_reorder(account, products=("V60-02",), lead_time_days=90)
    assert quantities(one).keys() == {"V60-02"}


async def test_a_budget_holds_and_leaves_out_with_reasons(account: Records) -> None:
    whole = await simulate_reorder(account, demand_change_pct=20)
    found = await simulate_reorder(account, demand_change_pct=20, budget=(whole.estimated_cost or 0) / 3, limit=100)
    assert 0 < (found.estimated_cost or 0) <= (found.budget or 0)
    assert found.left_out_lines
    assert all(left.why for left in found.left_out)


async def test_walking_the_cursor_meets_every_line_once(account: Records) -> None:
    whole = await simulate_reorder(account, demand_change_pct=10, limit=100)
    met, cursor = list[str](), ""
    while True:
        part = await simulate_reorder(account, demand_change_pct=10, limit=3, cursor=cursor)
        met += [row.product for row in (*part.items, *part.set_aside)]
        if part.next_cursor is None:
            break
        cursor = part.next_cursor
    assert met == [row.product for row in (*whole.items, *whole.set_aside)]


async def test_assumptions_that_cannot_be_are_refused(account: Records) -> None:
    with pytest.raises(ToolError, match="not both"):
        await simulate_reorder(account, lead_time_days=10, lead_time_change_days=5)
    with pytest.raises(ToolError, match="a service level is 50 to"):
        await simulate_reorder(account, service_level_pct=0.95)
    with pytest.raises(ToolError, match="none of a simulation's"):
        await simulate_reorder(account, cursor="12")


@pytest.mark.parametrize("size", [24, 300])
async def test_stocktrims_lines_and_cost_are_those_get_reorder_plan_tells(
    open_app: Callable[..., App], size: int
) -> None:
    account = open_app(Sandbox(size, today=TODAY, clock=Clock())).records()
    plan = await get_reorder_plan(account)
    found = await simulate_reorder(account, limit=100)
    assert (found.stocktrim_lines, found.stocktrim_cost) == (plan.total_lines, plan.total_cost)
    assert found.baseline_cost == found.estimated_cost == found.stocktrim_cost
    assert {one.product for one in plan.set_aside} <= {one.product for one in found.set_aside}


async def test_what_is_on_open_orders_is_said_and_in_no_budget(account: Records) -> None:
    plan = await get_reorder_plan(account, limit=200)
    aside = {one.product for one in plan.set_aside}
    assert aside
    found = await simulate_reorder(account, budget=1_000_000, limit=100)
    assert not aside & {row.product for row in found.items}
    assert aside <= {one.product for one in found.set_aside}
    assert "in no total here, as open orders hold them. See to these orders: " in found.warnings[0]


async def test_nothing_is_written(account: Records, sandbox: Sandbox) -> None:
    await simulate_reorder(account, demand_change_pct=50)
    writing = [
        one.operation for one in sandbox.requests if not one.operation.startswith(("list_", "get_", "find_", "read_"))
    ]
    assert writing == []
