"""The pages: what is on them, what is never on them, and what surrounds them."""

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote_plus

import pandas as pd
import pytest

from presentation.stylesheets import stylesheet
from serving.pages.rendering import HERE
from serving.scoring.run_writer import write_run
from serving.scoring.scoring_run import ServedWeeks
from serving.web.middleware import HEADERS
from serving.wording.scores import LIMITS
from tests.serving.browser import ApiClient, Browser, Tags
from tests.serving.example_scores import with_scores
from tests.serving.example_service import STUDENTS, TODAY, XSS, ExampleService, run_of, scored

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
)
OF_A_STUDENT = (
    "family",
    "contacts", "contacts/new", "contacts/{contact_id}", "contacts/{contact_id}/take-back", "plans", "plans/new",
    "plans/{plan_id}", "plans/{plan_id}/change", "plans/{plan_id}/sessions", "plans/{plan_id}/end", "notes",
    "notes/new", "notes/{note_id}", "restricted/{entry_id}", "answer", "snooze", "snooze/{snooze_id}/end",
    "follow-ups/{follow_up_id}/done", "problems", "problems/new",
)  # fmt: skip
NEXT = {path: f"/sign-in?next={quote_plus(path)}" for path in PROTECTED[1:]}
NEVER = (
    "at-risk", "at risk", "dropout", "drop out", "will fail", "high-risk", "because of", "likely to fail", "red flag",
)  # fmt: skip


def pages(service: ExampleService) -> dict[str, str]:
    """Every page in every state, by what it is."""
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
        **{key: lena.get(f"/students/{key}").text for _, _, key, *_ in STUDENTS},
    }


@pytest.mark.parametrize("path", PROTECTED)
def test_without_a_session_every_page_leads_to_the_sign_in(service: ExampleService, path: str) -> None:
    response = Browser(service).get(path)
    assert (response.status_code, response.headers["location"]) == (303, NEXT.get(path, "/sign-in"))


def test_without_a_key_every_operation_of_the_api_is_401(service: ExampleService) -> None:
    program = ApiClient(service)
    for path, operations in program.ask("GET", "/openapi.json").json()["paths"].items():
        for method in operations:
            status = program.ask(method.upper(), path, {}).status_code
            assert status == (200 if path in {"/livez", "/readyz"} else 401), (method, path)


def test_every_route_is_known_to_these_tests(service: ExampleService) -> None:
    known = {"/", "/caseload", "/caseload.csv", "/students/{student_key}", "/sign-in", "/sign-out"}
    known |= {f"/students/{{student_key}}/{rest}" for rest in OF_A_STUDENT}
    known |= {
        "/problems",
        "/problems/{problem_id}",
        "/learn",
        "/static/ontrack.css",
        "/livez",
        "/readyz",
        "/v1/scores",
        "/v1/students/{student_key}/scores",
        "/openapi.json",
        "/static",
    }
    assert set(paths_of(service.app.routes)) == known


def paths_of(routes: object) -> list[str]:
    """The paths of routes, also of those behind an included router."""
    assert isinstance(routes, list)
    found: list[str] = []
    for route in routes:
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        found += paths_of(inner) if inner else [route.path]
    return found


@pytest.mark.parametrize("path", [*PROTECTED, "/sign-in", "/livez", "/v1/nothing", "/static/ontrack.css", "/absent"])
def test_every_response_carries_the_security_headers(service: ExampleService, path: str) -> None:
    headers = Browser(service).get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert headers["cache-control"] == ("no-cache" if "static" in path else "no-store")
    assert "server" not in headers


def test_no_page_has_scripts_or_inline_styles_or_anything_from_elsewhere(service: ExampleService) -> None:
    for name, html in pages(service).items():
        tags = Tags(html)
        assert not {"script", "style", "iframe", "object", "img"} & set(tags.tags), name
        attributes = [(key, value) for key, value in tags.attributes if key == "style" or key.startswith("on")]
        assert attributes == [], name
        links = [value for key, value in tags.attributes if key in {"href", "src", "action"}]
        assert all(link.startswith(("/", "#", "?")) for link in links), name


def test_a_name_that_is_html_is_shown_as_text(service: ExampleService) -> None:
    html = Browser(service, "harbor", "s-ines").get("/students/k-emil").text
    assert XSS not in html
    assert f"Emil {XSS}" in Tags(html).words


def test_no_page_uses_a_word_that_labels_students(service: ExampleService) -> None:
    for name, html in pages(service).items():
        words = re.sub(r"\s+", " ", Tags(html).words).lower()
        assert not [word for word in NEVER if word in words], name
    for template in (HERE / "templates").glob("*.html"):
        assert not [word for word in NEVER if word in template.read_text(encoding="utf-8").lower()], template.name


def test_risk_is_said_in_words_and_never_as_a_bare_number(service: ExampleService) -> None:
    words = Tags(Browser(service, "harbor", "s-ines").get("/students/k-amara").text).words
    assert "About 8 in 10 students with similar records ended grade 9 off track." in words
    assert not re.search(r"0\.83|83 ?%", words)


def test_every_page_has_one_heading_a_language_and_a_way_past_the_header(service: ExampleService) -> None:
    for name, html in pages(service).items():
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


def test_the_list_says_how_often_such_lists_were_right_and_what_orders_it(service: ExampleService) -> None:
    model = words_of(Browser(service, "harbor", "s-ines").get("/caseload").text)
    for expected in (
        "How the lists of 2025–26 turned out", "of 212 students listed, 118 ended grade 9 off track",
        "Another 180 ended grade 9 off track and were on no list.", "212 students of the whole district were listed.",
        "118 ended grade 9 off track", "61 stayed on track",
        "20 stayed on track, and had a contact or a plan first", "13 moved away",
        "Of all students of that year, 400 ended grade 9 off track. Of these, 180 were on no list.",
        "A model puts this list in order",
    ):  # fmt: skip
        assert expected in model
    rule = words_of(Browser(service, "mesa", "s-ines").get("/caseload").text)
    assert "Not enough evidence yet" in rule
    assert "The published rule puts this list in order" in rule


def test_before_there_were_lists_the_test_year_says_how_often_such_a_list_was_right(service: ExampleService) -> None:
    with service.write_session() as session:
        write_run(session, replace(run_of("harbor", TODAY + timedelta(days=7)), last_lists=None))
    words = words_of(Browser(service, "harbor", "s-ines").get("/caseload").text)
    assert "Of 100 students listed like this in 2024–25, about 61 ended grade 9 off track" in words


def words_of(html: str) -> str:
    """The words of a page, on one line."""
    return re.sub(r"\s+", " ", Tags(html).words)


def test_every_page_with_a_score_says_whether_a_model_or_the_rule_gave_it(service: ExampleService) -> None:
    said = {"harbor": ("Scored by a model.", "A model puts"), "mesa": ("Scored by the published rule.", "rule puts")}
    for district, (of_student, of_list) in said.items():
        lena = Browser(service, district, "s-lena")
        lists = [lena.get(path).text for path in ("/caseload", "/caseload?show=all")]
        assert all(of_list in Tags(html).words for html in lists)
        scored_keys = re.findall(r'href="/students/([^"]+)"', lists[1])
        pages_of_students = [Tags(lena.get(f"/students/{key}").text).words for key in scored_keys]
        assert pages_of_students
        assert all(of_student in words or "no score yet" in words for words in pages_of_students)


def test_this_weeks_list_holds_the_flagged_and_all_holds_everyone_in_order(service: ExampleService) -> None:
    lena = Browser(service, "harbor", "s-lena")
    assert names(lena.get("/caseload").text) == ["Boateng", "Castellanos", "Dunham"]
    assert names(lena.get("/caseload?show=all").text) == ["Boateng", "Castellanos", "Dunham", "Eklund", "&lt;img"]


def names(html: str) -> list[str]:
    """The family names on the list, from the top."""
    return re.findall(r'<a href="/students/[^"]+">([^, ]+)', html)


def test_an_empty_list_says_which_kind_of_empty_it_is(service: ExampleService) -> None:
    assert "is assigned to you" in Browser(service, "harbor", "s-mateo").get("/caseload").text
    with service.write_session() as session:
        calm = run_of("harbor", TODAY + timedelta(days=7))
        write_run(session, replace(calm, scores=calm.scores.assign(flagged=False)))
    assert "None of your 3 students is on it" in Browser(service, "harbor", "s-ines").get("/caseload").text
    with service.write_session() as session:
        session.connection().exec_driver_sql("DELETE FROM calendars")
        session.connection().exec_driver_sql("DELETE FROM scores")
        session.connection().exec_driver_sql("DELETE FROM runs")
    assert "have not been loaded and scored" in Browser(service, "harbor", "s-ines").get("/caseload").text


def test_a_long_list_comes_in_pages_and_each_names_whom_it_showed(service: ExampleService) -> None:
    run = run_of("harbor", TODAY + timedelta(days=7))
    many = [(f"k-{i:03}", str(i), "Gil", f"Number{i:03}", 9, "north") for i in range(1, 121)]
    students = pd.DataFrame(many, columns=run.roster.students.columns)
    roster = replace(run.roster, caseloads=run.roster.caseloads.head(0), students=students)
    scores = tuple(scored(key, "north", 0.5, i) for i, (key, *_) in enumerate(many, start=1))
    with service.write_session() as session:
        write_run(session, with_scores(replace(run, roster=roster), scores))
    lena = Browser(service, "harbor", "s-lena")
    shown = [names(lena.get(f"/caseload?show=all&page={page}").text) for page in (1, 2, 3)]
    assert [len(page) for page in shown] == [50, 50, 20]
    assert [name for page in shown for name in page] == [last_name for _, _, _, last_name, _, _ in many]
    assert names(lena.get("/caseload?show=all&page=9").text) == shown[2]


def test_a_students_page_shows_the_records_behind_each_reason(service: ExampleService) -> None:
    words = Tags(Browser(service, "harbor", "s-ines").get("/students/k-amara").text).words
    for expected in ("Missed 25% of the last 20 school days.", "Nov 17, 2026", "Whole day", "Algebra 1", "In progress"):
        assert expected in words
    assert "Contact, Nov 6, 2026" in re.sub(r"\s+", " ", words)
    assert all(limit in words for limit in LIMITS)


def test_the_last_contact_is_that_of_the_own_district(service: ExampleService) -> None:
    shown = {d: Tags(Browser(service, d, "s-kira").get("/caseload").text).words for d in ("harbor", "mesa")}
    assert ["Nov 6, 2026" in shown["harbor"], "Nov 9, 2026" in shown["harbor"]] == [True, False]
    assert ["Nov 6, 2026" in shown["mesa"], "Nov 9, 2026" in shown["mesa"]] == [False, True]


def test_a_change_of_release_is_marked_in_the_history(service: ExampleService) -> None:
    words = Tags(Browser(service, "harbor", "s-ines").get("/students/k-amara").text).words
    assert words.count("Scored by a new model from here on.") == 1
    assert "Since Nov 13: records +14, new scoring +6" in re.sub(r"\s+", " ", words)


def test_a_change_of_scorer_between_parts_of_the_year_is_marked_in_the_history(service: ExampleService) -> None:
    run = replace(run_of("harbor", TODAY + timedelta(days=7)), release_id="r-0002", scorer="rule", part="spring")
    with service.write_session() as session:
        write_run(session, run)
        write_run(session, replace(run_of("harbor", TODAY + timedelta(days=14)), release_id="r-0002", part="spring"))
    words = words_of(Browser(service, "harbor", "s-ines").get("/students/k-amara").text)
    assert words.count("Scored by another rule from here on, as at this time of each year.") == 1
    assert words.count("Scored by the model from here on, as at this time of each year.") == 1


def test_on_a_date_that_nobody_judged_list_and_page_say_so(service: ExampleService) -> None:
    run = replace(run_of("harbor", TODAY + timedelta(days=7)), scorer="rule", part="spring", not_judged="week")
    with service.write_session() as session:
        write_run(session, replace(run, parts=(ServedWeeks("spring", 20, 40, "model"),), school_week=45))
    for path in ("/caseload", "/students/k-amara"):
        words = words_of(Browser(service, "harbor", "s-ines").get(path).text)
        assert "No list was tested so early or so late in a school year." in words
        assert "no model gives a risk" in words


@pytest.mark.parametrize(("key", "says"), [
    ("k-emil", "records on this student do not go far enough"),
    ("k-farah", "about other grades"),
])  # fmt: skip
def test_without_a_score_the_page_says_why(service: ExampleService, key: str, says: str) -> None:
    words = Tags(Browser(service, "harbor", "s-ines").get(f"/students/{key}").text).words
    assert says in words
    assert "in 10 students" not in words


def test_the_list_counts_the_students_of_whom_too_little_is_on_record(service: ExampleService) -> None:
    words = Tags(Browser(service, "harbor", "s-ines").get("/caseload?show=all").text).words
    assert "1 new student has too little on record yet to be on a list." in words
    assert words.count("Too little on record yet.") == 1


def test_a_chart_has_its_table_behind_it(service: ExampleService) -> None:
    html = Browser(service, "harbor", "s-ines").get("/students/k-amara").text
    tags = Tags(html)
    assert tags.tags.count("figure") == 2
    assert tags.tags.count("details") == 2
    assert "<title>Week of Nov 16, 2026: 2 of 5 days missed</title>" in html
    assert "<td>Nov 16, 2026</td>" in html


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
