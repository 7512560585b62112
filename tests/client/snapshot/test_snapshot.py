"""The account's records on hand: whole, shared, of known age, and told apart from what could not be read."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from stocktrim_client import StockTrimClient
from stocktrim_client.errors import DeadlineError, StockTrimError
from stocktrim_client.helpers.suppliers import Suppliers
from stocktrim_client.models import (
    BomLineDraft,
    CustomerDraft,
    LocationDraft,
    ProductDraft,
    PurchaseOrderDraft,
    PurchaseOrderLineDraft,
    StockCount,
    Supplier,
    SupplierDraft,
)
from stocktrim_client.sandbox import Fault, Quirks, Sandbox
from stocktrim_client.snapshot import KINDS, Snapshot, Standing
from stocktrim_client.transport import calling
from tests.client.sandboxed import TODAY, Clock, asked, connected, every_reading, sandbox
from tests.client.snapshot.on_hand import Gate, Wall, on_hand, snapshot_of, until


@every_reading
async def test_everything_of_the_account_is_on_hand(quirks: Quirks) -> None:
    far = sandbox(130, quirks=quirks)
    async with on_hand(far) as (stocktrim, snapshot, _):
        standing = await snapshot.need()
        assert standing.is_complete, standing.warnings
        assert set(await snapshot.products()) == set(await stocktrim.products.all())
        assert set(await snapshot.suppliers()) == set(await stocktrim.suppliers.all())
        assert set(await snapshot.customers()) == set(await stocktrim.customers.all())
        assert set(await snapshot.order_plan()) == set(await stocktrim.order_plan.all())
        assert set(await snapshot.purchase_orders()) == set(await stocktrim.purchase_orders.all())
        assert set(await snapshot.bills_of_materials()) == set(await stocktrim.bills_of_materials.all())
        assert {one.code for one in await stocktrim.locations.all()} <= {one.code for one in await snapshot.locations()}
    assert standing.of("products").rows == len(far.shop.products)
    held = [one.get("stockLocations") or () for one in far.shop.products.values()]
    assert standing.of("stock_by_location").rows == sum(map(len, held))


async def test_nothing_is_read_before_the_first_need() -> None:
    far = sandbox()
    async with on_hand(far) as (_, snapshot, _):
        assert snapshot.standing().missing == KINDS
    assert far.requests == []


async def test_what_is_needed_comes_first_and_the_rest_after_it() -> None:
    far = sandbox()
    async with on_hand(far) as (_, snapshot, _):
        await snapshot.need("bills_of_materials")
        assert [request.operation for request in far.requests] == ["list_bills_of_materials"]
        await snapshot.need()
        needed = asked(far)
    assert needed["list_bills_of_materials"] == 1
    assert needed["list_customers"] == 1


async def test_the_rest_is_read_without_anybody_waiting_for_it() -> None:
    far = sandbox()
    async with on_hand(far) as (_, snapshot, _):
        await snapshot.need("suppliers")
        await until(lambda: not snapshot.standing().missing)
    assert asked(far)["list_customers"] == 1


async def test_many_who_ask_share_one_reading() -> None:
    far = sandbox(300)
    async with on_hand(far) as (_, snapshot, _):
        await snapshot.need()
    alone = asked(far)
    far = sandbox(300)
    async with on_hand(far) as (_, snapshot, _):
        await asyncio.gather(*(snapshot.need() for _ in range(20)), *(snapshot.products() for _ in range(20)))
    assert asked(far) == alone


async def test_a_reading_serves_ten_minutes() -> None:
    far = sandbox()
    async with on_hand(far) as (_, snapshot, wall):
        await snapshot.need()
        before = asked(far)
        wall.passes(minutes=9, seconds=59)
        standing = await snapshot.need()
        assert asked(far) == before
        assert standing.of("products").age_seconds == 599
        wall.passes(seconds=2)
        standing = await snapshot.need("products")
        assert standing.of("products").age_seconds == 0
        assert asked(far)["list_products"] > before["list_products"]
        assert asked(far)["list_customers"] == before["list_customers"]


async def test_a_caller_may_want_it_fresher() -> None:
    far = sandbox()
    async with on_hand(far) as (_, snapshot, wall):
        await snapshot.need("suppliers")
        wall.passes(seconds=31)
        await snapshot.need("suppliers", max_age=30)
    assert asked(far)["list_suppliers"] == 2


async def test_an_old_plan_is_read_again_only_if_stocktrim_has_another() -> None:
    far = sandbox(quirks=Quirks(status_lag=0), forecast_seconds=0.0)
    async with on_hand(far) as (stocktrim, snapshot, wall):
        first = await snapshot.order_plan()
        calls = asked(far)["read_order_plan"]
        wall.passes(minutes=11)
        standing = await snapshot.need("order_plan")
        assert asked(far)["read_order_plan"] == calls + 1
        assert standing.of("order_plan").age_seconds == 0
        assert await snapshot.order_plan() is first
        await stocktrim.forecasts.run()
        await far.nap(100)
        await stocktrim.forecasts.progress()
        wall.passes(minutes=11)
        second = await snapshot.order_plan()
    assert second is not first
    assert second[0].calculated_at
    assert second[0].calculated_at != first[0].calculated_at


async def test_what_is_refreshed_is_read_again_whatever_its_age() -> None:
    far = sandbox()
    async with on_hand(far) as (_, snapshot, _):
        await snapshot.need()
        before = asked(far)
        await snapshot.refresh("order_plan", "suppliers")
        after = asked(far)
    assert after["list_suppliers"] == before["list_suppliers"] + 1
    assert after["read_order_plan"] > before["read_order_plan"]
    assert after["list_products"] == before["list_products"]


async def test_whoever_made_something_of_records_hears_of_others_and_of_nothing_else() -> None:
    far = sandbox(60)
    heard: list[str] = []
    async with on_hand(far) as (_, snapshot, _):
        snapshot.on_replacing(lambda: heard.append("others"))
        first = await snapshot.products()
        await snapshot.refresh()
        assert await snapshot.products() is first
        assert heard == []
        key, product = next(iter(far.shop.products.items()))
        far.shop.products[key] = product | {"stockOnHand": 12345.0}
        far.shop.changed()
        await snapshot.search("mug")
        await snapshot.refresh("products")
        assert heard == ["others"]
        second = await snapshot.products()
        assert [one.on_hand for one in second if one.product_id == key] == [12345]
        assert sum(one is other for one, other in zip(first, second, strict=True)) == len(first) - 1
        table = await snapshot.ask(f"SELECT on_hand FROM products WHERE product_id = '{key}'")
        assert table.rows == ((12345,),)


async def test_refreshing_does_not_settle_for_a_reading_that_began_before() -> None:
    gate = Gate()
    far = Sandbox(today=TODAY, latency=1, sleep=gate.sleep)
    async with on_hand(far) as (_, snapshot, _):
        await snapshot.need("suppliers", wait=0)
        fresh = asyncio.create_task(snapshot.refresh("suppliers"))
        await asyncio.sleep(0)
        gate.opens()
        assert (await fresh).is_complete
        assert asked(far)["list_suppliers"] == 2


@pytest.mark.parametrize("kind", ["status", "truncate", "malformed", "html"])
async def test_a_page_that_fails_leaves_nothing_that_passes_for_the_whole(kind: Any) -> None:
    far = sandbox(300)
    far.faults.add(Fault(kind, at="list_products", after=3, times=None, status=500))
    async with on_hand(far) as (_, snapshot, _):
        standing = await snapshot.need("products", "suppliers")
        assert standing.missing == ("products",)
        assert standing.of("products").error
        assert standing.of("products").rows == 0
        assert "products are missing" in " ".join(standing.warnings)
        with pytest.raises(StockTrimError):
            await snapshot.products()
        assert await snapshot.suppliers()
        far.faults.clear()
        assert len(await snapshot.products()) == 300
        assert snapshot.standing("products").is_complete


async def test_what_failed_is_tried_again_when_needed_and_not_before() -> None:
    far = sandbox()
    far.faults.add(Fault("status", at="list_customers", times=None, status=501))
    async with on_hand(far) as (_, snapshot, _):
        await snapshot.need()
        failed = asked(far)["list_customers"]
        await snapshot.need("products", "suppliers")
        assert asked(far)["list_customers"] == failed
        await snapshot.need("customers")
        assert asked(far)["list_customers"] == failed + 1


async def test_a_reading_that_fails_leaves_the_earlier_one_with_its_age() -> None:
    far = sandbox(120)
    async with on_hand(far) as (_, snapshot, wall):
        before = await snapshot.products()
        wall.passes(minutes=20)
        far.faults.add(Fault("status", at="list_products", after=1, times=None, status=500))
        standing = await snapshot.need("products")
        assert await snapshot.products() is before
        one = standing.of("products")
        assert (one.rows, one.age_seconds) == (120, 1200)
        assert not standing.is_complete
        assert one.warning
        assert "20 minutes old" in one.warning
        assert standing.as_of == wall.time.replace(hour=9, minute=0)


async def test_who_will_not_wait_is_told_that_it_is_still_being_read() -> None:
    gate = Gate()
    far = Sandbox(today=TODAY, latency=1, sleep=gate.sleep)
    async with on_hand(far) as (_, snapshot, _):
        standing = await snapshot.need("products", wait=0)
        assert standing.of("products").is_reading
        assert "still being read" in standing.warnings[0]
        with pytest.raises(DeadlineError, match="still being read"):
            await snapshot.products(wait=0.001)
        gate.opens()
        assert len(await snapshot.products()) == 24


async def test_a_reading_goes_on_without_the_caller_who_began_it() -> None:
    gate = Gate()
    far = Sandbox(today=TODAY, latency=1, sleep=gate.sleep)
    async with on_hand(far) as (_, snapshot, _):
        caller = asyncio.create_task(snapshot.need("suppliers"))
        await until(lambda: bool(far.requests))
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        gate.opens()
        await snapshot.suppliers()
    assert asked(far)["list_suppliers"] == 1


async def test_a_reading_does_not_inherit_its_first_caller_s_deadline() -> None:
    gate = Gate()
    far = Sandbox(today=TODAY, latency=1, sleep=gate.sleep)
    async with on_hand(far) as (_, snapshot, _):
        with calling(deadline=0.01):
            await snapshot.need("suppliers", wait=0.02)
        gate.opens()
        assert (await snapshot.need("suppliers")).is_complete


async def test_progress_tells_how_far_each_kind_is() -> None:
    far = sandbox(1000)
    heard: list[Standing] = []

    async def hear(standing: Standing) -> None:
        heard.append(standing)

    async with on_hand(far) as (_, snapshot, _):
        await snapshot.need("products", "order_plan", progress=hear)
    assert heard[0].of("products").rows_so_far > 0
    assert heard[-1].of("products").rows == 1000
    assert heard[-1].is_complete


async def test_a_plan_by_location_names_its_locations() -> None:
    far = sandbox(60)
    async with on_hand(far) as (stocktrim, snapshot, wall):
        rows = await snapshot.order_plan(["MAIN", "SHOP"])
        assert set(rows) == set(await stocktrim.order_plan.all(locations=["MAIN", "SHOP"]))
        calls = asked(far)["read_order_plan"]
        assert await snapshot.order_plan(["SHOP", "MAIN"])
        assert asked(far)["read_order_plan"] == calls
        assert [(one.location, one.standing.rows) for one in await snapshot.order_plans_at(["SHOP"])] == [
            ("SHOP", sum(row.location == rows[-1].location for row in rows))
        ]
        whole = await snapshot.order_plan()
        assert all(row.location is None for row in whole)
        wall.passes(minutes=11)
        await snapshot.order_plan(["SHOP"])
        assert asked(far)["read_order_plan"] > calls


class AtOnce(ThreadPoolExecutor):
    """Threads that are done when they are begun, so that the order of things is the same in every run."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done = Future[Any]()
        done.set_result(fn(*args, **kwargs))
        return done


async def test_whenever_a_reading_ends_the_rows_of_a_place_stay_its_own() -> None:
    asyncio.get_running_loop().set_default_executor(AtOnce())
    far = sandbox(forecast_seconds=0)
    async with on_hand(far) as (stocktrim, snapshot, wall):
        first = await snapshot.order_plans_at(["MAIN", "SHOP"])
        names = {plan.location: plan.rows[0].location for plan in first}
        lengths = set[int]()
        for steps in range(40):
            gate = Gate()
            key, product = next(iter(far.shop.products.items()))
            del far.shop.products[key]
            await stocktrim.forecasts.run()
            wall.passes(hours=2)
            far.faults.add(Fault("delay", at="read_order_plan", seconds=1))
            far._sleep = gate.sleep
            await snapshot.order_plans_at(["MAIN", "SHOP"], wait=0)
            await until(lambda: not snapshot._located["SHOP"].is_reading)
            gate.opens()
            for _ in range(steps):
                await asyncio.sleep(0)
            main, shop = await snapshot.order_plans_at(["MAIN", "SHOP"], wait=0)
            lengths.add(len(main.rows) - len(shop.rows))
            for plan in (main, shop):
                assert plan.standing.rows == len(plan.rows)
                assert {row.location for row in plan.rows} == {names[plan.location]}
            far.shop.products[key] = product
            await stocktrim.forecasts.run()
            wall.passes(hours=2)
            await snapshot.order_plan(["MAIN", "SHOP"])
        assert len(lengths) > 1


async def test_a_product_just_saved_is_seen_at_once() -> None:
    far = sandbox()
    async with on_hand(far) as (stocktrim, snapshot, _):
        await snapshot.need()
        assert (await snapshot.search("blankets")).total == 0
        await snapshot.ask("SELECT count(*) FROM products")
        key = next(iter(far.shop.products))
        await stocktrim.products.save(ProductDraft(product_id="NEW-1", code="NEW-1", name="Wool blankets"))
        await stocktrim.products.save(ProductDraft(product_id=key, name="Quite another name"))
        await snapshot.touched("products", ["NEW-1", key])
        products = {one.product_id: one for one in await snapshot.products()}
        assert products["NEW-1"].name == "Wool blankets"
        assert products[key].name == "Quite another name"
        assert len(products) == 25
        assert (await snapshot.search("blankets")).hits[0].code == "NEW-1"
        assert (await snapshot.search("quite another")).total == 1
        table = await snapshot.ask("SELECT name FROM products WHERE product_id = 'NEW-1'")
        assert table.rows == (("Wool blankets",),)


async def test_what_we_deleted_is_gone_at_once() -> None:
    far = sandbox()
    async with on_hand(far) as (stocktrim, snapshot, _):
        product = next(one for one in await snapshot.products() if one.stock)
        await snapshot.search("x")
        await snapshot.ask("SELECT 1 FROM stock_by_location")
        await stocktrim.products.delete(product.code)
        await snapshot.touched("products", [product.product_id], gone=True)
        assert product not in await snapshot.products()
        left = await snapshot.ask(f"SELECT * FROM stock_by_location WHERE product_id = '{product.product_id}'")
        assert left.rows == ()
        assert product.code not in [hit.code for hit in (await snapshot.search(product.code)).hits]


async def test_orders_and_suppliers_just_saved_are_seen_at_once() -> None:
    far = sandbox()
    async with on_hand(far) as (stocktrim, snapshot, _):
        await snapshot.need()
        await stocktrim.suppliers.save(SupplierDraft(code="NEW", name="New Supplies"))
        line = PurchaseOrderLineDraft(product_id=next(iter(far.shop.products)), quantity=3, unit_price=2)
        await stocktrim.purchase_orders.save(PurchaseOrderDraft(reference="B-1", supplier_code="NEW", lines=(line,)))
        await snapshot.touched("suppliers", ["NEW"])
        await snapshot.touched("purchase_order_lines", ["B-1"])
        assert "NEW" in [one.code for one in await snapshot.suppliers()]
        table = await snapshot.ask("SELECT total_cost FROM purchase_orders WHERE reference = 'B-1'")
        assert table.rows == ((6.0,),)
        hits = (await snapshot.search("B-1")).hits
        assert (hits[0].kind, hits[0].code) == ("purchase_orders", "B-1")


async def test_a_reading_under_way_does_not_undo_what_was_written_meanwhile() -> None:
    gate = Gate()
    far = Sandbox(today=TODAY)
    async with on_hand(far) as (stocktrim, snapshot, _):
        await snapshot.need()
        slow = Fault("delay", at="list_suppliers", seconds=1)
        far.faults.add(slow)
        far._sleep = gate.sleep
        refreshing = asyncio.create_task(snapshot.refresh("suppliers"))
        await until(lambda: asked(far)["list_suppliers"] == 2)
        # The list above was made before this is saved, and arrives after it.
        await stocktrim.suppliers.save(SupplierDraft(code="LATE", name="Late"))
        await snapshot.touched("suppliers", ["LATE"])
        gate.opens()
        await refreshing
        assert "LATE" in [one.code for one in await snapshot.suppliers()]


async def test_a_record_written_again_while_it_is_looked_at_is_looked_at_again() -> None:
    gate = Gate()
    far = sandbox()
    async with on_hand(far) as (stocktrim, snapshot, _):
        await snapshot.need()
        await stocktrim.suppliers.save(SupplierDraft(code="NEW", name="First"))
        calls = asked(far)["get_supplier"]
        far.faults.add(Fault("delay", at="get_supplier", seconds=1))
        far._sleep = gate.sleep
        looking = asyncio.create_task(snapshot.touched("suppliers", ["NEW"]))
        await until(lambda: asked(far)["get_supplier"] > calls)
        await stocktrim.suppliers.delete("NEW")
        snapshot.wrote("suppliers", "NEW", gone=True)
        gate.opens()
        await looking
        assert "NEW" not in [one.code for one in await snapshot.suppliers()]


async def test_a_record_that_cannot_be_looked_at_again_makes_the_next_need_read_all() -> None:
    far = sandbox()
    async with on_hand(far) as (stocktrim, snapshot, _):
        await snapshot.need()
        await stocktrim.suppliers.save(SupplierDraft(code="NEW", name="New"))
        far.faults.add(Fault("status", at="get_supplier", times=None, status=500))
        await snapshot.touched("suppliers", ["NEW"])
        assert "NEW" in [one.code for one in await snapshot.suppliers()]


@pytest.mark.parametrize("code", ["HIKARI", "NORDLYS"])
async def test_the_products_that_name_a_supplier_are_looked_at_again_when_it_goes_or_is_renamed(code: str) -> None:
    far = sandbox(300)

    def naming(code: str) -> set[str]:
        links = {key: product.get("suppliers") or () for key, product in far.shop.products.items()}
        listing = {key for key, those in links.items() if any(one.get("supplierId") == code for one in those)}
        return listing | {key for key, one in far.shop.products.items() if one.get("supplierCode") == code}

    async with connected(far) as stocktrim:
        snapshot = stocktrim.snapshot
        await snapshot.need()
        keys = naming(code)
        assert keys
        await stocktrim.suppliers.delete(code)
        # What StockTrim does to them is not known: say, it takes them out.
        for key in keys:
            far.shop.products[key] |= {"suppliers": None, "supplierCode": None}
        far.shop.changed()
        links = await snapshot.ask("SELECT DISTINCT listed_as FROM product_suppliers")
        assert links.rows
        assert code not in [one for (one,) in links.rows]
        # A lead time is nothing that a product holds.
        calls = asked(far)["list_products"]
        await stocktrim.suppliers.save(SupplierDraft(code="STEEL/EU #2", lead_time_days=13))
        await snapshot.need("products")
        assert asked(far)["list_products"] == calls
        keys = naming("STEEL/EU #2")
        await stocktrim.suppliers.save(SupplierDraft(code="STEEL/EU #2", name="Steel"))
        for key in keys:
            far.shop.products[key]["category"] = "Of Steel"
        far.shop.changed()
        assert {one.product_id for one in await snapshot.products() if one.category == "Of Steel"} == keys != set()


async def test_the_client_s_own_writes_are_seen_without_a_word() -> None:
    far = sandbox(30)
    async with connected(far) as stocktrim:
        snapshot = stocktrim.snapshot
        await snapshot.need()
        key, other, doomed = list(far.shop.products)[:3]
        calls = asked(far)
        await stocktrim.products.save(ProductDraft(product_id=key, name="Renamed"))
        await stocktrim.inventory.save(StockCount(product_id=other, on_hand=4321))
        await stocktrim.products.delete(doomed)
        await stocktrim.suppliers.save(SupplierDraft(code="NEW", name="New"))
        await stocktrim.customers.save(CustomerDraft(code="CUST", name="Somebody"))
        await stocktrim.locations.save(LocationDraft(code="LOFT", name="Loft"))
        line = PurchaseOrderLineDraft(product_id=key, quantity=3, unit_price=2)
        await stocktrim.purchase_orders.save(PurchaseOrderDraft(reference="B-1", supplier_code="NEW", lines=(line,)))
        await stocktrim.bills_of_materials.save(BomLineDraft(product_id=key, component_id=other, quantity=2))
        products = {one.product_id: one for one in await snapshot.products()}
        assert products[key].name == "Renamed"
        assert products[other].on_hand == 4321
        assert doomed not in products
        assert "NEW" in [one.code for one in await snapshot.suppliers()]
        assert "CUST" in [one.code for one in await snapshot.customers()]
        assert "LOFT" in [one.code for one in await snapshot.locations()]
        assert "B-1" in [one.reference for one in await snapshot.purchase_orders()]
        assert (key, other) in [(one.product_id, one.component_id) for one in await snapshot.bills_of_materials()]
        await stocktrim.bills_of_materials.delete(key, other)
        assert (key, other) not in [(one.product_id, one.component_id) for one in await snapshot.bills_of_materials()]
        for operation in ("list_customers", "read_order_plan"):
            assert asked(far)[operation] == calls[operation]


async def test_orders_that_stocktrim_drafted_are_seen() -> None:
    far = sandbox(30)
    async with connected(far) as stocktrim:
        before = len(await stocktrim.snapshot.purchase_orders())
        await stocktrim.purchase_orders.draft_from_order_plan(suppliers=("HIKARI",))
        assert len(await stocktrim.snapshot.purchase_orders()) > before


async def test_after_a_forecast_run_the_new_plan_is_seen_as_soon_as_there_is_one() -> None:
    clock = Clock()
    far = Sandbox(today=TODAY, clock=clock, sleep=clock.sleep, forecast_seconds=60)
    async with connected(far) as stocktrim:
        snapshot = stocktrim.snapshot
        first = await snapshot.order_plan()
        calls = asked(far)["read_order_plan"]
        await stocktrim.forecasts.run()
        assert await snapshot.order_plan() is first
        assert asked(far)["read_order_plan"] == calls + 1
        await clock.sleep(120)
        await stocktrim.forecasts.progress()
        second = await snapshot.order_plan()
        assert second[0].calculated_at != first[0].calculated_at
        calls = asked(far)["read_order_plan"]
        assert await snapshot.order_plan() is second
        assert asked(far)["read_order_plan"] == calls


async def test_touching_what_is_not_on_hand_costs_nothing() -> None:
    far = sandbox()
    async with on_hand(far) as (_, snapshot, _):
        await snapshot.touched("products", ["A", "B"])
    assert far.requests == []


class Broken(Suppliers):
    """A helper with a mistake in it."""

    async def all(self) -> list[Supplier]:
        raise ZeroDivisionError("our own mistake")


async def test_a_mistake_of_ours_is_raised_and_does_not_look_like_a_slow_reading(
    caplog: pytest.LogCaptureFixture,
) -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        broken = Broken(stocktrim.suppliers._api, stocktrim.changes)
        snapshot = Snapshot(stocktrim.snapshot.helpers._replace(suppliers=broken), now=Wall())
        with pytest.raises(ZeroDivisionError):
            await snapshot.suppliers()
        assert snapshot.standing("suppliers").of("suppliers").error == "our own mistake"
        await snapshot.aclose()
    assert "Reading the suppliers failed" in caplog.text


async def test_closing_ends_the_readings() -> None:
    gate = Gate()
    far = Sandbox(today=TODAY, latency=1, sleep=gate.sleep)
    async with on_hand(far) as (_, snapshot, _):
        await snapshot.need(wait=0)
        before = asyncio.all_tasks()
        gate.opens()
        await snapshot.aclose()
        await snapshot.aclose()
        assert not [task for task in asyncio.all_tasks() - before if task.get_name() == "read"]
        with pytest.raises(DeadlineError):
            await snapshot.products(wait=0)


def test_one_snapshot_serves_several_event_loops() -> None:
    far = sandbox()
    wall = Wall()

    stocktrim = StockTrimClient("sandbox", "sandbox", transport=far)
    snapshot = snapshot_of(stocktrim, now=wall)

    async def count() -> int:
        return len(await snapshot.products())

    assert asyncio.run(count()) == 24
    wall.passes(minutes=11)
    assert asyncio.run(count()) == 24
    asyncio.run(stocktrim.aclose())


async def test_what_was_made_of_a_plan_is_let_go_before_another_is_read_beside_it() -> None:
    far = sandbox(60)
    async with on_hand(far) as (_, snapshot, wall):
        heard: list[int] = []
        snapshot.on_replacing(lambda: heard.append(len(far.requests)))
        question = "SELECT count(*), count(DISTINCT calculated_at) FROM order_plan"
        assert (await snapshot.ask(question)).rows == ((60, 1),)
        await snapshot.need()
        wall.passes(hours=2)
        far.requests.clear()
        await snapshot.need("order_plan")
        assert heard[0] == 0
        assert len(far.requests) > 0
        assert (await snapshot.ask(question)).rows == ((60, 1),)
