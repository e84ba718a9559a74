"""What an OpenTelemetry collector gets: a span of each request by its route, in the caller's trace, and no value."""

import sys
import threading
from collections.abc import Iterator

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from features.errors import SettingsRefused
from serving.app import create_app
from serving.server import traces_of
from serving.web.request_observer import AnsweredRequest
from serving.web.traces import RequestTraces
from tests.json_server import Answer, Request, answering
from tests.serving.browser import HOST, TestClient
from tests.serving.example_service import ExampleService

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
COLLECTING = threading.Lock()
"""Held by who wants a collector to keep others waiting."""


@pytest.fixture
def bodies() -> list[bytes]:
    """What a collector was sent."""
    return []


@pytest.fixture
def collector(bodies: list[bytes]) -> Iterator[str]:
    """The address of a collector on this machine."""

    def answer(request: Request) -> Answer:
        with COLLECTING:
            bodies.append(request.body)
        return 200, {}

    with answering(answer) as url:
        yield f"{url}/v1/traces"


def spans(bodies: list[bytes]) -> list[Span]:
    """The spans that were sent."""
    sent = [ExportTraceServiceRequest.FromString(body) for body in bodies]
    return [span for one in sent for part in one.resource_spans for scope in part.scope_spans for span in scope.spans]


def test_a_request_is_a_span_of_its_route_in_the_callers_trace_and_says_no_value(
    service: ExampleService, collector: str, bodies: list[bytes]
) -> None:
    traces = RequestTraces.to(collector)
    app = create_app(service.context.settings, service.clock, observer=traces)
    client = TestClient(app, base_url=HOST)
    answer = client.get("/v1/students/Zzcanary/scores?name=Zzcanary", headers={"traceparent": CALLER})
    client.get("/v1/Zzcanary", headers={"traceparent": "Zzcanary"})
    client.request("ZZCANARY", "/livez")
    app.state.context.engine.dispose()
    traces.close()
    found = spans(bodies)
    assert [span.name for span in found] == ["GET /v1/students/{student_key}/scores", "GET none", "_OTHER /livez"]
    called = found[0]
    assert (called.trace_id.hex(), called.parent_span_id.hex()) == tuple(CALLER.split("-")[1:3])
    told = {one.key: one.value.string_value or one.value.int_value for one in called.attributes}
    assert told == {
        "http.request.method": "GET",
        "http.route": "/v1/students/{student_key}/scores",
        "http.response.status_code": 401,
        "ontrack.request_id": answer.headers["x-request-id"],
    }
    assert called.end_time_unix_nano >= called.start_time_unix_nano
    assert all(b"canary" not in body.lower() for body in bodies)


def test_a_fault_is_marked_and_no_request_waits_for_a_collector(collector: str, bodies: list[bytes]) -> None:
    with COLLECTING:  # the collector answers nobody meanwhile
        traces = RequestTraces.to(collector)
        for _ in range(2000):  # more than one message of spans
            traces.observe(AnsweredRequest("GET", "/livez", 503, 0.2))
        assert spans(bodies) == []
    traces.close()
    assert {span.status.code for span in spans(bodies)} == {Status.STATUS_CODE_ERROR}


def test_traces_are_off_unless_asked_for_and_say_what_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(traces_of("")) == []
    monkeypatch.setitem(sys.modules, "serving.web.traces", None)
    with pytest.raises(SettingsRefused, match="telemetry"):
        list(traces_of("http://127.0.0.1:4318/v1/traces"))
