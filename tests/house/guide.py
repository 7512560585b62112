"""A page whose Python runs, block after block as in one notebook, and whose outputs are what really comes."""

import ast
import asyncio
import contextlib
import inspect
import io
import re
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

_BLOCKS = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<shown>.*?)^```\n)?", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """One piece of Python, what the page says it prints, and what it printed."""

    code: str
    shown: str
    printed: str


async def played(text: str) -> list[Block]:
    """Every block, run in order in one namespace."""
    names: dict[str, Any] = {"__name__": "__main__"}
    return [
        Block(one["code"], one["shown"] or "", await _printed(one["code"], names)) for one in _BLOCKS.finditer(text)
    ]


async def _printed(code: str, names: dict[str, Any]) -> str:
    ready = compile(code, "guide", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        if "asyncio.run(" in code:
            # A whole program has a loop of its own.
            await asyncio.to_thread(exec, ready, names)
        else:
            await _run(ready, names)
    return said.getvalue()


async def _run(ready: CodeType, names: dict[str, Any]) -> None:
    result = eval(ready, names)
    if inspect.iscoroutine(result):
        await result


def rewritten(page: Path, blocks: list[Block]) -> str:
    """The page with what was printed in place of what it says."""
    rest = iter(blocks)

    def block(match: re.Match[str]) -> str:
        printed = next(rest).printed
        return f"```python\n{match['code']}```\n" + (f"\n```text\n{printed}```\n" if printed else "")

    return _BLOCKS.sub(block, page.read_text(encoding="utf-8"))
