"""What a tool may ask for besides its arguments."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from mcp.server.mcpserver import Context, Resolve

from stocktrim_client import StockTrimClient
from stocktrim_mcp_server.settings import Settings


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class App:
    """What lives as long as the process. The client is made when first asked for, and shared by every session."""

    settings: Settings
    connect: Callable[[Settings], StockTrimClient]
    now: Callable[[], datetime] = _now
    _client: StockTrimClient | None = field(default=None, init=False)

    @property
    def stocktrim(self) -> StockTrimClient:
        if self._client is None:
            self._client = self.connect(self.settings)
        return self._client

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None


async def _app(ctx: Context[App]) -> App:
    return ctx.request_context.lifespan_context


async def _stocktrim(ctx: Context[App]) -> StockTrimClient:
    return ctx.request_context.lifespan_context.stocktrim


# Plain assignments: the SDK does not look through `type X = Annotated[...]` and would offer these to the model.
CurrentApp = Annotated[App, Resolve(_app)]
StockTrim = Annotated[StockTrimClient, Resolve(_stocktrim)]
