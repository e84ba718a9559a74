"""The ledger of a made district with many flags, in a process of its own so that its peak memory is its own."""

import subprocess
import sys
import time
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import typer
from pydantic import TypeAdapter

from benchmarks.child import Measured, peak_mib
from benchmarks.timing import seconds_of
from features.definitions.outcomes import HIGH, OFF_TRACK_CHICAGO
from features.ledger.ledger import Ledger, build_ledger
from features.warehouse.file import change_warehouse, open_warehouse
from features.warehouse.writer import Writer

SCHOOLS, WEEKS, LAST_YEAR = 50, 36, 2026
ON = date(2026, 10, 1)
SHARE, NEW_A_WEEK = 15, 0.5
"""Flagged each week, and those of them who were not the week before, of 100 students."""

OUTCOME = replace(OFF_TRACK_CHICAGO, name="off_track_10_12", cohort=HIGH)
"""Too few credits or too many Fs in a year of grades 10 to 12: it concerns every student of the made district."""


@dataclass(frozen=True)
class Size:
    """So many students of grades 10 to 12 at a time, over so many school years, listed every week."""

    students: int
    years: int


def ledger_in_child(folder: Path, size: Size) -> Measured:
    """The ledger computed in a new process."""
    command = [sys.executable, "-m", "benchmarks.ledger_child", str(folder), str(size.students), str(size.years)]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, check=True, text=True)
    return TypeAdapter(Measured).validate_json(done.stdout)


def ledger_in_this_process(folder: Path, size: Size) -> Measured:
    """The ledger computed here; the peak is that of everything so far."""
    found: list[Ledger] = []

    def work() -> None:
        with open_warehouse(warehouse_in(folder, size)) as reader:
            found.append(build_ledger(reader, OUTCOME, ON))

    before, seconds = time.process_time(), seconds_of(work)
    processor = time.process_time() - before
    flags, students = found[0].flags, found[0].students
    counts = {str(name): float(count) for name, count in flags["resolution"].value_counts().items()}
    whole = {"flags": len(flags), "students": len(students), "processor": processor}
    return Measured(seconds, {**whole, **counts}, peak_mib())


def warehouse_in(folder: Path, size: Size) -> Path:
    """Where the made warehouse of a size lies."""
    return folder / f"ledger-{size.students}-{size.years}.duckdb"


def make(folder: Path, size: Size) -> None:
    """The warehouse is there: only what the ledger reads, sorted by student as a load would leave it."""
    path = warehouse_in(folder, size)
    if not path.exists():
        with change_warehouse(path) as writer:
            fill(writer, size)


def fill(writer: Writer, size: Size) -> None:
    """Rows in every table that a ledger reads."""
    sql = (
        (Path(__file__).parent / "ledger_rows.sql")
        .read_text(encoding="utf-8")
        .format(
            first=LAST_YEAR - size.years + 1,
            last=LAST_YEAR,
            each=size.students // len(HIGH.grade_levels),
            schools=SCHOOLS,
            weeks=WEEKS,
            share=SHARE,
            new_a_week=NEW_A_WEEK,
            capacity=SHARE * size.students // 100,
            outcome=OUTCOME.name,
            envelope="'made' AS district_id, 1 AS load_id, NULL AS superseded_by_load, false AS withdrawn",
        )
    )
    for statement in sql.split(";\n"):
        writer.connection.execute(statement)


def main(folder: Path, students: int, years: int) -> None:
    """Computes the ledger and prints what it took as JSON."""
    measured = ledger_in_this_process(folder, Size(students, years))
    print(TypeAdapter(Measured).dump_json(measured).decode())


if __name__ == "__main__":
    typer.run(main)
