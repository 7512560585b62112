"""What StockTrim says, once it is reached."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from stocktrim_client import UnexpectedAnswerError
from stocktrim_client.helpers.shape import Shape
from stocktrim_client.sandbox import serve
from stocktrim_mcp_server.doctor.account import judged_shape
from stocktrim_mcp_server.settings import Http
from tests.client.fault_server import Fault, Received, answer, running
from tests.client.sandboxed import Scripted
from tests.conftest import NOW
from tests.server.doctor.set_up import account, examined, line, lines, over, shop

LATER = ("API", "records", "forecast")


@pytest.mark.parametrize("status", [401, 403])
async def test_refused_credentials_are_told_with_the_place_to_find_them(status: int, tmp_path: Path) -> None:
    async with running() as server:
        server.otherwise = lambda _: answer(status, {"detail": "Invalid auth signature"})
        found = await examined(account(server.url, tmp_path), tmp_path)
    refused = line(found, "account")
    assert refused.status == "fail"
    for word in ("STOCKTRIM_API_AUTH_ID", "STOCKTRIM_API_AUTH_SIGNATURE", "Help", str(status)):
        assert word in refused.found
    assert refused.next.startswith("Look at STOCKTRIM_API_AUTH_SIGNATURE first")
    for name in LATER:
        assert line(found, name).found == "not checked: the credentials are refused"


async def test_credentials_that_are_swapped_are_suspected_of_it(tmp_path: Path) -> None:
    async with serve(shop()) as address:
        settings = account(address, tmp_path)
        swapped = {"auth_id": settings.auth_signature, "auth_signature": settings.auth_id}
        found = await examined(settings.model_copy(update=swapped), tmp_path)
    assert "swapped" in line(found, "account").next


async def test_a_missing_credential_is_named_and_nothing_is_asked_with_the_other(tmp_path: Path) -> None:
    async with running() as server:
        found = await examined(account(server.url, tmp_path, auth_signature=SecretStr("")), tmp_path)
        asked = [one.method for one in server.requests]
    missing = line(found, "credentials")
    assert missing.status == "fail"
    assert missing.found == "STOCKTRIM_API_AUTH_SIGNATURE is not set"
    assert "Help" in missing.next
    assert asked == ["HEAD"]
    assert line(found, "account").found == "not checked: credentials are missing, or cannot be sent"


async def test_a_server_whose_callers_bring_their_accounts_needs_none_of_its_own(tmp_path: Path) -> None:
    async with running() as server:
        bare = account(server.url, tmp_path, auth_id=SecretStr(""), auth_signature=SecretStr(""))
        http = Http(port=0, tokens_file=tmp_path / "tokens.toml")
        found = await examined(bare.model_copy(update={"transport": "streamable-http", "http": http}), tmp_path)
    assert line(found, "credentials").status == "note"
    assert "whose token names an account" in line(found, "credentials").found


async def test_a_quoted_credential_is_suspected_before_it_is_refused(tmp_path: Path) -> None:
    async with serve(shop()) as address:
        settings = account(address, tmp_path, auth_id=SecretStr('"tenant-2917-north"'))
        found = await examined(settings, tmp_path)
    assert line(found, "credentials").status == "warn"
    assert "STOCKTRIM_API_AUTH_ID stands in quotation marks" in line(found, "credentials").found
    assert line(found, "account").next == "Look at STOCKTRIM_API_AUTH_ID first: see above."


async def test_a_web_page_in_place_of_the_api_is_told(tmp_path: Path) -> None:
    async with running() as server:
        server.otherwise = lambda _: answer(200, b"<html><title>Sign in</title></html>", {"content-type": "text/html"})
        found = await examined(account(server.url, tmp_path), tmp_path)
    assert line(found, "account").status == "fail"
    assert "web page" in line(found, "account").found
    assert [one.status for one in lines(found, "API")] == ["fail"] * 4


async def test_an_address_that_knows_nothing_is_suspected(tmp_path: Path) -> None:
    async with running() as server:
        server.otherwise = lambda _: answer(404, {"title": "Not Found"})
        found = await examined(account(server.url, tmp_path), tmp_path)
    assert line(found, "API").status == "warn"
    assert "STOCKTRIM_API_URL" in line(found, "API").next
    assert line(found, "records").status == "warn"
    assert line(found, "forecast").found == "StockTrim holds no plan"


async def test_one_list_that_cannot_be_read_is_named_and_the_others_are_not(tmp_path: Path) -> None:
    def one_broken(received: Received) -> Fault:
        if "Suppliers" in received.target:
            return answer(200, ["nonsense"])
        return answer(200, {"results": []} if "OrderPlan" in received.target else [])

    async with running() as server:
        server.otherwise = one_broken
        found = await examined(account(server.url, tmp_path), tmp_path)
    (broken,) = lines(found, "API")
    assert broken.status == "fail"
    assert "suppliers" in broken.found


def test_a_list_that_is_as_documented_needs_no_line() -> None:
    assert judged_shape("list_products", Shape(24)) == []


def test_fields_that_came_and_went_are_named() -> None:
    new, gone = judged_shape("list_products", Shape(24, ("colour", "suppliers.star"), ("name",)))
    assert new.status == gone.status == "note"
    assert "colour, suppliers.star" in new.found
    assert "does not send name" in gone.found


def test_a_list_that_cannot_be_read_has_failed() -> None:
    (found,) = judged_shape("list_suppliers", UnexpectedAnswerError("not in the documented form"))
    assert found.status == "fail"


async def test_counts_and_the_plans_age_are_those_of_the_account(tmp_path: Path) -> None:
    async with serve(shop()) as address:
        found = await examined(account(address, tmp_path), tmp_path)
        old = await examined(account(address, tmp_path), tmp_path, now=lambda: NOW + timedelta(days=9))
    assert line(found, "records").found == "24 products, 8 suppliers, 10 open orders of 25"
    assert line(found, "forecast").status == "ok"
    assert line(old, "forecast").found == "the plan is 9 days old"


async def test_nothing_is_changed_at_stocktrim(tmp_path: Path) -> None:
    sandbox = shop()
    async with serve(sandbox) as address:
        await examined(account(address, tmp_path), tmp_path)
    assert {one.operation.partition("_")[0] for one in sandbox.requests if one.operation} <= {"list", "get", "read"}


async def test_a_list_that_takes_too_long_holds_up_no_other_check(tmp_path: Path) -> None:
    def answered(request: httpx.Request) -> httpx.Response:
        if "Products" in request.url.path:
            raise httpx.ReadTimeout("late", request=request)
        return httpx.Response(404, json={})

    async with running() as server:
        settings = account(server.url, tmp_path)
        found = await examined(settings, tmp_path, connect=over(Scripted(answered)), limit=0.4)
    assert line(found, "account").status == "ok"
    assert any(one.status == "fail" and "no whole answer" in one.found for one in lines(found, "API"))
    assert line(found, "records").status in ("note", "warn")
    assert line(found, "hosts").status == "note"
