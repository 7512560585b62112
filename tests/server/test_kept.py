"""Earlier plans, kept in small."""

import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stocktrim_mcp_server.kept import MOST, Kept, KeptPlans, Question, account_folder, is_meant

MONDAY = datetime(2026, 11, 16, 6, tzinfo=UTC)
LINES: dict[str, tuple[float, ...]] = {"TEA": (12.0, 3.5), "MUG\tMAIN": (4.0,), "": ()}


def kept(name: str, days: int = 0, *locations: str) -> Kept:
    when = MONDAY + timedelta(days=days)
    return Kept(plan_id=name.ljust(10, "A"), kept_at=when, as_of=when, locations=locations)


def meant(plans: KeptPlans, said: str, *locations: str, before: datetime | None = None) -> str | None:
    found = plans.find(said, locations, before)
    return None if found is None else found[0].plan_id.rstrip("A")


@pytest.fixture(params=["memory", "folder"])
def plans(request: pytest.FixtureRequest, tmp_path: Path) -> KeptPlans:
    if request.param == "memory":
        return KeptPlans()
    folder = tmp_path / "plans"
    written = KeptPlans(folder)
    for one in (kept("X", -7), kept("Y"), kept("Z", 3, "MAIN")):
        written.keep(one, LINES)
    return KeptPlans(folder)


def test_a_plan_is_found_by_name_by_day_and_as_the_last_before(plans: KeptPlans) -> None:
    for one in (kept("X", -7), kept("Y"), kept("Z", 3, "MAIN")):
        plans.keep(one, LINES)
    assert meant(plans, " yaaaaaaaaa ") == "Y"
    assert meant(plans, "last") == "Y"
    assert meant(plans, "last", before=MONDAY) == "X"
    assert meant(plans, "last", "MAIN") == "Z"
    assert meant(plans, "2026-11-15") == "X"
    assert meant(plans, "2026-11-16") == "Y"
    assert meant(plans, "2026-11-01") is None
    assert meant(plans, "last", "MAIN", before=MONDAY) is None
    assert [one.plan_id[0] for one in plans.known()] == ["Z", "Y", "X"]
    found = plans.find("XAAAAAAAAA", (), None)
    assert found is not None
    assert found[1].lines == LINES
    assert found[1].as_of == MONDAY - timedelta(days=7)


def test_a_plan_is_named_with_the_question_it_answered(plans: KeptPlans, tmp_path: Path) -> None:
    question = Question(suppliers=("☕ " * 90,) * 60, products=("A",), horizon_days=14, budget=900.5)
    asked = kept("Q").model_copy(update={"question": question})
    plans.keep(asked, LINES)
    assert plans.named(" qaaaaaaaaa ") == asked
    assert plans.named("QAAAAAAAAB") is None
    KeptPlans(tmp_path / "plans").keep(asked, LINES)
    assert KeptPlans(tmp_path / "plans").named("QAAAAAAAAA") == asked


def test_a_question_too_long_to_be_read_again_is_not_kept_in_the_folder(tmp_path: Path) -> None:
    long = kept("Q").model_copy(update={"question": Question(products=("x" * 200,) * 600)})
    KeptPlans(tmp_path).keep(long, LINES)
    assert KeptPlans(tmp_path).named("QAAAAAAAAA") == kept("Q")


def test_the_oldest_go_first(tmp_path: Path) -> None:
    plans = KeptPlans(tmp_path)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for number in range(MOST + 5):
        plans.keep(kept(f"B{letters[number // 26]}{letters[number % 26]}", number), LINES)
    assert len(plans.known()) <= MOST + 5
    assert len(list(tmp_path.iterdir())) == MOST
    assert meant(KeptPlans(), "BAA") is None


@pytest.mark.parametrize("in_folder", [False, True])
def test_many_questions_of_one_day_do_not_push_out_the_plan_of_last_week(tmp_path: Path, in_folder: bool) -> None:
    plans = KeptPlans(tmp_path if in_folder else None)
    plans.keep(kept("X", -7), LINES)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for number in range(MOST + 5):
        today = kept(f"B{letters[number // 26]}{letters[number % 26]}")
        plans.keep(today, LINES)
    assert len(plans.known()) == MOST
    again = KeptPlans(tmp_path) if in_folder else plans
    found = again.find("XAAAAAAAAA", (), None)
    assert found is not None
    assert found[1].lines == LINES


def test_only_plans_are_removed_to_make_room(tmp_path: Path) -> None:
    others = [tmp_path / name for name in ("holiday.plan", "AAAAAAAAAA.plan", "BBBBBBBBBB.txt")]
    for path in others:
        path.write_text("somebody's notes", encoding="utf-8")
    plans = KeptPlans(tmp_path)
    for number in range(MOST + 3):
        plans.keep(kept(f"C{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number % 26]}{'AB'[number // 26]}", number), LINES)
    assert all(path.read_text(encoding="utf-8") == "somebody's notes" for path in others)
    assert len(list(tmp_path.iterdir())) == MOST + len(others)


def test_a_file_that_goes_while_another_looks_hides_no_other(tmp_path: Path) -> None:
    KeptPlans(tmp_path).keep(kept("X"), LINES)
    # What a name leads to is gone by the time it is asked about, as where another server removes it.
    (tmp_path / "YAAAAAAAAA.plan").symlink_to(tmp_path / "gone")
    assert meant(KeptPlans(tmp_path), "last") == "X"


def test_threads_may_keep_and_look_at_a_time() -> None:
    plans, letters = KeptPlans(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    names = [f"{one}{other}{third}" for one in letters[:8] for other in letters for third in letters[:4]]

    def work(mine: list[str]) -> None:
        for at, name in enumerate(mine):
            plans.keep(kept(name, at % 9), LINES)
            assert plans.find("last", (), None) is not None

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(work, names[start::8]) for start in range(8)]:
                done.result()
    finally:
        sys.setswitchinterval(before)
    assert len(plans.known()) == MOST


def test_files_are_the_owners_alone_and_their_folder_tells_no_secret(tmp_path: Path) -> None:
    folder = account_folder(tmp_path / "data", "https://x", "tenant-17", "hush")
    assert "tenant-17" not in str(folder)
    assert folder != account_folder(tmp_path / "data", "https://x", "tenant-18", "hush")
    KeptPlans(folder).keep(kept("X"), LINES)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]


@pytest.mark.parametrize("damage", [b"", b"\x00" * 40, b"{}\n", b'{"plan_id":1}\nxx', b"x" * 100_000])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, damage: bytes) -> None:
    KeptPlans(tmp_path).keep(kept("X"), LINES)
    (path,) = tmp_path.iterdir()
    path.write_bytes(damage)
    assert meant(KeptPlans(tmp_path), "XAAAAAAAAA") is None
    assert KeptPlans(tmp_path).known() == []


def test_a_damaged_body_is_as_good_as_none(tmp_path: Path) -> None:
    KeptPlans(tmp_path).keep(kept("X"), LINES)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-8])
    assert meant(KeptPlans(tmp_path), "XAAAAAAAAA") is None


def test_a_folder_that_cannot_be_written_to_costs_only_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    plans = KeptPlans(tmp_path / "file" / "plans")
    plans.keep(kept("X"), LINES)
    assert meant(plans, "XAAAAAAAAA") == "X"


@pytest.mark.parametrize(
    ("said", "yes"),
    [
        ("last", True),
        (" LAST ", True),
        ("2026-11-16", True),
        ("abcdefghij", True),
        ("monday", False),
        ("../../x", False),
    ],
)
def test_what_can_name_a_plan(said: str, yes: bool) -> None:
    assert is_meant(said) == yes
