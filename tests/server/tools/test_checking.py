"""Settings that make a plan unreliable, checked against what the sandbox holds."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from mcp.server.mcpserver.exceptions import ToolError

from stocktrim_client.sandbox import Sandbox
from stocktrim_mcp_server.answers import text_of
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.records import Records
from stocktrim_mcp_server.tools.checking import check_planning_data
from tests.conftest import NOW, TODAY, Clock


@pytest.fixture
def account(open_app: Callable[..., App]) -> Records:
    return open_app(Sandbox(300, today=TODAY, clock=Clock())).records()


async def test_every_product_without_a_cost_is_found(open_app: Callable[..., App]) -> None:
    sandbox = Sandbox(300, today=TODAY, clock=Clock())
    found = await check_planning_data(open_app(sandbox).records(), checks=("no_cost", "zero_cost"), limit=100)
    expected = {
        product.get("productCodeReadable") or product["productId"]
        for product in sandbox.shop.products.values()
        if not product.get("cost")
    }
    assert expected
    assert {one.product for one in found.items} == expected
    assert found.total == len(found.items) == sum(check.findings for check in found.checks)
    assert all(one.wrong for one in found.items)
    assert {check.fix for check in found.checks} == {"Set unit_cost in StockTrim."}


async def test_findings_come_by_money_and_the_cursor_meets_each_once(account: Records) -> None:
    whole = await check_planning_data(account, limit=100)
    assert whole.total > 3
    money = [one.money for one in whole.items if one.money is not None]
    assert money == sorted(money, reverse=True)
    met, cursor = 0, ""
    while True:
        part = await check_planning_data(account, limit=7, cursor=cursor)
        assert part.total == whole.total
        met += len(part.items)
        if part.next_cursor is None:
            break
        cursor = part.next_cursor
    assert met == whole.total


async def test_one_supplier_is_looked_at_alone_and_a_strange_one_is_said(account: Records) -> None:
    found = await check_planning_data(account, suppliers=("Hikari", "ZZZ"), limit=100)
    assert {one.supplier for one in found.items} <= {"HIKARI", None}
    assert found.warnings[0] == "No product is of a supplier 'ZZZ'."
    near = await check_planning_data(account, suppliers=("HIKARY",))
    assert near.warnings[0] == "No product is of a supplier 'HIKARY'. Did you mean 'HIKARI'?"
    assert (near.checked, near.total) == (0, 0)


async def test_what_is_no_check_is_refused_with_those_there_are(account: Records) -> None:
    with pytest.raises(ToolError, match=r"no check 'colour'.*no_cost"):
        await check_planning_data(account, checks=("colour",))


async def test_a_stale_plan_is_a_finding_and_all_well_is_an_answer(open_app: Callable[..., App]) -> None:
    app = open_app(Sandbox(today=TODAY, clock=Clock()))
    found = await check_planning_data(app.records(), checks=("stale_plan",))
    assert (found.total, found.items) == (0, ())
    assert found.warnings[0] == "Nothing found by stale_plan among 24 product(s)."
    app.now = lambda: NOW + timedelta(days=30)
    later = await check_planning_data(app.records(), checks=("stale_plan",))
    assert "30 days old" in later.items[0].wrong


async def test_an_answer_is_small(account: Records) -> None:
    assert len(text_of(await check_planning_data(account))) / 4 < 3_000
