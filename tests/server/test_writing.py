"""What a writing tool answers: every record's own outcome, and no failure hides another."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.server.mcpserver.exceptions import ToolError

from stocktrim_client import (
    BusyError,
    Change,
    ChangeReport,
    ConflictError,
    NotApprovedError,
    NotFoundError,
    OutcomeUnknownError,
    RefusedError,
    StockTrimClient,
    StockTrimError,
    UnexpectedAnswerError,
)
from stocktrim_client.changes import FieldChange, Kind, batch
from stocktrim_client.models import ProductDraft
from stocktrim_client.sandbox import Fault, Sandbox
from stocktrim_mcp_server.writing import LONGEST_FIELD, MOST_FAULTS, Write, carry_out, fields_of, refuse, value_of
from stocktrim_mcp_server.writing import Fault as RowFault


def change(key: str) -> Change:
    return Change(kind="change", noun="product", key=key, fields=(FieldChange(field="unit_cost", before=1, after=2),))


def done(key: str) -> Callable[[], Awaitable[ChangeReport]]:
    async def send() -> ChangeReport:
        return ChangeReport(status="applied", changes=(change(key),), change_ids=(f"id-{key}",))

    return send


def failing(error: StockTrimError, change_id: str | None = None) -> Callable[[], Awaitable[ChangeReport]]:
    async def send() -> ChangeReport:
        error.change_id = change_id
        raise error

    return send


def as_it_was() -> Callable[[], Awaitable[ChangeReport]]:
    async def send() -> ChangeReport:
        return ChangeReport(status="unchanged")

    return send


MIXED = [
    Write("A", done("A")),
    Write("B", failing(RefusedError("StockTrim says no.", status=400), "id-B")),
    Write("C", as_it_was()),
    Write("D", failing(OutcomeUnknownError("May have been made."), "id-D")),
    Write("E", failing(UnexpectedAnswerError("What is this?"), "id-E")),
    Write("F", failing(NotApprovedError("It has moved."))),
]


async def test_each_record_has_its_own_outcome_whatever_became_of_the_others() -> None:
    token = batch.set("call-1")
    try:
        report = await carry_out(MIXED)
    finally:
        batch.reset(token)
    assert [(one.key, one.outcome, one.change_id) for one in report.changes] == [
        ("A", "applied", "id-A"),
        ("B", "refused", "id-B"),
        ("C", "unchanged", None),
        ("D", "unknown", "id-D"),
        ("E", "unknown", "id-E"),
        ("F", "not_sent", None),
    ]
    assert report.status == "partly_applied"
    assert report.undo_id == "call-1"
    assert "1 of 5 changes were made in StockTrim; 1 had nothing to change." in report.message
    assert "Of 2 it is not known" in report.message
    assert "2 not made" in report.message


def ignored(key: str) -> Callable[[], Awaitable[ChangeReport]]:
    async def send() -> ChangeReport:
        return ChangeReport(status="not_applied", changes=(change(key),), change_ids=(f"id-{key}",))

    return send


async def test_a_change_that_stocktrim_agreed_to_and_did_not_make_is_not_made() -> None:
    report = await carry_out([Write("A", done("A")), Write("B", ignored("B")), Write("C", as_it_was())])
    assert [(one.key, one.outcome, one.change_id) for one in report.changes if one.key != "A"] == [
        ("B", "not_applied", "id-B"),
        ("C", "unchanged", None),
    ]
    assert report.status == "partly_applied"
    assert "1 of 2 changes were made in StockTrim; 1 had nothing to change." in report.message
    assert "1 not made although StockTrim said yes" in report.message
    alone = await carry_out([Write("B", ignored("B"))])
    assert (alone.status, alone.undo_id) == ("refused", None)
    assert "same call again" not in alone.message


async def test_what_was_so_already_is_no_failure() -> None:
    report = await carry_out([*(Write(key, done(key)) for key in "ABD"), Write("C", as_it_was())])
    assert report.message == "3 changes were made in StockTrim; 1 had nothing to change."


@pytest.mark.parametrize(
    ("error", "is_repeatable"),
    [
        (NotApprovedError("It has moved."), True),
        (BusyError("Busy.", status=429), True),
        (ConflictError("It is another now.", status=409), False),
        (NotFoundError("There is none.", status=404), False),
    ],
)
async def test_only_what_may_succeed_is_to_be_called_again(error: StockTrimError, is_repeatable: bool) -> None:
    report = await carry_out([Write("A", done("A")), Write("B", failing(error))])
    assert ("the same call again does only what is left" in report.message) is is_repeatable


async def test_where_nothing_was_sent_a_failure_is_the_answer_whatever_was_so_already() -> None:
    with pytest.raises(ToolError) as caught:
        await carry_out([Write("A", as_it_was()), Write("B", failing(ConflictError("It is another.", status=409)))])
    assert str(caught.value) == "Nothing was done. 'B': It is another."


@pytest.mark.parametrize(
    ("kind", "noun", "warnings", "said"),
    [
        ("change", "product", (), "takes all of it back."),
        ("create", "supplier", ("Mind.",), "takes all of it back."),
        ("delete", "supplier", ("Mind.",), "takes it back as far as StockTrim can: see the warnings."),
        ("delete", "purchase order", (), "takes it back as far as StockTrim can: its preview says how far."),
        ("create", "customer", ("Mind.",), "takes it back as far as StockTrim can: see the warnings."),
        ("create", "sale", ("Mind.",), "takes it back as far as StockTrim can: see the warnings."),
        ("change", "customer", (), "takes all of it back."),
        ("change", "stock at MAIN", (), "takes it back as far as StockTrim can: its preview says how far."),
        ("change", "stock", ("Mind.",), "takes it back as far as StockTrim can: see the warnings."),
        ("change", "forecast run", (), "1 change was made in StockTrim."),
    ],
)
async def test_no_more_is_promised_of_undoing_than_it_does(
    kind: Kind, noun: str, warnings: tuple[str, ...], said: str
) -> None:
    async def send() -> ChangeReport:
        return ChangeReport(status="applied", changes=(Change(kind=kind, noun=noun, key="A"),), change_ids=("1",))

    token = batch.set("call-1")
    try:
        report = await carry_out([Write("A", send)], warnings=warnings)
    finally:
        batch.reset(token)
    assert report.message.endswith(said)


@pytest.mark.parametrize(
    ("writes", "status"),
    [
        ([MIXED[0]], "applied"),
        ([MIXED[0], MIXED[2]], "applied"),
        ([MIXED[2]], "unchanged"),
        ([MIXED[1]], "refused"),
        ([MIXED[3]], "unknown"),
        ([MIXED[1], MIXED[3]], "unknown"),
        ([], "unchanged"),
    ],
)
async def test_the_status_is_that_of_the_whole_call(writes: list[Write], status: str) -> None:
    assert (await carry_out(writes)).status == status


async def test_nothing_is_made_of_a_list_of_which_a_row_cannot_be_meant(stocktrim: StockTrimClient) -> None:
    there = ProductDraft(product_id="30000001", unit_cost=9)
    with stocktrim.changes.preview(), pytest.raises(ToolError) as caught:
        await carry_out(
            [
                Write("V60-02", lambda: stocktrim.products.save(there, must="change"), line=2),
                Write("NOPE", failing(NotFoundError("There is no such product.", status=404)), line=3),
            ]
        )
    assert str(caught.value) == "Nothing was done. Line 3 ('NOPE'): There is no such product."


def test_many_faults_are_counted_after_the_first() -> None:
    rows = [RowFault(f"P-{at}", "There is no such product.", at) for at in range(MOST_FAULTS + 5)]
    with pytest.raises(ToolError) as caught:
        refuse(rows)
    lines = str(caught.value).splitlines()
    assert len(lines) == MOST_FAULTS + 2
    assert lines[-1] == "And 5 more."
    refuse([])


@pytest.mark.parametrize(("alone", "most"), [(False, 4), (True, 1)])
async def test_only_so_many_writes_are_under_way_at_once(alone: bool, most: int) -> None:
    under_way: list[int] = []
    now = 0

    async def send() -> ChangeReport:
        nonlocal now
        now += 1
        under_way.append(now)
        await asyncio.sleep(0)
        now -= 1
        return ChangeReport(status="unchanged")

    await carry_out([Write(str(at), send) for at in range(12)], one_at_a_time=alone)
    assert max(under_way) == most


async def test_a_reason_to_stop_keeps_the_rest_from_being_sent() -> None:
    writes = [Write(key, done(key)) for key in "ABC"]
    report = await carry_out(writes, one_at_a_time=True, stop_when=lambda report: "Stopped: it cleared a field.")
    assert [one.outcome for one in report.changes] == ["applied", "not_sent", "not_sent"]
    assert report.warnings == ("Stopped: it cleared a field.",)
    assert report.status == "partly_applied"


async def test_an_answer_that_is_lost_hides_nothing(stocktrim: StockTrimClient, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("reset", "save_product", applied=True))
    drafts = [ProductDraft(product_id=one, unit_cost=9) for one in ("30000001", "30000002")]
    report = await carry_out([Write(one.product_id, lambda one=one: stocktrim.products.save(one)) for one in drafts])
    assert report.status == "applied"
    assert (await stocktrim.products.get("30000001")).unit_cost == 9


def test_values_are_shown_as_people_write_them() -> None:
    shown = [value_of(one) for one in (None, "", (), True, 3.0, 0.25, "x", ({"product_id": "A", "quantity": 2.0},))]
    assert shown == ["(empty)", "(empty)", "(empty)", "yes", "3", "0.25", "x", "product_id A, quantity 2"]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_shown_to_its_last_digit(value: float) -> None:
    assert float(value_of(value)) == value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (7.4, 7.40004),
        ("x" * 489, "x" * 488 + "y"),
        ("Tea", "Tea "),
        ("(empty)", ""),
        (datetime(2026, 1, 1, 8, 0, 1, tzinfo=UTC), datetime(2026, 1, 1, 8, tzinfo=UTC)),
        (tuple("ab" * 300), tuple("ab" * 299 + "ac")),
    ],
)
def test_values_that_differ_look_different(one: object, other: object) -> None:
    assert value_of(one) != value_of(other)


async def test_what_is_to_be_approved_is_shown_whole_and_what_was_done_in_short() -> None:
    long = FieldChange(field="name", before="x" * 900, after="x" * 899)
    asked = Change(kind="change", noun="product", key="A", fields=(long,))
    for status, length in (("preview", 1_811), ("applied", LONGEST_FIELD + 30)):

        async def send(status: str = status) -> ChangeReport:
            return ChangeReport.model_validate({"status": status, "changes": (asked,)})

        (shown,) = (await carry_out([Write("A", send)])).changes
        assert len(shown.fields[0]) <= length
        assert (len(shown.fields[0]) == 1_809) is (status == "preview")


def test_fields_of_a_deleted_record_that_are_not_shown_are_counted() -> None:
    fields = tuple(FieldChange(field=f"f{at}", before=at + 1) for at in range(11))
    assert fields_of(Change(kind="delete", noun="supplier", key="S", fields=fields))[-1] == "and 3 more fields"


def test_what_was_there_is_not_made_up_where_it_does_not_show() -> None:
    fields = (FieldChange(field="quantity", after=3.0),)
    assert fields_of(Change(kind="change", noun="sale", key="S", fields=fields, unread=True)) == (
        "quantity: (not shown) -> 3",
    )
    assert fields_of(Change(kind="create", noun="sale", key="S", fields=fields)) == ("quantity: 3",)
