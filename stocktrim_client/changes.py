"""The one door for writing: see the change before it is sent, write down what happened, look at the result.

A helper says what a record is to become and hands over the call that makes it so. Here the record is read first; in
preview the change is collected and nothing is sent; otherwise intent and outcome are journaled around the call, the
record is read again and compared, and an answer that got lost is settled by that reading where it can be.
"""

import asyncio
import math
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, cast
from weakref import WeakKeyDictionary

from pydantic import Field

from stocktrim_client.errors import (
    AppliedUnreadableError,
    ConflictError,
    NotApprovedError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    ReadOnlyError,
    StockTrimError,
    UnexpectedAnswerError,
)
from stocktrim_client.journal import Journal, Record
from stocktrim_client.models.base import Model
from stocktrim_client.transport import calling
from stocktrim_client.turns import alone

Kind = Literal["create", "change", "delete"]
Must = Literal["create", "change"]
"""What a save must be: of a record that is not there yet, or of one that is."""

Outcome = Literal["applied", "not_applied", "refused", "not_sent", "unknown"]

acting: ContextVar[str | None] = ContextVar("acting", default=None)
"""Who writes, for the journal: the server puts the running tool's name here."""

caller: ContextVar[str | None] = ContextVar("caller", default=None)
"""On whose behalf, for the journal and the logs: a server that several people use puts a name here."""

batch: ContextVar[str | None] = ContextVar("batch", default=None)
"""What belongs together, for the journal: one name for all changes of one call."""

undoing: ContextVar[str | None] = ContextVar("undoing", default=None)
"""The change that is being taken back, for the journal."""

in_door: ContextVar[str | None] = ContextVar("in_door", default=None)
"""The change being sent, so that a test can prove that no write goes around this module."""

_preview: ContextVar["list[Change] | None"] = ContextVar("preview", default=None)
_approved: ContextVar["list[Change] | None"] = ContextVar("approved", default=None)


class FieldChange(Model):
    """One field, before and after."""

    field: str
    before: Any = None
    after: Any = None


class Change(Model):
    """One record that is to be created, changed or deleted."""

    kind: Kind
    noun: str = Field(description="What kind of record, in one or two words")
    key: str = Field(description="The code or reference people know it by")
    name: str | None = None
    fields: tuple[FieldChange, ...] = ()
    unread: bool = Field(default=False, description="StockTrim does not show what is there now: `before` is not known")


class ChangeReport(Model):
    """What became of the changes asked for."""

    status: Literal["preview", "applied", "not_applied", "unchanged"] = Field(
        description="not_applied: StockTrim said yes, and reading back shows the record as it was before"
    )
    changes: tuple[Change, ...] = ()
    change_ids: tuple[str, ...] = Field(default=(), description="Journal entries, one per change sent")
    warnings: tuple[str, ...] = ()
    besides: tuple[FieldChange, ...] = Field(default=(), description="What became other without having been asked to")


def utc_now() -> datetime:
    """The time, where nobody says otherwise."""
    return datetime.now(UTC)


class Changes:
    """Every write of one client passes here."""

    def __init__(
        self, journal: Journal | None = None, *, now: Callable[[], datetime] = utc_now, turns: Path | None = None
    ) -> None:
        """`turns`: a folder by which the processes of one account take turns."""
        self._journal = journal
        self._now = now
        self._folder = turns
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Lock]] = WeakKeyDictionary()
        self.under_way: set[str] = set()
        """Changes begun here whose outcome is not on record yet."""

    @contextmanager
    def preview(self) -> Generator[list[Change]]:
        """Inside, writes send nothing; what they would have changed is in the list."""
        collected: list[Change] = []
        token = _preview.set(collected)
        try:
            yield collected
        finally:
            _preview.reset(token)

    @property
    def is_preview(self) -> bool:
        """Whether writes are collected here, and not sent."""
        return _preview.get() is not None

    @staticmethod
    @contextmanager
    def only(approved: "list[Change]") -> Generator[None]:
        """Inside, nothing is sent but these very changes, each once; the list may still be filled meanwhile."""
        token = _approved.set(approved)
        try:
            yield
        finally:
            _approved.reset(token)

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncGenerator[None]:
        """Inside, nobody else has the turn of this name: for writes that depend on what was just read.

        Raises: NotSentError where another process keeps it.
        """
        # A lock belongs to the loop it first waited in, and one client may serve several loops in turn.
        turns = self._turns.setdefault(asyncio.get_running_loop(), {})
        async with turns.setdefault(name, asyncio.Lock()):
            # A preview sends nothing that could come between what another process reads and what it writes.
            if self._folder is None or self.is_preview:
                yield
                return
            async with alone(self._folder, name):
                yield

    async def write(
        self,
        *,
        noun: str,
        key: str,
        after: Record | None,
        send: Callable[[], Awaitable[object]],
        read: Callable[[], Awaitable[Model | None]] | None,
        settled: Callable[[], Awaitable[Model | None]] | None = None,
        name: str | None = None,
        absence_proves: bool = True,
        must: Must | None = None,
        in_parts: bool = False,
    ) -> ChangeReport:
        """Make one record what `after` says; None deletes it. A record that is so already is not sent.

        `read` gives the record as it is, or None where there is none; without it nothing is known before, and an
        unknown outcome stays unknown. Where StockTrim may hide what it holds, `absence_proves` is False: None then
        says nothing. What shows only afterwards is read by `settled` instead, whose None says nothing either.
        `in_parts`: the record stands for several, and what is left of them after a deletion was a part of it.

        Raises: RefusedError, NotSentError, ReadOnlyError: nothing was changed; of these, for what `must` forbids
        ConflictError and NotFoundError, for what was not approved NotApprovedError. OutcomeUnknownError: it may have
        been.
        """
        before = await read() if read else None
        unread = before is None and (read is None or not absence_proves)
        change = _change(noun=noun, key=key, name=name, before=before, after=after, unread=unread)
        if change is None:
            return ChangeReport(status="unchanged")
        _permitted(change, must)
        collected = _preview.get()
        if collected is not None:
            collected.append(change)
            return ChangeReport(status="preview", changes=(change,))
        _take_from_approved(change)
        look = _Look(change, before, after, settled or read, absence_proves and settled is None, in_parts)
        return await self._send(change, send, look)

    async def _send(self, change: Change, send: Callable[[], Awaitable[object]], look: "_Look") -> ChangeReport:
        entry = _Entry(self._journal, self._now)
        self.under_way.add(entry.change_id)
        try:
            return await self._carry_out(entry, change, send, look)
        finally:
            self.under_way.discard(entry.change_id)

    async def _carry_out(
        self, entry: "_Entry", change: Change, send: Callable[[], Awaitable[object]], look: "_Look"
    ) -> ChangeReport:
        outcome: Outcome = "not_sent"
        try:
            await entry.intend(change, look.before)
            outcome = "unknown"
            lost = await self._sent(entry, send)
            outcome = "unknown" if lost else "applied"
            seen = await look()
        except asyncio.CancelledError:
            # Nobody waits for the answer any more; shielded, or the note would be cancelled as well.
            await asyncio.shield(entry.conclude(outcome, error="cancelled by the caller"))
            raise
        except StockTrimError as error:
            error.change_id = entry.change_id
            raise
        if lost is not None and seen.differences and not isinstance(lost, AppliedUnreadableError):
            # Not there yet is no proof of never: only a record that is as wanted settles the doubt.
            await entry.conclude("unknown", error=str(lost))
            lost.change_id = entry.change_id
            raise lost
        said = seen.said
        if lost is not None and not seen.differences:
            said = ("StockTrim's answer was lost or unreadable; reading back shows that the change was made.",)
        ended = "not_applied" if seen.is_as_before else "applied"
        warnings = (*seen.differences, *said)
        warnings += await entry.conclude(ended, warnings=warnings, **seen.left)
        return ChangeReport(
            status=ended, changes=(change,), change_ids=(entry.change_id,), warnings=warnings, besides=seen.besides
        )

    async def _sent(self, entry: "_Entry", send: Callable[[], Awaitable[object]]) -> StockTrimError | None:
        """Send, and give the error of an answer that got lost: whether the change was made is then still open."""
        token = in_door.set(entry.change_id)
        try:
            with calling(request_id=entry.change_id):
                await send()
        except (OutcomeUnknownError, AppliedUnreadableError, UnexpectedAnswerError) as error:
            return error
        except StockTrimError as error:
            not_sent = isinstance(error, NotSentError | ReadOnlyError)
            await entry.conclude("not_sent" if not_sent else "refused", error=str(error))
            raise
        finally:
            in_door.reset(token)
        return None


class _Entry:
    """The two journal lines of one change."""

    def __init__(self, journal: Journal | None, now: Callable[[], datetime]) -> None:
        self.change_id = secrets.token_hex(8)
        self._journal = journal
        self._now = now
        self._about: Record = {}

    async def intend(self, change: Change, before: Model | None) -> None:
        """Raises: NotSentError where the journal cannot be written: what is not on record is not sent."""
        # Another process may meet the outcome alone, and must know which record is another now.
        self._about = {"kind": change.kind, "noun": change.noun, "key": change.key}
        try:
            await self._note(
                "intent",
                change=change.model_dump(mode="json"),
                before=_whole(before),
                tool=acting.get(),
                caller=caller.get(),
                batch=batch.get(),
                undoes=undoing.get(),
            )
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise NotSentError(f"The journal of changes cannot be written ({why}), so nothing was sent.") from error

    async def conclude(self, outcome: Outcome, **details: Any) -> tuple[str, ...]:
        """Note how it ended; a warning where that failed, since the change itself is over."""
        try:
            await self._note("outcome", outcome=outcome, **details, change=self._about)
        except OSError as error:
            return (f"The journal of changes could not be written afterwards ({error.strerror}).",)
        return ()

    async def _note(self, event: Literal["intent", "outcome"], **details: Any) -> None:
        if self._journal is not None:
            entry = {"id": self.change_id, "at": self._now().isoformat(), "event": event, **details}
            await self._journal.append(entry)


class _Seen(NamedTuple):
    """A record as it was read back: how it differs from what was wanted, and what else there is to say, in words.

    `left` is for the journal: the record as it is now.
    """

    differences: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    besides: tuple[FieldChange, ...] = ()
    left: Record = MappingProxyType({})
    is_as_before: bool = False


@dataclass(frozen=True, slots=True)
class _Look:
    """Reading a record back, and comparing it with what was wanted."""

    change: Change
    before: Model | None
    after: Record | None
    read: Callable[[], Awaitable[Model | None]] | None
    absence_proves: bool
    in_parts: bool

    async def __call__(self) -> _Seen:
        what = f"{self.change.noun} {self.change.key!r}"
        if self.read is None:
            return _Seen((f"StockTrim offers no way to read the {what} back, so this was not checked.",))
        try:
            record = await self.read()
        except StockTrimError as error:
            # That nothing was changed, and may be tried again, holds of the reading alone.
            why = str(error).partition(" Nothing was changed")[0]
            return _Seen((f"Reading the {what} back failed, so this was not checked: {why}",))
        # What was shown before and is not shown now is gone; what never was shown may be there or not.
        shown = self.absence_proves or (self.after is None and self.before is not None)
        if record is None and not shown:
            return _Seen((f"StockTrim does not show the {what} when asked for it, so this was not checked.",))
        besides = self._side_effects(record)
        said = tuple(
            f"Read back, the {what} now also has {one.field} = {in_words(one.after)}; before, it was "
            f"{in_words(one.before)}."
            for one in besides
        )
        differences = tuple(f"Read back, the {what} {text}." for text in _differences(self.after, record))
        is_as_before = self._is_as_before(record) and not any(_is_nothing(one.after) for one in besides)
        if is_as_before:
            now = "still there" if self.after is None else "not there" if record is None else "as it was before"
            differences = (f"StockTrim said yes, but read back, the {what} is {now}: the change was not made.",)
        return _Seen(differences, said, besides, {"left": _whole(record)}, is_as_before)

    def _is_as_before(self, record: Model | None) -> bool:
        """Whether nothing of what was asked for has happened."""
        if self.change.unread:
            return False
        if self.after is None:
            return record is not None and (not self.in_parts or record == self.before)
        if record is None or self.before is None:
            return record is None and self.before is None
        present = record.model_dump()
        return all(_is_the_same(one.before, present.get(one.field)) for one in self.change.fields)

    def _side_effects(self, record: Model | None) -> tuple[FieldChange, ...]:
        """Values that nobody asked to change: StockTrim may clear what a save leaves out."""
        if self.after is None or self.before is None or record is None:
            return ()
        before, present = self.before.model_dump(), record.model_dump()
        return tuple(
            FieldChange(field=field, before=value, after=present.get(field))
            for field, value in before.items()
            if field not in self.after and not _is_nothing(value) and not same_meaning(value, present.get(field))
        )


def _change(
    *, noun: str, key: str, name: str | None, before: Model | None, after: Record | None, unread: bool
) -> Change | None:
    """The change as people read it, or None where nothing would change."""
    if after is None:
        if before is None and not unread:
            return None
        was = () if before is None else _fields_of(before)
        return Change(
            kind="delete", noun=noun, key=key, name=name or getattr(before, "name", None), fields=was, unread=unread
        )
    if before is None:
        fields = tuple(FieldChange(field=field, after=value) for field, value in after.items() if value is not None)
        return Change(
            kind="change" if unread else "create", noun=noun, key=key, name=name, fields=fields, unread=unread
        )
    present = before.model_dump()
    fields = tuple(
        FieldChange(field=field, before=present.get(field), after=value)
        for field, value in after.items()
        if not same_meaning(value, present.get(field))
    )
    if not fields:
        return None
    return Change(kind="change", noun=noun, key=key, name=name or present.get("name"), fields=fields)


def _permitted(change: Change, must: Must | None) -> None:
    """Raises: ConflictError, NotFoundError for another change than it must be. What cannot be read is let through."""
    if must is None or change.unread or change.kind == must:
        return
    what = f"{change.noun} {change.key!r}"
    if must == "change":
        raise NotFoundError(f"There is no {what} in StockTrim, so nothing was changed.", status=404)
    there = "; ".join(f"{one.field} is {in_words(one.before)}, not {in_words(one.after)}" for one in change.fields)
    raise ConflictError(f"There already is a {what}, and it differs: {there}. Nothing was sent.", status=409)


def _take_from_approved(change: Change) -> None:
    approved = _approved.get()
    if approved is None:
        return
    if change not in approved:
        raise NotApprovedError(
            f"The {change.noun} {change.key!r} is no longer as it was when this change was shown, or the change never "
            "was shown. Nothing was sent: ask for a new preview."
        )
    approved.remove(change)


def _whole(record: Model | None) -> dict[str, Any] | None:
    return None if record is None else record.model_dump(mode="json", exclude_none=True)


def _fields_of(record: Model) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(field=field, before=value)
        for field, value in record.model_dump(exclude_none=True).items()
        if value not in ("", (), [])
    )


def _differences(after: Record | None, record: Model | None) -> list[str]:
    """In words, how the record differs from what was wanted."""
    if after is None:
        return [] if record is None else ["is still there"]
    if record is None:
        return ["is not there"]
    present = record.model_dump()
    return [
        f"has {field} = {in_words(present.get(field))}, not {in_words(value)}"
        for field, value in after.items()
        if not same_meaning(value, present.get(field))
    ]


def in_words(value: Any) -> str:
    """A value as it is said in a sentence, with nothing of Python in it."""
    if _is_nothing(value):
        return "(empty)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:.12g}"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if isinstance(value, Mapping):
        record = cast(Record, value)
        if isinstance(quantity := record.get("quantity"), int | float) and record.get("product_id"):
            price = record.get("unit_price")
            arrived = f", arrived {str(at)[:10]}" if (at := record.get("received_at")) else ""
            at_price = "" if price is None else f" at {in_words(price)}"
            return f"{quantity:.12g} x {record['product_id']}{at_price}{arrived}"
        return ", ".join(f"{name} {in_words(one)}" for name, one in record.items() if not _is_nothing(one))
    if _is_list(value):
        return "; ".join(map(in_words, cast(Sequence[Any], value)))
    return repr(str(value))


def same_meaning(wanted: Any, present: Any) -> bool:
    """Whether a wanted value is there: 1100 is 1100.0, nothing is empty text, order of lines does not matter.

    Of a nested record only the fields that are wanted are compared.
    """
    if _is_nothing(wanted) or _is_nothing(present):
        return _is_nothing(wanted) and _is_nothing(present)
    if isinstance(wanted, bool) or isinstance(present, bool):
        return wanted is present
    if isinstance(wanted, int | float) and isinstance(present, int | float):
        return math.isclose(wanted, present, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(wanted, datetime) and isinstance(present, datetime):
        # StockTrim keeps milliseconds.
        return abs((wanted - present).total_seconds()) <= 0.001
    if isinstance(wanted, Mapping) and isinstance(present, Mapping):
        there = cast(Record, present)
        return all(same_meaning(value, there.get(field)) for field, value in cast(Record, wanted).items())
    if _is_list(wanted) and _is_list(present):
        return _same_items(cast(Sequence[Any], wanted), cast(Sequence[Any], present))
    return wanted == present


def _is_the_same(one: Any, other: Any) -> bool:
    return same_meaning(one, other) and same_meaning(other, one)


def _same_items(wanted: Sequence[Any], present: Sequence[Any]) -> bool:
    left = list(present)
    for item in wanted:
        match = next((index for index, other in enumerate(left) if same_meaning(item, other)), None)
        if match is None:
            return False
        del left[match]
    return not left


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or (_is_list(value) and not value)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)
