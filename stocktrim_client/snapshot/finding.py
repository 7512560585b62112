"""Hits of several kinds, put together. Pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from stocktrim_client.models.base import Model
from stocktrim_client.snapshot.standing import SEARCH_KINDS, SearchKind, Standing

if TYPE_CHECKING:
    from stocktrim_client.snapshot.index import Match

Fit = Literal[
    "exact code",
    "another code of it",
    "beginning of a code",
    "whole name",
    "words of the name",
    "words",
    "part of a word",
    "one letter off",
    "guess",
]

FIRST_OF_A_KIND = 3
"""Hits of one kind, before the best of every other kind is shown."""

MOST_OF_A_KIND = 2
"""Guesses of one kind, where several kinds are searched."""


class Hit(Model):
    """One record that fits the words. `code` finds it again."""

    kind: SearchKind
    code: str
    name: str | None = None
    about: str | None = None
    fit: Fit


class Found(Model):
    """What fits, best first; of `total` records in all."""

    hits: tuple[Hit, ...]
    total: int
    guesses: tuple[Hit, ...] = ()
    """Where nothing fits: the few that come nearest, which may be none of what was meant."""
    standing: Standing


Fitting = tuple[SearchKind, int, Sequence["Match"]]
"""Of one kind: how many records fit, and the best of them, best first."""


def nearest(near: Sequence[Fitting], most: int) -> tuple[Hit, ...]:
    """Of each kind the nearest few, so that none crowds out the others."""
    room = most if len(near) == 1 else MOST_OF_A_KIND
    few: list[Fitting] = [(kind, 0, matches[:room]) for kind, _, matches in near]
    return best(few, most)[0]


def best(found: Sequence[Fitting], limit: int) -> tuple[tuple[Hit, ...], int]:
    """The best of all kinds, and how many fit in all.

    Words that some record holds as typed leave no room for guesses elsewhere.
    """
    certain = [one for one in found if one[2] and not one[2][0].is_guess]
    chosen = certain or found
    matches: list[tuple[SearchKind, Match]] = sorted(
        ((kind, match) for kind, _, fitting in chosen for match in fitting),
        key=lambda one: (one[1].tier, SEARCH_KINDS.index(one[0]), one[1].closeness, one[1].code),
    )
    hits = tuple(
        Hit(kind=kind, code=match.code, name=match.name, about=match.about, fit=match.fit)
        for kind, match in _each_kind_early(matches)[:limit]
    )
    return hits, sum(count for _, count, _ in chosen)


def _each_kind_early(matches: Sequence[tuple[SearchKind, "Match"]]) -> list[tuple[SearchKind, "Match"]]:
    """In their order, but the best of each kind before the fourth of any."""
    met: dict[SearchKind, int] = {}
    early: list[tuple[SearchKind, Match]] = []
    late: list[tuple[SearchKind, Match]] = []
    kinds = len({kind for kind, _ in matches})
    for one in matches:
        count = met[one[0]] = met.get(one[0], 0) + 1
        # Once each kind has been met, the order is as it was.
        is_early = count == 1 or (count <= FIRST_OF_A_KIND and len(met) < kinds)
        (early if is_early else late).append(one)
    return [*early, *late]
