"""Many calls at once: nothing is shared that should not be, nothing is lost when callers leave."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable

import anyio
import httpx
import pytest

from stocktrim_client import errors
from stocktrim_client.errors import StockTrimError
from stocktrim_client.retry import Phase, RetryPolicy
from stocktrim_client.transport import calling
from tests.client.fault_server import (
    QUICK,
    Clock,
    Fault,
    RealTime,
    Received,
    StandingClock,
    Wire,
    answer,
    client,
    fin,
    hang,
    pool,
    resilient,
    running,
    stage,
    until,
)


async def caught(call: Awaitable[object]) -> StockTrimError | None:
    try:
        await call
    except StockTrimError as error:
        return error
    return None


def by_method(**faults: Fault) -> Callable[[Received], Fault]:
    return lambda received: faults.get(received.method, answer())


async def test_r1_a_write_answered_503_is_sent_once_whatever_reads_pass_by() -> None:
    async with stage() as (server, http):
        server.otherwise = by_method(POST=answer(503, after=0.01))
        reads = [http.get("/api/Products") for _ in range(40)]
        writes = [caught(http.post("/api/SalesOrders", json={"n": n})) for n in range(5)]
        results = await asyncio.gather(*reads, *writes)
        assert all(isinstance(one, errors.OutcomeUnknownError) for one in results[40:])
        assert Counter(one.method for one in server.requests) == {"GET": 40, "POST": 5}


async def test_r2_a_read_answered_503_is_repeated_whatever_writes_begin() -> None:
    async with stage() as (server, http):
        server.otherwise = by_method(GET=answer(503))
        results = await asyncio.gather(
            caught(http.get("/api/Products")), *(http.post("/api/SalesOrders", json={}) for _ in range(20))
        )
        assert isinstance(results[0], errors.ServiceError)
        assert Counter(one.method for one in server.requests) == {"GET": 6, "POST": 20}


async def test_vouching_in_one_task_vouches_in_no_other() -> None:
    async with stage() as (server, http):
        broken: set[bytes] = set()

        def once(received: Received) -> Fault:
            if received.body in broken:
                return answer()
            broken.add(received.body)
            return fin

        server.otherwise = once

        async def put(number: int) -> StockTrimError | None:
            with calling(vouched="code" if number % 2 else "name", request_id=f"r-{number}"):
                await asyncio.sleep(0)
                return await caught(http.put("/api/Customers", json={"code": number}))

        results = await asyncio.gather(*(put(number) for number in range(20)))
        assert [error is None for error in results] == [bool(number % 2) for number in range(20)]
        told = {error.request_id for error in results if error is not None}
        assert told == {f"r-{number}" for number in range(0, 20, 2)}


async def test_no_more_than_thirty_two_calls_are_under_way_and_eight_of_bulk_reading() -> None:
    gate = asyncio.Event()

    async def when_opened(wire: Wire) -> None:
        await gate.wait()
        await answer().act(wire)

    policy = RetryPolicy()
    async with running() as server, client(resilient(server.url, Clock(), policy), server.url) as http:
        server.otherwise = lambda _: Fault(when_opened)

        async def bulk() -> httpx.Response:
            with calling(bulk=True):
                return await http.get("/api/Products")

        reading = [asyncio.create_task(bulk()) for _ in range(40)]
        await until(lambda: server.busy == 8)
        asking = [asyncio.create_task(http.get("/api/Customers")) for _ in range(100)]
        await until(lambda: server.busy == 32)
        await asyncio.sleep(0.03)
        assert Counter(received.path for received in server.requests) == {"/api/Products": 8, "/api/Customers": 24}
        gate.set()
        await asyncio.gather(*reading, *asking)
        assert server.busiest == 32


async def test_r5_with_the_pool_full_waiting_calls_fail_at_the_pool_timeout_untried() -> None:
    policy = RetryPolicy(concurrency=2, pool_timeout=0.1, closing_grace=0.05)
    async with running() as server, client(resilient(server.url, RealTime(), policy), server.url) as http:
        server.otherwise = lambda _: hang
        stuck = [asyncio.create_task(caught(http.get("/api/Products"))) for _ in range(2)]
        await asyncio.sleep(0.02)
        began = asyncio.get_running_loop().time()
        waiting = await asyncio.gather(*(caught(http.post("/api/SalesOrders", json={})) for _ in range(5)))
        assert 0.08 < asyncio.get_running_loop().time() - began < 0.3
        assert all(type(error) is errors.NotSentError and error.attempts == 0 for error in waiting)
        assert all("busy" in str(error) for error in waiting)
        assert len(server.requests) == 2
        for task in stuck:
            task.cancel()
        await asyncio.wait(stuck)


async def test_r5_a_full_pool_below_is_told_the_same_way() -> None:
    policy = RetryPolicy(pool_timeout=0.1, closing_grace=0.05)
    narrow = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=1))
    async with running() as server:
        transport = resilient(server.url, RealTime(), policy, inner=lambda: narrow)
        async with client(transport, server.url) as http:
            server.otherwise = lambda _: hang
            stuck = asyncio.create_task(caught(http.get("/api/Products")))
            await asyncio.sleep(0.02)
            error = await caught(http.post("/api/SalesOrders", json={}))
            assert isinstance(error, errors.NotSentError)
            assert (error.attempts, error.phase, len(server.requests)) == (1, Phase.NOT_SENT, 1)
            stuck.cancel()
            await asyncio.wait([stuck])


async def test_a_queue_that_moves_is_waited_for_longer_than_the_pool_timeout() -> None:
    policy = RetryPolicy(concurrency=1, pool_timeout=0.06)
    async with running() as server, client(resilient(server.url, RealTime(), policy), server.url) as http:
        server.otherwise = lambda _: answer(after=0.02)
        responses = await asyncio.gather(*(http.get("/api/Products") for _ in range(12)))
        assert [response.status_code for response in responses] == [200] * 12
        assert server.busiest == 1


async def test_a_queue_is_left_at_the_deadline() -> None:
    policy = RetryPolicy(concurrency=1, closing_grace=0.05)
    async with running(hang) as server, client(resilient(server.url, RealTime(), policy), server.url) as http:
        stuck = asyncio.create_task(caught(http.get("/api/Products")))
        await asyncio.sleep(0.02)
        with calling(deadline=0.05):
            error = await caught(http.post("/api/SalesOrders", json={}))
        assert isinstance(error, errors.NotSentError)
        stuck.cancel()
        await asyncio.wait([stuck])
        assert len(server.requests) == 1


async def test_bulk_reading_queues_behind_bulk_reading_until_its_deadline() -> None:
    policy = RetryPolicy(bulk_concurrency=1, pool_timeout=0.01, closing_grace=0.05)
    async with running(hang) as server, client(resilient(server.url, RealTime(), policy), server.url) as http:
        with calling(bulk=True):
            stuck = asyncio.create_task(caught(http.get("/api/Products")))
            await until(lambda: server.requests)
            with calling(deadline=0.1):
                began = asyncio.get_running_loop().time()
                assert isinstance(await caught(http.get("/api/Products")), errors.NotSentError)
                assert asyncio.get_running_loop().time() - began > 0.08
        assert (await http.get("/api/Customers")).status_code == 200
        stuck.cancel()
        await asyncio.wait([stuck])


async def test_r6_in_an_outage_reads_send_themselves_and_the_budget() -> None:
    async with stage() as (server, http):
        server.otherwise = lambda _: answer(503)
        results = await asyncio.gather(*(caught(http.get("/api/Products")) for _ in range(30)))
        assert all(isinstance(error, errors.ServiceError) for error in results)
        assert len(server.requests) == 30 + 20
        assert isinstance(await caught(http.get("/api/Products")), errors.ServiceError)
        assert len(server.requests) == 51, "with an empty budget a call is made once"
        server.otherwise = lambda _: answer()
        for _ in range(4):
            await http.get("/api/Products")
        server.otherwise = lambda _: answer(503)
        await caught(http.get("/api/Products"))
        assert len(server.requests) == 51 + 4 + 3, "four successes pay for two retries"


async def test_r7_inside_a_pause_after_429_no_other_call_is_sent() -> None:
    clock = StandingClock()
    arrived: list[float] = []

    def limited(_: Received) -> Fault:
        arrived.append(clock.now)
        return answer(429, headers={"retry-after": "20"}) if len(arrived) == 1 else answer()

    async with running() as server, client(resilient(server.url, clock), server.url) as http:
        server.otherwise = limited
        first = asyncio.create_task(http.get("/api/Products"))
        await until(lambda: len(clock.sleeps) == 1)
        clock.advance(5)
        with calling(deadline=10):
            error = await caught(http.get("/api/Customers"))
        assert isinstance(error, errors.BusyError)
        assert 14.9 < (error.retry_after or 0) <= 15
        assert error.attempts == 0
        second = asyncio.create_task(http.post("/api/SalesOrders", json={}))
        await until(lambda: len(clock.sleeps) == 2)
        assert clock.sleeps == [22.5, 16.875]
        assert len(arrived) == 1
        clock.advance(30)
        assert (await first).status_code == (await second).status_code == 200
        assert arrived == [1000, 1035, 1035]


async def test_r7_calls_that_queue_for_a_slot_keep_to_the_pause_too() -> None:
    clock = Clock()
    policy = RetryPolicy(concurrency=1)
    async with running(answer(429, headers={"retry-after": "20"})) as server:
        async with client(resilient(server.url, clock, policy), server.url) as http:
            await asyncio.gather(*(http.get("/api/Products") for _ in range(5)))
        assert len(server.requests) == 6
        assert clock.now >= 1020
        assert len([pause for pause in clock.sleeps if pause >= 20]) >= 1


async def test_a_pause_of_a_year_is_told_once_and_holds_the_others_for_a_minute() -> None:
    clock = Clock()
    year = 31_536_000
    async with stage(answer(429, headers={"retry-after": str(year)}), clock=clock) as (server, http):
        error = await caught(http.get("/api/Products"))
        assert isinstance(error, errors.BusyError)
        assert (error.retry_after, error.attempts) == (year, 1)
        with calling(deadline=45):
            error = await caught(http.get("/api/Products"))
        assert isinstance(error, errors.BusyError)
        assert (error.retry_after, error.attempts, len(server.requests)) == (60, 0, 1)
        clock.now += 61
        assert (await http.get("/api/Products")).status_code == 200
        assert (await http.get("/api/Products")).status_code == 200
        assert clock.sleeps == []


async def test_after_the_held_minute_one_call_goes_to_see_and_the_others_wait_for_what_it_meets() -> None:
    clock = Clock()
    async with stage(answer(429, headers={"retry-after": "9999999"}), clock=clock) as (server, http):
        await caught(http.get("/api/Products"))
        clock.now += 61
        server.plan(answer(429, headers={"retry-after": "8888888"}, after=0.05))
        with calling(deadline=45):
            told = await asyncio.gather(*(caught(http.get("/api/Products")) for _ in range(5)))
        waits = sorted(getattr(error, "retry_after", None) or 0 for error in told)
        assert waits[-1] == 8_888_888
        assert len(server.requests) == 2, "only the one that went to see was sent"
        clock.now += 61
        server.plan(fin)
        assert (await send_all(http, 5)) == [200] * 5


async def send_all(http: httpx.AsyncClient, number: int) -> list[int]:
    answers = await asyncio.gather(*(http.get("/api/Products") for _ in range(number)))
    return [answer.status_code for answer in answers]


async def test_a_call_that_went_to_see_and_was_cancelled_holds_up_nobody() -> None:
    clock = Clock()
    async with stage(answer(429, headers={"retry-after": "9999999"}), clock=clock) as (server, http):
        await caught(http.get("/api/Products"))
        clock.now += 61
        server.plan(hang)
        first = asyncio.create_task(http.get("/api/Products"))
        await until(lambda: len(server.requests) == 2)
        first.cancel()
        await asyncio.wait([first])
        assert (await http.get("/api/Products")).status_code == 200
        assert clock.sleeps == []


async def test_a_call_waits_for_the_end_of_a_pause_if_its_deadline_allows_just_that() -> None:
    clock = StandingClock()
    async with stage(answer(429, headers={"retry-after": "20"}), clock=clock) as (_, http):
        first = asyncio.create_task(http.get("/api/Products"))
        await until(lambda: len(clock.sleeps) == 1)
        with calling(deadline=21):
            second = asyncio.create_task(http.get("/api/Products"))
            await until(lambda: len(clock.sleeps) == 2)
        assert clock.sleeps == [22.5, 20]
        clock.advance(20.5)
        assert (await second).status_code == 200
        clock.advance(5)
        assert (await first).status_code == 200


async def test_r8_a_cancelled_write_is_told_to_the_log_and_sent_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "stocktrim_client.transport")
    async with running(hang) as server, client(resilient(server.url, Clock(), QUICK), server.url) as http:
        with calling(request_id="r-8"):
            call = asyncio.create_task(http.post("/api/SalesOrders", json={}))
        await until(lambda: server.requests)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert "cancelled by its caller, outcome unknown" in caplog.text
        await until(lambda: "create_sales_order: outcome after its caller left: unknown, request r-8" in caplog.text)
        assert (await http.get("/api/Products")).status_code == 200
        assert [one.method for one in server.requests] == ["POST", "GET"]


async def test_a_write_cancelled_while_it_connects_never_leaves(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "stocktrim_client.transport")
    connected = asyncio.Event()

    async def slowly(event: str, _info: object) -> None:
        if event == "connection.connect_tcp.complete":
            connected.set()
            await asyncio.sleep(0.03)

    async with stage() as (server, http):
        call = asyncio.create_task(http.post("/api/SalesOrders", json={}, extensions={"trace": slowly}))
        await connected.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.sleep(0.06)
        assert server.requests == []
        assert "outcome unknown" not in caplog.text
        assert "outcome after its caller left: not sent" in caplog.text


async def test_a_call_cancelled_between_attempts_is_sent_no_more() -> None:
    async with running(answer(503)) as server, client(resilient(server.url, RealTime()), server.url) as http:
        call = asyncio.create_task(http.get("/api/Products"))
        await asyncio.sleep(0.05)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert len(server.requests) == 1


def crowded(url: str) -> httpx.AsyncClient:
    """Fewer connections than callers: here a cancelled request of httpcore's own would cost a connection for good."""
    limits = httpx.Limits(max_connections=4)
    return client(resilient(url, RealTime(), inner=lambda: httpx.AsyncHTTPTransport(limits=limits)), url)


async def storm_is_over(http: httpx.AsyncClient, callers: int) -> None:
    async with asyncio.timeout(5):
        responses = await asyncio.gather(*(http.get("/api/Products") for _ in range(callers)))
    assert [response.status_code for response in responses] == [200] * callers


async def test_r9_a_storm_of_cancellations_loses_no_connection() -> None:
    chance = random.Random(9)
    async with running() as server, crowded(server.url) as http:
        server.otherwise = lambda _: answer(after=0.002)
        for _ in range(5):
            calls = [asyncio.create_task(http.get("/api/Products")) for _ in range(40)]
            for call in calls:
                asyncio.get_running_loop().call_later(chance.uniform(0, 0.02), call.cancel)
            await asyncio.wait(calls)
        await storm_is_over(http, 40)


async def test_r10_a_storm_of_cancelled_scopes_loses_no_connection() -> None:
    chance = random.Random(10)
    async with running() as server, crowded(server.url) as http:
        server.otherwise = lambda _: answer(after=0.002)

        async def call() -> None:
            with anyio.move_on_after(chance.uniform(0, 0.02)):
                await http.get("/api/Products")

        for _ in range(5):
            async with anyio.create_task_group() as tasks:
                for _ in range(40):
                    tasks.start_soon(call)
        await storm_is_over(http, 40)


async def test_calls_left_behind_on_a_silent_server_do_not_block_the_next() -> None:
    policy = RetryPolicy(concurrency=4, pool_timeout=0.2, closing_grace=0.05)
    async with running() as server, client(resilient(server.url, RealTime(), policy), server.url) as http:
        server.otherwise = lambda _: hang
        calls = [asyncio.create_task(http.get("/api/Products")) for _ in range(4)]
        await asyncio.sleep(0.05)
        for call in calls:
            call.cancel()
        await asyncio.wait(calls)
        server.otherwise = lambda _: answer()
        await storm_is_over(http, 4)


async def test_an_unexpected_error_below_reaches_the_caller_as_it_is() -> None:
    class Faulty(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            raise LookupError("a bug")

    async with client(resilient("https://x.example", Clock(), inner=Faulty), "https://x.example") as http:
        with pytest.raises(LookupError, match="a bug"):
            await http.get("/api/Products")


async def test_a_slow_upload_given_up_at_the_deadline_may_yet_arrive() -> None:
    async def deaf(wire: Wire) -> None:
        wire.stop_reading()
        await asyncio.sleep(0.3)
        wire.reset()

    policy = RetryPolicy(write_timeout=5.0, closing_grace=0.0)
    async with running(Fault(deaf, at_accept=True)) as server:
        async with client(resilient(server.url, RealTime(), policy, inner=lambda: pool(policy)), server.url) as http:
            request = http.build_request("POST", "/api/SalesOrders", json={"padding": "x" * 20_000_000})
            with calling(deadline=0.1):
                error = await caught(http.send(request))
        assert isinstance(error, errors.OutcomeUnknownError)
