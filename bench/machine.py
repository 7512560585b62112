"""Where the figures were taken."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("mcp", "httpx", "httpcore", "h11", "anyio", "sniffio", "pydantic", "attrs")


def described() -> list[str]:
    """Facts about this machine and this run, one a line."""
    installed = ", ".join(f"{name} {found}" for name in LIBRARIES if (found := _version(name)))
    return [
        f"date: {datetime.now(UTC):%Y-%m-%d}",
        f"processor: {_processor()}, {os.cpu_count()} cores, {platform.system()} on {platform.machine()}",
        f"Python: {platform.python_implementation()} {platform.python_version()}",
        f"libraries: {installed}",
    ]


def load() -> float | None:
    """Processes that wanted to run in the last minute, on average.

    None: this system does not tell.
    """
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    if told.exists():
        for line in told.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or "unknown"
