"""Whom products are bought from."""

from collections.abc import Iterable, Mapping

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

    @property
    def key(self) -> str | None:
        """What it goes by in this house: its code, or its name where it has none."""
        return self.code or self.name


def supplier_keys(suppliers: Iterable[Supplier]) -> dict[str, str]:
    """Every word that products and orders may name a supplier by, and the key of the one that it means.

    By code before by name, by name before by number: one's number may be another's code.
    """
    known = {key: one for one in suppliers if (key := one.key) is not None}
    keys: dict[str, str] = {}
    for word in ("code", "name", "external_id", "supplier_id"):
        for key, supplier in known.items():
            if (said := getattr(supplier, word)) is not None:
                keys.setdefault(str(said), key)
    return keys


def supplier_meant(keys: Mapping[str, str], words: Iterable[str | None]) -> str | None:
    """The key of the first of these words that is known, else the first there is. None: there is none."""
    said = [word for word in words if word]
    return next((keys[word] for word in said if word in keys), said[0] if said else None)


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
