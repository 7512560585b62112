"""What every writing tool answers, and how it carries out its writes: each by itself, none hidden behind another.

A tool says which records are to become what. Whether that is shown first, asked or done is decided around it.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, NamedTuple, NoReturn, TypeVar, cast

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field, WithJsonSchema

from stocktrim_client import (
    BusyError,
    ChangeReport,
    NotSentError,
    OutcomeUnknownError,
    RefusedError,
    ServiceError,
    StockTrimError,
    UnexpectedAnswerError,
)
from stocktrim_client.changes import Change, FieldChange, Kind, batch
from stocktrim_client.models import Model
from stocktrim_client.undo import NEVER, UNDELETABLE
from stocktrim_mcp_server.answers import LIST, exact
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, short
from stocktrim_mcp_server.planning.nearest import where_offered

MOST_RECORDS = 50
"""Records of one call."""

AT_A_TIME = 4
"""Writes under way at once: StockTrim's limits are not known, and questions must not wait behind them."""

MOST_FAULTS = 20
"""Of rows that cannot be meant, said at once."""

EMPTY = "(empty)"

FIELDS_OF_DELETED = 8

LONGEST_FIELD = 400
"""Characters of a field, once it was sent: what is still to be approved is shown whole."""

Status = Literal["preview", "applied", "unchanged", "partly_applied", "unknown", "refused", "declined"]
RecordStatus = Literal["planned", "applied", "unchanged", "refused", "not_applied", "unknown", "not_sent"]


class RecordOutcome(Model):
    """What became of one record."""

    key: str
    noun: str
    outcome: RecordStatus
    kind: Kind | None = None
    name: str | None = None
    fields: tuple[str, ...] = Field(default=(), description="Before -> after")
    change_id: str | None = None
    said: str | None = None


class WriteReport(Model):
    """What every writing tool answers."""

    # Seven words on each of a dozen tools would cost every session too much, and the message says what it means.
    status: Annotated[Status, WithJsonSchema({"type": "string"})]
    message: str
    confirm_token: str | None = None
    undo_id: str | None = Field(default=None, description="Of the whole call")
    warnings: tuple[str, ...] = ()
    changes: Annotated[tuple[RecordOutcome, ...], LIST] = ()


class Write(NamedTuple):
    """One record's write, by what people call it.

    None: `line`, no rows were pasted; `fields`, its fields are shown as the door names them.
    """

    key: str
    send: Callable[[], Awaitable[ChangeReport]]
    noun: str = "record"
    line: int | None = None
    fields: Callable[[Change], tuple[str, ...]] | None = None


class Fault(NamedTuple):
    """Why a row cannot be meant. None: `line`, no rows were pasted."""

    key: str
    said: str
    line: int | None = None


W = TypeVar("W", bound=WriteReport)


async def carry_out(
    writes: Sequence[Write],
    into: type[W] = WriteReport,
    *,
    warnings: Iterable[str] = (),
    one_at_a_time: bool = False,
    stop_when: Callable[[ChangeReport], str | None] | None = None,
    **more: Any,
) -> W:
    """Make every write, or show it where this is a preview, and say what became of each.

    `stop_when` looks at each result and may say why no other is to be sent. `more` are the other fields of `into`.
    Raises: ToolError for a preview in which a record is refused: then none is to be sent.
    """
    under_way = asyncio.Semaphore(1 if one_at_a_time else AT_A_TIME)
    stopped: list[str] = []

    async def one(write: Write) -> _Done:
        async with under_way:
            if stopped:
                return _Done(write, error=NotSentError(stopped[0]))
            try:
                report = await write.send()
            except StockTrimError as error:
                return _Done(write, error=error)
            if stop_when is not None and report.status == "applied" and (why := stop_when(report)):
                stopped.append(why)
            return _Done(write, report)

    done = await asyncio.gather(*map(one, writes))
    if not any(one.was_sent for one in done):
        # Before anything is sent, every row must be meant: a list half applied is nobody's wish.
        refuse([Fault(one.write.key, str(one.error), one.write.line) for one in done if one.error is not None])
    outcomes = tuple(one.outcome() for one in done)
    said, warned = (
        [text for one in done if one.report is not None for text in one.report.warnings],
        (*warnings, *stopped),
    )
    return into(
        **_summed_up(outcomes, is_repeatable=any(one.may_be_repeated for one in done), is_warned=bool(said or warned)),
        changes=outcomes,
        warnings=tuple(dict.fromkeys([*warned, *said])),
        **more,
    )


class OneByOne:
    """Saves go one by one until one has shown that StockTrim keeps what is left out; then several at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._is_kept = False
        self._stopped: str | None = None

    def after(self, save: Callable[[], Awaitable[ChangeReport]]) -> Callable[[], Awaitable[ChangeReport]]:
        """The save of a product, when its turn has come. It raises NotSentError where another one emptied fields."""

        async def in_turn() -> ChangeReport:
            if self._is_kept:
                return await save()
            async with self._turn:
                if self._stopped is not None:
                    raise NotSentError(self._stopped)
                report = await save()
                if report.status == "preview":
                    # Nothing will be sent.
                    self._is_kept = True
                elif report.status == "applied":
                    self._stopped = emptied(report)
                    self._is_kept = self._stopped is None
                return report

        return in_turn


def emptied(report: ChangeReport) -> str | None:
    """That a save of a product emptied what nobody asked for, and that no other is sent therefore. None: it did not."""
    if not any(one.after in (None, "", ()) for one in report.besides):
        return None
    key = short(report.changes[0].key, NAME_SHOWN)
    mend = where_offered("undo_change", " undo_change puts them back.")
    return (
        f"StockTrim emptied fields of {key!r} that were to stay, so no other product was sent.{mend} From now on saves "
        "send whole records."
    )


def refuse(faults: Sequence[Fault]) -> None:
    """Raises: ToolError naming every row that cannot be meant; nothing where all can."""
    if not faults:
        return
    said = [f"{_place(one)}{one.said}" for one in faults[:MOST_FAULTS]]
    if (more := len(faults) - MOST_FAULTS) > 0:
        said.append(f"And {more} more.")
    raise ToolError("\n".join(["Nothing was done.", *said]) if len(said) > 1 else f"Nothing was done. {said[0]}")


def refuse_one(said: str) -> NoReturn:
    """Raises: ToolError."""
    raise ToolError(f"Nothing was done. {said}")


def fields_of(change: Change) -> tuple[str, ...]:
    """The fields of a change as people read them."""
    if change.kind == "delete":
        shown = [f"{one.field}: {value_of(one.before)}" for one in change.fields[:FIELDS_OF_DELETED]]
        more = len(change.fields) - len(shown)
        return (*shown, f"and {more} more fields") if more > 0 else tuple(shown)
    return tuple(_field(one, change) for one in change.fields)


def value_of(value: Any) -> str:
    """One value as people read it, whole: what is shown is what is sent."""
    if value is None or value == "" or value == ():
        return EMPTY
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return exact(value)
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        record = cast(Mapping[str, Any], value)
        return ", ".join(f"{name} {value_of(one)}" for name, one in record.items() if one is not None)
    if isinstance(value, tuple | list):
        return "; ".join(value_of(one) for one in cast(Sequence[Any], value))
    text = str(value)
    # Blanks at its ends would not be seen, and a text may say that there is none.
    return repr(text) if text != text.strip() or text == EMPTY else text


def _moment(value: datetime) -> str:
    if not value.time():
        return value.date().isoformat()
    return (
        f"{value:%Y-%m-%d %H:%M} UTC"
        if not (value.second or value.microsecond)
        else f"{value:%Y-%m-%d %H:%M:%S.%f} UTC"
    )


def _field(one: FieldChange, change: Change) -> str:
    if change.kind == "create":
        return f"{one.field}: {value_of(one.after)}"
    before = "(not shown)" if change.unread else value_of(one.before)
    return f"{one.field}: {before} -> {value_of(one.after)}"


def _place(fault: Fault) -> str:
    line = "" if fault.line is None else f"Line {fault.line}"
    if not fault.key:
        return f"{line}: " if line else ""
    return f"{line} ({short(fault.key)!r}): " if line else f"{short(fault.key)!r}: "


class _Done(NamedTuple):
    """How one write ended: with a report or with an error."""

    write: Write
    report: ChangeReport | None = None
    error: StockTrimError | None = None

    @property
    def was_sent(self) -> bool:
        """Whether something was on its way to StockTrim; that all is so already is none the less an end."""
        if self.report is not None:
            return self.report.status not in ("preview", "unchanged")
        return self.error is not None and self.error.change_id is not None

    @property
    def may_be_repeated(self) -> bool:
        """Whether the same write may be made yet: it was not sent, and nobody said no to it."""
        is_no = isinstance(self.error, RefusedError) and not isinstance(self.error, BusyError | ServiceError)
        return self.error is not None and not is_no

    def outcome(self) -> RecordOutcome:
        if self.report is None:
            return RecordOutcome(
                key=self.write.key,
                noun=self.write.noun,
                outcome=_after(self.error),
                change_id=self.error.change_id if self.error else None,
                said=str(self.error),
            )
        change = next(iter(self.report.changes), None)
        if change is None:
            return RecordOutcome(key=self.write.key, noun=self.write.noun, outcome="unchanged")
        fields, is_planned = (self.write.fields or fields_of)(change), self.report.status == "preview"
        return RecordOutcome(
            key=change.key,
            noun=change.noun,
            name=None if change.name is None else short(change.name),
            kind=change.kind,
            outcome=_ENDED.get(self.report.status, "applied"),
            fields=fields if is_planned else tuple(short(one, LONGEST_FIELD) for one in fields),
            change_id=next(iter(self.report.change_ids), None),
        )


_ENDED: Mapping[str, RecordStatus] = {"preview": "planned", "not_applied": "not_applied"}
"""What a report that is no success says of its record."""

_NOT_MADE: Sequence[RecordStatus] = ("refused", "not_sent", "not_applied")


def _after(error: StockTrimError | None) -> RecordStatus:
    """What an error leaves: without a journal entry, nothing was on its way."""
    if isinstance(error, OutcomeUnknownError):
        return "unknown"
    if isinstance(error, UnexpectedAnswerError) and error.change_id is not None:
        return "unknown"
    return "not_sent" if error is None or isinstance(error, NotSentError) or error.change_id is None else "refused"


def _summed_up(outcomes: Sequence[RecordOutcome], *, is_repeatable: bool, is_warned: bool) -> dict[str, Any]:
    """The status of a call, its message, and by what it can be taken back."""
    count = Counter(one.outcome for one in outcomes)
    applied, unknown, unmade = count["applied"], count["unknown"], sum(count[one] for one in _NOT_MADE)
    if count["planned"]:
        return {"status": "preview", "message": "Nothing has been changed yet."}
    if not applied and not unknown and not unmade:
        return {
            "status": "unchanged",
            "message": "All is so already: nothing is to be changed, and nothing was sent.",
        }
    moved = [one for one in outcomes if one.outcome in ("applied", "unknown")]
    undo_id = batch.get() if any(one.noun not in NEVER for one in moved) else None
    said: list[str] = []
    if applied:
        of = f" of {applied + unknown + unmade}" if unknown or unmade else ""
        took = "change was" if applied == 1 and not of else "changes were"
        so_already = f"; {count['unchanged']} had nothing to change" if count["unchanged"] else ""
        said.append(f"{applied}{of} {took} made in StockTrim{so_already}.")
        if undo_id is not None:
            how = "takes all of it back" if all(map(_comes_back, moved)) else _as_far(is_warned)
            said.append(where_offered("undo_change", f"undo_change with undo_id {undo_id} {how}.", ""))
    if unknown:
        known = where_offered("list_changes", "list_changes looks again later", "look in StockTrim")
        said.append(
            f"Of {unknown} it is not known whether it was made: do not repeat it; {known}, and see what is "
            "said beside it."
        )
    if count["not_applied"]:
        said.append(
            f"{count['not_applied']} not made although StockTrim said yes: read back, the record is as it was before."
        )
    if failed := unmade - count["not_applied"]:
        again = "; the same call again does only what is left" if is_repeatable else ""
        said.append(f"{failed} not made, as said beside each{again}.")
    if not unmade and not unknown:
        status: Status = "applied"
    elif applied:
        status = "partly_applied"
    else:
        status = "unknown" if unknown else "refused"
    return {"status": status, "message": " ".join(filter(None, said)), "undo_id": undo_id}


def _comes_back(one: RecordOutcome) -> bool:
    """Whether undoing leaves nothing of a change: of what was deleted something is always lost, and stock
    set here no longer follows orders."""
    if one.kind in (None, "delete") or one.noun in NEVER or one.noun == "sale" or one.noun.startswith("stock"):
        return False
    return not (one.kind == "create" and one.noun in UNDELETABLE)


def _as_far(is_warned: bool) -> str:
    return f"takes it back as far as StockTrim can: {'see the warnings' if is_warned else 'its preview says how far'}"
