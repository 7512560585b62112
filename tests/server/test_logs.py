"""Logging to stderr."""

import io
import logging
import sys
from collections.abc import Generator
from contextlib import redirect_stderr

import pytest

from stocktrim_mcp_server import logs


@pytest.fixture
def usual_logging() -> Generator[None]:
    """Puts back what a test does to the loggers of this process."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    levels = {name: logging.getLogger(name).level for name in logs.CHATTY}
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


@pytest.mark.usefixtures("usual_logging")
def test_lines_go_to_stderr_and_libraries_stay_quiet_about_what_they_send() -> None:
    stderr = io.StringIO()
    with redirect_stderr(stderr):
        logs.configure("DEBUG")
        logging.getLogger("stocktrim_client.transport").debug("one call")
        logging.getLogger("httpx").info("GET https://api.stocktrim.com/api/Products?code=SECRET")
        logging.getLogger("httpcore.http11").debug("send_request_body SECRET")
    assert "DEBUG stocktrim_client.transport: one call" in stderr.getvalue()
    assert "SECRET" not in stderr.getvalue()
    assert stderr.getvalue().count("\n") == 1
    assert sys.stderr is not stderr
