from typing import Literal

CurrentStatusEnum = Literal["All", "Current", "Discontinued"]

CURRENT_STATUS_ENUM_VALUES: set[CurrentStatusEnum] = {
    "All",
    "Current",
    "Discontinued",
}


def check_current_status_enum(value: str) -> CurrentStatusEnum:
    if value in CURRENT_STATUS_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CURRENT_STATUS_ENUM_VALUES!r}")
