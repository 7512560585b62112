"""What of the account is on hand, how old it is, and what is missing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, get_args

from pydantic import AwareDatetime, Field

from stocktrim_client.models.base import Model

Kind = Literal[
    "products",
    "product_suppliers",
    "stock_by_location",
    "suppliers",
    "customers",
    "locations",
    "order_plan",
    "purchase_orders",
    "purchase_order_lines",
    "bills_of_materials",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Every kind of record on hand, in the words of its table."""

Source = Literal[
    "products", "suppliers", "order_plan", "purchase_orders", "locations", "bills_of_materials", "customers"
]
SOURCES: tuple[Source, ...] = get_args(Source)
"""What is read from StockTrim in one go, soonest useful first."""

SearchKind = Literal["products", "suppliers", "customers", "locations", "purchase_orders"]
SEARCH_KINDS: tuple[SearchKind, ...] = get_args(SearchKind)
"""What is found by words."""

SOURCES_OF: dict[Kind, tuple[Source, ...]] = {
    "products": ("products",),
    "product_suppliers": ("products",),
    "stock_by_location": ("products",),
    "suppliers": ("suppliers",),
    "customers": ("customers",),
    "locations": ("locations",),
    "order_plan": ("order_plan",),
    "purchase_orders": ("purchase_orders",),
    "purchase_order_lines": ("purchase_orders",),
    "bills_of_materials": ("bills_of_materials",),
}

IN_ONE: frozenset[Kind] = frozenset({"order_plan", "stock_by_location"})
"""Kinds spoken of as one thing, not as many."""

NAMING_SUPPLIERS: frozenset[Kind] = frozenset({"products", "product_suppliers", "purchase_orders"})
"""Tables whose records name a supplier by one word or another; which one is meant, the suppliers tell."""


def read_beside(kinds: Sequence[Kind]) -> tuple[Kind, ...]:
    """What makes the tables of a question better, and is not needed for it."""
    return ("suppliers",) if "suppliers" not in kinds and NAMING_SUPPLIERS.intersection(kinds) else ()


class KindStanding(Model):
    """One kind of record: whether all of it is on hand, and since when."""

    kind: Kind
    rows: int = Field(default=0, description="Records on hand")
    read_at: AwareDatetime | None = Field(default=None, description="When reading them began; None: none are on hand")
    age_seconds: float | None = Field(
        default=None, description="Since StockTrim last had nothing newer; None: not known"
    )
    computed_at: AwareDatetime | None = Field(
        default=None, description="Of the plan: when StockTrim computed the oldest row of it"
    )
    is_reading: bool = False
    rows_so_far: int = Field(default=0, description="Records that the reading under way has met")
    error: str | None = Field(default=None, description="Why the last reading failed")

    @property
    def is_on_hand(self) -> bool:
        """Whether all records are there, of whatever age: a part of them never counts as some."""
        return self.read_at is not None

    @property
    def warning(self) -> str | None:
        """What a reader must know before trusting the records; None: nothing."""
        name, is_one = self.kind.replace("_", " "), self.kind in IN_ONE
        are, were, them = ("is", "was", "it") if is_one else ("are", "were", "them")
        if not self.is_on_hand:
            if self.is_reading:
                none = "nothing of it is" if is_one else "none are"
                return f"The {name} {are} still being read ({self.rows_so_far:,} so far), so {none} counted here yet."
            if self.error:
                return f"The {name} {are} missing: {self.error}"
            return f"The {name} {'has' if is_one else 'have'} not been read yet."
        if self.age_seconds is None:
            aged = f"{were} read before this computer's clock was set back, so how long ago is not known"
        elif self.age_seconds < 1:
            aged = f"{were} read just now"
        else:
            aged = f"{are} {in_words(self.age_seconds)} old"
        if self.error:
            return f"The {name} {aged}; reading {them} again failed: {self.error}"
        if self.is_reading:
            return f"The {name} {aged}; {'a newer one is' if is_one else 'newer ones are'} being read."
        return None


class Standing(Model):
    """Several kinds at one moment."""

    kinds: tuple[KindStanding, ...]

    @property
    def as_of(self) -> datetime | None:
        """When the oldest of what is on hand was read."""
        return min((one.read_at for one in self.kinds if one.read_at), default=None)

    @property
    def missing(self) -> tuple[Kind, ...]:
        """The kinds of which nothing is on hand."""
        return tuple(one.kind for one in self.kinds if not one.is_on_hand)

    @property
    def is_complete(self) -> bool:
        """Whether all of every kind is on hand, and no newer reading failed or is under way."""
        return all(one.is_on_hand and not one.is_reading and not one.error for one in self.kinds)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is missing, old or still coming, in words."""
        return tuple(one.warning for one in self.kinds if one.warning)

    def of(self, kind: Kind) -> KindStanding:
        """One kind. Raises: KeyError where it was not asked about."""
        for one in self.kinds:
            if one.kind == kind:
                return one
        raise KeyError(kind)


def in_words(seconds: float | None) -> str:
    """An age as people say it: "40 seconds", "12 minutes", "3 hours", "2 days"."""
    seconds = max(0.0, seconds or 0.0)
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length or (unit == "minute" and seconds >= length):
            count = int(seconds // length)
            return f"{count} {unit}" + ("s" if count > 1 else "")
    count = int(seconds)
    return f"{count} second" + ("" if count == 1 else "s")
