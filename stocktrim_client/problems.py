"""What an error body says: read leniently, as StockTrim and what stands before it send many kinds."""

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import httpx

from stocktrim_client import wording
from stocktrim_client.wording import LONGEST_READ, Hide, as_it_is

_MOST_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error body said, cleaned; empty where it said nothing."""

    title: str = ""
    detail: str = ""
    field_errors: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def said(self) -> str:
        """The most useful of it, as one line."""
        fields = "; ".join(
            f"{field}: {' '.join(texts)}" if field else " ".join(texts) for field, texts in self.field_errors
        )
        return wording.clean(fields or self.detail or self.title)


def read_problem(response: httpx.Response, hide: Hide = as_it_is) -> Problem:
    """The error body of a response that has been read: JSON object, JSON text, text, a web page, or nothing."""
    clean = partial(wording.clean, hide=hide)
    text = hide(response.text[: 2 * LONGEST_READ])[:LONGEST_READ].strip().lstrip("\ufeff")
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return Problem(detail=clean(without_markup(text) if text.startswith("<") else text))
    if isinstance(found, dict):
        return _read_members(cast("dict[str, Any]", found), clean)
    if isinstance(found, list):
        return Problem(detail=clean(" ".join(_texts(cast("list[object]", found)))))
    return Problem(detail=clean(found) if isinstance(found, str) else "")


def _read_members(members: dict[str, Any], clean: Callable[[str], str]) -> Problem:
    lowered = {name.lower(): value for name, value in members.items()}
    detail = next(
        (
            lowered[name]
            for name in ("detail", "message", "error", "error_description")
            if isinstance(lowered.get(name), str)
        ),
        "",
    )
    title, errors = lowered.get("title"), lowered.get("errors")
    fields: list[tuple[str, tuple[str, ...]]] = []
    if isinstance(errors, dict):
        for name, value in list(cast("dict[str, object]", errors).items())[:_MOST_FIELDS]:
            fields.append((clean(name), tuple(clean(one) for one in _texts(value))))
    elif errors:
        fields.append(("", tuple(clean(one) for one in _texts(errors))))
    return Problem(
        title=clean(title) if isinstance(title, str) else "", detail=clean(detail), field_errors=tuple(fields)
    )


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [item for item in items[:_MOST_FIELDS] if isinstance(item, str)]


def without_markup(page: str) -> str:
    bare = re.sub(r"(?is)<(script|style|head)\b.*?(</\1\s*>|$)", _title_of, page[:10_000])
    return html.unescape(re.sub(r"<[^>]*>?", " ", bare))


def _title_of(element: re.Match[str]) -> str:
    title = re.search(r"(?is)<title[^>]*>(.*?)</title", element[0]) if element[1].lower() == "head" else None
    return f" {title[1]}. " if title else " "


_SPEAKS_OF_ABSENCE = re.compile(r"(?i)\bnot found\b|\b(does|did) not exist\b|\bcould not (be )?f(i|ou)nd\b")


def says_gone(response: httpx.Response) -> bool:
    """Whether a response that has been read says that the record does not exist."""
    if response.status_code in (404, 410):
        return True
    return response.status_code == 400 and bool(_SPEAKS_OF_ABSENCE.search(read_problem(response).said()))
