"""A StockTrim whose every answer may come out wrong."""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import httpx

from stocktrim_client.sandbox import Sandbox

ODD: Sequence[Any] = (
    None,
    "",
    "x",
    0,
    -1,
    True,
    1e308,
    -1e308,
    2**63,
    10**400,
    float("nan"),
    float("inf"),
    [],
    {},
    [None],
    [[]],
    {"id": 1},
    "\ud800",
    "\u202e\x00\x1b[31m",
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59.9999999",
    "+99999-01-01",
    "x" * 5_000,
)
"""What stands where something else belongs."""

Mangle = Callable[[Any, random.Random], Any]


def records(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in an answer, at any depth."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from records(one)
    elif isinstance(value, list):
        for one in value:
            yield from records(one)


def lists(value: Any) -> Iterator[list[Any]]:
    """Every list in an answer, at any depth."""
    if isinstance(value, list):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from lists(one)


def one_field(value: Any, chance: random.Random) -> Any:
    """One field of one record."""
    held = [one for one in records(value) if one]
    if held:
        record = chance.choice(held)
        record[chance.choice(sorted(record))] = chance.choice(ODD)
    return value


def one_column(value: Any, chance: random.Random) -> Any:
    """One field, of every record alike."""
    names = sorted({name for one in records(value) for name in one})
    if names:
        name, odd = chance.choice(names), chance.choice(ODD)
        for one in list(records(value)):
            if name in one:
                one[name] = odd
    return value


def other_type(value: Any, chance: random.Random) -> Any:
    """Numbers as texts, texts in lists, lists as objects: of one field everywhere."""
    names = sorted({name for one in records(value) for name in one})
    if names:
        name = chance.choice(names)
        for one in list(records(value)):
            if name in one:
                held = one[name]
                one[name] = (
                    str(held) if isinstance(held, int | float) else [held] if isinstance(held, str) else {"": held}
                )
    return value


def dropped(value: Any, chance: random.Random) -> Any:
    """A field that no record has any more."""
    names = sorted({name for one in records(value) for name in one})
    if names:
        name = chance.choice(names)
        for one in list(records(value)):
            one.pop(name, None)
    return value


def nulls(value: Any, chance: random.Random) -> Any:
    """Nothing is known of anything."""
    for one in list(records(value)):
        for name, held in one.items():
            if not isinstance(held, list | dict):
                one[name] = None
    return value


def extra(value: Any, chance: random.Random) -> Any:
    """Fields that nobody published, one of them by an empty name."""
    for one in list(records(value)):
        one |= {"": 1, "shelfLabel": chance.choice(ODD), "self": [1], "additional_properties": {"a": 1}, "class": "x"}
    return value


def twice(value: Any, chance: random.Random) -> Any:
    """Every row of every list again."""
    for one in list(lists(value)):
        one += deepcopy(one)
    return value


def odd_rows(value: Any, chance: random.Random) -> Any:
    """Rows that are none among those that are."""
    for one in list(lists(value)):
        one.insert(chance.randint(0, len(one)), chance.choice(ODD))
    return value


def emptied(value: Any, chance: random.Random) -> Any:
    """Lists without a row, or no object at all."""
    return [] if isinstance(value, list) else {}


def wrapped(value: Any, chance: random.Random) -> Any:
    """In a list, or an envelope, that was not there."""
    return chance.choice(([value], {"data": value}, {"results": value}, {"value": value, "Count": 1}))


def instead(value: Any, chance: random.Random) -> Any:
    """Something else altogether."""
    return chance.choice(ODD)


def deep(value: Any, chance: random.Random) -> Any:
    """A field that has no end."""
    bottomless: Any = 1
    for _ in range(chance.choice((50, 400))):
        bottomless = [bottomless]
    held = list(records(value))
    if not held:
        return bottomless
    record = chance.choice(held)
    record[chance.choice(sorted(record)) if record else "x"] = bottomless
    return value


CONTENTS: Mapping[str, Mangle] = {
    one.__name__: one
    for one in (
        one_field,
        one_column,
        other_type,
        dropped,
        nulls,
        extra,
        twice,
        odd_rows,
        emptied,
        wrapped,
        instead,
        deep,
    )
}

HTML = b"<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>"
PAGE, JSON = {"content-type": "text/html"}, {"content-type": "application/json; charset=utf-8"}
BODIES: Mapping[str, Callable[[bytes, random.Random], tuple[bytes, dict[str, str]]]] = {
    "html": lambda body, chance: (HTML, PAGE),
    "html that calls itself JSON": lambda body, chance: (HTML, JSON),
    "JSON that calls itself a page": lambda body, chance: (body, PAGE),
    "no type": lambda body, chance: (body, {}),
    "an unheard-of charset": lambda body, chance: (body, {"content-type": "application/json; charset=x-klingon"}),
    "utf-16": lambda body, chance: (body.decode().encode("utf-16"), JSON),
    "latin-1": lambda body, chance: (b'[{"name":"caf\xe9"}]', JSON),
    "a byte order mark": lambda body, chance: (b"\xef\xbb\xbf" + body, JSON),
    "nothing": lambda body, chance: (b"", JSON),
    "blanks": lambda body, chance: (b" \r\n", JSON),
    "cut": lambda body, chance: (body[: chance.randint(0, max(0, len(body) - 1))], JSON),
    "two": lambda body, chance: (body + body, JSON),
    "brackets": lambda body, chance: (b"[" * 100_000, JSON),
    "braces": lambda body, chance: (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, JSON),
    "digits": lambda body, chance: (b'[{"id":' + b"9" * 10_000 + b"}]", JSON),
    "zeros": lambda body, chance: (b"\x00" * 100, JSON),
    "false gzip": lambda body, chance: (body, JSON | {"content-encoding": "gzip"}),
    "strange coding": lambda body, chance: (body, JSON | {"content-encoding": "zap"}),
    "a key twice": lambda body, chance: (body.replace(b"{", b'{"id":"x","id":"y",', 1), JSON),
}
MANGLES = sorted([*CONTENTS, *BODIES])


@dataclass(frozen=True)
class Wrong:
    """How answers come out wrong: from the which-th on, one or all of them, and by what chance."""

    how: str
    after: int
    is_lasting: bool
    seed: int


class Mangling(httpx.AsyncBaseTransport):
    """The way from a sandbox, on which successful answers are mangled once somebody says how."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._wrong: Wrong | None = None
        self._seen = 0

    def begin(self, wrong: Wrong | None) -> None:
        """From here on. None: all comes out well again."""
        self._wrong, self._seen = wrong, 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._sandbox.handle_async_request(request)
        wrong = self._wrong
        if wrong is None or not response.is_success:
            return response
        self._seen += 1
        if self._seen <= wrong.after or (self._seen > wrong.after + 1 and not wrong.is_lasting):
            return response
        body, headers = mangled(await response.aread(), wrong)
        return httpx.Response(response.status_code, headers=headers, stream=httpx.ByteStream(body), request=request)


def mangled(body: bytes, wrong: Wrong) -> tuple[bytes, dict[str, str]]:
    """An answer as it comes out."""
    chance = random.Random(wrong.seed)
    if wrong.how in BODIES:
        return BODIES[wrong.how](body, chance)
    value = CONTENTS[wrong.how](json.loads(body) if body else None, chance)
    return json.dumps(value).encode(), JSON
