"""What every writing tool answers, and how it carries out its writes: each by itself, none hidden behind another.

A tool says which records are to become what. Whether that is shown first, asked or done is decided around it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, NamedTuple, NoReturn, TypeVar, cast

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field, WithJsonSchema

from stocktrim_client import ChangeReport, NotSentError, OutcomeUnknownError, StockTrimError, UnexpectedAnswerError
from stocktrim_client.changes import Change, FieldChange, Kind, batch
from stocktrim_client.models import Model
from stocktrim_client.undo import NEVER
from stocktrim_mcp_server.answers import LIST, number
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, short
from stocktrim_mcp_server.planning.nearest import where_offered

MOST_RECORDS = 50
"""Records of one call."""

AT_A_TIME = 4
"""Writes under way at once: StockTrim's limits are not known, and questions must not wait behind them."""

MOST_FAULTS = 20
"""Of rows that cannot be meant, said at once."""

FIELDS_OF_DELETED = 8
LONGEST_VALUE = 200

Status = Literal["preview", "applied", "unchanged", "partly_applied", "unknown", "refused", "declined"]
RecordStatus = Literal["planned", "applied", "unchanged", "refused", "unknown", "not_sent"]


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
    if any(one.report is not None and one.report.status == "preview" for one in done) or all(
        one.error is not None and one.error.change_id is None for one in done
    ):
        # Before anything is sent, every row must be meant: a list half applied is nobody's wish.
        refuse([Fault(one.write.key, str(one.error), one.write.line) for one in done if one.error is not None])
    outcomes = tuple(one.outcome() for one in done)
    said = [text for one in done if one.report is not None for text in one.report.warnings]
    return into(
        **_summed_up(outcomes),
        changes=outcomes,
        warnings=tuple(dict.fromkeys([*warnings, *stopped, *said])),
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
        return tuple(shown)
    return tuple(_field(one, change) for one in change.fields)


def value_of(value: Any) -> str:
    """One value as people read it."""
    if value is None or value == "" or value == ():
        return "(empty)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M UTC") if value.time() else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        record = cast(Mapping[str, Any], value)
        return ", ".join(f"{name} {value_of(one)}" for name, one in record.items() if one is not None)
    if isinstance(value, tuple | list):
        return short("; ".join(value_of(one) for one in cast(Sequence[Any], value)), LONGEST_VALUE)
    return short(str(value), LONGEST_VALUE)


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
        shown = self.write.fields or fields_of
        return RecordOutcome(
            key=change.key,
            noun=change.noun,
            name=None if change.name is None else short(change.name),
            kind=change.kind,
            outcome=_ENDED.get(self.report.status, "applied"),
            fields=shown(change),
            change_id=next(iter(self.report.change_ids), None),
        )


_ENDED: Mapping[str, RecordStatus] = {"preview": "planned", "not_applied": "refused"}
"""What a report that is no success says of its record: that StockTrim said yes and did nothing is a no as well."""


def _after(error: StockTrimError | None) -> RecordStatus:
    """What an error leaves: without a journal entry, nothing was on its way."""
    if isinstance(error, OutcomeUnknownError):
        return "unknown"
    if isinstance(error, UnexpectedAnswerError) and error.change_id is not None:
        return "unknown"
    return "not_sent" if error is None or isinstance(error, NotSentError) or error.change_id is None else "refused"


def _summed_up(outcomes: Sequence[RecordOutcome]) -> dict[str, Any]:
    """The status of a call, its message, and by what it can be taken back."""
    count = {status: sum(one.outcome == status for one in outcomes) for status in ("planned", "applied", "unknown")}
    failed = sum(one.outcome in ("refused", "not_sent") for one in outcomes)
    if count["planned"]:
        return {"status": "preview", "message": "Nothing has been changed yet."}
    if not count["applied"] and not count["unknown"] and not failed:
        return {
            "status": "unchanged",
            "message": "All is so already: nothing is to be changed, and nothing was sent.",
        }
    moved = [one.noun for one in outcomes if one.outcome in ("applied", "unknown")]
    undo_id = batch.get() if any(noun not in NEVER for noun in moved) else None
    said: list[str] = []
    if count["applied"]:
        of = "" if count["applied"] == len(outcomes) else f" of {len(outcomes)}"
        took = "change was" if count["applied"] == 1 and not of else "changes were"
        said.append(f"{count['applied']}{of} {took} made in StockTrim.")
        if undo_id is not None:
            said.append(where_offered("undo_change", f"undo_change with undo_id {undo_id} takes all of it back.", ""))
    if count["unknown"]:
        known = where_offered("list_changes", "list_changes looks again later", "look in StockTrim")
        said.append(
            f"Of {count['unknown']} it is not known whether it was made: do not repeat it; {known}, and see what is "
            "said beside it."
        )
    if failed:
        said.append(f"{failed} not made, as said beside each; the same call again does only what is left.")
    if not failed and not count["unknown"]:
        status: Status = "applied"
    elif count["applied"]:
        status = "partly_applied"
    else:
        status = "unknown" if count["unknown"] else "refused"
    return {"status": status, "message": " ".join(filter(None, said)), "undo_id": undo_id}
