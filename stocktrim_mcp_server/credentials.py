"""Which of the two credentials looks pasted wrong. Which are right StockTrim alone knows."""

import re

from stocktrim_mcp_server.settings import KNOWN, is_sendable

CREDENTIALS = AUTH_ID, AUTH_SIGNATURE = KNOWN[:2]

WHERE = "Both credentials stand in StockTrim's web app under Help (in some accounts: API settings)."

_QUOTES = "\"'`“”„‘’«»"
_PLACEHOLDER = re.compile(
    r"(?i)\.{2,}|…+|x{3,}|\*{3,}|<.*>|\[.*\]|\{.*\}|\$\{?[\w.:]+\}?|%\w+%|change[-_ ]?me|todo|none|null|undefined"
    r"|(your|my)[-_ ].+|.*[-_ ]here"
)
_NAMED = re.compile(r"(?i)(export\s+|set\s+)?[\"']?(stocktrim_)?(api[-_])?auth[-_](id|signature)[\"']?\s*[=:]")


def fault(text: str) -> str | None:
    """What is odd about a credential as it was pasted, without a letter of it. None: nothing."""
    bare = text.strip()
    if not bare:
        return "is not set"
    if _NAMED.match(bare):
        return "begins with the variable's own name"
    if bare[0] in _QUOTES or bare[-1] in _QUOTES:
        return "stands in quotation marks, which are taken for a part of it"
    if _PLACEHOLDER.fullmatch(bare):
        return "is a placeholder, not a value"
    if bare.casefold().startswith(("bearer ", "basic ")):
        return "begins with a word such as Bearer, which StockTrim does not use"
    if any(letter.isspace() for letter in bare):
        return "holds a blank or a line break"
    if not is_sendable(bare):
        return "holds characters that no header can"
    if "://" in bare or re.fullmatch(r"[^@]+@[^@]+\.[a-z]{2,}", bare):
        return "is an address"
    return None


def suspicions(auth_id: str, auth_signature: str) -> dict[str, str]:
    """Of each variable that looks pasted wrong, what is odd about it."""
    pairs = ((AUTH_ID, fault(auth_id)), (AUTH_SIGNATURE, fault(auth_signature)))
    found = {name: odd for name, odd in pairs if odd}
    if not found and auth_id.strip() == auth_signature.strip():
        found[AUTH_SIGNATURE] = "is the same as the other: one of them was pasted twice"
    return found


def which(said: str, auth_id: str, auth_signature: str) -> str:
    """After a refusal: which variable to look at first, by what StockTrim said and by how they look."""
    found = suspicions(auth_id, auth_signature)
    if found:
        return f"Look at {' and '.join(found)} first: see above."
    words = said.casefold()
    names_id, names_signature = re.search(r"\bid\b|tenant", words), "signature" in words
    if bool(names_id) != names_signature:
        return f"Look at {AUTH_ID if names_id else AUTH_SIGNATURE} first: StockTrim's answer speaks of it."
    return f"Copy both anew, and look whether they are swapped: {AUTH_ID} is the id, {AUTH_SIGNATURE} the signature."
