"""One client of a soak: it asks, has changes shown, says yes or not, leaves in the middle, and comes back."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import anyio
from mcp import Client
from mcp.client import Transport
from mcp.client.session import ClientRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult, TextContent

from bench.soak.ledger import NEW, NEW_CODE, Heard, Ledger, Meant

Era = Literal["auto", "legacy"]

CANCELLED = 0.08
"""Of calls."""
TWICE = 0.1
"""Of confirmations: some hosts send a call again that takes long."""
SAID_YES = 0.85

QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("get_reorder_plan", {}),
    ("get_products", {"codes": ["V60-02", "KETTLE-09"]}),
    ("search", {"query": "kettle"}),
    ("find_purchase_orders", {"status": ["Draft"], "limit": 10}),
    ("query_data", {"sql": "SELECT category, count(*) FROM products GROUP BY 1"}),
    ("get_sales_history", {"products": ["V60-02"]}),
    ("list_changes", {"limit": 10}),
    ("get_status", {}),
)

TOOLS = ("record_sales", "create_products", "update_products", "draft_purchase_orders")

ENDS: dict[str, Heard] = {"applied": "applied", "unknown": "unheard"}
"""What an answer says that a client can be sure of; anything else was not made."""


@dataclass
class Buyer:
    """One client with products of its own."""

    number: int
    to: Callable[[], str | Transport]
    era: Era
    can_ask: bool
    ledger: Ledger
    chance: random.Random
    codes: tuple[str, ...]
    """Products that no other client changes."""
    session_calls: int = 40
    made: int = field(default=0, init=False)
    _asked: Meant | None = field(default=None, init=False)

    async def live(self, until: float) -> None:
        """One session after the other until a time of the event loop's clock."""
        clock = asyncio.get_running_loop().time
        while clock() < until:
            question = self._answer if self.can_ask else None
            try:
                async with Client(self.to(), mode=self.era, elicitation_callback=question) as client:
                    for _ in range(self.session_calls):
                        if clock() >= until:
                            return
                        await self._step(client)
            except* (MCPError, OSError, anyio.ClosedResourceError, anyio.BrokenResourceError) as group:
                self.ledger.wrong.append(
                    f"{datetime.now(UTC):%H:%M:%S} client {self.number}: the connection broke: {group.exceptions[0]!r}"
                )
                await asyncio.sleep(0.1)

    async def _step(self, client: Client) -> None:
        if self.chance.random() < 0.5:
            await self._call(client, *self.chance.choice(QUESTIONS))
        else:
            await self._change(client)

    async def _change(self, client: Client) -> None:
        """Have something shown, and perhaps confirm it."""
        tool, arguments, meant = self._next()
        if meant is not None:
            self.ledger.meant.append(meant)
        self._asked = meant
        shown = await self._call(client, tool, arguments)
        self._asked = None
        if meant is not None and meant.is_confirmed:
            meant.answers.append(_heard(shown))
        token = None if shown is None else (shown.structured_content or {}).get("confirm_token")
        if shown is None or token is None or self.chance.random() >= SAID_YES:
            return
        if meant is None:
            meant = Meant(tool, (shown.structured_content or {})["changes"][0]["key"])
            self.ledger.meant.append(meant)
        meant.is_confirmed = True
        times = 2 if self.chance.random() < TWICE else 1
        again = {**arguments, "confirm_token": token}
        answers = await asyncio.gather(*(self._call(client, tool, again) for _ in range(times)))
        meant.answers += map(_heard, answers)

    def _next(self) -> tuple[str, dict[str, Any], Meant | None]:
        """A change nobody meant before. None: its record is named by the preview."""
        self.made += 1
        name = f"{self.number}-{self.made}"
        code = self.chance.choice(self.codes)
        # Whoever is asked never sees the reference of an order before it is made.
        tool = self.chance.choice(TOOLS[:-1] if self.can_ask else TOOLS)
        if tool == "record_sales":
            key = f"soak-{name}"
            sale = {"code": code, "quantity": 1 + self.made % 7, "sold_on": "2026-01-31", "reference": key}
            return tool, {"sales": [sale]}, Meant(tool, key)
        if tool == "create_products":
            key = f"{NEW_CODE}{name}"
            return tool, {"products": [{"code": key, "name": f"Soak {name}", "unit_cost": 2.5}]}, Meant(tool, key)
        if tool == "update_products":
            cost = round(self.number + self.made / 10_000, 4)
            return tool, {"changes": [{"code": code, "unit_cost": cost}]}, Meant(tool, code, cost)
        # The reference of an order is made of its lines.
        return tool, {"lines": [{"product": code, "quantity": 10_000 * (1 + self.number) + self.made}]}, None

    async def _answer(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        """The person before this client."""
        if self._asked is None or self.chance.random() >= SAID_YES:
            return ElicitResult(action="decline")
        self._asked.is_confirmed = True
        return ElicitResult(action="accept", content={"apply": True})

    async def _call(self, client: Client, tool: str, arguments: dict[str, Any]) -> CallToolResult | None:
        """None: the call was given up."""
        patience = self.chance.expovariate(10) if self.chance.random() < CANCELLED else 120
        result: CallToolResult | None = None
        with anyio.move_on_after(patience):
            result = await client.call_tool(tool, arguments)
        if result is None:
            self.ledger.calls["cancelled" if patience < 120 else "never answered"] += 1
            return None
        self.ledger.calls["refused" if result.is_error else "answered"] += 1
        if tool not in NEW and result.is_error and not _text(result):
            self.ledger.wrong.append(f"{tool}: an error without a word")
        return result


def _heard(result: CallToolResult | None) -> Heard:
    if result is None:
        return "unheard"
    report = result.structured_content or {}
    if result.is_error:
        return "not made" if "othing was changed" in _text(result) else "unheard"
    return ENDS.get(report.get("status", ""), "not made")


def _text(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))
