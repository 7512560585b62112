"""What there is to say of a product's change before anybody approves it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from stocktrim_client.changes import Change
from stocktrim_client.models import Product
from stocktrim_mcp_server.answers import number
from stocktrim_mcp_server.planning.belonging import kept_on_moving, lead_time_in_force
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, listed, short
from stocktrim_mcp_server.planning.catalogue import Catalogue
from stocktrim_mcp_server.planning.slips import slip
from stocktrim_mcp_server.writing import fields_of

MONEY = ("unit_cost", "unit_price")

STEEP = 0.3
"""Of 1: a price that moves farther is named once more."""
STEEP_NAMED = 10

NO_LEAD_TIME = "lead_time_days: (empty) ->"


def odd(product: Product, fields: Mapping[str, Any]) -> Iterator[str]:
    """What looks like a slip, and may be meant."""
    shown = repr(short(product.code, NAME_SHOWN))
    for name in MONEY:
        before, after = getattr(product, name), fields.get(name)
        if after == 0:
            yield f"{shown}: {name} 0 counts as not entered, here and in StockTrim's sums."
        elif before and after and (much := slip(before, after)):
            yield f"{shown}: {name} {number(before)} -> {number(after)} is {much}. Is its decimal point right?"
    after = {**product.model_dump(), **fields}
    cost, price = after["unit_cost"], after["unit_price"]
    if set(MONEY) & fields.keys() and cost and price and price < cost:
        yield f"{shown}: sells below its cost ({number(price)} < {number(cost)})."
    low, high = after["minimum_shelf_level"], after["maximum_shelf_level"]
    if {"minimum_shelf_level", "maximum_shelf_level"} & fields.keys() and low and high and low > high:
        yield f"{shown}: its minimum shelf level ({number(low)}) is above its maximum ({number(high)})."
    least, batch = after["minimum_order_quantity"], after["batch_size"]
    if {"minimum_order_quantity", "batch_size"} & fields.keys() and least and batch and least % batch:
        yield f"{shown}: its minimum order of {number(least)} is no multiple of its batch size {number(batch)}."


def steep(changes: Iterable[tuple[Product, Mapping[str, Any]]]) -> Iterator[str]:
    """Prices that move far, and not so far that they look like a slip."""
    far: list[str] = []
    for product, fields in changes:
        for name in MONEY:
            before, after = getattr(product, name), fields.get(name)
            if not before or before < 0 or not after or slip(before, after):
                continue
            if abs(share := after / before - 1) > STEEP:
                far.append(f"{product.code} {name} {number(before)} -> {number(after)} ({share:+.0%})")
    if far:
        yield f"Changed by more than {STEEP:.0%}: {listed(far, STEEP_NAMED, longest=2 * NAME_SHOWN)}."


def told(product: Product, books: Catalogue | None) -> Callable[[Change], tuple[str, ...]]:
    """The fields of a change; of a lead time that was not set, the one in force until then."""

    def fields(change: Change) -> tuple[str, ...]:
        inherited = None if books is None else lead_time_in_force(product, books)
        texts = fields_of(change)
        if inherited is None:
            return texts
        return tuple(one.replace(NO_LEAD_TIME, f"lead_time_days: {inherited} ->", 1) for one in texts)

    return fields


def moved(product: Product, fields: Mapping[str, Any], books: Catalogue | None) -> Iterator[str]:
    """What does not follow a product to the main supplier it gets."""
    code = fields.get("supplier_code")
    if books is None or code is None:
        return
    supplier = books.suppliers.get(code)
    # A lead time that is given with it does not stay.
    stays = product.model_copy(update={"lead_time_days": None}) if "lead_time_days" in fields else product
    yield from kept_on_moving(stays, code, supplier and supplier.lead_time_days, books)
