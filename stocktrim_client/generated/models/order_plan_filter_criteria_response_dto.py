from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.current_status_enum import CurrentStatusEnum, check_current_status_enum
from ..types import UNSET, Unset

T = TypeVar("T", bound="OrderPlanFilterCriteriaResponseDto")


@_attrs_define
class OrderPlanFilterCriteriaResponseDto:
    """The filter as StockTrim understood it, echoed with the rows.

    Attributes:
        exclude_manufactured (bool | None | Unset): True leaves out products that are made and keeps those that are
            bought (inferred).
        current_status (CurrentStatusEnum | int | None | str | Unset): Whether current, discontinued or all products are
            meant (inferred).
        location_id (int | None | Unset): StockTrim's own number of one location (inferred).
        location (None | str | Unset): One location, by code or name; which of them is unknown (inferred).
        customer_id (int | None | Unset): StockTrim's own number of one customer (inferred).
        customer (None | str | Unset): One customer, whose demand alone is meant (inferred).
        supplier_id (int | None | Unset): StockTrim's own number of one supplier (inferred).
        supplier (None | str | Unset): One supplier, by code or name; which of them is unknown (inferred).
        category (None | str | Unset): One category (inferred).
        search_string (None | str | Unset): Part of a code, name or category.
        sort_order (None | str | Unset): What to sort by; the values are not published, and daysUntilStockOut is in use
            (inferred).
        page (int | None | Unset): Number of the page; whether the first is 0 or 1 is unknown (inferred).
        per_page (int | None | Unset): Rows in a page; left out, the size is unknown (inferred).
        has_next_page (bool | None | Unset): Whether there are more rows than these (inferred).
    """

    exclude_manufactured: bool | None | Unset = UNSET
    current_status: CurrentStatusEnum | int | None | str | Unset = UNSET
    location_id: int | None | Unset = UNSET
    location: None | str | Unset = UNSET
    customer_id: int | None | Unset = UNSET
    customer: None | str | Unset = UNSET
    supplier_id: int | None | Unset = UNSET
    supplier: None | str | Unset = UNSET
    category: None | str | Unset = UNSET
    search_string: None | str | Unset = UNSET
    sort_order: None | str | Unset = UNSET
    page: int | None | Unset = UNSET
    per_page: int | None | Unset = UNSET
    has_next_page: bool | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        exclude_manufactured: bool | None | Unset
        if isinstance(self.exclude_manufactured, Unset):
            exclude_manufactured = UNSET
        else:
            exclude_manufactured = self.exclude_manufactured

        current_status: int | None | str | Unset
        if isinstance(self.current_status, Unset):
            current_status = UNSET
        elif isinstance(self.current_status, str):
            current_status = self.current_status
        else:
            current_status = self.current_status

        location_id: int | None | Unset
        if isinstance(self.location_id, Unset):
            location_id = UNSET
        else:
            location_id = self.location_id

        location: None | str | Unset
        if isinstance(self.location, Unset):
            location = UNSET
        else:
            location = self.location

        customer_id: int | None | Unset
        if isinstance(self.customer_id, Unset):
            customer_id = UNSET
        else:
            customer_id = self.customer_id

        customer: None | str | Unset
        if isinstance(self.customer, Unset):
            customer = UNSET
        else:
            customer = self.customer

        supplier_id: int | None | Unset
        if isinstance(self.supplier_id, Unset):
            supplier_id = UNSET
        else:
            supplier_id = self.supplier_id

        supplier: None | str | Unset
        if isinstance(self.supplier, Unset):
            supplier = UNSET
        else:
            supplier = self.supplier

        category: None | str | Unset
        if isinstance(self.category, Unset):
            category = UNSET
        else:
            category = self.category

        search_string: None | str | Unset
        if isinstance(self.search_string, Unset):
            search_string = UNSET
        else:
            search_string = self.search_string

        sort_order: None | str | Unset
        if isinstance(self.sort_order, Unset):
            sort_order = UNSET
        else:
            sort_order = self.sort_order

        page: int | None | Unset
        if isinstance(self.page, Unset):
            page = UNSET
        else:
            page = self.page

        per_page: int | None | Unset
        if isinstance(self.per_page, Unset):
            per_page = UNSET
        else:
            per_page = self.per_page

        has_next_page: bool | None | Unset
        if isinstance(self.has_next_page, Unset):
            has_next_page = UNSET
        else:
            has_next_page = self.has_next_page

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if exclude_manufactured is not UNSET:
            field_dict["excludeManufactured"] = exclude_manufactured
        if current_status is not UNSET:
            field_dict["currentStatus"] = current_status
        if location_id is not UNSET:
            field_dict["locationId"] = location_id
        if location is not UNSET:
            field_dict["location"] = location
        if customer_id is not UNSET:
            field_dict["customerId"] = customer_id
        if customer is not UNSET:
            field_dict["customer"] = customer
        if supplier_id is not UNSET:
            field_dict["supplierId"] = supplier_id
        if supplier is not UNSET:
            field_dict["supplier"] = supplier
        if category is not UNSET:
            field_dict["category"] = category
        if search_string is not UNSET:
            field_dict["searchString"] = search_string
        if sort_order is not UNSET:
            field_dict["sortOrder"] = sort_order
        if page is not UNSET:
            field_dict["page"] = page
        if per_page is not UNSET:
            field_dict["perPage"] = per_page
        if has_next_page is not UNSET:
            field_dict["hasNextPage"] = has_next_page

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {**src_dict}

        def _parse_exclude_manufactured(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        exclude_manufactured = _parse_exclude_manufactured(d.pop("excludeManufactured", UNSET))

        def _parse_current_status(data: object) -> CurrentStatusEnum | int | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                current_status_type_0 = check_current_status_enum(data)

                return current_status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CurrentStatusEnum | int | None | str | Unset, data)

        current_status = _parse_current_status(d.pop("currentStatus", UNSET))

        def _parse_location_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        location_id = _parse_location_id(d.pop("locationId", UNSET))

        def _parse_location(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        location = _parse_location(d.pop("location", UNSET))

        def _parse_customer_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        customer_id = _parse_customer_id(d.pop("customerId", UNSET))

        def _parse_customer(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        customer = _parse_customer(d.pop("customer", UNSET))

        def _parse_supplier_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        supplier_id = _parse_supplier_id(d.pop("supplierId", UNSET))

        def _parse_supplier(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        supplier = _parse_supplier(d.pop("supplier", UNSET))

        def _parse_category(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        category = _parse_category(d.pop("category", UNSET))

        def _parse_search_string(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        search_string = _parse_search_string(d.pop("searchString", UNSET))

        def _parse_sort_order(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        sort_order = _parse_sort_order(d.pop("sortOrder", UNSET))

        def _parse_page(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        page = _parse_page(d.pop("page", UNSET))

        def _parse_per_page(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        per_page = _parse_per_page(d.pop("perPage", UNSET))

        def _parse_has_next_page(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        has_next_page = _parse_has_next_page(d.pop("hasNextPage", UNSET))

        order_plan_filter_criteria_response_dto = cls(
            exclude_manufactured=exclude_manufactured,
            current_status=current_status,
            location_id=location_id,
            location=location,
            customer_id=customer_id,
            customer=customer,
            supplier_id=supplier_id,
            supplier=supplier,
            category=category,
            search_string=search_string,
            sort_order=sort_order,
            page=page,
            per_page=per_page,
            has_next_page=has_next_page,
        )

        order_plan_filter_criteria_response_dto.additional_properties = d
        return order_plan_filter_criteria_response_dto

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
