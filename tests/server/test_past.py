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
        caller="anna",
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
        "  update_products for anna, change c1 of call b1",
        "2026-11-23 08:00:00 UTC  applied: change product 'A-1'\n  a script, change c1, undone by c9",
        "2026-11-23 08:00:00 UTC  applied: change product 'A-1'\n  a script, change c1, undoes c0",
        "2 line(s) of the journal are damaged and left out.",
        "There are older ones: --limit shows more.",
    ]


def test_of_a_long_order_all_lines_are_shown_and_only_in_a_list_the_first() -> None:
    lines = tuple({"product_id": str(number), "quantity": 2, "unit_price": 1.5} for number in range(12))
    gone = entry("purchase order", "PO-7", kind="delete", moved=[("status", "Sent", None), ("lines", lines, None)])
    whole = ("Sent, 12 line(s), cost 36.00", "2 x TEA at 1.5", *(f"2 x {number} at 1.5" for number in range(1, 12)))
    assert told(gone.change, {"0": "TEA"}) == whole
    assert past_change(gone, {"0": "TEA"}).fields == (*whole[:11], "and 2 more lines")
    empty = entry("purchase order", "PO-7", kind="delete")
    assert told(empty.change) == ("no status, 0 line(s), cost 0.00",)


def line(product_id: str, quantity: float, unit_price: float | None = None, **more: Any) -> dict[str, Any]:
    return {"product_id": product_id, "quantity": quantity, "unit_price": unit_price, **more}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            (line("1", 48, 7.4), line("2", 3)),
            (line("1", 60, 7.4), line("2", 3)),
            ("V60-02: 48 at 7.4 -> 60 at 7.4", "cost: 355.20 -> 444.00"),
        ),
        ((line("1", 48, 7.4),), (line("1", 48, 7.40004),), ("V60-02: 48 at 7.4 -> 48 at 7.40004",)),
        ((line("1", 2), line("9", 4)), (line("1", 2),), ("9: 4 without a price -> (removed)",)),
        (
            (line("1", 2),),
            (line("1", 2), line("1", 5)),
            ("V60-02: 2 without a price -> 2 without a price + 5 without a price",),
        ),
        (
            [line("1", 2, 1)],
            [line("1", 2, 1, received_at="2026-11-20T10:00:00Z")],
            ("V60-02: 2 at 1 -> 2 at 1, arrived 2026-11-20",),
        ),
        (
            [line("1", 2, 1, received_at="2026-11-20T10:00:00Z")],
            [line("1", 2, 1, received_at="2026-11-20T12:00:00Z")],
            ("lines: the same, arrived at other times of the day",),
        ),
    ],
)
def test_of_a_changed_order_the_lines_that_changed_are_told_by_sku(before: Any, after: Any, said: Any) -> None:
    changed = entry("purchase order", "PO-7", moved=[("status", "Draft", "Sent"), ("lines", before, after)])
    status, *lines = told(changed.change, {"1": "V60-02"})
    assert status == "status: Draft -> Sent"
    assert tuple(lines) == said


CODES = {"77": "V60-02", "78": "FILT-02", "KIT": "77"}


@pytest.mark.parametrize(
    ("changed", "key", "name"),
    [
        (entry(key="77", before={"product_id": "77", "code": "OLD"}), "V60-02", None),
        (entry(key="76", before={"product_id": "76", "code": "OLD"}), "OLD", None),
        (entry(key="76", before={"product_id": "76"}), "76", None),
        (entry(key="V60-02", before={"product_id": "77"}, name="Dripper"), "V60-02", "Dripper"),
        (entry("stock at MAIN", "77", before={"product_id": "77"}), "V60-02", None),
        (entry("component line", "77 / 78", name="V60-02 / FILT-02"), "V60-02 / FILT-02", None),
        (entry("sales history", "77, 2026-01-01 to 2026-02-01"), "V60-02, 2026-01-01 to 2026-02-01", None),
        (entry("sales history", "77"), "V60-02", None),
        (entry("sale", "S-1", name="0 x 77", moved=[("product_id", "77", None)]), "S-1", "0 x V60-02"),
        (entry("supplier", "77"), "77", None),
    ],
)
def test_a_record_is_called_as_people_call_it(changed: Entry, key: str, name: str | None) -> None:
    told_of = past_change(changed, CODES)
    assert (told_of.key, told_of.name) == (key, name)


def test_what_was_said_of_a_change_calls_its_products_by_sku_and_no_other_number() -> None:
    lines = [{"product_id": "77", "quantity": 150}, {"product_id": "KIT", "quantity": 1}]
    said = "Read back, it has lines = 150 x 77 at 7.4; 1 x KIT; 78 left of 'A-77' for 77.5."
    changed = entry("purchase order", "PO-77", before={"lines": lines}, warnings=(said,))
    assert past_change(changed, CODES).said == (
        "Read back, it has lines = 150 x V60-02 at 7.4; 1 x 77; 78 left of 'A-77' for 77.5.",
    )
    assert past_change(changed).said == (said,)


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
