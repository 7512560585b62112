"""How far a forecast can be trusted: the table, and what never must be said."""

from typing import Any

import pytest
from hypothesis import given

from stocktrim_client.models import OrderPlanRow
from stocktrim_mcp_server.planning.catalogue import join
from stocktrim_mcp_server.planning.confidence import GOOD_FIT, trust_of
from tests.server.planning.accounts import account_of, rows

GOOD: dict[str, Any] = {
    "code": "A",
    "forecast_period_demand": 90.0,
    "lead_demand": 60.0,
    "best_fit": 0.8,
    "spread": 20.0,
    "sales_count": 40,
    "is_uncertain": False,
}


@pytest.mark.parametrize(
    ("different", "confidence", "why"),
    [
        ({"forecast_period_demand": None, "lead_demand": None}, "none", "nothing was forecast"),
        ({"is_uncertain": True}, "low", "StockTrim marks the forecast as uncertain"),
        ({"sales_count": 7}, "low", "7 sales only (fewer than 8)"),
        ({"spread": 61.0}, "low", "the methods' answers lie further apart than the demand itself"),
        ({"lead_demand": 0.0}, "low", "the methods' answers lie further apart than the demand itself"),
        (
            {"best_fit": 0.1},
            "medium",
            "the best fit explains 10 % of the ups and downs of past sales (high needs 50 %)",
        ),
        ({"best_fit": None}, "medium", "StockTrim says nothing of how well it fits"),
        ({"spread": 31.0}, "medium", "the methods' answers lie 52 % of the demand apart (high needs 50 % or less)"),
        ({"spread": 30.0}, "high", "the best fit explains 80 % of the ups and downs of past sales"),
        (
            {"spread": None, "is_uncertain": None, "sales_count": None},
            "high",
            "the best fit explains 80 % of the ups and downs of past sales",
        ),
    ],
)
def test_each_rule_and_its_words(different: dict[str, Any], confidence: str, why: str) -> None:
    assert trust_of(join(OrderPlanRow.model_validate(GOOD | different), None, "ACME")) == (confidence, why)


def test_every_doubt_is_named() -> None:
    poor = {"is_uncertain": True, "sales_count": 2, "spread": 90.0}
    assert trust_of(join(OrderPlanRow.model_validate(GOOD | poor), None, "ACME")).why.count(", ") == 2


@given(rows)
def test_what_stocktrim_doubts_is_low_and_a_poor_fit_never_high(row: OrderPlanRow) -> None:
    trust = trust_of(join(row, None, "ACME"))
    assert trust.why
    if row.is_uncertain:
        assert trust.confidence in ("none", "low")
    if row.best_fit is None or row.best_fit < GOOD_FIT:
        assert trust.confidence != "high"


async def test_no_forecast_of_the_sandbox_that_explains_a_tenth_is_called_high() -> None:
    account = await account_of(300)
    items = [account.catalogue.item(row) for row in account.rows]
    weak = [item for item in items if (item.row.best_fit or 0) <= 0.1]
    assert len(weak) > 100
    assert {trust_of(item).confidence for item in weak} == {"none", "low", "medium"}
