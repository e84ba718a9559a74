"""The API: what programs get, and how every error is stated."""

from dataclasses import replace
from datetime import timedelta

import pytest

from serving.api.score_messages import Scores
from serving.scoring.run_writer import write_run
from serving.store.rows import ApiKeyRow
from serving.web.problems import PROBLEM_TYPE
from tests.serving.browser import ApiClient
from tests.serving.example_service import TODAY, ExampleService, run_of

SCORES = "/v1/students/{}/scores"
PAIR = ("harbor", "mesa")
ENROLLMENT = {"school_id": "north", "track": "main", "school_year": 2027, "grade_level": 9, "entry_date": "2026-08-17"}


def test_a_students_scores_come_latest_first_with_reasons_in_words(service: ExampleService) -> None:
    response = ApiClient(service, "harbor").ask("GET", SCORES.format("k-amara"))
    scores = Scores.model_validate(response.json()).scores
    assert [(str(s.as_of), s.band, s.release) for s in scores] == [
        ("2026-11-20", "many", "r-0002"),
        ("2026-11-13", "many", "r-0001"),
    ]
    assert [reason.sentence for reason in scores[0].reasons or ()] == [
        "Missed 25% of the last 20 school days.",
        "Has an F or no pass now in 1 core course.",
        "Had a grade average of 1.4 last year.",
    ]


def test_a_score_says_its_part_of_the_year_and_why_nobody_judged_its_date(service: ExampleService) -> None:
    run = replace(run_of("harbor", TODAY + timedelta(days=7)), scorer="rule", part="spring", not_judged="calendar")
    with service.write_session() as session:
        write_run(session, run)
    response = ApiClient(service, "harbor").ask("GET", SCORES.format("k-amara"))
    latest, *before = Scores.model_validate(response.json()).scores
    assert (latest.scorer, latest.part, latest.not_judged) == ("rule", "spring", "calendar")
    assert latest.risk is None
    assert all(one.risk is not None for one in before)
    assert {(one.part, one.not_judged) for one in before} == {(None, None)}


def test_a_score_says_what_speaks_for_the_student_what_changed_the_way_back_and_how_it_turned_out(
    service: ExampleService,
) -> None:
    now, before = ApiClient(service, "harbor").ask("GET", SCORES.format("k-amara")).json()["scores"]
    assert [(one["code"], one["concept"], one["sentence"]) for one in now["strengths"]] == [
        ("incidents_year", "behavior_this_year", "Has no behavior incident on record this year."),
        ("tardies_45d", "tardies", "Was not late in the last 45 school days."),
    ]
    change = now["change"]
    assert change["by_data"] + change["by_release"] == pytest.approx(now["risk"] - before["risk"])
    assert [(one["code"], one["before"], one["now"]) for one in change["moved"]] == [
        ("absence_rate_20d", 0.1, 0.25), ("core_failing_now", 0.0, 1.0),
    ]  # fmt: skip
    assert change["sentences"][1] == "From changes in the records: 14 more of 100."
    way = now["way_back"]
    assert (way["state"], way["until"], len(way["steps"])) == ("reachable", "2027-06-04", 2)
    assert way["steps"][1]["values"] == {"so_far": 0, "most": 1, "may": 1, "pass": 7, "of": 8}
    assert way["steps"][1]["sentence"] == "Pass at least 7 of the 8 final marks to come in core courses."
    record = now["track_record"]
    assert (record["n"], record["off_track"], record["school_years"]) == (130, 81, [2025, 2026])
    assert record["sentence"].startswith(
        "In 2024–25 and 2025–26, 130 students were listed with a score of 8 to 9 in 10, as this student now. "
        "Of 100 of them, about 62"
    )
    assert before["change"] is None


def test_a_rules_risk_comes_with_the_past_students_behind_it_and_null_where_they_are_too_few_or_a_model_scored(
    service: ExampleService,
) -> None:
    latest = {
        (district, key): ApiClient(service, district).ask("GET", SCORES.format(key)).json()["scores"][0]
        for district in PAIR for key in ("k-amara", "k-chloe")
    }  # fmt: skip
    assert latest["mesa", "k-amara"]["similar_students"] == {
        "n": 26, "low": 0.66, "high": 0.93,
        "sentence": "That is from 26 past students. The likely range is 66 to 93 of 100.",
    }  # fmt: skip
    assert latest["mesa", "k-chloe"]["similar_students"] is None
    assert latest["mesa", "k-chloe"]["change"] is None
    assert latest["harbor", "k-amara"]["similar_students"] is None


def test_what_is_not_there_is_null(service: ExampleService) -> None:
    score = ApiClient(service, "harbor").ask("GET", SCORES.format("k-emil")).json()["scores"][0]
    assert [score[name] for name in ("change", "way_back", "track_record")] == [None] * 3
    assert score["strengths"] == []


def test_a_student_without_a_score_has_none_rather_than_a_guess(service: ExampleService) -> None:
    answer = ApiClient(service, "harbor").ask("GET", SCORES.format("k-emil")).json()
    assert [(score["risk"], score["band"]) for score in answer["scores"]] == [(None, "unknown")] * 2


def test_the_same_key_of_two_districts_leads_to_two_students(service: ExampleService) -> None:
    versions = {
        d: ApiClient(service, d).ask("GET", SCORES.format("k-amara")).json()["scores"][0]["scorer"] for d in PAIR
    }
    assert versions == {"harbor": "model", "mesa": "rule"}


def test_keys_need_the_scope_and_say_which(service: ExampleService) -> None:
    reader = ApiClient(service, "harbor", "scores.read")
    assert reader.ask("POST", "/v1/scores", {"enrollments": [ENROLLMENT]}).status_code == 403
    writer = ApiClient(service, "harbor", "scores.write").ask("GET", SCORES.format("k-amara"))
    assert (writer.status_code, writer.headers["www-authenticate"].split()[-1]) == (403, 'scope="scores.read"')
    assert "does not have the scope scores.read" in writer.json()["detail"]


@pytest.mark.parametrize("change", ["revoked", "expired", "wrong secret", "other prefix", "not a key"])
def test_a_key_that_is_not_good_is_no_key(service: ExampleService, change: str) -> None:
    program = ApiClient(service, "harbor")
    key = program.headers["Authorization"]
    spoil(service, change)
    spoilt = {
        "wrong secret": key[:-1] + "x",
        "other prefix": key.replace("ontrack", "offtrack"),
        "not a key": "Bearer x",
    }
    program.headers["Authorization"] = spoilt.get(change, key)
    response = program.ask("GET", SCORES.format("k-amara"))
    assert (response.status_code, response.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
    assert "does not hold" in response.json()["detail"]
    without = ApiClient(service).ask("GET", SCORES.format("k-amara"))
    assert (without.status_code, without.headers["www-authenticate"]) == (401, "Bearer")


def spoil(service: ExampleService, change: str) -> None:
    """Revokes the key, or lets it expire."""
    with service.write_session() as session:
        for row in session.query(ApiKeyRow):
            row.revoked_at = service.clock() if change == "revoked" else None
            row.expires_at = service.clock() if change == "expired" else None


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/v1", 404),
    ("GET", "/v1/nothing", 404),
    ("GET", "/v1/students/k-nobody/scores", 404),
    ("DELETE", "/v1/scores", 405),
    ("POST", "/v1/scores", 422),
    ("POST", "/livez", 405),
])  # fmt: skip
def test_every_error_is_a_problem(service: ExampleService, method: str, path: str, status: int) -> None:
    response = ApiClient(service, "harbor").ask(method, path)
    assert (response.status_code, response.headers["content-type"]) == (status, PROBLEM_TYPE)
    problem = response.json()
    assert problem["status"] == status
    assert {"type", "title", "detail", "errors"} <= set(problem)


def test_a_fault_is_a_problem_that_tells_nothing_but_a_number(service: ExampleService) -> None:
    program = ApiClient(service, "harbor")
    with service.write_session() as session:
        session.connection().exec_driver_sql("DROP TABLE scores")
    response = program.ask("GET", SCORES.format("k-amara"))
    assert (response.status_code, response.headers["content-type"]) == (500, PROBLEM_TYPE)
    assert len(response.json()["incident"]) == 32
    assert "scores" not in response.text


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_a_service_with_a_run_is_live_and_ready(service: ExampleService, path: str) -> None:
    assert ApiClient(service).ask("GET", path).json()["status"] == "ok"


def test_before_the_first_run_the_service_is_live_but_not_ready(empty_service: ExampleService) -> None:
    assert ApiClient(empty_service).ask("GET", "/livez").status_code == 200
    ready = ApiClient(empty_service).ask("GET", "/readyz")
    assert (ready.status_code, ready.headers["content-type"]) == (503, PROBLEM_TYPE)


def test_the_description_has_every_route_its_key_and_its_problems(service: ExampleService) -> None:
    api = ApiClient(service).ask("GET", "/openapi.json").json()
    assert api["openapi"].startswith("3.1")
    assert {"/livez", "/readyz", "/v1/scores", "/v1/students/{student_key}/scores", "/v1/models"} <= set(api["paths"])
    assert api["components"]["securitySchemes"]["api_key"]["scheme"] == "bearer"
    for path, operations in api["paths"].items():
        for operation in operations.values():
            oauth = {"400", "401"} if path == "/oauth/token" else set()  # the standard's own form of an error
            errors = {code: answer for code, answer in operation["responses"].items() if code >= "400"}
            errors = {code: answer for code, answer in errors.items() if code not in oauth}
            assert errors
            assert all(list(answer["content"]) == [PROBLEM_TYPE] for answer in errors.values())
    assert {"401", "403", "404", "413", "422", "500"} <= set(api["paths"]["/v1/scores"]["post"]["responses"])
    assert "ValidationError" not in api["components"]["schemas"]
