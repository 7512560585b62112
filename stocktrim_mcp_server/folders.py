"""Whether a folder can hold what is to be kept in it."""

import os
import tempfile
from pathlib import Path


def why_unwritable(folder: Path) -> str | None:
    """Why nothing can be kept in a folder, found by writing a file and taking it away; blocks. None: it works."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".probe-") as probe:
            probe.write(b"probe\n")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return f"{folder} cannot be written to: {error.strerror or 'unknown reason'}"
    return None
