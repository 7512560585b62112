"""What is not said: our requests stay out of other libraries' logs, the credentials out of every text."""

import html
import json
import logging
import re
from collections.abc import Iterator
from contextvars import ContextVar
from urllib.parse import quote, quote_plus

import httpx

from stocktrim_client.retry import causes

_HIDDEN = "[hidden]"
_SHORT = 8
"""Characters; a shorter value is hidden only where it stands alone, as it may be part of any word."""

sending: ContextVar[bool] = ContextVar("stocktrim_sending", default=False)
answered: ContextVar[httpx.URL | None] = ContextVar("stocktrim_answered", default=None)


class _Discretion(logging.Filter):
    """Keeps our requests out of the logs of httpx (whole URLs), httpcore (all headers) and hpack (credentials).

    Their lines about anyone else's requests pass. Ours say the same, without the secrets.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if sending.get():
            return False
        # httpx logs the very URL object of the request that has just been answered, in the same task.
        url = answered.get()
        return url is None or not isinstance(record.args, tuple) or all(one is not url for one in record.args)


_discretion = _Discretion()
_TALKATIVE = ("connection", "http11", "http2", "proxy", "socks")
_QUIETED = (
    *("httpx", "httpx2", "hpack.hpack", "hpack.table"),
    *(f"{library}.{part}" for library in ("httpcore", "httpcore2") for part in _TALKATIVE),
)


def hush() -> None:
    """Keep the libraries below us quiet about our requests."""
    for name in _QUIETED:
        logging.getLogger(name).addFilter(_discretion)


class Secrets:
    """Takes two values out of texts from outside, as they are and in the forms in which they are echoed."""

    __slots__ = ("_found",)

    def __init__(self, *values: str) -> None:
        forms = {form for value in values if value for form in _forms(value)}
        longest_first = sorted(forms, key=len, reverse=True)
        self._found = re.compile("|".join(map(_pattern, longest_first)), re.IGNORECASE) if forms else None

    def __call__(self, text: str) -> str:
        return text if self._found is None else self._found.sub(_HIDDEN, text)

    def hide_in(self, error: BaseException) -> None:
        """Take them out of an error and of what led to it: a parser's complaint quotes what it met."""
        for link in causes(error):
            link.args = tuple(self(one) if isinstance(one, str) else one for one in link.args)


def _forms(value: str) -> Iterator[str]:
    yield value
    yield " ".join(value.split())
    yield quote(value, safe="")
    yield quote(value)
    yield quote_plus(value)
    yield html.escape(value)
    yield json.dumps(value)[1:-1]
    yield repr(value)[1:-1]


def _pattern(form: str) -> str:
    exactly = re.escape(form)
    return exactly if len(form) >= _SHORT else rf"(?<![0-9A-Za-z]){exactly}(?![0-9A-Za-z])"
