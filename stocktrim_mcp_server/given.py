"""What a call of a writing tool lists, as arguments or pasted as a table, and the records that its words mean."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, NamedTuple, NoReturn, TypeVar

from pydantic import BeforeValidator, ValidationError
from pydantic.json_schema import SkipJsonSchema

from stocktrim_client import StockTrimClient
from stocktrim_client.models import Customer, Location, Product
from stocktrim_client.models.base import Draft
from stocktrim_mcp_server import pasted
from stocktrim_mcp_server.answers import FRESH_SECONDS
from stocktrim_mcp_server.dependencies import on_hand
from stocktrim_mcp_server.meaning import guess, no_products, products_called
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, short
from stocktrim_mcp_server.planning.spelling import day, number
from stocktrim_mcp_server.toolbox import Code, at_most
from stocktrim_mcp_server.writing import Fault, refuse, refuse_one

IDS_SHOWN = 10

Unlisted = SkipJsonSchema[str | None]
"""A text whose name is told with the list: a schema of each would cost every session more than all of them."""


def _quantity(said: Any) -> Any:
    if isinstance(said, bool):
        raise ValueError("a number is meant, not yes or no")
    value = number(said) if isinstance(said, str) else said
    if isinstance(value, int | float) and value < 0:
        raise ValueError("must be 0 or more")
    return value


def _day(said: Any) -> Any:
    if isinstance(said, date) and not isinstance(said, datetime):
        return said
    if not isinstance(said, str):
        raise ValueError("write a day as 2026-01-31")
    return day(said)


Quantity = Annotated[float, at_most(1e9), BeforeValidator(_quantity)]
"""Units, or an amount of money each."""
Day = Annotated[date, BeforeValidator(_day)]


def ended(said: str) -> str:
    """A sentence with its end."""
    return said if said.endswith((".", "?")) else f"{said}."


class Line(Draft):
    """One record of a list, known by its code."""

    code: Code


class Addressed(Line):
    """Somebody with a place of business."""

    name: str | None = None
    email: Unlisted = None
    street_address: Unlisted = None
    address_line1: Unlisted = None
    address_line2: Unlisted = None
    state: Unlisted = None
    country: Unlisted = None
    post_code: Unlisted = None


L = TypeVar("L", bound=Line)


class Given(NamedTuple, Generic[L]):
    """A record of the call. None: `line`, it was not pasted."""

    said: L
    line: int | None = None

    def fault(self, said: str) -> Fault:
        """Why it cannot be meant."""
        return Fault(self.said.code, ended(said), self.line)


class Found(NamedTuple, Generic[L]):
    """A record of the call, and the product it means."""

    given: Given[L]
    product: Product


def records(
    listed: Sequence[L],
    table: str,
    columns: Mapping[str, pasted.Column],
    model: type[L],
    name: str,
    said: list[str] | None = None,
) -> list[Given[L]]:
    """The records of the call, from the list or from the table.

    None: `said`, unknown columns are refused; else they are passed over, and named in it.
    Raises: ToolError naming every line that is none.
    """
    if listed and table.strip():
        refuse_one(f"Give {name} or table, not both.")
    if not table.strip():
        return [Given(one) for one in listed] if listed else _nothing(name, columns)
    read = pasted.rows(table, columns, passing=said is not None)
    if said is not None:
        said += read.said
    faults = [Fault("", ended(one.said), one.line) for one in read.faults]
    rows: list[Given[L]] = []
    for row in read.rows:
        try:
            rows.append(Given(model.model_validate(row.values), row.line))
        except ValidationError as error:
            code = str(row.values.get("code", ""))
            faults += [Fault(code, in_words(one), row.line) for one in error.errors(include_url=False)]
    refuse(sorted(faults, key=lambda one: one.line or 0))
    return rows


def _nothing(name: str, columns: Mapping[str, pasted.Column]) -> NoReturn:
    refuse_one(f"Give {name} as a list, or table as CSV with the columns {', '.join(columns)}.")


def in_words(fault: Any) -> str:
    """A fault that pydantic found."""
    place, why = ".".join(map(str, fault["loc"])), str(fault["msg"]).removeprefix("Value error, ")
    return f"{place}: {why}." if place else f"{why}."


async def with_products(
    stocktrim: StockTrimClient, rows: Sequence[Given[L]]
) -> tuple[list[Found[L]], list[tuple[Given[L], Fault]]]:
    """Each record with the one product it means, and why the others mean none.

    Raises: ToolError or StockTrimError where the catalogue is needed and cannot be read.
    """
    meant = await products_called(stocktrim, [one.said.code for one in rows])
    found: list[Found[L]] = []
    faults: list[tuple[Given[L], Fault]] = []
    for one in rows:
        those = meant.get(one.said.code, [])
        if len(those) == 1:
            found.append(Found(one, those[0]))
        elif those:
            ids = ", ".join(repr(product.product_id) for product in those[:IDS_SHOWN])
            fault = one.fault(f"{len(those)} products share this SKU. Name the one meant by its product id: {ids}")
            faults.append((one, fault))
    strange = [one for one in rows if not meant.get(one.said.code)]
    for one in strange:
        (said,) = await no_products(stocktrim, [one.said.code])
        faults.append((one, Fault("", said, one.line)))
    return found, faults


def refuse_in_order(rows: Sequence[Given[L]], faults: Iterable[tuple[Given[L], Fault]]) -> None:
    """Raises: ToolError naming every fault, in the order in which the records came; nothing where there is none."""
    place = {id(one): at for at, one in enumerate(rows)}
    refuse([fault for _, fault in sorted(faults, key=lambda one: place[id(one[0])])])


def twice(named: Iterable[tuple[Given[L], str]]) -> list[tuple[Given[L], Fault]]:
    """The records that are named as an earlier one is, and why they cannot be meant."""
    first: dict[str, Given[L]] = {}
    faults: list[tuple[Given[L], Fault]] = []
    for one, name in named:
        if (other := first.setdefault(name, one)) is not one:
            where = f"line {other.line}" if other.line else repr(short(other.said.code, NAME_SHOWN))
            faults.append((one, one.fault(f"stands twice in the call: see {where}")))
    return faults


PartnerKind = Literal["locations", "customers"]


async def partners_called(
    stocktrim: StockTrimClient, kind: PartnerKind, words: Iterable[str | None], products: Iterable[Product] = ()
) -> tuple[dict[str, str], dict[str, str]]:
    """By word the code of the location or customer it means; and by word what is to be said of those that mean none.

    StockTrim makes a new one of a code it does not know: a slip of the pen must not. Looked for among what holds stock
    of these products, what is on hand, and what StockTrim finds.
    """
    wanted = list(dict.fromkeys(word for word in words if word))
    if not wanted:
        return {}, {}
    seen: dict[str, str | None] = {
        stock.location_code: stock.location_name
        for product in products
        for stock in product.stock
        if kind == "locations"
    }
    if not stocktrim.snapshot.standing(kind).missing:
        seen |= await _on_hand(stocktrim, kind)
    codes = {word: code for word in wanted if (code := _meant(word, seen)) is not None}
    helper = stocktrim.locations if kind == "locations" else stocktrim.customers
    for word in wanted:
        if word not in codes and (live := await helper.find(word)) is not None:
            codes[word] = live.code or word
    if len(codes) < len(wanted):
        await on_hand(stocktrim, useful=(kind,), max_age=FRESH_SECONDS)
        if not stocktrim.snapshot.standing(kind).missing:
            seen |= await _on_hand(stocktrim, kind)
            codes |= {word: code for word in wanted if (code := _meant(word, seen)) is not None}
    return codes, {word: _no_partner(kind, word, seen) for word in wanted if word not in codes}


async def _on_hand(stocktrim: StockTrimClient, kind: PartnerKind) -> dict[str, str | None]:
    snapshot = stocktrim.snapshot
    held: Sequence[Location | Customer] = (
        await snapshot.locations(wait=0) if kind == "locations" else await snapshot.customers(wait=0)
    )
    return {one.code: one.name for one in held if one.code}


def _meant(word: str, names: Mapping[str, str | None]) -> str | None:
    """By code before by name, in the same case before in another; a name that several have means none of them."""
    if word in names:
        return word
    folded = word.casefold()
    same = [code for code in names if code.casefold() == folded]
    same = same or [code for code, name in names.items() if name and name.strip().casefold() == folded]
    return same[0] if len(same) == 1 else None


def _no_partner(kind: PartnerKind, word: str, names: Mapping[str, str | None]) -> str:
    noun = kind.removesuffix("s")
    folded = word.casefold()
    if several := [code for code, name in names.items() if name and name.strip().casefold() == folded]:
        return f"{len(several)} {kind} are called {short(word, NAME_SHOWN)!r}: name one by its code, {several[:5]}."
    said = f"there is no {noun} {short(word, NAME_SHOWN)!r} that StockTrim shows."
    by_name = {name: code for code, name in names.items() if name}
    return said + (guess(word, names, by_name) or _few(names))


def _few(names: Mapping[str, str | None]) -> str:
    return f" It shows {', '.join(map(repr, sorted(names)))}." if 0 < len(names) <= IDS_SHOWN else ""
