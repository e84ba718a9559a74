"""Opens a district's records where they are read: its own file by DuckDB, or a lake's tables by Spark."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import duckdb

from features.engine.dialect import compiling_for
from features.errors import Refused
from features.lake.district_tables import where_of
from features.lake.session import spark_session
from features.lake.spark_reader import HELD_HERE, SparkReader
from features.lake.spark_scripts import SparkScripts
from features.settings import Settings
from features.spark_settings import Spark
from features.warehouse.file import CONFIG, open_warehouse
from features.warehouse.reader import Reader


@contextmanager
def open_records(settings: Settings, district_id: str) -> Iterator[Reader]:
    """A reader of a district's records, by the engine of the settings; Refused where there are none."""
    if settings.engine == "duckdb":
        with open_warehouse(settings.warehouse(district_id)) as reader:
            yield reader
        return
    with open_lake(settings.spark, settings.district(district_id).id) as lake:
        yield lake


@contextmanager
def open_lake(spark: Spark, district_id: str) -> Iterator[SparkReader]:
    """A reader of a district's tables in a lake; meanwhile scripts are compiled for Spark."""
    with (
        TemporaryDirectory(prefix="ontrack-") as packed,
        spark_session(spark) as session,
        duckdb.connect(config=CONFIG) as connection,
    ):
        scripts = SparkScripts(session, spark, district_id, packed)
        hold_here(connection, scripts)
        if not connection.execute("SELECT 1 FROM loads LIMIT 1").fetchall():
            raise Refused(
                f"{where_of(spark, 'loads')}: no load of district '{district_id}' in the lake; run `ontrack export "
                f"--district {district_id}`, or say in `[spark]` where its tables lie"
            )
        with compiling_for("spark"):
            yield SparkReader(connection, scripts=scripts)


def hold_here(connection: duckdb.DuckDBPyConnection, scripts: SparkScripts) -> None:
    """Brings the tables without a student to this machine."""
    for name in HELD_HERE:
        connection.register("brought", scripts.stored(name).toArrow())
        connection.execute(f'CREATE TABLE "{name}" AS FROM brought')
        connection.unregister("brought")
