"""Buyers on sales orders."""

from collections.abc import Collection
from typing import Any

from stocktrim_client.changes import ChangeReport, Must
from stocktrim_client.errors import NotFoundError, NotSentError
from stocktrim_client.generated.api.customers import get_customer
from stocktrim_client.generated.models import CustomerDto
from stocktrim_client.helpers.base import Helper, answer_of, as_it_was, body_of, found
from stocktrim_client.helpers.wire import Body, Keep, build, in_path, in_slices, keeping, read, set_fields
from stocktrim_client.journal import Record
from stocktrim_client.models.customers import Customer, CustomerDraft
from stocktrim_client.transport import calling

WORDS = {
    "code": "code",
    "name": "name",
    "email": "email_address",
    "phone": "phone",
    "street_address": "street_address",
    "address_line1": "address_line_1",
    "address_line2": "address_line_2",
    "city": "city",
    "state": "state",
    "country": "country",
    "post_code": "post_code",
}
JSON_WORDS = {
    **WORDS,
    "email": "emailAddress",
    "street_address": "streetAddress",
    "address_line1": "addressLine1",
    "address_line2": "addressLine2",
    "post_code": "postCode",
}


class Customers(Helper):
    """Customers by code."""

    async def all(self, *, keep: Keep[Customer] | None = None) -> list[Customer]:
        """All customers, in one call: StockTrim does not page them, and 15,000 were seen.

        Source: list_customers, read row by row so that other calls are not held up.
        """
        with answer_of("list_customers"), calling(bulk=True):
            response = await found(self._api.get_async_httpx_client().get("/api/Customers"))
            rows = () if response is None else Body(body_of(response)).rows()
            return await in_slices(rows, keeping(_customer_of_row, keep))

    async def find(self, code: str) -> Customer | None:
        """One customer by code; None where there is none."""
        code = code.strip()
        if not code:
            return None
        customer = None
        if in_path(code):
            with answer_of("get_customer"):
                call = get_customer.asyncio(code, client=self._api)
                wire = await found(call, odd_path=not in_path(code, surely=True))
                customer = read(Customer, wire, WORDS) if wire else None
            # A slash decoded once too often could lead to somebody else.
            customer = customer if customer and (customer.code or "").casefold() == code.casefold() else None
        if customer is None and not in_path(code, surely=True):
            customer = next((one for one in await self.all() if one.code == code), None)
        return customer

    async def get(self, code: str) -> Customer:
        """One customer by code.

        Raises: NotFoundError where there is none.
        """
        customer = await self.find(code)
        if customer is None:
            raise NotFoundError(f"There is no customer {code!r} in StockTrim.", status=404)
        return customer

    async def save(self, draft: CustomerDraft, *, must: Must | None = None) -> ChangeReport:
        """Create a customer, or change the fields of one that are set.

        Source: save_customer, an upsert by code.
        """

        async def send() -> None:
            with calling(vouched="code"):
                await self._send("save_customer", body=CustomerDto(**set_fields(draft, WORDS)).to_dict())

        return await self._changes.write(
            noun="customer",
            key=draft.code,
            name=draft.name,
            after=draft.model_dump(exclude_unset=True),
            send=send,
            read=lambda: self.find(draft.code),
            must=must,
        )

    async def recall(self, known: Record) -> Customer | None:
        """The customer that a journal speaks of, as it is now."""
        return await self.find(str(known["code"]))

    async def restore(self, known: Record, was: Record | None, fields: Collection[str] | None = None) -> ChangeReport:
        """Make a customer what a journal says it was, in the fields named or as a whole.

        Raises: NotSentError for one that was not there: StockTrim cannot delete customers.
        """
        if was is None:
            raise NotSentError("StockTrim's API cannot delete customers, so nothing was sent.")
        return await self.save(as_it_was(CustomerDraft, was, fields, code=str(known["code"])))


def _customer_of_row(row: dict[str, Any]) -> Customer:
    return build(Customer, {house: row.get(word) for house, word in JSON_WORDS.items()})
