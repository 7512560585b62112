"""From words to exact codes."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from stocktrim_client import StockTrimClient, StockTrimError
from stocktrim_client.models import Model, Page, Product
from stocktrim_mcp_server.dependencies import StockTrim
from stocktrim_mcp_server.toolbox import Toolset, as_list, together

Kind = Literal["product", "supplier", "customer", "purchase_order"]
KINDS: tuple[Kind, ...] = ("product", "supplier", "customer", "purchase_order")


class Hit(Model):
    """One record that fits the words."""

    kind: Kind
    code: str = Field(description="What other tools take: SKU, supplier or customer code, order reference")
    name: str | None = None
    about: str | None = None


Candidates = list[tuple[Hit, list[str | None]]]
"""Records of one kind, each with the texts it is found by."""


async def search(
    stocktrim: StockTrim,
    query: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
        Field(coerce_numbers_to_str=True, description="Words, part of a name, a code or a barcode"),
    ],
    kinds: Annotated[tuple[Kind, ...], BeforeValidator(as_list), Field(description="Empty = all kinds")] = (),
    limit: Annotated[int, Field(ge=1, le=50, description="Most hits to show")] = 10,
) -> Page[Hit]:
    """Find the exact code of a product, supplier, customer or purchase order from words.

    Exact codes come first, then beginnings, then all words anywhere. Use it before tools that take codes.
    """
    wanted: list[Kind] = [kind for kind in KINDS if not kinds or kind in kinds]
    found = await together(*(_read(stocktrim, kind) for kind in wanted))
    failed = {kind: error for kind, (_, error) in zip(wanted, found, strict=True) if error is not None}
    if len(failed) == len(wanted):
        raise failed[wanted[0]]
    ranked = sorted(
        (
            (rank, hit)
            for hits, _ in found
            for hit, texts in hits
            if (rank := match_rank(query, hit.code, texts)) is not None
        ),
        key=lambda ranked: (ranked[0], KINDS.index(ranked[1].kind), ranked[1].code),
    )
    warnings = [f"Not searched: {kind.replace('_', ' ')}s. {error}" for kind, error in failed.items()]
    if not ranked:
        searched = ", ".join(kind for kind in wanted if kind not in failed)
        warnings.append(f"Nothing fits {query!r} among {searched}. Try fewer or shorter words.")
    elif len(ranked) > limit:
        warnings.append(f"Shown are the {limit} that fit best: add words, name kinds, or raise limit.")
    return Page(items=tuple(hit for *_, hit in ranked[:limit]), total=len(ranked), warnings=tuple(warnings))


def match_rank(query: str, code: str, texts: Iterable[str | None]) -> int | None:
    """How well a record fits: 0 its code, 1 the beginning of its code, 2 another exact text, 3 all words somewhere.

    None: some word is nowhere.
    """
    query, code = query.strip().casefold(), code.casefold()
    if not query:
        return None
    known = [text.casefold() for text in texts if text]
    if query == code:
        return 0
    if query in known:
        return 2
    if code.startswith(query):
        return 1
    everything = " ".join([code, *known])
    return 3 if all(word in everything for word in query.split()) else None


async def _read(stocktrim: StockTrimClient, kind: Kind) -> tuple[Candidates, StockTrimError | None]:
    """All of a kind, or why it could not be read: one list that fails does not hide what the others hold."""
    try:
        return await _hits(stocktrim, kind), None
    except StockTrimError as error:
        return [], error


async def _hits(stocktrim: StockTrimClient, kind: Kind) -> Candidates:
    match kind:
        case "product":
            return [
                (
                    Hit(kind="product", code=one.code, name=one.name, about=one.category),
                    [one.product_id, one.name, one.barcode, one.category, one.supplier_code, *_deliveries(one)],
                )
                for one in await stocktrim.products.all()
            ]
        case "supplier":
            return [
                (
                    Hit(kind="supplier", code=one.code or one.name or "", name=one.name, about=one.country),
                    [one.name, one.email, one.contact_name],
                )
                for one in await stocktrim.suppliers.all()
            ]
        case "customer":
            return [
                (
                    Hit(kind="customer", code=one.code or one.name or "", name=one.name, about=one.city),
                    [one.name, one.email, one.street_address, one.address_line1, one.city, one.post_code],
                )
                for one in await stocktrim.customers.all()
            ]
        case _:
            return [
                (
                    Hit(
                        kind="purchase_order",
                        code=one.reference or "",
                        name=one.supplier_name or one.supplier_code,
                        about=one.status,
                    ),
                    [one.reference_number, one.supplier_name, one.supplier_code, one.status],
                )
                for one in await stocktrim.purchase_orders.all()
            ]


def _deliveries(product: Product) -> Iterable[str | None]:
    return (text for one in product.suppliers for text in (one.supplier_sku, one.name))


SEARCH = Toolset("search", "From words to exact codes.", reads=(search,))
