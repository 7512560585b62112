"""A real session, shown step by step: this server as a subprocess, on the sandbox, asked by the SDK's own client."""

import json
import re
import shutil
import sys
import textwrap
import time
from collections.abc import Callable
from io import TextIOWrapper
from typing import Any, NamedTuple, cast

from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, TextContent

from stocktrim_mcp_server import hosts
from stocktrim_mcp_server.credentials import CREDENTIALS, WHERE

LONGEST_ANSWER = 40
"""Lines of one answer to show."""

SHORTEST_CELL = 10
"""Characters that stay of a cell when the terminal is narrow; all of a first one, which is a code."""

SPARED = ("on order", "daily demand", "unit cost", "lead time days", "on hand", "flags", "open orders")
"""Columns a narrow terminal is not shown, the first first."""

PLUG_IN = (
    "To use it with your own account in Claude Desktop: 'stocktrim-mcp-server install claude-desktop' writes it into "
    "Desktop's file after showing the difference. By hand: Settings > Developer > Edit Config, put this in, restart. "
    f"{WHERE} Other programs: 'install --list'."
)
TRY_OUT = 'To try it there on made-up data first, put "--sandbox" behind the other "args" and leave "env" out.'


def configuration() -> dict[str, Any]:
    """What Claude Desktop is told: this very installation. The name alone, looked up on PyPI, is another's package."""
    desktop, *_ = hosts.HOSTS
    return desktop.snippet("stocktrim", hosts.launch(hosts.here()), dict.fromkeys(CREDENTIALS, "..."))


class Asked(NamedTuple):
    """One call of the session, and its answer."""

    tool: str
    arguments: dict[str, Any]
    answer: CallToolResult

    @property
    def content(self) -> dict[str, Any]:
        """The answer's structured part."""
        return self.answer.structured_content or {}


def _last(asked: list[Asked], tool: str) -> Asked:
    return next(one for one in reversed(asked) if one.tool == tool)


def _dearest(asked: list[Asked]) -> dict[str, Any]:
    """A question about the dearest line of the plan."""
    groups = _last(asked, "get_reorder_plan").content.get("groups", ())
    rows: list[dict[str, Any]] = [row for group in groups for row in group.get("rows", ())]
    dearest = sorted(rows, key=lambda row: -row.get("line_cost", 0.0))[:1]
    return {"products": [row["product"] for row in dearest]}


def _first_supplier(asked: list[Asked]) -> dict[str, Any]:
    """An order to whom the plan names first."""
    plan = _last(asked, "get_reorder_plan").content
    return {"plan_id": plan["plan_id"], "suppliers": [plan["groups"][0]["key"]]}


def _agreed(asked: list[Asked]) -> dict[str, Any]:
    """The same call again, now with the token of its preview."""
    return {**asked[-1].arguments, "confirm_token": asked[-1].content["confirm_token"]}


def _taken_back(asked: list[Asked]) -> dict[str, Any]:
    return {"undo_id": _last(asked, "draft_purchase_orders").content["undo_id"]}


SESSION: tuple[tuple[str, str, dict[str, Any] | Callable[[list[Asked]], dict[str, Any]]], ...] = (
    ("Is everything well, and how old are the figures?", "get_status", {}),
    ("What must we order, from whom, what does it cost?", "get_reorder_plan", {}),
    ("Why so many of the dearest line?", "explain_reorder", _dearest),
    ("Is anything late from our suppliers?", "find_purchase_orders", {"status": ["overdue"]}),
    ("Which figures should I not believe?", "check_planning_data", {"limit": 5}),
    ("We have 2,500 to spend today. What first?", "get_reorder_plan", {"budget": 2500}),
    ("Draft the order to the first supplier.", "draft_purchase_orders", _first_supplier),
    ("Yes, draft exactly that.", "draft_purchase_orders", _agreed),
    ("On second thoughts: take it back.", "undo_change", _taken_back),
    ("Yes.", "undo_change", _agreed),
    ("What was changed this morning?", "list_changes", {}),
)
"""A buyer's Monday; what is asked may depend on the answers before."""


async def show(products: int) -> int:
    """Exit status: 0 if every call was answered."""
    if hasattr(sys.stdout, "reconfigure"):
        # A terminal that cannot show a letter shows a question mark.
        cast("TextIOWrapper[Any]", sys.stdout).reconfigure(errors="replace")
    width = min(shutil.get_terminal_size((120, 40)).columns, 160)
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "stocktrim_mcp_server", "serve", "--sandbox", "--sandbox-products", str(products)],
        env={"STOCKTRIM_LOG_LEVEL": "ERROR"},
    )
    print("A StockTrim session on built-in, made-up data: no account, no network.\n")
    begun = time.perf_counter()
    async with Client(server) as client:
        menu = await client.list_tools()
        print(f"connected over stdio in {time.perf_counter() - begun:.1f} s; the server offers:")
        for tool in menu.tools:
            first = (tool.description or "").partition("\n")[0]
            print(textwrap.fill(f"{tool.name}: {first}", width, initial_indent="  ", subsequent_indent="      "))
        failed = 0
        asked: list[Asked] = []
        for question, tool, arguments in SESSION:
            said = arguments(asked) if callable(arguments) else arguments
            asked.append(Asked(tool, said, await _ask(client, question, tool, said, width)))
            failed += bool(asked[-1].answer.is_error)
    print(_rule(width))
    print(f"done in {time.perf_counter() - begun:.1f} s.\n")
    print(textwrap.fill(PLUG_IN, width) + "\n")
    print(json.dumps(configuration(), indent=2) + "\n")
    print(textwrap.fill(TRY_OUT, width))
    return 1 if failed else 0


async def _ask(client: Client, question: str, tool: str, arguments: dict[str, Any], width: int) -> CallToolResult:
    print(_rule(width))
    print(f"buyer      {question}")
    said = f"assistant  {tool} {json.dumps(arguments, ensure_ascii=False)}"
    print(textwrap.fill(said, width, subsequent_indent=" " * 11))
    begun = time.perf_counter()
    result = await client.call_tool(tool, arguments)
    text = "\n".join(block.text for block in result.content if isinstance(block, TextContent))
    milliseconds = (time.perf_counter() - begun) * 1000
    kind = "error" if result.is_error else "answer"
    print(f"server     {kind} in {milliseconds:.0f} ms, {len(text)} characters\n")
    lines = aligned(text, width)
    print("\n".join(lines[:LONGEST_ANSWER]))
    if len(lines) > LONGEST_ANSWER:
        print(f"... and {len(lines) - LONGEST_ANSWER} lines more")
    print()
    return result


def _rule(width: int) -> str:
    return "-" * width


def aligned(text: str, width: int) -> list[str]:
    """An answer's lines for a terminal: a table's columns stand under each other, prose is wrapped."""
    lines: list[str] = []
    table: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            table.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
            continue
        lines += _columns(table, width)
        table = []
        lines += textwrap.wrap(line, width, subsequent_indent="  ") or [""]
    return lines[:-1]


def _columns(table: list[list[str]], width: int) -> list[str]:
    """Columns under headings of several lines. A narrow terminal sees fewer of them, and long cells cut."""
    rows = [row for row in table if not all(set(cell) == {"-"} for cell in row)]
    columns = [list(column) for column in zip(*rows, strict=True)]
    for heading in SPARED:
        if _narrowest(columns) > width:
            columns = [column for column in columns if column[0] != heading]
    while _narrowest(columns) > width and len(columns) > 1:
        # Long words tell less there than short figures do; the first column is a code.
        widest = max(range(1, len(columns)), key=lambda at: min(_size(columns[at]), SHORTEST_CELL))
        del columns[widest]
    sizes = [_size(column) for column in columns]
    while sum(sizes) + 2 * len(sizes) > width and max(sizes[1:], default=0) > SHORTEST_CELL:
        sizes[sizes.index(max(sizes[1:]), 1)] -= 1
    headings = [textwrap.wrap(column[0], size) for column, size in zip(columns, sizes, strict=True)]
    height = max(map(len, headings), default=0)
    headings = [[""] * (height - len(heading)) + heading for heading in headings]
    lines = [*zip(*headings, strict=True), *zip(*(column[1:] for column in columns), strict=True)]
    return [
        ("  " + "  ".join(_cut(cell, size).ljust(size) for cell, size in zip(line, sizes, strict=True))).rstrip()
        for line in lines
    ]


def _narrowest(columns: list[list[str]]) -> int:
    """The width that these columns take at least."""
    sizes = [min(size, SHORTEST_CELL) if at else size for at, size in enumerate(map(_size, columns))]
    return sum(sizes) + 2 * len(sizes)


def _size(column: list[str]) -> int:
    """The width of a column whose heading may stand on several lines."""
    return max(map(len, (*column[0].split(), *column[1:])), default=0)


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"
