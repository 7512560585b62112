"""Faults, cancellations and writes over HTTP and stdio for some seconds: nothing lost, doubled or left."""

import random
import re
import sys
from collections import Counter
from datetime import UTC, datetime

import pytest

from bench.soak import page
from bench.soak.ledger import Heard, Ledger, Meant
from bench.soak.run import Plan, soak, tracebacks
from bench.soak.upstream import Misfortune, Upstream
from stocktrim_client.changes import Change
from stocktrim_client.history import Entry

if sys.platform == "linux":

    async def test_no_write_is_lost_or_doubled_and_nothing_is_left() -> None:
        result = await soak(Plan(seconds=12, warm_up=3, over_http=6, over_stdio=2))
        assert result.faults == []
        assert result.leaks == []
        assert result.crashes == []
        assert Counter(one.heard for one in result.ledger.meant)["applied"] > 5
        assert result.upstream.misfortune.met.total() > 5
        assert len(result.stdio) == 2
        assert "6 clients over HTTP and 2 over stdio" in page.page(result)


def reckoned(heard: Heard | None, *, there: int, journaled: str | None) -> list[str]:
    """What is found wrong with one sale that a client heard so much of."""
    upstream = Upstream(24, random.Random(1), rate=0)
    before = upstream.records()
    sale = {"externalReferenceId": "soak-1", "quantity": 1, "orderDate": "2026-01-31T00:00:00"}
    upstream.shop.ledger.write("30000001", [{"id": at, "productId": "30000001", **sale} for at in range(there)])
    change = Change(noun="sale", kind="create", key="soak-1")
    entries = [
        Entry.model_validate({"change_id": "1", "at": datetime.now(UTC), "change": change, "outcome": outcome})
        for outcome in (journaled or "").split()
    ]
    answers: list[Heard] = [] if heard is None else [heard]
    ledger = Ledger([Meant("record_sales", "soak-1", is_confirmed=heard is not None, answers=answers)])
    return ledger.faults(upstream, entries, before)


@pytest.mark.parametrize(
    ("heard", "there", "journaled"),
    [
        ("applied", 1, "applied"),
        ("unheard", 1, "applied"),
        ("unheard", 1, "unknown"),
        ("unheard", 0, "unknown"),
        ("unheard", 0, None),
        ("not made", 0, "refused"),
        (None, 0, None),
    ],
)
def test_what_may_happen_is_no_fault(heard: Heard | None, there: int, journaled: str | None) -> None:
    assert reckoned(heard, there=there, journaled=journaled) == []


@pytest.mark.parametrize(
    ("heard", "there", "journaled"),
    [
        ("applied", 0, "applied"),
        ("applied", 2, "applied"),
        ("applied", 1, "applied applied"),
        ("applied", 1, None),
        ("unheard", 2, "unknown"),
        ("unheard", 1, "refused"),
        ("not made", 1, "refused"),
        (None, 1, "applied"),
        (None, 0, "refused"),
    ],
)
def test_what_is_lost_doubled_or_made_unasked_is_found(heard: Heard | None, there: int, journaled: str | None) -> None:
    assert reckoned(heard, there=there, journaled=journaled)


def test_of_two_answers_to_one_change_the_one_that_knows_more_counts() -> None:
    assert Meant("record_sales", "a", is_confirmed=True, answers=["not made", "applied"]).heard == "applied"
    assert Meant("record_sales", "a", is_confirmed=True, answers=["not made", "unheard"]).heard == "unheard"
    assert Meant("record_sales", "a", answers=["applied"]).heard is None


def test_the_written_page_is_of_this_form_and_tells_of_nothing_lost() -> None:
    text = page.PATH.read_text(encoding="utf-8")
    assert text.startswith(page.HEAD)
    assert page.CLAIMS in text
    assert page.SEEN in text
    assert re.search(r"\| changes lost, doubled, unasked or told wrongly +\| +0 \|", text)


def test_what_the_sdk_logs_of_clients_that_left_is_no_crash() -> None:
    trace = "Traceback (most recent call last):\n  here\n"
    left = f"2026-11-22T20:44:43.766Z ERROR mcp: SSE response error\n{trace}anyio.ClosedResourceError\n"
    ours = f"2026-11-22T20:44:43.767Z ERROR mcp: failed\n{trace}KeyError: 'a'\n"
    assert tracebacks(left + ours + "2026-11-22T20:44:43.768Z ERROR mcp: refused\n" + left) == ([ours], 2)


def test_trouble_comes_as_often_as_it_should() -> None:
    trouble = Misfortune(random.Random(1), 0.05)
    met = sum(trouble.take("list_products", "GET", "/api/Products") is not None for _ in range(10_000))
    assert met == trouble.met.total()
    assert 400 < met < 600
    assert len(trouble.met) == 10
