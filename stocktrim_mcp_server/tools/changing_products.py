"""Changes of the catalogue: settings, prices, suppliers, and products that are new."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple, TypeVar, cast

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from stocktrim_client import ChangeReport, NotSentError, StockTrimClient
from stocktrim_client.changes import same_meaning
from stocktrim_client.models import Model, Product, ProductDraft, Supplier
from stocktrim_mcp_server.answers import number, unwritten
from stocktrim_mcp_server.approval import Approved, ConfirmToken
from stocktrim_mcp_server.dependencies import StockTrim, on_hand
from stocktrim_mcp_server.meaning import MOST_GUESSED, no_products, no_supplier, products_called, suppliers_called
from stocktrim_mcp_server.pasted import Column
from stocktrim_mcp_server.pasted import rows as rows_of
from stocktrim_mcp_server.planning.bounds import LONGEST_CODE, NAME_SHOWN, short
from stocktrim_mcp_server.planning.nearest import did_you_mean, where_offered
from stocktrim_mcp_server.planning.service_level import on_scale, scale_of
from stocktrim_mcp_server.toolbox import Toolset, as_list
from stocktrim_mcp_server.writing import (
    MOST_RECORDS,
    Fault,
    Write,
    WriteReport,
    carry_out,
    refuse,
    refuse_one,
    value_of,
)

MUCH = 10
"""A price that becomes so many times as much, or as little, may have lost its decimal point."""

MOST_DAYS = 3_650
MOST_AMOUNT = 1e12
LONGEST_TEXT = 500

MONEY = ("unit_cost", "unit_price")
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
PLANNED_WITH = {*DAYS, *QUANTITIES, *FLAGS, "service_level"}
"""What StockTrim's plan is computed from."""


class Row(Model):
    """A product, and the fields of it that are said; null says nothing."""

    code: str = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _as_meant(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        said = {name: one for name, one in cast(dict[str, Any], value).items() if one is not None}
        for name, one in said.items():
            if name not in cls.model_fields:
                known = ", ".join(cls.model_fields)
                raise ValueError(
                    f"there is no field {name[:NAME_SHOWN]!r}.{did_you_mean(name, cls.model_fields)} Fields: {known}"
                )
            if isinstance(one, bool) and name not in FLAGS:
                raise ValueError(f"{name} is no yes or no")
            if name == "code" and len(str(one)) > LONGEST_CODE:
                raise ValueError(f"no code is as long as {len(str(one)):,} characters")
        return {name: unwritten(one.strip()) if isinstance(one, str) else one for name, one in said.items()}


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
    lead_time_days: int | None = None
    service_level: float | None = None
    minimum_order_quantity: float | None = None
    batch_size: float | None = None


R = TypeVar("R", bound=Row)

COLUMNS: Mapping[str, Column] = {
    "code": Column(("sku", "product", "product code", "product id", "item", "item code", "part number"), required=True),
    "unit_cost": Column(
        ("cost", "cost price", "buy price", "buying price", "purchase price", "cost per unit"), "number"
    ),
    "unit_price": Column(
        ("price", "sell price", "selling price", "sale price", "sales price", "retail price", "rrp"), "number"
    ),
    "name": Column(("product name",)),
    "category": Column(),
    "sub_category": Column(),
    "barcode": Column(("ean", "upc", "gtin")),
    "supplier": Column(("supplier code", "supplier name", "vendor")),
    "lead_time_days": Column(("lead time", "lead days"), "number"),
    "reorder_frequency_days": Column(("reorder frequency", "order frequency"), "number"),
    "forecast_period_days": Column(("forecast period",), "number"),
    "manufacturing_days": Column(("manufacturing time",), "number"),
    "service_level": Column(kind="share"),
    "minimum_order_quantity": Column(("moq", "minimum order", "minimum quantity", "min order quantity"), "number"),
    "batch_size": Column(("pack size", "order multiple", "multiple", "case size"), "number"),
    "minimum_shelf_level": Column(("minimum stock", "min stock", "min shelf level"), "number"),
    "maximum_shelf_level": Column(("maximum stock", "max stock", "max shelf level"), "number"),
    "overridden_demand": Column((), "number"),
    "overridden_demand_days": Column((), "number"),
    "discontinued": Column(),
    "unstocked": Column(),
    "ignore_seasonality": Column(),
}


class Said(NamedTuple):
    """A row as it came. None: `line`, it was not pasted."""

    row: Row
    line: int | None = None

    @property
    def given(self) -> dict[str, Any]:
        """What is said of the product, besides its code."""
        return {name: getattr(self.row, name) for name in self.row.model_fields_set if name != "code"}

    def fault(self, said: str) -> Fault:
        """Why this row cannot be meant."""
        return Fault(self.row.code, said, self.line)


async def update_products(
    stocktrim: StockTrim,
    approved: Approved,
    changes: Annotated[
        tuple[ProductChange, ...],
        BeforeValidator(as_list),
        Field(max_length=MOST_RECORDS, description="E.g. [{'code': 'TEA-01', 'unit_cost': 3.2}]"),
    ] = (),
    table: Annotated[str, Field(description="Instead: a pasted price list (CSV or JSON), columns as above")] = "",
    confirm_token: ConfirmToken = None,
) -> WriteReport:
    """Change products: prices, supplier, planning settings, lifecycle. Only the fields given change.

    For many at once paste a table. New products: create_products; stock counts: set_stock_levels.
    """
    if bool(changes) == bool(table.strip()):
        refuse_one("Give either changes or table.")
    rows = [Said(one) for one in changes] if changes else _pasted(table)
    meant = await products_called(stocktrim, [one.row.code for one in rows])
    faults, found = await _found(stocktrim, rows, meant)
    fields, more, said = await _fields(stocktrim, rows)
    faults += more
    for one, product in found:
        faults += _against(one, product)
    refuse(_by_line(faults, rows))
    only = _OneByOne()
    writes: list[Write] = []
    for one, product in found:
        draft = ProductDraft(product_id=product.product_id, **fields[id(one)])
        writes.append(Write(_key(one, product), only.after(stocktrim, draft, _key(one, product)), "product", one.line))
    said += [text for one, product in found for text in _odd(product, fields[id(one)])]
    if any(PLANNED_WITH & values.keys() for values in fields.values()):
        said.append(f"The plan follows settings only after StockTrim's next calculation{_run()}.")
    return await carry_out(writes, warnings=said, stop_when=_cleared)


async def create_products(
    stocktrim: StockTrim,
    approved: Approved,
    products: Annotated[
        tuple[NewProduct, ...],
        BeforeValidator(as_list),
        Field(min_length=1, max_length=MOST_RECORDS, description="code: the SKU; supplier: code or name"),
    ],
    confirm_token: ConfirmToken = None,
) -> WriteReport:
    """Add products to the catalogue. A code that exists is refused: update_products changes those.

    The plan shows them after run_forecast.
    """
    rows = [Said(one) for one in products]
    meant = await products_called(stocktrim, [one.row.code for one in rows])
    fields, faults, said = await _fields(stocktrim, rows)
    faults += _twice((one, one.row.code.casefold()) for one in rows)
    drafts: list[ProductDraft] = []
    for one in rows:
        there = meant.get(one.row.code.strip(), [])
        if len(there) > 1:
            ids = ", ".join(repr(product.product_id) for product in there[:10])
            faults.append(one.fault(f"{len(there)} products already bear this SKU: {ids}."))
        elif there and one.row.code not in (there[0].code, there[0].product_id):
            faults.append(one.fault(_other_case(there[0], fields[id(one)])))
        else:
            product_id = there[0].product_id if there else one.row.code
            drafts.append(ProductDraft(product_id=product_id, code=one.row.code, **fields[id(one)]))
    refuse(_by_line(faults, rows))
    for draft in drafts:
        said += _odd(Product(code=draft.product_id, product_id=draft.product_id), draft.model_dump(exclude_unset=True))
    writes = [
        Write(draft.code or draft.product_id, _creation(stocktrim, draft), "product", one.line)
        for one, draft in zip(rows, drafts, strict=True)
    ]
    said.append(f"New products show in the plan only after StockTrim's next calculation{_run()}.")
    return await carry_out(writes, warnings=said)


def _creation(stocktrim: StockTrimClient, draft: ProductDraft) -> Callable[[], Awaitable[ChangeReport]]:
    return lambda: stocktrim.products.save(draft, must="create")


def _run() -> str:
    return where_offered("run_forecast", ": run_forecast")


def _key(one: Said, product: Product) -> str:
    """By what people call it: of a SKU that several share, none but its id tells which is meant."""
    return product.product_id if one.row.code == product.product_id else product.code


# Rows


def _pasted(table: str) -> list[Said]:
    """The rows of a pasted table. Raises: ToolError naming every line that cannot be read."""
    read = rows_of(table, COLUMNS)
    faults = [Fault("", f"{one.said[:1].upper()}{one.said[1:].rstrip('.')}.", one.line) for one in read.faults]
    rows: list[Said] = []
    for line, values in read.rows:
        try:
            rows.append(Said(ProductChange.model_validate(values), line))
        except ValidationError as error:
            code = str(values.get("code", ""))
            faults += [Fault(code, _in_words(one), line) for one in error.errors(include_url=False)]
    refuse(sorted(faults, key=lambda one: one.line or 0))
    return rows


def _in_words(fault: Any) -> str:
    place = ".".join(map(str, fault["loc"]))
    why = {
        "int_from_float": "days are whole numbers",
        "bool_parsing": "write yes or no",
    }.get(fault["type"], str(fault["msg"]).removeprefix("Value error, "))
    return f"{place}: {why}." if place else f"{why}."


def _by_line(faults: Iterable[Fault], rows: Sequence[Said]) -> list[Fault]:
    """Faults in the order in which the rows came."""
    places = {one.row.code: at for at, one in reversed([*enumerate(rows)])}
    return sorted(faults, key=lambda one: (one.line or 0, places.get(one.key, 0)))


async def _found(
    stocktrim: StockTrimClient, rows: Sequence[Said], meant: Mapping[str, Sequence[Product]]
) -> tuple[list[Fault], list[tuple[Said, Product]]]:
    """Each row with the product it means, and what is wrong with those that mean none, several, or another row's."""
    faults: list[Fault] = []
    found: list[tuple[Said, Product]] = []
    guessed = 0
    for one in rows:
        those = meant.get(one.row.code.strip(), ())
        if len(those) == 1:
            found.append((one, those[0]))
        elif those:
            ids = ", ".join(repr(product.product_id) for product in those[:10])
            faults.append(one.fault(f"{len(those)} products share this SKU. Name the one meant by its id: {ids}."))
        else:
            guessed += 1
            there_is_none = f"There is no product {short(one.row.code, NAME_SHOWN)!r}."
            told = await no_products(stocktrim, [one.row.code]) if guessed <= MOST_GUESSED else [there_is_none]
            faults.append(one.fault(f"there is no such product.{told[0].removeprefix(there_is_none)}"))
    return [*faults, *_twice((one, product.product_id) for one, product in found)], found


def _twice(named: Iterable[tuple[Said, str]]) -> list[Fault]:
    first: dict[str, Said] = {}
    faults: list[Fault] = []
    for one, name in named:
        if (other := first.setdefault(name, one)) is not one:
            before = f"line {other.line}" if other.line else repr(other.row.code)
            faults.append(one.fault(f"this product stands in two rows: see {before}."))
    return faults


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


async def _fields(
    stocktrim: StockTrimClient, rows: Sequence[Said]
) -> tuple[dict[int, dict[str, Any]], list[Fault], list[str]]:
    """By row the fields to send, what is wrong with the rows left out, and what is to be said."""
    words = [cast(str, one.given["supplier"]) for one in rows if "supplier" in one.given]
    suppliers = await suppliers_called(stocktrim, words)
    levels, said = await _service_levels(stocktrim, rows)
    fields: dict[int, dict[str, Any]] = {}
    faults: list[Fault] = []
    for one in rows:
        given = one.given
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
        if wrong:
            faults += [one.fault(text) for text in wrong]
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
    stocktrim: StockTrimClient, rows: Sequence[Said]
) -> tuple[dict[float, float | str], list[str]]:
    """Each service level that is said as this account holds it, or why it cannot be told."""
    asked = {one.given["service_level"] for one in rows if "service_level" in one.given}
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


def _wrong(given: Mapping[str, Any]) -> Iterable[str]:
    """What of a row cannot be meant, whatever the product."""
    for name in (*MONEY, *QUANTITIES):
        if (value := given.get(name)) is not None and not 0 <= value <= MOST_AMOUNT:
            yield f"{name}: {number(value)} cannot be: write 0 or more."
    for name in DAYS:
        if (value := given.get(name)) is not None and not 0 <= value <= MOST_DAYS:
            yield f"{name}: {value} cannot be: write 0 to {MOST_DAYS:,} days."
    for name in (*TEXTS, "supplier"):
        if (text := given.get(name)) == "":
            yield f"{name}: nothing can be emptied here: leave it out, or write what it is to be."
        elif text is not None and len(text) > LONGEST_TEXT:
            yield f"{name}: {len(text):,} characters are too many."
    low, high = given.get("minimum_shelf_level"), given.get("maximum_shelf_level")
    if low is not None and high is not None and low > high:
        yield f"minimum_shelf_level {number(low)} is above maximum_shelf_level {number(high)}."


def _against(one: Said, product: Product) -> Iterable[Fault]:
    """What of a row cannot be meant of this product."""
    given = one.given
    if given.get("overridden_demand") is not None and not (
        given.get("overridden_demand_days") or product.overridden_demand_days
    ):
        yield one.fault("overridden_demand: say with overridden_demand_days how many days it is for.")


def _odd(product: Product, fields: Mapping[str, Any]) -> Iterable[str]:
    """What looks like a slip, and may be meant."""
    shown = repr(short(product.code, NAME_SHOWN))
    for name in MONEY:
        before, after = getattr(product, name), fields.get(name)
        if after == 0:
            yield f"{shown}: {name} 0 counts as not entered, here and in StockTrim's sums."
        elif before and before > 0 and after and not before / MUCH <= after <= before * MUCH:
            times = f"{number(after / before)} times" if after > before else f"1/{number(before / after)} of"
            changed = f"{number(before)} -> {number(after)}"
            yield f"{shown}: {name} {changed} is {times} what it was. Is its decimal point right?"
    after = {**product.model_dump(), **fields}
    cost, price = after["unit_cost"], after["unit_price"]
    if set(MONEY) & fields.keys() and cost and price and price < cost:
        yield f"{shown}: sells below its cost ({number(price)} < {number(cost)})."
    low, high = after["minimum_shelf_level"], after["maximum_shelf_level"]
    if {"minimum_shelf_level", "maximum_shelf_level"} & fields.keys() and low and high and low > high:
        yield f"{shown}: its minimum shelf level ({number(low)}) is above its maximum ({number(high)})."
    least, batch = after["minimum_order_quantity"], after["batch_size"]
    if {"minimum_order_quantity", "batch_size"} & fields.keys() and least and batch and least % batch:
        yield f"{shown}: its minimum order of {number(least)} is no multiple of its batch size {number(batch)}."


# Whether StockTrim keeps what a save leaves out is not known, so the first one shows it.


def _cleared(report: ChangeReport) -> str | None:
    """What a save emptied that nobody asked for, and that nothing else is sent therefore."""
    emptied = [one.field for one in report.besides if one.after in (None, "", ())]
    if not emptied:
        return None
    change = report.changes[0]
    mend = where_offered("undo_change", " undo_change with the undo_id of this answer puts it back.")
    return (
        f"StockTrim emptied fields of {short(change.key, NAME_SHOWN)!r} that were to stay as they are "
        f"({', '.join(emptied)}), so no other product was sent.{mend}"
    )


class _OneByOne:
    """Saves go one by one until one has shown that StockTrim keeps what is left out; then several at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._is_kept = False
        self._stopped: str | None = None

    def after(
        self, stocktrim: StockTrimClient, draft: ProductDraft, called: str
    ) -> Callable[[], Awaitable[ChangeReport]]:
        """The save of a product, when its turn has come. It raises NotSentError where another one emptied fields."""

        async def save() -> ChangeReport:
            return await stocktrim.products.save(draft, must="change", called=called)

        async def in_turn() -> ChangeReport:
            if self._is_kept:
                return await save()
            async with self._turn:
                if self._stopped is not None:
                    raise NotSentError(self._stopped)
                report = await save()
                if report.status == "preview":
                    # Nothing will be sent.
                    self._is_kept = True
                elif report.status == "applied":
                    self._stopped = _cleared(report)
                    self._is_kept = self._stopped is None
                return report

        return in_turn


CHANGING_PRODUCTS = Toolset(
    "changing_products",
    "Settings, prices and new products.",
    writes=(create_products,),
    deletes=(update_products,),
)
