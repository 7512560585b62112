"""Buyers on sales orders; StockTrim uses them only to cut a forecast by customer."""

from pydantic import Field

from stocktrim_client.models.base import Draft, Model


class Customer(Model):
    """A buyer."""

    code: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    street_address: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    post_code: str | None = None


class CustomerDraft(Draft):
    """A customer to create, or the fields of one to change."""

    code: str = Field(min_length=1)
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    street_address: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    post_code: str | None = None
