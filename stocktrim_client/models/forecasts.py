"""The forecast run: a background recalculation of the whole account."""

from pydantic import Field

from stocktrim_client.models.base import Model


class ForecastProgress(Model):
    """Whether StockTrim is loading or calculating, and how far. It is about the account, not about one run."""

    is_running: bool = False
    percent_complete: int | None = Field(default=None, description="0-100")
    message: str | None = Field(default=None, description="What it says it is doing")
