"""How pressing an order is."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktrim_mcp_server.planning.cover import URGENCIES, Urgency, order_by, pressing, runs_dry_on, state, urgency

days = st.none() | st.integers(-400, 400)


@pytest.mark.parametrize(
    ("days_left", "days_until_order", "expected"),
    [
        (None, None, None),
        (0, 30, "late"),
        (-5, 30, "late"),
        (-1, None, "late"),
        (30, -1, "late"),
        (1, -1, "late"),
        (None, -1, "late"),
        (30, 0, "due"),
        (1, 0, "due"),
        (30, 7, "due"),
        (7, None, "due"),
        (1, None, "due"),
        (30, 8, "soon"),
        (30, 14, "soon"),
        (14, None, "soon"),
        (30, 15, "ok"),
        (1, 15, "ok"),
        (None, 15, "ok"),
        (15, None, "ok"),
    ],
)
def test_urgency(days_left: int | None, days_until_order: int | None, expected: str | None) -> None:
    assert urgency(days_left, days_until_order) == expected


@given(st.integers(1, 400), st.integers(-400, 400), st.integers(0, 400))
def test_more_time_never_makes_it_more_pressing(days_left: int, until: int, more: int) -> None:
    sooner, later = urgency(days_left, until), urgency(days_left + more, until + more)
    assert sooner is not None
    assert later is not None
    assert URGENCIES.index(sooner) <= URGENCIES.index(later)


@given(days, days)
def test_something_is_claimed_exactly_when_something_was_computed(left: int | None, until: int | None) -> None:
    assert (urgency(left, until) is None) == (left is None and until is None)


@pytest.mark.parametrize(
    ("computed_on", "until", "expected"),
    [
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
        (date(2026, 11, 23), 9, date(2026, 12, 2)),
        (date(2026, 11, 23), -23, date(2026, 10, 31)),
        (date(2026, 11, 23), None, None),
        (None, 5, None),
    ],
)
def test_the_day_to_order_by(computed_on: date | None, until: int | None, expected: date | None) -> None:
    assert order_by(computed_on, until) == expected


@pytest.mark.parametrize(
    ("computed_on", "days_left", "expected"),
    [
        (date(2026, 11, 23), 9, date(2026, 12, 2)),
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
        (date(2026, 11, 23), -40, date(2026, 11, 23)),
        (date(2026, 11, 23), None, None),
        (None, 9, None),
        (date(2026, 11, 23), 10**9, None),
    ],
)
def test_the_day_stock_ends(computed_on: date | None, days_left: int | None, expected: date | None) -> None:
    assert runs_dry_on(computed_on, days_left) == expected


@pytest.mark.parametrize(
    ("urgency", "days_left", "dry_days", "expected"),
    [
        ("late", 0, 0, "out now"),
        ("late", -3, 20, "out now"),
        ("late", 5, 12, "dry before delivery"),
        ("late", 40, 0, "order date passed"),
        ("late", None, None, "order date passed"),
        ("due", 3, 4, "due"),
        ("ok", 90, 0, "ok"),
        (None, None, None, "not computed"),
    ],
)
def test_late_lines_are_told_apart(
    urgency: Urgency | None, days_left: int | None, dry_days: float | None, expected: str
) -> None:
    assert state(urgency, days_left, dry_days) == expected


def test_what_is_out_of_stock_comes_before_all_else() -> None:
    lines: list[tuple[Urgency | None, int | None]] = [(None, None), ("ok", 40), ("late", 12), ("soon", 3), ("late", 0)]
    lines += [("late", None), ("due", 1), ("late", -5)]
    assert sorted(lines, key=lambda line: pressing(*line)) == [
        ("late", -5),
        ("late", 0),
        ("late", 12),
        ("late", None),
        ("due", 1),
        ("soon", 3),
        ("ok", 40),
        (None, None),
    ]
