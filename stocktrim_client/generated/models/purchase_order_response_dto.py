from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.purchase_order_status_dto import PurchaseOrderStatusDto, check_purchase_order_status_dto
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.purchase_order_line_item_response_dto import PurchaseOrderLineItemResponseDto
    from ..models.purchase_order_location import PurchaseOrderLocation
    from ..models.purchase_order_supplier import PurchaseOrderSupplier


T = TypeVar("T", bound="PurchaseOrderResponseDto")


@_attrs_define
class PurchaseOrderResponseDto:
    """An order to a supplier. It has no total and no currency.

    Attributes:
        id (int | Unset): StockTrim's own number of the order (inferred).
        message (None | str | Unset): A remark from StockTrim on the write (inferred).
        order_date (datetime.datetime | None | Unset): When the order is placed; the measured lead time starts here
            (inferred).
        created_date (datetime.datetime | None | Unset): When the record was made (inferred).
        fully_received_date (datetime.datetime | None | Unset): When the last line arrived (inferred).
        supplier (None | PurchaseOrderSupplier | Unset): Whom the order goes to (inferred).
        external_id (None | str | Unset): Id of the order in the connected system (inferred).
        reference_number (None | str | Unset): A second reference; often null, so people use clientReferenceNumber
            (inferred).
        client_reference_number (None | str | Unset): The order number people use, and the key for updating the order.
        location (None | PurchaseOrderLocation | Unset): Where the order is delivered (inferred).
        status (int | None | PurchaseOrderStatusDto | str | Unset): Where the order stands; text, or 0 to 3 for Draft,
            Approved, Sent, Received.
        purchase_order_line_items (list[PurchaseOrderLineItemResponseDto] | None | Unset): The products ordered.
    """

    id: int | Unset = UNSET
    message: None | str | Unset = UNSET
    order_date: datetime.datetime | None | Unset = UNSET
    created_date: datetime.datetime | None | Unset = UNSET
    fully_received_date: datetime.datetime | None | Unset = UNSET
    supplier: None | PurchaseOrderSupplier | Unset = UNSET
    external_id: None | str | Unset = UNSET
    reference_number: None | str | Unset = UNSET
    client_reference_number: None | str | Unset = UNSET
    location: None | PurchaseOrderLocation | Unset = UNSET
    status: int | None | PurchaseOrderStatusDto | str | Unset = UNSET
    purchase_order_line_items: list[PurchaseOrderLineItemResponseDto] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.purchase_order_location import PurchaseOrderLocation  # noqa: PLC0415
        from ..models.purchase_order_supplier import PurchaseOrderSupplier  # noqa: PLC0415

        id = self.id

        message: None | str | Unset
        if isinstance(self.message, Unset):
            message = UNSET
        else:
            message = self.message

        order_date: None | str | Unset
        if isinstance(self.order_date, Unset):
            order_date = UNSET
        elif isinstance(self.order_date, datetime.datetime):
            order_date = self.order_date.isoformat()
        else:
            order_date = self.order_date

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

        supplier: dict[str, Any] | None | Unset
        if isinstance(self.supplier, Unset):
            supplier = UNSET
        elif isinstance(self.supplier, PurchaseOrderSupplier):
            supplier = self.supplier.to_dict()
        else:
            supplier = self.supplier

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

        location: dict[str, Any] | None | Unset
        if isinstance(self.location, Unset):
            location = UNSET
        elif isinstance(self.location, PurchaseOrderLocation):
            location = self.location.to_dict()
        else:
            location = self.location

        status: int | None | str | Unset
        if isinstance(self.status, Unset):
            status = UNSET
        elif isinstance(self.status, str):
            status = self.status
        else:
            status = self.status

        purchase_order_line_items: list[dict[str, Any]] | None | Unset
        if isinstance(self.purchase_order_line_items, Unset):
            purchase_order_line_items = UNSET
        elif isinstance(self.purchase_order_line_items, list):
            purchase_order_line_items = []
            for purchase_order_line_items_type_0_item_data in self.purchase_order_line_items:
                purchase_order_line_items_type_0_item = purchase_order_line_items_type_0_item_data.to_dict()
                purchase_order_line_items.append(purchase_order_line_items_type_0_item)

        else:
            purchase_order_line_items = self.purchase_order_line_items

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if message is not UNSET:
            field_dict["message"] = message
        if order_date is not UNSET:
            field_dict["orderDate"] = order_date
        if created_date is not UNSET:
            field_dict["createdDate"] = created_date
        if fully_received_date is not UNSET:
            field_dict["fullyReceivedDate"] = fully_received_date
        if supplier is not UNSET:
            field_dict["supplier"] = supplier
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
        if purchase_order_line_items is not UNSET:
            field_dict["purchaseOrderLineItems"] = purchase_order_line_items

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.purchase_order_line_item_response_dto import PurchaseOrderLineItemResponseDto  # noqa: PLC0415
        from ..models.purchase_order_location import PurchaseOrderLocation  # noqa: PLC0415
        from ..models.purchase_order_supplier import PurchaseOrderSupplier  # noqa: PLC0415

        d = {**src_dict}
        id = d.pop("id", UNSET)

        def _parse_message(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        message = _parse_message(d.pop("message", UNSET))

        def _parse_order_date(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                order_date_type_0 = datetime.datetime.fromisoformat(data)

                return order_date_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        order_date = _parse_order_date(d.pop("orderDate", UNSET))

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

        def _parse_supplier(data: object) -> None | PurchaseOrderSupplier | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                supplier_type_1 = PurchaseOrderSupplier.from_dict(data)

                return supplier_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PurchaseOrderSupplier | Unset, data)

        supplier = _parse_supplier(d.pop("supplier", UNSET))

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

        def _parse_location(data: object) -> None | PurchaseOrderLocation | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                location_type_1 = PurchaseOrderLocation.from_dict(data)

                return location_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PurchaseOrderLocation | Unset, data)

        location = _parse_location(d.pop("location", UNSET))

        def _parse_status(data: object) -> int | None | PurchaseOrderStatusDto | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                status_type_0 = check_purchase_order_status_dto(data)

                return status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(int | None | PurchaseOrderStatusDto | str | Unset, data)

        status = _parse_status(d.pop("status", UNSET))

        def _parse_purchase_order_line_items(data: object) -> list[PurchaseOrderLineItemResponseDto] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                purchase_order_line_items_type_0 = []
                _purchase_order_line_items_type_0 = data
                for purchase_order_line_items_type_0_item_data in _purchase_order_line_items_type_0:
                    purchase_order_line_items_type_0_item = PurchaseOrderLineItemResponseDto.from_dict(
                        purchase_order_line_items_type_0_item_data
                    )

                    purchase_order_line_items_type_0.append(purchase_order_line_items_type_0_item)

                return purchase_order_line_items_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[PurchaseOrderLineItemResponseDto] | None | Unset, data)

        purchase_order_line_items = _parse_purchase_order_line_items(d.pop("purchaseOrderLineItems", UNSET))

        purchase_order_response_dto = cls(
            id=id,
            message=message,
            order_date=order_date,
            created_date=created_date,
            fully_received_date=fully_received_date,
            supplier=supplier,
            external_id=external_id,
            reference_number=reference_number,
            client_reference_number=client_reference_number,
            location=location,
            status=status,
            purchase_order_line_items=purchase_order_line_items,
        )

        purchase_order_response_dto.additional_properties = d
        return purchase_order_response_dto

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
