"""Stock as counted."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Annotated, NamedTuple

from pydantic import Field

from stocktrim_client import ChangeReport, StockTrimClient, StockTrimError
from stocktrim_client.changes import Change
from stocktrim_client.models import StockCount
from stocktrim_mcp_server.answers import number
from stocktrim_mcp_server.approval import Approved, ConfirmToken, was_shown
from stocktrim_mcp_server.dependencies import StockTrim
from stocktrim_mcp_server.given import (
    Found,
    Given,
    Line,
    Quantity,
    partners_called,
    records,
    refuse_in_order,
    with_products,
)
from stocktrim_mcp_server.pasted import Column
from stocktrim_mcp_server.planning.bounds import LONGEST_TEXT, NAME_SHOWN, listed, short
from stocktrim_mcp_server.planning.slips import slip
from stocktrim_mcp_server.toolbox import Toolset
from stocktrim_mcp_server.writing import MOST_RECORDS, Fault, Write, WriteReport, carry_out, fields_of

COLUMNS: Mapping[str, Column] = {
    "code": Column(("sku", "product", "product code", "product id", "item", "item code"), required=True),
    "on_hand": Column(
        ("stock on hand", "soh", "counted", "count", "quantity", "qty", "stock", "free stock", "in stock"), "number"
    ),
    "on_order": Column(("stock on order", "incoming", "qty on order", "quantity on order"), "number"),
    "location": Column(("location code", "location name", "warehouse", "store", "shop", "site")),
}


class Count(Line):
    """What was counted of a product. What is left out stays as it is."""

    on_hand: Quantity | None = None
    on_order: Quantity | None = None
    location: str | None = None


class Placed(NamedTuple):
    """A count, its product, and where. None: `location`, of the whole product."""

    found: Found[Count]
    location: str | None

    @property
    def called(self) -> str:
        """Of a SKU that several share, none but its id tells which is meant."""
        product = self.found.product
        return product.product_id if self.found.given.said.code == product.product_id else product.code

    @property
    def known(self) -> Mapping[str, float | None]:
        """What StockTrim holds of the quantities counted."""
        product = self.found.product
        if self.location is None:
            return {"on_hand": product.on_hand, "on_order": product.on_order}
        here = next((one for one in product.stock if one.location_code == self.location), None)
        return {"on_hand": here and here.on_hand, "on_order": here and here.on_order}

    @property
    def along(self) -> Mapping[str, float]:
        """The quantity nobody counted: StockTrim takes none without the other, and what it does not know is 0."""
        counted = self.found.given.said
        return {name: held or 0.0 for name, held in self.known.items() if getattr(counted, name) is None}

    def told(self, change: Change) -> tuple[str, ...]:
        """What is sent, that which stays as it is included."""
        return (*fields_of(change), *(f"{name}: {number(held)}, sent along" for name, held in self.along.items()))


async def set_stock_levels(
    stocktrim: StockTrim,
    approved: Approved,
    counts: Annotated[tuple[Count, ...], Field(max_length=MOST_RECORDS, description="Totals, not movements")] = (),
    table: Annotated[str, Field(description="Or CSV: 'code,on_hand,location\\nTEA-01,12,MAIN'")] = "",
    confirm_token: ConfirmToken = None,
) -> WriteReport:
    """Set free stock on hand or units on order, as counted, of a product or of it at one location. Left out: stays."""
    passed_over: list[str] = []
    rows = records(counts, table, COLUMNS, Count, "counts", passed_over)
    found, faults = await with_products(stocktrim, rows)
    codes, strange = await partners_called(
        stocktrim, "locations", [one.said.location for one in rows], [one.product for one in found]
    )
    faults += [(one, one.fault(strange[one.said.location])) for one in rows if one.said.location in strange]
    faults += [
        (one, one.fault("neither on_hand nor on_order is given"))
        for one in rows
        if one.said.on_hand is None and one.said.on_order is None
    ]
    placed = [
        Placed(one, codes.get(one.given.said.location or "")) for one in found if one.given.said.location not in strange
    ]
    refuse_in_order(rows, [*faults, *_overlapping(placed)])
    writes = [Write(one.called, _setting(stocktrim, one), "stock", one.found.given.line, one.told) for one in placed]
    if was_shown():
        # The preview has said what there was to know.
        return await carry_out(writes)
    warnings = [
        *passed_over,
        *await of_connected_system(stocktrim, "overwrite stock set here", ": correct it there as well"),
        *_sent_along(placed),
        *_in_parts(placed),
        *_much(placed),
    ]
    return await carry_out(writes, warnings=warnings)


def _setting(stocktrim: StockTrimClient, one: Placed) -> Callable[[], Awaitable[ChangeReport]]:
    said, product = one.found.given.said, one.found.product
    count = StockCount(
        product_id=product.product_id, location_code=one.location, on_hand=said.on_hand, on_order=said.on_order
    )
    return lambda: stocktrim.inventory.save(count, product=product, called=one.called)


def _overlapping(placed: Sequence[Placed]) -> Iterator[tuple[Given[Count], Fault]]:
    """Counts that would overwrite one another: of the same place, or of a product as a whole and of a part of it."""
    first: dict[str, Placed] = {}
    at: dict[tuple[str, str | None], Placed] = {}
    for one in placed:
        product_id = one.found.product.product_id
        other = at.setdefault((product_id, one.location), one)
        whole = first.setdefault(product_id, one)
        if other is not one:
            where = "" if one.location is None else f" at {one.location!r}"
            yield one.found.given, one.found.given.fault(f"this product is counted twice{where}{_where(other)}")
        elif (whole.location is None) != (one.location is None):
            yield (
                one.found.given,
                one.found.given.fault(
                    f"this product is counted as a whole and at a location{_where(whole)}: do one of the two"
                ),
            )


def _where(other: Placed) -> str:
    return "" if other.found.given.line is None else f", see line {other.found.given.line}"


async def of_connected_system(stocktrim: StockTrimClient, does: str, then: str = "") -> list[str]:
    """What the next load of a connected system does, and what to do `then`. Empty: nothing loads this account."""
    try:
        system = await stocktrim.account.connected_system()
    except StockTrimError:
        return [f"Which system this account is loaded from could not be read: its next load may {does}."]
    if system is None or not system.name:
        return []
    return [f"This account is loaded from {short(system.name, NAME_SHOWN)}. Its next load may {does}{then}."]


def _sent_along(placed: Sequence[Placed]) -> list[str]:
    """StockTrim counts what is on order from its orders until somebody sets it, and takes no count without it."""
    held = [f"{_shown(one)} ({number(one.along['on_order'])})" for one in placed if "on_order" in one.along]
    said = (
        f"StockTrim takes both quantities at once, so what is on order is sent as it stands: {_some(held)}. From then "
        "on that figure may stay when orders are placed or arrive, until it is set anew; no undo frees it."
    )
    return [said] if held else []


def _in_parts(placed: Sequence[Placed]) -> list[str]:
    held = [
        f"{_shown(one)} ({_some([short(stock.location_code, NAME_SHOWN) for stock in one.found.product.stock])})"
        for one in placed
        if one.location is None and one.found.product.stock
    ]
    said = (
        f"Counted as a whole, while StockTrim holds the stock by location: {_some(held)}. What it holds there stays, "
        "and may be summed up again: better count at each location."
    )
    return [said] if held else []


def _much(placed: Sequence[Placed]) -> list[str]:
    much = [
        f"{_shown(one)}: {name} {number(before)} -> {number(after)}, {odd}"
        for one in placed
        for name, before in one.known.items()
        if (after := _counted(one, name)) is not None and before and (odd := slip(before, after))
    ]
    return [f"Is a digit too many, or too few? {_some(much)}."] if much else []


def _counted(one: Placed, name: str) -> float | None:
    return getattr(one.found.given.said, name)


def _shown(one: Placed) -> str:
    return repr(short(one.found.product.code, NAME_SHOWN))


def _some(words: Sequence[str]) -> str:
    return listed(words, longest=LONGEST_TEXT)


STOCK = Toolset("stock", "Stock as counted.", deletes=(set_stock_levels,))
