"""What is shown of long texts and long lists."""

from stocktrim_client.models import Product, ProductSupplier
from stocktrim_mcp_server.planning.bounds import fitting, short, shortened


def test_a_text_is_shown_as_it_is_or_with_its_length() -> None:
    assert short("x" * 200) == "x" * 200
    assert short("x" * 10_000) == "x" * 200 + "… (10,000 characters)"


def test_long_texts_are_cut_in_a_record_and_in_its_parts_and_nothing_else_is_touched() -> None:
    supplier = ProductSupplier(supplier="A", name="n" * 5_000)
    product = Product(code="C", product_id="1", name="m" * 5_000, unit_cost=2.5, suppliers=(supplier,))
    cut = shortened(product)
    assert cut.name == "m" * 200 + "… (5,000 characters)"
    assert (cut.suppliers[0].name or "").endswith("… (5,000 characters)")
    assert (cut.code, cut.unit_cost, cut.suppliers[0].supplier) == ("C", 2.5, "A")


def test_a_record_of_short_texts_stays_the_very_same() -> None:
    product = Product(code="C", product_id="1", suppliers=(ProductSupplier(supplier="A"),))
    assert shortened(product) is product


def test_so_many_records_fit_as_are_short_enough_together_and_the_first_always() -> None:
    records = [Product(code=f"C{number}", product_id=f"{number}", name="n" * 100) for number in range(50)]
    assert 5 < fitting(records, 2_000) < 20
    assert fitting(records) == 50
    assert fitting(records, 10) == 1
    assert fitting([]) == 0


def test_what_answers_write_out_counts_as_long_as_it_is_written() -> None:
    hidden = [Product(code="C", product_id="1", name="\u202e" * 100) for _ in range(20)]
    plain = [Product(code="C", product_id="1", name="n" * 100) for _ in range(20)]
    assert fitting(hidden, 5_000) < fitting(plain, 5_000)
