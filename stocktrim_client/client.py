"""StockTrimClient: owns the one pool of connections, lends one helper per domain."""

import asyncio
import dataclasses
import os
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import httpx
import truststore

from stocktrim_client.changes import Changes, utc_now
from stocktrim_client.errors import NotSentError
from stocktrim_client.journal import FileJournal, Journal
from stocktrim_client.operations import find_operation
from stocktrim_client.retry import DEFAULT_POLICY, Phase, RetryPolicy
from stocktrim_client.snapshot import Kind
from stocktrim_client.snapshot.watching import WriteWatch
from stocktrim_client.transport import AttemptEvent, ResilientAsyncTransport, checked_address
from stocktrim_client.verdicts import raise_for_answer, raise_for_nameless_answer, raise_for_raw_answer
from stocktrim_client.wording import as_doing

if TYPE_CHECKING:
    from stocktrim_client.generated.client import Client
    from stocktrim_client.snapshot import Snapshot

BASE_URL = "https://api.stocktrim.com"
AUTH_ID = "STOCKTRIM_API_AUTH_ID"
AUTH_SIGNATURE = "STOCKTRIM_API_AUTH_SIGNATURE"
API_URL = "STOCKTRIM_API_URL"


class StockTrimClient:
    """StockTrim's API, safe for many tasks at a time; make one and keep it.

        async with StockTrimClient(auth_id, auth_signature) as stocktrim:
            for row in await stocktrim.order_plan.all():
                print(row.code, row.order_quantity)

    `api` is the generated client, for raw operations: `await list_products.asyncio(client=stocktrim.api)`. They run
    through the same transport, with the same credentials, retries and errors.

    With `raise_errors=False` raw operations hand back refusals as responses; helpers raise all the same.

    Units: `timeout` in seconds, for one call with all its retries.
    Raises: ValueError for a base URL that is none; nothing without credentials, as each call then raises
    CredentialsError.
    """

    def __init__(
        self,
        auth_id: str = "",
        auth_signature: str = "",
        *,
        base_url: str = BASE_URL,
        timeout: float | None = None,
        policy: RetryPolicy = DEFAULT_POLICY,
        read_only: bool = False,
        raise_errors: bool = True,
        http2: bool = False,
        proxy: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        journal: Journal | Path | None = None,
        snapshot_folder: Path | None = None,
        on_attempt: Callable[[AttemptEvent], None] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """`transport` stands in for the network, as the sandbox does; `journal` keeps what was written: a folder, or a
        journal of another kind; without one nothing is kept, and nothing can be undone.

        With `snapshot_folder`, the records on hand are kept in a file there, for the next start.
        """
        # Not at the top: a server starts without a client, and these would cost each start a twentieth.
        from stocktrim_client.helpers.account import Account
        from stocktrim_client.helpers.bills_of_materials import BillsOfMaterials
        from stocktrim_client.helpers.customers import Customers
        from stocktrim_client.helpers.forecasts import Forecasts
        from stocktrim_client.helpers.inventory import Inventory
        from stocktrim_client.helpers.locations import Locations
        from stocktrim_client.helpers.order_plan import OrderPlan
        from stocktrim_client.helpers.products import Products, has_lost
        from stocktrim_client.helpers.purchase_orders import PurchaseOrders
        from stocktrim_client.helpers.sales_orders import SalesOrders
        from stocktrim_client.helpers.suppliers import Suppliers
        from stocktrim_client.history import Entry, History
        from stocktrim_client.undo import Restoring, Undo

        if timeout is not None:
            policy = dataclasses.replace(policy, deadline=timeout)

        def pool() -> httpx.AsyncBaseTransport:
            if transport is not None:
                return transport
            # Made at the first call: the system's certificates cost a start some milliseconds.
            trusted = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            try:
                return httpx.AsyncHTTPTransport(verify=trusted, http2=http2, proxy=proxy, limits=policy.limits())
            except (ImportError, ValueError) as error:
                raise NotSentError(f"Connections cannot be made as set up: {error} Nothing was sent.") from error

        checked_address(base_url)
        self._base_url = base_url
        self._transport = ResilientAsyncTransport(
            pool,
            base_url=base_url,
            auth_id=auth_id,
            auth_signature=auth_signature,
            policy=policy,
            read_only=read_only,
            http2=http2,
            sleep=sleep,
            on_attempt=on_attempt,
        )
        # Helpers need the errors, whatever raw operations are to do.
        raising = self._client(policy.deadline, raise_for_answer)
        if raise_errors:
            self.api = self._client(policy.deadline, raise_for_raw_answer)
        else:
            self.api = self._client(policy.deadline, raise_for_nameless_answer, raise_errors=False)
        watch = WriteWatch(FileJournal(journal) if isinstance(journal, Path) else journal)
        self.changes = Changes(watch, now=now, turns=journal if isinstance(journal, Path) else None)

        def is_lossy(entry: Entry) -> bool:
            asked = {one.field for one in entry.change.fields}
            return entry.change.noun == "product" and has_lost(entry.before, entry.left, asked)

        async def has_emptied() -> bool:
            # The first of them says it: a second one need not be looked for.
            return (await self.history.entries(limit=0, fits=is_lossy)).more

        self.products = Products(raising, self.changes, has_emptied=has_emptied)
        self.suppliers = Suppliers(raising, self.changes)
        self.customers = Customers(raising, self.changes)
        self.locations = Locations(raising, self.changes, self.products)
        self.inventory = Inventory(raising, self.changes, self.products)
        self.sales_orders = SalesOrders(raising, self.changes)
        self.purchase_orders = PurchaseOrders(raising, self.changes)
        self.bills_of_materials = BillsOfMaterials(raising, self.changes)
        self.order_plan = OrderPlan(raising, self.changes, self.suppliers, self.locations)
        self.forecasts = Forecasts(raising, self.changes, sleep)
        self.account = Account(raising, self.changes)
        restoring: dict[str, Restoring] = {
            "product": self.products,
            "supplier": self.suppliers,
            "customer": self.customers,
            "location": self.locations,
            "stock": self.inventory,
            "sale": self.sales_orders,
            "purchase order": self.purchase_orders,
            "component line": self.bills_of_materials,
        }
        self.history = History(watch, restoring, under_way=self.changes.under_way, now=now)
        self.undo = Undo(self.history, restoring, self.changes)

        def hold() -> "Snapshot":
            # Not at the top: SQLite and the tables cost a start some 10 ms, and many a script does without.
            from stocktrim_client.snapshot import Helpers, Snapshot

            helpers = Helpers(
                products=self.products,
                suppliers=self.suppliers,
                customers=self.customers,
                locations=self.locations,
                order_plan=self.order_plan,
                purchase_orders=self.purchase_orders,
                bills_of_materials=self.bills_of_materials,
            )
            account = (base_url, auth_id, auth_signature)
            return Snapshot(helpers, folder=snapshot_folder, account=account, catch_up=watch.catch_up)

        self._hold = hold
        self._snapshot: Snapshot | None = None
        watch.tell = self._wrote

    @property
    def snapshot(self) -> "Snapshot":
        """The account's records on hand, read when first needed."""
        if self._snapshot is None:
            self._snapshot = self._hold()
        return self._snapshot

    def _wrote(
        self,
        kind: Kind,
        key: str | None = None,
        *,
        gone: bool = False,
        names: Collection[str] = (),
        elsewhere: bool = False,
    ) -> None:
        # Even if nothing was read yet: there may be a file, of an earlier start.
        self.snapshot.wrote(kind, key, gone=gone, elsewhere=elsewhere)
        if names:
            self.snapshot.doubt_naming(names)

    def _client(
        self, timeout: float, hook: Callable[[httpx.Response], Awaitable[None]], *, raise_errors: bool = True
    ) -> "Client":
        from stocktrim_client.generated.client import Client

        http = _Http(
            base_url=self._base_url,
            transport=self._transport,
            timeout=timeout,
            trust_env=False,
            event_hooks={"response": [hook]},
        )
        api = Client(base_url=self._base_url, raise_on_unexpected_status=raise_errors)
        return api.set_async_httpx_client(http).set_httpx_client(httpx.Client(transport=_AsyncOnly(), trust_env=False))

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, *, read_only: bool = False) -> Self:
        """A client as the environment says, for scripts.

        STOCKTRIM_API_AUTH_ID and STOCKTRIM_API_AUTH_SIGNATURE; STOCKTRIM_API_URL for another address than
        StockTrim's; HTTPS_PROXY and NO_PROXY.
        """
        environ = os.environ if environ is None else environ
        base_url = environ.get(API_URL, "").strip() or BASE_URL
        checked_address(base_url, API_URL)
        return cls(
            environ.get(AUTH_ID, ""),
            environ.get(AUTH_SIGNATURE, ""),
            base_url=base_url,
            proxy=proxy_for(base_url, environ),
            read_only=read_only,
        )

    async def aclose(self) -> None:
        """Close every connection. Calling it again does nothing."""
        if self._snapshot is not None:
            await self._snapshot.aclose()
        # Not httpx's clients too: a call after this is to meet our own NotSentError, not their RuntimeError.
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"StockTrimClient({self._base_url!r})"


class _Http(httpx.AsyncClient):
    """httpx, but for its own word for an address that is none: callers know StockTrimError."""

    def build_request(self, method: str, url: httpx.URL | str, **more: Any) -> httpx.Request:
        try:
            return super().build_request(method, url, **more)
        except httpx.InvalidURL as error:
            operation = find_operation(method, str(url))
            raise NotSentError(
                f"{as_doing(operation.summary)} was not sent: what was given does not fit into an address, as it is "
                "too long or holds control characters. Nothing was changed. Check the code.",
                operation=operation.name,
                phase=Phase.NOT_SENT,
            ) from error


class _AsyncOnly(httpx.BaseTransport):
    """Stands where a synchronous raw operation would go out without credentials and without retries."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise NotSentError("This client is asynchronous, so nothing was sent: await `asyncio` or `asyncio_detailed`.")


def proxy_for(base_url: str, environ: Mapping[str, str]) -> str | None:
    """The proxy the environment names for an address, as other programs read it.

    None: none is named, or NO_PROXY exempts the address.
    """
    address = urlsplit(base_url)
    named = {name.lower(): value.strip() for name, value in environ.items() if value.strip()}
    proxy = named.get(f"{address.scheme}_proxy") or named.get("all_proxy")
    port = address.port or {"https": 443}.get(address.scheme, 80)
    if proxy is None or _is_exempt((address.hostname or "").rstrip("."), port, named.get("no_proxy", "")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _is_exempt(host: str, port: int, no_proxy: str) -> bool:
    """Whether NO_PROXY names the host, a domain it is in, either with its port, or everything."""
    for entry in no_proxy.lower().split(","):
        name = entry.strip().removesuffix(f":{port}").removeprefix("*.").strip("[].")
        if name and (name in {"*", host} or host.endswith(f".{name}")):
            return True
    return False
