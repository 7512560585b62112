"""Whom products are bought from."""

from pydantic import Field

from stocktrim_client.models.base import Draft, Model


class Supplier(Model):
    """A supplier; some carry no code in StockTrim and are addressed by name."""

    code: str | None = None
    name: str | None = None
    lead_time_days: int | None = Field(default=None, description="For its products without a lead time of their own")
    email: str | None = None
    contact_name: str | None = None
    external_id: str | None = Field(default=None, description="Its id in the source system")
    supplier_id: int | None = Field(default=None, description="StockTrim's own number")
    street_address: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    state: str | None = None
    country: str | None = None
    post_code: str | None = None


class SupplierDraft(Draft):
    """A supplier to create, or the fields of one to change."""

    code: str = Field(min_length=1)
    name: str | None = None
    lead_time_days: int | None = None
    email: str | None = None
    contact_name: str | None = None
    external_id: str | None = None
    street_address: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    state: str | None = None
    country: str | None = None
    post_code: str | None = None
