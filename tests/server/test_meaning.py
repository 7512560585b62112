"""What codes mean."""

import pytest

from stocktrim_client import StockTrimClient
from stocktrim_client.models import Product
from stocktrim_client.sandbox import Sandbox
from stocktrim_mcp_server.meaning import code_meant, guess, is_like, meant_by, no_products, products_called


def product(code: str, product_id: str) -> Product:
    return Product(code=code, product_id=product_id)


def test_an_id_comes_before_a_sku_and_both_before_another_case() -> None:
    catalogue = [product("A", "1"), product("1", "2"), product("a", "3"), product("B", "4")]
    meant = meant_by(("1", "A", "b", "C"), catalogue)
    assert {code: [one.product_id for one in those] for code, those in meant.items()} == {
        "1": ["1"],
        "A": ["1"],
        "b": ["4"],
        "C": [],
    }


def test_of_very_many_words_those_that_begin_alike_are_compared() -> None:
    codes = [f"X-{number:05}" for number in range(20_000)] + ["KETTLE-09"]
    assert guess("ketle-09", codes) == " Did you mean 'KETTLE-09'?"
    assert guess("zzz", codes) == ""


async def test_products_are_read_live_by_any_of_their_codes_and_none_stands_for_what_is_unknown(
    stocktrim: StockTrimClient, sandbox: Sandbox
) -> None:
    cold = await products_called(stocktrim, (" V60-02 ", "mug-sage", "NOPE", ""))
    sandbox.shop.products["30000001"]["cost"] = 99.0
    sandbox.shop.changed()
    warm = await products_called(stocktrim, ("V60-02", "mug-sage", "NOPE"))
    for found in (cold, warm):
        assert {code: [one.code for one in those] for code, those in found.items()} == {
            "V60-02": ["V60-02"],
            "mug-sage": ["MUG-SAGE"],
            "NOPE": [],
        }
    assert warm["V60-02"][0].unit_cost == 99.0


async def test_only_some_of_many_strange_codes_are_guessed_and_all_are_named(stocktrim: StockTrimClient) -> None:
    await stocktrim.snapshot.need("products")
    said = await no_products(stocktrim, ["KETLE-09", *(f"NONE-{number}" for number in range(9))])
    assert said[0] == "There is no product 'KETLE-09'. Did you mean 'KETTLE-09'?"
    assert len(said) == 6
    assert all(f"'NONE-{number}'" in " ".join(said) for number in range(9))
    assert await no_products(stocktrim, []) == []


async def test_without_the_catalogue_nothing_is_guessed(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    assert await code_meant(stocktrim, "KETLE-09") == ""
    assert sandbox.requests == []


@pytest.mark.parametrize(
    ("said", "like"),
    [
        ("KETLE-09", True),
        ("gosneck ketlte", True),
        ("notebok", False),
        ("NOPE", False),
        ("KET", True),
        ("gooseneck teapot", False),
    ],
)
def test_only_what_is_much_alike_may_be_meant(said: str, like: bool) -> None:
    assert is_like(said, "KETTLE-09", "Gooseneck kettle 0.9 l") is like
    assert not is_like("NOPE", "GFT-00111", "Notebook, fig, no. 14")
