"""Traces: the SDK makes a span of each message, this one of each attempt of a request that a call made meanwhile.

They go where OpenTelemetry's own variables say, if they say so and the extra `otel` is there; otherwise nowhere, and
cost nothing.
"""

import logging
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from opentelemetry import context, trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from stocktrim_client import __version__
from stocktrim_client.transport import AttemptEvent, origin

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

SERVICE = "stocktrim-mcp-server"
INSTALL = (
    "Traces are asked for ({}), but what sends them is not installed: it comes with the extra 'otel' of this server's "
    "own folder or wheel."
)

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")

FLUSH_MILLISECONDS = 3_000
"""What a process that is told to end takes for its last traces."""

_log = logging.getLogger(__name__)


def configure(environ: Mapping[str, str]) -> None:
    """Send traces where the environment says; what is left is sent when the process ends."""
    name = _exporter_named(environ)
    if name is None or not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return
    try:
        # Here, since it would cost every start a fifth of a second that only this one needs.
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        _log.warning(INSTALL.format(name))
        return
    try:
        exporter = _exporter(name, environ)
    except (ValueError, OSError) as error:
        _log.warning("Traces cannot be sent as set up: %s", error)
        return
    if exporter is None:
        return
    ours = Resource.create({"service.name": SERVICE, "service.version": __version__})
    provider = TracerProvider(resource=ours.merge(OTELResourceDetector().detect()))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    _log.info("traces are sent: %s", name)


def flush() -> None:
    """For a process that ends without the end of Python, which would see to it."""
    provider = trace.get_tracer_provider()
    if not isinstance(provider, trace.ProxyTracerProvider):
        cast("TracerProvider", provider).force_flush(FLUSH_MILLISECONDS)


def spans(address: str) -> Callable[[AttemptEvent], None] | None:
    """What makes a span of each attempt at this address. None: nobody traces."""
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return None
    tracer, host = trace.get_tracer(SERVICE, __version__), urlsplit(address).hostname or ""

    def span(event: AttemptEvent) -> None:
        # Told the moment it ended.
        ended = time.time_ns()
        operation = event.operation
        made = tracer.start_span(
            f"{operation.method} {operation.path}",
            context=origin().run(context.get_current),
            kind=SpanKind.CLIENT,
            attributes=_attributes(event, host),
            start_time=ended - round(event.seconds * 1e9),
        )
        if _is_error(event):
            made.set_status(Status(StatusCode.ERROR))
        made.end(ended)

    return span


def _attributes(event: AttemptEvent, host: str) -> dict[str, str | int]:
    """By OpenTelemetry's conventions for HTTP clients. No address as it was sent: it holds codes."""
    said: dict[str, str | int] = {
        "http.request.method": event.operation.method,
        "url.template": event.operation.path,
        "server.address": host,
        "stocktrim.operation": event.operation.name,
        "stocktrim.request": event.request_id,
    }
    if event.attempt > 1:
        said["http.request.resend_count"] = event.attempt - 1
    if event.status is not None:
        said["http.response.status_code"] = event.status
    if _is_error(event):
        said["error.type"] = str(event.status or event.error)
    return said


def _is_error(event: AttemptEvent) -> bool:
    # "No such record" is how StockTrim answers a read that finds nothing, and a page behind the last.
    is_nothing = event.operation.retry == "read" and event.status in (404, 410)
    return event.status is None or (event.status >= 400 and not is_nothing)


def _exporter_named(environ: Mapping[str, str]) -> str | None:
    """What is to send traces. None: nothing."""
    if environ.get("OTEL_SDK_DISABLED", "").strip().casefold() == "true":
        return None
    named = environ.get("OTEL_TRACES_EXPORTER", "").strip().casefold()
    if not named and any(environ.get(one, "").strip() for one in _ENDPOINTS):
        named = "otlp"
    return None if named in ("", "none") else named


def _exporter(name: str, environ: Mapping[str, str]) -> Any:
    """Raises nothing for one that is not there: says so, and is None."""
    if name == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        # Its own choice is stdout, which is the protocol's.
        return ConsoleSpanExporter(out=sys.stderr, formatter=lambda span: span.to_json(indent=None) + "\n")
    if name != "otlp":
        _log.warning("OTEL_TRACES_EXPORTER is %r: it may be otlp, console or none. No traces are sent.", name)
        return None
    protocol = next((environ[one] for one in _PROTOCOLS if environ.get(one)), "http/protobuf").strip().casefold()
    # By its entry point, as the extra alone brings it; whoever has installed the other may use that.
    wanted = "otlp_proto_grpc" if protocol == "grpc" else "otlp_proto_http"
    for found in entry_points(group="opentelemetry_traces_exporter", name=wanted):
        return found.load()()
    _log.warning(INSTALL.format(f"{name}, {protocol}"))
    return None
