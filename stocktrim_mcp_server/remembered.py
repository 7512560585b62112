"""Defaults that outlive a session: whom, what, where and how far ahead an owner asks about unless told otherwise."""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import Field, ValidationError

from stocktrim_client.models import Model
from stocktrim_mcp_server.kept import put
from stocktrim_mcp_server.planning.bounds import LONGEST_CODE

EVERYTHING = ("*", "all")
"""Said for an argument, either asks for all in spite of a default."""

ALL_DAYS = 3_650
"""A horizon that nothing lies beyond: a number, as its argument takes no word."""

LARGEST = 1_000_000
"""Bytes of a file that can be ours."""

_AROUND = ' \t\r\n[]",'
"""What may stand around the words of a list in a text, and is none."""

_FILE = "defaults.json"
_FILTERS = {"suppliers": "suppliers", "categories": "categories", "horizon_days": "days"}
"""Arguments that narrow an answer, and the default of each."""

_NAMING = frozenset({"products", "product", "references"})
"""A call that names its records means these: narrowed as well, it would say that they do not exist."""


MOST_CODES = 20
"""Of one default."""

_Some = Annotated[tuple[Annotated[str, Field(max_length=LONGEST_CODE)], ...], Field(max_length=MOST_CODES)]


class Defaults(Model):
    """What is asked for where a call does not say. Empty: everything."""

    suppliers: _Some = ()
    categories: _Some = ()
    locations: _Some = ()
    days: int | None = Field(default=None, ge=0, le=ALL_DAYS)


class Remembered:
    """The defaults of an account: in memory, and in a file of a folder if given, readable by the owner alone."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = None if folder is None else folder / _FILE
        self._held = Defaults()
        self._lock = threading.Lock()

    @property
    def outlives(self) -> bool:
        """Whether the next start will know them."""
        return self._path is not None

    def read(self) -> tuple[Defaults, tuple[str, ...]]:
        """The defaults, and what is to be said where they cannot be read. Blocks.

        Read at every call: another server may have written them since.
        """
        if self._path is None:
            return self._held, ()
        try:
            if self._path.stat().st_size > LARGEST:
                raise OSError("too large")
            return Defaults.model_validate_json(self._path.read_bytes()), ()
        except FileNotFoundError:
            return Defaults(), ()
        except (OSError, ValidationError):
            said = f"The defaults kept in {_FILE} cannot be read and none is used: set_defaults writes them anew."
            return Defaults(), (said,)

    def write(self, defaults: Defaults) -> None:
        """Keep these from now on, whatever was there. Blocks. Raises: as `change`."""
        self.change(lambda _: defaults)

    def change(self, changed: Callable[[Defaults], Defaults]) -> Defaults:
        """Keep from now on what this makes of the defaults as they are, which it gives back. Blocks.

        Of several at a time each sees what the one before has made; another server's are read just before.
        Raises: OSError where the folder cannot be written to.
        """
        with self._lock:
            defaults = changed(self.read()[0])
            if self._path is not None:
                put(self._path, defaults.model_dump_json(exclude_defaults=True).encode())
            self._held = defaults
            return defaults


def is_everything(value: Any) -> bool:
    """Whether a list, as hosts write one, is no more than the word for all."""
    if isinstance(value, list | tuple):
        items = [one for one in cast(Sequence[Any], value) if _is_said(one)]
        return len(items) == 1 and is_everything(items[0])
    return isinstance(value, str) and value.strip(_AROUND).casefold() in EVERYTHING


def filled(
    arguments: Mapping[str, Any], offered: Mapping[str, Any], defaults: Defaults
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A call's arguments with the defaults for what it does not say, and a sentence for each that was used.

    What is said goes before a default, and the word for all asks for all where there is one.
    """
    wanted: dict[str, Any] = {}
    if not any(_is_said(arguments.get(name)) for name in _NAMING):
        wanted = {name: getattr(defaults, of) for name, of in _FILTERS.items()}
    wanted["locations"] = defaults.locations
    wanted["location"] = defaults.locations[0] if len(defaults.locations) == 1 else None
    narrowed = {name for name, value in wanted.items() if _is_said(value)}
    full = {name: value for name, value in arguments.items() if name not in narrowed or not _is_all(name, value)}
    said: list[str] = []
    for name, value in wanted.items():
        if name not in offered or not _is_said(value) or _is_said(arguments.get(name)):
            continue
        full[name] = value
        shown = ", ".join(cast(tuple[str, ...], value)) if isinstance(value, tuple) else str(value)
        said.append(f"Default {name} {shown} used: pass {name} to override, {_all_of(name, value)} for all.")
    return full, tuple(said)


def _is_said(value: Any) -> bool:
    """Hosts that must fill in every argument send empty ones, or blanks, for what the model left out."""
    if isinstance(value, list | tuple):
        return any(map(_is_said, cast(Sequence[Any], value)))
    return bool(value.strip(_AROUND)) if isinstance(value, str) else value is not None


def _is_all(name: str, value: Any) -> bool:
    if name == "horizon_days" and (text := str(value).strip()).isdecimal():
        return int(text) >= ALL_DAYS
    return is_everything(value)


def _all_of(name: str, value: Any) -> str:
    if isinstance(value, int):
        return f"{name}={ALL_DAYS}"
    return f"{name}=['all']" if isinstance(value, tuple) else f"{name}='all'"
