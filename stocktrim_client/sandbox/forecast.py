"""The published plan: what the last run saw, its rows worked out when they are first read."""

import asyncio
import json
import math
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from stocktrim_client.sandbox.plan import Figures, Item, Sold, figure
from stocktrim_client.sandbox.quirks import Quirks
from stocktrim_client.sandbox.shop import Ledger, Record, Shop

__all__ = ["Forecast", "Plan", "Row", "breathe", "encode", "stock_of"]

TENANT = "5a9d0b0c-0000-4000-8000-000000000001"
AT_A_TIME = 4
ENCODER = json.JSONEncoder(separators=(",", ":"))
GROUPS_KEPT = 6


def encode(value: object) -> bytes:
    """Compact JSON."""
    return ENCODER.encode(value).encode()


async def breathe() -> None:
    """Let others have the event loop."""
    await asyncio.sleep(0)


class Row(NamedTuple):
    """A product in the plan: who it is, its figures, and the row as sent."""

    product: Record
    figures: Figures
    body: bytes


def _number(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


class Plan:
    """The shop at the moment of a run, and what follows from it."""

    def __init__(self, shop: Shop, calculated: str) -> None:
        self.calculated = calculated
        self.today: date = shop.today
        self.products = dict(shop.products)
        self.locations = dict(shop.locations)
        self._customers = dict(shop.customers)
        self._suppliers = dict(shop.suppliers)
        self._default_lead_time = shop.default_lead_time
        self._ledger: Ledger = shop.ledger.copy()
        self._on_order = shop.on_order()
        self.made_of: dict[str, list[tuple[str, float]]] = {}
        self.part_of: dict[str, list[tuple[str, float]]] = {}
        for bom in shop.boms.values():
            quantity = 1.0 if bom.get("quantity") is None else bom["quantity"]
            self.made_of.setdefault(bom["productId"], []).append((bom["componentId"], quantity))
            self.part_of.setdefault(bom["componentId"], []).append((bom["productId"], quantity))
        self._by_code = {each["supplierCode"]: each for each in self._suppliers.values() if "supplierCode" in each}
        self._variants: dict[str, int] = {}
        for product in self.products.values():
            if (parent := product.get("parentId")) is not None:
                self._variants[parent] = self._variants.get(parent, 0) + 1
        self._rows: dict[tuple[str | None, str | None], dict[str, Row]] = {}

    def sold(self, product_id: str, above: frozenset[str] = frozenset()) -> list[Sold]:
        """All demand for a product: its own sales, and times the quantity those of what is made of it.

        Source: BOM explosion through every level. A product found in itself counts once.
        """
        own = self._ledger.sold(product_id)
        for parent, quantity in self.part_of.get(product_id, ()):
            if parent in above or parent == product_id:
                continue
            for sale in self.sold(parent, above | {product_id}):
                own.append(sale._replace(quantity=sale.quantity * quantity))
        return own

    def supplier_of(self, product: Record) -> Record | None:
        """The main supplier: by its code, else the first one listed."""
        if (code := product.get("supplierCode")) is not None:
            return self._by_code.get(code)
        for listed in product.get("suppliers") or ():
            if (found := self._suppliers.get(listed.get("supplier", -1))) is not None:
                return found
        return None

    def stock(self, product: Record, location: str | None) -> tuple[float, float]:
        """On hand and on order, everywhere or at one place."""
        return stock_of(product, location, self._on_order)

    def item(self, product: Record, location: str | None = None) -> Item:
        """A product as the arithmetic sees it."""
        supplier = self.supplier_of(product) or {}
        on_hand, on_order = self.stock(product, location)
        lead_time = product.get("leadTime", supplier.get("defaultLeadTime", self._default_lead_time))
        level = product.get("serviceLevel") or 0.95
        return Item(
            on_hand=on_hand,
            on_order=on_order,
            lead_time_days=lead_time,
            manufacturing_days=product.get("manufacturingTime") or 0,
            reorder_frequency_days=product.get("orderFrequency") or 0,
            forecast_period_days=product.get("forecastPeriod"),
            service_level=level / 100 if level > 1 else level,
            minimum_order=product.get("minimumOrderQuantity") or 0.0,
            batch=product.get("batchSize") or 0.0,
            shelf_minimum=product.get("minimumShelfLevel"),
            shelf_maximum=product.get("maximumShelfLevel"),
            unit_cost=product.get("cost"),
            overridden_demand=product.get("overriddenDemand"),
            overridden_days=product.get("overriddenDemandPeriod"),
            ignore_seasonality=bool(product.get("ignoreSeasonality")),
            discontinued=bool(product.get("discontinued")),
            unstocked=bool(product.get("unstocked")),
        )

    def figures(self, product_id: str, location: str | None = None, customer: str | None = None) -> Figures:
        """One product's figures, at one place or for one customer if that is asked."""
        sold = self.sold(product_id)
        if location is not None:
            sold = [sale for sale in sold if sale.location == location]
        if customer is not None:
            sold = [sale for sale in sold if sale.customer == customer]
        return figure(self.item(self.products[product_id], location), sold, self.today)

    async def rows(self, quirks: Quirks, location: str | None = None, customer: str | None = None) -> dict[str, Row]:
        """Every row, by productId; worked out once, a few at a time so that others are answered meanwhile."""
        key = (location, customer)
        known = self._rows.setdefault(key, {})
        if len(self._rows) > GROUPS_KEPT:
            del self._rows[next(each for each in self._rows if each != key)]
        place = next((each for each in self.locations.values() if each["locationCode"] == location), None)
        for done, product_id in enumerate(self.products):
            if product_id not in known:
                if done % AT_A_TIME == AT_A_TIME - 1:
                    await breathe()
                known[product_id] = self._row(product_id, location, customer, place, quirks)
        return known

    def _row(self, key: str, location: str | None, customer: str | None, place: Record | None, quirks: Quirks) -> Row:
        product = self.products[key]
        figures = self.figures(key, location, customer)
        wire = self._wire(product, figures, self.item(product, location), place)
        if quirks.service_level == "percent":
            wire["serviceLevel"] *= 100
        if quirks.dates == "utc":
            for name in ("calculatedDateTime", "latestOrderDate", "firstPurchaseDate"):
                wire[name] = wire[name] and f"{wire[name]}Z"
        if quirks.null_members == "missing":
            wire = {name: value for name, value in wire.items() if value is not None}
        return Row(product, figures, encode(wire))

    def _day(self, age: int | None) -> str | None:
        return None if age is None else f"{date.fromordinal(self.today.toordinal() - age)}T00:00:00"

    def _wire(self, product: Record, found: Figures, item: Item, place: Record | None) -> Record:
        get, key = product.get, product["productId"]
        parts, parents = self.made_of.get(key, ()), self.part_of.get(key, ())
        location = place["locationCode"] if place else None
        goods = [(self.stock(self.products[made], location), times) for made, times in parents if made in self.products]
        parent = self.products.get(get("parentId") or "")
        minimum, batch = get("minimumOrderQuantity"), get("batchSize")
        height, width, length = get("height"), get("width"), get("length")
        volume = (
            None
            if None in (height, width, length)
            else get("height", 0.0) * get("width", 0.0) * get("length", 0.0) / 1e6
        )
        average, line, curve, month, stretch = map(_number, found.predictions)
        code = get("productCodeReadable") or key
        return {
            "id": product["id"] + 50_000_000 + (place["id"] % 1000 * 1_000_000 if place else 0),
            "skuPropertyId": product["id"] + 10_000_000,
            "skuId": product["id"],
            "locationId": place["id"] if place else None,
            "channelId": None,
            "skuGroupingId": None,
            "skuOptimizedResultsGroupId": None,
            "tenantId": TENANT,
            "calculatedDateTime": self.calculated,
            "effectiveToDateTime": None,
            "reorderPoint": _number(found.reorder_point),
            "orderQuantity": _number(found.order_quantity),
            "leadDemand": _number(found.lead_demand),
            "forecastPeriodDemand": _number(found.period_demand),
            "overriddenFutureDemandEffectiveFromNow": _number(found.overridden_ahead),
            "safetyStockLevel": _number(found.safety_stock),
            "economicOrderQuantity": _number(found.economic_quantity),
            "optimialStockCycle": _number(found.stock_cycle_days),
            "leadTimeDays": item.lead_time_days,
            "reorderFrequencyDays": get("orderFrequency"),
            "orderCount": found.order_count,
            "latestOrderDate": self._day(found.latest_age),
            "firstPurchaseDate": self._day(found.first_age),
            "minimumOrderQuantity": None if minimum is None else int(minimum),
            "batchSize": None if batch is None else int(batch),
            "stockOnHand": item.on_hand,
            "stockOnOrder": item.on_order,
            "finishedGoodStockOnHand": sum(stock[0] for stock, _ in goods) if goods else None,
            "finishedGoodStockOnOrder": sum(stock[1] for stock, _ in goods) if goods else None,
            "finishedGoodQuantityUsed": _number(sum(stock[0] * times for stock, times in goods)) if goods else None,
            "componentStockOnHand": sum(
                self.stock(self.products[part], location)[0] for part, _ in parts if part in self.products
            )
            if parts
            else None,
            "daysUntilReplenishmentDue": found.days_until_due,
            "daysUntilStockOut": found.days_until_stock_out,
            "isUncertain": found.uncertain,
            "ordersInPreviousLeadTime": found.sold_in_lead_time,
            "avgDailyOrdersLast120Days": _number(found.daily_average),
            "leadDemandPredictionBasedOnAverage": average,
            "leadDemandPredictionBasedOnLinearRegression": line,
            "leadDemandPredictionBasedOn2ndOrderPolynomialRegression": curve,
            "leadDemandPredictionBasedOnLastMonth": month,
            "leadDemandPredictionBasedOnPreviousLeadtimeDays": stretch,
            "standardDev": _number(found.deviation),
            "serviceFactor": _number(found.factor),
            "maxRSquared": _number(found.best_fit),
            "minRSquared": _number(found.worst_fit),
            "maxRange": _number(found.prediction_range),
            "parentQuantity": parents[0][1] if parents else None,
            "mostAccurateAlgorithmTypeId": found.method,
            "errorText": found.error,
            "category": get("category"),
            "subCategory": get("subCategory"),
            "brand": None,
            "productType": None,
            "option1": get("option1"),
            "option2": get("option2"),
            "option3": get("option3"),
            "size": None,
            "productCode": code,
            "name": get("name"),
            "skuCost": get("cost"),
            "skuPrice": get("price"),
            "isDiscontinued": item.discontinued,
            "isUnstocked": item.unstocked,
            "productOfCount": len(parts),
            "componentOfCount": len(parents),
            "customerCount": found.customer_count,
            "locationCount": len(get("stockLocations") or ()),
            "locationName": place.get("locationName") if place else None,
            "showForecastForAllLocations": place is None,
            "manufacturingTime": get("manufacturingTime"),
            "minimumShelfLevel": get("minimumShelfLevel"),
            "maximumShelfLevel": get("maximumShelfLevel"),
            "serviceLevel": item.service_level,
            "weight": get("weight"),
            "height": height,
            "width": width,
            "length": length,
            "dimensionsCubicMeters": _number(volume),
            "externalId": key,
            "skuCode": code,
            "externalIdParent": get("parentId"),
            "skuCodeParent": (parent.get("productCodeReadable") if parent else get("parentId")),
            "childVariantsCount": self._variants.get(key, 0),
        }


def stock_of(product: Record, location: str | None, sent: dict[str, dict[str | None, float]]) -> tuple[float, float]:
    """On hand and on order of a product, everywhere or at one location.

    What was set by hand rules; else on order is what was sent for and has not come.
    """
    under_way = sent.get(product["productId"], {})
    if location is None:
        on_order = product.get("stockOnOrder")
        return product.get("stockOnHand") or 0.0, math.fsum(under_way.values()) if on_order is None else on_order
    places: Iterable[Record] = product.get("stockLocations") or ()
    here: Record = next((each for each in places if each["locationCode"] == location), Record())
    on_order = here.get("stockOnOrder")
    return here.get("stockOnHand") or 0.0, under_way.get(location, 0.0) if on_order is None else on_order


class Forecast:
    """The run of the forecast: what is published, what is under way, and what others are told of it."""

    def __init__(self, shop: Shop, clock: Callable[[], float], seconds: float, calculated: str) -> None:
        self._shop = shop
        self._clock = clock
        self.seconds = seconds
        self._published = Plan(shop, calculated)
        self._running: Plan | None = None
        self._started = 0.0
        self._polls_to_lag = 0
        self._told: Record | None = None
        self.runs = 0

    def plan(self) -> Plan:
        """What the last finished run found."""
        if self._running is not None and self._clock() - self._started >= self.seconds:
            self._published, self._running = self._running, None
        return self._published

    def run(self, now: Callable[[], str], lag: int) -> None:
        """Start a run over the shop as it stands, unless one is under way."""
        self.plan()
        if self._running is None:
            self._running = Plan(self._shop, now())
            self._started = self._clock()
            self._polls_to_lag = lag
            self._told = None
            self.runs += 1

    def say(self, told: Record) -> None:
        """Let a loader tell its own progress."""
        self._told = told

    def status(self) -> Record:
        """What GET ProcessingStatus answers."""
        self.plan()
        if self._polls_to_lag > 0:
            self._polls_to_lag -= 1
            return {"id": 1, "isProcessing": False, "percentageComplete": 0, "statusMessage": None}
        if self._running is not None:
            share = (self._clock() - self._started) / self.seconds
            told = "Calculating forecasts" if share > 0.3 else "Loading sales history"
            return {"id": 1, "isProcessing": True, "percentageComplete": int(100 * share), "statusMessage": told}
        if self._told is not None:
            return {"id": 1} | self._told
        return {"id": 1, "isProcessing": False, "percentageComplete": 100, "statusMessage": None}
