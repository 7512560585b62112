"""A product: what is stocked, how it is planned, who delivers it."""

from pydantic import Field

from stocktrim_client.models.base import Draft, Model


class ProductSupplier(Model):
    """One supplier of one product."""

    supplier: str = Field(
        description="The supplier as StockTrim names it here: its code, or its id in the source system"
    )
    name: str | None = None
    supplier_sku: str | None = Field(default=None, description="The supplier's own part number")


class StockAtLocation(Model):
    """A product's stock in one warehouse or shop."""

    location_code: str
    location_name: str | None = None
    on_hand: float | None = Field(default=None, description="Free units here")
    on_order: float | None = Field(default=None, description="Units bought for here and not arrived")


class Product(Model):
    """A stocked item or one variant of it."""

    code: str = Field(description="The SKU people type; the product id where StockTrim holds no SKU")
    product_id: str = Field(description="The key StockTrim's API uses; often a connected system's number")
    name: str | None = None
    category: str | None = None
    sub_category: str | None = None
    barcode: str | None = None
    unit_cost: float | None = Field(
        default=None, description="In the account's currency, which StockTrim does not name"
    )
    unit_price: float | None = Field(default=None, description="Selling price, in the account's currency")
    supplier_code: str | None = Field(default=None, description="The main supplier")
    suppliers: tuple[ProductSupplier, ...] = ()
    on_hand: float | None = Field(default=None, description="Free units, all locations")
    on_order: float | None = Field(default=None, description="Units bought and not arrived, all locations")
    stock: tuple[StockAtLocation, ...] = ()
    lead_time_days: int | None = Field(default=None, description="Days from order to usable stock")
    forecast_period_days: int | None = Field(
        default=None, description="Days an order must cover, instead of the lead time"
    )
    reorder_frequency_days: int | None = Field(default=None, description="Days between orders")
    manufacturing_days: int | None = Field(default=None, description="Days to make it, added to the lead time")
    service_level: float | None = Field(
        default=None, description="Wanted chance of not running out, on the account's scale"
    )
    minimum_order_quantity: float | None = Field(default=None, description="Smallest quantity the supplier accepts")
    batch_size: float | None = Field(default=None, description="Orders are multiples of this")
    minimum_shelf_level: float | None = Field(default=None, description="Units always kept")
    maximum_shelf_level: float | None = Field(default=None, description="Units never exceeded")
    discontinued: bool | None = Field(default=None, description="No longer bought: sell out")
    unstocked: bool | None = Field(default=None, description="Not held in stock: bought to order")
    ignore_seasonality: bool | None = Field(default=None, description="Forecast without the monthly pattern")
    overridden_demand: float | None = Field(default=None, description="Units set by hand in place of the forecast")
    overridden_demand_days: int | None = Field(default=None, description="Days that `overridden_demand` covers")
    parent_id: str | None = Field(default=None, description="Product id of the family this is a variant of")
    variant_type: str | None = None
    variant: str | None = None
    option1: str | None = None
    option2: str | None = None
    option3: str | None = None
    weight: float | None = Field(default=None, description="StockTrim does not name the unit")
    height: float | None = Field(default=None, description="StockTrim does not name the unit")
    width: float | None = Field(default=None, description="StockTrim does not name the unit")
    length: float | None = Field(default=None, description="StockTrim does not name the unit")

    @property
    def supplier_words(self) -> tuple[str, ...]:
        """What it names its supplier by, the first that is known counts: the main one's word, else those listed."""
        if self.supplier_code:
            return (self.supplier_code,)
        return tuple(word for one in self.suppliers for word in (one.supplier, one.name) if word)


class ProductDraft(Draft):
    """A product to create, or the fields of one to change."""

    product_id: str = Field(min_length=1, description="The key; for a new product usually its SKU")
    code: str | None = Field(default=None, description="The SKU people type")
    name: str | None = None
    category: str | None = None
    sub_category: str | None = None
    barcode: str | None = None
    unit_cost: float | None = None
    unit_price: float | None = None
    supplier_code: str | None = None
    suppliers: tuple[ProductSupplier, ...] | None = None
    on_hand: float | None = None
    on_order: float | None = None
    stock: tuple[StockAtLocation, ...] | None = None
    lead_time_days: int | None = None
    forecast_period_days: int | None = None
    reorder_frequency_days: int | None = None
    manufacturing_days: int | None = None
    service_level: float | None = None
    minimum_order_quantity: float | None = None
    batch_size: float | None = None
    minimum_shelf_level: float | None = None
    maximum_shelf_level: float | None = None
    discontinued: bool | None = None
    unstocked: bool | None = None
    ignore_seasonality: bool | None = None
    overridden_demand: float | None = None
    overridden_demand_days: int | None = None
    parent_id: str | None = None
    variant_type: str | None = None
    variant: str | None = None
    option1: str | None = None
    option2: str | None = None
    option3: str | None = None
    weight: float | None = None
    height: float | None = None
    width: float | None = None
    length: float | None = None
