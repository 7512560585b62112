from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ProductSupplierResponseDto")


@_attrs_define
class ProductSupplierResponseDto:
    """One supplier of a product, in an answer.

    Attributes:
        supplier_id (None | str | Unset): The supplier: its id, its code or the source system's id, which of them is
            unknown (inferred).
        supplier_name (None | str | Unset): Name of the supplier (inferred).
        supplier_sku_code (None | str | Unset): The supplier's own part number for the product (inferred).
    """

    supplier_id: None | str | Unset = UNSET
    supplier_name: None | str | Unset = UNSET
    supplier_sku_code: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        supplier_id: None | str | Unset
        if isinstance(self.supplier_id, Unset):
            supplier_id = UNSET
        else:
            supplier_id = self.supplier_id

        supplier_name: None | str | Unset
        if isinstance(self.supplier_name, Unset):
            supplier_name = UNSET
        else:
            supplier_name = self.supplier_name

        supplier_sku_code: None | str | Unset
        if isinstance(self.supplier_sku_code, Unset):
            supplier_sku_code = UNSET
        else:
            supplier_sku_code = self.supplier_sku_code

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if supplier_id is not UNSET:
            field_dict["supplierId"] = supplier_id
        if supplier_name is not UNSET:
            field_dict["supplierName"] = supplier_name
        if supplier_sku_code is not UNSET:
            field_dict["supplierSkuCode"] = supplier_sku_code

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {**src_dict}

        def _parse_supplier_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        supplier_id = _parse_supplier_id(d.pop("supplierId", UNSET))

        def _parse_supplier_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        supplier_name = _parse_supplier_name(d.pop("supplierName", UNSET))

        def _parse_supplier_sku_code(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        supplier_sku_code = _parse_supplier_sku_code(d.pop("supplierSkuCode", UNSET))

        product_supplier_response_dto = cls(
            supplier_id=supplier_id,
            supplier_name=supplier_name,
            supplier_sku_code=supplier_sku_code,
        )

        product_supplier_response_dto.additional_properties = d
        return product_supplier_response_dto

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
