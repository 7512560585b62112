"""From the spawn of the server to its list of tools, and the memory it then holds."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.clean import ENVIRON, Clean
from bench.figures import Figure, median, spread
from bench.processes import ROOT

PROTOCOL = "2025-11-25"
SETTLING = 0.5


@dataclass(frozen=True, slots=True)
class Started:
    """One start.

    Units: milliseconds; MB.
    None: this system does not tell.
    """

    listed: float
    resident: float | None
    own: float | None


async def measure(clean: Clean, *, spawns: int = 15, colds: int = 3) -> list[Figure]:
    """The two servers are started in turns; the first start of each only warms the disk."""
    commands = {"ours": [str(clean.server)], "floor": [str(clean.python), str(ROOT / "bench" / "one_tool.py")]}
    starts: dict[str, list[Started]] = {name: [] for name in commands}
    for _ in range(spawns + 1):
        for name, command in commands.items():
            starts[name].append(started(command, ENVIRON))
    ours, floor = starts["ours"][1:], starts["floor"][1:]
    floor_is = (
        "`bench/one_tool.py`, one tool on the bare SDK, in the same clean environment: run-time dependencies only, "
        f"bytecode compiled, no account. Spawns in turns, median of {spawns}. "
    )
    ratios = [one.listed / other.listed for one, other in zip(ours, floor, strict=True)]
    figures = [
        Figure(
            "server: spawn to tools/list answered",
            measured=median([one.listed for one in ours]),
            unit="ms",
            floor=median([one.listed for one in floor]),
            floor_is=f"{floor_is}Range: pairs of spawns.",
            at_most=1.25,
            spread=spread(ratios),
        )
    ]
    for title, field, at_most in (("resident", "resident", 25.0), ("its own, not shared", "own", None)):
        here = [value for one in ours if (value := getattr(one, field)) is not None]
        there = [value for one in floor if (value := getattr(one, field)) is not None]
        if here and there:
            figures.append(
                Figure(
                    f"server: idle memory, {title}",
                    measured=median(here),
                    unit="MB",
                    floor=median(there),
                    floor_is=f"{floor_is}Read from `smaps_rollup` {SETTLING} s after the tools were listed.",
                    by="excess",
                    at_most=at_most,
                    spread=spread([one - other for one, other in zip(here, there, strict=True)]),
                )
            )
    return [*figures, _cold(clean, commands, colds)]


def _cold(clean: Clean, commands: Mapping[str, Sequence[str]], repeats: int) -> Figure:
    """The first start after an install that compiled nothing, as `uvx` and `pip` without compiling leave it."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, command in commands.items():
            for folder in [*clean.libraries.rglob("__pycache__")]:
                shutil.rmtree(folder)
            times[name].append(started(command, ENVIRON).listed)
    return Figure(
        "server: the first start after an install, nothing compiled",
        measured=median(times["ours"]),
        unit="ms",
        floor=median(times["floor"]),
        floor_is="`bench/one_tool.py` in the same clean environment. Before each start the bytecode of all libraries "
        "is deleted, not that of Python itself; what the system holds of the disk in memory stays there. Median of "
        f"{repeats}.",
        spread=spread([one / other for one, other in zip(times["ours"], times["floor"], strict=True)]),
    )


def started(command: Sequence[str], environ: dict[str, str]) -> Started:
    """Spawn a server, ask for its tools as a host does, look at its memory, end it."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with process:
        try:
            hello = {"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}
            _ask(process, 1, "initialize", hello)
            _say(process, {"method": "notifications/initialized"})
            tools = _ask(process, 2, "tools/list", {})["tools"]
            listed = 1000 * (time.perf_counter() - began)
            assert tools, f"{command[0]} lists no tool"
            time.sleep(SETTLING)
            memory = _memory(process.pid)
        finally:
            process.kill()
    return Started(listed, memory.get("Rss"), memory.get("own"))


def _say(process: subprocess.Popen[str], message: dict[str, Any]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    process.stdin.flush()


def _ask(process: subprocess.Popen[str], number: int, method: str, params: dict[str, Any]) -> dict[str, Any]:
    assert process.stdout is not None
    _say(process, {"id": number, "method": method, "params": params})
    for line in process.stdout:
        answer = json.loads(line)
        if answer.get("id") == number:
            return answer["result"]
    raise RuntimeError(f"the server left before it answered {method}")


def _memory(pid: int) -> dict[str, float]:
    """Megabytes by the kernel's names, and `own`: what ending the process would free."""
    told = Path(f"/proc/{pid}/smaps_rollup")
    if sys.platform != "linux" or not told.exists():
        return {}
    amounts = {
        words[0].rstrip(":"): int(words[1]) / 1024
        for line in told.read_text().splitlines()
        if len(words := line.split()) == 3 and words[2] == "kB"
    }
    return {**amounts, "own": amounts["Private_Clean"] + amounts["Private_Dirty"]}
