from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.products_response_dto import ProductsResponseDto


T = TypeVar("T", bound="BillOfMaterialsResponseDto")


@_attrs_define
class BillOfMaterialsResponseDto:
    """One component line of a product.

    Attributes:
        product_id (str): productId of the product that is made (inferred).
        component_id (str): productId of the component that goes in (inferred).
        id (int | Unset): StockTrim's own number of the line (inferred).
        assembly_time_days (int | None | Unset): Days to assemble (inferred).
        sku_component (None | ProductsResponseDto | Unset): The component, in full (inferred).
        sku_product (None | ProductsResponseDto | Unset): The product that is made, in full (inferred).
        quantity (float | None | Unset): Units of the component for one unit made (inferred).
    """

    product_id: str
    component_id: str
    id: int | Unset = UNSET
    assembly_time_days: int | None | Unset = UNSET
    sku_component: None | ProductsResponseDto | Unset = UNSET
    sku_product: None | ProductsResponseDto | Unset = UNSET
    quantity: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.products_response_dto import ProductsResponseDto  # noqa: PLC0415

        product_id = self.product_id

        component_id = self.component_id

        id = self.id

        assembly_time_days: int | None | Unset
        if isinstance(self.assembly_time_days, Unset):
            assembly_time_days = UNSET
        else:
            assembly_time_days = self.assembly_time_days

        sku_component: dict[str, Any] | None | Unset
        if isinstance(self.sku_component, Unset):
            sku_component = UNSET
        elif isinstance(self.sku_component, ProductsResponseDto):
            sku_component = self.sku_component.to_dict()
        else:
            sku_component = self.sku_component

        sku_product: dict[str, Any] | None | Unset
        if isinstance(self.sku_product, Unset):
            sku_product = UNSET
        elif isinstance(self.sku_product, ProductsResponseDto):
            sku_product = self.sku_product.to_dict()
        else:
            sku_product = self.sku_product

        quantity: float | None | Unset
        if isinstance(self.quantity, Unset):
            quantity = UNSET
        else:
            quantity = self.quantity

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "productId": product_id,
                "componentId": component_id,
            }
        )
        if id is not UNSET:
            field_dict["id"] = id
        if assembly_time_days is not UNSET:
            field_dict["assemblyTimeDays"] = assembly_time_days
        if sku_component is not UNSET:
            field_dict["skuComponent"] = sku_component
        if sku_product is not UNSET:
            field_dict["skuProduct"] = sku_product
        if quantity is not UNSET:
            field_dict["quantity"] = quantity

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.products_response_dto import ProductsResponseDto  # noqa: PLC0415

        d = {**src_dict}
        product_id = d.pop("productId")

        component_id = d.pop("componentId")

        id = d.pop("id", UNSET)

        def _parse_assembly_time_days(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        assembly_time_days = _parse_assembly_time_days(d.pop("assemblyTimeDays", UNSET))

        def _parse_sku_component(data: object) -> None | ProductsResponseDto | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                sku_component_type_1 = ProductsResponseDto.from_dict(data)

                return sku_component_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ProductsResponseDto | Unset, data)

        sku_component = _parse_sku_component(d.pop("skuComponent", UNSET))

        def _parse_sku_product(data: object) -> None | ProductsResponseDto | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                sku_product_type_1 = ProductsResponseDto.from_dict(data)

                return sku_product_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ProductsResponseDto | Unset, data)

        sku_product = _parse_sku_product(d.pop("skuProduct", UNSET))

        def _parse_quantity(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        quantity = _parse_quantity(d.pop("quantity", UNSET))

        bill_of_materials_response_dto = cls(
            product_id=product_id,
            component_id=component_id,
            id=id,
            assembly_time_days=assembly_time_days,
            sku_component=sku_component,
            sku_product=sku_product,
            quantity=quantity,
        )

        bill_of_materials_response_dto.additional_properties = d
        return bill_of_materials_response_dto

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
