"""Every row of the fault table: what the server does, what it receives, what the caller gets, how long is slept."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.utils import formatdate

import httpx
import pytest

from stocktrim_client import errors
from stocktrim_client.errors import StockTrimError
from stocktrim_client.retry import Phase, RetryPolicy
from stocktrim_client.transport import calling
from tests.client.fault_server import (
    PATIENT,
    QUICK,
    Clock,
    Fault,
    RealTime,
    answer,
    client,
    closed_port,
    dripping,
    fin,
    garbage,
    hang,
    reset,
    reset_before_reading,
    reset_on_accept,
    resilient,
    running,
    stage,
    stalled,
    truncated,
    until,
)

GET = ("GET", "/api/SuppliersBulk")
POST_SALES_ORDER = ("POST", "/api/SalesOrders")
POST_PRODUCT = ("POST", "/api/Products")
PUT_CUSTOMER = ("PUT", "/api/Customers")
GENERATE = ("POST", "/api/V2/PurchaseOrders/OrderPlan")
DELETE_PRODUCT = ("DELETE", "/api/Products?productId=W-9")

STALLED, STALLED_502 = stalled(), stalled(502)
SILENT = (hang, STALLED, STALLED_502)
USUAL = (1.0, 2.0, 4.0, 8.0, 16.0)


async def send(
    http: httpx.AsyncClient,
    operation: tuple[str, str],
    vouched: str | None = None,
    extensions: dict[str, object] | None = None,
) -> httpx.Response:
    method, target = operation
    with calling(vouched=vouched):
        body = None if method in ("GET", "DELETE") else {"productId": "W-9", "quantity": 3}
        return await http.request(method, target, json=body, extensions=extensions)


@dataclass(frozen=True)
class Row:
    number: str
    operation: tuple[str, str]
    faults: list[Fault]
    expected: int | type[StockTrimError]
    received: int
    vouched: str | None = None
    status: int | None = None
    sleeps: tuple[float, ...] = ()
    accepted: int | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def __str__(self) -> str:
        return f"{self.number} {self.operation[0]} {self.operation[1]}"


ROWS = [
    Row("5", POST_SALES_ORDER, [reset_before_reading], errors.OutcomeUnknownError, 0, accepted=1),
    Row("6", GET, [reset], 200, 2, sleeps=USUAL[:1]),
    Row("8", POST_PRODUCT, [reset], 200, 2, sleeps=USUAL[:1]),
    Row("7", POST_SALES_ORDER, [reset], errors.OutcomeUnknownError, 1),
    Row("9", GENERATE, [fin], errors.OutcomeUnknownError, 1),
    Row("10", PUT_CUSTOMER, [fin], 200, 2, vouched="code", sleeps=USUAL[:1]),
    Row("10, code not vouched", PUT_CUSTOMER, [fin], errors.OutcomeUnknownError, 1),
    Row("10, another key vouched", PUT_CUSTOMER, [fin], errors.OutcomeUnknownError, 1, vouched="name"),
    Row("11", GET, [hang], 200, 2, sleeps=USUAL[:1]),
    Row("13", POST_PRODUCT, [hang], 200, 2, sleeps=USUAL[:1]),
    Row("12", POST_SALES_ORDER, [hang], errors.OutcomeUnknownError, 1),
    Row("14", GET, [hang] * 6, errors.DeadlineError, 6, sleeps=USUAL),
    Row("15", POST_PRODUCT, [hang] * 6, errors.OutcomeUnknownError, 6, sleeps=USUAL),
    Row("16", GET, [garbage], 200, 2, sleeps=USUAL[:1]),
    Row("17", POST_SALES_ORDER, [garbage], errors.OutcomeUnknownError, 1),
    Row("18", GET, [truncated()], 200, 2, sleeps=USUAL[:1]),
    Row("19", POST_SALES_ORDER, [truncated(201)], errors.AppliedUnreadableError, 1),
    Row("19, an upsert", POST_PRODUCT, [truncated(200)], errors.AppliedUnreadableError, 1),
    Row("20", GET, [STALLED], 200, 2, sleeps=USUAL[:1]),
    Row("21", GET, [answer(408)], 200, 2, sleeps=USUAL[:1]),
    Row("22", GET, [answer(429)], 200, 2, sleeps=USUAL[:1]),
    Row("23", GET, [answer(500)], 200, 2, sleeps=USUAL[:1]),
    Row("24", GET, [answer(502)], 200, 2, sleeps=USUAL[:1], accepted=1),
    Row("25", GET, [answer(503)], 200, 2, sleeps=USUAL[:1], accepted=1),
    Row("26", GET, [answer(504)], 200, 2, sleeps=USUAL[:1], accepted=1),
    Row("27", POST_SALES_ORDER, [answer(408)], 200, 2, sleeps=USUAL[:1]),
    Row("28", POST_SALES_ORDER, [answer(429)], 200, 2, sleeps=USUAL[:1]),
    Row("30", POST_SALES_ORDER, [answer(503)], errors.OutcomeUnknownError, 1, status=503),
    Row("31", POST_SALES_ORDER, [answer(502)], errors.OutcomeUnknownError, 1, status=502),
    Row("32", GENERATE, [answer(500)], errors.OutcomeUnknownError, 1, status=500),
    Row("33", PUT_CUSTOMER, [answer(500)], 200, 2, vouched="code", sleeps=USUAL[:1]),
    Row("34", GET, [answer(503)] * 6, errors.ServiceError, 6, status=503, sleeps=USUAL, accepted=1),
    Row("35", GET, [answer(400)], errors.InvalidRequestError, 1, status=400),
    Row("36", GET, [answer(401)], errors.CredentialsError, 1, status=401),
    Row("37", GET, [answer(404)], errors.NotFoundError, 1, status=404),
    Row("38", POST_PRODUCT, [answer(409)], errors.ConflictError, 1, status=409),
    Row("41", GET, [answer(503, headers={"retry-after": "3600"})], errors.BusyError, 1, status=503),
    Row("42 soon", GET, [answer(503, headers={"retry-after": "soon"})], 200, 2, sleeps=USUAL[:1]),
    Row("42 negative", GET, [answer(503, headers={"retry-after": "-5"})], 200, 2, sleeps=USUAL[:1]),
    Row("42 empty", GET, [answer(503, headers={"retry-after": ""})], 200, 2, sleeps=USUAL[:1]),
    Row("43", DELETE_PRODUCT, [reset, answer(404)], 204, 2, sleeps=USUAL[:1]),
    Row("43, gone", DELETE_PRODUCT, [garbage, answer(410)], 204, 2, sleeps=USUAL[:1]),
    Row("43, in words", DELETE_PRODUCT, [fin, answer(400, {"detail": "Product not found"})], 204, 2, sleeps=USUAL[:1]),
    Row("43, another 400", DELETE_PRODUCT, [fin, answer(400)], errors.InvalidRequestError, 2, sleeps=USUAL[:1]),
    Row("43, never there", DELETE_PRODUCT, [answer(404)], errors.NotFoundError, 1),
    Row("a read by POST", ("POST", "/api/OrderPlan"), [reset], 200, 2, sleeps=USUAL[:1]),
    Row("a set", ("POST", "/api/Inventory"), [hang], 200, 2, sleeps=USUAL[:1]),
    Row("a job", ("POST", "/api/RunForecastCalculations"), [reset], errors.OutcomeUnknownError, 1),
    Row("a mass delete", ("DELETE", "/api/SalesOrders/All"), [reset], errors.OutcomeUnknownError, 1),
    Row("an unknown path", ("POST", "/api/Square"), [reset], errors.OutcomeUnknownError, 1),
    Row(
        "doubt, then busy",
        POST_PRODUCT,
        [fin, *[answer(429)] * 5],
        errors.OutcomeUnknownError,
        6,
        status=429,
        sleeps=USUAL,
    ),
    Row(
        "doubt, then no", POST_PRODUCT, [fin, answer(400)], errors.InvalidRequestError, 2, status=400, sleeps=USUAL[:1]
    ),
    Row(
        "doubt, then shut out",
        POST_PRODUCT,
        [fin, answer(401)],
        errors.OutcomeUnknownError,
        2,
        status=401,
        sleeps=USUAL[:1],
    ),
    Row("R17", GET, [answer(520)] * 6, errors.ServiceError, 6, status=520, sleeps=USUAL),
    Row("final server errors", GET, [answer(501)], errors.ServiceError, 1, status=501),
    Row("final on a write", POST_SALES_ORDER, [answer(505)], errors.ServiceError, 1, status=505),
    Row("a broken body under an error", GET, [truncated(404)], errors.NotFoundError, 1, status=404),
    Row("a stalled body under an error", POST_SALES_ORDER, [STALLED_502], errors.OutcomeUnknownError, 1, status=502),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_row(row: Row) -> None:
    clock, silent = Clock(), any(fault in row.faults for fault in SILENT)
    async with stage(*row.faults, clock=clock, policy=QUICK if silent else PATIENT) as (server, http):
        if isinstance(row.expected, int):
            response = await send(http, row.operation, row.vouched)
            assert response.status_code == row.expected
            assert response.extensions["stocktrim"].confirmed is (row.expected == 204)
            assert response.extensions["stocktrim"].attempts == row.received
        else:
            with pytest.raises(StockTrimError) as caught:
                await send(http, row.operation, row.vouched)
            assert type(caught.value) is row.expected
            assert caught.value.attempts == max(row.received, 1)
            if row.status is not None:
                assert getattr(caught.value, "status", None) == row.status
        assert len(server.requests) == row.received
        assert clock.sleeps == list(row.sleeps)
        assert row.accepted in (None, server.accepted)
        bodies = {(one.target, one.body) for one in server.requests}
        assert len(bodies) <= 1, "a repeat must be the same request"


@pytest.mark.parametrize("operation", [GET, POST_SALES_ORDER], ids=["1 GET", "2 POST SalesOrders"])
async def test_a_refused_connection_is_tried_six_times_and_nothing_was_sent(operation: tuple[str, str]) -> None:
    for chance, factor in ((0.0, 0.75), (0.5, 1.0), (1.0, 1.25)):
        clock, url = Clock(chance), closed_port()
        async with client(resilient(url, clock), url) as http:
            with pytest.raises(errors.NotSentError) as caught:
                await send(http, operation)
        assert (caught.value.attempts, caught.value.phase) == (6, Phase.NOT_SENT)
        assert isinstance(caught.value.__cause__, httpx.ConnectError)
        assert clock.sleeps == [factor * delay for delay in USUAL]


async def test_3_a_read_whose_connection_is_reset_at_once_is_sent_again() -> None:
    clock = Clock()
    async with stage(reset_on_accept, clock=clock) as (server, http):
        assert (await send(http, GET)).status_code == 200
        assert (len(server.requests), server.accepted, clock.sleeps) == (1, 2, [1.0])


async def test_4_a_write_whose_connection_is_reset_before_it_left_is_sent_again() -> None:
    async def wait_for_the_reset(event: str, _info: object) -> None:
        if event == "connection.connect_tcp.complete":
            await RealTime().sleep(0.05)

    clock = Clock()
    async with stage(reset_on_accept, clock=clock) as (server, http):
        response = await send(http, POST_SALES_ORDER, extensions={"trace": wait_for_the_reset})
        assert response.status_code == 200
        assert (len(server.requests), server.accepted, clock.sleeps) == (1, 2, [1.0])


async def test_4_a_write_cut_off_during_its_upload_is_sent_again() -> None:
    clock = Clock()
    async with stage(reset_before_reading, clock=clock) as (server, http):
        body = {"productId": "W-9", "padding": "x" * 20_000_000}
        assert (await http.post("/api/SalesOrders", json=body)).status_code == 200
        assert (len(server.requests), server.accepted, clock.sleeps) == (1, 2, [1.0])


@pytest.mark.parametrize("chance", [0.0, 1.0])
async def test_29_a_write_answered_503_with_a_time_waits_as_long_as_asked(chance: float) -> None:
    clock = Clock(chance)
    async with stage(answer(503, headers={"retry-after": "2"}), clock=clock) as (server, http):
        assert (await send(http, POST_SALES_ORDER)).status_code == 200
        assert (len(server.requests), clock.sleeps) == (2, [2.0 + 0.5 * chance])


@pytest.mark.parametrize("chance", [0.0, 1.0])
async def test_39_the_pause_after_a_429_is_never_shortened(chance: float) -> None:
    clock = Clock(chance)
    async with stage(answer(429, headers={"retry-after": "3"}), clock=clock) as (server, http):
        assert (await send(http, GET)).status_code == 200
        assert (len(server.requests), clock.sleeps) == (2, [3.0 + 0.75 * chance])


@pytest.mark.parametrize("chance", [0.0, 1.0])
async def test_40_a_date_counts_from_the_answers_own_date_whatever_our_clock_says(chance: float) -> None:
    clock = Clock(chance)
    server_time = clock.wall() - 3600
    headers = {"date": formatdate(server_time, usegmt=True), "retry-after": formatdate(server_time + 7, usegmt=True)}
    async with stage(answer(503, headers=headers), clock=clock) as (server, http):
        assert (await send(http, GET)).status_code == 200
        assert len(server.requests) == 2
        assert 7 <= clock.sleeps[0] <= 8.75


async def test_41_a_pause_that_is_too_long_is_told_and_not_shortened() -> None:
    clock = Clock()
    async with stage(answer(503, headers={"retry-after": "3600"}), clock=clock) as (server, http):
        with pytest.raises(errors.BusyError) as caught:
            await send(http, GET)
        assert (caught.value.retry_after, len(server.requests), clock.sleeps) == (3600, 1, [])


async def test_43_a_delete_that_finds_nothing_after_a_doubtful_attempt_is_done() -> None:
    async with stage(reset, answer(404, {"title": "Not Found"})) as (_, http):
        response = await send(http, DELETE_PRODUCT)
        assert (response.status_code, response.content) == (204, b"")
        assert response.extensions["stocktrim"].confirmed
        assert response.elapsed.total_seconds() >= 0


async def test_44_a_body_that_can_be_sent_only_once_is_sent_only_once() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'{"productId": '
        yield b'"W-9"}'

    clock = Clock()
    async with stage(answer(503, headers={"retry-after": "1"}), clock=clock) as (server, http):
        with pytest.raises(errors.BusyError) as caught:
            await http.post("/api/SalesOrders", content=body())
        assert caught.value.retry_after == 1
        assert (len(server.requests), clock.sleeps) == (1, [])
        assert server.requests[0].body == b'{"productId": "W-9"}'


async def test_45_a_dripping_body_ends_at_the_deadline() -> None:
    clock = RealTime()
    async with running(dripping(0.02)) as server, client(resilient(server.url, clock), server.url) as http:
        began = clock.monotonic()
        with calling(deadline=0.3), pytest.raises(errors.DeadlineError) as caught:
            await http.get("/api/SuppliersBulk")
        assert 0.25 < clock.monotonic() - began < 0.6
        assert (len(server.requests), caught.value.phase, clock.sleeps) == (1, Phase.RESPONDED, [])
        await until(lambda: server.open == 0)


async def test_a_write_whose_success_drips_past_the_deadline_was_applied() -> None:
    clock = RealTime()
    async with running(dripping(0.02)) as server, client(resilient(server.url, clock), server.url) as http:
        with calling(deadline=0.2), pytest.raises(errors.AppliedUnreadableError):
            await send(http, POST_SALES_ORDER)
        assert len(server.requests) == 1


async def test_the_number_of_retries_of_a_500_can_be_set() -> None:
    clock = Clock()
    async with running(*[answer(500)] * 6) as server:
        policy = RetryPolicy(retries_of_500=1)
        async with client(resilient(server.url, clock, policy), server.url) as http:
            with pytest.raises(errors.ServiceError):
                await send(http, GET)
        assert (len(server.requests), clock.sleeps) == (2, [1.0])
