"""The catalogue."""

from stocktrim_client.changes import ChangeReport
from stocktrim_client.errors import NotFoundError
from stocktrim_client.generated.api.order_plan import read_order_plan
from stocktrim_client.generated.api.products import delete_product, list_products, save_product
from stocktrim_client.generated.models import (
    OrderPlanFilterCriteria,
    ProductLocation,
    ProductsRequestDto,
    ProductsResponseDto,
    ProductSupplier,
)
from stocktrim_client.helpers.base import Helper, answer_of, found
from stocktrim_client.helpers.wire import all_pages, items, plain, read, set_fields
from stocktrim_client.models.products import Product, ProductDraft, StockAtLocation
from stocktrim_client.models.products import ProductSupplier as Delivery
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
DELIVERY_WORDS = {"supplier": "supplier_id", "name": "supplier_name", "supplier_sku": "supplier_sku_code"}
STOCK_WORDS = {
    "location_code": "location_code",
    "location_name": "location_name",
    "on_hand": "stock_on_hand",
    "on_order": "stock_on_order",
}


class Products(Helper):
    """Products by the SKU people type or by the id StockTrim's API uses; either is understood."""

    async def all(self) -> list[Product]:
        """The whole catalogue, 50 products a call, several calls at a time.

        Source: list_products; the number of its first page is not known, so repeats are dropped by product id.
        """

        async def page(number: int | None) -> list[Product]:
            return await self._page(number)

        with calling(bulk=True):
            return await all_pages(page, lambda product: product.product_id)

    async def find(self, code: str) -> Product | None:
        """One product by SKU or product id; None where there is none.

        StockTrim looks up one kind of code only, and which is not known: the plan's text search and, last, the whole
        catalogue are tried next, so a code that does not exist costs the most.
        """
        code = code.strip()
        if not code:
            return None
        return await self._by_key(code) or await self._by_plan(code) or _matching(await self.all(), code)

    async def get(self, code: str) -> Product:
        """One product by SKU or product id.

        Raises: NotFoundError where neither matches.
        """
        product = await self.find(code)
        if product is None:
            raise NotFoundError(f"There is no product {code!r} in StockTrim, by SKU or by product id.", status=404)
        return product

    async def save(self, draft: ProductDraft) -> ChangeReport:
        """Create a product, or change the fields of one that are set. Fields left out stay as they are.

        Source: save_product, an upsert by product id.
        """
        after = draft.model_dump(exclude_unset=True)
        return await self._changes.write(
            noun="product",
            key=draft.code or draft.product_id,
            name=draft.name,
            after=after,
            send=lambda: save_product.asyncio(client=self._api, body=_body(draft)),
            read=lambda: self._by_id(draft.product_id),
        )

    async def delete(self, code: str) -> ChangeReport:
        """Delete one product by SKU or product id. Its sales history cannot be brought back.

        Raises: NotFoundError where there is none.
        """
        product = await self.get(code)
        return await self._changes.write(
            noun="product",
            key=product.code,
            name=product.name,
            after=None,
            send=lambda: delete_product.asyncio_detailed(client=self._api, product_id=product.product_id),
            read=lambda: self._by_id(product.product_id),
        )

    async def _page(self, number: int | None) -> list[Product]:
        with answer_of("list_products"):
            call = (
                list_products.asyncio(client=self._api)
                if number is None
                else list_products.asyncio(client=self._api, page_no=number)
            )
            return [product_of(wire) for wire in items(await found(call))]

    async def _lookup(self, key: str) -> list[Product]:
        with answer_of("list_products"):
            return [product_of(wire) for wire in items(await found(list_products.asyncio(client=self._api, code=key)))]

    async def _by_id(self, product_id: str) -> Product | None:
        return next((product for product in await self._lookup(product_id) if product.product_id == product_id), None)

    async def _by_key(self, code: str) -> Product | None:
        return _matching(await self._lookup(code), code)

    async def _by_plan(self, code: str) -> Product | None:
        """By the plan's text search, which knows both codes of a product."""
        criteria = OrderPlanFilterCriteria(search_string=code, current_status="All")
        with answer_of("read_order_plan"):
            answer = await found(read_order_plan.asyncio(client=self._api, body=criteria))
            rows = items(answer.results) if answer else []
            ids = [plain(row.external_id) for row in rows if code in (plain(row.product_code), plain(row.sku_code))]
        for product_id in ids:
            if product_id and (product := await self._by_id(str(product_id))):
                return product
        return None


def product_of(wire: ProductsResponseDto) -> Product:
    """A generated product as the house's."""
    product_id = str(wire.product_id)
    return read(
        Product,
        wire,
        WORDS,
        product_id=product_id,
        code=str(plain(wire.product_code_readable) or product_id),
        suppliers=tuple(
            read(Delivery, supplier, DELIVERY_WORDS)
            for supplier in items(wire.suppliers)
            if plain(supplier.supplier_id) is not None
        ),
        stock=tuple(
            read(StockAtLocation, stock, STOCK_WORDS)
            for stock in items(wire.stock_locations)
            if plain(stock.location_code) is not None
        ),
    )


def _body(draft: ProductDraft) -> ProductsRequestDto:
    fields = set_fields(draft, DRAFT_WORDS)
    if draft.suppliers is not None:
        fields["suppliers"] = [ProductSupplier(**set_fields(one, DELIVERY_WORDS)) for one in draft.suppliers]
    if draft.stock is not None:
        fields["stock_locations"] = [ProductLocation(**set_fields(one, STOCK_WORDS)) for one in draft.stock]
    return ProductsRequestDto(**fields)


def _matching(products: list[Product], code: str) -> Product | None:
    """The product meant by `code`: by key, by SKU, or by SKU in another case where only one fits."""
    for product in products:
        if product.product_id == code:
            return product
    same = [product for product in products if product.code == code]
    same = same or [product for product in products if product.code.casefold() == code.casefold()]
    return same[0] if len(same) == 1 else None
