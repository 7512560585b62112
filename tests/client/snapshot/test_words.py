"""Folding, and which word a slip may have meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktrim_client.models import BomLine, Customer, Product, PurchaseOrder, Supplier
from stocktrim_client.snapshot.words import entry_of, fold, is_one_slip, meant_by, query_words, singular, slips, swaps

WORDS = st.text("abcdeé", min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Café \t CRÈME\n", "cafe creme"),
        ("STRASSE straße", "strasse strasse"),
        ("İstanbul", "istanbul"),
        ("ﬁlter ½", "filter 1⁄2"),
        ("a\0b\x1fc\x7fd", "a b c d"),
        ("zero\u200bwidth \u202eright\u202c", "zerowidth right"),
        ("half a pair \ud83d", "half a pair"),
        ("\u0301", ""),
        ("日本 茶", "日本 茶"),
    ],
)
def test_text_is_compared_without_case_accents_and_invisible_characters(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=2000))
def test_a_query_is_a_few_words(query: str) -> None:
    words = query_words(query)
    assert len(words) <= 12
    assert all(word and " " not in word for word in words)


@pytest.mark.parametrize(
    ("meant", "typed"),
    [("mug", "mug"), ("mug", "mg"), ("mug", "muug"), ("mug", "mag"), ("mug", "mgu"), ("mug", "umg"), ("", "a")],
)
def test_one_slip_is_seen_as_one(meant: str, typed: str) -> None:
    assert is_one_slip(meant, typed)
    assert is_one_slip(typed, meant)


@pytest.mark.parametrize(("meant", "typed"), [("mug", "gum"), ("mug", "m"), ("mug", "mugel"), ("abcd", "badc")])
def test_two_slips_are_too_many(meant: str, typed: str) -> None:
    assert not is_one_slip(meant, typed)


@given(WORDS, st.data())
def test_any_one_slip_is_found(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word)))
    letter = data.draw(st.sampled_from("abcxyz"))
    slips = [word[:at] + letter + word[at:], word[:at] + word[at + 1 :], word[:at] + letter + word[at + 1 :]]
    for typed in (*slips, *swaps(word)):
        assert is_one_slip(word, typed)


def test_whole_words_come_before_beginnings() -> None:
    assert meant_by("ceramc", ["ceramics", "ceramic", "cream"], 4) == ["ceramic", "cerami"]


def test_what_has_no_code_is_not_searched() -> None:
    assert entry_of(Supplier()) is None
    assert entry_of(BomLine(product_id="A", component_id="B")) is None


def test_records_are_searched_by_all_their_codes() -> None:
    product = entry_of(Product(code="SKU", product_id="77", barcode="400", name="Tea"))
    assert product
    assert product.keys == ("77", "400")
    customer = entry_of(Customer(name="Ann", street_address="4 Mill Road", city="Leeds", email="a@b.example"))
    assert customer
    assert (customer.code, customer.about) == ("Ann", "4 Mill Road, Leeds")
    order = entry_of(PurchaseOrder(reference_number="R", supplier_code="S", status="Draft"))
    assert order
    assert (order.code, order.name, order.about) == ("R", "S", "Draft")


@pytest.mark.parametrize(
    ("meant", "typed", "count"),
    [
        ("ceramics", "kerammics", 2),
        ("hikari", "hikrai", 1),
        ("mug", "mug", 0),
        ("abcdef", "fedcba", None),
        ("", "ab", 2),
    ],
)
def test_slips_are_counted_up_to_two(meant: str, typed: str, count: int | None) -> None:
    assert slips(meant, typed, 2) == slips(typed, meant, 2) == count


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_one_slip_is_counted_as_one(meant: str, typed: str) -> None:
    assert (slips(meant, typed, 1) is not None) == is_one_slip(meant, typed)


def test_one_of_many() -> None:
    assert [singular(word) for word in ("mugs", "boxes", "berries", "mug", "bus")] == [
        ["mug"],
        ["boxe", "box"],
        ["berrie", "berry"],
        [],
        [],
    ]
