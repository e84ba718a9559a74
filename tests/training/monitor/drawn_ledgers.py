"""Ledgers drawn for monitoring: a school year of lists in as many lines as there are kinds of students."""

from collections.abc import Sequence

import pandas as pd

from features.ledger.ledger import Ledger
from tests.drawn import rows_of

DEFAULTS = {
    "school_year": "2026",
    "school_id": "10",
    "grade_level": "9",
    "off_track": "false",
    "ended_on": "2026-06-05",
    "first_flag": "",
    "supported_on": "",
    "risk": "0.40",
    "lists": "",
    "release_id": "north-0001",
}
"""What a drawn line need not say; `lists` are the dates on which its students are listed, else the first flag."""


def ledger(drawing: str) -> Ledger:
    """The ledger of a drawn table whose lines stand for `n` students each; other columns are their groups."""
    lines = [{**DEFAULTS, **row} for row in rows_of(drawing)]
    rows = [line for line in lines for _ in range(int(line["n"]))]
    students = [{**row, "student_key": f"key{at:05d}"} for at, row in enumerate(rows)]
    flags = [flag for row in students for flag in flags_of(row)]
    return Ledger("off_track", flag_frame(flags), student_frame(students))


def flags_of(row: dict[str, str]) -> list[dict[str, object]]:
    """The flags of a student: on each of the dates named, or on that of the first flag."""
    dates = row["lists"].split() or ([row["first_flag"]] if row["first_flag"] else [])
    return [
        {
            "student_key": row["student_key"],
            "run_id": f"{day}-run",
            "as_of": pd.Timestamp(day),
            "release_id": row["release_id"],
            "scorer": "model",
            "capacity": 100,
            "list_position": 1,
            "risk": float(row["risk"]),
            "at_random": False,
            "school_year": int(row["school_year"]),
            "resolution": resolution_of(row["off_track"], row["supported_on"]),
        }
        for day in dates
    ]


def resolution_of(off_track: str, supported_on: str) -> str:
    """What became of a flag."""
    if off_track == "false" and supported_on:
        return "supported_first"
    return {"true": "came_true", "false": "did_not", "": "still_open"}[off_track]


FLAGS = (
    "student_key", "run_id", "as_of", "release_id", "scorer", "capacity", "list_position", "risk", "school_year",
    "at_random", "resolution",
)  # fmt: skip


def flag_frame(flags: Sequence[dict[str, object]]) -> pd.DataFrame:
    """Flags as a ledger has them."""
    return pd.DataFrame(list(flags), columns=list(FLAGS)).sort_values(["as_of", "run_id"], ignore_index=True)


def student_frame(students: Sequence[dict[str, str]]) -> pd.DataFrame:
    """Students as a ledger has them."""
    told = {"true": True, "false": False, "": pd.NA}
    frame = pd.DataFrame(list(students))
    return pd.DataFrame(
        {
            "student_key": frame["student_key"],
            "school_year": frame["school_year"].astype("int64"),
            "school_id": frame["school_id"],
            "grade_level": frame["grade_level"].astype("int64"),
            "off_track": frame["off_track"].map(told).astype("boolean"),
            "missing_because": pd.NA,
            "ended_on": pd.to_datetime(frame["ended_on"]),
            "first_flag": pd.to_datetime(frame["first_flag"].replace("", None)),
            "supported_on": pd.to_datetime(frame["supported_on"].replace("", None)),
            "resolution": pd.NA,
        }
    )


def groups_in(drawing: str, *names: str) -> pd.DataFrame:
    """The groups of the students of a drawn table, by student key."""
    lines = [row for row in rows_of(drawing) for _ in range(int(row["n"]))]
    keys = pd.Index([f"key{at:05d}" for at in range(len(lines))], name="student_key")
    return pd.DataFrame({name: [row[name] for row in lines] for name in names}, index=keys)
