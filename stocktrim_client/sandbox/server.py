"""The sandbox behind a real socket, which can be broken for real."""

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import h11

from stocktrim_client.sandbox.transport import Reply, Sandbox

__all__ = ["serve"]

PIECE = 65_536
DROPS = 8


@asynccontextmanager
async def serve(sandbox: Sandbox, *, host: str = "127.0.0.1", port: int = 0) -> AsyncGenerator[str]:
    """Answer on a socket until the block is left; gives the address. Port 0 is any free one."""
    talking: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(_converse(sandbox, reader, writer))
        talking.add(task)
        task.add_done_callback(talking.discard)

    server = await asyncio.start_server(connected, host, port)
    address: tuple[str, int] = server.sockets[0].getsockname()[:2]
    try:
        yield f"http://{address[0]}:{address[1]}"
    finally:
        server.close()
        left = list(talking)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await server.wait_closed()


async def _converse(sandbox: Sandbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, request after request."""
    try:
        with suppress(ConnectionError, h11.ProtocolError):
            await _requests(sandbox, reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def _requests(sandbox: Sandbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    wire = h11.Connection(h11.SERVER)
    while (asked := await _asked(wire, reader, writer)) is not None:
        request, body = asked
        headers = {name.decode("ascii").lower(): value.decode("latin-1") for name, value in request.headers}
        reply = await sandbox.reply(request.method.decode("ascii"), request.target, headers, body)
        if not await _send(sandbox, reply, wire, reader, writer):
            return
        if wire.our_state is not h11.DONE or wire.their_state is not h11.DONE:
            return
        wire.start_next_cycle()


async def _asked(
    wire: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> tuple[h11.Request, bytes] | None:
    """The next request with its whole body; None when the client has left."""
    request: h11.Request | None = None
    body = bytearray()
    while True:
        event = wire.next_event()
        if event is h11.NEED_DATA:
            if wire.they_are_waiting_for_100_continue:
                _write(wire, writer, h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue"))
            wire.receive_data(await reader.read(PIECE))
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            assert request is not None
            return request, bytes(body)
        else:
            return None


def _write(wire: h11.Connection, writer: asyncio.StreamWriter, event: h11.Event) -> None:
    if data := wire.send(event):
        writer.write(data)


async def _send(
    sandbox: Sandbox,
    reply: Reply,
    wire: h11.Connection,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> bool:
    """Send the answer, or break the connection as the fault says. Whether the connection lives on."""
    answered, fault = reply
    if fault is not None and fault.kind == "silence":
        await reader.read(1)
        return False
    if answered is None:
        _reset(writer)
        return False
    if fault is not None and fault.kind == "delay":
        await sandbox.nap(fault.seconds)
    headers = [("date", sandbox.date_header()), ("server", "sandbox"), *answered.headers.items()]
    if answered.status != 204:
        headers.append(("content-length", str(answered.length)))
    _write(wire, writer, h11.Response(status_code=answered.status, headers=headers))
    pieces, pause = answered.pieces, 0.0
    if fault is not None and fault.kind in ("truncate", "trickle"):
        body = b"".join(pieces)
        if fault.kind == "truncate":
            writer.write(body[: len(body) // 2])
            await writer.drain()
            return False
        drop = max(1, len(body) // DROPS)
        pieces = tuple(body[start : start + drop] for start in range(0, len(body), drop))
        pause = fault.seconds
    for piece in pieces:
        if pause:
            await sandbox.nap(pause)
        for start in range(0, len(piece), PIECE):
            _write(wire, writer, h11.Data(data=piece[start : start + PIECE]))
            await writer.drain()
        await asyncio.sleep(0)
    _write(wire, writer, h11.EndOfMessage())
    await writer.drain()
    return True


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST, not FIN: a linger of nothing."""
    raw: socket.socket | None = writer.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
