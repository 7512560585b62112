"""Customers."""

from stocktrim_client.sandbox import shapes
from stocktrim_client.sandbox.answers import Answer, RefusedError, answer, nothing
from stocktrim_client.sandbox.routes.desk import Account, Ask, body_of, catalogue, merged
from stocktrim_client.sandbox.shapes import write


async def list_customers(account: Account, ask: Ask) -> Answer:
    """Every customer."""
    return await catalogue(account, "customers", account.shop.customers.values(), shapes.CUSTOMER, ())


async def get_customer(account: Account, ask: Ask) -> Answer:
    """One customer by its code."""
    for each in account.shop.customers.values():
        if each.get("code") == ask.path["code"]:
            return answer(write(each, shapes.CUSTOMER, account.quirks))
    raise RefusedError(404)


async def save_customer(account: Account, ask: Ask) -> Answer:
    """Create or update a customer by its code; without one always create."""
    shop, quirks = account.shop, account.quirks
    given = body_of(account, ask, shapes.CUSTOMER)
    code = given.get("code")
    number = next((n for n, each in shop.customers.items() if code is not None and each.get("code") == code), None)
    old = shop.customers.get(number, {}) if number is not None else {}
    kept = merged({"id": 0} | old, given, keep=True)
    kept.pop("id")
    shop.customers[number if number is not None else shop.number()] = kept
    shop.changed()
    if quirks.customers_body == "none":
        return nothing(200)
    shown = write(kept, shapes.CUSTOMER, quirks)
    return answer({"orders": [], "customer": shown, "customers": [shown]}[quirks.customers_body])
