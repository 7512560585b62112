"""What is not said: our requests stay out of other libraries' logs."""

import logging
from contextvars import ContextVar

import httpx

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
