"""What is asked about unless a call says otherwise."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BeforeValidator, Field

from stocktrim_client import StockTrimClient
from stocktrim_client.snapshot import Kind
from stocktrim_mcp_server.dependencies import CurrentApp, StockTrim, on_hand
from stocktrim_mcp_server.planning.nearest import did_you_mean
from stocktrim_mcp_server.remembered import Defaults
from stocktrim_mcp_server.toolbox import Codes, Toolset, as_list

Part = Literal["suppliers", "categories", "locations", "days"]

NEEDED: Mapping[Part, Kind] = {"suppliers": "suppliers", "categories": "products", "locations": "locations"}


class ShownDefaults(Defaults):
    """The defaults, and how long they last."""

    kept: str
    warnings: tuple[str, ...] = ()


async def get_defaults(app: CurrentApp) -> ShownDefaults:
    """The defaults other tools use for suppliers, categories, locations and days where a call says none of these."""
    defaults, trouble = await asyncio.to_thread(app.remembered.read)
    none = () if defaults != Defaults() else ("There are no defaults: every answer is about the whole account.",)
    return _shown(defaults, app.remembered.outlives, (*trouble, *none))


async def set_defaults(
    stocktrim: StockTrim,
    app: CurrentApp,
    suppliers: Annotated[Codes, Field(max_length=20, description="Codes or names, e.g. ['ACME']")] = (),
    categories: Annotated[Codes, Field(max_length=20, description="Names")] = (),
    locations: Annotated[Codes, Field(max_length=20, description="Codes or names")] = (),
    days: Annotated[int | None, Field(ge=0, le=3650, description="Plans look so many days ahead")] = None,
    forget: Annotated[
        tuple[Part, ...], BeforeValidator(as_list), Field(description="Defaults to drop; what is empty stays")
    ] = (),
) -> ShownDefaults:
    """Remember, also in later sessions, what the user usually asks about; only where the user wants it.

    Every answer names the defaults it used, and a call that says something else goes before them. StockTrim itself
    is not changed.
    """
    said = {"suppliers": suppliers, "categories": categories, "locations": locations}
    known, unchecked = await _known(stocktrim, [part for part, values in said.items() if values])
    meant = {part: _meant(part, values, known.get(part)) for part, values in said.items() if values}
    before, _ = await asyncio.to_thread(app.remembered.read)
    kept = {name: value for name, value in before if name not in forget}
    defaults = Defaults.model_validate({**kept, **meant, **({} if days is None else {"days": days})})
    try:
        await asyncio.to_thread(app.remembered.write, defaults)
    except OSError as error:
        raise ToolError(f"The defaults could not be kept ({error.strerror}): check STOCKTRIM_DATA_FOLDER.") from error
    return _shown(defaults, app.remembered.outlives, unchecked)


def _shown(defaults: Defaults, outlives: bool, warnings: tuple[str, ...]) -> ShownDefaults:
    kept = "for this account, also in later sessions" if outlives else "until this server ends"
    hint = () if outlives else ("STOCKTRIM_DATA_FOLDER would keep defaults for later sessions.",)
    return ShownDefaults(**dict(defaults), kept=kept, warnings=(*warnings, *hint))


async def _known(
    stocktrim: StockTrimClient, parts: Sequence[str]
) -> tuple[dict[str, dict[str, str | None]], tuple[str, ...]]:
    """By part: each code with its name, as far as the records are on hand; and what could not be checked."""
    kinds: dict[Part, Kind] = {part: kind for part, kind in NEEDED.items() if part in parts}
    standing = await on_hand(stocktrim, useful=tuple(kinds.values()))
    snapshot = stocktrim.snapshot
    known: dict[str, dict[str, str | None]] = {}
    for part, kind in kinds.items():
        if kind in standing.missing:
            continue
        if part == "suppliers":
            known[part] = {one.code or one.name or "": one.name for one in await snapshot.suppliers(wait=0)}
        elif part == "locations":
            known[part] = {one.code: one.name for one in await snapshot.locations(wait=0)}
        else:
            known[part] = {one.category: None for one in await snapshot.products(wait=0) if one.category}
    unchecked = [part for part, kind in kinds.items() if kind in standing.missing]
    said = f"Kept unchecked, as StockTrim's records of them are not on hand: {', '.join(unchecked)}."
    return known, (said,) if unchecked else ()


def _meant(part: str, said: Sequence[str], known: Mapping[str, str | None] | None) -> tuple[str, ...]:
    """The codes of what was said; as it was said where the records are not on hand.

    Raises: ToolError for one that is none.
    """
    if known is None:
        return tuple(said)
    by_word = {name.casefold(): code for code, name in known.items() if name}
    by_word |= {code.casefold(): code for code in known}
    for one in said:
        if one.casefold() not in by_word:
            names = {name: code for code, name in known.items() if name}
            raise ToolError(f"{part}: there is no {one[:100]!r}.{did_you_mean(one, known, names)} Nothing was kept.")
    return tuple(dict.fromkeys(by_word[one.casefold()] for one in said))


DEFAULTS = Toolset(
    "defaults",
    "Whom, what, where and how far ahead is asked about unless a call says otherwise; kept here, not in StockTrim.",
    reads=(get_defaults,),
    writes=(set_defaults,),
)
