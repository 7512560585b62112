"""Whether all is well."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from stocktrim_client import StockTrimClient
from stocktrim_client.journal import MemoryJournal
from stocktrim_client.models import ProductDraft
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_client.snapshot.standing import SOURCES
from stocktrim_mcp_server import server
from stocktrim_mcp_server.answers import text_of
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.rails import Rails
from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.tools.status import get_status
from tests.conftest import NOW, TODAY, Clock


async def test_all_is_well(app: App) -> None:
    status = await get_status(app.stocktrim, app)
    assert status.connection == "works"
    assert status.plan_computed_at == NOW - timedelta(hours=2)
    assert (status.plan_age, status.forecast_running) == ("2 hours ago", False)
    assert status.connected_system == "StockTrimIncomingApi"
    assert "sandbox" in status.account
    assert status.warnings == ()


async def test_an_old_plan_is_a_warning(app: App) -> None:
    app.now = lambda: NOW + timedelta(days=9)
    status = await get_status(app.stocktrim, app)
    assert "The plan is 9 days old" in status.warnings[0]


async def test_a_running_forecast_shows_how_far_it_is_and_warns(app: App, clock: Clock) -> None:
    await app.stocktrim.forecasts.run()
    await app.stocktrim.forecasts.progress()
    clock.seconds += 30
    status = await get_status(app.stocktrim, app)
    assert (status.forecast_running, status.forecast_percent) == (True, 50)
    assert "A forecast is running" in status.warnings[0]


async def test_no_plan_is_a_warning(open_app: Callable[..., App], clock: Clock) -> None:
    app = open_app(Sandbox(0, today=TODAY, clock=clock))
    status = await get_status(app.stocktrim, app)
    assert status.plan_computed_at is None
    assert "holds no plan" in status.warnings[0]


@pytest.mark.parametrize("reading", Quirks.readings())
async def test_every_reading_of_the_api_has_a_status(open_app: Callable[..., App], clock: Clock, reading: str) -> None:
    app = open_app(Sandbox(today=TODAY, clock=clock, quirks=Quirks.readings()[reading]))
    status = await get_status(app.stocktrim, app)
    assert status.connection == "works"
    assert status.plan_computed_at == NOW - timedelta(hours=2)


async def test_a_fault_is_an_answer_too(app: App, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", status=503, times=None))
    status = await get_status(app.stocktrim, app)
    assert status.connection == "fails"
    assert "503" in status.warnings[0]


async def test_an_address_that_knows_nothing_is_no_connection(open_app: Callable[..., App], sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", status=404, times=None))
    status = await get_status(open_app(sandbox, sandbox=False).stocktrim, open_app(sandbox, sandbox=False))
    assert status.connection == "fails"
    assert "STOCKTRIM_API_URL" in status.warnings[0]


async def test_records_are_not_read_for_it_and_those_on_hand_are_counted_with_their_age(
    app: App, sandbox: Sandbox
) -> None:
    before = await get_status(app.stocktrim, app)
    assert before.records == ()
    assert "nothing read yet" in (before.on_hand or "")
    assert "list_products" not in {request.operation for request in sandbox.requests}
    await app.stocktrim.snapshot.need()
    held = {one.kind: one for one in (await get_status(app.stocktrim, app)).records}
    assert set(held) == set(SOURCES)
    assert held["products"].rows == len(sandbox.shop.products)
    assert held["purchase_orders"].rows == len(sandbox.shop.orders)
    assert (await get_status(app.stocktrim, app)).on_hand is None
    assert all(one.age == "just now" and one.failed is None for one in held.values())


async def test_records_that_could_not_be_read_say_why(app: App, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", at="list_suppliers", status=500, times=None))
    await app.stocktrim.snapshot.need("suppliers")
    held = {one.kind: one for one in (await get_status(app.stocktrim, app)).records}
    assert held["suppliers"].rows is None
    assert "500" in (held["suppliers"].failed or "")


async def test_what_is_being_read_shows_how_far_it_is(open_app: Callable[..., App], clock: Clock) -> None:
    app = open_app(Sandbox(200, today=TODAY, clock=clock))
    await app.stocktrim.snapshot.need("products", wait=0)
    held = {one.kind: one for one in (await get_status(app.stocktrim, app)).records}
    assert "so far" in (held["products"].reading or "")
    assert held["products"].rows is None


async def test_what_the_account_lacks_is_said_once_it_is_known(open_app: Callable[..., App], clock: Clock) -> None:
    sandbox = Sandbox(0, today=TODAY, clock=clock)
    sandbox.shop.suppliers.clear()
    app = open_app(sandbox)
    await app.stocktrim.snapshot.need()
    status = await get_status(app.stocktrim, app)
    assert [one.partition(":")[0] for one in status.warnings] == [
        "StockTrim holds no products",
        "StockTrim holds no suppliers",
        "StockTrim holds no plan",
    ]


async def test_missing_credentials_are_named_with_their_settings() -> None:
    app = App(Settings(log_level="ERROR"), server.connect)
    status = await get_status(app.stocktrim, app)
    assert status.connection == "fails"
    assert "STOCKTRIM_API_AUTH_ID" in status.warnings[0]
    assert status.warnings[1:] == ("STOCKTRIM_API_AUTH_ID is not set.", "STOCKTRIM_API_AUTH_SIGNATURE is not set.")
    await app.aclose()


async def test_a_credential_that_was_refused_and_looks_pasted_wrong_is_named(
    open_app: Callable[..., App], clock: Clock
) -> None:
    sandbox = Sandbox(today=TODAY, clock=clock, auth_id="tenant", auth_signature="signature")
    app = open_app(sandbox, sandbox=False, read_only=True, auth_id=SecretStr("tenant"), auth_signature=SecretStr("'x'"))
    status = await get_status(app.stocktrim, app)
    assert "401" in status.warnings[0]
    assert status.warnings[1:] == (
        "STOCKTRIM_API_AUTH_SIGNATURE stands in quotation marks, which are taken for a part of it.",
    )


async def test_a_journal_that_cannot_be_written_is_a_warning_where_changes_are_allowed(
    open_app: Callable[..., App], sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    settings = {"sandbox": False, "data_folder": tmp_path / "file"}
    for read_only, warned in ((False, 1), (True, 0)):
        app = open_app(sandbox, **settings, read_only=read_only)
        status = await get_status(app.stocktrim, app)
        assert status.connection == "works"
        assert len(status.warnings) == warned
        assert all("STOCKTRIM_DATA_FOLDER" in one and "Not a directory" in one for one in status.warnings)


async def test_the_status_of_a_large_account_is_small(open_app: Callable[..., App], clock: Clock) -> None:
    app = open_app(Sandbox(3_000, today=TODAY, clock=clock))
    await app.stocktrim.snapshot.need()
    assert len(text_of(await get_status(app.stocktrim, app))) < 800


async def test_it_says_how_changes_are_agreed_to_within_which_limits_and_how_many_there_were(
    sandbox: Sandbox, clock: Clock
) -> None:
    journal = MemoryJournal()

    def opened(**different: object) -> App:
        def connect(settings: Settings) -> StockTrimClient:
            return StockTrimClient("sandbox", "sandbox", transport=sandbox, sleep=clock.sleep, journal=journal, now=now)

        return App(Settings(sandbox=True).model_copy(update=different), connect, now=now)

    def now() -> datetime:
        return NOW + timedelta(seconds=clock.seconds)

    for different, said in (
        ({}, "the person is asked where the host can"),
        ({"approval": "ask"}, "a host that cannot ask changes nothing"),
        ({"approval": "token"}, "a token confirms it"),
        ({"approval": "host"}, "left to the host"),
    ):
        app = opened(**different)
        status = await get_status(app.stocktrim, app)
        assert said in (status.approval or "")
        assert (status.limits, status.changes) == (None, None)
        await app.aclose()
    app = opened(rails=Rails(max_records=20, mode="warn"))
    await app.stocktrim.products.save(ProductDraft(product_id="KETTLE-09", unit_cost=40))
    clock.seconds += 3 * 86_400
    await app.stocktrim.products.save(ProductDraft(product_id="KETTLE-09", unit_cost=41))
    await journal.append({"id": "damaged", "event": "intent"})
    status = await get_status(app.stocktrim, app)
    assert status.limits == "records a call up to 20; beyond it a warning"
    assert status.changes == "2 in the last 7 days, 1 damaged line(s) of the journal: list_changes shows them"
    clock.seconds += 5 * 86_400
    assert ((await get_status(app.stocktrim, app)).changes or "").startswith("1 in the last 7 days")
    await app.aclose()
    app = opened(read_only=True)
    status = await get_status(app.stocktrim, app)
    assert (status.read_only, status.approval, status.limits, status.changes) == (True, None, None, None)
    await app.aclose()
