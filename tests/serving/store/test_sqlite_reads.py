"""What SQLite's driver is asked directly is what SQLAlchemy would have got: the same values, objects and refusals."""

from datetime import date

import pytest
from sqlalchemy import Select, column, func, literal, select, table, union_all
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import defer

from serving.store.rows import RunRow, ScoreRow, SessionRow, StudentRow
from serving.store.statements import objects_of, rows_of, statement
from tests.serving.databases import ON_POSTGRESQL
from tests.serving.example_service import TODAY, ExampleService

COLUMNS = tuple(ScoreRow.__table__.columns.keys())
KEYS = ["k-amara", "k-bruno", "k-emil"]


@statement
def select_kinds(district_id: str, day: date) -> Select[date, bool, object, object, object]:
    """Cells of every kind that has to be made a value: days, yes and no, JSON, and our own types."""
    joined = select(RunRow.as_of, ScoreRow.flagged, ScoreRow.reasons, ScoreRow.change, RunRow.created_at)
    found = joined.join(RunRow, (RunRow.district_id == ScoreRow.district_id) & (RunRow.run_id == ScoreRow.run_id))
    return found.where(ScoreRow.district_id == district_id, RunRow.as_of == day).order_by(ScoreRow.student_key)


@statement
def select_lists(district_id: str, keys: list[str], grades: list[int]) -> Select[str, int]:
    """Lists of values, one that the statement has itself, and a value twice."""
    own = select(StudentRow.student_key, StudentRow.grade_level).where(StudentRow.district_id == district_id)
    some = own.where(StudentRow.student_key.in_(keys), StudentRow.school_id.in_(("north", "south")))
    others = own.where(StudentRow.grade_level.in_(grades))
    return select(*union_all(some, others).subquery().c).order_by("student_key", "grade_level")


@statement
def select_scores(district_id: str, keys: list[str]) -> Select[ScoreRow]:
    """Scores without their history."""
    own = select(ScoreRow).where(ScoreRow.district_id == district_id, ScoreRow.student_key.in_(keys))
    return own.order_by(ScoreRow.run_id, ScoreRow.student_key).options(defer(ScoreRow.history))


@pytest.mark.parametrize(
    "asked",
    [
        select_kinds("harbor", TODAY),
        *(select_lists("harbor", keys, grades) for keys in (KEYS, KEYS[:1], []) for grades in ([9], [], [9, 10])),
        select_lists("nowhere", KEYS, [9]),
        (select(literal("it's"), func.count()).select_from(SessionRow), {}),
    ],
)
def test_rows_are_those_of_sqlalchemy(read_service: ExampleService, asked: tuple[Select[object], dict]) -> None:  # type: ignore[type-arg]
    with read_service.read_session() as session:
        usual = session.connection().execute(*asked).all()
        assert [tuple(row) for row in rows_of(session, asked)] == [tuple(row) for row in usual]


def test_objects_are_those_of_a_session_each_once_and_read_what_was_left_out(read_service: ExampleService) -> None:
    with read_service.read_session() as session, read_service.read_session() as other:
        found, usual = (
            objects_of(session, ScoreRow, select_scores("harbor", KEYS)),
            list(other.scalars(*select_scores("harbor", KEYS))),
        )
        assert len(found) == len(usual) > len(KEYS)
        for one, expected in zip(found, usual, strict=True):
            assert {name: getattr(one, name) for name in COLUMNS} == {name: getattr(expected, name) for name in COLUMNS}
        key = ("harbor", found[0].run_id, found[0].student_key)
        assert session.get(ScoreRow, key) is found[0]
        assert objects_of(session, ScoreRow, select_scores("harbor", KEYS))[0] is found[0]
        assert not session.dirty
        assert not session.new


def test_what_is_changed_in_a_session_is_written_and_seen_by_its_next_question(service: ExampleService) -> None:
    with service.write_session() as session:
        amara = (StudentRow.district_id == "harbor", StudentRow.student_key == "k-amara")
        (one,) = objects_of(session, StudentRow, (select(StudentRow).where(*amara), {}))
        one.first_name = "Amara Ann"
        ((name,),) = rows_of(session, (select(StudentRow.first_name).where(*amara), {}))
        assert name == "Amara Ann"
        session.rollback()


def test_a_refusal_of_the_database_is_said_as_sqlalchemy_says_it(read_service: ExampleService) -> None:
    kind, said = (ProgrammingError, "UndefinedTable") if ON_POSTGRESQL else (OperationalError, "no such table")
    with read_service.read_session() as session, pytest.raises(kind, match=said):
        rows_of(session, (select(column("name")).select_from(table("absent")), {}))
