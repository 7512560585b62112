"""Which components make a product."""

from collections.abc import Collection

from stocktrim_client.changes import ChangeReport
from stocktrim_client.errors import ConflictError, OutcomeUnknownError, StockTrimError
from stocktrim_client.generated.api.bills_of_materials import list_bills_of_materials
from stocktrim_client.generated.models import BillOfMaterialsRequestDto, BillOfMaterialsResponseDto
from stocktrim_client.generated.types import UNSET
from stocktrim_client.helpers.base import Helper, answer_of, found
from stocktrim_client.helpers.wire import items, plain, read, set_fields
from stocktrim_client.journal import Record
from stocktrim_client.models.bills_of_materials import BomLine, BomLineDraft
from stocktrim_client.transport import calling

WORDS = {
    "product_id": "product_id",
    "component_id": "component_id",
    "quantity": "quantity",
    "assembly_days": "assembly_time_days",
}


class BillsOfMaterials(Helper):
    """Component lines, each known by its product and its component."""

    async def all(self, product_id: str | None = None, component_id: str | None = None) -> list[BomLine]:
        """The component lines of a product, those that use a component, or all."""
        with answer_of("list_bills_of_materials"), calling(bulk=True):
            answer = await found(
                list_bills_of_materials.asyncio(
                    client=self._api, product_id=product_id or UNSET, component_id=component_id or UNSET
                )
            )
            return [bom_line_of(wire) for wire in items(answer)]

    async def find(self, product_id: str, component_id: str) -> BomLine | None:
        """One component line; None where there is none."""
        lines = await self.all(product_id, component_id)
        return next((one for one in lines if (one.product_id, one.component_id) == (product_id, component_id)), None)

    async def save(self, draft: BomLineDraft, *, name: str | None = None) -> ChangeReport:
        """Add a component to a product; `name`: what people call the line.

        StockTrim may add a second line beside one that is there, so an existing line is refused, not changed.

        Raises: ConflictError where the product already has this component in another quantity.
        """
        present = await self.find(draft.product_id, draft.component_id)
        if present is not None and present.quantity != draft.quantity:
            raise ConflictError(
                f"{draft.product_id!r} already uses {draft.component_id!r} ({present.quantity} each). StockTrim cannot "
                "change a component line: delete it, then save it again.",
                status=409,
            )
        return await self._changes.write(
            noun="component line",
            key=f"{draft.product_id} / {draft.component_id}",
            name=name,
            after=draft.model_dump(exclude_unset=True),
            send=lambda: self._add(draft),
            read=lambda: self.find(draft.product_id, draft.component_id),
            # Another quantity that has come since the look above would make it a second line.
            must="create",
        )

    async def delete(self, product_id: str, component_id: str) -> ChangeReport:
        """Take a component out of a product; nothing is sent where it is not in it."""
        return await self._changes.write(
            noun="component line",
            key=f"{product_id} / {component_id}",
            after=None,
            send=lambda: self._send(
                "delete_bill_of_materials", query={"productId": product_id, "componentId": component_id}
            ),
            read=lambda: self.find(product_id, component_id),
        )

    async def recall(self, known: Record) -> BomLine | None:
        """The component line that a journal speaks of, as it is now."""
        return await self.find(str(known["product_id"]), str(known["component_id"]))

    async def restore(self, known: Record, was: Record | None, fields: Collection[str] | None = None) -> ChangeReport:
        """Make a component line what a journal says it was; None: it was not there.

        One of another quantity is taken out and added again, as StockTrim cannot change it.
        """
        product_id, component_id = str(known["product_id"]), str(known["component_id"])
        if was is None:
            return await self.delete(product_id, component_id)
        draft = BomLineDraft(product_id=product_id, component_id=component_id, quantity=was.get("quantity", 0))
        codes = [known.get("product_code"), known.get("component_code")]
        name = " / ".join(map(str, codes)) if all(codes) else None
        if fields is None:
            return await self.save(draft, name=name)

        async def send() -> None:
            await self._send("delete_bill_of_materials", query={"productId": product_id, "componentId": component_id})
            try:
                await self._add(draft)
            except StockTrimError as error:
                raise OutcomeUnknownError(
                    f"The component line was taken out, and adding it again with {draft.quantity:g} failed: {error}",
                    operation=error.operation,
                    attempts=error.attempts,
                ) from error

        return await self._changes.write(
            noun="component line",
            key=f"{product_id} / {component_id}",
            name=name,
            after=draft.model_dump(),
            send=send,
            read=lambda: self.find(product_id, component_id),
            must="change",
        )

    async def _add(self, draft: BomLineDraft) -> None:
        await self._send(
            "create_bill_of_materials", body=BillOfMaterialsRequestDto(**set_fields(draft, WORDS)).to_dict()
        )


def bom_line_of(wire: BillOfMaterialsResponseDto) -> BomLine:
    """A generated component line as the house's."""
    product, component = plain(wire.sku_product), plain(wire.sku_component)
    return read(
        BomLine,
        wire,
        WORDS,
        product_code=plain(product.product_code_readable) if product else None,
        product_name=plain(product.name) if product else None,
        component_code=plain(component.product_code_readable) if component else None,
        component_name=plain(component.name) if component else None,
    )
