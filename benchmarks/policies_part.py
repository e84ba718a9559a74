"""Part `policies`: ingest and snapshots with policies of a record declared, beside the same without."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from benchmarks.deliveries import CORRECTED, corrections
from benchmarks.figures import Figure, Part, compared
from benchmarks.place import DISTRICT, NOW, TODAY, Place, simulate
from benchmarks.timing import median_seconds, processor_seconds_of
from features.definitions.grade9 import NinthGrade
from features.engine.view_policies import ViewPolicies, policies_as_json
from features.file_mapping.declaration import FileMapping
from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import Workspace
from features.policies.enrollment_policies import EnrollmentPolicies
from features.policies.record_policies import RecordPolicies
from features.progress import Progress, quietly
from features.snapshots.snapshot import build_snapshot
from features.tables import TABLES
from features.warehouse.file import open_warehouse

DECLARED = RecordPolicies(
    enrollment=EnrollmentPolicies(exit_date="first_day_gone", never_came=("NS",), concurrent="latest")
)
WITHOUT = "without a policy"


@dataclass(frozen=True)
class Home:
    """A district's files, loaded under some policies."""

    place: Place
    name: str
    policies: RecordPolicies

    @property
    def workspace(self) -> Workspace:
        """Where they are loaded to."""
        district = self.place.settings.district(DISTRICT).model_copy(update={"policies": self.policies})
        return Workspace(district, self.place.folder / self.name, TODAY)

    def load(self) -> None:
        """The files are in a new warehouse."""
        self.workspace.warehouse.unlink(missing_ok=True)
        ingest(self.workspace, self.place.records, now=NOW, progress=quietly)

    @property
    def before(self) -> Path:
        """The warehouse as it was before a night."""
        return self.workspace.warehouse.with_name("before.duckdb")

    @property
    def sent(self) -> Path:
        """What a night sends: corrections of every hundredth record."""
        return self.place.folder / self.name / "sent"

    def send_night(self) -> None:
        """Writes what the night sends, and keeps the warehouse as it is before."""
        self.sent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.workspace.warehouse, self.before)
        with open_warehouse(self.workspace.warehouse) as reader:
            for name in CORRECTED:
                reader.connection.execute(f"COPY ({corrections(name)}) TO '{self.sent / name}.csv' (HEADER)")

    def load_night(self) -> None:
        """The night's delta is in the warehouse as it was before."""
        shutil.copyfile(self.before, self.workspace.warehouse)
        never, delta = FileMapping(sent="never"), FileMapping(kind="delta")
        files = {name: delta if name in CORRECTED else never for name, table in TABLES.items() if table.from_source}
        district = self.workspace.district.model_copy(update={"files": files})
        ingest(replace(self.workspace, district=district), self.sent, now=NOW, progress=quietly)


def policies_part(place: Place, *, runs: int, progress: Progress) -> Part:
    """Loads and snapshots in turns; those of a district without shared days, and as if it had some.

    Seconds are those of processors: what else runs on the machine changes the clock's by more than a policy does.
    """
    simulate(place, progress)
    plain, declared = Home(place, "plain", RecordPolicies()), Home(place, "declared", DECLARED)
    progress(f"policies: {runs} rounds of two loads, of two nights, and of four snapshots")
    figures = (
        beside("ingest, policies declared", plain.load, declared.load, runs),
        nightly(plain, declared, runs),
        *snapshots(plain, declared, runs),
    )
    return Part("policies", {"students": place.students, "years": place.years, "runs": runs}, figures)


def nightly(plain: Home, declared: Home, runs: int) -> Figure:
    """The nightly loads of a district that declares policies, beside the same without."""
    for home in (plain, declared):
        home.send_night()
    return beside("nightly delta, policies declared", plain.load_night, declared.load_night, runs)


def snapshots(plain: Home, declared: Home, runs: int) -> tuple[Figure, ...]:
    """Snapshots with policies declared, and where one school a date is looked for."""
    warehouses = {
        "plain": plain.workspace.warehouse,
        "declared": declared.workspace.warehouse,
        "shared": with_shared_days(plain.workspace.warehouse, nested=False),
        "nested": with_shared_days(plain.workspace.warehouse, nested=True),
    }
    takes = {name: snapshot_in(warehouse) for name, warehouse in warehouses.items()}
    took = median_seconds(takes, runs, clock=processor_seconds_of)
    return (
        in_seconds("snapshot, policies declared", took["declared"], took["plain"]),
        in_seconds("snapshot, one school a date looked for", took["shared"], took["plain"]),
        in_seconds("snapshot, also rows that go on at one school", took["nested"], took["plain"]),
    )


def beside(name: str, plain: Callable[[], None], declared: Callable[[], None], runs: int) -> Figure:
    """What takes so long with policies, beside the same without, in turns."""
    took = median_seconds({"plain": plain, "declared": declared}, runs, clock=processor_seconds_of)
    return in_seconds(name, took["declared"], took["plain"])


def in_seconds(name: str, took: float, plain: float) -> Figure:
    """Processor seconds beside those without a policy."""
    return compared(name, took, "s of a core", to=plain, beside=WITHOUT)


def with_shared_days(warehouse: Path, *, nested: bool) -> Path:
    """A copy of a warehouse whose loads say that spells share days, so that views look for one school a date.

    Of students at two schools at a time, or of rows at one school too, of which one ended within another.
    """
    copy, said = warehouse.with_name(f"shared-{nested}.duckdb"), ViewPolicies(has_overlaps=True, has_nested_rows=nested)
    shutil.copyfile(warehouse, copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("UPDATE loads SET policies = ?", [policies_as_json(said)])
    return copy


def snapshot_in(warehouse: Path) -> Callable[[], None]:
    """The snapshot of ninth graders in a warehouse."""

    def taken() -> None:
        with open_warehouse(warehouse) as reader:
            build_snapshot(reader, NinthGrade, TODAY)

    return taken
