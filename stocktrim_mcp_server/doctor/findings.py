"""What a check is given, and what it finds."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from stocktrim_client import StockTrimClient
from stocktrim_mcp_server.credentials import AUTH_ID
from stocktrim_mcp_server.hosts import Machine
from stocktrim_mcp_server.settings import Settings

Status = Literal["ok", "note", "warn", "fail"]
STATUSES: tuple[Status, ...] = ("ok", "note", "warn", "fail")
"""The worst last."""


class Finding(NamedTuple):
    """One line: how it stands, what was found, and for anything but ok what to do next."""

    status: Status
    found: str
    next: str = ""


@dataclass
class Case:
    """The set-up that is looked at, and what earlier checks learned of it."""

    settings: Settings
    variables: Mapping[str, str]
    """The whole environment."""
    sources: Mapping[str, str]
    """By field: the variable or flag a setting comes from."""
    machine: Machine
    stocktrim: StockTrimClient
    """May only read."""
    limit: float
    """Units: seconds one check may take."""
    now: Callable[[], datetime]
    unreached: str = ""
    """Why nothing reaches StockTrim; empty while nothing speaks against it."""
    unsigned: str = ""
    """Why StockTrim would not accept who asks."""
    their_date: str | None = None
    """What StockTrim's last answer said of the time."""

    @property
    def obstacle(self) -> str:
        """Why StockTrim cannot be asked about the account; empty: it can."""
        return self.unreached or self.unsigned

    def pasted(self, variable: str) -> str:
        """A credential as its owner wrote it."""
        setting = self.settings.auth_id if variable == AUTH_ID else self.settings.auth_signature
        return self.variables.get(variable) or setting.get_secret_value()


def unmade(why: str) -> list[Finding]:
    """What a check finds that cannot be made."""
    return [Finding("note", f"not checked: {why}", "Mend that first.")]


Check = Callable[[Case], Awaitable[list[Finding]]]
