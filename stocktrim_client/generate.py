"""openapi.yaml -> generated/ and operations.py, byte for byte the same wherever it runs.

A development tool: `python -m stocktrim_client.generate` after each change of the specification, or, should the package
not import just then, `python stocktrim_client/generate.py`. Nothing imports it at run time, and what it needs
(openapi-python-client, PyYAML, ruff) is installed for development only.
"""

import contextlib
import io
import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import openapi_python_client as generator
import yaml
from openapi_python_client.config import Config, ConfigFile, MetaType

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
# The project's own lint and format settings exclude generated/, and would differ in another place: none are read.
RUFF = ("--isolated", "--no-cache", "--quiet", "--config", "line-length=120", "--config", "target-version='py311'")

Json = dict[str, Any]


class GenerateError(Exception):
    """The specification cannot be turned into code; the message says why."""


def generate(spec: Path, target: Path) -> None:
    """Write `generated/` and `operations.py` into `target` from `spec`.

    Raises: GenerateError if the generator has anything to complain of, be it a warning.
    """
    document: Json = yaml.safe_load(spec.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        package = Path(scratch) / "generated"
        (Path(scratch) / "operations.py").write_text(_operations_module(document), encoding="utf-8", newline="\n")
        _run_generator(_for_the_generator(document), Path(scratch) / "openapi.json", package)
        _harden(package, document)
        _ruff("check", "--fix-only", "--select", "F401,I", scratch)
        _ruff("format", scratch)
        _replace(package, target / "generated")
        _write(target / "operations.py", (Path(scratch) / "operations.py").read_bytes())


def _for_the_generator(document: Json) -> Json:
    """The document without refusals: the client raises those before a generated parser could choke on one.

    The descriptions of parameters move to where the generator looks for them.
    """
    copy: Json = json.loads(json.dumps(document))
    for _, _, operation in _each_operation(copy):
        answers = cast(Json, operation["responses"])
        operation["responses"] = {status: answer for status, answer in answers.items() if status.startswith("2")}
        for parameter in cast(list[Json], operation.get("parameters", [])):
            if "$ref" not in parameter["schema"]:
                parameter["schema"]["description"] = parameter["description"]
    return copy


def _run_generator(document: Json, source: Path, package: Path) -> None:
    source.write_text(json.dumps(document), encoding="utf-8")
    config = Config.from_sources(
        ConfigFile(literal_enums=True, post_hooks=[]),
        MetaType.NONE,
        document_source=source,
        file_encoding="utf-8",
        overwrite=True,
        output_path=package,
    )
    with contextlib.redirect_stdout(io.StringIO()):
        complaints = generator.generate(config=config, custom_template_path=TEMPLATES)
    if complaints:
        raise GenerateError("\n".join(f"{one.header}: {one.detail}" for one in complaints))


# What the generator's templates leave open, too little to fork one for: where, which text, what instead, and why.
PATH_PARAMETER = ("api/*/*.py", 'safe="")', 'safe="").replace(".", "%2E")')  # httpx resolves a code `..` as a step up
# A whole body does not belong in a message.
UNEXPECTED_STATUS = ("errors.py", r"\n\nResponse content:\n{content.decode(errors='ignore')}", "")
ANSWER_OBJECT = ("models/*.py", "d = dict(src_dict)", "d = {**src_dict}")  # dict([]) would pass a list for an object


def _harden(package: Path, document: Json) -> None:
    parameters = sum(path.count("{") for path, _, _ in _each_operation(document))
    objects = sum("properties" in schema for schema in document["components"]["schemas"].values())
    for (places, found, instead), expected in (
        (PATH_PARAMETER, parameters),
        (ANSWER_OBJECT, objects),
        (UNEXPECTED_STATUS, 1),
    ):
        count = 0
        for module in sorted(package.glob(places)):
            text = module.read_text(encoding="utf-8")
            count += text.count(found)
            _write(module, text.replace(found, instead).encode())
        if count != expected:
            raise GenerateError(f"{expected} times {found!r} was expected in {places}, it was found {count} times")


def _replace(source: Path, target: Path) -> None:
    """Make `target` hold what `source` holds and no more; what has not changed is not touched."""
    modules = {module.relative_to(source) for module in source.rglob("*.py")}
    for module in modules:
        _write(target / module, (source / module).read_bytes())
    kept = modules.union(*(module.parents for module in modules))
    for old in sorted(target.rglob("*")):
        place = old.relative_to(target)
        if place in kept or "__pycache__" in place.parts or not old.exists():
            continue
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink()


def _write(place: Path, content: bytes) -> None:
    if not place.exists() or place.read_bytes() != content:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def _ruff(command: str, *arguments: str) -> None:
    # No shell, no words from outside: the ruff that is pinned for this project, with arguments of ours.
    run = subprocess.run([_find_ruff(), command, *RUFF, *arguments], capture_output=True, text=True, check=False)  # noqa: S603 - our own pinned ruff, fixed arguments
    if run.returncode:
        raise GenerateError(f"ruff {command} failed: {run.stderr or run.stdout}")


def _find_ruff() -> str:
    """The ruff installed beside this interpreter, so that the pinned one is used though the venv is not on PATH."""
    found = shutil.which("ruff", path=sysconfig.get_path("scripts")) or shutil.which("ruff")
    if found is None:
        raise GenerateError("ruff is not installed; run `uv sync`")
    return found


def _each_operation(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in cast(dict[str, Json], document["paths"]).items():
        for method in METHODS:
            if method in item:
                yield path, method.upper(), cast(Json, item[method])


def _operations_module(document: Json) -> str:
    rows = [_row(path, method, operation) for path, method, operation in _each_operation(document)]
    return OPERATIONS_MODULE.replace("...  # rows", ",\n".join(rows) + ",")


def _row(path: str, method: str, operation: Json) -> str:
    policy = dict(cast(Json, operation["x-retry"]))
    arguments: Json = {
        "name": operation["operationId"],
        "method": method,
        "path": path,
        "domain": operation["tags"][0],
        "summary": operation["summary"],
        "retry": policy.pop("class"),
    }
    if "key" in policy:
        key = policy.pop("key")
        arguments["key"] = (key,) if isinstance(key, str) else tuple(cast(list[str], key))
    for name in ("keyed", "verify"):
        if name in policy:
            arguments[name] = policy.pop(name)
    if "read_timeout" in policy:
        arguments["read_timeout"] = float(policy.pop("read_timeout"))
    if policy:
        raise GenerateError(f"{arguments['name']}: x-retry does not know {', '.join(policy)}")
    answers = _answers(cast(Json, operation["responses"]))
    if answers:
        arguments["answers"] = answers
    return f"Operation({', '.join(f'{name}={value!r}' for name, value in arguments.items())})"


def _answers(responses: Json) -> tuple[tuple[int, str], ...]:
    """The documented successes with the characters their bodies may begin with; none where any success will do."""
    successes = {status: cast(Json, answer) for status, answer in responses.items() if status.startswith("2")}
    if "2XX" in successes:
        return ()
    return tuple((int(status), _openings(answer)) for status, answer in successes.items())


def _openings(answer: Json) -> str:
    schemas = [cast(Json, content["schema"]) for content in cast(Json, answer.get("content", {})).values()]
    kinds = [kind for schema in schemas for kind in cast(list[Json], schema.get("oneOf", [schema]))]
    return "".join("[" if kind.get("type") == "array" else "{" for kind in kinds)


OPERATIONS_MODULE = '''\
"""What a repeat of each operation would do, and which read settles a doubt; written by generate.py, never by hand."""

from dataclasses import dataclass
from typing import Literal

RetryClass = Literal["read", "upsert", "set", "delete", "create", "generate", "job", "purge"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of StockTrim's API, as far as sending it safely needs to know it.

    Units: `read_timeout` in seconds.
    None: `read_timeout`, the policy's own holds; `verify`, no read is known to settle an unknown outcome.

    `answers` holds the documented successes, each with the characters its body may begin with; empty: any success.
    """

    name: str
    method: str
    path: str
    domain: str
    summary: str
    retry: RetryClass
    key: tuple[str, ...] = ()
    keyed: str | None = None
    verify: str | None = None
    read_timeout: float | None = None
    answers: tuple[tuple[int, str], ...] = ()


OPERATIONS: tuple[Operation, ...] = (
    ...  # rows
)

_FIXED = {(one.method, one.path.lower()): one for one in OPERATIONS if "{" not in one.path}
_OPEN = tuple(one for one in OPERATIONS if "{" in one.path)


def find_operation(method: str, path: str) -> Operation:
    """The operation behind a request whose `path` is still percent-encoded and has no prefix of the base URL.

    Case and a trailing slash do not matter. What is not in the table counts as `create`: it is never repeated.
    """
    verb, place = method.upper(), path.lower().rstrip("/")
    if (verb, place) in _FIXED:
        return _FIXED[verb, place]
    for one in _OPEN:
        if verb == one.method and _fits(one.path.lower().split("/"), place.split("/")):
            return one
    name = f"{verb} (unlisted)"
    return Operation(name=name, method=verb, path="(unlisted)", domain="", summary=name, retry="create")


def _fits(template: list[str], place: list[str]) -> bool:
    """A parameter fills exactly one segment: a slash inside a code arrives percent-encoded."""
    pairs = zip(template, place, strict=False)
    return len(template) == len(place) and all(part.startswith("{") or part == given for part, given in pairs)
'''


def main() -> int:
    """Regenerate this package from its own specification."""
    generate(HERE / "openapi.yaml", HERE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
