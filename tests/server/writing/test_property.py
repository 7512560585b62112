"""Random writes, misfortunes and ends of the process: journal and StockTrim always agree, and all can be undone."""

import asyncio
import logging
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from mcp_types import CallToolResult

from stocktrim_client.sandbox import Fault, Quirks
from stocktrim_mcp_server.tools import TOOLSETS
from tests.server.writing.clients import Answer, Person, report_of, text_of
from tests.server.writing.state import State, changed, state_of
from tests.server.writing.world import Sent, World, world

PARTS = 10
RUNS = 50
RUNS_OTHERWISE = 20
STEPS = 2
SETTLED_AFTER = 180.0

Arguments = dict[str, Any]

WRITING = {function.__name__ for one in TOOLSETS for function in (*one.writes, *one.deletes)}


class Move(NamedTuple):
    """A call of a writing tool."""

    tool: str
    arguments: Arguments


class Trouble(NamedTuple):
    """What befalls a call. None: `fault`, no request goes wrong; `steps`, the process lives on."""

    fault: Fault | None = None
    steps: int | None = None


PRODUCTS = st.sampled_from(["V60-02", "FILT-02", "KETTLE-09", "GREEN-BRA"])
NEW = st.sampled_from(["NEW-1", "NEW/2 #?&"])
SUPPLIERS = st.sampled_from(["HIKARI", "STEEL/EU #2", "NEWCO"])
ORDERS = st.sampled_from(["PO-00001", "PO-00008", "PO-00010", "PO-00011"])
DAYS = st.sampled_from([1, 14, 35, 90])
MONEY = st.sampled_from([0.5, 7.4, 12.25])
UNITS = st.sampled_from([1.0, 12.0, 60.0])


def moves() -> st.SearchStrategy[Move]:
    """Every writing tool of the usual menu, on few records, so that calls meet."""
    change = st.fixed_dictionaries({"code": PRODUCTS, "lead_time_days": DAYS}, optional={"unit_cost": MONEY})
    new = st.fixed_dictionaries({"code": NEW, "name": st.just("New")}, optional={"unit_cost": MONEY})
    delivered = st.fixed_dictionaries({"code": PRODUCTS, "unit_cost": MONEY})
    supplier = st.fixed_dictionaries(
        {"code": SUPPLIERS, "name": st.sampled_from(["One", "Other"])},
        optional={"lead_time_days": DAYS, "products": st.lists(delivered, min_size=1, max_size=1)},
    )
    line = st.fixed_dictionaries({"product": PRODUCTS, "quantity": UNITS}, optional={"unit_price": MONEY})
    count = st.fixed_dictionaries(
        {"code": PRODUCTS, "on_hand": UNITS}, optional={"location": st.sampled_from(["MAIN", "SHOP"])}
    )
    sale = st.fixed_dictionaries({"code": PRODUCTS, "quantity": UNITS, "sold_on": st.just("2026-11-20")})
    arguments: Mapping[str, st.SearchStrategy[Arguments]] = {
        "draft_purchase_orders": st.fixed_dictionaries({"lines": _few(line, "product")}),
        "update_purchase_order": st.fixed_dictionaries(
            {"reference": ORDERS, "status": st.sampled_from(["Approved", "Sent"])},
            optional={"lines": st.lists(line, min_size=1, max_size=1)},
        ),
        "delete_purchase_order": st.fixed_dictionaries({"reference": ORDERS}),
        "update_products": st.fixed_dictionaries({"changes": _few(change, "code")}),
        "create_products": st.fixed_dictionaries({"products": _few(new, "code")}),
        "save_suppliers": st.fixed_dictionaries({"suppliers": _few(supplier, "code")}),
        "set_stock_levels": st.fixed_dictionaries({"counts": _few(count, "code")}),
        "record_sales": st.fixed_dictionaries({"sales": _few(sale, "code")}),
        "delete_records": st.one_of(
            st.fixed_dictionaries({"products": st.lists(NEW, min_size=1, max_size=1)}),
            st.fixed_dictionaries({"suppliers": st.just(["IDLE"])}),
        ),
    }
    assert arguments.keys() == WRITING - {"run_forecast", "undo_change"}
    return st.sampled_from(sorted(arguments)).flatmap(lambda tool: arguments[tool].map(lambda given: Move(tool, given)))


def _few(one: st.SearchStrategy[Arguments], by: str) -> st.SearchStrategy[list[Arguments]]:
    return st.lists(one, min_size=1, max_size=3, unique_by=lambda each: each[by])


def troubles() -> st.SearchStrategy[Trouble]:
    """Nothing, or what may befall a call: requests that go wrong, with their effect or without; the process's end."""
    fault = st.builds(
        Fault,
        kind=st.sampled_from(["reset", "silence", "status", "html", "truncate", "malformed"]),
        at=st.sampled_from(["save_*", "delete_*", "set_*", "[sd]e*", "[sd]e*", "[sd]e*", "*", "list_*"]),
        times=st.sampled_from([1, None]),
        after=st.integers(0, 2),
        status=st.sampled_from([400, 429, 500, 503]),
        applied=st.booleans(),
    )
    # Who refuses a request has not acted on it.
    fault = fault.filter(lambda one: not (one.applied and one.kind in ("status", "html") and one.status < 500))
    return st.one_of(
        st.just(Trouble()),
        fault.map(lambda one: Trouble(fault=one)),
        st.integers(0, 20).map(lambda steps: Trouble(steps=steps)),
        st.builds(Trouble, fault, st.integers(0, 20)),
    )


CONSENT: st.SearchStrategy[Answer | None] = st.sampled_from(
    ["accept", "accept", "accept", "accept", "decline", "cancel", None]
)
"""None: nobody is asked, and the token is not sent back."""


class Entry(NamedTuple):
    """A change that may have been sent, and whether the sandbox shows that it was made."""

    change_id: str
    batch: str
    was_made: bool


class Writing(RuleBasedStateMachine):
    """One owner's day with an assistant that does anything, on a day on which anything goes wrong."""

    quirks = Quirks()
    """How StockTrim is where nobody knows."""
    can_restore = True
    """Whether this StockTrim lets a field be emptied again."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        self.world: World = self.loop.run(self._opened())
        self.start = state_of(self.world.sandbox)
        self.entries: list[Entry] = []
        self.unlinked: set[Key] = set()

    async def _opened(self) -> World:
        return world(self.folder, self.quirks)

    def teardown(self) -> None:
        try:
            self.loop.run(self._all_settled_and_undone())
        finally:
            self.loop.run(self.world.end())
            self.loop.close()
            shutil.rmtree(self.folder)

    @initialize(move=moves(), trouble=troubles())
    def begin(self, move: Move, trouble: Trouble) -> None:
        """A call that is approved."""
        self.loop.run(self._call(move, "accept", trouble))

    @rule(move=moves(), answer=CONSENT, trouble=troubles())
    def write(self, move: Move, answer: Answer | None, trouble: Trouble) -> None:
        """Any call, whatever the person says to it, whatever befalls it."""
        self.loop.run(self._call(move, answer, trouble))

    @rule(pick=st.integers(0, 9), whole=st.booleans(), answer=CONSENT, trouble=troubles(), later=st.booleans())
    def undo(self, pick: int, whole: bool, answer: Answer | None, trouble: Trouble, later: bool) -> None:
        """Take back one change, or all of a call: also one that took back another, also one in doubt."""
        # Some time after it was made, a doubt can be settled.
        self.world.clock.seconds += SETTLED_AFTER if later else 0
        one = self.entries[pick % len(self.entries)] if self.entries else Entry("0", "0", was_made=False)
        self.loop.run(
            self._call(Move("undo_change", {"undo_id": one.batch if whole else one.change_id}), answer, trouble)
        )

    async def _call(self, move: Move, answer: Answer | None, trouble: Trouble) -> CallToolResult | None:
        sandbox = self.world.sandbox
        before, sent, lines = state_of(sandbox), len(self.world.sent), len(self.world.journal())
        if trouble.fault is not None:
            sandbox.faults.add(trouble.fault)
        self.world.life.left = trouble.steps
        result = await self.world.call(None if answer is None else Person(answer), *move)
        sandbox.faults.clear()
        if result is None:
            await self.world.end()
            self.world.start()
        self.world.life.left = None
        after = state_of(sandbox)
        if answer != "accept":
            assert self.world.sent[sent:] == []
            assert before == after
        written = self.world.journal()[lines:]
        intents = {one["id"]: one for one in written if one["event"] == "intent"}
        # A doubt about an earlier change may be settled in between.
        outcomes = {one["id"]: one["outcome"] for one in written if one["event"] == "outcome" and one["id"] in intents}
        _sent_on_record(self.world.sent[sent:], intents.keys())
        self._agree(before, after, intents, outcomes)
        self.unlinked |= _unlinked(before, after)
        if result is not None:
            _told(result, outcomes)
        return result

    def _agree(
        self, before: State, after: State, intents: Mapping[str, Mapping[str, Any]], outcomes: Mapping[str, str]
    ) -> None:
        """What the journal says was changed was changed in the sandbox, and nothing else was."""
        touched = changed(before, after)
        explained: set[Key] = set()
        for change_id, intent in intents.items():
            outcome = outcomes.get(change_id, "unknown")
            mine = {key for key in touched if _is_about(key, intent["change"], before, after)}
            if outcome in NOT_MADE:
                continue
            if not mine and intent["change"]["unread"]:
                # It was so already, which this StockTrim does not show.
                continue
            assert mine or outcome == "unknown", (intent, touched)
            explained |= mine
            self.entries.append(Entry(change_id, intent["batch"], bool(mine)))
        assert touched <= explained, (touched - explained, intents, outcomes)

    async def _all_settled_and_undone(self) -> None:
        self.world.clock.seconds += SETTLED_AFTER
        await self._settled()
        for batch in dict.fromkeys(one.batch for one in reversed(self.entries)):
            result = await self._call(Move("undo_change", {"undo_id": batch}), "accept", Trouble())
            assert result is not None
        left = changed(self.start, state_of(self.world.sandbox)) - self.unlinked
        end = state_of(self.world.sandbox)
        assert not (left and self.can_restore), {key: _difference(self.start.get(key), end.get(key)) for key in left}

    async def _settled(self) -> None:
        """No doubt is left that a reading can settle, and what is settled is the truth."""
        result = await self._call(Move("list_changes", {"limit": 100}), None, Trouble())
        assert result is not None
        items = report_of(result)["items"]
        told = {one["change_id"]: one["outcome"] for one in items}
        for one in self.entries:
            if told[one.change_id] in ("applied", "not_applied"):
                assert (told[one.change_id] == "applied") == one.was_made, (one, items)


Key = tuple[str, str]

NOT_MADE = ("refused", "not_sent", "not_applied")


def _difference(one: Any, other: Any) -> Any:
    """What a failure has to show of two records."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return one, other
    return {name: (one.get(name), other.get(name)) for name in one | other if one.get(name) != other.get(name)}


def _unlinked(before: State, after: State) -> set[Key]:
    """Products of a supplier that was deleted: brought back, it has another number, and they no longer name it."""
    gone = {before[key].get("supplierName") for key in before.keys() - after.keys() if key[0] == "supplier"}
    return {key for key, one in before.items() if key[0] == "product" and gone.intersection(_values(one))}


def _sent_on_record(sent: Sequence[Sent], intents: Collection[str]) -> None:
    """Nothing was sent whose intent is not on record, and nothing twice that a repeat would double."""
    assert all(one.change_id in intents for one in sent)
    doubling = [
        one.change_id
        for one in sent
        if one.operation.retry in ("create", "generate", "job", "purge") and one.operation.keyed is None
    ]
    assert len(doubling) == len(set(doubling))


def _told(result: CallToolResult, outcomes: Mapping[str, str]) -> None:
    """The answer says of each change what the journal says."""
    changes = (result.structured_content or {}).get("changes", ())
    told = {one["change_id"]: one["outcome"] for one in changes if one.get("change_id") in outcomes}
    for change_id, outcome in told.items():
        # That StockTrim said yes and did nothing has no word of its own in an answer.
        assert outcome == outcomes[change_id] or {outcome, outcomes[change_id]} <= set(NOT_MADE), text_of(result)


def _is_about(record: Key, change: Mapping[str, Any], before: State, after: State) -> bool:
    """Whether this change explains that record's becoming other."""
    kind, key = record
    noun, called = change["noun"], change["key"]
    if noun == "purchase order":
        return kind == "order" and key == called
    if noun == "supplier":
        return kind == "supplier" and called in (key, *_values(before.get(record)), *_values(after.get(record)))
    if noun == "sale":
        return kind == "sales" and called in set(_values(before.get(record))) ^ set(_values(after.get(record)))
    if noun == "product" or noun.startswith("stock"):
        return kind == "product" and called in (key, *_values(before.get(record)), *_values(after.get(record)))
    return False


def _values(value: Any) -> Iterator[Any]:
    """Every value inside a record."""
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _values(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _values(one)
    else:
        yield value


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Log nothing: the ends of thousands of processes would be written down, each with its traceback."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def _days(kind: type[Writing], runs: int) -> None:
    # The same runs everywhere and always; they are drawn by the machine's name.
    always = settings(max_examples=runs, stateful_step_count=STEPS, derandomize=True)
    run_state_machine_as_test(kind, settings=always)


@pytest.mark.parametrize("part", range(PARTS))
def test_journal_and_stocktrim_agree_whatever_happens(part: int) -> None:
    """In parts, since a test has one core."""
    _days(type(f"Writing{part}", (Writing,), {}), RUNS)


@pytest.mark.parametrize("reading", sorted(Quirks.readings().keys() - {"best evidence"}))
def test_they_agree_whatever_stocktrim_does_where_nobody_knows(reading: str) -> None:
    its = Quirks.readings()[reading]
    parts = {"quirks": its, "can_restore": its.explicit_null == "clears" and its.order_lines == "replaced"}
    _days(type("Otherwise", (Writing,), parts), RUNS_OTHERWISE)
