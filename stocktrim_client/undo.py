"""Taking changes back: a record becomes what it was, if it still is what the change left.

Undoing is a change like any other: it goes through the helpers and the one door, and can be undone itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, cast

from pydantic import ValidationError

from stocktrim_client.changes import ChangeReport, Changes, in_words, undoing
from stocktrim_client.errors import ConflictError, InvalidRequestError, NotFoundError
from stocktrim_client.history import FIXED, REMARKS, Entry, History, Recalling, alike, plain_noun
from stocktrim_client.journal import Record

COUNTED = frozenset({"on_hand", "on_order", "stock"})
"""Fields of a product that move by themselves: set back only if the change set them, or lost them."""
KEPT: Mapping[str, frozenset[str]] = {
    "purchase order": frozenset({"ordered_at", "location_code", "location_name", "supplier_code", "supplier_name"})
}
"""Fields that cannot be emptied, by noun."""
UNDELETABLE = frozenset({"customer", "location"})
WHOLE = frozenset({"purchase order", "sale", "component line"})
"""Nouns that are saved as a whole: one field that moved since would be overwritten with the others."""
IN_PART = frozenset({"product", "supplier", "customer", "location"})
"""Nouns of which fields that moved since are left out, and the others set back."""


class UndoStep(NamedTuple):
    """One record set back. `said` tells beforehand what will not be quite as it was.

    None: `cannot`, nothing that is known already stands against it.
    """

    what: str
    noun: str
    change_id: str
    send: Callable[[], Awaitable[ChangeReport]]
    taken: "Taken"
    cannot: str | None = None
    said: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What the change called the record."""
        return self.taken.newest.change.key


class Restoring(Recalling, Protocol):
    """Whoever can make a record again what it was."""

    async def restore(self, known: Record, was: Record | None, fields: Collection[str] | None = None) -> ChangeReport:
        """Make it `was`: in the fields named, or as a whole; None deletes it."""
        ...


class Undo:
    """Takes back changes that a history knows."""

    def __init__(self, history: History, helpers: Mapping[str, Restoring], changes: Changes) -> None:
        self._history = history
        self._helpers = helpers
        self._changes = changes

    async def steps(self, undo_id: str) -> tuple[UndoStep, ...]:
        """What takes back one change, or all of one call, in the order to send it: the last change first.

        Changes in doubt are looked at again first. Empty: the history knows no such change.
        """
        entries = await asyncio.gather(*map(self._history.settle, await self._history.get(undo_id)))
        steps: list[UndoStep] = []
        of_record: dict[tuple[str, ...], int] = {}
        for entry in entries:
            why_not = _why_not(entry, self._helpers) or await self._repeated(entry)
            # What one call did to one record is taken back in one step: in between it never was at rest.
            place = of_record.get(entry.identity) if why_not is None else None
            if place is None:
                if why_not is None:
                    of_record[entry.identity] = len(steps)
                steps.append(self._step((entry,), why_not))
            else:
                earlier = steps[place].change_id.split()
                chain = [one for one in entries if one.change_id in earlier]
                steps[place] = self._step((*chain, entry), None)
        return tuple(steps)

    def _step(self, chain: Sequence[Entry], why_not: str | None) -> UndoStep:
        taken = Taken.of(chain)
        if why_not is None:
            why_not = taken.cannot()

        async def send() -> ChangeReport:
            if why_not is not None:
                raise ConflictError(why_not, status=409)
            token = undoing.set(taken.change_id)
            try:
                async with self._changes.turn(f"undoing {taken.newest.identity}"):
                    await self._not_undone(chain)
                    return await self._restore(taken)
            finally:
                undoing.reset(token)

        return UndoStep(
            what=taken.what,
            noun=taken.newest.change.noun,
            change_id=taken.change_id,
            send=send,
            taken=taken,
            cannot=why_not,
            said=() if why_not else taken.said(),
        )

    async def _repeated(self, entry: Entry) -> str | None:
        """That a sale nobody could see was recorded before, in the same words: undoing the repeat would delete it."""
        if not _is_hidden_sale(entry) or (before := await self._history.standing_before(entry)) is None:
            return None
        return (
            f"The {entry.what} was recorded before already, by change {before.change_id}, which stands: StockTrim "
            "holds one sale for both, and undoing the second would take the first away. To take the sale back, undo "
            "that one."
        )

    async def _not_undone(self, chain: Sequence[Entry]) -> None:
        """Raises: ConflictError where another call has taken one of these back since they were looked at."""
        if self._changes.is_preview:
            return
        for entry in chain:
            for now in await self._history.get(entry.change_id):
                if now.undone_by is not None:
                    raise ConflictError(_undone(now), status=409)

    async def _restore(self, taken: "Taken") -> ChangeReport:
        """Raises: ConflictError where the record is no longer what the change left."""
        helper, what = self._helpers[taken.noun], taken.what
        try:
            present = await self._history.recall(taken.newest)
        except NotFoundError as error:
            raise ConflictError(f"{error} So the {what} cannot be set back.", status=409) from error
        if taken.was_there and not taken.is_there:
            if present is not None:
                raise ConflictError(f"There is a {what} again, so it was not brought back.", status=409)
            return await _sent(helper.restore(taken.known, taken.before), what)
        if present is None and not taken.newest.change.unread:
            raise ConflictError(f"The {what} is not there any more, so there is nothing to set back.", status=409)
        fields, said = taken.still_to_set(present)
        if not taken.was_there:
            report = await _sent(helper.restore(taken.known, None), what)
        elif not fields:
            return ChangeReport(status="unchanged")
        else:
            emptied = [one for one in taken.emptied if one in fields]
            report = await _sent(helper.restore(taken.known, taken.before or {}, fields), what, emptied)
        return report.model_copy(update={"warnings": (*said, *report.warnings)})


class Taken(NamedTuple):
    """What is to be taken back from one record: a change, or several of one call, as if they were one."""

    newest: Entry
    change_id: str
    noun: str
    known: Record
    before: Record | None
    left: Record
    asked: Mapping[str, tuple[Any, Any]]
    was_there: bool
    is_there: bool
    was_read_back: bool

    @classmethod
    def of(cls, chain: Sequence[Entry]) -> "Taken":
        """Of changes of one record, the newest first."""
        newest, oldest = chain[0], chain[-1]
        asked: dict[str, tuple[Any, Any]] = {}
        for entry in reversed(chain):
            for one in entry.change.fields:
                before = asked[one.field][0] if one.field in asked else one.before
                asked[one.field] = (before, one.after)
        read_back = newest.was_read_back and newest.left is not None
        left = newest.left if read_back else {field: after for field, (_, after) in asked.items()}
        # A sale that StockTrim did not show before may have been there or not: unless we know, it is taken for new.
        hidden = _is_hidden_sale(oldest)
        _, _, product = (newest.change.name or "").partition(" x ")
        called = {"called": product} if product and newest.change.noun == "sale" else {}
        return cls(
            newest=newest,
            change_id=" ".join(entry.change_id for entry in chain),
            noun=plain_noun(newest.change.noun),
            known=oldest.known | newest.known | called,
            before=oldest.before,
            left=left or {},
            asked=asked,
            was_there=oldest.change.kind != "create" and not hidden,
            is_there=newest.change.kind != "delete",
            was_read_back=read_back,
        )

    @property
    def what(self) -> str:
        return self.newest.what

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields to set back: those asked for, and what else was lost on the way."""
        before = self.before or {}
        if not self.was_read_back:
            moved = set(self.asked)
        else:
            moved = {one for one in {*before, *self.left} if not alike(before.get(one), self.left.get(one))}
            moved -= {one for one in COUNTED & moved - self.asked.keys() if not self._lost(one)}
        if any(self._lost(one) for one in before if one not in self.asked):
            # StockTrim clears what a save leaves out: so everything must be told it again.
            moved |= before.keys() - COUNTED
        return tuple(sorted(moved - REMARKS - FIXED.get(self.noun, frozenset())))

    @property
    def emptied(self) -> tuple[str, ...]:
        """Fields that were empty before and are to be so again."""
        return tuple(field for field in self.fields if field not in (self.before or {}))

    def _lost(self, field: str) -> bool:
        there = (self.before or {}).get(field)
        return self.was_read_back and not alike(there, None) and alike(self.left.get(field), None)

    def still_to_set(self, present: Record | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The fields that can be set back in a record as it is now, and what there is to say of the others.

        Raises: ConflictError where none can be, or where it is saved as a whole, or is to go, and some cannot be.
        """
        if present is None:
            unseen = (
                f"StockTrim does not show the {self.what}: whether it still was as the change left it is not known."
            )
            return self.fields, (unseen,)
        moved = self.moved(present)
        # Set back by hand meanwhile: there, nothing is in the way.
        before = self.before or {}
        in_part = self.was_there and self.noun in IN_PART
        differ = [one for one in moved if not (in_part and alike(before.get(one), present.get(one)))]
        left = tuple(one for one in self.fields if one not in moved)
        if not differ:
            return left, ()
        how = "; ".join(self._how_it_moved(one, present) for one in differ)
        if not in_part or not left:
            raise ConflictError(
                f"The {self.what} was changed since: {how}. Undoing would overwrite that, so it is left as it is.",
                status=409,
            )
        return left, (f"Of the {self.what} not all is set back, as it was changed since: {how}.",)

    def _how_it_moved(self, field: str, present: Record) -> str:
        now, then = _apart(present.get(field), self.left.get(field))
        return f"{field} is {in_words(now)}, and the change had left it {in_words(then)}"

    def moved(self, present: Record) -> list[str]:
        """Fields that no longer are what the change left; of a record that only some are set back in, those."""
        compared = set(self.fields) if self.was_there and self.noun not in WHOLE else {*self.left, *present}
        if not self.was_read_back:
            compared &= self.left.keys()
        # What StockTrim sets itself differs on a record that an undo brought back, and nothing else need do.
        compared -= REMARKS | FIXED.get(self.noun, frozenset())
        return sorted(field for field in compared if not alike(self.left.get(field), present.get(field)))

    def cannot(self) -> str | None:
        """Why it cannot be taken back, as far as the journal tells. None: it may be possible."""
        if not self.was_there and not self.is_there:
            return f"The {self.what} was made and deleted in one call: it is as it was before."
        if not self.was_there and self.noun in UNDELETABLE:
            return f"The {self.what} was created by this, and StockTrim's API cannot delete a {self.noun}: do it there."
        if self.was_there and self.before is None:
            return f"StockTrim did not show the {self.what} before the change, so it is not known what it was."
        if self.was_there and self.is_there and not self.fields:
            return f"The {self.what} is as it was before: nothing is to be set back."
        return None

    def said(self) -> tuple[str, ...]:
        """What will not be quite as it was."""
        if self.was_there and self.is_there:
            return self._said_of_change()
        if self.was_there:
            return _LOST.get(self.noun, ()) + self._said_of_return()
        if self.noun == "sale":
            hidden = self.newest.change.unread
            before = " Whether one was recorded under its reference before is not known." if hidden else ""
            return (f"StockTrim cannot delete a single sale: its quantity is set to 0.{before}",)
        if self.noun == "product":
            return (f"With the {self.what} goes what was recorded as sold of it since.",)
        return ()

    def _said_of_change(self) -> tuple[str, ...]:
        said: list[str] = []
        emptied = self.emptied
        if self.noun == "stock":
            if none := [field for field in ("on_hand", "on_order") if field in emptied]:
                said.append(f"StockTrim had no figure for {', '.join(none)} before: 0 is set.")
            said.append(_BOTH)
        elif kept := KEPT.get(self.noun, frozenset()).intersection(emptied):
            said.append(
                f"Empty before, which StockTrim cannot be told: {', '.join(sorted(kept))}. They stay as they are."
            )
        elif emptied:
            said.append(f"Empty before, so to be cleared, if StockTrim does that: {', '.join(emptied)}.")
        if fixed := FIXED.get(self.noun, frozenset()) & self.asked.keys():
            said.append(f"Set by StockTrim alone, so left as is: {', '.join(sorted(fixed))}.")
        return tuple(said)

    def _said_of_return(self) -> tuple[str, ...]:
        before = self.before or {}
        if self.noun == "supplier" and not before.get("code"):
            return (f"It had no code; it comes back with its name as its code: {before.get('name')!r}.",)
        if self.noun == "component line" and before.get("assembly_days"):
            return ("The assembly days cannot be set through the API.",)
        return ()


_BOTH = (
    "StockTrim takes both quantities of stock at once: what is on order stays a figure set by hand until it is set "
    "anew, whatever orders are placed or arrive."
)

_LOST: Mapping[str, tuple[str, ...]] = {
    "product": ("Its sales history, its component lines and StockTrim's own number of it do not come back.",),
    "supplier": (
        "StockTrim's own number of it will be another, and what StockTrim took from products when it was deleted does "
        "not come back with it: its code on them, and part numbers where it took those too. Link these anew.",
    ),
    "purchase order": ("StockTrim's own number of it will be another.",),
}

_ENDED: Mapping[str, str] = {
    "refused": "StockTrim refused it, so there is nothing to undo.",
    "not_sent": "It was not sent, so there is nothing to undo.",
    "not_applied": "It was not made, so there is nothing to undo.",
    "sending": "It is being sent just now.",
}
NEVER: Mapping[str, str] = {
    "forecast run": "A forecast run cannot be taken back.",
    "sales history": "Deleted sales cannot be brought back.",
    "draft purchase orders": "Orders that StockTrim drafted are deleted one by one.",
}
"""By noun, why a change is for good."""


def _is_hidden_sale(entry: Entry) -> bool:
    """Whether it recorded a sale of which StockTrim did not show whether it was there."""
    return plain_noun(entry.change.noun) == "sale" and entry.change.unread and entry.undoes is None


def _apart(one: Any, other: Any) -> tuple[Any, Any]:
    """Two values; of two lists what only one of them holds."""
    if not (_is_list(one) and _is_list(other)):
        return one, other
    these, those = cast(Sequence[Any], one), cast(Sequence[Any], other)
    return (
        [item for item in these if not any(alike(item, that) for that in those)],
        [item for item in those if not any(alike(item, this) for this in these)],
    )


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _undone(entry: Entry) -> str:
    return f"The change of the {entry.what} was undone already, by {entry.undone_by}; undo that to have it again."


def _why_not(entry: Entry, helpers: Collection[str]) -> str | None:
    what = entry.what
    if (why := _ENDED.get(entry.outcome)) is not None:
        return f"The change of the {what}: {why}"
    if entry.undone_by is not None:
        return _undone(entry)
    if entry.outcome == "unknown":
        looked = f" {entry.warnings[-1]}" if entry.warnings else ""
        return f"Whether the change of the {what} was made is not known, so it is not undone.{looked}"
    noun = plain_noun(entry.change.noun)
    if noun not in helpers:
        return NEVER.get(noun, f"The change of the {what} cannot be taken back.")
    return None


async def _sent(restoring: Awaitable[ChangeReport], what: str, emptied: Sequence[str] = ()) -> ChangeReport:
    try:
        return await restoring
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise ConflictError(
            f"StockTrim would not take the {what} as it was before ({faults}), so it is left as it is.", status=409
        ) from error
    except InvalidRequestError as error:
        if not emptied:
            raise
        told = InvalidRequestError(
            f"{error} Before the change there was nothing in {', '.join(emptied)}, and StockTrim may not let it be "
            f"cleared: then set the {what} back in StockTrim itself. Nothing was changed.",
            status=error.status,
            operation=error.operation,
        )
        told.change_id = error.change_id
        raise told from error
