"""What the codes of a question mean: the products they name, and what a strange one may have been meant to be."""

import asyncio
import difflib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from stocktrim_client import StockTrimClient
from stocktrim_client.models import Product, Supplier
from stocktrim_mcp_server.answers import FRESH_SECONDS
from stocktrim_mcp_server.dependencies import on_hand
from stocktrim_mcp_server.planning.bounds import short
from stocktrim_mcp_server.planning.nearest import alike, did_you_mean, where_offered

MOST_GUESSED = 5
"""Strange codes for which the nearest product is looked for."""

BY_PRODUCT_ONLY = "Sales are read by product only: what a customer bought, no tool here can say."

LIKE_CODE, LIKE_WORD = 0.6, 0.75
"""Of 1: how alike a code, and each word of a name, must be to what was said; NOTE is no Notebook."""


async def products_called(stocktrim: StockTrimClient, codes: Iterable[str]) -> dict[str, list[Product]]:
    """The products meant by each SKU or product id, read live; none where there is none.

    What StockTrim's own lookup does not find is looked for in the catalogue on hand, read anew if it is older than a
    minute: somebody may have added it since.
    Raises: ToolError or StockTrimError where the catalogue is needed and cannot be read.
    """
    wanted = [one for code in dict.fromkeys(codes) if (one := code.strip())]
    snapshot = stocktrim.snapshot
    known = (
        {}
        if snapshot.standing("products").missing
        else await asyncio.to_thread(meant_by, wanted, await snapshot.products(wait=0))
    )
    keys = {code: [product.product_id for product in known.get(code, ())] or [code] for code in wanted}
    live = await stocktrim.products.look_up(key for those in keys.values() for key in those)
    # Asked for by its id, a lookup that looks at SKUs gives the product that bears this id as its SKU.
    found = {
        code: [product for key in those for product in live[key] if not known.get(code) or product.product_id == key]
        for code, those in keys.items()
    }
    missing = [code for code in wanted if len(found[code]) < len(keys[code])]
    if missing:
        await on_hand(stocktrim, "products", max_age=FRESH_SECONDS)
        found |= await asyncio.to_thread(meant_by, missing, await snapshot.products(wait=0))
    return found


def meant_by(codes: Iterable[str], catalogue: Iterable[Product]) -> dict[str, list[Product]]:
    """The products meant by each code: the one with this id, else all with this SKU, else those in other case."""
    by_id: dict[str, list[Product]] = {}
    by_code: dict[str, list[Product]] = {}
    by_any_case: dict[str, list[Product]] = {}
    for product in catalogue:
        by_id[product.product_id] = [product]
        by_code.setdefault(product.code, []).append(product)
        for name in {product.code.casefold(), product.product_id.casefold()}:
            by_any_case.setdefault(name, []).append(product)
    return {
        code: by_id.get(code) or by_code.get(code) or by_any_case.get(code.casefold(), [])
        for code in dict.fromkeys(codes)
    }


async def no_products(stocktrim: StockTrimClient, missing: Sequence[str]) -> list[str]:
    """What is to be said of codes that name no product: that they do not, and which may have been meant."""
    guessed, others = missing[:MOST_GUESSED], missing[MOST_GUESSED:]
    said = [f"There is no product {short(code, 60)!r}.{await _product_meant(stocktrim, code)}" for code in guessed]
    if others:
        said.append(f"Nor are there {', '.join(repr(short(code, 60)) for code in others)}.")
    if said and not said[-1].endswith("?"):
        said[-1] += where_offered("search", " Find codes with search.")
    return said


async def _product_meant(stocktrim: StockTrimClient, said: str) -> str:
    snapshot = stocktrim.snapshot
    if snapshot.standing("products").missing:
        return ""
    found = await snapshot.search(said, ("products",), 1, wait=0)
    best = next(iter(found.hits or found.guesses), None)
    if best is None or not is_like(said, best.code, best.name or ""):
        return await code_meant(stocktrim, said)
    called = f" ({short(best.name, 60)})" if best.name else ""
    return f" Did you mean {short(best.code, 60)!r}{called}?"


def is_like(said: str, code: str, name: str) -> bool:
    """Whether what was said may mean this product: its code, nearly or its beginning, or words of its name."""
    wanted, words = short(said, 60).casefold(), short(name, 120).casefold().replace(",", " ").split()
    known = code.casefold()
    if known.startswith(wanted) or difflib.get_close_matches(wanted, [known], cutoff=LIKE_CODE):
        return True
    return all(difflib.get_close_matches(word, words, n=1, cutoff=LIKE_WORD) for word in wanted.split())


async def suppliers_called(stocktrim: StockTrimClient, words: Iterable[str]) -> dict[str, list[Supplier]]:
    """The suppliers meant by each code or name, from the list on hand, which is no older than a minute.

    Raises: ToolError or StockTrimError where it cannot be read.
    """
    wanted = [one for word in dict.fromkeys(words) if (one := word.strip())]
    if not wanted:
        return {}
    await on_hand(stocktrim, "suppliers", max_age=FRESH_SECONDS)
    suppliers = await stocktrim.snapshot.suppliers(wait=0)
    return {word: _suppliers_meant(word, suppliers) for word in wanted}


def _suppliers_meant(word: str, suppliers: Sequence[Supplier]) -> list[Supplier]:
    """By code before by name, in the same case before in another."""
    folded = word.casefold()
    return (
        [one for one in suppliers if one.code == word]
        or [one for one in suppliers if one.name == word]
        or [one for one in suppliers if one.code and one.code.casefold() == folded]
        or [one for one in suppliers if one.name and one.name.casefold() == folded]
    )


async def no_supplier(stocktrim: StockTrimClient, said: str) -> str:
    """What is to be said of a word that names no supplier: that it does not, and which may have been meant."""
    suppliers = () if stocktrim.snapshot.standing("suppliers").missing else await stocktrim.snapshot.suppliers(wait=0)
    codes = {one.name: one.code or one.name for one in suppliers if one.name}
    known = [one.code for one in suppliers if one.code]
    return f"There is no supplier {short(said, 60)!r}.{did_you_mean(said, known, codes)}"


async def code_meant(stocktrim: StockTrimClient, said: str) -> str:
    """Which product's code on hand may have been meant: search guesses at words, and codes are none."""
    if stocktrim.snapshot.standing("products").missing:
        return ""
    products = await stocktrim.snapshot.products(wait=0)
    return await asyncio.to_thread(lambda: guess(said, (product.code for product in products)))


def guess(said: str, known: Iterable[str], codes: Mapping[str, str] = MappingProxyType({})) -> str:
    """`did_you_mean` over many words. For a worker thread."""
    return did_you_mean(said, alike(said, known), codes)
