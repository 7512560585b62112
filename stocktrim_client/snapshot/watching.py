"""Our own writes, noticed where every one of them passes: at the journal of the one door."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, Protocol

from stocktrim_client.journal import Journal, Record
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


class Told(Protocol):
    """Whoever wants to know what was written."""

    def __call__(self, kind: Kind, key: str | None = None, *, gone: bool = False, names: Collection[str] = ()) -> None:
        """One record was written, or deleted. None: any of them may have been.

        `names`: what others name it by, where that is another now, or nothing.
        """
        ...


class WriteWatch:
    """A journal before the journal, if there is one: it keeps nothing, and tells what was written."""

    def __init__(self, journal: Journal | None = None) -> None:
        self._journal = journal
        self._intended: dict[str, dict[str, Any]] = {}
        self.tell: Told | None = None

    async def append(self, entry: Record) -> None:
        """Take note, and pass it on."""
        if entry.get("event") == "intent":
            self._intended[entry["id"]] = entry["change"]
        else:
            # An outcome that is settled later, maybe by another process, says itself what it is about.
            change = self._intended.pop(entry["id"], None) or entry.get("change")
            if change is not None and self.tell is not None and entry.get("outcome") in SETTLED:
                gone = change["kind"] == "delete" and entry["outcome"] == "applied"
                for kind, key in records_of_change(change["noun"], change["key"]):
                    self.tell(kind, key, gone=gone, names=_names_of(change) if kind == "suppliers" else ())
        if self._journal is not None:
            await self._journal.append(entry)

    def read(self, since: datetime | None = None) -> Iterator[Record | None]:
        """What the journal behind it kept."""
        return iter(()) if self._journal is None else self._journal.read(since)


def _names_of(change: Record) -> frozenset[str]:
    """What products name a supplier by, if a change of it may be one of them. Of a settled one no fields are known."""
    fields = {one["field"]: (one.get("before"), one.get("after")) for one in change.get("fields") or ()}
    if change["kind"] == "change" and fields and not fields.keys() & NAMING:
        return frozenset()
    words = {change["key"], *(word for field in fields.keys() & NAMING for word in fields[field])}
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
