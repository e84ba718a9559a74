"""Bulk files and deltas: after any sequence of them a source holds what one bulk package of that day would say."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.file_mapping.declaration import FileMapping
from features.ingest.adapters.oneroster.native_tables import keep_tables, kept_names, read_package, remove_gone
from features.ingest.adapters.oneroster.package import package_of
from features.ingest.findings import DataRefused
from features.ingest.load.import_steps import dry_run_of, ingest
from features.ingest.load.load_report import LoadReport
from features.ingest.load.workspace import Workspace
from features.progress import quietly
from features.settings import District
from features.sources.oneroster import OneRosterCsv
from features.warehouse.file import open_duckdb, open_warehouse
from features.warehouse.writer import Writer
from tests.features.ingest.adapters.packages import SMALL, TODAY, conversion_of, write_package
from tests.sweeps import tried

Names = Mapping[str, str]
Change = tuple[str, Names]
CHANGES = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["Ada", "Bea", "Cy", ""]), min_size=1, max_size=3)
SEQUENCES = st.lists(st.tuples(st.sampled_from(["bulk", "delta", "delta"]), CHANGES), min_size=1, max_size=4)


def state_after(changes: list[Change]) -> dict[str, str]:
    """What a full extract would say after these: in a delta an empty name deletes, bulk files replace all."""
    state: dict[str, str] = {}
    for kind, names in changes:
        state = {**({} if kind == "bulk" else state), **names}
        state = {user: name for user, name in state.items() if name}
    return state


@given(SEQUENCES)
@tried(4, 200)
def test_after_any_bulk_files_and_deltas_the_rows_are_those_of_a_full_package(changes: list[Change]) -> None:
    changes = [("bulk", {"z": "Zoe"}), *changes]
    with TemporaryDirectory() as folder:
        kept: Path | None = None
        for number, (kind, names) in enumerate(changes):
            kept, held = applied(Path(folder) / str(number), kind, names, kept)
        assert held == state_after(changes)


def applied(place: Path, kind: str, names: Names, kept: Path | None) -> tuple[Path, dict[str, str]]:
    """The folder that a package leaves on top of what was kept, and the names that it then holds."""
    rows = [f"| {user} | {'active' if name else 'tobedeleted'} | {name} |" for user, name in names.items()]
    drawn = {"users": "\n".join(["| sourcedId | status | givenName |", *rows])}
    if kind == "bulk":
        drawn |= {name: SMALL[name] for name in ("orgs", "academicSessions", "classes", "enrollments")}
    conversion = conversion_of(write_package(place / "in", drawn, sent=kind), place, OneRosterCsv(), kept=kept)
    with open_duckdb(conversion.scratch / "package.duckdb") as connection:
        writer = Writer(connection)
        files = read_package(writer, package_of(conversion.arrival), kept)
        remove_gone(writer)
        keep_tables(writer, sorted({*files, *kept_names(kept)}), conversion.keeps)
        held = connection.execute('SELECT "sourcedId", "givenName" FROM native_users').fetchall()
        assert connection.execute("SELECT count(*) FROM native_classes").fetchall() == [(3,)]
    assert len(held) == len(dict(held))
    return conversion.keeps, dict(held)


class Roster:
    """A district whose roster comes as packages, loaded one after the other."""

    def __init__(self, home: Path) -> None:
        self.home, self.packages = home, 0
        withdrawn = FileMapping(most_withdrawn=1)
        source = OneRosterCsv(tables=("schools", "students", "enrollments"))
        district = District(id="harbor", name="Harbor", source=source, files={"enrollments": withdrawn})
        self.workspace = Workspace(district, home, TODAY)

    def package(self, drawings: Mapping[str, str], *, sent: str) -> Path:
        """A new package."""
        self.packages += 1
        return write_package(self.home / f"package-{self.packages}", drawings, sent=sent)

    def load(self, place: Path) -> LoadReport:
        """The load of a package."""
        return ingest(self.workspace, place, now=datetime(2026, 1, 15, tzinfo=UTC), progress=quietly)

    @contextmanager
    def on_day(self, day: date) -> Iterator[None]:
        """A time in which it is another day."""
        before, self.workspace = self.workspace, replace(self.workspace, today=day)
        yield
        self.workspace = before

    def spells(self) -> set[tuple[str, str, str]]:
        """The students, schools and entry dates of enrollments as they stand."""
        with open_warehouse(self.workspace.warehouse) as reader:
            found = reader.connection.execute(
                "SELECT s.student_id, e.school_id, strftime(e.entry_date, '%m-%d') FROM enrollments e "
                "JOIN (SELECT DISTINCT student_id, student_key FROM students) s USING (student_key) "
                "WHERE e.superseded_by_load IS NULL AND NOT e.withdrawn"
            ).fetchall()
        return {(student, school, entry) for student, school, entry in found}


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Roster:
    """A district after its first bulk package, with a bad row in it."""
    made = Roster(tmp_path_factory.mktemp("home"))
    users = SMALL["users"] + "| 9 | | Nine | | | | 09 |"
    roles = SMALL["roles"] + "| r9 | 9 | primary | student | 10 | | |"
    made.workspace.district.files["students"] = FileMapping(most_quarantined=0.5)
    made.workspace.district.files["enrollments"] = FileMapping(most_quarantined=0.5, most_withdrawn=1)
    report = made.load(made.package({**SMALL, "users": users, "roles": roles}, sent="bulk"))
    assert [(one.file, one.row) for one in report.quarantine if one.code == "ROW02"] == [("users.csv", 7)]
    return made


def test_a_delta_changes_and_deletes_and_a_dry_run_of_it_keeps_nothing(roster: Roster) -> None:
    assert roster.spells() == {("1", "10", "08-18"), ("1", "10", "11-03"), ("2", "20", "08-18"), ("3", "20", "09-01")}
    gone = {
        "enrollments": "| sourcedId | status | userSourcedId |\n| e2 | tobedeleted | 1 |",
        "roles": "| sourcedId | status | userSourcedId | role | orgSourcedId | beginDate |\n"
        "| r3 | active | 3 | student | 20 | 2025-09-08 |",
    }
    delta = roster.package(gone, sent="delta")
    with roster.on_day(date(2026, 1, 16)):
        tried = dry_run_of(roster.workspace, delta, now=datetime(2026, 1, 16, tzinfo=UTC), progress=quietly)
        assert tried.report is not None
        before = [path.name for path in roster.workspace.kept.iterdir()]
        roster.load(delta)
    assert roster.spells() == {("1", "10", "08-18"), ("2", "20", "08-18"), ("3", "20", "09-08")}
    after = [path.name for path in roster.workspace.kept.iterdir()]
    assert len(before) == len(after) == 1
    assert before != after


def test_changes_without_a_load_before_them_are_refused(tmp_path: Path) -> None:
    fresh = Roster(tmp_path)
    with pytest.raises(DataRefused, match="SRC03"):
        fresh.load(fresh.package({"users": SMALL["users"]}, sent="delta"))
