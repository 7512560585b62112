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
import time
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Protocol, cast

from mcp.server.elicitation import AcceptedElicitation, CancelledElicitation, ElicitationResult
from mcp.server.mcpserver import Context, Elicit, Resolve
from mcp.shared.exceptions import MCPError
from pydantic import BaseModel, Field, model_validator

from stocktrim_client import StockTrimClient
from stocktrim_client.changes import Change, caller
from stocktrim_client.transport import calling
from stocktrim_mcp_server.answers import fits
from stocktrim_mcp_server.asking import RESTORING, Question, question_of, with_all
from stocktrim_mcp_server.calls import Calls
from stocktrim_mcp_server.rails import Known, Rails, Stop, stops
from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.writing import WriteReport

MODERN = "2026-07-28"
"""From this protocol on a question ends the call, so that nothing can hang."""

BUCKET_SECONDS = 600
"""A token holds for this long at least, and for twice as long at most."""

TOKEN_LENGTH = 12

MOST_REMEMBERED = 2_000
"""Tokens and used approvals; the oldest are forgotten first."""

MARK_SECONDS = 172_800.0
"""How long it is kept that an approval was used: longer than any token or answer is good."""

SLOW_SHARE = 0.25
"""Of a call's time: carrying out looks again, sends, and reads back, so a longer look leaves too little for it."""

TOO_SLOW_SHARE = 0.5
"""Of a call's time: after such a look nothing is begun, as not even what was looked at could be read again."""

NOBODY_ASKED = (
    "If nobody was asked, this host answers by itself: its owner can set STOCKTRIM_APPROVAL=token, and changes are "
    "then shown in the conversation first."
)


class Answer(BaseModel):
    """What the person says. Whatever is no clear yes is a no."""

    apply: bool = Field(description="Make exactly these changes in StockTrim")

    @model_validator(mode="before")
    @classmethod
    def _no_unless_yes(cls, said: Any) -> dict[str, bool]:
        apply = cast(Mapping[str, Any], said).get("apply") if isinstance(said, Mapping) else None
        return {"apply": apply is True or (isinstance(apply, str) and apply.strip().casefold() in ("true", "yes"))}


class Approval(BaseModel):
    """That a tool may go on: in preview, or because what it will send has been approved."""


# Raised to end a call before anything is sent, which is no error: it carries the answer.
class Held(Exception):  # noqa: N818 - no error: the answer of a call that stops before anything is sent.
    """A call stops here; `result` is its answer."""

    def __init__(self, result: BaseModel) -> None:
        super().__init__()
        self.result = result


class Lends(Protocol):
    """What the server lends to its sessions, as far as approval needs it."""

    settings: Settings
    approvals: "Approvals"
    calls: Calls
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
    """One call of a writing tool. `preview` runs its function without sending anything.

    Units: `seconds` it may take, `looked` the seconds that the preview took; `left` is told those left for sending.
    `times`: how often these very changes had been approved when they were looked at.
    """

    tool: str
    arguments: Mapping[str, Any]
    seconds: float
    preview: Callable[[], Awaitable[BaseModel]]
    left: Callable[[float], object] = lambda seconds: None
    approved: list[Change] = field(default_factory=list[Change])
    shown: tuple[Change, ...] = ()
    said: tuple[str, ...] = ()
    digest: bytes = b""
    times: int = 0
    looked: float = 0.0
    is_shown: bool = True
    deadline: ExitStack = field(default_factory=ExitStack)

    def begin(self) -> None:
        """Start the time for requests anew: while a person thinks, none passes."""
        self.deadline.close()
        self.deadline.enter_context(calling(deadline=self.seconds))


_call: ContextVar[Call | None] = ContextVar("call", default=None)
_in_preview: ContextVar[bool] = ContextVar("in_preview", default=False)


def was_shown() -> bool:
    """Whether what is carried out was shown before with its warnings; a host that answers by itself shows none."""
    call = _call.get()
    return call is not None and call.is_shown and not _in_preview.get()


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
    """The tokens of one process, or with keys of their owner's of several.

    The first key is the one in use; what was made with the others is still good, so that a key can be replaced. What
    was used is in memory; in `folder` for all that share the keys, a file each.
    """

    def __init__(self, *keys: bytes, folder: Path | None = None) -> None:
        self._keys = keys or (secrets.token_bytes(32),)
        self._folder = folder
        self._issued: dict[str, _Issued] = {}
        self._used: dict[bytes, int] = {}

    def digest(self, tool: str, arguments: Mapping[str, Any], changes: Sequence[Change]) -> bytes:
        """What an approval is about: who asked, the tool, its arguments, every change with what was there before."""
        # Several are read at a time, so that they come in the order in which StockTrim happened to answer.
        made = sorted((change.model_dump(mode="json") for change in changes), key=repr)
        return _hash([caller.get(), tool, arguments, made])

    def token(self, digest: bytes, asked: bytes, now: datetime) -> str:
        """A token for exactly these changes, good for ten to twenty minutes and for one use."""
        bucket = _bucket(now)
        token = _token(self._keys[0], digest, self.times(digest), bucket)
        self._issued[token] = _Issued(digest, asked, bucket)
        _forget(self._issued)
        return token

    def check(self, digest: bytes) -> str:
        """A few letters that stand for these changes in a question, and are others once they were approved."""
        # Without a key: servers that are just being given another one ask in the same words.
        return _letters(hashlib.sha256(f"{digest.hex()} {self.times(digest)}".encode()).digest())[:6]

    def asked(self, tool: str, arguments: Mapping[str, Any]) -> bytes:
        """Who asked for what, whatever it changes."""
        return _hash([caller.get(), tool, arguments])

    def is_valid(self, token: str, digest: bytes, now: datetime) -> bool:
        """Whether this token was given for exactly these changes, not long ago, and never used."""
        return self._is_of(token, digest, self.times(digest), now)

    def times(self, digest: bytes) -> int:
        """How often these very changes were approved."""
        if self._folder is None:
            return self._used.get(digest, 0)
        times = 0
        while _mark(self._folder, digest, times).exists():
            times += 1
        return times

    def spend(self, digest: bytes, times: int) -> bool:
        """These changes, approved so often before, were approved: what approved them does so no second time.

        False: it has done so already. Raises: OSError where that cannot be noted for the others.
        """
        if self._folder is not None:
            return _marked(self._folder, digest, times)
        if self._used.get(digest, 0) != times:
            return False
        self._used.pop(digest, None)
        self._used[digest] = times + 1
        _forget(self._used)
        return True

    def refused(self, token: str, digest: bytes, asked: bytes, now: datetime) -> str:
        """Why a token is not valid, in words."""
        if any(self._is_of(token, digest, times, now) for times in range(self.times(digest))):
            return "This confirm_token has been used already."
        issued = self._issued.get(token.strip().upper())
        if issued is None:
            return _STRANGE if self._folder is None else _STRANGE_TO_ALL
        if issued.asked != asked:
            return _ANOTHERS
        if issued.digest != digest:
            return "The records have changed since this confirm_token was given."
        return "This confirm_token has expired: it is good for ten minutes."

    def _is_of(self, token: str, digest: bytes, times: int, now: datetime) -> bool:
        # Half a character is no letter of ours, and no reason to fail.
        said = token.strip().upper().encode("utf-8", "surrogatepass")
        buckets = (_bucket(now), _bucket(now) - 1)
        good = [_token(key, digest, times, bucket) for key in self._keys for bucket in buckets]
        return any(hmac.compare_digest(said, one.encode()) for one in good)


_ANOTHERS = "This confirm_token was given for another call: who asks, tool and arguments must be the same."
_STRANGE = (
    "This confirm_token is none that this server gave: it was made up, the server was started anew, or another server "
    "gave it. Several behind one address must share a secret (STOCKTRIM_SECRET_FILE), or none knows what the others "
    "gave."
)
_STRANGE_TO_ALL = (
    "This confirm_token is not good for this: it was made up, it has expired, or the arguments or the records have "
    "changed since it was given."
)


def _bucket(now: datetime) -> int:
    return int(now.timestamp()) // BUCKET_SECONDS


def _token(key: bytes, digest: bytes, times: int, bucket: int) -> str:
    return _letters(hmac.digest(key, f"{digest.hex()} {times} {bucket}".encode(), hashlib.sha256))[:TOKEN_LENGTH]


def _letters(made: bytes) -> str:
    return base64.b32encode(made).decode()


def _mark(folder: Path, digest: bytes, times: int) -> Path:
    return folder / f"{digest.hex()}-{times}"


def _marked(folder: Path, digest: bytes, times: int) -> bool:
    """Note that an approval was used; False: somebody has noted it before. Raises: OSError where it cannot be."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in folder.iterdir():
        # Another server may have removed it by now.
        with suppress(OSError):
            if time.time() - one.stat().st_mtime > MARK_SECONDS:
                one.unlink()
    try:
        # Of several processes at one moment, one makes it.
        _mark(folder, digest, times).touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return False
    return True


def _hash(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


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
    result = await _looked(lent, call)
    asked_for, now = approvals.asked(call.tool, call.arguments), lent.now()
    refused = ""
    if confirm_token:
        if approvals.is_valid(confirm_token, call.digest, now):
            return _approved(lent, call)
        refused = approvals.refused(confirm_token, call.digest, asked_for, now)
    if settings.approval == "host":
        call.is_shown = False
        return _approved(lent, call)
    can_ask = _can_ask(ctx)
    is_modern = (ctx.protocol_version or "") >= MODERN
    if settings.approval == "ask" and not can_ask:
        raise Held(_stopped(_UNASKABLE))
    if can_ask and (settings.approval == "ask" or (settings.approval == "auto" and is_modern)):
        warnings = (*call.said, *_warnings(result))
        question = question_of(result, call.tool, call.shown, warnings, approvals.check(call.digest))
        if question.is_whole and is_modern:
            return Elicit(question.text, Answer)
        if question.is_whole:
            if (outcome := await _answered(ctx, lent, question)) is not None:
                return await _told_by_older(lent, call, outcome)
            call.said = (*call.said, f"The person was asked, and did not answer within {settings.ask_seconds:g} s.")
        else:
            # A token instead would let a call pass the person by being large.
            raise Held(_stopped(_unaskable_at_once(question)))
    token = approvals.token(call.digest, asked_for, now)
    raise Held(_preview(result, call, token, refused))


async def _looked(lent: Lends, call: Call) -> BaseModel:
    """What the call would change, noted in it. Raises: Held where that is nothing, or where a rail stops it."""
    begun = lent.now()
    with lent.stocktrim.changes.preview() as changes:
        result = await call.preview()
    if not changes:
        raise Held(result)
    call.shown = tuple(changes)
    call.said = await _kept_in_rails(lent, call)
    call.digest = lent.approvals.digest(call.tool, call.arguments, changes)
    call.times = lent.approvals.times(call.digest)
    call.looked = (lent.now() - begun).total_seconds()
    return with_all(result, changes)


async def _answered(ctx: Context[Any, Any], lent: Lends, question: Question) -> ElicitationResult[Answer] | None:
    """What a client of the older protocol answers. None: nothing in time. Raises: Held for what is no answer."""
    try:
        with lent.calls.waiting():
            async with asyncio.timeout(lent.settings.ask_seconds):
                return await ctx.elicit(question.text, Answer)
    except TimeoutError:
        return None
    except ValueError:
        # Accepted with nothing in it, or with what cannot be read.
        return AcceptedElicitation(data=Answer(apply=False))
    except MCPError as error:
        raise Held(_stopped(_NO_ANSWER)) from error


async def _told_by_older(lent: Lends, call: Call, outcome: ElicitationResult[Any]) -> Approval:
    """Its answer, if the records are still what the question was about: it may have stood open for long."""
    approval, before = _yes(outcome), call.digest
    call.begin()
    result = await _looked(lent, call)
    if call.digest == before:
        return _approved(lent, call, approval)
    raise Held(_preview(result, call, None, _MOVED))


Outcome = Annotated[ElicitationResult[Approval | Answer], Resolve(asked)]


async def settled(ctx: Context[Any, Any], outcome: Outcome) -> Approval:
    """The person's answer, where one was asked for. Raises: Held where it is no."""
    said = outcome.data if isinstance(outcome, AcceptedElicitation) else None
    if isinstance(said, Approval):
        return said
    return _approved(cast(Lends, ctx.request_context.lifespan_context), _current(), _yes(outcome))


# Plain assignments: the SDK does not look through `type X = Annotated[...]`, and an approval would become an argument.
Approved = Annotated[Approval, Resolve(settled)]
"""In a tool's signature: what it changes is shown first, and sent only once approved."""

ConfirmToken = Annotated[str | None, Field(description="Of its preview, after the user's yes")]


def _current() -> Call:
    call = _call.get()
    if call is None:
        raise RuntimeError("a tool that needs approval was run outside its server")
    return call


def _approved(lent: Lends, call: Call, approval: Approval | None = None) -> Approval:
    """Let these changes through. Raises: Held where there is no time left to make them; no yes is used up by it."""
    if call.looked > TOO_SLOW_SHARE * call.seconds:
        raise Held(_stopped(_too_slow(call)))
    # A host that is trusted with asking may have asked twice.
    if lent.settings.approval != "host" and (why := _used(lent.approvals, call)):
        raise Held(_stopped(why))
    call.approved.extend(call.shown)
    call.left(call.seconds - call.looked)
    return approval or Approval()


def _used(approvals: Approvals, call: Call) -> str:
    """Why what approved the call does so no more; empty: it did so for the first time."""
    try:
        is_first = approvals.spend(call.digest, call.times)
    except OSError as error:
        why = error.strerror or type(error).__name__
        return f"Nothing was sent. That this was approved cannot be noted ({why}), and it must not be used twice."
    return "" if is_first else "Nothing was sent here: what approved this was used by another call at the same time."


def _yes(outcome: ElicitationResult[Any]) -> Approval:
    """Raises: Held for everything but a yes."""
    if not isinstance(outcome, AcceptedElicitation):
        how = "was closed without an answer" if isinstance(outcome, CancelledElicitation) else "was declined"
    elif cast(Answer, outcome.data).apply:
        return Approval()
    else:
        how = "was sent back without a yes in it"
    said = f"The question {how}, so nothing was sent to StockTrim. Do not call again unless the user wants it."
    raise Held(WriteReport(status="declined", message=f"{said} {NOBODY_ASKED}"))


_UNASKABLE = (
    "Nothing was sent. This server asks the person before each change (STOCKTRIM_APPROVAL=ask), and this host cannot "
    "ask. Its owner can set STOCKTRIM_APPROVAL=auto: changes are then shown in the conversation first."
)
_NO_ANSWER = (
    "Nothing was sent. This server asks the person before each change (STOCKTRIM_APPROVAL=ask), and this host answered "
    "the question with an error. Its owner can set STOCKTRIM_APPROVAL=auto: changes are then shown in the conversation "
    "first."
)
_MOVED = (
    "While the question stood open the records changed, so the answer no longer fits and nothing was sent. What "
    "follows is how it would be now: call again, and the person is asked about that."
)


def _unaskable_at_once(question: Question) -> str:
    some = f"Call for about {question.fitting} at a time" if question.fitting else "Change less at a time"
    return (
        f"Nothing was sent. The person is asked before each change, and these {question.changes} changes do not fit "
        f"into one question, of which nothing may be left out. {some}."
    )


def _too_slow(call: Call) -> str:
    return (
        f"Nothing was sent. Only to look at these {len(call.shown)} records took {call.looked:.0f} of the "
        f"{call.seconds:.0f} s a call has, which leaves too little to change them and to see that it was done. Call "
        "for fewer at a time."
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


def _preview(result: BaseModel, call: Call, token: str | None, why: str) -> BaseModel:
    """The answer that shows what would be done. Without a token nothing can be done with it."""
    then = (
        ""
        if token is None
        else f"Nothing has been changed yet. Show the user what follows; only after their yes call {call.tool} again "
        f"with the same arguments and confirm_token {token}, within 10 minutes."
    )
    slow = (
        f"To look at these {len(call.shown)} records took {call.looked:.0f} of the {call.seconds:.0f} s a call has: "
        "what is not made in time is not sent. Better call for fewer at a time.",
    )
    warnings = (*call.said, *(slow if call.looked > SLOW_SHARE * call.seconds else ()), *_warnings(result))
    message = " ".join(filter(None, (why, then)))
    shown = result.model_copy(
        update={"status": "preview", "message": message, "confirm_token": token, "warnings": warnings}
    )
    if fits(shown):
        return shown
    # What an answer would have to cut nobody has seen, so nobody can say yes to it.
    return _stopped(
        f"Nothing was sent. These {len(call.shown)} changes are too long to be shown in one answer, and none is made "
        "that was not shown. Call for fewer at a time."
    )


def _warnings(result: BaseModel) -> tuple[str, ...]:
    return cast(tuple[str, ...], getattr(result, "warnings", ()))
