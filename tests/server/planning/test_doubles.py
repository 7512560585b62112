"""A new record that is an old one, written a little differently."""

import pytest

from stocktrim_mcp_server.planning.doubles import Named, double_of, same_name

KNOWN = (
    Named("HIKARI", "Hikari Glass Works"),
    Named("STEEL/EU #2", "Stålverk Europe"),
    Named(None, "Okafor Textiles"),
    Named("IDLE", None),
    Named("S-1001", "Blue Line 1"),
    Named("AB", "Ab"),
)


@pytest.mark.parametrize(
    ("new", "double"),
    [
        (Named("HIKARY", None), "HIKARI"),
        (Named("HGW", "Hikari Glassworks"), "HIKARI"),
        (Named("HGW", "Hikari"), "HIKARI"),
        (Named("Hikari Glass", None), "HIKARI"),
        (Named("steel-eu2", "Other"), "STEEL/EU #2"),
        (Named("OKAFOR", "Okafor Textile"), "Okafor Textiles"),
        (Named("idle!", None), "IDLE"),
    ],
)
def test_a_name_or_code_nearly_the_same_is_the_same(new: Named, double: str) -> None:
    found = double_of(new, KNOWN)
    assert found is not None
    assert double in (found.code, found.name)


@pytest.mark.parametrize(
    "new",
    [
        Named("S-1002", "Blue Line 2"),
        Named("ACME", "Acme Roasters"),
        Named("NORDGLAS", "Nordic Glass"),
        Named("ABACUS", "Abacus"),
        Named("!!!", None),
        Named("新しい", "ガラス"),
    ],
)
def test_others_are_others(new: Named) -> None:
    assert double_of(new, KNOWN) is None


def test_a_name_is_the_same_in_any_case() -> None:
    assert [one.code for one in same_name(" hikari glass works", KNOWN)] == ["HIKARI"]
    assert same_name(None, KNOWN) == same_name(" ", KNOWN) == []


def test_a_record_is_said_by_what_it_has() -> None:
    assert [str(one) for one in KNOWN[:4]] == [
        "'HIKARI' (Hikari Glass Works)",
        "'STEEL/EU #2' (Stålverk Europe)",
        "'Okafor Textiles'",
        "'IDLE'",
    ]
    assert len(str(Named("x" * 500, "y" * 500))) < 130
    assert str(Named("X", "a\n\nb")) == "'X' (a b)"
