"""Records that outlive a start: the owner's alone, whole or not at all, shared by several servers."""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stocktrim_client import StockTrimClient
from stocktrim_client.models import ProductDraft, SupplierDraft
from stocktrim_client.sandbox import Fault, Quirks, serve
from stocktrim_client.snapshot import Snapshot
from stocktrim_client.snapshot.filing import file_name, load, save
from stocktrim_client.snapshot.shelf import Shelf
from stocktrim_client.snapshot.standing import SOURCES, Source
from tests.client.fault_server import until as really
from tests.client.sandboxed import asked, every_reading, sandbox
from tests.client.snapshot.on_hand import Gate, Wall, on_hand, snapshot_of, until

ACCOUNT = ("https://api.example", "an-id", "a-signature")


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def file_in(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


@every_reading
async def test_the_next_start_finds_what_the_last_one_read(quirks: Quirks, tmp_path: Path) -> None:
    far = sandbox(60, quirks=quirks)
    async with on_hand(far, folder=tmp_path, account=ACCOUNT) as (_, snapshot, _):
        await snapshot.need()
        before = [*await snapshot.products(), *await snapshot.order_plan(), *await snapshot.purchase_orders()]
        before += [*await snapshot.suppliers(), *await snapshot.customers(), *await snapshot.locations()]
        before += [*await snapshot.bills_of_materials()]
        standing = snapshot.standing()
    far.requests.clear()
    async with on_hand(far, folder=tmp_path, account=ACCOUNT) as (_, snapshot, wall):
        assert await snapshot.need() == standing
        after = [*await snapshot.products(), *await snapshot.order_plan(), *await snapshot.purchase_orders()]
        after += [*await snapshot.suppliers(), *await snapshot.customers(), *await snapshot.locations()]
        after += [*await snapshot.bills_of_materials()]
        assert far.requests == []
        wall.passes(minutes=11)
        await snapshot.need("suppliers")
        assert asked(far) == {"list_suppliers": 1}
    assert after == before


async def test_an_unchanged_plan_is_known_as_such_by_the_next_start(tmp_path: Path) -> None:
    far = sandbox(60)
    async with on_hand(far, folder=tmp_path) as (_, snapshot, _):
        await snapshot.need("order_plan")
    far.requests.clear()
    async with on_hand(far, folder=tmp_path) as (_, snapshot, wall):
        wall.passes(minutes=30)
        await snapshot.need("order_plan")
        plan_calls = [request for request in far.requests if request.operation == "read_order_plan"]
    assert len(plan_calls) == 1


async def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    async with on_hand(sandbox(), folder=folder, account=ACCOUNT) as (_, snapshot, _):
        await snapshot.need()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file_in(folder).stat().st_mode) == 0o600


def test_the_file_s_name_tells_accounts_apart_and_nothing_of_them() -> None:
    name = file_name(*ACCOUNT)
    assert name == file_name(*ACCOUNT)
    assert not any(secret in name for secret in ("api", "an-id", "a-signature"))
    others = {
        file_name("https://api.example", "an-id", "other"),
        file_name("https://api.examplea", "n-id", "a-signature"),
    }
    assert name not in others
    assert len(others) == 2


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _scribble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for at in range(4096, len(content), 7):
        content[at] = 0xFF
    path.write_bytes(content)


def _older(path: Path) -> None:
    _execute(path, "PRAGMA user_version = 1")


def _wrong_rows(path: Path) -> None:
    _execute(path, "DELETE FROM products WHERE rowid > 3")


def _wrong_values(path: Path) -> None:
    _execute(path, "UPDATE products SET on_hand = 'many', code = NULL")


def _no_tables(path: Path) -> None:
    _execute(path, "DROP TABLE readings")


def _wrong_time(path: Path) -> None:
    _execute(path, "UPDATE readings SET read_at = 'yesterday'")


def _execute(path: Path, statement: str) -> None:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute(statement)
    database.close()


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "damage",
    [
        _cut,
        _scribble,
        _older,
        _wrong_rows,
        _wrong_values,
        _no_tables,
        _wrong_time,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("not a database at all, but long enough to be looked at as one" * 90),
    ],
)
async def test_a_file_that_cannot_be_read_is_written_anew(damage: Callable[[Path], None], tmp_path: Path) -> None:
    far = sandbox()
    async with on_hand(far, folder=tmp_path) as (_, snapshot, _):
        await snapshot.need()
    damage(file_in(tmp_path))
    async with on_hand(far, folder=tmp_path) as (_, snapshot, _):
        assert (await snapshot.need()).is_complete
        assert len(await snapshot.products()) == 24
    assert len(load(file_in(tmp_path))) == len(SOURCES)


def records_on(snapshot: Snapshot, source: Source) -> tuple[Any, ...]:
    shelf = snapshot._lanes[source].shelf
    assert shelf
    return shelf.records


@pytest.mark.parametrize("seed", range(20))
def test_a_file_damaged_anywhere_is_never_half_believed(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "file"
    wall = Wall()
    far = sandbox()

    async def records() -> list[Shelf[Any]]:
        async with on_hand(far) as (_, snapshot, _):
            await snapshot.need()
            return [Shelf(source, records_on(snapshot, source), read_at=wall.time) for source in SOURCES]

    shelves = asyncio.run(records())
    save(path, shelves)
    content = bytearray(path.read_bytes())
    at = (seed * 7919 * 31) % len(content)
    content[at : at + 64] = os.urandom(64)
    path.write_bytes(content)
    found = load(path)
    for source, shelf in found.items():
        whole = next(one for one in shelves if one.source == source)
        assert len(shelf) == len(whole)


async def test_a_folder_that_cannot_be_written_leaves_the_records_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    async with on_hand(sandbox(), folder=tmp_path / "taken") as (_, snapshot, _):
        assert (await snapshot.need()).is_complete
        assert (await snapshot.search("mug")).hits
    assert "could not be kept in a file" in caplog.text


def _removed(folder: Path) -> None:
    shutil.rmtree(folder)


def _a_file_instead(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("a file, not a folder")


def _closed_to_us(folder: Path) -> None:
    folder.chmod(0o500)


@pytest.mark.parametrize("mishap", [_removed, _a_file_instead, _closed_to_us])
async def test_a_folder_lost_while_running_costs_no_more_than_what_the_next_start_would_have_known(
    mishap: Callable[[Path], None], tmp_path: Path
) -> None:
    far = sandbox()
    folder = tmp_path / "records"
    async with StockTrimClient("sandbox", "sandbox", transport=far, snapshot_folder=folder) as stocktrim:
        await stocktrim.snapshot.need()
        await until(lambda: not stocktrim.snapshot._tasks)
        mishap(folder)
        await stocktrim.products.save(ProductDraft(product_id="NEW-1", name="New"))
        assert (await stocktrim.snapshot.refresh("suppliers")).is_complete
        assert "NEW-1" in [one.product_id for one in await stocktrim.snapshot.products()]
    async with StockTrimClient("sandbox", "sandbox", transport=far, snapshot_folder=folder) as stocktrim:
        assert "NEW-1" in [one.product_id for one in await stocktrim.snapshot.products()]
    with contextlib.suppress(NotADirectoryError):
        folder.chmod(0o700)


FULL = """
import asyncio, resource, sys
from pathlib import Path
from stocktrim_client import StockTrimClient
from stocktrim_client.models import ProductDraft
from stocktrim_client.sandbox import Sandbox

async def main(folder):
    far = Sandbox(300)
    async with StockTrimClient("sandbox", "sandbox", transport=far, snapshot_folder=folder) as stocktrim:
        await stocktrim.snapshot.need()
    # No file may grow longer, as on a disk with no more room.
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    async with StockTrimClient("sandbox", "sandbox", transport=far, snapshot_folder=folder) as stocktrim:
        await stocktrim.products.save(ProductDraft(product_id="NEW-1", name="New"))
        print((await stocktrim.snapshot.need()).is_complete, len(await stocktrim.snapshot.products()))
    print(*(path.name for path in folder.glob(".*")))
    async with StockTrimClient("sandbox", "sandbox", transport=far, snapshot_folder=folder) as stocktrim:
        print(len(await stocktrim.snapshot.products()))

asyncio.run(main(Path(sys.argv[1])))
"""


async def test_a_full_disk_leaves_no_half_file_and_nothing_untrue(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        FULL,
        str(tmp_path),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, warned = await process.communicate()
    assert said.splitlines() == [b"True 301", b"", b"301"]
    assert b"could not be kept in a file" in warned


async def test_two_servers_on_one_file_share_what_either_reads(tmp_path: Path) -> None:
    far = sandbox(60)
    async with on_hand(far, folder=tmp_path) as (stocktrim, one, _):
        other = snapshot_of(stocktrim, folder=tmp_path, now=Wall())
        await one.need("products")
        await until(lambda: not one._tasks)
        far.requests.clear()
        assert len(await other.products()) == 60
        assert asked(far)["list_products"] == 0
        await other.aclose()


async def test_records_on_hand_never_go_back_to_an_earlier_reading_than_another_server_s(tmp_path: Path) -> None:
    gate = Gate()
    far = sandbox()
    path = tmp_path / file_name()
    async with on_hand(far, folder=tmp_path) as (_, snapshot, wall):
        suppliers = await snapshot.suppliers()
        await snapshot.need()
        await until(lambda: not snapshot._tasks)
        wall.passes(minutes=11)
        calls = asked(far)["list_suppliers"]
        far.faults.add(Fault("delay", at="list_suppliers", seconds=1))
        far._sleep = gate.sleep
        reading = asyncio.create_task(snapshot.need("suppliers"))
        await until(lambda: asked(far)["list_suppliers"] > calls)
        wall.passes(minutes=1)
        save(path, [Shelf("suppliers", suppliers, read_at=wall.time)])
        await snapshot.need("customers")
        seen = snapshot.standing("suppliers").as_of
        gate.opens()
        await reading
        after = snapshot.standing("suppliers").as_of
        assert seen
        assert after
        assert after >= seen


async def test_two_servers_that_write_at_once_leave_a_whole_file(tmp_path: Path) -> None:
    far = sandbox(60)
    async with on_hand(far, folder=tmp_path) as (stocktrim, one, wall):
        others = [snapshot_of(stocktrim, folder=tmp_path, now=wall) for _ in range(4)]
        await asyncio.gather(one.need(), *(other.need() for other in others))
        for _ in range(3):
            wall.passes(minutes=11)
            await asyncio.gather(one.need(), *(other.need() for other in others))
            found = await asyncio.to_thread(load, tmp_path / file_name())
            assert all(len(shelf) for source, shelf in found.items() if source == "products")
        for other in others:
            await other.aclose()
    assert set(load(file_in(tmp_path))) == set(SOURCES)


async def test_what_another_server_read_later_is_not_written_over(tmp_path: Path) -> None:
    far = sandbox()
    path = tmp_path / "file.sqlite3"
    async with on_hand(far) as (_, snapshot, wall):
        suppliers = await snapshot.suppliers()
        early = wall.time
        wall.passes(minutes=5)
        save(path, [Shelf("suppliers", suppliers, read_at=wall.time)])
        save(path, [Shelf("suppliers", (), read_at=early)])
        assert len(load(path)["suppliers"]) == len(suppliers)


async def test_our_own_writes_outlive_the_start_they_were_made_in(tmp_path: Path) -> None:
    far = sandbox()
    async with on_hand(far, folder=tmp_path) as (stocktrim, snapshot, _):
        await snapshot.need()
        await stocktrim.products.save(ProductDraft(product_id="NEW-1", name="New"))
        await snapshot.touched("products", ["NEW-1"])
    async with on_hand(far, folder=tmp_path) as (_, snapshot, _):
        assert "NEW-1" in [one.product_id for one in await snapshot.products()]


async def test_a_write_that_was_not_looked_at_leaves_nothing_for_the_next_start_to_believe(tmp_path: Path) -> None:
    far = sandbox()
    async with StockTrimClient("sandbox", "sandbox", transport=far, snapshot_folder=tmp_path) as stocktrim:
        await stocktrim.snapshot.need()
        await until(lambda: not stocktrim.snapshot._tasks)
        await stocktrim.products.save(ProductDraft(product_id="NEW-1", name="New"))
        assert names_in(tmp_path) == []
    found = load(file_in(tmp_path))
    assert "products" not in found
    assert "suppliers" in found
    async with StockTrimClient("sandbox", "sandbox", transport=far, snapshot_folder=tmp_path) as stocktrim:
        assert "NEW-1" in [one.product_id for one in await stocktrim.snapshot.products()]


async def test_a_look_cut_short_leaves_nothing_for_the_next_start_to_believe(tmp_path: Path) -> None:
    gate = Gate()
    far = sandbox()
    async with on_hand(far, folder=tmp_path) as (stocktrim, snapshot, _):
        await snapshot.need()
        await until(lambda: not snapshot._tasks)
        await stocktrim.suppliers.save(SupplierDraft(code="HIKARI", name="Renamed"))
        snapshot.wrote("suppliers", "HIKARI")
        calls = asked(far)["get_supplier"]
        far.faults.add(Fault("delay", at="get_supplier", seconds=1))
        far._sleep = gate.sleep
        await snapshot.need("suppliers", wait=0)
        await until(lambda: asked(far)["get_supplier"] > calls)
        # Another reading that ends just then puts a file there.
        await snapshot.refresh("customers")
        await until(lambda: [task.get_name() for task in snapshot._tasks] == ["look"])
        assert set(SOURCES) - set(load(file_in(tmp_path))) == {"suppliers"}
        await snapshot.aclose()
        assert set(SOURCES) - set(load(file_in(tmp_path))) == {"suppliers"}
        gate.opens()
    async with on_hand(far, folder=tmp_path) as (_, snapshot, _):
        assert "Renamed" in [one.name for one in await snapshot.suppliers()]


async def test_records_that_a_write_made_untrue_are_not_filed_while_they_are_read_again(tmp_path: Path) -> None:
    gate = Gate()
    far = sandbox()
    async with on_hand(far, folder=tmp_path) as (_, snapshot, _):
        await snapshot.need()
        await until(lambda: not snapshot._tasks)
        calls = asked(far)["list_suppliers"]
        far.faults.add(Fault("delay", at="list_suppliers", seconds=1))
        far._sleep = gate.sleep
        snapshot.wrote("suppliers")
        reading = asyncio.create_task(snapshot.need("suppliers"))
        await until(lambda: asked(far)["list_suppliers"] > calls)
        await snapshot.refresh("customers")
        await until(lambda: [task.get_name() for task in snapshot._tasks] == ["read"])
        assert set(SOURCES) - set(load(file_in(tmp_path))) == {"suppliers"}
        gate.opens()
        await reading
        await until(lambda: not snapshot._tasks)
        assert set(load(file_in(tmp_path))) == set(SOURCES)


async def test_a_reading_that_fails_leaves_the_earlier_one_in_the_file_with_its_age(tmp_path: Path) -> None:
    far = sandbox()
    async with on_hand(far, folder=tmp_path) as (_, snapshot, wall):
        await snapshot.need()
        early = wall.time
        wall.passes(minutes=20)
        far.faults.add(Fault("status", at="list_suppliers", status=500, times=None))
        await snapshot.need("suppliers", "customers")
        await until(lambda: not snapshot._tasks)
    found = load(file_in(tmp_path))
    assert found["suppliers"].checked_at == early
    assert found["customers"].checked_at > early


async def test_what_a_clock_set_back_since_had_read_is_neither_believed_nor_kept(tmp_path: Path) -> None:
    far = sandbox()
    async with on_hand(far, folder=tmp_path) as (stocktrim, snapshot, wall):
        wall.passes(hours=5)
        await snapshot.need()
        await snapshot.aclose()
        await stocktrim.products.save(ProductDraft(product_id="NEW-1", name="New"))
        wall.passes(hours=-5)
        later = snapshot_of(stocktrim, folder=tmp_path, now=wall)
        assert not (await later.need("products", wait=0)).of("products").is_on_hand
        await later.need("products", "suppliers")
        await until(lambda: not later._tasks)
        await later.aclose()
    found = load(file_in(tmp_path), now=wall)
    assert {shelf.changed_at for shelf in found.values()} == {wall.time}
    assert "NEW-1" in [one.product_id for one in found["products"].records]


async def test_records_read_by_a_clock_that_is_set_back_have_no_age_until_they_are_read_again(tmp_path: Path) -> None:
    far = sandbox()
    async with on_hand(far, folder=tmp_path) as (_, snapshot, wall):
        await snapshot.need()
        wall.passes(hours=-5)
        standing = await snapshot.need("products", wait=0)
        assert standing.of("products").age_seconds is None
        assert "clock was set back" in standing.warnings[0]
        await snapshot.need("products", "order_plan")
        await until(lambda: not snapshot._tasks)
        assert snapshot.standing("products").of("products").age_seconds == 0
        # Of the others nothing is filed that the next start would have to leave out.
        assert list(load(file_in(tmp_path), now=wall)) == ["products", "order_plan"]


async def test_the_client_keeps_a_file_where_it_is_told_to(tmp_path: Path) -> None:
    async with StockTrimClient("sandbox", "sandbox", transport=sandbox(), snapshot_folder=tmp_path) as stocktrim:
        await stocktrim.snapshot.need()
    assert file_in(tmp_path).suffix == ".sqlite3"


async def test_a_write_of_one_server_is_not_written_over_by_what_another_read_before_it(tmp_path: Path) -> None:
    far = sandbox()
    async with on_hand(far, folder=tmp_path) as (stocktrim, writes, wall):
        reads = snapshot_of(stocktrim, folder=tmp_path, now=wall)
        await writes.need("products")
        wall.passes(minutes=1)
        await reads.refresh("products")
        wall.passes(minutes=1)
        await stocktrim.products.save(ProductDraft(product_id="NEW-1", name="New"))
        await writes.touched("products", ["NEW-1"])
        await until(lambda: not writes._tasks)
        await reads.refresh("suppliers")
        await until(lambda: not reads._tasks)
        await reads.aclose()
        assert "NEW-1" in [one.product_id for one in load(file_in(tmp_path))["products"].records]


FILL = """
import asyncio, sys
from pathlib import Path
from stocktrim_client import StockTrimClient

async def main(address, folder):
    async with StockTrimClient("sandbox", "sandbox", base_url=address, snapshot_folder=Path(folder)) as stocktrim:
        standing = await stocktrim.snapshot.need()
        print(len(await stocktrim.snapshot.products()), *standing.missing, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


async def _fills(address: str, folder: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", FILL, address, str(folder), stdout=asyncio.subprocess.PIPE
    )


async def test_a_fill_whose_process_was_ended_half_way_does_not_pass_for_the_whole(tmp_path: Path) -> None:
    far = sandbox(300)
    far.faults.add(Fault("silence", at="read_order_plan", times=None))
    async with serve(far) as address:
        process = await _fills(address, tmp_path)
        path = tmp_path / file_name(address, "sandbox", "sandbox")
        await really(lambda: "products" in load(path))
        process.kill()
        await process.wait()
    kept = load(path)
    assert "order_plan" not in kept
    assert len(kept["products"]) == 300
    left = tmp_path / f".{path.stem}-left.new"
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    save(path, kept.values())
    assert not left.exists()


async def test_two_processes_that_fill_one_file_at_once_leave_it_whole(tmp_path: Path) -> None:
    async with serve(sandbox(300)) as address:
        processes = [await _fills(address, tmp_path) for _ in range(2)]
        said = [(await process.communicate())[0] for process in processes]
    assert said == [b"300\n", b"300\n"]
    assert {source: len(shelf) for source, shelf in load(file_in(tmp_path)).items()}.keys() == set(SOURCES)
    assert len(load(file_in(tmp_path))["order_plan"]) == 300
