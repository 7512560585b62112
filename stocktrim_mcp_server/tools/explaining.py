"""Why so much, or why none."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import AwareDatetime, Field

from stocktrim_client import StockTrimClient
from stocktrim_client.models import Model, OrderPlanRow
from stocktrim_mcp_server.answers import LIST
from stocktrim_mcp_server.dependencies import Account
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, short
from stocktrim_mcp_server.planning.catalogue import Catalogue, folded
from stocktrim_mcp_server.planning.explain import Explanation, explain, notes_on
from stocktrim_mcp_server.planning.nearest import alike, finding_hint, nearest
from stocktrim_mcp_server.records import Books
from stocktrim_mcp_server.toolbox import Codes, Toolset

MOST_PRODUCTS = 10
NEAR_SHOWN = 3


class Explanations(Model):
    """The arithmetic of each product asked for."""

    as_of: AwareDatetime | None = None
    age: str = ""
    notes: tuple[str, ...] = ()
    items: Annotated[tuple[Explanation, ...], LIST] = ()
    total: int
    warnings: tuple[str, ...] = ()


async def explain_reorder(
    account: Account,
    products: Annotated[Codes, Field(description=f"Up to {MOST_PRODUCTS} SKUs or product ids, e.g. ['TEA-01']")],
    location: Annotated[
        str, Field(coerce_numbers_to_str=True, description="Code or name; empty = whole business")
    ] = "",
) -> Explanations:
    """Why StockTrim suggests a product's quantity, or none: step by step, with lead time, forecast and confidence."""
    codes = tuple({code.strip().casefold(): code for code in reversed(products) if code.strip()}.values())[::-1]
    if not 0 < len(codes) <= MOST_PRODUCTS:
        raise ToolError(f"explain_reorder explains 1 to {MOST_PRODUCTS} products at a time, not {len(codes)}.")
    books = await account.books((location,) if location.strip() else (), bills=True)
    found, items = await asyncio.to_thread(_explained, codes, books)
    as_of = min((row.calculated_at for row in books.rows if row.calculated_at is not None), default=None)
    near = {code: await _near(code, books, account.stocktrim) for code, rows in found.items() if not rows}
    return Explanations(
        as_of=as_of,
        age=books.age(as_of),
        notes=tuple(notes_on(items)),
        items=items,
        total=len(items),
        warnings=(*_unknown(found, near, books.locations), *books.said(as_of)),
    )


def _explained(codes: Sequence[str], books: Books) -> tuple[dict[str, list[OrderPlanRow]], tuple[Explanation, ...]]:
    """The plan's rows of each code, and each row explained once."""
    found = _rows(codes, books.rows, books.catalogue)
    rows = {id(row): row for those in found.values() for row in those}.values()
    catalogue, today = books.catalogue, books.now.date()
    return found, tuple(explain(catalogue.item(row), catalogue, today) for row in rows)


def _rows(codes: Sequence[str], rows: Sequence[OrderPlanRow], catalogue: Catalogue) -> dict[str, list[OrderPlanRow]]:
    """The plan's rows of each product; where the plan has none, one that says so.

    An empty list: there is no such product.
    """
    found: dict[str, list[OrderPlanRow]] = {code: [] for code in codes}
    meant = {code.strip().casefold(): code for code in codes}
    for row in rows:
        for word in folded((row.code, row.product_id or row.code)):
            if word in meant:
                found[meant[word]].append(row)
    if not all(found.values()):
        for one in catalogue.products:
            for word in folded((one.code, one.product_id)):
                if word in meant and not any(row.calculated_at for row in found[meant[word]]):
                    found[meant[word]].append(OrderPlanRow(code=one.code, product_id=one.product_id, name=one.name))
    return found


async def _near(code: str, books: Books, stocktrim: StockTrimClient) -> str:
    """Products that may be meant: those with a code like it, else those that the words fit."""
    begun = (one.code for one in books.catalogue.products if one.code.casefold().startswith(code[:2].casefold()))
    if like := nearest(code, alike(code, begun), NEAR_SHOWN):
        return f" Did you mean {', '.join(map(repr, like))}?"
    hits = (await stocktrim.snapshot.search(code, ("products",), NEAR_SHOWN, wait=0)).hits
    named = ", ".join(f"{hit.code!r}" + (f" ({short(hit.name, NAME_SHOWN)})" if hit.name else "") for hit in hits)
    return f" Did you mean {named}?" if named else finding_hint()


def _unknown(
    found: Mapping[str, Sequence[OrderPlanRow]], near: Mapping[str, str], locations: Sequence[str]
) -> Iterator[str]:
    place = f" at {', '.join(locations)}" if locations else ""
    for code, rows in found.items():
        if not rows:
            yield f"There is no product {short(code, NAME_SHOWN)!r}.{near[code]}"
        elif len(rows) > 1:
            yield f"{len(rows)} rows of the plan go by {code!r}{place}: all are explained."
        elif rows[0].calculated_at is None and rows[0].order_quantity is None:
            yield f"StockTrim's plan{place} has no figures for {code!r}."


EXPLAINING = Toolset("explaining", "Why so much, or why none.", reads=(explain_reorder,))
