"""What lives as long as the process."""

from pathlib import Path

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import TextContent
from platformdirs import user_data_path
from pydantic import SecretStr

from stocktrim_client import CredentialsError, NotSentError, ReadOnlyError, StockTrimClient
from stocktrim_client.models import ProductDraft
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App, journal_folder
from stocktrim_mcp_server.settings import Settings


async def test_the_client_is_made_when_first_asked_for_and_once() -> None:
    made: list[StockTrimClient] = []

    def connect(settings: Settings) -> StockTrimClient:
        made.append(server.connect(settings))
        return made[-1]

    app = App(Settings(sandbox=True), connect)
    assert made == []
    assert app.stocktrim is app.stocktrim
    assert len(made) == 1
    await app.aclose()
    await app.aclose()
    with pytest.raises(NotSentError, match="is ending"):
        assert app.stocktrim
    assert len(made) == 1


async def test_whoever_asks_a_server_that_ends_is_told_so() -> None:
    app = App(Settings(sandbox=True, log_level="ERROR"), server.connect)
    async with Client(server.build(app)) as client:
        await app.aclose()
        for tool in (await client.list_tools()).tools:
            needed = {
                name: ["V60-02"] for name in tool.input_schema.get("required", ()) if name not in ("query", "sql")
            }
            needed |= {"search": {"query": "mug"}, "query_data": {"sql": "SELECT 1 FROM products"}}.get(tool.name, {})
            result = await client.call_tool(tool.name, needed)
            (block,) = result.content
            assert isinstance(block, TextContent)
            assert result.is_error
            assert block.text.startswith("This server is ending and asks StockTrim no more: start it again.")
        with pytest.raises(MCPError, match="This server is ending"):
            await client.read_resource("stocktrim://suppliers")


async def test_the_sandbox_is_as_large_as_was_asked() -> None:
    app = App(Settings(sandbox=True, sandbox_products=73), server.connect)
    assert len(await app.stocktrim.products.all()) == 73
    await app.aclose()


async def test_a_read_only_server_changes_nothing_whoever_asks() -> None:
    app = App(Settings(sandbox=True, read_only=True), server.connect)
    with pytest.raises(ReadOnlyError):
        await app.stocktrim.products.save(ProductDraft(product_id="A"))
    assert await app.stocktrim.suppliers.all()
    await app.aclose()


async def test_without_credentials_nothing_is_sent() -> None:
    app = App(Settings(), server.connect)
    with pytest.raises(CredentialsError, match="STOCKTRIM_API_AUTH_ID"):
        await app.stocktrim.suppliers.all()
    await app.aclose()


def test_the_journal_of_an_account_stands_where_its_owner_says_or_the_system_does(tmp_path: Path) -> None:
    here = Settings(data_folder=tmp_path, auth_id=SecretStr("tenant-1"), auth_signature=SecretStr("hush"))
    folder = journal_folder(here)
    assert folder is not None
    assert folder.is_relative_to(tmp_path)
    assert "tenant-1" not in str(folder)
    renewed = here.model_copy(update={"auth_signature": SecretStr("new")})
    assert journal_folder(renewed) == folder
    assert journal_folder(here.model_copy(update={"auth_id": SecretStr("tenant-2")})) != folder
    usual = journal_folder(here.model_copy(update={"data_folder": None}))
    assert usual is not None
    assert usual.is_relative_to(user_data_path("stocktrim-mcp-server", appauthor=False))
    assert journal_folder(here.model_copy(update={"sandbox": True})) is None
