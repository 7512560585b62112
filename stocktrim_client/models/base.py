"""What every noun is made of."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Model(BaseModel):
    """A frozen value in the house's words. `None` in any field means StockTrim does not say."""

    # Schemas are built at first use: a server that only lists its tools needs few of them. Numbers become text
    # where text is meant: StockTrim has been sent ids as numbers and may answer so.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, coerce_numbers_to_str=True)


class Draft(Model):
    """What is to be saved: only the fields that were set are sent, the others stay as they are in StockTrim."""

    # JSON knows no infinity.
    model_config = ConfigDict(str_strip_whitespace=True, allow_inf_nan=False)


class Page(Model, Generic[T]):
    """Some of a list, and how to get the rest."""

    items: tuple[T, ...]
    total: int | None = None
    next_cursor: str | None = None
    warnings: tuple[str, ...] = ()
