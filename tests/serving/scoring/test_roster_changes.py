"""What changes of a roster is found in ranges of keys, and holds as long as no other list has come."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from serving.scoring import roster_writer
from serving.scoring.roster_writer import find_roster_changes, roster_changes
from serving.scoring.run_writer import write_run
from serving.scoring.scoring_run import ScoringRun
from serving.store.database import write_session
from serving.store.rows import StudentRow
from tests.serving.example_service import TODAY, ExampleService, run_of
from tests.sweeps import tried

KEYS = ("A", "a", "k-1", "k-10", "k-2", "z", "é", "𝄞")
students = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(("north", "south")))


@pytest.fixture(scope="module")
def empty_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExampleService]:
    """A service without a list, for what is rolled back."""
    service = ExampleService(tmp_path_factory.mktemp("empty"))
    yield service
    service.close()


def run_with(schools: dict[str, str], days: int = 0) -> ScoringRun:
    """A run whose roster has these students at these schools."""
    run = run_of("harbor", TODAY + timedelta(days=days))
    rows = [(key, key, "Gil", "N", 9, school) for key, school in schools.items()]
    people = pd.DataFrame(rows, columns=run.roster.students.columns).astype({"grade_level": "int64"})
    return replace(run, roster=replace(run.roster, students=people))


def schools_in(session: Session) -> dict[str, str]:
    """Each student's school in the database."""
    return {
        row.student_key: row.school_id for row in session.query(StudentRow).where(StudentRow.district_id == "harbor")
    }


@tried(8, 300)
@given(students, students, st.sampled_from((1, 2, 3, 50_000)))
def test_a_roster_takes_the_place_of_any_other_in_ranges_of_any_size(
    empty_service: ExampleService, before: dict[str, str], after: dict[str, str], compared: int
) -> None:
    with pytest.MonkeyPatch.context() as patch, write_session(empty_service.engine, "harbor") as session:
        patch.setattr(roster_writer, "COMPARED", compared)
        write_run(session, run_with(before))
        changes = roster_changes(session, "harbor", run_with(after).roster)
        (own,) = (one for one in changes.tables if one.table.name == "students")
        moved = {key for key in (*before, *after) if before.get(key) != after.get(key)}
        assert len({*own.gone, *own.fresh}) == len(own.gone) + len(own.fresh), "nothing is found twice"
        assert {row[0] for row in (*own.gone, *own.fresh)} == moved, "what stays is left alone"
        write_run(session, run_with(after, days=7), roster=changes)
        assert schools_in(session) == after
        session.rollback()


def test_changes_found_before_another_list_came_are_found_anew(empty_service: ExampleService) -> None:
    mine = run_with({"a": "south"}, days=14)
    stale = find_roster_changes(empty_service.engine, "harbor", mine.roster)
    with write_session(empty_service.engine, "harbor") as session:
        write_run(session, run_with({"a": "north", "b": "north"}, days=7))
        write_run(session, mine, roster=stale)
        assert schools_in(session) == {"a": "south"}
        session.rollback()
