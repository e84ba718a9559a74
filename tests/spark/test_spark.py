"""The same definitions on a local Spark, over the warehouse's tables exported to Parquet: every feature is the same."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest

from features.definitions.catalog import FEATURE_SETS
from features.engine.compilation import Steps
from features.engine.parameters import with_values
from features.engine.snapshot_query import SnapshotQuery, snapshot, snapshot_script
from features.engine.view import View
from features.language.feature_set import FeatureSet
from features.simulator.plan import Plan
from features.snapshots.live_features import SNAPSHOT_TABLES
from features.warehouse.file import open_warehouse
from tests.districts import simulated_warehouse

pyspark = pytest.importorskip("pyspark", reason="run `make spark`")
if not shutil.which("java"):
    pytest.skip("Spark needs Java", allow_module_level=True)

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

VIEW = View(date(2026, 11, 20), 2027, first_day=date(2026, 8, 17))
PLAN = Plan("north", 300, by_section=True, years=3)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated district whose high school takes attendance in every class."""
    return simulated_warehouse(PLAN, tmp_path_factory.mktemp("district") / "made.duckdb")


@pytest.fixture(scope="module")
def spark(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A local session that sees the district's tables."""
    folder = tmp_path_factory.mktemp("parquet")
    builder = pyspark.sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "2").config("spark.sql.session.timeZone", "UTC")
    builder = builder.config("spark.sql.codegen.wholeStage", "false")  # compiling these wide plans takes minutes
    session = builder.config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
    with open_warehouse(warehouse) as reader:
        for name in SNAPSHOT_TABLES:
            path = folder / f"{name}.parquet"
            reader.connection.execute(f"COPY \"{name}\" TO '{path}' (FORMAT parquet)")
            session.read.parquet(str(path)).createOrReplaceTempView(name)
    yield session
    session.stop()


def on_spark(session: Any, query: SnapshotQuery, folder: Path) -> pd.DataFrame:
    """The snapshot as Spark computes it; each step is written down, or its plan would be part of all that follow."""
    backend, steps, values = ibis.pyspark.connect(session), Steps(), VIEW.values
    last = snapshot(query, steps)
    for name, step in steps.made.items():
        session.sql(backend.compile(with_values(step, values))).write.parquet(str(folder / name))
        session.read.parquet(str(folder / name)).createOrReplaceTempView(name)
    found = session.sql(backend.compile(with_values(last, values)))
    return pd.DataFrame([tuple(row) for row in found.collect()], columns=found.columns)


@pytest.mark.parametrize("feature_set", FEATURE_SETS.values(), ids=lambda one: str(one.name))
def test_every_feature_is_the_same_on_spark(
    warehouse: Path, spark: Any, feature_set: type[FeatureSet], tmp_path: Path
) -> None:
    """Exactly where it counts, to the last digits where it divides."""
    query = SnapshotQuery(feature_set)
    with open_warehouse(warehouse) as reader:
        ours = snapshot_script(query).frame(reader.connection, VIEW.values)
    theirs = on_spark(spark, query, tmp_path)
    assert len(ours) > 30
    assert list(ours.columns) == list(theirs.columns)
    assert ours["student_key"].tolist() == theirs["student_key"].tolist()
    numbers = [name for name in ours.columns if name not in ("student_key", "school_id")]
    pd.testing.assert_frame_equal(
        ours[numbers].astype("float64"), theirs[numbers].astype("float64"), check_exact=False, rtol=1e-12, atol=0
    )
