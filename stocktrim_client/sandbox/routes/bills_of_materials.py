"""What is made of what."""

from stocktrim_client.sandbox import shapes
from stocktrim_client.sandbox.answers import Answer, RefusedError, answer
from stocktrim_client.sandbox.routes.desk import (
    Account,
    Ask,
    body_of,
    deleted,
    everything,
    known_product,
    listed,
    query_of,
)
from stocktrim_client.sandbox.routes.products import product_of
from stocktrim_client.sandbox.shapes import write
from stocktrim_client.sandbox.shop import Record


def _bom(account: Account, bom: Record, sent: dict[str, dict[str | None, float]]) -> Record:
    products = account.shop.products
    shown = write(bom, shapes.BOM, account.quirks, ("id", "assemblyTimeDays"))
    for name, key in (("skuProduct", "productId"), ("skuComponent", "componentId")):
        if (product := products.get(bom[key])) is not None:
            shown[name] = product_of(account, product, sent)
    return shown


async def list_bills_of_materials(account: Account, ask: Ask) -> Answer:
    """BOM lines, of one product or with one component."""
    quirks, sent = account.quirks, account.shop.on_order()
    made, part = query_of(ask, "productId"), query_of(ask, "componentId")
    found = [
        _bom(account, bom, sent)
        for bom in account.shop.boms.values()
        if made in (None, bom["productId"]) and part in (None, bom["componentId"])
    ]
    if len(found) == 1 and quirks.boms_form == "object":
        return answer(found[0], quirks.boms_status)
    return listed(found, quirks, status=quirks.boms_status)


async def create_bill_of_materials(account: Account, ask: Ask) -> Answer:
    """Add a component to a product."""
    shop, quirks = account.shop, account.quirks
    given = body_of(account, ask, shapes.BOM)
    known_product(account, given["productId"], "ProductId")
    known_product(account, given["componentId"], "ComponentId")
    pair = (given["productId"], given["componentId"])
    old = next((n for n, bom in shop.boms.items() if (bom["productId"], bom["componentId"]) == pair), None)
    if old is not None and quirks.bom_repeat == "refused":
        raise RefusedError(409, "This component is already part of the product.")
    number = old if old is not None and quirks.bom_repeat == "updates" else shop.number()
    shop.boms[number] = {"id": number} | {name: value for name, value in given.items() if value is not None}
    shop.changed()
    return answer(_bom(account, shop.boms[number], shop.on_order()), 201)


async def delete_bill_of_materials(account: Account, ask: Ask) -> Answer:
    """Delete BOM lines by product and component."""
    shop = account.shop
    made, part = query_of(ask, "productId"), query_of(ask, "componentId")
    if made is None or part is None:
        everything(account, "productId" if made is None else "componentId")
    doomed = [
        number
        for number, bom in shop.boms.items()
        if made in (None, bom["productId"]) and part in (None, bom["componentId"])
    ]
    for number in doomed:
        del shop.boms[number]
    return deleted(account, bool(doomed), 201)
