"""A number or a day as people write it; what can be read in two ways is refused with both of them. Pure."""

import calendar
import re
import unicodedata
from datetime import date

from stocktrim_mcp_server.planning.bounds import short

SHOWN = 40
"""Characters of what was written that are said back."""

_PLAIN = {"\u2212": "-", "\u2019": "'", "\u00a0": " ", "\u202f": " ", "\u2009": " "}
"""What keyboards and spreadsheets write for minus, for an apostrophe, and for the blank between thousands."""

_SPACED = re.compile(r"[1-9][0-9]{0,2}(?:(?P<gap>[ '])[0-9]{3})(?:(?P=gap)[0-9]{3})*(?:[.,][0-9]+)?")
_ONE_MARK = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
"""Thousands or decimals: nobody can tell."""
_WITH_DOT = re.compile(r"(?:[0-9]{1,15}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4})?(?:\.[0-9]+)?(?<=[0-9])")
_WITH_COMMA = re.compile(r"(?:[0-9]{1,15}|[1-9][0-9]{0,2}(?:\.[0-9]{3}){1,4})?(?:,[0-9]+)?(?<=[0-9])")

_WEEK = 7
_SPAN = re.compile(r"(?P<count>[0-9]{1,5})[ -]?(?P<unit>d|days?|w|wks?|weeks?)\.?", re.IGNORECASE)
_RANGE = re.compile(r"[0-9] ?[-\u2013] ?[0-9]")

_MONTHS = tuple(calendar.month_name)
_TIME = r"(?:[T ][0-9:.]+ ?(?:Z|[+-][0-9:]+)?)?"
_ISO = re.compile(r"(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})" + _TIME)
_BASIC = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_WORD = r"(?P<month>[A-Za-z]{3,9})"
_DAY_FIRST = re.compile(r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?[ .-]+" + _WORD + r"[ .,-]+(?P<year>[0-9]{4})")
_MONTH_FIRST = re.compile(_WORD + r"[ .-]+(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?[ ,-]+(?P<year>[0-9]{4})")
_IN_FIGURES = re.compile(r"(?P<first>[0-9]{1,2})(?P<mark>[/.-])(?P<second>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4})")


def number(said: str, *, decimal_comma: bool = False) -> float:
    """A number as people write it: currency signs and marks between thousands are dropped.

    `decimal_comma`: the text may be from where a comma stands before decimals, so that 1.234 has two meanings.
    Raises: ValueError, in words, for what is none or could be two.
    """
    bare = "".join(_PLAIN.get(one, one) for one in said if unicodedata.category(one) != "Sc").strip()
    sign = "-" if bare.startswith("-") else ""
    figures = bare.removeprefix(sign or "+").strip()
    if _SPACED.fullmatch(figures):
        figures = figures.replace(" ", "").replace("'", "")
    shown = repr(short(said.strip(), SHOWN))
    if _ONE_MARK.fullmatch(figures) and ("," in figures or decimal_comma):
        whole, part = re.split("[.,]", figures)
        # The shortest form that is read in one way alone.
        plain = f"{sign}{whole}.{part.rstrip('0')}".rstrip(".")
        if decimal_comma:
            plain = f"{sign}{whole},{part}0" if not part.endswith("0") else plain.replace(".", ",")
        raise ValueError(
            f"{shown} may be {sign}{whole}{part} or {sign}{whole}.{part}: write {sign}{whole}{part} or {plain}"
        )
    if _WITH_DOT.fullmatch(figures):
        plain = figures.replace(",", "")
    elif _WITH_COMMA.fullmatch(figures):
        plain = figures.replace(".", "").replace(",", ".")
        if "," in figures and not decimal_comma:
            raise ValueError(f"{shown} has a decimal comma: write {sign}{plain}")
    else:
        raise ValueError(f"{shown} is no number: write it as 1234.50")
    return float(sign + plain)


def days(said: str, *, decimal_comma: bool = False) -> float:
    """A number of days, as a number or with its unit: 21 days, 3 weeks.

    Raises: ValueError, in words, for what is none or could be two.
    """
    text = " ".join(said.split())
    if (found := _SPAN.fullmatch(text)) is not None:
        return float(found["count"]) * (_WEEK if found["unit"].casefold().startswith("w") else 1)
    if any(one.isalpha() for one in text) or _RANGE.search(text):
        raise ValueError(f"{short(text, SHOWN)!r} is no number of days: write it as 21, 21 days or 3 weeks")
    return number(said, decimal_comma=decimal_comma)


def day(said: str) -> date:
    """A day: ISO, with a month's name, or in figures that can be read in one way only; a time of day is dropped.

    Raises: ValueError, in words, for what is none or could be two.
    """
    text = " ".join(said.split())
    meant = _days_meant(text)
    if not meant:
        raise ValueError(f"{short(text, SHOWN)!r} is no day: write it as 2026-01-31")
    if len(meant) > 1:
        one, other = meant
        names = " or ".join(f"{each.day} {_MONTHS[each.month]}" for each in meant)
        raise ValueError(f"{text!r} may be {names}: write {one} or {other}")
    return meant[0]


def _days_meant(text: str) -> list[date]:
    if found := _ISO.fullmatch(text) or _BASIC.fullmatch(text):
        return _real(found["year"], found["month"], found["day"])
    if found := _DAY_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text):
        said = found["month"].casefold()
        month = next((at for at, name in enumerate(_MONTHS) if name.casefold().startswith(said)), 0)
        return _real(found["year"], month, found["day"])
    if found := _IN_FIGURES.fullmatch(text):
        first, second, year = found["first"], found["second"], found["year"]
        return list(dict.fromkeys([*_real(year, second, first), *_real(year, first, second)]))
    return []


def _real(year: str, month: str | int, day: str) -> list[date]:
    try:
        return [date(int(year), int(month), int(day))]
    except ValueError:
        return []
