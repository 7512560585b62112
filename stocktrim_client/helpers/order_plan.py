"""What StockTrim recommends to order."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any, Literal

from stocktrim_client.changes import Changes
from stocktrim_client.generated.client import Client
from stocktrim_client.helpers.base import Helper, answer_of, body_of, found
from stocktrim_client.helpers.locations import Locations
from stocktrim_client.helpers.suppliers import Suppliers
from stocktrim_client.helpers.wire import Body, Keep, Seen, Sheet, all_pages, build, first_page, in_slices, keeping, utc
from stocktrim_client.models.order_plan import OrderPlanRow
from stocktrim_client.transport import calling

WORDS = {
    "name": "name",
    "category": "category",
    "sub_category": "subCategory",
    "location": "locationName",
    "location_id": "locationId",
    "order_quantity": "orderQuantity",
    "reorder_point": "reorderPoint",
    "safety_stock": "safetyStockLevel",
    "economic_order_quantity": "economicOrderQuantity",
    "optimal_stock_cycle_days": "optimialStockCycle",
    "days_until_stock_out": "daysUntilStockOut",
    "days_until_order": "daysUntilReplenishmentDue",
    "on_hand": "stockOnHand",
    "on_order": "stockOnOrder",
    "lead_time_days": "leadTimeDays",
    "reorder_frequency_days": "reorderFrequencyDays",
    "manufacturing_days": "manufacturingTime",
    "minimum_order_quantity": "minimumOrderQuantity",
    "batch_size": "batchSize",
    "minimum_shelf_level": "minimumShelfLevel",
    "maximum_shelf_level": "maximumShelfLevel",
    "lead_demand": "leadDemand",
    "forecast_period_demand": "forecastPeriodDemand",
    "overridden_demand": "overriddenFutureDemandEffectiveFromNow",
    "demand_by_average": "leadDemandPredictionBasedOnAverage",
    "demand_by_trend": "leadDemandPredictionBasedOnLinearRegression",
    "demand_by_curve": "leadDemandPredictionBasedOn2ndOrderPolynomialRegression",
    "demand_by_last_month": "leadDemandPredictionBasedOnLastMonth",
    "demand_by_last_lead_time": "leadDemandPredictionBasedOnPreviousLeadtimeDays",
    "forecast_method": "mostAccurateAlgorithmTypeId",
    "best_fit": "maxRSquared",
    "worst_fit": "minRSquared",
    "spread": "maxRange",
    "demand_deviation": "standardDev",
    "service_factor": "serviceFactor",
    "service_level": "serviceLevel",
    "is_uncertain": "isUncertain",
    "daily_demand": "avgDailyOrdersLast120Days",
    "sold_in_last_lead_time": "ordersInPreviousLeadTime",
    "sales_count": "orderCount",
    "unit_cost": "skuCost",
    "unit_price": "skuPrice",
    "is_discontinued": "isDiscontinued",
    "is_unstocked": "isUnstocked",
    "part_of_count": "componentOfCount",
    "made_of_count": "productOfCount",
    "error": "errorText",
}
PAGE_SIZE = 1000
"""Rows asked for at once: some 2 MB. StockTrim may give fewer, or, where it does not page, all."""

DATES = {"last_sold_at": "latestOrderDate", "calculated_at": "calculatedDateTime"}

IDENTITY = ("id", "externalId", "productCode", "locationId", "locationName", "channelId")
"""What makes a row the same row on another page. Without an id, only being equal does."""

Identified = tuple[Hashable | None, OrderPlanRow]
Status = Literal["Current", "Discontinued", "All"]


class OrderPlan(Helper):
    """The rows of StockTrim's last calculation."""

    def __init__(self, api: Client, changes: Changes, suppliers: Suppliers, locations: Locations) -> None:
        super().__init__(api, changes)
        self._locations = locations
        self._suppliers = suppliers

    async def all(
        self,
        *,
        suppliers: Sequence[str] = (),
        locations: Sequence[str] = (),
        category: str | None = None,
        search: str | None = None,
        status: Status | None = None,
        exclude_manufactured: bool | None = None,
        keep: Keep[OrderPlanRow] | None = None,
        pages_at_once: int | None = None,
    ) -> list[OrderPlanRow]:
        """Every row of the plan within the filters; rows name no supplier, `products` does.

        StockTrim takes one supplier and one location a call, so several cost several calls. Without locations the
        rows are for the whole business. `pages_at_once` bounds the memory that pages take.

        Source: read_order_plan; its first page number and page size are not known, so repeats are dropped by row.
        """
        shared = {
            "category": category,
            "searchString": search,
            "currentStatus": status,
            "excludeManufactured": exclude_manufactured,
        }
        rows: list[OrderPlanRow] = []
        turns = None if pages_at_once is None else asyncio.Semaphore(pages_at_once)
        known: dict[str, str] | None = None

        async def other_names() -> dict[str, str]:
            nonlocal known
            known = await self._other_names(bool(suppliers), bool(locations)) if known is None else known
            return known

        async def pages(criteria: Mapping[str, Any]) -> list[Identified]:
            async def page(number: int | None) -> Sheet[Identified]:
                async with turns or nullcontext():
                    return await self._page(criteria, number, keep=keep)

            with calling(bulk=True):
                return await all_pages(page, _identity, asked=PAGE_SIZE)

        for location in dict.fromkeys(locations) or (None,):
            seen = Seen()
            for supplier in dict.fromkeys(suppliers) or (None,):
                criteria = {**shared, "supplier": supplier, "location": location}
                for _, row in seen.fresh(await _matching(pages, criteria, other_names), _identity):
                    # A row of one location that does not say so would be taken for the whole business.
                    nameless = location is not None and row.location is None
                    rows.append(row.model_copy(update={"location": location}) if nameless else row)
        return rows

    async def calculated_at(self) -> datetime | None:
        """When StockTrim computed its plan, read off one row of it.

        None: there is no plan, or it does not say.
        """
        _, page = await first_page(lambda number: self._page({}, number, size=1))
        return page.rows[0][1].calculated_at if page.rows else None

    async def _other_names(self, suppliers: bool, locations: bool) -> dict[str, str]:
        """The name of each code, and the code of each name."""
        known = [
            *(await self._suppliers.all() if suppliers else ()),
            *(await self._locations.all() if locations else ()),
        ]
        pairs = [(one.code, one.name) for one in known if one.code and one.name]
        return {name: code for code, name in pairs} | dict(pairs)

    async def _page(
        self,
        criteria: Mapping[str, Any],
        number: int | None,
        size: int = PAGE_SIZE,
        keep: Keep[OrderPlanRow] | None = None,
    ) -> Sheet[Identified]:
        row_of = keeping(plan_row_of, keep)
        asked = {**criteria, "page": number, "perPage": size}
        body = {word: value for word, value in asked.items() if value is not None}
        with answer_of("read_order_plan"):
            response = await found(self._api.get_async_httpx_client().post("/api/OrderPlan", json=body))
            if response is None:
                return Sheet([])
            content = Body(body_of(response), member="results")
            rows = await in_slices(content.rows(), lambda row: (_key(row), row_of(row)))
            echo: dict[str, Any] | None = content.others.get("filterCriteria")
            if not content.met and echo is None:
                raise ValueError("neither rows nor a filter")
            return Sheet(rows, (echo or {}).get("hasNextPage"))


async def _matching(
    pages: Callable[[Mapping[str, Any]], Awaitable[list[Identified]]],
    criteria: Mapping[str, Any],
    other_names: Callable[[], Awaitable[Mapping[str, str]]],
) -> list[Identified]:
    """By code or, where that finds nothing, by name: which of them StockTrim's filters look at is not known."""
    matching = await pages(criteria)
    said = {word: criteria[word] for word in ("supplier", "location") if criteria[word]}
    if matching or not said:
        return matching
    names = await other_names()
    renamed = {word: names.get(text, text) for word, text in said.items()}
    return await pages({**criteria, **renamed}) if renamed != said else []


def _key(row: dict[str, Any]) -> Hashable | None:
    """The identity of a row. Raises: TypeError where it holds an object or a list, which nothing can be told by."""
    if not row.get("id"):
        return None
    key = tuple(row.get(word) for word in IDENTITY)
    hash(key)
    return key


def plan_row_of(row: Mapping[str, Any]) -> OrderPlanRow:
    """A row as it came as the house's."""
    product_id = row.get("externalId")
    code = row.get("productCode") or row.get("skuCode") or product_id
    if code is None:
        raise ValueError("a row of the order plan names no product")
    values = {house: row.get(word) for house, word in WORDS.items()}
    values |= {house: utc(row.get(word)) for house, word in DATES.items()}
    return build(OrderPlanRow, {**values, "code": code, "product_id": product_id})


def _identity(identified: Identified) -> Hashable | None:
    return identified[0]
