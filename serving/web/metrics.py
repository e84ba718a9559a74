"""Counts and times of requests for Prometheus, by route template: no id, no name, no value."""

from prometheus_client import CollectorRegistry, Counter, Histogram

from serving.web.request_observer import AnsweredRequest

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds."""
NO_ROUTE = "none"
"""The route of an address that leads nowhere: the address itself could say anything."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestMetrics:
    """Counters of a registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "ontrack_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self.seconds = Histogram(
            "ontrack_request_seconds",
            "Seconds until an answer was sent.",
            ("route",),
            buckets=BUCKETS,
            registry=registry,
        )

    def observe(self, request: AnsweredRequest) -> None:
        """Counts one request."""
        named, known = request.route or NO_ROUTE, request.method if request.method in METHODS else "other"
        self.requests.labels(known, named, str(request.status)).inc()
        self.seconds.labels(named).observe(request.seconds)
