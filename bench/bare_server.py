"""`python -m bench.bare_server SECONDS`: answers every GET with what stood on its standard input, after so long.

It parses nothing but the end of a request: what is left is the least an HTTP server in Python can cost.
"""

import asyncio
import sys
from functools import partial
from typing import cast

END = b"\r\n\r\n"


class _Bare(asyncio.Protocol):
    """One connection."""

    def __init__(self, answer: bytes, latency: float) -> None:
        self._answer = answer
        self._latency = latency
        self._asked = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        *whole, self._asked = (self._asked + data).split(END)
        for _ in whole:
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._say)
            else:
                self._say()

    def _say(self) -> None:
        if self._transport is not None:
            self._transport.write(self._answer)


async def _serve(answer: bytes, latency: float) -> None:
    server = await asyncio.get_running_loop().create_server(
        partial(_Bare, answer, latency), "127.0.0.1", 0, backlog=512
    )
    host, port = server.sockets[0].getsockname()[:2]
    print(f"http://{host}:{port}", flush=True)
    await server.serve_forever()


def main() -> None:
    body = sys.stdin.buffer.read()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}{END.decode()}"
    asyncio.run(_serve(head.encode() + body, float(sys.argv[1])))


if __name__ == "__main__":
    main()
