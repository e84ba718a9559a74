"""Live scores: one student's records in the body, risk and reasons back."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from features.definitions.catalog import OUTCOMES
from features.policies.record_policies import RecordPolicies
from features.tables import TABLES
from models.bundle.year_parts import JudgedWeek, ServedPart
from models.estimators.published_rule import RuleModel, fit_shares
from serving.api.messages import SentRecords
from serving.scoring.release_cache import ReleaseCache
from serving.store.rows import AccessRow, DistrictRow, RunRow
from tests.serving.browser import ApiClient
from tests.serving.databases import ON_POSTGRESQL
from tests.serving.example_releases import OUTCOME, RULE, model_parts, release, release_model, release_rule
from tests.serving.example_service import TODAY, ExampleService

Rows = list[dict[str, object]]
Body = dict[str, Rows]


def enrollment(**differs: object) -> dict[str, object]:
    """A ninth grader of North High."""
    return {
        "school_id": "north", "track": "main", "school_year": 2027, "grade_level": 9, "entry_date": "2026-08-17",
        **differs,
    }  # fmt: skip


def mark(course: str, letter: str, subject: str = "math") -> dict[str, object]:
    """A mark in progress."""
    return {
        "school_id": "north", "school_year": 2027, "term_id": "S1", "course_id": course, "course_name": course,
        "subject": subject, "mark_kind": "progress", "mark": letter, "credits_attempted_hundredths": 50,
    }  # fmt: skip


def absent(day: date) -> dict[str, object]:
    """A whole day."""
    return {
        "school_id": "north", "date": day.isoformat(), "section_id": "day", "kind": "absent",
        "absent_hundredths": 100, "excused": False,
    }  # fmt: skip


def records(**differs: Rows) -> Body:
    """A student who misses days and fails a core course."""
    return {
        "enrollments": [enrollment()],
        "attendance": [absent(date(2026, 11, day)) for day in (3, 4, 10, 11, 17, 18, 19)],
        "marks": [mark("algebra", "F"), mark("art", "B", "other")],
        **differs,
    }


def test_a_served_model_answers_with_risk_band_and_reasons(service: ExampleService) -> None:
    released = release_model(service, "harbor")
    response = ApiClient(service, "harbor").ask("POST", "/v1/scores", records())
    answer = response.json()
    assert (response.status_code, answer["status"], answer["scorer"]) == (200, "scored", "model")
    assert 0 < answer["risk"] < 1
    assert (answer["as_of"], answer["release"]) == ("2026-11-20", released.release_id)
    assert answer["model_version"] == f"{OUTCOME} {released.digest[:8]}"
    sentences = {reason["code"]: reason["sentence"] for reason in answer["reasons"]}
    assert sentences["absence_rate_20d"] == "Missed 35% of the last 20 school days."
    assert sentences["core_failing_now"] == "Has an F or no pass now in 1 core course."


def rule_with(top: int) -> RuleModel:
    """A rule of 100 past students without a signal, and so many with two, most of them off track."""
    signals, students = np.repeat([0.0, 2.0], [100, top]), np.arange(100 + top)
    return fit_shares(signals, (students >= 90) & (students % 5 > 0), students.astype(np.str_))


def test_a_live_score_by_the_rule_says_of_how_many_past_students_it_is_and_not_of_a_few(
    service: ExampleService,
) -> None:
    release_rule(service, "harbor", rule_with(30))
    release_rule(service, "mesa", rule_with(10))
    many, few = (ApiClient(service, one).ask("POST", "/v1/scores", records()).json() for one in ("harbor", "mesa"))
    assert many["similar_students"]["n"] == 30
    assert many["similar_students"]["low"] < many["risk"] < many["similar_students"]["high"]
    assert (few["status"], few["similar_students"]) == ("scored", None)


def test_a_live_score_says_what_speaks_for_the_student_too(service: ExampleService) -> None:
    release_rule(service, "mesa")
    program = ApiClient(service, "mesa")
    calm = records(marks=[mark("algebra", "A"), mark("art", "B", "other")])
    answer = program.ask("POST", "/v1/scores", calm).json()
    assert answer["reasons"] == []
    assert [one["sentence"] for one in answer["strengths"]] == ["Has no F now in a core course."]
    program.headers["Accept-Language"] = "es"
    response = program.ask("POST", "/v1/scores", calm)
    assert response.headers["content-language"] == "es"
    assert response.json()["strengths"][0]["sentence"] == "No tiene ahora ninguna F en los cursos básicos."


def test_fewer_absences_never_raise_the_risk(service: ExampleService) -> None:
    release_model(service, "harbor")
    program = ApiClient(service, "harbor")
    many = program.ask("POST", "/v1/scores", records()).json()["risk"]
    none = program.ask("POST", "/v1/scores", records(attendance=[])).json()["risk"]
    assert none < many


def test_a_served_rule_answers_with_the_share_of_its_signals(service: ExampleService) -> None:
    release_rule(service, "mesa")
    answer = ApiClient(service, "mesa").ask("POST", "/v1/scores", records()).json()
    assert (answer["scorer"], answer["risk"], answer["band"]) == ("rule", 0.6, "many")
    assert [(reason["code"], reason["value"]) for reason in answer["reasons"]] == [("core_failing_now", 1.0)]


@pytest.mark.parametrize(
    ("week", "scorer", "not_judged"), [(14, "model", None), (30, "rule", "week"), (None, "rule", "no_school_week")]
)
def test_a_live_score_is_by_what_serves_on_the_date_of_the_last_run(
    service: ExampleService, week: int | None, scorer: str, not_judged: str | None
) -> None:
    """A release whose model was judged in week 14 alone; the run of an earlier version does not know its week."""
    part = ServedPart("autumn", 11, 20, "model", "pass", "grade9", RULE, (JudgedWeek(14, "11-16", "11-20"),))
    made = model_parts("harbor")
    release(service, "harbor", replace(made, parts=(part,), gate={**(made.gate or {}), "parts": {"autumn": "pass"}}))
    with service.write_session() as session:
        run = session.get(RunRow, ("harbor", f"run-{TODAY}"))
        assert run is not None
        run.school_week = week
    answer = ApiClient(service, "harbor").ask("POST", "/v1/scores", records()).json()
    assert (answer["scorer"], answer["part"], answer["not_judged"]) == (scorer, "autumn", not_judged)
    assert (answer["risk"] is None) == (not_judged is not None)
    assert answer["risk"] not in RULE.shares


def test_a_release_serves_its_own_district_only(service: ExampleService) -> None:
    release_model(service, "harbor")
    assert ApiClient(service, "mesa").ask("POST", "/v1/scores", records()).json()["status"] == "insufficient_data"


@pytest.mark.parametrize(("body", "says"), [
    (records(enrollments=[enrollment(school_id="elsewhere")]), "calendar of none of the schools"),
    (records(enrollments=[enrollment(entry_date="2026-11-16")]), "Fewer than 10 school days"),
    (records(enrollments=[enrollment(grade_level=11)]), "not one this release scores"),
])  # fmt: skip
def test_without_enough_to_go_on_there_is_no_score_and_the_answer_says_why(
    service: ExampleService, body: Body, says: str
) -> None:
    release_model(service, "harbor")
    response = ApiClient(service, "harbor").ask("POST", "/v1/scores", body)
    assert (response.status_code, response.json()["status"]) == (200, "insufficient_data")
    assert says in response.json()["detail"]


@pytest.mark.parametrize(("exit_date", "status"), [("last_day", "scored"), ("first_day_gone", "insufficient_data")])
def test_an_exit_date_that_is_sent_means_what_it_means_in_the_districts_files(
    service: ExampleService, exit_date: str, status: str
) -> None:
    """An exit on the day after the as-of date: the last day, or the day before is, which is the as-of date."""
    release_model(service, "harbor")
    settings = service.context.settings
    policies = RecordPolicies.model_validate({"enrollment": {"exit_date": exit_date}})
    districts = tuple(one.model_copy(update={"policies": policies}) for one in settings.districts)
    own = settings.model_copy(update={"districts": districts})
    service.app.state.context = replace(service.context, settings=own)
    leaving = records(enrollments=[enrollment(exit_date=(TODAY + timedelta(days=1)).isoformat())])
    assert ApiClient(service, "harbor").ask("POST", "/v1/scores", leaving).json()["status"] == status


def test_before_the_first_run_there_is_no_calendar_to_score_by(empty_service: ExampleService) -> None:
    with empty_service.write_session() as session:
        session.add(DistrictRow(district_id="harbor", name="Harbor"))
    answer = ApiClient(empty_service, "harbor").ask("POST", "/v1/scores", records()).json()
    assert "no scoring run yet" in answer["detail"]


@pytest.mark.skipif(ON_POSTGRESQL, reason="it looks into SQLite's files")
def test_nothing_that_was_sent_is_kept(service: ExampleService) -> None:
    release_rule(service, "harbor")
    ApiClient(service, "harbor").ask("POST", "/v1/scores", records(marks=[mark("Canary 77", "F")]))
    stored = (service.context.settings.home / "service.db").read_bytes()
    stored += (service.context.settings.home / "service.db-wal").read_bytes()
    assert b"Canary 77" not in stored
    assert [row.students for row in service.rows(AccessRow) if isinstance(row, AccessRow)] == [[]]


@pytest.mark.parametrize(("place", "value", "pointer"), [
    (("enrollments", "grade_level"), "nine", "#/enrollments/0/grade_level"),
    (("attendance", "date"), "Zzcanary", "#/attendance/0/date"),
    (("attendance", "kind"), "Zzcanary", "#/attendance/0/kind"),
    (("attendance", "absent_hundredths"), 101, "#/attendance/0/absent_hundredths"),
    (("marks", "mark"), "Zzcanary", "#/marks/0/mark"),
    (("marks", "Zz, canary"), 1, "#/marks/0"),
    (("marks", "course_name"), "", "#/marks/0/course_name"),
])  # fmt: skip
def test_a_row_that_is_not_as_expected_is_pointed_at_without_repeating_it(
    service: ExampleService, place: tuple[str, str], value: object, pointer: str
) -> None:
    body = records()
    body[place[0]][0][place[1]] = value
    response = ApiClient(service, "harbor").ask("POST", "/v1/scores", body)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert "canary" not in response.text.lower()


def test_too_many_rows_and_too_large_bodies_are_refused(service: ExampleService) -> None:
    program = ApiClient(service, "harbor")
    many = records(incidents=[{"incident_id": "i", "school_id": "n", "date": "2026-11-02", "severity": "minor"}] * 2001)
    assert program.ask("POST", "/v1/scores", many).json()["errors"][0]["pointer"] == "#/incidents"
    assert program.send("/v1/scores", b"[" * 100_000).status_code in {400, 413, 422}
    assert program.send("/v1/scores", b" " * (1 << 24) + b"{}").status_code == 413
    assert program.send("/v1/students/search", b" " * (1 << 20) + b"{}").status_code == 413


def test_the_messages_have_the_columns_of_the_canonical_tables() -> None:
    for name, field in SentRecords.model_fields.items():
        row = field.annotation.__args__[0]  # type: ignore[union-attr]  # each field is a list of rows
        own = {column.name for column in TABLES[name].columns if column.kind not in {"student", "assigned"}}
        assert set(row.model_fields) == own | {"known_on"}, name


def test_a_new_release_serves_after_a_second_and_a_damaged_one_never(service: ExampleService) -> None:
    now = [0.0]
    releases = ReleaseCache(service.context.settings, OUTCOMES, service.context.log, timer=lambda: now[0])
    assert releases.current("harbor", OUTCOME) is None
    first = release_rule(service, "harbor")
    assert releases.current("harbor", OUTCOME) is None
    now[0] = 1.0
    assert version(releases) == first.release_id
    other = RuleModel(counts=(0.0, 1.0), shares=(0.1, 0.9), n=(50, 20), overall=0.2)
    second = release_rule(service, "harbor", other)
    damaged = second.bundle_path / "rule.json"
    damaged.write_text(damaged.read_text().replace("0.9", "0.8"))
    now[0] = 2.0
    assert version(releases) == first.release_id
    now[0] = 3.0
    assert version(releases) == first.release_id


def version(releases: ReleaseCache) -> str:
    """Which release serves harbor."""
    serving = releases.current("harbor", OUTCOME)
    assert serving is not None
    return serving.release_id
