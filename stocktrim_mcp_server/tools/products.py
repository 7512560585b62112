"""The catalogue."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from stocktrim_client import StockTrimClient
from stocktrim_client.models import BomLine, Model, OrderPlanRow, Product
from stocktrim_client.snapshot import Kind
from stocktrim_mcp_server.answers import Dated, dated, thin
from stocktrim_mcp_server.dependencies import StockTrim, on_hand
from stocktrim_mcp_server.planning.catalogue import Catalogue, OpenOrder
from stocktrim_mcp_server.toolbox import Codes, Toolset, as_list, together

Part = Literal["planning", "suppliers", "stock", "bom", "open_orders"]

MOST_LIVE = 10
"""Products asked live, a call or two each; more come from the records on hand, and are shown briefly unless asked."""

USUAL: tuple[Part, ...] = ("planning", "suppliers", "stock")

FIELDS_OF: Mapping[Part, tuple[str, ...]] = {
    "suppliers": ("suppliers",),
    "stock": ("stock",),
    "planning": (
        "lead_time_days",
        "forecast_period_days",
        "reorder_frequency_days",
        "manufacturing_days",
        "service_level",
        "minimum_order_quantity",
        "batch_size",
        "minimum_shelf_level",
        "maximum_shelf_level",
        "ignore_seasonality",
        "overridden_demand",
        "overridden_demand_days",
    ),
}
KIND_OF: Mapping[Part, Kind] = {"bom": "bills_of_materials", "open_orders": "purchase_orders"}


class Component(Model):
    """What goes into a product."""

    code: str
    name: str | None = None
    quantity: float | None = None
    assembly_days: int | None = None


class ShownProduct(Product):
    """A product, and what else of the account belongs to it."""

    components: tuple[Component, ...] = ()
    used_in: tuple[str, ...] = ()
    open_orders: tuple[OpenOrder, ...] = ()


class Products(Dated):
    """The products meant."""

    items: Annotated[tuple[ShownProduct, ...], thin("code", "product_id", "name", "supplier_code")]
    total: int


async def get_products(
    stocktrim: StockTrim,
    codes: Annotated[
        Codes, Field(min_length=1, max_length=50, description="SKUs or product ids, e.g. ['TEA-01']; search finds them")
    ],
    include: Annotated[
        tuple[Part, ...],
        BeforeValidator(as_list),
        Field(description="Parts besides cost, price, totals; empty = planning, suppliers, stock for up to 10"),
    ] = (),
) -> Products:
    """Products by code: planning settings, cost and price, suppliers, stock in all and by location.

    On request also components (bom) and open orders. Up to 10 are read live. For what to order use get_reorder_plan;
    to find codes use search.
    """
    is_live = len(codes) <= MOST_LIVE
    said: list[str] = []
    if not include and is_live:
        include = USUAL
    elif not include:
        said = [f"More than {MOST_LIVE} are shown briefly: name in include what else is wanted."]
    extras: list[Kind] = [KIND_OF[part] for part in dict.fromkeys(include) if part in KIND_OF]
    if is_live:
        meant, standing = await together(stocktrim.products.find_many(codes), on_hand(stocktrim, useful=extras))
    else:
        standing = await on_hand(stocktrim, "products", useful=extras)
        meant = _meant(codes, await stocktrim.snapshot.products(wait=0))
    products = tuple({product.product_id: product for those in meant.values() for product in those}.values())
    belonging = await _belonging(stocktrim, products, [kind for kind in extras if kind not in standing.missing])
    wanted = {field for part in include for field in FIELDS_OF.get(part, ())}
    left_out = {field for fields in FIELDS_OF.values() for field in fields} - wanted
    items = tuple(
        ShownProduct(
            **{name: value for name, value in product if name not in left_out}, **belonging[product.product_id]
        )
        for product in products
    )
    facts = dated(standing, *_warnings(meant), *said)
    if is_live:
        facts["age"] = f"products read just now; the rest {facts['age']}" if facts["age"] else "read just now"
    return Products(items=items, total=len(items), **facts)


def _meant(codes: Iterable[str], catalogue: Sequence[Product]) -> dict[str, list[Product]]:
    """The products meant by each code: the one with this id, else all with this SKU, else those in other case."""
    by_id = {product.product_id: [product] for product in catalogue}
    by_code: dict[str, list[Product]] = {}
    by_any_case: dict[str, list[Product]] = {}
    for product in catalogue:
        by_code.setdefault(product.code, []).append(product)
        for name in {product.code.casefold(), product.product_id.casefold()}:
            by_any_case.setdefault(name, []).append(product)
    return {
        code: by_id.get(code) or by_code.get(code) or by_any_case.get(code.casefold(), [])
        for code in dict.fromkeys(codes)
    }


async def _belonging(
    stocktrim: StockTrimClient, products: Sequence[Product], kinds: Sequence[Kind]
) -> dict[str, dict[str, Any]]:
    """By product id: its components, what it is used in, its open orders, as far as asked for."""
    snapshot = stocktrim.snapshot
    bills = await snapshot.bills_of_materials(wait=0) if "bills_of_materials" in kinds else ()
    orders = await snapshot.purchase_orders(wait=0) if "purchase_orders" in kinds else ()
    catalogue = Catalogue(products, orders=orders)
    return {
        one.product_id: {
            "components": tuple(_component(line) for line in bills if line.product_id == one.product_id),
            "used_in": tuple(
                line.product_code or line.product_id for line in bills if line.component_id == one.product_id
            ),
            "open_orders": tuple(catalogue.open_orders(catalogue.item(_row(one)))),
        }
        for one in products
    }


def _component(line: BomLine) -> Component:
    return Component(
        code=line.component_code or line.component_id,
        name=line.component_name,
        quantity=line.quantity,
        assembly_days=line.assembly_days,
    )


def _row(product: Product) -> OrderPlanRow:
    return OrderPlanRow(code=product.code, product_id=product.product_id)


def _warnings(meant: Mapping[str, Sequence[Product]]) -> list[str]:
    missing = ", ".join(repr(code) for code, those in meant.items() if not those)
    said = [f"There is no product {missing}; search finds codes from words."] if missing else []
    for code, those in meant.items():
        if len(those) > 1:
            ids = ", ".join(repr(product.product_id) for product in those)
            said.append(f"{len(those)} products share the SKU {code!r}; name the one meant by its product id: {ids}.")
    return said


PRODUCTS = Toolset("products", "The catalogue.", reads=(get_products,))
