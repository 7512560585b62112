"""Orders to suppliers."""

from datetime import UTC, datetime
from typing import Any

from stocktrim_client.changes import ChangeReport
from stocktrim_client.errors import NotFoundError
from stocktrim_client.generated.api.purchase_orders import (
    delete_purchase_order,
    find_purchase_order,
    generate_purchase_orders,
    get_purchase_order,
    list_purchase_orders,
    save_purchase_order,
)
from stocktrim_client.generated.models import (
    OrderPlanFilterCriteriaDto,
    PurchaseOrderLineItem,
    PurchaseOrderLocation,
    PurchaseOrderRequestDto,
    PurchaseOrderResponseDto,
    PurchaseOrderSupplier,
)
from stocktrim_client.helpers.base import Helper, answer_of, found
from stocktrim_client.helpers.wire import all_pages, in_path, items, plain, read, set_fields, wire_time
from stocktrim_client.models.purchase_orders import (
    OrderStatus,
    PurchaseOrder,
    PurchaseOrderDraft,
    PurchaseOrderLine,
)
from stocktrim_client.transport import calling

WORDS = {
    "reference_number": "reference_number",
    "ordered_at": "order_date",
    "created_at": "created_date",
    "fully_received_at": "fully_received_date",
    "external_id": "external_id",
    "message": "message",
    "order_id": "id",
}
DRAFT_WORDS = {
    "reference": "client_reference_number",
    "ordered_at": "order_date",
    "created_at": "created_date",
    "fully_received_at": "fully_received_date",
    "external_id": "external_id",
    "status": "status",
}
LINE_WORDS = {
    "product_id": "product_id",
    "quantity": "quantity",
    "unit_price": "unit_price",
    "received_at": "received_date",
}
SUPPLIER_WORDS = {"supplier_code": "supplier_code", "supplier_name": "supplier_name"}
LOCATION_WORDS = {"location_code": "location_code", "location_name": "location_name"}
STATUSES: tuple[OrderStatus, ...] = ("Draft", "Approved", "Sent", "Received")
PAGE_SIZE = 50


class PurchaseOrders(Helper):
    """Orders by the number people use. Read through version 2 of the API, written through version 1."""

    async def all(self, status: OrderStatus | None = None) -> list[PurchaseOrder]:
        """All orders, or those of one status, as many calls at a time as help.

        Source: list_purchase_orders, 50 a page; a smaller page is taken as StockTrim's own limit.
        """

        async def page(number: int | None) -> list[PurchaseOrder]:
            with answer_of("list_purchase_orders"):
                call = (
                    list_purchase_orders.asyncio(client=self._api, page=number or 0, page_size=PAGE_SIZE)
                    if status is None
                    else list_purchase_orders.asyncio(
                        client=self._api, page=number or 0, page_size=PAGE_SIZE, status=status
                    )
                )
                return [purchase_order_of(wire) for wire in items(await found(call))]

        with calling(bulk=True):
            return await all_pages(page, lambda order: order.order_id or order.reference)

    async def find(self, reference: str) -> PurchaseOrder | None:
        """One order by either of its references; None where there is none.

        Source: get_purchase_order, then find_purchase_order, then the whole list: which reference the first two look
        at is not known.
        """
        reference = reference.strip()
        if not reference:
            return None
        orders: list[PurchaseOrder] = []
        with answer_of("get_purchase_order"):
            if in_path(reference):
                orders += _orders(await found(get_purchase_order.asyncio(reference, client=self._api)))
        if not (order := _matching(orders, reference)):
            with answer_of("find_purchase_order"):
                answer = await found(find_purchase_order.asyncio(client=self._api, reference_number=reference))
                order = _matching(_orders(answer), reference)
        return order or _matching(await self.all(), reference)

    async def get(self, reference: str) -> PurchaseOrder:
        """One order by either of its references.

        Raises: NotFoundError where neither matches.
        """
        order = await self.find(reference)
        if order is None:
            raise NotFoundError(f"There is no purchase order {reference!r} in StockTrim.", status=404)
        return order

    async def save(self, draft: PurchaseOrderDraft) -> ChangeReport:
        """Create an order, or replace one with the same reference: lines are always sent whole.

        Source: save_purchase_order, an upsert by client reference; one at a time.
        """
        present = await self.find(draft.reference)
        fields: dict[str, Any] = set_fields(draft, DRAFT_WORDS) | {"status": draft.status}
        # StockTrim refuses an order without a date, and says null is no date.
        ordered_at = draft.ordered_at or (present.ordered_at if present else None) or datetime.now(UTC)
        fields["order_date"] = wire_time(ordered_at)
        body = PurchaseOrderRequestDto(
            supplier=PurchaseOrderSupplier(**set_fields(draft, SUPPLIER_WORDS)),
            purchase_order_line_items=[PurchaseOrderLineItem(**set_fields(line, LINE_WORDS)) for line in draft.lines],
            **fields,
        )
        if draft.location_code or draft.location_name:
            body.location = PurchaseOrderLocation(**set_fields(draft, LOCATION_WORDS))

        async def send() -> None:
            with calling(vouched="clientReferenceNumber"):
                await save_purchase_order.asyncio(client=self._api, body=body)

        after: dict[str, Any] = draft.model_dump(exclude_unset=True) | {"status": draft.status}
        return await self._changes.write(
            noun="purchase order",
            key=draft.reference,
            name=draft.supplier_name or draft.supplier_code,
            after={field: value for field, value in after.items() if value is not None},
            send=send,
            read=lambda: self.find(draft.reference),
            one_at_a_time="purchase_orders",
        )

    async def delete(self, reference: str) -> ChangeReport:
        """Delete one order, by either of its references.

        Raises: NotFoundError where there is none.
        """
        order = await self.get(reference)
        key = order.reference or reference
        return await self._changes.write(
            noun="purchase order",
            key=key,
            name=order.supplier_name or order.supplier_code,
            after=None,
            send=lambda: delete_purchase_order.asyncio_detailed(client=self._api, reference_number=key),
            read=lambda: self.find(key),
            one_at_a_time="purchase_orders",
        )

    async def draft_from_order_plan(
        self,
        *,
        suppliers: tuple[str, ...] = (),
        locations: tuple[str, ...] = (),
        search: str | None = None,
    ) -> ChangeReport:
        """Let StockTrim draft everything it suggests, one order per supplier. Nothing named means all suppliers.

        StockTrim offers no preview of this, and a second call may double the drafts; `save` shows what it sends.
        Source: generate_purchase_orders.
        """
        criteria = OrderPlanFilterCriteriaDto()
        if suppliers:
            criteria.supplier_codes = list(suppliers)
        if locations:
            criteria.location_codes = list(locations)
        if search:
            criteria.search_string = search
        return await self._changes.write(
            noun="draft purchase orders",
            key=", ".join(suppliers) or "all suppliers",
            after={"suppliers": list(suppliers), "locations": list(locations), "search": search},
            send=lambda: generate_purchase_orders.asyncio(client=self._api, body=criteria),
            read=None,
            one_at_a_time="purchase_orders",
        )


def purchase_order_of(wire: PurchaseOrderResponseDto) -> PurchaseOrder:
    """A generated order as the house's; missing supplier, location and lines are None, None and no lines."""
    supplier, location = plain(wire.supplier), plain(wire.location)
    client_reference, reference_number = plain(wire.client_reference_number), plain(wire.reference_number)
    return read(
        PurchaseOrder,
        wire,
        WORDS,
        reference=client_reference or reference_number,
        status=status_of(plain(wire.status)),
        supplier_code=plain(supplier.supplier_code) if supplier else None,
        supplier_name=plain(supplier.supplier_name) if supplier else None,
        location_code=plain(location.location_code) if location else None,
        location_name=plain(location.location_name) if location else None,
        lines=tuple(read(PurchaseOrderLine, line, LINE_WORDS) for line in items(wire.purchase_order_line_items)),
    )


def status_of(value: int | str | None) -> str | None:
    """A status in words, whether StockTrim says it in words or by number; an unknown one as it came."""
    text = "" if value is None else str(value).strip()
    if text.isdigit() and int(text) < len(STATUSES):
        return STATUSES[int(text)]
    return next((status for status in STATUSES if status.casefold() == text.casefold()), text or None)


def _orders(answer: Any) -> list[PurchaseOrder]:
    return [purchase_order_of(wire) for wire in items(answer)]


def _matching(orders: list[PurchaseOrder], reference: str) -> PurchaseOrder | None:
    """By the number people use first; StockTrim's second reference only where no order has it as its first."""
    return next((one for one in orders if one.reference == reference), None) or next(
        (one for one in orders if one.reference_number == reference), None
    )
