"""The order plan and its filters."""

from collections.abc import Callable
from typing import Any

from stocktrim_client.sandbox import shapes
from stocktrim_client.sandbox.answers import JSON, Answer
from stocktrim_client.sandbox.forecast import Plan, Row, encode
from stocktrim_client.sandbox.quirks import Quirks
from stocktrim_client.sandbox.routes.desk import Account, Ask, body_of, page_of, paged
from stocktrim_client.sandbox.shapes import write
from stocktrim_client.sandbox.shop import Record


def listed_in(row: Row, search: str | None, status: str) -> bool:
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
    quirks = account.quirks
    asked = body_of(account, ask, shapes.PLAN_FILTER)
    page, size = asked.get("page", 0), asked.get("perPage", 0) or quirks.plan_per_page
    if quirks.plan_per_page_cap:
        size = min(size or quirks.plan_per_page_cap, quirks.plan_per_page_cap)
    found = await _filtered(account, account.forecast.plan(), asked)
    if quirks.sort_order == "honoured" and (key := asked.get("sortOrder")):
        found.sort(key=_sorting(key))
    start = page_of(page, quirks.plan_first_page)
    shown = found if not size and start == 0 else list(paged(found, start, size))
    more = bool(size) and start >= 0 and (start + 1) * size < len(found)
    echo = write({**asked, "page": page, "perPage": size}, shapes.PLAN_FILTER, quirks)
    if quirks.plan_has_next_page == "told":
        echo["hasNextPage"] = more
    elif quirks.plan_has_next_page == "echoed":
        echo["hasNextPage"] = bool(asked.get("hasNextPage"))
    tail = b',"filterCriteria":' + encode(echo) + b"}"
    if not shown:
        return Answer(200, (b'{"results":' + (b"null" if quirks.null_results else b"[]"), tail), {"content-type": JSON})
    pieces = (
        (b"," if start else b"") + b",".join(row.body for row in shown[start : start + 50])
        for start in range(0, len(shown), 50)
    )
    return Answer(200, (b'{"results":[', *pieces, b"]", tail), {"content-type": JSON})


async def _filtered(account: Account, plan: Plan, asked: Record) -> list[Row]:
    quirks = account.quirks
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
        if not listed_in(row, asked.get("searchString"), status):
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
            if wanted and not _named(supplier, "supplierCode", "supplierName", wanted, quirks):
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
