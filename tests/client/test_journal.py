"""The journal on disk: whole lines, for its owner alone, whatever kills or fills meanwhile."""

import asyncio
import json
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktrim_client.journal import MOST_IN_MEMORY, FileJournal, Journal, MemoryJournal, Record

NOVEMBER = datetime(2026, 11, 22, 12, tzinfo=UTC)
MONTH = "changes-2026-11.jsonl"


def november() -> datetime:
    return NOVEMBER


def kept(journal: Journal, since: datetime | None = None) -> list[Record | None]:
    return list(journal.read(since))


def numbers(journal: Journal, since: datetime | None = None) -> list[Any]:
    return [None if entry is None else entry["n"] for entry in kept(journal, since)]


def sizes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.iterdir()}


@pytest.fixture
def journal(tmp_path: Path) -> FileJournal:
    return FileJournal(tmp_path / "journal", now=november)


async def test_what_was_kept_is_read_the_newest_first(journal: FileJournal) -> None:
    for n in range(5):
        await journal.append({"n": n})
    assert numbers(journal) == [4, 3, 2, 1, 0]


async def test_a_journal_in_memory_reads_as_one_on_disk(journal: FileJournal) -> None:
    memory = MemoryJournal()
    for one in (journal, memory):
        await one.append({"at": NOVEMBER, "name": "☕\n\u2028", "lines": ({"quantity": 2.0},), "nothing": None})
    assert kept(memory) == kept(journal) != []


async def test_a_journal_in_memory_forgets_the_oldest() -> None:
    memory = MemoryJournal()
    for n in range(MOST_IN_MEMORY + 1):
        await memory.append({"n": n})
    assert len(kept(memory)) == MOST_IN_MEMORY
    assert numbers(memory)[-1] == 1


def test_a_journal_that_was_never_written_is_empty(tmp_path: Path) -> None:
    assert kept(FileJournal(tmp_path / "nowhere")) == []


async def test_folder_and_file_are_for_their_owner_alone(journal: FileJournal, tmp_path: Path) -> None:
    await journal.append({"n": 1})
    assert stat.S_IMODE((tmp_path / "journal").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "journal" / MONTH).stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["half a pair \ud83c", "\x00\x1f", "\u2028\u2029\x85", "a\nb\r\nc", "🫖" * 3])
async def test_any_text_comes_back_as_it_was(text: str, journal: FileJournal) -> None:
    await journal.append({"n": 1, "text": text})
    await journal.append({"n": 2})
    assert kept(journal) == [{"n": 2}, {"n": 1, "text": text}]


# --- torn and damaged


@pytest.mark.parametrize("torn", ['{"n":', '{"n": "caf\u00c3', "", "{", '{"n": 1'])
async def test_a_torn_last_line_is_never_glued_to_the_next(torn: str, journal: FileJournal, tmp_path: Path) -> None:
    await journal.append({"n": 1})
    path = tmp_path / "journal" / MONTH
    with path.open("ab") as file:
        file.write(torn.encode("latin-1"))
    for one in (journal, FileJournal(tmp_path / "journal", now=november)):
        await one.append({"n": 2})
    expected = [2, 2, None, 1] if torn else [2, 2, 1]
    assert numbers(journal) == expected
    assert path.read_bytes().endswith(b"\n")


async def test_a_line_that_only_lacks_its_end_counts(journal: FileJournal, tmp_path: Path) -> None:
    await journal.append({"n": 1})
    path = tmp_path / "journal" / MONTH
    path.write_bytes(path.read_bytes().rstrip())
    await journal.append({"n": 2})
    assert numbers(journal) == [2, 1]


@given(cut=st.integers(0, 200), more=st.lists(st.text(max_size=20), min_size=1, max_size=3))
async def test_wherever_a_kill_tears_the_file_all_whole_lines_are_read(
    cut: int, more: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    first = FileJournal(folder, now=november)
    for n in range(4):
        await first.append({"n": n, "text": "é" * n})
    path = folder / MONTH
    whole = path.read_bytes()
    path.write_bytes(whole[:cut])
    after = FileJournal(folder, now=november)
    for text in more:
        await after.append({"n": text})
    expected = [n for n in range(4) if len(b"\n".join(whole.split(b"\n")[: n + 1])) <= cut]
    assert [n for n in numbers(after) if n is not None] == [*reversed(more), *reversed(expected)]


@pytest.mark.parametrize("line", [b"7", b"null", b"[]", b"\xff\xfe", b"[" * 100_000, b'"text"', b"\x00" * 4096])
async def test_a_damaged_line_is_counted_and_hides_no_other(line: bytes, journal: FileJournal, tmp_path: Path) -> None:
    await journal.append({"n": 1})
    with (tmp_path / "journal" / MONTH).open("ab") as file:
        file.write(line + b"\n")
    await journal.append({"n": 2})
    assert numbers(journal) == [2, None, 1]


async def test_a_file_that_cannot_be_read_counts_as_damaged(journal: FileJournal, tmp_path: Path) -> None:
    await journal.append({"n": 1})
    (tmp_path / "journal" / "changes-2026-10.jsonl").mkdir()
    assert numbers(journal) == [1, None]


async def test_what_is_no_journal_in_the_folder_is_left_alone(journal: FileJournal, tmp_path: Path) -> None:
    await journal.append({"n": 1})
    for name in ("changes-2026-11.jsonl.bak", "changes-.jsonl", "notes.txt", "changes-2026-11-x.jsonl"):
        (tmp_path / "journal" / name).write_text('{"n": 9}\n')
    assert numbers(journal) == [1]


async def test_what_cannot_be_kept_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        await FileJournal(tmp_path / "file" / "journal").append({"n": 1})


# --- months and parts


async def test_a_new_month_begins_a_new_file(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
    journal = FileJournal(tmp_path, now=lambda: moment)
    await journal.append({"n": 1})
    moment = datetime(2026, 12, 1, tzinfo=UTC)
    await journal.append({"n": 2})
    assert sorted(sizes(tmp_path)) == [MONTH, "changes-2026-12.jsonl"]
    assert numbers(journal) == [2, 1]
    assert numbers(journal, since=moment) == [2]


async def test_a_large_file_is_followed_by_another_part(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, largest=100, now=november)
    for n in range(40):
        await journal.append({"n": n, "text": "x" * 30})
    assert {MONTH, "changes-2026-11-2.jsonl", "changes-2026-11-10.jsonl"} <= sizes(tmp_path).keys()
    assert max(sizes(tmp_path).values()) < 200
    assert numbers(journal) == list(range(39, -1, -1))


async def test_the_next_process_goes_on_with_the_last_part(tmp_path: Path) -> None:
    for n in range(8):
        await FileJournal(tmp_path, largest=20, now=november).append({"n": n})
    assert numbers(FileJournal(tmp_path)) == list(range(7, -1, -1))
    assert len(sizes(tmp_path)) == 3


# --- several at a time


WRITER = """
import asyncio, sys
from pathlib import Path
from stocktrim_client.journal import FileJournal

async def main():
    journal = FileJournal(Path(sys.argv[1]), largest=100_000)
    await asyncio.gather(*(journal.append({"who": sys.argv[2], "n": n, "text": "x" * 5000}) for n in range(40)))

asyncio.run(main())
"""


def test_two_processes_on_one_journal_never_mix_their_lines(tmp_path: Path) -> None:
    both = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), who]) for who in ("a", "b")]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    lines = [json.loads(line) for path in tmp_path.iterdir() for line in path.read_text().splitlines() if line]
    assert sorted((line["who"], line["n"]) for line in lines) == [(who, n) for who in ("a", "b") for n in range(40)]


async def test_tasks_on_one_journal_never_mix_their_lines(journal: FileJournal) -> None:
    await asyncio.gather(*(journal.append({"n": n, "text": "é" * 3000}) for n in range(30)))
    assert sorted(numbers(journal)) == list(range(30))


# --- what other processes wrote


def heard(journal: FileJournal) -> list[Any]:
    if not journal.has_news():
        return []
    entries, journal.followed = journal.news()
    return [entry["n"] for entry in entries]


async def test_lines_of_others_are_news_once_and_our_own_are_none(journal: FileJournal, tmp_path: Path) -> None:
    other = FileJournal(tmp_path / "journal", now=november)
    await other.append({"n": 0})
    assert heard(journal) == []
    await journal.append({"n": 1})
    assert not journal.has_news()
    await other.append({"n": 2})
    await other.append({"n": 3})
    assert heard(journal) == [2, 3]
    assert heard(journal) == []
    assert heard(other) == []


async def test_news_are_followed_into_the_next_file(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path, now=november)
    assert heard(journal) == []
    other = FileJournal(tmp_path, largest=20, now=november)
    for n in range(5):
        await other.append({"n": n})
    assert heard(journal) == [0, 1, 2, 3, 4]
    await FileJournal(tmp_path, now=lambda: datetime(2026, 12, 1, tzinfo=UTC)).append({"n": 5})
    assert heard(journal) == [5]


async def test_a_line_that_is_being_written_is_news_when_it_is_whole(journal: FileJournal, tmp_path: Path) -> None:
    await journal.append({"n": 0})
    assert heard(journal) == []
    with (tmp_path / "journal" / MONTH).open("ab") as file:
        file.write(b'{"n":')
        file.flush()
        assert heard(journal) == []
        file.write(b" 1}\nwhat cannot be read\n")
    assert heard(journal) == [1]


def test_whoever_reads_while_others_write_meets_whole_lines_and_hears_of_each_once(tmp_path: Path) -> None:
    reader, told = FileJournal(tmp_path), list[tuple[str, int]]()
    assert not reader.has_news()
    both = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), who]) for who in ("a", "b")]
    is_over = False
    while not is_over:
        # Before the last look, or what comes between them is missed.
        is_over = all(process.poll() is not None for process in both)
        assert None not in list(reader.read())
        if reader.has_news():
            entries, reader.followed = reader.news()
            told += [(entry["who"], entry["n"]) for entry in entries]
    assert [process.wait() for process in both] == [0, 0]
    assert sorted(told) == [(who, n) for who in ("a", "b") for n in range(40)]
