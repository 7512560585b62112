"""What a word that names nothing may have been meant to be."""

import pytest

from stocktrim_mcp_server.planning.nearest import did_you_mean, nearest

CODES = ("ACME", "HIKARI", "42", "B-9")
NAMES = {"Acme Roasters Ltd": "ACME", "Hikari Ceramics": "HIKARI", "B-9": "B-9"}


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("acm", " Did you mean 'ACME'?"),
        ("hikari ceramic", " Did you mean 'Hikari Ceramics' (code 'HIKARI')?"),
        ("Acme Roastres Ltd", " Did you mean 'Acme Roasters Ltd' (code 'ACME')?"),
        ("B9", " Did you mean 'B-9'?"),
        ("zzzz", ""),
        ("", ""),
        ("x" * 100_000, ""),
    ],
)
def test_the_likest_known_word_is_asked_for_with_its_code(said: str, question: str) -> None:
    assert did_you_mean(said, CODES, NAMES) == question


def test_a_name_without_end_is_asked_for_by_its_beginning() -> None:
    endless = f"Acme {'Roasters ' * 1_000}"
    assert did_you_mean("Acme Roasters", [], {endless: "ACME"}) == f" Did you mean '{endless[:100]}…' (code 'ACME')?"


def test_words_without_codes_are_asked_for_as_they_are() -> None:
    assert did_you_mean("supplier", ["suppliers", "products"]) == " Did you mean 'suppliers'?"


def test_several_may_be_alike_and_the_likest_comes_first() -> None:
    assert nearest("teapot", ["teapots", "tea", "teapot lid", "kettle"], most=2) == ["teapots", "teapot lid"]
