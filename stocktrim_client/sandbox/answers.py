"""What comes back: an answer, or a refusal raised from anywhere below."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stocktrim_client.sandbox.forecast import encode
from stocktrim_client.sandbox.quirks import Quirks

__all__ = ["Answer", "RefusedError", "answer", "nothing", "refusal"]

JSON = "application/json; charset=utf-8"
TITLES = {
    400: ("Bad Request", "6.5.1"),
    401: ("Unauthorized", ""),
    403: ("Forbidden", "6.5.3"),
    404: ("Not Found", "6.5.4"),
    405: ("Method Not Allowed", "6.5.5"),
    409: ("Conflict", "6.5.8"),
    415: ("Unsupported Media Type", "6.5.13"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body in pieces, so that a long one need not be copied together."""

    status: int
    pieces: tuple[bytes, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def length(self) -> int:
        """Bytes of the body."""
        return sum(map(len, self.pieces))


class RefusedError(Exception):
    """StockTrim's no."""

    def __init__(self, status: int, detail: str | None = None, errors: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail
        self.errors = errors


def answer(value: object, status: int = 200) -> Answer:
    """A value as JSON."""
    return Answer(status, (encode(value),), {"content-type": JSON})


def nothing(status: int) -> Answer:
    """No body."""
    return Answer(status)


def refusal(refused: RefusedError, quirks: Quirks) -> Answer:
    """A refusal in the form this StockTrim gives it."""
    status = refused.status
    if status == 404 and quirks.not_found_body == "empty":
        return nothing(404)
    if status == 415 and quirks.unsupported_body == "text":
        return Answer(415, (b"Unsupported media type.",), {"content-type": "text/plain; charset=utf-8"})
    if status == 400 and refused.errors and quirks.validation_body != "errors":
        text = " ".join(message for messages in refused.errors.values() for message in messages)
        if quirks.validation_body == "json_string":
            return answer(text, 400)
        return Answer(400, (text.encode(),), {"content-type": "text/plain; charset=utf-8"})
    title, section = TITLES[status]
    problem: dict[str, object] = {
        "type": f"https://tools.ietf.org/html/rfc7231#section-{section}" if section else "about:blank",
        "title": "One or more validation errors occurred." if refused.errors else title,
        "status": status,
    }
    if refused.detail:
        problem["detail"] = refused.detail
    if refused.errors:
        problem["errors"] = refused.errors
    body = encode(problem)
    headers = {"content-type": "application/problem+json; charset=utf-8"}
    return Answer(status, (body,), headers)
