"""The records of a simulated district as a system that keeps no history has them: of each the latest version."""

from pathlib import Path

import pandas as pd

from features.simulator.csv_writer import SIMULATED
from features.table_schema import key_of
from features.tables import TABLES

Frames = dict[str, pd.DataFrame]


def latest_records(folder: Path) -> Frames:
    """The latest version of every record in a folder of simulated CSV files, as text; an empty cell is missing."""
    return {name: latest_of(name, folder / f"{name}.csv") for name in SIMULATED}


def latest_of(name: str, path: Path) -> pd.DataFrame:
    """The latest version of each record of one file."""
    rows = pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
    ordered = rows.sort_values("known_on", kind="stable")
    return ordered.drop_duplicates(key_of(TABLES[name]), keep="last").sort_index().reset_index(drop=True)


def school_year_of(dates: "pd.Series[str]") -> "pd.Series[str]":
    """The school year of dates, by the year in which it ends."""
    later = dates.str[5:7] >= "07"
    return (dates.str[:4].astype("int64") + later.astype("int64")).astype("str")


def joined(text: "pd.Series[str]", *others: "pd.Series[str]") -> "pd.Series[str]":
    """A key of several parts, joined by a bar."""
    for part in others:
        text = text + "|" + part
    return text
