"""The way to StockTrim, link by link: proxy, name, connection, certificate, clock."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

import httpx
import truststore
from cryptography import x509
from cryptography.x509.oid import NameOID

from stocktrim_client.client import API_URL
from stocktrim_client.retry import certificate_error
from stocktrim_client.transport import is_loopback
from stocktrim_client.wording import broke, clean
from stocktrim_mcp_server.doctor.findings import Case, Finding, unmade

FURTHEST = timedelta(seconds=120)
"""How far two clocks may be apart before certificates, tokens and ages are told wrong."""

PORTS = {"https": 443, "http": 80, "socks5": 1080, "socks5h": 1080}
INSPECTORS = (
    *("Zscaler", "Netskope", "Palo Alto", "Fortinet", "FortiGate", "Blue Coat", "Cisco", "Sophos", "Forcepoint"),
    *("Check Point", "WatchGuard", "Barracuda", "Skyhigh", "McAfee", "Kaspersky", "ESET", "Avast", "AVG"),
    *("Bitdefender", "Cloudflare Gateway", "mitmproxy", "Charles Proxy", "Fiddler", "PortSwigger"),
)
"""Who issues certificates anew for what passes through them, by a word of their name."""

INSPECTED = (
    "If your company or a virus scanner inspects traffic, put its root certificate into this machine's store: the "
    "server trusts what the system trusts."
)


def _first_stop(case: Case) -> SplitResult:
    """Where this machine connects to itself: the proxy, or StockTrim."""
    return urlsplit(case.settings.proxy or case.settings.api_url)


def _port(address: SplitResult) -> int:
    return address.port or PORTS.get(address.scheme, 80)


def named_by(proxy: str, variables: Mapping[str, str]) -> str:
    """The variable that names a proxy."""
    names = (name for name, value in variables.items() if name.lower().endswith("_proxy") and value.strip())
    bare = proxy.removeprefix("http://")
    return next((name for name in names if variables[name].strip().endswith(bare)), "the environment")


async def proxy(case: Case) -> list[Finding]:
    """Whether a proxy stands between."""
    if case.settings.sandbox:
        return []
    if case.settings.proxy is None:
        return [Finding("ok", "none is used")]
    address = _first_stop(case)
    user = ", with a user name" if "@" in address.netloc else ""
    name = named_by(case.settings.proxy, case.variables)
    return [Finding("ok", f"{address.scheme}://{address.hostname}:{_port(address)}{user} (by {name})")]


async def name(case: Case) -> list[Finding]:
    """Whether the name of the first stop is known."""
    if case.settings.sandbox:
        return []
    address = _first_stop(case)
    host = address.hostname or ""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, _port(address), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        case.unreached = "its name cannot be found"
        return [Finding("fail", f"{host} cannot be found: {_reason(error)}", _after_name(case))]
    return [Finding("ok", f"{host} is {', '.join(dict.fromkeys(str(one[4][0]) for one in found))}")]


def _after_name(case: Case) -> str:
    what = "the proxy's address" if case.settings.proxy else API_URL if API_URL in case.variables else "the network"
    return f"Check {what}; is this machine online, and does its name server answer?"


def _reason(error: Exception) -> str:
    return clean(getattr(error, "strerror", None) or type(error).__name__, 100)


async def connection(case: Case) -> list[Finding]:
    """Whether the first stop takes connections."""
    if case.settings.sandbox:
        return []
    if case.unreached:
        return unmade(case.unreached)
    address = _first_stop(case)
    where = f"{address.hostname} port {_port(address)}"
    stop = "The proxy" if case.settings.proxy else "StockTrim"
    try:
        async with asyncio.timeout(0.8 * case.limit):
            _, writer = await asyncio.open_connection(address.hostname, _port(address))
    except TimeoutError:
        case.unreached = "no connection can be made"
        return [Finding("fail", f"{where} does not answer", f"{stop} is down, or a firewall swallows what is sent.")]
    except OSError as error:
        case.unreached = "no connection can be made"
        return [Finding("fail", f"{where}: {_reason(error)}", f"{stop} is down, or a firewall is in between.")]
    writer.close()
    return [Finding("ok", f"{where} takes connections")]


class _Answer(NamedTuple):
    """What came of one request without credentials."""

    certificate: bytes | None
    date: str | None


async def _asked(case: Case, trusted: ssl.SSLContext) -> _Answer:
    transport = httpx.AsyncHTTPTransport(verify=trusted, proxy=case.settings.proxy)
    async with (
        httpx.AsyncClient(transport=transport, timeout=0.8 * case.limit, trust_env=False) as http,
        http.stream("HEAD", case.settings.api_url) as response,
    ):
        wire = response.extensions["network_stream"].get_extra_info("ssl_object")
        return _Answer(wire.getpeercert(True) if wire else None, response.headers.get("date"))


async def certificate(case: Case) -> list[Finding]:
    """Whether StockTrim answers, and shows a certificate that this machine trusts; what its clock says is kept."""
    if case.settings.sandbox:
        return []
    if case.unreached:
        return unmade(case.unreached)
    host = urlsplit(case.settings.api_url).hostname or ""
    try:
        answer = await _asked(case, truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    except (httpx.HTTPError, OSError, ValueError, ImportError) as error:
        case.unreached = "no answer comes through"
        if refused := certificate_error(error):
            return [await _distrusted(case, host, refused)]
        return [Finding("fail", f"no answer: {_failure(error, host)}", _after_failure(case))]
    case.their_date = answer.date
    found = judged_plain(host) if answer.certificate is None else judged_issuer(issuer_of(answer.certificate))
    if found.status == "fail":
        case.unreached = "the address is plain http"
    return [found]


def judged_plain(host: str) -> Finding:
    """An answer that came without TLS."""
    if is_loopback(host):
        return Finding("note", f"{host} is this machine, and asked without TLS", "Fine for trying out.")
    return Finding("fail", "the address is plain http: credentials are not sent", f"Use https in {API_URL}.")


def _failure(error: Exception, host: str) -> str:
    if isinstance(error, httpx.HTTPError):
        return broke(error, host)
    return clean(str(error), 100)


def _after_failure(case: Case) -> str:
    if case.settings.proxy:
        return "Ask who runs the proxy whether it lets this machine through to StockTrim, and which name it wants."
    return f"Check {API_URL}: is this StockTrim's address, with the right port?"


async def _distrusted(case: Case, host: str, refused: ssl.SSLCertVerificationError) -> Finding:
    why = clean(refused.verify_message or "the check failed", 100)
    # Only to read whose it is: nothing secret is sent.
    anyones = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anyones.check_hostname, anyones.verify_mode = False, ssl.CERT_NONE
    try:
        shown = (await _asked(case, anyones)).certificate
    except (httpx.HTTPError, OSError):
        shown = None
    by = f", issued by {issuer_of(shown)}," if shown else ""
    return Finding("fail", f"the certificate of {host}{by} is not trusted: {why}", INSPECTED)


def issuer_of(certificate: bytes) -> str:
    """Who issued a certificate, in a few words."""
    issuer = x509.load_der_x509_certificate(certificate).issuer
    said = (issuer.get_attributes_for_oid(kind) for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME))
    words = [clean(str(one.value), 60) for found in said for one in found]
    return ", ".join(dict.fromkeys(words)) or "nobody who says so"


def judged_issuer(issuer: str) -> Finding:
    """A certificate that is trusted, by who issued it."""
    if any(one.casefold() in issuer.casefold() for one in INSPECTORS):
        return Finding(
            "note",
            f"trusted, but issued by {issuer}: traffic is inspected on its way",
            "Nothing to do while it works; who runs the inspection can read what is sent.",
        )
    return Finding("ok", f"trusted, issued by {issuer}")


async def clock(case: Case) -> list[Finding]:
    """Whether this machine's clock agrees with StockTrim's."""
    if case.settings.sandbox:
        return []
    if case.their_date is None:
        why = "no answer came" if case.unreached else "the answer bore no date"
        return [Finding("note", f"not checked: {why}", "Look at this machine's clock yourself.")]
    try:
        theirs = parsedate_to_datetime(case.their_date).astimezone(UTC)
    except ValueError:
        return [Finding("note", "not checked: the answer's date makes no sense", "Look at this machine's clock.")]
    return [judged_clock(case.now(), theirs)]


def judged_clock(ours: datetime, theirs: datetime) -> Finding:
    """Two clocks, read at the same time."""
    apart = ours - theirs
    if abs(apart) <= FURTHEST:
        return Finding("ok", "agrees with StockTrim's")
    way = "ahead of" if apart > timedelta(0) else "behind"
    return Finding(
        "warn",
        f"{abs(apart).total_seconds():,.0f} s {way} StockTrim's",
        "Let this machine set its clock by the network: ages and dates are told wrong.",
    )
