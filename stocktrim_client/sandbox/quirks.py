"""The readings of StockTrim nobody can settle without a tenant, each as a switch.

What is documented or was seen once is the default. Where sources disagree, or where only guesses exist, a client must
work under every value: `Quirks.readings()` names combinations which together turn every switch.
"""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Quirks"]


@dataclass(frozen=True, slots=True)
class Quirks:
    """How this StockTrim answers where the real one is not known."""

    # Access and errors
    unauthorized: Literal[400, 401, 403] = 401
    """Wrong credentials: which status is not recorded; the message speaks of authorization."""
    not_found_body: Literal["problem", "empty"] = "problem"
    """A 404 was seen with an RFC 7807 body and with none."""
    unsupported_body: Literal["text", "problem"] = "text"
    """A 415 was seen as plain text."""
    validation_body: Literal["errors", "text", "json_string"] = "errors"
    """A 400 carries the message of each field; whether as an `errors` map is a guess."""
    unknown_fields: Literal["ignored", "refused"] = "ignored"
    """A field the document does not know: another integration sends some and is not refused."""
    numbers_as_text: Literal["accepted", "refused"] = "accepted"
    """A JSON number where text is declared (productId, externalId): another integration sends them."""

    # Nothing to answer
    empty_lists: Literal["404", "[]"] = "404"
    """Products, sales or BOM lines with no match: 404 was seen, not an empty list."""
    empty_other_lists: Literal["404", "[]"] = "[]"
    """Customers, suppliers, V2 orders with no match, or a page past the end: not recorded."""
    null_results: bool = False
    """The plan's `results`: null instead of an empty list (published as nullable)."""
    empty_members: Literal["[]", "null", "missing"] = "null"
    """A record's own list without members (suppliers, stockLocations): empty, null or left out."""
    null_members: Literal["null", "missing"] = "null"
    """A value not known: null was seen in real answers; a framework setting would leave it out."""
    bare_orders: bool = True
    """An order without `supplier` and lines: null was seen on one order; earlier they were said never to be null."""
    null_supplier_codes: bool = True
    """`supplierCode` was null on some suppliers, although published as required."""

    # V1 reads
    purchase_orders_v1: Literal["dead", "lookup", "list"] = "lookup"
    """GET PurchaseOrders: gave 404 without a reference; dead, or a lookup, or for want of orders."""
    sales_orders_v1: Literal["dead", "by_product", "list"] = "by_product"
    """GET SalesOrders: 404 without filter, and for a new product; dead, or only empty."""
    locations_v1: Literal["dead", "lookup", "list"] = "lookup"
    """GET Locations: 404 without a code; a known code is said to be found."""
    suppliers_v1: Literal["lookup", "list"] = "lookup"
    """GET Suppliers without a code: 404 once, 200 another time."""
    lookup_form: Literal["object", "array"] = "object"
    """A V1 read by its key: one object, or a list of one."""
    boms_form: Literal["array", "object"] = "array"
    """GET boms: one object is published for what looks like a list; `object` is given when there is just one."""
    boms_status: Literal[200, 201] = 200
    """GET boms: 201 is published, 200 is usual."""

    # Paging
    first_page: Literal[0, 1] = 0
    """The number of the first page of products is not known."""
    page_below_first: Literal["first", "empty"] = "first"
    """With a first page 1, page 0 may give the first page too, or nothing."""
    products_page_size: int = 50
    """Products a page: 50 were seen, there is no parameter."""
    orders_first_page: Literal[0, 1] = 0
    """V2 orders: page is 0 by default; then 1 may be the second page, or the first again."""
    orders_page_size: int = 10
    """V2 orders a page when no size is given: 10 was seen."""
    orders_page_size_cap: int = 50
    """V2 orders: the largest page size is not known; a client uses 50. 0 is no limit."""
    orders_over_cap: Literal["cut", "refused"] = "cut"
    """V2 orders: a page size above the largest is cut silently, or is a 400."""
    orders_sequence: Literal["oldest", "newest", "scattered"] = "newest"
    """V2 orders: the order of rows is not known."""
    plan_first_page: Literal[0, 1] = 0
    """The plan's first page; a left-out page is 0 and gives the first page either way."""
    plan_per_page: int = 0
    """Plan rows when `perPage` is left out: 0 is all of them (taken to be so, never checked)."""
    plan_per_page_cap: int = 0
    """The largest `perPage` of the plan; 0 is no limit."""
    plan_has_next_page: Literal["told", "null", "echoed"] = "told"
    """`hasNextPage` in the echoed filter: filled, left null, or as it was asked, false if it was not."""

    # Products
    product_left_out: Literal["kept", "replaced"] = "kept"
    """Fields left out of POST Products: kept (two integrations rely on it), or cleared."""
    explicit_null: Literal["clears", "ignored", "refused"] = "clears"
    """An explicit null in POST Products: not recorded."""
    product_code_matches: Literal["productId", "either", "sku"] = "productId"
    """GET Products?code=: the one match seen looked like a productId; the readable code may match as well, or alone."""
    service_level: Literal["fraction", "percent"] = "fraction"
    """Whether 0.95 or 95 means 95 %; a client writes 0.95."""
    product_supplier_id: Literal["code", "id", "external"] = "code"
    """`ProductSupplier.supplierId`: the supplier's code, id or foreign id; two integrations differ."""
    product_delete_seconds: float = 0.0
    """DELETE Products took more than 5 seconds; no wait here unless it is asked for."""

    # Purchase orders
    order_status: Literal["text", "integer"] = "text"
    """Status as a word (seen), or as 0 to 3 (reported, then withdrawn)."""
    order_lookup: Literal["client", "reference", "either"] = "client"
    """Which number GET PurchaseOrders looks at: clientReferenceNumber, referenceNumber or either."""
    order_delete_lookup: Literal["client", "reference", "either"] = "client"
    """Which number DELETE PurchaseOrders looks at: the client's reference seemed to work."""
    order_lines: Literal["replaced", "merged"] = "replaced"
    """Lines of an order that is saved again: replaced, or merged by product."""
    order_left_out: Literal["kept", "replaced"] = "kept"
    """Other fields left out when an order is saved again: the date is said to be kept."""
    order_date_required: bool = False
    """orderDate was required in the document of 2025-10-28 and is optional in the later one."""
    null_order_date: Literal["refused", "cleared"] = "refused"
    """orderDate: an explicit null was refused with 400."""
    order_numbers: Literal["assigned", "null"] = "assigned"
    """An order without clientReferenceNumber: StockTrim gives it one (PO-00001 was seen), or leaves it null."""
    second_generate: Literal["doubles", "replaces", "nothing"] = "doubles"
    """Drafting from the plan twice: new drafts again, old ones replaced, or nothing more."""

    # The plan
    filter_matches: Literal["code", "name", "either"] = "either"
    """Supplier and location filters as text: a code (clients send it), a name, or either."""
    sort_order: Literal["ignored", "honoured"] = "ignored"
    """`sortOrder`: its values are not documented, its effect was never checked."""

    # Other writes and deletes
    unknown_product: Literal["refused", "created"] = "refused"
    """A sale, order, BOM line or stock level of a product that does not exist: not recorded."""
    unknown_partner: Literal["created", "refused"] = "created"
    """A supplier, location or customer that does not exist, named in a write; a bare supplier name was accepted."""
    bom_repeat: Literal["doubles", "updates", "refused"] = "doubles"
    """POST boms of a pair that exists: nothing says that no second line is made."""
    bulk_form: Literal["object", "array"] = "object"
    """SalesOrdersBulk: one object is published for many lines."""
    bulk_put_status: Literal["published", "by_outcome"] = "published"
    """PUT SalesOrdersBulk: 201 published; 200 for an update is usual."""
    customers_body: Literal["orders", "customer", "customers", "none"] = "customer"
    """PUT Customers: a list of purchase orders is published, which cannot be meant."""
    inventory_body: Literal["none", "order", "lines"] = "none"
    """POST Inventory: a purchase order is published; the real body is not recorded."""
    inventory_left_out: Literal["zero", "kept"] = "zero"
    """A number left out of a stock level: the usual framework reads 0."""
    delete_unknown: Literal["404", "success"] = "404"
    """Deleting what does not exist: 404, or success all the same."""
    delete_without_filter: Literal["everything", "refused"] = "everything"
    """A delete without its filter is not recorded, and could be everything."""
    delete_statuses: Literal["mixed", "200", "204"] = "mixed"
    """`mixed`: orders 204 and products 200 as seen, suppliers and BOM lines 201 and sales 200 as published."""
    range_ends: Literal["included", "excluded"] = "included"
    """DELETE SalesOrders/Range: whether the last instant is included."""
    unknown_configuration: Literal["404", "null"] = "404"
    """A configuration name that does not exist; valid names are not published."""

    # Dates and the forecast
    dates: Literal["naive", "utc"] = "naive"
    """Date-times in answers: without a zone (seen); one sample ends in Z."""
    status_lag: int = 1
    """So many polls after the start of a run still say that nothing is processing."""

    @classmethod
    def readings(cls) -> dict[str, "Quirks"]:
        """Named combinations that together turn every switch, for parametrised tests."""
        return {
            "best evidence": cls(),
            "the other way": cls(
                unauthorized=403,
                not_found_body="empty",
                unsupported_body="problem",
                validation_body="text",
                unknown_fields="refused",
                numbers_as_text="refused",
                empty_lists="[]",
                empty_other_lists="404",
                null_results=True,
                empty_members="[]",
                null_members="missing",
                bare_orders=False,
                null_supplier_codes=False,
                purchase_orders_v1="dead",
                sales_orders_v1="dead",
                locations_v1="dead",
                suppliers_v1="list",
                lookup_form="array",
                boms_form="object",
                boms_status=201,
                first_page=1,
                page_below_first="first",
                products_page_size=20,
                orders_first_page=1,
                orders_page_size=7,
                orders_page_size_cap=20,
                orders_sequence="oldest",
                plan_first_page=1,
                plan_per_page=50,
                plan_per_page_cap=100,
                plan_has_next_page="null",
                product_left_out="replaced",
                explicit_null="ignored",
                product_code_matches="either",
                service_level="percent",
                product_supplier_id="id",
                product_delete_seconds=6.0,
                order_status="integer",
                order_lookup="reference",
                order_delete_lookup="reference",
                order_lines="merged",
                order_left_out="replaced",
                order_date_required=True,
                null_order_date="cleared",
                order_numbers="null",
                second_generate="replaces",
                filter_matches="code",
                sort_order="honoured",
                unknown_product="created",
                unknown_partner="refused",
                bom_repeat="updates",
                bulk_form="array",
                bulk_put_status="by_outcome",
                customers_body="orders",
                inventory_body="order",
                inventory_left_out="kept",
                delete_unknown="success",
                delete_without_filter="refused",
                delete_statuses="204",
                range_ends="excluded",
                unknown_configuration="null",
                dates="utc",
                status_lag=0,
            ),
            "strict and sparse": cls(
                unauthorized=400,
                validation_body="json_string",
                unknown_fields="refused",
                numbers_as_text="refused",
                empty_lists="[]",
                null_results=True,
                empty_members="missing",
                null_members="missing",
                first_page=1,
                page_below_first="empty",
                orders_page_size_cap=25,
                orders_over_cap="refused",
                orders_sequence="scattered",
                explicit_null="refused",
                product_code_matches="sku",
                product_supplier_id="external",
                order_lookup="either",
                second_generate="nothing",
                filter_matches="name",
                bom_repeat="refused",
                customers_body="none",
                inventory_body="lines",
                delete_statuses="200",
                dates="utc",
                status_lag=3,
            ),
            "generous": cls(
                empty_lists="[]",
                empty_members="[]",
                purchase_orders_v1="list",
                sales_orders_v1="list",
                locations_v1="list",
                suppliers_v1="list",
                orders_page_size_cap=0,
                order_lookup="either",
                order_delete_lookup="either",
                product_code_matches="either",
                order_status="integer",
                customers_body="customers",
                bulk_form="array",
                unknown_product="created",
                sort_order="honoured",
            ),
            "capped plan": cls(
                plan_first_page=0,
                plan_per_page=10,
                plan_per_page_cap=10,
                plan_has_next_page="echoed",
                orders_page_size_cap=10,
            ),
        }
