"""What StockTrim recommends to order: one row per product, or per product at a location."""

from pydantic import AwareDatetime, Field

from stocktrim_client.models.base import Model


class OrderPlanRow(Model):
    """StockTrim's figures for one product, as computed by its last forecast run.

    None: not computed, which is neither zero nor infinity.
    """

    code: str = Field(description="The SKU people type")
    product_id: str | None = Field(
        default=None, description="The product's key in the catalogue, where the row carries it"
    )
    name: str | None = None
    category: str | None = None
    sub_category: str | None = None
    location: str | None = Field(default=None, description="None: the whole business")
    location_id: int | None = None
    order_quantity: float | None = Field(default=None, description="Suggested units to order now")
    reorder_point: float | None = Field(default=None, description="Order when on hand + on order falls to this")
    safety_stock: float | None = Field(default=None, description="Units held against surprise")
    economic_order_quantity: float | None = None
    optimal_stock_cycle_days: float | None = None
    days_until_stock_out: int | None = Field(default=None, description="0 or less: out of stock")
    days_until_order: int | None = Field(default=None, description="Days left to place an order; negative: late")
    on_hand: float | None = None
    on_order: float | None = None
    lead_time_days: int | None = None
    reorder_frequency_days: int | None = None
    manufacturing_days: float | None = None
    minimum_order_quantity: float | None = None
    batch_size: float | None = None
    minimum_shelf_level: float | None = None
    maximum_shelf_level: float | None = None
    lead_demand: float | None = Field(default=None, description="Units expected to sell over the lead time")
    forecast_period_demand: float | None = Field(
        default=None, description="Units expected to sell over the forecast period"
    )
    overridden_demand: float | None = Field(
        default=None, description="The part of a hand-set demand still ahead, units"
    )
    demand_by_average: float | None = Field(default=None, description="Lead-time demand by plain average")
    demand_by_trend: float | None = Field(default=None, description="Lead-time demand by straight trend")
    demand_by_curve: float | None = Field(default=None, description="Lead-time demand by curved trend")
    demand_by_last_month: float | None = Field(default=None, description="Lead-time demand at last month's rate")
    demand_by_last_lead_time: float | None = Field(
        default=None, description="Lead-time demand by the last stretch as long"
    )
    forecast_method: int | None = Field(
        default=None, description="Which method fitted best; StockTrim does not publish the numbers"
    )
    best_fit: float | None = Field(default=None, description="R squared of the best method, 0-1")
    worst_fit: float | None = Field(default=None, description="R squared of the worst method, 0-1")
    spread: float | None = Field(default=None, description="Distance between the methods' answers, units")
    demand_deviation: float | None = Field(default=None, description="Standard deviation of demand")
    service_factor: float | None = None
    service_level: float | None = None
    is_uncertain: bool | None = Field(default=None, description="Little or erratic history: look before ordering")
    daily_demand: float | None = Field(default=None, description="Average units a day over the last 120 days")
    sold_in_last_lead_time: float | None = None
    sales_count: int | None = None
    last_sold_at: AwareDatetime | None = None
    unit_cost: float | None = None
    unit_price: float | None = None
    is_discontinued: bool | None = None
    is_unstocked: bool | None = None
    part_of_count: int | None = Field(
        default=None, description="Products it is a part of (inferred from the field's name)"
    )
    made_of_count: int | None = Field(default=None, description="Parts it is made of (inferred from the field's name)")
    error: str | None = Field(default=None, description="Why StockTrim could not compute the row")
    calculated_at: AwareDatetime | None = Field(default=None, description="When the row was computed; UTC assumed")
