"""Yearly extracts in another vendor's shapes and nothing but ontrack.toml: the same warehouse as our own files."""

from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from features.ingest.load.import_steps import ingest
from features.ingest.load.load_report import LoadReport
from features.ingest.load.workspace import workspace_of
from features.progress import quietly
from features.settings import District, Settings
from features.settings_file import load_settings
from features.simulator.district import simulate_district
from features.simulator.plan import Plan
from features.table_schema import ENVELOPE
from features.warehouse.file import open_warehouse
from tests.features.ingest.vendors.yearly_extracts import HEADERS, mapping, write_extract

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)
YEARS = (2025, 2026, 2027)


@pytest.fixture(scope="module")
def canonical(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own files of a small district over three years, with names that need care."""
    folder = tmp_path_factory.mktemp("canonical")
    simulate_district(Plan("north", 120, today=TODAY, years=len(YEARS)), folder)
    students = pd.read_csv(folder / "students.csv", dtype=str, keep_default_na=False)
    students["student_id"] = students["student_id"].str.zfill(6)
    students.loc[:9, "first_name"] = 'Zoë "Zo"'
    students.loc[10:19, "last_name"] = "O\\Neil; Jr."
    students.to_csv(folder / "students.csv", index=False)
    for table in ("enrollments", "attendance", "marks", "demographics", "programs", "incidents", "discipline_actions"):
        rows = pd.read_csv(folder / f"{table}.csv", dtype=str, keep_default_na=False)
        rows.assign(student_id=rows["student_id"].str.zfill(6)).to_csv(folder / f"{table}.csv", index=False)
    for table in ("caseloads", "supports", "completions"):
        rows = pd.read_csv(folder / f"{table}.csv", dtype=str, keep_default_na=False)
        rows.assign(student_id=rows["student_id"].str.zfill(6)).to_csv(folder / f"{table}.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def ours(canonical: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of our own files."""
    home = tmp_path_factory.mktemp("ours")
    settings = Settings(home=home, districts=(District(id="north", name="North"),))
    ingest(workspace_of(settings, "north", TODAY), canonical, now=NOW, progress=quietly)
    return settings.warehouse("north")


@pytest.fixture(scope="module")
def theirs(canonical: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[LoadReport]]:
    """The warehouse of the vendor's yearly extracts, loaded one after the other, and the reports."""
    home = tmp_path_factory.mktemp("theirs")
    (home / "ontrack.toml").write_text(f'home = "{home}"\n{mapping()}', encoding="utf-8")
    settings, reports = load_settings(home / "ontrack.toml"), []
    for year in YEARS:
        write_extract(canonical, home / str(year), year)
        reports.append(ingest(workspace_of(settings, "north", TODAY), home / str(year), now=NOW, progress=quietly))
    return settings.warehouse("north"), reports


def held(warehouse: Path, table: str) -> pd.DataFrame:
    """What holds now of a table, students by the district's own id, in one order."""
    with open_warehouse(warehouse) as reader:
        rows = reader.current(table)
        names = reader.current("students").set_index("student_key")["student_id"]
    if "student_key" in rows:
        rows["student_key"] = rows["student_key"].map(names)
    rows = rows.drop(columns=[column.name for column in ENVELOPE if column.name != "known_on"]).astype("str")
    return rows.sort_values(list(rows.columns)).reset_index(drop=True)


@pytest.mark.parametrize("table", sorted(HEADERS))
def test_the_same_records_stand_in_the_warehouse(ours: Path, theirs: tuple[Path, list[LoadReport]], table: str) -> None:
    expected = held(ours, table)
    assert len(expected) > 0
    if table == "students":  # one who was enrolled in no year is in no yearly extract
        expected = expected[expected["student_key"].isin(held(theirs[0], table)["student_key"])].reset_index(drop=True)
        assert len(expected) > 100
    pd.testing.assert_frame_equal(held(theirs[0], table), expected)


def test_no_row_of_any_extract_is_lost(theirs: tuple[Path, list[LoadReport]]) -> None:
    """Nothing is in quarantine, and a later year withdraws nothing of an earlier one."""
    for report in theirs[1]:
        assert report.quarantine == ()
        assert report.gone == {}
        assert report.counts("read")["attendance"] > 100
