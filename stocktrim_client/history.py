"""What was written, as the journal tells it: each change with its outcome, and by what it was taken back.

A change whose outcome is not on record, or is in doubt, can be settled later by reading its record.
"""

import asyncio
import contextlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple, Protocol, cast

from pydantic import AwareDatetime, Field

from stocktrim_client.changes import Change, in_words, same_meaning
from stocktrim_client.errors import NotFoundError, StockTrimError
from stocktrim_client.journal import Journal, Record
from stocktrim_client.models.base import Model

EntryOutcome = Literal["applied", "refused", "not_sent", "not_applied", "unknown", "sending"]
"""`not_applied`: reading showed that it was not made, at once or later. `sending`: it is on its way now."""

SETTLES_AFTER = timedelta(minutes=2)
"""What shows no effect for so long will show none: no request and no answer of StockTrim's takes longer."""

LONGEST_CALL = timedelta(hours=1)
"""How far apart the changes of one call can lie."""

_RANKS = ("unknown", "not_applied", "not_sent", "refused", "applied")
"""Of several outcomes of one change the last of these counts: who was answered knows more than who looked."""

REMARKS = frozenset({"message", "product_name", "component_name", "product_code", "component_code"})
"""Fields that belong to another record, or are said anew with each write."""

FIXED: Mapping[str, frozenset[str]] = {
    "supplier": frozenset({"supplier_id"}),
    "purchase order": frozenset({"order_id", "reference_number", "created_at"}),
    "component line": frozenset({"assembly_days"}),
}
"""Fields that StockTrim sets, by noun: they cannot be set back."""

_FOLLOWING: Mapping[str, frozenset[str]] = {
    "product": frozenset({"code"}),
    "purchase order": frozenset({"ordered_at", "status", "supplier_code", "supplier_name", "location_name"}),
    "sale": frozenset({"location_name", "customer_name"}),
}
"""Fields that a new record has without having been told, by noun."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


class Entry(Model):
    """One change: what was meant, and what became of it."""

    change_id: str
    batch: str | None = Field(default=None, description="All changes of one call share it")
    at: AwareDatetime
    tool: str | None = None
    caller: str | None = Field(default=None, description="Who asked for it, where the server knows its callers")
    change: Change
    before: dict[str, Any] | None = Field(default=None, description="The whole record as it was read before")
    left: dict[str, Any] | None = Field(default=None, description="The whole record as it was read afterwards")
    was_read_back: bool = Field(default=False, description="`left` was read: nothing there then means that it is gone")
    outcome: EntryOutcome = "unknown"
    error: str | None = None
    warnings: tuple[str, ...] = ()
    undoes: str | None = Field(default=None, description="The changes it took back")
    undone_by: str | None = Field(default=None, description="The change that took it back and still stands")

    @property
    def known(self) -> dict[str, Any]:
        """All that is known of the record, to find it by."""
        fields = {one.field: one.before if one.after is None else one.after for one in self.change.fields}
        known = fields | (self.before or {}) | (self.left or {})
        if (code := (self.before or {}).get("code")) and known["code"] == known.get("product_id"):
            # A product whose SKU was emptied goes by its id, but people know it by what it was.
            known["code"] = code
        return known

    @property
    def what(self) -> str:
        """Its record, as people call it."""
        noun, key, known = self.change.noun, self.change.key, self.known
        if noun == "product":
            key = known.get("code") or key
        elif noun == "component line" and known.get("product_code") and known.get("component_code"):
            key = f"{known['product_code']} / {known['component_code']}"
        return f"{noun} {key!r}"

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells its record from all others. Products can share the SKU that they are called by."""
        noun = self.change.noun
        if plain_noun(noun) in ("product", "stock") and (product_id := self.known.get("product_id")):
            return noun, str(product_id)
        return noun, self.change.key


class Past(NamedTuple):
    """Changes, the newest first; `damaged` lines that were met could not be read, and there are `more` behind them."""

    entries: tuple[Entry, ...]
    damaged: int = 0
    more: bool = False


class Recalling(Protocol):
    """Whoever can read a record by what a journal holds of it."""

    async def recall(self, known: Record) -> Model | None:
        """The record as it is now; None where there is none."""
        ...


class History:
    """The changes in a journal."""

    def __init__(
        self,
        journal: Journal,
        helpers: Mapping[str, Recalling],
        *,
        under_way: Collection[str] = frozenset(),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`helpers` by the noun they read; `under_way`: the changes that are being sent just now."""
        self._journal = journal
        self._helpers = helpers
        self._under_way = under_way
        self._now = now

    async def entries(
        self,
        since: datetime | None = None,
        keys: Iterable[str] = (),
        limit: int = 100,
        *,
        fits: Callable[[Entry], bool] | None = None,
        older_than: str | None = None,
    ) -> Past:
        """Changes, the newest first: those of records called one of `keys`, and that `fits` says yes to.

        `older_than` is a change: only what was begun before it.
        """
        wanted = frozenset(key.casefold() for key in keys)
        return await asyncio.to_thread(self._collect, since, wanted, limit, fits, older_than)

    async def get(self, undo_id: str) -> tuple[Entry, ...]:
        """The change of this id, or all changes of the call of this id, the newest first. Empty: there is none."""
        return await asyncio.to_thread(self._with_id, undo_id.strip())

    async def settle(self, entry: Entry) -> Entry:
        """A change in doubt as it stands after another look at its record; others as they are.

        What that settles is journaled. What stays in doubt says why, and what is there, in its warnings.
        """
        if entry.outcome != "unknown":
            return entry
        look = await self._look(entry)
        if look.outcome is None:
            return entry.model_copy(update={"warnings": (*entry.warnings, look.said)})
        settled: dict[str, Any] = {"outcome": look.outcome, "warnings": (look.said,), "error": entry.error}
        if look.left is not None or look.outcome == "applied":
            settled["left"] = look.left
        line: Record = {
            "id": entry.change_id,
            "at": self._now().isoformat(),
            "event": "outcome",
            **settled,
            "change": {"kind": entry.change.kind, "noun": entry.change.noun, "key": entry.change.key},
        }
        try:
            await self._journal.append(line)
        except OSError as error:
            settled["warnings"] = (look.said, f"The journal of changes could not be written ({error.strerror}).")
        return entry.model_copy(update=settled | {"was_read_back": "left" in settled})

    async def standing_before(self, entry: Entry) -> Entry | None:
        """The change of the same record before this one, if it was made and not taken back. None: there is none."""

        def stands(one: Entry) -> bool:
            return one.identity == entry.identity and one.outcome in ("applied", "unknown")

        past = await self.entries(keys=[entry.change.key], limit=1, fits=stands, older_than=entry.change_id)
        before = next(iter(past.entries), None)
        # What took another back stands for what there was before that.
        return None if before is None or before.undoes or before.undone_by else before

    async def recall(self, entry: Entry) -> Record | None:
        """The record of a change as it is now, in the words of the journal; None where there is none.

        Raises: NotFoundError where the journal does not say which record it was.
        """
        try:
            record = await self._helpers[plain_noun(entry.change.noun)].recall(entry.known)
        except KeyError as error:
            raise NotFoundError(f"The journal does not tell which {entry.what} it was.", status=404) from error
        return None if record is None else record.model_dump(mode="json", exclude_none=True)

    async def _look(self, entry: Entry) -> "_Look":
        what = entry.what
        if plain_noun(entry.change.noun) not in self._helpers:
            return _Look(None, f"No reading tells whether the {what} was carried out: look in StockTrim.")
        later = await asyncio.to_thread(self._next_of_same_record, entry)
        if later is not None:
            if later.change.unread:
                return _Look(None, f"The {what} was changed again since, and what it was then was not shown.")
            # What it was before the next change tells more than what it is after it.
            return _judged(entry, later.before, later.at - entry.at, is_over=True)
        try:
            record = await self.recall(entry)
        except StockTrimError as error:
            return _Look(None, f"Looking at the {what} again failed: {error}")
        return _judged(entry, record, self._now() - entry.at)

    def _next_of_same_record(self, entry: Entry) -> Entry | None:
        found: Entry | None = None
        # A product may have been called otherwise then: by its id, or by another SKU.
        known = entry.known
        keys = {entry.change.key, *(str(known[one]) for one in ("product_id", "code") if known.get(one))}
        for one in self._joined(entry.at, frozenset(key.casefold() for key in keys)):
            if one is None:
                continue
            if one.change_id == entry.change_id:
                break
            if one.identity == entry.identity and one.outcome in ("applied", "unknown", "sending"):
                found = one
        return found

    def _collect(
        self,
        since: datetime | None,
        keys: frozenset[str],
        limit: int,
        fits: Callable[[Entry], bool] | None,
        older_than: str | None,
    ) -> Past:
        entries: list[Entry] = []
        damaged = 0
        for entry in self._joined(since, keys):
            if entry is None:
                damaged += 1
            elif older_than is not None:
                if entry.change_id == older_than:
                    older_than = None
            elif fits is None or fits(entry):
                if len(entries) >= limit:
                    return Past(tuple(entries), damaged, more=True)
                entries.append(entry)
        return Past(tuple(entries), damaged)

    def _with_id(self, undo_id: str) -> tuple[Entry, ...]:
        entries: list[Entry] = []
        for entry in self._joined(None) if undo_id else ():
            if entry is None:
                continue
            if entry.change_id == undo_id:
                return (entry,)
            if entry.batch == undo_id:
                entries.append(entry)
            elif entries and entries[-1].at - entry.at > LONGEST_CALL:
                break
        return tuple(entries)

    def _joined(self, since: datetime | None, keys: frozenset[str] = frozenset()) -> Iterator[Entry | None]:
        """Intents with their outcomes, which stand after them and so come first; None for what cannot be read."""
        outcomes: dict[str, Record] = {}
        undone: dict[str, str] = {}
        try:
            for line in self._journal.read(since):
                if line is None:
                    yield None
                    continue
                change_id = str(line.get("id"))
                if line.get("event") == "outcome":
                    outcomes[change_id] = _telling(outcomes.get(change_id), line)
                    continue
                outcome, undone_by = outcomes.pop(change_id, None), undone.get(change_id)
                key = _key_of(line)
                if keys and key is not None and key not in keys and not line.get("undoes"):
                    continue
                entry = self._entry(change_id, line, outcome, undone_by)
                if entry is None:
                    yield None
                    # If it is the outcome that makes no sense, the change is in doubt, but not hidden.
                    entry = self._entry(change_id, line, None, undone_by) if outcome else None
                if entry is None:
                    continue
                if entry.undoes and entry.outcome == "applied" and entry.undone_by is None:
                    for one in entry.undoes.split():
                        undone.setdefault(one, change_id)
                if since is not None and entry.at < since:
                    continue
                if not keys or entry.change.key.casefold() in keys:
                    yield entry
        except OSError:
            yield None

    def _entry(self, change_id: str, line: Record, outcome: Record | None, undone_by: str | None) -> Entry | None:
        """None: the lines make no sense."""
        ended = outcome or {}
        under_way = outcome is None and change_id in self._under_way
        try:
            return Entry(
                change_id=change_id,
                batch=line.get("batch"),
                at=line["at"],
                tool=line.get("tool"),
                caller=line.get("caller"),
                change=Change.model_validate(line["change"]),
                before=line.get("before"),
                left=ended.get("left"),
                was_read_back="left" in ended,
                outcome="sending" if under_way else ended.get("outcome", "unknown"),
                error=ended.get("error"),
                warnings=ended.get("warnings", ()),
                undoes=line.get("undoes"),
                undone_by=undone_by,
            )
        except (ValueError, KeyError):
            return None


class _Look(NamedTuple):
    """What another look says. None: `outcome`, nothing for certain."""

    outcome: Literal["applied", "not_applied"] | None
    said: str
    left: Record | None = None


def _judged(entry: Entry, record: Record | None, waited: timedelta, *, is_over: bool = False) -> _Look:
    """What a record, as it was after `waited`, says of the change that was to make it.

    `is_over`: it was changed again then, so that no later look will tell more.
    """
    change, what = entry.change, entry.what
    there: Record = record or {}
    if record is None and change.unread:
        return _Look(None, f"StockTrim does not show the {what}, which says nothing: look in StockTrim.")
    if change.kind == "delete":
        done, as_before = record is None, record is not None
    else:
        done = record is not None and all(alike(one.after, there.get(one.field)) for one in change.fields)
        as_before = record is None if change.kind == "create" else not change.unread
        as_before = as_before and all(alike(one.before, there.get(one.field)) for one in change.fields)
    if done and change.kind == "create" and (more := _beyond(change, there)):
        return _Look(
            None,
            f"There is a {what}, with more than this change was to give it ({', '.join(more)}): whether it is the one "
            "made here cannot be told.",
        )
    if done:
        return _Look("applied", "settled later by reading: the change was made", record)
    if as_before and waited >= SETTLES_AFTER:
        return _Look("not_applied", "settled later by reading: the change was not made", record)
    if as_before and is_over:
        return _Look(
            None,
            f"The {what} was changed again {waited.total_seconds():.0f} s later and still was as before: whether this "
            "change was made in between cannot be told.",
        )
    if as_before:
        return _Look(None, f"So far the {what} is as it was before. Look again in two minutes: it may be on its way.")
    if record is None:
        return _Look(None, f"The {what} is not there any more, so what became of the change cannot be told.")
    present = "; ".join(f"{one.field} is {in_words(there.get(one.field))}" for one in change.fields)
    return _Look(None, f"The {what} is neither as it was before nor as it was to be: {present}.")


def _beyond(change: Change, record: Record) -> list[str]:
    """Fields of a new record that hold what nobody here asked for: somebody else may have made it."""
    noun = plain_noun(change.noun)
    own = REMARKS | FIXED.get(noun, frozenset()) | _FOLLOWING.get(noun, frozenset())
    asked = own | {one.field for one in change.fields}
    return sorted(
        field for field, held in record.items() if held not in (None, "", 0, False, [], ()) and field not in asked
    )


def _key_of(line: Record) -> str | None:
    """What the record of an intent is called. None: it does not say so, or not as it should."""
    change = line.get("change")
    key = cast(Record, change).get("key") if isinstance(change, Mapping) else None
    return key.casefold() if isinstance(key, str) else None


def plain_noun(noun: str) -> str:
    """What kind of record; of stock it is not said where."""
    return "stock" if noun.startswith("stock at ") else noun


def alike(one: Any, other: Any) -> bool:
    """Whether two values of a journal mean the same; where one is a record, each of its fields does."""
    one, other = _timed(one), _timed(other)
    return same_meaning(one, other) and same_meaning(other, one)


def _timed(value: Any) -> Any:
    """A journal's value with its moments as such: written, the same moment can have several forms."""
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        # A name can look like a moment and be none: the 30th of February.
        with contextlib.suppress(ValueError):
            return datetime.fromisoformat(value)
    if isinstance(value, Mapping):
        return {name: _timed(one) for name, one in cast(Record, value).items()}
    if isinstance(value, list | tuple):
        return [_timed(one) for one in cast(Iterable[Any], value)]
    return value


def _telling(newer: Record | None, older: Record) -> Record:
    """Of two outcomes of one change the one that tells more."""
    return newer if newer is not None and _rank(newer) >= _rank(older) else older


def _rank(outcome: Record) -> int:
    named = outcome.get("outcome")
    return _RANKS.index(named) if named in _RANKS else -1
