"""What a sandbox holds, as records that can be compared: by what people call them, without what nobody chose."""

from collections.abc import Mapping
from typing import Any

from stocktrim_client.sandbox import Sandbox
from stocktrim_client.sandbox.shop import Record

GIVEN = ("id", "createdDate")
"""StockTrim gives these itself: what is created again has others."""

FOLLOWS = ("stockOnOrder",)
"""It follows from the orders sent until a count sets it; as both show the same, nobody can tell or take it back."""

State = dict[tuple[str, str], Any]


def state_of(sandbox: Sandbox) -> State:
    """Every record by its kind and key; sales by product, where they are not those of the start."""
    shop = sandbox.shop
    state: State = {("product", key): _product(one) for key, one in shop.products.items()}
    state |= {("supplier", _name(one, "supplierCode", "supplierName")): _chosen(one) for one in shop.suppliers.values()}
    state |= {("location", one["locationCode"]): _chosen(one) for one in shop.locations.values()}
    state |= {("customer", _name(one, "code", "name")): _chosen(one) for one in shop.customers.values()}
    state |= {
        ("order", _name(one, "clientReferenceNumber", "referenceNumber", "id")): _order(one)
        for one in shop.orders.values()
    }
    state |= {("bom", f"{one['productId']} / {one['componentId']}"): _chosen(one) for one in shop.boms.values()}
    untouched = shop.ledger.copy()
    untouched.written.clear()
    for key, sales in shop.ledger.written.items():
        # StockTrim deletes no single sale: one that is taken back stays, with nothing sold.
        counted = tuple(one for one in sales if one["quantity"])
        if counted != untouched.sales(key):
            state["sales", key] = sorted((_chosen(one) for one in counted), key=str)
    return state


def changed(before: State, after: State) -> set[tuple[str, str]]:
    """The records that are there once and not the other time, or differ."""
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def _product(record: Record) -> dict[str, Any]:
    """A place where something was counted once stays, with nothing in it; its name goes with its code."""
    held = tuple(
        {name: value for name, value in one.items() if name != "locationName"}
        for one in record.get("stockLocations") or ()
        if one.get("stockOnHand")
    )
    return _chosen({**record, "stockLocations": held})


def _order(record: Record) -> dict[str, Any]:
    """An order that is created again gets its number as its second reference as well; a name goes with its code."""
    supplier = dict(record.get("supplier") or {})
    if supplier.get("supplierCode"):
        supplier.pop("supplierName", None)
    chosen = _chosen({**record, "supplier": supplier})
    if chosen.get("referenceNumber") == chosen.get("clientReferenceNumber"):
        chosen.pop("referenceNumber", None)
    return chosen


def _name(record: Record, *fields: str) -> str:
    return next(str(record[field]) for field in fields if record.get(field) is not None)


def _chosen(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record's values, nothing and emptiness left out."""
    return {
        name: _plain(value)
        for name, value in record.items()
        if name not in (*GIVEN, *FOLLOWS) and value is not None and value not in ("", (), [], {})
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _chosen(value)
    if isinstance(value, tuple | list):
        return sorted((_plain(one) for one in value), key=str)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
