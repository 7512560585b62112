"""The keys of approvals and of questions: made anew at each start, or of a secret that several servers share."""

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.request_state import RequestStateSecurity
from mcp.shared.exceptions import MCPError

from stocktrim_mcp_server.approval import Approvals
from stocktrim_mcp_server.settings import SettingsError

SHORTEST = 32
"""Characters of a secret."""

LARGEST_FILE = 65_536

ANSWER_SECONDS = 86_400.0
"""How long after a question its answer is taken: what it would change is looked at anew then."""

SEALED = {"reason": "invalid_request_state"}
"""How the SDK marks an answer whose question it cannot open."""

_OUTDATED = (
    "Nothing was done: the question this answers is none of this server's, is older than a day, or was about another "
    "call. Call again, and it is asked anew."
)
_NOT_SHARED = (
    "If several servers stand behind one address, another may have asked it: its owner gives all of them one secret "
    "(STOCKTRIM_SECRET_FILE)."
)


class Keys:
    """What tokens and questions are sealed with. The first secret is in use; what the others sealed is still good."""

    def __init__(self, *shared: bytes) -> None:
        self.are_shared = bool(shared)
        self._secrets = shared or (secrets.token_bytes(32),)

    def approvals(self, account: str, folder: Path | None = None) -> Approvals:
        """Of one account: a token of another is none here. `folder`: where those that share the keys note their use."""
        return Approvals(*self._made(f"approvals of {account}"), folder=folder if self.are_shared else None)

    def questions(self, account: str) -> RequestStateSecurity:
        """Seals what a host brings back with the answer of a person."""
        return RequestStateSecurity(keys=self._made(f"questions of {account}"), ttl=ANSWER_SECONDS)

    async def explain(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Middleware around what opens sealed questions: its refusal, of four words, says nothing to be done."""
        try:
            return await call_next(ctx)
        except MCPError as error:
            if error.data != SEALED:
                raise
            said = _OUTDATED if self.are_shared else f"{_OUTDATED} {_NOT_SHARED}"
            raise MCPError(error.code, said, SEALED) from error

    def _made(self, purpose: str) -> list[bytes]:
        return [hmac.digest(one, purpose.encode(), hashlib.sha256) for one in self._secrets]


def keys_in(path: Path | None) -> Keys:
    """The keys of a file of secrets, a line each. None: of this process alone.

    Raises: SettingsError for a file that cannot be read or holds no secret that is long enough.
    """
    if path is None:
        return Keys()
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST_FILE)
    except OSError as error:
        raise SettingsError(f"The secret file {path} cannot be read: {error.strerror}.") from error
    found = list(dict.fromkeys(text.split()))
    if not found or min(map(len, found)) < SHORTEST:
        raise SettingsError(f"The secret file {path} must hold a secret of {SHORTEST} characters or more, a line each.")
    return Keys(*found)
