"""A real session, shown step by step: this server as a subprocess, on the sandbox, asked by the SDK's own client."""

import json
import re
import shutil
import sys
import textwrap
import time
from io import TextIOWrapper
from typing import Any, cast

from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, TextContent

LONGEST_ANSWER = 40
"""Lines of one answer to show."""

SHORTEST_CELL = 8
"""Characters that stay of a cell when the terminal is narrow."""

CONFIGURATION = {
    "mcpServers": {
        "stocktrim": {
            "command": "uvx",
            "args": ["stocktrim-mcp-server"],
            "env": {"STOCKTRIM_API_AUTH_ID": "...", "STOCKTRIM_API_AUTH_SIGNATURE": "..."},
        }
    }
}


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
        plan = await _ask(client, "Is everything well, and how old are the figures?", "get_status", {}, width)
        failed += bool(plan.is_error)
        plan = await _ask(client, "What must we order, from whom, what does it cost?", "get_reorder_plan", {}, width)
        failed += bool(plan.is_error)
        first = _most_urgent(plan)
        hits = await _ask(client, "What do we have from Hikari?", "search", {"query": "hikari"}, width)
        failed += bool(hits.is_error)
        if first:
            found = await _ask(
                client, f"Tell me about {first}, the most urgent.", "get_products", {"codes": [first]}, width
            )
            failed += bool(found.is_error)
    print(_rule(width))
    print(f"done in {time.perf_counter() - begun:.1f} s.\n")
    print(
        "To use it with your own account in Claude Desktop: Settings > Developer > Edit Config, put this in, restart."
    )
    print("Both values stand in StockTrim under Help (some accounts: API settings).\n")
    print(json.dumps(CONFIGURATION, indent=2))
    print('\nTo try it there on made-up data first, use "args": ["stocktrim-mcp-server", "--sandbox"] and no "env".')
    return 1 if failed else 0


async def _ask(client: Client, question: str, tool: str, arguments: dict[str, Any], width: int) -> CallToolResult:
    print(_rule(width))
    print(f"buyer      {question}")
    print(f"assistant  {tool} {json.dumps(arguments, ensure_ascii=False)}")
    begun = time.perf_counter()
    result = await client.call_tool(tool, arguments)
    text = "\n".join(block.text for block in result.content if isinstance(block, TextContent))
    milliseconds = (time.perf_counter() - begun) * 1000
    kind = "error" if result.is_error else "answer"
    print(f"server     {kind} in {milliseconds:.0f} ms, {len(text)} characters\n")
    lines = _aligned(text, width)
    print("\n".join(lines[:LONGEST_ANSWER]))
    if len(lines) > LONGEST_ANSWER:
        print(f"... and {len(lines) - LONGEST_ANSWER} lines more")
    print()
    return result


def _most_urgent(plan: CallToolResult) -> str | None:
    content: dict[str, Any] = plan.structured_content or {}
    rows: list[dict[str, Any]] = [row for group in content.get("groups", ()) for row in group.get("rows", ())]
    return rows[0]["product"] if rows else None


def _rule(width: int) -> str:
    return "-" * width


def _aligned(text: str, width: int) -> list[str]:
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
    """Padded columns; long cells are cut, the longest column first, until a row fits the terminal."""
    rows = [row for row in table if not all(set(cell) == {"-"} for cell in row)]
    if not rows:
        return []
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    while sum(widths) + 2 * len(widths) > width and max(widths) > SHORTEST_CELL:
        widths[widths.index(max(widths))] -= 1
    return [
        ("  " + "  ".join(_cut(cell, size).ljust(size) for cell, size in zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"
