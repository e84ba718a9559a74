"""The canonical tables of one district in a lake, as views of a Spark session by their names."""

from typing import TYPE_CHECKING

from features.engine.stored_tables import schema_of
from features.lake.session import SparkRefused
from features.spark_settings import Spark
from features.tables import TABLES

if TYPE_CHECKING:
    from pyspark.errors import AnalysisException
    from pyspark.sql import DataFrame, SparkSession

SPARK_TYPES = {"string": "STRING", "int64": "BIGINT", "date": "DATE", "boolean": "BOOLEAN", "float64": "DOUBLE"}
"""Spark's name of each Ibis type."""

FLAGS = "flags"
"""The table of which the service makes rows itself, of every list."""

ABSENT = {"PATH_NOT_FOUND", "TABLE_OR_VIEW_NOT_FOUND", "UNABLE_TO_INFER_SCHEMA", "DELTA_TABLE_NOT_FOUND"}
"""What Spark says of a table that is not there."""


def show_table(session: "SparkSession", spark: Spark, district_id: str, name: str) -> bool:
    """Makes a table of a district readable by its name, with no row of another one, and says whether there is one.

    Columns that came with a later version are missing, and so is every row of a table that the lake does not have.
    """
    found = district_table(session, spark, district_id, name)
    own = session.createDataFrame([], columns_of(name)) if found is None else found
    own.createOrReplaceTempView(name)
    return found is not None


def district_table(session: "SparkSession", spark: Spark, district_id: str, name: str) -> "DataFrame | None":
    """A district's rows of a table, flags with those of lists made on the lake; None where there is no such table."""
    found = lake_table(session, spark, name)
    own = None if found is None else of_district(found, name, district_id)
    if name != FLAGS:
        return own
    made = flags_of_runs(session, spark, district_id)
    return made if own is None else with_flags_of_runs(own, made)


def lake_table(session: "SparkSession", spark: Spark, name: str) -> "DataFrame | None":
    """A table as it lies in the lake; None where there is none of that name."""
    from pyspark.errors import AnalysisException

    try:
        if spark.catalog:
            return looked_up(session.table(f"{spark.catalog}.{name}"))
        reader = session.read.format(spark.format)
        if spark.format == "parquet":  # the others know their columns; of files Spark would have to read some first
            reader = reader.schema(columns_of(name))
        return looked_up(reader.load(f"{spark.tables}/{name}"))
    except AnalysisException as error:
        refuse_unless_absent(error, where_of(spark, name))
        return None


def looked_up(found: "DataFrame") -> "DataFrame":
    """The table, now that it is known to be there: Spark Connect looks for one only where it is asked of it."""
    _ = found.columns
    return found


def flags_of_runs(session: "SparkSession", spark: Spark, district_id: str) -> "DataFrame | None":
    """The flags of a district's lists that were made on the lake, which lie with the results; None before the first.

    So the lake's own tables stay as whoever keeps them wrote them.
    """
    from pyspark.errors import AnalysisException

    place = f"{spark.results}/{FLAGS}"
    try:
        return of_district(looked_up(session.read.schema(columns_of(FLAGS)).parquet(place)), FLAGS, district_id)
    except AnalysisException as error:
        refuse_unless_absent(error, place)
        return None


def with_flags_of_runs(stored: "DataFrame", made: "DataFrame | None") -> "DataFrame":
    """The flags that a lake has and those of lists made on it; of a run that is in both, the lake's."""
    if made is None:
        return stored
    return stored.unionByName(made.join(stored.select("run_id").distinct(), "run_id", "left_anti"))


def refuse_unless_absent(error: "AnalysisException", where: str) -> None:
    """Raise SparkRefused for whatever Spark says but that there is no such table."""
    condition = error.getCondition()
    if condition not in ABSENT:
        raise SparkRefused(f"{where}: Spark cannot read it ({condition}); check `[spark]`") from None


def where_of(spark: Spark, name: str) -> str:
    """Where a table lies, in words."""
    return f"{spark.catalog}.{name}" if spark.catalog else f"{spark.tables}/{name}"


def of_district(found: "DataFrame", name: str, district_id: str) -> "DataFrame":
    """The rows of one district with the canonical columns and types; SparkRefused without a column for the district."""
    if "district_id" not in found.columns:
        raise SparkRefused(
            f"{name}: the lake's table has no column district_id; expected one, as `ontrack export` writes"
        )
    present = set(found.columns)
    columns = [f"CAST({one if one in present else 'NULL'} AS {kind}) AS {one}" for one, kind in types_of(name).items()]
    quoted = district_id.replace("\\", "\\\\").replace("'", "\\'")
    return found.where(f"district_id = '{quoted}'").selectExpr(*columns)


def columns_of(name: str) -> str:
    """The columns of a canonical table as Spark declares them."""
    return ", ".join(f"{column} {kind}" for column, kind in types_of(name).items())


def types_of(name: str) -> dict[str, str]:
    """Spark's type of each column of a canonical table."""
    return {column: SPARK_TYPES[str(kind)] for column, kind in schema_of(TABLES[name]).items()}
