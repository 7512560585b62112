"""Which components, and how many, make a product."""

from pydantic import Field

from stocktrim_client.models.base import Draft, Model


class BomLine(Model):
    """One component of one product that is made."""

    product_id: str = Field(description="What is made")
    component_id: str = Field(description="What goes in")
    quantity: float | None = Field(default=None, description="Units of the component for one unit made")
    assembly_days: int | None = None
    product_code: str | None = None
    product_name: str | None = None
    component_code: str | None = None
    component_name: str | None = None

    @property
    def name(self) -> str:
        """The line as people call it."""
        component = self.component_name or self.component_code or self.component_id
        return f"{component} in {self.product_name or self.product_code or self.product_id}"


class BomLineDraft(Draft):
    """A component to add to a product."""

    product_id: str = Field(min_length=1)
    component_id: str = Field(min_length=1)
    quantity: float = Field(gt=0)
