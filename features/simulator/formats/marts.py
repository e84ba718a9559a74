"""Writes a simulated district as the marts of an Ed-Fi warehouse, one Parquet file each.

A warehouse keeps records as they are today: of several versions of a record the latest, and not when it was known.
"""

from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from features.ingest.adapters.marts.mart_schemas import MARTS, TENANT
from features.simulator.formats import fact_frames, mart_frames
from features.simulator.formats.latest_records import Frames, latest_records

ARROW = {
    "string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "boolean": pa.bool_(), "date": pa.date32(),
    "array<string>": pa.list_(pa.string()),
}  # fmt: skip


def write_marts(records: Path, folder: Path, tenant: str) -> dict[str, int]:
    """Rows written by mart, out of a folder of simulated CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = mart_frames_of(latest_records(records))
    for name, frame in frames.items():
        parquet.write_table(as_arrow(name, frame, tenant), folder / f"{name}.parquet", compression="zstd")
    return {name: len(frame) for name, frame in frames.items()}


def mart_frames_of(records: Frames) -> Frames:
    """Every mart of the latest records of a district."""
    frames = {
        "dim_school": mart_frames.dim_school(records),
        "dim_calendar_date": mart_frames.dim_calendar_date(records),
        "dim_session": mart_frames.dim_session(records),
        "dim_grading_period": mart_frames.dim_grading_period(records),
        "fct_student_school_association": mart_frames.fct_student_school_association(records),
        "fct_student_school_attendance_event": fact_frames.fct_student_school_attendance_event(records),
        "fct_student_section_attendance_event": fact_frames.fct_student_section_attendance_event(records),
        "fct_student_grades": fact_frames.fct_student_grades(records),
        "fct_course_transcripts": fact_frames.fct_course_transcripts(records),
        "fct_student_diploma": fact_frames.fct_student_diploma(records),
        **mart_frames.program_marts(records),
        **mart_frames.staff_marts(records),
        **fact_frames.course_marts(records),
        **fact_frames.behavior_marts(records),
    }
    return {**frames, "dim_student": mart_frames.dim_student(records, years_named(frames))}


def years_named(frames: Frames) -> pd.DataFrame:
    """The students and years that any fact names."""
    keys = pd.concat([frame["k_student"] for frame in frames.values() if "k_student" in frame], ignore_index=True)
    parts = keys.drop_duplicates().sort_values().str.rpartition("|")
    return pd.DataFrame({"student_id": parts[0], "school_year": parts[2]})


def as_arrow(name: str, frame: pd.DataFrame, tenant: str) -> pa.Table:
    """A mart's columns as Arrow, each of its declared type."""
    columns = {column: typed(frame, column, ARROW[kind]) for column, kind in MARTS[name].columns.items()}
    return pa.table({TENANT: pa.array([tenant] * len(frame), pa.string()), **columns})


def typed(frame: pd.DataFrame, column: str, kind: pa.DataType) -> pa.Array:
    """A column as an Arrow array of a type; one that the frame lacks is empty."""
    if column not in frame:
        return pa.nulls(len(frame), kind)
    array = pa.Array.from_pandas(frame[column])
    return pa.nulls(len(frame), kind) if array.null_count == len(array) else array.cast(kind)
