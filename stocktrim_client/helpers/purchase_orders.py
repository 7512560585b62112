"""Orders to suppliers."""

from collections.abc import AsyncIterator, Collection, Hashable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from stocktrim_client.changes import Change, ChangeReport, Must
from stocktrim_client.errors import ConflictError, InvalidRequestError, NotFoundError, StockTrimError
from stocktrim_client.generated.api.purchase_orders import (
    find_purchase_order,
    get_purchase_order,
    list_purchase_orders,
)
from stocktrim_client.generated.models import (
    OrderPlanFilterCriteriaDto,
    PurchaseOrderLineItem,
    PurchaseOrderLocation,
    PurchaseOrderRequestDto,
    PurchaseOrderResponseDto,
    PurchaseOrderSupplier,
)
from stocktrim_client.generated.types import UNSET, Unset
from stocktrim_client.helpers.base import Helper, answer_of, found
from stocktrim_client.helpers.wire import Sheet, all_pages, in_path, items, plain, read, set_fields, wire_time
from stocktrim_client.journal import Record
from stocktrim_client.models.base import Model
from stocktrim_client.models.purchase_orders import (
    OrderStatus,
    PurchaseOrder,
    PurchaseOrderDraft,
    PurchaseOrderLine,
    draft_of,
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
CLEARABLE = ("fully_received_at", "external_id")
"""Fields of an order that can be empty again. Its date and its location cannot."""

PAGE_SIZE = 50


class PurchaseOrders(Helper):
    """Orders by the number people use. Read through version 2 of the API, written through version 1."""

    async def all(self, status: OrderStatus | None = None) -> list[PurchaseOrder]:
        """All orders, or those of one status, as many calls at a time as help.

        Source: list_purchase_orders, 50 a page; a smaller page is taken as StockTrim's own limit. Where it refuses so
        many, or the status in words, it is asked for everything in its own way.
        """
        return [kept.order for kept in await self._all(status) if status in (None, kept.order.status)]

    async def _all(self, status: OrderStatus | None = None) -> "list[_Kept]":
        with calling(bulk=True):
            try:
                return await self._listed(UNSET if status is None else status, PAGE_SIZE)
            except InvalidRequestError:
                return await self._listed(UNSET, UNSET)

    async def _listed(self, status: OrderStatus | Unset, size: int | Unset) -> "list[_Kept]":
        async def page(number: int | None) -> "Sheet[_Kept]":
            with answer_of("list_purchase_orders"):
                page_number = UNSET if number is None else number
                call = list_purchase_orders.asyncio(client=self._api, page=page_number, page_size=size, status=status)
                return Sheet(_kept(await found(call)))

        return await all_pages(page, lambda kept: _identity(kept.order))

    async def find(self, reference: str) -> PurchaseOrder | None:
        """One order by either of its references; None where there is none.

        Source: get_purchase_order, then find_purchase_order, then the whole list: which reference the first two look
        at is not known.
        """
        reference = reference.strip()
        if not reference:
            return None
        listed: list[PurchaseOrder] = []
        async for orders in self._sources(reference):
            listed = [kept.order for kept in orders]
            if order := next((one for one in listed if one.reference == reference), None):
                return order
        # The second reference counts only where no order has it as its first, which only the list can say.
        return next((one for one in listed if one.reference_number == reference), None)

    async def _sources(self, reference: str) -> "AsyncIterator[list[_Kept]]":
        """What StockTrim shows when asked for an order in one way after another; last, all orders."""
        if in_path(reference):
            with answer_of("get_purchase_order"):
                call = get_purchase_order.asyncio(reference, client=self._api)
                yield _kept(await found(call, odd_path=not in_path(reference, surely=True)))
        with answer_of("find_purchase_order"):
            yield _kept(await found(find_purchase_order.asyncio(client=self._api, reference_number=reference)))
        yield await self._all()

    async def _saved_as(self, reference: str) -> PurchaseOrder | None:
        """The order that saving this reference changes.

        Raises: ConflictError where none is saved under it, and another order has it all the same.
        """
        orders: list[_Kept] = []
        async for orders in self._sources(reference):
            if kept := next((one for one in orders if one.saved_as == reference), None):
                return kept.order
        if other := next((one.order for one in orders if reference == one.order.reference_number), None):
            known = f"order {other.reference!r}" if other.reference != reference else "an order without a first one"
            raise ConflictError(
                f"{reference!r} is the second reference of {known}, and StockTrim saves by the first: saving would add "
                "another order. Nothing was sent; use the first reference, or a new one.",
                status=409,
            )
        return None

    async def get(self, reference: str) -> PurchaseOrder:
        """One order by either of its references.

        Raises: NotFoundError where neither matches.
        """
        order = await self.find(reference)
        if order is None:
            raise NotFoundError(f"There is no purchase order {reference!r} in StockTrim.", status=404)
        return order

    async def save(
        self, draft: PurchaseOrderDraft, *, must: Must | None = None, clear: Collection[str] = ()
    ) -> ChangeReport:
        """Create an order, or replace one with the same reference: lines are always sent whole.

        Of the fields in `clear` StockTrim is told that they hold nothing; others that are not set stay as they are.

        Raises: ConflictError where it is the second reference of another order; as `Changes.write` of what it must be.
        Source: save_purchase_order, an upsert by client reference; one at a time.
        """
        cleared = dict.fromkeys(field for field in CLEARABLE if field in clear)
        draft = draft.model_copy(update=cleared)
        after: dict[str, Any] = draft.model_dump(exclude_unset=True) | {"status": draft.status}
        present: PurchaseOrder | None = None

        async def read_present() -> PurchaseOrder | None:
            nonlocal present
            present = await self._saved_as(draft.reference)
            return present

        async def send() -> None:
            with calling(vouched="clientReferenceNumber"):
                body = _body(draft, present)
                await self._send("save_purchase_order", body=body.to_dict())

        async with self._changes.turn("purchase_orders"):
            return await self._changes.write(
                noun="purchase order",
                key=draft.reference,
                name=draft.supplier_name or draft.supplier_code,
                after={field: value for field, value in after.items() if value is not None or field in cleared},
                send=send,
                read=read_present,
                must=must,
            )

    async def delete(self, reference: str) -> ChangeReport:
        """Delete one order, by either of its references.

        Raises: NotFoundError where there is none; ConflictError where StockTrim could take another one for it.
        """
        async with self._changes.turn("purchase_orders"):
            order = await self.get(reference)
            # Which of its references StockTrim looks at is not known: neither may belong to another order as well.
            keys = [key for key in dict.fromkeys((order.reference, order.reference_number)) if key]
            # In a list an order may show less of itself.
            others = [one for one in await self.all() if _identity(one) != _identity(order)]
            if shared := [key for one in others for key in keys if key in (one.reference, one.reference_number)]:
                raise ConflictError(
                    f"More than one purchase order has the reference {shared[0]!r}, so none was deleted. Delete the "
                    "one meant in StockTrim.",
                    status=409,
                )
            return await self._changes.write(
                noun="purchase order",
                key=keys[0],
                name=order.supplier_name or order.supplier_code,
                after=None,
                send=lambda: self._delete(keys),
                read=lambda: self.find(keys[0]),
            )

    async def _delete(self, keys: list[str]) -> None:
        """By one reference and, if the order then still is there, by the other."""
        for key in keys:
            try:
                await self._send("delete_purchase_order", query={"referenceNumber": key})
            except NotFoundError:
                if key == keys[-1]:
                    raise
            if key != keys[-1] and await self._seems_gone(keys[0]):
                return

    async def _seems_gone(self, reference: str) -> bool:
        try:
            return await self.find(reference) is None
        except StockTrimError:
            # Something was deleted all the same: what became of it is read back later.
            return True

    async def draft_from_order_plan(
        self,
        *,
        suppliers: tuple[str, ...] = (),
        locations: tuple[str, ...] = (),
        search: str | None = None,
    ) -> ChangeReport:
        """Let StockTrim draft everything it suggests, one order per supplier. Nothing named means all suppliers.

        StockTrim offers no preview of this, and a second call may double the drafts; `save` shows what it sends. The
        report names the orders that were not there before.
        Source: generate_purchase_orders.
        """
        asked = {"suppliers": suppliers, "locations": locations, "search": search}
        criteria = OrderPlanFilterCriteriaDto(
            supplier_codes=list(suppliers) or UNSET,
            location_codes=list(locations) or UNSET,
            search_string=search or UNSET,
        )
        drafted: list[PurchaseOrder] = []

        async with self._changes.turn("purchase_orders"):
            before = {_identity(order) for order in await self.all("Draft")}

            async def new_drafts() -> _Drafted | None:
                drafted[:] = [order for order in await self.all("Draft") if _identity(order) not in before]
                return _Drafted(suppliers=suppliers, locations=locations, search=search) if drafted else None

            report = await self._changes.write(
                noun="draft purchase orders",
                key=", ".join(suppliers) or "all suppliers",
                after=asked,
                send=lambda: self._send("generate_purchase_orders", body=criteria.to_dict()),
                read=None,
                settled=new_drafts,
            )
        made = [
            Change(kind="create", noun="purchase order", key=order.reference or "", name=order.supplier_name)
            for order in drafted
        ]
        return report.model_copy(update={"changes": (*report.changes, *made)})

    async def recall(self, known: Record) -> PurchaseOrder | None:
        """The order that a journal speaks of, as it is now."""
        return await self.find(str(known.get("reference") or known.get("reference_number") or ""))

    async def restore(self, known: Record, was: Record | None, fields: Collection[str] | None = None) -> ChangeReport:
        """Make an order what a journal says it was, always as a whole; None: it was not there.

        Raises: ValueError where StockTrim would not take it as it was.
        """
        reference = str(known.get("reference") or known.get("reference_number") or "")
        if was is None:
            return await self.delete(reference)
        held = {field: value for field, value in was.items() if field in PurchaseOrder.model_fields}
        draft = draft_of(PurchaseOrder.model_validate(held), reference=reference)
        return await self.save(draft, clear=() if fields is None else [one for one in fields if one not in held])


class _Drafted(Model):
    """That orders were drafted, in the words that were asked for."""

    suppliers: tuple[str, ...]
    locations: tuple[str, ...]
    search: str | None


def _identity(order: PurchaseOrder) -> Hashable | None:
    return order.order_id or order.reference


def _body(draft: PurchaseOrderDraft, present: PurchaseOrder | None) -> PurchaseOrderRequestDto:
    fields: dict[str, Any] = set_fields(draft, DRAFT_WORDS) | {"status": draft.status}
    # StockTrim refuses an order without a date, and says null is no date.
    ordered_at = draft.ordered_at or (present.ordered_at if present else None) or datetime.now(UTC)
    fields["order_date"] = wire_time(ordered_at)
    # Which of the two references StockTrim looks at when it reads or deletes is not known: a new order gets both.
    fields["reference_number"] = draft.reference if present is None else present.reference_number or UNSET
    body = PurchaseOrderRequestDto(
        supplier=PurchaseOrderSupplier(**set_fields(draft, SUPPLIER_WORDS)),
        purchase_order_line_items=[PurchaseOrderLineItem(**set_fields(line, LINE_WORDS)) for line in draft.lines],
        **fields,
    )
    if draft.location_code or draft.location_name:
        body.location = PurchaseOrderLocation(**set_fields(draft, LOCATION_WORDS))
    return body


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


class _Kept(NamedTuple):
    """An order, and the reference under which saving changes it.

    None: `saved_as`, no saving does.
    """

    order: PurchaseOrder
    saved_as: str | None


def _kept(answer: Any) -> list[_Kept]:
    return [_Kept(purchase_order_of(wire), plain(wire.client_reference_number)) for wire in items(answer)]
