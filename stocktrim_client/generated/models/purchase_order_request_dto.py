from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.purchase_order_status_dto import PurchaseOrderStatusDto, check_purchase_order_status_dto
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.purchase_order_line_item import PurchaseOrderLineItem
    from ..models.purchase_order_location import PurchaseOrderLocation
    from ..models.purchase_order_supplier import PurchaseOrderSupplier


T = TypeVar("T", bound="PurchaseOrderRequestDto")


@_attrs_define
class PurchaseOrderRequestDto:
    """An order to a supplier, to create or to update. Always send all lines.

    Attributes:
        order_date (datetime.datetime): When the order is placed; the measured lead time starts here (inferred).
        supplier (PurchaseOrderSupplier): The supplier of a purchase order; a name alone was accepted.
        purchase_order_line_items (list[PurchaseOrderLineItem]): The products ordered.
        created_date (datetime.datetime | None | Unset): When the record was made (inferred).
        fully_received_date (datetime.datetime | None | Unset): When the last line arrived (inferred).
        external_id (None | str | Unset): Id of the order in the connected system (inferred).
        reference_number (None | str | Unset): A second reference; often null, so people use clientReferenceNumber
            (inferred).
        client_reference_number (None | str | Unset): The order number people use, and the key for updating the order.
        location (PurchaseOrderLocation | Unset): Where a purchase order is delivered (inferred).
        status (PurchaseOrderStatusDto | Unset): Where a purchase order stands: Draft is suggested and editable,
            Approved, Sent counts as on order, Received.
    """

    order_date: datetime.datetime
    supplier: PurchaseOrderSupplier
    purchase_order_line_items: list[PurchaseOrderLineItem]
    created_date: datetime.datetime | None | Unset = UNSET
    fully_received_date: datetime.datetime | None | Unset = UNSET
    external_id: None | str | Unset = UNSET
    reference_number: None | str | Unset = UNSET
    client_reference_number: None | str | Unset = UNSET
    location: PurchaseOrderLocation | Unset = UNSET
    status: PurchaseOrderStatusDto | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        order_date = self.order_date.isoformat()

        supplier = self.supplier.to_dict()

        purchase_order_line_items = []
        for purchase_order_line_items_item_data in self.purchase_order_line_items:
            purchase_order_line_items_item = purchase_order_line_items_item_data.to_dict()
            purchase_order_line_items.append(purchase_order_line_items_item)

        created_date: None | str | Unset
        if isinstance(self.created_date, Unset):
            created_date = UNSET
        elif isinstance(self.created_date, datetime.datetime):
            created_date = self.created_date.isoformat()
        else:
            created_date = self.created_date

        fully_received_date: None | str | Unset
        if isinstance(self.fully_received_date, Unset):
            fully_received_date = UNSET
        elif isinstance(self.fully_received_date, datetime.datetime):
            fully_received_date = self.fully_received_date.isoformat()
        else:
            fully_received_date = self.fully_received_date

        external_id: None | str | Unset
        if isinstance(self.external_id, Unset):
            external_id = UNSET
        else:
            external_id = self.external_id

        reference_number: None | str | Unset
        if isinstance(self.reference_number, Unset):
            reference_number = UNSET
        else:
            reference_number = self.reference_number

        client_reference_number: None | str | Unset
        if isinstance(self.client_reference_number, Unset):
            client_reference_number = UNSET
        else:
            client_reference_number = self.client_reference_number

        location: dict[str, Any] | Unset = UNSET
        if not isinstance(self.location, Unset):
            location = self.location.to_dict()

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "orderDate": order_date,
                "supplier": supplier,
                "purchaseOrderLineItems": purchase_order_line_items,
            }
        )
        if created_date is not UNSET:
            field_dict["createdDate"] = created_date
        if fully_received_date is not UNSET:
            field_dict["fullyReceivedDate"] = fully_received_date
        if external_id is not UNSET:
            field_dict["externalId"] = external_id
        if reference_number is not UNSET:
            field_dict["referenceNumber"] = reference_number
        if client_reference_number is not UNSET:
            field_dict["clientReferenceNumber"] = client_reference_number
        if location is not UNSET:
            field_dict["location"] = location
        if status is not UNSET:
            field_dict["status"] = status

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.purchase_order_line_item import PurchaseOrderLineItem  # noqa: PLC0415
        from ..models.purchase_order_location import PurchaseOrderLocation  # noqa: PLC0415
        from ..models.purchase_order_supplier import PurchaseOrderSupplier  # noqa: PLC0415

        d = {**src_dict}
        order_date = datetime.datetime.fromisoformat(d.pop("orderDate"))

        supplier = PurchaseOrderSupplier.from_dict(d.pop("supplier"))

        purchase_order_line_items = []
        _purchase_order_line_items = d.pop("purchaseOrderLineItems")
        for purchase_order_line_items_item_data in _purchase_order_line_items:
            purchase_order_line_items_item = PurchaseOrderLineItem.from_dict(purchase_order_line_items_item_data)

            purchase_order_line_items.append(purchase_order_line_items_item)

        def _parse_created_date(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                created_date_type_0 = datetime.datetime.fromisoformat(data)

                return created_date_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        created_date = _parse_created_date(d.pop("createdDate", UNSET))

        def _parse_fully_received_date(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                fully_received_date_type_0 = datetime.datetime.fromisoformat(data)

                return fully_received_date_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        fully_received_date = _parse_fully_received_date(d.pop("fullyReceivedDate", UNSET))

        def _parse_external_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        external_id = _parse_external_id(d.pop("externalId", UNSET))

        def _parse_reference_number(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        reference_number = _parse_reference_number(d.pop("referenceNumber", UNSET))

        def _parse_client_reference_number(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        client_reference_number = _parse_client_reference_number(d.pop("clientReferenceNumber", UNSET))

        _location = d.pop("location", UNSET)
        location: PurchaseOrderLocation | Unset
        if isinstance(_location, Unset):
            location = UNSET
        else:
            location = PurchaseOrderLocation.from_dict(_location)

        _status = d.pop("status", UNSET)
        status: PurchaseOrderStatusDto | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = check_purchase_order_status_dto(_status)

        purchase_order_request_dto = cls(
            order_date=order_date,
            supplier=supplier,
            purchase_order_line_items=purchase_order_line_items,
            created_date=created_date,
            fully_received_date=fully_received_date,
            external_id=external_id,
            reference_number=reference_number,
            client_reference_number=client_reference_number,
            location=location,
            status=status,
        )

        return purchase_order_request_dto
