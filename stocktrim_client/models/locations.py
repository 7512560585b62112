"""Warehouses and shops with stock of their own."""

from pydantic import Field

from stocktrim_client.models.base import Draft, Model


class Location(Model):
    """A warehouse or shop."""

    code: str
    name: str | None = None
    external_id: str | None = Field(default=None, description="Its id in the source system")


class LocationDraft(Draft):
    """A location to create, or the fields of one to change."""

    code: str = Field(min_length=1)
    name: str | None = None
    external_id: str | None = None
