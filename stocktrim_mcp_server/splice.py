"""One member of a JSON file put in or taken out; every other character of the file stays as it was. Pure."""

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = r'"(?:[^"\\]|\\.)*"'
_COMMENT = re.compile(rf"({_STRING})|//[^\n]*|/\*.*?\*/", re.DOTALL)
_LAST_COMMA = re.compile(rf"({_STRING})|,(?=\s*[}}\]])", re.DOTALL)
_ALONE = re.compile("[\ud800-\udfff]")
"""Half of a character: no file can hold it but as an escape."""


class FileFaultError(ValueError):
    """A file that cannot be changed by its text; the message goes on from its name."""


class Member(NamedTuple):
    """One member of an object: its name, where that begins, where its value begins and ends."""

    key: str
    start: int
    value: int
    end: int


def parsed(text: str) -> dict[str, Any]:
    """What the text holds; nothing at all is an empty object.

    Raises: FileFaultError where it is not plain JSON, or no object.
    """
    try:
        value: Any = json.loads(text) if text.strip() else {}
    except json.JSONDecodeError as error:
        if is_commented(text):
            said = "holds comments, or commas behind the last of a list: only a person can keep them."
            raise FileFaultError(said) from error
        at = f"line {error.lineno}, column {error.colno}"
        raise FileFaultError(f"is not valid JSON at {at}: {error.msg}.") from error
    except RecursionError as error:
        raise FileFaultError("is nested too deeply.") from error
    if not isinstance(value, dict):
        raise FileFaultError("holds no JSON object.")
    return cast("dict[str, Any]", value)


def is_commented(text: str) -> bool:
    """Whether a text is JSON but for comments and commas before a closing bracket."""
    try:
        json.loads(uncommented(text))
    except (ValueError, RecursionError):
        return False
    return True


def uncommented(text: str) -> str:
    """The text without comments and without commas before a closing bracket."""
    bare = _COMMENT.sub(lambda found: found[1] or " ", text)
    return _LAST_COMMA.sub(lambda found: found[1] or "", bare)


def put(text: str, path: Sequence[str], value: Any) -> str:
    """The text with this value at the end of a path of objects; those that are missing are made.

    `text` is what `parsed` took, and every object of the path that is there is one.
    """
    if not text.strip():
        text = "{}\n"
    at, end = _skip(text, 0), len(text)
    for depth, key in enumerate(path):
        members, end = _members(text, at)
        found = _last(members, key)
        if found is None:
            for outer in reversed(path[depth + 1 :]):
                value = {outer: value}
            return _added(text, members, (at, end), key, value)
        at, end = found.value, found.end
    return text[:at] + _written(text, at, value) + text[end:]


def take(text: str, path: Sequence[str]) -> str:
    """The text without what stands at the end of a path that is there."""
    at = _skip(text, 0)
    for key in path[:-1]:
        found = _last(_members(text, at)[0], key)
        assert found is not None, key
        at = found.value
    members, end = _members(text, at)
    gone = _last(members, path[-1])
    assert gone is not None, path
    index = members.index(gone)
    if len(members) == 1:
        return text[: at + 1] + text[end:]
    if index + 1 < len(members):
        return text[: gone.start] + text[members[index + 1].start :]
    return text[: members[index - 1].end] + text[gone.end :]


def _members(text: str, at: int) -> tuple[list[Member], int]:
    """The members of the object that begins here, and where its closing brace stands."""
    found: list[Member] = []
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, colon = _DECODER.raw_decode(text, at)
        value = _skip(text, _skip(text, colon) + 1)
        _, end = _DECODER.raw_decode(text, value)
        found.append(Member(key, at, value, end))
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found, at


def _last(members: Sequence[Member], key: str) -> Member | None:
    """Of several members of one name, the one that counts to whoever reads the file."""
    return next((one for one in reversed(members) if one.key == key), None)


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return at if space is None else space.end()


def _added(text: str, members: Sequence[Member], span: tuple[int, int], key: str, value: Any) -> str:
    begin, end = span
    if not members:
        if _is_flat(text):
            return text[: begin + 1] + _member(text, begin, key, value) + text[end:]
        around = _indent(text, begin)
        inside = around + _unit(text)
        line = _newline(text)
        member = _member(text, begin, key, value, inside)
        return f"{text[: begin + 1]}{line}{inside}{member}{line}{around}{text[end:]}"
    last = members[-1]
    before = text[begin + 1 : members[0].start]
    if "\n" not in before:
        between = ", " if _is_spaced(text) else ","
        return text[: last.end] + between + _member(text, last.start, key, value) + text[last.end :]
    inside = _indent(text, members[0].start)
    member = _member(text, last.start, key, value, inside)
    return f"{text[: last.end]},{_newline(text)}{inside}{member}{text[last.end :]}"


def _member(text: str, at: int, key: str, value: Any, indent: str | None = None) -> str:
    colon = ": " if indent is not None or _is_spaced(text) else ":"
    return f"{_dumped(key)}{colon}{_laid_out(text, value, indent)}"


def _written(text: str, at: int, value: Any) -> str:
    """A value in the place of another, laid out as the lines around it."""
    return _laid_out(text, value, None if _is_flat(text) else _indent(text, at))


def _laid_out(text: str, value: Any, indent: str | None) -> str:
    if indent is None:
        return _dumped(value, separators=None if _is_spaced(text) else (",", ":"))
    return _dumped(value, indent=_unit(text)).replace("\n", _newline(text) + indent)


def _dumped(value: Any, **layout: Any) -> str:
    said = json.dumps(value, ensure_ascii=False, **layout)
    return json.dumps(value, **layout) if _ALONE.search(said) else said


def _is_flat(text: str) -> bool:
    """Whether a file is one line: without any, it is laid out as programs write theirs."""
    members, _ = _members(text, _skip(text, 0))
    return bool(members) and "\n" not in text[: members[0].start].lstrip()


def _is_spaced(text: str) -> bool:
    """Whether a colon is followed by a blank, as the first of the file is."""
    members, _ = _members(text, _skip(text, 0))
    return not members or text[members[0].value - 1] != ":"


def _unit(text: str) -> str:
    """What one level is moved in by: as the first member of the file is."""
    members, _ = _members(text, _skip(text, 0))
    return (_indent(text, members[0].start) if members else "") or "  "


def _indent(text: str, at: int) -> str:
    """The blanks at the beginning of a line."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
