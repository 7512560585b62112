"""What is said of records on hand: their age, what is missing, what is still coming."""

from datetime import UTC, datetime
from typing import Any

import pytest

from stocktrim_client.snapshot import KindStanding, Standing
from stocktrim_client.snapshot.standing import in_words

THEN = datetime(2026, 3, 2, 8, tzinfo=UTC)


def one(**fields: Any) -> KindStanding:
    return KindStanding(kind="purchase_orders", **fields)


def plan(**fields: Any) -> KindStanding:
    return KindStanding(kind="order_plan", **fields)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "0 seconds"),
        (-5, "0 seconds"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (119, "1 minute"),
        (7199, "119 minutes"),
        (7200, "2 hours"),
        (86400, "24 hours"),
        (172800, "2 days"),
    ],
)
def test_an_age_is_said_as_people_say_it(seconds: float | None, words: str) -> None:
    assert in_words(seconds) == words


@pytest.mark.parametrize(
    ("standing", "warning"),
    [
        (one(read_at=THEN, age_seconds=0), None),
        (one(), "The purchase orders have not been read yet."),
        (one(error="No."), "The purchase orders are missing: No."),
        (
            one(is_reading=True, rows_so_far=1200),
            "The purchase orders are still being read (1,200 so far), so none are counted here yet.",
        ),
        (
            one(read_at=THEN, age_seconds=1500, error="No."),
            "The purchase orders are 25 minutes old; reading them again failed: No.",
        ),
        (
            one(read_at=THEN, age_seconds=700, is_reading=True),
            "The purchase orders are 11 minutes old; newer ones are being read.",
        ),
        (
            one(read_at=THEN, age_seconds=0.4, is_reading=True),
            "The purchase orders were read just now; newer ones are being read.",
        ),
        (plan(), "The order plan has not been read yet."),
        (plan(error="No."), "The order plan is missing: No."),
        (
            plan(is_reading=True, rows_so_far=7),
            "The order plan is still being read (7 so far), so nothing of it is counted here yet.",
        ),
        (
            plan(read_at=THEN, age_seconds=0, error="No."),
            "The order plan was read just now; reading it again failed: No.",
        ),
        (
            plan(read_at=THEN, age_seconds=3960, is_reading=True),
            "The order plan is 66 minutes old; a newer one is being read.",
        ),
        (
            plan(read_at=THEN, is_reading=True),
            "The order plan was read before this computer's clock was set back, so how long ago is not known; "
            "a newer one is being read.",
        ),
    ],
)
def test_what_a_reader_must_know_is_said(standing: KindStanding, warning: str | None) -> None:
    assert standing.warning == warning
    assert Standing(kinds=(standing,)).is_complete == (warning is None)


def test_a_standing_is_as_old_as_its_oldest_part() -> None:
    younger = KindStanding(kind="products", read_at=THEN.replace(hour=9))
    both = Standing(kinds=(younger, one(read_at=THEN), KindStanding(kind="customers")))
    assert both.as_of == THEN
    assert both.missing == ("customers",)
    assert both.of("products") is younger
    with pytest.raises(KeyError):
        both.of("suppliers")
    assert Standing(kinds=()).as_of is None
