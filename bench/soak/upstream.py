"""A StockTrim that fails every so often, and keeps what it was told to change."""

import json
import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

from stocktrim_client.operations import find_operation
from stocktrim_client.sandbox import Fault, Sandbox
from stocktrim_client.sandbox.faults import Faults
from stocktrim_client.sandbox.transport import Reply

SOON = {"retry-after": "1"}

TROUBLE: Mapping[str, tuple[Fault, int]] = {
    "connection reset": (Fault("reset"), 5),
    "connection reset, request taken": (Fault("reset", applied=True), 5),
    "500": (Fault("status", status=500), 4),
    "500, request taken": (Fault("status", status=500, applied=True), 4),
    "502 with a page": (Fault("html", status=502), 3),
    "503": (Fault("status", status=503), 4),
    "503, later": (Fault("status", status=503, headers=SOON), 2),
    # Rarely: it asks all callers to pause, and the rest would have no turn.
    "429, later": (Fault("status", status=429, headers=SOON), 1),
    "answered after 0.5 s": (Fault("delay", seconds=0.5), 6),
    "answer cut off": (Fault("truncate"), 6),
}
"""What goes wrong, and how often beside the rest."""


class Misfortune(Faults):
    """Trouble by chance, the same of the same seed as far as requests come in the same order."""

    def __init__(self, chance: random.Random, rate: float) -> None:
        super().__init__()
        self.met: Counter[str] = Counter()
        self._chance = chance
        self._rate = rate

    def take(self, name: str, method: str, path: str) -> Fault | None:
        if self._chance.random() >= self._rate:
            return None
        (word,) = self._chance.choices(list(TROUBLE), [weight for _, weight in TROUBLE.values()])
        self.met[word] += 1
        return TROUBLE[word][0]


class Upstream(Sandbox):
    """The sandbox with misfortune; `changing` counts the requests for each record."""

    def __init__(self, products: int, chance: random.Random, rate: float) -> None:
        super().__init__(products, forecast_seconds=5)
        self.faults = self.misfortune = Misfortune(chance, rate)
        self.asked = 0
        self.changing: Counter[tuple[str, str]] = Counter()

    async def reply(self, method: str, target: bytes, headers: Mapping[str, str], body: bytes) -> Reply:
        self.asked += 1
        operation = find_operation(method, target.partition(b"?")[0].decode())
        if operation.retry != "read":
            self.changing[operation.name, _key(operation.name, json.loads(body or b"{}"))] += 1
        return await super().reply(method, target, headers, body)

    def records(self) -> Counter[tuple[str, str]]:
        """How many records there are of each noun and name."""
        shop = self.shop
        named = [
            ("sale", "externalReferenceId", sale) for one in shop.ledger.products() for sale in shop.ledger.sales(one)
        ]
        named += [("product", "productCodeReadable", one) for one in shop.products.values()]
        named += [("purchase order", "clientReferenceNumber", one) for one in shop.orders.values()]
        return Counter((noun, str(record[field])) for noun, field, record in named if record.get(field))

    def product(self, code: str) -> Mapping[str, Any]:
        """A product by its SKU."""
        return next(one for one in self.shop.products.values() if one.get("productCodeReadable") == code)


def _key(operation: str, said: Any) -> str:
    """The record that a request is about, as the clients of a soak name it."""
    if operation == "save_sales_orders":
        return said["saleOrderLineItems"][0]["externalReferenceId"]
    if operation == "save_purchase_order":
        return said["clientReferenceNumber"]
    return str(said.get("productCodeReadable") or said.get("productId") or said)
