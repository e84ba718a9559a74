"""A toolkit's yearly extracts, taken with the example mapping alone; its own cleaned file is the answer key."""

import shutil
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from features.ingest.findings import Finding
from features.ingest.load.import_steps import ingest
from features.ingest.load.load_report import LoadReport
from features.ingest.load.workspace import Workspace, workspace_of
from features.progress import quietly
from features.settings_file import load_settings
from features.warehouse.file import open_warehouse
from features.warehouse.reader import Reader
from tests.docs.pages import ROOT

TOOLKIT = ROOT.parent / "shared" / "data" / "opensdp_toolkit"

pytestmark = pytest.mark.skipif(
    not TOOLKIT.exists(), reason="the toolkit is not beside this checkout: ../shared/data/opensdp_toolkit"
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The district of the example mapping."""
    folder = tmp_path_factory.mktemp("toolkit")
    shutil.copy(ROOT / "docs" / "examples" / "sdp_toolkit.toml", folder / "ontrack.toml")
    return workspace_of(load_settings(folder / "ontrack.toml"), "toolkit", date(2026, 1, 15))


@pytest.fixture(scope="module")
def report(workspace: Workspace) -> LoadReport:
    """What became of the extracts."""
    return ingest(workspace, TOOLKIT, now=datetime(2026, 1, 15, 12, tzinfo=UTC), progress=quietly)


def raw(name: str) -> pd.DataFrame:
    """One of the toolkit's files as text."""
    return pd.read_csv(TOOLKIT / f"{name}.csv.gz", dtype="str", keep_default_na=False)


def spells() -> pd.DataFrame:
    """The toolkit's spells of enrollment, with days."""
    rows = raw("Student_School_Enrollment")
    for day, said in (("entry", "enrollment_date"), ("exit", "withdrawal_date")):
        rows[day] = pd.to_datetime(rows[said], format="%m/%d/%Y", errors="coerce")
    return rows


def bad(report: LoadReport) -> dict[tuple[str, str], int]:
    """How many rows break each rule, by code and column."""
    return {(one.code, one.column): one.count for one in report.quarantine}


def note(report: LoadReport, code: str) -> Finding:
    """The note of that code."""
    return next(one for one in report.notes if one.code == code)


def test_every_bad_spell_is_in_quarantine_for_its_reason(report: LoadReport) -> None:
    rows = spells()
    no_day, no_school = rows["entry"].isna(), rows["school_code"] == ""
    backwards = rows["exit"] < rows["entry"]
    found = bad(report)
    assert found == {("ROW06", "entry_date, exit_date"): 1_226}
    assert (backwards & ~no_school).sum() == 1_226
    assert set(rows.loc[no_day, "enrollment_date"]) == {"././."}
    (file,) = (file for file in report.files if file.table == "enrollments")
    assert file.left_out == (no_day | no_school).sum() == 534
    shorter = len(rows) - file.new - file.quarantined - file.left_out
    assert (file.read, file.unchanged) == (len(rows), shorter)
    assert note(report, "NOTE13").expected.startswith(f"{shorter:,} stints with the entry date of a longer one")


def test_overlapping_spells_are_told(report: LoadReport) -> None:
    """The toolkit counts 3,020, with spells that end before they begin and without those that share one day.

    Of stints with one entry date only the longest is left, and none lasts beyond its school year.
    """
    rows = spells()
    ordered = rows[rows["entry"].notna()].sort_values(["sid", "entry"], kind="stable")
    assert (ordered["entry"] < ordered.groupby("sid")["exit"].shift()).sum() == 3_020
    sound = rows[rows["entry"].notna() & (rows["school_code"] != "") & ~(rows["exit"] < rows["entry"])]
    sound = sound.drop_duplicates(["sid", "school_year", "school_code", "enrollment_date", "withdrawal_date"])
    ends = sound["exit"].fillna(pd.Timestamp.max.normalize())
    sound = sound[ends == ends.groupby([sound["sid"], sound["school_code"], sound["entry"]]).transform("max")]
    ordered = sound.sort_values(["sid", "entry", "exit"], kind="stable")
    before = ordered.groupby("sid")[["exit", "school_year"]].shift()
    not_over = before["exit"].isna() | (ordered["entry"] <= before["exit"])
    pairs = (not_over & (before["school_year"] == ordered["school_year"])).sum()
    assert f"; {pairs:,} times a spell begins before the one before it is over" in note(report, "NOTE01").expected


def test_students_with_two_races_are_told_and_keep_both(report: LoadReport, workspace: Workspace) -> None:
    """Of 154 students, 49 have one race and, in another year, "NA", which may mean Native American or nothing."""
    values = raw("Student_Attributes").groupby("sid")["race_ethnicity"].unique()
    several = values[values.map(len) > 1]
    assert f"{len(several)} students with several values" in note(report, "NOTE02").expected
    assert sum(len(set(found) - {"NA"}) > 1 for found in several) == 105
    with open_warehouse(workspace.warehouse) as reader:
        races = by_student(reader, "demographics").groupby("sid")["value"].nunique()
    assert (races > 1).sum() == len(several) == 154


def test_student_years_with_two_grades_are_told_and_agree_with_the_answer_key(
    report: LoadReport, workspace: Workspace
) -> None:
    grades = raw("Student_School_Year").groupby(["sid", "school_year"])["grade_level"].nunique()
    assert (grades > 1).sum() == 18
    assert "18 look-ups of grade_level" in note(report, "NOTE03").expected
    key = raw("Student_School_Year_Intermediate").set_index(["sid", "school_year"])["grade_level"].astype("int64")
    assert key.index.is_unique
    with open_warehouse(workspace.warehouse) as reader:
        ours = by_student(reader, "enrollments").astype({"school_year": "str"})
    each = ours.groupby(["sid", "school_year"])["grade_level"].agg(["min", "max"]).astype("int64")
    assert each["min"].equals(each["max"].rename("min"))
    both = each["max"].to_frame("ours").join(key.rename("key"), how="inner")
    assert len(both) > 40_000
    assert (both["ours"] == both["key"]).all()


def test_students_who_ever_had_free_meals_are_those_of_the_answer_key(report: LoadReport, workspace: Workspace) -> None:
    key = raw("Student_School_Year_Intermediate")
    with open_warehouse(workspace.warehouse) as reader:
        ours = set(by_student(reader, "programs")["sid"])
    assert report.load_id == 1
    assert ours & set(key["sid"]) == set(key.loc[key["ever_frpl"] == "1", "sid"])


def test_the_same_extracts_again_change_nothing(report: LoadReport, workspace: Workspace) -> None:
    assert report.load_id == 1
    assert ingest(workspace, TOOLKIT, now=datetime(2026, 1, 16, tzinfo=UTC), progress=quietly).load_id is None


def by_student(reader: Reader, name: str) -> pd.DataFrame:
    """The current rows of a table with the toolkit's own ids."""
    students = reader.current("students")[["student_key", "student_id"]]
    return reader.current(name).merge(students).rename(columns={"student_id": "sid"})
