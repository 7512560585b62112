"""Whoever the client is: nothing is sent that was not approved, and the answer says what happened."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client import Transport as ClientTransport
from mcp.client.session import ClientRequestContext
from mcp.server.mcpserver import MCPServer
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult, ErrorData, InputRequiredResult

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Recorded, Sandbox, serve
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import ApprovalMode, Settings
from tests.conftest import TODAY, Clock
from tests.server.writing.clients import (
    COMBINATIONS,
    Answer,
    Combination,
    Person,
    connected,
    process,
    reachable,
    report_of,
    text_of,
    writes,
)

TOKEN_LIVES = timedelta(minutes=20)
"""No token is good for longer."""


@dataclass
class House:
    """A StockTrim, a server before it, and a client of one kind with a person at it."""

    sandbox: Sandbox
    client: Client
    person: Person
    kind: Combination
    mode: ApprovalMode
    orders: list[str]
    """Orders nobody has deleted yet."""
    later: timedelta = field(default_factory=timedelta)

    @property
    def is_asked(self) -> bool:
        """Whether this client's person is asked, rather than its model given a token."""
        return {"auto": self.kind.is_asked, "ask": self.kind.can_be_asked}.get(self.mode, False)

    async def ask(self, tool: str, **arguments: Any) -> tuple[dict[str, Any], list[Recorded]]:
        """A call, and what was sent for it that may have changed something."""
        before = len(writes(self.sandbox))
        result = await self.client.call_tool(tool, arguments)
        report = report_of(result)
        assert report["message"] in text_of(result)
        assert report.get("confirm_token", "") in text_of(result)
        return report, writes(self.sandbox)[before:]

    async def refused(self, tool: str, **arguments: Any) -> str:
        """What is said of a call that is refused, for which nothing was sent."""
        before = len(writes(self.sandbox))
        result = await self.client.call_tool(tool, arguments)
        assert result.is_error, text_of(result)
        assert writes(self.sandbox)[before:] == []
        return text_of(result)

    def holds(self, reference: str) -> bool:
        """Whether the order is there."""
        return any(one.get("clientReferenceNumber") == reference for one in self.sandbox.shop.orders.values())

    def move(self, reference: str) -> None:
        """Let somebody else change the order."""
        shop = self.sandbox.shop
        number = next(key for key, one in shop.orders.items() if one.get("clientReferenceNumber") == reference)
        lines = ({"productId": "KETTLE-09", "quantity": 4711.0},)
        shop.orders[number] = shop.orders[number] | {"purchaseOrderLineItems": lines}
        shop.changed()

    async def preview(self, reference: str) -> str:
        """The token of a preview, for which nothing was sent. The person, where one is asked, declines."""
        report, sent = await self.ask("delete_purchase_order", reference=reference)
        assert sent == []
        assert report["status"] == "preview"
        assert [(one["key"], one["kind"], one["outcome"]) for one in report["changes"]] == [
            (reference, "delete", "planned")
        ]
        return report["confirm_token"]


@asynccontextmanager
async def housed(kind: Combination, mode: ApprovalMode = "auto", ask_seconds: float = 45.0) -> AsyncGenerator[House]:
    """A house with a client of this kind, in the owner's mode."""
    clock = Clock()
    if kind.transport != "stdio":
        sandbox = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep)
        made: list[House] = []
        settings = Settings(sandbox=True, log_level="ERROR", approval=mode, ask_seconds=ask_seconds)

        def connect(settings: Settings) -> StockTrimClient:
            return StockTrimClient("sandbox", "sandbox", transport=sandbox, sleep=clock.sleep)

        def now() -> datetime:
            return sandbox.now() + (made[0].later if made else timedelta())

        app = App(settings, connect, now=now)
        try:
            async with AsyncExitStack() as stack:
                to = server.build(app)
                if kind.transport != "memory":
                    to = await stack.enter_async_context(reachable(to, kind.transport))
                house = await stack.enter_async_context(_house(sandbox, to, kind, mode))
                made.append(house)
                yield house
        finally:
            await app.aclose()
        return
    sandbox = Sandbox()
    async with serve(sandbox) as address, _house(sandbox, process(address, approval=mode), kind, mode) as house:
        yield house


@asynccontextmanager
async def _house(
    sandbox: Sandbox,
    to: MCPServer[Any] | StdioServerParameters | ClientTransport | str,
    kind: Combination,
    mode: ApprovalMode,
) -> AsyncGenerator[House]:
    person = Person()
    orders = [one["clientReferenceNumber"] for one in sandbox.shop.orders.values() if one["status"] == "Received"]
    async with connected(to, kind.era, kind.asking, person) as client:
        yield House(sandbox, client, person, kind, mode, orders)


Scenario = Callable[[House], Awaitable[None]]


async def approved(house: House) -> None:
    reference = house.orders.pop()
    if house.is_asked:
        report, sent = await house.ask("delete_purchase_order", reference=reference)
        assert len(house.person.questions) == 1
        assert reference in house.person.questions[0]
    else:
        token = await house.preview(reference)
        assert house.holds(reference)
        report, sent = await house.ask("delete_purchase_order", reference=reference, confirm_token=token)
        assert house.person.questions == []
    assert report["status"] == "applied"
    assert "confirm_token" not in report
    assert [(one["key"], one["outcome"]) for one in report["changes"]] == [(reference, "applied")]
    assert [(one.operation, one.query["referencenumber"]) for one in sent] == [("delete_purchase_order", reference)]
    assert not house.holds(reference)


def refuses(answer: Answer) -> Scenario:
    async def scenario(house: House) -> None:
        reference = house.orders.pop()
        house.person.answer = answer
        report, sent = await house.ask("delete_purchase_order", reference=reference)
        assert sent == []
        assert house.holds(reference)
        assert report["status"] == ("declined" if house.is_asked else "preview")
        assert len(house.person.questions) == house.is_asked
        if house.is_asked:
            assert "confirm_token" not in report
            assert "undo_id" not in report
            assert all(one["outcome"] == "not_sent" for one in report.get("changes", ()))

    return scenario


async def forged(house: House) -> None:
    reference = house.orders.pop()
    house.person.answer = "decline"
    for token in ("CONFIRMED", "AAAAAAAAAAAA", "yes", "true", reference, "A" * 5_000, "\u202e☕", "*"):
        house.person.questions.clear()
        report, sent = await house.ask("delete_purchase_order", reference=reference, confirm_token=token)
        assert sent == []
        assert house.holds(reference)
        assert report["status"] == ("declined" if house.is_asked else "preview")
        assert len(house.person.questions) == house.is_asked
        if not house.is_asked:
            assert report["confirm_token"] != token


async def borrowed(house: House) -> None:
    """A token is good for its own tool and arguments alone."""
    if house.is_asked:
        return
    reference, other = "PO-00020", house.orders.pop()
    token = await house.preview(reference)
    report, sent = await house.ask("delete_purchase_order", reference=other, confirm_token=token)
    assert (report["status"], sent) == ("preview", [])
    report, sent = await house.ask("update_purchase_order", reference=reference, status="Sent", confirm_token=token)
    assert (report["status"], sent) == ("preview", [])
    assert house.holds(reference)
    assert house.holds(other)


async def moved(house: House) -> None:
    """A record that changed since it was shown is shown again."""
    if house.is_asked:
        return
    reference = house.orders.pop()
    token = await house.preview(reference)
    house.move(reference)
    report, sent = await house.ask("delete_purchase_order", reference=reference, confirm_token=token)
    assert (report["status"], sent) == ("preview", [])
    assert "4711" in str(report)
    assert report["confirm_token"] != token
    report, sent = await house.ask("delete_purchase_order", reference=reference, confirm_token=report["confirm_token"])
    assert report["status"] == "applied"
    assert len(sent) == 1


async def replayed(house: House) -> None:
    """A token is good once, even where the record came back as it was."""
    if house.is_asked:
        return
    reference = house.orders.pop()
    token = await house.preview(reference)
    shop = house.sandbox.shop
    before = dict(shop.orders)
    report, sent = await house.ask("delete_purchase_order", reference=reference, confirm_token=token)
    assert (report["status"], len(sent)) == ("applied", 1)
    await house.refused("delete_purchase_order", reference=reference, confirm_token=token)
    shop.orders.clear()
    shop.orders.update(before)
    shop.changed()
    report, sent = await house.ask("delete_purchase_order", reference=reference, confirm_token=token)
    assert (report["status"], sent) == ("preview", [])
    assert house.holds(reference)


async def absent(house: House) -> None:
    """Where there is nothing to change, nobody is asked."""
    assert "PO-99999" in await house.refused("delete_purchase_order", reference="PO-99999")
    assert house.person.questions == []


SCENARIOS: dict[str, Scenario] = {
    "approved": approved,
    "declined": refuses("decline"),
    "cancelled": refuses("cancel"),
    "forged": forged,
    "borrowed": borrowed,
    "moved": moved,
    "replayed": replayed,
    "absent": absent,
}

IN_MEMORY = [one for one in COMBINATIONS if one.transport == "memory"]
AS_PROCESS = [one for one in COMBINATIONS if one.transport == "stdio"]
MODES: tuple[ApprovalMode, ...] = ("auto", "ask", "token")


def named(kind: Combination) -> str:
    return "-".join(kind)


def cannot_be_asked(kind: Combination, mode: ApprovalMode) -> bool:
    return mode == "ask" and not kind.can_be_asked


EVERY_WAY = [
    pytest.param(kind, mode, id=f"{named(kind)}-{mode}")
    for kind in IN_MEMORY
    for mode in MODES
    if not cannot_be_asked(kind, mode)
]


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize(("kind", "mode"), EVERY_WAY)
async def test_nothing_is_sent_that_was_not_approved(kind: Combination, mode: ApprovalMode, scenario: str) -> None:
    async with housed(kind, mode) as house:
        await SCENARIOS[scenario](house)


PROCESSES: list[tuple[Combination, ApprovalMode]] = [
    *((kind, "auto") for kind in AS_PROCESS),
    (Combination("stdio", "auto", "form"), "token"),
    (Combination("stdio", "auto", "form"), "ask"),
    (Combination("stdio", "legacy", "form"), "ask"),
]


@pytest.mark.parametrize(("kind", "mode"), PROCESSES, ids=lambda one: one if isinstance(one, str) else named(one))
async def test_nothing_is_sent_by_a_process_that_was_not_approved(kind: Combination, mode: ApprovalMode) -> None:
    async with housed(kind, mode) as house:
        for scenario in SCENARIOS.values():
            house.person.answer = "accept"
            house.person.questions.clear()
            await scenario(house)


OVER_HTTP = [one for one in COMBINATIONS if one.transport in ("http", "stateless", "sse") and one.asking != "url"]


@pytest.mark.parametrize("mode", ["auto", "ask"])
@pytest.mark.parametrize("kind", OVER_HTTP, ids=named)
async def test_nothing_is_sent_over_http_that_was_not_approved(kind: Combination, mode: ApprovalMode) -> None:
    async with housed(kind, mode) as house:
        if cannot_be_asked(kind, mode):
            report, sent = await house.ask("delete_purchase_order", reference=house.orders[-1])
            assert (report["status"], sent) == ("refused", [])
            return
        for scenario in SCENARIOS.values():
            house.person.answer = "accept"
            house.person.questions.clear()
            await scenario(house)


async def test_a_token_of_half_a_character_is_none() -> None:
    async with housed(Combination("memory", "auto", "none")) as house:
        reference = house.orders.pop()
        report, sent = await house.ask("delete_purchase_order", reference=reference, confirm_token="\ud800")
        assert (report["status"], sent) == ("preview", [])


async def expired(house: House, token: str, reference: str) -> None:
    report, sent = await house.ask("delete_purchase_order", reference=reference, confirm_token=token)
    assert (report["status"], sent) == ("preview", [])
    assert report["confirm_token"] != token
    assert house.holds(reference)


TOLD = [one for one in IN_MEMORY if not one.is_asked]


@pytest.mark.parametrize("kind", TOLD, ids=named)
async def test_a_token_ends_with_its_time_and_a_new_preview_comes_instead(kind: Combination) -> None:
    async with housed(kind) as house:
        reference = house.orders.pop()
        token = await house.preview(reference)
        house.later += TOKEN_LIVES
        await expired(house, token, reference)


@pytest.mark.parametrize("kind", TOLD, ids=named)
async def test_a_token_is_good_while_a_person_reads(kind: Combination) -> None:
    async with housed(kind) as house:
        reference = house.orders.pop()
        token = await house.preview(reference)
        house.later += timedelta(minutes=9)
        report, sent = await house.ask("delete_purchase_order", reference=reference, confirm_token=token)
        assert (report["status"], len(sent)) == ("applied", 1)


MODERN = Combination("memory", "auto", "form")
OLDER = Combination("memory", "legacy", "form")


@pytest.mark.parametrize("kind", [one for one in IN_MEMORY if not one.can_be_asked], ids=named)
async def test_an_owner_who_wants_to_be_asked_is_not_passed_over(kind: Combination) -> None:
    async with housed(kind, "ask") as house:
        reference = house.orders.pop()
        for token in ({}, {"confirm_token": "AAAAAAAAAAAA"}):
            report, sent = await house.ask("delete_purchase_order", reference=reference, **token)
            assert (report["status"], sent) == ("refused", [])
            assert "confirm_token" not in report
            assert "STOCKTRIM_APPROVAL" in report["message"]
        assert house.holds(reference)
        assert house.person.questions == []


@pytest.mark.parametrize("kind", IN_MEMORY, ids=named)
async def test_an_owner_who_leaves_it_to_the_host_is_not_asked_and_what_was_done_is_said(kind: Combination) -> None:
    async with housed(kind, "host") as house:
        reference = house.orders.pop()
        report, sent = await house.ask("delete_purchase_order", reference=reference)
        assert (report["status"], len(sent)) == ("applied", 1)
        assert house.person.questions == []
        assert [(one["key"], one["outcome"]) for one in report["changes"]] == [(reference, "applied")]


async def test_a_person_who_never_answers_keeps_nobody_waiting_and_the_preview_is_the_answer() -> None:
    async with housed(OLDER, "ask", ask_seconds=0.05) as house:
        reference = house.orders.pop()
        house.person.answer = "nothing"
        report, sent = await house.ask("delete_purchase_order", reference=reference)
        assert (report["status"], sent) == ("preview", [])
        assert any("did not answer" in one for one in report["warnings"])
        assert len(house.person.questions) == 1
        token = report["confirm_token"]
        report, sent = await house.ask("delete_purchase_order", reference=reference, confirm_token=token)
        assert (report["status"], len(sent)) == ("applied", 1)
        assert len(house.person.questions) == 1


async def test_a_modern_client_that_never_answers_leaves_nothing_waiting() -> None:
    async with housed(MODERN) as house:
        reference = house.orders.pop()
        asked = await _asked(house, reference)
        assert asked.input_requests
        assert writes(house.sandbox) == []
        house.person.answer = "decline"
        report, sent = await house.ask("delete_purchase_order", reference=reference)
        assert (report["status"], sent) == ("declined", [])


@pytest.mark.parametrize("content", [{}, {"apply": False}, {"apply": "no"}, {"yes": True}, {"apply": None}, None])
@pytest.mark.parametrize("kind", [MODERN, OLDER], ids=named)
async def test_an_answer_that_does_not_say_yes_is_no(kind: Combination, content: dict[str, Any] | None) -> None:
    async with housed(kind, "ask") as house:
        reference = house.orders.pop()
        house.person.content = content
        before = len(writes(house.sandbox))
        result = await house.client.call_tool("delete_purchase_order", {"reference": reference})
        assert report_of(result)["status"] == "declined"
        assert "without a yes" in text_of(result)
        assert writes(house.sandbox)[before:] == []
        assert house.holds(reference)


async def test_a_record_that_moves_while_a_person_thinks_is_asked_about_again() -> None:
    async with housed(MODERN) as house:
        reference = house.orders.pop()
        house.person.before_answering = lambda: len(house.person.questions) == 1 and house.move(reference)
        report, sent = await house.ask("delete_purchase_order", reference=reference)
        assert (report["status"], len(sent)) == ("applied", 1)
        first, second = house.person.questions
        assert "4711" not in first.replace(",", "")
        assert "4711" in second.replace(",", "")


async def test_a_record_that_moves_while_an_older_client_thinks_is_shown_anew() -> None:
    async with housed(OLDER, "ask") as house:
        reference = house.orders.pop()
        house.person.before_answering = lambda: len(house.person.questions) == 1 and house.move(reference)
        report, sent = await house.ask("delete_purchase_order", reference=reference)
        assert (report["status"], sent) == ("preview", [])
        assert "confirm_token" not in report
        assert "While the question stood open the records changed" in report["message"]
        assert "4711" in str(report)
        assert house.holds(reference)
        report, sent = await house.ask("delete_purchase_order", reference=reference)
        assert (report["status"], len(sent)) == ("applied", 1)
        assert "4711" in house.person.questions[1]


CODES = ("V60-02", "FILT-02", "SERVER-600")


@pytest.mark.parametrize("kind", [MODERN, OLDER], ids=named)
async def test_where_one_of_several_records_moves_none_is_sent(kind: Combination) -> None:
    async with housed(kind, "ask") as house:

        def move() -> None:
            if len(house.person.questions) == 1:
                house.sandbox.shop.products["30000002"]["leadTime"] = 99
                house.sandbox.shop.changed()
            else:
                house.person.answer = "decline"

        house.person.before_answering = move
        changes = [{"code": code, "lead_time_days": 21} for code in CODES]
        report, sent = await house.ask("update_products", changes=changes)
        assert sent == []
        assert report["status"] == ("declined" if kind is MODERN else "preview")
        assert "lead time days: 99 -> 21" in house.person.questions[-1] or "lead_time_days: 99 -> 21" in str(report)


async def test_a_change_that_somebody_else_made_meanwhile_is_not_made_again() -> None:
    async with housed(OLDER, "ask") as house:

        def make() -> None:
            house.sandbox.shop.products["30000001"]["leadTime"] = 21
            house.sandbox.shop.changed()

        house.person.before_answering = make
        report, sent = await house.ask("update_products", changes=[{"code": "V60-02", "lead_time_days": 21}])
        assert (report["status"], sent) == ("unchanged", [])


async def test_an_older_client_that_answers_with_an_error_could_not_be_asked() -> None:
    async with housed(OLDER, "ask") as house:
        house.person.error = ErrorData(code=-32601, message="no such method")
        reference = house.orders.pop()
        report, sent = await house.ask("delete_purchase_order", reference=reference)
        assert (report["status"], sent) == ("refused", [])
        assert "answered the question with an error" in report["message"]
        assert house.holds(reference)


def many(house: House, count: int, characters: int) -> list[dict[str, Any]]:
    """Changes of so many products, each with so much to read."""
    products = [one for one in house.sandbox.shop.products.values() if one.get("productCodeReadable")]
    codes = [one["productCodeReadable"] for one in products]
    once = [code for code in codes if codes.count(code) == 1][:count]
    assert len(once) == count
    text = {"category": "C" * characters, "name": "N" * characters}
    return [{"code": code, "lead_time_days": 17, **text} for code in once]


@pytest.mark.parametrize("kind", [MODERN, OLDER], ids=named)
async def test_an_owner_who_wants_to_be_asked_is_asked_nothing_that_does_not_fit(kind: Combination) -> None:
    async with housed(kind, "ask") as house:
        changes = many(house, 15, 400)
        report, sent = await house.ask("update_products", changes=changes)
        assert (report["status"], sent) == ("refused", [])
        assert house.person.questions == []
        assert "confirm_token" not in report
        fitting = int(report["message"].partition("about ")[2].split()[0])
        assert 0 < fitting < 15
        report, sent = await house.ask("update_products", changes=changes[:fitting])
        assert (report["status"], len(sent)) == ("applied", fitting)
        assert len(house.person.questions) == 1


async def test_who_can_be_asked_is_not_passed_by_with_a_call_too_large_for_a_question() -> None:
    async with housed(MODERN) as house:
        report, sent = await house.ask("update_products", changes=many(house, 15, 400))
        assert (report["status"], sent) == ("refused", [])
        assert "do not fit into one question" in report["message"]
        assert "confirm_token" not in report
        assert house.person.questions == []


@pytest.mark.parametrize("kind", [*TOLD, MODERN], ids=named)
async def test_what_does_not_fit_into_an_answer_cannot_be_confirmed(kind: Combination) -> None:
    async with housed(kind, "auto") as house:
        texts = ("name", "email", "contact_name", "external_id", "street_address", "address_line1", "state", "country")
        suppliers = [{"code": f"S{at:02}", **dict.fromkeys(texts, "x" * 198 + f"{at:02}")} for at in range(49)]
        report, sent = await house.ask(
            "save_suppliers", suppliers=[*suppliers, {"code": "HIKARI", "lead_time_days": 9}]
        )
        assert (report["status"], sent) == ("refused", [])
        assert " at a time" in report["message"]
        assert "confirm_token" not in report
        assert house.person.questions == []


@pytest.mark.parametrize("kind", [MODERN, OLDER], ids=named)
async def test_a_question_shows_every_change_to_its_last_digit(kind: Combination) -> None:
    async with housed(kind, "ask") as house:
        house.person.answer = "decline"
        await house.ask("update_products", changes=[{"code": "V60-02", "unit_cost": 7.40004, "category": "C" * 489}])
        assert "unit cost: 7.4 -> 7.40004" in house.person.questions[0]
        assert "C" * 489 in house.person.questions[0]


@pytest.mark.parametrize("kind", [MODERN, OLDER], ids=named)
async def test_a_question_holds_each_order_with_its_lines_and_nothing_that_is_left_out(kind: Combination) -> None:
    async with housed(kind, "ask") as house:
        house.person.answer = "decline"
        plan = report_of(await house.client.call_tool("get_reorder_plan", {}))
        await house.ask("draft_purchase_orders", plan_id=plan["plan_id"], suppliers=["HIKARI"])
        (question,) = house.person.questions
        assert question.startswith("Draft 1 purchase order in StockTrim, ")
        assert "V60-02" in question
        assert "left out" not in question
        assert "|" not in question
        assert "status" not in question
        lines = [one for one in question.splitlines() if " x " in one]
        assert lines
        assert all(" at " in one and " = " in one for one in lines)


@pytest.mark.parametrize("kind", [MODERN, OLDER], ids=named)
async def test_a_yes_holds_although_the_records_on_hand_grow_older(kind: Combination) -> None:
    async with housed(kind, "ask") as house:

        async def later() -> None:
            await house.client.call_tool("get_reorder_plan", {})

        await later()
        house.later += timedelta(minutes=7)

        def think() -> None:
            house.later += timedelta(minutes=5)

        house.person.before_answering = think
        report, sent = await house.ask("draft_purchase_orders", lines=[{"product": "V60-02", "quantity": 24}])
        assert (report["status"], len(sent)) == ("applied", 1)
        assert len(house.person.questions) == 1


def slow(house: House, seconds: float) -> None:
    """Let every answer of StockTrim take so long."""
    house.sandbox.latency = seconds


@pytest.mark.parametrize("kind", TOLD, ids=named)
async def test_a_look_that_takes_long_says_that_fewer_are_better(kind: Combination) -> None:
    async with housed(kind) as house:
        changes = many(house, 6, 1)
        quick, _ = await house.ask("update_products", changes=changes)
        assert not any("fewer at a time" in one for one in quick["warnings"])
        slow(house, 3.0)
        report, sent = await house.ask("update_products", changes=changes)
        assert (report["status"], sent) == ("preview", [])
        assert any("fewer at a time" in one for one in report["warnings"])
        assert report["confirm_token"] == quick["confirm_token"]


@pytest.mark.parametrize("mode", ["auto", "ask", "token", "host"])
@pytest.mark.parametrize("kind", [one for one in IN_MEMORY if one.asking == "form"], ids=named)
async def test_where_only_looking_takes_most_of_a_calls_time_nothing_is_begun(
    kind: Combination, mode: ApprovalMode
) -> None:
    async with housed(kind, mode) as house:
        changes = many(house, 6, 1)
        token: dict[str, str] = {}
        if not house.is_asked and mode != "host":
            report, _ = await house.ask("update_products", changes=changes)
            token = {"confirm_token": report["confirm_token"]}
        slow(house, 9.0)
        report, sent = await house.ask("update_products", changes=changes, **token)
        assert (report["status"], sent) == ("refused", [])
        assert "fewer at a time" in report["message"]
        slow(house, 0.0)
        report, sent = await house.ask("update_products", changes=changes, **token)
        assert (report["status"], len(sent)) == ("applied", 6)


async def test_a_server_that_is_ending_says_so_of_a_change_as_well(app: App) -> None:
    async with Client(server.build(app)) as client:
        await app.aclose()
        result = await client.call_tool("delete_purchase_order", {"reference": "PO-00001"})
    assert result.is_error
    assert "This server is ending" in text_of(result)


async def test_an_end_does_not_wait_for_a_person_who_thinks(app: App) -> None:
    thinking, answering = asyncio.Event(), asyncio.Event()

    async def person(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        thinking.set()
        await answering.wait()
        return ElicitResult(action="decline")

    asking = app.beside(app.settings.model_copy(update={"approval": "ask"}))
    async with Client(server.build(asking), mode="legacy", elicitation_callback=person) as client:
        call = asyncio.create_task(client.call_tool("delete_purchase_order", {"reference": "PO-00016"}))
        await thinking.wait()
        assert app.calls.under_way == 1
        assert await app.calls.drained(60) == 0
        answering.set()
        assert report_of(await call)["status"] == "declined"


async def _asked(house: House, reference: str, **answered: Any) -> InputRequiredResult:
    result = await _told(house, reference, **answered)
    assert isinstance(result, InputRequiredResult)
    return result


async def _told(house: House, reference: str, **answered: Any) -> CallToolResult | InputRequiredResult:
    arguments = {"reference": reference}
    session = house.client.session
    result = await session.call_tool("delete_purchase_order", arguments, allow_input_required=True, **answered)
    assert isinstance(result, CallToolResult | InputRequiredResult)
    return result


def _yes(asked: InputRequiredResult) -> dict[str, Any]:
    """What a host sends back that says yes to every question."""
    yes = ElicitResult(action="accept", content={"apply": True})
    return {"input_responses": dict.fromkeys(asked.input_requests or {}, yes), "request_state": asked.request_state}


async def test_a_yes_is_good_once_even_where_the_record_came_back_as_it_was() -> None:
    async with housed(MODERN) as house:
        reference = house.orders.pop()
        before = dict(house.sandbox.shop.orders)
        answer = _yes(await _asked(house, reference))
        assert isinstance(result := await _told(house, reference, **answer), CallToolResult)
        assert report_of(result)["status"] == "applied"
        house.sandbox.shop.orders |= before
        house.sandbox.shop.changed()
        sent = len(writes(house.sandbox))
        await _asked(house, reference, **answer)
        assert len(writes(house.sandbox)) == sent
        assert house.holds(reference)


async def test_a_yes_to_one_question_is_none_to_another() -> None:
    async with housed(MODERN) as house:
        one, other = house.orders.pop(), house.orders.pop()
        answer = _yes(await _asked(house, one))
        try:
            result = await _told(house, other, **answer)
        except MCPError as error:
            result = error
        assert not isinstance(result, CallToolResult) or result.is_error
        assert writes(house.sandbox) == []


async def test_a_yes_that_nobody_asked_for_is_none() -> None:
    async with housed(MODERN) as house:
        reference = house.orders.pop()
        keys = (await _asked(house, reference)).input_requests or {}
        yes = ElicitResult(action="accept", content={"apply": True})
        for state in (None, "", "made up"):
            try:
                result = await _told(house, reference, input_responses=dict.fromkeys(keys, yes), request_state=state)
            except MCPError as error:
                result = error
            assert not isinstance(result, CallToolResult) or result.is_error
            assert writes(house.sandbox) == []


@pytest.mark.parametrize("kind", TOLD, ids=named)
async def test_a_token_used_twice_at_once_is_good_once(kind: Combination) -> None:
    async with housed(kind) as house:
        reference = house.orders.pop()
        arguments = {"reference": reference, "confirm_token": await house.preview(reference)}
        calls = [house.client.call_tool("delete_purchase_order", arguments) for _ in range(3)]
        results = await asyncio.gather(*calls)
        assert len(writes(house.sandbox)) == 1
        done = [one for one in results if not one.is_error and report_of(one)["status"] == "applied"]
        assert len(done) == 1


async def test_a_yes_sent_twice_at_once_is_good_once() -> None:
    async with housed(MODERN) as house:
        reference = house.orders.pop()
        answer = _yes(await _asked(house, reference))
        results = await asyncio.gather(*(_told(house, reference, **answer) for _ in range(3)))
        assert len(writes(house.sandbox)) == 1
        done = [one for one in results if isinstance(one, CallToolResult) and not one.is_error]
        assert [report_of(one)["status"] for one in done].count("applied") == 1
