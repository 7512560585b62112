"""What every helper does with its answers."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from stocktrim_client.client import StockTrimClient
from stocktrim_client.errors import UnexpectedAnswerError
from stocktrim_client.helpers.base import answer_of
from stocktrim_client.models import ForecastProgress
from tests.client.sandboxed import Scripted, connected

READS: dict[str, tuple[Callable[[StockTrimClient], Awaitable[object]], object]] = {
    "products.all": (lambda stocktrim: stocktrim.products.all(), []),
    "products.find": (lambda stocktrim: stocktrim.products.find("A"), None),
    "products.find_many": (lambda stocktrim: stocktrim.products.find_many(["A"]), {"A": []}),
    "suppliers.all": (lambda stocktrim: stocktrim.suppliers.all(), []),
    "suppliers.find": (lambda stocktrim: stocktrim.suppliers.find("A"), None),
    "customers.all": (lambda stocktrim: stocktrim.customers.all(), []),
    "customers.find": (lambda stocktrim: stocktrim.customers.find("A"), None),
    "locations.all": (lambda stocktrim: stocktrim.locations.all(), []),
    "locations.find": (lambda stocktrim: stocktrim.locations.find("A"), None),
    "sales_orders.all": (lambda stocktrim: stocktrim.sales_orders.all("A"), []),
    "purchase_orders.all": (lambda stocktrim: stocktrim.purchase_orders.all(), []),
    "purchase_orders.find": (lambda stocktrim: stocktrim.purchase_orders.find("A"), None),
    "bills_of_materials.all": (lambda stocktrim: stocktrim.bills_of_materials.all(), []),
    "bills_of_materials.find": (lambda stocktrim: stocktrim.bills_of_materials.find("A", "B"), None),
    "order_plan.all": (lambda stocktrim: stocktrim.order_plan.all(), []),
    "order_plan.calculated_at": (lambda stocktrim: stocktrim.order_plan.calculated_at(), None),
    "forecasts.progress": (lambda stocktrim: stocktrim.forecasts.progress(), ForecastProgress()),
    "account.connected_system": (lambda stocktrim: stocktrim.account.connected_system(), None),
    "account.configuration": (lambda stocktrim: stocktrim.account.configuration("A"), None),
}


@pytest.mark.parametrize("status", [404, 204])
@pytest.mark.parametrize("name", READS)
async def test_not_found_is_nothing_on_every_read(name: str, status: int) -> None:
    call, nothing = READS[name]
    async with connected(Scripted(lambda request: httpx.Response(status))) as stocktrim:
        assert await call(stocktrim) == nothing


@pytest.mark.parametrize("content", [b"", b"null", b"<!doctype html><p>Sign in</p>", b'{"results": [', b"7"])
@pytest.mark.parametrize("name", READS)
async def test_a_strange_answer_is_an_error_on_every_read(name: str, content: bytes) -> None:
    call, _ = READS[name]
    async with connected(Scripted(lambda request: httpx.Response(200, content=content))) as stocktrim:
        with pytest.raises(UnexpectedAnswerError) as raised:
            await call(stocktrim)
    assert raised.value.operation
    assert "documented form" in str(raised.value)


@pytest.mark.parametrize("error", [ValueError("x"), TypeError("x"), KeyError("cost"), AttributeError("x")])
def test_whatever_a_parser_raises_is_an_unexpected_answer(error: Exception) -> None:
    with pytest.raises(UnexpectedAnswerError) as raised, answer_of("list_products"):
        raise error
    assert raised.value.operation == "list_products"
    assert raised.value.__cause__ is error


PAGE = "<html><title>Not here</title>nginx</html>"


@pytest.mark.parametrize("name", READS)
async def test_a_web_page_saying_404_is_another_server(name: str) -> None:
    call, _ = READS[name]
    async with connected(Scripted(lambda request: httpx.Response(404, html=PAGE))) as stocktrim:
        with pytest.raises(UnexpectedAnswerError, match="STOCKTRIM_API_URL") as raised:
            await call(stocktrim)
    assert raised.value.status == 404
    assert raised.value.operation


@pytest.mark.parametrize("answer", [{"json": {"title": "Not Found"}}, {"text": "Not Found"}, {}])
async def test_a_404_without_a_web_page_is_none(answer: dict[str, Any]) -> None:
    async with connected(Scripted(lambda request: httpx.Response(404, **answer))) as stocktrim:
        assert await stocktrim.suppliers.all() == []


async def test_a_code_that_a_web_server_refuses_in_a_path_is_looked_for_in_the_list() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/Customers":
            return httpx.Response(200, json=[{"code": "a/b", "name": "Slash"}])
        return httpx.Response(404, html=PAGE)

    async with connected(Scripted(answer)) as stocktrim:
        assert (await stocktrim.customers.get("a/b")).name == "Slash"


@pytest.mark.parametrize("content", [b"[" * 100_000, b'[{"a":' * 50_000])
@pytest.mark.parametrize("name", READS)
async def test_an_answer_nested_too_deeply_is_an_unexpected_one(name: str, content: bytes) -> None:
    call, _ = READS[name]
    async with connected(Scripted(lambda request: httpx.Response(200, content=content))) as stocktrim:
        with pytest.raises(UnexpectedAnswerError):
            await call(stocktrim)
