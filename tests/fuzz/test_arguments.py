"""Whatever is asked of a tool: an answer as its schema says, or a refusal in words; and never a change."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp import Client

from stocktrim_client import StockTrimClient
from stocktrim_client.journal import MemoryJournal
from stocktrim_client.sandbox import Sandbox
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import Settings
from tests.conftest import TODAY, Clock
from tests.fuzz.asking import Arguments, allowed, twisted
from tests.fuzz.judge import SCHEMAS, SECRETS, SERVED, SETTINGS, accept, lend, listening
from tests.server.writing.clients import Answer, Era, Person, writes

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE = 60.0
"""Seconds until a call is held to hang: ten times what the largest takes on a busy machine."""

EXAMPLES = settings.default.max_examples if settings.default else 100
AFEW = settings(
    max_examples=EXAMPLES // 10,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)

Calls = list[Arguments]
ERAS: st.SearchStrategy[Era] = st.sampled_from(["auto", "legacy"])
REFUSALS: st.SearchStrategy[Answer | None] = st.sampled_from([None, "decline", "cancel"])
"""Whoever is asked, and says no. None: nobody can be asked."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def account() -> AsyncGenerator[Sandbox]:
    """One account for all that is asked: nothing here may change it."""
    clock = Clock()
    auth_id, signature = SECRETS
    sandbox = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, auth_id=auth_id, auth_signature=signature)

    def connect(_: Settings) -> StockTrimClient:
        return StockTrimClient(*SECRETS, transport=sandbox, sleep=clock.sleep, journal=MemoryJournal())

    app = App(SETTINGS, connect, now=sandbox.now)
    lend(app)
    yield sandbox
    await app.aclose()


async def ask(sandbox: Sandbox, tool: str, calls: Calls, era: Era, refusal: Answer | None) -> None:
    person = None if refusal is None else Person(refusal)
    with listening() as heard:
        async with Client(SERVED, mode=era, elicitation_callback=person) as client:
            for arguments in calls:
                async with asyncio.timeout(PATIENCE):
                    result = await client.call_tool(tool, arguments)
                said = accept(tool, result, heard)
                # StockTrim is well: whatever goes wrong is not its answer.
                assert "not in the documented form" not in said
                assert writes(sandbox) == []


@pytest.mark.parametrize("tool", SCHEMAS)
@given(data=st.data(), era=ERAS, refusal=REFUSALS)
@AFEW
async def test_what_the_schema_allows_is_answered(
    account: Sandbox, tool: str, data: st.DataObject, era: Era, refusal: Answer | None
) -> None:
    calls = data.draw(st.lists(allowed(SCHEMAS[tool]["input"]), min_size=1, max_size=4))
    await ask(account, tool, calls, era, refusal)


@pytest.mark.parametrize("tool", SCHEMAS)
@given(data=st.data(), era=ERAS, refusal=REFUSALS)
@AFEW
async def test_what_nobody_means_is_answered_as_well(
    account: Sandbox, tool: str, data: st.DataObject, era: Era, refusal: Answer | None
) -> None:
    calls: list[Any] = data.draw(st.lists(twisted(SCHEMAS[tool]["input"]), min_size=1, max_size=4))
    await ask(account, tool, calls, era, refusal)
