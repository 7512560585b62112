"""A raw TCP server that misbehaves on purpose, request by request; and a clock that tests turn by hand.

A script is a list of faults. One marked `at_accept` is used up by a new connection, any other by a complete request;
when the script is over `otherwise` decides: 200 and an empty list.
"""

import asyncio
import gzip
import json
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast

import httpx

from stocktrim_client.retry import RetryPolicy
from stocktrim_client.transport import AttemptEvent, ResilientAsyncTransport
from stocktrim_client.verdicts import raise_for_answer

ID, SIGNATURE = "tenant-4711", "s3cret-signature"


@dataclass(frozen=True)
class Received:
    """A request that arrived whole."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


class Wire:
    """The server's side of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self._writer = reader, writer

    @property
    def closing(self) -> bool:
        return self._writer.is_closing()

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    def stop_reading(self) -> None:
        cast("asyncio.Transport", self._writer.transport).pause_reading()

    def reset(self) -> None:
        """RST instead of FIN: linger on, for no time."""
        raw: socket.socket = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def close(self) -> None:
        self._writer.close()

    async def until_the_client_leaves(self) -> None:
        while await self.reader.read(65536):
            pass
        self.close()


@dataclass(frozen=True)
class Fault:
    act: Callable[[Wire], Awaitable[None]]
    at_accept: bool = False


def head(status: int, headers: Mapping[str, str]) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unheard Of"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


def answer(
    status: int = 200, body: object = None, headers: Mapping[str, str] | None = None, *, after: float = 0.0
) -> Fault:
    """A proper answer; `body` is sent as it is when it is bytes, else as JSON. `after` seconds of real time."""
    content = body if isinstance(body, bytes) else json.dumps([] if body is None else body).encode()
    if status in (204, 304):
        content = b""

    async def act(wire: Wire) -> None:
        if after:
            await asyncio.sleep(after)
        fields = {"content-type": "application/json", "content-length": str(len(content)), **(headers or {})}
        await wire.send(head(status, fields) + content)

    return Fault(act)


def zipped(body: object) -> Fault:
    return answer(200, gzip.compress(json.dumps(body).encode()), {"content-encoding": "gzip"})


async def _reset(wire: Wire) -> None:
    wire.reset()


async def _fin(wire: Wire) -> None:
    wire.close()


async def _hang(wire: Wire) -> None:
    await wire.until_the_client_leaves()


async def _garbage(wire: Wire) -> None:
    await wire.send(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
    wire.close()


async def _deaf_reset(wire: Wire) -> None:
    wire.stop_reading()
    await asyncio.sleep(0.05)
    wire.reset()


reset = Fault(_reset)
reset_on_accept = Fault(_reset, at_accept=True)
reset_before_reading = Fault(_deaf_reset, at_accept=True)
fin = Fault(_fin)
hang = Fault(_hang)
hang_on_accept = Fault(_hang, at_accept=True)
garbage = Fault(_garbage)


def truncated(status: int = 200) -> Fault:
    async def act(wire: Wire) -> None:
        await wire.send(head(status, {"content-type": "application/json", "content-length": "100"}) + b'[{"id"')
        wire.close()

    return Fault(act)


def stalled(status: int = 200) -> Fault:
    async def act(wire: Wire) -> None:
        await wire.send(head(status, {"content-type": "application/json", "content-length": "100"}) + b'[{"id"')
        await wire.until_the_client_leaves()

    return Fault(act)


def dripping(every: float) -> Fault:
    """A body of single bytes that goes on until the client leaves."""

    async def act(wire: Wire) -> None:
        await wire.send(head(200, {"content-type": "application/json", "content-length": "100000"}))
        try:
            while not wire.closing:
                await wire.send(b" ")
                await asyncio.sleep(every)
        except ConnectionError:
            wire.close()

    return Fault(act)


@dataclass
class FaultServer:
    url: str = ""
    script: list[Fault] = field(default_factory=list[Fault])
    requests: list[Received] = field(default_factory=list[Received])
    otherwise: Callable[[Received], Fault] = field(default=lambda _: answer())
    accepted: int = 0
    open: int = 0
    busy: int = 0
    busiest: int = 0
    _serving: dict[asyncio.Task[None], asyncio.StreamWriter] = field(
        default_factory=dict[asyncio.Task[None], asyncio.StreamWriter]
    )

    def plan(self, *faults: Fault) -> None:
        self.script[:] = faults

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving[task] = writer
        wire = Wire(reader, writer)
        self.accepted += 1
        self.open += 1
        try:
            if self.script and self.script[0].at_accept:
                await self.script.pop(0).act(wire)
            while not wire.closing and (received := await self._receive(reader)) is not None:
                self.requests.append(received)
                self.busy += 1
                self.busiest = max(self.busiest, self.busy)
                try:
                    await (self.script.pop(0) if self.script else self.otherwise(received)).act(wire)
                finally:
                    self.busy -= 1
        except ConnectionError:
            pass
        finally:
            self.open -= 1
            del self._serving[task]
            writer.close()

    async def _receive(self, reader: asyncio.StreamReader) -> Received | None:
        try:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            method, target, _ = lines[0].split(" ")
            headers: dict[str, str] = {}
            for name, _, value in (line.partition(":") for line in lines[1:] if line):
                earlier = headers.get(name.lower())
                headers[name.lower()] = value.strip() if earlier is None else f"{earlier}, {value.strip()}"
            body = b""
            if headers.get("transfer-encoding") == "chunked":
                while size := int(await reader.readuntil(b"\r\n"), 16):
                    body += (await reader.readexactly(size + 2))[:-2]
                await reader.readexactly(2)
            else:
                body = await reader.readexactly(int(headers.get("content-length", "0")))
        except asyncio.IncompleteReadError:
            return None
        return Received(method, target, headers, body)

    async def stop(self) -> None:
        for writer in self._serving.values():
            writer.transport.abort()
        if self._serving:
            await asyncio.wait(self._serving)


@asynccontextmanager
async def running(*faults: Fault, tls: ssl.SSLContext | None = None) -> AsyncIterator[FaultServer]:
    server = FaultServer(script=list(faults))
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    port: int = listener.sockets[0].getsockname()[1]
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    try:
        yield server
    finally:
        listener.close()
        await server.stop()
        await listener.wait_closed()


def closed_port() -> str:
    """An address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


class Clock:
    """Time that passes only in sleeps, and when a test says so; wall and monotonic time can drift apart."""

    def __init__(self, chance: float = 0.5) -> None:
        self.now = 1000.0
        self.wall_offset = 1_780_000_000.0
        self.sleeps: list[float] = []
        self.chance = chance

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.now + self.wall_offset

    def random(self) -> float:
        return self.chance

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


class StandingClock(Clock):
    """No sleep ends before the test moves the time."""

    def __init__(self) -> None:
        super().__init__()
        self._alarms: list[tuple[float, asyncio.Event]] = []

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        alarm = asyncio.Event()
        self._alarms.append((self.now + seconds, alarm))
        await alarm.wait()

    def advance(self, seconds: float) -> None:
        self.now += seconds
        for moment, alarm in self._alarms:
            if moment <= self.now:
                alarm.set()


async def until(condition: Callable[[], object]) -> None:
    """Wait, in real time, for something to become true on the other side."""
    for _ in range(5000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise TimeoutError("it did not become true in five seconds")


class RealTime(Clock):
    """For what only real time shows."""

    def monotonic(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        await asyncio.sleep(seconds)


PATIENT = RetryPolicy(closing_grace=0.5)
"""The usual policy; a busy machine must not look like a silent server."""

QUICK = RetryPolicy(read_timeout=0.12, closing_grace=0.5)
"""For servers that are silent on purpose."""

_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def pool(policy: RetryPolicy = PATIENT, trusted: ssl.SSLContext = _NO_CERTIFICATES) -> httpx.AsyncHTTPTransport:
    return httpx.AsyncHTTPTransport(limits=policy.limits(), verify=trusted, trust_env=False)


def resilient(
    url: str,
    clock: Clock,
    policy: RetryPolicy = PATIENT,
    *,
    inner: Callable[[], httpx.AsyncBaseTransport] | None = None,
    credentials: tuple[str, str] = (ID, SIGNATURE),
    read_only: bool = False,
    http2: bool = False,
    on_attempt: Callable[[AttemptEvent], None] | None = None,
) -> ResilientAsyncTransport:
    return ResilientAsyncTransport(
        inner or (lambda: pool(policy)),
        base_url=url,
        auth_id=credentials[0],
        auth_signature=credentials[1],
        policy=policy,
        read_only=read_only,
        http2=http2,
        monotonic=clock.monotonic,
        wall=clock.wall,
        random=clock.random,
        sleep=clock.sleep,
        on_attempt=on_attempt,
    )


def client(
    transport: ResilientAsyncTransport, url: str, *, raise_errors: bool = True, follow_redirects: bool = False
) -> httpx.AsyncClient:
    """An httpx client over the resilient transport, as StockTrimClient makes one."""
    hooks = {"response": [raise_for_answer]} if raise_errors else {}
    return httpx.AsyncClient(transport=transport, base_url=url, event_hooks=hooks, follow_redirects=follow_redirects)


@asynccontextmanager
async def stage(
    *faults: Fault,
    policy: RetryPolicy = PATIENT,
    clock: Clock | None = None,
    raise_errors: bool = True,
    on_attempt: Callable[[AttemptEvent], None] | None = None,
) -> AsyncIterator[tuple[FaultServer, httpx.AsyncClient]]:
    """A server with its script and a client on a clock of its own."""
    async with running(*faults) as server:
        transport = resilient(server.url, clock or Clock(), policy, on_attempt=on_attempt)
        async with client(transport, server.url, raise_errors=raise_errors) as http:
            yield server, http
