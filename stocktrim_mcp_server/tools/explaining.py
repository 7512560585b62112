"""Why so much, or why none."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

from pydantic import AwareDatetime, Field

from stocktrim_client.models import Model, OrderPlanRow
from stocktrim_mcp_server.answers import thin
from stocktrim_mcp_server.dependencies import Account
from stocktrim_mcp_server.planning.catalogue import Catalogue, folded
from stocktrim_mcp_server.planning.explain import Explanation, explain
from stocktrim_mcp_server.toolbox import Codes, Toolset

MOST_PRODUCTS = 10


class Explanations(Model):
    """The arithmetic of each product asked for."""

    as_of: AwareDatetime | None = None
    age: str = ""
    items: Annotated[tuple[Explanation, ...], thin("product", "supplier", "why", "confidence")] = ()
    total: int
    warnings: tuple[str, ...] = ()


async def explain_reorder(
    account: Account,
    products: Annotated[
        Codes, Field(min_length=1, max_length=MOST_PRODUCTS, description="SKUs or product ids, e.g. ['TEA-01']")
    ],
    location: Annotated[
        str, Field(coerce_numbers_to_str=True, description="Code or name; empty = whole business")
    ] = "",
) -> Explanations:
    """Why StockTrim suggests this quantity of a product, or none: the arithmetic step by step, and how far to trust it.

    Where our sum does not meet StockTrim's quantity, both are said. To change an assumption use simulate_reorder.
    """
    books = await account.books((location,) if location.strip() else (), bills=True)
    found = {code: _rows(code, books.rows, books.catalogue) for code in dict.fromkeys(products)}
    rows = list({id(row): row for those in found.values() for row in those}.values())
    items = tuple(explain(books.catalogue.item(row), books.catalogue) for row in rows)
    as_of = min((row.calculated_at for row in books.rows if row.calculated_at is not None), default=None)
    return Explanations(
        as_of=as_of,
        age=books.age(as_of),
        items=items,
        total=len(items),
        warnings=(*_unknown(found, books.locations), *books.said(as_of)),
    )


def _rows(code: str, rows: Iterable[OrderPlanRow], catalogue: Catalogue) -> list[OrderPlanRow]:
    """The plan's rows of a product; where the plan has none, one that says so.

    Empty: there is no such product.
    """
    wanted = folded((code,))
    meant = [row for row in rows if wanted & folded((row.code, row.product_id or row.code))]
    if meant:
        return meant
    known = [one for one in catalogue.products if wanted & folded((one.code, one.product_id))]
    return [OrderPlanRow(code=one.code, product_id=one.product_id, name=one.name) for one in known]


def _unknown(found: dict[str, list[OrderPlanRow]], locations: Sequence[str]) -> Iterator[str]:
    place = f" at {', '.join(locations)}" if locations else ""
    for code, rows in found.items():
        if not rows:
            yield f"There is no product {code!r}; search finds codes from words."
        elif len(rows) > 1:
            yield f"{len(rows)} rows of the plan go by {code!r}{place}: all are explained."
        elif rows[0].calculated_at is None and rows[0].order_quantity is None:
            yield f"StockTrim's plan{place} has no figures for {code!r}."


EXPLAINING = Toolset("explaining", "Why so much, or why none.", reads=(explain_reorder,))
