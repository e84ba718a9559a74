"""Writes a warehouse's tables to a lake as Parquet, a folder for each table and district in it."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from features.atomic_files import refuse_disk_errors, sync_folder
from features.errors import Refused
from features.settings import Settings
from features.tables import TABLES
from features.warehouse.file import open_warehouse
from features.warehouse.reader import Reader

NEVER_EXPORTED = ("staff", "caseloads", "quarantine")
"""Tables of people who work there, or with values that could not be taken: no definition reads them."""

EXPORTED = tuple(name for name in TABLES if name not in NEVER_EXPORTED)
WITHOUT_NAMES = (
    "* REPLACE (student_key AS student_id, NULL::VARCHAR AS first_name, NULL::VARCHAR AS last_name, "
    "NULL::DATE AS birth_date, NULL::VARCHAR AS state_id)"
)
"""The columns of `students` as a lake has them: the opaque key in the place of every id and name."""
ROWS_IN_GROUP = 100_000


def export_tables(settings: Settings, district_id: str) -> Mapping[str, int]:
    """Writes a district's tables to the lake of the settings and returns the rows of each.

    Everything is written beside what the lake has of the district, and then takes its place; rows are in the order of
    the warehouse, by student. Refused where the lake is no folder of Parquet on this machine.
    """
    if settings.spark.format != "parquet" or settings.spark.catalog or "://" in settings.spark.tables:
        raise Refused("ontrack export writes Parquet to a folder of this machine: `[spark]` names another place")
    lake = Path(settings.spark.tables)
    folders = {name: lake / name / f"district_id={district_id}" for name in EXPORTED}
    with open_warehouse(settings.warehouse(district_id)) as reader, refuse_disk_errors(lake):
        rows = {name: write_beside(reader, folder, name) for name, folder in folders.items()}
        for folder in folders.values():
            put_in_place(folder)
    return rows


def write_beside(reader: Reader, folder: Path, name: str) -> int:
    """Writes one table of a district to a folder beside its own, and returns its rows; Spark reads no such folder."""
    new = beside(folder)
    shutil.rmtree(new, ignore_errors=True)  # of an export that was killed
    new.mkdir(mode=0o700, parents=True)
    path = str(new / "part-0.parquet").replace("'", "''")
    columns = WITHOUT_NAMES if name == "students" else "*"
    ((rows,),) = reader.connection.execute(
        f"COPY (SELECT * EXCLUDE (district_id) FROM (SELECT {columns} FROM \"{name}\")) TO '{path}' "  # noqa: S608 - our own names
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS_IN_GROUP})"
    ).fetchall()
    return int(rows)


def put_in_place(folder: Path) -> None:
    """Renames what was written to the folder of the table and district."""
    shutil.rmtree(folder, ignore_errors=True)
    beside(folder).rename(folder)
    sync_folder(folder.parent)


def beside(folder: Path) -> Path:
    """Where a folder is written before it is whole."""
    return folder.with_name(f".{folder.name}.tmp")
