"""A price list as a supplier sends it: which column names the product, which price is meant, which rows count."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from stocktrim_client import StockTrimClient
from stocktrim_mcp_server import pasted
from stocktrim_mcp_server.answers import FRESH_SECONDS
from stocktrim_mcp_server.dependencies import on_hand
from stocktrim_mcp_server.given import Found, Given, Line, ended, in_words, with_products
from stocktrim_mcp_server.meaning import meant_by
from stocktrim_mcp_server.pasted import Column
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, listed, short
from stocktrim_mcp_server.writing import Fault, refuse, refuse_one, value_of

BLANKS_NAMED = 10

SHORTEST_WORD = 3
"""Letters of a word that tells one product's name from another's."""

COLUMNS: Mapping[str, Column] = {
    "code": Column(
        (
            *("sku", "product", "product code", "product id", "product no", "item", "item code", "item no"),
            *("item number", "part", "part no", "part number", "article", "article no", "article number", "art no"),
            *("stock code", "model", "model no"),
        ),
        required=True,
    ),
    "unit_cost": Column(
        (
            *("cost", "cost price", "cost each", "cost per unit", "your cost", "buy", "buy price", "buying price"),
            *("purchase price", "trade", "trade price", "net", "net price", "net cost", "dealer price"),
        ),
        "number",
    ),
    "unit_price": Column(
        (
            *("sell", "sell price", "selling price", "sale price", "sales price", "retail", "retail price", "rrp"),
            *("srp", "msrp", "recommended retail price"),
        ),
        "number",
    ),
    "price": Column(("unit price", "price each", "price per unit", "list price", "wholesale price"), "number"),
    "new_name": Column(),
    "called": Column(
        ("name", "product name", "item name", "description", "product description", "item description", "title"),
        checks=True,
    ),
    "category": Column(),
    "sub_category": Column(),
    "barcode": Column(("ean", "upc", "gtin")),
    "supplier": Column(("supplier code", "supplier name", "vendor")),
    "lead_time_days": Column(("lead time", "lead days"), "days"),
    "reorder_frequency_days": Column(("reorder frequency", "order frequency"), "days"),
    "forecast_period_days": Column(("forecast period",), "days"),
    "manufacturing_days": Column(("manufacturing time",), "days"),
    "service_level": Column(kind="share"),
    "minimum_order_quantity": Column(("moq", "minimum order", "minimum quantity", "min order quantity"), "number"),
    "batch_size": Column(
        (
            *("pack size", "pack qty", "order multiple", "multiple", "case", "case size", "case qty"),
            *("carton size", "carton qty", "units per case", "units per carton"),
        ),
        "number",
    ),
    "minimum_shelf_level": Column(("minimum stock", "min stock", "min shelf level"), "number"),
    "maximum_shelf_level": Column(("maximum stock", "max stock", "max shelf level"), "number"),
    "overridden_demand": Column((), "number"),
    "overridden_demand_days": Column((), "days"),
    "discontinued": Column(),
    "unstocked": Column(),
    "ignore_seasonality": Column(),
}

L = TypeVar("L", bound=Line)


class PriceList(NamedTuple, Generic[L]):
    """The rows that name a product, those that name several, and what is to be said of the rest."""

    found: list[Found[L]]
    faults: list[tuple[Given[L], Fault]]
    said: list[str]

    @property
    def rows(self) -> list[Given[L]]:
        """Those that count, in the order of their lines."""
        return sorted([*(one.given for one in self.found), *(one for one, _ in self.faults)], key=_line)


async def price_list(stocktrim: StockTrimClient, table: str, model: type[L]) -> PriceList[L]:
    """What a pasted list means. A row that names no product is left out and said; a value of two meanings is refused.

    Raises: ToolError naming every line that cannot be read, or that the table as a whole cannot.
    """
    read = pasted.rows(table, COLUMNS, as_sent=True)
    refuse([Fault("", ended(one.said), one.line) for one in read.faults])
    at, chosen = await _key_column(stocktrim, read)
    price, decided = _price_meant(read.heads)
    said = [*read.said, *chosen, *decided]
    rows: list[Given[L]] = []
    by_line = {row.line: row for row in read.rows}
    faults: list[Fault] = []
    left_out: dict[int, str] = {}
    for row in read.rows:
        values = {_field(name, price): value for name, value in row.values.items() if name != "called"}
        if not (code := row.keys[at] if at is not None else "".join(row.keys)):
            left_out[row.line] = f"it names no product{_beginning(row)}."
        elif not values:
            left_out[row.line] = f"{short(code, NAME_SHOWN)!r} is given no value."
        else:
            try:
                rows.append(Given(model.model_validate({"code": code, **values}), row.line))
            except ValidationError as error:
                faults += [Fault(code, in_words(one), row.line) for one in error.errors(include_url=False)]
    refuse(faults)
    found, strange = await with_products(stocktrim, rows)
    # A fault that names no code says so itself: there is no such product.
    left_out |= {_line(one): _lower(fault.said) for one, fault in strange if not fault.key}
    said += [f"Line {line} is left out: {why}" for line, why in sorted(left_out.items())]
    result = PriceList(found, [(one, fault) for one, fault in strange if fault.key], said)
    if not result.rows:
        refuse_one(" ".join(["No row of the table can be meant.", *said]))
    said += [*_blanks(found, by_line, price), *_other_names(found, by_line, read.heads)]
    return result


def _line(row: Given[Any]) -> int:
    return row.line or 0


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


async def _key_column(stocktrim: StockTrimClient, read: pasted.Pasted) -> tuple[int | None, list[str]]:
    """Which of several columns that may name the product does: the one that names most, of equal ones the first.

    None: each row has one of them.
    """
    heads = [short(name, NAME_SHOWN) for name in read.heads["code"]]
    if all(sum(map(bool, row.keys)) <= 1 for row in read.rows):
        return None, []
    await on_hand(stocktrim, "products", max_age=FRESH_SECONDS)
    catalogue = await stocktrim.snapshot.products(wait=0)
    columns = [[row.keys[at] for row in read.rows if row.keys[at]] for at in range(len(heads))]
    known = [sum(bool(those) for those in meant_by(words, catalogue).values()) for words in columns]
    best = max(range(len(heads)), key=lambda at: (known[at], -at))
    others = listed((repr(name) for at, name in enumerate(heads) if at != best), len(heads))
    return best, [
        f"Products are taken from the column {heads[best]!r}, which names {known[best]} of them; passed over: {others}."
    ]


def _price_meant(heads: Mapping[str, Sequence[str]]) -> tuple[str, list[str]]:
    """What a bare "price" is beside the others: StockTrim holds what is paid, and what it is sold for.

    Raises: ToolError where it may be either.
    """
    if "price" not in heads:
        return "unit_price", []
    name = short(heads["price"][0], NAME_SHOWN)
    others = [one for one in ("unit_cost", "unit_price") if one in heads]
    if len(others) != 1:
        refuse_one(
            f"The column {name!r} may be what you pay or what you sell for: call it 'cost' or 'sell price', or take it "
            "out."
        )
    (other,) = others
    price, words = ("unit_price", "what you sell for") if other == "unit_cost" else ("unit_cost", "what you pay")
    return price, [f"The column {name!r} is taken for {words} ({price}), as {heads[other][0]!r} is {other}: is it?"]


def _field(name: str, price: str) -> str:
    return {"price": price, "new_name": "name"}.get(name, name)


def _beginning(row: pasted.Row) -> str:
    said = next((str(value) for value in row.values.values()), "")
    return f" ({short(said, NAME_SHOWN)!r})" if said else ""


def _blanks(found: Sequence[Found[L]], by_line: Mapping[int, pasted.Row], price: str) -> Iterator[str]:
    """What stays because a cell is empty, which nobody sees in a list of changes."""
    stays = [
        f"{one.product.code} {name} {_shown(getattr(one.product, name))}"
        for one in found
        for name in (_field(blank, price) for blank in by_line[_line(one.given)].blank)
        if name != "supplier"
    ]
    if stays:
        cells = "1 cell is empty and changes" if len(stays) == 1 else f"{len(stays)} cells are empty and change"
        yield f"{cells} nothing: {listed(stays, BLANKS_NAMED, longest=2 * NAME_SHOWN)}."


def _shown(value: Any) -> str:
    return "stays empty" if value is None or value == "" else f"stays {value_of(value)}"


def _other_names(
    found: Sequence[Found[L]], by_line: Mapping[int, pasted.Row], heads: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Rows that call a product by quite another name: the list may mean another one."""
    for one in found:
        line = _line(one.given)
        called, name = str(by_line[line].values.get("called", "")), one.product.name or ""
        if called and name and not _words(called) & _words(name):
            here, there = short(called, NAME_SHOWN), short(name, NAME_SHOWN)
            code = short(one.product.code, NAME_SHOWN)
            yield f"Line {line}: {code!r} is {there!r} in StockTrim and {here!r} here: is it the same?"
    if "called" in heads:
        yield f"Names stay: {heads['called'][0]!r} was only compared. A column 'new name' would change them."


def _words(text: str) -> set[str]:
    bare = "".join(one if one.isalnum() else " " for one in text.casefold())
    return {word for word in bare.split() if len(word) >= SHORTEST_WORD}
