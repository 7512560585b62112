"""Warehouses and shops."""

from collections.abc import Collection

from stocktrim_client.changes import ChangeReport, Changes, Must
from stocktrim_client.errors import NotFoundError, NotSentError
from stocktrim_client.generated.api.locations import get_location
from stocktrim_client.generated.client import Client
from stocktrim_client.generated.models import LocationRequestDto, LocationResponseDto
from stocktrim_client.generated.types import UNSET
from stocktrim_client.helpers.base import Helper, answer_of, as_it_was, found
from stocktrim_client.helpers.products import Products
from stocktrim_client.helpers.wire import items, read, set_fields
from stocktrim_client.journal import Record
from stocktrim_client.models.locations import Location, LocationDraft

WORDS = {"code": "location_code", "name": "location_name", "external_id": "external_id"}


class Locations(Helper):
    """Locations by code. StockTrim has no list of them that is known to work."""

    def __init__(self, api: Client, changes: Changes, products: Products) -> None:
        super().__init__(api, changes)
        self._products = products

    async def all(self) -> list[Location]:
        """The locations StockTrim lists, and those that hold stock of any product.

        Reads the whole catalogue: a location without any product is missed where StockTrim does not list it.
        """
        listed = {location.code: location for location in await self.listed()}
        for product in await self._products.all():
            for stock in product.stock:
                listed.setdefault(stock.location_code, Location(code=stock.location_code, name=stock.location_name))
        return list(listed.values())

    async def listed(self) -> list[Location]:
        """Those StockTrim lists, in one call; where it lists none, that is no proof that there are none."""
        return await self._lookup(None)

    async def find(self, code: str) -> Location | None:
        """One location by code; None where StockTrim knows none, or does not answer lookups."""
        code = code.strip()
        if not code:
            return None
        return next((one for one in await self._lookup(code) if one.code == code), None)

    async def get(self, code: str) -> Location:
        """One location by code, looked up, else collected from the catalogue.

        Raises: NotFoundError where neither knows it.
        """
        location = await self.find(code) or next((one for one in await self.all() if one.code == code.strip()), None)
        if location is None:
            raise NotFoundError(f"There is no location {code!r} that StockTrim shows or that holds stock.", status=404)
        return location

    async def save(self, draft: LocationDraft, *, must: Must | None = None) -> ChangeReport:
        """Create a location, or change the fields of one that are set.

        Source: save_location (V2), an upsert by code alone; V1 also matches by name and could hit another one.
        """
        return await self._changes.write(
            noun="location",
            key=draft.code,
            name=draft.name,
            after=draft.model_dump(exclude_unset=True),
            send=lambda: self._send("save_location", body=LocationRequestDto(**set_fields(draft, WORDS)).to_dict()),
            read=lambda: self.find(draft.code),
            absence_proves=False,
            must=must,
        )

    async def _lookup(self, code: str | None) -> list[Location]:
        with answer_of("get_location"):
            answer = await found(get_location.asyncio(client=self._api, code=code or UNSET))
            return [location_of(wire) for wire in items(answer)]

    async def recall(self, known: Record) -> Location | None:
        """The location that a journal speaks of, as it is now; None where StockTrim does not show it."""
        return await self.find(str(known["code"]))

    async def restore(self, known: Record, was: Record | None, fields: Collection[str] | None = None) -> ChangeReport:
        """Make a location what a journal says it was, in the fields named or as a whole.

        Raises: NotSentError for one that was not there: StockTrim cannot delete locations.
        """
        if was is None:
            raise NotSentError("StockTrim's API cannot delete locations, so nothing was sent.")
        return await self.save(as_it_was(LocationDraft, was, fields, code=str(known["code"])))


def location_of(wire: LocationResponseDto) -> Location:
    """A generated location as the house's."""
    return read(Location, wire, WORDS)
