"""What is odd about sales that are to be recorded, as tables."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktrim_client.models import OrderPlanRow
from stocktrim_mcp_server.planning.recorded import FEWEST_DAYS, Held, Row, oddities, usual_days, usual_rates

DAY = date(2026, 11, 20)
OTHER = date(2026, 11, 19)


def row(
    reference: str = "r1",
    *,
    product: str = "a",
    day: date = DAY,
    quantity: float = 3,
    line: int | None = None,
    equals: object = ("x",),
) -> Row:
    return Row(product, f"{product.upper()}-1", day, quantity, reference, line, equals)


def held(reference: str | None, *, product: str = "a", day: date = DAY, quantity: float = 3) -> Held:
    return Held(product, day, quantity, reference)


def there(*said: str) -> list[str]:
    return [f"There already, under another reference: {', '.join(said)}. If that is the same sale, leave it out."]


def double(*said: str) -> list[str]:
    return [
        f"Equal rows, probably double: {', '.join(said)}. Each counts as a sale of its own: leave out what is the same "
        "sale."
    ]


@pytest.mark.parametrize(
    ("rows", "known", "said"),
    [
        ([row()], [], []),
        ([row()], [held("r2")], there("3 x A-1 on 2026-11-20 ('r2')")),
        ([row(line=7)], [held("r2")], there("line 7: 3 x A-1 on 2026-11-20 ('r2')")),
        ([row()], [held(None)], there("3 x A-1 on 2026-11-20 (without one)")),
        ([row()], [held("r2"), held("r3")], there("3 x A-1 on 2026-11-20 ('r2')")),
        ([row(quantity=0.3)], [held("r2", quantity=0.1 + 0.2)], there("0.3 x A-1 on 2026-11-20 ('r2')")),
        ([row(equals=None)], [held("r2")], there("3 x A-1 on 2026-11-20 ('r2')")),
        # Another product, day or quantity is another sale; one that was taken back is none.
        ([row()], [held("r2", product="b")], []),
        ([row()], [held("r2", day=OTHER)], []),
        ([row()], [held("r2", quantity=3.1)], []),
        ([row(quantity=0)], [held("r2", quantity=0)], []),
        # What is recorded as it is, or by this very call, is not there under another reference.
        ([row()], [held("r1")], []),
        ([row()], [held("r1"), held("r2")], []),
        ([row("r1", equals=None), row("r2", equals=None)], [held("r1")], []),
        ([row()], [held("r1", quantity=0)], []),
        ([row()], [held("r1", product="b", quantity=9), held("r2")], there("3 x A-1 on 2026-11-20 ('r2')")),
        # Rows that say the same.
        ([row("r1"), row("r2")], [], double("2 times 3 x A-1 on 2026-11-20")),
        ([row("r1", line=2), row("r2", line=5)], [], double("lines 2, 5: 3 x A-1 on 2026-11-20")),
        ([row("r1"), row("r2"), row("r3")], [], double("3 times 3 x A-1 on 2026-11-20")),
        ([row("r1"), row("r2")], [held("r1")], double("2 times 3 x A-1 on 2026-11-20")),
        ([row("r1"), row("r2")], [held("r1"), held("r2")], []),
        ([row("r1"), row("r2", equals=None)], [], []),
        ([row("r1"), row("r2", equals=("y",))], [], []),
        ([row("r1"), row("r2", quantity=4)], [], []),
        ([row("r1"), row("r2", day=OTHER)], [], []),
        ([row("r1"), row("r2", product="b")], [], []),
    ],
)
def test_a_sale_that_may_be_there_already_is_named(rows: list[Row], known: list[Held], said: list[str]) -> None:
    assert oddities(rows, known, {}) == said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row(quantity=300, line=4)], "line 4: 300 x A-1 on 2026-11-20, 100 times its usual day of 3"),
        ([row(quantity=30)], "30 x A-1 on 2026-11-20, 10 times its usual day of 3"),
        ([row(quantity=29.9)], None),
        ([row(quantity=0.3)], None),
        (
            [row("r1", quantity=15, line=2), row("r2", quantity=16, line=3)],
            "lines 2, 3: 31 x A-1 on 2026-11-20, about 10 times its usual day of 3",
        ),
        ([row("r1", quantity=15), row("r2", quantity=16, day=OTHER)], None),
        ([row(quantity=300, product="b")], None),
    ],
)
def test_a_day_of_ten_times_the_usual_is_doubted(rows: list[Row], said: str | None) -> None:
    assert oddities(rows, [], {"a": 3}) == ([] if said is None else [f"Is a digit too many? {said}."])


def test_what_is_usual_is_what_the_middle_day_of_sales_sold_and_the_plan_where_there_are_none() -> None:
    days = [DAY - timedelta(days=back) for back in range(1, FEWEST_DAYS + 1)]
    units = (1, 2, 3, 90, 400)
    sales = [held(f"h{at}", day=day, quantity=units[at]) for at, day in enumerate(days)]
    sales += [held("h8", day=days[0], quantity=0), held("h9", day=days[0], quantity=1)]
    assert usual_days(sales) == usual_days([*sales, held("h7", day=OTHER - timedelta(days=99), quantity=0)]) == {"a": 3}
    assert usual_days(sales[1:4]) == {}
    assert usual_days(sales, {("a", days[1])}) == {}
    assert oddities([row(quantity=30)], sales, {"a": 30}) == [
        "Is a digit too many? 30 x A-1 on 2026-11-20, 10 times its usual day of 3."
    ]
    assert oddities([row(quantity=30)], sales[:4], {"a": 30}) == []


def test_the_days_of_this_call_are_not_what_is_usual() -> None:
    days = [DAY - timedelta(days=back) for back in range(FEWEST_DAYS + 1)]
    sales = [held(f"h{at}", day=day, quantity=1) for at, day in enumerate(days)]
    sales[0] = held("h0", day=DAY, quantity=5_000)
    assert oddities([row(quantity=9)], sales, {}) == []
    assert oddities([row(quantity=10)], sales, {}) != []


def test_what_is_recorded_as_it_is_is_not_doubted_again() -> None:
    assert oddities([row(quantity=300)], [held("r1", quantity=300)], {"a": 3}) == []


def test_a_plan_tells_what_sells_on_a_day() -> None:
    plan = [
        OrderPlanRow(code="A", product_id="a", daily_demand=3),
        OrderPlanRow(code="A", product_id="a", location="MAIN", daily_demand=99),
        OrderPlanRow(code="B", product_id="b", location="MAIN", daily_demand=2),
        OrderPlanRow(code="B", product_id="b", location="SHOP", daily_demand=2.5),
        OrderPlanRow(code="C", product_id="c", daily_demand=0.05),
        OrderPlanRow(code="D", product_id="d", daily_demand=0),
        OrderPlanRow(code="E", daily_demand=7),
    ]
    assert usual_rates(plan) == {"a": 3, "b": 4.5, "c": 1}


def test_many_doubts_are_told_in_one_sentence_each() -> None:
    rows = [row(f"r{at}", quantity=100 + at, line=at, equals=at // 2) for at in range(40)]
    rows += [row(f"s{at}", quantity=100 + at, line=at + 40, equals=at // 2) for at in range(40)]
    said = oddities(rows, [held(f"h{at}", quantity=100 + at) for at in range(40)], {"a": 3})
    assert len(said) == 3
    assert all(len(one) < 700 for one in said)
    assert [" more. " in one for one in said] == [True, True, False]


ROWS = st.lists(
    st.builds(
        Row,
        product_id=st.sampled_from("ab"),
        code=st.just("A-1"),
        day=st.sampled_from([DAY, OTHER]),
        quantity=st.sampled_from([1.0, 2.0]),
        reference=st.text("rs", min_size=1, max_size=2),
        line=st.none() | st.integers(1, 50),
        equals=st.sampled_from([None, "x"]),
    ),
    max_size=6,
    unique_by=lambda one: (one.product_id, one.reference),
)


@given(ROWS)
def test_what_this_call_recorded_is_odd_no_more(rows: list[Row]) -> None:
    known = [Held(one.product_id, one.day, one.quantity, one.reference) for one in rows]
    assert oddities(rows, known, {"a": 0.01, "b": 0.01}) == []


@given(ROWS)
def test_another_name_for_all_of_it_is_seen(rows: list[Row]) -> None:
    known = [Held(one.product_id, one.day, one.quantity, f"other {one.reference}") for one in rows]
    said = oddities(rows, known, {})
    assert bool(rows) == any(one.startswith("There already") for one in said)
