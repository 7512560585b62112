"""Running the forecast, and following it, in time that nobody waits for."""

import httpx
import pytest

from stocktrim_client.client import StockTrimClient
from stocktrim_client.errors import UnexpectedAnswerError
from stocktrim_client.models import ForecastProgress, ProductDraft
from stocktrim_client.sandbox import Quirks, Sandbox
from tests.client.sandboxed import TODAY, Clock, Scripted, connected, every_reading, sandbox, writes


@pytest.mark.parametrize("lag", [0, 1, 3])
async def test_a_run_is_followed_to_its_end_even_if_it_shows_late(lag: int) -> None:
    clock = Clock()
    far = Sandbox(quirks=Quirks(status_lag=lag), today=TODAY, clock=clock, sleep=clock.sleep, forecast_seconds=120)
    async with StockTrimClient("sandbox", "sandbox", transport=far, sleep=clock.sleep) as stocktrim:
        assert (await stocktrim.forecasts.run()).status == "applied"
        steps = [step async for step in stocktrim.forecasts.follow()]
    assert 120 <= clock.now <= 130 + 5 * lag
    assert not steps[-1].is_running
    # `run` has looked once.
    late = max(0, lag - 1)
    assert [step.is_running for step in steps[:-1]] == [False] * late + [True] * (len(steps) - 1 - late)
    done = [step.percent_complete or 0 for step in steps[late:]]
    assert done == sorted(done)


async def test_following_when_nothing_runs_ends_after_the_grace() -> None:
    clock = Clock()
    far = sandbox()
    async with StockTrimClient("sandbox", "sandbox", transport=far, sleep=clock.sleep) as stocktrim:
        steps = [step async for step in stocktrim.forecasts.follow(poll_seconds=2, grace_seconds=6)]
    assert (clock.now, len(steps)) == (6.0, 4)


@every_reading
async def test_a_new_product_shows_in_the_plan_after_a_run(quirks: Quirks) -> None:
    clock = Clock()
    far = Sandbox(quirks=quirks, today=TODAY, clock=clock, sleep=clock.sleep)
    async with StockTrimClient("sandbox", "sandbox", transport=far, sleep=clock.sleep) as stocktrim:
        await stocktrim.products.save(ProductDraft(product_id="NEW-1", lead_time_days=7))
        before = await stocktrim.order_plan.all()
        await stocktrim.forecasts.run()
        async for _ in stocktrim.forecasts.follow():
            pass
        after = await stocktrim.order_plan.all()
    assert {row.product_id for row in after} - {row.product_id for row in before} == {"NEW-1"}


async def test_a_run_is_never_sent_twice() -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        await stocktrim.forecasts.run()
    assert writes(far) == ["run_forecast"]


@pytest.mark.parametrize(
    ("answer", "progress"),
    [
        (httpx.Response(404), ForecastProgress()),
        (httpx.Response(200, json={}), ForecastProgress()),
        (
            httpx.Response(200, json={"isProcessing": None, "percentageComplete": None, "statusMessage": None}),
            ForecastProgress(),
        ),
        (
            httpx.Response(200, json={"isProcessing": True, "percentageComplete": 41.7, "statusMessage": 5}),
            ForecastProgress(is_running=True, percent_complete=42, message="5"),
        ),
    ],
)
async def test_progress_is_read_whatever_it_leaves_out(answer: httpx.Response, progress: ForecastProgress) -> None:
    async with connected(Scripted(lambda request: answer)) as stocktrim:
        assert await stocktrim.forecasts.progress() == progress


@pytest.mark.parametrize("content", [b"", b"null", b"<html></html>", b"[1]", b'{"percentageComplete": "much"}'])
async def test_a_strange_answer_is_named(content: bytes) -> None:
    async with connected(Scripted(lambda request: httpx.Response(200, content=content))) as stocktrim:
        with pytest.raises(UnexpectedAnswerError) as raised:
            await stocktrim.forecasts.progress()
    assert raised.value.operation == "get_processing_status"
