"""What was written to StockTrim, kept line by line: the intent before a change is sent, the outcome after it.

Nothing is ever rewritten or renamed, so that neither a kill nor a second process can harm what is there. A line that a
kill tore stays as it is: the next one begins on a line of its own, and readers skip what they cannot read.
"""

import asyncio
import contextlib
import errno
import json
import os
import re
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

Record = Mapping[str, Any]

LARGEST_FILE = 8_000_000
"""A file this large is followed by another part of the same month."""
MOST_IN_MEMORY = 20_000
"""Lines of a journal that is kept in memory; the oldest go first."""

_NAME = re.compile(r"changes-(\d{4}-\d{2})(?:-(\d{1,6}))?\.jsonl")


class Part(NamedTuple):
    """One file: a month, and which of its files."""

    month: str
    number: int

    @property
    def name(self) -> str:
        """The first part is named by its month alone."""
        return f"changes-{self.month}{f'-{self.number}' if self.number > 1 else ''}.jsonl"


class Place(NamedTuple):
    """Somewhere in the files: between two lines."""

    part: Part
    bytes: int


NOWHERE = Place(Part("", 1), 0)
"""Before every line there will ever be."""


class Journal(Protocol):
    """Where intents and outcomes are kept."""

    async def append(self, entry: Record) -> None:
        """Keep one entry; it is safe on disk when this returns."""
        ...

    def read(self, since: datetime | None = None) -> Iterator[Record | None]:
        """What was kept, the newest first, at most one file of it in memory; blocks.

        Entries of before `since` may be among them. None: a line that cannot be read.
        """
        ...


class MemoryJournal:
    """A journal that is gone with its process, for a sandbox."""

    def __init__(self) -> None:
        self._lines: deque[bytes] = deque(maxlen=MOST_IN_MEMORY)

    async def append(self, entry: Record) -> None:
        """Keep one entry, in words that a file would hold as well."""
        self._lines.append(_line(entry))

    def read(self, since: datetime | None = None) -> Iterator[Record | None]:
        """Every entry, the newest first."""
        return (_read(line) for line in reversed(tuple(self._lines)))


class FileJournal:
    """A folder with a file of JSON lines for each month, readable by the owner alone."""

    def __init__(
        self,
        folder: Path,
        *,
        largest: int = LARGEST_FILE,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._folder = folder
        self._largest = largest
        self._now = now
        self._lock = threading.Lock()
        self._part = Part("", 1)
        self.followed: Place | None = None
        """How far the lines of other processes have been looked at. None: nobody asks."""

    def has_news(self) -> bool:
        """Whether there are lines behind `followed`; where nobody has asked before, from now on."""
        last = self._end()
        if self.followed is None:
            self.followed = last
        return last != self.followed

    def news(self) -> tuple[list[Record], Place | None]:
        """The lines behind `followed` that can be read, the oldest first, and how far they go. Blocks."""
        entries: list[Record] = []
        place = self.followed or NOWHERE
        for part in sorted(part for part in self._parts() if part >= place.part):
            start = place.bytes if part == place.part else 0
            try:
                with (self._folder / part.name).open("rb") as file:
                    file.seek(start)
                    content = file.read()
            except OSError:
                break
            # What has no end yet is being written.
            whole = content[: content.rfind(b"\n") + 1]
            entries += [entry for line in whole.split(b"\n") if (entry := _read(line)) is not None]
            place = Place(part, start + len(whole))
        return entries, place

    async def append(self, entry: Record) -> None:
        """Keep one entry; it is safe on disk when this returns.

        Raises: OSError where it cannot be written.
        """
        await asyncio.to_thread(self._append, _line(entry))

    def read(self, since: datetime | None = None) -> Iterator[Record | None]:
        """What was kept, the newest file first and of it the newest line; months before `since` are left out.

        None: a line, or a whole file, that cannot be read.
        """
        first = f"{since.astimezone(UTC):%Y-%m}" if since else ""
        for part in sorted(self._parts(), reverse=True):
            if part.month < first:
                return
            try:
                lines = self._content(part).split(b"\n")
            except OSError:
                yield None
                continue
            while lines:
                if line := lines.pop().strip():
                    yield _read(line)

    def _content(self, part: Part) -> bytes:
        with (self._folder / part.name).open("rb") as file:
            content = file.read()
            if not content.endswith(b"\n"):
                # Half of what another process is just writing, or of what a kill has left for good.
                with _alone(file.fileno()):
                    file.seek(0)
                    content = file.read()
        return content

    def _append(self, line: bytes) -> None:
        # Windows has no appending that is one step; there, even threads would write over each other.
        with self._lock:
            month = f"{self._now().astimezone(UTC):%Y-%m}"
            if self._part.month != month:
                self._part = max((part for part in self._parts() if part.month == month), default=Part(month, 1))
            while not self._written(self._part, line):
                self._part = Part(month, self._part.number + 1)

    def _written(self, part: Part, line: bytes) -> bool:
        """Put one line at the end of a file and on the disk; False where the file is full."""
        path = self._folder / part.name
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags, 0o600)
        try:
            with _alone(descriptor):
                size = os.fstat(descriptor).st_size
                if size >= self._largest:
                    return False
                if size and not _ends_a_line(descriptor):
                    # Torn by a kill, or by a full disk: what is there must not run into ours.
                    line = b"\n" + line
                # One write call a line: two processes on one file never mix their lines.
                if os.write(descriptor, line) < len(line):
                    raise OSError(errno.ENOSPC, "the disk is full")
                after = Place(part, os.fstat(descriptor).st_size)
            # Nobody else's line came between: our own is no news.
            if self.followed == Place(part, size) and after.bytes == size + len(line):
                self.followed = after
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if not size:
            _keep_name_of(path)
        return True

    def _end(self) -> Place:
        last = max(self._parts(), default=NOWHERE.part)
        try:
            return Place(last, (self._folder / last.name).stat().st_size)
        except OSError:
            return Place(last, 0)

    def _parts(self) -> list[Part]:
        if not self._folder.is_dir():
            return []
        found = (_NAME.fullmatch(path.name) for path in self._folder.iterdir())
        return [Part(one[1], int(one[2] or 1)) for one in found if one]


def _line(entry: Record) -> bytes:
    line = json.dumps(entry, ensure_ascii=False, default=str, separators=(",", ":")) + "\n"
    # Half a character, as StockTrim's text may hold one, stays in JSON's own spelling.
    return line.encode(errors="backslashreplace")


def _read(line: bytes) -> Record | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return cast(Record, entry) if isinstance(entry, dict) else None


def _ends_a_line(descriptor: int) -> bool:
    os.lseek(descriptor, -1, os.SEEK_END)
    return os.read(descriptor, 1) == b"\n"


@contextlib.contextmanager
def _alone(descriptor: int) -> Generator[None]:
    """Inside, no other process writes to the file: on Windows lines would mix, elsewhere a reader could meet half."""
    if sys.platform == "win32":
        # A byte far beyond the end, so that nobody who reads is kept from it.
        far = 2**30
        os.lseek(descriptor, far, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            os.lseek(descriptor, far, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:
        # Where files cannot be locked, a line is still one write call.
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_UN)


def _keep_name_of(path: Path) -> None:
    """Put on disk that there is such a file, and such a folder; Windows does so by itself."""
    if os.name == "nt":
        return
    for folder in (path.parent, path.parent.parent):
        # Not every file system can, and not every folder may be opened.
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
