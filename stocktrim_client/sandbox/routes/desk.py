"""What every operation needs: the account, what was asked, and the habits all answers share."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from stocktrim_client.sandbox import shapes
from stocktrim_client.sandbox.answers import JSON, Answer, RefusedError, answer, nothing
from stocktrim_client.sandbox.forecast import Forecast, breathe, encode
from stocktrim_client.sandbox.quirks import Quirks
from stocktrim_client.sandbox.shapes import read, write
from stocktrim_client.sandbox.shop import Record, Shop


@dataclass(slots=True)
class Account:
    """One tenant: its shop, its forecast, its habits."""

    shop: Shop
    forecast: Forecast
    quirks: Quirks
    now: Callable[[], datetime]
    nap: Callable[[float], Awaitable[None]]
    encoded: dict[str, tuple[int, Answer]] = field(default_factory=dict[str, tuple[int, Answer]])


class Ask(NamedTuple):
    """One request: what was in its path, its query and its body."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Record | list[Any] | str | float | None


Responder = Callable[[Account, Ask], Awaitable[Answer]]


def query_of(ask: Ask, name: str) -> str | None:
    """A query parameter; None when it is missing or empty."""
    value = ask.query.get(name.lower())
    return value if value is not None and value != "" else None


def body_of(account: Account, ask: Ask, shape: shapes.Shape) -> Record:
    """The body, read by its shape.

    Raises: RefusedError 400, naming each wrong field.
    """
    record, errors = read(ask.body, shape, account.quirks)
    if errors:
        raise RefusedError(400, errors=errors)
    return record


def invalid(name: str, message: str) -> RefusedError:
    """The refusal of one field."""
    return RefusedError(400, errors={name: [message]})


def listed(rows: Sequence[Record], quirks: Quirks, *, habit: str | None = None, status: int = 200) -> Answer:
    """A list, or what this StockTrim says when there is nothing to list."""
    habit = habit or quirks.empty_lists
    if rows or habit == "[]":
        return answer(rows, status)
    raise RefusedError(404)


def one(row: Record, quirks: Quirks) -> Answer:
    """A record found by its key."""
    return answer([row] if quirks.lookup_form == "array" else row)


def paged(rows: Sequence[Any], page: int, size: int) -> Sequence[Any]:
    """One page, counted from 0; nothing below or beyond."""
    return rows[page * size : (page + 1) * size] if page >= 0 and size > 0 else ()


def page_of(number: int, first: int, below: str = "first") -> int:
    """Which page, counted from 0, a page number means; -1: none."""
    if number < first:
        return 0 if below == "first" and number >= 0 else -1
    return number - first


def deleted(account: Account, found: bool, usual: int) -> Answer:
    quirks = account.quirks
    if not found and quirks.delete_unknown == "404":
        raise RefusedError(404)
    account.shop.changed()
    return nothing(usual if quirks.delete_statuses == "mixed" else int(quirks.delete_statuses))


def everything(account: Account, names: str) -> bool:
    """A delete came without its filter."""
    if account.quirks.delete_without_filter == "refused":
        raise invalid(names, f"The {names} field is required.")
    return True


def known_product(account: Account, product_id: str | None, where: str) -> None:
    shop = account.shop
    if product_id is None or product_id in shop.products:
        return
    if account.quirks.unknown_product == "refused":
        raise invalid(where, f"There is no product with the id '{product_id}'.")
    shop.products[product_id] = {"id": shop.number(), "productId": product_id}
    shop.changed()


def place_of(account: Account, code: str | None, name: str | None) -> Record | None:
    """The location meant by a code or a name, made if need be."""
    if code is None and name is None:
        return None
    shop = account.shop
    for each in shop.locations.values():
        if each["locationCode"] == code or (code is None and each.get("locationName") == name):
            return each
    if account.quirks.unknown_partner == "refused":
        raise invalid("LocationCode", f"There is no location '{code or name}'.")
    number = shop.number()
    shop.locations[number] = {"id": number, "locationCode": code or name}
    if name is not None:
        shop.locations[number]["locationName"] = name
    shop.changed()
    return shop.locations[number]


def buyer_of(account: Account, code: str | None, name: str | None) -> str | None:
    """The code of the customer meant, made if need be."""
    if code is None and name is None:
        return None
    shop = account.shop
    for each in shop.customers.values():
        if (code is not None and each.get("code") == code) or (code is None and each.get("name") == name):
            return each.get("code")
    if account.quirks.unknown_partner == "refused":
        raise invalid("CustomerCode", f"There is no customer '{code or name}'.")
    customer = {"code": code or name, "name": name}
    shop.customers[shop.number()] = {key: value for key, value in customer.items() if value is not None}
    shop.changed()
    return code or name


def merged(old: Record, new: Record, *, keep: bool, nulls: str = "clears") -> Record:
    """A record saved over another one."""
    kept = dict(old) if keep else {"id": old["id"]}
    for name, value in new.items():
        if value is not None:
            kept[name] = value
        elif nulls == "clears":
            kept.pop(name, None)
    return kept


async def catalogue(
    account: Account, name: str, rows: Iterable[Record], shape: shapes.Shape, first: tuple[str, ...]
) -> Answer:
    """A whole catalogue in one answer, encoded once for as long as nothing changes."""
    shop = account.shop
    kept = account.encoded.get(name)
    if kept is not None and kept[0] == shop.changes:
        return kept[1]
    changes = shop.changes
    records = list(rows)
    if not records:
        return listed([], account.quirks, habit=account.quirks.empty_other_lists)
    pieces: list[bytes] = []
    for start in range(0, len(records), 200):
        part = encode([write(each, shape, account.quirks, first) for each in records[start : start + 200]])
        pieces.append((b"," if start else b"[") + part[1:-1])
        await breathe()
    made = Answer(200, (*pieces, b"]"), {"content-type": JSON})
    account.encoded[name] = (changes, made)
    return made


def whole(ask: Ask, name: str, otherwise: int) -> int:
    asked = query_of(ask, name)
    if asked is None:
        return otherwise
    if not re.fullmatch(r"-?\d{1,9}", asked):
        raise invalid(name, f"The value '{asked}' is not valid.")
    return int(asked)
