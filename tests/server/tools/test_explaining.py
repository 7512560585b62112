"""Why so much, checked against the figures inside the sandbox."""

from collections.abc import Callable
from typing import Any

import pytest
from mcp.server.mcpserver.exceptions import ToolError

from stocktrim_client.sandbox import Fault, Sandbox
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.records import Records
from stocktrim_mcp_server.tools.explaining import explain_reorder
from stocktrim_mcp_server.tools.planning import get_reorder_plan
from tests.conftest import TODAY, Clock


@pytest.fixture
def account(app: App) -> Records:
    return app.records()


async def figures(sandbox: Sandbox, location: str | None = None) -> dict[str, tuple[Any, Any]]:
    """By SKU the product and what the sandbox itself computed for it."""
    rows = await sandbox.forecast.plan().rows(sandbox.quirks, location)
    return {row.product.get("productCodeReadable") or row.product["productId"]: (row.product, row.figures)
            for row in rows.values()}  # fmt: skip


async def test_every_explanation_has_the_sandboxs_quantity_and_meets_it(account: Records, sandbox: Sandbox) -> None:
    expected = await figures(sandbox)
    codes = [code for code, (_, found) in expected.items() if (found.order_quantity or 0) > 0][:10]
    answer = await explain_reorder(account, tuple(codes))
    assert [one.product for one in answer.items] == codes
    assert answer.total == len(codes)
    for one in answer.items:
        assert one.order_quantity == pytest.approx(expected[one.product][1].order_quantity)
        assert one.steps
        assert one.why.startswith("StockTrim suggests")
    assert all(one.meets for one in answer.items)
    assert answer.as_of is not None
    assert answer.age.startswith("StockTrim computed the plan 2 hours ago")


async def test_a_product_may_be_named_by_its_id_in_any_case_and_is_explained_once(
    account: Records, sandbox: Sandbox
) -> None:
    product_id = (await figures(sandbox))["V60-02"][0]["productId"]
    answer = await explain_reorder(account, (product_id.lower(), "v60-02", "V60-02"))
    assert [one.product for one in answer.items] == ["V60-02"]


async def test_a_product_there_is_not_is_named_beside_those_there_are(account: Records) -> None:
    answer = await explain_reorder(account, ("NOPE", "V60-02"))
    assert [one.product for one in answer.items] == ["V60-02"]
    assert answer.warnings[0].startswith("There is no product 'NOPE'.")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("v60-03", "Did you mean 'V60-02'?"),
        ("house", "Did you mean 'COF-HOUSE-1KG' (House blend, 1 kg)?"),
        ("zzzzzzzz", "search finds codes from words."),
    ],
)
async def test_a_product_there_is_not_suggests_what_may_be_meant(account: Records, said: str, meant: str) -> None:
    answer = await explain_reorder(account, (said,))
    assert (answer.items, answer.total) == ((), 0)
    assert answer.warnings[0] == f"There is no product {said!r}. {meant}"


async def test_ten_products_at_a_time_and_at_least_one(account: Records) -> None:
    for products in ((), ("", " "), tuple(f"P-{at}" for at in range(11))):
        with pytest.raises(ToolError, match="explains 1 to 10 products at a time"):
            await explain_reorder(account, products)


async def test_explaining_between_other_questions_joins_nothing_again(account: Records) -> None:
    await explain_reorder(account, ("V60-02",))
    catalogue = (await account.books()).catalogue
    await explain_reorder(account, ("V60-02",))
    assert (await account.books()).catalogue is catalogue
    (sage,) = (await explain_reorder(account, ("MUG-SAGE",))).items
    assert sage.made_for


async def test_what_the_plan_sets_aside_is_explained_as_nothing_to_buy(account: Records) -> None:
    plan = await get_reorder_plan(account, limit=200)
    assert plan.set_aside
    answer = await explain_reorder(account, tuple(one.product for one in plan.set_aside)[:10])
    assert [one.to_buy for one in answer.items] == [0.0] * len(answer.items)
    for one in answer.items:
        assert one.why.endswith(next(aside.why for aside in plan.set_aside if aside.product == one.product) + ".")


async def test_what_holds_of_several_is_said_once(account: Records) -> None:
    answer = await explain_reorder(account, ("MUG-SAGE", "GIFT-MORNING", "V60-02"))
    assert len(answer.notes) == len(set(answer.notes)) >= 2
    assert all(not one.warnings for one in answer.items)
    assert all(one.lead_time and one.confidence_why for one in answer.items)


async def test_a_part_says_what_it_goes_into(account: Records, sandbox: Sandbox) -> None:
    products = sandbox.shop.products
    made, part = next((products[line["productId"]], products[line["componentProductId"]]) for line in bills(sandbox))
    (one,) = (await explain_reorder(account, (part["productId"],))).items
    assert any((made.get("productCodeReadable") or made["productId"]) in parent for parent in one.made_for)


def bills(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [
        {"productId": made, "componentProductId": part}
        for made, parts in sandbox.forecast.plan().made_of.items()
        for part, *_ in parts
        if made in sandbox.shop.products and part in sandbox.shop.products
    ]


async def test_one_location_has_figures_of_its_own(account: Records, sandbox: Sandbox) -> None:
    expected = (await figures(sandbox, "MAIN"))["V60-02"][1]
    (one,) = (await explain_reorder(account, ("V60-02",), location="main")).items
    assert one.location == "MAIN"
    assert one.order_quantity == pytest.approx(expected.order_quantity)
    answer = await explain_reorder(account, ("V60-02",), location="MOON")
    assert any("at MOON has no figures for 'V60-02'" in warning for warning in answer.warnings)


async def test_without_bills_of_materials_the_rest_is_explained(account: Records, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", at="list_bills_of_materials", status=500, times=None))
    answer = await explain_reorder(account, ("V60-02",))
    assert answer.total == 1
    assert answer.warnings[0].startswith("Bills of materials are not known")


async def test_a_product_the_plan_does_not_know_is_said_to_be_so(open_app: Callable[..., App]) -> None:
    sandbox = Sandbox(today=TODAY, clock=Clock())
    app = open_app(sandbox)
    sandbox.shop.products["NEW-1"] = {"productId": "NEW-1", "name": "New"}
    answer = await explain_reorder(app.records(), ("NEW-1",))
    assert [one.product for one in answer.items] == ["NEW-1"]
    assert answer.items[0].order_quantity is None
    assert "has no figures for 'NEW-1'" in answer.warnings[0]
