"""What a buyer asks, as the calls a sensible assistant makes: every argument is of the question or of an answer."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, NamedTuple

from tests.server.tasks.desk import Assistant

Script = Callable[[Assistant], Awaitable[Any]]


class Question(NamedTuple):
    """A question in the buyer's words, and how it is answered. `is_later`: asked a week after the others."""

    words: str
    script: Script
    is_later: bool = False


QUESTIONS: list[Question] = []


def question(words: str, *, is_later: bool = False) -> Callable[[Script], Script]:
    """Enter a script under the words it answers."""

    def enter(script: Script) -> Script:
        QUESTIONS.append(Question(words, script, is_later))
        return script

    return enter


async def pages(assistant: Assistant, tool: str, **arguments: Any) -> AsyncGenerator[dict[str, Any]]:
    """Every page of a list."""
    page = await assistant.ask(tool, **arguments)
    yield page
    while cursor := page.get("next_cursor"):
        page = await assistant.ask(tool, **arguments, cursor=cursor)
        yield page


async def code_of(assistant: Assistant, words: str, kind: str = "product") -> str:
    """The code that fits words best."""
    return (await assistant.ask("search", query=words, kinds=[kind], limit=5))["items"][0]["code"]


def lines(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Every line of a plan's page, under its supplier."""
    return [{"supplier": group["key"], **row} for group in plan.get("groups", ()) for row in group.get("rows", ())]


@question("What must we order today, and what does it cost in all?")
async def today(assistant: Assistant) -> Any:
    return await assistant.ask("get_reorder_plan")


@question("Give me every line of it, from all suppliers.")
async def every_line(assistant: Assistant) -> Any:
    return [page async for page in pages(assistant, "get_reorder_plan", limit=200)]


@question("Which supplier must we order from first, and what?")
async def first_supplier(assistant: Assistant) -> Any:
    first = (await assistant.ask("get_reorder_plan", limit=1))["groups"][0]
    plan = await assistant.ask("get_reorder_plan", suppliers=[first["key"]], limit=200)
    return first["key"], lines(plan)


@question("What do we order if we may spend 5,000?")
async def within_budget(assistant: Assistant) -> Any:
    return await assistant.ask("get_reorder_plan", budget=5_000, limit=200)


@question("Why so many of the most urgent product?")
async def why(assistant: Assistant) -> Any:
    plan = await assistant.ask("get_reorder_plan", limit=1)
    return (await assistant.ask("explain_reorder", products=[lines(plan)[0]["product"]]))["items"][0]


@question("We order from Hikari anyway: what else of theirs falls due within six weeks?")
async def what_else(assistant: Assistant) -> Any:
    supplier = await code_of(assistant, "hikari", "supplier")
    return await assistant.ask("get_reorder_plan", suppliers=[supplier], add_on_days=42)


@question("Which deliveries are late?")
async def late(assistant: Assistant) -> Any:
    found = [page async for page in pages(assistant, "find_purchase_orders", status=["Overdue"], limit=100)]
    return [one["reference"] for page in found for one in page["items"]]


@question("Is the gooseneck kettle already on order?")
async def already_ordered(assistant: Assistant) -> Any:
    code = await code_of(assistant, "gooseneck kettle")
    found = await assistant.ask("find_purchase_orders", products=[code], status=["Open"])
    return {one["reference"]: one["still_to_come"] for one in found["items"]}


@question("What stands on order REF-9?")
async def one_order(assistant: Assistant) -> Any:
    (order,) = (await assistant.ask("find_purchase_orders", references=["REF-9"]))["items"]
    return order["status"], {line["product"]: line["quantity"] for line in order["lines"]}


@question("How much money is on open orders with Hikari?")
async def on_order_with(assistant: Assistant) -> Any:
    code = await code_of(assistant, "hikari", "supplier")
    (supplier,) = (await assistant.ask("get_suppliers", codes=[code]))["items"]
    return supplier["open_orders"], supplier["open_order_value"], supplier["lead_time_days"]


@question("From which suppliers is nothing on order?")
async def idle_suppliers(assistant: Assistant) -> Any:
    found = [page async for page in pages(assistant, "get_suppliers", limit=200)]
    return {one.get("code") or one["name"] for page in found for one in page["items"] if not one["open_orders"]}


@question("What if demand is 20 % higher?")
async def more_demand(assistant: Assistant) -> Any:
    return await assistant.ask("simulate_reorder", demand_change_pct=20, limit=100)


@question("What if every delivery takes two weeks longer?")
async def longer_lead_time(assistant: Assistant) -> Any:
    return await assistant.ask("simulate_reorder", lead_time_change_days=14, limit=100)


@question("Which settings make the plan unreliable, and how much money hangs on them?")
async def unreliable(assistant: Assistant) -> Any:
    return await assistant.ask("check_planning_data")


@question("What must the shop in Harbour Street order?")
async def one_location(assistant: Assistant) -> Any:
    code = await code_of(assistant, "harbour street", "location")
    return code, await assistant.ask("get_reorder_plan", locations=[code], limit=200)


@question("Does anything of supplier IDLE have to be ordered?")
async def nothing_due(assistant: Assistant) -> Any:
    return await assistant.ask("get_reorder_plan", suppliers=["IDLE"])


@question("Which customer sits in Cuba Street?")
async def customer_by_street(assistant: Assistant) -> Any:
    return await code_of(assistant, "cuba street", "customer")


@question("What is barcode 4977642723115?")
async def by_barcode(assistant: Assistant) -> Any:
    return await code_of(assistant, "4977642723115")


@question("The supplier calls it S-0004: what is that here, and how many have we?")
async def by_supplier_sku(assistant: Assistant) -> Any:
    code = await code_of(assistant, "S-0004")
    (product,) = (await assistant.ask("get_products", codes=[code]))["items"]
    return product["code"], product["on_hand"]


@question("How many goosneck ketles do we have?")
async def misspelt(assistant: Assistant) -> Any:
    code = await code_of(assistant, "goosneck ketle")
    (product,) = (await assistant.ask("get_products", codes=[code]))["items"]
    return product["code"], product["on_hand"]


@question("What do TEA/CHAI 50%+, SCOOP #2?&, .. and ☕-STICKER cost us?")
async def awkward_codes(assistant: Assistant) -> Any:
    found = await assistant.ask("get_products", codes=["TEA/CHAI 50%+", "SCOOP #2?&", "..", "☕-STICKER"])
    return {one["code"]: one.get("unit_cost") for one in found["items"]}


@question("Where do the sage mugs lie?")
async def stock_by_location(assistant: Assistant) -> Any:
    code = await code_of(assistant, "mug sage stoneware")
    (product,) = (await assistant.ask("get_products", codes=[code], include=["stock"]))["items"]
    return {one["location_code"]: one["on_hand"] for one in product["stock"]}


@question("In which ten products is most of our money?")
async def most_money(assistant: Assistant) -> Any:
    sql = (
        "SELECT code, round(on_hand * unit_cost, 2) AS value FROM products "
        "WHERE on_hand * unit_cost > 0 ORDER BY on_hand * unit_cost DESC, code"
    )
    return (await assistant.ask("query_data", sql=sql, limit=10))["rows"]


@question("What lies here and has not sold for eight weeks?")
async def dead_stock(assistant: Assistant) -> Any:
    sql = (
        "SELECT p.code FROM products p JOIN order_plan o USING (product_id) "
        "WHERE p.on_hand > 0 AND o.last_sold_at < '2026-09-28' ORDER BY p.code"
    )
    return [row[0] for row in (await assistant.ask("query_data", sql=sql, limit=500))["rows"]]


@question("How did the V60-02 sell this year, month by month?")
async def sales_by_month(assistant: Assistant) -> Any:
    found = await assistant.ask("get_sales_history", products=["V60-02"], since="2026-01-01")
    units = next(row for row in found["rows"] if row[1] == "units")
    return dict(zip(found["columns"], units, strict=True))


@question("What do we need to make 50 Good Morning gift boxes?")
async def parts_needed(assistant: Assistant) -> Any:
    needed: dict[str, float] = {}
    making = {await code_of(assistant, "good morning gift box"): 50.0}
    while making:
        found = await assistant.ask("get_products", codes=list(making), include=["bom"])
        parts: dict[str, float] = {}
        for one in found["items"]:
            for part in one.get("components", ()):
                parts[part["code"]] = parts.get(part["code"], 0.0) + making[one["code"]] * part["quantity"]
        for code, quantity in parts.items():
            needed[code] = needed.get(code, 0.0) + quantity
        making = parts
    return needed


@question("How old are these figures, and is a forecast running?")
async def how_old(assistant: Assistant) -> Any:
    status = await assistant.ask("get_status")
    return status["plan_computed_at"], status["forecast_running"]


@question("Calculate the forecast anew.")
async def run(assistant: Assistant) -> Any:
    return await assistant.agree("run_forecast")


@question("What changed since last Monday's plan?", is_later=True)
async def changed(assistant: Assistant) -> Any:
    return await assistant.ask("get_reorder_plan", compare_to="last", limit=1)
