"""The connections: one pool for each event loop and each awakening, with slots before it."""

import asyncio
from collections.abc import Callable

import httpx

from stocktrim_client.retry import RetryPolicy
from stocktrim_client.trail import Trail
from stocktrim_client.wording import ClosedError


class Pool:
    """One inner transport with the loop it belongs to, the slots before it and the attempts on it."""

    def __init__(self, inner: httpx.AsyncBaseTransport, policy: RetryPolicy) -> None:
        self.inner = inner
        self.loop = asyncio.get_running_loop()
        self.running: set[asyncio.Task[object]] = set()
        self._slots = asyncio.Semaphore(policy.concurrency)
        self._bulk_slots = asyncio.Semaphore(policy.bulk_concurrency)
        self._freed = 0
        self._door = asyncio.Lock()
        self._traces = isinstance(inner, httpx.AsyncHTTPTransport)

    async def hand_on(self, request: httpx.Request, trail: Trail) -> httpx.Response:
        """Send through the connections, one request finding its own at a time.

        httpcore would show the same idle connection to all that come together; all but one would have to ask again.
        """
        if not self._traces:
            return await self.inner.handle_async_request(request)
        await self._door.acquire()
        trail.once_under_way(self._door.release)
        try:
            return await self.inner.handle_async_request(request)
        finally:
            trail.under_way()

    async def enter(self, bulk: bool, longest: float, left: float) -> None:
        """Take a slot. A queue that does not move for `longest` seconds is given up; bulk reading waits its turn."""
        if bulk:
            await self._take(self._bulk_slots, left, left)
        taken = False
        try:
            await self._take(self._slots, longest, left)
            taken = True
        finally:
            if bulk and not taken:
                self._bulk_slots.release()

    async def _take(self, slots: asyncio.Semaphore, longest: float, left: float) -> None:
        if not slots.locked():
            await slots.acquire()
            return
        ends = self.loop.time() + left
        while True:
            freed = self._freed
            try:
                async with asyncio.timeout(min(longest, ends - self.loop.time())):
                    await slots.acquire()
                    return
            except TimeoutError:
                if freed == self._freed or self.loop.time() >= ends:
                    raise httpx.PoolTimeout("no other call made room in time") from None

    def leave(self, bulk: bool) -> None:
        self._freed += 1
        self._slots.release()
        if bulk:
            self._bulk_slots.release()

    async def close(self, grace: float) -> None:
        """Wait briefly for attempts whose caller has left, then end them and close the connections."""
        if self.running:
            await asyncio.wait(self.running, timeout=grace)
        for task in self.running:
            task.cancel()
        if self.running:
            await asyncio.wait(self.running)
        await self.inner.aclose()


class Pools:
    """The pool in use, and earlier ones for as long as something is in flight on them."""

    def __init__(
        self,
        inner: Callable[[], httpx.AsyncBaseTransport],
        policy: RetryPolicy,
        monotonic: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        self.closed = False
        self._inner = inner
        self._policy = policy
        self._monotonic, self._wall = monotonic, wall
        self._drift = 0.0
        self._current: Pool | None = None
        self._retired: set[Pool] = set()
        self._closing: set[asyncio.Task[None]] = set()

    def current(self) -> Pool:
        """The pool of this event loop; a fresh one after the machine has slept, when every connection is dead."""
        if self.closed:
            raise ClosedError("the transport was closed")
        drift, loop = self._wall() - self._monotonic(), asyncio.get_running_loop()
        woke = drift - self._drift > self._policy.wake_jump
        self._drift = drift
        if self._current is None or woke or self._current.loop is not loop:
            old, self._current = self._current, Pool(self._inner(), self._policy)
            # Connections of another loop can only be closed by that loop: they are left to it.
            if old is not None and old.loop is loop:
                self._retired.add(old)
                self._close_idle(old)
        return self._current

    def holds(self, pool: Pool) -> bool:
        """Whether `pool` is still the one in use."""
        return pool is self._current

    def ended(self, pool: Pool, task: asyncio.Task[object]) -> None:
        """An attempt on `pool` is over."""
        pool.running.discard(task)
        self._close_idle(pool)

    def _close_idle(self, pool: Pool) -> None:
        if pool in self._retired and not pool.running:
            self._retired.discard(pool)
            closing = asyncio.create_task(pool.inner.aclose())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def aclose(self) -> None:
        """Close every connection; attempts whose caller has left get a moment to end."""
        self.closed = True
        pools = [*self._retired, *([self._current] if self._current else [])]
        self._current = None
        self._retired.clear()
        loop = asyncio.get_running_loop()
        for pool in pools:
            if pool.loop is loop:
                await pool.close(self._policy.closing_grace)
        if self._closing:
            await asyncio.wait(self._closing)
