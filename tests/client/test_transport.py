"""What leaves, what is refused, what is logged, what is closed."""

import asyncio
import gc
import gzip
import html
import json
import logging
import socket
import ssl
import traceback
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import pytest

from stocktrim_client import errors
from stocktrim_client.retry import Phase, RetryPolicy
from stocktrim_client.transport import AttemptEvent, ResilientAsyncTransport, calling
from stocktrim_client.verdicts import STREAM
from tests.client.fault_server import (
    ID,
    PATIENT,
    QUICK,
    SIGNATURE,
    Clock,
    Fault,
    RealTime,
    Wire,
    answer,
    client,
    closed_port,
    fin,
    garbage,
    hang,
    hang_on_accept,
    head,
    pool,
    reset,
    resilient,
    running,
    stage,
    truncated,
    zipped,
)

CERTIFICATE = Path(__file__).parent / "certs" / "loopback.pem"
LOG = "stocktrim_client.transport"


# --- credentials and addresses


async def test_credentials_go_with_every_attempt_and_stay_out_of_the_callers_request() -> None:
    async with running(answer(503), answer(429)) as server, client(resilient(server.url, Clock()), server.url) as http:
        response = await http.get("/api/Products", headers={"Api-Auth-Id": "somebody else's"})
        assert len(server.requests) == 3
        for received in server.requests:
            assert (received.headers["api-auth-id"], received.headers["api-auth-signature"]) == (ID, SIGNATURE)
        assert SIGNATURE not in str(response.request.headers.raw)
        assert response.request.headers["api-auth-id"] == "somebody else's"


async def test_blanks_around_pasted_credentials_do_not_matter() -> None:
    async with running() as server:
        transport = resilient(server.url, Clock(), credentials=(f" {ID}\n", f"\t{SIGNATURE}\r\n"))
        async with client(transport, server.url) as http:
            await http.get("/api/Products")
        assert server.requests[0].headers["api-auth-signature"] == SIGNATURE


@pytest.mark.parametrize(
    "credentials", [("", ""), (ID, ""), (ID, "  "), (ID, "two\nlines"), (ID, "na\u00efve"), ("\x00", ID)]
)
async def test_unusable_credentials_are_told_before_anything_is_sent(credentials: tuple[str, str]) -> None:
    async with running() as server, client(resilient(server.url, Clock(), credentials=credentials), server.url) as http:
        with pytest.raises(errors.CredentialsError) as caught:
            await http.get("/api/Products")
        assert "STOCKTRIM_API_AUTH_SIGNATURE" in str(caught.value)
        assert (caught.value.attempts, caught.value.phase, server.requests) == (0, Phase.NOT_SENT, [])
        assert caught.value.__cause__ is None
        for value in credentials:
            assert len(value.strip()) < 2 or value not in str(caught.value)


async def test_nothing_leaves_for_another_origin() -> None:
    async with running() as server, running() as other:
        port = httpx.URL(other.url).port
        for base, target in (
            (server.url, other.url),
            (server.url, f"http://localhost:{httpx.URL(server.url).port}"),
            (f"https://127.0.0.1:{port}", other.url),
            ("https://api.stocktrim.com", "https://api.stocktrim.com.evil.example"),
        ):
            async with client(resilient(base, Clock()), base) as http:
                with pytest.raises(errors.NotSentError):
                    await http.get(f"{target}/api/Products")
        assert (server.requests, other.requests, other.accepted) == ([], [], 0)


async def test_plain_http_is_for_the_same_machine_only() -> None:
    async def reaches(base: str) -> bool:
        transport = resilient(base, Clock(), inner=lambda: httpx.MockTransport(lambda _: httpx.Response(200, json=[])))
        async with client(transport, base) as http:
            try:
                return (await http.get("/api/Products")).status_code == 200
            except errors.NotSentError:
                return False

    for base in ("http://127.0.0.1:1", "http://127.8.8.8", "http://localhost", "http://[::1]:8", "https://10.0.0.1"):
        assert await reaches(base), base
    for base in (
        "http://10.0.0.1",
        "http://api.stocktrim.com",
        "http://localhost.evil.example",
        "http://[2001:db8::1]",
    ):
        assert not await reaches(base), base


async def test_the_port_a_scheme_implies_is_the_same_origin() -> None:
    inner = httpx.MockTransport(lambda _: httpx.Response(200, json=[]))
    base = "https://API.stocktrim.com:443"
    async with client(resilient(base, Clock(), inner=lambda: inner), base) as http:
        assert (await http.get("https://api.stocktrim.com/api/Products")).status_code == 200


@pytest.mark.parametrize("raise_errors", [True, False])
async def test_r3_a_redirect_to_another_host_is_refused_and_that_host_sees_no_credential(raise_errors: bool) -> None:
    async with running() as other, running(answer(302, headers={"location": f"{other.url}/api/Products"})) as server:
        transport = resilient(server.url, Clock())
        async with client(transport, server.url, raise_errors=raise_errors, follow_redirects=True) as http:
            with pytest.raises((errors.UnexpectedAnswerError, errors.NotSentError)):
                await http.get("/api/Products")
        assert (len(server.requests), other.accepted) == (1, 0)


async def test_an_operation_is_found_below_a_base_url_with_a_path() -> None:
    async with running(reset) as server:
        base = f"{server.url}/mirror/"
        async with client(resilient(base, Clock()), base) as http:
            response = await http.post("api/Products", json={"productId": "W-9"})
        assert response.extensions["stocktrim"].operation.name == "save_product"
        assert server.requests[0].target == "/mirror/api/Products"


# --- refusals


async def test_a_reader_may_only_read() -> None:
    async with running() as server, client(resilient(server.url, Clock(), read_only=True), server.url) as http:
        assert (await http.get("/api/SuppliersBulk")).status_code == 200
        assert (await http.post("/api/OrderPlan", json={})).status_code == 200
        for method, target in (
            ("POST", "/api/Products"),
            ("PUT", "/api/Customers"),
            ("DELETE", "/api/Products?productId=1"),
            ("POST", "/api/RunForecastCalculations"),
            ("GET", "/api/Unheard"),
            ("DELETE", "/api/SalesOrders/All"),
        ):
            with pytest.raises(errors.ReadOnlyError):
                await http.request(method, target)
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    "target",
    [
        "/api/Products",
        "/api/Products?productId=",
        "/api/Products?productId=%20%09",
        "/api/Products?other=1",
        "/api/Products?productId=1&productId=",
        "/api/boms?productId=1",
        "/api/boms?productId=1&componentId=",
        "/API/products/",
    ],
)
async def test_a_delete_without_its_key_is_not_sent(target: str) -> None:
    async with running() as server, client(resilient(server.url, Clock()), server.url) as http:
        with pytest.raises(errors.NotSentError):
            await http.delete(target)
        assert server.accepted == 0


# --- deadlines


async def test_one_deadline_is_shared_by_all_calls_inside() -> None:
    clock = Clock()
    async with running(*[answer(503)] * 20) as server, client(resilient(server.url, clock), server.url) as http:
        with calling(deadline=45):
            with pytest.raises(errors.ServiceError):
                await http.get("/api/Products")
            assert sum(clock.sleeps) == 31
            with pytest.raises(errors.ServiceError):
                await http.get("/api/Products")
            assert sum(clock.sleeps) == 31 + 1 + 2 + 4
            clock.now += 60
            with pytest.raises(errors.NotSentError) as caught:
                await http.get("/api/Products")
            assert caught.value.attempts == 0
        assert len(server.requests) == 6 + 4
        with calling(deadline=200), calling(deadline=2), calling(deadline=100), pytest.raises(errors.ServiceError):
            await http.get("/api/Products")
        assert clock.sleeps[-1] == 1


async def test_without_another_word_a_call_has_ninety_seconds() -> None:
    clock = Clock()
    policy = RetryPolicy(retries=50, budget=50)
    async with running(*[answer(503)] * 50) as server, client(resilient(server.url, clock, policy), server.url) as http:
        with pytest.raises(errors.ServiceError) as caught:
            await http.get("/api/Products")
        assert 60 < sum(clock.sleeps) < 90
        assert caught.value.elapsed == sum(clock.sleeps)


async def test_a_connection_that_hangs_ends_with_the_deadline_and_is_never_used_later() -> None:
    async with (
        running(hang, hang) as server,
        client(resilient(server.url, RealTime(), RetryPolicy()), server.url) as http,
    ):
        with calling(deadline=0.15), pytest.raises(errors.DeadlineError):
            await http.get("/api/Products")
        with calling(deadline=0.15), pytest.raises(errors.OutcomeUnknownError):
            await http.post("/api/SalesOrders", json={})
        assert len(server.requests) == 2


async def test_words_around_a_call_reach_only_the_calls_inside() -> None:
    async with running(fin, fin) as server, client(resilient(server.url, Clock()), server.url) as http:
        with calling(vouched="code", request_id="outer"), calling(deadline=30, bulk=True):
            response = await http.put("/api/Customers", json={"code": "C1"})
        assert response.extensions["stocktrim"].request_id == "outer"
        server.plan(fin)
        with pytest.raises(errors.OutcomeUnknownError) as caught:
            await http.put("/api/Customers", json={"code": "C1"})
        assert caught.value.request_id not in ("", "outer")
        assert len(server.requests) == 4


# --- the body


async def test_r11_gzip_is_decoded_once_and_the_time_is_taken() -> None:
    rows = [{"productId": str(number)} for number in range(50)]
    async with running(zipped(rows)) as server, client(resilient(server.url, Clock()), server.url) as http:
        response = await http.get("/api/Products")
        assert response.json() == rows
        assert response.headers["content-encoding"] == "gzip"
        assert response.elapsed.total_seconds() > 0
        assert response.http_version == "HTTP/1.1"


async def test_other_tasks_run_while_a_large_body_is_unpacked() -> None:
    rows = [{"productId": str(number), "name": "x" * (number % 97)} for number in range(40_000)]
    async with running(zipped(rows)) as server, client(resilient(server.url, Clock()), server.url) as http:
        turns, over = 0, asyncio.Event()

        async def count() -> None:
            nonlocal turns
            while not over.is_set():
                turns += 1
                await asyncio.sleep(0)

        async def unpack(response: httpx.Response) -> bytes:
            over.clear()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(count())
                content = await response.aread()
                over.set()
            return content

        http.event_hooks = {"response": [unpack]}
        response = await http.get("/api/Products")
        assert json.loads(response.content) == rows
        assert turns >= 3


async def test_a_caller_may_read_the_body_himself() -> None:
    async def act(wire: Wire) -> None:
        await wire.send(head(200, {"content-length": "6"}) + b"abc")
        await arrived.wait()
        await wire.send(b"def")

    arrived = asyncio.Event()
    async with stage(answer(503), Fault(act)) as (server, http):
        async with http.stream("GET", "/api/Products", extensions={STREAM: True}) as response:
            parts: list[bytes] = []
            async for part in response.aiter_raw():
                parts.append(part)
                arrived.set()
        assert b"".join(parts) == b"abcdef"
        assert parts[0] == b"abc"
        assert response.extensions["stocktrim"].attempts == 2
        assert server.accepted == 1, "the answer thrown away gave its connection back"


async def test_an_answer_made_from_bytes_is_timed_too() -> None:
    inner = httpx.MockTransport(lambda _: httpx.Response(200, json=[1]))
    async with client(resilient("https://x.example", Clock(), inner=lambda: inner), "https://x.example") as http:
        response = await http.get("/api/Products")
        assert response.json() == [1]
        assert response.elapsed.total_seconds() >= 0


@pytest.mark.parametrize("content", [b"<html>Sign in</html>", b"", b"null"])
async def test_r18_a_success_without_a_document_names_the_operation(content: bytes) -> None:
    async with running(answer(200, content)) as server, client(resilient(server.url, Clock()), server.url) as http:
        with pytest.raises(errors.UnexpectedAnswerError) as caught:
            await http.get("/api/Products")
        assert caught.value.operation == "list_products"


@pytest.mark.parametrize(("content", "said"), [(b"Bad code", "Bad code"), (b'"Bad code"', "Bad code"), (b"", "")])
async def test_r19_a_400_is_told_in_any_form(content: bytes, said: str) -> None:
    async with running(answer(400, content)) as server, client(resilient(server.url, Clock()), server.url) as http:
        with pytest.raises(errors.InvalidRequestError) as caught:
            await http.get("/api/Products")
        assert caught.value.detail == said
        assert said in str(caught.value)


async def test_who_asks_for_no_errors_gets_the_answers() -> None:
    async with stage(answer(400), answer(502), answer(301), raise_errors=False) as (_server, http):
        assert (await http.get("/api/Products")).status_code == 400
        response = await http.post("/api/SalesOrders", json={})
        assert (response.status_code, response.extensions["stocktrim"].unknown) == (502, True)
        assert (await http.get("/api/Products")).status_code == 301


def bomb(size: int) -> bytes:
    return gzip.compress(b"[" + b" " * size + b"]")


@pytest.mark.parametrize("at_a_time", [1_000_000, 7000])
async def test_a_body_is_not_unpacked_beyond_what_any_answer_should_be(at_a_time: int) -> None:
    packed = bomb(50_000_000)

    async def act(wire: Wire) -> None:
        await wire.send(head(200, {"content-encoding": "gzip", "content-length": str(len(packed))}))
        for at in range(0, len(packed), at_a_time):
            await wire.send(packed[at : at + at_a_time])

    policy = RetryPolicy(largest_body=1_000_000)
    async with stage(Fault(act), policy=policy) as (server, http):
        tracemalloc.start()
        try:
            with pytest.raises(errors.UnexpectedAnswerError, match="larger than any answer should be") as caught:
                await http.get("/api/Products")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert (caught.value.status, len(server.requests)) == (200, 1)
        assert peak < 20_000_000


async def test_a_large_body_within_the_bound_is_unpacked_whole() -> None:
    rows = [{"productId": "x" * 100}] * 20_000
    async with running(zipped(rows)) as server:
        policy = RetryPolicy(largest_body=len(json.dumps(rows)))
        async with client(resilient(server.url, Clock(), policy), server.url) as http:
            response = await http.get("/api/Products")
            assert response.json() == rows
            assert response.elapsed.total_seconds() > 0


@pytest.mark.parametrize(
    ("method", "target", "status", "expected", "words"),
    [
        ("GET", "/api/Products", 200, errors.UnexpectedAnswerError, "Nothing was changed"),
        ("POST", "/api/SalesOrders", 201, errors.UnexpectedAnswerError, "do not repeat"),
        ("GET", "/api/Products", 404, errors.NotFoundError, "404"),
        ("POST", "/api/SalesOrders", 500, errors.OutcomeUnknownError, "Do not repeat"),
    ],
)
async def test_a_body_without_end_is_read_to_the_bound(
    method: str, target: str, status: int, expected: type[errors.StockTrimError], words: str
) -> None:
    sent = 0

    async def act(wire: Wire) -> None:
        nonlocal sent
        await wire.send(head(status, {"content-type": "application/json", "connection": "close"}))
        try:
            while not wire.closing and sent < 100_000_000:
                await wire.send(b" " * 65536)
                sent += 65536
        except ConnectionError:
            wire.close()

    policy = RetryPolicy(largest_body=1_000_000)
    async with stage(Fault(act), policy=policy) as (server, http):
        with pytest.raises(expected, match=words):
            await http.request(method, target, json={})
        assert len(server.requests) == 1
    assert sent < 50_000_000


# --- what httpx shows of an attempt


async def test_r13_the_callers_trace_is_still_called() -> None:
    seen: list[str] = []

    async def trace(event: str, info: dict[str, Any]) -> None:
        seen.append(event)

    async with running() as server, client(resilient(server.url, Clock()), server.url) as http:
        await http.get("/api/Products", extensions={"trace": trace})
    assert "http11.send_request_headers.started" in seen
    assert "http11.receive_response_headers.complete" in seen


async def test_nothing_of_ours_has_left_while_a_proxy_only_opens_its_tunnel() -> None:
    async def open_and_break(wire: Wire) -> None:
        await wire.send(head(200, {}))
        await wire.reader.read(1)
        wire.reset()

    async with running(*[Fault(open_and_break)] * 6) as proxy:
        tunnel = httpx.AsyncHTTPTransport(proxy=proxy.url)
        base = "https://stocktrim.example"
        async with client(resilient(base, Clock(), inner=lambda: tunnel), base) as http:
            with pytest.raises(errors.NotSentError) as caught:
                await http.post("/api/SalesOrders", json={})
        assert caught.value.attempts == 6
        assert {received.method for received in proxy.requests} == {"CONNECT"}
        assert not any("api-auth-signature" in received.headers for received in proxy.requests)


async def test_r15_an_untrusted_certificate_is_not_tried_twice_and_is_called_by_its_name() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE, CERTIFICATE.with_suffix(".key"))
    clock = Clock()
    async with running(tls=tls) as server:
        async with client(resilient(server.url, clock), server.url) as http:
            with pytest.raises(errors.NotSentError) as caught:
                await http.post("/api/SalesOrders", json={})
        assert "certificate of 127.0.0.1 is not trusted" in str(caught.value)
        assert (caught.value.attempts, clock.sleeps, server.requests) == (1, [], [])
        trusted = ssl.create_default_context(cafile=CERTIFICATE)
        async with client(resilient(server.url, clock, inner=lambda: pool(PATIENT, trusted)), server.url) as http:
            assert (await http.get("/api/Products")).status_code == 200


class Nameless(httpx.AsyncBaseTransport):
    """A network whose name server fails some times first, told as httpx tells it."""

    def __init__(self, failures: int) -> None:
        self.failures, self.inner = failures, pool()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.failures:
            self.failures -= 1
            await request.extensions["trace"]("connection.connect_tcp.started", {})
            raise httpx.ConnectError("") from socket.gaierror(-3, "Temporary failure in name resolution")
        return await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self.inner.aclose()


async def test_r16_a_name_that_is_found_later_is_waited_for() -> None:
    clock = Clock()
    async with running() as server:
        async with client(resilient(server.url, clock, inner=lambda: Nameless(2)), server.url) as http:
            assert (await http.post("/api/SalesOrders", json={})).status_code == 200
        assert clock.sleeps == [1, 2]
        async with client(resilient(server.url, clock, inner=lambda: Nameless(9)), server.url) as http:
            with pytest.raises(errors.NotSentError) as caught:
                await http.post("/api/SalesOrders", json={})
        assert "the name 127.0.0.1 could not be found" in str(caught.value)


# --- pools


async def test_r4_after_a_sleep_the_first_call_reconnects_at_once() -> None:
    clock = Clock()
    async with running() as server, client(resilient(server.url, clock), server.url) as http:
        await http.get("/api/Products")
        await http.get("/api/Products")
        assert server.accepted == 1
        server.otherwise = lambda _: answer() if server.accepted > 1 else hang
        clock.wall_offset += 8 * 3600
        assert (await http.get("/api/Products")).status_code == 200
        assert (server.accepted, len(server.requests), clock.sleeps) == (2, 3, [])
        await asyncio.sleep(0.02)
        assert server.open == 1, "the old pool is closed once nothing is in flight"


async def test_a_pool_in_use_is_closed_only_after_its_last_call() -> None:
    clock = Clock()
    async with running(answer(after=0.05)) as server, client(resilient(server.url, clock), server.url) as http:
        slow = asyncio.create_task(http.get("/api/Products"))
        await asyncio.sleep(0.02)
        clock.wall_offset += 3600
        await http.get("/api/Products")
        assert (await slow).status_code == 200
        await asyncio.sleep(0.02)
        assert (server.accepted, server.open) == (2, 1)


async def test_a_clock_set_back_or_set_a_little_costs_no_connection() -> None:
    clock = Clock()
    async with running() as server, client(resilient(server.url, clock), server.url) as http:
        for change in (0, 4, -7200, 4, 4):
            clock.wall_offset += change
            await http.get("/api/Products")
        assert server.accepted == 1


async def test_r14_nothing_is_left_open() -> None:
    async with running() as server:
        transport = resilient(server.url, Clock())
        async with client(transport, server.url) as http:
            await asyncio.gather(*(http.get("/api/Products") for _ in range(10)))
            assert server.open > 0
        await asyncio.sleep(0.02)
        assert server.open == 0
        await transport.aclose()
        with pytest.raises(errors.NotSentError, match="closed"):
            await transport.handle_async_request(httpx.Request("GET", f"{server.url}/api/Products"))


async def test_closing_waits_a_moment_for_a_write_whose_caller_has_left(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOG)
    async with running(answer(201, {}, after=0.1)) as server:
        async with client(resilient(server.url, Clock(), RetryPolicy()), server.url) as http:
            call = asyncio.create_task(http.post("/api/SalesOrders", json={}))
            await asyncio.sleep(0.04)
            call.cancel()
        assert "outcome after its caller left: 201" in caplog.text
        await asyncio.sleep(0.02)
        assert server.open == 0


async def test_closing_ends_what_does_not_end_by_itself() -> None:
    policy = RetryPolicy(closing_grace=0.05)
    async with running(hang, hang) as server:
        transport = resilient(server.url, RealTime(), policy)
        http = client(transport, server.url)
        reading = asyncio.create_task(http.get("/api/Products"))
        writing = asyncio.create_task(http.post("/api/SalesOrders", json={}))
        await asyncio.sleep(0.05)
        await http.aclose()
        with pytest.raises(errors.OutcomeUnknownError):
            await writing
        with pytest.raises(errors.DeadlineError):
            await reading
        await asyncio.sleep(0.02)
        assert server.open == 0


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_r21_a_second_event_loop_gets_a_pool_of_its_own() -> None:
    transports: list[ResilientAsyncTransport] = []

    async def use() -> int:
        async with running() as server:
            clock = Clock()
            if not transports:
                transports.append(resilient("https://x.example", clock, inner=lambda: Rerouted(server.url)))
            http = client(transports[0], "https://x.example")
            targets.append(server.url)
            await http.get("/api/Products")
            if len(targets) == 2:
                await http.aclose()
            return len(server.requests)

    targets: list[str] = []

    class Rerouted(httpx.AsyncBaseTransport):
        """Every new pool leads to the server of its own loop."""

        def __init__(self, _: str) -> None:
            self.inner, self.target = pool(), httpx.URL(targets[-1])

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            url = request.url.copy_with(scheme="http", host=self.target.host, port=self.target.port)
            return await self.inner.handle_async_request(
                httpx.Request(
                    request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
                )
            )

    assert asyncio.run(use()) == 1
    assert asyncio.run(use()) == 1
    gc.collect()


# --- HTTP/2


class Multiplexed(httpx.AsyncBaseTransport):
    """Stands for an HTTP/2 connection, as far as its failures and its timeouts show."""

    def __init__(self, *failures: Exception | None) -> None:
        self.failures, self.timeouts = list(failures), list[dict[str, float]]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.timeouts.append(request.extensions["timeout"])
        trace = request.extensions["trace"]
        for event in ("send_request_headers.started", "send_request_headers.complete", "send_request_body.complete"):
            await trace(f"http2.{event}", {})
        failure = self.failures.pop(0) if self.failures else None
        if isinstance(failure, TimeoutError):
            await asyncio.sleep(3600)
        if failure is not None:
            raise failure
        return httpx.Response(200, json=[])


def refused_stream(code: int) -> httpx.RemoteProtocolError:
    class StreamReset:
        error_code = code

    error = httpx.RemoteProtocolError("<StreamReset>")
    error.__cause__ = Exception(StreamReset())
    return error


async def test_r22_over_http2_a_refused_stream_never_arrived() -> None:
    clock = Clock()
    inner = Multiplexed(refused_stream(7))
    async with client(
        resilient("https://x.example", clock, inner=lambda: inner, http2=True), "https://x.example"
    ) as http:
        assert (await http.post("/api/SalesOrders", json={})).status_code == 200
        assert clock.sleeps == [1]
        inner.failures.append(refused_stream(8))
        with pytest.raises(errors.OutcomeUnknownError):
            await http.post("/api/SalesOrders", json={})


async def test_r22_over_http2_the_task_is_timed_and_not_the_socket() -> None:
    clock = Clock()
    inner = Multiplexed(TimeoutError())
    async with client(
        resilient("https://x.example", clock, QUICK, inner=lambda: inner, http2=True), "https://x.example"
    ) as http:
        assert (await http.get("/api/Products")).status_code == 200
        assert clock.sleeps == [1]
        assert all("read" not in timeouts for timeouts in inner.timeouts)
        inner.failures.append(TimeoutError())
        with pytest.raises(errors.OutcomeUnknownError) as caught:
            await http.post("/api/SalesOrders", json={})
        assert "no whole answer came in time" in str(caught.value)


# --- the log and the meter


def lines(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == LOG and record.levelno == level]


async def test_a_call_is_one_line_and_each_retry_another(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with stage(answer(503), reset, answer(200, [1])) as (_server, http):
        with calling(request_id="r-7"):
            await http.get("/api/Customers/A%2FB", params={"code": "QUERY"})
    assert lines(caplog, logging.INFO) == [
        "get_customer: GET /api/Customers/{code} -> 200, 3 attempts, 3000 ms, 3 bytes, request r-7"
    ]
    assert lines(caplog, logging.WARNING) == [
        "get_customer: status 503, retry 1/5 in 1.00 s, request r-7",
        "get_customer: ReadError in phase SENT, retry 2/5 in 2.00 s, request r-7",
    ]
    assert lines(caplog, logging.ERROR) == []


async def test_an_error_line_is_written_when_the_caller_gets_an_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with stage(answer(400), fin, answer(404)) as (_server, http):
        for method, target in (("GET", "/api/Products"), ("POST", "/api/SalesOrders"), ("GET", "/api/Products")):
            with pytest.raises(errors.StockTrimError):
                await http.request(method, target)
        with pytest.raises(errors.NotSentError):
            await http.delete("/api/Products")
    wrong = lines(caplog, logging.ERROR)
    assert [line.partition(", ")[0].partition(" -> ")[2] for line in wrong] == [
        "400",
        "OutcomeUnknownError",
        "NotSentError",
    ]
    (empty,) = lines(caplog, logging.INFO)
    assert "-> 404" in empty, "finding nothing is how a read is answered, not an error"


async def test_r12_no_log_at_any_level_holds_a_credential_a_query_or_a_body(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection", "asyncio", LOG):
        caplog.set_level(logging.DEBUG, name)
    cookie = {"set-cookie": "session=COOKIE", "x-request-id": "their-id"}
    script = [
        answer(503, {"detail": "ANSWERBODY"}, cookie),
        garbage,
        answer(200, ["ANSWERBODY"], cookie),
        *[answer(400, {"detail": "ANSWERBODY"}, cookie)] * 2,
        truncated(),
        reset,
    ]
    async with running(*script) as server, client(resilient(server.url, Clock()), server.url) as http:
        for method in ("GET", "GET", "POST"):
            try:
                await http.request(method, "/api/Products", params={"code": "QUERYVALUE"}, json={"name": "REQUESTBODY"})
            except errors.StockTrimError as error:
                logging.getLogger("app").debug("caught %r", error)
        await http.get("/api/Products", params={"code": "QUERYVALUE"})
    written = "\n".join(f"{record.name} {record.getMessage()}" for record in caplog.records if record.name != "app")
    assert "their-id" in written
    for secret in (ID, SIGNATURE, "QUERYVALUE", "REQUESTBODY", "ANSWERBODY", "COOKIE", "this is not HTTP"):
        assert secret not in written, secret


async def test_other_users_of_httpx_keep_their_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with running() as theirs, httpx.AsyncClient(transport=pool()) as stranger, stage() as (_, http):
        await http.get("/api/Products?code=QUERYVALUE")
        await stranger.get(f"{theirs.url}/elsewhere?theirs=1")
    assert "/elsewhere?theirs=1" in caplog.text
    assert any(record.name.endswith(".http11") for record in caplog.records)
    assert "QUERYVALUE" not in caplog.text


async def test_the_meter_is_told_of_every_attempt() -> None:
    events: list[AttemptEvent] = []
    async with stage(answer(503), reset, on_attempt=events.append) as (_server, http):
        await http.get("/api/Products")
    assert [(event.attempt, event.phase, event.status, event.error, event.delay) for event in events] == [
        (1, Phase.RESPONDED, 503, None, 1.0),
        (2, Phase.SENT, None, "ReadError", 2.0),
        (3, Phase.RESPONDED, 200, None, None),
    ]


def test_a_transport_shows_no_credential() -> None:
    shown = repr(resilient("https://api.stocktrim.com", Clock(), read_only=True))
    assert shown == "ResilientAsyncTransport(base api.stocktrim.com, read-only)"


async def test_a_failed_connection_tells_its_cause() -> None:
    url = closed_port()
    async with client(resilient(url, Clock()), url) as http:
        with pytest.raises(errors.NotSentError) as caught:
            await http.get("/api/Products")
    assert isinstance(caught.value.__cause__, httpx.ConnectError)
    assert "(6 attempts, 31 s)" in str(caught.value)


async def test_a_handshake_that_hangs_is_a_connection_not_made() -> None:
    policy = RetryPolicy(connect_timeout=0.05, retries=1)
    async with running(hang_on_accept, hang_on_accept) as server:
        base = server.url.replace("http:", "https:")
        async with client(resilient(base, Clock(), policy), base) as http:
            with pytest.raises(errors.NotSentError):
                await http.post("/api/SalesOrders", json={})


async def test_a_body_of_unknown_length_counts_as_a_body() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"{}"

    async with running(fin) as server, client(resilient(server.url, Clock()), server.url) as http:
        with pytest.raises(errors.DeadlineError) as caught:
            await http.post("/api/OrderPlan", content=body())
        assert (caught.value.attempts, caught.value.phase) == (1, Phase.SENT)


# --- credentials that come back

ODD_ID, ODD_SIGNATURE = "tenant 4711/&x", 's3cret+"signature"=='


@pytest.mark.parametrize(
    "body",
    [
        {"detail": f"Invalid api-auth-id {ODD_ID} / signature {ODD_SIGNATURE}"},
        {"title": f"No {ODD_ID}", "errors": {ODD_ID: [f"{ODD_SIGNATURE} is wrong"]}},
        [ODD_ID, ODD_SIGNATURE.upper()],
        f"id={quote(ODD_ID, safe='')}&signature={quote(ODD_SIGNATURE, safe='').lower()}",
        f"id={quote_plus(ODD_ID)}&signature={quote(ODD_SIGNATURE)}",
        f"<html><title>{html.escape(ODD_ID)}</title>{html.escape(ODD_SIGNATURE)}".encode(),
        ("x" * 185 + ODD_ID + " " * 30_000 + ODD_SIGNATURE).encode(),
        (" " * 19_990 + ODD_ID).encode(),
        f"{ODD_SIGNATURE}".encode("utf-16-le"),
        f'{{"broken": {json.dumps(ODD_SIGNATURE)}'.encode(),
    ],
)
async def test_an_answer_that_echoes_the_credentials_puts_them_into_no_error_and_no_log(
    body: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = {"x-request-id": f"{ODD_ID} {quote(ODD_SIGNATURE)}"}
    told: list[str] = []
    faults = [answer(status, body, echo) for status in (401, 400, 404, 500)]
    pages = [answer(200, b"<p>" + (body if isinstance(body, bytes) else json.dumps(body).encode()), echo)]
    policy = RetryPolicy(retries=0)
    async with running(*faults, *pages) as server:
        transport = resilient(server.url, Clock(), policy, credentials=(ODD_ID, ODD_SIGNATURE))
        async with client(transport, server.url) as http:
            for _ in range(5):
                with pytest.raises(errors.StockTrimError) as caught:
                    await http.get("/api/Products")
                told += [str(caught.value), str(vars(caught.value)), repr(caught.value)]
                told += ["".join(traceback.format_exception(caught.value))]
    told += [record.getMessage() + str(record.args) for record in caplog.records if record.name == LOG]
    assert "[hidden]" in "".join(told)
    for text in told:
        for part in ("4711", "s3cret"):
            assert part not in text.lower()


async def test_garbage_that_echoes_the_credentials_is_not_quoted_by_the_cause() -> None:
    async def act(wire: Wire) -> None:
        await wire.send(f"HTTP/9 {ID} {SIGNATURE}\r\n\r\n".encode())
        wire.close()

    async with stage(Fault(act), policy=RetryPolicy(retries=0)) as (_server, http):
        with pytest.raises(errors.DeadlineError) as caught:
            await http.get("/api/Products")
    shown = "".join(traceback.format_exception(caught.value))
    assert "HTTP/9 [hidden]" in shown
    assert ID not in shown
    assert SIGNATURE not in shown


async def test_a_short_credential_is_hidden_where_it_stands_alone() -> None:
    async with running(answer(400, {"detail": "tenant 7, item 77 of x7"})) as server:
        transport = resilient(server.url, Clock(), credentials=("7", SIGNATURE))
        async with client(transport, server.url) as http:
            with pytest.raises(errors.InvalidRequestError, match=r"tenant \[hidden\], item 77 of x7"):
                await http.get("/api/Products")


async def test_who_asks_for_no_errors_gets_the_body_as_it_came() -> None:
    async with stage(answer(401, {"detail": ID}), raise_errors=False) as (_server, http):
        assert (await http.get("/api/Products")).json() == {"detail": ID}
