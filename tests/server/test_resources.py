"""Records and overviews at stocktrim:// addresses, through the SDK's own client, in both eras of the protocol."""

import asyncio
import re
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import quote

import pytest
from anyio import wait_all_tasks_blocked
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.shared.uri_template import UriTemplate
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, TextContent, TextResourceContents

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.resources import (
    MARKDOWN,
    MOST_CHARACTERS,
    OVERVIEWS,
    PLAN_LINES,
    TEMPLATES,
    addresses,
    bounded,
)
from stocktrim_mcp_server.settings import Settings
from tests.conftest import TODAY, Clock
from tests.server.stdio import started

Era = Literal["auto", "legacy"]
OpenApp = Callable[..., App]

TOKEN_LIMIT = 25_000
TEMPLATE_NAMES = ("product", "supplier", "customer", "location", "purchase_order")
STATIC = [overview.uri for overview in OVERVIEWS]
CODES = (
    "A/B",
    "A:12",
    "..",
    "../..",
    "./A",
    "/lead",
    "tail/",
    "//",
    "%",
    "%2F",
    "a%2Fb",
    "A%20B",
    "100%25",
    "x y",
    "a?b#c&d=e",
    "#",
    "?",
    "+",
    "\\",
    "{code}",
    '"quoted"',
    "ünï-ß",
    "茶-01",
    "☕-STICKER",
    "👩‍🌾",
    "C:\\stock\\1",
)


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> Era:
    return request.param


async def read(client: Client, uri: str) -> str:
    # Never what the SDK's client keeps.
    (content,) = (await client.read_resource(uri, cache_mode="bypass")).contents
    assert isinstance(content, TextResourceContents)
    assert content.uri == uri
    assert content.mime_type == MARKDOWN
    return content.text


async def refused(client: Client, uri: str) -> MCPError:
    with pytest.raises(MCPError) as caught:
        await client.read_resource(uri)
    return caught.value


async def tool_text(client: Client, tool: str, arguments: dict[str, Any]) -> str:
    result = await client.call_tool(tool, arguments)
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


def ageless(text: str) -> str:
    """A text without how many seconds ago its records were read."""
    return re.sub(r"\d+ seconds?", "a moment", text)


def ways(template: str, code: str) -> set[str]:
    """How hosts write a code into an address: encoded whole, as the template's operator says, or as it is."""
    parsed = UriTemplate.parse(template)
    (name,) = parsed.variable_names
    beginning = template.partition("{")[0]
    return {beginning + quote(code, safe=""), parsed.expand({name: code}), beginning + code}


async def test_everything_is_listed_with_what_it_tells(app: App, era: Era) -> None:
    async with Client(server.build(app), mode=era) as client:
        resources = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
    assert [one.uri for one in resources] == [
        "stocktrim://status",
        "stocktrim://plan/today",
        "stocktrim://suppliers",
        "stocktrim://schema",
    ]
    assert [one.uri_template for one in templates] == [
        "stocktrim://product/{+code}",
        "stocktrim://supplier/{+code}",
        "stocktrim://customer/{+code}",
        "stocktrim://location/{+code}",
        "stocktrim://purchase-order/{+reference}",
    ]
    for one in (*resources, *templates):
        assert one.title
        assert one.description
        assert one.mime_type == MARKDOWN
    assert len({one.name for one in (*resources, *templates)}) == len(resources) + len(templates)


@pytest.mark.parametrize(
    ("uri", "tool", "arguments"),
    [
        ("stocktrim://status", "get_status", {}),
        ("stocktrim://plan/today", "get_reorder_plan", {"limit": PLAN_LINES, "group_by": "urgency"}),
        ("stocktrim://suppliers", "get_suppliers", {"limit": 200}),
        ("stocktrim://product/V60-02", "get_products", {"codes": ["V60-02"]}),
        ("stocktrim://product/TEA/CHAI%2050%25+", "get_products", {"codes": ["TEA/CHAI 50%+"]}),
        ("stocktrim://supplier/Okafor Textiles", "get_suppliers", {"codes": ["Okafor Textiles"]}),
        ("stocktrim://purchase-order/TEA-7", "find_purchase_orders", {"references": ["TEA-7"]}),
    ],
)
async def test_a_resource_says_what_the_tool_says(
    app: App, era: Era, uri: str, tool: str, arguments: dict[str, Any]
) -> None:
    async with Client(server.build(app), mode=era) as client:
        # Once before, so that both find the same records on hand.
        await client.call_tool(tool, arguments)
        said = await tool_text(client, tool, arguments)
        assert ageless(await read(client, uri)) == ageless(said)


async def test_the_plan_of_today_tells_its_age_and_its_warnings_first(app: App, era: Era) -> None:
    async with Client(server.build(app), mode=era) as client:
        text = await read(client, "stocktrim://plan/today")
    assert text.startswith("Warning: ")
    assert "age: StockTrim computed the plan" in text
    assert "TEA-SENCHA-100" in text


async def test_the_plan_of_today_holds_the_most_pressing_lines_of_all_and_says_what_it_lacks(
    open_app: OpenApp, clock: Clock
) -> None:
    app = open_app(Sandbox(1_000, today=TODAY, clock=clock))
    async with Client(server.build(app)) as client:
        plan = (await client.call_tool("get_reorder_plan", {"limit": 1})).structured_content or {}
        late = (await client.call_tool("get_reorder_plan", {"horizon_days": 0, "limit": 200})).structured_content or {}
        text = await read(client, "stocktrim://plan/today")
    found = re.match(r"Warning: Shown are the (\d+) most pressing of (\d+) lines; the totals are of all\.\n", text)
    assert found
    # As many as one answer holds.
    shown = int(found[1])
    assert PLAN_LINES * 0.9 < shown <= PLAN_LINES
    assert int(found[2]) == plan["total_lines"]
    assert "next cursor" not in text
    pressing = [row["product"] for group in late["groups"] for row in group["rows"] if row["urgency"] == "late"]
    assert pressing
    assert all(f"\n| {code} | " in text for code in pressing[:shown])


async def test_the_schema_names_every_column_that_can_be_asked(app: App, era: Era) -> None:
    async with Client(server.build(app), mode=era) as client:
        text = await read(client, "stocktrim://schema")
        for table in StockTrimClient("a", "b").snapshot.schema():
            part = text.partition(f"## {table.name}\n")[2].partition("\n## ")[0]
            told = re.findall(r"^- (\w+) \((.+?)\)", part, re.MULTILINE)
            assert told == [(column.name, column.type) for column in table.columns]
            for column in table.columns:
                assert column.about is None or column.about in part
            asked = await client.call_tool("query_data", {"sql": f"SELECT {', '.join(dict(told))} FROM {table.name}"})
            assert not asked.is_error, asked


async def test_a_slash_that_a_host_adds_does_no_harm(app: App, era: Era) -> None:
    async with Client(server.build(app), mode=era) as client:
        assert "connection: works" in await read(client, "stocktrim://status/")


async def test_the_schema_needs_no_account(era: Era) -> None:
    app = App(Settings(log_level="ERROR"), server.connect)
    async with Client(server.build(app), mode=era) as client:
        assert "## products" in await read(client, "stocktrim://schema")
    await app.aclose()


@pytest.mark.parametrize("code", CODES)
async def test_a_product_of_any_code_is_found_however_its_address_is_written(
    app: App, sandbox: Sandbox, era: Era, code: str
) -> None:
    sandbox.shop.products[code] = {"id": 77, "productId": code, "name": "The one meant", "stockOnHand": 4711}
    sandbox.shop.changed()
    async with Client(server.build(app), mode=era) as client:
        for uri in ways("stocktrim://product/{+code}", code):
            assert "4711" in await read(client, uri), uri


QUIRKS = (
    Quirks(first_page=0),
    Quirks(first_page=1, locations_v1="list", empty_other_lists="404", null_members="missing"),
    Quirks(first_page=1, locations_v1="dead", product_code_matches="productId", empty_members="[]"),
)


@pytest.mark.parametrize("quirks", QUIRKS)
async def test_every_record_of_the_sandbox_has_its_address(
    open_app: OpenApp, clock: Clock, era: Era, quirks: Quirks
) -> None:
    app = open_app(Sandbox(today=TODAY, clock=clock, quirks=quirks))
    snapshot = app.stocktrim.snapshot
    products, suppliers = await snapshot.products(), await snapshot.suppliers()
    customers, locations = await snapshot.customers(), await snapshot.locations()
    orders = await snapshot.purchase_orders()
    async with Client(server.build(app), mode=era) as client:
        for template, codes in (
            ("stocktrim://product/{+code}", [one.code for one in products]),
            ("stocktrim://supplier/{+code}", [one.code or one.name for one in suppliers]),
            ("stocktrim://customer/{+code}", [one.code or one.name for one in customers]),
            ("stocktrim://location/{+code}", [one.code for one in locations]),
            ("stocktrim://purchase-order/{+reference}", [one.reference for one in orders]),
        ):
            for code in codes:
                assert code
                for uri in ways(template, code):
                    text = await read(client, uri)
                    assert code in text, uri
                    assert "age: " in text


async def test_a_location_says_how_much_is_there(app: App, era: Era) -> None:
    async with Client(server.build(app), mode=era) as client:
        text = await read(client, "stocktrim://location/harbour street shop")
        counted = await client.call_tool(
            "query_data",
            {"sql": "SELECT count(*), sum(on_hand) FROM stock_by_location WHERE location_code = 'SHOP'"},
        )
    assert counted.structured_content is not None
    ((count, units),) = counted.structured_content["rows"]
    header, _, row = text[text.index("| code") :].splitlines()[:3]
    cells = dict(zip(header.split(" | "), row.split(" | "), strict=True))
    assert (float(cells["products held"]), float(cells["units on hand"])) == (count, units)


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("stocktrim://product/NOPE", "There is no product 'NOPE'"),
        ("stocktrim://supplier/HIKAR", "There is no supplier 'HIKAR'"),
        ("stocktrim://customer/Bean Tow", "There is no customer 'Bean Tow'. Did you mean 'Bean Town Roasters'"),
        ("stocktrim://customer/zeppelin", "There is no customer 'zeppelin'. search finds codes from words."),
        ("stocktrim://location/Main Ware", "Did you mean 'Main Warehouse' (code 'MAIN')?"),
        ("stocktrim://purchase-order/PO-1", "There is no purchase order 'PO-1'"),
        ("stocktrim://product/a\u200bb", "There is no product 'a\\u200bb'"),
        ("stocktrim://product/", "There is no resource 'stocktrim://product/'. There are: stocktrim://status"),
        ("stocktrim://product/%20", "Name one: stocktrim://product/{+code}"),
        ("stocktrim://products/V60-02", "There is no resource"),
        ("stocktrim://plan", "There is no resource"),
        ("file:///etc/passwd", "There is no resource"),
        ("", "There is no resource"),
        ("stocktrim://product/" + "x" * 70_000, "There is no"),
    ],
)
async def test_what_is_not_there_is_said_with_what_to_do(app: App, era: Era, uri: str, said: str) -> None:
    async with Client(server.build(app), mode=era) as client:
        error = await refused(client, uri)
    assert error.error.code == INVALID_PARAMS
    assert said in error.error.message
    assert len(error.error.message) < 1_000
    assert error.error.message.isprintable()


async def test_without_credentials_a_resource_says_what_tools_say(era: Era) -> None:
    app = App(Settings(log_level="ERROR"), server.connect)
    async with Client(server.build(app), mode=era) as client:
        for uri in (
            "stocktrim://plan/today",
            "stocktrim://suppliers",
            *(f"{template.beginning}A" for template in TEMPLATES),
        ):
            error = await refused(client, uri)
            assert error.error.code == INTERNAL_ERROR
            for word in ("STOCKTRIM_API_AUTH_ID", "STOCKTRIM_API_AUTH_SIGNATURE", "Help"):
                assert word in error.error.message
        status = await read(client, "stocktrim://status")
    assert "connection: fails" in status
    assert "STOCKTRIM_API_AUTH_SIGNATURE" in status
    await app.aclose()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault("status", status=503, times=None), "503"),
        (Fault("html", status=200, times=None), "web page"),
        (Fault("malformed", times=None), "not in the documented form"),
    ],
)
@pytest.mark.parametrize("uri", ["stocktrim://plan/today", "stocktrim://product/V60-02", "stocktrim://location/MAIN"])
async def test_trouble_at_stocktrim_comes_as_a_sentence(
    app: App, sandbox: Sandbox, era: Era, uri: str, fault: Fault, said: str
) -> None:
    sandbox.faults.add(fault)
    async with Client(server.build(app), mode=era) as client:
        error = await refused(client, uri)
    assert said in error.error.message
    for word in ("Traceback", "Error reading", "Error creating", "<html", "pydantic", "httpx"):
        assert word not in error.error.message


@pytest.mark.parametrize("uri", ["stocktrim://plan/today", "stocktrim://product/V60-02"])
async def test_a_bug_of_ours_keeps_its_text_to_itself(
    app: App, era: Era, caplog: pytest.LogCaptureFixture, uri: str
) -> None:
    def broken(settings: Settings) -> StockTrimClient:
        raise KeyError("the-secret-of-the-bug")

    app.connect = broken
    async with Client(server.build(app), mode=era) as client:
        error = await refused(client, uri)
    assert "the-secret-of-the-bug" not in error.error.message
    assert "the-secret-of-the-bug" in caplog.text


async def test_what_is_missing_is_said_as_the_tool_says_it(app: App, sandbox: Sandbox, era: Era) -> None:
    sandbox.faults.add(Fault("status", status=500, at="list_suppliers", times=None))
    async with Client(server.build(app), mode=era) as client:
        text = await read(client, "stocktrim://plan/today")
    assert "Suppliers stand here as their products name them" in text.partition("plan id")[0]


@pytest.mark.parametrize("uri", ["stocktrim://plan/today", "stocktrim://product/V60-02", "stocktrim://suppliers"])
async def test_the_deadline_of_a_call_holds_for_a_resource(era: Era, uri: str) -> None:
    sandbox = Sandbox(today=TODAY)
    sandbox.faults.add(Fault("silence", times=None))

    def connect(settings: Settings) -> StockTrimClient:
        return StockTrimClient("sandbox", "sandbox", transport=sandbox)

    app = App(Settings(sandbox=True, log_level="ERROR", call_seconds=0.3), connect)
    async with Client(server.build(app), mode=era) as client:
        # Without it the client would go on for minutes.
        async with asyncio.timeout(5):
            error = await refused(client, uri)
        assert error.error.code == INTERNAL_ERROR
        sandbox.faults.clear()
        assert "connection: works" in await read(client, "stocktrim://status")
    await app.aclose()


@pytest.mark.parametrize("products", [3_000, 10_000])
async def test_nothing_is_longer_than_hosts_show_whatever_the_account(open_app: OpenApp, products: int) -> None:
    app = open_app(Sandbox(products, today=TODAY))
    async with Client(server.build(app)) as client:
        for uri in STATIC:
            assert len(await read(client, uri)) / 4 < TOKEN_LIMIT
        plan = await read(client, "stocktrim://plan/today")
    assert plan.startswith("Warning: Shown are the ")
    assert "left out" not in plan.partition("\n")[0]


def test_a_text_that_would_be_cut_off_is_shortened_at_a_line_and_says_so_first() -> None:
    lines = [f"| line {number} |" for number in range(20_000)]
    text = "\n".join(lines)
    warning, _, rest = bounded(text).partition("\n\n")
    kept = rest.splitlines()
    assert len(rest) <= MOST_CHARACTERS
    assert kept == lines[: len(kept)]
    assert f"the last {len(text) - len(rest):,} of {len(text):,} characters are left out" in warning
    assert bounded("short") == "short"
    assert bounded("a\n" + "x" * 100_000).endswith("\n\na\n" + "x" * (MOST_CHARACTERS - 2))


@pytest.mark.parametrize(
    ("different", "offered"),
    [
        ({"read_only": True}, ["status", "plan_today", "suppliers", "schema", *TEMPLATE_NAMES]),
        ({"tools": ("search",)}, ["customer", "location"]),
        ({"toolsets": ("query",)}, ["schema", "customer", "location"]),
        ({"tools": ("get_status",)}, ["status"]),
        ({"tools": ("get_products", "get_reorder_plan")}, ["plan_today", "product"]),
        ({"tools": ("get_suppliers",)}, ["suppliers", "supplier"]),
        ({"tools": ("find_purchase_orders",)}, ["purchase_order"]),
        ({"tools": ("run_forecast",)}, []),
    ],
)
async def test_a_resource_is_there_where_a_tool_is_that_says_the_same(
    open_app: OpenApp, sandbox: Sandbox, era: Era, different: dict[str, Any], offered: list[str]
) -> None:
    async with Client(server.build(open_app(sandbox, **different)), mode=era) as client:
        resources = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
        assert [one.name for one in (*resources, *templates)] == offered
        addresses = {"plan_today": "stocktrim://plan/today", "product": "stocktrim://product/V60-02"}
        addresses |= {"customer": "stocktrim://customer/CAFE-LUMEN", "suppliers": "stocktrim://suppliers"}
        for name, address in addresses.items():
            if name in offered:
                assert await read(client, address)
            else:
                error = await refused(client, address)
                assert error.error.code == INVALID_PARAMS
                assert error.error.message.startswith(f"There is no resource '{address}'. There are: ")
                assert all(one.uri in error.error.message for one in resources)


async def test_hosts_are_told_how_long_they_may_keep_what_they_have(app: App) -> None:
    async with Client(server.build(app), mode="auto") as client:
        lists = (
            await client.list_tools(),
            await client.list_prompts(),
            await client.list_resources(),
            await client.list_resource_templates(),
        )
        record = await client.read_resource("stocktrim://product/V60-02")
    assert {(one.ttl_ms, one.cache_scope) for one in lists} == {(300_000, "private")}
    assert (record.ttl_ms, record.cache_scope) == (60_000, "private")


async def test_nobody_is_promised_news(app: App, era: Era) -> None:
    async with Client(server.build(app), mode=era) as client:
        offered = client.server_capabilities.resources
        assert offered is not None
        assert not offered.subscribe
        assert not offered.list_changed


async def test_many_reads_at_once_say_what_each_says_alone(app: App, era: Era) -> None:
    uris = [*STATIC, "stocktrim://product/V60-02", "stocktrim://location/MAIN", "stocktrim://purchase-order/TEA-7"] * 2
    await app.stocktrim.snapshot.need()
    async with Client(server.build(app), mode=era) as client:
        alone = {uri: ageless(await read(client, uri)) for uri in uris}
        together = await asyncio.gather(*(read(client, uri) for uri in uris))
    for uri, text in zip(uris, together, strict=True):
        assert ageless(text) == alone[uri]


async def test_a_read_that_is_given_up_leaves_the_server_usable(era: Era) -> None:
    sandbox = Sandbox(today=TODAY)
    sandbox.faults.add(Fault("silence", at="list_suppliers", times=1))

    def connect(settings: Settings) -> StockTrimClient:
        return StockTrimClient("sandbox", "sandbox", transport=sandbox)

    app = App(Settings(sandbox=True, log_level="ERROR"), connect)
    async with Client(server.build(app), mode=era) as client:
        reading = asyncio.create_task(client.read_resource("stocktrim://suppliers"))
        await wait_all_tasks_blocked()
        assert any(request.operation == "list_suppliers" for request in sandbox.requests)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert "connection: works" in await read(client, "stocktrim://status")
    await app.aclose()


@given(st.text(min_size=1, max_size=40))
def test_any_code_comes_back_from_its_encoded_address(code: str) -> None:
    try:
        encoded = quote(code, safe="")
    except UnicodeEncodeError:
        return
    first, *_ = addresses(f"stocktrim://product/{encoded}", ["get_products"])
    assert UriTemplate.parse("stocktrim://product/{+code}").match(first) == {"code": code}


async def test_resources_are_read_over_the_pipes_of_a_process() -> None:
    async with started("--sandbox", env={"STOCKTRIM_LOG_LEVEL": "DEBUG"}) as host:
        listed = await host.request("resources/list")
        templates = await host.request("resources/templates/list")
        plan = await host.request("resources/read", uri="stocktrim://plan/today")
        chai = await host.request("resources/read", uri="stocktrim://product/TEA/CHAI 50%+")
        with pytest.raises(KeyError):
            await host.request("resources/read", uri="stocktrim://product/QUERY-4711")
    assert [one["uri"] for one in listed["resources"]] == STATIC
    assert len(templates["resourceTemplates"]) == len(TEMPLATES)
    assert "plan id" in plan["contents"][0]["text"]
    assert "Chai" in chai["contents"][0]["text"]
    assert b"There is no product 'QUERY-4711'" in b"".join(host.lines)
    # What is asked of an account is nobody else's business.
    for word in ("Traceback", "CHAI", "QUERY-4711"):
        assert word not in host.stderr
