from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.order_plan_filter_criteria_response_dto import OrderPlanFilterCriteriaResponseDto
    from ..models.sku_optimized_results_dto import SkuOptimizedResultsDto


T = TypeVar("T", bound="OrderPlanResultsDto")


@_attrs_define
class OrderPlanResultsDto:
    """The rows of the order plan, and the filter that chose them.

    Attributes:
        results (list[SkuOptimizedResultsDto] | None | Unset): The rows.
        filter_criteria (None | OrderPlanFilterCriteriaResponseDto | Unset): The filter, with the page and whether there
            are more.
    """

    results: list[SkuOptimizedResultsDto] | None | Unset = UNSET
    filter_criteria: None | OrderPlanFilterCriteriaResponseDto | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.order_plan_filter_criteria_response_dto import OrderPlanFilterCriteriaResponseDto  # noqa: PLC0415

        results: list[dict[str, Any]] | None | Unset
        if isinstance(self.results, Unset):
            results = UNSET
        elif isinstance(self.results, list):
            results = []
            for results_type_0_item_data in self.results:
                results_type_0_item = results_type_0_item_data.to_dict()
                results.append(results_type_0_item)

        else:
            results = self.results

        filter_criteria: dict[str, Any] | None | Unset
        if isinstance(self.filter_criteria, Unset):
            filter_criteria = UNSET
        elif isinstance(self.filter_criteria, OrderPlanFilterCriteriaResponseDto):
            filter_criteria = self.filter_criteria.to_dict()
        else:
            filter_criteria = self.filter_criteria

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if results is not UNSET:
            field_dict["results"] = results
        if filter_criteria is not UNSET:
            field_dict["filterCriteria"] = filter_criteria

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.order_plan_filter_criteria_response_dto import OrderPlanFilterCriteriaResponseDto  # noqa: PLC0415
        from ..models.sku_optimized_results_dto import SkuOptimizedResultsDto  # noqa: PLC0415

        d = {**src_dict}

        def _parse_results(data: object) -> list[SkuOptimizedResultsDto] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                results_type_0 = []
                _results_type_0 = data
                for results_type_0_item_data in _results_type_0:
                    results_type_0_item = SkuOptimizedResultsDto.from_dict(results_type_0_item_data)

                    results_type_0.append(results_type_0_item)

                return results_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[SkuOptimizedResultsDto] | None | Unset, data)

        results = _parse_results(d.pop("results", UNSET))

        def _parse_filter_criteria(data: object) -> None | OrderPlanFilterCriteriaResponseDto | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                filter_criteria_type_1 = OrderPlanFilterCriteriaResponseDto.from_dict(data)

                return filter_criteria_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OrderPlanFilterCriteriaResponseDto | Unset, data)

        filter_criteria = _parse_filter_criteria(d.pop("filterCriteria", UNSET))

        order_plan_results_dto = cls(
            results=results,
            filter_criteria=filter_criteria,
        )

        order_plan_results_dto.additional_properties = d
        return order_plan_results_dto

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
