"""Past sales: the raw material of every forecast."""

import secrets
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime

from stocktrim_client.changes import ChangeReport, Must
from stocktrim_client.errors import NotSentError
from stocktrim_client.generated.api.sales_orders import list_sales_orders
from stocktrim_client.generated.models import (
    SalesOrderRequestDto,
    SalesOrderResponseDto,
    SalesOrderWithLineItemsRequestDto,
)
from stocktrim_client.helpers.base import Helper, answer_of, as_it_was, found
from stocktrim_client.helpers.wire import items, read, set_fields, wire_time
from stocktrim_client.journal import Record
from stocktrim_client.models.base import Model
from stocktrim_client.models.sales_orders import SalesOrder, SalesOrderDraft
from stocktrim_client.transport import calling

WORDS = {
    "product_id": "product_id",
    "sold_at": "order_date",
    "quantity": "quantity",
    "unit_price": "unit_price",
    "reference": "external_reference_id",
    "location_code": "location_code",
    "location_name": "location_name",
    "customer_code": "customer_code",
    "customer_name": "customer_name",
}


class SalesOrders(Helper):
    """Sales by product. Whether StockTrim answers readings of them at all is not known: nothing may mean either."""

    async def all(self, product_id: str) -> list[SalesOrder]:
        """The recorded sales of one product, by product id. Empty: none, or StockTrim does not answer this reading."""
        with answer_of("list_sales_orders"):
            answer = await found(list_sales_orders.asyncio(client=self._api, product_id=product_id))
            return [sales_order_of(wire) for wire in items(answer)]

    async def save(
        self,
        draft: SalesOrderDraft,
        *,
        must: Must | None = None,
        among: Sequence[SalesOrder] | None = None,
        called: str | None = None,
    ) -> ChangeReport:
        """Record one sale, or change the one with the same reference.

        `must` says which of the two it may be, as far as StockTrim shows the product's sales. `among` are these as they
        were read just now, for whoever records several; empty where none are shown. `called` is the product's SKU.

        Raises: for what `must` forbids ConflictError and NotFoundError.
        Source: save_sales_orders (the keyed bulk PUT) with one line; the plain POST would double on a repeat.
        """
        if draft.reference is None:
            draft = draft.model_copy(update={"reference": f"sale-{secrets.token_hex(8)}"})
        line = SalesOrderRequestDto(**set_fields(draft, WORDS))
        body = SalesOrderWithLineItemsRequestDto(
            order_date=wire_time(draft.sold_at),
            location_code=line.location_code,
            location_name=line.location_name,
            customer_code=line.customer_code,
            customer_name=line.customer_name,
            sale_order_line_items=[line],
        )

        async def send() -> None:
            with calling(vouched="externalReferenceId"):
                await self._send("save_sales_orders", body=body.to_dict())

        sales = _Sales(draft.product_id, self.all, await self.all(draft.product_id) if among is None else among)

        async def present() -> SalesOrder | None:
            return next((sale for sale in await sales.read() if sale.reference == draft.reference), None)

        return await self._changes.write(
            noun="sale",
            key=draft.reference or "",
            name=f"{draft.quantity:.12g} x {called or draft.product_id}",
            after=draft.model_dump(exclude_unset=True) | {"reference": draft.reference},
            send=send,
            read=present,
            absence_proves=sales.are_shown,
            must=must,
        )

    async def delete(
        self, product_id: str, *, among: Sequence[SalesOrder] | None = None, called: str | None = None
    ) -> ChangeReport:
        """Delete every sale of one product, by product id. The history, and the forecast built on it, are gone.

        `among` and `called` as in `save`.
        """
        sales = _Sales(product_id, self.all, await self.all(product_id) if among is None else among)
        return await self._delete(
            key=called or product_id,
            send=lambda: self._send("delete_sales_orders", query={"productId": product_id}),
            read=sales.count,
            absence_proves=sales.are_shown,
        )

    async def delete_in_range(
        self,
        since: datetime,
        until: datetime,
        product_id: str,
        *,
        among: Sequence[SalesOrder] | None = None,
        called: str | None = None,
    ) -> ChangeReport:
        """Delete one product's sales between two moments. Whether the ends are included is not known.

        `among` and `called` as in `save`.

        Raises: NotSentError without a product: StockTrim would then take everybody's.
        Source: delete_sales_orders_in_range.
        """
        if not product_id.strip():
            raise NotSentError("Sales in a range are deleted for one product; none was named, so nothing was sent.")
        ends = {"fromDate": wire_time(since).isoformat(), "toDate": wire_time(until).isoformat()}
        sales = _Sales(product_id, self.all, await self.all(product_id) if among is None else among)
        return await self._delete(
            key=f"{called or product_id}, {since:%Y-%m-%d} to {until:%Y-%m-%d}",
            send=lambda: self._send("delete_sales_orders_in_range", query={**ends, "productId": product_id}),
            read=lambda: sales.count(since, until),
            absence_proves=sales.are_shown,
        )

    async def delete_of_location(self, location: str) -> ChangeReport:
        """Delete every sale of one location, by code or name."""
        return await self._delete(
            key=f"location {location}",
            send=lambda: self._send("delete_sales_orders_of_location", query={"locationCodeOrName": location}),
            read=None,
        )

    async def _delete(
        self,
        *,
        key: str,
        send: Callable[[], Awaitable[object]],
        read: Callable[[], Awaitable["SalesCount | None"]] | None,
        absence_proves: bool = False,
    ) -> ChangeReport:
        return await self._changes.write(
            noun="sales history",
            key=key,
            after=None,
            send=send,
            read=read,
            absence_proves=absence_proves,
            in_parts=True,
        )

    async def recall(self, known: Record) -> SalesOrder | None:
        """The sale that a journal speaks of, as it is now; None where StockTrim does not show it."""
        sales = await self.all(str(known["product_id"]))
        return next((sale for sale in sales if sale.reference == known["reference"]), None)

    async def restore(self, known: Record, was: Record | None, fields: Collection[str] | None = None) -> ChangeReport:
        """Make a sale what a journal says it was; one that was not there gets the quantity 0: it cannot be deleted."""
        del fields
        called = known.get("called")
        if was is None:
            return await self.save(as_it_was(SalesOrderDraft, known, None, quantity=0.0), called=called)
        return await self.save(as_it_was(SalesOrderDraft, was, None), called=called)


class _Sales:
    """The sales of one product around a write: as they were read before it, then as they are."""

    def __init__(
        self, product_id: str, all_of: Callable[[str], Awaitable[Sequence[SalesOrder]]], before: Sequence[SalesOrder]
    ) -> None:
        self._product_id = product_id
        self._all_of = all_of
        self._before: Sequence[SalesOrder] | None = before
        self.are_shown = bool(before)
        """Where StockTrim shows some, one that is not among them is not there."""

    async def read(self) -> Sequence[SalesOrder]:
        before, self._before = self._before, None
        return await self._all_of(self._product_id) if before is None else before

    async def count(self, since: datetime | None = None, until: datetime | None = None) -> "SalesCount | None":
        sales = [
            sale
            for sale in await self.read()
            if sale.sold_at is None
            or ((since is None or sale.sold_at >= since) and (until is None or sale.sold_at <= until))
        ]
        return SalesCount(sales=len(sales), units=sum(sale.quantity or 0.0 for sale in sales)) if sales else None


class SalesCount(Model):
    """How much history a deletion takes."""

    sales: int
    units: float


def sales_order_of(wire: SalesOrderResponseDto) -> SalesOrder:
    """A generated sale as the house's."""
    return read(SalesOrder, wire, WORDS)
