"""One server for each account and menu; accounts come and go, and share nothing."""

import asyncio
from collections.abc import Callable

import pytest
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr

from stocktrim_client import NotSentError, ReadOnlyError, StockTrimClient
from stocktrim_client.sandbox import Sandbox
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.keys import Keys
from stocktrim_mcp_server.serving.seats import Accounts
from stocktrim_mcp_server.settings import Settings, SettingsError

USUAL = Settings(transport="streamable-http")


def account(name: str, **more: object) -> Settings:
    return USUAL.model_copy(update={"auth_id": SecretStr(name), "auth_signature": SecretStr("s"), **more})


def connect(settings: Settings) -> StockTrimClient:
    name = settings.auth_id.get_secret_value()
    return StockTrimClient(name, "s", transport=Sandbox(auth_id=name, auth_signature="s"), read_only=settings.read_only)


def accounts(most: int, opened: Callable[[App], object] = lambda app: None, *, read_only: bool = False) -> Accounts:
    return Accounts(most, connect, Keys(), opened, read_only=read_only)


async def test_menus_of_an_account_share_its_client_and_nothing_else() -> None:
    held = accounts(8)
    one, narrow = account("a"), account("a", read_only=True)
    assert held.of(one) is held.of(narrow)
    whole, reading = held.of(one).seat(one), held.of(narrow).seat(narrow)
    assert whole is held.of(one).seat(one)
    assert whole is not reading
    assert held.of(account("b")).app.stocktrim is not held.of(one).app.stocktrim
    await held.aclose()


async def test_who_may_only_read_does_not_take_the_pen_from_the_others() -> None:
    held = accounts(8)
    reading = held.of(account("a", read_only=True))
    reading.seat(account("a", read_only=True))
    assert (await reading.app.stocktrim.forecasts.run()).status == "applied"
    await held.aclose()


async def test_where_nobody_may_write_no_client_can() -> None:
    held = accounts(8, read_only=True)
    reading = held.of(account("a", read_only=True))
    with pytest.raises(ReadOnlyError):
        await reading.app.stocktrim.forecasts.run()
    await held.aclose()


async def test_the_account_that_was_not_asked_for_longest_goes() -> None:
    opened: list[App] = []
    held = accounts(2, opened.append)
    for name in ("a", "b", "a", "c"):
        held.of(account(name))
    first, second, third = opened
    # What closes them is a task of its own.
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert first.stocktrim
    assert third.stocktrim
    with pytest.raises(NotSentError, match="ending"):
        assert second.stocktrim
    assert held.of(account("b")).app is not second
    await held.aclose()


async def test_an_account_with_a_call_under_way_stays() -> None:
    opened: list[App] = []
    held = accounts(1, opened.append)
    with held.of(account("a")).app.calls.one():
        held.of(account("b"))
        held.of(account("c"))
        await asyncio.sleep(0)
        assert opened[0].stocktrim
        assert held.of(account("a")).app is opened[0]
    await held.aclose()


async def test_an_account_that_is_about_to_answer_stays() -> None:
    opened: list[App] = []
    held = accounts(1, opened.append)
    seat = held.of(account("a")).seat(account("a"))
    async with AsyncClient(transport=ASGITransport(seat), base_url="http://localhost") as http:
        for method in ("GET", "POST"):
            answering = asyncio.create_task(http.request(method, "/mcp"))
            # Nothing tells of its arrival but this.
            while not seat.is_answering:  # noqa: ASYNC110 - see above
                await asyncio.sleep(0)
            held.of(account("b"))
            assert held.of(account("a")).app is opened[0]
            assert (await answering).is_client_error
    held.of(account("b"))
    assert held.of(account("a")).app is not opened[0]
    await held.aclose()


async def test_the_servers_own_account_neither_goes_nor_makes_others_go() -> None:
    opened: list[App] = []
    held = accounts(1, opened.append)
    held.of(account("own")).stays = True
    for name in ("a", "own", "a", "b"):
        held.of(account(name))
    assert held.of(account("own")).app is opened[0]
    assert len(opened) == 3
    await held.aclose()


async def test_who_comes_while_the_server_ends_begins_nothing() -> None:
    held = accounts(8)
    assert await held.drained(0) == 0
    assert held.of(account("a")).app.calls.is_ending
    await held.aclose()


async def test_approvals_of_accounts_are_strangers_to_each_other() -> None:
    held = accounts(8)
    one, other = (held.of(account(name)).app for name in ("a", "b"))
    digest = one.approvals.digest("run_forecast", {}, [])
    assert digest == other.approvals.digest("run_forecast", {}, [])
    token = one.approvals.token(digest, b"", one.now())
    assert one.approvals.is_valid(token, digest, one.now())
    assert not other.approvals.is_valid(token, digest, one.now())
    await held.aclose()


async def test_a_menu_that_cannot_be_meant_is_said_and_leaves_the_account_in_use() -> None:
    held = accounts(8)
    strange = account("a", tools=("serch",))
    with pytest.raises(SettingsError, match="serch"):
        held.of(strange).seat(strange)
    assert held.of(account("a")).seat(account("a"))
    await held.aclose()


async def test_ending_waits_for_calls_and_begins_no_others() -> None:
    sandbox = Sandbox()
    app = App(Settings(sandbox=True), lambda _: StockTrimClient("sandbox", "sandbox", transport=sandbox))
    with app.calls.one():
        draining = asyncio.create_task(app.calls.drained(60))
        await asyncio.sleep(0)
        assert app.calls.is_ending
        assert not draining.done()
    assert await draining == 0
    with app.calls.one():
        with app.calls.waiting():
            assert await app.calls.drained(60) == 0
        assert await app.calls.drained(0.001) == 1
        draining = asyncio.create_task(app.calls.drained(60))
        await asyncio.sleep(0)
        app.calls.hurry()
        assert await draining == 1
    await app.aclose()
