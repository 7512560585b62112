"""Records and overviews as stocktrim:// addresses: the answers of the tools, for people to attach to a question."""

from collections.abc import Awaitable, Callable, Collection, Generator, Iterable
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError
from mcp.server.mcpserver.resources import FunctionResource, ResourceSecurity
from pydantic import BaseModel

from stocktrim_client import StockTrimError
from stocktrim_client.models import Location, Model, Product
from stocktrim_client.snapshot import SearchKind
from stocktrim_client.transport import calling
from stocktrim_mcp_server.answers import MOST_CHARACTERS, Dated, dated, text_of, visible
from stocktrim_mcp_server.dependencies import App, on_hand
from stocktrim_mcp_server.planning.nearest import did_you_mean, finding_hint
from stocktrim_mcp_server.toolbox import as_list, call_context, call_seconds
from stocktrim_mcp_server.tools.planning import get_reorder_plan
from stocktrim_mcp_server.tools.products import get_products
from stocktrim_mcp_server.tools.purchase_orders import find_purchase_orders
from stocktrim_mcp_server.tools.status import get_status
from stocktrim_mcp_server.tools.suppliers import get_suppliers

MARKDOWN = "text/markdown"
PLAN_LINES = 100
SUPPLIERS_SHOWN = 200
LONGEST_CODE = 3_000
"""As it stands in an address, where one character may take twelve."""

LISTS: tuple[CacheableMethod, ...] = ("tools/list", "prompts/list", "resources/list", "resources/templates/list")
CACHE_HINTS: dict[CacheableMethod, CacheHint] = {
    **dict.fromkeys(LISTS, CacheHint(ttl_ms=300_000, scope="private")),
    "resources/read": CacheHint(ttl_ms=60_000, scope="private"),
}
"""How long a host may show what it has. Lists follow the token of who asks: what keeps answers must not share them."""

ABOUT_TABLES = (
    "One SELECT, or WITH ... SELECT, of SQLite is answered, with its functions for text, numbers, dates, totals and "
    "windows. Times are text in UTC, yes/no is 1 or 0, and what StockTrim does not say is NULL. Join products by "
    "product_id, orders by reference."
)

Code = Literal["code", "reference"]


class Overview(NamedTuple):
    """One address, and what it tells."""

    uri: str
    name: str
    title: str
    about: str
    tell: Callable[[App], Awaitable[str]]
    needs: tuple[str, ...]
    """The tools any of which says the same: who offers none of them does not mean it to be read."""


class Template(NamedTuple):
    """The addresses of one kind of record, by its code."""

    name: SearchKind
    title: str
    about: str
    beginning: str
    argument: Code
    tell: Callable[[App, str], Awaitable[BaseModel]]
    needs: tuple[str, ...]

    @property
    def uri(self) -> str:
        """The address with the argument's place in it; reserved marks may stand there."""
        return f"{self.beginning}{{+{self.argument}}}"


class Records(Dated):
    """Records of a kind that no tool shows by itself."""

    items: tuple[Model, ...]


class ShownLocation(Location):
    """A location, and what is there of all products."""

    products_held: int
    units_on_hand: float
    units_on_order: float


def overviews(menu: Collection[str]) -> list[Overview]:
    """Those that a tool on the menu brings."""
    return [one for one in OVERVIEWS if any(tool in menu for tool in one.needs)]


def templates(menu: Collection[str]) -> list[Template]:
    """Those that a tool on the menu brings."""
    return [one for one in TEMPLATES if any(tool in menu for tool in one.needs)]


def add_resources(built: MCPServer[App], app: App, menu: Collection[str]) -> None:
    """Offer what the tools on the menu say, and nothing else."""
    for overview in overviews(menu):
        built.add_resource(
            FunctionResource(
                uri=overview.uri,
                name=overview.name,
                title=overview.title,
                description=overview.about,
                mime_type=MARKDOWN,
                fn=_overview(app, overview),
            )
        )
    for template in templates(menu):
        # A code is no path: dots and slashes are part of it.
        security = ResourceSecurity(exempt_params={template.argument})
        built.resource(
            template.uri,
            name=template.name.removesuffix("s"),
            title=template.title,
            description=template.about,
            mime_type=MARKDOWN,
            security=security,
        )(_record(app, template))


def addresses(uri: str, menu: Collection[str]) -> tuple[str, ...]:
    """The ways in which an address may be meant, the likeliest first.

    Raises: ResourceNotFoundError where none can be.
    """
    bare = uri.removesuffix("/")
    if bare in {overview.uri for overview in overviews(menu)}:
        return (bare,)
    for template in templates(menu):
        code = uri.removeprefix(template.beginning)
        if code != uri and 0 < len(code) <= LONGEST_CODE:
            # Whoever puts a code into the address as it is writes these marks, too, where URIs end.
            ways = (code, code.replace("%", "%25"))
            return tuple(
                f"{template.beginning}{one.replace('?', '%3F').replace('#', '%23')}" for one in dict.fromkeys(ways)
            )
    there = [*(overview.uri for overview in overviews(menu)), *(template.uri for template in templates(menu))]
    raise ResourceNotFoundError(f"There is no resource {uri[:200]!r}. There are: {', '.join(there) or 'none'}.")


def _overview(app: App, overview: Overview) -> Callable[[], Awaitable[str]]:
    async def read() -> str:
        with _call(app, None):
            return bounded(await overview.tell(app))

    return read


def _record(app: App, template: Template) -> Callable[..., Awaitable[str]]:
    async def told(said: str, ctx: Context[App]) -> str:
        with _call(app, ctx):
            codes: list[str] = as_list([said])
            if not codes:
                raise ResourceNotFoundError(f"Name one: {template.uri}.")
            return bounded(text_of(await template.tell(app, codes[0])))

    # The SDK wants the argument's own name.
    async def by_code(code: str, ctx: Context[App]) -> str:
        return await told(code, ctx)

    async def by_reference(reference: str, ctx: Context[App]) -> str:
        return await told(reference, ctx)

    return by_code if template.argument == "code" else by_reference


@contextmanager
def _call(app: App, ctx: Context[Any, Any] | None) -> Generator[None]:
    """What holds for a tool's call: one deadline for all of it, and errors in words."""
    seconds = call_seconds.set(app.settings.call_seconds)
    context = call_context.set(ctx)
    try:
        with calling(deadline=app.settings.call_seconds):
            yield
    except (StockTrimError, ToolError) as error:
        raise ResourceError("\n".join(visible(line) for line in str(error).splitlines())) from error
    finally:
        call_context.reset(context)
        call_seconds.reset(seconds)


def bounded(text: str) -> str:
    """A text that no host cuts off: it ends with a whole line where that keeps most of it, and says what is missing."""
    if len(text) <= MOST_CHARACTERS:
        return text
    kept = text[:MOST_CHARACTERS]
    end = kept.rfind("\n")
    kept = kept[:end] if end > MOST_CHARACTERS / 2 else kept
    missing = f"the last {len(text) - len(kept):,} of {len(text):,} characters are left out"
    return f"Warning: too long to show whole: {missing}. Ask the tools for them.\n\n{kept}"


# Overviews


async def _status(app: App) -> str:
    return text_of(await get_status(app.stocktrim, app))


async def _plan(app: App) -> str:
    # By urgency: by supplier, the first hundred lines would hold those that can wait, and miss late ones.
    plan = await get_reorder_plan(app.records(), group_by="urgency", limit=PLAN_LINES)
    shown = sum(len(group.rows) for group in plan.groups)
    if shown < plan.total_lines:
        # Whoever reads this has no use for a cursor.
        said = f"Shown are the {shown} most pressing of {plan.total_lines:,} lines; the totals are of all."
        plan = plan.model_copy(update={"next_cursor": None, "warnings": (said, *plan.warnings)})
    return text_of(plan)


async def _suppliers(app: App) -> str:
    return text_of(await get_suppliers(app.stocktrim, app, limit=SUPPLIERS_SHOWN))


async def _schema(app: App) -> str:
    tables: list[str] = []
    for table in app.stocktrim.snapshot.schema():
        columns = [f"- {one.name} ({one.type}){f': {one.about}' if one.about else ''}" for one in table.columns]
        tables.append("\n".join([f"## {table.name}", "", f"{table.about}.", "", *columns]))
    return "\n\n".join([ABOUT_TABLES, *tables])


# Records


async def _product(app: App, code: str) -> BaseModel:
    page = await get_products(app.stocktrim, app, codes=(code,))
    return _found(page, page.items, page.warnings)


async def _supplier(app: App, code: str) -> BaseModel:
    page = await get_suppliers(app.stocktrim, app, codes=(code,))
    return _found(page, page.items, page.warnings)


async def _order(app: App, reference: str) -> BaseModel:
    page = await find_purchase_orders(app.stocktrim, app, references=(reference,))
    return _found(page, page.items, page.warnings)


async def _customer(app: App, code: str) -> BaseModel:
    stocktrim = app.stocktrim
    if (customer := await stocktrim.customers.find(code)) is not None:
        return Records(items=(customer,), age="customer read just now")
    # Some have no code, and go by their name.
    standing = await on_hand(stocktrim, "customers")
    customers = await stocktrim.snapshot.customers(wait=0)
    found = tuple(one for one in customers if code.casefold() in _folded(one.code, one.name))
    if not found:
        like = await stocktrim.snapshot.search(code, ["customers"], 1, wait=0)
        hint = did_you_mean(code, [], {one.name or one.code: one.code for one in like.hits})
        raise ResourceNotFoundError(f"There is no customer {code!r}.{hint or finding_hint()}")
    return Records(items=found, **dated(standing))


async def _location(app: App, code: str) -> BaseModel:
    stocktrim = app.stocktrim
    standing = await on_hand(stocktrim, "locations", "products")
    locations = await stocktrim.snapshot.locations(wait=0)
    products = await stocktrim.snapshot.products(wait=0)
    found = [one for one in locations if code.casefold() in _folded(one.code, one.name)]
    if not found:
        hint = did_you_mean(
            code, [one.code for one in locations], {one.name: one.code for one in locations if one.name}
        )
        raise ResourceNotFoundError(f"There is no location {code!r} that StockTrim lists or that holds stock.{hint}")
    return Records(items=tuple(_with_stock(one, products) for one in found), **dated(standing))


def _with_stock(location: Location, products: Iterable[Product]) -> ShownLocation:
    here = [stock for product in products for stock in product.stock if stock.location_code == location.code]
    return ShownLocation(
        **dict(location),
        products_held=len(here),
        units_on_hand=sum(stock.on_hand or 0 for stock in here),
        units_on_order=sum(stock.on_order or 0 for stock in here),
    )


def _folded(*names: str | None) -> set[str]:
    return {name.strip().casefold() for name in names if name}


def _found(page: BaseModel, items: tuple[BaseModel, ...], warnings: tuple[str, ...]) -> BaseModel:
    if not items:
        raise ResourceNotFoundError(visible(" ".join(warnings)))
    return page


OVERVIEWS = (
    Overview(
        "stocktrim://status",
        "status",
        "StockTrim: status",
        "Whether StockTrim answers, how old its plan and the records on hand are",
        _status,
        ("get_status",),
    ),
    Overview(
        "stocktrim://plan/today",
        "plan_today",
        "StockTrim: what to order today",
        f"The reorder plan of the whole business: up to {PLAN_LINES} lines, most pressing first; totals of all; age",
        _plan,
        ("get_reorder_plan",),
    ),
    Overview(
        "stocktrim://suppliers",
        "suppliers",
        "StockTrim: suppliers",
        "Suppliers with lead time, contact, products and what is on open orders",
        _suppliers,
        ("get_suppliers",),
    ),
    Overview(
        "stocktrim://schema",
        "schema",
        "StockTrim: tables for questions in SQL",
        "The tables that questions in SQL read, with every column",
        _schema,
        ("query_data",),
    ),
)

TEMPLATES = (
    Template(
        "products",
        "StockTrim: product",
        "One product by SKU or product id: settings, cost, suppliers, stock by location",
        "stocktrim://product/",
        "code",
        _product,
        ("get_products",),
    ),
    Template(
        "suppliers",
        "StockTrim: supplier",
        "One supplier by code or name: lead time, contact, address, what is on open orders",
        "stocktrim://supplier/",
        "code",
        _supplier,
        ("get_suppliers",),
    ),
    Template(
        "customers",
        "StockTrim: customer",
        "One customer by code or name, with the address",
        "stocktrim://customer/",
        "code",
        _customer,
        ("search", "query_data"),
    ),
    Template(
        "locations",
        "StockTrim: location",
        "One warehouse or shop by code or name, and how much is there",
        "stocktrim://location/",
        "code",
        _location,
        ("search", "query_data"),
    ),
    Template(
        "purchase_orders",
        "StockTrim: purchase order",
        "One purchase order by any of its references, with its lines",
        "stocktrim://purchase-order/",
        "reference",
        _order,
        ("find_purchase_orders",),
    ),
)
