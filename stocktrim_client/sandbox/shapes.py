"""The shapes of bodies: what a request may hold and how a record is written in an answer."""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from stocktrim_client.sandbox.quirks import Quirks
from stocktrim_client.sandbox.shop import Record, text_of, time_of

__all__ = [
    "BOM",
    "CONNECTED_SYSTEMS",
    "CUSTOMER",
    "INVENTORY",
    "LOCATION",
    "ORDER",
    "PLAN_FILTER",
    "PLAN_FILTER_DTO",
    "PROCESSING",
    "PRODUCT",
    "SALE",
    "SALES",
    "STATUSES",
    "SUPPLIER",
    "SYSTEM",
    "Field",
    "Shape",
    "read",
    "write",
]

STATUSES = ("Draft", "Approved", "Sent", "Received")
CURRENT = ("Current", "Discontinued", "All")
CONNECTED_SYSTEMS = (
    "Shopify", "Vend", "Unleashed", "TradeGecko", "Cin7", "Myob", "Quickbooks", "StockTrimIncomingApi", "Xero",
    "Dear", "CsvUpload", "Katana", "Odoo", "WooCommerce", "Finale", "AmazonFba", "Zoho", "BigCommerce",
    "SquareInventory", "Magento", "MrpEasy", "Fishbowl", "SkuVault", "InFlow", "Neto", "Sellercloud", "Acumatica",
    "AcumaticaErp", "All", "Master",
)  # fmt: skip
INT32 = 2**31
LARGEST = 10**28
SPECIAL = frozenset({"list", "object", "date", "choice"})


class Field(NamedTuple):
    """One field: its type, whether it must be there and may be null."""

    kind: str
    required: bool = False
    nullable: bool = True
    members: "Shape | tuple[str, ...] | None" = None


Shape = Mapping[str, Field]


def _shape(text: str, **more: Field) -> Shape:
    """`name:type` separated by blanks; `!` after it: required, `-`: may not be null."""
    fields: dict[str, Field] = {}
    for part in text.split():
        name, kind = part.rstrip("!-").split(":") if ":" in part else (part.rstrip("!-"), "text")
        fields[name] = more.get(name) or Field(kind, part.endswith("!"), not part.endswith(("!", "-")))
    return fields


PRODUCT_LOCATION = _shape("locationCode! locationName stockOnHand:number stockOnOrder:number")
PRODUCT_SUPPLIER = _shape("supplierId! supplierName supplierSkuCode")
PRODUCT = _shape(
    "productId! productCodeReadable name category subCategory serviceLevel:number leadTime:integer stockOnHand:number "
    "stockOnOrder:number cost:number price:number supplierCode suppliers forecastPeriod:integer "
    "manufacturingTime:integer orderFrequency:integer minimumOrderQuantity:number minimumShelfLevel:number "
    "maximumShelfLevel:number batchSize:number barcode discontinued:boolean unstocked:boolean option1 option2 option3 "
    "overriddenDemand:number overriddenDemandPeriod:integer stockLocations parentId variantType variant "
    "ignoreSeasonality:boolean weight:number height:number width:number length:number",
    suppliers=Field("list", members=PRODUCT_SUPPLIER),
    stockLocations=Field("list", members=PRODUCT_LOCATION),
)
SUPPLIER = _shape(
    "supplierCode! supplierName emailAddress primaryContactName externalId defaultLeadTime:integer streetAddress "
    "addressLine1 addressLine2 state country postCode"
)
CUSTOMER = _shape("code name streetAddress addressLine1 addressLine2 state country postCode emailAddress phone city")
LOCATION = _shape("locationCode! locationName externalId")
ORDER = _shape(
    "orderDate:date createdDate:date fullyReceivedDate:date supplier externalId referenceNumber clientReferenceNumber "
    "location status purchaseOrderLineItems",
    supplier=Field("object", True, False, _shape("supplierCode supplierName")),
    location=Field("object", members=_shape("locationCode locationName")),
    status=Field("choice", False, False, STATUSES),
    purchaseOrderLineItems=Field(
        "list", True, False, _shape("productId! quantity:number! receivedDate:date unitPrice:number")
    ),
)
SALE = _shape(
    "productId! externalReferenceId orderDate:date! quantity:number! unitPrice:number locationCode locationName "
    "customerCode customerName"
)
SALES = _shape(
    "orderDate:date! locationCode locationName customerCode customerName saleOrderLineItems",
    saleOrderLineItems=Field("list", members=SALE),
)
BOM = _shape("productId! componentId! quantity:number")
INVENTORY = _shape(
    "updateOverallAllOnOrderToBeSumOfLocation:boolean- updateOverallAllOnHandToBeSumOfLocation:boolean- inventory",
    inventory=Field(
        "list", members=_shape("productId locationCode locationName stockOnHand:number- stockOnOrder:number-")
    ),
)
PROCESSING = _shape("isProcessing:boolean- percentageComplete:integer- statusMessage")
SYSTEM = _shape("api", api=Field("choice", False, False, CONNECTED_SYSTEMS))
PLAN_FILTER = _shape(
    "excludeManufactured:boolean currentStatus locationId:integer location customerId:integer customer "
    "supplierId:integer supplier category searchString sortOrder page:integer- perPage:integer- hasNextPage:boolean",
    currentStatus=Field("choice", members=CURRENT),
)
PLAN_FILTER_DTO = _shape(
    "searchString currentStatus locationCodes supplierCodes",
    currentStatus=Field("choice", False, False, CURRENT),
    locationCodes=Field("list"),
    supplierCodes=Field("list"),
)


def read(value: Any, shape: Shape, quirks: Quirks, at: str = "") -> tuple[Record, dict[str, list[str]]]:
    """A body as a record of the fields that were given, and what is wrong with it, by field."""
    errors: dict[str, list[str]] = {}
    if not isinstance(value, dict):
        return {}, {at or "$": ["The JSON value could not be read as an object."]}
    given = {name.lower(): each for name, each in cast("Record", value).items()}
    record: Record = {}
    for name, field in shape.items():
        where = f"{at}.{name}" if at else name
        if name.lower() not in given:
            if field.required:
                errors[_title(where)] = [f"The {_title(name)} field is required."]
            continue
        each = given.pop(name.lower())
        if each is None:
            if field.required:
                errors[_title(where)] = [f"The {_title(name)} field is required."]
            elif not field.nullable:
                errors[f"$.{where}"] = ["The JSON value null could not be converted."]
            else:
                record[name] = None
            continue
        found, wrong = _value(each, field, quirks, where)
        if wrong:
            errors |= wrong
        elif field.required and field.kind == "text" and not str(found).strip():
            errors[_title(where)] = [f"The {_title(name)} field is required."]
        else:
            record[name] = found
    if given and quirks.unknown_fields == "refused":
        errors |= {f"$.{at + '.' if at else ''}{name}": ["This field is not known."] for name in given}
    return record, errors


def _title(path: str) -> str:
    return ".".join(part[:1].upper() + part[1:] for part in path.split("."))


def _value(value: Any, field: Field, quirks: Quirks, where: str) -> tuple[Any, dict[str, list[str]]]:
    kind = field.kind
    if kind == "text" and isinstance(value, str):
        return value, {}
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < LARGEST
    if kind == "text" and number and quirks.numbers_as_text == "accepted":
        return str(value), {}
    if kind == "number" and number:
        return float(value), {}
    if kind == "integer" and number and value == int(value) and abs(value) < INT32:
        return int(value), {}
    if kind == "boolean" and isinstance(value, bool):
        return value, {}
    if kind == "date" and isinstance(value, str):
        try:
            return text_of(time_of(value)), {}
        except (ValueError, OverflowError):
            return None, {f"$.{where}": [f"The value {value[:40]!r} is no date."]}
    if kind == "choice" and isinstance(field.members, tuple):
        for place, choice in enumerate(field.members):
            if (isinstance(value, str) and value.lower() == choice.lower()) or (number and value == place):
                return choice, {}
    if kind == "object" and isinstance(field.members, Mapping):
        return read(value, field.members, quirks, where)
    if kind == "list" and isinstance(value, list):
        return _list(cast("list[Any]", value), field, quirks, where)
    return None, {f"$.{where}": [f"The JSON value could not be converted to {kind}."]}


def _list(values: list[Any], field: Field, quirks: Quirks, where: str) -> tuple[Any, dict[str, list[str]]]:
    errors: dict[str, list[str]] = {}
    kept: list[Any] = []
    for place, each in enumerate(values):
        if isinstance(field.members, Mapping):
            found, wrong = read(each, field.members, quirks, f"{where}[{place}]")
        else:
            found, wrong = _value(each, Field("text"), quirks, f"{where}[{place}]")
        kept.append(found)
        errors |= wrong
    return tuple(kept), errors


def write(record: Record, shape: Shape, quirks: Quirks, first: tuple[str, ...] = ()) -> Record:
    """A record with all the fields of its shape, as this StockTrim writes them."""
    written: Record = {name: record.get(name) for name in (*first, *shape)}
    for name, field in shape.items():
        if field.kind not in SPECIAL:
            continue
        value = written[name]
        if field.kind == "list" and not value:
            if name != "purchaseOrderLineItems" and quirks.empty_members == "missing":
                del written[name]
            elif name == "purchaseOrderLineItems":
                written[name] = None if value is None else []
            else:
                written[name] = [] if quirks.empty_members == "[]" else None
        elif value is None:
            continue
        elif field.kind == "list" and isinstance(field.members, Mapping):
            written[name] = [write(each, field.members, quirks) for each in value]
        elif field.kind == "object" and isinstance(field.members, Mapping):
            written[name] = write(value, field.members, quirks)
        elif field.kind == "date" and quirks.dates == "utc":
            written[name] = f"{value}Z"
        elif name == "status" and quirks.order_status == "integer":
            written[name] = STATUSES.index(value)
    if quirks.null_members == "missing":
        return {name: value for name, value in written.items() if value is not None}
    return written
