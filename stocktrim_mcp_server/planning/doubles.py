"""Whether a record about to be created is there already, written a little differently. Pure."""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

ALIKE = 0.8
"""Of 1: how alike two names must be to be one; stricter than for guesses, as a needless warning is soon not read."""

SHORTEST_BEGINNING = 4
"""Letters of a name that begins another."""

LONGEST_COMPARED = 60


class Named(NamedTuple):
    """A record by what people call it."""

    code: str | None
    name: str | None

    def __str__(self) -> str:
        if self.code is None or self.name is None or self.code == self.name:
            return repr((self.code or self.name or "")[:LONGEST_COMPARED])
        # A name of the account must not begin a line of ours.
        return f"{self.code[:LONGEST_COMPARED]!r} ({' '.join(self.name[:LONGEST_COMPARED].split())})"


def double_of(new: Named, known: Sequence[Named]) -> Named | None:
    """The known record that a new one probably is: its name or code is nearly the same. None: there is none."""
    wanted = [folded for word in dict.fromkeys(new) if (folded := _folded(word))]
    for one in known:
        words = [folded for word in dict.fromkeys(one) if (folded := _folded(word))]
        if any(_are_one(mine, its) for mine in wanted for its in words):
            return one
    return None


def doubts(noun: str, new: Iterable[Named], known: Sequence[Named]) -> list[str]:
    """What is to be said before records are created that probably are there already."""
    return [
        f"{(one.code or '')[:LONGEST_COMPARED]!r} would be a new {noun} beside {double}, which is nearly the same and "
        "was probably meant: then use its code."
        for one in new
        if (double := double_of(one, known)) is not None
    ]


def same_name(name: str | None, known: Iterable[Named]) -> list[Named]:
    """Those that carry this very name, whatever its case."""
    wanted = (name or "").strip().casefold()
    return [one for one in known if wanted and (one.name or "").strip().casefold() == wanted]


def _folded(word: str | None) -> str:
    """Letters and digits alone: STEEL-EU2 is STEEL/EU #2."""
    return "".join(one for one in (word or "").casefold() if one.isalnum())[:LONGEST_COMPARED]


def _are_one(mine: str, its: str) -> bool:
    if mine == its:
        return True
    if any(one.isdigit() for one in mine + its):
        # Numbers tell records apart: S-1001 is not S-1002.
        return False
    shorter, longer = sorted((mine, its), key=len)
    if len(shorter) >= SHORTEST_BEGINNING and longer.startswith(shorter):
        return True
    matcher = SequenceMatcher(None, mine, its, autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE
