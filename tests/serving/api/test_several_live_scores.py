"""Several students in one request: each is answered by itself, as it is alone."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from models.estimators.published_rule import RuleModel
from serving.scoring.release_cache import ReleaseCache
from tests.serving.api.test_live_scores import Body, enrollment, mark, records
from tests.serving.browser import ApiClient
from tests.serving.conftest import copy_prepared, opened
from tests.serving.example_releases import release_model, release_rule
from tests.serving.example_service import ExampleService
from tests.sweeps import swept


@pytest.fixture(scope="module")
def modelled(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[ExampleService]:
    """A service with a model for harbor."""
    folder = tmp_path_factory.mktemp("modelled")
    copy_prepared(prepared, folder)
    for service in opened(folder):
        release_model(service, "harbor")
        yield service


STUDENTS: tuple[Body, ...] = (
    records(),
    records(attendance=[]),
    records(enrollments=[enrollment(school_id="south")]),
    records(enrollments=[enrollment(school_id="elsewhere")]),
    records(enrollments=[enrollment(grade_level=11)]),
    records(marks=[mark("algebra", "A")]),
)


def test_each_of_several_students_gets_the_answer_that_it_gets_alone(modelled: ExampleService) -> None:
    program = ApiClient(modelled, "harbor")
    together = program.ask("POST", "/v1/scores", {"students": list(STUDENTS)}).json()["scores"]
    assert together == [program.ask("POST", "/v1/scores", one).json() for one in STUDENTS]
    assert [one["status"] for one in together] == ["scored"] * 3 + ["insufficient_data"] * 2 + ["scored"]


def test_a_mistake_in_one_student_is_told_with_its_place_and_refuses_no_other(modelled: ExampleService) -> None:
    unknown = records(marks=[{**mark("algebra", "F"), "marc": "Zzcanary"}])
    contradicting = records(enrollments=[enrollment(exit_date="2026-08-01")])
    sent = {"students": [unknown, records(), contradicting, {}]}
    response = ApiClient(modelled, "harbor").ask("POST", "/v1/scores", sent)
    first, fine, third, empty = response.json()["scores"]
    assert (response.status_code, fine["status"]) == (200, "scored")
    assert first["errors"] == [{"pointer": "#/students/0/marks/0", "detail": "unknown key marc; did you mean mark?"}]
    assert [one["pointer"] for one in third["errors"]] == ["#/students/2/enrollments/0/exit_date"]
    assert [one["pointer"] for one in empty["errors"]] == ["#/students/3/enrollments"]
    assert "canary" not in response.text.lower()


@pytest.mark.parametrize(("sent", "pointer"), [
    ({"students": []}, "#/students"),
    ({"students": [{}] * 501}, "#/students"),
    ({"students": ["x"]}, "#/students/0"),
    ({"students": [{}], "enrollments": []}, "#"),
])  # fmt: skip
def test_a_request_that_is_none_of_several_students_is_refused(
    modelled: ExampleService, sent: object, pointer: str
) -> None:
    response = ApiClient(modelled, "harbor").ask("POST", "/v1/scores", sent)
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, pointer)


def test_an_answer_is_by_one_release_while_two_others_are_put_in_service(service: ExampleService) -> None:
    """Rules whose shares tell them apart: every risk fits the release that the answer names; lists by one of their own.

    In full, five hundred live and five hundred stored scores are read.
    """
    rules = [RuleModel(counts=(0.0, 1.0, 2.0), shares=(0.1, 0.3, top), n=(500, 200, 100), overall=0.2)
             for top in (0.6, 0.7, 0.8)]  # fmt: skip
    top_of = {release_rule(service, "harbor", rules[0]).release_id: 0.6}
    now = [0.0]
    context = service.context
    releases = ReleaseCache(context.settings, context.releases.outcomes, context.log, timer=lambda: now[0])
    object.__setattr__(context, "releases", releases)
    program = ApiClient(service, "harbor")

    def publish() -> None:
        for rule in rules[1:]:
            top_of[release_rule(service, "harbor", rule).release_id] = rule.shares[-1]
            now[0] += 1
        service.record_next_run("harbor")

    answers: list[dict[str, object]] = []
    stored: list[dict[str, str]] = []
    asked = 500 if swept("fuzz") else 10
    publishing = Thread(target=publish)
    publishing.start()
    while publishing.is_alive() or len(stored) < asked:
        stored.append(program.ask("GET", "/v1/students/k-amara/scores").json()["scores"][0])
        answers += program.ask("POST", "/v1/scores", {"students": [records(), records()]}).json()["scores"]
    publishing.join()
    assert all(one["risk"] == top_of[str(one["release"])] for one in answers)
    assert all(
        first["model_version"] == second["model_version"]
        for first, second in zip(answers[::2], answers[1::2], strict=True)
    )
    assert {one["as_of"] for one in stored} <= {"2026-11-20", "2026-11-27"}
    assert all(isinstance(one["model_version"], str) for one in stored)
