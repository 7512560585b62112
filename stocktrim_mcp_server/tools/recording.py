"""Sales recorded, and deleted.

Not deleted by location: StockTrim would take those of every product there, and shows none of them before.
"""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field, ValidationError

from stocktrim_client import ChangeReport, StockTrimClient, StockTrimError
from stocktrim_client.changes import Change
from stocktrim_client.history import Entry
from stocktrim_client.models import Product, SalesOrder, SalesOrderDraft
from stocktrim_mcp_server.approval import Approved, ConfirmToken, was_shown
from stocktrim_mcp_server.dependencies import CurrentApp, StockTrim, on_hand
from stocktrim_mcp_server.given import (
    Day,
    Found,
    Given,
    Line,
    Quantity,
    partners_called,
    records,
    refuse_in_order,
    with_products,
)
from stocktrim_mcp_server.pasted import Column
from stocktrim_mcp_server.planning.bounds import LONGEST_CODE, NAME_SHOWN, short
from stocktrim_mcp_server.planning.nearest import where_offered
from stocktrim_mcp_server.planning.recorded import Held, Row, oddities, usual_rates
from stocktrim_mcp_server.toolbox import Codes, Toolset
from stocktrim_mcp_server.tools.stock import of_connected_system
from stocktrim_mcp_server.writing import (
    AT_A_TIME,
    MOST_RECORDS,
    Fault,
    Write,
    WriteReport,
    carry_out,
    fields_of,
    refuse_one,
    value_of,
)

EARLIEST = date(2000, 1, 1)
"""An older day is a slip of the pen."""

FIRST_DAY = date(1900, 1, 1)
"""Before every sale there is."""

AHEAD = timedelta(hours=14)
"""In no place on earth it is later than that."""

HASH_LENGTH = 12
CODES_SHOWN = 10
MOST_LOOKED_AT = 5_000
"""Sales in the journal."""

COLUMNS: Mapping[str, Column] = {
    "code": Column(("sku", "product", "product code", "product id", "item", "item code"), required=True),
    "quantity": Column(("qty", "units", "sold", "units sold", "quantity sold"), "number", required=True),
    "sold_on": Column(("date", "day", "sold at", "order date", "sale date", "sales date"), "date", required=True),
    "unit_price": Column(("price", "selling price", "price each", "price per unit"), "number"),
    "location": Column(("location code", "location name", "warehouse", "store", "shop", "site")),
    "customer": Column(("customer code", "customer name", "client", "buyer")),
    "reference": Column(("order number", "order reference", "external reference", "sale id", "order id")),
}


def _as_reference(said: str) -> str:
    if not 0 < len(said) <= LONGEST_CODE:
        raise ValueError(f"a reference has 1 to {LONGEST_CODE} characters")
    return said


class Sale(Line):
    """One product sold on one day."""

    quantity: Quantity
    sold_on: Day
    unit_price: Quantity | None = None
    location: str | None = None
    customer: str | None = None
    reference: Annotated[str, AfterValidator(_as_reference)] | None = None


class Keyed(NamedTuple):
    """A sale, and what StockTrim is to know it by."""

    given: Given[Sale]
    product: Product
    draft: SalesOrderDraft

    @property
    def reference(self) -> str:
        return self.draft.reference or ""

    @property
    def row(self) -> Row:
        """What may be odd about it."""
        draft, sale = self.draft, self.given.said
        return Row(
            self.product.product_id,
            self.product.code,
            sale.sold_on,
            sale.quantity,
            self.reference,
            self.given.line,
            None if sale.reference else (draft.unit_price, draft.location_code, draft.customer_code),
        )


async def record_sales(
    stocktrim: StockTrim,
    app: CurrentApp,
    approved: Approved,
    sales: Annotated[tuple[Sale, ...], Field(max_length=MOST_RECORDS, description="One a sale")] = (),
    table: Annotated[
        str, Field(description="Instead: pasted CSV, e.g. 'code,quantity,sold_on\\nTEA-01,2,2026-01-31'")
    ] = "",
    confirm_token: ConfirmToken = None,
) -> WriteReport:
    """Add past sales to the history forecasts are made of. Sent again, none is added; equal rows are two sales."""
    rows = records(sales, table, COLUMNS, Sale, "sales")
    found, faults = await with_products(stocktrim, rows)
    places, no_place = await partners_called(
        stocktrim, "locations", [one.said.location for one in rows], [one.product for one in found]
    )
    buyers, no_buyer = await partners_called(stocktrim, "customers", [one.said.customer for one in rows])
    faults += [(one, one.fault(no_place[one.said.location])) for one in rows if one.said.location in no_place]
    faults += [(one, one.fault(no_buyer[one.said.customer])) for one in rows if one.said.customer in no_buyer]
    today = (app.now() + AHEAD).astimezone(UTC).date()
    faults += [(one, one.fault(why)) for one in rows if (why := _wrong(one.said, today))]
    keyed = _keyed(found, places, buyers)
    refuse_in_order(rows, [*faults, *_doubled(keyed)])
    known, warnings = await _known(stocktrim, [one.product for one in keyed], _UNSEEN)
    writes = [_recording(stocktrim, one, known[one.product.product_id]) for one in keyed]
    # What the preview has said is no news once it was approved.
    news = [] if was_shown() else [*await _oddities(stocktrim, keyed, known), *warnings, *_of_references(keyed)]
    report = await carry_out(writes, warnings=news)
    return report.model_copy(update={"warnings": (*report.warnings, *await _beside(stocktrim, report))})


_UNSEEN = (
    "StockTrim shows no sales of {codes}, so whether these references are there already could not be looked at: one "
    "that is stays one sale, and becomes what is said here."
)


def _wrong(sale: Sale, today: date) -> str | None:
    if sale.sold_on > today:
        return f"sold_on {sale.sold_on} lies in the future: only past sales are recorded"
    if sale.sold_on < EARLIEST:
        return f"sold_on {sale.sold_on} is before {EARLIEST}: is the year right?"
    return None if sale.quantity > 0 else "quantity is 0: nothing was sold; a return cannot be recorded in StockTrim"


def _keyed(found: Sequence[Found[Sale]], places: Mapping[str, str], buyers: Mapping[str, str]) -> list[Keyed]:
    """Each sale with its reference: the same for the same sale in the same place among its equals, on every call."""
    met: Counter[str] = Counter()
    keyed: list[Keyed] = []
    for given, product in found:
        sale = given.said
        fields = {
            "unit_price": sale.unit_price,
            "location_code": places.get(sale.location or ""),
            "customer_code": buyers.get(sale.customer or ""),
        }
        fields = {name: value for name, value in fields.items() if value is not None}
        reference = sale.reference
        if reference is None:
            what = json.dumps([product.product_id, sale.sold_on.isoformat(), sale.quantity, fields], sort_keys=True)
            met[what] += 1
            digest = hashlib.sha256(f"{what} {met[what]}".encode()).hexdigest()
            reference = f"sale-{sale.sold_on:%Y%m%d}-{digest[:HASH_LENGTH]}"
        # StockTrim keeps no zone: midnight stays the same day however it is read.
        sold_at = datetime.combine(sale.sold_on, time(), UTC)
        draft = SalesOrderDraft.model_validate(
            {
                "product_id": product.product_id,
                "sold_at": sold_at,
                "quantity": sale.quantity,
                "reference": reference,
                **fields,
            }
        )
        keyed.append(Keyed(given, product, draft))
    return keyed


def _doubled(keyed: Sequence[Keyed]) -> list[tuple[Given[Sale], Fault]]:
    """Two sales of one reference would overwrite each other."""
    times = Counter(one.reference for one in keyed)
    return [
        (one.given, one.given.fault(f"the reference {one.reference!r} stands in {times[one.reference]} rows"))
        for one in keyed
        if times[one.reference] > 1
    ]


async def _known(
    stocktrim: StockTrimClient, products: Sequence[Product], unseen: str
) -> tuple[dict[str, Sequence[SalesOrder]], list[str]]:
    """The sales that StockTrim shows of each product, and what is to be said of those whose sales it does not show."""
    different = {one.product_id: one for one in products}
    at_a_time = asyncio.Semaphore(AT_A_TIME)
    said: list[str] = []

    async def shown(product: Product) -> Sequence[SalesOrder]:
        async with at_a_time:
            try:
                return await stocktrim.sales_orders.all(product.product_id)
            except StockTrimError as error:
                said.append(f"The sales of {short(product.code, NAME_SHOWN)!r} could not be read: {error}")
                return ()

    read = await asyncio.gather(*map(shown, different.values()))
    known: dict[str, Sequence[SalesOrder]] = dict(zip(different, read, strict=True))
    silent = [short(one.code, NAME_SHOWN) for key, one in different.items() if not known[key]]
    if silent:
        more = f" and {len(silent) - CODES_SHOWN} more" if len(silent) > CODES_SHOWN else ""
        said.append(unseen.format(codes=", ".join(map(repr, silent[:CODES_SHOWN])) + more))
    return known, sorted(said)


async def _oddities(
    stocktrim: StockTrimClient, keyed: Sequence[Keyed], known: Mapping[str, Sequence[SalesOrder]]
) -> list[str]:
    """Sales that may be there already, double, or slips; where StockTrim shows none, as far as the journal tells."""
    rows = [one.row for one in keyed]
    held = [one for sales in known.values() for one in map(_held, sales) if one is not None]
    silent = {row.product_id for row in rows if not known[row.product_id]}
    if not silent:
        return oddities(rows, held, {})
    # Who records a sale does so on its day at the earliest.
    since = datetime.combine(min(row.day for row in rows), time(), UTC) - AHEAD
    past = await stocktrim.history.entries(
        since, limit=MOST_LOOKED_AT, fits=lambda entry: _is_sale(entry) and entry.known.get("product_id") in silent
    )
    newest: dict[str, Entry] = {}
    for entry in past.entries:
        newest.setdefault(entry.change.key, entry)
    held += [one for entry in newest.values() if entry.undone_by is None and (one := _noted(entry)) is not None]
    standing = await on_hand(stocktrim, useful=("order_plan",))
    plan = () if standing.missing else await stocktrim.snapshot.order_plan(wait=0)
    return await asyncio.to_thread(oddities, rows, held, usual_rates(row for row in plan if row.product_id in silent))


def _is_sale(entry: Entry) -> bool:
    return entry.change.noun == "sale" and entry.outcome in ("applied", "unknown", "sending")


def _noted(entry: Entry) -> Held | None:
    try:
        return _held(SalesOrder.model_validate(entry.known))
    except ValidationError:
        # A journal is a file: somebody may have written into it.
        return None


def _held(sale: SalesOrder) -> Held | None:
    if sale.sold_at is None or sale.quantity is None:
        return None
    return Held(sale.product_id, sale.sold_at.astimezone(UTC).date(), sale.quantity, sale.reference)


def _recording(stocktrim: StockTrimClient, one: Keyed, among: Sequence[SalesOrder]) -> Write:
    # One that was taken back is still there with nothing sold: it may become a sale again.
    taken_back = any(sale.reference == one.reference and not sale.quantity for sale in among)

    async def send() -> ChangeReport:
        return await stocktrim.sales_orders.save(
            one.draft, must=None if taken_back else "create", among=among, called=one.product.code
        )

    def shown(change: Change) -> tuple[str, ...]:
        draft = one.draft
        is_seen = change.kind == "change" and not change.unread
        before = {each.field: each.before for each in change.fields} if is_seen else {}
        fields = {
            "product": one.product.code,
            "quantity": draft.quantity,
            "sold_on": draft.sold_at.date(),
            "unit_price": draft.unit_price,
            "location": draft.location_code,
            "customer": draft.customer_code,
        }
        was = {name: f"{value_of(before[name])} -> " for name in fields if name in before}
        return tuple(
            f"{name}: {was.get(name, '')}{value_of(value)}" for name, value in fields.items() if value is not None
        )

    return Write(one.reference, send, "sale", one.given.line, shown)


def _of_references(keyed: Sequence[Keyed]) -> list[str]:
    if not any(one.given.said.reference for one in keyed):
        return []
    return [
        "A reference of your own must be new in the whole account: it was looked for among the sales of its product "
        "only, and StockTrim would turn another product's sale of that reference into this one."
    ]


async def _beside(stocktrim: StockTrimClient, report: WriteReport) -> list[str]:
    """What recording sales does not do, and what else may record them."""
    said: list[str] = []
    if there := sum(one.outcome == "unchanged" for one in report.changes):
        said.append(
            f"{there} of these sales {'is' if there == 1 else 'are'} recorded already, under the same reference. If "
            "another, equal sale is meant, give it a reference of its own."
        )
    if there < len(report.changes):
        run = where_offered("run_forecast", ": run_forecast")
        known = f"The forecast knows new sales only after StockTrim's next calculation{run}."
        if was_shown():
            # The preview has said the rest; this is what comes next.
            return [*said, known]
        counted = where_offered("set_stock_levels", ": set_stock_levels sets it as counted")
        said.append(f"Stock on hand does not go down by a sale recorded here{counted}.")
        said += await of_connected_system(stocktrim, "bring the same sales, and they then count twice")
        said.append(known)
    return said


async def delete_sales(
    stocktrim: StockTrim,
    app: CurrentApp,
    approved: Approved,
    products: Annotated[Codes, Field(min_length=1, max_length=MOST_RECORDS, description="SKUs or ids")],
    since: Annotated[Day | None, Field(description="First day; left out: of all time")] = None,
    until: Annotated[Day | None, Field(description="Last day")] = None,
    confirm_token: ConfirmToken = None,
) -> WriteReport:
    """Delete all sales of products, or those of some days. There is NO undo, and the forecast loses them too."""
    # As the argument was read: what is no text to pydantic here must not end as a crash.
    rows = [Given(Line.model_construct(code=code)) for code in dict.fromkeys(products)]
    if since is not None and until is not None and since > until:
        refuse_one(f"since {since} is after until {until}.")
    found, faults = await with_products(stocktrim, rows)
    first: dict[str, Found[Line]] = {}
    for one in found:
        if (other := first.setdefault(one.product.product_id, one)) is not one:
            faults.append((one.given, one.given.fault(f"this is the same product as {other.given.said.code!r}")))
    refuse_in_order(rows, faults)
    known, warnings = await _known(stocktrim, [one.product for one in found], _UNCOUNTED)
    last = (app.now() + AHEAD).astimezone(UTC).date()
    days = None if since is None and until is None else (since or FIRST_DAY, until or last)
    writes = [_deleting(stocktrim, one.product, known[one.product.product_id], days) for one in found]
    return await carry_out(writes, warnings=[_FOR_GOOD, *warnings])


_FOR_GOOD = (
    "DELETED SALES DO NOT COME BACK: neither StockTrim nor any tool can undo this. StockTrim's next forecast is "
    "computed from what is left."
)
_UNCOUNTED = "StockTrim shows no sales of {codes}: how many would be deleted cannot be shown."


def _deleting(
    stocktrim: StockTrimClient, product: Product, among: Sequence[SalesOrder], days: tuple[date, date] | None
) -> Write:
    async def send() -> ChangeReport:
        if days is None:
            return await stocktrim.sales_orders.delete(product.product_id, among=among, called=product.code)
        # Whether the ends count is not known: the second before midnight is of no other day either way.
        ends = datetime.combine(days[0], time(), UTC), datetime.combine(days[1], time(23, 59, 59), UTC)
        return await stocktrim.sales_orders.delete_in_range(*ends, product.product_id, among=among, called=product.code)

    def shown(change: Change) -> tuple[str, ...]:
        return ("sales: (not shown)",) if change.unread else fields_of(change)

    return Write(product.code, send, "sales history", fields=shown)


RECORDING = Toolset("recording", "Sales recorded.", writes=(record_sales,))
SALES_DELETION = Toolset("sales", "Sales deleted, for good.", deletes=(delete_sales,))
