"""Plans of earlier days in small, so that a later one can say what has changed: in memory, and in a folder if given.

A kept plan is every row of the account at its time, whatever was asked for: only figures, without names and money.
"""

import contextlib
import json
import os
import re
import tempfile
import threading
import zlib
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from pydantic import Field, TypeAdapter, ValidationError

from stocktrim_client.models import Model
from stocktrim_mcp_server.planning.compare import Digest

MOST = 40
"""Plans kept; of one computation the oldest go first, then the oldest of all."""

LARGEST = 50_000_000
"""Bytes a kept plan may have once it is unpacked: more was not written by us."""

LONGEST_HEAD = 100_000
LAST = "last"

Lines = dict[str, tuple[float, ...]]
_LINES: TypeAdapter[Lines] = TypeAdapter(Lines, config={"defer_build": True})
_NAME = re.compile(r"[A-Z2-7]{10}")
_ENDING = ".plan"


class Question(Model):
    """What a plan was asked for, so that it can be computed again. Its places stand beside its name."""

    suppliers: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    horizon_days: int | None = None
    budget: float | None = None


class Kept(Model):
    """What a kept plan is known by."""

    plan_id: str
    kept_at: datetime = Field(description="UTC")
    as_of: datetime | None = Field(default=None, description="When StockTrim computed it, UTC")
    locations: tuple[str, ...] = Field(default=(), description="Codes; empty: the whole business")
    question: Question | None = Field(default=None, description="None: it was kept by an older version")


Packed = dict[str, tuple[Kept, bytes]]


class KeptPlans:
    """The last plans told, by plan_id. `folder` holds them for the next start, readable by the owner alone.

    Several threads may keep and find.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._packed: Packed = {}
        self._last: tuple[Lines, bytes] | None = None
        self._lock = threading.Lock()

    def keep(self, kept: Kept, lines: Lines) -> None:
        """Keep a plan, unless one of its name is kept already. Blocks.

        A folder that cannot be written to costs only what the next start would have known.
        """
        with self._lock:
            if kept.plan_id in self._packed:
                return
            # Plans of one reading differ in what was asked, not in their lines.
            last = self._last
            if last is None or last[0] is not lines:
                last = self._last = lines, zlib.compress(json.dumps(lines, separators=(",", ":")).encode(), 1)
            packed = last[1]
            self._packed[kept.plan_id] = kept, packed
            while len(self._packed) > MOST:
                del self._packed[_first_to_go([one for one, _ in self._packed.values()]).plan_id]
        if self._folder is not None:
            with contextlib.suppress(OSError):
                _write(self._folder, kept.plan_id, _head_of(kept) + b"\n" + packed)

    def find(self, said: str, locations: Sequence[str], before: datetime | None) -> tuple[Kept, Digest] | None:
        """The plan meant by its plan_id, by the day it was computed or the last before it, or by `last`. Blocks.

        By day and by `last` the newest of the same places that was computed before this time.
        None: none is kept, or what is kept cannot be read.
        """
        said, packed = said.strip(), self._as_now()
        if _NAME.fullmatch(said.upper()):
            found = [kept for kept in self._known(packed) if kept.plan_id == said.upper()]
        else:
            until = _day(said)
            found = [
                kept
                for kept in self._known(packed)
                if set(kept.locations) == set(locations)
                and kept.as_of is not None
                and (before is None or kept.as_of < before)
                and (until is None or kept.as_of.date() <= until)
            ]
        for kept in found:
            if (lines := self._lines(kept.plan_id, packed)) is not None:
                return kept, Digest(plan_id=kept.plan_id, as_of=kept.as_of, lines=lines)
        return None

    def known(self) -> list[Kept]:
        """What is kept, last computed first. Blocks."""
        return self._known(self._as_now())

    def named(self, plan_id: str) -> Kept | None:
        """What is known of a plan by its plan_id. Blocks. None: it is not kept."""
        wanted = plan_id.strip().upper()
        return next((kept for kept in self.known() if kept.plan_id == wanted), None)

    def _as_now(self) -> Packed:
        with self._lock:
            return dict(self._packed)

    def _known(self, packed: Packed) -> list[Kept]:
        held = {name: kept for name, (kept, _) in packed.items()}
        for path in () if self._folder is None else _files(self._folder):
            if path.stem not in held and (kept := _head(path)) is not None:
                held[path.stem] = kept
        return sorted(held.values(), key=lambda kept: (kept.as_of or kept.kept_at, kept.kept_at), reverse=True)

    def _lines(self, name: str, packed: Packed) -> Lines | None:
        if name in packed:
            return _unpacked(packed[name][1])
        if self._folder is None:
            return None
        try:
            return _unpacked((self._folder / f"{name}{_ENDING}").read_bytes().partition(b"\n")[2])
        except OSError:
            return None


def is_meant(said: str) -> bool:
    """Whether a text can name an earlier plan at all."""
    said = said.strip()
    return said.casefold() == LAST or bool(_NAME.fullmatch(said.upper())) or _day(said) is not None


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def account_folder(folder: Path, *secrets: str) -> Path:
    """A folder whose name stands for an account and tells nothing of its address and credentials."""
    # Here, since only a server with a folder needs what writes records into it, and every start would wait for it.
    from stocktrim_client.snapshot.filing import file_name

    return folder / Path(file_name(*secrets)).stem


def _unpacked(packed: bytes) -> Lines | None:
    try:
        return _LINES.validate_json(zlib.decompressobj().decompress(packed, LARGEST))
    except (zlib.error, ValidationError):
        return None


def _head_of(kept: Kept) -> bytes:
    """What is known of a plan on one line; a question too long to be read again is left out."""
    head = kept.model_dump_json().encode()
    return head if len(head) < LONGEST_HEAD else kept.model_copy(update={"question": None}).model_dump_json().encode()


def _head(path: Path) -> Kept | None:
    try:
        with path.open("rb") as file:
            return Kept.model_validate_json(file.readline(LONGEST_HEAD))
    except (OSError, ValidationError):
        return None


def _files(folder: Path) -> list[Path]:
    """The files that bear a plan's name, the newest first."""
    found: list[tuple[float, Path]] = []
    with contextlib.suppress(OSError):
        for path in folder.glob(f"*{_ENDING}"):
            # Another server may remove one while this one looks.
            with contextlib.suppress(OSError):
                if _NAME.fullmatch(path.stem):
                    found.append((path.stat().st_mtime, path))
    return [path for _, path in sorted(found, reverse=True)]


def put(path: Path, content: bytes) -> None:
    """Write a file for the owner alone, beside the old one and then in its place: a reader never meets half a file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, written = tempfile.mkstemp(dir=path.parent, suffix=".new")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        Path(written).replace(path)
    except OSError:
        Path(written).unlink(missing_ok=True)
        raise


def _write(folder: Path, name: str, packed: bytes) -> None:
    put(folder / f"{name}{_ENDING}", packed)
    paths = _files(folder)
    if len(paths) <= MOST:
        return
    # What cannot be read may be somebody else's, and is left alone.
    heads = [(path, head) for path in reversed(paths) if (head := _head(path)) is not None]
    while len(heads) > MOST:
        gone = _first_to_go([head for _, head in heads])
        at = next(at for at, (_, head) in enumerate(heads) if head is gone)
        heads.pop(at)[0].unlink(missing_ok=True)


def _first_to_go(kept: Sequence[Kept]) -> Kept:
    """Of plans, the oldest first, one of which a later one tells the same; else the oldest.

    So that many questions of one day do not push out the plan of last week.
    """
    later: set[object] = set()
    twice: Kept | None = None
    for one in reversed(kept):
        key = one.as_of, frozenset(one.locations)
        twice = one if key in later else twice
        later.add(key)
    return kept[0] if twice is None else twice
