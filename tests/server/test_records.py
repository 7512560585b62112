"""What planning stands on: joined once a reading, with its age, and never passing a part for the whole."""

import gc
import weakref
from collections.abc import Callable
from datetime import timedelta

import pytest
from mcp import Client

from stocktrim_client import ServiceError
from stocktrim_client.sandbox import Fault, Sandbox
from stocktrim_client.snapshot import Kind
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.records import Books
from tests.conftest import NOW


@pytest.mark.parametrize("locations", [(), ("MAIN", "SHOP")])
async def test_the_same_reading_is_joined_once(app: App, sandbox: Sandbox, locations: tuple[str, ...]) -> None:
    one, other = await app.records().books(locations), await app.records().books(locations)
    assert one.rows
    assert other.rows is one.rows
    assert other.catalogue is one.catalogue
    next(iter(sandbox.shop.suppliers.values()))["supplierName"] = "Renamed"
    sandbox.shop.changed()
    app.stocktrim.snapshot.wrote("suppliers")
    assert (await app.records().books(locations)).catalogue is not one.catalogue


@pytest.mark.parametrize("kind", ["products", "purchase_orders"])
async def test_what_was_joined_is_let_go_when_its_records_are_replaced(app: App, sandbox: Sandbox, kind: Kind) -> None:
    books = await app.records().books()
    app.joined.digest(books, "PLAN", None)
    placed = await app.records().books(("MAIN",))
    joined = [weakref.ref(books.catalogue), weakref.ref(placed.catalogue)]
    del books, placed
    assert all(one() is not None for one in joined)
    next(iter(sandbox.shop.products.values()))["stockOnHand"] = 77.0
    next(one for one in sandbox.shop.orders.values() if one["status"] == "Draft")["status"] = "Approved"
    sandbox.shop.changed()
    await app.stocktrim.snapshot.refresh(kind)
    gc.collect()
    assert all(one() is None for one in joined)
    assert (await app.records().books()).rows


async def test_places_of_another_question_are_other_rows(app: App) -> None:
    both, one = await app.records().books(("main", "SHOP")), await app.records().books(("Harbour Street Shop",))
    assert (both.locations, one.locations) == (("MAIN", "SHOP"), ("SHOP",))
    assert {row.location for row in both.rows} == {"MAIN", "SHOP"}
    assert {row.location for row in one.rows} == {"SHOP"}


async def test_more_places_than_the_snapshot_keeps_are_all_there(app: App) -> None:
    asked = ("MAIN", "SHOP", "NOWHERE-1", "NOWHERE-2", "NOWHERE-3", "NOWHERE-4", "NOWHERE-5")
    books = await app.records().books(tuple(reversed(asked)))
    assert {row.location for row in books.rows} == {"MAIN", "SHOP"}
    assert books.warnings == ()
    assert (await app.records().books(tuple(reversed(asked)))).rows == books.rows


async def test_of_locations_what_cannot_be_read_is_said_and_the_rest_is_there(app: App, sandbox: Sandbox) -> None:
    await app.records().books(("MAIN",))
    sandbox.faults.add(Fault("status", at="read_order_plan", status=500, times=None))
    books = await app.records().books(("MAIN", "SHOP"))
    assert {row.location for row in books.rows} == {"MAIN"}
    assert any(warning.startswith("At SHOP: ") and "500" in warning for warning in books.warnings)
    with pytest.raises(ServiceError, match="500"):
        await app.records().books(("SHOP",))


@pytest.mark.parametrize(
    ("read", "computed", "said"),
    [
        (0.0, timedelta(hours=2), "StockTrim computed the plan 2 hours ago; records read just now"),
        (600.0, timedelta(days=3), "StockTrim computed the plan 3 days ago; records read 10 minutes ago"),
        (0.0, timedelta(seconds=-5), "StockTrim computed the plan just now; records read just now"),
        (0.0, None, "StockTrim has computed no plan; records read just now"),
    ],
)
async def test_the_age_is_said_as_people_say_it(app: App, read: float, computed: timedelta | None, said: str) -> None:
    books = Books((), app.joined.catalogue((), (), (), ()), (), NOW, read, ())
    assert books.age(None if computed is None else NOW - computed) == said


async def test_a_host_that_asks_is_told_how_far_the_reading_is(open_app: Callable[..., App], sandbox: Sandbox) -> None:
    told: list[tuple[float, str]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, message or ""))

    async with Client(server.build(open_app(sandbox))) as client:
        await client.call_tool("get_reorder_plan", {}, progress_callback=hear)
    assert told
    assert told[-1][1].endswith("records read from StockTrim")
    assert [count for count, _ in told] == sorted(count for count, _ in told)


async def test_the_process_is_told_when_records_have_come_to_stay_and_before_they_go(
    app: App, sandbox: Sandbox
) -> None:
    told = list[str]()
    app.joined.settle, app.joined.stir = lambda: told.append("settled"), lambda: told.append("stirred")
    await app.records().books()
    await app.records().books()
    assert told[-1] == "settled"
    assert told.count("settled") == 1
    next(iter(sandbox.shop.products.values()))["stockOnHand"] = 77.0
    sandbox.shop.changed()
    await app.stocktrim.snapshot.refresh("products")
    assert told[-1] == "stirred"
    await app.records().books()
    assert told[-1] == "settled"
