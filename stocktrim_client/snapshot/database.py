"""Records in SQLite tables: in memory where other connections can read them, or wherever a connection leads."""

import sqlite3
import uuid
import weakref
from collections.abc import Collection, Hashable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar, cast

from stocktrim_client.models.base import Model
from stocktrim_client.snapshot.standing import Source
from stocktrim_client.snapshot.tables import NO_KEYS, PARTS, Keys, insertion, rows_of, tables_of

BUSY_SECONDS = 10.0
"""A question may read for two seconds; a change of its tables waits for it."""


M = TypeVar("M", bound=Model)

SHARED = frozenset({str, float, datetime})
"""Values that may be one object in many records."""


class Tables:
    """The tables of one source in a database in memory, which other connections reach by `uri`."""

    def __init__(self, source: Source, records: Collection[tuple[int, Model]], keys: Keys = NO_KEYS) -> None:
        self._source: Source = source
        self.keys = keys
        self.uri = f"file:/stocktrim-{uuid.uuid4().hex}?vfs=memdb"
        self._database = sqlite3.connect(
            self.uri, uri=True, check_same_thread=False, isolation_level=None, timeout=BUSY_SECONDS
        )
        # The database lives as long as a connection to it: as long as whoever holds these tables.
        weakref.finalize(self, self._database.close)
        self._database.execute("PRAGMA journal_mode = MEMORY")
        with self._database:
            self._database.execute("BEGIN")
            create(self._database, source)
            add(self._database, source, records, keys)

    def put(self, changes: Mapping[int, Model | None]) -> None:
        """Replace the rows of records, all at once; None removes them."""
        with self._database:
            self._database.execute("BEGIN IMMEDIATE")
            for position in changes:
                remove(self._database, self._source, position)
            there = [(position, record) for position, record in changes.items() if record is not None]
            add(self._database, self._source, there, self.keys)


def create(database: sqlite3.Connection, source: Source) -> None:
    """Make the empty tables of a source."""
    for table in tables_of(source):
        database.execute(table.definition)


def add(
    database: sqlite3.Connection, source: Source, records: Collection[tuple[int, Model]], keys: Keys = NO_KEYS
) -> None:
    """Add records to the tables of their source."""
    for table in tables_of(source):
        database.executemany(insertion(table), rows_of(source, table.name, records, keys))


def remove(database: sqlite3.Connection, source: Source, position: int) -> None:
    """Remove one record from the tables of its source."""
    for table in tables_of(source):
        room = PARTS if table.is_of_parts else 1
        rows = (position * room, position * room + room - 1)
        # The table is one of ours; what varies is bound.
        database.execute(f"DELETE FROM {table.name} WHERE rowid BETWEEN ? AND ?", rows)  # noqa: S608 - our own names


class Slimmer:
    """Lets records share what is equal in them: which fields were given, and values that come again and again.

    A reading names every field of a record, so one set of their names serves all: a third of their memory. A record
    that is as it was in the `earlier` reading is that one: most are, and two readings then hardly cost more than one.
    """

    def __init__(self, earlier: Iterable[Model] = ()) -> None:
        self._earlier: dict[Model, Model] = {record: record for record in earlier}
        self._fields: dict[type[Model], set[str]] = {}
        self._values: dict[Hashable, Any] = {}

    def keep(self, record: M) -> M:
        """The record to go on with: the earlier one that is equal, or this one, made slim."""
        if (known := self._earlier.get(record)) is not None:
            return cast("M", known)
        waiting: list[Model] = [record]
        while waiting:
            one = waiting.pop()
            model = type(one)
            shared = self._fields.get(model) or self._fields.setdefault(model, set(model.model_fields))
            object.__setattr__(one, "__pydantic_fields_set__", shared)
            values: dict[str, Any] = vars(one)
            for name, value in values.items():
                if type(value) in SHARED:
                    values[name] = self._values.setdefault(value, value)
                elif type(value) is tuple:
                    waiting.extend(cast("tuple[Model, ...]", value))
        return record
