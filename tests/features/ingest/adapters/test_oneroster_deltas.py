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
from features.ingest.adapters.oneroster.changes import STAYING
from features.ingest.adapters.oneroster.conversion import convert
from features.ingest.findings import DataRefused
from features.ingest.load.import_steps import dry_run_of, ingest
from features.ingest.load.load_report import LoadReport
from features.ingest.load.workspace import Workspace
from features.progress import quietly
from features.settings import District
from features.sources.oneroster import OneRosterCsv
from features.sources.oneroster_absences import Absences
from features.table_schema import key_of
from features.tables import TABLES
from features.warehouse.file import open_warehouse
from tests.drawn import rows_of
from tests.features.ingest.adapters.packages import SMALL, TODAY, conversion_of, frame_of, write_package
from tests.sweeps import tried

Native = dict[str, dict[str, dict[str, str]]]
"""Native table = its rows by `sourcedId`."""

Edit = tuple[str, str, str, str]
"""A native table, a row of it, a column, and its new value; "" for a row that is deleted."""

EDITS: list[Edit] = [
    ("users", "1", "givenName", "Zoe"), ("users", "2", "identifier", "2002"), ("users", "1", "", ""),
    ("roles", "r3", "beginDate", "2025-09-08"), ("roles", "r5", "role", "principal"), ("roles", "r2", "", ""),
    ("enrollments", "e2", "", ""), ("enrollments", "e4", "userSourcedId", "1"),
    ("enrollments", "e1", "endDate", "2025-12-01"), ("classes", "alg", "schoolSourcedId", "20"),
    ("classes", "hr", "grades", "10"), ("lineItems", "l1", "academicSessionSourcedId", "s2"),
    ("lineItems", "l3", "categorySourcedId", "h"), ("results", "m1", "textScore", "A"), ("results", "m3", "", ""),
    ("results", "m2", "studentSourcedId", "2"), ("demographics", "1", "asian", "false"),
    ("demographics", "2", "birthDate", "2011-05-06"), ("orgs", "20", "identifier", "0021"),
    ("absences", "a1", "code", "E"), ("absences", "a2", "student", "2"), ("absences", "a2", "", ""),
]  # fmt: skip
CHANGES = st.sets(st.sampled_from(EDITS), min_size=1, max_size=4)
SEQUENCES = st.lists(st.tuples(st.sampled_from(["bulk", *["delta"] * 4]), CHANGES), min_size=1, max_size=2)
ABSENCES = """
| sourcedId | student | classSourcedId | schoolSourcedId | date       | code |
| a1        | 1       |                | 10              | 2025-09-02 | U    |
| a2        | 1       | alg            |                 | 2025-09-03 | T    |
"""
DECLARED = Absences(file="absences", student="student", date="date", code="code")
SOURCE = OneRosterCsv(ids="identifier", marks_in=("Final",), absences=DECLARED)
Rows = dict[str, dict[tuple[str, ...], tuple[tuple[str, str], ...]]]
"""Canonical table = its rows by key."""


def first_state() -> Native:
    """The rows of a first package."""
    return {
        name: {row["sourcedId"]: row for row in rows_of(drawing)}
        for name, drawing in {**SMALL, "absences": ABSENCES}.items()
    }


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rows]:
    """What a first package keeps, and its canonical rows."""
    return loaded(tmp_path_factory.mktemp("first") / "work", first_state(), "bulk", None, {})


@given(packages=SEQUENCES)
@tried(2, 200)
def test_after_any_bulk_files_and_deltas_the_rows_are_those_of_a_full_package(
    first: tuple[Path, Rows], packages: list[tuple[str, set[Edit]]]
) -> None:
    state, (kept, held) = first_state(), first
    with TemporaryDirectory() as folder:
        for number, (kind, edits) in enumerate(packages):
            changed = edited(state, edits)
            kept, held = loaded(Path(folder) / f"{number}", state if kind == "bulk" else changed, kind, kept, held)
        _, whole = loaded(Path(folder) / "whole", state, "bulk", None, {})
    for table in whole:
        assert held[table].items() >= whole[table].items()
        assert table in STAYING or held[table].keys() == whole[table].keys()


def edited(state: Native, edits: set[Edit]) -> Native:
    """The rows that edits change, as a delta has them; the state takes them up."""
    found: Native = {}
    for table, row, column, value in sorted(edits):
        if row in state[table]:
            gone = not column
            changed = state[table][row] | ({"status": "tobedeleted"} if gone else {column: value})
            found.setdefault(table, {})[row] = changed
            state[table].update({row: changed})
            if gone:
                del state[table][row]
    return found


def loaded(place: Path, native: Native, kind: str, kept: Path | None, held: Rows) -> tuple[Path, Rows]:
    """What a package keeps, and the canonical rows after it on top of those that were held, schools without a level."""
    drawn = {name: drawn_table(list(rows.values())) for name, rows in native.items() if rows}
    conversion = conversion_of(write_package(place / "in", drawn, sent=kind), place, SOURCE, kept=kept)
    after, whole = {table: dict(rows) for table, rows in held.items()}, set[str]()
    for one in convert(conversion):
        key = key_of(TABLES[one.table])
        if not one.changes and one.table not in whole:
            whole.add(one.table)
            after[one.table] = {}
        for row in frame_of(one).drop(columns=["row", "file", "level"], errors="ignore").to_dict("records"):
            cells = {str(name): str(value) for name, value in row.items()}
            gone = cells.pop("deleted", "") == "yes"
            place_of = tuple(cells[name] for name in key)
            after.setdefault(one.table, {})[place_of] = tuple(sorted(cells.items()))
            if gone:
                del after[one.table][place_of]
    return conversion.keeps, after


def drawn_table(rows: list[dict[str, str]]) -> str:
    """Rows as a drawn table."""
    columns = ["status", *rows[0]] if "status" not in rows[0] else list(rows[0])
    columns = list(dict.fromkeys([*columns, *(name for row in rows for name in row)]))
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


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
