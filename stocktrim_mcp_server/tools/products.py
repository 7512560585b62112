"""The catalogue."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from stocktrim_client.models import Page, Product
from stocktrim_mcp_server.dependencies import StockTrim
from stocktrim_mcp_server.toolbox import Codes, Toolset


async def get_products(
    stocktrim: StockTrim,
    codes: Annotated[
        Codes, Field(min_length=1, max_length=50, description="SKUs or product ids, e.g. ['TEA-01']; search finds them")
    ],
) -> Page[Product]:
    """Products by code, read live: planning settings, cost and price, suppliers, stock in all and by location.

    For what to order use get_reorder_plan; to find codes use search.
    """
    found = await stocktrim.products.find_many(codes)
    products = {product.product_id: product for meant in found.values() for product in meant}
    return Page(
        items=tuple(products.values()),
        total=len(products),
        warnings=tuple(_warning(code, meant) for code, meant in found.items() if len(meant) != 1),
    )


def _warning(code: str, meant: Sequence[Product]) -> str:
    if not meant:
        return f"There is no product {code!r}; search finds codes from words."
    ids = ", ".join(repr(product.product_id) for product in meant)
    return f"{len(meant)} products share the SKU {code!r}; name the one meant by its product id: {ids}."


PRODUCTS = Toolset("products", "The catalogue.", reads=(get_products,))
