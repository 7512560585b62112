"""From words to exact codes."""

from typing import Annotated, Any, Literal, cast, get_args

from pydantic import BeforeValidator, Field, StringConstraints

from stocktrim_client.models import Model
from stocktrim_client.snapshot import SearchKind
from stocktrim_mcp_server.answers import Dated, dated, thin
from stocktrim_mcp_server.dependencies import StockTrim, on_hand, read_ago, refuse_without
from stocktrim_mcp_server.planning.bounds import short, shortened
from stocktrim_mcp_server.planning.nearest import did_you_mean
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


def _as_kinds(value: Any) -> Any:
    listed = as_list(value)
    if not isinstance(listed, list):
        return listed
    words: dict[str, str] = {
        "order": "purchase_order",
        "orders": "purchase_order",
        **_KIND_OF,
        **{one: one for one in SEARCHED},
    }
    said = cast(list[Any], listed)
    said = [words.get(one.casefold().replace(" ", "_"), one) if isinstance(one, str) else one for one in said]
    for one in said:
        if isinstance(one, str) and one not in SEARCHED:
            meant = did_you_mean(one, SEARCHED) or f" There are {', '.join(get_args(Kind))}"
            raise ValueError(f"there is no kind {one[:40]!r}.{meant}")
    return said


class Hit(Model):
    """One record that fits the words."""

    kind: Kind
    code: str
    name: str | None = None
    about: str | None = None


class Hits(Dated):
    """What fits, best first."""

    items: Annotated[tuple[Hit, ...], thin("kind", "code")]
    total: int


async def search(
    stocktrim: StockTrim,
    query: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
        Field(coerce_numbers_to_str=True, description="Parts of a name or address, code, barcode"),
    ],
    kinds: Annotated[tuple[Kind, ...], BeforeValidator(_as_kinds), Field(description="Empty = all")] = (),
    limit: Annotated[int, Field(ge=1, le=50, description="Most")] = 10,
) -> Hits:
    """Find the codes of products, suppliers, customers, locations and purchase orders from words, best first."""
    wanted: list[SearchKind] = [many for kind, many in SEARCHED.items() if not kinds or kind in kinds]
    standing = await on_hand(stocktrim, useful=wanted)
    searched = [_KIND_OF[many] for many in wanted if many not in standing.missing]
    if not searched:
        await refuse_without(stocktrim, standing.kinds[0])
    found = await stocktrim.snapshot.search(query, wanted, limit, wait=0)
    said: list[str] = []
    if not found.hits:
        nothing = f"Nothing fits {short(query, 60)!r} among {', '.join(searched)}."
        said.append(f"{nothing} Try fewer or shorter words, other kinds, or a part of the code.")
    elif found.total > len(found.hits):
        said.append(f"Shown are the {len(found.hits)} that fit best: add words, name kinds, or raise limit.")
    hits = [Hit(kind=_KIND_OF[one.kind], code=one.code, name=one.name, about=one.about) for one in found.hits]
    facts = dated(standing, *said)
    facts["age"] = read_ago(standing)
    return Hits(items=tuple(map(shortened, hits)), total=found.total, **facts)


SEARCH = Toolset("search", "From words to exact codes.", reads=(search,))
