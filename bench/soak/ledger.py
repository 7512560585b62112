"""What clients meant and what they heard of it, against what StockTrim holds and what the journal says."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bench.soak.upstream import Upstream
from stocktrim_client.history import Entry

Heard = Literal["not made", "unheard", "applied"]
"""What a client knows of its change, from least to most; `unheard`: no answer, or one that says it is in doubt."""

RANKS: tuple[Heard, ...] = ("not made", "unheard", "applied")

NEW: Mapping[str, str] = {
    "record_sales": "sale",
    "create_products": "product",
    "draft_purchase_orders": "purchase order",
}
"""What each tool makes."""

NEW_CODE = "SOAK-"
"""How the SKUs begin that are made."""


@dataclass(slots=True)
class Meant:
    """One change. `key`: of its record; `value`: what a cost is to become."""

    tool: str
    key: str
    value: float | None = None
    is_confirmed: bool = False
    answers: list[Heard] = field(default_factory=list[Heard])

    @property
    def heard(self) -> Heard | None:
        """Of several answers to one change the one that knows most. None: nobody said yes to it."""
        heard: Sequence[Heard] = self.answers or ("unheard",)
        return max(heard, key=RANKS.index) if self.is_confirmed else None


@dataclass
class Ledger:
    """Everything all clients meant, and how their calls went."""

    meant: list[Meant] = field(default_factory=list[Meant])
    calls: Counter[str] = field(default_factory=Counter[str])
    """By how they ended."""
    wrong: list[str] = field(default_factory=list[str])
    """What must not happen, as it was seen."""

    def faults(self, upstream: Upstream, entries: Sequence[Entry], before: Mapping[tuple[str, str], int]) -> list[str]:
        """What is lost, doubled, made unasked, or told wrongly by the journal; `before`: the records at the start."""
        return [*self.wrong, *self._of_new(upstream, entries, before), *self._of_costs(upstream, entries)]

    def _of_new(
        self, upstream: Upstream, entries: Iterable[Entry], before: Mapping[tuple[str, str], int]
    ) -> Iterable[str]:
        now, journaled = upstream.records(), defaultdict[tuple[str, str], list[str]](list)
        meant = {(NEW[one.tool], one.key): one for one in self.meant if one.tool in NEW}
        for entry in entries:
            record = entry.change.noun, entry.change.key
            # Where the look before it failed, what is new is journaled as a change.
            if entry.change.kind == "create" or record in meant:
                journaled[record].append(entry.outcome)
        for record in now.keys() - before.keys() - meant.keys():
            yield f"{record}: nobody meant it"
        for record in journaled.keys() - meant.keys():
            yield f"{record}: journaled, and nobody meant it"
        for record, one in meant.items():
            yield from _of_one(record, one.heard, now[record], journaled[record])
        yield from _unasked(upstream, meant)

    def _of_costs(self, upstream: Upstream, entries: Iterable[Entry]) -> Iterable[str]:
        by_code = defaultdict[str, list[Meant]](list)
        for one in self.meant:
            if one.value is not None and one.heard is not None:
                by_code[one.key].append(one)
        applied = Counter(
            (entry.change.key, one.after)
            for entry in entries
            for one in entry.change.fields
            if entry.change.kind == "change" and entry.outcome == "applied" and one.field == "unit_cost"
        )
        for code, asked in by_code.items():
            last = max((at for at, one in enumerate(asked) if one.heard == "applied"), default=None)
            possible = {one.value for one in asked[0 if last is None else last :] if one.heard != "not made"}
            cost = upstream.product(code).get("cost")
            if last is not None and cost not in possible:
                yield f"{code} costs {cost}; last applied was {asked[last].value}, possible {possible}"
            for one in asked:
                if (times := applied[code, one.value]) > 1 or (one.heard == "applied" and not times):
                    yield f"{code} at {one.value}: heard {one.heard}, journaled as applied {times} times"
        values = {(one.key, one.value) for asked in by_code.values() for one in asked}
        for code, value in applied.keys() - values:
            yield f"{code} at {value}: journaled as applied, and nobody said yes"


def _of_one(record: tuple[str, str], heard: Heard | None, there: int, journaled: Sequence[str]) -> Iterable[str]:
    """What is wrong with one new record."""
    told = f"{record}: heard {heard}, there {there} times, journaled {list(journaled)}"
    possible = {None: {0}, "not made": {0}, "applied": {1}, "unheard": {0, 1}}[heard]
    if there not in possible:
        yield f"{told}: lost, doubled or made unasked"
    if journaled.count("applied") > 1 or (heard == "applied" and "applied" not in journaled):
        yield f"{told}: the journal should say applied, once"
    if there and not {"applied", "unknown", "sending"} & {*journaled}:
        yield f"{told}: the journal does not know it"
    if heard is None and journaled:
        yield f"{told}: sent without a yes"


def _unasked(upstream: Upstream, meant: Mapping[tuple[str, str], Meant]) -> Iterable[str]:
    """New records that were sent although nobody said yes."""
    nouns = {"save_sales_orders": "sale", "save_purchase_order": "purchase order"}
    for (operation, key), times in upstream.changing.items():
        # Costs change under a product's id; only what is new bears a name of ours.
        if operation not in nouns and not key.startswith(NEW_CODE):
            continue
        one = meant.get((nouns.get(operation, "product"), key))
        if one is None or one.heard is None:
            yield f"{operation} of {key!r} was sent {times} times, and nobody said yes"
