"""The server as a host starts it: a subprocess that speaks over its pipes."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

PATIENCE = 60.0
HELLO: dict[str, Any] = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}


class Host:
    """A host's end of the pipes, speaking the older protocol by hand so that every byte of stdout is seen."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[bytes] = []
        self.stderr = ""
        self._number = 0

    async def request(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        number = self._number
        await self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        while True:
            message = await self._message()
            if message.get("id") == number:
                return message["result"]

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        return await self.request("tools/call", name=tool, arguments=arguments)

    async def send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        await self.process.stdin.drain()

    async def _message(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
        self.lines.append(line)
        return json.loads(line)


@asynccontextmanager
async def started(*arguments: str, env: Mapping[str, str] | None = None) -> AsyncGenerator[Host]:
    """A running server after its handshake; afterwards its exit status was 0 and all it said is in `stderr`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-W", "error", "-X", "dev", "-m", "stocktrim_mcp_server", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(env),
        limit=1 << 24,
    )
    host = Host(process)
    assert process.stderr is not None
    errors = asyncio.create_task(process.stderr.read())
    try:
        await host.request("initialize", **HELLO)
        await host.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        yield host
        assert process.stdin is not None
        process.stdin.close()
        await asyncio.wait_for(process.wait(), PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        host.stderr = (await errors).decode()
        if process.stdout is not None:
            host.lines += (await process.stdout.read()).splitlines(keepends=True)
    assert process.returncode == 0, host.stderr


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without anything meant for a StockTrim server or a proxy, and `more`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("STOCKTRIM_") and not name.lower().endswith("_proxy")
    }
    return {**kept, **(more or {})}
