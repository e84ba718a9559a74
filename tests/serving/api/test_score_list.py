"""Scores in pages, by search, and as lines of whole runs."""

import csv
import json
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine, event

from serving.access.authorize import Client
from serving.api.score_list import select_page
from serving.api.score_messages import FoundStudents, ScorePage, Scores, ScoringRuns
from serving.scoring.run_writer import write_run
from serving.store.rows import AccessRow, DistrictRow, Row, StudentRow
from tests.serving.browser import ApiClient
from tests.serving.example_service import NOW, TODAY, ExampleService, run_of

ALL = ("scores.read", "reasons.read", "students.search")
FIVE = ["k-amara", "k-bruno", "k-chloe", "k-dmitri", "k-emil"]
ENROLLMENT = {"school_id": "north", "track": "main", "school_year": 2027, "grade_level": 9, "entry_date": "2026-08-17"}
LINES = f"/v1/scoring-runs/run-{TODAY}/scores"


def keys(program: ApiClient, query: str = "") -> list[str]:
    """Whose scores a page has."""
    return [one.student_key for one in page(program, f"/v1/scores{query}").scores]


def page(program: ApiClient, address: str) -> ScorePage:
    """A page of scores."""
    return ScorePage.model_validate(program.ask("GET", address).json())


@pytest.mark.parametrize(("query", "found"), [
    ("", FIVE),
    ("?school=south", ["k-chloe", "k-dmitri"]),
    ("?band=many", ["k-amara", "k-chloe"]),
    ("?band=unknown&grade=9", ["k-emil"]),
    ("?grade=10", []),
    ("?outcome=grade9_off_track_chicago&school=south", ["k-chloe", "k-dmitri"]),
    (f"?as_of={TODAY - timedelta(days=7)}&band=many", ["k-amara"]),
])  # fmt: skip
def test_a_filter_leaves_the_scores_that_it_names(read_service: ExampleService, query: str, found: list[str]) -> None:
    assert keys(ApiClient(read_service, "harbor"), query) == found


@pytest.mark.parametrize("path", ["/v1/scores", "/v1/scoring-runs", "POST /v1/scores"])
def test_an_outcome_that_is_mistyped_is_refused_with_the_nearest(read_service: ExampleService, path: str) -> None:
    program, sent = ApiClient(read_service, "harbor", *ALL, "scores.write"), {"enrollments": [ENROLLMENT]}
    method, body = ("POST", sent) if path.startswith("POST") else ("GET", None)
    answer = program.ask(method, f"{path.removeprefix('POST ')}?outcome=grade9_of_track_chicago", body)
    detail = "no such outcome here; did you mean grade9_off_track_chicago?"
    expected = {"pointer": "#/outcome", "detail": detail, "parameter": "outcome"}
    assert (answer.status_code, answer.json()["errors"]) == (422, [expected])


def test_pages_are_of_one_whole_list_also_where_a_newer_one_comes_between(service: ExampleService) -> None:
    program = ApiClient(service, "harbor")
    response = program.ask("GET", "/v1/scores?limit=2")
    first = ScorePage.model_validate(response.json())
    assert response.headers["link"] == f'<{first.next}>; rel="next"'
    service.record_next_run("harbor")
    found, following = list(first.scores), first.next
    while following:
        next_page = page(program, following)
        found, following = [*found, *next_page.scores], next_page.next
    assert [one.student_key for one in found] == FIVE
    assert {one.as_of for one in found} == {TODAY}
    assert page(program, "/v1/scores").as_of == TODAY + timedelta(days=7)


@pytest.mark.parametrize("cursor", ["x", "W10", "{other}"])
def test_a_cursor_of_another_question_is_refused(read_service: ExampleService, cursor: str) -> None:
    program = ApiClient(read_service, "harbor")
    other = (page(program, "/v1/scores?limit=1&school=north").next or "").rpartition("cursor=")[2]
    answer = program.ask("GET", f"/v1/scores?cursor={cursor.format(other=other)}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/cursor")


def test_changed_since_leaves_what_is_not_as_it_was_then(service: ExampleService) -> None:
    program = ApiClient(service, "harbor")
    week_ago, today = ((NOW - timedelta(days=days)).isoformat() for days in (7, 0))
    assert keys(program, f"?changed_since={quote(week_ago)}") == FIVE[:4]  # one without a score has none again
    assert keys(program, f"?changed_since={quote(today)}") == []
    assert program.ask("GET", "/v1/scores?changed_since=2026-11-20").status_code == 422


def test_a_program_of_one_school_sees_its_students_alone(service: ExampleService) -> None:
    program = ApiClient(service, "harbor", *ALL, schools=["south"])
    assert keys(program) == ["k-chloe", "k-dmitri"]
    assert keys(program, "?school=north") == []
    assert [json.loads(line)["student_key"] for line in program.ask("GET", LINES).text.splitlines()] == keys(program)
    assert search(program, {"student_ids": ["100", "102"]}) == ["k-chloe"]
    hidden, unknown = (program.ask("GET", f"/v1/students/{key}/scores") for key in ("k-amara", "k-nobody"))
    assert (hidden.status_code, hidden.json()) == (unknown.status_code, unknown.json())


def test_without_the_scope_there_are_risks_and_no_reasons(service: ExampleService) -> None:
    program = ApiClient(service, "harbor", "scores.read")
    score = page(program, "/v1/scores").scores[0]
    assert (score.risk, score.reasons, score.strengths, score.change, score.way_back) == (0.83, *[None] * 4)
    past = program.ask("GET", "/v1/students/k-amara/scores").json()["scores"][0]
    assert (past["risk"], past["reasons"], past["way_back"]) == (0.83, None, None)
    assert all(json.loads(line)["reasons"] is None for line in program.ask("GET", LINES).text.splitlines())


def test_a_score_says_which_records_are_behind_it_its_interval_and_where_to_read_on(
    read_service: ExampleService,
) -> None:
    harbor, mesa = (page(ApiClient(read_service, one), "/v1/scores?band=many").scores[0] for one in ("harbor", "mesa"))
    evidence = [reason.evidence for reason in harbor.reasons or ()]
    assert [(one.table, one.records, one.windows) for one in evidence if one] == [
        ("attendance", 5, ["last_20_school_days"]), ("marks", 1, ["this_school_year"]),
    ]  # fmt: skip
    assert harbor.interval is not None
    assert (harbor.interval.of, harbor.interval.low) == ("track_record", 0.54)
    assert mesa.interval is not None
    assert (mesa.interval.of, mesa.interval.high) == ("similar_students", 0.93)
    assert harbor.links.card == f"/v1/models/{'0' * 16}/card"


def search(program: ApiClient, body: object) -> list[str]:
    """Whom a search finds."""
    answer = program.ask("POST", "/v1/students/search", body)
    return [one.student_key for one in FoundStudents.model_validate(answer.json()).students]


def test_a_search_finds_by_name_or_number_and_logs_whom(service: ExampleService) -> None:
    program = ApiClient(service, "harbor", *ALL)
    assert search(program, {"name": "gronholm"}) == ["k-farah"]
    assert search(program, {"student_ids": ["100", "103", "nobody"]}) == ["k-amara", "k-dmitri"]
    (first, *_) = program.ask("POST", "/v1/students/search", {"name": "amara", "with_scores": True}).json()["students"]
    assert [(one["as_of"], one["risk"]) for one in first["scores"]] == [("2026-11-20", 0.83)]
    logged = [row for row in service.rows(AccessRow) if isinstance(row, AccessRow)]
    assert [row.students for row in logged] == [["k-farah"], ["k-amara", "k-dmitri"], ["k-amara"]]


@pytest.mark.parametrize(("body", "pointer"), [
    ({}, "#"), ({"name": "x" * 101}, "#/name"), ({"name": "am", "student_ids": ["1"]}, "#"),
    ({"name": "am", "with_scores": "yes"}, "#/with_scores"), ({"names": "am"}, "#"),
])  # fmt: skip
def test_a_search_for_nothing_is_refused(read_service: ExampleService, body: object, pointer: str) -> None:
    answer = ApiClient(read_service, "harbor", *ALL).ask("POST", "/v1/students/search", body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_scores_by_search_need_the_scope_for_scores_too(read_service: ExampleService) -> None:
    program = ApiClient(read_service, "harbor", "students.search")
    answer = program.ask("POST", "/v1/students/search", {"name": "amara", "with_scores": True})
    assert (answer.status_code, answer.headers["www-authenticate"].split()[-1]) == (403, 'scope="scores.read"')


def test_a_whole_run_comes_as_lines_and_as_csv_without_formulas(service: ExampleService) -> None:
    with service.write_session() as session:
        student = session.get(StudentRow, ("harbor", "k-chloe"))
        assert student is not None
        student.student_id = "=1+1"
    program = ApiClient(service, "harbor")
    answer = program.ask("GET", LINES)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert [(one["student_key"], one["risk"]) for one in lines] == list(
        zip(FIVE, (0.83, 0.41, 0.62, 0.07, None), strict=True)
    )
    assert lines[0]["reasons"][0]["value"] == 0.25
    rows = list(csv.DictReader(StringIO(program.ask("GET", f"{LINES}?format=csv").text)))
    assert [(row["student_id"], row["flagged"]) for row in rows[1:3]] == [("101", "true"), ("'=1+1", "true")]
    assert rows[0]["reasons"] == "absence_rate_20d core_failing_now gpa_previous_year"
    assert program.ask("GET", "/v1/scoring-runs/nothing/scores").status_code == 404


def test_lines_of_a_date_that_nobody_judged_have_no_risk(service: ExampleService) -> None:
    with service.write_session() as session:
        write_run(session, replace(run_of("harbor", TODAY + timedelta(days=7)), scorer="rule", not_judged="calendar"))
    text = ApiClient(service, "harbor").ask("GET", LINES.replace(str(TODAY), str(TODAY + timedelta(days=7)))).text
    assert {json.loads(line)["risk"] for line in text.splitlines()} == {None}


@pytest.mark.parametrize(("asked", "said"), [
    ("as_of=2020-01-01", "no list of this date; the nearest is of 2026-11-13"),
    ("as_of=2026-11-14", "no list of this date; the nearest is of 2026-11-13 or 2026-11-20"),
    ("as_of=2027-01-01&outcome=grade9_off_track_chicago", "no list of this date; the nearest is of 2026-11-20"),
])  # fmt: skip
def test_a_date_without_a_list_is_refused_with_the_nearest_ones(
    read_service: ExampleService, asked: str, said: str
) -> None:
    answer = ApiClient(read_service, "harbor").ask("GET", f"/v1/scores?{asked}")
    assert (answer.status_code, [one["detail"] for one in answer.json()["errors"]]) == (422, [said])


def test_before_the_first_list_no_date_has_one(empty_service: ExampleService) -> None:
    with empty_service.write_session() as session:
        session.add(DistrictRow(district_id="harbor", name="Harbor Unified"))
    program = ApiClient(empty_service, "harbor")
    assert "no list of any date yet" in program.ask("GET", "/v1/scores?as_of=2026-11-20").text
    assert program.ask("GET", "/v1/scores").json() == {"as_of": None, "scores": [], "next": None}


def test_runs_come_newest_first_with_their_addresses(read_service: ExampleService) -> None:
    program = ApiClient(read_service, "harbor")
    runs = ScoringRuns.model_validate(program.ask("GET", "/v1/scoring-runs").json()).runs
    assert [(str(one.as_of), one.release) for one in runs] == [("2026-11-20", "r-0002"), ("2026-11-13", "r-0001")]
    assert program.ask("GET", runs[0].links.scores).status_code == 200


def test_earlier_runs_come_in_pages_each_once(service: ExampleService) -> None:
    for _ in range(2):
        service.record_next_run("harbor")
    with service.write_session() as session:
        for number in range(3):
            write_run(session, replace(run_of("harbor"), run_id=f"run-again-{number}"))
    program, found, address = ApiClient(service, "harbor"), [], "/v1/scoring-runs?limit=2"
    while address:
        answer = program.ask("GET", address)
        page, address = answer.json(), answer.json()["next"]
        assert answer.headers.get("link") == (f'<{address}>; rel="next"' if address else None)
        found += [one["run_id"] for one in page["runs"]]
    whole = program.ask("GET", "/v1/scoring-runs").json()
    assert found == [one["run_id"] for one in whole["runs"]]
    assert (len(set(found)), len(found), whole["next"]) == (6, 6, None)
    assert program.ask("GET", "/v1/scoring-runs?cursor=x").status_code == 422


@pytest.mark.parametrize("district", ["harbor", "mesa"])
@pytest.mark.parametrize("scopes", [(), ("scores.read",)])
def test_what_is_put_together_is_to_the_letter_what_the_message_says(
    read_service: ExampleService, district: str, scopes: tuple[str, ...]
) -> None:
    program = ApiClient(read_service, district, *scopes)
    listed, own = (program.ask("GET", path).text for path in ("/v1/scores", "/v1/students/k-amara/scores"))
    assert listed == ScorePage.model_validate_json(listed).model_dump_json()
    assert own == Scores.model_validate_json(own).model_dump_json()


@pytest.mark.parametrize("schools", [None, frozenset({"north"})])
@pytest.mark.parametrize("before", [None, "run-earlier"])
@pytest.mark.parametrize("after", ["", "k-amara"])
def test_a_page_reads_a_run_in_its_order_from_a_place_on_and_puts_nothing_in_order(
    schools: frozenset[str] | None, before: str | None, after: str
) -> None:
    asked, values = select_page(Client("harbor", "a", frozenset(), schools), "run", before, None, 9, "many", after, 2)
    engine = create_engine("sqlite://")
    Row.metadata.create_all(engine)
    event.listen(engine, "before_cursor_execute", explained, retval=True)
    with engine.connect() as connection:
        found = connection.execute(asked, values).cursor
        steps = [str(step[-1]) for step in found.fetchall()] if found else []
    assert steps
    assert not [one for one in steps if "TEMP B-TREE" in one or one.startswith("SCAN")], steps


def explained(_connection: object, _cursor: object, asked: str, values: object, *_: object) -> tuple[str, object]:
    """The question how a statement would be answered, in place of the statement."""
    return f"EXPLAIN QUERY PLAN {asked}", values
