"""By what a change is found, and how people read it."""

from typing import Any

import pytest

from stocktrim_client.changes import Change, FieldChange
from stocktrim_client.history import Entry, Past
from stocktrim_mcp_server.past import as_json, in_words, names_of, past_change, told
from tests.conftest import NOW


def entry(noun: str = "product", key: str = "A-1", **said: Any) -> Entry:
    fields = tuple(FieldChange(field=name, before=before, after=after) for name, before, after in said.pop("moved", ()))
    change = Change(kind=said.pop("kind", "change"), noun=noun, key=key, name=said.pop("name", None), fields=fields)
    return Entry.model_validate({"change_id": "c1", "at": NOW, "change": change, "outcome": "applied", **said})


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        (entry(), {"a-1"}),
        (entry(name="Tea"), {"a-1", "tea"}),
        (entry(before={"product_id": "77", "code": "A-1", "category": "Tea"}), {"a-1", "77"}),
        (entry(before={"suppliers": [{"supplier_code": "HIKARI", "sku": "X"}]}), {"a-1", "hikari"}),
        (entry("component line", "KIT / PART"), {"kit / part", "kit", "part"}),
        (entry("sales history", "77, 2026-01-01 to 2026-02-01"), {"77, 2026-01-01 to 2026-02-01", "77"}),
        (entry("stock at MAIN", "A-1", left={"product_id": "77", "on_hand": 3}), {"a-1", "77"}),
        (
            entry(
                "purchase order",
                "PO-7",
                kind="create",
                moved=[("supplier_name", None, "Hikari Glass"), ("lines", None, ({"product_id": "77"},))],
            ),
            {"po-7", "hikari glass", "77"},
        ),
        (
            entry("purchase order", "PO-7", kind="delete", before={"reference_number": "R-1", "status": "Draft"}),
            {"po-7", "r-1"},
        ),
    ],
)
def test_a_change_is_found_by_the_names_of_its_record_and_of_what_stands_in_it(changed: Entry, names: set[str]) -> None:
    assert names_of(changed) - {""} == names


def test_people_read_what_became_of_it_and_what_it_changed() -> None:
    changed = entry(
        name="Tea",
        moved=[("unit_cost", 1.5, 2.0), ("name", None, "Tea")],
        tool="update_products",
        batch="b1",
        outcome="unknown",
        error="It broke.",
        warnings=("So far nothing.",),
    )
    assert in_words(Past((changed, entry(undone_by="c9"), entry(undoes="c0")), damaged=2, more=True)).split("\n\n") == [
        "2026-11-23 08:00:00 UTC  unknown: change product 'A-1' (Tea)\n"
        "  unit_cost: 1.5 -> 2\n"
        "  name: (empty) -> Tea\n"
        "  Not known whether it was made: look at the product 'A-1' in StockTrim before doing it again.\n"
        "  So far nothing.\n"
        "  It broke.\n"
        "  update_products, change c1 of call b1",
        "2026-11-23 08:00:00 UTC  applied: change product 'A-1'\n  a script, change c1, undone by c9",
        "2026-11-23 08:00:00 UTC  applied: change product 'A-1'\n  a script, change c1, undoes c0",
        "2 line(s) of the journal are damaged and left out.",
        "There are older ones: --limit shows more.",
    ]


def test_of_a_long_order_the_first_lines_are_shown_and_the_others_counted() -> None:
    lines = tuple({"product_id": str(number), "quantity": 2, "unit_price": 1.5} for number in range(12))
    gone = entry("purchase order", "PO-7", kind="delete", moved=[("status", "Sent", None), ("lines", lines, None)])
    assert told(gone.change, {"0": "TEA"}) == (
        "Sent, 12 line(s), cost 36.00",
        "2 x TEA at 1.5",
        *(f"2 x {number} at 1.5" for number in range(1, 10)),
        "and 2 more lines",
    )
    empty = entry("purchase order", "PO-7", kind="delete")
    assert told(empty.change) == ("no status, 0 line(s), cost 0.00",)


def test_programs_read_a_line_each_without_what_is_not_there() -> None:
    (line,) = as_json(Past((entry(outcome="sending"),))).splitlines()
    assert line == (
        '{"at":"2026-11-23T08:00:00Z","outcome":"sending","noun":"product","key":"A-1","kind":"change","fields":[],'
        '"change_id":"c1","said":["On its way just now."]}'
    )


def test_an_error_is_told_where_it_says_how_it_ended() -> None:
    assert past_change(entry(outcome="refused", error="Too dear.")).said == ("Too dear.",)
    assert past_change(entry(outcome="applied", error="Its answer was lost.", warnings=("Read back.",))).said == (
        "Read back.",
    )
