"""What StockTrim recommends to order."""

from collections.abc import Hashable, Sequence
from typing import Any, Literal

from stocktrim_client.changes import Changes
from stocktrim_client.generated.client import Client
from stocktrim_client.helpers.base import Helper, answer_of, found
from stocktrim_client.helpers.suppliers import Suppliers
from stocktrim_client.helpers.wire import Body, Seen, build, in_slices, utc
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

Identified = tuple[Hashable, OrderPlanRow]
Status = Literal["Current", "Discontinued", "All"]


class OrderPlan(Helper):
    """The rows of StockTrim's last calculation."""

    def __init__(self, api: Client, changes: Changes, suppliers: Suppliers) -> None:
        super().__init__(api, changes)
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
    ) -> list[OrderPlanRow]:
        """Every row of the plan within the filters; rows name no supplier, `products` does.

        StockTrim takes one supplier and one location a call, so several cost several calls. Without locations the
        rows are for the whole business.

        Source: read_order_plan; its first page number and page size are not known, so repeats are dropped by row.
        """
        shared = {
            "category": category,
            "searchString": search,
            "currentStatus": status,
            "excludeManufactured": exclude_manufactured,
        }
        seen = Seen()
        rows: list[OrderPlanRow] = []
        for supplier in dict.fromkeys(suppliers) or (None,):
            for location in dict.fromkeys(locations) or (None,):
                criteria = {**shared, "supplier": supplier, "location": location}
                found_here = await self._pages(criteria)
                if not found_here and supplier is not None and (name := await self._name(supplier)):
                    # Whether StockTrim filters by code or by name is not known.
                    found_here = await self._pages({**criteria, "supplier": name})
                rows += [row for _, row in seen.fresh(found_here, _identity)]
        return rows

    async def _name(self, supplier: str) -> str | None:
        known = await self._suppliers.find(supplier)
        return known.name if known and known.name != supplier else None

    async def _pages(self, criteria: dict[str, Any]) -> list[Identified]:
        """Page after page, as each says whether there is a next; where it does not say, until nothing new comes."""
        seen = Seen()
        number = 0
        answer, more = await self._page(criteria, None)
        if not answer:
            # Where counting starts at 1, no number may mean the page before the first.
            number = 1
            answer, more = await self._page(criteria, number)
        first_size = len(answer)
        rows: list[Identified] = []
        while True:
            fresh = seen.fresh(answer, _identity)
            rows += fresh
            silent_end = more is None and (len(answer) > PAGE_SIZE or len(answer) < first_size)
            # Page 1 may repeat the first; a later one with nothing new is the end, whatever it says.
            if more is False or silent_end or not answer or (not fresh and number > 1):
                return rows
            number += 1
            answer, more = await self._page(criteria, number)

    async def _page(self, criteria: dict[str, Any], number: int | None) -> tuple[list[Identified], bool | None]:
        asked = {**criteria, "page": number, "perPage": PAGE_SIZE}
        body = {word: value for word, value in asked.items() if value is not None}
        with answer_of("read_order_plan"), calling(bulk=True):
            response = await found(self._api.get_async_httpx_client().post("/api/OrderPlan", json=body))
            if response is None:
                return [], None
            content = Body(response.content, member="results")
            rows = await in_slices(content.rows(), _identified)
            echo: dict[str, Any] = content.others.get("filterCriteria") or {}
            return rows, echo.get("hasNextPage")


def _identified(row: dict[str, Any]) -> Identified:
    """A row, and what makes it the same row on another page."""
    product_id = row.get("externalId")
    code = row.get("productCode") or row.get("skuCode") or product_id
    if code is None:
        raise ValueError("a row of the order plan names no product")
    identity = row.get("id") or (product_id, code, row.get("locationId"), row.get("locationName"), row.get("channelId"))
    values = {house: row.get(word) for house, word in WORDS.items()}
    values |= {house: utc(row.get(word)) for house, word in DATES.items()}
    return identity, build(OrderPlanRow, {**values, "code": code, "product_id": product_id})


def _identity(identified: Identified) -> Hashable:
    return identified[0]
