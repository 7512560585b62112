"""What a question in SQL comes to: an answer, or why there is none."""

from pydantic import AwareDatetime, Field

from stocktrim_client.models.base import Model

Cell = str | int | float | None


class QuestionError(ValueError):
    """A question that cannot be answered: the message says why, and what to ask instead."""


class Table(Model):
    """An answer: columns by name, and rows in their order."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...] = ()
    truncated: bool = Field(default=False, description="There are more rows than these")
    as_of: AwareDatetime | None = Field(default=None, description="When the oldest of the records used was read")
    warnings: tuple[str, ...] = ()
