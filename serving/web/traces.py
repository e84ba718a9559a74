"""Requests as spans for an OpenTelemetry collector, by route template: no id, no name, no value.

Spans are sent by a thread of their own: a collector that is slow or away costs no request anything, and what it
missed is lost, as is usual for traces.
"""

import time
from typing import Self

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from serving.web.metrics import METHODS
from serving.web.request_observer import AnsweredRequest

SERVICE = "ontrack"
NO_ROUTE = "none"
FAULT = 500
"""Status from which on a request counts as failed by the service."""
SECONDS = 2
"""How long the sending thread tries a message of spans; so long the process may take to end while nobody collects."""
NANOSECONDS = 1_000_000_000


class RequestTraces:
    """Sends a span of each request. The caller's own trace, where it names one, goes on in it."""

    def __init__(self, exporter: SpanExporter) -> None:
        # not Resource.create: it would add the machine's name, process and command line
        self.provider = TracerProvider(resource=Resource({"service.name": SERVICE}), shutdown_on_exit=True)
        self.provider.add_span_processor(BatchSpanProcessor(exporter))
        self.tracer = self.provider.get_tracer(SERVICE)

    @classmethod
    def to(cls, url: str) -> Self:
        """Sends to a collector's address for traces in OTLP over HTTP."""
        return cls(OTLPSpanExporter(endpoint=url, timeout=SECONDS))

    def observe(self, request: AnsweredRequest) -> None:
        """Makes the span of one request, which ended now."""
        method, route = request.method if request.method in METHODS else "_OTHER", request.route or NO_ROUTE
        ended = time.time_ns()
        span = self.tracer.start_span(
            f"{method} {route}",
            context=TraceContextTextMapPropagator().extract({"traceparent": request.traceparent}),
            kind=SpanKind.SERVER,
            start_time=ended - int(request.seconds * NANOSECONDS),
            attributes={
                "http.request.method": method,
                "http.route": route,
                "http.response.status_code": request.status,
                "ontrack.request_id": request.request_id,
            },
        )
        if request.status >= FAULT:
            span.set_status(Status(StatusCode.ERROR))
        span.end(ended)

    def close(self) -> None:
        """Sends what waits, and ends."""
        self.provider.shutdown()
