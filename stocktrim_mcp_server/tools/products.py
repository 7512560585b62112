"""The catalogue."""

import asyncio
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, Field

from stocktrim_client import StockTrimClient
from stocktrim_client.models import BomLine, Model, OrderPlanRow, Product, PurchaseOrder
from stocktrim_client.snapshot import Kind
from stocktrim_mcp_server.answers import LIST, Dated, dated
from stocktrim_mcp_server.dependencies import CurrentApp, StockTrim, computed_ago, on_hand, read_ago
from stocktrim_mcp_server.meaning import meant_by, no_products, products_called
from stocktrim_mcp_server.planning.bounds import LONGEST_TEXT, NAME_SHOWN, fitting, listed, short, shortened
from stocktrim_mcp_server.planning.catalogue import Catalogue, OpenOrder
from stocktrim_mcp_server.planning.nearest import where_offered
from stocktrim_mcp_server.planning.plan import in_units
from stocktrim_mcp_server.planning.replenishment import pace_of
from stocktrim_mcp_server.toolbox import Codes, Toolset, as_list, together

Part = Literal["planning", "suppliers", "stock", "forecast", "bom", "open_orders"]

MOST_LIVE = 10
"""Products asked live, a call or two each; more come from the records on hand, and are shown briefly unless asked."""

MOST_PARTS = 30
"""Of one list of one product; all are counted, and told where to get."""

SAME_UNITS = 1e-6
"""Sums that differ by less are the same."""

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
KIND_OF: Mapping[Part, Kind] = {
    "forecast": "order_plan",
    "bom": "bills_of_materials",
    "open_orders": "purchase_orders",
}
TABLE_OF: Mapping[str, str] = {
    "suppliers": "product_suppliers",
    "stock": "stock_by_location",
    "components": "bills_of_materials",
    "used_in": "bills_of_materials",
    "open_orders": "purchase_order_lines",
}
"""Where query_data finds all of a list that is shown in part."""


class Component(Model):
    """What goes into a product."""

    code: str
    name: str | None = None
    quantity: float | None = None
    assembly_days: int | None = None


class Outlook(Model):
    """StockTrim's plan of a product, for the whole business."""

    suggested_order: float | None = None
    days_left: int | None = Field(default=None, description="At the forecast rate")
    forecast_per_day: float | None = Field(default=None, description="Expected sales: what days_left rests on")
    sold_per_day: float | None = Field(default=None, description="Recent sales: average of the last 120 days")
    reorder_point: float | None = None
    safety_stock: float | None = None
    error: str | None = None


class ShownProduct(Product):
    """A product, and what else of the account belongs to it."""

    forecast: Outlook | None = None
    components: tuple[Component, ...] = ()
    used_in: tuple[str, ...] = ()
    open_orders: tuple[OpenOrder, ...] = ()


class Products(Dated):
    """The products meant."""

    items: Annotated[tuple[ShownProduct, ...], LIST]
    total: int


async def get_products(
    stocktrim: StockTrim,
    app: CurrentApp,
    codes: Annotated[Codes, Field(min_length=1, max_length=50, description="SKUs or ids, e.g. ['TEA-01']")],
    include: Annotated[
        tuple[Part, ...], BeforeValidator(as_list), Field(description="Empty = planning, suppliers, stock")
    ] = (),
) -> Products:
    """Products by code: cost, price, settings, suppliers, stock; up to 10 read live.

    forecast: expected and recent sales a day, days left.
    """
    is_live = len(codes) <= MOST_LIVE
    said: list[str] = []
    if not include and is_live:
        include = USUAL
    elif not include:
        said = [f"More than {MOST_LIVE} are shown briefly: name in include what else is wanted."]
    extras: list[Kind] = [KIND_OF[part] for part in dict.fromkeys(include) if part in KIND_OF]
    if is_live:
        meant, standing = await together(products_called(stocktrim, codes), on_hand(stocktrim, useful=extras))
    else:
        standing = await on_hand(stocktrim, "products", useful=extras)
        meant = await asyncio.to_thread(meant_by, codes, await stocktrim.snapshot.products(wait=0))
    products = tuple({product.product_id: product for those in meant.values() for product in those}.values())
    belonging = await _belonging(stocktrim, products, [kind for kind in extras if kind not in standing.missing])
    wanted = {field for part in include for field in FIELDS_OF.get(part, ())}
    left_out = {field for fields in FIELDS_OF.values() for field in fields} - wanted
    whole = [
        ShownProduct(**{name: value for name, value in one if name not in left_out}, **belonging[one.product_id])
        for one in products
    ]
    items = [shortened(_first_of_each(one)) for one in whole]
    if (fits := fitting(items)) < len(items):
        items = items[:fits]
        said.append(f"One answer holds no more than these {fits} of {len(whole)}: ask for the others by themselves.")
    unknown = await no_products(stocktrim, [code for code, those in meant.items() if not those])
    apart = _apart(products[: len(items)]) if "stock" in include else []
    facts = dated(standing, *unknown, *_shared(meant), *said, *_cut(whole[: len(items)]), *apart)
    ages = ["products read just now"] if is_live else []
    ages += [ago for ago in (read_ago(standing, "the rest" if is_live else "records"),) if ago]
    ages += [ago for ago in (computed_ago(standing, app.now()),) if ago]
    facts["age"] = "; ".join(ages)
    return Products(items=tuple(items), total=len(whole), **facts)


async def _belonging(
    stocktrim: StockTrimClient, products: Sequence[Product], kinds: Sequence[Kind]
) -> dict[str, dict[str, Any]]:
    """By product id: its forecast, its components, what it is used in, its open orders, as far as asked for."""
    if not kinds:
        # These few alone: a thread would cost more than it spares the other calls.
        return _joined(products, (), (), ())
    snapshot = stocktrim.snapshot
    bills = await snapshot.bills_of_materials(wait=0) if "bills_of_materials" in kinds else ()
    orders = await snapshot.purchase_orders(wait=0) if "purchase_orders" in kinds else ()
    plan = await snapshot.order_plan(wait=0) if "order_plan" in kinds else ()
    return await asyncio.to_thread(_joined, products, bills, orders, plan)


def _joined(
    products: Sequence[Product],
    bills: Iterable[BomLine],
    orders: Iterable[PurchaseOrder],
    plan: Iterable[OrderPlanRow],
) -> dict[str, dict[str, Any]]:
    catalogue = Catalogue(products, orders=orders)
    by_name = {name: row for row in plan for name in (row.code, row.product_id) if name}
    made: dict[str, list[BomLine]] = {}
    goes_into: dict[str, list[str]] = {}
    for line in bills:
        made.setdefault(line.product_id, []).append(line)
        goes_into.setdefault(line.component_id, []).append(line.product_code or line.product_id)
    return {
        one.product_id: {
            "forecast": _outlook(by_name.get(one.product_id) or by_name.get(one.code), catalogue),
            "components": tuple(_component(line) for line in made.get(one.product_id, ())),
            "used_in": tuple(goes_into.get(one.product_id, ())),
            "open_orders": tuple(catalogue.open_orders(catalogue.item(_row(one)))),
        }
        for one in products
    }


def _outlook(row: OrderPlanRow | None, catalogue: Catalogue) -> Outlook | None:
    if row is None:
        return None
    return Outlook(
        suggested_order=row.order_quantity,
        days_left=row.days_until_stock_out,
        forecast_per_day=round(pace_of(catalogue.item(row)).daily_rate, 3),
        sold_per_day=None if row.daily_demand is None else round(row.daily_demand, 3),
        reorder_point=row.reorder_point,
        safety_stock=row.safety_stock,
        error=row.error,
    )


def _component(line: BomLine) -> Component:
    return Component(
        code=line.component_code or line.component_id,
        name=line.component_name,
        quantity=line.quantity,
        assembly_days=line.assembly_days,
    )


def _row(product: Product) -> OrderPlanRow:
    return OrderPlanRow(code=product.code, product_id=product.product_id)


def _first_of_each(product: ShownProduct) -> ShownProduct:
    """A product with the first of each of its lists."""
    cut = {name: _list(product, name)[:MOST_PARTS] for name in TABLE_OF if len(_list(product, name)) > MOST_PARTS}
    return product.model_copy(update=cut) if cut else product


def _list(product: ShownProduct, name: str) -> tuple[Any, ...]:
    return cast(tuple[Any, ...], getattr(product, name))


def _cut(products: Iterable[ShownProduct]) -> list[str]:
    """Which lists show their beginning alone, how long they are, and where all of them stand."""
    long = [
        (one.code, name, len(_list(one, name)))
        for one in products
        for name in TABLE_OF
        if len(_list(one, name)) > MOST_PARTS
    ]
    if not long:
        return []
    lists = ", ".join(f"{count:,} {name.replace('_', ' ')} of {short(code, 60)!r}" for code, name, count in long)
    tables = ", ".join(dict.fromkeys(TABLE_OF[name] for _, name, _ in long))
    all_of_them = where_offered("query_data", f"; query_data reads all from {tables}")
    return [f"The first {MOST_PARTS} are shown of {lists}{all_of_them}."]


def _apart(products: Iterable[Product]) -> list[str]:
    """Totals on hand that are not what the locations add up to."""
    held = [(one, one.on_hand, [stock.on_hand for stock in one.stock if stock.on_hand is not None]) for one in products]
    apart = [
        f"{short(one.code, NAME_SHOWN)!r} ({in_units(total)} in all, {in_units(sum(parts))} by location)"
        for one, total, parts in held
        if parts and total is not None and not math.isclose(total, sum(parts), abs_tol=SAME_UNITS)
    ]
    said = (
        f"The total on hand is not the sum of the locations: {listed(apart, longest=LONGEST_TEXT)}. One of the two was "
        "set or loaded without the other: count at each location."
    )
    return [said] if apart else []


def _shared(meant: Mapping[str, Sequence[Product]]) -> list[str]:
    """Codes that several products bear, and how to name one of them."""
    return [
        f"{len(those)} products share the SKU {short(code, 60)!r}; name the one meant by its product id: "
        f"{', '.join(repr(product.product_id) for product in those[:10])}."
        for code, those in meant.items()
        if len(those) > 1
    ]


PRODUCTS = Toolset("products", "The catalogue.", reads=(get_products,))
