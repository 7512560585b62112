"""A newer reading on the shelf of an older one: as if it had been put up anew, and cheaper where little changed."""

import sqlite3
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from stocktrim_client.models import Product, StockAtLocation
from stocktrim_client.snapshot.database import Slimmer
from stocktrim_client.snapshot.shelf import Shelf

BEFORE, NOW = datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 9, 10, tzinfo=UTC)


def product(number: int, name: str = "Mug", on_hand: float = 1.0) -> Product:
    stock = (StockAtLocation(location_code="MAIN", on_hand=on_hand),)
    return Product(product_id=str(number), code=f"P{number}", name=name, on_hand=on_hand, stock=stock)


def shown(shelf: Shelf[Product]) -> tuple[object, ...]:
    """What the models, the tables and the index tell."""
    with sqlite3.connect(shelf.tables().uri, uri=True) as database:
        rows = [
            sorted(database.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
            for table in ("products", "stock_by_location")
        ]
    database.close()
    found = [shelf.index().find(query, 200) for query in ("mug", "cup", "p1", "P7")]
    return shelf.records, rows, found, shelf.read_at, shelf.checked_at


@settings(deadline=None, max_examples=40)
@given(
    changed=st.dictionaries(st.integers(0, 99), st.sampled_from(("Cup", "Mug", None)), max_size=8),
    added=st.integers(0, 3),
    gone=st.integers(0, 3),
)
def test_a_renewed_shelf_is_as_one_put_up_anew(changed: dict[int, str | None], added: int, gone: int) -> None:
    first = [product(number) for number in range(100)]
    shelf = Shelf("products", first, read_at=BEFORE)
    shown(shelf)
    slimmer = Slimmer(shelf.records)
    second = [
        product(n, changed[n] or "Mug", 2.0 if changed[n] is None else 1.0) if n in changed else product(n)
        for n in range(100 - gone)
    ]
    second = [slimmer.keep(one) for one in [*second, *(product(n) for n in range(200, 200 + added))]]
    tables, index = shelf.tables(), shelf.index()
    if shelf.renew(second, NOW):
        assert (shelf.tables(), shelf.index()) == (tables, index)
        assert shown(shelf) == shown(Shelf("products", second, read_at=NOW))
    else:
        assert shelf.records == tuple(first)
        assert shelf.read_at == BEFORE
        assert len(changed) + added + gone > 5


def test_what_is_as_it_was_stays_the_very_same() -> None:
    shelf = Shelf("products", [product(number) for number in range(3)], read_at=BEFORE)
    records = shelf.records
    slimmer = Slimmer(records)
    assert shelf.renew([slimmer.keep(product(number)) for number in range(3)], NOW)
    assert shelf.records is records
    assert (shelf.read_at, shelf.changed_at) == (NOW, NOW)
