"""Orders to suppliers: Draft, Approved, Sent (on order), Received."""

from typing import Any, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from stocktrim_client.models.base import Draft, Model

OrderStatus = Literal["Draft", "Approved", "Sent", "Received"]


class PurchaseOrderLine(Model):
    """One product on an order."""

    product_id: str | None = None
    quantity: float | None = None
    unit_price: float | None = Field(default=None, description="What a unit costs on this order")
    received_at: AwareDatetime | None = Field(default=None, description="None: still on order")


class PurchaseOrder(Model):
    """An order to one supplier."""

    reference: str | None = Field(default=None, description="The number people use")
    reference_number: str | None = Field(default=None, description="StockTrim's second reference; often empty")
    status: str | None = Field(
        default=None, description="Draft, Approved, Sent or Received; another word is passed on as it came"
    )
    supplier_code: str | None = None
    supplier_name: str | None = None
    location_code: str | None = Field(default=None, description="Where it is delivered")
    location_name: str | None = None
    ordered_at: AwareDatetime | None = None
    created_at: AwareDatetime | None = None
    fully_received_at: AwareDatetime | None = None
    external_id: str | None = Field(default=None, description="The order's id in the connected system")
    message: str | None = Field(default=None, description="StockTrim's remark on the last write")
    order_id: int | None = Field(default=None, description="StockTrim's own number")
    lines: tuple[PurchaseOrderLine, ...] = ()

    @property
    def is_open(self) -> bool:
        """Not yet received as a whole: what it holds is, or will be, on order."""
        return self.status != "Received" and self.fully_received_at is None

    @property
    def total_cost(self) -> float | None:
        """Sum of quantity x unit price; None without lines or where one has no price: the sum would be too low."""
        if not self.lines or any(line.quantity is None or line.unit_price is None for line in self.lines):
            return None
        return sum((line.quantity or 0) * (line.unit_price or 0) for line in self.lines)


class PurchaseOrderLineDraft(Draft):
    """One product to order."""

    product_id: str = Field(min_length=1)
    quantity: float = Field(gt=0)
    unit_price: float | None = None
    received_at: AwareDatetime | None = Field(
        default=None, description="Set only when it arrived: an expected date here counts as received"
    )


class PurchaseOrderDraft(Draft):
    """An order to save, always with all its lines: StockTrim may replace those it has."""

    reference: str = Field(min_length=1, description="The order number; saving the same one again changes that order")
    supplier_code: str | None = None
    supplier_name: str | None = None
    location_code: str | None = None
    location_name: str | None = None
    status: OrderStatus = "Draft"
    ordered_at: AwareDatetime | None = Field(
        default=None, description="None: now; StockTrim refuses an order without it"
    )
    created_at: AwareDatetime | None = None
    fully_received_at: AwareDatetime | None = None
    external_id: str | None = None
    lines: tuple[PurchaseOrderLineDraft, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_a_supplier(self) -> Self:
        if not (self.supplier_code or self.supplier_name):
            raise ValueError("an order needs its supplier: give supplier_code or supplier_name")
        return self


def draft_of(order: PurchaseOrder, **changed: Any) -> PurchaseOrderDraft:
    """A whole order as it is saved again, so that nothing it holds gets lost, with some fields changed.

    Raises: ValueError where StockTrim would not take it as it is: its status, its supplier or a line says too little.
    """
    kept = {field: getattr(order, field) for field in PurchaseOrderDraft.model_fields if field != "lines"}
    kept["lines"] = [line.model_dump(exclude_none=True) for line in order.lines]
    # Null clears what StockTrim holds, or is refused: what is not there is left out.
    return PurchaseOrderDraft.model_validate(
        {"status": None} | {f: v for f, v in (kept | changed).items() if v is not None}
    )
