"""Records that contradict themselves, each other, or the as-of date: 422 that points at each, and repeats no value."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from serving.api.messages import AttendanceRow, EnrollmentRow, SentRecords
from serving.api.record_consistency import SHARES, record_mistakes
from tests.serving.browser import ApiClient
from tests.serving.example_releases import release_rule
from tests.serving.example_service import TODAY, ExampleService

Body = Mapping[str, Sequence[object]]
UNTIL = "expected a day until 2026-11-20, the date that the score looks from"
DATE = "expected a date as text, YYYY-MM-DD, from 1900 on"
BEFORE = "expected a day on or after entry_date"


def enrollment(**differs: object) -> dict[str, object]:
    """A ninth grader of North High."""
    return {
        "school_id": "north", "track": "main", "school_year": 2027, "grade_level": 9, "entry_date": "2026-08-17",
        **differs,
    }  # fmt: skip


def absence(**differs: object) -> dict[str, object]:
    """A day missed."""
    return {
        "school_id": "north", "date": "2026-11-03", "section_id": "day", "kind": "absent", "absent_hundredths": 100,
        "excused": False, **differs,
    }  # fmt: skip


def mark(**differs: object) -> dict[str, object]:
    """A mark in progress."""
    return {
        "school_id": "north", "school_year": 2027, "term_id": "S1", "course_id": "alg", "course_name": "Algebra 1",
        "subject": "math", "mark_kind": "progress", "mark": "B", "credits_attempted_hundredths": 50, **differs,
    }  # fmt: skip


def incident(**differs: object) -> dict[str, object]:
    """A minor one."""
    return {"incident_id": "i1", "school_id": "north", "date": "2026-10-05", "severity": "minor", **differs}


def action(**differs: object) -> dict[str, object]:
    """What followed it."""
    return {
        "incident_id": "i1", "school_id": "north", "date": "2026-10-06", "action": "detention",
        "days_removed_hundredths": 0, **differs,
    }  # fmt: skip


def body(**rows: Sequence[object]) -> Body:
    """One student's records."""
    return {"enrollments": [enrollment()], **rows}


CASES: tuple[tuple[Body, list[tuple[str, str]]], ...] = (
    (body(attendance=[absence(date="2031-01-06")]), [("#/attendance/0/date", UNTIL)]),
    (body(attendance=[absence(), absence(date="2026-11-21")]), [("#/attendance/1/date", UNTIL)]),
    (body(attendance=[absence(known_on="2026-11-21")]), [("#/attendance/0/known_on", UNTIL)]),
    (body(enrollments=[enrollment(entry_date="2026-12-01")]), [("#/enrollments/0/entry_date", UNTIL)]),
    (
        body(incidents=[incident(date="2026-12-01")], discipline_actions=[action(date="2026-12-02")]),
        [("#/incidents/0/date", UNTIL), ("#/discipline_actions/0/date", UNTIL)],
    ),
    (body(enrollments=[enrollment(exit_date="2026-08-16")]), [("#/enrollments/0/exit_date", BEFORE)]),
    (
        body(enrollments=[enrollment(school_id="south"), enrollment(exit_date="1999-01-01")]),
        [("#/enrollments/1/exit_date", BEFORE)],
    ),
    (
        body(attendance=[absence(), absence()]),
        [("#/attendance/1", "expected each record once, but row 0 has the same "
          "school_id, date, section_id, kind, known_on")],
    ),
    (
        body(attendance=[absence(), absence(date="2026-11-04"), absence(absent_hundredths=50, known_on="2026-11-20")]),
        [("#/attendance/2", "expected each record once, but row 0 has the same "
          "school_id, date, section_id, kind, known_on")],
    ),
    (
        body(marks=[mark(), mark(mark="F")]),
        [("#/marks/1", "expected each record once, but row 0 has the same "
          "school_id, school_year, term_id, course_id, mark_kind, known_on")],
    ),
    (
        body(incidents=[incident(), incident(severity="major")]),
        [("#/incidents/1", "expected each record once, but row 0 has the same incident_id, known_on")],
    ),
    (
        body(attendance=[absence(absent_hundredths=0)]),
        [("#/attendance/0/absent_hundredths", "expected 1 to 100 where kind is absent")],
    ),
    (
        body(attendance=[absence(kind="partial", absent_hundredths=100)]),
        [("#/attendance/0/absent_hundredths", "expected 1 to 99 where kind is partial")],
    ),
    (
        body(attendance=[absence(kind="tardy", absent_hundredths=100)]),
        [("#/attendance/0/absent_hundredths", "expected 0 to 99 where kind is tardy")],
    ),
    (body(attendance=[absence(date=0)]), [("#/attendance/0/date", DATE)]),
    (body(attendance=[absence(date="0")]), [("#/attendance/0/date", DATE)]),
    (body(enrollments=[enrollment(entry_date=1786000000.5)]), [("#/enrollments/0/entry_date", DATE)]),
    (body(marks=[mark(known_on=True)]), [("#/marks/0/known_on", DATE)]),
    (body(marks=[mark(known_on="2026-11-03T08:00:00")]), [("#/marks/0/known_on", DATE)]),
    (body(incidents=[incident(date="2026-02-30")]), [("#/incidents/0/date", DATE)]),
    (
        body(attendance=[absence(absent_hundredth=50)]),
        [("#/attendance/0", "unknown key absent_hundredth; did you mean absent_hundredths?")],
    ),
    (
        {**body(), "attendence": []},
        [("#", "unknown key attendence; did you mean attendance?")],
    ),
    (
        body(enrollments=[{**enrollment(), "School ID": "north"}]),
        [("#/enrollments/0", "there is a key that is not known here; did you mean school_id?")],
    ),
    (
        body(incidents=[incident(Zelda="x")]),
        [("#/incidents/0", "unknown key Zelda; there are known_on, incident_id, school_id, date, severity")],
    ),
    (
        body(incidents=[{**incident(), "Quimby, Zelda": "x"}]),
        [("#/incidents/0", "there is a key that is not known here; "
          "there are known_on, incident_id, school_id, date, severity")],
    ),
    (body(marks=[7]), [("#/marks/0", "expected an object")]),
    (
        body(marks=[mark(course_name="Algebra\n1")]),
        [("#/marks/0/course_name", "expected text without line breaks or other control characters")],
    ),
)  # fmt: skip


@pytest.mark.parametrize(("sent", "expected"), CASES)
def test_a_record_that_cannot_be_true_is_pointed_at(
    service: ExampleService, sent: Body, expected: list[tuple[str, str]]
) -> None:
    release_rule(service, "harbor")
    response = ApiClient(service, "harbor").ask("POST", "/v1/scores", sent)
    found = [(one["pointer"], one["detail"]) for one in response.json()["errors"]]
    assert (response.status_code, response.headers["content-type"], found) == (
        422,
        "application/problem+json",
        expected,
    )


@pytest.mark.parametrize("sent", [
    body(enrollments=[enrollment(exit_date="2027-06-04")]),
    body(enrollments=[enrollment(entry_date="2026-08-17", exit_date="2026-08-17"), enrollment(school_id="south")]),
    body(attendance=[absence(date="2026-11-20", known_on="2026-11-20")]),
    body(attendance=[absence(known_on="2026-11-03"), absence(kind="tardy", absent_hundredths=0)]),
    body(attendance=[absence(known_on="2026-11-03"), absence(absent_hundredths=50, known_on="2026-11-05")]),
    body(attendance=[absence(section_id="P1", absent_hundredths=17), absence(section_id="P2", absent_hundredths=17)]),
    body(attendance=[absence(kind="suspended", absent_hundredths=0)]),
])  # fmt: skip
def test_what_can_be_true_is_taken(service: ExampleService, sent: Body) -> None:
    """A planned exit; the last day; a correction; two kinds, two sections of one day; a suspension in school."""
    release_rule(service, "harbor")
    assert ApiClient(service, "harbor").ask("POST", "/v1/scores", sent).status_code == 200


@pytest.mark.parametrize(("content", "expected"), [
    (b"", None),
    (b"{", "expected JSON, but from character 2 on it is not"),
    (b'{"enrollments": ]}', "expected JSON, but from character 17 on it is not"),
    (b'{"enrollments": [{"school_id": "Gr\xf6\xdfe"}]}', "expected UTF-8, but byte 35 is of another encoding"),
    (b"\xff", "expected UTF-8, but byte 1 is of another encoding"),
])  # fmt: skip
def test_a_body_that_is_not_json_in_utf8_is_a_documented_problem_that_says_so(
    service: ExampleService, content: bytes, expected: str | None
) -> None:
    program = ApiClient(service, "harbor")
    response = program.send("/v1/scores", content)
    problem = response.json()
    documented = program.ask("GET", "/openapi.json").json()["paths"]["/v1/scores"]["post"]["responses"]
    assert str(response.status_code) in documented
    assert response.headers["content-type"] == "application/problem+json"
    if expected is None:
        assert (response.status_code, problem["errors"][0]["detail"]) == (422, "required")
    else:
        assert (response.status_code, problem["detail"]) == (400, "The body cannot be read: expected JSON in UTF-8.")
        assert problem["errors"] == [{"pointer": "#", "detail": expected}]


def test_a_body_that_is_not_said_to_be_json_is_asked_to_say_so(service: ExampleService) -> None:
    program = ApiClient(service, "harbor")
    program.headers["Content-Type"] = "application/x-www-form-urlencoded"
    response = program.ask("POST", "/v1/scores", body())
    assert response.status_code == 415
    assert response.json()["errors"] == [{"pointer": "#", "detail": "expected Content-Type: application/json"}]


def test_the_document_and_the_answers_agree_that_a_date_is_text() -> None:
    schema = SentRecords.model_json_schema()["$defs"]["AttendanceRow"]["properties"]["date"]
    assert (schema["type"], schema["format"]) == ("string", "date")


@given(st.one_of(st.integers(), st.floats(), st.booleans(), st.text(max_size=12), st.lists(st.integers(), max_size=2)))
def test_only_a_day_as_text_is_a_date(sent: object) -> None:
    try:
        row = AttendanceRow.model_validate(absence(date=sent))
    except ValidationError:
        return
    assert row.date.isoformat() == sent


@given(
    st.lists(st.tuples(st.integers(-400, 400), st.sampled_from(sorted(SHARES)), st.integers(0, 100)), max_size=12),
    st.integers(-400, 400) | st.none(),
)
def test_records_are_without_a_mistake_just_where_each_row_can_be_true_and_stands_once(
    days: list[tuple[int, str, int]], left: int | None
) -> None:
    rows = [absence(date=str(TODAY + timedelta(n)), kind=kind, absent_hundredths=share) for n, kind, share in days]
    entry = date(2026, 8, 17)
    exit_date = None if left is None else str(entry + timedelta(left))
    sent = SentRecords(
        enrollments=[EnrollmentRow.model_validate(enrollment(exit_date=exit_date))],
        attendance=[AttendanceRow.model_validate(row) for row in rows],
    )
    fits = all(n <= 0 and SHARES[kind][0] <= share <= SHARES[kind][1] for n, kind, share in days)
    once = len({(n, kind) for n, kind, _ in days}) == len(days)
    assert (record_mistakes(sent, TODAY) == []) == (fits and once and (left is None or left >= 0))
