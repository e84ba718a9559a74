"""What every answer has in common: hosts, HEAD, tags, gzip, request ids, rates, and no other site."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from serving.web.conditional import matches
from serving.web.hosts import host_name, is_served, served_hosts
from tests.serving.browser import HOST, ApiClient, Browser, TestClient
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_service import ExampleService

SCORES = "/v1/students/k-amara/scores"
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[ExampleService]:
    """A service that answers."""
    folder = tmp_path_factory.mktemp("conventions")
    copy_prepared(prepared, folder)
    yield from opened(folder)


@pytest.fixture(scope="module")
def program(asked: ExampleService) -> ApiClient:
    """A program of the harbor district."""
    return ApiClient(asked, "harbor")


def send(program: ApiClient, method: str, path: str, content: bytes = b"", **headers: str) -> httpx.Response:
    """A request with header fields of its own."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    answer: httpx.Response = program.client.request(method, path, content=content, headers=program.headers | given)
    return answer


@pytest.mark.parametrize(("header", "served"), [
    ("testserver", True), ("TestServer:8000", True), ("localhost:1", True), ("127.0.0.1", True), ("[::1]:80", True),
    ("testserver.", True), ("evil.example", False), ("testserver.evil.example", False), ("eviltestserver", False),
    ("127.0.0.1.evil.example", False), ("", False), ("testserver@evil.example", False), ("[::2]", False),
])  # fmt: skip
def test_only_the_names_of_the_settings_and_of_this_machine_are_answered(
    asked: ExampleService, program: ApiClient, header: str, served: bool
) -> None:
    assert is_served(header, served_hosts(asked.context.settings.service)) == served
    if header == "evil.example":
        for path in ("/livez", "/sign-in", SCORES):
            answer = send(program, "GET", path, Host=header)
            assert (answer.status_code, answer.headers["content-type"]) == (421, PROBLEM)
            assert header not in answer.text


def test_a_host_is_read_without_its_port_and_in_small_letters() -> None:
    assert [host_name(one) for one in ("A.example:80", "[::1]", "[::1]:80", "b.example.")] == [
        "a.example", "[::1]", "[::1]", "b.example",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/livez", "/openapi.json", SCORES, "/sign-in", "/static/ontrack.css", "/nothing"])
def test_head_is_get_without_content(program: ApiClient, path: str) -> None:
    whole, head = send(program, "GET", path), send(program, "HEAD", path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]


def test_what_has_not_changed_is_not_sent_again(asked: ExampleService, program: ApiClient) -> None:
    first = send(program, "GET", SCORES)
    again = send(program, "GET", SCORES, If_None_Match=f'"other", {first.headers["etag"]}')
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    in_spanish = send(program, "GET", SCORES, If_None_Match=first.headers["etag"], Accept_Language="es")
    assert (in_spanish.status_code, in_spanish.headers["content-language"]) == (200, "es")
    assert "etag" not in send(program, "GET", "/v1/students/k-nobody/scores").headers
    assert "etag" not in Browser(asked, "harbor", "s-ines").get("/students/k-amara").headers


@pytest.mark.parametrize(("known", "same"), [
    ('W/"a"', True), ('"a"', True), ('"b", W/"a"', True), ("*", True), ('"b"', False), ("", False), ("a", False),
])  # fmt: skip
def test_tags_are_compared_weakly(known: str, same: bool) -> None:
    assert matches('W/"a"', known) == same


def test_long_answers_are_compressed_for_those_who_accept_it(program: ApiClient) -> None:
    assert send(program, "GET", SCORES, Accept_Encoding="gzip").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in send(program, "GET", SCORES, Accept_Encoding="identity").headers


def test_each_answer_has_an_id_of_ours_and_no_word_of_the_senders(program: ApiClient) -> None:
    ids = [send(program, "GET", "/livez", X_Request_Id="Zzcanary").headers["x-request-id"] for _ in range(2)]
    assert len(set(ids)) == 2
    assert all(len(one) == 32 for one in ids)


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_other_site_may_call_the_api(program: ApiClient, method: str) -> None:
    answer = send(program, method, SCORES, Origin="https://evil.example", Access_Control_Request_Method="GET")
    assert answer.status_code == (200 if method == "GET" else 405)
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(("content", "kind", "status"), [
    (b"{}", "application/json", 422),
    (b"{}", "application/vnd.ontrack+json; charset=utf-8", 422),
    (b"{}", "text/plain", 415),
    (b"{}", "", 415),
    (b"a=b", "application/x-www-form-urlencoded", 415),
    (b"<a/>", "application/xml", 415),
    (b"\xff{}", "application/json", 400),
    (b"{", "application/json", 400),
    (b"[]", "application/json", 422),
    (b"5", "application/json", 422),
    (b"", "application/json", 422),
])  # fmt: skip
def test_a_body_that_cannot_be_read_is_refused_by_its_kind(
    program: ApiClient, content: bytes, kind: str, status: int
) -> None:
    answer = send(program, "POST", "/v1/scores", content, Content_Type=kind)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)


def test_a_program_that_asks_too_often_waits_and_others_do_not(service: ExampleService) -> None:
    service.context.limits.limit = 3
    eager, other = ApiClient(service, "harbor"), ApiClient(service, "mesa")
    answers = [send(eager, "GET", SCORES) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit"] for answer in answers] == [f'"minute";r={n};t=60' for n in (2, 1, 0, 0)]
    assert (answers[3].headers["retry-after"], answers[3].headers["content-type"]) == ("60", PROBLEM)
    assert send(other, "GET", SCORES).status_code == 200
    service.clock.wait(seconds=60)
    assert send(eager, "GET", SCORES).headers["ratelimit-policy"] == '"minute";q=3;w=60'


def test_the_health_of_the_service_is_not_counted(asked: ExampleService) -> None:
    assert "ratelimit" not in TestClient(asked.app, base_url=HOST).get("/livez").headers


@pytest.mark.parametrize(("path", "allowed"), [
    ("/v1/scores", "GET, HEAD, POST"), (SCORES, "GET, HEAD"), ("/livez", "GET, HEAD"), ("/oauth/token", "POST"),
])  # fmt: skip
def test_a_method_that_an_address_does_not_take_comes_with_those_it_takes(
    program: ApiClient, path: str, allowed: str
) -> None:
    answer = send(program, "DELETE", path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize("moment", ["0", "1700000000", "2026-11-20", "2026-11-20T16:00:00", "0001-01-01T00:00Z", "now"])
def test_a_moment_is_text_with_a_zone(program: ApiClient, moment: str) -> None:
    answer = send(program, "GET", f"/v1/scores?changed_since={moment}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/changed_since")
    assert send(program, "GET", "/v1/scores?changed_since=2026-11-20T16:00:00Z").status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/v1/scoring-runs?outcome=a%00b", 422), ("/v1/scores?school=%00", 200), ("/v1/students/k%00amara/scores", 404),
    ],
)  # fmt: skip
def test_nul_in_an_address_or_a_form_names_nothing(
    asked: ExampleService, program: ApiClient, address: str, status: int
) -> None:
    """PostgreSQL takes no such text: each of these was a fault there."""
    answer = send(program, "GET", address)
    assert (answer.status_code, "k-amara" in answer.text) == (status, False)
    assert Browser(asked, "harbor", "s-ines").send("/caseload", search="Boat\0eng").status_code < 500


@pytest.mark.parametrize(("method", "path", "body", "headers", "expected"), [
    ("GET", "/v1/scores?grade=x", b"", {}, {"pointer": "#/grade", "parameter": "grade"}),
    ("GET", "/v1/scores?as_of=2020-01-01", b"", {}, {"pointer": "#/as_of", "parameter": "as_of"}),
    ("GET", "/v1/scores?cursor=x", b"", {}, {"pointer": "#/cursor", "parameter": "cursor"}),
    ("GET", "/v1/scoring-runs?outcome=x", b"", {}, {"pointer": "#/outcome", "parameter": "outcome"}),
    ("GET", "/v1/scores?Zoe+Zed=1", b"", {}, {"pointer": "#"}),
    ("POST", "/v1/scores", b"{}", {"Content-Type": "application/json"}, {"pointer": "#/enrollments"}),
])  # fmt: skip
def test_a_mistake_says_whether_it_is_of_the_body_or_of_a_parameter(
    program: ApiClient, method: str, path: str, body: bytes, headers: dict[str, str], expected: dict[str, str]
) -> None:
    (error,) = send(program, method, path, body, **headers).json()["errors"]
    assert {name: one for name, one in error.items() if name != "detail"} == expected


def test_a_mistake_of_the_head_names_its_field(asked: ExampleService) -> None:
    sender = ApiClient(asked, "harbor", "records.write")
    path = "/v1/students/100/attendance/a-1"
    answer = send(sender, "PUT", path, b"{}", Content_Type="application/json", If_None_Match="x" * 1001)
    assert "If-None-Match" in {one.get("header") for one in answer.json()["errors"]}
