"""What can be searched for, and what a word may have been meant to be. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from stocktrim_client.models import Customer, Location, Product, PurchaseOrder, Supplier
from stocktrim_client.models.base import Model

LONGEST_QUERY = 300
MOST_WORDS = 12
SHORTEST_WITH_TYPO = 4
SHORTEST_BEGINNING = 5
"""Letters that may be a mistyped beginning of a longer word: of four, too much begins so."""
SHORTEST_WITH_TWO = 6
MOST_SLIPS = 2

_CONTROLS = dict.fromkeys((*range(32), 127), " ")
_VOCABULARY = re.compile(rf"[^\W\d_]{{{SHORTEST_WITH_TYPO},40}}")


class Entry(NamedTuple):
    """One record as it is searched: by its code, its other codes, its name, and all its words."""

    code: str
    name: str | None = None
    about: str | None = None
    keys: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


def fold(text: str) -> str:
    """Text as it is compared: no case, no accents, no control characters, single spaces."""
    if text.isascii():
        return " ".join(text.translate(_CONTROLS).lower().split())
    kept = (
        " " if category == "Cc" else one
        for one in unicodedata.normalize("NFKD", text.casefold())
        if (category := unicodedata.category(one)) not in ("Mn", "Cf", "Cs")
    )
    return " ".join("".join(kept).casefold().split())


def query_words(query: str) -> list[str]:
    """The words of a question, folded, each once."""
    return list(dict.fromkeys(fold(query[:LONGEST_QUERY]).split()))[:MOST_WORDS]


def vocabulary(*texts: str) -> set[str]:
    """The words of folded texts that may be mistyped: letters only. A mistyped code could be another product's."""
    return {word for text in texts for word in _VOCABULARY.findall(text)}


def entry_of(record: Model) -> Entry | None:
    """How a record is searched; None for one without a code or a name."""
    match record:
        case Product():
            deliveries = record.suppliers
            return _entry(
                record.code,
                record.name,
                (record.category, record.supplier_code),
                (record.product_id, record.barcode, *(one.supplier_sku for one in deliveries)),
                (record.category, record.sub_category, record.supplier_code, *(one.name for one in deliveries)),
            )
        case Supplier():
            return _entry(
                record.code or record.name,
                record.name,
                (record.country,),
                (record.external_id,),
                (record.email, record.contact_name, record.country),
            )
        case Customer():
            address = (record.street_address, record.address_line1, record.address_line2)
            where = (record.post_code, record.city, record.state, record.country)
            return _entry(
                record.code or record.name,
                record.name,
                (*address, record.post_code, record.city),
                (record.email,),
                (*address, *where, record.phone),
            )
        case Location():
            return _entry(record.code, record.name, (), (record.external_id,), ())
        case PurchaseOrder():
            return _entry(
                record.reference or record.reference_number,
                record.supplier_name or record.supplier_code,
                (record.status,),
                (record.reference_number, record.external_id),
                (record.supplier_code, record.status),
            )
        case _:
            return None


def _entry(
    code: str | None,
    name: str | None,
    about: Iterable[str | None],
    keys: Iterable[str | None],
    texts: Iterable[str | None],
) -> Entry | None:
    if not code:
        return None
    return Entry(code, name, ", ".join(_given(about)) or None, tuple(_given(keys)), tuple(_given(texts)))


def _given(texts: Iterable[str | None]) -> Iterator[str]:
    seen: set[str] = set()
    for text in texts:
        if text and text not in seen:
            seen.add(text)
            yield text


def swaps(word: str) -> list[str]:
    """The word with two neighbouring letters in the other order."""
    return [
        word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1) if word[at] != word[at + 1]
    ]


def is_one_slip(meant: str, typed: str) -> bool:
    """Whether one letter was left out, added, taken for another, or swapped with its neighbour; or none was."""
    if abs(len(meant) - len(typed)) > 1:
        return False
    start = 0
    shorter = min(len(meant), len(typed))
    while start < shorter and meant[start] == typed[start]:
        start += 1
    end = 0
    while end < shorter - start and meant[-1 - end] == typed[-1 - end]:
        end += 1
    left, right = meant[start : len(meant) - end], typed[start : len(typed) - end]
    return (len(left) <= 1 and len(right) <= 1) or (len(left) == 2 and left == right[::-1])


def singular(word: str) -> list[str]:
    """What one of it may be called: mugs, boxes, berries."""
    if len(word) < SHORTEST_WITH_TYPO or not word.endswith("s"):
        return []
    if word.endswith("ies"):
        return [word[:-1], f"{word[:-3]}y"]
    return [word[:-1], word[:-2]] if word.endswith("es") and len(word) > SHORTEST_WITH_TYPO else [word[:-1]]


def slips(meant: str, typed: str, most: int) -> int | None:
    """How many letters were left out, added, taken for another, or swapped with a neighbour, each once.

    None: more than `most`.
    Source: optimal string alignment distance.
    """
    if abs(len(meant) - len(typed)) > most or len(set(meant) ^ set(typed)) > 2 * most:
        return None
    before: list[int] = []
    last = list(range(len(typed) + 1))
    for row, letter in enumerate(meant, 1):
        line = [row]
        for column, other in enumerate(typed, 1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == typed[column - 2] and meant[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return None
        before, last = last, line
    return last[-1] if last[-1] <= most else None


def nearest_to(typed: str, known: Iterable[str], most: int) -> list[str]:
    """The known words at most two slips away from what was typed, nearest first."""
    found = [(count, word) for word in known if (count := slips(word, typed, MOST_SLIPS)) is not None]
    return [word for _, word in sorted(found)[:most]]


def meant_by(typed: str, known: Iterable[str], most: int) -> list[str]:
    """The known words, or beginnings of them, one slip away from what was typed; whole words first."""
    whole: list[str] = []
    begun: dict[str, None] = {}
    length = len(typed)
    for word in known:
        if is_one_slip(word, typed):
            whole.append(word)
        elif len(word) > length >= SHORTEST_BEGINNING:
            for size in (length, length - 1, length + 1):
                if is_one_slip(word[:size], typed):
                    begun[word[:size]] = None
                    break
    return list(dict.fromkeys((*sorted(whole), *sorted(begun))))[:most]
