"""openapi.yaml against the recorded facts of StockTrim's API, and against the rules it is written by.

facts/stocktrim.json holds names, types and statuses as published, corrected by what was seen live. It is a floor: what
the specification has beyond it is free. In its words `?` may be null, `!` is required, `~` may be required, `[X]` is a
list; statuses apart by `|` are alternatives.
"""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import stocktrim_client

Json = dict[str, Any]

SPEC: Json = yaml.safe_load((Path(stocktrim_client.__file__).parent / "openapi.yaml").read_text(encoding="utf-8"))
FACTS: Json = json.loads((Path(__file__).parent / "facts" / "stocktrim.json").read_text(encoding="utf-8"))

METHODS = ("get", "put", "post", "delete", "patch")
CLASSES = {"read", "upsert", "set", "delete", "create", "generate", "job", "purge"}
MARKS = {"class", "key", "keyed", "verify", "read_timeout"}
TYPES = {"int32": "integer", "double": "number", "date-time": "string", "uuid": "string"}
IDENTIFIERS = {"productId", "componentId", "locationCode"}
KNOWN = r".+ \((live|vendor|spec|guess)\)"
OBSERVED = re.compile(rf"\d{{4}}(-\d\d-\d\d)?: {KNOWN}(; {KNOWN})?")


def test_the_specification_keeps_every_recorded_fact():
    assert list(lost_facts(SPEC)) == []


def test_the_specification_keeps_its_own_rules():
    assert list(broken_rules(SPEC)) == []


def test_all_38_operations_and_every_field_are_on_record():
    assert len(FACTS["operations"]) == 38
    assert len(FACTS["schemas"]) + len(FACTS["enums"]) == 33
    assert sum(len(fields) for fields in FACTS["schemas"].values()) == 316


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def case(name: str, place: str, changes: Json, complaint: str):
    return pytest.param(place, changes, complaint, id=name)


JSON = "content application/json"
PRODUCTS, BOMS, BULK = "paths /api/Products", "paths /api/boms", "paths /api/SalesOrdersBulk"
SCHEMAS = "components schemas"


@pytest.mark.parametrize(
    ("place", "changes", "complaint"),
    [
        case("a path is gone", "paths", {"/api/boms": None}, "GET /api/boms: missing"),
        case("an operation is gone", BOMS, {"delete": None}, "DELETE /api/boms: missing"),
        case("an operation is renamed", f"{PRODUCTS} get", {"operationId": "get_products"}, "GET /api/Products: name"),
        case("an operation moves", f"{PRODUCTS} get", {"tags": ["inventory"]}, "GET /api/Products: domain"),
        case("a parameter is gone", f"{PRODUCTS} get parameters 0", {"name": "x"}, "GET /api/Products code: missing"),
        case("a parameter moves", f"{PRODUCTS} get parameters 0", {"in": "path"}, "GET /api/Products code: missing"),
        case("a parameter changes type", f"{PRODUCTS} get parameters 0 schema", {"type": "integer"}, "Products code:"),
        case("a parameter becomes required", f"{PRODUCTS} get parameters 0", {"required": True}, "Products code:"),
        case(
            "a parameter becomes optional",
            "paths /api/SalesOrders/Range delete parameters 0",
            {"required": False},
            "DELETE /api/SalesOrders/Range fromDate:",
        ),
        case(
            "a parameter loses its enum",
            "paths /api/V2/PurchaseOrders get parameters 2",
            {"schema": {"type": "string"}},
            "GET /api/V2/PurchaseOrders status:",
        ),
        case("a body is gone", "paths /api/SalesOrders post", {"requestBody": None}, "POST /api/SalesOrders request:"),
        case(
            "a list body becomes an object",
            f"paths /api/Suppliers post requestBody {JSON}",
            {"schema": ref("SupplierRequestDto")},
            "POST /api/Suppliers request:",
        ),
        case(
            "another object is sent",
            f"paths /api/OrderPlan post requestBody {JSON}",
            {"schema": ref("OrderPlanFilterCriteriaDto")},
            "OrderPlanFilterCriteria.perPage: missing",
        ),
        case("an update has no status", f"{PRODUCTS} post responses", {"200": None}, "POST /api/Products: statuses"),
        case("no alternative is left", f"{BOMS} delete", {"responses": {}}, "DELETE /api/boms: statuses"),
        case(
            "an answer loses its list form",
            f"paths /api/Suppliers get responses 200 {JSON}",
            {"schema": ref("SupplierResponseDto")},
            "GET /api/Suppliers 200:",
        ),
        case(
            "an answer loses its object form",
            f"{BULK} put responses 201 {JSON}",
            {"schema": {"type": "array", "items": ref("SalesOrderResponseDto")}},
            "PUT /api/SalesOrdersBulk 201:",
        ),
        case("an answer loses its body", f"{PRODUCTS} get responses 200", {"content": None}, "GET /api/Products 200:"),
        case(
            "a body of unknown shape is parsed",
            "paths /api/Inventory post responses 200",
            {"content": {"application/json": {"schema": ref("PurchaseOrderResponseDto")}}},
            "POST /api/Inventory 200:",
        ),
        case(
            "a request field is gone",
            f"{SCHEMAS} ProductsRequestDto properties",
            {"batchSize": None},
            "ProductsRequestDto.batchSize: missing",
        ),
        case(
            "a misspelling is mended",
            f"{SCHEMAS} SkuOptimizedResultsDto properties",
            {"optimialStockCycle": None, "optimalStockCycle": {"type": "number", "format": "double"}},
            "SkuOptimizedResultsDto.optimialStockCycle: missing",
        ),
        case(
            "a field changes type",
            f"{SCHEMAS} CustomerDto properties code",
            {"type": "integer"},
            "CustomerDto.code: is",
        ),
        case(
            "a field changes format",
            f"{SCHEMAS} ProductsResponseDto properties cost",
            {"format": "int32"},
            "ProductsResponseDto.cost: is",
        ),
        case(
            "a nested field changes type",
            f"{SCHEMAS} PurchaseOrderLineItemResponseDto properties quantity",
            {"type": "string"},
            "PurchaseOrderLineItem.quantity: is",
        ),
        case(
            "a list becomes an object",
            f"{SCHEMAS} OrderPlanResultsDto properties",
            {"results": ref("SkuOptimizedResultsDto")},
            "OrderPlanResultsDto.results: is",
        ),
        case(
            "a field refuses null",
            f"{SCHEMAS} ProductsRequestDto properties cost",
            {"nullable": False},
            "ProductsRequestDto.cost: null",
        ),
        case(
            "a request field takes null",
            f"{SCHEMAS} Inventory properties stockOnHand",
            {"nullable": True},
            "Inventory.stockOnHand: null",
        ),
        case(
            "a field becomes optional",
            f"{SCHEMAS} LocationRequestDto",
            {"required": []},
            "LocationRequestDto.locationCode: required",
        ),
        case(
            "a field becomes required",
            f"{SCHEMAS} LocationRequestDto",
            {"required": ["locationCode", "externalId"]},
            "LocationRequestDto.externalId: required",
        ),
        case(
            "an enum loses a word",
            f"{SCHEMAS} PurchaseOrderStatusDto",
            {"enum": ["Draft", "Sent", "Received"]},
            "PurchaseOrderStatusDto: lacks Approved",
        ),
    ],
)
def test_a_lost_fact_is_reported(place: str, changes: Json, complaint: str):
    complaints = list(lost_facts(broken(place, changes)))
    assert any(complaint in one for one in complaints), complaints


@pytest.mark.parametrize(
    ("place", "changes", "complaint"),
    [
        case("a name given twice", f"{PRODUCTS} get", {"operationId": "save_product"}, "save_product: named twice"),
        case(
            "a name in another style", f"{PRODUCTS} get", {"operationId": "GetProducts"}, "GetProducts: not verb_noun"
        ),
        case("a domain nobody declared", f"{PRODUCTS} get", {"tags": ["catalogue"]}, "list_products: tags"),
        case("two domains", f"{PRODUCTS} get", {"tags": ["products", "inventory"]}, "list_products: tags"),
        case("a blank summary", f"{PRODUCTS} get", {"summary": " "}, "list_products: summary"),
        case("an operation not described", f"{PRODUCTS} get", {"description": None}, "list_products: description"),
        case("a parameter not described", f"{PRODUCTS} get parameters 0", {"description": None}, "list_products code:"),
        case(
            "a field not described", f"{SCHEMAS} CustomerDto properties code", {"description": ""}, "CustomerDto.code:"
        ),
        case("a schema not described", f"{SCHEMAS} ApiEnum", {"description": None}, "ApiEnum: description"),
        case("an undated observation", f"{PRODUCTS} get", {"x-observed": ["404 (live)"]}, "list_products: x-observed"),
        case("hearsay", f"{SCHEMAS} ApiEnum", {"x-observed": ["2025-01-01: new"]}, "ApiEnum: x-observed"),
        case("no policy", f"{PRODUCTS} get", {"x-retry": None}, "list_products: x-retry"),
        case("an unknown class", f"{PRODUCTS} get x-retry", {"class": "query"}, "list_products: x-retry"),
        case("an unknown mark", f"{PRODUCTS} get x-retry", {"timeout": 3}, "list_products: x-retry"),
        case("an unknown read", f"{BULK} post x-retry", {"verify": "look_it_up"}, "create_sales_orders: verify"),
        case(
            "a doubt settled by a write", f"{BULK} post x-retry", {"verify": "run_forecast"}, "create_sales_orders: ver"
        ),
        case("a delete by no key", f"{BOMS} delete x-retry", {"key": None}, "delete_bill_of_materials: key"),
        case(
            "a delete by a key left out",
            f"{BOMS} delete parameters 1",
            {"required": False},
            "materials: key componentId",
        ),
        case(
            "a key nobody sends", "paths /api/Customers put x-retry", {"keyed": "number"}, "save_customer: key number"
        ),
        case("a delete that must answer", f"{BOMS} delete responses", {"204": None}, "delete_bill_of_materials: 204"),
        case(
            "an upsert that only creates", "paths /api/Suppliers post responses", {"200": None}, "save_suppliers: 200"
        ),
        case("an optional body", f"{BULK} post requestBody", {"required": None}, "create_sales_orders: body"),
        case("a second media type", f"{BULK} post requestBody content", {"text/json": {}}, "create_sales_orders: body"),
        case("no refusal", f"{BULK} post responses", {"400": None}, "create_sales_orders: 400"),
        case("no failure", f"{BULK} post responses", {"500": None}, "create_sales_orders: 500"),
        case(
            "credentials asked for", f"{BULK} post", {"security": [{"authId": []}]}, "create_sales_orders: credentials"
        ),
        case(
            "a lax request", f"{SCHEMAS} SupplierRequestDto", {"additionalProperties": None}, "SupplierRequestDto: lax"
        ),
        case(
            "an open enum in a request",
            f"{SCHEMAS} InventoryManagementSystemRequest properties",
            {"api": {"description": "x", "anyOf": [ref("ApiEnum"), {"type": "string"}]}},
            "InventoryManagementSystemRequest.api: open",
        ),
        case(
            "an answer that insists",
            f"{SCHEMAS} SupplierResponseDto",
            {"required": ["supplierName"]},
            "SupplierResponseDto.supplierName: insists",
        ),
        case(
            "an answer that refuses null",
            f"{SCHEMAS} PurchaseOrderResponseDto properties purchaseOrderLineItems",
            {"nullable": None},
            "PurchaseOrderResponseDto.purchaseOrderLineItems: refuses null",
        ),
        case(
            "a closed enum in an answer",
            f"{SCHEMAS} PurchaseOrderResponseDto properties",
            {"status": {"description": "x", "nullable": True, "allOf": [ref("PurchaseOrderStatusDto")]}},
            "PurchaseOrderResponseDto.status: closed",
        ),
    ],
)
def test_a_broken_rule_is_reported(place: str, changes: Json, complaint: str):
    complaints = list(broken_rules(broken(place, changes)))
    assert any(complaint in one for one in complaints), complaints


def broken(place: str, changes: Json) -> Json:
    """The specification with `changes` made at `place`; None takes away."""
    spec = copy.deepcopy(SPEC)
    node: Any = spec
    for step in place.split():
        node = node[int(step)] if isinstance(node, list) else node[step]
    node.update(changes)
    for name in [name for name, value in changes.items() if value is None]:
        del node[name]
    return spec


# The facts


def lost_facts(spec: Json) -> Iterator[str]:
    found = {f"{method.upper()} {path}": node for path, method, node in operations(spec)}
    for key, fact in FACTS["operations"].items():
        if key not in found:
            yield f"{key}: missing"
            continue
        node = found[key]
        if node["operationId"] != fact["name"]:
            yield f"{key}: name is {node['operationId']}, not {fact['name']}"
        if node["tags"] != [fact["domain"]]:
            yield f"{key}: domain is {node['tags']}, not {fact['domain']}"
        yield from lost_parameters(spec, key, node, fact.get("parameters", {}))
        sent = json_schema(spec, node.get("requestBody", {}))
        if "request" in fact:
            yield from unlike(spec, sent, fact["request"], f"{key} request", answer=False)
        yield from lost_answers(spec, key, node["responses"], fact)


def lost_parameters(spec: Json, key: str, node: Json, facts: dict[str, str]) -> Iterator[str]:
    given = {(one["in"], one["name"]): one for one in node.get("parameters", [])}
    for name, fact in facts.items():
        place, wanted = fact.split()
        one = given.get((place, name))
        if one is None:
            yield f"{key} {name}: missing"
            continue
        if not any(is_a(spec, one["schema"], word) for word in wanted.rstrip("!~").split("|")):
            yield f"{key} {name}: is {one['schema']}, not {wanted}"
        if not wanted.endswith("~") and one.get("required", False) != wanted.endswith("!"):
            yield f"{key} {name}: required or optional, unlike {wanted}"


def lost_answers(spec: Json, key: str, responses: Json, fact: Json) -> Iterator[str]:
    success = {status: node for status, node in responses.items() if status.startswith("2")}
    wanted = fact["statuses"]
    if not (any if "|" in wanted else all)(status in success for status in re.split(r"[| ]", wanted)):
        yield f"{key}: statuses are {list(success)}, not {wanted}"
    forms = fact.get("answer", "").split()
    for status, node in success.items():
        schema = json_schema(spec, node)
        if status == "204":
            continue
        if (schema is None) != (not forms):
            yield f"{key} {status}: answers {schema}, not {forms}"
        elif schema is not None:
            given = alternatives(spec, schema)
            for form in forms:
                fitting = [one for one in given if ("items" in resolved(spec, one)) == form.startswith("[")]
                if not fitting:
                    yield f"{key} {status}: does not answer {form}"
                for one in fitting:
                    yield from unlike(spec, one, form, f"{key} {status}", answer=True)


def unlike(spec: Json, schema: Json | None, form: str, where: str, *, answer: bool) -> Iterator[str]:
    """How `schema` falls short of the recorded `form`, fields within fields included."""
    node = resolved(spec, schema or {})
    if form.startswith("["):
        if "items" not in node:
            yield f"{where}: is {node.get('type')}, not {form}"
        else:
            yield from unlike(spec, node["items"], form.strip("[]"), where, answer=answer)
    elif form in FACTS["schemas"]:
        if "properties" not in node:
            yield f"{where}: is {node.get('type')}, not {form}"
        for name, fact in FACTS["schemas"][form].items() if "properties" in node else ():
            yield from unlike_field(spec, node, name, fact, f"{form}.{name}", answer=answer)
    elif not is_a(spec, schema or {}, form):
        yield f"{where}: is {node}, not {form}"


def unlike_field(spec: Json, owner: Json, name: str, fact: str, where: str, *, answer: bool) -> Iterator[str]:
    field = owner["properties"].get(name)
    if field is None:
        yield f"{where}: missing"
        return
    form = fact.rstrip("?!")
    if form in FACTS["enums"]:
        yield from unlike_enum(spec, field, form, where)
    else:
        yield from unlike(spec, field, form, where, answer=answer)
    # An answer may always be laxer than published; a request may not differ.
    null, required = bool(field.get("nullable")), name in owner.get("required", [])
    if ("?" in fact and not null) or (null and "?" not in fact and not answer):
        yield f"{where}: null is {'taken' if null else 'refused'}, unlike {fact}"
    if (required and "!" not in fact) or ("!" in fact and not required and not answer):
        yield f"{where}: required is {required}, unlike {fact}"


def unlike_enum(spec: Json, field: Json, form: str, where: str) -> Iterator[str]:
    words = next((node["enum"] for one in alternatives(spec, field) if "enum" in (node := resolved(spec, one))), [])
    for word in FACTS["enums"][form]:
        if word not in words:
            yield f"{where}: {form}: lacks {word}"


def is_a(spec: Json, schema: Json, word: str) -> bool:
    nodes = [resolved(spec, one) for one in alternatives(spec, schema)]
    if word in FACTS["enums"]:
        return any(set(FACTS["enums"][word]) <= set(node.get("enum", [])) for node in nodes)
    kind = TYPES.get(word, word)
    return any(node.get("type") == kind and (word == kind or node.get("format") == word) for node in nodes)


# The rules


def broken_rules(spec: Json) -> Iterator[str]:
    names = [node["operationId"] for _, _, node in operations(spec)]
    classes = {node["operationId"]: node.get("x-retry", {}).get("class") for _, _, node in operations(spec)}
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name}: named twice"
    for _, method, node in operations(spec):
        yield from broken_operation(spec, node)
        yield from broken_policy(spec, method, node, classes)
    for name, schema in spec["components"]["schemas"].items():
        yield from undescribed(name, schema)
        for field, node in schema.get("properties", {}).items():
            yield from undescribed(f"{name}.{field}", node)
    for name in reachable(spec, answers=False):
        yield from lax_request(spec, name)
    for name in reachable(spec, answers=True):
        yield from rigid_answer(spec, name)


def undescribed(name: str, node: Json) -> Iterator[str]:
    if not str(node.get("description") or "").strip():
        yield f"{name}: description is missing"
    for line in node.get("x-observed", []):
        if not OBSERVED.fullmatch(line):
            yield f"{name}: x-observed must say when, what and how it is known: {line}"


def broken_operation(spec: Json, node: Json) -> Iterator[str]:
    name = node["operationId"]
    yield from undescribed(name, node)
    if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name):
        yield f"{name}: not verb_noun"
    if len(node["tags"]) != 1 or node["tags"][0] not in [tag["name"] for tag in spec["tags"]]:
        yield f"{name}: tags are {node['tags']}"
    if not node.get("summary", "").strip():
        yield f"{name}: summary is missing"
    for one in node.get("parameters", []):
        yield from undescribed(f"{name} {one['name']}", one)
        if one["in"] == "header":
            yield f"{name}: credentials are the transport's"
    if "security" in node or "security" in spec:
        yield f"{name}: credentials are the transport's"
    body = node.get("requestBody")
    if body and (body.get("required") is not True or list(body["content"]) != ["application/json"]):
        yield f"{name}: body must be required, and application/json alone"
    if json_schema(spec, node["responses"].get("400", {})) != ref("ProblemDetails"):
        yield f"{name}: 400 must be a problem document"
    if "500" not in node["responses"]:
        yield f"{name}: 500 is not declared"


def broken_policy(spec: Json, method: str, node: Json, classes: dict[str, str]) -> Iterator[str]:
    name, policy = node["operationId"], node.get("x-retry", {})
    if policy.get("class") not in CLASSES or not policy.keys() <= MARKS:
        yield f"{name}: x-retry is {policy}"
        return
    if method == "get" and policy["class"] != "read":
        yield f"{name}: x-retry of a GET is read"
    if "verify" in policy and classes.get(policy["verify"]) != "read":
        yield f"{name}: verify must name a read"
    keys = [*listed(policy.get("key")), *listed(policy.get("keyed"))]
    if policy["class"] in ("delete", "upsert") and not keys:
        yield f"{name}: key is missing"
    required = {one["name"] for one in node.get("parameters", []) if one.get("required")}
    sent = json_schema(spec, node.get("requestBody", {}))
    for key in keys:
        if key not in required | (fields_within(spec, sent) if sent else set()):
            yield f"{name}: key {key} is not sent, or may be left out"
    must = {"delete": {"204"}, "purge": {"204"}, "upsert": {"200", "201"}}.get(policy["class"], set())
    must |= {"200", "201"} if "keyed" in policy else set()
    for status in sorted(must - node["responses"].keys()):
        yield f"{name}: {status} is not declared"


def lax_request(spec: Json, name: str) -> Iterator[str]:
    schema = spec["components"]["schemas"][name]
    if "properties" in schema and schema.get("additionalProperties") is not False:
        yield f"{name}: lax, it takes unknown fields"
    for field, node in schema.get("properties", {}).items():
        if len(alternatives(spec, node)) > 1:
            yield f"{name}.{field}: open"


def rigid_answer(spec: Json, name: str) -> Iterator[str]:
    schema = spec["components"]["schemas"][name]
    for field in schema.get("required", []):
        if field not in IDENTIFIERS:
            yield f"{name}.{field}: insists"
    for field, node in schema.get("properties", {}).items():
        if not node.get("nullable") and field != "id" and field not in schema.get("required", []):
            yield f"{name}.{field}: refuses null"
        nodes = [resolved(spec, one) for one in alternatives(spec, node)]
        if any("enum" in one for one in nodes) and not any(
            one.get("type") == "string" and "enum" not in one for one in nodes
        ):
            yield f"{name}.{field}: closed"


# Reading the document


def operations(spec: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in spec["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def resolved(spec: Json, node: Json) -> Json:
    if "$ref" in node:
        target: Any = spec
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return target
    if len(node.get("allOf", [])) == 1:
        return resolved(spec, node["allOf"][0])
    return node


def alternatives(spec: Json, schema: Json) -> list[Json]:
    node = resolved(spec, schema)
    return node.get("oneOf") or node.get("anyOf") or [schema]


def json_schema(spec: Json, body: Json) -> Json | None:
    return resolved(spec, body).get("content", {}).get("application/json", {}).get("schema")


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [] if value is None else [value]


def named(node: Any) -> Iterator[str]:
    """Every schema that `node` refers to, at any depth of the text."""
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].rsplit("/", 1)[-1]
        for value in node.values():
            yield from named(value)
    elif isinstance(node, list):
        for value in node:
            yield from named(value)


def reachable(spec: Json, *, answers: bool) -> set[str]:
    schemas = spec["components"]["schemas"]
    found: set[str] = set()
    waiting: list[str] = []
    for _, _, node in operations(spec):
        success = [body for status, body in node["responses"].items() if status.startswith("2")]
        waiting += named(success if answers else node.get("requestBody"))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += named(schemas[name])
    return found


def fields_within(spec: Json, schema: Json) -> set[str]:
    """The fields of a request body, those of its lines included."""
    names = set(named(schema))
    while more := {deep for name in names for deep in named(spec["components"]["schemas"][name])} - names:
        names |= more
    return {field for name in names for field in spec["components"]["schemas"][name].get("properties", {})}
