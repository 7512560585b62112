"""The account's records on hand: read in the background, searched by words, asked in SQL, never older than they say."""

from stocktrim_client.snapshot.asking import QuestionError, Table
from stocktrim_client.snapshot.finding import SEARCH_KINDS, Found, Hit, SearchKind
from stocktrim_client.snapshot.readings import Helpers, ListedLocations, ToldOrderPlan, ToldProducts
from stocktrim_client.snapshot.snapshot import Snapshot
from stocktrim_client.snapshot.standing import KINDS, Kind, KindStanding, Standing
from stocktrim_client.snapshot.tables import Column, TableShape
from stocktrim_client.snapshot.watching import WriteWatch

__all__ = [
    "KINDS",
    "SEARCH_KINDS",
    "Column",
    "Found",
    "Helpers",
    "Hit",
    "Kind",
    "KindStanding",
    "ListedLocations",
    "QuestionError",
    "SearchKind",
    "Snapshot",
    "Standing",
    "Table",
    "TableShape",
    "ToldOrderPlan",
    "ToldProducts",
    "WriteWatch",
]
