"""Past sales: the raw material of every forecast."""

from pydantic import AwareDatetime, Field

from stocktrim_client.models.base import Draft, Model


class SalesOrder(Model):
    """One past sale of one product."""

    product_id: str
    sold_at: AwareDatetime | None = Field(default=None, description="UTC assumed: StockTrim gives no zone")
    quantity: float | None = None
    unit_price: float | None = Field(default=None, description="In the account's currency")
    reference: str | None = Field(default=None, description="Key of the line in the source system")
    location_code: str | None = None
    location_name: str | None = None
    customer_code: str | None = None
    customer_name: str | None = None


class SalesOrderDraft(Draft):
    """A sale to record. `reference` is its key: recording the same reference again changes that sale."""

    product_id: str = Field(min_length=1)
    sold_at: AwareDatetime
    quantity: float = Field(ge=0)
    reference: str | None = Field(default=None, min_length=1, description="Made up by the client where left out")
    unit_price: float | None = None
    location_code: str | None = None
    location_name: str | None = None
    customer_code: str | None = None
    customer_name: str | None = None
