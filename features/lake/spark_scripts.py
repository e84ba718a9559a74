"""Runs compiled scripts on Spark. Each step is computed once and its plan is cut: what follows reads its rows only.

Spark writes a view out wherever it is read. Eighteen steps that read each other would become one plan, which takes
minutes to optimize and to compile; a step whose rows lie on the executors is one node of the next plan.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from features.engine.sql_script import Script
from features.engine.view import Values
from features.lake.district_tables import show_table
from features.lake.session import SparkRefused
from features.spark_settings import Spark
from features.tables import TABLES

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

QUOTED = re.compile(r"`(\w+)`")
GIVEN = re.compile(r":(\w+) AS ")
"""A parameter as it is compiled, `CAST(:as_of AS DATE)`."""
REFUSED = re.compile(r"\b(\w*(?:Bundle|Keys)Refused)\b")
"""What an executor says of a bundle that is not as it was signed: its name is no value."""
LOST = re.compile(r"CHECKPOINT_RDD_BLOCK_ID_NOT_FOUND|Checkpoint block \w+ not found|ExecutorLostFailure")
"""What Spark says where rows that lay on an executor are gone with it."""
DIGITS = 16
Found = TypeVar("Found")


class SparkScripts:
    """The scripts of one task over a district's tables.

    A step is made once for all scripts that have it over the same rows and values. `packed` is a folder for what is
    sent to executors, which is there as long as the task.
    """

    def __init__(self, session: "SparkSession", spark: Spark, district_id: str, packed: str = "") -> None:
        self.session, self.spark, self.district_id = session, spark, district_id
        self.stored_tables: dict[str, bool] = {}
        self.placed: set[str] = set()
        self.shown: dict[str, str] = {}
        self.packed = packed

    def table(self, script: Script, values: Values) -> pa.Table:
        """What the last query of a script finds; KeyError for a parameter without a value."""
        given = {name: values[name] for name in script.parameters}
        return attempt(lambda: self.rows(script, given).toArrow())

    def rows(self, script: Script, values: Values) -> "DataFrame":
        """The same, still on the executors; its steps are computed."""
        return self.query(with_views(script.sql, self.place(script, values)), values)

    def place(self, script: Script, values: Values) -> dict[str, str]:
        """The view in which each step of a script stands; those that stand nowhere are computed."""
        placed = dict(self.shown)
        for name, sql in script.steps:
            over = with_views(sql, placed)
            view = f"{name}_{step_digest(over, values)}"
            if view not in self.placed:
                rows = self.query(over, values)
                self.show(view, rows if name in script.views else self.cut(rows))
            placed[name] = view
        return placed

    def query(self, sql: str, values: Values) -> "DataFrame":
        """The rows that a query would find; SparkRefused for one that Spark cannot read."""
        for name in set(QUOTED.findall(sql)) & TABLES.keys():
            self.has_table(name)
        return attempt(lambda: self.session.sql(sql, args={name: values[name] for name in parameters_in(sql)}))

    def stored(self, name: str) -> "DataFrame":
        """The rows of a canonical table."""
        self.has_table(name)
        return self.session.table(name)

    def has_table(self, name: str) -> bool:
        """Whether the lake has a canonical table; its rows, or none, can then be read by its name."""
        if name not in self.stored_tables:
            self.stored_tables[name] = show_table(self.session, self.spark, self.district_id, name)
        return self.stored_tables[name]

    @contextmanager
    def showing(self, name: str, rows: pa.Table) -> Iterator[None]:
        """A time in which scripts can read these rows by a name; what is made of them is never another's."""
        self.shown[name] = f"{name}_{len(self.placed)}"
        self.show(self.shown[name], self.session.createDataFrame(rows))
        try:
            yield
        finally:
            self.session.catalog.dropTempView(self.shown.pop(name))

    def cut(self, rows: "DataFrame") -> "DataFrame":
        """Rows that are computed and lie on the executors until the session ends, with nothing behind them."""
        return attempt(lambda: rows.localCheckpoint(eager=True))

    def show(self, name: str, rows: "DataFrame") -> None:
        """Makes rows readable by a name."""
        rows.createOrReplaceTempView(name)
        self.placed.add(name)


def attempt(work: Callable[[], Found]) -> Found:
    """What Spark gives; SparkRefused where it fails, by the name of the failure alone: its words may hold values."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        return work()
    except (PySparkException, Py4JError) as error:  # a job that failed, or a Java that ended, is none of PySpark's own
        said = REFUSED.search(str(error))
        if not said and LOST.search(str(error)):
            raise SparkRefused(
                "Spark lost an executor, and what lay on it; run the command again, which does it all anew"
            ) from None
        condition = error.getCondition() if isinstance(error, PySparkException) else None
        what = said[1] if said else condition or type(error).__name__
    raise SparkRefused(f"Spark failed at a query: {what}; its own log says more")


def parameters_in(sql: str) -> set[str]:
    """The names of the parameters that a query has."""
    return set(GIVEN.findall(sql))


def with_views(sql: str, placed: Mapping[str, str]) -> str:
    """The SQL over the views in which steps stand."""
    return QUOTED.sub(lambda found: f"`{placed.get(found[1], found[1])}`", sql)


def step_digest(sql: str, values: Values) -> str:
    """A digest of a step's SQL with the values of its parameters."""
    given = GIVEN.sub(lambda found: f":{values[found[1]]!r} AS ", sql)
    return sha256(given.encode()).hexdigest()[:DIGITS]
