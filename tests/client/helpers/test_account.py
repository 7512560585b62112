"""What the account is set to."""

import httpx
import pytest

from stocktrim_client.errors import UnexpectedAnswerError
from stocktrim_client.sandbox import Quirks
from tests.client.sandboxed import HOSTILE, Scripted, connected, every_reading, sandbox


@every_reading
async def test_the_connected_system_and_configurations_are_read(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    async with connected(far) as stocktrim:
        system = await stocktrim.account.connected_system()
        assert system
        assert system.name == far.shop.connected_system
        assert await stocktrim.account.configuration("InventoryManagementSystem") == system
        assert await stocktrim.account.configuration("Nonsense") is None
        assert await stocktrim.account.configuration("..") is None
        assert await stocktrim.account.configuration(" ") is None


@pytest.mark.parametrize("name", [name for name in HOSTILE if name not in (".", "..")])
async def test_any_name_reaches_stocktrim_unharmed(name: str) -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        assert await stocktrim.account.configuration(name) is None
    assert [request.path for request in far.requests] == [f"/api/Configuration/{name}"]


@pytest.mark.parametrize("answer", [httpx.Response(404), httpx.Response(200, json={"name": None})])
async def test_no_connected_system_is_none(answer: httpx.Response) -> None:
    async with connected(Scripted(lambda request: answer)) as stocktrim:
        assert await stocktrim.account.connected_system() is None


@pytest.mark.parametrize("content", [b"", b"null", b"<html></html>", b"[1]", b'"text"'])
async def test_a_strange_answer_is_named(content: bytes) -> None:
    async with connected(Scripted(lambda request: httpx.Response(200, content=content))) as stocktrim:
        with pytest.raises(UnexpectedAnswerError) as raised:
            await stocktrim.account.connected_system()
    assert raised.value.operation == "get_connected_system"
