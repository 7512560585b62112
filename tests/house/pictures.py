"""The pictures of docs/images, from what the programs really say: `python -m tests.house.pictures` draws them."""

import asyncio
import json
import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from mcp_types import TextContent

from stocktrim_client import StockTrimClient
from stocktrim_client.sandbox import Sandbox
from stocktrim_mcp_server import doctor, hosts, installing
from stocktrim_mcp_server.demo import aligned
from stocktrim_mcp_server.hosts import Machine
from stocktrim_mcp_server.manual import TODAY, fixed_session
from stocktrim_mcp_server.settings import Settings
from tests.house.source import ROOT

IMAGES = ROOT / "docs" / "images"
WIDTH = 100
"""Characters of a terminal."""

ASKED: tuple[tuple[str, str, dict[str, Any], tuple[slice, ...]], ...] = (
    (
        "What must we order, from whom, what does it cost?",
        "get_reorder_plan",
        {"limit": 5},
        (slice(16, 18), slice(30, 54)),
    ),
    ("Why so many of the dearest line?", "explain_reorder", {"products": ["V60-02"]}, (slice(7, 17),)),
)
"""A question, the call it leads to, and the lines of the answer that are shown."""

GROUND, PLAIN, FAINT = "#16202b", "#d8dee6", "#8492a2"
MARKS = {"ok": "#5fbf77", "note": "#6aa9f0", "warn": "#e5b84b", "FAIL": "#ef6b61", "buyer": "#f2a93b"}


class Line(NamedTuple):
    """One line of a terminal; its first word may have a colour."""

    text: str
    colour: str = PLAIN
    mark: str = ""


async def drawn() -> dict[str, str]:
    """Every picture, by its file's name."""
    return {
        "demo.svg": terminal("stocktrim-mcp-server demo", await session()),
        "doctor.svg": terminal("stocktrim-mcp-server doctor --sandbox", await examined()),
        "write.svg": steps("How a change happens", WRITE),
        "rooms.svg": steps("One request, from the model to StockTrim and back", ROOMS),
    }


# What is shown


async def session() -> list[Line]:
    """A buyer's first two questions, on the morning that the manual is of."""
    lines: list[Line] = []
    async with fixed_session() as client:
        for question, tool, arguments, shown in ASKED:
            result = await client.call_tool(tool, arguments)
            text = "\n".join(block.text for block in result.content if isinstance(block, TextContent))
            lines += [Line(f"buyer      {question}", mark="buyer"), Line(f"assistant  {tool} {json.dumps(arguments)}")]
            answer = aligned(text, WIDTH)
            for part in shown:
                lines += [Line("…", FAINT), *map(Line, answer[part])]
            lines += [Line("…", FAINT), Line("")]
    return lines[:-1]


async def examined() -> list[Line]:
    """What doctor says on a machine where one host starts this server."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        machine = Machine("linux", home, {}, home)
        settings = Settings(sandbox=True)
        wish = installing.Wish("cursor", flags={"--sandbox": "1"})
        made = installing.edit(wish, machine, hosts.here(), settings)
        assert made
        installing.write(made, _morning())
        found = await doctor.examine(
            settings, {}, {"sandbox": "--sandbox"}, home=home, folder=home, connect=_connect, now=_morning
        )
        said = doctor.in_words(found).replace(str(home), "~").replace(str(ROOT), "~/stocktrim-mcp-server")
    lines: list[Line] = []
    for line in said.splitlines():
        first = line.partition(" ")[0]
        wrapped = textwrap.wrap(
            line, WIDTH, subsequent_indent=" " * 19, break_long_words=False, break_on_hyphens=False
        ) or [""]
        lines += [Line(wrapped[0], mark=first if first in MARKS else ""), *map(Line, wrapped[1:])]
    return lines


def _morning() -> datetime:
    return datetime(TODAY.year, TODAY.month, TODAY.day, 8, tzinfo=UTC)


def _connect(settings: Settings) -> StockTrimClient:
    return StockTrimClient("sandbox", "sandbox", transport=Sandbox(today=TODAY), read_only=settings.read_only)


WRITE = (
    ("Assistant", "calls a writing tool, say update_products"),
    ("Preview", "reads each record, works out before and after; sends nothing"),
    ("Limits", "what you have set: too dear, too many, too much. No assistant can change them"),
    ("You", "are shown every field, before and after, and say yes: to the question, or to the preview with its token"),
    ("Same again?", "the records are read once more; if one has moved, nothing is sent and there is a new preview"),
    ("On record", "the intent is on disk before the request leaves"),
    ("StockTrim", "gets these changes and no others, each once"),
    ("Read back", "the record is read and compared; a lost answer is settled here, or called unknown"),
    (
        "Answer",
        "applied, unchanged, refused, not applied, not sent or unknown, for each record; and how to take it back",
    ),
)
ROOMS = (
    ("SDK", "JSON becomes checked arguments"),
    ("Tool", "tools/: one question of a buyer; planning/ computes beside it"),
    ("Helper", "helpers/: house words to StockTrim's words; a write goes through the door in changes.py"),
    ("Operation", "generated/: builds the request; written from openapi.yaml"),
    ("Transport", "transport.py: refuses what must not leave, signs, sends, waits, sends again where that is safe"),
    ("httpx", "the pool and the socket, or the sandbox in their place"),
)

# How it is drawn


def terminal(title: str, lines: Sequence[Line]) -> str:
    """A terminal's window."""
    wide, high, letter, row = WIDTH * 8 + 40, len(lines) * 19 + 60, 8, 19
    drawn = [
        f'<rect width="{wide}" height="{high}" rx="8" fill="{GROUND}"/>',
        *(f'<circle cx="{20 + 18 * at}" cy="19" r="5.5" fill="#3a4856"/>' for at in range(3)),
        _text(wide // 2, 23, title, FAINT, 'text-anchor="middle"'),
    ]
    for number, line in enumerate(lines):
        text = line.text.strip()
        if not text:
            continue
        left = 20 + letter * (len(line.text.rstrip()) - len(text))
        # Fonts differ in width: said here, columns stand under each other in all of them.
        fitted = f'textLength="{len(text) * letter}" lengthAdjust="spacingAndGlyphs"'
        drawn.append(_text(left, 56 + number * row, text, line.colour, fitted, line.mark))
    return _picture(wide, high, drawn)


def steps(title: str, named: Sequence[tuple[str, str]]) -> str:
    """Boxes below each other, from the first to the last."""
    wide, box, gap = 840, 40, 16
    high = 56 + len(named) * (box + gap)
    drawn = [
        f'<rect width="{wide}" height="{high}" rx="8" fill="{GROUND}"/>',
        _text(24, 32, title, "#ffffff", 'font-weight="bold"'),
    ]
    for number, (name, said) in enumerate(named):
        top = 52 + number * (box + gap)
        if number:
            drawn.append(f'<path d="M104 {top - gap}v{gap - 5}m-5 -5l5 5l5 -5" stroke="{FAINT}" fill="none"/>')
        drawn += [
            f'<rect x="24" y="{top}" width="160" height="{box}" rx="5" fill="#1f4e79"/>',
            _text(104, top + 25, name, "#ffffff", 'text-anchor="middle"'),
        ]
        parts = textwrap.wrap(said, 78)
        first = top + 25 - 8 * (len(parts) - 1)
        drawn += [_text(204, first + 16 * at, part, PLAIN) for at, part in enumerate(parts)]
    return _picture(wide, high, drawn)


def _text(x: int, y: int, text: str, colour: str, more: str = "", mark: str = "") -> str:
    said = escape(text, quote=False).replace("  ", " \u00a0").replace("  ", " \u00a0")
    if mark:
        said = f'<tspan fill="{MARKS[mark]}" font-weight="bold">{mark}</tspan>{said.removeprefix(mark)}'
    return f'<text x="{x}" y="{y}" fill="{colour}" {more}>{said}</text>'.replace(" >", ">")


def _picture(wide: int, high: int, drawn: Sequence[str]) -> str:
    fonts = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}"'
    return "\n".join([f'{head} font-family="{fonts}" font-size="13">', *drawn, "</svg>", ""])


def main() -> None:
    """Write them all."""
    for name, picture in asyncio.run(drawn()).items():
        (IMAGES / name).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
