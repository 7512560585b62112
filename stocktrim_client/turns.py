"""One at a time among processes: a file that is there while somebody holds it, and that a kill lets go of."""

import asyncio
import contextlib
import hashlib
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from stocktrim_client.errors import NotSentError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PAUSE_SECONDS = 0.02
"""Between two looks whether it is free: nobody is told of that."""

LONGEST_SECONDS = 60.0
"""No call takes longer: whoever holds it then has been stopped, and not killed."""


@asynccontextmanager
async def alone(folder: Path, name: str, longest: float = LONGEST_SECONDS) -> AsyncGenerator[None]:
    """Inside, no other process is inside with this name. Where files cannot be locked, nobody waits.

    Units: `longest` in seconds, that another may stay.

    Raises: NotSentError where another does not come out again.
    """
    path = folder / f".{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}.lock"
    try:
        async with asyncio.timeout(longest):
            held = await _held(path)
    except TimeoutError:
        raise NotSentError(
            f"Another server of this account has not ended a change for {longest:.0f} s, so nothing was sent. "
            "If it hangs, its owner can end it."
        ) from None
    try:
        yield
    finally:
        if held is not None:
            _let_go(path, held)


async def _held(path: Path) -> int | None:
    """The file, locked. None: it cannot be here; what is written is noted beside it, which then fails as well."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            if _is_locked(descriptor):
                if _is_still(path, descriptor):
                    return descriptor
                os.close(descriptor)
            else:
                os.close(descriptor)
                await asyncio.sleep(PAUSE_SECONDS)
    except OSError:
        return None


def _is_locked(descriptor: int) -> bool:
    """Whether it is ours now. Raises: OSError where files cannot be locked at all."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        os.close(descriptor)
        raise
    return True


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether others would meet this file: who held it before has removed it, maybe since we opened it."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
    except OSError:
        os.close(descriptor)
        raise


def _let_go(path: Path, descriptor: int) -> None:
    # While it is locked, or another's would be removed; Windows keeps a file that is open.
    with contextlib.suppress(OSError):
        path.unlink()
    os.close(descriptor)
