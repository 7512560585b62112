"""Sales: the history every forecast is made of."""

from collections.abc import Callable

from stocktrim_client.sandbox import shapes
from stocktrim_client.sandbox.answers import JSON, Answer, RefusedError, answer
from stocktrim_client.sandbox.forecast import breathe, encode
from stocktrim_client.sandbox.routes.desk import (
    Account,
    Ask,
    body_of,
    buyer_of,
    deleted,
    everything,
    invalid,
    known_product,
    listed,
    place_of,
    query_of,
)
from stocktrim_client.sandbox.shapes import write
from stocktrim_client.sandbox.shop import Record, text_of, time_of


def _sale(account: Account, sale: Record) -> Record:
    shop = account.shop
    shown = dict(sale)
    place = next((e for e in shop.locations.values() if e["locationCode"] == sale.get("locationCode")), None)
    shown["locationId"] = place["id"] if place else 0
    if place and "locationName" not in shown:
        shown["locationName"] = place.get("locationName")
    return write(shown, shapes.SALE, account.quirks, ("id", "locationId"))


async def list_sales_orders(account: Account, ask: Ask) -> Answer:
    """Sales of a product."""
    shop, quirks = account.shop, account.quirks
    product = query_of(ask, "productId")
    if quirks.sales_orders_v1 == "dead" or (product is None and quirks.sales_orders_v1 != "list"):
        raise RefusedError(404)
    pieces: list[bytes] = []
    for key in [product] if product is not None else list(shop.ledger.products()):
        if key in shop.products and (sales := shop.ledger.sales(key)):
            pieces.append((b"," if pieces else b"[") + encode([_sale(account, sale) for sale in sales])[1:-1])
            await breathe()
    if not pieces:
        return listed([], quirks)
    return Answer(200, (*pieces, b"]"), {"content-type": JSON})


def _new_sale(account: Account, given: Record, where: str) -> Record:
    """A sale as it is kept, its product, place and buyer made sure of."""
    if given["quantity"] < 0:
        raise invalid(f"{where}Quantity", "The field Quantity must be 0 or more.")
    known_product(account, given["productId"], f"{where}ProductId")
    place = place_of(account, given.get("locationCode"), given.get("locationName"))
    buyer = buyer_of(account, given.get("customerCode"), given.get("customerName"))
    sale = {"id": account.shop.sale_number()} | given
    sale |= {"locationCode": place["locationCode"] if place else None, "customerCode": buyer}
    return {name: value for name, value in sale.items() if value is not None}


async def create_sales_order(account: Account, ask: Ask) -> Answer:
    """Add one sale."""
    shop = account.shop
    sale = _new_sale(account, body_of(account, ask, shapes.SALE), "")
    shop.ledger.write(sale["productId"], (*shop.ledger.sales(sale["productId"]), sale))
    shop.changed()
    return answer(_sale(account, sale), 201)


def _lines(account: Account, ask: Ask) -> list[Record]:
    """The sales of a bulk order, each with what its header says."""
    given = body_of(account, ask, shapes.SALES)
    lines = given.pop("saleOrderLineItems", None) or ()
    if not lines:
        raise invalid("SaleOrderLineItems", "The SaleOrderLineItems field needs at least one line.")
    header = {name: value for name, value in given.items() if name != "orderDate"}
    return [
        _new_sale(account, header | {k: v for k, v in line.items() if v is not None}, f"SaleOrderLineItems[{place}].")
        for place, line in enumerate(lines)
    ]


def _bulk(account: Account, saved: list[Record], status: int) -> Answer:
    shown = [_sale(account, sale) for sale in saved]
    return answer(shown if account.quirks.bulk_form == "array" else shown[0], status)


async def create_sales_orders(account: Account, ask: Ask) -> Answer:
    """Add several sales."""
    ledger, saved = account.shop.ledger, _lines(account, ask)
    for sale in saved:
        ledger.write(sale["productId"], (*ledger.sales(sale["productId"]), sale))
    account.shop.changed()
    return _bulk(account, saved, 201)


async def save_sales_orders(account: Account, ask: Ask) -> Answer:
    """Add or change several sales, each by its externalReferenceId."""
    ledger, created = account.shop.ledger, False
    saved: list[Record] = []
    for sale in _lines(account, ask):
        reference = sale.get("externalReferenceId")
        old = ledger.find(reference) if reference is not None else None
        if old is None:
            created, kept = True, sale
        else:
            kept = sale | {"id": old["id"]}
            ledger.write(old["productId"], (each for each in ledger.sales(old["productId"]) if each["id"] != old["id"]))
        ledger.write(kept["productId"], (*ledger.sales(kept["productId"]), kept))
        saved.append(kept)
    account.shop.changed()
    outcome = 201 if created or account.quirks.bulk_put_status == "published" else 200
    return _bulk(account, saved, outcome)


async def _delete_sales(account: Account, doomed: Callable[[Record], bool], product: str | None = None) -> bool:
    ledger, found = account.shop.ledger, False
    for done, key in enumerate([product] if product is not None else list(ledger.products())):
        sales = ledger.sales(key)
        kept = tuple(sale for sale in sales if not doomed(sale))
        if len(kept) != len(sales):
            found = True
            ledger.write(key, kept)
        if done % 50 == 49:
            await breathe()
    return found


async def delete_sales_orders(account: Account, ask: Ask) -> Answer:
    """Delete all sales of a product."""
    product = query_of(ask, "productId")
    if product is None:
        everything(account, "productId")
    found = await _delete_sales(account, lambda sale: True, product)
    return deleted(account, found or product in account.shop.products, 200)


async def delete_all_sales_orders(account: Account, ask: Ask) -> Answer:
    """Delete every sale."""
    await _delete_sales(account, lambda sale: True)
    return deleted(account, True, 200)


async def delete_sales_orders_in_range(account: Account, ask: Ask) -> Answer:
    """Delete the sales between two moments."""
    ends: list[str] = []
    for name in ("fromDate", "toDate"):
        asked = query_of(ask, name)
        if asked is None:
            raise invalid(name, f"The {name} field is required.")
        try:
            ends.append(text_of(time_of(asked)))
        except ValueError:
            raise invalid(name, f"The value '{asked}' is not valid.") from None
    first, last = ends
    included = account.quirks.range_ends == "included"

    def within(sale: Record) -> bool:
        return first <= sale["orderDate"] < last or (included and sale["orderDate"] == last)

    await _delete_sales(account, within, query_of(ask, "productId"))
    return deleted(account, True, 200)


async def delete_sales_orders_of_location(account: Account, ask: Ask) -> Answer:
    """Delete the sales at a location."""
    wanted = query_of(ask, "locationCodeOrName")
    if wanted is None:
        everything(account, "locationCodeOrName")
    codes = {
        each["locationCode"]
        for each in account.shop.locations.values()
        if wanted in (None, each["locationCode"], each.get("locationName"))
    }
    found = await _delete_sales(account, lambda sale: wanted is None or sale.get("locationCode") in codes)
    return deleted(account, found or bool(codes), 200)
