"""Which default fills which argument, and where defaults are kept."""

import json
import stat
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from stocktrim_mcp_server.remembered import LARGEST, Defaults, Remembered, filled

DEFAULTS = Defaults(suppliers=("ACME", "B, C"), categories=("Tea",), locations=("MAIN",), days=14)
PLAN: dict[str, Any] = dict.fromkeys(("suppliers", "categories", "locations", "products", "horizon_days", "limit"))


def fill(arguments: dict[str, Any], defaults: Defaults = DEFAULTS, offered: Any = PLAN) -> dict[str, Any]:
    full, said = filled(arguments, offered, defaults)
    used = {name for name in full if full[name] != arguments.get(name)}
    assert {one.split()[1] for one in said} == used
    return full


def test_what_a_call_does_not_say_is_filled_and_named() -> None:
    full, said = filled({"limit": 3}, PLAN, DEFAULTS)
    assert full == {
        "limit": 3,
        "suppliers": ("ACME", "B, C"),
        "categories": ("Tea",),
        "horizon_days": 14,
        "locations": ("MAIN",),
    }
    assert said == (
        "Default suppliers ACME, B, C used: pass suppliers to override, suppliers=['all'] for all.",
        "Default categories Tea used: pass categories to override, categories=['all'] for all.",
        "Default horizon_days 14 used: pass horizon_days to override, horizon_days=3650 for all.",
        "Default locations MAIN used: pass locations to override, locations=['all'] for all.",
    )


@pytest.mark.parametrize("empty", ["", [], "[]", (), " ", [""], [" ", ""], "[ ]", '[""]', '["", " "]', ",", "\n"])
def test_an_empty_argument_says_nothing(empty: Any) -> None:
    assert fill({"suppliers": empty})["suppliers"] == ("ACME", "B, C")


@pytest.mark.parametrize("said", ["HIKARI", ["HIKARI"], ["HIKARI", "*"], ["*HIKARI"]])
def test_what_is_said_goes_before_a_default(said: Any) -> None:
    assert fill({"suppliers": said})["suppliers"] == said
    assert fill({"horizon_days": 0})["horizon_days"] == 0


@pytest.mark.parametrize(
    "said", ["*", ["*"], ("*",), '["*"]', "all", " ALL ", ["all"], '["All"]', ["*", ""], '["*", ""]', "all,"]
)
def test_the_word_for_all_asks_for_all_where_there_is_a_default(said: Any) -> None:
    assert "suppliers" not in filled({"suppliers": said}, PLAN, DEFAULTS)[0]
    assert "horizon_days" not in filled({"horizon_days": said}, PLAN, DEFAULTS)[0]
    assert filled({"products": said, "suppliers": said}, PLAN, Defaults())[0] == {"products": said, "suppliers": said}


@pytest.mark.parametrize("said", [3650, "3650", 99_999])
def test_a_horizon_that_nothing_lies_beyond_asks_for_all(said: Any) -> None:
    assert "horizon_days" not in filled({"horizon_days": said}, PLAN, DEFAULTS)[0]
    assert filled({"horizon_days": said}, PLAN, Defaults())[0] == {"horizon_days": said}
    # A supplier's code may be a number.
    assert filled({"suppliers": "5000"}, PLAN, DEFAULTS)[0]["suppliers"] == "5000"


def test_a_call_that_names_its_records_is_not_narrowed_but_still_stands_somewhere() -> None:
    assert fill({"products": ["TEA-01"]}) == {"products": ["TEA-01"], "locations": ("MAIN",)}
    orders = dict.fromkeys(("references", "suppliers", "product"))
    assert fill({"references": "PO-1"}, offered=orders) == {"references": "PO-1"}
    assert fill({"product": "TEA-01"}, offered=orders) == {"product": "TEA-01"}
    assert fill({"products": []})["suppliers"] == ("ACME", "B, C")


def test_a_single_location_is_filled_by_a_single_default_only() -> None:
    offered = dict.fromkeys(("products", "location"))
    assert fill({"products": "A"}, offered=offered)["location"] == "MAIN"
    assert "location" not in fill({"products": "A"}, Defaults(locations=("MAIN", "SHOP")), offered)


def test_without_defaults_a_call_is_what_it_was() -> None:
    assert filled({"limit": 3, "suppliers": []}, PLAN, Defaults()) == ({"limit": 3, "suppliers": []}, ())
    assert filled({}, {}, DEFAULTS) == ({}, ())


def test_defaults_are_kept_for_the_next_start_and_for_the_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "account"
    one, other = Remembered(folder), Remembered(folder)
    assert other.read() == (Defaults(), ())
    one.write(DEFAULTS)
    assert other.read() == Remembered(folder).read() == (DEFAULTS, ())
    assert one.outlives
    (path,) = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("in_folder", [False, True])
def test_of_changes_at_a_time_none_is_lost(tmp_path: Path, in_folder: bool) -> None:
    remembered = Remembered(tmp_path if in_folder else None)
    started = threading.Barrier(8)

    def one_more(number: int) -> None:
        def changed(before: Defaults) -> Defaults:
            return before.model_copy(update={"suppliers": (*before.suppliers, f"S{number}")})

        started.wait()
        for _ in range(2):
            remembered.change(changed)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(one_more, range(8)))
    finally:
        sys.setswitchinterval(before)
    assert sorted(remembered.read()[0].suppliers) == sorted([f"S{number}" for number in range(8)] * 2)


def test_what_another_server_kept_meanwhile_is_not_lost(tmp_path: Path) -> None:
    one, other = Remembered(tmp_path), Remembered(tmp_path)
    one.write(Defaults(days=3))
    other.change(lambda before: before.model_copy(update={"locations": ("MAIN",)}))
    one.change(lambda before: before.model_copy(update={"suppliers": ("ACME",)}))
    assert other.read() == (Defaults(days=3, locations=("MAIN",), suppliers=("ACME",)), ())


def test_without_a_folder_defaults_last_as_long_as_the_server() -> None:
    remembered = Remembered()
    remembered.write(DEFAULTS)
    assert remembered.read() == (DEFAULTS, ())
    assert not remembered.outlives
    assert Remembered().read() == (Defaults(), ())


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "{",
        '{"days": -1}',
        '{"days": 100000}',
        '{"suppliers": 3}',
        f'{{"suppliers": ["{"x" * 201}"]}}',
        f'{{"suppliers": {json.dumps(["ACME"] * 21)}}}',
        "[]",
        '{"days": 3}' + " " * LARGEST,
    ],
)
def test_a_damaged_file_is_said_and_ignored_and_can_be_written_anew(tmp_path: Path, damaged: str) -> None:
    (tmp_path / "defaults.json").write_text(damaged, encoding="utf-8")
    remembered = Remembered(tmp_path)
    defaults, (said,) = remembered.read()
    assert defaults == Defaults()
    assert "defaults.json cannot be read and none is used" in said
    remembered.write(DEFAULTS)
    assert remembered.read() == (DEFAULTS, ())
