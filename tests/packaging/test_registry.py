"""server.json: what the MCP registry is told of a release.

`DEMANDED` says in our words what the registry's published schema of 2025-12-11 demands of the parts we use.
"""

import copy
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from stocktrim_client import __version__
from stocktrim_mcp_server.bundle import entry
from stocktrim_mcp_server.hosts import PROGRAM
from stocktrim_mcp_server.settings import SETTINGS, SettingsError, from_env
from tests.house.source import ROOT
from tests.packaging.programs import run, session

TEXT = {"type": "string"}
VERSION = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^\d+\.\d+\.\d+([-.+a-z0-9]*)$"}


def of(required: str, **parts: Any) -> dict[str, Any]:
    """An object with these parts and no other: a misspelt one would be ignored by the registry without a word."""
    return {"type": "object", "required": required.split(), "properties": parts, "additionalProperties": False}


VARIABLE = of(
    "name",
    name={"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$"},
    description=TEXT,
    default=TEXT,
    isSecret={"type": "boolean"},
    format={"enum": ["string", "number", "boolean", "filepath"]},
    choices={"type": "array", "items": TEXT},
)
PACKAGE = of(
    "registryType identifier transport version",
    registryType={"const": "pypi"},
    registryBaseUrl={"const": "https://pypi.org"},
    identifier=TEXT,
    version=VERSION,
    runtimeHint={"const": "uvx"},
    transport=of("type", type={"const": "stdio"}),
    packageArguments={"type": "array", "items": of("type value", type={"const": "positional"}, value=TEXT)},
    environmentVariables={"type": "array", "items": VARIABLE},
)
DEMANDED = of(
    "$schema name description version packages",
    **{
        "$schema": {"const": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"},
        "name": {"type": "string", "maxLength": 200, "pattern": "^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$"},
        "title": {"type": "string", "minLength": 1, "maxLength": 100},
        "description": {"type": "string", "minLength": 1, "maxLength": 100},
        "version": VERSION,
        "packages": {"type": "array", "minItems": 1, "items": PACKAGE},
    },
)


@pytest.fixture
def told() -> dict[str, Any]:
    return entry()


def only(told: dict[str, Any]) -> dict[str, Any]:
    (package,) = told["packages"]
    return package


def test_it_is_as_the_registry_demands(told: dict[str, Any]) -> None:
    jsonschema.validate(told, DEMANDED, jsonschema.Draft7Validator)


def test_it_tells_of_this_very_release(told: dict[str, Any]) -> None:
    assert told["version"] == only(told)["version"] == __version__
    assert only(told)["identifier"] == PROGRAM


def test_the_image_bears_the_same_name(told: dict[str, Any]) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (label,) = re.findall(r'io\.modelcontextprotocol\.server\.name="?([^"\s]+)', dockerfile)
    assert label == told["name"]


def test_every_setting_of_a_server_that_a_host_starts_is_told_and_credentials_are_secret(told: dict[str, Any]) -> None:
    variables = {one["name"]: one for one in only(told)["environmentVariables"]}
    left_out = {one.variable for one in SETTINGS} - set(variables)
    over_http = {one.variable for one in SETTINGS if one.field.startswith("http.")}
    assert left_out == over_http | {"STOCKTRIM_TRANSPORT", "STOCKTRIM_DRAIN_SECONDS"}
    secret = {name for name, one in variables.items() if one.get("isSecret")}
    assert secret == {"STOCKTRIM_API_AUTH_ID", "STOCKTRIM_API_AUTH_SIGNATURE"}


def test_what_is_told_of_a_variable_is_what_the_server_takes(told: dict[str, Any]) -> None:
    for one in only(told)["environmentVariables"]:
        for value in [*one.get("choices", ()), *([one["default"]] if "default" in one else ())]:
            from_env({one["name"]: value})
        if "default" in one:
            assert from_env({one["name"]: one["default"]}) == from_env({})
        if "choices" in one or "format" in one:
            with pytest.raises(SettingsError):
                from_env({one["name"]: "no such value"})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told.update(description="x" * 101),
        lambda told: told.update(name="stocktrim"),
        lambda told: told.update(version="latest"),
        lambda told: told.update(descripton="x"),
        lambda told: only(told).pop("transport"),
        lambda told: only(told)["environmentVariables"][0].update(is_secret=True),
    ],
)
def test_what_the_registry_would_refuse_is_refused_here(
    told: dict[str, Any], spoil: Callable[[dict[str, Any]], object]
) -> None:
    spoilt = copy.deepcopy(told)
    spoil(spoilt)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoilt, DEMANDED, jsonschema.Draft7Validator)


async def test_the_program_takes_what_a_host_passes_on(told: dict[str, Any], tmp_path: Path) -> None:
    package = only(told)
    arguments = [one["value"] for one in package["packageArguments"]]
    by_default = {one["name"]: one["default"] for one in package["environmentVariables"] if "default" in one}
    command = [sys.executable, "-m", "stocktrim_mcp_server", *arguments]
    _, plan = await session(command, tmp_path, {**by_default, "STOCKTRIM_SANDBOX": "true"})
    assert not plan.is_error


def test_the_command_writes_it(tree: Path, tmp_path: Path, told: dict[str, Any]) -> None:
    run(sys.executable, "-m", "stocktrim_mcp_server.bundle", tmp_path, cwd=tree)
    assert json.loads((tmp_path / "server.json").read_text(encoding="utf-8")) == told
