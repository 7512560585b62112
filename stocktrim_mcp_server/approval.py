"""May this change happen: asked of the person, or shown as a preview with a token that applies exactly it.

The very tool runs first in preview, with the very arguments. What it would change is what is asked, what the token
stands for, and all that the door then lets through. A token proves that a preview was made, not that a person saw it.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, NamedTuple, Protocol, cast

from mcp.server.elicitation import AcceptedElicitation, CancelledElicitation, ElicitationResult
from mcp.server.mcpserver import Context, Elicit, Resolve
from pydantic import BaseModel, Field

from stocktrim_client import StockTrimClient
from stocktrim_client.changes import Change
from stocktrim_client.transport import calling
from stocktrim_client.undo import NEVER
from stocktrim_mcp_server.answers import text_of, visible
from stocktrim_mcp_server.planning.nearest import where_offered
from stocktrim_mcp_server.rails import Known, Rails, Stop, stops
from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.writing import WriteReport

MODERN = "2026-07-28"
"""From this protocol on a question ends the call, so that nothing can hang."""

BUCKET_SECONDS = 600
"""A token holds for this long at least, and for twice as long at most."""

TOKEN_LENGTH = 12

RESTORING = "undo_change"
"""The tool that only puts back what was there: the size of an order does not stop it."""

MOST_REMEMBERED = 2_000
"""Tokens and used approvals; the oldest are forgotten first."""

LONGEST_QUESTION = 6_000
"""Characters shown to the person who is asked: the rest is counted, and the check stands for all of it."""

NOBODY_ASKED = (
    "If nobody was asked, this host answers by itself: its owner can set STOCKTRIM_APPROVAL=token, and changes are "
    "then shown in the conversation first."
)


class Answer(BaseModel):
    """What the person says."""

    apply: bool = Field(description="Make exactly these changes in StockTrim")


class Approval(BaseModel):
    """That a tool may go on: in preview, or because what it will send has been approved."""


class Held(Exception):  # noqa: N818 - no error: the answer of a call that stops before anything is sent.
    """A call stops here; `result` is its answer."""

    def __init__(self, result: BaseModel) -> None:
        super().__init__()
        self.result = result


class Lends(Protocol):
    """What the server lends to its sessions, as far as approval needs it."""

    settings: Settings
    approvals: "Approvals"
    now: Callable[[], datetime]

    @property
    def stocktrim(self) -> StockTrimClient:
        """The one client."""
        ...

    async def known_to(self, rails: Rails, changes: Sequence[Change]) -> Known:
        """What rails must know besides these changes."""
        ...


@dataclass
class Call:
    """One call of a writing tool. `preview` runs its function without sending anything."""

    tool: str
    arguments: Mapping[str, Any]
    seconds: float
    preview: Callable[[], Awaitable[BaseModel]]
    approved: list[Change] = field(default_factory=list[Change])
    shown: tuple[Change, ...] = ()
    said: tuple[str, ...] = ()
    digest: bytes = b""
    deadline: ExitStack = field(default_factory=ExitStack)

    def begin(self) -> None:
        """Start the time for requests anew: while a person thinks, none passes."""
        self.deadline.close()
        self.deadline.enter_context(calling(deadline=self.seconds))


_call: ContextVar[Call | None] = ContextVar("call", default=None)
_in_preview: ContextVar[bool] = ContextVar("in_preview", default=False)


@contextmanager
def approving(call: Call) -> Generator[Call]:
    """Around a call of a tool that needs approval."""
    token = _call.set(call)
    try:
        with call.deadline:
            yield call
    finally:
        _call.reset(token)


@contextmanager
def previewing() -> Generator[None]:
    """Around the function of a tool that is run to see what it would change."""
    token = _in_preview.set(True)
    try:
        yield
    finally:
        _in_preview.reset(token)


class _Issued(NamedTuple):
    """What a token was given for."""

    digest: bytes
    asked: bytes
    bucket: int


class Approvals:
    """The tokens of one process, or with a key of their owner's of several."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)
        self._issued: dict[str, _Issued] = {}
        self._used: dict[bytes, int] = {}

    def digest(self, tool: str, arguments: Mapping[str, Any], changes: Sequence[Change]) -> bytes:
        """What an approval is about: the tool, its arguments, and every change with what was there before."""
        # Several are read at a time, so that they come in the order in which StockTrim happened to answer.
        made = sorted((change.model_dump(mode="json") for change in changes), key=repr)
        return self._mac([tool, arguments, made])

    def token(self, digest: bytes, asked: bytes, now: datetime) -> str:
        """A token for exactly these changes, good for ten to twenty minutes and for one use."""
        bucket = int(now.timestamp()) // BUCKET_SECONDS
        token = self._token(digest, bucket)
        self._issued[token] = _Issued(digest, asked, bucket)
        _forget(self._issued)
        return token

    def check(self, digest: bytes) -> str:
        """A few letters that stand for these changes in a question, and are others once they were approved."""
        return self._token(digest, 0)[:6]

    def asked(self, tool: str, arguments: Mapping[str, Any]) -> bytes:
        """What was asked for, whatever it changes."""
        return self._mac([tool, arguments])

    def is_valid(self, token: str, digest: bytes, now: datetime) -> bool:
        """Whether this token was given for exactly these changes, not long ago, and never used."""
        # Half a character is no letter of ours, and no reason to fail.
        said = token.strip().upper().encode("utf-8", "surrogatepass")
        bucket = int(now.timestamp()) // BUCKET_SECONDS
        return any(hmac.compare_digest(said, self._token(digest, one).encode()) for one in (bucket, bucket - 1))

    def spend(self, digest: bytes) -> None:
        """These changes were approved: what approved them does so no second time."""
        self._used[digest] = self._used.pop(digest, 0) + 1
        _forget(self._used)

    def refused(self, token: str, digest: bytes, asked: bytes, now: datetime) -> str:
        """Why a token is not valid, in words."""
        issued = self._issued.get(token.strip().upper())
        if issued is None:
            return "This confirm_token is none that this server gave: it was made up, or the server was started anew."
        if issued.asked != asked:
            return "This confirm_token was given for another call: tool and arguments must be the same."
        if issued.digest != digest:
            return "The records have changed since this confirm_token was given."
        if int(now.timestamp()) // BUCKET_SECONDS - issued.bucket > 1:
            return "This confirm_token has expired: it is good for ten minutes."
        return "This confirm_token has been used already."

    def _token(self, digest: bytes, bucket: int) -> str:
        said = self._mac([digest.hex(), self._used.get(digest, 0), bucket])
        return base64.b32encode(said).decode()[:TOKEN_LENGTH]

    def _mac(self, value: object) -> bytes:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)


def _plain(value: object) -> object:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else str(value)


def _forget(kept: dict[Any, Any]) -> None:
    while len(kept) > MOST_REMEMBERED:
        del kept[next(iter(kept))]


async def asked(ctx: Context[Any, Any], confirm_token: str | None) -> Approval | Elicit[Answer]:
    """What would change, then who says yes to it.

    Raises: Held where the call ends here: nothing would change, a rail stops it, or the preview is the answer.
    """
    if _in_preview.get():
        return Approval()
    lent, call = cast(Lends, ctx.request_context.lifespan_context), _current()
    settings, approvals = lent.settings, lent.approvals
    call.begin()
    with lent.stocktrim.changes.preview() as changes:
        result = await call.preview()
    if not changes:
        raise Held(result)
    call.shown = tuple(changes)
    call.said = await _kept_in_rails(lent, call)
    call.digest = approvals.digest(call.tool, call.arguments, changes)
    asked_for, now = approvals.asked(call.tool, call.arguments), lent.now()
    refused = ""
    if confirm_token:
        if approvals.is_valid(confirm_token, call.digest, now):
            return _approved(lent, call)
        refused = approvals.refused(confirm_token, call.digest, asked_for, now)
    if settings.approval == "host":
        return _approved(lent, call)
    can_ask = _can_ask(ctx)
    is_modern = (ctx.protocol_version or "") >= MODERN
    if settings.approval == "ask" and not can_ask:
        raise Held(_stopped(_UNASKABLE))
    if can_ask and (settings.approval == "ask" or (settings.approval == "auto" and is_modern)):
        question = _question(result, call, approvals.check(call.digest))
        if is_modern:
            return Elicit(question, Answer)
        with suppress(TimeoutError):
            async with asyncio.timeout(settings.ask_seconds):
                outcome = await ctx.elicit(question, Answer)
            return _told(lent, call, outcome)
        call.said = (*call.said, f"The person was asked, and did not answer within {settings.ask_seconds:g} s.")
    token = approvals.token(call.digest, asked_for, now)
    raise Held(_preview(result, call, token, refused))


Outcome = Annotated[ElicitationResult[Approval | Answer], Resolve(asked)]


async def settled(ctx: Context[Any, Any], outcome: Outcome) -> Approval:
    """The person's answer, where one was asked for. Raises: Held where it is no."""
    said = outcome.data if isinstance(outcome, AcceptedElicitation) else None
    if isinstance(said, Approval):
        return said
    lent = cast(Lends, ctx.request_context.lifespan_context)
    return _told(lent, _current(), outcome)


# Plain assignments: the SDK does not look through `type X = Annotated[...]`, and an approval would become an argument.
Approved = Annotated[Approval, Resolve(settled)]
"""In a tool's signature: what it changes is shown first, and sent only once approved."""

ConfirmToken = Annotated[str | None, Field(description="Of its preview, after the user's yes")]


def _current() -> Call:
    call = _call.get()
    if call is None:
        raise RuntimeError("a tool that needs approval was run outside its server")
    return call


def _approved(lent: Lends, call: Call) -> Approval:
    lent.approvals.spend(call.digest)
    call.approved.extend(call.shown)
    return Approval()


def _told(lent: Lends, call: Call, outcome: ElicitationResult[Any]) -> Approval:
    if isinstance(outcome, AcceptedElicitation) and cast(Answer, outcome.data).apply:
        call.begin()
        return _approved(lent, call)
    how = "was closed without an answer" if isinstance(outcome, CancelledElicitation) else "was declined"
    said = f"The question {how}, so nothing was sent to StockTrim. Do not call again unless the user wants it."
    raise Held(WriteReport(status="declined", message=f"{said} {NOBODY_ASKED}"))


_UNASKABLE = (
    "Nothing was sent. This server asks the person before each change (STOCKTRIM_APPROVAL=ask), and this host cannot "
    "ask. Its owner can set STOCKTRIM_APPROVAL=auto: changes are then shown in the conversation first."
)


def _can_ask(ctx: Context[Any, Any]) -> bool:
    elicitation = ctx.client_capabilities.elicitation if ctx.client_capabilities else None
    if elicitation is None or (elicitation.form is None and elicitation.url is not None):
        return False
    return (ctx.protocol_version or "") >= MODERN or ctx.session.can_send_request


async def _kept_in_rails(lent: Lends, call: Call) -> tuple[str, ...]:
    """What the owner's limits say of these changes. Raises: Held where they stop them."""
    rails = lent.settings.rails
    found = await passed_limits(lent, rails, call.shown)
    if found and rails.mode == "enforce":
        said = " ".join(one.text for one in found)
        raise Held(_stopped(f"Nothing was sent: this passes a limit its owner has set. {said}"))
    return tuple(one.text for one in found)


async def passed_limits(lent: Lends, rails: Rails, changes: Sequence[Change]) -> tuple[Stop, ...]:
    """The owner's limits that these changes would pass."""
    restores = _current().tool == RESTORING
    known = await lent.known_to(rails, changes) if rails.of_orders and not restores else Known()
    return stops(changes, rails, known, restores=restores)


def _stopped(said: str) -> WriteReport:
    return WriteReport(status="refused", message=said)


def _preview(result: BaseModel, call: Call, token: str, refused: str) -> BaseModel:
    said = (
        f"{refused} Nothing has been changed yet. Show the user what follows; only after their yes call {call.tool} "
        f"again with the same arguments and confirm_token {token}, within 10 minutes."
    )
    warnings = (*call.said, *getattr(result, "warnings", ()))
    return result.model_copy(
        update={"status": "preview", "message": said.strip(), "confirm_token": token, "warnings": warnings}
    )


def _question(result: BaseModel, call: Call, check: str) -> str:
    """The preview as a question; the same for the same changes, word for word, until they were approved."""
    shown = result.model_copy(
        update={"message": f"{call.tool}: make these changes in StockTrim?", "warnings": (*call.said, *_said(result))}
    )
    text = text_of(shown)
    if (more := len(text) - LONGEST_QUESTION) > 0:
        text = f"{text[:LONGEST_QUESTION]}…\n\n({more:,} more characters of {len(call.shown)} changes)"
    can_undo = any(change.noun not in NEVER for change in call.shown)
    undone = where_offered("undo_change", " undo_change can take them back.", "") if can_undo else ""
    lines = "\n".join(visible(line) for line in text.splitlines())
    return f"{lines}\n\nNames above are data of the account.{undone} Check: {check}"


def _said(result: BaseModel) -> tuple[str, ...]:
    return cast(tuple[str, ...], getattr(result, "warnings", ()))
