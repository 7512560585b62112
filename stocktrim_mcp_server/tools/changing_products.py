"""Changes of the catalogue: settings, prices, suppliers, and products that are new."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any, TypeVar, cast

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from stocktrim_client import ChangeReport, StockTrimClient
from stocktrim_client.changes import same_meaning
from stocktrim_client.models import Product, ProductDraft, StockAtLocation, Supplier
from stocktrim_mcp_server.answers import number, unwritten
from stocktrim_mcp_server.approval import Approved, ConfirmToken
from stocktrim_mcp_server.dependencies import StockTrim, on_hand
from stocktrim_mcp_server.given import Given, Line, partners_called, refuse_in_order, twice, with_products
from stocktrim_mcp_server.meaning import no_supplier, products_called, suppliers_called
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, short
from stocktrim_mcp_server.planning.catalogue import Catalogue
from stocktrim_mcp_server.planning.nearest import did_you_mean, where_offered
from stocktrim_mcp_server.planning.service_level import on_scale, scale_of
from stocktrim_mcp_server.planning.spelling import days
from stocktrim_mcp_server.price_lists import price_list
from stocktrim_mcp_server.records import catalogue_of
from stocktrim_mcp_server.remarks import MONEY, moved, odd, steep, told
from stocktrim_mcp_server.toolbox import MOST_AMOUNT, MOST_DAYS, Toolset, as_list
from stocktrim_mcp_server.writing import (
    MOST_RECORDS,
    Fault,
    OneByOne,
    Write,
    WriteReport,
    carry_out,
    emptied,
    refuse_one,
    value_of,
)

LONGEST_TEXT = 500

DAYS = (
    "lead_time_days",
    "reorder_frequency_days",
    "forecast_period_days",
    "manufacturing_days",
    "overridden_demand_days",
)
QUANTITIES = (
    "minimum_order_quantity",
    "batch_size",
    "minimum_shelf_level",
    "maximum_shelf_level",
    "overridden_demand",
    "on_hand",
)
TEXTS = ("name", "category", "sub_category", "barcode")
FLAGS = ("discontinued", "unstocked", "ignore_seasonality")
PLANNED_WITH = {*DAYS, *QUANTITIES, *FLAGS, *MONEY, "service_level", "name", "category"}
"""What StockTrim's plan is computed from, and what it shows as it was then."""


_FOLLOWS = "Plan and drafts follow settings, prices and names only after StockTrim's next calculation{run}."

UNLISTED = {
    "name",
    "category",
    "sub_category",
    "barcode",
    "manufacturing_days",
    "ignore_seasonality",
    "reorder_frequency_days",
    "forecast_period_days",
    "minimum_shelf_level",
    "maximum_shelf_level",
    "overridden_demand",
    "overridden_demand_days",
    "unstocked",
}
UNLISTED_OF_NEW = {
    "category",
    "barcode",
    "on_hand",
    "location",
    "service_level",
    "minimum_order_quantity",
    "batch_size",
}
"""Fields that are understood, and named in words at most: in the schema each costs every session its place."""


def _as_listed(schema: dict[str, Any]) -> None:
    unlisted = UNLISTED if "discontinued" in schema["properties"] else UNLISTED_OF_NEW
    schema["properties"] = {name: one for name, one in schema["properties"].items() if name not in unlisted}


def _read(name: str, text: str) -> Any:
    """A text as what its field holds."""
    return days(text) if name in DAYS else unwritten(text)


class Row(Line):
    """A product, and the fields of it that are said; null says nothing."""

    model_config = ConfigDict(json_schema_extra=_as_listed)

    @model_validator(mode="before")
    @classmethod
    def _as_meant(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        said = {name: one for name, one in cast(dict[str, Any], value).items() if one is not None}
        for name, one in said.items():
            if name not in cls.model_fields:
                hint = did_you_mean(name, cls.model_fields)
                raise ValueError(
                    f"there is no field {name[:NAME_SHOWN]!r}.{hint} Fields: {', '.join(cls.model_fields)}"
                )
            if isinstance(one, bool) and name not in FLAGS:
                raise ValueError(f"{name} is no yes or no")
        return {name: _read(name, one) if isinstance(one, str) else one for name, one in said.items()}


class ProductChange(Row):
    """A product, and what is to become other."""

    name: str | None = None
    category: str | None = None
    sub_category: str | None = None
    barcode: str | None = None
    supplier: str | None = None
    unit_cost: float | None = None
    unit_price: float | None = None
    lead_time_days: int | None = None
    reorder_frequency_days: int | None = None
    forecast_period_days: int | None = None
    manufacturing_days: int | None = None
    service_level: float | None = None
    minimum_order_quantity: float | None = None
    batch_size: float | None = None
    minimum_shelf_level: float | None = None
    maximum_shelf_level: float | None = None
    overridden_demand: float | None = None
    overridden_demand_days: int | None = None
    discontinued: bool | None = None
    unstocked: bool | None = None
    ignore_seasonality: bool | None = None


class NewProduct(Row):
    """A product that is not there yet."""

    name: str
    category: str | None = None
    barcode: str | None = None
    supplier: str | None = None
    unit_cost: float | None = None
    unit_price: float | None = None
    on_hand: float | None = None
    location: str | None = None
    lead_time_days: int | None = None
    service_level: float | None = None
    minimum_order_quantity: float | None = None
    batch_size: float | None = None


R = TypeVar("R", bound=Row)
Faulty = tuple[Given[R], Fault]
Fields = dict[int, dict[str, Any]]
"""By row, as the number of its object, what is to be sent."""


async def update_products(
    stocktrim: StockTrim,
    approved: Approved,
    changes: Annotated[
        tuple[ProductChange, ...],
        BeforeValidator(as_list),
        Field(
            description="Also name, category, reorder_frequency_days, forecast_period_days, minimum_shelf_level, "
            "maximum_shelf_level, overridden_demand, overridden_demand_days, unstocked"
        ),
    ] = (),
    table: Annotated[str, Field(description="Instead: a price list, CSV or JSON as pasted")] = "",
    confirm_token: ConfirmToken = None,
) -> WriteReport:
    """Change up to 50 products: prices, supplier, planning settings. Fields left out stay.

    E.g. changes=[{"code": "TEA-01", "unit_cost": 3.2}]
    """
    if len(changes) > MOST_RECORDS:
        refuse_one(f"{len(changes)} products are too many for one call: at most {MOST_RECORDS}.")
    if bool(changes) == bool(table.strip()):
        refuse_one("Give changes or table, and not both.")
    if changes:
        rows, said = [Given(one) for one in changes], list[str]()
        found, faults = await with_products(stocktrim, rows)
    else:
        pasted = await price_list(stocktrim, table, ProductChange)
        rows, found, faults, said = pasted.rows, pasted.found, pasted.faults, pasted.said
    faults += twice((one, product.product_id) for one, product in found)
    fields, more, levels = await _fields(stocktrim, rows)
    faults += more
    said += levels
    for one, product in found:
        faults += [(one, one.fault(text)) for text in _against(given_in(one), product)]
    refuse_in_order(rows, faults)
    books = await _books(stocktrim, {name for values in fields.values() for name in values})
    saves = OneByOne()
    writes: list[Write] = []
    for one, product in found:
        draft = ProductDraft(product_id=product.product_id, **fields[id(one)])
        # Of a SKU that several share, none but its id tells which is meant.
        called = product.product_id if one.said.code == product.product_id else product.code
        send = saves.after(_change(stocktrim, draft, called))
        writes.append(Write(called, send, "product", one.line, told(product, books)))
    said += [text for one, product in found for text in odd(product, fields[id(one)])]
    said += steep((product, fields[id(one)]) for one, product in found)
    said += [text for one, product in found for text in moved(product, fields[id(one)], books)]
    if any(PLANNED_WITH & values.keys() for values in fields.values()):
        said.append(_FOLLOWS.format(run=_run()))
    return await carry_out(writes, warnings=said, stop_when=emptied)


async def create_products(
    stocktrim: StockTrim,
    approved: Approved,
    products: Annotated[
        tuple[NewProduct, ...],
        BeforeValidator(as_list),
        Field(
            min_length=1,
            description="code: the SKU. Also category, on_hand, location, minimum_order_quantity, batch_size",
        ),
    ],
    confirm_token: ConfirmToken = None,
) -> WriteReport:
    """Add up to 50 products. A code that exists is refused. Planned after run_forecast."""
    if len(products) > MOST_RECORDS:
        refuse_one(f"{len(products)} products are too many for one call: at most {MOST_RECORDS}.")
    rows = [Given(one) for one in products]
    meant = await products_called(stocktrim, [one.said.code for one in rows])
    fields, faults, said = await _fields(stocktrim, rows)
    faults += twice((one, one.said.code.casefold()) for one in rows)
    faults += await _placed(stocktrim, rows, fields)
    drafts: list[ProductDraft] = []
    for one in rows:
        code, there = one.said.code, meant.get(one.said.code, [])
        if len(there) > 1:
            ids = ", ".join(repr(product.product_id) for product in there[:10])
            faults.append((one, one.fault(f"{len(there)} products already bear this SKU: {ids}.")))
        elif there and code not in (there[0].code, there[0].product_id):
            faults.append((one, one.fault(_other_case(there[0], fields[id(one)]))))
        else:
            product_id = there[0].product_id if there else code
            drafts.append(ProductDraft(product_id=product_id, code=code, **fields[id(one)]))
    refuse_in_order(rows, faults)
    for draft in drafts:
        said += odd(Product(code=draft.product_id, product_id=draft.product_id), draft.model_dump(exclude_unset=True))
    writes = [Write(draft.code or "", _creation(stocktrim, draft), "product") for draft in drafts]
    said.append(f"New products show in the plan only after StockTrim's next calculation{_run()}.")
    return await carry_out(writes, warnings=said)


async def _placed(
    stocktrim: StockTrimClient, rows: Sequence[Given[NewProduct]], fields: Fields
) -> list[Faulty[NewProduct]]:
    """Puts what is on hand where it is said to be. Answers which places cannot be meant."""
    codes, strange = await partners_called(stocktrim, "locations", [one.said.location for one in rows])
    faults = [(one, one.fault(f"location: {strange[word]}")) for one in rows if (word := one.said.location) in strange]
    for one in rows:
        its = fields[id(one)]
        if not (word := its.pop("location", None)) or word in strange:
            continue
        if "on_hand" not in its:
            faults.append((one, one.fault("location: it says where on_hand is, which is not given")))
        elif word in codes:
            its["stock"] = (StockAtLocation(location_code=codes[word], on_hand=its["on_hand"]),)
    return faults


def _change(stocktrim: StockTrimClient, draft: ProductDraft, called: str) -> Callable[[], Awaitable[ChangeReport]]:
    return lambda: stocktrim.products.save(draft, must="change", called=called)


def _creation(stocktrim: StockTrimClient, draft: ProductDraft) -> Callable[[], Awaitable[ChangeReport]]:
    return lambda: stocktrim.products.save(draft, must="create")


def _run() -> str:
    return where_offered("run_forecast", ": run_forecast")


def given_in(one: Given[R]) -> dict[str, Any]:
    """What a row says of its product, besides its code."""
    said = one.said
    return {name: getattr(said, name) for name in type(said).model_fields if name in said.model_fields_set - {"code"}}


def _other_case(there: Product, fields: Mapping[str, Any]) -> str:
    present = there.model_dump()
    different = [
        f"{name} is {value_of(present.get(name))}, not {value_of(value)}"
        for name, value in fields.items()
        if not same_meaning(value, present.get(name))
    ]
    but = f" But of it {'; '.join(different)}." if different else ""
    return f"there already is a product {there.code!r}, the same but for upper and lower case.{but}"


# What is to stand in them


async def _fields(stocktrim: StockTrimClient, rows: Sequence[Given[R]]) -> tuple[Fields, list[Faulty[R]], list[str]]:
    """By row the fields to send, what cannot be meant, and what is to be said."""
    words = [cast(str, given["supplier"]) for one in rows if "supplier" in (given := given_in(one))]
    suppliers = await suppliers_called(stocktrim, words)
    levels, said = await _service_levels(stocktrim, rows)
    fields: Fields = {}
    faults: list[Faulty[R]] = []
    for one in rows:
        given = given_in(one)
        wrong = [*_wrong(given)]
        if not given:
            wrong.append("nothing is given to change.")
        if "service_level" in given:
            level = levels[given["service_level"]]
            if isinstance(level, str):
                wrong.append(f"service_level: {level}.")
            else:
                given["service_level"] = level
        if (word := given.pop("supplier", None)) is not None:
            there = suppliers.get(word, [])
            if len(there) == 1 and there[0].code:
                given["supplier_code"] = there[0].code
            elif word:
                wrong.append(await _no_such_supplier(stocktrim, word, there))
        faults += [(one, one.fault(text)) for text in wrong]
        fields[id(one)] = given
    return fields, faults, said


async def _no_such_supplier(stocktrim: StockTrimClient, word: str, there: Sequence[Supplier]) -> str:
    if len(there) > 1:
        codes = ", ".join(repr(one.code) for one in there if one.code)
        return (
            f"supplier: {len(there)} suppliers are called {short(word, NAME_SHOWN)!r}. Name one by its code: {codes}."
        )
    if there:
        return (
            f"supplier: {short(word, NAME_SHOWN)!r} has no code in StockTrim, and products name suppliers by code. Set "
            "it in StockTrim."
        )
    return f"supplier: {await no_supplier(stocktrim, word)}"


async def _service_levels(
    stocktrim: StockTrimClient, rows: Sequence[Given[R]]
) -> tuple[dict[float, float | str], list[str]]:
    """Each service level that is said as this account holds it, or why it cannot be told."""
    asked = {cast(float, given["service_level"]) for one in rows if "service_level" in (given := given_in(one))}
    if not asked:
        return {}, []
    await on_hand(stocktrim, "products")
    products = await stocktrim.snapshot.products(wait=0)
    try:
        scale = await asyncio.to_thread(scale_of, products)
    except ValueError as error:
        return dict.fromkeys(asked, str(error)), []
    levels: dict[float, float | str] = {}
    for one in asked:
        try:
            levels[one] = on_scale(one, scale)
        except ValueError as error:
            levels[one] = str(error)
    moved = sorted((one, level) for one, level in levels.items() if not isinstance(level, str) and level != one)
    if not moved:
        return levels, []
    how = ", ".join(f"{number(one)} as {number(level)}" for one, level in moved)
    return levels, [f"Service levels are written on this account's scale: {how}."]


def _wrong(given: Mapping[str, Any]) -> Iterator[str]:
    """What of a row cannot be meant, whatever the product."""
    for name in (*MONEY, *QUANTITIES):
        if (value := given.get(name)) is not None and not 0 <= value <= MOST_AMOUNT:
            yield f"{name}: {number(value)} cannot be: write 0 or more."
    for name in DAYS:
        if (value := given.get(name)) is not None and not 0 <= value <= MOST_DAYS:
            yield f"{name}: {value} cannot be: write 0 to {MOST_DAYS:,} days."
    for name in (*TEXTS, "supplier", "location"):
        if (text := given.get(name)) == "":
            yield f"{name}: nothing can be emptied here: leave it out, or write what it is to be."
        elif text is not None and len(text) > LONGEST_TEXT:
            yield f"{name}: {len(text):,} characters are too many."
    low, high = given.get("minimum_shelf_level"), given.get("maximum_shelf_level")
    if low is not None and high is not None and low > high:
        yield f"minimum_shelf_level {number(low)} is above maximum_shelf_level {number(high)}."


def _against(given: Mapping[str, Any], product: Product) -> Iterator[str]:
    """What of a row cannot be meant of this product."""
    days = given.get("overridden_demand_days") or product.overridden_demand_days
    if given.get("overridden_demand") is not None and not days:
        yield "overridden_demand: say with overridden_demand_days how many days it is for."


async def _books(stocktrim: StockTrimClient, changed: Collection[str]) -> Catalogue | None:
    """What changes of these fields are to be seen against. None: nothing."""
    if "supplier_code" in changed:
        return await catalogue_of(
            stocktrim, await on_hand(stocktrim, useful=("suppliers", "products", "purchase_orders"))
        )
    if "lead_time_days" in changed:
        return await catalogue_of(stocktrim, await on_hand(stocktrim, useful=("suppliers",)))
    return None


CHANGING_PRODUCTS = Toolset(
    "changing_products",
    "Settings, prices and new products.",
    writes=(create_products,),
    deletes=(update_products,),
)
