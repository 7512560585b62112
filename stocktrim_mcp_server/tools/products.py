"""The catalogue."""

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
    missing = [code for code, product in found.items() if product is None]
    products = {product.product_id: product for product in found.values() if product is not None}
    return Page(
        items=tuple(products.values()),
        total=len(products),
        warnings=tuple(f"There is no product {code!r}; search finds codes from words." for code in missing),
    )


PRODUCTS = Toolset("products", "The catalogue.", reads=(get_products,))
