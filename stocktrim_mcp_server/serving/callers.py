"""Who calls: people by their tokens, from a file that may change while the server runs."""

import errno
import hmac
import logging
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol

from mcp.server.auth.provider import AccessToken

from stocktrim_mcp_server.serving.people import LONGEST_TOKEN, Person, digest, understood
from stocktrim_mcp_server.settings import Settings, SettingsError

MOST_BYTES = 1_048_576
"""Of a tokens file: it is looked at with every request."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Caller:
    """Who calls, and the settings of the server they meet."""

    name: str
    settings: Settings


class Gatekeeper(Protocol):
    """Lets callers in, and says of each who it is."""

    async def verify_token(self, token: str) -> AccessToken | None:
        """What the SDK asks. None: refused."""
        ...

    def caller(self, access: AccessToken) -> Caller | None:
        """Whose token this is. None: it is good no longer."""
        ...


class _State(NamedTuple):
    """A file as it is at one moment. `stamp` differs if anything does."""

    stamp: tuple[object, ...]
    content: bytes
    mode: int


def _utc_now() -> datetime:
    return datetime.now(UTC)


class TokensFile:
    """The tokens of a TOML file, read again when it changes: who was taken out of it is refused from then on.

    A file that is gone or cannot be read at all lets nobody in: its owner may have meant just that. One that makes no
    sense, as while it is being written, leaves in force what was read before.
    """

    def __init__(
        self,
        path: Path,
        settings: Settings,
        environ: Mapping[str, str] = MappingProxyType({}),
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        """Raises: SettingsError for a file that cannot be meant, naming table and key, never a secret."""
        self._path, self._settings, self._environ, self._now = path, settings, environ, now
        try:
            state = self._state()
        except OSError as error:
            raise SettingsError(f"The tokens file {path} cannot be read: {error.strerror}.") from None
        self._stamp, self._people = state.stamp, self._understood(state)
        if not self._people:
            raise SettingsError(f"The tokens file {path} has no table such as [tokens.anna]: nobody could be let in.")

    async def verify_token(self, token: str) -> AccessToken | None:
        """Whose token it is, in the SDK's words. None: nobody's, or it has expired."""
        if not token.isascii() or len(token) > LONGEST_TOKEN:
            return None
        sought = digest(token)
        if (person := self._person(sought)) is None:
            return None
        return AccessToken(
            # What is not in it cannot be logged.
            token=sought.decode(),
            client_id=person.name,
            scopes=[],
            expires_at=person.expires and int(person.expires.timestamp()),
            claims={},
        )

    def caller(self, access: AccessToken) -> Caller | None:
        """Whose token this is. None: it was taken out of the file since, or has expired."""
        person = self._person(access.token.encode())
        if person is None or person.name != access.client_id:
            return None
        return Caller(person.name, person.settings)

    def _person(self, sought: bytes) -> Person | None:
        self._look()
        found = None
        # All of them, always: how long it takes says nothing of whose token is like this one.
        for one in self._people:
            if hmac.compare_digest(one.digest, sought):
                found = one
        if found is None or (found.expires is not None and found.expires <= self._now()):
            return None
        return found

    def _look(self) -> None:
        try:
            state = self._state()
        except OSError as error:
            self._people = ()
            if self._is_new((error.errno,)):
                _log.error("The tokens file %s cannot be read (%s): nobody is let in.", self._path, error.strerror)
            return
        if not self._is_new(state.stamp):
            return
        try:
            self._people = self._understood(state)
        except SettingsError as error:
            _log.error("%s Until it is mended, those are let in who were before.", error)
        else:
            _log.info("The tokens file %s was read again: it lets in %d.", self._path, len(self._people))

    def _is_new(self, stamp: tuple[object, ...]) -> bool:
        before, self._stamp = self._stamp, stamp
        return before != stamp

    def _state(self) -> _State:
        found = self._path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no plain file")
        if found.st_size > MOST_BYTES:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        # Not by size and time alone: a token of the same length may be replaced within one tick of the clock.
        content = self._path.read_bytes()
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode, sha256(content).digest())
        return _State(stamp, content, found.st_mode)

    def _understood(self, state: _State) -> tuple[Person, ...]:
        try:
            roll = understood(state.content, self._path.parent, self._settings, self._environ)
        except SettingsError as error:
            raise SettingsError(f"The tokens file {self._path}: {error}") from None
        too_open = stat.S_IWOTH | (stat.S_IROTH if roll.has_secrets else 0)
        if os.name == "posix" and state.mode & too_open:
            _log.warning("Anybody on this machine may open the tokens file %s: chmod 600 it.", self._path)
        return roll.people
