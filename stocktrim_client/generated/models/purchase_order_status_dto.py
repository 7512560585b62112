from typing import Literal

PurchaseOrderStatusDto = Literal["Approved", "Draft", "Received", "Sent"]

PURCHASE_ORDER_STATUS_DTO_VALUES: set[PurchaseOrderStatusDto] = {
    "Approved",
    "Draft",
    "Received",
    "Sent",
}


def check_purchase_order_status_dto(value: str) -> PurchaseOrderStatusDto:
    if value in PURCHASE_ORDER_STATUS_DTO_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {PURCHASE_ORDER_STATUS_DTO_VALUES!r}")
