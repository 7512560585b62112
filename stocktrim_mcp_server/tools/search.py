"""From words to exact codes."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from stocktrim_client.models import Model
from stocktrim_client.snapshot import SearchKind
from stocktrim_mcp_server.answers import Dated, dated, thin
from stocktrim_mcp_server.dependencies import StockTrim, on_hand, refuse_without
from stocktrim_mcp_server.toolbox import Toolset, as_list

Kind = Literal["product", "supplier", "customer", "location", "purchase_order"]

SEARCHED: dict[Kind, SearchKind] = {
    "product": "products",
    "supplier": "suppliers",
    "customer": "customers",
    "location": "locations",
    "purchase_order": "purchase_orders",
}
_KIND_OF: dict[SearchKind, Kind] = {many: one for one, many in SEARCHED.items()}


class Hit(Model):
    """One record that fits the words."""

    kind: Kind
    code: str
    name: str | None = None
    about: str | None = None


class Hits(Dated):
    """What fits, best first."""

    items: Annotated[tuple[Hit, ...], thin("kind", "code", "name", "about")]
    total: int


async def search(
    stocktrim: StockTrim,
    query: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
        Field(coerce_numbers_to_str=True, description="Words, part of a name, an address, a code or a barcode"),
    ],
    kinds: Annotated[tuple[Kind, ...], BeforeValidator(as_list), Field(description="Empty = all kinds")] = (),
    limit: Annotated[int, Field(ge=1, le=50, description="Most hits to show")] = 10,
) -> Hits:
    """Find the exact code of a product, supplier, customer, location or purchase order from words.

    Exact codes come first, then beginnings, then words anywhere, then words with one slip. Use it before tools that
    take codes.
    """
    wanted: list[SearchKind] = [many for kind, many in SEARCHED.items() if not kinds or kind in kinds]
    standing = await on_hand(stocktrim, useful=wanted)
    searched = [_KIND_OF[many] for many in wanted if many not in standing.missing]
    if not searched:
        await refuse_without(stocktrim, standing.kinds[0])
    found = await stocktrim.snapshot.search(query, wanted, limit, wait=0)
    said: list[str] = []
    if not found.hits:
        said.append(f"Nothing fits {query!r} among {', '.join(searched)}. Try fewer or shorter words.")
    elif found.total > len(found.hits):
        said.append(f"Shown are the {len(found.hits)} that fit best: add words, name kinds, or raise limit.")
    hits = [Hit(kind=_KIND_OF[one.kind], code=one.code, name=one.name, about=one.about) for one in found.hits]
    return Hits(items=tuple(hits), total=found.total, **dated(standing, *said))


SEARCH = Toolset("search", "From words to exact codes.", reads=(search,))
