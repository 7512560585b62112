"""Stock levels set by hand."""

from pydantic import Field

from stocktrim_client.models.base import Draft


class StockCount(Draft):
    """A product's stock as counted, at one location or in all.

    StockTrim reads a left-out quantity as 0, so one that is not counted is filled in with its present value.
    """

    product_id: str = Field(min_length=1)
    location_code: str | None = Field(default=None, description="None sets the product's total")
    on_hand: float | None = Field(default=None, description="Free units; None leaves it as it is")
    on_order: float | None = Field(default=None, description="Units bought and not arrived; None leaves it as it is")
