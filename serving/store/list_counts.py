"""Writes what a district's newest list has of each kind, and who stands at which place: from its scores and the roster.

Of an older list nothing is kept: what is asked of it is counted anew, as for lists of earlier versions.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast as as_type

import pyarrow as pa
from sqlalchemy import (
    ColumnElement,
    Engine,
    Select,
    String,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.orm import Session

from serving.store.bulk_insert import insert_rows, insert_table
from serving.store.database import read_session, write_session
from serving.store.list_rows import ROSTER, WHOLE_DISTRICT, ListCountRow, ListPlaceRow
from serving.store.rows import RunRow, ScoreRow, StudentRow
from serving.store.run_queries import current_runs

Cell = tuple[str, str, int, str]
"""School, run, grade and band."""
Tallied = tuple[str, str, int, str, bool, str | None, int, int, int, int, int]
"""A cell, whether its students are told a track record, which, and counts as `CellCounts` has them."""


@dataclass
class CellCounts:
    """The students of a cell, and the different track records that those who are listed are told."""

    scored: int = 0
    listed: int = 0
    placed: int = 0
    placed_listed: int = 0
    placed_unscored: int = 0
    records: set[str | None] = field(default_factory=set)

    def add(self, counts: Sequence[int], record: str | None, *, told: bool) -> None:
        """Adds students who are told the same record, or none."""
        self.scored += counts[0]
        self.listed += counts[1]
        self.placed += counts[2]
        self.placed_listed += counts[3]
        self.placed_unscored += counts[4]
        if told:
            self.records.add(record)


@dataclass(frozen=True)
class ListTally:
    """What a list has of each kind, and who stands at each place, in their order: `PLACES` but for what all share."""

    places: pa.Table
    cells: Mapping[Cell, CellCounts]


PLACES = ("district_id", "list_id", "place", "student_key", "school_id", "grade", "band", "listed")
TABLES = (ListCountRow, ListPlaceRow)
PLACED = 10_000
"""Places that one transaction writes beside people who read."""


def write_list_counts(session: Session, district_id: str, list_id: str) -> None:
    """Counts a list in the session's transaction, in place of the one before; a no-op where another one is newer.

    The roster that stands is that of the newest list, so that no other can be counted by it.
    """
    run_ids = runs_to_count(session, district_id, list_id)
    if not run_ids:
        return
    remove_counts(session, district_id)
    session.execute(insert(ListPlaceRow).from_select(PLACES, select_places(district_id, list_id, run_ids)))
    write_cells(
        session,
        district_id,
        list_id,
        counted(as_type("Iterable[Tallied]", session.execute(select_cells(district_id, run_ids)))),
    )


def write_counts_beside(
    engine: Engine, district_id: str, list_id: str, tally: ListTally, pause: Callable[[], None]
) -> None:
    """Writes the tally of a list that is there, in short transactions; nobody reads of it before the last one.

    That has the counts. SQLite lets one transaction write at a time, and the places of a large district take seconds.
    """
    with read_session(engine, district_id) as session:
        run_ids = runs_to_count(session, district_id, list_id)
    if not run_ids:
        return
    with write_session(engine, district_id) as writing:
        remove_counts(writing, district_id, ListPlaceRow.list_id == list_id, tables=(ListPlaceRow,))
    named = {"district_id": district_id, "list_id": list_id}
    for begin in range(0, len(tally.places), PLACED):
        rows = tally.places.slice(begin, PLACED)
        for name, value in named.items():
            rows = rows.append_column(name, pa.repeat(value, len(rows)))
        with write_session(engine, district_id) as writing:
            insert_table(writing, ListPlaceRow, rows)
        pause()
    with write_session(engine, district_id) as writing:
        if runs_to_count(writing, district_id, list_id) != run_ids:  # another list came meanwhile
            remove_counts(writing, district_id, ListPlaceRow.list_id == list_id, tables=(ListPlaceRow,))
            return
        remove_counts(writing, district_id, ListPlaceRow.list_id != list_id, tables=(ListPlaceRow,))
        remove_counts(writing, district_id, tables=(ListCountRow,))
        write_cells(writing, district_id, list_id, tally.cells)


def runs_to_count(session: Session, district_id: str, list_id: str) -> list[str]:
    """The runs of a list; none where another list is newer."""
    runs = current_runs(session, district_id)
    return [run.run_id for run in runs] if runs and list_of(runs) == list_id else []


def remove_counts(
    session: Session,
    district_id: str,
    *which: ColumnElement[bool],
    tables: Sequence[type[ListCountRow] | type[ListPlaceRow]] = TABLES,
) -> None:
    """Removes what was counted in a district."""
    for table in tables:
        session.execute(
            delete(table).where(table.district_id == district_id, *which).execution_options(synchronize_session=False)
        )


def write_cells(session: Session, district_id: str, list_id: str, cells: Mapping[Cell, CellCounts]) -> None:
    """Writes what a list has of each kind, and how many students there are."""
    key = {"district_id": district_id, "list_id": list_id}
    every = {**cells, **roster_cells(session, district_id)}
    insert_rows(session, ListCountRow, ({**key, **count_row(cell, counts)} for cell, counts in every.items()))


def roster_cells(session: Session, district_id: str) -> dict[Cell, CellCounts]:
    """The students of each school and of the whole district, on a list or not."""
    by_school = select(StudentRow.school_id, func.count()).where(StudentRow.district_id == district_id)
    schools = dict(session.execute(by_school.group_by(StudentRow.school_id)).all())
    every = {**schools, WHOLE_DISTRICT: sum(schools.values())}
    return {(school, ROSTER, 0, ""): CellCounts(scored=students) for school, students in every.items()}


def list_of(runs: Sequence[RunRow]) -> str:
    """The list that runs made together."""
    return runs[0].list_id or runs[0].run_id


def select_places(
    district_id: str, list_id: str, runs: Sequence[str]
) -> Select[str, str, int | None, str, str, int, str, bool]:
    """Who stands at each place, in their order: a database adds to its index at one end then."""
    columns = (
        literal(district_id), literal(list_id), ScoreRow.place, ScoreRow.student_key, StudentRow.school_id,
        StudentRow.grade_level, ScoreRow.band, ScoreRow.flagged,
    )  # fmt: skip
    placed = select(*columns).join_from(ScoreRow, StudentRow, same_student())
    return placed.where(*of_runs(district_id, runs), ScoreRow.place.is_not(None)).order_by(ScoreRow.place)


def select_cells(
    district_id: str, runs: Sequence[str]
) -> Select[str, str, int, str, bool, str | None, int, int, int, int, int]:
    """Students by cell and by the track record that they are told."""
    placed = ScoreRow.place.is_not(None)
    told = and_(placed, ScoreRow.flagged, ScoreRow.at_random.is_not(True)).label("told")
    record = case((told, cast(ScoreRow.track_record, String)), else_=None).label("record")
    by = (StudentRow.school_id, ScoreRow.run_id, StudentRow.grade_level, ScoreRow.band, told, record)
    counts = (
        func.count(),
        func.count().filter(ScoreRow.flagged),
        func.count().filter(placed),
        func.count().filter(placed, ScoreRow.flagged),
        func.count().filter(placed, ScoreRow.risk.is_(None)),
    )
    found = select(*by, *counts).join(StudentRow, same_student()).where(*of_runs(district_id, runs))
    return found.group_by(
        StudentRow.school_id, ScoreRow.run_id, StudentRow.grade_level, ScoreRow.band, "told", "record"
    )


def same_student() -> ColumnElement[bool]:
    """Whether a score is of a student of the roster."""
    return and_(StudentRow.district_id == ScoreRow.district_id, StudentRow.student_key == ScoreRow.student_key)


def of_runs(district_id: str, runs: Sequence[str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether a score is of some runs of a district."""
    return ScoreRow.district_id == district_id, ScoreRow.run_id.in_(runs)


def counted(rows: Iterable[Tallied]) -> dict[Cell, CellCounts]:
    """The cells of schools, and of the whole district."""
    cells: dict[Cell, CellCounts] = defaultdict(CellCounts)
    for school, run_id, grade, band, told, record, *counts in rows:
        for place in (school, WHOLE_DISTRICT):
            cells[place, run_id, grade, band].add(counts, record, told=bool(told))
    return cells


def count_row(cell: Cell, counts: CellCounts) -> dict[str, object]:
    """A cell as its row."""
    school, run_id, grade, band = cell
    records = sorted(counts.records, key=lambda one: one or "")
    return {
        "school_id": school, "run_id": run_id, "grade": grade, "band": band, **vars(counts), "records": records,
    }  # fmt: skip
