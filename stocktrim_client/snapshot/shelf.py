"""The records of one reading, and what is made of them when it is first asked for."""

import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Generic, TypeVar, cast

from stocktrim_client.models import BomLine, Customer, Location, OrderPlanRow, Product, PurchaseOrder, Supplier
from stocktrim_client.models.base import Model
from stocktrim_client.snapshot.database import Tables
from stocktrim_client.snapshot.index import Index
from stocktrim_client.snapshot.standing import Kind, Source
from stocktrim_client.snapshot.tables import NO_KEYS, Keys
from stocktrim_client.snapshot.words import entry_of

M = TypeVar("M", bound=Model)

MOST_RENEWED = 0.05
"""Share of the records that may change before tables and index are made anew rather than mended."""


class Shelf(Generic[M]):
    """What one reading brought: all records of it, in order.

    `checked_at` is when StockTrim last had nothing newer, `changed_at` when one of them was last looked at again. What
    says that it blocks is for worker threads.
    """

    def __init__(self, source: Source, records: Iterable[M], *, read_at: datetime) -> None:
        self.source: Source = source
        self.read_at = read_at
        self.checked_at = read_at
        self.changed_at = read_at
        self._by_position = dict(enumerate(records))
        self._next = len(self._by_position)
        self._records: tuple[M, ...] | None = None
        self._computed: tuple[tuple[M, ...], datetime | None] | None = None
        self._tables: Tables | None = None
        self._index: Index | None = None
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._by_position)

    @property
    def records(self) -> tuple[M, ...]:
        """All records."""
        if self._records is None:
            self._records = tuple(self._by_position.values())
        return self._records

    def computed_at(self) -> datetime | None:
        """When StockTrim computed the oldest of the records. None: they are no plan, or do not say."""
        if self.source != "order_plan":
            return None
        records = self.records
        if self._computed is None or self._computed[0] is not records:
            rows = cast("tuple[OrderPlanRow, ...]", records)
            self._computed = records, min((row.calculated_at for row in rows if row.calculated_at), default=None)
        return self._computed[1]

    def count(self, kind: Kind) -> int:
        """How many rows a table of it has."""
        match kind:
            case "product_suppliers":
                return sum(len(record.suppliers) for record in self.records if isinstance(record, Product))
            case "stock_by_location":
                return sum(len(record.stock) for record in self.records if isinstance(record, Product))
            case "purchase_order_lines":
                return sum(len(record.lines) for record in self.records if isinstance(record, PurchaseOrder))
            case _:
                return len(self)

    def named(self, key: str) -> list[M]:
        """The records that a key may mean."""
        return [record for record in self._by_position.values() if key in known_as(record)]

    def replace(self, key: str, records: Sequence[M], at: datetime) -> None:
        """Put records in the place of those that a key means; none removes them. Blocks."""
        with self._lock:
            self.changed_at = max(self.changed_at, at)
            held = [place for place, record in self._by_position.items() if key in known_as(record)]
            places = [*held, *range(self._next, self._next + len(records))]
            changes: dict[int, M | None] = dict.fromkeys(held) | dict(zip(places, records, strict=False))
            self._next += len(records)
            changed = {**self._by_position, **changes}
            self._by_position = {place: record for place, record in changed.items() if record is not None}
            self._records = None
            self._update(changes)

    def renew(self, records: Sequence[M], read_at: datetime) -> bool:
        """Take a newer reading in the place of this one, if it differs in little; else False, and nothing. Blocks.

        Tables and index, half a second each and as large as the records, then stay and learn what changed.
        """
        with self._lock:
            places = list(self._by_position)
            held = list(self._by_position.values())
            changes: dict[int, M | None] = {
                place: record for place, old, record in zip(places, held, records, strict=False) if old is not record
            }
            changes |= dict.fromkeys(places[len(records) :])
            added = records[len(held) :]
            if len(changes) + len(added) > len(held) * MOST_RENEWED:
                return False
            changes |= dict(enumerate(added, self._next))
            self._next += len(added)
            # Not the later of both: the clock may have been set back.
            self.read_at = self.checked_at = self.changed_at = read_at
            if changes:
                changed = {**self._by_position, **changes}
                self._by_position = {place: record for place, record in changed.items() if record is not None}
                self._records = None
                self._update(changes)
            return True

    @property
    def is_searched(self) -> bool:
        """Whether anybody has asked for the index."""
        return self._index is not None

    def tables(self, keys: Keys = NO_KEYS) -> Tables:
        """The records as tables, their suppliers by these keys. Blocks when first asked, and when a key has changed."""
        with self._lock:
            if self._tables is not None and self._tables.keys != keys:
                # Not both at once: each is as large as the records.
                self._tables = None
            if self._tables is None:
                self._tables = Tables(self.source, self._by_position.items(), keys)
            return self._tables

    def drop_tables(self) -> None:
        """Hold no tables until they are asked for again. Blocks."""
        with self._lock:
            self._tables = None

    def index(self) -> Index:
        """The records by words. Blocks when first asked."""
        with self._lock:
            if self._index is None:
                entries = ((at, entry_of(record)) for at, record in self._by_position.items())
                self._index = Index((at, entry) for at, entry in entries if entry is not None)
            return self._index

    def _update(self, changes: Mapping[int, M | None]) -> None:
        try:
            if self._tables is not None:
                self._tables.put(changes)
            if self._index is not None:
                self._index.put({at: None if record is None else entry_of(record) for at, record in changes.items()})
        except sqlite3.Error:
            # Made anew when next asked for.
            self._tables = self._index = None


def known_as(record: Model) -> tuple[str | None, ...]:
    """The keys that people and tools may call a record by."""
    match record:
        case Product():
            return record.product_id, record.code
        case PurchaseOrder():
            return record.reference, record.reference_number
        case Supplier():
            return record.code, record.name
        case BomLine():
            return (record.product_id,)
        case Customer() | Location():
            return (record.code,)
        case _:
            return ()
