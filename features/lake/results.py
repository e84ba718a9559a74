"""What Python computes of a script's rows where they lie, a partition at a time, and what it writes to the lake."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pandas as pd
import pyarrow as pa

from features.engine.sql_script import Script
from features.engine.view import Values
from features.lake.session import without_pandas_warning
from features.lake.spark_scripts import SparkScripts, attempt


class PartitionWork(Protocol):
    """What is done with the rows of a partition; it is sent to the executors, and imported there."""

    @property
    def columns(self) -> str:
        """The columns that come out, as Spark declares them."""

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The rows that come out for those that go in."""


def send_folder(scripts: SparkScripts, folder: Path) -> None:
    """Sends a folder to every executor, as an archive: a cluster takes no folder of this machine.

    The archive stays until the task ends: an executor that comes later asks for it too.
    """
    archive = shutil.make_archive(f"{scripts.packed}/{folder.name}", "zip", folder)
    sent = f"{archive}#{folder.name}"
    if scripts.spark.connect:
        attempt(lambda: scripts.session.addArtifacts(sent, archive=True))
    else:
        attempt(lambda: scripts.session.sparkContext.addArchive(sent))


def folder_sent(name: str) -> Path:
    """Where a folder that was sent lies on this executor."""
    from pyspark import SparkFiles

    return Path(SparkFiles.get(name))


def write_computed(scripts: SparkScripts, script: Script, values: Values, work: PartitionWork, place: str) -> None:
    """Writes what is computed of the rows of a script as Parquet, in the place of what was there."""
    given = {name: values[name] for name in script.parameters}
    with without_pandas_warning():
        computed = attempt(lambda: scripts.rows(script, given).mapInArrow(work, work.columns))
    attempt(lambda: computed.write.mode("overwrite").parquet(place))


def write_rows(scripts: SparkScripts, rows: pa.Table, place: str) -> None:
    """Writes rows of this machine as one file of Parquet, in the place of what was there."""
    attempt(lambda: scripts.session.createDataFrame(rows).coalesce(1).write.mode("overwrite").parquet(place))


def read_written(scripts: SparkScripts, place: str, columns: Sequence[str]) -> pd.DataFrame:
    """Some columns of what was written, in the order of the first one."""
    found = attempt(lambda: scripts.session.read.parquet(place).select(*columns).orderBy(columns[0]).toArrow())
    frame: pd.DataFrame = found.to_pandas()
    return frame


def distinct_values(scripts: SparkScripts, table: str, column: str) -> set[str]:
    """The values that a column of a canonical table has."""
    return set(attempt(lambda: scripts.stored(table).select(column).distinct().toArrow())[column].to_pylist())
