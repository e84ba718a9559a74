"""Records of students in the service database: each run reads what it saw, whatever was corrected since."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from alembic import command
from sqlalchemy import select, text

from features.errors import Refused
from serving.scoring.run_writer import write_run
from serving.scoring.scoring_run import ScoringRun
from serving.store.database import migrate, open_engine, read_session
from serving.store.revisions import migrations
from serving.store.rows import RunRow, ScoreRow
from serving.store.run_retention import Retention, thin_runs
from serving.store.student_records import ScoreRecords, score_records
from tests.serving.example_service import TODAY, ExampleService, run_of

NEXT_WEEK = TODAY + timedelta(days=7)
F, C = (["marks", "2027", "S1", "Algebra 1", "math", mark, "progress", "2026-10-16"] for mark in ("F", "C"))


def corrected() -> ScoringRun:
    """Next week's run, for which an F of k-amara has become a C."""
    run = run_of("harbor", NEXT_WEEK)
    own = run.records.digests.loc[["k-amara"]]
    content = json.dumps([["-1*marks", *F[1:]], C])
    contents = pd.DataFrame([{"student_key": "k-amara", "content": content}])
    return replace(run, records=replace(run.records, digests=own + 1, before=own, contents=contents))


def records_in(service: ExampleService, run_id: str) -> ScoreRecords:
    """What k-amara's score in a run saw."""
    with service.read_session() as session:
        run = session.get_one(RunRow, ("harbor", run_id))
        score = session.get_one(ScoreRow, ("harbor", run_id, "k-amara"))
        (found,) = score_records(session, [(score, run)])
        return found


def algebra(records: ScoreRecords) -> list[object]:
    """The marks in algebra."""
    return [row["mark"] for row in records.history()["marks"] if row["course_name"] == "Algebra 1"]


def test_a_past_run_shows_what_it_saw_after_a_correction(service: ExampleService) -> None:
    with service.write_session() as session:
        write_run(session, corrected())
    before, after = (records_in(service, run) for run in ("run-2026-11-20", f"run-{NEXT_WEEK}"))
    assert (algebra(before), algebra(after)) == (["F"], ["C"])
    assert [row["mark"] for row in before.evidence("core_failing_now")] == ["F"]


def test_a_run_that_looked_before_another_one_wrote_is_refused(service: ExampleService) -> None:
    """Its changes would be added to other records than those that it saw."""
    with service.write_session() as session:
        write_run(session, corrected())
    late = corrected()
    late = replace(late, run_id="late", records=replace(late.records, digests=late.records.digests + 5))
    with pytest.raises(Refused, match="score again"), service.write_session() as session:
        write_run(session, late)


def test_runs_of_the_version_before_are_read_as_they_are(tmp_path: Path) -> None:
    """Their scores have the records themselves; the revision carries them along."""
    engine = open_engine(f"sqlite:///{tmp_path / 'service.db'}")
    migrate(engine)
    row = {"date": "2026-11-02", "kind": "absent"}
    cells = {
        "reasons": [{"code": "absence_rate_20d", "value": 0.25, "contribution": 0.9, "domain": "attendance"}],
        "strengths": [], "evidence": {"absence_rate_20d": [row]},
        "history": {"attendance": [{"week": "2026-11-02", "days": 5, "missed": 100}], "marks": []},
        "change": {"by_data": 0.1, "by_release": 0.0, "moved": [], "across_parts": False},
    }  # fmt: skip
    with engine.begin() as connection:
        command.downgrade(migrations(connection), "0010")
        connection.execute(text("INSERT INTO districts VALUES ('harbor', 'Harbor')"))
        connection.execute(text(OLD_RUN))
        columns = ", ".join(cells)
        values = {name: json.dumps(cell) for name, cell in cells.items()}
        statement = f"INSERT INTO scores (district_id, run_id, student_key, school_id, band, flagged, {columns}) "
        named = ", ".join(f":{name}" for name in cells)
        connection.execute(text(statement + f"VALUES ('harbor', 'old', 'k', 'north', 'many', true, {named})"), values)
    migrate(engine)
    with read_session(engine) as session:
        run, score = session.get_one(RunRow, ("harbor", "old")), session.get_one(ScoreRow, ("harbor", "old", "k"))
        (found,) = score_records(session, [(score, run)])
        assert found.evidence("absence_rate_20d") == [row]
        assert found.history() == cells["history"]
        assert (score.reasons[0]["code"], score.change) == ("absence_rate_20d", cells["change"])


DAYS = (date(2026, 5, 9), date(2026, 5, 30), date(2026, 6, 6), date(2026, 9, 5), date(2026, 9, 12))


@pytest.mark.parametrize(("policy", "gone"), [("month_ends", {date(2026, 5, 9)}), ("all", set())])
def test_of_earlier_school_years_the_last_list_of_each_month_stays(
    empty_service: ExampleService, policy: Retention, gone: set[date]
) -> None:
    """Another district's runs are its own affair, and nothing is left of a run that is gone."""
    with empty_service.write_session() as session:
        for day in DAYS:
            write_run(session, run_of("harbor", day))
        write_run(session, run_of("mesa", DAYS[0]))
        assert thin_runs(session, "harbor", policy) == len(gone)
        runs = session.execute(select(RunRow.district_id, RunRow.as_of)).all()
        scored = set(session.scalars(select(ScoreRow.run_id).where(ScoreRow.district_id == "harbor")))
    assert {day for district, day in runs if district == "harbor"} == set(DAYS) - gone
    assert ("mesa", DAYS[0]) in runs
    assert scored == {f"run-{day}" for day in set(DAYS) - gone}


OLD_RUN = """
INSERT INTO runs (district_id, run_id, outcome, ended, as_of, created_at, release_id, scorer, verdict, bundle_digest,
  model_version, feature_set, capacity, data_through, students, flagged, unscored, dictionary)
VALUES ('harbor', 'old', 'grade9_off_track_chicago', 'ended off track', '2026-11-20', '2026-11-20 16:00:00', 'r-0001',
  'model', 'pass', '0', 'grade9', 'grade9', 1, '2026-11-20', 1, 1, 0, '[]')
"""
