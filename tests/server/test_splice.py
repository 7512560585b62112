"""A member put into a file's text, and taken out again: the rest of the text stays."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stocktrim_mcp_server.splice import FileFaultError, parsed, put, take, uncommented

ENTRY = {"command": "/a b/ü", "args": ["run"], "env": {"X": ""}}

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FILES = st.dictionaries(st.text(), PLAIN, max_size=4)
LAYOUTS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{"indent": 2}, {"indent": "\t"}, {"indent": 4}, {}, {"separators": (",", ":")}]
)


@given(FILES, st.dictionaries(st.text(), PLAIN, max_size=3), LAYOUTS, st.booleans(), st.booleans())
def test_only_the_member_is_added_and_taking_it_out_leaves_the_text_as_it_was(
    around: dict[str, Any], servers: dict[str, Any], layout: dict[str, Any], is_wide: bool, is_escaped: bool
) -> None:
    servers.pop("stocktrim", None)
    whole = {**around, "mcpServers": servers, "zz": 0.10}
    text = json.dumps(whole, ensure_ascii=is_escaped, **layout)
    text = text.replace("\n", "\r\n") if is_wide else text
    added = put(text, ("mcpServers", "stocktrim"), ENTRY)
    assert parsed(added) == {**whole, "mcpServers": {**servers, "stocktrim": ENTRY}}
    assert list(parsed(added)) == list(whole)
    assert take(added, ("mcpServers", "stocktrim")) == text
    assert ("\r\n" in added) == ("\r\n" in text)
    assert "\n" not in added.replace("\r\n", "") or not is_wide or "\n" not in text


@given(FILES, LAYOUTS)
def test_a_file_without_the_list_gets_one(around: dict[str, Any], layout: dict[str, Any]) -> None:
    around.pop("servers", None)
    text = json.dumps(around, **layout)
    assert parsed(put(text, ("servers", "stocktrim"), ENTRY)) == {**around, "servers": {"stocktrim": ENTRY}}


@given(FILES, PLAIN, LAYOUTS)
def test_a_member_that_is_there_is_replaced_where_it_stands(
    servers: dict[str, Any], old: Any, layout: dict[str, Any]
) -> None:
    whole = {"a": 1, "mcpServers": {**servers, "stocktrim": old, "last": None}}
    text = json.dumps(whole, **layout)
    after = put(text, ("mcpServers", "stocktrim"), ENTRY)
    assert parsed(after) == {"a": 1, "mcpServers": {**servers, "stocktrim": ENTRY, "last": None}}
    assert list(parsed(after)["mcpServers"]) == list(whole["mcpServers"])
    begin, _, end = text.partition('"stocktrim"')
    assert after.startswith(begin)
    assert after.endswith(end[end.rindex('"last"') :])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '{\n  "s": {\n    "n": {\n      "a": 1\n    }\n  }\n}\n'),
        ("{}", '{\n  "s": {\n    "n": {\n      "a": 1\n    }\n  }\n}'),
        ('{"x":1}', '{"x":1,"s":{"n":{"a":1}}}'),
        ('{"x": 1}', '{"x": 1, "s": {"n": {"a": 1}}}'),
        ('{\n\t"s": {}\n}\n', '{\n\t"s": {\n\t\t"n": {\n\t\t\t"a": 1\n\t\t}\n\t}\n}\n'),
        ('{\n    "s": {\n    }\n}', '{\n    "s": {\n        "n": {\n            "a": 1\n        }\n    }\n}'),
        (
            '{\n  "s": {\n    "m": {"b": 2}\n  },\n  "f": 1e5\n}',
            '{\n  "s": {\n    "m": {"b": 2},\n    "n": {\n      "a": 1\n    }\n  },\n  "f": 1e5\n}',
        ),
    ],
)
def test_what_is_added_is_laid_out_as_the_file_is(before: str, after: str) -> None:
    assert put(before, ("s", "n"), {"a": 1}) == after


def test_of_a_name_that_stands_twice_the_last_counts_as_it_does_for_readers() -> None:
    text = '{"s": {"n": 1}, "s": {"n": 2, "n": 3}}'
    assert put(text, ("s", "n"), 4) == '{"s": {"n": 1}, "s": {"n": 2, "n": 4}}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,}', "comments, or commas"),
        ('// mine\n{"a": "http://x"}', "comments, or commas"),
        ('{"a": /* , */ 1}', "comments, or commas"),
        ('{\n  "a": 1\n  "b": 2\n}', "line 3, column 3"),
        ("[1]", "no JSON object"),
        ('"x"', "no JSON object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": "//"', "line 1, column 11"),
    ],
)
def test_what_could_not_be_kept_is_refused(text: str, said: str) -> None:
    with pytest.raises(FileFaultError, match=said):
        parsed(text)


@given(st.text())
def test_a_text_holds_no_comment_however_it_looks(text: str) -> None:
    whole = json.dumps({"a": text, "b": [text]}, ensure_ascii=False)
    assert uncommented(whole) == whole
