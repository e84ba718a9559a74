"""Recording a run: once, whole, and with everybody's place in it."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from sqlalchemy import Table, func, select
from sqlalchemy.exc import IntegrityError

from features.warehouse.roster import DistrictRoster
from serving.scoring.run_writer import write_run
from serving.scoring.scoring_run import ScoringRun
from serving.store.rows import CaseloadRow, Row, RunRow, ScoreRow, SessionRow, StaffRow
from serving.store.run_queries import latest_run
from serving.store.student_records import score_records
from tests.serving.browser import Browser
from tests.serving.example_service import DISTRICTS, TODAY, ExampleService, run_of

NEXT_WEEK = TODAY + timedelta(days=7)


def counts(service: ExampleService) -> dict[str, int]:
    """How many rows each table has."""
    with service.read_session() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Row.metadata.tables.items()
        }


def test_a_run_recorded_twice_changes_nothing_the_second_time(empty_service: ExampleService) -> None:
    with empty_service.write_session() as session:
        assert write_run(session, run_of("harbor"))
    once = counts(empty_service)
    with empty_service.write_session() as session:
        assert not write_run(session, run_of("harbor"))
    assert counts(empty_service) == once


def test_a_run_that_fails_halfway_leaves_nothing(empty_service: ExampleService) -> None:
    run = run_of("harbor")
    twice = replace(run, scores=pd.concat([run.scores, run.scores.head(1)]))
    with pytest.raises(IntegrityError), empty_service.write_session() as session:
        write_run(session, twice)
    assert set(counts(empty_service).values()) == {0}


def test_runs_of_two_districts_with_the_same_ids_do_not_touch(empty_service: ExampleService) -> None:
    for district_id in DISTRICTS:
        with empty_service.write_session() as session:
            write_run(session, run_of(district_id))
    with empty_service.read_session() as session:
        kept = {row.district_id: (row.run_id, row.scorer) for row in session.scalars(select(RunRow))}
    assert kept == {"harbor": ("run-2026-11-20", "model"), "mesa": ("run-2026-11-20", "rule")}


def test_a_run_counts_its_students(service: ExampleService) -> None:
    with service.read_session() as session:
        run = latest_run(session, "harbor")
        assert run is not None
        assert (run.students, run.flagged, run.unscored) == (5, 3, 1)


def test_each_score_stands_beside_the_one_before(service: ExampleService) -> None:
    with service.read_session() as session:
        score = session.get(ScoreRow, ("harbor", "run-2026-11-20", "k-bruno"))
        first = session.get(ScoreRow, ("harbor", "run-2026-11-13", "k-bruno"))
    assert score is not None
    assert first is not None
    assert (score.previous_band, score.previous_as_of) == ("few", date(2026, 11, 13))
    assert score.previous_risk == pytest.approx(0.21)
    assert first.previous_band is None


def test_dates_in_records_are_kept_as_iso_text(service: ExampleService) -> None:
    with service.read_session() as session:
        run = session.get_one(RunRow, ("harbor", "run-2026-11-20"))
        records = score_records(session, [(session.get_one(ScoreRow, ("harbor", run.run_id, "k-amara")), run)])[0]
        assert records.evidence("absence_rate_20d")[0]["date"] == "2026-11-02"
        assert records.history()["attendance"][0]["week"] == "2026-08-17"


def with_roster(run: ScoringRun, roster: DistrictRoster) -> ScoringRun:
    """The run with another roster."""
    return replace(run, roster=roster)


def test_people_who_stay_keep_their_password_and_people_who_go_are_signed_out(service: ExampleService) -> None:
    with service.write_session() as session:
        for row in session.scalars(select(StaffRow).where(StaffRow.district_id == "harbor")):
            row.password_hash = "kept"
    ines, kira = Browser(service, "harbor", "s-ines"), Browser(service, "harbor", "s-kira")
    run = run_of("harbor", NEXT_WEEK)
    staff = run.roster.staff.query("staff_id != 's-ines'")
    with service.write_session() as session:
        write_run(session, with_roster(run, replace(run.roster, staff=staff)))
        kept = session.get(StaffRow, ("harbor", "s-kira"))
        assert kept is not None
        assert kept.password_hash == "kept"
        assert session.get(StaffRow, ("harbor", "s-ines")) is None
        assert session.get(StaffRow, ("mesa", "s-ines")) is not None
        assert [row.staff_id for row in session.scalars(select(SessionRow))] == ["s-kira"]
    assert (ines.get("/caseload").status_code, kira.get("/caseload").status_code) == (303, 200)


def test_a_run_of_an_earlier_date_does_not_bring_back_the_old_roster(service: ExampleService) -> None:
    run = run_of("harbor", TODAY - timedelta(days=30))
    with service.write_session() as session:
        write_run(session, with_roster(run, replace(run.roster, caseloads=run.roster.caseloads.head(0))))
        newest = latest_run(session, "harbor")
        assert newest is not None
        assert newest.as_of == TODAY
        assert session.scalars(select(CaseloadRow).where(CaseloadRow.district_id == "harbor")).first() is not None


def test_keys_name_the_district_wherever_ids_could_collide() -> None:
    for name, table in Row.metadata.tables.items():
        assert isinstance(table, Table)
        # these have random or counted ids
        own = {"sessions", "sign_in_attempts", "api_keys", "access_log", "clients", "client_secrets"}
        assert "district_id" in table.primary_key.columns or name in own
