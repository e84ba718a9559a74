"""A simulated district's warehouse, filled straight from its files: what a load would hold, to be spoilt by SQL."""

from pathlib import Path

import duckdb

from features.engine.stored_tables import schema_of
from features.simulator.csv_writer import SIMULATED
from features.simulator.plan import Plan
from features.snapshots.given_tables import create_table
from features.table_schema import Table
from features.tables import TABLES
from features.warehouse.reader import Reader


def fill_warehouse(plan: Plan, records: Path, path: Path) -> None:
    """Makes a warehouse at that path of a simulated district's files."""
    with duckdb.connect(str(path), config={"threads": "1"}) as connection:
        for table in TABLES.values():
            create_table(connection, table, (), plan.today)
            if table.name in SIMULATED:
                connection.execute(filling(table, records / f"{table.name}.csv", plan.district_id))
        connection.execute("INSERT INTO loads BY NAME SELECT 1 AS load_id, 'made' AS digest, false AS withdrawn")


def filling(table: Table, file: Path, district_id: str) -> str:
    """SQL that takes every row of a file; the version known last is the current one, a student's key is the id."""
    given = {"student_key": "student_id", "district_id": f"'{district_id}'", "load_id": "1", "withdrawn": "false"}
    key = ", ".join(given.get(name, name) for name in table.key)
    last = f"row_number() OVER (PARTITION BY {key} ORDER BY known_on DESC) = 1"
    given["superseded_by_load"] = f"CASE WHEN {last} THEN NULL ELSE 1 END"
    held = file.read_text(encoding="utf-8").partition("\n")[0].split(",")
    columns = ", ".join(
        f"{given.get(name, name)} AS {name}" for name in schema_of(table) if name in given or name in held
    )
    return (
        f"INSERT INTO {table.name} BY NAME SELECT {columns} FROM read_csv('{file}', all_varchar = true, header = true)"
    )


def spoilt(warehouse: Path, *statements: str) -> Reader:
    """A copy of a warehouse in memory after these statements."""
    connection = duckdb.connect(config={"threads": "1"})
    connection.execute(f"ATTACH '{warehouse}' AS made (READ_ONLY)")
    connection.execute("COPY FROM DATABASE made TO memory")
    connection.execute("DETACH made")
    for statement in statements:
        connection.execute(statement)
    return Reader(connection)
