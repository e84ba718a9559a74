"""Puts a run's roster in place of the one before: schools, students, caseloads and supports; only what changed.

What changed is found before the list is written, and holds as long as no other list has come meanwhile.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import cast

import numpy as np
import pandas as pd
import pyarrow as pa
from sqlalchemy import ColumnElement, Engine, Table, and_, bindparam, delete, select
from sqlalchemy.orm import Session

from features.warehouse.roster import DistrictRoster
from serving.store.bulk_insert import insert_cells, is_postgresql
from serving.store.bulk_read import StoredRow, stored_rows
from serving.store.database import read_session
from serving.store.rows import CaseloadRow, RosterSupportRow, Row, SchoolRow, StudentRow
from serving.store.run_queries import latest_run

COMPARED = 50_000
"""Rows of a table that are held against those of the database at once."""


@dataclass(frozen=True)
class TableChanges:
    """The rows of a district that a table loses and gets; `names` are their columns."""

    table: Table
    names: list[str]
    gone: list[StoredRow]
    fresh: list[StoredRow]

    def write(self, session: Session, district_id: str) -> None:
        """Makes them in the session's transaction."""
        delete_rows(session, self.table, self.names, self.gone, district_id)
        rows = ((*row, district_id) for row in self.fresh)
        insert_cells(session, self.table, [*self.names, "district_id"], rows)


@dataclass(frozen=True)
class RosterChanges:
    """What makes a district's roster another one, beside what stood when the run `after` was its newest."""

    after: str | None
    tables: tuple[TableChanges, ...]


def find_roster_changes(engine: Engine, district_id: str, roster: DistrictRoster) -> RosterChanges:
    """What is to change of the roster that stands now."""
    with read_session(engine, district_id) as session:
        return roster_changes(session, district_id, roster)


def roster_changes(session: Session, district_id: str, roster: DistrictRoster) -> RosterChanges:
    """The same, as the session finds it."""
    newest = latest_run(session, district_id)
    tables = (
        (SchoolRow, roster.schools), (StudentRow, roster.students),
        (CaseloadRow, roster.caseloads), (RosterSupportRow, roster.supports),
    )  # fmt: skip
    changes = (table_changes(session, table, frame, district_id) for table, frame in tables)
    return RosterChanges(newest.run_id if newest else None, tuple(changes))


def table_changes(session: Session, table: type[Row], frame: pd.DataFrame, district_id: str) -> TableChanges:
    """What makes a district's rows of a table those of a frame; rows that are there already are left alone.

    Most students of a list are those of the week before: to write all of them again would keep others waiting.
    """
    declared = cast(Table, table.__table__)
    names = [column.name for column in declared.columns if column.name in frame and column.name != "district_id"]
    query = select(*(declared.c[name] for name in names)).where(declared.c.district_id == district_id)
    found = TableChanges(declared, names, [], [])
    for part, where in parts_by_key(session, declared, frame):
        rows = stored_cells_of(part[names], days_as_text=not is_postgresql(session))
        held = set(stored_rows(session, query.where(*where)))
        found.fresh.extend(row for row in rows if row not in held)
        found.gone.extend(held.difference(rows))
    return found


def parts_by_key(
    session: Session, table: Table, frame: pd.DataFrame
) -> Iterator[tuple[pd.DataFrame, Sequence[ColumnElement[bool]]]]:
    """A frame in ranges of its key, and which rows of the database each is to be held against, which are all of them.

    PostgreSQL may put texts in another order than Python does, and has one range.
    """
    key = next(column for column in table.primary_key if column.name != "district_id")
    if len(frame) <= COMPARED or is_postgresql(session):
        yield frame, ()
        return
    ordered = frame.sort_values(key.name, kind="stable")
    keys = ordered[key.name].to_numpy(dtype=object)
    bounds = np.unique(np.searchsorted(keys, keys[COMPARED::COMPARED]))
    for begin, end in pairwise([0, *bounds[bounds > 0].tolist(), len(keys)]):
        since = [key >= keys[begin]] if begin else []
        until = [key < keys[end]] if end < len(keys) else []
        yield ordered.iloc[begin:end], (*since, *until)


def stored_cells_of(frame: pd.DataFrame, *, days_as_text: bool) -> list[StoredRow]:
    """The rows of a frame as the database has them."""
    return list(zip(*(database_cells(frame[name], days_as_text=days_as_text) for name in frame), strict=True))


def delete_rows(session: Session, table: Table, names: list[str], rows: Sequence[StoredRow], district_id: str) -> None:
    """Deletes these rows of a district, by their key."""
    keys = [column.name for column in table.primary_key if column.name != "district_id"]
    asked = and_(table.c.district_id == district_id, *(table.c[key] == bindparam(f"gone_{key}") for key in keys))
    places = {f"gone_{key}": names.index(key) for key in keys}
    gone = [{name: as_day(table, names[place], row[place]) for name, place in places.items()} for row in rows]
    if gone:
        session.connection().execute(delete(table).where(asked), gone)


def as_day(table: Table, name: str, cell: object) -> object:
    """A stored cell as a query takes it: a day that is stored as text is a day again."""
    is_day = table.columns[name].type.python_type is date
    return date.fromisoformat(cell) if is_day and isinstance(cell, str) else cell


def frame_rows(table: type[Row], frame: pd.DataFrame, district_id: str) -> list[dict[str, object]]:
    """A frame's rows for a table of the service database, by the names of their columns."""
    names = [column.name for column in table.__table__.columns if column.name in frame]
    cells = zip(*(database_cells(frame[name]) for name in names), strict=True)
    return [{**dict(zip(names, row, strict=True)), "district_id": district_id} for row in cells]


def database_cells(column: "pd.Series[str]", *, days_as_text: bool = False) -> list[object]:
    """A column's values as the database takes them: dates as dates, or as SQLite stores them, missing as None."""
    cells = pa.Array.from_pandas(column)
    days = cells.cast(pa.date32(), safe=False) if pa.types.is_timestamp(cells.type) else cells
    stored = days.cast(pa.string()) if days_as_text and pa.types.is_date(days.type) else days
    return cast("list[object]", stored.to_pylist())
