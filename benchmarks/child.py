"""One piece of work on one district, in a process of its own so that its peak memory is its own."""

import io
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import typer
from pydantic import TypeAdapter
from rich.console import Console

from benchmarks.deliveries import Site, bad_site, nightly_site
from benchmarks.pandas_peer import ThreeFeatures, three_features
from benchmarks.place import DISTRICT, NOW, TODAY, Place
from benchmarks.scan import columns_read, read_csv, scan
from benchmarks.timing import seconds_of
from features.definitions.grade9 import NinthGrade
from features.definitions.high import HighSchool
from features.definitions.middle import MiddleSchool
from features.engine.cache_folder import FOLDER_VARIABLE
from features.engine.script_cache import REMEMBERED
from features.engine.snapshot_query import SnapshotQuery, snapshot_script
from features.engine.sql_script import Script
from features.ingest.load.import_steps import ingest
from features.ingest.load.load_report import print_report
from features.ingest.load.workspace import workspace_of
from features.language.feature_set import FeatureSet
from features.progress import quietly
from features.snapshots.snapshot import build_snapshot, build_snapshots
from features.warehouse.file import open_warehouse

Work = Literal[
    "idle",
    "ingest",
    "read_csv",
    "nightly",
    "rewrite",
    "bad",
    "scan",
    "engine",
    "engine_three",
    "pandas_three",
    "hand",
    "ten_dates",
    "middle",
    "high",
]


@dataclass(frozen=True)
class Measured:
    """What a piece of work took; `counts` holds rows, and the seconds of steps."""

    seconds: float
    counts: dict[str, float] = field(default_factory=dict)
    peak_mib: float = 0.0


Runner = Callable[[Work, Place], Measured]


def in_child(work: Work, place: Place) -> Measured:
    """The work done in a new process."""
    command = [sys.executable, "-m", "benchmarks.child", work, str(place.folder), str(place.students), str(place.years)]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=True, text=True)
    return TypeAdapter(Measured).validate_json(done.stdout)


def in_this_process(work: Work, place: Place) -> Measured:
    """The work done here; its peak is that of everything so far."""
    measured = WORKS[work](place)
    return Measured(measured.seconds, measured.counts, peak_mib())


def peak_mib() -> float:
    """The most memory that this process ever held, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # on Linux `ru_maxrss` of a child starts at what its parent held
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def idle(place: Place) -> Measured:
    """Everything imported and the warehouse opened: what the others stand on."""
    return Measured(seconds_of(lambda: open_only(place)))


def open_only(place: Place) -> None:
    """The warehouse was open."""
    with open_warehouse(place.warehouse):
        pass


def load(place: Place) -> Measured:
    """The district's files taken into a new warehouse."""
    place.warehouse.unlink(missing_ok=True)
    read: dict[str, int] = {}

    def work() -> None:
        report = ingest(workspace_of(place.settings, DISTRICT, TODAY), place.records, now=NOW, progress=quietly)
        read.update(report.counts("read"))

    return Measured(seconds_of(work), {"rows": sum(read.values())})


def load_plainly(place: Place) -> Measured:
    """The same files read into tables as they are."""
    database, rows = place.folder / "plain.duckdb", [0]
    seconds = seconds_of(lambda: rows.append(read_csv(place.records, database)))
    database.unlink()
    return Measured(seconds, {"rows": rows[-1]})


def load_nightly(place: Place) -> Measured:
    """A delta with corrections of every hundredth row."""
    return loaded(nightly_site(place))


def load_bad(place: Place) -> Measured:
    """A million bad rows."""
    return loaded(bad_site(place))


def loaded(site: Site) -> Measured:
    """What is sent to a site taken in, with what became of the rows."""
    counts: dict[str, float] = {}

    def work() -> None:
        report = ingest(site.workspace, site.sent, now=NOW, progress=quietly)
        told = io.StringIO()
        print_report(report, Console(file=told))
        kinds = {kind: sum(report.counts(kind).values()) for kind in ("corrected", "quarantined")}
        counts.update(kinds, rows=sum(report.counts("read").values()), report_kib=len(told.getvalue()) / 1024)

    return Measured(seconds_of(work), counts)


def rewrite(place: Place) -> Measured:
    """The warehouse written once more, as any change of it must."""
    copy = place.folder / "copy.duckdb"

    def work() -> None:
        shutil.copyfile(place.warehouse, copy)
        with copy.open("rb") as written:
            os.fsync(written.fileno())

    seconds = seconds_of(work)
    copy.unlink()
    return Measured(seconds)


def compiled(feature_set: type[FeatureSet]) -> Script:
    """A snapshot's SQL."""
    return snapshot_script(SnapshotQuery(feature_set))


def plain_scan(place: Place) -> Measured:
    """Every value that a snapshot of the whole feature set reads, touched once."""
    script, rows = compiled(NinthGrade), [0]
    with open_warehouse(place.warehouse) as reader:
        columns = columns_read(reader.connection, script, reader.view(TODAY).values)

    def work() -> None:
        with open_warehouse(place.warehouse) as reader:
            rows.append(scan(reader.connection, columns))

    return Measured(seconds_of(work), {"rows": rows[-1], "columns": sum(map(len, columns.values()))})


def engine(place: Place, feature_set: type[FeatureSet] = NinthGrade) -> Measured:
    """A snapshot by the engine, its SQL compiled before."""
    cold, warm = script_seconds(place, feature_set)
    students = [0]

    def work() -> None:
        with open_warehouse(place.warehouse) as reader:
            snapshot = build_snapshot(reader, feature_set, TODAY)
        features = snapshot.features.join(snapshot.context)
        students.append(len(features))
        features.to_parquet(found_by(place, feature_set.name))

    return Measured(seconds_of(work), {"students": students[-1], "compile": cold, "read_script": warm})


def script_seconds(place: Place, feature_set: type[FeatureSet]) -> tuple[float, float]:
    """How long it takes to compile a snapshot's SQL, and to find it on disk as the next process does."""
    os.environ[FOLDER_VARIABLE] = str(place.folder / f"cache-{os.getpid()}")
    cold = seconds_of(lambda: compiled(feature_set))
    REMEMBERED.clear()
    return cold, seconds_of(lambda: compiled(feature_set))


def engine_three(place: Place) -> Measured:
    """The engine on three features only."""
    return engine(place, ThreeFeatures)


def middle(place: Place) -> Measured:
    """The feature set of grades 6 to 8."""
    return engine(place, MiddleSchool)


def high(place: Place) -> Measured:
    """The feature set of grades 10 to 12."""
    return engine(place, HighSchool)


def hand(place: Place) -> Measured:
    """The features of grade 9 by SQL written by hand."""
    *steps, last = (Path(__file__).parent / "hand_written.sql").read_text(encoding="utf-8").split(";\n")
    students = [0]

    def work() -> None:
        with open_warehouse(place.warehouse) as reader:
            for step in steps:
                reader.connection.execute(step)
            features = reader.connection.execute(last).df().set_index("student_key").astype("float64")
        students.append(len(features))
        features.to_parquet(found_by(place, "hand"))

    return Measured(seconds_of(work), {"students": students[-1]})


def ten_dates(place: Place) -> Measured:
    """The features of grade 9 on ten dates of last school year."""
    days, students = [date(2025, 9, 26) + timedelta(days=28 * place) for place in range(10)], [0]
    compiled(NinthGrade)

    def work() -> None:
        with open_warehouse(place.warehouse) as reader:
            students.extend(len(one.features) for one in build_snapshots(reader, NinthGrade, days))

    return Measured(seconds_of(work), {"students": sum(students)})


def pandas_three(place: Place) -> Measured:
    """The same three features in pandas."""
    students = [0]

    def work() -> None:
        with open_warehouse(place.warehouse) as reader:
            features = three_features(reader.connection, TODAY)
        students.append(len(features))
        features.to_parquet(found_by(place, "pandas"))

    return Measured(seconds_of(work), {"students": students[-1]})


def found_by(place: Place, who: str) -> Path:
    """Where features are left to be compared."""
    return place.folder / f"found-{who}.parquet"


WORKS: dict[Work, Callable[[Place], Measured]] = {
    "idle": idle,
    "ingest": load,
    "read_csv": load_plainly,
    "nightly": load_nightly,
    "rewrite": rewrite,
    "bad": load_bad,
    "scan": plain_scan,
    "engine": engine,
    "engine_three": engine_three,
    "pandas_three": pandas_three,
    "hand": hand,
    "ten_dates": ten_dates,
    "middle": middle,
    "high": high,
}


def main(work: str, folder: Path, students: int, years: int) -> None:
    """Does the work and prints what it took as JSON."""
    known = TypeAdapter[Work](Work).validate_python(work)
    measured = in_this_process(known, Place(folder, students, years))
    print(TypeAdapter(Measured).dump_json(measured).decode())


if __name__ == "__main__":
    typer.run(main)
