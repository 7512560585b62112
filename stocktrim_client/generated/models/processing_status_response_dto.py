from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ProcessingStatusResponseDto")


@_attrs_define
class ProcessingStatusResponseDto:
    """Whether the account is being processed, and how far that is.

    Attributes:
        id (int | Unset): StockTrim's own number of the status (inferred).
        is_processing (bool | None | Unset): True while a load or a forecast run is under way (inferred).
        percentage_complete (int | None | Unset): How far it is, 0 to 100 (inferred).
        status_message (None | str | Unset): What it is doing, in words (inferred).
    """

    id: int | Unset = UNSET
    is_processing: bool | None | Unset = UNSET
    percentage_complete: int | None | Unset = UNSET
    status_message: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        is_processing: bool | None | Unset
        if isinstance(self.is_processing, Unset):
            is_processing = UNSET
        else:
            is_processing = self.is_processing

        percentage_complete: int | None | Unset
        if isinstance(self.percentage_complete, Unset):
            percentage_complete = UNSET
        else:
            percentage_complete = self.percentage_complete

        status_message: None | str | Unset
        if isinstance(self.status_message, Unset):
            status_message = UNSET
        else:
            status_message = self.status_message

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if is_processing is not UNSET:
            field_dict["isProcessing"] = is_processing
        if percentage_complete is not UNSET:
            field_dict["percentageComplete"] = percentage_complete
        if status_message is not UNSET:
            field_dict["statusMessage"] = status_message

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {**src_dict}
        id = d.pop("id", UNSET)

        def _parse_is_processing(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_processing = _parse_is_processing(d.pop("isProcessing", UNSET))

        def _parse_percentage_complete(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        percentage_complete = _parse_percentage_complete(d.pop("percentageComplete", UNSET))

        def _parse_status_message(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        status_message = _parse_status_message(d.pop("statusMessage", UNSET))

        processing_status_response_dto = cls(
            id=id,
            is_processing=is_processing,
            percentage_complete=percentage_complete,
            status_message=status_message,
        )

        processing_status_response_dto.additional_properties = d
        return processing_status_response_dto

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
