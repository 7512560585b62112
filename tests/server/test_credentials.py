"""Which credential looks pasted wrong."""

import pytest

from stocktrim_mcp_server.credentials import AUTH_ID, AUTH_SIGNATURE, fault, suspicions, which

GOOD = ("tenant-2917", "0a1b2c3d-4e5f-6789-abcd-ef0123456789", "aGVsbG8gd29ybGQ=", "12345", "A+b/c==", " padded \n")


@pytest.mark.parametrize("text", GOOD)
def test_what_can_be_a_credential_is_not_suspected(text: str) -> None:
    assert fault(text) is None


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("", "is not set"),
        (" \n", "is not set"),
        ('"tenant-2917"', "quotation marks"),
        ("“tenant-2917”", "quotation marks"),
        ("'tenant", "quotation marks"),
        ("tenant`", "quotation marks"),
        ("...", "placeholder"),
        ("…", "placeholder"),
        ("xxxxxx", "placeholder"),
        ("<auth id>", "placeholder"),
        ("your-auth-id", "placeholder"),
        ("your auth id here", "placeholder"),
        ("${user_config.auth_id}", "placeholder"),
        ("$STOCKTRIM_ID", "placeholder"),
        ("%STOCKTRIM_ID%", "placeholder"),
        ("changeme", "placeholder"),
        ("null", "placeholder"),
        ("STOCKTRIM_API_AUTH_ID=tenant-2917", "own name"),
        ("export STOCKTRIM_API_AUTH_SIGNATURE='x'", "own name"),
        ("api-auth-id: tenant-2917", "own name"),
        ('"api-auth-signature": "x"', "own name"),
        ("Bearer abcdef", "Bearer"),
        ("tenant 2917", "a blank or a line break"),
        ("tenant\n2917", "a blank or a line break"),
        ("tenant-29\u200b17", "no header can"),
        ("tenant-é", "no header can"),
        ("https://go.stocktrim.com/help", "an address"),
        ("anna@example.com", "an address"),
    ],
)
def test_what_was_pasted_wrong_is_named(text: str, odd: str) -> None:
    found = fault(text)
    assert found is not None
    assert odd in found
    assert not text.strip() or text.strip() not in found


def test_each_variable_is_judged_by_itself_and_both_together() -> None:
    assert suspicions("tenant", "signature") == {}
    assert list(suspicions('"tenant"', "signature")) == [AUTH_ID]
    assert list(suspicions("tenant", "")) == [AUTH_SIGNATURE]
    assert list(suspicions("", "")) == [AUTH_ID, AUTH_SIGNATURE]
    assert "twice" in suspicions("tenant", "tenant ")[AUTH_SIGNATURE]


@pytest.mark.parametrize(
    ("said", "pair", "first"),
    [
        ("Invalid signature", ("tenant", "signature"), f"Look at {AUTH_SIGNATURE} first"),
        ("The auth id is unknown", ("tenant", "signature"), f"Look at {AUTH_ID} first"),
        ("No such tenant", ("tenant", "signature"), f"Look at {AUTH_ID} first"),
        ("Invalid auth id or signature", ("tenant", "signature"), "swapped"),
        ("Unauthorized", ("tenant", "signature"), "swapped"),
        ("Invalid signature", ("'tenant'", "signature"), f"Look at {AUTH_ID} first: see above"),
    ],
)
def test_after_a_refusal_the_variable_to_look_at_is_named(said: str, pair: tuple[str, str], first: str) -> None:
    assert first in which(said, *pair)
