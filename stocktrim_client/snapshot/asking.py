"""One question in SQL about the tables on hand, which can read them and do nothing else.

Each question gets a connection of its own to an empty database, with the tables attached to be read only. An authorizer
lets it select, and call functions known to be pure; limits bound its length, its texts, its time and its answer.
What it sorts or gathers goes to temporary files once it outgrows its cache, so that memory is bounded as well.
"""

import re
import sqlite3
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from stocktrim_client.snapshot.advice import refused_function, short, tables_there_are, why
from stocktrim_client.snapshot.question import Cell, QuestionError
from stocktrim_client.snapshot.standing import KINDS, Kind
from stocktrim_client.snapshot.tables import TABLES

SECONDS = 2.0
STEPS = 100_000_000
"""Instructions of SQLite's machine, about what two seconds hold: bounds what is written while sorting, too."""
STEPS_BETWEEN_LOOKS = 100
"""A step may be a call over the longest texts, some ten milliseconds: so many of them may pass unseen."""
MOST_ROWS = 5_000
LONGEST_TEXT = 50_000
LONGEST_ANSWER = 2_000_000
CACHE_KIB = 4_000

LIMITS: Mapping[int, int] = {
    sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_TEXT,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 20_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 20,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 100_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 20,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}

FUNCTIONS = frozenset(
    name
    for names in (
        "abs ceil ceiling exp floor ln log log10 log2 mod pow power round sign sqrt trunc",
        "avg count group_concat max min string_agg sum total",
        "cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number",
        "char concat concat_ws glob instr length like lower ltrim replace rtrim substr substring trim unicode upper",
        "coalesce ifnull iif nullif typeof",
        "date datetime julianday strftime time unixepoch current_date current_time current_timestamp",
    )
    for name in names.split()
)
"""What may be called: nothing of these reads, writes, loads, waits, or makes much out of little."""

_BLANK = re.compile(r"\s+|--[^\n]*(?:\n|$)|/\*.*?(?:\*/|$)", re.DOTALL)
_NAME = re.compile(r"\w+")
_PRIVATE = re.compile(r"\b(sqlite|pragma)_\w+", re.IGNORECASE)
_FIRST_WORD = re.compile(r"[A-Za-z]+")


def kinds_in(sql: str) -> tuple[Kind, ...]:
    """The tables that a question reads.

    Raises: QuestionError where it is not one SELECT over the tables there are.
    """
    with _connection() as (database, watch):
        for table in TABLES.values():
            database.execute(table.definition)
        _arm(database, watch, ("main",))
        with _explained(sql, watch):
            database.execute(f"EXPLAIN {_one_select(sql)}")
    # SQLite does not tell of a table joined by USING alone; but no table is read that is not named.
    named = {word.lower() for word in _NAME.findall(sql)}
    return tuple(kind for kind in KINDS if kind in named)


def ask(
    sql: str,
    uris: Iterable[str],
    limit: int,
    *,
    seconds: float = SECONDS,
    running: Callable[[sqlite3.Connection], None] | None = None,
) -> tuple[tuple[str, ...], list[tuple[Cell, ...]], bool]:
    """Columns, rows and whether there are more, over the tables behind `uris`. Blocks: for a worker thread.

    `running` is handed the connection, so that somebody else can interrupt it.
    Raises: QuestionError.
    """
    statement = _one_select(sql)
    with _connection() as (database, watch):
        names = [f"account{number}" for number, _ in enumerate(uris)]
        for name, uri in zip(names, uris, strict=True):
            database.execute(f"ATTACH ? AS {name}", (f"{uri}&mode=ro",))
        _arm(database, watch, names)
        watch.begin(seconds)
        if running is not None:
            running(database)
        with _explained(sql, watch):
            cursor = database.execute(statement)
            rows, more = _rows(cursor, max(0, min(limit, MOST_ROWS)))
    return tuple(column[0] for column in cursor.description), rows, more


def _rows(cursor: sqlite3.Cursor, limit: int) -> tuple[list[tuple[Cell, ...]], bool]:
    """So many rows, and whether there are more.

    Raises: QuestionError where their texts add up to more than anybody reads.
    """
    rows: list[tuple[Cell, ...]] = []
    length = 0
    for row in cursor:
        if len(rows) == limit:
            return rows, True
        rows.append(tuple(_shown(value) for value in row))
        length += sum(len(value) for value in rows[-1] if isinstance(value, str))
        if length > LONGEST_ANSWER:
            raise QuestionError(f"The answer grew over {LONGEST_ANSWER:,} characters. Ask for fewer columns or rows.")
    return rows, False


def _shown(value: object) -> Cell:
    """A value as JSON can say it."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    return value if isinstance(value, str | int | float) else None


@dataclass(slots=True)
class _Watch:
    """What a question was kept from, and how long it runs."""

    refused: str | None = None
    refused_function: str | None = None
    ends: float = float("inf")
    steps: int = 0
    stopped: bool = False

    def begin(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds

    def look(self) -> bool:
        """Whether to stop now."""
        self.steps += STEPS_BETWEEN_LOOKS
        self.stopped = self.steps > STEPS or time.monotonic() > self.ends
        return self.stopped

    def refuse(self, why: str) -> int:
        self.refused = self.refused or why
        return sqlite3.SQLITE_DENY


@contextmanager
def _connection() -> Generator[tuple[sqlite3.Connection, _Watch]]:
    database = sqlite3.connect(":memory:", uri=True, isolation_level=None, check_same_thread=False, timeout=SECONDS)
    try:
        # What outgrows the cache goes to files that have no name: a sort of millions of rows must not fill memory.
        for pragma in (
            "temp_store = FILE",
            f"cache_size = -{CACHE_KIB}",
            "trusted_schema = OFF",
            "cell_size_check = ON",
        ):
            database.execute(f"PRAGMA {pragma}")
        yield database, _Watch()
    finally:
        database.close()


def _arm(database: sqlite3.Connection, watch: _Watch, names: Sequence[str]) -> None:
    """From here on only questions pass."""
    database.execute("PRAGMA query_only = ON")
    for limit, most in LIMITS.items():
        database.setlimit(limit, most)
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    database.set_progress_handler(watch.look, STEPS_BETWEEN_LOOKS)
    allowed = frozenset(names)

    def authorize(action: int, first: str | None, second: str | None, name: str | None, _: str | None) -> int:
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and first is not None:
            # Where only rows are counted, SQLite names no database.
            if first in TABLES and (name in allowed or (name is None and not second)):
                return sqlite3.SQLITE_OK
            if _is_temporary(first, second, name):
                return sqlite3.SQLITE_OK
            return watch.refuse(f"{first!r} is none of the tables")
        if action == sqlite3.SQLITE_FUNCTION and second is not None:
            if second.lower() in FUNCTIONS:
                return sqlite3.SQLITE_OK
            watch.refused_function = watch.refused_function or second
            return watch.refuse("it calls what is not offered")
        return watch.refuse("only reading is possible")

    database.set_authorizer(authorize)


def _is_temporary(table: str, column: str | None, name: str | None) -> bool:
    """Whether a table is the question's own WITH: those belong to no database and show no column here."""
    return not column and name is None and not table.lower().startswith(("sqlite_", "pragma_"))


def _one_select(sql: str) -> str:
    """The statement, if it looks like one question.

    Raises: QuestionError. What it is, only SQLite can tell; this gives the commonest mistakes a clear answer.
    """
    text = sql.strip().rstrip(";").rstrip()
    if "\0" in text:
        raise QuestionError("The SQL holds a character that no SQL may hold.")
    begin = 0
    while blank := _BLANK.match(text, begin):
        begin = blank.end()
    word = _FIRST_WORD.match(text, begin)
    if word is None or word[0].upper() not in ("SELECT", "WITH"):
        raise QuestionError(f"Only one SELECT, or WITH ... SELECT, is answered. {tables_there_are()}")
    if private := _PRIVATE.search(text):
        # SQLite asks nobody about columns that are joined by USING.
        raise QuestionError(f"{short(private[0])!r} is none of the tables. {tables_there_are()}")
    return text


@contextmanager
def _explained(sql: str, watch: _Watch) -> Generator[None]:
    """SQLite's errors in words that say what to do."""
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning, UnicodeEncodeError, MemoryError) as error:
        raise QuestionError(_why(sql, watch, error)) from error


def _why(sql: str, watch: _Watch, error: BaseException) -> str:
    text = str(error)
    if watch.stopped or "interrupted" in text:
        return "The question took too long and was stopped. Narrow it with WHERE, or join on keys."
    if watch.refused_function:
        return refused_function(watch.refused_function, FUNCTIONS)
    if watch.refused:
        return f"That is not answered: {watch.refused}. {tables_there_are()}"
    if "one statement at a time" in text:
        return "Only one statement is answered at a time: ask each by itself."
    if "too big" in text or isinstance(error, MemoryError):
        return f"A text in the answer grew over {LONGEST_TEXT:,} characters, or the answer over what may be held."
    return why(sql, text, FUNCTIONS)
