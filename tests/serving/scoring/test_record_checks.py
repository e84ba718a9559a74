"""Scoring looks at the records first: it refuses an error, and says a warning."""

from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest
from sqlalchemy import select

from features.errors import Refused
from features.progress import quietly
from features.simulator.plan import Plan
from serving.scoring.run_summary import ListSummary
from serving.scoring.score_district import score_district
from serving.store.rows import RunRow, StaffRow
from tests.districts import simulated_warehouse
from tests.serving.conftest import opened
from tests.serving.example_releases import model_parts, release
from tests.serving.example_service import NOW, TODAY, ExampleService


@pytest.fixture
def scoring(empty_service: ExampleService) -> ExampleService:
    """A service that has not scored a district yet whose staff was never sent."""
    return released(empty_service)


def released(service: ExampleService) -> ExampleService:
    """A service on which a model serves a simulated district whose staff was never sent."""
    parts = model_parts("harbor")
    judged = replace(parts, metrics={"headline": {}, "listed": 0, "test_year": TODAY.year})
    release(service, "harbor", judged, {"policies": ""})
    simulated_warehouse(Plan("harbor", 400, TODAY, years=2), service.context.settings.warehouse("harbor"))
    spoil(service, "DELETE FROM staff")
    return service


Listed = tuple[ExampleService, ListSummary]


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listed]:
    """That service, and its list."""
    for service in opened(tmp_path_factory.mktemp("listed")):
        yield released(service), scored(service)


@pytest.fixture(scope="module")
def listed_later(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listed]:
    """The same of a district with other policies by now, where two people have one address."""
    for service in opened(tmp_path_factory.mktemp("later")):
        spoil(released(service), 'UPDATE loads SET declared = \'{"attendance":{"part_time":true}}\'')
        spoil(
            service,
            "INSERT INTO staff BY NAME SELECT id AS staff_id, 'A' AS first_name, 'B' AS last_name, 'a@b.c' AS email, "
            "'district' AS role, 'harbor' AS district_id, known AS known_on, 1 AS load_id, false AS withdrawn "
            "FROM (VALUES ('1', DATE '2026-08-01'), ('2', DATE '2026-09-01')) people(id, known)",
        )
        yield service, scored(service)


def spoil(service: ExampleService, statement: str) -> None:
    """The warehouse after a statement."""
    with duckdb.connect(str(service.context.settings.warehouse("harbor"))) as connection:
        connection.execute(statement)


def scored(service: ExampleService) -> ListSummary:
    """A list."""
    context = service.context
    return score_district(context.settings, context.engine, "harbor", as_of=TODAY, now=NOW, progress=quietly)


def test_an_error_in_the_records_is_refused_and_nothing_is_scored(scoring: ExampleService) -> None:
    spoil(scoring, "DELETE FROM calendar_days WHERE school_year = 2027 AND school_id = '10'")
    with pytest.raises(Refused, match="CHECK04"):
        scored(scoring)
    with scoring.read_session() as session:
        assert session.scalars(select(RunRow)).all() == []


def test_a_warning_is_said_with_the_run(listed: Listed) -> None:
    _, run = listed
    assert run.written
    answer = run.as_json()
    assert answer["warnings"] == [finding.as_json() for finding in run.warnings]
    assert [finding.code for finding in run.warnings] == ["CHECK02"], "records are read as when it was trained"
    assert (answer["list_id"], answer["listed"]) == (run.list_id, sum(one.listed for one in run.runs))


def test_policies_other_than_those_of_the_training_are_said_with_the_run(listed_later: Listed) -> None:
    """Since then the district came to expect part-time students on their own days, and loaded its files again."""
    found = {finding.code: finding.says for finding in listed_later[1].warnings}
    assert "now part-time students are expected on their own weekdays" in found["CHECK21"]
    assert "no longer part-time students" in found["CHECK22"], "ontrack.toml of this service declares no policy"


def test_a_run_that_is_there_is_not_checked_again(listed: Listed) -> None:
    service, _ = listed
    spoil(service, "DELETE FROM students")
    assert not scored(service).written


def test_two_people_with_one_address_stop_no_run(listed_later: Listed) -> None:
    """Whole, from the warehouse to the service database: the district has its list, and one of them signs in."""
    service, run = listed_later
    assert run.written
    with service.read_session() as session:
        people = session.scalars(select(StaffRow).order_by(StaffRow.staff_id)).all()
        assert [(person.staff_id, person.email) for person in people] == [("1", None), ("2", "a@b.c")]
