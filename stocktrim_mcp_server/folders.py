"""Whether a folder can hold what is to be kept in it."""

import os
import tempfile
from pathlib import Path


def standing(folder: Path) -> Path:
    """A folder, or if there is none yet what it would be made in."""
    return next(one for one in (folder, *folder.parents) if one.exists())


def why_unwritable(folder: Path) -> str | None:
    """Why nothing can be kept in a folder, found by writing a file and taking it away; blocks. None: it works.

    A folder that is not there yet is not made: what it would be made in is tried.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=standing(folder), prefix=".probe-") as probe:
            probe.write(b"probe\n")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return f"{folder} cannot be written to: {error.strerror or 'unknown reason'}"
    return None
