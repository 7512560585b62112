"""Stock levels set by hand."""

import math
from collections import deque
from collections.abc import Collection

from stocktrim_client.changes import ChangeReport, Changes
from stocktrim_client.errors import NotFoundError
from stocktrim_client.generated import models as dto
from stocktrim_client.generated.client import Client
from stocktrim_client.helpers.base import Helper
from stocktrim_client.helpers.products import Products
from stocktrim_client.journal import Record
from stocktrim_client.models.inventory import StockCount
from stocktrim_client.models.products import Product, StockAtLocation


class Inventory(Helper):
    """Stock counts. StockTrim has no reading of its own for them: they show on the product."""

    def __init__(self, api: Client, changes: Changes, products: Products) -> None:
        super().__init__(api, changes)
        self._products = products

    async def save(
        self, count: StockCount, *, product: Product | None = None, called: str | None = None
    ) -> ChangeReport:
        """Set a product's free stock or stock on order, in all or at one location.

        StockTrim reads a left-out quantity as 0, so the one not counted is sent with its present value. Where a
        product's total was the sum of its locations, it is kept so. A connected system's next load overwrites this.
        `product` is the one meant, where that is known: it is read anew, but not looked for. `called`: what people call
        it, where that is not its SKU.

        Raises: NotFoundError where there is no such product.
        Source: set_inventory with one line; sent right after it was read, one at a time per product.
        """
        known = product or await self._products.get(count.product_id)
        async with self._products.turn(known.product_id):
            look = self._products.sight(known.product_id, known.code)

            async def read() -> Product:
                if (seen := await look()) is None:
                    raise NotFoundError(f"There is no product {known.code!r} in StockTrim any more.", status=404)
                return seen

            present = await read()
            # The door reads first: what was read this moment need not be read once more.
            fresh = deque([_stock(present, count.location_code)])

            async def read_stock() -> StockHeld:
                return fresh.pop() if fresh else _stock(await read(), count.location_code)

            counted = {"on_hand": count.on_hand, "on_order": count.on_order}
            after = {
                field: quantity
                for field, given in counted.items()
                if (quantity := getattr(fresh[0], field) if given is None else given) is not None
            }
            body = _body(present, fresh[0], after)
            return await self._changes.write(
                noun=f"stock at {count.location_code}" if count.location_code else "stock",
                key=called or present.code,
                name=present.name,
                after=after,
                send=lambda: self._send("set_inventory", body=body.to_dict()),
                read=read_stock,
            )

    async def recall(self, known: Record) -> "StockHeld":
        """The stock that a journal speaks of, as it is now. Raises: NotFoundError where the product is gone."""
        return _stock(await self._products.get(str(known["product_id"])), known["location_code"] or None)

    async def restore(self, known: Record, was: Record | None, fields: Collection[str] | None = None) -> ChangeReport:
        """Make a stock level what a journal says it was, in the quantities named or in both; none at all becomes 0."""
        held = was or {}
        quantities = {
            name: held.get(name) or 0.0 for name in ("on_hand", "on_order") if fields is None or name in fields
        }
        place = known["location_code"] or None
        return await self.save(StockCount(product_id=known["product_id"], location_code=place, **quantities))


class StockHeld(StockAtLocation):
    """What one product holds at one location, or in all (an empty code)."""

    product_id: str


def _body(product: Product, stock: StockAtLocation, after: dict[str, float]) -> dto.SetInventoryRequest:
    line = dto.Inventory(
        product_id=product.product_id,
        stock_on_hand=after.get("on_hand", 0.0),
        stock_on_order=after.get("on_order", 0.0),
    )
    body = dto.SetInventoryRequest(inventory=[line])
    if stock.location_code:
        line.location_code = stock.location_code
        if stock.location_name:
            line.location_name = stock.location_name
        # A total is only touched where its part moves: summed up, what follows from orders would be set by hand.
        body.update_overall_all_on_hand_to_be_sum_of_location = _moves_total(product, stock, after, "on_hand")
        body.update_overall_all_on_order_to_be_sum_of_location = _moves_total(product, stock, after, "on_order")
    return body


def _moves_total(product: Product, stock: StockAtLocation, after: dict[str, float], field: str) -> bool:
    return after.get(field, 0.0) != (getattr(stock, field) or 0.0) and _is_sum(product, field)


def _stock(product: Product, location_code: str | None) -> StockHeld:
    if location_code is None:
        total = {"location_code": "", "on_hand": product.on_hand, "on_order": product.on_order}
        return StockHeld.model_validate({"product_id": product.product_id, **total})
    here = next(
        (stock for stock in product.stock if stock.location_code == location_code),
        StockAtLocation(location_code=location_code),
    )
    return StockHeld.model_validate({"product_id": product.product_id, **here.model_dump()})


def _is_sum(product: Product, field: str) -> bool:
    """Whether the product's total is what its locations add up to."""
    parts = [getattr(stock, field) or 0.0 for stock in product.stock]
    return bool(parts) and math.isclose(sum(parts), getattr(product, field) or 0.0, abs_tol=1e-9)
