"""The menu: groups of tools in the order a model reads them, and what of it an owner wants."""

from collections.abc import Iterable, Sequence

from stocktrim_client.changes import caller
from stocktrim_mcp_server.planning.nearest import did_you_mean
from stocktrim_mcp_server.settings import Settings, SettingsError
from stocktrim_mcp_server.toolbox import Toolset, group, names
from stocktrim_mcp_server.tools.changes import HISTORY
from stocktrim_mcp_server.tools.changing_products import CHANGING_PRODUCTS
from stocktrim_mcp_server.tools.checking import CHECKING
from stocktrim_mcp_server.tools.defaults import DEFAULTS
from stocktrim_mcp_server.tools.deleting import DELETING
from stocktrim_mcp_server.tools.drafting import DRAFTING
from stocktrim_mcp_server.tools.explaining import EXPLAINING
from stocktrim_mcp_server.tools.forecasts import FORECASTS
from stocktrim_mcp_server.tools.master_data import MASTER_DATA
from stocktrim_mcp_server.tools.ordering import ORDERING
from stocktrim_mcp_server.tools.planning import PLANNING
from stocktrim_mcp_server.tools.products import PRODUCTS
from stocktrim_mcp_server.tools.purchase_orders import PURCHASE_ORDERS
from stocktrim_mcp_server.tools.query import QUERY
from stocktrim_mcp_server.tools.recording import RECORDING, SALES_DELETION
from stocktrim_mcp_server.tools.sales import SALES
from stocktrim_mcp_server.tools.saving_suppliers import SAVING_SUPPLIERS
from stocktrim_mcp_server.tools.search import SEARCH
from stocktrim_mcp_server.tools.simulating import SIMULATING
from stocktrim_mcp_server.tools.status import STATUS
from stocktrim_mcp_server.tools.stock import STOCK
from stocktrim_mcp_server.tools.suppliers import SUPPLIERS

TOOLSETS = (
    group("planning", "What to order, why, and what if.", PLANNING, EXPLAINING, SIMULATING, CHECKING),
    group("lookup", "Products, suppliers and sales, found and shown.", SEARCH, PRODUCTS, SUPPLIERS, SALES),
    group("orders", "Orders to suppliers: found, drafted, changed.", PURCHASE_ORDERS, DRAFTING, ORDERING),
    group("query", "Questions in SQL.", QUERY),
    group("status", "Whether all is well; the calculation behind all figures.", STATUS, FORECASTS),
    group("catalogue", "Products and suppliers changed.", CHANGING_PRODUCTS, SAVING_SUPPLIERS, DELETING),
    group("counts", "Stock counted and sales recorded.", STOCK, RECORDING),
    HISTORY,
)
"""What is on the menu unless the settings say otherwise."""

OPTIONAL = (DEFAULTS, MASTER_DATA, SALES_DELETION)
"""What is there only by name: every tool costs every session."""

EVERY = (*TOOLSETS, *OPTIONAL)

DEFAULT, ALL = "default", "all"


def offered(settings: Settings) -> tuple[Toolset, ...]:
    """What is on the menu: of a read-only server the reads, of these the groups named, then single tools.

    Single tools without groups are all there is; one with a minus is left out, whatever else names it.
    Raises: SettingsError for a name that is none.
    """
    single = {name for name in settings.tools if _is_added(name)}
    without = {name[1:] for name in settings.tools if not _is_added(name)}
    _all_known("tool", (*single, *without), names(EVERY), "STOCKTRIM_TOOLS (--tools)")
    said = settings.toolsets or (() if single else (DEFAULT,))
    _all_known("toolset", said, [one.name for one in EVERY] + [DEFAULT, ALL], "STOCKTRIM_TOOLSETS (--toolsets)")
    grouped = {name for one in EVERY if _is_named(one, said) for name in names([one])}
    wanted = (grouped | single) - without
    chosen = (one.only(wanted, read_only=settings.read_only) for one in EVERY)
    menu = tuple(one for one in chosen if names([one]))
    if not menu:
        also = " of a read-only server" if settings.read_only else ""
        raise SettingsError(f"STOCKTRIM_TOOLSETS and STOCKTRIM_TOOLS leave no tool{also}.")
    return menu


def missing(name: str, settings: Settings) -> str:
    """Why a tool that was called is not there, and what would bring it."""
    there = names(offered(settings))
    listed = f" This server's tools: {', '.join(there)}."
    home = next((one for one in EVERY if name in names([one])), None)
    if home is None:
        return f"There is no tool {name[:100]!r}.{did_you_mean(name, there)}{listed}"
    changes = settings.read_only and name not in names([home.only({name}, read_only=True)])
    if caller.get() is not None:
        # It may be missing to this caller alone: whoever gave them their token knows.
        why = "changes something, and this server is read-only to you" if changes else "is not on your menu"
        return f"{name} {why}: ask whoever runs it.{listed}"
    if changes:
        return f"{name} changes something and this server is read-only (STOCKTRIM_READ_ONLY=1).{listed}"
    return f"{name} is not offered by this server; {_how(name, home, settings)} would bring it.{listed}"


def _how(name: str, home: Toolset, settings: Settings) -> str:
    """The setting of an owner who wants this tool besides those there are."""
    if f"-{name}" in settings.tools:
        return f"STOCKTRIM_TOOLS without -{name}"
    if settings.toolsets or not any(_is_added(one) for one in settings.tools):
        return f"STOCKTRIM_TOOLSETS={','.join([*(settings.toolsets or (DEFAULT,)), home.name])}"
    return f"STOCKTRIM_TOOLS={','.join([*settings.tools, name])}"


def _is_added(name: str) -> bool:
    return not name.startswith("-")


def _is_named(toolset: Toolset, said: Sequence[str]) -> bool:
    return toolset.name in said or ALL in said or (DEFAULT in said and toolset in TOOLSETS)


def _all_known(noun: str, said: Iterable[str], known: Sequence[str], where: str) -> None:
    for name in said:
        if name not in known:
            raise SettingsError(
                f"There is no {noun} {name[:100]!r}.{did_you_mean(name, known)} {where} may name {', '.join(known)}."
            )
