"""What a word that names nothing may have been meant to be."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from contextvars import ContextVar
from types import MappingProxyType

ALIKE = 0.6
"""Of 1: how alike two words must be, by the longest parts they share; the standard library's own measure."""

SHORTEST_BEGINNING = 2
"""Characters of a beginning that mean the word they begin."""

MOST_COMPARED = 1_000
"""Words that one is compared with; the time grows with them."""

LONGEST_SAID = 100
"""Characters compared, as the time grows with the square of them; and of what is asked back."""


menu: ContextVar[Collection[str] | None] = ContextVar("menu", default=None)
"""The tools of the server that is answering, so that no hint names one that is not there. None: all."""


def where_offered(tool: str, told: str, otherwise: str = "") -> str:
    """What is told of a tool where this server offers it, and what is told instead where not."""
    there = menu.get()
    return told if there is None or tool in there else otherwise


def finding_hint() -> str:
    """What to do where nothing known is alike, with a blank before it; empty where this server has no search."""
    return where_offered("search", " search finds codes from words.")


def nearest(said: str, known: Iterable[str], most: int = 1) -> list[str]:
    """Known words most like what was said, the likest first; without regard to case and blanks around."""
    words: dict[str, str] = {}
    for one in known:
        words.setdefault(one.strip().casefold()[:LONGEST_SAID], one)
    wanted = said.strip().casefold()[:LONGEST_SAID]
    # Of a name that goes on, its first words are what people type: "acme" for "Acme Roasters Ltd".
    begun = [word for word in words if len(wanted) >= SHORTEST_BEGINNING and word.startswith(wanted)]
    alike = difflib.get_close_matches(wanted, words, n=most, cutoff=ALIKE)
    return [words[word] for word in dict.fromkeys([*sorted(begun, key=len), *alike])][:most]


def did_you_mean(said: str, known: Iterable[str], codes: Mapping[str, str] = MappingProxyType({})) -> str:
    """A question to put behind "there is no ...", with a blank before it; empty where nothing known is alike.

    `codes`: names that may be meant as well, each with its code, which is shown beside it.
    """
    found = nearest(said, [*known, *codes])
    if not found:
        return ""
    code = codes.get(found[0], found[0])
    # A name of the account may be as long as its writer likes.
    shown = found[0] if len(found[0]) <= LONGEST_SAID else f"{found[0][:LONGEST_SAID]}…"
    return f" Did you mean {shown!r}?" if code == found[0] else f" Did you mean {shown!r} (code {code!r})?"


def alike(said: str, known: Iterable[str | None]) -> list[str]:
    """Of many words those that begin and end most like what was said."""
    words = sorted(name for name in known if name)
    if len(words) <= MOST_COMPARED:
        return words
    wanted = said.strip().casefold()
    shared = {word: _shared(wanted, folds := word.casefold()) + _shared(wanted[::-1], folds[::-1]) for word in words}
    return sorted(words, key=lambda word: -shared[word])[:MOST_COMPARED]


def _shared(one: str, other: str) -> int:
    """Characters with which both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (its, others) in pairs if its != others), min(len(one), len(other)))
