"""By which word products name suppliers, and what a product's list becomes."""

import pytest

from stocktrim_client.models import Product, ProductSupplier, Supplier
from stocktrim_mcp_server.planning.naming import Naming, Style, naming_of

SUPPLIERS = [
    Supplier(code="ACME", name="Acme", external_id="V-1", supplier_id=101),
    Supplier(code="BOLT", name="Bolt", external_id="V-2", supplier_id=102),
    Supplier(name="Nameless", external_id="V-3", supplier_id=103),
    Supplier(code="BARE", supplier_id=104),
]


def products(*words: str) -> list[Product]:
    return [
        Product(code=f"P-{at}", product_id=str(at), suppliers=(ProductSupplier(supplier=word),))
        for at, word in enumerate(words)
    ]


@pytest.mark.parametrize(
    ("words", "style", "acme", "nameless", "bare", "new"),
    [
        ((), "code", "ACME", "103", "BARE", "NEW"),
        (("BOLT", "BOLT", "103"), "code", "ACME", "103", "BARE", "NEW"),
        (("102", "102", "BOLT"), "supplier_id", "101", "103", "104", None),
        (("V-2",), "external_id", "V-1", "V-3", "104", "V-9"),
        (("BOLT", "V-1", "BOLT"), "code", "V-1", "103", "BARE", "NEW"),
        (("unheard of", "BOLT"), "code", "ACME", "103", "BARE", "NEW"),
    ],
)
def test_a_supplier_is_named_as_it_is_already_else_as_the_others_are(
    words: tuple[str, ...], style: Style, acme: str, nameless: str, bare: str, new: str | None
) -> None:
    naming = naming_of(products(*words), SUPPLIERS)
    assert naming.style == style
    assert [naming.word(SUPPLIERS[at]) for at in (0, 2, 3)] == [acme, nameless, bare]
    assert naming.word(Supplier(code="NEW", external_id="V-9"), is_new=True) == new
    unnumbered = naming.word(Supplier(code="NEW"), is_new=True)
    assert unnumbered == ("NEW" if style == "code" else None)


def test_a_number_that_is_anothers_code_means_that_one() -> None:
    suppliers = [*SUPPLIERS, Supplier(code="101", supplier_id=999)]
    naming = naming_of(products("101", "101"), suppliers)
    assert (naming.style, naming.word(suppliers[-1]), naming.word(suppliers[0])) == ("code", "101", "ACME")


def test_the_others_of_a_products_list_stay_as_they_are() -> None:
    naming = naming_of(products("ACME", "102"), SUPPLIERS)
    held = (ProductSupplier(supplier="102", name="Bolt", supplier_sku="B-1"), ProductSupplier(supplier="gone"))
    added = naming.entered(held, SUPPLIERS[0], "ACME", "A-1")
    assert [(one.supplier, one.name, one.supplier_sku) for one in added] == [
        ("102", "Bolt", "B-1"),
        ("gone", None, None),
        ("ACME", "Acme", "A-1"),
    ]
    assert added[1].model_fields_set == {"supplier"}
    changed = naming.entered(held, SUPPLIERS[1], "BOLT", "B-2")
    assert [(one.supplier, one.supplier_sku) for one in changed] == [("102", "B-2"), ("gone", None)]
    assert naming.entered(held, SUPPLIERS[1], "BOLT", None)[0].supplier_sku == "B-1"


def test_the_main_supplier_is_known_by_any_word() -> None:
    naming = naming_of((), SUPPLIERS)
    assert naming.main(Product(code="P", product_id="P", supplier_code="102")) == "BOLT"
    assert naming.main(products("V-1")[0]) == "ACME"
    assert naming.main(Product(code="P", product_id="P")) is None
    assert Naming().main(products("V-1")[0]) == "V-1"


def test_a_link_that_lost_its_suppliers_code_gets_it_anew() -> None:
    held = (ProductSupplier(supplier="Acme", name="Acme", supplier_sku="A-1"), ProductSupplier(supplier="102"))
    naming = naming_of([Product(code="P", product_id="P", suppliers=held)], SUPPLIERS)
    assert naming.seen == {"BOLT": "102"}
    mended = naming.entered(held, SUPPLIERS[0], "ACME", None)
    assert [(one.supplier, one.supplier_sku) for one in mended] == [("ACME", "A-1"), ("102", None)]
    stale = (ProductSupplier(supplier="999", name="Acme"),)
    assert [one.supplier for one in naming.entered(stale, SUPPLIERS[0], "ACME", None)] == ["ACME"]
    other = (ProductSupplier(supplier="V-1", name="Acme"),)
    assert [one.supplier for one in naming.entered(other, SUPPLIERS[0], "ACME", None)] == ["V-1"]
    nameless = (ProductSupplier(supplier="Nameless"),)
    assert [one.supplier for one in naming.entered(nameless, SUPPLIERS[2], "103", None)] == ["Nameless"]
