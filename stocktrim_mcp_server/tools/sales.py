"""What was sold."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field, WithJsonSchema

from stocktrim_client import StockTrimClient, StockTrimError
from stocktrim_client.models import Model, OrderPlanRow, Product, SalesOrder
from stocktrim_mcp_server.answers import Dated, dated, thin
from stocktrim_mcp_server.dependencies import CurrentApp, StockTrim, on_hand
from stocktrim_mcp_server.toolbox import Codes, Toolset, together

Bucket = Literal["week", "month"]

MOST_PERIODS = 60
USUAL_PERIODS: Mapping[Bucket, int] = {"month": 12, "week": 13}


class PlanDemand(Model):
    """What StockTrim's plan says of a product's sales, where the sales themselves are not shown."""

    product: str
    daily_demand: float | None = None
    sold_in_last_lead_time: float | None = None
    lead_time_days: int | None = None
    sales_count: int | None = None
    last_sold_on: date | None = None


class SalesHistory(Dated):
    """Units and revenue a period, one row each; where there are no sales to show, the plan's figures."""

    columns: tuple[str, ...]
    rows: Annotated[
        tuple[tuple[str | float | None, ...], ...], WithJsonSchema({"type": "array", "items": {"type": "array"}})
    ]
    demand: Annotated[tuple[PlanDemand, ...], thin("product")] = ()
    total: int = Field(description="Products with sales")


async def get_sales_history(
    stocktrim: StockTrim,
    app: CurrentApp,
    products: Annotated[Codes, Field(min_length=1, max_length=20, description="SKUs or product ids, e.g. ['TEA-01']")],
    since: Annotated[
        str, Field(description="A day of the first period, e.g. 2026-01-31; empty = 12 months or 13 weeks back")
    ] = "",
    bucket: Annotated[Bucket, Field(description="Length of a period")] = "month",
) -> SalesHistory:
    """Units sold and revenue of products by month or week, read live.

    Where StockTrim shows no sales it says so, and gives the plan's demand figures instead. For what demand means for
    ordering use get_reorder_plan.
    """
    today = app.now().astimezone(UTC).date()
    periods = _periods(since, bucket, today)
    meant = await stocktrim.products.find_many(products)
    said = [f"There is no product {code!r}; search finds codes." for code, those in meant.items() if not those]
    found = {product.product_id: product for those in meant.values() for product in those}
    sold = await together(*(_sales(stocktrim, product) for product in found.values()))
    rows: list[tuple[str | float | None, ...]] = []
    silent: list[Product] = []
    for product, (sales, error) in zip(found.values(), sold, strict=True):
        if not sales:
            silent.append(product)
        else:
            rows += _rows(product.code, sales, periods, bucket)
        if error is not None:
            said.append(f"The sales of {product.code!r} could not be read. {error}")
    said += _remarks(rows, periods, bucket, today)
    facts: dict[str, Any] = {"age": "read just now", "warnings": tuple(said)}
    demand: tuple[PlanDemand, ...] = ()
    if silent:
        standing = await on_hand(stocktrim, useful=("order_plan",))
        plan = await stocktrim.snapshot.order_plan(wait=0) if not standing.missing else ()
        demand = _demand(silent, plan)
        facts = dated(standing, *said, _silence(silent, demand))
        facts["age"] = f"sales read just now; the plan {facts['age']}" if facts["age"] else "read just now"
    columns = ("product", "of", *(_label(one, bucket) for one in periods), "total") if rows else ()
    total = len(found) - len(silent)
    return SalesHistory(columns=columns, rows=tuple(rows), demand=demand, total=total, **facts)


def _periods(since: str, bucket: Bucket, today: date) -> list[date]:
    """The first days of all periods from the one that holds `since` to the one that holds today."""
    try:
        first = _begin(date.fromisoformat(since.strip()[:10]), bucket) if since.strip() else None
    except ValueError:
        raise ToolError(f"since {since[:40]!r} is no day: write it as 2026-01-31.") from None
    periods = [_begin(today, bucket)]
    if first is not None and first > periods[0]:
        raise ToolError(f"since {since!r} lies in the future.")
    while periods[-1] > first if first is not None else len(periods) < USUAL_PERIODS[bucket]:
        periods.append(_begin(periods[-1] - timedelta(days=1), bucket))
        if len(periods) > MOST_PERIODS:
            raise ToolError(f"That is more than {MOST_PERIODS} {bucket}s: name a later day, or ask by month.")
    return periods[::-1]


def _begin(day: date, bucket: Bucket) -> date:
    return day.replace(day=1) if bucket == "month" else day - timedelta(days=day.weekday())


def _label(first: date, bucket: Bucket) -> str:
    return f"{first:%Y-%m}" if bucket == "month" else first.isoformat()


async def _sales(stocktrim: StockTrimClient, product: Product) -> tuple[list[SalesOrder], StockTrimError | None]:
    """A product's sales, or why they could not be read: one that fails does not hide the others."""
    try:
        return await stocktrim.sales_orders.all(product.product_id), None
    except StockTrimError as error:
        return [], error


def _rows(
    code: str, sales: Iterable[SalesOrder], periods: Sequence[date], bucket: Bucket
) -> list[tuple[str | float | None, ...]]:
    units, revenue = dict.fromkeys(periods, 0.0), dict.fromkeys(periods, 0.0)
    unpriced = False
    for sale in sales:
        if sale.sold_at is None or (period := _begin(sale.sold_at.astimezone(UTC).date(), bucket)) not in units:
            continue
        units[period] += sale.quantity or 0.0
        revenue[period] += (sale.quantity or 0.0) * (sale.unit_price or 0.0)
        unpriced = unpriced or sale.unit_price is None
    rows: list[tuple[str | float | None, ...]] = [(code, "units", *map(_rounded, units.values()), _sum(units))]
    if any(revenue.values()):
        said = "revenue of priced sales" if unpriced else "revenue"
        rows.append((code, said, *map(_rounded, revenue.values()), _sum(revenue)))
    return rows


def _rounded(amount: float) -> float:
    return round(amount, 2)


def _sum(amounts: Mapping[date, float]) -> float:
    return round(sum(amounts.values()), 2)


def _remarks(rows: Sequence[object], periods: Sequence[date], bucket: Bucket, today: date) -> list[str]:
    following = _begin(periods[-1] + timedelta(days=32 if bucket == "month" else 7), bucket)
    if rows and today < following - timedelta(days=1):
        return [f"{_label(periods[-1], bucket)} is not over yet: do not compare it with whole {bucket}s."]
    return []


def _demand(products: Iterable[Product], plan: Iterable[OrderPlanRow]) -> tuple[PlanDemand, ...]:
    rows = {name: row for row in plan for name in (row.code, row.product_id) if name}
    found = [row for one in products if (row := rows.get(one.product_id) or rows.get(one.code)) is not None]
    return tuple(
        PlanDemand(
            product=row.code,
            daily_demand=row.daily_demand,
            sold_in_last_lead_time=row.sold_in_last_lead_time,
            lead_time_days=row.lead_time_days,
            sales_count=row.sales_count,
            last_sold_on=_day(row.last_sold_at),
        )
        for row in found
    )


def _day(at: datetime | None) -> date | None:
    return None if at is None else at.astimezone(UTC).date()


def _silence(silent: Sequence[Product], demand: Sequence[PlanDemand]) -> str:
    """Nothing shown may mean that nothing was sold, or that StockTrim does not answer this reading."""
    codes = ", ".join(repr(one.code) for one in silent)
    said = f"StockTrim shows no sales of {codes}: none are recorded, or it does not answer this reading."
    if any(one.daily_demand or one.sales_count for one in demand):
        said += " Its plan knows demand: see those figures (daily demand: average of the last 120 days) instead."
    return said


SALES = Toolset("sales", "What was sold.", reads=(get_sales_history,))
