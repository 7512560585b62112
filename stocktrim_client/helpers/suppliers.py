"""Whom products are bought from."""

from collections.abc import Collection

from stocktrim_client.changes import ChangeReport, Must
from stocktrim_client.errors import ConflictError, NotFoundError
from stocktrim_client.generated.api.suppliers import get_supplier, list_suppliers
from stocktrim_client.generated.models import SupplierRequestDto, SupplierResponseDto
from stocktrim_client.helpers.base import Helper, answer_of, as_it_was, found
from stocktrim_client.helpers.wire import items, read, set_fields
from stocktrim_client.journal import Record
from stocktrim_client.models.suppliers import Supplier, SupplierDraft

WORDS = {
    "name": "supplier_name",
    "lead_time_days": "default_lead_time",
    "email": "email_address",
    "contact_name": "primary_contact_name",
    "external_id": "external_id",
    "street_address": "street_address",
    "address_line1": "address_line_1",
    "address_line2": "address_line_2",
    "state": "state",
    "country": "country",
    "post_code": "post_code",
    "code": "supplier_code",
}


class Suppliers(Helper):
    """Suppliers by code; those that carry none, by name."""

    async def all(self) -> list[Supplier]:
        """All suppliers, in one call."""
        with answer_of("list_suppliers"):
            return [supplier_of(wire) for wire in items(await found(list_suppliers.asyncio(client=self._api)))]

    async def find(self, code: str) -> Supplier | None:
        """One supplier by code, else by exact name; None where there is none."""
        code = code.strip()
        if not code:
            return None
        with answer_of("get_supplier"):
            answer = await found(get_supplier.asyncio(client=self._api, code=code))
            looked_up = [supplier_of(wire) for wire in items(answer)]
        # Where the lookup is dead, or looks at something else than the code, the list still knows.
        return next((one for one in looked_up if one.code == code), None) or _matching(await self.all(), code)

    async def get(self, code: str) -> Supplier:
        """One supplier by code, else by exact name.

        Raises: NotFoundError where neither matches.
        """
        supplier = await self.find(code)
        if supplier is None:
            raise NotFoundError(f"There is no supplier {code!r} in StockTrim, by code or by name.", status=404)
        return supplier

    async def save(self, draft: SupplierDraft, *, must: Must | None = None) -> ChangeReport:
        """Create a supplier, or change the fields of one that are set.

        Source: save_suppliers with one item, an upsert by code.
        """
        return await self._changes.write(
            noun="supplier",
            key=draft.code,
            name=draft.name,
            after=draft.model_dump(exclude_unset=True),
            send=lambda: self._send("save_suppliers", body=[SupplierRequestDto(**set_fields(draft, WORDS)).to_dict()]),
            read=lambda: self._by_code(draft.code),
            must=must,
        )

    async def delete(self, code: str) -> ChangeReport:
        """Delete one supplier by code, or by name where it has no code.

        Raises: NotFoundError where there is none; ConflictError where StockTrim could take another one for it.
        """
        supplier = await self.get(code)
        key = supplier.code or supplier.name or code
        # StockTrim takes a code or a name, in one parameter.
        if len([one for one in await self.all() if key in (one.code, one.name)]) > 1:
            raise ConflictError(
                f"Several suppliers answer to {key!r}, as code or as name, so none was deleted. Rename one first.",
                status=409,
            )
        return await self._changes.write(
            noun="supplier",
            key=key,
            name=supplier.name,
            after=None,
            send=lambda: self._send("delete_supplier", query={"supplierCodeOrName": key}),
            read=lambda: self.find(key),
        )

    async def _by_code(self, code: str) -> Supplier | None:
        supplier = await self.find(code)
        return supplier if supplier and supplier.code == code else None

    async def recall(self, known: Record) -> Supplier | None:
        """The supplier that a journal speaks of, as it is now."""
        return await self.find(_key_of(known))

    async def restore(self, known: Record, was: Record | None, fields: Collection[str] | None = None) -> ChangeReport:
        """Make a supplier what a journal says it was, in the fields named or as a whole; None: it was not there.

        One that had no code comes back with its name as its code: StockTrim saves by code alone.
        """
        key = _key_of(known)
        if was is None:
            return await self.delete(key)
        return await self.save(as_it_was(SupplierDraft, was, fields, code=key))


def _key_of(known: Record) -> str:
    return str(known.get("code") or known.get("name") or "")


def supplier_of(wire: SupplierResponseDto) -> Supplier:
    """A generated supplier as the house's."""
    return read(Supplier, wire, {**WORDS, "supplier_id": "id"})


def _matching(suppliers: list[Supplier], code: str) -> Supplier | None:
    return next((one for one in suppliers if one.code == code), None) or next(
        (one for one in suppliers if one.name is not None and one.name.casefold() == code.casefold()), None
    )
