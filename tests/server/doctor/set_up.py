"""A set-up that is examined: an account, a home, and the network between."""

from pathlib import Path
from typing import Any

from pydantic import SecretStr

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Sandbox
from stocktrim_mcp_server.doctor import Examination, Line, examine
from stocktrim_mcp_server.settings import Settings
from tests.conftest import NOW, TODAY
from tests.server.stdio import environment

AUTH_ID, AUTH_SIGNATURE = "tenant-2917-north", "hush-5531-signature"


def shop(**more: Any) -> Sandbox:
    """A StockTrim that knows these credentials."""
    return Sandbox(today=TODAY, auth_id=AUTH_ID, auth_signature=AUTH_SIGNATURE, **more)


def account(address: str, home: Path, **different: Any) -> Settings:
    """Settings for that account at an address; what is kept is kept at this home."""
    usual: dict[str, Any] = {
        "auth_id": SecretStr(AUTH_ID),
        "auth_signature": SecretStr(AUTH_SIGNATURE),
        "api_url": address,
        "data_folder": home / "kept",
    }
    return Settings(**{**usual, **different})


async def examined(settings: Settings, home: Path, variables: dict[str, str] | None = None, **more: Any) -> Examination:
    said: dict[str, Any] = {"now": lambda: NOW, **more}
    return await examine(settings, environment(variables), {}, home=home, folder=home / "project", **said)


def lines(examination: Examination, name: str) -> list[Line]:
    return [line for line in examination.lines if line.name == name]


def line(examination: Examination, name: str) -> Line:
    """The only line of a check."""
    (found,) = lines(examination, name)
    return found


def over(transport: Any) -> Any:
    """Connects to something in memory instead of the network."""

    def connect(settings: Settings) -> StockTrimClient:
        return StockTrimClient(AUTH_ID, AUTH_SIGNATURE, transport=transport, read_only=settings.read_only)

    return connect
