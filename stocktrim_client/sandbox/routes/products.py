"""Products."""

import re

from stocktrim_client.sandbox import shapes
from stocktrim_client.sandbox.answers import Answer, RefusedError, answer
from stocktrim_client.sandbox.forecast import stock_of
from stocktrim_client.sandbox.quirks import Quirks
from stocktrim_client.sandbox.routes.desk import (
    Account,
    Ask,
    body_of,
    deleted,
    everything,
    invalid,
    listed,
    merged,
    page_of,
    paged,
    place_of,
    query_of,
)
from stocktrim_client.sandbox.shapes import write
from stocktrim_client.sandbox.shop import Record, Shop


def product_of(account: Account, product: Record, sent: dict[str, dict[str | None, float]]) -> Record:
    """A product as it is answered; `sent` is what is under way of all of them."""
    quirks, shop = account.quirks, account.shop
    shown = dict(product)
    shown["stockOnOrder"] = stock_of(product, None, sent)[1]
    if quirks.service_level == "percent" and (level := shown.get("serviceLevel")) is not None and level <= 1:
        shown["serviceLevel"] = level * 100
    if places := product.get("stockLocations"):
        shown["stockLocations"] = [
            {"locationName": _place_name(shop, each["locationCode"])}
            | each
            | {"stockOnOrder": stock_of(product, each["locationCode"], sent)[1]}
            for each in places
        ]
    if named := product.get("suppliers"):
        shown["suppliers"] = [_product_supplier(account, each) for each in named]
    return write(shown, shapes.PRODUCT, quirks, ("id",))


def _place_name(shop: Shop, code: str) -> str | None:
    found = next((each for each in shop.locations.values() if each["locationCode"] == code), None)
    return found.get("locationName") if found else None


def _product_supplier(account: Account, listed: Record) -> Record:
    supplier = account.shop.suppliers.get(listed.get("supplier", -1))
    if supplier is None:
        return listed
    wanted = {"code": "supplierCode", "id": "id", "external": "externalId"}[account.quirks.product_supplier_id]
    key = supplier.get(wanted)
    return {"supplierId": str(supplier["id"] if key is None else key)} | listed


def _same_code(product: Record, code: str, quirks: Quirks) -> bool:
    looks_at = {"productId": ("productId",), "sku": ("productCodeReadable",)}.get(
        quirks.product_code_matches, ("productId", "productCodeReadable")
    )
    return any(product.get(name) == code for name in looks_at)


async def list_products(account: Account, ask: Ask) -> Answer:
    """Products, a page of them, or the one with a code."""
    shop, quirks, page = account.shop, account.quirks, -1
    if (code := query_of(ask, "code")) is not None:
        exact = shop.products.get(code) if quirks.product_code_matches != "sku" else None
        found = [exact] if exact else [each for each in shop.products.values() if _same_code(each, code, quirks)]
    else:
        asked = query_of(ask, "pageNo")
        if asked is not None and not re.fullmatch(r"-?\d{1,9}", asked):
            raise invalid("pageNo", f"The value '{asked}' is not valid.")
        number = quirks.first_page if asked is None else int(asked)
        page = page_of(number, quirks.first_page, quirks.page_below_first)
        kept = account.encoded.get(f"products {page}")
        if kept is not None and kept[0] == shop.changes:
            return kept[1]
        found = paged(list(shop.products.values()), page, quirks.products_page_size)
    sent = shop.on_order()
    made = listed([product_of(account, each, sent) for each in found], quirks)
    if code is None:
        account.encoded[f"products {page}"] = (shop.changes, made)
    return made


async def save_product(account: Account, ask: Ask) -> Answer:
    """Create or update a product by its productId."""
    shop, quirks = account.shop, account.quirks
    given = body_of(account, ask, shapes.PRODUCT)
    if quirks.explicit_null == "refused":
        errors = {f"$.{name}": ["The JSON value null could not be converted."] for name in given if given[name] is None}
        if errors:
            raise RefusedError(400, errors=errors)
    key = given["productId"]
    level = given.get("serviceLevel")
    if level is not None and level > 100:
        raise invalid("ServiceLevel", "The field ServiceLevel must be between 0 and 100.")
    if named := given.get("suppliers"):
        given["suppliers"] = tuple(_linked(shop, each) for each in named)
    for place in given.get("stockLocations") or ():
        place_of(account, place["locationCode"], place.get("locationName"))
    old = shop.products.get(key)
    if old is None:
        shop.products[key] = {"id": shop.number()} | {name: value for name, value in given.items() if value is not None}
    else:
        shop.products[key] = merged(old, given, keep=quirks.product_left_out == "kept", nulls=quirks.explicit_null)
    shop.changed()
    return answer(product_of(account, shop.products[key], shop.on_order()), 201 if old is None else 200)


def _linked(shop: Shop, listed: Record) -> Record:
    """A product's supplier with the record it means, by whichever of its numbers."""
    wanted = listed["supplierId"]
    for number, each in shop.suppliers.items():
        if wanted in (str(number), each.get("supplierCode"), each.get("externalId")):
            return {key: value for key, value in listed.items() if key != "supplierId"} | {"supplier": number}
    return listed


async def delete_product(account: Account, ask: Ask) -> Answer:
    """Delete a product with its sales and BOM lines."""
    shop = account.shop
    await account.nap(account.quirks.product_delete_seconds)
    key = query_of(ask, "productId")
    doomed = [key] if key is not None else list(shop.products) if everything(account, "productId") else []
    found = False
    for each in doomed:
        found = shop.products.pop(each, None) is not None or found
        shop.ledger.forget(each)
        for number in [n for n, bom in shop.boms.items() if each in (bom["productId"], bom["componentId"])]:
            del shop.boms[number]
    return deleted(account, found, 200)
