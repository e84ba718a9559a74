"""The pages: what is on them, what is never on them, and what surrounds them."""

import re
from urllib.parse import quote_plus

import pytest

from presentation.stylesheets import stylesheet
from serving.app import PAGE_ROUTERS
from serving.pages.rendering import HERE
from serving.route_access import routes_of
from serving.web.middleware import HEADERS
from tests.serving.browser import ApiClient, Browser, Tags
from tests.serving.example_service import STUDENTS, XSS, ExampleService

PROTECTED = (
    "/",
    "/caseload",
    "/caseload?show=all",
    "/students/k-amara",
    "/students/k-amara/contacts/new",
    "/students/k-emil",
    "/students/k-nobody",
    "/students/k-amara/family",
    "/learn",
    "/school",
    "/school/board",
    "/equity",
)
OF_A_STUDENT = (
    "family",
    "contacts", "contacts/new", "contacts/{contact_id}", "contacts/{contact_id}/take-back", "plans", "plans/new",
    "plans/{plan_id}", "plans/{plan_id}/change", "plans/{plan_id}/sessions", "plans/{plan_id}/end", "notes",
    "notes/new", "notes/{note_id}", "restricted/{entry_id}", "answer", "snooze", "snooze/{snooze_id}/end",
    "follow-ups/{follow_up_id}/done", "problems", "problems/new",
)  # fmt: skip
OF_TEAMS = (
    "/meetings", "/meetings/recap", "/meetings/{meeting_id}", "/meetings/{meeting_id}/minutes",
    "/meetings/{meeting_id}/students/{student_key}", "/caseload/chosen", "/caseload/views", "/cover",
    "/cover/{cover_id}/end", "/meetings/{meeting_id}/change", "/meetings/{meeting_id}/delete",
    "/meetings/{meeting_id}/agenda",
)  # fmt: skip
OPEN_TO_ALL = {
    "/livez", "/readyz", "/oauth/token", "/.well-known/jwks.json", "/.well-known/oauth-authorization-server",
}  # fmt: skip
"""Addresses of the API that need no key: of its health, and where a program gets a token."""
NEXT = {path: f"/sign-in?next={quote_plus(path)}" for path in PROTECTED[1:]}
NEVER = (
    "at-risk", "at risk", "dropout", "drop out", "will fail", "high-risk", "because of", "likely to fail", "red flag",
)  # fmt: skip


@pytest.fixture(scope="module")
def pages(read_service: ExampleService) -> dict[str, str]:
    """Every page in every state, by what it is."""
    service = read_service
    ines, lena, mateo = (Browser(service, "harbor", f"s-{name}") for name in ("ines", "lena", "mateo"))
    mesa = Browser(service, "mesa", "s-lena")
    return {
        "sign-in": Browser(service).get("/sign-in").text,
        "wrong": Browser(service).post("/sign-in", {"district": "mesa", "email": "x", "password": "x"}).text,
        "my week": ines.get("/").text,
        "my week without students": mateo.get("/").text,
        "a contact": ines.get("/students/k-amara/contacts/new").text,
        "a contact again": ines.send("/students/k-amara/contacts", day="x").text,
        "week": ines.get("/caseload").text,
        "all": lena.get("/caseload?show=all").text,
        "rule": mesa.get("/caseload?show=all").text,
        "no students": mateo.get("/caseload").text,
        "not found": ines.get("/students/k-nobody").text,
        "found": lena.post("/caseload", {"q": "a"}).text,
        "nobody found": lena.post("/caseload", {"q": "zz"}).text,
        "filtered": lena.get("/caseload?show=all&band=many&sort=name").text,
        "family": lena.get("/students/k-amara/family").text,
        "learn": ines.get("/learn").text,
        "school, before a list": lena.get("/school").text,
        **{key: lena.get(f"/students/{key}").text for _, _, key, *_ in STUDENTS},
    }


@pytest.mark.parametrize("path", PROTECTED)
def test_without_a_session_every_page_leads_to_the_sign_in(read_service: ExampleService, path: str) -> None:
    response = Browser(read_service).get(path)
    assert (response.status_code, response.headers["location"]) == (303, NEXT.get(path, "/sign-in"))


def test_without_a_key_every_operation_of_the_api_is_401(service: ExampleService) -> None:
    program = ApiClient(service)
    for path, operations in program.ask("GET", "/openapi.json").json()["paths"].items():
        for method in operations:
            status = program.ask(method.upper(), path, {}).status_code
            assert (status == 401) == (path not in OPEN_TO_ALL), (method, path)


def test_every_page_is_known_to_these_tests() -> None:
    known = {"/", "/caseload", "/caseload.csv", "/students/{student_key}", "/sign-in", "/sign-out", "/roles"}
    known |= {"/sign-in/code", "/sign-in/provider", "/sign-in/callback"}
    known |= {f"/students/{{student_key}}/{rest}" for rest in OF_A_STUDENT}
    known |= {
        "/problems",
        "/problems/{problem_id}",
        "/learn",
        "/school",
        "/school/board",
        "/equity",
        "/equity/sign-off",
        "/collaborative",
        "/data-health",
        "/models",
        "/models/card",
        "/models/proposals",
        "/models/proposals/{proposal_id}",
        "/people",
        "/people/{staff_id}",
        "/people/{staff_id}/password",
        "/people/{staff_id}/end",
        "/access-log",
        "/purge",
        "/purge/{purge_id}",
    }
    assert {route.path for route in routes_of(PAGE_ROUTERS)} == known | set(OF_TEAMS)


@pytest.mark.parametrize("path", [*PROTECTED, "/sign-in", "/livez", "/v1/nothing", "/static/ontrack.css", "/absent"])
def test_every_response_carries_the_security_headers(read_service: ExampleService, path: str) -> None:
    headers = Browser(read_service).get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert headers["cache-control"] == ("no-cache" if "static" in path else "no-store")
    assert "server" not in headers


def test_no_page_has_inline_scripts_or_styles_or_anything_from_elsewhere(pages: dict[str, str]) -> None:
    for name, html in pages.items():
        tags = Tags(html)
        assert not {"style", "iframe", "object", "img"} & set(tags.tags), name
        assert tags.tags.count("script") == sum(key == "integrity" for key, _ in tags.attributes), name
        attributes = [(key, value) for key, value in tags.attributes if key == "style" or key.startswith("on")]
        assert attributes == [], name
        links = [value for key, value in tags.attributes if key in {"href", "src", "action"}]
        assert all(link.startswith(("/", "#", "?")) for link in links), name


def test_a_name_that_is_html_is_shown_as_text(service: ExampleService) -> None:
    html = Browser(service, "harbor", "s-ines").get("/students/k-emil").text
    assert XSS not in html
    assert f"Emil {XSS}" in Tags(html).words


def test_no_page_uses_a_word_that_labels_students(pages: dict[str, str]) -> None:
    for name, html in pages.items():
        words = re.sub(r"\s+", " ", Tags(html).words).lower()
        assert not [word for word in NEVER if word in words], name
    for template in (HERE / "templates").glob("*.html"):
        assert not [word for word in NEVER if word in template.read_text(encoding="utf-8").lower()], template.name


def test_risk_is_said_in_words_and_never_as_a_bare_number(service: ExampleService) -> None:
    words = Tags(Browser(service, "harbor", "s-ines").get("/students/k-amara").text).words
    assert "About 8 in 10 students with similar records ended grade 9 off track." in words
    assert not re.search(r"0\.83|83 ?%", words)


def test_every_page_has_one_heading_a_language_and_a_way_past_the_header(pages: dict[str, str]) -> None:
    for name, html in pages.items():
        tags = Tags(html)
        assert tags.tags.count("h1") == 1, name
        assert ("lang", "en") in tags.attributes, name
        assert ("href", "#main") in tags.attributes, name
        ids = [value for key, value in tags.attributes if key == "id"]
        assert len(ids) == len(set(ids)), name


def test_the_stylesheet_has_no_red_and_loads_nothing() -> None:
    css = stylesheet("page")
    assert "url(" not in css
    assert "@import" not in css
    for code in re.findall(r"#([0-9a-f]{6})", css):
        red, green, blue = (int(code[i : i + 2], 16) for i in (0, 2, 4))
        assert not (red > 140 and green < 60 and blue < 90), code


def test_no_log_line_has_a_students_name_or_key(service: ExampleService, capsys: pytest.CaptureFixture[str]) -> None:
    service = ExampleService(service.context.settings.home)  # once more, as pytest only now shows its standard error
    browser = Browser(service, "harbor", "s-ines")
    browser.get("/students/k-amara")
    browser.get("/caseload?show=all")
    with service.write_session() as session:
        session.connection().exec_driver_sql("DROP TABLE roster_supports")
    assert browser.get("/students/k-amara").status_code == 500
    logged = capsys.readouterr().err
    assert "incident" in logged
    assert not [word for word in ("Amara", "Boateng", "k-amara", "s-ines") if word in logged]


def test_a_fault_on_a_page_is_a_page_with_a_number_to_quote(service: ExampleService) -> None:
    browser = Browser(service, "harbor", "s-ines")
    with service.write_session() as session:
        session.connection().exec_driver_sql("DROP TABLE roster_supports")
    response = browser.get("/caseload")
    assert response.headers["content-type"].startswith("text/html")
    assert re.search(r"quote [0-9a-f]{32}", response.text)
