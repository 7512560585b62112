"""What an argument of a prompt or of a resource may be: codes and names of the records on hand."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from mcp.server.mcpserver import MCPServer
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from stocktrim_client import StockTrimClient, StockTrimError
from stocktrim_client.models import Customer, Location, Product, PurchaseOrder, Supplier, supplier_keys, supplier_meant
from stocktrim_client.snapshot import SearchKind
from stocktrim_client.snapshot.words import fold
from stocktrim_mcp_server.answers import visible
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.prompts import LONGEST_ARGUMENT, recipes
from stocktrim_mcp_server.resources import TEMPLATES, templates

if TYPE_CHECKING:
    from stocktrim_client.snapshot import Snapshot

MOST_VALUES = 100
"""As many as the protocol allows."""

WAIT = 1.0
"""Seconds for records that are not on hand: whoever types waits no longer."""

Values = Literal["products", "suppliers", "customers", "locations", "purchase_orders", "categories"]

SOURCE: Mapping[Values, SearchKind] = {
    **{template.name: template.name for template in TEMPLATES},
    "categories": "products",
}
"""The records that values are taken from."""

OF_PROMPTS: Mapping[str, Values] = {"supplier": "suppliers", "category": "categories", "location": "locations"}


class Word(NamedTuple):
    """One value, and what it is found by."""

    value: str
    code: str
    name: str
    also: str = ""


class Completions:
    """Values for arguments, without waiting long for records: what is not on hand then is there for the next one."""

    def __init__(self, app: App, menu: Collection[str], wait: float = WAIT) -> None:
        self._app = app
        self._menu = menu
        self._wait = wait
        self._known: dict[Values, tuple[Sequence[Any], list[Word]]] = {}
        self._follows: Snapshot | None = None

    async def complete(
        self,
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion:
        """Values that begin like what was typed, then those that hold it, by code and by name."""
        values = values_of(ref, argument.name, self._menu)
        if values is None:
            return Completion(values=[], total=0, has_more=False)
        words = await self._words(values)
        if words is None:
            # How many there are is not known.
            return Completion(values=[])
        chosen = (context.arguments or {}).get("supplier", "") if context is not None else ""
        if values == "categories" and chosen.strip():
            words = await self._delivered_by(chosen) or words
        found = fitting(words, argument.value)
        return Completion(values=found[:MOST_VALUES], total=len(found), has_more=len(found) > MOST_VALUES)

    async def _delivered_by(self, supplier: str) -> list[Word]:
        """The categories of a supplier's products; empty where there are none, or the suppliers are not on hand."""
        snapshot = self._app.stocktrim.snapshot
        if (await snapshot.need("suppliers", wait=self._wait)).missing:
            return []
        suppliers, products = await snapshot.suppliers(wait=0), await snapshot.products(wait=0)

        def delivered() -> list[Word]:
            keys = supplier_keys(suppliers)
            wanted = next((key for word, key in keys.items() if fold(word) == fold(supplier)), supplier)
            of = (one for one in products if supplier_meant(keys, one.supplier_words) == wanted)
            return list(words_of("categories", [*of]))

        return await asyncio.to_thread(delivered)

    def _follow(self, snapshot: "Snapshot") -> None:
        """Let go of what was made of records as soon as they are replaced, not when somebody types again."""
        if self._follows is not snapshot:
            self._follows = snapshot
            snapshot.on_replacing(self._known.clear)

    async def _words(self, values: Values) -> list[Word] | None:
        source = SOURCE[values]
        try:
            stocktrim = self._app.stocktrim
            self._follow(stocktrim.snapshot)
            standing = await stocktrim.snapshot.need(source, wait=self._wait)
            if standing.missing:
                return None
            records = await _READ[source](stocktrim)
        except StockTrimError:
            return None
        known = self._known.get(values)
        if known is None or known[0] is not records:
            words = await asyncio.to_thread(lambda: list(words_of(values, records)))
            known = self._known[values] = (records, words)
        return known[1]


def add_completions(built: MCPServer[App], app: App, menu: Collection[str]) -> None:
    """Offer values for the arguments of what this menu brings."""
    built.completion()(Completions(app, menu).complete)


def values_of(ref: PromptReference | ResourceTemplateReference, argument: str, menu: Collection[str]) -> Values | None:
    """What an argument takes values of. None: of nothing there is.

    Raises: MCPError for what is neither a prompt nor a template of ours.
    """
    if isinstance(ref, PromptReference):
        for recipe in recipes(menu):
            if recipe.name == ref.name:
                return OF_PROMPTS.get(argument)
        raise MCPError(INVALID_PARAMS, f"There is no prompt {ref.name[:LONGEST_ARGUMENT]!r}.")
    for template in templates(menu):
        if ref.uri.startswith(template.beginning):
            return template.name if argument == template.argument else None
    raise MCPError(INVALID_PARAMS, f"There is no resource template {ref.uri[:LONGEST_ARGUMENT]!r}.")


def fitting(words: Iterable[Word], typed: str) -> list[str]:
    """Values that fit what was typed: whose code begins so, then whose name or id, then whose code or name holds it."""
    wanted = fold(typed)
    ranked: list[list[str]] = [[], [], [], []]
    for value, code, name, also in words:
        if code.startswith(wanted):
            ranked[0].append(value)
        elif name.startswith(wanted) or (wanted and also.startswith(wanted)):
            ranked[1].append(value)
        elif wanted in code:
            ranked[2].append(value)
        elif wanted in name:
            ranked[3].append(value)
    return [value for values in ranked for value in values]


def words_of(values: Values, records: Sequence[Any]) -> Iterator[Word]:
    """The values of records, each once, in order."""
    named: dict[str, str] = {}
    products = [one for one in records if isinstance(one, Product)] if values == "products" else []
    ids = {one.code: fold(one.product_id) for one in products}
    for record in records:
        for code, name in _names(values, record):
            # One that no prompt would take is no help.
            if code and len(code) <= LONGEST_ARGUMENT:
                named.setdefault(code, name or "")
    for folded, code in sorted((fold(code), code) for code in named):
        yield Word(visible(code), folded, fold(named[code]), ids.get(code, ""))


def _names(values: Values, record: Any) -> Iterator[tuple[str | None, str | None]]:
    match record:
        case Product():
            yield (record.category, None) if values == "categories" else (record.code, record.name)
        case Supplier() | Customer():
            yield record.code or record.name, record.name
        case Location():
            yield record.code, record.name
        case PurchaseOrder():
            yield record.reference or record.reference_number, record.supplier_name or record.supplier_code
            if record.reference and record.reference_number:
                yield record.reference_number, record.reference
        case _:
            return


_READ: Mapping[SearchKind, Callable[[StockTrimClient], Any]] = {
    "products": lambda stocktrim: stocktrim.snapshot.products(wait=0),
    "suppliers": lambda stocktrim: stocktrim.snapshot.suppliers(wait=0),
    "customers": lambda stocktrim: stocktrim.snapshot.customers(wait=0),
    "locations": lambda stocktrim: stocktrim.snapshot.locations(wait=0),
    "purchase_orders": lambda stocktrim: stocktrim.snapshot.purchase_orders(wait=0),
}
