"""A host that gave no credentials, one of two, or wrong ones: the menu is there, and each call says what to mend."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from stocktrim_client.journal import FileJournal
from stocktrim_client.sandbox import Sandbox, serve
from stocktrim_mcp_server.dependencies import journal_folder
from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.toolbox import names
from stocktrim_mcp_server.tools import TOOLSETS
from tests.conftest import NOW, TODAY
from tests.server.stdio import started
from tests.server.test_every_tool import CALLS, PAST

AUTH_ID, AUTH_SIGNATURE = "STOCKTRIM_API_AUTH_ID", "STOCKTRIM_API_AUTH_SIGNATURE"
WRONG = {AUTH_ID: "tenant-2917", AUTH_SIGNATURE: "hush-5531-signature"}
ON_RECORD = ("list_changes",)
"""What answers from this machine alone."""


async def keep_a_change(folder: Path, address: str, auth_id: str) -> None:
    """A change of an earlier day, so that there is one to take back."""
    place = journal_folder(Settings(api_url=address, auth_id=SecretStr(auth_id), data_folder=folder))
    assert place is not None
    change = {
        "kind": "change",
        "noun": "product",
        "key": "V60-02",
        "fields": [{"field": "unit_cost", "before": 7.2, "after": 7.4}],
    }
    before = {"product_id": "30000001", "code": "V60-02", "unit_cost": 7.2}
    known = {"id": "0f" * 8, "at": NOW.isoformat()}
    journal = FileJournal(place, now=lambda: NOW)
    await journal.append(known | {"event": "intent", "change": change, "before": before, "batch": PAST})
    left = {**before, "unit_cost": 7.4}
    await journal.append(known | {"event": "outcome", "outcome": "applied", "left": left})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, ("the auth id is missing", "the auth signature is missing")),
        ({AUTH_ID: WRONG[AUTH_ID]}, ("the auth signature is missing",)),
        ({AUTH_SIGNATURE: WRONG[AUTH_SIGNATURE]}, ("the auth id is missing",)),
        (WRONG, ("did not accept the credentials", "401")),
    ],
    ids=["none", "no signature", "no id", "wrong"],
)
async def test_every_tool_of_the_menu_says_what_to_mend_and_where_it_is_shown(
    given: Mapping[str, str], said: tuple[str, ...], tmp_path: Path
) -> None:
    sandbox = Sandbox(today=TODAY, auth_id="another-tenant", auth_signature="another-signature")
    async with serve(sandbox) as address:
        await keep_a_change(tmp_path, address, given.get(AUTH_ID, ""))
        env = {"STOCKTRIM_API_URL": address, "STOCKTRIM_DATA_FOLDER": str(tmp_path), **given}
        async with started(env=env) as host:
            offered = [tool["name"] for tool in (await host.request("tools/list"))["tools"]]
            answers = {tool: await host.call(tool, **CALLS[tool][0]) for tool in offered}
    assert sorted(offered) == sorted(names(TOOLSETS))
    for tool, answer in answers.items():
        if tool in ON_RECORD:
            assert not answer["isError"]
            continue
        text, structured = answer["content"][0]["text"], json.dumps(answer.get("structuredContent") or {})
        # The status is an answer in any state; hosts may show a model its structured part alone.
        for channel in (text, structured) if tool == "get_status" else (text,):
            for word in (*said, AUTH_ID, AUTH_SIGNATURE, "Help section of go.stocktrim.com"):
                assert word in channel, (tool, channel)
        assert answer["isError"] is (tool != "get_status"), tool
        assert not any(secret in text + structured for secret in WRONG.values()), tool
    assert not any(secret in host.stderr for secret in WRONG.values())
    assert "Traceback" not in host.stderr
