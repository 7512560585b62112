"""One address with two accounts behind it, a server before them over HTTP, and people with tokens."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from pydantic import SecretStr

from stocktrim_client.sandbox import Sandbox, serve
from stocktrim_client.sandbox.transport import Reply
from stocktrim_mcp_server.settings import Http, Settings, Transport
from tests.server.serving import sites
from tests.server.writing.clients import Person

Era = Literal["auto", "legacy"]

TOKENS = {name: f"{name}-".ljust(40, "0") for name in ("anna", "anton", "rita", "paul", "bert")}

FILE = f"""
[tokens.anna]
token = "{TOKENS["anna"]}"
[tokens.anton]
token = "{TOKENS["anton"]}"
[tokens.rita]
token = "{TOKENS["rita"]}"
read_only = true
[tokens.paul]
token = "{TOKENS["paul"]}"
toolsets = ["planning"]
[tokens.bert]
token = "{TOKENS["bert"]}"
account = "south"
[accounts.south]
auth_id = "south"
auth_signature = "south-signature"
"""
"""Bert is of the account south; all others are of north, which is the server's own. Anna and Anton may do all."""

NORTH, SOUTH = "Northern", "Southern"
"""Every name of an account's records begins with its word."""


def sandbox(auth_id: str, word: str, cost: float) -> Sandbox:
    """Both hold the same orders: what one could do with the other's, it would do. Their plans differ by the costs."""
    made = Sandbox(auth_id=auth_id, auth_signature=f"{auth_id}-signature")
    shop = made.shop
    for key, one in shop.products.items():
        shop.products[key] = one | {
            "name": f"{word} {one.get('name')}",
            "category": f"{word} {one.get('category')}",
            "cost": cost,
        }
    shop.changed()
    return made


class Switch(Sandbox):
    """Accounts at one address, told apart by their credentials."""

    def __init__(self, *accounts: Sandbox) -> None:
        super().__init__(1)
        self.accounts = {one.auth_id: one for one in accounts}

    async def reply(self, method: str, target: bytes, headers: Mapping[str, str], body: bytes) -> Reply:
        """As the account does whose credentials these are."""
        return await self.accounts[headers["api-auth-id"]].reply(method, target, headers, body)


@dataclass
class World:
    """The server at an address, its two accounts, and its tokens file."""

    address: str
    settings: Settings
    north: Sandbox
    south: Sandbox
    file: Path

    @asynccontextmanager
    async def client(self, name: str, era: Era = "auto", person: Person | None = None) -> AsyncGenerator[Client]:
        """A host of one of these people; one that can be asked if a person is before it."""
        headers = {"Authorization": f"Bearer {TOKENS[name]}"}
        async with AsyncExitStack() as stack:
            if self.settings.transport == "sse":
                to = sse_client(f"{self.address}/sse", headers=headers)
            else:
                http = await stack.enter_async_context(create_mcp_http_client(headers=headers))
                to = streamable_http_client(f"{self.address}/mcp", http_client=http)
            yield await stack.enter_async_context(Client(to, mode=era, elicitation_callback=person))


@asynccontextmanager
async def opened(folder: Path, transport: Transport = "streamable-http", **http: Any) -> AsyncGenerator[World]:
    """A world whose journals are in a folder."""
    file = write_tokens(folder / "tokens.toml", FILE)
    north, south = sandbox("north", NORTH, 7), sandbox("south", SOUTH, 8)
    async with serve(Switch(north, south)) as api:
        settings = Settings(
            auth_id=SecretStr("north"),
            auth_signature=SecretStr("north-signature"),
            api_url=api,
            data_folder=folder / "data",
            transport=transport,
            toolsets=("all",),
            log_level="ERROR",
            http=Http(port=0, tokens_file=file, **http),
        )
        async with sites.opened(settings) as (_, address):
            yield World(address, settings, north, south, file)


def write_tokens(file: Path, text: str) -> Path:
    """For its owner's eyes alone."""
    file.write_text(text)
    file.chmod(0o600)
    return file
