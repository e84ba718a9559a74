"""Ingest: a folder becomes one load, or it is refused with file, row, column and what was expected."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from features.csv_source import DataRefused
from features.ingest import ingest
from features.settings import Refused
from features.warehouse import reading
from tests.drawn import load, school_days, write_files

DRAWN = {
    "schools": "| school_id |\n| 10 |",
    "students": """
    | student_id | first_name | last_name |
    | 1001       | Zelda      | Quimby    |
    | 1002       | Xavier     | Quimby    |
    """,
    "calendar_days": school_days(date(2025, 10, 1), 5),
    "enrollments": """
    | student_id | school_year | entry_date |
    | 1001       | 2026        | 2025-10-01 |
    """,
    "attendance": """
    | student_id | date       |
    | 1001       | 2025-10-02 |
    """,
    "marks": """
    | student_id | school_year | term_id | course_id | subject | mark | known_on   |
    | 1001       | 2026        | q1      | alg1      | math    | F    | 2025-10-03 |
    """,
}


@dataclass(frozen=True)
class District:
    """A folder of files and the warehouse they were loaded into."""

    folder: Path
    warehouse: Path

    def change(self, name: str, old: str, new: str) -> None:
        """A part of a file, which must be there, becomes another."""
        path = self.folder / f"{name}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def refused(self) -> str:
        """What a load of the folder is refused with; the warehouse is the same bytes, nothing is left beside it."""
        before, files = self.digest(), self.beside()
        with pytest.raises(DataRefused) as refusal:
            self.load()
        assert refusal.value.exit_code == 3
        assert (self.digest(), self.beside()) == (before, files)
        assert not any(name in str(refusal.value) for name in ("Zelda", "Xavier", "Quimby"))
        return str(refusal.value)

    def load(self) -> int | None:
        """The load that the folder as it stands became; None where nothing changed."""
        now = datetime(2026, 1, 1, tzinfo=UTC)
        return ingest(self.folder, self.warehouse, district_id="north", now=now, progress=lambda _: None).load_id

    def digest(self) -> str:
        """The warehouse's bytes."""
        return sha256(self.warehouse.read_bytes()).hexdigest() if self.warehouse.exists() else "absent"

    def beside(self) -> list[str]:
        """What is in the warehouse's folder."""
        return sorted(path.name for path in self.warehouse.parent.iterdir())


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse after a first load."""
    home = tmp_path_factory.mktemp("loaded")
    load(home / "files", home / "north.duckdb", DRAWN)
    return home / "north.duckdb"


@pytest.fixture
def district(tmp_path: Path, loaded: Path) -> District:
    """A district whose files were loaded once, to be changed."""
    home = tmp_path / "warehouses"
    home.mkdir()
    (home / "north.duckdb").write_bytes(loaded.read_bytes())
    return District(write_files(tmp_path / "files", DRAWN), home / "north.duckdb")


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
        "attendance.csv, row 2, column student_id: expected an id that students.csv has",
    ),
    "an unknown school": (
        ("attendance", "1001,10,", "1001,11,"),
        "attendance.csv, row 2, column school_id: expected an id that schools.csv has",
    ),
    "a key said twice": (
        ("students", "1002", "1001"),
        "students.csv, row 3, column student_id: expected each key once per known_on; this row repeats one",
    ),
    "a row with a cell too many": (
        ("students", "Xavier,Quimby", "Xavier,Quimby,Quimby"),
        "students.csv, row 3: expected 6 comma-separated values",
    ),
    "a row with a cell too few": (
        ("students", "Xavier,Quimby", "Xavier"),
        "students.csv, row 3: expected 6 comma-separated values",
    ),
}


@pytest.mark.parametrize(("change", "said"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_named_and_nothing_is_loaded(
    district: District, change: tuple[str, str, str], said: str
) -> None:
    """File, row, column, what was expected; never the value; the warehouse to the byte as it was."""
    district.change(*change)
    assert said in district.refused()


def test_a_missing_table_is_named_with_its_columns(district: District) -> None:
    (district.folder / "schools.csv").unlink()
    expected = "schools.csv: missing table: expected a file with 3 columns (school_id, name, level, known_on)"
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
    assert "students.csv" in said
    assert "UTF-8" in said


def test_a_file_without_its_header_does_not_have_its_first_student_repeated(district: District) -> None:
    """The first row is then a student's, and an error must not hold a name."""
    path = district.folder / "students.csv"
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[1:]), encoding="utf-8")
    assert "students.csv, row 1" in district.refused()


def test_every_finding_of_every_file_is_told_at_once_up_to_twenty(district: District) -> None:
    """Two files with one mistake each are two lines; thirty mistakes are twenty lines and a count."""
    district.change("marks", ",F,", ",E,")
    district.change("attendance", ",100,", ",101,")
    said = district.refused()
    assert "marks.csv, row 2" in said
    assert "attendance.csv, row 2" in said
    rows = "".join(f"1001,10,2025-10-{day:02},day,absent,101,false,2025-10-31\n" for day in range(1, 30))
    district.change("attendance", "1001,10,", rows + "1001,10,")
    said = district.refused()
    assert said.count("\n") == 21
    assert said.endswith("… and 11 more")


def test_a_refused_first_load_leaves_no_warehouse(tmp_path: Path) -> None:
    district = District(write_files(tmp_path / "files", DRAWN), tmp_path / "home" / "north.duckdb")
    district.warehouse.parent.mkdir()
    district.change("attendance", ",100,", ",101,")
    district.refused()
    assert district.beside() == []


def test_the_same_files_twice_change_nothing(district: District) -> None:
    before = district.digest()
    assert district.load() is None
    assert district.digest() == before


def test_the_same_rows_in_other_bytes_add_no_row(district: District) -> None:
    """Rows in another order are another file and a load of its own, in which nothing is new."""
    path = district.folder / "students.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *rows[::-1]]) + "\n", encoding="utf-8")
    assert district.load() == 2
    with reading(district.warehouse) as reader:
        assert reader.current("loads").sort_values("load_id")["rows"].tolist()[1] == 0
        assert set(reader.current("students")["load_id"]) == {1}


VERSIONS = "SELECT absent_hundredths, known_on::VARCHAR, load_id, superseded_by_load FROM attendance ORDER BY load_id"


def test_a_correction_closes_the_old_row_and_keeps_it(district: District) -> None:
    """A second load says that the day missed was half a day."""
    district.change("attendance", "2025-10-02,day,absent,100,false,2025-10-02", NEW_VERSION)
    assert district.load() == 2
    with reading(district.warehouse) as reader:
        versions = reader.connection.execute(VERSIONS).fetchall()
        assert versions == [(100, "2025-10-02", 1, 2), (50, "2025-10-06", 2, None)]
        assert reader.current("attendance")["absent_hundredths"].tolist() == [50]
        assert set(reader.current("students")["load_id"]) == {1}


NEW_VERSION = "2025-10-02,day,absent,50,false,2025-10-06"


def test_a_correction_that_is_taken_back_is_current_again(district: District) -> None:
    """Half a day, said without a new date of knowledge, and then a whole day once more, in a file that has grown."""
    district.change("attendance", ",100,", ",50,")
    assert district.load() == 2
    district.change("attendance", ",50,", ",100,")
    district.change("students", "Xavier", "Xaver")
    assert district.load() == 3
    with reading(district.warehouse) as reader:
        assert reader.current("attendance")["absent_hundredths"].tolist() == [100]


def utf8_with_a_mark(text: str) -> bytes:
    return b"\xef\xbb\xbf" + text.encode("utf-8")


def quoted(text: str) -> bytes:
    return text.replace("Xavier", '"Xavier ""X"", the third"').encode("utf-8")


def windows_line_ends(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("utf-8")


def without_last_line_end(text: str) -> bytes:
    return text.rstrip("\n").encode("utf-8")


@pytest.mark.parametrize("written", [utf8_with_a_mark, quoted, windows_line_ends, without_last_line_end])
def test_files_as_other_programs_write_them_are_read(district: District, written: Callable[[str], bytes]) -> None:
    """A byte order mark, quoted commas and quotes, carriage returns, no line end at the end."""
    path = district.folder / "students.csv"
    path.write_bytes(written(path.read_text(encoding="utf-8")))
    district.load()
    with reading(district.warehouse) as reader:
        names = reader.current("students").set_index("student_id")["first_name"]
    assert names["1001"] == "Zelda"
    assert names["1002"] == ('Xavier "X", the third' if written is quoted else "Xavier")


def test_columns_may_come_in_any_order(district: District) -> None:
    (district.folder / "schools.csv").write_text(
        "known_on,level,name,school_id\n2020-01-01,middle,South Middle,10\n", encoding="utf-8"
    )
    district.load()
    with reading(district.warehouse) as reader:
        assert reader.current("schools")[["school_id", "name", "level"]].to_numpy().tolist() == [
            ["10", "South Middle", "middle"]
        ]
