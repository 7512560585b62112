"""The account's records on hand: read in the background, searched by words, asked in SQL, never older than they say."""

from importlib import import_module
from typing import TYPE_CHECKING

from stocktrim_client.snapshot.finding import Found, Hit
from stocktrim_client.snapshot.question import QuestionError, Table
from stocktrim_client.snapshot.standing import (
    KINDS,
    SEARCH_KINDS,
    Kind,
    KindStanding,
    SearchKind,
    Standing,
    read_beside,
)

if TYPE_CHECKING:
    from stocktrim_client.snapshot.advice import Compared, compared
    from stocktrim_client.snapshot.asking import kinds_in
    from stocktrim_client.snapshot.readings import Helpers
    from stocktrim_client.snapshot.snapshot import PlanAt, Snapshot
    from stocktrim_client.snapshot.tables import Column, TableShape
    from stocktrim_client.snapshot.watching import WriteWatch

__all__ = [
    "KINDS",
    "SEARCH_KINDS",
    "Column",
    "Compared",
    "Found",
    "Helpers",
    "Hit",
    "Kind",
    "KindStanding",
    "PlanAt",
    "QuestionError",
    "SearchKind",
    "Snapshot",
    "Standing",
    "Table",
    "TableShape",
    "WriteWatch",
    "compared",
    "kinds_in",
    "read_beside",
]

# SQLite, the tables and the search cost a start some 10 ms, and are needed when the first record is.
_LATER = {
    "Column": "tables",
    "Compared": "advice",
    "Helpers": "readings",
    "PlanAt": "snapshot",
    "Snapshot": "snapshot",
    "TableShape": "tables",
    "WriteWatch": "watching",
    "compared": "advice",
    "kinds_in": "asking",
}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
