"""The wire's models, each imported when it is first asked for: all together they would cost every start some 25 ms."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .api_enum import ApiEnum
    from .bill_of_materials_request_dto import BillOfMaterialsRequestDto
    from .bill_of_materials_response_dto import BillOfMaterialsResponseDto
    from .current_status_enum import CurrentStatusEnum
    from .customer_dto import CustomerDto
    from .inventory import Inventory
    from .inventory_management_system_request import InventoryManagementSystemRequest
    from .inventory_management_system_response import InventoryManagementSystemResponse
    from .location_request_dto import LocationRequestDto
    from .location_response_dto import LocationResponseDto
    from .order_plan_filter_criteria import OrderPlanFilterCriteria
    from .order_plan_filter_criteria_dto import OrderPlanFilterCriteriaDto
    from .order_plan_filter_criteria_response_dto import OrderPlanFilterCriteriaResponseDto
    from .order_plan_results_dto import OrderPlanResultsDto
    from .problem_details import ProblemDetails
    from .processing_status_request_dto import ProcessingStatusRequestDto
    from .processing_status_response_dto import ProcessingStatusResponseDto
    from .product_location import ProductLocation
    from .product_location_response_dto import ProductLocationResponseDto
    from .product_supplier import ProductSupplier
    from .product_supplier_response_dto import ProductSupplierResponseDto
    from .products_request_dto import ProductsRequestDto
    from .products_response_dto import ProductsResponseDto
    from .purchase_order_line_item import PurchaseOrderLineItem
    from .purchase_order_line_item_response_dto import PurchaseOrderLineItemResponseDto
    from .purchase_order_location import PurchaseOrderLocation
    from .purchase_order_request_dto import PurchaseOrderRequestDto
    from .purchase_order_response_dto import PurchaseOrderResponseDto
    from .purchase_order_status_dto import PurchaseOrderStatusDto
    from .purchase_order_supplier import PurchaseOrderSupplier
    from .sales_order_request_dto import SalesOrderRequestDto
    from .sales_order_response_dto import SalesOrderResponseDto
    from .sales_order_with_line_items_request_dto import SalesOrderWithLineItemsRequestDto
    from .set_inventory_request import SetInventoryRequest
    from .sku_optimized_results_dto import SkuOptimizedResultsDto
    from .supplier_request_dto import SupplierRequestDto
    from .supplier_response_dto import SupplierResponseDto

_MODULES = {
    "ApiEnum": ".api_enum",
    "BillOfMaterialsRequestDto": ".bill_of_materials_request_dto",
    "BillOfMaterialsResponseDto": ".bill_of_materials_response_dto",
    "CurrentStatusEnum": ".current_status_enum",
    "CustomerDto": ".customer_dto",
    "Inventory": ".inventory",
    "InventoryManagementSystemRequest": ".inventory_management_system_request",
    "InventoryManagementSystemResponse": ".inventory_management_system_response",
    "LocationRequestDto": ".location_request_dto",
    "LocationResponseDto": ".location_response_dto",
    "OrderPlanFilterCriteria": ".order_plan_filter_criteria",
    "OrderPlanFilterCriteriaDto": ".order_plan_filter_criteria_dto",
    "OrderPlanFilterCriteriaResponseDto": ".order_plan_filter_criteria_response_dto",
    "OrderPlanResultsDto": ".order_plan_results_dto",
    "ProblemDetails": ".problem_details",
    "ProcessingStatusRequestDto": ".processing_status_request_dto",
    "ProcessingStatusResponseDto": ".processing_status_response_dto",
    "ProductLocation": ".product_location",
    "ProductLocationResponseDto": ".product_location_response_dto",
    "ProductSupplier": ".product_supplier",
    "ProductSupplierResponseDto": ".product_supplier_response_dto",
    "ProductsRequestDto": ".products_request_dto",
    "ProductsResponseDto": ".products_response_dto",
    "PurchaseOrderLineItem": ".purchase_order_line_item",
    "PurchaseOrderLineItemResponseDto": ".purchase_order_line_item_response_dto",
    "PurchaseOrderLocation": ".purchase_order_location",
    "PurchaseOrderRequestDto": ".purchase_order_request_dto",
    "PurchaseOrderResponseDto": ".purchase_order_response_dto",
    "PurchaseOrderStatusDto": ".purchase_order_status_dto",
    "PurchaseOrderSupplier": ".purchase_order_supplier",
    "SalesOrderRequestDto": ".sales_order_request_dto",
    "SalesOrderResponseDto": ".sales_order_response_dto",
    "SalesOrderWithLineItemsRequestDto": ".sales_order_with_line_items_request_dto",
    "SetInventoryRequest": ".set_inventory_request",
    "SkuOptimizedResultsDto": ".sku_optimized_results_dto",
    "SupplierRequestDto": ".supplier_request_dto",
    "SupplierResponseDto": ".supplier_response_dto",
}

__all__ = (
    "ApiEnum",
    "BillOfMaterialsRequestDto",
    "BillOfMaterialsResponseDto",
    "CurrentStatusEnum",
    "CustomerDto",
    "Inventory",
    "InventoryManagementSystemRequest",
    "InventoryManagementSystemResponse",
    "LocationRequestDto",
    "LocationResponseDto",
    "OrderPlanFilterCriteria",
    "OrderPlanFilterCriteriaDto",
    "OrderPlanFilterCriteriaResponseDto",
    "OrderPlanResultsDto",
    "ProblemDetails",
    "ProcessingStatusRequestDto",
    "ProcessingStatusResponseDto",
    "ProductLocation",
    "ProductLocationResponseDto",
    "ProductsRequestDto",
    "ProductsResponseDto",
    "ProductSupplier",
    "ProductSupplierResponseDto",
    "PurchaseOrderLineItem",
    "PurchaseOrderLineItemResponseDto",
    "PurchaseOrderLocation",
    "PurchaseOrderRequestDto",
    "PurchaseOrderResponseDto",
    "PurchaseOrderStatusDto",
    "PurchaseOrderSupplier",
    "SalesOrderRequestDto",
    "SalesOrderResponseDto",
    "SalesOrderWithLineItemsRequestDto",
    "SetInventoryRequest",
    "SkuOptimizedResultsDto",
    "SupplierRequestDto",
    "SupplierResponseDto",
)

if not TYPE_CHECKING:  # or a checker would take any name for a model

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        model: object = getattr(import_module(_MODULES[name], __name__), name)
        globals()[name] = model
        return model

    def __dir__() -> list[str]:
        return sorted({*globals(), *_MODULES})
