"""Component lines of products that are made."""

import httpx
import pytest

from stocktrim_client.errors import ConflictError, UnexpectedAnswerError
from stocktrim_client.models import BomLineDraft
from stocktrim_client.sandbox import Quirks
from tests.client.sandboxed import HOSTILE, Scripted, connected, every_reading, sandbox, writes


@every_reading
async def test_component_lines_are_read_by_product_and_by_component(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    async with connected(far) as stocktrim:
        lines = await stocktrim.bills_of_materials.all()
        made = await stocktrim.bills_of_materials.all("COF-HOUSE-1KG")
        uses = await stocktrim.bills_of_materials.all(component_id="BAG-1KG")
        assert await stocktrim.bills_of_materials.all("KETTLE-09") == []
    assert [(line.product_id, line.component_id, line.quantity) for line in lines] == [
        (each["productId"], each["componentId"], each["quantity"]) for each in far.shop.boms.values()
    ]
    assert {line.component_id for line in made} == {"GREEN-BRA", "GREEN-ETH", "BAG-1KG"}
    assert [line.product_id for line in uses] == ["COF-HOUSE-1KG"]
    (mug,) = [line for line in lines if line.component_id == "30000009"]
    assert (mug.component_code, mug.product_code) == ("MUG-SAGE", "GIFT-MORNING")


async def test_a_tenant_without_any_has_no_lines() -> None:
    for habit in ("404", "[]"):
        async with connected(sandbox(3, quirks=Quirks(empty_lists=habit))) as stocktrim:
            assert await stocktrim.bills_of_materials.all() == []


@every_reading
async def test_a_component_is_added_and_taken_out(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    draft = BomLineDraft(product_id="KETTLE-09", component_id="000123", quantity=2)
    async with connected(far) as stocktrim:
        assert (await stocktrim.bills_of_materials.save(draft)).warnings == ()
        assert (await stocktrim.bills_of_materials.save(draft)).status == "unchanged"
        line = await stocktrim.bills_of_materials.find("KETTLE-09", "000123")
        assert line
        assert line.quantity == 2
        with pytest.raises(ConflictError, match="delete it"):
            await stocktrim.bills_of_materials.save(draft.model_copy(update={"quantity": 3}))
        assert (await stocktrim.bills_of_materials.delete("KETTLE-09", "000123")).warnings == ()
        assert (await stocktrim.bills_of_materials.delete("KETTLE-09", "000123")).status == "unchanged"
    assert writes(far) == ["create_bill_of_materials", "delete_bill_of_materials"]
    assert len(far.shop.boms) == 6


@pytest.mark.parametrize("code", HOSTILE)
async def test_any_code_reaches_stocktrim_unharmed(code: str) -> None:
    far = sandbox()
    far.shop.products[code] = {"id": far.shop.number(), "productId": code}
    async with connected(far) as stocktrim:
        await stocktrim.bills_of_materials.save(BomLineDraft(product_id="KETTLE-09", component_id=code, quantity=1))
        (line,) = await stocktrim.bills_of_materials.all(component_id=code)
        assert line.component_id == code
        assert (await stocktrim.bills_of_materials.delete("KETTLE-09", code)).warnings == ()
    assert far.requests[-2].query == {"productid": "KETTLE-09", "componentid": code}


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize("listed", [True, False])
async def test_one_line_may_come_as_an_object_or_a_list_with_200_or_201(status: int, listed: bool) -> None:
    line = {"productId": "A", "componentId": "B", "quantity": None, "skuProduct": None, "skuComponent": None}
    answer = [line] if listed else line
    async with connected(Scripted(lambda request: httpx.Response(status, json=answer))) as stocktrim:
        (read,) = await stocktrim.bills_of_materials.all()
    assert (read.product_id, read.component_id, read.quantity, read.component_name) == ("A", "B", None, None)


@pytest.mark.parametrize("content", [b"", b"null", b"<html></html>", b"[1]", b"{}", b'"text"'])
async def test_a_strange_answer_is_named(content: bytes) -> None:
    async with connected(Scripted(lambda request: httpx.Response(200, content=content))) as stocktrim:
        with pytest.raises(UnexpectedAnswerError) as raised:
            await stocktrim.bills_of_materials.all()
    assert raised.value.operation == "list_bills_of_materials"


async def test_a_line_that_came_meanwhile_is_not_doubled() -> None:
    far = sandbox()
    looks = 0

    class Late(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal looks
            looks += 1
            if looks == 2:
                pair = {"productId": "KETTLE-09", "componentId": "000123"}
                far.shop.boms[1] = {"id": 1, **pair, "quantity": 5.0}
            return await far.handle_async_request(request)

    async with connected(Late()) as stocktrim:
        with pytest.raises(ConflictError, match=r"quantity is 5, not 2"):
            await stocktrim.bills_of_materials.save(
                BomLineDraft(product_id="KETTLE-09", component_id="000123", quantity=2)
            )
    assert writes(far) == []


async def test_a_line_goes_by_the_names_of_its_products() -> None:
    async with connected(sandbox()) as stocktrim:
        with stocktrim.changes.preview() as shown:
            await stocktrim.bills_of_materials.delete("COF-HOUSE-1KG", "BAG-1KG")
            draft = BomLineDraft(product_id="KETTLE-09", component_id="000123", quantity=2)
            await stocktrim.bills_of_materials.save(draft, name="Two in a kettle")
    assert [one.name for one in shown] == ["Coffee bag 1 kg, matte black in House blend, 1 kg", "Two in a kettle"]
