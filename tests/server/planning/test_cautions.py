"""What must be known of an order before anybody says yes: whose it is, how much is usual, when it comes."""

from datetime import date
from typing import Any

import pytest

from stocktrim_client.models import OrderPlanRow, Product, ProductSupplier, Supplier
from stocktrim_mcp_server.planning.catalogue import Catalogue, join
from stocktrim_mcp_server.planning.cautions import (
    Figures,
    NotTheirs,
    arrival,
    doubts,
    not_theirs,
    wrong_supplier,
)
from stocktrim_mcp_server.planning.purchasing import Wanted

SUPPLIERS = [
    Supplier(code="ACME", name="Acme Ltd", supplier_id=7, lead_time_days=30),
    Supplier(code="NORD", name="Nordlys", supplier_id=8),
    Supplier(name="Okafor"),
]
KNOWN = Catalogue([], SUPPLIERS)
UNKNOWN = Catalogue([])


def product(main: str | None, *others: tuple[str, str | None]) -> Product:
    listed = tuple(ProductSupplier(supplier=key, name=name) for key, name in others)
    return Product(code="A", product_id="1", supplier_code=main, suppliers=listed)


@pytest.mark.parametrize(
    ("made", "words", "known", "deliverers"),
    [
        (product("NORD"), ("ACME", "Acme Ltd"), KNOWN, ("NORD (Nordlys)",)),
        (product("ACME"), ("ACME", None), KNOWN, None),
        (product("ACME"), (None, "Acme Ltd"), KNOWN, None),
        (product("acme"), ("ACME", None), KNOWN, None),
        (product("NORD", ("7", None)), ("ACME", "Acme Ltd"), KNOWN, None),
        (product("NORD", ("9", "Acme Ltd")), ("ACME", None), KNOWN, None),
        (product(None, ("8", "Nordlys"), ("Okafor", None)), ("ACME", None), KNOWN, ("NORD (Nordlys)", "Okafor")),
        (product(None), ("ACME", None), KNOWN, None),
        (product("NORD", ("7", "Acme Ltd")), ("ACME", "Acme Ltd"), UNKNOWN, None),
        (product("NORD", ("8", "Nordlys")), ("ACME", "Acme Ltd"), UNKNOWN, ("NORD", "8")),
    ],
)
def test_a_product_is_its_suppliers_main_or_listed(
    made: Product, words: tuple[str | None, str | None], known: Catalogue, deliverers: tuple[str, ...] | None
) -> None:
    assert not_theirs(made, words, known) == (None if deliverers is None else NotTheirs("A", deliverers))


def test_what_is_on_the_wrong_order_is_said_loudly_and_in_few_words() -> None:
    assert wrong_supplier([], "ACME") is None
    said = wrong_supplier([NotTheirs(str(number), ("NORD", "X")) for number in range(7)], "ACME") or ""
    assert said.startswith("WRONG SUPPLIER? This is an order to ACME, but in StockTrim 0 comes from NORD or X, 1 comes")
    assert said.endswith("4 comes from NORD or X and 2 more.")


@pytest.mark.parametrize(
    ("now", "was", "usual", "cost", "said"),
    [
        (Figures(1560), Figures(150), None, None, ["A: 1,560 is about 10 times what it was, 150."]),
        (Figures(15), Figures(150), None, None, ["A: 15 is 1/10 of what it was, 150."]),
        (Figures(149), Figures(15), 5, None, ["A: 149 is about 30 times what is usually ordered, 5."]),
        (Figures(149), Figures(15), None, None, []),
        (Figures(1000), Figures(), 100, None, ["A: 1,000 is 10 times what is usually ordered, 100."]),
        (Figures(999), Figures(), 100, None, []),
        (Figures(1), Figures(), 100, None, []),
        (Figures(1000), Figures(), None, None, []),
        (Figures(1000), Figures(), 0, None, []),
        (Figures(600), Figures(700), 60, None, []),
        (Figures(None), Figures(700), 60, None, []),
        (Figures(1, 74), Figures(), None, 7.4, ["A: 74 each is 10 times its cost in StockTrim, 7.40."]),
        (Figures(1, 0.74), Figures(), None, 7.4, ["A: 0.74 each is 1/10 of its cost in StockTrim, 7.40."]),
        (Figures(None, 74), Figures(1, 7.4), None, 70, ["A: 74 each is 10 times what it was, 7.40."]),
        (Figures(1, 70), Figures(), None, 7.4, []),
        (Figures(1, 70), Figures(), None, None, []),
        (Figures(1, 0), Figures(), None, 7.4, []),
        (Figures(1, None), Figures(1, 7.4), None, 0.1, []),
    ],
)
def test_a_figure_with_a_digit_too_many_is_told(
    now: Figures, was: Figures, usual: float | None, cost: float | None, said: list[str]
) -> None:
    assert list(doubts("A", now, was, usual, cost)) == said


def line(**row: Any) -> Wanted:
    return Wanted(join(OrderPlanRow(code="A", **row), None, "ACME"), "1", "ACME", None, 1, None)


@pytest.mark.parametrize(
    ("lines", "supplier", "day", "lead_time"),
    [
        ([line(lead_time_days=10)], SUPPLIERS[0], "2026-12-03", "lead time 10 days"),
        ([line()], SUPPLIERS[0], "2026-12-23", "lead time 30 days"),
        ([line(lead_time_days=60), line()], SUPPLIERS[0], "2027-01-22", "longest lead time 60 days"),
        ([line(lead_time_days=10), line()], SUPPLIERS[1], "2026-12-03", "lead time 10 days"),
    ],
)
def test_an_order_is_here_after_its_longest_lead_time(
    lines: list[Wanted], supplier: Supplier, day: str, lead_time: str
) -> None:
    assert arrival(lines, supplier, date(2026, 11, 23)) == f"about {day} if sent on 2026-11-23: {lead_time}"


@pytest.mark.parametrize(
    ("own", "of_order", "days"),
    [(45, "ACME", 45), (45, "NORD", 45), (None, "ACME", 30), (None, "NORD", None), (None, "Okafor", 60)],
)
def test_a_products_own_lead_time_counts_before_that_of_the_supplier_of_the_order(
    own: int | None, of_order: str, days: int | None
) -> None:
    made = product("Okafor").model_copy(update={"lead_time_days": own})
    item = join(OrderPlanRow(code="A", lead_time_days=60), made, "Okafor")
    supplier = next(one for one in SUPPLIERS if (one.code or one.name) == of_order)
    said = arrival([Wanted(item, "1", of_order, None, 1, None)], supplier, date(2026, 11, 23))
    assert said.startswith("unknown") if days is None else said.endswith(f": lead time {days} days")


def test_without_a_lead_time_nobody_knows_when_it_comes() -> None:
    for supplier in (SUPPLIERS[1], None):
        assert arrival([line()], supplier, date(2026, 11, 23)) == "unknown: no lead time in StockTrim"
