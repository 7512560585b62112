"""A StockTrim that holds a request up at a chosen moment, for as long as the other side lives."""

import asyncio
from collections.abc import Mapping
from typing import Literal

from stocktrim_client.operations import find_operation
from stocktrim_client.sandbox import Sandbox
from stocktrim_client.sandbox.transport import Reply

Moment = Literal["arrived", "applied", "answered"]
"""Of a write: before it takes effect, before it is answered, before it is read back."""


class Gated(Sandbox):
    """A sandbox that stops once at a moment of the next write, and never goes on from there."""

    def arm(self, moment: Moment) -> asyncio.Event:
        """Stop there; the event tells when."""
        self._moment: Moment | None = moment
        self._was_written = False
        self._reached = asyncio.Event()
        return self._reached

    async def reply(self, method: str, target: bytes, headers: Mapping[str, str], body: bytes) -> Reply:
        """What the sandbox answers, if it does."""
        writes = find_operation(method, target.decode().partition("?")[0]).retry != "read"
        moment = getattr(self, "_moment", None)
        if (moment == "arrived" and writes) or (moment == "answered" and self._was_written and not writes):
            await self._stop()
        replied = await super().reply(method, target, headers, body)
        if moment == "applied" and writes:
            await self._stop()
        self._was_written = moment is not None and (self._was_written or writes)
        return replied

    async def _stop(self) -> None:
        self._moment = None
        self._reached.set()
        await asyncio.Event().wait()
