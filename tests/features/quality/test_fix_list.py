"""Who is in no list because of rows in quarantine, and what is to be mended: for those who may see it only."""

import csv
import shutil
import stat
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from features.commands import app
from features.ingest.load.import_steps import ingest
from features.progress import quietly
from features.quality.check import check_district
from features.quality.check_codes import CHECKS, Finding
from features.quality.fix_list import fixes_of
from features.quality.private_file import give_rows
from features.settings import District, Settings
from features.warehouse.file import open_warehouse
from features.warehouse.unlisted_students import unlisted_reasons
from tests.drawn import load, school_days, workspace_at, write_files

TODAY = date(2026, 1, 1)
FILES = {name: {"most_quarantined": 1.0} for name in ("enrollments", "students", "attendance")}
POLICIES = {"enrollment": {"same_entry": "quarantine"}}

STUDENTS = """
| student_id | birth_date | what it is                    |
| 1          |            | sound                         |
| 2          |            | two stints, one entry date    |
| 3          |            | an unknown school             |
| 4          | tomorrow   | their own row is bad          |
| 5          |            | a bad spell of last year      |
| 6          |            | bad here, sound elsewhere     |
| 7          |            | gone since                    |
"""
SPELLS = """
| student_id | school_id | school_year | entry_date | exit_date  | grade_level | becomes    |
| 1          | 10        | 2026        | 2025-10-01 |            | 9           |            |
| 2          | 10        | 2026        | 2025-10-01 |            | 9           | ROW07      |
| 2          | 10        | 2026        | 2025-10-01 | 2025-10-03 | 9           |            |
| 3          | 30        | 2026        | 2025-10-01 |            | 9           | ROW08      |
| 4          | 10        | 2026        | 2025-10-01 |            | 9           | ROW03      |
| 5          | 30        | 2025        | 2024-10-01 |            | 9           |            |
| 5          | 10        | 2025        | 2024-11-01 |            | 9           |            |
| 6          | 30        | 2026        | 2025-10-01 |            | 9           |            |
| 6          | 10        | 2026        | 2025-10-01 |            | 9           |            |
| 7          | 30        | 2026        | 2025-10-01 | 2025-12-31 | 9           |            |
| 8          | 10        | 2026        | 2025-10-01 |            | 9           | ROW08      |
| 9          | 10        | 2026        | 2025-10-01 |            | 99          | ROW05      |
| 91         | 10        | 2026        | 45931      |            | 9           | ROW03      |
"""
WAITING = [("2", "ROW07"), ("3", "ROW08"), ("4", "ROW03"), ("8", "ROW08"), ("9", "ROW05"), ("91", "ROW03")]
DRAWN = {
    "schools": "| school_id |\n| 10 |",
    "students": STUDENTS + "| 9 | | a grade that there is not |\n| 91 | | a day that cannot be read |\n",
    "calendar_days": school_days(date(2025, 10, 1), 5),
    "enrollments": SPELLS,
    "attendance": "| student_id | date |\n| 1 | 2025-10-02 |",
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation in which students wait in quarantine."""
    home = tmp_path_factory.mktemp("loaded")
    district = District.model_validate({"id": "north", "name": "North", "files": FILES, "policies": POLICIES})
    settings = Settings(home=home, today=TODAY, districts=(district,))
    place = workspace_at(settings.warehouse("north"))
    workspace = place.__class__(district, place.home, TODAY)
    write_files(home / "files", DRAWN)
    ingest(workspace, home / "files", now=datetime(2026, 1, 1, tzinfo=UTC), progress=quietly)
    return settings


@pytest.fixture
def settings(loaded: Settings, tmp_path: Path) -> Settings:
    """A copy of it."""
    shutil.copytree(loaded.home, tmp_path, dirs_exist_ok=True)
    return loaded.model_copy(update={"home": tmp_path})


def asked(settings: Settings, *arguments: str) -> Result:
    """What the command answers."""
    return CliRunner().invoke(app, ["check", "--district", "north", *arguments], obj=settings)


def listed(path: Path) -> list[dict[str, str]]:
    """The rows of a list, whose file is its owner's alone."""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_students_enrolled_today_are_counted_by_what_keeps_them_from_every_list(settings: Settings) -> None:
    with open_warehouse(settings.warehouse("north")) as reader:
        reasons = unlisted_reasons(reader, TODAY)
        found = check_district(reader, settings.district("north"), TODAY)
    assert sorted((one.rule, one.table, one.students) for one in reasons) == [
        ("ROW03", "enrollments", 1), ("ROW03", "students", 1), ("ROW05", "enrollments", 1), ("ROW07", "enrollments", 1),
        ("ROW08", "enrollments", 1), ("ROW08", "enrollments", 1),
    ]  # fmt: skip
    said = [finding.says for finding in found.findings if finding.code == "CHECK20"]
    assert len(said) == 6
    assert all(one.startswith("1 student enrolled today in no list, by ROW0") for one in said)
    assert "--unlisted FILE" in CHECKS["CHECK20"].means


def test_the_command_names_them_in_a_file_of_their_own(settings: Settings, tmp_path: Path) -> None:
    place = tmp_path / "unlisted.csv"
    place.write_text("old", encoding="utf-8")
    place.chmod(0o644)
    answer = asked(settings, "--unlisted", str(place))
    assert answer.exit_code == 0
    assert [(row["student_id"], row["rule"]) for row in listed(place)] == WAITING
    assert listed(place)[0]["record"] == "student_id=2; school_id=10; entry_date=2025-10-01"
    assert listed(place)[-1]["record"] == "student_id=91; school_id=10; entry_date=?"
    assert answer.stdout == ""
    assert answer.stderr.startswith("6 students enrolled today in no list")


def test_on_request_they_are_printed(settings: Settings) -> None:
    assert asked(settings, "--unlisted", "-").stdout.splitlines()[1].startswith("2,enrollments,ROW07")


def test_the_fix_list_says_of_each_record_what_is_wrong_and_what_was_expected(
    settings: Settings, tmp_path: Path
) -> None:
    answer = asked(settings, "--for-sis", str(tmp_path / "fix.csv"))
    rows = listed(tmp_path / "fix.csv")
    assert answer.exit_code == 0
    assert len(rows) == 11
    assert [row["in_no_list"] for row in rows] == ["yes"] * 8 + [""] * 3
    grade = next(row for row in rows if row["code"] == "ROW05")
    assert (grade["table"], grade["columns"], grade["row"]) == ("enrollments", "grade_level", "13")
    assert grade["what_is_wrong"] == "A number is out of range."
    assert grade["expected"] == "expected from -1 to 13"
    assert grade["record"] == "student_id=9; school_id=10; entry_date=2025-10-01"


def test_the_report_of_a_load_says_how_many_and_which_command_names_them(settings: Settings) -> None:
    with open_warehouse(settings.warehouse("north")) as reader:
        report = str(reader.current("loads")["report"].iloc[-1])
    assert '"unlisted":[{' in report
    for student in ("Ada", "Example"):
        assert student not in report


def test_a_mended_row_puts_its_student_into_the_lists(settings: Settings, tmp_path: Path) -> None:
    """Tonight the bad row of that place is another student's: who waits is told anew."""
    spells = SPELLS.replace("| 3          | 30 ", "| 3          | 10 ").replace(
        "| 8          | 10        | 2026        | 2025-10-01 |            | 9           | ROW08      |",
        "| 88         | 10        | 2026        | 2025-10-01 |            | 9           | ROW08      |",
    )
    write_files(tmp_path / "files", {**DRAWN, "enrollments": spells})
    district = settings.district("north")
    workspace = workspace_at(settings.warehouse("north")).__class__(district, tmp_path, TODAY)
    ingest(workspace, tmp_path / "files", now=datetime(2026, 1, 2, tzinfo=UTC), progress=quietly)
    asked(settings, "--unlisted", str(tmp_path / "unlisted.csv"))
    assert [row["student_id"] for row in listed(tmp_path / "unlisted.csv")] == ["2", "4", "88", "9", "91"]


SECTIONS = {
    "none for seven days, though one a day is usual": ("10", {"a": (1, 21), "b": (1, 28)}, ["a"]),
    "for six days it may be chance": ("20", {"a": (1, 22), "b": (1, 28)}, []),
    "both stopped: nobody sent anything since": ("30", {"a": (1, 21), "b": (1, 21)}, []),
    "one that began late and goes on": ("40", {"a": (20, 28), "b": (1, 28)}, []),
    "attendance by day": ("50", {"day": (1, 10)}, []),
}
DAYS = [f"2025-10-{day:02}" for day in range(1, 29)]


def entries_of(school: str, entries: Mapping[str, tuple[int, int]]) -> list[str]:
    """Attendance of a school's sections, each with one absence a day from the first to the last of its days."""
    return [
        f"| {school}1 | {school} | {day} | {section} |"
        for section, (first, last) in entries.items()
        for day in DAYS[first - 1 : last]
    ]


def table_of(header: str, rows: Iterable[str]) -> str:
    """A drawn table."""
    return "\n".join([header, *rows])


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """What the fix list says of the sections of each school; each case is a school of one district."""
    home, schools = tmp_path_factory.mktemp("sections"), [school for school, _, _ in SECTIONS.values()]
    rows = [row for school, entries, _ in SECTIONS.values() for row in entries_of(school, entries)]
    drawn = {
        "schools": table_of("| school_id |", (f"| {one} |" for one in schools)),
        "students": table_of("| student_id |", (f"| {one}1 |" for one in schools)),
        "calendar_days": table_of(
            "| school_id | date | school_year |", (f"| {one} | {day} | 2026 |" for one in schools for day in DAYS)
        ),
        "enrollments": table_of(
            "| student_id | school_id | school_year | entry_date |",
            (f"| {one}1 | {one} | 2026 | 2025-10-01 |" for one in schools),
        ),
        "attendance": table_of("| student_id | school_id | date | section_id |", rows),
    }
    settings = Settings(home=home, today=TODAY, districts=(District(id="north", name="North"),))
    load(home / "files", settings.warehouse("north"), drawn)
    asked(settings, "--for-sis", str(home / "fix.csv"))
    found = [row for row in listed(home / "fix.csv") if row["code"] == "SECTIONS"]
    assert {row["record"] for row in found} <= {f"school_id={one}" for one in schools}
    return {one: [row["what_is_wrong"] for row in found if row["record"] == f"school_id={one}"] for one in schools}


@pytest.mark.parametrize("case", SECTIONS)
def test_a_section_that_has_not_submitted_is_on_the_fix_list(case: str, silent: Mapping[str, list[str]]) -> None:
    school, _, expected = SECTIONS[case]
    assert len(silent[school]) == bool(expected)
    assert all(f"section {one} since" in row for one in expected for row in silent[school])
    assert not any("section b since" in row for row in silent[school])


def test_a_school_that_sends_nothing_is_on_the_fix_list(settings: Settings) -> None:
    with open_warehouse(settings.warehouse("north")) as reader:
        found = (Finding("CHECK08", "school 10: no attendance since 2025-10-02, for 5 school days", "10", "2025-10"),)
        rows = [fix for fix in fixes_of(reader, TODAY, found) if fix.code == "CHECK08"]
    assert [(row.table, row.record) for row in rows] == [("attendance", "school_id=10")]
    assert rows[0].what_is_wrong == "school 10: no attendance since 2025-10-02, for 5 school days"


def test_a_cell_is_no_formula_in_a_spreadsheet(tmp_path: Path) -> None:
    give_rows(tmp_path / "a.csv", ["a", "b"], [{"a": "=1+1", "b": "-2"}, {"a": None, "b": "plain"}])
    assert [(row["a"], row["b"]) for row in listed(tmp_path / "a.csv")] == [("'=1+1", "'-2"), ("", "plain")]
