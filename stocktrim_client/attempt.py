"""One attempt: a signed request goes out, an answer is read whole, and what came of it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import cast

import httpx

from stocktrim_client import retry
from stocktrim_client.pool import Pool
from stocktrim_client.retry import Ending, Phase, RetryPolicy
from stocktrim_client.trail import Trail
from stocktrim_client.verdicts import STREAM, BodyTooLargeError

_BODY_HEADERS = ("content-encoding", "content-length", "transfer-encoding")


_LARGEST_RATIO = 1032
"""How many times its size what `deflate` packs can be."""

_PIECE = 4096
"""Bytes unpacked at a time where little could become much."""


class Received(httpx.AsyncByteStream):
    """A body read before; handed on in its chunks, so that decoding a large one lets others run in between."""

    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk
            await asyncio.sleep(0)


@dataclass(slots=True)
class Attempt:
    """What came of one attempt; `response` unless `ending` is an error."""

    ending: Ending
    response: httpx.Response | None = None
    size: int = 0
    seconds: float = 0.0


class Unreadable(httpx.AsyncByteStream):
    """A body that nobody gets to read."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        raise self._error
        yield b""


class Bounded(httpx.Response):
    """An answer that may be unpacked to `largest` bytes and no further."""

    def __init__(self, head: httpx.Response, stream: httpx.AsyncByteStream, largest: int) -> None:
        super().__init__(head.status_code, headers=head.headers, stream=stream, extensions=head.extensions)
        self.largest = largest

    async def aiter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """The unpacked body in parts."""
        size = 0
        async for part in super().aiter_bytes(chunk_size):
            size += len(part)
            if size > self.largest:
                raise BodyTooLargeError("the unpacked body is too large")
            yield part


def copy_of(response: httpx.Response) -> httpx.Response:
    """An unread copy of an answer whose body is in memory: the answer itself stays unread."""
    stream = cast("httpx.AsyncByteStream", response.stream)
    if isinstance(response, Bounded):
        return Bounded(response, stream, response.largest)
    return httpx.Response(response.status_code, headers=response.headers, stream=stream)


def _may_outgrow(packing: str, chunks: list[bytes], largest: int) -> bool:
    return packing.lower() not in ("gzip", "deflate") or _LARGEST_RATIO * sum(map(len, chunks)) > largest


def whole(head: httpx.Response, chunks: list[bytes], largest: int) -> httpx.Response:
    """The answer with its raw body in memory."""
    if "content-encoding" in head.headers and _may_outgrow(head.headers["content-encoding"], chunks, largest):
        head.extensions.pop("network_stream", None)
        pieces = [chunk[at : at + _PIECE] for chunk in chunks for at in range(0, len(chunk), _PIECE)]
        return Bounded(head, Received(pieces), largest)
    stream = httpx.ByteStream(b"".join(chunks)) if len(chunks) < 2 else Received(chunks)
    if head.is_closed:
        # Made from bytes by a transport without a wire: httpx would not see it end, nor time it.
        return httpx.Response(head.status_code, headers=head.headers, stream=stream, extensions=head.extensions)
    head.stream = stream
    head.extensions.pop("network_stream", None)
    return head


def unread(head: httpx.Response, error: Exception) -> httpx.Response:
    """The answer with `error` for a body."""
    answer = bodiless(head)
    answer.stream = Unreadable(error)
    return answer


def bodiless(head: httpx.Response) -> httpx.Response:
    """The answer without its body, which was lost."""
    headers = [(name, value) for name, value in head.headers.multi_items() if name not in _BODY_HEADERS]
    return httpx.Response(head.status_code, headers=headers, stream=httpx.ByteStream(b""))


class Sender:
    """Sends the attempts of one transport, with its credentials and its patience."""

    def __init__(
        self,
        policy: RetryPolicy,
        secrets: list[tuple[bytes, bytes]],
        *,
        http2: bool,
        monotonic: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        self._policy = policy
        self._secrets = secrets
        self._names = tuple(name for name, _ in secrets)
        self._http2 = http2
        self._monotonic, self._wall = monotonic, wall

    async def send(
        self, pool: Pool, request: httpx.Request, trail: Trail, *, ends: float, read_timeout: float | None
    ) -> Attempt:
        """Send `request` once and read its answer, at the latest until `ends`."""
        timeouts = self._timeouts(ends, read_timeout)
        # One stream's read timeout would end its neighbours on the same HTTP/2 connection: time the task instead.
        as_task = timeouts.pop("read") if self._http2 else None
        replayable = isinstance(request.stream, httpx.ByteStream)
        try:
            if as_task is None:
                chunks = await self._exchange(pool, self._signed(request, trail, timeouts), trail, ends)
            else:
                async with asyncio.timeout(as_task):
                    chunks = await self._exchange(pool, self._signed(request, trail, timeouts), trail, ends)
        except (httpx.TransportError, OSError) as error:
            if trail.head is None or trail.head.status_code < 300:
                status = None if trail.head is None else trail.head.status_code
                return Attempt(Ending(trail.broken_off(error), status, error, replayable=replayable))
            return self._answered(trail.head, None, replayable)
        except BodyTooLargeError as error:
            assert trail.head is not None
            attempt = self._answered(trail.head, None, replayable)
            if trail.head.is_success:
                attempt.response = unread(trail.head, error)
            return attempt
        assert trail.head is not None
        return self._answered(trail.head, chunks or [], replayable, live=chunks is None)

    def given_up(self, trail: Trail) -> Attempt:
        """What to assume of an attempt that is still running when the time for the whole call is up."""
        if trail.head is not None and trail.head.status_code >= 300:
            return self._answered(trail.head, None)
        status = None if trail.head is None else trail.head.status_code
        return Attempt(Ending(trail.left_behind(), status, httpx.ReadTimeout("the time for the whole call is up")))

    def _timeouts(self, ends: float, read_timeout: float | None) -> dict[str, float]:
        left, policy = ends - self._monotonic(), self._policy
        return {
            "connect": min(policy.connect_timeout, left),
            "read": min(read_timeout or policy.read_timeout, left),
            "write": min(policy.write_timeout, left),
            "pool": min(policy.pool_timeout, left),
        }

    def _signed(self, request: httpx.Request, trail: Trail, timeouts: dict[str, float]) -> httpx.Request:
        """A copy with the credentials: the caller's own request never holds them."""
        headers = [pair for pair in request.headers.raw if pair[0].lower() not in self._names]
        headers += self._secrets
        extensions = {**request.extensions, "trace": trail, "timeout": timeouts}
        return httpx.Request(request.method, request.url, headers=headers, stream=request.stream, extensions=extensions)

    async def _exchange(self, pool: Pool, request: httpx.Request, trail: Trail, ends: float) -> list[bytes] | None:
        """Send and receive; None where the caller reads the body himself, which he may of a success only."""
        head = await pool.hand_on(request, trail)
        trail.responded(head)
        return None if request.extensions.get(STREAM) and head.is_success else await self._read(head, ends)

    async def _read(self, head: httpx.Response, ends: float) -> list[bytes]:
        """The raw body in chunks. A body that drips past the deadline is given up between two of them."""
        stream = cast("httpx.AsyncByteStream", head.stream)
        chunks: list[bytes] = []
        size = 0
        try:
            async for chunk in stream:
                chunks.append(chunk)
                size += len(chunk)
                if size > self._policy.largest_body:
                    raise BodyTooLargeError("the body is too large")
                if self._monotonic() >= ends:
                    raise httpx.ReadTimeout("the body outlasted the time for the whole call")
        finally:
            await stream.aclose()
        return chunks

    def _answered(
        self, head: httpx.Response, chunks: list[bytes] | None, replayable: bool = True, *, live: bool = False
    ) -> Attempt:
        """An attempt with an answer; `chunks` is None where its body was lost, `live` where it is not read here."""
        status, after = head.status_code, None
        if status >= 400:
            after = retry.parse_retry_after(head.headers.get("retry-after"), head.headers.get("date"), self._wall())
        ending = Ending(Phase.RESPONDED, status, retry_after=after, replayable=replayable)
        if chunks is None:
            return Attempt(ending, bodiless(head))
        return Attempt(ending, head if live else whole(head, chunks, self._policy.largest_body), sum(map(len, chunks)))
