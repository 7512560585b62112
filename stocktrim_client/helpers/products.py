"""The catalogue."""

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple

from stocktrim_client.changes import ChangeReport, Changes, Must
from stocktrim_client.errors import ConflictError, NotFoundError, StockTrimError
from stocktrim_client.generated import models as dto
from stocktrim_client.generated.client import Client
from stocktrim_client.helpers.base import Helper, answer_of, as_it_was, body_of, found
from stocktrim_client.helpers.wire import (
    Body,
    Keep,
    Sheet,
    all_pages,
    first_page,
    in_slices,
    items,
    keeping,
    plain,
    read,
    set_fields,
)
from stocktrim_client.journal import Record
from stocktrim_client.models.products import Product, ProductDraft, ProductSupplier, StockAtLocation
from stocktrim_client.transport import calling

WORDS = {
    "product_id": "product_id",
    "name": "name",
    "category": "category",
    "sub_category": "sub_category",
    "barcode": "barcode",
    "unit_cost": "cost",
    "unit_price": "price",
    "supplier_code": "supplier_code",
    "on_hand": "stock_on_hand",
    "on_order": "stock_on_order",
    "lead_time_days": "lead_time",
    "forecast_period_days": "forecast_period",
    "reorder_frequency_days": "order_frequency",
    "manufacturing_days": "manufacturing_time",
    "service_level": "service_level",
    "minimum_order_quantity": "minimum_order_quantity",
    "batch_size": "batch_size",
    "minimum_shelf_level": "minimum_shelf_level",
    "maximum_shelf_level": "maximum_shelf_level",
    "discontinued": "discontinued",
    "unstocked": "unstocked",
    "ignore_seasonality": "ignore_seasonality",
    "overridden_demand": "overridden_demand",
    "overridden_demand_days": "overridden_demand_period",
    "parent_id": "parent_id",
    "variant_type": "variant_type",
    "variant": "variant",
    "option1": "option1",
    "option2": "option2",
    "option3": "option3",
    "weight": "weight",
    "height": "height",
    "width": "width",
    "length": "length",
}
DRAFT_WORDS = {**WORDS, "code": "product_code_readable"}
SUPPLIER_WORDS = {"supplier": "supplier_id", "name": "supplier_name", "supplier_sku": "supplier_sku_code"}
STOCK_WORDS = {
    "location_code": "location_code",
    "location_name": "location_name",
    "on_hand": "stock_on_hand",
    "on_order": "stock_on_order",
}
PLAN_CODES = ("externalId", "productCode", "skuCode")
SEARCH_SIZE = 200
"""Plan rows asked for when looking for one SKU: a short one is part of many."""
EMPTY: tuple[object, ...] = (None, "", ())
BELIEVED_SECONDS = 60.0
"""After the whole catalogue was read, so long an id that was not in it is believed to be nobody's."""


async def _never() -> bool:
    return False


class Products(Helper):
    """Products by the SKU people type or by the id StockTrim's API uses; either is understood."""

    def __init__(self, api: Client, changes: Changes, *, has_emptied: Callable[[], Awaitable[bool]] = _never) -> None:
        """`has_emptied`: whether an earlier save is known to have emptied what it left out."""
        super().__init__(api, changes)
        self._has_emptied = has_emptied
        self._looks_at_ids = False
        """Whether a lookup has found a product by an id that is not its SKU: then one that finds none is proof."""
        self._met = _Met(float("-inf"), frozenset())
        self._sent = set[str]()
        """Ids of products saved here: whether one of them is there, only a look can tell."""
        self._empties: bool | None = None
        """Whether a save has emptied what it left out: from then on whole records are sent. None: not asked yet."""

    async def all(self, *, keep: Keep[Product] | None = None) -> list[Product]:
        """The whole catalogue, 50 products a call, several calls at a time.

        Source: list_products; the number of its first page is not known, so repeats are dropped by product id.
        """

        async def page(number: int | None) -> Sheet[Product]:
            return Sheet(await self._listed({} if number is None else {"pageNo": number}, keep))

        began = time.monotonic()
        with calling(bulk=True):
            products = await all_pages(page, lambda product: product.product_id)
        self._met = _Met(began, frozenset(product.product_id for product in products))
        return products

    async def find(self, code: str) -> Product | None:
        """One product by product id or SKU; None where there is none, or where several share the SKU.

        StockTrim looks up one kind of code only, and which is not known: the plan's text search and, last, the whole
        catalogue are tried next, so a code that does not exist costs the most.
        """
        return _only(await self._called(code.strip()))

    async def find_many(self, codes: Iterable[str]) -> dict[str, list[Product]]:
        """The products meant by each SKU or product id, in the order asked: none, one, or all that share the SKU.

        The catalogue is read once at most.
        """
        wanted = list(dict.fromkeys(code.strip() for code in codes if code.strip()))
        looked_up = await asyncio.gather(*(self._lookup(code) for code in wanted))
        products = {code: _matching(one, code) for code, one in zip(wanted, looked_up, strict=True)}
        if not all(products.values()):
            catalogue = await self.all()
            products = {code: meant or _matching(catalogue, code, any_case=True) for code, meant in products.items()}
        return products

    async def look_up(self, codes: Iterable[str]) -> dict[str, list[Product]]:
        """The products that StockTrim's own lookup gives for each code, one call each.

        None may mean that it looks at the other kind of code: `find_many` is sure.
        """
        wanted = list(dict.fromkeys(codes))
        looked_up = await asyncio.gather(*(self._lookup(code) for code in wanted))
        return {code: _matching(one, code) for code, one in zip(wanted, looked_up, strict=True)}

    async def get(self, code: str) -> Product:
        """One product by product id or SKU.

        Raises: NotFoundError where neither matches; ConflictError where several products share the SKU.
        """
        products = await self._called(code.strip())
        if not products:
            raise NotFoundError(f"There is no product {code!r} in StockTrim, by SKU or by product id.", status=404)
        if len(products) > 1:
            ids = ", ".join(repr(product.product_id) for product in products[:10])
            raise ConflictError(
                f"{len(products)} products share the SKU {code!r}. Name the one meant by its product id: {ids}.",
                status=409,
            )
        return products[0]

    async def save(self, draft: ProductDraft, *, must: Must | None = None, called: str | None = None) -> ChangeReport:
        """Create a product, or change the fields of one that are set. Fields left out stay as they are.

        `must` says which of the two it may be; `called` what people call the product, where the draft does not say.
        What is left out is sent as well, as it is, once a save was seen to empty it.

        Raises: for what `must` forbids ConflictError and NotFoundError.
        Source: save_product, an upsert by product id.
        """

        async with self.turn(draft.product_id):
            return await self._save(draft, self.sight(draft.product_id, draft.code), must, called)

    async def revise(
        self, product: Product, revised: Callable[[Product], ProductDraft], *, called: str | None = None
    ) -> ChangeReport:
        """Change a product by what it holds when its turn has come: `revised` is given it as it is then.

        Raises: NotFoundError where there is none.
        """
        async with self.turn(product.product_id):
            sight = self.sight(product.product_id, product.code)
            if (present := await sight()) is None:
                raise NotFoundError(f"There is no product {product.code!r} in StockTrim any more.", status=404)
            fresh = deque([present])

            async def look() -> Product | None:
                # The door reads first: what was read this moment need not be read once more.
                return fresh.pop() if fresh else await sight()

            return await self._save(revised(present), look, "change", called)

    def turn(self, product_id: str) -> AbstractAsyncContextManager[None]:
        """Inside, nobody else here reads this product to write it: a list that two lengthen would lose one's part."""
        return self._changes.turn(f"product {product_id}")

    async def _save(
        self, draft: ProductDraft, sight: Callable[[], Awaitable[Product | None]], must: Must | None, called: str | None
    ) -> ChangeReport:
        before = list[Product]()

        async def look() -> Product | None:
            product = await sight()
            before[:] = [product] if product else []
            return product

        async def send() -> None:
            self._sent.add(draft.product_id)
            whole = _over(before[0], draft) if before and await self._is_emptying() else draft
            await self._send("save_product", body=_body(whole).to_dict())

        report = await self._changes.write(
            noun="product",
            key=called or draft.code or draft.product_id,
            name=draft.name,
            after=draft.model_dump(exclude_unset=True),
            send=send,
            read=look,
            must=must,
        )
        if any(one.after in EMPTY for one in report.besides):
            self._empties = True
        return report

    async def _is_emptying(self) -> bool:
        """Whether saves empty what they leave out, by what was seen here or before this client was made."""
        async with self._changes.turn("what saves of products empty"):
            if self._empties is None:
                self._empties = await self._has_emptied()
        return self._empties

    async def delete(self, code: str, *, called: str | None = None) -> ChangeReport:
        """Delete one product by SKU or product id. Its sales history cannot be brought back.

        `called`: what people call it, where that is not its SKU.

        Raises: NotFoundError where there is none; ConflictError where several are called so.
        """
        product = await self.get(code)
        if product.product_id != code.strip() and (other := await self._by_id(code.strip())):
            raise ConflictError(
                f"{code!r} is the SKU of one product and the product id of another, so none was deleted. Name the one "
                f"meant by a code of its own: {product.product_id!r} or {other.code!r}.",
                status=409,
            )
        async with self.turn(product.product_id):
            return await self._changes.write(
                noun="product",
                key=called or product.code,
                name=product.name,
                after=None,
                send=lambda: self._send("delete_product", query={"productId": product.product_id}),
                read=self.sight(product.product_id, product.code),
            )

    def sight(self, product_id: str, code: str | None) -> Callable[[], Awaitable[Product | None]]:
        """Reads one product, before it is written and after, each time by the code that a lookup first found it by.

        Such a lookup that finds it no more is proof that it is gone, whichever kind of code lookups look at.
        """
        keys, was_found = [product_id] if code in (None, product_id) else [product_id, code], False

        async def look() -> Product | None:
            nonlocal keys, was_found
            for key in keys:
                if product := _with_id(await self._lookup(key), product_id):
                    keys, was_found = [key], True
                    return product
                if self._looks_at_ids:
                    return None
            return None if was_found else await self._search_for(product_id)

        return look

    async def _lookup(self, key: str) -> list[Product]:
        products = await self._listed({"code": key})
        if any(product.product_id == key != product.code for product in products):
            self._looks_at_ids = True
        return products

    async def _listed(self, asked: dict[str, str | int], keep: Keep[Product] | None = None) -> list[Product]:
        with answer_of("list_products"):
            response = await found(self._api.get_async_httpx_client().get("/api/Products", params=asked))
            # Row by row: eight pages that come together and are parsed in one go hold up the next eight requests.
            rows = [] if response is None else items(json.loads(body_of(response)))
            return await in_slices(rows, keeping(_product_of_row, keep))

    async def _by_id(self, product_id: str) -> Product | None:
        """For writing, where "there is none" must be true: a lookup alone is believed only where it looks at ids."""
        if (product := _with_id(await self._lookup(product_id), product_id)) or self._looks_at_ids:
            return product
        return await self._search_for(product_id)

    async def _search_for(self, product_id: str) -> Product | None:
        """What a lookup did not find and may yet be there."""
        if product_id not in self._sent and self._met.lacks(product_id):
            return None
        # Looking up what the plan shows may have taught that the lookup before could be believed.
        if (product := _with_id(await self._by_plan(product_id), product_id)) or self._looks_at_ids:
            return product
        return _with_id(await self.all(), product_id)

    async def _called(self, code: str) -> list[Product]:
        """The products meant by `code`: more than one where they share it as their SKU."""
        if not code:
            return []
        return (
            _matching(await self._lookup(code), code)
            or await self._by_plan(code)
            or _matching(await self.all(), code, any_case=True)
        )

    async def _by_plan(self, code: str) -> list[Product]:
        """By the plan's text search, which knows both codes of a product."""

        async def page(number: int | None) -> Sheet[_Codes]:
            criteria = {"searchString": code, "currentStatus": "All", "perPage": SEARCH_SIZE}
            asked = criteria if number is None else {**criteria, "page": number}
            with answer_of("read_order_plan"):
                response = await found(self._api.get_async_httpx_client().post("/api/OrderPlan", json=asked))
                rows = Body(response.content, member="results").rows() if response else ()
                return Sheet(await in_slices(rows, _codes_of_row))

        _, first = await first_page(page)
        meant = dict.fromkeys(codes for codes in first.rows if code in codes and codes.product_id)
        looked_up = [await self._by_codes(codes) for codes in meant]
        return [product for product in looked_up if product]

    async def _by_codes(self, codes: "_Codes") -> Product | None:
        for key in dict.fromkeys(key for key in codes if key):
            if product := _with_id(await self._lookup(key), codes.product_id):
                return product
        return None

    async def recall(self, known: Record) -> Product | None:
        """The product that a journal speaks of, as it is now."""
        return await self.sight(str(known["product_id"]), known.get("code"))()

    async def restore(self, known: Record, was: Record | None, fields: Collection[str] | None = None) -> ChangeReport:
        """Make a product what a journal says it was, in the fields named or as a whole; None: it was not there."""
        product_id = str(known["product_id"])
        if was is None:
            return await self.delete(product_id, called=known.get("code"))
        if fields is None:
            return await self._bring_back(as_it_was(ProductDraft, was, None, product_id=product_id))
        # Null for a list might mean anything; an empty one can only mean that.
        lists = {field: was.get(field) or () for field in ("suppliers", "stock") if field in fields}
        draft = as_it_was(ProductDraft, was, fields, product_id=product_id, **lists)
        return await self.save(draft, called=known.get("code"))

    async def _bring_back(self, draft: ProductDraft) -> ChangeReport:
        """Create a product that was deleted, with what is on order only where that does not follow from the orders."""
        look = self.sight(draft.product_id, draft.code)

        async def send() -> None:
            self._sent.add(draft.product_id)
            await self._send("save_product", body=_body(_without_on_order(draft)).to_dict())
            # Whatever fails from here on shows when it is read back: the product itself is there.
            with contextlib.suppress(StockTrimError):
                made = await look()
                if made is not None and not _same_on_order(draft, made):
                    await self._send("save_product", body=_body(draft).to_dict())

        async with self.turn(draft.product_id):
            return await self._changes.write(
                noun="product",
                key=draft.code or draft.product_id,
                name=draft.name,
                after=draft.model_dump(exclude_unset=True),
                send=send,
                read=look,
                must="create",
            )


def has_lost(before: Record | None, left: Record | None, asked: Collection[str]) -> bool:
    """Whether a save emptied more of a product than it was asked to, by what a journal holds of it."""
    if not before or not left:
        return False
    return any(
        value not in (*EMPTY, []) and left.get(name) in (*EMPTY, [])
        for name, value in before.items()
        if name not in asked
    )


def _without_on_order(draft: ProductDraft) -> ProductDraft:
    """Without what is on order: it follows from the orders sent, and would not once it is set."""
    told = draft.model_dump(exclude_unset=True, exclude={"on_order"})
    for place in told.get("stock", ()):
        place.pop("on_order", None)
    return ProductDraft.model_validate(told)


def _same_on_order(draft: ProductDraft, product: Product) -> bool:
    there = {place.location_code: place.on_order or 0.0 for place in product.stock}
    return (draft.on_order or 0.0) == (product.on_order or 0.0) and all(
        (place.on_order or 0.0) == there.get(place.location_code, 0.0) for place in draft.stock or ()
    )


class _Met(NamedTuple):
    """The product ids of the last reading of the whole catalogue, and when it began."""

    began: float
    ids: frozenset[str]

    def lacks(self, product_id: str) -> bool:
        return product_id not in self.ids and time.monotonic() - self.began < BELIEVED_SECONDS


class _Codes(NamedTuple):
    """What a row of the plan calls its product."""

    product_id: str | None
    code: str | None
    sku: str | None


def _codes_of_row(row: dict[str, Any]) -> _Codes:
    return _Codes(*(None if (code := row.get(word)) is None else str(code) for word in PLAN_CODES))


def product_of(wire: dto.ProductsResponseDto) -> Product:
    """A generated product as the house's."""
    code = plain(wire.product_code_readable)
    product_id = plain(wire.product_id) or code
    if not product_id:
        raise ValueError("a product has neither id nor SKU")
    return read(
        Product,
        wire,
        WORDS,
        product_id=product_id,
        code=code or product_id,
        suppliers=tuple(
            read(ProductSupplier, one, SUPPLIER_WORDS, supplier=named)
            for one in items(wire.suppliers)
            if (named := plain(one.supplier_id) or plain(one.supplier_name))
        ),
        stock=tuple(
            read(StockAtLocation, one, STOCK_WORDS, location_code=named)
            for one in items(wire.stock_locations)
            if (named := plain(one.location_code) or plain(one.location_name))
        ),
    )


def _product_of_row(row: dict[str, Any]) -> Product:
    return product_of(dto.ProductsResponseDto.from_dict(row))


def _body(draft: ProductDraft) -> dto.ProductsRequestDto:
    fields = set_fields(draft, DRAFT_WORDS)
    if draft.suppliers is not None:
        fields["suppliers"] = [dto.ProductSupplier(**set_fields(one, SUPPLIER_WORDS)) for one in draft.suppliers]
    if draft.stock is not None:
        fields["stock_locations"] = [dto.ProductLocation(**set_fields(one, STOCK_WORDS)) for one in draft.stock]
    return dto.ProductsRequestDto(**fields)


def _over(product: Product, draft: ProductDraft) -> ProductDraft:
    """A whole product, with what the draft says in place of what it says itself.

    Without what is on order: it follows from the orders sent, and would not once it is set.
    """
    held = {
        name: value
        for name in ProductDraft.model_fields
        if name != "on_order" and (value := getattr(product, name)) not in EMPTY
    }
    if product.stock:
        held["stock"] = [one.model_dump(exclude={"on_order"}, exclude_none=True) for one in product.stock]
    return ProductDraft(**{**held, **{name: getattr(draft, name) for name in draft.model_fields_set}})


def _matching(products: list[Product], code: str, *, any_case: bool = False) -> list[Product]:
    """The products meant by `code`: the one with this key, else all with this SKU, else those with it in other case."""
    same = [one for one in products if one.product_id == code] or [one for one in products if one.code == code]
    if not same and any_case:
        same = [one for one in products if code.casefold() in (one.code.casefold(), one.product_id.casefold())]
    return same


def _with_id(products: list[Product], product_id: str | None) -> Product | None:
    return next((product for product in products if product.product_id == product_id), None)


def _only(products: list[Product]) -> Product | None:
    return products[0] if len(products) == 1 else None
