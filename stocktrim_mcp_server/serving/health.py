"""Whether the process lives, and whether it is of use."""

import asyncio
import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse

from stocktrim_client import CredentialsError, StockTrimError, __version__
from stocktrim_mcp_server.dependencies import App

KEPT_SECONDS = 30.0
"""How long an answer about StockTrim holds: whoever asks every second is no reason to ask StockTrim so often."""

PATIENCE_SECONDS = 10.0


class Health:
    """`/healthz` and `/readyz`, for whoever watches over the process. Neither tells more than a word of the account."""

    def __init__(self, app: App, *, has_account: bool, clock: Callable[[], float] = time.monotonic) -> None:
        """`has_account`: the server has credentials of its own; where only its callers have, there is none to try."""
        self._app, self._has_account, self._clock = app, has_account, clock
        self._found: tuple[float, str] | None = None
        self._asking = asyncio.Lock()

    async def lives(self, request: Request) -> JSONResponse:
        """The process answers."""
        return JSONResponse({"status": "ok", "version": __version__}, headers={"cache-control": "no-store"})

    async def is_ready(self, request: Request) -> JSONResponse:
        """Calls can be answered: StockTrim is reached and accepts the credentials. 503 and why not, otherwise."""
        fault = "this server is ending" if self._app.calls.is_ending else await self._fault()
        status = {"status": "ready"} if not fault else {"status": "not ready", "why": fault}
        return JSONResponse(status, status_code=503 if fault else 200, headers={"cache-control": "no-store"})

    async def _fault(self) -> str:
        async with self._asking:
            if self._found is None or self._clock() - self._found[0] > KEPT_SECONDS:
                self._found = (self._clock(), await self._look())
            return self._found[1]

    async def _look(self) -> str:
        if not self._has_account:
            return ""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._app.stocktrim.forecasts.progress()
        except CredentialsError:
            return "StockTrim refuses the credentials, or there are none"
        except (StockTrimError, TimeoutError):
            return "StockTrim is not reached"
        return ""
