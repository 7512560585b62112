"""Suppliers created or changed, together with what they deliver."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple, cast

from pydantic import Field

from stocktrim_client import ChangeReport, NotSentError, OutcomeUnknownError, StockTrimClient, StockTrimError
from stocktrim_client.changes import Change, FieldChange
from stocktrim_client.models import (
    Product,
    ProductDraft,
    ProductSupplier,
    Supplier,
    SupplierDraft,
)
from stocktrim_client.models.base import Draft
from stocktrim_mcp_server.approval import Approved, ConfirmToken
from stocktrim_mcp_server.dependencies import StockTrim, on_hand
from stocktrim_mcp_server.given import Addressed, Unlisted
from stocktrim_mcp_server.meaning import no_products, products_called
from stocktrim_mcp_server.planning.belonging import kept_on_moving
from stocktrim_mcp_server.planning.bounds import NAME_SHOWN, listed, short
from stocktrim_mcp_server.planning.doubles import Named, doubts
from stocktrim_mcp_server.planning.naming import Naming, naming_of
from stocktrim_mcp_server.planning.nearest import where_offered
from stocktrim_mcp_server.records import catalogue_of
from stocktrim_mcp_server.toolbox import ABOVE_ZERO, DAYS, MONEY, NOT_NEGATIVE, Code, Toolset, some
from stocktrim_mcp_server.writing import (
    MOST_RECORDS,
    Fault,
    OneByOne,
    Write,
    WriteReport,
    carry_out,
    emptied,
    fields_of,
    refuse,
)


class DeliveredProduct(Draft):
    """A product as one supplier delivers it."""

    code: Code
    supplier_sku: str | None = None
    unit_cost: Annotated[float | None, MONEY, ABOVE_ZERO] = None
    main: bool | None = None


class SavedSupplier(Addressed):
    """A supplier, or the fields of one to change."""

    lead_time_days: Annotated[int | None, DAYS, NOT_NEGATIVE] = None
    contact_name: Unlisted = None
    external_id: Unlisted = None
    products: tuple[DeliveredProduct, ...] | None = None

    def fields(self) -> dict[str, Any]:
        """What is said of the supplier itself; hosts send null for what is not said."""
        return self.model_dump(exclude={"code", "products"}, exclude_none=True)


async def save_suppliers(
    suppliers: Annotated[
        tuple[SavedSupplier, ...],
        some(MOST_RECORDS),
        Field(
            description="Also email, contact_name, external_id, street_address, address_line1/2, state, country, "
            "post_code"
        ),
    ],
    stocktrim: StockTrim,
    approved: Approved,
    confirm_token: ConfirmToken = None,
) -> WriteReport:
    """Create suppliers or change fields by code, with products they deliver (main: main supplier).

    A product's other suppliers stay.
    """
    held = await stocktrim.suppliers.all()
    parties, faults = _parties(suppliers, held)
    deliveries, more = await _deliveries(stocktrim, parties)
    refuse([*faults, *more])
    naming = await _naming(stocktrim, held, parties) if deliveries else Naming()
    writes = [_supplier_write(stocktrim, one) for one in parties if one.is_written]
    only = OneByOne()
    writes += [
        Write(
            called,
            only.after(_Delivering(stocktrim, product, called, parts, naming)),
            "product",
            fields=_told(product, naming),
        )
        for called, product, parts in deliveries
        if any(one.says_more(naming) for one in parts)
    ]
    warnings = [
        *await asyncio.to_thread(_of_suppliers, parties, held),
        *_of_deliveries(deliveries, naming),
        *await _of_moves(stocktrim, deliveries),
        *_of_plan(parties, deliveries),
    ]
    return await carry_out(writes, warnings=warnings, stop_when=emptied)


@dataclass
class Party:
    """A supplier of the call, and the one it is in StockTrim. None: `present`, it is to be created.

    `settled` is set once its write has ended, and `failure` is then why it is not there.
    """

    said: SavedSupplier
    present: Supplier | None
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    failure: StockTrimError | None = None

    @property
    def code(self) -> str | None:
        """None: it is there and carries no code."""
        return self.said.code if self.present is None else self.present.code

    @property
    def key(self) -> str:
        """What it goes by."""
        return self.said.code if self.present is None else self.present.key or self.said.code

    @property
    def is_written(self) -> bool:
        """Whether anything is said of the supplier itself."""
        return self.present is None or bool(self.said.fields())

    @property
    def after(self) -> Supplier:
        """As it will be."""
        if self.present is None:
            return Supplier(code=self.said.code, **self.said.fields())
        return self.present.model_copy(update=self.said.fields())

    def word(self, naming: Naming) -> str | None:
        """What products are to name it by. None: nobody knows before it is there."""
        return naming.word(self.after, is_new=self.present is None)


class Part(NamedTuple):
    """One product of one supplier."""

    party: Party
    said: DeliveredProduct

    def says_more(self, naming: Naming) -> bool:
        """Whether there is anything to write on the product now."""
        return self.party.word(naming) is not None or self.said.unit_cost is not None or bool(self.said.main)


class Delivery(NamedTuple):
    """A product, what people call it, and what the call says of it."""

    called: str
    product: Product
    parts: Sequence[Part]


def _parties(wanted: Sequence[SavedSupplier], held: Sequence[Supplier]) -> tuple[list[Party], list[Fault]]:
    """Who is meant: by code, by code in other case, or by name."""
    parties: list[Party] = []
    faults: list[Fault] = []
    for said in wanted:
        meant = _meant(said.code, held)
        if len(meant) > 1:
            others = ", ".join(str(Named(one.code, one.name)) for one in meant[:5])
            faults.append(Fault(said.code, f"{len(meant)} suppliers go by this name: {others}. Use a code."))
            continue
        party = Party(said, meant[0] if meant else None)
        if any(one.key.casefold() == party.key.casefold() for one in parties):
            faults.append(Fault(said.code, "this supplier is named twice in the call."))
        if party.present and not party.present.code and said.fields():
            faults.append(
                Fault(
                    said.code,
                    "this supplier carries no code in StockTrim, and can be changed there by code only: give it one "
                    "in StockTrim's web app. Its products can be saved.",
                )
            )
        parties.append(party)
    return parties, faults


def _meant(code: str, held: Sequence[Supplier]) -> list[Supplier]:
    folded = code.casefold()
    return (
        [one for one in held if one.code == code][:1]
        or [one for one in held if (one.code or "").casefold() == folded]
        or [one for one in held if (one.name or "").strip().casefold() == folded]
    )


async def _deliveries(stocktrim: StockTrimClient, parties: Sequence[Party]) -> tuple[list[Delivery], list[Fault]]:
    """The products named, each with all that the call says of it."""
    parts = [Part(party, said) for party in parties for said in party.said.products or ()]
    if not parts:
        return [], []
    called = await products_called(stocktrim, [part.said.code for part in parts])
    missing = [code for code, products in called.items() if not products]
    faults = [Fault("", said) for said in await no_products(stocktrim, missing)]
    faults += [
        Fault(code, f"{len(products)} products share this SKU. Name the one meant by its product id: {_ids(products)}.")
        for code, products in called.items()
        if len(products) > 1
    ]
    found: dict[str, tuple[Product, list[Part]]] = {}
    for part in parts:
        if len(products := called[part.said.code]) == 1:
            found.setdefault(products[0].product_id, (products[0], []))[1].append(part)
    faults += [fault for product, its in found.values() for fault in _contradictions(product, its)]
    if len(found) > MOST_RECORDS:
        faults.append(Fault("", f"{len(found)} products are named, and one call takes {MOST_RECORDS}."))
    if missing:
        unknown = [part.party for part in parts if part.said.code in missing]
        faults.append(Fault("", _new_ones(any(party.present is None for party in unknown))))
    return [Delivery(_called(product, its), product, its) for product, its in found.values()], faults


def _called(product: Product, parts: Sequence[Part]) -> str:
    """Of a SKU that several share, none but its id tells which is meant."""
    return product.product_id if parts[0].said.code == product.product_id else product.code


def _new_ones(has_new_supplier: bool) -> str:
    """In which order products come to be there with a supplier that may be new as well."""
    first = " save the supplier without them," if has_new_supplier else ""
    how = where_offered("create_products", "add them with create_products", "add them in StockTrim")
    return f"For products that are new:{first} {how}, then name them here."


def _ids(products: Iterable[Product]) -> str:
    return ", ".join(repr(product.product_id) for product in products)


def _contradictions(product: Product, parts: Sequence[Part]) -> Iterator[Fault]:
    times = Counter(part.party.key for part in parts)
    for key, count in times.items():
        if count > 1:
            yield Fault(product.code, f"named {count} times with the supplier {key!r}.")
    mains = [part.party.key for part in parts if part.said.main]
    if len(set(mains)) > 1:
        yield Fault(product.code, f"has one main supplier, and not {' and '.join(map(repr, mains))}.")
    if len({part.said.unit_cost for part in parts} - {None}) > 1:
        yield Fault(product.code, "StockTrim holds one unit cost a product, and the call gives several.")
    for part in parts:
        if part.said.main and part.party.code is None:
            yield Fault(
                product.code,
                f"the main supplier is named by code, and {part.party.key!r} carries none in StockTrim.",
            )


async def _naming(stocktrim: StockTrimClient, held: Sequence[Supplier], parties: Sequence[Party]) -> Naming:
    """How the account's products name suppliers, from what they hold."""
    await on_hand(stocktrim, "products")
    products = await stocktrim.snapshot.products(wait=0)
    every = [*held, *(one.after for one in parties if one.present is None)]
    return await asyncio.to_thread(naming_of, products, every)


def _supplier_write(stocktrim: StockTrimClient, party: Party) -> Write:
    draft = SupplierDraft(code=party.code or party.key, **party.said.fields())

    async def send() -> ChangeReport:
        try:
            return await stocktrim.suppliers.save(draft, must="change" if party.present else "create")
        except StockTrimError as error:
            party.failure = error
            raise
        finally:
            party.settled.set()

    return Write(party.key, send, "supplier")


@dataclass(frozen=True)
class _Delivering:
    """The write of one product: its suppliers as they are now, with those of the call."""

    stocktrim: StockTrimClient
    product: Product
    called: str
    parts: Sequence[Part]
    naming: Naming

    async def __call__(self) -> ChangeReport:
        for party in (part.party for part in self.parts if part.party.present is None):
            # Suppliers come first in the call, so this waits for a write that is under way.
            await party.settled.wait()
            if party.failure is not None:
                why = "may not be there" if isinstance(party.failure, OutcomeUnknownError) else "was not created"
                raise NotSentError(f"Not sent, since its supplier {party.key!r} {why}.")
        return await self.stocktrim.products.revise(self.product, self._revised, called=self.called)

    def _revised(self, product: Product) -> ProductDraft:
        changed: dict[str, Any] = {}
        entries: Sequence[ProductSupplier] = product.suppliers
        for party, said in self.parts:
            if (word := party.word(self.naming)) is not None:
                entries = self.naming.entered(entries, party.after, word, said.supplier_sku)
                changed["suppliers"] = tuple(entries)
            if said.unit_cost is not None:
                changed["unit_cost"] = said.unit_cost
            if said.main:
                changed["supplier_code"] = party.code
        return ProductDraft(product_id=product.product_id, **changed)


def _told(product: Product, naming: Naming) -> Callable[[Change], tuple[str, ...]]:
    """A product's change in words: of its suppliers those that come or change, by what people call them."""

    def told(change: Change) -> tuple[str, ...]:
        rest = tuple(one for one in change.fields if one.field != "suppliers")
        lists = [one for one in change.fields if one.field == "suppliers"]
        said = tuple(text for one in lists for text in _entries(one, naming.main(product), naming))
        return (*said, *fields_of(change.model_copy(update={"fields": rest})))

    return told


def _entries(one: FieldChange, main: str | None, naming: Naming) -> Iterator[str]:
    before = {record["supplier"]: record for record in _records(one.before)}
    others = {naming.keys.get(word, word) for word in before} | {main} - {None}
    after = {record["supplier"] for record in _records(one.after)}
    for record in _records(one.after):
        word, number = record["supplier"], record.get("supplier_sku")
        who = naming.keys.get(word, word)
        was = before.get(word)
        if was is None and (lost := sorted(old for old in before.keys() - after if naming.keys.get(old) == who)):
            yield f"link to {who}: {lost[0]} -> {word}"
            was = before[lost[0]]
        if was is None:
            yield f"{'also ' if others - {who} else ''}delivered by {who}" + (
                f", part number {number}" if number else ""
            )
        elif (old := was.get("supplier_sku")) != number:
            yield f"part number at {who}: {old or '(none)'} -> {number or '(none)'}"


def _records(value: Any) -> Sequence[Mapping[str, Any]]:
    return cast(Sequence[Mapping[str, Any]], value or ())


def _of_suppliers(parties: Sequence[Party], held: Sequence[Supplier]) -> list[str]:
    """What there is to say of who is meant, and of who may have been."""
    new = [Named(one.said.code, one.said.name) for one in parties if one.present is None]
    taken = [(one.said.code, one.present) for one in parties if one.present and one.present.key != one.said.code]
    said = [f"{short(code, NAME_SHOWN)!r} was taken for {Named(one.code, one.name)}." for code, one in taken]
    return [*said, *doubts("supplier", new, [Named(one.code, one.name) for one in held])]


def _of_deliveries(deliveries: Sequence[Delivery], naming: Naming) -> list[str]:
    """What there is to say of products: costs of others than the main supplier, and what must wait."""
    said: list[str] = []
    waiting: dict[str, list[str]] = {}
    for called, product, parts in deliveries:
        main = next((part.party.key for part in parts if part.said.main), None) or naming.main(product)
        for party, delivered in parts:
            if delivered.unit_cost is not None and main is not None and main != party.key:
                said.append(
                    f"StockTrim holds one unit cost a product: {called!r} gets that of {party.key!r}, though its "
                    f"main supplier is {main!r}."
                )
            if party.word(naming) is None:
                waiting.setdefault(party.key, []).append(called)
    said += [
        f"Products of this account name suppliers by StockTrim's own number, which {key!r} gets when it is created: "
        f"make the same call once more afterwards, to enter it on {listed(codes, 10)}."
        for key, codes in waiting.items()
    ]
    return said


def _of_plan(parties: Sequence[Party], deliveries: Sequence[Delivery]) -> list[str]:
    """That what is planned with, and shown in plans, is there only once StockTrim has calculated."""
    costs = any(part.said.unit_cost is not None for one in deliveries for part in one.parts)
    if not costs and not any(one.present and one.said.lead_time_days is not None for one in parties):
        return []
    run = where_offered("run_forecast", ": run_forecast")
    return [f"Plan and drafts follow costs and lead times only after StockTrim's next calculation{run}."]


async def _of_moves(stocktrim: StockTrimClient, deliveries: Sequence[Delivery]) -> list[str]:
    """What stays as it was where a product gets another main supplier."""
    moves = [(one.product, part.party) for one in deliveries for part in one.parts if part.said.main]
    if not moves:
        return []
    standing = await on_hand(stocktrim, useful=("suppliers", "products", "purchase_orders"))
    books = await catalogue_of(stocktrim, standing)
    return [
        text
        for product, party in moves
        for text in kept_on_moving(product, party.key, party.after.lead_time_days, books)
    ]


SAVING_SUPPLIERS = Toolset(
    "saving_suppliers", "Suppliers created or changed, with what they deliver.", deletes=(save_suppliers,)
)
