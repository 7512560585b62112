"""The calculation: started, followed, and never more than once at a time."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from mcp import Client
from mcp_types import ElicitRequestParams, ElicitResult

from stocktrim_client import ReadOnlyError, StockTrimClient
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.approval import Approval
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.tools.forecasts import run_forecast
from tests.conftest import NOW, TODAY, Clock


class Told:
    """What a host was told of the progress."""

    def __init__(self) -> None:
        self.steps: list[float] = []

    async def __call__(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        assert total == 100
        self.steps.append(progress)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def open_slow(open_app: Callable[..., App], clock: Clock) -> Callable[..., tuple[App, Sandbox]]:
    """An app on a sandbox whose calculation takes so long, in a time of day that passes with the clock."""

    def make(seconds: float, quirks: Quirks | None = None) -> tuple[App, Sandbox]:
        sandbox = Sandbox(
            today=TODAY, clock=clock, sleep=clock.sleep, forecast_seconds=seconds, quirks=quirks or Quirks()
        )
        app = open_app(sandbox)
        app.now = lambda: NOW + timedelta(seconds=clock.seconds)
        return app, sandbox

    return make


def runs(sandbox: Sandbox) -> int:
    return len([request for request in sandbox.requests if request.operation == "run_forecast"])


async def test_a_short_calculation_is_waited_for(open_slow: Callable[..., tuple[App, Sandbox]], told: Told) -> None:
    app, sandbox = open_slow(20)
    before = await app.stocktrim.order_plan.calculated_at()
    run = await run_forecast(app.stocktrim, app, told, Approval())
    assert run.status == "finished"
    assert before is not None
    assert run.plan_computed_at is not None
    assert run.plan_computed_at > before
    assert runs(sandbox) == 1
    assert told.steps == sorted(set(told.steps))
    assert len(told.steps) > 3
    assert (run.seen or "").startswith("seen running for ")
    assert ", from " in (run.seen or "")


async def test_a_long_one_is_said_to_be_still_running_and_how_far_it_is(
    open_slow: Callable[..., tuple[App, Sandbox]], told: Told, clock: Clock
) -> None:
    app, _ = open_slow(100)
    run = await run_forecast(app.stocktrim, app, told, Approval())
    assert run.status == "running"
    assert run.percent is not None
    assert 30 <= run.percent <= 40
    assert run.message.startswith(f"Still running, {run.percent} %")
    assert clock.seconds <= 40
    assert (run.seen or "").startswith(f"seen running for {int(clock.seconds)} seconds, from ")
    assert f"to {run.percent} %" in (run.seen or "")


async def test_one_that_runs_already_is_followed_and_no_other_started(
    open_slow: Callable[..., tuple[App, Sandbox]], told: Told
) -> None:
    app, sandbox = open_slow(100)
    await run_forecast(app.stocktrim, app, told, Approval())
    again = await run_forecast(app.stocktrim, app, told, Approval())
    assert runs(sandbox) == 1
    assert again.warnings[0].startswith("A calculation was already running")
    last = await run_forecast(app.stocktrim, app, told, Approval())
    assert last.status == "finished"


async def test_progress_that_cannot_be_read_does_not_look_like_a_run_that_was_not_started(
    open_slow: Callable[..., tuple[App, Sandbox]], told: Told
) -> None:
    app, sandbox = open_slow(60)
    sandbox.faults.add(Fault("status", at="get_processing_status", status=500, after=2, times=None))
    run = await run_forecast(app.stocktrim, app, told, Approval())
    assert run.status == "unknown"
    assert "was started" in run.message
    assert "500" in run.warnings[-1]
    assert run.seen


async def test_a_run_that_changes_nothing_says_what_was_seen_of_it(
    open_slow: Callable[..., tuple[App, Sandbox]], told: Told
) -> None:
    app, sandbox = open_slow(20)
    sandbox.faults.add(Fault("status", at="run_forecast", status=200, times=None))
    before = await app.stocktrim.order_plan.calculated_at()
    run = await run_forecast(app.stocktrim, app, told, Approval())
    assert run.status == "unknown"
    assert run.plan_computed_at == before
    assert (run.seen or "").startswith("never seen running in ")
    assert "still the one before" in run.message


async def test_it_is_a_change_that_destroys_nothing(app: App) -> None:
    (tool,) = [one for one in await server.build(app).list_tools() if one.name == "run_forecast"]
    assert tool.annotations is not None
    assert (tool.annotations.read_only_hint, tool.annotations.destructive_hint) == (False, False)


async def test_answers_show_the_new_plan_after_it(open_slow: Callable[..., tuple[App, Sandbox]], told: Told) -> None:
    app, _ = open_slow(20)
    before = await app.stocktrim.snapshot.order_plan()
    run = await run_forecast(app.stocktrim, app, told, Approval())
    after = await app.stocktrim.snapshot.order_plan()
    assert after[0].calculated_at == run.plan_computed_at
    assert before[0].calculated_at != after[0].calculated_at


@pytest.mark.parametrize("reading", Quirks.readings())
async def test_every_reading_of_the_api_runs_and_ends(
    open_slow: Callable[..., tuple[App, Sandbox]], told: Told, reading: str
) -> None:
    app, sandbox = open_slow(20, Quirks.readings()[reading])
    assert (await run_forecast(app.stocktrim, app, told, Approval())).status == "finished"
    assert runs(sandbox) == 1


async def test_that_a_run_is_for_good_is_asked_once(open_app: Callable[..., App], sandbox: Sandbox) -> None:
    questions: list[str] = []

    async def ask(context: object, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        return ElicitResult(action="decline")

    async with Client(server.build(open_app(sandbox)), elicitation_callback=ask) as client:
        await client.call_tool("run_forecast", {})
    assert questions[0].count("cannot be taken back") == 1
    assert "can be undone" not in questions[0]


async def test_a_read_only_server_neither_lists_nor_sends_it(sandbox: Sandbox, told: Told) -> None:
    def connect(settings: Settings) -> StockTrimClient:
        return StockTrimClient("sandbox", "sandbox", transport=sandbox, read_only=settings.read_only)

    app = App(Settings(sandbox=True, read_only=True, log_level="ERROR"), connect)
    assert "run_forecast" not in {tool.name for tool in await server.build(app).list_tools()}
    with pytest.raises(ReadOnlyError):
        await run_forecast(app.stocktrim, app, told, Approval())
    assert runs(sandbox) == 0
    await app.aclose()
