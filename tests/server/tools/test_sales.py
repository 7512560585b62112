"""What was sold, checked against the sandbox's own ledger."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from mcp import Client
from mcp.server.mcpserver.exceptions import ToolError

from stocktrim_client.models import SalesOrderDraft
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.tools.sales import SalesHistory, get_sales_history
from tests.conftest import TODAY


def key_of(sandbox: Sandbox, code: str) -> str:
    products = sandbox.shop.products
    return next(key for key, one in products.items() if code in (one.get("productCodeReadable"), one["productId"]))


def sold(sandbox: Sandbox, code: str, begin: Callable[[date], str]) -> dict[str, float]:
    units: dict[str, float] = defaultdict(float)
    for sale in sandbox.shop.ledger.sales(key_of(sandbox, code)):
        units[begin(date.fromisoformat(sale["orderDate"][:10]))] += sale["quantity"]
    return units


def by_period(history: SalesHistory, product: str, of: str = "units") -> dict[str, Any]:
    (row,) = [row for row in history.rows if row[:2] == (product, of)]
    return {name.removesuffix(" so far"): value for name, value in zip(history.columns[2:], row[2:], strict=True)}


async def test_units_of_each_month_are_those_of_the_ledger(app: App, sandbox: Sandbox) -> None:
    history = await get_sales_history(app.stocktrim, app, ("V60-02", "mug-sage"))
    expected = sold(sandbox, "V60-02", lambda day: f"{day:%Y-%m}")
    assert history.columns[-2:] == ("2026-11 so far", "total")
    months = [name.removesuffix(" so far") for name in history.columns[2:-1]]
    assert months[0] == "2025-12"
    units = by_period(history, "V60-02")
    assert {month: units[month] for month in months} == pytest.approx({one: expected.get(one, 0.0) for one in months})
    assert units["total"] == pytest.approx(sum(expected.get(one, 0.0) for one in months))
    assert by_period(history, "MUG-SAGE")["total"] > 0
    assert history.total == 2
    assert history.warnings[0].startswith("2026-11 is not over yet")


async def test_weeks_begin_on_mondays_and_at_the_week_asked_for(app: App, sandbox: Sandbox) -> None:
    history = await get_sales_history(app.stocktrim, app, ("V60-02",), since="2026-10-15", bucket="week")
    weeks = [(date(2026, 10, 12) + timedelta(days=7 * week)).isoformat() for week in range(7)]
    assert history.columns[2:-1] == (*weeks[:-1], f"{weeks[-1]} so far")
    expected = sold(sandbox, "V60-02", lambda day: (day - timedelta(days=day.weekday())).isoformat())
    units = by_period(history, "V60-02")
    assert all(units[week] == pytest.approx(expected.get(week, 0.0)) for week in weeks)


async def test_revenue_stands_beside_units_where_sales_have_prices(app: App) -> None:
    for day, price in ((2, 10.0), (3, 12.5)):
        await _sell(app, "V60-02", day, price)
    history = await get_sales_history(app.stocktrim, app, ("V60-02",), since="2026-11-01")
    revenue = [row for row in history.rows if str(row[1]).startswith("revenue")]
    assert len(revenue) == 1
    assert float(revenue[0][-1] or 0) >= 22.5


async def test_where_sales_are_not_answered_the_plans_figures_are_given(
    open_app: Callable[..., App], clock: Callable[[], float]
) -> None:
    sandbox = Sandbox(today=TODAY, clock=clock, quirks=Quirks(sales_orders_v1="dead"))
    app = open_app(sandbox)
    history = await get_sales_history(app.stocktrim, app, ("V60-02", "MUG-SAGE"))
    assert history.rows == ()
    assert history.total == 0
    assert [one.product for one in history.demand] == ["V60-02", "MUG-SAGE"]
    assert all((one.sold_per_day or 0) > 0 and (one.forecast_per_day or 0) > 0 for one in history.demand)
    assert history.warnings[0].startswith("StockTrim shows no sales of 'V60-02', 'MUG-SAGE'")
    assert "does not answer" in history.warnings[0]
    assert history.age == "sales read just now; StockTrim computed the plan 2 hours ago"


async def test_a_product_without_sales_is_said_to_have_none_beside_one_that_has(app: App) -> None:
    history = await get_sales_history(app.stocktrim, app, ("V60-02", "SAMPLE-X", "NOPE"))
    assert {row[0] for row in history.rows} == {"V60-02"}
    assert history.total == 1
    assert history.warnings[0].startswith("There is no product 'NOPE'")
    assert any("what a customer bought, no tool here can say" in one for one in history.warnings)
    assert any("no sales of 'SAMPLE-X'" in one for one in history.warnings)


async def test_sales_that_fail_do_not_hide_the_answer(app: App, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", at="list_sales_orders", status=500, times=None))
    history = await get_sales_history(app.stocktrim, app, ("V60-02",))
    assert "could not be read" in history.warnings[0]
    assert "500" in history.warnings[0]
    assert history.demand[0].product == "V60-02"


@pytest.mark.parametrize("reading", Quirks.readings())
async def test_every_reading_of_the_api_has_an_answer(
    open_app: Callable[..., App], clock: Callable[[], float], reading: Any
) -> None:
    app = open_app(Sandbox(today=TODAY, clock=clock, quirks=Quirks.readings()[reading]))
    history = await get_sales_history(app.stocktrim, app, ("V60-02",))
    assert bool(history.rows) != bool(history.demand)


@pytest.mark.parametrize(
    ("since", "bucket", "said"),
    [
        ("last spring", "month", "is no day"),
        ("2026-13", "month", "is no day"),
        ("31.01.2026", "month", "is no day"),
        ("2027-01-01", "month", "lies in the future"),
        ("2020-01-01", "week", "ask by month"),
        ("0001-01-01", "month", "name a later day"),
    ],
)
async def test_a_time_that_cannot_be_meant_is_explained(app: App, since: str, bucket: Any, said: str) -> None:
    with pytest.raises(ToolError, match=said):
        await get_sales_history(app.stocktrim, app, ("V60-02",), since=since, bucket=bucket)


@pytest.mark.parametrize(
    ("since", "first"),
    [("2026-09", "2026-09"), (" 2026-9-16 ", "2026-09"), ("2026", "2026-01"), ("2026-10-31T23:00:00Z", "2026-10")],
)
async def test_a_time_is_understood_as_people_write_it(app: App, since: str, first: str) -> None:
    history = await get_sales_history(app.stocktrim, app, ("V60-02",), since=since)
    assert history.columns[2] == first


async def test_arguments_are_understood_however_a_host_writes_them(app: App) -> None:
    async with Client(server.build(app)) as client:
        for asked in ({"products": "V60-02, mug-sage", "since": 2026}, {"products": '["V60-02", " MUG-SAGE "]'}):
            said = await client.call_tool("get_sales_history", asked)
            assert not said.is_error
            assert (said.structured_content or {})["total"] == 2


async def test_a_misspelt_product_is_guessed(app: App) -> None:
    history = await get_sales_history(app.stocktrim, app, ("KETLE-09",))
    assert history.warnings[0].startswith("There is no product 'KETLE-09'. Did you mean 'KETTLE-09'")
    assert (history.total, history.rows) == (0, ())


async def test_where_a_history_begins_is_said_so_that_no_zero_misleads(app: App, sandbox: Sandbox) -> None:
    sandbox.shop.products["FRESH"] = {"id": 9, "productId": "FRESH"}
    sandbox.shop.changed()
    await _sell(app, "FRESH", 20, 5.0)
    history = await get_sales_history(app.stocktrim, app, ("FRESH",))
    assert history.warnings[0] == "StockTrim shows no sale of 'FRESH' before 2026-11-20."


async def _sell(app: App, product: str, day: int, price: float) -> None:
    meant = await app.stocktrim.products.get(product)
    await app.stocktrim.sales_orders.save(
        SalesOrderDraft(
            product_id=meant.product_id,
            sold_at=datetime(2026, 11, day, tzinfo=UTC),
            quantity=1,
            unit_price=price,
            reference=f"SALE-{day}",
        )
    )
