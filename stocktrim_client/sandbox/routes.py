"""The 38 operations: each a function of the account and of what was asked."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from stocktrim_client.sandbox import shapes
from stocktrim_client.sandbox.answers import JSON, Answer, Refused, answer, nothing
from stocktrim_client.sandbox.forecast import Forecast, Row, breathe, encode, stock_of
from stocktrim_client.sandbox.quirks import Quirks
from stocktrim_client.sandbox.shapes import STATUSES, read, write
from stocktrim_client.sandbox.shop import Record, Shop, text_of, time_of

__all__ = ["ROUTES", "Account", "Ask", "Route", "find_route"]

MISSING = object()


@dataclass(slots=True)
class Account:
    """One tenant: its shop, its forecast, its habits."""

    shop: Shop
    forecast: Forecast
    quirks: Quirks
    now: Callable[[], datetime]
    nap: Callable[[float], Awaitable[None]]
    encoded: dict[str, tuple[int, Answer]] = field(default_factory=dict[str, tuple[int, Answer]])


class Ask(NamedTuple):
    """One request: what was in its path, its query and its body."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any


Responder = Callable[[Account, Ask], Awaitable[Answer]]


class Route(NamedTuple):
    """One operation."""

    name: str
    method: str
    path: str
    responder: Responder
    takes_body: bool


# ------------------------------------------------------------------ shared


def _query(ask: Ask, name: str) -> str | None:
    value = ask.query.get(name.lower())
    return value if value is not None and value != "" else None


def _body(account: Account, ask: Ask, shape: shapes.Shape) -> Record:
    record, errors = read(ask.body, shape, account.quirks)
    if errors:
        raise Refused(400, errors=errors)
    return record


def _invalid(name: str, message: str) -> Refused:
    return Refused(400, errors={name: [message]})


def _listed(rows: Sequence[Record], quirks: Quirks, *, habit: str | None = None, status: int = 200) -> Answer:
    """A list, or what this StockTrim says when there is nothing to list."""
    habit = habit or quirks.empty_lists
    if rows or habit == "[]":
        return answer(rows, status)
    if habit == "null":
        return answer(None, status)
    raise Refused(404)


def _one(row: Record, quirks: Quirks) -> Answer:
    return answer([row] if quirks.lookup_form == "array" else row)


def _paged(rows: Sequence[Any], page: int, size: int) -> Sequence[Any]:
    return rows[page * size : (page + 1) * size] if page >= 0 and size > 0 else ()


def _page_of(number: int, first: int, below: str = "first") -> int:
    """Which page, counted from 0, a page number means; -1: none."""
    if number < first:
        return 0 if below == "first" and number >= 0 else -1
    return number - first


def _deleted(account: Account, found: bool, usual: int) -> Answer:
    quirks = account.quirks
    if not found and quirks.delete_unknown == "404":
        raise Refused(404)
    account.shop.changed()
    return nothing(usual if quirks.delete_statuses == "mixed" else int(quirks.delete_statuses))


def _everything(account: Account, names: str) -> bool:
    """A delete came without its filter."""
    if account.quirks.delete_without_filter == "refused":
        raise _invalid(names, f"The {names} field is required.")
    return True


def _known_product(account: Account, product_id: str | None, where: str) -> None:
    shop = account.shop
    if product_id is None or product_id in shop.products:
        return
    if account.quirks.unknown_product == "refused":
        raise _invalid(where, f"There is no product with the id '{product_id}'.")
    shop.products[product_id] = {"id": shop.number(), "productId": product_id}


def _place(account: Account, code: str | None, name: str | None) -> Record | None:
    """The location meant by a code or a name, made if need be."""
    if code is None and name is None:
        return None
    shop = account.shop
    for each in shop.locations.values():
        if each["locationCode"] == code or (code is None and each.get("locationName") == name):
            return each
    if account.quirks.unknown_partner == "refused":
        raise _invalid("LocationCode", f"There is no location '{code or name}'.")
    number = shop.number()
    shop.locations[number] = {"id": number, "locationCode": code or name}
    if name is not None:
        shop.locations[number]["locationName"] = name
    return shop.locations[number]


def _buyer(account: Account, code: str | None, name: str | None) -> str | None:
    """The code of the customer meant, made if need be."""
    if code is None and name is None:
        return None
    shop = account.shop
    for each in shop.customers.values():
        if (code is not None and each.get("code") == code) or (code is None and each.get("name") == name):
            return each.get("code")
    if account.quirks.unknown_partner == "refused":
        raise _invalid("CustomerCode", f"There is no customer '{code or name}'.")
    customer = {"code": code or name, "name": name}
    shop.customers[shop.number()] = {key: value for key, value in customer.items() if value is not None}
    return code or name


def _merged(old: Record, new: Record, *, keep: bool, nulls: str = "clears") -> Record:
    """A record saved over another one."""
    kept = dict(old) if keep else {"id": old["id"]}
    for name, value in new.items():
        if value is not None:
            kept[name] = value
        elif nulls == "clears":
            kept.pop(name, None)
    return kept


async def _all(
    account: Account, name: str, rows: Iterable[Record], shape: shapes.Shape, first: tuple[str, ...]
) -> Answer:
    """A whole catalogue in one answer, encoded once for as long as nothing changes."""
    shop = account.shop
    kept = account.encoded.get(name)
    if kept is not None and kept[0] == shop.changes:
        return kept[1]
    changes = shop.changes
    records = list(rows)
    if not records:
        return _listed([], account.quirks, habit=account.quirks.empty_other_lists)
    pieces: list[bytes] = []
    for start in range(0, len(records), 200):
        part = encode([write(each, shape, account.quirks, first) for each in records[start : start + 200]])
        pieces.append((b"," if start else b"[") + part[1:-1])
        await breathe()
    made = Answer(200, (*pieces, b"]"), {"content-type": JSON})
    account.encoded[name] = (changes, made)
    return made


# ------------------------------------------------------------------ products


def _product(account: Account, product: Record, sent: dict[str, dict[str | None, float]]) -> Record:
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
    if listed := product.get("suppliers"):
        shown["suppliers"] = [_product_supplier(account, each) for each in listed]
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
    return product["productId"] == code or (
        quirks.product_code_matches == "either" and product.get("productCodeReadable") == code
    )


async def list_products(account: Account, ask: Ask) -> Answer:
    """Products, a page of them, or the one with a code."""
    shop, quirks = account.shop, account.quirks
    if (code := _query(ask, "code")) is not None:
        exact = shop.products.get(code)
        found = [exact] if exact else [each for each in shop.products.values() if _same_code(each, code, quirks)]
    else:
        asked = _query(ask, "pageNo")
        if asked is not None and not re.fullmatch(r"-?\d{1,9}", asked):
            raise _invalid("pageNo", f"The value '{asked}' is not valid.")
        number = quirks.first_page if asked is None else int(asked)
        page = _page_of(number, quirks.first_page, quirks.page_below_first)
        found = _paged(list(shop.products.values()), page, quirks.products_page_size)
    sent = shop.on_order()
    return _listed([_product(account, each, sent) for each in found], quirks)


async def save_product(account: Account, ask: Ask) -> Answer:
    """Create or update a product by its productId."""
    shop, quirks = account.shop, account.quirks
    given = _body(account, ask, shapes.PRODUCT)
    if quirks.explicit_null == "refused":
        errors = {f"$.{name}": ["The JSON value null could not be converted."] for name in given if given[name] is None}
        if errors:
            raise Refused(400, errors=errors)
    key = given["productId"]
    level = given.get("serviceLevel")
    if level is not None and level > 100:
        raise _invalid("ServiceLevel", "The field ServiceLevel must be between 0 and 100.")
    if listed := given.get("suppliers"):
        given["suppliers"] = tuple(_linked(shop, each) for each in listed)
    old = shop.products.get(key)
    if old is None:
        shop.products[key] = {"id": shop.number()} | {name: value for name, value in given.items() if value is not None}
    else:
        shop.products[key] = _merged(old, given, keep=quirks.product_left_out == "kept", nulls=quirks.explicit_null)
    shop.changed()
    return answer(_product(account, shop.products[key], shop.on_order()), 201 if old is None else 200)


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
    key = _query(ask, "productId")
    doomed = [key] if key is not None else list(shop.products) if _everything(account, "productId") else []
    found = False
    for each in doomed:
        found = shop.products.pop(each, None) is not None or found
        shop.ledger.forget(each)
        for number in [n for n, bom in shop.boms.items() if each in (bom["productId"], bom["componentId"])]:
            del shop.boms[number]
    return _deleted(account, found, 200)


# ------------------------------------------------------------------ suppliers


def _supplier(account: Account, supplier: Record) -> Record:
    shown = dict(supplier)
    if not account.quirks.null_supplier_codes and "supplierCode" not in shown:
        shown["supplierCode"] = f"SUP-{shown['id']}"
    return shown


async def get_supplier(account: Account, ask: Ask) -> Answer:
    """One supplier by its code."""
    shop, quirks = account.shop, account.quirks
    code = _query(ask, "code")
    rows = [_supplier(account, each) for each in shop.suppliers.values()]
    if code is None and quirks.suppliers_v1 == "list":
        return _listed([write(each, shapes.SUPPLIER, quirks, ("id",)) for each in rows], quirks)
    for each in rows:
        if code is not None and each.get("supplierCode") == code:
            return _one(write(each, shapes.SUPPLIER, quirks, ("id",)), quirks)
    raise Refused(404)


async def list_suppliers(account: Account, ask: Ask) -> Answer:
    """Every supplier."""
    rows = (_supplier(account, each) for each in account.shop.suppliers.values())
    return await _all(account, "suppliers", rows, shapes.SUPPLIER, ("id",))


async def save_suppliers(account: Account, ask: Ask) -> Answer:
    """Create or update suppliers by their codes: all, or none if one is wrong."""
    shop, quirks = account.shop, account.quirks
    if not isinstance(ask.body, list):
        raise Refused(400, errors={"$": ["The JSON value could not be read as a list."]})
    items: list[object] = ask.body  # pyright: ignore[reportUnknownVariableType]
    given: list[Record] = []
    for place, item in enumerate(items):
        record, errors = read(item, shapes.SUPPLIER, quirks, f"[{place}]")
        if errors:
            raise Refused(400, errors=errors)
        given.append(record)
    saved: list[Record] = []
    for record in given:
        old = next((e for e in shop.suppliers.values() if e.get("supplierCode") == record["supplierCode"]), None)
        number = old["id"] if old else shop.number()
        shop.suppliers[number] = _merged(old or {"id": number}, record, keep=True)
        saved.append(write(shop.suppliers[number], shapes.SUPPLIER, quirks, ("id",)))
    shop.changed()
    return answer(saved, 201)


async def delete_supplier(account: Account, ask: Ask) -> Answer:
    """Delete a supplier by its code or its name."""
    shop = account.shop
    wanted = _query(ask, "supplierCodeOrName")
    if wanted is None:
        _everything(account, "supplierCodeOrName")
    rows = [(number, _supplier(account, each)) for number, each in shop.suppliers.items()]
    by_code = [number for number, each in rows if wanted is None or each.get("supplierCode") == wanted]
    doomed = by_code or [number for number, each in rows if each.get("supplierName") == wanted]
    for number in doomed:
        del shop.suppliers[number]
    return _deleted(account, bool(doomed), 201)


# ------------------------------------------------------------------ customers


async def list_customers(account: Account, ask: Ask) -> Answer:
    """Every customer."""
    return await _all(account, "customers", account.shop.customers.values(), shapes.CUSTOMER, ())


async def get_customer(account: Account, ask: Ask) -> Answer:
    """One customer by its code."""
    for each in account.shop.customers.values():
        if each.get("code") == ask.path["code"]:
            return answer(write(each, shapes.CUSTOMER, account.quirks))
    raise Refused(404)


async def save_customer(account: Account, ask: Ask) -> Answer:
    """Create or update a customer by its code; without one always create."""
    shop, quirks = account.shop, account.quirks
    given = _body(account, ask, shapes.CUSTOMER)
    code = given.get("code")
    number = next((n for n, each in shop.customers.items() if code is not None and each.get("code") == code), None)
    old = shop.customers.get(number, {}) if number is not None else {}
    kept = _merged({"id": 0} | old, given, keep=True)
    kept.pop("id")
    shop.customers[number if number is not None else shop.number()] = kept
    shop.changed()
    if quirks.customers_body == "none":
        return nothing(200)
    shown = write(kept, shapes.CUSTOMER, quirks)
    return answer({"orders": [], "customer": shown, "customers": [shown]}[quirks.customers_body])


# ------------------------------------------------------------------ locations


async def get_location(account: Account, ask: Ask) -> Answer:
    """One location by its code."""
    shop, quirks = account.shop, account.quirks
    code = _query(ask, "code")
    if quirks.locations_v1 == "dead":
        raise Refused(404)
    if code is None and quirks.locations_v1 == "list":
        return _listed([write(each, shapes.LOCATION, quirks, ("id",)) for each in shop.locations.values()], quirks)
    for each in shop.locations.values():
        if code is not None and each["locationCode"] == code:
            return _one(write(each, shapes.LOCATION, quirks, ("id",)), quirks)
    raise Refused(404)


async def save_location_by_code_or_name(account: Account, ask: Ask) -> Answer:
    """Create a location, or update the one with this code or else this name."""
    return _save_location(account, ask, names=True)


async def save_location(account: Account, ask: Ask) -> Answer:
    """Create or update a location by its code."""
    return _save_location(account, ask, names=False)


def _save_location(account: Account, ask: Ask, *, names: bool) -> Answer:
    shop = account.shop
    given = _body(account, ask, shapes.LOCATION)
    code, name = given["locationCode"], given.get("locationName")
    old = next((each for each in shop.locations.values() if each["locationCode"] == code), None)
    if old is None and names and name is not None:
        old = next((each for each in shop.locations.values() if each.get("locationName") == name), None)
    number = old["id"] if old else shop.number()
    shop.locations[number] = _merged(old or {"id": number}, given, keep=True)
    shop.changed()
    return answer(write(shop.locations[number], shapes.LOCATION, account.quirks, ("id",)), 201)


# ------------------------------------------------------------------ inventory


async def set_inventory(account: Account, ask: Ask) -> Answer:
    """Set stock on hand and on order, of a product or of a product at a place."""
    shop, quirks = account.shop, account.quirks
    given = _body(account, ask, shapes.INVENTORY)
    lines: tuple[Record, ...] = given.get("inventory") or ()
    for place, line in enumerate(lines):
        if not line.get("productId"):
            raise _invalid(f"Inventory[{place}].ProductId", "The ProductId field is required.")
        _known_product(account, line["productId"], f"Inventory[{place}].ProductId")
    for line in lines:
        product = dict(shop.products[line["productId"]])
        where = _place(account, line.get("locationCode"), line.get("locationName"))
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


# ------------------------------------------------------------------ bills of materials


def _bom(account: Account, bom: Record, sent: dict[str, dict[str | None, float]]) -> Record:
    products = account.shop.products
    shown = write(bom, shapes.BOM, account.quirks, ("id", "assemblyTimeDays"))
    for name, key in (("skuProduct", "productId"), ("skuComponent", "componentId")):
        if (product := products.get(bom[key])) is not None:
            shown[name] = _product(account, product, sent)
    return shown


async def list_bills_of_materials(account: Account, ask: Ask) -> Answer:
    """BOM lines, of one product or with one component."""
    quirks, sent = account.quirks, account.shop.on_order()
    made, part = _query(ask, "productId"), _query(ask, "componentId")
    found = [
        _bom(account, bom, sent)
        for bom in account.shop.boms.values()
        if made in (None, bom["productId"]) and part in (None, bom["componentId"])
    ]
    if len(found) == 1 and quirks.boms_form == "object":
        return answer(found[0], quirks.boms_status)
    return _listed(found, quirks, status=quirks.boms_status)


async def create_bill_of_materials(account: Account, ask: Ask) -> Answer:
    """Add a component to a product."""
    shop, quirks = account.shop, account.quirks
    given = _body(account, ask, shapes.BOM)
    _known_product(account, given["productId"], "ProductId")
    _known_product(account, given["componentId"], "ComponentId")
    pair = (given["productId"], given["componentId"])
    old = next((n for n, bom in shop.boms.items() if (bom["productId"], bom["componentId"]) == pair), None)
    if old is not None and quirks.bom_repeat == "refused":
        raise Refused(409, "This component is already part of the product.")
    number = old if old is not None and quirks.bom_repeat == "updates" else shop.number()
    shop.boms[number] = {"id": number} | {name: value for name, value in given.items() if value is not None}
    shop.changed()
    return answer(_bom(account, shop.boms[number], shop.on_order()), 201)


async def delete_bill_of_materials(account: Account, ask: Ask) -> Answer:
    """Delete BOM lines by product and component."""
    shop = account.shop
    made, part = _query(ask, "productId"), _query(ask, "componentId")
    if made is None or part is None:
        _everything(account, "productId" if made is None else "componentId")
    doomed = [
        number
        for number, bom in shop.boms.items()
        if made in (None, bom["productId"]) and part in (None, bom["componentId"])
    ]
    for number in doomed:
        del shop.boms[number]
    return _deleted(account, bool(doomed), 201)


# ------------------------------------------------------------------ purchase orders


def _order(account: Account, order: Record) -> Record:
    quirks = account.quirks
    shown = {"supplier": {}, "purchaseOrderLineItems": ()} | order if not quirks.bare_orders else order
    if not quirks.null_supplier_codes and (supplier := shown.get("supplier")) and not supplier.get("supplierCode"):
        found = account.shop.supplier_named(supplier.get("supplierName"))
        if found is not None:
            shown = shown | {"supplier": supplier | {"supplierCode": f"SUP-{found['id']}"}}
    return write(shown, shapes.ORDER, quirks, ("id", "message"))


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
    reference = _query(ask, "referenceNumber")
    if quirks.purchase_orders_v1 == "dead":
        raise Refused(404)
    if reference is None:
        if quirks.purchase_orders_v1 == "list" and shop.orders:
            return answer([_order(account, order) for order in shop.orders.values()])
        raise Refused(404)
    for number in _referenced(account, reference, quirks.order_lookup):
        return _one(_order(account, shop.orders[number]), quirks)
    raise Refused(404)


async def list_purchase_orders(account: Account, ask: Ask) -> Answer:
    """Purchase orders, a page of them."""
    quirks = account.quirks
    page, size = _whole(ask, "page", quirks.orders_first_page), _whole(ask, "pageSize", quirks.orders_page_size)
    cap = quirks.orders_page_size_cap
    if size < 1 or page < 0:
        raise _invalid("page", "Page and pageSize must not be negative.")
    if cap and size > cap:
        if quirks.orders_over_cap == "refused":
            raise _invalid("pageSize", f"The field pageSize must be between 1 and {cap}.")
        size = cap
    orders = list(account.shop.orders.values())
    if (status := _query(ask, "status")) is not None:
        name = STATUSES[int(status)] if status.isdecimal() and int(status) < len(STATUSES) else status
        if name.lower() not in map(str.lower, STATUSES):
            raise _invalid("status", f"The value '{status}' is not valid.")
        orders = [order for order in orders if order.get("status", "Draft").lower() == name.lower()]
    if quirks.orders_sequence == "newest":
        orders.reverse()
    elif quirks.orders_sequence == "scattered":
        orders.sort(key=lambda order: order["id"] * 2_654_435_761 % 2**32)
    found = _paged(orders, _page_of(page, quirks.orders_first_page), size)
    return _listed([_order(account, order) for order in found], quirks, habit=quirks.empty_other_lists)


def _whole(ask: Ask, name: str, otherwise: int) -> int:
    asked = _query(ask, name)
    if asked is None:
        return otherwise
    if not re.fullmatch(r"-?\d{1,9}", asked):
        raise _invalid(name, f"The value '{asked}' is not valid.")
    return int(asked)


async def get_purchase_order(account: Account, ask: Ask) -> Answer:
    """One purchase order by its reference."""
    for number in _referenced(account, ask.path["referenceNumber"], account.quirks.order_lookup):
        return answer(_order(account, account.shop.orders[number]))
    raise Refused(404)


async def save_purchase_order(account: Account, ask: Ask) -> Answer:
    """Create an order, or update the one with this clientReferenceNumber."""
    shop, quirks = account.shop, account.quirks
    raw: dict[str, object] = ask.body if isinstance(ask.body, dict) else {}  # pyright: ignore[reportUnknownVariableType]
    dates: list[object] = [value for key, value in raw.items() if key.lower() == "orderdate"]
    if (None in dates and quirks.null_order_date == "refused") or (not dates and quirks.order_date_required):
        raise _invalid("OrderDate", "The OrderDate field is required.")
    given = _body(account, ask, shapes.ORDER)
    supplier: Record = {key: value for key, value in given["supplier"].items() if value is not None}
    if not supplier:
        raise _invalid("Supplier", "A supplier needs a code or a name.")
    for place, line in enumerate(given["purchaseOrderLineItems"]):
        _known_product(account, line["productId"], f"PurchaseOrderLineItems[{place}].ProductId")
    given["supplier"] = _ordered_from(account, supplier)
    if (location := given.get("location")) is not None:
        place = _place(account, location.get("locationCode"), location.get("locationName"))
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
        order = _merged(before, given, keep=quirks.order_left_out == "kept")
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
        raise _invalid("Supplier", f"There is no supplier '{code or name}'.")
    number = shop.number()
    shop.suppliers[number] = {"id": number} | supplier
    return supplier


async def delete_purchase_order(account: Account, ask: Ask) -> Answer:
    """Delete an order by its reference."""
    shop = account.shop
    reference = _query(ask, "referenceNumber")
    if reference is None:
        _everything(account, "referenceNumber")
    by = account.quirks.order_delete_lookup
    doomed = list(shop.orders) if reference is None else _referenced(account, reference, by)
    for number in doomed:
        del shop.orders[number]
    return _deleted(account, bool(doomed), 204)


async def generate_purchase_orders(account: Account, ask: Ask) -> Answer:
    """Draft an order for each supplier from the present suggestions."""
    shop, quirks = account.shop, account.quirks
    asked = _body(account, ask, shapes.PLAN_FILTER_DTO)
    plan = account.forecast.plan()
    places: list[str | None] = list(dict.fromkeys(asked.get("locationCodes") or ())) or [None]
    suppliers = set(asked.get("supplierCodes") or ())
    groups: dict[tuple[int, str | None], list[Record]] = {}
    for place in places:
        for row in (await plan.rows(quirks, place)).values():
            quantity, product = row.figures.order_quantity, row.product
            supplier = plan.supplier_of(product)
            if not quantity or supplier is None or product["productId"] in plan.made_of:
                continue
            if not _listed_in(row, asked.get("searchString"), asked.get("currentStatus") or "Current"):
                continue
            if suppliers and not _supplier_in(supplier, suppliers, quirks):
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


def _supplier_in(supplier: Record, wanted: set[str], quirks: Quirks) -> bool:
    code = supplier.get("supplierCode")
    if code is None and not quirks.null_supplier_codes:
        code = f"SUP-{supplier['id']}"
    return code in wanted


# ------------------------------------------------------------------ the plan


def _listed_in(row: Row, search: str | None, status: str) -> bool:
    """Whether a row is among those of a status in which the words are found."""
    gone = bool(row.product.get("discontinued"))
    if (status == "Current" and gone) or (status == "Discontinued" and not gone):
        return False
    if not search:
        return True
    words = search.lower()
    names = ("productId", "productCodeReadable", "name", "category")
    return any(words in (row.product.get(name) or "").lower() for name in names)


def _named(record: Record, code_name: str, name_name: str, text: str, quirks: Quirks) -> bool:
    names = {"code": (code_name,), "name": (name_name,)}.get(quirks.filter_matches, (code_name, name_name))
    return any(record.get(name) == text for name in names)


async def read_order_plan(account: Account, ask: Ask) -> Answer:
    """Rows of the plan within a filter."""
    quirks, plan = account.quirks, account.forecast.plan()
    asked = _body(account, ask, shapes.PLAN_FILTER)
    page, size = asked.get("page", 0), asked.get("perPage", 0) or quirks.plan_per_page
    if quirks.plan_per_page_cap:
        size = min(size or quirks.plan_per_page_cap, quirks.plan_per_page_cap)
    found = await _filtered(account, asked)
    if quirks.sort_order == "honoured" and (key := asked.get("sortOrder")):
        found.sort(key=_sorting(key))
    start = _page_of(page, quirks.plan_first_page)
    shown = found if not size and start == 0 else list(_paged(found, start, size))
    more = bool(size) and start >= 0 and (start + 1) * size < len(found)
    echo = write({**asked, "page": page, "perPage": size}, shapes.PLAN_FILTER, quirks)
    if quirks.plan_has_next_page == "told":
        echo["hasNextPage"] = more
    tail = b',"filterCriteria":' + encode(echo) + b"}"
    if not shown:
        return Answer(200, (b'{"results":' + (b"null" if quirks.null_results else b"[]"), tail), {"content-type": JSON})
    pieces: list[bytes] = [b'{"results":[']
    for start in range(0, len(shown), 100):
        pieces.append((b"," if start else b"") + b",".join(row.body for row in shown[start : start + 100]))
    del plan
    return Answer(200, (*pieces, b"]", tail), {"content-type": JSON})


async def _filtered(account: Account, asked: Record) -> list[Row]:
    quirks, plan = account.quirks, account.forecast.plan()
    place = customer = None
    if (wanted := asked.get("location")) or asked.get("locationId") is not None:
        number = asked.get("locationId")
        matches = [
            each
            for each in plan.locations.values()
            if (number is None or each["id"] == number)
            and (not wanted or _named(each, "locationCode", "locationName", wanted, quirks))
        ]
        if not matches:
            return []
        place = matches[0]["locationCode"]
    if (wanted := asked.get("customer")) or asked.get("customerId") is not None:
        customers = account.shop.customers
        matches = [
            each
            for number, each in customers.items()
            if asked.get("customerId") in (None, number)
            and (not wanted or wanted in (each.get("code"), each.get("name")))
        ]
        if not matches:
            return []
        customer = matches[0].get("code") or ""
    wanted, number = asked.get("supplier"), asked.get("supplierId")
    status = asked.get("currentStatus") or "All"
    rows: list[Row] = []
    for key, row in (await plan.rows(quirks, place, customer)).items():
        if not _listed_in(row, asked.get("searchString"), status):
            continue
        if (category := asked.get("category")) and row.product.get("category") != category:
            continue
        if asked.get("excludeManufactured") and key in plan.made_of:
            continue
        if place is not None and not _held_at(row, place):
            continue
        if customer is not None and not row.figures.order_count:
            continue
        if wanted or number is not None:
            supplier = plan.supplier_of(row.product)
            if supplier is None or (number is not None and supplier["id"] != number):
                continue
            if wanted and not _named(_supplier(account, supplier), "supplierCode", "supplierName", wanted, quirks):
                continue
        rows.append(row)
    return rows


def _held_at(row: Row, place: str) -> bool:
    places = row.product.get("stockLocations") or ()
    return bool(row.figures.order_count) or any(each["locationCode"] == place for each in places)


def _sorting(key: str) -> Callable[[Row], tuple[bool, Any]]:
    figures = {
        "daysuntilstockout": "days_until_stock_out",
        "daysuntilreplenishmentdue": "days_until_due",
        "orderquantity": "order_quantity",
        "reorderpoint": "reorder_point",
        "leaddemand": "lead_demand",
    }.get(key.lower())

    def of(row: Row) -> tuple[bool, Any]:
        value = getattr(row.figures, figures) if figures else row.product.get("name")
        return (value is None, value)

    return of


# ------------------------------------------------------------------ forecasts, account


async def run_forecast(account: Account, ask: Ask) -> Answer:
    """Start a run."""
    account.forecast.run(lambda: text_of(account.now()), account.quirks.status_lag)
    return nothing(201)


async def get_processing_status(account: Account, ask: Ask) -> Answer:
    """What is going on."""
    return answer(write(account.forecast.status(), shapes.PROCESSING, account.quirks, ("id",)))


async def set_processing_status(account: Account, ask: Ask) -> Answer:
    """Let a loader report."""
    given = _body(account, ask, shapes.PROCESSING)
    told = {"isProcessing": False, "percentageComplete": 0, "statusMessage": None} | given
    account.forecast.say(told)
    return answer(write(told, shapes.PROCESSING, account.quirks))


async def get_configuration(account: Account, ask: Ask) -> Answer:
    """A setting by its name."""
    known = {"inventorymanagementsystem": account.shop.connected_system}
    name = known.get(ask.path["configurationName"].lower())
    if name is None and account.quirks.unknown_configuration == "404":
        raise Refused(404)
    return answer({"name": name})


async def get_connected_system(account: Account, ask: Ask) -> Answer:
    """The system the account is loaded from."""
    return answer({"name": account.shop.connected_system})


async def set_connected_system(account: Account, ask: Ask) -> Answer:
    """Change the system the account is loaded from."""
    account.shop.connected_system = _body(account, ask, shapes.SYSTEM).get("api") or shapes.CONNECTED_SYSTEMS[0]
    return nothing(201)


# ------------------------------------------------------------------ sales orders


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
    product = _query(ask, "productId")
    if quirks.sales_orders_v1 == "dead" or (product is None and quirks.sales_orders_v1 != "list"):
        raise Refused(404)
    pieces: list[bytes] = []
    for key in [product] if product is not None else list(shop.ledger.products()):
        if key in shop.products and (sales := shop.ledger.sales(key)):
            pieces.append((b"," if pieces else b"[") + encode([_sale(account, sale) for sale in sales])[1:-1])
            await breathe()
    if not pieces:
        return _listed([], quirks)
    return Answer(200, (*pieces, b"]"), {"content-type": JSON})


def _new_sale(account: Account, given: Record, where: str) -> Record:
    """A sale as it is kept, its product, place and buyer made sure of."""
    if given["quantity"] < 0:
        raise _invalid(f"{where}Quantity", "The field Quantity must be 0 or more.")
    _known_product(account, given["productId"], f"{where}ProductId")
    place = _place(account, given.get("locationCode"), given.get("locationName"))
    buyer = _buyer(account, given.get("customerCode"), given.get("customerName"))
    sale = {"id": account.shop.sale_number()} | given
    sale |= {"locationCode": place["locationCode"] if place else None, "customerCode": buyer}
    return {name: value for name, value in sale.items() if value is not None}


async def create_sales_order(account: Account, ask: Ask) -> Answer:
    """Add one sale."""
    shop = account.shop
    sale = _new_sale(account, _body(account, ask, shapes.SALE), "")
    shop.ledger.write(sale["productId"], (*shop.ledger.sales(sale["productId"]), sale))
    shop.changed()
    return answer(_sale(account, sale), 201)


def _lines(account: Account, ask: Ask) -> list[Record]:
    """The sales of a bulk order, each with what its header says."""
    given = _body(account, ask, shapes.SALES)
    lines = given.pop("saleOrderLineItems", None) or ()
    if not lines:
        raise _invalid("SaleOrderLineItems", "The SaleOrderLineItems field needs at least one line.")
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
    ledger, saved, created = account.shop.ledger, [], False
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


async def _delete_sales(account: Account, doomed: Callable[[Record], bool], product: str | None = None) -> Answer:
    ledger, found = account.shop.ledger, False
    for done, key in enumerate([product] if product is not None else list(ledger.products())):
        sales = ledger.sales(key)
        kept = tuple(sale for sale in sales if not doomed(sale))
        if len(kept) != len(sales):
            found = True
            ledger.write(key, kept)
        if done % 50 == 49:
            await breathe()
    return _deleted(account, found, 200)


async def delete_sales_orders(account: Account, ask: Ask) -> Answer:
    """Delete all sales of a product."""
    product = _query(ask, "productId")
    if product is None:
        _everything(account, "productId")
    return await _delete_sales(account, lambda sale: True, product)


async def delete_all_sales_orders(account: Account, ask: Ask) -> Answer:
    """Delete every sale."""
    await _delete_sales(account, lambda sale: True)
    return _deleted(account, True, 200)


async def delete_sales_orders_in_range(account: Account, ask: Ask) -> Answer:
    """Delete the sales between two moments."""
    ends: list[str] = []
    for name in ("fromDate", "toDate"):
        asked = _query(ask, name)
        if asked is None:
            raise _invalid(name, f"The {name} field is required.")
        try:
            ends.append(text_of(time_of(asked)))
        except ValueError:
            raise _invalid(name, f"The value '{asked}' is not valid.") from None
    first, last = ends
    included = account.quirks.range_ends == "included"

    def within(sale: Record) -> bool:
        return first <= sale["orderDate"] < last or (included and sale["orderDate"] == last)

    return await _delete_sales(account, within, _query(ask, "productId"))


async def delete_sales_orders_of_location(account: Account, ask: Ask) -> Answer:
    """Delete the sales at a location."""
    wanted = _query(ask, "locationCodeOrName")
    if wanted is None:
        _everything(account, "locationCodeOrName")
    codes = {
        each["locationCode"]
        for each in account.shop.locations.values()
        if wanted in (None, each["locationCode"], each.get("locationName"))
    }
    return await _delete_sales(account, lambda sale: wanted is None or sale.get("locationCode") in codes)


# ------------------------------------------------------------------ the table


def _route(responder: Responder, line: str) -> Route:
    method, path = line.split()
    name = getattr(responder, "__name__", "")
    bodiless = method in ("GET", "DELETE") or responder is run_forecast
    return Route(name, method, path, responder, not bodiless)


ROUTES: tuple[Route, ...] = tuple(
    _route(responder, line)
    for responder, line in (
        (list_bills_of_materials, "GET /api/boms"),
        (create_bill_of_materials, "POST /api/boms"),
        (delete_bill_of_materials, "DELETE /api/boms"),
        (get_configuration, "GET /api/Configuration/{configurationName}"),
        (get_connected_system, "GET /api/InventoryManagementSystemSettings"),
        (set_connected_system, "POST /api/InventoryManagementSystemSettings"),
        (list_customers, "GET /api/Customers"),
        (save_customer, "PUT /api/Customers"),
        (get_customer, "GET /api/Customers/{code}"),
        (set_inventory, "POST /api/Inventory"),
        (get_location, "GET /api/Locations"),
        (save_location_by_code_or_name, "POST /api/Locations"),
        (save_location, "POST /api/V2/Locations"),
        (read_order_plan, "POST /api/OrderPlan"),
        (get_processing_status, "GET /api/ProcessingStatus"),
        (set_processing_status, "POST /api/ProcessingStatus"),
        (run_forecast, "POST /api/RunForecastCalculations"),
        (list_products, "GET /api/Products"),
        (save_product, "POST /api/Products"),
        (delete_product, "DELETE /api/Products"),
        (find_purchase_order, "GET /api/PurchaseOrders"),
        (save_purchase_order, "POST /api/PurchaseOrders"),
        (delete_purchase_order, "DELETE /api/PurchaseOrders"),
        (list_purchase_orders, "GET /api/V2/PurchaseOrders"),
        (generate_purchase_orders, "POST /api/V2/PurchaseOrders/OrderPlan"),
        (get_purchase_order, "GET /api/V2/PurchaseOrders/{referenceNumber}"),
        (list_sales_orders, "GET /api/SalesOrders"),
        (create_sales_order, "POST /api/SalesOrders"),
        (delete_sales_orders, "DELETE /api/SalesOrders"),
        (delete_all_sales_orders, "DELETE /api/SalesOrders/All"),
        (delete_sales_orders_in_range, "DELETE /api/SalesOrders/Range"),
        (save_sales_orders, "PUT /api/SalesOrdersBulk"),
        (create_sales_orders, "POST /api/SalesOrdersBulk"),
        (delete_sales_orders_of_location, "DELETE /api/SalesOrdersLocation"),
        (get_supplier, "GET /api/Suppliers"),
        (save_suppliers, "POST /api/Suppliers"),
        (delete_supplier, "DELETE /api/Suppliers"),
        (list_suppliers, "GET /api/SuppliersBulk"),
    )
)


def find_route(method: str, segments: Sequence[str]) -> tuple[Route, dict[str, str]]:
    """The operation a method and a path name, with what the path says; words of the path in any case.

    Raises: Refused 404 for a path there is not, 405 for a method it has not.
    """
    allowed: set[str] = set()
    for route in ROUTES:
        template = route.path.strip("/").split("/")
        if len(template) != len(segments):
            continue
        values: dict[str, str] = {}
        for part, segment in zip(template, segments, strict=True):
            if part.startswith("{"):
                values[part.strip("{}")] = segment
            elif part.lower() != segment.lower():
                break
        else:
            if route.method == method:
                return route, values
            allowed.add(route.method)
    if allowed:
        raise Refused(405, f"Allowed: {', '.join(sorted(allowed))}.")
    raise Refused(404)
