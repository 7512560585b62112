"""Purchase orders, and drafting them from the plan."""

from stocktrim_client.sandbox import shapes
from stocktrim_client.sandbox.answers import Answer, RefusedError, answer
from stocktrim_client.sandbox.routes.desk import (
    Account,
    Ask,
    body_of,
    deleted,
    everything,
    invalid,
    known_product,
    listed,
    merged,
    one,
    page_of,
    paged,
    place_of,
    query_of,
    whole,
)
from stocktrim_client.sandbox.routes.order_plan import listed_in
from stocktrim_client.sandbox.shapes import STATUSES, write
from stocktrim_client.sandbox.shop import Record, text_of


def _order(account: Account, order: Record) -> Record:
    return write(order, shapes.ORDER, account.quirks, ("id", "message"))


def _referenced(account: Account, reference: str, by: str) -> list[int]:
    names = {"client": ("clientReferenceNumber",), "reference": ("referenceNumber",)}.get(
        by, ("clientReferenceNumber", "referenceNumber")
    )
    return [
        number for number, order in account.shop.orders.items() if any(order.get(name) == reference for name in names)
    ]


async def find_purchase_order(account: Account, ask: Ask) -> Answer:
    """The old read by reference."""
    shop, quirks = account.shop, account.quirks
    reference = query_of(ask, "referenceNumber")
    if quirks.purchase_orders_v1 == "dead":
        raise RefusedError(404)
    if reference is None:
        if quirks.purchase_orders_v1 == "list" and shop.orders:
            return answer([_order(account, order) for order in shop.orders.values()])
        raise RefusedError(404)
    for number in _referenced(account, reference, quirks.order_lookup):
        return one(_order(account, shop.orders[number]), quirks)
    raise RefusedError(404)


async def list_purchase_orders(account: Account, ask: Ask) -> Answer:
    """Purchase orders, a page of them."""
    quirks = account.quirks
    page, size = whole(ask, "page", quirks.orders_first_page), whole(ask, "pageSize", quirks.orders_page_size)
    cap = quirks.orders_page_size_cap
    if size < 1 or page < 0:
        raise invalid("page", "Page and pageSize must not be negative.")
    if cap and size > cap:
        if quirks.orders_over_cap == "refused":
            raise invalid("pageSize", f"The field pageSize must be between 1 and {cap}.")
        size = cap
    orders = list(account.shop.orders.values())
    if (status := query_of(ask, "status")) is not None:
        name = STATUSES[int(status)] if status.isdecimal() and int(status) < len(STATUSES) else status
        if name.lower() not in map(str.lower, STATUSES):
            raise invalid("status", f"The value '{status}' is not valid.")
        orders = [order for order in orders if order.get("status", "Draft").lower() == name.lower()]
    if quirks.orders_sequence == "newest":
        orders.reverse()
    elif quirks.orders_sequence == "scattered":
        orders.sort(key=lambda order: order["id"] * 2_654_435_761 % 2**32)
    found = paged(orders, page_of(page, quirks.orders_first_page), size)
    return listed([_order(account, order) for order in found], quirks, habit=quirks.empty_other_lists)


async def get_purchase_order(account: Account, ask: Ask) -> Answer:
    """One purchase order by its reference."""
    for number in _referenced(account, ask.path["referenceNumber"], account.quirks.order_lookup):
        return answer(_order(account, account.shop.orders[number]))
    raise RefusedError(404)


async def save_purchase_order(account: Account, ask: Ask) -> Answer:
    """Create an order, or update the one with this clientReferenceNumber."""
    shop, quirks = account.shop, account.quirks
    raw: Record = ask.body if isinstance(ask.body, dict) else {}
    dates = [value for name, value in raw.items() if name.lower() == "orderdate"]
    if (None in dates and quirks.null_order_date == "refused") or (not dates and quirks.order_date_required):
        raise invalid("OrderDate", "The OrderDate field is required.")
    given = body_of(account, ask, shapes.ORDER)
    supplier: Record = {key: value for key, value in given["supplier"].items() if value is not None}
    if not supplier:
        raise invalid("Supplier", "A supplier needs a code or a name.")
    for place, line in enumerate(given["purchaseOrderLineItems"]):
        known_product(account, line["productId"], f"PurchaseOrderLineItems[{place}].ProductId")
    given["supplier"] = _ordered_from(account, supplier)
    if (location := given.get("location")) is not None:
        place = place_of(account, location.get("locationCode"), location.get("locationName"))
        given["location"] = place and {key: place[key] for key in ("locationCode", "locationName") if key in place}
    reference = given.get("clientReferenceNumber")
    old = next(iter(_referenced(account, reference, "client")), None) if reference else None
    if old is None:
        number = shop.number()
        order: Record = {"id": number, "status": "Draft", "createdDate": text_of(account.now())}
        order |= {name: value for name, value in given.items() if value is not None}
        if not reference and quirks.order_numbers == "assigned":
            order["clientReferenceNumber"] = shop.next_reference()
    else:
        number, before = old, shop.orders[old]
        if quirks.order_lines == "merged":
            lines = {line["productId"]: line for line in before.get("purchaseOrderLineItems") or ()}
            lines |= {line["productId"]: line for line in given["purchaseOrderLineItems"]}
            given["purchaseOrderLineItems"] = tuple(lines.values())
        order = merged(before, given, keep=quirks.order_left_out == "kept")
        order = {"status": "Draft", "createdDate": before.get("createdDate")} | order
    shop.orders[number] = order
    shop.changed()
    return answer(_order(account, order), 201 if old is None else 200)


def _ordered_from(account: Account, supplier: Record) -> Record:
    """The supplier of an order, found by code or name, made if need be."""
    shop = account.shop
    code, name = supplier.get("supplierCode"), supplier.get("supplierName")
    for each in shop.suppliers.values():
        if (code and each.get("supplierCode") == code) or (not code and each.get("supplierName") == name):
            return {key: each[key] for key in ("supplierCode", "supplierName") if key in each}
    if account.quirks.unknown_partner == "refused":
        raise invalid("Supplier", f"There is no supplier '{code or name}'.")
    number = shop.number()
    shop.suppliers[number] = {"id": number} | supplier
    return supplier


async def delete_purchase_order(account: Account, ask: Ask) -> Answer:
    """Delete an order by its reference."""
    shop = account.shop
    reference = query_of(ask, "referenceNumber")
    if reference is None:
        everything(account, "referenceNumber")
    by = account.quirks.order_delete_lookup
    doomed = list(shop.orders) if reference is None else _referenced(account, reference, by)
    for number in doomed:
        del shop.orders[number]
    return deleted(account, bool(doomed), 204)


async def generate_purchase_orders(account: Account, ask: Ask) -> Answer:
    """Draft an order for each supplier from the present suggestions."""
    shop, quirks = account.shop, account.quirks
    asked = body_of(account, ask, shapes.PLAN_FILTER_DTO)
    plan = account.forecast.plan()
    places: list[str | None] = list(dict.fromkeys(asked.get("locationCodes") or ())) or [None]
    suppliers: set[str] = set(asked.get("supplierCodes") or ())
    groups: dict[tuple[int, str | None], list[Record]] = {}
    for place in places:
        for row in (await plan.rows(quirks, place)).values():
            quantity, product = row.figures.order_quantity, row.product
            supplier = plan.supplier_of(product)
            if not quantity or supplier is None or product["productId"] in plan.made_of:
                continue
            if not listed_in(row, asked.get("searchString"), asked.get("currentStatus") or "Current"):
                continue
            if suppliers and supplier.get("supplierCode") not in suppliers:
                continue
            line: Record = {"productId": product["productId"], "quantity": quantity}
            if (cost := product.get("cost")) is not None:
                line["unitPrice"] = cost
            groups.setdefault((supplier["id"], place), []).append(line)
    earlier = [n for n, order in shop.orders.items() if order.get("generated") and order.get("status") == "Draft"]
    if earlier and quirks.second_generate == "nothing":
        groups = {}
    if quirks.second_generate == "replaces":
        for number in earlier:
            del shop.orders[number]
    made: list[Record] = []
    for (supplier_id, place), lines in groups.items():
        number, supplier = shop.number(), shop.suppliers.get(supplier_id, {})
        order: Record = {
            "id": number,
            "status": "Draft",
            "generated": True,
            "createdDate": text_of(account.now()),
            "clientReferenceNumber": shop.next_reference(),
            "supplier": {key: supplier[key] for key in ("supplierCode", "supplierName") if key in supplier},
            "purchaseOrderLineItems": tuple(lines),
        }
        if (where := next((e for e in shop.locations.values() if e["locationCode"] == place), None)) is not None:
            order["location"] = {key: where[key] for key in ("locationCode", "locationName") if key in where}
        shop.orders[number] = order
        made.append(_order(account, order))
    shop.changed()
    return answer(made)
