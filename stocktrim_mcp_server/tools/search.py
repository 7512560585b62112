"""From words to exact codes."""

from typing import Annotated, Any, Literal, cast, get_args

from pydantic import BeforeValidator, Field, StringConstraints

from stocktrim_client.models import Model
from stocktrim_client.snapshot import Hit as Found
from stocktrim_client.snapshot import SearchKind
from stocktrim_mcp_server.answers import LIST, Dated, dated
from stocktrim_mcp_server.dependencies import StockTrim, on_hand, read_ago, refuse_without
from stocktrim_mcp_server.meaning import BY_PRODUCT_ONLY, code_meant
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
    match: str = Field(description="How it fits: a code, words, a part of a word, one letter off")


class Hits(Dated):
    """What fits, best first; where nothing does, what comes nearest, which may be none of what was meant."""

    items: Annotated[tuple[Hit, ...], LIST]
    guesses: Annotated[tuple[Hit, ...], LIST] = ()
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
    """Find codes of products, suppliers, customers, locations and purchase orders from words, best first."""
    wanted: list[SearchKind] = [many for kind, many in SEARCHED.items() if not kinds or kind in kinds]
    standing = await on_hand(stocktrim, useful=wanted)
    searched = [_KIND_OF[many] for many in wanted if many not in standing.missing]
    if not searched:
        await refuse_without(stocktrim, standing.kinds[0])
    found = await stocktrim.snapshot.search(query, wanted, limit, wait=0)
    said: list[str] = []
    if not found.hits:
        nothing = f"Nothing fits {short(query, 60)!r} among {', '.join(searched)}."
        near = " These are guesses, the nearest there is." if found.guesses else await code_meant(stocktrim, query)
        said.append(f"{nothing}{near} Try fewer or shorter words, other kinds, or a part of the code.")
    elif found.total > len(found.hits):
        said.append(f"Shown are the {len(found.hits)} that fit best: add words, name kinds, or raise limit.")
    if found.hits and all(hit.kind == "customers" for hit in found.hits):
        said.append(BY_PRODUCT_ONLY)
    facts = dated(standing, *said)
    facts["age"] = read_ago(standing)
    items, guesses = (tuple(map(_shown, those)) for those in (found.hits, found.guesses))
    return Hits(items=items, guesses=guesses, total=found.total, **facts)


def _shown(found: Found) -> Hit:
    hit = Hit(kind=_KIND_OF[found.kind], code=found.code, name=found.name, about=found.about, match=found.fit)
    return shortened(hit)


SEARCH = Toolset("search", "From words to exact codes.", reads=(search,))
