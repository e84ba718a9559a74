"""Small drawn districts, held by DuckDB and in a lake: records in several versions and at odds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import duckdb
import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from features.engine.dialect import compiling_for
from features.lake.export import EXPORTED, put_in_place, write_beside
from features.lake.records import hold_here
from features.lake.spark_reader import SparkReader
from features.lake.spark_scripts import SparkScripts
from features.warehouse.file import CONFIG
from features.warehouse.reader import Reader
from tests.drawn import reader_of
from tests.spec import test_ledger_properties
from tests.spec.drawn_snapshots import TERMS, everything, together
from tests.spec.made_districts import CALENDAR, Row, Rows, districts, in_town, merged
from tests.sweeps import swept

FULL = swept("spark")
TOWNS = 40 if FULL else 12
"""Drawn districts that are towns of one: on Spark a district of four students costs as much as one of a hundred."""
LISTS = 60 if FULL else 12
Found = TypeVar("Found")
Drawn = TypeVar("Drawn")


def draw(strategy: st.SearchStrategy[Drawn], number: int) -> list[Drawn]:
    """So many draws; the same ones in every run but for the sweep."""
    found: list[Drawn] = []

    @settings(
        max_examples=number,
        derandomize=not FULL,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def drawing(one: Drawn) -> None:
        found.append(one)

    drawing()
    return found


def towns() -> Rows:
    """A district of drawn towns, a third of them each of the grades of a feature set, with what became known later."""
    found = draw(districts, TOWNS)
    calendar: list[Row] = [row for town in range(len(found)) for row in in_town(town, CALENDAR)]
    rows = merged({"calendar_days": calendar, "terms": TERMS}, everything(together(found)))
    return {**rows, "enrollments": [of_grades(row) for row in rows["enrollments"]]}


def of_grades(row: Row) -> Row:
    """A spell in a grade of its town: grades 7 and 8, 8 and 9, or 9 and 10."""
    town = str(row["student_key"]).rpartition(" ")[2]
    return {**row, "grade_level": int(str(row["grade_level"])) + (int(town) % 3 - 1 if town.isdigit() else 0)}


def lists() -> Rows:
    """A district of drawn students who were on lists, with what became of them."""
    return test_ledger_properties.rows_in(draw(test_ledger_properties.districts, LISTS))


@contextmanager
def in_lake(lake: SparkReader, folder: Path, rows: Rows) -> Iterator[tuple[Reader, SparkReader]]:
    """A time in which drawn rows are read by DuckDB, and by the Spark of another lake."""
    ours = reader_of(rows)
    for name in EXPORTED:
        place = folder / name / "district_id=north"
        write_beside(ours, place, name)
        put_in_place(place)
    spark = lake.scripts.spark.model_copy(update={"tables": str(folder), "results": str(folder / "results")})
    scripts = SparkScripts(lake.scripts.session.newSession(), spark, "north")
    with duckdb.connect(config=CONFIG) as connection:
        hold_here(connection, scripts)
        yield ours, SparkReader(connection, scripts=scripts)


def by_both(warehouse: Reader, lake: SparkReader, work: Callable[[Reader], Found]) -> tuple[Found, Found]:
    """What DuckDB and Spark find."""
    with compiling_for("duckdb"):
        ours = work(warehouse)
    with compiling_for("spark"):
        return ours, work(lake)


def assert_equal(ours: "pd.DataFrame | pd.Series[float]", theirs: "pd.DataFrame | pd.Series[float]") -> None:
    """Exactly where it counts, to the last digits where it divides."""
    left, right = (one if isinstance(one, pd.DataFrame) else one.to_frame() for one in (ours, theirs))
    pd.testing.assert_frame_equal(left, right, check_exact=False, rtol=1e-12, atol=0)
