"""What Prometheus is told: how many requests of which route, how they were answered, and how long it took."""

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from serving.app import create_app
from serving.web.metrics import RequestMetrics
from tests.serving.browser import HOST, TestClient
from tests.serving.example_service import ExampleService


@pytest.fixture
def registry(service: ExampleService) -> CollectorRegistry:
    """The registry of an application that has answered a few requests."""
    registry = CollectorRegistry()
    app = create_app(service.context.settings, service.clock, observer=RequestMetrics(registry))
    client = TestClient(app, base_url=HOST)
    for path in ("/livez", "/v1/students/Zzcanary/scores", "/v1/Zzcanary"):
        client.get(path)
    client.request("ZZCANARY", "/livez")
    app.state.context.engine.dispose()
    return registry


def test_requests_are_counted_by_route_and_never_by_what_stands_in_an_address(registry: CollectorRegistry) -> None:
    told = generate_latest(registry).decode()
    for method, route, status in (
        ("GET", "/livez", 200), ("GET", "/v1/students/{student_key}/scores", 401), ("GET", "none", 404),
    ):  # fmt: skip
        counted = {"method": method, "route": route, "status": str(status)}
        assert registry.get_sample_value("ontrack_requests_total", counted) == 1, counted
        assert registry.get_sample_value("ontrack_request_seconds_count", {"route": route}) is not None
    assert "canary" not in told.lower()
