"""Misfortune on request: which calls go wrong, how, and whether the write took effect before they did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

__all__ = ["Fault", "Faults"]

FaultKind = Literal["status", "delay", "reset", "silence", "truncate", "malformed", "html", "trickle"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble and the calls it befalls.

    `status` answers with `status`, `body` and `headers`; `html` the same with a page; `delay` answers after `seconds`;
    `reset` breaks the connection; `silence` never answers; `truncate` stops in the middle of the body; `malformed` is
    bad JSON; `trickle` drips the body with `seconds` between drops. `applied`: a call that gets no true answer takes
    effect all the same.
    """

    kind: FaultKind
    at: str = "*"
    """An operation's name, or `METHOD /path`, or a path; `*` stands for anything, case does not matter."""
    times: int | None = 1
    """None: for ever."""
    after: int = 0
    """So many matching calls go well first."""
    status: int = 503
    body: bytes | str = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    seconds: float = 0.0
    applied: bool = False

    def matches(self, name: str, method: str, path: str) -> bool:
        """Whether this call is meant."""
        pattern = self.at.lower()
        if pattern == "*":
            return True
        wanted = (name.lower(), path.lower(), f"{method.lower()} {path.lower()}")
        return any(fnmatchcase(each, pattern) for each in wanted)


class Faults:
    """The trouble still to come."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Fault, list[int]]] = []

    def add(self, *faults: Fault) -> None:
        """Let these happen; the first that matches a call wins."""
        self._waiting.extend((fault, [0]) for fault in faults)

    def clear(self) -> None:
        """No more trouble."""
        self._waiting.clear()

    def take(self, name: str, method: str, path: str) -> Fault | None:
        """The trouble of this call, which is thereby used up."""
        for fault, calls in self._waiting:
            if not fault.matches(name, method, path):
                continue
            calls[0] += 1
            met = calls[0] - fault.after
            if met > 0 and (fault.times is None or met <= fault.times):
                return fault
        return None
