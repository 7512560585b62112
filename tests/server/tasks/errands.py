"""What a buyer wants done, as the calls a sensible assistant makes, each change shown and agreed to first."""

from typing import Any

from tests.server.tasks.desk import Assistant
from tests.server.tasks.questions import code_of


async def draft_within_budget(assistant: Assistant) -> Any:
    """Draft what we need from Hikari and Altiplano, for no more than 4,000 in all. Was that done? Do it again."""
    suppliers = [await code_of(assistant, name, "supplier") for name in ("hikari", "altiplano")]
    plan = await assistant.ask("get_reorder_plan", suppliers=suppliers, budget=4_000)
    asked = {"plan_id": plan["plan_id"], "suppliers": suppliers}
    first = await assistant.agree("draft_purchase_orders", **asked)
    return first, await assistant.ask("draft_purchase_orders", **asked)


async def change_lead_times(assistant: Assistant) -> Any:
    """The ferry was cut: everything from Stålverk now takes six weeks."""
    supplier = await code_of(assistant, "stålverk", "supplier")
    sql = f"SELECT code FROM products WHERE supplier_code = '{supplier}' ORDER BY code"
    codes = [row[0] for row in (await assistant.ask("query_data", sql=sql, limit=500))["rows"]]
    for start in range(0, len(codes), 50):
        changes = [{"code": code, "lead_time_days": 42} for code in codes[start : start + 50]]
        await assistant.agree("update_products", changes=changes)
    return codes


async def onboard(assistant: Assistant) -> Any:
    """From now on Moka Milano sells us the V60-02 as MK-60 for 6.90, within three weeks; buy it from them."""
    supplier = {
        "code": "MOKA",
        "name": "Moka Milano",
        "lead_time_days": 21,
        "products": [{"code": "V60-02", "supplier_sku": "MK-60", "unit_cost": 6.9, "main": True}],
    }
    return await assistant.agree("save_suppliers", suppliers=[supplier])


async def correct_a_count(assistant: Assistant) -> Any:
    """We counted the gooseneck kettles in the main warehouse: there are 17."""
    code = await code_of(assistant, "gooseneck kettle")
    place = await code_of(assistant, "main warehouse", "location")
    return await assistant.agree("set_stock_levels", counts=[{"code": code, "on_hand": 17, "location": place}])


async def record_a_market_day(assistant: Assistant) -> Any:
    """At yesterday's market we sold 3 gooseneck kettles and 5 of the V60-02."""
    sold_on = "2026-11-22"
    kettle = await code_of(assistant, "gooseneck kettle")
    table = f"code,quantity,sold_on\n{kettle},3,{sold_on}\nV60-02,5,{sold_on}"
    first = await assistant.agree("record_sales", table=table)
    return first, await assistant.ask("record_sales", table=table)


async def take_it_back(assistant: Assistant) -> Any:
    """Take back what you changed last."""
    (last,) = (await assistant.ask("list_changes", limit=1))["items"]
    return await assistant.agree("undo_change", undo_id=last["undo_id"])
