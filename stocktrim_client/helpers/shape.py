"""Whether what StockTrim sends is what openapi.yaml says: a page of each long list, compared field by field."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

import attrs

from stocktrim_client.generated import models as dto
from stocktrim_client.generated.client import Client
from stocktrim_client.helpers.base import answer_of, found
from stocktrim_client.helpers.order_plan import plan_row_of
from stocktrim_client.helpers.products import product_of
from stocktrim_client.helpers.purchase_orders import purchase_order_of
from stocktrim_client.helpers.suppliers import supplier_of
from stocktrim_client.helpers.wire import items
from stocktrim_client.operations import OPERATIONS

Row = Mapping[str, Any]


class Shape(NamedTuple):
    """What came of one list: `unknown` fields are not in the document, `missing` ones in none of the rows."""

    rows: int
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class _Read(NamedTuple):
    """One list: how a page of it is asked for and read, and what the document says its rows hold."""

    parse: Callable[[Row], object]
    row: type
    parts: Mapping[str, type] = {}
    asked: Mapping[str, Any] | None = None


def _product(row: Row) -> object:
    return product_of(dto.ProductsResponseDto.from_dict(row))


def _supplier(row: Row) -> object:
    return supplier_of(dto.SupplierResponseDto.from_dict(row))


def _order(row: Row) -> object:
    return purchase_order_of(dto.PurchaseOrderResponseDto.from_dict(row))


READS: Mapping[str, _Read] = {
    "list_products": _Read(
        _product,
        dto.ProductsResponseDto,
        {"suppliers": dto.ProductSupplierResponseDto, "stockLocations": dto.ProductLocationResponseDto},
    ),
    "list_suppliers": _Read(_supplier, dto.SupplierResponseDto),
    "read_order_plan": _Read(plan_row_of, dto.SkuOptimizedResultsDto, asked={"perPage": 50}),
    "list_purchase_orders": _Read(
        _order,
        dto.PurchaseOrderResponseDto,
        {
            "supplier": dto.PurchaseOrderSupplier,
            "location": dto.PurchaseOrderLocation,
            "purchaseOrderLineItems": dto.PurchaseOrderLineItemResponseDto,
        },
    ),
}
"""By operation; of each the page that StockTrim sends unasked, and of the plan no more than 50 rows."""


async def shape_of(operation: str, api: Client) -> Shape:
    """Read one page, as the helpers read it, and compare its fields with the document's.

    Raises: UnexpectedAnswerError where it cannot be read.
    """
    read = READS[operation]
    sent = next(one for one in OPERATIONS if one.name == operation)
    with answer_of(operation):
        call = api.get_async_httpx_client().request(sent.method, sent.path, json=read.asked)
        response = await found(call)
        rows = [] if response is None else _rows(json.loads(response.content))
        for row in rows:
            read.parse(row)
        return _compared(rows, read)


def _rows(answer: Any) -> list[Row]:
    if isinstance(answer, dict) and "results" in answer:
        answer = cast("dict[str, Any]", answer)["results"]
    return cast("list[Row]", items(answer))


def _compared(rows: list[Row], read: _Read) -> Shape:
    pairs = [_differing("", rows, read.row)]
    pairs += [_differing(f"{name}.", _within(rows, name), part) for name, part in read.parts.items()]
    unknown, missing = (tuple(name for pair in pairs for name in pair[side]) for side in (0, 1))
    return Shape(len(rows), unknown, missing)


def _within(rows: Iterable[Row], name: str) -> list[Row]:
    return [part for row in rows for part in items(row.get(name)) if isinstance(part, dict)]


def _differing(prefix: str, rows: list[Row], row: type) -> tuple[list[str], list[str]]:
    """Fields that only the rows have, and that only the document has."""
    met = dict.fromkeys(name for one in rows for name in one)
    documented = {_bare(name): name for name in documented_fields(row)}
    unknown = [prefix + name for name in met if _bare(name) not in documented]
    bare = set(map(_bare, met))
    return unknown, [prefix + name for key, name in documented.items() if rows and key not in bare]


def documented_fields(row: type) -> Iterator[str]:
    """The fields of a generated class, as they are called on the wire but for a capital letter here and there."""
    for one in attrs.fields(row):
        if one.name != "additional_properties":
            first, *others = one.name.split("_")
            yield first + "".join(other[:1].upper() + other[1:] for other in others)


def _bare(name: str) -> str:
    return name.replace("_", "").lower()
