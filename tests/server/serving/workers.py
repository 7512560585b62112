"""Servers as processes of one machine, and what stands before them: nginx as the documents have it, and our own."""

import asyncio
import functools
import itertools
import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import httpx
import httpx2
import uvicorn
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from starlette.types import Receive, Scope, Send

from stocktrim_client.journal import FileJournal, Record
from stocktrim_client.operations import find_operation
from stocktrim_client.sandbox import Sandbox
from stocktrim_client.sandbox.transport import Reply
from tests.server.serving.world import Era, write_tokens
from tests.server.stdio import PATIENCE, environment
from tests.server.writing.clients import Person

ROOT = Path(__file__).parents[3]
CONF = ROOT / "docs" / "deployment" / "nginx.conf"
CERTS = ROOT / "tests" / "client" / "certs"
NAME = "mcp.example.com"
"""Under which the world knows the server; nobody looks it up here."""

TOKENS = {name: f"{name}-".ljust(40, "0") for name in ("anna", "bert")}
OLD, NEW = "old-".ljust(40, "0"), "new-".ljust(40, "1")
"""Secrets."""


class Gate(Sandbox):
    """A StockTrim that holds up the next write once it has begun, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.is_armed = False
        self.reached, self.opened = asyncio.Event(), asyncio.Event()
        self.at_once = self.most_at_once = 0

    async def reply(self, method: str, target: bytes, headers: Mapping[str, str], body: bytes) -> Reply:
        if find_operation(method, target.decode().partition("?")[0]).retry == "read":
            return await super().reply(method, target, headers, body)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.is_armed:
                self.is_armed = False
                self.reached.set()
                await self.opened.wait()
            return await super().reply(method, target, headers, body)
        finally:
            self.at_once -= 1


class Worker:
    """One process, and what it has said so far."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.said: list[str] = []
        self.address = ""
        self._is_up = asyncio.Event()
        self._listening = asyncio.create_task(self._listen())

    async def up(self) -> None:
        """Until it serves."""
        await asyncio.wait_for(self._is_up.wait(), PATIENCE)
        assert self.address, "".join(self.said)

    def calls(self, tool: str) -> int:
        """How many calls of a tool it has logged the end of."""
        return sum(".calls [" in line and f" {tool} " in line for line in self.said)

    async def ended(self) -> str:
        """Until it is gone; everything it said."""
        await asyncio.wait_for(self.process.wait(), PATIENCE)
        await self._listening
        return "".join(self.said)

    async def _listen(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.said.append(line.decode())
            if found := re.search(r"Serving at (http://[^/]+)/", self.said[-1]):
                self.address = found[1]
                self._is_up.set()
        self._is_up.set()


@asynccontextmanager
async def worker(folder: Path, api: str, *arguments: str, **settings: str) -> AsyncGenerator[Worker]:
    """One server over HTTP; its data are in the folder, as are those of all others there."""
    said = {"API_AUTH_ID": "sandbox", "API_AUTH_SIGNATURE": "sandbox", "API_URL": api, "PORT": "0"}
    said |= {"TRANSPORT": "streamable-http", "DATA_FOLDER": str(folder / "data"), "ALLOWED_HOSTS": NAME, **settings}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "stocktrim_mcp_server", *arguments),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=PIPE,
        env=environment({f"STOCKTRIM_{name}": value for name, value in said.items()}),
    )
    made = Worker(process)
    try:
        await made.up()
        yield made
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        assert "Traceback" not in await made.ended()


async def refuses(ending: Worker) -> None:
    """Until nobody gets a connection there any more."""
    async with httpx.AsyncClient(trust_env=False) as http:
        while True:
            try:
                await http.get(f"{ending.address}/healthz", headers={"connection": "close"})
            except httpx.TransportError:
                return
            await asyncio.sleep(0.01)


def secret(folder: Path, *lines: str) -> Path:
    """A file of secrets, named by them."""
    path = folder / "-".join(one[:3] for one in lines)
    path.write_text("\n".join(lines))
    return path


@asynccontextmanager
async def pair(folder: Path, api: str, *secrets: Path, **settings: str) -> AsyncGenerator[tuple[Worker, Worker]]:
    """Two stateless workers: of one secret, of one each, or, without any, of none."""
    tokens = "\n".join(f'[tokens.{name}]\ntoken = "{token}"' for name, token in TOKENS.items())
    common = {"TOKENS_FILE": str(write_tokens(folder / "tokens.toml", tokens)), "STATELESS": "1", **settings}
    of_each = [{"SECRET_FILE": str(one)} for one in secrets] or [{}]
    async with AsyncExitStack() as stack:
        of_two = itertools.islice(itertools.cycle(of_each), 2)
        opening = [stack.enter_async_context(worker(folder, api, **common, **one)) for one in of_two]
        one, other = await asyncio.gather(*opening)
        yield one, other


@asynccontextmanager
async def client(
    address: str, era: Era = "auto", person: Person | None = None, *, sse: bool = False, name: str = "anna"
) -> AsyncGenerator[Client]:
    """A host of one of these people."""
    # By its public name through a proxy with TLS, as people reach it.
    headers = {"Authorization": f"Bearer {TOKENS[name]}", **({"Host": NAME} if address.startswith("https") else {})}
    async with AsyncExitStack() as stack:
        if sse:
            to = sse_client(f"{address}/sse", headers=headers, httpx_client_factory=_opened)
        else:
            http = await stack.enter_async_context(_opened(headers))
            to = streamable_http_client(f"{address}/mcp", http_client=http)
        yield await stack.enter_async_context(Client(to, mode=era, elicitation_callback=person))


def _opened(
    headers: dict[str, str] | None = None, timeout: httpx2.Timeout | None = None, auth: httpx2.Auth | None = None
) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        headers=headers, timeout=timeout or PATIENCE, auth=auth, verify=trusted(), trust_env=False
    )


def trusted() -> ssl.SSLContext:
    """Who believes the certificate of our own nginx, and no other."""
    return ssl.create_default_context(cafile=CERTS / "loopback.pem")


def journal_of(folder: Path) -> list[Record]:
    """What all workers have written, the oldest line first; every line can be read."""
    (kept,) = folder.glob("data/*/journal")
    lines = list(FileJournal(kept).read())
    assert None not in lines
    return [line for line in reversed(lines) if line is not None]


# --- what stands before them

Before = Callable[[Sequence[str]], AbstractAsyncContextManager[str]]
"""Given the addresses of workers, a proxy that asks them in turn: its own address."""


@asynccontextmanager
async def in_turn(workers: Sequence[str]) -> AsyncGenerator[str]:
    """Our own proxy: each request to the next, to another where one cannot be reached."""
    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as http:
        config = uvicorn.Config(_Turns(workers, http), host="127.0.0.1", port=0, log_config=None, ws="none")
        config.timeout_graceful_shutdown = 1
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve())
        try:
            # uvicorn says by a flag alone that it listens.
            while not server.started:  # noqa: ASYNC110 - see above
                await asyncio.sleep(0)
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


class _Turns:
    def __init__(self, workers: Sequence[str], http: httpx.AsyncClient) -> None:
        self._workers, self._http = workers, http
        self._next = itertools.count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        relaying = asyncio.create_task(self._relayed(scope, body, send))
        leaving = asyncio.ensure_future(receive())
        await asyncio.wait((relaying, leaving), return_when=asyncio.FIRST_COMPLETED)
        for one in (relaying, leaving):
            one.cancel()
        await asyncio.gather(relaying, leaving, return_exceptions=True)

    async def _relayed(self, scope: Scope, body: bytes, send: Send) -> None:
        headers = [(name, value) for name, value in scope["headers"] if name not in (b"connection", b"content-length")]
        first = next(self._next)
        for turn in range(first, first + len(self._workers)):
            worker = self._workers[turn % len(self._workers)]
            address = f"{worker}{scope['raw_path'].decode()}?{scope['query_string'].decode()}"
            request = self._http.build_request(scope["method"], address, headers=headers, content=body)
            try:
                answer = await self._http.send(request, stream=True)
            except httpx.ConnectError:
                continue
            await send({"type": "http.response.start", "status": answer.status_code, "headers": answer.headers.raw})
            async for piece in answer.aiter_raw():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            await answer.aclose()
            return


@asynccontextmanager
async def nginx(workers: Sequence[str]) -> AsyncGenerator[str]:
    """nginx with the file of the documents, but for its places, and never as root."""
    as_root = os.geteuid() == 0
    user = pwd.getpwnam("nobody") if as_root else pwd.getpwuid(os.geteuid())
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp))
    try:
        port = _free_port()
        made = [shutil.copy(CERTS / name, folder) for name in ("loopback.pem", "loopback.key")]
        (folder / "nginx.conf").write_text(_configured(folder, workers, port))
        if as_root:
            for one in (folder, *made):
                os.chown(one, user.pw_uid, user.pw_gid)
        command = [_nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
        rights = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if as_root else {}
        process = await asyncio.create_subprocess_exec(*command, stderr=PIPE, **rights)
        try:
            await asyncio.wait_for(_listens(port, process), PATIENCE)
            yield f"https://127.0.0.1:{port}"
        finally:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), PATIENCE)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder)


@functools.cache
def _nginx() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def _configured(folder: Path, workers: Sequence[str], port: int) -> str:
    """The file with the places of this test: whatever is to be replaced must stand in it."""
    places = {
        "user www-data;\n": "",
        "worker_processes auto;": "worker_processes 1;",
        "/run/nginx-stocktrim.pid": f"{folder}/pid",
        "error_log /var/log/nginx/stocktrim.log": f"error_log {folder}/log",
        "    access_log off;\n": "    access_log off;\n"
        + "".join(
            f"    {kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        ),
        "        server 127.0.0.1:8001;\n        server 127.0.0.1:8002;\n": "".join(
            f"        server {one.removeprefix('http://')};\n" for one in workers
        ),
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "/etc/ssl/mcp.example.com/fullchain.pem": f"{folder}/loopback.pem",
        "/etc/ssl/mcp.example.com/privkey.pem": f"{folder}/loopback.key",
    }
    text = CONF.read_text()
    for said, here in places.items():
        assert text.count(said) == 1, said
        text = text.replace(said, here)
    return text


async def _listens(port: int, process: Process) -> None:
    while True:
        assert process.returncode is None, await process.stderr.read() if process.stderr else ""
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            await writer.wait_closed()
            return
        await asyncio.sleep(0.01)


PROXIES: dict[str, Before] = {"ours": in_turn, **({"nginx": nginx} if _nginx() else {})}
"""Ours on every machine, and nginx where there is one."""
