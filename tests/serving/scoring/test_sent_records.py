"""A record that a program sends is in the next run's score, and no file that was loaded before takes it back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from features.progress import quietly
from features.simulator.plan import Plan
from features.warehouse.file import change_warehouse, open_warehouse
from serving.scoring.score_district import score_district
from serving.store.rows import ScoreRow, StudentRow
from tests.districts import simulated_warehouse
from tests.serving.api.test_imports import program
from tests.serving.conftest import opened
from tests.serving.example_releases import model_parts, release
from tests.serving.example_service import NOW, TODAY, ExampleService

WEEK = 7


@pytest.fixture
def scored(tmp_path: Path) -> Iterator[ExampleService]:
    """A service after its first run of a small simulated district, which a model serves."""
    for service in opened(tmp_path):
        metrics = {"headline": {}, "listed": 0, "test_year": TODAY.year}
        release(service, "harbor", replace(model_parts("harbor"), metrics=metrics))
        warehouse = service.context.settings.warehouse("harbor")
        simulated_warehouse(Plan("harbor", 120, TODAY, years=2), warehouse)
        with change_warehouse(warehouse) as writer:
            writer.connection.execute("UPDATE loads SET district_id = 'harbor'")
        run(service)
        yield service


def run(service: ExampleService) -> str:
    """The id of a new run of today."""
    context = service.context
    made = score_district(context.settings, context.engine, "harbor", as_of=TODAY, now=NOW, progress=quietly)
    return made.runs[0].run_id


def present_student(service: ExampleService, run_id: str) -> tuple[StudentRow, ScoreRow]:
    """The scored student with the least risk, and the score."""
    with service.read_session() as session:
        scores = select(ScoreRow).where(ScoreRow.run_id == run_id, ScoreRow.risk.is_not(None)).order_by(ScoreRow.risk)
        score = session.scalars(scores).first()
        assert score is not None
        student = session.get_one(StudentRow, ("harbor", score.student_key))
        session.expunge_all()
    return student, score


def test_absences_that_are_sent_are_seen_by_the_next_run(scored: ExampleService) -> None:
    with scored.read_session() as session:
        first = session.scalars(select(ScoreRow.run_id)).first()
    assert first is not None
    student, before = present_student(scored, first)
    sis = program(scored, "harbor")
    for number, day in enumerate(school_days(scored, student.school_id, TODAY - timedelta(days=2 * WEEK))):
        absence = {
            "school_id": student.school_id, "date": day, "section_id": "day", "kind": "absent",
            "absent_hundredths": 100, "excused": False,
        }  # fmt: skip
        address = f"/v1/students/{student.student_id}/attendance/sis-{number}"
        assert sis.put(address, json=absence).json()["state"] == "waiting"
    second = run(scored)
    with scored.read_session() as session:
        after = session.get_one(ScoreRow, ("harbor", second, student.student_key))
        assert after.history != before.history
        assert after.risk is not None
        assert before.risk is not None
        assert after.risk > before.risk
        assert "absence_rate_20d" in {one["code"] for one in after.reasons}
    assert sis.get(address).json()["state"] == "loaded"
    assert run(scored) == second


def school_days(service: ExampleService, school_id: str, since: object) -> list[str]:
    """The days of instruction of a school since a day, up to today."""
    with open_warehouse(service.context.settings.warehouse("harbor")) as reader:
        rows = reader.connection.execute(
            "SELECT DISTINCT date FROM calendar_days WHERE school_id = ? AND in_session AND date > ? AND date <= ? "
            "AND superseded_by_load IS NULL ORDER BY date",
            [school_id, since, TODAY],
        ).fetchall()
    return [str(day)[:10] for (day,) in rows]
