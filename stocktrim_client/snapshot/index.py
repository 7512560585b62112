"""Records by words: SQLite's full-text search over trigrams, in memory, one index a kind.

Every text is folded before it is stored and before it is asked for, and stands between spaces: a trigram may begin with
one, so that `" mu"` finds words that begin with "mu". Only quoted phrases reach the search's own language.
"""

import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from stocktrim_client.snapshot.finding import Fit
from stocktrim_client.snapshot.words import (
    SHORTEST_WITH_TWO,
    SHORTEST_WITH_TYPO,
    Entry,
    fold,
    meant_by,
    nearest_to,
    query_words,
    singular,
    swaps,
    vocabulary,
)

SCHEMA = """
CREATE TABLE entries (id INTEGER PRIMARY KEY, code TEXT, name TEXT, about TEXT, name_text TEXT, other_text TEXT);
CREATE TABLE keys (folded TEXT, is_other INTEGER, id INTEGER, PRIMARY KEY (folded, is_other, id)) WITHOUT ROWID;
CREATE TABLE vocabulary (word TEXT PRIMARY KEY, mirrored TEXT) WITHOUT ROWID;
CREATE INDEX mirrors ON vocabulary (mirrored);
CREATE VIRTUAL TABLE texts USING fts5 (name, other, content='', tokenize='trigram case_sensitive 1');
"""
ENTER_TEXTS = "INSERT INTO texts (rowid, name, other) SELECT id, name_text, other_text FROM entries"

EXACT, SAME, OTHER_SAME, BEGINNING, OTHER_BEGINNING, NAMED, NAME_WORDS, WORDS, WITHIN, NAME_SLIP, SLIP, GUESS = range(
    12
)
"""How well a record fits, best first; a mistyped word counts least, and what only comes near does not fit."""

FITS: Mapping[int, Fit] = {
    EXACT: "exact code",
    SAME: "exact code",
    OTHER_SAME: "another code of it",
    BEGINNING: "beginning of a code",
    OTHER_BEGINNING: "beginning of a code",
    NAMED: "whole name",
    NAME_WORDS: "words of the name",
    WORDS: "words",
    WITHIN: "part of a word",
    NAME_SLIP: "one letter off",
    SLIP: "one letter off",
    GUESS: "guess",
}
"""The same in words."""

CANDIDATES = 200
MOST_MEANINGS = 4
MOST_GUESSES = 5
SHORTEST_START = 3
"""Letters and digits of a mistyped code that still say which codes were meant."""
NEIGHBOURS = 3000
LAST = "\U0010ffff"


class Match(NamedTuple):
    """One record that fits; `tier` says how well."""

    tier: int
    closeness: int
    code: str
    name: str | None
    about: str | None

    @property
    def is_guess(self) -> bool:
        """Whether a word had to be taken for another."""
        return self.tier >= NAME_SLIP

    @property
    def fit(self) -> Fit:
        """How it fits, in words."""
        return FITS[self.tier]


class Index:
    """The entries of one kind. Safe to use from several threads, one at a time."""

    def __init__(self, entries: Iterable[tuple[int, Entry]]) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        weakref.finalize(self, self._database.close)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.executescript(SCHEMA)
        self._database.execute("BEGIN")
        self._add(entries)
        # In one statement: row by row takes ten times as long.
        self._database.execute(ENTER_TEXTS)
        self._database.execute("COMMIT")

    def put(self, changes: Mapping[int, Entry | None]) -> None:
        """Replace what stands at positions, all at once; None removes it."""
        with self._lock:
            self._database.execute("BEGIN")
            for position in changes:
                old = self._one("SELECT name_text, other_text FROM entries WHERE id = ?", position)
                if old is not None:
                    self._database.execute(
                        "INSERT INTO texts (texts, rowid, name, other) VALUES ('delete', ?, ?, ?)", (position, *old)
                    )
                    self._database.execute("DELETE FROM entries WHERE id = ?", (position,))
                    self._database.execute("DELETE FROM keys WHERE id = ?", (position,))
            there = [(position, entry) for position, entry in changes.items() if entry is not None]
            self._add(there)
            for position, _ in there:
                self._database.execute(f"{ENTER_TEXTS} WHERE id = ?", (position,))
            self._database.execute("COMMIT")

    def find(self, query: str, limit: int) -> tuple[int, list[Match]]:
        """How many records fit, and those that fit best."""
        with self._lock:
            return self._find(_clean(query), query_words(query), limit)

    def guess(self, query: str) -> list[Match]:
        """The few records that come nearest where none fits: by words of two slips, or by how a code begins."""
        with self._lock:
            # Words that nothing comes near do not count.
            words = [meanings for word in query_words(query) if (meanings := self._nearly(word))]
            scores: dict[int, int] = {}
            for meanings in words:
                for (position,) in self._holding([[f" {one}" for one in meanings]], None, "id", CANDIDATES):
                    scores[position] = scores.get(position, 0) + 1
            enough = {position: count for position, count in scores.items() if 2 * count >= len(words)}
            if not enough:
                enough = dict.fromkeys(self._by_start(fold(query)), len(words))
            best = sorted(enough, key=lambda position: -enough[position])[:CANDIDATES]
            matches = [
                match._replace(closeness=1000 * (len(words) - enough[position]) + match.closeness)
                for position in best
                for match in self._matches({position: GUESS}, "")
            ]
            return sorted(matches)[:MOST_GUESSES]

    def _add(self, entries: Iterable[tuple[int, Entry]]) -> None:
        known: set[str] = set()
        keys: list[tuple[str, int, int]] = []

        def rows() -> Iterator[tuple[Any, ...]]:
            for position, entry in entries:
                code = _clean(entry.code)
                name = fold(entry.name or "")
                other = [fold(text) for text in (code, *entry.keys, *entry.texts)]
                known.update(vocabulary(name, *other))
                keys.append((other[0] or code.strip(), 0, position))
                keys.extend((fold(key), 1, position) for key in entry.keys)
                yield (
                    position,
                    code,
                    _clean(entry.name),
                    _clean(entry.about),
                    f" {name} ",
                    f" {' | '.join(filter(None, other))} ",
                )

        run = self._database.executemany
        run("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", rows())
        run("INSERT OR IGNORE INTO keys VALUES (?, ?, ?)", sorted(key for key in keys if key[0]))
        run("INSERT OR IGNORE INTO vocabulary VALUES (?, ?)", ((word, word[::-1]) for word in sorted(known)))

    def _find(self, query: str, words: list[str], limit: int) -> tuple[int, list[Match]]:
        ids: dict[int, int] = {}
        for position, tier in self._by_key(query, limit):
            ids.setdefault(position, tier)
        total = 0
        if words:
            plain = [[word] for word in words]
            total = self._by_text(plain, ids, limit, WITHIN)
            meant = plain if ids else [self._meanings(word) for word in words]
            if meant != plain:
                total = self._by_text(meant, ids, limit, SLIP)
        matches = sorted(self._matches(ids, fold(query)))
        return max(total, len(ids)), matches[:limit]

    def _by_key(self, query: str, limit: int) -> Iterator[tuple[int, int]]:
        folded = fold(query) or query.strip()
        if not folded:
            return
        same = (
            "SELECT keys.id, CASE WHEN is_other THEN :other WHEN entries.code IN (:query, :trimmed) THEN :exact "
            "ELSE :same END AS t FROM keys JOIN entries USING (id) WHERE folded = :folded ORDER BY t LIMIT :limit"
        )
        values = {"query": query, "trimmed": query.strip(), "folded": folded, "limit": limit}
        tiers = {"exact": EXACT, "same": SAME, "other": OTHER_SAME}
        yield from self._database.execute(same, {**values, **tiers})
        begun = (
            "SELECT id, CASE WHEN is_other THEN :other ELSE :code END FROM keys "
            "WHERE folded > :folded AND folded < :last AND is_other = :is_other LIMIT :limit"
        )
        tiers = {"code": BEGINNING, "other": OTHER_BEGINNING, "last": folded + LAST}
        for is_other in (0, 1):
            yield from self._database.execute(begun, {**values, **tiers, "is_other": is_other})

    def _by_text(self, words: list[list[str]], ids: dict[int, int], limit: int, last_tier: int) -> int:
        """Add the records that hold a meaning of every word; gives how many there are."""
        if not all(words):
            return 0
        # Words of one or two letters are looked for in every record: no oftener than there is something to find.
        if (total := next(self._holding(words, None, "count(*)", 1))[0]) == 0:
            return 0
        begun = [[f" {word}" for word in meanings] for meanings in words]
        most = max(CANDIDATES, 2 * limit)
        tiers = ((NAME_WORDS, begun, "name"), (WORDS, begun, None), (WITHIN, words, None))
        for tier, asked, column in tiers:
            if len(ids) >= min(most, total):
                break
            for (position,) in self._holding(asked, column, "id", most):
                ids.setdefault(position, tier if last_tier < SLIP else NAME_SLIP if tier == NAME_WORDS else SLIP)
        return total

    def _holding(self, words: list[list[str]], column: str | None, what: str, limit: int) -> Iterator[tuple[Any, ...]]:
        """Records with a meaning of each word: by trigrams, and by looking for what is shorter than three letters."""
        phrases: list[str] = []
        looked: list[str] = []
        values: list[Any] = []
        for meanings in words:
            if all(len(meaning) > 2 for meaning in meanings):
                phrases.append("(" + " OR ".join('"' + one.replace('"', '""') + '"' for one in meanings) + ")")
            else:
                # No short word stands across both, and putting them together takes longer than looking twice.
                places = ("name_text",) if column else ("name_text", "other_text")
                looked.append("(" + " OR ".join(f"instr({place}, ?)" for place in places for _ in meanings) + ")")
                values += meanings * len(places)
        conditions = list(looked)
        if phrases:
            expression = " AND ".join(phrases)
            values.append(f"name : ({expression})" if column else expression)
            conditions.append("texts MATCH ?")
        if phrases and not looked:
            source, what = "texts", what.replace("id", "rowid")
        elif phrases:
            source = "texts JOIN entries ON entries.id = texts.rowid"
        else:
            source = "entries"
        # Columns and conditions are written here; what was asked for is bound.
        statement = f"SELECT {what} FROM {source} WHERE {' AND '.join(conditions)} LIMIT ?"  # noqa: S608 - no words of the asker's
        return self._database.execute(statement, (*values, limit))

    def _meanings(self, word: str) -> list[str]:
        """The word, and the words it may be a slip of."""
        if len(word) < SHORTEST_WITH_TYPO or not word.isalpha():
            return [word]
        half = len(word) // 2
        near = {found for start in (word[:half], *swaps(word)) for found in self._words("word", start)}
        near.update(self._words("mirrored", word[half:][::-1]))
        return list(dict.fromkeys((word, *singular(word), *meant_by(word, near, MOST_MEANINGS))))

    def _nearly(self, word: str) -> list[str]:
        """The word, if any record has it, else the words that come nearest to it."""
        if len(word) > 2 and next(iter(self._holding([[f" {word}"]], None, "id", 1)), None) is not None:
            return [word]
        if len(word) < SHORTEST_WITH_TYPO or not word.isalpha():
            return []
        if len(word) < SHORTEST_WITH_TWO:
            return self._meanings(word)[1:]
        # Two slips leave the first or the last third of most words as it was.
        third = len(word) // 3
        near = {*self._words("word", word[:third]), *self._words("mirrored", word[-third:][::-1])}
        return nearest_to(word, near, MOST_MEANINGS)

    def _by_start(self, folded: str) -> list[int]:
        """Records whose code begins as this one does, for as long as any does."""
        statement = "SELECT id FROM keys WHERE folded >= ? AND folded < ? AND is_other = 0 LIMIT ?"
        for length in range(len(folded) - 1, max(SHORTEST_START, len(folded) // 2) - 1, -1):
            start = folded[:length]
            if found := self._database.execute(statement, (start, start + LAST, MOST_GUESSES)).fetchall():
                return [position for (position,) in found]
        return []

    def _words(self, column: str, start: str) -> list[str]:
        # The column is one of the two above; the words are bound.
        statement = f"SELECT word FROM vocabulary WHERE {column} >= ? AND {column} < ? LIMIT ?"  # noqa: S608 - ours
        return [word for (word,) in self._database.execute(statement, (start, start + LAST, NEIGHBOURS))]

    def _matches(self, ids: dict[int, int], folded: str) -> Iterator[Match]:
        for position, tier in ids.items():
            row = self._one("SELECT code, name, about, name_text FROM entries WHERE id = ?", position)
            if row is not None:
                code, name, about, name_text = row
                if tier in (NAME_WORDS, WORDS, WITHIN) and name_text == f" {folded} ":
                    tier = NAMED
                yield Match(tier, len(name_text if tier >= NAMED else code), code, name, about)

    def _one(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        return self._database.execute(statement, values).fetchone()


def _clean(text: str | None) -> Any:
    """Text that SQLite can hold: half a character of UTF-16, which JSON can carry, is none."""
    return text if text is None or text.isascii() else text.encode("utf-8", "replace").decode()
