"""Locations."""

from stocktrim_client.sandbox import shapes
from stocktrim_client.sandbox.answers import Answer, RefusedError, answer
from stocktrim_client.sandbox.routes.desk import Account, Ask, body_of, listed, merged, one, query_of
from stocktrim_client.sandbox.shapes import write


async def get_location(account: Account, ask: Ask) -> Answer:
    """One location by its code."""
    shop, quirks = account.shop, account.quirks
    code = query_of(ask, "code")
    if quirks.locations_v1 == "dead":
        raise RefusedError(404)
    if code is None and quirks.locations_v1 == "list":
        return listed([write(each, shapes.LOCATION, quirks, ("id",)) for each in shop.locations.values()], quirks)
    for each in shop.locations.values():
        if code is not None and each["locationCode"] == code:
            return one(write(each, shapes.LOCATION, quirks, ("id",)), quirks)
    raise RefusedError(404)


async def save_location_by_code_or_name(account: Account, ask: Ask) -> Answer:
    """Create a location, or update the one with this code or else this name."""
    return _save_location(account, ask, names=True)


async def save_location(account: Account, ask: Ask) -> Answer:
    """Create or update a location by its code."""
    return _save_location(account, ask, names=False)


def _save_location(account: Account, ask: Ask, *, names: bool) -> Answer:
    shop = account.shop
    given = body_of(account, ask, shapes.LOCATION)
    code, name = given["locationCode"], given.get("locationName")
    old = next((each for each in shop.locations.values() if each["locationCode"] == code), None)
    if old is None and names and name is not None:
        old = next((each for each in shop.locations.values() if each.get("locationName") == name), None)
    number = old["id"] if old else shop.number()
    shop.locations[number] = merged(old or {"id": number}, given, keep=True)
    shop.changed()
    return answer(write(shop.locations[number], shapes.LOCATION, account.quirks, ("id",)), 201)
