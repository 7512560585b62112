"""How much of an account's texts and lists one answer holds, whatever the account. Pure."""

from collections.abc import Iterable
from typing import Any, TypeVar, cast

from stocktrim_client.models import Model

M = TypeVar("M", bound=Model)

LONGEST_TEXT = 200
"""Characters of one name, code or note."""

LONGEST_CODE = 200
"""Characters of one code or name that is asked for: no account has a longer one."""

NAME_SHOWN = 60
"""Characters of a name inside a sentence of ours."""

MOST_CHARACTERS = 40_000
"""Of all records shown: well below the 25,000 tokens at which hosts cut off."""

NAMED = 5
"""Of many things in one sentence, named; the others are counted."""

WRITTEN_OUT = 6
"""Characters that an invisible one takes, since answers write it out as its code point."""


def short(text: str, most: int = LONGEST_TEXT) -> str:
    """A text as it is, or its beginning and its length."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters)"


def listed(texts: Iterable[str], most: int = NAMED, *, longest: int = NAME_SHOWN) -> str:
    """The first of many texts in one sentence, and how many others there are."""
    every = [short(text, longest) for text in texts]
    return ", ".join(every[:most]) + (f" and {len(every) - most} more" if len(every) > most else "")


def shortened(record: M) -> M:
    """A record whose long texts are cut, those of its parts too."""
    changed = {name: _shortened(value) for name, value in record}
    changed = {name: value for name, value in changed.items() if value is not getattr(record, name)}
    return record.model_copy(update=changed) if changed else record


def fitting(records: Iterable[Model], most: int = MOST_CHARACTERS) -> int:
    """How many of these records, from the first on, are no longer than that together; one at least, if there is one."""
    length = count = 0
    for record in records:
        text = record.model_dump_json(exclude_none=True)
        length += len(text)
        if not text.isprintable():
            length += (WRITTEN_OUT - 1) * sum(not one.isprintable() for one in text)
        if count and length > most:
            break
        count += 1
    return count


def _shortened(value: Any) -> Any:
    if isinstance(value, str):
        return short(value)
    if isinstance(value, Model):
        return shortened(value)
    if isinstance(value, tuple):
        items = cast(tuple[Any, ...], value)
        parts = tuple(_shortened(one) for one in items)
        return items if all(one is part for one, part in zip(items, parts, strict=True)) else parts
    return value
