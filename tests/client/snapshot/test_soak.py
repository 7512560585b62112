"""Many who read, search, ask and write at once, while StockTrim fails now and then."""

import asyncio
import random

from stocktrim_client import StockTrimClient
from stocktrim_client.errors import StockTrimError
from stocktrim_client.models import ProductDraft, SupplierDraft
from stocktrim_client.sandbox import Fault
from stocktrim_client.snapshot import QuestionError, Snapshot
from tests.client.sandboxed import sandbox
from tests.client.snapshot.on_hand import Wall, on_hand


async def _somebody(
    seed: int, stocktrim: StockTrimClient, snapshot: Snapshot, wall: Wall, saved: dict[str, str]
) -> None:
    dice = random.Random(seed)
    for turn in range(6):
        wall.passes(seconds=dice.choice([0, 1, 400]))
        try:
            match dice.randrange(6):
                case 0:
                    assert len(await snapshot.products()) >= 120
                case 1:
                    assert (await snapshot.search("mug", ["products"])).total >= 0
                case 2:
                    table = await snapshot.ask("SELECT count(*), count(DISTINCT product_id) FROM products")
                    assert table.rows[0][0] == table.rows[0][1]
                case 3:
                    code, name = f"S{seed}", f"Name {seed} {turn}"
                    await stocktrim.suppliers.save(SupplierDraft(code=code, name=name))
                    snapshot.wrote("suppliers", code)
                    saved[code] = name
                    assert {one.code: one.name for one in await snapshot.suppliers()}[code] == name
                case 4:
                    code, name = f"P{seed}", f"Product {seed} {turn}"
                    await stocktrim.products.save(ProductDraft(product_id=code, name=name))
                    await snapshot.touched("products", [code])
                    assert {one.product_id: one.name for one in await snapshot.products()}[code] == name
                case _:
                    await snapshot.refresh("order_plan", "suppliers")
        except (StockTrimError, QuestionError):
            # What could not be read is said; nothing else may go wrong.
            continue


async def test_many_at_once_see_only_whole_readings_and_their_own_writes() -> None:
    far = sandbox(120)
    far.faults.add(*(Fault("status", at="*", after=after, status=503) for after in range(30, 400, 23)))
    saved: dict[str, str] = {}
    async with on_hand(far) as (stocktrim, snapshot, wall):
        await asyncio.gather(*(_somebody(seed, stocktrim, snapshot, wall, saved) for seed in range(25)))
        far.faults.clear()
        await snapshot.refresh()
        known = {one.code: one.name for one in await snapshot.suppliers()}
        assert {code: known[code] for code in saved} == saved
        assert snapshot.standing().is_complete
        table = await snapshot.ask("SELECT count(*) FROM products")
        assert table.rows == ((len(far.shop.products),),)
