"""Suppliers, with and without a code."""

from typing import Any

import httpx
import pytest

from stocktrim_client.client import StockTrimClient
from stocktrim_client.errors import ConflictError, NotFoundError, UnexpectedAnswerError
from stocktrim_client.models import SupplierDraft
from stocktrim_client.sandbox import Quirks, Sandbox
from stocktrim_client.sandbox.server import serve
from tests.client.sandboxed import HOSTILE, Scripted, connected, every_reading, sandbox, writes


@every_reading
async def test_all_suppliers_are_read(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    async with connected(far) as stocktrim:
        suppliers = await stocktrim.suppliers.all()
    assert [(one.supplier_id, one.name, one.lead_time_days) for one in suppliers] == [
        (truth["id"], truth.get("supplierName"), truth.get("defaultLeadTime")) for truth in far.shop.suppliers.values()
    ]


async def test_no_suppliers_are_an_empty_list() -> None:
    for habit in ("404", "[]"):
        async with connected(sandbox(0, quirks=Quirks(empty_other_lists=habit))) as stocktrim:
            assert await stocktrim.suppliers.all() == []


@every_reading
async def test_a_supplier_is_found_by_code_or_by_name(quirks: Quirks) -> None:
    async with connected(sandbox(quirks=quirks)) as stocktrim:
        by_code = await stocktrim.suppliers.get("LEAF & CO.")
        assert by_code.name == "Leaf & Co. Tea"
        assert await stocktrim.suppliers.get("leaf & co. tea") == by_code
        assert (await stocktrim.suppliers.get(" Okafor Textiles ")).name == "Okafor Textiles"
        assert await stocktrim.suppliers.find("LEAF") is None
        assert await stocktrim.suppliers.find(" ") is None
        with pytest.raises(NotFoundError, match="'LEAF'"):
            await stocktrim.suppliers.get("LEAF")


@every_reading
async def test_a_supplier_is_created_changed_and_deleted(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    async with connected(far) as stocktrim:
        report = await stocktrim.suppliers.save(SupplierDraft(code="S-1", name="New", lead_time_days=9))
        assert (report.changes[0].kind, report.warnings) == ("create", ())
        report = await stocktrim.suppliers.save(SupplierDraft(code="S-1", email="a@b.example"))
        assert (report.changes[0].kind, report.warnings) == ("change", ())
        supplier = await stocktrim.suppliers.get("S-1")
        assert (supplier.name, supplier.lead_time_days, supplier.email) == ("New", 9, "a@b.example")
        assert (await stocktrim.suppliers.delete("S-1")).warnings == ()
        assert await stocktrim.suppliers.find("S-1") is None


@every_reading
async def test_a_supplier_without_a_code_is_deleted_by_its_name(quirks: Quirks) -> None:
    far = sandbox(quirks=quirks)
    before = len(far.shop.suppliers)
    async with connected(far) as stocktrim:
        report = await stocktrim.suppliers.delete("Okafor Textiles")
    assert (report.status, report.warnings) == ("applied", ())
    assert len(far.shop.suppliers) == before - 1
    assert not [each for each in far.shop.suppliers.values() if each.get("supplierName") == "Okafor Textiles"]


@pytest.mark.parametrize(
    "other",
    [
        {"supplierName": "Okafor Textiles"},
        {"supplierCode": "Okafor Textiles", "supplierName": "Somebody else"},
        {"supplierCode": "X", "supplierName": "Okafor Textiles"},
    ],
)
async def test_a_name_that_two_suppliers_answer_to_deletes_neither(other: dict[str, Any]) -> None:
    far = sandbox()
    number = far.shop.number()
    far.shop.suppliers[number] = {"id": number, **other}
    far.shop.changed()
    async with connected(far) as stocktrim:
        with pytest.raises(ConflictError, match="Okafor Textiles"):
            await stocktrim.suppliers.delete("Okafor Textiles")
    assert writes(far) == []


@pytest.mark.parametrize("code", HOSTILE)
async def test_any_code_is_saved_found_and_deleted(code: str) -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        await _round_trip(stocktrim, far, code)


async def test_any_code_passes_a_real_socket() -> None:
    far = sandbox()
    async with serve(far) as base_url, StockTrimClient("sandbox", "sandbox", base_url=base_url) as stocktrim:
        for code in HOSTILE:
            await _round_trip(stocktrim, far, code)


async def _round_trip(stocktrim: StockTrimClient, far: Sandbox, code: str) -> None:
    assert (await stocktrim.suppliers.save(SupplierDraft(code=code, name="New"))).warnings == ()
    assert (await stocktrim.suppliers.get(code)).code == code
    assert (await stocktrim.suppliers.delete(code)).warnings == ()
    assert not [each for each in far.shop.suppliers.values() if each.get("supplierCode") == code]
    queries = [request.query for request in far.requests if request.operation == "delete_supplier"]
    assert queries[-1] == {"suppliercodeorname": code}


@pytest.mark.parametrize("answer", [[{"id": 1, "supplierCode": "A"}], {"id": 1, "supplierCode": "A"}])
async def test_a_lookup_may_answer_one_or_a_list(answer: object) -> None:
    async with connected(Scripted(lambda request: httpx.Response(200, json=answer))) as stocktrim:
        assert (await stocktrim.suppliers.get("A")).supplier_id == 1


async def test_a_lookup_that_gives_somebody_else_is_not_believed() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        other = {"id": 1, "supplierCode": "B", "supplierName": "A"}
        wanted = {"id": 2, "supplierCode": "A", "supplierName": "Z"}
        return httpx.Response(200, json=[other, wanted] if "Bulk" in request.url.path else other)

    async with connected(Scripted(answer)) as stocktrim:
        assert (await stocktrim.suppliers.get("A")).supplier_id == 2


@pytest.mark.parametrize("content", [b"", b"null", b"<html></html>", b'[{"id":', b"[1]", b'{"a": 1}'])
async def test_a_strange_answer_is_named(content: bytes) -> None:
    async with connected(Scripted(lambda request: httpx.Response(200, content=content))) as stocktrim:
        with pytest.raises(UnexpectedAnswerError) as raised:
            await stocktrim.suppliers.all()
    assert raised.value.operation == "list_suppliers"


async def test_a_save_that_must_create_overwrites_nobody_and_one_that_must_change_makes_nobody() -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        with pytest.raises(ConflictError, match="lead_time_days is 60, not 9"):
            await stocktrim.suppliers.save(SupplierDraft(code="HIKARI", lead_time_days=9), must="create")
        same = await stocktrim.suppliers.save(SupplierDraft(code="HIKARI", lead_time_days=60), must="create")
        with pytest.raises(NotFoundError, match="'S-1'"):
            await stocktrim.suppliers.save(SupplierDraft(code="S-1"), must="change")
        assert same.status == "unchanged"
        assert writes(far) == []
        assert (await stocktrim.suppliers.save(SupplierDraft(code="S-1"), must="create")).status == "applied"
        report = await stocktrim.suppliers.save(SupplierDraft(code="HIKARI", lead_time_days=9), must="change")
    assert report.changes[0].fields[0].before == 60
