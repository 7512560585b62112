"""How far a forecast can be trusted: the table, and what never must be said."""

from typing import Any

import pytest
from hypothesis import given

from stocktrim_client.models import OrderPlanRow
from stocktrim_mcp_server.planning.catalogue import Item, join
from stocktrim_mcp_server.planning.confidence import GOOD_FIT, away_from_sales, trust_of
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


def _item(**different: Any) -> Item:
    return join(OrderPlanRow.model_validate(GOOD | different), None, "ACME")


CLEAR = "a clear pattern found in past sales (R2 0.8)"
AGREED = "StockTrim's methods agree within 33 %"


@pytest.mark.parametrize(
    ("different", "confidence", "why"),
    [
        ({"forecast_period_demand": None, "lead_demand": None}, "none", "nothing was forecast"),
        ({"is_uncertain": True}, "low", f"StockTrim marks the forecast as uncertain; {CLEAR}, and {AGREED}"),
        ({"sales_count": 7}, "low", f"7 sales only (fewer than 8); {CLEAR}, and {AGREED}"),
        ({"spread": 61.0}, "low", f"{CLEAR}, but its methods' answers lie further apart than the demand itself"),
        ({"lead_demand": 0.0}, "low", f"{CLEAR}, but its methods' answers lie further apart than the demand itself"),
        (
            {"best_fit": 0.1},
            "low",
            "no pattern found in past sales (R2 0.1), and its methods' answers lie 33 % of the demand apart",
        ),
        (
            {"best_fit": 0.05, "spread": 10.2},
            "medium",
            "no pattern found in past sales (R2 0.05), but StockTrim's methods agree within 17 %",
        ),
        (
            {"best_fit": 0.1, "spread": None},
            "medium",
            "no pattern found in past sales (R2 0.1), and it does not say how far its methods agree",
        ),
        ({"best_fit": 0.2}, "medium", f"a weak pattern found in past sales (R2 0.2), and {AGREED}"),
        ({"best_fit": None}, "medium", f"StockTrim does not say how well it fits past sales, and {AGREED}"),
        ({"spread": 31.0}, "medium", f"{CLEAR}, but its methods' answers lie 52 % of the demand apart"),
        ({"spread": 30.0}, "high", f"{CLEAR}, and StockTrim's methods agree within 50 %"),
        ({"spread": 0.0, "lead_demand": 0.0}, "high", f"{CLEAR}, and StockTrim's methods agree within 0 %"),
        (
            {"spread": None, "is_uncertain": None, "sales_count": None},
            "high",
            f"{CLEAR}, and it does not say how far its methods agree",
        ),
    ],
)
def test_each_rule_and_its_words(different: dict[str, Any], confidence: str, why: str) -> None:
    assert trust_of(_item(**different)) == (confidence, why)


def test_every_doubt_is_named() -> None:
    poor = {"is_uncertain": True, "sales_count": 2, "spread": 90.0}
    assert trust_of(_item(**poor)).why.count("; ") == 2


@pytest.mark.parametrize(
    ("sold", "said"),
    [
        (1.0, "forecast 3 a day, sold 1"),
        (1.5, None),
        (1.4, "forecast 3 a day, sold 1.4"),
        (6.0, None),
        (6.1, "forecast 3 a day, sold 6.1"),
        (0.0, "forecast 3 a day, sold 0"),
        (None, None),
    ],
)
def test_a_forecast_far_from_recent_sales_is_said_with_both_rates(sold: float | None, said: str | None) -> None:
    item = _item(daily_demand=sold, lead_time_days=30)
    assert away_from_sales(item) == said
    assert trust_of(item).why.endswith(f"; {said}" if said else AGREED)


def test_rates_less_than_a_piece_apart_are_not_far_from_each_other() -> None:
    assert away_from_sales(_item(forecast_period_demand=0.9, lead_time_days=30, daily_demand=0.0)) is None


@given(rows)
def test_what_stocktrim_doubts_is_low_and_a_poor_fit_never_high(row: OrderPlanRow) -> None:
    trust = trust_of(join(row, None, "ACME"))
    assert trust.why
    if row.is_uncertain:
        assert trust.confidence in ("none", "low")
    if row.best_fit is None or row.best_fit < GOOD_FIT:
        assert trust.confidence != "high"


async def test_steady_demand_of_the_sandbox_is_medium_where_the_methods_agree_and_never_high() -> None:
    account = await account_of(300)
    items = [account.catalogue.item(row) for row in account.rows]
    weak = [item for item in items if (item.row.best_fit or 0) <= 0.1]
    assert len(weak) > 100
    assert {trust_of(item).confidence for item in weak} == {"none", "low", "medium"}
    agreed = [trust_of(item) for item in weak if "but StockTrim's methods agree" in trust_of(item).why]
    assert "medium" in {trust.confidence for trust in agreed}
