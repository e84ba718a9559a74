"""The Spark session of a task: on this machine, on a cluster, or behind Spark Connect."""

import importlib.util
import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from features.errors import Refused
from features.spark_settings import Spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

INSTALL_PYSPARK = "uv pip install --python .venv/bin/python --require-hashes -r requirements-spark.lock"
INSTALL_CONNECT = INSTALL_PYSPARK.replace("spark.lock", "spark-connect.lock")
INSTALL_JAVA = "apt-get install openjdk-17-jre-headless"

ALWAYS = {
    "spark.sql.session.timeZone": "UTC",  # days have no zone, and no result may depend on this machine's
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",  # a district called 007 is no number
    "spark.ui.enabled": "false",  # it would show SQL to whoever can reach this machine
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.codegen.cache.maxEntries": "2000",  # of 100, a second date would find none of the first one's again
}
"""What every session is set to, unless `spark.config` says another value."""

ON_THIS_MACHINE = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}


class SparkRefused(Refused):
    """A Spark that is not installed, cannot be started, or fails at a query. Exit code 5."""

    exit_code = 5


def refuse_missing_spark(spark: Spark) -> None:
    """Raise SparkRefused where PySpark, or the Java that a session of this machine needs, is not installed."""
    if importlib.util.find_spec("pyspark") is None:
        raise SparkRefused(f'engine = "spark": PySpark is not installed; run `{INSTALL_PYSPARK}`')
    if spark.connect:
        if importlib.util.find_spec("grpc") is None:
            raise SparkRefused("spark.connect: the client of Spark Connect is not installed; run "
                               f"`{INSTALL_CONNECT}`")  # fmt: skip
        return
    home = os.environ.get("JAVA_HOME")
    if not (home and os.access(f"{home}/bin/java", os.X_OK)) and not shutil.which("java"):
        raise SparkRefused(f'engine = "spark": Java is not installed; run `{INSTALL_JAVA}`, or set JAVA_HOME')


@contextmanager
def spark_session(spark: Spark) -> Iterator["SparkSession"]:
    """A time in which there is a session, which ends with it; SparkRefused where none can be started."""
    refuse_missing_spark(spark)
    session = started(spark)
    try:
        yield session
    finally:
        session.stop()


def started(spark: Spark) -> "SparkSession":
    """A new session; SparkRefused where it cannot be had."""
    with without_pandas_warning():
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession

        if not spark.connect and spark.master.startswith("local"):
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else whatever `python3` is, without OnTrack
        builder = SparkSession.builder.appName("ontrack")
        for name, value in session_config(spark).items():
            builder = builder.config(name, value)
        builder = builder.remote(spark.connect) if spark.connect else builder.master(spark.master)
        try:
            session: SparkSession = builder.getOrCreate()
        except (PySparkException, OSError, RuntimeError) as error:
            where = spark.connect or spark.master
            raise SparkRefused(
                f"Spark at {where} cannot be reached ({type(error).__name__}); check `[spark]`"
            ) from None
    if not spark.connect:
        session.sparkContext.setLogLevel("ERROR")
    return session


@contextmanager
def without_pandas_warning() -> Iterator[None]:
    """A time in which PySpark does not say that pandas is newer than it knows: it is only asked for Arrow's tables."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        yield


def session_config(spark: Spark) -> dict[str, str]:
    """The settings of a session."""
    own = {"spark.sql.shuffle.partitions": str(spark.partitions)}
    if not spark.connect:
        own["spark.driver.memory"] = spark.memory
        if spark.master.startswith("local"):
            own |= ON_THIS_MACHINE
    return {**ALWAYS, **own, **spark.config}
