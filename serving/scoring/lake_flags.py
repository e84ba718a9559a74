"""Flags of lists that were made on a lake, written beside their scores: the ledger reads them with the lake's own."""

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from features.engine.stored_tables import schema_of
from features.lake.district_tables import FLAGS
from features.lake.results import distinct_values, write_rows
from features.lake.spark_reader import SparkReader
from features.settings import Settings
from features.tables import TABLES
from serving.scoring.flags import ListedRun, flag_rows

IN_FOLDERS = ("district_id", "run_id")
"""What the folders of a run tell of each of its rows."""
COLUMNS = pa.schema([one for one in schema_of(TABLES[FLAGS]).to_pyarrow() if one.name not in IN_FOLDERS])


def write_lake_flags(settings: Settings, reader: SparkReader, runs: Sequence[ListedRun], made_on: date) -> None:
    """Writes the flags of each run once: their `known_on` stays the day on which the list was made first."""
    known = distinct_values(reader.scripts, FLAGS, "run_id")
    load_id = int(reader.current("loads")["load_id"].max())
    for run in runs:
        rows = flag_rows(run, made_on, load_id)
        if run.run_id not in known and len(rows):
            place = f"{settings.spark.results}/{FLAGS}/district_id={run.district_id}/run_id={run.run_id}"
            table = pa.Table.from_pandas(rows.reindex(columns=COLUMNS.names), COLUMNS, preserve_index=False)
            write_rows(reader.scripts, table, place)
