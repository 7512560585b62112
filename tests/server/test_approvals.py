"""Tokens: each stands for exactly what was shown, for a while, and once."""

import os
import string
import time
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktrim_client.changes import Change, FieldChange, caller
from stocktrim_mcp_server.approval import MARK_SECONDS, MOST_REMEMBERED, Approvals
from stocktrim_mcp_server.keys import ANSWER_SECONDS
from tests.conftest import NOW

ARGUMENTS = {"reference": "PO-1", "lines": [{"product": "V60-02", "quantity": 2}]}


def change(before: object = 1) -> Change:
    return Change(
        kind="change", noun="product", key="V60-02", fields=(FieldChange(field="unit_cost", before=before, after=2),)
    )


def test_a_token_is_good_for_what_it_was_given_for() -> None:
    desk = Approvals()
    digest, asked = desk.digest("update", ARGUMENTS, [change()]), desk.asked("update", ARGUMENTS)
    token = desk.token(digest, asked, NOW)
    assert len(token) == 12
    assert desk.is_valid(token, digest, NOW)
    assert desk.is_valid(f" {token.lower()} ", digest, NOW + timedelta(minutes=10))
    assert Approvals().is_valid(token, digest, NOW) is False


@pytest.mark.parametrize(
    ("tool", "arguments", "before", "why"),
    [
        ("delete", ARGUMENTS, 1, "given for another call"),
        ("update", {**ARGUMENTS, "reference": "PO-2"}, 1, "given for another call"),
        ("update", ARGUMENTS, 1.5, "The records have changed"),
    ],
)
def test_a_token_is_no_good_for_anything_else(
    tool: str, arguments: dict[str, object], before: object, why: str
) -> None:
    desk = Approvals()
    token = desk.token(desk.digest("update", ARGUMENTS, [change()]), desk.asked("update", ARGUMENTS), NOW)
    digest, asked = desk.digest(tool, arguments, [change(before)]), desk.asked(tool, arguments)
    assert not desk.is_valid(token, digest, NOW)
    assert why in desk.refused(token, digest, asked, NOW)


def test_a_token_is_good_for_whom_it_was_given_to() -> None:
    desk = Approvals()
    was = caller.set("anna")
    token = desk.token(desk.digest("update", ARGUMENTS, [change()]), desk.asked("update", ARGUMENTS), NOW)
    caller.set("bert")
    digest, asked = desk.digest("update", ARGUMENTS, [change()]), desk.asked("update", ARGUMENTS)
    assert not desk.is_valid(token, digest, NOW)
    assert "who asks" in desk.refused(token, digest, asked, NOW)
    caller.reset(was)


def test_a_token_expires() -> None:
    desk = Approvals()
    digest, asked = desk.digest("update", ARGUMENTS, [change()]), desk.asked("update", ARGUMENTS)
    token, later = desk.token(digest, asked, NOW), NOW + timedelta(minutes=21)
    assert not desk.is_valid(token, digest, later)
    assert "expired" in desk.refused(token, digest, asked, later)


def test_a_token_works_once_even_where_nothing_shows_that_it_was_used() -> None:
    desk = Approvals()
    digest, asked = desk.digest("run", {}, [change()]), desk.asked("run", {})
    token, check = desk.token(digest, asked, NOW), desk.check(digest)
    assert desk.check(digest) == check
    assert desk.spend(digest, 0)
    assert not desk.spend(digest, 0)
    assert not desk.is_valid(token, digest, NOW)
    assert "used already" in desk.refused(token, digest, asked, NOW)
    assert desk.check(digest) != check
    assert desk.is_valid(desk.token(digest, asked, NOW), digest, NOW)


@given(st.text(alphabet=string.ascii_uppercase + "234567", min_size=0, max_size=14))
def test_an_invented_token_is_said_to_be_that(token: str) -> None:
    desk = Approvals(b"a key that no model knows")
    digest, asked = desk.digest("update", ARGUMENTS, [change()]), desk.asked("update", ARGUMENTS)
    assert not desk.is_valid(token, digest, NOW)
    assert "made up" in desk.refused(token, digest, asked, NOW)


def test_workers_with_one_key_know_each_others_tokens() -> None:
    one, other = Approvals(b"shared"), Approvals(b"shared")
    digest = one.digest("update", ARGUMENTS, [change()])
    assert other.is_valid(one.token(digest, one.asked("update", ARGUMENTS), NOW), digest, NOW)


def test_texts_that_cannot_be_encoded_do_not_end_the_call() -> None:
    desk = Approvals()
    assert desk.digest("update", {"reference": "\ud800"}, []) != desk.digest("update", {"reference": "\ud801"}, [])


def test_what_is_remembered_has_a_bound_and_a_forgotten_token_works_all_the_same() -> None:
    desk = Approvals()
    first = desk.digest("update", {}, [change(-1)])
    token = desk.token(first, first, NOW)
    for at in range(MOST_REMEMBERED):
        desk.token(desk.digest("update", {}, [change(at)]), first, NOW)
    assert desk.is_valid(token, first, NOW)
    assert "made up" in desk.refused(token, desk.digest("update", {}, []), first, NOW)


def test_the_order_in_which_records_were_read_does_not_matter() -> None:
    desk = Approvals(b"key")
    one, other = change(-1), change(5)
    assert desk.digest("update", {}, [one, other]) == desk.digest("update", {}, [other, one])
    assert desk.digest("update", {}, [one, other]) != desk.digest("update", {}, [one, one])


# --- servers that share their keys


def shared(folder: Path, *keys: bytes) -> Approvals:
    return Approvals(*(keys or (b"shared",)), folder=folder / "approved")


def test_a_token_that_one_server_used_is_used_for_all(tmp_path: Path) -> None:
    one, other = shared(tmp_path), shared(tmp_path)
    digest, asked = one.digest("run", {}, [change()]), one.asked("run", {})
    token, check = one.token(digest, asked, NOW), one.check(digest)
    assert other.is_valid(token, digest, NOW)
    assert other.check(digest) == check
    assert other.spend(digest, 0)
    assert not one.spend(digest, 0)
    assert not one.is_valid(token, digest, NOW)
    for desk in (one, other):
        assert "used already" in desk.refused(token, digest, asked, NOW)
    assert one.check(digest) == other.check(digest) != check
    assert other.is_valid(one.token(digest, asked, NOW), digest, NOW)


def test_a_key_can_be_replaced_while_servers_run(tmp_path: Path) -> None:
    before, after = shared(tmp_path, b"old", b"new"), shared(tmp_path, b"new", b"old")
    digest, asked = before.digest("run", {}, [change()]), before.asked("run", {})
    assert before.check(digest) == after.check(digest)
    assert after.is_valid(before.token(digest, asked, NOW), digest, NOW)
    assert before.is_valid(after.token(digest, asked, NOW), digest, NOW)
    assert not shared(tmp_path, b"new").is_valid(before.token(digest, asked, NOW), digest, NOW)


def test_that_an_approval_was_used_is_forgotten_only_when_it_is_good_no_longer(tmp_path: Path) -> None:
    desk = shared(tmp_path)
    old, recent, now = (desk.digest("run", {"day": day}, []) for day in range(3))
    for digest, age in ((old, MARK_SECONDS + 60), (recent, ANSWER_SECONDS)):
        desk.spend(digest, 0)
        (mark,) = (tmp_path / "approved").glob(f"{digest.hex()}-0")
        os.utime(mark, (time.time() - age, time.time() - age))
    desk.spend(now, 0)
    assert [desk.times(digest) for digest in (old, recent, now)] == [0, 1, 1]


def test_servers_that_share_no_key_say_what_is_missing() -> None:
    one, other = Approvals(), Approvals()
    digest = one.digest("update", ARGUMENTS, [change()])
    said = other.refused(one.token(digest, digest, NOW), digest, digest, NOW)
    assert "STOCKTRIM_SECRET_FILE" in said
