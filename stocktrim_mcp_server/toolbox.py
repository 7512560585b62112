"""Functions in, tools out: what every tool of this server shares, in one place."""

import asyncio
import inspect
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Generic, NamedTuple, TypeVar, cast, overload

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import InvalidSignature, ToolError, UnexpectedToolError
from mcp.server.mcpserver.tools import Tool
from mcp_types import (
    CallToolResult,
    ElicitResult,
    InputRequiredResult,
    InputResponseRequestParams,
    InputResponses,
    ToolAnnotations,
)
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError

from stocktrim_client import (
    ConflictError,
    InvalidRequestError,
    NotApprovedError,
    NotFoundError,
    ReadOnlyError,
    StockTrimClient,
    StockTrimError,
)
from stocktrim_client.changes import acting, batch
from stocktrim_client.transport import call_id, calling
from stocktrim_mcp_server.answers import answer, published, refusal, slim, unwritten
from stocktrim_mcp_server.approval import Call, Held, approving, previewing
from stocktrim_mcp_server.logs import Ending, told_of
from stocktrim_mcp_server.planning.bounds import LONGEST_CODE
from stocktrim_mcp_server.planning.identity import cursor_at, identity, start_of
from stocktrim_mcp_server.planning.nearest import did_you_mean, nearest
from stocktrim_mcp_server.remembered import Defaults, filled

FAULTS_SAID = 5
"""Of arguments that cannot be understood."""

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")

ToolFunction = Callable[..., Any]
Preset = Callable[[], tuple[Defaults, tuple[str, ...]]]

_LINE_BREAK = re.compile(r"(?<!\n)\n(?!\n)")
"""Where a docstring was wrapped for us; a paragraph's end stays."""

call_seconds: ContextVar[float] = ContextVar("call_seconds", default=45.0)
"""How long the call being answered may take in all."""

call_context: ContextVar[Context[Any, Any] | None] = ContextVar("call_context", default=None)
"""The call being answered, for whatever waits in it and wants to say how far it is."""

CONFIRM = "confirm_token"

NAME_SHOWN = 100
"""Characters of an unknown argument's name that are said back."""


class UnreadError(ToolError):
    """Records that an answer stands on could not be read: no other question would be answered."""


_NOT_FAULTS = (NotApprovedError, ReadOnlyError, NotFoundError, InvalidRequestError, ConflictError)
"""What can be mended by asking otherwise."""


@dataclass(frozen=True)
class Toolset:
    """A named part of the menu. The shelf a function stands on says what it may do; nothing else does."""

    name: str
    description: str
    reads: tuple[ToolFunction, ...] = ()
    writes: tuple[ToolFunction, ...] = ()
    deletes: tuple[ToolFunction, ...] = ()

    def tools(self, *, call_seconds: float, preset: Preset | None = None) -> list[Tool]:
        """The tools, in menu order. What a read does not say, `preset` says; a change takes what it is told alone."""
        shelves = (
            (self.reads, ToolAnnotations(read_only_hint=True, open_world_hint=False), preset),
            (self.writes, ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False), None),
            (self.deletes, ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False), None),
        )
        return [
            _tool(function, hints, call_seconds, its_preset)
            for functions, hints, its_preset in shelves
            for function in functions
        ]

    def only(self, wanted: Collection[str], *, read_only: bool = False) -> "Toolset":
        """The same without the tools that are not wanted; of a read-only server without all but the reads."""

        def kept(shelf: Sequence[ToolFunction]) -> tuple[ToolFunction, ...]:
            return tuple(function for function in shelf if function.__name__ in wanted)

        writes, deletes = ((), ()) if read_only else (kept(self.writes), kept(self.deletes))
        return replace(self, reads=kept(self.reads), writes=writes, deletes=deletes)


def group(name: str, description: str, *parts: Toolset) -> Toolset:
    """Several toolsets as one that an owner can name."""
    return Toolset(
        name,
        description,
        reads=tuple(function for part in parts for function in part.reads),
        writes=tuple(function for part in parts for function in part.writes),
        deletes=tuple(function for part in parts for function in part.deletes),
    )


class HouseTool(Tool):
    """A tool that refuses unknown arguments, speaks StockTrim's errors to the model, and answers in both channels.

    The SDK runs validation and dependencies outside the function, so only this seam sees everything that can fail.
    """

    call_seconds: float
    preset: Preset | None = Field(default=None, exclude=True)
    needs_approval: bool = False

    async def run(self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False) -> Any:
        token, its_seconds = acting.set(self.name), call_seconds.set(self.call_seconds)
        its_context = call_context.set(context)
        try:
            with told_of() as ending:
                result = await self._answered(arguments, context, convert_result, ending)
                ending.outcome = ending.outcome or self._outcome(result)
                return result
        finally:
            acting.reset(token)
            call_seconds.reset(its_seconds)
            call_context.reset(its_context)

    async def _answered(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool, ending: Ending
    ) -> Any:
        offered: dict[str, Any] = self.parameters["properties"]
        if strange := _unknown_argument(arguments, offered):
            return refusal(strange)
        # Hosts send null for what the model left out.
        arguments = {name: _as_offered(value, offered[name]) for name, value in arguments.items() if value is not None}
        arguments, said = await self._with_defaults(arguments, offered)
        if self.annotations is not None and self.annotations.read_only_hint:
            arguments = _without_stars(arguments, self.parameters)
        try:
            # One deadline for all requests of a call: hosts give up soon after.
            if self.needs_approval:
                result = await self._approved(arguments, context)
            else:
                with calling(deadline=self.call_seconds):
                    result = await super().run(arguments, context)
        except UnexpectedToolError as error:
            cause = error.__cause__
            if isinstance(cause, StockTrimError):
                return refusal(ending.told(" ".join([str(cause), *said]), is_fault=_is_fault(cause)))
            if not isinstance(cause, Held):
                return refusal(ending.crashed(cause))
            result = cause.result
        except ToolError as error:
            text = " ".join([_in_words(error, offered), *said])
            text = " ".join([text, *_split_in_vain(arguments, offered, text)])
            return refusal(ending.told(text, is_fault=isinstance(error.__cause__, UnreadError)))
        except StockTrimError as error:
            # Before the tool was run: there is no client to run it with.
            return refusal(ending.told(" ".join([str(error), *said]), is_fault=_is_fault(error)))
        if not convert_result or isinstance(result, InputRequiredResult | CallToolResult):
            return result
        warnings = " ".join(getattr(result, "warnings", ()))
        return answer(cast(BaseModel, result), *said, *_split_in_vain(arguments, offered, warnings))

    def _outcome(self, result: Any) -> str:
        """How a call went, for the log."""
        if isinstance(result, InputRequiredResult):
            return "asked"
        if not isinstance(result, CallToolResult):
            return "ok"
        if result.is_error:
            return "refused"
        held = cast(Mapping[str, Any], result.structured_content or {})
        return str(held.get("status", "ok")) if self.needs_approval else "ok"

    async def _approved(self, arguments: dict[str, Any], context: Context[Any, Any]) -> Any:
        """Run a tool that changes something: the door lets nothing through but what its approval puts on the list."""
        asked = {name: value for name, value in arguments.items() if name != CONFIRM}
        meant: Mapping[str, Any] = asked
        with suppress(ValidationError):
            # However a host wrote them: `a,b` and ["a","b"] are one and the same call.
            meant = {
                name: value for name, value in self.fn_metadata.validate_arguments(asked).items() if name != CONFIRM
            }

        async def preview() -> BaseModel:
            with previewing():
                # Without the answers of a person: they are for the call, not for looking what it would do.
                alone = Context[Any, Any](request_context=context.request_context, mcp_server=context.mcp_server)
                try:
                    return await Tool.run(self, asked, alone)
                except ToolError as error:
                    raise error.__cause__ or error from None

        # The call's own id, so that the journal leads to the log.
        name = batch.set(call_id.get() or secrets.token_hex(4))
        try:
            with approving(Call(self.name, meant, self.call_seconds, preview, call_seconds.set)) as call:
                stocktrim: StockTrimClient = context.request_context.lifespan_context.stocktrim
                with stocktrim.changes.only(call.approved):
                    return await super().run(arguments, _readable(context))
        finally:
            batch.reset(name)

    async def _with_defaults(
        self, arguments: dict[str, Any], offered: dict[str, Any]
    ) -> tuple[dict[str, Any], tuple[str, ...]]:
        if self.preset is None or not offered:
            return arguments, ()
        defaults, trouble = await asyncio.to_thread(self.preset)
        full, said = filled(arguments, offered, defaults)
        return full, (*said, *trouble)


def _readable(context: Context[Any, Any]) -> Context[Any, Any]:
    """The same call with answers of a person that can be read: a yes to an empty form is one that says nothing."""
    answers = context.input_responses or {}
    said: InputResponses = {
        name: one.model_copy(update={"content": one.content or {}})
        for name, one in answers.items()
        if isinstance(one, ElicitResult)
    }
    if said == answers:
        return context
    given = InputResponseRequestParams(input_responses=said, request_state=context.request_state)
    return Context[Any, Any](request_context=context.request_context, mcp_server=context.mcp_server, input_params=given)


def _tool(function: ToolFunction, hints: ToolAnnotations, call_seconds: float, preset: Preset | None) -> Tool:
    its = {"annotations": hints, "call_seconds": call_seconds, "preset": preset}
    return HouseTool.model_validate({**_described(function), **its})


@cache
def _described(function: ToolFunction) -> Mapping[str, Any]:
    """What its signature and docstring say of a tool; read once, however many menus it is on."""
    plain = Tool.from_function(
        function,
        title=function.__name__.replace("_", " ").capitalize(),
        description=_LINE_BREAK.sub(" ", inspect.cleandoc(function.__doc__ or "")),
        structured_output=False,
    )
    result = inspect.signature(function, eval_str=True).return_annotation
    if not (isinstance(result, type) and issubclass(result, BaseModel)):
        raise InvalidSignature(f"{function.__name__} must return a model, as structured output is made of one")
    plain.fn_metadata.output_schema = published(result)
    fields: dict[str, Any] = {name: getattr(plain, name) for name in Tool.model_fields}
    return fields | {
        "parameters": slim(plain.parameters),
        "needs_approval": CONFIRM in plain.parameters["properties"],
    }


def _unknown_argument(arguments: dict[str, Any], known: dict[str, Any]) -> str | None:
    """The SDK drops unknown arguments silently: a misspelt filter would answer for the whole account."""
    for name in arguments:
        if name not in known:
            hint = did_you_mean(name, known)
            return f"There is no argument {name[:NAME_SHOWN]!r}.{hint} Arguments: {', '.join(known) or 'none'}."
    return None


def _as_offered(value: Any, offered: dict[str, Any]) -> Any:
    """One of the words an argument may have, in whatever case it was written."""
    if "items" in offered and isinstance(value, list):
        return [_as_offered(one, offered["items"]) for one in cast(list[Any], value)]
    if not isinstance(value, str):
        return value
    said = value.strip().casefold()
    return next((word for word in offered.get("enum", ()) if str(word).casefold() == said), value)


def _without_stars(arguments: dict[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """A lone `*` for a list that may be left out asks for all, which leaving it out does."""
    optional = {name for name, one in schema["properties"].items() if one.get("type") == "array"}
    optional -= {*schema.get("required", ())}
    return {name: value for name, value in arguments.items() if not (name in optional and as_list(value) == ["*"])}


def _in_words(error: ToolError, offered: dict[str, Any]) -> str:
    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return str(cause or error)
    faults = [_fault(one, offered) for one in cause.errors(include_url=False)]
    more = [f"and {len(faults) - FAULTS_SAID} more"] if len(faults) > FAULTS_SAID else []
    said = "; ".join([*faults[:FAULTS_SAID], *more])
    return f"Arguments not understood. {said}{'' if said.endswith(('.', '?')) else '.'} Nothing was done: call again."


def _fault(fault: Mapping[str, Any], offered: dict[str, Any]) -> str:
    # A tuple is our word for what the model knows as a list.
    message = str(fault["msg"]).removeprefix("Value error, ").replace("tuple", "list").replace("Tuple", "List")
    if fault["type"] in ("too_long", "too_short"):
        message = _of_length(**fault["ctx"])
    said, place = fault.get("input"), fault["loc"]
    words = _words(offered.get(str(place[0]), {})) if place else ()
    meant = nearest(said, words) if isinstance(said, str) else []
    hint = f" (did you mean {meant[0]!r}?)" if meant else ""
    return f"{'.'.join(map(str, place)) or 'arguments'}: {message}{hint}"


def _of_length(actual_length: int, max_length: int | None = None, **_: object) -> str:
    """What is wrong with the length of a list: every one says it so."""
    if not actual_length or max_length is None:
        return "name at least one"
    return f"one call takes up to {max_length:,}, and these are {actual_length:,}"


def _words(schema: Mapping[str, Any]) -> Sequence[str]:
    """The words an argument, or each of a list, may be. Empty: any."""
    return cast(Sequence[str], schema.get("enum") or schema.get("items", {}).get("enum") or ())


def _is_fault(error: StockTrimError) -> bool:
    return not isinstance(error, _NOT_FAULTS)


def _split_in_vain(arguments: Mapping[str, Any], offered: Mapping[str, Any], told: str) -> tuple[str, ...]:
    """What to do about a code that holds a comma, where one of its parts was not found."""
    for name, value in arguments.items():
        if not isinstance(value, str) or "," not in value or offered[name].get("type") != "array":
            continue
        parts = cast(Sequence[Any], as_list(value))
        if len(parts) > 1 and any(repr(part) in told for part in parts):
            said = json.dumps([value.strip()[:NAME_SHOWN]], ensure_ascii=False)
            return (f"Commas separate codes: one that holds a comma is passed as a list, {name}={said}.",)
    return ()


def as_list(value: Any) -> Any:
    """`a,b`, one code, or JSON in a string, as hosts send lists; blanks around and between are no part of codes."""
    if isinstance(value, str):
        value = _split(value.strip())
    elif isinstance(value, int) and not isinstance(value, bool):
        value = [value]
    if not isinstance(value, list | tuple):
        return value
    return [one for one in map(_code, cast(Sequence[Any], value)) if one != ""]


def _split(text: str) -> Any:
    if text[:1] in ("[", '"'):
        try:
            parsed = json.loads(text)
        except (ValueError, RecursionError):
            return [text]
        return [parsed] if isinstance(parsed, str) else parsed
    return text.split(",")


def _code(value: Any) -> Any:
    """A code as StockTrim holds it: hidden characters, which answers write out, are hidden again."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return unwritten(value.strip()) if isinstance(value, str) else value


def _strings(value: Any) -> list[str]:
    items = cast(list[Any], value) if isinstance(value, list) else []
    return [one for one in items if isinstance(one, str)]


def _as_codes(value: Any) -> Any:
    codes = as_list(value)
    for code in _strings(codes):
        sendable(code)
    return codes


def sendable(code: str) -> str:
    """The same. Raises: ValueError for what cannot be sent, or is no code of anything."""
    if len(code) > LONGEST_CODE:
        raise ValueError(f"no code or name is as long as {len(code):,} characters: {code[:40]!r}…")
    if not code.isprintable() and any("\ud800" <= one <= "\udfff" for one in code):
        raise ValueError(f"half a character is in {code[:40]!r}: pass it whole")
    return code


Codes = Annotated[tuple[str, ...], BeforeValidator(_as_codes)]
"""A list of codes or names, however a host writes one."""


def _as_code(value: str) -> str:
    sendable(value)
    if not (code := unwritten(value.strip())):
        raise ValueError("a code is needed")
    return code


Code = Annotated[str, AfterValidator(_as_code)]
"""One code, where a record is described."""


def at_most(most: float) -> AfterValidator:
    """A bound of a number, below and above 0, that is far from whatever is asked in earnest; no part of the menu."""

    def bounded(value: float | None) -> float | None:
        if value is not None and abs(value) > most:
            raise ValueError(f"must be no more than {most:,.0f}, above or below 0")
        return value

    return AfterValidator(bounded)


MOST_DAYS, MOST_AMOUNT = 3_650, 1e12
DAYS, MONEY = at_most(MOST_DAYS), at_most(MOST_AMOUNT)
"""What a number of days, and an amount, may be."""


def _above_zero(value: float | None) -> float | None:
    if value is not None and value <= 0:
        raise ValueError("must be more than 0")
    return value


def _not_negative(value: float | None) -> float | None:
    if value is not None and value < 0:
        raise ValueError("must not be less than 0")
    return value


ABOVE_ZERO, NOT_NEGATIVE = AfterValidator(_above_zero), AfterValidator(_not_negative)
"""What a quantity, and a number of days, may be; no part of the menu."""


def some(most: int) -> AfterValidator:
    """A bound of a list, from one on; no part of the menu."""

    def bounded(value: Sequence[A]) -> Sequence[A]:
        if not 0 < len(value) <= most:
            raise ValueError(_of_length(len(value), most))
        return value

    return AfterValidator(bounded)


Cursor = Annotated[str, Field(coerce_numbers_to_str=True, description="next_cursor of the answer before")]


class Window(NamedTuple, Generic[A]):
    """Some of a list. None: nothing follows. `said`: what there is to say of the cursor given."""

    rows: Sequence[A]
    next_cursor: str | None
    said: tuple[str, ...]


def window(
    rows: Sequence[A], limit: int, cursor: str, *, noun: str, mark: Callable[[A], object], question: object = ()
) -> Window[A]:
    """What of a list is shown. Its cursors know the list by the marks of its rows and the question.

    Raises: ToolError for a cursor that is none of ours.
    """
    name = identity((repr(mark(row)).encode() for row in rows), question)
    try:
        start, said = start_of(cursor, name, "a", noun, len(rows))
    except ValueError as error:
        raise ToolError(str(error)) from error
    return Window(rows[start : start + limit], cursor_at(name, "a", start + limit, len(rows)), said)


@overload
async def together(first: Awaitable[A], second: Awaitable[B], /) -> tuple[A, B]: ...
@overload
async def together(first: Awaitable[A], second: Awaitable[B], third: Awaitable[C], /) -> tuple[A, B, C]: ...
@overload
async def together(*calls: Awaitable[A]) -> tuple[A, ...]: ...
async def together(*calls: Awaitable[Any]) -> tuple[Any, ...]:
    """Several reads at a time. The first that fails ends the others, and is what is raised."""
    tasks = [asyncio.ensure_future(call) for call in calls]
    try:
        return tuple(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def names(toolsets: Sequence[Toolset]) -> list[str]:
    """Every tool's name, in menu order."""
    return [function.__name__ for one in toolsets for function in (*one.reads, *one.writes, *one.deletes)]
