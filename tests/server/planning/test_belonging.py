"""What hangs on a product or a supplier, and what does not follow to another one."""

import pytest

from stocktrim_client.models import BomLine, Product, ProductSupplier, PurchaseOrder, PurchaseOrderLine, Supplier
from stocktrim_mcp_server.planning.belonging import (
    kept_on_moving,
    lead_time_in_force,
    left_behind,
    uses_of_product,
    uses_of_supplier,
)
from stocktrim_mcp_server.planning.catalogue import Catalogue

ACME = Supplier(code="ACME", name="Acme Ltd", lead_time_days=12, supplier_id=7)
OTHER = Supplier(code="OTHER")
CUP = Product(code="CUP", product_id="1", supplier_code="ACME", lead_time_days=28)
LID = Product(code="LID", product_id="2", supplier_code="OTHER", suppliers=(ProductSupplier(supplier="7"),))
SET = Product(code="SET", product_id="3")
ORDERS = [
    PurchaseOrder(
        reference=reference,
        status=status,
        supplier_name=supplier,
        lines=(PurchaseOrderLine(product_id="1", quantity=quantity),),
    )
    for reference, status, supplier, quantity in (
        ("PO-1", "Sent", "Acme Ltd", 1234567.5),
        ("PO-2", "Draft", "OTHER", 3.0),
        ("PO-3", "Received", "Acme Ltd", 9.0),
    )
]
BOOKS = Catalogue(
    (CUP, LID, SET),
    (ACME, OTHER),
    orders=ORDERS,
    bills=[BomLine(product_id="3", component_id="1", product_code="SET")],
)


def test_a_supplier_is_named_by_products_and_by_open_orders() -> None:
    uses = uses_of_supplier("ACME", BOOKS)
    assert [*uses.told()] == [
        "main supplier of 1 product (CUP)",
        "also delivers 1 product (LID)",
        "on 1 open order (PO-1 (Sent))",
    ]
    assert left_behind("ACME", uses).startswith("'ACME': main supplier of 1 product (CUP); also delivers")
    assert not uses_of_supplier("NOBODY", BOOKS)


def test_a_product_is_named_by_orders_and_bills() -> None:
    assert [*uses_of_product(CUP, BOOKS)] == [
        "on open orders: PO-1 (1234567.5, Sent), PO-2 (3, Draft)",
        "goes into: SET",
    ]
    assert [*uses_of_product(SET, BOOKS)] == ["made of: 1 component, whose lines go with it"]


@pytest.mark.parametrize(
    ("product", "to", "days", "said"),
    [
        (
            CUP,
            "OTHER",
            5,
            [
                "'CUP' keeps its own lead time of 28 days, though 'OTHER' takes 5.",
                "'CUP' is still to come from 'ACME'; these orders stay there: PO-1 (1234567.5, Sent).",
            ],
        ),
        (CUP, "OTHER", 28, ["'CUP' is still to come from 'ACME'; these orders stay there: PO-1 (1234567.5, Sent)."]),
        (
            CUP.model_copy(update={"product_id": "9", "code": "9"}),
            "OTHER",
            None,
            ["'9' keeps its own lead time of 28 days."],
        ),
        (CUP, "ACME", 5, []),
        (LID, "ACME", 12, []),
        (SET, "ACME", 12, []),
    ],
)
def test_on_moving_what_stays_is_said(product: Product, to: str, days: int | None, said: list[str]) -> None:
    assert [*kept_on_moving(product, to, days, BOOKS)] == said


@pytest.mark.parametrize(
    ("product", "said"),
    [
        (CUP, None),
        (CUP.model_copy(update={"lead_time_days": None}), "12 (its supplier ACME's)"),
        (LID, None),
        (SET, None),
    ],
)
def test_the_lead_time_in_force_is_the_suppliers_where_a_product_has_none(product: Product, said: str | None) -> None:
    assert lead_time_in_force(product, BOOKS) == said
