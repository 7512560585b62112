"""An environment such as a user has: what the server needs at run time, bytecode compiled, no development tools.

Development tools change what is measured: with click, rich and pygments importable, `import httpx` alone costs more.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.processes import ROOT

_KEPT = ("PATH", "HOME", "LANG", "SYSTEMROOT", "TEMP", "TMP")

ENVIRON = {name: os.environ[name] for name in _KEPT if name in os.environ}
"""What a host passes on: no account, no variable that changes Python."""


@dataclass(frozen=True, slots=True)
class Clean:
    """The programs of a clean environment."""

    python: Path
    server: Path
    libraries: Path
    """Where everything is installed."""


@contextmanager
def clean_environment() -> Generator[Clean]:
    """Install the project without its development tools, for as long as the block lasts."""
    with TemporaryDirectory(prefix="bench-") as folder:
        place = Path(folder) / "venv"
        uv = _uv()
        if uv is not None:
            _run(
                [*uv, "sync", "--quiet", "--frozen", "--no-dev", "--no-editable", "--compile-bytecode"],
                {"UV_PROJECT_ENVIRONMENT": str(place), "UV_PYTHON": sys.executable},
            )
        else:
            _run([sys.executable, "-m", "venv", str(place)])
            _run([str(_program(place, "python")), "-m", "pip", "install", "--quiet", "--compile", str(ROOT)])
        libraries = Path(sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)}))
        yield Clean(_program(place, "python"), _program(place, "stocktrim-mcp-server"), libraries)


def _uv() -> list[str] | None:
    """How to call uv: `uv run` says where it is."""
    found = os.environ.get("UV") or shutil.which("uv")
    return None if found is None else [found]


def _program(place: Path, name: str) -> Path:
    windows = sys.platform == "win32"
    return place / ("Scripts" if windows else "bin") / (f"{name}.exe" if windows else name)


def _run(command: list[str], more: dict[str, str] | None = None) -> None:
    environ = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    subprocess.run(command, cwd=ROOT, env={**environ, **(more or {})}, check=True, stdout=sys.stderr)
