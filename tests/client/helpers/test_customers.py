"""Customers: one large answer, and codes in a path."""

import httpx
import pytest

from stocktrim_client.client import StockTrimClient
from stocktrim_client.errors import ConflictError, NotFoundError, UnexpectedAnswerError
from stocktrim_client.models import CustomerDraft
from stocktrim_client.sandbox import Quirks
from stocktrim_client.sandbox.server import serve
from tests.client.sandboxed import HOSTILE, Scripted, asked, connected, every_reading, sandbox, writes


@every_reading
async def test_all_customers_are_read_in_one_call(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks, customers=300)
    async with connected(far) as stocktrim:
        customers = await stocktrim.customers.all()
    assert asked(far) == {"list_customers": 1}
    wanted = [(each.get("code"), each.get("name"), each.get("city")) for each in far.shop.customers.values()]
    assert [(one.code, one.name, one.city) for one in customers] == wanted


@pytest.mark.parametrize("habit", ["404", "[]"])
async def test_no_customers_are_an_empty_list(habit: str) -> None:
    far = sandbox(quirks=Quirks(empty_other_lists=habit), customers=0)  # pyright: ignore[reportArgumentType]
    async with connected(far) as stocktrim:
        assert await stocktrim.customers.all() == []


@every_reading
async def test_a_customer_is_created_and_changed(quirks: Quirks) -> None:
    async with connected(sandbox(quirks=quirks)) as stocktrim:
        report = await stocktrim.customers.save(CustomerDraft(code="C-1", name="New", post_code="6011"))
        assert (report.changes[0].kind, report.warnings) == ("create", ())
        report = await stocktrim.customers.save(CustomerDraft(code="C-1", email="a@b.example"))
        assert (report.changes[0].kind, report.warnings) == ("change", ())
        customer = await stocktrim.customers.get("C-1")
        assert (customer.name, customer.post_code, customer.email) == ("New", "6011", "a@b.example")


@every_reading
async def test_a_customer_that_does_not_exist_is_none(quirks: Quirks) -> None:
    async with connected(sandbox(quirks=quirks)) as stocktrim:
        assert await stocktrim.customers.find("NOBODY") is None
        assert await stocktrim.customers.find(" ") is None
        assert await stocktrim.customers.find("no/body") is None
        with pytest.raises(NotFoundError, match="'NOBODY'"):
            await stocktrim.customers.get("NOBODY")


@pytest.mark.parametrize("code", HOSTILE)
async def test_any_code_is_saved_and_found(code: str) -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        assert (await stocktrim.customers.save(CustomerDraft(code=code, city="Here"))).warnings == ()
        customer = await stocktrim.customers.get(code)
    assert (customer.code, customer.city) == (code, "Here")
    paths = {request.path for request in far.requests if request.operation == "get_customer"}
    assert paths <= {f"/api/Customers/{code}"}


async def test_any_code_passes_a_real_socket() -> None:
    far = sandbox()
    async with serve(far) as base_url, StockTrimClient("sandbox", "sandbox", base_url=base_url) as stocktrim:
        for code in HOSTILE:
            assert (await stocktrim.customers.save(CustomerDraft(code=code, city="Here"))).warnings == ()
            assert (await stocktrim.customers.get(code)).code == code


@pytest.mark.parametrize("code", ["a/b", "50%", "a%2Fb"])
async def test_a_server_that_splits_paths_at_encoded_slashes_loses_nobody(code: str) -> None:
    far = sandbox()

    class Splitting(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if "%2F" in request.url.raw_path.decode() or "%25" in request.url.raw_path.decode():
                return httpx.Response(200, json={"code": "SOMEBODY-ELSE"})
            return await far.handle_async_request(request)

    async with connected(Splitting()) as stocktrim:
        assert (await stocktrim.customers.save(CustomerDraft(code=code, name="New"))).warnings == ()
        assert (await stocktrim.customers.get(code)).code == code


@pytest.mark.parametrize("answer", [httpx.Response(200), httpx.Response(200, json=[{"id": 1, "status": "Draft"}])])
async def test_what_saving_answers_does_not_matter(answer: httpx.Response) -> None:
    far = sandbox()

    class Odd(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            real = await far.handle_async_request(request)
            return answer if request.method == "PUT" else real

    async with connected(Odd()) as stocktrim:
        assert (await stocktrim.customers.save(CustomerDraft(code="C-1"))).warnings == ()


@pytest.mark.parametrize(
    "content", [b"", b"null", b"<html></html>", b'[{"code":', b"[1]", b"{}", b'[{"code": {}}]', b"[] []"]
)
async def test_a_strange_answer_is_named(content: bytes) -> None:
    async with connected(Scripted(lambda request: httpx.Response(200, content=content))) as stocktrim:
        with pytest.raises(UnexpectedAnswerError) as raised:
            await stocktrim.customers.all()
    assert raised.value.operation == "list_customers"


async def test_nulls_numbers_and_unknown_fields_are_read() -> None:
    rows = [{"code": 7, "name": None, "phone": 123, "new": {}}, {"code": None, "name": "Stall"}, {}]
    async with connected(Scripted(lambda request: httpx.Response(200, json=rows))) as stocktrim:
        customers = await stocktrim.customers.all()
    assert [(one.code, one.name, one.phone) for one in customers] == [
        ("7", None, "123"),
        (None, "Stall", None),
        (None, None, None),
    ]


async def test_a_save_that_must_create_overwrites_nobody_and_one_that_must_change_makes_nobody() -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        with pytest.raises(ConflictError, match="city is 'Cork', not 'Cobh'"):
            await stocktrim.customers.save(CustomerDraft(code="O'NEIL", city="Cobh"), must="create")
        with pytest.raises(NotFoundError, match="'C-1'"):
            await stocktrim.customers.save(CustomerDraft(code="C-1"), must="change")
        assert writes(far) == []
        assert (await stocktrim.customers.save(CustomerDraft(code="C-1"), must="create")).status == "applied"
        assert (await stocktrim.customers.save(CustomerDraft(code="C-1", city="Cobh"), must="change")).warnings == ()
