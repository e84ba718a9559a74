"""A simulated district in a lake, and one Spark for all its tests."""

import shutil
from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest

from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.engine.dialect import compiling_for
from features.lake.export import export_tables
from features.lake.records import open_lake
from features.lake.spark_reader import SparkReader
from features.settings import District, Settings
from features.simulator.plan import Plan
from features.snapshots.labels import cohort_keys
from features.spark_settings import Spark
from features.warehouse.file import change_warehouse, open_warehouse
from features.warehouse.reader import Reader
from features.warehouse.writer import Writer
from serving.scoring.lake_flags import write_lake_flags
from serving.scoring.lake_list import PlacedRun
from tests.districts import simulated_warehouse

pytest.importorskip("pyspark", reason="run `make spark`")
if not shutil.which("java"):
    pytest.skip("Spark needs Java", allow_module_level=True)

PLAN = Plan("north", 300, by_section=True, years=3)
QUICK = {"spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
"""Java as it is quickest where little is computed: it translates less of itself."""
LISTED_ON = (date(2025, 11, 20), date(2026, 2, 20))


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A district whose high school takes attendance in every class, with lists of last year, in a file and a lake."""
    home = tmp_path_factory.mktemp("home")
    places = {"tables": str(home / "lake"), "results": str(home / "results")}
    spark = Spark(**places, partitions=2, memory="1g", config=QUICK)
    settings = Settings(home=home, districts=(District(id="north", name="North"),), engine="spark", spark=spark)
    with change_warehouse(simulated_warehouse(PLAN, settings.warehouse("north"))) as writer:
        add_flags(writer, LISTED_ON[0])
    export_tables(settings, "north")
    with change_warehouse(settings.warehouse("north")) as writer:
        add_flags(writer, LISTED_ON[1])
    return settings


def add_flags(writer: Writer, day: date) -> None:
    """A rule's list of a day into the warehouse."""
    keys = cohort_keys(writer, OFF_TRACK_CHICAGO.cohort, writer.view(day)).tolist()[1::3]
    writer.add("flags", flag_rows(keys, day))


def flag_rows(keys: list[str], as_of: date) -> pd.DataFrame:
    """A rule's list as rows of the warehouse."""
    return pd.DataFrame(
        {
            "run_id": f"{as_of}", "student_key": keys, "outcome": OFF_TRACK_CHICAGO.name, "as_of": as_of,
            "release_id": "rule", "scorer": "rule", "capacity": len(keys), "list_position": range(1, len(keys) + 1),
            "risk": 0.5, "district_id": "north", "known_on": as_of, "load_id": 1, "withdrawn": False,
        }
    )  # fmt: skip


@pytest.fixture(scope="session")
def lake(settings: Settings) -> Iterator[SparkReader]:
    """The district's tables read by Spark, a list made on the lake among them; a test says for which it compiles."""
    with open_warehouse(settings.warehouse("north")) as warehouse:
        flags = warehouse.current("flags")
    with open_lake(settings.spark, "north") as reader:
        run = run_of_flags(flags[flags["as_of"] == pd.Timestamp(LISTED_ON[1])])
        for made_on in (LISTED_ON[1], date(2026, 3, 1)):  # the second time writes nothing: the list is known
            write_lake_flags(settings, reader, [run], made_on)
            reader.scripts.stored_tables.pop("flags")
        with compiling_for("duckdb"):
            yield reader


def run_of_flags(flags: pd.DataFrame) -> PlacedRun:
    """The run whose flags these are."""
    first = flags.iloc[0]
    return PlacedRun(
        first["run_id"], "north", first["outcome"], LISTED_ON[1], first["release_id"], first["scorer"],
        int(first["capacity"]), flags.assign(flagged=True),
    )  # fmt: skip


@pytest.fixture
def warehouse(settings: Settings) -> Iterator[Reader]:
    """The same district's file read by DuckDB."""
    with open_warehouse(settings.warehouse("north")) as reader:
        yield reader
