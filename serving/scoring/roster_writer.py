"""Puts a run's roster in place of the one before: schools, students, caseloads and supports; only what changed."""

import pandas as pd
from sqlalchemy import Table, and_, bindparam, delete, select
from sqlalchemy.orm import Session

from serving.store.bulk_insert import insert_rows
from serving.store.rows import Row


def replace_rows(session: Session, table: type[Row], frame: pd.DataFrame, district_id: str) -> None:
    """Makes a district's rows of a table those of a frame; rows that are there already are left alone.

    Most students of a list are those of the week before: to write all of them again would keep others waiting.
    """
    declared = table.__table__
    assert isinstance(declared, Table)  # noqa: S101 - no row is made of a join
    names = [column.name for column in declared.columns if column.name in frame]
    rows = list(zip(*(database_cells(frame[name]) for name in names), strict=True))
    own = declared.c.district_id == district_id
    held = {tuple(row) for row in session.execute(select(*(declared.c[name] for name in names)).where(own))}
    delete_rows(session, declared, names, held.difference(rows), district_id)
    fresh = (row for row in rows if row not in held)
    insert_rows(session, table, ({**dict(zip(names, row, strict=True)), "district_id": district_id} for row in fresh))


def delete_rows(
    session: Session, table: Table, names: list[str], rows: set[tuple[object, ...]], district_id: str
) -> None:
    """Deletes these rows of a district, by their key."""
    keys = [column.name for column in table.primary_key if column.name != "district_id"]
    asked = and_(table.c.district_id == district_id, *(table.c[key] == bindparam(f"gone_{key}") for key in keys))
    places = {f"gone_{key}": names.index(key) for key in keys}
    gone = [{name: row[place] for name, place in places.items()} for row in rows]
    if gone:
        session.connection().execute(delete(table).where(asked), gone)


def frame_rows(table: type[Row], frame: pd.DataFrame, district_id: str) -> list[dict[str, object]]:
    """A frame's rows for a table of the service database, by the names of their columns."""
    names = [column.name for column in table.__table__.columns if column.name in frame]
    cells = zip(*(database_cells(frame[name]) for name in names), strict=True)
    return [{**dict(zip(names, row, strict=True)), "district_id": district_id} for row in cells]


def database_cells(column: "pd.Series[str]") -> list[object]:
    """A column's values as the database takes them: dates as dates, missing as None."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return [
            day.date() if known else None for day, known in zip(pd.DatetimeIndex(column), column.notna(), strict=True)
        ]
    return list(column.astype(object).where(column.notna(), None))
