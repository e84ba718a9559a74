"""A simulated district that is written as a OneRoster package is the same when it is read back."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from features.file_mapping.declaration import FileMapping, KnownOnRule
from features.ingest.load.import_steps import ingest
from features.ingest.load.workspace import Workspace
from features.progress import quietly
from features.settings import District
from features.simulator.district import simulate_district
from features.simulator.formats.latest_records import latest_of
from features.simulator.formats.oneroster import write_oneroster
from features.simulator.plan import Plan
from features.sources.oneroster import OneRosterCsv
from features.warehouse.file import open_warehouse
from tests.features.ingest.adapters.packages import TODAY, conversion_of, converted

Folders = tuple[Path, Path]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """A district's records as our CSV, and the same in a package."""
    records, written = tmp_path_factory.mktemp("records"), tmp_path_factory.mktemp("written")
    simulate_district(Plan("harbor", 60, today=date(2026, 1, 15), years=2, seed=5), records)
    write_oneroster(records, written, "harbor")
    return records, written


@pytest.fixture(scope="module")
def found(folders: Folders, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """The canonical rows of the package."""
    source = OneRosterCsv(marks_in=("Course mark",), credits=0.5, term_ids="title")
    return converted(conversion_of(folders[1] / "oneroster", tmp_path_factory.mktemp("work"), source))


@pytest.mark.parametrize("table", OneRosterCsv.gives)
def test_what_a_package_is_said_to_give_of_a_table_is_identical(
    folders: Folders, found: dict[str, pd.DataFrame], table: str
) -> None:
    before, after = latest_of(table, folders[0] / f"{table}.csv"), found[table]
    columns = [name for name in (*OneRosterCsv.gives[table], "known_on") if name in before.columns]
    assert len(before) > 0
    assert as_rows(before[columns]) == as_rows(after[columns])


def as_rows(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """The rows in an order of their own, grades without a leading zero."""
    texts = frame.astype(object).fillna("").astype(str)
    if "grade_level" in texts:
        texts = texts.assign(grade_level=texts["grade_level"].str.lstrip("0"))
    return sorted(map(tuple, texts.values))


def test_the_tables_that_the_format_lacks_lie_beside_it(folders: Folders) -> None:
    beside = {path.stem for path in (folders[1] / "rest").iterdir()}
    assert {"attendance", "calendar_days", "incidents"} <= beside
    assert not beside & set(OneRosterCsv.gives)


def test_rows_that_tell_no_change_are_known_by_their_own_dates_where_a_district_says_so(
    folders: Folders, tmp_path: Path
) -> None:
    """Without it they are known from the load on: bulk files leave the column empty. A rule of `files` goes before."""
    package = tmp_path / "in"
    shutil.copytree(folders[1] / "oneroster", package)
    for path in package.glob("*.csv"):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        if "dateLastModified" in frame:
            frame.assign(dateLastModified="").to_csv(path, index=False)
    tables = ("schools", "terms", "students", "enrollments")
    for known_by in ("changes", "dates"):
        source = OneRosterCsv(known_by=known_by, tables=tables)
        district = District(id="harbor", name="Harbor", source=source)
        district.files["terms"] = FileMapping(known_on=KnownOnRule(always="2024-07-01"))
        space = Workspace(district, tmp_path / known_by, TODAY)
        report = ingest(space, package, now=datetime(2026, 1, 15, tzinfo=UTC), progress=quietly)
        assert [one.code for one in report.notes if "known_on" in one.expected] == []
        with open_warehouse(space.warehouse) as reader:
            known = {name: {*reader.current(name)["known_on"].dt.date} for name in tables}
            entered = {*reader.current("enrollments")["entry_date"].dt.date}
        assert known["terms"] == {date(2024, 7, 1)}
        assert known["enrollments"] == (entered if known_by == "dates" else {TODAY})
        assert known["students"] == known["schools"] == ({date(1990, 7, 1)} if known_by == "dates" else {TODAY})
