"""`python -m benchmarks.district_copies`: two lists of a district copied many times, where more cannot be simulated.

Each copy has students, schools, sections, staff, incidents and supports of its own; terms and loads are one for all.
A copy compresses better than records of as many real students: what is read from disk is a little less.
"""

import shutil
import time
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from benchmarks.weekly_part import FIRST, SECOND, database_bytes, score, weeks_of

OWN = frozenset({"school_id", "section_id", "staff_id", "student_id", "state_id", "incident_id", "support_id", "email"})
"""Columns whose values tell one copy from another, beside the key of a student."""
ONE_FOR_ALL = frozenset({"terms", "loads"})
LEFT_OUT = frozenset({"flags", "flag_answers", "quarantine"})


def copy_district(source: Path, target: Path, times: int) -> None:
    """Writes a warehouse that holds `times` districts as one, each table in the order of students' keys."""
    with duckdb.connect(str(target)) as engine:
        engine.execute("SET memory_limit = '8GB'")
        engine.execute(f"ATTACH '{source}' AS one (READ_ONLY)")
        engine.execute("COPY FROM DATABASE one TO " + target.stem + " (SCHEMA)")
        for (table,) in engine.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'one'").fetchall():
            if table not in LEFT_OUT:
                engine.execute(copied(engine, table, 1 if table in ONE_FOR_ALL else times))


def copied(engine: duckdb.DuckDBPyConnection, table: str, times: int) -> str:
    """The statement that fills a table: copy 0 is the district itself."""
    described = engine.execute(f"SELECT * FROM one.{table} LIMIT 0").description
    columns = [name for name, *_ in described]
    shown = ", ".join(of_copy(column) for column in columns)
    order = "ORDER BY student_key" if "student_key" in columns else ""
    source = f"one.{table}, range({times}) AS copies(copy)"
    return f"INSERT INTO {table} SELECT {shown} FROM {source} {order}"


def of_copy(column: str) -> str:
    """What stands in a column of copy `copy`; a missing value stays missing."""
    if column == "student_key":
        return "if(copy = 0, student_key, left(md5(student_key || copy), 16)) AS student_key"
    if column in OWN:
        return f"if(copy = 0, {column}, copy || '-' || {column}) AS {column}"
    return column


def main(
    folder: Annotated[Path, typer.Argument(help="A folder for the district, its copies, and their lists.")],
    students: Annotated[int, typer.Option(help="Students that are simulated.")] = 60_000,
    times: Annotated[int, typer.Option(min=1, help="How often they are copied.")] = 17,
) -> None:
    """Two lists of a district copied many times: clock, processors, memory and room of each."""
    one, many = folder.absolute() / f"weekly-{students}", folder.absolute() / f"weekly-{students}x{times}"
    if not (one / "home" / "releases").exists():
        weeks_of(one, students, typer.echo)
    warehouse = many / "home" / "warehouses" / "harbor.duckdb"
    if not warehouse.exists():
        typer.echo(f"copies: {times} of {students:,} students")
        left = shutil.ignore_patterns("records", "service.db*", "*.duckdb", ".*.lock")
        shutil.copytree(one, many, ignore=left, dirs_exist_ok=True)
        unfinished = warehouse.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        copy_district(one / "home" / "warehouses" / "harbor.duckdb", unfinished, times)
        unfinished.rename(warehouse)
    with duckdb.connect(str(warehouse)) as engine:
        engine.execute("DELETE FROM flags")
    for stale in (many / "home").glob("service.db*"):
        stale.unlink()
    for day in (FIRST, SECOND):
        size, begun = database_bytes(many), time.perf_counter()
        took = score(many, day)
        clock, grown = time.perf_counter() - begun, (database_bytes(many) - size) / 2**20
        typer.echo(
            f"{day}: {clock:.0f} s, {took.seconds:.0f} s of a core, at most {took.gib:.1f} GiB, {grown:.0f} MiB kept"
        )


if __name__ == "__main__":
    typer.run(main)
