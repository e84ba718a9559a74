"""The files of a simulated district as frames of text."""

from pathlib import Path

import pandas as pd

from features.tables import TABLES


def read(folder: Path, name: str) -> pd.DataFrame:
    """A table, every version of a record."""
    return pd.read_csv(folder / f"{name}.csv", dtype=str)


def current(folder: Path, name: str) -> pd.DataFrame:
    """The latest version of each record."""
    key = file_key(name)
    return read(folder, name).sort_values("known_on", kind="stable").drop_duplicates(key, keep="last")


def file_key(name: str) -> list[str]:
    """The columns that name a record in a file."""
    return ["student_id" if column == "student_key" else column for column in TABLES[name].key]
