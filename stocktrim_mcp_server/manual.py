"""docs/tools.md, written by the server itself: what it offers, and what it answers on made-up data of a fixed day."""

import json
import re
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

from mcp import Client
from mcp_types import CallToolResult, Prompt, TextContent, Tool

from stocktrim_client import StockTrimClient
from stocktrim_client.journal import MemoryJournal
from stocktrim_client.sandbox import Sandbox
from stocktrim_client.snapshot import KINDS
from stocktrim_mcp_server import server
from stocktrim_mcp_server.approval import Approvals
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.toolbox import Toolset, names
from stocktrim_mcp_server.tools import EVERY, TOOLSETS

TODAY = date(2026, 11, 23)
LINES_SHOWN = 48
LONGEST_LINE = 400
LONGEST_SAID = 90
"""Characters of a warning or note: the rows are what a reader looks for."""

HEAD = """# Tools

Written by `stocktrim-mcp-server tools --markdown`; do not edit. Every answer below is real, of one fixed morning,
2026-11-23, from the built-in sandbox of 24 made-up products: on another day the sandbox answers with other figures.
Warnings, notes and long tables are cut short here (…).

Lists may be written as a list, as `a,b`, or as JSON in a string; a code that holds a comma as a list. Unknown arguments
are refused with the nearest name. Answers come as text and as structured content, each complete on its own.

A list that is left out asks for all; `["*"]` says so aloud. Where a default is set (group `defaults`), `["all"]` or
`["*"]` asks for all in spite of it, and so does `horizon_days` 3650. A read-only server uses saved defaults and does
not change them; a server without that group uses none.

## Words of the answers

- **late, due, soon, ok**: out of stock or the day to order by has passed; order within a week; within two; later.
- **order by**: the last day to order so that the goods come before the stock runs out, by the lead time.
- **days left**: how long the stock on hand lasts, as StockTrim forecasts demand.
- **dry days**: estimate; days without stock before an order placed today can arrive, if what is on order comes in time.
- **lost margin**: estimate; margin lost if the line is ordered a week later instead of now.
- **set aside**: suggested by StockTrim and not to be bought: it stands on an open order already, or is made here.
- **estimate**: this server's figure; all others are StockTrim's.
"""

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "get_reorder_plan": {"horizon_days": 14, "limit": 5},
    "explain_reorder": {"products": ["V60-02"]},
    "simulate_reorder": {"demand_change_pct": 20, "limit": 5},
    "check_planning_data": {"limit": 4},
    "search": {"query": "hikari"},
    "get_products": {"codes": ["V60-02"], "include": ["stock", "suppliers"]},
    "get_suppliers": {"codes": ["HIKARI"]},
    "get_sales_history": {"products": ["V60-02"], "since": "2026-08-01"},
    "find_purchase_orders": {"status": ["Open"], "limit": 4},
    "query_data": {"sql": "SELECT category, count(*) AS products FROM products GROUP BY category ORDER BY 2 DESC"},
    "get_status": {},
    "run_forecast": {},
    "list_changes": {},
    "undo_change": {"undo_id": "1a2b3c4d"},
    "draft_purchase_orders": {"lines": [{"product": "V60-02", "quantity": 25}]},
    "update_purchase_order": {"reference": "PO-00016", "lines": [{"product": "V60-02", "quantity": 60}]},
    "delete_purchase_order": {"reference": "PO-00016"},
    "set_stock_levels": {"counts": [{"code": "V60-02", "on_hand": 40, "location": "MAIN"}]},
    "record_sales": {"sales": [{"code": "V60-02", "quantity": 2, "sold_on": "2026-11-20"}]},
    "update_products": {"table": "SKU,Buy price,Lead time\nV60-02,£8.20,30\nKETTLE-09,40,"},
    "create_products": {"products": [{"code": "DRIP-03", "name": "Dripper 03", "supplier": "HIKARI", "unit_cost": 8}]},
    "delete_records": {"products": ["MUG-SAGE"], "suppliers": ["IDLE"]},
    "save_suppliers": {
        "suppliers": [
            {
                "code": "ACME",
                "name": "Acme Kettles",
                "products": [{"code": "V60-02", "supplier_sku": "A-1", "main": True}],
            }
        ]
    },
    "delete_sales": {"products": ["SAMPLE-X"], "until": "2026-01-31"},
    "save_customers": {"customers": [{"code": "BLUE-DOOR", "name": "Blue Door", "city": "Cork"}]},
    "save_locations": {"locations": [{"code": "ANNEX", "name": "Annex"}]},
    "save_bill_of_materials": {"product": "GIFT-MORNING", "components": [{"code": "V60-02", "quantity": 1}]},
    "delete_bill_of_materials": {"product": "GIFT-MORNING", "components": ["BOX-GIFT"]},
    "set_defaults": {"suppliers": ["HIKARI"], "days": 30},
    "get_defaults": {},
}
"""A usual call of each tool, in the order they are made and shown: what changes something comes late."""

_CHANGED: Mapping[str, Any] = {
    "kind": "change",
    "noun": "product",
    "key": "V60-02",
    "name": "Pour-over dripper 02",
    "fields": [{"field": "unit_cost", "before": 7.2, "after": 7.4}],
}
PAST: Sequence[Mapping[str, Any]] = (
    {
        "id": "5e6f7a8b9c0d1e2f",
        "at": "2026-11-20T14:05:00+00:00",
        "event": "intent",
        "change": _CHANGED,
        "before": {"product_id": "30000001", "code": "V60-02", "unit_cost": 7.2},
        "tool": "update_products",
        "batch": "1a2b3c4d",
    },
    {"id": "5e6f7a8b9c0d1e2f", "at": "2026-11-20T14:05:01+00:00", "event": "outcome", "outcome": "applied"},
)
"""What was changed before, in the journal's lines: ids of real changes would be others each time."""

_READ_AT = re.compile(r"^as of: .*\n", re.MULTILINE)
"""When the records were read, which is when this was written."""


_AGE = re.compile(r"\b\d+ seconds\b")
"""How long something took is not the reader's business."""


class _Clock:
    """Seconds since the beginning, moved by sleeping alone."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def menu(toolsets: Sequence[Toolset]) -> str:
    """What is on a menu, for people."""
    lines: list[str] = []
    for one in toolsets:
        lines += [f"{one.name}: {one.description}"]
        functions = (*one.reads, *one.writes, *one.deletes)
        lines += [f"  {function.__name__:22}{_first_sentence(function.__doc__ or '')}" for function in functions]
    return "\n".join(lines)


@asynccontextmanager
async def fixed_session() -> AsyncGenerator[Client]:
    """A client of this server with all its tools, on the sandbox, on the morning of `TODAY`; all records are on hand.

    What is asked in the same order gets the same answers, whenever and wherever.
    """
    clock = _Clock()
    sandbox = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep)

    journal = MemoryJournal()

    def connect(settings: Settings) -> StockTrimClient:
        return StockTrimClient("sandbox", "sandbox", transport=sandbox, sleep=clock.sleep, journal=journal)

    settings = Settings(sandbox=True, toolsets=("all",), log_level="ERROR")
    app = App(settings, connect, now=lambda: datetime(TODAY.year, TODAY.month, TODAY.day, 8, tzinfo=UTC))
    # Tokens would be others in each process; these are of a key that everybody may read, for a sandbox alone.
    app.approvals = Approvals(b"a printed example")
    try:
        async with Client(server.build(app)) as client:
            await app.stocktrim.snapshot.need(*KINDS)
            for line in PAST:
                await journal.append(line)
            yield client
    finally:
        await app.aclose()


async def written() -> str:
    """The text of docs/tools.md."""
    async with fixed_session() as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        answers = {name: await _answered(client, name, dict(said)) for name, said in EXAMPLES.items()}
        resources = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
        prompts = (await client.list_prompts()).prompts
    rows = [(str(one.uri), one.description) for one in resources]
    rows += [(one.uri_template, one.description) for one in templates]
    return "\n".join(
        [
            HEAD,
            "## Groups\n",
            *_table(("group", "tools", "for"), ((_code(one.name), _tools(one), one.description) for one in EVERY)),
            "",
            f"Without a setting, {', '.join(_code(one.name) for one in TOOLSETS)} are offered. `STOCKTRIM_TOOLSETS` "
            "(`--toolsets`) names groups, `default` or `all`; `STOCKTRIM_TOOLS` (`--tools`) single tools besides, or, "
            "where no group is named, alone; `-run_forecast` leaves one out. "
            "A read-only server offers what reads, whatever is named.\n",
            *(part for name in EXAMPLES for part in _described(tools[name], answers[name])),
            "## Resources\n",
            "Each is there where a tool is that says the same; so are its completions, and the prompts.\n",
            *_table(("address", "holds"), ((_code(uri), about or "") for uri, about in rows)),
            "",
            "## Prompts\n",
            *_table(("prompt", "arguments", "for"), (_prompt(one) for one in prompts)),
            "",
        ]
    )


async def _answered(client: Client, name: str, said: dict[str, Any]) -> str:
    result: CallToolResult = await client.call_tool(name, said)
    text = "\n".join(block.text for block in result.content if isinstance(block, TextContent))
    return "\n".join(shortened(_AGE.sub("0 seconds", _READ_AT.sub("", text)).splitlines()))


def shortened(lines: Sequence[str]) -> list[str]:
    """An answer cut to what shows its shape: of what is said around the rows little, of the rows many, and its end."""
    kept = [_cut(line) for line in lines]
    if len(kept) <= LINES_SHOWN:
        return kept
    # The last line says how many there are, and how to go on.
    return [*kept[: LINES_SHOWN - 1], f"… {len(kept) - LINES_SHOWN} more lines", kept[-1]]


def _cut(line: str) -> str:
    most = LONGEST_SAID if line.startswith(("Warning: ", "notes: ", "more groups: ")) else LONGEST_LINE
    return line if len(line) <= most else f"{line[:most]} …"


def _described(tool: Tool, answer: str) -> Iterable[str]:
    hints = tool.annotations
    does = "may overwrite or delete" if hints and hints.destructive_hint else "writes"
    effect = "reads" if hints and hints.read_only_hint else does
    home = next(one.name for one in EVERY if tool.name in names([one]))
    yield f"## {tool.name}\n"
    yield f"{tool.description}\n"
    yield f"Group {_code(home)}; {effect}.\n"
    required = tool.input_schema.get("required", ())
    arguments: dict[str, dict[str, Any]] = tool.input_schema["properties"]
    if arguments:
        rows = ((_code(name), *_argument(one, name in required)) for name, one in arguments.items())
        yield from _table(("argument", "is", "usually", "meaning"), rows)
        yield ""
    call = json.dumps(EXAMPLES[tool.name], ensure_ascii=False)
    yield f"```text\n{tool.name} {call}\n\n{answer}\n```\n"


def _argument(schema: Mapping[str, Any], is_required: bool) -> tuple[str, str, str]:
    items: Mapping[str, Any] = schema.get("items", {})
    words = ", ".join(schema.get("enum") or items.get("enum") or ())
    what = f"list of {words or items.get('type', 'string')}" if schema["type"] == "array" else words or schema["type"]
    limits = [f"{word} {schema[name]}" for name, word in _LIMITS.items() if name in schema]
    usual = "" if "default" not in schema else json.dumps(schema["default"], ensure_ascii=False)
    said = "must be given" if is_required else usual or "left out"
    return ", ".join([str(what), *limits]), said, schema["description"]


_LIMITS = {
    "minimum": "from",
    "exclusiveMinimum": "above",
    "maximum": "to",
    "exclusiveMaximum": "below",
    "minItems": "at least",
    "maxItems": "at most",
}


def _prompt(prompt: Prompt) -> tuple[str, str, str]:
    arguments = ", ".join(_code(one.name) + ("" if one.required else " (optional)") for one in prompt.arguments or ())
    return _code(prompt.name), arguments, prompt.description or ""


def _tools(toolset: Toolset) -> str:
    return ", ".join(f"[{name}](#{name})" for name in names([toolset]))


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{' --- |' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|').replace(chr(10), ' ') for cell in row)} |"


def _code(text: str) -> str:
    return f"`{text}`"


def _first_sentence(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split())
