"""The client itself: credentials, environment, proxies, closing, many tasks, two event loops; and its one door."""

import asyncio
import logging
import traceback
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import httpx
import pytest

from stocktrim_client import changes
from stocktrim_client.client import BASE_URL, StockTrimClient, proxy_for
from stocktrim_client.errors import CredentialsError, NotFoundError, NotSentError, StockTrimError
from stocktrim_client.generated.api.products import list_products, save_product
from stocktrim_client.generated.api.suppliers import get_supplier
from stocktrim_client.generated.models import ProductsRequestDto
from stocktrim_client.models import CustomerDraft, ProductDraft, StockCount
from stocktrim_client.operations import OPERATIONS
from stocktrim_client.sandbox import Fault
from stocktrim_client.sandbox.server import serve
from stocktrim_client.transport import AttemptEvent
from tests.client.sandboxed import Clock, asked, connected, sandbox
from tests.client.test_changes import ACTS

AUTH_ID, SIGNATURE = "tenant-4711", "s3cr3t-s1gnature"


# --- credentials


@pytest.mark.parametrize("around", ["{}", " {}", "{}\n", "\t{} \r\n", "\u00a0{}\u2003"])
async def test_blanks_around_credentials_do_no_harm(around: str) -> None:
    far = sandbox(auth_id=AUTH_ID, auth_signature=SIGNATURE)
    async with StockTrimClient(around.format(AUTH_ID), around.format(SIGNATURE), transport=far) as stocktrim:
        assert await stocktrim.suppliers.all()


@pytest.mark.parametrize(("auth_id", "signature"), [("", ""), (" ", "\n"), (AUTH_ID, ""), ("", SIGNATURE)])
async def test_without_credentials_each_call_says_what_is_missing(auth_id: str, signature: str) -> None:
    far = sandbox()
    async with StockTrimClient(auth_id, signature, transport=far) as stocktrim:
        with pytest.raises(CredentialsError):
            await stocktrim.products.find("A")
        with pytest.raises(CredentialsError) as raised:
            await stocktrim.suppliers.all()
    assert "STOCKTRIM_API_AUTH_ID" in str(raised.value)
    assert "STOCKTRIM_API_AUTH_SIGNATURE" in str(raised.value)
    assert far.requests == []


async def test_credentials_show_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    far = sandbox(auth_id=AUTH_ID, auth_signature="another")
    told: list[str] = []
    async with StockTrimClient(AUTH_ID, SIGNATURE, transport=far, sleep=Clock().sleep) as stocktrim:
        told += [repr(stocktrim), str(stocktrim), repr(stocktrim.api.get_async_httpx_client())]
        told += [repr(stocktrim.api), repr(vars(stocktrim)), repr(vars(stocktrim.products))]
        for fault in (None, Fault("reset", times=None), Fault("status", status=500, times=None)):
            if fault:
                far.faults.add(fault)
            for call in (stocktrim.products.all(), stocktrim.products.save(ProductDraft(product_id="P"))):
                with pytest.raises(StockTrimError) as raised:
                    await call
                told += [repr(raised.value), str(vars(raised.value)), "".join(traceback.format_exception(raised.value))]
    told += [record.getMessage() + str(record.args) for record in caplog.records]
    assert len(told) > 20
    assert not [text for text in told if AUTH_ID in text or SIGNATURE in text]


async def test_logs_over_a_real_socket_hold_no_credential(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    far = sandbox(auth_id=AUTH_ID, auth_signature=SIGNATURE)
    async with serve(far) as base_url, StockTrimClient(AUTH_ID, SIGNATURE, base_url=base_url) as stocktrim:
        await stocktrim.products.find("KETTLE-09")
        await stocktrim.customers.save(CustomerDraft(code="C-1", name="New"))
    texts = [record.getMessage() for record in caplog.records]
    assert any("list_products" in text for text in texts)
    assert not [text for text in texts if AUTH_ID in text or SIGNATURE in text or "KETTLE-09" in text]


# --- the environment


async def test_a_client_is_made_from_an_environment() -> None:
    far = sandbox(auth_id=AUTH_ID, auth_signature=SIGNATURE)
    async with serve(far) as base_url:
        environ = {
            "STOCKTRIM_API_AUTH_ID": f"{AUTH_ID}\n",
            "STOCKTRIM_API_AUTH_SIGNATURE": f" {SIGNATURE}",
            "STOCKTRIM_API_URL": f" {base_url}/ ",
        }
        async with StockTrimClient.from_env(environ) as stocktrim:
            assert base_url in repr(stocktrim)
            assert await stocktrim.suppliers.all()


@pytest.mark.parametrize(
    "address",
    [
        *("http://user:hunter2@localhost:1", "https://:hunter2@api.stocktrim.com", "https://hunter2@api.stocktrim.com"),
        *("api.stocktrim.com/hunter2", "http://[::1hunter2", "https://api.stocktrim.com:hunter2", "ftp://hunter2"),
        *("https:///hunter2", "http://localhost:99999/hunter2", "http://localhost:0/hunter2"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_at_once_and_not_repeated(address: str) -> None:
    with pytest.raises(ValueError, match="The base URL") as raised:
        StockTrimClient("id", "signature", base_url=address)
    told = "".join(traceback.format_exception(raised.value))
    assert "hunter2" not in told.replace(repr(address), "")
    with pytest.raises(ValueError, match="STOCKTRIM_API_URL") as raised:
        StockTrimClient.from_env({"STOCKTRIM_API_URL": address, "HTTP_PROXY": "http://proxy:1"})
    assert "hunter2" not in str(raised.value)


async def test_an_empty_environment_makes_a_client_of_stocktrims_own_address() -> None:
    stocktrim = StockTrimClient.from_env({})
    assert BASE_URL in repr(stocktrim)
    with pytest.raises(CredentialsError):
        await stocktrim.suppliers.all()


PROXY = {"HTTPS_PROXY": "http://proxy:3128"}


@pytest.mark.parametrize(
    ("environ", "proxy"),
    [
        ({}, None),
        (PROXY, "http://proxy:3128"),
        ({"https_proxy": "http://proxy:3128"}, "http://proxy:3128"),
        ({"HTTPS_PROXY": "proxy:3128"}, "http://proxy:3128"),
        ({"HTTPS_PROXY": "  "}, None),
        ({"ALL_PROXY": "http://all:1"}, "http://all:1"),
        ({"ALL_PROXY": "http://all:1", **PROXY}, "http://proxy:3128"),
        ({"HTTP_PROXY": "http://plain:1"}, None),
        ({**PROXY, "NO_PROXY": "api.stocktrim.com"}, None),
        ({**PROXY, "no_proxy": "API.StockTrim.com"}, None),
        ({**PROXY, "NO_PROXY": "stocktrim.com"}, None),
        ({**PROXY, "NO_PROXY": ".stocktrim.com"}, None),
        ({**PROXY, "NO_PROXY": "*.stocktrim.com"}, None),
        ({**PROXY, "NO_PROXY": "localhost, .stocktrim.com ,x"}, None),
        ({**PROXY, "NO_PROXY": "*"}, None),
        ({**PROXY, "NO_PROXY": "api.stocktrim.com:443"}, None),
        ({**PROXY, "NO_PROXY": "api.stocktrim.com:8443"}, "http://proxy:3128"),
        ({**PROXY, "NO_PROXY": "trim.com"}, "http://proxy:3128"),
        ({**PROXY, "NO_PROXY": "www.api.stocktrim.com"}, "http://proxy:3128"),
        ({**PROXY, "NO_PROXY": ","}, "http://proxy:3128"),
    ],
)
def test_the_proxy_is_the_one_the_environment_names(environ: Mapping[str, str], proxy: str | None) -> None:
    assert proxy_for("https://api.stocktrim.com", environ) == proxy


def test_an_address_of_numbers_is_exempt_by_its_own_name() -> None:
    environ = {"HTTP_PROXY": "http://proxy:1", "NO_PROXY": "127.0.0.1,[::1]"}
    assert proxy_for("http://127.0.0.1:8765", environ) is None
    assert proxy_for("http://[::1]:8765", environ) is None
    assert proxy_for("http://127.0.0.2:8765", environ) == "http://proxy:1"


@asynccontextmanager
async def proxy_server() -> AsyncGenerator[tuple[str, list[str]]]:
    """A plain HTTP proxy on loopback: forwards each request, and keeps its first line."""
    lines: list[str] = []

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        first, _, fields = head.partition(b"\r\n")
        lines.append(first.decode())
        method, target, version = first.decode().split()
        url = httpx.URL(target)
        inward, outward = await asyncio.open_connection(url.host, url.port)
        line = f"{method} {url.raw_path.decode()} {version}\r\nConnection: close\r\n".encode()
        outward.write(line + fields)
        await outward.drain()
        while data := await inward.read(65536):
            writer.write(data)
        await writer.drain()
        for side in (outward, writer):
            side.close()
            await side.wait_closed()

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        yield f"http://{host}:{port}", lines


async def test_requests_go_through_the_proxy_unless_the_address_is_exempt() -> None:
    async with serve(sandbox()) as base_url, proxy_server() as (proxy, lines):
        environ = {
            "STOCKTRIM_API_AUTH_ID": "sandbox",
            "STOCKTRIM_API_AUTH_SIGNATURE": "sandbox",
            "STOCKTRIM_API_URL": base_url,
            "HTTP_PROXY": proxy,
        }
        async with StockTrimClient.from_env(environ) as stocktrim:
            assert await stocktrim.suppliers.all()
        assert [line.split()[1] for line in lines] == [f"{base_url}/api/SuppliersBulk"]
        async with StockTrimClient.from_env({**environ, "NO_PROXY": "127.0.0.1"}) as stocktrim:
            assert await stocktrim.suppliers.all()
        assert len(lines) == 1


# --- one pool, many tasks, several loops


async def test_closing_twice_is_closing_once() -> None:
    async with connected(sandbox()) as stocktrim:
        await stocktrim.suppliers.all()
        await stocktrim.aclose()
    await stocktrim.aclose()
    with pytest.raises(NotSentError, match="closed"):
        await stocktrim.suppliers.all()
    with pytest.raises(NotSentError, match="closed"):
        await list_products.asyncio(client=stocktrim.api)


async def test_no_connection_outlives_the_client() -> None:
    open_now: set[asyncio.StreamWriter] = set()
    peak = 0

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal peak
        open_now.add(writer)
        peak = max(peak, len(open_now))
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(0.01)
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n[]")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            open_now.discard(writer)
            writer.close()

    async with await asyncio.start_server(pass_on, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()[:2]
        async with StockTrimClient("id", "signature", base_url=f"http://{host}:{port}") as stocktrim:
            await asyncio.gather(*(stocktrim.suppliers.all() for _ in range(20)))
            assert len(open_now) >= 1
        for _ in range(100):
            if not open_now:
                break
            await asyncio.sleep(0.01)
    assert peak > 1
    assert open_now == set()


async def test_fifty_mixed_calls_at_a_time_on_one_client() -> None:
    far = sandbox(120)
    async with serve(far) as base_url, StockTrimClient("sandbox", "sandbox", base_url=base_url) as stocktrim:

        async def mixed(number: int) -> object:
            match number % 5:
                case 0:
                    return await stocktrim.products.all()
                case 1:
                    return (await stocktrim.products.get("KETTLE-09")).product_id
                case 2:
                    return (await stocktrim.customers.save(CustomerDraft(code=f"C-{number}", name="New"))).status
                case 3:
                    with pytest.raises(NotFoundError):
                        await stocktrim.suppliers.get(f"NOBODY-{number}")
                    return None
                case _:
                    return len(await stocktrim.order_plan.all())

        results = await asyncio.gather(*(mixed(number) for number in range(50)))
    products = results[0]
    assert isinstance(products, list)
    assert len(products) == len(far.shop.products)
    assert all(results[number] == products for number in range(0, 50, 5))
    assert all(results[number] == "KETTLE-09" for number in range(1, 50, 5))
    assert all(results[number] == "applied" for number in range(2, 50, 5))
    assert all(results[number] == len(products) for number in range(4, 50, 5))


def test_one_client_serves_one_event_loop_after_another() -> None:
    far = sandbox()
    stocktrim = StockTrimClient("sandbox", "sandbox", transport=far)

    async def use() -> None:
        counts = (StockCount(product_id="KETTLE-09", on_hand=units) for units in (5, 6))
        saved = await asyncio.gather(*(stocktrim.inventory.save(count) for count in counts))
        assert [report.status for report in saved] == ["applied", "applied"]

    asyncio.run(use())
    asyncio.run(use())

    async def close() -> None:
        await stocktrim.suppliers.all()
        await stocktrim.aclose()

    asyncio.run(close())


async def test_a_deadline_covers_a_call_with_all_its_retries() -> None:
    clock, far = Clock(), sandbox()
    far.faults.add(Fault("status", status=429, headers={"retry-after": "5"}, times=None))
    async with StockTrimClient("sandbox", "sandbox", transport=far, timeout=4.0, sleep=clock.sleep) as stocktrim:
        with pytest.raises(StockTrimError):
            await stocktrim.suppliers.all()
    assert clock.now <= 4.0


async def test_raw_operations_run_through_the_same_transport() -> None:
    far = sandbox()
    far.faults.add(Fault("status", at="list_products", status=503, times=2))
    async with connected(far, read_only=True) as stocktrim:
        assert await list_products.asyncio(client=stocktrim.api)
        with pytest.raises(StockTrimError, match="read"):
            await save_product.asyncio(client=stocktrim.api, body=ProductsRequestDto(product_id="P"))
    assert asked(far) == {"list_products": 3}


def test_synchronous_raw_operations_do_not_slip_past_the_transport() -> None:
    far = sandbox()
    stocktrim = StockTrimClient("sandbox", "sandbox", transport=far)
    with pytest.raises(NotSentError, match="asynchronous"):
        list_products.sync(client=stocktrim.api)
    assert far.requests == []


@pytest.mark.parametrize("proxy", ["socks5://user:s3cr3t@localhost:1", "nonsense://user:s3cr3t@localhost"])
async def test_a_proxy_that_cannot_be_used_is_said_without_its_password(proxy: str) -> None:
    async with StockTrimClient("id", "signature", proxy=proxy) as stocktrim:
        with pytest.raises(NotSentError) as raised:
            await stocktrim.suppliers.all()
    assert "s3cr3t" not in "".join(traceback.format_exception(raised.value))


# --- one door

RAW_ONLY = {
    "delete_all_sales_orders",
    "set_connected_system",
    "set_processing_status",
    "save_location_by_code_or_name",
    "create_sales_order",
    "create_sales_orders",
}
"""Not lent by any helper: they could harm an account, or double what a keyed operation saves once."""


async def test_every_write_of_every_helper_passes_the_door() -> None:
    attempts: list[tuple[str, str, bool]] = []

    def watch(event: AttemptEvent) -> None:
        attempts.append((event.operation.name, event.operation.retry, changes.in_door.get() is not None))

    for act in ACTS.values():
        async with connected(sandbox(), on_attempt=watch) as stocktrim:
            await act(stocktrim)
    sent = {name for name, kind, _ in attempts if kind != "read"}
    assert sent == {operation.name for operation in OPERATIONS if operation.retry != "read"} - RAW_ONLY
    assert all(inside for _, kind, inside in attempts if kind != "read")
    assert changes.in_door.get() is None


async def test_a_write_bears_the_id_of_its_journal_entry() -> None:
    ids: list[str] = []

    def watch(event: AttemptEvent) -> None:
        if event.operation.retry != "read":
            ids.append(event.request_id)

    async with connected(sandbox(), on_attempt=watch) as stocktrim:
        report = await stocktrim.products.save(ProductDraft(product_id="NEW-1"))
    assert tuple(ids) == report.change_ids


@pytest.mark.parametrize("blank", ["", " ", "\n"])
async def test_nothing_is_deleted_without_a_key(blank: str) -> None:
    far = sandbox()
    deletions = [operation.name for operation in OPERATIONS if operation.method == "DELETE"]
    async with connected(far) as stocktrim:
        for delete in (
            stocktrim.products.delete(blank),
            stocktrim.suppliers.delete(blank),
            stocktrim.purchase_orders.delete(blank),
            stocktrim.sales_orders.delete(blank),
            stocktrim.sales_orders.delete_of_location(blank),
        ):
            with pytest.raises((NotFoundError, NotSentError)):
                await delete
        for product, component in ((blank, "BOX-GIFT"), ("GIFT-MORNING", blank), (blank, blank)):
            assert (await stocktrim.bills_of_materials.delete(product, component)).status == "unchanged"
    assert not set(asked(far)) & set(deletions)


@pytest.mark.parametrize("code", ["x" * 100_000, "☕" * 40_000])
async def test_a_code_too_long_for_an_address_is_not_sent_and_said_so(code: str) -> None:
    far = sandbox()
    async with connected(far) as stocktrim:
        for call in (
            stocktrim.products.find(code),
            stocktrim.suppliers.find(code),
            stocktrim.purchase_orders.find(code),
            stocktrim.bills_of_materials.all(product_id=code),
            stocktrim.suppliers.delete(code),
            get_supplier.asyncio(client=stocktrim.api, code=code),
        ):
            with pytest.raises(NotSentError, match=r"was not sent: .* too long") as caught:
                await call
            assert caught.value.operation
            assert len(str(caught.value)) < 250
    assert far.requests == []
