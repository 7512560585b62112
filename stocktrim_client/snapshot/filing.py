"""The records in a file, so that the next start finds them: written whole beside the old one, then put in its place.

A file that cannot be read, or that another version wrote, is as good as none.
"""

import contextlib
import hashlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from stocktrim_client.models.base import Model
from stocktrim_client.snapshot.database import add, create
from stocktrim_client.snapshot.shelf import Shelf
from stocktrim_client.snapshot.standing import SOURCES, Kind, Source
from stocktrim_client.snapshot.tables import Row, records_of, tables_of

APPLICATION = 0x53546B54
TRIES = 4
"""What another server puts there while we write is taken up and written anew, so often."""
LEFT_SECONDS = 3600
"""A file not put in place for so long never will be."""
READINGS = (
    "CREATE TABLE readings (source TEXT PRIMARY KEY, read_at TEXT, checked_at TEXT, changed_at TEXT, rows INTEGER)"
)


Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time of day."""
    return datetime.now(UTC)


def _shape() -> int:
    """A number for the tables as they are now: a file with another one was written by another version."""
    text = "\n".join([READINGS, *(table.definition for source in SOURCES for table in tables_of(source))])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:3])


def file_name(*secrets: str) -> str:
    """A name that stands for an account and tells nothing of its address and credentials."""
    text = "\0".join(secrets)
    return f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.sqlite3"


def load(
    path: Path, *, newer_than: Mapping[Source, datetime] | None = None, now: Clock = utc_now
) -> dict[Source, Shelf[Any]]:
    """What the file holds, or of it what is newer than what is at hand. Blocks.

    What was read by a clock that has been set back since is left out: its age cannot be told.
    Empty: there is no such file, or none that can be read.
    """
    known = newer_than or {}
    try:
        if not path.is_file():
            return {}
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        ) as database:
            database.execute("BEGIN")
            if not _is_ours(database):
                return {}
            readings = _readings(database)
            # Asked only now: another server may have put the file there since we began.
            latest = now()
            return {
                reading.source: _shelf(database, reading)
                for reading in readings
                if max(reading.read_at, reading.checked_at, reading.changed_at) <= latest
                and (reading.source not in known or reading.changed_at > known[reading.source])
            }
    except (sqlite3.Error, ValueError, TypeError, OSError, OverflowError):
        return {}


def save(path: Path, shelves: Iterable[Shelf[Any]], *, without: Collection[Source] = (), now: Clock = utc_now) -> None:
    """Put records into the file; what is newer there, of another server, stays, but nothing `without`. Blocks.

    Raises: OSError or sqlite3.Error where it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(path)
    shelves = list(shelves)
    for _ in range(TRIES - 1):
        if _put(path, shelves, without, now, only_if_as_before=True):
            return
    _put(path, shelves, without, now, only_if_as_before=False)


def state_of(path: Path) -> tuple[int, int] | None:
    """What tells one state of a file from another; None: there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def _put(
    path: Path, shelves: Iterable[Shelf[Any]], without: Collection[Source], now: Clock, *, only_if_as_before: bool
) -> bool:
    """Write the file and put it in place; False: another server has put its own there meanwhile."""
    before = state_of(path)
    kept: dict[Source, Shelf[Any]] = {shelf.source: shelf for shelf in shelves}
    known: dict[Source, datetime] = {source: shelf.changed_at for source, shelf in kept.items()}
    kept |= {source: shelf for source, shelf in load(path, newer_than=known, now=now).items() if source not in without}
    # mkstemp's files are their owner's alone.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".new", dir=path.parent)
    os.close(descriptor)
    fresh = Path(name)
    try:
        with closing(sqlite3.connect(fresh, isolation_level=None)) as database:
            # It is nobody's before it is whole, so there is nothing to roll back.
            database.execute("PRAGMA journal_mode = OFF")
            _write(database, kept.values())
        if only_if_as_before and state_of(path) != before:
            return False
        fresh.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
    return True


def _sweep(path: Path) -> None:
    """Remove what servers left that were ended while they wrote."""
    for left in path.parent.glob(f".{path.stem}-*.new"):
        # Another server may have put its own in place by now.
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_SECONDS:
                left.unlink()


def _is_ours(database: sqlite3.Connection) -> bool:
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if (application, version) != (APPLICATION, _shape()):
        return False
    return database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)


class _Reading(NamedTuple):
    """What the file says of one source."""

    source: Source
    read_at: datetime
    checked_at: datetime
    changed_at: datetime
    rows: int


def _readings(database: sqlite3.Connection) -> Iterable[_Reading]:
    statement = "SELECT source, read_at, checked_at, changed_at, rows FROM readings"
    kept = {
        source: _Reading(source, *map(datetime.fromisoformat, (read_at, checked_at, changed_at)), rows=rows)
        for source, read_at, checked_at, changed_at, rows in database.execute(statement)
    }
    return [kept[source] for source in SOURCES if source in kept]


def _shelf(database: sqlite3.Connection, reading: _Reading) -> Shelf[Any]:
    source = reading.source
    stored: dict[Kind, Iterable[Row]] = {
        # The table is one of ours, and nothing else varies.
        table.name: database.execute(f"SELECT rowid, * FROM {table.name} ORDER BY rowid")  # noqa: S608 - our own names
        for table in tables_of(source)
    }
    records: list[Model] = [record for _, record in records_of(source, stored)]
    if reading.rows != len(records):
        raise ValueError(f"{reading.rows} {source} were written and {len(records)} are there")
    shelf = Shelf(source, records, read_at=reading.read_at)
    shelf.checked_at, shelf.changed_at = reading.checked_at, reading.changed_at
    return shelf


def _write(database: sqlite3.Connection, shelves: Iterable[Shelf[Any]]) -> None:
    database.execute(f"PRAGMA application_id = {APPLICATION}")
    database.execute(f"PRAGMA user_version = {_shape()}")
    database.execute("BEGIN")
    database.execute(READINGS)
    for source in SOURCES:
        create(database, source)
    for shelf in shelves:
        records = shelf.records
        add(database, shelf.source, list(enumerate(records)))
        database.execute(
            "INSERT INTO readings VALUES (?, ?, ?, ?, ?)",
            (
                shelf.source,
                *(moment.isoformat() for moment in (shelf.read_at, shelf.checked_at, shelf.changed_at)),
                len(records),
            ),
        )
    database.execute("COMMIT")
