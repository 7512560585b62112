"""The shop behind the wire: what StockTrim holds of it, the same for the same seed and day, of any size.

Records hold only what is known, under the wire's names, and are replaced, never altered: a copy of the dictionaries is
a copy of the shop. Seeded sales are not stored but made anew from a product's pattern whenever they are read.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from stocktrim_client.sandbox.catalogue import (
    CUSTOMERS,
    GROWTH,
    LOCATIONS,
    PARTS,
    STREETS,
    SUPPLIER_WORDS,
    SUPPLIERS,
    TOWNS,
    WARES,
    Ware,
)
from stocktrim_client.sandbox.plan import HISTORY_WEEKS, Sold

__all__ = ["Ledger", "Pattern", "Record", "Shop", "text_of", "time_of"]

Record = dict[str, Any]

FIRST_PRODUCT = 20_000_001
FIRST_FOREIGN = 30_000_001
FIRST_SALE = 100_000_000
DECIMALS = frozenset(
    [
        "serviceLevel",
        "stockOnHand",
        "stockOnOrder",
        "cost",
        "price",
        "minimumOrderQuantity",
        "minimumShelfLevel",
        "maximumShelfLevel",
        "batchSize",
        "overriddenDemand",
        "weight",
        "height",
        "width",
        "length",
    ]
)
IDLE_SUPPLIER = 7
CYCLES = (14, 28, 21, 42, 28, 14)
"""Days between two orders from a supplier."""
LATE_SHARE = 0.02
LONGEST_CYCLES = 2.8
CUSTOMER_WORDS = ("Kitchen", "Café", "Stores", "Hotel", "Studio")
SEASON = tuple(math.cos(math.pi * months / 6) for months in range(12))


def text_of(moment: datetime) -> str:
    """A moment as StockTrim writes it: UTC without a zone, thousandths only when there are any."""
    moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def time_of(text: str) -> datetime:
    """The moment a text means; without an offset it is UTC.

    Raises: ValueError if it is no ISO date.
    """
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Pattern(NamedTuple):
    """How a seeded product has sold."""

    number: int
    product_id: str
    weekly: float
    peak: int
    swing: float
    growth: float
    chance: float
    weeks: int
    silent_weeks: int
    price: float | None


class Ledger:
    """Every sale there was, by product."""

    def __init__(self, seed: int, today: date, places: tuple[str, ...], buyers: tuple[str, ...]) -> None:
        self._seed = seed
        self._today = today
        self._places = places
        self._buyers = buyers
        self._months = tuple((today - timedelta(days=7 * week + 4)).month - 1 for week in range(HISTORY_WEEKS))
        self.patterns: dict[str, Pattern] = {}
        self._by_index: dict[int, str] = {}
        self.written: dict[str, tuple[Record, ...]] = {}
        self._references: dict[str, str] = {}

    def copy(self) -> "Ledger":
        """The ledger as it stands now."""
        twin = Ledger(self._seed, self._today, self._places, self._buyers)
        twin.patterns = dict(self.patterns)
        twin.written = dict(self.written)
        return twin

    def seed(self, pattern: Pattern) -> None:
        """Give a product its past."""
        self.patterns[pattern.product_id] = pattern
        self._by_index[pattern.number] = pattern.product_id

    def products(self) -> Iterator[str]:
        """Products that may have sales."""
        yield from self.patterns
        yield from (product for product in self.written if product not in self.patterns)

    def _seeded(self, pattern: Pattern) -> Iterator[tuple[int, int, float, str, str | None]]:
        """Week, age in days, quantity, place and buyer of each seeded sale, oldest first."""
        random = Random(self._seed * 1_000_003 + pattern.number).random
        season = [1 + pattern.swing * SEASON[(month - pattern.peak + 1) % 12] for month in range(12)]
        places, buyers, months = self._places, self._buyers, self._months
        scale = pattern.weekly / pattern.chance if pattern.chance else 0.0
        for week in range(pattern.weeks - 1, pattern.silent_weeks - 1, -1):
            if random() >= pattern.chance:
                continue
            level = scale * season[months[week]] * (1 + pattern.growth * (52 - week) / 52)
            quantity = math.floor(level * (0.65 + 0.7 * random()) + 0.5)
            if quantity <= 0:
                continue
            chosen = random()
            place = places[min(len(places) - 1, int(chosen * chosen * len(places)))] if places else ""
            buyer = buyers[int(random() * len(buyers))] if buyers and chosen > 0.3 else None
            yield week, 7 * week + 1 + int(random() * 7), float(quantity), place, buyer

    def sold(self, product_id: str) -> list[Sold]:
        """A product's sales, as the forecast reads them."""
        if (written := self.written.get(product_id)) is not None:
            ages = ((self._today - time_of(sale["orderDate"]).date()).days for sale in written)
            return [
                Sold(age, sale["quantity"], sale.get("locationCode"), sale.get("customerCode"))
                for age, sale in zip(ages, written, strict=True)
            ]
        pattern = self.patterns.get(product_id)
        if pattern is None:
            return []
        return [Sold(age, quantity, place or None, buyer) for _, age, quantity, place, buyer in self._seeded(pattern)]

    def sales(self, product_id: str) -> tuple[Record, ...]:
        """A product's sales in full."""
        if (written := self.written.get(product_id)) is not None:
            return written
        pattern = self.patterns.get(product_id)
        if pattern is None:
            return ()
        records: list[Record] = []
        for week, age, quantity, place, buyer in self._seeded(pattern):
            number = FIRST_SALE + pattern.number * HISTORY_WEEKS + week
            sale: Record = {
                "id": number,
                "productId": product_id,
                "externalReferenceId": f"SO-{number}",
                "orderDate": f"{self._today - timedelta(days=age)}T{8 + age % 10:02d}:{number % 60:02d}:00",
                "quantity": quantity,
            }
            if pattern.price is not None:
                sale["unitPrice"] = pattern.price
            if place:
                sale["locationCode"] = place
            if buyer:
                sale["customerCode"] = buyer
            records.append(sale)
        return tuple(records)

    def write(self, product_id: str, sales: Iterable[Record]) -> None:
        """Replace all of a product's sales."""
        self.written[product_id] = kept = tuple(sales)
        for sale in kept:
            if (reference := sale.get("externalReferenceId")) is not None:
                self._references[reference] = product_id

    def find(self, reference: str) -> Record | None:
        """The sale with this reference."""
        owner = self._references.get(reference)
        if owner is None and reference.startswith("SO-") and reference[3:].isdecimal():
            owner = self._by_index.get((int(reference[3:]) - FIRST_SALE) // HISTORY_WEEKS)
        if owner is None:
            return None
        return next((sale for sale in self.sales(owner) if sale.get("externalReferenceId") == reference), None)

    def forget(self, product_id: str) -> None:
        """Drop a product's past."""
        self.patterns.pop(product_id, None)
        self.written.pop(product_id, None)


class Shop:
    """All records of one account, by their keys."""

    def __init__(
        self,
        products: int,
        *,
        customers: int,
        now: datetime,
        seed: int,
        codeless_supplier: bool = True,
        bare_order: bool = True,
    ) -> None:
        self.now = now
        self.today = now.date()
        self.products: dict[str, Record] = {}
        self.suppliers: dict[int, Record] = {}
        self.locations: dict[int, Record] = {}
        self.customers: dict[int, Record] = {}
        self.orders: dict[int, Record] = {}
        self.boms: dict[int, Record] = {}
        self.connected_system = "StockTrimIncomingApi"
        self.default_lead_time: int | None = None
        self._numbers = 40_000_000
        self._sales_numbers = 1_500_000_000
        self.order_number = 0
        self.changes = 0
        self._under_way: tuple[int, dict[str, dict[str | None, float]]] = (-1, {})
        self._codeless_supplier = codeless_supplier
        self._bare_order = bare_order
        self._seed(products, customers, seed)

    def changed(self) -> None:
        """Say that records moved, so that what was worked out from them is stale."""
        self.changes += 1

    def number(self) -> int:
        """A new id."""
        self._numbers += 1
        return self._numbers

    def sale_number(self) -> int:
        """A new id of a sale."""
        self._sales_numbers += 1
        return self._sales_numbers

    def next_reference(self) -> str:
        """The next order number nobody uses yet."""
        taken = {order.get("clientReferenceNumber") for order in self.orders.values()}
        while True:
            self.order_number += 1
            if (reference := f"PO-{self.order_number:05d}") not in taken:
                return reference

    def supplier_of(self, product: Record) -> Record | None:
        """The main supplier of a product: by its code, else the first one listed."""
        code = product.get("supplierCode")
        if code is not None:
            return next((each for each in self.suppliers.values() if each.get("supplierCode") == code), None)
        for listed in product.get("suppliers") or ():
            return self.suppliers.get(listed.get("supplier", -1)) or self.supplier_named(listed.get("supplierName"))
        return None

    def supplier_named(self, name: str | None) -> Record | None:
        """The supplier of this name."""
        return next((each for each in self.suppliers.values() if name and each.get("supplierName") == name), None)

    def on_order(self) -> dict[str, dict[str | None, float]]:
        """Units sent for and not received, by product and location code."""
        if self._under_way[0] == self.changes:
            return self._under_way[1]
        totals: dict[str, dict[str | None, float]] = {}
        for order in self.orders.values():
            if order.get("status") != "Sent":
                continue
            location: Record = order.get("location") or {}
            place: str | None = location.get("locationCode")
            for line in order.get("purchaseOrderLineItems") or ():
                if line.get("receivedDate") is None:
                    places = totals.setdefault(line["productId"], {})
                    places[place] = places.get(place, 0.0) + line["quantity"]
        self._under_way = (self.changes, totals)
        return totals

    def _seed(self, count: int, customers: int, seed: int) -> None:
        extra = max(0, count - len(WARES))
        stocked = count > 0
        for supplier in (*SUPPLIERS, *_more_suppliers(extra // 60)) if stocked else ():
            number = self.number()
            known = {key: value for key, value in supplier.items() if value is not None}
            if not self._codeless_supplier:
                known = {"supplierCode": "OKAFOR"} | known
            self.suppliers[number] = {"id": number} | known
        for location in LOCATIONS if stocked else ():
            number = self.number()
            self.locations[number] = {"id": number} | {
                key: value for key, value in location.items() if value is not None
            }
        for customer in _customers(customers):
            self.customers[self.number()] = {key: value for key, value in customer.items() if value is not None}
        places = tuple(each["locationCode"] for each in self.locations.values())
        buyers = tuple(each["code"] for each in list(self.customers.values())[:200] if "code" in each)
        self.ledger = Ledger(seed, self.today, places[:3], buyers)
        suppliers = list(self.suppliers.values())
        for index in range(count):
            ware = WARES[index] if index < len(WARES) else _more_wares(index, seed, suppliers, self.today)
            self._stock(index, ware, suppliers)
        keys = {
            product.get("productCodeReadable", key): key for key, product in list(self.products.items())[: len(WARES)]
        }
        for made, part, quantity, days in PARTS:
            if made in keys and part in keys:
                number = self.number()
                self.boms[number] = {
                    "id": number,
                    "productId": keys[made],
                    "componentId": keys[part],
                    "quantity": quantity,
                } | ({} if days is None else {"assemblyTimeDays": days})
        if stocked:
            self._order(seed, keys)

    def _stock(self, index: int, ware: Ware, suppliers: list[Record]) -> None:
        key = str(FIRST_FOREIGN + index) if ware.foreign else ware.code
        values: Record = {
            "id": FIRST_PRODUCT + index,
            "productId": key,
            "productCodeReadable": ware.code,
            "name": ware.name,
            "category": ware.category,
            "subCategory": ware.sub_category,
            "cost": ware.cost,
            "price": ware.price,
            "stockOnHand": ware.stock,
            **ware.more,
        }
        if ware.supplier is not None:
            supplier = suppliers[ware.supplier]
            values["supplierCode"] = supplier.get("supplierCode")
            values["suppliers"] = (
                {
                    "supplier": supplier["id"],
                    "supplierName": supplier.get("supplierName"),
                    "supplierSkuCode": f"{(supplier.get('supplierName') or 'X')[0]}-{index + 1:04d}",
                },
            )
        main = math.floor(ware.stock * 0.7)
        split = {"MAIN": float(main), "SHOP": float(ware.stock - main)} if index % 4 else {"MAIN": float(ware.stock)}
        if ware.name is not None:
            values["stockLocations"] = tuple(
                {"locationCode": code, "stockOnHand": units} for code, units in split.items()
            )
        self.products[key] = {
            name: float(value) if name in DECIMALS else value for name, value in values.items() if value is not None
        }
        if ware.weekly:
            weeks = min(HISTORY_WEEKS, ware.weeks)
            pattern = Pattern(
                index,
                key,
                ware.weekly,
                ware.peak,
                ware.swing,
                ware.growth,
                ware.chance,
                weeks,
                ware.silent_weeks,
                ware.price,
            )
            self.ledger.seed(pattern)

    def _order(self, seed: int, keys: dict[str, str]) -> None:
        """Orders of every status: received, on their way, late, half arrived, half known."""
        suppliers = list(self.suppliers.values())

        def draft(
            supplier: int | None, status: str, days_ago: int | None, *lines: tuple[str, float], **more: Any
        ) -> None:
            known = [(code, quantity) for code, quantity in lines if code in keys]
            if not known and supplier is not None:
                return
            number = self.number()
            order: Record = {"id": number, "clientReferenceNumber": self.next_reference(), "status": status}
            if supplier is not None:
                each = suppliers[supplier]
                order["supplier"] = {key: each[key] for key in ("supplierCode", "supplierName") if key in each}
                order["location"] = {"locationCode": "MAIN", "locationName": "Main Warehouse"}
                order["purchaseOrderLineItems"] = tuple(self._line(keys[code], quantity) for code, quantity in known)
            if days_ago is not None:
                order["orderDate"] = f"{self.today - timedelta(days=days_ago)}T00:00:00"
            order["createdDate"] = f"{self.today - timedelta(days=(days_ago or 2) + 1)}T22:21:33.307"
            order |= more
            if status == "Received":
                arrived = f"{self.today - timedelta(days=max(1, (days_ago or 0) - 28))}T09:30:00"
                order["fullyReceivedDate"] = arrived
                order["purchaseOrderLineItems"] = tuple(
                    line | {"receivedDate": arrived} for line in order["purchaseOrderLineItems"]
                )
            self.orders[number] = {key: value for key, value in order.items() if value is not None}

        for month in range(9, 2, -1):
            draft(1, "Received", 30 * month + 5, ("V60-02", 60), ("FILT-02", 300))
            draft(3, "Received", 30 * month, ("BAG-1KG", 500), ("BOX-GIFT", 100))
        draft(0, "Received", 95, ("GREEN-BRA", 240), ("GREEN-ETH", 120))
        draft(1, "Sent", 75, ("V60-02", 48), ("SERVER-600", 24))
        draft(5, "Sent", 52, ("KETTLE-09", 12), ("000123", 20))
        self._arrive("000123" if "000123" in keys else None)
        draft(0, "Sent", 20, ("GREEN-BRA", 120))
        draft(2, "Sent", 4, ("MUG-SAGE", 36))
        draft(3, "Approved", 1, ("BAG-1KG", 500))
        draft(4, "Approved", 2, ("TEA-SENCHA-100", 30), clientReferenceNumber="PO/7 #1?&+%", referenceNumber="TEA-7")
        draft(6, "Draft", None, ("APRON-BLK", 12))
        draft(2, "Draft", 0, ("TUMBLER-350", 24), location=None)
        draft(5, "Draft", 3, ("GRIND-C40", 4), referenceNumber="REF-9", clientReferenceNumber=None, externalId="X-77")
        if self._bare_order:
            draft(None, "Draft", None)
        everything = list(self.products)
        for extra in range(len(WARES), len(everything), 12):
            self._order_extra(extra, everything[extra], seed, suppliers)

    def _order_extra(self, index: int, product: str, seed: int, suppliers: list[Record]) -> None:
        rng = Random(seed * 7 + index)
        supplier = self.supplier_of(self.products[product]) or suppliers[0]
        number, days = self.number(), rng.randrange(3, 150)
        status = ("Received", "Sent", "Approved", "Draft", "Received", "Sent")[index // 12 % 6]
        order: Record = {
            "id": number,
            "clientReferenceNumber": f"PO-{number}",
            "status": status,
            "orderDate": f"{self.today - timedelta(days=days)}T00:00:00",
            "createdDate": f"{self.today - timedelta(days=days + 1)}T10:00:00.5",
            "supplier": {key: supplier[key] for key in ("supplierCode", "supplierName") if key in supplier},
            "location": {"locationCode": "MAIN", "locationName": "Main Warehouse"},
            "purchaseOrderLineItems": (self._line(product, 12.0 * rng.randrange(1, 9)),),
        }
        if status == "Received":
            arrived = order["fullyReceivedDate"] = f"{self.today - timedelta(days=max(0, days - 20))}T09:30:00"
            order["purchaseOrderLineItems"] = tuple(
                line | {"receivedDate": arrived} for line in order["purchaseOrderLineItems"]
            )
        self.orders[number] = order

    def _line(self, product_id: str, quantity: float) -> Record:
        line: Record = {"productId": product_id, "quantity": float(quantity)}
        if (cost := self.products[product_id].get("cost")) is not None:
            line["unitPrice"] = cost
        return line

    def _arrive(self, code: str | None) -> None:
        """Let one line of the newest order arrive."""
        number, order = list(self.orders.items())[-1] if self.orders else (0, {})
        if code is not None and order:
            arrived = f"{self.today - timedelta(days=10)}T11:00:00"
            self.orders[number] = order | {
                "purchaseOrderLineItems": tuple(
                    line | {"receivedDate": arrived} if line["productId"] == code else line
                    for line in order["purchaseOrderLineItems"]
                )
            }


def _more_suppliers(count: int) -> Iterator[Record]:
    first, second = SUPPLIER_WORDS
    for index in range(count):
        name = f"{first[index % len(first)]} {second[index // len(first) % len(second)]}"
        again = index // (len(first) * len(second))
        yield {
            "supplierCode": f"S{index + 1:04d}",
            "supplierName": name if not again else f"{name} {again + 1}",
            "defaultLeadTime": 7 + index * 11 % 60,
            "externalId": f"V-{2001 + index}",
        }


def _customers(count: int) -> Iterator[Record]:
    yield from CUSTOMERS[:count]
    for index in range(len(CUSTOMERS), count):
        city, country = TOWNS[index % len(TOWNS)]
        # Numbers without a common factor: each street is in each town, and no two customers share a door.
        street = f"{1 + index // len(STREETS) % 180} {STREETS[index * 7 % len(STREETS)]}"
        yield {
            "code": f"C{index:06d}",
            "name": f"{SUPPLIER_WORDS[0][index % 12]} {CUSTOMER_WORDS[index % 5]} {index}",
            "streetAddress": street,
            "city": city,
            "country": country,
            "postCode": f"{10_000 + index}",
        }


def _due_after(days: float, ware: Ware, lead: int, today: date) -> float:
    """The stock with which an order falls due in about so many days; never below none.

    Source: demand over the lead time + safety stock + demand of those days, from the pattern the sales are made by.
    """
    ahead = max(1.0, lead + days)
    months = [(today + timedelta(days=int(ahead * part / 8))).month for part in range(8)]
    season = sum(1 + ware.swing * SEASON[(month - ware.peak) % 12] for month in months) / len(months)
    rate = ware.weekly / 7 * season * (1 + 0.6 * ware.growth)
    # Weeks lie within 35 % of their level (a deviation of a fifth) and some have no sale at all.
    weekly_deviation = ware.weekly * math.sqrt((1.04 - ware.chance) / ware.chance)
    return max(0.0, rate * (lead + days) + 1.645 * weekly_deviation * math.sqrt(lead / 7))


def _more_wares(index: int, seed: int, suppliers: list[Record], today: date) -> Ware:
    rng = Random(seed * 31 + index)
    random = rng.random
    category, prefix, things, kinds, usual = GROWTH[index % len(GROWTH)]
    kind = index // len(GROWTH)
    thing, colour = things[kind % len(things)], kinds[kind // len(things) % len(kinds)]
    cost = round(usual * (0.4 + 1.6 * random()), 2)
    weekly = round(0.4 + 12 * random() ** 3, 2)
    growth = round(random() * 0.6 - 0.2, 2)
    supplier = (index * 7 + kind) % (len(suppliers) - 1)
    supplier += supplier >= IDLE_SUPPLIER
    lead: int = suppliers[supplier]["defaultLeadTime"]
    pressing = random()
    more: Record = {}
    if random() < 0.5:
        more["batchSize"] = float((2, 4, 6, 10, 12)[int(random() * 5)])
    if random() < 0.4:
        more["minimumOrderQuantity"] = float((5, 10, 20, 24)[int(random() * 4)])
    if random() < 0.15:
        more["leadTime"] = lead = lead + 3
    cycle = CYCLES[supplier % len(CYCLES)]
    if random() < 0.9:
        more["orderFrequency"] = cycle
    if random() < 0.03:
        more["discontinued"] = True
    missing = random()
    ware = Ware(
        f"{prefix}-{index + 1:05d}",
        f"{thing}, {colour}, no. {kind + 1}",
        category,
        thing,
        supplier=None if missing < 0.01 else supplier,
        cost=None if missing > 0.97 else cost,
        price=round(cost * 2.4, 2),
        weekly=weekly,
        peak=1 + int(random() * 12),
        swing=round(random() * 0.6, 2),
        growth=growth,
        chance=0.35 if weekly < 1 else 0.95,
        weeks=HISTORY_WEEKS if random() < 0.9 else 4 + int(random() * 60),
        foreign=index % 3 == 0,
        more=more,
    )
    if pressing < LATE_SHARE:
        due = -3 * lead * pressing / LATE_SHARE
    else:
        # What sells seldom is forecast badly: a shop keeps a few more of it.
        due = 3 + LONGEST_CYCLES * cycle * pressing + (lead / 2 if weekly < 1 else 0)
    return replace(ware, stock=float(math.floor(_due_after(due, ware, lead, today))))
