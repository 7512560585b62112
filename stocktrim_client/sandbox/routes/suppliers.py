"""Suppliers."""

from stocktrim_client.sandbox import shapes
from stocktrim_client.sandbox.answers import Answer, RefusedError, answer
from stocktrim_client.sandbox.routes.desk import (
    Account,
    Ask,
    catalogue,
    deleted,
    everything,
    listed,
    merged,
    one,
    query_of,
)
from stocktrim_client.sandbox.shapes import read, write
from stocktrim_client.sandbox.shop import Record


async def get_supplier(account: Account, ask: Ask) -> Answer:
    """One supplier by its code."""
    shop, quirks = account.shop, account.quirks
    code = query_of(ask, "code")
    rows = list(shop.suppliers.values())
    if code is None and quirks.suppliers_v1 == "list":
        return listed([write(each, shapes.SUPPLIER, quirks, ("id",)) for each in rows], quirks)
    for each in rows:
        if code is not None and each.get("supplierCode") == code:
            return one(write(each, shapes.SUPPLIER, quirks, ("id",)), quirks)
    raise RefusedError(404)


async def list_suppliers(account: Account, ask: Ask) -> Answer:
    """Every supplier."""
    return await catalogue(account, "suppliers", account.shop.suppliers.values(), shapes.SUPPLIER, ("id",))


async def save_suppliers(account: Account, ask: Ask) -> Answer:
    """Create or update suppliers by their codes: all, or none if one is wrong."""
    shop, quirks = account.shop, account.quirks
    if not isinstance(ask.body, list):
        raise RefusedError(400, errors={"$": ["The JSON value could not be read as a list."]})
    items = ask.body
    given: list[Record] = []
    for place, item in enumerate(items):
        record, errors = read(item, shapes.SUPPLIER, quirks, f"[{place}]")
        if errors:
            raise RefusedError(400, errors=errors)
        given.append(record)
    saved: list[Record] = []
    for record in given:
        old = next((e for e in shop.suppliers.values() if e.get("supplierCode") == record["supplierCode"]), None)
        number = old["id"] if old else shop.number()
        shop.suppliers[number] = merged(old or {"id": number}, record, keep=True)
        saved.append(write(shop.suppliers[number], shapes.SUPPLIER, quirks, ("id",)))
    shop.changed()
    return answer(saved, 201)


async def delete_supplier(account: Account, ask: Ask) -> Answer:
    """Delete a supplier by its code or its name."""
    shop = account.shop
    wanted = query_of(ask, "supplierCodeOrName")
    if wanted is None:
        everything(account, "supplierCodeOrName")
    rows = list(shop.suppliers.items())
    by_code = [number for number, each in rows if wanted is None or each.get("supplierCode") == wanted]
    doomed = by_code or [number for number, each in rows if each.get("supplierName") == wanted]
    for number in doomed:
        del shop.suppliers[number]
    return deleted(account, bool(doomed), 201)
