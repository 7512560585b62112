"""What every answer must be, whatever was asked and whatever StockTrim said."""

import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from jsonschema import Draft202012Validator
from mcp.server.mcpserver import MCPServer
from mcp_types import CallToolResult
from pydantic import SecretStr

from stocktrim_client import StockTrimClient
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import Settings
from stocktrim_mcp_server.tools import ALL
from tests.server.writing.clients import text_of

SECRETS = ("an-account-of-ours", "its-signature-4711")
INSIDES = (
    *SECRETS,
    "Error executing tool",
    "fault of this server",
    "Traceback",
    'File "',
    "pydantic",
    "httpx",
    "stocktrim_client",
    "object at 0x",
)
"""What is nobody's business who asks."""

LONGEST_ANSWER = 100_000
LONGEST_REFUSAL = 6_000

AUTH_ID, SIGNATURE = map(SecretStr, SECRETS)
SETTINGS = Settings(auth_id=AUTH_ID, auth_signature=SIGNATURE, log_level="ERROR", toolsets=(ALL,))


def unconnected(_: Settings) -> StockTrimClient:
    raise AssertionError("whoever asks brings a StockTrim")


LENT = App(SETTINGS, unconnected)
SERVED: MCPServer[App] = server.build(LENT)
"""Built once, and lent to one account after the other."""

SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    tool.name: {"input": tool.parameters, "output": tool.output_schema or {}}
    for tool in SERVED._tool_manager.list_tools()
}
PUBLISHED = {name: Draft202012Validator(one["output"]) for name, one in SCHEMAS.items()}


def lend(app: App) -> None:
    """Let the one server stand before another StockTrim."""
    vars(LENT).clear()
    vars(LENT).update(vars(app))


class Heard(logging.Handler):
    """What was logged, as it would stand in a file."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def listening() -> Generator[Heard]:
    """Hear all that is logged meanwhile, by whomever."""
    heard, root = Heard(), logging.getLogger()
    # Alone: to colour all of it for a terminal takes longer than the calls.
    others = root.handlers
    root.handlers = [heard]
    level = root.level
    root.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.handlers = others
        root.setLevel(level)


def accept(tool: str, result: CallToolResult, heard: Heard) -> str:
    """See that this is an answer as its schema says, or a refusal in words; what it says."""
    said = text_of(result)
    wire = result.model_dump_json(by_alias=True, exclude_none=True)
    assert said.strip()
    assert [one for one in INSIDES if one in said or one in wire] == [], said
    assert [one for one in said if not one.isprintable() and one != "\n"] == [], said
    assert len(said) <= (LONGEST_REFUSAL if result.is_error else LONGEST_ANSWER), len(said)
    if not result.is_error:
        faults = [one.message for one in PUBLISHED[tool].iter_errors(result.structured_content)]
        assert faults == [], faults[:3]
    told = [line for line in heard.lines if any(one in line for one in (*SECRETS, "Traceback"))]
    assert told == [], told[0]
    return said
