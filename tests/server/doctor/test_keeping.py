"""What is kept on this machine, as the doctor finds it."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from stocktrim_client.journal import FileJournal
from stocktrim_mcp_server.dependencies import journal_folder
from stocktrim_mcp_server.doctor.findings import Case, Finding
from stocktrim_mcp_server.doctor.keeping import folder, journal
from stocktrim_mcp_server.folders import why_unwritable
from stocktrim_mcp_server.hosts import Machine
from stocktrim_mcp_server.server import connect
from stocktrim_mcp_server.settings import Settings
from tests.conftest import NOW
from tests.server.doctor.set_up import account

ADDRESS = "https://stocktrim.invalid"


def case(settings: Settings, home: Path) -> Case:
    machine = Machine("linux", home, {}, home)
    return Case(settings, {}, {}, machine, connect(settings), 10.0, lambda: NOW)


async def looked_at(home: Path) -> tuple[Finding, list[Finding]]:
    settings = account(ADDRESS, home)
    (place,) = await folder(case(settings, home))
    return place, await journal(case(settings, home))


async def write(home: Path, *entries: dict[str, Any]) -> Path:
    place = journal_folder(account(ADDRESS, home))
    assert place is not None
    for entry in entries:
        await FileJournal(place, now=lambda: NOW).append(entry)
    return place


def under(folder: Path) -> list[Path]:
    return list(folder.rglob("*"))


async def test_a_folder_that_can_be_written_to_is_not_made_before_its_time(tmp_path: Path) -> None:
    place, found = await looked_at(tmp_path)
    assert place.status == "ok", place
    assert found == [Finding("ok", "empty")]
    assert under(tmp_path) == []


async def test_a_folder_that_cannot_be_written_to_stops_every_change(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file stands where the folder should")
    place, _ = await looked_at(tmp_path)
    assert place.status == "fail"
    assert "no change can be made without its journal" in place.found
    assert "STOCKTRIM_DATA_FOLDER" in place.next


def test_why_a_folder_cannot_be_written_to_is_the_systems_own_word(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert why_unwritable(tmp_path / "file" / "folder") == (
        f"{tmp_path / 'file' / 'folder'} cannot be written to: Not a directory"
    )
    assert why_unwritable(tmp_path / "new" / "folder") is None
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(("mode", "status"), [(0o700, "ok"), (0o755, "note"), (0o770, "note")])
async def test_a_folder_that_others_can_read_is_told(mode: int, status: str, tmp_path: Path) -> None:
    place = await write(tmp_path)
    place.mkdir(parents=True)
    place.chmod(mode)
    found, _ = await looked_at(tmp_path)
    assert found.status == status
    assert stat.S_IMODE(place.stat().st_mode) == mode
    assert os.name != "posix" or status == "ok" or f"chmod 700 '{place}'" in found.next


INTENT = {
    "id": "c1",
    "at": NOW.isoformat(),
    "event": "intent",
    "tool": "update_products",
    "change": {"kind": "change", "noun": "product", "key": "V60-02", "fields": []},
}


async def test_damaged_lines_and_changes_of_unknown_outcome_are_counted(tmp_path: Path) -> None:
    place = await write(tmp_path, INTENT)
    (file,) = place.iterdir()
    file.write_bytes(b'{"torn\n' + file.read_bytes() + b"[]\n")
    _, found = await looked_at(tmp_path)
    assert [one.status for one in found] == ["warn", "warn"]
    assert found[0].found.startswith("2 damaged line(s)")
    assert found[1].found == "1 change(s) of unknown outcome, the last product 'V60-02' on 2026-11-23"


async def test_the_sandbox_keeps_nothing(tmp_path: Path) -> None:
    settings = account(ADDRESS, tmp_path, sandbox=True)
    assert await folder(case(settings, tmp_path)) == [Finding("ok", "the sandbox keeps nothing")]
    assert await journal(case(settings, tmp_path)) == [Finding("ok", "the sandbox keeps nothing")]
    assert under(tmp_path) == []
