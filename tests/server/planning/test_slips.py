"""Figures that may be slips, in words."""

import pytest

from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, listed
from stocktrim_mcp_server.planning.slips import slip


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (7.4, 74, "10 times what it was"),
        (5.2, 0.52, "1/10 of what it was"),
        (7.4, 79, "about 11 times what it was"),
        (79, 7.4, "about 1/11 of what it was"),
        (1, 12345.6, "about 12,346 times what it was"),
        (0.1, 1, "10 times what it was"),
        (1, 9.99, None),
        (9.99, 1, None),
        (0, 5, None),
        (5, 0, None),
        (-1, 20, None),
        (None, 20, None),
        (20, None, None),
    ],
)
def test_what_becomes_ten_times_as_much_or_as_little_is_said_in_whole_numbers(
    before: float | None, after: float | None, said: str | None
) -> None:
    assert slip(before, after) == said


def test_of_many_things_the_first_are_named_and_the_others_counted() -> None:
    assert listed("abc") == "a, b, c"
    assert listed("abcde") == "a, b, c, d, e"
    assert listed("abcdefg") == "a, b, c, d, e and 2 more"
    assert listed(("abc", "x"), 1) == "abc and 1 more"
    assert len(listed(["n" * 500])) < 2 * NAME_SHOWN
