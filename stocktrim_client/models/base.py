"""What every noun is made of."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Model(BaseModel):
    """A frozen value in the house's words. `None` in any field means StockTrim does not say."""

    # Schemas are built at first use: a server that only lists its tools needs few of them.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Draft(Model):
    """What is to be saved: only the fields that were set are sent, the others stay as they are in StockTrim."""

    model_config = ConfigDict(str_strip_whitespace=True)


class Page(Model, Generic[T]):
    """Some of a list, and how to get the rest."""

    items: tuple[T, ...]
    total: int | None = None
    next_cursor: str | None = None
    warnings: tuple[str, ...] = ()
