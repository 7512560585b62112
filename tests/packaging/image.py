"""A Dockerfile carried out without an engine: its steps run here, in a folder that stands for the image's root.

Where an engine does otherwise: the base image is this machine's Python, copied to where the image has its own; and a
path of the image is reached by its place in the folder, since nothing here changes the root.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from tests.packaging.programs import PATIENCE, run

KNOWN = {
    *("ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM"),
    *("HEALTHCHECK", "LABEL", "RUN", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
}
_PLACES = re.compile(r"(?<![\w./$}-])/(?=(?:app|data|src|usr/local)(?![\w.-]))")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")

_AS_USER = """
import os, sys
os.setgroups([])
os.setgid(int(sys.argv[1]))
os.setuid(int(sys.argv[1]))
os.execv(sys.argv[2], sys.argv[2:])
"""

Ignored = Callable[[str, list[str]], set[str]]


class Step(NamedTuple):
    """One instruction of a Dockerfile."""

    word: str
    flags: dict[str, str]
    said: str

    @property
    def words(self) -> list[str]:
        """What was said, in exec form."""
        return json.loads(self.said)

    @property
    def pairs(self) -> dict[str, str]:
        return dict(pair.split("=", 1) for pair in shlex.split(self.said))


def steps(text: str) -> Iterator[Step]:
    """The instructions in order; one that is not known here is an error."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for whole in re.split(r"(?<!\\)\n", "\n".join(lines)):
        word, _, said = whole.replace("\\\n", " ").strip().partition(" ")
        assert word in KNOWN, f"{word} is not carried out here"
        flags: dict[str, str] = {}
        while found := re.match(r"\s*--([a-z-]+)=(\S+)\s+", said):
            flags[found[1]] = found[2]
            said = said[found.end() :]
        yield Step(word, flags, said.strip())


@dataclass(slots=True)
class Image:
    """A stage so far."""

    root: Path
    environ: dict[str, str]
    folder: str = "/"
    user: int = 0
    entrypoint: list[str] = field(default_factory=list[str])
    command: list[str] = field(default_factory=list[str])
    health: list[str] = field(default_factory=list[str])
    labels: dict[str, str] = field(default_factory=dict[str, str])

    def here(self, text: str) -> str:
        """A text of the image with its paths as they are on this machine."""
        return _PLACES.sub(f"{self.root}/", text)

    def place(self, path: str) -> Path:
        """A path of the image on this machine."""
        return self.root / PurePosixPath(self.folder, path).relative_to("/")

    def variables(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """What a process of the image sees, and `more`."""
        whole = {**self.environ, **(more or {})}
        return {name: self.here(value) for name, value in whole.items()}

    def started_as(self, command: list[str]) -> list[str]:
        """A command of the image for this machine; as the image's user where the test may become him."""
        found = [shutil.which(self.here(command[0]), path=self.here(self.environ["PATH"])), *command[1:]]
        words = [self.here(one or "") for one in found]
        return (
            [sys.executable, "-I", "-c", _AS_USER, str(self.user), *words] if self.user and os.geteuid() == 0 else words
        )

    def done(self, command: list[str], more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """A command of the image, ended."""
        return subprocess.run(
            self.started_as(command),
            env=self.variables(more),
            cwd=self.place("."),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )


def build(dockerfile: Path, scratch: Path, uv: str) -> Image:
    """The last stage, every step carried out. Each stage is built in the same folder, as in an image all are at `/`."""
    given: dict[str, str] = {}
    stages: dict[str, Path] = {}
    image: Image | None = None
    name = ""
    for step in steps(dockerfile.read_text(encoding="utf-8")):
        if step.word == "ARG":
            given |= step.pairs
        elif step.word == "FROM":
            if image is not None:
                stages[name] = image.root.rename(scratch / f"stage-{name}")
            _, _, name = _expanded(step.said, given).partition(" AS ")
            image = python_image(scratch / "root", uv)
        else:
            assert image is not None, "an image begins with FROM"
            _carry_out(step, image, dockerfile.parent, stages)
    assert image is not None
    return image


def _carry_out(step: Step, image: Image, context: Path, stages: Mapping[str, Path]) -> None:
    match step.word:
        case "ENV":
            image.environ |= {name: _expanded(value, image.environ) for name, value in step.pairs.items()}
        case "WORKDIR":
            image.folder = str(PurePosixPath(image.folder, step.said))
            image.place(".").mkdir(parents=True, exist_ok=True)
        case "COPY":
            _copy(step, image, context, stages)
        case "RUN":
            run("/bin/sh", "-e", "-c", image.here(step.said), env=image.variables(), cwd=image.place("."))
        case "USER":
            image.user = int(step.said.partition(":")[0])
        case "LABEL":
            image.labels |= step.pairs
        case "HEALTHCHECK":
            image.health = Step("CMD", {}, step.said.removeprefix("CMD")).words
        case "ENTRYPOINT":
            image.entrypoint = step.words
        case "CMD":
            image.command = step.words
        case "VOLUME":
            image.place(step.said).mkdir(exist_ok=True)
        case _:
            pass


def _copy(step: Step, image: Image, context: Path, stages: Mapping[str, Path]) -> None:
    *sources, target = step.said.split()
    stage = stages[step.flags["from"]] if "from" in step.flags else None
    for source in sources:
        taken = context / source if stage is None else Path(f"{stage}{source}")
        ignored = None if stage is not None else _ignored(context)
        copied = image.place(target)
        if taken.is_dir():
            shutil.copytree(taken, copied, symlinks=True, dirs_exist_ok=True, ignore=ignored)
        else:
            assert not (ignored and ignored(str(taken.parent), [taken.name])), f".dockerignore keeps {source} out"
            copied = copied / taken.name if target.endswith("/") else copied
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(taken, copied)
        if "chown" in step.flags and os.geteuid() == 0:
            owner, group = map(int, step.flags["chown"].split(":"))
            for one in (copied, *copied.rglob("*")):
                os.chown(one, owner, group, follow_symlinks=False)


def _ignored(context: Path) -> Ignored:
    """What .dockerignore keeps out: of all patterns that match a path or a folder above it, the last one counts."""
    lines = (context / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [
        (line.startswith("!"), _pattern(line.removeprefix("!"))) for line in lines if line and not line.startswith("#")
    ]

    def ignored(folder: str, names: list[str]) -> set[str]:
        inside = Path(folder).relative_to(context)
        return {name for name in names if _is_kept_out(inside / name)}

    def _is_kept_out(path: Path) -> bool:
        above = [path.as_posix(), *(folder.as_posix() for folder in path.parents)]
        verdicts = [not wanted for wanted, pattern in patterns if any(map(pattern.fullmatch, above))]
        return bool(verdicts) and verdicts[-1]

    return ignored


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*"))


def _expanded(text: str, known: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: known[found[1] or found[2]], text)


def python_image(root: Path, uv: str) -> Image:
    """This machine's Python where the official image has its own: with pip, without bytecode and without tests."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    programs, libraries = root / "usr/local/bin", root / "usr/local/lib"
    programs.mkdir(parents=True)
    left_out = ("__pycache__", "test", "tests", "idle_test", "*-packages", "config-*", "EXTERNALLY-MANAGED")
    shutil.copytree(sysconfig.get_path("stdlib"), libraries / version, ignore=shutil.ignore_patterns(*left_out))
    shutil.copy2(Path(sys.executable).resolve(), programs / version)
    for name in ("python3", "python"):
        (programs / name).symlink_to(version)
    for shared in Path(sys.base_prefix, "lib").glob("libpython3*.so*"):
        shutil.copy2(shared, libraries)
    (libraries / version / "site-packages").mkdir()
    path = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
    # The last: Debian's own Python would otherwise install one folder deeper, where it does not look.
    known = {"PATH": path, "LD_LIBRARY_PATH": "/usr/local/lib", "DEB_PYTHON_INSTALL_LAYOUT": "deb"}
    image = Image(root, known)
    run(uv, "pip", "install", "--quiet", "--python", programs / "python3", "pip", env=image.variables())
    return image
