"""The official conformance suites, in two legs: the server people get, and the same with the suites' own fixtures.

What a server without fixtures cannot be asked stands in `baseline.yml`, check by check, each with its reason: the other
leg proves it of the same factory. A check that passes although it is excused fails here, so baselines only shrink.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
import yaml

from tests.protocol.programs import run

HERE = Path(__file__).parent

Leg = Literal["real", "everything"]
Checks = Mapping[str, list[dict[str, Any]]]
"""What a suite found, by scenario."""

PASSED = {"SUCCESS", "INFO"}


class Suite(NamedTuple):
    """One suite in one revision of the protocol."""

    program: str
    revision: str
    scenarios: tuple[str, ...]


def _named(text: str) -> tuple[str, ...]:
    return tuple(text.split())


OLDER = _named("""
    server-initialize logging-set-level ping completion-complete tools-list tools-call-simple-text tools-call-image
    tools-call-audio tools-call-embedded-resource tools-call-mixed-content tools-call-with-logging tools-call-error
    tools-call-with-progress tools-call-sampling tools-call-elicitation json-schema-2020-12 elicitation-sep1034-defaults
    server-sse-polling server-sse-multiple-streams elicitation-sep1330-enums resources-list resources-read-text
    resources-read-binary resources-templates-read resources-subscribe resources-unsubscribe prompts-list
    prompts-get-simple prompts-get-with-args prompts-get-embedded-resource prompts-get-with-image
    dns-rebinding-protection
""")

NEWER = _named("""
    server-stateless completion-complete tools-list tools-call-simple-text tools-call-image tools-call-audio
    tools-call-embedded-resource tools-call-mixed-content tools-call-error tools-call-with-progress json-schema-2020-12
    server-sse-multiple-streams resources-list resources-read-text resources-read-binary resources-templates-read
    sep-2164-resource-not-found prompts-list prompts-get-simple prompts-get-with-args prompts-get-embedded-resource
    prompts-get-with-image dns-rebinding-protection caching http-header-validation http-custom-header-server-validation
    input-required-result-basic-elicitation input-required-result-basic-sampling input-required-result-basic-list-roots
    input-required-result-request-state input-required-result-multiple-input-requests input-required-result-multi-round
    input-required-result-missing-input-response input-required-result-non-tool-request
    input-required-result-result-type input-required-result-unsupported-methods input-required-result-tampered-state
    input-required-result-capability-check input-required-result-ignore-extra-params
    input-required-result-validate-input
""")

SUITES = (
    Suite("conformance-2025", "2025-11-25", OLDER),
    Suite("conformance-2026", "2025-11-25", (*OLDER, "server-session-lifecycle")),
    Suite("conformance-2026", "2026-07-28", NEWER),
)

SCENARIOS = [
    pytest.param(suite, scenario, id=f"{suite.program}-{suite.revision}-{scenario}")
    for suite in SUITES
    for scenario in suite.scenarios
]

BASELINES: Mapping[Leg, Path] = {"real": HERE / "baseline.yml", "everything": HERE / "baseline_everything.yml"}


def excused(leg: Leg) -> list[str]:
    """`scenario:check`, as the suite itself reads such a file."""
    return yaml.safe_load(BASELINES[leg].read_text(encoding="utf-8"))["server"]


@pytest.fixture(scope="session")
def found(tmp_path_factory: pytest.TempPathFactory, real: str, everything: str) -> Callable[[Leg, Suite], Checks]:
    """What each suite finds of each server; a suite is run when first asked for."""
    runs: dict[tuple[Leg, Suite], Checks] = {}

    def of(leg: Leg, suite: Suite) -> Checks:
        if (leg, suite) not in runs:
            folder = tmp_path_factory.mktemp("results")
            runs[leg, suite] = _found(suite, real if leg == "real" else everything, folder)
        return runs[leg, suite]

    return of


def _found(suite: Suite, address: str, folder: Path) -> Checks:
    # Its exit status tells whether anything failed, which stands in the results as well, check by check.
    done = run(
        f"{suite.program}/dist/index.js",
        *("server", "--url", address, "--suite", "all", "--spec-version", suite.revision, "-o", str(folder)),
    )
    checks = {
        re.sub(r"-\d{4}-\d\d-\d\dT.*", "", one.parent.name.removeprefix("server-"), count=1): json.loads(
            one.read_text(encoding="utf-8")
        )
        for one in folder.glob("*/checks.json")
    }
    assert checks, done.stdout + done.stderr
    return checks


def failing(checks: list[dict[str, Any]]) -> dict[str, str]:
    """Checks that did not pass, each with what the suite says of it; one that was skipped proves nothing."""
    return {one["id"]: _words(one) for one in checks if one["status"] not in PASSED}


def _words(check: dict[str, Any]) -> str:
    details = json.dumps(check.get("details", {}), ensure_ascii=False)[:2000]
    return f"{check['status']} {check['id']}: {check.get('errorMessage', '')}\n{check['description']}\n{details}"


def judge(leg: Leg, scenario: str, checks: list[dict[str, Any]]) -> None:
    """Fails with the suite's own words; or where something passes that its baseline excuses."""
    failed = failing(checks)
    spared = {one.partition(":")[2] for one in excused(leg) if one.partition(":")[0] == scenario}
    unexpected = [words for check, words in failed.items() if check not in spared]
    assert not unexpected, "\n\n".join(unexpected)
    stale = [one["id"] for one in checks if one["id"] in spared and one["id"] not in failed]
    assert not stale, f"{stale} of {scenario} pass: take them out of {BASELINES[leg].name}"


@pytest.mark.parametrize(("suite", "scenario"), SCENARIOS)
def test_the_server_that_people_get_keeps_the_protocol(
    suite: Suite, scenario: str, found: Callable[[Leg, Suite], Checks]
) -> None:
    judge("real", scenario, found("real", suite)[scenario])


@pytest.mark.parametrize(("suite", "scenario"), SCENARIOS)
def test_the_same_server_with_everything_keeps_the_protocol(
    suite: Suite, scenario: str, found: Callable[[Leg, Suite], Checks]
) -> None:
    judge("everything", scenario, found("everything", suite)[scenario])


@pytest.mark.parametrize("leg", BASELINES)
def test_every_excuse_is_needed(leg: Leg, found: Callable[[Leg, Suite], Checks]) -> None:
    failed = {
        f"{scenario}:{check}"
        for suite in SUITES
        for scenario, checks in found(leg, suite).items()
        for check in failing(checks)
    }
    assert failed == set(excused(leg))


@pytest.mark.parametrize("leg", BASELINES)
def test_every_excuse_has_its_reason(leg: Leg) -> None:
    entries = [line for line in BASELINES[leg].read_text(encoding="utf-8").splitlines() if line.strip().startswith("-")]
    assert len(entries) == len(excused(leg)) == len(set(excused(leg)))
    assert [line for line in entries if not re.fullmatch(r"  - \S+:\S+ # .+", line)] == []


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: f"{suite.program}-{suite.revision}")
def test_no_scenario_of_a_suite_is_left_out(suite: Suite) -> None:
    done = run(f"{suite.program}/dist/index.js", "list", "--server", "--spec-version", suite.revision)
    assert sorted(re.findall(r"^  - (\S+)", done.stdout, re.MULTILINE)) == sorted(suite.scenarios)
