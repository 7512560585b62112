"""What was sold."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field, WithJsonSchema

from stocktrim_client import StockTrimClient, StockTrimError
from stocktrim_client.models import Model, OrderPlanRow, Product, SalesOrder
from stocktrim_mcp_server.answers import LIST, Dated, dated
from stocktrim_mcp_server.dependencies import CurrentApp, StockTrim, computed_ago, on_hand
from stocktrim_mcp_server.meaning import BY_PRODUCT_ONLY, no_products, products_called
from stocktrim_mcp_server.planning.bounds import short
from stocktrim_mcp_server.planning.catalogue import Catalogue
from stocktrim_mcp_server.planning.replenishment import pace_of
from stocktrim_mcp_server.toolbox import Codes, Toolset, together

Bucket = Literal["week", "month"]

MOST_PERIODS = 60
USUAL_PERIODS: Mapping[Bucket, int] = {"month": 12, "week": 13}
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ].*)?)?)?")
"""A day, a month or a year, as ISO writes them; a time of day is no matter."""

COUNTED = "units"
PRICED = "revenue"


class PlanDemand(Model):
    """What StockTrim's plan says of a product's sales, where the sales themselves are not shown."""

    product: str
    sold_per_day: float | None = Field(default=None, description="Recent sales: average of the last 120 days")
    forecast_per_day: float | None = Field(default=None, description="Expected sales")
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
    demand: Annotated[tuple[PlanDemand, ...], LIST] = ()
    total: int = Field(description="Products with sales")


async def get_sales_history(
    stocktrim: StockTrim,
    app: CurrentApp,
    products: Annotated[Codes, Field(min_length=1, max_length=20, description="SKUs or ids, e.g. ['TEA-01']")],
    since: Annotated[
        str, Field(coerce_numbers_to_str=True, description="e.g. 2026-01; empty = 12 months or 13 weeks")
    ] = "",
    bucket: Annotated[Bucket, Field(description="Period")] = "month",
) -> SalesHistory:
    """Units sold and revenue of products by month or week; where StockTrim shows none, the plan's demand."""
    today = app.now().astimezone(UTC).date()
    periods = _periods(since, bucket, today)
    meant = await products_called(stocktrim, products)
    said = await no_products(stocktrim, unknown := [code for code, those in meant.items() if not those])
    if unknown:
        said.append(BY_PRODUCT_ONLY)
    found = {product.product_id: product for those in meant.values() for product in those}
    sold = await together(*(_sales(stocktrim, product) for product in found.values()))
    rows: list[tuple[str | float | None, ...]] = []
    silent: list[Product] = []
    for product, (sales, error) in zip(found.values(), sold, strict=True):
        if not sales:
            silent.append(product)
        else:
            rows += _rows(short(product.code), sales, periods, bucket)
            said += _begun(product, sales, periods)
        if error is not None:
            said.append(f"The sales of {short(product.code)!r} could not be read. {error}")
    if rows and _is_under_way(periods, bucket, today):
        said.append(f"{_label(periods[-1], bucket)} is not over yet: do not compare it with whole {bucket}s.")
    facts: dict[str, Any] = {"warnings": tuple(said)}
    age = "sales read just now"
    demand: tuple[PlanDemand, ...] = ()
    if silent:
        standing = await on_hand(stocktrim, useful=("order_plan",))
        plan = await stocktrim.snapshot.order_plan(wait=0) if not standing.missing else ()
        demand = _demand(silent, plan)
        facts = dated(standing, *said, _silence(silent, demand))
        if ago := computed_ago(standing, app.now()):
            age = f"{age}; {ago}"
    names = [_label(one, bucket) for one in periods]
    if _is_under_way(periods, bucket, today):
        names[-1] += " so far"
    columns = ("product", "of", *names, "total") if rows else ()
    facts["age"] = age
    return SalesHistory(columns=columns, rows=tuple(rows), demand=demand, total=len(found) - len(silent), **facts)


def _periods(since: str, bucket: Bucket, today: date) -> list[date]:
    """The first days of all periods from the one that holds `since` to the one that holds today."""
    first = _begin(_day_meant(since), bucket) if since.strip() else None
    periods = [_begin(today, bucket)]
    if first is not None and first > periods[0]:
        raise ToolError(f"since {since!r} lies in the future.")
    while periods[-1] > first if first is not None else len(periods) < USUAL_PERIODS[bucket]:
        periods.append(_begin(periods[-1] - timedelta(days=1), bucket))
        if len(periods) > MOST_PERIODS:
            raise ToolError(f"That is more than {MOST_PERIODS} {bucket}s: name a later day, or ask by month.")
    return periods[::-1]


def _day_meant(said: str) -> date:
    """The day, or the first one of the month or year. Raises: ToolError for anything else."""
    found = _DAY.fullmatch(said.strip())
    try:
        if found is not None:
            return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        pass
    raise ToolError(f"since {said[:40]!r} is no day and no month: write it as 2026-01-31 or 2026-01.")


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
    rows: list[tuple[str | float | None, ...]] = [(code, COUNTED, *map(_rounded, units.values()), _sum(units))]
    if any(revenue.values()):
        said = f"{PRICED} of priced sales" if unpriced else PRICED
        rows.append((code, said, *map(_rounded, revenue.values()), _sum(revenue)))
    return rows


def _begun(product: Product, sales: Iterable[SalesOrder], periods: Sequence[date]) -> list[str]:
    """Where its history begins within the periods shown: zeros before that are no sales missed."""
    days = [day for sale in sales if (day := _day(sale.sold_at)) is not None]
    if not days or min(days) <= periods[0] + timedelta(days=31):
        return []
    return [f"StockTrim shows no sale of {short(product.code)!r} before {min(days)}."]


def _rounded(amount: float) -> float:
    return round(amount, 2)


def _sum(amounts: Mapping[date, float]) -> float:
    return round(sum(amounts.values()), 2)


def _is_under_way(periods: Sequence[date], bucket: Bucket, today: date) -> bool:
    """Whether days of the last period are still to come, today's among them."""
    following = _begin(periods[-1] + timedelta(days=32 if bucket == "month" else 7), bucket)
    return today < following


def _demand(products: Iterable[Product], plan: Iterable[OrderPlanRow]) -> tuple[PlanDemand, ...]:
    wanted = list(products)
    rows = {name: row for row in plan for name in (row.code, row.product_id) if name}
    catalogue = Catalogue(wanted)
    found = [row for one in wanted if (row := rows.get(one.product_id) or rows.get(one.code)) is not None]
    return tuple(
        PlanDemand(
            product=short(row.code),
            sold_per_day=None if row.daily_demand is None else round(row.daily_demand, 3),
            forecast_per_day=round(pace_of(catalogue.item(row)).daily_rate, 3),
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
    codes = ", ".join(repr(short(one.code, 60)) for one in silent)
    said = f"StockTrim shows no sales of {codes}: none are recorded, or it does not answer this reading."
    if any(one.sold_per_day or one.sales_count for one in demand):
        return f"{said} Its plan knows demand: see those figures instead."
    return f"{said} Its plan knows none of them." if not demand else f"{said} Its plan knows no demand either."


SALES = Toolset("sales", "What was sold.", reads=(get_sales_history,))
