"""The calls under way: so that a server that is told to end lets them finish, and begins no others."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager


class Calls:
    """Those of one account."""

    def __init__(self) -> None:
        self.is_ending = False
        self.under_way = 0
        self._waiting = 0
        self._is_hurried = False
        self._changed = asyncio.Event()

    @contextmanager
    def one(self) -> Generator[None]:
        """Around each."""
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1
            self._changed.set()

    @contextmanager
    def waiting(self) -> Generator[None]:
        """While a call waits for a person: it has sent nothing, so that an end does not wait for it."""
        self._waiting += 1
        self._changed.set()
        try:
            yield
        finally:
            self._waiting -= 1

    def hurry(self) -> None:
        """Whoever waits for them waits no longer."""
        self._is_hurried = True
        self._changed.set()

    async def drained(self, seconds: float) -> int:
        """Begin no more, and wait for these. How many are left after so long."""
        self.is_ending = True
        try:
            async with asyncio.timeout(seconds):
                while self._busy and not self._is_hurried:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            pass
        return self._busy

    @property
    def _busy(self) -> int:
        return self.under_way - self._waiting
