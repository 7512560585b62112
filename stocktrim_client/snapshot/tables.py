"""The records as tables: their columns in house words, and one record as rows. Pure.

A row's number says where it belongs: many a record in tables of parts, so that the parts follow their whole.
"""

import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from stocktrim_client.models import (
    BomLine,
    Customer,
    Location,
    OrderPlanRow,
    Product,
    ProductSupplier,
    PurchaseOrder,
    PurchaseOrderLine,
    StockAtLocation,
    Supplier,
    supplier_meant,
)
from stocktrim_client.models.base import Model
from stocktrim_client.snapshot.standing import Kind, Source

Keys = Mapping[str, str]
"""What suppliers are called by, and the key of the one that is meant."""
NO_KEYS: Keys = MappingProxyType({})
ColumnType = Literal["text", "integer", "number", "yes/no", "date-time"]
Row = tuple[Any, ...]

STORED_AS: Mapping[ColumnType, str] = {
    "text": "TEXT",
    "integer": "INTEGER",
    "number": "REAL",
    "yes/no": "INTEGER",
    "date-time": "TEXT",
}
PARTS = 1 << 24
"""Room for so many parts of one record, in row numbers."""
SMALLEST, LARGEST = -(2**63), 2**63 - 1


class Column(NamedTuple):
    """One column. None: `about`, where the name says all."""

    name: str
    type: ColumnType
    about: str | None = None
    field: str | None = None
    """The model's field that it holds; None: it is worked out of others."""


class TableShape(NamedTuple):
    """One table as it is asked: what a row is, and its columns."""

    name: Kind
    about: str
    columns: tuple[Column, ...]
    is_of_parts: bool = False
    """Rows are parts of a record of another table."""

    @property
    def definition(self) -> str:
        """The statement that makes it."""
        columns = ", ".join(f"{column.name} {STORED_AS[column.type]}" for column in self.columns)
        return f"CREATE TABLE {self.name} ({columns})"


class _Part(NamedTuple):
    """How one table is filled from records of one source."""

    table: TableShape
    model: type[Model]
    rows: Callable[[Any, Keys], Iterable[Row]]
    field: str | None = None
    """The whole's field that holds these; None: they are the whole."""


def columns_of(
    model: type[Model], *without: str, called: Mapping[str, tuple[str, str]] = MappingProxyType({})
) -> tuple[Column, ...]:
    """A model's own fields as columns, with their descriptions; some `called` otherwise, and described so."""
    columns: list[Column] = []
    for name, field in model.model_fields.items():
        if name not in without:
            word, about = called.get(name, (name, field.description))
            columns.append(Column(word, type_of(field.annotation), about, name))
    return tuple(columns)


def type_of(annotation: Any) -> ColumnType:
    """What a field holds, as people say it."""
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(one for one in get_args(annotation) if one is not types.NoneType)
    if get_args(annotation):
        annotation = get_args(annotation)[0]
    kinds: dict[Any, ColumnType] = {int: "integer", float: "number", bool: "yes/no"}
    return "date-time" if _is_time(annotation) else kinds.get(annotation, "text")


def _is_time(annotation: Any) -> bool:
    return "datetime" in getattr(annotation, "__name__", "").casefold()


def cell(value: Any) -> Any:
    """A value as SQLite can hold it: times as UTC text, yes and no as 1 and 0."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int) and not SMALLEST <= value <= LARGEST:
        return float(value)
    return value


def _cells(names: tuple[str, ...]) -> Callable[[Model], Row]:
    def of(record: Model) -> Row:
        values = record.__dict__
        return tuple([cell(values[name]) for name in names])

    return of


def _own(model: type[Model], *without: str) -> Callable[[Model], Row]:
    return _cells(tuple(name for name in model.model_fields if name not in without))


_PRODUCT = (
    Column("product_id", "text", "The product's key in products"),
    Column("product_code", "text", "Its SKU"),
)
_ORDER = (
    Column("reference", "text", "The order's number, as in purchase_orders"),
    Column("line_number", "integer", "From 1"),
)
_ORDER_SUMS = (
    Column("is_open", "yes/no", "1: not yet received as a whole"),
    Column("total_cost", "number", "Sum of quantity x unit price; empty where a line has no price"),
)
_SUPPLIER = (Column("supplier", "text", "Key of a supplier, its code or else its name: the same in every table"),)
_OPEN = (Column("open_quantity", "number", "What of it is still to come; 0 once it was received"),)
_LISTED_AS = {"supplier": ("listed_as", "StockTrim's own word for the supplier here: a code, a name or an id")}
_SOLD = {"daily_demand": ("sold_per_day", "Units a day over the last 120 days: recent sales, not the forecast")}
_product_cells = _own(Product, "suppliers", "stock")
_supplier_cells = _own(ProductSupplier)
_whole_supplier_cells = _own(Supplier)
_stock_cells = _own(StockAtLocation)
_order_cells = _own(PurchaseOrder, "lines")
_line_cells = _own(PurchaseOrderLine)


def _product_rows(product: Product, keys: Keys) -> Iterable[Row]:
    return ((*_product_cells(product), cell(supplier_meant(keys, product.supplier_words))),)


def _delivery_rows(product: Product, keys: Keys) -> Iterable[Row]:
    whose = (cell(product.product_id), cell(product.code))
    return [
        (*whose, *_supplier_cells(one), cell(supplier_meant(keys, (one.supplier, one.name))))
        for one in product.suppliers
    ]


def _stock_rows(product: Product, _: Keys) -> Iterable[Row]:
    whose = (cell(product.product_id), cell(product.code))
    return [(*whose, *_stock_cells(one)) for one in product.stock]


def _order_rows(order: PurchaseOrder, keys: Keys) -> Iterable[Row]:
    key = supplier_meant(keys, (order.supplier_code, order.supplier_name))
    return ((*_order_cells(order), int(order.is_open), order.total_cost, cell(key)),)


def _supplier_rows(supplier: Supplier, _: Keys) -> Iterable[Row]:
    return ((cell(supplier.key), *_whole_supplier_cells(supplier)),)


def _line_rows(order: PurchaseOrder, _: Keys) -> Iterable[Row]:
    reference = cell(order.reference)
    return [
        (reference, number, *_line_cells(line), line.quantity if order.is_open and line.received_at is None else 0.0)
        for number, line in enumerate(order.lines, 1)
    ]


def _plain(
    name: Kind, about: str, model: type[Model], called: Mapping[str, tuple[str, str]] = MappingProxyType({})
) -> _Part:
    cells = _own(model)

    def rows(record: Model, _: Keys) -> Iterable[Row]:
        return (cells(record),)

    return _Part(TableShape(name, about, columns_of(model, called=called)), model, rows)


_PARTS_OF: Mapping[Source, tuple[_Part, ...]] = {
    "products": (
        _Part(
            TableShape(
                "products", "One row a product or variant", columns_of(Product, "suppliers", "stock") + _SUPPLIER
            ),
            Product,
            _product_rows,
        ),
        _Part(
            TableShape(
                "product_suppliers",
                "One row a product and supplier that delivers it",
                _PRODUCT + columns_of(ProductSupplier, called=_LISTED_AS) + _SUPPLIER,
                is_of_parts=True,
            ),
            ProductSupplier,
            _delivery_rows,
            field="suppliers",
        ),
        _Part(
            TableShape(
                "stock_by_location",
                "One row a product and location that holds it",
                _PRODUCT + columns_of(StockAtLocation),
                is_of_parts=True,
            ),
            StockAtLocation,
            _stock_rows,
            field="stock",
        ),
    ),
    "suppliers": (
        _Part(
            TableShape("suppliers", "One row a supplier", _SUPPLIER + columns_of(Supplier)), Supplier, _supplier_rows
        ),
    ),
    "customers": (_plain("customers", "One row a customer", Customer),),
    "locations": (_plain("locations", "One row a location that StockTrim lists or that holds stock", Location),),
    "order_plan": (
        _plain(
            "order_plan",
            "One row a product: StockTrim's suggestion for the whole business, what is on open orders or made included",
            OrderPlanRow,
            _SOLD,
        ),
    ),
    "purchase_orders": (
        _Part(
            TableShape(
                "purchase_orders",
                "One row an order; joined to its lines, total_cost stands there once a line",
                columns_of(PurchaseOrder, "lines") + _ORDER_SUMS + _SUPPLIER,
            ),
            PurchaseOrder,
            _order_rows,
        ),
        _Part(
            TableShape(
                "purchase_order_lines",
                "One row a product on an order, received ones included: open_quantity is what is still to come",
                _ORDER + columns_of(PurchaseOrderLine) + _OPEN,
                is_of_parts=True,
            ),
            PurchaseOrderLine,
            _line_rows,
            field="lines",
        ),
    ),
    "bills_of_materials": (_plain("bills_of_materials", "One row a component of a product", BomLine),),
}

TABLES: Mapping[Kind, TableShape] = {part.table.name: part.table for parts in _PARTS_OF.values() for part in parts}
"""Every table, by name."""


def tables_of(source: Source) -> tuple[TableShape, ...]:
    """The tables that one reading fills."""
    return tuple(part.table for part in _PARTS_OF[source])


def rows_of(source: Source, kind: Kind, records: Iterable[tuple[int, Model]], keys: Keys = NO_KEYS) -> Iterator[Row]:
    """The rows of one table, each led by its row number; a supplier without a key stands by its first word."""
    part = next(part for part in _PARTS_OF[source] if part.table.name == kind)
    room = PARTS if part.table.is_of_parts else 1
    for position, record in records:
        for number, row in enumerate(part.rows(record, keys)):
            yield (position * room + number, *row)


def records_of(source: Source, stored: Mapping[Kind, Iterable[Row]]) -> Iterator[tuple[int, Model]]:
    """The records back from `rows_of` of all their tables, with their row numbers.

    Raises: ValueError where a row is not what `rows_of` writes.
    """
    whole, *parts = _PARTS_OF[source]
    held: dict[int, dict[str, list[Model]]] = {}
    for part in parts:
        make = _maker(part)
        assert part.field is not None
        for number, *values in stored[part.table.name]:
            fields = held.setdefault(number // PARTS, {})
            fields.setdefault(part.field, []).append(make(values, {}))
    make = _maker(whole)
    for position, *values in stored[whole.table.name]:
        yield position, make(values, held.get(position, {}))


def _maker(part: _Part) -> Callable[[list[Any], Mapping[str, Any]], Model]:
    columns = part.table.columns

    def make(values: list[Any], more: Mapping[str, Any]) -> Model:
        given = {
            column.field: f"{value}+00:00" if column.type == "date-time" and value is not None else value
            for column, value in zip(columns, values, strict=True)
            if column.field is not None
        }
        return part.model.model_validate({**given, **more})

    return make


def insertion(table: TableShape) -> str:
    """The statement that adds one of `rows_of`."""
    marks = ", ".join("?" for _ in range(len(table.columns) + 1))
    names = ", ".join(column.name for column in table.columns)
    # Table and columns are those of our models; the values are bound.
    return f"INSERT INTO {table.name} (rowid, {names}) VALUES ({marks})"  # noqa: S608 - our own names
