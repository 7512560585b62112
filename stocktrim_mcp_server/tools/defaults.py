"""What is asked about unless a call says otherwise."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, get_args

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BeforeValidator, Field

from stocktrim_client import StockTrimClient
from stocktrim_client.snapshot import Kind
from stocktrim_mcp_server.dependencies import App, CurrentApp, StockTrim, on_hand
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, short
from stocktrim_mcp_server.planning.nearest import did_you_mean, menu
from stocktrim_mcp_server.remembered import ALL_DAYS, Defaults, is_everything
from stocktrim_mcp_server.toolbox import Codes, Toolset, as_list

Part = Literal["suppliers", "categories", "locations", "days"]

NEEDED: Mapping[Part, Kind] = {"suppliers": "suppliers", "categories": "products", "locations": "locations"}


USED_BY: Mapping[Part, tuple[str, ...]] = {
    "suppliers": ("get_reorder_plan", "simulate_reorder", "check_planning_data", "find_purchase_orders"),
    "categories": ("get_reorder_plan",),
    "locations": ("get_reorder_plan", "explain_reorder"),
    "days": ("get_reorder_plan",),
}
"""The tools that take a default in; explain_reorder takes a location that is the only one."""

SANDBOX = "The sandbox keeps nothing between sessions."
NAMED = 3
"""Records that may have been meant, of each that is unknown."""


class ShownDefaults(Defaults):
    """The defaults, which tools use them, and how long they last."""

    used: tuple[str, ...] = ()
    kept: str
    warnings: tuple[str, ...] = ()


def _parts(value: Any) -> Any:
    """The word for all stands for every part."""
    return get_args(Part) if is_everything(value) else as_list(value)


async def get_defaults(app: CurrentApp) -> ShownDefaults:
    """The user's usual suppliers, categories, locations and days, and which tools use them where a call says none."""
    defaults, trouble = await asyncio.to_thread(app.remembered.read)
    none = () if defaults != Defaults() else ("There are no defaults: every answer is about the whole account.",)
    return _shown(app, defaults, (*trouble, *none))


async def set_defaults(
    stocktrim: StockTrim,
    app: CurrentApp,
    suppliers: Annotated[Codes, Field(max_length=20, description="Codes or names, e.g. ['ACME']")] = (),
    categories: Annotated[Codes, Field(max_length=20, description="Names")] = (),
    locations: Annotated[Codes, Field(max_length=20, description="Codes or names")] = (),
    days: Annotated[int | None, Field(ge=0, le=ALL_DAYS, description="Days a plan looks ahead")] = None,
    forget: Annotated[
        tuple[Part, ...], BeforeValidator(_parts), Field(description="Defaults to drop, or ['all']")
    ] = (),
) -> ShownDefaults:
    """Remember what the user usually asks about; only where the user wants it.

    The answer says which tools use it and for how long it is kept; theirs name the defaults they used, and a call that
    says something else goes before them. StockTrim itself is not changed.
    """
    given: dict[Part, tuple[str, ...]] = {"suppliers": suppliers, "categories": categories, "locations": locations}
    dropped = {*forget, *(part for part, values in given.items() if is_everything(values))}
    said: dict[Part, tuple[str, ...]] = {
        part: values for part, values in given.items() if values and not is_everything(values)
    }
    if days is not None and days >= ALL_DAYS:
        days, dropped = None, {*dropped, "days"}
    known, unchecked = await _known(stocktrim, list(said))
    meant: dict[Part, tuple[str, ...]] = {}
    faults: list[str] = []
    for part, values in said.items():
        codes, strange = _meant(values, known.get(part))
        meant[part] = codes
        faults += [
            f"{part}: there is no {one[:100]!r}.{await _hint(stocktrim, part, one, known[part])}" for one in strange
        ]
    if faults:
        raise ToolError(" ".join([*faults, "Nothing was kept."]))

    def changed(before: Defaults) -> Defaults:
        kept = {name: value for name, value in before if name not in dropped}
        return Defaults.model_validate({**kept, **meant, **({} if days is None else {"days": days})})

    try:
        defaults = await asyncio.to_thread(app.remembered.change, changed)
    except OSError as error:
        raise ToolError(f"The defaults could not be kept ({error.strerror}): check STOCKTRIM_DATA_FOLDER.") from error
    return _shown(app, defaults, unchecked)


def _shown(app: App, defaults: Defaults, warnings: tuple[str, ...]) -> ShownDefaults:
    outlives, there = app.remembered.outlives, menu.get()
    kept = "for this account, also in later sessions" if outlives else "until this server ends"
    hint = SANDBOX if app.settings.sandbox else "STOCKTRIM_DATA_FOLDER would keep defaults for later sessions."
    used = [
        f"{part} (by {', '.join(tools) or 'none of the tools offered'})"
        for part, all_tools in USED_BY.items()
        if getattr(defaults, part) not in ((), None)
        for tools in [[tool for tool in all_tools if there is None or tool in there]]
    ]
    return ShownDefaults(
        **dict(defaults), used=tuple(used), kept=kept, warnings=warnings if outlives else (*warnings, hint)
    )


async def _known(
    stocktrim: StockTrimClient, parts: Sequence[Part]
) -> tuple[dict[Part, dict[str, str | None]], tuple[str, ...]]:
    """By part: each code with its name, as far as the records are on hand; and what could not be checked."""
    kinds: dict[Part, Kind] = {part: kind for part, kind in NEEDED.items() if part in parts}
    standing = await on_hand(stocktrim, useful=tuple(kinds.values()))
    snapshot = stocktrim.snapshot
    known: dict[Part, dict[str, str | None]] = {}
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


def _meant(said: Sequence[str], known: Mapping[str, str | None] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What was said, as codes, and what of it is none; as it was said where the records are not on hand."""
    if known is None:
        return tuple(said), ()
    by_word = {name.casefold(): code for code, name in known.items() if name}
    by_word |= {code.casefold(): code for code in known}
    found = dict.fromkeys(code for one in said if (code := by_word.get(one.casefold())) is not None)
    return tuple(found), tuple(one for one in said if one.casefold() not in by_word)


async def _hint(stocktrim: StockTrimClient, part: Part, said: str, known: Mapping[str, str | None]) -> str:
    """Which of those there are may have been meant: by its words, then by its letters."""
    kind = NEEDED[part]
    if kind in ("suppliers", "locations"):
        found = await stocktrim.snapshot.search(said, [kind], NAMED, wait=0)
        likely = {hit.code: hit.name for hit in found.hits}
    else:
        likely = {one: None for one in known if said.casefold() in one.casefold()}
    shown = [
        repr(short(code)) if name in (None, "", code) else f"{short(name, NAME_SHOWN)!r} (code {short(code)!r})"
        for code, name in likely.items()
    ]
    if shown:
        return f" Did you mean {' or '.join(shown[:NAMED])}?"
    return did_you_mean(said, known, {name: code for code, name in known.items() if name})


DEFAULTS = Toolset(
    "defaults",
    "Whom, what, where and how far ahead is asked about unless a call says otherwise; kept here, not in StockTrim.",
    reads=(get_defaults,),
    writes=(set_defaults,),
)
