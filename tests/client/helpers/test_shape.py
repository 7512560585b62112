"""What StockTrim sends, compared with openapi.yaml field by field."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

import stocktrim_client
from stocktrim_client import UnexpectedAnswerError
from stocktrim_client.helpers.shape import READS, Shape, documented_fields, shape_of
from tests.client.sandboxed import Scripted, connected, sandbox

DOCUMENT: dict[str, Any] = yaml.safe_load((Path(stocktrim_client.__file__).parent / "openapi.yaml").read_text())


@pytest.mark.parametrize("row", [part for read in READS.values() for part in (read.row, *read.parts.values())])
def test_the_fields_compared_with_are_the_documents_own(row: type) -> None:
    documented = DOCUMENT["components"]["schemas"][row.__name__]["properties"]
    assert sorted(map(str.lower, documented_fields(row))) == sorted(map(str.lower, documented))


def test_every_part_of_a_row_that_has_fields_of_its_own_is_compared() -> None:
    for read in READS.values():
        documented = DOCUMENT["components"]["schemas"][read.row.__name__]["properties"]
        nested = {name for name, one in documented.items() if "Dto'" in str(one) or "PurchaseOrder" in str(one)}
        assert nested - {"status"} == set(read.parts)


@pytest.mark.parametrize("operation", READS)
async def test_the_sandbox_sends_what_is_documented(operation: str) -> None:
    async with connected(sandbox()) as stocktrim:
        shape = await shape_of(operation, stocktrim.api)
    assert shape.rows > 0
    assert shape.unknown == ()


async def shaped(operation: str, answer: object, status: int = 200) -> Shape:
    def answered(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json=answer)

    async with connected(Scripted(answered)) as stocktrim:
        return await shape_of(operation, stocktrim.api)


async def test_fields_that_are_new_and_fields_that_are_gone_are_named_where_they_stand() -> None:
    rows = [
        {"productId": "1", "productCodeReadable": "A", "colour": "red", "suppliers": [{"supplierId": "S", "star": 5}]},
        {"productId": "2", "colour": "blue", "stockLocations": None},
    ]
    shape = await shaped("list_products", rows)
    assert shape.rows == 2
    assert shape.unknown == ("colour", "suppliers.star")
    assert {"name", "suppliers.supplierName"} <= set(shape.missing)
    assert not {"productId", "productCodeReadable", "suppliers.supplierId"} & set(shape.missing)
    assert not any(name.startswith("stockLocations.") for name in shape.missing)


async def test_nothing_found_is_no_difference() -> None:
    assert await shaped("list_suppliers", {"title": "Not Found"}, 404) == Shape(0)
    assert await shaped("list_purchase_orders", []) == Shape(0)
    assert await shaped("read_order_plan", {"results": []}) == Shape(0)


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("list_products", [{"name": "neither id nor SKU"}]),
        ("list_products", ["text"]),
        ("list_suppliers", [7]),
        ("read_order_plan", {"results": [{"orderQuantity": 3}]}),
        ("list_purchase_orders", [7]),
        ("list_purchase_orders", "orders"),
    ],
)
async def test_rows_that_no_helper_could_read_are_said_to_be_that(operation: str, answer: object) -> None:
    with pytest.raises(UnexpectedAnswerError, match="documented form"):
        await shaped(operation, answer)
