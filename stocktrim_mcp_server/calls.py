"""The calls under way: so that a server that is told to end lets them finish, and begins no others."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager


class Calls:
    """Those of one account."""

    def __init__(self) -> None:
        self.is_ending = False
        self.under_way = 0
        self._none = asyncio.Event()
        self._none.set()

    @contextmanager
    def one(self) -> Generator[None]:
        """Around each."""
        self.under_way += 1
        self._none.clear()
        try:
            yield
        finally:
            self.under_way -= 1
            if not self.under_way:
                self._none.set()

    def hurry(self) -> None:
        """Whoever waits for them waits no longer."""
        self._none.set()

    async def drained(self, seconds: float) -> int:
        """Begin no more, and wait for these. How many are left after so long."""
        self.is_ending = True
        try:
            async with asyncio.timeout(seconds):
                await self._none.wait()
        except TimeoutError:
            pass
        return self.under_way
