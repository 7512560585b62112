"""Customers, locations and bills of materials: what is set up once, and seldom changed."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from stocktrim_client import ChangeReport, StockTrimClient
from stocktrim_client.changes import Change
from stocktrim_client.models import BomLine, BomLineDraft, Customer, CustomerDraft, Location, LocationDraft, Product
from stocktrim_client.models.base import Draft
from stocktrim_client.snapshot import Standing
from stocktrim_mcp_server.answers import number
from stocktrim_mcp_server.approval import Approved, ConfirmToken
from stocktrim_mcp_server.dependencies import StockTrim, on_hand
from stocktrim_mcp_server.given import Addressed, Given, Line, Unlisted, twice
from stocktrim_mcp_server.meaning import guess, no_products, products_called
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, listed, short
from stocktrim_mcp_server.planning.doubles import Named, doubts, same_name
from stocktrim_mcp_server.planning.nearest import where_offered
from stocktrim_mcp_server.toolbox import ABOVE_ZERO, Code, Codes, Toolset, some, together
from stocktrim_mcp_server.writing import MOST_RECORDS, Fault, Write, WriteReport, carry_out, refuse, value_of

CODES_SAID = 10
"""Of one sentence."""


class SavedCustomer(Addressed):
    """A customer, or the fields of one to change."""

    phone: Unlisted = None
    city: Unlisted = None


class SavedLocation(Line):
    """A location, or the fields of one to change."""

    name: str | None = None
    external_id: str | None = None


class Component(Draft):
    """What goes into one unit of a product."""

    code: Code
    quantity: Annotated[float, ABOVE_ZERO]


async def save_customers(
    customers: Annotated[
        tuple[SavedCustomer, ...],
        some(MOST_RECORDS),
        Field(description="Also email, phone, street_address, address_line1/2, city, state, country, post_code"),
    ],
    stocktrim: StockTrim,
    approved: Approved,
    confirm_token: ConfirmToken = None,
) -> WriteReport:
    """Create customers or change fields by code. They cannot be deleted through the API."""
    standing = await on_hand(stocktrim, useful=("customers",))
    known = () if standing.missing else await stocktrim.snapshot.customers(wait=0)
    held = [Named(one.code, one.name) for one in known]
    meant = [_code_meant(said.code, held) for said in customers]
    refuse(_twice(customers, meant))
    present = await together(*(stocktrim.customers.find(code) for code in meant))
    writes = [
        Write(code, _customer(stocktrim, code, said, there), "customer")
        for code, said, there in zip(meant, customers, present, strict=True)
    ]
    new = [said for said, there in zip(customers, present, strict=True) if there is None]
    warnings = [
        *_taken_for([said.code for said in customers], meant, held),
        *await asyncio.to_thread(doubts, "customer", [Named(one.code, one.name) for one in new], held),
        *_forever("customers", [one.code for one in new]),
        *_not_listed("customers", standing),
    ]
    return await carry_out(writes, warnings=warnings)


async def save_locations(
    locations: Annotated[
        tuple[SavedLocation, ...],
        some(MOST_RECORDS),
        Field(description="Fields left out stay"),
    ],
    stocktrim: StockTrim,
    approved: Approved,
    confirm_token: ConfirmToken = None,
) -> WriteReport:
    """Create warehouses and shops, or change them by code. They cannot be deleted through the API."""
    standing = await on_hand(stocktrim, useful=("locations",))
    known = () if standing.missing else await stocktrim.snapshot.locations(wait=0)
    held = [Named(one.code, one.name) for one in known]
    meant = [_code_meant(said.code, held) for said in locations]
    refuse(_twice(locations, meant))
    present = await together(*(stocktrim.locations.find(code) for code in meant))
    writes = [
        Write(code, _location(stocktrim, code, said, there), "location")
        for code, said, there in zip(meant, locations, present, strict=True)
    ]
    codes = {one.code for one in held}
    hidden = [
        Named(code, said.name)
        for code, said, there in zip(meant, locations, present, strict=True)
        if there is None and code not in codes
    ]
    warnings = [
        *_taken_for([said.code for said in locations], meant, held),
        *_unseen(hidden),
        *_names_in_use(zip(meant, locations, strict=True), held),
        *await asyncio.to_thread(doubts, "location", [one for one in hidden if not same_name(one.name, held)], held),
        *_forever("locations", [one.code or "" for one in hidden]),
        *_not_listed("locations", standing),
    ]
    return await carry_out(writes, warnings=warnings)


ProductCode = Annotated[Code, Field(description="SKU of what is made")]


async def save_bill_of_materials(
    product: ProductCode,
    components: Annotated[tuple[Component, ...], some(MOST_RECORDS), Field(description="For one unit made")],
    stocktrim: StockTrim,
    approved: Approved,
    confirm_token: ConfirmToken = None,
) -> WriteReport:
    """Add components to a product. To change a quantity, delete that component first."""
    called = await products_called(stocktrim, [product, *(one.code for one in components)])
    faults = await _unclear(stocktrim, called)
    lines = await stocktrim.bills_of_materials.all()
    parts = [(said, called[said.code][0]) for said in components if len(called[said.code]) == 1]
    faults += [fault for made in called[product][:1] for fault in _impossible(made, parts, lines)]
    refuse(faults)
    (made,) = called[product]
    writes = [
        Write(part.code, _adding(stocktrim, made, part, said), "component line", None, _told) for said, part in parts
    ]
    warnings = _later()
    if not any(one.product_id == made.product_id for one in lines):
        warnings.append(f"{made.code!r} has no components yet: with some, StockTrim plans it as made, not as bought.")
    return await carry_out(writes, warnings=warnings)


async def delete_bill_of_materials(
    product: ProductCode,
    components: Annotated[Codes, some(MOST_RECORDS), Field(description="SKUs to take out of it")],
    stocktrim: StockTrim,
    approved: Approved,
    confirm_token: ConfirmToken = None,
) -> WriteReport:
    """Take components out of a product that is made; the products themselves stay."""
    called = await products_called(stocktrim, [product])
    refuse(await _unclear(stocktrim, called))
    (made,) = called[product]
    lines = await stocktrim.bills_of_materials.all(made.product_id)
    found = {code: _lines_called(code, lines) for code in dict.fromkeys(components)}
    refuse([Fault(code, said) for code, those in found.items() if (said := _unfit(made, code, those, lines))])
    gone = {those[0].component_id: those for those in found.values()}
    writes = [
        Write(those[0].component_code or key, _removing(stocktrim, made, key), "component line", None, _told)
        for key, those in gone.items()
    ]
    return await carry_out(writes, warnings=[*_later(), *_lost(made, gone, lines)])


# Customers and locations


def _code_meant(said: str, held: Iterable[Named]) -> str:
    """The code as StockTrim writes it, where it differs in case alone."""
    codes = [one.code for one in held if one.code is not None and one.code.casefold() == said.casefold()]
    return said if said in codes or len(codes) != 1 else codes[0]


def _twice(said: Iterable[Line], meant: Iterable[str]) -> list[Fault]:
    named = ((Given(one), code.casefold()) for one, code in zip(said, meant, strict=True))
    return [fault for _, fault in twice(named)]


def _given(said: Draft) -> dict[str, Any]:
    """What is said of a record; hosts send null for what is not said."""
    return said.model_dump(exclude={"code"}, exclude_none=True)


def _customer(
    stocktrim: StockTrimClient, code: str, said: SavedCustomer, present: Customer | None
) -> Callable[[], Awaitable[ChangeReport]]:
    draft = CustomerDraft(code=code, **_given(said))
    return lambda: stocktrim.customers.save(draft, must="change" if present else "create")


def _location(
    stocktrim: StockTrimClient, code: str, said: SavedLocation, present: Location | None
) -> Callable[[], Awaitable[ChangeReport]]:
    draft = LocationDraft(code=code, **_given(said))
    return lambda: stocktrim.locations.save(draft, must="change" if present else "create")


def _taken_for(said: Sequence[str], meant: Sequence[str], held: Sequence[Named]) -> list[str]:
    names = {one.code: one for one in held}
    return [
        f"{short(one, NAME_SHOWN)!r} was taken for {names[code]}."
        for one, code in zip(said, meant, strict=True)
        if one != code
    ]


def _forever(nouns: str, codes: Sequence[str]) -> list[str]:
    if not codes:
        return []
    return [
        f"StockTrim's API cannot delete {nouns}: once created, {_listed(codes)} can be changed, and not taken back."
    ]


def _not_listed(nouns: str, standing: Standing) -> list[str]:
    # Without a word of when: a question that is asked anew must be the same.
    if not standing.missing:
        return []
    return [f"The list of {nouns} could not be read, so nearly the same names were not looked for."]


def _unseen(hidden: Sequence[Named]) -> list[str]:
    if not hidden:
        return []
    return [
        f"StockTrim shows no location {_listed([one.code or '' for one in hidden])}, and may hide some it has: what is "
        "there by that code is changed, else it is created. Whether another one has the same name is not known."
    ]


def _names_in_use(wanted: Iterable[tuple[str, SavedLocation]], held: Sequence[Named]) -> list[str]:
    return [
        f"The name {short(said.name or '', NAME_SHOWN)!r} is that of {other} as well; both would bear it."
        for code, said in wanted
        for other in same_name(said.name, held)
        if other.code != code
    ]


def _listed(codes: Sequence[str]) -> str:
    return listed((repr(short(code, NAME_SHOWN)) for code in codes), CODES_SAID, longest=2 * NAME_SHOWN)


# Bills of materials


async def _unclear(stocktrim: StockTrimClient, called: Mapping[str, Sequence[Product]]) -> list[Fault]:
    """The codes that name no product, or several."""
    missing = [code for code, products in called.items() if not products]
    faults = [Fault("", said) for said in await no_products(stocktrim, missing)]
    for code, products in called.items():
        if len(products) > 1:
            ids = ", ".join(repr(one.product_id) for one in products[:CODES_SAID])
            said = f"{len(products)} products share this SKU. Name the one meant by its product id: {ids}."
            faults.append(Fault(code, said))
    return faults


def _impossible(made: Product, parts: Sequence[tuple[Component, Product]], lines: Sequence[BomLine]) -> list[Fault]:
    """Components that cannot be added, and why."""
    held = {one.component_id: one for one in lines if one.product_id == made.product_id}
    times = Counter(part.product_id for _, part in parts)
    into: dict[str, set[str]] = {}
    for one in lines:
        into.setdefault(one.product_id, set()).add(one.component_id)
    faults: list[Fault] = []
    for said, part in parts:
        there = held.get(part.product_id)
        if times[part.product_id] > 1:
            faults.append(Fault(said.code, f"stands {times[part.product_id]} times in the call."))
        elif made.product_id in _all_parts(part.product_id, into):
            own = "itself" if part.product_id == made.product_id else f"a part that {made.code!r} goes into"
            faults.append(Fault(said.code, f"{made.code!r} cannot be made of {own}."))
        elif there is not None and there.quantity != said.quantity:
            how = where_offered("delete_bill_of_materials", " with delete_bill_of_materials")
            said_now = "no quantity" if there.quantity is None else number(there.quantity)
            faults.append(
                Fault(
                    said.code,
                    f"{made.code!r} holds it already ({said_now} each), and StockTrim could make a second line of it. "
                    f"Delete that line first{how}, then add it with {number(said.quantity)}.",
                )
            )
    return faults


def _all_parts(product_id: str, into: Mapping[str, Iterable[str]]) -> set[str]:
    """A product and all it is made of, through all levels."""
    met: set[str] = set()
    waiting = [product_id]
    while waiting:
        if (one := waiting.pop()) not in met:
            met.add(one)
            waiting += into.get(one, ())
    return met


def _adding(
    stocktrim: StockTrimClient, made: Product, part: Product, said: Component
) -> Callable[[], Awaitable[ChangeReport]]:
    draft = BomLineDraft(product_id=made.product_id, component_id=part.product_id, quantity=said.quantity)
    name = f"{part.name or part.code} in {made.name or made.code}"
    return lambda: stocktrim.bills_of_materials.save(draft, name=name)


def _removing(stocktrim: StockTrimClient, made: Product, component_id: str) -> Callable[[], Awaitable[ChangeReport]]:
    return lambda: stocktrim.bills_of_materials.delete(made.product_id, component_id)


def _told(change: Change) -> tuple[str, ...]:
    """Of a line its figures: the name says which it is."""
    shown = {"quantity", "assembly_days"}
    values = {one.field: one.before if change.kind == "delete" else one.after for one in change.fields}
    return tuple(f"{name}: {value_of(value)}" for name, value in values.items() if name in shown)


def _lines_called(code: str, lines: Sequence[BomLine]) -> list[BomLine]:
    """The lines of a component: by its id, else by its SKU, else by either in other case."""
    folded = code.casefold()
    return (
        [one for one in lines if one.component_id == code]
        or [one for one in lines if one.component_code == code]
        or [one for one in lines if folded in (one.component_id.casefold(), (one.component_code or "").casefold())]
    )


def _unfit(made: Product, code: str, those: Sequence[BomLine], lines: Sequence[BomLine]) -> str | None:
    """Why a component cannot be taken out. None: it can."""
    ids = list(dict.fromkeys(one.component_id for one in those))
    if len(ids) > 1:
        return f"{len(ids)} components share this SKU. Name the one meant by its product id: {_listed(ids)}."
    if ids:
        return None
    held = list(dict.fromkeys(one.component_code or one.component_id for one in lines))
    if not held:
        return f"{made.code!r} has no components."
    return f"it is no component of {made.code!r}.{guess(code, held)} Its components: {_listed(held)}."


def _lost(made: Product, gone: Mapping[str, Sequence[BomLine]], lines: Sequence[BomLine]) -> list[str]:
    """What goes with the lines, and what does not come back when this is undone."""
    said: list[str] = []
    for those in gone.values():
        name = those[0].component_code or those[0].component_id
        if len(those) > 1:
            quantities = ", ".join(value_of(one.quantity) for one in those)
            said.append(f"{name!r} stands {len(those)} times in {made.code!r} ({quantities}): all of these lines go.")
        if any(one.assembly_days for one in those):
            said.append(
                f"StockTrim's API cannot set assembly days: added again, {name!r} comes back without them (now "
                f"{value_of(those[0].assembly_days)})."
            )
    if {one.component_id for one in lines} == set(gone):
        said.append(
            f"These are all components of {made.code!r}: without any, StockTrim plans it as bought, not as made."
        )
    return said


def _later() -> list[str]:
    return [
        f"The plan follows only after StockTrim's next calculation{where_offered('run_forecast', ': run_forecast')}."
    ]


MASTER_DATA = Toolset(
    "master_data",
    "Customers, locations and bills of materials.",
    writes=(save_bill_of_materials,),
    deletes=(save_customers, save_locations, delete_bill_of_materials),
)
