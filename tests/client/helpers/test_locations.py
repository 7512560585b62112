"""Locations, whether StockTrim shows them or not."""

import pytest

from stocktrim_client.client import StockTrimClient
from stocktrim_client.errors import ConflictError, NotFoundError
from stocktrim_client.models import LocationDraft
from stocktrim_client.sandbox import Quirks
from stocktrim_client.sandbox.server import serve
from tests.client.sandboxed import HOSTILE, connected, every_reading, sandbox, writes


@every_reading
async def test_locations_that_hold_stock_are_always_listed(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    async with connected(far) as stocktrim:
        locations = await stocktrim.locations.all()
    names = {one.code: one.name for one in locations}
    truth = {each["locationCode"]: each.get("locationName") for each in far.shop.locations.values()}
    assert names.items() <= truth.items()
    assert {"MAIN", "SHOP"} <= set(names)
    if quirks.locations_v1 == "list":
        assert names == truth


@every_reading
async def test_a_location_is_found_where_stocktrim_shows_any(quirks: Quirks) -> None:
    async with connected(sandbox(quirks=quirks)) as stocktrim:
        shown = quirks.locations_v1 != "dead"
        assert bool(await stocktrim.locations.find("WEB/EU")) == shown
        assert (await stocktrim.locations.get(" SHOP ")).name == "Harbour Street Shop"
        assert await stocktrim.locations.find("") is None
        with pytest.raises(NotFoundError, match="'NOWHERE'"):
            await stocktrim.locations.get("NOWHERE")


@every_reading
async def test_a_location_is_created_and_changed(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    async with connected(far) as stocktrim:
        created = await stocktrim.locations.save(LocationDraft(code="L-1", name="New"))
        changed = await stocktrim.locations.save(LocationDraft(code="L-1", external_id="X"))
    (truth,) = [each for each in far.shop.locations.values() if each["locationCode"] == "L-1"]
    assert (truth["locationName"], truth["externalId"]) == ("New", "X")
    unseen = quirks.locations_v1 == "dead"
    assert bool(created.warnings) == bool(changed.warnings) == unseen
    assert created.changes[0].unread
    assert changed.changes[0].unread == unseen


async def test_a_name_of_another_location_does_not_change_that_one() -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        await stocktrim.locations.save(LocationDraft(code="MAIN-2", name="Main Warehouse"))
    assert {"MAIN", "MAIN-2"} <= {each["locationCode"] for each in far.shop.locations.values()}


@pytest.mark.parametrize("code", HOSTILE)
async def test_any_code_is_saved_and_found(code: str) -> None:
    async with connected(sandbox()) as stocktrim:
        assert (await stocktrim.locations.save(LocationDraft(code=code))).warnings == ()
        assert (await stocktrim.locations.get(code)).code == code


async def test_any_code_passes_a_real_socket() -> None:
    async with serve(sandbox()) as base_url, StockTrimClient("sandbox", "sandbox", base_url=base_url) as stocktrim:
        for code in HOSTILE:
            assert (await stocktrim.locations.save(LocationDraft(code=code))).warnings == ()


@every_reading
async def test_a_location_that_must_be_new_overwrites_none_that_stocktrim_shows(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    async with connected(far) as stocktrim:
        if quirks.locations_v1 == "dead":
            # What cannot be looked at is let through, and marked so.
            report = await stocktrim.locations.save(LocationDraft(code="MAIN", name="Other"), must="create")
            assert report.changes[0].unread
        else:
            with pytest.raises(ConflictError, match="'Main Warehouse', not 'Other'"):
                await stocktrim.locations.save(LocationDraft(code="MAIN", name="Other"), must="create")
            assert writes(far) == []
