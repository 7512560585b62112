"""A buyer's questions, answered through tool calls alone, checked against what the sandbox itself holds."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from tests.server.tasks import questions
from tests.server.tasks.desk import Assistant, Desk, desk
from tests.server.tasks.questions import QUESTIONS, lines
from tests.server.tasks.truth import Truth, code_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOST_TOKENS = 25_000
MOST_CALLS = 6

Open = Callable[..., Awaitable[Desk]]
SIZES = [(24, 0), (24, 1), (3_000, 0), (3_000, 1)]
sizes = pytest.mark.parametrize(("products", "first_page"), SIZES)
with_large = pytest.mark.parametrize(("products", "first_page"), [*SIZES, (10_000, 0)])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened() -> AsyncGenerator[Open]:
    """Desks by size and first page, each opened once; those that are changed are not shared."""
    known: dict[tuple[int, int], Desk] = {}
    async with AsyncExitStack() as stack:

        async def get(products: int, first_page: int) -> Desk:
            key = products, first_page
            if key not in known:
                known[key] = await stack.enter_async_context(desk(products, first_page))
            return known[key]

        yield get


async def answered(at: Desk, script: questions.Script) -> tuple[Any, Assistant]:
    async with at.assistant() as assistant:
        return await script(assistant), assistant


def suggested(plan: dict[str, Any]) -> tuple[int, float]:
    """Lines and money of all that StockTrim suggests, whether it is to be bought or set aside."""
    return plan.get("suggested_lines", plan["total_lines"]), plan.get("suggested_cost", plan.get("total_cost", 0.0))


def bought(line: dict[str, Any]) -> float:
    """Units to buy of a line: less than StockTrim suggests where a draft holds some of them."""
    return line["to_buy"]


async def test_there_are_at_least_twenty_questions_and_each_is_tried_here() -> None:
    assert len(QUESTIONS) >= 20
    scripts = {one.script.__name__ for one in QUESTIONS}
    tried = {name.removeprefix("test_the_answer_to_") for name in globals() if name.startswith("test_the_answer_to_")}
    assert tried == scripts


@with_large
async def test_the_answer_to_today(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    plan, assistant = await answered(at, questions.today)
    truth = await Truth.of(at.sandbox)
    found = lines(plan)
    assert suggested(plan) == (len(truth.suggested), pytest.approx(truth.money(truth.suggested), abs=0.02))
    assert found
    for line in found:
        code = line["product"]
        assert line.get("suggested", line["to_buy"]) == truth.suggested[code]
        assert 0 < bought(line) <= truth.suggested[code]
        if bought(line) < truth.suggested[code]:
            assert truth.coming(code)
        assert line["supplier"] == truth.supplier(code)
        assert line.get("line_cost", 0) == pytest.approx(bought(line) * truth.cost(code), abs=0.01)
        assert line.get("days_left") == truth.rows[code].figures.days_until_stock_out
    assert (assistant.calls, assistant.tokens <= 3_000) == (1, True)


@sizes
async def test_the_answer_to_every_line(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    walked, _ = await answered(at, questions.every_line)
    truth = await Truth.of(at.sandbox)
    lot = {line["product"]: bought(line) for page in walked for line in lines(page)}
    aside = {one["product"] for page in walked for one in page.get("set_aside", ())}
    assert lot.keys() | aside == truth.suggested.keys()
    assert not lot.keys() & aside
    assert all(truth.coming(code) or truth.parts(code, 1) for code in aside)
    assert walked[0]["total_lines"] == len(lot)
    assert walked[0]["total_cost"] == pytest.approx(truth.money(lot), abs=0.05)


@sizes
async def test_the_answer_to_first_supplier(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    (key, found), _ = await answered(at, questions.first_supplier)
    truth = await Truth.of(at.sandbox)
    assert found
    assert {truth.supplier(line["product"]) for line in found} == {key}
    # Nobody is more pressing than a supplier of something that is out already.
    out = [code for code in truth.suggested if (truth.rows[code].figures.days_until_stock_out or 0) <= 0]
    assert not out or {line["product"] for line in found} & set(out)


@with_large
async def test_the_answer_to_within_budget(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    plan, _ = await answered(at, questions.within_budget)
    truth = await Truth.of(at.sandbox)
    lot = {line["product"]: bought(line) for line in lines(plan)}
    left = {one["product"] for one in plan.get("left_out", ())}
    spent = truth.money(lot)
    assert 0 < spent <= 5_000
    assert (plan["total_lines"], plan["total_cost"]) == (len(lot), pytest.approx(spent, abs=0.05))
    assert suggested(plan)[0] == len(truth.suggested)
    assert not lot.keys() & left
    assert lot.keys() | left <= truth.suggested.keys()
    assert plan.get("left_out_lines", 0) + plan.get("set_aside_lines", 0) + len(lot) == len(truth.suggested)
    # Whatever is left out that loses something next week does not fit any more: no money lies idle for nothing.
    losing = {one["product"] for one in plan.get("left_out", ()) if one.get("lost_margin")}
    cheapest = min((truth.suggested[code] * truth.cost(code) for code in losing if truth.cost(code)), default=5_000)
    assert plan["unspent"] == pytest.approx(5_000 - spent, abs=0.05)
    assert spent + cheapest > 5_000 or not left


@sizes
async def test_the_answer_to_why(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    told, _ = await answered(at, questions.why)
    truth = await Truth.of(at.sandbox)
    figures = truth.rows[told["product"]].figures
    assert told["order_quantity"] == figures.order_quantity
    assert (told["our_sum"], told["meets"]) == (pytest.approx(figures.order_quantity), True)
    item = truth.plan.item(dict(truth.products[told["product"]]))
    stated = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", " ".join(told["steps"]))]
    for number in (figures.period_demand, figures.safety_stock, item.on_hand, figures.order_quantity):
        assert any(one == pytest.approx(number, abs=0.051) for one in stated), number


@sizes
async def test_the_answer_to_what_else(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    plan, _ = await answered(at, questions.what_else)
    truth = await Truth.of(at.sandbox)
    expected = {
        code: row.figures.days_until_due
        for code, row in truth.rows.items()
        if truth.supplier(code) == "HIKARI"
        and row.figures.order_quantity == 0
        and row.figures.days_until_due is not None
        and row.figures.days_until_due <= 42
        and not (row.product.get("discontinued") or row.product.get("unstocked"))
        and not truth.parts(code, 1)
    }
    assert {line["supplier"] for line in lines(plan)} == {"HIKARI"}
    found = {one["product"]: one["order_in_days"] for one in plan["add_ons"]}
    # What a draft holds enough of already is no addition.
    assert {code: days for code, days in expected.items() if not truth.coming(code)}.items() <= found.items()
    assert found.items() <= expected.items()
    assert "FILT-02" in found


@sizes
async def test_the_answer_to_late(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    found, _ = await answered(at, questions.late)
    truth = await Truth.of(at.sandbox)
    assert len(found) == len(set(found))
    assert set(found) == truth.overdue()
    assert "PO-00016" in found


@sizes
async def test_the_answer_to_already_ordered(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    found, _ = await answered(at, questions.already_ordered)
    assert found == (await Truth.of(at.sandbox)).coming("KETTLE-09") == {"PO-00017": 12.0}


@sizes
async def test_the_answer_to_one_order(opened: Open, products: int, first_page: int) -> None:
    found, _ = await answered(await opened(products, first_page), questions.one_order)
    assert found == ("Draft", {"GRIND-C40": 4.0})


@sizes
async def test_the_answer_to_on_order_with(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    found, _ = await answered(at, questions.on_order_with)
    truth = await Truth.of(at.sandbox)
    open_ones = [
        one
        for one in truth.orders
        if (one.get("supplier") or {}).get("supplierCode") == "HIKARI" and truth.is_open(one)
    ]
    value = sum(
        line["quantity"] * line.get("unitPrice", 0)
        for one in open_ones
        for line in one["purchaseOrderLineItems"]
        if line.get("receivedDate") is None
    )
    assert found == (len(open_ones), pytest.approx(value, abs=0.01), 60)


@sizes
async def test_the_answer_to_idle_suppliers(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    found, _ = await answered(at, questions.idle_suppliers)
    truth = await Truth.of(at.sandbox)
    busy = {
        (one.get("supplier") or {}).get("supplierCode") or (one.get("supplier") or {}).get("supplierName")
        for one in truth.orders
        if truth.is_open(one)
    }
    every = {one.get("supplierCode") or one["supplierName"] for one in truth.shop.suppliers.values()}
    assert found == every - busy
    assert "IDLE" in found


@sizes
async def test_the_answer_to_more_demand(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    found, _ = await answered(at, questions.more_demand)
    truth = await Truth.of(at.sandbox)
    assert found["items"]
    for line in found["items"]:
        code = line["product"]
        assert line["stocktrim_quantity"] == (truth.rows[code].figures.order_quantity or 0)
        assert line["estimated_quantity"] == pytest.approx(truth.with_demand(code, 1.2))
    assert 0 < found["stocktrim_cost"] <= truth.money(truth.suggested) + 0.05
    assert found["estimated_cost"] > found["baseline_cost"]


@sizes
async def test_the_answer_to_longer_lead_time(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    found, _ = await answered(at, questions.longer_lead_time)
    truth = await Truth.of(at.sandbox)
    ours = {line["product"]: line["estimated_quantity"] for line in found["items"]}
    theirs = {code: truth.with_lead_time(code, 14) for code in ours}
    assert all(line["estimated_quantity"] >= line["baseline_quantity"] for line in found["items"])
    # Ours keeps the daily rate; StockTrim would also weigh the later days with their season.
    assert truth.money(ours) == pytest.approx(truth.money(theirs), rel=0.35)


@sizes
async def test_the_answer_to_unreliable(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    found, _ = await answered(at, questions.unreliable)
    truth = await Truth.of(at.sandbox)
    counts = {one["check"]: one["findings"] for one in found["checks"]}
    money = {one["check"]: one.get("money") for one in found["checks"]}
    assert found["checked"] == len(truth.products)
    assert found["total"] == sum(counts.values())
    assert counts["negative_stock"] == sum((one.get("stockOnHand") or 0) < 0 for one in truth.products.values())
    uncosted = {code: one for code, one in truth.products.items() if not one.get("cost")}
    assert counts["no_cost"] == len(uncosted)
    year = {code: 365 * truth.rows[code].figures.daily_average for code in uncosted}
    at_price = sum(units * (uncosted[code].get("price") or 0) for code, units in year.items())
    assert money["no_cost"] == pytest.approx(at_price, rel=0.001)


@pytest.mark.parametrize(("products", "first_page"), SIZES)
async def test_the_answer_to_changed(products: int, first_page: int) -> None:
    async with desk(products, first_page) as at:
        await answered(at, questions.today)
        before = (await Truth.of(at.sandbox)).suggested
        await at.a_week_later()
        found, _ = await answered(at, questions.changed)
        after = (await Truth.of(at.sandbox)).suggested
    told = {one["product"]: one["kind"] for one in found["changes"]}
    expected = dict.fromkeys(after.keys() - before.keys(), "new")
    expected |= dict.fromkeys(before.keys() - after.keys(), "gone")
    assert {code: kind for code, kind in told.items() if kind in ("new", "gone")} == expected
    assert {"MUG-SAND", ".."} & expected.keys()
    assert told["V60-02"] == "gone"


@sizes
async def test_the_answer_to_one_location(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    (code, plan), _ = await answered(at, questions.one_location)
    truth = await Truth.of(at.sandbox, "SHOP")
    assert code == "SHOP"
    assert suggested(plan) == (len(truth.suggested), pytest.approx(truth.money(truth.suggested), abs=0.05))
    for line in lines(plan):
        assert line["location"] == "SHOP"
        assert line["to_buy"] <= truth.suggested[line["product"]]


@sizes
async def test_the_answer_to_nothing_due(opened: Open, products: int, first_page: int) -> None:
    plan, _ = await answered(await opened(products, first_page), questions.nothing_due)
    assert plan["total_lines"] == 0
    said = " ".join(plan["warnings"])
    for word in ("suppliers = IDLE", "2026-11-23 06:00"):
        assert word in said


@sizes
async def test_the_answer_to_customer_by_street(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    found, _ = await answered(at, questions.customer_by_street)
    streets = {one.get("code"): one.get("streetAddress", "") for one in at.sandbox.shop.customers.values()}
    assert "Cuba Street" in streets[found]


@sizes
async def test_the_answer_to_by_barcode(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    found, _ = await answered(at, questions.by_barcode)
    bearers = [code_of(one) for one in at.sandbox.shop.products.values() if one.get("barcode") == "4977642723115"]
    assert [found] == bearers


@sizes
async def test_the_answer_to_by_supplier_sku(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    found, _ = await answered(at, questions.by_supplier_sku)
    bearers = {
        code_of(one): one["stockOnHand"]
        for one in at.sandbox.shop.products.values()
        if any(each.get("supplierSkuCode") == "S-0004" for each in one.get("suppliers", ()))
    }
    assert bearers[found[0]] == found[1]


@sizes
async def test_the_answer_to_misspelt(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    found, _ = await answered(at, questions.misspelt)
    assert found == ("KETTLE-09", (await Truth.of(at.sandbox)).products["KETTLE-09"]["stockOnHand"])


@sizes
async def test_the_answer_to_awkward_codes(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    found, _ = await answered(at, questions.awkward_codes)
    truth = await Truth.of(at.sandbox)
    assert found == {
        code: truth.products[code].get("cost") for code in ("TEA/CHAI 50%+", "SCOOP #2?&", "..", "☕-STICKER")
    }


@sizes
async def test_the_answer_to_stock_by_location(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    found, _ = await answered(at, questions.stock_by_location)
    places = (await Truth.of(at.sandbox)).products["MUG-SAGE"]["stockLocations"]
    assert found == {one["locationCode"]: one["stockOnHand"] for one in places}


@with_large
async def test_the_answer_to_most_money(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    found, _ = await answered(at, questions.most_money)
    truth = await Truth.of(at.sandbox)
    values = {code: truth.cost(code) * (one.get("stockOnHand") or 0) for code, one in truth.products.items()}
    expected = sorted(values, key=lambda code: (-values[code], code))[:10]
    assert found == [[code, pytest.approx(values[code], abs=0.01)] for code in expected]


@sizes
async def test_the_answer_to_dead_stock(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    found, _ = await answered(at, questions.dead_stock)
    truth = await Truth.of(at.sandbox)
    assert found == sorted(
        code
        for code, row in truth.rows.items()
        if (row.product.get("stockOnHand") or 0) > 0 and (row.figures.latest_age or 0) > 56
    )
    assert "PRESS-OLD" in found


@sizes
async def test_the_answer_to_sales_by_month(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    found, _ = await answered(at, questions.sales_by_month)
    sold = {month: units for month, units in (await Truth.of(at.sandbox)).sold("V60-02").items() if month[:4] == "2026"}
    assert len(sold) == 11
    # The month that is not over says so.
    assert {heading[:7]: units for heading, units in found.items() if heading[:2] == "20"} == sold
    assert sum(sold.values()) in found.values()


@sizes
async def test_the_answer_to_parts_needed(opened: Open, products: int, first_page: int) -> None:
    at = await opened(products, first_page)
    found, _ = await answered(at, questions.parts_needed)
    assert found == pytest.approx((await Truth.of(at.sandbox)).parts("GIFT-MORNING", 50))


@sizes
async def test_the_answer_to_how_old(opened: Open, products: int, first_page: int) -> None:
    found, _ = await answered(await opened(products, first_page), questions.how_old)
    assert found == ("2026-11-23T06:00:00Z", False)


@pytest.mark.parametrize(("products", "first_page"), SIZES[:3])
async def test_the_answer_to_run(products: int, first_page: int) -> None:
    async with desk(products, first_page) as at:
        found, _ = await answered(at, questions.run)
        assert (found["status"], 50 < found["percent"] < 80) == ("running", True)
        at.clock.seconds += 30
        (computed, running), _ = await answered(at, questions.how_old)
        assert (computed > "2026-11-23T07:59", running) == (True, False)


@pytest.mark.parametrize("products", [24, 3_000])
async def test_no_question_takes_many_calls_or_more_than_a_model_reads(opened: Open, products: int) -> None:
    at = await opened(products, 0)
    for words, script, is_later in QUESTIONS:
        if not is_later and script is not questions.run:
            _, assistant = await answered(at, script)
            walks = script is questions.every_line
            assert assistant.calls <= MOST_CALLS + 10 * walks, words
            assert assistant.tokens <= MOST_TOKENS * (1 + walks), words
