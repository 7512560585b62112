"""Orders drafted from a plan, from lines, or both: shown first, made once, and never over somebody's work."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.server.mcpserver.exceptions import ToolError

from stocktrim_client import ConflictError
from stocktrim_client.changes import Change
from stocktrim_client.models import PurchaseOrderDraft, PurchaseOrderLineDraft
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_mcp_server import server
from stocktrim_mcp_server.approval import Approval
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.records import Records
from stocktrim_mcp_server.tools.drafting import DraftReport, LineToOrder, draft_purchase_orders
from stocktrim_mcp_server.tools.planning import ReorderPlan, get_reorder_plan
from tests.client.sandboxed import every_reading
from tests.conftest import NOW, TODAY, Clock

OpenApp = Callable[..., App]
Wire = dict[str, Any]


async def previewed(app: App, account: Records | None = None, **asked: Any) -> tuple[DraftReport, list[Change]]:
    with app.stocktrim.changes.preview() as changes:
        report = await draft_purchase_orders(account or app.records(), app.stocktrim, Approval(), **asked)
    return report, changes


async def drafted(app: App, account: Records | None = None, **asked: Any) -> DraftReport:
    """Shown first, and then exactly that."""
    report, changes = await previewed(app, account, **asked)
    if not changes:
        return report
    with app.stocktrim.changes.only(changes):
        return await draft_purchase_orders(account or app.records(), app.stocktrim, Approval(), **asked)


async def refused(app: App, **asked: Any) -> str:
    with pytest.raises(ToolError, match="Nothing was done") as raised:
        await previewed(app, **asked)
    return str(raised.value)


def lines(*said: tuple[str, float] | tuple[str, float, float]) -> tuple[LineToOrder, ...]:
    return tuple(
        LineToOrder(product=one[0], quantity=one[1], unit_price=one[2] if len(one) > 2 else None) for one in said
    )


def made_here(far: Sandbox) -> list[Wire]:
    """Orders with a reference of ours."""
    return [one for one in far.shop.orders.values() if (one.get("clientReferenceNumber") or "").startswith("PO-2026")]


def saves(far: Sandbox) -> list[Wire]:
    return [json.loads(request.body) for request in far.requests if request.operation == "save_purchase_order"]


def costs(plan: ReorderPlan) -> dict[str, float | None]:
    return {group.key: group.cost for group in plan.groups}


# --- from a plan


async def test_a_plan_becomes_one_draft_for_each_supplier_at_the_cost_it_said(app: App, sandbox: Sandbox) -> None:
    plan = await get_reorder_plan(app.records())
    shown, _ = await previewed(app, plan_id=plan.plan_id)
    assert (shown.status, saves(sandbox)) == ("preview", [])
    assert {order.supplier: order.cost for order in shown.orders} == costs(plan)
    assert shown.total_cost == plan.total_cost
    drafted_to = {"no supplier", *(order.supplier for order in shown.orders)}
    assert {one.product for one in shown.left_out} == {
        one.product for one in plan.set_aside if one.supplier in drafted_to
    }
    report = await drafted(app, plan_id=plan.plan_id)
    assert (report.status, report.orders) == ("applied", shown.orders)
    there = {one["supplier"]["supplierCode"]: one for one in made_here(sandbox)}
    worth = {
        code: sum(line["quantity"] * line["unitPrice"] for line in one["purchaseOrderLineItems"])
        for code, one in there.items()
    }
    assert worth == pytest.approx(costs(plan))
    for one in there.values():
        assert one["status"] == "Draft"
        assert one["referenceNumber"] == one["clientReferenceNumber"]
        assert one["orderDate"].startswith("2026-11-23T00:00:00")
        assert all("receivedDate" not in line for line in one["purchaseOrderLineItems"])
    assert not any(request.operation == "generate_purchase_orders" for request in sandbox.requests)


async def test_a_second_call_finds_the_first_on_any_day_and_sends_nothing(app: App, sandbox: Sandbox) -> None:
    plan = await get_reorder_plan(app.records())
    asked: dict[str, Any] = {"plan_id": plan.plan_id, "lines": lines(("V60-02", 204))}
    first = await drafted(app, **asked)
    sent = len(saves(sandbox))
    again = await drafted(app, **asked)
    tomorrow = replace(app.records(), now=lambda: NOW + timedelta(days=1))
    later = await drafted(app, tomorrow, **asked)
    assert [again.status, later.status] == ["unchanged", "unchanged"]
    assert again.orders == tuple(one.model_copy(update={"lines": ()}) for one in first.orders)
    told = [(one.reference, one.cost, one.arrives) for one in first.orders]
    assert [(one.reference, one.cost, one.arrives) for one in later.orders] == told
    assert len(saves(sandbox)) == sent == len(made_here(sandbox))


async def test_drafted_in_parts_a_plan_is_drafted_once(app: App, sandbox: Sandbox) -> None:
    plan = await get_reorder_plan(app.records())
    await drafted(app, plan_id=plan.plan_id, suppliers=("HIKARI",))
    assert len(made_here(sandbox)) == 1
    report = await drafted(app, plan_id=plan.plan_id)
    assert report.status == "applied"
    assert sorted(one.outcome for one in report.changes) == ["applied"] * 4 + ["unchanged"]
    assert len(made_here(sandbox)) == len(plan.groups)


@every_reading
async def test_drafts_are_made_whatever_stocktrim_does_where_nobody_knows(
    open_app: OpenApp, clock: Clock, quirks: Quirks
) -> None:
    far = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, quirks=quirks)
    app = open_app(far)
    plan = await get_reorder_plan(app.records())
    asked: dict[str, Any] = {
        "plan_id": plan.plan_id,
        "lines": lines(("APRON-BLK", 4), ("V60-02", 12)),
        "location": "MAIN",
    }
    report = await drafted(app, **asked)
    assert report.status == "applied", report
    assert {one.outcome for one in report.changes} == {"applied"}
    assert len(made_here(far)) == len(report.orders) == len(plan.groups) + 1
    assert (await drafted(app, **asked)).status == "unchanged"


@pytest.mark.parametrize("found", [True, False])
async def test_after_a_lost_answer_the_same_call_finds_the_order(app: App, sandbox: Sandbox, found: bool) -> None:
    plan = await get_reorder_plan(app.records())
    asked: dict[str, Any] = {"plan_id": plan.plan_id, "suppliers": ("HIKARI",)}
    _, changes = await previewed(app, **asked)
    sandbox.faults.add(Fault("reset", at="save_purchase_order", applied=True, times=None))
    if not found:
        sandbox.faults.add(Fault("status", at="get_purchase_order", status=500, times=None, after=1))
    with app.stocktrim.changes.only(changes):
        report = await draft_purchase_orders(app.records(), app.stocktrim, Approval(), **asked)
    assert report.status == ("applied" if found else "unknown")
    sandbox.faults.clear()
    assert (await drafted(app, **asked)).status == "unchanged"
    assert len(made_here(sandbox)) == 1


async def test_one_order_refused_hides_no_other_and_the_same_call_makes_what_is_left(
    app: App, sandbox: Sandbox
) -> None:
    plan = await get_reorder_plan(app.records())
    _, changes = await previewed(app, plan_id=plan.plan_id)
    sandbox.faults.add(Fault("status", at="save_purchase_order", status=400, body="Not on a Monday.", after=1))
    with app.stocktrim.changes.only(changes):
        report = await draft_purchase_orders(app.records(), app.stocktrim, Approval(), plan_id=plan.plan_id)
    assert report.status == "partly_applied"
    assert [one.outcome for one in report.changes] == ["applied", "refused", "applied", "applied", "applied"]
    assert "Not on a Monday." in (report.changes[1].said or "")
    again = await drafted(app, plan_id=plan.plan_id)
    assert [one.outcome for one in again.changes] == ["unchanged", "applied", "unchanged", "unchanged", "unchanged"]
    assert len(made_here(sandbox)) == len(plan.groups)


async def test_without_suppliers_nothing_is_drafted(app: App, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", at="list_suppliers", status=500, times=None))
    with pytest.raises(ToolError, match="suppliers"):
        await previewed(app, lines=lines(("V60-02", 12)))
    sandbox.faults.clear()
    report, _ = await previewed(app, lines=lines(("V60-02", 12)))
    assert report.status == "preview"


async def test_an_order_changed_by_somebody_is_refused_with_the_difference_and_left_alone(
    app: App, sandbox: Sandbox
) -> None:
    plan = await get_reorder_plan(app.records())
    await drafted(app, plan_id=plan.plan_id, suppliers=("HIKARI",))
    (order,) = made_here(sandbox)
    line, other = order["purchaseOrderLineItems"]
    order |= {"status": "Approved", "purchaseOrderLineItems": (line | {"quantity": 99.0},)}
    sent = len(saves(sandbox))
    said = await refused(app, plan_id=plan.plan_id, suppliers=("HIKARI",))
    assert "it is Approved, not Draft" in said
    assert "99 at" in said
    assert "is not on it" in said
    assert other["productId"] not in said
    assert "update_purchase_order" in said
    assert (len(saves(sandbox)), order["status"]) == (sent, "Approved")


async def test_the_same_plan_with_another_quantity_does_not_double_the_order(app: App, sandbox: Sandbox) -> None:
    plan = await get_reorder_plan(app.records())
    await drafted(app, plan_id=plan.plan_id, suppliers=("HIKARI",))
    said = await refused(app, plan_id=plan.plan_id, suppliers=("HIKARI",), lines=lines(("V60-02", 24)))
    assert "V60-02 192 at 7.4, not 24 at 7.4" in said
    assert len(made_here(sandbox)) == 1


async def test_an_order_that_is_another_now_is_left_and_the_others_are_drafted(app: App, sandbox: Sandbox) -> None:
    plan = await get_reorder_plan(app.records())
    await drafted(app, plan_id=plan.plan_id, suppliers=("HIKARI",))
    (order,) = made_here(sandbox)
    line, _ = order["purchaseOrderLineItems"]
    order |= {"status": "Approved", "purchaseOrderLineItems": (line | {"quantity": 99.0, "unitPrice": 2.0},)}
    report = await drafted(app, plan_id=plan.plan_id)
    assert report.status == "applied"
    assert "HIKARI" not in {one.supplier for one in report.orders}
    assert {one.outcome for one in report.changes} == {"applied"}
    (said,) = [one for one in report.warnings if "is another now" in one]
    assert said.startswith(f"{order['clientReferenceNumber']}: This order was drafted before and is another now: ")
    assert "it is Approved, not Draft" in said
    assert "It is Approved in StockTrim and holds SERVER-600 99 at 2; cost 198.00. It is left as it is" in said
    assert report.total_cost == pytest.approx((plan.total_cost or 0) - (costs(plan)["HIKARI"] or 0))
    assert order["status"] == "Approved"
    sent = len(saves(sandbox))
    again = await drafted(app, plan_id=plan.plan_id)
    assert again.status == "unchanged"
    assert (
        again.message
        == "4 order(s) are drafted already, just so; 1 were changed since, and are left. Nothing was sent."
    )
    assert len(saves(sandbox)) == sent


async def test_what_an_order_that_stands_costs_is_of_the_budget(app: App, sandbox: Sandbox) -> None:
    plan = await get_reorder_plan(app.records())
    await drafted(app, plan_id=plan.plan_id, suppliers=("NORDLYS",))
    (order,) = made_here(sandbox)
    (line, *_) = order["purchaseOrderLineItems"]
    order["purchaseOrderLineItems"] = (line | {"quantity": 100.0, "unitPrice": 9.0},)
    report, _ = await previewed(app, plan_id=plan.plan_id, suppliers=("NORDLYS", "LEAF & CO."), budget=1_000)
    assert report.total_cost is not None
    assert (report.unspent, report.over_budget) in (
        (pytest.approx(100 - report.total_cost), None),
        (None, pytest.approx(report.total_cost - 100)),
    )
    if report.over_budget:
        assert report.warnings[0].startswith("Together with 900.00 of what stands already the orders cost")


async def test_only_what_was_deleted_meanwhile_is_drafted_again(app: App, sandbox: Sandbox) -> None:
    plan = await get_reorder_plan(app.records())
    report = await drafted(app, plan_id=plan.plan_id, suppliers=("HIKARI",))
    for key in [key for key, one in sandbox.shop.orders.items() if one in made_here(sandbox)]:
        del sandbox.shop.orders[key]
    again = await drafted(app, plan_id=plan.plan_id, suppliers=("HIKARI",))
    assert (again.status, again.orders) == ("applied", report.orders)
    assert len(made_here(sandbox)) == 1


async def test_what_the_plan_says_of_a_line_comes_along(app: App) -> None:
    plan = await get_reorder_plan(app.records())
    report, _ = await previewed(app, plan_id=plan.plan_id, suppliers=("HIKARI",))
    notes = {line.product: line.note or "" for order in report.orders for line in order.lines}
    flags = {row.product: row.flags for group in plan.groups for row in group.rows if group.key == "HIKARI"}
    assert any(flags.values())
    for code, said in flags.items():
        assert all(flag in notes[code] for flag in said), (code, said)
    assert "already 24 on Sent PO-00016, 15 days overdue; negative stock: count first" in notes["SERVER-600"]
    assert "Count first, as their stock is negative and the plan is likely too much: SERVER-600." in report.warnings


async def test_where_and_when_an_order_comes_is_said(app: App, sandbox: Sandbox) -> None:
    asked = lines(("V60-02", 24), ("SAMPLE-X", 2), ("MUG-SAND", 24))
    asked = (asked[0], asked[1].model_copy(update={"supplier": "Okafor Textiles"}), asked[2])
    report, _ = await previewed(app, lines=asked)
    arrives = {order.supplier: order.arrives for order in report.orders}
    assert arrives["HIKARI"] == "about 2027-01-22 if sent on 2026-11-23: lead time 60 days"
    assert arrives["NORDLYS"] == "about 2026-12-14 if sent on 2026-11-23: lead time 21 days"
    (said,) = [one for one in report.warnings if "place of delivery" in one]
    assert "counts as on order for the whole business and at no location" in said
    assert all("no place of delivery" in one.fields for one in report.changes)
    report, _ = await previewed(app, lines=asked, location="MAIN")
    assert not any("place of delivery" in one for one in report.warnings)
    assert all("deliver to MAIN" in one.fields for one in report.changes)


async def test_the_budget_of_a_plan_is_spent_as_the_plan_was_told(app: App) -> None:
    plan = await get_reorder_plan(app.records(), budget=2_500)
    suppliers = [group.key for group in plan.groups]
    assert len(suppliers) > 1
    total = 0.0
    for supplier in suppliers:
        report, _ = await previewed(app, plan_id=plan.plan_id, suppliers=(supplier,))
        assert (report.total_cost, report.budget) == (costs(plan)[supplier], 2_500)
        assert report.unspent == pytest.approx(plan.unspent)
        assert (report.for_others or 0) + (report.total_cost or 0) == pytest.approx(plan.total_cost)
        assert "To spend it on these suppliers alone, pass budget." in report.warnings[0]
        total += report.total_cost or 0
    assert total == pytest.approx(plan.total_cost)
    whole, _ = await previewed(app, plan_id=plan.plan_id)
    assert (whole.total_cost, whole.unspent, whole.for_others) == (plan.total_cost, plan.unspent, None)
    assert not any("budget" in one for one in whole.warnings)


async def test_a_budget_of_the_call_is_for_these_suppliers_alone(app: App) -> None:
    plan = await get_reorder_plan(app.records(), budget=2_500)
    shared, _ = await previewed(app, plan_id=plan.plan_id, suppliers=("HIKARI",))
    alone, _ = await previewed(app, plan_id=plan.plan_id, suppliers=("HIKARI",), budget=2_500)
    assert (alone.total_cost or 0) > (shared.total_cost or 0)
    assert alone.for_others is None
    assert alone.unspent == pytest.approx(2_500 - (alone.total_cost or 0))
    no_budget, _ = await previewed(app, lines=lines(("V60-02", 12)))
    assert (no_budget.budget, no_budget.unspent) == (None, None)


async def test_what_was_drafted_from_a_plan_before_has_spent_of_its_budget_what_it_cost(
    app: App, sandbox: Sandbox
) -> None:
    plan = await get_reorder_plan(app.records(), budget=2_500)
    first = await drafted(app, plan_id=plan.plan_id, suppliers=("HIKARI",), budget=2_500)
    paid, told = first.total_cost or 0.0, costs(plan)["HIKARI"] or 0.0
    assert paid > told
    asked: dict[str, Any] = {"plan_id": plan.plan_id, "suppliers": ("NORDLYS", "LEAF & CO.")}
    again, _ = await previewed(app, **asked, budget=2_500)
    assert again.drafted_before == paid
    assert paid + (again.total_cost or 0) <= 2_500
    assert again.unspent == pytest.approx(2_500 - paid - (again.total_cost or 0))
    reference = first.orders[0].reference
    spent = f"{paid:,.2f} of the budget is spent already by what was drafted from this plan before and stands"
    assert f"{spent}: {reference} ({paid:,.2f})." in again.warnings
    by_plan, _ = await previewed(app, **asked)
    others = sum(cost or 0 for key, cost in costs(plan).items() if key not in {"HIKARI", *asked["suppliers"]})
    assert (by_plan.drafted_before, by_plan.for_others or 0) == (paid, pytest.approx(others))
    left = 2_500 - paid - others - (by_plan.total_cost or 0)
    assert (by_plan.unspent or 0) - (by_plan.over_budget or 0) == pytest.approx(left)
    assert sum(spent in one for one in by_plan.warnings) == 1
    said = await refused(app, **asked, budget=paid)
    assert f"There is nothing to order here. {spent}: {reference} ({paid:,.2f}). " in said
    repeated = await drafted(app, plan_id=plan.plan_id, suppliers=("HIKARI",), budget=2_500)
    assert (repeated.status, repeated.drafted_before, len(made_here(sandbox))) == ("unchanged", None, 1)


@pytest.mark.parametrize("budget", [1_900, 2_500, 3_500, 9_000])
async def test_of_every_budget_a_draft_that_stands_is_spent_once_whatever_else_is_drafted(
    app: App, sandbox: Sandbox, budget: float
) -> None:
    plan = await get_reorder_plan(app.records())
    first = await drafted(app, plan_id=plan.plan_id, suppliers=("HIKARI",), budget=1_500)
    asked: dict[str, Any] = {"plan_id": plan.plan_id, "budget": budget}
    report, _ = await previewed(app, **asked)
    assert report.total_cost
    is_again = first.orders[0].reference in {order.reference for order in report.orders}
    assert report.drafted_before == (None if is_again else first.total_cost)
    left = (report.unspent or 0) - (report.over_budget or 0)
    assert (report.total_cost or 0) + (report.drafted_before or 0) + left == pytest.approx(budget)


async def test_lines_that_the_plan_left_out_and_a_budget_of_the_call_pays_for_are_named(app: App) -> None:
    plan = await get_reorder_plan(app.records(), budget=1_500)
    told = {row.product for group in plan.groups for row in group.rows}
    report, _ = await previewed(app, plan_id=plan.plan_id, suppliers=("NORDLYS", "HIKARI"), budget=20_000)
    more = [line.product for order in report.orders for line in order.lines if line.product not in told]
    assert more
    (said,) = [one for one in report.warnings if "more than the plan told" in one]
    assert said.startswith(f"{len(more)} line(s) more than the plan told, as this budget pays for them: ")
    assert all(code in said for code in more)
    report, _ = await previewed(app, plan_id=plan.plan_id)
    assert not any("more than the plan told" in one for one in report.warnings)


async def test_an_order_comes_by_the_lead_time_of_its_supplier_or_of_the_product_as_it_is_now(
    app: App, sandbox: Sandbox
) -> None:
    asked = (LineToOrder(product="FILT-02", quantity=100, supplier="NORDLYS"),)
    report, _ = await previewed(app, lines=asked)
    assert report.orders[0].arrives == "about 2026-12-14 if sent on 2026-11-23: lead time 21 days"
    report, _ = await previewed(app, lines=lines(("KETTLE-09", 4)))
    assert report.orders[0].arrives.endswith("lead time 35 days")
    sandbox.shop.products["KETTLE-09"]["leadTime"] = 45
    await app.stocktrim.snapshot.need("products", max_age=0)
    report, _ = await previewed(app, lines=lines(("KETTLE-09", 4)))
    assert report.orders[0].arrives == "about 2027-01-07 if sent on 2026-11-23: lead time 45 days"


async def test_with_an_order_that_was_changed_since_the_answer_adds_up_and_what_stands_has_no_tables(
    app: App, sandbox: Sandbox
) -> None:
    plan = await get_reorder_plan(app.records(), suppliers=("HIKARI", "NORDLYS"), budget=5_000)
    first = await drafted(app, plan_id=plan.plan_id)
    (order,) = [one for one in made_here(sandbox) if one["supplier"]["supplierCode"] == "HIKARI"]
    (line, *_) = order["purchaseOrderLineItems"]
    order["purchaseOrderLineItems"] = (line | {"quantity": 10.0, "unitPrice": 9.5},)
    again = await drafted(app, plan_id=plan.plan_id)
    assert again.drafted_before == 95
    assert (again.total_cost or 0) + 95 + (again.unspent or 0) == pytest.approx(5_000)
    assert any(f"{order['clientReferenceNumber']} (95.00)" in one for one in again.warnings)
    assert again.status == "unchanged"
    assert [one.lines for one in again.orders] == [()]
    assert any(one.lines for one in first.orders)
    assert all("is another now" in one or "is spent already" in one for one in again.warnings)


async def test_of_what_is_left_out_the_preview_alone_tells_the_ten_worst(open_app: OpenApp, clock: Clock) -> None:
    app = open_app(Sandbox(3_000, today=TODAY, clock=clock, sleep=clock.sleep))
    plan = await get_reorder_plan(app.records(), budget=4_000)
    shown, changes = await previewed(app, plan_id=plan.plan_id)
    assert len(shown.left_out) == 10
    assert (shown.left_out_lines or 0) > 10
    losses = [one.lost_margin or 0 for one in shown.left_out]
    assert losses == sorted(losses, reverse=True)
    assert {one.supplier for one in shown.left_out} <= {"no supplier", *(order.supplier for order in shown.orders)}
    with app.stocktrim.changes.only(changes):
        report = await draft_purchase_orders(app.records(), app.stocktrim, Approval(), plan_id=plan.plan_id)
    assert report.status == "applied"
    assert (report.left_out, report.left_out_lines) == ((), None)


async def test_a_plan_that_figures_or_orders_have_left_behind_is_refused(app: App, sandbox: Sandbox) -> None:
    plan = await get_reorder_plan(app.records())
    line = PurchaseOrderLineDraft(product_id="KETTLE-09", quantity=3)
    await app.stocktrim.purchase_orders.save(PurchaseOrderDraft(reference="X", supplier_code="HIKARI", lines=(line,)))
    said = await refused(app, plan_id=plan.plan_id)
    assert f"Plan {plan.plan_id} no longer fits" in said
    assert "get_reorder_plan" in said
    assert made_here(sandbox) == []


async def test_a_plan_nobody_told_is_refused(app: App) -> None:
    for plan_id in ("ABCDEFGHIJ", "last", "'; DROP"):
        assert "No plan" in await refused(app, plan_id=plan_id)
    assert "plan_id of get_reorder_plan, or lines" in await refused(app)


async def test_a_plan_of_the_last_start_is_drafted(open_app: OpenApp, sandbox: Sandbox, tmp_path: Path) -> None:
    different: dict[str, Any] = {"data_folder": tmp_path, "sandbox": False}
    plan = await get_reorder_plan(open_app(sandbox, **different).records(), suppliers=("HIKARI",), horizon_days=30)
    report, _ = await previewed(open_app(sandbox, **different), plan_id=f" {plan.plan_id.lower()} ")
    assert {order.supplier: order.cost for order in report.orders} == costs(plan)


@pytest.mark.parametrize("budget", [0.5, 62, 900, 2_000, 3_000, 10_000])
async def test_a_budget_is_spent_as_by_the_plan_itself(app: App, budget: float) -> None:
    whole = await get_reorder_plan(app.records())
    asked = await get_reorder_plan(app.records(), suppliers=("HIKARI", "NORDLYS", "LEAF & CO."), budget=budget)
    if not asked.total_lines:
        said = await refused(app, plan_id=whole.plan_id, suppliers=("HIKARI", "NORDLYS", "LEAF & CO."), budget=budget)
        assert "beyond the budget" in said
        return
    by_call, _ = await previewed(
        app, plan_id=whole.plan_id, suppliers=("HIKARI", "Nordlys Ceramics", "LEAF & CO."), budget=budget
    )
    by_plan, _ = await previewed(app, plan_id=asked.plan_id)
    for report in (by_call, by_plan):
        assert report.total_cost == asked.total_cost
        assert report.budget == budget
        assert report.over_budget is None
        assert {one.product for one in report.left_out if one.why.startswith("beyond the budget")} == {
            one.product for one in asked.left_out
        }


async def test_what_is_asked_for_by_hand_is_bought_first_and_what_is_over_is_said(app: App) -> None:
    plan = await get_reorder_plan(app.records())
    report, _ = await previewed(app, plan_id=plan.plan_id, budget=1_000, lines=lines(("V60-02", 120)))
    assert report.total_cost is not None
    assert report.total_cost <= 1_000
    assert [line.quantity for order in report.orders for line in order.lines if line.product == "V60-02"] == [120]
    report, _ = await previewed(
        app, plan_id=plan.plan_id, suppliers=("HIKARI",), budget=500, lines=lines(("V60-02", 120))
    )
    assert (report.total_cost, report.over_budget) == (888, 388)
    assert report.warnings[0] == "Together the orders cost 888.00, 388.00 more than the budget."


async def test_a_quantity_of_nothing_leaves_a_product_out(app: App) -> None:
    plan = await get_reorder_plan(app.records())
    report, _ = await previewed(app, plan_id=plan.plan_id, lines=lines(("V60-02", 0), ("30000003", 0)))
    assert "HIKARI" not in {order.supplier for order in report.orders}
    assert "leaves a product of a plan out" in await refused(app, lines=lines(("V60-02", 0), ("KETTLE-09", 1)))


async def test_a_plan_of_places_is_drafted_by_place(app: App, sandbox: Sandbox) -> None:
    plan = await get_reorder_plan(app.records(), locations=("MAIN", "SHOP"))
    report = await drafted(app, plan_id=plan.plan_id, suppliers=("HIKARI",))
    assert [(order.supplier, order.location) for order in report.orders] == [("HIKARI", "MAIN"), ("HIKARI", "SHOP")]
    assert sorted(one["location"]["locationCode"] for one in made_here(sandbox)) == ["MAIN", "SHOP"]
    assert (await drafted(app, plan_id=plan.plan_id, suppliers=("HIKARI",))).status == "unchanged"
    said = await refused(app, plan_id=plan.plan_id, lines=lines(("V60-02", 12)))
    assert "'V60-02': the plan is of MAIN, SHOP: pass one of them in locations." in said
    report, _ = await previewed(app, plan_id=plan.plan_id, locations=("SHOP",), lines=lines(("MUG-SAGE", 36)))
    assert {order.location for order in report.orders} == {"SHOP"}


@pytest.mark.parametrize("budget", [300, 1_200])
async def test_a_budget_for_one_place_of_a_plan_is_spent_as_by_the_plan_of_that_place(app: App, budget: float) -> None:
    whole = await get_reorder_plan(app.records(), locations=("MAIN", "SHOP"))
    alone = await get_reorder_plan(app.records(), locations=("SHOP",), budget=budget)
    report, _ = await previewed(app, plan_id=whole.plan_id, locations=("shop",), budget=budget)
    bought = {(line.product, line.quantity) for order in report.orders for line in order.lines}
    assert bought == {(row.product, row.to_buy) for group in alone.groups for row in group.rows}
    assert report.total_cost == alone.total_cost


async def test_strange_suppliers_and_places_are_asked_back(app: App) -> None:
    plan = await get_reorder_plan(app.records())
    assert "Did you mean 'HIKARI'" in await refused(app, plan_id=plan.plan_id, suppliers=("HIKARY",))
    said = await refused(app, lines=lines(("V60-02", 12)), location="MIAN")
    assert "There is no location 'MIAN'. Did you mean 'MAIN'" in said


async def test_where_nothing_is_to_order_the_reasons_are_said(app: App) -> None:
    plan = await get_reorder_plan(app.records())
    said = await refused(app, plan_id=plan.plan_id, suppliers=("PACKRIGHT",))
    assert "nothing to order" in said
    assert "BAG-1KG: on Approved PO-00020" in said


# --- from lines


async def test_lines_become_orders_of_their_suppliers_and_a_repeat_finds_them(app: App, sandbox: Sandbox) -> None:
    asked: dict[str, Any] = {
        "lines": lines(("V60-02", 24), ("APRON-BLK", 3, 9.5), ("KETTLE-09", 2)),
        "location": "shop",
    }
    report = await drafted(app, **asked)
    assert report.status == "applied"
    assert [(order.supplier, order.location, order.cost) for order in report.orders] == [
        ("HIKARI", "SHOP", 177.6),
        ("STEEL/EU #2", "SHOP", 76.0),
        ("Okafor Textiles", "SHOP", 28.5),
    ]
    assert report.total_cost == 282.1
    assert [one["reference"] for one in report.model_dump()["orders"]] == [
        one["clientReferenceNumber"] for one in saves(sandbox)
    ]
    assert (await drafted(app, **{**asked, "lines": asked["lines"][::-1]})).status == "unchanged"
    assert len(made_here(sandbox)) == 3


async def test_a_call_repeated_over_midnight_finds_its_draft_but_no_order_that_went_out(
    app: App, sandbox: Sandbox
) -> None:
    asked: dict[str, Any] = {"lines": lines(("V60-02", 24))}
    tomorrow = replace(app.records(), now=lambda: NOW + timedelta(days=1))
    first = await drafted(app, **asked)
    again = await drafted(app, tomorrow, **asked)
    assert (again.status, again.orders[0].reference) == ("unchanged", first.orders[0].reference)
    (order,) = made_here(sandbox)
    order["status"] = "Sent"
    await app.stocktrim.snapshot.need("purchase_orders", max_age=0)
    report, _ = await previewed(app, tomorrow, **asked)
    assert report.status == "preview"
    assert f"24 on Sent {first.orders[0].reference}" in " ".join(report.warnings)
    assert report.orders[0].reference != first.orders[0].reference


async def test_an_order_deleted_is_drafted_again_on_the_day_after(app: App, sandbox: Sandbox) -> None:
    asked: dict[str, Any] = {"lines": lines(("V60-02", 24))}
    await drafted(app, **asked)
    sandbox.shop.orders.clear()
    report = await drafted(app, replace(app.records(), now=lambda: NOW + timedelta(days=1)), **asked)
    assert report.status == "applied"
    assert len(made_here(sandbox)) == 1


async def test_a_product_is_on_an_order_once_however_its_supplier_is_written(app: App, sandbox: Sandbox) -> None:
    line = LineToOrder(product="V60-02", quantity=24)
    for supplier in ("HIKARI", "hikari", "Hikari Glass Works", " HIKARI "):
        said = await refused(app, lines=(line, line.model_copy(update={"supplier": supplier})))
        assert said == "Nothing was done. 'V60-02': it is in lines twice: add the quantities up."
    report, _ = await previewed(app, lines=(line, line.model_copy(update={"supplier": "NORDLYS"})))
    assert len(report.orders) == 2
    assert saves(sandbox) == []


async def test_sixty_equal_lines_are_told_in_one_sentence(app: App) -> None:
    said = await refused(app, lines=lines(*[("V60-02", 1)] * 60))
    assert said == "Nothing was done. 'V60-02': it is in lines 60 times: add the quantities up."
    said = await refused(app, lines=lines(*[("V60-20", 1)] * 60))
    assert said.count("V60-20") == 1


async def test_a_line_at_a_supplier_that_does_not_deliver_it_is_said_loudly(app: App) -> None:
    report, _ = await previewed(app, lines=(LineToOrder(product="TUMBLER-350", quantity=24, supplier="HIKARI"),))
    wrong = "WRONG SUPPLIER? This is an order to HIKARI, but in StockTrim TUMBLER-350 comes from NORDLYS"
    assert report.warnings[0] == f"{wrong} (Nordlys Ceramics)."
    report, _ = await previewed(app, lines=(LineToOrder(product="TUMBLER-350", quantity=24, supplier="nordlys"),))
    assert not any("WRONG" in one for one in report.warnings)


async def test_ten_times_what_is_usual_is_said_before(app: App) -> None:
    report, _ = await previewed(app, lines=lines(("V60-02", 1920), ("KETTLE-09", 4, 380)))
    assert "V60-02: 1,920 is 10 times what is usually ordered, 192." in report.warnings
    assert "KETTLE-09: 380 each is 10 times its cost in StockTrim, 38." in report.warnings
    report, _ = await previewed(app, lines=lines(("V60-02", 1908), ("KETTLE-09", 4, 370)))
    assert not any(" times " in one for one in report.warnings)


async def test_a_line_names_its_own_supplier_by_code_or_name(app: App) -> None:
    asked = (
        LineToOrder(product="SAMPLE-X", quantity=2, supplier="okafor textiles", unit_price=0),
        LineToOrder(product="V60-02", quantity=12, supplier="Nordlys Ceramics"),
        LineToOrder(product="MUG-SAND", quantity=6, supplier="nordlys"),
    )
    report, _ = await previewed(app, lines=asked)
    assert {order.supplier: {line.product for line in order.lines} for order in report.orders} == {
        "NORDLYS": {"V60-02", "MUG-SAND"},
        "Okafor Textiles": {"SAMPLE-X"},
    }
    assert report.unpriced_lines is None


async def test_what_a_buyer_must_know_is_said_before(app: App) -> None:
    asked = lines(("V60-02", 25), ("BOX-GIFT", 20), ("SCOOP #2?&", 4), ("PRESS-OLD", 2), ("MUG-SAND", 12))
    asked = (*asked, LineToOrder(product="COF-HOUSE-1KG", quantity=3, supplier="ALTIPLANO"))
    report, _ = await previewed(app, lines=asked)
    said = " ".join(report.warnings)
    assert "Already on open orders: V60-02 (48 on Sent PO-00016, 15 days overdue)." in said
    assert "V60-02 no multiple of the pack of 12: nearest right 24" in said
    assert "BOX-GIFT below the minimum of 100 and no multiple of the pack of 25: nearest right 100" in said
    assert "1 line(s) have no price and are in no cost, so the orders cost more: SCOOP #2?&." in said
    assert "Discontinued, and ordered as asked: PRESS-OLD." in said
    assert "Made from parts here, and ordered as asked: COF-HOUSE-1KG." in said
    notes = {line.product: line.note for order in report.orders for line in order.lines}
    assert notes["MUG-SAND"] is None
    assert notes["PRESS-OLD"] == "discontinued"
    assert notes["SCOOP #2?&"] == "no price"
    assert (report.unpriced_lines, report.total_cost) == (1, 25 * 7.4 + 20 * 0.85 + 2 * 12 + 12 * 5.2 + 3 * 9.1)


async def test_every_line_that_cannot_be_ordered_is_named(app: App, sandbox: Sandbox) -> None:
    said = await refused(app, lines=lines(("V60-20", 1), ("KETTLE-09", 1), ("kettle-09", 2), ("V60-02", 3)))
    assert "There is no product 'V60-20'. Did you mean 'V60-02'" in said
    assert "'KETTLE-09': it is in lines twice, also as 'kettle-09': add the quantities up." in said
    asked = (LineToOrder(product="V60-02", quantity=1, supplier="HIKARY"), *lines(("SAMPLE-X", 1)))
    said = await refused(app, lines=asked)
    assert "'V60-02': there is no supplier 'HIKARY'. Did you mean 'HIKARI'" in said
    assert "'SAMPLE-X': it has no supplier in StockTrim: name one in its line." in said
    assert saves(sandbox) == []


async def test_a_sku_of_two_products_asks_for_the_id(app: App, sandbox: Sandbox) -> None:
    sandbox.shop.products["KETTLE-09"]["productCodeReadable"] = "GRIND-C40X"
    sandbox.shop.products["GRIND-C40"]["productCodeReadable"] = "GRIND-C40X"
    said = await refused(app, lines=lines(("GRIND-C40X", 4)))
    assert "several products have this SKU" in said
    assert "'KETTLE-09'" in said
    report, _ = await previewed(app, lines=lines(("KETTLE-09", 4)))
    assert report.orders[0].lines[0].product == "GRIND-C40X"


async def test_more_than_can_be_shown_is_refused(open_app: OpenApp, clock: Clock) -> None:
    app = open_app(Sandbox(3_000, today=TODAY, clock=clock, sleep=clock.sleep))
    plan = await get_reorder_plan(app.records())
    assert "so that all are seen before" in await refused(app, plan_id=plan.plan_id)
    report, _ = await previewed(app, plan_id=plan.plan_id, budget=4_000)
    assert report.total_cost is not None
    assert report.total_cost <= 4_000


async def test_what_was_not_shown_is_not_sent(app: App, sandbox: Sandbox) -> None:
    _, changes = await previewed(app, lines=lines(("V60-02", 24)))
    with app.stocktrim.changes.only(changes), pytest.raises(ToolError, match="ask for a new preview"):
        await draft_purchase_orders(app.records(), app.stocktrim, Approval(), lines=lines(("V60-02", 48)))
    assert made_here(sandbox) == []


async def test_an_order_of_the_same_number_is_never_saved_over(app: App) -> None:
    report = await drafted(app, lines=lines(("V60-02", 24)))
    reference = report.orders[0].reference
    draft = PurchaseOrderDraft(
        reference=reference, supplier_code="NORDLYS", lines=(PurchaseOrderLineDraft(product_id="30000001", quantity=1),)
    )
    with pytest.raises(ConflictError, match="differs"):
        await app.stocktrim.purchase_orders.save(draft, must="create")


# --- through the server


async def test_a_draft_is_shown_then_made_with_the_token_and_then_is_there(app: App, sandbox: Sandbox) -> None:
    async with Client(server.build(app)) as client:

        async def call(**asked: Any) -> dict[str, Any]:
            result = await client.call_tool("draft_purchase_orders", asked)
            assert not result.is_error, result.content
            assert result.structured_content is not None
            return result.structured_content

        plan = (await client.call_tool("get_reorder_plan", {})).structured_content
        assert plan is not None
        asked = {"plan_id": plan["plan_id"], "suppliers": "HIKARI", "lines": '[{"product": "V60-02", "quantity": 24}]'}
        shown = await call(**asked)
        assert (shown["status"], saves(sandbox)) == ("preview", [])
        made = await call(**asked, confirm_token=shown["confirm_token"])
        assert made["status"] == "applied"
        assert made["orders"] == shown["orders"]
        assert len(made_here(sandbox)) == 1
        assert (await call(**asked))["status"] == "unchanged"
        one = '{"product": "KETTLE-09", "quantity": 2}'
        for alone in ({"product": "KETTLE-09", "quantity": 2}, one, f"{one}, {one.replace('KETTLE-09', 'V60-02')}"):
            assert (await call(lines=alone))["status"] == "preview"
        for wrong, said in (
            ({"lines": [{"product": "A", "quantity": -1}]}, "must not be below 0"),
            ({"lines": [{"product": "A", "qty": 1}]}, "lines.0.quantity"),
            ({"lines": [{"product": "A", "quantity": 1}], "confirm_token": "YES"}, "There is no product 'A'"),
            ({"plan_id": "ABCDEFGHIJ", "confirm_token": "YES"}, "No plan 'ABCDEFGHIJ' is kept here"),
        ):
            result = await client.call_tool("draft_purchase_orders", wrong)
            assert result.is_error
            assert said in str(result.content)
        forged = await call(lines=[{"product": "KETTLE-09", "quantity": 2}], confirm_token="CONFIRM-ALL")
        assert forged["status"] == "preview"
        assert len(saves(sandbox)) == 1
