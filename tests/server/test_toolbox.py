"""What every tool shares: arguments as hosts send them, refusals, hints, deadlines."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Literal

import pytest
from mcp import Client
from mcp.server.mcpserver.exceptions import InvalidSignature
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, TextContent

from stocktrim_client import NotFoundError
from stocktrim_client.models import ProductDraft
from stocktrim_client.sandbox import Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App, StockTrim
from stocktrim_mcp_server.toolbox import Toolset, as_list, together
from stocktrim_mcp_server.tools.products import get_products

Era = Literal["auto", "legacy"]


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> Era:
    return request.param


async def ask(app: App, era: Era, tool: str, arguments: dict[str, Any]) -> CallToolResult:
    async with Client(server.build(app), mode=era) as client:
        return await client.call_tool(tool, arguments)


def text_of(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


@pytest.mark.parametrize(
    ("tool", "argument", "nearest"),
    [
        ("get_reorder_plan", "supplier", "suppliers"),
        ("get_reorder_plan", "Suppliers", "suppliers"),
        ("get_reorder_plan", "max_results", None),
        ("search", "q", None),
        ("search", "kind", "kinds"),
        ("get_products", "code", "codes"),
        ("get_status", "anything", None),
        ("get_status", "stocktrim", None),
        ("get_status", "app", None),
    ],
)
async def test_an_unknown_argument_is_refused_with_the_nearest_name(
    app: App, era: Era, tool: str, argument: str, nearest: str | None
) -> None:
    result = await ask(app, era, tool, {argument: "x"})
    assert result.is_error
    assert f"no argument {argument!r}" in text_of(result)
    assert ("Did you mean" in text_of(result)) == (nearest is not None)
    assert nearest is None or f"Did you mean {nearest!r}?" in text_of(result)


@pytest.mark.parametrize(
    "sent",
    [
        ["V60-02", "MUG-SAGE"],
        "V60-02,MUG-SAGE",
        " V60-02 , MUG-SAGE ",
        '["V60-02", "MUG-SAGE"]',
        '[" V60-02", "MUG-SAGE ", ""]',
    ],
)
async def test_a_list_is_understood_however_a_host_writes_it(app: App, era: Era, sent: Any) -> None:
    result = await ask(app, era, "get_products", {"codes": sent})
    assert result.structured_content is not None
    assert [item["code"] for item in result.structured_content["items"]] == ["V60-02", "MUG-SAGE"]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("000123", ["000123"]),
        (123, ["123"]),
        ([123, "A"], ["123", "A"]),
        ('"A, B"', ["A, B"]),
        (["A, B"], ["A, B"]),
        ("[broken", ["[broken"]),
        ("", []),
        (["", "  "], []),
        (("A",), ["A"]),
        ({"a": 1}, {"a": 1}),
        (True, True),
        ([None], [None]),
        ("A\\u200bB", ["A\u200bB"]),
        (["\\ud800", "\\U00110000"], ["\\ud800", "\\U00110000"]),
        ("\\U000e0041", ["\U000e0041"]),
    ],
)
def test_what_a_list_means(sent: Any, meant: Any) -> None:
    assert as_list(sent) == meant


async def test_null_is_an_argument_left_out(app: App, era: Era) -> None:
    usual = await ask(app, era, "get_reorder_plan", {})
    assert (await ask(app, era, "get_reorder_plan", {"suppliers": None, "cursor": None, "limit": None})) == usual


@pytest.mark.parametrize(
    ("tools", "hinted"), [((), True), (("-search",), False), (("get_reorder_plan", "explain_reorder"), False)]
)
async def test_search_is_hinted_at_only_where_it_is_offered(
    open_app: Callable[..., App], sandbox: Sandbox, era: Era, tools: tuple[str, ...], hinted: bool
) -> None:
    app = open_app(sandbox, tools=tools)
    for tool in ("get_reorder_plan", "explain_reorder"):
        assert ("search finds codes" in text_of(await ask(app, era, tool, {"products": ["QQQQQ"]}))) is hinted
    async with Client(server.build(app), mode=era) as client:
        with pytest.raises(MCPError, match="zeppelin") as caught:
            await client.read_resource("stocktrim://customer/zeppelin")
    assert ("search finds codes" in caught.value.error.message) is hinted


async def test_numbers_in_strings_and_strings_in_numbers_are_understood(app: App, era: Era) -> None:
    result = await ask(app, era, "get_reorder_plan", {"limit": "2", "products": 7, "cursor": ""})
    assert "no product '7'" in text_of(result)
    assert (await ask(app, era, "search", {"query": 7})).is_error is False


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("get_reorder_plan", {"limit": "many"}, "limit: Input should be a valid integer"),
        ("get_reorder_plan", {"limit": 0}, "limit: Input should be greater than or equal to 1"),
        ("get_reorder_plan", {"suppliers": {"a": 1}}, "suppliers: Input should be a valid list"),
        ("get_reorder_plan", {"suppliers": [None]}, "suppliers.0: Input should be a valid string"),
        ("get_reorder_plan", {"group_by": "now"}, "group_by: Input should be 'supplier', 'category', 'location'"),
        ("get_reorder_plan", {"cursor": "eyJ9"}, "cursor 'eyJ9' is none of a plan's"),
        ("get_reorder_plan", {"cursor": "9" * 5000}, "is none of a plan's"),
        ("get_products", {"codes": []}, "codes: name at least one. Nothing was done"),
        (
            "get_products",
            {"codes": [str(number) for number in range(51)]},
            "codes: one call takes up to 50, and these are",
        ),
        ("save_suppliers", {"suppliers": []}, "suppliers: name at least one. Nothing was done"),
        (
            "save_suppliers",
            {"suppliers": [{"code": str(n)} for n in range(60)]},
            "takes up to 50, and these are 60. Not",
        ),
        ("list_changes", {"codes": [str(n) for n in range(21)]}, "codes: one call takes up to 20, and these are 21"),
        ("get_products", {}, "codes: Field required"),
        ("search", {"query": "  "}, "query: String should have at least 1 character"),
        ("search", {"query": "tea", "kinds": "boat"}, "kinds: there is no kind 'boat'. There are product, supplier, "),
    ],
)
async def test_what_cannot_be_understood_is_explained(
    app: App, era: Era, tool: str, arguments: dict[str, Any], said: str
) -> None:
    result = await ask(app, era, tool, arguments)
    assert result.is_error
    assert said in text_of(result)
    for word in ("pydantic", "https://", "tuple", "Error executing", "input_value"):
        assert word not in text_of(result)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_reorder_plan", {"group_by": " SUPPLIER "}),
        ("search", {"query": "tea", "kinds": ["Product", "SUPPLIER"]}),
        ("search", {"query": "tea", "kinds": "product,supplier"}),
        ("get_sales_history", {"products": "V60-02", "bucket": "Week"}),
        ("get_reorder_plan", {"detail": "true", "budget": "900", "horizon_days": "14"}),
    ],
)
async def test_words_numbers_and_yes_are_understood_however_they_are_written(
    app: App, era: Era, tool: str, arguments: dict[str, Any]
) -> None:
    result = await ask(app, era, tool, arguments)
    assert not result.is_error, text_of(result)


async def test_a_word_that_is_none_is_answered_with_the_nearest(app: App, era: Era) -> None:
    assert "(did you mean 'supplier'?)" in text_of(await ask(app, era, "get_reorder_plan", {"group_by": "suplier"}))
    wrong = await ask(app, era, "search", {"query": "tea", "kinds": ["suplier"]})
    assert "kinds: there is no kind 'suplier'. Did you mean 'supplier'? Nothing was done" in text_of(wrong)


async def test_many_mistakes_are_told_in_few_words(app: App, era: Era) -> None:
    result = await ask(app, era, "get_reorder_plan", {"suppliers": [{"a": 1}] * 300, "limit": "x" * 50_000})
    assert result.is_error
    assert "and 296 more" in text_of(result)
    assert len(text_of(result)) < 1_000


async def test_an_unknown_argument_of_any_length_is_answered_shortly(app: App, era: Era) -> None:
    result = await ask(app, era, "get_reorder_plan", {"x" * 50_000: 1})
    assert result.is_error
    assert len(text_of(result)) < 1_000


async def test_a_code_with_a_comma_is_told_how_to_be_passed(app: App, era: Era) -> None:
    await app.stocktrim.products.save(ProductDraft(product_id="MUG, BLUE", name="Blue mug"))
    split = await ask(app, era, "get_products", {"codes": "MUG, BLUE"})
    assert 'Commas separate codes: one that holds a comma is passed as a list, codes=["MUG, BLUE"].' in text_of(split)
    assert split.is_error or "Commas separate codes" in json.dumps(split.structured_content)
    for sent in (["MUG, BLUE"], '["MUG, BLUE"]', '"MUG, BLUE"'):
        found = await ask(app, era, "get_products", {"codes": sent})
        assert found.structured_content is not None
        assert [one["code"] for one in found.structured_content["items"]] == ["MUG, BLUE"]
        assert "Commas" not in text_of(found)
    assert "Commas" not in text_of(await ask(app, era, "get_products", {"codes": "V60-02,MUG-SAGE"}))


async def test_a_hidden_character_of_a_code_survives_the_way_to_the_model_and_back(app: App, era: Era) -> None:
    await app.stocktrim.products.save(ProductDraft(product_id="H\u200b1|\u202e2", name="Hidden"))
    found = await ask(app, era, "search", {"query": "hidden"})
    assert found.structured_content is not None
    code = found.structured_content["items"][0]["code"]
    assert code == "H\\u200b1|\\u202e2"
    assert code in text_of(found)
    product = await ask(app, era, "get_products", {"codes": [code]})
    assert product.structured_content is not None
    assert product.structured_content["items"][0]["name"] == "Hidden"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("get_products", {"codes": ["V60-02\ud800"]}), ("delete_purchase_order", {"reference": "\udfff"})],
)
async def test_half_a_character_is_the_callers_mistake_and_not_an_odd_answer(
    app: App, era: Era, tool: str, arguments: dict[str, Any]
) -> None:
    result = await ask(app, era, tool, arguments)
    assert result.is_error
    assert "half a character is in" in text_of(result)


def test_hints_come_from_the_shelf() -> None:
    toolset = Toolset("t", "", reads=(get_products,), writes=(get_products,), deletes=(get_products,))
    hints = [tool.annotations for tool in toolset.tools(call_seconds=1)]
    assert [(hint.read_only_hint, hint.destructive_hint) for hint in hints if hint] == [
        (True, None),
        (False, False),
        (False, True),
    ]
    assert toolset.only({"get_products"}, read_only=True) == Toolset("t", "", reads=(get_products,))
    assert toolset.only({"search"}) == Toolset("t", "")


def test_a_tool_without_a_result_model_fails_at_the_start() -> None:
    async def look(stocktrim: StockTrim):
        """Look."""

    with pytest.raises(InvalidSignature, match="look must return a model, as structured output"):
        Toolset("t", "", reads=(look,)).tools(call_seconds=1)


async def test_reads_go_together_and_the_first_failure_ends_the_others() -> None:
    ended: list[str] = []

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("forever")

    async def fails() -> None:
        raise NotFoundError("gone", status=404)

    with pytest.raises(NotFoundError, match="gone"):
        await together(forever(), fails(), forever())
    assert ended == ["forever", "forever"]


async def test_together_answers_in_the_order_asked() -> None:
    async def later(value: int) -> int:
        for _ in range(5 - value):
            await asyncio.sleep(0)
        return value

    assert await together(later(1), later(2), later(3)) == (1, 2, 3)


async def test_cancelling_cancels_what_goes_together() -> None:
    ended: list[int] = []

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(1)

    task = asyncio.create_task(_both(forever))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == [1, 1]


async def _both(call: Callable[[], Any]) -> None:
    await together(call(), call())
