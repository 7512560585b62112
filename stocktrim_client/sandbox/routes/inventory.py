"""Stock set by hand."""

from stocktrim_client.sandbox import shapes
from stocktrim_client.sandbox.answers import Answer, answer, nothing
from stocktrim_client.sandbox.routes.desk import Account, Ask, body_of, invalid, known_product, place_of
from stocktrim_client.sandbox.shapes import write
from stocktrim_client.sandbox.shop import Record


async def set_inventory(account: Account, ask: Ask) -> Answer:
    """Set stock on hand and on order, of a product or of a product at a place."""
    shop, quirks = account.shop, account.quirks
    given = body_of(account, ask, shapes.INVENTORY)
    lines: tuple[Record, ...] = given.get("inventory") or ()
    for place, line in enumerate(lines):
        if not line.get("productId"):
            raise invalid(f"Inventory[{place}].ProductId", "The ProductId field is required.")
        known_product(account, line["productId"], f"Inventory[{place}].ProductId")
    for line in lines:
        product = dict(shop.products[line["productId"]])
        where = place_of(account, line.get("locationCode"), line.get("locationName"))
        units = {name: line.get(name) for name in ("stockOnHand", "stockOnOrder")}
        if quirks.inventory_left_out == "zero":
            units = {name: value or 0.0 for name, value in units.items()}
        units = {name: value for name, value in units.items() if value is not None}
        if where is None:
            product |= units
        else:
            code = where["locationCode"]
            others = [each for each in product.get("stockLocations") or () if each["locationCode"] != code]
            here = next(
                (e for e in product.get("stockLocations") or () if e["locationCode"] == code), {"locationCode": code}
            )
            product["stockLocations"] = (*others, here | units)
        places = product.get("stockLocations") or ()
        if given.get("updateOverallAllOnHandToBeSumOfLocation") and places:
            product["stockOnHand"] = sum(each.get("stockOnHand") or 0.0 for each in places)
        if given.get("updateOverallAllOnOrderToBeSumOfLocation") and places:
            product["stockOnOrder"] = sum(each.get("stockOnOrder") or 0.0 for each in places)
        shop.products[line["productId"]] = product
    shop.changed()
    if quirks.inventory_body == "none":
        return nothing(200)
    if quirks.inventory_body == "lines":
        return answer(list(lines))
    return answer(write({"id": 0, "status": "Draft"}, shapes.ORDER, quirks, ("id", "message")))
