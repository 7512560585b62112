"""Values for the arguments of prompts and resources, through the SDK's own client, in both eras of the protocol."""

import asyncio
import gc
import weakref
from collections.abc import Callable
from typing import Any, Literal

import pytest
from anyio import wait_all_tasks_blocked
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.shared.uri_template import UriTemplate
from mcp_types import (
    INVALID_PARAMS,
    Completion,
    CompletionArgument,
    PromptReference,
    ResourceTemplateReference,
    TextResourceContents,
)

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Fault, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.completions import MOST_VALUES, Completions, Word, fitting
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.prompts import LONGEST_ARGUMENT
from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.toolbox import names
from stocktrim_mcp_server.tools import EVERY
from tests.conftest import TODAY
from tests.server.stdio import started

Era = Literal["auto", "legacy"]
OpenApp = Callable[..., App]

MONDAY = PromptReference(type="ref/prompt", name="monday_reorder")
REVIEW = PromptReference(type="ref/prompt", name="supplier_order_review")
PRODUCT = "stocktrim://product/{+code}"
TEMPLATES = {
    PRODUCT: "code",
    "stocktrim://supplier/{+code}": "code",
    "stocktrim://customer/{+code}": "code",
    "stocktrim://location/{+code}": "code",
    "stocktrim://purchase-order/{+reference}": "reference",
}


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> Era:
    return request.param


def template(uri: str) -> ResourceTemplateReference:
    return ResourceTemplateReference(type="ref/resource", uri=uri)


async def complete(client: Client, ref: Any, argument: str, typed: str, **chosen: str) -> Completion:
    return (await client.complete(ref, {"name": argument, "value": typed}, chosen or None)).completion


async def filled(app: App) -> None:
    await app.stocktrim.snapshot.need()


@pytest.mark.parametrize(
    ("ref", "argument", "typed", "first"),
    [
        (MONDAY, "supplier", "hik", ["HIKARI"]),
        (MONDAY, "supplier", "okafor", ["Okafor Textiles"]),
        (MONDAY, "supplier", "stalverk", ["STEEL/EU #2"]),
        (MONDAY, "category", "te", ["Tea", "Textiles"]),
        (MONDAY, "location", "harb", ["SHOP"]),
        (REVIEW, "supplier", "LEAF &", ["LEAF & CO."]),
        (template(PRODUCT), "code", "tea", ["TEA-SENCHA-100", "TEA/CHAI 50%+"]),
        (template(PRODUCT), "code", "chai 50%", ["TEA/CHAI 50%+"]),
        (template(PRODUCT), "code", "☕", ["☕-STICKER"]),
        (template(PRODUCT), "code", "..", [".."]),
        (template(PRODUCT), "code", "#2?", ["SCOOP #2?&"]),
        (template("stocktrim://supplier/{+code}"), "code", "/eu", ["STEEL/EU #2"]),
        (template("stocktrim://customer/{+code}"), "code", "cafe lumen", ["CAFE-LUMEN"]),
        (template("stocktrim://customer/{+code}"), "code", "market", ["Market stall"]),
        (template("stocktrim://location/{+code}"), "code", "m", ["MAIN"]),
        (template("stocktrim://purchase-order/{+reference}"), "reference", "po/", ["PO/7 #1?&+%"]),
        (template("stocktrim://purchase-order/{+reference}"), "reference", "tea-7", ["TEA-7"]),
    ],
)
async def test_what_is_typed_is_completed_from_the_records_on_hand(
    app: App, era: Era, ref: Any, argument: str, typed: str, first: list[str]
) -> None:
    await filled(app)
    async with Client(server.build(app), mode=era) as client:
        found = await complete(client, ref, argument, typed)
    assert found.values[: len(first)] == first
    assert found.total == len(found.values)
    assert found.has_more is False


async def test_codes_that_begin_so_come_before_codes_and_names_that_hold_it(app: App, era: Era) -> None:
    await filled(app)
    products = await app.stocktrim.snapshot.products()
    async with Client(server.build(app), mode=era) as client:
        found = await complete(client, template(PRODUCT), "code", "g")
    begun = [code for code in found.values if code.lower().startswith("g")]
    assert found.values[: len(begun)] == sorted(begun, key=str.lower)
    held = {one.code for one in products if "g" in f"{one.code} {one.name}".lower()}
    assert set(found.values) == held


async def test_nothing_typed_gives_everything_each_once(app: App, era: Era) -> None:
    await filled(app)
    categories = {one.category for one in await app.stocktrim.snapshot.products() if one.category}
    async with Client(server.build(app), mode=era) as client:
        found = await complete(client, MONDAY, "category", "")
        nothing = await complete(client, MONDAY, "category", "zeppelin")
    assert sorted(found.values) == sorted(categories)
    assert (nothing.values, nothing.total, nothing.has_more) == ([], 0, False)


async def test_only_what_the_menu_brings_is_completed(open_app: OpenApp, sandbox: Sandbox, era: Era) -> None:
    app = open_app(sandbox, tools=("get_suppliers",))
    await filled(app)
    async with Client(server.build(app), mode=era) as client:
        assert (await complete(client, template("stocktrim://supplier/{+code}"), "code", "hik")).values == ["HIKARI"]
        for hidden in (template("stocktrim://customer/{+code}"), MONDAY):
            with pytest.raises(MCPError, match="There is no") as refused:
                await complete(client, hidden, "code", "")
            assert refused.value.error.code == INVALID_PARAMS


async def test_records_that_are_replaced_are_let_go_of_at_once(app: App, sandbox: Sandbox) -> None:
    await filled(app)
    completions = Completions(app, names(EVERY))
    typed = CompletionArgument(name="code", value="")
    assert (await completions.complete(template(PRODUCT), typed, None)).values
    old = weakref.ref((await app.stocktrim.snapshot.products())[0])
    for product in sandbox.shop.products.values():
        product["stockOnHand"] = 77.0
    sandbox.shop.changed()
    await app.stocktrim.snapshot.refresh("products")
    gc.collect()
    assert old() is None
    assert (await completions.complete(template(PRODUCT), typed, None)).values


async def test_of_many_a_hundred_are_given_and_all_are_counted(open_app: OpenApp, clock: Any) -> None:
    app = open_app(Sandbox(3_000, today=TODAY, clock=clock))
    await filled(app)
    async with Client(server.build(app)) as client:
        found = await complete(client, template(PRODUCT), "code", "")
    assert len(found.values) == MOST_VALUES
    assert found.total == len({one.code for one in await app.stocktrim.snapshot.products()})
    assert found.has_more is True


async def test_every_completed_value_leads_to_its_record(app: App, era: Era) -> None:
    await filled(app)
    async with Client(server.build(app), mode=era) as client:
        for uri, argument in TEMPLATES.items():
            found = await complete(client, template(uri), argument, "")
            assert found.values
            for value in found.values:
                # As a host puts it in.
                address = UriTemplate.parse(uri).expand({argument: value})
                (content,) = (await client.read_resource(address)).contents
                assert isinstance(content, TextResourceContents)
                assert value in content.text


async def test_a_product_is_completed_by_its_id_too(app: App, era: Era) -> None:
    await filled(app)
    async with Client(server.build(app), mode=era) as client:
        assert (await complete(client, template(PRODUCT), "code", "30000001")).values == ["V60-02"]


async def test_categories_are_those_of_the_supplier_chosen(app: App, era: Era) -> None:
    await filled(app)
    async with Client(server.build(app), mode=era) as client:
        every = (await complete(client, MONDAY, "category", "")).values
        for word in ("LEAF & CO.", "leaf & co. tea"):
            assert (await complete(client, MONDAY, "category", "", supplier=word)).values == ["Tea"]
        # Of one that nobody knows, or that is not settled yet, all are offered.
        for word in ("nobody", " "):
            assert (await complete(client, MONDAY, "category", "", supplier=word)).values == every


async def test_a_completion_waits_no_longer_than_whoever_types_and_goes_on_reading() -> None:
    sandbox = Sandbox(today=TODAY)
    sandbox.faults.add(Fault("silence", at="list_suppliers", times=1))
    app = App(Settings(sandbox=True, log_level="ERROR"), lambda _: client_of(sandbox))
    typed = CompletionArgument(name="supplier", value="h")
    found = await asyncio.wait_for(Completions(app, names(EVERY), wait=0).complete(MONDAY, typed, None), 5)
    # How many there are is not known yet, so none is claimed.
    assert (found.values, found.total, found.has_more) == ([], None, None)
    await wait_all_tasks_blocked()
    assert any(request.operation == "list_suppliers" for request in sandbox.requests)
    await app.aclose()


async def test_what_is_not_on_hand_is_read_for_the_first_question(app: App, era: Era) -> None:
    async with Client(server.build(app), mode=era) as client:
        assert (await complete(client, MONDAY, "supplier", "hik")).values == ["HIKARI"]


async def test_a_newer_reading_is_completed_from(app: App, sandbox: Sandbox) -> None:
    await filled(app)
    async with Client(server.build(app)) as client:
        assert (await complete(client, template(PRODUCT), "code", "brand-new")).values == []
        sandbox.shop.products["BRAND-NEW"] = {"id": 78, "productId": "BRAND-NEW", "name": "New"}
        sandbox.shop.changed()
        await app.stocktrim.snapshot.refresh("products")
        assert (await complete(client, template(PRODUCT), "code", "brand-new")).values == ["BRAND-NEW"]


async def test_hidden_characters_are_written_out_and_endless_codes_left_out(app: App, sandbox: Sandbox) -> None:
    for code in ("HID\u200bDEN", "HID" + "X" * LONGEST_ARGUMENT):
        sandbox.shop.products[code] = {"id": 79, "productId": code, "name": "Odd"}
    sandbox.shop.changed()
    await filled(app)
    async with Client(server.build(app)) as client:
        found = await complete(client, template(PRODUCT), "code", "hid")
        assert found.values == ["HID\\u200bDEN"]
        (content,) = (await client.read_resource("stocktrim://product/HID%5Cu200bDEN")).contents
    assert isinstance(content, TextResourceContents)
    assert "HID\\u200bDEN" in content.text


async def test_without_credentials_there_is_nothing_to_complete_from(era: Era) -> None:
    app = App(Settings(log_level="ERROR"), server.connect)
    async with Client(server.build(app), mode=era) as client:
        for _ in range(2):
            found = await complete(client, MONDAY, "supplier", "h")
            assert (found.values, found.total) == ([], None)
    await app.aclose()


@pytest.mark.parametrize(
    ("ref", "argument"),
    [
        (PromptReference(type="ref/prompt", name="new_supplier"), "name"),
        (MONDAY, "shoe_size"),
        (template(PRODUCT), "reference"),
    ],
)
async def test_what_nobody_can_know_has_no_values(app: App, era: Era, ref: Any, argument: str) -> None:
    await filled(app)
    async with Client(server.build(app), mode=era) as client:
        found = await complete(client, ref, argument, "")
    assert (found.values, found.total, found.has_more) == ([], 0, False)


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        (PromptReference(type="ref/prompt", name="tuesday"), "There is no prompt 'tuesday'"),
        (template("stocktrim://shoe/{+code}"), "There is no resource template 'stocktrim://shoe/{+code}'"),
    ],
)
async def test_a_reference_to_nothing_is_refused_in_words(app: App, era: Era, ref: Any, said: str) -> None:
    async with Client(server.build(app), mode=era) as client:
        with pytest.raises(MCPError) as caught:
            await complete(client, ref, "code", "")
    assert caught.value.error.code == INVALID_PARAMS
    assert said in caught.value.error.message


async def test_hosts_are_told_that_there_are_completions(app: App, era: Era) -> None:
    async with Client(server.build(app), mode=era) as client:
        assert client.server_capabilities.completions is not None


def test_values_are_ranked_by_where_they_hold_what_was_typed() -> None:
    words = [
        Word("1", "xab", "nothing"),
        Word("2", "x", "in a cab"),
        Word("3", "x", "able"),
        Word("4", "abc", "x"),
        Word("5", "x", "y"),
    ]
    assert fitting(words, " AB ") == ["4", "3", "1", "2"]


def client_of(sandbox: Sandbox) -> StockTrimClient:
    return StockTrimClient("sandbox", "sandbox", transport=sandbox)


async def test_values_come_over_the_pipes_of_a_process() -> None:
    async with started("--sandbox", env={"STOCKTRIM_LOG_LEVEL": "ERROR"}) as host:
        await host.call("get_suppliers")
        answer = await host.request(
            "completion/complete",
            ref={"type": "ref/prompt", "name": "monday_reorder"},
            argument={"name": "supplier", "value": "leaf"},
        )
    assert answer["completion"]["values"] == ["LEAF & CO."]
    assert answer["completion"]["total"] == 1
    assert "Traceback" not in host.stderr
