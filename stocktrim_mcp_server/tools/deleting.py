"""Deletions from the catalogue, each shown with all that goes with it."""

import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from stocktrim_client import ChangeReport, NotSentError, StockTrimClient
from stocktrim_client.changes import Change
from stocktrim_client.history import Entry
from stocktrim_client.models import Product, Supplier
from stocktrim_client.snapshot import Kind
from stocktrim_mcp_server.answers import number
from stocktrim_mcp_server.approval import Approved, ConfirmToken
from stocktrim_mcp_server.dependencies import StockTrim, on_hand
from stocktrim_mcp_server.meaning import MOST_GUESSED, no_products, no_supplier, products_called, suppliers_called
from stocktrim_mcp_server.planning.belonging import Uses, left_behind, uses_of_product, uses_of_supplier
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, listed, short
from stocktrim_mcp_server.planning.catalogue import Catalogue
from stocktrim_mcp_server.records import catalogue_of
from stocktrim_mcp_server.toolbox import Codes, Toolset, call_seconds
from stocktrim_mcp_server.writing import MOST_RECORDS, Fault, Write, WriteReport, carry_out, refuse, refuse_one

SECONDS_NEEDED = 12.0
"""Left of a call's time, without which no deletion is begun: StockTrim was seen to take more than five over one."""

BELONGING: Sequence[Kind] = ("products", "suppliers", "purchase_orders", "bills_of_materials")

_WITHOUT: Mapping[Kind, str] = {
    "products": "The catalogue could not be read: which products the suppliers deliver is not shown.",
    "purchase_orders": "Purchase orders could not be read: whether open ones name any of these is not shown.",
    "bills_of_materials": "Bills of materials could not be read: whether any of these goes into another is not shown.",
}


async def delete_records(
    stocktrim: StockTrim,
    approved: Approved,
    products: Annotated[Codes, Field(description="SKUs")] = (),
    suppliers: Annotated[Codes, Field(description="Codes")] = (),
    confirm_token: ConfirmToken = None,
) -> WriteReport:
    """Delete products or suppliers, shown with what goes with them; sales history never comes back."""
    if not products and not suppliers:
        refuse_one("Name products or suppliers to delete.")
    if (count := len(products) + len(suppliers)) > MOST_RECORDS:
        refuse_one(f"{count} records are too many for one call: at most {MOST_RECORDS}.")
    until = time.monotonic() + call_seconds.get() - SECONDS_NEEDED
    faults: list[Fault] = []
    meant, gone = await _products(stocktrim, products, faults)
    partners, gone_too = await _suppliers(stocktrim, suppliers, faults)
    refuse(faults)
    standing = await on_hand(stocktrim, useful=BELONGING)
    books = await catalogue_of(stocktrim, standing)
    said = [text for kind, text in _WITHOUT.items() if kind in standing.missing]
    if meant:
        said.append("With a product its sales history goes for good: undoing brings back the record alone.")
    uses = {key: uses_of_supplier(key, books) for key in partners}
    said += [left_behind(key, its) for key, its in uses.items() if its]
    if gone or gone_too:
        said.append(f"Gone already: {listed([*gone, *gone_too])}.")
    writes = [
        *(_of_product(stocktrim, product, books, until) for product in meant.values()),
        *(_of_supplier(stocktrim, key, its, until) for key, its in uses.items()),
        *(_gone("product", code) for code in gone),
        *(_gone("supplier", word) for word in gone_too),
    ]
    return await carry_out(writes, warnings=said)


async def _products(
    stocktrim: StockTrimClient, codes: Iterable[str], faults: list[Fault]
) -> tuple[dict[str, Product], list[str]]:
    """By product id the products meant, and codes that named one here before and are gone."""
    found: dict[str, Product] = {}
    missing: list[str] = []
    for code, those in (await products_called(stocktrim, codes)).items():
        if len(those) > 1:
            ids = ", ".join(repr(product.product_id) for product in those[:10])
            faults.append(Fault(code, f"{len(those)} products share this SKU. Name the one meant by its id: {ids}."))
        elif those:
            found[those[0].product_id] = those[0]
        else:
            missing.append(code)
    strange = [code for code in missing if not await _was_deleted(stocktrim, "product", code)]
    for at, code in enumerate(strange):
        none = f"There is no product {short(code, NAME_SHOWN)!r}."
        told = await no_products(stocktrim, [code]) if at < MOST_GUESSED else [none]
        faults.append(Fault(code, f"there is no such product.{told[0].removeprefix(none)}"))
    return found, [code for code in missing if code not in strange]


async def _suppliers(
    stocktrim: StockTrimClient, words: Iterable[str], faults: list[Fault]
) -> tuple[dict[str, Supplier], list[str]]:
    """By code, or name where there is none, the suppliers meant, and words that named one here before."""
    found: dict[str, Supplier] = {}
    gone: list[str] = []
    for word, those in (await suppliers_called(stocktrim, words)).items():
        if len(those) > 1:
            codes = ", ".join(repr(one.code) for one in those if one.code)
            faults.append(
                Fault(word, f"{len(those)} suppliers are called so. Name the one meant by its code: {codes}.")
            )
        elif those and (key := those[0].key):
            found[key] = those[0]
        elif await _was_deleted(stocktrim, "supplier", word):
            gone.append(word)
        else:
            faults.append(Fault("", await no_supplier(stocktrim, word)))
    return found, gone


async def _was_deleted(stocktrim: StockTrimClient, noun: str, code: str) -> bool:
    """Whether it was deleted from here: what names none now is then gone, and no slip, so a call can be repeated."""
    past = await stocktrim.history.entries(limit=1, fits=lambda one: _deletes(one, noun, code.casefold()))
    return bool(past.entries)


def _deletes(entry: Entry, noun: str, folded: str) -> bool:
    if (entry.change.noun, entry.change.kind) != (noun, "delete") or entry.outcome not in ("applied", "unknown"):
        return False
    names = (entry.change.key, entry.change.name, *((entry.before or {}).get(one) for one in ("code", "product_id")))
    return folded in {str(name).casefold() for name in names if name}


def _of_product(stocktrim: StockTrimClient, product: Product, books: Catalogue, until: float) -> Write:
    is_shared = sum(one.code == product.code for one in books.products) > 1
    called = product.product_id if is_shared else product.code
    held = tuple(_with_product(product, books))
    send = _in_time(stocktrim, until, lambda: stocktrim.products.delete(product.product_id, called=called))
    return Write(called, send, "product", fields=_shown(held))


def _of_supplier(stocktrim: StockTrimClient, key: str, uses: Uses, until: float) -> Write:
    send = _in_time(stocktrim, until, lambda: stocktrim.suppliers.delete(key))
    return Write(key, send, "supplier", fields=_shown(tuple(uses.told())))


def _shown(held: tuple[str, ...]) -> Callable[[Change], tuple[str, ...]]:
    return lambda change: held


def _gone(noun: str, code: str) -> Write:
    async def nothing() -> ChangeReport:
        return ChangeReport(status="unchanged")

    return Write(code, nothing, noun)


def _in_time(
    stocktrim: StockTrimClient, until: float, delete: Callable[[], Awaitable[ChangeReport]]
) -> Callable[[], Awaitable[ChangeReport]]:
    """A deletion that is not begun when the call's time is nearly over: nobody would learn how it ended."""

    async def send() -> ChangeReport:
        if time.monotonic() > until and not stocktrim.changes.is_preview:
            raise NotSentError("Not sent: the time of this call was nearly over, and StockTrim deletes slowly.")
        return await delete()

    return send


def _with_product(product: Product, books: Catalogue) -> Iterator[str]:
    """What goes with a product, in words."""
    if product.on_hand:
        yield f"stock on hand: {number(product.on_hand)}"
    yield from uses_of_product(product, books)
    yield "its sales history"


DELETING = Toolset("deleting", "Products and suppliers, deleted.", deletes=(delete_records,))
