"""Bad input: refused with file, row, column and what was expected, and nothing is loaded."""

from itertools import zip_longest
from pathlib import Path

import pytest

from features.errors import Refused
from tests.drawn import write_files
from tests.features.made_folder import DRAWN, District

WRONG = {
    "an unknown column with its nearest match": (
        ("attendance", "excused", "excusd"),
        "attendance.csv, row 1, column excusd: unknown column; did you mean excused?",
    ),
    "a missing column": (("attendance", "excused", "excusd"), "attendance.csv, row 1, column excused: missing column"),
    "an unknown column like no other": (
        ("schools", "level", "zzz"),
        "schools.csv, row 1, column zzz: unknown column; expected school_id, name, level, known_on",
    ),
    "a header that names a column twice": (
        ("schools", "level", "name"),
        "schools.csv, row 1, column name: the header names this column twice; expected once",
    ),
    "31 February": (
        ("attendance", "2025-10-02,day", "2026-02-31,day"),
        "attendance.csv, row 2, column date: expected a date as YYYY-MM-DD",
    ),
    "a date the other way round": (
        ("attendance", "2025-10-02,day", "10/02/2025,day"),
        "attendance.csv, row 2, column date: expected a date as YYYY-MM-DD",
    ),
    "a date that stands for no end": (
        ("attendance", "2025-10-02,day", "9999-12-31,day"),
        "attendance.csv, row 2, column date: expected a date as YYYY-MM-DD and of 1900 to 2100; `dates` in "
        "[districts.reading] says in which other forms dates are written, and `null` which of them mean none",
    ),
    "an id beyond all measure": (
        ("students", "1002", "1" * 201),
        "students.csv, row 3, column student_id: expected 200 characters at most",
    ),
    "a level that no school has": (
        ("schools", "high", "tall"),
        "schools.csv, row 2, column level: expected one of",
    ),
    "an empty cell that is required": (
        ("students", "Xavier", ""),
        "students.csv, row 3, column first_name: expected a value; this column may not be empty",
    ),
    "a value that is not allowed": (
        ("marks", ",F,", ",E,"),
        "marks.csv, row 2, column mark: expected one of A, B, C, D, F, P, NP",
    ),
    "a number out of range": (
        ("attendance", ",100,", ",101,"),
        "attendance.csv, row 2, column absent_hundredths: expected from 0 to 100",
    ),
    "a number that is none": (
        ("enrollments", ",9,", ",nine,"),
        "enrollments.csv, row 2, column grade_level: expected a whole number",
    ),
    "a yes that is no true": (
        ("attendance", "false", "yes"),
        "attendance.csv, row 2, column excused: expected true or false",
    ),
    "an unknown student": (
        ("attendance", "1001", "1009"),
        "attendance.csv, row 2, column student_id: expected a student",
    ),
    "an unknown school": (
        ("attendance", "1001,10,", "1001,11,"),
        "attendance.csv, row 2, column school_id: expected a school",
    ),
    "a key said twice": (
        ("students", "1002", "1001"),
        "students.csv, rows 2, 3, column student_id: expected each record once",
    ),
    "a row with a cell too many": (
        ("students", "Xavier,Quimby", "Xavier,Quimby,Quimby"),
        "students.csv, row 3: expected as many cells as the header has, 6, but there are 7",
    ),
    "a row with a cell too few": (
        ("students", "Xavier,Quimby", "Xavier"),
        "students.csv, row 3: expected as many cells as the header has, 6, but there are 5",
    ),
}


ALONE = ("a header", "column", "a level")
"""Cases of which a load says nothing else: the header cannot be read, or no row has its school."""


def rounds() -> list[list[str]]:
    """Cases that are sent together: one of each file, but for those that are sent alone."""
    alone = [[case] for case in WRONG if any(words in case for words in ALONE) or case == "an unknown school"]
    left = [case for case in WRONG if [case] not in alone]
    by_file = [[case for case in left if WRONG[case][0][0] == name] for name in dict.fromkeys(DRAWN)]
    return [*alone, *([case for case in some if case] for some in zip_longest(*by_file))]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, loaded: Path) -> dict[str, str]:
    """What the load with each case is refused with: several files of it may be wrong."""
    found: dict[str, str] = {}
    for cases in rounds():
        home = tmp_path_factory.mktemp("wrong")
        (home / "warehouses").mkdir()
        district = District(write_files(home / "files", DRAWN), home / "warehouses" / "north.duckdb")
        district.warehouse.write_bytes(loaded.read_bytes())
        for case in cases:
            district.change(*WRONG[case][0])
        found |= dict.fromkeys(cases, district.refused())
    return found


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named_and_nothing_is_loaded(case: str, told: dict[str, str]) -> None:
    """File, row, column, what was expected; never the value; the warehouse to the byte as it was."""
    assert WRONG[case][1] in told[case]


def test_a_missing_table_is_named_with_its_columns(district: District) -> None:
    (district.folder / "schools.csv").unlink()
    expected = "schools.csv: missing table: expected a file with 4 columns (school_id, name, level, known_on)"
    assert expected in district.refused()


def test_an_optional_table_may_be_missing(district: District) -> None:
    (district.folder / "completions.csv").unlink()
    assert district.load() == 2


def test_a_file_of_no_table_is_named_with_the_nearest(district: District) -> None:
    (district.folder / "atendance.csv").write_text("student_id\n", encoding="utf-8")
    assert "atendance.csv: unknown table; did you mean attendance.csv?" in district.refused()


def test_a_folder_that_is_not_there_is_refused(district: District) -> None:
    with pytest.raises(Refused, match="no such folder"):
        District(district.folder / "elsewhere", district.warehouse).load()


@pytest.mark.parametrize("name", ["Zoë Quimby", "Zoë"])
def test_a_file_that_is_not_utf_8_is_refused(district: District, name: str) -> None:
    """In the header's neighborhood or far below it."""
    path = district.folder / "students.csv"
    path.write_bytes(path.read_text(encoding="utf-8").replace("Zelda", name).encode("latin-1"))
    said = district.refused()
    assert "FILE03 students.csv: expected text in utf-8" in said
    assert 'encoding = "cp1252"' in said


def test_a_file_without_its_header_does_not_have_its_first_student_repeated(district: District) -> None:
    """The first row is then a student's, and an error must not hold a name."""
    path = district.folder / "students.csv"
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[1:]), encoding="utf-8")
    assert "students.csv, row 1" in district.refused()


def test_every_finding_of_every_file_is_told_at_once(district: District) -> None:
    """Two files with one mistake each are two findings; thirty of the same are one, with the first rows."""
    district.change("marks", ",F,", ",E,")
    district.change("attendance", ",100,", ",101,")
    said = district.refused()
    assert "marks.csv, row 2" in said
    assert "attendance.csv, row 2" in said
    rows = "".join(f"1001,10,2025-10-{day:02},day,absent,101,false,,2025-10-31\n" for day in range(1, 30))
    district.change("attendance", "1001,10,", rows + "1001,10,")
    assert "ROW05 attendance.csv, 30 rows (2, 3, 4, 5, 6 and 25 more), column absent_hundredths" in district.refused()


def test_no_more_than_twenty_findings_are_told(district: District) -> None:
    """Twenty-five mistakes of their own are twenty lines and a count."""
    for name in ("students", "enrollments", "attendance", "marks", "calendar_days"):
        path = district.folder / f"{name}.csv"
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([",".join(f"{column}x" for column in header.split(",")), *rows]), encoding="utf-8")
        path.write_text(path.read_text(encoding="utf-8").replace("student_idx", "student_id"), encoding="utf-8")
    said = district.refused()
    assert said.count("\n  FILE04") == 20
    assert "more" in said.rsplit("…", 1)[-1]


def test_a_refused_first_load_leaves_no_warehouse(tmp_path: Path) -> None:
    district = District(write_files(tmp_path / "files", DRAWN), tmp_path / "warehouses" / "north.duckdb")
    district.warehouse.parent.mkdir()
    district.change("attendance", ",100,", ",101,")
    district.refused()
    assert district.beside() == []
