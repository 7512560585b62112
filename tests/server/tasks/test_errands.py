"""A buyer's errands, done through tool calls alone, checked against what the sandbox then holds."""

from typing import Any

import pytest

from stocktrim_client.sandbox import Fault
from stocktrim_client.sandbox.shop import Record
from tests.server.tasks import errands
from tests.server.tasks.desk import MONDAY, Desk, desk
from tests.server.tasks.truth import Truth
from tests.server.writing.state import changed, state_of

sizes = pytest.mark.parametrize(("products", "first_page"), [(24, 0), (24, 1), (3_000, 0)])


def orders_of(at: Desk) -> dict[str, Record]:
    return {
        one["clientReferenceNumber"]: one
        for one in at.sandbox.shop.orders.values()
        if one.get("clientReferenceNumber") is not None
    }


def product(at: Desk, code: str) -> Record:
    return next(one for one in at.sandbox.shop.products.values() if one.get("productCodeReadable") == code)


def units(order: Record) -> float:
    return sum(line["quantity"] * line["unitPrice"] for line in order["purchaseOrderLineItems"])


@sizes
async def test_two_suppliers_are_drafted_within_the_budget(products: int, first_page: int) -> None:
    async with desk(products, first_page) as at, at.assistant() as assistant:
        truth, before, state = await Truth.of(at.sandbox), orders_of(at), state_of(at.sandbox)
        report, again = await errands.draft_within_budget(assistant)
        drafted = {number: one for number, one in orders_of(at).items() if number not in before}
        assert changed(state, state_of(at.sandbox)) == {("order", number) for number in drafted}
        assert sorted(one["supplier"]["supplierCode"] for one in drafted.values()) == ["ALTIPLANO", "HIKARI"]
        assert {one["status"] for one in drafted.values()} == {"Draft"}
        assert 0 < sum(map(units, drafted.values())) <= 4_000
        assert report["total_cost"] == pytest.approx(sum(map(units, drafted.values())), abs=0.01)
        code_of = {one["productId"]: code for code, one in truth.products.items()}
        for order in drafted.values():
            for line in order["purchaseOrderLineItems"]:
                code = code_of[line["productId"]]
                assert 0 < line["quantity"] <= truth.suggested[code]
                assert truth.supplier(code) == order["supplier"]["supplierCode"]
                assert line["unitPrice"] == truth.cost(code)
        assert again["status"] == "unchanged"


@sizes
async def test_lead_times_of_a_supplier_are_changed_and_no_other(products: int, first_page: int) -> None:
    async with desk(products, first_page) as at, at.assistant() as assistant:
        truth, state = await Truth.of(at.sandbox), state_of(at.sandbox)
        theirs = {code for code in truth.products if truth.supplier(code) == "STEEL/EU #2"}
        codes = await errands.change_lead_times(assistant)
        assert set(codes) == theirs
        assert {code for code in theirs if product(at, code).get("leadTime") != 42} == set()
        keys = {truth.products[code]["productId"] for code in theirs}
        after = state_of(at.sandbox)
        assert changed(state, after) <= {("product", key) for key in keys}
        for key in keys:
            was, now = state["product", key], after["product", key]
            assert {name for name in was | now if was.get(name) != now.get(name)} <= {"leadTime"}


@sizes
async def test_a_supplier_is_taken_on_with_what_it_delivers(products: int, first_page: int) -> None:
    async with desk(products, first_page) as at, at.assistant() as assistant:
        state = state_of(at.sandbox)
        report = await errands.onboard(assistant)
        assert report["status"] == "applied"
        dripper = product(at, "V60-02")
        assert changed(state, state_of(at.sandbox)) == {("supplier", "MOKA"), ("product", dripper["productId"])}
        number, moka = next(
            (number, one) for number, one in at.sandbox.shop.suppliers.items() if one.get("supplierCode") == "MOKA"
        )
        assert (moka["supplierName"], moka["defaultLeadTime"]) == ("Moka Milano", 21)
        assert (dripper["supplierCode"], dripper["cost"]) == ("MOKA", 6.9)
        named = {one["supplier"]: one.get("supplierSkuCode") for one in dripper["suppliers"]}
        assert named[number] == "MK-60"
        assert "H-0001" in named.values()


@sizes
async def test_a_count_is_corrected_where_it_was_made(products: int, first_page: int) -> None:
    async with desk(products, first_page) as at, at.assistant() as assistant:
        state, before = state_of(at.sandbox), product(at, "KETTLE-09")
        elsewhere = {one["locationCode"]: one["stockOnHand"] for one in before["stockLocations"]} | {"MAIN": 17.0}
        await errands.correct_a_count(assistant)
        after = product(at, "KETTLE-09")
        assert {one["locationCode"]: one["stockOnHand"] for one in after["stockLocations"]} == elsewhere
        assert after["stockOnHand"] == sum(elsewhere.values())
        assert changed(state, state_of(at.sandbox)) == {("product", "KETTLE-09")}


def sold(at: Desk, code: str) -> float:
    sales = at.sandbox.shop.ledger.sales(product(at, code)["productId"])
    return sum(one["quantity"] for one in sales if one["orderDate"] >= f"{MONDAY:%Y-%m}")


TROUBLES: dict[str, Fault] = {
    "the answer is lost": Fault("reset", "save_sales_orders", applied=True),
    "no answer comes": Fault("silence", "save_sales_orders", applied=True),
    "the request is lost": Fault("reset", "save_sales_orders"),
    "StockTrim fails": Fault("status", "save_sales_orders", status=500, applied=True),
    "the answer is no JSON": Fault("malformed", "save_sales_orders"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("products", [24, 3_000])
async def test_sales_are_recorded_once_though_an_answer_gets_lost(products: int, trouble: str) -> None:
    async with desk(products) as at, at.assistant() as assistant:
        before = {code: sold(at, code) for code in ("KETTLE-09", "V60-02")}
        at.sandbox.faults.add(TROUBLES[trouble])
        first, again = await errands.record_a_market_day(assistant)
        assert first["status"] == "applied"
        assert again["status"] == "unchanged"
        assert sold(at, "KETTLE-09") == before["KETTLE-09"] + 3
        assert sold(at, "V60-02") == before["V60-02"] + 5


@pytest.mark.parametrize(
    "errand",
    [errands.draft_within_budget, errands.change_lead_times, errands.onboard, errands.correct_a_count],
    ids=lambda errand: errand.__name__,
)
@pytest.mark.parametrize("products", [24, 3_000])
async def test_the_last_change_is_taken_back(products: int, errand: Any) -> None:
    async with desk(products) as at, at.assistant() as assistant:
        state = state_of(at.sandbox)
        await errand(assistant)
        assert changed(state, state_of(at.sandbox))
        if errand is errands.change_lead_times and products > 1_000:
            return
        report = await errands.take_it_back(assistant)
        assert report["status"] == "applied"
        assert not changed(state, state_of(at.sandbox))
