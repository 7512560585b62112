"""Turns that processes take: one at a time, none kept by who was killed, nothing left behind."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from stocktrim_client import turns
from stocktrim_client.changes import Changes
from stocktrim_client.errors import NotSentError

HOLDER = """
import asyncio, sys
from pathlib import Path
from stocktrim_client.turns import alone

async def main():
    async with alone(Path(sys.argv[1]), "orders"):
        print("in", flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""

COUNTER = """
import asyncio, sys
from pathlib import Path
from stocktrim_client.changes import Changes

async def main():
    changes, count = Changes(turns=Path(sys.argv[1])), Path(sys.argv[1], "count")
    async def one():
        async with changes.turn("count"):
            read = int(count.read_text())
            await asyncio.sleep(0)
            count.write_text(str(read + 1))
    print("ready", flush=True)
    sys.stdin.readline()
    await asyncio.gather(*(one() for _ in range(200)))

asyncio.run(main())
"""


def left_in(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


@asynccontextmanager
async def holding(folder: Path) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Another process that has the turn until it is told to end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDER, str(folder)), stdin=PIPE, stdout=PIPE
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"in\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def is_free(folder: Path, name: str = "orders") -> bool:
    waiting = asyncio.create_task(_taken(folder, name))
    done, _ = await asyncio.wait([waiting], timeout=3 * turns.PAUSE_SECONDS)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    return bool(done)


async def _taken(folder: Path, name: str) -> None:
    async with turns.alone(folder, name):
        pass


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGKILL])
async def test_a_turn_is_nobody_else_s_until_its_process_ends(by: signal.Signals, tmp_path: Path) -> None:
    async with holding(tmp_path) as process:
        assert not await is_free(tmp_path)
        assert await is_free(tmp_path, "products")
        process.send_signal(by)
        await process.wait()
        await _taken(tmp_path, "orders")
    assert left_in(tmp_path) == []


async def test_a_preview_waits_for_nobody(tmp_path: Path) -> None:
    changes = Changes(turns=tmp_path)
    async with holding(tmp_path):
        with changes.preview():
            async with changes.turn("orders"):
                pass


async def test_processes_and_their_tasks_come_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "count").write_text("0")
    command = (sys.executable, "-c", COUNTER, str(tmp_path))
    both = [await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE) for _ in range(2)]
    for process in both:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    ended = await asyncio.gather(*(process.communicate(b"go\n") for process in both))
    assert ended == [(b"", None), (b"", None)]
    assert (tmp_path / "count").read_text() == "400"
    assert left_in(tmp_path) == ["count"]


async def test_who_is_kept_waiting_for_too_long_is_told_that_nothing_was_sent(tmp_path: Path) -> None:
    async with holding(tmp_path):
        with pytest.raises(NotSentError, match="nothing was sent"):
            async with turns.alone(tmp_path, "orders", longest=0.05):
                raise AssertionError("both are inside")


async def test_where_no_file_can_be_made_nobody_waits(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    await _taken(tmp_path / "file" / "folder", "orders")
