"""Our own writes, noticed where every one of them passes: at the journal of the one door; there are others' as well."""

import asyncio
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Protocol

from stocktrim_client.changes import Change
from stocktrim_client.journal import FileJournal, Journal, Record
from stocktrim_client.snapshot.standing import Kind

KIND_OF: dict[str, Kind] = {
    "product": "products",
    "supplier": "suppliers",
    "customer": "customers",
    "location": "locations",
    "purchase order": "purchase_orders",
    "component line": "bills_of_materials",
    "stock": "products",
}
WHOLE: dict[str, Kind] = {"draft purchase orders": "purchase_orders", "forecast run": "order_plan"}
"""Changes of nobody knows how many records."""
NAMING = frozenset({"code", "name", "external_id", "supplier_id"})
"""Fields of a supplier that products may name it by."""

SETTLED = frozenset({"applied", "not_applied", "unknown"})
"""Outcomes after which a record may be another: what StockTrim said yes to, and what is not known, counts as such."""

MOST_INTENDED = 1_000
"""Intents whose outcome has not come: that of a process that was killed never will."""


class Told(Protocol):
    """Whoever wants to know what was written."""

    def __call__(
        self,
        kind: Kind,
        key: str | None = None,
        *,
        gone: bool = False,
        names: Collection[str] = (),
        elsewhere: bool = False,
    ) -> None:
        """One record was written, or deleted. None: any of them may have been.

        `names`: what others name it by, where that is another now, or nothing. `elsewhere`: by another process.
        """
        ...


class WriteWatch:
    """A journal before the journal, if there is one: it keeps nothing, and tells what was written."""

    def __init__(self, journal: Journal | None = None) -> None:
        self._journal = journal
        self._intended: dict[str, Change] = {}
        self.tell: Told | None = None

    async def append(self, entry: Record) -> None:
        """Take note, and pass it on."""
        self._take_note(entry)
        if self._journal is not None:
            await self._journal.append(entry)

    async def catch_up(self) -> None:
        """Tell what other processes have written since this was last asked, as their lines in the journal say."""
        if not isinstance(self._journal, FileJournal) or not self._journal.has_news():
            return
        begun = self._journal.followed
        entries, followed = await asyncio.to_thread(self._journal.news)
        for entry in entries:
            self._take_note(entry, elsewhere=True)
        # Only now: who asks meanwhile is to hear of it as well. Heard twice, it costs a look.
        if self._journal.followed == begun:
            self._journal.followed = followed

    def _take_note(self, entry: Record, *, elsewhere: bool = False) -> None:
        change_id, change, outcome = str(entry.get("id")), _change_in(entry), str(entry.get("outcome"))
        if entry.get("event") == "intent":
            if change is not None:
                self._intended[change_id] = change
            if len(self._intended) > MOST_INTENDED:
                del self._intended[next(iter(self._intended))]
            return
        # An outcome of another process, or one that is settled later, may have to say itself what it is about.
        change = self._intended.pop(change_id, None) or change
        if change is None or self.tell is None or outcome not in SETTLED:
            return
        gone = change.kind == "delete" and outcome == "applied"
        for kind, key in records_of_change(change.noun, change.key):
            names = _names_of(change) if kind == "suppliers" else ()
            self.tell(kind, key, gone=gone, names=names, elsewhere=elsewhere)

    def read(self, since: datetime | None = None) -> Iterator[Record | None]:
        """What the journal behind it kept."""
        return iter(()) if self._journal is None else self._journal.read(since)


def _change_in(entry: Record) -> Change | None:
    """What a line is about. None: it does not say, or makes no sense, as one of a damaged journal may not."""
    try:
        return Change.model_validate(entry.get("change"))
    except ValueError:
        return None


def _names_of(change: Change) -> frozenset[str]:
    """What products name a supplier by, if a change of it may be one of them. Of a settled one no fields are known."""
    fields = {one.field: (one.before, one.after) for one in change.fields}
    if change.kind == "change" and fields and not fields.keys() & NAMING:
        return frozenset()
    words = {change.key, *(word for field in fields.keys() & NAMING for word in fields[field])}
    return frozenset(str(word) for word in words if word)


def records_of_change(noun: str, key: str) -> list[tuple[Kind, str | None]]:
    """What a change, as the door names it, is about; nothing for what is not on hand, such as sales."""
    if noun in WHOLE:
        return [(WHOLE[noun], None)]
    noun = "stock" if noun.startswith("stock at ") else noun
    if noun == "component line":
        # All lines of the product are looked at again: the other half of the key is its component.
        return [("bills_of_materials", key.rpartition(" / ")[0])]
    kind = KIND_OF.get(noun)
    return [] if kind is None else [(kind, key)]
