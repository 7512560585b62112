"""Our own words for what happened, and how text from outside may stand among them."""

import re
import socket
import unicodedata
from collections.abc import Callable

import httpx

from stocktrim_client.retry import causes, certificate_error

Hide = Callable[[str], str]
"""Takes out of a text from outside what must not be repeated."""

LONGEST_QUOTE = 200
"""Characters of text from outside that may stand in a message."""

LONGEST_READ = 20_000
"""Characters of text from outside that are looked at."""


def as_it_is(text: str) -> str:
    """Hides nothing."""
    return text


def clean(text: str, longest: int = LONGEST_QUOTE, hide: Hide = as_it_is) -> str:
    """One line of plain text: control, zero-width and direction-changing characters removed, cut to `longest`."""
    # Hidden before anything is cut, and again: a secret may have stood there with other characters between its own.
    kept = "".join(_plain(character) for character in hide(text[: 2 * LONGEST_READ])[:LONGEST_READ])
    line = hide(" ".join(kept.split()))
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _plain(character: str) -> str:
    if character.isspace():
        return " "
    # Category C: controls, zero-width and bidi marks, tags, surrogates. Variation selectors can smuggle text too.
    hidden = unicodedata.category(character)[0] == "C" or "\U000e0100" <= character <= "\U000e01ef"
    return "" if hidden else character


def quote(text: str, hide: Hide = as_it_is) -> str:
    """Text from outside, cleaned and in quotation marks that it cannot close."""
    return '"' + clean(text, hide=hide).replace('"', "'") + '"'


READING = frozenset({"list", "get", "find", "read"})


def as_doing(summary: str) -> str:
    """'Save a product' -> 'Saving a product'."""
    verb, space, rest = summary.partition(" ")
    if not verb.isalpha() or verb.isupper():
        return f"The request {quote(summary)}" if summary else "The request"
    verb = verb.capitalize()
    if re.fullmatch(r"[^aeiou][aeiou][^aeiou]", verb.lower()):
        verb += verb[-1]
    return f"{verb.removesuffix('e')}ing{space}{rest}"


def reading_back(verify: str | None) -> str:
    """'list_purchase_orders' -> 'read the purchase orders'."""
    if verify is None:
        return "look it up in StockTrim"
    return f"read the {verify.partition('_')[2].replace('_', ' ')}"


def seconds_of(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds >= 9.95 else f"{seconds:.1f} s"


def after_strange_answer(reading: bool) -> str:
    if reading:
        return "Nothing was changed. Trying again will probably meet the same; report it if it stays."
    return "The change was probably made: read the record back, and do not repeat the change before that."


def bad_field(cause: Exception) -> str | None:
    return str(cause.args[0]) if isinstance(cause, KeyError) and cause.args else None


class ClosedError(httpx.PoolTimeout):
    """There are no connections any more, and there will be none."""


_BROKE: tuple[tuple[type[Exception], str], ...] = (
    (ClosedError, "this client has been closed"),
    (httpx.PoolTimeout, "all connections stayed busy"),
    (httpx.ConnectTimeout, "connecting to {host} took too long"),
    (httpx.ReadTimeout, "no whole answer came in time"),
    (TimeoutError, "no whole answer came in time"),
    (httpx.WriteTimeout, "sending took too long"),
    (httpx.ProxyError, "the proxy did not let the connection through"),
    (httpx.ConnectError, "no connection to {host} could be made"),
    (httpx.UnsupportedProtocol, "addresses of this kind are not supported"),
    (httpx.LocalProtocolError, "the request cannot be written as HTTP"),
    (httpx.RemoteProtocolError, "the connection ended early, or what came was not HTTP"),
    (httpx.NetworkError, "the connection broke"),
)


def broke(error: Exception | None, host: str) -> str:
    """What a failure without an answer was, in our own words."""
    if error is None:
        return "no answer came"
    refused = certificate_error(error)
    if refused is not None:
        why = clean(getattr(refused, "verify_message", "") or "the check failed", 100)
        return (
            f"the certificate of {host} is not trusted: {why}. If your company inspects traffic, its root certificate "
            "must be in the system's store"
        )
    if any(isinstance(link, socket.gaierror) for link in causes(error)):
        return f"the name {host} could not be found"
    words = next((words for kind, words in _BROKE if isinstance(error, kind)), "the connection failed")
    return words.format(host=host)
