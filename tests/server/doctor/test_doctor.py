"""The doctor as a whole: its lines, its exit status, and what it never says."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from pydantic import SecretStr

from stocktrim_client.sandbox import serve
from stocktrim_mcp_server.doctor import CHECKS, Examination, Line, as_json, examine, in_words
from stocktrim_mcp_server.doctor.findings import STATUSES, Case, Finding
from stocktrim_mcp_server.hosts import HOSTS, Machine
from stocktrim_mcp_server.settings import Settings, from_env, sources
from tests.client.fault_server import answer, closed_port, running
from tests.server.doctor.set_up import AUTH_ID, AUTH_SIGNATURE, account, examined, line, lines, shop
from tests.server.stdio import environment


async def run(home: Path, *arguments: str, **variables: str) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of the command in a machine of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "stocktrim_mcp_server", "doctor", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment({"HOME": str(home), "XDG_DATA_HOME": str(home), "PYTHONPATH": str(Path.cwd()), **variables}),
        cwd=home,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_on_the_sandbox_nothing_fails_and_each_line_begins_with_how_it_stands(tmp_path: Path) -> None:
    status, out, err = await run(tmp_path, "--sandbox")
    assert (status, err) == (0, "")
    said = out.splitlines()
    assert said[-2:] == ["", "All is well."]
    assert all(one.split()[0] in ("ok", "note") for one in said[:-2])
    assert "STOCKTRIM_SANDBOX 1 (--sandbox)" in out


async def test_json_is_one_object_and_nothing_else(tmp_path: Path) -> None:
    status, out, err = await run(tmp_path, "--json", STOCKTRIM_API_URL=closed_port(), STOCKTRIM_READONLY="1")
    assert (status, err) == (1, "")
    told = json.loads(out)
    assert out.count("\n") == 1
    assert told["status"] == "fail"
    assert {"name", "status", "found", "next"} == set(told["checks"][0])
    by_name = {one["name"]: one for one in told["checks"]}
    assert by_name["variables"]["next"] == "Did you mean 'STOCKTRIM_READ_ONLY'?"
    assert by_name["connection"]["status"] == "fail"


async def test_a_real_account_is_examined_over_its_socket_with_where_settings_come_from(tmp_path: Path) -> None:
    async with serve(shop()) as address:
        credentials = {"STOCKTRIM_API_AUTH_ID": AUTH_ID, "STOCKTRIM_API_AUTH_SIGNATURE": AUTH_SIGNATURE}
        status, out, err = await run(tmp_path, "--read-only", STOCKTRIM_API_URL=address, **credentials)
    assert (status, err) == (0, ""), out
    assert "STOCKTRIM_READ_ONLY 1 (--read-only)" in out
    assert f"STOCKTRIM_API_AUTH_ID set, {len(AUTH_ID)} characters (environment)" in out
    assert "24 products, 8 suppliers, 10 open orders" in out
    assert AUTH_ID not in out
    assert AUTH_SIGNATURE not in out


async def test_a_setting_that_cannot_be_meant_is_said_in_one_line(tmp_path: Path) -> None:
    status, out, err = await run(tmp_path, STOCKTRIM_APPROVAL="maybe")
    assert (status, out) == (2, "")
    assert "STOCKTRIM_APPROVAL is 'maybe'" in err


async def test_every_check_has_its_line_and_what_is_not_ok_says_what_to_do(tmp_path: Path) -> None:
    found = await examined(account(closed_port(), tmp_path), tmp_path)
    assert list(dict.fromkeys(one.name for one in found.lines)) == [name for name, _ in CHECKS]
    assert [one for one in found.lines if one.status != "ok" and not one.next] == []
    assert [one for one in found.lines if one.status == "ok" and one.next] == []


async def test_a_check_that_hangs_or_breaks_stops_no_other(tmp_path: Path) -> None:
    async def hangs(_: Case) -> list[Finding]:
        await asyncio.Event().wait()
        return []

    async def breaks(_: Case) -> list[Finding]:
        raise PermissionError(13, "Permission denied")

    async def works(_: Case) -> list[Finding]:
        return [Finding("ok", "fine")]

    checks = (("hangs", hangs), ("breaks", breaks), ("works", works))
    found = await examined(account(closed_port(), tmp_path), tmp_path, checks=checks, limit=0.05)
    assert [one.status for one in found.lines] == ["warn", "warn", "ok"]
    assert "no result within 0.05 s" in line(found, "hangs").found
    assert "Permission denied" in line(found, "breaks").found


def examination(*statuses: Any) -> Examination:
    return Examination(tuple(Line("check", status, "found", "" if status == "ok" else "Do it.") for status in statuses))


@pytest.mark.parametrize(
    ("statuses", "worst", "said"),
    [
        (("ok", "ok"), "ok", "All is well."),
        (("ok", "note"), "note", "All is well."),
        (("warn", "ok", "note"), "warn", "Nothing failed, 1 to look at."),
        (("warn", "fail", "ok"), "fail", "1 failed, 1 to look at."),
    ],
)
def test_the_worst_line_is_the_verdict(statuses: tuple[str, ...], worst: str, said: str) -> None:
    found = examination(*statuses)
    assert found.status == json.loads(as_json(found))["status"] == worst
    assert found.has_failed == (worst == "fail")
    assert said in in_words(found)
    assert [one.split()[0] for one in in_words(found).splitlines()[:-2]] == [
        "FAIL" if one == "fail" else one for one in statuses
    ]
    assert set(statuses) <= set(STATUSES)


async def test_what_comes_from_outside_stays_on_its_line(tmp_path: Path) -> None:
    async with running() as server:
        server.otherwise = lambda _: answer(401, {"detail": "No.\nok    forged  line\u202e"})
        found = await examined(account(server.url, tmp_path), tmp_path)
    assert "\u202e" not in in_words(found)
    assert len(in_words(found).splitlines()) == len(found.lines) + 2


SECRETS = strategies.text(
    strategies.characters(codec="ascii", min_codepoint=33, max_codepoint=126), min_size=12
).filter(lambda text: len(set(text)) > 6)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(auth_id=SECRETS, signature=SECRETS, password=SECRETS, status=strategies.sampled_from([200, 400, 401, 403, 404]))
async def test_no_secret_is_in_any_line_whatever_answers(
    auth_id: str, signature: str, password: str, status: int, tmp_path: Path
) -> None:
    echoed = {"detail": f"{auth_id} and {signature} are not valid auth headers", "title": signature}
    entry = {
        "command": "stocktrim-mcp-server",
        "args": ["--key", password],
        "env": {"STOCKTRIM_API_AUTH_ID": auth_id, "STOCKTRIM_API_AUTH_SIGNATURE": password, "OTHER": signature},
    }
    machine = Machine("linux", tmp_path, {}, tmp_path)
    for host in HOSTS:
        path = host.places(machine)[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({host.key: {"stocktrim": entry}}))
    async with running() as server:
        server.otherwise = lambda _: answer(status, echoed)
        base = {"STOCKTRIM_API_AUTH_ID": auth_id, "STOCKTRIM_API_AUTH_SIGNATURE": signature}
        variables = {**base, "STOCKTRIM_API_URL": server.url, "STOCKTRIM_DATA_FOLDER": str(tmp_path / "kept")}
        meant = from_env(variables)
        found = await examine(
            meant,
            variables,
            sources(variables),
            home=tmp_path,
            folder=tmp_path,
            now=lambda: datetime.now(UTC),
        )
    said = in_words(found) + as_json(found)
    for secret in (auth_id, signature, password):
        assert secret not in said
        assert json.dumps(secret)[1:-1] not in said


async def test_a_check_that_would_quote_a_secret_cannot(tmp_path: Path) -> None:
    proxy = "http://anna:ses%40me-open@stocktrim.invalid:3128"

    async def talks(case: Case) -> list[Finding]:
        said = f"{case.pasted('STOCKTRIM_API_AUTH_ID')} {AUTH_SIGNATURE} ses%40me-open ses@me-open"
        return [Finding("note", said, said)]

    meant = account(closed_port(), tmp_path, proxy=proxy)
    found = await examined(meant, tmp_path, {"STOCKTRIM_API_AUTH_ID": f" {AUTH_ID} "}, checks=(("talks", talks),))
    for secret in (AUTH_ID, AUTH_SIGNATURE, "ses%40me-open", "ses@me-open"):
        assert secret not in in_words(found) + as_json(found)


async def test_the_password_of_a_proxy_is_not_said(tmp_path: Path) -> None:
    proxy = "http://anna:ses%40me-open@stocktrim.invalid:3128"
    found = await examined(
        account("https://api.stocktrim.invalid", tmp_path, proxy=proxy), tmp_path, {"HTTPS_PROXY": proxy}
    )
    assert line(found, "name").found.startswith("stocktrim.invalid cannot be found")
    for secret in ("ses%40me-open", "ses@me-open"):
        assert secret not in in_words(found)


async def test_credentials_from_settings_alone_are_judged_too(tmp_path: Path) -> None:
    meant: Settings = account(closed_port(), tmp_path, auth_signature=SecretStr("<signature>"))
    (found,) = lines(await examined(meant, tmp_path), "credentials")
    assert found.status == "warn"
    assert "placeholder" in found.found
