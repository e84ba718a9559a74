"""A transfer packet: the history of one student that goes from a former district to the next, in canonical rows."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

import pandas as pd

from features.engine.transferred_records import OF_STUDENTS
from features.movers.history import Frames
from features.movers.owner_marks import owner_mark, school_elsewhere
from features.movers.spells import ends_of
from features.snapshots.shown_records import JsonCell, json_cells
from features.tables import TABLES

Cells = tuple[tuple[JsonCell, ...], ...]
FORMAT = 1
MARKED = ("course_id", "recovers_course_id", "incident_id")
"""Ids that mean something within the sender alone; schools have a mark of their own."""


@dataclass(frozen=True)
class Packet:
    """The records of one student under the statewide id; a table's rows have the cells of `packet_columns`."""

    sender: str
    receiver: str
    state_id: str
    tables: Mapping[str, Cells]
    format: int = FORMAT

    @property
    def digest(self) -> str:
        """The sha256 of all that it says: another one where any record is another."""
        said = [self.format, self.sender, self.receiver, self.state_id, sorted(self.tables.items())]
        return sha256(json.dumps(said).encode()).hexdigest()


def packet_columns(table: str) -> tuple[str, ...]:
    """The columns of a table's rows in a packet: no key of the student, whom the statewide id names."""
    return tuple(column.name for column in TABLES[table].columns if column.name != "student_key")


def packets_of(sender: str, receiver: str, told: Frames, state_ids: "pd.Series[str]") -> Iterator[Packet]:
    """A packet for each student of whom there is a spell; `state_ids` by the sender's `student_key`."""
    marked = {name: with_marks(rows, sender) for name, rows in told.items()}
    of_students = {name: by_student(rows) for name, rows in marked.items() if name in OF_STUDENTS}
    for key in sorted(of_students.get("enrollments", {})):
        own = {name: found[key] for name, found in of_students.items() if key in found}
        years = pd.concat([rows[["school_id", "school_year"]] for rows in own.values() if "school_year" in rows])
        own["calendar_days"] = days_until(own["enrollments"], marked["calendar_days"])
        own["school_terms"] = marked["school_terms"].merge(years.drop_duplicates())
        tables = {name: cells_of(name, rows) for name, rows in sorted(own.items())}
        yield Packet(sender, receiver, str(state_ids[key]), tables)


def days_until(spells: pd.DataFrame, calendar: pd.DataFrame) -> pd.DataFrame:
    """The days of each school, track and school year of these spells, up to the last day in any of them.

    So a packet stays the same while days go by elsewhere.
    """
    until = spells.assign(until=ends_of(spells)).groupby(["school_id", "track", "school_year"], as_index=False)["until"]
    days = calendar.merge(until.max())
    return days[pd.to_datetime(days["date"]) <= days["until"]]


def by_student(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of each student."""
    return {str(key): own for key, own in rows.groupby("student_key")}


def with_marks(rows: pd.DataFrame, district_id: str) -> pd.DataFrame:
    """A sender's rows with ids that no id of the receiver can be."""
    schools = {one: school_elsewhere(district_id, str(one)) for one in rows["school_id"].unique()}
    mark = f"{owner_mark(district_id)}."
    own = {name: mark + rows[name].astype("str") for name in MARKED if name in rows}
    marked = {name: ids.where(rows[name].notna(), None) for name, ids in own.items()}
    return rows.assign(school_id=rows["school_id"].map(schools), **marked)


def cells_of(table: str, rows: pd.DataFrame) -> Cells:
    """A table's rows as plain cells: dates as ISO text, missing as None, in a fixed order."""
    columns = [json_cells(rows[name]) for name in packet_columns(table)]
    return tuple(sorted(zip(*columns, strict=True), key=repr))
